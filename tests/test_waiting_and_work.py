"""What is waited for, who is busy, and both kinds of error, on small logs worked out by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from frontdoor_sim.engine import Engine
from frontdoor_sim.event_log import read_log, write_log
from frontdoor_sim.experiment import run
from frontdoor_sim.measures import measure
from frontdoor_sim.scenario import read_scenario
from small_logs import SmallLog, about, note, read, seconds, transferred


def test_the_time_before_entering_waited_for_a_shift_whether_logged_or_not() -> None:
    unlogged, logged = SmallLog(), SmallLog()
    unlogged.contact(1, 20, enters=33).at("decision").work(34, -1).to("advice")
    thread = logged.contact(1, 20, enters=33)
    thread.now = seconds(20)
    thread.at("decision").wait(33, "shift").work(34, -1).to("advice")
    for log in (unlogged, logged):
        assert read(log.made(), "waiting_hours_to_decision", "shift", "waited_for") == 13
        assert read(log.made(), "waiting_hours_to_decision", "work", "waited_for") == 1


def test_waiting_is_cut_at_the_decision_and_forks_do_not_count() -> None:
    log = SmallLog()
    thread = (
        log.contact(1, 0)
        .at("decision")
        .wait(4, "partner")
        .fork(1, 0, 50)
        .work(5, -1)
        .wait(20, "acceptance")
        .to("transfer")
    )
    thread.at("transfer").wait(336, "acceptance").cut()
    table = measure(log.made()).set_index(["measure", "group"])["value"]["waiting_hours_to_decision"]
    assert table.drop(["partner", "work"]).eq(0).all()
    assert (table["partner"], table["work"]) == (4, 1)


def test_a_queue_is_averaged_over_the_weeks_and_over_the_hour() -> None:
    """Two weeks; on one Monday a contact waits from 08:00 to 10:30, and a partner's desk has another 10:15 to 10:45."""
    log = SmallLog(closes=336, ends=336).duty(1, 9, 17, "police")
    log.contact(1, 8).at("screening").wait(10.5, "worker", "police").work(11, -1).to("advice")
    thread = log.contact(2, 10.25).at("screening").wait(12, "partner").to("advice")
    thread.fork(1, 10.25, 10.75, team="police")
    by = "team and hour of week"
    made = log.made()
    assert [read(made, "queue_length", f"police|{hour}", by) for hour in (8, 9, 10, 11)] == [0.5, 0.5, 0.5, 0]
    assert read(made, "queue_length", "screening|8", by) == 0


def test_the_hour_of_the_week_is_local() -> None:
    """The clocks go back on Sunday 27 October 2019: hour 145 of the week, from 01:00, comes twice."""
    log = SmallLog(opens=date(2019, 10, 26), closes=168)
    log.contact(1, 0).at("screening").wait(26, "worker", "screening").work(27, -1).to("advice")
    by, made = "team and hour of week", log.made()
    assert read(made, "queue_length", f"screening|{6 * 24 + 0}", by) == 1
    assert read(made, "queue_length", f"screening|{6 * 24 + 1}", by) == 0.5
    assert read(made, "queue_length", f"screening|{6 * 24 + 2}", by) == 0


def test_overtime_is_outside_both_sides_of_utilisation() -> None:
    log = SmallLog().duty(1, 9, 17).duty(1, 17, 19, kind="overtime").duty(1, 33, 41, kind="training")
    log.contact(1, 9).at("screening").work(19, team="screening").to("advice")
    assert read(log.made(), "utilisation") == 1
    assert read(log.made(), "overtime_hours_per_week", "screening", "team") == 2


def test_a_helper_is_busy_for_the_team_whose_duty_they_are_on() -> None:
    log = SmallLog().duty(1, 9, 17, "managers").duty(2, 9, 17, "screening")
    log.contact(1, 9).at("screening").work(13, 1, team="screening").to("advice")
    assert read(log.made(), "utilisation", "managers", "team") == 0.5
    assert read(log.made(), "utilisation", "screening", "team") == 0


def test_utilisation_counts_the_window_only() -> None:
    log = SmallLog().duty(1, -8, 8).duty(1, 160, 176)
    log.contact(1, -8).at("screening").work(4).to("advice")
    log.contact(2, 164).at("screening").work(176).to("advice")
    assert read(log.made(), "utilisation") == (4 + 4) / 16


def test_a_held_slot_is_no_work() -> None:
    log = SmallLog().duty(9, 0, 100, "assessment")
    transferred(log, 1, 1, 3).hold(100).to("plan")
    assert read(log.made(), "utilisation") == 0


def test_a_team_that_only_holds_caseloads_is_not_called_idle() -> None:
    stages = about().stages
    stages.loc[stages["stage"] == "transfer", "team"] = "managers"
    log = SmallLog(stages=stages).duty(1, 9, 17).duty(9, 0, 100, "assessment")
    log.contact(1, 9).at("screening").work(13).to("advice")
    transferred(log, 2, 1, 3).hold(100).to("plan")
    assert read(log.made(), "utilisation") == 0.5
    assert note(log.made(), "utilisation", "assessment", "team").endswith("its work is not recorded")


def test_a_delay_or_a_check_is_no_work_of_the_team_that_names_it() -> None:
    stages = about().stages
    more = stages[stages["stage"] == "transfer"].assign(stage="post", kind="delay", team="assessment")
    stages.loc[stages["stage"] == "transfer", "team"] = "managers"
    log = SmallLog(stages=pd.concat([stages, more], ignore_index=True)).duty(1, 9, 17).duty(9, 0, 100, "assessment")
    log.contact(1, 9).at("screening").work(13).to("advice")
    assert read(log.made(), "utilisation") == 0.5
    assert note(log.made(), "utilisation", "assessment", "team").endswith("its work is not recorded")


def test_slots_count_children_and_the_wait_for_a_first_visit() -> None:
    log = SmallLog()
    transferred(log, 1, 0, 0, children=3).wait(20, "visit", "assessment").hold(94).to("plan").fork(1, 10, 30, "visit")
    transferred(log, 2, 0, 0).hold(336).cut()
    assert read(log.made(), "slots_held_mean") == pytest.approx((3 * (94 - 10) + (168 - 10)) / 168)


def test_a_level_4_child_closed_is_never_recognised() -> None:
    log = SmallLog()
    log.decided(1, 0, 2, "advice", level=4)
    log.decided(2, 0, 4, "plan", level=4)
    transferred(log, 3, level=4).wait(336, "acceptance").cut()
    log.decided(4, 0, 1, "plan", level=3)
    assert read(log.made(), "level_4_hours_to_recognition_median") == 4
    assert note(log.made(), "level_4_hours_to_recognition_p90") == "more than 336"


def test_both_kinds_of_error() -> None:
    log = SmallLog()
    log.decided(1, 0, 2, "advice", level=3)
    log.decided(2, 0, 2, "plan", level=3)
    log.decided(3, 0, None, level=4)
    log.decided(4, 0, 2, "advice", level=1)
    transferred(log, 5, 1, 3, level=1).hold(336).cut()
    transferred(log, 6, 1, 3, level=4).hold(336).cut()
    transferred(log, 7, 1, 3, level=4).hold(20).to("early help")
    assert read(log.made(), "closed_below_need_share") == 2 / 4
    assert read(log.made(), "closed_below_need_share", "3", "level") == 1 / 2
    assert read(log.made(), "assessed_without_need_share") == pytest.approx(1 / 3)


def test_returns_within_12_months() -> None:
    year = 365 * 24
    log = SmallLog(starts=seconds(-2 * year))
    log.decided(1, -year, 0)
    log.decided(2, -year - 2, 0)
    log.decided(3, 0, 1, returned_from=1)  # exactly a year after 1 ended
    log.decided(4, 0, 1, returned_from=2)
    log.decided(5, 0, 1, returned_from=99)
    log.decided(6, 0, 1)
    assert read(log.made(), "returns_within_12_months_share") == 1 / 4


def test_returns_within_12_months_are_of_contacts_with_a_whole_year_behind_them() -> None:
    """Whoever closed before the log began is not in it: the first contact is too early to say that nobody came back."""
    year = 365 * 24
    log = SmallLog(starts=seconds(40 - year))
    log.decided(1, -9, -8)
    log.decided(2, 30, 31)
    log.decided(3, 50, 51, returned_from=1)
    log.decided(4, 60, 61)
    assert read(log.made(), "returns_within_12_months_share") == 1 / 2
    short = SmallLog(starts=seconds(-10))
    short.decided(1, -9, -8)
    short.decided(2, 50, 51, returned_from=1)
    assert "make the warm-up longer" in note(short.made(), "returns_within_12_months_share")


def test_re_referrals_count_children_of_referrals_with_a_whole_year_behind_them() -> None:
    year = 365 * 24
    log = SmallLog(starts=seconds(40 - year))

    def referred(
        key: int, at: float, family: int, children: int = 1, outcome: str = "transfer", **columns: int
    ) -> None:
        again = {"family": family, "children": children, **columns}
        log.decided(key, at, 0, outcome, **again)

    referred(1, 60 - year, 1)
    referred(2, 60, 1, 2, returned_from=1)  # exactly a year after 1
    referred(3, 50 - year, 3)
    referred(4, 51, 3, returned_from=3)  # an hour more than a year after 3
    referred(5, 45, 5, outcome="advice")
    referred(6, 70, 5, returned_from=5)  # came back, but was not a referral before
    referred(7, 45, 7, outcome="closed referral")
    referred(8, 80, 7, 3, "closed referral", returned_from=7)
    referred(9, 30, 9)  # the year before it is not all in the log
    assert read(log.made(), "re_referrals_within_12_months_share") == (2 + 3) / (2 + 1 + 1 + 1 + 3)
    assert read(log.made(), "children_referred") == 9


def test_re_referrals_are_not_measured_without_a_year_or_returns() -> None:
    log = SmallLog()
    log.decided(1, 0, 1, "transfer")
    assert "who came back" in note(log.made(), "re_referrals_within_12_months_share")
    log.decided(2, 5, 1, "transfer", family=1, returned_from=1)
    assert "365 days" in note(log.made(), "re_referrals_within_12_months_share")


def test_nobody_came_back_where_the_log_would_say_so() -> None:
    """None of one referral where returns are marked; where they are not, nothing is known."""
    log = SmallLog(starts=seconds(-365 * 24), tells_returns=True)
    log.decided(1, 1, 2, "transfer")
    assert read(log.made(), "re_referrals_within_12_months_share") == 0
    silent = SmallLog(starts=seconds(-365 * 24))
    silent.decided(1, 1, 2, "transfer")
    assert "who came back" in note(silent.made(), "re_referrals_within_12_months_share")


@pytest.mark.parametrize("engine", ["simpy", "compiled"])
def test_a_law_that_brings_nobody_back_makes_no_re_referrals(engine: Engine, tmp_path: Path) -> None:
    """In both engines, also when the log has been written and read again; a model without a law says nothing of them."""
    rare = {"returns.rate_by_gap": [1e-9] * 4, "run.weeks": 30}
    log = run(read_scenario("scenarios/examples/returns.yaml").varied(rare), seed=1, engine=engine)
    assert (log.contacts["returned_from"] < 0).all()
    write_log(log, tmp_path)
    for one in (log, read_log(tmp_path)):
        assert read(one, "re_referrals_within_12_months_share") == 0
    unknown = run(
        read_scenario("scenarios/examples/returns.yaml").varied({**rare, "returns": None}), seed=1, engine=engine
    )
    for name in ("re_referrals_within_12_months_share", "returns_within_12_months_share"):
        assert "who came back" in note(unknown, name)


def test_what_a_closure_leads_to_counts_beyond_the_run() -> None:
    year = 365 * 24
    log = SmallLog()
    log.decided(1, 0, 1, returns_at=seconds(1 + year))
    log.decided(2, 0, 1, returns_at=seconds(1 + year) + 1)
    log.decided(3, 0, 1)
    log.decided(4, 0, None, returns_at=-1)
    assert read(log.made(), "closures_returning_within_12_months_share") == pytest.approx(1 / 3)
