"""Receipts that come together: rows of one family, runs of one stamp, and the hour at which a source hands everything over.

Rows with one stamp, source and family are one contact about several children. Runs of one stamp and source that are left
are batches, or are chance: with rate r in a cell of width v, N = r v receipts fall into one cell, and 1 - exp(-N) of
receipts share theirs with another of the cell. What runs exceed chance by is put down to batches.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import chi2

from frontdoor_sim.calibration.estimates import FEW, LEVEL, Interval, z
from frontdoor_sim.working_time import WallClock

Int64s = NDArray[np.int64]
Floats = NDArray[np.float64]

MINUTE, DAY = 60, 86_400
_MINUTES = 1_440
_RUN_SHARE = 0.2
_AROUND = 45
_TIMES_CHANCE = 5.0


@dataclass(frozen=True, eq=False)
class Families:
    """Contacts of families, from rows of children.

    Args:
        first: place of each family's first row among the rows given, ascending.
        children: how many rows it has.
    """

    first: Int64s
    children: Int64s

    def mean(self, level: float = LEVEL) -> Interval:
        """Mean number of children in a contact, with its normal interval."""
        mean = float(self.children.mean())
        error = float(self.children.std(ddof=1)) / math.sqrt(len(self.children))
        reach = z(level) * error
        return Interval(mean, max(mean - reach, 1.0), mean + reach)

    def poisson_index(self, level: float = LEVEL) -> Interval:
        """Variance over mean of the further children, 1 where their number is 1 plus a Poisson number, as the model has it.

        The interval takes the index times (n - 1) for chi-square of n - 1 degrees, as for a Poisson number. (Fisher 1950)
        """
        further = self.children - 1
        number = len(further) - 1
        index = float(further.var(ddof=1) / further.mean()) if further.any() else 1.0
        tail = (1 - level) / 2
        low, high = (float(chi2.ppf(p, number)) / number for p in (1 - tail, tail))
        return Interval(index, index / low, index / high)

    def sizes(self) -> pd.DataFrame:
        """Share of contacts by number of children, so many and more where fewer than six families have as many.

        Returns:
            Columns children, and_more and share.
        """
        counts = np.bincount(self.children)
        rows: list[tuple[int, bool, float]] = []
        left = len(self.children)
        for number in range(1, len(counts)):
            rest = left - counts[number]
            last = counts[number] < FEW or 0 < rest < FEW
            rows.append((number, last and rest > 0, float(left if last else counts[number]) / len(self.children)))
            left = rest
            if last or not rest:
                break
        return pd.DataFrame(rows, columns=["children", "and_more", "share"])


def families_of(received: Int64s, source: NDArray[np.str_], family: Int64s) -> Families:
    """Join rows with one stamp, source and family.

    Args:
        received: second of receipt of each row.
        source: who made the contact.
        family: key of the family, the same for siblings.

    Example:
        >>> rows = families_of(np.array([9, 9, 9, 20]), np.array(["police"] * 4), np.array([1, 1, 2, 1]))
        >>> rows.children.tolist(), rows.first.tolist()
        ([2, 1, 1], [0, 2, 3])
    """
    _, codes = np.unique(source, return_inverse=True)
    rows = np.stack([received, np.ravel(codes), family], axis=1)
    _, first, count = np.unique(rows, axis=0, return_index=True, return_counts=True)
    order = np.argsort(first)
    return Families(first[order].astype(np.int64), count[order].astype(np.int64))


class Runs(NamedTuple):
    """Runs of receipts of one source with one stamp.

    Args:
        source: whose.
        receipts: how many it has.
        in_runs: share of its receipts whose stamp another of its receipts has.
        by_chance: share that would be, if receipts fell independently at the rate of their hour.
        longest: receipts of the longest run; 0 where that would be 1 to 5 of them.
    """

    source: str
    receipts: int
    in_runs: float
    by_chance: float
    longest: int

    @property
    def batched(self) -> bool:
        """Whether runs are far more than chance."""
        return self.in_runs > _RUN_SHARE and self.in_runs > 2 * self.by_chance


def runs_of(received: Int64s, source: NDArray[np.str_], width: int = MINUTE) -> list[Runs]:
    """Runs of identical stamps by source.

    Args:
        received: second of receipt of each family (`families_of` first, else siblings are runs).
        source: who made each contact.
        width: precision of the stamps [s].

    The rate by which chance is reckoned is that of the half-hours on either side, less the stamp itself.
    """
    found = []
    for name in np.unique(source):
        mine = np.sort(received[source == name]) // width
        stamps, size = np.unique(mine, return_counts=True)
        near = max(1_800 // width, 1)
        around = np.searchsorted(mine, stamps + near, side="right") - np.searchsorted(mine, stamps - near, side="left")
        rate = (around - size) / (2 * near)
        chance = float((size * -np.expm1(-rate)).sum() / len(mine))
        longest = int(size.max())
        found.append(
            Runs(str(name), len(mine), float(size[size > 1].sum() / len(mine)), chance, longest * (longest >= FEW))
        )
    return found


class HandOver(NamedTuple):
    """A time of day at which a source's receipts are entered together.

    Args:
        source: whose.
        minute: minute of the day, local.
        share: share of the source's receipts with that time, beyond what the quarters of an hour around it have.
        weekdays: days on which it happens, 0 for Monday.
    """

    source: str
    minute: int
    share: Interval
    weekdays: tuple[int, ...]

    @property
    def at(self) -> str:
        """As the parameters file writes it, such as `Mon-Fri 08:30`."""
        names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
        days = [names[day] for day in self.weekdays]
        whole = len(days) > 2 and self.weekdays[-1] - self.weekdays[0] == len(days) - 1
        return f"{f'{days[0]}-{days[-1]}' if whole else ', '.join(days)} {self.minute // 60:02d}:{self.minute % 60:02d}"


def hand_overs(received: Int64s, source: NDArray[np.str_], clock: WallClock, level: float = LEVEL) -> list[HandOver]:
    """For each source the time of day with the most receipts, where it has far more than the times around it.

    A recorded time is not an arrival where it is the time of an entry: `arrivals.batches` of the parameters takes the share
    and the instant, and the hours before it stay unknown.

    Args:
        received: second of receipt of each family; where all are at midnight, they are dates, and nothing is found.
        source: who made each contact.
        clock: of the seconds.
        level: of the interval of the share.
    """
    local = clock.local(received).astype(np.int64)
    minute, weekday = local // MINUTE % _MINUTES, (local // DAY + 3) % 7
    found: list[HandOver] = []
    if not minute.any():
        return found
    for name in np.unique(source):
        mine = source == name
        counts = np.bincount(minute[mine], minlength=_MINUTES)
        top, total = int(np.argmax(counts)), int(mine.sum())
        around = [(top + n) % _MINUTES for n in range(-_AROUND, _AROUND + 1) if n]
        usual = float(counts[around].mean())
        beyond = float(counts[top]) - usual
        if counts[top] < max(FEW, _TIMES_CHANCE * (usual + 1)) or beyond / total < 0.05:
            continue
        share = beyond / total
        reach = z(level) * math.sqrt(share * (1 - share) / total)
        by_day = np.bincount(weekday[mine & (minute == top)], minlength=7)
        days = tuple(np.flatnonzero(by_day >= max(FEW, 0.2 * by_day.max())).tolist())
        found.append(HandOver(str(name), top, Interval(share, max(share - reach, 0.0), share + reach), days))
    return found
