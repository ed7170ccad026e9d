"""The reference: many runs of one desk with known touch and capacity, and what their stamps show.

One half of the runs teaches the summaries, the other half is compared with the history: runs that did both would look too
much alike, and intervals would be too short.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from frontdoor_sim.calibration.touch.learning import Learned, learn
from frontdoor_sim.calibration.touch.stamps import Floats

WITHIN = ("within_24h", "one_more", "one_fewer", "demand_up", "demand_down")
"""Shares decided within 24 hours in one year: as it was, and what the same year would have shown."""

_ALMOST = 0.002
_LOGARITHMIC = ("people", "touch_hours", "touch_cv", "waiting_hours")


@dataclass(frozen=True, eq=False)
class Reference:
    """Runs with known quantities, a row each.

    Args:
        quantities: columns `people`, `load`, `touch_cv`, `touch_hours`, `waiting_share` and `waiting_hours` where the desk
            knows free waits, and those of `WITHIN`.
        statistics: what touch and capacity are learnt from (`statistics.statistics`).
        unused: what only checks them (`statistics.unused`).
        ranges: lowest and highest value that was thought possible, by quantity.
        touch_of_one: hours of touch a contact that would keep one person busy all the time: touch = people x load x this.
        demand: by how much demand is more in `demand_up`, and less in `demand_down`.
        learned_from: so many rows, the first, teach the summaries.
    """

    quantities: pd.DataFrame
    statistics: pd.DataFrame
    unused: pd.DataFrame
    ranges: dict[str, tuple[float, float]]
    touch_of_one: float
    demand: float
    learned_from: int

    @property
    def learnt(self) -> list[str]:
        """The quantities that summaries are learnt for; touch follows from people and load."""
        return [name for name in self.quantities.columns if name != "touch_hours"]

    @cached_property
    def learned(self) -> Learned:
        """The summaries, from the first half."""
        first = slice(self.learned_from)
        return learn(self.statistics.to_numpy(dtype=np.float64)[first], scaled(self.quantities[first], self.learnt))

    @cached_property
    def compared(self) -> tuple[Floats, Floats]:
        """Learned summaries and quantities, scaled, of the second half."""
        second = slice(self.learned_from, None)
        summaries = self.learned.summaries(self.statistics.to_numpy(dtype=np.float64)[second])
        return summaries, scaled(self.quantities[second], self.learnt)


def scaled(quantities: pd.DataFrame, names: Sequence[str]) -> Floats:
    """Quantities on scales on which errors are alike: logarithms, log odds of what came of a year, the rest as it is."""
    return np.column_stack([_scale(name, quantities[name].to_numpy(dtype=np.float64)) for name in names])


def unscaled(values: Floats, names: Sequence[str]) -> pd.DataFrame:
    """The opposite of `scaled`.

    Example:
        >>> table = pd.DataFrame({"people": [6.0], "load": [0.9], "one_more": [0.8]})
        >>> unscaled(scaled(table, list(table)), list(table)).round(6).to_dict("list")
        {'people': [6.0], 'load': [0.9], 'one_more': [0.8]}
    """
    return pd.DataFrame({name: _unscale(name, values[:, place]) for place, name in enumerate(names)})


def _scale(name: str, values: Floats) -> Floats:
    if name in WITHIN:
        return np.asarray(logit(np.clip(values, _ALMOST, 1 - _ALMOST)))
    return np.log(values) if name in _LOGARITHMIC else values


def _unscale(name: str, values: Floats) -> Floats:
    if name in WITHIN:
        return np.asarray(expit(values))
    return np.exp(values) if name in _LOGARITHMIC else values
