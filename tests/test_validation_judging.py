"""Distances and Theil's split against hand-worked numbers; bands, outcomes and verdicts against what is known of them."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, wasserstein_distance

from frontdoor_sim.measures.survival import incidence, read_at
from frontdoor_sim.validation.distances import area_between, root_mean_square, theil
from frontdoor_sim.validation.judging import (
    Scales,
    Values,
    gathered,
    in_all,
    judged,
    outcome,
    reach,
    split_errors,
    strangeness_of_each,
)
from frontdoor_sim.validation.meaning import headline, of_the_forecast, what_failed, what_it_may_mean
from frontdoor_sim.validation.statistics import STATISTICS, Seen, _number
from frontdoor_sim.validation.tolerance import read_tolerance
from frontdoor_sim.validation.validating import _told_weeks

NOTHING = pd.DataFrame({"measure": [], "by": [], "why": []}, dtype=object)
TOLERANCE = read_tolerance()


def test_theil_splits_a_worked_example():
    """Predicted .80 .78 .83 .75 .90 against .82 .74 .85 .70 .88, worked by hand with sums over five."""
    split = theil(np.array([0.80, 0.78, 0.83, 0.75, 0.90]), np.array([0.82, 0.74, 0.85, 0.70, 0.88]))
    assert split.mean_square == pytest.approx(0.00106, abs=1e-12)
    assert split.bias == pytest.approx(0.1849056604, abs=1e-9)
    assert split.variance == pytest.approx(0.2568175409, abs=1e-9)
    assert split.covariance == pytest.approx(0.5582767988, abs=1e-9)
    assert split.inequality == pytest.approx(0.0201661322, abs=1e-9)
    assert split.bias + split.variance + split.covariance == pytest.approx(1)


@pytest.mark.parametrize(
    ("predicted", "real", "bias", "variance", "covariance"),
    [
        ([2.0, 3.0, 4.0], [1.0, 2.0, 3.0], 1, 0, 0),  # one too high throughout
        ([1.0, 3.0, 5.0], [2.0, 3.0, 4.0], 0, 1, 0),  # twice the ups and downs
        ([1.0, 3.0], [3.0, 1.0], 0, 0, 1),  # the same ups and downs at other times
    ],
)
def test_each_kind_of_error_is_told_by_its_own_share(predicted, real, bias, variance, covariance):
    split = theil(np.array(predicted), np.array(real))
    assert (split.bias, split.variance, split.covariance) == pytest.approx((bias, variance, covariance), abs=1e-12)


def test_theil_leaves_out_weeks_of_which_nothing_is_known():
    whole = theil(np.array([2.0, 9.0, 4.0]), np.array([1.0, math.nan, 2.0]))
    assert whole == theil(np.array([2.0, 4.0]), np.array([1.0, 2.0]))
    assert math.isnan(theil(np.array([1.0]), np.array([math.nan])).mean_square)
    assert theil(np.array([1.0, 2.0]), np.array([1.0, 2.0])).mean_square == 0


def curve_of(hours: list[float], until: int) -> np.ndarray:
    """The share through by every tenth of an hour."""
    event = np.rint(np.array(hours) * 3_600).astype(np.int64)
    return read_at(
        incidence(np.zeros(len(event), dtype=np.int64), event, until * 3_600), np.arange(until * 10 + 1) * 360
    )


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [([1, 2, 3, 4, 10], [1.5, 2.5, 2.5, 6, 20], 2.7), ([0, 0], [5, 5], 5), ([1, 3], [1, 3], 0), ([2], [0, 4], 2)],
)
def test_area_between_curves_is_the_wasserstein_distance(one, other, distance):
    assert area_between(curve_of(one, 30), curve_of(other, 30), 0.1) == pytest.approx(distance)
    assert wasserstein_distance(one, other) == pytest.approx(distance)


def test_a_wait_beyond_the_limit_counts_as_the_limit():
    assert area_between(curve_of([1, 100], 30), curve_of([1, 1], 30), 0.1) == pytest.approx((30 - 1) / 2)


def test_typical_error_of_a_week():
    assert root_mean_square(np.array([1.0, 2.0, 3.0]), np.array([1.0, 4.0, math.nan])) == pytest.approx(math.sqrt(2))
    assert math.isnan(root_mean_square(np.array([1.0]), np.array([math.nan])))


@pytest.mark.parametrize("together", [0.0, 0.6])
def test_bands_hold_a_further_part_as_often_as_was_asked_for(together):
    """Twelve statistics, some skewed and four of them distances, independent or not: 500 studies of 40 parts each."""
    random, times, number = np.random.default_rng(20260101), 500, 40
    distance, finest, held = np.arange(12) >= 8, np.zeros(12), 0
    for _ in range(times):
        shared, own = random.normal(size=(1, number + 1)), random.normal(size=(12, number + 1))
        table = math.sqrt(together) * shared + math.sqrt(1 - together) * own
        table[6:] = np.exp(table[6:] / 3)
        c = reach(strangeness_of_each(table[:, :number], distance, finest), 0.95)
        held += Scales.of(table[:, :number], distance, finest).strangeness(table[:, number:])[0] <= c
    low, high = binom.ppf([0.0005, 0.9995], times, 39 / 41)
    assert low <= held <= high


def test_a_part_is_as_strange_as_its_strangest_statistic():
    scales = Scales(np.array([10.0, 0.0]), np.array([2.0, math.inf]), np.array([4.0, 1.0]), np.array([False, True]))
    far = scales.strangeness(np.array([[18.0, 6.0, 10.0], [1.0, 1.0, math.e**3]]))
    np.testing.assert_allclose(far, [2, 2, 3])
    low, middle, high = scales.bands(2.0)
    np.testing.assert_allclose(low, [6, 0])
    np.testing.assert_allclose(middle, [10, 1])
    np.testing.assert_allclose(high, [18, math.e**2])


def values(name: str, real: float, simulated: list[float], whole: float = 100.0) -> Values:
    return Values(STATISTICS[name], real, np.array(simulated), whole)


def test_place_band_and_misfit_of_a_figure():
    simulated = [0.5 + 0.01 * n for n in range(-30, 31)]
    row = judged([values("decided_within_24h", 0.52, simulated)], "real", TOLERANCE).iloc[0]
    assert row["predicted"] == pytest.approx(0.5)
    assert row["place"] == pytest.approx((32 + 0.5) / 61)
    assert (row["outside"], row["allowed"], row["verdict"]) == (0.0, 0.05, "cannot tell")
    assert row["high"] - row["predicted"] > 0.28
    far = judged([values("decided_within_24h", 0.95, simulated)], "real", TOLERANCE).iloc[0]
    assert far["outside"] == pytest.approx(0.95 - far["high"])
    assert far["verdict"] == "differs"


def test_figures_that_hardly_vary_are_held_to_a_quarter_of_what_is_allowed():
    row = judged([values("decision_hours_p90", 50.0, [24.0] * 40)], "real", TOLERANCE).iloc[0]
    assert (row["low"], row["predicted"], row["high"]) == (24, 24, 24)
    jumps = judged([values("decision_hours_p90", 24.0, [24.0] * 38 + [48.0] * 2)], "real", TOLERANCE).iloc[0]
    assert jumps["verdict"] == "agrees"


def test_a_percentile_that_was_not_reached_counts_as_the_longest_wait_that_could_be_followed():
    assert _number(math.nan, "more than 2352") == 2352
    assert math.isnan(_number(math.nan, "not measurable: there is no such contact"))
    within = [20.0 + number / 10 for number in range(40)]
    assert judged([values("decision_hours_p90", 2352.0, within)], "real", TOLERANCE)["verdict"].item() == "differs"


def test_percent_are_of_a_whole():
    row = judged([values("open_undecided", 50.0, [30.0 + n / 10 for n in range(40)], whole=50.0)], "real", TOLERANCE)
    assert row["allowed"].item() == pytest.approx(10)


@pytest.mark.parametrize(
    ("outside", "far", "allowed", "verdict"),
    [
        (0, 1, 1, "agrees"),
        (1, 1, 1, "agrees"),
        (1.01, 1, 1, "differs"),
        (0, 4.01, 1, "cannot tell"),
        (0, 9, 0, "agrees"),
    ],
)
def test_outcomes(outside, far, allowed, verdict):
    assert outcome(outside, far, allowed, telling=4) == verdict


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ({"decided_within_24h": "agrees", "open_undecided": "cannot tell"}, "passed"),
        ({"decided_within_24h": "cannot tell", "open_undecided": "agrees"}, "cannot tell"),
        ({"decided_within_24h": "agrees", "open_undecided": "differs"}, "failed"),
        ({"decided_within_24h": "not measurable"}, "cannot tell"),
        ({"decided_by_next_date": "agrees"}, "passed"),
    ],
)
def test_verdict_in_all(found, verdict):
    assert in_all(pd.DataFrame({"statistic": list(found), "verdict": list(found.values())}), TOLERANCE) == verdict


def part(shift: float = 0.0, **figures: float) -> Seen:
    series = {name: np.array([5.0, 6.0, 7.0]) + shift for name in ("contacts", "open_undecided")}
    curves = {"decision": np.linspace(0, 1, 11), "transfer": np.linspace(0, 1, 11)}
    names = [one.name for one in STATISTICS.values() if one.of == "figure" and one.stamps != "date"]
    shares = np.array([0.5, 0.6, 0.7]) + shift / 100
    return Seen(dict.fromkeys(names, 1.0) | figures, curves, {**series, "decided_within_24h": shares})


def test_what_the_files_cannot_say_is_not_judged_and_says_why():
    silent = pd.DataFrame(
        {"measure": ["decided_within_24h"], "by": ["*"], "why": ["the files hold no time of decision"]}
    )
    found = judged(gathered(part(), [part(n) for n in range(20)], "real", TOLERANCE, silent, False), "real", TOLERANCE)
    rows = found.set_index(found["statistic"].astype(str))
    assert rows.loc["decision_hours_p90", ["verdict", "why"]].tolist() == [
        "not measurable", "the files hold no time of decision",
    ]  # fmt: skip
    assert rows.loc["open_undecided", "verdict"] != "not measurable"
    assert "contacts_per_week" not in rows.index  # given away by real arrivals
    errors = split_errors(part(), [part(n) for n in range(20)], "real", silent, False)
    assert errors["series"].tolist() == ["open_undecided"]


def test_what_the_scenario_does_not_show_is_not_judged():
    simulated = [part(transferred_share=math.nan), *[part(n) for n in range(20)]]
    found = judged(gathered(part(), simulated, "real", TOLERANCE, NOTHING, False), "real", TOLERANCE)
    why = found.set_index(found["statistic"].astype(str)).loc["transferred_share", "why"]
    assert why == "the scenario does not show it in every simulated part"


def test_an_error_of_a_series_is_held_against_that_of_luck():
    simulated = [part(float(n)) for n in range(-10, 11)]
    row = split_errors(part(3.0), simulated, "forecast", NOTHING, False).set_index("series").loc["contacts"]
    assert (row["error"], row["bias"]) == pytest.approx((3, 1))
    assert row["error_by_luck"] == pytest.approx(5 * 21 / 20)  # the median shift, against the mean of the others


def finding(name: str, real: float, low: float, high: float, verdict: str = "differs") -> dict[str, object]:
    return {"prediction": "real", "statistic": name, "unit": STATISTICS[name].unit, "real": real, "low": low, "high": high,
            "allowed": 0.05, "verdict": verdict}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "real", "says"),
    [
        ("decided_within_24h", 0.3, "came later"),
        ("decided_within_24h", 0.9, "came sooner"),
        ("decision_hours_p90", 0.9, "came later"),
        ("decision_distance", 0.9, "The typical figures fit"),
        ("transferred_share", 0.9, "thresholds"),
        ("transfer_hours_to_allocation_median", 0.9, "caseloads"),
        ("contacts_per_week", 0.9, "More contacts came"),
        ("contacts_per_week", 0.1, "Fewer contacts came"),
        ("weekly_contacts", 0.9, "in other weeks"),
    ],
)
def test_every_failure_has_a_meaning(name, real, says):
    rows = pd.DataFrame([finding(name, real, 0.5, 0.6)])
    (meaning,) = what_it_may_mean(rows)
    assert says in meaning


def test_every_statistic_that_differs_has_a_meaning():
    for name in STATISTICS:
        assert what_it_may_mean(pd.DataFrame([finding(name, 0.9, 0.5, 0.6)])), name


def test_what_fails_with_real_contacts_says_nothing_of_the_forecast():
    late, more = finding("decided_within_24h", 0.3, 0.5, 0.6), finding("contacts_per_week", 90.0, 50.0, 60.0)
    fine = finding("decided_within_24h", 0.55, 0.5, 0.6, verdict="agrees")
    own, meanings = of_the_forecast(pd.DataFrame([late, more]), pd.DataFrame([late]))
    assert own["statistic"].tolist() == ["contacts_per_week"]
    assert [text.split(" ", 1)[0] for text in meanings] == ["More", "Other"]
    own, (meaning,) = of_the_forecast(pd.DataFrame([late]), pd.DataFrame([fine]))
    assert own["statistic"].tolist() == ["decided_within_24h"]
    assert meaning.startswith("With the real contacts this holds")
    assert of_the_forecast(pd.DataFrame([fine]), pd.DataFrame([late]))[1] == []


def test_a_failure_says_by_how_much():
    ((title, said),) = what_failed(pd.DataFrame([finding("decided_within_24h", 0.3, 0.5, 0.6)]))
    assert title == "Decided within 24 hours"
    assert said == "really 30.0%; the model says 50.0 to 60.0%, give or take 5 points"


@pytest.mark.parametrize(
    ("real", "forecast", "begins"),
    [
        ("passed", "passed", "Passed. The model shows"),
        ("failed", "passed", "Failed. With the very contacts"),
        ("failed", "failed", "Failed. With the very contacts"),
        ("passed", "failed", "Passed for the Front Door, failed for the forecast."),
        ("cannot tell", "failed", "Failed. With the contacts that the first part foretells"),
        ("passed", "cannot tell", "Cannot be told."),
        ("cannot tell", "cannot tell", "Cannot be told."),
    ],
)
def test_every_pair_of_verdicts_has_its_sentence(real, forecast, begins):
    run = SimpleNamespace(weeks=12, opens=pd.Timestamp("2025-01-06").date())
    found = SimpleNamespace(run=run, verdicts={"real": real, "forecast": forecast}, learnt=())
    assert headline(found).startswith(begins)
    assert "6 January 2025, which it had not seen" in headline(found)
    found.learnt = ("touch.decision", "delays.police")
    assert headline(found).startswith(begins)
    assert "not seen" not in headline(found)
    assert "no test: 2 of its numbers were fitted to those weeks or later" in headline(found)


def test_weeks_tell_of_no_few_contacts_by_themselves_nor_by_what_all_are_together():
    contacts, waiting = np.array([40.0, 30, 20, 4, 10]), np.array([9.0, 3, 8, 0, 7])
    share = np.array([0.5, 28 / 30, 1.0, 0.5, 0.5])
    told = _told_weeks({"contacts": contacts, "open_undecided": waiting, "decided_within_24h": share})
    kept_back = {name: np.flatnonzero(np.isnan(values)).tolist() for name, values in told.items()}
    assert kept_back["contacts"] == [3, 4]  # 4, and the next smallest, as the total is told
    assert kept_back["open_undecided"] == [1, 4]
    assert kept_back["decided_within_24h"] == [1, 3, 4]  # 2 late of 30; 2 of 4; 5 of 10
    assert told["decided_within_24h"][2] == 1.0
