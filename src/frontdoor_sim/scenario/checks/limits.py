"""Laws of limits: who leaves a queue unserved, stages that take only so many, and out-trays."""

from __future__ import annotations

from collections.abc import Iterator

from frontdoor_sim.operating_model import CaseloadStage, OperatingModel, WorkStage, decided_later, outcomes_of
from frontdoor_sim.scenario.checks.found import Found, broken

TIMED_OUT, FULL = "timed_out", "full"
_WHY = {TIMED_OUT: "give up waiting at", FULL: "are turned away at"}


def check_who_goes_unserved_has_a_way(model: OperatingModel) -> Found:
    """Where contacts give up waiting or are turned away, a rule of their own says where they go: not back to that queue."""
    for stage, outcome in _unserved(model):
        rules = model.routes.get(stage, ())
        mine = [index for index, rule in enumerate(rules) if outcome in rule.when.outcome]
        if not mine:
            what = f"Contacts {_WHY[outcome]} {stage!r}, and no rule says where they go."
            remedy = f"Add, for example, `{{if: {{outcome: {outcome}}}, to: ...}}` before the other rules."
            yield broken(("routes", stage), what, f"A rule for the outcome {outcome}.", remedy)
        for index in mine:
            if stage in rules[index].to:
                what = f"Contacts that {_WHY[outcome]} {stage!r} come back to the same queue."
                at = ("routes", stage, index, "to")
                yield broken(at, what, "Another stage, or an end.", "Change where they go.")


def check_undecided_is_decided_elsewhere(model: OperatingModel) -> Found:
    """Who leaves a stage that decides unserved is decided elsewhere, or ends."""
    for stage, outcome in _unserved(model):
        for index, rule in enumerate(model.routes.get(stage, ()) if model.stages[stage].decides else ()):
            for to in rule.to if outcome in rule.when.outcome else ():
                if _may_stay_undecided(model, to):
                    what = f"Contacts that nobody has decided at {stage!r} go on to {to!r}, and may never be decided."
                    right = "A stage that decides or from which every way leads to one, or an end."
                    remedy = f"Write `decides: true` at {to!r}, or change where they go."
                    yield broken(("routes", stage, index, "to"), what, right, remedy)


def _may_stay_undecided(model: OperatingModel, name: str) -> bool:
    """Whether a stage neither decides nor is always followed by one that does."""
    return name in model.stages and not (model.stages[name].decides or decided_later(model, name))


def _unserved(model: OperatingModel) -> Iterator[tuple[str, str]]:
    """The stages that contacts can leave unserved, each with the outcomes by which they do."""
    for name, stage in model.stages.items():
        if isinstance(stage, (WorkStage, CaseloadStage)):
            yield from ((name, outcome) for outcome in outcomes_of(stage) if outcome in _WHY)


def check_limits_are_stated(model: OperatingModel) -> Found:
    """A stage that turns contacts away when it is full says when that is."""
    for name, stage in model.stages.items():
        if isinstance(stage, (WorkStage, CaseloadStage)) and stage.when_full == "route" and not stage.is_limited:
            what = f"{name!r} is never full: it takes everybody."
            right = "`holds_at_most` or `takes_a_working_day` beside `when_full`."
            yield broken(("stages", name, "when_full"), what, right, "Write, for example, `holds_at_most: 20`.")


def check_out_trays(model: OperatingModel) -> Found:
    """An out-tray fills before a stage that takes only so many, and no round of out-trays can fill each other."""
    trays = {name for name, stage in model.stages.items() if isinstance(stage, WorkStage) and stage.out_tray}
    fills = {name: [to for to in model.targets_of(name) if _makes_wait(model, to)] for name in trays}
    for name in model.stages:
        at = ("stages", name, "out_tray")
        if name in trays and not fills[name]:
            what = f"The out-tray of {name!r} never fills: wherever contacts go from there, they are taken."
            right = "A route to a stage with `holds_at_most` or `takes_a_working_day` and `when_full: wait`."
            yield broken(at, what, right, "Limit a stage that follows, or remove `out_tray`.")
        elif name in trays and name in _beyond(fills, name):
            what = f"{name!r} can wait for itself: the out-trays from there fill each other in a round."
            right = "Out-trays that end at a stage which can always go on."
            yield broken(at, what, right, "Remove one `out_tray` of the round, or one limit.")


def _makes_wait(model: OperatingModel, name: str) -> bool:
    stage = model.stages.get(name)
    return isinstance(stage, (WorkStage, CaseloadStage)) and stage.is_limited and stage.when_full == "wait"


def _beyond(fills: dict[str, list[str]], start: str) -> set[str]:
    """Every stage that a full out-tray can be made to wait for, through the out-trays that follow."""
    seen: set[str] = set()
    ahead = list(fills[start])
    while ahead:
        stage = ahead.pop()
        if stage not in seen:
            seen.add(stage)
            ahead += fills.get(stage, [])
    return seen
