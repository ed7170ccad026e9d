"""Local time and seconds elapsed, with clock changes taken as they fall."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property, lru_cache
from operator import index
from typing import overload
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Int64s = NDArray[np.int64]
Datetimes = NDArray[np.datetime64]

FIRST_YEAR, LAST_YEAR = 1970, 2100
_EPOCH = datetime(1970, 1, 1)
_EPOCH_HOUR_OF_WEEK = 72  # 1 January 1970 was a Thursday
_DAY, _WEEK, _HOUR = 86_400, 604_800, 3_600


@dataclass(frozen=True)
class _ClockChanges:
    """A zone's offsets from UTC [s], and when each begins [s since 1970].

    Offset i + 1 begins at UTC second changes[i], and is read from wall-clock second walls[i].
    """

    offsets: list[int]
    changes: list[int]
    walls: list[int]


@lru_cache(maxsize=16)
def _clock_changes(zone: str) -> _ClockChanges:
    """Find every change of a zone's offset from 1970 to 2100, by weekly looks and halving."""
    local = _zone_info(zone)

    def offset(utc: int) -> int:
        difference = datetime.fromtimestamp(utc, local).utcoffset()
        return 0 if difference is None else round(difference.total_seconds())

    end = (date(LAST_YEAR + 1, 1, 1) - _EPOCH.date()).days * _DAY
    offsets, changes, walls = [offset(0)], [], []
    for week in range(0, end, _WEEK):
        low, high = week, week + _WEEK
        if offset(high) == offsets[-1]:
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if offset(middle) == offsets[-1] else (low, middle)
        offsets.append(offset(high))
        changes.append(high)
        walls.append(high + max(offsets[-2:]))
    return _ClockChanges(offsets, changes, walls)


def _zone_info(zone: str) -> ZoneInfo:
    try:
        return ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise ValueError(f'no time zone is called "{zone}"; give an IANA name such as "Europe/London"') from None


@dataclass(frozen=True)
class WallClock:
    """Turns local time into seconds elapsed since `opens` 00:00, and back.

    A local time that does not exist (clocks go forward) becomes the first that does; one that
    exists twice (clocks go back) is the first. Days of 23 and 25 hours are hence as long as they were.

    Args:
        opens: the date whose local midnight is second 0; seconds before it are negative.
        zone: IANA name of the time zone.

    Raises:
        ValueError: the zone is unknown, or `opens` lies outside 1970 to 2100.

    Example:
        >>> clock = WallClock(date(2026, 3, 29))
        >>> clock.seconds(datetime(2026, 3, 30)) / 3600, str(clock.local(3600))
        (23.0, '2026-03-29 02:00:00+01:00')
    """

    opens: date
    zone: str = "Europe/London"

    def __post_init__(self) -> None:
        _zone_info(self.zone)
        if not FIRST_YEAR < self.opens.year < LAST_YEAR:
            raise ValueError(f"opens is {self.opens}; give a date between {FIRST_YEAR + 1} and {LAST_YEAR - 1}")

    @cached_property
    def _second_zero(self) -> int:
        """Second 0 in UTC seconds since 1970."""
        days = self.opens.toordinal() - _EPOCH.toordinal()
        return _utc(_clock_changes(self.zone), days * _DAY)

    @overload
    def seconds(self, local: datetime) -> int: ...
    @overload
    def seconds(self, local: Datetimes) -> Int64s: ...
    def seconds(self, local: datetime | Datetimes) -> int | Int64s:
        """Second at which the clocks first show a local time (fractions are dropped).

        Args:
            local: a naive datetime, or an array of datetime64 read as local time.

        Raises:
            ValueError: the datetime carries a time zone, or an array holds no date (NaT).

        Example:
            >>> WallClock(date(2026, 3, 29)).seconds(datetime(2026, 3, 29, 1, 30)) / 3600   # does not exist
            1.0
        """
        if isinstance(local, datetime):
            if local.tzinfo is not None:
                raise ValueError(f"{local} carries a time zone; give local time without one")
            since = local - _EPOCH
            return _utc(_clock_changes(self.zone), since.days * _DAY + since.seconds) - self._second_zero
        if np.isnat(local).any():
            raise ValueError("an array of local times holds a missing one (NaT); leave those out first")
        return self._elapsed(local.astype("datetime64[s]").astype(np.int64))

    def at(self, days: Datetimes, second_of_day: int) -> Int64s:
        """Seconds at which the clocks first show one time of day, on each of several dates.

        Args:
            days: dates as datetime64[D].
            second_of_day: local time of day [s]; 86,400 and more lies on the day after.

        Example:
            >>> days = all_dates(date(2026, 3, 29), date(2026, 3, 30))
            >>> WallClock(date(2026, 3, 29)).at(days, 9 * 3600).tolist()
            [28800, 115200]
        """
        return self._elapsed(days.astype("datetime64[D]").astype(np.int64) * _DAY + second_of_day)

    def midnight(self, day: date) -> int:
        """Second at which a date begins.

        Example:
            >>> WallClock(date(2026, 3, 29)).midnight(date(2026, 3, 28))
            -86400
        """
        return self.seconds(datetime.combine(day, time()))

    def midnights(self, first: date, last: date) -> Int64s:
        """Seconds at which the dates first to last begin, and the one after: length days + 1.

        Example:
            >>> WallClock(date(2026, 3, 29)).midnights(date(2026, 3, 29), date(2026, 3, 30)).tolist()
            [0, 82800, 169200]
        """
        return self.seconds(all_dates(first, last, beyond=1))

    @overload
    def local(self, seconds: int) -> datetime: ...
    @overload
    def local(self, seconds: Int64s) -> Datetimes: ...
    def local(self, seconds: int | Int64s) -> datetime | Datetimes:
        """Local time at a second: an aware datetime, or for an array naive datetime64[s].

        Example:
            >>> WallClock(date(2026, 6, 1)).local(np.array([0, 90])).tolist()[1]
            datetime.datetime(2026, 6, 1, 0, 1, 30)
        """
        if isinstance(seconds, np.ndarray):
            return self._walls(seconds).astype("datetime64[s]")
        return datetime.fromtimestamp(index(seconds) + self._second_zero, ZoneInfo(self.zone))

    @overload
    def date_of(self, seconds: int) -> date: ...
    @overload
    def date_of(self, seconds: Int64s) -> Datetimes: ...
    def date_of(self, seconds: int | Int64s) -> date | Datetimes:
        """Local date at a second (for an array: datetime64[D]).

        Example:
            >>> WallClock(date(2026, 6, 1)).date_of(-1)
            datetime.date(2026, 5, 31)
        """
        if isinstance(seconds, np.ndarray):
            return self._walls(seconds).astype("datetime64[s]").astype("datetime64[D]")
        return self.local(seconds).date()

    def hour_of_week(self, seconds: Int64s) -> Int64s:
        """Local hour of the week at each second: 0 is Monday 00:00 to 01:00, 167 the last.

        Example:
            >>> WallClock(date(2026, 6, 1)).hour_of_week(np.array([0, 3600, -1])).tolist()
            [0, 1, 167]
        """
        hours: Int64s = (self._walls(np.asarray(seconds)) // _HOUR + _EPOCH_HOUR_OF_WEEK) % 168
        return hours

    def _elapsed(self, walls: Int64s) -> Int64s:
        """Seconds at which the clocks first show each wall-clock second."""
        table = _clock_changes(self.zone)
        period = np.searchsorted(np.array(table.walls, dtype=np.int64), walls, side="right")
        ceilings = np.array([*table.changes, np.iinfo(np.int64).max], dtype=np.int64)
        utc = np.minimum(walls - np.array(table.offsets, dtype=np.int64)[period], ceilings[period])
        return np.asarray(utc - self._second_zero, dtype=np.int64)

    def _walls(self, seconds: Int64s) -> Int64s:
        """What the clocks on the wall show, as seconds since 1970 read without a zone."""
        table = _clock_changes(self.zone)
        utc = seconds.astype(np.int64) + self._second_zero
        period = np.searchsorted(np.array(table.changes, dtype=np.int64), utc, side="right")
        return np.asarray(utc + np.array(table.offsets, dtype=np.int64)[period], dtype=np.int64)


def _utc(table: _ClockChanges, wall: int) -> int:
    """UTC second at which the wall clock first shows `wall` or, where it jumps, more."""
    period = bisect_right(table.walls, wall)
    utc = wall - table.offsets[period]
    return utc if period == len(table.changes) else min(utc, table.changes[period])


def all_dates(first: date, last: date, beyond: int = 0) -> Datetimes:
    """The dates first to last, both included, and `beyond` more, as datetime64[D].

    Raises:
        ValueError: `last` is before `first`.

    Example:
        >>> all_dates(date(2026, 2, 28), date(2026, 3, 1)).astype(str).tolist()
        ['2026-02-28', '2026-03-01']
    """
    if last < first:
        raise ValueError(f"the last date {last} is before the first {first}; give the earlier date first")
    start = np.datetime64(first, "D")
    return start + np.arange((last - first).days + 1 + beyond)
