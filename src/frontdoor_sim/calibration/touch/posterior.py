"""What a history says of touch and capacity: a cloud of values that could have made it, never a value alone.

Approximate Bayesian computation: the runs of the reference whose learned summaries lie nearest to those of the history are
kept, weighted by their distance (Epanechnikov), and moved to the history along a weighted linear regression; their scatter
is rescaled by how it changes along the way. (Beaumont, Zhang and Balding, Genetics 162, 2002; Blum and François, Statistics
and Computing 20, 2010.) Facts from outside are further coordinates, with the error of each fact drawn by luck.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri

from frontdoor_sim.calibration.estimates import LEVEL, Interval
from frontdoor_sim.calibration.touch.facts import Fact
from frontdoor_sim.calibration.touch.reference import EFFECTS, YEAR, Reference, scaled, unscaled
from frontdoor_sim.calibration.touch.stamps import Floats, Ints
from frontdoor_sim.luck import LUCK_BITS, code, draws, key_array

KEPT = 0.3
"""Share of the runs compared that are kept."""

LEAST = 60
"""Fewer kept than this give no posterior, and so no answer."""

_SOFT = 1e-6
_MOST_STRETCH, _MOST_OWN = 1.0, 0.9


@dataclass(frozen=True, eq=False)
class Posterior:
    """What could have made a history, as draws with weights.

    It has no best value: `interval` gives a middle with its ends, `table` all of them, and asking it for a number is an error.

    Args:
        draws: a row each, columns the quantities of the reference, and `weight`.
        prior: the same of all runs compared, before the history was looked at.
        facts: what was given besides the stamps.
        kept: places of the draws among all rows of the reference.
        way: what each draw was moved along, scaled; shape (draws, coordinates).
        far: share of the runs compared that lie as far from their own nearest neighbours as the history does from its own;
            below 0.01 no run of this model looks like the history.
    """

    draws: pd.DataFrame
    prior: pd.DataFrame
    facts: tuple[Fact, ...]
    kept: Ints
    way: Floats
    far: float

    def interval(self, name: str, level: float = LEVEL) -> Interval:
        """Middle and ends of a quantity or an effect; half of what is left out lies on either side.

        Raises:
            KeyError: there is no such quantity.
        """
        return weighted_interval(self.draws[name].to_numpy(dtype=np.float64), self.weights, level)

    @property
    def weights(self) -> Floats:
        """The weights of the draws; they sum to 1."""
        return self.draws["weight"].to_numpy(dtype=np.float64)

    def table(self, level: float = LEVEL) -> pd.DataFrame:
        """Every quantity and effect with its interval, and the one it had before the history was looked at."""
        rows = []
        even = np.full(len(self.prior), 1 / len(self.prior))
        for name in self.prior.columns:
            before = weighted_interval(self.prior[name].to_numpy(dtype=np.float64), even, level)
            rows.append((name, *self.interval(name, level), before.low, before.high))
        return pd.DataFrame(rows, columns=["quantity", "middle", "low", "high", "low_before", "high_before"])

    def correlation(self, first: str, second: str) -> float:
        """Of the logarithms of two quantities; near 1 along a ridge, and NaN where all draws have one value of either."""
        logs = np.log(self.draws[[first, second]].to_numpy(dtype=np.float64))
        covariance = np.cov(logs.T, aweights=self.weights)
        spread = np.sqrt(covariance[0, 0] * covariance[1, 1])
        return float(covariance[0, 1] / spread) if spread > 0 else float("nan")

    def __float__(self) -> float:
        """Refused: a number without its interval would be taken for known."""
        raise TypeError("a posterior is no number: ask for interval(name), which gives a middle with its ends")


def weighted_interval(values: Floats, weights: Floats, level: float = LEVEL) -> Interval:
    """Middle and ends of weighted draws.

    Example:
        >>> weighted_interval(np.arange(101.0), np.full(101, 1 / 101))
        Interval(estimate=50.0, low=4.55, high=95.45)
    """
    order = np.argsort(values, kind="stable")
    at = np.cumsum(weights[order]) - weights[order] / 2
    tail = (1 - level) / 2
    low, middle, high = np.interp([tail, 0.5, 1 - tail], at / weights.sum(), values[order]).round(9).tolist()
    return Interval(middle, low, high)


def posterior(
    reference: Reference, statistics: dict[str, float], facts: Sequence[Fact] = (), seed: int = 1
) -> Posterior:
    """What a history says of touch and capacity.

    Args:
        reference: runs of the desk.
        statistics: those of the history, made as the reference made its own.
        facts: what is known besides.
        seed: of the errors that facts have in the runs.

    Raises:
        ValueError: too few runs for a posterior; no answer is better than one without its interval.
    """
    summaries, quantities = reference.compared
    number = int(KEPT * len(summaries))
    if number < LEAST:
        raise ValueError(f"{number} runs would be kept, and a posterior needs {LEAST}: ask for a larger reference")
    seen = np.array([[statistics[name] for name in reference.statistics.columns]])
    here = reference.learned.summaries(seen)[0]
    way = (summaries - here) / reference.learned.left_out
    way = np.column_stack([way, *_facts_apart(reference, facts, seed)])
    distance = np.sqrt((way**2).sum(axis=1))
    kept = np.argsort(distance, kind="stable")[:number]
    weight = 1 - (distance[kept] / distance[kept].max()) ** 2
    values = moved(quantities[kept], way[kept], weight)
    low, high = (scaled(_ends(reference, end), reference.told) for end in (0, 1))
    cloud = _as_table(np.clip(values, low, high), kept, reference)
    cloud["weight"] = weight / weight.sum()
    before, far = reference.before[cloud.columns.drop("weight")], reference.like_none(here)
    return Posterior(cloud, before, tuple(facts), kept + reference.learned_from, way[kept], far)


def _facts_apart(reference: Reference, facts: Sequence[Fact], seed: int) -> list[Floats]:
    """How far each fact lies from what each run would have shown of it, in units of its error."""
    mine = reference.quantities[reference.learned_from :]
    rows = np.arange(len(mine), dtype=np.int64)
    apart = []
    for place, fact in enumerate(facts):
        luck = (draws(key_array((seed, "fact", place), rows), code("error of a fact")) + 0.5) / (1 << LUCK_BITS)
        error = fact.error(mine)
        shown = fact.quantity(mine) + error * ndtri(luck)
        apart.append((shown - fact.seen) / np.median(error))
    return apart


def moved(quantities: Floats, way: Floats, weight: Floats) -> Floats:
    """Quantities moved to the history, where `way` is 0.

    The scatter around the line is that of leaving each row out, so that a line which follows few rows closely does not
    make them look more alike than they are.
    """
    with_level = np.column_stack([np.ones(len(way)), way])
    heavy = with_level * weight[:, None]
    solver = np.linalg.solve(with_level.T @ heavy + _SOFT * weight.sum() * np.eye(with_level.shape[1]), heavy.T)
    line = solver @ quantities
    own = np.einsum("rd,dr->r", with_level, solver)
    left = (quantities - with_level @ line) / (1 - np.minimum(own, _MOST_OWN))[:, None]
    scatter = solver @ np.log(left**2 + _SOFT**2)
    stretch = np.clip(way @ scatter[1:] / 2, -_MOST_STRETCH, _MOST_STRETCH)
    return np.asarray(line[0] + left * np.exp(-stretch))


def _ends(reference: Reference, end: int) -> pd.DataFrame:
    """The least, or the most, that a quantity can be."""
    widest = {YEAR: (0.0, 1.0)} | reference.ranges
    return pd.DataFrame({name: [widest[name][end]] for name in reference.told})


def _as_table(values: Floats, runs: Ints, reference: Reference) -> pd.DataFrame:
    """Scaled quantities as a table, with touch, which follows from people and load, and the effects.

    An effect is that of the learnt surface, and what the run that a draw was made from missed it by when left out. No
    effect takes a share below 0 or above 1.
    """
    table = unscaled(values, reference.told)
    table["touch_hours"] = table["people"] * table["load"] * reference.touch_of_one
    surface = reference.effects
    effects = unscaled(surface.summaries(values) + surface.missed[runs], EFFECTS)
    return table.assign(**{name: effects[name].clip(-table[YEAR], 1 - table[YEAR]) for name in EFFECTS})
