"""How far a prediction lies from what happened: areas between curves, and what an error of a series is made of."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def area_between(one: Floats, other: Floats, step: float) -> float:
    """Area between two curves of shares that are read at equal steps: their Wasserstein distance, in the unit of `step`.

    W = integral of |F(t) - G(t)| dt, which is by how much waits must be moved, on average over contacts, to turn one
    distribution into the other. Exact where both curves only change at the places at which they are read; up to the last of
    them, so that a longer wait counts as that long. NaN where a curve could not be read.

    Args:
        one, other: share by each time, the first at 0.
        step: time between two readings.

    Source: Vallender, Theory Probab. Appl. 18 (1974).

    Example:
        >>> area_between(np.array([0.0, 1.0, 1.0]), np.array([0.0, 0.0, 1.0]), 6.0)
        6.0
    """
    return float(np.abs(one - other)[:-1].sum() * step)


def root_mean_square(predicted: Floats, observed: Floats) -> float:
    """Root of the mean squared difference, over the places where both are known; NaN where there are none.

    Example:
        >>> root_mean_square(np.array([1.0, 7.0, 1.0]), np.array([0.0, 0.0, np.nan]))
        5.0
    """
    both = np.isfinite(predicted) & np.isfinite(observed)
    return float(np.sqrt(np.mean((predicted - observed)[both] ** 2))) if both.any() else math.nan


@dataclass(frozen=True)
class Theil:
    """What the mean squared error of a predicted series is made of; the three shares add up to 1.

    Args:
        mean_square: the error, in the square of the series' unit.
        bias: share that is a wrong level: (mean P - mean A)^2.
        variance: share that is a wrong amount of ups and downs: (sd P - sd A)^2.
        covariance: share that is ups and downs at other times: 2 (1 - r) sd P sd A. Luck alone leaves this.
        inequality: Theil's coefficient U1, root of the error over the sum of the roots of mean squares; 0 is perfect.
    """

    mean_square: float
    bias: float
    variance: float
    covariance: float
    inequality: float


def theil(predicted: Floats, observed: Floats) -> Theil:
    """Split the error of a predicted series by Theil's decomposition.

    Args:
        predicted, observed: series of equal length; places at which one is NaN are left out.

    Returns:
        The split; NaN shares where there is no error, NaN throughout where nothing is known of both.

    Source: Theil, *Applied Economic Forecasting* (1966), ch. 2; standard deviations are those of the whole series.

    Example:
        >>> split = theil(np.array([2.0, 3.0, 4.0]), np.array([1.0, 2.0, 3.0]))
        >>> split.mean_square, split.bias, round(split.covariance, 12)
        (1.0, 1.0, 0.0)
    """
    both = np.isfinite(predicted) & np.isfinite(observed)
    p, a = predicted[both], observed[both]
    if not len(p):
        return Theil(*[math.nan] * 5)
    error = float(np.mean((p - a) ** 2))
    scale = float(np.sqrt(np.mean(p**2)) + np.sqrt(np.mean(a**2)))
    inequality = math.sqrt(error) / scale if scale else 0.0
    if error == 0:
        return Theil(0.0, math.nan, math.nan, math.nan, inequality)
    sd_p, sd_a = float(p.std()), float(a.std())
    together = float(np.mean((p - p.mean()) * (a - a.mean())))
    parts = (float(p.mean() - a.mean()) ** 2, (sd_p - sd_a) ** 2, 2 * (sd_p * sd_a - together))
    bias, variance, covariance = (part / error for part in parts)
    return Theil(error, bias, variance, covariance, inequality)
