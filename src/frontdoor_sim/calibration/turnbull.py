"""What a history says of durations without any family: shares of bands, by Turnbull's self-consistency.

The likelihood is that of `interval_censored`. Durations lie in bands, evenly spread inside each; the shares p of the
bands that make the history likeliest solve  p_j ~ sum over observations of (their chance to lie in j, given what was
seen) + (ghosts: those of band j that truncation hid). With stamps to the second and narrow bands this is Kaplan and
Meier's curve; with dates it is what the dates can say. (Turnbull, JRSS B 38, 1976.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from frontdoor_sim.calibration.interval_censored import Observed, Shape

Floats = NDArray[np.float64]

FINE = (
    0.5,
    1,
    2,
    3,
    4,
    5,
    6,
    8,
    10,
    12,
    14,
    16,
    18,
    20,
    22,
    24,
    28,
    32,
    36,
    42,
    48,
    60,
    72,
    96,
    120,
    168,
    240,
    336,
    504,
)
"""Edges of bands [h] that show the hours that matter."""

_ROUNDS = 5_000
_CLOSE = 1e-8
_TINY = 1e-300


@dataclass(frozen=True, eq=False)
class Bands:
    """Shares of durations by band.

    Args:
        edges: of the bands [h], from 0; the last band, beyond the last edge, is open.
        shares: one a band, shape (edges,); they add up to 1.
        settled: whether the shares had settled when the search ended.
    """

    edges: Floats
    shares: Floats
    settled: bool

    @property
    def reached(self) -> Floats:
        """Share of durations up to each edge."""
        return np.concatenate([[0.0], np.cumsum(self.shares[:-1])])

    def within(self, hours: float) -> float:
        """Share of durations up to so many hours, read along the band; NaN beyond the last edge."""
        return float(np.interp(hours, self.edges, self.reached, right=np.nan))


def turnbull(observed: Observed, edges: Sequence[float] | None = None) -> Bands:
    """Shares of bands by maximum likelihood, without a family.

    Args:
        observed: the history.
        edges: upper edges of the bands [h]. Edges beyond the longest duration are left out, and that duration is the
            last.

    Example:
        >>> from frontdoor_sim.calibration.interval_censored import observe
        >>> hours = observe(np.zeros(4, dtype=np.int64), np.array([1800, 5400, 5500, 20_000]))
        >>> turnbull(hours, [1, 2, 6]).shares.round(3).tolist()
        [0.25, 0.5, 0.25, 0.0]
    """
    asked = FINE if edges is None else edges
    longest = float(observed.points[np.isfinite(observed.points)].max(initial=1e-3))
    at = np.array([0.0, *(edge for edge in asked if edge < longest), longest])
    seen, hidden, count = _chances(observed, at)
    shares = np.full(len(at), 1 / len(at))
    settled = False
    for _ in range(_ROUNDS):
        weight = count / np.maximum(seen @ shares, _TINY)
        ghosts = count / np.maximum(1 - hidden @ shares, _TINY)
        new = shares * (weight @ seen + ghosts @ hidden)
        new /= new.sum()
        settled = bool(np.abs(new - shares).max() < _CLOSE)
        shares = new
        if settled:
            break
    return Bands(at, shares, settled)


def by_dates(observed: Observed, most: int = 14) -> Floats:
    """Share of cases with at most 0, 1, 2, ... days from the date of the start to that of the end.

    Kaplan and Meier's curve of whole days, where some are open and some were observed late. (JASA 53, 1958.)

    Returns:
        Shape (most + 1,); 1 from the day on which every case was over, and NaN from the day on which nobody was observed
        any more while some were open.

    Raises:
        ValueError: no case is known by dates.
    """
    dates = observed.dates
    if dates is None:
        raise ValueError("no case is known by dates alone; use turnbull")
    waiting, reached = 1.0, []
    for day in range(most + 1):
        at_risk = dates.count[(dates.entry <= day) & (dates.days >= day + dates.is_open)].sum()
        over = dates.count[~dates.is_open & (dates.days == day)].sum()
        if waiting > 0:
            waiting *= 1 - over / at_risk if at_risk > 0 else np.nan
        reached.append(1 - waiting)
    return np.array(reached)


def fit_by_dates(observed: Observed, shape: Shape, most: int = 14) -> Floats:
    """What `by_dates` should be if durations had this shape.

    Raises:
        ValueError: no case is known by dates.
    """
    dates = observed.dates
    if dates is None:
        raise ValueError("no case is known by dates alone; use turnbull")
    ends = 24.0 * np.arange(1, most + 2)
    return np.asarray(shape.both(ends[:, None] - dates.offset)[0] @ dates.weight)


def _chances(observed: Observed, edges: Floats) -> tuple[Floats, Floats, Floats]:
    """For each group and band: the chance to be seen as it was, and to have been hidden; and the counts."""
    below = _share_below(observed.points, edges)
    seen, hidden, count = [], [], []
    for block in observed.blocks:
        weight = block.weight
        seen.append(sum(weight[:, [k]] * (below[block.upper[:, k]] - below[block.lower[:, k]]) for k in _nodes(weight)))
        hidden.append(sum(weight[:, [k]] * below[block.entry[:, k]] for k in _nodes(weight)))
        count.append(block.count)
    return np.concatenate(seen), np.concatenate(hidden), np.concatenate(count)


def _nodes(weight: Floats) -> range:
    return range(weight.shape[1])


def _share_below(points: Floats, edges: Floats) -> Floats:
    """Share of each band that lies below each point, shape (points, bands); the open band lies below infinity alone."""
    inside = (points[:, None] - edges[:-1]) / np.diff(edges)
    return np.concatenate([np.clip(inside, 0.0, 1.0), np.isinf(points)[:, None].astype(np.float64)], axis=1)
