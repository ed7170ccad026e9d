"""Dated changes: which are in force when, and the models that follow each other in a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from frontdoor_sim.documents import Mistake, dotted, in_words
from frontdoor_sim.operating_model import OperatingModel, Ramp, RunWindow, outcomes_of
from frontdoor_sim.scenario.changes import Change, Step, Touched
from frontdoor_sim.scenario.checks.routes import check_stages_are_reached
from frontdoor_sim.scenario.edits import apply, is_named
from frontdoor_sim.scenario.paths import Path

Ways = tuple[dict[str, str], dict[str, str]]
"""Where the work goes of stages and ends that are taken out, and of teams."""


def is_dated(steps: Sequence[Step]) -> bool:
    """Whether any change begins or ends on a date."""
    return any(step.change is not None and step.change.dated for step in steps)


def boundaries(steps: Sequence[Step]) -> list[date]:
    """Every date on which a change begins, has taken hold of all, or ends, ascending."""
    changes = [step.change for step in steps if step.change is not None]
    return sorted(
        {day for change in changes for day in (change.begins, change.ramped, change.until) if day is not None}
    )


def in_force(steps: Sequence[Step], day: date) -> tuple[Step, ...]:
    """The changes in force on a date; others stand there without a change, so that each keeps its place."""
    return tuple(step if _counts(step.change, day) else Step(None, step.document, step.index) for step in steps)


def unramped(steps: Sequence[Step], day: date) -> tuple[Step, ...]:
    """The changes in force on a date for a contact of which no ramp has taken hold."""
    return tuple(
        Step(None, step.document, step.index) if step.change is not None and step.change.ramps(day) else step
        for step in in_force(steps, day)
    )


def ramping(steps: Sequence[Step], touched: Sequence[Touched], day: date) -> Iterator[tuple[str, Change, Touched]]:
    """Each stage (or `entry`), team or other name that a change touches which ramps on a date."""
    for one in touched:
        change = steps[one.change].change
        if change is not None and change.ramps(day) and len(one.path) > 1:
            yield str(one.path[1]), change, one


def ramps_of(
    steps: Sequence[Step], touched: Sequence[Touched], day: date, former: OperatingModel | None
) -> tuple[dict[str, Ramp], dict[str, Ramp]]:
    """What ramps on a date, by stage and by team; `former` is the model for those of whom no ramp has taken hold."""
    found: tuple[dict[str, Ramp], dict[str, Ramp]] = ({}, {})
    for name, change, one in ramping(steps, touched, day):
        if change.begins and change.ramped and former is not None:
            found[one.path[0] == "teams"][name] = Ramp(change.say, change.begins, change.ramped, former)
    return found


def _counts(change: Change | None, day: date) -> bool:
    return change is not None and change.in_force(day)


def lasting(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The changes that are in force in the end."""
    return in_force(steps, date.max)


def days_of(run: RunWindow, steps: Sequence[Step]) -> list[date]:
    """The first day of each phase of a run: that on which it starts, and every later one on which a change begins or ends."""
    first = run.opens - timedelta(weeks=run.warm_up)
    last = run.opens + timedelta(weeks=run.weeks + run.follow_up)
    return [first, *(day for day in boundaries(steps) if first < day <= last)]


def gone(touched: Sequence[Touched]) -> Ways:
    """Where the work goes of stages and ends, and of teams, that changes take out and none adds again."""
    ways: Ways = ({}, {})
    for one in [one for one in touched if is_named(one.path) and one.path[0] != "shifts"]:
        way = ways[one.path[0] == "teams"]
        if one.verb == "remove" and one.to:
            way[str(one.path[1])] = one.to
        elif one.verb == "add":
            way.pop(str(one.path[1]), None)
    goes, team_goes = ({name: _in_the_end(name, way) for name in way} for way in ways)
    return goes, team_goes


def _in_the_end(name: str, way: Mapping[str, str]) -> str:
    """To where work goes at last, where what takes it over is taken out too."""
    while name in way:
        name = way[name]
    return name


RAMPED = {
    "work": ("touch", "judges", "searches"),
    "consent": ("touch", "attempts", "gap", "given", "refused"),
    "delay": ("delay",),
}
"""What of a stage may ramp, by its kind; and the routes that leave it."""

RAMPED_OF_STAFF = ("wte", "vacant", "shift", "non_case_share", "caseload")
"""What of the staff of a team may ramp: it takes hold of one person after another."""


def unfit_ramps(
    steps: Sequence[Step], touched: Sequence[Touched], day: date, model: OperatingModel, former: OperatingModel
) -> Iterator[Mistake]:
    """Ramps of what neither a contact nor a person has for itself, or of one stage or team by two changes at a time."""
    by: dict[tuple[bool, str], Change] = {}
    for name, change, one in ramping(steps, touched, day):
        of_people = one.path[0] == "teams"
        if not (_is_of_one_person(one.path) if of_people else _is_of_one_contact(one.path, name, model)):
            what = f"`{dotted(one.path)}` cannot ramp: neither a contact nor a person has it for itself."
            right = (
                "Routes from stages of work, consent or delay; of work `touch`, `judges` and `searches`, of consent "
                "`touch`, `attempts`, `gap`, `given` and `refused`, of delay `delay`; of staff "
            ) + in_words([f"`{field}`" for field in RAMPED_OF_STAFF], "and")
            remedy = "Leave out `ramp`, or write a change for each step, `from` its day."
            yield Mistake(one.where, what, f"{right}.", remedy)
        elif by.setdefault((of_people, name), change) is not change:
            what = f"Two changes ramp at `{name}` at the same time."
            right = "One ramp at a time in a team." if of_people else "One ramp at a time at a stage."
            yield Mistake(one.where, what, right, "Make one change of them.")
        elif not of_people and _asked(model) != _asked(former):
            what = f"The routes from `{name}` come to look at the hour, or at `agrees`, while they ramp."
            remedy = "Let a route look at the same hours before the change and after it, or leave out `ramp`."
            yield Mistake(one.where, what, "The same `during` and `agrees` before and after.", remedy)


def _is_of_one_contact(path: Path, name: str, model: OperatingModel) -> bool:
    """Whether each contact has for itself what stands at a path."""
    kind = "work" if name == "entry" else model.stages[name].kind if name in model.stages else ""
    own = path[0] == "stages" and len(path) > 2 and path[2] in RAMPED.get(kind, ())
    return own or (path[0] == "routes" and kind in RAMPED)


def _is_of_one_person(path: Path) -> bool:
    """Whether each of a team's people has for themselves what stands at a path: a field of a group of staff."""
    return len(path) > 4 and path[2] == "staff" and path[4] in RAMPED_OF_STAFF


def still_wrong(found: Sequence[tuple[Path, Mistake]], former: OperatingModel | None) -> list[tuple[Path, Mistake]]:
    """What is wrong with a model of which no ramp has taken hold, but for stages that only a ramp leads to."""
    not_reached = list(check_stages_are_reached(former)) if former is not None else []
    return [one for one in found if one not in not_reached]


def _asked(model: OperatingModel) -> tuple[list[str], bool]:
    """The hours that routes look at, in order, and whether they look at agreement."""
    asked = [rule.when for rules in model.routes.values() for rule in rules]
    return list(dict.fromkeys(name for when in asked for name in when.during)), any(w.agrees is not None for w in asked)


# --- what must hold of dated changes ---------------------------------------------------------------------------------


def undated_ways(touched: Sequence[Touched]) -> Iterator[Mistake]:
    """A stage, team or end that is taken out on a date has work under way, which must go somewhere."""
    for one in touched:
        named = one.verb == "remove" and is_named(one.path) and one.path[0] != "shifts"
        if named and any(one.dates) and not one.to:
            what = (
                f"`{dotted(one.path)}` is taken out on a date, and nothing says where the work goes that waits there."
            )
            remedy = f"Write, for example, `remove: {{{dotted(one.path)}: {{to: another}}}}`."
            yield Mistake(one.where, what, "A word on where its work goes.", remedy)


def broken_phases(models: Sequence[tuple[date, OperatingModel, tuple[Touched, ...]]]) -> Iterator[Mistake]:
    """What models that follow each other must have in common, since measures read it for the whole run.

    What is gone for a while and comes back is what it was.

    Args:
        models: each with its first day and what its changes touch.
    """
    known: dict[str, dict[str, Any]] = {section: {} for section in _ALIKE}
    for (_, before, earlier), (day, after, touched) in pairwise(models):
        yield from _vanished(before, after, earlier, touched, day)
        for section, fields in _ALIKE.items():
            known[section] |= getattr(before, section)
            for name in [name for name in known[section] if name in getattr(after, section)]:
                one, other = known[section][name], getattr(after, section)[name]
                for field in fields or type(one).model_fields:
                    if getattr(one, field, None) != getattr(other, field, None):
                        yield _changes_meaning(section, name, field, day, touched)
                if section == "stages" and outcomes_of(one) != outcomes_of(other):
                    yield _changes_meaning(section, name, "give_up_after", day, touched)


_ALIKE: dict[str, tuple[str, ...]] = {"stages": ("kind", "decides", "waits_for"), "ends": (), "targets": ()}
"""What no date may change, by section; of no field named, all of them."""


def _changes_meaning(section: str, name: str, field: str, day: date, touched: Sequence[Touched]) -> Mistake:
    path = (section, name, field)
    where = next((one.where for one in reversed(touched) if path[: len(one.path)] == one.path), "")
    what = f"`{dotted(path)}` becomes another on {day}."
    right = "The same before and after, since a run is measured as a whole."
    remedy = "Add a stage with a name of its own." if section == "stages" else "Leave out `from` and `until`."
    return Mistake(where, what, right, remedy)


def _vanished(
    before: OperatingModel, after: OperatingModel, added: Sequence[Touched], touched: Sequence[Touched], day: date
) -> Iterator[Mistake]:
    """What was added until a date is gone on it, and no word says where its work goes."""
    ways, taken_out = gone(touched), {one.path for one in touched if one.verb == "remove"}
    for section, goes in (("stages", ways[0]), ("ends", ways[0]), ("teams", ways[1])):
        for name in getattr(before, section):
            if name in getattr(after, section) or name in goes or (section, name) in taken_out:
                continue
            where = next((one.where for one in added if one.path == (section, name)), "")
            what = f"`{section}.{name}` is there until {day}, and nothing says where the work goes that waits there."
            remedy = f"Leave `until` out, and take it out with `remove:` in a change `from: {day}`."
            yield Mistake(where, what, "A word on where its work goes.", remedy)


def made_on(
    data: dict[str, Any], steps: Sequence[Step], day: date, ramped: bool = True
) -> tuple[dict[str, Any], tuple[Touched, ...], list[Mistake]]:
    """The base with the changes made that are in force on a date; `ramped` says whether those that ramp on it are."""
    made, touched, mistakes = apply(data, (in_force if ramped else unramped)(steps, day), all_of_them=False)
    return made, tuple(touched), mistakes
