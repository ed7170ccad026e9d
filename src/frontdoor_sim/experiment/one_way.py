"""One unknown number at a time: what its lowest and its highest value make of a figure, and whether that flips a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.appraisal.wording import more_and_less, told_apart
from frontdoor_sim.experiment.comparing import mean_and_half_width
from frontdoor_sim.experiment.conditioning import Unknown
from frontdoor_sim.experiment.crossing import crossings

Floats = NDArray[np.float64]
End = Literal["low", "middle", "high"]
ENDS: tuple[End, ...] = ("low", "middle", "high")
UNCLEAR = "unclear"


@dataclass(frozen=True)
class Range:
    """An unknown number, and its values over the candidates that were kept.

    Args:
        unknown: what it is.
        low, middle, high: its least value, its mean and its greatest.
    """

    unknown: Unknown
    low: float
    middle: float
    high: float

    @property
    def varies(self) -> bool:
        """Whether more than one value was kept."""
        return self.high > self.low


@dataclass(frozen=True)
class Setting:
    """Every number at its middle, but for one at an end; `path` is empty where none is."""

    path: str
    end: End
    values: dict[str, float]


def ranges(unknowns: Sequence[Unknown], kept: Sequence[dict[str, float]]) -> list[Range]:
    """The ranges of unknown numbers over the candidates that were kept.

    Example:
        >>> staff = Unknown(path="wte", say="Staff", between=(4, 8), unit="WTE", source="a guess")
        >>> [(one.low, one.middle, one.high) for one in ranges([staff], [{"wte": 5.0}, {"wte": 7.0}])]
        [(5.0, 6.0, 7.0)]
    """
    found = []
    for unknown in unknowns:
        values = np.array([candidate[unknown.path] for candidate in kept])
        found.append(Range(unknown, float(values.min()), float(values.mean()), float(values.max())))
    return found


def settings(over: Sequence[Range]) -> list[Setting]:
    """All numbers at their middle, and then each that varies at either end of its range."""
    middle = {one.unknown.path: one.middle for one in over}
    ends: tuple[End, ...] = ("low", "high")
    return [Setting("", "middle", middle)] + [
        Setting(one.unknown.path, end, middle | {one.unknown.path: getattr(one, end)})
        for one in over
        if one.varies
        for end in ends
    ]


@dataclass(frozen=True)
class Figures:
    """A figure at every setting: that of today, or its change by an option.

    Args:
        name: of the scenario.
        measure, unit: what it is a figure of.
        change: whether it is a change from today, which has a verdict.
        values: a row for each of `settings`, and a column for each replication; all on the same contacts.
        options: how many options share the confidence of 95 %.
    """

    name: str
    measure: str
    unit: str
    change: bool
    values: Floats
    options: int = 1

    def verdict(self, mean: float, half_width: float) -> str:
        """What a change is by the interval of its average: better, worse or unclear; empty for a figure of today."""
        if not self.change or np.isnan([mean, half_width]).any():
            return ""
        if not told_apart(self.unit, mean, half_width):
            return UNCLEAR
        return more_and_less(self.measure)[0 if mean > 0 else 1]


def one_way(over: Sequence[Range], found: Figures, shows: Floats) -> pd.DataFrame:
    """The figure at the lowest, the middle and the highest value of every number, the others at their middle.

    Args:
        over: the ranges.
        found: the figures at `settings(over)`.
        shows: for each setting, the share of replications in which today's model shows every symptom.

    Returns:
        Three rows for each number: `option, path, say, unit, end, value`; `mean` with the ends `low, high` of its 95 % interval
        of the average and its `half_width`; `change` (whether it is one from today), `verdict`, `measure`, `measure_unit`,
        `shows_symptoms` and `replications`.
    """
    mean, half = mean_and_half_width(found.values, "average", found.options)
    rows = []
    for one, places in zip(over, _places(over), strict=True):
        for end, place in zip(ENDS, places, strict=True):
            at, by = float(mean[place]), float(half[place])
            about = (found.name, one.unknown.path, one.unknown.say, one.unknown.unit, end, getattr(one, end))
            rows.append((*about, at, at - by, at + by, by, found.change, found.verdict(at, by), found.measure,
                         found.unit, float(shows[place]), found.values.shape[1]))  # fmt: skip
    columns = [
        "option", "path", "say", "unit", "end", "value", "mean", "low", "high", "half_width", "change", "verdict", "measure",
        "measure_unit", "shows_symptoms", "replications",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def swings(over: Sequence[Range], found: Figures) -> pd.DataFrame:
    """How far every number moves the figure from one end of its range to the other, what matters most first.

    Returns:
        A row for each number: `option, path, say, unit, lowest, highest` (its values); `at_lowest, at_middle, at_highest` (the
        figure there); `swing` from the lowest to the highest value with its interval `low, high`, paired replication by
        replication; `reach`, the most that any two of the three differ, by which rows are sorted; `answer`; and where the
        change is none, `flips_at` with its interval `flips_from, flips_to`. `change`, `measure`, `measure_unit`,
        `replications` as for `one_way`.

        The answer is `nothing` where not one replication has another figure; `flips` where the change is better at one of the
        three values and worse at another; `unclear` where it is told apart from none in the middle and not at an end; `settles`
        where it is told apart at an end and not in the middle; and else `holds`.
        Of a figure of today it is `moves` or `nothing`.
    """
    mean, half = mean_and_half_width(found.values, "average", found.options)
    rows = [_swing(one, list(places), found, mean, half) for one, places in zip(over, _places(over), strict=True)]
    table = pd.DataFrame(rows)
    return table.sort_values("reach", ascending=False, kind="stable", ignore_index=True)


def _places(over: Sequence[Range]) -> list[tuple[int, int, int]]:
    """Where the settings of each number stand: low, middle, high."""
    found, place = [], 1
    for one in over:
        found.append((place, 0, place + 1) if one.varies else (0, 0, 0))
        place += 2 * one.varies
    return found


def _swing(one: Range, places: list[int], found: Figures, mean: Floats, half: Floats) -> dict[str, Any]:
    here = found.values[places]
    swing, wide = mean_and_half_width(here[2:] - here[:1], "average", found.options)
    verdicts = [found.verdict(float(mean[place]), float(half[place])) for place in places]
    zero = crossings(np.array([one.low, one.middle, one.high]), here).found if found.change and one.varies else ()
    flips = (zero[0].at, zero[0].low, zero[0].high) if zero else (np.nan, np.nan, np.nan)
    low, middle, high = (float(mean[place]) for place in places)
    return {
        "option": found.name, "path": one.unknown.path, "say": one.unknown.say, "unit": one.unknown.unit,
        "lowest": one.low, "highest": one.high, "at_lowest": low, "at_middle": middle, "at_highest": high,
        "swing": float(swing[0]), "low": float(swing[0] - wide[0]), "high": float(swing[0] + wide[0]),
        "reach": max(low, middle, high) - min(low, middle, high), "answer": _answer(here, verdicts, found.change),
        "flips_at": flips[0], "flips_from": flips[1], "flips_to": flips[2], "change": found.change,
        "measure": found.measure, "measure_unit": found.unit, "replications": here.shape[1],
    }  # fmt: skip


def _answer(here: Floats, verdicts: Sequence[str], change: bool) -> str:
    """What a number does to a verdict, from those at its lowest, middle and highest value."""
    if np.isnan(here).any():
        return "not measured"
    if (here == here[:1]).all():
        return "nothing"
    if not change:
        return "moves"
    told = {verdict for verdict in verdicts if verdict != UNCLEAR}
    if len(told) > 1:
        return "flips"
    if UNCLEAR not in verdicts or not told:
        return "holds"
    return "settles" if verdicts[1] == UNCLEAR else "unclear"
