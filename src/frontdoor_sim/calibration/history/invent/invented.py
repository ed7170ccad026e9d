"""An invented council's records, before they are written in any format."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.calibration.history.invent.people import children_of, codes_of
from frontdoor_sim.calibration.journeys import journeys_of
from frontdoor_sim.event_log import EventLog
from frontdoor_sim.luck import code, draws, share_as_luck
from frontdoor_sim.working_time import NEVER, WallClock

Flags = NDArray[np.bool_]

ONE = "system_a"
BOTH = ("system_a", "system_b")
MOMENTS = ("received_at", "reached_at", "started_at", "decided_at", "accepted_at", "allocated_at", "finished_at")


@dataclass(frozen=True, eq=False)
class Invented:
    """Records of an invented council: local times as datetime64, missing where something has not happened.

    Args:
        contacts: one row a contact: `number, contact, family, received_at` and the other `MOMENTS`, `source, source_code,
            rag, open_case, children, outcome, team, level, system, twin` (of a row that stands in a second system).
        children: one row a child of a contact, from `people.children_of`.
        steps: one row a workflow step: `number` (of the contact), `step, parent, stage, title, incoming_at, started_at,
            completed_at, next_title, team`.
        extracted: local time at which the files are taken.
        how: how the writers are to write: names of faults that concern the writing.
        planted: for each fault, in how many rows it was planted.
    """

    contacts: pd.DataFrame
    children: pd.DataFrame
    steps: pd.DataFrame
    extracted: pd.Timestamp
    how: frozenset[str] = frozenset()
    planted: dict[str, int] = field(default_factory=dict)

    @property
    def systems(self) -> tuple[str, ...]:
        """The case systems."""
        return tuple(sorted(self.contacts["system"].unique()))


def invented_of(log: EventLog, seed: int) -> Invented:
    """The records of a simulated log, without any fault."""
    told = journeys_of(log)
    contacts = told.contacts[told.contacts["received"] < log.about.ends].sort_values(["received", "contact"])
    contacts = contacts.reset_index(drop=True)
    clock = log.about.clock
    seconds = ("received", "enters", "started", "decided", "accepted", "allocated", "assessed")
    for name, column in zip(MOMENTS, seconds, strict=True):
        contacts[name] = local(contacts[column].to_numpy(dtype=np.int64), clock)
    contacts = contacts.drop(columns=list(seconds)).assign(
        number=np.arange(1, len(contacts) + 1), system=ONE, twin=False, luck=contacts["contact"]
    )
    contacts["source_code"] = codes_of(contacts, seed)
    contacts["team"] = contacts["team"].map(title)
    children = children_of(contacts, seed)
    return Invented(
        contacts,
        children,
        _steps(told.visits, contacts, log),
        pd.Timestamp(clock.local(log.about.ends).replace(tzinfo=None)),
    )


def local(seconds: NDArray[np.int64], clock: WallClock) -> NDArray[np.datetime64]:
    """Local times, missing where the second is `NEVER`."""
    there = seconds < NEVER
    times = np.full(len(seconds), np.datetime64("NaT", "s"))
    times[there] = clock.local(seconds[there])
    return times


def title(name: str) -> str:
    """The words that a case system shows for a name.

    Example:
        >>> title("ehap_door")
        'Ehap door'
    """
    return str(name).replace("_", " ").capitalize()


def chosen(keys: pd.Series, purpose: str, share: float) -> Flags:
    """Which records a fault befalls: a given share, by the keyed luck of each.

    Example:
        >>> int(chosen(pd.Series(range(10_000)), "batch entry", 0.25).sum())
        2494
    """
    luck = draws(keys.to_numpy(dtype=np.int64), code(f"history: {purpose}"))
    picked: Flags = luck < share_as_luck(share)
    return picked


def _steps(visits: pd.DataFrame, contacts: pd.DataFrame, log: EventLog) -> pd.DataFrame:
    """The visits as workflow steps, numbered through."""
    number = contacts.set_index("contact")["number"]
    mine = visits[visits["contact"].isin(number.index)].reset_index(drop=True)
    clock = log.about.clock
    same = mine["contact"].eq(mine["contact"].shift())
    step = pd.Series(np.arange(len(mine)) + 500_001)
    table = pd.DataFrame({"number": mine["contact"].map(number), "step": step, "stage": mine["stage"]})
    table["parent"] = step.shift().where(same).astype("Int64")
    table["title"] = mine["stage"].map(title)
    table["next_title"] = mine["outcome"].map(title)
    for name, column in (("incoming_at", "incoming"), ("started_at", "started"), ("completed_at", "settled")):
        table[name] = local(mine[column].to_numpy(dtype=np.int64), clock)
    table["team"] = mine["team"].map(title)
    return table
