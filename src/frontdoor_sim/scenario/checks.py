"""What must hold across a scenario: one law, one function."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import product
from typing import Any

from frontdoor_sim.documents import Mistake, in_words, nearest
from frontdoor_sim.operating_model import (
    CHECKS_OUTCOMES,
    CONSENT_OUTCOMES,
    RAGS,
    CaseloadStage,
    ChecksStage,
    Condition,
    ConsentStage,
    OperatingModel,
    Rule,
    WorkStage,
)
from frontdoor_sim.parameters import SOURCES, Parameters
from frontdoor_sim.scenario.paths import Path
from frontdoor_sim.working_time import Instants

Found = Iterator[tuple[Path, Mistake]]
Law = Callable[[OperatingModel], Found]

FIRST_YEAR, LAST_YEAR = 1980, 2070
ENTRY, ALWAYS, DECISION = "entry", "always", "decision"
OUTCOMES = {"consent": CONSENT_OUTCOMES, "checks": CHECKS_OUTCOMES}
LEVELS = (1, 2, 3, 4)
NOT_JUDGED = 0


def _mistake(at: Path, what: str, right: str, remedy: str) -> tuple[Path, Mistake]:
    return at, Mistake("", what, right, remedy)


def _unknown(at: Path, what: str, name: str, names: Iterable[str]) -> tuple[Path, Mistake]:
    known = list(names)
    near = nearest(name, known)
    remedy = f"Did you mean {in_words(near)}?" if near else "Correct the name, or add what it stands for."
    right = f"One of {in_words(known)}." if known else f"There is no {what} yet."
    return _mistake(at, f"No {what} is called {name!r}.", right, remedy)


def check_run(model: OperatingModel) -> Found:
    """A run has a measured window, in years whose calendar is known."""
    if not model.run.weeks:
        yield _mistake(("run", "weeks"), "The measured window has no weeks.", "At least 1 week.", "Write, for example, `weeks: 52`.")
    if not FIRST_YEAR <= model.run.opens.year <= LAST_YEAR:
        what = f"The run opens in {model.run.opens.year}."
        yield _mistake(("run", "opens"), what, f"A date from {FIRST_YEAR} to {LAST_YEAR}.", "Correct the year.")


def check_names(model: OperatingModel) -> Found:
    """A name of a route means one thing."""
    if ENTRY in model.stages:
        what = f"A stage is called {ENTRY!r}, which stands for where contacts come in."
        yield _mistake(("stages", ENTRY), what, "Another name.", "Rename the stage.")
    for name in model.ends:
        if name in model.stages:
            what = f"{name!r} is a stage and an end."
            yield _mistake(("ends", name), what, "A name for each of them.", "Rename one of the two.")


def check_teams_of_stages(model: OperatingModel) -> Found:
    """Every stage and partner names a team that is there."""
    for name, stage in model.stages.items():
        if stage.team not in model.teams:
            yield _unknown(("stages", name, "team"), "team", stage.team, model.teams)
        for partner, desk in stage.partners.items() if isinstance(stage, ChecksStage) else ():
            if desk.team is not None and desk.team not in model.teams:
                yield _unknown(("stages", name, "partners", partner, "team"), "team", desk.team, model.teams)


def check_shifts(model: OperatingModel) -> Found:
    """Every shift that is named is there."""
    shifts = [*model.shifts, *([] if ALWAYS in model.shifts else [ALWAYS])]
    for at, shift in _shifts_named(model):
        if shift not in shifts:
            yield _unknown(at, "shift", shift, shifts)


def _shifts_named(model: OperatingModel) -> Iterator[tuple[Path, str]]:
    yield ("clock",), model.clock
    for name, team in model.teams.items():
        yield from ((("teams", name, "staff", i, "shift"), group.shift) for i, group in enumerate(team.staff))
    handoffs = model.handoffs
    named = [(("same_site",), handoffs.same_site), (("between_sites",), handoffs.between_sites)]
    for key, handoff in [*named, *((("particular", i), one) for i, one in enumerate(handoffs.particular))]:
        if handoff.release:
            yield ("handoffs", *key, "release"), handoff.release
    if model.returns:
        yield ("returns", "arrives_in"), model.returns.arrives_in


def check_allocation_times(model: OperatingModel) -> Found:
    """`allocates` names a shift, or says times such as `Mon-Fri 09:30`."""
    for name, stage in model.stages.items():
        if isinstance(stage, CaseloadStage) and stage.allocates not in (None, ALWAYS, *model.shifts):
            try:
                Instants.parse(str(stage.allocates))
            except ValueError:
                what = f"{stage.allocates!r} is neither a shift nor times."
                right = f'{in_words([*model.shifts, ALWAYS])}, or days and times such as "Mon-Fri 09:30, 14:00".'
                near = nearest(str(stage.allocates), model.shifts)
                remedy = f"Did you mean {in_words(near)}?" if near else 'Write, for example, `allocates: "Mon-Fri 09:30"`.'
                yield _mistake(("stages", name, "allocates"), what, right, remedy)


def check_partners(model: OperatingModel) -> Found:
    """A checks stage asks somebody, and waits for no more answers than it asks for."""
    for name, stage in model.stages.items():
        if not isinstance(stage, ChecksStage):
            continue
        asked = len(stage.partners)
        if not asked:
            remedy = "Write, for example, `partners: {police: {delay: 4 h}}`."
            yield _mistake(("stages", name, "partners"), "Nobody is asked.", "At least one partner.", remedy)
        elif stage.join != "all" and stage.join > asked:
            what = f"{stage.join} answers are waited for, and {asked} partners are asked."
            yield _mistake(("stages", name, "join"), what, f"A number from 1 to {asked}, or all.", "Write `join: all`.")


def check_targets(model: OperatingModel) -> Found:
    """A target that nothing measures is a slip of the pen."""
    for name in model.targets:
        if name != DECISION:
            yield _unknown(("targets", name), "target", name, [DECISION])


def check_entry(model: OperatingModel) -> Found:
    """Contacts must have a first stage."""
    if ENTRY not in model.routes:
        first = next(iter(model.stages), "receipt")
        right = f"A route from `{ENTRY}` to the first stage."
        yield _mistake(("routes", ENTRY), f"The route from `{ENTRY}` is missing.", right, f"Add `{ENTRY}: {first}`.")


def check_routes_lead_somewhere(model: OperatingModel) -> Found:
    """Every route starts at a stage and leads to stages or ends that are there."""
    names = [*model.stages, *model.ends]
    for stage, rules in model.routes.items():
        if stage not in model.stages and stage != ENTRY:
            yield _unknown(("routes", stage), "stage", stage, [*model.stages, ENTRY])
        for index, rule in enumerate(rules):
            for to in rule.to:
                if to not in names:
                    yield _unknown(("routes", stage, index, "to"), "stage or end", to, names)


def check_stages_have_routes(model: OperatingModel) -> Found:
    """A contact must be able to leave every stage."""
    for stage in model.stages:
        if not model.routes.get(stage):
            end = next(iter(model.ends), "closed")
            remedy = f"Add, for example, `{stage}: {end}` under `routes:`."
            yield _mistake(("routes", stage), f"No route leaves {stage!r}.", "A route from every stage.", remedy)


def check_stages_are_reached(model: OperatingModel) -> Found:
    """A stage that no route reaches is a slip of the pen."""
    reached = {to for rules in model.routes.values() for rule in rules for to in rule.to}
    for stage in model.stages:
        if stage not in reached:
            what = f"No route leads to {stage!r}."
            yield _mistake(("stages", stage), what, "A stage that contacts reach.", "Add a route to it, or remove it.")


def check_ends_are_reached(model: OperatingModel) -> Found:
    """There is an end, and some route leads to it."""
    reached = {to for rules in model.routes.values() for rule in rules for to in rule.to}
    if not reached & set(model.ends):
        yield _mistake(("ends",), "No route leads to an end.", "At least one end that is reached.", "Add a route to an end.")


def check_outcomes(model: OperatingModel) -> Found:
    """A route may ask for an outcome only of a stage that has it."""
    for stage, rules in model.routes.items():
        kind = model.stages[stage].kind if stage in model.stages else ENTRY
        known = OUTCOMES.get(kind, ())
        for index, rule in enumerate(rules):
            for outcome in rule.when.outcome:
                if outcome not in known:
                    what = f"{stage!r} has no outcome {outcome!r}."
                    right = f"One of {in_words(known)}." if known else "An outcome only after consent or checks."
                    near = nearest(outcome, known)
                    remedy = f"Did you mean {in_words(near)}?" if near else "Correct or remove the condition."
                    yield _mistake(("routes", stage, index, "if", "outcome"), what, right, remedy)


def check_rules_are_used(model: OperatingModel) -> Found:
    """A rule after one that fits everything never counts."""
    for stage, rules in model.routes.items():
        fits_all = next((index for index, rule in enumerate(rules) if rule.when == Condition()), len(rules))
        if fits_all + 1 < len(rules):
            what = "This rule never counts: the one before it has no `if` and fits every contact."
            at: Path = ("routes", stage, fits_all + 1)
            yield _mistake(at, what, "The rule without `if` last.", "Put it before that one, or remove it.")


def check_routes_cover(model: OperatingModel) -> Found:
    """Whatever a contact is, some rule of its stage fits."""
    judged = any(getattr(stage, "judges", None) for stage in model.stages.values())
    not_judged = _left_without_judgement(model) if judged else set()
    for stage, rules in model.routes.items():
        kind = model.stages[stage].kind if stage in model.stages else ENTRY
        levels = (NOT_JUDGED, *LEVELS) if stage in not_judged else LEVELS
        missing = _uncovered(rules, OUTCOMES.get(kind, ("",)), levels)
        if missing:
            what = f"No rule fits a contact with {missing}."
            yield _mistake(("routes", stage), what, "Rules that fit every contact.", "Add a last rule without `if`.")


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
        "source": [*dict.fromkeys(name for rule in rules for name in rule.when.source), "that no rule names"],
        "area": [*dict.fromkeys(name for rule in rules for name in rule.when.area), "that no rule names"],
        "open_case": (True, False),
    }
    asked = [name for name in possible if any(getattr(rule.when, name) not in ((), None) for rule in rules)]
    for values in product(*(possible[name] for name in asked)):
        state = dict(zip(asked, values, strict=True))
        if not any(_fits(rule, state) for rule in rules):
            return in_words(["no judgement yet" if name == "judged" and not value else f"{name} {value}".lower()
                             for name, value in state.items()], "and")  # fmt: skip
    return ""


def _fits(rule: Rule, state: dict[str, Any]) -> bool:
    for name, value in state.items():
        wanted = getattr(rule.when, name)
        if wanted not in ((), None) and value not in (wanted if isinstance(wanted, tuple) else (wanted,)):
            return False
    return True


def check_staff(model: OperatingModel) -> Found:
    """A team that works has people, and one that holds cases has slots."""
    desks = {p.team for s in model.stages.values() if isinstance(s, ChecksStage) for p in s.partners.values() if p.team}
    working = {stage.team for stage in model.stages.values() if stage.kind in ("work", "consent")} | desks
    for name, team in model.teams.items():
        if name in working and sum(group.wte for group in team.staff) <= 0:
            remedy = "Add, for example, `staff: [{role: officer, wte: 2, shift: always}]`."
            yield _mistake(("teams", name, "staff"), f"{name!r} has work but no staff.", "At least one person.", remedy)
    for stage_name, stage in model.stages.items():
        held = model.teams.get(stage.team)
        if isinstance(stage, CaseloadStage) and held and not any(g.caseload and g.wte for g in held.staff):
            at: Path = ("teams", stage.team, "staff")
            what = f"{stage.team!r} holds the cases of {stage_name!r}, and nobody there has a caseload."
            yield _mistake(at, what, "A `caseload` above 0 for some staff.", "Add, for example, `caseload: 16`.")


def check_judged_before_asked(model: OperatingModel) -> Found:
    """A route that asks what was judged needs a stage that judges."""
    if any(getattr(stage, "judges", None) for stage in model.stages.values()):
        return
    for stage, rules in model.routes.items():
        for index, rule in enumerate(rules):
            if rule.when.judged:
                what = "The route asks what was judged, and no stage judges."
                at: Path = ("routes", stage, index, "if", "judged")
                yield _mistake(at, what, "A stage with `judges:`.", "Add `judges: {bias: 0, noise: 0}` to a stage.")


def check_no_instant_loop(model: OperatingModel) -> Found:
    """A loop must spend time somewhere, at work or in a caseload."""
    instant = [name for name, stage in model.stages.items() if not isinstance(stage, (WorkStage, CaseloadStage))]
    for start in instant:
        ahead, seen = [start], {start}
        while ahead:
            following = model.targets_of(ahead.pop())
            if start in following:
                what = f"{start!r} can lead back to itself without anybody working."
                yield _mistake(("routes", start), what, "A loop with a work or caseload stage in it.", "Change the route.")
                break
            fresh = [to for to in following if to in instant and to not in seen]
            seen.update(fresh)
            ahead += fresh


def check_particular_handoffs(model: OperatingModel) -> Found:
    """A particular handoff is between stages that are there."""
    for index, handoff in enumerate(model.handoffs.particular):
        for key, name in (("from", handoff.leaves), ("to", handoff.reaches)):
            if name not in model.stages and not (key == "from" and name == ENTRY):
                yield _unknown(("handoffs", "particular", index, key), "stage", name, model.stages)


def check_sources_and_areas(model: OperatingModel, parameters: Parameters | None) -> Found:
    """A source or an area that no contact has is a slip of the pen."""
    if not model.arrivals and parameters is None:
        return
    sources = list(model.arrivals) or list(SOURCES)
    given = parameters.value("contacts.areas") if parameters is not None and "contacts.areas" in parameters else {}
    areas = list(dict.fromkeys(one.area for one in model.arrivals.values())) or list(given)
    for stage, rules in model.routes.items():
        for index, rule in enumerate(rules):
            at: Path = ("routes", stage, index, "if")
            yield from (_unknown((*at, "source"), "source", s, sources) for s in rule.when.source if s not in sources)
            yield from (_unknown((*at, "area"), "area", a, areas) for a in rule.when.area if areas and a not in areas)
    for name, stage_ in model.stages.items():
        if isinstance(stage_, ConsentStage) and isinstance(stage_.arrives_with, dict):
            for source in stage_.arrives_with:
                if source not in (*sources, "other"):
                    yield _unknown(("stages", name, "arrives_with", source), "source", source, sources)


LAWS: tuple[tuple[Law, frozenset[str]], ...] = (
    (check_run, frozenset()),
    (check_names, frozenset()),
    (check_teams_of_stages, frozenset()),
    (check_shifts, frozenset()),
    (check_allocation_times, frozenset()),
    (check_partners, frozenset({"partners"})),
    (check_targets, frozenset()),
    (check_entry, frozenset()),
    (check_routes_lead_somewhere, frozenset()),
    (check_stages_have_routes, frozenset()),
    (check_stages_are_reached, frozenset({"routes"})),
    (check_ends_are_reached, frozenset({"routes"})),
    (check_outcomes, frozenset({"kind"})),
    (check_rules_are_used, frozenset({"routes"})),
    (check_routes_cover, frozenset({"routes", "kind", "judges"})),
    (check_staff, frozenset({"staff", "kind"})),
    (check_judged_before_asked, frozenset({"judges", "kind"})),
    (check_no_instant_loop, frozenset({"routes", "kind"})),
    (check_particular_handoffs, frozenset()),
)
"""Every law, and the steps of paths at which an earlier mistake makes it keep silent, since it could not judge."""

_NAMES = ("shifts", "teams", "stages", "routes", "ends")


def broken_laws(model: OperatingModel, parameters: Parameters | None, spoiled: Iterable[Path] = ()) -> Found:
    """Every law that a model breaks.

    Args:
        model: the operating model.
        parameters: the council's numbers.
        spoiled: places with a mistake of their own; what follows from one of them is not told twice.
    """
    places = list(spoiled)
    if any(place[:1] in [(name,) for name in _NAMES] and len(place) == 1 for place in places):
        return
    steps = {step for place in places for step in place}
    found = [broken for law, silent in LAWS if not steps & silent for broken in law(model)]
    for at, mistake in [*found, *check_sources_and_areas(model, parameters)]:
        if not any(place == at[: len(place)] for place in places):
            yield at, mistake
