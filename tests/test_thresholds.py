"""Ordered probit: exact chances, recovery of thresholds, needs and noise, and what decided levels cannot say."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import approx_fprime

from frontdoor_sim.calibration.ordered_probit import Cases, chances, cost_of_all, cost_of_single, joint_chances
from frontdoor_sim.calibration.routes import routes
from frontdoor_sim.calibration.thresholds import judgement_parameters, noise_from_returns, thresholds
from frontdoor_sim.documents import InputError
from frontdoor_sim.parameters import Graded
from frontdoor_sim.parameters.graded import read_leaf
from frontdoor_sim.parameters.known import kind_of
from frontdoor_sim.parameters.writing import plain
from recovery import Recovery
from small_logs import SmallLog, a_week
from test_theory_judgement import PROBIT

CUTS = np.array([-0.5, 0.5, 1.5])
NOISE = 0.6
NEEDS = {"police": 0.4, "schools": -0.3, "health": 0.0}
GRADED = Graded(0.6, "sd of need", "Assumption", date(2026, 11, 26), "assumed", (0.3, 1.0))


def decided(
    random: np.random.Generator, number: int, twice: int = 0, noise: float = NOISE
) -> tuple[np.ndarray, pd.DataFrame, np.ndarray]:
    """Levels of cases from three sources, the first so many of which were decided twice."""
    source = random.choice(["health", "police", "schools"], number, p=(0.4, 0.35, 0.25))
    need = np.array([NEEDS[one] for one in source]) + random.normal(size=number)
    first, second = (1 + np.searchsorted(CUTS, need + noise * random.normal(size=number)) for _ in range(2))
    return first, pd.DataFrame({"source": source}), np.where(np.arange(number) < twice, second, 0)


# Exact numbers


@pytest.mark.parametrize(("mean", "noise", "wanted"), PROBIT)
def test_chances_are_those_of_the_ordered_probit(mean, noise, wanted):
    assert chances(mean, CUTS, noise) == pytest.approx(wanted, abs=1e-10)
    if noise:
        assert joint_chances(mean, CUTS, noise).sum(axis=1) == pytest.approx(wanted, abs=1e-10)


@pytest.mark.parametrize(("noise", "same"), [(0.25, 0.7677936913), (0.5, 0.5806930498), (1.0, 0.4108568608)])
def test_two_judges_agree_as_often_as_the_bivariate_normal_says(noise, same):
    assert np.trace(joint_chances(0.0, CUTS, noise)) == pytest.approx(same, abs=1e-9)


def test_gradients_are_those_of_the_likelihoods():
    random = np.random.default_rng(1)
    first, covariates, second = decided(random, 400, 200)
    design = pd.get_dummies(covariates["source"]).to_numpy(float)[:, 1:]
    cases = Cases.grouped(design, first - 1, np.where(second > 0, second - 1, -1), 4)
    at = np.array([-0.6, 0.4, 1.6, 0.3, -0.2, np.log(0.7)])
    single = cases.part(cases.second < 0)
    cost, slope, information = cost_of_single(at[:-1], single)
    assert slope == pytest.approx(approx_fprime(at[:-1], lambda x: cost_of_single(x, single)[0], 1e-6), abs=2e-3)
    rows = [approx_fprime(at[:-1], lambda x, k=k: cost_of_single(x, single)[1][k], 1e-6) for k in range(5)]
    np.testing.assert_allclose(information, rows, atol=2e-3)
    assert cost_of_all(at, cases)[1] == pytest.approx(
        approx_fprime(at, lambda x: cost_of_all(x, cases)[0], 1e-6), abs=2e-3
    )
    assert cost > 0


# Recovery


def recover(recovery: Recovery, number: int, twice: int, repetitions: int, seed: int) -> list[float]:
    """Thresholds and needs in units of need, with a noise told by pairs or the true one given; the noises found."""
    random, noises = np.random.default_rng(seed), []
    given = None if twice else NOISE
    name = f"{twice} decided twice" if twice else "noise given"
    for _ in range(repetitions):
        found = thresholds(*decided(random, number, twice))
        for level, cut in zip((2, 3, 4), CUTS, strict=True):
            recovery.add(f"threshold {level}, {name}", float(cut), found.cuts(given)[level])
        for source in ("police", "schools"):
            recovery.add(f"need of {source}, {name}", NEEDS[source], found.needs(given)[f"source {source}"])
        if twice:
            noises.append(found.noise().estimate)
            recovery.add(f"noise, {name}", NOISE, found.noise())
    return noises


def test_thresholds_and_needs_are_found_again():
    recovery = Recovery()
    recover(recovery, 3_000, 0, 60, seed=20261126)
    recover(recovery, 3_000, 300, 40, seed=20261127)
    assert recovery.faults(allowance=0.1) == []


@pytest.mark.parametrize(("twice", "sd"), [(100, 0.079), (300, 0.045), (1_000, 0.029)])
def test_noise_is_as_uncertain_as_the_experiment_found(twice, sd):
    noises = recover(Recovery(), 3_000, twice, 40, seed=20261128 + twice)
    assert np.std(noises) == pytest.approx(sd, rel=0.4)


def test_one_decision_a_case_tells_thresholds_over_s_alone():
    """Noise .6 and thresholds t make the same decisions as no noise and t / sqrt(1.36)."""
    found = thresholds(*decided(np.random.default_rng(2), 60_000))
    assert found.numbers == pytest.approx(np.array([*CUTS, 0.4, -0.3]) / np.sqrt(1.36), abs=0.04)
    assert found.noise() is None
    for noise in (0.3, 1.0):
        scale = np.hypot(1, noise) / np.hypot(1, NOISE)
        assert found.cuts(noise)[4].estimate == pytest.approx(1.5 * scale, abs=0.04)


# What is not identified


def test_what_decisions_do_not_say_is_said_with_a_range():
    random = np.random.default_rng(3)
    level, covariates, second = decided(random, 4_000, 400)
    covariates["area"] = random.choice(["north", "south"], 4_000, p=(0.6, 0.4))
    once, both = thresholds(level, covariates), thresholds(level, covariates, second)
    names = [one.what for one in once.not_identified()]
    assert names == ["noise", "bias", "need or threshold of area south"]
    assert [one.what for one in both.not_identified()] == names[1:]
    noise = once.not_identified()[0]
    assert (noise.low, noise.high) == (0.3, 1.0)
    ends = [once.cuts(end)[3].estimate for end in (0.3, 1.0)]
    assert f"From noise 0.3 to 1 the threshold of level 3 moves from {ends[0]:.2f} to {ends[1]:.2f}." in noise.why
    for one in once.not_identified():
        assert one.low <= one.high
    with pytest.raises(ValueError, match="give a noise where no case was decided twice"):
        once.cuts()
    with pytest.raises(ValueError, match="none where some were"):
        both.cuts(0.6)
    assert once.agreement(0.25) > once.agreement(1.0)
    assert both.agreement() == pytest.approx(float(np.trace(joint_chances(0, CUTS, NOISE))), abs=0.06)


def test_returns_give_an_upper_end_for_the_noise():
    """Families closed at levels 1 and 2 come back with a need that has moved: the noise found is no less than true."""
    random = np.random.default_rng(4)
    found = thresholds(*decided(random, 20_000))
    found_twice = []
    for moved in (0.0, 0.5):
        need = random.normal(size=60_000)
        first = 1 + np.searchsorted(CUTS, need + NOISE * random.normal(size=len(need)))
        later = np.sqrt(1 - moved**2) * need + moved * random.normal(size=len(need))
        second = 1 + np.searchsorted(CUTS, later + NOISE * random.normal(size=len(need)))
        back = first <= 2
        found_twice.append(noise_from_returns(found, first[back], second[back]))
    assert found_twice[0].estimate == pytest.approx(NOISE, abs=0.03)
    assert found_twice[0].low < found_twice[0].estimate < found_twice[0].high
    assert found_twice[1].low > NOISE
    with pytest.raises(ValueError, match="fewer than 6 returns"):
        noise_from_returns(found, np.array([1]), np.array([2]))


def test_mistakes_of_decisions_come_all_at_once():
    level = np.array([1, 1, 3, 3, 4, 1, 3])
    area = pd.DataFrame({"area": ["a", "a", "a", "a", "a", "b", "c"]})
    with pytest.raises(InputError) as error:
        thresholds(level, area)
    text = str(error.value)
    assert text.startswith("2 mistakes.")
    assert "Levels 1, 3 and 4 were decided." in text
    assert "Every decision on area b is at level 1." in text


# As parameters


def test_judgement_is_a_part_of_the_parameters_file():
    random = np.random.default_rng(5)
    shares = {"health": 0.4, "police": 0.35, "schools": 0.25}
    level, covariates, second = decided(random, 20_000, 2_000)
    bias = Graded(0.25, "sd of need", "Assumption", date(2026, 11, 26), "assumed")
    both = judgement_parameters(
        thresholds(level, covariates, second), shares, GRADED, bias, "A history", date(2026, 3, 31)
    )
    once = judgement_parameters(thresholds(level, covariates), shares, GRADED, bias, "A history", date(2026, 3, 31))
    for numbers in (both, once):
        for name, graded in numbers.items():
            assert read_leaf(name, kind_of(name), plain(graded))[1] == []
        mean = sum(shares[name] * need for name, need in numbers["contacts.need_mean"].value.items())
        assert mean == pytest.approx(0, abs=2e-3)
    assert both["judgement.noise"].value == pytest.approx(NOISE, abs=0.06)
    assert both["judgement.thresholds"].grade == "fitted"
    assert "judgement.noise" not in once
    assert once["judgement.thresholds"].grade == "assumed"
    assert "Given a noise of 0.6, which no decision tells" in once["judgement.thresholds"].note
    shift = 0.35 * 0.4 - 0.25 * 0.3
    wanted = CUTS + 0.25 - shift
    assert list(once["judgement.thresholds"].value.values()) == pytest.approx(wanted, abs=0.06)


def test_parameters_want_source_alone():
    random = np.random.default_rng(6)
    level, covariates, _ = decided(random, 500)
    covariates["rag"] = random.choice(["red", "green"], 500)
    with pytest.raises(InputError, match="covariates source and rag"):
        judgement_parameters(thresholds(level, covariates), {}, GRADED, GRADED, "A history", date(2026, 3, 31))


# Routes


def test_routes_are_shares_of_finished_visits_with_small_numbers_withheld():
    log = SmallLog()
    outcomes = ["advice"] * 40 + ["early help"] * 12 + ["plan"] * 3
    for key, outcome in enumerate(outcomes):
        log.decided(key, key / 2, 2, outcome, rag="red" if key % 2 else "green")
    log.decided(99, 30, None)
    table = routes(log.made()).set_index("outcome")
    assert table["visits"].unique().tolist() == [55]
    assert table.loc["advice", "share"] == pytest.approx(40 / 55)
    assert table.loc["advice", "low"] < 40 / 55 < table.loc["advice", "high"]
    assert table["share"].isna().tolist() == [False, True, True]
    by_rag = routes(log.made(), "rag")
    assert by_rag["group"].unique().tolist() == ["green", "red"]


def test_routes_by_an_attribute_that_is_not_there():
    assert routes(a_week(), "source")["group"].unique().tolist() == ["health", "police"]
    with pytest.raises(InputError, match='No attribute "need"'):
        routes(a_week(), "need")
