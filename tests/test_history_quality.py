"""Every fault is found by its check, and every check finds what it is for: rules of the Department, and quirks of systems."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from frontdoor_sim.calibration.history import History, examine, read_history
from frontdoor_sim.calibration.history.invent import FAULTS
from frontdoor_sim.calibration.history.quality import RULES
from frontdoor_sim.calibration.history.quality.recording import empty_stretches
from frontdoor_sim.calibration.history.quality.report import account_table, findings_table
from frontdoor_sim.tables import check, conform, empty
from invented_councils import FORMATS

EXTRACTED = datetime(2020, 3, 2)  # a Monday
DAY = 86_400
SHOWS = {
    "date_only": ("template", "liquidlogic", "mosaic"),
    "batch_entry": ("template", "liquidlogic", "mosaic"),
    "duplicates": ("template", "liquidlogic", "mosaic", "ssd"),
    "missing_outcomes": ("template", "liquidlogic", "mosaic"),
    "two_systems": ("template", "liquidlogic", "mosaic", "annex_a", "ssd"),
    "reversed_dates": ("template", "liquidlogic"),
    "retired_codes": tuple(FORMATS),
    "late_closing": ("template", "liquidlogic"),
    "renamed_teams": ("template", "liquidlogic", "mosaic"),
    "missing_persons": tuple(FORMATS),
    "thin_start": ("template", "mosaic", "annex_a", "ssd"),
    "repeated_rows": ("template", "liquidlogic", "mosaic"),
    "unreadable_dates": ("template", "mosaic", "annex_a", "ssd"),
    "torn_rows": ("template", "liquidlogic", "mosaic"),
}
"""Formats in which a fault can be seen: the others do not hold what it spoils."""


def counts(history: History, extracted: datetime) -> pd.DataFrame:
    return examine(history, extracted).counts.set_index("rule")


def test_every_fault_that_should_be_found_is_tried():
    assert set(SHOWS) == {fault.name for fault in FAULTS if fault.found_by}
    assert {fault.found_by for fault in FAULTS if fault.found_by} <= {rule.name for rule in RULES}


@pytest.mark.parametrize(("fault", "form"), [(fault, form) for fault, forms in SHOWS.items() for form in forms])
def test_a_fault_is_found_by_its_check(council, fault, form):
    found_by = next(one.found_by for one in FAULTS if one.name == fault)
    spoilt = counts(council.read(form, fault), council.extracted).loc[found_by, "found"]
    sound = counts(council.read(form), council.extracted).loc[found_by, "found"]
    assert spoilt > 1.5 * sound


@pytest.mark.parametrize("form", ["template", "liquidlogic"])
@pytest.mark.parametrize(
    "fault", ["duplicates", "missing_outcomes", "two_systems", "reversed_dates", "missing_persons"]
)
def test_a_check_counts_what_was_planted(council, fault, form):
    planted = pd.read_json(council.extracts(fault) / "truth" / "truth.json", typ="series")["faults"][fault]
    assert counts(council.read(form, fault), council.extracted).loc[planted["found_by"], "found"] == planted["rows"]


@pytest.mark.parametrize("form", FORMATS)
def test_without_faults_nothing_is_set_aside(council, form):
    quality = examine(council.read(form), council.extracted)
    assert quality.set_aside.empty
    assert (quality.rows["rows"] == quality.rows["used"]).all()
    graver = quality.counts[quality.counts["action"] == "set aside"]
    assert (graver["found"] == 0).all()


def test_all_faults_at_once_lose_no_row(council):
    names = [fault.name for fault in FAULTS]
    folder = council.extracts(*names)
    files = {system: [folder / system / name for name in FORMATS.values()] for system in ("system_a", "system_b")}
    history = read_history(files, folder / "same_person.csv")
    quality = examine(history, council.extracted)
    assert (quality.rows["rows"] == quality.rows["used"] + quality.rows["set_aside"]).all()
    assert quality.rows["rows"].sum() > 20_000
    assert len(quality.set_aside) > 1_000
    check(quality.set_aside, "history_set_aside", "set_aside")


def test_batch_entry_is_told_with_its_time_of_day(council):
    quality = examine(council.read("liquidlogic", "batch_entry"), council.extracted)
    advice = quality.findings.set_index("rule").loc["batch_entry", "advice"]
    assert advice == "Decision times look batch-entered at 16:55: the 24-hour figure is of recording, not of deciding."
    assert advice in str(quality)


@pytest.mark.parametrize(
    ("form", "within"), [("template", 0.35), ("liquidlogic", 0.35), ("mosaic", 0.35), ("annex_a", 0.85)]
)
def test_duplicates_across_systems_are_estimated_without_a_mapping(council, form, within):
    """Where days alone are told, as in Annex A, the estimate of eight runs spread by 28 % of the truth."""
    truth = counts(council.read(form, "two_systems"), council.extracted).loc["contact_in_both_systems", "found"]
    guess = counts(council.read(form, "two_systems", mapped=False), council.extracted).loc["contact_in_both_systems"]
    assert guess["action"] == "kept"
    assert truth > 100
    assert guess["found"] == pytest.approx(truth, rel=within)


# --- the rules of the Department, one record at a time ---------------------------------------------------------------------


def records(*rows: dict[str, object]) -> History:
    """A history of a few records; moments are days before the files were taken, as `received=-3`."""
    taken = int((EXTRACTED - datetime(1970, 1, 1)).total_seconds())
    plain = {
        "file": "made.csv", "system": "one", "step": "", "family": None, "item": None, "parent": None, "received": None,
        "incoming": None, "started": None, "ended": None, "accepted": None, "allocated": None, "closed": None,
        "conference": None, "recorded_to": "day", "source": "", "outcome": "", "team": "", "rag": "", "consent": None,
        "open_case": False, "out_of_hours": False, "age": "", "person": 1,
    }  # fmt: skip
    moments = ("received", "incoming", "started", "ended", "accepted", "allocated", "closed", "conference")
    made = []
    for number, row in enumerate(rows, start=1):
        seconds = {name: taken + round(row[name] * DAY) for name in moments if name in row}
        made.append({**plain, "row": number, **row, **seconds})
    account = pd.DataFrame(
        [{"file": "made.csv", "format": "made", "table": "t", "system": "one", "rows": len(rows), "read": True}]
    )
    nothing = pd.DataFrame(columns=["file", "row", "rule"])
    table = conform(pd.DataFrame(made), "history_records")
    return History(table, nothing, account, {}, empty("stages"), empty("outcomes"))


REFERRAL = {"kind": "referral", "item": 9, "received": -30}
ENQUIRY = {"kind": "section_47", "started": -20}
ASSESSMENT = {"kind": "assessment", "started": -20, "ended": -10}
PLANTED = {
    "after_extract": [{"kind": "contact", "received": 2}],
    "decided_before_receipt": [{"kind": "contact", "received": -3, "ended": -4}],
    "completed_before_incoming": [{"kind": "step", "step": "s", "item": 5, "received": -9, "incoming": -3, "ended": -4}],
    "assessment_ends_before_start": [{**ASSESSMENT, "ended": -21}],
    "closed_before_referral": [{**REFERRAL, "closed": -31}],
    "assessment_before_referral": [REFERRAL, {**ASSESSMENT, "parent": 9, "started": -31}],
    "enquiry_before_referral": [REFERRAL, {**ENQUIRY, "parent": 9, "started": -31, "ended": -1}],
    "conference_before_referral": [{**REFERRAL, "conference": -31}],
    "conference_before_enquiry": [{**ENQUIRY, "conference": -21}],
    "activity_on_refused_referral": [{**REFERRAL, "outcome": "no_further_action"}, {**ASSESSMENT, "parent": 9}],
    "activity_after_closing_at_assessment": [
        {**REFERRAL, "outcome": "closed_after_assessment", "closed": -2}, {**ENQUIRY, "parent": 9, "conference": -13},
    ],
    "more_than_one_open_episode": [{**REFERRAL, "person": 2, "closed": -3}, REFERRAL, {**REFERRAL, "item": 10, "received": -20}],
    "overlapping_assessments": [ASSESSMENT, {**ASSESSMENT, "started": -15, "ended": -1}],
    "overlapping_enquiries": [{**ENQUIRY, "conference": -10}, {**ENQUIRY, "started": -15, "ended": -1}],
    "closed_with_open_activity": [{**REFERRAL, "closed": -2}, {**ENQUIRY, "parent": 9, "started": -3}],
    "open_assessment_over_45_days": [{"kind": "assessment", "started": -70}],
    "open_enquiry_over_15_days": [{"kind": "section_47", "started": -27}],
    "stale_refused_referral": [{**REFERRAL, "outcome": "no_further_action", "received": -366}],
    "conference_at_weekend": [{"kind": "conference", "conference": -1}],
    "conference_twice": [{**REFERRAL, "conference": -10}, {**ENQUIRY, "conference": -10}],
    "outcome_without_time": [
        {"kind": "contact", "received": -3, "ended": -2, "outcome": "advice"}, {"kind": "contact", "received": -3, "outcome": "advice"},
    ],
    "accepted_when_decided": [{"kind": "contact", "received": -3, "ended": -2, "accepted": -2, "outcome": "assessment"}],
    "decision_never_recorded": [
        {"kind": "contact", "received": -60}, {"kind": "contact", "received": -50, "ended": -40}, {"kind": "contact", "received": -29},
    ],
    "rag_missing": [{"kind": "contact", "received": -3, "rag": "red"}, {"kind": "contact", "received": -2}],
    "same_row_again": [{"kind": "contact", "received": -3}, {"kind": "contact", "received": -3}],
    "open_cases_mixed_in": [{"kind": "contact", "received": -3, "open_case": True}],
    "next_step_missing": [
        {"kind": "step", "step": "a", "item": 4, "received": -5, "incoming": -5, "ended": -4, "outcome": "b"},
        {"kind": "step", "step": "b", "item": 5, "parent": 3, "received": -5, "incoming": -3, "ended": -2, "outcome": "gone"},
    ],
}  # fmt: skip
SOUND = {
    "after_extract": [{"kind": "contact", "received": 0}],
    "assessment_before_referral": [REFERRAL, {**ASSESSMENT, "parent": 9, "started": -30}],
    "assessment_ends_before_start": [{**ASSESSMENT, "ended": -20}],
    "more_than_one_open_episode": [{**REFERRAL, "closed": -20}, {**REFERRAL, "item": 10, "received": -20}],
    "overlapping_assessments": [ASSESSMENT, {**ASSESSMENT, "started": -10, "ended": -1}],
    "open_assessment_over_45_days": [{"kind": "assessment", "started": -60}],
    "open_enquiry_over_15_days": [{"kind": "section_47", "started": -21}],
    "stale_refused_referral": [{**REFERRAL, "outcome": "no_further_action", "received": -300}],
    "rag_missing": [
        {"kind": "step", "step": "s", "item": 4, "incoming": -3, "ended": -2, "rag": "red"},
        {"kind": "step", "step": "s", "item": 5, "parent": 4, "incoming": -2},
    ],
    "decision_never_recorded": [
        {"kind": "contact", "received": -60}, {"kind": "contact", "received": -50, "ended": -19}, {"kind": "contact", "received": -29},
    ],
    "conference_at_weekend": [{"kind": "conference", "conference": -3}],
    "conference_twice": [{**REFERRAL, "conference": -10}, {**ENQUIRY, "conference": -9}],
    "closed_with_open_activity": [{**REFERRAL, "closed": -2}, {**ENQUIRY, "parent": 9, "ended": -3}],
}  # fmt: skip
BY_FAULT_OR_DOOR = {fault.found_by for fault in FAULTS} | {rule.name for rule in RULES if rule.check is None}


@pytest.mark.parametrize("rule", PLANTED)
def test_a_rule_finds_the_record_that_breaks_it(rule):
    assert counts(records(*PLANTED[rule]), EXTRACTED).loc[rule, "found"] == 1


@pytest.mark.parametrize("rule", SOUND)
def test_a_rule_lets_pass_what_just_obeys_it(rule):
    answer = counts(records(*SOUND[rule]), EXTRACTED).loc[rule]
    assert answer["found"] == 0
    assert answer["looked_at"] > 0


HALF = 0.5
DATED = {
    "decided_before_receipt": [{"kind": "contact", "received": -3 + HALF, "ended": -3}],
    "completed_before_incoming": [{"kind": "step", "step": "s", "incoming": -3 + HALF, "ended": -3}],
    "assessment_ends_before_start": [{**ASSESSMENT, "started": -10 + HALF, "ended": -10}],
    "closed_before_referral": [{**REFERRAL, "received": -30 + HALF, "closed": -30}],
    "assessment_before_referral": [{**REFERRAL, "received": -20 + HALF, "recorded_to": "minute"}, {**ASSESSMENT, "parent": 9}],
}  # fmt: skip
"""A time, and a date of the same day that comes after it."""


@pytest.mark.parametrize("rule", DATED)
def test_a_date_is_not_before_a_time_of_the_same_day(rule):
    answer = counts(records(*DATED[rule]), EXTRACTED).loc[rule]
    assert (answer["found"], answer["looked_at"]) == (0, 1)


@pytest.mark.parametrize(("ended", "recorded_to"), [(-4, "day"), (-3 + HALF / 2, "day"), (-3, "minute")])
def test_a_date_before_and_a_time_before_are_found_whatever_else_is_dated(ended, recorded_to):
    """The day before as a date; a time before on the same day where another moment is a date; and midnight as a time."""
    row = {"kind": "contact", "received": -3 + HALF, "ended": ended, "accepted": -2, "recorded_to": recorded_to}
    assert counts(records(row), EXTRACTED).loc["decided_before_receipt", "found"] == 1


@pytest.mark.parametrize(("days", "weeks"), [(0, 0), (6, 0), (7, 1), (25, 3)])
def test_weeks_without_a_contact_are_told_where_many_come(days, weeks):
    """Five contacts a day for ten weeks, but for a stretch in the midst of them."""
    rows = [
        {"kind": "contact", "received": -day, "person": day * 5 + n}
        for day in range(1, 71)
        if not 30 <= day < 30 + days
        for n in range(5)
    ]
    quality = examine(records(*rows), EXTRACTED)
    answer = quality.counts.set_index("rule").loc["weeks_missing"]
    assert answer["found"] == weeks
    first, last = EXTRACTED.date() - timedelta(days=29 + days), EXTRACTED.date() - timedelta(days=30)
    assert answer["said"] == (f"from {first} to {last}" if weeks else "")


def test_a_quiet_service_may_have_weeks_without_a_contact():
    rows = [{"kind": "contact", "received": -day, "person": day} for day in range(1, 200, 9)]
    assert counts(records(*rows), EXTRACTED).loc["weeks_missing", "found"] == 0


def test_weeks_at_the_ends_of_a_window_are_missing_too():
    days = np.repeat(np.arange(100, 170), 5)
    ends = date(1970, 1, 1) + timedelta(days=80), date(1970, 1, 1) + timedelta(days=171)
    assert empty_stretches(days, *ends) == [(ends[0], ends[0] + timedelta(days=19))]


def test_every_rule_with_a_function_is_planted_somewhere():
    with_others = {"step_with_its_contact", "siblings_not_joined", "open_when_extracted", "weeks_missing"}
    assert {rule.name for rule in RULES} - BY_FAULT_OR_DOOR - set(PLANTED) - with_others == set()


def test_a_step_is_set_aside_with_its_contact():
    step = {"kind": "step", "step": "s", "received": -9, "incoming": -9, "ended": -8}
    history = records(
        {**step, "item": 1},
        {**step, "item": 2, "parent": 1, "ended": -10},
        {**step, "item": 3, "parent": 2},
        {**step, "item": 4},
    )
    quality = examine(history, EXTRACTED)
    reasons = dict(zip(quality.set_aside["row"], quality.set_aside["rule"], strict=True))
    assert reasons == {1: "step_with_its_contact", 2: "completed_before_incoming", 3: "step_with_its_contact"}
    assert quality.history.records["row"].tolist() == [4]


# --- rules that only the door can judge ------------------------------------------------------------------------------------

CENSUS = """<?xml version="1.0"?><Message><Children><Child><ChildIdentifiers><LAchildID>1</LAchildID>
<PersonBirthDate>2019-12-01</PersonBirthDate></ChildIdentifiers>{details}</Child></Children></Message>"""
DETAILS = {
    "referral_before_conception": "<CINreferralDate>2019-02-20</CINreferralDate><ReferralSource>6</ReferralSource>"
    "<PrimaryNeedCode>N1</PrimaryNeedCode>",
    "source_missing": "<CINreferralDate>2019-12-20</CINreferralDate><PrimaryNeedCode>N1</PrimaryNeedCode>",
    "need_missing": "<CINreferralDate>2019-12-20</CINreferralDate><ReferralSource>6</ReferralSource>",
    "no_date": "<ReferralSource>6</ReferralSource><PrimaryNeedCode>N1</PrimaryNeedCode>",
    "date_unreadable": "<CINreferralDate>2019-12-32</CINreferralDate><ReferralSource>6</ReferralSource>"
    "<PrimaryNeedCode>N1</PrimaryNeedCode>",
    "factor_21_with_others": "<CINreferralDate>2019-12-20</CINreferralDate><ReferralSource>6</ReferralSource>"
    "<PrimaryNeedCode>N1</PrimaryNeedCode><Assessments><AssessmentActualStartDate>2019-12-21</AssessmentActualStartDate>"
    "<FactorsIdentifiedAtAssessment><AssessmentFactors>21</AssessmentFactors><AssessmentFactors>3B</AssessmentFactors>"
    "</FactorsIdentifiedAtAssessment></Assessments>",
}


@pytest.mark.parametrize("rule", DETAILS)
def test_the_door_finds_what_goes_no_further(rule, tmp_path):
    path = tmp_path / "census.xml"
    path.write_text(CENSUS.format(details=f"<CINdetails>{DETAILS[rule]}</CINdetails>"), encoding="utf-8")
    found = counts(read_history([path]), EXTRACTED)["found"]
    assert found[rule] == 1
    others = found.drop([rule, "open_assessment_over_45_days"])
    assert others[others > 0].empty


def test_a_referral_for_no_further_action_needs_no_need_code(tmp_path):
    path = tmp_path / "census.xml"
    details = DETAILS["need_missing"] + "<ReferralNFA>true</ReferralNFA>"
    path.write_text(CENSUS.format(details=f"<CINdetails>{details}</CINdetails>"), encoding="utf-8")
    assert counts(read_history([path]), EXTRACTED).loc["need_missing", "found"] == 0


# --- the report -------------------------------------------------------------------------------------------------------------


def test_small_counts_are_suppressed_and_what_would_give_them_away():
    rows = [("no_person", 100, 3), ("date_unreadable", 100, 6), ("row_torn", 100, 97), ("no_date", 4, 0)]
    table = findings_table(
        pd.DataFrame([{"rule": r, "looked_at": n, "found": f, "action": "kept", "said": ""} for r, n, f in rows])
    ).set_index("rule")
    assert table["found"].isna().tolist() == [True, False, True, True]
    assert table["share"].isna().tolist() == [True, False, True, True]
    assert table["looked_at"].isna().tolist() == [False, False, True, True]
    account = pd.DataFrame({"file": ["a", "b"], "rows": [50, 50], "used": [47, 40], "set_aside": [3, 10]})
    shown = account_table(account)
    assert shown["used"].isna().tolist() == [True, False]
    assert shown["rows"].tolist() == [50, 50]


def test_the_grade_of_a_suppressed_count_does_not_tell_it():
    tables = [
        findings_table(pd.DataFrame([{"rule": "no_date", "looked_at": 40, "found": n, "action": "kept", "said": ""}]))
        for n in range(1, 6)
    ]
    assert {table["grade"].item() for table in tables} == {"poor"}
    assert all(table["found"].isna().all() for table in tables)


def test_what_checks_looked_at_tells_not_how_many_rows_were_set_aside_between_them():
    """The door saw 1,000 rows, and set 3 aside; a later check saw the other 997, of which it found 500."""
    rows = [("no_person", 1000, 3, "set aside"), ("dates_only", 997, 500, "kept"), ("row_torn", 1000, 20, "set aside")]
    table = findings_table(
        pd.DataFrame([{"rule": r, "looked_at": n, "found": f, "action": a, "said": ""} for r, n, f, a in rows])
    )
    assert table["looked_at"].tolist() == [1000, 1000, 1000]
    assert table["share"].tolist()[1] == 0.5
    assert table["found"].isna().tolist() == [True, False, True]  # 23 in all, less 20, would be 3


def test_grades_follow_the_share():
    rows = [("no_person", 1000, 9), ("no_date", 1000, 10), ("row_torn", 1000, 50), ("date_unreadable", 0, 0)]
    table = findings_table(
        pd.DataFrame([{"rule": r, "looked_at": n, "found": f, "action": "kept", "said": ""} for r, n, f in rows])
    )
    assert table["grade"].tolist() == ["good", "fair", "poor", "not looked at"]


def test_the_report_is_written_as_page_text_and_tables(council, tmp_path):
    quality = examine(council.read("template", "missing_persons"), council.extracted)
    written = quality.write(tmp_path)
    assert [path.name for path in written] == [
        "quality.html",
        "quality.txt",
        "quality.csv",
        "rows_read.csv",
        "set_aside.csv",
    ]
    assert "rows without the child&#39;s identifier" in written[0].read_text(encoding="utf-8")
    aside = pd.read_csv(written[4])
    assert aside.columns.tolist() == ["file", "row", "rule", "reason"]
    lines = (council.extracts("missing_persons") / "template.csv").read_text(encoding="utf-8").splitlines()
    assert all(lines[row].split(",")[1] == "" for row in aside["row"])
    assert np.unique(aside["row"]).size == len(aside)


def test_a_file_name_is_no_formula(tmp_path):
    path = tmp_path / "=cmd.csv"
    path.write_text(
        "contact_id,child_id,received_at,decided_at,outcome,source_code\nC,,03/06/2019 09:00,,,6\n", encoding="utf-8"
    )
    examine(read_history([path]), EXTRACTED).write(tmp_path / "out")
    assert "'=cmd.csv,1,no_person" in (tmp_path / "out" / "set_aside.csv").read_text(encoding="utf-8")
