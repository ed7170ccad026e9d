"""The shape of a year: what each month adds once weekdays, bank holidays and school holidays are taken out.

The model's rate of source s on a day is  M[month] x weekday[s] x bank_holiday[s] x school_holiday[s], scaled so that
each source has its share of the year. The month index M is solved so that, over the pooled years, the model's months
add up to the published ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np
from numpy.typing import NDArray

from frontdoor_sim.calibration.dfe import MONTHS
from frontdoor_sim.calibration.school_holidays import school_holidays
from frontdoor_sim.working_time import england_bank_holidays

Floats = NDArray[np.float64]
COVID_YEARS = (2020, 2021)
"""Reporting years (ending 31 March) that the pandemic touched: the last weeks of the first, the whole of the second."""

_ROUNDS = 200
_CLOSE = 1e-12


@dataclass(frozen=True)
class Habits:
    """How the rate of each source follows the calendar.

    Args:
        sources: names, in order.
        weekday: relative rate, shape (sources, 7), Monday first.
        bank_holiday: rate on a bank holiday relative to the same weekday, shape (sources,).
        school_holiday: rate in the school holidays relative to term, shape (sources,).
    """

    sources: tuple[str, ...]
    weekday: Floats
    bank_holiday: Floats
    school_holiday: Floats


def habits(
    weekday: Mapping[str, Sequence[float]], bank_holiday: Mapping[str, float], school_holiday: Mapping[str, float]
) -> Habits:
    """Habits from the mappings of a parameters file.

    Example:
        >>> habits({"police": [1] * 7}, {"police": 1}, {"police": 1}).weekday.shape
        (1, 7)
    """
    sources = tuple(weekday)
    by_source = [np.array([mapping[s] for s in sources], dtype=float) for mapping in (bank_holiday, school_holiday)]
    return Habits(sources, np.array([weekday[s] for s in sources], dtype=float), *by_source)


@dataclass(frozen=True)
class DaysOfYear:
    """The days of one reporting year, 1 April to 31 March, each a position in the arrays.

    Args:
        weekday: 0 is Monday.
        month: position in the reporting year; 0 is April.
        week: number of the week, Monday to Sunday.
        bank_holiday: whether it is a bank holiday in England.
        school_holiday: whether schools are closed.
    """

    weekday: NDArray[np.int64]
    month: NDArray[np.int64]
    week: NDArray[np.int64]
    bank_holiday: NDArray[np.bool_]
    school_holiday: NDArray[np.bool_]


@cache
def days_of_year(year: int) -> DaysOfYear:
    """The days of the reporting year that ends on 31 March of `year`.

    Example:
        >>> len(days_of_year(2020).weekday)
        366
    """
    first, last = date(year - 1, 4, 1), date(year, 3, 31)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    closed = england_bank_holidays(first, last)
    off = [(start, end) for start, end in school_holidays(year - 2, year)]
    return DaysOfYear(
        np.array([day.weekday() for day in days]),
        np.array([(day.month - 4) % len(MONTHS) for day in days]),
        np.array([(day - timedelta(days=day.weekday()) - first).days // 7 for day in days]),
        np.array([day in closed for day in days]),
        np.array([any(start <= day <= end for start, end in off) for day in days]),
    )


def daily_rates(year: int, habit: Habits) -> Floats:
    """Relative rate of each source on each day of a reporting year, before the month index.

    Returns:
        Shape (sources, days).
    """
    days = days_of_year(year)
    rates = habit.weekday[:, days.weekday]
    rates = np.where(days.bank_holiday, rates * habit.bank_holiday[:, None], rates)
    return np.where(days.school_holiday, rates * habit.school_holiday[:, None], rates)


def by_month(year: int, daily: Floats) -> Floats:
    """Sums of the last axis (days of a reporting year) by month, April first.

    Returns:
        Shape (..., 12).
    """
    month = days_of_year(year).month
    return np.stack([daily[..., month == m].sum(axis=-1) for m in range(len(MONTHS))], axis=-1)


def modelled_months(year: int, index: Floats, shares: Floats, habit: Habits) -> Floats:
    """Share of a year in each month, April first, under the model's law.

    With E[s, m] the sum of source s's daily rates in month m,
    share[m] = sum over s of shares[s] x index[m] E[s, m] / sum over k of index[k] E[s, k].

    Args:
        year: reporting year.
        index: month index, April first, shape (12,).
        shares: share of the year by source, in the order of `habit.sources`.
        habit: how each source follows the calendar.

    Returns:
        Shape (12,); adds up to 1.
    """
    exposure = by_month(year, daily_rates(year, habit)) * index
    return np.asarray((shares[:, None] * exposure / exposure.sum(axis=1, keepdims=True)).sum(axis=0))


def month_index(months: Mapping[int, Floats], shares: Mapping[int, Floats], habit: Habits) -> Floats:
    """The month index, solved so that modelled and published months agree over the pooled years.

    Iterative proportional fitting: M <- M x sum over years of published / sum over years of modelled, until nothing
    changes; then scaled to a mean of 1.

    Args:
        months: referrals by month, April first, for each reporting year.
        shares: share of referrals by source for each of these years, in the order of `habit.sources`.
        habit: how each source follows the calendar.

    Returns:
        Shape (12,), April first, mean 1.
    """
    index = np.ones(len(MONTHS))
    published = sum(np.asarray(counts, dtype=float) for counts in months.values())
    for _ in range(_ROUNDS):
        modelled = sum(counts.sum() * modelled_months(y, index, shares[y], habit) for y, counts in months.items())
        step = np.asarray(published) / modelled
        index = index * step
        if np.abs(step - 1).max() < _CLOSE:
            break
    return np.asarray(index / index.mean())


def per_working_day(months: Mapping[int, Floats]) -> Floats:
    """Referrals per working day of each month relative to the year's, mean over years: the usual plain index.

    Returns:
        Shape (12,), April first.
    """
    found = []
    for year, counts in months.items():
        days = days_of_year(year)
        working = by_month(year, ((days.weekday < 5) & ~days.bank_holiday).astype(float))
        found.append((counts / working) / (counts.sum() / working.sum()))
    return np.asarray(np.mean(found, axis=0))


def pooled_years(years: Sequence[int], wanted: int, most: int | None = None) -> list[int]:
    """Years outside the pandemic, the nearest to `wanted` first where only so many are wanted.

    Example:
        >>> pooled_years(range(2013, 2025), 2020, most=5)
        [2017, 2018, 2019, 2022, 2023]
    """
    outside = [year for year in years if year not in COVID_YEARS]
    return sorted(sorted(outside, key=lambda year: (abs(year - wanted), year))[:most])


def daily_profile(year: int, index: Floats, shares: Floats, habit: Habits) -> Floats:
    """Relative rate of all sources together on each day of a reporting year.

    Args:
        year: reporting year.
        index: month index, April first.
        shares: share of the year by source, in the order of `habit.sources`.
        habit: how each source follows the calendar.

    Returns:
        Shape (days,); adds up to 1.
    """
    rates = daily_rates(year, habit) * index[days_of_year(year).month]
    return np.asarray((shares[:, None] * rates / rates.sum(axis=1, keepdims=True)).sum(axis=0))
