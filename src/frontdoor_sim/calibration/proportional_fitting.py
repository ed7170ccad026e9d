"""The factors of demand by proportional fitting, and the Poisson information about them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from frontdoor_sim.calibration.window import MONTHS_OF_YEAR, Cells, totals

Floats = NDArray[np.float64]
Int64s = NDArray[np.int64]
Name = tuple[str, int, int]
"""Kind of a number (slot, month, bank or school), its source (-1 for all), and its place."""

_ROUNDS, _CLOSE = 2_000, 1e-11


@dataclass(frozen=True, eq=False)
class Rates:
    """The factors of the regression.

    Args:
        slot: receipts an hour (a day, for receipts known by date) by source and hour of the week, shape (sources, slots).
        month: factor of each month, mean 1 over the months of the window; NaN where the window has no such month.
        bank, school: factor by source on bank and in school holidays; NaN where the window has none.
        season_given: whether the months were given, not fitted.
    """

    slot: Floats
    month: Floats
    bank: Floats
    school: Floats
    season_given: bool

    def expected(self, cells: Cells, without: str = "") -> Floats:
        """Expected receipts by source and cell; `without` leaves out the factor of `bank` or of `school` holidays."""
        rates = self.slot[:, cells.slot] * self.month[cells.month]
        if without != "bank":
            rates[:, cells.bank_holiday] *= self.bank[:, None]
        if without != "school":
            rates[:, cells.school_holiday] *= self.school[:, None]
        return np.asarray(rates)


def fitted_rates(counts: Floats, cells: Cells, season: Floats | None) -> Rates:
    """The factors of greatest likelihood, by proportional fitting.

    Args:
        counts: receipts by source and cell, shape (sources, cells).
        cells: the hours or days of the window.
        season: months to be taken as given, shape (12,); None to fit them.
    """
    number, months = len(counts), MONTHS_OF_YEAR
    shape = (cells.slots, months, 2, 2)
    place = np.ravel_multi_index(
        (cells.slot, cells.month, cells.bank_holiday.astype(np.int64), cells.school_holiday.astype(np.int64)), shape
    )
    exposure = np.bincount(place, minlength=math.prod(shape)).reshape(shape).astype(np.float64)
    of_slot = np.stack([totals(cells.slot, one, cells.slots) for one in counts])
    of_month = totals(cells.month, counts.sum(axis=0), months)
    of_bank, of_school = counts[:, cells.bank_holiday].sum(axis=1), counts[:, cells.school_holiday].sum(axis=1)
    some_month = exposure.sum(axis=(0, 2, 3)) > 0
    month = np.ones(months) if season is None else season / season.mean()
    bank, school = np.ones((number, 2)), np.ones((number, 2))
    slot = np.ones((number, cells.slots))

    def model(axes: str) -> Floats:
        return np.asarray(np.einsum(f"kmbc,sk,m,sb,sc->{axes}", exposure, slot, month, bank, school, optimize=True))

    for _ in range(_ROUNDS):
        before = np.concatenate([month, bank[:, 1], school[:, 1]])
        slot = slot * _ratio(of_slot, model("sk"))
        bank[:, 1] *= _ratio(of_bank, model("sb")[:, 1])
        school[:, 1] *= _ratio(of_school, model("sc")[:, 1])
        if season is None:
            month = month * _ratio(of_month, model("m"))
            scale = month[some_month].mean()
            month, slot = month / scale, slot * scale
        if np.abs(np.concatenate([month, bank[:, 1], school[:, 1]]) - before).max() < _CLOSE:
            break
    none = (exposure[:, :, 1].sum() == 0, exposure[:, :, :, 1].sum() == 0)
    return Rates(
        slot,
        np.where(some_month, month, np.nan),
        np.full(number, np.nan) if none[0] else bank[:, 1],
        np.full(number, np.nan) if none[1] else school[:, 1],
        season is not None,
    )


def _ratio(wanted: Floats, modelled: Floats) -> Floats:
    """What is wanted over what is modelled; 1 where the model has nothing, as nothing is known there."""
    return np.divide(wanted, modelled, out=np.ones_like(wanted), where=modelled > 0)


def information(rates: Rates, cells: Cells) -> tuple[tuple[Name, ...], Floats, Floats]:
    """Names of the numbers, the sum of (row of the design x expectation) by day, and the Poisson information.

    The first month is the one that the others are relative to, and has no number of its own.
    """
    expected = np.nan_to_num(rates.expected(cells))
    days, of_all = len(cells.week), expected.sum(axis=0)
    flags = {"bank": cells.bank_holiday, "school": cells.school_holiday}
    names: list[Name] = []
    columns: list[tuple[Int64s, Floats]] = []  # the cells in which a number counts, and what is expected there

    def add(name: Name, where: Int64s, weight: Floats) -> None:
        if weight.sum() > 0:
            names.append(name)
            columns.append((where, weight))

    if not rates.season_given:
        for m in np.flatnonzero(np.isfinite(rates.month))[1:].tolist():
            where = np.flatnonzero(cells.month == m)
            add(("month", -1, m), where, of_all[where])
    slots = [np.flatnonzero(cells.slot == k) for k in range(cells.slots)]
    for s in range(len(expected)):
        for k, where in enumerate(slots):
            add(("slot", s, k), where, expected[s, where])
        for kind, flag in flags.items():
            where = np.flatnonzero(flag)
            add((kind, s, 0), where, expected[s, where])
    by_day = np.stack([totals(cells.day[where], weight, days) for where, weight in columns])
    return tuple(names), by_day, _crossed(names, columns, expected, cells)


def _crossed(names: list[Name], columns: list[tuple[Int64s, Floats]], expected: Floats, cells: Cells) -> Floats:
    """X' diag(expected) X: what is expected where two numbers count together."""
    flags = {"bank": cells.bank_holiday, "school": cells.school_holiday}
    information = np.diag([weight.sum() for _, weight in columns])
    places = {name: place for place, name in enumerate(names)}
    by_source: dict[int, list[int]] = {}
    for place, (_, source, _) in enumerate(names):
        by_source.setdefault(source, []).append(place)
    for source, mine in by_source.items():
        if source < 0:
            continue
        for kind, flag in flags.items():
            if (kind, source, 0) not in places:
                continue
            here = places[kind, source, 0]
            both = totals(cells.slot[flag], expected[source, flag], cells.slots)
            for place in mine:
                if names[place][0] == "slot":
                    information[here, place] = information[place, here] = both[names[place][2]]
        if {("bank", source, 0), ("school", source, 0)} <= places.keys():
            a, b = places["bank", source, 0], places["school", source, 0]
            together = float(expected[source, flags["bank"] & flags["school"]].sum())
            information[a, b] = information[b, a] = together
        for place in mine:
            where, weight = columns[place]
            by_month = totals(cells.month[where], weight, MONTHS_OF_YEAR)
            for month in by_source.get(-1, ()):
                information[month, place] = information[place, month] = by_month[names[month][2]]
    return np.asarray(information)
