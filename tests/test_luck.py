"""Keyed luck: uniform, independent between purposes, visits and neighbouring keys, the same one by one and in bulk."""

import numpy as np
import pytest
from scipy import stats

from frontdoor_sim.luck import LUCK_BITS, code, draw, draws, key, key_array, keys_of_words, mix, share_as_luck

KEYS = key_array((2019, "luck test"), np.arange(200_000))
TOP = 1 << LUCK_BITS


@pytest.mark.parametrize("keys", [KEYS, np.arange(200_000, dtype=np.int64)], ids=["hashed", "counting"])
@pytest.mark.parametrize("visit", [0, 1])
def test_luck_is_uniform(keys, visit):
    counts = np.bincount(draws(keys, code("screening"), visit) >> (LUCK_BITS - 8), minlength=256)
    assert stats.chisquare(counts).pvalue > 1e-4


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (draws(KEYS, code("a")), draws(KEYS, code("b"))),
        (draws(KEYS, code("a")), draws(KEYS, code("a"), 1)),
        (draws(KEYS[:-1], code("a")), draws(KEYS[1:], code("a"))),
        (draws(np.arange(200_000), code("a")), draws(np.arange(1, 200_001), code("a"))),
    ],
    ids=["purposes", "visits", "neighbouring rows", "neighbouring keys"],
)
def test_luck_is_independent(one, other):
    """Independent pairs fill the squares of a 16 by 16 board evenly, and every bit agrees half of the time."""
    board = np.bincount((one >> 28) * 16 + (other >> 28), minlength=256)
    assert stats.chisquare(board).pvalue > 1e-4
    for bit in range(LUCK_BITS):
        agree = np.mean(((one >> bit) & 1) == ((other >> bit) & 1))
        assert abs(agree - 0.5) < 4.5 * 0.5 / np.sqrt(len(one)), bit


def test_one_by_one_and_in_bulk_are_the_same():
    visits = np.arange(500) % 3
    bulk = draws(KEYS[:500], code("x"), visits)
    assert bulk.tolist() == [draw(int(k), code("x"), int(v)) for k, v in zip(KEYS[:500], visits, strict=True)]


def test_keys_of_words_are_those_of_each_word():
    names = [f"desk/officer/{ordinal}" for ordinal in range(1, 40)]
    assert keys_of_words((7, "people"), names).tolist() == [key(7, "people", name) for name in names]
    assert keys_of_words((7,), []).tolist() == []


def test_known_answers():
    """The hash is published; these answers hold on every machine and in every engine."""
    assert mix(1) == 0x5692161D100B05E5
    assert key(2019, 0, "police", 12, 3) == key_array((2019, 0, "police"), np.array([12]), np.array([3]))[0]
    assert draw(1, code("screening")) == draws(np.array([1]), code("screening"))[0]


def test_keys_do_not_clash():
    hours, ordinals = np.divmod(np.arange(1_000_000), 50)
    assert len(np.unique(key_array((1, 0, "police"), hours, ordinals))) == 1_000_000


def test_a_share_of_luck_lies_below_its_threshold():
    below = draws(KEYS, code("route")) < share_as_luck(0.3)
    assert abs(below.mean() - 0.3) < 4 * np.sqrt(0.21 / len(KEYS))
    assert share_as_luck(0.0) == 0
    assert share_as_luck(1.0) == TOP
