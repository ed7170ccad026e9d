"""Stages that take only so many, in the reference engine: who waits at their doors, and whose out-trays that fills (rule 8)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Generator
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from frontdoor_sim.engine.contact import Contact
from frontdoor_sim.engine.jobs import WAITS_END, Job, Place, withdrawn
from frontdoor_sim.engine.plan import Plan, PlannedDoor, PlannedStage

if TYPE_CHECKING:
    from frontdoor_sim.engine.simpy_engine import World


NO_LIMIT = PlannedDoor(None, None, (), turns_away=False)


def doors_of(plan: Plan, world: World) -> dict[int, Door]:
    """The doors of a run by the number of their stage: of every stage that takes only so many at any time."""
    limited = {stage.number for _, one in plan.in_turn for stage in one.stages if stage.door}
    return {number: Door(plan.stages[number], world) for number in sorted(limited)}


class Door:
    """The way into a stage that takes only so many.

    `inside` are those who were let in and whose work is not done: on their way, in the queue or in hand; at a caseload, those
    to whom nobody is allocated yet. `today` were let in since this working day began.
    """

    def __init__(self, stage: PlannedStage, world: World) -> None:
        self.world = world
        self.read(stage)
        self.waiting: list[Place] = []
        self.inside = 0
        self.day = -1
        self.today = 0
        self.woken = -1

    def read(self, stage: PlannedStage) -> None:
        """Go by a model from now on, which may have no limit here."""
        self.stage, self.limits = stage, stage.door or NO_LIMIT

    def pass_through(self, contact: Contact, visit: int, leaves: int) -> Generator[None, None, bool]:
        """Wait for a place in the out-tray of the stage that was left; whether there was one."""
        job = Job(contact, self.stage, visit, 0, self.world.now, 0, contact.go)
        job.came_from = leaves
        self.world.trays[leaves] += 1
        self.queue(job)
        yield
        self.leaves_tray(job)
        return job.begun

    def queue(self, job: Job) -> None:
        """Stand at the door, in the order of the team's queue."""
        job.stage = self.stage
        heappush(self.waiting, self.world.teams[self.stage.team].order(job))
        self.world.knocked.add(self.stage.number)

    def emptied(self) -> list[Job]:
        """All that wait at the door, taken away from it."""
        waiting, self.waiting = self.waiting, []
        return [place[-1] for place in waiting]

    def withdrawn(self, contact: Contact) -> list[Job]:
        """Take a contact away from the door; its wait so far is written."""
        return withdrawn(self.waiting, contact, self.world.now, self.world.record.unaccepted)

    def leaves_tray(self, job: Job) -> None:
        """A contact waits no more in the out-tray of the stage that it left, which may begin something new again."""
        world, left = self.world, job.came_from
        if world.now > job.ready:
            world.record.unaccepted(job, world.now)
        world.trays[left] -= 1
        team = world.teams[world.plan.stages[left].team] if left < world.entry else None
        if team is not None and left in team.trays and world.trays[left] < team.trays[left]:
            world.touched.add(team.number)

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
        at_once, a_day = self.limits.at_once, self.limits.a_day
        day = bisect_right(self.limits.midnights, now)
        if a_day is not None and day != self.day:
            self.day, self.today = day, 0
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
