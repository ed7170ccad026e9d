"""All measures together: a week worked out by hand, what cannot be measured, and the manual."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from pathlib import Path
from time import process_time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdoor_sim.documents import InputError
from frontdoor_sim.event_log import ANY, EventLog, assemble, check_laws
from frontdoor_sim.measures import MEASURES, catalogue, manual, measure
from frontdoor_sim.tables import check, conform, empty, from_rows
from frontdoor_sim.working_time import WallClock, WorkingDays, working_dates
from small_logs import OPENS, SmallLog, a_week, about, note, read

MANUAL = Path(__file__).parents[1] / "docs" / "measures.md"


# Contact 1 (red, 2 children, level 4): received 8, decided 14 for transfer, accepted 17, allocated 33, seen 40.
# Contact 2 (amber, 3 children): received 10, ends with advice at 34: exactly 24 hours and 8 working hours later.
# Contact 3 (green, level 3): received 116, enters 177, still undecided when the run ends at 336: 220 hours.
BY_HAND = {
    ("decided_within_24h", "all", "all"): 2 / 3,
    ("decided_within_24h", "rag", "amber"): 1,
    ("decided_within_24h", "source", "health"): 1 / 2,
    ("decided_within_24h", "area", "south"): 0,
    ("decided_within_24h", "level", "4"): 1,
    ("decided_within_1_working_day", "all", "all"): 2 / 3,
    ("decided_on_time", "all", "all"): 1 / 3,
    ("decided_on_time", "rag", "red"): 0,
    ("decided_on_time", "rag", "amber"): 1,
    ("decision_hours_median", "all", "all"): 24,
    ("decision_hours_median", "rag", "red"): 6,
    ("decision_hours_p90", "area", "north"): 24,
    ("decision_hours_mean_240", "all", "all"): (6 + 24 + 240) / 3,
    ("decision_curve", "hours", "5"): 0,
    ("decision_curve", "hours", "6"): 1 / 3,
    ("decision_curve", "hours", "23"): 1 / 3,
    ("decision_curve", "hours", "24"): 2 / 3,
    ("decision_curve", "hours", "240"): 2 / 3,
    ("oldest_undecided_hours", "all", "all"): 220,
    ("oldest_undecided_hours", "rag", "green"): 220,
    ("oldest_undecided_hours", "rag", "red"): 0,
    ("decision_hours_longest", "all", "all"): 220,
    ("decision_hours_longest", "rag", "red"): 6,
    ("decision_hours_longest", "rag", "amber"): 24,
    ("decision_hours_longest", "rag", "green"): 220,
    ("transfer_hours_to_acceptance_median", "all", "all"): 3,
    ("transfer_hours_to_allocation_median", "all", "all"): 19,
    ("transfer_hours_to_allocation_p90", "rag", "red"): 19,
    ("transfer_hours_to_allocation_mean_1000", "all", "all"): 19,
    ("transfer_hours_to_first_contact_median", "all", "all"): 26,
    ("transfer_curve", "hours", "18"): 0,
    ("transfer_curve", "hours", "19"): 1,
    ("transfer_curve", "hours", "480"): 1,
    ("allocated_within_2_working_days", "all", "all"): 1,
    ("waiting_hours_to_decision", "waited_for", "shift"): (1 + 16) / 2,
    ("waiting_hours_to_decision", "waited_for", "worker"): 1 / 2,
    ("waiting_hours_to_decision", "waited_for", "handoff"): 1 / 2,
    ("waiting_hours_to_decision", "waited_for", "sign-off"): 1 / 2,
    ("waiting_hours_to_decision", "waited_for", "partner"): 0,
    ("waiting_hours_to_decision", "waited_for", "work"): (3 + 7) / 2,
    ("waiting_hours_to_allocation", "waited_for", "acceptance"): 2,
    ("waiting_hours_to_allocation", "waited_for", "allocation"): 16,
    ("waiting_hours_to_allocation", "waited_for", "work"): 1,
    ("queue_length", "team and hour of week", "screening|8"): 1,
    ("queue_length", "team and hour of week", "screening|9"): 0,
    ("queue_length", "team and hour of week", "screening|32"): 1,
    ("queue_length", "team and hour of week", "managers|12"): 1,
    ("queue_length", "team and hour of week", "assessment|15"): 1,
    ("queue_length", "team and hour of week", "assessment|20"): 0,
    ("utilisation", "all", "all"): 11 / 32,
    ("utilisation", "team", "screening"): 9 / 16,
    ("utilisation", "team", "managers"): 2 / 16,
    ("overtime_hours_per_week", "all", "all"): 0,
    ("search_hours_per_week", "all", "all"): 1,
    ("search_hours_per_week", "team", "managers"): 0,
    ("re_keying_hours_per_week", "team", "screening"): 1,
    ("contacts_received", "all", "all"): 3,
    ("contacts_received", "source", "police"): 1,
    ("children_received", "all", "all"): 6,
    ("referrals", "all", "all"): 1,
    ("referrals", "rag", "green"): 0,
    ("children_referred", "all", "all"): 2,
    ("open_at_end", "all", "all"): 1,
    ("open_undecided_at_opens", "all", "all"): 0,
    ("open_undecided_at_close", "all", "all"): 1,
    ("open_undecided", "week", "1"): 1,
    ("backlog_undecided", "week", "0"): 0,
    ("backlog_cleared_days", "all", "all"): 0,
    ("slots_held_mean", "team", "assessment"): 2 * (168 - 33) / 168,
    ("level_4_hours_to_recognition_median", "all", "all"): 6,
    ("closed_below_need_share", "all", "all"): 0,
    ("assessed_without_need_share", "all", "all"): 0,
}


@pytest.fixture(scope="module")
def week() -> pd.Series:
    check_laws(a_week())
    return measure(a_week()).set_index(["measure", "by", "group"])["value"]


@pytest.mark.parametrize(("name", "by", "group"), BY_HAND)
def test_a_week_by_hand(week: pd.Series, name: str, by: str, group: str) -> None:
    assert week[name, by, group] == pytest.approx(BY_HAND[name, by, group], abs=1e-12)


def test_percentiles_and_deadlines_beyond_the_run_have_no_value() -> None:
    assert note(a_week(), "decision_hours_p90") == "more than 220"
    assert note(a_week(), "decision_hours_mean_240", "green", "rag").startswith(
        "not measurable: nobody could be followed"
    )
    assert note(a_week(), "assessment_within_45_days_from_start") == "not measurable: there is no such contact"


def test_what_was_waited_for_adds_up_to_the_mean(week: pd.Series) -> None:
    assert week["waiting_hours_to_decision"].sum() == pytest.approx((6 + 24) / 2)
    assert week["waiting_hours_to_allocation"].sum() == pytest.approx(19)


def test_the_table_is_tidy() -> None:
    table = measure(a_week())
    pd.testing.assert_frame_equal(table, conform(table, "measures"))
    assert not table.duplicated(["measure", "by", "group"]).any()
    assert tuple(table["measure"].drop_duplicates()) == MEASURES
    assert (table["value"].isna() == (table["note"] != "")).all()


def test_days_do_not_support_hours() -> None:
    log = SmallLog(recorded_to="day")
    log.decided(1, 0, 24)
    table = measure(log.made()).set_index("measure")
    for name in (
        "decided_within_24h",
        "decision_hours_p90",
        "transfer_curve",
        "waiting_hours_to_decision",
        "utilisation",
    ):
        assert table.loc[name, "note"] == "not measurable: the log records days only, and this needs the time of day"
        assert math.isnan(table.loc[name, "value"])
    assert table.loc["decided_within_1_working_day", "note"].endswith("receipt closes at 17:00")
    assert read(log.made(), "contacts_received") == 1


def test_days_support_working_days_where_receipt_never_closes() -> None:
    days = WorkingDays(WallClock(OPENS), working_dates(date(2019, 5, 1), date(2020, 6, 30), ()))
    log = SmallLog(recorded_to="day", working_days=days)
    log.decided(1, 0, 24)
    log.decided(2, 0, 48)
    assert read(log.made(), "decided_within_1_working_day") == 0.5


def test_one_row_recorded_to_the_day_is_enough() -> None:
    log = a_week()
    events = log.events.copy()
    events.loc[0, "recorded_to"] = "day"
    assert note(replace(log, events=events), "decided_within_24h").startswith("not measurable")


def test_minutes_support_hours() -> None:
    log = SmallLog(recorded_to="minute")
    log.decided(1, 0, 24)
    assert read(log.made(), "decided_within_24h") == 1


def bare() -> EventLog:
    """A log as history has it: no duty, no targets, no caseload, no true level, no returns."""
    facts = about()
    log = SmallLog(targets=empty("targets"), stages=facts.stages[:2])
    log.decided(1, 0, 5, level=0)
    return log.made()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("decided_on_time", "no target is called decision"),
        ("transfer_hours_to_acceptance_median", "no stage accepts"),
        ("transfer_hours_to_allocation_mean_1000", "no stage allocates"),
        ("transfer_hours_to_first_contact_p90", "the log holds no first visit"),
        ("transfer_curve", "no stage allocates"),
        ("allocated_within_2_working_days", "no stage allocates"),
        ("assessment_within_45_days_from_start", "no stage allocates"),
        ("waiting_hours_to_allocation", "no contact decided for transfer in the window was allocated"),
        ("utilisation", "the log holds no available duty in the window"),
        ("overtime_hours_per_week", "the log holds no duty"),
        ("slots_held_mean", "no stage holds a caseload"),
        ("level_4_hours_to_recognition_p90", "the log does not hold the true level of need"),
        ("closed_below_need_share", "the log does not hold the true level of need"),
        ("assessed_without_need_share", "the log does not hold the true level of need"),
        ("assessments_ending_without_need_share", "no stage allocates"),
        ("closures_returning_within_12_months_share", "the log holds no returns"),
    ],
)
def test_what_a_log_does_not_hold_is_said_and_never_a_number(name: str, why: str) -> None:
    assert note(bare(), name) == f"not measurable: {why}"


def test_what_a_bare_log_does_hold_is_measured() -> None:
    assert read(bare(), "decided_within_24h") == 1
    assert read(bare(), "decision_hours_median") == 5
    assert "level" not in set(measure(bare())["by"])


def test_no_contacts_at_all() -> None:
    table = measure(SmallLog().made())
    check(table, "measures", "measures")
    assert set(table["measure"]) == set(MEASURES)
    assert read(SmallLog().made(), "contacts_received") == 0
    assert note(SmallLog().made(), "decided_within_24h") == "not measurable: there is no such contact"


@given(st.permutations(range(len(a_week().events))), st.permutations(range(4)), st.permutations(range(8)))
@settings(max_examples=15, deadline=None)
def test_the_order_of_rows_changes_nothing(events: list[int], contacts: list[int], duty: list[int]) -> None:
    log = a_week()
    mixed = EventLog(log.events.iloc[events], log.contacts.iloc[contacts], log.duty.iloc[duty], log.about)
    pd.testing.assert_frame_equal(measure(mixed), measure(log), check_exact=True)


@given(st.integers(0, len(a_week().events) - 1), st.floats(0.01, 0.99))
@settings(max_examples=15, deadline=None)
def test_cutting_a_stretch_in_two_changes_nothing(position: int, share: float) -> None:
    log = a_week()
    whole = log.events.iloc[[position]]
    middle = int(whole["start"].iloc[0] + share * (whole["end"].iloc[0] - whole["start"].iloc[0]))
    halves = [whole.assign(end=middle, outcome="", censored=False), whole.assign(start=middle)]
    cut = assemble(pd.concat([log.events.drop(index=position), *halves]), log.contacts, log.duty, log.about)
    pd.testing.assert_frame_equal(measure(cut), measure(log), check_exact=True)


def test_one_more_contact_after_the_window_changes_no_share() -> None:
    log = a_week()
    more = SmallLog()
    more.decided(9, 200, 1)
    extra = more.made()
    both = assemble(
        pd.concat([log.events, extra.events]), pd.concat([log.contacts, extra.contacts]), log.duty, log.about
    )
    before, after = (measure(one).set_index(["measure", "by", "group"])["value"] for one in (log, both))
    pd.testing.assert_series_equal(after, before)


def many(copies: int = 3_000, step: int = 10_000) -> EventLog:
    """The week over and over, each time with its own contacts and workers, spread over a year."""
    log = a_week()
    forks = [log.events.assign(part=log.events["part"] + part, worker=-1, outcome="") for part in (1, 3)]
    made = {}
    for name, table, keys in (
        ("events", pd.concat([log.events, *forks]), ["contact", "family"]),
        ("contacts", log.contacts, ["contact", "family"]),
        ("duty", log.duty, ["worker"]),
    ):
        nth = np.repeat(np.arange(copies), len(table))
        tiled = pd.concat([table] * copies, ignore_index=True)
        times = [time for time in ("received", "enters", "enabled", "start", "end") if time in tiled]
        moved = {time: tiled[time] + nth * step for time in times}
        own = {key: (tiled[key] + nth * 100).astype(table[key].dtype) for key in keys}
        made[name] = tiled.assign(**moved, **own)
        if name == "events":
            made[name]["worker"] = np.where(tiled["worker"] < 0, -1, tiled["worker"] + nth * 100)
    return assemble(made["events"], made["contacts"], made["duty"], about(closes=168 * 50, ends=168 * 52))


def test_a_year_of_12_000_contacts_is_measured_in_a_blink() -> None:
    log = many()
    assert (len(log.contacts), len(log.events)) == (12_000, 162_000)
    spent = []
    for _ in range(3):
        before = process_time()
        measure(log)
        spent.append(process_time() - before)
    assert min(spent) < 0.5, "about 0.1 s of one core where nothing else runs"


def test_the_manual_is_the_committed_file() -> None:
    assert MANUAL.read_text(encoding="utf-8") == manual(), "write frontdoor_sim.measures.manual() to docs/measures.md"


def test_the_manual_has_every_measure_with_a_formula_or_a_definition() -> None:
    text = manual()
    for name in MEASURES:
        assert f"`{name}`" in text
    entries = text.split("\n### ")[1:]
    assert all(len(entry.split()) > 20 for entry in entries)


def test_the_catalogue_lists_every_measure_once() -> None:
    table = catalogue()
    assert tuple(table["measure"]) == MEASURES
    assert len(set(MEASURES)) == len(MEASURES)
    assert table["meaning"].str.endswith(".").all()


def test_a_log_without_a_column_is_refused_with_every_column_that_it_lacks():
    log = a_week()
    torn = replace(log, events=log.events.drop(columns="stage"), contacts=log.contacts.drop(columns="source"))
    with pytest.raises(InputError) as refused:
        measure(torn)
    assert [mistake.where for mistake in refused.value.mistakes] == ["events: stage", "contacts: source"]


def test_a_figure_that_nobody_recorded_is_not_given_and_the_others_are():
    log = a_week()
    rows = [
        {"measure": "decided_within_24h", "by": ANY, "why": "nobody wrote down the decision"},
        {"measure": ANY, "by": "rag", "why": "nobody graded"},
    ]
    silent = from_rows(rows, "silent")
    held = EventLog(log.events, log.contacts, log.duty, replace(log.about, silent=silent))
    assert note(held, "decided_within_24h") == "not measurable: nobody wrote down the decision"
    assert note(held, "decision_hours_median", "red", "rag") == "not measurable: nobody graded"
    assert read(held, "decision_hours_median") == read(log, "decision_hours_median") == 24
    table = measure(held)
    gone = (table["measure"] == "decided_within_24h") | (table["by"] == "rag")
    assert table.loc[gone, "value"].isna().all()
    assert (table.loc[gone, "contacts"] == 0).all()
    pd.testing.assert_frame_equal(table[~gone], measure(log)[~gone])
