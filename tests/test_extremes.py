"""Extremes whose answer is known without a calculation: nobody comes, nobody is short, nobody is there, one kind alone."""

from __future__ import annotations

import pandas as pd
import pytest

from frontdoor_sim.contacts import given
from frontdoor_sim.event_log import check_laws
from frontdoor_sim.experiment import run
from queue_laws import plain
from random_models import as_scenario
from theory_runs import HOUR, played, scenario

OFFICE = {"Mon-Fri": "09:00-17:00"}
ONE_KIND = {
    "work": {"touch": "30 min"},
    "consent": {"touch": "10 min", "gap": "4 h", "given": 0.5, "refused": 0.1, "attempts": 2},
    "checks": {"partners": {"police": {"delay": "3 h"}, "health": {"team": "desk", "touch": "20 min"}}},
    "caseload": {"hold": "2 days"},
    "delay": {"delay": "90 min"},
    "meeting": {"people": {"desk": 2}, "lasts": "15 min"},
}


def one_stage(kind: str, shift: str = "office", wte: float = 2, per_hour: float = 1.0, **facts):
    """A model with one stage of one kind, and one team."""
    return as_scenario({
        "name": f"Only {kind}", "run": {"opens": "2025-06-02", "weeks": 1, "warm_up": 0, "follow_up": 1},
        "shifts": {"office": OFFICE, "closed": {"bank_holidays": "09:00-17:00"}}, "clock": "office",
        "arrivals": {"people": {"per_hour": per_hour}},
        "teams": {"desk": {"staff": [{"role": "officer", "wte": wte, "shift": shift, "caseload": 40}]}},
        "stages": {"only": {"kind": kind, "team": "desk", "decides": True, **ONE_KIND[kind], **facts}},
        "routes": {"entry": "only", "only": "done"}, "ends": {"done": {}},
    })  # fmt: skip


def ended(log) -> int:
    return int((plain(log.events)["outcome"] == "done").sum())


@pytest.mark.parametrize("kind", list(ONE_KIND))
def test_nobody_comes(kind):
    log = run(one_stage(kind, per_hour=0))
    check_laws(log)
    assert len(log.contacts) == len(log.events) == 0
    assert len(log.duty) == 2 * 10


def test_a_given_table_of_nobody():
    model = scenario("one_queue").varied({"arrivals": {}})
    nobody = given(pd.DataFrame({"received": pd.Series([], dtype="int64")}), model.model)
    log = run(model, contacts=nobody)
    check_laws(log)
    assert len(log.events) == 0


def test_with_servers_without_end_nobody_waits():
    log = played("one_queue", {"teams.desk.staff.server.wte": 60, "run.weeks": 8})
    check_laws(log)
    events = plain(log.events)
    assert set(events["kind"]) == {"work"}
    assert (events["start"] == events["enabled"]).all()


@pytest.mark.parametrize("kind", ["work", "consent"])
def test_in_a_closed_week_everybody_waits_for_the_shift(kind):
    log = run(one_stage(kind, shift="closed"))
    check_laws(log)
    events = plain(log.events)
    assert len(log.duty) == 0
    assert ended(log) == 0
    assert len(events) == len(log.contacts) > 100
    assert set(events["waited_for"]) == {"shift"}
    assert events["censored"].all()


def test_a_bank_holiday_is_a_closed_day():
    """Received on Good Friday, begun on the Tuesday after Easter at nine."""
    model = scenario("calendar")
    log = run(model, contacts=given(pd.DataFrame({"received": ["2026-04-03 10:00"]}), model.model))
    work = log.events[log.events["kind"] == "work"]
    assert [str(log.about.clock.local(int(second)))[:16] for second in work["start"]] == ["2026-04-07 09:00"]


@pytest.mark.parametrize("kind", list(ONE_KIND))
def test_one_kind_alone(kind):
    log = run(one_stage(kind))
    check_laws(log)
    events = plain(log.events)
    assert ended(log) + events.loc[events["part"] == 0, "censored"].sum() == len(log.contacts) > 200
    assert ended(log) > 100


def test_a_delay_alone_takes_what_it_says():
    events = plain(run(one_stage("delay")).events)
    done = events[~events["censored"]]
    assert set(done["end"] - done["start"]) == {90 * 60}


def test_a_caseload_alone_fills_up():
    """Two people of 40 slots, held for a week or more each: never more than 80 families at once, and 80 at last."""
    log = run(one_stage("caseload", hold="9 days"))
    held = log.events[log.events["kind"] == "caseload"]
    steps = pd.concat([pd.Series(1, index=held["start"]), pd.Series(-1, index=held["end"][~held["censored"]])])
    assert steps.groupby(level=0).sum().cumsum().max() == 80


def test_work_of_no_length_takes_a_second():
    log = run(one_stage("work", touch="0 min", shift="always"))
    work = log.events[log.events["kind"] == "work"]
    assert set(work["end"] - work["start"]) == {1}


def test_a_queue_that_never_empties_loses_nobody():
    """Twice the work that can be done: everybody ends, or is open at the end and counted."""
    log = played("one_queue", {"arrivals.people.per_hour": 2.0, "run.weeks": 8})
    check_laws(log)
    work = log.events[log.events["kind"] == "work"]
    busy = (work["end"] - work["start"]).sum() / HOUR
    assert busy == pytest.approx((log.about.ends - log.about.starts) / HOUR, rel=0.01)
    assert ended(log) + log.events["censored"].sum() == len(log.contacts)
