"""The contacts table itself: its columns, its order, its keys."""

from __future__ import annotations

import numpy as np
import pandas as pd

from frontdoor_sim.tables import conform, dictionary

NOT_A_RETURN = {"returned_from": -1, "return_number": 0, "returns_at": -1}
"""What the columns about returns hold in a table of first contacts."""


def columns() -> list[str]:
    """Names of the columns, in the order of the dictionary."""
    return [column.name for column in dictionary("contacts")]


def table_of(**values: object) -> pd.DataFrame:
    """A contacts table from its columns, sorted by enters, then contact.

    A family is known by the key of its first contact; columns about returns say that there is none.
    """
    given = {"family": values["contact"], "consent": pd.NA, **NOT_A_RETURN, **values}
    table = pd.DataFrame({name: given[name] for name in columns()})
    return conform(table.sort_values(["enters", "contact"], ignore_index=True), "contacts")


def check_unique(table: pd.DataFrame, where: str) -> None:
    """Hold a drawn table to keys that are its contacts' own.

    Raises:
        ValueError: two contacts have one key; names both.
    """
    keys = table["contact"].to_numpy()
    order = np.argsort(keys, kind="stable")
    twice = np.flatnonzero(keys[order][1:] == keys[order][:-1])
    if len(twice):
        first, second = (table.iloc[int(order[place])] for place in (twice[0], twice[0] + 1))
        raise ValueError(
            f"{where}: the key {first['contact']} is shared by a contact of {first['source']} received at second "
            f"{first['received']} and one of {second['source']} received at second {second['received']}; "
            "use another seed"
        )
