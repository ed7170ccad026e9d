"""Skills: people work where they can, what nobody idle can do holds up nobody, and everything else is as it was."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from frontdoor_sim.documents import InputError
from frontdoor_sim.event_log import EventLog
from frontdoor_sim.experiment import offered_load
from frontdoor_sim.operating_model import skills_of
from frontdoor_sim.scenario.names import named_in, removed, renamed
from queue_laws import plain
from random_models import Instance, as_scenario, asked_of, instances
from stories import DAY, OFFICE, OPENS, at, moment, played, said
from test_dated_changes import SECOND
from test_dated_changes import played as played_on_dates
from twins import assert_twins, both

STAGES = {"screen": {"team": "desk", "touch": "1 h"}, "decide": {"team": "desk", "touch": "2 h"}}
ROUTES = {
    "entry": [{"if": {"rag": ["red", "amber"]}, "to": "decide"}, {"to": "screen"}],
    "screen": "done",
    "decide": "done",
}
FILE = {
    "name": "Skills", "run": {"opens": OPENS, "weeks": 1, "warm_up": 0, "follow_up": 1}, "shifts": OFFICE, "clock": "office",
    "stages": STAGES, "routes": ROUTES, "ends": {"done": {}},
}  # fmt: skip


def group(role: str, *stages: str, wte: float = 1, **facts: Any) -> dict[str, Any]:
    return {"role": role, "wte": wte, "shift": "office", "works_at": list(stages), **facts}


def desk(*staff: dict[str, Any], **facts: Any) -> dict[str, Any]:
    return {"desk": {"staff": list(staff), **facts}}


def by_role(log: EventLog, contact: int) -> list[str]:
    """Who worked on a contact, from when to when."""
    roles = log.duty.drop_duplicates("worker").set_index("worker")["role"].astype(str)
    rows = plain(log.events)
    rows = rows[(rows["contact"] == contact) & rows["kind"].isin(["work", "meeting"])].sort_values(["start", "part"])
    return [f"{roles[r.worker]} {moment(log, r.start)}-{moment(log, r.end)}" for r in rows.itertuples(index=False)]


# --- stories --------------------------------------------------------------------------------------------------------------


def test_what_nobody_idle_can_do_holds_up_nobody_behind_it():
    teams = desk(group("screener", "screen"), group("social worker", "decide"))
    log = played(STAGES, ROUTES, at(*[f"{DAY} 09:00"] * 3, rag=["red", "red", "green"]), teams=teams)
    decided = sorted((said(log, 1), said(log, 2)), key=len)
    assert decided == [
        ["decide work 02 09:00-02 11:00"],
        ["decide worker 02 09:00-02 11:00", "decide work 02 11:00-02 13:00"],
    ]
    assert by_role(log, 3) == ["screener 02 09:00-02 10:00"]


def test_of_those_who_can_whoever_has_been_idle_longest_works():
    teams = desk(group("screener", "screen"), group("all-rounder"))
    contacts = at(f"{DAY} 09:00", f"{DAY} 09:10", f"{DAY} 12:00", rag=["green", "red", "green"])
    log = played(STAGES, ROUTES, contacts, teams=teams)
    assert by_role(log, 1) == ["screener 02 09:00-02 10:00"]
    assert by_role(log, 2) == ["all-rounder 02 09:10-02 11:10"]
    assert by_role(log, 3) == ["screener 02 12:00-02 13:00"]


def test_somebody_idle_takes_up_nothing_that_they_cannot_do():
    teams = desk(group("screener", "screen"), group("social worker", "decide"))
    log = played(STAGES, ROUTES, at(*[f"{DAY} 09:00"] * 3, rag="red"), teams=teams)
    assert sorted(said(log, n)[-1] for n in (1, 2, 3)) == [
        "decide work 02 09:00-02 11:00", "decide work 02 11:00-02 13:00", "decide work 02 13:00-02 15:00",
    ]  # fmt: skip


def test_helpers_take_up_what_they_can_do():
    teams = {
        "desk": {"staff": [group("officer")], "helpers": "others"},
        "others": {"staff": [group("screener", "screen"), group("reader", "elsewhere")]},
    }
    stages = {**STAGES, "elsewhere": {"team": "others", "touch": "1 h"}}
    routes = {**ROUTES, "screen": "elsewhere", "elsewhere": "done"}
    contacts = at(f"{DAY} 09:00", f"{DAY} 09:10", f"{DAY} 09:20", rag=["red", "red", "green"])
    log = played(stages, routes, contacts, teams=teams)
    assert by_role(log, 2) == ["officer 02 11:00-02 13:00"]
    assert by_role(log, 3) == ["screener 02 09:20-02 10:20", "reader 02 10:20-02 11:20"]


def test_urgent_work_interrupts_those_who_can_do_it():
    teams = desk(group("screener", "screen"), group("all-rounder"), order="rag", interrupts="red")
    contacts = at(f"{DAY} 09:00", f"{DAY} 09:00", f"{DAY} 09:30", rag=["green", "green", "red"])
    log = played(STAGES, ROUTES, contacts, teams=teams)
    assert by_role(log, 3) == ["all-rounder 02 09:30-02 11:30"]
    assert sorted(len(by_role(log, n)) for n in (1, 2)) == [1, 2]


def test_urgent_work_waits_where_nobody_at_work_can_do_it():
    teams = desk(group("screener", "screen"), group("social worker", "decide"), order="rag", interrupts="red")
    contacts = at(f"{DAY} 09:00", f"{DAY} 09:00", f"{DAY} 09:30", f"{DAY} 09:40", rag=["green", "amber", "red", "red"])
    log = played(STAGES, ROUTES, contacts, teams=teams)
    assert by_role(log, 1) == ["screener 02 09:00-02 10:00"]
    assert by_role(log, 3) == ["social worker 02 09:30-02 11:30"]
    assert by_role(log, 4) == ["social worker 02 11:30-02 13:30"]


def test_a_meeting_calls_those_who_can_take_part():
    stages = {"discussion": {"kind": "meeting", "team": "desk", "people": {"desk": 2}, "lasts": "1 h"}, **STAGES}
    routes = {"entry": "discussion", "discussion": [{"if": {"rag": "red"}, "to": "decide"}, {"to": "screen"}], "screen": "done",
              "decide": "done"}  # fmt: skip
    teams = desk(group("screener", "screen"), group("social worker", "decide", "discussion", wte=2))
    log = played(stages, routes, at(f"{DAY} 09:00"), teams=teams)
    assert by_role(log, 1)[:2] == ["social worker 02 09:00-02 10:00"] * 2


def test_a_partners_desk_answers_by_those_who_can():
    stages = {
        "checks": {"kind": "checks", "team": "desk", "partners": {"police": {"team": "desk", "touch": "1 h"}}},
        **STAGES,
    }
    routes = {"entry": [{"if": {"rag": "red"}, "to": "decide"}, {"if": {"rag": "amber"}, "to": "screen"}, {"to": "checks"}],
              "checks": "done", "screen": "done", "decide": "done"}  # fmt: skip
    teams = desk(group("screener", "screen"), group("police officer", "checks"), group("social worker", "decide"))
    log = played(stages, routes, at(f"{DAY} 09:00", f"{DAY} 09:00"), teams=teams)
    assert sorted(by_role(log, 1) + by_role(log, 2)) == [
        "police officer 02 09:00-02 10:00",
        "police officer 02 10:00-02 11:00",
    ]


def test_what_is_handed_over_goes_to_somebody_who_can_do_it():
    stages = {
        "screen": {"team": "desk", "touch": "1 h"},
        "decide": {"team": "desk", "touch": "2 h", "end_of_shift": "hand_over"},
    }
    late = group("late social worker", "decide") | {"shift": "late"}
    teams = desk(group("social worker", "decide"), group("late screener", "screen") | {"shift": "late"}, late)
    shifts = {**OFFICE, "late": {"Mon-Fri": "17:00-20:00"}}
    log = played(stages, ROUTES, at(f"{DAY} 16:00", rag="red"), teams=teams, shifts=shifts)
    assert by_role(log, 1) == ["social worker 02 16:00-02 17:00", "late social worker 02 17:00-02 18:00"]


def test_who_cannot_do_it_is_nobody_to_wait_for():
    """The screener is on duty until 17:00 and the late social worker from then on: until then there is no one to decide."""
    late = group("late social worker", "decide") | {"shift": "late"}
    shifts = {**OFFICE, "late": {"Mon-Fri": "17:00-20:00"}}
    contacts = at(f"{DAY} 16:00", f"{DAY} 16:00", f"{DAY} 16:30", rag=["red", "green", "green"])
    log = played(STAGES, ROUTES, contacts, teams=desk(group("screener", "screen"), late), shifts=shifts)
    assert said(log, 1) == ["decide shift 02 16:00-02 17:00", "decide work 02 17:00-02 19:00"]
    assert said(log, 2) == ["screen work 02 16:00-02 17:00"]
    assert said(log, 3) == [
        "screen worker 02 16:30-02 17:00",
        "screen shift 02 17:00-03 09:00",
        "screen work 03 09:00-03 10:00",
    ]


def test_a_helper_who_cannot_do_it_is_nobody_to_wait_for():
    teams = {
        "desk": {"staff": [group("officer")], "helpers": "others"},
        "others": {"staff": [group("night screener", "screen") | {"shift": "always"}]},
    }
    contacts = at(*[f"{DAY} 08:00"] * 3, rag=["red", "green", "green"])
    log = played(STAGES, ROUTES, contacts, teams=teams)
    assert said(log, 1)[0] == "decide shift 02 08:00-02 09:00"
    assert sorted(said(log, 2) + said(log, 3)) == [
        "screen work 02 08:00-02 09:00", "screen work 02 09:00-02 10:00", "screen worker 02 08:00-02 09:00",
    ]  # fmt: skip


def test_from_a_date_on_there_is_somebody_to_wait_for():
    """The only one who decides is there in the afternoon; from the second day on the screener may as well."""
    trained = {"from": SECOND, "set": {"teams.desk.staff.0.works_at": ["screen", "decide"]}}
    teams = desk(group("screener", "screen"), group("social worker", "decide") | {"shift": "afternoon"})
    shifts = {**OFFICE, "afternoon": {"Mon-Fri": "13:00-17:00"}}
    contacts = at(f"{DAY} 11:00", f"{DAY} 16:00", f"{DAY} 16:30", "2025-06-03 09:30", rag="red")
    log = played_on_dates([trained], contacts, stages=STAGES, routes=ROUTES, teams=teams, shifts=shifts)
    assert said(log, 1) == ["decide shift 02 11:00-02 13:00", "decide work 02 13:00-02 15:00"]
    assert said(log, 3) == [
        "decide worker 02 16:30-02 17:00",
        "decide shift 02 17:00-03 09:00",
        "decide work 03 09:00-03 11:00",
    ]
    assert said(log, 4)[0] == "decide worker 03 09:30-03 11:00"


def test_who_helps_is_nobody_to_wait_for_at_a_meeting():
    stages = {"discussion": {"kind": "meeting", "team": "desk", "people": {"desk": 1}, "lasts": "1 h"}}
    always = {"shift": "always"}
    teams = {"desk": {"staff": [group("officer")], "helpers": "others"}, "others": {"staff": [group("night") | always]}}
    log = played(stages, {"entry": "discussion", "discussion": "done"}, at(f"{DAY} 08:00"), teams=teams)
    assert said(log, 1) == ["discussion shift 02 08:00-02 09:00", "discussion meeting 02 09:00-02 10:00"]


def test_from_a_date_on_people_can_do_more():
    """The first day ends with work that only the social worker could do; from the second on the screener may do it as well."""
    trained = {"from": SECOND, "set": {"teams.desk.staff.0.works_at": ["screen", "decide"]}}
    teams = desk(group("screener", "screen"), group("social worker", "decide"))
    contacts = at(f"{DAY} 14:00", f"{DAY} 14:00", f"{DAY} 14:00", rag="red")
    log = played_on_dates([trained], contacts, stages=STAGES, routes=ROUTES, teams=teams)
    assert sorted(stretch for n in (1, 2, 3) for stretch in by_role(log, n)) == [
        "screener 03 09:00-03 11:00",
        "social worker 02 14:00-02 16:00",
        "social worker 02 16:00-02 17:00",
        "social worker 03 09:00-03 10:00",
    ]


# --- laws -----------------------------------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(instances())
def test_nobody_works_where_they_cannot(instance: Instance):
    model = instance.scenario().model
    reference, compiled = both(model, instance.table())
    assert_twins(reference, compiled)
    can = {(name, one.role): one for name, team in model.teams.items() for one in team.staff}
    who = reference.duty.drop_duplicates("worker").set_index("worker")[["team", "role"]].astype(str)
    done = reference.events[reference.events["kind"].isin(["work", "re-keying", "search", "meeting"])]
    for worker, stage in set(zip(done["worker"], done["stage"].astype(str), strict=True)):
        assert can[tuple(who.loc[worker])].can_work_at(stage)


@settings(max_examples=40)
@given(instances())
def test_to_name_every_stage_is_to_name_none(instance: Instance):
    stages, teams = instance.data["stages"], instance.data["teams"]
    alike = []
    for named in (False, True):
        staff = {
            name: [{**one, "works_at": asked_of(name, teams, stages) if named else []} for one in facts["staff"]]
            for name, facts in teams.items()
        }
        told = {name: {**facts, "staff": staff[name]} for name, facts in teams.items()}
        reference, compiled = both(instance.scenario(teams=told).model, instance.table())
        assert_twins(reference, compiled)
        alike.append(reference)
    assert_twins(*alike)


def test_people_may_differ_in_as_many_ways_as_they_like():
    """Eighty lists of stages, more than a word has bits: whoever is asked for the last stage alone works there."""
    names = [f"stage {number}" for number in range(7)]
    some = [list(chosen) for number in (2, 3, 4) for chosen in combinations(names, number)][:80]
    stages = {name: {"team": "desk", "touch": "1 h"} for name in names}
    routes = {"entry": names[0], **dict(pairwise(names)), names[-1]: "done"}
    staff = [group(f"role {number}", *chosen, wte=0.2) for number, chosen in enumerate(some)]
    log = played(stages, routes, at(*[f"{DAY} 09:00"] * 5), teams=desk(*staff, group("last", names[-1])))
    assert {role.split()[0] for n in range(1, 6) for role in by_role(log, n)[:-1]} == {"role"}
    assert any(role.startswith("last") for n in range(1, 6) for role in by_role(log, n))


def test_the_order_in_which_stages_are_listed_is_all_the_same():
    lists = (["screen", "decide"], ["decide", "screen"], ["decide", "screen", "decide"], ["screen"])
    data = FILE | {"teams": desk(*(group(f"role {number}", *stages) for number, stages in enumerate(lists)))}
    assert skills_of([as_scenario(data).model]) == [(), ("decide", "screen"), ("screen",)]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_team_of_two_skills_is_two_teams(seed):
    """So whatever is known exactly of each queue by itself is exact of both (M/M/c and the like, `test_theory_single`)."""
    dice = np.random.default_rng(seed)
    hours = np.cumsum(dice.exponential(0.4, 150))
    starts = pd.Timestamp(f"{DAY} 00:00")
    contacts = [
        {"received": str(starts + pd.Timedelta(seconds=int(3600 * hour))), "rag": str(dice.choice(["red", "green"]))}
        for hour in hours
    ]
    touch = {"distribution": "exponential", "mean": 0.7, "unit": "hours"}
    stages = {name: {**facts, "touch": touch} for name, facts in STAGES.items()}
    always = {"shift": "always"}
    one = desk(group("screener", "screen", wte=2) | always, group("social worker", "decide", wte=2) | always)
    two = {
        "desk": {"staff": [group("screener", wte=2) | always]},
        "other": {"staff": [group("social worker", wte=2, named="desk/social worker") | always]},
    }
    apart = {**stages, "decide": {**stages["decide"], "team": "other"}}
    together = played(stages, ROUTES, contacts, teams=one, clock="always")
    separate = played(apart, ROUTES, contacts, teams=two, clock="always")
    columns = ["contact", "stage", "kind", "start", "end", "waited_for"]
    tables = [
        plain(log.events)[columns].sort_values(["contact", "start", "end"], ignore_index=True)
        for log in (together, separate)
    ]
    pd.testing.assert_frame_equal(*tables)


# --- what each skill is asked for -------------------------------------------------------------------------------------------


def loads_of(*staff: dict[str, Any]) -> pd.DataFrame:
    """Two contacts an hour, half of which take an hour at each stage: 40 hours of work a week at either."""
    hour = {"distribution": "exponential", "mean": 1, "unit": "hours"}
    stages = {name: {**facts, "touch": hour} for name, facts in STAGES.items()}
    data = {
        "name": "Loads", "run": {"opens": "2025-01-06", "weeks": 40, "warm_up": 2, "follow_up": 1}, "shifts": OFFICE,
        "clock": "office", "teams": desk(*staff), "stages": stages, "ends": {"done": {}},
        "routes": {"entry": {"screen": "50%", "decide": "50%"}, "screen": "done", "decide": "done"},
        "arrivals": {"people": {"per_hour": {"Mon-Fri 09:00-17:00": 2, "otherwise": 0}}},
    }  # fmt: skip
    return offered_load(as_scenario(data), 1)[["what", "available", "load"]]


def test_the_scarcest_skill_is_told_with_its_load():
    """80 hours of work for 4 people of 40 hours is a load of a half; the 40 hours that one of them alone can do fill her."""
    found = loads_of(group("screener", "screen", wte=3), group("social worker", "decide"))
    assert found["what"].tolist() == ["time", "time at decide"]
    assert found["available"].tolist() == [4, 1]
    assert found["load"].tolist() == pytest.approx([0.5, 1.0], rel=0.12)


def test_where_no_skill_is_scarcer_than_people_only_people_are_told():
    assert loads_of(group("screener", "screen"), group("all-rounder", wte=3))["what"].tolist() == ["time"]
    one_more = loads_of(group("screener", "screen", wte=3), group("all-rounder"))
    assert one_more["what"].tolist() == ["time", "time at decide"]


# --- files ----------------------------------------------------------------------------------------------------------------


def mistakes_of(teams: dict[str, Any], stages: dict[str, Any] = STAGES) -> list[str]:
    with pytest.raises(InputError) as found:
        as_scenario(FILE | {"teams": teams, "stages": stages})
    return [mistake.what for mistake in found.value.mistakes]


def test_a_stage_that_is_not_there_is_a_mistake():
    assert mistakes_of(desk(group("officer"), group("screener", "scren"))) == ["No stage is called 'scren'."]


def test_a_stage_that_nobody_can_do_is_a_mistake():
    assert mistakes_of(desk(group("screener", "screen"))) == ["Nobody of 'desk' can work at 'decide'."]


def test_a_stage_of_others_is_a_mistake():
    teams = {**desk(group("officer")), "other": {"staff": [group("screener", "screen"), group("officer")]}}
    stages = {**STAGES, "decide": {**STAGES["decide"], "team": "other"}}
    assert mistakes_of(teams, stages) == ["Nobody of 'other' is asked to work at 'screen'."]


def test_a_new_name_of_a_stage_is_followed_and_one_that_is_gone_is_dropped():
    data = {
        "stages": {"a": {}, "b": {}},
        "ends": {"done": {}},
        "teams": {"desk": {"staff": [{"works_at": ["a", "b"]}]}},
    }
    assert named_in(data, "stages", "a") == [("teams", "desk", "staff", 0, "works_at", 0)]
    renamed(data, ("stages", "a"), "c")
    assert data["teams"]["desk"]["staff"][0]["works_at"] == ["c", "b"]
    removed(data, ("stages", "c"), "done")
    assert data["teams"]["desk"]["staff"][0]["works_at"] == ["b"]
