"""Invent, read, join, measure: what is read of a council's files is what happened in it, and no more."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from frontdoor_sim.calibration.history import Links, examine, read_history, to_log
from frontdoor_sim.event_log import check_laws
from frontdoor_sim.measures import MEASURES, measure
from invented_councils import FORMATS, TIMED, beside

TIMES = [
    "decided_within_24h", "decided_within_1_working_day", "decided_on_time", "decision_hours_median", "decision_hours_p90",
    "decision_hours_p95", "decision_hours_mean_240", "oldest_undecided_hours", "transfer_hours_to_acceptance_median",
    "transfer_hours_to_acceptance_p90", "transfer_hours_to_acceptance_mean_1000", "transfer_hours_to_allocation_median",
    "transfer_hours_to_allocation_p90", "transfer_hours_to_allocation_mean_1000", "allocated_within_2_working_days",
]  # fmt: skip
COUNTS = ["contacts_received", "children_received", "referrals", "children_referred"]
OPEN = ["open_undecided_at_opens", "open_undecided_at_close"]


def measured(council, form, *faults):
    joined = to_log(examine(council.read(form, *faults), council.extracted).history, council.period)
    check_laws(joined.log)
    return measure(joined.log)


@pytest.mark.parametrize("form", ["liquidlogic", "mosaic"])
def test_what_is_recorded_to_the_second_is_measured_as_it_was(council, form):
    both = beside(council.truth, measured(council, form), ("all", "source", "rag"))
    for name in [*TIMES, *COUNTS, *OPEN, "returns_within_12_months_share"]:
        rows = both.loc[[name]]
        assert len(rows) >= 1
        np.testing.assert_allclose(rows["value_read"], rows["value"], rtol=1e-12, err_msg=name)


def test_workflow_steps_also_tell_who_is_still_open_and_holds_a_slot(council):
    both = beside(council.truth, measured(council, "mosaic"))
    for name in ("open_at_end", "slots_held_mean", "assessment_within_45_days_from_start"):
        assert both.loc[name, "value_read"] == pytest.approx(both.loc[name, "value"], rel=1e-12)


def test_what_is_recorded_to_the_minute_is_measured_to_the_minute(council):
    both = beside(council.truth, measured(council, "template"))
    for name in TIMES:
        within = 1 / 60 if both.loc[name, "unit"] == "hours" else 0.01
        assert both.loc[name, "value_read"] == pytest.approx(both.loc[name, "value"], abs=within), name
    for name in (*COUNTS, *OPEN):
        assert both.loc[name, "value_read"] == both.loc[name, "value"]


def test_the_curve_of_decisions_is_that_of_the_run(council):
    both = beside(council.truth, measured(council, "mosaic"), ("hours",))
    curve = both.loc["decision_curve"]
    assert len(curve) == 241
    np.testing.assert_allclose(curve["value_read"], curve["value"], rtol=1e-12)


@pytest.mark.parametrize("form", ["annex_a", "ssd"])
def test_a_standard_list_says_nothing_of_times_and_why(council, form):
    read = measured(council, form)
    asked = read[read["measure"].isin([*TIMES, *OPEN, "open_at_end", "decision_curve"])]
    assert asked["value"].isna().all()
    assert asked["note"].str.startswith("not measurable: ").all()


def test_the_dataset_counts_contacts_children_and_referrals(council):
    both = beside(council.truth, measured(council, "ssd"), ("all", "source"))
    for name in (*COUNTS, "returns_within_12_months_share"):
        rows = both.loc[[name]]
        np.testing.assert_allclose(rows["value_read"], rows["value"], rtol=1e-12, err_msg=name)


def test_annex_a_counts_children_and_says_that_it_cannot_count_contacts(council):
    both = beside(council.truth, measured(council, "annex_a"))
    assert both.loc["children_received", "value_read"] == both.loc["children_received", "value"]
    assert both.loc["children_referred", "value_read"] == both.loc["children_referred", "value"]
    assert "siblings" in both.loc["contacts_received", "note"]


@pytest.mark.parametrize("form", [*TIMED, "ssd"])
def test_two_systems_and_a_mapping_file_are_one_council(council, form):
    both = beside(council.truth, measured(council, form, "two_systems"))
    names = [*COUNTS, *(TIMES if form in ("liquidlogic", "mosaic") else [])]
    for name in names:
        assert both.loc[name, "value_read"] == pytest.approx(both.loc[name, "value"], rel=1e-12), name


def test_heading_drift_does_no_harm(council):
    plain, drifted = (council.read("annex_a", *faults).records for faults in ((), ("heading_drift",)))
    same = ["file", "row", "kind", "received", "started", "ended", "source", "outcome", "age"]
    pd.testing.assert_frame_equal(plain[same], drifted[same])


def test_dates_only_leave_no_hours(council):
    read = measured(council, "liquidlogic", "date_only")
    assert read.loc[read["measure"] == "decided_within_24h", "value"].isna().all()
    counted = read[(read["measure"] == "contacts_received") & (read["by"] == "all")]["value"].item()
    assert counted == beside(council.truth, read).loc["contacts_received", "value"]


def test_any_mix_of_formats_makes_one_log(council):
    folder = council.extracts()
    history = read_history([folder / name for form, name in FORMATS.items() if form not in ("template", "liquidlogic")])
    assert set(history.account["format"]) == {
        "Mosaic, invented",
        "Ofsted Annex A",
        "Standard Safeguarding Dataset",
        "CIN census",
    }
    joined = to_log(history, council.period)
    check_laws(joined.log)
    both = beside(council.truth, measure(joined.log))
    assert both.loc["decided_within_24h", "value_read"] == both.loc["decided_within_24h", "value"]
    account = joined.account.set_index("kind")
    assert account.loc["step", "used"] == account.loc["step", "records"]
    assert account.loc["contact", "used"] == 0
    assert account.loc["contact", "why"] == "the log is of workflow steps"


def test_parquet_says_what_csv_says(council, tmp_path):
    folder = council.extracts() / "ssd"
    for file in sorted(folder.glob("*.csv")):
        table = pd.read_csv(file, dtype="str", keep_default_na=False)
        for name in table.columns:
            if name.endswith("_date"):
                table[name] = pd.to_datetime(table[name], errors="coerce")
        table.to_parquet(tmp_path / f"{file.stem}.parquet")
    key = b"the same for both"
    one, other = read_history([folder], key=key).records, read_history([tmp_path], key=key).records
    pd.testing.assert_frame_equal(one.drop(columns="file"), other.drop(columns="file"))


def test_the_key_changes_no_log(council):
    folder = council.extracts()
    logs = [to_log(read_history([folder / "mosaic"]), council.period).log for _ in range(2)]
    pd.testing.assert_frame_equal(logs[0].events, logs[1].events)
    pd.testing.assert_frame_equal(logs[0].contacts, logs[1].contacts)


def test_links_are_wider_when_told_so(council):
    history, held, going_on = council.read("annex_a"), [], []
    for days in (2, 20):
        events = to_log(history, council.period, Links(assessment_days=days)).log.events
        going_on.append(events.loc[events["stage"] == "assessment", "contact"].nunique())
        held.append(events["kind"].eq("caseload").sum())
    assert going_on[0] == going_on[1]  # every referral goes on, whether its assessment is found or not
    assert held[0] < held[1]


def test_what_is_held_back_are_measures_that_exist(council):
    for form in ("template", "mosaic", "annex_a", "ssd"):
        names = set(to_log(council.read(form), council.period).log.about.silent["measure"])
        assert names - {"*"} <= set(MEASURES)
