"""Which engine runs."""

from __future__ import annotations

import sys
from functools import cache
from importlib.util import find_spec
from typing import Literal, get_args

from frontdoor_sim.documents import InputError, Mistake

Engine = Literal["auto", "simpy", "compiled"]
ENGINES: tuple[Engine, ...] = get_args(Engine)


def chosen(engine: Engine) -> Literal["simpy", "compiled"]:
    """The engine that runs: `auto` is the compiled one where Numba is installed, else SimPy, which is said once.

    Raises:
        InputError: `compiled` without Numba, or a word that is no engine.

    Example:
        >>> chosen("simpy")
        'simpy'
    """
    if engine not in ENGINES:
        raise InputError(
            [Mistake("engine", f"There is no engine {engine!r}.", f"One of {', '.join(ENGINES)}.", "Use auto.")]
        )
    if engine == "simpy":
        return "simpy"
    if find_spec("numba") is not None:
        return "compiled"
    if engine == "compiled":
        what = "The compiled engine needs Numba, which is not installed."
        remedy = 'Install it: pip install "frontdoor-sim[fast]". Or use the engine simpy, which gives the same results.'
        raise InputError([Mistake("engine", what, "Numba, or the engine simpy or auto.", remedy)])
    _say_once()
    return "simpy"


@cache
def _say_once() -> None:
    line = 'Running on SimPy; with Numba (pip install "frontdoor-sim[fast]") the same results come many times sooner.'
    print(line, file=sys.stderr)
