"""Stage to stage, out of a log: what happened, how precisely it is known, who was open, and who was there already."""

from __future__ import annotations

import numpy as np
import pytest

from frontdoor_sim.calibration.estimates import design_effect, wilson
from frontdoor_sim.calibration.history import examine, to_log
from frontdoor_sim.calibration.interval_censored import DAY, MINUTE, SECOND
from frontdoor_sim.calibration.spans import spans, whole_working_days
from frontdoor_sim.calibration.turnbull import turnbull
from frontdoor_sim.experiment import run
from frontdoor_sim.scenario import read_scenario
from invented_councils import beside
from small_logs import HOUR, a_week, about

HOURS = [1, 2, 4, 8, 24, 72, 240]


def of(council, form, *faults):
    log = to_log(examine(council.read(form, *faults), council.extracted).history, council.period).log
    return spans(log)


def test_a_week_by_hand():
    found = spans(a_week())
    decided = found["received_to_decided"].observed
    assert (decided.number, decided.open_cases, decided.truncated, decided.coarsest) == (3, 1, 0, SECOND)
    # received 8 to 14, 10 to 34, and 116 to the end at 336
    assert {round(point) for point in decided.points.tolist() if np.isfinite(point)} >= {6, 24, 220}
    accepted = found["decided_to_accepted"].observed
    assert (accepted.number, accepted.open_cases) == (1, 0)
    assert round(float(accepted.points[accepted.points > 0][0])) == 3
    assert round(float(found["decided_to_allocated"].observed.points[-1])) == 19


def test_a_working_day_counts_24_hours_and_a_weekend_none():
    calendar = whole_working_days(about())
    monday = about().clock.date_of(0).weekday() == 0
    assert monday
    assert calendar.between(0, 7 * 24 * HOUR) == 5 * 24 * HOUR


@pytest.mark.parametrize(("form", "width"), [("liquidlogic", MINUTE), ("mosaic", SECOND), ("template", MINUTE)])
def test_the_shares_are_those_of_the_run(council, form, width):
    found = of(council, form)
    decided = found["received_to_decided"].observed
    assert decided.coarsest == width
    bands = turnbull(decided, HOURS)
    curve = beside(council.truth, council.truth, ("hours",)).loc["decision_curve"]
    within = dict(
        zip(council.truth.loc[council.truth["measure"] == "decision_curve", "group"], curve["value"], strict=True)
    )
    for hours in (4, 24, 72):
        assert bands.within(hours) == pytest.approx(within[str(hours)], abs=0.012)


def test_what_had_begun_before_the_window_is_known_only_as_still_open(council):
    decided = of(council, "liquidlogic")["received_to_decided"].observed
    contacts = council.log.contacts
    before = contacts[contacts["received"] < 0]
    assert 0 < decided.truncated < len(before)


def test_dates_alone_go_through_the_likelihood_of_dates(council):
    found = of(council, "liquidlogic", "date_only")
    assert found["received_to_decided"].observed.coarsest > MINUTE
    assert found["received_to_decided"].observed.dates is not None
    assert found["received_to_decided"].observed.coarsest <= 25 * 3_600 <= DAY + 3_600


@pytest.mark.parametrize("form", ["annex_a", "ssd"])
def test_a_list_without_decisions_has_no_time_to_one(council, form):
    assert not {"received_to_decided", "decided_to_accepted", "decided_to_allocated"} & set(of(council, form))


def test_assessments_run_on_working_days(council):
    found = of(council, "mosaic")["assessment"].observed
    assert found.clock == "working"
    assert found.open_cases > 0


def waits_of_a_queue(load: float, years: int, cases: int) -> tuple[np.ndarray, np.ndarray]:
    """Arrivals and waits of one desk that serves at random, by Lindley's recursion; a row a case, a column a year."""
    random = np.random.default_rng(20261128)
    gaps, work = random.exponential(1 / load, (2 * cases, years)), random.exponential(1, (2 * cases, years))
    waits = np.zeros((2 * cases, years))
    for case in range(1, 2 * cases):
        waits[case] = np.maximum(0, waits[case - 1] + work[case - 1] - gaps[case])
    begun = np.cumsum(gaps, axis=0)[cases:]
    return (1000 * (begun - begun[0])).astype(np.int64), waits[cases:]


def holds(times: np.ndarray, over: np.ndarray, closes: int, truth: float) -> tuple[bool, bool]:
    """Whether the 90 % interval of one year holds the truth: of independent cases, and with the design effect."""
    effect = design_effect(times, over.astype(float), closes)
    alone, together = (wilson(over.mean() * number, number) for number in (len(over), len(over) / effect))
    return alone.low <= truth <= alone.high, together.low <= truth <= together.high


def test_intervals_of_cases_that_wait_in_one_queue_hold_the_truth():
    """Of M/M/1, P(wait <= t) = 1 - load exp(-(1 - load) t)."""
    begun, waits = waits_of_a_queue(0.9, years=400, cases=2500)
    truth = 1 - 0.9 * np.exp(-0.5)
    each = [holds(times, wait <= 5, int(times[-1]) + 1, truth) for times, wait in zip(begun.T, waits.T, strict=True)]
    alone, together = np.mean(each, axis=0)
    assert alone < 0.3
    assert 0.85 < together < 0.95


def test_intervals_of_independent_cases_are_hardly_wider_for_it():
    years = np.random.default_rng(20261128).random((1000, 2500)) < 0.3
    alone, together = np.mean([holds(np.arange(2500), over, 2500, 0.3) for over in years], axis=0)
    assert 0.87 < alone <= together < 0.97


def test_spans_of_a_run_that_wait_in_one_queue_wait_alike():
    """A desk that is asked for nearly as much as it can do has good weeks and bad ones; with half of that load, none."""
    desk = read_scenario("scenarios/examples/one_desk.yaml")
    busy, idle = (desk.varied({"teams.desk.staff.officer.wte": wte, "run.weeks": 52}) for wte in (5.5, 12))
    effects = [spans(run(one, seed=7))["received_to_decided"].effect for one in (busy, idle)]
    assert effects[0] > 10 * effects[1]
