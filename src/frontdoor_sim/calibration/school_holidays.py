"""School holidays in England by one stated rule; terms are set locally and differ by a week or so."""

from __future__ import annotations

from datetime import date, timedelta

_MONDAY = 0
_LATEST_AUTUMN_HALF_TERM = 28
_EARLIEST_FEBRUARY_HALF_TERM = 12
_EARLIEST_SUMMER = 22


def easter(year: int) -> date:
    """Easter Sunday of a year (Gregorian).

    Source: the anonymous algorithm of *Nature*, 20 April 1876, as given by J. Meeus, *Astronomical Algorithms*, ch. 8.

    Example:
        >>> easter(2020)
        datetime.date(2020, 4, 12)
    """
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (b - (b + 8) // 25 + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, day + 1)


def school_holidays(first_year: int, last_year: int) -> list[tuple[date, date]]:
    """School holidays that begin in the calendar years from `first_year` to `last_year`.

    The rule: February half-term, the week from the Monday of 12 to 18 February; Easter, the two weeks around Easter
    Sunday (from the Monday before); May half-term, the week of the spring bank holiday (last Monday in May); summer,
    from the Monday of 22 to 28 July to 31 August; autumn half-term, the week from the last Monday up to 28 October;
    Christmas, the two weeks from the Monday of the week of 25 December.

    Returns:
        Pairs of first and last date, both included, weekends with them, in order.

    Example:
        >>> [(str(first), str(last)) for first, last in school_holidays(2019, 2019)][-1]
        ('2019-12-23', '2020-01-05')
    """
    found = []
    for year in range(first_year, last_year + 1):
        found += [
            _from_monday(_monday_from(date(year, 2, _EARLIEST_FEBRUARY_HALF_TERM)), 1),
            _from_monday(easter(year) - timedelta(days=6), 2),
            _from_monday(_monday_up_to(date(year, 5, 31)), 1),
            (_monday_from(date(year, 7, _EARLIEST_SUMMER)), date(year, 8, 31)),
            _from_monday(_monday_up_to(date(year, 10, _LATEST_AUTUMN_HALF_TERM)), 1),
            _from_monday(_monday_up_to(date(year, 12, 25)), 2),
        ]
    return found


def _monday_from(day: date) -> date:
    return day + timedelta(days=(_MONDAY - day.weekday()) % 7)


def _monday_up_to(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _from_monday(monday: date, weeks: int) -> tuple[date, date]:
    return monday, monday + timedelta(days=7 * weeks - 1)
