"""Figures as a dashboard would report them, beside the true ones: worked by hand, in law, and at the extremes."""

from __future__ import annotations

import dataclasses
import math

import pandas as pd
import pytest
from scipy import stats

from frontdoor_sim import cli
from frontdoor_sim.appraisal.reported import as_reported
from frontdoor_sim.event_log import read_log, write_log
from frontdoor_sim.experiment import run
from frontdoor_sim.measures import measure, records
from frontdoor_sim.scenario import read_scenario
from small_logs import a_week
from stories import OPENS, at, officers, played
from test_appraisal import plausible_pack

FIGURES = ("contacts_received", "decided_within_24h", "decided_within_1_working_day", "open_at_end")
LATE_ALWAYS = {"late": {"decision": "100%", "end": "100%"}, "entered": "Mon-Fri 09:00, 16:30"}
TWO_DESKS = {
    "stages": {"work": {"team": "desk", "touch": "1 h"}, "decide": {"team": "second", "touch": "1 h", "decides": True}},
    "routes": {"entry": "work", "work": "decide", "decide": "done"},
}


def two_desks(first, second, **recording):
    """One contact of Monday 9:00, worked on until 10:00 by one desk and decided at 11:00 by another."""
    teams = {"desk": officers(case_system=first), "second": officers(case_system=second)}
    return played(**TWO_DESKS, contacts=at(f"{OPENS} 09:00"), teams=teams, recording=recording)


def figures(log) -> dict[str, float]:
    table = measure(log)
    table = table[table["by"] == "all"]
    return dict(zip(table["measure"].astype(str), table["value"], strict=True))


def said(log) -> list[tuple[str, str, str]]:
    """System, decision and end of every record, in local time; empty where there is no entry."""
    clock, rows = log.about.clock, records(log)
    times = rows[["decided", "ended"]].map(
        lambda second: "" if pd.isna(second) else f"{clock.local(int(second)):%a %H:%M}"
    )
    return list(zip(rows["system"].astype(str), times["decided"], times["ended"], strict=True))


# --- worked by hand ------------------------------------------------------------------------------------------------------


def test_a_record_on_every_system_of_those_who_worked_on_it():
    assert said(two_desks("A", "A")) == [("A", "Mon 11:00", "Mon 11:00")]
    both = [("A", "Mon 11:00", "Mon 11:00"), ("B", "Mon 11:00", "Mon 11:00")]
    assert said(two_desks(["A", "B"], "A")) == both
    assert said(two_desks("A", "B")) == both
    assert figures(two_desks("A", "B"))["contacts_received_as_reported"] == 2


def test_who_works_on_it_after_the_decision_makes_no_record_of_a_contact():
    stages = {**TWO_DESKS["stages"], "work": {"team": "desk", "touch": "1 h", "decides": True}}
    stages["decide"] = {"team": "second", "touch": "1 h"}
    teams = {"desk": officers(case_system="A"), "second": officers(case_system="B")}
    log = played(stages, TWO_DESKS["routes"], at(f"{OPENS} 09:00"), teams=teams, recording={})
    assert said(log) == [("A", "Mon 10:00", "Mon 11:00")]


def test_a_late_entry_is_made_at_the_next_of_its_times_and_bears_it():
    assert said(two_desks("A", "A", **LATE_ALWAYS)) == [("A", "Mon 16:30", "Mon 16:30")]


def test_an_entry_made_on_a_friday_evening_is_one_of_monday():
    stages = {"work": {"team": "desk", "touch": "30 min", "decides": True}}
    log = played(
        stages, {"entry": "work", "work": "done"}, at("2025-06-06 16:20"), teams={"desk": officers()}, recording={}
    )
    assert figures(log)["decided_within_24h_as_reported"] == figures(log)["decided_within_24h"] == 1
    teams = {"desk": officers(case_system="A")}
    log = played(stages, {"entry": "work", "work": "done"}, at("2025-06-06 16:20"), teams=teams, recording=LATE_ALWAYS)
    assert said(log) == [("A", "Mon 09:00", "Mon 09:00")]
    assert figures(log)["decided_within_24h"] == 1
    assert figures(log)["decided_within_24h_as_reported"] == 0
    assert figures(log)["decided_within_1_working_day_as_reported"] == 1


def test_a_system_that_is_kept_otherwise_has_facts_of_its_own():
    log = two_desks("A", "B", **LATE_ALWAYS, systems={"B": {"missing": {"end": "100%"}}})
    assert said(log) == [("A", "Mon 16:30", "Mon 16:30"), ("B", "Mon 11:00", "")]
    assert figures(log)["open_at_end"] == 0
    assert figures(log)["open_at_end_as_reported"] == 1


def test_matched_records_are_one_that_says_the_earliest():
    log = two_desks("A", "B", **LATE_ALWAYS, systems={"B": {"missing": {"end": "100%"}}}, matched="100%")
    assert said(log) == [("", "Mon 11:00", "Mon 16:30")]
    assert figures(log)["contacts_received_as_reported"] == 1
    assert figures(log)["counted_twice_share"] == 0


def test_a_decision_that_nobody_entered_looks_like_a_breach():
    found = figures(two_desks("A", "A", missing={"decision": "100%"}))
    assert (found["decided_within_24h"], found["decided_within_24h_as_reported"]) == (1, 0)
    assert found["decisions_not_on_record_share"] == 1


def test_without_an_entry_of_receipt_nothing_is_counted():
    found = figures(two_desks("A", "A", missing={"receipt": "100%"}))
    assert found["contacts_received_as_reported"] == found["open_at_end_as_reported"] == 0
    assert math.isnan(found["decided_within_24h_as_reported"])


def test_a_contact_that_nobody_has_worked_on_counts_once_as_it_came():
    teams = {"desk": officers(case_system=["A", "B"], shift="closed"), "second": officers(case_system="A")}
    recording = {"missing": {"receipt": "100%"}}
    log = played(**TWO_DESKS, contacts=at(f"{OPENS} 09:00"), teams=teams, recording=recording)
    assert said(log) == [("", "", "")]
    assert figures(log)["contacts_received_as_reported"] == figures(log)["open_at_end_as_reported"] == 1


# --- laws ----------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def two_systems():
    return read_scenario("scenarios/examples/two_systems.yaml")


@pytest.mark.parametrize("path", ["examples/two_systems.yaml", "bcp/as_found.yaml", "bcp/full_programme.yaml"])
def test_with_one_system_and_nothing_late_or_missing_both_are_the_same(path):
    scenario = read_scenario(f"scenarios/{path}").varied(
        {"run.weeks": 12, "teams.*.case_system": "one", "recording": {}}
    )
    for load in (1, 1.6) if path.startswith("examples") else (1,):
        values = {"arrivals.police.per_hour": 3.5 * load} if load > 1 else {}
        found = figures(run(scenario.varied(values), seed=4))
        assert found["open_at_end"] > 5
        for name in FIGURES:
            assert found[f"{name}_as_reported"] == found[name], name
        assert found["counted_twice_share"] == found["decisions_not_on_record_share"] == 0


def test_how_contacts_are_recorded_changes_nothing_that_happens(two_systems):
    log, silent = (run(scenario, seed=3) for scenario in (two_systems, two_systems.varied({"recording": None})))
    pd.testing.assert_frame_equal(log.events, silent.events)
    true = measure(log), measure(silent)
    of_records = set(true[0].loc[true[0]["note"] == "", "measure"]) - set(true[1].loc[true[1]["note"] == "", "measure"])
    assert of_records == {f"{name}_as_reported" for name in FIGURES} | {
        "counted_twice_share",
        "decisions_not_on_record_share",
    }
    same = [table[~table["measure"].isin(of_records)].astype({"measure": str, "unit": str}) for table in true]
    pd.testing.assert_frame_equal(*(table.reset_index(drop=True) for table in same))


def test_shares_are_met_within_the_binomial_band(two_systems):
    """Over all contacts that were decided, each share inside the exact band of 99.9 %, divided by the four that are looked at."""
    recording = {
        "matched": 0.6, "late": {"receipt": 0, "decision": 0.2, "end": 0}, "entered": "Mon-Fri 09:00, 16:30",
        "missing": {"receipt": 0, "decision": 0.04, "end": 0.1},
    }  # fmt: skip
    log = run(two_systems.varied({"run.weeks": 40, "recording": recording}), seed=11)
    table, contacts = records(log), log.contacts.set_index("contact")
    events = log.events[log.events["outcome"].astype(str) == "closed"].set_index("contact")
    table = table[table["contact"].isin(events.index)]
    alone = table[table["system"].astype(str) != ""]
    true = events.loc[alone["contact"], "end"].to_numpy()
    missing = alone["decided"].isna().to_numpy()
    late = ~missing & (alone["decided"].fillna(-1).to_numpy() > true)
    whole = table["contact"].nunique()
    looked_at = [
        (whole - alone["contact"].nunique(), whole, 0.6),
        (missing.sum(), len(alone), 0.04),
        (late.sum(), (~missing).sum(), 0.2),
        (alone["ended"].isna().sum(), len(alone), 0.1),
    ]
    assert len(contacts) > 6000
    for met, number, share in looked_at:
        low, high = stats.binom.interval(1 - 0.001 / len(looked_at), number, share)
        assert low <= met <= high, (met, number, share)


def test_the_more_is_matched_the_fewer_are_counted_twice_and_they_are_among_those(two_systems):
    logs = [run(two_systems.varied({"recording.matched": share}), seed=5) for share in (0, 0.3, 0.7, 1)]
    counts = [records(log)["contact"].value_counts() for log in logs]
    twice = [set(count.index[count > 1]) for count in counts]
    assert len(twice[0]) > len(twice[1]) > len(twice[2]) > len(twice[3]) == 0
    assert twice[0] > twice[1] > twice[2]


def test_a_log_that_is_read_again_reports_the_same(two_systems, tmp_path):
    log = run(two_systems, seed=2)
    write_log(log, tmp_path)
    again = read_log(tmp_path)
    pd.testing.assert_frame_equal(records(log), records(again))
    assert figures(log)["decided_within_24h_as_reported"] == figures(again)["decided_within_24h_as_reported"]


def test_a_log_that_says_nothing_of_recording_says_so():
    log = a_week()
    table = measure(log).set_index("measure")
    assert set(table.loc[[f"{name}_as_reported" for name in FIGURES], "note"]) == {
        "not measurable: the scenario does not say how contacts are recorded"
    }
    with pytest.raises(ValueError, match="give it `recording`"):
        records(log)


# --- what readers see ----------------------------------------------------------------------------------------------------


def test_the_command_shows_both_and_only_where_they_are_known(tmp_path, capsys):
    assert (
        cli.main(
            ["run", "scenarios/examples/two_systems.yaml", "--replications", "2", "--output", str(tmp_path), "--quiet"]
        )
        == 0
    )
    told = capsys.readouterr().out
    assert (
        told.index("decided_within_24h ")
        < told.index("dashboard would show")
        < told.index("decided_within_24h_as_reported")
    )
    assert (
        cli.main(
            ["run", "scenarios/examples/one_desk.yaml", "--replications", "1", "--output", str(tmp_path), "--quiet"]
        )
        == 0
    )
    assert "as_reported" not in capsys.readouterr().out


def test_the_pack_shows_both_and_why_they_differ():
    pack = plausible_pack()
    assert as_reported(pack).empty
    rows = [
        {"option": option, "measure": name, "by": "", "group": "", "mean": mean, "low": mean, "high": mean, "unit": unit}
        for option in pack.labels
        for name, mean, unit in (
            ("contacts_received", 100, "contacts"), ("contacts_received_as_reported", 140, "contacts"),
            ("counted_twice_share", 0.4, "share"), ("decisions_not_on_record_share", 0.02, "share"),
        )
    ]  # fmt: skip
    summary = pd.concat([pack.summary, pd.DataFrame(rows)], ignore_index=True)
    table = as_reported(dataclasses.replace(pack, summary=summary))
    assert [[cell.value for cell in row[:2]] for row in table.groups["Contacts received"]] == [
        ["as true", "100"], ["as reported", "140"]]  # fmt: skip
    assert [row[1].value for row in table.groups["Why they differ"]] == ["40%", "2.0%"]
