"""The main threads of an events table, gathered from stretches into visits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from frontdoor_sim.event_log import About
from frontdoor_sim.event_log.columns import Columns, Flags, Ints, places_of, runs
from frontdoor_sim.event_log.reading import ONWARD, SERVED, Outcomes, Visits
from frontdoor_sim.event_log.record import thread_of
from frontdoor_sim.working_time import NEVER

OWN = ("work", "re-keying", "search", "meeting", "caseload")
"""Kinds of stretches in which a visit is served."""


@dataclass(frozen=True)
class Extent:
    """The rows of each visit of a main thread, in an events table that is `arranged`.

    Args:
        first: its first row; its others follow.
        last: its last row; between the two, only rows of part 0 are its own.
    """

    first: Ints
    last: Ints


def arranged(events: pd.DataFrame) -> pd.DataFrame:
    """The events with each main thread's rows in the order in which they happened; as they are, where they are so."""
    table = Columns(events)
    thread = thread_of(table)
    if np.all(thread[1:] > thread[:-1]):
        return events
    return events.iloc[np.append(thread, np.flatnonzero(table.values("part") != 0))]


def extent(events: Columns) -> Extent:
    """First and last row of each visit of a main thread; rows of a task may stand between them."""
    keys = [events.values(column) for column in ("contact", "visit", "part")]
    keys.append(events.words("stage").codes)
    first, last = runs(keys)
    main = keys[2][first] == 0
    first, last = first[main], last[main]
    torn = np.flatnonzero(first[1:] != last[:-1] + 1) + 1
    torn = torn[np.all([key[first[torn]] == key[first[torn - 1]] for key in keys], axis=0)]
    return Extent(np.delete(first, torn), np.delete(last, torn - 1))


def gather(about: About, events: Columns, rows: Extent, contact_of: Callable[[Ints], Ints]) -> Visits:
    """Gather the rows of main threads into visits.

    Args:
        about: what one must know to read the log.
        events: the events, `arranged`.
        rows: the rows of each visit.
        contact_of: says the place of the contact of some events in the list of contacts.
    """
    first, last = rows.first, rows.last
    start, end, cause = events.numbers("start"), events.numbers("end"), events.words("waited_for")
    stage = _rows_of_stages(about, events.words("stage").names)[events.words("stage").codes[first]]
    kinds = [*about.of_stages.values("kind").tolist(), ""]
    slot = np.flatnonzero(np.array([kind == "caseload" for kind in kinds])[stage])
    places, begins = places_of(first[slot], last[slot])
    main, some = events.values("part") == 0, cause.take(places)

    def first_start(kept: Flags) -> Ints:
        """Start of the first row that is kept of each visit at a caseload stage."""
        starts = np.where(kept & main[places], start[places], NEVER)
        return np.minimum.reduceat(starts, begins) if len(begins) else starts

    outcome = events.words("outcome").take(last).places
    outcomes = Outcomes.of(about, events.words("outcome").names)
    served = main & (events.words("kind").among(OWN) | cause.among(("visit",)))
    may_leave = np.array([kind in SERVED for kind in kinds])[stage] & about.tells_work
    return Visits(
        contact=contact_of(first),
        stage=stage,
        settled=end[_last_of(main & ~cause.among(ONWARD), first, last)],
        ended=end[last],
        outcome=outcome,
        outcomes=outcomes,
        unserved=outcomes.routed[outcome] & (_latest(served, last) < first) & may_leave,
        slot=slot,
        reached=first_start(~some.among(ONWARD[:2])),
        held=first_start(some.among(("", "visit"))),
    )


def _last_of(kept: Flags, first: Ints, last: Ints) -> Ints:
    """The last row of each visit that is kept; its last row, if none is."""
    latest = _latest(kept, last)
    return np.where(latest >= first, latest, last)


def _latest(kept: Flags, rows: Ints) -> Ints:
    """For each of some rows, the latest row that is kept, up to that one; -1 where there is none."""
    return np.append(-1, np.flatnonzero(kept))[np.cumsum(kept, dtype=np.int32)[rows]]


def _rows_of_stages(about: About, names: Sequence[str]) -> Ints:
    """Row in `about.stages` of each stage that the log names; -1 where it is not there."""
    place = {stage: row for row, stage in enumerate(about.of_stages.values("stage").tolist())}
    return np.array([place.get(name, -1) for name in names], dtype=np.int64)
