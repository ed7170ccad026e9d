"""An option in plain words: what it changes, for which recommendation, and what stood there before."""

from __future__ import annotations

from frontdoor_sim.documents import dotted, shown
from frontdoor_sim.scenario import Scenario

LONGEST = 90


def explain(scenario: Scenario) -> str:
    """The difference of an option from its base, change by change; of a base, its pathway.

    Example:
        >>> from frontdoor_sim.scenario import read_scenario
        >>> print(explain(read_scenario("scenarios/examples/one_desk.yaml")))
        One desk
        A base: it changes nothing.
        <BLANKLINE>
        Pathway
          entry -> decision
          decision (work, desk, decides) -> closed
    """
    return "\n".join([scenario.name, *_changes(scenario), "", "Pathway", *_pathway(scenario)])


def _changes(scenario: Scenario) -> list[str]:
    if scenario.base is None:
        return ["A base: it changes nothing."]
    lines = [f"Changes to {scenario.base.name}:"]
    for index, change in enumerate(scenario.changes):
        answers = "" if change.recommendation is None else f" (recommendation {change.recommendation})"
        lines.append(f"{index + 1}. {change.say}{answers}")
        for touched in scenario.touched:
            if touched.change == index:
                lines.append(f"     {dotted(touched.path)}: {_short(touched.before)} -> {_short(touched.after)}")
    return lines


def _pathway(scenario: Scenario) -> list[str]:
    model = scenario.model
    lines = [f"  entry -> {', '.join(model.targets_of('entry'))}"]
    for name, stage in model.stages.items():
        decides = ", decides" if stage.decides else ""
        lines.append(f"  {name} ({stage.kind}, {stage.team}{decides}) -> {', '.join(model.targets_of(name))}")
    return lines


def _short(value: object) -> str:
    """A value of a scenario file, in at most 90 letters."""
    return shown(value, LONGEST).strip("'")
