"""Meetings in the reference engine: several people at once (rule 4)."""

from __future__ import annotations

from functools import partial
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from frontdoor_sim.engine.contact import Contact
from frontdoor_sim.engine.jobs import ENDS_OF_WORK, WAITS_END, Job, Place, withdrawn
from frontdoor_sim.engine.plan import PlannedMeeting

if TYPE_CHECKING:
    from frontdoor_sim.engine.people import Worker
    from frontdoor_sim.engine.simpy_engine import World


class Meetings:
    """Meetings that wait for their people, in one line for the whole model; those of one stage never overtake each other."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.waiting: dict[int, list[Place]] = {}
        self.stages: dict[int, PlannedMeeting] = {}
        self.reserved: list[tuple[Worker, int]] = []
        self.woken: set[tuple[int, int, int]] = set()

    def join(self, job: Job) -> None:
        """A meeting of its stage, as it is in force, waits: the most urgent go first, then by time of joining."""
        stage, contact = job.stage, job.contact
        self.stages[stage.number] = stage
        job.rag, job.left = contact.rag, self.world.drawn.seconds(contact, stage.lasts, job.visit) or 1
        place = (contact.rag, job.joined, contact.key, stage.number, job.visit, 0, job)
        heappush(self.waiting.setdefault(stage.number, []), place)
        self.world.touched.add(stage.team)

    def withdrawn(self, contact: Contact) -> list[Job]:
        """Take a contact's meeting out of the line; its wait so far is written."""
        now = self.world.now
        return [job for queue in self.waiting.values() for job in withdrawn(queue, contact, now, self.waited)]

    def emptied(self) -> list[Job]:
        """All that wait, taken out of the line, before the model changes; whoever was reserved is let go (rule 2)."""
        self.let_go(self.world.now)
        waiting, self.waiting = self.waiting, {}
        return [place[-1] for queue in waiting.values() for place in queue]

    def waited(self, job: Job, now: int) -> None:
        """Write how long a meeting has waited for its people."""
        self.world.record.queued(job, job.stage.team, now)

    def gather(self, now: int) -> None:
        """The beginning of phase two: meetings begin whose people are all idle; the first other one may reserve people."""
        self.let_go(now)
        may_reserve, looked_at = True, {number for number, queue in self.waiting.items() if queue}
        while looked_at:
            number = min(looked_at, key=lambda number: self.waiting[number][0])
            stage, job = self.stages[number], self.waiting[number][0][-1]
            people, all_here = self.called(stage, job, now)
            if all_here:
                heappop(self.waiting[number])
                self.begin(stage, job, people, now)
                looked_at -= set() if self.waiting[number] else {number}
                continue
            looked_at.remove(number)
            until = self.can_gather_until(stage, job, now) if may_reserve else None
            if until is None:
                for worker in people:
                    worker.home.idle_as_before(worker)
            else:
                may_reserve = False
                self.reserved = [(worker, worker.idle_since) for worker in people]
                self.wake(stage, until)

    def let_go(self, now: int) -> None:
        """Whoever was reserved is idle again, since when they were; somebody may have work for them."""
        for worker, since in self.reserved:
            if worker.idle_since == since and now < worker.until:
                worker.home.idle_as_before(worker)
                self.world.touched.add(worker.home.number)
        self.reserved = []

    def called(self, stage: PlannedMeeting, job: Job, now: int) -> tuple[list[Worker], bool]:
        """Those who are idle of the people that a meeting needs, and whether that is all of them."""
        found: list[Worker] = []
        for number, wanted in stage.people:
            team, here, others = self.world.teams[number], 0, []
            while here < wanted and (worker := team.next_idle(now)) is not None:
                if worker.can_work_at(stage) and now + job.left <= worker.stays_until(stage.overtime):
                    found.append(worker)
                    here += 1
                else:
                    others.append(worker)
            for worker in others:
                team.idle_as_before(worker)
        return found, len(found) == sum(wanted for _, wanted in stage.people)

    def can_gather_until(self, stage: PlannedMeeting, job: Job, now: int) -> int | None:
        """While so many are on duty, and stay long enough, a meeting may reserve people: until when somebody does not."""
        until: list[int] = []
        for number, wanted in stage.people:
            stay = [
                min(worker.until, worker.stays_until(stage.overtime) - job.left + 1)
                for worker in self.world.teams[number].people
                if now < worker.until
                and worker.can_work_at(stage)
                and now + job.left <= worker.stays_until(stage.overtime)
            ]
            if len(stay) < wanted:
                return None
            until += stay
        return min(until)

    def wake(self, stage: PlannedMeeting, moment: int) -> None:
        """See to it that phase two looks again when somebody goes off duty."""
        if (stage.number, stage.team, moment) not in self.woken:
            self.woken.add((stage.number, stage.team, moment))
            look_again = partial(self.world.touched.add, stage.team)
            self.world.at(moment, WAITS_END, -1, stage.number, 0, stage.team, look_again)

    def begin(self, stage: PlannedMeeting, job: Job, people: list[Worker], now: int) -> None:
        """Everybody is there: a row a person; the first has the contact's main thread."""
        record, contact, end = self.world.record, job.contact, now + job.left
        if now > job.ready:
            record.queued(job, stage.team, now)
        for part, worker in enumerate(people):
            worker.busy = True
            record.met(job, part, worker, now, end)
        over = partial(self.end, job, people)
        self.world.at(end, ENDS_OF_WORK, contact.key, stage.number, job.visit, 0, over)

    def end(self, job: Job, people: list[Worker]) -> None:
        """Everybody is free again, and the contact goes on."""
        for worker in people:
            worker.busy = False
            worker.home.set_idle(worker, self.world.now)
        job.done()

    def close(self, beyond: int) -> None:
        """Write the meetings that still wait at the end of the run."""
        for number, queue in self.waiting.items():
            for place in queue:
                self.world.record.queued(place[-1], self.stages[number].team, beyond)
