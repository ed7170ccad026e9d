"""Rules of judgement, as stories and against the ordered probit: who judges whom how, sign-off that disagrees, what it measures."""

from __future__ import annotations

from collections.abc import Sequence
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


# --- rule 3: re-grading when information arrives ---------------------------------------------------------------------------

GRADING = {"green": -1, "amber": 0.5, "red": 1.5}
HOURS = {"red": "2 h", "amber": "8 h", "green": "24 h"}


def answered(*contacts: dict[str, Any], order: str = "rag", interrupts: Sequence[str] = (), **partner: Any) -> EventLog:
    """The contact goes on after an hour, and the police answer after two: it then waits for the one manager."""
    stages = {
        "checks": {
            "kind": "checks", "team": "desk", "give_up_after": {"green": "1 h", "amber": "1 h", "red": "1 h"},
            "partners": {"police": {"delay": "2 h", "regrades": True, **partner}},
        },
        "sign_off": {"team": "managers", "touch": "2 h"},
    }  # fmt: skip
    routes = {"entry": "checks", "checks": "sign_off", "sign_off": "done"}
    teams = {"desk": officers(), "managers": officers(order=order, interrupts=list(interrupts))}
    return played(
        stages, routes, list(contacts), teams=teams, grading=GRADING, targets={"decision": HOURS}
    )  # fmt: skip


def came(when: str, need: int, rag: str = "green") -> dict[str, Any]:
    return {"received": f"{DAY} {when}", "need": need, "rag": rag}


def rags(log: EventLog, contact: int) -> list[str]:
    """The grade of each row of a contact, in the order of time."""
    rows = log.events[log.events["contact"] == contact].sort_values(["start", "end"], kind="stable")
    return [f"{row.stage} {row.kind} {row.rag}" for row in rows.itertuples() if row.part == 0 or row.kind == "re-grade"]


@pytest.mark.parametrize("order", ["rag", "deadline"])
def test_a_late_answer_puts_a_contact_that_waits_in_its_new_place(order):
    """All three wait for the manager from 10:00; at 11:00 the third turns out to be red, and goes before the second."""
    log = answered(came("09:00", 0), came("09:00", 0), came("09:00", 2_000_000), order=order)
    assert said(log, 3) == [
        "checks partner 02 09:00-02 10:00", "sign_off worker 02 10:00-02 11:00", "sign_off worker 02 11:00-02 12:00",
        "sign_off work 02 12:00-02 14:00",
    ]  # fmt: skip
    assert rags(log, 3) == [
        "checks wait green", "sign_off wait green", "checks re-grade red", "sign_off wait red", "sign_off work red",
    ]  # fmt: skip
    assert said(log, 2)[-1] == "sign_off work 02 14:00-02 16:00"
    assert said(log, 3, part=1) == ["checks partner 02 09:00-02 11:00", "checks re-grade 02 11:00-02 11:00"]
    assert log.contacts.set_index("contact")["rag"].loc[3] == "green"


def test_a_contact_that_is_graded_again_keeps_its_time_of_joining():
    """The fourth is red and waits from 10:30; the third, red from 11:00 on, waits from 10:00 and goes before it."""
    log = answered(came("09:00", 0), came("09:00", 0), came("09:00", 2_000_000), came("09:30", 2_000_000, "red"))
    assert said(log, 3)[-1] == "sign_off work 02 12:00-02 14:00"
    assert said(log, 4)[-1] == "sign_off work 02 14:00-02 16:00"


def test_work_in_hand_goes_on_but_makes_way_once_it_is_less_urgent():
    """The manager has had the first in hand since 10:00; at 11:00 it turns out to be green, and the amber one interrupts it."""
    contacts = [came("09:00", 0, "amber"), came("09:00", 1_000_000, "amber")]
    log = answered(*contacts, interrupts=["amber", "red"])
    assert rags(log, 1) == [
        "checks wait amber", "sign_off work amber", "checks re-grade green", "sign_off wait green", "sign_off work green",
    ]  # fmt: skip
    assert said(log, 1)[-3:] == [
        "sign_off work 02 10:00-02 11:00", "sign_off worker 02 11:00-02 13:00", "sign_off work 02 13:00-02 14:00",
    ]  # fmt: skip
    assert said(log, 2)[-1] == "sign_off work 02 11:00-02 13:00"
    assert said(answered(*contacts), 2)[-1] == "sign_off work 02 12:00-02 14:00"


def test_work_in_hand_that_turned_out_urgent_is_interrupted_no_more():
    """The first, in hand since 10:00, turns out to be red at 11:00; a red one that comes to wait at 11:30 waits for its turn."""
    log = answered(came("09:00", 2_000_000), came("10:30", 2_000_000, "red"), interrupts=["red"])
    assert rags(log, 1) == ["checks wait green", "sign_off work green", "checks re-grade red"]
    assert said(log, 2)[-1] == "sign_off work 02 12:00-02 14:00"


def test_a_contact_that_is_graded_again_gives_up_when_its_first_grade_says():
    """It waits from 10:00 as green, for two hours at most; red from 11:00 on, it still leaves at 12:00."""
    stages = {
        "checks": {
            "kind": "checks", "team": "desk", "give_up_after": {"green": "1 h"},
            "partners": {"police": {"delay": "2 h", "regrades": True}},
        },
        "sign_off": {"team": "managers", "touch": "3 h", "give_up_after": {"green": "2 h", "red": "1 h"}},
    }  # fmt: skip
    routes = {
        "entry": "checks", "checks": "sign_off",
        "sign_off": [{"if": {"outcome": "timed_out"}, "to": "closed"}, {"to": "done"}],
    }  # fmt: skip
    contacts = at(*[f"{DAY} 09:00"] * 3, need=[0, 0, 2_000_000], rag="green")
    teams = {"desk": officers(), "managers": officers(order="rag")}
    log = played(stages, routes, contacts, teams=teams, grading=GRADING)
    assert said(log, 3)[-2:] == ["sign_off worker 02 10:00-02 11:00", "sign_off worker 02 11:00-02 12:00"]
    assert rags(log, 3)[-2:] == ["checks re-grade red", "sign_off wait red"]
    assert [outcome(log, contact, "sign_off") for contact in (1, 2, 3)] == ["done", "closed", "closed"]


def test_an_answer_that_changes_nothing_leaves_no_trace():
    log = answered(came("09:00", 0), came("09:00", 0))
    assert said(log, 2) == ["checks partner 02 09:00-02 10:00", "sign_off worker 02 10:00-02 12:00", "sign_off work 02 12:00-02 14:00"]  # fmt: skip
    assert "re-grade" not in set(log.events["kind"])


def test_the_grade_that_an_answer_leads_to_is_read_from_need_and_noise():
    """What is drawn can be worked out from the key alone."""
    log = answered(*[came("09:00", 800_000)] * 30, noise=0.7)
    normal = quantile_table(from_mapping({"distribution": "normal", "mean": 0, "sd": 1}), 1_000_000)
    keys = np.arange(1, 31)
    seen = 800_000 + 700_000 * normal.reads(draws(keys, code("checks: police: grade"))) // 1_000_000
    grades = ["blue", "green", "amber", "red"]
    expected = [grades[level] for level in np.searchsorted([-1_000_000, 500_000, 1_500_000], seen, side="right")]
    found = log.events[log.events["kind"] == "re-grade"].set_index("contact")["rag"]
    assert [str(found.get(key, "green")) for key in keys] == expected
    assert len(set(expected)) == 3


def test_a_judgement_that_regrades_decides_where_to_and_who_goes_first():
    """Two of three are seen to be red on triage: they are routed by that, and the desk takes them before the first."""
    stages = {
        "triage": {"team": "triage", "touch": "1 h", "judges": {"regrades": True, "bias": 0.1}},
        "urgent": {"team": "desk", "touch": "1 h", "judges": {"bias": -2}},
        "usual": {"team": "desk", "touch": "1 h"},
    }
    routes = {
        "entry": "triage", "triage": [{"if": {"rag": "red"}, "to": "urgent"}, {"to": "usual"}],
        "urgent": "done", "usual": "done",
    }  # fmt: skip
    contacts = at(*[f"{DAY} 09:00"] * 3, need=[1_390_000, 1_400_000, 3_000_000], rag="amber")
    teams = {"triage": officers(3), "desk": officers(order="rag")}
    log = played(stages, routes, contacts, teams=teams, grading=GRADING)
    assert [outcome(log, contact, "triage") for contact in (1, 2, 3)] == ["usual", "urgent", "urgent"]
    assert said(log, 1)[-1] == "usual work 02 12:00-02 13:00"
    assert rags(log, 2) == ["triage work amber", "triage re-grade red", "urgent work red"]
    assert (
        measure(log).query("measure == 'contacts_received' and by == 'rag' and group == 'amber'")["value"].item() == 3
    )


def test_a_request_on_a_desk_takes_its_new_place_too():
    """The fourth contact goes on without the police, is judged red, and its request is then looked at before the third's."""
    stages = {
        "checks": {
            "kind": "checks", "team": "desk", "partners": {"police": {"team": "police", "touch": "2 h"}},
            "give_up_after": {"green": "30 min"},
        },
        "decision": {"team": "desk", "touch": "30 min", "judges": {"regrades": True}},
    }  # fmt: skip
    routes = {"entry": "checks", "checks": "decision", "decision": "done"}
    contacts = at(*[f"{DAY} 09:00"] * 4, need=[0, 0, 0, 2_000_000], rag="green")
    teams = {"desk": officers(4), "police": officers(order="rag")}
    log = played(stages, routes, contacts, teams=teams, grading=GRADING)
    assert said(log, 4, part=1) == [
        "checks partner 02 09:00-02 10:00", "decision re-grade 02 10:00-02 10:00", "checks partner 02 10:00-02 11:00",
        "checks work 02 11:00-02 13:00",
    ]  # fmt: skip
    assert said(log, 2, part=1)[-1] == "checks work 02 13:00-02 15:00"
