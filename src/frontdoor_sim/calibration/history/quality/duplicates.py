"""Checks of what stands in the files more than once."""

from __future__ import annotations

import numpy as np
import pandas as pd

from frontdoor_sim.calibration.history.quality.found import DAY, Facts, Flags, Found

_LAGS = (-14, -7, 7, 14)
_ALL = (
    "system", "kind", "step", "person", "family", "item", "parent", "received", "incoming", "started", "ended", "accepted",
    "allocated", "closed", "conference", "source", "outcome", "team",
)  # fmt: skip


def same_row_again(facts: Facts) -> Found:
    """Rows that repeat another row of the same system in every column that is read; involvements may do so."""
    mine = ~facts.kind("involvement", "family_link")
    twice = facts.records.loc[mine, list(_ALL)].duplicated().to_numpy()
    return Found(np.flatnonzero(mine)[twice], int(mine.sum()))


def contact_entered_again(facts: Facts) -> Found:
    """Contacts of a child from a source that had made one on the same day, in the same system and under another number."""
    mine = _contacts(facts)
    table = _days(facts, mine)
    distinct = table.drop_duplicates(["system", "item", "person", "source", "day"])
    again = distinct.duplicated(["system", "person", "source", "day"])
    return Found(np.sort(distinct["place"][again].to_numpy(dtype=np.int64)), int(mine.sum()))


def contact_in_both_systems(facts: Facts) -> Found:
    """Contacts that a second system holds as well: by the mapping file the very rows, without one an estimate.

    With a mapping: contacts of the same child and source within a day in another system; the later row is found. Without:
    pairs of contacts in two systems on the same day, from the same source and about a child of the same age band, less the
    mean number of such pairs one and two weeks apart, which is what chance makes of them.
    """
    mine = _contacts(facts)
    table = _days(facts, mine)
    if table["system"].nunique() < 2:
        return Found(np.zeros(0, dtype=np.int64), 0)
    if not facts.joined:
        return Found(np.zeros(0, dtype=np.int64), int(mine.sum()), number=_estimated(table))
    ordered = table.sort_values(["person", "source", "when", "place"], kind="stable")
    same = ordered["person"].eq(ordered["person"].shift()) & ordered["source"].eq(ordered["source"].shift())
    near = ordered["when"].sub(ordered["when"].shift()).le(DAY)
    other = ordered["system"].ne(ordered["system"].shift())
    return Found(np.sort(ordered["place"][same & near & other].to_numpy(dtype=np.int64)), int(mine.sum()))


def _estimated(table: pd.DataFrame) -> int:
    """Pairs across systems on one day beyond those that chance makes."""
    counts = table.groupby(["system", "day", "source", "age"], observed=True).size().rename("number").reset_index()
    systems = sorted(counts["system"].unique())
    excess = 0.0
    for place, one in enumerate(systems):
        for other in systems[place + 1 :]:
            mine, theirs = counts[counts["system"] == one], counts[counts["system"] == other]
            by_chance = sum(_pairs(mine, theirs, lag) for lag in _LAGS) / len(_LAGS)
            excess += max(_pairs(mine, theirs, 0) - by_chance, 0.0)
    return round(excess)


def _pairs(mine: pd.DataFrame, theirs: pd.DataFrame, lag: int) -> int:
    """How many contacts of one and the other system agree in source and age band, `lag` days apart."""
    shifted = theirs.assign(day=theirs["day"] + lag)
    both = mine.merge(shifted, on=["day", "source", "age"], suffixes=("", "_other"))
    return int((both["number"] * both["number_other"]).sum())


def _contacts(facts: Facts) -> Flags:
    first_step = facts.kind("step") & ~facts.known("parent")
    return (facts.kind("contact") | first_step) & facts.known("received")


def _days(facts: Facts, mine: Flags) -> pd.DataFrame:
    """Place, system, child, source, age band, time and day of contacts."""
    when = facts.seconds("received")[mine]
    columns = {name: facts.word(name)[mine] for name in ("system", "source", "age")}
    whose = {name: facts.records[name].to_numpy()[mine] for name in ("person", "item")}
    return pd.DataFrame({"place": np.flatnonzero(mine), **columns, **whose, "when": when, "day": when // DAY})
