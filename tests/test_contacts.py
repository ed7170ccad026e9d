"""Who comes, and when: drawn contacts against the rates and shares that they were drawn from."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from frontdoor_sim.contacts import draw, expected_rates
from frontdoor_sim.contacts.attributes import Words
from frontdoor_sim.contacts.chance import as_probability, poisson
from frontdoor_sim.contacts.hours import Hours
from frontdoor_sim.contacts.rates import day_and_week_factors
from frontdoor_sim.contacts.receipt import Reception
from frontdoor_sim.contacts.record import table_of
from frontdoor_sim.documents import InputError
from frontdoor_sim.tables import conform, dictionary
from frontdoor_sim.working_time import WallClock
from small_council import EVEN, UNEVEN, council, model

REPLICATIONS = 20
YEARLY = 3400 * 5.0 / 1.7


@pytest.fixture(scope="module")
def even() -> list[pd.DataFrame]:
    """Twenty years of a council without over-dispersion, batches or hand-over."""
    return [draw(model(), council(), seed=11, replication=r) for r in range(REPLICATIONS)]


def counts_by_hour(contacts: pd.DataFrame, sources: list[str], edges: np.ndarray) -> np.ndarray:
    return np.array([np.histogram(contacts["received"][contacts["source"] == s], edges)[0] for s in sources])


def daily(contacts: pd.DataFrame, clock: WallClock, first: date, last: date, weights: str | None = None) -> np.ndarray:
    edges = clock.midnights(first, last)
    return np.histogram(contacts["received"], edges, weights=None if weights is None else contacts[weights])[0]


def z_of_mean(values: np.ndarray, expected: float) -> float:
    return float((np.mean(values) - expected) / (np.std(values, ddof=1) / math.sqrt(np.size(values))))


def test_columns_and_order_are_those_of_the_dictionary(even):
    table = even[0]
    assert list(table.columns) == [column.name for column in dictionary("contacts")]
    assert table[["enters", "contact"]].apply(tuple, axis=1).is_monotonic_increasing
    assert (table["family"] == table["contact"]).all()
    assert (table["returned_from"] == -1).all()
    assert (table["return_number"] == 0).all()
    assert (table["enters"] == table["received"]).all()
    assert table["received"].between(0, 52 * 7 * 86400 - 1).all()


def test_every_hour_of_the_week_has_its_rate(even):
    sources, edges, rates = expected_rates(model(), council())
    hour = WallClock(model().run.opens).hour_of_week(edges[:-1])
    seen = sum(counts_by_hour(table, sources, edges) for table in even)
    found = np.array([np.bincount(hour, row, 168) for row in seen])
    wanted = REPLICATIONS * np.array([np.bincount(hour, row, 168) for row in rates])
    assert (found[wanted == 0] == 0).all()
    z = ((found - wanted) / np.sqrt(np.where(wanted > 0, wanted, 1)))[wanted > 0]
    assert np.abs(z).max() < 4
    assert 1e-4 < stats.chi2.sf((z**2).sum(), len(z)) < 1 - 1e-4


@given(st.lists(st.tuples(st.floats(0, 0.1) | st.floats(0, 400), st.integers(0, 2**32 - 1)), min_size=1))
def test_poisson_numbers_are_quantiles(asked):
    """The least number whose distribution function is above the luck, but for rounding; also where it is sought from far below."""
    mean, luck = np.array([mean for mean, _ in asked]), np.array([luck for _, luck in asked])
    p, number = as_probability(luck), poisson(mean, luck)
    assert (stats.poisson.cdf(number, mean) > p - 1e-12).all()
    assert (stats.poisson.cdf(number - 1, mean) <= p + 1e-12).all()


@pytest.mark.parametrize("source", ["police", "schools", "health"])
def test_numbers_in_an_hour_are_poisson(even, source):
    sources, edges, rates = expected_rates(model(), council())
    mean = rates[sources.index(source)]
    seen = np.array([counts_by_hour(table, [source], edges)[0] for table in even])
    for number in range(5):
        chance = stats.poisson.pmf(number, mean)
        z = ((seen == number).sum() - REPLICATIONS * chance.sum()) / math.sqrt(
            REPLICATIONS * (chance * (1 - chance)).sum()
        )
        assert abs(z) < 4, number


def test_seconds_within_the_hour_are_even(even):
    seconds = np.concatenate([table["received"].to_numpy() for table in even]) % 3600
    assert stats.kstest((seconds + 0.5) / 3600, "uniform").pvalue > 1e-4


def test_the_reporting_year_holds_the_published_volume():
    opens = date(2019, 4, 1)
    _, edges, rates = expected_rates(model(opens, weeks=53), council(UNEVEN))
    year = edges[:-1] < WallClock(opens).midnight(date(2020, 4, 1))
    assert rates[:, year].sum() == pytest.approx(YEARLY, rel=1e-12)
    assert rates[:, year].sum(axis=1) / YEARLY == pytest.approx([0.5, 0.3, 0.2], rel=1e-12)


def test_the_drawn_volume_is_the_expected_one(even):
    _, _, rates = expected_rates(model(), council())
    total = sum(map(len, even))
    assert abs(total - REPLICATIONS * rates.sum()) < 4 * math.sqrt(REPLICATIONS * rates.sum())


@pytest.mark.parametrize(
    ("day", "like_day", "source", "ratio"),
    [
        (date(2019, 5, 6), date(2019, 5, 13), "schools", 0.05),  # early May bank holiday
        (date(2019, 5, 6), date(2019, 5, 13), "police", 1.1),
        (date(2019, 7, 22), date(2019, 7, 15), "schools", 0.1),  # first Monday of the summer holiday
        (date(2021, 7, 26), date(2021, 7, 5), "schools", 0.1),  # beyond the list: the nearest listed year stands in
        (date(2017, 8, 7), date(2017, 8, 14), "schools", 1.0),  # before the list: both in the summer holiday
        (date(2019, 8, 7), date(2019, 10, 9), "police", 0.81 / 1.01),  # month index, position 7 against 9
        (date(2019, 6, 8), date(2019, 6, 10), "health", 0.3 / 1.1),  # Saturday against Monday
    ],
)
def test_days_have_their_factors(day, like_day, source, ratio):
    def rate_at_noon(day: date) -> float:
        sources, _, rates = expected_rates(model(day, weeks=1), council())
        return float(rates[sources.index(source), 12])

    assert rate_at_noon(day) == pytest.approx(ratio * rate_at_noon(like_day), rel=1e-12)


@pytest.mark.parametrize(("sunday", "hours", "ones"), [(date(2020, 3, 29), 167, 0), (date(2019, 10, 27), 169, 2)])
def test_weeks_of_a_clock_change_have_the_hours_that_they_had(sunday, hours, ones):
    monday = sunday - timedelta(days=6)
    week, clock = model(monday, weeks=1), WallClock(monday)
    sources, edges, rates = expected_rates(week, council())
    assert len(edges) == hours + 1
    one_at_night = clock.hour_of_week(edges[:-1]) == 6 * 24 + 1
    assert one_at_night.sum() == ones
    tables = [draw(week, council(volumes__referrals_per_year=3.4e5), seed=3, replication=r) for r in range(4)]
    seen = sum(counts_by_hour(table, ["police"], edges)[0] for table in tables)
    wanted = 4 * 100 * rates[sources.index("police")]
    z = (seen - wanted) / np.sqrt(wanted)
    assert np.abs(z[one_at_night]).max(initial=0) < 4
    assert 1e-4 < stats.chi2.sf((z**2).sum(), len(z)) < 1 - 1e-4


def test_days_vary_as_the_gamma_factor_says():
    phi, first, last = 0.09, date(2019, 6, 3), date(2020, 5, 31)
    busy = council(arrivals__day_variance=phi)
    clock, (_, edges, rates) = WallClock(first), expected_rates(model(), busy)
    mean = np.histogram(edges[:-1], clock.midnights(first, last), weights=rates.sum(axis=0))[0]
    seen = np.array([daily(draw(model(), busy, seed=5, replication=r), clock, first, last) for r in range(30)])
    assert abs(z_of_mean((seen - mean).mean(axis=0), 0)) < 4
    dispersion = ((seen - mean) ** 2 / mean - 1) / mean  # phi, in expectation, whatever the day
    assert abs(z_of_mean(dispersion, phi)) < 4
    next_day = (seen - mean)[:, 1:] * (seen - mean)[:, :-1]
    assert abs(z_of_mean(next_day, 0)) < 4


def test_sources_share_the_factor_of_a_day():
    phi, first, last = 0.09, date(2019, 6, 3), date(2020, 5, 31)
    busy = council(arrivals__day_variance=phi)
    clock, (sources, edges, rates) = WallClock(first), expected_rates(model(), busy)
    days = clock.midnights(first, last)
    mean = np.array([np.histogram(edges[:-1], days, weights=row)[0] for row in rates])
    tables = [draw(model(), busy, seed=6, replication=r) for r in range(30)]
    seen = np.array([counts_by_hour(table, sources, days) for table in tables])
    for one, other in combinations(range(3), 2):
        both = mean[one] * mean[other] > 1
        shared = (seen - mean)[:, one, both] * (seen - mean)[:, other, both] / (mean[one] * mean[other])[both]
        assert abs(z_of_mean(shared, phi)) < 4


def test_a_published_monthly_variance_comes_back():
    """Monthly counts of children: variance over mean of 6, put down to weeks (domain, section 4.5)."""
    wanted, first, last = 6.0, date(2019, 4, 1), date(2020, 3, 29)
    run = model(first)
    clock, (_, edges, rates) = WallClock(first), expected_rates(run, council())
    months = clock.date_of(edges[:-1]).astype("datetime64[M]").astype(int) - 12 * 49 - 3
    weeks = (clock.date_of(edges[:-1]).astype(int) - np.datetime64(first, "D").astype(int)) // 7
    share = np.zeros((12, 52))
    np.add.at(share, (months, weeks), rates.sum(axis=0))
    children, square = 1.7, 0.7 + 1.7**2
    mean = share.sum(axis=1)
    variance_of_weeks = (wanted - square / children) * (mean * children).sum() / ((share * children) ** 2).sum()
    uneven = council(arrivals__week_variance=variance_of_weeks)
    ratios = []
    for replication in range(80):
        table = draw(run, uneven, seed=8, replication=replication)
        seen = np.histogram(table["received"], edges, weights=table["children"])[0]
        ratios.append(((np.bincount(months, seen) - mean * children) ** 2).sum() / (mean * children).sum())
    assert abs(z_of_mean(np.array(ratios), wanted)) < 4
    assert first + timedelta(days=363) == last


def test_factors_change_at_midnight_and_those_of_weeks_on_mondays():
    opens = date(2019, 10, 7)
    hours = Hours.lay_out(WallClock(opens), opens, date(2019, 11, 4))
    for name, length in (("day", 1), ("week", 7)):
        variance = {f"arrivals__{name}_variance": 0.05}
        factors = day_and_week_factors(council(**variance), hours, seed=1, replication=0)
        periods = (hours.day - opens.toordinal()) // length
        assert (np.diff(factors) != 0).tolist() == (np.diff(periods) == 1).tolist()


def test_what_occurs_at_the_second_of_a_batch_is_in_it():
    at = 8 * 3600 + 30 * 60
    batches = {"police": {"share": 1.0, "at": "Mon-Fri 08:30"}}
    reception = Reception(model(), council(arrivals__batches=batches))
    police = Words(["police"], np.zeros(3, dtype=np.int64))
    received, _ = reception.times(np.array([1, 2, 3]), np.array([at - 1, at, at + 1]), police)
    assert received.tolist() == [at, at, at + 86400]


def occurrences(seed: int, opens: date = date(2019, 4, 15), weeks: int = 8) -> pd.Series:
    """When the contacts that the police bring would be known at once, by key; from a week before."""
    table = draw(model(opens, weeks=weeks, warm_up=1), council(volumes__referrals_per_year=34000.0), seed)
    return table[table["source"] == "police"].set_index("contact")["received"]


def in_batches(seed: int, share: float, opens: date = date(2019, 4, 15), weeks: int = 8) -> pd.DataFrame:
    batches = {"police": {"share": share, "at": "Mon-Fri 08:30"}}
    busy = council(volumes__referrals_per_year=34000.0, arrivals__batches=batches)
    table = draw(model(opens, weeks=weeks), busy, seed)
    return table[table["source"] == "police"].set_index("contact")


def test_mondays_batch_brings_three_nights_and_easters_five():
    clock = WallClock(date(2019, 4, 15))
    occurred, received = occurrences(21), in_batches(21, share=1.0)["received"]
    for monday, since in (
        (datetime(2019, 4, 29, 8, 30), datetime(2019, 4, 26, 8, 30)),
        (datetime(2019, 5, 13, 8, 30), datetime(2019, 5, 10, 8, 30)),
        (datetime(2019, 4, 23, 8, 30), datetime(2019, 4, 18, 8, 30)),  # the Tuesday after Easter
        (datetime(2019, 5, 15, 8, 30), datetime(2019, 5, 14, 8, 30)),  # a Wednesday: one night
        (datetime(2019, 4, 15, 8, 30), datetime(2019, 4, 12, 8, 30)),  # nights before the run opened
    ):
        batch = received[received == clock.seconds(monday)].index
        wanted = occurred[(occurred > clock.seconds(since)) & (occurred <= clock.seconds(monday))].index
        assert len(wanted) > 20
        assert set(batch) == set(wanted)


def test_the_share_in_batches_is_the_stated_one():
    occurred, batched = occurrences(22), in_batches(22, share=0.8)
    known = batched[batched.index.isin(occurred.index)]
    at_once = known["received"] == occurred[known.index]
    share = 1 - at_once.mean()
    assert abs(share - 0.8) < 4 * math.sqrt(0.16 / len(known))
    local = pd.Series(WallClock(date(2019, 4, 15)).local(known["received"][~at_once].to_numpy()))
    assert set(local.dt.strftime("%H:%M")) == {"08:30"}
    assert local.dt.day_of_week.max() == 4


def test_out_of_hours_contacts_keep_their_receipt_and_enter_at_the_hand_over():
    opens = date(2019, 8, 19)  # the Monday after is a bank holiday
    week, quiet = model(opens, weeks=2), {name: v for name, v in UNEVEN.items() if name != "arrivals.batches"}
    table, clock = draw(week, council(quiet), seed=4), WallClock(opens)
    local = clock.local(table["received"].to_numpy())
    day = pd.Series(local)
    weekday = day.dt.day_of_week
    time = day.dt.strftime("%H:%M")
    holiday = day.dt.date == date(2019, 8, 26)
    closes = np.where(weekday == 4, "16:45", "17:15")
    open_ = (weekday < 5) & ~holiday & (time >= "08:30") & (time < closes)
    assert 50 < (~open_).sum() < len(table)
    assert (table["enters"] == table["received"])[open_].all()
    for row in table[~open_].itertuples():
        hand_over = clock.local(row.received).replace(tzinfo=None)
        hand_over = hand_over.replace(hour=8, minute=30, second=0) + timedelta(
            days=hand_over.strftime("%H:%M:%S") > "08:30:00"
        )
        while hand_over.weekday() > 4 or hand_over.date() == date(2019, 8, 26):
            hand_over += timedelta(days=1)
        assert row.enters == clock.seconds(hand_over)


def test_batched_contacts_are_not_handed_over_as_well():
    table = draw(
        model(weeks=4), council(UNEVEN, arrivals__batches={"police": {"share": 1.0, "at": "every day 23:00"}}), seed=4
    )
    police = table[table["source"] == "police"]
    assert len(police) > 100
    assert (police["enters"] == police["received"]).all()


def test_children_have_the_published_mean_and_a_compound_variance(even):
    children = np.concatenate([table["children"].to_numpy() for table in even])
    assert children.min() == 1
    assert abs(z_of_mean(children, 1.7)) < 4
    assert abs(z_of_mean((children - 1.7) ** 2, 0.7)) < 4
    first, last, clock = date(2019, 6, 3), date(2020, 5, 31), WallClock(date(2019, 6, 3))
    _, edges, rates = expected_rates(model(), council())
    mean = np.histogram(edges[:-1], clock.midnights(first, last), weights=rates.sum(axis=0))[0]
    seen = np.array([daily(table, clock, first, last, "children") for table in even])
    assert abs(z_of_mean((seen - 1.7 * mean) ** 2 / mean, 0.7 + 1.7**2)) < 4


def test_attributes_are_independent(even):
    table = pd.concat(even, ignore_index=True)
    mean = table["source"].astype(str).map(EVEN["contacts.need_mean"]) * 1_000_000
    columns = {
        "second": table["received"] % 3600,
        "children": table["children"],
        "area": table["area"].cat.codes,
        "open_case": table["open_case"],
        "need": table["need"] - mean,
        "last_bits": table["contact"] % 1024,
    }
    for one, other in combinations(columns, 2):
        r = np.corrcoef(columns[one].astype(float), columns[other].astype(float))[0, 1]
        assert abs(r) * math.sqrt(len(table)) < 4, (one, other)


def test_shares_of_sources_areas_and_open_cases(even):
    table = pd.concat(even, ignore_index=True)
    for area, share in EVEN["contacts.areas"].items():
        assert abs((table["area"] == area).mean() - share) < 4 * math.sqrt(share * (1 - share) / len(table))
    assert abs(table["open_case"].mean() - 0.15) < 4 * math.sqrt(0.15 * 0.85 / len(table))


def test_need_levels_and_grades_have_their_normal_shares():
    cuts, noise, thresholds = (
        {"green": -0.8, "amber": 0.4, "red": 1.4},
        0.6,
        {"early_help": 0.1, "child_in_need": 0.9, "protection": 2},
    )
    judged = model(grading={**cuts, "noise": noise}, thresholds=thresholds)
    table = pd.concat([draw(judged, council(), seed=9, replication=r) for r in range(8)], ignore_index=True)
    table["need_sd"] = table["need"] / 1e6
    for source, mean in EVEN["contacts.need_mean"].items():
        mine = table[table["source"] == source]
        assert stats.kstest(mine["need_sd"], stats.norm(mean).cdf).pvalue > 1e-4
        for level, cut in zip((2, 3, 4), thresholds.values(), strict=True):
            chance = stats.norm.sf(cut - mean)
            assert abs((mine["level"] >= level).mean() - chance) < 4 * math.sqrt(chance * (1 - chance) / len(mine))
        for begins, grades in zip(cuts.values(), (["green", "amber", "red"], ["amber", "red"], ["red"]), strict=True):
            chance = stats.norm.sf((begins - mean) / math.hypot(1, noise))
            assert abs(mine["rag"].isin(grades).mean() - chance) < 4 * math.sqrt(chance * (1 - chance) / len(mine))


def test_without_noise_grades_and_levels_follow_need_to_the_millionth():
    plain = model(
        grading={"green": -1, "amber": 0.5, "red": 1.5},
        thresholds={"early_help": 0, "child_in_need": 1, "protection": 2},
    )
    table = draw(plain, council(), seed=2)
    wanted = np.select(
        [table["need"] >= 1_500_000, table["need"] >= 500_000, table["need"] >= -1_000_000],
        ["red", "amber", "green"],
        "blue",
    )
    assert (table["rag"].astype(str) == wanted).all()
    assert (table["level"] == 1 + sum((table["need"] >= cut).astype(int) for cut in (0, 1_000_000, 2_000_000))).all()


def test_the_same_seed_gives_the_same_table_and_another_does_not():
    first, again = (draw(model(weeks=4), council(UNEVEN), seed=1, replication=2) for _ in range(2))
    pd.testing.assert_frame_equal(first, again)
    for seed, replication in ((1, 3), (2, 2)):
        other = draw(model(weeks=4), council(UNEVEN), seed=seed, replication=replication)
        assert not set(first["contact"]) & set(other["contact"])


def test_no_contacts_is_a_table_of_no_rows():
    assert len(draw(model(weeks=4), council(UNEVEN), seed=1, volume=0.0)) == 0


def test_a_key_that_two_contacts_share_is_named():
    table = draw(model(weeks=1), council(), seed=1)
    names = ("received", "source", "area", "children", "need", "level", "rag", "open_case")
    drawn = {name: table[name].array for name in names}
    keys, enters = table["contact"].to_numpy().copy(), table["enters"].to_numpy()
    keys[1] = keys[0]
    with pytest.raises(ValueError, match=rf"of a seed: the key {keys[0]} is shared .* use another seed"):
        table_of("of a seed", keys, enters, **drawn)


def test_a_drawn_table_is_as_the_dictionary_says():
    table = draw(model(weeks=4), council(UNEVEN), seed=1)
    pd.testing.assert_frame_equal(table, conform(table, "contacts"))


def test_parameters_are_needed_where_the_scenario_has_no_arrivals():
    with pytest.raises(InputError, match=r"no arrivals of its own"):
        draw(model(), None, seed=1)


def test_a_source_without_weights_is_named():
    lacking = council(arrivals__hour_weights={"police": [1] * 24})
    with pytest.raises(InputError, match=r"No value for schools and health"):
        draw(model(), lacking, seed=1)


def test_rates_that_are_not_finite_are_refused():
    never = council(arrivals__month_index=[0.0] * 12)
    with pytest.raises(InputError, match=r"police, schools and health: a share of contacts, but no finite rate"):
        draw(model(), never, seed=1)


@pytest.mark.parametrize("volume", [-1.0, math.nan, {"police": math.inf}])
def test_a_volume_out_of_range_is_refused(volume):
    with pytest.raises(ValueError, match=r"finite numbers of 0 or more"):
        draw(model(weeks=1), council(), seed=1, volume=volume)


def test_a_volume_of_an_unknown_source_is_refused():
    with pytest.raises(ValueError, match=r"volume names polices, and the sources are police"):
        draw(model(weeks=1), council(), seed=1, volume={"polices": 2.0})
