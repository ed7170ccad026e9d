"""An option told change by change, each with its reason; a base told as its pathway."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from frontdoor_sim.appraisal import charts
from frontdoor_sim.documents import in_words
from frontdoor_sim.experiment.explain.differences import Differences
from frontdoor_sim.experiment.explain.pathway import pathway_lines
from frontdoor_sim.operating_model import OperatingModel
from frontdoor_sim.scenario import Scenario
from frontdoor_sim.scenario.changes import Change, Step, Touched
from frontdoor_sim.scenario.edits import is_named
from frontdoor_sim.scenario.paths import Path

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Part = tuple[str, str]
"""A team or a stage: `teams` or `stages`, and its name."""

_ALIKE = "Nothing differs by it: it is so already."


def explain(scenario: Scenario) -> str:
    """A scenario in plain words.

    Args:
        scenario: an option, whose changes are told one by one with what was and what is; or a base.

    Returns:
        Lines of text; last comes the pathway as it is under this scenario.

    Example:
        >>> from frontdoor_sim.scenario import read_scenario
        >>> print(explain(read_scenario("scenarios/examples/one_desk_two_more.yaml")))
        Two more officers
        The desk has eight officers instead of six.
        <BLANKLINE>
        Changes to One desk
        1. Two more officers sit at the desk. (recommendation 1)
             desk: officers 6 → 8 WTE
        <BLANKLINE>
        Pathway
          Contacts come in. Then decision.
          decision, by desk (8 WTE): work of 60 minutes on average; decides. Then closed.
        <BLANKLINE>
        Ends
          closed meets any need.
    """
    summary = str(scenario.data.get("summary", "")).strip()
    head = [scenario.name, *([summary] if summary else []), ""]
    changes = list(_changes(scenario)) if scenario.base else ["A base: it changes nothing."]
    return "\n".join([*head, *changes, "", *pathway_lines(scenario.model)])


def _changes(scenario: Scenario) -> Iterator[str]:
    """Every change with its reason and its differences; of several files, each under its name."""
    assert scenario.base is not None
    yield f"Changes to {scenario.base.name}"
    told = Differences(scenario)
    several = len({step.document.path for step in scenario.steps}) > 1
    last: Step | None = None
    for number, step in enumerate(scenario.steps):
        if several and (last is None or last.document.path != step.document.path):
            yield f"From {step.document.path.name}"
        last = step
        yield _reason(number, step)
        lines = told.lines(number)
        yield from (f"     {line}" for line in [*(lines or [_ALIKE]), *_costs(step.change)])


def _reason(number: int, step: Step) -> str:
    change = step.change
    if change is None:
        return f"{number + 1}."
    answers = "" if change.recommendation is None else f" (recommendation {change.recommendation})"
    return f"{number + 1}. {change.say}{answers}{_dates(change)}"


def _costs(change: Change | None) -> Iterator[str]:
    """What a change says that it costs, in words."""
    if change is not None and change.costs is not None:
        told = [("once", change.costs.once), ("a year", change.costs.a_year)]
        amounts = [f"{_pounds(*amount)} {when}" for when, amount in told if any(amount)] or ["nothing"]
        yield f"costs {in_words(amounts, 'and')} ({change.costs.source})"


def _pounds(low: float, high: float) -> str:
    return f"£{low:,.0f}" if low == high else f"£{low:,.0f} to £{high:,.0f}"


def _dates(change: Change) -> str:
    """From when until when a change is in force, in words."""
    weeks = "1 week" if change.ramp == 1 else f"{change.ramp} weeks"
    by_and_by = [f"by and by within {weeks}"] if change.ramped else []
    told = [f"{word} {day.day} {day:%B %Y}" for word, day in (("from", change.begins), ("until", change.until)) if day]
    return f" ({' '.join([*told, *by_and_by])})" if told else ""


def changed_parts(scenario: Scenario) -> frozenset[Part]:
    """Teams and stages that an option makes different or adds, and stages whose routes it does: what a picture highlights.

    A stage or team is named as the option names it; what only follows from a new name elsewhere is not changed, and neither
    is what was so already.

    Example:
        >>> from frontdoor_sim.scenario import read_scenario
        >>> sorted(changed_parts(read_scenario("scenarios/examples/one_desk_two_more.yaml")))
        [('teams', 'desk')]
    """
    touched: set[Part] = set()
    renamed: set[Part] = set()
    called = {(one.change, one.written) for one in scenario.touched if one.verb == "rename"}
    for one in scenario.touched:
        if one.verb == "follow" and (one.change, one.written) in called:
            continue
        if one.verb == "rename":
            old, new = (str(one.path[0]), str(one.before)), (str(one.path[0]), str(one.after))
            renamed = (renamed - {old}) | {new}
        touched |= _parts(one)
    return frozenset((renamed | {part for part in touched if _differs(scenario, part)}) & _parts_of(scenario))


def _parts(touched: Touched) -> set[Part]:
    """The team or stage that a change touches, as the scenario names it then; a route belongs to its stage."""
    path: Path = touched.path
    if touched.verb == "rename" or path[0] not in ("teams", "stages", "routes") or len(path) == 1:
        return set()
    return {("teams" if path[0] == "teams" else "stages", str(path[1]))}


def _differs(scenario: Scenario, part: Part) -> bool:
    """Whether a team or stage, or the route of a stage, is ever other than in the base."""
    base = scenario.base or scenario
    models = [scenario.model, *(phase.model for phase in scenario.phases)]
    return any(_facts_of(model, part) != _facts_of(base.model, part) for model in models)


def _facts_of(model: OperatingModel, part: Part) -> tuple[object, object]:
    section, name = part
    return (model.teams.get(name), None) if section == "teams" else (model.stages.get(name), model.routes.get(name))


def _parts_of(scenario: Scenario) -> set[Part]:
    model = scenario.model
    return {*(("teams", name) for name in model.teams), *(("stages", name) for name in model.stages)}


def gone_parts(scenario: Scenario) -> tuple[str, ...]:
    """Teams and stages of the base that an option takes out; what has another name is not gone.

    Example:
        >>> from frontdoor_sim.scenario import read_scenario
        >>> gone_parts(read_scenario("scenarios/examples/no_sign_off.yaml"))
        ('sign_off', 'managers')
    """
    gone = [one.path for one in scenario.touched if one.verb == "remove" and is_named(one.path)]
    parts = [(str(path[0]), str(path[1])) for path in gone if path[0] in ("teams", "stages")]
    left = _parts_of(scenario)
    return tuple(dict.fromkeys(part[1] for part in parts if part not in left))


def picture(scenario: Scenario) -> Figure:
    """The pathway of a scenario as a picture; of an option with what it changes marked.

    Example:
        >>> from frontdoor_sim.scenario import read_scenario
        >>> picture(read_scenario("scenarios/examples/one_desk.yaml")).get_label()
        'The pathway of One desk: 1 stages, 1 teams, 1 sites; 0 handoffs between sites. decision leads to closed.'
    """
    return charts.pathway(scenario.model, changed_parts(scenario), gone_parts(scenario))
