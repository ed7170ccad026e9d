"""Returns in the example: how many by gap, later and graver, a heavy tail by family, and what closing more then costs."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pandas as pd
import pytest

from frontdoor_sim.event_log import EventLog
from frontdoor_sim.experiment import compare, run
from frontdoor_sim.scenario import read_scenario

EXAMPLE = "scenarios/examples/returns.yaml"
RATES, SHAPE = (0.1, 0.5, 1.0, 1.6), 0.4
PROVIDES = {"advice": 1, "early_help": 2, "helped": 4}
WEEK = 7 * 86_400


def log_with(spread: float = SHAPE) -> EventLog:
    return run(read_scenario(EXAMPLE).varied({"returns.family_spread": spread}), seed=7)


@pytest.fixture(scope="module")
def closed() -> pd.DataFrame:
    return closures(log_with())


def closures(log: EventLog) -> pd.DataFrame:
    """Each contact that has ended: when, its gap, when it is to come back, and the contact that it is a return of."""
    events = log.events.astype({"outcome": str})
    ended = events[events["outcome"].isin(PROVIDES) & ~events["censored"]].groupby("contact")[["end", "outcome"]].last()
    table = log.contacts.set_index("contact").join(ended, how="inner")
    return table.assign(gap=(table["level"] - table["outcome"].map(PROVIDES)).clip(lower=0))


def stays(rate: float) -> float:
    """E[exp(-rate G)]: the share of families that do not come back, G gamma with mean 1."""
    return float((1 + rate / SHAPE) ** -SHAPE)


def within(met: np.ndarray, chance: np.ndarray) -> bool:
    """Whether as many did as should, to four standard errors of independent trials."""
    return bool(abs(met.sum() - chance.sum()) <= 4 * sqrt((chance * (1 - chance)).sum()))


@pytest.mark.parametrize("gap", [0, 1])
def test_first_closures_return_as_often_as_their_gap_says(closed: pd.DataFrame, gap: int) -> None:
    mine = closed[(closed["gap"] == gap) & (closed["returned_from"] < 0)]
    assert len(mine) > 100
    assert within((mine["returns_at"] >= 0).to_numpy() | _before(mine), np.full(len(mine), 1 - stays(RATES[gap])))


def _before(closed: pd.DataFrame) -> np.ndarray:
    """Returns in the warm-up have times below 0; -1 is no return at all."""
    return (closed["returns_at"] < -1).to_numpy()


def test_who_has_come_back_once_comes_back_again_more_often(closed: pd.DataFrame) -> None:
    """The tail by family: what a first return tells of G, exactly, and not the chance of a family that is new."""
    again = closed[closed["return_number"] == 1]
    first = closed.reindex(again["returned_from"])
    known = first["gap"].notna().to_numpy()
    again, first = again[known], first[known]
    before, now = (np.array([RATES[int(gap)] for gap in table["gap"]]) for table in (first, again))
    lost = np.vectorize(stays)
    chance = 1 - (lost(now) - lost(before + now)) / (1 - lost(before))
    met = (again["returns_at"] >= 0).to_numpy() | _before(again)
    assert len(met) > 300
    assert within(met, chance)
    assert not within(met, 1 - lost(now))


def test_a_return_is_later_and_graver() -> None:
    log = log_with()
    table = log.contacts.set_index("contact")
    back = table[table["returned_from"] >= 0]
    parent = table.loc[back["returned_from"]]
    growth = (back["need"].to_numpy() - parent["need"].to_numpy()) / 1e6
    assert (growth >= 0).all()
    assert growth.mean() == pytest.approx(0.3, abs=4 * 0.3 / sqrt(len(growth)))
    assert (back["received"].to_numpy() > parent["received"].to_numpy()).all()
    ended = closures(log)
    wait = (ended["returns_at"] - ended["end"])[(ended["returns_at"] >= 0) | _before(ended)] / WEEK
    assert wait.mean() == pytest.approx(10, abs=4 * 10 / sqrt(len(wait)))


def test_few_families_make_most_returns_where_families_are_unequal() -> None:
    """As many returns, but a longer tail: the busiest twentieth makes more of them, and some come back again and again."""
    tails = {}
    for spread in (SHAPE, 1000.0):
        returns = log_with(spread).contacts.groupby("family").size().to_numpy() - 1
        most = np.sort(returns)[-len(returns) // 20 :]
        tails[spread] = (most.sum() / returns.sum(), int((returns >= 3).sum()), int(returns.sum()))
    assert tails[SHAPE][0] > tails[1000.0][0] + 0.08
    assert tails[SHAPE][1] > 2 * tails[1000.0][1]
    assert tails[SHAPE][2] == pytest.approx(tails[1000.0][2], rel=0.15)


def test_closing_more_brings_more_contacts_only_where_families_come_back() -> None:
    base = read_scenario(EXAMPLE)
    for world, comes_back in ((base, True), (base.varied({"returns.rate_by_gap": [0, 0, 0, 0]}), False)):
        less = world.varied({"name": "Close more", "stages.decision.judges.bias": -0.5})
        found = compare(world, [less], replications=4, seed=7, jobs=1).differences
        found = found[found["by"] == "all"].set_index("measure")
        assert found.loc["referrals", "high"] < 0
        if comes_back:
            assert found.loc["contacts_received", "low"] > 100
        else:
            assert found.loc["contacts_received", "difference"] == 0
