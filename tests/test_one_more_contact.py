"""One more contact changes nobody else's arrival, attributes or luck: the drawing of contacts."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from frontdoor_sim.contacts import draw, given
from frontdoor_sim.contacts.returning import NOBODY, Returning
from frontdoor_sim.luck import code, draws
from small_council import EVEN, OFFICE_DAY, UNEVEN, council, model

EXPONENTIAL = {"distribution": "exponential", "mean": 60, "unit": "days"}
RETURNS = {
    "rate_by_gap": (0.1, 0.2, 0.3, 0.4), "family_spread": 0.8, "delay": EXPONENTIAL,
    "growth": {"distribution": "exponential", "mean": 0.3},
}  # fmt: skip


def by_key(table: pd.DataFrame) -> pd.DataFrame:
    """A row a contact, in the order of keys, words as text (a further source lengthens the list of words)."""
    return table.astype({"source": str, "area": str, "rag": str}).set_index("contact").sort_index()


def assert_kept(fewer: pd.DataFrame, more: pd.DataFrame) -> None:
    """Everybody in `fewer` is in `more`, in every column the same, and there are more."""
    few, many = by_key(fewer), by_key(more)
    assert 100 < len(few) < len(many)
    pd.testing.assert_frame_equal(few, many.loc[few.index])


def test_a_longer_run_and_warm_up_change_nobody():
    short = draw(model(weeks=8), council(UNEVEN), seed=7)
    long = draw(model(weeks=30, warm_up=26, follow_up=2), council(UNEVEN), seed=7)
    assert_kept(short, long)
    within = long["received"].between(0, 8 * 7 * 86400 - 1)
    assert set(long["contact"][within]) == set(short["contact"])


def test_another_opening_date_moves_the_seconds_and_nothing_else():
    early, late = (
        draw(model(day, weeks=8), council(UNEVEN), seed=7) for day in (date(2019, 10, 7), date(2019, 10, 14))
    )
    shift = 7 * 86400
    late["received"], late["enters"] = late["received"] + shift, late["enters"] + shift
    both = sorted(set(early["contact"]) & set(late["contact"]))
    assert len(both) > 0.8 * len(early)
    pd.testing.assert_frame_equal(by_key(early).loc[both], by_key(late).loc[both])


def test_a_further_source_changes_nobody():
    more = {
        "arrivals.source_shares": {**EVEN["arrivals.source_shares"], "housing": 0.1},
        "arrivals.weekday_weights": {**EVEN["arrivals.weekday_weights"], "housing": [1, 1, 1, 1, 1, 0, 0]},
        "arrivals.hour_weights": {**EVEN["arrivals.hour_weights"], "housing": OFFICE_DAY},
        "arrivals.bank_holiday_factor": {**EVEN["arrivals.bank_holiday_factor"], "housing": 0.1},
        "arrivals.school_holiday_factor": {**EVEN["arrivals.school_holiday_factor"], "housing": 1.0},
        "contacts.need_mean": {**EVEN["contacts.need_mean"], "housing": 0.0},
    }
    before, after = (draw(model(weeks=8), council(values), seed=7) for values in (UNEVEN, {**UNEVEN, **more}))
    assert_kept(before, after)
    assert set(after["source"][~after["contact"].isin(before["contact"])]) == {"housing"}


@pytest.mark.parametrize("volume", [{"schools": 2.0}, {"police": 1.3, "health": 1.01}, 1.5])
def test_a_higher_rate_adds_contacts_and_moves_none(volume):
    before = draw(model(weeks=12), council(UNEVEN), seed=7)
    after = draw(model(weeks=12), council(UNEVEN), seed=7, volume=volume)
    assert_kept(before, after)
    raised = set(volume) if isinstance(volume, dict) else set(EVEN["arrivals.source_shares"])
    assert set(after["source"][~after["contact"].isin(before["contact"])]) == raised


def test_a_higher_share_of_one_source_changes_nobody():
    shares = {**EVEN["arrivals.source_shares"], "health": 0.4}
    before, after = (
        draw(model(weeks=8), council(), seed=7),
        draw(model(weeks=8), council(arrivals__source_shares=shares), seed=7),
    )
    assert_kept(before, after)
    assert set(after["source"][~after["contact"].isin(before["contact"])]) == {"health"}


def test_returns_to_come_thin_the_contacts_and_move_none():
    back = model(weeks=40, warm_up=10, returns=RETURNS)
    all_new, thinned = (draw(back, council(UNEVEN), seed=7, returning=r) for r in (NOBODY, Returning((0.4,))))
    assert_kept(thinned, all_new)


def test_a_further_source_of_the_scenario_changes_nobody():
    street = {"per_hour": 1.5, "together": {"distribution": "uniform", "low": 0.5, "high": 3.5}}
    before = draw(model(weeks=4, arrivals={"street": street}), None, seed=7)
    after = draw(model(weeks=9, warm_up=2, arrivals={"clinic": {"per_hour": 1}, "street": street}), None, seed=7)
    assert_kept(before, after)


def test_one_more_given_contact_changes_nobody():
    times = np.arange(200) * 3000
    before = given(pd.DataFrame({"received": times}), model(), council(), seed=7)
    after = given(pd.DataFrame({"received": [55, *times]}), model(), council(), seed=7)
    assert_kept(before, after)


def test_luck_of_a_contact_is_its_keys_alone():
    short, long = (draw(model(weeks=weeks), council(UNEVEN), seed=7) for weeks in (8, 30))
    both = np.intersect1d(short["contact"], long["contact"])
    assert len(both) == len(short)
    for table in (short, long):
        keys = table["contact"].to_numpy()
        luck = pd.Series(draws(keys, code("screening")), index=keys)
        assert (luck[both] == draws(both, code("screening"))).all()
