"""Property-based tests try the same examples on every machine, and say how to repeat one that fails."""

from __future__ import annotations

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


@pytest.fixture(scope="session")
def council(tmp_path_factory):
    """Extracts of an invented council; made when they are first asked for."""
    from invented_councils import Council

    return Council(tmp_path_factory.mktemp("council"))
