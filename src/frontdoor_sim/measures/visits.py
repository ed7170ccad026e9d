"""The main threads of a log, gathered from stretches into visits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from frontdoor_sim.event_log import EventLog
from frontdoor_sim.event_log.record import codes, numbers
from frontdoor_sim.working_time import NEVER

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

ONWARD = ("handoff", "acceptance", "allocation")
"""What a visit waits for when its own work is done."""


@dataclass(frozen=True)
class Visits:
    """Visits of main threads, each contact's in the order in which they happened.

    Args:
        contact: place of the contact in the list of contacts.
        stage: row of the stage in `about.stages`; -1 where it is not there.
        settled: second at which the visit's own work was done: the end of its last row that is not a wait for a
            handoff, acceptance or allocation (of its last row, if all are).
        ended: end of its last row.
        outcome: place of the outcome in the log's list of outcomes.
        routed: whether it has an outcome.
        ends: whether that outcome is an end.
        transfers: whether that outcome is a transfer.
        back: whether that outcome is another decision: a stage that decides, and no transfer.
        provides: level of need that the outcome meets; -1 where none is stated.
        reached: start of the first row that is not a wait for a handoff or acceptance; NEVER if none.
        held: start of the first row that is work, a held slot or a wait for the first visit; NEVER if none.
    """

    contact: Ints
    stage: Ints
    settled: Ints
    ended: Ints
    outcome: Ints
    routed: Flags
    ends: Flags
    transfers: Flags
    back: Flags
    provides: Ints
    reached: Ints
    held: Ints


def gather(log: EventLog, rows: Ints, contact: Ints) -> Visits:
    """Gather the rows of main threads into visits.

    Args:
        log: the log.
        rows: positions of the rows of main threads, each contact's in the order in which they happened.
        contact: place of each row's contact in the list of contacts.
    """
    events = log.events
    names, stages = codes(events, "stage")
    stage, visit = stages[rows], numbers(events, "visit")[rows]
    new = np.ones(len(rows), dtype=bool)
    new[1:] = (contact[1:] != contact[:-1]) | (stage[1:] != stage[:-1]) | (visit[1:] != visit[:-1])
    first = np.flatnonzero(new)
    last = np.append(first[1:], len(rows))[: len(first)] - 1
    start, end = numbers(events, "start")[rows], numbers(events, "end")[rows]
    causes, cause = codes(events, "waited_for")
    settled = _least(np.where(_among(causes, ONWARD)[cause[rows]], NEVER, -end), first)
    passing = _among(causes, ("handoff", "acceptance"))[cause[rows]]
    waiting = ~_among(causes, ("", "visit"))[cause[rows]]
    words, outcomes = codes(events, "outcome")
    outcome, means = outcomes[rows][last], _Outcomes.of(log, words)
    return Visits(
        contact=contact[first],
        stage=_rows_of_stages(log, names)[stage[first]],
        settled=np.where(settled == NEVER, end[last], -settled),
        ended=end[last],
        outcome=outcome,
        routed=means.named[outcome],
        ends=means.ends[outcome],
        transfers=means.transfers[outcome],
        back=means.back[outcome],
        provides=means.provides[outcome],
        reached=_least(np.where(passing, NEVER, start), first),
        held=_least(np.where(waiting, NEVER, start), first),
    )


def _least(values: Ints, first: Ints) -> Ints:
    """Least value of each visit, whose rows begin at `first`."""
    return np.minimum.reduceat(values, first) if len(first) else values[:0]


def _among(words: list[str], wanted: tuple[str, ...]) -> Flags:
    return np.array([word in wanted for word in words], dtype=bool)


def _rows_of_stages(log: EventLog, names: list[str]) -> Ints:
    """Row in `about.stages` of each stage that the log names; -1 where it is not there."""
    place = {stage: row for row, stage in enumerate(log.about.stages["stage"])}
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
    def of(cls, log: EventLog, words: list[str]) -> _Outcomes:
        """Look up each word in `about.outcomes`; a word that is not there is a stage that follows no decision."""
        table, stages = log.about.outcomes, log.about.stages
        provides = dict(zip(table["outcome"], table["provides"].fillna(-1).astype(int), strict=True))
        transfers = _among(words, tuple(table.loc[table["transfer"], "outcome"]))
        return cls(
            named=np.array([word != "" for word in words], dtype=bool),
            ends=_among(words, tuple(table.loc[table["is_end"], "outcome"])),
            transfers=transfers,
            back=_among(words, tuple(stages.loc[stages["decides"], "stage"])) & ~transfers,
            provides=np.array([provides.get(word, -1) for word in words], dtype=np.int64),
        )
