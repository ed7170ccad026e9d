"""Checks of what one child has twice at a time, and of what is open although it should not be."""

from __future__ import annotations

import numpy as np
import pandas as pd

from frontdoor_sim.calibration.history.quality.found import NONE, Facts, Flags, Found, among

_OPEN = np.iinfo(np.int64).max


def _overlapping(facts: Facts, mine: Flags, start: str, end: str, only_open: bool = False) -> Found:
    """Records of a child that start before an earlier one of hers has ended; `only_open` looks at those not ended only."""
    over = facts.known(end)
    looked = mine & facts.known(start) & ~(over if only_open else np.zeros(len(mine), dtype=bool))
    table = pd.DataFrame(
        {
            "place": np.flatnonzero(looked),
            "person": facts.records["person"].to_numpy()[looked],
            "start": facts.seconds(start)[looked],
            "end": np.where(over, facts.seconds(end), _OPEN)[looked],
        }
    ).sort_values(["person", "start", "end", "place"], kind="stable")
    before = table.groupby("person")["end"].cummax().shift(fill_value=0)
    clash = table["person"].eq(table["person"].shift()) & (table["start"] < before)
    return Found(np.sort(table["place"][clash].to_numpy(dtype=np.int64)), int(looked.sum()))


def more_than_one_open_episode(facts: Facts) -> Found:
    """8816, 8815: referrals of a child who has another open one, in files that say when referrals are closed."""
    closing = facts.records["file"].isin(
        facts.records.loc[facts.kind("referral") & facts.known("closed"), "file"].unique()
    )
    mine = facts.kind("referral") & closing.to_numpy() & (facts.word("outcome") != "no_further_action")
    return _overlapping(facts, mine, "received", "closed", only_open=True)


def overlapping_assessments(facts: Facts) -> Found:
    """8896, 8863Q: assessments of a child that overlap."""
    return _overlapping(facts, facts.kind("assessment"), "started", "ended")


def overlapping_enquiries(facts: Facts) -> Found:
    """8839, 8890: section 47 enquiries of a child that overlap; one ends with its conference, or when it is authorised."""
    mine = facts.kind("section_47") & (facts.known("ended") | facts.known("conference"))
    ended = np.where(facts.known("ended"), facts.seconds("ended"), facts.seconds("conference"))
    records = facts.records.assign(over=pd.array(ended, dtype="Int64"))
    return _overlapping(Facts(records, facts.extracted, facts.joined), mine, "started", "over")


def closed_with_open_activity(facts: Facts) -> Found:
    """8867, 8868: assessments and section 47 enquiries still open on a referral that is closed."""
    mine = facts.kind("assessment", "section_47") & facts.known("parent")
    still = ~facts.known("ended") & ~facts.known("conference") & (facts.word("outcome") == "")
    return among(still & (facts.parent_seconds("closed") > NONE), mine)


def conference_twice(facts: Facts) -> Found:
    """2884: a child's conference recorded more than once for one day in the same file format (case, enquiry, or both)."""
    mine = facts.known("conference") & facts.kind("referral", "section_47")
    when = pd.DataFrame({"person": facts.records["person"], "conference": facts.seconds("conference")})[mine]
    return Found(np.flatnonzero(mine)[when.duplicated().to_numpy()], int(mine.sum()))
