"""People at work in the reference engine: workers, jobs, team queues and caseload slots."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import partial
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from frontdoor_sim.engine.plan import FINISH, HAND_OVER, PlannedStage, PlannedTeam

if TYPE_CHECKING:
    from frontdoor_sim.engine.simpy_engine import Contact, World

OFF_DUTY = -(1 << 62)
DUTY, ENDS_OF_WORK, WAITS_END, ARRIVALS, TIME_OUTS = range(1, 6)
"""What is due at one second is applied in this order of classes (rule 2)."""


class Windows(Protocol):
    """One person's available windows, in time order."""

    @property
    def starts(self) -> list[int]: ...
    @property
    def ends(self) -> list[int]: ...
    @property
    def hands_over(self) -> list[bool]: ...
    @property
    def ends_shift(self) -> list[bool]: ...


class Roster(Protocol):
    """Who is on duty, as the engine needs it: people, their duty, and a list of windows for each by number."""

    @property
    def people(self) -> pd.DataFrame: ...
    @property
    def duty(self) -> pd.DataFrame: ...
    @property
    def windows(self) -> Sequence[Windows]: ...


class Worker:
    """One person: their available windows in time order, and where they stand in them (rule 4)."""

    __slots__ = ("busy", "ends", "ends_shift", "hands_over", "idle_since", "number", "starts", "until", "window")

    def __init__(self, number: int, starts: list[int], ends: list[int], hands_over: list[bool], ends_shift: list[bool]):
        self.number = number
        self.starts = starts
        self.ends = ends
        self.hands_over = hands_over
        self.ends_shift = ends_shift
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
            until = min(until, self.starts[window + 1]) if window + 1 < len(self.starts) else until
            if start + seconds <= until:
                stretches.append((start, start + seconds))
                return stretches, 0
            stretches.append((start, until))
            seconds -= until - start
            if self.hands_over[window] or (end_rule == HAND_OVER and shift_ends) or window + 1 == len(self.starts):
                return stretches, seconds
            window += 1
            start = self.starts[window]


class Job:
    """One piece of work on one contact.

    `left` is the seconds still to be done and `phases` what kinds of work they are, or None where all is touch time;
    `ready` is since when it waits, `joined` its lasting place in the queue, and `done` what follows when it is done.
    """

    __slots__ = ("contact", "done", "joined", "left", "part", "phases", "ready", "stage", "visit")

    def __init__(
        self, contact: Contact, stage: PlannedStage, visit: int, part: int, now: int, left: int, done: Callable[[], Any]
    ):
        self.contact = contact
        self.stage = stage
        self.visit = visit
        self.part = part
        self.joined = now
        self.ready = now
        self.left = left
        self.phases: list[tuple[int, int]] | None = None
        self.done = done


CRITERIA: dict[str, Callable[[Contact, PlannedStage], int]] = {
    "rag": lambda contact, stage: contact.rag,
    "deadline": lambda contact, stage: contact.deadline,
    "arrival": lambda contact, stage: contact.received,
    "stage": lambda contact, stage: stage.weight,
}


class Team:
    """People who share one queue (rule 3). Nobody is started except by `dispatch`."""

    def __init__(self, number: int, plan: PlannedTeam, world: World):
        self.number = number
        self.rules = tuple(rule for rule in plan.order if rule != "joining")
        self.head_start = plan.head_start
        self.world = world
        self.queue: list[tuple[Any, ...]] = []
        self.idle: list[tuple[int, int, Worker]] = []
        self.slots = Slots(self, world)

    def order(self, job: Job) -> tuple[Any, ...]:
        """The place of a job in the queue: criteria, time of joining less head start, then a total order."""
        contact, stage = job.contact, job.stage
        joined = job.joined - self.head_start[contact.rag]
        if not self.rules:
            return (joined, contact.key, stage.number, job.visit, job.part, job)
        criteria = [CRITERIA[rule](contact, stage) for rule in self.rules]
        return (*criteria, joined, contact.key, stage.number, job.visit, job.part, job)

    def join(self, job: Job) -> None:
        """Put a job in the queue; it is looked at in phase two of this instant."""
        heappush(self.queue, self.order(job))
        self.world.touched.add(self.number)

    def on_duty(self, worker: Worker, window: int) -> None:
        """A worker's window of duty opens: they go on with what was set down, or are idle from now."""
        worker.window = window
        worker.until = worker.ends[window]
        if not worker.busy:
            self.set_idle(worker, worker.starts[window])

    def set_idle(self, worker: Worker, now: int) -> None:
        worker.idle_since = now
        if now < worker.until:
            heappush(self.idle, (now, worker.number, worker))
            self.world.touched.add(self.number)

    def next_idle(self, now: int) -> Worker | None:
        """Whoever has been idle longest, then first in the roster (rule 4)."""
        while self.idle:
            since, _, worker = self.idle[0]
            heappop(self.idle)
            if not worker.busy and worker.idle_since == since and now < worker.until:
                return worker
        return None

    def dispatch(self, now: int) -> None:
        """Phase two (rule 2): start the least jobs while somebody is idle and on duty."""
        while self.queue:
            worker = self.next_idle(now)
            if worker is None:
                break
            self.start(heappop(self.queue)[-1], worker, now)
        if self.slots.waiting:
            self.slots.dispatch(now)

    def start(self, job: Job, worker: Worker, now: int) -> None:
        """Somebody takes up a job; when they will put it down is known from here on."""
        stage, record, contact = job.stage, self.world.record, job.contact
        if now > job.ready:
            record.queued(job, self.number, now)
        worker.busy = True
        end = now + job.left
        if end <= worker.until and job.phases is None:
            record.work(job, self.number, worker.number, now, end)
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
        self.set_idle(worker, self.world.now)
        if job.left:
            job.ready = self.world.now
            self.join(job)
        else:
            job.done()


class Slots:
    """Caseload slots of a team's people: the most free first, then roster order (rule 8)."""

    def __init__(self, team: Team, world: World):
        self.team = team
        self.world = world
        self.free: dict[int, int] = {}
        self.freest: list[tuple[int, int]] = []
        self.stages: dict[int, PlannedStage] = {}
        self.largest = 0
        self.waiting: list[tuple[Any, ...]] = []
        self.woken: set[tuple[int, int]] = set()

    def add_person(self, worker: int, slots: int) -> None:
        self.free[worker] = 0
        self.take(worker, -slots)
        self.largest = max(self.largest, slots)

    def join(self, job: Job) -> None:
        self.stages[job.stage.number] = job.stage
        heappush(self.waiting, self.team.order(job))
        self.world.touched.add(self.team.number)

    def need(self, job: Job) -> int:
        """Slots that a family takes: one a child, but never more than the largest caseload."""
        return min(job.contact.children, self.largest) if job.stage.slots_by_children else 1

    def dispatch(self, now: int) -> None:
        """Allocate in queue order; what cannot be allocated now blocks nobody (rule 3)."""
        open_now = {number: self.allocates(stage, now) for number, stage in self.stages.items()}
        kept = []
        while self.waiting and self.most_free() and any(open_now.values()):
            entry = heappop(self.waiting)
            job, worker = entry[-1], self.freest[0][1]
            if self.free[worker] < self.need(job) or not open_now[job.stage.number]:
                kept.append(entry)
            else:
                self.take(worker, self.need(job))
                self.world.allocate(job, worker, self.need(job))
        for entry in kept:
            heappush(self.waiting, entry)
        if self.waiting:
            for stage in self.stages.values():
                self.wake(stage, now)

    def most_free(self) -> int:
        """Slots of the person with the most; `freest` keeps people in order, and what is out of date is dropped here."""
        while self.freest and self.free[self.freest[0][1]] != -self.freest[0][0]:
            heappop(self.freest)
        return -self.freest[0][0] if self.freest else 0

    def take(self, worker: int, slots: int) -> None:
        """Take slots of a person, or give them back where the number is negative."""
        self.free[worker] -= slots
        heappush(self.freest, (-self.free[worker], worker))

    def allocates(self, stage: PlannedStage, now: int) -> bool:
        if stage.allocates_at is not None:
            at = bisect_left(stage.allocates_at, now)
            return at < len(stage.allocates_at) and int(stage.allocates_at[at]) == now
        return stage.allocates_in is None or bool(stage.allocates_in.is_open(now))

    def wake(self, stage: PlannedStage, now: int) -> None:
        """See to it that the team looks again at the next allocation time."""
        if stage.allocates_at is not None:
            at = bisect_left(stage.allocates_at, now + 1)
            moment = int(stage.allocates_at[at]) if at < len(stage.allocates_at) else None
        elif stage.allocates_in is not None and not stage.allocates_in.is_open(now):
            moment = int(stage.allocates_in.next_open(now))
        else:
            return
        if moment is not None and (stage.number, moment) not in self.woken:
            self.woken.add((stage.number, moment))
            self.world.at(moment, WAITS_END, -1, stage.number, 0, 0, lambda: self.world.touched.add(self.team.number))

    def release(self, worker: int, slots: int) -> None:
        self.take(worker, -slots)
        self.world.touched.add(self.team.number)
