"""The world of the compiled engine, laid out: plan, people and contacts as records in one array of whole numbers.

Order of things in the array, from place 0:

1. the world's own fields (`kernel`: NOW to STOOD_SINCE);
2. the plan: quantile tables, calendars, instants, spans and limits as they are first needed; then stages in file order and
   the entry, teams in file order, and the tables that routes and handoffs are looked up in (`plan_words`);
3. the people: workers by team and roster order, their windows, and the windows again by the second at which they open
   (`put_people`);
4. durations that a table gives, then the contacts by second of entering and key;
5. the heaps of what is due, the log, and room for whatever a run needs: jobs, checks, contacts that come back.

A new field of a record is named in `kernel`, filled in here, and has a branch in both engines.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import RLock
from typing import Any
from weakref import finalize

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.distributions import QuantileTable
from frontdoor_sim.engine.backlog import standing
from frontdoor_sim.engine.compiled import kernel as k
from frontdoor_sim.engine.drawn import GIVEN
from frontdoor_sim.engine.eligible import lines_of
from frontdoor_sim.engine.people import FlatWindows, Roster
from frontdoor_sim.engine.plan import (
    ENTRY_ROUTE,
    MILLION,
    STANDARD_EXPONENTIAL,
    STANDARD_NORMAL,
    Limit,
    Plan,
    PlannedCaseload,
    PlannedChecks,
    PlannedConsent,
    PlannedDelay,
    PlannedDoor,
    PlannedHandoff,
    PlannedJudges,
    PlannedMeeting,
    PlannedRamp,
    PlannedStage,
    PlannedWork,
    Span,
)
from frontdoor_sim.engine.played import consent_of
from frontdoor_sim.engine.record import CAUSE
from frontdoor_sim.event_log.columns import Columns, order_of, sorting
from frontdoor_sim.event_log.columns import Words as WordColumn
from frontdoor_sim.luck import code
from frontdoor_sim.operating_model import OPEN_STAGE, RAGS
from frontdoor_sim.working_time import Calendar

Int64s = NDArray[np.int64]
NONE = int(k.NONE)
ORDER_WORDS = {"rag": k.BY_RAG, "deadline": k.BY_DEADLINE_ORDER, "arrival": k.BY_ARRIVAL, "stage": k.BY_STAGE}
KIND_WORDS = {"work": k.OF_WORK, "consent": k.OF_CONSENT, "checks": k.OF_CHECKS, "caseload": k.OF_CASELOAD,
              "delay": k.OF_DELAY, "meeting": k.OF_MEETING}  # fmt: skip
assert MILLION == k.MILLION


def signed(word: int) -> int:
    """A word of 64 bits as the signed number with the same bits.

    Example:
        >>> signed(2**64 - 1)
        -1
    """
    return word - (1 << 64) if word >> 63 else word


def always_reads(table: QuantileTable) -> int:
    """What a table reads whatever the luck; NONE where that depends.

    Example:
        >>> from frontdoor_sim.distributions import from_mapping, quantile_table
        >>> always_reads(quantile_table(from_mapping({"distribution": "constant", "value": 10}), 60))
        600
    """
    least, most = table.knots.min(), table.knots.max()
    return table.read(0) if least == most else NONE


class Words:
    """An array of whole numbers while it grows; whatever is put there twice stands there once."""

    def __init__(self) -> None:
        self.parts: list[Int64s] = []
        self.size = 0
        self.known: dict[Any, int] = {}

    def put(self, numbers: Sequence[int] | Int64s) -> int:
        """Put some numbers at the end; their place."""
        place = self.size
        part = np.asarray(numbers, dtype=np.int64)
        self.parts.append(part)
        self.size += len(part)
        return place

    def once(self, key: Any, numbers: Sequence[int] | Int64s) -> int:
        """Put what is called `key`, where it is not there yet; its place."""
        if key not in self.known:
            self.known[key] = self.put(numbers)
        return self.known[key]

    def array(self) -> Int64s:
        """All of it."""
        return np.concatenate(self.parts)


def calendar_words(words: Words, calendar: Calendar) -> int:
    """Put a calendar: number of windows, starts, ends, and seconds open before each window and after all."""
    before = np.concatenate(([0], np.cumsum(calendar.ends - calendar.starts, dtype=np.int64)))
    numbers = np.concatenate(([len(calendar)], calendar.starts, calendar.ends, before))
    return words.once(("calendar", id(calendar)), numbers)


def put_table(words: Words, table: QuantileTable) -> int:
    """Put a quantile table; its place, or the complement of that where its knots fit into halves of numbers.

    So more of them are in the processor's cache.
    """
    name, knots = ("table", id(table)), table.knots
    if np.abs(knots).max() > k.LATEST:
        return words.once(name, knots)
    return ~words.once(name, knots.astype(np.int32).view(np.int64))


@dataclass(frozen=True, eq=False)
class PlanWords:
    """A plan as the world holds it.

    Args:
        plan: the plan.
        words: the world up to the end of the plan, its own fields included.
        spans: for every purpose whose first durations a table may give, the places of its spans.
        teams: places of the teams, in file order.
    """

    plan: Plan
    words: Int64s
    spans: dict[int, list[int]]
    teams: tuple[int, ...]


@lru_cache(maxsize=16)
def plan_words(plan: Plan) -> PlanWords:
    """Lay out a plan, once."""
    return _PlanLayout(plan).laid_out()


class _PlanLayout:
    """Puts the parts of one plan into the world."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.words = Words()
        self.spans: dict[int, list[int]] = {}
        self.doors: dict[int, int] = {}
        self.trays: dict[int, int] = {}
        self.world = np.zeros(k.WORLD_FIELDS, dtype=np.int64)
        self.words.put(self.world)

    def laid_out(self) -> PlanWords:
        plan, words, world = self.plan, self.words, self.world
        records = [np.zeros((len(plan.teams), k.TEAM_FIELDS), dtype=np.int64) for _ in plan.in_turn]
        places = [words.put(one.reshape(-1)) for one in records]
        self.teams = tuple(places[0] + number * k.TEAM_FIELDS for number in range(len(plan.teams)))
        self.limits(plan)
        facts = [self.facts_of(one, record) for (_, one), record in zip(plan.in_turn, records, strict=True)]
        world[k.STAGES : k.STAGES_NUMBER] = facts[0]
        self.of_all(plan)
        world[k.TEAMS] = places[0]
        changes = [
            np.concatenate(([second, place, NONE], new))
            for (second, _), place, new in zip(plan.later, places[1:], facts[1:], strict=True)
        ]
        world[k.CHANGES] = words.put(np.concatenate(changes)) if changes else words.size
        world[k.CHANGES_END] = world[k.CHANGES] + len(changes) * k.CHANGE_FIELDS
        self.meetings(plan)
        array = words.array()
        array[: k.WORLD_FIELDS] = world
        return PlanWords(plan, array, self.spans, self.teams)

    def of_all(self, plan: Plan) -> None:
        """The fields of the world that are the same under all models of a run."""
        words, world = self.words, self.world
        world[k.STAGES_NUMBER], world[k.TEAMS_NUMBER] = len(plan.stages), len(plan.teams)
        world[k.TOUCHED] = words.put([0] * (len(plan.teams) + 1))
        world[k.STARTS], world[k.ENDS] = plan.timeline.starts, plan.timeline.ends
        world[k.SOURCES_NUMBER], world[k.AREAS_NUMBER] = len(plan.sources), len(plan.areas)
        world[k.BY_DEADLINE] = any("deadline" in team.order for _, one in plan.in_turn for team in one.teams)
        world[k.NORMAL], world[k.EXPONENTIAL] = self.table(STANDARD_NORMAL), self.table(STANDARD_EXPONENTIAL)
        world[[k.LAST_RETURN, k.SPARE_JOBS]] = NONE
        world[k.BY_SKILL] = plan.by_skill
        world[k.IS_DATED] = len(plan.later) > 0 or len(plan.ramps) > 0

    def limits(self, plan: Plan) -> None:
        """Doors and out-trays, of every stage that has one under any model of the run; stages know them by place."""
        words, world = self.words, self.world
        stages = [stage for _, one in plan.in_turn for stage in one.stages]
        with_door = sorted({stage.number for stage in stages if stage.door})
        doors = np.zeros((len(with_door), k.DOOR_FIELDS), dtype=np.int64)
        doors[:, k.DOOR_STAGE], doors[:, [k.AT_DOOR, k.DAY, k.DOOR_WOKEN]] = with_door, NONE
        world[k.DOORS], world[k.DOORS_NUMBER] = words.put(doors.reshape(-1)), len(with_door)
        self.doors = {number: int(world[k.DOORS]) + at * k.DOOR_FIELDS for at, number in enumerate(with_door)}
        with_tray = sorted({stage.number for stage in stages if stage.out_tray is not None})
        self.trays = {number: words.put([0, NONE]) for number in with_tray}

    def facts_of(self, plan: Plan, teams: Int64s) -> Int64s:
        """The fields of the world that are those of one model; fills in its facts of teams, shape (teams, TEAM_FIELDS)."""
        self.plan = plan
        stages = [self.stage(stage, self.teams[stage.team]) for stage in plan.stages]
        stages.append(self.entry())
        for number, ramp in plan.ramps.items():
            stages[number][k.RAMP] = self.ramp(number, ramp)
        world = np.zeros(k.WORLD_FIELDS, dtype=np.int64)
        world[k.STAGES] = self.words.put(np.concatenate(stages))
        world[k.ENTRY] = world[k.STAGES] + plan.entry * k.STAGE_FIELDS
        world[k.SOME_HELP] = any(team.helpers for team in plan.teams)
        world[k.SOME_INTERRUPT] = any(team.interrupts or team.interrupting_stages for team in plan.teams)
        for number in range(len(plan.teams)):
            teams[number] = self.team(number, int(world[k.STAGES]))
        self.scalars(world)
        return world[k.STAGES : k.STAGES_NUMBER]

    def ramp(self, number: int, ramp: PlannedRamp) -> int:
        """A ramp, with the stage as it was before."""
        plan, self.plan = self.plan, ramp.former
        former: Int64s = (
            self.entry() if number == plan.entry else self.stage(self.plan.stages[number], self.team_of(number))
        )
        self.plan = plan
        return self.words.put([self.words.put(former), signed(ramp.purpose), ramp.begins, ramp.lasts])

    def team_of(self, number: int) -> int:
        return int(self.teams[self.plan.stages[number].team])

    def scalars(self, world: Int64s) -> None:
        """The fields of the world that come from one model."""
        plan, words = self.plan, self.words
        handoffs = np.full((plan.entry + 1, plan.entry), NONE, dtype=np.int64)
        ways = plan.handoffs
        for ramp in plan.ramps.values():
            ways = ramp.former.handoffs | ways
        for (leaves, reaches), handoff in ways.items():
            handoffs[leaves, reaches] = self.handoff(handoff)
        world[k.HANDOFFS] = words.put(handoffs.reshape(-1))
        facts = [fact for pair in zip(plan.provides, plan.may_return, strict=True) for fact in pair]
        world[k.END_FACTS] = words.put(facts)
        world[k.ROUTE_HOURS] = words.put([self.calendar(calendar) for calendar in plan.route_hours])
        world[k.ROUTE_HOURS_NUMBER], world[k.ASKS_AGREEMENT] = len(plan.route_hours), plan.asks_agreement
        world[k.DEADLINES] = words.put([self.limit(limit) for limit in plan.deadlines])
        world[k.CUTS], world[k.GRADE_CUTS] = words.put(plan.cuts), words.put(plan.grade_cuts)
        world[k.GRADE_NOISE] = plan.grade_noise
        law = plan.returns
        if law is not None:
            world[k.RETURNS], world[k.RATES] = 1, words.put(law.rates)
            world[k.PROPENSITY], world[k.GROWTH] = self.table(law.propensity), self.table(law.growth)
            world[k.RETURN_DELAY] = self.span(law.delay, given=False)

    # --- small records -----------------------------------------------------------------------------------------------

    def table(self, table: QuantileTable) -> int:
        return put_table(self.words, table)

    def calendar(self, calendar: Calendar | None) -> int:
        return NONE if calendar is None else calendar_words(self.words, calendar)

    def instants(self, instants: tuple[int, ...] | None) -> int:
        return NONE if instants is None else self.words.once(("instants", instants), [len(instants), *instants])

    def span(self, span: Span | None, given: bool = True) -> int:
        if span is None:
            return NONE
        always = always_reads(span.table)
        record = [self.table(span.table), always, self.calendar(span.calendar), signed(span.purpose), NONE]
        place = self.words.put(record)
        if given:
            self.spans.setdefault(span.purpose, []).append(place)
        return place

    def limit(self, limit: Limit | None) -> int:
        return NONE if limit is None else self.words.put([limit[0], self.calendar(limit[1])])

    def handoff(self, handoff: PlannedHandoff) -> int:
        """A handoff; NONE where it costs nothing."""
        record = [self.span(handoff.delay), self.instants(handoff.batch), self.calendar(handoff.release)]
        return NONE if record == [NONE] * k.HANDOFF_FIELDS else self.words.put(record)

    def judges(self, judges: PlannedJudges | None) -> int:
        """A judge, with the place of the verdicts of each source and area where they are not all alike."""
        if judges is None:
            return NONE
        kinds = [self.words.put([kind.bias, *kind.noise, *kind.cuts]) for kind in judges.kinds]
        by_whom = [kinds[kind] for of_source in judges.which for kind in of_source] if len(kinds) > 1 else []
        places = self.words.put(by_whom) if by_whom else NONE
        return self.words.put([signed(judges.purpose), kinds[0], places, judges.missed, judges.regrades])

    # --- teams and stages --------------------------------------------------------------------------------------------

    def team(self, number: int, stages: int) -> Int64s:
        """A team; its slots are those of the caseload stages that it has among the records from place `stages`."""
        team = self.plan.teams[number]
        record = np.zeros(k.TEAM_FIELDS, dtype=np.int64)
        rules = [ORDER_WORDS[rule] for rule in team.order if rule != "joining"]
        record[k.TEAM_NUMBER] = number
        record[k.FIRST_ORDER : k.FIRST_ORDER + len(rules)] = rules
        record[k.HEAD_START : k.HEAD_START + 4] = team.head_start
        record[[k.QUEUE, k.SLOT_QUEUE]] = NONE
        if self.plan.by_skill:
            record[k.STAGE_QUEUES] = self.words.put([NONE] * len(self.plan.stages))
        record[k.GOES_TO] = self.teams[self.plan.team_goes[number]]
        mine = [
            stages + stage.number * k.STAGE_FIELDS
            for stage in self.plan.stages
            if isinstance(stage, PlannedCaseload) and stage.team == number
        ]
        record[k.SLOT_STAGES], record[k.SLOT_STAGES_NUMBER] = self.words.put(mine), len(mine)
        helpers = [(self.teams[helper], on_at, off_at, 0) for helper, on_at, off_at in team.helpers]
        record[k.HELPERS] = self.words.put([field for helper in helpers for field in helper])
        record[k.HELPERS_NUMBER] = len(helpers)
        record[k.HAS_TRAYS] = any(stage.team == number and stage.out_tray for stage in self.plan.stages)
        record[k.INTERRUPTS] = sum(1 << rag for rag in team.interrupts) | (
            k.BY_STAGES if team.interrupting_stages else 0
        )
        return record

    def entry(self) -> Int64s:
        """The place before the first stage, as a stage."""
        record = np.full(k.STAGE_FIELDS, NONE, dtype=np.int64)
        record[k.STAGE_NUMBER], record[k.KIND] = self.plan.entry, k.OF_ENTRY
        record[k.ROUTES], record[k.ROUTE_PURPOSE] = self.routes(self.plan.entry), signed(ENTRY_ROUTE)
        record[k.ONLY_TARGET] = self.only_target(self.plan.entry)
        return record

    def stage(self, stage: PlannedStage, team: int) -> Int64s:
        """A stage; one branch a kind."""
        record = np.full(k.STAGE_FIELDS, NONE, dtype=np.int64)
        cause = CAUSE[stage.wait_cause]
        fields = {
            k.STAGE_NUMBER: stage.number,
            k.KIND: KIND_WORDS[stage.kind],
            k.TEAM: team,
            k.ONLY_TARGET: self.only_target(stage.number),
            k.ROUTES: self.routes(stage.number),
            k.ROUTE_PURPOSE: signed(stage.route_purpose),
            k.WAIT_CAUSE: cause,
            k.QUEUE_CAUSE: cause if stage.kind == "work" else CAUSE["worker"],
            k.WEIGHT: stage.weight,
            k.END_RULE: stage.end_rule,
            k.OVERTIME: stage.overtime,
            k.JUDGES: self.judges(stage.judges),
            k.PATIENCE: self.patience(stage.patience),
            k.SYSTEMS: stage.systems,
            k.GOES: self.plan.goes[stage.number],
            k.INTERRUPTS_IN: self.interrupts_in(stage.number),
            k.DOOR: self.doors.get(stage.number, NONE),
            k.TRAY: self.trays.get(stage.number, NONE),
            k.OUT_TRAY: NONE if stage.out_tray is None else stage.out_tray,
            k.ABLE: self.words.once(("able", stage.able), stage.able),
        }
        match stage:
            case PlannedConsent():
                fields |= self.work(stage) | self.consent(stage)
            case PlannedWork():
                fields |= self.work(stage)
            case PlannedChecks():
                fields |= self.checks(stage)
            case PlannedCaseload():
                fields |= self.caseload(stage)
            case PlannedDelay():
                fields |= {k.DELAY: self.span(stage.delay)}
            case PlannedMeeting():
                fields |= self.meeting(stage)
        fields |= self.door(stage.door) if stage.door else {}
        record[list(fields)] = list(fields.values())
        return record

    def interrupts_in(self, stage: int) -> int:
        """The team in which work at a stage interrupts that at others; NONE where it does not."""
        teams = [number for number, team in enumerate(self.plan.teams) if stage in team.interrupting_stages]
        return self.teams[teams[0]] if teams else NONE

    def meeting(self, stage: PlannedMeeting) -> dict[int, int]:
        wanted = [(k.WORLD_FIELDS + team * k.TEAM_FIELDS, number) for team, number in stage.people]
        return {
            k.LASTS: self.span(stage.lasts),
            k.PEOPLE: self.words.put([field for pair in wanted for field in pair]),
            k.PEOPLE_NUMBER: len(wanted),
        }

    def meetings(self, plan: Plan) -> None:
        """The stages whose meetings wait for people, and room for the people whom one reserves while another looks."""
        stages = [stage for _, one in plan.in_turn for stage in one.stages if isinstance(stage, PlannedMeeting)]
        numbers = sorted({stage.number for stage in stages})
        places = [int(self.world[k.STAGES]) + number * k.STAGE_FIELDS for number in numbers]
        most = max((sum(number for _, number in stage.people) for stage in stages), default=0)
        self.world[k.MEETINGS], self.world[k.MEETINGS_NUMBER] = self.words.put(places), len(places)
        self.world[k.RESERVED] = self.words.put([0] * (2 * most * k.RESERVED_FIELDS))

    def patience(self, spans: tuple[Span | None, ...] | None) -> int:
        """How long contacts wait before they give up, by RAG; NONE where nobody does."""
        return NONE if spans is None else self.words.put([self.span(span) for span in spans])

    def door(self, door: PlannedDoor) -> dict[int, int]:
        """The way into a stage that takes only so many."""
        return {
            k.AT_ONCE: NONE if door.at_once is None else door.at_once,
            k.A_DAY: NONE if door.a_day is None else door.a_day,
            k.MIDNIGHTS: self.instants(door.midnights),
            k.TURNS_AWAY: door.turns_away,
        }

    def work(self, stage: PlannedWork) -> dict[int, int]:
        return {
            k.TOUCH: self.span(stage.touch),
            k.REKEY: self.span(stage.rekey),
            k.SEARCH: self.span(stage.search),
            k.SEARCHES: stage.searches,
        }

    def consent(self, stage: PlannedConsent) -> dict[int, int]:
        return {
            k.ATTEMPTS: stage.attempts,
            k.ATTEMPT_PURPOSE: signed(stage.attempt_purpose),
            k.GAP: self.span(stage.gap),
            k.GIVEN: stage.given,
            k.REFUSED: stage.refused,
            k.ARRIVES_WITH: self.words.put(stage.arrives_with),
            k.OVERRIDE_FOR: self.words.put(stage.override_for),
        }

    def checks(self, stage: PlannedChecks) -> dict[int, int]:
        partners = [
            (
                NONE if partner.team < 0 else self.teams[partner.team],
                self.span(partner.touch),
                self.span(partner.delay),
                self.request(partner.request),
                NONE if partner.grade_noise is None else partner.grade_noise,
                signed(partner.grade_purpose),
            )
            for partner in stage.partners
        ]
        return {
            k.PARTNERS: self.words.put([field for partner in partners for field in partner]),
            k.PARTNERS_NUMBER: len(partners),
            k.JOIN: stage.join,
            k.GIVE_UP: self.words.put([self.limit(limit) for limit in stage.give_up]),
        }

    def request(self, handoff: PlannedHandoff) -> int:
        """A request's handoff, which stands there also where it costs nothing."""
        return self.words.put([self.span(handoff.delay), self.instants(handoff.batch), self.calendar(handoff.release)])

    def caseload(self, stage: PlannedCaseload) -> dict[int, int]:
        return {
            k.HOLD: self.span(stage.hold),
            k.BY_CHILDREN: stage.slots_by_children,
            k.ALLOCATES_AT: self.instants(stage.allocates_at),
            k.ALLOCATES_IN: self.calendar(stage.allocates_in),
            k.FIRST_VISIT: self.span(stage.first_visit),
            k.OPEN_NOW: 0,
        }

    def routes(self, number: int) -> int:
        """For every state of a contact at a stage, the place of the rule that applies."""
        rules = np.array([self.rule(rule) for rule in range(len(self.plan.rule_targets))], dtype=np.int64)
        return self.words.put(rules[self.plan.rule_of[number].reshape(-1)])

    def only_target(self, number: int) -> int:
        """Where everybody goes from a stage; NO_OUTCOME where it depends on the contact or on chance."""
        rules = set(np.unique(self.plan.rule_of[number]).tolist()) - {-1}
        targets = {self.plan.rule_targets[rule] for rule in rules}
        alone = targets.pop() if len(targets) == 1 else ()
        return alone[0] if len(alone) == 1 else int(k.NO_OUTCOME)

    def rule(self, rule: int) -> int:
        """Number of targets, the ends of their luck, the targets."""
        targets = self.plan.rule_targets[rule]
        numbers = [len(targets), *self.plan.rule_ends[rule], *targets]
        return self.words.once(("rule", *numbers), numbers)


# --- people and contacts ---------------------------------------------------------------------------------------------


def facts_of_people(plan: Plan, people: pd.DataFrame) -> tuple[Int64s, Int64s, Int64s]:
    """The number of the team, the slots and the skill of each worker, by number of the worker."""
    number = {team.name: at for at, team in enumerate(plan.teams)}
    team = np.array([number[name] for name in people["team"].tolist()], dtype=np.int64)
    order = np.argsort(people["worker"].to_numpy(), kind="stable")
    slots, skill = (people[column].to_numpy(np.int64)[order] for column in ("slots", "skill"))
    return team[order], slots, skill


def room_of_people(roster: Roster) -> int:
    """How many numbers `put_people` writes."""
    windows = len(roster.flat.starts) * (k.WINDOW_FIELDS + 1)
    return int(len(roster.people) * k.WORKER_FIELDS + windows + len(roster.slot_changes[0]) * k.SLOTS_FIELDS)


def put_people(
    w: Int64s, laid: PlanWords, facts: tuple[Int64s, Int64s, Int64s], roster: Roster, opening: Int64s
) -> None:
    """Write the people behind the plan, and in the world and its teams where they stand.

    In turn: workers by team and roster order, windows, places of windows by the second at which they open, changes of slots.

    Args:
        w: the world, its plan written.
        laid: the plan.
        facts: of `facts_of_people`.
        roster: when they are on duty, and how many cases they can hold.
        opening: the windows in order of their start.
    """
    base, teams, (number, slots, skill), flat = len(laid.words), np.array(laid.teams), facts, roster.flat
    team, in_teams = teams[number], np.argsort(number, kind="stable")
    rank = np.empty_like(in_teams)
    rank[in_teams] = np.arange(len(team))
    place = base + rank * k.WORKER_FIELDS
    windows = base + len(team) * k.WORKER_FIELDS
    duty = windows + len(opening) * k.WINDOW_FIELDS
    at, whose, later = roster.slot_changes
    changes = duty + len(opening)
    end = changes + len(at) * k.SLOTS_FIELDS
    workers = w[base:windows].reshape(-1, k.WORKER_FIELDS)
    workers[:] = 0
    workers[rank, k.WORKER_NUMBER] = np.arange(len(team))
    workers[rank, k.WORKER_TEAM] = team
    workers[rank, k.UNTIL] = workers[rank, k.IDLE_SINCE] = -k.NEVER
    workers[rank, k.WINDOWS_END] = windows + flat.first[1:] * k.WINDOW_FIELDS
    workers[rank, k.SLOTS] = workers[rank, k.SLOTS_FREE] = slots
    workers[rank, k.SKILL] = skill
    columns = flat.first, flat.starts, flat.ends, flat.hands_over, flat.ends_shift, flat.next_duty
    k.fill_windows(w, windows, place, *columns)
    w[duty:changes] = windows + opening * k.WINDOW_FIELDS
    np.stack((at, place[whose], later), axis=1, out=w[changes:end].reshape(-1, k.SLOTS_FIELDS))
    w[k.DUTY], w[k.DUTY_END], w[k.SLOT_CHANGES], w[k.SLOT_CHANGES_END] = duty, changes, changes, end
    begins, ends = (np.searchsorted(team[in_teams], teams, side) for side in ("left", "right"))
    w[teams + k.WORKERS], w[teams + k.WORKERS_END] = base + begins * k.WORKER_FIELDS, base + ends * k.WORKER_FIELDS
    largest = np.zeros(len(teams), dtype=np.int64)
    np.maximum.at(largest, number, slots)
    w[teams + k.LARGEST] = largest


def contact_columns(table: pd.DataFrame, columns: Columns, plan: Plan) -> dict[int, Int64s]:
    """The fields of contacts that a table and its columns give, by field, in the order of the table."""
    number, stands = columns.numbers, dict[int, Int64s]()
    if OPEN_STAGE in table:
        stands_at, judged, is_held = standing(table, plan)
        stands = {k.STANDS_AT: 1 + stands_at, k.JUDGED: judged, k.IS_HELD: is_held.astype(np.int64)}
    return stands | {
        k.KEY: number("contact"),
        k.FAMILY: number("family"),
        k.RECEIVED: number("received"),
        k.ENTERS: number("enters"),
        k.SOURCE: _places(columns.words("source"), plan.sources),
        k.AREA: _places(columns.words("area"), plan.areas),
        k.CHILDREN: number("children"),
        k.NEED: number("need"),
        k.RAG: _places(columns.words("rag"), RAGS),
        k.OPEN_CASE: number("open_case"),
        k.CONSENT: consent_of(table),
        k.PARENT: number("returned_from"),
        k.RETURN_NUMBER: number("return_number"),
    }


def put_contacts(w: Int64s, at: int, width: int, columns: dict[int, Int64s], order: Int64s | None) -> None:
    """Write the contacts from a place on, each `width` numbers, in an order of their table's rows; the table's own if None."""
    number = len(columns[k.KEY])
    written, place = np.arange(number) if order is None else order, np.empty(number, dtype=np.int64)
    place[written] = np.arange(number)
    given = columns | {k.ROW: np.arange(number), k.NUMBER: place}
    given |= dict.fromkeys((k.LAST_ROW, k.RETURNS_AT, k.MAIN_JOB), np.full(number, NONE))
    fields, table = np.array(list(given), dtype=np.int64), np.array(list(given.values()))
    k.fill_records(w, at, width, fields, table, written)


def _places(words: WordColumn, names: Sequence[str]) -> Int64s:
    """The place of each word among some names."""
    place = {name: at for at, name in enumerate(names)}
    places = np.array([place.get(word, NONE) for word in words.names] or [0], dtype=np.int64)
    return np.asarray(places[words.codes])


@dataclass(frozen=True)
class World:
    """A world that is ready to be played, and where to find in it what was put there.

    `order` are the rows of the contacts table in the order in which they stand in the world; None where that is the table's.
    `table` has the columns of that table.
    """

    words: Int64s
    order: Int64s | None
    table: Columns
    laid: PlanWords
    windows: FlatWindows
    opening: Int64s
    team_of_worker: Int64s
    skills: tuple[Int64s, ...]

    def duty(self) -> tuple[Int64s, Int64s, Int64s, Int64s]:
        """All windows in order of their start; start, end and line (`lines_of`) of each, once for each line that they cover."""
        flat, lines, windows = self.windows, lines_of(self.laid.plan), np.diff(self.windows.first)
        if lines.are_teams:
            return self.opening, flat.starts, flat.ends, np.repeat(self.team_of_worker, windows)
        parts = []
        for number, people in enumerate(lines.people):
            for one in people:
                theirs = np.repeat(one.who(self.team_of_worker, self.skills[one.model]), windows)
                starts, ends = one.within(flat.starts[theirs], flat.ends[theirs])
                parts.append((starts, ends, np.full(len(starts), number)))
        starts, ends, line = (np.concatenate(column) for column in zip(*parts, strict=True))
        return order_of(starts - starts.min(initial=0)), starts, ends, line


ROWS_A_CONTACT, RECORDS_A_CONTACT, DUE_A_CONTACT, ROOM = 26, 48, 2, 1 << 13


def world(laid: PlanWords, roster: Roster, contacts: pd.DataFrame, room: int = 1) -> World:
    """Lay out a whole world.

    Args:
        laid: the plan.
        roster: who is on duty.
        contacts: who comes.
        room: how many times the usual room for rows and records.

    Raises:
        ValueError: the run ends, or somebody has been open since, more than 68 years from the opening of its window.
    """
    plan, base = laid.plan, len(laid.words)
    flat, facts = roster.flat, facts_of_people(plan, roster.people)
    opening = order_of(flat.starts - flat.starts.min(initial=0))
    given = _given(laid, contacts)
    table = Columns(contacts)
    columns = contact_columns(contacts, table, plan)
    if max(plan.timeline.ends, -int(columns[k.ENTERS].min(initial=0))) > k.LATEST:
        raise ValueError(
            "the compiled engine keeps times within 68 years of the opening of the window, and this run has others; "
            "shorten it, or take engine='simpy'"
        )
    order = sorting((columns[k.ENTERS], columns[k.KEY]))
    width, number = at_a_line(k.VISITS + (plan.entry + 1) // 2), len(contacts)
    skills_at = base + room_of_people(roster)
    given_at = skills_at + sum(len(skills) for skills in roster.later_skills)
    contacts_at = at_a_line(given_at + sum(len(column) for column in given.values()))
    contacts_end = contacts_at + width * number
    heap_at = at_a_line(contacts_end) + k.ENTRY_FIELDS  # what stands below an entry begins with a line
    heap_room = room * (DUE_A_CONTACT * number + ROOM)
    heap_size = (heap_room + k.WAYS - 1) * k.ENTRY_FIELDS
    later_at = at_a_line(heap_at + heap_size) + k.ENTRY_FIELDS
    log_at = at_a_line(later_at + heap_size)
    log_room = room * (ROWS_A_CONTACT * number + ROOM)
    free = at_a_line(log_at + log_room * int(k.LOG_FIELDS))
    limit = free + room * (RECORDS_A_CONTACT * number + 16 * ROOM)
    w = empty(limit + max(k.JOB_FIELDS, width))
    w[:base] = laid.words
    put_people(w, laid, facts, roster, opening)
    at = skills_at
    for change, later in enumerate(roster.later_skills):
        w[w[k.CHANGES] + change * k.CHANGE_FIELDS + k.NEW_SKILLS] = at
        w[at : at + len(later)] = later
        at += len(later)
    for purpose, column in given.items():
        w[at : at + len(column)] = column
        w[np.array(laid.spans[purpose]) + k.SPAN_GIVEN] = at
        at += len(column)
    put_contacts(w, contacts_at, width, columns, order)
    w[k.NOW] = w[k.STARTS] - 1
    w[k.CONTACTS], w[k.CONTACTS_END], w[k.ARRIVING] = contacts_at, contacts_end, contacts_at
    w[k.CONTACT_WIDTH], w[k.CONTACTS_NUMBER] = width, number
    w[k.SOON : k.SOON + 3] = heap_at, 0, heap_room
    w[k.LATER : k.LATER + 3] = later_at, 0, heap_room
    for at in range(k.WAYS - 1):
        w[[heap + at * k.ENTRY_FIELDS + k.MOMENT for heap in (heap_at, later_at)]] = k.NEVER
    w[k.LOG], w[k.LOG_ROOM] = log_at, log_room
    w[k.FREE], w[k.LIMIT] = free, limit
    team, _, skill = facts
    return World(w, order, table, laid, flat, opening, team, (skill, *roster.later_skills))


LINE = int(k.LINE)
MOST_SPARED, KEPT = 1 << 23, 4  # numbers of the largest that is kept (64 MiB), and how many
_spared: list[Int64s] = []
_taking = RLock()


def empty(number: int) -> Int64s:
    """An array of so many numbers, not filled, that begins with a line of the processor's cache.

    It stands where an earlier one stood that nobody looks at any more, if there is room: the system clears memory that is
    new, which took a twentieth of the time of a replication.
    """
    owner = _taken(number + LINE)
    array = np.frombuffer(owner.data, dtype=np.int64)  # whatever is cut out of it holds on to it, not to the owner
    finalize(array, _spare, owner).atexit = False
    skip = -(array.ctypes.data // array.itemsize) % LINE
    return array[skip : skip + number]


def _taken(number: int) -> Int64s:
    """Memory for so many numbers: the smallest that is kept and has room, or new."""
    with _taking:
        for owner in tuple(_spared):
            if len(owner) >= number:
                _spared[:] = [one for one in _spared if one is not owner]
                return owner
    return np.empty(number, dtype=np.int64)


def _spare(owner: Int64s) -> None:
    """Keep memory that nobody looks at any more, by size; the smallest goes where there is too much of it."""
    if len(owner) > MOST_SPARED:
        return
    with _taking:
        insort(_spared, owner, key=len)
        del _spared[:-KEPT]


def at_a_line(place: int) -> int:
    """The next place at or after one at which a line of the processor's cache begins.

    Example:
        >>> at_a_line(8), at_a_line(9)
        (8, 16)
    """
    return -(-int(place) // LINE) * LINE


def _given(laid: PlanWords, contacts: pd.DataFrame) -> dict[int, Int64s]:
    """Durations that the table gives, by purpose; where a purpose has several columns the first counts."""
    found: dict[int, Int64s] = {}
    for column in contacts.columns:
        purpose = code(column.removeprefix(GIVEN)) if column.startswith(GIVEN) else -1
        if purpose in laid.spans and purpose not in found:
            found[purpose] = np.asarray(contacts[column].fillna(NONE), dtype=np.int64)
    return found
