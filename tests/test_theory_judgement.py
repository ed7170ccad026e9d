"""Judgements of need against the ordered probit: cut-points -.5, .5 and 1.5, a need of mean mu, noise s."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from frontdoor_sim.contacts import given
from frontdoor_sim.distributions import from_mapping, quantile_table
from frontdoor_sim.experiment import run
from frontdoor_sim.luck import code, draws
from theory_runs import agrees, scenario

NUMBER = 12_000
ENDS = ("universal", "early_help", "child_in_need", "protection")

# P(level) = Phi((upper - mu) / sqrt(1 + s^2)) - Phi((lower - mu) / sqrt(1 + s^2)).
PROBIT = [
    (0.0, 0.0, (0.3085375387, 0.3829249225, 0.2417303375, 0.0668072013)),
    (0.0, 0.5, (0.3273604230, 0.3452791540, 0.2375041756, 0.0898562474)),
    (0.4, 0.5, (0.2104143203, 0.3252206425, 0.3017752972, 0.1625897400)),
    (0.4, 1.0, (0.2622591401, 0.2659268488, 0.2534756943, 0.2183383168)),
    (-0.3, 0.5, (0.4290138285, 0.3338489961, 0.1834348572, 0.0537023182)),
]
AGREEMENT = {0.25: 0.7677936913, 0.5: 0.5806930498, 1.0: 0.4108568608}


@cache
def needs(mean: float) -> pd.DataFrame:
    """Contacts whose need is a normal number with this mean and an sd of 1, one every two minutes."""
    keys = np.arange(NUMBER, dtype=np.int64)
    normal = quantile_table(from_mapping({"distribution": "normal", "mean": mean, "sd": 1}), 1_000_000)
    rows = pd.DataFrame(
        {"contact": keys, "received": 120 * keys, "need": normal.reads(draws(keys, code("need of this test")))}
    )
    return given(rows, scenario("judgement").model)


@cache
def judged(mean: float, noise: float, luck: str) -> np.ndarray:
    """The level that each contact is judged to have, 0 for the first, in order of contact."""
    model = scenario("judgement").varied({"stages.decision.judges.noise": noise, "stages.decision.luck": luck})
    events = run(model, seed=1, contacts=needs(mean)).events
    outcome = events[events["outcome"] != ""].sort_values("contact")["outcome"].astype(str)
    assert len(outcome) == NUMBER
    return outcome.map(ENDS.index).to_numpy()


@pytest.mark.parametrize(("mean", "noise", "exact"), PROBIT)
def test_ordered_probit(mean, noise, exact):
    found = judged(mean, noise, "one judge")
    for level, share in enumerate(exact):
        agrees(f"probit mu {mean} s {noise} {ENDS[level]}", found == level, share, 0.06)


@pytest.mark.parametrize(("noise", "exact"), list(AGREEMENT.items()))
def test_two_judges_of_the_same_need_agree(noise, exact):
    """P(same level) with a latent correlation of 1 / (1 + s^2): the second judge has luck of another purpose."""
    one, other = (judged(0.0, noise, luck) for luck in ("one judge", "another judge"))
    agrees(f"two judges, s {noise}", one == other, exact, 0.03)


def test_without_noise_the_cut_points_decide():
    table = needs(0.0)
    cuts = np.array([-500_000, 500_000, 1_500_000])
    exact = np.searchsorted(cuts, table.sort_values("contact")["need"].to_numpy(), side="right")
    assert (judged(0.0, 0.0, "one judge") == exact).all()
