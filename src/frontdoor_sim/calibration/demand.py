"""How many contacts come, when, and from whom: a Poisson regression with exposure, and what its intervals must allow for.

The receipts of source s in a used hour t of the window are expected to be

    mu[s, t] = slot[s, hour of the week] x month[month] x bank[s] (on bank holidays) x school[s] (in school holidays),

for each hour of exposure. The months are shared, as all sources meet one season; everything else is the source's own.
Greatest likelihood makes the model's margins equal to the counted ones, which proportional fitting reaches without a
design matrix and with hours in which nobody ever came. (Nelder and Wedderburn, JRSS A 135, 1972; Deming and Stephan,
Ann. Math. Stat. 11, 1940.)

All contacts of a day share a gamma factor, and all of a week another (`busy_days`). So hours of one day go together, and
the covariance of the estimates is  I^-1 (I + d (1 + w) sum of s_day s_day' + w sum of s_week s_week') I^-1  with I the
Poisson information, d and w the variances of the factors, and s the gradient's share of a day or week. Hourly counts
fitted as if independent would make the intervals too narrow.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.special import gammaincinv

from frontdoor_sim.calibration.busy_days import BusyDays, busy_days
from frontdoor_sim.calibration.estimates import LEVEL, Interval, wilson, z
from frontdoor_sim.calibration.proportional_fitting import Name, Rates, fitted_rates, information
from frontdoor_sim.calibration.window import MONTHS_OF_YEAR, Cells, Window, lay_out, totals
from frontdoor_sim.documents import InputError, Mistake
from frontdoor_sim.working_time import WallClock

Floats = NDArray[np.float64]
Int64s = NDArray[np.int64]

_ONE_SEASON = 700
_LEAST = 1e-12
_HOURS = 24


class Weekly(NamedTuple):
    """Receipts of weeks by source.

    Args:
        counted, expected: by source, each of shape (weeks,).
        monday: Monday of each week.
    """

    counted: dict[str, Floats]
    expected: dict[str, Floats]
    monday: NDArray[np.datetime64]


@dataclass(frozen=True, eq=False)
class Demand:
    """Demand fitted to a history.

    Args:
        sources: names, in order of the arrays.
        window: the dates it was fitted to.
        cells: their hours or days.
        counts: receipts by source and cell.
        outside: receipts that fell on dates that are not used.
        rates: the factors.
        busy: variances of the factors of days and weeks.
        names: names of the numbers whose logs have a covariance: (kind, source, place).
        covariance: of these logs.
    """

    sources: tuple[str, ...]
    window: Window
    cells: Cells
    counts: Floats
    outside: int
    rates: Rates
    busy: BusyDays
    names: tuple[Name, ...]
    covariance: Floats

    @cached_property
    def _places(self) -> dict[Name, int]:
        return {name: place for place, name in enumerate(self.names)}

    @property
    def one_season(self) -> bool:
        """Whether the window is shorter than two years, so that a season cannot be told from a trend or a step."""
        return self.window.days < _ONE_SEASON and not self.rates.season_given

    def per_week(self, level: float = LEVEL) -> Interval:
        """Receipts of all sources a week, over the window."""
        total, weeks = float(self.counts.sum()), self.window.days / 7
        sd = math.sqrt(total + float(self.busy.covariance_of_days.sum()))
        reach = z(level) * sd
        return Interval(total / weeks, (total - reach) / weeks, (total + reach) / weeks)

    def weekly(self) -> Weekly:
        """Counted and expected receipts of each week by source, to be tested for breaks.

        Raises:
            ValueError: the months were fitted to less than two years, and have taken a step for a season.
        """
        if self.one_season:
            raise ValueError("months fitted to less than two years hide a step; fit again with a season that is given")
        week, number = self.cells.week[self.cells.day], len(self.cells.monday)
        expected = np.nan_to_num(self.rates.expected(self.cells))
        by_source = [
            {source: totals(week, row, number) for source, row in zip(self.sources, table, strict=True)}
            for table in (self.counts, expected)
        ]
        return Weekly(by_source[0], by_source[1], self.cells.monday)

    def shares(self, level: float = LEVEL) -> dict[str, Interval]:
        """Share of receipts by source; Wilson's interval (JASA 22, 1927), as busy days raise all sources alike."""
        totals = self.counts.sum(axis=1)
        return {
            source: wilson(float(n), float(totals.sum()), level) for source, n in zip(self.sources, totals, strict=True)
        }

    def months(self, level: float = LEVEL) -> list[Interval]:
        """Factor of each month, January first, relative to the mean of the months."""
        month = self.rates.month
        seen = np.isfinite(month)
        found = []
        for place in range(MONTHS_OF_YEAR):
            weights = {
                ("month", -1, m): float((m == place) - month[m] / month[seen].sum())
                for m in map(int, np.flatnonzero(seen))
            }
            found.append(self._scaled(float(month[place]), weights, level))
        return found

    def holidays(self, kind: str, level: float = LEVEL) -> dict[str, Interval]:
        """Factor by source on `bank` or in `school` holidays; NaN where nothing tells it."""
        factors = self.rates.bank if kind == "bank" else self.rates.school
        flag = self.cells.bank_holiday if kind == "bank" else self.cells.school_holiday
        usual = self.rates.expected(self.cells, without=kind)[:, flag].sum(axis=1)
        return {
            source: self._scaled(float(factors[s]), {(kind, s, 0): 1.0}, level, float(usual[s]))
            for s, source in enumerate(self.sources)
        }

    def weekdays(self, level: float = LEVEL) -> dict[str, list[Interval]]:
        """Relative rate of each weekday by source, Monday first, mean 1."""
        days = self.cells.slots // 7
        return {
            source: self._weights(s, np.arange(self.cells.slots) // days, 7, level)
            for s, source in enumerate(self.sources)
        }

    def hours(self, level: float = LEVEL) -> dict[str, list[Interval]]:
        """Relative rate of each hour of the day by source, 0 first, mean 1.

        Raises:
            ValueError: receipts are known by date, which say nothing of hours.
        """
        if self.cells.slots == 7:
            raise ValueError("receipts are known by date alone, and say nothing of hours")
        hour = np.arange(self.cells.slots) % _HOURS
        return {source: self._weights(s, hour, _HOURS, level) for s, source in enumerate(self.sources)}

    def _weights(self, source: int, group: Int64s, groups: int, level: float) -> list[Interval]:
        """Sums of a source's slots by group, relative to their mean."""
        rate = self.rates.slot[source]
        sums = np.bincount(group, rate, groups)
        found = []
        for g in range(groups):
            share = np.where(group == g, rate / sums[g] if sums[g] > 0 else 0.0, 0.0) - rate / rate.sum()
            weights = {("slot", source, k): float(share[k]) for k in range(len(rate))}
            usual = float(self.counts[source].sum()) / groups
            found.append(self._scaled(float(sums[g] / sums.mean()), weights, level, usual))
        return found

    def _scaled(self, estimate: float, weights: dict[Name, float], level: float, usual: float = 0.0) -> Interval:
        """An estimate with its interval: its log moves by these weights with the logs of the numbers.

        The variance V of the log is that of a Poisson number of 1 / V; the interval is that of the rate of such a number,
        quantiles of the gamma of shape 1 / V + 1/2 (Jeffreys's prior), which holds for a few receipts and for many. Of none,
        it reaches from 0 as far as the number `usual` that a factor of 1 would have brought allows. It is NaN where the history
        has nothing of which the estimate could be told, such as a factor of bank holidays of a source that never comes in the
        hours of the week in which they lie.
        """
        if not np.isfinite(estimate):
            return Interval(math.nan, math.nan, math.nan)
        tail = (1 - level) / 2
        if estimate == 0:
            return Interval(0.0, 0.0, float(gammaincinv(0.5, 1 - tail)) / usual if usual > 0 else math.inf)
        chosen = [(self._places[name], weight) for name, weight in weights.items() if name in self._places]
        if not chosen:
            return Interval(math.nan, math.nan, math.nan)
        index, weight = (np.array(column) for column in zip(*chosen, strict=True))
        number = 1 / max(float(weight @ self.covariance[np.ix_(index, index)] @ weight), _LEAST)
        low, high = (estimate * float(gammaincinv(number + 0.5, p)) / number for p in (tail, 1 - tail))
        return Interval(estimate, low, high)


def demand(
    received: Int64s,
    source: Sequence[str] | NDArray[np.str_],
    window: Window,
    clock: WallClock,
    school_holidays: Sequence[tuple[date, date]],
    *,
    season: Sequence[float] | None = None,
    by_date: bool = False,
) -> Demand:
    """Fit demand to the receipts of a history.

    Args:
        received: second of each receipt, one a family (`batches.families_of` joins the rows of children).
        source: who made each contact.
        window: which dates are used.
        clock: of the seconds.
        school_holidays: first and last date of each.
        season: month index, January first, to be taken as given, such as England's from published figures; for windows
            of less than two years, in which a season cannot be told from a trend. None to fit it.
        by_date: whether receipts are known by date alone.

    Raises:
        InputError: no receipt lies in the window, or the season is not twelve numbers above 0.
    """
    names, group = np.unique(np.asarray(source, dtype=np.str_), return_inverse=True)
    cells = lay_out(window, clock, school_holidays, by_date=by_date)
    counts = cells.count(np.asarray(received, dtype=np.int64), np.ravel(group).astype(np.int64), len(names))
    _check(counts, window, season)
    outside = len(received) - int(counts.sum())
    names, counts = names[counts.sum(axis=1) > 0], counts[counts.sum(axis=1) > 0]
    rates = fitted_rates(counts, cells, None if season is None else np.asarray(season, dtype=np.float64))
    numbers, by_day, known = information(rates, cells)
    inverse = _inverse(known, window)
    solved = inverse @ by_day
    expected = rates.expected(cells)
    of_day, counted = (totals(cells.day, table.sum(axis=0), len(cells.week)) for table in (expected, counts))
    busy = busy_days(counted, of_day, np.asarray(by_day.T @ solved), cells.week)
    by_week = solved @ np.eye(len(cells.monday))[cells.week]
    covariance = inverse + busy.of_days * (solved @ solved.T) + busy.week.estimate * (by_week @ by_week.T)
    sources = tuple(str(name) for name in names)
    return Demand(sources, window, cells, counts, outside, rates, busy, numbers, covariance)


def _inverse(known: Floats, window: Window) -> Floats:
    try:
        return np.asarray(cho_solve(cho_factor(known), np.eye(len(known))))
    except LinAlgError:
        what = f"{window.words} is too short to tell months, bank holidays and school holidays apart."
        remedy = "Widen the window, or give the season, such as England's months."
        raise InputError(
            [Mistake("window", what, "A window with holidays inside and outside each month.", remedy)]
        ) from None


def _check(counts: Floats, window: Window, season: Sequence[float] | None) -> None:
    mistakes = []
    if not counts.sum() > 0:
        what, remedy = f"No receipt lies in {window.words}.", "Correct the window, or the history."
        mistakes.append(Mistake("window", what, "A window with receipts.", remedy))
    if season is not None and (len(season) != MONTHS_OF_YEAR or not min(season) > 0):
        right = "Twelve numbers above 0, January first."
        mistakes.append(
            Mistake("season", f"{len(season)} numbers stand here, or one is not above 0.", right, "Correct it.")
        )
    if mistakes:
        raise InputError(mistakes)
