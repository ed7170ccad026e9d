"""Whether a step is over in time: the targets that a council sets itself beside the one for decisions.

A target names the stage that has to be over (`until`), and may name the stage that starts the clock (`since`): the
last visit there, before the first to `until`, that had done its own work. Otherwise the clock starts when the contact
was sent to `until`. Waits for a handoff, acceptance or allocation that follow the step are not part of it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from frontdoor_sim.event_log.columns import Flags
from frontdoor_sim.measures.answers import Answer, Measure, missing, quotients
from frontdoor_sim.measures.journeys import Journeys
from frontdoor_sim.measures.timeliness import deadlines


def target_met_share(journeys: Journeys) -> Iterator[Answer]:
    """Share of contacts for which a step was over in time, by target, and by target and RAG on arrival.

    `#{over in time} / #{clock started in [0, closes), deadline <= ends}` over the contacts that were sent to the stage
    `until` and whose RAG on arrival has a limit; the first visit there counts. Every contact whose deadline falls at or
    before the end of the run counts, whatever its state: waiting and late is a breach. Elapsed hours: `over <= deadline =
    start + limit`. Working hours: as for decisions. Working days: `over < deadline`, which is 24:00 on working day D +
    limit, D counted from the start of the clock as from a receipt.
    """
    name, limits = "target_met_share", _limits(journeys)
    if not limits:
        yield missing(name, "no target names a stage")
        return
    groups: list[tuple[str, str, Flags, Flags]] = []
    for (target, since, until), by_rag in limits.items():
        begun, over = journeys.step(since, until)
        deadline, last = deadlines(journeys, begun, by_rag)
        counted = journeys.within(begun) & (deadline <= journeys.about.ends)
        groups.append(("target", target, counted, over <= last))
        for rag, *_ in by_rag:
            mine = counted & journeys.contacts.words("rag").among([rag])
            groups.append(("target and rag", f"{target}, {rag}", mine, over <= last))
    for by in ("target", "target and rag"):
        yield _shares(name, by, [group for group in groups if group[0] == by])


def _limits(journeys: Journeys) -> dict[tuple[str, str, str], list[tuple[str, int, str]]]:
    """For each target that names a stage, with the stages of its clock, its limits: RAG, limit, clock."""
    rows = journeys.about.of_targets.rows("target", "since", "until", "rag", "limit", "clock")
    found: dict[tuple[str, str, str], list[tuple[str, int, str]]] = {}
    for target, since, until, *limit in rows:
        if until:
            found.setdefault((target, since, until), []).append(tuple(limit))
    return found


def _shares(name: str, by: str, groups: list[tuple[str, str, Flags, Flags]]) -> Answer:
    below = np.array([np.count_nonzero(counted) for _, _, counted, _ in groups])
    above = np.array([np.count_nonzero(counted & met) for _, _, counted, met in groups])
    return Answer(name, by, [group for _, group, _, _ in groups], *quotients(above, below))


MEASURES = (Measure(target_met_share, ("target_met_share",), "share", ("target", "target and rag")),)
