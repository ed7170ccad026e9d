"""The likelihood of decided levels: need held against thresholds, judged once or twice.

A family's need is x'b + e with e of variance 1 between families alike. A judgement sees need + s v, v of variance 1 anew
for each judgement, and gives the level between whose thresholds that lies. With S = sqrt(1 + s^2),

    P(level k)       = Phi((t_k+1 - x'b) / S) - Phi((t_k - x'b) / S),
    P(levels j and k of two judgements of one case) = integral of phi(e) A_j(e) A_k(e) de,
    A_k(e)           = Phi((t_k+1 - x'b - e) / s) - Phi((t_k - x'b - e) / s).

One decision a case tells t / S and b / S alone. Two decisions have the latent correlation 1 / (1 + s^2), which tells s.
(McKelvey and Zavoina 1975; the log-likelihood of single decisions is concave: Pratt, JASA 76, 1981; two judges: Olsson's
polychoric correlation, Psychometrika 44, 1979.) The integral is a trapezium sum, exact to 1e-9 for s from 0.1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Floats = NDArray[np.float64]
Int64s = NDArray[np.int64]

_REACH, _STEP = 8.0, 0.05
_AT = np.arange(-_REACH, _REACH + _STEP / 2, _STEP)
_WEIGHT = np.exp(-(_AT**2) / 2) / np.sqrt(2 * np.pi) * _STEP
_TINY = 1e-100
_LEAST_NOISE = 0.05


def chances(mean: float, cuts: Floats, noise: float) -> Floats:
    """P of each level for a need of mean `mean` and variance 1, judged once.

    Example:
        >>> chances(0.4, np.array([-0.5, 0.5, 1.5]), 0.5).round(6).tolist()
        [0.210414, 0.325221, 0.301775, 0.16259]
    """
    return np.diff(ndtr((np.concatenate([[-np.inf], cuts, [np.inf]]) - mean) / np.hypot(1.0, noise)))


def joint_chances(mean: float, cuts: Floats, noise: float) -> Floats:
    """P of each pair of levels, two judgements of one case, shape (levels, levels).

    Example:
        >>> round(float(np.trace(joint_chances(0.0, np.array([-0.5, 0.5, 1.5]), 0.5))), 6)
        0.580693
    """
    edges = np.concatenate([[-np.inf], cuts, [np.inf]])
    seen = np.diff(ndtr((edges - mean - _AT[:, None]) / noise), axis=1)
    return np.asarray((seen * _WEIGHT[:, None]).T @ seen)


@dataclass(frozen=True, eq=False)
class Cases:
    """Decisions grouped by covariates and level.

    Args:
        design: covariates of each group, shape (groups, effects).
        first: place of the decided level, 0 for the lowest, shape (groups,).
        second: place of the second decision on the same case; -1 where there was one decision.
        count: number of cases, shape (groups,).
        levels: how many levels there are.
    """

    design: Floats
    first: Int64s
    second: Int64s
    count: Floats
    levels: int

    @classmethod
    def grouped(cls, design: Floats, first: Int64s, second: Int64s, levels: int) -> Cases:
        """Group cases that are alike; of two decisions the order does not count."""
        both = np.where(
            second[:, None] >= 0, np.sort(np.stack([first, second], axis=1)), np.stack([first, second], axis=1)
        )
        rows, count = np.unique(np.hstack([design, both]), axis=0, return_counts=True)
        effects = design.shape[1]
        pair = rows[:, effects:].astype(np.int64)
        return cls(rows[:, :effects], pair[:, 0], pair[:, 1], count.astype(np.float64), levels)

    def part(self, flags: NDArray[np.bool_]) -> Cases:
        """Some of the groups."""
        return Cases(self.design[flags], self.first[flags], self.second[flags], self.count[flags], self.levels)

    @property
    def edges(self) -> int:
        """How many thresholds there are."""
        return self.levels - 1


def cost_of_single(numbers: Floats, cases: Cases) -> tuple[float, Floats, Floats]:
    """Minus log-likelihood of single decisions in units of S, its gradient and its second derivatives.

    Args:
        numbers: thresholds over S, then effects over S.
        cases: single decisions.
    """
    upper, lower, of_upper, of_lower = _bounds(numbers, cases)
    chance = np.maximum(ndtr(upper) - ndtr(lower), _TINY)
    up, low = _density(upper) / chance, _density(lower) / chance
    slope = up[:, None] * of_upper - low[:, None] * of_lower
    turned = _times(upper, up), _times(lower, low)
    second = (of_upper * (cases.count * turned[0])[:, None]).T @ of_upper
    second -= (of_lower * (cases.count * turned[1])[:, None]).T @ of_lower
    second += (slope * cases.count[:, None]).T @ slope
    return -float(cases.count @ np.log(chance)), -(cases.count @ slope), second


def cost_of_all(numbers: Floats, cases: Cases) -> tuple[float, Floats]:
    """Minus log-likelihood of single and double decisions in units of need, and its gradient.

    Args:
        numbers: thresholds, effects, and the log of the noise.
        cases: some decided once, some twice.
    """
    single, double = cases.part(cases.second < 0), cases.part(cases.second >= 0)
    noise = max(float(np.exp(numbers[-1])), _LEAST_NOISE)
    spread = float(np.hypot(1.0, noise))
    cost, slope, _ = cost_of_single(numbers[:-1] / spread, single)
    of_noise = -float(slope @ numbers[:-1]) * noise**2 / spread**3
    pair_cost, pair_slope = _cost_of_double(numbers[:-1], noise, double)
    total = np.append(slope / spread, of_noise) + pair_slope
    return cost + pair_cost, total


def _cost_of_double(numbers: Floats, noise: float, cases: Cases) -> tuple[float, Floats]:
    seen, slopes = [], []
    for level in (cases.first, cases.second):
        one = Cases(cases.design, level, level, cases.count, cases.levels)
        upper, lower, of_upper, of_lower = _bounds(numbers, one)
        ends = ((upper[:, None] - _AT) / noise, (lower[:, None] - _AT) / noise)
        seen.append(ndtr(ends[0]) - ndtr(ends[1]))
        slopes.append((_density(ends[0]), _density(ends[1]), ends, of_upper, of_lower))
    chance = np.maximum((seen[0] * seen[1]) @ _WEIGHT, _TINY)
    gradient = np.zeros((len(chance), len(numbers) + 1))
    for (up, low, ends, of_upper, of_lower), other in zip(slopes, reversed(seen), strict=True):
        above, below = ((density * other) @ _WEIGHT / noise for density in (up, low))
        gradient[:, :-1] += above[:, None] * of_upper - below[:, None] * of_lower
        gradient[:, -1] -= ((_times(ends[0], up) - _times(ends[1], low)) * other) @ _WEIGHT
    weight = cases.count / chance
    return -float(cases.count @ np.log(chance)), -(weight @ gradient)


def _bounds(numbers: Floats, cases: Cases) -> tuple[Floats, Floats, Floats, Floats]:
    """Upper and lower bound of each group, and the rows by which they move with the numbers."""
    cuts, effects = numbers[: cases.edges], numbers[cases.edges :]
    edges = np.concatenate([[-np.inf], cuts, [np.inf]])
    mean = cases.design @ effects
    choose = np.vstack([np.zeros(cases.edges), np.eye(cases.edges), np.zeros(cases.edges)])
    rows = [np.hstack([choose[cases.first + step], -cases.design]) for step in (1, 0)]
    return edges[cases.first + 1] - mean, edges[cases.first] - mean, rows[0], rows[1]


def _density(z: Floats) -> Floats:
    return np.asarray(np.exp(-(np.clip(z, -40.0, 40.0) ** 2) / 2) / np.sqrt(2 * np.pi) * np.isfinite(z))


def _times(z: Floats, density: Floats) -> Floats:
    """Of z and its density the product, 0 where z is infinite."""
    return np.where(np.isfinite(z), z, 0.0) * density
