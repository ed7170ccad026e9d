"""Re-grading in the reference engine: a contact's RAG is read again, and what waits of it takes its new place (rule 3)."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from frontdoor_sim.engine.contact import Contact
from frontdoor_sim.engine.plan import reached

if TYPE_CHECKING:
    from frontdoor_sim.engine.simpy_engine import World

BY_JUDGEMENT = 1
"""The part under which a re-grade by judgement stands in the log; one by a partner's answer has the part of the request."""


def regrade(world: World, contact: Contact, seen: int, stage: int, visit: int, part: int) -> None:
    """Grade a contact by what is seen of its need now [millionths]; nothing happens where the grade stays.

    A wait is cut here, so that each row of the log has one RAG. Jobs in queues, and meetings, keep their time of joining.
    """
    rag = 3 - bisect_right(world.plan.grade_cuts, seen)
    if rag == contact.rag:
        return
    for checks in world.open_checks:
        if checks.contact is contact:
            checks.waited_until_now()
    waiting = [(team, team.withdrawn(contact)) for team in world.teams]
    meetings = world.meetings.withdrawn(contact)
    at_doors = [(door, door.withdrawn(contact)) for door in world.doors.values()]
    contact.rag = rag
    contact.deadline = reached(contact.received, world.plan.deadlines[rag]) if world.by_deadline else 0
    for team, jobs in waiting:
        team.put_back(jobs)
        if team.interrupting is not None and team.interrupting.has_in_hand(contact):
            world.touched.add(team.number)
    for meeting in meetings:
        world.meetings.join(meeting)
    for door, jobs in at_doors:
        for job in jobs:
            door.queue(job)
    world.record.regraded(contact, stage, visit, part, world.now)
