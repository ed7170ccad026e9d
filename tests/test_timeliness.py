"""How soon a contact is decided, on small logs worked out by hand."""

from __future__ import annotations

from datetime import date

import pytest

from frontdoor_sim.measures import measure
from small_logs import HOUR, SmallLog, Thread, about, note, read, row


@pytest.mark.parametrize(("hours", "share"), [(24 - 1 / HOUR, 1), (24, 1), (24 + 1 / HOUR, 0), (None, 0)])
def test_exactly_24_hours_is_within_and_open_and_late_is_a_breach(hours: float | None, share: float) -> None:
    log = SmallLog()
    log.decided(1, 10, hours)
    assert read(log.made(), "decided_within_24h") == share


def test_24_elapsed_hours_are_24_hours_when_the_clocks_change() -> None:
    log = SmallLog(opens=date(2019, 10, 26))
    log.decided(1, 12, 24)
    log.decided(2, 12, 24.5)
    assert read(log.made(), "decided_within_24h") == 0.5


@pytest.mark.parametrize(
    ("opens", "hours"), [(date(2019, 10, 21), 169), (date(2019, 3, 25), 167), (date(2019, 6, 3), 168)]
)
def test_weeks_are_those_of_the_calendar_also_when_the_clocks_change(opens: date, hours: int) -> None:
    """Two weeks, of which the first has a day of 25 or of 23 hours; the figure of a week is read at local midnight."""
    log = SmallLog(opens=opens, closes=hours + 168, ends=hours + 168 + 24)
    log.decided(1, hours - 0.5, None)
    log.decided(2, hours, 1)
    log.decided(3, hours + 168 - 0.5, 1)
    found = log.made()
    assert [read(found, "decided_within_24h", str(week), "week") for week in range(2)] == [0, 1]
    assert [read(found, "open_undecided", str(week), "week") for week in range(3)] == [0, 2, 2]
    assert [read(found, "backlog_undecided", str(week), "week") for week in range(3)] == [0, 0, 0]
    weeks = measure(found)
    groups = weeks[weeks["by"] == "week"].groupby("measure", observed=True)["group"].agg(list)
    assert groups["decided_within_24h"] == ["0", "1"]
    assert groups["open_undecided"] == groups["backlog_undecided"] == ["0", "1", "2"]


@pytest.mark.parametrize(("ends", "counted"), [(183.999, 0), (184, 1), (200, 1)])
def test_a_deadline_counts_from_the_second_at_which_the_run_ends(ends: float, counted: int) -> None:
    log = SmallLog(ends=ends)
    log.decided(1, 160, None)
    assert row(log.made(), "decided_within_24h")["contacts"] == counted


def test_the_window_begins_at_0_and_is_over_when_it_closes() -> None:
    log = SmallLog()
    for key, received in enumerate((-1 / HOUR, 0, 168 - 1 / HOUR, 168)):
        log.decided(key, received, 1)
    assert read(log.made(), "contacts_received") == 2


@pytest.mark.parametrize(
    ("received", "decided", "share"),
    [
        (16.9, 48 - 1 / HOUR, 1),  # Monday before 17:00: by the end of Tuesday
        (16.9, 48, 0),
        (17, 72 - 1 / HOUR, 1),  # Monday from 17:00 counts as Tuesday's: by the end of Wednesday
        (17, 72, 0),
        (4 * 24 + 18, 9 * 24 - 1 / HOUR, 1),  # Friday evening is Monday's: by the end of Tuesday of the week after
        (4 * 24 + 18, 9 * 24, 0),
    ],
)
def test_one_working_day(received: float, decided: float, share: float) -> None:
    log = SmallLog()
    log.decided(1, received, decided - received)
    assert read(log.made(), "decided_within_1_working_day") == share


@pytest.mark.parametrize(
    ("rag", "received", "hours", "share"),
    [
        ("red", 20, 4, 1),
        ("red", 20, 4 + 1 / HOUR, 0),
        ("amber", 10, 24, 1),  # 7 working hours on Monday, and one on Tuesday
        ("amber", 10, 24 + 1 / HOUR, 0),
        ("amber", 4 * 24 + 9, 72, 1),  # Friday's 8 working hours; then the clock stands still until Monday 09:00
        ("amber", 4 * 24 + 9, 72 + 1 / HOUR, 0),
        ("green", 10, 38 - 1 / HOUR, 1),
        ("green", 10, 38, 0),
    ],
)
def test_every_clock_of_a_target(rag: str, received: float, hours: float, share: float) -> None:
    log = SmallLog()
    log.decided(1, received, hours, rag=rag)
    assert read(log.made(), "decided_on_time", rag, "rag") == share


def test_a_rag_without_a_target_is_left_out() -> None:
    log = SmallLog()
    log.decided(1, 10, 1, rag="blue")
    log.decided(2, 10, 5, rag="red")
    found = row(log.made(), "decided_on_time")
    assert (found["value"], found["contacts"]) == (0, 1)
    assert note(log.made(), "decided_on_time", "blue", "rag") == "not measurable: there is no such contact"


def again(thread: Thread, outcomes: list[str]) -> Thread:
    """A decision an hour, the next one when the transfer before it was refused."""
    for place, outcome in enumerate(outcomes):
        thread.at("decision").work(thread.now / HOUR + 1, -1).to(outcome)
        if place + 1 < len(outcomes):
            thread.at("transfer").work(thread.now / HOUR + 1, -1).to("decision")
    return thread


@pytest.mark.parametrize(
    ("outcomes", "hours"),
    [
        (["advice"], 1),
        (["transfer", "advice"], 3),  # the first was reversed
        (["transfer", "transfer", "advice"], 5),
        (["transfer", "early help", "early help"], 3),  # the second stands, and the third says it again
        (["early help", "transfer", "early help"], 5),
    ],
)
def test_the_first_decision_that_was_not_reversed(outcomes: list[str], hours: float) -> None:
    log = SmallLog()
    again(log.contact(1, 0), outcomes)
    assert read(log.made(), "decision_hours_median") == hours


def test_a_transfer_repeated_stands_from_the_first() -> None:
    log = SmallLog()
    again(log.contact(1, 0), ["transfer", "transfer"]).at("transfer").wait(336, "acceptance").cut()
    assert read(log.made(), "decision_hours_median") == 1


def deciding(*names: str) -> SmallLog:
    """A log in which some stages decide, and no others."""
    stages = about().stages
    return SmallLog(stages=stages.assign(decides=stages["stage"].isin(names)))


def test_passing_on_to_another_deciding_stage_decides_nothing() -> None:
    log = deciding("screening", "decision")
    log.contact(1, 0).at("screening").work(1, -1).to("decision").at("decision").work(9, -1).to("advice")
    log.contact(2, 0).at("screening").work(1, -1).to("decision").at("decision").wait(336).cut()
    assert read(log.made(), "decision_hours_median") == 9
    assert read(log.made(), "open_undecided_at_close") == 1


def test_what_an_assessment_decides_reverses_nothing() -> None:
    log = deciding("decision", "assessment")
    log.contact(1, 0).at("decision").work(1, -1).to("assessment").at("assessment").hold(50).to("plan")
    assert read(log.made(), "decision_hours_median") == 1
    assert read(log.made(), "transfer_hours_to_allocation_median") == 0


def test_waits_that_follow_the_decision_are_not_part_of_it() -> None:
    log = SmallLog()
    thread = log.contact(1, 0).at("decision").wait(2, "handoff").wait(3, "sign-off").work(5, -1)
    thread.wait(30, "acceptance").wait(40, "handoff").to("transfer").at("transfer").wait(336, "acceptance").cut()
    assert read(log.made(), "decision_hours_median") == 5


def test_an_end_is_a_decision_where_no_visit_decided() -> None:
    log = SmallLog()
    log.contact(1, 0).at("screening").work(7, -1).to("advice")
    assert read(log.made(), "decision_hours_median") == 7


def test_contacts_cut_by_the_end_of_the_run_do_not_pull_percentiles_down() -> None:
    """Three take 10 hours and one is cut after 6: of those ever seen to decide, all take 10."""
    log = SmallLog(closes=168, ends=168)
    for key in range(3):
        log.decided(key, 20, 10)
    log.decided(3, 162, None)
    assert read(log.made(), "decision_hours_median") == 10
    assert read(log.made(), "decision_curve", "9", "hours") == 0


def test_the_oldest_undecided_may_have_come_in_the_warm_up() -> None:
    log = SmallLog(ends=200)
    log.decided(1, -50, None)
    log.decided(2, 10, None)
    log.decided(3, -90, 3)
    assert read(log.made(), "oldest_undecided_hours") == 250
    assert read(log.made(), "open_undecided_at_opens") == 1
    assert read(log.made(), "open_undecided", "1", "week") == 2
    assert note(log.made(), "backlog_cleared_days") == "not measurable: 1 of 1 still wait when the run ends"


def test_a_backlog_is_cleared_when_the_last_of_it_is_decided() -> None:
    """Two wait at the opening, until hour 10 and until hour 180; who comes later and waits for longer does not count."""
    log = SmallLog(closes=336, ends=400)
    for contact, (received, hours) in enumerate([(-20, 30), (-100, 280), (-50, 10), (5, 300)]):
        log.decided(contact, received, hours)
    assert [read(log.made(), "backlog_undecided", str(week), "week") for week in range(3)] == [2, 1, 0]
    assert read(log.made(), "backlog_cleared_days") == 7.5
