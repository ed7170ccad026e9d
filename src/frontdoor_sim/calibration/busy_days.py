"""How much busier one day is than another, and one week than another: variances of gamma factors, from daily counts.

With N the counts of days, mu their fitted expectation, and factors of mean 1 and variance d (days) and w (weeks),

    Cov(N) = diag(mu) + d (1 + w) diag(mu^2) + w sum over weeks of mu_week mu_week'.

Residuals of a fit are smaller than the errors they stand for, most of all those of weeks, since the months were fitted.
To first order r = N - mu of the fit has the covariance  A + d (1 + w) A A + w A L L' A  with A = diag(mu) - S' I^-1 S
(S the gradient's share of each day, I the information) and L the days of each week. Two sums of squares,

    Q_day = sum of r_day^2 / mu_day        and        Q_week = sum of (r of the week)^2 / mu_week,

are set equal to their expectations, which are linear in d (1 + w) and w. A negative binomial for single hours would not
do: its noise is independent from hour to hour and has averaged out by the end of a day. (Whitt, Op. Res. Letters 24, 1999;
Avramidis, Deslauriers and L'Ecuyer, Management Science 50, 2004; quadratic unbiased estimation: Rao, 1970.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv, pdtrik

from frontdoor_sim.calibration.estimates import LEVEL, Interval
from frontdoor_sim.luck import LUCK_BITS, code, draws, key_array

Floats = NDArray[np.float64]
Int64s = NDArray[np.int64]

_HISTORIES = 400
_LEAST = 1e-9
_GRID = (np.arange(8_192) + 0.5) / 8_192


@dataclass(frozen=True, eq=False)
class BusyDays:
    """Variances of the factors that all contacts of a day, and of a week, share.

    Args:
        day, week: with their 90 % intervals; 0 where the counts vary no more than independent arrivals do.
        of_days: d (1 + w), the part of the covariance within a day that is not the week's.
        index: variance over mean of the daily counts given their expectations: Q_day over its expectation without factors.
        covariance_of_days: d (1 + w) diag(mu^2) + w sum of mu_week mu_week', shape (days, days).
        draws: of both variances, by the bootstrap whose quantiles are the intervals, shape (400, 2).
    """

    day: Interval
    week: Interval
    of_days: float
    index: float
    covariance_of_days: Floats
    draws: Floats


def busy_days(counted: Floats, expected: Floats, explained: Floats, week: Int64s) -> BusyDays:
    """Variances of the factors of days and weeks.

    Args:
        counted: counts of days, shape (days,).
        expected: their fitted expectation mu; a day on which nobody is expected is not looked at.
        explained: S' I^-1 S: how far the fit followed each day, shape (days, days); zeros where nothing was fitted.
        week: number of the week of each day, from 0.

    Intervals are by parametric bootstrap, 400 histories of luck keyed by their number: with the estimate v, noise floor k
    (the variance that Poisson counts alone would show) and the ratio (v* + k) / (v + k) of the histories, they run from
    (v + k) / q95 - k to (v + k) / q05 - k, and no lower than 0.

    Example:
        >>> even = busy_days(np.full(70, 20.0), np.full(70, 20.0), np.zeros((70, 70)), np.arange(70) // 7)
        >>> even.day.estimate, even.week.estimate
        (0.0, 0.0)
    """
    some = expected > _LEAST
    every, week_of_all = expected, week
    counted, expected, explained = counted[some], expected[some], explained[np.ix_(some, some)]
    week = np.unique(week[some], return_inverse=True)[1].astype(np.int64)
    weeks = np.eye(int(week.max()) + 1)[week]
    left = np.diag(expected) - explained
    equations = _Equations.of(expected, left, weeks)
    first = equations.solved(counted - expected)
    day, w = _day_and_week(first)
    truth = (max(day, 0.0), max(w, 0.0))
    again = _histories(expected, left, weeks, week, equations, truth)
    floors = (float(1 / expected.mean()), float(1 / (weeks.T @ expected).mean() + truth[0] / 7))
    drawn = np.stack(
        [
            _drawn(value, centre, simulated, floor)
            for value, centre, simulated, floor in zip((day, w), truth, again.T, floors, strict=True)
        ],
        axis=1,
    )
    ends = [_interval(value, each) for value, each in zip((day, w), drawn.T, strict=True)]
    spread = truth[0] * (1 + truth[1])
    together = (week_of_all[:, None] == week_of_all) * np.outer(every, every)
    covariance = spread * np.diag(every**2) + truth[1] * together
    residual = counted - expected
    index = float((residual**2 / expected).sum() / equations.alone[0])
    return BusyDays(ends[0], ends[1], spread, index, covariance, np.maximum(drawn, 0.0))


@dataclass(frozen=True, eq=False)
class _Equations:
    """Q = alone + factors @ (d (1 + w), w): the two sums of squares and what they are expected to be."""

    expected: Floats
    weeks: Floats
    alone: Floats
    factors: Floats

    @classmethod
    def of(cls, expected: Floats, left: Floats, weeks: Floats) -> _Equations:
        of_week = weeks.T @ expected
        squares = (1 / expected, 1 / of_week)

        def traces(covariance: Floats) -> tuple[float, float]:
            by_week = np.einsum("dw,de,ew->w", weeks, covariance, weeks, optimize=True)
            return float(squares[0] @ np.diag(covariance)), float(squares[1] @ by_week)

        by_weeks = left @ weeks
        factors = np.array([traces(left @ left.T), traces(by_weeks @ by_weeks.T)]).T
        return cls(expected, weeks, np.array(traces(left)), factors)

    def solved(self, residual: Floats) -> Floats:
        """Both of d (1 + w) and w, for residuals of shape (..., days)."""
        of_week = residual @ self.weeks
        squares = [
            (residual**2 / self.expected).sum(axis=-1),
            (of_week**2 / (self.weeks.T @ self.expected)).sum(axis=-1),
        ]
        return np.asarray(np.linalg.solve(self.factors, (np.stack(squares, axis=-1) - self.alone).T).T)


def _day_and_week(solved: Floats) -> tuple[float, float]:
    """Both of d and w from d (1 + w) and w; a negative estimate is kept, to be told from one that is merely small."""
    w = float(solved[1])
    return float(solved[0]) / (1 + max(w, 0.0)), w


def _histories(
    expected: Floats, left: Floats, weeks: Floats, week: Int64s, equations: _Equations, truth: tuple[float, float]
) -> Floats:
    """Estimates of d and w from histories with these variances, shape (histories, 2)."""
    days, number = len(expected), weeks.shape[1]
    factor = _gamma(truth[0], _luck("day", days)) * _gamma(truth[1], _luck("week", number))[:, week]
    counts = np.ceil(pdtrik(_luck("count", days), expected * factor))
    residual = (counts - expected) @ (left / expected[:, None])
    solved = equations.solved(residual)
    return np.stack([solved[:, 0] / (1 + np.maximum(solved[:, 1], 0.0)), solved[:, 1]], axis=1)


def _luck(purpose: str, number: int) -> Floats:
    """Uniform numbers in (0, 1) for every history, shape (histories, number)."""
    history, each = (np.ravel(grid) for grid in np.indices((_HISTORIES, number)))
    keys = key_array(("history of busy days",), history.astype(np.int64), each.astype(np.int64))
    return np.asarray((draws(keys, code(purpose)) + 0.5) / (1 << LUCK_BITS)).reshape(_HISTORIES, number)


def _gamma(variance: float, p: Floats) -> Floats:
    """Gamma factors of mean 1, read along a fine table of quantiles."""
    if variance < _LEAST:
        return np.ones_like(p)
    return np.asarray(np.interp(p, _GRID, gammaincinv(1 / variance, _GRID) * variance))


def _drawn(value: float, centre: float, simulated: Floats, floor: float) -> Floats:
    """A draw of the variance for each simulated history: what it would be if the history erred as that one did."""
    ratio = (simulated + floor) / (centre + floor)
    return np.asarray((max(value, 0.0) + floor) / (ratio / ratio.mean()) - floor)


def _interval(value: float, drawn: Floats) -> Interval:
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(drawn, (tail, 1 - tail), method="linear").tolist()
    return Interval(max(value, 0.0), max(low, 0.0), max(high, 0.0))
