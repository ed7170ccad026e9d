"""Weekly patterns in local time: shifts, and instants at which something goes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from frontdoor_sim.working_time.calendars import Calendar
from frontdoor_sim.working_time.wall_clock import Datetimes, WallClock, all_dates

Int64s = NDArray[np.int64]
Window = tuple[int, int]

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
BANK_HOLIDAY = 7
"""The eighth kind of day, after Monday 0 to Sunday 6."""

_DAY = 86_400
_EVERY_DAY = "every day"
_TIME = re.compile(r"(\d{1,2}):(\d{2})")
_RANGE_MARK = re.compile(r"\s*[-\u2013]\s*")


@dataclass(frozen=True)
class ShiftPattern:
    """Hours of a week, and of bank holidays, in local time.

    Args:
        windows: for each kind of day (Monday 0 to Sunday 6, bank holiday 7) its windows as seconds
            of the local day (start, end); an end above 86,400 lies on the next day.

    Example:
        >>> office = ShiftPattern.parse({"Mon-Thu": "08:30-17:15", "Fri": "08:30-16:45"})
        >>> clock = WallClock(date(2026, 6, 1))
        >>> office.lay_out(clock, date(2026, 6, 1), date(2026, 6, 7), frozenset())
        Calendar(5 windows, 155700 s open)
    """

    windows: tuple[tuple[Window, ...], ...]

    @classmethod
    def parse(cls, mapping: Mapping[str, str | Sequence[str]]) -> ShiftPattern:
        """Read a shift as it stands in a scenario.

        Args:
            mapping: days to windows. Days are `Mon`, `Mon-Thu`, `Sat, Sun`, `bank_holidays` or `every day`
                (which includes bank holidays); a day named twice has the windows of both. Windows are
                "08:30-17:15", a list of such, or several with commas; "17:00-08:30" runs past midnight
                and belongs to the day it starts. Bank holidays not mentioned are closed.

        Raises:
            ValueError: a day or a window cannot be read; the message says what would be right.

        Example:
            >>> ShiftPattern.parse({"Fri": "17:00-08:30"}).windows[4]
            ((61200, 117000),)
        """
        if not isinstance(mapping, Mapping):
            raise ValueError(f'{mapping!r} is not a shift: write days and hours, such as {{Mon-Fri: "09:00-17:00"}}')
        found: list[list[Window]] = [[] for _ in range(8)]
        for days, value in mapping.items():
            for kind in _kinds(str(days)):
                found[kind] += _windows(value)
        return cls(tuple(tuple(sorted(windows)) for windows in found))

    def lay_out(self, clock: WallClock, first: date, last: date, bank_holidays: Collection[date]) -> Calendar:
        """The windows that start on the dates first to last, as seconds; overlaps merge.

        Args:
            clock: turns local time into seconds.
            first: first date; a window that began the evening before is not included.
            last: last date; its window may run on past midnight.
            bank_holidays: dates that have the windows of bank holidays instead of their own.

        Example:
            >>> night = ShiftPattern.parse({"every day": "22:00-06:00"})
            >>> clock = WallClock(date(2026, 3, 28))                     # the clocks go forward in this night
            >>> night.lay_out(clock, date(2026, 3, 28), date(2026, 3, 28), ()).between(0, 2 * 86400) / 3600
            7.0
        """
        return _windows_laid_out(self, clock, first, last, frozenset(bank_holidays))


@dataclass(frozen=True)
class Instants:
    """Instants of a week in local time, such as the van at 08:30.

    Args:
        seconds: for each kind of day (Monday 0 to Sunday 6, bank holiday 7) its instants as seconds of
            the local day.

    Example:
        >>> van = Instants.parse("Mon-Fri 08:30, 14:00")
        >>> len(van.lay_out(WallClock(date(2026, 6, 1)), date(2026, 6, 1), date(2026, 6, 7), ()))
        10
    """

    seconds: tuple[tuple[int, ...], ...]

    @classmethod
    def parse(cls, text: str) -> Instants:
        """Read instants: days, then times; more days may follow.

        There are none on bank holidays, unless the days are `every day`.

        Raises:
            ValueError: the text cannot be read; the message says what would be right.

        Example:
            >>> Instants.parse("Mon-Thu 16:00, Fri 12:30").seconds[4]
            (45000,)
        """
        found: list[set[int]] = [set() for _ in range(8)]
        days: list[str] = []
        in_times = False
        for token in _tokens(str(text)):
            if ":" not in token:
                days = [token] if in_times else [*days, token]
                in_times = False
                continue
            in_times = True
            for kind in _kinds(", ".join(days)):
                found[kind].add(_second_of_day(token))
        if not in_times:
            raise ValueError(f'{text!r} names no times: write days and times, such as "Mon-Fri 08:30, 14:00"')
        return cls(tuple(tuple(sorted(seconds)) for seconds in found))

    def lay_out(self, clock: WallClock, first: date, last: date, bank_holidays: Collection[date]) -> Int64s:
        """The instants of the dates first to last as seconds, ascending, each once.

        Example:
            >>> daily = Instants.parse("every day 24:00")
            >>> daily.lay_out(WallClock(date(2026, 6, 1)), date(2026, 6, 1), date(2026, 6, 2), ()).tolist()
            [86400, 172800]
        """
        return _instants_laid_out(self, clock, first, last, frozenset(bank_holidays))


# Patterns laid out are kept: every replication and option of a study asks for the same few.
@lru_cache(maxsize=64)
def _windows_laid_out(
    pattern: ShiftPattern, clock: WallClock, first: date, last: date, bank_holidays: frozenset[date]
) -> Calendar:
    days = all_dates(first, last)
    kinds = _kinds_of(days, bank_holidays)
    starts, ends = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for kind, windows in enumerate(pattern.windows):
        for start, end in windows:
            starts.append(clock.at(days[kinds == kind], start))
            ends.append(clock.at(days[kinds == kind], end))
    return Calendar(np.concatenate(starts), np.concatenate(ends))


@lru_cache(maxsize=64)
def _instants_laid_out(
    instants: Instants, clock: WallClock, first: date, last: date, bank_holidays: frozenset[date]
) -> Int64s:
    days = all_dates(first, last)
    kinds = _kinds_of(days, bank_holidays)
    laid = [np.empty(0, dtype=np.int64)]
    for kind, seconds in enumerate(instants.seconds):
        laid += [clock.at(days[kinds == kind], second) for second in seconds]
    seconds_of_all = np.unique(np.concatenate(laid))
    seconds_of_all.setflags(write=False)
    return seconds_of_all


def _kinds_of(days: Datetimes, bank_holidays: Collection[date]) -> Int64s:
    """Kind of each date: its weekday, or bank holiday."""
    weekdays = (days.astype(np.int64) + 3) % 7
    closed = np.array(sorted(bank_holidays), dtype="datetime64[D]")
    return np.where(np.isin(days, closed), BANK_HOLIDAY, weekdays)


def _tokens(text: str) -> Iterable[str]:
    text = _RANGE_MARK.sub("-", re.sub(r"every\s+day", "every_day", text, flags=re.IGNORECASE))
    return [token for token in re.split(r"[\s,;]+", text) if token]


def _kinds(text: str) -> list[int]:
    """Kinds of day that a text such as `Mon-Thu, Sat` names."""
    kinds = [kind for token in _tokens(text) for kind in _kinds_of_token(token, text)]
    if not kinds:
        raise ValueError(f'no days before the times: write days first, such as "Mon-Fri" or "{_EVERY_DAY}"')
    return sorted(set(kinds))


def _kinds_of_token(token: str, text: str) -> Iterable[int]:
    if token.lower() == "every_day":
        return range(8)
    if token.lower() == "bank_holidays":
        return (BANK_HOLIDAY,)
    ends = [WEEKDAYS.index(part) if part in WEEKDAYS else -1 for part in token.title().split("-")]
    if -1 in ends or len(ends) > 2:
        raise ValueError(
            f"{text!r} does not name days: write {', '.join(WEEKDAYS)}, "
            f'a range such as Mon-Fri, "bank_holidays" or "{_EVERY_DAY}"'
        )
    if ends[0] > ends[-1]:
        raise ValueError(f'{text!r} runs backwards: write a range from Mon towards Sun, or two, such as "Sat-Sun, Mon"')
    return range(ends[0], ends[-1] + 1)


def _windows(value: str | Sequence[str]) -> list[Window]:
    """Windows of one day: "08:30-12:00, 13:00-17:00", or a list of such."""
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, Sequence) or not all(isinstance(text, str) for text in texts):
        raise ValueError(f'{value!r} is not a window: write it as text in quotes, such as "08:30-17:15"')
    return [_window(part) for text in texts for part in text.split(",")]


def _window(text: str) -> Window:
    parts = _RANGE_MARK.split(text.strip())
    if len(parts) != 2:
        raise ValueError(f'{text!r} is not a window: write its start and end, such as "08:30-17:15"')
    start, end = _second_of_day(parts[0]), _second_of_day(parts[1])
    if start in (end, _DAY):
        raise ValueError(f'{text!r} is empty: write the whole day as "00:00-24:00", and leave closed days out')
    return (start, end if end > start else end + _DAY)


def _second_of_day(text: str) -> int:
    match = _TIME.fullmatch(text)
    hour, minute = (int(match[1]), int(match[2])) if match else (99, 99)
    if minute > 59 or hour * 60 + minute > 24 * 60:
        raise ValueError(f'{text!r} is not a time of day: write hours and minutes, such as "08:30", at most "24:00"')
    return (hour * 60 + minute) * 60
