"""Contacts that the scenario writes itself, and the thinning of contacts by returns to come."""

from __future__ import annotations

import math
from datetime import date, datetime

import numpy as np
import pytest
from hypothesis import given as any_
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy import stats

from frontdoor_sim.contacts import draw, expected_rates
from frontdoor_sim.contacts import returning as in_run
from frontdoor_sim.contacts.chance import as_probability, gamma_factors, pick, poisson, poisson_of_mean
from frontdoor_sim.contacts.hours import Hours
from frontdoor_sim.contacts.returning import Returning
from frontdoor_sim.working_time import WallClock
from small_council import council, model

OPENS = date(2019, 6, 3)
GEOMETRIC = {
    "distribution": "banded",
    "edges": [number + 0.5 for number in range(21)],
    "shares": [0.5**number for number in range(1, 21)],
}
TWO = {"distribution": "constant", "value": 2}
ONE_OR_TWO = {"distribution": "banded", "edges": [0.5, 1.5, 2.5], "shares": [1, 1]}


def still_new(run, hours, who):
    """Share that is new of one source with the same rate at all hours."""
    return in_run.still_new(run, hours, np.ones((1, len(hours))), who)[0]


def returns(delay: dict[str, object]) -> dict[str, object]:
    growth = {"distribution": "exponential", "mean": 0.3}
    return {"rate_by_gap": (0.1, 0.2, 0.3, 0.4), "family_spread": 0.8, "delay": delay, "growth": growth}


def test_what_is_written_is_what_comes():
    street = {"per_hour": 2, "rag": "red", "need": 1.25, "children": 3, "area": "hill"}
    clinic = {"per_hour": 1}
    table = draw(model(weeks=10, arrivals={"street": street, "clinic": clinic}), None, seed=3)
    assert table["contact"].is_unique
    mine = table[table["source"] == "street"]
    for column, value in (("rag", "red"), ("need", 1_250_000), ("children", 3), ("area", "hill"), ("level", 3)):
        assert set(mine[column]) == {value}
    assert abs(len(mine) - 2 * 1680) < 4 * math.sqrt(2 * 1680)
    assert set(table["area"][table["source"] == "clinic"]) == {"all"}
    assert not table["open_case"].any()


def test_gaps_between_moments_are_exponential():
    table = draw(model(weeks=52, arrivals={"street": {"per_hour": 0.5}}), None, seed=5)
    gaps = np.diff(table["received"]) / 3600
    assert stats.kstest(gaps, stats.expon(scale=2).cdf).pvalue > 1e-4


def test_the_weekly_number_of_the_office_hours_tables():
    """Statistics, section 8.C: 3 an hour Mon-Fri 08-18 and 0.5 otherwise make 209 a week, bank holiday or not."""
    windows = {"Mon-Fri 08:00-18:00": 3, "otherwise": 0.5}
    sources, _, rates = expected_rates(
        model(date(2019, 8, 26), weeks=1, arrivals={"street": {"per_hour": windows}}), None
    )
    assert sources == ["street"]
    assert rates.sum() == pytest.approx(209, rel=1e-12)
    assert rates[0, [7, 8, 17, 18]].tolist() == [0.5, 3, 3, 0.5]


def test_windows_that_open_within_an_hour_are_kept_to_the_second():
    windows = {"Mon-Fri 08:30-17:15": 60, "Mon-Sun 12:00-22:00": 20}
    run = model(weeks=52, arrivals={"street": {"per_hour": windows}})
    seconds = draw(run, None, seed=5)["received"].to_numpy()
    clock = WallClock(OPENS)
    local = clock.local(seconds)
    minute = (local - local.astype("datetime64[D]")).astype("timedelta64[m]").astype(int)
    weekday = clock.hour_of_week(seconds) // 24 < 5
    for days, first, last, rate in (
        (weekday, 510, 1035, 60), (weekday, 480, 510, 0), (weekday, 1020, 1035, 60), (weekday, 1035, 1080, 20),
        (~weekday, 720, 1320, 20), (~weekday, 0, 720, 0),
    ):  # fmt: skip
        wanted = 52 * (5 if days is weekday else 2) * (last - first) / 60 * rate
        assert abs((days & (minute >= first) & (minute < last)).sum() - wanted) <= 4 * math.sqrt(wanted)
    _, _, rates = expected_rates(run, None)
    assert rates[0, [7, 8, 9, 17, 18, 22]].tolist() == [0, 30, 60, 30, 20, 0]


@pytest.mark.parametrize(("together", "mean", "square"), [(TWO, 2, 4), (GEOMETRIC, 2, 6), (ONE_OR_TWO, 1.5, 2.5)])
def test_batch_sizes_of_the_batch_queue(together, mean, square):
    """Statistics, T9: X = 2, X geometric with mean 2 and E X^2 = 6, X = 1 or 2."""
    run = model(weeks=52, arrivals={"street": {"per_hour": 0.4, "together": together}})
    table = draw(run, None, seed=12)
    sizes = table.groupby("received").size().to_numpy()
    moments = 0.4 * 52 * 168
    assert abs(len(sizes) - moments) < 4 * math.sqrt(moments)
    for power, wanted in ((1, mean), (2, square)):
        error = max(np.std(sizes**power) / math.sqrt(len(sizes)), 1e-3 * wanted)
        assert abs((sizes**power).mean() - wanted) < 4 * error
    _, _, rates = expected_rates(run, None)
    assert rates[0] == pytest.approx(0.4 * mean, rel=1e-4)
    assert table["contact"].is_unique


@pytest.mark.parametrize("label", ["08:00-18:00", "Mon-Fri", "Mon-Fri 08:00", "Moon 08:00-18:00"])
def test_a_window_that_cannot_be_read_is_refused(label):
    with pytest.raises(ValidationError, match=r"window|days"):
        model(arrivals={"street": {"per_hour": {label: 3}}})


HOURS = Hours.lay_out(WallClock(OPENS), date(2019, 3, 1), date(2020, 3, 9))
DAYS = (HOURS.starts + 1800 - WallClock(OPENS).midnight(date(2019, 3, 11))) / 86400
SIXTY = {"distribution": "exponential", "mean": 60, "unit": "days"}


def test_in_run_returns_are_left_out_of_the_rate():
    """Where every contact is as likely to bring another, the share drawn is 1 - p F(t - start)."""
    run, comes_back = model(weeks=40, warm_up=12, returns=returns(SIXTY)), Returning((0.35,))
    wanted = 1 - 0.35 * np.where(DAYS > 0, -np.expm1(-DAYS / 60), 0)
    assert still_new(run, HOURS, comes_back) == pytest.approx(wanted, abs=0.35 / 4096)
    _, _, rates = expected_rates(run, council())
    expected = (rates * wanted[DAYS > 0][: rates.shape[1]]).sum()
    seen = sum(len(draw(run, council(), seed=3, replication=r, returning=comes_back)) for r in range(5))
    assert abs(seen - 5 * expected) < 4 * math.sqrt(5 * expected)


@pytest.mark.parametrize(("first", "later"), [(0.2, 0.6), (0.6, 0.2), (0.0, 0.9), (0.9, 0.0), (0.2, 1.0)])
def test_those_who_come_back_more_often_the_second_time_are_few_at_first(first, later):
    """Of an exponential delay with mean m the share drawn is A + (1 - A) exp(-b t), by the transform of Laplace.

    There b = (1 + first - later) / m and A = (1 - later) / (1 + first - later).
    """
    run = model(weeks=40, warm_up=12, returns=returns(SIXTY))
    faster = 1 + first - later
    settled = (1 - later) / faster
    wanted = np.where(DAYS > 0, settled + (1 - settled) * np.exp(-faster * DAYS / 60), 1)
    assert still_new(run, HOURS, Returning((first, later))) == pytest.approx(wanted, abs=0.001)


def test_shares_are_those_of_ever_later_returns_and_the_last_is_of_all_that_follow():
    run = model(weeks=40, warm_up=12, returns=returns(SIXTY))
    short, long, other = (
        still_new(run, HOURS, Returning(shares)) for shares in ((0.2, 0.4), (0.2, 0.4, 0.4, 0.4), (0.2, 0.4, 0.5))
    )
    assert short == pytest.approx(long, abs=1e-12)
    later = DAYS > 150
    assert (other[later] < short[later]).all()


def test_who_stays_before_an_end_comes_back_so_much_later():
    run = model(weeks=40, warm_up=12, returns=returns(SIXTY))
    at_once, later = (still_new(run, HOURS, Returning((0.35,), (stay,))) for stay in (0.0, 14 * 86400.0))
    moved = np.interp(DAYS - 14, DAYS, at_once)
    assert later[DAYS > 0] == pytest.approx(moved[DAYS > 0], abs=0.002)
    half = still_new(run, HOURS, Returning((0.35,), (0.0, 14 * 86400.0)))
    assert half == pytest.approx((at_once + later) / 2, abs=1e-9)


OFFICE = (HOURS.of_week < 120) & (HOURS.of_week % 24 >= 9) & (HOURS.of_week % 24 < 17)


def test_returns_are_taken_off_the_hours_in_which_they_come():
    """From sources that come by day, by night and alike: as many an hour all office hours, and off no other hour."""
    law = {**returns(SIXTY), "arrives_in": "office"}
    run = model(weeks=40, warm_up=12, shifts={"office": {"Mon-Fri": "09:00-17:00"}}, returns=law)
    who = Returning((0.1, 0.15))
    rates = np.array([np.where(OFFICE, 4.0, 0.4), np.where(OFFICE, 1.0, 2.0), np.ones(len(HOURS))])
    off = rates - in_run.still_new(run, HOURS, rates, who)
    holidays = OFFICE & (DAYS > 0) & (off == 0).all(axis=0)
    assert holidays.sum() == 8 * 8  # bank holidays
    assert (off[:, ~OFFICE | (DAYS < 0)] == 0).all()
    back = 1 - still_new(model(weeks=40, warm_up=12, returns=returns(SIXTY)), HOURS, who)
    openings = (OFFICE & ~holidays)[DAYS > 0].mean()
    wanted = rates[:, DAYS > 0].mean(axis=1)[:, None] * back / openings
    assert off[:, OFFICE & ~holidays] == pytest.approx(wanted[:, OFFICE & ~holidays], rel=0.02)
    assert off.sum(axis=1) == pytest.approx(rates.mean(axis=1) * back.sum(), rel=0.02)


def test_nobody_is_drawn_below_none_and_what_came_too_many_is_taken_off_other_hours():
    """Returns come in one hour a week, in which this source has few: the total stays right, the rest of the week is thinned."""
    law = {**returns(SIXTY), "arrives_in": "office"}
    run = model(weeks=40, warm_up=12, shifts={"office": {"Mon": "09:00-10:00"}}, returns=law)
    always = model(weeks=40, warm_up=12, returns=returns(SIXTY))
    one, all_alike = (still_new(each, HOURS, Returning((0.5,))) for each in (run, always))
    assert one.min() == 0
    assert one.sum() == pytest.approx(all_alike.sum(), rel=0.01)
    assert (one[DAYS < 0] == 1).all()


@pytest.mark.parametrize(
    ("unit", "number", "days"),
    [("days", 5, 5.0), ("working days", 5, 5 * 364 / 252), ("working hours", 35, 35 / 24 * 364 / (252 * 8 / 24))],
)
def test_a_delay_on_a_working_clock_is_stretched_to_elapsed_time(unit, number, days):
    """Within the day by which the share is reckoned."""
    delay = {"distribution": "constant", "value": number, "unit": unit}
    run = model(shifts={"office": {"Mon-Fri": "09:00-17:00"}}, clock="office", returns=returns(delay))
    hours = Hours.lay_out(WallClock(OPENS), OPENS, date(2019, 6, 24))
    first = int(np.argmin(still_new(run, hours, Returning((0.5,))) > 0.75))
    assert first / 24 == pytest.approx(days, abs=0.55)


@pytest.mark.parametrize("shares", [(-0.1,), (0.2, 1.1), (math.nan,)])
def test_shares_out_of_range_are_refused(shares):
    with pytest.raises(ValueError, match=r"a share that comes back is from 0 to 1"):
        Returning(shares)


@pytest.mark.parametrize("stays", [(), (-1.0,), (math.nan,)])
def test_stays_out_of_range_are_refused(stays):
    with pytest.raises(ValueError, match=r"stays are 0 seconds or longer"):
        Returning((0.2,), stays)


def test_returns_without_a_law_are_refused():
    with pytest.raises(ValueError, match=r"'Anywhere' has no law of returns"):
        draw(model(weeks=1), council(), seed=1, returning=Returning((0.2,)))


@any_(st.lists(st.tuples(st.floats(0, 3000), st.integers(0, 2**32 - 1)), min_size=1, max_size=30))
def test_poisson_numbers_are_quantiles(pairs):
    mean, luck = np.array([m for m, _ in pairs]), np.array([u for _, u in pairs], dtype=np.int64)
    number = poisson(mean, luck)
    p = as_probability(luck)
    assert (stats.poisson.cdf(number, mean) >= p - 1e-11).all()
    assert (stats.poisson.cdf(number - 1, mean) <= p + 1e-11).all()


@any_(st.floats(0, 3000), st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=30))
def test_numbers_of_one_mean_are_those_of_many(mean, luck):
    luck = np.array(luck, dtype=np.int64)
    assert (poisson_of_mean(mean, luck) == poisson(np.full(len(luck), mean), luck)).all()


@any_(st.floats(0, 500), st.floats(1, 3), st.integers(0, 2**32 - 1))
def test_a_higher_mean_never_gives_a_lower_number(mean, factor, luck):
    low, high = poisson(np.array([mean, mean * factor]), np.array([luck, luck], dtype=np.int64))
    assert low <= high


def test_gamma_factors_are_quantiles():
    luck = np.arange(0, 2**32, 2**26, dtype=np.int64)
    for variance in (1e-4, 0.05, 2.0):
        wanted = stats.gamma.ppf(as_probability(luck), 1 / variance, scale=variance)
        assert gamma_factors(variance, luck) == pytest.approx(wanted, rel=1e-9)


def test_picking_covers_the_shares_to_the_last_cell():
    shares = np.array([0.2, 0.0, 0.8])
    edge = round(0.2 * 2**32)
    assert pick(shares, np.array([0, edge - 1, edge, 2**32 - 1])).tolist() == [0, 0, 2, 2]


def test_hour_numbers_do_not_depend_on_the_opening_date():
    one, other = (
        Hours.lay_out(WallClock(opens), date(2019, 10, 20), date(2019, 11, 3)) for opens in (OPENS, date(2020, 1, 6))
    )
    assert one.number.tolist() == other.number.tolist()
    assert (np.diff(one.number) == 1).all()
    assert (
        one.number[0] == (datetime(2019, 10, 20) - datetime(2000, 1, 1)).days * 24 - 1
    )  # summer time is an hour early
