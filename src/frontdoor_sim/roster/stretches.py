"""Duty days cut out of a shift, and stretches of duty cut out of duty days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from frontdoor_sim.working_time import Calendar

Int64s = NDArray[np.int64]
Bools = NDArray[np.bool_]

_DAY = 86_400
_MILLE = 1000
_PLACE_BITS = 32
_BLOCK = 1  # of the three parts of a piece: before, in and after the block


class Pieces(NamedTuple):
    """A shift in pieces, each of one duty day; ascending.

    Args:
        starts: second at which each begins.
        ends: second at which it ends.
        days: its duty day (proleptic ordinal).
        offsets: duty of that day before the piece [s].
        lengths: duty of that whole day [s].
    """

    starts: Int64s
    ends: Int64s
    days: Int64s
    offsets: Int64s
    lengths: Int64s


class Stretches(NamedTuple):
    """Stretches of duty, sorted by worker and start.

    Args:
        workers: number of the worker.
        starts: second at which each begins.
        ends: second at which it ends.
        days: duty day on which it begins (proleptic ordinal).
        last_days: duty day on which it ends.
        on_cases: whether the worker is available for cases; else it is a block of other work.
        ends_shift: whether it is the last of that duty day in which the worker is available.
        training: whether the block of other work is training.
    """

    workers: Int64s
    starts: Int64s
    ends: Int64s
    days: Int64s
    last_days: Int64s
    on_cases: Bools
    ends_shift: Bools
    training: Bools

    def where(self, chosen: Bools) -> Stretches:
        """Those that are chosen, in order."""
        return self.where_places(np.flatnonzero(chosen))

    def where_places(self, places: Int64s) -> Stretches:
        """Those at some places, in the order of the places."""
        return Stretches._make(column.take(places) for column in self)


@dataclass(frozen=True, eq=False)
class Chosen:
    """Some of many stretches, of which only those columns are taken that somebody asks for.

    Args:
        of: the many.
        teams_next: for each of them, the next date after it on which the worker's team has duty (proleptic ordinal).
        places: places of the chosen ones among them, ascending.
    """

    of: Stretches
    teams_next: Int64s
    places: Int64s

    @cached_property
    def rows(self) -> Stretches:
        """All columns of them."""
        return self.of.where_places(self.places)

    def first_of_each(self, workers: int, places: Int64s) -> Int64s:
        """Where each worker's begin among some places, and how many those are; length workers + 1."""
        return np.searchsorted(places, np.searchsorted(self.of.workers, np.arange(workers + 1)))


def duty_days(shift: Calendar, midnights: Int64s, first: int) -> Pieces:
    """Cut a shift into duty days.

    A window belongs to the date on which it starts; one longer than 24 hours is cut at local midnights.

    Args:
        shift: the shift as laid out.
        midnights: seconds at which the dates begin, and the one after the last.
        first: the first of the dates (proleptic ordinal).

    Example:
        >>> midnights = np.array([0, 86400, 172800])
        >>> duty_days(Calendar.always(), midnights, 700_000).days.tolist()
        [700000, 700001]
        >>> duty_days(Calendar([72000], [100800]), midnights, 700_000).days.tolist()
        [700000]
    """
    long = shift.ends - shift.starts > _DAY
    starts = np.where(long, np.maximum(shift.starts, midnights[0]), shift.starts)
    ends = np.where(long, np.minimum(shift.ends, midnights[-1]), shift.ends)
    within = (starts >= midnights[0]) & (starts < midnights[-1]) & (ends > starts)
    long, starts, ends = long[within], starts[within], ends[within]
    begins_on = np.searchsorted(midnights, starts, side="right") - 1
    parts = np.where(long, np.searchsorted(midnights, ends, side="left") - begins_on, 1)
    window = np.repeat(np.arange(len(starts)), parts)
    day = begins_on[window] + np.arange(len(window)) - np.repeat(np.cumsum(parts) - parts, parts)
    starts = np.where(long[window], np.maximum(starts[window], midnights[day]), starts[window])
    ends = np.where(long[window], np.minimum(ends[window], midnights[day + 1]), ends[window])
    before = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(ends - starts)))
    day_begins, day_ends = np.searchsorted(day, day, side="left"), np.searchsorted(day, day, side="right")
    return Pieces(starts, ends, day + first, before[:-1] - before[day_begins], before[day_ends] - before[day_begins])


def cut(pieces: Pieces, places: Int64s, block_mille: Int64s) -> Stretches:
    """Every person's duty if they are never away: each duty day with one block of other work cut out of it.

    The block has that share of the day's length, to the second; it lies in one go along the day's duty,
    and where the duty has a break within the block, the block has it too.

    Args:
        pieces: the shift in pieces.
        places: where the block begins, in 2**-32 of the day's length without it, for each person.
        block_mille: thousandths of a duty day, for each person and piece (or arrays that broadcast to it).
    """
    block = pieces.lengths[None, :] * block_mille // _MILLE
    begins = ((pieces.lengths - block) * places[:, None]) >> _PLACE_BITS
    opens, closes = pieces.offsets, pieces.offsets + pieces.ends - pieces.starts
    away, back = np.clip(begins, opens, closes), np.clip(begins + block, opens, closes)
    away, back = np.where(away == back, closes, away), np.where(away == back, closes, back)
    edges = [np.broadcast_to(opens, away.shape), away, back, np.broadcast_to(closes, away.shape)]
    edges_of_all = np.stack(edges, axis=-1) + (pieces.starts - pieces.offsets)[:, None]
    person, piece, part = np.nonzero(edges_of_all[..., 1:] > edges_of_all[..., :-1])
    days, on_cases = pieces.days[piece], part != _BLOCK
    ends_shift = np.zeros(len(person), dtype=bool)
    ends_shift[on_cases] = last_of_run(person[on_cases], days[on_cases])
    starts, ends = edges_of_all[person, piece, part], edges_of_all[person, piece, part + 1]
    return Stretches(person, starts, ends, days, days, on_cases, ends_shift, np.zeros(len(person), dtype=bool))


def in_one(parts: Sequence[Stretches], sizes: Sequence[int]) -> Stretches:
    """The stretches of several crews in one; workers are numbered on from crew to crew, each of its size."""
    none = np.empty(0, dtype=np.int64)
    empty = Stretches(none, none, none, none, none, *[none.astype(bool)] * 3)
    hired = np.cumsum([0, *sizes])
    numbered = [part._replace(workers=part.workers + number) for part, number in zip(parts, hired, strict=False)]
    return Stretches(*(np.concatenate(columns) for columns in zip(empty, *numbered, strict=True)))


def joined(rows: Stretches) -> Stretches:
    """The stretches with those of a person and kind in one that touch, as round-the-clock duty of two days does."""
    touches = touching(rows)
    if not touches.any():
        return rows
    edge = np.ones(1, dtype=bool)
    first, last = rows.where(np.concatenate((edge, ~touches))), rows.where(np.concatenate((~touches, edge)))
    return first._replace(ends=last.ends, last_days=last.last_days, ends_shift=last.ends_shift)


def touching(rows: Stretches) -> Bools:
    """For each stretch but the last, whether the next begins where it ends, and is of the same person and kind."""
    touches: Bools = (rows.workers[1:] == rows.workers[:-1]) & (rows.starts[1:] == rows.ends[:-1])
    touches &= (rows.on_cases[1:] == rows.on_cases[:-1]) & (rows.training[1:] == rows.training[:-1])
    return touches


def last_of_run(*columns: Int64s) -> Bools:
    """For each row, whether the next one differs in any column.

    Example:
        >>> last_of_run(np.array([1, 1, 2])).tolist()
        [False, True, True]
    """
    differs = np.any([column[1:] != column[:-1] for column in columns], axis=0)
    return np.concatenate((differs, np.ones(min(1, len(columns[0])), dtype=bool)))
