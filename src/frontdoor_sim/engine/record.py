"""What happened in a run, as integers in the order of writing; made into an event log at the end.

Both engines write the same rows: stretches of work, waits in a queue (still whole), other waits and held slots.
`event_log` then cuts queue waits at duty boundaries, clips what the end of the run cut short, and names things.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable
from itertools import chain
from struct import Struct
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.engine.eligible import Lines, lines_of
from frontdoor_sim.engine.plan import FINISH, Plan
from frontdoor_sim.operating_model import RAGS

if TYPE_CHECKING:
    from frontdoor_sim.engine.checks import Checks
    from frontdoor_sim.engine.contact import Contact
    from frontdoor_sim.engine.doors import Door
    from frontdoor_sim.engine.jobs import Job
    from frontdoor_sim.engine.people import Roster, Team, Worker

Int64s = NDArray[np.int64]
KINDS = ("work", "re-keying", "search", "meeting", "caseload", "wait", "re-grade", "queue")
WORK, REKEYING, SEARCH, MEETING, CASELOAD, WAIT, REGRADE, QUEUE = range(len(KINDS))
CAUSES = ("", "worker", "shift", "partner", "consent", "sign-off", "handoff", "acceptance", "allocation", "visit")
CAUSE = {name: index for index, name in enumerate(CAUSES)}
WORKER, SHIFT, PARTNER = CAUSE["worker"], CAUSE["shift"], CAUSE["partner"]
COLUMNS = (
    "contact",
    "family",
    "stage",
    "visit",
    "part",
    "kind",
    "team",
    "worker",
    "enabled",
    "start",
    "end",
    "cause",
    "rag",
)
NO_OUTCOME = 1 << 30
packed = Struct(f"{len(COLUMNS)}q").pack
"""A row as bytes, which an array takes in one go."""


class Record:
    """Rows as they are written, thirteen integers each, and the outcome of the row that ended each visit."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.rows = array("q")
        self.write = self.rows.frombytes
        self.outcomes = array("q")
        self.overtime = array("q")
        self.number = 0

    def row(self, contact: Contact, stage: int, visit: int, part: int, kind: int, team: int, worker: int,
            enabled: int, start: int, end: int, cause: int) -> None:  # fmt: skip
        """Write one row; the last of the main thread is where the outcome of a visit will stand."""
        self.write(packed(contact.key, contact.family, stage, visit, part, kind, team, worker,
                          enabled, start, end, cause, contact.rag))  # fmt: skip
        if part == 0:
            contact.last_row = self.number
        self.number += 1

    def stretch(self, job: Job, kind: int, team: int, worker: int, start: int, end: int, cause: int = 0) -> None:
        """Write one row about a job, which somebody could have worked on since it was ready."""
        contact, part = job.contact, job.part
        self.write(packed(contact.key, contact.family, job.stage.number, job.visit, part, kind, team, worker,
                          job.ready, start, end, cause, job.rag))  # fmt: skip
        if part == 0:
            contact.last_row = self.number
        self.number += 1

    def waited(self, contact: Contact, stage: int, visit: int, part: int, start: int, end: int, cause: str) -> None:
        """A wait that uses nobody, known from its beginning."""
        self.row(contact, stage, visit, part, WAIT, -1, -1, start, start, end, CAUSE[cause])

    def queued(self, job: Job, team: int, now: int) -> None:
        """A wait in a team's queue, written when it is over; a request on a desk waits for the partner throughout."""
        if job.part:
            self.stretch(job, WAIT, team, -1, job.ready, now, PARTNER)
        else:
            cause = CAUSE[job.stage.wait_cause] if job.stage.kind == "work" else WORKER
            self.stretch(job, QUEUE, team, -1, job.ready, now, cause)

    def unallocated(self, job: Job, now: int) -> None:
        """A wait for a slot, written when it is over."""
        self.waited(job.contact, job.stage.number, job.visit, 0, job.ready, now, "allocation")

    def unaccepted(self, job: Job, now: int) -> None:
        """A wait at a door, written when it is over."""
        self.waited(job.contact, job.stage.number, job.visit, 0, job.ready, now, "acceptance")

    def met(self, job: Job, part: int, worker: Worker, start: int, end: int) -> None:
        """One person of a meeting, for the team that they belong to; time beyond their window is overtime."""
        stage, team = job.stage.number, worker.home.number
        self.row(job.contact, stage, job.visit, part, MEETING, team, worker.number, job.ready, start, end, 0)
        self.note_overtime(worker, [(start, end)])

    def held(self, contact: Contact, stage: Any, visit: int, worker: int, start: int, end: int) -> None:
        """A slot of somebody's caseload is held."""
        self.row(contact, stage.number, visit, 0, CASELOAD, stage.team, worker, start, start, end, 0)

    def regraded(self, contact: Contact, stage: int, visit: int, part: int, now: int) -> None:
        """The RAG was read again, and is another: the row has the new one, and stage and part say what led to it."""
        self.row(contact, stage, visit, part, REGRADE, -1, -1, now, now, now, 0)

    def worked(self, job: Job, team: int, worker: Worker, stretches: list[tuple[int, int]]) -> None:
        """Stretches of work, cut where one kind of work gives way to the next; the job keeps what is left to do.

        Between two stretches the work was set down, and only its own worker could go on: it waited for `shift`.
        """
        left = job.phases or [(WORK, job.left)]
        set_down = stretches[0][0]
        for start, until in stretches:
            if start > set_down:
                self.stretch(job, WAIT, team, -1, set_down, start, SHIFT)
            at, set_down = start, until
            while at < until:
                (kind, seconds), *later = left
                stop = min(until, at + seconds)
                self.stretch(job, kind, team, worker.number, at, stop)
                left = [(kind, seconds - (stop - at)), *later] if stop - at < seconds else later
                at = stop
        job.phases = left if job.phases else None
        if job.stage.end_rule == FINISH:
            self.note_overtime(worker, stretches)

    def note_overtime(self, worker: Worker, stretches: list[tuple[int, int]]) -> None:
        """The part of each stretch that lies beyond the end of the window in which it began."""
        for start, until in stretches:
            ends = worker.ends[bisect_right(worker.starts, start) - 1]
            if until > ends:
                self.overtime.extend((worker.number, max(start, ends), until))

    def outcome(self, row: int, target: int) -> None:
        """Where the contact went when the visit that ended in this row was over."""
        if row >= 0:
            self.outcomes.append(row)
            self.outcomes.append(target)

    def close(self, teams: Iterable[Team], doors: Iterable[Door], open_checks: Iterable[Checks], ends: int) -> None:
        """Write the waits that were still going on at the end of the run."""
        for team in teams:
            for entry in team.queue:
                self.queued(entry[-1], team.number, ends + 1)
            if team.interrupting is not None:
                team.interrupting.close()
            for entry in chain.from_iterable(team.slots.waiting.values()):
                self.unallocated(entry[-1], ends + 1)
        for entry in chain.from_iterable(door.waiting for door in doors):
            self.unaccepted(entry[-1], ends + 1)
        for checks in open_checks:
            self.waited(checks.contact, checks.stage.number, checks.visit, 0, checks.asked, ends + 1, "partner")


def events_table(record: Record, roster: Roster, run: int) -> pd.DataFrame:
    """The canonical events table of a run (dictionary `events`), from what an engine recorded and who was on duty."""
    plan = record.plan
    lines = lines_of(plan)
    rows = np.frombuffer(record.rows, dtype=np.int64).reshape(-1, len(COLUMNS))
    columns = dict(zip(COLUMNS, rows.T, strict=True))
    columns["outcome"] = _outcomes(record, len(rows))
    columns = _cut_queue_waits(columns, lines, _boundaries(plan, lines, roster))
    order = np.lexsort(
        _joined([columns[name] for name in ("end", "start", "part", "visit", "stage", "enabled", "contact")])
    )
    order = order[columns["start"][order] <= plan.timeline.ends]
    columns = {name: column[order] for name, column in columns.items()}
    return events_frame(plan, run, _clip(columns, plan))


def _joined(keys: list[Int64s]) -> list[Int64s]:
    """The same order by fewer keys, least first: a key takes in the next where both fit into 63 bits."""
    joined: list[Int64s] = []
    room = 0
    for key in keys:
        least = key.min(initial=0)
        bits = int(key.max(initial=0) - least).bit_length()
        if bits > 63 - room or not joined:
            joined.append(key - least)
            room = bits
        else:
            joined[-1] += (key - least) << room
            room += bits
    return joined


def _outcomes(record: Record, rows: int) -> Int64s:
    found = np.full(rows, NO_OUTCOME, dtype=np.int64)
    pairs = np.frombuffer(record.outcomes, dtype=np.int64).reshape(-1, 2)
    found[pairs[:, 0]] = pairs[:, 1]
    return found


def _boundaries(plan: Plan, lines: Lines, roster: Roster) -> list[Int64s]:
    """For every line, the seconds at which its duty opens and closes in turn: somebody eligible is on duty, nobody is."""
    available = roster.duty[roster.duty["kind"] == "available"]
    starts, ends, worker = (available[name].to_numpy(np.int64) for name in ("start", "end", "worker"))
    number = {team.name: number for number, team in enumerate(plan.teams)}
    team = np.array([number[name] for name in available["team"].tolist()], dtype=np.int64)
    skills = [roster.people.set_index("worker")["skill"].sort_index().to_numpy(np.int64), *roster.later_skills]
    found = []
    for people in lines.people:
        theirs = [one.who(team, skills[one.model][worker]) for one in people]
        windows = [one.within(starts[who], ends[who]) for one, who in zip(people, theirs, strict=True)]
        found.append(_union(*(np.concatenate(column) for column in zip(*windows, strict=True))))
    return found


def _union(starts: Int64s, ends: Int64s) -> Int64s:
    """Boundaries of the union of windows: open, close, open, close..."""
    order = np.argsort(starts, kind="stable")
    starts, reach = starts[order], np.maximum.accumulate(ends[order])
    fresh = np.concatenate([[True], starts[1:] > reach[:-1]]) if len(starts) else np.zeros(0, dtype=bool)
    last = np.concatenate([fresh[1:], [True]]) if len(starts) else fresh
    return np.asarray(np.stack([starts[fresh], reach[last]], axis=1).reshape(-1), dtype=np.int64)


def _cut_queue_waits(columns: dict[str, Int64s], lines: Lines, boundaries: list[Int64s]) -> dict[str, Int64s]:
    """A queue wait waited for `shift` while nobody eligible was on duty, else for its own cause (design section 7)."""
    queue = columns["kind"] == QUEUE
    line = np.full(len(queue), -1, dtype=np.int64)
    line[queue] = lines.of[columns["team"][queue], columns["stage"][queue]]
    others = np.flatnonzero(~queue)
    parts = [{name: column[others] for name, column in columns.items()}]
    for number, bounds in enumerate(boundaries):
        parts.append(_cut(columns, np.flatnonzero(line == number), bounds))
    return {name: np.concatenate([part[name] for part in parts]) for name in columns}


def _cut(columns: dict[str, Int64s], waits: Int64s, bounds: Int64s) -> dict[str, Int64s]:
    """The waits in these rows, in pieces that end where duty opens or closes."""
    first = np.searchsorted(bounds, columns["start"][waits], side="right")
    pieces = np.searchsorted(bounds, columns["end"][waits], side="left") - first + 1
    owner = np.repeat(np.arange(len(pieces)), pieces)
    nth = np.arange(len(owner)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    cut = {name: column[waits[owner]] for name, column in columns.items()}
    at = first[owner] + nth
    padded = np.concatenate([bounds, [0]])
    is_first, is_last = nth == 0, nth == pieces[owner] - 1
    cut["start"] = np.where(is_first, cut["start"], padded[np.maximum(at - 1, 0)])
    cut["end"] = np.where(is_last, cut["end"], padded[np.minimum(at, len(bounds))])
    cut["cause"] = np.where(at % 2 == 1, cut["cause"], SHIFT)
    cut["kind"] = np.full_like(cut["kind"], WAIT)
    cut["outcome"] = np.where(is_last, cut["outcome"], NO_OUTCOME)
    return cut


def _clip(columns: dict[str, Int64s], plan: Plan) -> dict[str, NDArray[Any]]:
    """Mark what the end of the run cut short, and give teams and outcomes the places that `events_frame` wants."""
    ends, targets, stages = plan.timeline.ends, columns["outcome"], len(plan.stages)
    return columns | {
        "censored": columns["end"] > ends,
        "end": np.minimum(columns["end"], ends),
        "team": columns["team"] + 1,
        "outcome": np.where(targets == NO_OUTCOME, 0, np.where(targets >= 0, 1 + targets, stages - targets)),
    }


def events_frame(plan: Plan, run: int, columns: dict[str, NDArray[Any]]) -> pd.DataFrame:
    """The events table, right by construction.

    Args:
        plan: names stages, ends and teams.
        run: number of the replication.
        columns: those of `COLUMNS` and `outcome` and `censored`; team 0 is none, then teams from 1; outcome 0 is none, then
            stages from 1, then ends.
    """
    stages, rows = [stage.name for stage in plan.stages], len(columns["contact"])

    def category(codes: NDArray[Any], names: Iterable[str]) -> Any:
        words: pd.CategoricalDtype[Any] = pd.CategoricalDtype(list(names))
        small: NDArray[np.int8] = codes.astype(np.int8 if len(words.categories) < 127 else np.int16, copy=False)
        return pd.Categorical.from_codes(small, dtype=words, validate=False)

    zeros = np.zeros(rows, dtype=np.int8)
    return pd.DataFrame(
        {
            "run": np.full(rows, run, dtype=np.int32),
            "option": category(zeros, [plan.model.name]),
            "contact": columns["contact"],
            "family": columns["family"],
            "stage": category(columns["stage"], stages),
            "visit": columns["visit"].astype(np.int16, copy=False),
            "part": columns["part"].astype(np.int16, copy=False),
            "kind": category(columns["kind"], KINDS[:QUEUE]),
            "team": category(columns["team"], ["", *(team.name for team in plan.teams)]),
            "worker": columns["worker"].astype(np.int32, copy=False),
            "enabled": columns["enabled"],
            "start": columns["start"],
            "end": columns["end"],
            "waited_for": category(columns["cause"], CAUSES),
            "outcome": category(columns["outcome"], ["", *stages, *plan.ends]),
            "rag": category(columns["rag"], RAGS),
            "recorded_to": category(zeros, ["second", "minute", "day"]),
            "censored": columns["censored"],
        },
        copy=False,
    )
