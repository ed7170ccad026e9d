"""Dated changes in the reference engine: a model gives way to the next, and what waits is looked at again (rule 2)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING

from frontdoor_sim.engine.jobs import WAITS_END, Job
from frontdoor_sim.engine.people import Team
from frontdoor_sim.engine.plan import Plan

if TYPE_CHECKING:
    from frontdoor_sim.engine.doors import Door
    from frontdoor_sim.engine.simpy_engine import World


class TakenOut(Exception):  # noqa: N818 - nothing is wrong
    """Thrown into the pathway of a contact that waits at a stage which is no more."""


def change(world: World, plan: Plan, skills: Sequence[int]) -> None:
    """Another model is in force from now on.

    What has begun goes on as it began. Work that waits and was never taken up is that of the new model: it goes to the queue
    of the team that its stage has now, or to where the work of its stage goes; its place in the queue is kept.

    Args:
        world: the run.
        plan: the new model.
        skills: what each worker can do from now on, by number.
    """
    world.read(plan)
    queues = [(team, team.emptied()) for team in world.teams]
    cases = [(team, team.slots.emptied()) for team in world.teams]
    meetings = world.meetings.emptied()
    at_doors = [(door, door.emptied()) for door in world.doors.values()]
    for team, facts in zip(world.teams, plan.teams, strict=True):
        team.arrange(facts)
    for worker, skill in zip(world.workers, skills, strict=True):
        worker.skill = skill
    for team, jobs in queues:
        for job in jobs:
            requeue(world, team, job)
    for job in chain.from_iterable(jobs for _, jobs in cases):
        wait_again_for_slot(world, job)
    for job in meetings:
        call_again(world, job)
    for door, jobs in at_doors:
        for job in jobs:
            wait_again_at_door(world, door, job)


def requeue(world: World, team: Team, job: Job) -> None:
    """Work in a queue: begun, or asked of a partner, it stays unless its team is no more; else it is that of its stage now."""
    stage, plan = job.stage, world.plan
    begun = job.nth < 0
    if not begun and job.is_first and plan.goes[stage.number] != stage.number:
        world.record.queued(job, team.number, world.now)
        take_out(world, job)
        return
    now_in = world.teams[plan.team_goes[team.number] if begun else plan.stages[stage.number].team]
    if now_in is not team:
        world.record.queued(job, team.number, world.now)
        job.ready = world.now
    job.stage = stage if begun else plan.stages[stage.number]
    now_in.join(job)


def wait_again_for_slot(world: World, job: Job) -> None:
    """A case that nobody holds yet waits where its stage now is."""
    number = job.stage.number
    if world.plan.goes[number] != number:
        world.record.unallocated(job, world.now)
        take_out(world, job)
        return
    job.stage = world.plan.stages[number]
    world.teams[job.stage.team].slots.join(job)


def call_again(world: World, job: Job) -> None:
    """A meeting that waits calls whom its stage calls now, and will last as long as that says; it keeps its place."""
    number, team = job.stage.number, job.stage.team
    fresh, is_gone = world.plan.stages[number], world.plan.goes[number] != number
    if is_gone or fresh.team != team:
        world.record.queued(job, team, world.now)
        job.ready = world.now
    if is_gone:
        take_out(world, job)
        return
    job.stage = fresh
    world.meetings.join(job)


def wait_again_at_door(world: World, door: Door, job: Job) -> None:
    """Who waits at the door of a stage that is no more goes where its work goes; another limit may let others in."""
    if world.plan.goes[door.stage.number] == door.stage.number:
        door.queue(job)
        return
    door.leaves_tray(job)
    take_out(world, job)


def take_out(world: World, job: Job) -> None:
    """The contact leaves a stage that is no more, among the waits that end at this second."""
    contact, job.begun = job.contact, True
    world.at(world.now, WAITS_END, contact.key, job.stage.number, job.visit, 0, contact.leave)
