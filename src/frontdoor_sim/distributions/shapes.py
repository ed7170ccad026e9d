"""What an analyst writes, such as `{distribution: triangular, low: 10, mode: 20, high: 45}`, read by quantile."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammainc, gammaincinv, ndtr, ndtri

from frontdoor_sim.documents import in_words, nearest

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Distribution:
    """A shape of durations or scores, in the unit of whoever wrote it.

    Args:
        kind: its name, such as `lognormal`.
        numbers: its parameters by name.
        mean: expectation, same unit.
        variance: same unit, squared.
        quantile: maps probabilities (any shape) to values; what the rest says decides whether two are equal.

    Example:
        >>> touch = from_mapping({"distribution": "triangular", "low": 10, "mode": 20, "high": 45})
        >>> touch.mean, float(touch.ppf(0.0)), float(touch.ppf(1.0))
        (25.0, 10.0, 45.0)
    """

    kind: str
    numbers: tuple[tuple[str, Any], ...]
    mean: float
    variance: float
    quantile: Callable[[Floats], Floats] = field(compare=False)

    def ppf(self, probability: ArrayLike) -> Floats:
        """Quantile function: the value below which a share `probability` lies."""
        return np.asarray(self.quantile(np.asarray(probability, dtype=np.float64)), dtype=np.float64)

    @cached_property
    def lowest(self) -> float:
        """The lowest value there can be."""
        return float(self.ppf(0.0))


@dataclass(frozen=True)
class _Family:
    """Moments, quantile function and, of those that a mixture may have, share reached of a textbook family.

    By `scipy.special`: `scipy.stats` has the same functions (a test holds these to them) and takes longer to import than a
    year of a Front Door takes to run.
    """

    mean: float
    variance: float
    quantile: Callable[[Floats], Floats]
    reached: Callable[[Floats], Floats] | None = None

    def named(self, kind: str, numbers: Mapping[str, Any]) -> Distribution:
        """The distribution, under the name and the numbers that a user wrote."""
        return Distribution(kind, tuple(numbers.items()), float(self.mean), float(self.variance), self.ppf)

    def ppf(self, probability: Floats) -> Floats:
        """The value below which a share lies; 0 and 1 have their limits."""
        with np.errstate(divide="ignore"):
            return self.quantile(probability)

    def cdf(self, value: Floats) -> Floats:
        """The share that lies below a value."""
        assert self.reached is not None, "only parts of a mixture are asked"
        with np.errstate(divide="ignore"):
            return self.reached(value)


def _exponential(mean: float) -> _Family:
    _positive(mean=mean)
    return _Family(mean, mean**2, lambda p: -mean * np.log1p(-p), lambda v: -np.expm1(-v / mean))


def _lognormal(
    mean: float | None = None, cv: float | None = None, median: float | None = None, sigma: float | None = None
) -> _Family:
    if mean is not None and cv is not None and median is None and sigma is None:
        _positive(mean=mean, cv=cv)
        sigma = math.sqrt(math.log1p(cv * cv))
        median = mean * math.exp(-sigma * sigma / 2)
    elif median is not None and sigma is not None and mean is None and cv is None:
        _positive(median=median, sigma=sigma)
    else:
        raise ValueError("a lognormal takes mean and cv, or median and sigma")
    middle, spread, square = median, sigma, math.exp(sigma * sigma)
    return _Family(
        middle * math.sqrt(square),
        middle**2 * square * (square - 1),
        lambda p: middle * np.exp(spread * ndtri(p)),
        lambda v: ndtr(np.log(v / middle) / spread),
    )


def _gamma(mean: float, cv: float) -> _Family:
    _positive(mean=mean, cv=cv)
    shape, scale = 1 / cv**2, mean * cv**2
    return _Family(
        mean, (mean * cv) ** 2, lambda p: scale * gammaincinv(shape, p), lambda v: gammainc(shape, v / scale)
    )


def _weibull(mean: float, shape: float) -> _Family:
    _positive(mean=mean, shape=shape)
    first, second = math.gamma(1 + 1 / shape), math.gamma(1 + 2 / shape)
    scale = mean / first
    return _Family(
        mean,
        scale**2 * (second - first**2),
        lambda p: scale * (-np.log1p(-p)) ** (1 / shape),
        lambda v: -np.expm1(-((v / scale) ** shape)),
    )


def _triangular(low: float, mode: float, high: float) -> _Family:
    if not low <= mode <= high or low == high:
        raise ValueError(f"a triangular needs low <= mode <= high, not {low}, {mode}, {high}")
    width, up, down = high - low, mode - low, high - mode

    def quantile(p: Floats) -> Floats:
        rising = low + np.sqrt(p * width * up)
        return np.asarray(np.where(p * width < up, rising, high - np.sqrt((1 - p) * width * down)))

    return _Family((low + mode + high) / 3, (width**2 - up * down) / 18, quantile)


def _uniform(low: float, high: float) -> _Family:
    if not low < high:
        raise ValueError(f"a uniform needs low < high, not {low}, {high}")
    return _Family((low + high) / 2, (high - low) ** 2 / 12, lambda p: low + (high - low) * p)


def _normal(mean: float, sd: float) -> _Family:
    _positive(sd=sd)
    return _Family(mean, sd**2, lambda p: mean + sd * ndtri(p))


def _constant(value: float) -> Distribution:
    return Distribution("constant", (("value", value),), value, 0.0, lambda p: np.full_like(p, value))


def _banded(edges: Sequence[float], shares: Sequence[float]) -> Distribution:
    """Published bands: a share for each band, spread evenly inside it."""
    at, weight = np.asarray(edges, dtype=np.float64), np.asarray(shares, dtype=np.float64)
    if len(at) != len(weight) + 1 or (np.diff(at) <= 0).any():
        raise ValueError("bands need one more edge than shares, and edges that rise")
    if (weight < 0).any() or weight.sum() <= 0:
        raise ValueError("shares of bands are not negative and not all 0")
    weight = weight / weight.sum()
    middle, width = (at[1:] + at[:-1]) / 2, np.diff(at)
    mean = float(weight @ middle)
    variance = float(weight @ (middle**2 + width**2 / 12)) - mean**2
    reached = np.concatenate([[0.0], np.cumsum(weight)])
    reached[-1] = 1.0
    rising = np.concatenate([[True], np.diff(reached) > 0])
    rising[np.flatnonzero(weight > 0)[0]] = True
    numbers = (("edges", tuple(map(float, at))), ("shares", tuple(map(float, weight))))
    return Distribution("banded", numbers, mean, variance, _band_quantile(at, reached))


def _band_quantile(at: Floats, reached: Floats) -> Callable[[Floats], Floats]:
    def quantile(probability: Floats) -> Floats:
        last = len(at) - 2
        band = np.clip(np.searchsorted(reached, probability, side="left") - 1, 0, last)
        share = reached[band + 1] - reached[band]
        inside = np.divide(probability - reached[band], share, out=np.zeros_like(probability), where=share > 0)
        return np.asarray(at[band] + inside * (at[band + 1] - at[band]))

    return quantile


@dataclass(frozen=True)
class _Mixture:
    """Shares of several families; its quantiles are found by halving, between the least and the greatest of theirs."""

    shares: tuple[float, ...]
    parts: tuple[_Family, ...]

    def named(self, numbers: Mapping[str, Any]) -> Distribution:
        parts = [part.named("part", {}) for part in self.parts]
        mean = sum(share * part.mean for share, part in zip(self.shares, parts, strict=True))
        square = sum(share * (part.variance + part.mean**2) for share, part in zip(self.shares, parts, strict=True))
        written = tuple(tuple(one.items()) for one in numbers["of"])
        return Distribution("mixture", (("shares", self.shares), ("of", written)), mean, square - mean**2, self.ppf)

    def ppf(self, probability: Floats) -> Floats:
        quantiles = np.array([part.ppf(probability) for part in self.parts])
        low, high = quantiles.min(axis=0), quantiles.max(axis=0)
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            below = sum(share * part.cdf(middle) for share, part in zip(self.shares, self.parts, strict=True))
            low, high = np.where(below < probability, middle, low), np.where(below < probability, high, middle)
        return np.asarray(high, dtype=np.float64)


def _mixture(numbers: Mapping[str, Any]) -> Distribution:
    """A mixture from its shares and the mappings of its parts."""
    if set(numbers) != {"shares", "of"} or not all(isinstance(given, (list, tuple)) for given in numbers.values()):
        raise ValueError(f"mixture takes {_TAKES['mixture']}, not {in_words(sorted(numbers), 'and') or 'nothing'}")
    shares, parts = numbers["shares"], numbers["of"]
    if len(shares) != len(parts) or len(parts) < 2:
        raise ValueError(f"a mixture needs one share for each of two or more parts, not {len(shares)} for {len(parts)}")
    if not all(_finite(share) and share > 0 for share in shares):
        raise ValueError("shares of a mixture are finite numbers above 0")
    total = math.fsum(shares)
    families = tuple(_part(part) for part in parts)
    return _Mixture(tuple(share / total for share in shares), families).named(numbers)


def _part(mapping: Any) -> _Family:
    kind = mapping.get("distribution") if isinstance(mapping, Mapping) else mapping
    if kind not in _PARTS:
        raise ValueError(f"a part of a mixture is one of {in_words(_PARTS)}, not {kind!r}")
    from_mapping(mapping)
    return _PARTS[kind](**{name: value for name, value in mapping.items() if name != "distribution"})


def _finite(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _positive(**numbers: float) -> None:
    wrong = [f"{name} {number}" for name, number in numbers.items() if not number > 0]
    if wrong:
        raise ValueError(f"{in_words(wrong, 'and')} must be above 0")


_MAKERS: dict[str, Callable[..., _Family | Distribution]] = {
    "exponential": _exponential,
    "lognormal": _lognormal,
    "gamma": _gamma,
    "weibull": _weibull,
    "triangular": _triangular,
    "uniform": _uniform,
    "normal": _normal,
    "constant": _constant,
    "banded": _banded,
}
_TAKES = {
    "exponential": "mean",
    "lognormal": "mean and cv, or median and sigma",
    "gamma": "mean and cv",
    "weibull": "mean and shape",
    "triangular": "low, mode and high",
    "uniform": "low and high",
    "normal": "mean and sd",
    "constant": "value",
    "banded": "edges and shares",
    "mixture": "shares, and of: a list of distributions",
}
_PARTS: dict[str, Callable[..., _Family]] = {
    "exponential": _exponential,
    "lognormal": _lognormal,
    "gamma": _gamma,
    "weibull": _weibull,
}
_HALVINGS = 60


def from_mapping(mapping: Mapping[str, Any]) -> Distribution:
    """A distribution from what a user wrote.

    Args:
        mapping: `distribution` and its numbers, as in the table of kinds: exponential (mean), lognormal (mean
            and cv, or median and sigma), gamma (mean, cv), weibull (mean, shape), triangular (low, mode, high),
            uniform (low, high), normal (mean, sd), constant (value), banded (edges, shares), mixture (shares, of: a
            list of exponential, lognormal, gamma or weibull).

    Raises:
        ValueError: an unknown kind or numbers that it does not take, saying what would be right.

    Example:
        >>> round(from_mapping({"distribution": "lognormal", "mean": 20, "cv": 1.0}).variance, 6)
        400.0
    """
    numbers = {name: value for name, value in mapping.items() if name != "distribution"}
    kind = str(mapping.get("distribution", ""))
    if kind not in _TAKES:
        near = nearest(kind, _TAKES) or sorted(_TAKES)
        raise ValueError(f"no distribution is called {kind!r}; did you mean {in_words(near)}?")
    if kind == "mixture":
        return _mixture(numbers)
    _check_numbers(kind, numbers)
    values = (tuple(value) if isinstance(value, list) else value for value in numbers.values())
    try:
        return _made(kind, tuple(numbers), *values)
    except TypeError:
        raise ValueError(f"{kind} takes {_TAKES[kind]}, not {in_words(sorted(numbers), 'and') or 'nothing'}") from None


@lru_cache(maxsize=1024, typed=True)
def _made(kind: str, names: tuple[str, ...], *values: Any) -> Distribution:
    """A distribution of numbers that were checked; kept, since a model is read again for every option and candidate."""
    numbers = dict(zip(names, values, strict=True))
    made = _MAKERS[kind](**numbers)
    return made if isinstance(made, Distribution) else made.named(kind, numbers)


def _check_numbers(kind: str, numbers: Mapping[str, Any]) -> None:
    for name, value in numbers.items():
        values = value if isinstance(value, (list, tuple)) and kind == "banded" else [value]
        if not all(map(_finite, values)):
            raise ValueError(f"{name} of {kind} must be a finite number, not {value!r}")
