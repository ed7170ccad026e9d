"""Leave and sickness, by each person's own luck and date."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from itertools import pairwise
from math import prod

import numpy as np
from numpy.typing import NDArray

from frontdoor_sim.luck import LUCK_BITS, code, draws

Int64s = NDArray[np.int64]
Bools = NDArray[np.bool_]

SICKNESS_BEGINS = code("sickness begins")
SICKNESS_LASTS = code("sickness lasts")
LEAVE_WEEK = code("leave week")
LEAVE_DAY = code("leave day")

_SURE = 1 << LUCK_BITS
_APRIL = 4


def sick_days(people: Int64s, share: float, spell_days: float, first: int, last: int) -> Bools:
    """Which people are sick on which dates: array [people, dates first to last].

    On every date a spell may begin, with one probability for all; its length is geometric with mean
    `spell_days`; spells of one person may overlap. Whether somebody is sick on a date depends on that person's
    luck of that date and those before it, and on nothing else: not on shift, team, colleagues or start of the run.

    Args:
        people: keys of the people.
        share: long-run share of dates sick; the probability of a beginning is solved from it.
        spell_days: mean length of a spell [calendar days].
        first: first date (proleptic ordinal).
        last: last date.
    """
    if share == 0 or not len(people):
        return np.zeros((len(people), last - first + 1), dtype=bool)
    outlasting = _outlasting(spell_days)
    begins = _beginning(share, outlasting)
    days = np.arange(first - len(outlasting), last + 1)
    person, at = np.nonzero(draws(people[:, None], SICKNESS_BEGINS, days[None, :]) < begins)
    luck = draws(people[person], SICKNESS_LASTS, days[at])
    ascending = np.array(outlasting[::-1], dtype=np.int64)
    lengths = 1 + len(outlasting) - np.searchsorted(ascending, luck, side="right")
    until = np.zeros((len(people), len(days)), dtype=np.int64)
    until[person, at] = at + lengths
    sick: Bools = np.maximum.accumulate(until, axis=1) > np.arange(len(days))
    return sick[:, len(outlasting) :]


@lru_cache(maxsize=256)
def _outlasting(spell_days: float) -> tuple[int, ...]:
    """Chance that a spell lasts more than 1, 2, 3 ... days, in 2**-32, as long as it is above nothing."""
    stays = 1.0 - 1.0 / spell_days
    chances: list[int] = []
    chance = stays
    while round(chance * _SURE) > 0:
        chances.append(round(chance * _SURE))
        chance *= stays
    return tuple(chances)


@lru_cache(maxsize=256)
def _beginning(share: float, outlasting: tuple[int, ...]) -> int:
    """Chance of a beginning on a date, in 2**-32, so that the share of dates sick is `share`.

    Nobody is sick if no spell of any earlier date has lasted: the product over k >= 0 of
    1 - q P(length > k) is 1 - share, which falls with q and is solved by halving.
    """
    low, high = 0, _SURE
    while high - low > 1:
        middle = (low + high) // 2
        well = prod(1.0 - middle / _SURE * (chance / _SURE) for chance in (_SURE, *outlasting))
        low, high = (middle, high) if well > 1.0 - share else (low, middle)
    return high


def leave_days(people: Int64s, entitled: Int64s, duty: Bools, first: int) -> Bools:
    """Which people are on leave on which dates of one leave year: array [people, 7 weeks].

    Whole weeks are taken in the order of the person's luck for each week, until the next would pass the
    entitlement; the days left are taken singly, in the order of the luck for each date.

    Args:
        people: keys of the people.
        entitled: duty days of leave of each.
        duty: whether each person's date counts as leave if taken off [people, 7 x weeks], from a Monday.
        first: the Monday on which the leave year starts (proleptic ordinal).
    """
    weeks = np.arange(first, first + duty.shape[1], 7)
    days_a_week = duty.reshape(len(people), -1, 7).sum(axis=2)
    order = np.argsort(draws(people[:, None], LEAVE_WEEK, weeks[None, :]), axis=1, kind="stable")
    taken_up_to = np.cumsum(np.take_along_axis(days_a_week, order, axis=1), axis=1)
    off = np.zeros(days_a_week.shape, dtype=bool)
    np.put_along_axis(off, order, taken_up_to <= entitled[:, None], axis=1)
    leave = np.repeat(off, 7, axis=1) & duty
    left = entitled - leave.sum(axis=1)
    days = np.arange(first, first + duty.shape[1])
    luck = np.where(duty & ~leave, draws(people[:, None], LEAVE_DAY, days[None, :]), _SURE)
    rank = luck * len(days) + np.arange(len(days))
    place = np.minimum(left, len(days) - 1)
    limit = np.take_along_axis(np.partition(rank, np.unique(place), axis=1), place[:, None], axis=1)
    return leave | ((rank < limit) & duty)


def leave_years(first: int, last: int) -> list[tuple[int, int]]:
    """Leave years that cover the dates first to last, each from the first Monday of April up to the next.

    Example:
        >>> start, end = leave_years(date(2026, 6, 1).toordinal(), date(2026, 12, 31).toordinal())[0]
        >>> str(date.fromordinal(start)), (end - start) // 7
        ('2026-04-06', 52)
    """
    years = range(date.fromordinal(first).year - 1, date.fromordinal(last).year + 2)
    starts = [_first_monday_of_april(year) for year in years]
    return [(start, end) for start, end in pairwise(starts) if end > first and start <= last]


def _first_monday_of_april(year: int) -> int:
    day = date(year, _APRIL, 1)
    return day.toordinal() + -day.weekday() % 7
