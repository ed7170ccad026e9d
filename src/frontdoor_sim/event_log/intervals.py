"""How much of some stretches other stretches of the same owner cover."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Stretches:
    """Stretches of time [start, end), each with an owner, such as a worker's number.

    Args:
        owner: owner of each stretch, -1 or more.
        start: first second of each.
        end: second at which each is over.
    """

    owner: Ints
    start: Ints
    end: Ints

    def clipped(self, first: int, last: int) -> Stretches:
        """The same stretches cut to [first, last); what lies outside has length 0.

        Example:
            >>> Stretches(np.array([0]), np.array([-5]), np.array([9])).clipped(0, 7).end.tolist()
            [7]
        """
        return Stretches(self.owner, np.clip(self.start, first, last), np.clip(self.end, first, last))

    def ordered(self) -> tuple[Stretches, Ints]:
        """The stretches sorted by owner, start and end, and the positions they had."""
        order = np.lexsort((self.end, self.start, self.owner)).astype(np.int64)
        return Stretches(self.owner[order], self.start[order], self.end[order]), order

    def overlaps(self) -> tuple[int, int] | None:
        """Positions of two stretches of one owner that overlap, or None.

        Example:
            >>> Stretches(np.array([7, 7]), np.array([0, 4]), np.array([5, 6])).overlaps()
            (0, 1)
        """
        filled = np.flatnonzero(self.end > self.start)
        mine, order = Stretches(self.owner[filled], self.start[filled], self.end[filled]).ordered()
        clash = (mine.owner[1:] == mine.owner[:-1]) & (mine.start[1:] < mine.end[:-1])
        if not clash.any():
            return None
        later = int(clash.argmax()) + 1
        return int(filled[order[later - 1]]), int(filled[order[later]])


def covered_seconds(stretches: Stretches, cover: Stretches) -> Ints:
    """Seconds of each stretch that lie inside a covering stretch of the same owner.

    Args:
        stretches: what may be covered.
        cover: what covers; those of one owner must not overlap.

    Returns:
        One number a stretch [s].

    Example:
        >>> duty = Stretches(np.array([1, 1, 2]), np.array([0, 20, 0]), np.array([10, 30, 5]))
        >>> work = Stretches(np.array([1, 2, 3]), np.array([5, 0, 0]), np.array([25, 9, 9]))
        >>> covered_seconds(work, duty).tolist()
        [10, 5, 0]
    """
    if len(cover.owner) == 0 or len(stretches.owner) == 0:
        return np.zeros(len(stretches.owner), dtype=np.int64)
    cover, _ = cover.ordered()
    first = min(int(cover.start.min()), int(stretches.start.min()))
    width = max(int(cover.end.max()), int(stretches.end.max())) - first + 1
    places = (cover.owner + 1) * width + (cover.start - first)
    total = np.concatenate(([0], np.cumsum(cover.end - cover.start, dtype=np.int64)))

    def covered_before(times: Ints) -> Ints:
        found = np.searchsorted(places, (stretches.owner + 1) * width + (times - first), side="right")
        last = np.maximum(found - 1, 0)
        inside = (found > 0) & (cover.owner[last] == stretches.owner)
        return total[found] - np.where(inside, np.maximum(cover.end[last] - times, 0), 0)

    return covered_before(stretches.end) - covered_before(stretches.start)
