"""The main threads of a log, gathered from stretches into visits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from frontdoor_sim.event_log import About
from frontdoor_sim.event_log.columns import Columns, Flags, Ints, places_of, runs
from frontdoor_sim.event_log.record import thread_of
from frontdoor_sim.working_time import NEVER

ONWARD = ("handoff", "acceptance", "allocation")
"""What a visit waits for when its own work is done."""


@dataclass(frozen=True)
class Visits:
    """Visits of main threads, each contact's in the order in which they happened.

    Args:
        contact: place of the contact in the list of contacts.
        stage: row of the stage in `about.stages`; -1 where it is not there.
        first: its first row; its others follow.
        last: its last row; between the two, only rows of part 0 are its own.
        begun: start of its first row.
        settled: second at which the visit's own work was done: the end of its last row that is not a wait for a
            handoff, acceptance or allocation (of its last row, if all are).
        ended: end of its last row.
        outcome: place of the outcome in the log's list of outcomes.
        routed: whether it has an outcome.
        ends: whether that outcome is an end.
        transfers: whether that outcome is a transfer.
        back: whether that outcome is another decision: a stage that decides, and no transfer.
        provides: level of need that the outcome meets; -1 where none is stated.
        slot: the visits at caseload stages.
        reached: for each of those, start of the first row that is not a wait for a handoff or acceptance; NEVER if none.
        held: for each of those, start of the first row that is a held slot or a wait for the first visit; NEVER if none.
    """

    contact: Ints
    stage: Ints
    first: Ints
    last: Ints
    begun: Ints
    settled: Ints
    ended: Ints
    outcome: Ints
    routed: Flags
    ends: Flags
    transfers: Flags
    back: Flags
    provides: Ints
    slot: Ints
    reached: Ints
    held: Ints


def arranged(events: pd.DataFrame) -> pd.DataFrame:
    """The events with each main thread's rows in the order in which they happened; as they are, where they are so."""
    table = Columns(events)
    thread = thread_of(table)
    if np.all(thread[1:] > thread[:-1]):
        return events
    return events.iloc[np.append(thread, np.flatnonzero(table.values("part") != 0))]


def _extent(events: Columns) -> tuple[Ints, Ints]:
    """First and last row of each visit of a main thread; rows of a task may stand between them."""
    keys = [events.values(column) for column in ("contact", "visit", "part")]
    keys.append(events.words("stage").codes)
    first, last = runs(keys)
    main = keys[2][first] == 0
    first, last = first[main], last[main]
    torn = np.flatnonzero(first[1:] != last[:-1] + 1) + 1
    torn = torn[np.all([key[first[torn]] == key[first[torn - 1]] for key in keys], axis=0)]
    return np.delete(first, torn), np.delete(last, torn - 1)


def gather(about: About, events: Columns, contact_of: Callable[[Ints], Ints]) -> Visits:
    """Gather the rows of main threads into visits.

    Args:
        about: what one must know to read the log.
        events: the events, `arranged`.
        contact_of: says the place of the contact of some events in the list of contacts.
    """
    first, last = _extent(events)
    start, end, cause = events.numbers("start"), events.numbers("end"), events.words("waited_for")
    stage = _rows_of_stages(about, events.words("stage").names)[events.words("stage").codes[first]]
    caseload = [kind == "caseload" for kind in about.stages["kind"].tolist()]
    slot = np.flatnonzero(np.array([*caseload, False])[stage])
    places, begins = places_of(first[slot], last[slot])
    main, some = events.values("part") == 0, cause.take(places)

    def first_start(kept: Flags) -> Ints:
        """Start of the first row that is kept of each visit at a caseload stage."""
        starts = np.where(kept & main[places], start[places], NEVER)
        return np.minimum.reduceat(starts, begins) if len(begins) else starts

    outcome, means = events.words("outcome").take(last).places, _Outcomes.of(about, events.words("outcome").names)
    return Visits(
        contact=contact_of(first),
        stage=stage,
        first=first,
        last=last,
        begun=start[first],
        settled=end[_last_of(main & ~cause.among(ONWARD), first, last)],
        ended=end[last],
        outcome=outcome,
        routed=means.named[outcome],
        ends=means.ends[outcome],
        transfers=means.transfers[outcome],
        back=means.back[outcome],
        provides=means.provides[outcome],
        slot=slot,
        reached=first_start(~some.among(ONWARD[:2])),
        held=first_start(some.among(("", "visit"))),
    )


def _last_of(kept: Flags, first: Ints, last: Ints) -> Ints:
    """The last row of each visit that is kept; its last row, if none is."""
    latest = np.append(-1, np.flatnonzero(kept))[np.cumsum(kept, dtype=np.int32)[last]]
    return np.where(latest >= first, latest, last)


def _rows_of_stages(about: About, names: Sequence[str]) -> Ints:
    """Row in `about.stages` of each stage that the log names; -1 where it is not there."""
    place = {stage: row for row, stage in enumerate(about.stages["stage"].tolist())}
    return np.array([place.get(name, -1) for name in names], dtype=np.int64)


@dataclass(frozen=True)
class _Outcomes:
    """What the outcomes that the log names mean, one element an outcome."""

    named: Flags
    ends: Flags
    transfers: Flags
    back: Flags
    provides: Ints

    @classmethod
    def of(cls, about: About, words: Sequence[str]) -> _Outcomes:
        """Look up each word in `about.outcomes`; a word that is not there is a stage that follows no decision."""
        columns = (about.outcomes[name].tolist() for name in ("outcome", "is_end", "transfer", "provides"))
        known = {word: rest for word, *rest in zip(*columns, strict=True)}
        found = [known.get(word, (False, False, None)) for word in words]
        ends, transfers = (np.array([meaning[place] for meaning in found], dtype=bool) for place in (0, 1))
        decides = about.stages["stage"][about.stages["decides"].to_numpy(dtype=bool)].tolist()
        levels = [-1 if pd.isna(level) else int(level) for _, _, level in found]
        return cls(
            named=np.array([word != "" for word in words], dtype=bool),
            ends=ends,
            transfers=transfers,
            back=np.array([word in decides for word in words], dtype=bool) & ~transfers,
            provides=np.array(levels, dtype=np.int64),
        )
