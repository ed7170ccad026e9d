"""The ceiling of the 24-hour share: with two hours of touch and people from nine to five, .885, however many they are."""

from __future__ import annotations

import pytest

from figures_long_run import COVERS, desk, shares

FORTY = 40


@pytest.mark.parametrize(("cover", "ceiling"), [("Mon-Fri 9-17", 0.885), ("7 days 9-17", 0.991)])
def test_no_number_of_people_decides_what_comes_while_nobody_is_there(tmp_path, cover, ceiling):
    assert shares(desk(tmp_path, 2.0, FORTY, COVERS[cover]), 2).mean() == pytest.approx(ceiling, abs=0.008)


def test_bank_holidays_take_two_points_more(tmp_path):
    closed = shares(desk(tmp_path, 2.0, FORTY, '{Mon-Fri: "09:00-17:00"}'), 2)
    worked = shares(desk(tmp_path, 2.0, FORTY), 2)
    assert (worked - closed).mean() == pytest.approx(0.020, abs=0.006)
