"""Rules of the engine about limits, as stories: who gives up waiting, stages that take only so many, and out-trays."""

from __future__ import annotations

from typing import Any

import pandas as pd

from frontdoor_sim.event_log import EventLog
from frontdoor_sim.experiment.pilot import offered_load
from frontdoor_sim.measures import measure
from frontdoor_sim.scenario import read_scenario
from stories import DAY, NEXT_DAY, at, officers, outcome, played, said

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


# --- measures: whom nobody served was not decided ------------------------------------------------------------------------

LOST = [{"if": {"outcome": "timed_out"}, "to": "closed"}, {"to": "done"}]
WAITING_FOR_A_CASE = {
    "desk": {"team": "desk", "touch": "1 h", "decides": True},
    "case": {"kind": "caseload", "team": "cases", "hold": "2 days", "give_up_after": {"green": "1 working days"}},
}


def shares_of(log: EventLog, *names: str) -> list[float]:
    table = measure(log).query("by == 'all'").set_index("measure")["value"]
    return [round(float(table[name]), 3) for name in names]


def test_who_is_closed_unseen_was_not_decided():
    """The second waits two hours and is lost; the third finds the desk full. Neither was decided, and neither is open."""
    stages = {
        "work": {"team": "desk", "touch": "3 h", "decides": True, "give_up_after": {"green": "2 h"},
                 "holds_at_most": 2, "when_full": "route"},
    }  # fmt: skip
    ways = {"entry": "work", "work": [{"if": {"outcome": "full"}, "to": "closed"}, *LOST]}
    log = played(stages, ways, at(*[f"{DAY} 09:00"] * 3), teams={"desk": officers()})
    assert [outcome(log, contact, "work") for contact in (1, 2, 3)] == ["done", "closed", "closed"]
    assert shares_of(log, "decided_within_24h", "decided_within_1_working_day") == [0.333, 0.333]
    assert shares_of(log, "open_at_end", "open_undecided_at_close", "oldest_undecided_hours") == [0, 0, 0]
    assert shares_of(log, "decision_hours_longest") == [3]
    table = measure(log).query("by == 'all'").set_index("measure")
    assert table.loc["decision_hours_median", "note"].startswith("more than")
    assert table.loc["decision_hours_mean_240", "value"] > 100, "two of three wait on"


def test_a_model_in_which_nothing_decides_has_decided_at_the_end_whom_it_served():
    stages = {"work": {"team": "desk", "touch": "3 h", "give_up_after": {"green": "2 h"}}}
    log = played(stages, {"entry": "work", "work": LOST}, at(*[f"{DAY} 09:00"] * 2), teams={"desk": officers()})
    assert shares_of(log, "decided_within_24h") == [0.5]


def test_who_gives_up_at_a_desk_is_decided_by_the_next_one():
    stages = {
        "work": {"team": "desk", "touch": "3 h", "decides": True, "give_up_after": {"green": "2 h"}},
        "manager": {"team": "back", "touch": "1 h", "decides": True},
    }
    ways = {
        "entry": "work",
        "work": [{"if": {"outcome": "timed_out"}, "to": "manager"}, {"to": "done"}],
        "manager": "done",
    }
    log = played(stages, ways, at(*[f"{DAY} 09:00"] * 2), teams={"desk": officers(), "back": officers()})
    assert shares_of(log, "decided_within_24h", "decision_hours_longest") == [1, 3]


def test_a_case_that_is_lost_while_it_waits_was_not_allocated_in_time():
    """One is allocated; one waits a day and is closed: it stays among those who should have been allocated."""
    ways = {"entry": "desk", "desk": "case", "case": LOST}
    teams = {"desk": officers(2), "cases": officers(caseload=1)}
    log = played(WAITING_FOR_A_CASE, ways, at(f"{DAY} 09:00", f"{DAY} 09:00"), teams=teams)
    assert {outcome(log, 1, "case"), outcome(log, 2, "case")} == {"done", "closed"}
    assert shares_of(log, "allocated_within_2_working_days") == [0.5]
    again = {"entry": "desk", "desk": "case", "case": [LOST[0] | {"to": "panel"}, LOST[1]], "panel": "closed"}
    stages = WAITING_FOR_A_CASE | {"panel": {"team": "desk", "touch": "1 h", "decides": True}}
    log = played(stages, again, at(f"{DAY} 09:00", f"{DAY} 09:00"), teams=teams)
    assert shares_of(log, "allocated_within_2_working_days") == [1], "whom a panel decided otherwise is no transfer"


# --- rule 8: stages that take only so many -------------------------------------------------------------------------------


def limited(contacts: list[dict[str, Any]], team: dict[str, Any] | None = None, **facts: Any) -> EventLog:
    """Work of two hours at a desk of one that takes only so many; who is turned away is closed."""
    stages = {"work": {"team": "desk", "touch": "2 h", **facts}}
    away = [{"if": {"outcome": "full"}, "to": "closed"}] if facts.get("when_full") == "route" else []
    ways = {"entry": "work", "work": [*away, {"to": "done"}]}
    return played(stages, ways, contacts, teams={"desk": team or officers()})


def test_who_finds_a_stage_full_waits_to_be_taken_on():
    """One in hand and one waiting are two: the third and the fourth are let in as places come free."""
    log = limited(at(*[f"{DAY} 09:00"] * 4), holds_at_most=2)
    assert said(log, 2) == ["work worker 02 09:00-02 11:00", "work work 02 11:00-02 13:00"]
    assert said(log, 3) == [
        "work acceptance 02 09:00-02 11:00", "work worker 02 11:00-02 13:00", "work work 02 13:00-02 15:00",
    ]  # fmt: skip
    assert said(log, 4)[0] == "work acceptance 02 09:00-02 13:00"


def test_or_goes_another_way():
    log = limited(at(*[f"{DAY} 09:00"] * 3, f"{DAY} 11:00"), holds_at_most=2, when_full="route")
    assert said(log, 3) == ["work worker 02 09:00-02 09:00"]
    assert outcome(log, 3, "work") == "closed"
    assert said(log, 4)[-1] == "work work 02 13:00-02 15:00", "a place that comes free at that second counts"


def test_a_stage_that_takes_nobody_loses_nobody():
    log = limited(at(*[f"{DAY} 09:00"] * 3), holds_at_most=0)
    assert [said(log, contact) for contact in (1, 2, 3)] == [["work acceptance 02 09:00-.."]] * 3


def test_so_many_a_working_day():
    """It begins at midnight; who waited longest comes first, and nobody is taken on for a day that is over."""
    log = limited(at(*[f"{DAY} 09:00"] * 3, f"{NEXT_DAY} 08:00"), takes_a_working_day=1)
    assert said(log, 1) == ["work work 02 09:00-02 11:00"]
    assert said(log, 2)[0] == "work acceptance 02 09:00-03 00:00"
    assert said(log, 3)[0] == "work acceptance 02 09:00-04 00:00"
    assert said(log, 4)[0] == "work acceptance 03 08:00-05 00:00"


def test_a_weekend_counts_with_its_friday():
    friday, saturday = "2025-06-06", "2025-06-07"
    log = limited(at(*[f"{friday} 09:00"] * 3, f"{saturday} 12:00"), takes_a_working_day=2)
    assert said(log, 3)[0] == "work acceptance 06 09:00-09 00:00"
    assert said(log, 4)[0] == "work acceptance 07 12:00-09 00:00"
    log = limited(at(f"{friday} 09:00", f"{saturday} 12:00", f"{saturday} 12:00"), takes_a_working_day=2)
    assert said(log, 2)[0] == "work shift 07 12:00-09 09:00"
    assert said(log, 3)[0] == "work acceptance 07 12:00-09 00:00"


def test_at_the_door_the_order_of_the_team_holds():
    contacts = at(f"{DAY} 09:00", f"{DAY} 09:10", f"{DAY} 09:20", rag=["green", "green", "red"])
    log = limited(contacts, team=officers(order="rag"), holds_at_most=1)
    assert said(log, 3)[0] == "work acceptance 02 09:20-02 11:00"
    assert said(log, 2)[0] == "work acceptance 02 09:10-02 13:00"


def test_who_gives_up_makes_room():
    stages = {"work": {"team": "desk", "touch": "4 h", "holds_at_most": 2, "give_up_after": {"green": "1 h"}}}
    ways = {"entry": "work", "work": [{"if": {"outcome": "timed_out"}, "to": "closed"}, {"to": "done"}]}
    log = played(stages, ways, at(*[f"{DAY} 09:00"] * 3))
    assert said(log, 2) == ["work worker 02 09:00-02 10:00"]
    assert said(log, 3) == ["work acceptance 02 09:00-02 10:00", "work worker 02 10:00-02 11:00"]


def test_a_caseload_counts_who_waits_for_allocation():
    """As long as one waits to be allocated, nobody else is taken on."""
    stages = {"case": {"kind": "caseload", "team": "desk", "hold": "2 days", "holds_at_most": 1}}
    log = played(
        stages, {"entry": "case", "case": "done"}, at(*[f"{DAY} 09:00"] * 4), teams={"desk": officers(caseload=1)}
    )
    assert said(log, 1) == ["case caseload 02 09:00-04 09:00"]
    assert said(log, 2) == ["case allocation 02 09:00-04 09:00", "case caseload 04 09:00-06 09:00"]
    assert said(log, 3) == [
        "case acceptance 02 09:00-04 09:00", "case allocation 04 09:00-06 09:00", "case caseload 06 09:00-08 09:00",
    ]  # fmt: skip


def test_a_place_is_kept_for_who_is_on_the_way():
    stages = {"first": {"team": "desk", "touch": "1 h"}, "second": {"team": "back", "touch": "1 h", "holds_at_most": 1}}
    teams = {"desk": officers(2), "back": officers(site="elsewhere")}
    ways = {"entry": "first", "first": "second", "second": "done"}
    log = played(stages, ways, at(*[f"{DAY} 09:00"] * 2), teams=teams, handoffs={"between_sites": {"delay": "2 h"}})
    assert said(log, 1)[1:] == ["second handoff 02 10:00-02 12:00", "second work 02 12:00-02 13:00"]
    assert said(log, 2)[1:] == [
        "second acceptance 02 10:00-02 13:00", "second handoff 02 13:00-02 15:00", "second work 02 15:00-02 16:00",
    ]  # fmt: skip


def test_offered_load_is_what_is_asked_for_and_not_what_is_let_in():
    free = read_scenario("scenarios/examples/back_pressure.yaml")
    closed = {"stages.assessment.holds_at_most": 0, "stages.early_help.holds_at_most": 0}
    pd.testing.assert_frame_equal(offered_load(free, seed=3), offered_load(free.varied(closed), seed=3))


# --- rule 8: out-trays ---------------------------------------------------------------------------------------------------


def in_a_row(contacts: list[dict[str, Any]], helpers: tuple[str, ...] = (), **facts: Any) -> EventLog:
    """Screening of an hour, with an out-tray, before another team that takes one at a time for three hours."""
    stages = {
        "screening": {"team": "desk", "touch": "1 h", "out_tray": 1, **facts},
        "taken_on": {"team": "back", "touch": "3 h", "holds_at_most": 1},
        "calls": {"team": "desk", "touch": "30 min"},
    }
    ways = {
        "entry": [{"if": {"area": "calls"}, "to": "calls"}, {"to": "screening"}],
        "screening": "taken_on",
        "taken_on": "done",
        "calls": "done",
    }
    return played(stages, ways, contacts, teams={"desk": officers(helpers=helpers), "back": officers()})


def test_nothing_new_is_begun_while_the_out_tray_is_full():
    log = in_a_row(at(*[f"{DAY} 09:00"] * 3))
    assert said(log, 2) == [
        "screening worker 02 09:00-02 10:00", "screening work 02 10:00-02 11:00",
        "taken_on acceptance 02 11:00-02 13:00", "taken_on work 02 13:00-02 16:00",
    ]  # fmt: skip
    assert said(log, 3)[:3] == [
        "screening worker 02 09:00-02 13:00", "screening work 02 13:00-02 14:00",
        "taken_on acceptance 02 14:00-02 16:00",
    ]  # fmt: skip


def test_an_out_tray_of_two_lets_one_more_be_begun():
    log = in_a_row(at(*[f"{DAY} 09:00"] * 4), out_tray=2)
    assert said(log, 3)[1] == "screening work 02 11:00-02 12:00"
    assert said(log, 4)[1] == "screening work 02 13:00-02 14:00"


def test_contacts_are_held_and_people_are_not():
    """While screening stands still, its people do what else there is, and nobody else may screen for them."""
    contacts = at(*[f"{DAY} 09:00"] * 3, f"{DAY} 11:15", area=["here", "here", "here", "calls"])
    for helpers in ((), ("back",)):
        log = in_a_row(contacts, helpers)
        assert said(log, 4) == ["calls work 02 11:15-02 11:45"]
        assert said(log, 3)[1] == "screening work 02 13:00-02 14:00"


def test_what_was_begun_is_finished_though_the_out_tray_is_full():
    """Handed over in the evening, it is taken up in the morning; what nobody has begun waits until the tray is empty."""
    stages = {
        "screening": {"team": "desk", "touch": "2 h", "out_tray": 1, "end_of_shift": "hand_over"},
        "taken_on": {"team": "back", "touch": "4 h", "holds_at_most": 1},
    }
    ways = {"entry": "screening", "screening": "taken_on", "taken_on": "done"}
    contacts = at(f"{DAY} 12:00", f"{DAY} 13:30", f"{DAY} 15:15", f"{DAY} 15:45")
    log = played(stages, ways, contacts, teams={"desk": officers(2), "back": officers()})
    assert said(log, 2)[1] == "taken_on acceptance 02 15:30-03 10:00"
    assert said(log, 3)[:4] == [
        "screening work 02 15:15-02 17:00", "screening shift 02 17:00-03 09:00", "screening work 03 09:00-03 09:15",
        "taken_on acceptance 03 09:15-03 14:00",
    ]  # fmt: skip
    assert "screening work 03 14:00-03 16:00" in said(log, 4)
