"""Who comes and when, from published figures: source mix, shape of the year, extra variance."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from holidays import country_holidays

from frontdoor_sim.calibration.arrivals import source_mix, tilted
from frontdoor_sim.calibration.artefacts import FLAG
from frontdoor_sim.calibration.asked import Place, rounded_shares
from frontdoor_sim.calibration.dfe import MONTHS, read_figures
from frontdoor_sim.calibration.dispersion import dispersion, expected_terms, family_ratio, statistic
from frontdoor_sim.calibration.school_holidays import easter, school_holidays
from frontdoor_sim.calibration.season import (
    COVID_YEARS,
    daily_profile,
    days_of_year,
    habits,
    modelled_months,
    per_working_day,
    pooled_years,
)
from frontdoor_sim.parameters import SOURCES
from published_council import BCP, DATA, calibrated


@pytest.fixture(scope="module")
def figures():
    return read_figures(DATA)


# Who comes


def test_police_make_more_of_contacts_than_of_referrals():
    made = calibrated()
    contacts, referrals = made.value("arrivals.source_shares"), made.value("published.referral_source_shares")
    rates = made.value("arrivals.relative_conversion")
    assert referrals["police"] == pytest.approx(811 / 3416, abs=1e-4)
    assert contacts["police"] == pytest.approx(811 / 3416 / 0.79, abs=1e-4)
    assert sum(contacts[s] * rates[s] for s in SOURCES) == pytest.approx(1, abs=1e-3)
    for source in SOURCES:
        assert contacts[source] * rates[source] == pytest.approx(referrals[source], abs=2e-4)


def test_tilt_of_nothing_changes_nothing():
    mix = {"police": 0.25, "schools": 0.75}
    assert tilted(mix, {"police": 1.0}) == (mix, {"police": 1.0, "schools": 1.0})


def test_miscoded_schools_are_flagged_and_divided_as_in_england(figures):
    shares, note = source_mix(figures["sources"], Place(BCP, 2020))
    assert shares["schools"] + shares["education_services"] == pytest.approx((466 + 586) / 3416)
    assert shares["education_services"] / shares["schools"] == pytest.approx(13630 / 117010)
    assert note.startswith(f"{FLAG}schools 13.6 % and education services 17.2 %")
    assert source_mix(figures["sources"], Place(BCP, 2024))[1] == ""


def test_rounded_shares_still_add_up():
    shares = dict(zip("abcdefg", np.diff([0, 0.1234567, 0.3, 0.31, 0.5, 0.77777, 0.9, 1]), strict=True))
    rounded = rounded_shares(shares, digits=3)
    assert sum(rounded.values()) == pytest.approx(1, abs=1e-12)
    assert all(abs(rounded[name] - shares[name]) < 1e-3 for name in shares)


# When they come


def test_plain_index_is_that_of_the_fact_sheet(figures):
    years = [2018, 2019, 2022, 2023, 2024]
    months = {y: np.array([figures["months"].figure("England", y, month) for month in MONTHS]) for y in years}
    found = [0.97, 1.12, 1.08, 1.01, 0.81, 1.00, 1.01, 1.04, 0.93, 1.02, 1.00, 1.03]
    np.testing.assert_allclose(per_working_day(months), found, atol=0.006)


def test_months_with_holidays_put_back_add_up_to_the_published_ones(figures):
    made = calibrated()
    habit = habits(
        *(
            made.value(f"arrivals.{name}")
            for name in ("weekday_weights", "bank_holiday_factor", "school_holiday_factor")
        )
    )
    index = np.roll(made.value("arrivals.month_index"), -3)
    modelled, published = np.zeros(12), np.zeros(12)
    for year in pooled_years(figures["months"].years("England", MONTHS), 2020):
        counts = np.array([figures["months"].figure("England", year, month) for month in MONTHS])
        mix_year = max(year, 2014)
        mix = source_mix(figures["sources"], Place("England", mix_year))[0]
        shares = np.array([mix[source] for source in habit.sources])
        modelled += counts.sum() * modelled_months(year, index, shares, habit)
        published += counts
    np.testing.assert_allclose(modelled / published, 1, atol=1e-3)


def test_school_holidays_leave_little_of_august():
    january_first = calibrated().value("arrivals.month_index")
    assert january_first[7] == pytest.approx(1, abs=0.05)
    assert np.mean(january_first) == pytest.approx(1, abs=1e-3)


def test_pandemic_is_left_out_of_every_pool():
    assert pooled_years(range(2013, 2025), 2020) == [*range(2013, 2020), 2022, 2023, 2024]
    assert not set(pooled_years(range(2013, 2025), 2021, most=5)) & set(COVID_YEARS)
    assert pooled_years([2020, 2021, 2022, 2023, 2024], 2020, most=5) == [2022, 2023, 2024]


@pytest.mark.parametrize("year", range(2013, 2028))
def test_easter_is_two_days_after_good_friday(year: int):
    known_days = country_holidays("GB", subdiv="ENG", years=year)
    good_friday = next(day for day, name in known_days.items() if "Good Friday" in name)
    assert (easter(year) - good_friday).days == 2


def test_school_holidays_of_a_year_follow_the_rule():
    assert school_holidays(2020, 2020) == [
        (date(2020, 2, 17), date(2020, 2, 23)),
        (date(2020, 4, 6), date(2020, 4, 19)),
        (date(2020, 5, 25), date(2020, 5, 31)),
        (date(2020, 7, 27), date(2020, 8, 31)),
        (date(2020, 10, 26), date(2020, 11, 1)),
        (date(2020, 12, 21), date(2021, 1, 3)),
    ]


@pytest.mark.parametrize("year", [2014, 2020, 2024])
def test_school_holidays_cover_2018_to_2027_and_the_reporting_year(year: int):
    holidays = calibrated("Dorset", year).value("arrivals.school_holidays")
    assert holidays[0][0].year == min(2018, year - 1)
    assert holidays[-1][0] == date(2027, 12, 20)
    assert holidays == sorted(holidays)


# Extra variance


def test_family_ratio_is_that_of_one_plus_a_poisson():
    children = 1 + np.arange(60)
    mean = 0.72
    weights = np.exp(-mean + np.arange(60) * np.log(mean) - np.cumsum(np.log(np.maximum(np.arange(60), 1))))
    assert family_ratio(1.72) == pytest.approx((weights @ children**2) / (weights @ children))
    assert family_ratio(1.0) == 1.0


def flat(year: int, children: float = 1.72):
    """A year without a shape, for formulas: months by their number of days."""
    month = days_of_year(year).month
    shape = np.bincount(month, minlength=12) / len(month)
    return shape, np.ones(len(month)), family_ratio(children)


def test_formula_of_the_monthly_variance_is_that_of_a_simulation():
    year, total, day, week, repetitions = 2023, 4000.0, 0.06, 0.035, 4000
    shape, daily, families = flat(year)
    random = np.random.default_rng(20230401)
    days = days_of_year(year)
    of_weeks = random.gamma(1 / week, week, (repetitions, int(days.week.max()) + 1))[:, days.week]
    of_days = random.gamma(1 / day, day, (repetitions, len(daily)))
    contacts = random.poisson(total / 1.72 * daily / daily.sum() * of_weeks * of_days)
    children = contacts + random.poisson(0.72 * contacts)
    months = np.stack([children[:, days.month == m].sum(axis=1) for m in range(12)], axis=1)
    removed = months - shape * months.sum(axis=1, keepdims=True)
    found = (removed**2 / (shape * total)).sum(axis=1)
    freedom, of_week, of_day = expected_terms(year, total, shape, daily)
    wanted = families * freedom + week * of_week + day * (1 + week) * of_day
    assert abs(found.mean() - wanted) < 4 * found.std() / np.sqrt(repetitions)


@pytest.mark.parametrize("share", [0.1, 0.25, 1.0])
def test_variances_reproduce_the_published_monthly_variance(figures, share: float):
    years, table = [2022, 2023, 2024], figures["months"]
    counts = {y: np.array([table.figure(BCP, y, month) for month in MONTHS]) for y in years}
    national = {y: np.array([table.figure("England", y, month) for month in MONTHS]) for y in years}
    shapes = {y: months / months.sum() for y, months in national.items()}
    daily = {y: np.ones(len(days_of_year(y).month)) for y in years}
    fitted = dispersion(counts, shapes, daily, 1.72, share)
    expected = 0.0
    for y in years:
        freedom, of_week, of_day = expected_terms(y, float(counts[y].sum()), shapes[y], daily[y])
        expected += fitted.families * freedom + fitted.week * of_week + fitted.day * (1 + fitted.week) * of_day
    assert expected == pytest.approx(sum(statistic(counts[y], shapes[y]) for y in years), rel=1e-12)
    assert 5 < fitted.monthly_ratio < 7


def test_no_more_variance_than_families_explain_leaves_none():
    shape, daily, _ = flat(2023)
    even = {2023: np.round(1200 * shape)}
    fitted = dispersion(even, {2023: shape}, {2023: daily}, 1.72, 0.25)
    assert (fitted.day, fitted.week) == (0.0, 0.0)


def test_variances_of_bcp_are_of_the_size_that_the_field_knows():
    made = calibrated()
    assert 0.15 < np.sqrt(made.value("arrivals.day_variance")) < 0.35
    assert 0.15 < np.sqrt(made.value("arrivals.week_variance")) < 0.20
    assert made["arrivals.day_variance"].grade == "fitted"
    assert "years ending 31 March 2022 to 2024" in made["arrivals.day_variance"].source


def test_england_cannot_be_set_against_its_own_shape():
    made = calibrated("England", 2020)
    assert made["arrivals.day_variance"].grade == "assumed"
    assert "A region varies less than a council." in calibrated("South West", 2020)["arrivals.week_variance"].note


def test_daily_profile_is_a_year():
    made = calibrated()
    habit = habits(
        *(
            made.value(f"arrivals.{name}")
            for name in ("weekday_weights", "bank_holiday_factor", "school_holiday_factor")
        )
    )
    shares = np.array([made.value("arrivals.source_shares")[source] for source in habit.sources])
    profile = daily_profile(2020, np.ones(12), shares, habit)
    assert profile.shape == (366,)
    assert profile.sum() == pytest.approx(1, abs=1e-3)
