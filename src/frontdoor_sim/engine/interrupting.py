"""Urgent work interrupts less urgent work in the reference engine (rule 5)."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop
from typing import TYPE_CHECKING

from frontdoor_sim.engine.contact import Contact
from frontdoor_sim.engine.jobs import ENDS_OF_WORK, Job
from frontdoor_sim.working_time import NEVER

if TYPE_CHECKING:
    from frontdoor_sim.engine.people import Team, Worker


class InHand:
    """A job in somebody's hands, and the stretches in which it will be done; called when they are over.

    Work that was interrupted and taken up again may come to end at the very second at which it would have ended: then the two
    ends stand at one place in the order of that second. Which of them is called first is all the same, since one is void.
    """

    def __init__(
        self, job: Job, worker: Worker, stretches: list[tuple[int, int]], ends: Callable[[InHand], None]
    ) -> None:
        self.job = job
        self.worker = worker
        self.stretches = stretches
        self.ends = ends

    def __call__(self) -> None:
        """The last of the stretches is over."""
        self.ends(self)

    def __lt__(self, _: object) -> bool:
        """No end goes before another at the same place."""
        return False

    __gt__ = __lt__


class Interrupting:
    """What the people of a team have in hand, where work of some RAGs or stages interrupts other work (rule 5).

    Since it may be cut short, their work is written in the log when it is over. `rags` or `stages` are those that interrupt
    now.
    """

    def __init__(self, team: Team) -> None:
        self.team = team
        self.rags: tuple[int, ...] = ()
        self.stages: tuple[int, ...] = ()
        self.in_hand: dict[int, InHand] = {}

    def take_in_hand(self, job: Job, worker: Worker, now: int) -> None:
        """Somebody of the team takes up a job; it ends as laid out, unless it is interrupted before."""
        stage = job.stage
        stretches, _ = worker.lay_out(now, job.left, stage.end_rule, stage.overtime)
        held = self.in_hand[worker.number] = InHand(job, worker, stretches, self.end)
        self.team.world.at(stretches[-1][1], ENDS_OF_WORK, job.contact.key, stage.number, job.visit, job.part, held)

    def end(self, held: InHand) -> None:
        """The end that was laid out: it counts where nobody interrupted meanwhile."""
        if self.in_hand.get(held.worker.number) is held:
            self.put_down(held, self.team.world.now)
            self.team.stop(held.job, held.worker)

    def put_down(self, held: InHand, now: int) -> None:
        """Write what was done of a job until now; the rest is left to do."""
        del self.in_hand[held.worker.number]
        done = [(start, min(until, now)) for start, until in held.stretches if start <= now]
        self.team.world.record.worked(held.job, self.team.number, held.worker, done)
        held.job.left -= sum(until - start for start, until in done)

    def interrupt(self, now: int) -> None:
        """Phase two (rule 5): for what may interrupt, in the order of the queue, the work in hand makes way that goes last."""
        held_back = self.team.hold_back()
        queue = self.team.queue
        while queue and self.may_interrupt(queue[0][-1]):
            place = heappop(queue)
            held = self.last_to_make_way(place[-1], now)
            if held is None:
                held_back.append(place)
                if self.team.world.plan.by_skill:
                    continue
                break
            self.put_down(held, now)
            self.team.start(place[-1], held.worker, now)
            held.job.ready = now
            self.team.join(held.job)
        self.team.let_wait(held_back)

    def may_interrupt(self, job: Job) -> bool:
        """Whether a job that waits is one for which other work is set down."""
        return job.stage.number in self.stages or job.contact.rag in self.rags

    def last_to_make_way(self, job: Job, now: int) -> InHand | None:
        """Of the work that makes way for a job, of people on duty who can do that, what goes last in the queue."""
        stage = self.team.world.plan.stages[job.stage.number]
        less = [
            held
            for held in self.in_hand.values()
            if self.makes_way(held.job, job) and now < held.worker.until and held.worker.can_work_at(stage)
        ]
        return max(less, key=lambda held: self.team.order(held.job)[:-1], default=None)

    def makes_way(self, in_hand: Job, job: Job) -> bool:
        """Whether work in hand is routine beside a stage that interrupts, or less urgent than a RAG that does."""
        if self.stages:
            return in_hand.stage.number not in self.stages
        return in_hand.contact.rag > job.contact.rag

    def has_in_hand(self, contact: Contact) -> bool:
        """Whether somebody is at work on a contact, and might be interrupted."""
        return any(held.job.contact is contact for held in self.in_hand.values())

    def close(self) -> None:
        """Write what is still in hand at the end of the run."""
        for held in list(self.in_hand.values()):
            self.put_down(held, NEVER)
