"""From an operating model to its plan: every number becomes an integer, every name a place in a list."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from frontdoor_sim.distributions import from_mapping, quantile_table
from frontdoor_sim.engine.plan import (
    END_RULES,
    LEVELS,
    MILLION,
    OUTCOMES,
    Limit,
    Plan,
    PlannedCaseload,
    PlannedChecks,
    PlannedConsent,
    PlannedDelay,
    PlannedDoor,
    PlannedHandoff,
    PlannedHelper,
    PlannedJudges,
    PlannedMeeting,
    PlannedPartner,
    PlannedReturns,
    PlannedStage,
    PlannedTeam,
    PlannedWork,
    Span,
    Verdicts,
)
from frontdoor_sim.luck import LUCK_BITS, code, share_as_luck
from frontdoor_sim.operating_model import (
    ORDERS,
    QUEUE_OUTCOMES,
    RAGS,
    CaseloadStage,
    ChecksStage,
    Condition,
    ConsentStage,
    DelayStage,
    Handoff,
    Judges,
    Lasting,
    MeetingStage,
    OperatingModel,
    Rag,
    Rule,
    Timeline,
    WorkStage,
    outcomes_of,
    skills_of,
)
from frontdoor_sim.working_time import Calendar, Instants


def compile_plan(
    model: OperatingModel,
    timeline: Timeline,
    sources: Sequence[str],
    areas: Sequence[str],
    systems: Sequence[str] = (),
    gone: tuple[Mapping[str, str], Mapping[str, str]] = ({}, {}),
    skills: Sequence[tuple[str, ...]] | None = None,
) -> Plan:
    """Compile a checked operating model and its calendars.

    Args:
        model, timeline: what is compiled.
        sources, areas: of the contacts that will come.
        systems: case systems that come first in every bit mask.
        gone: of stages, and of teams, that are no more: where their work goes.
        skills: what people can do, of `skills_of`; those of this model where left out.
    """
    named_sources, named_areas = all_names(model, sources, areas)
    number = {name: index for index, name in enumerate(model.stages)}
    number |= {name: -1 - index for index, name in enumerate(model.ends)}
    rules = [(stage, rule) for stage in (*model.stages, "entry") for rule in model.routes.get(stage, ())]
    skills = skills_of([model]) if skills is None else skills
    compiler = _Compiler(model, timeline, named_sources, named_areas, systems, skills, gone[0])
    return Plan(
        model=model,
        timeline=timeline,
        sources=named_sources,
        areas=named_areas,
        teams=tuple(compiler.team(name) for name in model.teams),
        stages=tuple(compiler.stage(index, name) for index, name in enumerate(model.stages)),
        ends=tuple(model.ends),
        provides=tuple(end.provides for end in model.ends.values()),
        may_return=tuple(end.returns for end in model.ends.values()),
        rule_of=_rule_table(model, rules, named_sources, named_areas),
        route_hours=tuple(timeline.shifts[shift] for shift in _route_shifts(model)),
        asks_agreement=_asks_agreement(model),
        rule_ends=tuple(_cumulative(rule) for _, rule in rules),
        rule_targets=tuple(tuple(number[name] for name in rule.to) for _, rule in rules),
        handoffs={
            (number.get(stage, len(model.stages)), number[name]): compiler.handoff(stage, name)
            for stage, rule in rules
            for name in rule.to
            if name in model.stages
        },
        cuts=_millionths(model.thresholds.cuts()),
        grade_cuts=_millionths((model.grading.green, model.grading.amber, model.grading.red)),
        grade_noise=round(model.grading.noise * MILLION),
        returns=compiler.returns(),
        deadlines=compiler.limits("decision"),
        goes=tuple(number[gone[0].get(name, name)] for name in model.stages),
        by_skill=len(skills) > 1,
        team_goes=tuple(compiler.team_number[gone[1].get(name, name)] for name in model.teams),
    )


def all_names(
    model: OperatingModel, sources: Sequence[str], areas: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Sources and areas of contacts, then those that only the routes name."""
    conditions = [rule.when for rules in model.routes.values() for rule in rules]
    more_sources = [name for condition in conditions for name in condition.source]
    more_areas = [name for condition in conditions for name in condition.area]
    return tuple(dict.fromkeys([*sources, *more_sources])), tuple(dict.fromkeys([*areas, *more_areas]))


def _millionths(numbers: tuple[float, float, float]) -> tuple[int, int, int]:
    first, second, third = (round(number * MILLION) for number in numbers)
    return first, second, third


def _cumulative(rule: Rule) -> tuple[int, ...]:
    reached = np.cumsum(list(rule.to.values()))
    return (*(share_as_luck(float(share)) for share in reached[:-1]), 1 << LUCK_BITS)


def _rule_table(
    model: OperatingModel, rules: list[tuple[str, Rule]], sources: tuple[str, ...], areas: tuple[str, ...]
) -> NDArray[np.int16]:
    """For every stage and every state of a contact, the first rule of the file that fits."""
    stages, shifts, asks = [*model.stages, "entry"], _route_shifts(model), _asks_agreement(model)
    shape = (len(stages), OUTCOMES, LEVELS, 4, len(sources), len(areas), 2, 1 << len(shifts) + asks)
    table = np.full(shape, -1, dtype=np.int16)
    for index, (stage, rule) in reversed(list(enumerate(rules))):
        axes = _axes(rule.when, outcomes_from(model, stage), sources, areas)
        table[np.ix_([stages.index(stage)], *axes, _circumstances(rule.when, shifts, asks))] = index
    return table


def _route_shifts(model: OperatingModel) -> tuple[str, ...]:
    """The shifts that routes look at, in the order in which they are first named."""
    return tuple(dict.fromkeys(name for rules in model.routes.values() for rule in rules for name in rule.when.during))


def _asks_agreement(model: OperatingModel) -> bool:
    """Whether any route looks at whether the last judgement agrees with the one before."""
    return any(rule.when.agrees is not None for rules in model.routes.values() for rule in rules)


def _circumstances(when: Condition, shifts: tuple[str, ...], asks_agreement: bool) -> list[int]:
    """The sets of open shifts, as bits, and of agreement, as the bit above, in which a condition fits."""
    wanted, agreed = sum(1 << shifts.index(name) for name in when.during), 1 << len(shifts)
    return [
        bits
        for bits in range(agreed << asks_agreement)
        if (not wanted or bits & wanted) and when.agrees in (None, bool(bits & agreed))
    ]


def outcomes_from(model: OperatingModel, stage: str) -> tuple[str, ...]:
    """The outcomes by which contacts can leave a stage, or the entry; a single nameless one where all leave alike."""
    outcomes = outcomes_of(model.stages[stage]) if stage in model.stages else ()
    return QUEUE_OUTCOMES if "done" in outcomes else outcomes or ("",)


def _by_rag(limits: Mapping[Rag, Lasting]) -> list[Lasting | None]:
    """What is stated for each RAG."""
    stated = {str(rag): lasting for rag, lasting in limits.items()}
    return [stated.get(rag) for rag in RAGS]


def _axes(
    when: Condition, outcomes: tuple[str, ...], sources: tuple[str, ...], areas: tuple[str, ...]
) -> list[list[int]]:
    def chosen(names: tuple[str, ...], of: tuple[str, ...]) -> list[int]:
        return [index for index, name in enumerate(of) if not names or name in names]

    return [
        chosen(when.outcome, outcomes),
        list(when.judged) or list(range(LEVELS)),
        chosen(when.rag, RAGS),
        chosen(when.source, sources),
        chosen(when.area, areas),
        [0, 1] if when.open_case is None else [int(when.open_case)],
    ]


class _Compiler:
    """Turns the parts of one model into their compiled forms; holds only what every part needs."""

    def __init__(
        self,
        model: OperatingModel,
        timeline: Timeline,
        sources: tuple[str, ...],
        areas: tuple[str, ...],
        systems: Sequence[str],
        skills: Sequence[tuple[str, ...]],
        gone: Mapping[str, str],
    ) -> None:
        self.model = model
        self.timeline = timeline
        self.sources = sources
        self.areas = areas
        self.skills = skills
        self.gone = gone
        self.team_number = {name: index for index, name in enumerate(model.teams)}
        self.stage_number = {name: index for index, name in enumerate(model.stages)}
        own = [system for team in model.teams.values() for system in team.case_system]
        self.system_bit = {system: 1 << index for index, system in enumerate(dict.fromkeys([*systems, *own]))}

    def calendar(self, lasting: Lasting) -> Calendar | None:
        return self.timeline.calendar(lasting.clock, self.model)

    def span(self, lasting: Lasting, purpose: str) -> Span:
        return Span(quantile_table(lasting.shape, lasting.unit_seconds), self.calendar(lasting), code(purpose))

    def open_span(self, lasting: Lasting, shift: str, purpose: str) -> Span:
        """An elapsed duration spent in the opening hours of a shift, in proportion to their share of 52 weeks from `opens`.

        The share is not that of the run: how long a run goes on must not move what happens in it.
        """
        calendar = self.timeline.shifts[shift]
        year = self.timeline.clock.midnight(self.model.run.opens + timedelta(weeks=52))
        share = calendar.between(0, year) / year
        return Span(quantile_table(lasting.shape, lasting.unit_seconds * share), calendar, code(purpose))

    def limit(self, lasting: Lasting) -> Limit:
        return round(lasting.mean_seconds), self.calendar(lasting)

    def limits(self, target: str) -> tuple[Limit | None, ...]:
        """A target's limit for each RAG."""
        found = self.model.targets.get(target)
        by_rag = [getattr(found, rag) if found else None for rag in RAGS]
        return tuple(self.limit(lasting) if lasting else None for lasting in by_rag)

    def team(self, name: str) -> PlannedTeam:
        team = self.model.teams[name]
        red, amber, green, blue = (
            round(team.head_start[rag].mean_seconds) if rag in team.head_start else 0 for rag in RAGS
        )
        assert set(team.order) <= set(ORDERS)
        helpers = tuple(
            PlannedHelper(self.team_number[helper.team], helper.when_waiting, helper.until_waiting)
            for helper in team.helpers
        )
        rags = tuple(RAGS.index(rag) for rag in team.interrupting_rags)
        stages = tuple(self.stage_number[stage] for stage in team.interrupting_stages)
        return PlannedTeam(name, team.order, (red, amber, green, blue), helpers, rags, stages)

    def handoff(self, stage: str, to: str) -> PlannedHandoff:
        """The particular handoff between two stages, else what their teams' sites say; entering costs nothing."""
        purpose = f"handoff {self.named(stage)} to {self.named(to)}"
        for particular in self.model.handoffs.particular:
            if (particular.leaves, particular.reaches) == (stage, to):
                return self._handoff(particular, purpose)
        if stage == "entry":
            return PlannedHandoff(None, None, None)
        return self.by_site(self.model.stages[stage].team, self.model.stages[to].team, purpose)

    def named(self, stage: str) -> str:
        """The name under which contacts meet their luck at a stage: its `luck`, so that a new name changes nothing."""
        return stage if stage == "entry" else self.model.stages[stage].luck or stage

    def by_site(self, leaves: str, reaches: str, purpose: str) -> PlannedHandoff:
        if leaves == reaches:
            return PlannedHandoff(None, None, None)
        teams, table = self.model.teams, self.model.handoffs
        together = teams[leaves].site == teams[reaches].site
        return self._handoff(table.same_site if together else table.between_sites, purpose)

    def _handoff(self, handoff: Handoff, purpose: str) -> PlannedHandoff:
        return PlannedHandoff(
            self.span(handoff.delay, purpose) if handoff.delay else None,
            self.instants(handoff.batch) if handoff.batch else None,
            self.timeline.shifts[handoff.release] if handoff.release else None,
        )

    def instants(self, moments: Instants) -> tuple[int, ...]:
        line = self.timeline
        return tuple(moments.lay_out(line.clock, line.first, line.last, line.bank_holidays).tolist())

    def judges(self, judges: Judges | None, team: str, purpose: str) -> PlannedJudges | None:
        if judges is None:
            return None
        verdicts = [[self.verdicts(judges.of(source, area)) for area in self.areas] for source in self.sources]
        kinds = list(dict.fromkeys(one for of_source in verdicts for one in of_source))
        which = tuple(tuple(kinds.index(one) for one in of_source) for of_source in verdicts)
        missed = self.model.handoffs.missed_history if len(set(self.model.teams[team].case_system)) > 1 else None
        history = share_as_luck(missed.share) if missed else 0
        return PlannedJudges(code(f"{purpose}: noise"), history, tuple(kinds), which, judges.regrades)

    def verdicts(self, judges: Judges) -> Verdicts:
        """How contacts of one source and area are judged; added noises combine as the root of the sum of squares."""
        missed = self.model.handoffs.missed_history
        history = missed.noise if missed else 0.0
        noise = [
            round(math.sqrt(judges.noise**2 + lost**2 + absent**2) * MILLION)
            for lost in (0.0, history)
            for absent in (0.0, judges.without_checks)
        ]
        return Verdicts(
            round((judges.bias + judges.caution) * MILLION),
            (noise[0], noise[1], noise[2], noise[3]),
            _millionths((judges.thresholds or self.model.thresholds).cuts()),
        )

    def stage(self, number: int, name: str) -> PlannedStage:
        """A stage, compiled; one branch a kind."""
        stage = self.model.stages[name]
        purpose = self.named(name)
        common: dict[str, Any] = {
            "number": number,
            "name": name,
            "kind": stage.kind,
            "team": self.team_number[stage.team],
            "systems": sum(self.system_bit[system] for system in set(self.model.teams[stage.team].case_system)),
            "decides": stage.decides,
            "purpose": code(purpose),
            "route_purpose": code(f"{purpose}: route"),
            "able": self.able(name),
        }
        if isinstance(stage, (WorkStage, CaseloadStage)):
            common |= {"patience": self.patience(stage.give_up_after, purpose), "door": self.door(stage)}
        match stage:
            case WorkStage():
                common["out_tray"] = stage.out_tray
                return PlannedWork(**common, **self.working(stage, purpose), **self.judging(stage, purpose))
            case ConsentStage():
                return self.consent(stage, purpose, common)
            case ChecksStage():
                return self.checks(stage, purpose, common)
            case CaseloadStage():
                return self.caseload(stage, purpose, common)
            case DelayStage():
                return PlannedDelay(**common, delay=self.span(stage.delay, purpose), wait_cause=stage.waits_for)
            case MeetingStage():
                return self.meeting(stage, purpose, common)

    def able(self, stage: str) -> tuple[bool, ...]:
        """With which skills people can work at a stage; where it is no more, anybody finishes what is left."""
        is_gone = self.gone.get(stage, stage) != stage
        return tuple(is_gone or not stages or stage in stages for stages in self.skills)

    def patience(self, give_up_after: Mapping[Rag, Lasting], purpose: str) -> tuple[Span | None, ...] | None:
        """How long contacts wait before they give up, for each RAG; None where nobody does."""
        spans = [self.span(lasting, f"{purpose}: give up") if lasting else None for lasting in _by_rag(give_up_after)]
        return tuple(spans) if any(spans) else None

    def door(self, stage: WorkStage | CaseloadStage) -> PlannedDoor | None:
        """The way into a stage; None where it takes everybody."""
        if not stage.is_limited:
            return None
        line, a_day = self.timeline, stage.takes_a_working_day
        midnights = tuple(line.clock.midnight(day) for day in line.working_dates) if a_day is not None else ()
        return PlannedDoor(stage.holds_at_most, a_day, midnights, stage.when_full == "route")

    def working(self, stage: WorkStage | ConsentStage, purpose: str) -> dict[str, Any]:
        rekeying = self.model.handoffs.systems_differ
        return {
            "rekey": self.span(rekeying.rekey, f"{purpose}: re-keying") if rekeying else None,
            "touch": self.span(stage.touch, purpose),
            "end_rule": END_RULES.index(stage.end_of_shift),
            "overtime": round(stage.overtime_limit.mean_seconds),
            "weight": stage.weight,
        }

    def judging(self, stage: WorkStage, purpose: str) -> dict[str, Any]:
        extra = max(len(self.model.teams[stage.team].case_system) - 1, 0)
        searching = self.model.handoffs.each_extra_system if stage.searches and extra else None
        return {
            "wait_cause": stage.waits_for,
            "judges": self.judges(stage.judges, stage.team, purpose),
            "searches": extra if searching else 0,
            "search": self.span(searching.search, f"{purpose}: search") if searching else None,
        }

    def consent(self, stage: ConsentStage, purpose: str, common: dict[str, Any]) -> PlannedConsent:
        arrives = stage.arrives_with
        shares = [
            arrives.get(source, arrives.get("other", 0.0)) if isinstance(arrives, dict) else arrives
            for source in self.sources
        ]
        return PlannedConsent(
            **common,
            **self.working(stage, purpose),
            wait_cause="consent",
            attempts=stage.attempts,
            attempt_purpose=code(f"{purpose}: attempt"),
            gap=self.span(stage.gap, f"{purpose}: gap"),
            given=share_as_luck(stage.given),
            refused=share_as_luck(stage.refused),
            arrives_with=tuple(share_as_luck(share) for share in shares),
            override_for=tuple(rag in stage.override_for for rag in RAGS),
        )

    def checks(self, stage: ChecksStage, purpose: str, common: dict[str, Any]) -> PlannedChecks:
        return PlannedChecks(
            **common,
            wait_cause="partner",
            partners=tuple(self.partner(stage, name, purpose) for name in stage.partners),
            join=len(stage.partners) if stage.join == "all" else min(stage.join, len(stage.partners)),
            give_up=tuple(self.limit(lasting) if lasting else None for lasting in _by_rag(stage.give_up_after)),
        )

    def partner(self, stage: ChecksStage, name: str, purpose: str) -> PlannedPartner:
        partner = stage.partners[name]
        return PlannedPartner(
            -1 if partner.team is None else self.team_number[partner.team],
            self.span(partner.touch, f"{purpose}: {name}") if partner.touch else None,
            self.span(partner.delay, f"{purpose}: {name}: delay") if partner.delay else None,
            self.request(stage.team, partner.team or stage.team, f"{purpose}: {name}: request"),
            round(partner.noise * MILLION) if partner.regrades else None,
            code(f"{purpose}: {name}: grade"),
        )

    def request(self, leaves: str, reaches: str, purpose: str) -> PlannedHandoff:
        """What a request to a partner's desk costs: nothing on the same site."""
        delay, teams = self.model.handoffs.requests_between_sites, self.model.teams
        apart = delay is not None and teams[leaves].site != teams[reaches].site
        return PlannedHandoff(self.span(delay, purpose) if delay and apart else None, None, None)

    def caseload(self, stage: CaseloadStage, purpose: str, common: dict[str, Any]) -> PlannedCaseload:
        allocates = stage.allocates
        in_shift = allocates in ("always", *self.model.shifts)
        return PlannedCaseload(
            **common,
            wait_cause="allocation",
            hold=self.span(stage.hold, purpose),
            judges=self.judges(stage.judges, stage.team, purpose),
            slots_by_children=stage.slots == "children",
            allocates_in=self.timeline.shifts[allocates] if allocates and in_shift else None,
            allocates_at=self.instants(Instants.parse(allocates)) if allocates and not in_shift else None,
            first_visit=self.span(stage.first_visit, f"{purpose}: first visit") if stage.first_visit else None,
        )

    def meeting(self, stage: MeetingStage, purpose: str, common: dict[str, Any]) -> PlannedMeeting:
        return PlannedMeeting(
            **common,
            lasts=self.span(stage.lasts, purpose),
            people=tuple((self.team_number[team], number) for team, number in stage.people.items()),
            overtime=round(stage.overtime_limit.mean_seconds),
            judges=self.judges(stage.judges, stage.team, purpose),
        )

    def returns(self) -> PlannedReturns | None:
        law = self.model.returns
        if law is None:
            return None
        first, second, third, fourth = (round(rate * MILLION) for rate in law.rate_by_gap)
        spread = {"distribution": "gamma", "mean": 1.0, "cv": law.family_spread**-0.5}
        return PlannedReturns(
            (first, second, third, fourth),
            quantile_table(from_mapping(spread), MILLION),
            self.open_span(law.delay, law.arrives_in, "return: delay"),
            quantile_table(from_mapping(law.growth), MILLION),
        )
