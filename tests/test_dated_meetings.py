"""Meetings in a model that changes on dates, worked by hand and held to laws: who is called, for how long, and who is let go."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given as random
from hypothesis import seed, settings

from dated_models import Dated, as_option, dated
from frontdoor_sim.documents import InputError
from frontdoor_sim.engine import ENGINES, compile_phases
from frontdoor_sim.engine.compiled.layout import always_reads
from frontdoor_sim.engine.plan import PlannedMeeting
from frontdoor_sim.event_log import EventLog, check_laws
from frontdoor_sim.experiment import run
from frontdoor_sim.operating_model import Phase
from frontdoor_sim.scenario import read_scenario
from queue_laws import plain
from stories import DAY, NEXT_DAY, OFFICE, at, officers, outcome, said
from test_dated_changes import SECOND, option, played
from twins import both_of_phases

EXAMPLE = "scenarios/examples/strategy_discussion.yaml"
MEETING = {
    "kind": "meeting",
    "team": "desk",
    "people": {"desk": 1, "police": 1},
    "lasts": "1 h",
    "overtime_limit": "0 min",
}
FACTS = {
    "stages": {"both": MEETING, **{f"{team} work": {"team": team, "touch": "1 h"} for team in ("desk", "police")}},
    "routes": {
        "entry": [{"if": {"area": f"{team} work"}, "to": f"{team} work"} for team in ("desk", "police")] + [{"to": "both"}],
        **dict.fromkeys(("both", "desk work", "police work"), "done"),
    },
}  # fmt: skip


def met(changes: list[dict[str, Any]], contacts: list[dict[str, Any]], shift: str = "office", **facts: Any) -> EventLog:
    """Play contacts to a desk and the police, of one each: meetings of both, which last an hour, and work of an hour at each."""
    teams = {"desk": officers(shift=shift), "police": officers(shift=shift)}
    return played(changes, contacts, **{"teams": teams, **FACTS, **facts})


def people_at(log: EventLog, contact: int) -> list[str]:
    """The teams of those who met about a contact."""
    events = plain(log.events)
    return events[(events["contact"] == contact) & (events["kind"] == "meeting")]["team"].tolist()


# --- what has begun, and what waits ----------------------------------------------------------------------------------


def test_a_meeting_lasts_as_long_as_the_model_says_in_which_it_begins():
    """Round the clock: the first is being held at midnight, when meetings come to last two hours; the second waits."""
    longer = {"from": SECOND, "set": {"stages.both.lasts": "2 h"}}
    log = met([longer], at(f"{DAY} 23:30", f"{DAY} 23:40"), "always")
    assert said(log, 1) == ["both meeting 02 23:30-03 00:30"]
    assert said(log, 2) == ["both worker 02 23:40-03 00:30", "both meeting 03 00:30-03 02:30"]


def test_a_meeting_calls_whom_the_model_calls_in_which_it_begins():
    """Neither fits into the first day: on the second the police are no more called, and the desk meets one after the other."""
    alone = {"from": SECOND, "set": {"stages.both.people": {"desk": 1}}}
    log = met([alone], at(f"{DAY} 16:00", f"{DAY} 16:10", f"{DAY} 16:20", area=["both", "both", "police work"]))
    assert people_at(log, 1) == ["desk", "police"]
    assert said(log, 2)[-1] == "both meeting 03 09:00-03 10:00"
    assert people_at(log, 2) == ["desk"]
    assert said(log, 3)[-1] == "police work work 03 09:00-03 10:00", "the police are kept for nothing"


def test_meetings_that_wait_keep_their_places():
    """Three wait over night, the red one last; what changes is how long they last."""
    shorter = {"from": SECOND, "set": {"stages.both.lasts": "30 min"}}
    log = met([shorter], at(f"{DAY} 16:10", f"{DAY} 16:20", f"{DAY} 16:30", rag=["green", "green", "red"]))
    begun = [said(log, number)[-1] for number in (3, 1, 2)]
    assert begun == [f"both meeting 03 {when}" for when in ("09:00-03 09:30", "09:30-03 10:00", "10:00-03 10:30")]


def test_a_meeting_that_another_team_calls_waits_for_that_team_from_then_on():
    calls = {"from": SECOND, "set": {"stages.both.team": "police"}}
    log = met([calls], at(f"{DAY} 16:10"))
    rows = plain(log.events)
    assert said(log, 1) == [
        "both worker 02 16:10-02 17:00",
        "both shift 02 17:00-03 00:00",
        "both shift 03 00:00-03 09:00",
        "both meeting 03 09:00-03 10:00",
    ]
    assert rows[rows["part"] == 0]["team"].tolist() == ["desk", "desk", "police", "desk"]


# --- whoever is kept -------------------------------------------------------------------------------------------------


def test_whoever_is_kept_is_let_go_where_nobody_calls_them_any_more():
    """The desk is kept until the police are through at half past midnight; at midnight the desk is called no more."""
    alone = {"from": SECOND, "set": {"stages.both": {**MEETING, "team": "police", "people": {"police": 1}}}}
    contacts = at(f"{DAY} 23:30", f"{DAY} 23:40", f"{DAY} 23:50", area=["police work", "both", "desk work"])
    log = met([alone], contacts, "always")
    assert said(log, 3) == ["desk work worker 02 23:50-03 00:00", "desk work work 03 00:00-03 01:00"]
    assert said(log, 2)[-1] == "both meeting 03 00:30-03 01:30"
    log = met([], contacts, "always")
    assert said(log, 3)[-1] == "desk work work 03 01:30-03 02:30", (
        "without the change the desk goes to the meeting first"
    )


def test_whoever_is_kept_is_let_go_where_the_meeting_is_no_more():
    """The last meeting that waits goes at midnight, and with it the reason to keep the desk."""
    none = {"from": SECOND, "remove": {"stages.both": {"to": "police work"}}}
    contacts = at(f"{DAY} 23:30", f"{DAY} 23:40", f"{DAY} 23:50", area=["police work", "both", "desk work"])
    log = met([none], contacts, "always")
    assert said(log, 3) == ["desk work worker 02 23:50-03 00:00", "desk work work 03 00:00-03 01:00"]
    assert said(log, 2)[:2] == ["both worker 02 23:40-03 00:00", "police work worker 03 00:00-03 00:30"]
    assert outcome(log, 2, "both") == "police work"


@pytest.mark.parametrize("shift", ["always", "night"])
def test_whoever_is_kept_is_kept_again_where_nothing_of_the_meeting_changes(shift):
    same = {"from": SECOND, "set": {"stages.police work.touch": "2 h"}}
    contacts = at(f"{DAY} 23:30", f"{DAY} 23:40", f"{DAY} 23:50", area=["police work", "both", "desk work"])
    log = met([same], contacts, shift, shifts=OFFICE | {"night": {"every day": "22:00-06:00"}})
    assert said(log, 2)[-1] == "both meeting 03 00:30-03 01:30"
    assert said(log, 3)[-1] == "desk work work 03 01:30-03 02:30"


# --- what is taken out, and what is new ------------------------------------------------------------------------------


def test_a_meeting_is_taken_out_and_what_waits_goes_where_the_file_says():
    """The first is being held at midnight and is finished; the second waits, and goes to the desk at once."""
    none = {"from": SECOND, "remove": {"stages.both": {"to": "desk work"}}}
    log = met([none], at(f"{DAY} 23:30", f"{DAY} 23:40"), "always")
    assert said(log, 1) == ["both meeting 02 23:30-03 00:30"]
    assert said(log, 2) == [
        "both worker 02 23:40-03 00:00",
        "desk work worker 03 00:00-03 00:30",
        "desk work work 03 00:30-03 01:30",
    ]


def test_where_a_team_goes_to_another_the_people_of_a_meeting_come_from_that():
    """The police join the desk, which has two then; the desk sends both to a meeting that waits."""
    joins = {"from": SECOND, "set": {"teams.desk.staff.officer.wte": 2}, "remove": {"teams.police": {"to": "desk"}}}
    log = met([joins], at(f"{DAY} 16:10", f"{NEXT_DAY} 10:00"))
    assert said(log, 1)[-1] == "both meeting 03 09:00-03 10:00"
    assert said(log, 2) == ["both meeting 03 10:00-03 11:00"]
    assert people_at(log, 1) == people_at(log, 2) == ["desk", "desk"]


def test_who_has_gone_is_waited_for_no_more():
    """Two of the desk are called, and one of them leaves: meetings are of one then."""
    desk = {"teams": {"desk": officers(2), "police": officers()}}
    stages = {"stages": {**FACTS["stages"], "both": {**MEETING, "people": {"desk": 2, "police": 1}}}}
    leaves = {"from": SECOND, "set": {"teams.desk.staff.officer.wte": 1, "stages.both.people.desk": 1}}
    log = met([leaves], at(f"{DAY} 16:00", f"{DAY} 16:10"), **desk, **stages)
    assert people_at(log, 1) == ["desk", "desk", "police"]
    assert people_at(log, 2) == ["desk", "police"]
    with pytest.raises(InputError, match="The meeting is of 2 of 'desk', which has 1"):
        met([{"from": SECOND, "set": {"teams.desk.staff.officer.wte": 1}}], at(f"{DAY} 16:00"), **desk, **stages)


def test_meetings_begin_on_a_date():
    """From the second day on there is a talk with the police after the work of the desk."""
    new = {
        "add": {"stages.talk": {**MEETING, "lasts": "2 h"}, "routes.talk": "done"},
        "set": {"routes.desk work": "talk"},
    }
    log = met([{"from": SECOND, **new}], at(f"{DAY} 10:00", f"{NEXT_DAY} 10:00", area="desk work"))
    assert said(log, 1) == ["desk work work 02 10:00-02 11:00"]
    assert said(log, 2) == ["desk work work 03 10:00-03 11:00", "talk meeting 03 11:00-03 13:00"]
    assert people_at(log, 2) == ["desk", "police"]


def test_a_stage_does_not_become_a_meeting_on_a_date():
    with pytest.raises(InputError, match="becomes another on 2025-06-03"):
        option([{"from": SECOND, "set": {"stages.desk work": MEETING}}],
               teams={"desk": officers(), "police": officers()}, **FACTS)  # fmt: skip


# --- laws ------------------------------------------------------------------------------------------------------------


def busy(**changes: Any) -> Any:
    """The example, with more strategy discussions than its people have time for."""
    return read_scenario(EXAMPLE).varied({"arrivals.police.per_hour": 1.2, **changes})


def events(log: EventLog) -> pd.DataFrame:
    return plain(log.events).drop(columns="option")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_change_to_what_is_already_changes_nothing(engine):
    """Who is kept at midnight is let go and kept again; what waits draws again how long it lasts, and draws the same."""
    touch = {"distribution": "exponential", "mean": 45, "unit": "minutes"}
    staffed = {"teams.*.staff.*.shift": "always", "teams.*.staff.*.wte": 1, "run.weeks": 3}
    base = busy(**{"stages.strategy_discussion.lasts": touch, **staffed})
    discussion, days = base.data["stages"]["strategy_discussion"], ("2025-01-08", "2025-01-11", "2025-01-16")
    changes = [
        {"from": day, "set": {f"stages.strategy_discussion.{name}": discussion[name]}}
        for day, name in zip(days, ("lasts", "people", "team"), strict=True)
    ]
    one, other = run(base, 3, engine=engine), run(as_option(base, tuple(changes)), 3, engine=engine)
    seconds = [one.about.clock.midnight(date.fromisoformat(day)) for day in days]
    rows = one.events[(one.events["stage"] == "strategy_discussion") & (one.events["waited_for"] == "worker")]
    assert all(((rows["start"] < second) & (rows["end"] > second)).any() for second in seconds), "some wait at midnight"
    pd.testing.assert_frame_equal(events(one), events(other))


@pytest.mark.parametrize(("day", "is_changed"), [("2024-12-09", True), ("2025-04-08", False)])
def test_a_change_dated_before_the_run_is_the_option_and_after_it_the_base(day, is_changed):
    base = busy()
    new = {"stages.strategy_discussion.people": {"decision_makers": 2, "police_desk": 1}}
    one = run(base.varied(new) if is_changed else base, 3)
    other = run(as_option(base, ({"from": day, "set": new},)), 3)
    pd.testing.assert_frame_equal(events(one), events(other))


def test_health_sits_in_every_discussion_that_begins_once_it_has_come():
    """Of the example: before the day nobody of health is there, from the day on always; for two weeks each lasts an hour."""
    log = run(read_scenario("scenarios/examples/health_joins.yaml"), 3)
    check_laws(log)
    rows = plain(log.events)
    rows = rows[
        (rows["stage"] == "strategy_discussion") & (rows["kind"] == "meeting") & (rows["end"] <= log.about.ends)
    ]
    came, knew = (log.about.clock.midnight(date(2025, month, day)) for month, day in ((1, 27), (2, 10)))
    held = rows.groupby(["contact", "visit"]).agg(
        start=("start", "min"), end=("end", "max"), health=("team", lambda teams: (teams == "health_desk").sum())
    )
    after, new = held["start"] >= came, (held["start"] >= came) & (held["start"] < knew)
    assert min(new.sum(), (~after).sum(), (held["start"] >= knew).sum()) > 10
    assert (held["health"] == after).all()
    assert ((held["end"] - held["start"]) == new.map({True: 3600, False: 2700})).all()


@pytest.mark.parametrize("batch", range(3))
def test_every_meeting_of_a_random_model_is_that_of_the_model_in_which_it_begins(batch):
    @seed(batch)
    @settings(max_examples=25)
    @random(dated().filter(lambda model: any(calls(phase) for phase in model.phases)))
    def holds(model: Dated) -> None:
        contacts = model.table()
        log, _ = both_of_phases(model.phases, contacts)
        given = {name.removeprefix("seconds: ") for name in contacts.columns if name.startswith("seconds: ")}
        check_meetings_in_turn(log, model.phases, given)

    holds()


def calls(phase: Phase) -> bool:
    """Whether a model has a meeting."""
    return any(stage.kind == "meeting" for stage in phase.model.stages.values())


def check_meetings_in_turn(log: EventLog, phases: tuple[Phase, ...], given: set[str]) -> None:
    """Each meeting is of those whom the model of its first second calls, all for as long as that model says."""
    plans = compile_phases(phases, [], []).in_turn
    rows = plain(log.events)
    for (_, stage, _), held in rows[rows["kind"] == "meeting"].groupby(["contact", "stage", "visit"]):
        begins = held["start"].min()
        plan = [plan for second, plan in plans if second <= begins][-1]
        planned = next(one for one in plan.stages if one.name == stage)
        assert isinstance(planned, PlannedMeeting)
        assert Counter(held["team"]) == {plan.teams[team].name: number for team, number in planned.people}
        assert held["worker"].nunique() == len(held)
        assert held[["enabled", "start", "end"]].nunique().max() == 1
        always = always_reads(planned.lasts.table)
        if always >= 0 and stage not in given and not held["censored"].any():
            assert held["end"].max() - begins == max(1, always)
