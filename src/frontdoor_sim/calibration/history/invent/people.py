"""Invented children: identifiers, ages and all that a case system holds and the model must never see."""

from __future__ import annotations

import numpy as np
import pandas as pd

from frontdoor_sim.calibration.history.cells import source_codes
from frontdoor_sim.luck import code, draws, key_array

_FIRST = ("Anouk", "Bramwell", "Cosima", "Dashiell", "Elowen", "Fenwick", "Ginevra", "Hartley", "Isolde", "Jolyon")
_LAST = ("Quillfeather", "Marchbanks", "Thistlewood", "Ravenscroft", "Pennyquick", "Oxenbould", "Larkswood", "Vexley")
FREE_TEXT = "Gran rang, said the neighbour had heard shouting; mum asked us not to visit before noon"
"""Stands wherever case systems have room for free text, so that tests can look for it."""

_YEARS = 16


def children_of(contacts: pd.DataFrame, seed: int) -> pd.DataFrame:
    """One row a child of a contact: `contact, family, child, ordinal, name, born, upn`.

    A family's children are the same in all its contacts; nobody who ever lived is meant.

    Args:
        contacts: with `contact, family, children, received_at`.
        seed: key of the ages.
    """
    table = contacts.loc[contacts.index.repeat(contacts["children"]), ["contact", "family", "received_at"]]
    ordinal = np.asarray(table.groupby("contact").cumcount().to_numpy(), dtype=np.int64)
    families = np.asarray(pd.factorize(table["family"])[0].astype(np.int64), dtype=np.int64)
    keys = key_array((seed, "child"), families, ordinal)
    number = families * 10 + ordinal
    age = (draws(keys, code("history: age")) * _YEARS * 365) >> 32
    first = contacts["received_at"].min().normalize()
    return (
        table.assign(
            ordinal=ordinal,
            child=[f"CH{one:08d}" for one in number],
            family_name=[f"FAM{one:07d}" for one in families],
            name=[f"{_FIRST[one % len(_FIRST)]} {_LAST[one // 10 % len(_LAST)]}" for one in number],
            born=first - pd.to_timedelta(age + 400, unit="D"),
            upn=[f"Z{one:012d}" for one in number],
        )
        .drop(columns="received_at")
        .reset_index(drop=True)
    )


def codes_of(contacts: pd.DataFrame, seed: int) -> list[str]:
    """A source code of the CIN census for each contact, of those that its source may have."""
    by_source: dict[str, list[str]] = {}
    for one, (source, retired) in source_codes().items():
        if not retired:
            by_source.setdefault(source, []).append(one)
    luck = draws(key_array((seed, "source code"), contacts["contact"].to_numpy(dtype=np.int64)), code("history: code"))
    found = []
    for source, number in zip(contacts["source"], luck.tolist(), strict=True):
        several = by_source.get(source, ["10"])
        found.append(several[number * len(several) >> 32])
    return found
