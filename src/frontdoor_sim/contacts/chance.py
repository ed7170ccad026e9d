"""Luck turned into numbers: whole luck below 2**32 in, quantiles out."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv, gammaln, xlogy

from frontdoor_sim.compiling import Quick
from frontdoor_sim.distributions import QuantileTable, from_mapping, quantile_table
from frontdoor_sim.luck import LUCK_BITS, Int64s

Floats = NDArray[np.float64]

_FAR_BELOW = 8.0
"""Standard deviations below the mean from which Poisson quantiles are sought: less than 1e-14 lies below."""

_HAIR = 2.0**-30
"""None come where p is below 1 - mean by more than this, as exp(-mean) is never below 1 - mean: no rounding is so large."""

_FEW = 12
"""So many edges are compared with all values sooner than each value is searched for among them."""

_NO_MORE = 1e-30
"""A probability in the upper tail below which nothing can be left to find by luck of 32 bits."""


def as_probability(luck: Int64s) -> Floats:
    """Luck as a probability in (0, 1): the middle of its cell of 2**-32.

    Example:
        >>> as_probability(np.array([2**31])).round(6).tolist()
        [0.5]
    """
    p = luck.astype(np.float64)
    p += 0.5
    p *= 2.0**-LUCK_BITS
    return p


def poisson(mean: Floats, luck: Int64s) -> Int64s:
    """Poisson numbers by the inverse of the distribution function.

    The least k with P(N <= k) > p. For the same luck a higher mean never gives a lower number, which is what keeps a
    contact in place when a rate is raised.

    Args:
        mean: expectations, 0 or more, any shape.
        luck: below 2**32, same shape.

    Example:
        >>> poisson(np.array([0.0, 2.0, 4.0]), np.array([2**31, 2**31, 2**31])).tolist()
        [0, 2, 4]
    """
    mean, luck = np.asarray(mean), np.asarray(luck)
    some = perhaps_above_none(mean, luck)
    number = np.zeros(luck.size, dtype=np.int64)
    number[some] = poisson_of_some(np.ravel(mean)[some], np.ravel(luck)[some])
    return number.reshape(luck.shape)


def perhaps_above_none(mean: Floats, luck: Int64s) -> Int64s:
    """Places at which `poisson` may be above 0; it is 0 at all others. Where means are small there are few.

    Example:
        >>> perhaps_above_none(np.array([0.001, 2.0]), np.array([2**31, 2**31])).tolist()
        [1]
    """
    p = as_probability(luck)
    p += mean
    return np.flatnonzero(p > 1 - _HAIR)


def poisson_of_mean(mean: float, luck: Int64s) -> Int64s:
    """`poisson` where all have one mean: the distribution function is laid out once.

    Example:
        >>> poisson_of_mean(2.0, np.array([2**31])).tolist()
        [2]
    """
    least = max(math.floor(mean - _FAR_BELOW * math.sqrt(mean)), 0)
    term = np.exp(xlogy(least, mean) - mean - gammaln(least + 1))
    number, reached = least, [term]
    while term > _NO_MORE or number < mean:
        number += 1
        term = term * mean / number
        reached.append(reached[-1] + term)
    return np.asarray(least + np.searchsorted(reached[:-1], as_probability(luck), side="right"), dtype=np.int64)


def poisson_of_some(mean: Floats, luck: Int64s) -> Int64s:
    """`poisson` one by one, for those that `perhaps_above_none` has found."""
    p = as_probability(luck)
    number = np.maximum(np.floor(mean - _FAR_BELOW * np.sqrt(mean)), 0)
    term = np.exp(-mean)
    far = np.flatnonzero(number)
    term[far] = np.exp(xlogy(number[far], mean[far]) - mean[far] - gammaln(number[far] + 1))
    _count_up(number, term, mean, p)
    return number.astype(np.int64)


@Quick
def _count_up(number: Floats, term: Floats, mean: Floats, p: Floats) -> None:
    """Count each number up until the distribution function is above p, from one of which it is `term` (overwritten)."""
    for one in range(len(number)):
        reached = term[one]
        while p[one] >= reached and (term[one] > _NO_MORE or number[one] < mean[one]):
            number[one] += 1
            term[one] = term[one] * mean[one] / number[one]
            reached += term[one]


def gamma_factors(variance: float, luck: Int64s) -> Floats:
    """Gamma factors of mean 1 and a given variance; all 1 where the variance is 0.

    Example:
        >>> gamma_factors(0.0, np.array([5])).tolist(), bool(gamma_factors(0.5, np.array([2**31]))[0] < 1)
        ([1.0], True)
    """
    if variance == 0:
        return np.ones(len(luck))
    return np.asarray(gammaincinv(1 / variance, as_probability(luck)) * variance, dtype=np.float64)


@cache
def standard_normal() -> QuantileTable:
    """The standard normal distribution, in millionths."""
    return quantile_table(from_mapping({"distribution": "normal", "mean": 0, "sd": 1}), 1_000_000)


def pick(shares: Floats, luck: Int64s) -> Int64s:
    """Which of several happens: the place in `shares`, each with its share of their sum.

    Example:
        >>> pick(np.array([0.25, 0.75]), np.array([0, 2**30, 2**32 - 1])).tolist()
        [0, 1, 1]
    """
    return edges_reached(np.rint(np.cumsum(shares)[:-1] / np.sum(shares) * (1 << LUCK_BITS)).astype(np.int64), luck)


def edges_reached(edges: Int64s, values: Int64s) -> Int64s:
    """How many of some ascending edges each value has reached.

    Example:
        >>> edges_reached(np.array([3, 5]), np.array([2, 3, 9])).tolist()
        [0, 1, 2]
    """
    if len(edges) > _FEW:
        return np.searchsorted(edges, values, side="right").astype(np.int64)
    found = np.zeros(values.shape, dtype=np.int8)
    for edge in edges.tolist():
        found += values >= edge
    return found.astype(np.int64)
