"""Receipts that come together: siblings, runs of one stamp, and the hour at which everything is handed over."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from frontdoor_sim.calibration.batches import families_of, hand_overs, runs_of
from frontdoor_sim.calibration.demand_parameters import batches_parameter
from frontdoor_sim.parameters.graded import read_leaf
from frontdoor_sim.parameters.writing import plain
from histories import DAY, ONE_YEAR, Town


def batched(random: np.random.Generator, share: float) -> tuple[np.ndarray, np.ndarray, Town]:
    """A town's year in which a share of police contacts is entered at 08:30 of the next Monday to Friday."""
    town = Town(ONE_YEAR, scale=2)
    received, source = town.history(random)
    late = (source == "police") & (random.random(len(received)) < share)
    local = town.clock.local(received).astype("datetime64[s]")
    day = local.astype("datetime64[D]") + (local - local.astype("datetime64[D]") > np.timedelta64(8 * 60 + 30, "m"))
    day = np.busday_offset(day, 0, roll="forward")
    entered = town.clock.seconds(day.astype("datetime64[s]") + np.timedelta64(8 * 60 + 30, "m"))
    return np.where(late, entered, received), source, town


def test_hand_overs_are_found_with_their_share_and_days():
    random, covered = np.random.default_rng(1), 0
    for share in (0.3, 0.8):
        for _ in range(10):
            received, source, town = batched(random, share)
            (found,) = hand_overs(received, source, town.clock)
            assert (found.source, found.at) == ("police", "Mon-Fri 08:30")
            covered += found.share.low <= share <= found.share.high
    assert covered >= 12  # 99.9 % of binomial numbers of 20 trials at .9


def test_a_source_that_hands_over_nothing_has_no_hand_over():
    received, source, town = batched(np.random.default_rng(2), 0.0)
    assert hand_overs(received, source, town.clock) == []
    assert batches_parameter([], "A history", date(2024, 12, 29)) is None


def test_a_hand_over_is_an_entry_of_the_parameters_file():
    received, source, town = batched(np.random.default_rng(3), 0.8)
    graded = batches_parameter(hand_overs(received, source, town.clock), "A history", date(2024, 12, 29))
    again, faults = read_leaf("arrivals.batches", "batches", plain(graded))
    assert faults == []
    assert again.value == {"police": {"share": pytest.approx(0.8, abs=0.03), "at": "Mon-Fri 08:30"}}


def test_hand_over_in_summer_and_winter_is_one_time_on_the_wall():
    received, source, town = batched(np.random.default_rng(4), 0.8)
    (found,) = hand_overs(received, source, town.clock)
    assert found.minute == 510


def test_runs_of_chance_are_as_many_as_they_should_be():
    """Poisson receipts at one a minute: of a receipt's minute, 1 - exp(-1) hold another of its source."""
    random = np.random.default_rng(5)
    received = np.sort(random.integers(0, 20_000 * 60, 20_000))
    (runs,) = runs_of(received, np.array(["police"] * len(received)))
    assert runs.in_runs == pytest.approx(1 - np.exp(-1), abs=0.02)
    assert runs.by_chance == pytest.approx(1 - np.exp(-1), abs=0.02)
    assert not runs.batched


def test_batches_stand_out_from_chance():
    received, source, _ = batched(np.random.default_rng(6), 0.8)
    by_source = {runs.source: runs for runs in runs_of(received, source)}
    assert by_source["police"].batched
    assert by_source["police"].longest > 20
    assert not by_source["health"].batched
    assert by_source["health"].longest == 0


def test_siblings_are_one_contact_and_strangers_are_not():
    received = np.array([100, 100, 100, 100, 200])
    source = np.array(["police", "police", "police", "health", "police"])
    found = families_of(received, source, np.array([1, 1, 2, 1, 1]))
    assert found.children.tolist() == [2, 1, 1, 1]
    assert received[found.first].tolist() == [100, 100, 100, 200]


def test_sizes_of_families_name_nobody():
    children = np.repeat([1, 2, 3, 4, 5], [60, 30, 7, 3, 1])
    rows = np.repeat(np.arange(101), children)
    table = families_of(rows * DAY, np.array(["police"] * len(rows)), rows).sizes()
    assert table["children"].tolist() == [1, 2, 3]
    assert table["and_more"].tolist() == [False, False, True]
    assert table["share"].tolist() == pytest.approx([60 / 101, 30 / 101, 11 / 101])
    assert (table["share"] * 101 >= 6).all()
