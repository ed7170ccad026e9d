"""Where paired differences are 0: every crossing with its interval, and which values to try next to find it more closely."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, pairwise
from math import ceil, log10

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from frontdoor_sim.experiment.comparing import CONFIDENCE

Floats = NDArray[np.float64]
Stretch = tuple[float, float]


@dataclass(frozen=True)
class Crossing:
    """Where the mean of paired differences goes through 0.

    Args:
        at: the value at which it is 0.
        low, high: ends of the interval; it holds `at`.
    """

    at: float
    low: float
    high: float


@dataclass(frozen=True)
class Crossings:
    """Every value at which paired differences go through 0, and where they cannot be told from 0.

    Args:
        found: in rising order; empty where the mean keeps its sign.
        low, high: least and greatest value at which 0 lies in the interval of the mean; NaN where there is none.
    """

    found: tuple[Crossing, ...]
    low: float
    high: float


NOWHERE = Crossings((), np.nan, np.nan)


def crossings(values: Floats, gaps: Floats, confidence: float = CONFIDENCE) -> Crossings:
    """Where differences that were measured at some values are 0, with intervals.

    Between two values the differences of each replication are taken to be straight. An interval holds every value at which
    a paired t-interval of the mean holds 0, so it holds the true one as often as that interval does, however steep or flat
    the differences are there. Where the mean crosses 0 clearly and later comes back as clearly, each crossing has an interval
    of its own; a mean that wobbles about 0 within one stretch that cannot be told from 0 crosses it once, or not at all.

    Args:
        values: in rising order.
        gaps: differences from the base, a row for each value and a column for each replication, at least two.
        confidence: of the intervals.

    Example:
        >>> found = crossings(np.array([0.0, 1.0]), np.array([[-1.0, -1.2], [1.0, 0.8]]))
        >>> [round(one.at, 2) for one in found.found]
        [0.55]
    """
    if np.isnan(gaps).any():
        return NOWHERE
    zeros = list(_zeros(values, gaps.mean(axis=1)))
    stretches = _merged([*_unclear(values, gaps, confidence), *((zero, zero) for zero in zeros)])
    if not stretches:
        return NOWHERE
    inside = [[zero for zero in zeros if low <= zero <= high] for low, high in stretches]
    turning = [place for place, one in enumerate(inside) if len(one) % 2]
    mine: dict[int, list[Stretch]] = {place: [] for place in turning}
    for stretch in stretches if turning else []:
        mine[min(turning, key=lambda place: _apart(stretches[place], stretch))].append(stretch)
    found = [
        Crossing(inside[place][len(inside[place]) // 2], mine[place][0][0], mine[place][-1][1]) for place in turning
    ]
    return Crossings(tuple(found), stretches[0][0], stretches[-1][1])


def refined(values: Floats, gaps_of: Callable[[Floats], Floats], tolerance: float, least_step: float = 0.0) -> Floats:
    """The values, and more of them, until every crossing and every end of an interval lies between two that are close.

    More values are tried on both sides of where a straight line puts the place, and every other time in the middle of the two
    values that it lies between, so that the answer is found in a few rounds where differences are nearly straight, and is
    found at all where they jump.

    Args:
        values: that are tried in any case, in rising order.
        gaps_of: the differences at some values, as for `crossings`.
        tolerance: how close two values must be, in the unit of the number.
        least_step: 1 for a number that must be whole, else 0.

    Example:
        >>> found = refined(np.array([0.0, 8.0]), lambda at: np.array([at - 3.0, at - 3.0]).T, 0.1)
        >>> found.tolist()
        [0.0, 2.96, 3.04, 8.0]
    """
    tried = values
    for number in count():
        at_these = crossings(tried, gaps_of(tried))
        more = list(_to_try(tried, at_these, max(tolerance, least_step), least_step, middle=number % 2 == 1))
        if not more:
            return tried
        tried = np.unique([*tried, *more])
    raise AssertionError("the count has no end")


def _to_try(tried: Floats, found: Crossings, tolerance: float, least_step: float, middle: bool) -> Iterator[float]:
    """New values beside each place that is to be found, where the two values that it lies between are too far apart."""
    ends = [place for one in found.found for place in (one.at, one.low, one.high)] or [found.low, found.high]
    places = int(least_step == 0) * max(0, ceil(-log10(tolerance / 20)))
    for place in ends:
        if not tried[0] < place < tried[-1] or place in tried:
            continue
        after = int(np.searchsorted(tried, place))
        left, right = float(tried[after - 1]), float(tried[after])
        if right - left <= tolerance * (1 + 1e-9):
            continue
        beside = (place - 0.4 * tolerance, place + 0.4 * tolerance)
        for value in ((left + right) / 2,) if middle else beside:
            tidy = round(value, places)
            if left < tidy < right:
                yield float(tidy)


def _zeros(values: Floats, mean: Floats) -> Iterator[float]:
    """Where a line through the means changes its sign; the middle, where it is 0 from one value to another."""
    told = np.flatnonzero(mean)
    for before, after in pairwise(told.tolist()):
        if np.sign(mean[before]) == np.sign(mean[after]):
            continue
        if after == before + 1:
            step = mean[before] / (mean[before] - mean[after])
            yield float(values[before] + step * (values[after] - values[before]))
        else:
            yield float(values[before + 1] + values[after - 1]) / 2


def _unclear(values: Floats, gaps: Floats, confidence: float) -> Iterator[Stretch]:
    """Between any two values, where the square of the mean is at most that of its half-width: both are quadratic there."""
    number = gaps.shape[1]
    scale = float(stdtrit(number - 1, 0.5 + confidence / 2)) ** 2 / number
    for (left, right), start, step in zip(pairwise(values.tolist()), gaps[:-1], np.diff(gaps, axis=0), strict=True):
        spread = scale * np.cov(start, step)
        bend = step.mean() ** 2 - spread[1, 1]
        slope = 2 * (start.mean() * step.mean() - spread[0, 1])
        level = start.mean() ** 2 - spread[0, 0]
        roots = np.roots([bend, slope, level])
        real = sorted({0.0, 1.0, *(float(root.real) for root in roots if abs(root.imag) < 1e-12 and 0 < root.real < 1)})
        for first, last in pairwise(real):
            centre = (first + last) / 2
            if (bend * centre + slope) * centre + level <= 0:
                yield left + first * (right - left), left + last * (right - left)


def _merged(stretches: Sequence[Stretch]) -> list[Stretch]:
    """Stretches in rising order; those that touch are one."""
    found: list[Stretch] = []
    for low, high in sorted(stretches):
        if found and low <= found[-1][1] + 1e-9 * max(1.0, abs(low)):
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return found


def _apart(one: Stretch, other: Stretch) -> float:
    return max(0.0, other[0] - one[1], one[0] - other[1])
