"""The reference engine: an operating model on SimPy, written to be read.

A contact's pathway is a generator. Each bare `yield` hands the contact to somebody who will send it on: a team, a partner
or a clock. SimPy keeps the calendar of events; what is due at one second is collected, put in the order of rule 2 and
applied, and only then does anybody start work. Rules cited here are those of docs/engine-rules.md.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Generator
from functools import partial
from heapq import heappop, heappush
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import simpy

from frontdoor_sim.engine.drawn import Drawn
from frontdoor_sim.engine.people import (
    ARRIVALS,
    DUTY,
    ENDS_OF_WORK,
    TIME_OUTS,
    WAITS_END,
    Job,
    Roster,
    Team,
    Worker,
)
from frontdoor_sim.engine.plan import (
    MILLION,
    STANDARD_EXPONENTIAL,
    STANDARD_NORMAL,
    Plan,
    PlannedHandoff,
    PlannedStage,
    Span,
)
from frontdoor_sim.engine.record import REKEYING, SEARCH, WORK, Record
from frontdoor_sim.luck import code, draw, key
from frontdoor_sim.operating_model import CHECKS_OUTCOMES, CONSENT_OUTCOMES
from frontdoor_sim.working_time import NEVER, Calendar

Pathway = Generator[None, None, None]
Steps = Generator[None, None, int]
COMPLETE, TIMED_OUT = range(len(CHECKS_OUTCOMES))
GIVEN, REFUSED, NOT_REACHED, OVERRIDDEN = range(len(CONSENT_OUTCOMES))
HISTORY, RETURN, PROPENSITY, GROWTH, GRADE = (
    code(purpose) for purpose in ("history missed", "return", "return: propensity", "return: growth", "rag")
)
CONSENT = code("consent on arrival")
IMMEDIATE = PlannedHandoff(None, None, None)
ENTRY_ROUTE = code("entry: route")


class Contact:
    """One contact on its way: what it is, and what has been learnt of it so far."""

    __slots__ = (
        "absent", "area", "children", "consent", "deadline", "enters", "family", "go", "index", "judged", "key", "last_row",
        "need", "open_case", "parent", "rag", "received", "recorded", "return_number", "returns_at", "source", "visits",
    )  # fmt: skip

    def __init__(self, index: int, fields: tuple[int, ...], stages: int):
        self.index = index
        (self.key, self.family, self.received, self.enters, self.source, self.area, self.children, self.need, self.rag,
         self.open_case, self.consent, self.parent, self.return_number) = fields  # fmt: skip
        self.visits = [0] * stages
        self.judged = 0
        self.absent = 0
        self.recorded = 0
        self.deadline = 0
        self.last_row = -1
        self.returns_at = -1
        self.go: Callable[[], Any] = lambda: None


class World:
    """One run. SimPy's events of this second gather in `fired`; `due` is what phase one applies, `touched` whom phase two looks at."""

    KINDS: ClassVar[dict[str, str]] = {
        kind: f"at_{kind}" for kind in ("work", "consent", "checks", "caseload", "delay")
    }

    def __init__(self, contacts: pd.DataFrame, roster: Roster, plan: Plan):
        self.plan = plan
        self.entry = plan.entry
        self.ends = plan.timeline.ends
        self.env = simpy.Environment(initial_time=plan.timeline.starts - 1)
        self.now = plan.timeline.starts - 1
        self.fired: list[simpy.Event] = []
        self.due: list[tuple[Any, ...]] = []
        self.touched: set[int] = set()
        self.record = Record(plan)
        self.teams = [Team(number, team, self) for number, team in enumerate(plan.teams)]
        self.only_rule = [int(rules.max()) if (rules == rules.max()).all() else -1 for rules in plan.rule_of]
        self.only_target = [only_target(plan, rule) for rule in self.only_rule]
        self.handoffs = {pair: None if handoff == IMMEDIATE else handoff for pair, handoff in plan.handoffs.items()}
        self.kinds = [getattr(self, self.KINDS[stage.kind]) for stage in plan.stages]
        self.drawn = Drawn(contacts)
        self.open_checks: set[Checks] = set()
        self.returned: list[Contact] = []
        self.by_deadline = any("deadline" in team.order for team in plan.teams)
        self.contacts = contacts_of(contacts, plan)
        self.arriving = 0
        self.starts = self.take_on(roster)
        self.schedule_duty(0)
        self.schedule_arrivals()

    # --- rule 2: an instant has two phases ---------------------------------------------------------------------------

    def run(self) -> None:
        """Run to the end; events at the end second count, later ones do not (rule 9)."""
        peek, step = self.env.peek, self.env.step
        when = peek()
        while when <= self.ends:
            step()
            following = peek()
            if following > when:
                self.instant(int(when))
                following = peek()
            when = following
        for contact in self.contacts[self.arriving :]:
            target = self.route(contact, self.entry, 0, 0)
            self.record.waited(contact, target, 0, 0, contact.received, self.ends + 1, "shift")
        self.record.close(self.teams, self.open_checks, self.ends)

    def instant(self, now: int) -> None:
        """Apply what is due, least first; then dispatch once for the whole model; repeat until nothing is due."""
        self.now = now
        due, fired, touched, teams = self.due, self.fired, self.touched, self.teams
        if len(fired) == 1:
            fired.pop().value[-1]()
        else:
            for event in fired:
                heappush(due, event.value)
            fired.clear()
        while due or touched:
            while due:
                heappop(due)[-1]()
            if len(touched) == 1:
                teams[touched.pop()].dispatch(now)
                continue
            looked_at = sorted(touched)
            touched.clear()
            for number in looked_at:
                teams[number].dispatch(now)

    def at(
        self, when: int, kind: int, owner: int, stage: int, visit: int, part: int, action: Callable[[], Any]
    ) -> None:
        """Make an action due at a second, with its place in the order of that second."""
        entry = (kind, owner, stage, visit, part, action)
        if when == self.now:
            heappush(self.due, entry)
        elif when <= self.ends:
            simpy.Timeout(self.env, when - self.now, entry).callbacks.append(self.fired.append)

    # --- rule 4: people come on duty ---------------------------------------------------------------------------------

    def take_on(self, roster: Roster) -> list[tuple[int, list[tuple[Team, Worker, int]]]]:
        """Give teams their people; returns every second at which somebody's window opens, with who it is."""
        number = {team.name: index for index, team in enumerate(self.plan.teams)}
        starts: dict[int, list[tuple[Team, Worker, int]]] = {}
        people = zip(roster.people["worker"], roster.people["team"], roster.people["slots"], strict=True)
        for name, team_name, slots in people:
            team, windows = self.teams[number[team_name]], roster.windows[name]
            worker = Worker(int(name), windows.starts, windows.ends, windows.hands_over, windows.ends_shift)
            if slots:
                team.slots.add_person(int(name), int(slots))
            for window, start in enumerate(windows.starts):
                starts.setdefault(start, []).append((team, worker, window))
        return sorted(starts.items(), key=lambda item: item[0])

    def schedule_duty(self, index: int) -> None:
        if index < len(self.starts):
            self.at(self.starts[index][0], DUTY, -1, 0, 0, 0, partial(self.open_windows, index))

    def open_windows(self, index: int) -> None:
        for team, worker, window in self.starts[index][1]:
            team.on_duty(worker, window)
        self.schedule_duty(index + 1)

    # --- arrivals ----------------------------------------------------------------------------------------------------

    def schedule_arrivals(self) -> None:
        """Make the next arrivals due: all that enter at one second, in the order of their keys."""
        if self.arriving == len(self.contacts):
            return
        when = self.contacts[self.arriving].enters
        self.at(when, ARRIVALS, -1, 0, 0, 0, self.arrive)

    def arrive(self) -> None:
        while self.arriving < len(self.contacts) and self.contacts[self.arriving].enters == self.now:
            self.begin(self.contacts[self.arriving])
            self.arriving += 1
        self.schedule_arrivals()

    def begin(self, contact: Contact) -> None:
        """Send a contact on its way."""
        if self.by_deadline:
            contact.deadline = reaches(contact.received, self.plan.deadlines[contact.rag])
        contact.go = partial(next, self.pathway(contact), None)
        contact.go()

    # --- the pathway -------------------------------------------------------------------------------------------------

    def pathway(self, contact: Contact) -> Pathway:
        """From stage to stage until an end (rule 10)."""
        stage, visit, outcome = self.entry, 0, 0
        while True:
            target = self.only_target[stage]
            if target is None:
                target = self.route(contact, stage, visit, outcome)
            self.record.outcome(contact.last_row, target)
            if target < 0:
                break
            next_visit = contact.visits[target]
            contact.visits[target] += 1
            rows = contact.last_row
            handoff = self.handoffs[stage, target]
            ready = self.passed_on(contact, handoff, visit) if handoff else self.now
            if stage == self.entry and contact.enters > contact.received:
                self.record.waited(contact, target, next_visit, 0, contact.received, contact.enters, "shift")
            if ready > self.now:
                self.record.waited(contact, target, next_visit, 0, self.now, ready, "handoff")
                self.at(ready, WAITS_END, contact.key, target, next_visit, 0, contact.go)
                yield
            stage, visit = target, next_visit
            outcome = yield from self.kinds[stage](contact, self.plan.stages[stage], visit)
            if contact.last_row == rows:
                self.record.waited(contact, stage, visit, 0, self.now, self.now, self.plan.stages[stage].wait_cause)
        self.end(contact, -1 - target)

    def route(self, contact: Contact, stage: int, visit: int, outcome: int) -> int:
        """The next stage, or -1 - end: the first rule of the file that fits, then by chance among its targets."""
        plan, rule = self.plan, self.only_rule[stage]
        if rule < 0:
            rule = plan.rule_of[
                stage, outcome, contact.judged, contact.rag, contact.source, contact.area, contact.open_case
            ]
        targets = plan.rule_targets[rule]
        if len(targets) == 1:
            return targets[0]
        purpose = plan.stages[stage].route_purpose if stage < self.entry else ENTRY_ROUTE
        luck = self.drawn.luck(contact.index, contact.key, purpose, visit)
        return targets[bisect_right(plan.rule_ends[rule], luck)]

    def passed_on(self, contact: Contact, handoff: PlannedHandoff, visit: int) -> int:
        """The second at which a handoff has been made (rule 6): its delay, then the next batch or opening."""
        ready = self.now
        if handoff.delay is not None:
            ready = handoff.delay.after(ready, self.drawn.seconds(contact.index, contact.key, handoff.delay, visit))
        if handoff.batch is not None:
            at = bisect_left(handoff.batch, ready)
            ready = int(handoff.batch[at]) if at < len(handoff.batch) else self.ends + 1
        if handoff.release is not None:
            ready = int(handoff.release.next_open(ready))
        return ready

    # --- kinds of stage ----------------------------------------------------------------------------------------------

    def at_work(self, contact: Contact, stage: PlannedStage, visit: int) -> Steps:
        """A worker searches, re-keys and works; then, at a judging stage, judges."""
        search = (
            stage.searches * self.drawn.seconds(contact.index, contact.key, stage.search, visit) if stage.search else 0
        )
        self.put_to_work(contact, stage, visit, visit, search)
        yield
        if stage.judges is not None:
            self.judge(contact, stage, visit)
        return 0

    def put_to_work(self, contact: Contact, stage: PlannedStage, visit: int, nth: int, search: int = 0) -> None:
        """Put the work of a visit in its team's queue: search, then re-keying, then touch time, with the luck of time `nth`."""
        rekeying = self.rekeying(contact, stage, nth) if stage.rekey else 0
        touch = self.drawn.seconds(contact.index, contact.key, stage.touch, nth) or 1
        job = Job(contact, stage, visit, 0, self.now, search + rekeying + touch, contact.go)
        if search or rekeying:
            kinds = ((SEARCH, search), (REKEYING, rekeying), (WORK, touch))
            job.phases = [(kind, seconds) for kind, seconds in kinds if seconds]
        self.teams[stage.team].join(job)

    def rekeying(self, contact: Contact, stage: PlannedStage, visit: int) -> int:
        """Seconds to enter the record on each further system of the team; the very first entry is part of the touch."""
        systems = self.plan.teams[stage.team].systems
        missing = (systems & ~contact.recorded).bit_count() - (0 if contact.recorded or not systems else 1)
        contact.recorded |= systems
        return (
            missing * self.drawn.seconds(contact.index, contact.key, stage.rekey, visit)
            if missing and stage.rekey
            else 0
        )

    def judge(self, contact: Contact, stage: PlannedStage, visit: int) -> None:
        """Perceived need is need + bias + noise; its level is the number of thresholds it reaches, and one."""
        judges = stage.judges
        if judges is None:
            return
        two_systems = self.plan.teams[stage.team].systems.bit_count() > 1
        missed = two_systems and self.drawn.luck(contact.index, contact.key, HISTORY) < self.plan.missed_history
        noise = judges.noise[2 * missed + (contact.absent > 0)]
        perceived = contact.need + judges.bias
        if noise:
            error = self.drawn.value(contact.index, contact.key, judges.purpose, STANDARD_NORMAL, visit)
            perceived += noise * error // MILLION
        contact.judged = 1 + bisect_right(self.plan.cuts, perceived)

    def at_consent(self, contact: Contact, stage: PlannedStage, visit: int) -> Steps:
        """Attempts with gaps, unless consent came with the contact or protection overrides it."""
        if contact.consent >= 0:
            arrived = contact.consent == 1
        else:
            arrived = self.drawn.luck(contact.index, contact.key, CONSENT) < stage.arrives_with[contact.source]
        if arrived:
            return GIVEN
        if stage.override_for[contact.rag]:
            return OVERRIDDEN
        for attempt in range(stage.attempts):
            nth = visit * stage.attempts + attempt
            self.put_to_work(contact, stage, visit, nth)
            yield
            luck = self.drawn.luck(contact.index, contact.key, stage.attempt_purpose, nth)
            if luck < stage.given:
                return GIVEN
            if luck < stage.given + stage.refused:
                return REFUSED
            if attempt + 1 < stage.attempts:
                yield from self.wait(contact, stage, visit, stage.gap, nth, "consent")
        return NOT_REACHED

    def wait(self, contact: Contact, stage: PlannedStage, visit: int, span: Span, nth: int, cause: str) -> Steps:
        """A wait that uses nobody, on its own clock (rule 6)."""
        until = span.after(self.now, self.drawn.seconds(contact.index, contact.key, span, nth))
        if until > self.now:
            self.record.waited(contact, stage.number, visit, 0, self.now, until, cause)
            self.at(until, WAITS_END, contact.key, stage.number, visit, 0, contact.go)
            yield
        return 0

    def at_delay(self, contact: Contact, stage: PlannedStage, visit: int) -> Steps:
        yield from self.wait(contact, stage, visit, stage.delay, visit, stage.wait_cause)
        return 0

    def at_checks(self, contact: Contact, stage: PlannedStage, visit: int) -> Steps:
        """Ask all partners at once; go on when enough have answered or time is up (rule 7)."""
        checks = Checks(self, contact, stage, visit)
        checks.ask()
        if not checks.joined:
            self.open_checks.add(checks)
            yield
            self.open_checks.discard(checks)
        if self.now > checks.asked:
            self.record.waited(contact, stage.number, visit, 0, checks.asked, self.now, "partner")
        return COMPLETE if checks.replies >= stage.join else TIMED_OUT

    def at_caseload(self, contact: Contact, stage: PlannedStage, visit: int) -> Steps:
        """Wait for a slot, then hold it (rule 8)."""
        job = Job(contact, stage, visit, 0, self.now, 0, contact.go)
        self.teams[stage.team].slots.join(job)
        yield
        self.judge(contact, stage, visit)
        return 0

    def allocate(self, job: Job, worker: int, slots: int) -> None:
        """A person takes the case: slots are held until it ends, and the first visit is made meanwhile."""
        contact, stage, visit = job.contact, job.stage, job.visit
        if self.now > job.ready:
            self.record.waited(contact, stage.number, visit, 0, job.ready, self.now, "allocation")
        until = stage.hold.after(self.now, max(1, self.drawn.seconds(contact.index, contact.key, stage.hold, visit)))
        self.record.held(contact, stage, visit, worker, self.now, until)
        if stage.first_visit is not None:
            seen = stage.first_visit.after(
                self.now, self.drawn.seconds(contact.index, contact.key, stage.first_visit, visit)
            )
            self.record.waited(contact, stage.number, visit, 1, self.now, seen, "visit")

        def release() -> None:
            self.teams[stage.team].slots.release(worker, slots)
            contact.go()

        self.at(until, ENDS_OF_WORK, contact.key, stage.number, visit, 0, release)

    # --- ends and returns --------------------------------------------------------------------------------------------

    def end(self, contact: Contact, end: int) -> None:
        """A contact ends; whether its family comes back was fixed by its luck (docs/engine-rules.md, returns)."""
        law = self.plan.returns
        if law is None or not self.plan.may_return[end]:
            return
        level = 1 + bisect_right(self.plan.cuts, contact.need)
        gap = max(0, level - self.plan.provides[end])
        needed = self.drawn.value(contact.index, contact.key, RETURN, STANDARD_EXPONENTIAL) * MILLION
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


class Checks:
    """The requests of one visit to a checks stage; late replies still use the partner and are logged (rule 7)."""

    def __init__(self, world: World, contact: Contact, stage: PlannedStage, visit: int):
        self.world = world
        self.contact = contact
        self.stage = stage
        self.visit = visit
        self.asked = world.now
        self.replies = 0
        self.joined = not stage.partners
        self.asking = True

    def ask(self) -> None:
        """Send every request, and fix the time-out by the RAG now."""
        world, contact, stage = self.world, self.contact, self.stage
        contact.absent += len(stage.partners)
        for number, partner in enumerate(stage.partners):
            part = number + 1
            arrives = world.passed_on(contact, partner.request, self.visit)
            if arrives > world.now:
                world.record.waited(contact, stage.number, self.visit, part, world.now, arrives, "handoff")
            self.later(arrives, part, partial(self.wait_for, number))
        limit = stage.give_up[contact.rag]
        self.asking = False
        if not self.joined:
            world.at(reaches(world.now, limit), TIME_OUTS, contact.key, stage.number, self.visit, 0, self.join)

    def later(self, when: int, part: int, action: Callable[[], Any]) -> None:
        world = self.world
        if when == world.now:
            action()
        else:
            world.at(when, WAITS_END, self.contact.key, self.stage.number, self.visit, part, action)

    def wait_for(self, number: int) -> None:
        """The request has arrived: the partner answers after a delay, or puts it on a desk, or both in turn."""
        partner, world = self.stage.partners[number], self.world
        if partner.delay is None:
            self.on_desk(number)
            return
        until = partner.delay.after(
            world.now, world.drawn.seconds(self.contact.index, self.contact.key, partner.delay, self.visit)
        )
        if until > world.now:
            world.record.waited(self.contact, self.stage.number, self.visit, number + 1, world.now, until, "partner")
        self.later(until, number + 1, partial(self.on_desk, number))

    def on_desk(self, number: int) -> None:
        partner, world = self.stage.partners[number], self.world
        if partner.touch is None:
            self.reply()
            return
        touch = world.drawn.seconds(self.contact.index, self.contact.key, partner.touch, self.visit) or 1
        job = Job(self.contact, self.stage, self.visit, number + 1, world.now, touch, self.reply)
        world.teams[partner.team].join(job)

    def reply(self) -> None:
        self.replies += 1
        self.contact.absent -= 1
        if self.replies == self.stage.join:
            self.join()

    def join(self) -> None:
        """Enough replies, or time is up: whichever is first sends the contact on, once."""
        if not self.joined:
            self.joined = True
            if not self.asking:
                self.contact.go()


def only_target(plan: Plan, rule: int) -> int | None:
    """Where everybody goes from a stage; None where it depends on the contact or on chance."""
    return plan.rule_targets[rule][0] if rule >= 0 and len(plan.rule_targets[rule]) == 1 else None


def reaches(start: int, limit: tuple[int, Calendar | None] | None) -> int:
    """The second at which a limit is reached; never, where there is none."""
    if limit is None:
        return NEVER
    seconds, calendar = limit
    return start + seconds if calendar is None else int(calendar.add(start, seconds))


def contacts_of(table: pd.DataFrame, plan: Plan) -> list[Contact]:
    """The contacts of a table, in order of entering and then of key."""
    source = table["source"].map({name: index for index, name in enumerate(plan.sources)})
    area = table["area"].map({name: index for index, name in enumerate(plan.areas)})
    rag = table["rag"].map({"red": 0, "amber": 1, "green": 2, "blue": 3})
    consent = table["consent"].fillna(-1) if "consent" in table else -1
    columns = table[["contact", "family", "received", "enters"]].assign(
        source=source.astype(np.int64), area=area.astype(np.int64), children=table["children"], need=table["need"],
        rag=rag.astype(np.int64), open_case=table["open_case"].astype(np.int64), consent=consent,
        parent=table["returned_from"], number=table["return_number"],
    )  # fmt: skip
    rows = zip(*(columns[name].astype(np.int64).tolist() for name in columns), strict=True)
    stages = len(plan.stages)
    made = [Contact(index, row, stages) for index, row in enumerate(rows)]
    made.sort(key=lambda contact: (contact.enters, contact.key))
    return made
