"""What a council's case systems say of its contacts, made from what is true and from how they are kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from frontdoor_sim.compiling import Quick
from frontdoor_sim.event_log import Recording, SystemRecording
from frontdoor_sim.event_log.columns import Flags, Ints
from frontdoor_sim.event_log.reading import Visits
from frontdoor_sim.event_log.recording import ENTRIES
from frontdoor_sim.luck import code, draws
from frontdoor_sim.working_time import NEVER


@dataclass(frozen=True, eq=False)
class Records:
    """The records that a dashboard counts, one element each.

    Args:
        contact: place of its contact in the list of contacts.
        system: number of its case system; -1 where several were matched to one, or nobody has worked on the contact yet.
        received, decided, ended: what its entries say [s]; NEVER where there is none.
    """

    contact: Ints
    system: Ints
    received: Ints
    decided: Ints
    ended: Ints


def recorded(recording: Recording, keys: Ints, true: Ints, visits: Visits) -> Records:
    """Every record that counts: each on its own, but for those of one contact that are matched to one.

    Matched records count as one that says the earliest that any of them says.

    Args:
        recording: how case systems are kept.
        keys: key of each contact.
        true: when each was received, decided and ended [s]; array [entries, contacts], NEVER where it was not.
        visits: the visits of main threads.
    """
    systems = systems_worked_on(recording, true[1], visits)
    several = (systems & (systems - 1)) > 0
    matched: Flags = several & (draws(keys, code("recording: matched")) < recording.matched)
    ones = np.flatnonzero(matched | (systems == 0))
    as_one, place = np.where(matched.take(ones), NEVER, true.take(ones, axis=1)), np.zeros_like(systems)
    place[ones] = np.arange(len(ones))
    parts = []
    for number, system in enumerate(recording.systems):
        mine = np.flatnonzero((systems & 1 << number) > 0)
        said, known = true.take(mine, axis=1), matched[mine]
        enter(system, keys[mine], said)
        of_one, alone = np.flatnonzero(known), np.flatnonzero(~known)
        places = place.take(mine.take(of_one))
        for least, entry in zip(as_one, said, strict=True):
            least[places] = np.minimum(least.take(places), entry.take(of_one))
        parts.append((mine[alone], np.full(len(alone), number), said.take(alone, axis=1)))
    parts.append((ones, np.full(len(ones), -1), as_one))
    contact, of_system, told = (np.concatenate(column, axis=-1) for column in zip(*parts, strict=True))
    return Records(contact, of_system, *told)


def systems_worked_on(recording: Recording, decided: Ints, visits: Visits) -> Ints:
    """For each contact, the case systems of those who worked on it up to its decision, as bits."""
    found = np.zeros(len(decided), dtype=np.int64)
    _gather_systems(visits, np.append(recording.of_stage, 0), decided, found)
    return found


@Quick
def _gather_systems(visits: Visits, of_stage: Ints, decided: Ints, found: Ints) -> None:
    """Add the systems of each visit that was over by the decision to those of its contact."""
    for visit in range(len(visits.contact)):
        contact = visits.contact[visit]
        if visits.outcomes.routed[visits.outcome[visit]] and visits.settled[visit] <= decided[contact]:
            found[contact] |= of_stage[visits.stage[visit]]


def enter(system: SystemRecording, keys: Ints, said: Ints) -> None:
    """Put what the entries on one system say in the place of what is true; array [entries, contacts].

    Example:
        >>> from frontdoor_sim.working_time import Upcoming
        >>> at = Upcoming(np.array([100, 200]))
        >>> morning = SystemRecording("A", late=(0, 1 << 32, 0), entered=at, missing=(0, 0, 1 << 32))
        >>> said = np.array([[5, 90], [101, 300], [400, 400]])
        >>> enter(morning, np.array([1, 2]), said)
        >>> said.tolist() == [[5, 90], [200, NEVER], [NEVER, NEVER]]
        True
    """
    for place, (entry, told) in enumerate(zip(ENTRIES, said, strict=True)):
        purpose = f"recording: {system.name}: {entry}"
        if system.late[place]:
            late = np.flatnonzero(draws(keys, code(f"{purpose} late")) < system.late[place])
            told[late] = system.entered.at_or_after(told.take(late))
        if system.missing[place]:
            told[np.flatnonzero(draws(keys, code(f"{purpose} missing")) < system.missing[place])] = NEVER
