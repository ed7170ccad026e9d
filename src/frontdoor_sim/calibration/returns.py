"""How often closures come back, solved from published re-referrals.

P(return of a closure) = 1 - exp(-rate[gap] x G): the gap is the number of levels by which the closure fell short of
need, G the family's propensity, gamma with mean 1 and shape k.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import gamma

from frontdoor_sim.calibration.judgement import bisected
from frontdoor_sim.distributions import from_mapping

Floats = NDArray[np.float64]
_FAMILIES = 4000
_MOST_RETURNS = 100
_GREATEST_RATE = 1e6
_SHAPES = (0.2, 20.0)


def within(delay: dict[str, Any], days: float) -> float:
    """Share of returns whose delay is at most so many days.

    Args:
        delay: a lognormal, as in a parameters file, in days.
        days: the limit.

    Example:
        >>> within({"distribution": "lognormal", "median": 90, "sigma": 1.2}, 90)
        0.5
    """
    shape = from_mapping(delay)
    return bisected(lambda p: float(shape.ppf(p)), days, 0.0, 1.0 - 1e-12)


def families(shape: float) -> Floats:
    """Propensities of equally many families: quantiles of the gamma with mean 1, at the middles of equal steps."""
    return np.asarray(gamma(shape, scale=1 / shape).ppf((np.arange(_FAMILIES) + 0.5) / _FAMILIES))


def returned(scale: float, proportions: Sequence[float], gaps: Floats, propensity: Floats) -> Floats:
    """P(return) of a closure of each family, over the gaps of the base model.

    Args:
        scale: rate of a closure for proportion 1.
        proportions: rates for gaps 0 to 3 relative to one another.
        gaps: share of closures with each gap, shape (4,).
        propensity: G of each family.

    Returns:
        Shape of `propensity`.
    """
    rates = scale * np.asarray(proportions, dtype=float)
    return np.asarray((gaps[:, None] * -np.expm1(-rates[:, None] * propensity)).sum(axis=0))


def scale_for(share: float, proportions: Sequence[float], gaps: Floats, shape: float, in_time: float) -> float:
    """The scale of the rates at which this share of closures returns in time.

    Solves  in_time x E over families of P(return) = share.

    Args:
        share: share of closures that return within the limit, such as the published share within 12 months.
        proportions: rates for gaps 0 to 3 relative to one another.
        gaps: share of closures with each gap.
        shape: shape of the gamma of propensities.
        in_time: share of returns whose delay is within the limit.
    """
    propensity = families(shape)
    return bisected(
        lambda scale: in_time * float(returned(scale, proportions, gaps, propensity).mean()), share, 0.0, _GREATEST_RATE
    )


def share_of_top(top: float, chance: Floats) -> float:
    """Share of all returns that the families with the most returns make.

    A family returns again after each closure with its own chance p, so that it makes n returns with probability
    p^n (1 - p).

    Args:
        top: share of families, those with the most returns.
        chance: p of equally many families.
    """
    returns = np.arange(_MOST_RETURNS)
    having = (chance[:, None] ** returns * (1 - chance[:, None])).mean(axis=0)[::-1]
    taken = np.diff(np.minimum(np.concatenate([[0.0], np.cumsum(having)]), top))
    return float((taken * returns[::-1]).sum() / (having * returns[::-1]).sum())


def family_spread(
    top: float, share_of_returns: float, returning: float, in_time: float, proportions: Sequence[float], gaps: Floats
) -> float:
    """The gamma shape at which a top share of families makes a given share of returns.

    For each shape the scale is solved so that a share `returning` of closures comes back within the study; the shape
    is then solved so that the `top` families make `share_of_returns` of all returns.

    Args:
        top: share of families (0.085 in the study).
        share_of_returns: share of returns that they make (0.52).
        returning: share of closures that came back within the study's time (0.365).
        in_time: share of returns whose delay lies within that time.
        proportions: rates for gaps 0 to 3 relative to one another.
        gaps: share of closures with each gap.
    """

    def evenness(shape: float) -> float:
        scale = scale_for(returning, proportions, gaps, shape, in_time)
        return -share_of_top(top, in_time * returned(scale, proportions, gaps, families(shape)))

    return bisected(evenness, -share_of_returns, *_SHAPES)
