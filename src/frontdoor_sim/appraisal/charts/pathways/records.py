"""Where along a pathway a record is keyed again: on which systems it may stand when a contact reaches a stage."""

from __future__ import annotations

from collections import defaultdict

from frontdoor_sim.documents import in_words
from frontdoor_sim.operating_model import ConsentStage, OperatingModel, WorkStage, outcomes_of

ENTRY = "entry"

Systems = frozenset[str]
Way = tuple[str, str]


def keyed_again(model: OperatingModel) -> dict[Way, str]:
    """The ways into stages at which a record is keyed again, with the systems and the time it takes; as a run charges it.

    The first system of a record is part of the work, and a record stays on every system that it was keyed on. Partners' desks,
    meetings and caseloads key nothing. Where contacts come on several ways, all that any of them lacks is told.

    Example:
        >>> from frontdoor_sim.scenario import read_scenario
        >>> model = read_scenario("scenarios/examples/small_mash.yaml").model
        >>> keyed_again(model)
        {('entry', 'receipt'): 'keyed again on county system, 12 min'}
    """
    rekeying = model.handoffs.systems_differ
    if rekeying is None:
        return {}
    return {
        way: f"keyed again on {in_words([system.replace('_', ' ') for system in lacking], 'and')}, {rekeying.rekey.in_words}"
        for way, records in _carried(model).items()
        if (lacking := _lacking(model, way[1], records))
    }


def _carried(model: OperatingModel) -> dict[Way, set[Systems]]:
    """On which systems a record may stand on every way from stage to stage: everything that contacts can carry along it."""
    carried: dict[Way, set[Systems]] = defaultdict(set)
    ahead: list[tuple[str, Systems]] = [(ENTRY, frozenset())]
    while ahead:
        name, record = ahead.pop()
        for to in model.targets_of(name):
            if to in model.stages and record not in carried[name, to]:
                carried[name, to].add(record)
                ahead += [(to, after) for after in _after(model, to, record)]
    return carried


def _after(model: OperatingModel, name: str, record: Systems) -> set[Systems]:
    """The systems that a record may stand on after a stage: also as before, where contacts may leave without work on them."""
    stage = model.stages[name]
    if not isinstance(stage, (WorkStage, ConsentStage)):
        return {record}
    keyed = {record | frozenset(model.teams[stage.team].case_system)}
    return keyed | {record} if _may_pass(stage) else keyed


def _may_pass(stage: WorkStage | ConsentStage) -> bool:
    """Whether contacts may leave a stage before anybody works on them."""
    if isinstance(stage, ConsentStage):
        arrives = stage.arrives_with
        return bool(stage.override_for) or (any(arrives.values()) if isinstance(arrives, dict) else arrives > 0)
    return bool(outcomes_of(stage))


def _lacking(model: OperatingModel, name: str, records: set[Systems]) -> list[str]:
    """The systems of a stage's team that some record on the way there is keyed again on."""
    stage = model.stages[name]
    if not isinstance(stage, (WorkStage, ConsentStage)):
        return []
    own = model.teams[stage.team].case_system
    again = {system for record in records for system in [s for s in own if s not in record][0 if record else 1 :]}
    return [system for system in own if system in again]
