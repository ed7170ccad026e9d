"""Rules of the engine about limits, as stories: who gives up waiting."""

from __future__ import annotations

from typing import Any

from frontdoor_sim.event_log import EventLog
from stories import DAY, at, officers, outcome, played, said

# --- rule 3: who gives up waiting ----------------------------------------------------------------------------------------


def patient(contacts: list[dict[str, Any]], limits: dict[str, Any], **facts: Any) -> EventLog:
    """Work of two hours at a desk of one; who gives up goes to another desk."""
    stages = {
        "work": {"team": "desk", "touch": "2 h", "give_up_after": limits, **facts},
        "manager": {"team": "back", "touch": "1 h"},
    }
    ways = {
        "entry": "work",
        "work": [{"if": {"outcome": "timed_out"}, "to": "manager"}, {"to": "done"}],
        "manager": "done",
    }
    return played(stages, ways, contacts, teams={"desk": officers(), "back": officers()})


def test_who_has_waited_too_long_goes_to_the_manager():
    log = patient(at(*[f"{DAY} 09:00"] * 3), {"green": "3 h"})
    assert said(log, 1) == ["work work 02 09:00-02 11:00"]
    assert said(log, 2) == ["work worker 02 09:00-02 11:00", "work work 02 11:00-02 13:00"]
    assert said(log, 3) == ["work worker 02 09:00-02 12:00", "manager work 02 12:00-02 13:00"]
    assert [outcome(log, contact, "work") for contact in (1, 2, 3)] == ["done", "done", "manager"]


def test_at_the_second_at_which_somebody_is_free_patience_is_over():
    """Time-outs are applied before anybody starts work: rule 2."""
    log = patient(at(*[f"{DAY} 09:00"] * 3), {"green": "2 h"})
    assert [outcome(log, contact, "work") for contact in (1, 2, 3)] == ["done", "manager", "manager"]


def test_work_that_is_begun_is_never_given_up():
    """Set down or handed over in the evening, it waits for the morning, long past the limit."""
    for end_of_shift in ("pause", "hand_over"):
        log = patient(at(f"{DAY} 16:00"), {"green": "30 min"}, end_of_shift=end_of_shift)
        assert said(log, 1)[-1] == "work work 03 09:00-03 10:00"
        assert outcome(log, 1, "work") == "done"


def test_each_grade_has_its_limit_on_its_clock():
    """Nobody is on duty from Monday evening: four hours are over in the night, four working hours on Tuesday."""
    limits = {"red": "4 h", "green": "4 working hours"}
    log = patient(at(*[f"{DAY} 15:00"] * 4, rag=["green", "red", "green", "amber"]), limits)
    assert said(log, 2) == [
        "work worker 02 15:00-02 17:00", "work shift 02 17:00-02 19:00",
        "manager shift 02 19:00-03 09:00", "manager work 03 09:00-03 10:00",
    ]  # fmt: skip
    assert said(log, 3)[-1] == "work work 03 09:00-03 11:00"
    assert said(log, 4)[-1] == "work work 03 11:00-03 13:00", "amber has no limit"


def test_a_limit_is_that_of_its_own_visit():
    """The limit of the first visit falls into the second, which began later and is still in time."""
    stages = {
        "work": {"team": "desk", "touch": "1 h", "give_up_after": {"green": "90 min"}},
        "other": {"team": "desk", "touch": "1 h", "weight": -1},
    }
    ways = {
        "entry": [{"if": {"area": "other"}, "to": "other"}, {"to": "work"}],
        "work": [{"if": {"outcome": "timed_out"}, "to": "closed"}, {"to": {"work": 0.999, "done": 0.001}}],
        "other": "done",
    }
    contacts = at(f"{DAY} 09:00", f"{DAY} 09:59", area=["here", "other"])
    log = played(stages, ways, contacts, teams={"desk": officers(order="stage")})
    assert said(log, 1)[:3] == [
        "work work 02 09:00-02 10:00",
        "work worker 02 10:00-02 11:00",
        "work work 02 11:00-02 12:00",
    ]


def test_who_leaves_a_queue_counts_no_more_for_those_who_help():
    """Three wait and the others help from three on; but two give up at ten, before the helper is back from elsewhere."""
    stages = {
        "work": {"team": "desk", "touch": "4 h", "give_up_after": {"red": "1 h"}},
        "own": {"team": "other", "touch": "2 h"},
    }
    ways = {
        "entry": [{"if": {"area": "own"}, "to": "own"}, {"to": "work"}],
        "work": [{"if": {"outcome": "timed_out"}, "to": "closed"}, {"to": "done"}],
        "own": "done",
    }
    helpers = [{"team": "other", "when_waiting": 3, "until_waiting": 1}]
    contacts = at(*[f"{DAY} 09:00"] * 5, area=["own", *["here"] * 4], rag=["green", "green", "green", "red", "red"])
    log = played(stages, ways, contacts, teams={"desk": officers(helpers=helpers), "other": officers()})
    assert said(log, 4) == ["work worker 02 09:00-02 10:00"]
    assert said(log, 3)[-1] == "work work 02 13:00-02 17:00", "only one waits when the helper is free"


def test_a_case_that_nobody_takes_goes_elsewhere():
    stages = {
        "case": {"kind": "caseload", "team": "desk", "hold": "2 days", "give_up_after": {"green": "1 working days"}},
        "manager": {"team": "desk", "touch": "1 h"},
    }
    ways = {
        "entry": "case",
        "case": [{"if": {"outcome": "timed_out"}, "to": "manager"}, {"to": "done"}],
        "manager": "done",
    }
    log = played(stages, ways, at(f"{DAY} 09:00", f"{DAY} 10:00"), teams={"desk": officers(caseload=1)})
    assert said(log, 1) == ["case caseload 02 09:00-04 09:00"]
    assert said(log, 2) == ["case allocation 02 10:00-03 10:00", "manager work 03 10:00-03 11:00"]


def test_who_gives_up_has_left_nothing_on_the_other_system():
    """The record that a desk would have made on its system is still to be made by the next one that works on it."""
    stages = {
        "first": {"team": "one", "touch": "1 h"},
        "second": {"team": "two", "touch": "1 h", "give_up_after": {"green": "30 min"}},
        "third": {"team": "two", "touch": "1 h"},
    }
    ways = {
        "entry": "first",
        "first": "second",
        "second": [{"if": {"outcome": "timed_out"}, "to": "third"}, {"to": "done"}],
        "third": "done",
    }
    teams = {"one": officers(2, case_system="A"), "two": officers(case_system="B")}
    log = played(stages, ways, at(f"{DAY} 09:00", f"{DAY} 09:00"), teams=teams,
                 handoffs={"systems_differ": {"rekey": "10 min"}})  # fmt: skip
    assert said(log, 1)[1:] == ["second re-keying 02 10:00-02 10:10", "second work 02 10:10-02 11:10"]
    assert said(log, 2)[1:] == ["second worker 02 10:00-02 10:30", "third worker 02 10:30-02 11:10",
                                "third re-keying 02 11:10-02 11:20", "third work 02 11:20-02 12:20"]  # fmt: skip
