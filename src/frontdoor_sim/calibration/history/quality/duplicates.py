"""Checks of what stands in the files more than once."""

from __future__ import annotations

import numpy as np
import pandas as pd

from frontdoor_sim.calibration.history.quality.found import DAY, Facts, Flags, Found

_BATCH_SHARE = 0.02
_ALL = (
    "system", "kind", "step", "person", "family", "item", "parent", "received", "incoming", "started", "ended", "accepted",
    "allocated", "closed", "conference", "source", "outcome", "team",
)  # fmt: skip


def same_row_again(facts: Facts) -> Found:
    """Rows that repeat another row of the same system in every column that is read; involvements may do so."""
    mine = ~facts.kind("involvement", "family_link")
    twice = facts.records.loc[mine, list(_ALL)].duplicated().to_numpy()
    return Found(np.flatnonzero(mine)[twice], int(mine.sum()))


def nothing(facts: Facts) -> Found:
    """Nothing by itself: what is set aside because of another row is found when all others are."""
    return Found(np.zeros(0, dtype=np.int64), int(facts.kind("step").sum()))


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
    of the pairs of contacts in two systems on one day from one source, those that agree in the child's age band and the
    minute of receipt, as far as either is recorded, beyond those that would agree by chance. Chance is how often contacts of
    the two systems agree in that source and day of the week on whatever dates.
    """
    mine = _contacts(facts)
    table = _days(facts, mine)
    nobody = np.zeros(0, dtype=np.int64)
    if table["system"].nunique() < 2 or (not facts.joined and table["like"].nunique() < 2):
        return Found(nobody, 0)
    if not facts.joined:
        return Found(nobody, int(mine.sum()), number=_estimated(table))
    ordered = table.sort_values(["person", "source", "when", "place"], kind="stable")
    same = ordered["person"].eq(ordered["person"].shift()) & ordered["source"].eq(ordered["source"].shift())
    near = ordered["when"].sub(ordered["when"].shift()).le(DAY)
    other = ordered["system"].ne(ordered["system"].shift())
    return Found(np.sort(ordered["place"][same & near & other].to_numpy(dtype=np.int64)), int(mine.sum()))


def _estimated(table: pd.DataFrame) -> int:
    """Rows of one system that stand in another as well, from how often pairs of one day agree beyond chance."""
    rows, table = len(table), _without_batches(_as_contacts(table))
    systems = sorted(table["system"].unique())
    total = 0.0
    for place, one in enumerate(systems):
        for other in systems[place + 1 :]:
            mine, theirs = table[table["system"] == one], table[table["system"] == other]
            total += max(_beyond_chance(mine, theirs), 0.0)
    return round(total * rows / max(len(table), 1))


def _as_contacts(table: pd.DataFrame) -> pd.DataFrame:
    """One row a contact, where several children share its number: siblings would agree in the minute with one another."""
    whole = table["item"].fillna(-1 - table["place"])
    ordered = table.assign(item=whole).sort_values(["system", "item", "age"], kind="stable")
    by = ordered.groupby(["system", "item"], sort=False)
    return (
        by.agg({"source": "first", "weekday": "first", "day": "first", "minute": "first", "age": "".join})
        .reset_index()
        .assign(like=lambda one: one["minute"].astype(str) + one["age"])
    )


def _without_batches(table: pd.DataFrame) -> pd.DataFrame:
    """Without contacts of a minute that holds over 2 % of its source's: what comes in a batch agrees, and tells nothing."""
    share = table.groupby(["source", "minute"])["day"].transform("size") / table.groupby("source")["day"].transform(
        "size"
    )
    return table[(share <= _BATCH_SHARE) | (table["minute"] < 0)]


def _beyond_chance(mine: pd.DataFrame, theirs: pd.DataFrame) -> float:
    """Pairs of one day that agree beyond chance, summed over sources and days of the week.

    With n pairs of which m agree, d of them one contact and the rest agreeing with chance p: m = d + (n - d) p.
    """
    stratum = ["source", "weekday"]
    pairs, agreeing = _pairs(mine, theirs, [*stratum, "day"]), _pairs(mine, theirs, [*stratum, "day", "like"])
    whole, alike = _pairs(mine, theirs, stratum), _pairs(mine, theirs, [*stratum, "like"])
    chance = (alike / whole).reindex(pairs.index).fillna(0.0)
    twins = (agreeing.reindex(pairs.index).fillna(0) - pairs * chance) / (1 - chance).clip(lower=1e-9)
    return float(twins[chance < 1].sum())


def _pairs(mine: pd.DataFrame, theirs: pd.DataFrame, keys: list[str]) -> pd.Series:
    """How many pairs agree in some keys, by source and day of the week."""
    first, second = mine.groupby(keys).size(), theirs.groupby(keys).size()
    both = (first * second.reindex(first.index).fillna(0)).groupby(level=["source", "weekday"]).sum()
    return both[both > 0]


def _contacts(facts: Facts) -> Flags:
    first_step = facts.kind("step") & ~facts.known("parent")
    return (facts.kind("contact") | first_step) & facts.known("received")


def _days(facts: Facts, mine: Flags) -> pd.DataFrame:
    """Place, system, child, source, time and day of contacts, and what else tells them apart: age band and minute."""
    when = facts.seconds("received")[mine]
    columns = {name: facts.word(name)[mine] for name in ("system", "source", "age")}
    whose = {name: facts.records[name].to_numpy()[mine] for name in ("person", "item")}
    table = pd.DataFrame({"place": np.flatnonzero(mine), **columns, **whose, "when": when, "day": when // DAY})
    minute = pd.Series(np.where(facts.word("recorded_to")[mine] == "day", -1, when % DAY // 60))
    return table.assign(weekday=table["day"] % 7, minute=minute, like=minute.astype(str) + table["age"])
