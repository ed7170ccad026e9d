"""Other work at stated times: team meetings, supervision, training."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from frontdoor_sim.roster.stretches import Stretches, last_of_run
from frontdoor_sim.working_time import NEVER, Calendar

Int64s = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Block:
    """Times at which people who are on duty do no cases.

    Args:
        times: the times, laid out over the whole run, each within a week of its own.
        every: of so many weeks one counts, by the number of weeks since Monday 1 January 1; 1 for every week.
        in_turn: whether each person has another of those weeks, by their place in the post; else all have the same.
        training: whether it is logged as training.
    """

    times: Calendar
    every: int = 1
    in_turn: bool = False
    training: bool = False


def taken_out(rows: Stretches, block: Block, people: int, midnights: Int64s, first: int) -> Stretches:
    """People's duty with the times of a block taken out of it.

    Args:
        rows: their duty; only what is for cases is cut.
        block: the times.
        people: number of people; their place in the post counts their turns.
        midnights: seconds at which the dates begin, and the one after the last.
        first: the first of the dates (proleptic ordinal).

    Example:
        >>> no, yes = np.array([False]), np.array([True])
        >>> one = np.array([0])
        >>> day = Stretches(one, np.array([9]), np.array([17]), one, one, yes, yes, no)
        >>> cut = taken_out(day, Block(Calendar([10], [12])), 1, np.array([0, 24]), 1)
        >>> [column.tolist() for column in cut[1:3]], cut.on_cases.tolist(), cut.ends_shift.tolist()
        ([[9, 10, 12], [10, 12, 17]], [True, False, True], [False, False, True])
    """
    workers, starts, ends = _times_of_each(block, people, midnights, first)
    if not len(workers) or not len(rows.workers):
        return rows
    low = min(int(rows.starts.min()), int(starts.min()))
    reach = max(int(rows.ends.max()), int(ends.max())) - low + 1
    opens, closes = rows.workers * reach + rows.starts - low, rows.workers * reach + rows.ends - low
    away, back = workers * reach + starts - low, workers * reach + ends - low
    edges = np.unique(np.concatenate((opens, closes, away, back)))
    row = np.searchsorted(opens, edges, side="right") - 1
    kept = (row >= 0) & (edges < closes[row])
    edges_after = np.append(edges[1:], NEVER)[kept]
    edges, row = edges[kept], row[kept]
    time = np.searchsorted(away, edges, side="right") - 1
    inside: Bools = (time >= 0) & (edges < back[time])
    found = rows.where_places(row)
    taken = inside & found.on_cases
    shift = found.workers * reach - low
    found = found._replace(
        starts=edges - shift,
        ends=edges_after - shift,
        on_cases=found.on_cases & ~inside,
        training=found.training | (taken if block.training else np.zeros_like(taken)),
    )
    return _told_anew(found)


def _times_of_each(block: Block, people: int, midnights: Int64s, first: int) -> tuple[Int64s, Int64s, Int64s]:
    """Person, start and end of every time of a block, by person and start."""
    days = np.searchsorted(midnights, block.times.starts, side="right") - 1
    weeks = (days + first - 1) // 7
    turns = np.arange(people) if block.in_turn else np.zeros(people, dtype=np.int64)
    person, time = np.nonzero((weeks[None, :] + turns[:, None]) % block.every == 0)
    return person.astype(np.int64), block.times.starts[time], block.times.ends[time]


def _told_anew(rows: Stretches) -> Stretches:
    """The same stretches, with the last of each duty day in which a person is available for cases found again."""
    ends_shift = np.zeros(len(rows.workers), dtype=bool)
    ends_shift[rows.on_cases] = last_of_run(rows.workers[rows.on_cases], rows.days[rows.on_cases])
    return rows._replace(ends_shift=ends_shift)
