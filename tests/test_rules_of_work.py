"""Rules of the engine about work, as stories: windows, ends of shifts, what work consists of, judgement, returns, luck."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from frontdoor_sim.contacts import given
from frontdoor_sim.distributions import from_mapping, quantile_table
from frontdoor_sim.engine.people import Worker
from frontdoor_sim.engine.plan import FINISH
from frontdoor_sim.event_log import EventLog
from frontdoor_sim.experiment import run
from frontdoor_sim.luck import code, draw, share_as_luck
from frontdoor_sim.roster.duty import DutyWindows
from frontdoor_sim.working_time import NEVER
from queue_laws import plain
from random_models import as_scenario
from stories import DAY, NEXT_DAY, OFFICE, OPENS, TO_DONE, WORK, at, moment, officers, outcome, played, said

# --- rule 2: windows are [from, to), and nobody starts before everybody who comes at a second is there -------------------


def test_a_contact_at_opening_is_begun_and_one_at_closing_waits():
    log = played(WORK, TO_DONE, at(f"{DAY} 09:00", f"{NEXT_DAY} 17:00"))
    assert said(log, 1) == ["work work 02 09:00-02 11:00"]
    assert said(log, 2) == ["work shift 03 17:00-04 09:00", "work work 04 09:00-04 11:00"]


def test_work_that_ends_at_closing_is_finished():
    log = played(WORK, TO_DONE, at(f"{DAY} 15:00"))
    assert said(log, 1) == ["work work 02 15:00-02 17:00"]


def test_who_comes_at_the_second_that_somebody_is_free_may_go_first():
    log = played(
        WORK, TO_DONE, at(f"{DAY} 09:00", f"{DAY} 09:30", f"{DAY} 11:00", rag=["green", "green", "red"]),
        teams={"desk": officers(order="rag")},
    )  # fmt: skip
    assert said(log, 3) == ["work work 02 11:00-02 13:00"]
    assert said(log, 2) == ["work worker 02 09:30-02 13:00", "work work 02 13:00-02 15:00"]


# --- rule 5: the end of a shift ------------------------------------------------------------------------------------------


def late_work(rule: str, number: float = 1, **facts: Any) -> EventLog:
    stages = {"work": {"team": "desk", "touch": "2 h", "end_of_shift": rule, **facts}}
    return played(stages, TO_DONE, at(f"{DAY} 16:30"), teams={"desk": officers(number)})


def test_paused_work_is_taken_up_by_its_own_person_first():
    log = late_work("pause", number=2)
    assert said(log, 1) == [
        "work work 02 16:30-02 17:00",
        "work shift 02 17:00-03 09:00",
        "work work 03 09:00-03 10:30",
    ]
    assert log.events.loc[log.events["worker"] >= 0, "worker"].nunique() == 1


def test_finished_work_runs_over_up_to_a_limit_then_pauses():
    log = late_work("finish", overtime_limit="1 h")
    assert said(log, 1) == [
        "work work 02 16:30-02 18:00",
        "work shift 02 18:00-03 09:00",
        "work work 03 09:00-03 09:30",
    ]
    overtime = log.duty[log.duty["kind"] == "overtime"]
    assert [(moment(log, row.start), moment(log, row.end)) for row in overtime.itertuples()] == [
        ("02 17:00", "02 18:00")
    ]


def test_overtime_lasts_up_to_the_next_duty_of_any_kind():
    """A block of other work begins 50 s after the shift ends: the work is set down for it, and then taken up."""
    worker = Worker(0, DutyWindows([0, 300], [100, 400], [False, False], [True, True], [150, NEVER]), home=None)
    worker.window = 0
    assert worker.lay_out(0, 500, FINISH, 200) == ([(0, 150), (300, 600)], 50)


def test_work_handed_over_goes_back_with_its_old_place():
    stages = {"work": {"team": "desk", "touch": "2 h", "end_of_shift": "hand_over"}}
    log = played(stages, TO_DONE, at(f"{DAY} 16:30", f"{DAY} 16:40", f"{DAY} 16:50"), teams={"desk": officers(2)})
    assert said(log, 1)[-1] == "work work 03 09:00-03 10:30"
    assert said(log, 2)[-1] == "work work 03 09:00-03 10:40"
    assert said(log, 3) == ["work worker 02 16:50-02 17:00", "work shift 02 17:00-03 09:00", "work worker 03 09:00-03 10:30",
                            "work work 03 10:30-03 12:30"]  # fmt: skip


def test_work_is_set_down_at_a_block_of_other_work_and_runs_over_at_no_other_time():
    """Half of the day is a block of other work, from 11:00 to 15:00; only the end of the day is the end of a shift."""
    for rule in ("pause", "finish", "hand_over"):
        stages = {"work": {"team": "desk", "touch": "2 h", "end_of_shift": rule}}
        log = played(stages, TO_DONE, at(f"{DAY} 10:00"), teams={"desk": officers(non_case_share="50%")})
        assert said(log, 1) == [
            "work work 02 10:00-02 11:00",
            "work shift 02 11:00-02 15:00",
            "work work 02 15:00-02 16:00",
        ]


# --- rule 5: urgent work interrupts less urgent work ---------------------------------------------------------------------


def urgent(
    contacts: list[dict[str, Any]], number: float = 1, stage: dict[str, Any] | None = None, **team: Any
) -> EventLog:
    """Work of two hours at a desk where red interrupts what is less urgent."""
    stages = {"work": {"team": "desk", "touch": "2 h", **(stage or {})}}
    desk = officers(number, **({"order": "rag", "interrupts": "red"} | team))
    return played(stages, TO_DONE, contacts, teams={"desk": desk, "other": officers()},
                  handoffs={"each_extra_system": {"search": "30 min"}})  # fmt: skip


def test_interrupted_work_goes_back_to_its_place_and_is_resumed():
    log = urgent(at(f"{DAY} 09:00", f"{DAY} 09:30", f"{DAY} 10:00", rag=["green", "green", "red"]))
    assert said(log, 3) == ["work work 02 10:00-02 12:00"]
    assert said(log, 1) == [
        "work work 02 09:00-02 10:00",
        "work worker 02 10:00-02 12:00",
        "work work 02 12:00-02 13:00",
    ]
    assert said(log, 2)[-1] == "work work 02 13:00-02 15:00"
    assert log.events.loc[log.events["contact"] == 1, "enabled"].map(lambda second: moment(log, second)).tolist() == [
        "02 09:00", "02 10:00", "02 10:00"]  # fmt: skip


def test_nobody_is_interrupted_while_somebody_is_idle_nor_by_work_that_is_no_more_urgent():
    log = urgent(
        at(*[f"{DAY} 09:00"] * 2, *[f"{DAY} 10:00"] * 4, rag=["green", "red", "red", "red", "amber", "red"]), 3
    )
    assert said(log, 3) == ["work work 02 10:00-02 12:00"]
    assert said(log, 1)[0] == "work work 02 09:00-02 10:00"
    assert said(log, 4) == ["work work 02 10:00-02 12:00"]
    assert said(log, 2) == ["work work 02 09:00-02 11:00"]
    assert said(log, 6) == ["work worker 02 10:00-02 11:00", "work work 02 11:00-02 13:00"]
    assert said(log, 5) == ["work worker 02 10:00-02 12:00", "work work 02 12:00-02 14:00"]


def test_whoever_does_what_goes_last_in_the_queue_is_interrupted():
    rags = ["green", "amber", "green", "red"]
    log = urgent(at(f"{DAY} 09:00", f"{DAY} 09:10", f"{DAY} 09:05", f"{DAY} 10:00", rag=rags), 3)
    assert [len(said(log, contact)) for contact in (1, 2, 3, 4)] == [1, 1, 3, 1]
    assert said(log, 3)[1] == "work worker 02 10:00-02 11:00"


def test_work_set_down_for_the_night_makes_way_in_the_morning():
    log = urgent(at(f"{DAY} 16:30", f"{DAY} 18:00", rag=["green", "red"]))
    assert said(log, 2) == ["work shift 02 18:00-03 09:00", "work work 03 09:00-03 11:00"]
    assert said(log, 1) == [
        "work work 02 16:30-02 17:00", "work shift 02 17:00-03 09:00", "work worker 03 09:00-03 11:00",
        "work work 03 11:00-03 12:30",
    ]  # fmt: skip


def test_who_works_on_after_the_shift_is_not_interrupted():
    facts = {"end_of_shift": "finish", "overtime_limit": "2 h"}
    log = urgent(at(f"{DAY} 16:30", f"{DAY} 17:30", rag=["green", "red"]), stage=facts)
    assert said(log, 1) == ["work work 02 16:30-02 18:30"]
    assert said(log, 2) == ["work shift 02 17:30-03 09:00", "work work 03 09:00-03 11:00"]
    log = urgent(at(f"{DAY} 16:30", f"{DAY} 16:45", rag=["green", "red"]), stage=facts)
    assert said(log, 1)[:2] == ["work work 02 16:30-02 16:45", "work worker 02 16:45-02 17:00"]
    overtime = log.duty[log.duty["kind"] == "overtime"]
    assert [moment(log, second) for second in overtime[["start", "end"]].to_numpy().ravel()] == ["02 17:00", "02 18:45"]


def test_a_search_that_is_interrupted_is_gone_on_with():
    log = urgent(
        at(f"{DAY} 09:00", f"{DAY} 09:10", rag=["green", "red"]), stage={"searches": True, "touch": "1 h"}, case_system=["A", "B"]
    )  # fmt: skip
    assert said(log, 2) == ["work search 02 09:10-02 09:40", "work work 02 09:40-02 10:40"]
    assert said(log, 1) == [
        "work search 02 09:00-02 09:10", "work worker 02 09:10-02 10:40", "work search 02 10:40-02 11:00",
        "work work 02 11:00-02 12:00",
    ]  # fmt: skip


def test_helpers_are_asked_first_and_finish_what_they_began():
    rags = ["green", "green", "green", "red"]
    log = urgent(at(f"{DAY} 09:00", f"{DAY} 09:00", f"{DAY} 09:05", f"{DAY} 10:00", rag=rags), helpers="other")
    assert [len(said(log, contact)) for contact in (1, 2, 4)] == [3, 1, 1], "the helper's contact is the second"
    log = urgent(at(f"{DAY} 09:00", f"{DAY} 10:00", rag=["green", "red"]), helpers="other")
    assert [len(said(log, contact)) for contact in (1, 2)] == [1, 1], "the helper was idle"


# --- what work consists of -----------------------------------------------------------------------------------------------


def test_a_record_is_entered_again_on_each_further_system_once():
    """The first entry is part of the work; a second system costs re-keying at the first stage that needs it."""
    stages = {
        name: {"team": team, "touch": "1 h"} for name, team in (("one", "desk"), ("two", "back"), ("three", "back"))
    }
    teams = {"desk": officers(case_system=["A"]), "back": officers(case_system=["A", "B", "C"])}
    log = played(
        stages, {"entry": "one", "one": "two", "two": "three", "three": "done"}, at(f"{DAY} 09:00"), teams=teams,
        handoffs={"systems_differ": {"rekey": "10 min"}},
    )  # fmt: skip
    assert said(log, 1) == [
        "one work 02 09:00-02 10:00", "two re-keying 02 10:00-02 10:20", "two work 02 10:20-02 11:20", "three work 02 11:20-02 12:20",
    ]  # fmt: skip


def test_history_is_searched_on_each_further_system_of_the_team():
    stages = {"work": {"team": "desk", "touch": "1 h", "searches": True}}
    handoffs = {"each_extra_system": {"search": "8 min"}}
    teams = {"desk": officers(case_system=["A", "B", "C"])}
    log = played(stages, TO_DONE, at(f"{DAY} 09:00"), teams=teams, handoffs=handoffs)
    assert said(log, 1) == ["work search 02 09:00-02 09:16", "work work 02 09:16-02 10:16"]


def test_a_search_that_ends_at_closing_leaves_the_work_for_the_morning():
    stages = {"work": {"team": "desk", "touch": "1 h", "searches": True}}
    handoffs = {"each_extra_system": {"search": "30 min"}}
    teams = {"desk": officers(case_system=["A", "B"])}
    log = played(stages, TO_DONE, at(f"{DAY} 16:30", f"{NEXT_DAY} 15:30"), teams=teams, handoffs=handoffs)
    assert said(log, 1) == [
        "work search 02 16:30-02 17:00",
        "work shift 02 17:00-03 09:00",
        "work work 03 09:00-03 10:00",
    ]
    assert said(log, 2) == ["work search 03 15:30-03 16:00", "work work 03 16:00-03 17:00"]


def consent(contacts: list[dict[str, Any]], **facts: Any) -> EventLog:
    stages = {"consent": {"kind": "consent", "team": "desk", "touch": "10 min", "gap": "4 h", "given": 0, **facts}}
    return played(
        stages,
        {"entry": "consent", "consent": [{"if": {"outcome": "not_reached"}, "to": "closed"}, {"to": "done"}]},
        contacts,
    )


def test_consent_is_tried_again_after_a_gap_and_then_given_up():
    log = consent(at(f"{DAY} 09:00"), attempts=3)
    assert said(log, 1) == [
        "consent work 02 09:00-02 09:10", "consent consent 02 09:10-02 13:10", "consent work 02 13:10-02 13:20",
        "consent consent 02 13:20-02 17:20", "consent shift 02 17:20-03 09:00", "consent work 03 09:00-03 09:10",
    ]  # fmt: skip
    assert outcome(log, 1, "consent") == "closed"


def test_consent_that_came_with_the_contact_or_is_overridden_takes_no_time():
    for facts, rag in (({"arrives_with": 1.0}, "green"), ({"override_for": ["red"]}, "red")):
        log = consent(at(f"{DAY} 20:00", rag=rag), **facts)
        assert said(log, 1) == ["consent consent 02 20:00-02 20:00"]
        assert outcome(log, 1, "consent") == "done"


# --- judgement and returns -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("need", "bias", "ends"), [(999_999, 0.0, "closed"), (1_000_000, 0.0, "done"), (800_000, 0.2, "done")]
)
def test_a_level_begins_at_its_threshold(need, bias, ends):
    stages = {"decision": {"team": "desk", "touch": "1 h", "judges": {"bias": bias}}}
    routes = {"entry": "decision", "decision": [{"if": {"judged": [1, 2]}, "to": "closed"}, {"to": "done"}]}
    log = played(stages, routes, at(f"{DAY} 09:00", need=need))
    assert outcome(log, 1, "decision") == ends


def test_who_is_closed_below_need_comes_back_later_and_graver():
    """Closed two levels below need, each family is as good as sure to come back; ended at its need, never."""
    law = {"rate_by_gap": [0, 0, 1000, 1000], "family_spread": 50, "delay": {"distribution": "exponential", "mean": 1, "unit": "days"},
           "growth": {"distribution": "exponential", "mean": 0.3}}  # fmt: skip
    routes = {"entry": "work", "work": [{"if": {"area": "closed here"}, "to": "closed"}, {"to": "done"}]}
    facts = at(*[f"{DAY} 09:00"] * 20, need=1_200_000, area=["closed here", "served here"] * 10)
    log = played({"work": {"team": "desk", "touch": "1 min"}}, routes, facts, returns=law, teams={"desk": officers(30)})
    contacts = log.contacts.set_index("contact")
    first = contacts[contacts["return_number"] == 0]
    assert (first["returns_at"][first["area"] == "served here"] == -1).all()
    due = first[first["area"] == "closed here"]
    assert (due["returns_at"] > due["received"]).all()
    back = contacts[contacts["return_number"] == 1]
    assert set(back["returned_from"]) == set(due.index[due["returns_at"] <= log.about.ends])
    assert len(back) > 5
    for child in back.itertuples():
        parent = contacts.loc[child.returned_from]
        assert child.received == parent["returns_at"]
        assert child.family == parent["family"]
        assert child.need >= parent["need"]


# --- luck ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["work", "renamed"])
def test_luck_belongs_to_contact_purpose_and_visit(stage):
    """What is drawn can be worked out from the key alone, for every visit; a stage that is renamed keeps its luck."""
    touch = {"distribution": "exponential", "mean": 40, "unit": "minutes"}
    stages = {stage: {"team": "desk", "touch": touch, "luck": "work"}}
    routes = {"entry": stage, stage: {stage: 0.6, "done": 0.4}}
    log = played(stages, routes, at(*[f"{DAY} 09:00"] * 30), teams={"desk": officers(200, shift="always")})
    table = quantile_table(from_mapping({"distribution": "exponential", "mean": 40}), 60)
    work = plain(log.events)
    assert work["visit"].max() > 3
    for row in work.itertuples():
        assert row.end - row.start == table.read(draw(row.contact, code("work"), row.visit))
        again = draw(row.contact, code("work: route"), row.visit) < share_as_luck(0.6)
        assert row.outcome == (stage if again else "done")


def test_given_seconds_stand_in_for_luck_where_there_are_any():
    model = as_scenario({
        "name": "Given", "run": {"opens": OPENS, "weeks": 1, "warm_up": 0, "follow_up": 0},
        "teams": {"desk": officers(3, shift="always")}, "stages": {"work": {"team": "desk", "touch": "1 h"}},
        "routes": TO_DONE, "ends": {"done": {}},
    })  # fmt: skip
    contacts = given(
        pd.DataFrame([{"contact": n, **row} for n, row in enumerate(at(*[f"{DAY} 09:00"] * 3))]), model.model
    )
    work = run(model, contacts=contacts.assign(**{"seconds: work": [90.0, None, 0.0]})).events
    assert (work["end"] - work["start"]).tolist() == [90, 3600, 1]


# --- rule 10: where a contact goes may depend on the hour -----------------------------------------------------------------


def test_the_hour_at_which_a_stage_is_left_decides_where_to():
    stages = {name: {"team": name, "touch": "1 h"} for name in ("answer", "day", "night")}
    teams = {"answer": officers(2, "always"), "day": officers(2), "night": officers(2, "always")}
    ways = [{"if": {"during": "office"}, "to": "day"}, {"to": "night"}]
    log = played(
        stages, {"entry": "answer", "answer": ways, "day": "done", "night": "done"},
        at(f"{DAY} 08:00", f"{DAY} 15:59:59", f"{DAY} 16:00", f"{DAY} 22:00"), teams=teams,
    )  # fmt: skip
    assert [outcome(log, contact, "answer") for contact in (1, 2, 3, 4)] == ["day", "day", "night", "night"]


def test_of_several_shifts_any_that_is_open_will_do():
    shifts = {**OFFICE, "early": {"Mon-Fri": "06:00-10:00"}, "late": {"Mon-Fri": "16:00-20:00"}}
    stages = {"answer": {"team": "answer", "touch": "1 h"}}
    ways = [
        {"if": {"during": ["early", "late"]}, "to": "closed"},
        {"if": {"during": "office"}, "to": "done"},
        {"to": "closed"},
    ]
    log = played(
        stages, {"entry": "answer", "answer": ways}, at(f"{DAY} 08:00", f"{DAY} 11:00", f"{DAY} 15:00", f"{DAY} 21:00"),
        teams={"answer": officers(2, "always")}, shifts=shifts,
    )  # fmt: skip
    assert [outcome(log, contact, "answer") for contact in (1, 2, 3, 4)] == ["closed", "done", "closed", "closed"]
