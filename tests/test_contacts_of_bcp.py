"""The contacts of the council that the repository ships: its volume, and its uneven months."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from frontdoor_sim.calibration.dispersion import expected_terms, family_ratio
from frontdoor_sim.calibration.season import days_of_year
from frontdoor_sim.contacts import draw, expected_rates
from frontdoor_sim.luck import code, draws, share_as_luck
from frontdoor_sim.parameters import Parameters
from frontdoor_sim.working_time import WallClock
from small_council import model

YEAR, OPENS, LAST = 2020, date(2019, 4, 1), date(2020, 3, 31)
RUN = model(OPENS, weeks=53)
DAYS = WallClock(OPENS).midnights(OPENS, LAST)


@pytest.fixture(scope="module")
def bcp() -> Parameters:
    return Parameters.read(Path(__file__).parents[1] / "calibration" / "bcp" / "parameters.yaml")


def expected_by_day(parameters: Parameters) -> np.ndarray:
    _, edges, rates = expected_rates(RUN, parameters)
    return np.histogram(edges[:-1] + 1800, DAYS, weights=rates.sum(axis=0))[0]


def test_the_year_adds_up_to_the_published_referrals(bcp):
    children = expected_by_day(bcp).sum() * bcp.value("volumes.children_per_contact")
    referrals = children / bcp.value("volumes.contacts_per_referral")
    assert bcp.year == YEAR
    assert referrals == pytest.approx(bcp.value("volumes.referrals_per_year"), rel=1e-12)


def test_months_of_referrals_are_as_uneven_as_the_calibration_expects(bcp):
    """Pearson's sum over the months, of contacts thinned to referrals, against its expectation in `dispersion`."""
    numbers = ("volumes.contacts_per_referral", "volumes.referrals_per_year", "volumes.children_per_contact")
    ratio, referrals, children = (bcp.value(name) for name in numbers)
    day, week = bcp.value("arrivals.day_variance"), bcp.value("arrivals.week_variance")
    by_day, month = expected_by_day(bcp), days_of_year(YEAR).month
    shape = np.bincount(month, by_day) / by_day.sum()
    freedom, of_weeks, of_days = expected_terms(YEAR, referrals, shape, by_day)
    wanted = family_ratio(children) * freedom + week * of_weeks + day * (1 + week) * of_days
    sums = []
    for replication in range(100):
        table = draw(RUN, bcp, seed=77, replication=replication)
        referred = draws(table["contact"].to_numpy(), code("referred")) < share_as_luck(1 / ratio)
        counts = np.histogram(table["received"][referred], DAYS, weights=table["children"][referred])[0]
        months = np.bincount(month, counts)
        sums.append(((months - shape * months.sum()) ** 2 / (shape * months.sum())).sum())
    z = (np.mean(sums) - wanted) / (np.std(sums, ddof=1) / np.sqrt(len(sums)))
    assert wanted > 1.5 * family_ratio(children) * freedom
    assert abs(z) < 4
