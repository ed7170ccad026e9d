"""Steps, drifts and changes of coding: found where they are, and no oftener than stated where they are not."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from scipy.stats import binom

from frontdoor_sim.calibration.breaks import KNOWN_DATES, coding_changes, steadiness

WEEKS = 104
MONDAYS = np.datetime64("2018-10-01") + 7 * np.arange(WEEKS)
SEASON = 90 * (1 + 0.15 * np.sin(np.arange(WEEKS) * 2 * np.pi / 52))
EVEN = np.ones(WEEKS)


def history(random: np.random.Generator, level: np.ndarray = EVEN, variance: float = 0.03) -> np.ndarray:
    """Weekly counts with busy weeks."""
    return random.poisson(SEASON * level * random.gamma(1 / variance, variance, WEEKS)).astype(float)


@pytest.mark.parametrize("variance", [0.001, 0.03, 0.1])
def test_steady_histories_are_flagged_as_often_as_stated(variance):
    """By steps and by slope, however busy the weeks; inside the exact 99.9 % band, and not far below either."""
    random, steps, slopes, number, rate = np.random.default_rng(1), 0, 0, 150, 0.1
    for _ in range(number):
        found = steadiness(history(random, variance=variance), SEASON, MONDAYS, false_alarms=rate)
        steps += bool(found.breaks) or found.drifts
        slopes += found.slope_p <= rate
    tail = 0.001 / 2 / 2
    low, high = binom.ppf((tail, 1 - tail), number, rate)
    assert low <= slopes <= high
    assert low <= steps <= binom.ppf(1 - tail, number, 2 * rate)


def test_a_merger_is_found_where_it_happened():
    """A fall by a quarter in the week of 1 April 2019."""
    random, level = np.random.default_rng(2), np.where(np.datetime64("2019-04-01") > MONDAYS, 1.0, 0.75)
    merger = {"merger": date(2019, 4, 1), **KNOWN_DATES}
    places, named = [], 0
    for _ in range(20):
        found = steadiness(history(random, level, 0.02), SEASON, MONDAYS, known=merger)
        assert found.breaks
        nearest = min(found.breaks, key=lambda one: abs(one.monday - date(2019, 4, 1)))
        places.append(abs((nearest.monday - date(2019, 4, 1)).days))
        named += nearest.known == "merger"
        assert nearest.ratio == pytest.approx(0.75, abs=0.13)
    assert np.median(places) <= 14
    assert named >= 14


def test_a_lockdown_is_two_steps():
    closed = (np.datetime64("2020-03-23") <= MONDAYS) & (np.datetime64("2020-07-13") > MONDAYS)
    found = steadiness(history(np.random.default_rng(3), np.where(closed, 0.6, 1.0), 0.01), SEASON, MONDAYS)
    assert [one.known for one in found.breaks] == ["first lockdown", ""]
    assert found.breaks[0].ratio < 0.7
    assert found.breaks[1].ratio > 1.4
    assert not found.steady
    assert str(found).startswith("Demand breaks: week of 2020-03-")
    assert str(found).endswith("Each of the two tests flags a steady history in 1 of 100 cases.")


def test_a_slow_rise_is_a_drift_and_a_step_is_not():
    random = np.random.default_rng(4)
    rise, step = np.linspace(0.75, 1.25, WEEKS), np.where(np.arange(WEEKS) < 52, 0.85, 1.15)
    drifts = [steadiness(history(random, rise, 0.01), SEASON, MONDAYS) for _ in range(20)]
    steps = [steadiness(history(random, step, 0.01), SEASON, MONDAYS) for _ in range(20)]
    assert sum(one.drifts for one in drifts) >= 16
    assert sum(one.drifts for one in steps) <= 4
    slopes = [one.slope for one in drifts]
    assert np.mean(slopes) == pytest.approx(0.25, abs=4 * np.std(slopes) / np.sqrt(20))
    words = str(next(one for one in drifts if one.drifts))
    assert words.startswith("Demand drifts by +")
    assert "As steps it would be week of " in words


def test_a_season_is_no_break():
    """Told what to expect, August is no fall; not told, it would be."""
    counts = np.round(SEASON)
    assert steadiness(counts, SEASON, MONDAYS).steady
    assert not steadiness(counts, np.full(WEEKS, 90.0), MONDAYS).steady


def test_weeks_that_are_left_out_are_not_looked_at():
    random = np.random.default_rng(5)
    closed = (np.arange(WEEKS) > 40) & (np.arange(WEEKS) < 60)
    counts = history(random, np.where(closed, 0.3, 1.0), 0.01)
    assert steadiness(counts, np.where(closed, 0.0, SEASON), MONDAYS).steady
    assert not steadiness(counts, SEASON, MONDAYS).steady


def by_source(random: np.random.Generator, change: np.ndarray) -> tuple[dict, dict]:
    """Schools of which a share is coded as education services."""
    busy = random.gamma(50, 0.02, WEEKS)
    means = {"schools": 30 * (1 - change), "education_services": 5 + 30 * change, "police": 40 * EVEN}
    counted = {name: random.poisson(mean * busy).astype(float) for name, mean in means.items()}
    return counted, {"schools": 30 * EVEN, "education_services": 5 * EVEN, "police": 40 * EVEN}


def test_schools_coded_as_education_services_are_flagged():
    change = np.where(np.arange(WEEKS) >= 60, 0.5, 0.0)
    (found,) = coding_changes(*by_source(np.random.default_rng(6), change), MONDAYS)
    assert [name for name, _ in found.fell] == ["schools"]
    assert [name for name, _ in found.rose] == ["education_services"]
    assert found.monday == MONDAYS[60].item()
    assert found.total == pytest.approx(1, abs=0.15)
    assert str(found).startswith("Flag: recording, not behaviour: from the week of 2019-11-25, schools x 0.")


def test_steady_shares_are_not_flagged_even_when_the_total_breaks():
    random, flagged = np.random.default_rng(7), 0
    for _ in range(40):
        counted, expected = by_source(random, 0 * EVEN)
        fall = np.where(np.arange(WEEKS) < 70, 1.0, 0.5)
        halved = {name: np.round(counts * fall) for name, counts in counted.items()}
        flagged += bool(coding_changes(halved, expected, MONDAYS, false_alarms=0.05))
    assert flagged <= binom.ppf(0.999, 40, 0.05)


def test_too_few_weeks_and_rates_out_of_reach_are_refused():
    with pytest.raises(ValueError, match="11 weeks are too few"):
        steadiness(np.ones(11), np.ones(11), MONDAYS[:11])
    with pytest.raises(ValueError, match=r"from 0\.001 to 0\.2, not 0\.0001"):
        steadiness(EVEN, EVEN, MONDAYS, false_alarms=0.0001)
