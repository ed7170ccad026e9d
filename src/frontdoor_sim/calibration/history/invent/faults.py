"""Faults that case systems are known to have, each switched on by its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from frontdoor_sim.calibration.history.cells import source_codes
from frontdoor_sim.calibration.history.invent.invented import BOTH, Invented, chosen
from frontdoor_sim.documents import InputError, Mistake, in_words, nearest

_BATCH = np.timedelta64(16 * 60 + 55, "m")
_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class Fault:
    """One fault.

    Args:
        name: its name.
        title: what it does.
        found_by: the check that finds it.
        plant: changes the records; None where it concerns only how they are written.
    """

    name: str
    title: str
    found_by: str
    plant: Callable[[Invented], Invented] | None = None


def _batch_entry(told: Invented) -> Invented:
    """Six decisions in ten are entered at 16:55: that day, or the next where it was later."""
    mine = chosen(told.contacts["luck"], "batch entry", 0.6)
    contacts = told.contacts.assign(decided_at=_entered(told.contacts["decided_at"], mine))
    late = contacts["accepted_at"].notna() & (contacts["accepted_at"] < contacts["decided_at"])
    contacts["accepted_at"] = contacts["accepted_at"].mask(late, contacts["decided_at"])
    steps = told.steps.assign(
        completed_at=_entered(told.steps["completed_at"], chosen(told.steps["step"], "batch entry", 0.6))
    )
    planted = int((mine & told.contacts["decided_at"].notna()).sum())
    return _planted(replace(told, contacts=contacts, steps=steps), "batch_entry", planted)


def _entered(when: pd.Series, mine: np.ndarray) -> pd.Series:
    day = when.to_numpy().astype("datetime64[D]")
    batch = (day.astype("datetime64[s]") + _BATCH).astype("datetime64[s]")
    batch = np.where(when.to_numpy() > batch, batch + _DAY, batch)
    return when.mask(mine, pd.Series(batch, index=when.index))


def _duplicates(told: Invented) -> Invented:
    """Four contacts in a hundred are entered again minutes later, under a new number."""
    mine = chosen(told.contacts["luck"], "duplicates", 0.04)
    again = told.contacts[mine]
    numbers = pd.Series(np.arange(len(again)) + told.contacts["number"].max() + 1, index=again.index)
    fresh = again.assign(number=numbers)
    for name in ("received_at", "reached_at"):
        same_day = (again[name] + pd.Timedelta(minutes=7)).dt.normalize() == again[name].dt.normalize()
        fresh[name] = (again[name] + pd.Timedelta(minutes=7)).where(same_day, again[name])
    for name in ("started_at", "decided_at"):
        fresh[name] = again[name].mask(again[name].notna() & (again[name] < fresh["reached_at"]), fresh["reached_at"])
    steps = told.steps[told.steps["number"].isin(again["number"]) & told.steps["parent"].isna()]
    steps = steps.assign(
        number=steps["number"].map(dict(zip(again["number"], numbers, strict=True))), step=steps["step"] + 4_000_000
    )
    steps = steps.assign(next_title="Advice entered twice", completed_at=steps["incoming_at"])
    contacts = pd.concat([told.contacts, fresh], ignore_index=True)
    both = replace(told, contacts=contacts, steps=pd.concat([told.steps, steps], ignore_index=True))
    return _planted(both, "duplicates", int(fresh["children"].sum()))


def _missing_outcomes(told: Invented) -> Invented:
    """One outcome in ten is not recorded."""
    mine = chosen(told.contacts["luck"], "missing outcomes", 0.1) & (told.contacts["outcome"] != "").to_numpy()
    last = ~told.steps["step"].isin(told.steps["parent"].dropna())
    gone = chosen(told.steps["step"], "missing outcomes", 0.1) & last.to_numpy()
    contacts = told.contacts.assign(outcome=told.contacts["outcome"].mask(mine, ""))
    steps = told.steps.assign(next_title=told.steps["next_title"].mask(gone, ""))
    rows = int(told.contacts.loc[mine & told.contacts["decided_at"].notna(), "children"].sum())
    return _planted(replace(told, contacts=contacts, steps=steps), "missing_outcomes", rows)


def _two_systems(told: Invented) -> Invented:
    """Two families in five are in a second case system, and one contact in twenty is in both."""
    families = pd.Series(pd.factorize(told.contacts["family"])[0])
    system = np.where(chosen(families, "second system", 0.4), BOTH[1], BOTH[0])
    contacts = told.contacts.assign(system=system)
    both = contacts[chosen(contacts["luck"], "both systems", 0.05)]
    copies = both.assign(
        number=np.arange(len(both)) + contacts["number"].max() + 1,
        system=np.where(both["system"] == BOTH[0], BOTH[1], BOTH[0]),
        twin=True,
    )
    renumbered = dict(zip(both["number"], copies["number"], strict=True))
    steps = told.steps[told.steps["number"].isin(both["number"])]
    steps = steps.assign(
        number=steps["number"].map(renumbered), step=steps["step"] + 2_000_000, parent=steps["parent"] + 2_000_000
    )
    split = replace(
        told,
        contacts=pd.concat([contacts, copies], ignore_index=True),
        steps=pd.concat([told.steps, steps], ignore_index=True),
    )
    return _planted(split, "two_systems", int(copies["children"].sum()))


def _reversed_dates(told: Invented) -> Invented:
    """One contact in a hundred is decided a day before it was received."""
    mine = chosen(told.contacts["luck"], "reversed dates", 0.01) & told.contacts["decided_at"].notna().to_numpy()
    early = told.contacts["received_at"] - pd.Timedelta(days=1)
    contacts = told.contacts.assign(decided_at=told.contacts["decided_at"].mask(mine, early))
    bad = chosen(told.steps["step"], "reversed dates", 0.01) & told.steps["completed_at"].notna().to_numpy()
    steps = told.steps.assign(
        completed_at=told.steps["completed_at"].mask(bad, told.steps["incoming_at"] - pd.Timedelta(days=1))
    )
    return _planted(
        replace(told, contacts=contacts, steps=steps), "reversed_dates", int(contacts.loc[mine, "children"].sum())
    )


def _retired_codes(told: Invented) -> Invented:
    """One source in ten has a code of an old list."""
    old = {source: code for code, (source, retired) in source_codes().items() if retired}
    mine = chosen(told.contacts["luck"], "retired codes", 0.1) & told.contacts["source"].isin(old).to_numpy()
    contacts = told.contacts.assign(
        source_code=told.contacts["source_code"].mask(mine, told.contacts["source"].map(old))
    )
    return _planted(replace(told, contacts=contacts), "retired_codes", int(contacts.loc[mine, "children"].sum()))


def _late_closing(told: Invented) -> Invented:
    """One decision in fifteen is entered forty days late."""
    mine = chosen(told.contacts["luck"], "late closing", 1 / 15) & told.contacts["decided_at"].notna().to_numpy()
    mine &= (told.contacts["outcome"] != "assessment").to_numpy()
    late = told.contacts["decided_at"] + pd.Timedelta(days=40)
    mine &= (late < told.extracted).to_numpy()
    contacts = told.contacts.assign(decided_at=told.contacts["decided_at"].mask(mine, late))
    return _planted(replace(told, contacts=contacts), "late_closing", int(contacts.loc[mine, "children"].sum()))


def _renamed_teams(told: Invented) -> Invented:
    """Halfway through, every team takes a new name."""
    half = told.contacts["received_at"].min() + (told.extracted - told.contacts["received_at"].min()) / 2
    mine = (told.contacts["received_at"] >= half) & (told.contacts["team"] != "")
    contacts = told.contacts.assign(team=told.contacts["team"].mask(mine, told.contacts["team"] + " (East and West)"))
    later = (told.steps["incoming_at"] >= half) & (told.steps["team"] != "")
    steps = told.steps.assign(team=told.steps["team"].mask(later, told.steps["team"] + " (East and West)"))
    rows = int(contacts.loc[~mine & (contacts["team"] != ""), "children"].sum())
    return _planted(replace(told, contacts=contacts, steps=steps), "renamed_teams", rows)


def _missing_persons(told: Invented) -> Invented:
    """One child in a hundred has no identifier."""
    mine = chosen(pd.Series(np.arange(len(told.children))), "missing persons", 0.01)
    children = told.children.assign(child=told.children["child"].mask(mine, ""))
    return _planted(replace(told, children=children), "missing_persons", int(mine.sum()))


def _thin_start(told: Invented) -> Invented:
    """The extract leaves out two contacts in three of its first fifth."""
    first = told.contacts["received_at"].min()
    early = told.contacts["received_at"] < first + (told.extracted - first) / 5
    mine = early.to_numpy() & chosen(told.contacts["luck"], "thin start", 0.67)
    left = told.contacts[~mine].reset_index(drop=True)
    steps = told.steps[told.steps["number"].isin(left["number"])].reset_index(drop=True)
    return _planted(replace(told, contacts=left, steps=steps), "thin_start", int(mine.sum()))


def _planted(told: Invented, name: str, rows: int) -> Invented:
    return replace(told, planted={**told.planted, name: rows})


FAULTS = (
    Fault("date_only", "times are written as days", "dates_only"),
    Fault("batch_entry", "six decisions in ten are entered at 16:55", "batch_entry", _batch_entry),
    Fault("duplicates", "one contact in 25 is entered again under a new number", "contact_entered_again", _duplicates),
    Fault("missing_outcomes", "one outcome in ten is not recorded", "outcome_missing", _missing_outcomes),
    Fault("two_systems", "two case systems, and one contact in 20 in both", "contact_in_both_systems", _two_systems),
    Fault(
        "reversed_dates",
        "one contact in 100 is decided before it was received",
        "decided_before_receipt",
        _reversed_dates,
    ),
    Fault("retired_codes", "one source in ten has an old code", "source_retired", _retired_codes),
    Fault("late_closing", "one decision in 15 is entered forty days late", "decided_long_after", _late_closing),
    Fault("renamed_teams", "halfway through every team takes a new name", "teams_renamed", _renamed_teams),
    Fault("missing_persons", "one child in 100 has no identifier", "no_person", _missing_persons),
    Fault("thin_start", "the first weeks are filtered", "early_weeks_thin", _thin_start),
    Fault("repeated_rows", "one row in 50 is written twice", "same_row_again"),
    Fault("unreadable_dates", "one date of receipt in 100 is none", "date_unreadable"),
    Fault("torn_rows", "one row of a CSV in 100 has a cell too many", "row_torn"),
    Fault("heading_drift", "headings of the Annex A lists drift", ""),
)
"""Every fault, in the order in which they are planted. `heading_drift` does no harm, and no check need find it."""


def check_faults(names: Sequence[str]) -> None:
    """Hold the names of faults to the list.

    Raises:
        InputError: a name is not known; every such name at once.
    """
    known = [fault.name for fault in FAULTS]
    mistakes = []
    for name in names:
        if name not in known:
            near = nearest(name, known)
            remedy = f"Did you mean {in_words(near)}?" if near else "Leave it out."
            mistakes.append(Mistake("--faults", f"{name!r} is no fault.", f"{in_words(known, 'and')}.", remedy))
    if mistakes:
        raise InputError(mistakes)


def planted(told: Invented, names: Sequence[str]) -> Invented:
    """The records with some faults planted, in the order of `FAULTS`.

    Raises:
        InputError: a name is not known.
    """
    check_faults(names)
    for fault in FAULTS:
        if fault.name in names:
            told = fault.plant(told) if fault.plant else replace(told, how=told.how | {fault.name})
    return told
