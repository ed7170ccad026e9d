"""What contacts carry when they arrive, from a history: their grade and consent, where these were recorded."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.calibration.asked import rounded_shares
from frontdoor_sim.calibration.estimates import FEW, few, many
from frontdoor_sim.calibration.from_history.draws import Part, by_path, shares
from frontdoor_sim.calibration.from_history.gathering import Gathered
from frontdoor_sim.parameters import Graded

Floats = NDArray[np.float64]

_RAGS = ("red", "amber", "green", "blue")
_ENOUGH = 30


def grades(gathered: Gathered, contacts: pd.DataFrame) -> Part:
    """The mix of grades on arrival, of the contacts that have one; nothing where they were not recorded.

    Args:
        gathered: the history.
        contacts: those of the window, from `deciding.decided`.
    """
    counts = contacts["rag"].value_counts().reindex(_RAGS).fillna(0).to_numpy(dtype=np.float64)
    if gathered.log.about.silent["by"].eq("rag").any() or counts.sum() < _ENOUGH:
        return Part()
    told = np.where(counts < FEW, FEW / 2, counts)
    value = rounded_shares(dict(zip(_RAGS, (told / told.sum()).tolist(), strict=True)))
    blank = int(contacts["rag"].isna().sum())
    left_out = f" {many(blank)} contacts without a grade are left out.".capitalize() if blank else ""
    note = f"From {many(int(counts.sum()))} grades; one with fewer than {FEW} counts as {FEW // 2}.{left_out}"
    graded = Graded(value, "share of contacts", gathered.source, gathered.on, "fitted", note=note)
    return Part({"contacts.rag_mix": graded}, by_path("contacts.rag_mix", _RAGS, shares("grades", told)))


def consent(gathered: Gathered, contacts: pd.DataFrame) -> Part:
    """The share that arrives with consent by source; nothing where it was not recorded.

    Sources with fewer than six contacts with consent, or without, take the share of all.
    """
    known = contacts[contacts["consent"].notna()]
    if len(known) < _ENOUGH:
        return Part()
    names = sorted(set(contacts["source"]))
    by = known.groupby("source")["consent"].agg(["sum", "size"]).reindex(names, fill_value=0)
    given, asked = by["sum"].to_numpy(np.float64), by["size"].to_numpy(np.float64)
    if few([given.sum(), asked.sum() - given.sum()]).any():
        return Part()  # not even the share of all can be told
    few_of_either = (given < FEW) | (asked - given < FEW)
    given, asked = np.where(few_of_either, given.sum(), given), np.where(few_of_either, asked.sum(), asked)
    value = {name: round(float(share), 3) for name, share in zip(names, given / asked, strict=True)}
    note = (
        f"From {many(len(known))} contacts with an answer; sources with fewer than {FEW} of either take all sources'."
    )
    graded = Graded(value, "share of contacts", gathered.source, gathered.on, "fitted", note=note)
    drawn = np.column_stack(
        [shares(f"consent {name}", np.array([y, n - y]))[:, 0] for name, y, n in zip(names, given, asked, strict=True)]
    )
    name = "contacts.consent_on_arrival"
    return Part({name: graded}, by_path(name, names, drawn))
