"""How much busier one week is than another: extra variance of arrivals, from published monthly counts.

Monthly counts of a council vary more than independent arrivals would. Part of it is families (several children in one
contact); the rest is put down to gamma factors with mean 1 that all contacts of a day, and of a week, share.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from frontdoor_sim.calibration.season import days_of_year

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Dispersion:
    """Variances of the gamma factors, and what they were found from.

    Args:
        day: variance of the factor of a day.
        week: variance of the factor of a week.
        monthly_ratio: variance over mean of the monthly counts, once the shape of the year and its total are removed.
        families: the part of that ratio that families explain.
    """

    day: float
    week: float
    monthly_ratio: float
    families: float


def family_ratio(children: float) -> float:
    """Variance over mean of a compound Poisson count of children, E[C^2] / E[C], with C = 1 + Poisson(mean - 1).

    Example:
        >>> round(family_ratio(1.72), 4)
        2.1386
    """
    return ((children - 1) + children**2) / children


def statistic(counts: Floats, shape: Floats) -> float:
    """Pearson's sum  Q = sum over months of (n - e)^2 / e  with e = shape x the year's total.

    Args:
        counts: monthly counts, shape (12,).
        shape: share of each month, adding up to 1, shape (12,).
    """
    expected = shape * counts.sum()
    return float(((counts - expected) ** 2 / expected).sum())


def expected_terms(year: int, total: float, shape: Floats, daily: Floats) -> tuple[float, float, float]:
    """The three coefficients of E[Q] in one year.

    With X the monthly counts, r = X - p sum(X) and Cov(X) = c diag(e) + w T^2 S_week + d (1 + w) T^2 S_day:

        E[Q] = c (12 - 1) + w A_week + d (1 + w) A_day,   A = T^2 sum over m of [(I - p 1') S (I - p 1')']_mm / e_m.

    Here p is the shape, T the total, e = p T, c the family ratio, d and w the variances of the day's and the week's
    factor; S_day[m, m] = sum over the days of m of (day's share)^2 and S_week[m, k] = sum over weeks of (share of the
    week in m) x (share in k), so that a week across two months is counted as it is.

    Args:
        year: reporting year.
        total: the year's count T.
        shape: p, April first, shape (12,).
        daily: relative rate of each day of the year; only proportions within a month matter.

    Returns:
        11, A_week and A_day.
    """
    days = days_of_year(year)
    months = np.zeros((len(shape), len(daily)))
    months[days.month, np.arange(len(daily))] = daily
    x = shape[:, None] * months / months.sum(axis=1, keepdims=True)
    weeks = np.zeros((int(days.week.max()) + 1, len(daily)))
    weeks[days.week, np.arange(len(daily))] = 1.0
    by_week = x @ weeks.T
    removal = np.eye(len(shape)) - np.outer(shape, np.ones(len(shape)))

    def coefficient(spread: Floats) -> float:
        return float((np.diag(removal @ spread @ removal.T) * total / shape).sum())

    return float(len(shape) - 1), coefficient(by_week @ by_week.T), coefficient(x @ x.T)


def dispersion(
    counts: Mapping[int, Floats],
    shapes: Mapping[int, Floats],
    daily: Mapping[int, Floats],
    children: float,
    share_of_days: float,
) -> Dispersion:
    """Variances of the day's and the week's factor that reproduce the published monthly variance in expectation.

    The part of Q that families do not explain, R = sum of Q - c sum of 11, is split: `share_of_days` of it to days,
    d (1 + w) sum of A_day = share x R; the rest to weeks, w sum of A_week = (1 - share) x R.

    Args:
        counts: monthly counts of the council by year, each of shape (12,), April first.
        shapes: the national share of each month in the same years.
        daily: relative rate of each day of these years.
        children: mean number of children in a contact.
        share_of_days: share of the extra variance that is put down to days; monthly counts cannot tell.

    Returns:
        The variances; both 0 where families explain all of it.
    """
    found = sum(statistic(counts[year], shapes[year]) for year in counts)
    terms = [expected_terms(year, float(counts[year].sum()), shapes[year], daily[year]) for year in counts]
    freedom, of_weeks, of_days = (sum(column) for column in zip(*terms, strict=True))
    families = family_ratio(children)
    rest = max(found - families * freedom, 0.0)
    week = (1 - share_of_days) * rest / of_weeks
    day = share_of_days * rest / (of_days * (1 + week))
    return Dispersion(day, week, found / freedom, families)
