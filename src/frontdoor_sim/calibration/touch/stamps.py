"""The two stamps that most histories hold of a contact: when it was received, and when it was decided."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from frontdoor_sim.working_time import Calendar

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

HOUR = 3_600


@dataclass(frozen=True, eq=False)
class Stamps:
    """Receipt and decision of every contact, and the hours in which the desk is open; seconds as in an event log.

    Args:
        received: second of receipt, one element a contact.
        decided: second of the decision; anything later than `ends` where there was none yet.
        counts_from: contacts received before this second still wait and are worked on, but are not counted: the history
            does not say how many were open when it began.
        ends: second at which the history ends.
        desk: when the desk is open.
        midnights: every local midnight of the history, ascending, from the day of the first receipt or earlier to the day
            after `ends` or later.
        to_the_day: whether only dates are known; then every stamp is the midnight that begins its day.

    Example:
        >>> desk = Calendar([9 * HOUR, 33 * HOUR], [17 * HOUR, 41 * HOUR])
        >>> midnights = np.arange(4) * 24 * HOUR
        >>> two = Stamps(np.array([8, 30]) * HOUR, np.array([35, 40]) * HOUR, 0, 48 * HOUR, desk, midnights)
        >>> two.elapsed_hours.tolist(), two.desk_hours.tolist(), two.open_at(two.received).tolist()
        ([27.0, 10.0], [10.0, 7.0], [0, 1])
        >>> two.cut_to_days().elapsed_hours.tolist()
        [24.0, 0.0]
    """

    received: Ints
    decided: Ints
    counts_from: int
    ends: int
    desk: Calendar
    midnights: Ints
    to_the_day: bool = False

    def cut_to_days(self) -> Stamps:
        """The same history as a system shows it that keeps dates alone."""
        return replace(self, received=self._day(self.received), decided=self._day(self.decided), to_the_day=True)

    def _day(self, seconds: Ints) -> Ints:
        return self.midnights[np.searchsorted(self.midnights, seconds, side="right") - 1]

    @property
    def counted(self) -> NDArray[np.bool_]:
        """Which contacts are counted."""
        return np.asarray((self.received >= self.counts_from) & (self.received < self.ends))

    @property
    def elapsed_hours(self) -> Floats:
        """Hours from receipt to decision, or to the end of the history, of the contacts that are counted."""
        mine = self.counted
        return np.asarray((np.minimum(self.decided, self.ends) - self.received)[mine] / HOUR)

    @property
    def desk_hours(self) -> Floats:
        """Open hours of the desk between receipt and decision, or the end, of the contacts that are counted."""
        mine = self.counted
        until = np.minimum(self.decided, self.ends)[mine]
        return np.asarray(self.desk.between(self.received[mine], until) / HOUR)

    def open_at(self, seconds: Ints) -> Ints:
        """How many contacts were received before each second and not decided before it."""
        come, gone = np.sort(self.received), np.sort(self.decided)
        return np.asarray(np.searchsorted(come, seconds) - np.searchsorted(gone, seconds), dtype=np.int64)

    def units(self) -> tuple[Ints, Ints, Floats]:
        """Open hours of the desk, or its days where only dates are known, in the part that counts.

        Returns:
            Begin and end of each unit [s], and the open hours in it.
        """
        if self.to_the_day:
            begin, end = self.midnights[:-1], self.midnights[1:]
        else:
            windows = zip(self.desk.starts.tolist(), self.desk.ends.tolist(), strict=True)
            mine = [np.arange(a, b, HOUR) for a, b in windows if b > self.counts_from and a < self.ends]
            begin = np.concatenate([np.zeros(0, dtype=np.int64), *mine])
            end = begin + HOUR
        inside = (begin >= self.counts_from) & (end <= self.ends)
        begin, end = begin[inside], end[inside]
        hours = np.asarray(self.desk.between(begin, end) / HOUR)
        some = hours > 0
        return begin[some], end[some], hours[some]
