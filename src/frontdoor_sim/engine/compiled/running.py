"""Play a world, and read the event log out of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.engine.compiled import kernel as k
from frontdoor_sim.engine.compiled.layout import PlanWords, World, plan_words, world
from frontdoor_sim.engine.compiled.ready import said_if_it_compiles
from frontdoor_sim.engine.eligible import lines_of
from frontdoor_sim.engine.people import Roster
from frontdoor_sim.engine.plan import Plan
from frontdoor_sim.engine.played import Played
from frontdoor_sim.engine.record import events_frame

Int64s = NDArray[np.int64]
MOST_ROOM = 1 << 12
"""Times the usual room, some 100,000 rows a contact, beyond which a run is taken to go round in circles."""

_room_needed: dict[str, int] = {}


COLUMNS = {
    "contact": k.KEY, "family": k.FAMILY, "received": k.RECEIVED, "enters": k.ENTERS, "source": k.SOURCE, "area": k.AREA,
    "children": k.CHILDREN, "need": k.NEED, "rag": k.RAG_ON_ARRIVAL, "open_case": k.OPEN_CASE, "returned_from": k.PARENT,
    "return_number": k.RETURN_NUMBER, "returns_at": k.RETURNS_AT,
}  # fmt: skip


EVENT_COLUMNS = ("contact", "family", "enabled", "start", "end", "stage", "visit", "part", "team", "outcome", "kind", "cause",
                 "rag", "worker", "censored")  # fmt: skip


def play(contacts: pd.DataFrame, roster: Roster, plan: Plan, replication: int) -> Played:
    """Run one replication on the compiled engine."""
    return read_out(played_out(plan_words(plan), roster, contacts), replication)


def played_out(laid: PlanWords, roster: Roster, contacts: pd.DataFrame) -> World:
    """A world after its run; where the usual room is not enough it is played again with more.

    The room that a model needed is tried first when it runs again.

    Raises:
        RuntimeError: no room is enough, which is our fault.
    """
    name = laid.plan.model.name
    room = _room_needed.get(name, 1)
    while True:
        with said_if_it_compiles():
            found = world(laid, roster, contacts, room)
            k.run(found.words)
        if not found.words[k.FULL]:
            return found
        room *= 2
        if room > MOST_ROOM:
            raise RuntimeError(
                f"The compiled engine finds no end of {name}. Report this as a fault; `simpy` may run it."
            )
        _room_needed[name] = room


def read_out(played: World, replication: int) -> Played:
    """The tables of a run that is over."""
    w, plan = played.words, played.laid.plan
    contacts = np.concatenate(places_of_contacts(w))
    keys, families = w[contacts + k.KEY], w[contacts + k.FAMILY]
    rank = np.empty(len(keys), dtype=np.int64)
    rank[np.argsort(keys)] = np.arange(len(keys))
    rows = log_rows(w)
    bounds, first, _ = line_duty(played)
    columns = k.event_columns(
        rows, rank, keys, families, lines_of(plan).of, bounds, first, plan.timeline.ends, len(plan.stages)
    )
    events = events_frame(plan, replication, dict(zip(EVENT_COLUMNS, columns, strict=True)))
    returns_at, returned = returning(played)
    return Played(events, returns_at, returned, overtime_of(rows))


def line_duty(played: World) -> tuple[Int64s, Int64s, Int64s]:
    """When the duty of each line opens and closes, where each line's bounds begin, and the duty before each of them [s]."""
    *windows, line = played.duty()
    first = 2 * np.append(0, np.cumsum(np.bincount(line, minlength=len(lines_of(played.laid.plan).people))))
    bounds, before = np.empty(2 * len(line), dtype=np.int64), np.empty(2 * len(line), dtype=np.int64)
    k.duty_bounds(*windows, line, first, first[:-1].copy(), bounds, before)
    return bounds[: first[-1]], first, before[: first[-1]]


def log_rows(w: Int64s) -> Int64s:
    """The rows of the log, as they were written; shape (rows, LOG_FIELDS)."""
    return w[w[k.LOG] : w[k.LOG] + w[k.LOG_ROWS] * k.LOG_FIELDS].reshape(-1, k.LOG_FIELDS)


def returning(played: World) -> tuple[Int64s, dict[str, Int64s]]:
    """When each contact of the table would come back, and the contacts that did, by column (see `Played`)."""
    w = played.words
    first, again = places_of_contacts(w)
    returns_at = w[first + k.RETURNS_AT]
    if played.order is not None:
        returns_at[played.order] = returns_at.copy()
    returned = {column: w[again + field] for column, field in COLUMNS.items()}
    returned["level"] = 1 + np.searchsorted(np.array(played.laid.plan.cuts), returned["need"], side="right")
    return returns_at, returned


def overtime_of(rows: Int64s) -> Int64s:
    """Worker, from, until [s] of the overtime among the rows of a log."""
    extra = rows[(rows[:, k.WHAT] >> k.KIND_BIT & 15) == k.ROW_OVERTIME]
    return np.asarray(extra.view(np.int32)[:, [k.ROW_WORKER, k.START, k.END]], dtype=np.int64)


def places_of_contacts(w: Int64s) -> tuple[Int64s, Int64s]:
    """Places of the contacts of the table, and of those that came back, first to last."""
    first = np.arange(w[k.CONTACTS], w[k.CONTACTS_END], w[k.CONTACT_WIDTH])
    return first, w[w[k.RETURNED] : w[k.RETURNED] + w[k.CONTACTS_NUMBER] - len(first)]
