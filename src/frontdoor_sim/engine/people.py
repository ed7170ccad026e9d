"""People at work in the reference engine: workers, and teams with their queues."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from heapq import heapify, heappop, heappush
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.engine.contact import Contact
from frontdoor_sim.engine.interrupting import Interrupting
from frontdoor_sim.engine.jobs import ENDS_OF_WORK, Job, Place, withdrawn, without
from frontdoor_sim.engine.kinds import take_up
from frontdoor_sim.engine.plan import FINISH, HAND_OVER, PlannedStage, PlannedTeam
from frontdoor_sim.engine.record import WORK
from frontdoor_sim.engine.slots import Slots

if TYPE_CHECKING:
    from frontdoor_sim.engine.simpy_engine import World

Int64s = NDArray[np.int64]
Flags = NDArray[np.bool_]
OFF_DUTY = -(1 << 62)


class Windows(Protocol):
    """One person's available windows, in time order."""

    @property
    def starts(self) -> list[int]:
        """When each begins."""

    @property
    def ends(self) -> list[int]:
        """When each ends."""

    @property
    def hands_over(self) -> list[bool]:
        """Whether work set down at its end is handed over."""

    @property
    def ends_shift(self) -> list[bool]:
        """Whether its end is the end of a shift, not the beginning of other work."""

    @property
    def next_duty(self) -> list[int]:
        """When the person's next duty of any kind begins, up to which overtime can last."""


class FlatWindows(Protocol):
    """All windows of all people, by worker: those of worker i are `first[i]` to `first[i + 1]`."""

    @property
    def first(self) -> Int64s:
        """Place of each worker's first window, and the number of all."""

    @property
    def starts(self) -> Int64s:
        """When each begins."""

    @property
    def ends(self) -> Int64s:
        """When each ends."""

    @property
    def hands_over(self) -> Flags:
        """Whether work set down at its end is handed over."""

    @property
    def ends_shift(self) -> Flags:
        """Whether its end is the end of a shift, not the beginning of other work."""

    @property
    def next_duty(self) -> Int64s:
        """When the person's next duty of any kind begins, up to which overtime can last."""


class Roster(Protocol):
    """Who is on duty, as the engine needs it."""

    @property
    def people(self) -> pd.DataFrame:
        """Dictionary `people`."""

    @property
    def duty(self) -> pd.DataFrame:
        """Dictionary `duty`."""

    @property
    def windows(self) -> Sequence[Windows]:
        """Each person's windows, by number."""

    @property
    def flat(self) -> FlatWindows:
        """The same windows as arrays."""

    @property
    def slot_changes(self) -> tuple[Int64s, Int64s, Int64s]:
        """When somebody comes to be able to hold more cases or fewer [s], ascending; who; and how many from then on."""

    @property
    def later_skills(self) -> Sequence[Int64s]:
        """Each person's skill, by number, from the first dated change on, from the second, and so on."""


class Worker:
    """One person: their available windows in time order, and where they stand in them (rule 4)."""

    __slots__ = (
        "busy",
        "ends",
        "ends_shift",
        "hands_over",
        "home",
        "idle_since",
        "next_duty",
        "number",
        "skill",
        "starts",
        "until",
        "window",
    )

    def __init__(self, number: int, windows: Windows, home: Team, skill: int = 0) -> None:
        self.number = number
        self.skill = skill
        self.home = home
        self.starts = windows.starts
        self.ends = windows.ends
        self.hands_over = windows.hands_over
        self.ends_shift = windows.ends_shift
        self.next_duty = windows.next_duty
        self.window = -1
        self.until = OFF_DUTY
        self.busy = False
        self.idle_since = OFF_DUTY

    def lay_out(self, now: int, seconds: int, end_rule: int, overtime: int) -> tuple[list[tuple[int, int]], int]:
        """The stretches in which `seconds` of work are done from now on, and the seconds left to hand over (rule 5)."""
        window, start, stretches = self.window, now, []
        while True:
            shift_ends = self.ends_shift[window]
            until = self.ends[window] + (overtime if end_rule == FINISH and shift_ends else 0)
            until = min(until, self.next_duty[window])
            if start + seconds <= until:
                stretches.append((start, start + seconds))
                return stretches, 0
            stretches.append((start, until))
            seconds -= until - start
            if self.hands_over[window] or (end_rule == HAND_OVER and shift_ends) or window + 1 == len(self.starts):
                return stretches, seconds
            window += 1
            start = self.starts[window]

    def can_work_at(self, stage: PlannedStage) -> bool:
        """Whether this is one of those who can work at a stage (rule 4)."""
        return stage.able[self.skill]

    def stays_until(self, overtime: int) -> int:
        """The last second of a meeting that begins in the present window, if overtime may last so long."""
        until = self.until + (overtime if self.ends_shift[self.window] else 0)
        return min(until, self.next_duty[self.window])


class Help:
    """Help from another team, and whether it is switched on: at `on_at` waiting or more, until `off_at` or fewer (rule 4)."""

    def __init__(self, team: int, on_at: int, off_at: int) -> None:
        self.team = team
        self.on_at = on_at
        self.off_at = off_at
        self.on = False

    def judge(self, waiting: int) -> None:
        """Switch help on or off by the number that wait; between the two it stays as it is."""
        if waiting >= self.on_at:
            self.on = True
        elif waiting <= self.off_at:
            self.on = False


CRITERIA = {
    "rag": "contact.rag",
    "deadline": "contact.deadline",
    "arrival": "contact.received",
    "stage": "stage.weight",
}
"""What of a job each criterion of a queue's order compares."""


class Team:
    """People who share one queue (rule 3). Nobody is started except by `dispatch`."""

    def __init__(self, number: int, plan: PlannedTeam, world: World, may_interrupt: bool) -> None:
        self.number = number
        self.helpers: list[Help] = []
        self.interrupting = Interrupting(self) if may_interrupt else None
        self.arrange(plan)
        self.world = world
        self.touched = world.touched
        self.queue: list[Place] = []
        self.idle: list[tuple[int, int, Worker]] = []
        self.people: list[Worker] = []
        self.slots = Slots(number, self.order, world)
        self.trays: dict[int, int] = {}

    def arrange(self, plan: PlannedTeam) -> None:
        """Take the facts of a model: who goes first, who helps and what interrupts; help that is on stays so."""
        criteria = [CRITERIA[name] for name in plan.order if name != "joining"]
        by_rule: Callable[[Job], Any] = attrgetter(*criteria) if criteria else lambda _: 0
        first = plan.interrupting_stages
        self.criteria = (lambda job: (job.stage.number not in first, by_rule(job))) if first else by_rule
        self.head_start = plan.head_start
        on = {helper.team for helper in self.helpers if helper.on}
        self.helpers = [Help(*helper) for helper in plan.helpers]
        for helper in self.helpers:
            helper.on = helper.team in on
        if self.interrupting is not None:
            self.interrupting.rags, self.interrupting.stages = plan.interrupts, plan.interrupting_stages

    def order(self, job: Job) -> Place:
        """The place of a job in the queue: criteria, time of joining less head start, then a total order."""
        contact = job.contact
        joined = job.joined - self.head_start[contact.rag]
        return self.criteria(job), joined, contact.key, job.stage.number, job.visit, job.part, job

    def emptied(self) -> list[Job]:
        """All that waits in the queue, taken out of it."""
        waiting, self.queue = self.queue, []
        return [place[-1] for place in waiting]

    def join(self, job: Job) -> None:
        """Put a job in the queue; it is looked at in phase two of this instant."""
        job.rag, job.team = job.contact.rag, self.number
        heappush(self.queue, self.order(job))
        self.touched.add(self.number)

    def withdrawn(self, contact: Contact) -> list[Job]:
        """Take a contact's jobs out of the queue, and out of the queue for slots; their waits so far are written."""
        now, record = self.world.now, self.world.record
        jobs = withdrawn(self.queue, contact, now, lambda job, now: record.queued(job, self.number, now))
        return jobs + self.slots.withdrawn(contact)

    def put_back(self, jobs: list[Job]) -> None:
        """Put jobs back that were withdrawn: their time of joining is what it was (rule 3)."""
        for job in jobs:
            if job.stage.kind == "caseload":
                self.slots.join(job)
            else:
                self.join(job)

    def on_duty(self, worker: Worker) -> None:
        """A worker's next window of duty opens: they go on with what was set down, or are idle from now."""
        worker.window += 1
        worker.until = worker.ends[worker.window]
        if not worker.busy:
            self.set_idle(worker, worker.starts[worker.window])
        elif self.interrupting is not None or self.world.has_meetings:
            self.touched.add(self.number)

    def set_idle(self, worker: Worker, now: int) -> None:
        """A worker has nothing to do from now on; while on duty they can be given work."""
        worker.idle_since = now
        if now < worker.until:
            heappush(self.idle, (now, worker.number, worker))
            self.touched.add(self.number)

    def idle_as_before(self, worker: Worker) -> None:
        """A worker who was taken by `next_idle` is not needed after all."""
        heappush(self.idle, (worker.idle_since, worker.number, worker))

    def next_idle(self, now: int) -> Worker | None:
        """Whoever has been idle longest, then first in the roster (rule 4)."""
        while self.idle:
            since, _, worker = heappop(self.idle)
            if not worker.busy and worker.idle_since == since and now < worker.until:
                return worker
        return None

    def everybody_idle(self, now: int) -> list[Worker]:
        """All who are idle and on duty, whoever has been so longest first; they are idle no more until they are put back."""
        found = []
        while (worker := self.next_idle(now)) is not None:
            found.append(worker)
        return found

    def dispatch(self, now: int) -> None:
        """Phase two (rule 2) of a team: its own people take up what waits here; then slots are given out."""
        if self.queue and self.idle:
            self.served_by(self, now)
        if self.slots.waiting:
            self.slots.dispatch(now)

    def take_help(self, now: int) -> None:
        """Phase two (rule 4): idle people of other teams take up what waits here, while help is switched on."""
        for helper in self.helpers:
            helper.judge(len(self.queue))
            if helper.on:
                self.served_by(self.world.teams[helper.team], now)
                helper.judge(len(self.queue))

    def served_by(self, people: Team, now: int) -> None:
        """Start the least jobs that wait here, but those held back, while somebody of a team is idle and on duty."""
        held_back = self.hold_back()
        if self.world.plan.by_skill:
            self.let_wait(held_back + self.passed_over(people, now))
            return
        while self.queue and people.idle:
            worker = people.next_idle(now)
            if worker is None:
                break
            self.start(heappop(self.queue)[-1], worker, now)
        self.let_wait(held_back)

    def passed_over(self, people: Team, now: int) -> list[Place]:
        """Start each job, in order, by whoever has been idle longest of those who can; of the others nobody idle can do one."""
        idle, left = people.everybody_idle(now), []
        while self.queue and idle:
            worker = self.first_who_can(idle, self.queue[0][-1])
            if worker is None:
                left += self.take_out_what_none_can(idle)
            else:
                idle.remove(worker)
                self.start(heappop(self.queue)[-1], worker, now)
        for worker in idle:
            people.idle_as_before(worker)
        return left

    def take_out_what_none_can(self, people: Sequence[Worker]) -> list[Place]:
        """Take out of the queue, for now, what none of some people can do: all of it at once, however long the queue is."""
        can = {stage.number for stage in self.world.plan.stages if any(worker.can_work_at(stage) for worker in people)}
        return self.take_out(lambda job: job.stage.number not in can)

    def first_who_can(self, people: Sequence[Worker], job: Job) -> Worker | None:
        """The first of some people who can work at the stage of a job, as it is in force; None where nobody can."""
        stage = self.world.plan.stages[job.stage.number]
        return next((worker for worker in people if worker.can_work_at(stage)), None)

    def hold_back(self) -> list[Place]:
        """Take out of the queue, for now, what nobody may begin, since the out-tray of its stage is full (rule 8)."""
        full = {stage for stage, most in self.trays.items() if self.world.trays[stage] >= most}
        return self.take_out(lambda job: job.stage.number in full and not job.begun) if full else []

    def take_out(self, which: Callable[[Job], bool]) -> list[Place]:
        """Take some jobs out of the queue, which stays a heap."""
        parts: tuple[list[Place], list[Place]] = [], []
        for place in self.queue:
            parts[which(place[-1])].append(place)
        self.queue, out = parts
        heapify(self.queue)
        return out

    def let_wait(self, held_back: list[Place]) -> None:
        """What was held back waits in the queue again."""
        if held_back:
            self.queue += held_back
            heapify(self.queue)

    def start(self, job: Job, worker: Worker, now: int) -> None:
        """Somebody takes up a job; when they will put it down is known from here on."""
        if job.nth >= 0:
            take_up(self.world, job)
        stage, record, contact = job.stage, self.world.record, job.contact
        if now > job.ready:
            record.queued(job, self.number, now)
        worker.busy = job.begun = True
        if self.interrupting is not None and worker.home is self:
            self.interrupting.take_in_hand(job, worker, now)
            return
        end = now + job.left
        if end <= worker.until and job.phases is None:
            record.stretch(job, WORK, self.number, worker.number, now, end)
            job.left = 0
        else:
            stretches, left = worker.lay_out(now, job.left, stage.end_rule, stage.overtime)
            record.worked(job, self.number, worker, stretches)
            job.left, end = left, stretches[-1][1]
        stop = partial(self.stop, job, worker)
        self.world.at(end, ENDS_OF_WORK, contact.key, stage.number, job.visit, job.part, stop)

    def stop(self, job: Job, worker: Worker) -> None:
        """A stretch of work ends: done, or handed over to the queue with its old place (rule 5)."""
        worker.busy = False
        worker.home.set_idle(worker, self.world.now)
        if job.left:
            job.ready = self.world.now
            self.world.teams[self.world.plan.team_goes[self.number]].join(job)
        else:
            job.done()

    def give_up(self, job: Job) -> None:
        """Time is up for a job: it leaves the queue, unless somebody has begun it (rule 3)."""
        if not job.begun:
            self.queue = without(self.queue, job)
            self.touched.add(self.number)
            self.world.record.queued(job, self.number, self.world.now)
            job.timed_out = True
            job.contact.go()
