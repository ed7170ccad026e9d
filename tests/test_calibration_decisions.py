"""What the base model decides and what comes back, held to simulations of the same law."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from frontdoor_sim.calibration.decisions import (
    RE_REFERRED_IN_A_RUN,
    REFERRED_IN_A_RUN,
    decisions,
    follows,
    outcome_split,
)
from frontdoor_sim.calibration.judgement import Judgement, gap_shares, screening_caution, share_below
from frontdoor_sim.calibration.re_referring import Door
from frontdoor_sim.calibration.returns import share_of_top, within
from frontdoor_sim.distributions import from_mapping
from frontdoor_sim.documents import InputError
from frontdoor_sim.parameters import Parameters
from published_council import BCP, calibrated

# What is decided


def test_numbers_that_are_missing_are_told_all_at_once():
    numbers = calibrated(BCP, 2020).numbers
    some = {name: one for name, one in numbers.items() if name not in ("judgement.bias", "returns.growth")}
    for solve in (decisions, lambda these: follows(these, Judgement({"police": 0.0}, (0.3, 0.8, 2.0)))):
        with pytest.raises(InputError) as refused:
            solve(some)
        assert [one.where for one in refused.value.mistakes] == ["numbers: judgement.bias", "numbers: returns.growth"]


@pytest.mark.parametrize("few", [0, 1.1])
def test_too_few_contacts_for_each_referral_are_refused(few: float):
    assumed = {
        "advice_or_no_further_action": 0.45,
        "early_help": 0.15,
        "open_case": 0.15,
        "referral": 0.21,
        "strategy": 0.04,
    }
    with pytest.raises(ValueError, match=r"are too few: at least 1\.18 are needed"):
        outcome_split(assumed, few)


def simulated_needs(made: Parameters, contacts: int = 400_000):
    """Needs of simulated contacts, their sources, and a generator for their noises."""
    random = np.random.default_rng(7)
    shares = made.value("arrivals.source_shares")
    means = made.value("contacts.need_mean")
    source = random.choice(len(shares), size=contacts, p=np.array(list(shares.values())) / sum(shares.values()))
    need = np.array([means[name] for name in shares])[source] + random.standard_normal(contacts)
    return source, need, random


@pytest.mark.parametrize(("council", "year"), [(BCP, 2020), ("England", 2024)])
def test_base_judgement_gives_the_assumed_split(council: str, year: int):
    made = calibrated(council, year)
    source, need, random = simulated_needs(made)
    noise = made.value("judgement.noise") * random.standard_normal(len(need))
    cuts = list(made.value("judgement.thresholds").values())
    level = 1 + np.searchsorted(cuts, need + made.value("judgement.bias") + noise, side="right")
    split = made.value("contacts.outcome_split")
    judged = 1 - split["open_case"]
    for at, name in enumerate(("advice_or_no_further_action", "early_help", "referral", "strategy"), start=1):
        assert (level == at).mean() * judged == pytest.approx(split[name], abs=0.003)
    rates = made.value("arrivals.relative_conversion")
    police = list(made.value("arrivals.source_shares")).index("police")
    assert (level[source == police] >= 3).mean() / (level >= 3).mean() == pytest.approx(rates["police"], abs=0.02)


def test_referrals_of_the_split_are_the_published_ones():
    made = calibrated()
    split = made.value("contacts.outcome_split")
    assert sum(split.values()) == pytest.approx(1, abs=1e-3)
    assert (split["referral"] + split["strategy"]) * made.value("volumes.contacts_per_referral") == pytest.approx(
        1, abs=1e-3
    )
    assert split["referral"] == pytest.approx(0.21, abs=0.015)


def test_grades_on_arrival_have_the_assumed_mix():
    made = calibrated()
    _, need, random = simulated_needs(made)
    cuts = made.value("contacts.rag_cuts")
    seen = need + made.value("contacts.rag_noise") * random.standard_normal(len(need))
    grade = np.searchsorted([cuts["blue"], cuts["green"], cuts["amber"]], seen, side="right")
    mix = made.value("contacts.rag_mix")
    assert np.bincount(grade) / len(grade) == pytest.approx(
        [mix[r] for r in ("blue", "green", "amber", "red")], abs=0.003
    )


def door_of(made: Parameters) -> Door:
    value = made.value
    return Door(
        value("arrivals.source_shares"),
        Judgement(value("contacts.need_mean"), tuple(value("judgement.thresholds").values())),
        value("judgement.bias"),
        value("judgement.noise"),
        value("contacts.open_case_share"),
        min(1.0, value("published.assessments_per_referral")),
        value("durations.assessment"),
        value("returns.delay"),
        value("returns.growth"),
        (1.0, 3.0, 6.0, 10.0),
        value("returns.family_spread"),
    )


@dataclass
class Come:
    """Families walked one by one through the idealised door, by another generator and in plain loops over visits."""

    contacts: int = 0
    referrals: int = 0
    again: int = 0

    @classmethod
    def of(cls, made: Parameters, families: int = 120_000, visits: int = 15) -> Come:
        door, rates, caution = (
            door_of(made),
            made.value("returns.rate_by_gap"),
            made.value("judgement.screening_caution"),
        )
        _, need, random = simulated_needs(made, families)
        cuts, came = np.array(door.judgement.thresholds), cls()
        propensity, now = random.gamma(door.spread, 1 / door.spread, families), np.zeros(families)
        before = np.full(families, -np.inf)
        assessment, delay, growth = (from_mapping(law) for law in (door.assessment, door.delay, door.growth))
        for _ in range(visits):
            first, second = (need + door.bias + door.noise * random.standard_normal(len(need)) for _ in range(2))
            screened, judged = (1 + np.searchsorted(cuts, seen, side="right") for seen in (first + caution, second))
            given = np.where(screened == 3, judged, screened)
            referred = given >= 3
            came.contacts += len(need)
            came.referrals += int(referred.sum())
            came.again += int((referred & (now - before <= 365)).sum())
            assessed = referred & (random.random(len(need)) < door.assessed)
            provided = np.where(assessed, 4, np.minimum(given, 2))
            gap = np.maximum(1 + np.searchsorted(cuts, need, side="right") - provided, 0)
            back = random.random(len(need)) < 1 - np.exp(-np.array(rates)[gap] * propensity)
            lasts = np.where(assessed, assessment.ppf(random.random(len(need))) * 7 / 5, 0.0)
            before = np.where(referred, now, before)[back]
            now = (now + lasts + delay.ppf(random.random(len(need))))[back]
            need = (need + np.maximum(growth.ppf(random.random(len(need))), 0.0))[back]
            propensity = propensity[back]
        return came


@pytest.mark.parametrize(("council", "year"), [(BCP, 2020), ("North Tyneside", 2020)])
def test_families_followed_refer_and_re_refer_as_they_are_solved_to(council: str, year: int):
    """What is published, before what a run of BCP shows less of it."""
    made = calibrated(council, year)
    came, open_cases = Come.of(made), made.value("contacts.open_case_share")
    everybody = came.contacts + 120_000 * open_cases / (1 - open_cases)
    assert came.referrals / everybody == pytest.approx(
        1 / made.value("volumes.contacts_per_referral") / REFERRED_IN_A_RUN, rel=0.02
    )
    assert came.again / came.referrals == pytest.approx(
        made.value("published.re_referral_share") / RE_REFERRED_IN_A_RUN, rel=0.03
    )


def test_caution_of_screening_alone_refers_as_many_as_one_judgement():
    """Without returns: what a council's own history is solved by."""
    made = calibrated()
    _, need, random = simulated_needs(made)
    bias, noise = made.value("judgement.bias"), made.value("judgement.noise")
    cuts = made.value("judgement.thresholds")
    first, second = (need + bias + noise * random.standard_normal(len(need)) for _ in range(2))
    judgement, shares = door_of(made).judgement, made.value("arrivals.source_shares")
    once = 1 - share_below(cuts[3] - bias, shares, judgement.need_mean, noise)
    screened = first + screening_caution(shares, judgement, bias, noise, once)
    referred = (screened >= cuts[4]) | ((screened >= cuts[3]) & (second >= cuts[3]))
    assert referred.mean() == pytest.approx((second >= cuts[3]).mean(), abs=0.003)


def test_gaps_are_those_of_a_simulation():
    made = calibrated()
    _, need, random = simulated_needs(made)
    cuts = tuple(made.value("judgement.thresholds").values())
    bias, noise = made.value("judgement.bias"), made.value("judgement.noise")
    true = np.searchsorted(cuts, need, side="right")
    judged = np.searchsorted(cuts, need + bias + noise * random.standard_normal(len(need)), side="right")
    found = np.bincount(np.maximum(true - judged, 0), minlength=4) / len(need)
    judgement = Judgement(made.value("contacts.need_mean"), cuts)
    assert gap_shares(made.value("arrivals.source_shares"), judgement, bias, noise) == pytest.approx(found, abs=0.002)


# What comes back


def test_closures_return_within_a_year_as_often_as_a_history_says():
    """A history tells a share of closures, and no share of referrals."""
    made = calibrated()
    judgement = Judgement(made.value("contacts.need_mean"), tuple(made.value("judgement.thresholds").values()))
    told = replace(made.numbers["published.re_referral_share"], value=0.2, unit="share of closures")
    found = follows({**made.numbers, "published.re_referral_share": told}, judgement)
    gaps = gap_shares(
        made.value("arrivals.source_shares"), judgement, made.value("judgement.bias"), made.value("judgement.noise")
    )
    shape, rates = found["returns.family_spread"].value, np.array(found["returns.rate_by_gap"].value)
    ever = gaps @ (1 - (1 + rates / shape) ** -shape)
    assert ever * within(made.value("returns.delay"), 365) == pytest.approx(0.2, abs=1e-3)


def test_rates_rise_with_the_gap():
    assert np.array(calibrated().value("returns.rate_by_gap")) / calibrated().value("returns.rate_by_gap")[0] == (
        pytest.approx([1, 3, 6, 10], rel=1e-3)
    )


def test_few_families_make_most_returns_under_the_models_own_law():
    random = np.random.default_rng(121)
    shape, families = calibrated().value("returns.family_spread"), 200_000
    propensity = random.gamma(shape, 1 / shape, families)
    chance = 0.365 * propensity / (propensity + 0.5)
    chance *= 0.365 / chance.mean()
    returns = random.geometric(1 - chance) - 1
    top = np.sort(returns)[::-1][: int(0.085 * families)]
    assert share_of_top(0.085, np.sort(chance)) == pytest.approx(top.sum() / returns.sum(), abs=0.01)


def test_spread_of_families_says_what_the_study_says():
    made = calibrated()
    shape = made.value("returns.family_spread")
    random = np.random.default_rng(27)
    propensity = random.gamma(shape, 1 / shape, 200_000)
    judgement = Judgement(made.value("contacts.need_mean"), tuple(made.value("judgement.thresholds").values()))
    gaps = gap_shares(made.value("arrivals.source_shares"), judgement, 0.25, 0.6)
    in_time = within(made.value("returns.delay"), 27 * 365.25 / 12)

    def chance(scale: float) -> np.ndarray:
        rates = scale * np.array([1, 3, 6, 10])
        return in_time * (gaps[:, None] * -np.expm1(-rates[:, None] * propensity)).sum(axis=0)

    scales = np.linspace(0.3, 0.7, 41)
    scale = float(np.interp(0.365, [chance(s).mean() for s in scales], scales))
    returns = np.sort(random.geometric(1 - chance(scale)) - 1)[::-1]
    assert (returns > 0).mean() == pytest.approx(0.365, abs=0.005)
    assert returns[: int(0.085 * len(returns))].sum() / returns.sum() == pytest.approx(0.52, abs=0.01)
