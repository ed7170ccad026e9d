"""Judgement in the example: leanings by area, missed history and missing replies, all held to the ordered probit, contact by contact."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from frontdoor_sim.event_log import EventLog
from frontdoor_sim.experiment import run
from frontdoor_sim.measures import measure
from frontdoor_sim.scenario import read_scenario
from queue_laws import plain

EXAMPLE = "scenarios/examples/judgement.yaml"
COUNCIL, STRICT = (0.0, 1.0, 2.0), (0.2, 1.3, 2.2)
SCREENING = {"bournemouth": (0.0, 0.4, COUNCIL), "poole": (0.3, 0.6, COUNCIL), "christchurch": (0.0, 0.4, STRICT)}
MISSED, MISSED_NOISE = 0.2, 0.6
SIGN_OFF, WITHOUT_REPLY, ASSESSMENT = 0.3, 0.5, 0.2


def levels(need: float, noise: float, cuts: tuple[float, ...] = COUNCIL) -> np.ndarray:
    """Chances to be judged at level 1 to 4."""
    return np.diff(np.array([0.0, *norm.cdf((np.array(cuts) - need) / noise), 1.0]))


def screened(need: float, area: str) -> np.ndarray:
    """What screening sees: of one contact in five the history on the other system is missed."""
    bias, noise, cuts = SCREENING[area]
    clear, dim = (levels(need + bias, one, cuts) for one in (noise, sqrt(noise**2 + MISSED_NOISE**2)))
    return (1 - MISSED) * clear + MISSED * dim


def signed(need: float, *, informed: bool) -> np.ndarray:
    return levels(need, SIGN_OFF if informed else sqrt(SIGN_OFF**2 + WITHOUT_REPLY**2))


def within(met: np.ndarray, chance: np.ndarray) -> bool:
    """Whether as many did as should, to four standard errors of independent trials."""
    return abs(met.sum() - chance.sum()) <= 4 * sqrt((chance * (1 - chance)).sum())


@pytest.fixture(scope="module")
def log() -> EventLog:
    return run(read_scenario(EXAMPLE), seed=7)


@pytest.fixture(scope="module")
def first(log: EventLog) -> pd.DataFrame:
    return first_sign_off(log)


def first_sign_off(log: EventLog) -> pd.DataFrame:
    """The first sign-off of each contact: need, area, whether the reply had come by then, and where it led."""
    events = plain(log.events)
    over = events[(events["stage"] == "sign_off") & (events["visit"] == 0) & (events["outcome"] != "")]
    table = over.set_index("contact")[["end", "outcome"]]
    asked = events[(events["stage"] == "checks") & (events["visit"] == 0) & (events["part"] > 0)]
    replied = asked.groupby("contact")["end"].max().reindex(table.index)
    facts = log.contacts.set_index("contact").loc[table.index]
    return table.assign(
        need=facts["need"] / 1e6, area=facts["area"].astype(str), informed=replied.to_numpy() <= table["end"].to_numpy()
    )


def chances(first: pd.DataFrame, what: str) -> np.ndarray:
    """How likely each is sent back, as half of those are of whom two judges disagree, or goes on to assessment."""
    found = []
    for row in first.itertuples():
        before, now = screened(row.need, row.area), signed(row.need, informed=row.informed)
        agree = before * now
        found.append({"back": (1 - agree.sum()) / 2, "assessed": (agree + (now - agree) / 2)[2:].sum()}[what])
    return np.array(found)


@pytest.mark.parametrize("area", SCREENING)
def test_sign_off_sends_back_as_often_as_two_judges_disagree(first: pd.DataFrame, area: str) -> None:
    """Half of the disagreements, by area: with the leaning, the thresholds and the noises that the file states."""
    mine = first[first["area"] == area]
    assert len(mine) > 800
    assert within((mine["outcome"] == "screening").to_numpy(), chances(mine, "back"))
    assert within((mine["outcome"] == "assessment").to_numpy(), chances(mine, "assessed"))


def test_a_missing_reply_blurs_the_sign_off_by_what_the_file_says() -> None:
    """Where nothing is sent back, what a manager saw is where it led; the noise of the others would not do."""
    direct = [
        {"if": {"judged": [3, 4]}, "to": "assessment"},
        {"if": {"judged": 2}, "to": "early_help"},
        {"to": "advice"},
    ]
    first = first_sign_off(run(read_scenario(EXAMPLE).varied({"routes.sign_off": direct}), seed=7))
    schools = first[first["need"] < 0]
    for informed in (True, False):
        mine = schools[schools["informed"] == informed]
        assert len(mine) > 400
        seen = (mine["outcome"] != "advice").to_numpy()
        right, other = (np.full(len(mine), signed(-0.3, informed=one)[1:].sum()) for one in (informed, not informed))
        assert within(seen, right)
        assert not within(seen, other)


def test_assessments_end_in_no_need_as_often_as_assessors_see_it(log: EventLog) -> None:
    """And what they find is what the council's own figures would show, not what is true."""
    events = plain(log.events)
    over = events[(events["stage"] == "assessment") & (events["kind"] == "caseload") & (events["outcome"] != "")]
    need = log.contacts.set_index("contact").loc[over["contact"], "need"].to_numpy() / 1e6
    chance = np.array([levels(one, ASSESSMENT)[:2].sum() for one in need])
    assert within((over["outcome"] == "no_further_action").to_numpy(), chance)


def test_both_errors_are_none_where_nobody_errs_and_each_source_of_error_adds() -> None:
    scenario = read_scenario(EXAMPLE).varied({"run.weeks": 13})
    nobody = scenario.varied({f"stages.{stage}.judges": {} for stage in ("screening", "sign_off", "assessment")})
    in_time = scenario.varied({"stages.checks.partners.health.delay": "1 min"})
    errors = []
    for one in (nobody, in_time, scenario):
        value = measure(run(one, seed=7)).query("by == 'all'").set_index("measure")["value"]
        errors.append((value["assessed_without_need_share"], value["closed_below_need_share"]))
    assert errors[0] == (0, 0)
    assert errors[0] < errors[1]
    assert errors[1][0] < errors[2][0] - 0.02
    assert errors[1][1] < errors[2][1] - 0.02
