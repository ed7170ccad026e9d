"""Rules of the engine about meetings, as stories: who is called, who waits, and whom the first that waits may reserve."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from frontdoor_sim.engine import ENGINES
from frontdoor_sim.event_log import EventLog, check_laws
from frontdoor_sim.experiment import run
from frontdoor_sim.scenario import Scenario, read_scenario
from queue_laws import plain
from stories import DAY, NEXT_DAY, at, officers, played, said
from theory_runs import scenario

ROUTES = {
    "entry": [{"if": {"area": name}, "to": name} for name in ("desk work", "police work", "police alone")] + [{"to": "both"}],
    **dict.fromkeys(("desk work", "police work", "police alone", "both"), "done"),
}  # fmt: skip


def together(contacts: list[dict[str, Any]], desk: Any = None, police: Any = None, **both: Any) -> EventLog:
    """Work of an hour at two desks of one; meetings of an hour of both desks, and of the police alone."""
    stages = {
        "desk work": {"team": "desk", "touch": "1 h"},
        "police work": {"team": "police", "touch": "1 h"},
        "both": {"kind": "meeting", "team": "desk", "people": {"desk": 1, "police": 1}, "lasts": "1 h", **both},
        "police alone": {"kind": "meeting", "team": "police", "people": {"police": 1}, "lasts": "30 min"},
    }
    teams = {"desk": desk or officers(), "police": police or officers()}
    return played(stages, ROUTES, contacts, teams=teams)


def test_everybody_who_is_called_is_there_from_the_beginning_to_the_end():
    log = together(at(f"{DAY} 10:00"))
    rows = log.events.sort_values("part")
    assert rows["kind"].tolist() == ["meeting"] * 2
    assert rows["team"].tolist() == ["desk", "police"], "a row a person, of the team that they belong to"
    assert rows["worker"].nunique() == 2
    assert said(log, 1) == said(log, 1, part=1) == ["both meeting 02 10:00-02 11:00"]


def test_the_first_meeting_that_waits_reserves_who_is_free():
    """The police officer is busy until half past ten; the desk does nothing new until then."""
    log = together(at(f"{DAY} 09:30", f"{DAY} 10:00", f"{DAY} 10:10", area=["police work", "both", "desk work"]))
    assert said(log, 2) == ["both worker 02 10:00-02 10:30", "both meeting 02 10:30-02 11:30"]
    assert said(log, 3) == ["desk work worker 02 10:10-02 11:30", "desk work work 02 11:30-02 12:30"]


def test_only_the_first_meeting_that_waits_may_reserve():
    """The second waits for the officer too. Of the two at the desk one is kept for the first meeting; the other works on."""
    where = ["police work", "both", "both", "desk work", "desk work"]
    times = [f"{DAY} 09:30", f"{DAY} 10:00", f"{DAY} 10:00", f"{DAY} 10:10", f"{DAY} 10:10"]
    log = together(at(*times, area=where), desk=officers(2))
    assert said(log, 2)[-1] == "both meeting 02 10:30-02 11:30"
    assert said(log, 4) == ["desk work work 02 10:10-02 11:10"]
    assert said(log, 3)[-1] == "both meeting 02 11:30-02 12:30"
    assert said(log, 5) == ["desk work worker 02 10:10-02 11:30", "desk work work 02 11:30-02 12:30"], (
        "whoever is free at ten past eleven is kept for the second meeting, which is now the first that waits"
    )


def test_a_meeting_whose_people_are_all_there_begins_though_another_waits():
    """One meeting waits for the desk and keeps one officer; another officer may meet alone meanwhile."""
    log = together(at(f"{DAY} 09:10", f"{DAY} 09:20", f"{DAY} 09:30", area=["desk work", "both", "police alone"]))
    assert said(log, 2)[-1] == "both meeting 02 10:10-02 11:10", "the officer is kept for it"
    assert said(log, 3) == [
        "police alone worker 02 09:30-02 11:10",
        "police alone meeting 02 11:10-02 11:40",
    ], "whoever is kept goes to no other meeting"
    log = together(at(f"{DAY} 09:10", f"{DAY} 09:20", f"{DAY} 09:30", area=["desk work", "both", "police alone"]),
                   police=officers(2))  # fmt: skip
    assert said(log, 3) == ["police alone meeting 02 09:30-02 10:00"]


def test_the_most_urgent_meeting_goes_first():
    log = together(at(f"{DAY} 09:10", f"{DAY} 09:20", f"{DAY} 09:30", area=["desk work", "both", "both"], rag=["green", "green", "red"]))  # fmt: skip
    assert said(log, 3)[-1] == "both meeting 02 10:10-02 11:10"
    assert said(log, 2)[-1] == "both meeting 02 11:10-02 12:10"


@pytest.mark.parametrize(("begins", "overtime"), [("15:30", "1 h"), ("16:00", "1 h"), ("15:00", "0 min")])
def test_a_meeting_may_run_over_as_long_as_it_is_allowed_to(begins, overtime):
    log = together(at(f"{DAY} {begins}"), lasts="2 h", overtime_limit=overtime)
    assert said(log, 1) == [f"both meeting 02 {begins}-02 {int(begins[:2]) + 2}{begins[2:]}"]
    rows = log.duty[log.duty["kind"] == "overtime"]
    seconds = int((rows["end"] - rows["start"]).sum())
    assert seconds == 2 * max(0, (int(begins[:2]) + 2 - 17) * 3600 + int(begins[3:]) * 60), "of two people"


def test_a_meeting_that_would_last_too_long_is_held_on_another_day_and_keeps_nobody_today():
    log = together(at(f"{DAY} 16:01", f"{DAY} 16:10", area=["both", "desk work"]), lasts="2 h")
    assert said(log, 2)[0] == "desk work work 02 16:10-02 17:00"
    assert said(log, 1)[:2] == ["both worker 02 16:01-02 17:00", "both shift 02 17:00-03 09:00"]
    assert said(log, 1)[-1] == "both meeting 03 09:10-03 11:10"


def test_people_who_are_never_on_duty_together_never_meet():
    """The police come when the desk has gone home: nobody is ever kept for a meeting that cannot be held."""
    shifts = {"office": {"Mon-Fri": "09:00-17:00"}, "late": {"Mon-Fri": "17:00-20:00"}}
    stages = {
        "both": {"kind": "meeting", "team": "desk", "people": {"desk": 1, "police": 1}, "lasts": "1 h"},
        "desk work": {"team": "desk", "touch": "1 h"},
    }
    ways = {"entry": [{"if": {"area": "both"}, "to": "both"}, {"to": "desk work"}], "both": "done", "desk work": "done"}
    log = played(stages, ways, at(f"{DAY} 09:00", f"{DAY} 09:30", area=["both", "here"]), shifts=shifts,
                 teams={"desk": officers(), "police": officers(shift="late")})  # fmt: skip
    assert said(log, 2) == ["desk work work 02 09:30-02 10:30"]
    assert log.events.loc[log.events["contact"] == 1, "censored"].iloc[-1]


def test_whoever_is_kept_is_let_go_when_the_others_go_home():
    """The police go at noon and are busy until twenty past eleven: after eleven the hour cannot be held today."""
    shifts = {"office": {"Mon-Fri": "09:00-17:00"}, "morning": {"Mon-Fri": "09:00-12:00"}}
    stages = {
        "both": {"kind": "meeting", "team": "desk", "people": {"desk": 1, "police": 1}, "lasts": "1 h", "overtime_limit": "0 min"},
        "desk work": {"team": "desk", "touch": "1 h"},
        "police work": {"team": "police", "touch": "2 h"},
    }  # fmt: skip
    ways = {"entry": [{"if": {"area": name}, "to": name} for name in ("desk work", "police work")] + [{"to": "both"}],
            **dict.fromkeys(stages, "done")}  # fmt: skip
    contacts = at(f"{DAY} 09:20", f"{DAY} 10:00", f"{DAY} 10:10", area=["police work", "both", "desk work"])
    log = played(stages, ways, contacts, shifts=shifts,
                 teams={"desk": officers(), "police": officers(shift="morning")})  # fmt: skip
    assert said(log, 3) == ["desk work worker 02 10:10-02 11:00:01", "desk work work 02 11:00:01-02 12:00:01"]
    assert said(log, 2)[-1] == "both meeting 03 09:00-03 10:00"


def test_nobody_is_interrupted_in_a_meeting():
    log = together(at(f"{DAY} 10:00", f"{DAY} 10:10", area=["both", "desk work"], rag=["green", "red"]),
                   desk=officers(order="rag", interrupts="red"))  # fmt: skip
    assert said(log, 1) == ["both meeting 02 10:00-02 11:00"]
    assert said(log, 2)[0] == "desk work worker 02 10:10-02 11:00"


def test_who_may_leave_work_for_a_red_contact_leaves_it_for_no_meeting():
    log = together(at(f"{DAY} 10:00", f"{DAY} 10:10", area=["desk work", "both"], rag=["green", "red"]),
                   desk=officers(order="rag", interrupts="red"))  # fmt: skip
    assert said(log, 1) == ["desk work work 02 10:00-02 11:00"]
    assert said(log, 2)[-1] == "both meeting 02 11:00-02 12:00"


def test_other_work_at_noon_makes_a_meeting_wait():
    """Who has a team meeting at noon begins no meeting that would not be over by then."""
    desk = officers()
    desk["staff"][0]["other_work"] = [{"at": "every day 12:00", "lasts": "1 h"}]
    log = together(at(f"{DAY} 11:10", f"{NEXT_DAY} 10:30"), desk=desk)
    assert said(log, 1)[-1] == "both meeting 02 13:00-02 14:00"
    assert said(log, 2) == ["both meeting 03 10:30-03 11:30"]


# --- what a meeting must equal -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("servers", [1, 3])
def test_a_meeting_of_one_is_work(engine, servers):
    """Round the clock, a meeting of one person of several is M/M/c, start for start and end for end."""
    staffed = {"teams.desk.staff.server.wte": servers, "arrivals.people.per_hour": 0.8 * servers, "run.weeks": 12}
    assert_same_stretches(staffed, {"desk": 1}, servers, engine)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_meeting_of_all_is_one_server(engine):
    """Three people who only ever meet, all together, are one server."""
    assert_same_stretches({"run.weeks": 12}, {"desk": 3}, 3, engine)


def assert_same_stretches(facts: dict[str, Any], people: dict[str, int], wte: int, engine: str) -> None:
    work = scenario("one_queue").varied(facts)
    touch = {"distribution": "exponential", "mean": 1, "unit": "hours"}
    meeting = {"kind": "meeting", "team": "desk", "people": people, "lasts": touch}
    met = work.varied({"stages.service": meeting, "teams.desk.staff.server.wte": wte})
    one, other = (run(model, 5, engine=engine) for model in (work, met))
    check_laws(other)
    columns = ["contact", "enabled", "start", "end", "waited_for", "outcome"]
    mine = [plain(log.events)[lambda rows: rows["part"] == 0][columns].reset_index(drop=True) for log in (one, other)]
    assert len(mine[0]) > 1000
    pd.testing.assert_frame_equal(*mine)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_strategy_discussion_is_of_a_manager_the_police_and_a_screener(engine):
    """Over a whole run of the example: one of each, of three teams, all from the same second to the same second."""
    log = run(read_scenario("scenarios/examples/strategy_discussion.yaml"), 3, engine=engine)
    check_laws(log)
    rows = log.events[(log.events["stage"] == "strategy_discussion") & (log.events["kind"] == "meeting")]
    held = rows.groupby(["contact", "visit"]).agg(
        teams=("team", lambda teams: tuple(teams.astype(str))), people=("worker", "nunique"), start=("start", "nunique"),
        end=("end", "nunique"), lasts=("end", "max"), since=("start", "min"),
    )  # fmt: skip
    assert len(held) > 50
    assert set(held["teams"]) == {("decision_makers", "police_desk", "screening")}
    assert (held[["people", "start", "end"]] == [3, 1, 1]).all(axis=None)
    assert ((held["lasts"] - held["since"])[held["lasts"] <= log.about.ends] == 45 * 60).all()


def test_people_of_a_meeting_and_stages_of_a_target_follow_a_new_name(tmp_path):
    """Another name changes nothing that happens, and where one team takes over another's work it sends their people as well."""
    base = Path("scenarios/examples/strategy_discussion.yaml").resolve()
    new = tmp_path / "new.yaml"

    def option(change: str) -> Scenario:
        new.write_text(f"{{name: New, changes: {base}, because: [{{say: New., {change}}}]}}", encoding="utf-8")
        return read_scenario(new)

    found = option("rename: {teams.police_desk: police, stages.strategy_discussion: discussion}")
    assert list(found.model.stages["discussion"].people) == ["decision_makers", "police", "screening"]
    assert found.model.targets["conference"].since == found.model.targets["strategy_discussion"].until == "discussion"
    few = {"run.weeks": 3}
    before, after = (run(model.varied(few), 3) for model in (read_scenario(base), found))
    assert (before.events["end"].to_numpy() == after.events["end"].to_numpy()).all()
    merged = option("remove: {teams.police_desk: {to: screening}}")
    assert merged.model.stages["strategy_discussion"].people == {"decision_makers": 1, "screening": 2}


def test_helpers_follow_a_new_name(tmp_path):
    base = Path("scenarios/examples/helpers.yaml").resolve()
    teams = read_scenario(base).model.teams
    helped = next(name for name, team in teams.items() if team.helpers)
    old = teams[helped].helpers[0].team
    new = tmp_path / "new.yaml"
    new.write_text(
        f"{{name: New, changes: {base}, because: [{{say: New., rename: {{teams.{old}: other}}}}]}}", encoding="utf-8"
    )
    assert read_scenario(new).model.teams[helped].helpers[0].team == "other"


def test_a_meeting_that_waits_takes_its_new_place_when_its_contact_is_graded_again():
    """Two amber ones wait for the officer; at 10:30 the police answer that the second is red, and it goes first."""
    stages = {
        "checks": {
            "kind": "checks", "team": "desk", "partners": {"police": {"delay": "90 min", "regrades": True}},
            "give_up_after": {"red": "1 h", "amber": "1 h"},
        },
        "work": {"team": "desk", "touch": "2 h"},
        "meeting": {"kind": "meeting", "team": "desk", "people": {"desk": 1}, "lasts": "1 h"},
    }  # fmt: skip
    routes = {
        "entry": [{"if": {"area": "work"}, "to": "work"}, {"to": "checks"}], "work": "done", "checks": "meeting",
        "meeting": "done",
    }  # fmt: skip
    grading = {"green": -1, "amber": 0.5, "red": 1.5}
    facts = [("work", 1_000_000), ("family", 1_000_000), ("family", 2_000_000)]
    contacts = [
        {"received": f"{DAY} 09:{minute}", "rag": "amber", "need": need, "area": area}
        for minute, (area, need) in zip(("30", "00", "00"), facts, strict=True)
    ]
    log = played(stages, routes, contacts, teams={"desk": officers()}, grading=grading)
    assert said(log, 3) == [
        "checks partner 02 09:00-02 10:00", "meeting worker 02 10:00-02 10:30", "meeting worker 02 10:30-02 11:30",
        "meeting meeting 02 11:30-02 12:30",
    ]  # fmt: skip
    assert said(log, 2)[-1] == "meeting meeting 02 12:30-02 13:30"
    rows = log.events[(log.events["contact"] == 3) & (log.events["part"] == 0)]
    assert rows["rag"].tolist() == ["amber", "amber", "red", "red"]
