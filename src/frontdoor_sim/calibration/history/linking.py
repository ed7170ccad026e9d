"""Which referral followed which contact, and which assessment which referral, in lists that do not say so."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

_DAY = 86_400


@dataclass(frozen=True)
class Links:
    """The rules by which the lists of one child are linked; the defaults are those that councils of the sector use.

    Args:
        referral_days: a referral follows a contact of the same child and source within so many days, if no other contact
            of the child lies between them.
        assessment_days: an assessment follows a referral of the same child within so many days, where no identifier of the
            referral says it.
    """

    referral_days: int = 30
    assessment_days: int = 7


def referrals_of(contacts: pd.DataFrame, referrals: pd.DataFrame, rules: Links) -> pd.Series:
    """For each contact record, the row (index label) of the referral that followed it; empty where none did.

    Args:
        contacts, referrals: records of those kinds.
        rules: how they are linked.

    Example:
        >>> both = {"person": [1, 1], "source": ["police", "police"]}
        >>> contacts = pd.DataFrame({**both, "received": pd.array([0, 86_400], dtype="Int64")})
        >>> referrals = pd.DataFrame({**both, "received": pd.array([86_400, 90 * 86_400], dtype="Int64")}, index=[5, 6])
        >>> referrals_of(contacts, referrals, Links()).tolist()
        [<NA>, 5]
    """
    if contacts.empty or referrals.empty:
        return pd.Series(pd.NA, index=contacts.index, dtype="Int64")
    left, right = _by_time(contacts, "received"), _by_time(referrals, "received")
    left = left.assign(came=left["when"])
    within = rules.referral_days * _DAY
    same = pd.merge_asof(right, left, on="when", by=["person", "source"], tolerance=within, suffixes=("", "_contact"))
    latest = pd.merge_asof(right, left[["when", "person", "came"]], on="when", by="person")
    found = same[same["came"].notna() & (same["came"] == latest["came"])]
    first = found.drop_duplicates("label_contact").set_index("label_contact")["label"]
    linked: pd.Series = contacts.index.to_series().map(first).astype("Int64")
    return linked


def assessments_of(referrals: pd.DataFrame, assessments: pd.DataFrame, rules: Links) -> pd.Series:
    """For each referral record, the row (index label) of its first assessment; empty where there is none.

    Example:
        >>> nine = pd.array([9], dtype="Int64")
        >>> one = {"person": [1], "source": ["police"], "item": nine, "parent": nine}
        >>> referrals = pd.DataFrame({**one, "received": pd.array([0], dtype="Int64")})
        >>> late = pd.DataFrame({**one, "started": pd.array([30 * 86_400], dtype="Int64")}, index=[3])
        >>> assessments_of(referrals, late, Links()).tolist()
        [3]
    """
    if referrals.empty or assessments.empty:
        return pd.Series(pd.NA, index=referrals.index, dtype="Int64")
    by_parent = assessments.dropna(subset=["parent"]).sort_values("started", kind="stable")
    named = by_parent.assign(label=by_parent.index).drop_duplicates("parent").set_index("parent")["label"]
    linked = referrals["item"].map(named).astype("Int64")
    loose = assessments[assessments["parent"].isna()]
    if loose.empty:
        return linked
    right, within = _by_time(loose, "started")[["person", "label", "when"]], rules.assessment_days * _DAY
    left, names = _by_time(referrals, "received"), ("_referral", "_assessment")
    found = pd.merge_asof(left, right, on="when", by="person", direction="forward", tolerance=within, suffixes=names)
    found = found.dropna(subset=["label_assessment"])
    nearest = found.drop_duplicates("label_assessment", keep="last").set_index("label_referral")["label_assessment"]
    return linked.fillna(referrals.index.to_series().map(nearest).astype("Int64"))


def _by_time(records: pd.DataFrame, moment: str) -> pd.DataFrame:
    """`person, source, label, when` of the records that have a moment, by its time."""
    dated = records[records[moment].notna()]
    columns = {
        "person": dated["person"].to_numpy(),
        "source": dated["source"].astype(str).to_numpy(dtype=object),
        "label": dated.index.to_numpy(),
        "when": dated[moment].to_numpy(dtype=np.int64),
    }
    return pd.DataFrame(columns).sort_values("when", kind="stable", ignore_index=True)
