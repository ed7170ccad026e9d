"""Families of durations for fitting, in numbers that any real value suits, and as the parameters file writes them.

Each number of a family is searched for on a scale of its own: a mean, median, coefficient of variation or shape by its
logarithm, a share by its logit. A mixture of two says which share is of the first part, which has the lower mean.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, gammainc, gammaincc, logit, ndtr

from frontdoor_sim.distributions import from_mapping

Floats = NDArray[np.float64]
Both = tuple[Floats, Floats]

_LARGEST = 1e300
_SHARE = (logit(0.005), logit(0.995))
_SPREAD = (math.log(0.03), math.log(20.0))
_SCALE = (math.log(1e-6), math.log(1e7))
_LARGEST_LOGARITHM = 100.0
"""Above this no number means anything, and its exponential soon is none."""


@dataclass(frozen=True)
class Kind:
    """One family.

    Args:
        numbers: names of its numbers, the first of which is a mean or a median.
        both: F and 1 - F at some durations, from the numbers.
        begin: numbers to begin the search with, from a rough mean and standard deviation.
    """

    numbers: tuple[str, ...]
    both: Callable[..., Both]
    begin: Callable[[float, float], tuple[float, ...]]


def _exponential(x: Floats, mean: float) -> Both:
    return -np.expm1(-x / mean), np.exp(-x / mean)


def _lognormal(x: Floats, median: float, sigma: float) -> Both:
    with np.errstate(divide="ignore"):
        z = (np.log(x) - math.log(median)) / sigma
    return ndtr(z), ndtr(-z)


def _gamma(x: Floats, mean: float, cv: float) -> Both:
    shape = cv**-2
    scaled = np.minimum(x * (shape / mean), _LARGEST)
    return gammainc(shape, scaled), gammaincc(shape, scaled)


def _weibull(x: Floats, mean: float, shape: float) -> Both:
    with np.errstate(over="ignore"):
        power = (x * (math.gamma(1 + 1 / shape) / mean)) ** shape
    return -np.expm1(-power), np.exp(-power)


def _begin_lognormal(mean: float, sd: float) -> tuple[float, ...]:
    variance = math.log1p((sd / mean) ** 2)
    return mean * math.exp(-variance / 2), math.sqrt(variance)


KINDS: dict[str, Kind] = {
    "exponential": Kind(("mean",), _exponential, lambda mean, _: (mean,)),
    "lognormal": Kind(("median", "sigma"), _lognormal, _begin_lognormal),
    "gamma": Kind(("mean", "cv"), _gamma, lambda mean, sd: (mean, sd / mean)),
    "weibull": Kind(("mean", "shape"), _weibull, lambda mean, sd: (mean, mean / sd)),
}


@dataclass(frozen=True)
class Family:
    """A family, or a mixture of two.

    Args:
        parts: names of `KINDS`, one or two.

    Example:
        >>> Family(("exponential", "lognormal")).names
        ('share', 'first mean', 'second median', 'second sigma')
    """

    parts: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its name in words, such as `exponential and lognormal`."""
        return " and ".join(self.parts)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of its numbers, in order."""
        if len(self.parts) == 1:
            return KINDS[self.parts[0]].numbers
        order = zip(("first", "second"), self.parts, strict=True)
        return ("share", *(f"{place} {name}" for place, part in order for name in KINDS[part].numbers))

    @property
    def bounds(self) -> list[tuple[float, float]]:
        """Bounds of the search, on its scale."""
        return [self._bound(name.split()[-1]) for name in self.names]

    @staticmethod
    def _bound(name: str) -> tuple[float, float]:
        if name == "share":
            return _SHARE
        return _SCALE if name in ("mean", "median") else _SPREAD

    def natural(self, searched: Floats) -> Floats:
        """The numbers from their values on the scale of the search."""
        numbers = np.exp(np.minimum(searched, _LARGEST_LOGARITHM))
        if len(self.parts) > 1:
            numbers[..., 0] = expit(searched[..., 0])
        return np.asarray(numbers, dtype=np.float64)

    def searched(self, natural: Floats) -> Floats:
        """The other way round.

        Example:
            >>> Family(("gamma",)).natural(Family(("gamma",)).searched(np.array([3.0, 0.5]))).round(9).tolist()
            [3.0, 0.5]
        """
        values = np.log(natural)
        if len(self.parts) > 1:
            values[..., 0] = logit(natural[..., 0])
        return np.asarray(values, dtype=np.float64)

    def _split(self, natural: Floats) -> list[tuple[float, str, tuple[float, ...]]]:
        """Share, kind and numbers of each part."""
        numbers = [float(value) for value in natural]
        if len(self.parts) == 1:
            return [(1.0, self.parts[0], tuple(numbers))]
        sizes = np.cumsum([1, *(len(KINDS[part].numbers) for part in self.parts)]).tolist()
        shares = (numbers[0], 1 - numbers[0])
        cuts = pairwise(sizes)
        return [(s, p, tuple(numbers[a:b])) for s, p, (a, b) in zip(shares, self.parts, cuts, strict=True)]

    def both(self, searched: Floats, hours: Floats) -> Both:
        """F and 1 - F at some durations."""
        below, above = np.zeros_like(hours), np.zeros_like(hours)
        for share, part, numbers in self._split(self.natural(searched)):
            of_part = KINDS[part].both(hours, *numbers)
            below, above = below + share * of_part[0], above + share * of_part[1]
        return below, above

    def mapping(self, searched: Floats, digits: int | None = None) -> dict[str, Any]:
        """As a parameters file writes it, to so many significant digits (all where None).

        Example:
            >>> Family(("weibull",)).mapping(np.log([30.0, 0.8]), 4)
            {'distribution': 'weibull', 'mean': 30.0, 'shape': 0.8}
        """

        def written(number: float) -> float:
            return number if digits is None else float(f"{number:.{digits}g}")

        parts = self._split(self.natural(searched))
        mappings = [
            {"distribution": part, **dict(zip(KINDS[part].numbers, map(written, numbers), strict=True))}
            for _, part, numbers in parts
        ]
        if len(parts) == 1:
            return mappings[0]
        first = written(parts[0][0])
        return {"distribution": "mixture", "shares": [first, written(1 - first)], "of": mappings}

    def mean(self, searched: Floats) -> float:
        """Expectation [h]."""
        return from_mapping(self.mapping(searched)).mean

    def starts(self, rough: Floats, count: Floats) -> list[Floats]:
        """Where to begin the search, on its scale: once for one family, several times for two."""
        if len(self.parts) == 1:
            return [self.searched(np.array(KINDS[self.parts[0]].begin(*_moments(rough, count))))]
        order = np.argsort(rough)
        reached = np.cumsum(count[order]) / count.sum()
        return [self._start(rough[order], count[order], reached, share) for share in (0.25, 0.5, 0.75)]

    def _start(self, rough: Floats, count: Floats, reached: Floats, share: float) -> Floats:
        cut = min(max(int(np.searchsorted(reached, share)), 1), max(len(rough) - 1, 1))
        pieces = (slice(None, cut), slice(cut if len(rough) > 1 else 0, None))
        numbers = [share]
        for part, piece in zip(self.parts, pieces, strict=True):
            numbers += KINDS[part].begin(*_moments(rough[piece], count[piece]))
        return self.searched(np.array(numbers))


def _moments(rough: Floats, count: Floats) -> tuple[float, float]:
    """Mean and standard deviation of rough durations, neither of them 0."""
    mean = max(float(count @ rough / count.sum()), 1e-3)
    sd = math.sqrt(float(count @ (rough - mean) ** 2 / count.sum()))
    return mean, max(sd, 0.2 * mean)


SINGLE = tuple(Family((kind,)) for kind in KINDS)
MIXED = (Family(("exponential", "lognormal")), Family(("lognormal", "lognormal")))
CANDIDATES = SINGLE + MIXED
"""What a fit tries unless told otherwise: four families and two mixtures of two."""
