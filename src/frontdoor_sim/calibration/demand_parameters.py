"""Fitted demand as entries of a parameters file, in which nothing can be told of one to five contacts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from frontdoor_sim.calibration.batches import Families, HandOver
from frontdoor_sim.calibration.demand import Demand
from frontdoor_sim.calibration.estimates import FEW, Interval, few, many
from frontdoor_sim.documents import in_words
from frontdoor_sim.parameters import Graded

Floats = NDArray[np.float64]

DAYS, HOURS = 7, 24
"""Groups of the slots of a week: weekdays, Monday first, and hours of the day."""

ENOUGH = 30
"""Contacts of which fewer were to be expected on holidays tell no factor of those."""

_DIGITS = 3


def demand_parameters(found: Demand, source: str, on: date) -> dict[str, Graded]:
    """The numbers of section `arrivals` that a history gives, graded `fitted`; what it does not tell is not among them.

    Where fewer than six contacts stand behind a weight, it is joined with the other such weights of its source and they
    share evenly; a source with fewer than six contacts in holidays takes the factor of all sources, and one with fewer than
    six in all takes every pattern from all, and a share as if it had three.

    Args:
        found: the fit.
        source: which history, in words.
        on: the last day of the history.
    """
    base = Graded(None, "", source, on, "fitted", note=f"Window: {found.window.words}.")
    numbers = {
        "arrivals.source_shares": _with(base, _shares(found), "share of contacts", _widest(found)),
        "arrivals.weekday_weights": _with(base, _patterns(found, DAYS), "relative rate", _patterns_note(found)),
        **_holidays(found, base),
        **_variances(found, base),
    }
    if found.cells.slots > 7:
        numbers["arrivals.hour_weights"] = _with(base, _patterns(found, HOURS), "relative rate", "")
    if months_told(found):
        numbers["arrivals.month_index"] = _months(found, base)
    return numbers


def holidays_told(found: Demand, kind: str) -> bool:
    """Whether a history tells the factors of `bank` or `school` holidays.

    Every source must have one, and 30 contacts and more must have been expected on those days, had they been like others.
    """
    factors = found.rates.bank if kind == "bank" else found.rates.school
    flag = found.cells.bank_holiday if kind == "bank" else found.cells.school_holiday
    usual = found.rates.expected(found.cells, without=kind)[:, flag]
    return bool(np.isfinite(factors).all() and usual.sum() >= ENOUGH)


def months_told(found: Demand) -> bool:
    """Whether a history tells the months: they were fitted, and contacts came in every one."""
    month = found.rates.month
    return bool(not found.rates.season_given and np.isfinite(month).all() and (month > 0).all())


def children_parameter(found: Families, source: str, on: date) -> Graded:
    """The number of children in a contact, as `volumes.children_per_contact`."""
    mean, index = found.mean(), found.poisson_index()
    odd = (
        ""
        if index.low <= 1 <= index.high
        else f" The model's law, 1 plus a Poisson number, has 1: it varies {_less(index)}."
    )
    note = f"Variance over mean of further children: {index.estimate:.2f} ({index.low:.2f} to {index.high:.2f}).{odd}"
    spread = (round(mean.low, _DIGITS), round(mean.high, _DIGITS))
    return Graded(round(mean.estimate, _DIGITS), "children per contact", source, on, "fitted", spread, note)


def batches_parameter(found: Sequence[HandOver], source: str, on: date) -> Graded | None:
    """Hand-overs at a time of day, as `arrivals.batches`; None where none was found."""
    if not found:
        return None
    value = {one.source: {"share": round(one.share.estimate, 2), "at": one.at} for one in found}
    low, high = min(one.share.low for one in found), max(one.share.high for one in found)
    note = "A time at which many are entered at once is no time of arrival: when those came is not in the history."
    return Graded(value, "share and instants", source, on, "fitted", (round(low, 2), round(min(high, 1.0), 2)), note)


def _less(index: Interval) -> str:
    return "less" if index.high < 1 else "more"


def _with(base: Graded, value: Any, unit: str, note: str) -> Graded:
    words = f"{base.note} {note}".strip()
    return Graded(value, unit, base.source, base.date, base.grade, note=words)


def _totals(found: Demand) -> Floats:
    return np.asarray(found.counts.sum(axis=1))


def _shares(found: Demand) -> dict[str, float]:
    totals = _totals(found)
    told = np.where(few(totals), FEW / 2, totals)
    return _rounded(dict(zip(found.sources, (told / told.sum()).tolist(), strict=True)))


def _rounded(shares: dict[str, float], digits: int = 4) -> dict[str, float]:
    """Shares to so many digits that still add up to 1: the largest takes what is left."""
    rounded = {name: round(share, digits) for name, share in shares.items()}
    largest = max(rounded, key=lambda name: rounded[name])
    rounded[largest] = round(rounded[largest] + 1 - sum(rounded.values()), digits)
    return rounded


def _widest(found: Demand) -> str:
    widest = max((one.high - one.low) / 2 for one in found.shares().values())
    week = found.per_week()
    outside = f" Receipts on dates that are not used: {many(found.outside)}." if found.outside else ""
    return (
        f"Each share to within {100 * widest:.1f} points (90 %). All sources: {week.estimate:.1f} contacts of families a week "
        f"({week.low:.1f} to {week.high:.1f}).{outside}"
    )


def _patterns(found: Demand, groups: int) -> dict[str, list[float]]:
    """Weights of weekdays or of hours by source, mean 1, rounded."""
    found_patterns = zip(found.sources, patterns(found, found.rates.slot, groups).tolist(), strict=True)
    return {name: [round(weight, _DIGITS) for weight in one] for name, one in found_patterns}


def patterns(found: Demand, slot: Floats, groups: int) -> Floats:
    """Weights of weekdays or of hours by source, mean 1, in which nothing can be told of one to five contacts.

    Args:
        found: the fit; its counts say what may be told.
        slot: rates by source and slot of the week, shape (..., sources, slots): the fitted ones, or draws of them.
        groups: `DAYS` or `HOURS`.

    Returns:
        Shape (..., sources, groups).
    """
    place = np.arange(found.cells.slots)
    group = place // (found.cells.slots // DAYS) if groups == DAYS else place % HOURS
    rates = slot @ np.eye(groups)[group]
    counts = np.stack([np.bincount(group[found.cells.slot], one, groups) for one in found.counts])
    of_all = told(rates.sum(axis=-2), counts.sum(axis=0))
    each = [told(rates[..., s, :], one) if one.sum() >= FEW else of_all for s, one in enumerate(counts)]
    return np.stack(each, axis=-2)


def told(rates: Floats, counts: Floats) -> Floats:
    """Rates of mean 1 (along the last axis), in which those with fewer than six counts share evenly.

    Where the few have one to five counts in all, they count as three, so that neither they nor the rest tell. (To join them
    with the next smallest would move a whole weekday's contacts to the weekend.)

    Example:
        >>> told(np.array([90.0, 80.0, 1.0, 0.0, 3.0]), np.array([90, 80, 1, 0, 3])).round(3).tolist()
        [2.601, 2.312, 0.029, 0.029, 0.029]
    """
    shared, rare = rates.copy(), counts < FEW
    if rare.any():
        together = rates[..., rare].sum(axis=-1)
        if 0 < counts[rare].sum() < FEW and not rare.all():
            together = rates[..., ~rare].sum(axis=-1) / counts[~rare].sum() * FEW / 2
        shared[..., rare] = (together / rare.sum())[..., None]
    return np.asarray(shared / shared.mean(axis=-1, keepdims=True))


def sharing(counts: Floats) -> NDArray[np.int64]:
    """Places of the counts that may only be told together: those below six.

    Where they are one to five in all, the next smallest joins them, so that neither they nor the rest tell.

    Example:
        >>> sharing(np.array([90, 80, 1, 2, 7])).tolist()
        [2, 3, 4]
    """
    order = np.argsort(counts, kind="stable")
    together = int((counts < FEW).sum())
    while together < len(counts) and 0 < counts[order[:together]].sum() < FEW:
        together += 1
    return np.asarray(order[:together])


def _patterns_note(found: Demand) -> str:
    rates = found.rates.slot
    if found.cells.slots == 7:
        return "Receipts are known by date: weights of hours are not in the history."
    worst, score = "", 0.0
    for name, counts in zip(found.sources, found.counts, strict=True):
        of_slot = np.bincount(found.cells.slot, counts, found.cells.slots).reshape(7, 24)
        product = np.outer(of_slot.sum(axis=1), of_slot.sum(axis=0)) / max(of_slot.sum(), 1.0)
        seen = of_slot > 0
        lost = 2 * float((of_slot[seen] * np.log(of_slot[seen] / product[seen])).sum()) / max(6 * 23, 1)
        worst, score = max((worst, score), (name, lost), key=lambda pair: pair[1])
    if score < 1.5 or not np.isfinite(rates).all():
        return "Hours of the week are well told by weekday times hour of the day."
    return (
        f"Weekday times hour of the day tells the {7 * 24} hours of the week worst for {worst}: deviance {score:.1f} to each "
        "degree of freedom, where chance has about 1; its weekends have hours of their own."
    )


def _holidays(found: Demand, base: Graded) -> dict[str, Graded]:
    units = {"bank": "relative to the same weekday", "school": "relative to term"}
    flags = {"bank": found.cells.bank_holiday, "school": found.cells.school_holiday}
    numbers = {}
    for kind, flag in flags.items():
        factors = found.rates.bank if kind == "bank" else found.rates.school
        if not holidays_told(found, kind):
            continue
        untold = _few(found, flag)
        safe = factors_told(found, kind, factors)
        value = {name: round(float(one), _DIGITS) for name, one in zip(found.sources, safe, strict=True)}
        spread = [
            one
            for one, small in zip(found.holidays(kind).values(), untold, strict=True)
            if not small and one.estimate > 0
        ]
        wide = max((math.log(one.high / one.low) / 2 for one in spread), default=math.nan)
        joined = [name for name, one in zip(found.sources, untold, strict=True) if one]
        note = "" if math.isnan(wide) else f"Each to within a factor of {math.exp(wide):.2f} (90 %)."
        note += f" Too few contacts for one of their own: {in_words(joined, 'and')}." if joined else ""
        numbers[f"arrivals.{kind}_holiday_factor"] = _with(base, value, units[kind], note)
    return numbers


def _few(found: Demand, flag: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Sources of which nothing may be told by themselves on the flagged cells."""
    counts = found.counts[:, flag].sum(axis=1)
    return np.asarray(few(counts) | (_totals(found) < FEW))


def factors_told(found: Demand, kind: str, factors: Floats) -> Floats:
    """Factors of `bank` or `school` holidays, in which sources with few contacts take that of all sources.

    Args:
        found: the fit; its counts say what may be told.
        kind: `bank` or `school`.
        factors: by source, shape (..., sources): the fitted ones, or draws of them.
    """
    flag = found.cells.bank_holiday if kind == "bank" else found.cells.school_holiday
    counts = found.counts[:, flag].sum(axis=1)
    weights = np.where(factors > 0, counts / np.where(factors > 0, factors, 1.0), 0.0).sum(axis=-1, keepdims=True)
    pooled = np.where(weights > 0, counts.sum() / np.where(weights > 0, weights, 1.0), 1.0)
    return np.where(_few(found, flag), pooled, factors)


def _variances(found: Demand, base: Graded) -> dict[str, Graded]:
    numbers = {}
    for name, one in (("day", found.busy.day), ("week", found.busy.week)):
        spread = (round(float(one.low), 4), round(float(one.high), 4))
        numbers[f"arrivals.{name}_variance"] = Graded(
            round(one.estimate, 4), "variance", base.source, base.date, "fitted", spread, base.note
        )
    return numbers


def _months(found: Demand, base: Graded) -> Graded:
    months = found.months()
    value = [round(one.estimate, _DIGITS) for one in months]
    wide = max(math.log(one.high / one.low) / 2 for one in months)
    note = f"Each to within {100 * (math.exp(wide) - 1):.0f} % (90 %)."
    if found.one_season:
        note += " Less than two years: a season cannot be told from a trend or a step; take England's months instead."
    return _with(base, value, "relative rate per like day", note)
