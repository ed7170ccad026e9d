"""People at work in the reference engine: workers, jobs, team queues and caseload slots."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from frontdoor_sim.engine.plan import FINISH, HAND_OVER, PlannedStage, PlannedTeam
from frontdoor_sim.engine.record import REKEYING, SEARCH, WORK

if TYPE_CHECKING:
    from frontdoor_sim.engine.simpy_engine import Contact, World

OFF_DUTY = -(1 << 62)


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
    """One piece of work on one contact: what is to be done, since when it is ready, and what follows when it is done."""

    __slots__ = ("contact", "done", "joined", "last_row", "part", "phases", "ready", "stage", "visit")

    def __init__(
        self,
        contact: Contact,
        stage: PlannedStage,
        visit: int,
        part: int,
        now: int,
        phases: list[tuple[int, int]],
        done: Callable[[], Any],
    ):
        self.contact = contact
        self.stage = stage
        self.visit = visit
        self.part = part
        self.joined = now
        self.ready = now
        self.phases = phases
        self.done = done
        self.last_row = -1


def phases(search: int, rekeying: int, touch: int) -> list[tuple[int, int]]:
    """The kinds of work of a job in the order in which they are done, without those that take no time."""
    return [(kind, seconds) for kind, seconds in ((SEARCH, search), (REKEYING, rekeying), (WORK, touch)) if seconds > 0]


class Team:
    """People who share one queue (rule 3). Nobody is started except by `dispatch`."""

    def __init__(self, number: int, plan: PlannedTeam, world: World):
        self.number = number
        self.plan = plan
        self.world = world
        self.queue: list[tuple[Any, ...]] = []
        self.idle: list[tuple[int, int, Worker]] = []
        self.slots = Slots(self, world)

    def order(self, job: Job) -> tuple[Any, ...]:
        """The place of a job in the queue: criteria, time of joining less head start, then a total order."""
        contact = job.contact
        criteria: list[int] = []
        for rule in self.plan.order:
            if rule == "rag":
                criteria.append(contact.rag)
            elif rule == "deadline":
                criteria.append(contact.deadline)
            elif rule == "arrival":
                criteria.append(contact.received)
            elif rule == "stage":
                criteria.append(job.stage.weight)
        joined = job.joined - self.plan.head_start[contact.rag]
        return (*criteria, joined, contact.key, job.stage.number, job.visit, job.part, job)

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
        self.slots.dispatch(now)

    def start(self, job: Job, worker: Worker, now: int) -> None:
        stage, world = job.stage, self.world
        if now > job.ready:
            world.record.queued(job, self.number, now)
        worker.busy = True
        seconds = sum(length for _, length in job.phases)
        stretches, left = worker.lay_out(now, seconds, stage.end_rule, stage.overtime)
        job.phases = world.record.worked(job, self.number, worker, stretches)
        end = stretches[-1][1]
        world.at(end, world.ENDS_OF_WORK, job.contact.key, stage.number, job.visit, job.part, lambda: self.stop(job, worker, left))

    def stop(self, job: Job, worker: Worker, left: int) -> None:
        """A stretch of work ends: done, or handed over to the queue with its old place (rule 5)."""
        worker.busy = False
        self.set_idle(worker, self.world.now)
        if left:
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
        self.largest = 0
        self.waiting: list[tuple[Any, ...]] = []
        self.woken: set[tuple[int, int]] = set()

    def add_person(self, worker: int, slots: int) -> None:
        self.free[worker] = slots
        self.largest = max(self.largest, slots)

    def join(self, job: Job) -> None:
        heappush(self.waiting, self.team.order(job))
        self.world.touched.add(self.team.number)

    def need(self, job: Job) -> int:
        """Slots that a family takes: one a child, but never more than the largest caseload."""
        return min(job.contact.children, self.largest) if job.stage.slots_by_children else 1

    def dispatch(self, now: int) -> None:
        """Allocate in queue order; what cannot be allocated now blocks nobody (rule 3)."""
        kept = []
        while self.waiting and any(self.free.values()):
            entry = heappop(self.waiting)
            job = entry[-1]
            worker = min(self.free, key=lambda number: (-self.free[number], number))
            if self.free[worker] < self.need(job) or not self.allocates(job.stage, now):
                kept.append(entry)
            else:
                self.free[worker] -= self.need(job)
                self.world.allocate(job, worker, self.need(job))
        for entry in kept:
            heappush(self.waiting, entry)
        for stage in {entry[-1].stage.number: entry[-1].stage for entry in self.waiting}.values():
            self.wake(stage, now)

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
            self.world.at(moment, self.world.WAITS_END, -1, stage.number, 0, 0, lambda: self.world.touched.add(self.team.number))

    def release(self, worker: int, slots: int) -> None:
        self.free[worker] += slots
        self.world.touched.add(self.team.number)
