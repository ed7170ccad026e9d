"""Questions that take a scenario which is in force from the first day to the last."""

from __future__ import annotations

from frontdoor_sim.documents import Mistake, in_words
from frontdoor_sim.scenario import Change, Scenario

_DATES = ("from", "until", "ramp")


def dated_changes(scenario: Scenario) -> list[Mistake]:
    """A mistake for each change with a date, of an option with a date in its run: its file, line and dates.

    Example:
        >>> from frontdoor_sim.scenario import read_scenario
        >>> [one.where.split(":")[0] for one in dated_changes(read_scenario("scenarios/examples/go_live.yaml"))][:1]
        ['go_live.yaml']
    """
    if len(scenario.phases) == 1:
        return []
    return [
        _with_dates(step.document.where("because", step.index), step.change)
        for step in scenario.steps
        if step.change is not None and step.change.dated
    ]


def _with_dates(where: str, change: Change) -> Mistake:
    said = {
        name: value for name, value in zip(_DATES, (change.begins, change.until, change.ramp), strict=True) if value
    }
    what = f"This change has a date, {in_words([f'`{name}: {value}`' for name, value in said.items()], 'and')}."
    right = "Changes that are in force from the first day to the last."
    return Mistake(where, what, right, f"Take {in_words([f'`{name}`' for name in said], 'and')} out of it.")
