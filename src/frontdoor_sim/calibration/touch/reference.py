"""The reference: many runs of one desk with known touch and capacity, and what their stamps show.

Some of the runs teach the summaries, the others are compared with the history: runs that did both would look too much
alike, and intervals would be too short. Those that teach play the year once; the others also play it with other staff and
other demand, so that what each of them predicts is known as well.
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

YEAR = "within_24h"
"""Share decided within 24 hours in the year that was played."""

EFFECTS = ("effect_of_one_more", "effect_of_one_fewer", "effect_of_demand_up", "effect_of_demand_down")
"""What the same year would have shown with one worker more or fewer, or with other demand, less what it showed."""

_ALMOST = 0.002
_NEIGHBOURS, _ASKED = 10, 400
_LOGARITHMIC = ("people", "touch_hours", "touch_cv", "waiting_hours")


@dataclass(frozen=True, eq=False)
class Reference:
    """Runs with known quantities, a row each.

    Args:
        quantities: columns `people`, `load`, `touch_cv`, `touch_hours`, `waiting_share` and `waiting_hours` where the desk
            knows free waits, `YEAR` and `EFFECTS`, which are not known of those that teach.
        statistics: what touch and capacity are learnt from (`statistics.statistics`).
        unused: what only checks them (`statistics.unused`).
        ranges: lowest and highest value that was thought possible, by quantity.
        touch_of_one: hours of touch a contact that would keep one person busy all the time: touch = people x load x this.
        demand: by how much demand was more, and less, in the effects of demand.
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
    def told(self) -> list[str]:
        """The quantities that are learnt and moved; touch follows from people and load, effects from all of them."""
        return [*self.ranges, YEAR]

    @cached_property
    def learned(self) -> Learned:
        """The summaries of what is not known, and of the share within 24 hours, from the first rows."""
        first = slice(self.learned_from)
        return learn(self.statistics.to_numpy(dtype=np.float64)[first], scaled(self.quantities[first], self.told))

    @cached_property
    def compared(self) -> tuple[Floats, Floats]:
        """Learned summaries and scaled quantities of the other rows."""
        others = slice(self.learned_from, None)
        summaries = self.learned.summaries(self.statistics.to_numpy(dtype=np.float64)[others])
        return summaries, scaled(self.quantities[others], self.told)

    @cached_property
    def effects(self) -> Learned:
        """What other staff and other demand would have shown, as a surface over the quantities, from the runs compared.

        A desk that is nearly full falls over with one worker fewer, which no straight line follows.
        """
        return learn(self.compared[1], scaled(self.before, EFFECTS))

    @property
    def before(self) -> pd.DataFrame:
        """The quantities of the runs compared, which are what was thought possible before a history was looked at."""
        return self.quantities[self.learned_from :].reset_index(drop=True)

    def like_none(self, here: Floats) -> float:
        """The share of the runs compared that lie further from their own nearest runs than some summaries do."""
        return float((self._apart >= self._from_nearest(here[None, :], 0)[0]).mean())

    @cached_property
    def _apart(self) -> Floats:
        """How far some of the runs compared lie from their own nearest runs."""
        summaries = self.compared[0]
        return self._from_nearest(summaries[:: max(len(summaries) // _ASKED, 1)], 1)

    def _from_nearest(self, points: Floats, own: int) -> Floats:
        """Mean distance of points from the nearest runs compared; `own` is 1 where the points are among these."""
        summaries, scale = self.compared[0], self.learned.left_out
        found = np.array([np.sqrt((((summaries - point) / scale) ** 2).sum(axis=1)) for point in points])
        return np.asarray(np.partition(found, _NEIGHBOURS + own, axis=1)[:, : _NEIGHBOURS + own].mean(axis=1))


def scaled(quantities: pd.DataFrame, names: Sequence[str]) -> Floats:
    """Quantities on scales on which errors are alike: logarithms, log odds of a share, roots of effects, the rest as it is."""
    return np.column_stack([_scale(name, quantities[name].to_numpy(dtype=np.float64)) for name in names])


def unscaled(values: Floats, names: Sequence[str]) -> pd.DataFrame:
    """The opposite of `scaled`.

    Example:
        >>> table = pd.DataFrame({"people": [6.0], "load": [0.9], "within_24h": [0.8], "effect_of_one_fewer": [-0.3]})
        >>> unscaled(scaled(table, list(table)), list(table)).round(6).to_dict("list")
        {'people': [6.0], 'load': [0.9], 'within_24h': [0.8], 'effect_of_one_fewer': [-0.3]}
    """
    return pd.DataFrame({name: _unscale(name, values[:, place]) for place, name in enumerate(names)})


def _scale(name: str, values: Floats) -> Floats:
    if name in EFFECTS:
        return np.asarray(np.sign(values) * np.sqrt(np.abs(values)))
    if name == YEAR:
        return np.asarray(logit(np.clip(values, _ALMOST, 1 - _ALMOST)))
    return np.asarray(np.log(values)) if name in _LOGARITHMIC else values


def _unscale(name: str, values: Floats) -> Floats:
    if name in EFFECTS:
        return np.asarray(np.sign(values) * values**2)
    if name == YEAR:
        return np.asarray(expit(values))
    return np.asarray(np.exp(values)) if name in _LOGARITHMIC else values
