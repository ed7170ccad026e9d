"""Joint draws of what was estimated, by keyed luck: the same history gives the same draws on every machine.

A `Part` is what one estimator gives: numbers for the parameters file, and draws of the values inside them. A draw is named
by its path in the file, such as `arrivals.source_shares.police` or `arrivals.month_index.0`; draws with one number belong
together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv, ndtri

from frontdoor_sim.luck import LUCK_BITS, code, draws, key_array
from frontdoor_sim.parameters import Graded

Floats = NDArray[np.float64]

DRAWS = 1_000
"""How many joint draws are made."""

_LEAST = 1e-12


class Unsaid(NamedTuple):
    """Something that a history does not say.

    Args:
        what: its name.
        why: why the history cannot say it.
        settled_by: which fact from outside would.
        meanwhile: what stands in for it.
    """

    what: str
    why: str
    settled_by: str
    meanwhile: str


@dataclass(frozen=True, eq=False)
class Part:
    """What one estimator gives.

    Args:
        numbers: for the parameters file, by `section.name`.
        draws: of values inside those numbers, by path, each of shape (DRAWS,).
        unsaid: what the history does not say.
    """

    numbers: Mapping[str, Graded] = field(default_factory=dict)
    draws: Mapping[str, Floats] = field(default_factory=dict)
    unsaid: Sequence[Unsaid] = ()


def uniform(purpose: str, columns: int = 1) -> Floats:
    """Uniform numbers in (0, 1), shape (DRAWS, columns).

    Args:
        purpose: what they are for; another purpose has numbers of its own.
        columns: how many for each draw.

    Example:
        >>> uniform("months", 3).shape, bool(abs(uniform("months", 3).mean() - 0.5) < 0.02)
        ((1000, 3), True)
    """
    each, place = (np.ravel(grid).astype(np.int64) for grid in np.indices((DRAWS, columns)))
    luck = draws(key_array(("posterior",), each, place), code(f"posterior: {purpose}"))
    return np.asarray((luck + 0.5) / (1 << LUCK_BITS)).reshape(DRAWS, columns)


def normal(purpose: str, mean: Floats, covariance: Floats) -> Floats:
    """Jointly normal numbers, shape (DRAWS, numbers); a covariance that is nearly singular is taken as it is.

    Example:
        >>> drawn = normal("two", np.array([1.0, 2.0]), np.array([[1.0, 0.9], [0.9, 1.0]]))
        >>> bool(0.88 < np.corrcoef(drawn.T)[0, 1] < 0.92)
        True
    """
    spread, axes = np.linalg.eigh((covariance + covariance.T) / 2)
    root = axes * np.sqrt(np.maximum(spread, 0.0))
    return np.asarray(mean + ndtri(uniform(purpose, len(mean))) @ root.T)


def shares(purpose: str, counts: Floats) -> Floats:
    """Shares of a total given their counts, shape (DRAWS, counts): Dirichlet with half a count added to each (Jeffreys).

    Example:
        >>> shares("outcome", np.array([30.0, 70.0])).mean(axis=0).round(2).tolist()
        [0.3, 0.7]
    """
    drawn = gammaincinv(counts + 0.5, uniform(purpose, len(counts)))
    return np.asarray(drawn / np.maximum(drawn.sum(axis=1, keepdims=True), _LEAST))


def by_path(name: str, keys: Iterable[object], drawn: Floats) -> dict[str, Floats]:
    """The last axis of some draws as columns, each named by its path.

    Example:
        >>> list(by_path("arrivals.month_index", range(2), np.ones((3, 2))))
        ['arrivals.month_index.0', 'arrivals.month_index.1']
    """
    return {f"{name}.{key}": column for key, column in zip(keys, drawn.T, strict=True)}


def interval(drawn: Floats, level: float = 0.9) -> tuple[float, float]:
    """Quantiles that hold so many of the draws."""
    low, high = np.quantile(drawn, ((1 - level) / 2, (1 + level) / 2)).tolist()
    return low, high
