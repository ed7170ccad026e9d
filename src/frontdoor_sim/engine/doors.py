"""Stages that take only so many, in the reference engine: who waits at their doors, and whose out-trays that fills (rule 8)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Generator
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from frontdoor_sim.engine.contact import Contact
from frontdoor_sim.engine.jobs import WAITS_END, Job, Place
from frontdoor_sim.engine.plan import PlannedDoor, PlannedStage

if TYPE_CHECKING:
    from frontdoor_sim.engine.simpy_engine import World


class Door:
    """The way into a stage that takes only so many.

    `inside` are those who were let in and whose work is not done: on their way, in the queue or in hand; at a caseload, those
    to whom nobody is allocated yet. `today` were let in since this working day began.
    """

    def __init__(self, stage: PlannedStage, limits: PlannedDoor, order: Callable[[Job], Place], world: World) -> None:
        self.stage = stage
        self.limits = limits
        self.order = order
        self.world = world
        self.waiting: list[Place] = []
        self.inside = 0
        self.day = -1
        self.today = 0
        self.woken = -1

    def pass_through(self, contact: Contact, visit: int, leaves: int) -> Generator[None, None, bool]:
        """Wait for a place in the out-tray of the stage that was left; whether there was one."""
        world, number = self.world, self.stage.number
        job = Job(contact, self.stage, visit, 0, world.now, 0, contact.go)
        heappush(self.waiting, self.order(job))
        world.knocked.add(number)
        world.trays[leaves] += 1
        yield
        if world.now > job.ready:
            world.record.waited(contact, number, visit, 0, job.ready, world.now, "acceptance")
        world.trays[leaves] -= 1
        if leaves < world.entry:
            world.touched.add(world.plan.stages[leaves].team)
        return job.begun

    def open(self, now: int) -> None:
        """Let in those there is room for, in the order of the team's queue, and turn the rest away where nobody waits."""
        while self.waiting and self.has_room(now):
            self.inside += 1
            self.today += 1
            self.answer(now, let_in=True)
        while self.waiting and self.limits.turns_away:
            self.answer(now, let_in=False)
        if self.waiting and self.limits.a_day is not None:
            self.wake()

    def has_room(self, now: int) -> bool:
        """Whether one more may come in now; the midnight of a working day begins a new one."""
        day = bisect_right(self.limits.midnights, now)
        if day != self.day:
            self.day, self.today = day, 0
        at_once, a_day = self.limits.at_once, self.limits.a_day
        return (at_once is None or self.inside < at_once) and (a_day is None or self.today < a_day)

    def answer(self, now: int, let_in: bool) -> None:
        """Tell the next in order whether they may come in; they go on before anybody starts work."""
        job = heappop(self.waiting)[-1]
        job.begun = let_in
        self.world.at(now, WAITS_END, job.contact.key, self.stage.number, job.visit, 0, job.done)

    def wake(self) -> None:
        """See to it that the door is looked at again when the next working day begins."""
        if self.day < len(self.limits.midnights) and self.woken != self.day:
            self.woken = self.day
            number, midnight = self.stage.number, self.limits.midnights[self.day]
            self.world.at(midnight, WAITS_END, -1, number, 0, 1, lambda: self.world.knocked.add(number))

    def leave(self) -> None:
        """Somebody inside has been served or has given up: there is a place."""
        self.inside -= 1
        self.world.knocked.add(self.stage.number)
