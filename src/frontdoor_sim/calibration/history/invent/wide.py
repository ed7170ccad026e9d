"""Extracts with a row a contact and child: the template, and one in the shape of Liquidlogic's tables."""

from __future__ import annotations

import pandas as pd

from frontdoor_sim.calibration.history.invent.invented import Invented
from frontdoor_sim.calibration.history.invent.people import FREE_TEXT
from frontdoor_sim.calibration.history.invent.rows import BRITISH, ISO, received, rows_of, written, yes_no
from frontdoor_sim.calibration.journeys import REFERRAL_CLOSED

_FLAGS = {
    "no_further_action": "NFA_FLAG",
    "advice": "ADVICE_FLAG",
    "early_help": "EARLY_HELP_FLAG",
    "assessment": "NEW_REFERRAL_FLAG",
    REFERRAL_CLOSED: "REFERRAL_NFA_FLAG",
    "other": "OTHER_OUTCOMES_EXIST_FLAG",
    "": "",
}


def template(told: Invented, system: str) -> pd.DataFrame:
    """The template, to the minute."""
    rows = rows_of(told, system)
    when = {name: written(rows[name], BRITISH, told) for name in rows.columns if name.endswith("_at")}
    return pd.DataFrame(
        {
            "contact_id": "C" + rows["number"].astype(str),
            "child_id": rows["person"],
            "family_id": rows["family_name"],
            "received_at": received(rows, BRITISH, told),
            "reached_desk_at": when["reached_at"],
            "work_started_at": when["started_at"],
            "decided_at": when["decided_at"],
            "outcome": rows["outcome"],
            "accepted_at": when["accepted_at"],
            "allocated_at": when["allocated_at"],
            "assessment_finished_at": when["finished_at"],
            "source_code": rows["source_code"],
            "rag": rows["rag"],
            "open_case": yes_no(rows["open_case"]),
            "team": rows["team"],
            "age": ((rows["received_at"] - rows["born"]).dt.days // 365).astype(int),
        }
    )


def liquidlogic(told: Invented, system: str) -> pd.DataFrame:
    """An extract in the shape of Liquidlogic's reporting tables, to the second, with names and free text in it."""
    rows = rows_of(told, system)
    return pd.DataFrame(
        {
            "FACT_CONTACT_ID": rows["number"],
            "DIM_PERSON_ID": rows["person"],
            "PERSON_NAME": rows["name"],
            "CONTACT_DTTM": received(rows, ISO, told),
            "FORM_START_DTTM": written(rows["started_at"], ISO, told),
            "ANSWERED_DTTM": written(rows["decided_at"], ISO, told),
            "REFRL_START_DTTM": written(rows["accepted_at"], ISO, told),
            "INVOLVEMENT_START_DTTM": written(rows["allocated_at"], ISO, told),
            "ASSESSMENT_END_DTTM": written(rows["finished_at"], ISO, told),
            "OUTCOME": rows["outcome"].map(_FLAGS),
            "COMMENTS": FREE_TEXT,
            "CONTACT_SOURCE_CODE": rows["source_code"],
            "RAG_RATING": rows["rag"],
            "OPEN_CASE_FLAG": yes_no(rows["open_case"], "Y", "N"),
            "TEAM_NAME": rows["team"],
        }
    )
