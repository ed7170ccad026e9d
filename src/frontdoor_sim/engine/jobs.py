"""A piece of work, and the order in which what is due at one second is applied."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heapify
from typing import Any

from frontdoor_sim.engine.contact import Contact

DUTY, ENDS_OF_WORK, WAITS_END, ARRIVALS, TIME_OUTS = range(1, 6)
"""What is due at one second is applied in this order of classes (rule 2)."""


class Job:
    """One piece of work on one contact.

    `left` is the seconds still to be done and `phases` what kinds of work they are, or None where all is touch time;
    `ready` is since when it waits, `joined` its lasting place in the queue, and `done` what follows when it is done.
    `nth` is the time of which its work has the luck, and -1 where how long it lasts is known already; `is_first` says
    whether the visit begins with it. It waits for the first time until it is `begun`, or has `timed_out`; `team` is the
    number of the team in whose queue it waits, or waited last. `rag` is the contact's while it waits, and while it is in hand
    that with which it was taken up. Who waits at a door `came_from` the stage with that number.
    """

    __slots__ = (
        "begun", "came_from", "contact", "done", "is_first", "joined", "left", "nth", "part", "phases", "rag", "ready", "stage",
        "team", "timed_out", "visit",
    )  # fmt: skip

    def __init__(
        self,
        contact: Contact,
        stage: Any,
        visit: int,
        part: int,
        since: int,
        left: int,
        done: Callable[..., Any],
    ) -> None:
        self.contact = contact
        self.rag = contact.rag
        self.stage = stage
        self.visit = visit
        self.part = part
        self.joined = since
        self.ready = since
        self.left = left
        self.nth = -1
        self.is_first = True
        self.phases: list[tuple[int, int]] | None = None
        self.done = done
        self.begun = False
        self.came_from = -1
        self.team = -1
        self.timed_out = False


def without(queue: list[Place], job: Job) -> list[Place]:
    """A queue from which one job has gone, as a heap."""
    rest = [place for place in queue if place[-1] is not job]
    heapify(rest)
    return rest


Place = tuple[Any, int, int, int, int, int, Job]
"""The place of a job in a queue: criteria, time of joining less head start, contact, stage, visit, part; and the job."""


def withdrawn(queue: list[Place], contact: Contact, now: int, write: Callable[[Job, int], None]) -> list[Job]:
    """Take the jobs of a contact out of a queue, which stays a heap; `write` has their waits so far."""
    jobs = [entry[-1] for entry in queue if entry[-1].contact is contact]
    if jobs:
        queue[:] = [entry for entry in queue if entry[-1].contact is not contact]
        heapify(queue)
    for job in jobs:
        if now > job.ready:
            write(job, now)
        job.ready = now
    return jobs
