"""Who comes and when, from a history: the fitted demand, its numbers, and joint draws of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

from frontdoor_sim.calibration.batches import Families
from frontdoor_sim.calibration.demand import Demand, demand
from frontdoor_sim.calibration.demand_parameters import (
    DAYS,
    ENOUGH,
    HOURS,
    children_parameter,
    demand_parameters,
    factors_told,
    holidays_told,
    months_told,
    patterns,
)
from frontdoor_sim.calibration.estimates import FEW, LEVEL, few, z
from frontdoor_sim.calibration.from_history.draws import DRAWS, Part, Unsaid, by_path, normal, uniform
from frontdoor_sim.calibration.from_history.gathering import Gathered
from frontdoor_sim.calibration.proportional_fitting import Rates
from frontdoor_sim.calibration.window import MONTHS_OF_YEAR, Cells, Window, lay_out
from frontdoor_sim.parameters import Graded

Floats = NDArray[np.float64]

_ONE_SEASON = 700


@dataclass(frozen=True, eq=False)
class Arriving:
    """Demand fitted to a history.

    Args:
        demand: the fit.
        part: its numbers and draws.
        yearly: contacts of families in the reporting year of the parameters, were it like the window.
        yearly_draws: draws of that number, shape (DRAWS,).
        children: children of each contact in the window.
    """

    demand: Demand
    part: Part
    yearly: float
    yearly_draws: Floats
    children: Families


def arriving(gathered: Gathered, base: Mapping[str, Graded], year: int) -> Arriving:
    """Fit demand to the receipts of a history.

    All of it is of all contacts, returns among them, as published rates are: where the model brings returns back by itself,
    it draws as many fewer at the hours of these. The months of a window of less than two years cannot be told from a trend:
    there the season is that of `base`.

    Args:
        gathered: the history.
        base: starting values, among them school holidays and a season.
        year: reporting year of the parameters, which ends on 31 March.

    Raises:
        InputError: as `demand.demand`.
    """
    log = gathered.log
    holidays = [(first, last) for first, last in base["arrivals.school_holidays"].value]
    found = demand(
        log.contacts["received"].to_numpy(dtype=np.int64),
        log.contacts["source"].astype(str).to_numpy(dtype=np.str_),
        gathered.window,
        log.about.clock,
        holidays,
        season=base["arrivals.month_index"].value if gathered.window.days < _ONE_SEASON else None,
        by_date=gathered.by_date,
    )
    inside = log.contacts["received"].between(0, log.about.closes - 1).to_numpy()
    children = Families(np.flatnonzero(inside), log.contacts["children"].to_numpy(dtype=np.int64)[inside])
    window = Window(date(year - 1, 4, 1), date(year, 3, 31))
    reporting = lay_out(window, log.about.clock, holidays, by_date=gathered.by_date)
    drawn = _drawn(found)
    yearly = float(_totals(found.rates, reporting).sum())
    part = _part(gathered, found, drawn, children)
    untold = {name: one for name, one in _kept(base, found).items() if name not in part.numbers}
    part = replace(part, numbers={**part.numbers, **untold})
    return Arriving(found, part, yearly, _totals(drawn, reporting).sum(axis=1), children)


def _part(gathered: Gathered, found: Demand, drawn: Rates, children: Families) -> Part:
    """Numbers and draws of demand, and of the children of a contact."""
    numbers = demand_parameters(found, gathered.source, gathered.on)
    draws = dict(_draws(found, drawn))
    if gathered.families_known:
        numbers["volumes.children_per_contact"] = children_parameter(children, gathered.source, gathered.on)
        mean = children.mean()
        error = (mean.high - mean.estimate) / z(LEVEL)
        each = normal("children", np.array([mean.estimate]), np.array([[error**2]]))[:, 0]
        draws["volumes.children_per_contact"] = np.maximum(each, 1.0)
    return Part(numbers, draws, tuple(_unsaid(gathered, found)))


def _kept(base: Mapping[str, Graded], found: Demand) -> dict[str, Graded]:
    """Starting values of holidays, for the sources of a history that does not tell their factors; without one, as any day."""
    kept = {}
    for kind in ("bank", "school"):
        one = base[f"arrivals.{kind}_holiday_factor"]
        value = {source: one.value.get(source, 1.0) for source in found.sources}
        note = f"{one.note} The history tells no other: too few contacts were to be expected on such days.".strip()
        kept[f"arrivals.{kind}_holiday_factor"] = replace(one, value=value, note=note)
    return kept


def _drawn(found: Demand) -> Rates:
    """Draws of the factors: the logs are jointly normal, and each factor has the fitted one as its mean.

    The factor of holidays on which nobody came is that of a Poisson number of none, as its interval is.
    """
    logs = normal("rates", np.zeros(len(found.names)), found.covariance)
    factor = np.exp(logs - np.diag(found.covariance) / 2)
    slot = np.repeat(found.rates.slot[None], DRAWS, axis=0)
    shared = (found.rates.month, found.rates.bank, found.rates.school)
    month, bank, school = (np.repeat(one[None], DRAWS, axis=0) for one in shared)
    for (kind, source, place), column in zip(found.names, factor.T, strict=True):
        if kind == "slot":
            slot[:, source, place] *= column
        elif kind == "month":
            month[:, place] *= column
        else:
            (bank if kind == "bank" else school)[:, source] *= column
    for kind, factors in (("bank", bank), ("school", school)):
        for s, one in enumerate(found.holidays(kind).values()):
            if one.estimate == 0 and np.isfinite(one.high):
                none = gammaincinv(0.5, uniform(f"none on {kind} holidays {s}")[:, 0])
                factors[:, s] = one.high * none / gammaincinv(0.5, (1 + LEVEL) / 2)
    level = np.nanmean(month, axis=1, keepdims=True)
    return Rates(slot * level[:, :, None], month / level, bank, school, found.rates.season_given)


def _totals(rates: Rates, cells: Cells) -> Floats:
    """Expected receipts of some cells by source, shape (..., sources); a holiday that the window lacks counts as none."""
    shape = (cells.slots, MONTHS_OF_YEAR, 2, 2)
    flags = cells.bank_holiday.astype(np.int64), cells.school_holiday.astype(np.int64)
    alike, count = np.unique(np.ravel_multi_index((cells.slot, cells.month, *flags), shape), return_counts=True)
    slot, month, bank, school = np.unravel_index(alike, shape)
    of_source = []
    for s in range(rates.slot.shape[-2]):
        each = rates.slot[..., s, :][..., slot] * np.nan_to_num(rates.month, nan=1.0)[..., month] * count
        for factor, flag in ((rates.bank, bank), (rates.school, school)):
            each = each * np.where(flag == 1, np.nan_to_num(factor, nan=1.0)[..., s, None], 1.0)
        of_source.append(each.sum(axis=-1))
    return np.stack(of_source, axis=-1)


def _draws(found: Demand, drawn: Rates) -> Iterator[tuple[str, Floats]]:
    """Draws of every fitted number of demand, of which nothing tells more than the number itself."""
    totals, counted = _totals(drawn, found.cells), found.counts.sum(axis=1)
    totals = np.where(few(counted), FEW / 2, totals)
    yield from by_path("arrivals.source_shares", found.sources, totals / totals.sum(axis=1, keepdims=True)).items()
    for name, groups in (("weekday", DAYS), ("hour", HOURS)):
        if groups == DAYS or found.cells.slots > DAYS:
            weights = patterns(found, drawn.slot, groups)
            for s, source in enumerate(found.sources):
                yield from by_path(f"arrivals.{name}_weights.{source}", range(groups), weights[:, s]).items()
    for kind, factors in (("bank", drawn.bank), ("school", drawn.school)):
        if holidays_told(found, kind):
            safe = factors_told(found, kind, factors)
            yield from by_path(f"arrivals.{kind}_holiday_factor", found.sources, safe).items()
    if months_told(found):
        yield from by_path("arrivals.month_index", range(MONTHS_OF_YEAR), drawn.month).items()
    history = (uniform("busy days")[:, 0] * len(found.busy.draws)).astype(np.int64)
    for place, name in enumerate(("day", "week")):
        yield f"arrivals.{name}_variance", found.busy.draws[history, place]


def _unsaid(gathered: Gathered, found: Demand) -> Iterator[Unsaid]:
    for kind in ("bank", "school"):
        if not holidays_told(found, kind):
            yield Unsaid(
                f"How many come in {kind} holidays",
                f"The window has too few such days: fewer than {ENOUGH} contacts were to be expected on them.",
                "A longer window, of a year and more.",
                "The factors of the starting values, with their grade.",
            )
    if not found.rates.season_given and not months_told(found):
        yield Unsaid(
            "The shape of the year",
            "In some month of the window nobody came, which no season does: part of the files is missing.",
            "The files of those months, or a window that leaves them out.",
            "The months of the starting values.",
        )
    if found.rates.season_given:
        yield Unsaid(
            "The shape of the year",
            "In less than two years a season looks like a trend or a step.",
            "Two years of contacts, or the council's monthly referrals of several years (--combine published).",
            "The months of the starting values: England's, or the published ones.",
        )
    if gathered.by_date:
        yield Unsaid(
            "At which hours contacts come",
            "Receipts are known by date alone.",
            "The same extract with its times, or a week's tally at the desk.",
            "Assumed hours, graded so.",
        )
    if not gathered.families_known:
        yield Unsaid(
            "How many children come in one contact",
            "The files have a row a child, and nothing that joins siblings; every child counted as a contact.",
            "A family or contact number in the extract.",
            "Another council's figure.",
        )
