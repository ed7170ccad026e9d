"""Demand fitted to invented histories: habits, season, holidays, busy days and weeks are found again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from frontdoor_sim.calibration.batches import families_of
from frontdoor_sim.calibration.breaks import steadiness
from frontdoor_sim.calibration.busy_days import busy_days
from frontdoor_sim.calibration.demand import demand
from frontdoor_sim.calibration.demand_parameters import children_parameter, demand_parameters, told
from frontdoor_sim.calibration.estimates import wilson
from frontdoor_sim.calibration.proportional_fitting import fitted_rates, information
from frontdoor_sim.calibration.window import LeftOut, Window, lay_out
from frontdoor_sim.documents import InputError
from frontdoor_sim.parameters import Parameters
from frontdoor_sim.parameters.graded import read_leaf
from frontdoor_sim.parameters.known import kind_of
from frontdoor_sim.parameters.writing import plain
from frontdoor_sim.working_time import WallClock
from histories import DAY, HOLIDAYS, HOUR, ONE_YEAR, TWO_YEARS, Town
from recovery import Recovery


def fitted(town: Town, random: np.random.Generator, **asked):
    received, source = town.history(random)
    return demand(received, source, town.window, town.clock, HOLIDAYS, **asked)


# The regression


def test_margins_of_the_model_are_those_counted():
    """Greatest likelihood: each slot by source, each month, and the holidays by source are expected as often as counted."""
    found = fitted(Town(TWO_YEARS), np.random.default_rng(1))
    cells, expected = found.cells, found.rates.expected(found.cells)
    for s, counts in enumerate(found.counts):
        np.testing.assert_allclose(
            np.bincount(cells.slot, expected[s]), np.bincount(cells.slot, counts), rtol=1e-6, atol=1e-6
        )
        for flag in (cells.bank_holiday, cells.school_holiday):
            assert expected[s, flag].sum() == pytest.approx(counts[flag].sum(), rel=1e-8)
    months = [np.bincount(cells.month, table.sum(axis=0)) for table in (expected, found.counts)]
    np.testing.assert_allclose(months[0], months[1], rtol=1e-6)


def test_information_is_that_of_the_design_matrix():
    """X' diag(mu) X, with a row for each cell and source and a column for each number."""
    town = Town(Window(date(2024, 3, 25), date(2024, 6, 30)))
    counts = np.random.default_rng(2).poisson(town.expected).astype(float)
    rates = fitted_rates(counts, town.cells, None)
    names, by_day, found = information(rates, town.cells)
    expected, cells = rates.expected(town.cells), town.cells
    design = []
    for kind, source, place in names:
        flags = {
            "slot": cells.slot == place,
            "month": cells.month == place,
            "bank": cells.bank_holiday,
            "school": cells.school_holiday,
        }
        mine = np.arange(3)[:, None] == source if source >= 0 else np.ones((3, 1), dtype=bool)
        design.append((mine & flags[kind]).ravel())
    columns = np.array(design, dtype=float).T
    np.testing.assert_allclose(found, columns.T @ (columns * expected.ravel()[:, None]), atol=1e-9)
    of_day = np.array([np.bincount(np.tile(cells.day, 3), column * expected.ravel()) for column in columns.T])
    np.testing.assert_allclose(by_day, of_day, atol=1e-9)


def recover(recovery: Recovery, town: Town, repetitions: int, seed: int, **asked) -> None:
    """Fit the town's own histories."""
    random = np.random.default_rng(seed)
    for _ in range(repetitions):
        found = fitted(town, random, **asked)
        recovery.add("day variance", town.day, found.busy.day)
        recovery.add("week variance", town.week, found.busy.week)
        recovery.add("contacts a week", town.expected.sum() / (town.window.days / 7), found.per_week())
        if not found.rates.season_given:
            for month, interval in enumerate(found.months()):
                recovery.add(f"month {month + 1}", float(town.months[month] / town.months.mean()), interval)
        shares = town.expected.sum(axis=1) / town.expected.sum()
        for s, name in enumerate(town.sources):
            recovery.add(f"{name}, share", float(shares[s]), found.shares()[name])
            recovery.add(f"{name}, bank holidays", float(town.bank[s]), found.holidays("bank")[name])
            recovery.add(f"{name}, school holidays", float(town.school[s]), found.holidays("school")[name])
            for day in (0, 4):
                weights = town.weekdays[s] / town.weekdays[s].mean()
                recovery.add(f"{name}, weekday {day}", float(weights[day]), found.weekdays()[name][day])
            if found.cells.slots > 7:
                hours = town.hours[s] / town.hours[s].mean()
                recovery.add(f"{name}, hour 12", float(hours[12]), found.hours()[name][12])


def test_a_towns_demand_is_found_again():
    """Two years, three times as many contacts as hours of the week have, so that no factor leans."""
    recovery = Recovery()
    recover(recovery, Town(TWO_YEARS, scale=3), 8, seed=20261126)
    assert recovery.faults(allowance=0.3) == []


def test_one_year_with_a_season_that_is_given():
    recovery = Recovery()
    recover(recovery, Town(ONE_YEAR, scale=3), 12, seed=20261127, season=Town.months)
    assert recovery.faults(allowance=0.3) == []


def test_receipts_known_by_date_say_nothing_of_hours_and_as_much_of_the_rest():
    town = Town(TWO_YEARS)
    received, source = town.history(np.random.default_rng(3))
    dates = town.clock.midnights(town.window.first, town.window.last)
    by_date = dates[np.searchsorted(dates, received, side="right") - 1]
    coarse = demand(by_date, source, town.window, town.clock, HOLIDAYS, by_date=True)
    fine = demand(received, source, town.window, town.clock, HOLIDAYS)
    assert coarse.cells.slots == 7
    np.testing.assert_allclose(coarse.rates.month, fine.rates.month, rtol=0.01)
    assert coarse.busy.day.estimate == pytest.approx(fine.busy.day.estimate, rel=0.05)
    with pytest.raises(ValueError, match="say nothing of hours"):
        coarse.hours()
    numbers = demand_parameters(coarse, "A history", date(2024, 12, 29))
    assert "arrivals.hour_weights" not in numbers
    assert "weights of hours are not in the history" in numbers["arrivals.weekday_weights"].note


def test_windows_are_explicit_and_what_is_left_out_does_not_count():
    town = Town(TWO_YEARS)
    random = np.random.default_rng(4)
    level = np.ones(len(town.cells.week))
    level[200:300] = 0.3
    received, source = town.history(random, level)
    out = LeftOut(date(2023, 7, 21), date(2023, 10, 28), "a new form")
    without = demand(received, source, replace(town.window, left_out=(out,)), town.clock, HOLIDAYS)
    assert without.window.days == 728 - 100
    weekly = town.expected.sum() / 104
    assert without.per_week().estimate == pytest.approx(weekly, rel=0.07)
    assert demand(received, source, town.window, town.clock, HOLIDAYS).per_week().estimate < 0.95 * weekly
    note = demand_parameters(without, "A history", date(2024, 12, 29))["arrivals.source_shares"].note
    assert "Window: 2023-01-02 to 2024-12-29, without 2023-07-21 to 2023-10-28 (a new form)." in note


def test_hours_of_a_clock_change_have_their_exposure():
    spring, autumn = (Window(day, day) for day in (date(2024, 3, 31), date(2024, 10, 27)))
    hours = [lay_out(window, WallClock(window.first), ()).slot - 144 for window in (spring, autumn)]
    assert hours[0].tolist() == [0, *range(2, 24)]
    assert hours[1].tolist() == [0, 1, 1, *range(2, 24)]


def test_wilson_is_that_of_the_tables():
    tables = {
        (19, 20): (0.7638688066, 0.9911185512),
        (45, 50): (0.7863976857, 0.9565242351),
        (0, 30): (0, 0.1135133932),
    }
    for (hits, number), ends in tables.items():
        assert wilson(hits, number, 0.95)[1:] == pytest.approx(ends, abs=1e-9)


def test_mistakes_of_windows_and_seasons():
    with pytest.raises(InputError, match=r"2024-01-01 is before 2024-02-01"):
        Window(date(2024, 2, 1), date(2024, 1, 1))
    with pytest.raises(InputError, match="Every date is left out"):
        Window(date(2024, 2, 1), date(2024, 2, 2), (LeftOut(date(2024, 1, 1), date(2024, 3, 1), "all"),))
    clock = WallClock(date(2024, 1, 1))
    with pytest.raises(InputError) as error:
        demand(np.array([-5]), ["police"], ONE_YEAR, clock, (), season=[1.0] * 11)
    assert "No receipt lies in 2024-01-01 to 2024-12-29." in str(error.value)
    assert "11 numbers stand here" in str(error.value)
    august = Window(date(2024, 8, 1), date(2024, 8, 31))
    with pytest.raises(InputError, match="too short to tell months"):
        demand(np.arange(0, 31 * DAY, HOUR), ["police"] * 744, august, WallClock(august.first), HOLIDAYS)


def test_what_falls_outside_the_window_is_counted_and_sources_without_receipts_are_not_there():
    town = Town(TWO_YEARS)
    received, source = town.history(np.random.default_rng(16))
    far = np.append(received, [-5 * DAY] * 7)
    found = demand(far, np.append(source, ["housing"] * 7), town.window, town.clock, HOLIDAYS)
    assert found.sources == town.sources
    assert found.outside == 7
    note = demand_parameters(found, "A history", date(2024, 12, 29))["arrivals.source_shares"].note
    assert note.endswith(" Receipts on dates that are not used: 7.")


def test_a_door_that_is_shut_at_weekends_has_no_busy_weekends():
    town = Town(TWO_YEARS)
    received, source = town.history(np.random.default_rng(17))
    weekday = (town.clock.local(received).astype("datetime64[D]").astype(int) + 3) % 7  # 1 January 1970 was a Thursday
    found = demand(received[weekday < 5], source[weekday < 5], town.window, town.clock, HOLIDAYS)
    assert found.busy.day.low < town.day < found.busy.day.high
    assert found.weekdays()["police"][6].estimate == 0


def test_weeks_of_a_steady_town_are_steady_and_of_a_broken_one_are_not():
    town, random = Town(TWO_YEARS), np.random.default_rng(18)
    weekly = fitted(town, random).weekly()
    counted, expected = (sum(table.values()) for table in (weekly.counted, weekly.expected))
    assert counted.sum() == pytest.approx(expected.sum(), rel=1e-6)
    assert steadiness(counted, expected, weekly.monday).steady
    fallen = np.where(np.arange(len(town.cells.week)) < 400, 1.0, 0.7)
    received, source = town.history(random, fallen)
    weekly = demand(received, source, town.window, town.clock, HOLIDAYS).weekly()
    found = steadiness(sum(weekly.counted.values()), sum(weekly.expected.values()), weekly.monday)
    assert abs((found.breaks[0].monday - date(2024, 2, 5)).days) <= 42
    with pytest.raises(ValueError, match="hide a step"):
        fitted(Town(ONE_YEAR), random).weekly()


def test_holidays_of_a_few_contacts_have_intervals_that_hold():
    """One or two contacts a history on bank holidays, or none: of none the interval still reaches what they may be."""
    town = Town(ONE_YEAR, day=0.0, week=0.0, scale=0.6)
    random, held, none = np.random.default_rng(19), 0, 0
    for _ in range(20):
        found = fitted(town, random, season=Town.months).holidays("bank")["schools"]
        held += found.low <= 0.1 <= found.high
        none += found.estimate == 0
    assert none >= 3
    assert 12 <= held <= 20  # 99.9 % of binomial numbers of 20 trials at .9


def test_a_source_that_no_holiday_can_tell_of_has_no_factor():
    """Ten come in one hour of the week alone, in which no bank holiday of the year lies."""
    town = Town(ONE_YEAR)
    received, source = town.history(np.random.default_rng(20))
    cells = lay_out(town.window, town.clock, HOLIDAYS)
    slot = next(slot for slot in range(51, cells.slots) if not cells.bank_holiday[cells.slot == slot].any())
    first = int(np.flatnonzero(cells.slot == slot)[0]) * HOUR
    rare = first + 7 * DAY * np.arange(10)
    found = demand(np.append(received, rare), np.append(source, ["housing"] * 10), town.window, town.clock, HOLIDAYS)
    factors = found.holidays("bank")
    assert np.isnan(factors["housing"]).all()
    assert np.isfinite(factors["police"]).all()
    numbers = demand_parameters(found, "A history", date(2024, 12, 29))
    assert numbers["arrivals.bank_holiday_factor"].value["housing"] == 1.0
    assert "nan" not in numbers["arrivals.bank_holiday_factor"].note


def test_holidays_on_which_hardly_any_were_expected_tell_no_factor():
    """Five weeks with one day of school holidays: the factor of all sources would rest on a handful of contacts."""
    town = Town(Window(date(2024, 4, 16), date(2024, 5, 26)), scale=0.2)
    received, source = town.history(np.random.default_rng(21))
    holidays = [(date(2024, 5, 20), date(2024, 5, 20))]
    found = demand(received, source, town.window, town.clock, holidays, season=Town.months)
    usual = found.rates.expected(found.cells, without="school")[:, found.cells.school_holiday].sum()
    assert 0 < usual < 30
    assert np.isfinite(found.rates.school).all()
    assert "arrivals.school_holiday_factor" not in demand_parameters(found, "A history", date(2024, 5, 26))


def test_a_month_in_which_nobody_came_is_no_season():
    town = Town(TWO_YEARS)
    received, source = town.history(np.random.default_rng(22))
    june = town.clock.local(received).astype("datetime64[M]").astype(np.int64) % 12 == 5
    found = demand(received[~june], source[~june], town.window, town.clock, HOLIDAYS)
    assert found.rates.month[5] == 0
    assert "arrivals.month_index" not in demand_parameters(found, "A history", date(2024, 12, 29))


# Busy days and weeks


@pytest.mark.parametrize(("day", "week", "index"), [(0, 0, 1.0), (0.2, 0, 1.8), (0.35, 0, 3.5), (0.2, 0.15, 2.3)])
def test_index_of_weekdays_is_that_of_the_experiment(day, week, index):
    """20.1 contacts a weekday: the index of dispersion is 1 + mu ((1 + d)(1 + w) - 1)."""
    random, weeks = np.random.default_rng(6), 2_000
    number = np.repeat(np.arange(weeks), 5)
    factor = np.ones(5 * weeks)
    if day:
        factor *= random.gamma(1 / day**2, day**2, 5 * weeks)
    if week:
        factor *= random.gamma(1 / week**2, week**2, weeks)[number]
    counted = random.poisson(20.1 * factor).astype(float)
    assert counted.var() / counted.mean() == pytest.approx(index, abs=0.12)
    first, expected = slice(0, 500), np.full(500, 20.1)
    found = busy_days(counted[first], expected, np.zeros((500, 500)), number[first])
    assert found.index == pytest.approx(index, abs=0.35)


def test_moments_are_those_of_a_negative_binomial():
    """Where nothing was fitted, (1 + d)(1 + w) - 1 is the moment estimate, sum of (N - mu)^2 - mu over sum of mu^2."""
    random, week = np.random.default_rng(7), np.arange(700) // 7
    counted = random.poisson(20 * random.gamma(5, 0.2, 700) * random.gamma(50, 0.02, 100)[week]).astype(float)
    found = busy_days(counted, np.full(700, 20.0), np.zeros((700, 700)), week)
    moment = ((counted - 20) ** 2 - 20).sum() / (700 * 400)
    assert (1 + found.day.estimate) * (1 + found.week.estimate) - 1 == pytest.approx(moment, rel=1e-9)


def test_single_hours_as_negative_binomials_would_lose_the_busy_days():
    """The same dispersion put into independent hours leaves the day's count almost as even as Poisson's."""
    town = Town(TWO_YEARS, day=0.09, week=0.0, scale=3)
    random = np.random.default_rng(8)
    found = fitted(town, random)
    expected = found.rates.expected(found.cells).sum(axis=0)
    d = found.busy.day.estimate
    of_day = np.bincount(found.cells.day, expected)
    by_hours = of_day + d * np.bincount(found.cells.day, expected**2)
    residual = np.bincount(found.cells.day, found.counts.sum(axis=0)) - of_day
    assert by_hours.mean() < 1.6 * of_day.mean()
    assert np.mean(residual**2) > 3 * of_day.mean()
    assert np.mean(residual**2) == pytest.approx(np.mean(of_day + d * of_day**2), rel=0.25)


def test_fitting_months_does_not_eat_the_busy_weeks():
    """Residuals of weeks are smaller than their errors, since 12 months were fitted; the equations put that back."""
    town = Town(ONE_YEAR, day=0.02, week=0.04, scale=3)
    random = np.random.default_rng(9)
    found, plain_moment = [], []
    for _ in range(12):
        one = fitted(town, random)
        found.append(one.busy.week.estimate)
        expected = np.bincount(one.cells.week[one.cells.day], one.rates.expected(one.cells).sum(axis=0))
        counted = np.bincount(one.cells.week[one.cells.day], one.counts.sum(axis=0))
        plain_moment.append(float((((counted - expected) ** 2 - expected).sum()) / (expected**2).sum()))
    error = np.std(found, ddof=1) / np.sqrt(12)
    assert abs(np.mean(found) - 0.04) < 4 * error
    assert np.mean(plain_moment) < 0.04 + 0.02 / 5 - 2 * error


def test_intervals_that_forget_busy_days_are_too_narrow():
    town = Town(TWO_YEARS, day=0.04, week=0.03, scale=3)
    random, missed = np.random.default_rng(10), 0
    truth = town.months / town.months.mean()
    for _ in range(4):
        found = fitted(town, random)
        width = [np.log(one.high / one.low) for one in found.months()]
        alone = replace(found, covariance=np.linalg.inv(information(found.rates, found.cells)[2]))
        months = alone.months()
        assert np.median([np.log(one.high / one.low) for one in months]) < 0.5 * np.median(width)
        missed += sum(not one.low < true < one.high for one, true in zip(months, truth, strict=True))
    assert missed > 48 * 0.3


# As parameters


def test_demand_is_a_part_of_the_parameters_file(tmp_path):
    found = fitted(Town(TWO_YEARS), np.random.default_rng(11))
    numbers = demand_parameters(found, "Contacts of an invented town", date(2024, 12, 29))
    assert set(numbers) == {
        f"arrivals.{name}"
        for name in (
            "source_shares", "weekday_weights", "hour_weights", "month_index", "bank_holiday_factor",
            "school_holiday_factor", "day_variance", "week_variance",
        )
    }  # fmt: skip
    for name, graded in numbers.items():
        again, faults = read_leaf(name, kind_of(name), plain(graded))
        assert (faults, again) == ([], graded)
    path = Parameters("Anywhere", 2024, numbers).write(tmp_path / "parameters.yaml")
    assert Parameters.read(path).value("arrivals.day_variance") == round(found.busy.day.estimate, 4)
    assert "its weekends have hours of their own" not in numbers["arrivals.weekday_weights"].note


def test_a_season_of_one_year_is_not_to_be_trusted():
    found = fitted(Town(ONE_YEAR), np.random.default_rng(12))
    assert found.one_season
    months = demand_parameters(found, "A history", date(2024, 12, 29))["arrivals.month_index"]
    assert "a season cannot be told from a trend or a step" in months.note


def test_weekends_with_hours_of_their_own_are_told():
    town = Town(TWO_YEARS)
    received, source = town.history(np.random.default_rng(13))
    weekday, hour = received // DAY % 7, received // HOUR % 24
    kept = (source != "police") | np.where(weekday >= 5, hour >= 18, (hour >= 8) & (hour < 17))
    found = demand(received[kept], source[kept], town.window, town.clock, HOLIDAYS)
    note = demand_parameters(found, "A history", date(2024, 12, 29))["arrivals.weekday_weights"].note
    assert "worst for police" in note
    assert "its weekends have hours of their own" in note


def test_one_to_five_contacts_are_not_told():
    """Four contacts of housing take their patterns from all, and a share as if they were three."""
    town = Town(TWO_YEARS)
    received, source = town.history(np.random.default_rng(14))
    few = np.array([3, 90, 170, 400]) * DAY + np.array([3, 4, 5, 6]) * HOUR
    both, names = np.append(received, few), np.append(source, ["housing"] * 4)
    numbers = demand_parameters(demand(both, names, town.window, town.clock, HOLIDAYS), "A history", date(2024, 12, 29))
    total = len(both) - 1
    assert numbers["arrivals.source_shares"].value["housing"] == pytest.approx(3 / total, abs=1e-4)
    hours = numbers["arrivals.hour_weights"].value
    assert hours["housing"][3:7] != [0.0] * 4
    assert min(hours["housing"]) > 0
    assert "Too few contacts for one of their own: housing" in numbers["arrivals.school_holiday_factor"].note


def test_small_weights_share_and_no_sum_of_them_tells():
    shared, other = (told(one, one) for one in (np.array([40.0, 30, 2, 1, 0, 8]), np.array([40.0, 30, 0, 4, 1, 8])))
    np.testing.assert_array_equal(shared, other)
    assert (shared / shared[5] * 8).tolist() == pytest.approx([40, 30, 1, 1, 1, 8])
    assert shared.mean() == pytest.approx(1)
    many = np.array([40.0, 30, 4, 5, 0, 8])
    assert (told(many, many) / told(many, many)[5] * 8).tolist() == pytest.approx([40, 30, 3, 3, 3, 8])
    assert told(np.array([6.0, 12.0]), np.array([6.0, 12.0])).tolist() == pytest.approx([2 / 3, 4 / 3])


def test_children_of_a_contact():
    random = np.random.default_rng(15)
    covered = 0
    for _ in range(60):
        children = 1 + random.poisson(0.72, 800)
        rows = np.repeat(np.arange(800), children)
        found = families_of(rows * 60, np.array(["police"] * len(rows)), rows)
        assert found.children.tolist() == children.tolist()
        mean, index = found.mean(), found.poisson_index()
        covered += (mean.low < 1.72 < mean.high) + (index.low < 1 < index.high)
    assert 0.8 * 120 < covered <= 119
    graded = children_parameter(found, "A history", date(2024, 12, 29))
    assert read_leaf("volumes.children_per_contact", "positive", plain(graded))[1] == []
    assert "It varies" not in graded.note
