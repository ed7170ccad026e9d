"""Stages that interrupt: calls have routine work set down for them, whatever the RAG, and everything else is as it was."""

from __future__ import annotations

from typing import Any

from frontdoor_sim.event_log import EventLog
from frontdoor_sim.scenario import read_scenario
from frontdoor_sim.scenario.names import named_in, removed, renamed
from stories import DAY, at, officers, played, said
from test_dated_changes import SECOND
from test_dated_changes import played as played_on_dates

STAGES = {"call": {"team": "desk", "touch": "30 min"}, "screen": {"team": "desk", "touch": "2 h"}}
ROUTES = {"entry": [{"if": {"source": "caller"}, "to": "call"}, {"to": "screen"}], "call": "done", "screen": "done"}


def answered(contacts: list[dict[str, Any]], number: float = 1, **team: Any) -> EventLog:
    """Callers and others at a desk where calls interrupt."""
    return played(STAGES, ROUTES, contacts, teams={"desk": officers(number, **({"interrupts": "call"} | team))})


def test_a_call_interrupts_whatever_the_rag_and_what_was_set_down_is_resumed():
    log = answered(at(f"{DAY} 09:00", f"{DAY} 10:00", source=["post", "caller"], rag=["red", "blue"]))
    assert said(log, 2) == ["call work 02 10:00-02 10:30"]
    assert said(log, 1) == [
        "screen work 02 09:00-02 10:00",
        "screen worker 02 10:00-02 10:30",
        "screen work 02 10:30-02 11:30",
    ]


def test_a_call_does_not_interrupt_a_call_but_goes_before_routine_work_that_came_first():
    sources = ["caller", "post", "caller"]
    log = answered(at(f"{DAY} 09:00", f"{DAY} 09:10", f"{DAY} 09:20", source=sources, rag=["green", "red", "green"]))
    assert said(log, 1) == ["call work 02 09:00-02 09:30"]
    assert said(log, 3) == ["call worker 02 09:20-02 09:30", "call work 02 09:30-02 10:00"]
    assert said(log, 2) == ["screen worker 02 09:10-02 10:00", "screen work 02 10:00-02 12:00"]


def test_urgent_work_interrupts_nothing_where_calls_do():
    log = answered(at(f"{DAY} 09:00", f"{DAY} 10:00", source="post", rag=["green", "red"]), order="rag")
    assert said(log, 1) == ["screen work 02 09:00-02 11:00"]


def test_of_routine_work_that_is_set_down_which_goes_last():
    """By RAG: of red, green and amber the green one makes way; while somebody is idle nobody does."""
    rags = ["red", "green", "amber", "blue", "blue"]
    times, sources = [*[f"{DAY} 09:00"] * 3, f"{DAY} 09:30", f"{DAY} 09:40"], [*["post"] * 3, *["caller"] * 2]
    log = answered(at(*times, source=sources, rag=rags), 4, order="rag")
    assert [len(said(log, contact)) for contact in (1, 2, 3, 4, 5)] == [1, 3, 1, 1, 1]
    assert said(log, 2)[0] == "screen work 02 09:00-02 09:40"


def test_only_who_takes_calls_is_interrupted():
    staff = [{"role": role, "wte": 1, "shift": "office", "works_at": works_at}
             for role, works_at in (("screener", ["screen"]), ("social worker", ["screen", "call"]))]  # fmt: skip
    contacts = at(
        *[f"{DAY} 09:00"] * 2, f"{DAY} 10:00", f"{DAY} 10:10", source=["post", "post", "caller", "caller"], rag="green"
    )
    log = played(STAGES, ROUTES, contacts, teams={"desk": {"staff": staff, "interrupts": "call"}})
    assert said(log, 3) == ["call work 02 10:00-02 10:30"]
    assert said(log, 4) == ["call worker 02 10:10-02 10:30", "call work 02 10:30-02 11:00"]
    assert sorted(len(said(log, contact)) for contact in (1, 2)) == [1, 3]


def test_from_a_date_on_calls_interrupt():
    contacts = at(f"{DAY} 09:00", f"{DAY} 10:00", "2025-06-03 09:00", "2025-06-03 10:00", source=["post", "caller"] * 2)
    change = {"from": SECOND, "set": {"teams.desk.interrupts": ["call"]}}
    log = played_on_dates([change], contacts, stages=STAGES, routes=ROUTES, teams={"desk": officers()})
    assert said(log, 2)[0] == "call worker 02 10:00-02 11:00"
    assert said(log, 4) == ["call work 03 10:00-03 10:30"]


def test_a_new_name_of_a_stage_is_followed_and_one_that_is_gone_interrupts_no_more():
    data: dict[str, Any] = {
        "stages": {"call": {}, "red": {}, "post": {}},
        "teams": {
            "one": {"interrupts": "call"},
            "two": {"interrupts": ["call", "post"]},
            "three": {"interrupts": ["red"]},
        },
    }
    places = [("teams", "one", "interrupts"), ("teams", "two", "interrupts", 0)]
    assert named_in(data, "stages", "call") == places
    renamed(data, ("stages", "call"), "telephone")
    renamed(data, ("stages", "red"), "rot")
    assert [data["teams"][team]["interrupts"] for team in ("one", "two", "three")] == [
        "telephone",
        ["telephone", "post"],
        ["red"],
    ]
    removed(data, ("stages", "telephone"), "post")
    assert [data["teams"][team]["interrupts"] for team in ("one", "two")] == [[], ["post"]]


def test_the_example_says_what_it_changes():
    line = read_scenario("scenarios/examples/advice_line_at_once.yaml")
    assert line.model.teams["screening"].interrupting_stages == ("advice_call",)
