"""Least staff for a target: Erlang's answer, the exact ceiling, every value tried one by one, and mistakes."""

from __future__ import annotations

import json
import math
import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from figures_long_run import OFFICE, desk, exact_ceiling
from frontdoor_sim import cli
from frontdoor_sim.contacts.returning import NOBODY
from frontdoor_sim.documents import InputError
from frontdoor_sim.experiment import LeastStaff, compare, read_study, replicate, returning, staffing
from frontdoor_sim.experiment.comparing import by_run
from frontdoor_sim.experiment.least_staff import EVERYBODY, THESE
from frontdoor_sim.experiment.least_value import SURE, TESTS, Floats, first_place, least, passed, search, statistics
from frontdoor_sim.experiment.replications import Task
from frontdoor_sim.experiment.staffing_command import _rows
from frontdoor_sim.experiment.staffing_goal import Goal, people_at
from frontdoor_sim.experiment.workers import Workers
from frontdoor_sim.scenario import Scenario, read_scenario
from theory_runs import exponential, scenario

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "scenarios" / "examples"
OFFICERS = "teams.desk.staff.officer.wte"
OPEN_DESK = "teams.screening.staff.social_worker.wte"
DESK = str(EXAMPLES / "one_desk.yaml")

# --- the search ---------------------------------------------------------------------------------------------------------


def kept_of(rows: Floats) -> tuple[dict[int, Floats], list[int]]:
    """What `search` tries of a grid whose every row is known, and in which order."""
    asked: list[int] = []

    def surplus_at(places: Sequence[int]) -> list[Floats]:
        asked.extend(places)
        return [rows[place] for place in places]

    return search(surplus_at, 0, len(rows) - 1, [3]), asked


@pytest.mark.parametrize("seed", range(20))
def test_the_search_finds_what_trying_every_value_finds(seed: int) -> None:
    """Curves that rise, as those of people do on the same contacts: the same least place for every test, from few runs."""
    dice = np.random.default_rng(seed)
    rises = dice.gamma(0.3, 0.05, (200, 6)).cumsum(axis=0)
    rows = rises - rises[dice.integers(0, 200)].mean()
    tried, asked = kept_of(rows)
    for test in TESTS:
        values = statistics(rows)[test]
        if test in ("mean", "share"):  # these rise because the rows do; ends of an interval need not
            assert least(tried, test) == (int(np.argmax(values >= -1e-12)) if (values >= -1e-12).any() else None)
    assert len(asked) == len(set(asked)) < 60


@pytest.mark.parametrize("seed", range(20))
def test_nothing_just_below_the_least_was_left_out(seed: int) -> None:
    """Also where luck has the curve fall here and there: the place below was tried, and does not pass."""
    dice = np.random.default_rng(seed)
    rows = np.linspace(-1, 1, 80)[:, None] + dice.normal(0, 0.1, (80, 5))
    tried, _ = kept_of(rows)
    for test in TESTS:
        found = least(tried, test)
        assert found is not None
        places = sorted(tried)
        before = places[places.index(found) - 1]
        assert before == found - 1
        assert not passed(statistics(np.array([tried[place] for place in places]))[test])[places.index(before)]


def test_neighbours_that_fall_are_put_together_and_what_is_unknown_does_not_pass() -> None:
    assert passed(np.array([-1.0, 0.4, -0.6, 0.5])).tolist() == [False, False, False, True]
    assert passed(np.array([np.nan, -np.inf, 0.1])).tolist() == [False, False, True]
    assert passed(np.array([np.nan, np.nan])).tolist() == [False, False]


def test_a_top_from_which_the_curve_falls_again_is_found() -> None:
    """Pooled with what comes after it the top would miss the target; as it is it meets it."""
    assert passed(np.array([-1.0, 0.1, -0.4, -0.4])).tolist() == [False, True, False, False]
    rows = np.repeat((0.1 - 0.02 * np.abs(np.arange(40) - 12))[:, None], 3, axis=1)
    tried, _ = kept_of(rows)
    assert least(tried, "mean") == 7


def test_a_replication_that_could_not_be_measured_does_not_meet_the_target() -> None:
    found = statistics(np.array([[np.nan, np.nan, 1.0, 1.0, 1.0], [np.nan, 1.0, 1.0, 1.0, 1.0]]))
    assert np.isnan(found["mean"]).all()
    assert passed(found["share"]).tolist() == [False, True]  # three of five are not enough, and four are


def test_nothing_passes_at_all() -> None:
    tried, asked = kept_of(np.full((50, 4), -1.0))
    assert [least(tried, test) for test in TESTS] == [None] * 4
    assert max(asked) == 49


@pytest.mark.parametrize("guess", [0, 36, 37, 38, 100])
@pytest.mark.parametrize("truth", [0, 1, 37, 99, 100])
def test_the_first_place_is_found_from_any_guess(guess: int, truth: int) -> None:
    assert first_place(lambda place: place >= truth, guess, 0, 100) == truth
    assert first_place(lambda _: False, guess, 0, 100) is None


def test_the_interval_holds_the_least_at_least_as_often_as_it_says() -> None:
    """Means that rise by 0.05 a place, luck of which half is shared by all places; the grid makes it cover more, not less."""
    dice, studies, mean = np.random.default_rng(20261127), 400, 0.05 * (np.arange(40) - 17.4)
    hits = 0
    for _ in range(studies):
        rows = mean[:, None] + dice.normal(0, 0.15, 8) + dice.normal(0, 0.15, (40, 8))
        tried, _ = kept_of(rows)
        low, high = least(tried, "high"), least(tried, "low")
        hits += low is not None and low <= 18 and (high is None or high >= 18)
    assert hits >= stats.binom.ppf(0.0005, studies, 0.95)


# --- exact answers ------------------------------------------------------------------------------------------------------

A_HOUR, SERVICE = 0.8, 8.0
SERVERS = "teams.desk.staff.server.wte"


def erlang(servers: int, hours: float = 24.0) -> float:
    """Share through an M/M/c queue within some hours: Erlang's C, then a wait and a service one after another."""
    work, mu = A_HOUR * SERVICE, 1 / SERVICE
    blocked = 1.0
    for number in range(1, servers + 1):
        blocked = work * blocked / (number + work * blocked)
    waits = blocked / (1 - work / servers * (1 - blocked))
    rate = servers * mu - A_HOUR
    later = (rate * math.exp(-mu * hours) - mu * math.exp(-rate * hours)) / (rate - mu)
    return 1 - (1 - waits) * math.exp(-mu * hours) - waits * later


def queue() -> Scenario:
    values = {"arrivals.people.per_hour": A_HOUR, "stages.service.touch": exponential(SERVICE), SERVERS: 9}
    return scenario("one_queue").varied(values | {"run.weeks": 104})


def test_the_anchor_is_erlangs() -> None:
    """Against the infinite server: the ceiling is that of the service alone."""
    assert erlang(60) == pytest.approx(1 - math.exp(-3), abs=1e-9)


@pytest.mark.parametrize("servers", [8, 9, 10])
def test_the_least_staff_is_erlangs(servers: int) -> None:
    """A target halfway between what one fewer and what so many achieve."""
    target = (erlang(servers - 1) + erlang(servers)) / 2
    found = staffing(queue(), SERVERS, target, step=1, replications=8, jobs=1)
    assert found.least == servers
    assert found.low <= servers <= found.high
    assert found.lowest == 7  # of 6.4 that are busy
    for row in found.values.itertuples():
        assert row.load == pytest.approx(A_HOUR * SERVICE / row.value, rel=0.03)
        if row.value >= 8:
            assert row.mean == pytest.approx(erlang(round(row.value)), abs=0.008)


def test_no_number_of_servers_makes_a_service_shorter() -> None:
    found = staffing(queue(), SERVERS, 0.97, step=1, replications=4, jobs=1)
    assert np.isnan([found.least, found.low, found.high, found.sure]).all()
    assert found.ceilings["room"].tolist() == [THESE, EVERYBODY]
    assert found.ceilings["mean"].to_numpy() == pytest.approx([1 - math.exp(-3)] * 2, abs=0.005)
    assert "No number of these people achieves this" in found.said[0]


def test_the_ceiling_of_office_hours_is_the_exact_one(tmp_path: Path) -> None:
    """C6: two hours of touch, nine to five, contacts around the clock. What is left is that nobody is there."""
    found = staffing(desk(tmp_path, 2.0, 6, OFFICE), OFFICERS, 0.95, step=1, replications=4, jobs=1)
    exact = exact_ceiling("Mon-Fri 9-17")
    assert found.ceilings["mean"].to_numpy() == pytest.approx([exact] * 2, abs=0.01)
    assert np.isnan(found.least)
    assert found.lowest == 6  # the load of five is 1.08
    assert found.waits["waited_for"].tolist() == ["shift"]
    told = str(found)
    assert "No number of these people achieves this" in told
    assert "Nor would more people anywhere" in told
    assert "nobody on duty (" in told


# --- one by one ---------------------------------------------------------------------------------------------------------


def one_by_one(model: Scenario, values: Sequence[float], replications: int, seed: int) -> Floats:
    """The 24-hour share of every value, run without the search."""
    variants = tuple(model.varied({OFFICERS: wte, "name": f"{wte}"}) for wte in values)
    runs = replicate(
        [Task((model, *variants), seed, number, NOBODY) for number in range(replications)], Workers(jobs=1)
    )
    whole = runs[(runs["measure"] == "decided_within_24h") & (runs["by"] == "all")]
    table = whole.pivot(index="option", columns="run", values="value")
    found: Floats = table.loc[[f"{wte}" for wte in values]].to_numpy(np.float64)
    return found


def test_every_value_one_by_one_gives_the_same_answer() -> None:
    model, values = read_scenario(DESK), [5.5, 6.0, 6.5, 7.0, 7.5, 8.0, 8.5, 9.0]
    figures = one_by_one(model, values, 5, 3)
    for target in (0.7, 0.8, 0.85):
        found = staffing(model, OFFICERS, target, replications=5, seed=3, jobs=1)
        assert found.least == values[int(np.argmax(figures.mean(axis=1) >= target))]
        assert found.sure == values[int(np.argmax((figures >= target).mean(axis=1) >= SURE))]
        same = found.values[found.values["value"] <= 9].set_index("value")["mean"]
        assert same.to_numpy() == pytest.approx(figures.mean(axis=1)[[values.index(wte) for wte in same.index]])


@pytest.fixture(scope="module")
def eighty() -> LeastStaff:
    return staffing(read_scenario(DESK), OFFICERS, 0.8, replications=4, seed=5, jobs=1)


def same(one: LeastStaff, other: LeastStaff) -> None:
    for name, table in one.tables().items():
        pd.testing.assert_frame_equal(table, other.tables()[name], check_exact=True)


def test_the_answer_is_the_same_for_any_number_of_jobs_and_for_both_engines(eighty: LeastStaff, tmp_path: Path) -> None:
    model = read_scenario(DESK)
    same(eighty, staffing(model, OFFICERS, 0.8, replications=4, seed=5, jobs=2))
    same(eighty, staffing(model, OFFICERS, 0.8, replications=4, seed=5, jobs=1, engine="simpy"))
    for _ in range(2):  # once kept, and once read again
        same(eighty, staffing(model, OFFICERS, 0.8, replications=4, seed=5, jobs=1, keep=tmp_path))


def test_a_target_of_hours_is_met_from_above() -> None:
    found = staffing(read_scenario(DESK), OFFICERS, 14, "decision_hours_mean_240", replications=4, seed=5, jobs=1)
    table = found.values.set_index("value")["mean"]
    assert table[found.least] <= 14 < table[found.least - 0.5]
    assert "at most 14 hours" in found.said[0]


def test_an_option_is_looked_at_as_a_whole_on_the_contacts_of_its_base(eighty: LeastStaff) -> None:
    """Two more officers differ in nothing but how many they are, so their least number is the same."""
    option = staffing(read_scenario(EXAMPLES / "one_desk_two_more.yaml"), OFFICERS, 0.8, replications=4, seed=5, jobs=1)
    assert option.people.now == 8
    assert (option.least, option.low, option.high, option.sure) == (eighty.least, eighty.low, eighty.high, eighty.sure)
    pd.testing.assert_frame_equal(option.ceilings, eighty.ceilings)


@pytest.mark.parametrize(
    ("base", "option", "path"),
    [
        ("written_contacts", "advice_line", "teams.screening.staff[0].wte"),
        ("early_help", "early_help_in_the_mash", "teams.mash.staff[0].wte"),
    ],
)
def test_an_option_as_it_is_shows_what_a_comparison_shows(base: str, option: str, path: str) -> None:
    """Its own number of people is one of the values, on the contacts and with the returns of the base."""
    today, then = (read_scenario(EXAMPLES / f"{name}.yaml") for name in (base, option))
    now = people_at(then, path).now
    found = staffing(then, path, 0.5, between=(now, now + 1), step=1, replications=3, seed=2, jobs=1)
    runs = by_run(compare(today, [then], replications=3, seed=2, jobs=1).runs, then.name)
    expected = runs.loc[("decided_within_24h", "all", "all")].mean()
    assert found.values.set_index("value")["mean"][now] == pytest.approx(expected, abs=1e-12)


def test_an_option_meets_the_open_contacts_of_its_base(tmp_path: Path) -> None:
    for name in ("backlog.yaml", "backlog.csv"):
        shutil.copy(EXAMPLES / name, tmp_path)
    file = tmp_path / "more.yaml"
    file.write_text(
        f"name: More\nchanges: backlog.yaml\nbecause:\n  - {{say: Two more, adjust: {{{OPEN_DESK}: '+2'}}}}\n",
        encoding="utf-8",
    )
    base, option = read_scenario(tmp_path / "backlog.yaml"), read_scenario(file)
    now = people_at(base, OPEN_DESK).now
    found, with_more = (
        staffing(model, OPEN_DESK, 0.5, between=(now, now + 2), step=2, replications=2, jobs=1)
        for model in (base, option)
    )
    assert with_more.people.now == now + 2
    pd.testing.assert_frame_equal(found.ceilings, with_more.ceilings)
    both = found.values.merge(with_more.values, on="value")
    assert len(both)
    assert both["mean_x"].tolist() == both["mean_y"].tolist()
    assert both["load_x"].tolist() == both["load_y"].tolist()


def test_room_for_everybody_is_room_in_every_team() -> None:
    """Managers who sign off are few: with room for them as well, all is as if both had been made many by hand."""
    model = read_scenario(EXAMPLES / "written_contacts.yaml")
    screeners, managers = (f"teams.{name}.staff[0].wte" for name in ("screening", "managers"))
    few = model.varied({managers: 1.5, "teams.screening.staff[0].non_case_share": 0})
    found = staffing(few, screeners, 0.99, between=(6, 7), step=1, replications=2, jobs=1)
    these, everybody = found.ceilings["mean"]
    returns = returning(few, 1)
    many = replicate(
        [Task((few.varied({screeners: 200, managers: 200}),), 1, number, returns) for number in range(2)],
        Workers(jobs=1),
    )
    whole = many[(many["measure"] == "decided_within_24h") & (many["by"] == "all")]["value"]
    assert everybody == pytest.approx(whole.mean(), abs=0.001)
    assert these < everybody - 0.01


def test_a_team_that_has_helpers_is_searched_from_the_first_step() -> None:
    model = read_scenario(EXAMPLES / "helpers.yaml")
    team = next(name for name, facts in model.model.teams.items() if facts.helpers)
    found = staffing(model, f"teams.{team}.staff[0].wte", 0.5, step=1, replications=2, jobs=1)
    assert (found.steady, found.lowest) == (False, 1)


OVERFLOWS = """
name: A desk that overflows
run: {opens: 2025-01-06, weeks: 12, warm_up: 4, follow_up: 2}
shifts: {office: {Mon-Fri: "09:00-17:00"}}
clock: office
arrivals: {police: {per_hour: {"Mon-Fri 09:00-17:00": 4}}}
teams:
  desk: {staff: [{role: officer, wte: 2, shift: office}]}
  duty: {staff: [{role: manager, wte: 6, shift: office}]}
stages:
  work: {team: desk, touch: 1 h, decides: true, holds_at_most: 3, when_full: route}
  manager: {team: duty, touch: 30 min, decides: true}
routes: {entry: work, work: [{if: {outcome: full}, to: manager}, {to: done}], manager: done}
ends: {done: {}}
"""


def test_a_team_that_contacts_may_leave_unserved_may_be_asked_for_more_than_it_has(tmp_path: Path) -> None:
    """Four contacts an hour of an hour's work: one officer is enough, since others look at whom the desk cannot take."""
    (tmp_path / "overflows.yaml").write_text(OVERFLOWS, encoding="utf-8")
    model = read_scenario(tmp_path / "overflows.yaml")
    found = staffing(model, OFFICERS, 0.92, replications=3, jobs=1, step=1)
    assert not found.steady
    assert found.least == 1
    assert "without end" not in str(found)
    (tmp_path / "waits.yaml").write_text(
        OVERFLOWS.replace("when_full: route", "when_full: wait").replace("{if: {outcome: full}", "{if: {rag: red}"),
        encoding="utf-8",
    )
    waits = read_scenario(tmp_path / "waits.yaml")
    assert staffing(waits, OFFICERS, 0.5, replications=2, jobs=1, step=1).steady


def test_a_group_has_a_target_of_its_own() -> None:
    model = read_scenario(EXAMPLES / "priority.yaml")
    team, facts = next((name, facts) for name, facts in model.model.teams.items() if facts.staff)
    path = f"teams.{team}.staff.{facts.staff[0].role}.wte"
    red, green = (
        staffing(model, path, 0.8, by="rag", group=rag, replications=3, jobs=1, step=0.5) for rag in ("red", "green")
    )
    assert red.goal.named == "Decided within 24 hours, red"
    assert red.least <= green.least or np.isnan(green.least)


def test_unknown_numbers_are_in_the_answer(eighty: LeastStaff) -> None:
    """Each replication has a touch of its own; the number that is looked for is set whatever a set says of it."""
    numbers = [{"stages.decision.touch.mean": mean, OFFICERS: 3.0} for mean in (45, 52, 68, 75)]
    found = staffing(read_scenario(DESK), OFFICERS, 0.8, replications=4, seed=5, jobs=1, numbers=numbers)
    assert found.ranged
    assert found.sure > eighty.sure
    assert found.values.set_index("value")["load"][7.0] == pytest.approx(
        eighty.values.set_index("value")["load"][7.0], rel=0.02
    )


# --- where the search begins and ends -----------------------------------------------------------------------------------


def test_between_bounds_the_search_and_more_than_that_is_said() -> None:
    model = read_scenario(DESK)
    found = staffing(model, OFFICERS, 0.87, between=(6, 7), replications=3, jobs=1)
    assert np.isnan(found.least)
    assert found.values["value"].between(6, 7).all()
    assert found.highest == 7
    assert "more than 7 WTE" in found.said[0]
    easy = staffing(model, OFFICERS, 0.3, between=(7, 9), replications=3, jobs=1)
    assert easy.least == 7
    assert not easy.values["value"].lt(7).any()


def test_the_least_that_is_steady_is_told_as_that() -> None:
    found = staffing(read_scenario(DESK), OFFICERS, 0.2, replications=3, jobs=1)
    assert found.least == found.lowest
    assert found.steady
    assert found.values["load"].lt(1).all()
    assert "with fewer, work would pile up without end" in found.said[0]


def test_a_team_that_is_full_with_the_most_people_is_a_mistake() -> None:
    with pytest.raises(InputError) as error:
        staffing(read_scenario(DESK), OFFICERS, 0.8, between=(1, 4), replications=2, jobs=1)
    (mistake,) = error.value.mistakes
    assert mistake.where == "one_desk.yaml: Desk, officer"
    assert mistake.what.startswith("With 4 WTE the team is still asked for 1.4")
    assert mistake.remedy == "Look further up, or make the work less."


def test_a_run_that_starts_from_open_contacts_may_have_a_load_above_one() -> None:
    model = read_scenario(EXAMPLES / "backlog.yaml")
    team, facts = next((name, facts) for name, facts in model.model.teams.items() if facts.staff)
    path = f"teams.{team}.staff.{facts.staff[0].role}.wte"
    found = staffing(model, path, 0.5, replications=2, jobs=1)
    assert not found.steady
    assert found.lowest == 0.5


def test_single_runs_are_called_years_only_where_they_are(eighty: LeastStaff) -> None:
    assert eighty.period == "run of 8 weeks"
    assert re.search(
        r"WTE 4 of 4 single runs of 8 weeks meet it \(of all such, 40 to 100 in 100\): the least", eighty.said[1]
    )
    assert next(_rows(eighty)).endswith("share of single runs of 8 weeks that meet it")
    year = replace(eighty, period="year", sure=np.nan)
    assert "meets it in 80% of single years" in year.said[1]
    assert next(_rows(replace(eighty, ranged=True))).endswith("share of cases that meet it")


def test_another_team_that_is_full_is_told(eighty: LeastStaff) -> None:
    full = pd.DataFrame({"team": ["sign_off"], "what": ["time"], "load": [1.2]})
    assert "Sign off is asked for 1.20 times the time it has" in replace(eighty, full=full).said[-1]


def test_the_best_that_was_tried_is_told_where_it_beats_room_for_all(eighty: LeastStaff) -> None:
    assert "More people are not always better" not in str(eighty)
    less = replace(eighty, ceilings=eighty.ceilings.assign(mean=0.7))
    best = eighty.values.iloc[-1]
    assert f"the best that was tried is {best.value:g} WTE, {100 * best['mean']:.1f}%" in str(less)


def test_other_teams_that_hold_it_back_are_told(eighty: LeastStaff) -> None:
    ceilings = eighty.ceilings.assign(mean=[0.75, 0.85], low=[0.74, 0.84], high=[0.76, 0.86])
    said = str(replace(eighty, ceilings=ceilings, least=np.nan))
    assert "No number of these people achieves this" in said
    assert "Other teams hold it back: with room for all in every team it comes to 85.0% (84.0 to 86.0%)." in said


# --- mistakes -----------------------------------------------------------------------------------------------------------


def test_every_mistake_at_once() -> None:
    with pytest.raises(InputError) as error:
        staffing(read_scenario(DESK), "teams.desk.staff.oficer.wte", 90, between=(5, 2), step=-1, by="rags")
    assert [(mistake.where, mistake.what) for mistake in error.value.mistakes] == [
        ("by", "decided_within_24h is not told by 'rags'."),
        ("target", "A share cannot be 90."),
        ("step", "Staff cannot go up in steps of -1."),
        ("between", "5 is not below 2."),
        ("teams.desk.staff.oficer.wte", "`teams.desk.staff` has nothing called 'oficer'."),
    ]
    assert error.value.mistakes[1].remedy == "Did you mean 0.9?"
    assert error.value.mistakes[4].remedy == "Did you mean officer?"


@pytest.mark.parametrize(
    ("asked", "what"),
    [
        ({"measure": "decided_in_24h"}, "There is no measure 'decided_in_24h'."),
        (
            {"measure": "utilisation"},
            "Whether more or less of utilisation is better depends, so it has no target.",
        ),
        ({"by": "rag", "group": "purple"}, "There is no group 'purple' by rag."),
        ({"target": float("nan")}, "A share cannot be nan."),
        ({"target": -0.1}, "A share cannot be -0.1."),
        ({"target": "most"}, "'most' is no plain number."),
        ({"target": None}, "nothing is no plain number."),
        ({"target": "130%"}, "A share cannot be 1.3."),
        (
            {"measure": "decision_hours_p90", "target": "40%"},
            "decision_hours_p90 is in hours, and 40% is a percentage.",
        ),
        ({"between": ("10%", 9)}, "10% is no plain number."),
        ({"step": "half"}, "'half' is no plain number."),
        ({"measure": "decision_hours_p90", "target": -4}, "A target of -4 means nothing."),
        ({"step": 0.01}, "Steps of 0.01 WTE are finer than any roster."),
        ({"step": 5, "between": (4, 6)}, "One step of 5 is more than there is between 4 and 6."),
        ({"between": (-1, 6)}, "-1 to 6 is no number of people."),
        ({"between": (1, float("inf"))}, "1 is not below inf."),
        ({"path": "teams.desk.staff.officer.shift"}, "`teams.desk.staff.officer.shift` is no number of people."),
        ({"path": "run.weeks"}, "`run.weeks` is no number of people."),
        ({"path": ""}, "'' is no path."),
    ],
)
def test_a_mistake_is_told_by_what_it_is(asked: dict[str, object], what: str) -> None:
    with pytest.raises(InputError) as error:
        staffing(read_scenario(DESK), **({"path": OFFICERS, "target": 0.8} | asked))  # type: ignore[arg-type]
    (mistake,) = error.value.mistakes
    assert mistake.what == what
    assert mistake.right
    assert mistake.remedy


def test_a_target_may_be_a_percentage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert Goal("80%") == Goal(0.8)  # type: ignore[arg-type]
    model, often = read_scenario(DESK), {"between": (6, 8), "step": 1, "replications": 2, "jobs": 1}
    found = staffing(model, OFFICERS, "80%", **often)  # type: ignore[arg-type]
    assert found.goal.target == 0.8
    assert found.least == staffing(model, OFFICERS, 0.8, **often).least  # type: ignore[arg-type]
    asked = ["staffing", str(DESK), "--path", OFFICERS, "--replications", "2", "--jobs", "1", "--quiet"]
    asked += ["-o", str(tmp_path), "--between", "6", "8", "--step", "1"]
    assert cli.main([*asked, "--target", "80%"]) == cli.DONE
    assert str(found) in capsys.readouterr().out
    assert cli.main([*asked, "--target", "80%", "--between", "10%", "90%"]) == cli.USER_INPUT
    assert "--between\n  what:   10% is no plain number." in capsys.readouterr().err


def test_a_path_of_many_and_a_change_with_a_date_are_mistakes() -> None:
    model = read_scenario(EXAMPLES / "go_live.yaml")
    with pytest.raises(InputError) as error:
        staffing(model, "teams.*.staff[0].wte", 0.8)
    assert error.value.mistakes[0].what.startswith("The path leads to ")
    team = next(name for name, facts in model.model.teams.items() if facts.staff)
    with pytest.raises(InputError) as error:
        staffing(model, f"teams.{team}.staff[0].wte", 0.8)
    assert [mistake.where for mistake in error.value.mistakes] == [
        f"go_live.yaml:{line}: because[{change}]" for change, line in enumerate((6, 13, 19, 25))
    ]
    assert error.value.mistakes[1].what == "This change has a date, `from: 2025-01-27` and `until: 2025-02-03`."


def test_a_group_that_no_run_has_is_a_mistake() -> None:
    with pytest.raises(InputError) as error:
        staffing(read_scenario(DESK), OFFICERS, 0.8, by="source", group="nobody", replications=2, jobs=1)
    (mistake,) = error.value.mistakes
    assert mistake.what == "`decided_within_24h source nobody` cannot be measured in every run, even with room for all."


def test_one_replication_is_too_few() -> None:
    with pytest.raises(ValueError, match="at least 2 replications"):
        staffing(read_scenario(DESK), OFFICERS, 0.8, replications=1)


# --- the command --------------------------------------------------------------------------------------------------------


def asked(*words: str) -> int:
    return cli.main(["staffing", *words, "--quiet", "--jobs", "1"])


def test_the_command_says_and_writes_what_python_finds(
    eighty: LeastStaff, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [DESK, "--path", OFFICERS, "--target", "0.8", "--replications", "4", "--seed", "5", "-o", str(tmp_path)]
    stale = tmp_path / "tables" / "full.csv"
    stale.parent.mkdir()
    stale.write_text("of an earlier search")
    (tmp_path / "manifest.json").write_text(json.dumps({"inputs": [{"name": "another.yaml", "sha256": "0"}]}))
    assert asked(*words) == cli.DONE
    assert not stale.exists()
    told = capsys.readouterr().out
    assert told.startswith(f"{tmp_path} holds what was made from other inputs (another.yaml, one_desk.yaml)")
    assert str(eighty) in told
    assert "simulation noise alone" in told
    written = pd.read_parquet(tmp_path / "tables" / "values.parquet")
    pd.testing.assert_frame_equal(written, eighty.values, check_dtype=False)
    assert (tmp_path / "staffing.svg").read_text(encoding="utf-8").startswith("<svg")
    record = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert record["path"] == OFFICERS
    assert "tables/answer.csv" in record["files"]
    assert "command" in json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))


def test_an_appraisal_puts_what_is_not_known_into_the_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    appraisal = str(EXAMPLES / "appraisal.yaml")
    longer = str(EXAMPLES / "one_desk_open_longer.yaml")
    path = ["--path", OFFICERS, "--target", "0.8"]
    assert asked(appraisal, *path, "-o", str(tmp_path / "base")) == cli.DONE
    told = capsys.readouterr().out
    assert "4 replications, each with its own set of unknown numbers" in told  # as many as the appraisal says
    assert json.loads((tmp_path / "base" / "manifest.json").read_text(encoding="utf-8"))["seed"] == 7
    assert asked(appraisal, *path, "--option", longer, "-o", str(tmp_path / "option")) == cli.DONE
    assert read_scenario(longer).name in capsys.readouterr().out
    assert read_study(appraisal).facts.seed == 7


def test_what_is_typed_wrong_is_told_with_what_is_wrong_in_the_files(capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(DESK, "--path", "run.weeks", "--target", "80", "--step", "0") == cli.USER_INPUT
    error = capsys.readouterr().err
    assert error.startswith("3 mistakes.")
    for said in ("--target\n", "--step\n", "--path run.weeks\n"):
        assert said in error
    assert asked("missing.yaml", "--path", OFFICERS, "--target", "80") == cli.USER_INPUT
    assert capsys.readouterr().err.startswith("2 mistakes.")
    stranger = str(EXAMPLES / "hub.yaml")
    assert asked(DESK, "--path", OFFICERS, "--target", "0.8", "--option", stranger) == cli.USER_INPUT
    assert "is not a change to one_desk.yaml" in capsys.readouterr().err


def test_the_picture_says_its_answer_in_words_too(eighty: LeastStaff) -> None:
    assert eighty.said[0] in eighty.plot().get_label()
    none = replace(eighty, least=np.nan, low=np.nan, high=np.nan, sure=np.nan)
    assert none.plot().get_label()
    unbounded = replace(eighty, high=np.nan)
    assert "more than" in str(unbounded)
    assert unbounded.plot().get_label()
