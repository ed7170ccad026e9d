"""Where an option neither helps nor hurts: the value of one of its numbers at which it makes no difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from frontdoor_sim.documents import InputError, Mistake
from frontdoor_sim.engine import Engine
from frontdoor_sim.experiment.break_even_answer import BreakEven, found_at
from frontdoor_sim.experiment.comparing import HEADLINE, by_run
from frontdoor_sim.experiment.crossing import Floats, crossings, refined
from frontdoor_sim.experiment.pilot import returning
from frontdoor_sim.experiment.replications import Place, Task, replicate, with_each_set
from frontdoor_sim.experiment.todays import today_keeps
from frontdoor_sim.experiment.typed import Percentage, as_number, no_numbers, percentages_of_no_share
from frontdoor_sim.experiment.undated import dated_changes
from frontdoor_sim.experiment.workers import USUAL, Workers, one_pool
from frontdoor_sim.measures import MEASURES
from frontdoor_sim.scenario import Scenario, check_scenarios

FINE, OF_INTERVAL = 100, 10
"""Without a tolerance, a break-even is found to within these parts of what is tried and of its own interval."""
NO_NUMBERS = ("name", "summary", "parameters")
"""Fields that a scenario has and that no model checks: what is varied stands elsewhere."""


@dataclass
class Tried:
    """An option with several values of one of its numbers, run on the same contacts as the base; each value is run once.

    Args:
        base, option: the scenarios.
        path: of the number.
        values: that are tried for every measure, in rising order.
        sets: numbers by path that replications use instead of the scenarios' own; they take turns.
        replications, seed: as for `break_even`.
        workers: who runs them.
        only: the measures that are asked for; all of them where there is none.
        least_step: 1 for a number that must be whole, else 0.
        runs: the measures of all replications, by value; those of the base stand at NaN.
    """

    base: Scenario
    option: Scenario
    path: str
    values: Floats
    sets: Sequence[Mapping[str, Any]]
    replications: int
    seed: int
    workers: Workers
    only: tuple[str, ...] = ()
    least_step: float = 0.0
    runs: dict[str, pd.DataFrame] = field(default_factory=dict)

    def even(self, measure: str = HEADLINE, along: Place | None = None, tolerance: float | None = None) -> BreakEven:
        """Where the option makes no difference to a measure of everybody; `along` and `tolerance` as for `break_even`."""
        fine = max(tolerance or self._fine(measure), self.least_step)
        values = refined(self.values, lambda at: self.gaps(at, measure), fine, self.least_step)
        gaps = self.gaps(values, measure)
        tables = [self.runs[self._named(value)] for value in values]
        followed = _of_each(tables, self._named(values[0]), along) if along else np.full(len(values), np.nan)
        found = found_at(self.option.name, self.path, measure, along, values, gaps, followed, fine)
        return replace(found, today=today_keeps(self.base, self.path, self.sets), ranged=any(self.sets))

    def _fine(self, measure: str) -> float:
        """How closely is close enough: nobody asks for a tenth of a point of what is known to nine points."""
        intervals = [one.high - one.low for one in crossings(self.values, self.gaps(self.values, measure)).found]
        return max(float(self.values[-1] - self.values[0]) / FINE, min(intervals, default=0.0) / OF_INTERVAL)

    def gaps(self, values: Floats, measure: str) -> Floats:
        """Differences from the base in a measure of everybody: a row for each value and a column for each replication."""
        self.run(values)
        place = (measure, "all", "all")
        before = _of_everybody(self.runs[""], self.base.name, place)
        return np.array([_of_everybody(self.runs[name], name, place) - before for name in map(self._named, values)])

    @cached_property
    def pairs(self) -> list[tuple[Scenario, Scenario]]:
        """The base and the option with each set of numbers."""
        return with_each_set(self.base, self.option, self.sets)

    def run(self, values: Floats) -> None:
        """Run the option with those of the values that have not been run, and the base with the first of them."""
        new = np.array([value for value in values if self._named(value) not in self.runs])
        if not len(new):
            return
        each = [with_each_value(today, then, self.path, new) for today, then in self.pairs]
        returns = returning(self.base, self.seed, self.workers.engine)
        first = 1 if self.runs else 0
        tasks = [
            Task(
                those[first:],
                self.seed,
                number,
                returns,
                engine=self.workers.engine,
                contacts_of=those[0],
                only=self.only,
            )
            for number in range(self.replications)
            for those in [each[number % len(each)]]
        ]
        say = "Replications, each with more values" if first else "Replications, each with every value"
        runs = replicate(tasks, self.workers, say).groupby("option", observed=True)
        found = {str(name): its for name, its in runs}
        self.runs |= {"": found.pop(self.base.name)} | found if not first else found

    def _named(self, value: float) -> str:
        return _named(self.option, self.path, value)


@one_pool()
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
    tolerance: float | None = None,
) -> BreakEven:
    """The value of one number of an option at which it makes no difference to a measure, with its interval.

    The option is run with several values of the number on the same contacts as the base, and with more of them near what is
    looked for; see `crossings` and `refined`. The interval is of simulation noise, and of what is not known as well where
    `numbers` says so. Two crossings between which nothing was tried are not seen: `steps` must be as many as the differences
    have turns.

    Args:
        base: today's model.
        option: a proposal; none of its changes has a date.
        path: where the number stands in the option, such as `stages.advice_call.judges.caution`.
        between: the least and the greatest value that are tried; of a share also as percentages, such as `("5%", "50%")`.
        measure: a measure of everybody.
        along: a measure, what it is broken down by and a group: what the number comes to, such as
            `("led_to_share", "stage and outcome", "advice_call, advised")`.
        steps: how many values are tried first, evenly spaced.
        replications: at least 2.
        seed: of the study.
        numbers: sets of numbers by path, in turn one for each replication, such as those that `condition` keeps.
        jobs, executor, quiet: as for `Workers`.
        engine: `auto`, `simpy` or `compiled`; the answer is the same.
        tolerance: how closely the break-even and the ends of its interval are found, in the unit of the number: each lies
            between two values, no further apart, that were run. Where it is None, a hundredth of what is between or a tenth
            of its interval, as the first values show it, whichever is more.

    Raises:
        ValueError: fewer than two replications or steps, an empty range, or a tolerance that is not above 0.
        InputError: the path leads nowhere, a change of the option has a date, or a measure is not there.
    """
    check_scenarios(base=base, option=option)
    between = _read_between(between, option, path)
    if tolerance is not None and not tolerance > 0:
        raise ValueError(f"a tolerance is above 0, not {tolerance}")
    only = measures_of(measure, along)
    for name in only:
        if name not in MEASURES:
            raise _nowhere(option.name, (name, "all", "all"))
    tried = try_values(
        base, option, path, between, steps, replications, seed, numbers, Workers(jobs, executor, quiet, engine), only
    )
    return tried.even(measure, along, tolerance)


def _read_between(between: tuple[float, float], option: Scenario, path: str) -> tuple[float, float]:
    """The ends of what is tried, of which percentages of a share may be the text."""
    ends = [as_number(end) for end in between]
    plain = [float(end) if isinstance(end, Percentage) else end for end in ends]
    right, remedy = "Two numbers; of a share also two percentages.", "Write, for example, between=(0.05, 0.5)."
    wrong = [
        *no_numbers(plain, "between", right, remedy),
        *percentages_of_no_share(ends, option, path, "between"),
    ]
    if wrong:
        raise InputError(wrong)
    low, high = plain
    return low, high


def measures_of(measure: str, along: Place | None) -> tuple[str, ...]:
    """The measures that a break-even is read from."""
    return (measure, along[0]) if along else (measure,)


def try_values(
    base: Scenario,
    option: Scenario,
    path: str,
    between: tuple[float, float],
    steps: int = 5,
    replications: int = 20,
    seed: int = 1,
    numbers: Sequence[Mapping[str, Any]] = (),
    workers: Workers = USUAL,
    only: tuple[str, ...] = (),
) -> Tried:
    """Run an option with several values of one of its numbers; all as for `break_even`, of whatever measure.

    Args:
        workers: who runs them.
        only: the measures that will be asked for; all of them where there is none.
    """
    if replications < 2 or steps < 2 or not between[0] < between[1]:
        raise ValueError(
            "a break-even needs at least 2 replications and 2 steps, between two values of which the first is less"
        )
    values = np.linspace(*between, steps)
    sets = list(numbers[:replications]) or [{}]
    tried = Tried(base, option, path, values, sets, replications, seed, workers, only)
    tried.run(values)
    tried.least_step = 0.0 if _fits(base, option, path, values[0] + 0.382 * (values[1] - values[0])) else 1.0
    return tried


def _fits(base: Scenario, option: Scenario, path: str, value: float) -> bool:
    """Whether a number may have a value that is not whole."""
    try:
        with_each_value(base, option, path, np.array([value]))
    except InputError:
        return False
    return True


def with_each_value(base: Scenario, option: Scenario, path: str, values: Floats) -> tuple[Scenario, ...]:
    """The base, and the option with each value of the number.

    Raises:
        InputError: the path leads nowhere, a value does not fit there, or a change of the option has a date.
    """
    if path.strip() in NO_NUMBERS:
        what, right = (
            f"`{path}` is no number.",
            "The path of a number, such as teams.screening.staff.social_worker.wte.",
        )
        raise InputError([Mistake(option.file.name, what, right, "Name the number whose break-even you look for.")])
    if dated := dated_changes(option):
        raise InputError(dated)
    each = [option.alone.varied({path: float(value), "name": _named(option, path, value)}) for value in values]
    return (base, *each)


def _named(option: Scenario, path: str, value: float) -> str:
    return f"{option.name}, {path} {value:.10g}"


def _of_everybody(runs: pd.DataFrame, option: str, place: Place) -> Floats:
    """A measure by replication."""
    table = by_run(runs, option)
    if place not in table.index:
        raise _nowhere(option, place)
    found: Floats = table.loc[[place]].to_numpy(np.float64)[0]
    return found


def _of_each(runs: Sequence[pd.DataFrame], option: str, place: Place) -> Floats:
    """The mean of a measure at each value; a group that a replication does not know is 0 there, but some must know it."""
    tables = [by_run(one, str(one["option"].iloc[0])) for one in runs]
    known = [table.loc[[place]].to_numpy(np.float64)[0] if place in table.index else np.zeros(1) for table in tables]
    if not any(place in table.index for table in tables):
        raise _nowhere(option, place)
    return np.array([(one if place[1] == "all" else np.nan_to_num(one)).mean() for one in known])


def _nowhere(option: str, place: Place) -> InputError:
    what = f"No measure {place[0]} by {place[1]} has a group {place[2]}."
    right = "A measure of the manual, one of its breakdowns, and a group of it."
    return InputError([Mistake(option, what, right, "Look for it in the table of `measure`.")])
