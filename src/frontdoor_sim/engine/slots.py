"""Caseload slots of a team's people (rule 8)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from functools import partial
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from frontdoor_sim.engine.contact import Contact
from frontdoor_sim.engine.jobs import WAITS_END, Job, Place, withdrawn, without
from frontdoor_sim.engine.plan import PlannedCaseload

if TYPE_CHECKING:
    from frontdoor_sim.engine.simpy_engine import World


class Slots:
    """Caseload slots of a team's people: the most free first, then roster order (rule 8)."""

    def __init__(self, number: int, order: Callable[[Job], Place], world: World) -> None:
        self.number = number
        self.order = order
        self.world = world
        self.limits: dict[int, int] = {}
        self.leavers: set[int] = set()
        self.free: dict[int, int] = {}
        self.freest: list[tuple[int, int]] = []
        self.stages: dict[int, PlannedCaseload] = {}
        self.largest = 0
        self.waiting: dict[tuple[int, int], list[Place]] = {}
        self.woken: set[tuple[int, int]] = set()

    def limit(self, worker: int, slots: int) -> None:
        """Somebody can hold so many children's cases from now on; what they hold stays with them (rule 8)."""
        before = self.limits.get(worker, 0)
        if slots != before:
            self.free.setdefault(worker, 0)
            self.limits[worker] = slots
            self.take(worker, before - slots)
            self.leavers = {worker for worker, limit in self.limits.items() if not limit}
            largest, self.largest = self.largest, max(self.limits.values())
            if largest != self.largest:
                for job in self.emptied():
                    self.join(job)
            self.world.touched.add(self.number)

    def emptied(self) -> list[Job]:
        """All that waits for a slot, taken out of the queues."""
        waiting, self.waiting, self.stages = self.waiting, {}, {}
        return [place[-1] for queue in waiting.values() for place in queue]

    def to_give_out(self) -> int:
        """Slots of the person with the most; no more than the team has free beside what leavers still hold (rule 8)."""
        most = self.most_free()
        if not self.leavers:
            return most
        left = sum(-self.free[worker] for worker in self.leavers)
        return min(most, sum(max(free, 0) for free in self.free.values()) - left)

    def join(self, job: Job) -> None:
        """Put a case in the queue for a slot; cases of one stage that need as much stand in a heap of their own."""
        assert isinstance(job.stage, PlannedCaseload)
        self.stages[job.stage.number] = job.stage
        job.team = self.number
        heappush(self.waiting.setdefault((job.stage.number, self.need(job)), []), self.order(job))
        self.world.touched.add(self.number)

    def held_already(self, job: Job) -> bool:
        """Give a case that was held when the run started to whoever has most slots free; False where nobody can hold any.

        Beyond their limit too: what people hold stays with them (rule 8).
        """
        assert isinstance(job.stage, PlannedCaseload)
        self.stages[job.stage.number] = job.stage
        self.most_free()
        if not self.freest:
            return False
        slots, worker = self.need(job), self.freest[0][1]
        self.take(worker, slots)
        job.begun = True
        job.done(job, worker, slots)
        return True

    def withdrawn(self, contact: Contact) -> list[Job]:
        """Take a contact's cases out of the queue; their waits so far are written."""
        now, write = self.world.now, self.world.record.unallocated
        return [job for queue in self.waiting.values() for job in withdrawn(queue, contact, now, write)]

    def need(self, job: Job) -> int:
        """Slots that a family takes: one a child, but never more than the largest caseload."""
        return min(job.contact.children, self.largest) if self.stages[job.stage.number].slots_by_children else 1

    def dispatch(self, now: int) -> None:
        """Allocate in queue order; what cannot be allocated now blocks nobody (rule 3)."""
        open_now = {number for number, stage in self.stages.items() if self.allocates(stage, now)}
        while (free := self.to_give_out()) > 0 and (found := self.next_in_order(open_now, free)):
            slots, queue = found
            job, worker = heappop(queue)[-1], self.freest[0][1]
            self.take(worker, slots)
            job.begun = True
            job.done(job, worker, slots)
        if any(self.waiting.values()):
            for stage in self.stages.values():
                self.wake(stage, now)

    def next_in_order(self, open_now: set[int], free: int) -> tuple[int, list[Place]] | None:
        """The queue whose head goes first among those that can be allocated now, and the slots that it needs."""
        able = [
            (queue[0], need, queue)
            for (stage, need), queue in self.waiting.items()
            if queue and need <= free and stage in open_now
        ]
        return min(able)[1:] if able else None

    def most_free(self) -> int:
        """Slots of the person with the most; `freest` keeps people in order, and what is out of date is dropped here."""
        while self.freest and self.free[self.freest[0][1]] != -self.freest[0][0]:
            heappop(self.freest)
        return -self.freest[0][0] if self.freest else 0

    def take(self, worker: int, slots: int) -> None:
        """Take slots of a person, or give them back where the number is negative."""
        self.free[worker] -= slots
        heappush(self.freest, (-self.free[worker], worker))

    def allocates(self, stage: PlannedCaseload, now: int) -> bool:
        """Whether cases of a stage are given out at this second."""
        if stage.allocates_at is not None:
            at = bisect_left(stage.allocates_at, now)
            return at < len(stage.allocates_at) and int(stage.allocates_at[at]) == now
        return stage.allocates_in is None or bool(stage.allocates_in.is_open(now))

    def wake(self, stage: PlannedCaseload, now: int) -> None:
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
            look_again = partial(self.world.touched.add, self.number)
            self.world.at(moment, WAITS_END, -1, stage.number, 0, self.number, look_again)

    def give_up(self, job: Job) -> None:
        """Time is up for a case: it leaves the queue, unless somebody has it by now (rule 3)."""
        if not job.begun:
            at = (job.stage.number, self.need(job))
            self.waiting[at] = without(self.waiting[at], job)
            self.world.record.unallocated(job, self.world.now)
            job.timed_out = True
            job.contact.go()

    def release(self, worker: int, slots: int) -> None:
        """A case has ended: its slots are free, and the team is looked at."""
        self.take(worker, -slots)
        self.world.touched.add(self.number)
