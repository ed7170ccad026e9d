"""Families followed from contact to contact through an idealised Front Door, to solve the returns behind re-referrals.

Published re-referrals are shares of *referrals* with a referral of the same child within 12 months before. A return is not
always referred again, and one that was referred was away for the length of an assessment first. Here families come,
are judged as `judgement.screening_caution` says, close, return and grow graver, until nobody is left to return. In a
steady state as many referrals are followed by another within a year as have one behind them, so families are looked
at forwards. The luck of each family is fixed, and the chance of each return is a weight, so shares rise smoothly with
the rate of returns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtri

from frontdoor_sim.calibration.judgement import Judgement
from frontdoor_sim.calibration.returns import families
from frontdoor_sim.distributions import from_mapping
from frontdoor_sim.luck import LUCK_BITS, code, draws, key_array

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
_FAMILIES, _VISITS, _YEAR, _WEEK = 20_000, 12, 365.0, 7 / 5
_ROUNDS = 4
_GREATEST_SCALE = 20.0


@dataclass(frozen=True)
class Door:
    """What the families meet.

    Args:
        shares: share of contacts by source.
        judgement: needs and thresholds.
        bias, noise: of every judgement [sd].
        open_cases: share of new contacts about a child with an allocated worker: not judged, and never back.
        assessed: share of referrals that are assessed; the rest close at once with level 2 provided.
        assessment: distribution of an assessment's length [working days].
        delay, growth: from closure to return [days], and how much need grows [sd].
        proportions: rates of return by levels below need, relative to one another.
        spread: gamma shape of a family's propensity.
    """

    shares: Mapping[str, float]
    judgement: Judgement
    bias: float
    noise: float
    open_cases: float
    assessed: float
    assessment: Mapping[str, Any]
    delay: Mapping[str, Any]
    growth: Mapping[str, Any]
    proportions: tuple[float, ...]
    spread: float


@dataclass(frozen=True)
class Found:
    """What a caution and a scale come to, in a steady state.

    Args:
        referred: share of all contacts, returns among them, that are referred.
        re_referred: share of referrals within 365 days of an earlier one.
        returning: share of contacts that bring another.
    """

    referred: float
    re_referred: float
    returning: float


def rates_for(door: Door, re_referred: float, referred: float) -> tuple[float, float]:
    """The scale of the rates of return, and the caution of screening, at which both published shares are met.

    Args:
        door: what the families meet.
        re_referred: published share of referrals within 12 months of an earlier one.
        referred: share of contacts that become referrals.

    Returns:
        Scale of `door.proportions`; caution [sd], from -3 to 3.

    Raises:
        ValueError: no rate or caution gives the shares.
    """
    luck, scale, caution = _Luck.of(door), 0.3, 0.7
    for _ in range(_ROUNDS):
        caution = brentq(lambda c, s=scale: met(door, s, c, luck).referred - referred, -3.0, 3.0, xtol=1e-5)
        scale = brentq(
            lambda s, c=caution: met(door, s, c, luck).re_referred - re_referred, 0, _GREATEST_SCALE, xtol=1e-6
        )
    return float(scale), float(caution)


@dataclass(frozen=True)
class _Luck:
    """What befalls every family at every visit, whatever the rates; shape (visits, families) but for the first two."""

    need: Floats
    propensity: Floats
    screened: Floats
    judged: Floats
    assessed: Bools
    lasts: Floats
    away: Floats
    grows: Floats

    @classmethod
    def of(cls, door: Door) -> _Luck:
        """The luck of a door's families."""
        names = list(door.judgement.need_mean)
        borders = np.cumsum([door.shares[name] for name in names])
        source = np.searchsorted(borders / borders[-1], _uniform("source", 0), side="right").clip(max=len(names) - 1)
        mean = np.array([door.judgement.need_mean[name] for name in names])[source]
        each = families(door.spread)
        return cls(
            need=mean + ndtri(_uniform("need", 0)),
            propensity=each[(_uniform("propensity", 0) * len(each)).astype(np.int64)],
            screened=ndtri(_visits("screening")),
            judged=ndtri(_visits("judgement")),
            assessed=_visits("assessed") < door.assessed,
            lasts=_quantiles(door.assessment, "assessment") * _WEEK,
            away=_quantiles(door.delay, "delay"),
            grows=np.maximum(_quantiles(door.growth, "growth"), 0.0),
        )


def met(door: Door, scale: float, caution: float, luck: _Luck | None = None) -> Found:
    """What a scale of the rates of return and a caution of screening come to.

    Args:
        door: what the families meet.
        scale: of `door.proportions`.
        caution: of screening [sd].
        luck: of the families, where it is at hand.
    """
    luck = luck or _Luck.of(door)
    rates = scale * np.asarray(door.proportions, dtype=np.float64)
    cuts = np.asarray(door.judgement.thresholds)
    need, now, weight = luck.need, np.zeros(_FAMILIES), np.ones(_FAMILIES)
    before = np.full(_FAMILIES, -np.inf)
    contacts = referrals = again = 0.0
    for visit in range(_VISITS):
        given = _given(door, luck, need, caution, visit)
        referred = given >= 3
        contacts, referrals = contacts + weight.sum(), referrals + weight[referred].sum()
        again += weight[referred & (now - before <= _YEAR)].sum()
        before = np.where(referred, now, before)
        assessed = referred & luck.assessed[visit]
        provided = np.where(assessed, 4, np.minimum(given, 2))
        gap = np.maximum(1 + np.searchsorted(cuts, need, side="right") - provided, 0)
        weight = weight * -np.expm1(-rates[gap] * luck.propensity)
        now = now + np.where(assessed, luck.lasts[visit], 0.0) + luck.away[visit]
        need = need + luck.grows[visit]
    judged = (1 - door.open_cases) * contacts
    all_contacts = judged + door.open_cases * _FAMILIES
    return Found((1 - door.open_cases) * referrals / all_contacts, again / referrals, 1 - _FAMILIES / all_contacts)


def _given(door: Door, luck: _Luck, need: Floats, caution: float, visit: int) -> NDArray[np.int64]:
    """The level at which each family is decided: screening's at 1, 2 and 4, a second judgement's where it saw 3."""
    cuts = np.asarray(door.judgement.thresholds)
    first = need + door.bias + caution + door.noise * luck.screened[visit]
    second = need + door.bias + door.noise * luck.judged[visit]
    screened, judged = (1 + np.searchsorted(cuts, seen, side="right") for seen in (first, second))
    return np.asarray(np.where(screened == 3, judged, screened))


def _uniform(purpose: str, visit: int) -> Floats:
    """Even luck of every family, between 0 and 1."""
    keys = key_array(("re-referrals",), np.arange(_FAMILIES))
    return np.asarray((draws(keys, code(purpose), visit) + 0.5) / 2.0**LUCK_BITS)


def _visits(purpose: str) -> Floats:
    return np.array([_uniform(purpose, visit) for visit in range(_VISITS)])


def _quantiles(mapping: Mapping[str, Any], purpose: str) -> Floats:
    return np.asarray(from_mapping(dict(mapping)).ppf(_visits(purpose)))
