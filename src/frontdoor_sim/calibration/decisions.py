"""Need, thresholds, cut-points and returns of the base model, solved from a split and published re-referrals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from frontdoor_sim.calibration.judgement import Judgement, cut_point, gap_shares, screening_caution, share_below, solved
from frontdoor_sim.calibration.re_referring import Door, met, rates_for
from frontdoor_sim.calibration.returns import family_spread, scale_for, within
from frontdoor_sim.documents import InputError, Mistake
from frontdoor_sim.parameters import Graded

Floats = NDArray[np.float64]
DAYS_OF_YEAR = 365
STUDY_DAYS = 27 * 365.25 / 12
STUDY_RETURNING = 0.365
STUDY_TOP, STUDY_TOP_RETURNS = 0.085, 0.52
"""Forrester: 36.5 % of closed cases were re-referred within 27 months; 8.5 % of families made 52 % of re-referrals."""

MADE = date(2026, 11, 22)
OF_REFERRALS = "share of referrals"
"""Unit of published re-referrals; a history tells a share of closures."""
RE_REFERRED_IN_A_RUN, REFERRED_IN_A_RUN = 0.911, 0.938
"""What a run shows of the re-referrals, and of the referrals, that families followed through an idealised door come to.

Measured once, on BCP as found of 2020 with a warm-up of 78 weeks: that year's re-referrals are a fit, and those of 2024 the
check. More than half is the start from nobody, a little is what the idealised door leaves out, and about seven tenths of a
point of re-referrals are not explained (docs/calibrate-published.md). Another pathway has ratios of its own.
"""
_ALONE = "Solved so that screening and a second judgement after checks refer as many as were published"
_WITH_RETURNS = f"{_ALONE}, of new contacts and returns together"


NEEDED = (
    "contacts.rag_mix", "contacts.rag_noise", "arrivals.source_shares", "judgement.bias", "judgement.noise",
    "published.re_referral_share", "returns.rate_by_gap", "returns.delay",
)  # fmt: skip
"""Numbers from which `follows` solves; `decisions` needs those of `SPLIT_FROM` as well."""
SPLIT_FROM = ("contacts.outcome_split", "volumes.contacts_per_referral", "arrivals.relative_conversion")
OF_REFERRALS_FROM = (
    "volumes.contacts_per_referral", "contacts.open_case_share", "durations.assessment", "returns.growth",
)  # fmt: skip
"""What `follows` needs besides, where re-referrals are published as a share of referrals."""


def _hold(numbers: Mapping[str, Graded], needed: Sequence[str]) -> None:
    """Refuse numbers from which nothing can be solved, with all that are missing at once."""
    of_referrals = numbers.get("published.re_referral_share")
    more = OF_REFERRALS_FROM if of_referrals is not None and of_referrals.unit == OF_REFERRALS else ()
    missing = [name for name in dict.fromkeys((*needed, *more)) if name not in numbers]
    if missing:
        right, remedy = "Every number from which these are solved.", "Begin with the numbers of a parameters file."
        raise InputError([Mistake(f"numbers: {name}", "The number is missing.", right, remedy) for name in missing])


def decisions(numbers: Mapping[str, Graded]) -> dict[str, Graded]:
    """Solved numbers of sections `contacts`, `judgement` and `returns`.

    Args:
        numbers: every other number of the council by `section.name`.

    Raises:
        InputError: a number from which they are solved is missing; all at once.
        ValueError: more contacts are referred than are no open case, or no numbers meet these shares.

    Example:
        >>> decisions({})
        Traceback (most recent call last):
            ...
        frontdoor_sim.documents.InputError: 11 mistakes.
        ...
    """
    _hold(numbers, (*SPLIT_FROM, *NEEDED))
    split = outcome_split(numbers["contacts.outcome_split"].value, numbers["volumes.contacts_per_referral"].value)
    shares = numbers["arrivals.source_shares"].value
    bias, noise = numbers["judgement.bias"].value, numbers["judgement.noise"].value
    base = solved(shares, numbers["arrivals.relative_conversion"].value, levels_reached(split), bias, noise)
    return {
        **_split_graded(numbers, split),
        **_judgement_graded(base.need_mean, base.thresholds),
        **follows(numbers, base),
    }


def follows(numbers: Mapping[str, Graded], base: Judgement) -> dict[str, Graded]:
    """What follows from needs and thresholds: the caution of screening, cut-points of the grade, rates of returns.

    Args:
        numbers: every other number of the council by `section.name`.
        base: needs and thresholds of the base model.

    Raises:
        InputError: a number from which they follow is missing; all at once.
        ValueError: no rates meet the published share.
    """
    _hold(numbers, NEEDED)
    shares = numbers["arrivals.source_shares"].value
    bias, noise = numbers["judgement.bias"].value, numbers["judgement.noise"].value
    gaps = gap_shares(shares, base, bias, noise)
    cuts = _cuts_graded(numbers, shares, base.need_mean)
    if numbers["published.re_referral_share"].unit == OF_REFERRALS:
        return cuts | _re_referrals_graded(numbers, base, gaps)
    referred = 1 - share_below(base.thresholds[1] - bias, shares, base.need_mean, noise)
    caution = _caution_graded(screening_caution(shares, base, bias, noise, referred), _ALONE)
    return {**caution, **cuts, **_returns_graded(numbers, gaps)}


def outcome_split(assumed: Mapping[str, float], contacts_per_referral: float) -> dict[str, float]:
    """The assumed split of contacts, with referrals (strategy discussions among them) as the contacts per referral say.

    Open cases keep their share; referrals and strategy discussions keep their proportion to each other, and so do
    advice and Early Help in what is left.

    Raises:
        ValueError: a referral comes from so few contacts that more are referred than are no open case.

    Example:
        >>> split = outcome_split({"advice_or_no_further_action": 0.45, "early_help": 0.15, "open_case": 0.15,
        ...                        "referral": 0.21, "strategy": 0.04}, 4.0)
        >>> round(split["referral"], 4), round(split["early_help"], 4)
        (0.21, 0.15)
    """
    if contacts_per_referral * (1 - assumed["open_case"]) < 1:
        most = 1 / (1 - assumed["open_case"])
        raise ValueError(
            f"{contacts_per_referral:g} contacts for each referral are too few: at least {most:.2f} are needed"
        )
    referred = ("referral", "strategy")
    closed = ("advice_or_no_further_action", "early_help")
    scale = dict.fromkeys(referred, 1 / contacts_per_referral / sum(assumed[name] for name in referred))
    left = 1 - assumed["open_case"] - 1 / contacts_per_referral
    scale.update(dict.fromkeys(closed, left / sum(assumed[name] for name in closed)))
    return {name: share * scale.get(name, 1.0) for name, share in assumed.items()}


def levels_reached(split: Mapping[str, float]) -> dict[int, float]:
    """Share of contacts (open cases apart) that are judged at level 2, 3 and 4 or above.

    Example:
        >>> reached = levels_reached({"advice_or_no_further_action": 0.45, "early_help": 0.15, "open_case": 0.15,
        ...                           "referral": 0.21, "strategy": 0.04})
        >>> [round(reached[level], 4) for level in (2, 3, 4)]
        [0.4706, 0.2941, 0.0471]
    """
    judged = 1 - split["open_case"]
    fourth = split["strategy"]
    third = fourth + split["referral"]
    second = third + split["early_help"]
    return {2: second / judged, 3: third / judged, 4: fourth / judged}


def _split_graded(numbers: Mapping[str, Graded], split: Mapping[str, float]) -> dict[str, Graded]:
    name = "contacts.outcome_split"
    note = (
        "Referrals and strategy discussions together are 1 / contacts_per_referral; the rest keeps the proportions of "
        "the assumed split: advice 45, Early Help 15; referral 21, strategy 4; open cases 15 %."
    )
    return {name: replace(numbers[name], value={key: round(share, 4) for key, share in split.items()}, note=note)}


def _judgement_graded(need_mean: Mapping[str, float], thresholds: tuple[float, float, float]) -> dict[str, Graded]:
    source = "Solved so that the base model's judgements have the mix of outcome_split, given bias, noise and sources"
    means = {source: round(mean, 3) for source, mean in need_mean.items()}
    cuts = {level: round(cut, 3) for level, cut in zip((2, 3, 4), thresholds, strict=True)}
    by_conversion = "Solved so that each source's share judged at level 3 or above follows its relative_conversion"
    return {
        "contacts.need_mean": Graded(means, "sd of need", by_conversion, MADE, "assumed", note="Mean over contacts 0."),
        "judgement.thresholds": Graded(
            cuts,
            "sd of need",
            source,
            MADE,
            "assumed",
            note="The true level is need against these; further noise (missing checks or history) is not in them.",
        ),
    }


def _caution_graded(caution: float, source: str) -> dict[str, Graded]:
    note = "Added to need by screening alone, on purpose: when in doubt it asks partners."
    value = round(caution, 3)
    graded = Graded(value, "sd of need", source, MADE, "assumed", (min(0.0, value), max(0.9, value)), note)
    return {"judgement.screening_caution": graded}


def _cuts_graded(
    numbers: Mapping[str, Graded], shares: Mapping[str, float], need_mean: Mapping[str, float]
) -> dict[str, Graded]:
    """Cut-points of the grade on arrival, from the assumed mix."""
    mix, noise = numbers["contacts.rag_mix"].value, numbers["contacts.rag_noise"].value
    below = {
        "blue": mix["blue"],
        "green": mix["blue"] + mix["green"],
        "amber": mix["blue"] + mix["green"] + mix["amber"],
    }
    cuts = {name: round(cut_point(share, shares, need_mean, noise), 3) for name, share in below.items()}
    source = "Solved so that grades on arrival have the mix of rag_mix"
    return {"contacts.rag_cuts": Graded(cuts, "sd of need", source, MADE, "assumed")}


def _returns_graded(numbers: Mapping[str, Graded], gaps: Floats) -> dict[str, Graded]:
    """Rates and spread at which a told share of closures returns within 12 months."""
    spread, target = _spread(numbers, gaps), numbers["published.re_referral_share"]
    in_time = within(numbers["returns.delay"].value, DAYS_OF_YEAR)
    scale = scale_for(target.value, numbers["returns.rate_by_gap"].value, gaps, spread, in_time)
    apart = ", ".join(f"{100 * gap:.1f} %" for gap in gaps)
    note = (
        f"Proportions 1 : 3 : 6 : 10; scaled so that {100 * target.value:.1f} % of closures return within 12 months "
        f"({target.source}), with {apart} of closures 0, 1, 2 and 3 levels below need and {100 * in_time:.1f} % of "
        "returns within 365 days."
    )
    return {"returns.rate_by_gap": _rates_graded(numbers, scale, note), "returns.family_spread": _spread_graded(spread)}


def _re_referrals_graded(numbers: Mapping[str, Graded], base: Judgement, gaps: Floats) -> dict[str, Graded]:
    """Rates, spread and caution at which as many referrals as published are re-referrals, and as many contacts referred."""
    spread, target = _spread(numbers, gaps), numbers["published.re_referral_share"]
    door = _door(numbers, base, spread)
    referred = 1 / numbers["volumes.contacts_per_referral"].value
    scale, caution = rates_for(door, target.value / RE_REFERRED_IN_A_RUN, referred / REFERRED_IN_A_RUN)
    found = met(door, scale, caution)
    note = (
        f"Proportions 1 : 3 : 6 : 10; scaled so that {100 * target.value:.1f} % of referrals are within 365 days of an "
        f"earlier referral ({target.source}): families followed through screening, a second judgement, assessment of "
        f"{100 * door.assessed:.0f} % of referrals, closure and return, where {100 * found.returning:.1f} % of contacts bring "
        f"another. What a run of BCP as found shows of that, {100 * RE_REFERRED_IN_A_RUN:.1f} % of re-referrals and "
        f"{100 * REFERRED_IN_A_RUN:.1f} % of referrals, was measured and is allowed for; another pathway may show more or less."
    )
    return {
        **_caution_graded(caution, _WITH_RETURNS),
        "returns.rate_by_gap": _rates_graded(numbers, scale, note),
        "returns.family_spread": _spread_graded(spread),
    }


def _door(numbers: Mapping[str, Graded], base: Judgement, spread: float) -> Door:
    value = {name: graded.value for name, graded in numbers.items()}
    return Door(
        shares=value["arrivals.source_shares"],
        judgement=base,
        bias=value["judgement.bias"],
        noise=value["judgement.noise"],
        open_cases=value["contacts.open_case_share"],
        assessed=min(1.0, value.get("published.assessments_per_referral", 1.0)),
        assessment=value["durations.assessment"],
        delay=value["returns.delay"],
        growth=value["returns.growth"],
        proportions=tuple(value["returns.rate_by_gap"]),
        spread=spread,
    )


def _spread(numbers: Mapping[str, Graded], gaps: Floats) -> float:
    in_time = within(numbers["returns.delay"].value, STUDY_DAYS)
    proportions = numbers["returns.rate_by_gap"].value
    return round(family_spread(STUDY_TOP, STUDY_TOP_RETURNS, STUDY_RETURNING, in_time, proportions, gaps), 2)


def _rates_graded(numbers: Mapping[str, Graded], scale: float, note: str) -> Graded:
    graded = numbers["returns.rate_by_gap"]
    return replace(graded, value=[round(scale * proportion, 4) for proportion in graded.value], note=note)


def _spread_graded(spread: float) -> Graded:
    source = (
        "Forrester (abstract, social.alljournals.cn): 8.5 % of families make 52 % of re-referrals, and 36.5 % of "
        "closed cases are re-referred within 27 months; solved so that this model's own law says both"
    )
    note = "About 0.35 if the 52 % is of expected returns; as counted, luck alone makes some families return often."
    return Graded(spread, "gamma shape", source, MADE, "assumed", (0.35, 5), note)
