"""The ceiling of the 24-hour share, however many people there are: with two hours of touch, from nine to five, .885."""

from __future__ import annotations

import pytest

from figures_long_run import COVERS, desk, exact_ceiling, shares

FORTY, YEARS = 40, 4
STANDARD_ERRORS = 5


@pytest.mark.parametrize("cover", COVERS)
def test_no_number_of_people_decides_what_comes_while_nobody_is_there(tmp_path, cover):
    """Held to what is computed from the calendar and the touch alone; contacts are independent where nobody waits."""
    years, exact = shares(desk(tmp_path, 2.0, FORTY, COVERS[cover]), YEARS), exact_ceiling(cover)
    error = (exact * (1 - exact) / (YEARS * 52 * 107.7)) ** 0.5
    assert years.mean() == pytest.approx(exact, abs=STANDARD_ERRORS * error)


def test_the_ceiling_as_published():
    theirs = {"Mon-Fri 9-17": 0.885, "Mon-Fri 8-20": 0.932, "7 days 9-17": 0.991}
    assert {cover: exact_ceiling(cover) for cover in COVERS} == pytest.approx(theirs, abs=0.003)


def test_bank_holidays_take_two_points_more(tmp_path):
    closed = shares(desk(tmp_path, 2.0, FORTY, '{Mon-Fri: "09:00-17:00"}'), 2)
    worked = shares(desk(tmp_path, 2.0, FORTY), 2)
    assert (worked - closed).mean() == pytest.approx(0.020, abs=0.006)
