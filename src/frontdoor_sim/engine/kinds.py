"""The kinds of stage in the reference engine: what happens to a contact at each, written as it happens.

Each is a generator; a bare `yield` hands the contact to a team, a partner or a clock, which sends it on later.
It returns the number of its outcome.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Generator
from functools import partial
from typing import TYPE_CHECKING

from frontdoor_sim.engine.checks import Checks
from frontdoor_sim.engine.contact import Contact
from frontdoor_sim.engine.jobs import ENDS_OF_WORK, TIME_OUTS, WAITS_END, Job
from frontdoor_sim.engine.plan import (
    MILLION,
    STANDARD_NORMAL,
    PlannedCaseload,
    PlannedChecks,
    PlannedConsent,
    PlannedDelay,
    PlannedMeeting,
    PlannedStage,
    PlannedWork,
    Span,
)
from frontdoor_sim.engine.record import REKEYING, SEARCH, WORK
from frontdoor_sim.engine.regrading import BY_JUDGEMENT, regrade
from frontdoor_sim.luck import code
from frontdoor_sim.operating_model import CHECKS_OUTCOMES, CONSENT_OUTCOMES, QUEUE_OUTCOMES
from frontdoor_sim.working_time import NEVER

if TYPE_CHECKING:
    from frontdoor_sim.engine.simpy_engine import World

Steps = Generator[None, None, int]
COMPLETE, TIMED_OUT = range(len(CHECKS_OUTCOMES))
DONE, GAVE_UP, TURNED_AWAY = range(len(QUEUE_OUTCOMES))
GIVEN, REFUSED, NOT_REACHED, OVERRIDDEN = range(len(CONSENT_OUTCOMES))
HISTORY, CONSENT = code("history missed"), code("consent on arrival")


def work(world: World, contact: Contact, stage: PlannedWork, visit: int) -> Steps:
    """A worker searches, re-keys and works; then, at a judging stage, judges."""
    job = put_to_work(world, contact, stage.number, visit, visit)
    if job.stage.patience:
        wait_at_most(world, job, lambda: world.teams[job.team].give_up(job))
    yield
    world.make_room(stage.number)
    if job.timed_out:
        return GAVE_UP
    judge(world, contact, job.stage, visit)
    return DONE


def wait_at_most(world: World, job: Job, give_up: Callable[[], None]) -> None:
    """Fix, by the RAG on joining, when a contact gives up waiting in a queue (rule 3); it waits for a second at least."""
    span, contact = job.stage.patience[job.contact.rag], job.contact
    if span is not None:
        until = span.after(world.now, max(1, world.drawn.seconds(contact, span, job.visit)))
        world.at(until, TIME_OUTS, contact.key, job.stage.number, job.visit, 0, give_up)


def put_to_work(world: World, contact: Contact, number: int, visit: int, nth: int, is_first: bool = True) -> Job:
    """Queue the work of a visit, with the luck of time `nth`; how long it lasts is read when it is first taken up."""
    stage = world.plan_for(contact, number).stages[number]
    job = Job(contact, stage, visit, 0, world.since, 0, contact.go)
    job.nth, job.is_first = nth, is_first
    world.teams[stage.team].join(job)
    return job


def take_up(world: World, job: Job) -> None:
    """Somebody first takes a piece of work up: search, then re-keying, then touch time (rule 1)."""
    contact, nth = job.contact, job.nth
    if world.plan.ramps:
        job.stage = world.plan_for(contact, job.stage.number).stages[job.stage.number]
    stage = job.stage
    search = stage.searches * world.drawn.seconds(contact, stage.search, nth) if stage.search else 0
    again = rekeying(world, contact, stage, nth) if stage.rekey else 0
    touch = world.drawn.seconds(contact, stage.touch, nth) or 1
    job.left, job.nth = search + again + touch, -1
    if search or again:
        kinds = ((SEARCH, search), (REKEYING, again), (WORK, touch))
        job.phases = [(kind, seconds) for kind, seconds in kinds if seconds]


def rekeying(world: World, contact: Contact, stage: PlannedWork, visit: int) -> int:
    """Seconds to enter the record on each further system of the team; the very first entry is part of the touch."""
    systems = stage.systems
    missing = (systems & ~contact.recorded).bit_count() - (0 if contact.recorded or not systems else 1)
    contact.recorded |= systems
    return missing * world.drawn.seconds(contact, stage.rekey, visit) if missing and stage.rekey else 0


def judge(world: World, contact: Contact, stage: PlannedStage, visit: int) -> None:
    """Perceived need is need + bias + noise; its level is the number of thresholds it reaches, and one."""
    judges = stage.judges
    if judges is None:
        return
    verdicts = judges.of(contact.source, contact.area)
    missed = judges.missed > 0 and world.drawn.luck(contact, HISTORY) < judges.missed
    noise = verdicts.noise[2 * missed + (contact.absent > 0)]
    perceived = contact.need + verdicts.bias
    if noise:
        error = world.drawn.value(contact, judges.purpose, STANDARD_NORMAL, visit)
        perceived += noise * error // MILLION
    level = 1 + bisect_right(verdicts.cuts, perceived)
    contact.agrees = int(contact.judged in (0, level))
    contact.judged = level
    if judges.regrades:
        regrade(world, contact, perceived, stage.number, visit, BY_JUDGEMENT)


def consent(world: World, contact: Contact, stage: PlannedConsent, visit: int) -> Steps:
    """Attempts with gaps, unless consent came with the contact, or protection overrides it, when it arrives here."""
    if world.stood_since == NEVER:
        if came_with_consent(world, contact, stage):
            return GIVEN
        if stage.override_for[contact.rag]:
            return OVERRIDDEN
    for attempt in range(stage.attempts):
        nth = visit * stage.attempts + attempt
        put_to_work(world, contact, stage.number, visit, nth, is_first=attempt == 0)
        yield
        luck = world.drawn.luck(contact, stage.attempt_purpose, nth)
        if luck < stage.given:
            return GIVEN
        if luck < stage.given + stage.refused:
            return REFUSED
        if attempt + 1 < stage.attempts:
            yield from wait(world, contact, stage, visit, stage.gap, nth, "consent")
    return NOT_REACHED


def came_with_consent(world: World, contact: Contact, stage: PlannedConsent) -> bool:
    """Whether consent came with a contact, by the table or by luck."""
    if contact.consent >= 0:
        return contact.consent == 1
    return world.drawn.luck(contact, CONSENT) < stage.arrives_with[contact.source]


def wait(world: World, contact: Contact, stage: PlannedStage, visit: int, span: Span, nth: int, cause: str) -> Steps:
    """A wait that uses nobody, on its own clock (rule 6)."""
    since, until = world.since, span.after(world.now, world.drawn.seconds(contact, span, nth))
    if until > since:
        world.record.waited(contact, stage.number, visit, 0, since, until, cause)
    if until > world.now:
        world.at(until, WAITS_END, contact.key, stage.number, visit, 0, contact.go)
        yield
    return 0


def delay(world: World, contact: Contact, stage: PlannedDelay, visit: int) -> Steps:
    """Wait; nobody is needed."""
    yield from wait(world, contact, stage, visit, stage.delay, visit, stage.wait_cause)
    return 0


def meeting(world: World, contact: Contact, stage: PlannedMeeting, visit: int) -> Steps:
    """Wait for all the people of a meeting, and for its end (rule 4)."""
    job = Job(contact, stage, visit, 0, world.since, 0, contact.go)
    world.meetings.join(job)
    yield
    judge(world, contact, job.stage, visit)
    return 0


def checks(world: World, contact: Contact, stage: PlannedChecks, visit: int) -> Steps:
    """Ask all partners at once; go on when enough have answered or time is up (rule 7)."""
    asked = Checks(world, contact, stage, visit)
    asked.ask()
    if not asked.joined:
        world.open_checks.add(asked)
        yield
        world.open_checks.discard(asked)
    asked.waited_until_now()
    return COMPLETE if asked.replies >= stage.join else TIMED_OUT


def caseload(world: World, contact: Contact, stage: PlannedCaseload, visit: int) -> Steps:
    """Wait for a slot, then hold it (rule 8)."""
    job = Job(contact, stage, visit, 0, world.since, 0, partial(hold, world))
    slots = world.teams[stage.team].slots
    if not (world.stood_since < NEVER and contact.is_held and slots.held_already(job)):
        slots.join(job)
    if stage.patience and not job.begun:
        wait_at_most(world, job, lambda: world.teams[job.team].slots.give_up(job))
    yield
    if job.timed_out:
        world.make_room(stage.number)
        return GAVE_UP
    judge(world, contact, job.stage, visit)
    return DONE


def hold(world: World, job: Job, worker: int, slots: int) -> None:
    """A person takes the case: slots are held until it ends, and the first visit is made meanwhile."""
    contact, stage, visit, stood = job.contact, job.stage, job.visit, world.stood_since < NEVER
    world.make_room(stage.number)
    if world.now > job.ready and not stood:
        world.record.unallocated(job, world.now)
    until = stage.hold.after(world.now, max(1, world.drawn.seconds(contact, stage.hold, visit)))
    world.record.held(contact, stage, visit, worker, world.since, until)
    if stage.first_visit is not None and not stood:
        seen = stage.first_visit.after(world.now, world.drawn.seconds(contact, stage.first_visit, visit))
        world.record.waited(contact, stage.number, visit, 1, world.now, seen, "visit")

    def release() -> None:
        world.teams[stage.team].slots.release(worker, slots)
        contact.go()

    world.at(until, ENDS_OF_WORK, contact.key, stage.number, visit, 0, release)


KINDS: dict[str, Callable[..., Steps]] = {
    "work": work,
    "consent": consent,
    "checks": checks,
    "caseload": caseload,
    "delay": delay,
    "meeting": meeting,
}
