"""What an engine hands over after a run, and the event log made of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.engine.people import Roster
from frontdoor_sim.engine.plan import Plan
from frontdoor_sim.event_log.columns import Words, words_of
from frontdoor_sim.operating_model import RAGS
from frontdoor_sim.tables import dictionary

Int64s = NDArray[np.int64]


@dataclass(frozen=True)
class Played:
    """What came of a run.

    Args:
        events: dictionary `events`, in canonical order.
        returns_at: when each contact of the table would come back [s], in the order of the table; -1 where it would not.
        returned: contacts that came back during the run, by column; sources, areas and RAGs as places in the plan's lists.
        overtime: worker, from, until [s]; shape (stretches, 3).
    """

    events: pd.DataFrame
    returns_at: Int64s
    returned: Mapping[str, Int64s]
    overtime: Int64s


def contacts_after(table: pd.DataFrame, played: Played, plan: Plan) -> pd.DataFrame:
    """The contacts of the table and those that came back, with the times of their possible returns, by key."""
    keys = np.concatenate([table["contact"].to_numpy(np.int64), played.returned["contact"]])
    order = np.argsort(keys, kind="stable")
    return pd.DataFrame(dict(_columns(table, played, plan, order)), copy=False)


def _columns(table: pd.DataFrame, played: Played, plan: Plan, order: Int64s) -> Iterator[tuple[str, Any]]:
    """The columns of `contacts_after`, each with its name; `order` has places of contacts, those of the table first."""
    returned, words = played.returned, {"source": plan.sources, "area": plan.areas, "rag": RAGS}
    for column in dictionary("contacts"):
        name = column.name
        if name in words:
            yield name, _words(table[name], words[name], returned[name], order)
        elif name == "consent":
            unknown = np.full(len(returned["contact"]), -1)
            known = np.concatenate([consent_of(table), unknown])[order]
            yield name, pd.arrays.IntegerArray(np.maximum(known, 0), known < 0)
        else:
            first = played.returns_at if name == "returns_at" else table[name].to_numpy()
            yield name, np.concatenate([first, returned[name]])[order].astype(column.dtype, copy=False)


def consent_of(table: pd.DataFrame) -> Int64s:
    """Whether consent came with each contact, as a contacts table gives it: 1 yes, 0 no, -1 left to luck."""
    if "consent" not in table:
        return np.full(len(table), -1, dtype=np.int64)
    return np.asarray(table["consent"].to_numpy(np.int64, na_value=-1))


def _words(first: pd.Series, names: tuple[str, ...], again: Int64s, order: Int64s) -> Any:
    """A column of words, its own and then those that are places in a list, in some order."""
    own = first.array if isinstance(first.array, pd.Categorical) else pd.Categorical(first)
    return pd.Categorical.from_codes(with_more(words_of(own), names, again).codes[order], dtype=own.dtype)


def with_more(words: Words, names: Sequence[str], more: Int64s) -> Words:
    """Words, and then more of them that are places in a list of names.

    Example:
        >>> with_more(Words(("north", "south"), np.array([0])), ["south"], np.array([0, 0])).codes.tolist()
        [0, 1, 1]
    """
    place = {word: at for at, word in enumerate(words.names)}
    of_name = np.array([place.get(name, -1) for name in names], dtype=words.codes.dtype)
    return Words(words.names, np.concatenate([words.codes, of_name[more]]))


def duty_after(roster: Roster, overtime: Int64s, ends: int) -> pd.DataFrame:
    """The duty table up to the end of the run, with the overtime that was worked; by worker, start and end."""
    duty = roster.duty
    duty = duty[(duty["start"] < ends).to_numpy()]
    if len(overtime):
        person = roster.people.set_index("worker").loc[overtime[:, 0]]
        extra: dict[str, Any] = {
            "worker": overtime[:, 0].astype(np.int32),
            "name": person["name"].to_numpy(),
            "team": person["team"].astype(duty["team"].dtype).array,
            "role": person["role"].astype(duty["role"].dtype).array,
            "start": overtime[:, 1],
            "end": overtime[:, 2],
            "kind": pd.Series(["overtime"] * len(overtime)).astype(duty["kind"].dtype).array,
        }
        duty = pd.concat([duty, pd.DataFrame(extra)], ignore_index=True)
        duty = duty[(duty["start"] < ends).to_numpy()]
        duty = duty.sort_values(["worker", "start", "end"], kind="stable")
    return duty.assign(end=duty["end"].clip(upper=ends)).reset_index(drop=True)
