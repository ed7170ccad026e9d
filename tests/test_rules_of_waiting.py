"""Rules of the engine about waiting, as stories: handoffs, checks, caseloads and the end of the run."""

from __future__ import annotations

from typing import Any

import pytest

from frontdoor_sim.event_log import EventLog
from stories import DAY, TO_DONE, WORK, at, officers, outcome, played, said

# --- rule 6: waits that use nobody ---------------------------------------------------------------------------------------

TWO_DESKS = {"first": {"team": "desk", "touch": "1 h"}, "second": {"team": "back", "touch": "1 h"}}
ONWARD = {"entry": "first", "first": "second", "second": "done"}


@pytest.mark.parametrize(
    ("handoff", "received", "arrives"),
    [
        ({"batch": "Mon-Fri 10:00, 14:00"}, "09:00", "02 10:00"),  # ready at the very instant
        ({"batch": "Mon-Fri 10:00, 14:00"}, "09:01", "02 14:00"),
        ({"delay": "30 min", "batch": "Mon-Fri 10:00, 14:00"}, "09:00", "02 14:00"),
        ({"delay": "90 min"}, "15:00", "02 17:30"),
        ({"delay": "2 working hours"}, "15:00", "03 10:00"),
        ({"delay": "1 working days"}, "15:00", "03 16:00"),
        ({"delay": "90 min", "release": "office"}, "15:00", "03 09:00"),
        ({}, "09:00", "02 10:00"),
    ],
)
def test_handoffs(handoff, received, arrives):
    teams = {"desk": officers(), "back": officers(shift="always", site="elsewhere")}
    log = played(TWO_DESKS, ONWARD, at(f"{DAY} {received}"), teams=teams, handoffs={"between_sites": handoff})
    assert said(log, 1)[-1].startswith(f"second work {arrives}")


def test_a_batch_goes_once_in_order():
    teams = {"desk": officers(2), "back": officers(shift="always", site="elsewhere")}
    log = played(
        TWO_DESKS,
        ONWARD,
        at(f"{DAY} 09:30", f"{DAY} 09:10"),
        teams=teams,
        handoffs={"between_sites": {"batch": "Mon 14:00"}},
    )
    assert said(log, 1)[-1] == "second work 02 14:00-02 15:00"
    assert said(log, 2)[-1] == "second work 02 15:00-02 16:00", "both arrive at 14:00: the key decides"


# --- rule 7: checks ------------------------------------------------------------------------------------------------------


def checks(contacts: list[dict[str, Any]], **facts: Any) -> EventLog:
    stages = {"checks": {"kind": "checks", "team": "desk", **facts}}
    return played(
        stages,
        {"entry": "checks", "checks": [{"if": {"outcome": "timed_out"}, "to": "closed"}, {"to": "done"}]},
        contacts,
    )


@pytest.mark.parametrize(("delay", "ends"), [("3600 s", "done"), ("3601 s", "closed")])
def test_a_reply_at_the_second_of_its_time_out_is_in_time(delay, ends):
    log = checks(at(f"{DAY} 09:00"), partners={"police": {"delay": delay}}, give_up_after={"green": "1 h"})
    assert outcome(log, 1, "checks") == ends
    assert said(log, 1) == ["checks partner 02 09:00-02 10:00"]


def test_a_desk_that_answers_at_the_second_of_the_time_out_is_in_time():
    log = checks(
        at(f"{DAY} 09:00"), partners={"police": {"team": "desk", "touch": "1 h"}}, give_up_after={"green": "1 h"}
    )
    assert outcome(log, 1, "checks") == "done"


def test_the_first_of_several_is_enough_and_late_work_is_still_done():
    """The time-out is that of the grade; what is asked for late still takes up the desk, and moves nobody."""
    partners = {"police": {"team": "desk", "touch": "5 h"}, "health": {"delay": "2 h"}, "schools": {"delay": "30 min"}}
    log = checks(at(f"{DAY} 09:00", f"{DAY} 09:00"), partners=partners, join=2)
    assert said(log, 1) == ["checks partner 02 09:00-02 11:00"]
    assert said(log, 1, part=1) == ["checks work 02 09:00-02 14:00"]
    assert said(log, 2, part=1)[-1] == "checks work 03 09:00-03 11:00"


def test_a_late_reply_counts_for_its_own_visit_only():
    """The reply to the first visit comes during the second, and does not end it."""
    stages = {
        "checks": {
            "kind": "checks",
            "team": "desk",
            "partners": {"police": {"delay": "3 h"}},
            "give_up_after": {"green": "2 h"},
        },
        "work": {"team": "desk", "touch": "30 min"},
    }
    log = played(
        stages,
        {"entry": "checks", "checks": {"work": 1.0}, "work": {"checks": 0.999, "done": 0.001}},
        at(f"{DAY} 09:00"),
    )
    assert said(log, 1)[:4] == [
        "checks partner 02 09:00-02 11:00", "work work 02 11:00-02 11:30", "checks partner 02 11:30-02 13:30",
        "work work 02 13:30-02 14:00",
    ]  # fmt: skip
    assert said(log, 1, part=1)[:2] == ["checks partner 02 09:00-02 12:00", "checks partner 02 11:30-02 14:30"]


@pytest.mark.parametrize(("pause", "blurred"), [("59 min", True), ("1 h", False)])
def test_a_missing_reply_blurs_a_judgement_until_it_comes(pause, blurred):
    """Noise of 1,000 sd while a reply is missing judges by luck alone; once it has come, need decides, and it is high."""
    stages = {
        "checks": {
            "kind": "checks",
            "team": "desk",
            "partners": {"police": {"delay": "2 h"}},
            "give_up_after": {"green": "1 h"},
        },
        "pause": {"kind": "delay", "team": "desk", "delay": pause},
        "decision": {"team": "desk", "touch": "1 s", "judges": {"without_checks": 1000.0}},
    }
    routes = {
        "entry": "checks",
        "checks": "pause",
        "pause": "decision",
        "decision": [{"if": {"judged": 1}, "to": "closed"}, {"to": "done"}],
    }
    log = played(stages, routes, at(*[f"{DAY} 09:00"] * 12, need=1_500_000), teams={"desk": officers(12)})
    ends = [outcome(log, contact, "decision") for contact in range(1, 13)]
    assert set(ends) == ({"closed", "done"} if blurred else {"done"})


# --- rule 8: caseloads ---------------------------------------------------------------------------------------------------


def caseload(contacts: list[dict[str, Any]], number: float = 2, slots: int = 3, **facts: Any) -> EventLog:
    stages = {"case": {"kind": "caseload", "team": "desk", "hold": "2 days", **facts}}
    return played(stages, {"entry": "case", "case": "done"}, contacts, teams={"desk": officers(number, caseload=slots)})


def holders(log: EventLog) -> list[int]:
    held = log.events[log.events["kind"] == "caseload"].sort_values(["start", "contact"])
    return held["worker"].tolist()


def test_the_most_free_takes_a_case_then_who_is_first_in_the_roster():
    log = caseload(at(f"{DAY} 09:00", f"{DAY} 10:00", f"{DAY} 11:00", f"{DAY} 12:00", children=[2, 1, 1, 1]))
    assert holders(log) == [0, 1, 1, 0]


def test_a_family_of_three_waits_for_one_person_and_blocks_nobody():
    log = caseload(at(f"{DAY} 09:00", f"{DAY} 09:00", f"{DAY} 10:00", f"{DAY} 11:00", children=[2, 2, 3, 1]))
    assert said(log, 3) == ["case allocation 02 10:00-04 09:00", "case caseload 04 09:00-06 09:00"]
    assert said(log, 4) == ["case caseload 02 11:00-04 11:00"]


def test_a_family_larger_than_any_caseload_takes_a_whole_one():
    log = caseload(at(f"{DAY} 09:00", f"{DAY} 09:00", f"{DAY} 09:00", children=[9, 9, 9]))
    assert [said(log, contact)[-1] for contact in (1, 2, 3)] == [
        "case caseload 02 09:00-04 09:00", "case caseload 02 09:00-04 09:00", "case caseload 04 09:00-06 09:00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("allocates", "received", "when"),
    [("Mon-Fri 09:30", "09:30", "02 09:30"), ("Mon-Fri 09:30", "09:31", "03 09:30"), ("office", "16:59", "02 16:59"),
     ("office", "17:00", "03 09:00")],
)  # fmt: skip
def test_allocation_at_its_times_only(allocates, received, when):
    log = caseload(at(f"{DAY} {received}"), allocates=allocates, first_visit="1 h")
    assert said(log, 1)[-1].startswith(f"case caseload {when}")
    assert said(log, 1, part=1)[0].startswith(f"case visit {when}")


# --- rule 9: the end of the run ------------------------------------------------------------------------------------------


def test_what_ends_at_the_last_second_counts_and_what_ends_later_is_cut():
    """The run ends on Monday 16 June at 00:00."""
    stages = {"wait": {"kind": "delay", "team": "desk", "delay": "2 h"}}
    log = played(stages, {"entry": "wait", "wait": "done"}, at("2025-06-15 22:00", "2025-06-15 22:00:01"))
    assert said(log, 1) == ["wait handoff 15 22:00-16 00:00"]
    assert outcome(log, 1, "wait") == "done"
    assert said(log, 2) == ["wait handoff 15 22:00:01-.."]
    assert outcome(log, 2, "wait") == ""


def test_who_comes_in_after_the_end_is_open_and_waits_for_the_shift():
    log = played(WORK, TO_DONE, [{"received": "2025-06-15 20:00", "enters": "2025-06-16 09:00"}])
    assert said(log, 1) == ["work shift 15 20:00-.."]


# --- rule 4: helpers -----------------------------------------------------------------------------------------------------


def helped(contacts: list[dict[str, Any]], **facts: Any) -> EventLog:
    """Work at the desk of one, which people of `other` help with; `other` has work of its own at `own`."""
    stages = {"work": {"team": "desk", "touch": "1 h"}, "own": {"team": "other", "touch": "1 h"}}
    teams = {"desk": officers(helpers=[{"team": "other", **facts}]), "other": officers()}
    ways = {"entry": [{"if": {"area": "own"}, "to": "own"}, {"to": "work"}], "work": "done", "own": "done"}
    return played(stages, ways, contacts, teams=teams)


def who(log: EventLog, contact: int) -> int:
    """The number of the worker of a contact's first stretch of work."""
    mine = log.events[(log.events["contact"] == contact) & (log.events["kind"] == "work")]
    return int(mine["worker"].iloc[0])


def test_idle_people_of_another_team_help_as_soon_as_anything_waits():
    log = helped(at(f"{DAY} 09:00", f"{DAY} 09:00", f"{DAY} 09:00"))
    assert [said(log, contact) for contact in (1, 2, 3)] == [
        ["work work 02 09:00-02 10:00"],
        ["work work 02 09:00-02 10:00"],
        ["work worker 02 09:00-02 10:00", "work work 02 10:00-02 11:00"],
    ]
    assert [who(log, contact) for contact in (1, 2, 3)] == [0, 1, 0]
    assert set(log.events["team"][log.events["kind"] == "work"]) == {"desk"}


def test_own_work_goes_first():
    log = helped(at(f"{DAY} 09:00", f"{DAY} 09:00", f"{DAY} 09:00", area=["here", "here", "own"]))
    assert said(log, 3) == ["own work 02 09:00-02 10:00"]
    assert said(log, 2) == ["work worker 02 09:00-02 10:00", "work work 02 10:00-02 11:00"]


def test_a_surge_begins_when_so_many_wait_and_lasts_until_so_few_do():
    """Five come at once: one is begun, four wait, and from three on the others help, until one waits."""
    log = helped(at(*[f"{DAY} 09:00"] * 5), when_waiting=3, until_waiting=1)
    assert [who(log, contact) for contact in range(1, 6)] == [0, 1, 0, 1, 0]
    assert said(log, 4) == ["work worker 02 09:00-02 10:00", "work work 02 10:00-02 11:00"]
    assert said(log, 5) == ["work worker 02 09:00-02 11:00", "work work 02 11:00-02 12:00"]
    few = helped(at(*[f"{DAY} 09:00"] * 3), when_waiting=3, until_waiting=1)
    assert [who(few, contact) for contact in (1, 2, 3)] == [0, 0, 0]


def test_a_surge_is_over_when_helpers_have_taken_all_that_waited():
    """Four are taken at once; a fifth, who comes later, waits alone and is nobody's surge."""
    teams = {"desk": officers(helpers=[{"team": "other", "when_waiting": 3}]), "other": officers(8)}
    stages = {"work": {"team": "desk", "touch": "1 h"}}
    log = played(stages, TO_DONE, at(*[f"{DAY} 09:00"] * 5, f"{DAY} 09:10"), teams=teams)
    assert [said(log, contact) for contact in (4, 5)] == [["work work 02 09:00-02 10:00"]] * 2
    assert said(log, 6) == ["work worker 02 09:10-02 10:00", "work work 02 10:00-02 11:00"]


def test_a_wait_is_for_a_worker_while_somebody_who_would_help_is_on_duty():
    stages = {"work": {"team": "desk", "touch": "1 h"}, "own": {"team": "other", "touch": "3 h"}}
    ways = {"entry": [{"if": {"area": "own"}, "to": "own"}, {"to": "work"}], "work": "done", "own": "done"}
    for helpers, cause in ((["other"], "worker"), ([{"team": "other", "when_waiting": 2}], "shift")):
        teams = {"desk": officers(helpers=helpers), "other": officers(shift="always")}
        log = played(stages, ways, at(f"{DAY} 06:00", f"{DAY} 06:00", area=["own", "here"]), teams=teams)
        assert said(log, 2) == [f"work {cause} 02 06:00-02 09:00", "work work 02 09:00-02 10:00"]
