"""Random operating models that change on dates: what an option file with `from:` and `until:` would say of a random base."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from frontdoor_sim.documents import Document, InputError
from frontdoor_sim.experiment.running import placed
from frontdoor_sim.operating_model import Phase
from frontdoor_sim.scenario import Scenario
from frontdoor_sim.scenario.backlog import left_nowhere
from frontdoor_sim.scenario.changes import Change, Step
from frontdoor_sim.scenario.dates import (
    boundaries,
    broken_phases,
    made_on,
    ramping,
    still_wrong,
    undated_ways,
    unfit_ramps,
)
from frontdoor_sim.scenario.edits import apply
from frontdoor_sim.scenario.examine import examined
from random_models import (
    END_RULES,
    ORDERS,
    SYSTEMS,
    Instance,
    asked_of,
    delays,
    handoff,
    helpers,
    instances,
    interrupting,
    meeting,
    on_grid,
    routes,
    skilled,
    staff,
    touches,
)


@dataclass(frozen=True)
class Dated:
    """A random model and changes to it; printed in full where a test fails."""

    instance: Instance
    changes: tuple[dict[str, Any], ...]

    @cached_property
    def option(self) -> Scenario:
        """The base with its changes, as an option file would make it."""
        return as_option(self.instance.scenario(), self.changes)

    def table(self) -> pd.DataFrame:
        """Its contacts, those of the backlog where the option has them."""
        return placed(self.option, self.instance.table())

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The models of its run."""
        return self.option.phases


def as_option(base: Scenario, changes: tuple[dict[str, Any], ...]) -> Scenario:
    """An option as it is when read from a file; raises InputError with its mistakes."""
    document = Document(Path("random_dated.yaml"), {"because": [json.loads(json.dumps(change)) for change in changes]})
    made = [Change.model_validate({"say": "A change.", **change}) for change in document.data["because"]]
    steps = tuple(Step(change, document, number) for number, change in enumerate(made))
    data, touched, mistakes = apply(base.data, steps)
    mistakes += undated_ways(touched)
    models = []
    for day in [date.min, *boundaries(steps)]:
        of_the_day, its_touched, lost = made_on(base.data, steps, day)
        found, model = examined(of_the_day, None)
        mistakes += [*lost, *(mistake for _, mistake in found)]
        models.append((day, model, its_touched))
        if not mistakes and any(ramping(steps, its_touched, day)):
            found, former = examined(made_on(base.data, steps, day, ramped=False)[0], None)
            mistakes += [mistake for _, mistake in still_wrong(found, former)] or unfit_ramps(
                steps, its_touched, day, model, former
            )
    mistakes += broken_phases(models) if not mistakes else []
    mistakes += left_nowhere(base.backlog, base.data, steps) if base.backlog and not mistakes else []
    if mistakes:
        raise InputError(mistakes)
    return Scenario(document.path, data, None, base, steps, tuple(touched))


@st.composite
def dated(draw: DrawFn) -> Dated:
    """A random model with one to three changes, so many of which fit as do."""
    instance = draw(instances())
    names = [f"stage {n}" for n in range(5)]
    edits = draw(st.lists(edit(instance, names), min_size=1, max_size=3))
    changes = [(draw(ramp_times(instance)) if "ramp" in one else draw(times(instance))) | one for one in edits]
    for number in range(len(changes), 0, -1):
        found = Dated(instance, tuple(changes[:number]))
        try:
            assert found.option
        except InputError:
            continue
        return found
    return Dated(instance, ())


def span_of_run(instance: Instance) -> tuple[date, int]:
    """The first day of a run, and how many days it lasts."""
    run = instance.data["run"]
    warm_up = run.get("warm_up", 0)
    first = date.fromisoformat(run["opens"]) - timedelta(weeks=warm_up)
    return first, 7 * (warm_up + run["weeks"] + run["follow_up"])


def times(instance: Instance) -> SearchStrategy[dict[str, Any]]:
    """Dates about the run; some before it, and some after."""
    first, last = span_of_run(instance)
    begins = st.integers(0, last)
    both = st.tuples(begins, st.integers(1, 6)).map(
        lambda pair: {"from": str(first + timedelta(pair[0])), "until": str(first + timedelta(sum(pair)))}
    )
    one = begins.map(lambda days: {"from": str(first + timedelta(days))})
    return st.one_of(one, one, both, begins.map(lambda days: {"until": str(first + timedelta(days + 1))}))


def ramp_times(instance: Instance) -> SearchStrategy[dict[str, Any]]:
    """Dates on which a ramp begins; some so long before the run that it ends within it, or before it."""
    first, last = span_of_run(instance)
    return st.integers(-10, last).map(lambda days: {"from": str(first + timedelta(days))})


@st.composite
def edit(draw: DrawFn, instance: Instance, names: list[str]) -> dict[str, Any]:
    """One change, of anything that a date may change."""
    data, grid = instance.data, instance.grid
    teams, stages = list(data["teams"]), list(data["stages"])
    a_team, a_stage = st.sampled_from(teams), st.sampled_from(stages)
    kind = draw(st.sampled_from(["stage", "stage", "team", "staff", "staff", "handoffs", "route", "remove stage",
                                 "remove team", "add stage", "law", "hours", "ramp", "ramp", "ramp", "people"]))  # fmt: skip
    if kind == "people":
        return draw(people_taken_up(draw(a_team), data))
    if kind == "ramp":
        fit = [name for name in stages if ramped_facts(data["stages"][name], grid)]
        stage = draw(st.sampled_from(["entry", *fit, *fit, *fit]))
        new = ramped_facts(data["stages"][stage], grid) if stage != "entry" else {}
        chosen = draw(st.sampled_from(["route", *new]))
        if chosen == "route":
            changed = {f"routes.{stage}": routes(draw, data["stages"], list(data["ends"]))[stage]}
        else:
            changed = {f"stages.{stage}.{chosen}": draw(new[chosen])}
        return {"ramp": draw(st.sampled_from([1, 1, 1, 2, 0])), "set": changed}
    if kind == "stage":
        stage = draw(a_stage)
        return {
            "set": {
                f"stages.{stage}.{name}": value
                for name, value in draw(facts(data["stages"][stage], data["teams"], grid))
            }
        }
    if kind == "team":
        team = draw(a_team)
        others = helpers(team, teams) if len(teams) > 1 else st.just([])
        new = {"site": draw(st.sampled_from(["here", "there"])), "order": draw(st.sampled_from(ORDERS)),
               "case_system": draw(st.sampled_from(SYSTEMS)), "helpers": draw(others),
               "head_start": draw(st.sampled_from([{}, {"red": "2 h"}]))}  # fmt: skip
        chosen = draw(st.lists(st.sampled_from(list(new)), min_size=1, max_size=3, unique=True))
        of_team = {name: new[name] for name in chosen}
        if draw(st.booleans()):
            of_team |= {"order": "rag", "interrupts": draw(st.sampled_from([[], ["red"], ["red", "amber"]]))}
        elif draw(st.booleans()):
            of_team |= draw(interrupting(team, data["stages"]))
        return {"set": {f"teams.{team}.{name}": value for name, value in of_team.items()}}
    if kind == "staff":
        team, people = draw(a_team), draw(staff(caseload=True))
        if draw(st.booleans()):
            people = draw(skilled(people, asked_of(team, data["teams"], data["stages"]), data["stages"]))
        return {"set": {f"teams.{team}.staff": people}}
    if kind == "handoffs":
        named = draw(st.sampled_from(["same_site", "between_sites"]))
        return {
            "set": {f"handoffs.{named}": draw(handoff(grid)), "handoffs.requests_between_sites": draw(delays(grid))}
        }
    if kind == "route":
        stage = draw(st.sampled_from(["entry", *stages]))
        return {"set": {f"routes.{stage}": routes(draw, data["stages"], list(data["ends"]))[stage]}}
    if kind == "remove stage":
        gone = draw(a_stage)
        to = draw(st.sampled_from([name for name in [*stages, *data["ends"]] if name != gone]))
        return {"remove": {f"stages.{gone}": {"to": to}}}
    if kind == "remove team" and len(teams) > 1:
        gone = draw(a_team)
        to = draw(st.sampled_from([name for name in teams if name != gone]))
        tidy = {f"teams.{name}.helpers": [] for name in teams if name != gone and data["teams"][name].get("helpers")}
        return {"remove": {f"teams.{gone}": {"to": to}}} | ({"set": tidy} if tidy else {})
    if kind == "add stage":
        to = draw(st.sampled_from([*stages, *data["ends"]]))
        new = {"team": draw(a_team), "touch": draw(touches(grid)), "end_of_shift": draw(st.sampled_from(END_RULES))}
        if draw(st.booleans()):
            new = {"kind": "meeting", **draw(meeting(data["teams"], grid))}
        way = draw(st.sampled_from([[{"to": "new"}], [{"if": {"rag": "red"}, "to": "new"}, {"to": stages[0]}]]))
        return {"add": {"stages.new": new, "routes.new": [{"to": to}]}, "set": {"routes.entry": way}}
    if kind == "hours":
        return {"set": {"shifts.early": {"Mon-Fri": "10:00-20:00"}, "shifts.night": {"every day": "18:00-08:00"}}}
    new_law = {"thresholds": {"early_help": -0.5, "child_in_need": 0.3, "protection": 1.1},
               "handoffs.missed_history": {"share": 0.8, "noise": 1.5}}  # fmt: skip
    if data["returns"]:
        new_law["returns.rate_by_gap"] = [0.0, 1.0, 3.0, 3.0]
    name = draw(st.sampled_from(list(new_law)))
    return {"add" if name == "thresholds" else "set": {name: new_law[name]}}


@st.composite
def people_taken_up(draw: DrawFn, team: str, data: dict[str, Any]) -> dict[str, Any]:
    """A ramp of a team's people: more or fewer of them, or other hours or cases for each."""
    place = draw(st.integers(0, len(data["teams"][team]["staff"]) - 1))
    new = {"wte": st.sampled_from([1, 2, 3.4]), "vacant": st.sampled_from([0, 0.5]), "caseload": st.sampled_from([1, 2, 5]),
           "shift": st.sampled_from([*data["shifts"]]), "non_case_share": st.sampled_from([0, 0.4])}  # fmt: skip
    chosen = draw(st.lists(st.sampled_from(list(new)), min_size=1, max_size=3, unique=True))
    changed = {f"teams.{team}.staff[{place}].{field}": draw(new[field]) for field in chosen}
    return {"ramp": draw(st.sampled_from([1, 1, 2])), "set": changed}


def ramped_facts(stage: dict[str, Any], grid: int) -> dict[str, SearchStrategy[Any]]:
    """What of a stage may ramp, by the names of its fields."""
    new: dict[str, SearchStrategy[Any]] = {}
    if stage["kind"] in ("work", "consent"):
        new["touch"] = touches(grid)
    if stage["kind"] == "consent":
        new |= {
            "attempts": st.integers(1, 3),
            "gap": on_grid(max(grid, 60), 20, 1),
            "given": st.sampled_from([0.1, 0.7]),
        }
    if stage["kind"] == "delay":
        new["delay"] = delays(grid)
    if stage["kind"] == "work" and "judges" in stage:
        new["judges"] = st.sampled_from([{"bias": -0.4, "noise": 0.2}, {"noise": 0.9, "regrades": True}])
    return new


@st.composite
def facts(draw: DrawFn, stage: dict[str, Any], teams: dict[str, Any], grid: int) -> list[tuple[str, Any]]:
    """One or two facts of a stage, by the names of its fields; of a meeting, all or one."""
    kind = stage["kind"]
    if kind == "meeting":
        others = draw(meeting(teams, grid))
        return draw(st.sampled_from([list(others.items()), [("lasts", others["lasts"])]]))
    new: dict[str, SearchStrategy[Any]] = {"team": st.sampled_from(list(teams))}
    if kind in ("work", "consent"):
        new |= {"touch": touches(grid), "weight": st.integers(0, 2), "end_of_shift": st.sampled_from(END_RULES)}
    if kind == "consent":
        new |= {
            "attempts": st.integers(1, 3),
            "gap": on_grid(max(grid, 60), 20, 1),
            "given": st.sampled_from([0.1, 0.7]),
        }
    if kind == "checks":
        new |= {
            "give_up_after": st.sampled_from([{}, {"red": "1 h", "green": "2 h"}]),
            "join": st.sampled_from(["all", 1]),
        }
    if kind == "caseload":
        new |= {"hold": on_grid(max(grid, 900), 200, 1), "slots": st.sampled_from(["children", "family"]),
                "allocates": st.sampled_from([None, "office", "Mon-Fri 11:30"]),
                "first_visit": st.sampled_from([None, "2 h"])}  # fmt: skip
    if kind in ("work", "caseload"):
        new |= {"holds_at_most": st.integers(0, 4), "takes_a_working_day": st.integers(0, 3)}
    if kind == "work":
        new |= {"out_tray": st.integers(1, 2)}
    if kind == "delay":
        new |= {"delay": delays(grid)}
    if "judges" in stage:
        new |= {"judges": st.sampled_from([{"bias": -0.4, "noise": 0.2}, {"noise": 0.9, "regrades": True}])}
    chosen = draw(st.lists(st.sampled_from(list(new)), min_size=1, max_size=2, unique=True))
    return [(name, draw(new[name])) for name in chosen]
