"""Visits to stages, and the stretches of waiting and work that they are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.tables import empty
from frontdoor_sim.working_time import NEVER

Ints = NDArray[np.int64]

VISIT = ("contact", "part", "stage", "enabled", "started", "settled", "left", "outcome", "team")


@dataclass(frozen=True, eq=False)
class Thread:
    """What became of contacts, before it is cut into stretches.

    Args:
        contacts: the table `contacts` of a log, with `recorded_to` besides; its key is the place of the row.
        visits: one row a visit, each contact's in order: `contact`; `part`; `stage`; `enabled`, when it became ready;
            `started` and `settled`, when work on it began and was done (`NEVER` where that is not known or not yet so);
            `left`, when the next visit began; `outcome`, empty while it is open; `team`.
        stages, outcomes: tables of those names.
        used: how many records they are made of.
    """

    contacts: pd.DataFrame
    visits: pd.DataFrame
    stages: pd.DataFrame
    outcomes: pd.DataFrame
    used: int


def events_of(thread: Thread, ends: int) -> pd.DataFrame:
    """The table `events` of some visits, still to be held to its dictionary.

    Until work begins a visit waits for a worker, at a stage that accepts for acceptance, at a caseload stage for
    allocation; where no beginning is recorded, all of it is such a wait. After its work it waits for the handoff.
    """
    visits = thread.visits
    if visits.empty:
        return empty("events")
    stages = thread.stages.set_index("stage")
    caseload = visits["stage"].map(stages["kind"].astype(str)).eq("caseload").to_numpy()
    accepts = visits["stage"].map(stages["accepts"]).to_numpy(dtype=bool)
    enabled, started, settled, left = (visits[name].to_numpy() for name in ("enabled", "started", "settled", "left"))
    open_still = (visits["outcome"] == "").to_numpy()
    begun, done = started < NEVER, np.where(settled < NEVER, settled, ends)
    first = np.where(begun, started, done)
    cause = np.select([caseload, accepts], ["allocation", "acceptance"], "worker")
    blocks = [
        _block(visits, enabled, first, "wait", cause, (first > enabled) | ~begun, 0),
        _block(visits, first, done, np.where(caseload, "caseload", "work"), "", begun, 1),
        _block(visits, done, left, "wait", "handoff", (left > done) & ~open_still, 2),
    ]
    rows = pd.concat(blocks, ignore_index=True).sort_values(["at", "step"], kind="stable", ignore_index=True)
    last = rows["at"].ne(rows["at"].shift(-1))
    at = rows["at"].to_numpy()
    contact = visits["contact"].to_numpy()[at]
    facts = thread.contacts
    number = visits.groupby(["contact", "part", "stage"], observed=True).cumcount().to_numpy()
    return pd.DataFrame(
        {
            "run": 0,
            "option": "history",
            "contact": contact,
            "family": facts["family"].to_numpy()[contact],
            "stage": visits["stage"].to_numpy()[at],
            "visit": number[at],
            "part": visits["part"].to_numpy()[at],
            "kind": rows["kind"],
            "team": visits["team"].to_numpy()[at],
            "worker": -1,
            "enabled": enabled[at],
            "start": rows["start"],
            "end": rows["end"],
            "waited_for": rows["waited_for"],
            "outcome": visits["outcome"].where(~open_still, "").to_numpy()[at],
            "rag": facts["rag"].to_numpy()[contact],
            "recorded_to": facts["recorded_to"].to_numpy()[contact],
            "censored": (open_still[at] & last.to_numpy()),
        }
    ).assign(outcome=lambda table: table["outcome"].where(last, ""))


def _block(
    visits: pd.DataFrame,
    start: Ints,
    end: Ints,
    kind: str | NDArray[np.str_],
    waited_for: str | NDArray[np.str_],
    there: NDArray[np.bool_],
    step: int,
) -> pd.DataFrame:
    """One kind of stretch of every visit that has it."""
    every = pd.DataFrame(
        {"at": np.arange(len(visits)), "step": step, "start": start, "end": end, "kind": kind, "waited_for": waited_for}
    )
    return every[there]


def shown(words: pd.Series) -> NDArray[np.object_]:
    """A column of words as plain text."""
    return words.astype(str).to_numpy(dtype=object)


def shown_or_none(words: pd.Series) -> NDArray[np.object_]:
    """A column of words as plain text, None where it is empty."""
    text = shown(words)
    text[(text == "") | words.isna().to_numpy()] = None
    return text
