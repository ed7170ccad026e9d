"""The contacts table itself: its columns, its order, its keys."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.event_log.columns import order_of
from frontdoor_sim.luck import Int64s
from frontdoor_sim.tables import dictionary

Values = NDArray[np.generic] | pd.Categorical | pd.arrays.IntegerArray

NOT_A_RETURN = {"returned_from": -1, "return_number": 0, "returns_at": -1}
"""What the columns about returns hold in a table of first contacts."""


def columns() -> list[str]:
    """Names of the columns, in the order of the dictionary."""
    return [column.name for column in dictionary("contacts")]


def table_of(where: str, contact: Int64s, enters: Int64s, **drawn: Values) -> pd.DataFrame:
    """A contacts table from columns drawn, sorted by enters, then contact.

    A family is known by the key of its first contact; columns about returns say that there is none. The columns are ours
    and so only cast, not checked: a test holds a table to the dictionary.

    Raises:
        ValueError: two contacts have one key; names both, and `where` they are from.
    """
    by_key = np.argsort(contact)
    order = by_key.take(order_of((enters - enters.min(initial=0)).take(by_key)))
    values: dict[str, Values] = {"contact": contact[order], "family": contact[order], "enters": enters[order]}
    values |= {name: column[order] for name, column in drawn.items()}
    values |= {name: np.full(len(order), value) for name, value in NOT_A_RETURN.items()}
    values["consent"] = pd.arrays.IntegerArray(np.ones(len(order), dtype=np.int64), np.ones(len(order), dtype=bool))
    cast = {column.name: _cast(values[column.name], column.dtype) for column in dictionary("contacts")}
    table = pd.DataFrame(cast, copy=False)
    keys = contact.take(by_key)
    if (keys[1:] == keys[:-1]).any():
        raise _same_key(table, where)
    return table


def _cast(values: Values, dtype: str) -> Values:
    return values.astype(dtype) if isinstance(values, np.ndarray) else values


def _same_key(table: pd.DataFrame, where: str) -> ValueError:
    """The first two contacts with one key."""
    keys = table["contact"].to_numpy()
    order = np.argsort(keys, kind="stable")
    twice = int(np.argmax(keys[order][1:] == keys[order][:-1]))
    first, second = (table.iloc[int(order[place])] for place in (twice, twice + 1))
    return ValueError(
        f"{where}: the key {first['contact']} is shared by a contact of {first['source']} received at second "
        f"{first['received']} and one of {second['source']} received at second {second['received']}; "
        "use another seed"
    )
