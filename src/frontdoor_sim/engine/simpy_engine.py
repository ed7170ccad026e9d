"""The reference engine: an operating model on SimPy, written to be read.

A contact's pathway is a generator. Each bare `yield` hands the contact to somebody who will send it on: a team, a
partner or a clock. SimPy keeps the calendar of events; what is due at one second is collected, put in the order of rule
2 and applied, and only then does anybody start work. Rules cited here are those of docs/engine-rules.md.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Generator
from contextlib import suppress
from functools import partial
from heapq import heappop, heappush
from itertools import groupby
from operator import itemgetter
from typing import Any

import pandas as pd
from simpy import Environment, Event, Timeout

from frontdoor_sim.engine.changing import TakenOut, change
from frontdoor_sim.engine.checks import Checks
from frontdoor_sim.engine.compile import outcomes_from
from frontdoor_sim.engine.contact import Contact, contacts_of
from frontdoor_sim.engine.doors import doors_of
from frontdoor_sim.engine.drawn import Drawn
from frontdoor_sim.engine.jobs import ARRIVALS, DUTY, WAITS_END
from frontdoor_sim.engine.kinds import KINDS, TURNED_AWAY
from frontdoor_sim.engine.meetings import Meetings
from frontdoor_sim.engine.people import Roster, Team, Worker
from frontdoor_sim.engine.plan import (
    MILLION,
    STANDARD_EXPONENTIAL,
    STANDARD_NORMAL,
    Plan,
    PlannedHandoff,
    PlannedMeeting,
    reached,
)
from frontdoor_sim.engine.record import Record
from frontdoor_sim.luck import code, draw, key
from frontdoor_sim.working_time import NEVER

Pathway = Generator[None, None, None]
Entry = tuple[int, int, int, int, int, Callable[[], Any]]
"""What is due at a second: class, owner, stage, visit and part, which are its place in the order, and what to do."""

RETURN, PROPENSITY, GROWTH, GRADE = (code(name) for name in ("return", "return: propensity", "return: growth", "rag"))
IMMEDIATE = PlannedHandoff(None, None, None)
BEFORE_DUTY = -2
ENTRY_ROUTE = code("entry: route")


class World:
    """One run.

    `agenda` holds what is to come, a heap a second; SimPy calls `instant` once for each second that it holds. `due` is what
    phase one applies at this second, `touched` are the teams that phase two looks at, `knocked` the stages whose doors are
    looked at before. `trays` counts, for each stage, those who left it and wait at doors.
    """

    def __init__(self, contacts: pd.DataFrame, roster: Roster, plan: Plan) -> None:
        self.entry = plan.entry
        self.ends = plan.timeline.ends
        self.env = Environment(initial_time=plan.timeline.starts - 1)
        self.now = plan.timeline.starts - 1
        self.stood_since = NEVER
        self.agenda: dict[int, list[Entry]] = {}
        self.due: list[Entry] = []
        self.touched: set[int] = set()
        self.record = Record(plan)
        of_models = zip(*(one.teams for _, one in plan.in_turn), strict=True)
        interrupts = [any(team.interrupts or team.interrupting_stages for team in one) for one in of_models]
        self.teams = [Team(number, team, self, interrupts[number]) for number, team in enumerate(plan.teams)]
        self.doors = doors_of(plan, self)
        self.knocked: set[int] = set()
        self.trays = [0] * (self.entry + 1)
        self.has_meetings = any(isinstance(stage, PlannedMeeting) for stage in plan.stages)
        self.meetings = Meetings(self)
        self.interrupting = [team.interrupting for team in self.teams if team.interrupting is not None]
        self.workers: list[Worker] = []
        self.read(plan)
        self.kinds = [KINDS[stage.kind] for stage in plan.stages]
        self.drawn = Drawn(contacts)
        self.open_checks: set[Checks] = set()
        self.returned: list[Contact] = []
        self.by_deadline = any("deadline" in team.order for _, one in plan.in_turn for team in one.teams)
        self.contacts = contacts_of(contacts, plan)
        self.next_duty = resuming(self.duty(self.take_on(roster)))
        self.next_arrivals = resuming(self.arrivals())
        for (when, later), skills in zip(plan.later, roster.later_skills, strict=True):
            self.at(when, DUTY, BEFORE_DUTY, 0, 0, 0, partial(change, self, later, skills.tolist()))
        for when, name, slots in zip(*(column.tolist() for column in roster.slot_changes), strict=True):
            limit = self.workers[name].home.slots.limit
            self.at(when, DUTY, BEFORE_DUTY, 1, 0, name, partial(limit, name, slots))
        self.next_duty()
        self.next_arrivals()

    def read(self, plan: Plan) -> None:
        """Play by a model from now on."""
        self.plan = plan
        for team in self.teams:
            mine = [stage for stage in plan.stages if stage.team == team.number]
            team.trays = {stage.number: stage.out_tray for stage in mine if stage.out_tray is not None}
        for number, door in self.doors.items():
            door.read(plan.stages[number])
        self.helped = [team for team in self.teams if plan.teams[team.number].helpers]
        self.only_rule = [-1 if stage in plan.ramps else only_rule(plan, stage) for stage in range(self.entry + 1)]
        self.only_target = [only_target(plan, rule) for rule in self.only_rule]
        ways = plan.handoffs
        for ramp in plan.ramps.values():
            ways = ramp.former.handoffs | ways
        self.handoffs = {pair: None if handoff == IMMEDIATE else handoff for pair, handoff in ways.items()}

    # --- rule 2: an instant has two phases ---------------------------------------------------------------------------

    def run(self) -> None:
        """Run to the end; events at the end second count, later ones are never put in the agenda (rule 9)."""
        self.env.run()
        for contact in self.contacts:
            if contact.enters > self.ends:
                target = self.route(self.plan, contact, self.entry, 0, 0, contact.enters)
                self.record.waited(contact, target, 0, 0, contact.received, self.ends + 1, "shift")
        self.meetings.close(self.ends + 1)
        self.record.close(self.teams, self.doors.values(), self.open_checks, self.ends)

    def instant(self, _: Event) -> None:
        """Apply what is due, least first; then dispatch once for the whole model; repeat until nothing is due."""
        self.now = now = int(self.env.now)
        self.due = due = self.agenda.pop(now)
        touched, teams, knocked = self.touched, self.teams, self.knocked
        while due or touched or knocked:
            while due or knocked:
                while due:
                    heappop(due)[-1]()
                if knocked:
                    self.open_doors(now)
            if not touched:
                break
            if self.has_meetings:
                self.meetings.gather(now)
            if len(touched) == 1:
                teams[touched.pop()].dispatch(now)
            else:
                looked_at = sorted(touched)
                touched.clear()
                for number in looked_at:
                    teams[number].dispatch(now)
            for team in self.helped:
                team.take_help(now)
            for interrupting in self.interrupting:
                interrupting.interrupt(now)

    def open_doors(self, now: int) -> None:
        """Look at the doors that somebody came to or left by, in file order (rule 8)."""
        looked_at = sorted(self.knocked)
        self.knocked.clear()
        for number in looked_at:
            self.doors[number].open(now)

    def make_room(self, stage: int) -> None:
        """Somebody at a stage that may take only so many is done there (rule 8)."""
        if stage in self.doors:
            self.doors[stage].leave()

    def at(
        self, when: int, kind: int, owner: int, stage: int, visit: int, part: int, action: Callable[[], Any]
    ) -> None:
        """Make an action due at a second, with its place in the order of that second."""
        entry = (kind, owner, stage, visit, part, action)
        if when == self.now:
            heappush(self.due, entry)
        elif when in self.agenda:
            heappush(self.agenda[when], entry)
        elif when <= self.ends:
            self.agenda[when] = [entry]
            Timeout(self.env, when - self.now).callbacks.append(self.instant)

    # --- rule 4: people come on duty ---------------------------------------------------------------------------------

    def take_on(self, roster: Roster) -> list[tuple[int, list[tuple[Team, Worker]]]]:
        """Give teams their people; returns every second at which somebody's next window opens, with who it is."""
        number = {team.name: index for index, team in enumerate(self.plan.teams)}
        starts: defaultdict[int, list[tuple[Team, Worker]]] = defaultdict(list)
        people = zip(*(roster.people[column] for column in ("worker", "team", "slots", "skill")), strict=True)
        for name, team_name, slots, skill in people:
            team, windows = self.teams[number[team_name]], roster.windows[name]
            worker = Worker(int(name), windows, team, int(skill))
            team.people.append(worker)
            self.workers.append(worker)
            team.slots.limit(int(name), int(slots))
            member = team, worker
            for start in windows.starts:
                starts[start].append(member)
        return sorted(starts.items(), key=itemgetter(0))

    def duty(self, starts: list[tuple[int, list[tuple[Team, Worker]]]]) -> Pathway:
        """At every start, everybody whose window opens then comes on duty."""
        for when, members in starts:
            self.at(when, DUTY, -1, 0, 0, 0, self.next_duty)
            yield
            for team, worker in members:
                team.on_duty(worker)

    # --- arrivals ----------------------------------------------------------------------------------------------------

    def arrivals(self) -> Pathway:
        """All contacts that enter at one second begin, in the order of their keys."""
        starts = self.now + 1
        for when, together in groupby(self.contacts, lambda contact: max(contact.enters, starts)):
            self.at(when, ARRIVALS, -1, 0, 0, 0, self.next_arrivals)
            yield
            for contact in together:
                self.begin(contact)

    def begin(self, contact: Contact) -> None:
        """Send a contact on its way."""
        if self.by_deadline:
            contact.deadline = reached(contact.received, self.plan.deadlines[contact.rag])
        steps = self.pathway(contact)
        contact.go, contact.leave = resuming(steps), leaving(steps)
        contact.go()
        self.stood_since = NEVER

    @property
    def since(self) -> int:
        """Since when a contact waits that joins a queue now: this second, or where it stood there one before the run."""
        return min(self.now, self.stood_since)

    # --- the pathway -------------------------------------------------------------------------------------------------

    def pathway(self, contact: Contact) -> Pathway:
        """From stage to stage until an end (rule 10).

        A stage that is no more is left for where its work goes, without a handoff; at the start a contact of the backlog is put
        where it stood (rule 9).
        """
        stage, visit, outcome, taken_out = self.entry, 0, 0, False
        while True:
            stood = stage == self.entry and contact.stands_at >= 0
            target = self.plan.goes[stage] if taken_out else self.only_target[stage]
            if stood:
                target = contact.stands_at
            elif target is None:
                target = self.route(self.plan_for(contact, stage), contact, stage, visit, outcome, self.now)
            self.record.outcome(contact.last_row, target)
            if target < 0:
                break
            came_from, came_visit = stage, visit
            stage, visit = target, contact.visits[target]
            contact.visits[target] += 1
            rows = contact.last_row
            if came_from == self.entry and contact.enters > contact.received and not stood:
                self.record.waited(contact, stage, visit, 0, contact.received, contact.enters, "shift")
            self.stood_since = contact.enters if stood else NEVER
            door, handed_on = self.doors.get(stage), not (taken_out or stood)
            let_in, taken_out = door is None or stood, False
            if stood and door is not None:
                door.inside += 1
            try:
                if door is not None and not let_in:
                    let_in = yield from door.pass_through(contact, visit, came_from)
                handoff = self.handoffs.get((came_from, stage)) if handed_on and let_in else None
                ready = self.passed_on(contact, handoff, came_visit) if handoff else self.now
                if ready > self.now:
                    self.record.waited(contact, stage, visit, 0, self.now, ready, "handoff")
                    self.at(ready, WAITS_END, contact.key, stage, visit, 0, contact.go)
                    yield
                if self.plan.goes[stage] != stage:
                    raise TakenOut
                outcome = TURNED_AWAY
                if let_in:
                    plan = self.plan_for(contact, stage)
                    outcome = yield from self.kinds[stage](self, contact, plan.stages[stage], visit)
            except TakenOut:
                taken_out = True
                if door is not None and let_in:
                    door.leave()
            if contact.last_row == rows:
                self.record.waited(contact, stage, visit, 0, self.now, self.now, self.plan.stages[stage].wait_cause)
        del contact.go, contact.leave
        self.end(contact, -1 - target)

    def plan_for(self, contact: Contact, stage: int) -> Plan:
        """The plan by which a contact goes at a stage now (rule 2)."""
        return self.plan.of(stage, contact.key, self.now) if self.plan.ramps else self.plan

    def route(self, plan: Plan, contact: Contact, stage: int, visit: int, outcome: int, now: int) -> int:
        """The next stage, or -1 - end: the first rule of the file that fits, then by chance among its targets."""
        rule = self.only_rule[stage]
        if rule < 0:
            at = plan.circumstances(now, contact.agrees) if plan.route_hours or plan.asks_agreement else 0
            rule = plan.rule_of[
                stage, outcome, contact.judged, contact.rag, contact.source, contact.area, contact.open_case, at
            ]
        targets = plan.rule_targets[rule]
        if len(targets) == 1:
            return targets[0]
        purpose = plan.stages[stage].route_purpose if stage < self.entry else ENTRY_ROUTE
        luck = self.drawn.luck(contact, purpose, visit)
        return targets[bisect_right(plan.rule_ends[rule], luck)]

    def passed_on(self, contact: Contact, handoff: PlannedHandoff, visit: int) -> int:
        """The second at which a handoff has been made (rule 6): its delay, then the next batch or opening."""
        ready = self.now
        if handoff.delay is not None:
            ready = handoff.delay.after(ready, self.drawn.seconds(contact, handoff.delay, visit))
        if handoff.batch is not None:
            at = bisect_left(handoff.batch, ready)
            ready = int(handoff.batch[at]) if at < len(handoff.batch) else self.ends + 1
        if handoff.release is not None:
            ready = int(handoff.release.next_open(ready))
        return ready

    # --- ends and returns --------------------------------------------------------------------------------------------

    def end(self, contact: Contact, end: int) -> None:
        """A contact ends; whether its family comes back was fixed by its luck (docs/engine-rules.md, returns)."""
        law = self.plan.returns
        if law is None or not self.plan.may_return[end]:
            return
        level = 1 + bisect_right(self.plan.cuts, contact.need)
        gap = max(0, level - self.plan.provides[end])
        needed = self.drawn.value(contact, RETURN, STANDARD_EXPONENTIAL) * MILLION
        if needed >= law.rates[gap] * law.propensity.read(draw(contact.family, PROPENSITY)):
            return
        contact.returns_at = law.delay.after(self.now, max(1, law.delay.seconds(draw(contact.key, law.delay.purpose))))
        if contact.returns_at <= self.ends:
            self.come_back(contact, law.growth.read(draw(contact.key, GROWTH)))

    def come_back(self, contact: Contact, growth: int) -> None:
        """The family's next contact: later and graver, with the luck of a key of its own."""
        number = contact.return_number + 1
        again = key(contact.key, "return", number)
        need = contact.need + max(0, growth)
        noise = self.plan.grade_noise * STANDARD_NORMAL.read(draw(again, GRADE)) // MILLION
        rag = 3 - bisect_right(self.plan.grade_cuts, need + noise)
        when = contact.returns_at
        fields = (again, contact.family, when, when, contact.source, contact.area, contact.children, need, rag, 0, -1,
                  contact.key, number)  # fmt: skip
        child = Contact(-1, fields, len(self.plan.stages))
        self.returned.append(child)
        self.at(when, WAITS_END, again, 0, 0, 0, lambda: self.begin(child))


def leaving(steps: Pathway) -> Callable[[], None]:
    """Calling it takes whoever is at the steps out of the stage where they wait, and goes on to the next `yield`."""

    def leave() -> None:
        with suppress(StopIteration):
            steps.throw(TakenOut())

    return leave


def resuming(steps: Pathway) -> Callable[[], None]:
    """Calling it goes on to the next `yield` of the steps."""
    return partial(next, steps, None)


def only_rule(plan: Plan, stage: int) -> int:
    """The rule by which everybody leaves a stage; -1 where it depends on the contact."""
    name = plan.stages[stage].name if stage < plan.entry else "entry"
    rules = plan.rule_of[stage, : len(outcomes_from(plan.model, name))]
    return int(rules.max()) if rules.size and (rules == rules.max()).all() else -1


def only_target(plan: Plan, rule: int) -> int | None:
    """Where everybody goes from a stage; None where it depends on the contact or on chance."""
    return plan.rule_targets[rule][0] if rule >= 0 and len(plan.rule_targets[rule]) == 1 else None
