"""What least staff is asked for: a target of a measure, the number that may grow, and what is wrong with the asking."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from frontdoor_sim.appraisal.wording import better_of, measure_name, number_text, plain
from frontdoor_sim.documents import InputError, Keys, Mistake, in_words, nearest
from frontdoor_sim.experiment.break_even_answer import unit_of
from frontdoor_sim.experiment.comparing import HEADLINE
from frontdoor_sim.experiment.replications import Place
from frontdoor_sim.experiment.typed import Percentage, as_number, no_numbers
from frontdoor_sim.experiment.undated import dated_changes
from frontdoor_sim.measures import catalogue
from frontdoor_sim.operating_model import RAGS
from frontdoor_sim.scenario import Scenario
from frontdoor_sim.scenario.paths import PathError, find, look

MOST_WTE = 2000.0
"""More a scenario file does not take."""
MANY = 20_000
"""Steps of a grid that are too many to mean anything."""
_EXAMPLE = "The WTE of one group of people, such as teams.screening.staff.social_worker.wte."


@dataclass(frozen=True)
class Goal:
    """A target of a measure.

    Args:
        target: what the measure must reach: be at least, or at most where less is better, such as hours; of a share also as
            a percentage, such as `90%`.
        measure, by, group: of what.
        percentage: whether it was written as one.
    """

    target: float
    measure: str = HEADLINE
    by: str = "all"
    group: str = "all"
    percentage: bool = field(default=False, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        given = as_number(self.target)
        object.__setattr__(self, "percentage", isinstance(given, Percentage))
        object.__setattr__(self, "target", float(given) if isinstance(given, Percentage) else given)

    @property
    def unit(self) -> str:
        """Unit of the target."""
        return unit_of(self.measure)

    @property
    def place(self) -> Place:
        """Measure, breakdown and group."""
        return (self.measure, self.by, self.group)

    @property
    def named(self) -> str:
        """The measure, and of whom, in words.

        Example:
            >>> Goal(0.9, by="rag", group="red").named
            'Decided within 24 hours, red'
        """
        return measure_name(self.measure) + ("" if self.by == "all" else f", {self.group}")

    def surplus(self, figures: NDArray[np.float64]) -> NDArray[np.float64]:
        """How far figures are beyond the target; below 0 they miss it.

        Example:
            >>> Goal(24.0, "decision_hours_p90").surplus(np.array([20.0, 30.0])).tolist()
            [4.0, -6.0]
        """
        beyond: NDArray[np.float64] = better_of(self.measure) * (figures - self.target)
        return beyond

    def text(self, figure: float | None = None) -> str:
        """A figure in the unit of the target, or the target itself.

        Example:
            >>> Goal(0.9).text(), Goal(0.9).text(0.88), Goal(24.0, "decision_hours_p90").text()
            ('90%', '88.0%', '24 hours')
        """
        if figure is not None:
            return number_text(figure, self.unit, 1 if self.unit == "share" else None)
        return f"{100 * self.target:.4g}%" if self.unit == "share" else f"{self.target:g} {self.unit}"


def mistakes_of_goal(goal: Goal, where: Callable[[str], str] = lambda field: field) -> Iterator[Mistake]:
    """What is wrong with a target before any scenario is looked at.

    Args:
        goal: as asked.
        where: the place of a field, by its name.

    Example:
        >>> [mistake.what for mistake in mistakes_of_goal(Goal(90.0))]
        ['A share cannot be 90.']
    """
    table = catalogue()
    breakdowns = dict(zip(table["measure"], table["by"].str.split(", "), strict=True))
    good = [name for name in breakdowns if better_of(name)]
    if goal.measure not in breakdowns:
        near = nearest(goal.measure, good)
        what, right = f"There is no measure {goal.measure!r}.", "A measure of docs/measures.md."
        remedy = f"Did you mean {in_words(near)}?" if near else "Look for it in docs/measures.md."
        yield Mistake(where("measure"), what, right, remedy)
        return
    if goal.measure not in good:
        what = f"Whether more or less of {goal.measure} is better depends, so it has no target."
        right = f"A measure that is better one way, such as {HEADLINE} or decision_hours_p90."
        yield Mistake(where("measure"), what, right, "Choose another.")
    yield from _wrong_group(goal, breakdowns[goal.measure], where)
    yield from _wrong_target(goal, where("target"))


def _wrong_target(goal: Goal, where: str) -> Iterator[Mistake]:
    unit = unit_of(goal.measure)
    share, right = unit == "share", f"A number of {unit}, 0 or more."
    if wrong := list(no_numbers([goal.target], where, right, f"Write, for example, {'90%' if share else '24'}.")):
        yield from wrong
    elif goal.percentage and not share:
        what = f"{goal.measure} is in {unit}, and {100 * goal.target:g}% is a percentage."
        yield Mistake(where, what, right, "Write the number itself, for example 24.")
    elif share and not 0 <= goal.target <= 1:
        what, right = f"A share cannot be {goal.target:g}.", "A number from 0 to 1, or a percentage."
        meant = isfinite(goal.target) and 1 < goal.target <= 100
        remedy = f"Did you mean {goal.target / 100:g}?" if meant else "Write, for example, 0.9 for 90%."
        yield Mistake(where, what, right, remedy)
    elif not (isfinite(goal.target) and goal.target >= 0):
        what = f"A target of {goal.target:g} means nothing."
        yield Mistake(where, what, right, "Write, for example, 24.")


def _wrong_group(goal: Goal, breakdowns: list[str], where: Callable[[str], str]) -> Iterator[Mistake]:
    if goal.by not in breakdowns:
        near = nearest(goal.by, breakdowns)
        what, right = f"{goal.measure} is not told by {goal.by!r}.", f"One of {in_words(breakdowns)}."
        remedy = f"Did you mean {in_words(near)}?" if near else "Choose one of them."
        yield Mistake(where("by"), what, right, remedy)
        return
    groups = {"all": ("all",), "rag": RAGS, "level": ("1", "2", "3", "4")}.get(goal.by)
    if groups and goal.group not in groups:
        what, right = f"There is no group {goal.group!r} by {goal.by}.", f"One of {in_words(groups)}."
        near = nearest(goal.group, groups)
        remedy = f"Did you mean {in_words(near)}?" if near else "Choose one of them."
        yield Mistake(where("group"), what, right, remedy)


def mistakes_of_grid(
    between: tuple[float, float] | None, step: float, where: Callable[[str], str] = lambda field: field
) -> Iterator[Mistake]:
    """What is wrong with the values that may be tried.

    Example:
        >>> [mistake.what for mistake in mistakes_of_grid((9.0, 2.0), 0.5)]
        ['9 is not below 2.']
    """
    low, high = between or (0.0, MOST_WTE)
    right, remedy = "A number of WTE, such as 2.5.", "Write the number itself."
    wrong = [
        *no_numbers([step], where("step"), right, remedy),
        *no_numbers((low, high), where("between"), right, remedy),
    ]
    if wrong:
        yield from wrong
        return
    if not (isfinite(step) and step > 0):
        what, right = f"Staff cannot go up in steps of {step:g}.", "A number of WTE above 0."
        yield Mistake(where("step"), what, right, "Write, for example, 0.5.")
    elif between is None and MOST_WTE / step > MANY:
        what, right = f"Steps of {step:g} WTE are finer than any roster.", f"{MOST_WTE / MANY:g} or more."
        yield Mistake(where("step"), what, right, "Write, for example, 0.5.")
    elif isfinite(low) and isfinite(high) and low < high and step > high - low:
        what = f"One step of {step:g} is more than there is between {low:g} and {high:g}."
        yield Mistake(where("step"), what, "A step that fits in.", "Take smaller steps, or a wider range.")
    if not (isfinite(low) and isfinite(high) and low < high):
        what, right = f"{low:g} is not below {high:g}.", "Two numbers of WTE, of which the first is less."
        yield Mistake(where("between"), what, right, "Write the lower number first, and then the higher.")
    elif low < 0 or high > MOST_WTE:
        what, right = f"{low:g} to {high:g} is no number of people.", f"From 0 to {MOST_WTE:g} WTE."
        yield Mistake(where("between"), what, right, "Correct the ends.")


@dataclass(frozen=True)
class People:
    """One group of people whose number is looked for.

    Args:
        place: of their WTE in the scenario.
        team, role: as the scenario calls them.
        now: WTE that the scenario has.
    """

    place: Keys
    team: str
    role: str
    now: float

    @property
    def named(self) -> str:
        """What they are called in words.

        Example:
            >>> People((), "desk", "social_worker", 6.0).named
            'Desk, social worker'
        """
        return f"{plain(self.team)}, {plain(self.role)[:1].lower()}{plain(self.role)[1:]}"


def people_at(scenario: Scenario, path: str) -> People:
    """The group of people whose WTE stands at a path.

    Raises:
        InputError: the path leads nowhere, to several places, or to something else.

    Example:
        >>> from frontdoor_sim.scenario import read_scenario
        >>> people_at(read_scenario("scenarios/examples/one_desk.yaml"), "teams.desk.staff.officer.wte").now
        6.0
    """
    where = f"{scenario.file.name}: {path}"
    try:
        found = find(scenario.data, path)
    except PathError as error:
        raise InputError([Mistake(where, error.what, error.right, error.remedy)]) from None
    if len(found) > 1:
        what = f"The path leads to {len(found)} numbers."
        raise InputError([Mistake(where, what, _EXAMPLE, "Name one team and one role.")])
    place = found[0]
    if len(place) != 5 or (place[0], place[2], place[4]) != ("teams", "staff", "wte"):
        raise InputError([Mistake(where, f"`{path}` is no number of people.", _EXAMPLE, "Name that.")])
    team, index = str(place[1]), int(place[3])
    group = scenario.model.teams[team].staff[index]
    return People(place, team, group.role, group.wte)


def mistakes_of_people(scenario: Scenario, path: str, where: str) -> list[Mistake]:
    """What is wrong with the path of the number that is looked for, and with a scenario in which it cannot be."""
    try:
        people = people_at(scenario, path)
    except InputError as error:
        return [replace(mistake, where=where) for mistake in error.mistakes]
    wrong = dated_changes(scenario)
    if scenario.base and scenario.base.backlog and scenario.open_at:
        right = "The stages at which contacts are open, called as in the base."
        what = "It starts from open contacts, and renames or takes out a stage at which some are."
        wrong.append(Mistake(scenario.file.name, what, right, "Search in the base, or leave the stage."))
    if look(scenario.data, (*people.place[:-1], "vacant")) in (1, 1.0, "100%"):
        what = "Nobody fills these posts (`vacant` is 100%), however many they are."
        wrong.append(Mistake(where, what, "Posts that somebody fills.", "Name others, or correct `vacant`."))
    return wrong
