"""The weeks of the measured window: seven local days each, from the opening."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from frontdoor_sim.event_log import About
from frontdoor_sim.event_log.columns import Ints
from frontdoor_sim.working_time import WallClock

_DAYS, _WEEK = 7, 604_800


def week_starts(about: About) -> Ints:
    """Second at which each week of the window begins, by the clocks on the wall, and that at which the last is over.

    A week has 167 or 169 hours where the clocks change. The last value is at or after the close.
    """
    return _starts(about.clock, about.closes)


@lru_cache(maxsize=16)
def _starts(clock: WallClock, closes: int) -> Ints:
    """`week_starts`; kept, since every replication has the same."""
    enough = closes // _WEEK + 2
    days = np.datetime64(clock.opens, "D") + _DAYS * np.arange(enough + 1)
    begins = clock.at(days, 0)
    return begins[: int(np.searchsorted(begins, closes)) + 1]
