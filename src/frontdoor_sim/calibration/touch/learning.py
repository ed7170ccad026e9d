"""Learned summaries: what many statistics together say of a few quantities, by kernel ridge regression.

The posterior mean of a quantity given the statistics is the best summary of its dimension (Fearnhead and Prangle, JRSS B 74,
2012). It is learnt by ridge regression on a kernel that is linear plus Gaussian (Rasmussen and Williams, Gaussian Processes
for Machine Learning, 2006, chapters 2 and 4); width and ridge are chosen, for each quantity, by the error of leaving one
out, which is exact without fitting again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from frontdoor_sim.calibration.touch.stamps import Floats

_WIDTHS = (0.7, 1.4, 2.8)
_RIDGES = np.logspace(-4, 1, 11)
_LINEAR = 1.0


@dataclass(frozen=True, eq=False)
class Learned:
    """Quantities as functions of statistics.

    Args:
        centre, scale: of the statistics, shape (statistics,).
        rows: the statistics it was learnt from, standardised, shape (rows, statistics).
        mean: of the quantities, shape (quantities,).
        width: of the kernel, shape (quantities,).
        weights: shape (rows, quantities).
        missed: what each row's quantities are above what the others predict of it, shape (rows, quantities).
    """

    centre: Floats
    scale: Floats
    rows: Floats
    mean: Floats
    width: Floats
    weights: Floats
    missed: Floats

    @property
    def left_out(self) -> Floats:
        """Root mean square error of each quantity when a row is left out."""
        return np.asarray(np.sqrt((self.missed**2).mean(axis=0)))

    def summaries(self, statistics: Floats) -> Floats:
        """The learned summaries of some rows of statistics, shape (rows, quantities)."""
        here = (statistics - self.centre) / self.scale
        out = np.empty((len(here), len(self.mean)))
        for width in np.unique(self.width):
            mine = self.width == width
            out[:, mine] = kernel(here, self.rows, float(width)) @ self.weights[:, mine] + self.mean[mine]
        return out


def kernel(first: Floats, second: Floats, width: float) -> Floats:
    """The inner products of rows, and a Gaussian of their distance, both a statistic."""
    number = first.shape[1]
    products = first @ second.T / number
    squares = (first**2).sum(axis=1)[:, None] / number + (second**2).sum(axis=1)[None, :] / number - 2 * products
    return np.asarray(_LINEAR * products + np.exp(-np.maximum(squares, 0) / (2 * width**2)))


def learn(statistics: Floats, quantities: Floats) -> Learned:
    """Learn quantities from statistics.

    Args:
        statistics: shape (rows, statistics); one that never varies says nothing and does no harm.
        quantities: shape (rows, quantities), on scales on which errors are alike everywhere.

    Example:
        >>> x = np.linspace(-2, 2, 60)[:, None]
        >>> bent = learn(x, np.sin(x))
        >>> bool(np.abs(bent.summaries(x) - np.sin(x)).max() < 0.02)
        True
    """
    centre, scale = statistics.mean(axis=0), statistics.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    rows, mean = (statistics - centre) / scale, quantities.mean(axis=0)
    best = np.full(quantities.shape[1], np.inf)
    width, weights, missed = np.zeros(len(best)), np.zeros(quantities.shape), np.zeros(quantities.shape)
    for one in _WIDTHS:
        values, vectors = np.linalg.eigh(kernel(rows, rows, one))
        turned = vectors.T @ (quantities - mean)
        for ridge in _RIDGES:
            found = vectors @ (turned / (np.maximum(values, 0) + ridge)[:, None])
            diagonal = (vectors**2) @ (1 / (np.maximum(values, 0) + ridge))
            apart = found / diagonal[:, None]
            error = np.sqrt((apart**2).mean(axis=0))
            better = error < best
            best, width = np.where(better, error, best), np.where(better, one, width)
            weights[:, better], missed[:, better] = found[:, better], apart[:, better]
    return Learned(centre, scale, rows, mean, width, weights, missed)
