"""People who start and leave, posts that change hands, induction, vacancies, and other work at stated times."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from frontdoor_sim.contacts.returning import NOBODY
from frontdoor_sim.experiment import offered_load, run
from frontdoor_sim.experiment.running import people
from frontdoor_sim.measures import measure
from frontdoor_sim.operating_model import Timeline
from frontdoor_sim.scenario import read_scenario
from random_models import as_scenario
from stories import OFFICE, OPENS, TO_DONE, WORK, at, played, said

HOUR, DAY = 3_600, 86_400


def model_of(weeks: int = 4, **facts):
    """One team, one group of officers nine to five, and nothing to do."""
    staff = {"role": "officer", "wte": 1, "shift": "office", **facts}
    return as_scenario({
        "name": "One team", "run": {"opens": OPENS, "weeks": weeks, "warm_up": 0, "follow_up": 0}, "shifts": OFFICE,
        "clock": "office", "arrivals": {"people": {"per_hour": 0.2}}, "teams": {"desk": {"staff": [staff]}},
        "stages": WORK, "routes": TO_DONE, "ends": {"done": {}},
    }).model  # fmt: skip


def duty_of(weeks: int = 4, **facts) -> pd.DataFrame:
    """The duty of those weeks, with date and hours."""
    model = model_of(weeks, **facts)
    line = Timeline.of(model)
    duty = people(model, line, 1, 0).duty
    duty = duty[(duty["start"] >= 0) & (duty["start"] < line.ends)].copy()
    duty["date"] = [line.clock.date_of(int(second)) for second in duty["start"]]
    duty["hours"] = (duty["end"] - duty["start"]) / HOUR
    duty["kind"] = duty["kind"].astype(str)
    return duty


def hours(duty: pd.DataFrame, kind: str) -> dict[date, float]:
    """Hours of a kind by date."""
    found = duty[duty["kind"] == kind].groupby("date")["hours"].sum()
    return dict(zip(found.index, found.tolist(), strict=True))


# --- starting and leaving ------------------------------------------------------------------------------------------------


def test_people_are_on_duty_from_their_first_day_to_their_last():
    duty = duty_of(starts="2025-06-04", leaves="2025-06-17")
    assert sorted(set(duty["date"])) == [
        day for day in (date(2025, 6, 4) + timedelta(n) for n in range(14)) if day.weekday() < 5
    ]


def test_work_set_down_by_a_leaver_is_handed_over():
    """Two hours from 16:00 on the last day of the first: the second takes up what is left in the morning."""
    staff = [
        {"role": "first", "wte": 1, "shift": "office", "leaves": "2025-06-02"},
        {"role": "second", "wte": 1, "shift": "office", "starts": "2025-06-03"},
    ]
    log = played(WORK, TO_DONE, at(f"{OPENS} 16:00"), teams={"desk": {"staff": staff}})
    assert said(log, 1) == [
        "work work 02 16:00-02 17:00",
        "work shift 02 17:00-03 09:00",
        "work work 03 09:00-03 10:00",
    ]
    assert log.events.loc[log.events["kind"] == "work", "worker"].tolist() == [0, 1]


HELD = {
    "stages": {"held": {"kind": "caseload", "team": "desk", "hold": "3 days"}},
    "routes": {"entry": "held", "held": "done"},
}


def test_cases_of_who_leaves_keep_their_ends_and_count_against_the_team_until_then():
    """One of two leaves with a case: the other, free from the fourth on, is given none until the leaver's has ended."""
    staff = [
        {"role": "first", "wte": 1, "shift": "office", "caseload": 1, "leaves": "2025-06-02"},
        {"role": "second", "wte": 1, "shift": "office", "caseload": 1},
    ]
    came = at(f"{OPENS} 10:00", f"{OPENS} 12:00", "2025-06-03 09:00")
    log = played(HELD["stages"], HELD["routes"], came, teams={"desk": {"staff": staff}})
    assert said(log, 1) == ["held caseload 02 10:00-05 10:00"]
    assert said(log, 2) == ["held caseload 02 12:00-05 12:00"]
    assert said(log, 3) == ["held allocation 03 09:00-05 12:00", "held caseload 05 12:00-08 12:00"]


def test_who_starts_is_given_cases_from_the_midnight_of_their_first_day():
    staff = [
        {"role": "first", "wte": 1, "shift": "office", "caseload": 1},
        {"role": "second", "wte": 1, "shift": "office", "caseload": 2, "starts": "2025-06-04"},
    ]
    came = at(f"{OPENS} 10:00", f"{OPENS} 12:00", "2025-06-03 09:00")
    log = played(HELD["stages"], HELD["routes"], came, teams={"desk": {"staff": staff}})
    assert said(log, 2) == ["held allocation 02 12:00-04 00:00", "held caseload 04 00:00-07 00:00"]
    assert said(log, 3) == ["held allocation 03 09:00-04 00:00", "held caseload 04 00:00-07 00:00"]
    assert log.events.loc[log.events["kind"] == "caseload", "worker"].tolist() == [0, 1, 1]


def test_a_case_needs_no_more_slots_than_the_largest_caseload_of_the_day():
    """Three children take two slots while nobody can hold more; from the fourth on somebody can hold three, and they take three."""
    staff = [
        {"role": "first", "wte": 1, "shift": "office", "caseload": 2},
        {"role": "second", "wte": 1, "shift": "office", "caseload": 3, "starts": "2025-06-04"},
    ]
    came = at(f"{OPENS} 10:00", f"{OPENS} 12:00", "2025-06-04 09:00", children=[3, 1, 3])
    log = played(HELD["stages"], HELD["routes"], came, teams={"desk": {"staff": staff}})
    assert said(log, 1) == ["held caseload 02 10:00-05 10:00"]
    assert said(log, 2)[0] == "held allocation 02 12:00-04 00:00"
    assert said(log, 3) == ["held allocation 04 09:00-07 00:00", "held caseload 07 00:00-10 00:00"]


def test_who_is_inducted_can_hold_fewer_cases_week_by_week():
    facts = {"starts": "2025-06-04", "caseload": 8, "induction": {"weeks": 2, "share": "50%"}}
    model = model_of(**facts)
    line = Timeline.of(model)
    changes = people(model, line, 1, 0).slot_changes
    days = [str(line.clock.date_of(int(second))) for second in changes.at]
    assert dict(zip(days, changes.slots.tolist(), strict=True)) == {"2025-06-04": 4, "2025-06-11": 6, "2025-06-18": 8}


def test_posts_of_case_holders_change_hands_and_the_load_of_slots_says_so():
    """Of ten places with eight slots, ten weeks of thirteen are filled; who comes is given cases, and who goes keeps theirs."""
    staff = {
        "role": "officer",
        "wte": 10,
        "shift": "office",
        "caseload": 8,
        "turnover": {"stays": 10, "refilled_after": 3},
    }
    scenario = as_scenario({
        "name": "One team", "run": {"opens": OPENS, "weeks": 52, "warm_up": 13, "follow_up": 0}, "shifts": OFFICE,
        "clock": "office", "arrivals": {"people": {"per_hour": 0.04}}, "teams": {"desk": {"staff": [staff]}},
        **HELD, "ends": {"done": {}},
    })  # fmt: skip
    load = offered_load(scenario, 1, NOBODY).set_index("what").loc["slots"]
    assert load["available"] == pytest.approx(80 * 10 / 13, rel=0.01)


@pytest.mark.parametrize(("slots", "each"), [("family", 1), ("children", 4)])
def test_the_load_of_slots_counts_them_as_they_are_taken(slots, each):
    """Families of six: one slot, or six, but never more than the largest caseload."""
    staff = {"role": "officer", "wte": 40, "shift": "office", "caseload": 4}
    scenario = as_scenario({
        "name": "One team", "run": {"opens": OPENS, "weeks": 52, "warm_up": 13, "follow_up": 0}, "shifts": OFFICE,
        "clock": "office", "arrivals": {"people": {"per_hour": 0.02, "children": 6}}, "teams": {"desk": {"staff": [staff]}},
        **HELD, "ends": {"done": {}},
    })  # fmt: skip
    scenario = scenario.varied({f"stages.{next(iter(scenario.model.stages))}.slots": slots})
    load = offered_load(scenario, 1, NOBODY).set_index("what").loc["slots"]
    alone = scenario.varied({"arrivals.people.children": 1})
    assert load["offered"] == pytest.approx(
        each * offered_load(alone, 1, NOBODY).set_index("what").loc["slots", "offered"]
    )


def test_who_leaves_is_counted_in_what_is_offered_for_as_long_as_they_are_there():
    """The same work is offered to ten, whether or not ten more are there for half of the time."""

    def offered(*more):
        staff = [{"role": "officer", "wte": 10, "shift": "office"}, *more]
        return offered_load(as_scenario({
            "name": "One desk", "run": {"opens": "2025-01-06", "weeks": 20, "warm_up": 4, "follow_up": 0}, "shifts": OFFICE,
            "clock": "office", "arrivals": {"people": {"per_hour": 2}}, "teams": {"desk": {"staff": staff}},
            "stages": {"work": {"team": "desk", "touch": "30 min"}}, "routes": {"entry": "work", "work": "done"},
            "ends": {"done": {}},
        }), 1, NOBODY).iloc[0]  # fmt: skip

    agency = {"role": "agency", "wte": 10, "shift": "office", "leaves": "2025-03-16"}
    lasting, leaving = offered(), offered(agency)
    assert leaving["available"] == 15
    assert leaving["offered"] == pytest.approx(lasting["offered"], rel=0.05)


def test_named_people_are_groups_of_one():
    model = read_scenario("scenarios/examples/people.yaml").model
    roster = people(model, Timeline.of(model), 1, 0)
    assert {"desk/ann/1", "desk/ben/1"} <= set(roster.people["name"])


# --- posts that change hands ----------------------------------------------------------------------------------------------


def test_everybody_stays_as_long_as_said_and_the_place_is_empty_as_long_as_said():
    duty = duty_of(60, wte=3, turnover={"stays": 10, "refilled_after": 3})
    days = duty.groupby("name")["date"].agg(["min", "max"])
    whole = days[(days["min"] > date(2025, 6, 9)) & (days["max"] < date(2026, 7, 1))]
    assert len(whole) > 9
    stays = Counter(stay.days for stay in whole["max"] - whole["min"])
    assert (
        stays.most_common(1)[0][0] == 67
    )  # Monday of the first week to Friday of the tenth; bank holidays take the edge
    assert set(stays) <= set(range(64, 68))
    places = {name.rpartition("/")[0] for name in days.index}
    assert places == {"desk/officer/1", "desk/officer/2", "desk/officer/3"}
    for place in places:
        mine = days[[name.startswith(place + "/") for name in days.index]].sort_values("min")
        gaps = mine["min"].iloc[1:].to_numpy() - mine["max"].iloc[:-1].to_numpy()
        assert all(timedelta(weeks=3, days=3) <= gap <= timedelta(weeks=3, days=6) for gap in gaps)


def test_the_share_of_posts_filled_is_that_of_staying():
    """Ten weeks of thirteen, over a whole number of turns of every place: exactly, up to bank holidays."""
    all_year, some = (
        len(duty_of(52, wte=8, **facts)) for facts in ({}, {"turnover": {"stays": 10, "refilled_after": 3}})
    )
    assert some / all_year == pytest.approx(10 / 13, abs=0.01)


def test_places_change_hands_evenly():
    """Of 13 places with a turn of 13 weeks, no week has more than two starts or goes three weeks without."""
    duty = duty_of(52, wte=13, turnover={"stays": 13})
    starts = duty.groupby("name")["date"].min()
    weeks = Counter((day - date(2025, 6, 2)).days // 7 for day in starts if day > date(2025, 6, 8))
    assert max(weeks.values()) <= 2
    assert max(np.diff(sorted(weeks))) <= 2


def test_one_more_place_moves_nobody():
    few, more = (duty_of(40, wte=wte, turnover={"stays": 8, "refilled_after": 2}) for wte in (3, 4))
    mine = more[~more["name"].str.startswith("desk/officer/4")]
    columns = ["name", "start", "end", "kind"]
    pd.testing.assert_frame_equal(few[columns].reset_index(drop=True), mine[columns].reset_index(drop=True))


# --- induction and vacancies ---------------------------------------------------------------------------------------------


def test_induction_takes_half_then_a_quarter_then_nothing():
    other = hours(duty_of(starts="2025-06-04", induction={"weeks": 2, "share": "50%"}), "non-case")
    assert {str(day): spent for day, spent in other.items()} == {
        **{f"2025-06-{day:02}": 4.0 for day in (4, 5, 6, 9, 10)}, **{f"2025-06-{day:02}": 2.0 for day in (11, 12, 13, 16, 17)},
    }  # fmt: skip


def test_induction_comes_on_top_of_other_work_and_again_with_everybody_new():
    facts = {"non_case_share": "25%", "turnover": {"stays": 4}, "induction": {"weeks": 2, "share": "50%"}}
    other = hours(duty_of(26, **facts), "non-case")
    counts = Counter(other.values())
    assert set(counts) == {2.0, 4.0, 6.0}
    assert abs(counts[6.0] - counts[4.0]) <= 5
    assert abs(counts[2.0] - counts[4.0] - counts[6.0]) <= 10


def test_who_was_there_from_the_beginning_is_inducted_no_more():
    assert hours(duty_of(induction={"weeks": 8, "share": "50%"}), "non-case") == {}


def test_a_vacancy_takes_people_and_leaves_the_luck_of_the_others():
    sick = {"wte": 5, "sickness_share": "10%", "leave_days_per_year": 30}
    full, short = duty_of(26, **sick), duty_of(26, vacant="40%", **sick)
    kept = full[full["name"].isin(short["name"])]
    assert short["name"].nunique() == 3
    pd.testing.assert_frame_equal(kept.reset_index(drop=True), short.reset_index(drop=True))


def test_offered_load_counts_only_who_is_there():
    scenario = read_scenario("scenarios/examples/one_desk.yaml")
    half = scenario.varied({"teams.desk.staff.officer.vacant": 0.5, "teams.desk.staff.officer.wte": 8})
    whole = scenario.varied({"teams.desk.staff.officer.wte": 4})
    pd.testing.assert_frame_equal(offered_load(half, 1), offered_load(whole, 1))


# --- other work at stated times -------------------------------------------------------------------------------------------


def test_a_team_meeting_takes_everybody_every_week():
    duty = duty_of(wte=3, other_work=[{"at": "Wed 09:30", "lasts": "90 min"}])
    taken = duty[duty["kind"] == "non-case"]
    assert len(taken) == 3 * 4
    assert set(taken["hours"]) == {1.5}
    assert {day.weekday() for day in taken["date"]} == {2}
    assert duty["hours"].sum() == 3 * 20 * 8


def test_supervision_is_in_turn():
    duty = duty_of(8, wte=4, other_work=[{"at": "Thu 14:00", "lasts": "2 h", "every": "4 weeks", "in_turn": True}])
    taken = duty[duty["kind"] == "non-case"]
    assert taken.groupby("date")["worker"].nunique().tolist() == [1] * 8
    assert taken.groupby("worker")["date"].nunique().tolist() == [2] * 4


def test_training_has_dates_and_is_called_so():
    training = {"at": "Mon 09:00", "lasts": "8 h", "training": True, "starts": "2025-06-09", "ends": "2025-06-16"}
    duty = duty_of(other_work=[training])
    assert hours(duty, "training") == {date(2025, 6, 9): 8.0, date(2025, 6, 16): 8.0}
    assert date(2025, 6, 9) not in hours(duty, "available")


def test_other_work_outside_duty_and_inside_other_work_takes_nothing():
    at_night = {"at": "Mon-Fri 09:00", "lasts": "10 h"}
    duty = duty_of(non_case_share="100%", other_work=[at_night])
    assert set(duty["kind"]) == {"non-case"}
    assert set(hours(duty, "non-case").values()) == {8.0}


def test_work_is_set_down_for_a_meeting_and_taken_up_by_the_same_person():
    staff = [{"role": "officer", "wte": 2, "shift": "office", "other_work": [{"at": "Mon 10:00", "lasts": "1 h"}]}]
    log = played(WORK, TO_DONE, at(f"{OPENS} 09:00"), teams={"desk": {"staff": staff}})
    assert said(log, 1) == [
        "work work 02 09:00-02 10:00",
        "work shift 02 10:00-02 11:00",
        "work work 02 11:00-02 12:00",
    ]


def test_overtime_begins_at_the_end_of_the_shift_and_not_at_a_meeting():
    stages = {"work": {"team": "desk", "touch": "3 h", "end_of_shift": "finish", "overtime_limit": "4 h"}}
    staff = [
        {"role": "officer", "wte": 1, "shift": "office", "other_work": [{"at": "Mon 15:00, 16:30", "lasts": "30 min"}]}
    ]
    log = played(stages, TO_DONE, at(f"{OPENS} 14:00"), teams={"desk": {"staff": staff}})
    assert [row for row in said(log, 1) if row.startswith("work work")] == [
        "work work 02 14:00-02 15:00", "work work 02 15:30-02 16:30", "work work 03 09:00-03 10:00"]  # fmt: skip


def test_a_meeting_costs_what_it_takes():
    """More meetings, less available duty, more of it used: the same work on the same contacts."""
    scenario = read_scenario("scenarios/examples/one_desk.yaml")
    busier = scenario.varied({"teams.desk.staff.officer.other_work": [{"at": "Mon-Fri 10:00", "lasts": "1 h"}]})
    found = [
        measure(run(one, seed=4)).set_index(["measure", "by"])["value"][("utilisation", "all")]
        for one in (scenario, busier)
    ]
    assert found[1] > found[0] * 1.05
