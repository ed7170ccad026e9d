"""The front-door tables of the Standard Safeguarding Dataset."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from frontdoor_sim.calibration.history.invent.invented import Invented
from frontdoor_sim.calibration.history.invent.lists import closing_reason, protected
from frontdoor_sim.calibration.history.invent.people import FREE_TEXT
from frontdoor_sim.calibration.history.invent.rows import received, referred, rows_of, written, yes_no
from frontdoor_sim.calibration.journeys import REFERRAL_CLOSED

_DAY = "%Y-%m-%d 00:00:00"


def ssd(told: Invented, system: str) -> dict[str, pd.DataFrame]:
    """The front-door tables of the Standard Safeguarding Dataset; dates are cast, as the sector's extracts do."""
    rows = rows_of(told, system)
    referrals = referred(rows)
    assessed, enquired = referrals[referrals["allocated_at"].notna()], protected(rows)
    met = enquired[enquired["conference_at"].notna()]

    def key(table: pd.DataFrame, letter: str) -> pd.Series:
        return letter + table["number"].astype(str) + "-" + table["ordinal"].astype(str)

    def day(table: pd.DataFrame, name: str) -> pd.Series:
        return written(table[name], _DAY, told)

    made: dict[str, dict[str, Any]] = {
        "ssd_contacts": {
            "cont_contact_id": key(rows, "C"),
            "cont_person_id": rows["person"],
            "cont_contact_date": received(rows, _DAY, told),
            "cont_contact_source_code": rows["source_code"],
            "cont_contact_source_desc": FREE_TEXT,
            "cont_contact_outcome_json": rows["outcome"].map(_outcome_json),
        },
        "ssd_cin_episodes": {
            "cine_referral_id": key(referrals, "R"),
            "cine_person_id": referrals["person"],
            "cine_referral_date": day(referrals, "decided_at"),
            "cine_cin_primary_need_code": "N1",
            "cine_referral_source_code": referrals["source_code"],
            "cine_referral_nfa": yes_no(referrals["nfa"], "Y", "N"),
            "cine_close_reason": referrals["level"].map(closing_reason).where(referrals["finished_at"].notna(), ""),
            "cine_close_date": day(referrals, "finished_at"),
            "cine_referral_team": "Assessment",
            "cine_referral_worker_id": "Ottoline Fairweather",
        },
        "ssd_cin_assessments": {
            "cina_assessment_id": key(assessed, "A"),
            "cina_person_id": assessed["person"],
            "cina_referral_id": key(assessed, "R"),
            "cina_assessment_start_date": day(assessed, "allocated_at"),
            "cina_assessment_auth_date": day(assessed, "finished_at"),
            "cina_assessment_outcome_json": "{}",
            "cina_assessment_outcome_nfa": "N",
            "cina_assessment_team": "Assessment",
        },
        "ssd_s47_enquiry": {
            "s47e_s47_enquiry_id": key(enquired, "S"),
            "s47e_referral_id": key(enquired, "R"),
            "s47e_person_id": enquired["person"],
            "s47e_s47_start_date": day(enquired, "allocated_at"),
            "s47e_s47_end_date": day(enquired, "finished_at"),
            "s47e_s47_nfa": "N",
        },
        "ssd_initial_cp_conference": {
            "icpc_icpc_id": key(met, "I"),
            "icpc_s47_enquiry_id": key(met, "S"),
            "icpc_person_id": met["person"],
            "icpc_icpc_date": day(met, "conference_at"),
        },
        "ssd_involvements": {
            "invo_involvements_id": key(assessed, "V"),
            "invo_professional_id": "W17",
            "invo_professional_team": "Assessment",
            "invo_person_id": assessed["person"],
            "invo_involvement_start_date": day(assessed, "allocated_at"),
            "invo_involvement_end_date": day(assessed, "finished_at"),
            "invo_worker_change_reason": "TSPROC",
            "invo_referral_id": key(assessed, "R"),
        },
    }
    families = rows.drop_duplicates("person")
    links = {
        "fami_table_id": key(families, "F"),
        "fami_family_id": families["family_name"],
        "fami_person_id": families["person"],
    }
    return {name: pd.DataFrame(columns) for name, columns in {**made, "ssd_family": links}.items()}


def _outcome_json(outcome: str) -> str:
    """The flags of a contact's outcome, with the free text that real extracts have among them; nothing where none is known."""
    if not outcome:
        return ""
    raised = {"assessment": "NEW_REFERRAL_FLAG", REFERRAL_CLOSED: "NEW_REFERRAL_FLAG"}
    raised |= {"no_further_action": "NFA_FLAG", "advice": "ADVICE_FLAG"}
    flags = dict.fromkeys(("NEW_REFERRAL_FLAG", "NFA_FLAG", "ADVICE_FLAG", "OTHER_OUTCOMES_EXIST_FLAG"), "N")
    flags[raised.get(outcome, "OTHER_OUTCOMES_EXIST_FLAG")] = "Y"
    return json.dumps({**flags, "NUMBER_OF_OUTCOMES": 1, "COMMENTS": FREE_TEXT})
