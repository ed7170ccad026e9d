"""Thresholds, needs and cut-points, solved so that the base model decides what an assumed split says.

Need of a family from source s is m[s] + N(0, 1), in standard deviations of need between families. One judgement sees
need + bias + noise x N(0, 1) and gives the level whose threshold it reaches. True level is the same without bias and
noise. (Signal detection: Green and Swets 1966; the normal integrals are exact, the equations solved by bisection.)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Floats = NDArray[np.float64]
_NORMAL = NormalDist()
_FURTHEST = 12.0
_GRID = 4001


@dataclass(frozen=True)
class Judgement:
    """What the base model needs to decide.

    Args:
        need_mean: mean need by source; the mean over all contacts is 0.
        thresholds: need at which levels 2, 3 and 4 begin.
    """

    need_mean: Mapping[str, float]
    thresholds: tuple[float, float, float]


def bisected(rising: Callable[[float], float], target: float, low: float, high: float) -> float:
    """Where a rising function reaches a target, to the last bit.

    Raises:
        ValueError: the target is not reached between `low` and `high`.

    Example:
        >>> round(bisected(lambda x: x * x, 2.0, 0.0, 2.0), 6)
        1.414214
    """
    if not rising(low) <= target <= rising(high):
        raise ValueError(f"{target} is not reached between {low} and {high}")
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return middle
        low, high = (middle, high) if rising(middle) < target else (low, middle)


def share_below(cut: float, shares: Mapping[str, float], need_mean: Mapping[str, float], noise: float) -> float:
    """Share of contacts whose need, seen with noise, lies below a cut-point.

    Example:
        >>> share_below(0.0, {"police": 1.0}, {"police": 0.0}, 0.6)
        0.5
    """
    sd = math.hypot(1.0, noise)
    return sum(share * _NORMAL.cdf((cut - need_mean[source]) / sd) for source, share in shares.items())


def cut_point(below: float, shares: Mapping[str, float], need_mean: Mapping[str, float], noise: float) -> float:
    """The cut-point below which this share of contacts lies, seen with noise.

    Example:
        >>> round(cut_point(0.92, {"police": 1.0}, {"police": 0.0}, 0.6), 4)
        1.6386
    """
    return bisected(lambda cut: share_below(cut, shares, need_mean, noise), below, -_FURTHEST, _FURTHEST)


def solved(
    shares: Mapping[str, float],
    conversion: Mapping[str, float],
    reached: Mapping[int, float],
    bias: float,
    noise: float,
) -> Judgement:
    """Need by source and thresholds that give the wanted mix of judged levels.

    P(judged at level 3 or above | s) = conversion[s] x reached[3] fixes m[s] - t3; the mean of m over contacts is 0;
    t2 and t4 then follow from the mix over all sources.

    Args:
        shares: share of contacts by source.
        conversion: chance of a referral by source relative to the average; its mean over contacts is 1.
        reached: share of contacts judged at level 2, 3 and 4 or above.
        bias: added to need by every judgement.
        noise: standard deviation of one judgement's error.
    """
    sd = math.hypot(1.0, noise)
    gap = {source: sd * _NORMAL.inv_cdf(conversion[source] * reached[3]) - bias for source in shares}
    third = -sum(share * gap[source] for source, share in shares.items())
    need_mean = {source: third + gap[source] for source in shares}
    second, fourth = (cut_point(1 - reached[level], shares, need_mean, noise) + bias for level in (2, 4))
    return Judgement(need_mean, (second, third, fourth))


def gap_shares(shares: Mapping[str, float], judgement: Judgement, bias: float, noise: float) -> Floats:
    """Share of contacts that are closed 0, 1, 2 and 3 levels below their true need.

    The gap is max(0, true level - judged level); the integral over need is a sum over a fine grid.

    Returns:
        Shape (4,); adds up to 1.
    """
    cuts = np.array([-np.inf, *judgement.thresholds, np.inf])
    gaps = np.zeros(4)
    for source, share in shares.items():
        mean = judgement.need_mean[source]
        edges = np.unique(np.concatenate([mean + np.linspace(-8, 8, _GRID), cuts[1:4]]))
        need = (edges[1:] + edges[:-1]) / 2
        weight = share * np.diff(ndtr(edges - mean))
        level = np.searchsorted(cuts, need) - 1
        judged = np.diff(ndtr((cuts[:, None] - need - bias) / noise), axis=0)
        for step in range(4):
            np.add.at(gaps, np.maximum(level - step, 0), weight * judged[step])
    return np.asarray(gaps / gaps.sum())


def screening_caution(
    shares: Mapping[str, float], judgement: Judgement, bias: float, noise: float, referred: float
) -> float:
    """How far screening leans towards checks (sd), so that as many are referred as if there were one judgement.

    A contact that screening sees at level 4 is referred at once; one that it sees at level 3 is checked and judged
    again, and referred if the second judgement sees level 3 or above. Screening sees need + bias + caution + noise x
    N(0, 1), the second judgement need + bias + noise x N(0, 1). Without caution two judgements refer fewer than one.

    Args:
        shares: share of contacts by source.
        judgement: needs and thresholds.
        bias: added to need by every judgement.
        noise: standard deviation of one judgement's error.
        referred: share of contacts to be referred.

    Example:
        >>> base = Judgement({"police": 0.0}, (0.3, 0.8, 2.2))
        >>> one = 1 - share_below(0.8 - 0.25, {"police": 1.0}, base.need_mean, 0.6)
        >>> 0.7 < screening_caution({"police": 1.0}, base, 0.25, 0.6, one) < 0.8
        True
    """
    _, third, fourth = judgement.thresholds
    need = np.concatenate([mean + np.linspace(-8, 8, _GRID) for mean in judgement.need_mean.values()])
    density = np.exp(-(np.linspace(-8, 8, _GRID) ** 2) / 2)
    weight = np.concatenate([shares[name] * density for name in judgement.need_mean])
    weight /= weight.sum()
    again = ndtr((need + bias - third) / noise)

    def share_referred(caution: float) -> float:
        seen = need + bias + caution
        at_once = ndtr((seen - fourth) / noise)
        return float(weight @ (at_once + (ndtr((seen - third) / noise) - at_once) * again))

    return bisected(share_referred, referred, 0.0, 3.0)


def recognised(shares: Mapping[str, float], judgement: Judgement, bias: float, noise: float) -> Floats:
    """Share of contacts judged at levels 1 to 4.

    Returns:
        Shape (4,); adds up to 1.
    """
    below = [share_below(cut - bias, shares, judgement.need_mean, noise) for cut in judgement.thresholds]
    return np.diff([0.0, *below, 1.0])
