"""Checks with partners in the reference engine: requests, replies and time-outs of one visit (rule 7)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from frontdoor_sim.engine.contact import Contact
from frontdoor_sim.engine.jobs import TIME_OUTS, WAITS_END, Job
from frontdoor_sim.engine.plan import MILLION, STANDARD_NORMAL, PlannedChecks, reached
from frontdoor_sim.engine.regrading import regrade

if TYPE_CHECKING:
    from frontdoor_sim.engine.simpy_engine import World


class Checks:
    """The requests of one visit to a checks stage; late replies still use the partner and are logged (rule 7)."""

    def __init__(self, world: World, contact: Contact, stage: PlannedChecks, visit: int) -> None:
        self.world = world
        self.contact = contact
        self.stage = stage
        self.visit = visit
        self.asked = world.since
        self.replies = 0
        self.joined = not stage.partners
        self.asking = True

    def ask(self) -> None:
        """Send every request, and fix the time-out by the RAG now."""
        world, contact, stage = self.world, self.contact, self.stage
        contact.absent += len(stage.partners)
        stood = self.asked < world.now
        for number, partner in enumerate(stage.partners):
            arrives = world.now if stood else world.passed_on(contact, partner.request, self.visit)
            self.after(arrives, number, "handoff", self.wait_for)
        limit = stage.give_up[contact.rag]
        self.asking = False
        if not self.joined:
            time_up = max(world.now, reached(self.asked, limit))
            world.at(time_up, TIME_OUTS, contact.key, stage.number, self.visit, 0, self.join)

    def after(self, until: int, number: int, cause: str, action: Callable[[int], None]) -> None:
        """A request waits until a second and then moves on, at once if that is now."""
        world, contact, stage = self.world, self.contact, self.stage.number
        if until > world.now:
            world.record.waited(contact, stage, self.visit, number + 1, world.now, until, cause)
            world.at(until, WAITS_END, contact.key, stage, self.visit, number + 1, partial(action, number))
        else:
            action(number)

    def wait_for(self, number: int) -> None:
        """The request has arrived: the partner answers after a delay, or puts it on a desk, or both in turn."""
        delay, world = self.stage.partners[number].delay, self.world
        if delay is None:
            self.on_desk(number)
        else:
            until = delay.after(world.now, world.drawn.seconds(self.contact, delay, self.visit))
            self.after(until, number, "partner", self.on_desk)

    def on_desk(self, number: int) -> None:
        """The request lies on the partner's desk, where there is one."""
        partner, world = self.stage.partners[number], self.world
        if partner.touch is None:
            self.reply(number)
            return
        touch = world.drawn.seconds(self.contact, partner.touch, self.visit) or 1
        job = Job(self.contact, self.stage, self.visit, number + 1, world.since, touch, partial(self.reply, number))
        world.teams[world.plan.team_goes[partner.team]].join(job)

    def reply(self, number: int) -> None:
        """A partner has answered, in time or late; what it says may change the RAG."""
        self.replies += 1
        self.contact.absent -= 1
        partner = self.stage.partners[number]
        if partner.grade_noise is not None:
            error = self.world.drawn.value(self.contact, partner.grade_purpose, STANDARD_NORMAL, self.visit)
            seen = self.contact.need + partner.grade_noise * error // MILLION
            regrade(self.world, self.contact, seen, self.stage.number, self.visit, number + 1)
        if self.replies == self.stage.join:
            self.join()

    def waited_until_now(self) -> None:
        """Write how long the contact has waited for its partners so far; from here on it waits anew."""
        now = self.world.now
        if now > self.asked:
            self.world.record.waited(self.contact, self.stage.number, self.visit, 0, self.asked, now, "partner")
        self.asked = now

    def join(self) -> None:
        """Enough replies, or time is up: whichever is first sends the contact on, once."""
        if not self.joined:
            self.joined = True
            if not self.asking:
                self.contact.go()
