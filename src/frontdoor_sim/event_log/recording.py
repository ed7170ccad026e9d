"""How contacts are recorded: what makes figures as reported differ from figures as true."""

from __future__ import annotations

from dataclasses import dataclass

from frontdoor_sim.event_log.columns import Ints
from frontdoor_sim.working_time import Upcoming

ENTRIES = ("receipt", "decision", "end")
"""What a record says of a contact, each a moment."""

Thresholds = tuple[int, int, int]
"""Luck below which each of the `ENTRIES` is meant."""


@dataclass(frozen=True, eq=False)
class SystemRecording:
    """How one case system is kept.

    Args:
        name: its name.
        late: luck below which an entry is made late, at the next second of `entered`, and bears that second.
        entered: when late entries are made.
        missing: luck below which an entry is never made.
    """

    name: str
    late: Thresholds
    entered: Upcoming
    missing: Thresholds


@dataclass(frozen=True, eq=False)
class Recording:
    """On which case systems a contact is recorded, and how those are kept.

    Args:
        systems: the case systems; bit i of a mask means the i-th.
        of_stage: for each row of `About.stages`, the systems on which work there is recorded, as bits.
        matched: luck below which a contact's records on several systems are known to be of one contact.
    """

    systems: tuple[SystemRecording, ...]
    of_stage: Ints
    matched: int
