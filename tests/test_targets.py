"""Targets counted from a stage, on small logs and stories worked out by hand."""

from __future__ import annotations

from math import isnan
from typing import Any

import pandas as pd
import pytest

from frontdoor_sim.engine import ENGINES
from frontdoor_sim.event_log import read_log, write_log
from frontdoor_sim.experiment import run
from frontdoor_sim.measures import measure
from frontdoor_sim.scenario import read_scenario
from small_logs import HOUR, SmallLog, Thread, _table, note, read, row

TARGET = "target_met_share"
EXAMPLE = "scenarios/examples/strategy_discussion.yaml"


def with_target(limit: int, clock: str, since: str = "", until: str = "assessment", **changes: Any) -> SmallLog:
    """A log with one target beside that of decisions, for green contacts."""
    rows = [("decision", "green", 1, "working_days", "", ""), ("step", "green", limit, clock, since, until)]
    return SmallLog(targets=_table("targets", rows), **changes)


def sent(log: SmallLog, key: int, at: float, until: float | None, **columns: Any) -> Thread:
    """A contact that is screened until `at`, and assessed until some hour; open at the end where that is None."""
    thread = log.contact(key, at - 1, **columns).at("screening").work(at).to("transfer").at("transfer")
    if until is None:
        return thread.wait(log.about.ends / HOUR, team="assessment").cut()
    return thread.work(until).to("plan")


@pytest.mark.parametrize(
    ("limit", "clock", "over", "share"),
    [
        (4 * HOUR, "elapsed_hours", 14, 1),
        (4 * HOUR, "elapsed_hours", 14 + 1 / HOUR, 0),
        (8 * HOUR, "working_hours", 34, 1),  # seven working hours on Monday, and one on Tuesday
        (8 * HOUR, "working_hours", 34 + 1 / HOUR, 0),
        (1, "working_days", 48 - 1 / HOUR, 1),  # by the end of Tuesday
        (1, "working_days", 48, 0),
    ],
)
def test_the_clock_starts_when_a_contact_is_sent_there(limit: int, clock: str, over: float, share: float) -> None:
    log = with_target(limit, clock, until="transfer")
    sent(log, 1, 10, over)
    assert read(log.made(), TARGET, "step", "target") == share
    assert read(log.made(), TARGET, "step, green", "target and rag") == share


def test_the_clock_starts_with_the_end_of_the_last_visit_to_a_stage_before() -> None:
    """Decided at 10 and again at 30: four hours from the second decision, and what lies between does not count."""
    log = with_target(4 * HOUR, "elapsed_hours", since="decision", until="assessment")
    thread = log.contact(1, 9).at("decision").work(10).to("screening").at("screening").work(20).to("decision")
    thread = thread.at("decision").work(30).to("transfer").at("transfer").work(33).to("assessment")
    thread.at("assessment").work(34).to("plan")
    assert read(log.made(), TARGET, "step", "target") == 1


def test_only_the_first_visit_counts() -> None:
    log = with_target(4 * HOUR, "elapsed_hours", since="screening", until="decision")
    thread = log.contact(1, 9).at("screening").work(10).to("decision").at("decision").work(15).to("screening")
    thread.at("screening").work(16).to("decision").at("decision").work(17).to("plan")
    assert read(log.made(), TARGET, "step", "target") == 0


def test_waiting_and_late_is_a_breach_and_a_deadline_beyond_the_end_does_not_count() -> None:
    log = with_target(48 * HOUR, "elapsed_hours", until="transfer", ends=216)
    sent(log, 1, 10, None)
    sent(log, 2, 20, 21)
    sent(log, 3, 167.5, 167.75)  # due at 215.5
    found = row(log.made(), TARGET, "step", "target")
    assert (found["value"], found["contacts"]) == (pytest.approx(2 / 3), 3)
    later = with_target(50 * HOUR, "elapsed_hours", until="transfer", ends=216)
    for thread in ((1, 10, None), (2, 20, 21), (3, 167.5, 167.75)):
        sent(later, *thread)
    assert row(later.made(), TARGET, "step", "target")["contacts"] == 2


def test_what_started_outside_the_window_does_not_count() -> None:
    log = with_target(4 * HOUR, "elapsed_hours", until="transfer")
    sent(log, 1, -2, 1)
    sent(log, 2, 168, 169)
    assert note(log.made(), TARGET, "step", "target") == "not measurable: there is no such contact"


def test_who_has_no_limit_and_who_never_goes_there_does_not_count() -> None:
    log = with_target(4 * HOUR, "elapsed_hours", since="decision", until="transfer")
    sent(log, 1, 10, 30)  # never decided
    log.decided(2, 9, 1)  # never sent on
    thread = log.contact(3, 9, "red").at("decision").work(10).to("transfer").at("transfer").work(11)
    thread.to("plan")  # red, for which there is no limit
    assert isnan(row(log.made(), TARGET, "step", "target")["value"])


def test_without_a_target_that_names_a_stage_there_is_nothing_to_measure() -> None:
    log = SmallLog()
    log.decided(1, 9, 1)
    assert measure(log.made()).query("measure == @TARGET")["note"].str.contains("no target names a stage").all()


def test_a_log_of_whole_days_says_nothing_about_hours() -> None:
    log = with_target(4 * HOUR, "elapsed_hours", until="transfer", recorded_to="day")
    sent(log, 1, 24, 48)
    assert note(log.made(), TARGET)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_example_by_another_way_through_its_log(engine: str) -> None:
    """Conferences within 15 working days of the discussion, counted in dates by pandas."""
    log = run(read_scenario(EXAMPLE), 3, engine=engine)
    met = log.events[log.events["kind"] == "meeting"].copy()
    met["stage"] = met["stage"].astype(str)
    ends = met[met["part"] == 0].groupby(["contact", "stage"])["end"].min().unstack()
    sent_on = ends["strategy_discussion"].between(0, log.about.closes - 1)
    to_conference = set(log.events.loc[log.events["stage"].astype(str) == "conference", "contact"])
    mine = ends[sent_on & ends.index.isin(to_conference)]
    holidays = pd.to_datetime(["2025-04-18", "2025-04-21", "2025-05-05", "2025-05-26"])
    working = pd.offsets.CustomBusinessDay(holidays=holidays)
    counted = held = 0
    for discussed, conferred in mine[["strategy_discussion", "conference"]].itertuples(index=False):
        day = pd.Timestamp(log.about.clock.local(int(discussed)).date())
        last = pd.Timestamp(log.about.clock.local(log.about.ends).date())
        due = day + 15 * working
        if due < last:
            counted += 1
            held += conferred == conferred and pd.Timestamp(log.about.clock.local(int(conferred)).date()) <= due
    found = row(log, TARGET, "conference", "target")
    assert counted > 10
    assert (found["contacts"], found["value"]) == (counted, pytest.approx(held / counted))


def test_targets_are_written_and_read_with_the_log(tmp_path) -> None:
    log = run(read_scenario(EXAMPLE).varied({"run.weeks": 3}), 3)
    write_log(log, tmp_path)
    pd.testing.assert_frame_equal(measure(log), measure(read_log(tmp_path)))
