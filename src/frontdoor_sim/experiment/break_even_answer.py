"""The answer to where an option breaks even, and how it is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from frontdoor_sim.appraisal import charts
from frontdoor_sim.appraisal.pack import COLUMNS
from frontdoor_sim.appraisal.wording import better_of, measure_name, number_text
from frontdoor_sim.documents import in_words
from frontdoor_sim.experiment.comparing import mean_and_half_width
from frontdoor_sim.experiment.crossing import Crossing, Crossings, Floats, crossings
from frontdoor_sim.experiment.replications import Place
from frontdoor_sim.measures import catalogue

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class BreakEven:
    """At which value of a number an option neither helps nor hurts.

    Args:
        option, path, measure: what was asked.
        at, low, high: the break-even and its interval, which holds it; where there is none, `at` is NaN, and so are the ends
            unless part of what was tried cannot be told from no difference. Of several, the one at the least value.
        along: what goes with the number, such as the share of calls after which no contact was made; empty for nothing.
        along_at, along_low, along_high: what that is at the break-even, and over the interval.
        table: at each value that was tried, `value, along, difference, low, high, replications`.
        said: a sentence.
        places: every break-even, in rising order of what goes with the number where that was asked for, else of the number.
        tolerance: the break-even and the ends of its interval lie between two values, closer than this, that were run.
        today: what today's model has where the number stands, as a sentence; empty where it has nothing there.
        ranged: whether each replication has numbers of its own for what is not known.
    """

    option: str
    path: str
    measure: str
    at: float
    low: float
    high: float
    along: str
    along_at: float
    along_low: float
    along_high: float
    table: pd.DataFrame
    said: str
    places: tuple[Crossing, ...] = ()
    tolerance: float = np.nan
    today: str = ""
    ranged: bool = False

    def __str__(self) -> str:
        return f"{self.said} {self.today}".rstrip()

    @property
    def shown(self) -> list[tuple[float, float, float]]:
        """Each of `places` with the ends of its interval; where there is none, what is said of it in their stead."""
        if self.places:
            return [(one.at, one.low, one.high) for one in self.places]
        return [(self.along_at, self.along_low, self.along_high) if self.along else (self.at, self.low, self.high)]

    def tables(self, number: int, say: str, unit: str, sentence: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The answer and what was tried, as the tables `break_evens` and `tried` of a pack.

        Args:
            number: of the question.
            say, unit: what the chart has on its axis, and its unit: the number, or what goes with it.
            sentence: the answer in words.
        """
        asked = (number, self.option, say, unit, self.measure)
        answers = pd.DataFrame([(*asked, *one, sentence) for one in self.shown], columns=list(COLUMNS["break_evens"]))
        tried = self.table.rename(columns={"along" if self.along else "value": "at"})
        tried = tried.assign(number=number, option=self.option, unit=unit_of(self.measure))
        tried = tried.sort_values("at", kind="stable", ignore_index=True)[list(COLUMNS["tried"])]
        return answers, tried

    def plot(self) -> Figure:
        """The change from today at every value that was tried, and where there is none, with its interval."""
        name, _, group = self.along.partition(", ")
        say = measure_name(name) + (f" ({group})" if group != "all, all" else "") if self.along else self.path
        answers, tried = self.tables(1, say, unit_of(name) if self.along else "", str(self))
        option = pd.DataFrame({"option": [self.option], "label": [self.option], "base": [False]})
        note = break_even_note(int(self.table["replications"].iloc[0]), self.ranged)
        return charts.where_it_breaks_even(answers, tried, option, number=1, note=note)


def break_even_note(number: int, ranged: bool) -> str:
    """What the intervals of break-even values cover.

    Example:
        >>> break_even_note(20, ranged=False)
        '95% interval of the average over 20 replications: simulation noise alone'
    """
    over = f"{number} replications"
    return f"95% interval of the average over {over}" + (
        ", each with its own set of unknown numbers" if ranged else ": simulation noise alone"
    )


def found_at(
    option: str,
    path: str,
    measure: str,
    along: Place | None,
    values: Floats,
    gaps: Floats,
    followed: Floats,
    tolerance: float = np.nan,
) -> BreakEven:
    """The break-even of differences at some values.

    Args:
        option, path, measure, along: what was asked; names of the option, the number, the measure, and of what goes with it.
        values, gaps: as for `crossings`.
        followed: what goes with the number at each value; NaN where nothing was asked.
        tolerance: how closely it was looked for.

    Example:
        >>> values, gaps = np.array([4.0, 8.0]), np.array([[-0.2, -0.2], [0.2, 0.2]])
        >>> print(found_at("Hub", "teams.hub.staff.officer.wte", "decided_within_24h", None, values, gaps, values))
        Hub: no difference in decided within 24h where teams.hub.staff.officer.wte is 6 (95% interval 6 to 6).
    """
    mean, half = mean_and_half_width(gaps, "average")
    table = pd.DataFrame({"value": values, "along": followed, "difference": mean, "low": mean - half, "high": mean + half,
                          "replications": gaps.shape[1]})  # fmt: skip
    zero = crossings(values, gaps)
    first = zero.found[0] if zero.found else Crossing(np.nan, zero.low, zero.high)
    with_it = _followed(first, values, followed)
    places = [_followed(one, values, followed) if along else one for one in zero.found]
    said = _said(option, path, measure, zero, table, along)
    return BreakEven(
        option, path, measure, first.at, first.low, first.high, ", ".join(along) if along else "", with_it.at, with_it.low,
        with_it.high, table, said, tuple(sorted(places, key=lambda one: one.at)), tolerance,
    )  # fmt: skip


def _followed(one: Crossing, values: Floats, followed: Floats) -> Crossing:
    """What goes with the number at a break-even, and the least and the most that goes with it over the interval."""
    if np.isnan(one.low):
        return Crossing(np.nan, np.nan, np.nan)
    at, low, high = (float(np.interp(place, values, followed)) for place in (one.at, one.low, one.high))
    over = [low, high, *followed[(values > one.low) & (values < one.high)].tolist()]
    return Crossing(at, min(over), max(over))


def interval_text(
    one: Crossing, tried: pd.Series, text: Callable[[float], str], without_unit: Callable[[float], str] | None = None
) -> str:
    """An interval in words; an end that is also the end of what was tried may lie further out.

    Args:
        one: the break-even.
        tried: what was tried, on the same axis.
        text: how the upper end is written.
        without_unit: how the lower end is written, if otherwise.

    Example:
        >>> interval_text(Crossing(0.5, 0.0, 0.7), pd.Series([0.0, 1.0]), "{:g}".format)
        '0 or less to 0.7'
    """
    least, most = (without_unit or text)(one.low), text(one.high)
    least += " or less" if one.low <= tried.min() else ""
    most += " or more" if one.high >= tried.max() else ""
    return f"{least} to {most}"


def _said(option: str, path: str, measure: str, zero: Crossings, table: pd.DataFrame, along: Place | None) -> str:
    """The answer in a sentence or two."""
    what, values, mean = measure.replace("_", " "), table["value"], table["difference"].to_numpy(float)
    tried = f"between {values.min():g} and {values.max():g}"
    if np.isnan(mean).any():
        return f"{option}: not every replication could measure {what}."
    if not zero.found:
        if np.isfinite(zero.low):
            near = f"{zero.low:.4g} to {zero.high:.4g}"
            return f"{option}: no break-even of {what} {tried}; from {near} no difference can be told."
        word = {0: "more" if mean[0] > 0 else "less", 1: "better", -1: "worse"}[
            int(better_of(measure) * np.sign(mean[0]))
        ]
        return f"{option}: no break-even of {what} {tried}: {word} at every value."
    told = [f"{one.at:.4g} (95% interval {interval_text(one, values, '{:.4g}'.format)})" for one in zero.found]
    said = f"{option}: no difference in {what} where {path} is {', and again where it is '.join(told)}."
    return f"{said} That is {in_words(list(_along_text(zero, table, along)), 'and')}." if along else said


def _along_text(zero: Crossings, table: pd.DataFrame, along: Place) -> Iterator[str]:
    """What goes with the number at each break-even, in its own unit."""
    unit, values, followed = unit_of(along[0]), table["value"].to_numpy(float), table["along"]
    for found in zero.found:
        one = _followed(found, values, followed.to_numpy(float))
        ends = interval_text(one, followed, lambda place: along_text(place, unit))
        yield f"{along_text(one.at, unit)} ({ends})"


def along_text(place: float, unit: str) -> str:
    """What goes with a number, with its unit; a share to a tenth of a per cent.

    Example:
        >>> along_text(0.3937, "share"), along_text(31.42, "hours")
        ('39.4%', '31.4 hours')
    """
    return number_text(place, unit, 1 if abs(place) >= 1 or unit == "share" else 2)


def unit_of(measure: str) -> str:
    """The unit of a measure, as the manual has it."""
    return str(catalogue().set_index("measure").loc[measure, "unit"])
