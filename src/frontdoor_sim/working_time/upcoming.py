"""What comes next: the first of some instants at or after a second."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from frontdoor_sim.working_time.calendars import NEVER

Int64s = NDArray[np.int64]


class Upcoming:
    """Instants, laid out to be looked up for many seconds at once.

    Each second is looked up by the stretch of time in which it lies. For thousands that are not in order this takes a third
    to a fifth of the time of a search, and no longer for others.

    Args:
        instants: ascending [s].

    Example:
        >>> van = Upcoming(np.array([100, 200]))
        >>> van.at_or_after(np.array([0, 100, 101, 201])).tolist() == [100, 100, 200, NEVER]
        True
    """

    def __init__(self, instants: Int64s) -> None:
        self.instants = instants
        self._padded = np.append(instants, NEVER)
        self._opens, last = (int(instants[0]), int(instants[-1])) if len(instants) else (0, 0)
        self._width = max(1, (last - self._opens) // max(1, len(instants)))
        stretches = np.arange(self._opens, last + self._width + 1, self._width)
        self._first = np.searchsorted(instants, stretches)

    def at_or_after(self, seconds: Int64s) -> Int64s:
        """The first of the instants at or after each second; NEVER where none comes any more."""
        stretch = (seconds - self._opens) // self._width
        place = self._first.take(stretch, mode="clip")
        while True:
            found = self._padded.take(place)
            behind = found < seconds
            if not behind.any():
                return found
            place += behind
