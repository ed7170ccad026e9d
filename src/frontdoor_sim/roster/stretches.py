"""Duty days cut out of a shift, and stretches of duty cut out of duty days."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from frontdoor_sim.working_time import Calendar

Int64s = NDArray[np.int64]
Bools = NDArray[np.bool_]

_DAY = 86_400
_MILLE = 1000
_PLACE_BITS = 32


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
        ends_shift: whether it is the last of that duty day.
    """

    workers: Int64s
    starts: Int64s
    ends: Int64s
    days: Int64s
    last_days: Int64s
    ends_shift: Bools


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


def cut(pieces: Pieces, present: Bools, places: Int64s, block_share: float, hired: int) -> tuple[Stretches, Stretches]:
    """Cut one block out of every duty day of every person: what is left, and the blocks.

    The block has that share of the day's length, to the second; it lies in one go along the day's duty,
    and where the duty has a break within the block, the block has it too.

    Args:
        pieces: the shift in pieces.
        present: who is there in which piece [people, pieces].
        places: where the block begins, in 2**-32 of the day's length without it, for each person.
        block_share: share of a duty day, to the thousandth.
        hired: number of the first person as a worker.
    """
    block = pieces.lengths * round(block_share * _MILLE) // _MILLE
    begins = ((pieces.lengths - block)[None, :] * places[:, None]) >> _PLACE_BITS
    opens, closes = pieces.offsets, pieces.offsets + pieces.ends - pieces.starts
    away, back = np.clip(begins, opens, closes), np.clip(begins + block, opens, closes)
    shape = present.shape
    left = (
        np.stack((np.broadcast_to(opens, shape), back), axis=-1),
        np.stack((away, np.broadcast_to(closes, shape)), axis=-1),
    )
    return (
        _stretches(pieces, present, *left, hired),
        _stretches(pieces, present, away[..., None], back[..., None], hired),
    )


def _stretches(pieces: Pieces, present: Bools, opens: Int64s, closes: Int64s, hired: int) -> Stretches:
    """The stretches that are not empty, from duty of the day [people, pieces, parts] to seconds."""
    person, piece, part = np.nonzero(present[..., None] & (closes > opens))
    shift = pieces.starts[piece] - pieces.offsets[piece]
    days = pieces.days[piece]
    starts, ends = opens[person, piece, part] + shift, closes[person, piece, part] + shift
    return Stretches(person + hired, starts, ends, days, days, _last_of_run(person, days))


def joined(parts: Sequence[Stretches]) -> Stretches:
    """Put the stretches of several crews into one, and join those of a person that touch."""
    if not parts:
        none = np.empty(0, dtype=np.int64)
        return Stretches(none, none, none, none, none, none.astype(bool))
    workers, starts, ends, days, last_days, ends_shift = (
        np.concatenate(columns) for columns in zip(*parts, strict=True)
    )
    touches = (workers[1:] == workers[:-1]) & (starts[1:] == ends[:-1])
    edge = np.ones(min(1, len(workers)), dtype=bool)
    first, last = np.concatenate((edge, ~touches)), np.concatenate((~touches, edge))
    return Stretches(workers[first], starts[first], ends[last], days[first], last_days[last], ends_shift[last])


def _last_of_run(*columns: Int64s) -> Bools:
    """Whether the next row differs in any column."""
    differs = np.any([column[1:] != column[:-1] for column in columns], axis=0)
    return np.concatenate((differs, np.ones(min(1, len(columns[0])), dtype=bool)))
