"""Contacts that have their own row, with the moments it holds, or with what linked lists say of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.calibration.history.linking import Links, assessments_of, referrals_of
from frontdoor_sim.calibration.history.visits import VISIT, Thread, shown, shown_or_none
from frontdoor_sim.tables import from_rows
from frontdoor_sim.working_time import NEVER, WallClock

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

NOT_RECORDED = "not_recorded"
_DAY = 86_400
_GRAVEST = ("assessment", "referral", "open_case", "early_help", "other", "referral_closed", "returned_to_referrer", "advice",
            "no_further_action", NOT_RECORDED, "")  # fmt: skip
_PROVIDES: Mapping[str, int | None] = {
    "no_further_action": 1,
    "advice": 1,
    "returned_to_referrer": 1,
    "early_help": 2,
    "referral_closed": 2,
    "open_case": 4,
    "other": None,
    NOT_RECORDED: None,
    "assessed": 4,
}
_MOMENTS = ("received", "incoming", "started", "accepted", "allocated", "ended", "closed")
_FINEST = {"second": 0, "minute": 1, "day": 2}


def threads_of_contacts(records: pd.DataFrame, clock: WallClock, ends: int, links: Links) -> Thread:
    """The contacts of a history, one a contact however many children it is about, and what became of each.

    A contact's own moments are taken where its row holds them. Where no row holds a decision, as in every standard list, the
    referral that followed it stands in for it, and a contact that none followed ends where it began: such a log counts, and
    says nothing of times.

    Args:
        records: table `history_records`.
        clock: whose second 0 is the opening.
        ends: second at which the files were taken; what came later is left out.
        links: how lists are linked.
    """
    mine = records[records["kind"] == "contact"]
    mine = _with_referrals(mine, records, links)
    one = _gathered(mine)
    for name in _MOMENTS:
        one[name] = moments_elapsed(one[name], clock)
    one = one[one["received"] < ends].reset_index(drop=True)
    return Thread(_contacts(one), *_visits(one, ends), int(one["rows"].sum()))


def _with_referrals(contacts: pd.DataFrame, records: pd.DataFrame, links: Links) -> pd.DataFrame:
    """Contacts without a moment of decision, with that of the referral and the assessment which followed."""
    lists = contacts[contacts["ended"].isna() & (contacts["recorded_to"] == "day")]
    if lists.empty or contacts["ended"].notna().any():
        return contacts
    referrals, assessments = (records[records["kind"] == kind] for kind in ("referral", "assessment"))
    found = referrals_of(contacts, referrals, links).dropna().astype("int64")
    referred = referrals.loc[found.to_numpy()]
    then = assessments_of(referred, assessments, links).astype("Int64").to_numpy(dtype="int64", na_value=-1)
    assessed = assessments.reindex(then)
    closed = ((referred["outcome"] == "no_further_action") | referred["closed"].notna()).to_numpy() & (then < 0)
    out = contacts.assign(ended=contacts["received"], outcome=shown(contacts["outcome"]))
    gone_on = out["outcome"].isin(["referral", "assessment"])
    out["outcome"] = out["outcome"].mask(gone_on, "referral_closed").replace("", NOT_RECORDED)
    out.loc[found.index, "ended"] = referred["received"].to_numpy()
    out.loc[found.index, "outcome"] = np.where(closed, "referral_closed", "assessment")
    out.loc[found.index, "allocated"] = assessed["started"].to_numpy()
    out.loc[found.index, "closed"] = assessed["ended"].to_numpy()
    return out


def _gathered(records: pd.DataFrame) -> pd.DataFrame:
    """One row a contact, in the order of receipt: rows that share an identifier, or a family, second and source."""
    shared = records["item"].notna() & records.duplicated("item", keep=False)
    related = ~shared & records["family"].notna()
    by_family = records.groupby(["family", "received", "source"], observed=True, dropna=False, sort=False).ngroup()
    keys = np.select(
        [shared, related],
        [records["item"].fillna(0).to_numpy(dtype=np.int64), by_family.to_numpy(dtype=np.int64)],
        np.arange(len(records)),
    )
    grouped = pd.DataFrame(
        {
            "which": np.select([shared, related], [0, 1], 2),
            "key": keys,
            "rank": pd.Categorical(shown(records["outcome"]), _GRAVEST, ordered=True).codes,
            "fine": records["recorded_to"].astype(str).map(_FINEST).to_numpy(),
            "open_case": records["open_case"].to_numpy(),
        }
    )
    for name in ("source", "team"):
        grouped[name] = shown(records[name])
    grouped["rag"] = shown_or_none(records["rag"])
    for name in ("person", "family", "consent"):
        grouped[name] = records[name].to_numpy()
    for name in _MOMENTS:
        grouped[name] = records[name].to_numpy()
    how: dict[str, Any] = {
        **dict.fromkeys(("person", "family", "consent", "source", "team", "rag"), "first"),
        **dict.fromkeys(("rank", *_MOMENTS[:5]), "min"),
        **dict.fromkeys(("fine", "open_case", *_MOMENTS[5:]), "max"),
    }
    by = grouped.groupby(["which", "key"], sort=False)
    one = by.agg(how).assign(children=by["person"].nunique(), rows=by.size()).reset_index(drop=True)
    one["outcome"] = np.array(_GRAVEST, dtype=object)[one["rank"]]
    return one.sort_values("received", kind="stable", ignore_index=True)


def moments_elapsed(moments: pd.Series, clock: WallClock) -> Ints:
    """Seconds of the wall clock as seconds elapsed, `NEVER` where there is none."""
    known = moments.notna().to_numpy()
    seconds = np.full(len(moments), NEVER)
    seconds[known] = clock.seconds(moments[known].to_numpy(dtype=np.int64).astype("datetime64[s]"))
    return seconds


def _contacts(one: pd.DataFrame) -> pd.DataFrame:
    """The table `contacts`, with `recorded_to` besides; returns are told by the family, or by the child where none is known."""
    whose = one["family"].fillna(one["person"])
    received = one["received"].to_numpy(dtype=np.int64)
    incoming = one["incoming"].to_numpy(dtype=np.int64)
    return pd.DataFrame(
        {
            "contact": np.arange(len(one)),
            "family": pd.factorize(whose)[0].astype(np.int64),
            "received": received,
            "enters": np.where(incoming < NEVER, np.maximum(received, incoming), received),
            "source": one["source"].replace("", "unknown"),
            "area": "not recorded",
            "children": one["children"].to_numpy(dtype=np.int16),
            "need": 0,
            "level": 0,
            "rag": one["rag"].to_numpy(dtype=object),
            "open_case": one["open_case"].to_numpy(dtype=bool),
            "consent": one["consent"].astype("Int64"),
            "recorded_to": np.array(list(_FINEST), dtype=object)[one["fine"].to_numpy(dtype=np.int64)],
        }
    )


def _visits(one: pd.DataFrame, ends: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The visits of every contact, and the stages and outcomes of a log of contacts."""
    came = {name: one[name].to_numpy(dtype=np.int64) for name in _MOMENTS}
    enters = np.where(came["incoming"] < NEVER, np.maximum(came["received"], came["incoming"]), came["received"])
    decided = _after(came["ended"], enters, ends)
    outcome = one["outcome"].replace("", NOT_RECORDED).to_numpy(dtype=object)
    onward = np.isin(outcome, ["assessment", "referral"]) & (decided < NEVER)
    accepted = np.where(onward, _after(came["accepted"], decided, ends), NEVER)
    waits_from = np.where(accepted < NEVER, accepted, decided)
    allocated = np.where(onward, _after(came["allocated"], waits_from, ends), NEVER)
    closed = np.where(allocated < NEVER, _after(came["closed"], allocated, ends), NEVER)
    accepts, allocates = bool((accepted < NEVER).any()), bool((allocated < NEVER).any())
    at_acceptance = onward & ((accepted < NEVER) | ((allocated == NEVER) & accepts))
    at_assessment = onward & ((accepted < NEVER) | (allocated < NEVER) | (not accepts))
    begun = np.minimum(np.maximum(came["started"], enters), decided)
    begun = np.where((came["started"] < NEVER) & (begun < ends), begun, NEVER)
    goes_to = np.where(onward, np.where(at_acceptance, "acceptance", "assessment").astype(object), outcome)
    desk = _stage("contact", enters, begun, decided, goes_to, shown(one["team"]))
    duty = _stage("acceptance", decided, np.full(len(one), NEVER), accepted, "assessment", "assessment")
    held = _stage("assessment", waits_from, allocated, closed, "assessed", "assessment")
    visits = pd.concat([desk[enters < ends], duty[at_acceptance], held[at_assessment]], ignore_index=True)
    return (
        visits.sort_values("contact", kind="stable", ignore_index=True),
        _stages(accepts, allocates),
        _outcomes(accepts),
    )


def _after(moment: Ints, before: Ints, ends: int) -> Ints:
    """Moments not before others; those after the end have not come yet."""
    later = np.maximum(moment, before)
    return np.where((moment < NEVER) & (before < NEVER) & (later <= ends), later, NEVER)


def _stage(stage: str, enabled: Ints, started: Ints, settled: Ints, outcome: Any, team: Any) -> pd.DataFrame:
    """A visit of every contact to one stage."""
    table = pd.DataFrame({"contact": np.arange(len(enabled)), "part": 0, "stage": stage, "enabled": enabled})
    table = table.assign(started=started, settled=settled, left=settled, outcome=outcome, team=team)
    return table.assign(outcome=table["outcome"].where(table["settled"] < NEVER, ""))[list(VISIT)]


def _stages(accepts: bool, allocates: bool) -> pd.DataFrame:
    """The table `stages`; nothing accepts or allocates where no row says so."""
    rows = [
        ("contact", "work", "", True, False, False),
        ("assessment", "caseload", "assessment", False, False, allocates),
    ]
    if accepts:
        rows.insert(1, ("acceptance", "work", "assessment", False, True, False))
    names = ("stage", "kind", "team", "decides", "accepts", "allocates")
    return from_rows([dict(zip(names, row, strict=True), decided_before=False) for row in rows], "stages")


def _outcomes(accepts: bool) -> pd.DataFrame:
    """The table `outcomes`."""
    onward = ["acceptance", "assessment"] if accepts else ["assessment"]
    later = {"decided_later": False, "accepted_later": False}
    rows: list[dict[str, object]] = [
        {
            "outcome": name,
            "is_end": True,
            "provides": provides,
            "transfer": False,
            **later,
            "referral": name == "referral_closed",
        }
        for name, provides in _PROVIDES.items()
    ]
    rows += [
        {"outcome": name, "is_end": False, "provides": None, "transfer": True, **later, "referral": True}
        for name in onward
    ]
    return from_rows(rows, "outcomes")
