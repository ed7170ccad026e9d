"""Time to an event, against textbooks and against counting."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdoor_sim.measures.survival import Curve, incidence, percentile, read_at, restricted_mean
from frontdoor_sim.working_time import NEVER
from small_logs import HOUR


def followed(lengths: list[int], happened: list[bool], left: list[bool] | None = None) -> Curve:
    """A curve of times to an event [s]; who has neither the event nor left is cut at that time."""
    ends = 1_000_000
    length, had = np.array(lengths), np.array(happened)
    gone = np.array(left) if left else np.zeros(len(lengths), dtype=bool)
    start = np.where(had | gone, 0, ends - length)
    return incidence(start, np.where(had, length, NEVER), ends, np.where(gone, length, NEVER))


def test_kaplan_meier_of_the_6_mp_arm() -> None:
    """Freireich et al. (1963) remission of leukaemia under 6-MP, as printed in textbooks of survival analysis."""
    lengths = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    relapsed = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    curve = followed(lengths, [bool(one) for one in relapsed])
    assert curve.times.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert curve.waiting.round(3).tolist() == [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert (1 - curve.happened).tolist() == pytest.approx(curve.waiting.tolist())


def test_aalen_johansen_by_hand() -> None:
    """Of four, one has the event at 1, one leaves at 2, one has it at 3, one is cut at 4.

    F(1) = 1/4; at 2 the share waiting falls from 3/4 to 1/2; F(3) = 1/4 + 1/2 * 1/2.
    Had who left been taken as cut, F(3) would be 5/8.
    """
    curve = followed([1, 2, 3, 4], [True, False, True, False], [False, True, False, False])
    assert curve.happened.tolist() == pytest.approx([1 / 4, 1 / 4, 1 / 2])
    assert curve.waiting.tolist() == pytest.approx([3 / 4, 1 / 2, 1 / 4])


def test_who_is_cut_at_the_second_of_an_event_was_still_waiting() -> None:
    assert followed([5, 5], [True, False]).happened.tolist() == [0.5]


@given(st.lists(st.integers(1, 30), min_size=1, max_size=40))
def test_without_cuts_the_curve_is_the_share_counted(lengths: list[int]) -> None:
    curve = followed(lengths, [True] * len(lengths))
    grid = np.arange(32)
    counted = [sum(length <= t for length in lengths) / len(lengths) for t in grid]
    assert read_at(curve, grid).tolist() == pytest.approx(counted)
    for share in (0.5, 0.9):
        place = math.ceil(share * len(lengths) - 1e-9) - 1
        assert percentile(curve, share) == (sorted(lengths)[place] / HOUR, "")


@given(st.lists(st.tuples(st.integers(1, 20), st.sampled_from(["event", "left", "cut"])), min_size=1, max_size=30))
def test_event_competing_exit_and_waiting_share_out_everybody(rows: list[tuple[int, str]]) -> None:
    lengths = [length for length, _ in rows]
    had, gone = ([kind == word for _, kind in rows] for word in ("event", "left"))
    one, other = followed(lengths, had, gone), followed(lengths, gone, had)
    assert (one.happened + other.happened + one.waiting).tolist() == pytest.approx([1.0] * len(one.times))


def test_a_restricted_mean_by_hand() -> None:
    """Events at 1 and 3 hours, one cut at 2: area 1 * 1 + 2 * 2/3 up to hour 3, then nobody waits."""
    curve = followed([HOUR, 2 * HOUR, 3 * HOUR], [True, False, True])
    assert restricted_mean(curve, 2) == (pytest.approx(1 + 2 / 3), "")
    assert restricted_mean(curve, 10) == (pytest.approx(1 + 4 / 3), "")


def test_who_is_returned_waits_no_more() -> None:
    curve = followed([HOUR, 2 * HOUR], [True, False], [False, True])
    assert restricted_mean(curve, 10) == (1.5, "")
    assert percentile(curve, 0.9) == (pytest.approx(math.nan, nan_ok=True), f"more than {1_000_000 // HOUR}")


def test_a_curve_is_level_where_the_last_are_cut_and_ends_where_nobody_could_be_followed() -> None:
    curve = incidence(np.array([0, 6 * HOUR]), np.array([HOUR, NEVER]), ends=10 * HOUR)
    hours = np.array([0, 1, 4, 5, 10, 11]) * HOUR
    assert read_at(curve, hours)[:5].tolist() == [0, 0.5, 0.5, 0.5, 0.5]
    assert math.isnan(read_at(curve, hours)[5])
    assert percentile(curve, 0.9)[1] == "more than 4"
    assert restricted_mean(curve, 10) == (1 + 0.5 * 9, "")
    assert restricted_mean(curve, 11)[1] == "not measurable: nobody could be followed for 11 hours"
