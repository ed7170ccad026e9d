"""Bank holidays in England, from the `holidays` library."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from holidays import country_holidays


def england_bank_holidays(
    first: date, last: date, extra: Iterable[date] = (), not_holidays: Iterable[date] = ()
) -> frozenset[date]:
    """Bank holidays in England from `first` to `last`, both included.

    Where a bank holiday falls on a weekend, the day itself and its substitute both count.

    Args:
        first: first date asked about.
        last: last date asked about, not before `first`.
        extra: local closing days to add (those outside first to last are left out).
        not_holidays: days to take away, such as a bank holiday that the council works.

    Raises:
        ValueError: `last` is before `first`.

    Example:
        >>> sorted(day.isoformat() for day in england_bank_holidays(date(2026, 12, 1), date(2027, 1, 31)))
        ['2026-12-25', '2026-12-26', '2026-12-28', '2027-01-01']
    """
    if last < first:
        raise ValueError(f"the last date {last} is before the first {first}; give the earlier date first")
    days = {*_of_years(first.year, last.year), *extra} - set(not_holidays)
    return frozenset(day for day in days if first <= day <= last)


@lru_cache(maxsize=64)
def _of_years(first: int, last: int) -> frozenset[date]:
    """Those of whole years; kept, since the library takes a millisecond and every replication asks."""
    return frozenset(country_holidays("GB", subdiv="ENG", years=range(first, last + 1)))
