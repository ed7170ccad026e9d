"""The calibration window: which dates of the history are used, and which are left out and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from frontdoor_sim.documents import InputError, Mistake
from frontdoor_sim.working_time import WallClock, england_bank_holidays

Floats = NDArray[np.float64]
Int64s = NDArray[np.int64]
Flags = NDArray[np.bool_]

HOUR = 3_600
HOURS_OF_WEEK, DAYS_OF_WEEK, MONTHS_OF_YEAR = 168, 7, 12
_EPOCH_WEEKDAY = 3  # 1 January 1970 was a Thursday


@dataclass(frozen=True)
class LeftOut:
    """Dates, both included, that the calibration does not use."""

    first: date
    last: date
    why: str


@dataclass(frozen=True)
class Window:
    """Whole local dates of a history, both included.

    Args:
        first, last: of the window.
        left_out: stretches of dates inside it that are not used, each with its reason.

    Raises:
        InputError: the last date is before the first, or nothing is left.

    Example:
        >>> covid = LeftOut(date(2020, 3, 16), date(2021, 4, 11), "pandemic")
        >>> Window(date(2019, 4, 1), date(2022, 3, 31), (covid,)).days
        704
    """

    first: date
    last: date
    left_out: tuple[LeftOut, ...] = ()

    def __post_init__(self) -> None:
        stretches = [("window", self.first, self.last), *(("left out", one.first, one.last) for one in self.left_out)]
        mistakes = [
            Mistake(name, f"{last} is before {first}.", "The earlier date first.", "Swap the two dates.")
            for name, first, last in stretches
            if last < first
        ]
        if not mistakes and not self.days:
            mistakes = [Mistake("window", "Every date is left out.", "Some dates to use.", "Leave out fewer.")]
        if mistakes:
            raise InputError(mistakes)

    @cached_property
    def used(self) -> Flags:
        """For each date of the window, whether it is used."""
        dates = self.dates
        flags = np.ones(len(dates), dtype=bool)
        for one in self.left_out:
            flags &= (dates < np.datetime64(one.first, "D")) | (dates > np.datetime64(one.last, "D"))
        return flags

    @property
    def dates(self) -> NDArray[np.datetime64]:
        """Every date of the window, used or not."""
        return np.arange(np.datetime64(self.first, "D"), np.datetime64(self.last, "D") + 1)

    @property
    def days(self) -> int:
        """How many dates are used."""
        return int(self.used.sum())

    @property
    def words(self) -> str:
        """The window in words, for the note of every number fitted to it."""
        text = f"{self.first} to {self.last}"
        for one in self.left_out:
            text += f", without {one.first} to {one.last} ({one.why})"
        return text


@dataclass(frozen=True, eq=False)
class Cells:
    """The hours (or, for receipts known by date, the days) of a window, used ones only, and what the calendar says.

    Args:
        edges: second at which each begins; shape (cells,).
        length: of each [h], 1 for an hour; a day is as long as it was.
        slot: hour of the week, 0 for Monday 00:00 (or weekday, 0 for Monday).
        slots: 168, or 7.
        month: 0 for January.
        bank_holiday, school_holiday: of the local date.
        day: number of the used date, ascending from 0.
        week: number of the Monday-to-Sunday week of each day, ascending from 0; shape (days,).
        monday: Monday of each week, datetime64[D].
    """

    edges: Int64s
    length: Floats
    slot: Int64s
    slots: int
    month: Int64s
    bank_holiday: Flags
    school_holiday: Flags
    day: Int64s
    week: Int64s
    monday: NDArray[np.datetime64]

    def count(self, received: Int64s, group: Int64s, groups: int) -> Floats:
        """Receipts in each cell by group, shape (groups, cells); those outside the used dates are not counted."""
        place = np.searchsorted(self.edges, received, side="right") - 1
        ends = self.edges + np.rint(self.length * HOUR).astype(np.int64)
        inside = (place >= 0) & (received < ends[np.maximum(place, 0)])
        flat = group[inside] * len(self.edges) + place[inside]
        counted = np.bincount(flat, minlength=groups * len(self.edges)).reshape(groups, len(self.edges))
        return counted.astype(np.float64)


def lay_out(
    window: Window, clock: WallClock, school_holidays: Sequence[tuple[date, date]], *, by_date: bool = False
) -> Cells:
    """The cells of a window.

    Args:
        window: which dates.
        clock: turns dates into the seconds of the receipts.
        school_holidays: first and last date of each, both included.
        by_date: whether receipts are known by date alone.

    Example:
        >>> spring = Window(date(2026, 3, 28), date(2026, 3, 29))
        >>> len(lay_out(spring, WallClock(date(2026, 3, 28)), ()).edges)     # the clocks go forward on the second
        47
    """
    midnights = clock.midnights(window.first, window.last)
    length = np.diff(midnights) // HOUR
    dates, used = window.dates, window.used
    per_day = np.ones(len(dates), dtype=np.int64) if by_date else length
    day = np.repeat(np.arange(len(dates)), per_day)
    inside = np.arange(len(day)) - np.repeat(np.cumsum(per_day) - per_day, per_day)
    kept = used[day]
    edges = (midnights[:-1][day] + inside * HOUR)[kept]
    weekday = (dates.astype(np.int64) + _EPOCH_WEEKDAY) % DAYS_OF_WEEK
    number = np.cumsum(used) - 1
    monday, week = np.unique((dates - weekday.astype("timedelta64[D]"))[used], return_inverse=True)
    return Cells(
        edges,
        (length[day] if by_date else np.ones(len(day)))[kept].astype(np.float64),
        weekday[day][kept] if by_date else clock.hour_of_week(edges),
        DAYS_OF_WEEK if by_date else HOURS_OF_WEEK,
        (dates.astype("datetime64[M]").astype(np.int64) % MONTHS_OF_YEAR)[day][kept],
        _among(dates, _bank_holidays(window))[day][kept],
        _among(dates, _each_date(school_holidays))[day][kept],
        number[day][kept],
        week.astype(np.int64),
        monday,
    )


def totals(place: Int64s, weight: Floats, number: int) -> Floats:
    """Sums of weights by place, shape (number,).

    Example:
        >>> totals(np.array([0, 2, 2]), np.array([1.0, 2.0, 3.0]), 3).tolist()
        [1.0, 0.0, 5.0]
    """
    return np.bincount(place, weight, number).astype(np.float64)


def _bank_holidays(window: Window) -> list[date]:
    return sorted(england_bank_holidays(window.first, window.last))


def _each_date(stretches: Sequence[tuple[date, date]]) -> list[date]:
    return [first + timedelta(days=n) for first, last in stretches for n in range((last - first).days + 1)]


def _among(dates: NDArray[np.datetime64], listed: list[date]) -> Flags:
    return np.isin(dates, np.array(listed, dtype="datetime64[D]"))
