"""Rules of judgement, as stories and against the ordered probit: who judges whom how, sign-off that disagrees, what it measures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from frontdoor_sim.contacts import given
from frontdoor_sim.distributions import from_mapping, quantile_table
from frontdoor_sim.event_log import EventLog
from frontdoor_sim.experiment import run
from frontdoor_sim.luck import code, draws
from frontdoor_sim.measures import measure
from small_logs import SmallLog, read
from stories import DAY, NEXT_DAY, at, officers, outcome, played, said
from test_theory_judgement import ENDS, PROBIT
from theory_runs import agrees, scenario

STRICT = {"early_help": 0.0, "child_in_need": 2.0, "protection": 3.0}


def decided(judges: dict[str, Any], **facts: Any) -> list[str]:
    """Where contacts of need 1.2 sd go, from a desk that serves level 3 and closes what is below."""
    stages = {"decision": {"team": "desk", "touch": "1 min", "decides": True, "judges": judges}}
    routes = {"entry": "decision", "decision": [{"if": {"judged": [3, 4]}, "to": "done"}, {"to": "closed"}]}
    contacts = at(*[f"{DAY} 09:00"] * 4, need=1_200_000, **facts)
    log = played(stages, routes, contacts, teams={"desk": officers(4)})
    return [outcome(log, contact, "decision") for contact in (1, 2, 3, 4)]


# --- who is judged otherwise ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("judges", "ends"),
    [
        ({}, ["done", "done", "done", "done"]),
        ({"thresholds": STRICT}, ["closed", "closed", "closed", "closed"]),
        ({"by_area": {"poole": {"bias": -0.3}}}, ["closed", "closed", "done", "done"]),
        ({"by_source": {"police": {"thresholds": STRICT}}}, ["closed", "done", "closed", "done"]),
        ({"by_source": {"police": {"bias": -0.3}}, "by_area": {"poole": {"bias": 0.1}}}, ["done", "done", "closed", "done"]),
        ({"by_source": {"police": {"bias": 0.9}}, "by_area": {"poole": {"thresholds": STRICT}}},
         ["done", "closed", "done", "done"]),
    ],
)  # fmt: skip
def test_an_area_counts_over_a_source_and_what_neither_says_is_as_for_others(judges, ends):
    found = decided(judges, area=["poole", "poole", "rest", "rest"], source=["police", "school", "police", "school"])
    assert found == ends


def test_an_area_with_thresholds_of_its_own_follows_the_ordered_probit():
    """Half of the contacts are judged with a bias and noise of their own, and both halves follow their own exact shares."""
    number = 12_000
    keys = np.arange(number)
    normal = quantile_table(from_mapping({"distribution": "normal", "mean": 0, "sd": 1}), 1_000_000)
    area = np.where(keys % 2 == 0, "poole", "bournemouth")
    rows = {
        "contact": keys,
        "received": 120 * keys,
        "area": area,
        "need": normal.reads(draws(keys, code("need of areas"))),
    }
    (_, _, rest), (_, _, poole) = PROBIT[1], PROBIT[3]
    model = scenario("judgement").varied({
        "stages.decision.judges": {"noise": 0.5, "by_area": {"poole": {"bias": 0.4, "noise": 1.0}}},
    })  # fmt: skip
    events = run(model, seed=1, contacts=given(pd.DataFrame(rows), model.model)).events
    found = events[events["outcome"] != ""].sort_values("contact")["outcome"].astype(str).map(ENDS.index).to_numpy()
    for level in range(4):
        agrees(f"bournemouth {ENDS[level]}", found[1::2] == level, rest[level], 0.08)
        agrees(f"poole {ENDS[level]}", found[0::2] == level, poole[level], 0.08)


# --- sign-off that disagrees --------------------------------------------------------------------------------------------


def signed_off(bias: float, *, decides: bool = False) -> EventLog:
    """Screening sees level 3; a manager with a bias signs off, and sends back what looks otherwise, once in two times."""
    stages = {
        "screening": {"team": "desk", "touch": "1 h", "judges": {}, "decides": decides},
        "sign_off": {"team": "managers", "touch": "30 min", "decides": True, "judges": {"bias": bias}},
    }
    routes = {
        "entry": "screening",
        "screening": "sign_off",
        "sign_off": [
            {"if": {"agrees": False}, "to": {"screening": 0.5, "closed": 0.5}},
            {"if": {"judged": [3, 4]}, "to": "done"},
            {"to": "closed"},
        ],
    }
    teams = {"desk": officers(20), "managers": officers(20)}
    return played(stages, routes, at(*[f"{DAY} 09:00"] * 20, need=1_200_000), teams=teams)


def test_sign_off_that_agrees_sends_nobody_back():
    log = signed_off(0.3)
    assert {outcome(log, contact, "sign_off") for contact in range(1, 21)} == {"done"}
    assert said(log, 1) == ["screening work 02 09:00-02 10:00", "sign_off work 02 10:00-02 10:30"]


@pytest.mark.parametrize("decides", [False, True])
def test_sign_off_that_disagrees_sends_back_and_what_was_sent_back_was_not_decided(decides):
    """Screening and sign-off never agree: each time half go back; the decision is the visit that does not send back."""
    log = signed_off(-0.3, decides=decides)
    visits = log.events.query("stage == 'sign_off' and outcome != ''")
    back = int((visits["outcome"] == "screening").sum())
    assert 8 <= back <= 40
    assert (visits["outcome"] != "screening").sum() == 20
    assert read(log, "decided_within_24h") == pytest.approx(
        float((visits.loc[visits["outcome"] == "closed", "end"] <= 86_400 + 9 * 3600).mean())
    )
    assert read(log, "decisions_reversed_share") == 0


def test_who_was_sent_back_and_is_open_is_not_decided():
    """Every sign-off disagrees and sends back; at the end of the run nobody has been decided."""
    stages = {
        "screening": {"team": "desk", "touch": "1 h", "judges": {}},
        "sign_off": {"team": "desk", "touch": "1 h", "decides": True, "judges": {"bias": -0.3}},
    }
    routes = {
        "entry": "screening", "screening": "sign_off",
        "sign_off": [{"if": {"agrees": False}, "to": "screening"}, {"to": "done"}],
    }  # fmt: skip
    log = played(stages, routes, at(f"{DAY} 09:00", need=1_200_000))
    assert outcome(log, 1, "sign_off", 3) == "screening"
    assert read(log, "decided_within_24h") == 0


def test_a_first_judgement_agrees():
    stages = {"decision": {"team": "desk", "touch": "1 h", "judges": {"bias": -3}}}
    routes = {"entry": "decision", "decision": [{"if": {"agrees": True}, "to": "done"}, {"to": "closed"}]}
    log = played(stages, routes, at(f"{DAY} 09:00", need=1_200_000))
    assert outcome(log, 1, "decision") == "done"


def test_decisions_that_were_reversed_are_counted():
    """Of three contacts that were decided one was decided otherwise later; a fourth was sent on to another decision."""
    log = SmallLog()
    for key in (1, 2):
        log.contact(key, 9).at("decision").work(10).to("advice")
    thread = log.contact(3, 9).at("decision").work(11).to("screening").at("screening").work(12)
    thread.to("decision").at("decision").work(13).to("early help")
    log.contact(4, 9).at("decision").work(14).to("decision").at("decision").wait(336, "sign-off").cut()
    assert read(log.made(), "decisions_reversed_share") == pytest.approx(1 / 3)


# --- assessments that end in no need --------------------------------------------------------------------------------------


def test_an_assessment_may_end_in_no_need():
    """Who was sent on with a bias is seen without it at the end of the assessment: two of four had no need."""
    stages = {
        "decision": {"team": "desk", "touch": "1 h", "decides": True, "judges": {"bias": 1.0}},
        "assessment": {"kind": "caseload", "team": "desk", "hold": "2 days", "judges": {}},
    }
    routes = {
        "entry": "decision", "decision": [{"if": {"judged": [3, 4]}, "to": "assessment"}, {"to": "closed"}],
        "assessment": [{"if": {"judged": [1, 2]}, "to": "closed"}, {"to": "done"}],
    }  # fmt: skip
    contacts = at(*[f"{NEXT_DAY} 09:00"] * 5, need=[300_000, 500_000, 1_100_000, 2_200_000, -500_000])
    log = played(stages, routes, contacts, teams={"desk": officers(5, caseload=10)})
    assert [outcome(log, contact, "assessment") for contact in (1, 2, 3, 4, 5)] == [
        "closed",
        "closed",
        "done",
        "done",
        "",
    ]
    values = measure(log).query("by == 'all'").set_index("measure")["value"]
    assert values["assessments_ending_without_need_share"] == 0.5
    assert values["assessed_without_need_share"] == 0.5
    assert values["closed_below_need_share"] == 0
