"""People at work in the reference engine: workers, and teams with their queues."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from frontdoor_sim.engine.jobs import ENDS_OF_WORK, Job
from frontdoor_sim.engine.plan import FINISH, HAND_OVER, PlannedTeam
from frontdoor_sim.engine.slots import Slots

if TYPE_CHECKING:
    from frontdoor_sim.engine.simpy_engine import World

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


class Worker:
    """One person: their available windows in time order, and where they stand in them (rule 4)."""

    __slots__ = ("busy", "ends", "ends_shift", "hands_over", "idle_since", "number", "starts", "until", "window")

    def __init__(self, number: int, windows: Windows) -> None:
        self.number = number
        self.starts = windows.starts
        self.ends = windows.ends
        self.hands_over = windows.hands_over
        self.ends_shift = windows.ends_shift
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


CRITERIA: dict[str, Callable[[Job], int]] = {
    "rag": lambda job: job.contact.rag,
    "deadline": lambda job: job.contact.deadline,
    "arrival": lambda job: job.contact.received,
    "stage": lambda job: job.stage.weight,
}


class Team:
    """People who share one queue (rule 3). Nobody is started except by `dispatch`."""

    def __init__(self, number: int, plan: PlannedTeam, world: World) -> None:
        self.number = number
        self.rules = [CRITERIA[rule] for rule in plan.order if rule != "joining"]
        self.head_start = plan.head_start
        self.world = world
        self.queue: list[tuple[Any, ...]] = []
        self.idle: list[tuple[int, int, Worker]] = []
        self.slots = Slots(number, self.order, world)

    def order(self, job: Job) -> tuple[Any, ...]:
        """The place of a job in the queue: criteria, time of joining less head start, then a total order."""
        contact, stage = job.contact, job.stage
        joined = job.joined - self.head_start[contact.rag]
        place = (joined, contact.key, stage.number, job.visit, job.part, job)
        return (*[rule(job) for rule in self.rules], *place) if self.rules else place

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
        """A worker has nothing to do from now on; while on duty they can be given work."""
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
