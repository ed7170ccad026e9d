"""Has demand drifted, or broken, within the window? Steps and slopes of weekly counts, by a test that says how often it errs.

With Y the counts of weeks and mu their expectation from season and holidays, the ratio Y / mu of a steady demand is the
same in every week but for chance. The statistic of a step after week k is

    L(k) = (R1 - R2)^2 / (1 / M1 + 1 / M2),    R = sum of Y / sum of mu,   M = sum of mu,   on either side,

and the test takes the largest over k. Its distribution without a step comes from shuffling the weeks, which keeps their
over-dispersion, however large; only that weeks are exchangeable is assumed. The chance that a steady history is flagged
is at most the stated rate. A step found, each side is tested again at the same rate (binary segmentation: Scott and Knott,
Biometrics 30, 1974; Vostrikova 1981; permutation: Antoch and Huskova 2001).

A slope is tested by the same shuffling. Where steps are found, a straight line may tell the same better: it is called a
drift where it leaves less than the steps do (by BIC). Both are told, as one may look like the other for long.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from frontdoor_sim.documents import in_words
from frontdoor_sim.luck import code, draws, key_array

Floats = NDArray[np.float64]
Int64s = NDArray[np.int64]
Dates = NDArray[np.datetime64]

FALSE_ALARMS = 0.01
"""How often a steady history is flagged."""

KNOWN_DATES = {
    "first lockdown": date(2020, 3, 23),
    "schools closed again": date(2021, 1, 4),
    "all schools open again": date(2021, 3, 8),
}
"""Dates on which demand is known to have broken everywhere in England; a council adds its own, such as a merger."""

_SHUFFLES = 999
_SHORTEST = 6
_NEAR = np.timedelta64(28, "D")
_MOST = 8


@dataclass(frozen=True)
class Break:
    """A step in the level of demand.

    Args:
        monday: of the first week at the new level.
        ratio: new level over old, each over the stretch between neighbouring breaks.
        p: share of shuffled histories whose statistic was as large.
        known: name of a known date within four weeks; empty where there is none.
    """

    monday: date
    ratio: float
    p: float
    known: str = ""

    def __str__(self) -> str:
        change = f"{100 * (self.ratio - 1):+.0f} %"
        return f"week of {self.monday}: {change}" + (f" ({self.known})" if self.known else "")


@dataclass(frozen=True)
class Steadiness:
    """What a test of steadiness found.

    Args:
        breaks: steps in order of date; empty where none was found.
        slope: change a year of a straight line through the ratio, relative to its level, such as 0.1 for 10 per cent.
        slope_p: share of shuffled histories whose slope was as steep.
        drifts: whether the slope is flagged: it is steeper than chance allows, and tells more than the steps do.
        false_alarms: how often a steady history is flagged by the test of steps, and how often by that of slope.
    """

    breaks: tuple[Break, ...]
    slope: float
    slope_p: float
    drifts: bool
    false_alarms: float

    @property
    def steady(self) -> bool:
        """Whether neither a step nor a drift was found."""
        return not self.breaks and not self.drifts

    def __str__(self) -> str:
        rate = f"Each of the two tests flags a steady history in {100 * self.false_alarms:g} of 100 cases."
        if self.drifts:
            steps = f" As steps it would be {in_words(self.breaks, 'and')}." if self.breaks else ""
            return f"Demand drifts by {100 * self.slope:+.0f} % a year.{steps} {rate}"
        if self.breaks:
            return f"Demand breaks: {in_words(self.breaks, 'and')}. {rate}"
        return f"No step and no drift of the numbers of contacts was found. {rate}"


def steadiness(
    counted: Floats,
    expected: Floats,
    monday: Dates,
    *,
    false_alarms: float = FALSE_ALARMS,
    known: Mapping[str, date] = KNOWN_DATES,
) -> Steadiness:
    """Test weekly counts for steps and drift.

    Args:
        counted: Y, shape (weeks,).
        expected: mu, to scale; 0 in a week that is not used. From a season that was not fitted to a window of less than
            two years, as such a season would have taken the step for its own.
        monday: Monday of each week.
        false_alarms: how often a steady history may be flagged.
        known: dates to name breaks by, within four weeks.

    Raises:
        ValueError: fewer than 12 weeks are used, or the rate is not from 1 in 1,000 to 1 in 5.

    Example:
        >>> weeks = np.datetime64("2019-04-01") + 7 * np.arange(60)
        >>> step = np.where(np.arange(60) < 51, 100, 70) + 5.0 * (np.arange(60) % 2)
        >>> print(steadiness(step, np.full(60, 100.0), weeks).breaks[0])
        week of 2020-03-23: -29 % (first lockdown)
    """
    if not 1 / (_SHUFFLES + 1) <= false_alarms <= 0.2:
        raise ValueError(f"false_alarms is a share from {1 / (_SHUFFLES + 1)} to 0.2, not {false_alarms}")
    used = np.flatnonzero(expected > 0)
    if len(used) < 2 * _SHORTEST:
        raise ValueError(f"{len(used)} weeks are too few to look for a break; give at least {2 * _SHORTEST}")
    y, mu, weeks = counted[used], expected[used], monday[used]
    ends = [0, *_segmented(y, mu, 0, len(y), false_alarms), len(y)]
    found = tuple(_break(y, mu, weeks, ends, place, known) for place in range(1, len(ends) - 1))
    slope, slope_p = _slope(y, mu, weeks)
    drifts = slope_p <= false_alarms and _left_by_line(y, mu, weeks) <= _left_by_steps(y, mu, ends)
    return Steadiness(found, slope, slope_p, drifts, false_alarms)


@dataclass(frozen=True)
class CodingChange:
    """Sources whose shares stepped in the same week while the total did not: recording, not behaviour.

    Args:
        monday: of the first week of the new shares.
        fell, rose: sources, each with its ratio of new share to old.
        total: ratio of the total after to the total before, over eight weeks on either side.
    """

    monday: date
    fell: tuple[tuple[str, float], ...]
    rose: tuple[tuple[str, float], ...]
    total: float

    def __str__(self) -> str:
        def listed(moved: Sequence[tuple[str, float]]) -> str:
            return in_words([f"{name} x {ratio:.2f}" for name, ratio in moved], "and")

        return (
            f"Flag: recording, not behaviour: from the week of {self.monday}, {listed(self.fell)} against "
            f"{listed(self.rose)}, while all sources together changed by {100 * (self.total - 1):+.0f} %."
        )


def coding_changes(
    counted: Mapping[str, Floats],
    expected: Mapping[str, Floats],
    monday: Dates,
    *,
    false_alarms: float = FALSE_ALARMS,
) -> list[CodingChange]:
    """Weeks in which some sources' shares fell and others' rose: contacts were coded anew.

    Each source is tested for steps against its part of what all sources brought (its expected share of each week's count),
    at the rate divided by the number of sources, so that a steady history is flagged at most at the stated rate. Steps of
    opposite sign within four weeks make one change.

    Args:
        counted, expected: weekly counts and their expectations by source.
        monday: Monday of each week.
        false_alarms: how often a history of steady shares may be flagged.
    """
    names = list(counted)
    y, mu = (np.array([table[name] for name in names], dtype=np.float64) for table in (counted, expected))
    total, of_all = y.sum(axis=0), mu.sum(axis=0)
    part = np.divide(mu * total, of_all, out=np.zeros_like(mu), where=of_all > 0)
    rate = max(false_alarms / len(names), 1 / (_SHUFFLES + 1))
    steps = [
        (one.monday, name, one.ratio)
        for name, mine, share in zip(names, y, part, strict=True)
        if np.count_nonzero(share > 0) >= 2 * _SHORTEST
        for one in steadiness(mine, share, monday, false_alarms=rate, known={}).breaks
    ]
    return _joined(sorted(steps), total, of_all, monday)


def _joined(steps: list[tuple[date, str, float]], total: Floats, of_all: Floats, monday: Dates) -> list[CodingChange]:
    changes: list[CodingChange] = []
    while steps:
        first = np.datetime64(steps[0][0], "D")
        near = [one for one in steps if np.datetime64(one[0], "D") - first <= _NEAR]
        steps = steps[len(near) :]
        fell, rose = ([(name, ratio) for _, name, ratio in near if (ratio > 1) == up] for up in (False, True))
        if fell and rose:
            begins = near[0][0]
            place = int(np.searchsorted(monday, np.datetime64(begins, "D")))
            after, before = slice(place, place + _MOST), slice(max(place - _MOST, 0), place)
            levels = [float(total[part].sum() / of_all[part].sum()) for part in (after, before)]
            changes.append(CodingChange(begins, tuple(fell), tuple(rose), levels[0] / levels[1]))
    return changes


def _segmented(y: Floats, mu: Floats, begin: int, end: int, rate: float) -> list[int]:
    """Places of steps between begin and end, ascending."""
    if end - begin < 2 * _SHORTEST:
        return []
    place, p = _largest_step(y[begin:end], mu[begin:end])
    if p > rate:
        return []
    here = begin + place
    return [*_segmented(y, mu, begin, here, rate), here, *_segmented(y, mu, here, end, rate)]


def _largest_step(y: Floats, mu: Floats) -> tuple[int, float]:
    """Place of the largest step, and the share of shuffled histories with one as large."""
    order = np.concatenate([np.arange(len(y))[None], _shuffles(len(y))])
    counted, expected = np.cumsum(y[order], axis=1), np.cumsum(mu[order], axis=1)
    inside = slice(_SHORTEST - 1, len(y) - _SHORTEST)
    before, of_before = counted[:, inside], expected[:, inside]
    after, of_after = counted[:, -1:] - before, expected[:, -1:] - of_before
    step = (before / of_before - after / of_after) ** 2 / (1 / of_before + 1 / of_after)
    largest = step.max(axis=1)
    return int(np.argmax(step[0])) + _SHORTEST, float(np.mean(largest >= largest[0] * (1 - 1e-12)))


def _shuffles(number: int) -> Int64s:
    """Orders of so many weeks, by keyed luck, shape (999, number)."""
    history, week = (np.ravel(grid).astype(np.int64) for grid in np.indices((_SHUFFLES, number)))
    luck = draws(key_array(("shuffled weeks", number), history, week), code("shuffle"))
    return np.argsort(luck.reshape(_SHUFFLES, number), axis=1, kind="stable")


def _break(y: Floats, mu: Floats, weeks: Dates, ends: list[int], place: int, known: Mapping[str, date]) -> Break:
    before, here, after = ends[place - 1 : place + 2]
    levels = [y[part].sum() / mu[part].sum() for part in (slice(here, after), slice(before, here))]
    _, p = _largest_step(y[before:after], mu[before:after])
    ratio = float(levels[0] / levels[1]) if levels[1] > 0 else float("inf")
    return Break(_date(weeks[here]), ratio, p, _named(weeks[here], known))


def _date(day: np.datetime64) -> date:
    found: Any = day.astype("datetime64[D]").item()
    return date(found.year, found.month, found.day)


def _named(monday: np.datetime64, known: Mapping[str, date]) -> str:
    near = {name: abs(np.datetime64(on, "D") - monday) for name, on in known.items()}
    name = min(near, key=lambda one: near[one], default="")
    return name if name and near[name] <= _NEAR else ""


def _years(mu: Floats, weeks: Dates) -> Floats:
    """Years since the middle of the window, weighted by mu."""
    years = (weeks - weeks[0]) / np.timedelta64(1, "D") / 365.25
    return np.asarray(years - float(mu @ years / mu.sum()))


def _slope(y: Floats, mu: Floats, weeks: Dates) -> tuple[float, float]:
    """Slope a year relative to the level, and the share of shuffled histories with one as steep."""
    years = _years(mu, weeks)
    order = np.concatenate([np.arange(len(y))[None], _shuffles(len(y))])
    counted, expected = y[order], mu[order]
    level = y.sum() / mu.sum()
    centred = years - (expected @ years / mu.sum())[:, None]
    slope = ((counted - level * expected) * centred).sum(axis=1) / (expected * centred**2).sum(axis=1) / level
    p = float(np.mean(np.abs(slope) >= abs(slope[0]) * (1 - 1e-12)))
    return float(slope[0]), p


def _left_by_line(y: Floats, mu: Floats, weeks: Dates) -> float:
    """What a straight line leaves, with a penalty of one slope (BIC: Schwarz, Ann. Stat. 6, 1978)."""
    years, ratio = _years(mu, weeks), y / mu
    level = float(y.sum() / mu.sum())
    slope = float((mu * years) @ ratio / (mu @ years**2))
    return _penalised(float(mu @ (ratio - level - slope * years) ** 2), len(y), 1)


def _left_by_steps(y: Floats, mu: Floats, ends: list[int]) -> float:
    """What the steps leave, with a penalty of a place and a level for each."""
    ratio, left = y / mu, 0.0
    for begin, end in pairwise(ends):
        part = slice(begin, end)
        level = float(y[part].sum() / mu[part].sum())
        left += float(mu[part] @ (ratio[part] - level) ** 2)
    return _penalised(left, len(y), 2 * (len(ends) - 2))


def _penalised(left: float, number: int, numbers: int) -> float:
    return number * float(np.log(max(left, 1e-300) / number)) + numbers * float(np.log(number))
