"""Break-even values: an interval that covers as often as it says, closed forms, an advice line, and mistakes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from frontdoor_sim.documents import InputError
from frontdoor_sim.event_log import EventLog
from frontdoor_sim.experiment import break_even, run
from frontdoor_sim.experiment.break_even import crossing
from frontdoor_sim.scenario import Scenario, read_scenario
from queue_laws import plain
from random_models import as_scenario
from stories import OPENS, officers

CAUTION = "stages.advice_call.judges.caution"
ADVISED = ("led_to_share", "stage and outcome", "advice_call, advised")


# --- the interval -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("slope", "bend", "truth"), [(1.0, 0.0, 0.37), (0.2, 0.0, 0.37), (1.0, 0.6, 0.375)])
def test_the_interval_covers_as_often_as_it_says(slope: float, bend: float, truth: float) -> None:
    """Differences that cross 0, straight or bent, with luck shared within a replication: 95 % of 500, to the 99.9 % band."""
    draw, values, studies = np.random.default_rng(20261126), np.linspace(0.0, 1.0, 9), 500
    mean = slope * (values - truth) + bend * np.maximum(values - truth, 0)
    hits = 0
    for _ in range(studies):
        gaps = mean[:, None] + draw.normal(0, 0.15, 8) + draw.normal(0, 0.05, (9, 8))
        found = crossing(values, gaps)
        hits += found.low <= truth <= found.high
    low, high = stats.binom.interval(0.999, studies, 0.95)
    assert low <= hits <= high


def test_no_crossing_one_and_several() -> None:
    values = np.array([0.0, 1.0, 2.0])
    always = crossing(values, np.array([[1.0, 1.1], [2.0, 2.1], [3.0, 3.1]]))
    assert np.isnan([always.at, always.low, always.high]).all()
    twice = crossing(values, np.array([[1.0, 1.1], [-1.0, -1.1], [1.0, 1.1]]))
    assert (round(twice.at, 3), twice.times) == (0.5, 2)
    unclear = crossing(values, np.array([[1.0, -0.9], [2.0, -1.5], [3.0, -2.5]]))
    assert np.isnan(unclear.at)
    assert (unclear.low, unclear.high) == (0.0, 2.0)


# --- closed forms -------------------------------------------------------------------------------------------------------


def desk(calls: bool) -> Scenario:
    """Fifty minutes a contact; with calls first, ten minutes for each, and only who is not advised writes."""
    stages = {"screening": {"team": "desk", "touch": "50 min", "decides": True}}
    judges = {"noise": 1.0, "caution": 0.8}
    call = {"advice_call": {"team": "desk", "touch": "10 min", "judges": judges}}
    routes = {"entry": "screening", "screening": "done"}
    on_call = {"entry": "advice_call", "advice_call": [{"if": {"judged": 1}, "to": "closed"}, {"to": "screening"}]}
    return as_scenario({
        "name": "Calls" if calls else "Letters", "run": {"opens": OPENS, "weeks": 20, "warm_up": 0, "follow_up": 2},
        "teams": {"desk": officers(40, "always")}, "stages": stages | (call if calls else {}),
        "routes": routes | (on_call if calls else {}), "ends": {"done": {}} | ({"closed": {"provides": 1}} if calls else {}),
        "arrivals": {"schools": {"per_hour": 2}}, "thresholds": {"early_help": 0.0, "child_in_need": 1.0, "protection": 2.0},
    })  # fmt: skip


def test_time_breaks_even_where_the_calls_cost_what_they_save() -> None:
    """Ten minutes a call, fifty saved: at a fifth diverted, and so where the normal distribution function of -caution is 0.2."""
    found = break_even(desk(False), desk(True), CAUTION, (0.6, 1.1), "utilisation", _advised("closed"), 5, 12, 3)
    truth = -stats.norm.ppf(0.2)
    assert found.low <= truth <= found.high
    assert found.high - found.low < 0.08
    assert found.at == pytest.approx(truth, abs=0.04)
    assert found.along_low <= 0.2 <= found.along_high
    assert found.along_at == pytest.approx(0.2, abs=0.01)
    assert "95% interval" in found.said


def _advised(end: str) -> tuple[str, str, str]:
    return ("led_to_share", "stage and outcome", f"advice_call, {end}")


def test_no_break_even_is_said_so() -> None:
    found = break_even(desk(False), desk(True), CAUTION, (2.0, 3.0), "utilisation", steps=2, replications=3)
    assert np.isnan([found.at, found.low, found.high, found.along_at]).all()
    assert found.said == "Calls: no break-even of utilisation between 2 and 3: more at every value."


def test_numbers_of_the_base_may_differ_between_replications() -> None:
    """Twice as many people in every other replication, base and option alike: half the utilisation there."""
    path = "teams.desk.staff.officer.wte"
    found = break_even(
        desk(False), desk(True), CAUTION, (0.0, 2.0), "utilisation", steps=2, replications=4, numbers=[{path: 40}, {path: 80}]
    )  # fmt: skip
    alone = break_even(desk(False), desk(True), CAUTION, (0.0, 2.0), "utilisation", steps=2, replications=4)
    assert abs(found.table["difference"][1]) < 0.85 * abs(alone.table["difference"][1])


# --- the example --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def line() -> Scenario:
    return read_scenario("scenarios/examples/advice_line.yaml")


@pytest.fixture(scope="module")
def played(line: Scenario) -> EventLog:
    return run(line, seed=7)


def test_the_line_helps_the_desk_and_the_children_at_different_shares(line: Scenario) -> None:
    """Time is saved above some share diverted; above a greater one children go unseen; between the two both gain."""
    shares = []
    for measure in ("utilisation", "closed_below_need_share"):
        found = break_even(line.base, line, CAUTION, (-1.5, 2.5), measure, ADVISED, 9, 6, 7)
        assert found.low < found.at < found.high
        shares.append(found.along_at)
    assert 0.3 < shares[0] < shares[1] - 0.05 < 0.7


def test_callers_are_professionals_in_office_hours_and_hang_up_after_ten_minutes(played: EventLog) -> None:
    events, contacts = plain(played.events), played.contacts.set_index("contact")
    calls = events[events["stage"] == "advice_call"]
    assert set(contacts.loc[calls["contact"], "source"]) == {"schools", "health", "doctors"}
    begun = calls.groupby("contact")["enabled"].min()
    local = [played.about.clock.local(int(second)) for second in begun]
    assert all(9 <= moment.hour < 17 and moment.weekday() < 5 for moment in local)
    answered = calls[calls["kind"] == "work"].groupby("contact")["start"].min()
    assert len(answered) > 800
    assert (answered - begun[answered.index] < 600).all()
    gave_up = calls[calls["outcome"] == "screening"]
    assert len(gave_up) > 50
    assert (gave_up["end"] - gave_up["enabled"] == 600).all()


def test_children_advised_wrongly_come_back_more_often(played: EventLog) -> None:
    ended = plain(played.events)
    ended = ended.loc[ended["outcome"] == "advised", "contact"]
    contacts = played.contacts.set_index("contact").loc[ended]
    back, wrong = contacts["returns_at"] >= 0, contacts["level"] > 1
    assert wrong.sum() > 30
    assert back[wrong].mean() > back[~wrong].mean() + 0.1


def test_whoever_has_rung_writes_a_better_contact(played: EventLog) -> None:
    """Judged at the level that it is more often, in less time, and with consent already more often."""
    events = plain(played.events)
    seconds = {}
    for stage in ("screening", "screening_after_call"):
        work = events[(events["stage"] == stage) & (events["kind"] == "work")]
        seconds[stage] = (work["end"] - work["start"]).groupby(work["contact"]).sum().mean()
    assert seconds["screening_after_call"] < 0.8 * seconds["screening"]
    asked = {}
    for stage in ("consent", "consent_after_call"):
        mine = events[(events["stage"] == stage) & (events["part"] == 0)]
        asked[stage] = (mine.groupby("contact")["kind"].agg(lambda kinds: (kinds == "work").any())).mean()
    assert asked["consent_after_call"] < asked["consent"] - 0.25


# --- mistakes -----------------------------------------------------------------------------------------------------------


def test_mistakes_are_told(line: Scenario) -> None:
    base = line.base
    with pytest.raises(ValueError, match="2 replications and 2 steps"):
        break_even(base, line, CAUTION, (1.0, 1.0))
    with pytest.raises(InputError, match="advice_cal"):
        break_even(base, line, "stages.advice_cal.judges.caution", (0.0, 1.0), steps=2, replications=2)
    with pytest.raises(InputError, match="No measure decided_soon by all has a group all"):
        break_even(base.varied(SHORT), _short(line), CAUTION, (0.0, 1.0), "decided_soon", steps=2, replications=2)
    dated = read_scenario("scenarios/examples/go_live.yaml")
    with pytest.raises(InputError, match="has a date"):
        break_even(dated.base, dated, "teams.screening.staff.social_worker.wte", (1.0, 4.0))


SHORT = {"run.weeks": 2, "run.warm_up": 0, "run.follow_up": 1}


def _short(option: Scenario) -> Scenario:
    return option.varied(SHORT)


def test_a_table_holds_each_value_that_was_tried(line: Scenario) -> None:
    found = break_even(
        line.base.varied(SHORT), _short(line), CAUTION, (0.0, 1.0), along=ADVISED, steps=3, replications=2
    )
    assert found.table["value"].tolist() == [0.0, 0.5, 1.0]
    assert (found.table["low"] <= found.table["difference"]).all()
    assert found.table["along"].is_monotonic_decreasing
    assert isinstance(found.table, pd.DataFrame)
    assert str(found) == found.said
