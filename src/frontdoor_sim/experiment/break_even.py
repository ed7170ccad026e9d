"""Where an option neither helps nor hurts: the value of one of its numbers at which it makes no difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.appraisal.wording import better_of
from frontdoor_sim.documents import InputError, Mistake
from frontdoor_sim.engine import Engine
from frontdoor_sim.experiment.comparing import CONFIDENCE, HEADLINE, by_run, mean_and_half_width
from frontdoor_sim.experiment.pilot import returns_per_contact
from frontdoor_sim.experiment.replications import Task, replicate
from frontdoor_sim.scenario import Scenario

Floats = NDArray[np.float64]
Place = tuple[str, str, str]
_MESH = 2_001


@dataclass(frozen=True)
class Crossing:
    """Where paired differences are 0, and the values at which they cannot be told from 0.

    Args:
        at: the first value at which the mean difference is 0; NaN where it never is.
        low, high: least and greatest value at which 0 lies in the interval of the mean; NaN where there is none.
        times: how often the mean changes sign.
    """

    at: float
    low: float
    high: float
    times: int


def crossing(values: Floats, gaps: Floats, confidence: float = CONFIDENCE) -> Crossing:
    """Where differences that were measured at some values are 0, with an interval.

    Between two values the differences of each replication are taken to be straight. The interval holds every value at which
    a paired t-interval of the mean holds 0, so it holds the true one as often as that interval does, however steep or flat
    the differences are there.

    Args:
        values: in rising order.
        gaps: differences from the base, a row for each value and a column for each replication, at least two.
        confidence: of the interval.

    Example:
        >>> found = crossing(np.array([0.0, 1.0]), np.array([[-1.0, -1.2], [1.0, 0.8]]))
        >>> round(found.at, 2), found.times
        (0.55, 1)
    """
    mesh = np.linspace(values[0], values[-1], _MESH)
    between = np.array([np.interp(mesh, values, one) for one in gaps.T])
    mean, half = mean_and_half_width(between.T, "average", confidence=confidence)
    within = mesh[np.abs(mean) <= half]
    low, high = (float(within[0]), float(within[-1])) if len(within) else (np.nan, np.nan)
    told = np.flatnonzero(mean)
    turns = np.flatnonzero(np.sign(mean[told[:-1]]) != np.sign(mean[told[1:]]))
    if not len(turns):
        return Crossing(np.nan if len(told) else float(mesh[0]), low, high, 0)
    before, after = told[turns[0]], told[turns[0] + 1]
    step = mean[before] / (mean[before] - mean[after])
    return Crossing(float(mesh[before] + step * (mesh[after] - mesh[before])), low, high, len(turns))


@dataclass(frozen=True)
class BreakEven:
    """At which value of a number an option neither helps nor hurts.

    Args:
        option, path, measure: what was asked.
        at, low, high: the break-even and its interval; NaN where there is none between the values that were tried.
        along: what goes with the number, such as the share of calls after which no contact was made; empty for nothing.
        along_at, along_low, along_high: what that is at the break-even, and at the ends of the interval.
        table: at each value that was tried, `value, along, difference, low, high, replications`.
        said: a sentence.
        times: how often the mean difference changes its sign between the values that were tried.
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
    times: int = 1

    def __str__(self) -> str:
        return self.said

    @property
    def shown(self) -> tuple[float, float, float]:
        """The break-even and the ends of its interval, in what goes with the number where that was asked for."""
        return (self.along_at, self.along_low, self.along_high) if self.along else (self.at, self.low, self.high)


@dataclass(frozen=True)
class Tried:
    """An option with several values of one of its numbers, run on the same contacts as the base.

    Args:
        base, option: their names.
        path: of the number.
        values: in rising order.
        names: what the option is called with each value.
        runs: the measures of all replications.
    """

    base: str
    option: str
    path: str
    values: Floats
    names: Sequence[str]
    runs: pd.DataFrame

    def even(self, measure: str = HEADLINE, along: Place | None = None) -> BreakEven:
        """Where the option makes no difference to a measure of everybody; `along` as for `break_even`."""
        before = _of_everybody(self.runs, self.base, (measure, "all", "all"))
        gaps = np.array([_of_everybody(self.runs, name, (measure, "all", "all")) - before for name in self.names])
        followed = _of_each(self.runs, self.names, along) if along else np.full(len(self.values), np.nan)
        return _found(self.option, self.path, measure, along, self.values, gaps, followed)


def break_even(
    base: Scenario,
    option: Scenario,
    path: str,
    between: tuple[float, float],
    measure: str = HEADLINE,
    along: Place | None = None,
    steps: int = 5,
    replications: int = 20,
    seed: int = 1,
    numbers: Sequence[Mapping[str, Any]] = (),
    jobs: int | None = None,
    executor: Executor | None = None,
    quiet: bool = True,
    engine: Engine = "auto",
) -> BreakEven:
    """The value of one number of an option at which it makes no difference to a measure, with its interval.

    The option is run with several values of the number on the same contacts as the base; see `crossing`. The interval is of
    simulation noise, and of what is not known as well where `numbers` says so.

    Args:
        base: today's model.
        option: a proposal; none of its changes has a date.
        path: where the number stands in the option, such as `stages.advice_call.judges.caution`.
        between: the least and the greatest value that are tried.
        measure: a measure of everybody.
        along: a measure, what it is broken down by and a group: what the number comes to, such as
            `("led_to_share", "stage and outcome", "advice_call, advised")`.
        steps: how many values are tried, evenly spaced.
        replications: at least 2.
        seed: of the study.
        numbers: sets of numbers by path, in turn one for each replication, such as those that `condition` keeps.
        jobs, executor, quiet: as for `replicate`.
        engine: `auto`, `simpy` or `compiled`; the answer is the same.

    Raises:
        ValueError: fewer than two replications or steps, or an empty range.
        InputError: the path leads nowhere, a change of the option has a date, or a measure is not there.
    """
    tried = try_values(base, option, path, between, steps, replications, seed, numbers, jobs, executor, quiet, engine)
    return tried.even(measure, along)


def try_values(
    base: Scenario,
    option: Scenario,
    path: str,
    between: tuple[float, float],
    steps: int = 5,
    replications: int = 20,
    seed: int = 1,
    numbers: Sequence[Mapping[str, Any]] = (),
    jobs: int | None = None,
    executor: Executor | None = None,
    quiet: bool = True,
    engine: Engine = "auto",
) -> Tried:
    """Run an option with several values of one of its numbers; all as for `break_even`, of whatever measure."""
    if replications < 2 or steps < 2 or not between[0] < between[1]:
        raise ValueError(
            "a break-even needs at least 2 replications and 2 steps, between two values of which the first is less"
        )
    values = np.linspace(*between, steps)
    sets = [numbers[n % len(numbers)] if numbers else {} for n in range(replications)]
    returns = returns_per_contact(base, seed, engine)
    tasks = [
        Task(with_each_value(base, option, path, values, given), seed, n, returns, engine=engine)
        for n, given in enumerate(sets)
    ]
    runs = replicate(tasks, jobs, executor, quiet, "Replications, each with every value")
    names = [_named(option, path, value) for value in values]
    return Tried(base.name, option.name, path, values, names, runs)


def with_each_value(
    base: Scenario, option: Scenario, path: str, values: Floats, numbers: Mapping[str, Any]
) -> tuple[Scenario, ...]:
    """The base, and the option with each value of the number; all of them with numbers of the base set otherwise.

    Raises:
        InputError: the path leads nowhere, a value does not fit there, or a change of the option has a date.
    """
    if len(option.phases) > 1:
        what, right = "A change of the option has a date.", "An option that is in force from the first day to the last."
        raise InputError([Mistake(option.file.name, what, right, "Take `from` and `until` out of it.")])
    today, then = (one.varied(numbers) if numbers else one for one in (base, option))
    whole = Scenario(then.file, then.data, then.parameters)
    each = [whole.varied({path: float(value), "name": _named(option, path, value)}) for value in values]
    return (today, *each)


def _named(option: Scenario, path: str, value: float) -> str:
    return f"{option.name}, {path} {value:g}"


def _of_everybody(runs: pd.DataFrame, option: str, place: Place) -> Floats:
    """A measure by replication."""
    table = by_run(runs, option)
    if place not in table.index:
        raise _nowhere(option, place)
    found: Floats = table.loc[[place]].to_numpy(np.float64)[0]
    return found


def _of_each(runs: pd.DataFrame, names: Sequence[str], place: Place) -> Floats:
    """The mean of a measure at each value; a group that a replication does not know is 0 there, but some must know it."""
    tables = [by_run(runs, name) for name in names]
    known = [table.loc[[place]].to_numpy(np.float64)[0] if place in table.index else np.zeros(1) for table in tables]
    if not any(place in table.index for table in tables):
        raise _nowhere(names[0], place)
    return np.array([(one if place[1] == "all" else np.nan_to_num(one)).mean() for one in known])


def _nowhere(option: str, place: Place) -> InputError:
    what = f"No measure {place[0]} by {place[1]} has a group {place[2]}."
    right = "A measure of the manual, one of its breakdowns, and a group of it."
    return InputError([Mistake(option, what, right, "Look for it in the table of `measure`.")])


def _found(
    option: str, path: str, measure: str, along: Place | None, values: Floats, gaps: Floats, followed: Floats
) -> BreakEven:
    mean, half = mean_and_half_width(gaps, "average")
    table = pd.DataFrame(
        {
            "value": values,
            "along": followed,
            "difference": mean,
            "low": mean - half,
            "high": mean + half,
            "replications": gaps.shape[1],
        }
    )
    zero = crossing(values, gaps)
    at, low, high = (
        float(np.interp(x, values, followed)) if np.isfinite(x) else np.nan for x in (zero.at, zero.low, zero.high)
    )
    name = ", ".join(along) if along else ""
    low, high = min(low, high), max(low, high)
    said = _said(option, path, measure, zero, values, mean, (at, low, high) if along else None)
    return BreakEven(option, path, measure, zero.at, zero.low, zero.high, name, at, low, high, table, said, zero.times)


def _said(
    option: str, path: str, measure: str, zero: Crossing, values: Floats, mean: Floats, along: tuple[float, ...] | None
) -> str:
    """The answer in a sentence or two."""
    what = measure.replace("_", " ")
    tried = f"between {values[0]:g} and {values[-1]:g}"
    if np.isnan(mean).any():
        return f"{option}: not every replication could measure {what}."
    if np.isnan(zero.at):
        if np.isfinite(zero.low):
            near = f"{zero.low:.3g} to {zero.high:.3g}"
            return f"{option}: no break-even of {what} {tried}; from {near} no difference can be told."
        good = better_of(measure)
        word = {0: "more" if mean[0] > 0 else "less", 1: "better", -1: "worse"}[int(good * np.sign(mean[0]))]
        return f"{option}: no break-even of {what} {tried}: {word} at every value."
    least = f"{zero.low:.3g}" if zero.low > values[0] else f"{values[0]:g} or less"
    most = f"{zero.high:.3g}" if zero.high < values[-1] else f"{values[-1]:g} or more"
    told = f"{option}: no difference in {what} where {path} is {zero.at:.3g} (95% interval {least} to {most})."
    if along:
        told += f" That is {along[0]:.1%} ({along[1]:.1%} to {along[2]:.1%})."
    if zero.times > 1:
        told += f" The difference changes its sign {zero.times} times {tried}; this is the first."
    return told
