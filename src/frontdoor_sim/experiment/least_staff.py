"""The least staff with which a target is met, after the ceiling: what no number of people can do better than."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from math import ceil, floor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.appraisal import charts
from frontdoor_sim.appraisal.wording import WAITED_FOR
from frontdoor_sim.documents import InputError, Mistake
from frontdoor_sim.engine import Engine
from frontdoor_sim.experiment.comparing import HEADLINE, mean_and_half_width
from frontdoor_sim.experiment.least_staff_words import in_plain_words
from frontdoor_sim.experiment.least_value import first_place, least, search
from frontdoor_sim.experiment.periods import period_of
from frontdoor_sim.experiment.pilot import returning
from frontdoor_sim.experiment.staffing_goal import (
    MOST_WTE,
    Goal,
    People,
    mistakes_of_goal,
    mistakes_of_grid,
    mistakes_of_people,
    people_at,
)
from frontdoor_sim.experiment.staffing_runs import Runs
from frontdoor_sim.experiment.workers import Workers, one_pool
from frontdoor_sim.measures import catalogue
from frontdoor_sim.operating_model import CaseloadStage, OperatingModel, WorkStage, outcomes_of
from frontdoor_sim.scenario import Scenario, check_scenarios

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]

ROOM, ROOM_MORE = 10, 20
"""There is room for all with ten times the people that the work asks for, and twenty more."""
THESE, EVERYBODY = "these people", "everybody"
"""Whose number is without end where a ceiling is measured."""
_WAITS = {"timeliness": "waiting_hours_to_decision", "transfer": "waiting_hours_to_allocation"}


@dataclass(frozen=True)
class LeastStaff:
    """The least staff with which a target is met.

    Args:
        scenario, path: where.
        people: the group whose number is looked for, and how many there are now.
        goal: the target.
        least: least WTE with which the mean over replications meets the target; NaN where none that was tried does.
        low, high: ends of its 95 % interval: the least with which a t-interval of the mean reaches the target, and the least
            with which it lies beyond it; NaN where none does.
        sure: least WTE with which at least 80 % of replications meet it; NaN where none does.
        lowest, highest: ends of what may be tried; below `lowest` nothing is steady, or nothing was asked for.
        steady: whether `lowest` is the least with an offered load below 1.
        replications: runs of every value.
        period: what one run is called, such as `year` or `run of 12 weeks`.
        ranged: whether each replication has numbers of its own for what is not known.
        values: what was tried, a row for each `value` [WTE]: offered `load` of the team; `mean, low, high` of the measure; the
            share of replications that `met` the target.
        ceilings: `mean, low, high, met` with room for all: of `these people` alone, and of `everybody`, nothing being full.
        waits: mean `hours` that are left for each cause in `waited_for`, with room for everybody; empty where the measure is
            neither of a decision nor of a transfer.
        full: the other teams that are asked for more than they have: `team, what, load`.
    """

    scenario: str
    path: str
    people: People
    goal: Goal
    least: float
    low: float
    high: float
    sure: float
    lowest: float
    highest: float
    steady: bool
    replications: int
    period: str
    ranged: bool
    values: pd.DataFrame
    ceilings: pd.DataFrame
    waits: pd.DataFrame
    full: pd.DataFrame

    @property
    def said(self) -> tuple[str, ...]:
        """The answer in sentences."""
        return in_plain_words(self)

    def __str__(self) -> str:
        return "\n".join(self.said)

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by their names; `answer` has one row."""
        numbers = ("least", "low", "high", "sure", "lowest", "highest", "replications")
        row = {
            "scenario": self.scenario, "path": self.path, "now": self.people.now, "measure": self.goal.measure,
            "by": self.goal.by, "group": self.goal.group, "target": self.goal.target, "unit": self.goal.unit,
            **{name: getattr(self, name) for name in numbers}, "said": " ".join(self.said),
        }  # fmt: skip
        tables = {"answer": pd.DataFrame([row]), "values": self.values, "ceilings": self.ceilings}
        return tables | {name: table for name in ("waits", "full") if len(table := getattr(self, name))}

    def plot(self) -> Figure:
        """The measure against WTE, with the target, the ceiling and the answer."""
        each = ", each with its own set of unknown numbers" if self.ranged else "; luck alone"
        note = f"95% interval of the average over {self.replications} replications{each}"
        return charts.least_staff(
            self.values, self.ceilings, named=self.people.named, measure=self.goal.named, unit=self.goal.unit,
            target=self.goal.target, answer=(self.low, self.least, self.high), now=self.people.now, spoken=str(self),
            note=note,
        )  # fmt: skip


@one_pool()
def staffing(
    scenario: Scenario,
    path: str,
    target: float,
    measure: str = HEADLINE,
    by: str = "all",
    group: str = "all",
    between: tuple[float, float] | None = None,
    step: float = 0.5,
    replications: int = 20,
    seed: int = 1,
    numbers: Sequence[Mapping[str, Any]] = (),
    jobs: int | None = None,
    executor: Executor | None = None,
    quiet: bool = True,
    engine: Engine = "auto",
    keep: Path | None = None,
) -> LeastStaff:
    """The least staff of one group with which a measure meets a target, after its ceiling.

    Every value meets the same contacts with the same luck, so which is the least is decided by fixed numbers (sample average
    approximation). The ceiling comes first: what the measure comes to with room for all, which no number of people passes.
    Values at which the team is asked for more than it has (offered load 1 or more) are not tried, as no figure of theirs is
    steady; unless the run starts from open contacts, or the team has helpers, or contacts leave it unserved, which empties
    its queue.

    Args:
        scenario: a base or an option; an option meets the contacts of its base.
        path: of the WTE of one group of people, such as `teams.screening.staff.social_worker.wte`.
        target: what the measure must be at least, or at most where less is better (hours).
        measure, by, group: of what, as in the table of measures.
        between: least and greatest WTE that may be tried; from nothing to room for all where it is None.
        step: of the WTE that are tried, counted from the least, or from 0.
        replications: at least 2.
        seed: of the study.
        numbers: sets of numbers by path, in turn one for each replication, such as those that `condition` keeps.
        jobs, executor, quiet, engine, keep: as for `Workers`.

    Raises:
        InputError: every mistake in what is asked; a measure that cannot be measured; a team that is asked for more than it has
            with the most people that may be tried.
        ValueError: fewer than two replications.

    Example:
        >>> from frontdoor_sim.scenario import read_scenario
        >>> desk = read_scenario("scenarios/examples/one_desk.yaml")
        >>> found = staffing(desk, "teams.desk.staff.officer.wte", 0.8, replications=4, jobs=1)
        >>> found.least
        7.0
    """
    check_scenarios(scenario=scenario)
    if replications < 2:
        raise ValueError(f"an interval needs at least 2 replications, not {replications}")
    goal = Goal(target, measure, by, group)
    wrong = [*mistakes_of_goal(goal), *mistakes_of_grid(between, step), *mistakes_of_people(scenario, path, path)]
    if wrong:
        raise InputError(wrong)
    base = scenario.base or scenario
    people = people_at(scenario, path)
    workers = Workers(jobs, executor, quiet, engine, keep)
    sets = list(numbers[:replications]) or [{}]
    returns = returning(base, seed, engine)
    runs = Runs(base, scenario, path, goal, sets, replications, seed, workers, returns)
    grid = _grid(runs, people, between, step)
    ceilings, waits = _ceilings(runs, grid.room)
    tried = search(
        lambda places: [goal.surplus(row) for row in runs.figures([grid.value(place) for place in places])],
        grid.first,
        grid.last,
        grid.start,
    )
    found = {test: np.nan if (place := least(tried, test)) is None else grid.value(place) for test in
             ("mean", "high", "low", "share")}  # fmt: skip
    values = _values(runs, people, {grid.value(place): tried[place] for place in sorted(tried)})
    at = grid.room if np.isnan(found["mean"]) else found["mean"]
    return LeastStaff(
        scenario.name, path, people, goal, found["mean"], found["high"], found["low"], found["share"], grid.value(grid.first),
        grid.value(grid.last), grid.steady, replications, period_of(scenario.model.run.weeks), bool(numbers), values, ceilings,
        waits, _full(runs, people, at),
    )  # fmt: skip


@dataclass(frozen=True)
class Grid:
    """The WTE that may be tried.

    Args:
        zero, step: WTE of place 0, and from one place to the next.
        first, last: places that may be tried.
        start: places to begin with.
        room: WTE with which there is room for all.
        steady: whether `first` is the least place with an offered load below 1.
    """

    zero: float
    step: float
    first: int
    last: int
    start: tuple[int, ...]
    room: float
    steady: bool

    def value(self, place: int) -> float:
        """WTE at a place."""
        return round(self.zero + place * self.step, 9)


def _grid(runs: Runs, people: People, between: tuple[float, float] | None, step: float) -> Grid:
    """From the least that is steady, which is found by pilots, to room for all."""
    low, high = between or (0.0, MOST_WTE)
    least_place, most = (0 if between else 1), floor((high - low) / step + 1e-9)
    team = runs.scenario.model.teams[people.team]
    filled = sum(group.filled for group in team.staff)
    now = people.now or 1.0
    load = runs.load(now, people.team)
    guess = ceil((now + (0.0 if np.isnan(load) else (load - 1) * max(filled, now)) - low) / step)
    overflows = leaves_unserved(runs.scenario.model, people.team)
    first, steady = least_place, not (team.helpers or overflows or runs.base.backlog or np.isnan(load))
    if steady:

        def fits(place: int) -> bool:
            return not runs.load(round(low + place * step, 9), people.team) >= 1

        place = first_place(fits, guess, least_place, most)
        if place is None:
            raise InputError([_never_steady(runs, people, round(low + most * step, 9), between)])
        first = place
    at = round(low + max(first, min(guess, most)) * step, 9)
    load = runs.load(at, people.team)
    need = 0.0 if np.isnan(load) else load * (filled - people.now + at)
    room = min(max(step * ceil((ROOM * need + ROOM_MORE) / step), people.now, high if between else 0.0), MOST_WTE)
    last = most if between else floor((room - low) / step + 1e-9)
    exact = (people.now - low) / step
    here = [round(exact)] if abs(exact - round(exact)) < 1e-9 and first <= exact <= last else []
    return Grid(low, step, first, last, (first if steady else min(max(guess, first), last), *here), room, steady)


def leaves_unserved(model: OperatingModel, team: str) -> bool:
    """Whether contacts may give up waiting for a team, or are turned away: then it may be asked for more than it has."""
    return any(
        isinstance(stage, (WorkStage, CaseloadStage)) and stage.team == team and bool(outcomes_of(stage))
        for stage in model.stages.values()
    )


def _never_steady(runs: Runs, people: People, most: float, between: tuple[float, float] | None) -> Mistake:
    load = runs.load(most, people.team)
    what = f"With {most:g} WTE the team is still asked for {load:.2f} times what it has, so no figure of it is steady."
    right = "An offered load below 1, as `frontdoor check` prints it."
    further = "Look further up, or make the work less."
    other = (
        "The work may be that of other people of the team: vary those whose load `frontdoor check` says is 1 or more."
    )
    return Mistake(f"{runs.scenario.file.name}: {people.named}", what, right, further if between else other)


def _ceilings(runs: Runs, room: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The measure with room for all, of these people and of everybody; and the waits that are left then."""
    family = str(catalogue().set_index("measure").loc[runs.goal.measure, "family"])
    waiting = _WAITS.get(family)
    places = [(waiting, "waited_for", cause) for cause in WAITED_FOR] if waiting else []
    figures = runs.ceilings(room, dict(_everybody(runs, room)), places)
    table = _told(runs.goal, figures[:, :, 0])
    if table["mean"].isna().any():
        what = f"`{' '.join(runs.goal.place)}` cannot be measured in every run, even with room for all."
        right = "A measure and a group that every run has."
        remedy = "Choose another, or let the run be longer (`run: {weeks: …}`)."
        raise InputError([Mistake(runs.scenario.file.name, what, right, remedy)])
    hours = np.nan_to_num(figures[1, :, 1:]).mean(axis=0)
    left = pd.DataFrame({"waited_for": [place[2] for place in places], "hours": hours})
    left = left[(left["hours"] > 0) & (left["waited_for"] != "work")]
    ceilings = pd.concat([pd.DataFrame({"room": [THESE, EVERYBODY]}), table], axis=1)
    return ceilings, left.sort_values("hours", ascending=False, kind="stable", ignore_index=True)


def _everybody(runs: Runs, room: float) -> Iterator[tuple[str, float]]:
    """WTE of every group of every team, with room for all that its team is asked for."""
    at = runs.load_table(max(value for value in runs.loads if value <= room))
    model = runs.scenario.model
    for team, facts in model.teams.items():
        filled = sum(group.filled for group in facts.staff)
        load = float(at.loc[at["team"] == team, "load"].max())
        if np.isnan(load):
            continue
        for index, group in enumerate(facts.staff):
            much = max(float(ceil(ROOM * load * filled + ROOM_MORE)), group.wte)
            yield f"teams.{team}.staff[{index}].wte", min(much, MOST_WTE)


def _told(goal: Goal, figures: Floats) -> pd.DataFrame:
    """Mean, interval and share of replications that meet the target, a row for each row."""
    mean, half = mean_and_half_width(figures, "average")
    low, high = mean - half, mean + half
    if goal.unit == "share":
        low, high = low.clip(0, 1), high.clip(0, 1)
    met = (goal.surplus(figures) >= 0).mean(axis=1)
    return pd.DataFrame({"mean": mean, "low": low, "high": high, "met": met})


def _values(runs: Runs, people: People, surplus: Mapping[float, Floats]) -> pd.DataFrame:
    """What was tried, in rising order of WTE; figures are read back from how far they were beyond the target."""
    sign = float(np.sign(runs.goal.surplus(np.array([runs.goal.target + 1]))[0]))
    figures = np.array([sign * row + runs.goal.target for row in surplus.values()])
    loads = [runs.load(wte, people.team) for wte in surplus]
    head = pd.DataFrame({"value": list(surplus), "load": loads})
    return pd.concat([head, _told(runs.goal, figures)], axis=1).assign(replications=runs.replications)


def _full(runs: Runs, people: People, wte: float) -> pd.DataFrame:
    """Teams, this one aside, that are asked for more than they have."""
    table = runs.load_table(wte)
    mine = table[(table["team"] != people.team) & (table["load"] >= 1)]
    return mine[["team", "what", "load"]].reset_index(drop=True)
