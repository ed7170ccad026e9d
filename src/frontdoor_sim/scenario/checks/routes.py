"""Laws of routes: where they lead, whom they fit, and that nobody is lost on them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import Any

from frontdoor_sim.documents import in_words, nearest
from frontdoor_sim.operating_model import (
    RAGS,
    CaseloadStage,
    Condition,
    ConsentStage,
    MeetingStage,
    OperatingModel,
    Rule,
    WorkStage,
    outcomes_of,
)
from frontdoor_sim.parameters import SOURCES, Parameters
from frontdoor_sim.scenario.checks.found import ENTRY, Found, broken, unknown
from frontdoor_sim.scenario.paths import Path

NO_OUTCOME = "An outcome only after consent or checks, or where contacts give up waiting or are turned away."
LEVELS = (1, 2, 3, 4)
NOT_JUDGED = 0
FULL = "full"


def check_entry(model: OperatingModel) -> Found:
    """Contacts must have a first stage."""
    if ENTRY not in model.routes:
        first = next(iter(model.stages), "receipt")
        right = f"A route from `{ENTRY}` to the first stage."
        yield broken(("routes", ENTRY), f"The route from `{ENTRY}` is missing.", right, f"Add `{ENTRY}: {first}`.")
    for index, rule in enumerate(model.routes.get(ENTRY, ())):
        for to in [name for name in rule.to if name in model.ends and name not in model.stages]:
            what = f"`{ENTRY}` leads to the end {to!r}, so a contact would end before anybody saw it."
            remedy = f"Lead `{ENTRY}` to a stage, and that to {to!r}."
            yield broken((*("routes", ENTRY), index, "to"), what, "A stage.", remedy)


def check_routes_lead_somewhere(model: OperatingModel) -> Found:
    """Every route starts at a stage and leads to stages or ends that are there."""
    names = [*model.stages, *model.ends]
    for stage, rules in model.routes.items():
        if stage not in model.stages and stage != ENTRY:
            yield unknown(("routes", stage), "stage", stage, [*model.stages, ENTRY])
        for index, rule in enumerate(rules):
            for to in rule.to:
                if to not in names:
                    yield unknown(("routes", stage, index, "to"), "stage or end", to, names)


def check_stages_have_routes(model: OperatingModel) -> Found:
    """A contact must be able to leave every stage; a route from a name that is none may be the missing one."""
    if any(name not in model.stages and name != ENTRY for name in model.routes):
        return
    for stage in model.stages:
        if not model.routes.get(stage):
            end = next(iter(model.ends), "closed")
            remedy = f"Add, for example, `{stage}: {end}` under `routes:`."
            yield broken(("routes", stage), f"No route leaves {stage!r}.", "A route from every stage.", remedy)


def check_stages_are_reached(model: OperatingModel) -> Found:
    """A stage that no route reaches is a slip of the pen."""
    reached = _reached(model)
    for stage in model.stages if reached else ():
        if stage not in reached:
            what = f"No route leads to {stage!r}."
            yield broken(("stages", stage), what, "A stage that contacts reach.", "Add a route to it, or remove it.")


def check_ends_are_reached(model: OperatingModel) -> Found:
    """There is an end, and some route leads to it."""
    reached = _reached(model)
    if reached and not reached & set(model.ends):
        right = "At least one end that is reached."
        yield broken(("ends",), "No route leads to an end.", right, "Add a route to an end.")


def _reached(model: OperatingModel) -> set[str]:
    """Every name that a route leads to; none where a route is missing or leads nowhere, which is told elsewhere."""
    reached = {to for rules in model.routes.values() for rule in rules for to in rule.to}
    whole = reached <= {*model.stages, *model.ends} and all(model.routes.get(stage) for stage in (ENTRY, *model.stages))
    return reached if whole else set()


def check_outcomes(model: OperatingModel) -> Found:
    """A route may ask for an outcome only of a stage that has it."""
    for stage, rules in model.routes.items():
        known = _outcomes(model, stage)
        for index, rule in enumerate(rules):
            for outcome in rule.when.outcome:
                if outcome not in known:
                    what = f"{stage!r} has no outcome {outcome!r}."
                    right = f"One of {in_words(known)}." if known else NO_OUTCOME
                    near = nearest(outcome, known)
                    remedy = f"Did you mean {in_words(near)}?" if near else "Correct or remove the condition."
                    yield broken(("routes", stage, index, "if", "outcome"), what, right, remedy)


def _outcomes(model: OperatingModel, stage: str) -> tuple[str, ...]:
    return outcomes_of(model.stages[stage]) if stage in model.stages else ()


def check_rules_are_used(model: OperatingModel) -> Found:
    """A rule after one that fits everything never counts."""
    for stage, rules in model.routes.items():
        fits_all = next((index for index, rule in enumerate(rules) if rule.when == Condition()), len(rules))
        if fits_all + 1 < len(rules):
            what = "This rule never counts: the one before it has no `if` and fits every contact."
            at: Path = ("routes", stage, fits_all + 1)
            yield broken(at, what, "The rule without `if` last.", "Put it before that one, or remove it.")


def check_routes_cover(model: OperatingModel) -> Found:
    """Whatever a contact is, some rule of its stage fits."""
    judged = any(getattr(stage, "judges", None) for stage in model.stages.values())
    not_judged = _left_without_judgement(model) if judged else set()
    for stage, rules in model.routes.items():
        levels = (NOT_JUDGED, *LEVELS) if stage in not_judged else LEVELS
        missing = _uncovered(rules, _outcomes(model, stage) or ("",), levels)
        if missing:
            what = f"No rule fits a contact with {missing}."
            yield broken(("routes", stage), what, "Rules that fit every contact.", "Add a last rule without `if`.")


def _left_without_judgement(model: OperatingModel) -> set[str]:
    """`entry` and the stages that a contact can leave before anybody has judged its need."""
    found, ahead = {ENTRY}, [ENTRY]
    while ahead:
        for to in model.targets_of(ahead.pop()):
            if to in model.stages and to not in found and not getattr(model.stages[to], "judges", None):
                found.add(to)
                ahead.append(to)
    return found


def _uncovered(rules: tuple[Rule, ...], outcomes: tuple[str, ...], levels: tuple[int, ...]) -> str:
    """A contact that no rule fits, in words; only what the rules ask about can tell contacts apart."""
    possible: dict[str, Iterable[Any]] = {
        "outcome": outcomes,
        "judged": levels,
        "rag": RAGS,
        "source": [*dict.fromkeys(name for rule in rules for name in rule.when.source), None],
        "area": [*dict.fromkeys(name for rule in rules for name in rule.when.area), None],
        "open_case": (True, False),
        "during": [*dict.fromkeys(name for rule in rules for name in rule.when.during), None],
        "agrees": (True, False),
    }
    asked = [name for name in possible if any(getattr(rule.when, name) not in ((), None) for rule in rules)]
    for values in product(*(possible[name] for name in asked)):
        state = dict(zip(asked, values, strict=True))
        if not any(_fits(rule, state) for rule in rules):
            return in_words((_told(name, value) for name, value in state.items()), "and")
    return ""


def _told(name: str, value: str | int | bool | None) -> str:
    """One thing about a contact, in words; None is a source or an area that no rule names."""
    if name == "open_case":
        return "an open case" if value else "no open case"
    if name == "agrees":
        return "a judgement that agrees" if value else "a judgement that does not agree"
    if name == "judged" and value == NOT_JUDGED:
        return "no judgement yet"
    if name == "during":
        return f"{value} open" if value else "no shift open that the rules name"
    return f"another {name}" if value is None else f"{name} {value}"


def _fits(rule: Rule, state: dict[str, Any]) -> bool:
    for name, value in state.items():
        wanted = getattr(rule.when, name)
        if wanted not in ((), None) and value not in (wanted if isinstance(wanted, tuple) else (wanted,)):
            return False
    return True


def check_judged_before_asked(model: OperatingModel) -> Found:
    """A route that asks what was judged needs a stage that judges."""
    if any(getattr(stage, "judges", None) for stage in model.stages.values()):
        return
    for stage, rules in model.routes.items():
        for index, rule in enumerate(rules):
            if rule.when.judged:
                what = "The route asks what was judged, and no stage judges."
                at: Path = ("routes", stage, index, "if", "judged")
                yield broken(at, what, "A stage with `judges:`.", "Add `judges: {bias: 0, noise: 0}` to a stage.")


def check_agreement_is_judged(model: OperatingModel) -> Found:
    """Only a stage that judges can agree with what was judged before."""
    for stage, rules in model.routes.items():
        for index, rule in enumerate(rules):
            if rule.when.agrees is not None and not getattr(model.stages.get(stage), "judges", None):
                what = f"The route asks whether {stage!r} agrees with what was judged before, and it does not judge."
                remedy = "Give the stage `judges: {noise: 0}`, or remove the condition."
                yield broken(("routes", stage, index, "if", "agrees"), what, "A stage with `judges:`.", remedy)


def check_no_instant_loop(model: OperatingModel) -> Found:
    """A loop must spend time somewhere, at work, in a meeting or in a caseload."""
    instant = {name: to for name in model.stages if (to := _at_once(model, name))}
    for start in instant:
        ahead, seen = [start], {start}
        while ahead:
            following = instant[ahead.pop()]
            if start in following:
                what = f"{start!r} can lead back to itself without anybody working."
                yield broken(
                    ("routes", start), what, "A loop with a work or caseload stage in it.", "Change the route."
                )
                break
            fresh = [to for to in following if to in instant and to not in seen]
            seen.update(fresh)
            ahead += fresh


def _at_once(model: OperatingModel, name: str) -> tuple[str, ...]:
    """Where contacts can go on to from a stage without any time that somebody works or holds a case there."""
    stage = model.stages[name]
    if isinstance(stage, MeetingStage):
        return ()
    if not isinstance(stage, (WorkStage, CaseloadStage)):
        return model.targets_of(name)
    found: list[str] = []
    for rule in model.routes.get(name, ()) if FULL in outcomes_of(stage) else ():
        if FULL in (rule.when.outcome or (FULL,)):
            found += rule.to
        if rule.when == Condition(outcome=rule.when.outcome) and FULL in rule.when.outcome:
            break
    return tuple(dict.fromkeys(found))


def check_sources_and_areas(model: OperatingModel, parameters: Parameters | None) -> Found:
    """A source or an area that no contact has is a slip of the pen; a model with arrivals of its own has only their sources."""
    if not model.arrivals and parameters is None:
        return
    sources = list(model.arrivals or SOURCES)
    given = parameters.value("contacts.areas") if parameters is not None and "contacts.areas" in parameters else {}
    areas = list(dict.fromkeys(one.area for one in model.arrivals.values())) or list(given)
    for stage, rules in model.routes.items():
        for index, rule in enumerate(rules):
            at: Path = ("routes", stage, index, "if")
            yield from (unknown((*at, "source"), "source", s, sources) for s in rule.when.source if s not in sources)
            yield from (unknown((*at, "area"), "area", a, areas) for a in rule.when.area if areas and a not in areas)
    for name, stage_ in model.stages.items():
        judges = getattr(stage_, "judges", None)
        for by, what, said, known in (
            ("by_source", "source", judges.by_source if judges else (), sources),
            ("by_area", "area", judges.by_area if judges else (), areas),
        ):
            yield from (
                unknown(("stages", name, "judges", by, one), what, one, known)
                for one in said
                if known and one not in known
            )
        if isinstance(stage_, ConsentStage) and isinstance(stage_.arrives_with, dict):
            for source in stage_.arrives_with:
                if source not in (*sources, "other"):
                    yield unknown(("stages", name, "arrives_with", source), "source", source, sources)
