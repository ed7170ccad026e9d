"""What must hold across a scenario: one law, one function."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from frontdoor_sim.documents import Mistake, in_words, nearest
from frontdoor_sim.operating_model import (
    CHECKS_OUTCOMES,
    CONSENT_OUTCOMES,
    RAGS,
    CaseloadStage,
    ChecksStage,
    OperatingModel,
    Rule,
    WorkStage,
)
from frontdoor_sim.scenario.paths import Path
from frontdoor_sim.working_time import Instants

Found = Iterator[tuple[Path, Mistake]]


def _mistake(at: Path, what: str, right: str, remedy: str) -> tuple[Path, Mistake]:
    return at, Mistake("", what, right, remedy)


def _unknown(at: Path, what: str, name: str, names: list[str]) -> tuple[Path, Mistake]:
    near = nearest(name, names)
    remedy = f"Did you mean {in_words(near)}?" if near else f"Add it under {what}s, or correct the name."
    return _mistake(at, f"No {what} is called {name!r}.", f"One of {in_words(names)}.", remedy)


def check_teams_of_stages(model: OperatingModel) -> Found:
    """Every stage and partner names a team that is there."""
    teams = list(model.teams)
    for name, stage in model.stages.items():
        if stage.team not in teams:
            yield _unknown(("stages", name, "team"), "team", stage.team, teams)
        if isinstance(stage, ChecksStage):
            for partner, desk in stage.partners.items():
                if desk.team is not None and desk.team not in teams:
                    yield _unknown(("stages", name, "partners", partner, "team"), "team", desk.team, teams)


def check_shifts(model: OperatingModel) -> Found:
    """Every shift that is named is there."""
    shifts = [*model.shifts, "always"]
    named: list[tuple[Path, str]] = [(("clock",), model.clock)]
    for name, team in model.teams.items():
        named += [(("teams", name, "staff", i, "shift"), group.shift) for i, group in enumerate(team.staff)]
    handoffs = model.handoffs
    for key, handoff in (("same_site", handoffs.same_site), ("between_sites", handoffs.between_sites)):
        named += [(("handoffs", key, "release"), handoff.release)] if handoff.release else []
    named += [(("returns", "arrives_in"), model.returns.arrives_in)] if model.returns else []
    for i, particular in enumerate(handoffs.particular):
        named += [(("handoffs", "particular", i, "release"), particular.release)] if particular.release else []
    for at, shift in named:
        if shift not in shifts:
            yield _unknown(at, "shift", shift, shifts)


def check_allocation_times(model: OperatingModel) -> Found:
    """`allocates` names a shift, or says times such as `Mon-Fri 09:30`."""
    for name, stage in model.stages.items():
        if isinstance(stage, CaseloadStage) and stage.allocates not in (None, "always", *model.shifts):
            try:
                Instants.parse(str(stage.allocates))
            except ValueError as error:
                right = "The name of a shift, or times such as Mon-Fri 09:30, 14:00."
                yield _mistake(("stages", name, "allocates"), f"{stage.allocates!r}: {error}.", right, "Correct the times.")


def check_entry(model: OperatingModel) -> Found:
    """Contacts must have a first stage."""
    if "entry" not in model.routes:
        first = next(iter(model.stages), "receipt")
        yield _mistake(("routes",), "`entry` is missing.", "A route from `entry` to the first stage.", f"Add `entry: {first}`.")


def check_routes_lead_somewhere(model: OperatingModel) -> Found:
    """Every route starts at a stage and leads to stages or ends that are there."""
    names = [*model.stages, *model.ends]
    for stage, rules in model.routes.items():
        if stage not in model.stages and stage != "entry":
            yield _unknown(("routes", stage), "stage", stage, [*model.stages, "entry"])
        for index, rule in enumerate(rules):
            for to in rule.to:
                if to not in names:
                    yield _unknown(("routes", stage, index, "to"), "stage or end", to, names)


def check_stages_have_routes(model: OperatingModel) -> Found:
    """A contact must be able to leave every stage."""
    for stage in model.stages:
        if not model.routes.get(stage):
            yield _mistake(("stages", stage), f"{stage!r} has no route.", "A route from every stage.", f"Add `routes.{stage}`.")


def check_stages_are_reached(model: OperatingModel) -> Found:
    """A stage that no route reaches is a slip of the pen."""
    reached = {to for rules in model.routes.values() for rule in rules for to in rule.to}
    for stage in model.stages:
        if stage not in reached:
            yield _mistake(("stages", stage), f"No route leads to {stage!r}.", "A stage that is used.", "Add a route to it, or remove it.")


def check_outcomes(model: OperatingModel) -> Found:
    """A route may ask for an outcome only of a stage that has it."""
    outcomes = {"consent": CONSENT_OUTCOMES, "checks": CHECKS_OUTCOMES}
    for stage, rules in model.routes.items():
        kind = model.stages[stage].kind if stage in model.stages else "entry"
        known = outcomes.get(kind, ())
        for index, rule in enumerate(rules):
            for outcome in rule.when.outcome:
                if outcome not in known:
                    right = f"One of {in_words(known)}." if known else "No `outcome`: only consent and checks have outcomes."
                    what = f"A {kind} stage has no outcome {outcome!r}."
                    yield _mistake(("routes", stage, index, "if", "outcome"), what, right, "Correct the condition.")


def check_routes_cover(model: OperatingModel) -> Found:
    """Whatever a contact is, some rule of its stage fits."""
    for stage, rules in model.routes.items():
        missing = _uncovered(model, stage, rules)
        if missing:
            what = f"No rule fits a contact with {missing}."
            yield _mistake(("routes", stage), what, "Rules that cover every contact.", "Add a last rule without `if`.")


def _uncovered(model: OperatingModel, stage: str, rules: tuple[Rule, ...]) -> str:
    outcomes = {"consent": CONSENT_OUTCOMES, "checks": CHECKS_OUTCOMES}
    kind = model.stages[stage].kind if stage in model.stages else "entry"
    sources = dict.fromkeys([*(s for rule in rules for s in rule.when.source), "another source"])
    areas = dict.fromkeys([*(a for rule in rules for a in rule.when.area), "another area"])
    judged = range(1, 5) if any(rule.when.judged for rule in rules) else [0]
    for outcome, level, rag, source, area, is_open in product(
        outcomes.get(kind, ("",)), judged, RAGS, sources, areas, (True, False)
    ):
        state = {"outcome": outcome, "judged": level, "rag": rag, "source": source, "area": area}
        if not any(_fits(rule, state, is_open) for rule in rules):
            return in_words([f"{name} {value}" for name, value in state.items() if value], "and")
    return ""


def _fits(rule: Rule, state: dict[str, object], is_open: bool) -> bool:
    when = rule.when
    asked = all(not getattr(when, name) or value in getattr(when, name) for name, value in state.items())
    return asked and when.open_case in (None, is_open)


def check_ends_are_reached(model: OperatingModel) -> Found:
    """There is an end, and some route leads to it."""
    reached = {to for rules in model.routes.values() for rule in rules for to in rule.to}
    if not reached & set(model.ends):
        yield _mistake(("ends",), "No route leads to an end.", "At least one end that is reached.", "Add an end and a route to it.")


def check_staff(model: OperatingModel) -> Found:
    """A team that works has people, and one that holds cases has slots."""
    desks = {p.team for s in model.stages.values() if isinstance(s, ChecksStage) for p in s.partners.values() if p.team}
    working = {s.team for s in model.stages.values() if s.kind in ("work", "consent")} | desks
    for name, team in model.teams.items():
        if name in working and sum(group.wte for group in team.staff) <= 0:
            yield _mistake(("teams", name), f"{name!r} has work but no staff.", "At least one person.", "Add `staff:`.")
    for stage_name, stage in model.stages.items():
        held = model.teams.get(stage.team)
        if isinstance(stage, CaseloadStage) and held and not any(g.caseload and g.wte for g in held.staff):
            at: Path = ("teams", stage.team)
            what = f"{stage.team!r} holds cases of {stage_name!r} but nobody there has a caseload."
            yield _mistake(at, what, "A `caseload` above 0 for some staff.", "Add `caseload: 16` to the staff.")


def check_judged_before_asked(model: OperatingModel) -> Found:
    """A route that asks what was judged needs a stage that judges."""
    judging = any(getattr(stage, "judges", None) for stage in model.stages.values())
    for stage, rules in model.routes.items():
        for index, rule in enumerate(rules):
            if rule.when.judged and not judging:
                what = "The route asks what was judged, and no stage judges."
                at: Path = ("routes", stage, index, "if", "judged")
                yield _mistake(at, what, "A stage with `judges:`.", "Add `judges: {bias: 0, noise: 0}` to a stage.")


def check_no_instant_loop(model: OperatingModel) -> Found:
    """A loop must spend time somewhere, at work or in a caseload."""
    instant = [name for name, stage in model.stages.items() if not isinstance(stage, (WorkStage, CaseloadStage))]
    for start in instant:
        ahead, seen = [start], set()
        while ahead:
            for to in model.targets_of(ahead.pop()):
                if to == start:
                    what = f"{start!r} can lead back to itself without anybody working."
                    yield _mistake(("routes", start), what, "A loop with a work or caseload stage in it.", "Change the route.")
                    ahead = []
                    break
                if to in instant and to not in seen:
                    seen.add(to)
                    ahead.append(to)


def check_particular_handoffs(model: OperatingModel) -> Found:
    """A particular handoff is between stages that are there."""
    for index, handoff in enumerate(model.handoffs.particular):
        for key, name in (("from", handoff.leaves), ("to", handoff.reaches)):
            if name not in model.stages and not (key == "from" and name == "entry"):
                yield _unknown(("handoffs", "particular", index, key), "stage", name, list(model.stages))


ALL = (
    check_teams_of_stages,
    check_shifts,
    check_allocation_times,
    check_entry,
    check_routes_lead_somewhere,
    check_stages_have_routes,
    check_stages_are_reached,
    check_outcomes,
    check_routes_cover,
    check_ends_are_reached,
    check_staff,
    check_judged_before_asked,
    check_no_instant_loop,
    check_particular_handoffs,
)
