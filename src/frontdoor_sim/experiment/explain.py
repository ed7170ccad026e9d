"""An option in plain words: what it changes, for which recommendation, and what stood there before."""

from __future__ import annotations

from typing import Any

from frontdoor_sim.scenario import Scenario


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
        answers = f" (recommendation {change.recommendation})" if change.recommendation else ""
        lines.append(f"{index + 1}. {change.say}{answers}")
        place = f"because[{index}]"
        for touched in scenario.touched:
            if f"{place}." in f"{touched.where}.":
                path = ".".join(map(str, touched.path))
                lines.append(f"     {path}: {_short(touched.before)} -> {_short(touched.after)}")
    return lines


def _pathway(scenario: Scenario) -> list[str]:
    model = scenario.model
    lines = [f"  entry -> {', '.join(model.targets_of('entry'))}"]
    for name, stage in model.stages.items():
        decides = ", decides" if stage.decides else ""
        lines.append(f"  {name} ({stage.kind}, {stage.team}{decides}) -> {', '.join(model.targets_of(name))}")
    return lines


def _short(value: Any) -> str:  # noqa: ANN401 - a value of a YAML file
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        text = "{" + ", ".join(f"{name}: {_short(inner)}" for name, inner in value.items()) + "}"
    else:
        text = str(value)
    return text if len(text) <= 90 else f"{text[:87]}..."
