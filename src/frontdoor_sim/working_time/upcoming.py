"""What comes next: the first of some instants at or after a second."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from frontdoor_sim.compiling import Quick
from frontdoor_sim.working_time.calendars import NEVER

Int64s = NDArray[np.int64]


class Upcoming:
    """Instants, laid out to be looked up for many seconds at once.

    Each second is looked up by the stretch of time in which it lies. For thousands that are not in order this takes a fraction
    of the time of a search.

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
        self._bits = ((last - self._opens) // max(1, len(instants))).bit_length()
        stretches = np.arange(self._opens, last + (2 << self._bits), 1 << self._bits)
        self._first = np.searchsorted(instants, stretches)

    def at_or_after(self, seconds: Int64s) -> Int64s:
        """The first of the instants at or after each second; NEVER where none comes any more."""
        return self._padded.take(self.places(seconds))

    def places(self, seconds: Int64s) -> Int64s:
        """The place of the first of the instants at or after each second; that of none, after the last."""
        found = np.array(seconds, dtype=np.int64, order="C")
        _look_up(found.ravel(), self._padded, self._first, self._opens, self._bits)
        return found


@Quick
def _look_up(seconds: Int64s, instants: Int64s, first: Int64s, opens: int, bits: int) -> None:
    """Put in place of each second the place of the first instant at or after it; the last instant is after all of them.

    Args:
        seconds: overwritten.
        instants: ascending.
        first: of the first instant at or after the beginning of each stretch of 2**bits seconds, from `opens` on.
    """
    last = len(first) - 1
    for at in range(len(seconds)):
        second = seconds[at]
        place = first[min(max(second - opens >> bits, 0), last)]
        while instants[place] < second:
            place += 1
        seconds[at] = place
