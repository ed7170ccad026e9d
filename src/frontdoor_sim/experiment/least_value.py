"""The least value of a grid from which on a target is met, by runs at few of its values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from frontdoor_sim.experiment.comparing import mean_and_half_width

Floats = NDArray[np.float64]

SURE = 0.8
"""Share of single runs, or cases, in which a target that is sure is met."""
_ALMOST = 1e-12

_ON_AVERAGE, _PERHAPS, _SURELY, _MOSTLY = "mean", "high", "low", "share"
TESTS = (_ON_AVERAGE, _PERHAPS, _SURELY, _MOSTLY)
"""What is asked of every value: whether the mean meets the target, the better and the worse end of its interval, and whether
single replications do, in a share of `SURE`."""


def statistics(surplus: Floats) -> dict[str, Floats]:
    """How far each value is beyond the target, by test; a test is passed from 0 on.

    Args:
        surplus: how far each replication is beyond the target, a row for each value. NaN where it could not be measured, which
            does not meet the target.

    Example:
        >>> found = statistics(np.array([[-0.1, 0.1], [0.2, 0.4]]))
        >>> found["mean"].round(3).tolist(), found["share"].round(3).tolist()
        ([0.0, 0.3], [-0.3, 0.2])
    """
    mean, half = mean_and_half_width(surplus, "average")
    return {
        _ON_AVERAGE: mean,
        _PERHAPS: mean + half,
        _SURELY: mean - half,
        _MOSTLY: (surplus >= 0).mean(axis=1) - SURE,
    }


def passed(statistic: Floats) -> NDArray[np.bool_]:
    """Which values pass a test, once what must rise with the value is made to.

    More people hardly ever make it worse, but a single run may show that they do. Least squares under a rising order
    (Barlow, Bartholomew, Bremner and Brunk 1972) puts such neighbours together. Where none passes then, those do that pass as
    they are: the curve has a top, and falls again.

    Example:
        >>> passed(np.array([-0.2, 0.1, -0.05, 0.3])).tolist()
        [False, True, True, True]
    """
    from scipy.optimize import isotonic_regression  # slow to import, and needed by nobody else

    known = np.isfinite(statistic)
    fitted = np.full(len(statistic), -np.inf)
    if known.any():
        fitted[known] = isotonic_regression(statistic[known]).x
    met = fitted >= -_ALMOST
    return met if met.any() else statistic >= -_ALMOST


def least(tried: Mapping[int, Floats], test: str) -> int | None:
    """The least place that was tried and passes a test; None where none does.

    Args:
        tried: how far each replication is beyond the target, by place in the grid.
        test: one of `TESTS`.
    """
    places = sorted(tried)
    met = passed(statistics(np.array([tried[place] for place in places]))[test])
    return places[int(np.argmax(met))] if met.any() else None


def search(
    surplus_at: Callable[[Sequence[int]], Sequence[Floats]], first: int, last: int, start: Sequence[int]
) -> dict[int, Floats]:
    """Try places of a grid until the least one that passes is known for every test: none was left out just below it.

    Up from what is tried first in steps that double, then by halves.

    Args:
        surplus_at: how far each replication is beyond the target at some places, each asked for once.
        first, last: of the grid.
        start: what is tried first.

    Returns:
        What was found at every place that was tried.

    Example:
        >>> found = search(lambda places: [np.array([p - 6.5, p - 6.4]) for p in places], 0, 100, [4])
        >>> sorted(found), least(found, "mean")
        ([4, 5, 6, 7, 8, 9, 11], 7)
    """
    tried: dict[int, Floats] = {}
    wanted = {min(max(place, first), last) for place in start}
    while wanted:
        places = sorted(wanted)
        tried |= dict(zip(places, surplus_at(places), strict=True))
        wanted = {place for test in TESTS if (place := _next(tried, test, first, last)) is not None}
    return tried


def _next(tried: Mapping[int, Floats], test: str, first: int, last: int) -> int | None:
    """What to try next for a test: nothing once its least place is known."""
    places, found = sorted(tried), least(tried, test)
    if found is None:
        top = places[-1]
        return min(last, 2 * top - places[0] + 1) if top < last else None
    below = max((place for place in places if place < found), default=first - 1)
    return (found + below) // 2 if found - below > 1 else None


def first_place(holds: Callable[[int], bool], guess: int, low: int, high: int) -> int | None:
    """The least place from which on something holds that keeps on holding; None where it does not hold at `high`.

    Example:
        >>> first_place(lambda place: place >= 37, 30, 0, 100), first_place(lambda place: False, 30, 0, 100)
        (37, None)
    """
    guess = min(max(guess, low), high)
    step = 1
    if holds(guess):
        above, below = guess, guess - 1
        while below >= low and holds(below):
            above, step = below, 2 * step
            below = max(below - step, low - 1)
    else:
        below, above = guess, min(guess + 1, high)
        while not holds(above):
            if above == high:
                return None
            below, step = above, 2 * step
            above = min(above + step, high)
    while above - below > 1:
        middle = (above + below) // 2
        below, above = (below, middle) if holds(middle) else (middle, above)
    return above
