"""An option told change by change, each with its reason; a base told as its pathway."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from frontdoor_sim.appraisal import charts
from frontdoor_sim.documents import in_words
from frontdoor_sim.experiment.explain.differences import Differences
from frontdoor_sim.experiment.explain.pathway import pathway_lines
from frontdoor_sim.scenario import Scenario
from frontdoor_sim.scenario.changes import Change, Step, Touched
from frontdoor_sim.scenario.edits import is_named
from frontdoor_sim.scenario.paths import Path

if TYPE_CHECKING:
    from matplotlib.figure import Figure

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


def changed_parts(scenario: Scenario) -> frozenset[str]:
    """Teams and stages that an option changes or adds, and stages whose routes it changes: what a picture highlights.

    A stage or team is named as the option names it; what only follows from a new name elsewhere is not changed.

    Example:
        >>> from frontdoor_sim.scenario import read_scenario
        >>> sorted(changed_parts(read_scenario("scenarios/examples/one_desk_two_more.yaml")))
        ['desk']
    """
    named: set[str] = set()
    called = {(one.change, one.written) for one in scenario.touched if one.verb == "rename"}
    for one in scenario.touched:
        if one.verb == "follow" and (one.change, one.written) in called:
            continue
        named = {str(one.after) if name == one.before else name for name in named} if one.verb == "rename" else named
        named |= _parts(one)
    return frozenset(named & {*scenario.model.teams, *scenario.model.stages})


def _parts(touched: Touched) -> set[str]:
    path: Path = touched.path
    if touched.verb == "rename":
        return {str(touched.after)}
    return {str(path[1])} if path[0] in ("teams", "stages", "routes") and len(path) > 1 else set()


def gone_parts(scenario: Scenario) -> tuple[str, ...]:
    """Teams and stages of the base that an option takes out; what has another name is not gone.

    Example:
        >>> from frontdoor_sim.scenario import read_scenario
        >>> gone_parts(read_scenario("scenarios/examples/no_sign_off.yaml"))
        ('sign_off', 'managers')
    """
    left = {*scenario.model.teams, *scenario.model.stages}
    gone = [one for one in scenario.touched if one.verb == "remove" and is_named(one.path)]
    return tuple(str(one.path[1]) for one in gone if one.path[0] in ("teams", "stages") and one.path[1] not in left)


def picture(scenario: Scenario) -> Figure:
    """The pathway of a scenario as a picture; of an option with what it changes marked.

    Example:
        >>> from frontdoor_sim.scenario import read_scenario
        >>> picture(read_scenario("scenarios/examples/one_desk.yaml")).get_label()
        'The pathway of One desk: 1 stages, 1 teams, 1 sites; 0 handoffs between sites. decision leads to closed.'
    """
    return charts.pathway(scenario.model, changed_parts(scenario), gone_parts(scenario))
