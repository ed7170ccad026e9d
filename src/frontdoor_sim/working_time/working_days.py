"""Working days: receipt day, deadlines, and days between."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, time, timedelta
from operator import index
from typing import overload

import numpy as np
from numpy.typing import NDArray

from frontdoor_sim.working_time.calendars import NEVER
from frontdoor_sim.working_time.upcoming import Upcoming
from frontdoor_sim.working_time.wall_clock import WallClock

Int64s = NDArray[np.int64]

_SATURDAY = 5


def working_dates(first: date, last: date, bank_holidays: Collection[date]) -> tuple[date, ...]:
    """Mondays to Fridays from first to last, both included, without the bank holidays.

    Example:
        >>> [day.day for day in working_dates(date(2026, 4, 1), date(2026, 4, 8), {date(2026, 4, 3), date(2026, 4, 6)})]
        [1, 2, 7, 8]
    """
    days = (first + timedelta(days=step) for step in range((last - first).days + 1))
    return tuple(day for day in days if day.weekday() < _SATURDAY and day not in bank_holidays)


class WorkingDays:
    """Counts in working days.

    The receipt day D of a contact is its date of receipt if that is a working day and receipt is
    before `receipt_closes`, else the next working day. "Within n working days" means before 24:00
    local on working day D + n. Days are numbered by their place in `dates`, which should reach past
    every time asked about: a time before the first date counts as that date, and what lies past the
    last is NEVER.

    Args:
        clock: the wall clock that says when a date begins.
        dates: the working dates, ascending.
        receipt_closes: local time from which a receipt counts as the next working day's;
            None or time.max for receipt open until 24:00.

    Raises:
        ValueError: there is no date, or the dates are not ascending.

    Example:
        >>> clock = WallClock(date(2026, 6, 1))
        >>> days = WorkingDays(clock, working_dates(date(2026, 6, 1), date(2026, 6, 30), ()), time(17, 15))
        >>> friday_evening = clock.midnight(date(2026, 6, 5)) + 18 * 3600
        >>> str(clock.local(days.deadline(friday_evening, 1)))
        '2026-06-10 00:00:00+01:00'
    """

    __slots__ = ("_begins", "_closing", "_ending", "clock", "dates", "receipt_closes")

    def __init__(self, clock: WallClock, dates: Sequence[date], receipt_closes: time | None = None) -> None:
        self.clock, self.dates, self.receipt_closes = clock, tuple(dates), receipt_closes
        days = np.array(self.dates, dtype="datetime64[D]")
        if not len(days) or np.any(days[1:] <= days[:-1]):
            raise ValueError("working dates must be given in ascending order, each once, and at least one")
        self._begins = clock.at(days, 0)
        self._ending = self._closing = Upcoming(clock.at(days, 86_400))
        if receipt_closes is not None and receipt_closes != time.max:
            second = receipt_closes.hour * 3_600 + receipt_closes.minute * 60 + receipt_closes.second
            self._closing = Upcoming(clock.at(days, second))

    def __len__(self) -> int:
        """Number of working days known."""
        return len(self.dates)

    @overload
    def receipt_day(self, t: int) -> int: ...
    @overload
    def receipt_day(self, t: Int64s) -> Int64s: ...
    def receipt_day(self, t: int | Int64s) -> int | Int64s:
        """Place in `dates` of the receipt day D of a contact received at t (len(dates) if past the last).

        Example:
            >>> days = WorkingDays(WallClock(date(2026, 6, 1)), [date(2026, 6, 1), date(2026, 6, 2)], time(17))
            >>> days.receipt_day(17 * 3600 - 1), days.receipt_day(17 * 3600)
            (0, 1)
        """
        return _place(self._closing, t)

    @overload
    def deadline(self, t: int, n: int) -> int: ...
    @overload
    def deadline(self, t: Int64s, n: int | Int64s) -> Int64s: ...
    def deadline(self, t: int | Int64s, n: int | Int64s) -> int | Int64s:
        """Second of 24:00 local on working day D + n: what ends *before* it is within n working days.

        Example:
            >>> days = WorkingDays(WallClock(date(2026, 6, 1)), [date(2026, 6, 1), date(2026, 6, 2)])
            >>> days.deadline(0, 1) == 2 * 86400, days.deadline(0, 2) == NEVER
            (True, True)
        """
        return _pick(self._ending.instants, self.receipt_day(t) + n)

    @overload
    def start_after(self, t: int, n: int) -> int: ...
    @overload
    def start_after(self, t: Int64s, n: int | Int64s) -> Int64s: ...
    def start_after(self, t: int | Int64s, n: int | Int64s) -> int | Int64s:
        """Second of 00:00 local on working day D + n.

        Example:
            >>> days = WorkingDays(WallClock(date(2026, 6, 1)), [date(2026, 6, 1), date(2026, 6, 2)])
            >>> days.start_after(3600, 1)
            86400
        """
        return _pick(self._begins, self.receipt_day(t) + n)

    @overload
    def days_between(self, a: int, b: int) -> int: ...
    @overload
    def days_between(self, a: Int64s, b: Int64s) -> Int64s: ...
    def days_between(self, a: int | Int64s, b: int | Int64s) -> int | Int64s:
        """Fewest working days within which b follows a receipt at a: least n >= 0 with b < deadline(a, n).

        Example:
            >>> days = WorkingDays(WallClock(date(2026, 6, 1)), working_dates(date(2026, 6, 1), date(2026, 6, 9), ()))
            >>> days.days_between(0, 86399), days.days_between(0, 86400), days.days_between(0, 5 * 86400)
            (0, 1, 5)
        """
        days = _place(self._ending, b) - self.receipt_day(a)
        return max(days, 0) if isinstance(days, int) else np.maximum(days, 0)


def _place(limits: Upcoming, t: int | Int64s) -> int | Int64s:
    """Place of the first limit after t."""
    if np.ndim(t) == 0:
        return int(np.searchsorted(limits.instants, index(t), side="right"))
    return limits.places(np.asarray(t) + 1)


def _pick(seconds: Int64s, places: int | Int64s) -> int | Int64s:
    if np.any(np.asarray(places) < 0):
        raise ValueError("a number of working days is negative; give 0 or more")
    if isinstance(places, int):
        return int(seconds[places]) if places < len(seconds) else NEVER
    padded = np.concatenate((seconds, np.array([NEVER])))
    return padded[np.minimum(places, len(seconds))]
