"""How much of a figure's spread over candidates is luck, how much unknown numbers, and which of the numbers explain it.

A figure of candidate k in run r is taken as what the candidate's numbers make of it, and luck: two sources of variance, told
apart by running every candidate more than once. Which numbers explain the spread between candidates is asked of ranks, so that
a figure need only rise or fall with a number, along whatever bend.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import fdtri, ndtri

Floats = NDArray[np.float64]

CONFIDENCE = 0.95
RANKS = 1.06
"""By how much the variance of a rank correlation on Fisher's scale is more than that of a correlation."""
SINGULAR = 1e-9


@dataclass(frozen=True)
class Spread:
    """The variance of a figure between runs, each with a candidate and luck of its own.

    Args:
        deviation: standard deviation of one such run, in the unit of the figure.
        numbers: share of the variance that comes from the unknown numbers; the rest is luck.
        low, high: its 95 % interval.
        at_most: how much of the variance of candidates' means any function of the numbers could explain; luck is the rest.
    """

    deviation: float
    numbers: float
    low: float
    high: float
    at_most: float


@dataclass(frozen=True)
class Explained:
    """Which unknown numbers explain the spread of candidates' means.

    Args:
        together: adjusted share of the variance of ranks that all numbers explain together; NaN for too few candidates.
        share: of that, by number; they add up to `together`.
        partial: partial rank correlation of the figure with each number, the others held fixed.
        low, high: its interval; all of them together hold 95 % (Bonferroni), so one that leaves out 0 is no chance find.
    """

    together: float
    share: Floats
    partial: Floats
    low: Floats
    high: Floats


def spread_of(figures: Floats) -> Spread:
    """Luck and unknown numbers told apart, by one-way analysis of variance with random candidates.

    With mean squares B between candidates and W within them, of R runs each, the numbers' variance is (B - W) / R and luck's is
    W. The interval is that of the intraclass correlation (Shrout and Fleiss 1979), exact where runs spread alike, cut at 0.

    Args:
        figures: a row for each candidate, at least two, and a column for each of its runs, at least two.

    Example:
        >>> spread_of(np.array([[0.1, 0.1], [0.5, 0.5]])).numbers
        1.0
        >>> spread_of(np.array([[0.3, 0.3], [0.3, 0.3]])).deviation
        0.0
    """
    number, runs = figures.shape
    if np.isnan(figures).any():
        return Spread(*[np.nan] * 5)
    between = runs * float(figures.mean(axis=1).var(ddof=1))
    within = float(figures.var(axis=1, ddof=1).mean())
    of_numbers = max(0.0, (between - within) / runs)
    whole = of_numbers + within
    if whole == 0:
        return Spread(0.0, 0.0, 0.0, 0.0, 0.0)
    if within == 0:
        return Spread(float(np.sqrt(whole)), 1.0, 1.0, 1.0, 1.0)
    degrees = (number - 1, number * (runs - 1))
    ends = [between / within / float(fdtri(*degrees, place)) for place in (0.5 + CONFIDENCE / 2, 0.5 - CONFIDENCE / 2)]
    low, high = (max(0.0, (end - 1) / (end + runs - 1)) for end in ends)
    at_most = of_numbers / (of_numbers + within / runs)
    return Spread(float(np.sqrt(whole)), of_numbers / whole, low, high, at_most)


def explained(numbers: Floats, figures: Floats) -> Explained:
    """Which numbers explain the spread of a figure over candidates: a regression of its ranks on theirs.

    What they explain together is adjusted for how many they are (Ezekiel 1930), and is shared out by relative weights
    (Genizi 1993; Johnson 2000): numbers that go together share what they explain together, no share is below 0, and the shares
    of numbers that do not go together are their squared rank correlations. Partial rank correlations (Iman and Conover 1979)
    have the interval of Fisher's scale, wider by 6 % in variance for ranks (Fieller, Hartley and Pearson 1957).

    Args:
        numbers: a row for each candidate and a column for each number.
        figures: one for each candidate.

    Returns:
        NaN throughout where there are fewer than three candidates more than numbers that vary, or a figure is NaN. A number
        that does not vary explains nothing.

    Example:
        >>> found = explained(np.array([[1.0, 3], [2, 1], [3, 5], [4, 2], [5, 4]]), np.array([1.0, 4, 9, 16, 25]))
        >>> bool(found.share[0] > 0.9), round(found.together, 6)
        (True, 1.0)
    """
    number, columns = numbers.shape
    none, zeros = np.full(columns, np.nan), np.zeros(columns)
    varies = np.ptp(numbers, axis=0) > 0
    count = int(varies.sum())
    if np.isnan(figures).any() or number < count + 3:
        return Explained(np.nan, none, none, none, none)
    if np.ptp(figures) == 0 or not count:
        return Explained(0.0, zeros, zeros, zeros, zeros)
    ranks = pd.DataFrame(np.column_stack([numbers[:, varies], figures])).rank().to_numpy()
    related = np.corrcoef(ranks, rowvar=False)
    values, vectors = np.linalg.eigh(related[:-1, :-1])
    if values.min() < SINGULAR:
        return Explained(np.nan, none, none, none, none)
    weights = _relative_weights(values, vectors, related[:-1, -1])
    whole = min(float(weights.sum()), 1.0)
    together = max(0.0, 1 - (1 - whole) * (number - 1) / (number - count - 1))
    partial = _partial((vectors / values) @ vectors.T, related[:-1, -1], whole)
    half = float(ndtri(1 - (1 - CONFIDENCE) / 2 / count)) * np.sqrt(RANKS / (number - count - 2))
    middle = np.arctanh(partial)
    found = weights * (together / whole if whole else 0.0), partial, np.tanh(middle - half), np.tanh(middle + half)
    return Explained(together, *(_placed(values, varies) for values in found))


def _relative_weights(values: Floats, vectors: Floats, with_figure: Floats) -> Floats:
    """Shares of the explained variance, by way of the uncorrelated numbers that are nearest.

    `values` and `vectors` are those of the correlations among the numbers.
    """
    root = (vectors * np.sqrt(values)) @ vectors.T
    nearest = (vectors / np.sqrt(values)) @ vectors.T @ with_figure
    found: Floats = root**2 @ nearest**2
    return found


def _partial(inverse: Floats, with_figure: Floats, whole: float) -> Floats:
    """Correlations with the figure, all other numbers held fixed; `inverse` is that of the correlations among the numbers."""
    slopes = inverse @ with_figure
    found: Floats = slopes / np.sqrt(slopes**2 + max(1 - whole, SINGULAR) * np.diag(inverse))
    return np.clip(found, -1 + SINGULAR, 1 - SINGULAR)


def _placed(values: Floats, varies: NDArray[np.bool_]) -> Floats:
    out = np.zeros(len(varies))
    out[varies] = values
    return out
