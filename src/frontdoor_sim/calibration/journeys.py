"""What befell each contact of a log, of a run or of history, as a case system would hold it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.event_log import EventLog, main_thread
from frontdoor_sim.event_log.reading import ONWARD
from frontdoor_sim.working_time import NEVER

Ints = NDArray[np.int64]

REFERRAL_CLOSED = "referral_closed"
_OUTCOME_OF_LEVEL = {0: "no_further_action", 1: "advice", 2: "early_help", 3: "other", 4: "other"}


@dataclass(frozen=True, eq=False)
class Journeys:
    """A log as case systems would hold it; seconds count as in the log, `NEVER` where something has not happened.

    Args:
        contacts: one row a contact, by key: `contact, family, received, enters, source, rag, open_case, children, level,
            started, decided, outcome, accepted, allocated, assessed, left, end, team`. `outcome` is `assessment` for what
            was decided for transfer, `referral_closed` for a referral closed without one, and empty where nothing is
            decided; `left` is when the contact reached its end, and `end` the name of that.
        visits: one row a visit of a main thread, in order: `contact, stage, incoming, started, settled, outcome, team`.
    """

    contacts: pd.DataFrame
    visits: pd.DataFrame


def journeys_of(log: EventLog) -> Journeys:
    """Read the journeys of a log.

    The decision is the first that was not reversed before an allocation, or the contact's end where no visit decided; the
    acceptance is the last before the allocation. These are the definitions of the manual of measures, told again here.
    """
    visits = _visits(log)
    contacts = log.contacts.set_index("contact", drop=False)
    columns = ["contact", "family", "received", "enters", "source", "rag", "open_case", "children", "level"]
    table = contacts[columns].copy()
    for name in ("source", "rag"):
        table[name] = table[name].astype(str)
    made = _decisions(log, visits)
    for name in ("decided", "accepted", "allocated", "assessed", "left"):
        table[name] = table["contact"].map(made[name]).fillna(NEVER).astype("int64")
    for name in ("outcome", "end", "team"):
        table[name] = table["contact"].map(made[name]).fillna("")
    first_work = visits[visits["started"] < NEVER].groupby("contact")["started"].min()
    table["started"] = table["contact"].map(first_work).fillna(NEVER).astype("int64")
    table["started"] = table["started"].where(table["started"] <= table["decided"], NEVER)
    return Journeys(table.reset_index(drop=True), visits)


def _visits(log: EventLog) -> pd.DataFrame:
    """The visits of main threads, each contact's in order."""
    rows = log.events.iloc[main_thread(log.events)].reset_index(drop=True)
    words = {name: rows[name].astype(str) for name in ("stage", "outcome", "waited_for", "kind", "team")}
    rows = rows.assign(**words)
    new = rows[["contact", "stage", "visit"]].ne(rows[["contact", "stage", "visit"]].shift()).any(axis=1)
    own = ~rows["waited_for"].isin(ONWARD)
    held = rows["kind"].eq("caseload") | rows["waited_for"].eq("visit")
    stages = log.about.stages.set_index("stage")
    caseload = rows["stage"].map(stages["kind"].astype(str)).eq("caseload")
    begun = np.where(caseload, held, rows["kind"].ne("wait"))
    rows = rows.assign(
        number=new.cumsum(),
        begun=rows["start"].where(begun, NEVER),
        own_end=rows["end"].where(own, np.iinfo(np.int64).min),
    )
    by = rows.groupby("number", sort=False)
    visits = by.agg(
        contact=("contact", "first"),
        stage=("stage", "first"),
        incoming=("start", "first"),
        started=("begun", "min"),
        settled=("own_end", "max"),
        ended=("end", "last"),
        outcome=("outcome", "last"),
    ).reset_index(drop=True)
    visits["team"] = visits["stage"].map(stages["team"]).fillna("")
    nothing = visits["settled"] == np.iinfo(np.int64).min
    visits["settled"] = visits["settled"].mask(nothing, visits["ended"]).where(visits["outcome"] != "", NEVER)
    return visits


def _decisions(log: EventLog, visits: pd.DataFrame) -> pd.DataFrame:
    """By contact: `decided, outcome, team, accepted, allocated, assessed, left, end`."""
    stages, outcomes = log.about.stages.set_index("stage"), log.about.outcomes.set_index("outcome")
    flags = {name: _flagged(visits["stage"], stages[name]) for name in ("decides", "accepts", "allocates")}
    transfer = _flagged(visits["outcome"], outcomes["transfer"])
    is_end = _flagged(visits["outcome"], outcomes["is_end"])
    caseload = visits["stage"].map(stages["kind"].astype(str)).eq("caseload")
    back = _flagged(visits["outcome"], stages["decides"]) & ~transfer
    routed = visits["outcome"] != ""
    place = pd.Series(np.arange(len(visits)), index=visits.index)
    contact = visits["contact"]
    deciding = flags["decides"] & routed & ~back
    first_transfer = contact.map(place[deciding & transfer].groupby(contact[deciding & transfer]).min())
    held = flags["allocates"] & (visits["started"] < NEVER) & (place > first_transfer)
    served = contact.map(place[held].groupby(contact[held]).min()).fillna(len(visits))
    decisions = visits[deciding & (place < served)].assign(transfer=transfer)
    final = _first_of_the_last_run(decisions)
    end = visits[is_end].drop_duplicates("contact", keep="last").set_index("contact")
    answer = pd.DataFrame(index=pd.Index(contact.unique(), name="contact"))
    answer["decided"] = final["settled"].reindex(answer.index).fillna(end["ended"]).fillna(NEVER)
    answer["left"] = end["ended"].reindex(answer.index).fillna(NEVER)
    answer["end"] = end["outcome"].reindex(answer.index).fillna("")
    answer["team"] = final["team"].reindex(answer.index).fillna(end["team"]).fillna("")
    passed = place < served
    accepting = flags["accepts"] & routed & ~is_end & ~back & passed & (place > first_transfer)
    allocated = visits[held].drop_duplicates("contact").set_index("contact")["started"]
    answer["allocated"] = allocated.reindex(answer.index).fillna(NEVER)
    last = visits[accepting].drop_duplicates("contact", keep="last").set_index("contact")["settled"]
    answer["accepted"] = last.reindex(answer.index).fillna(answer["allocated"])
    slots = visits[caseload & routed & (place >= served)].drop_duplicates("contact").set_index("contact")["settled"]
    answer["assessed"] = slots.reindex(answer.index).fillna(NEVER)
    goes_on = pd.Series(answer.index.isin(final.index[final["transfer"].to_numpy(dtype=bool)]), index=answer.index)
    closed = final.index[_flagged(final["outcome"], outcomes["referral"]) & ~final["transfer"]]
    provides = end["outcome"].map(outcomes["provides"]).reindex(answer.index).fillna(3).astype(int)
    answer["outcome"] = np.where(goes_on, "assessment", provides.map(_OUTCOME_OF_LEVEL))
    answer["outcome"] = answer["outcome"].mask(answer.index.isin(closed), REFERRAL_CLOSED)
    answer["outcome"] = answer["outcome"].where(answer["decided"] < NEVER, "")
    for name in ("accepted", "allocated", "assessed"):
        answer[name] = answer[name].where(goes_on, NEVER)
    return answer


def _flagged(words: pd.Series, flags: pd.Series) -> pd.Series:
    """Whether the flag of each word is true; words without a flag have none."""
    return words.isin(flags.index[flags.to_numpy(dtype=bool)])


def _first_of_the_last_run(decisions: pd.DataFrame) -> pd.DataFrame:
    """By contact, the first of the last unbroken run of decisions with one outcome."""
    turns = decisions["contact"].ne(decisions["contact"].shift()) | decisions["outcome"].ne(
        decisions["outcome"].shift()
    )
    return decisions[turns].drop_duplicates("contact", keep="last").set_index("contact")
