"""Distributions read by quantile: the integer tables have the mean, variance and shape of what they stand for."""

import math

import numpy as np
import pytest
from scipy import stats

from frontdoor_sim.distributions import KNOTS_A_SIDE, QuantileTable, from_mapping, quantile_table
from frontdoor_sim.luck import code, draws, key_array

BANDS = {"edges": [0, 1, 11, 21, 31, 41, 46, 51, 61, 91], "shares": [59, 223, 342, 358, 616, 627, 282, 227, 237]}
SHAPES = [
    {"distribution": "exponential", "mean": 60},
    {"distribution": "lognormal", "mean": 25, "cv": 1.0},
    {"distribution": "lognormal", "median": 34, "sigma": 0.62},
    {"distribution": "lognormal", "mean": 25, "cv": 2.0},
    {"distribution": "gamma", "mean": 60, "cv": 2.0},
    {"distribution": "weibull", "mean": 60, "shape": 0.7},
    {"distribution": "triangular", "low": 10, "mode": 20, "high": 45},
    {"distribution": "uniform", "low": 5, "high": 9},
    {"distribution": "normal", "mean": 0, "sd": 1},
    {"distribution": "banded", **BANDS},
    {
        "distribution": "mixture",
        "shares": [0.7, 0.3],
        "of": [
            {"distribution": "exponential", "mean": 20},
            {"distribution": "lognormal", "median": 90, "sigma": 0.5},
        ],
    },
]
MINUTE = {"distribution": "exponential", "mean": 1}
MOMENTS = {
    "exponential": (60, 3600),
    "lognormal": (25, 625),
    "gamma": (60, 4 * 3600),
    "triangular": (25, (100 + 400 + 2025 - 200 - 450 - 900) / 18),
    "uniform": (7, 16 / 12),
    "normal": (0, 1),
}


def table_moments(table: QuantileTable) -> tuple[float, float]:
    """Mean and variance over all 2**32 draws of luck, exactly: the table is straight between its knots."""
    edges = np.concatenate([np.arange(128), *[(128 + np.arange(128)) << s for s in range(24)], [1 << 31]]).astype(float)
    first = second = 0.0
    for side in (0, 1):
        knots = table.knots[side * KNOTS_A_SIDE : (side + 1) * KNOTS_A_SIDE] / 256
        low, high = knots[:-1], knots[1:].copy()
        high[:128] = low[:128]
        first += np.diff(edges) @ (low + high) / 2
        second += np.diff(edges) @ (low**2 + low * high + high**2) / 3
    return first / 2**32, second / 2**32 - (first / 2**32) ** 2


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape["distribution"])
def test_tables_err_by_less_than_a_ten_thousandth(shape):
    distribution = from_mapping(shape)
    mean, variance = table_moments(quantile_table(distribution, 60))
    assert mean / 60 == pytest.approx(distribution.mean, rel=1e-4, abs=1e-4)
    assert variance / 60**2 == pytest.approx(distribution.variance, rel=1e-4)


@pytest.mark.parametrize("shape", [s for s in SHAPES if s["distribution"] in MOMENTS and s.get("cv", 1) in (1.0, 1)
                                   and "median" not in s] + [SHAPES[4]], ids=lambda shape: shape["distribution"])  # fmt: skip
def test_moments_are_those_of_the_textbook(shape):
    distribution = from_mapping(shape)
    assert (distribution.mean, distribution.variance) == pytest.approx(MOMENTS[shape["distribution"]])


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape["distribution"])
def test_samples_follow_the_distribution(shape):
    """Kolmogorov and Smirnov against the quantile function itself, on 100,000 keyed draws."""
    distribution = from_mapping(shape)
    luck = draws(key_array((7, "shape"), np.arange(100_000)), code("shape"))
    sample = quantile_table(distribution, 1_000_000).reads(luck) / 1_000_000
    grid = (np.arange(1, 1000)) / 1000
    reached = np.searchsorted(np.sort(sample), distribution.ppf(grid), side="right") / len(sample)
    assert np.abs(reached - grid).max() < stats.kstwobign.isf(1e-5) / np.sqrt(len(sample))


def test_reading_one_by_one_and_in_bulk_are_the_same():
    luck = np.concatenate([draws(np.arange(3000), code("x")), [0, 1, 127, 128, 255, 256, 2**31 - 1, 2**31, 2**32 - 1]])
    for shape in SHAPES:
        table = quantile_table(from_mapping(shape), 60)
        assert [table.read(int(u)) for u in luck] == table.reads(luck).tolist()


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape["distribution"])
def test_a_shape_written_twice_is_one_distribution_with_one_table(shape):
    first, again = from_mapping(shape), from_mapping(dict(shape))
    assert first == again
    assert hash(first) == hash(again)
    assert quantile_table(first, 60) is quantile_table(again, 60)
    with pytest.raises(ValueError, match="read-only"):
        quantile_table(first, 60).knots[0] = 0


def test_a_number_keeps_the_type_it_was_written_in():
    numbers = [from_mapping({"distribution": "constant", "value": value}).numbers for value in (3, 3.0)]
    assert [type(value) for ((_, value),) in numbers] == [int, float]


SPREAD = np.sqrt(np.log(2.0))
SCIPYS = [
    (SHAPES[0], stats.expon(scale=60)),
    (SHAPES[1], stats.lognorm(SPREAD, scale=25 * np.exp(-(SPREAD**2) / 2))),
    (SHAPES[2], stats.lognorm(0.62, scale=34)),
    (SHAPES[4], stats.gamma(1 / 4.0, scale=60 * 4.0)),
    (SHAPES[5], stats.weibull_min(0.7, scale=60 / math.gamma(1 + 1 / 0.7))),
    (SHAPES[6], stats.triang(10 / 35, loc=10, scale=35)),
    ({"distribution": "triangular", "low": 10, "mode": 10, "high": 45}, stats.triang(0, loc=10, scale=35)),
    ({"distribution": "triangular", "low": 10, "mode": 45, "high": 45}, stats.triang(1, loc=10, scale=35)),
    (SHAPES[7], stats.uniform(5, 4)),
    ({"distribution": "normal", "mean": 3, "sd": 2}, stats.norm(3, 2)),
]


@pytest.mark.parametrize(("shape", "frozen"), SCIPYS, ids=[shape["distribution"] for shape, _ in SCIPYS])
def test_quantiles_and_moments_are_those_of_scipys_own_families(shape, frozen):
    probabilities = np.array([0.0, 1e-9, 0.1, 0.3, 0.5, 0.999, 1 - 1e-9, 1.0])
    ours = from_mapping(shape)
    assert (ours.mean, ours.variance) == pytest.approx((frozen.mean(), frozen.var()), rel=1e-12)
    np.testing.assert_allclose(ours.ppf(probabilities), frozen.ppf(probabilities), rtol=1e-12)


def test_published_bands_keep_their_shares():
    """The spike of working days 41 to 45 is there: 627 of 2,971 assessments in five days."""
    distribution = from_mapping({"distribution": "banded", **BANDS})
    luck = draws(key_array((7, "bands"), np.arange(200_000)), code("bands"))
    days = quantile_table(distribution, 1000).reads(luck) / 1000
    share = np.mean((days >= 41) & (days < 46))
    assert abs(share - 627 / 2971) < 4 * np.sqrt(0.211 * 0.789 / 200_000) + 1e-4


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"distribution": "lognorml", "mean": 1, "cv": 1}, "did you mean lognormal"),
        ({"distribution": "gamma", "mean": 1}, "gamma takes mean and cv"),
        ({"distribution": "lognormal", "mean": 1}, "mean and cv, or median and sigma"),
        ({"distribution": "exponential", "mean": -2}, "must be above 0"),
        ({"distribution": "exponential", "mean": "long"}, "must be a finite number"),
        ({"distribution": "triangular", "low": 5, "mode": 3, "high": 9}, "low <= mode <= high"),
        ({"distribution": "uniform", "low": 5, "high": 5}, "low < high"),
        ({"distribution": "banded", "edges": [0, 1], "shares": [1, 2]}, "one more edge"),
        ({"distribution": "mixture", "shares": [1]}, "mixture takes shares, and of: a list"),
        ({"distribution": "mixture", "shares": [1], "of": [MINUTE, MINUTE]}, "one share for each"),
        ({"distribution": "mixture", "shares": [1, 0], "of": [MINUTE, MINUTE]}, "above 0"),
        (
            {"distribution": "mixture", "shares": [1, 1], "of": [MINUTE, {"distribution": "constant", "value": 1}]},
            "part of a",
        ),
        (
            {"distribution": "mixture", "shares": [1, 1], "of": [MINUTE, {"distribution": "gamma", "mean": 1}]},
            "mean and cv",
        ),
        ({"distribution": "banded", "edges": [0, 1, 2], "shares": [0, 0]}, "not all 0"),
    ],
)
def test_a_wrong_shape_is_refused_in_words(mapping, words):
    with pytest.raises(ValueError, match=words):
        from_mapping(mapping)


def test_quantiles_of_a_mixture_are_where_its_distribution_function_is():
    mixture = from_mapping(SHAPES[-1])
    p = np.linspace(0.001, 0.999, 500)
    first, second = stats.expon(scale=20), stats.lognorm(0.5, scale=90)
    x = mixture.ppf(p)
    np.testing.assert_allclose(0.7 * first.cdf(x) + 0.3 * second.cdf(x), p, atol=1e-12)
    assert mixture.mean == pytest.approx(0.7 * 20 + 0.3 * second.mean())
    assert mixture.lowest == 0
    assert mixture == from_mapping(SHAPES[-1])
