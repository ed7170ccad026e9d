"""Property-based tests try the same examples on every machine, and say how to repeat one that fails."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "frontdoor",
    deadline=None,
    derandomize=True,
    print_blob=True,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("frontdoor")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Where several workers will run, and no kernel has been compiled for this code, compile it first: once, not in each."""
    workers = getattr(session.config.option, "numprocesses", None)
    if hasattr(session.config, "workerinput") or not workers or not find_spec("numba"):
        return
    from frontdoor_sim import read_scenario, run
    from frontdoor_sim.engine.compiled import kernel

    cache = kernel.run.compiled.stats.cache_path
    if cache and not list(Path(cache).glob("kernel.run-*.nbi")):
        desk = read_scenario(Path(__file__).parents[1] / "scenarios" / "examples" / "one_desk.yaml")
        run(desk.varied({"run.weeks": 1}), seed=1, engine="compiled")


@pytest.fixture(scope="session")
def council(tmp_path_factory):
    """Extracts of an invented council; made when they are first asked for."""
    from invented_councils import Council

    return Council(tmp_path_factory.mktemp("council"))
