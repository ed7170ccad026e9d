"""The hours of a run, as the clock on the wall shows them and as they truly elapse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from frontdoor_sim.luck import Int64s
from frontdoor_sim.operating_model import RunWindow
from frontdoor_sim.working_time import WallClock

HOUR = 3600
KEYS_COUNT_FROM = date(2000, 1, 1)
_DAY_ZERO = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, eq=False)
class Hours:
    """Every hour from one local midnight to another; a day has 23, 24 or 25.

    The same hours laid out again are the same object, so that what depends on nothing else can be kept by them.

    Args:
        edges: seconds at which the hours begin, and the one at which the last ends; length hours + 1.
        number: hours elapsed since 1 January 2000 00:00 local, whatever `opens` is: the hour's part in contact keys.
        of_week: local hour of the week, 0 to 167 from Monday 00:00. In the night that the clocks go back one hour
            stands twice, in the other night one is missing.
        day: local date, as its proleptic ordinal (`date.toordinal`).
        month: 0 for January to 11.
    """

    edges: Int64s
    number: Int64s
    of_week: Int64s
    day: Int64s
    month: Int64s

    @classmethod
    def lay_out(cls, clock: WallClock, first: date, end: date) -> Hours:
        """The hours of the dates from `first` up to, but not including, `end`.

        Example:
            >>> spring = Hours.lay_out(WallClock(date(2026, 3, 29)), date(2026, 3, 29), date(2026, 3, 30))
            >>> len(spring), spring.of_week[:3].tolist()
            (23, [144, 146, 147])
        """
        return _laid_out(clock, first, end)

    @property
    def starts(self) -> Int64s:
        """Seconds at which the hours begin."""
        return self.edges[:-1]

    def __len__(self) -> int:
        """Number of hours."""
        return len(self.edges) - 1


@lru_cache(maxsize=16)
def _laid_out(clock: WallClock, first: date, end: date) -> Hours:
    """Kept, since every replication has the same hours."""
    edges = np.arange(clock.midnight(first), clock.midnight(end) + 1, HOUR, dtype=np.int64)
    starts = edges[:-1]
    days = clock.date_of(starts)
    number = (starts - clock.midnight(KEYS_COUNT_FROM)) // HOUR
    day = days.astype(np.int64) + _DAY_ZERO
    month = days.astype("datetime64[M]").astype(np.int64) % 12
    hours = Hours(edges, number, clock.hour_of_week(starts), day, month)
    for array in (hours.edges, hours.number, hours.of_week, hours.day, hours.month):
        array.setflags(write=False)
    return hours


def first_date(run: RunWindow) -> date:
    """The date on which the warm-up starts."""
    return run.opens - timedelta(weeks=run.warm_up)


def end_date(run: RunWindow) -> date:
    """The date at whose midnight the follow-up ends."""
    return run.opens + timedelta(weeks=run.weeks + run.follow_up)
