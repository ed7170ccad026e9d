"""How many contacts to expect in each hour, by source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from frontdoor_sim.contacts import written
from frontdoor_sim.contacts.chance import Floats, gamma_factors
from frontdoor_sim.contacts.hours import Hours, end_date, first_date
from frontdoor_sim.documents import InputError, Mistake, in_words
from frontdoor_sim.luck import Int64s, code, draws, key_array
from frontdoor_sim.operating_model import OperatingModel
from frontdoor_sim.parameters import Parameters
from frontdoor_sim.working_time import WallClock, england_bank_holidays

_LIKE_WEEK = 364
FACTOR = code("factor of over-dispersion")


def expected_rates(model: OperatingModel, parameters: Parameters | None) -> tuple[list[str], Int64s, Floats]:
    """Expected contacts of families an hour by source, before the factors of days and weeks.

    From the parameters, with every factor constant within a local hour:

        rate(source, hour) = c(source) x weekday weight x hour weight x month index
                             x bank-holiday factor (on those days) x school-holiday factor (on those days)

    where c(source) is such that over the reporting year of the parameters, all factors included, the source has its
    share of `yearly_contacts`. Contacts that the scenario writes itself have the rates written there (moments times the
    mean number together).

    Args:
        model: its `run` says which hours; its `arrivals`, where there are any, are used instead of the parameters.
        parameters: the council's numbers; may be None for a model with arrivals of its own.

    Returns:
        Names of the sources; seconds at which the hours begin and the last ends, int64 of length hours + 1; contacts
        an hour [1/h], shape (sources, hours).

    Raises:
        InputError: a number is missing, or the rates are not finite.
    """
    clock = WallClock(model.run.opens)
    hours = Hours.lay_out(clock, first_date(model.run), end_date(model.run))
    if model.arrivals:
        rates = [written.mean_rates(arrivals, clock, hours) for arrivals in model.arrivals.values()]
        return list(model.arrivals), hours.edges, np.array(rates)
    council = needed(parameters)
    return sources_of(council), hours.edges, published_rates(council, hours)


def needed(parameters: Parameters | None) -> Parameters:
    """The parameters, where a model cannot do without them.

    Raises:
        InputError: there are none.
    """
    if parameters is None:
        what = "The scenario has no arrivals of its own, and no parameters were given."
        right = "A parameters file, or `arrivals` in the scenario."
        raise InputError([Mistake("parameters", what, right, "Name the file: `parameters: parameters.yaml`.")])
    return parameters


def sources_of(parameters: Parameters) -> list[str]:
    """The sources that have a share of the contacts, in the order of the file."""
    shares: Mapping[str, float] = parameters.value("arrivals.source_shares")
    return [source for source, share in shares.items() if share > 0]


def yearly_contacts(parameters: Parameters) -> float:
    """Contacts of families in the reporting year.

    Published figures count children: referrals x contacts per referral / children per contact.
    """
    referrals, ratio, children = (
        float(parameters.value(f"volumes.{name}"))
        for name in ("referrals_per_year", "contacts_per_referral", "children_per_contact")
    )
    return referrals * ratio / children


def published_rates(parameters: Parameters, hours: Hours) -> Floats:
    """Rates of the parameters in any hours; shape (sources, hours). See `expected_rates`.

    Raises:
        InputError: a source has no weights, or the rates are not finite.
    """
    sources = sources_of(parameters)
    year = WallClock(date(parameters.year, 1, 1))
    reporting = Hours.lay_out(year, date(parameters.year - 1, 4, 1), date(parameters.year, 4, 1))
    weights = _weights_of(parameters, sources)
    total = _total(weights, reporting)
    shares = by_source(parameters, "arrivals.source_shares", sources)
    wanted = shares * yearly_contacts(parameters)
    scale = np.divide(wanted, total, out=np.full(len(sources), np.inf), where=total > 0)
    if not np.isfinite(scale).all():
        never = [source for source, factor in zip(sources, scale, strict=True) if not np.isfinite(factor)]
        raise _no_rate(parameters, never)
    return np.asarray(scale[:, None] * _source_by_source(weights, hours))


def _no_rate(parameters: Parameters, sources: Sequence[str]) -> InputError:
    where = parameters["arrivals.source_shares"].where or "arrivals.source_shares"
    what = f"{in_words(sources, 'and')}: a share of contacts, but no finite rate at any hour of the year."
    right = "Finite numbers, and weights above 0 in some hour of the year."
    return InputError(
        [Mistake(where, what, right, "Correct the weights and factors of arrivals, or set the share to 0.")]
    )


class _Weights(NamedTuple):
    """What the rates of some sources follow through week and year; of plain values, so that rates can be kept by it.

    Args:
        weekday, hour: weights of weekdays and hours of the day, a row a source.
        month: index of each month.
        bank_holiday, school_holiday: factors on those days, one a source.
        school_holidays: first and last date of each, as proleptic ordinals; ascending.
    """

    weekday: tuple[tuple[float, ...], ...]
    hour: tuple[tuple[float, ...], ...]
    month: tuple[float, ...]
    bank_holiday: tuple[float, ...]
    school_holiday: tuple[float, ...]
    school_holidays: tuple[tuple[int, int], ...]


def _weights_of(parameters: Parameters, sources: Sequence[str]) -> _Weights:
    weekday, hour = (
        by_source(parameters, f"arrivals.{name}_weights", sources).tolist() for name in ("weekday", "hour")
    )
    bank, school = (
        by_source(parameters, f"arrivals.{name}_holiday_factor", sources).tolist() for name in ("bank", "school")
    )
    listed = sorted((a.toordinal(), b.toordinal()) for a, b in parameters.value("arrivals.school_holidays"))
    month = map(float, parameters.value("arrivals.month_index"))
    rows = tuple(map(tuple, weekday)), tuple(map(tuple, hour))
    return _Weights(*rows, tuple(month), tuple(bank), tuple(school), tuple(listed))


@lru_cache(maxsize=8)
def _source_by_source(weights: _Weights, hours: Hours) -> Floats:
    """Rates without their scale, in memory as they are read; kept, since every replication has the same."""
    rates = np.ascontiguousarray(_relative(weights, hours))
    rates.setflags(write=False)
    return rates


def _relative(weights: _Weights, hours: Hours) -> Floats:
    """Rates without their scale, shape (sources, hours)."""
    weekday, hour = np.array(weights.weekday), np.array(weights.hour)
    week = (weekday[:, :, None] * (hour / hour.sum(axis=1, keepdims=True))[:, None, :]).reshape(len(weekday), 168)
    rates: Floats = week[:, hours.of_week] * np.array(weights.month)[hours.month]
    rates[:, _bank_holidays(hours)] *= np.array(weights.bank_holiday)[:, None]
    rates[:, _school_holidays(weights.school_holidays, hours)] *= np.array(weights.school_holiday)[:, None]
    return rates


def by_source(parameters: Parameters, name: str, sources: Sequence[str]) -> Floats:
    """The values of a mapping by source, in the order of `sources`; a row each.

    Raises:
        InputError: a source is not in the mapping.
    """
    mapping: Mapping[str, float | list[float]] = parameters.value(name)
    absent = [source for source in sources if source not in mapping]
    if absent:
        where = parameters[name].where or name
        right = f"A value for each source of contacts: {in_words(sources, 'and')}."
        raise InputError(
            [Mistake(where, f"No value for {in_words(absent, 'and')}.", right, "Add a line for each of them.")]
        )
    return np.array([mapping[source] for source in sources], dtype=np.float64)


@lru_cache(maxsize=8)
def _total(weights: _Weights, hours: Hours) -> Floats:
    """Sum over the hours of the rates without their scale, one a source; kept as they are."""
    total: Floats = _relative(weights, hours).sum(axis=1)
    return total


def _bank_holidays(hours: Hours) -> NDArray[np.bool_]:
    days = np.unique(hours.day)
    known = england_bank_holidays(date.fromordinal(int(days[0])), date.fromordinal(int(days[-1])))
    return np.isin(hours.day, [day.toordinal() for day in known])


def _school_holidays(listed: Sequence[tuple[int, int]], hours: Hours) -> NDArray[np.bool_]:
    """Hours on days of the school holidays.

    Before the first listed holiday and after the last, the nearest listed year stands in, shifted by whole weeks.
    """
    if not listed:
        return np.zeros(len(hours), dtype=bool)
    firsts, lasts = np.array(listed, dtype=np.int64).T
    first, last = int(firsts.min()), int(lasts.max())
    day = np.where(hours.day < first, first + (hours.day - first) % _LIKE_WEEK, hours.day)
    day = np.where(hours.day > last, last - (last - hours.day) % _LIKE_WEEK, day)
    begun = np.searchsorted(firsts, day, side="right")
    reach = np.concatenate([[first - 1], np.maximum.accumulate(lasts)])
    return np.asarray(day <= reach[begun])


def day_and_week_factors(parameters: Parameters, hours: Hours, seed: int, replication: int) -> Floats:
    """Gamma factors (mean 1) that all sources share: one of the day times one of the week, for each hour.

    So the contacts of a day with expectation m have variance m + ((1 + day variance)(1 + week variance) - 1) m**2, and
    hours of a day, and days of a week (Monday to Sunday), go together.
    """
    factors = np.ones(len(hours))
    for name, period in (("day", hours.day), ("week", (hours.day - 1) // 7)):
        each = np.arange(period[0], period[-1] + 1)
        luck = draws(key_array((seed, replication, name), each), FACTOR)
        factors *= gamma_factors(float(parameters.value(f"arrivals.{name}_variance")), luck)[period - period[0]]
    return factors
