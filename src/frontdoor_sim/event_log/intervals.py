"""How much of some stretches other stretches of the same owner cover."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from frontdoor_sim.event_log.columns import Ints, order_of


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
        places = self.places(self.start, self.bounds())
        if np.all(places[1:] > places[:-1]):
            return self, np.arange(len(places))
        order = order_of(places)
        if np.any(np.diff(places[order]) == 0):
            order = np.lexsort((self.end, self.start, self.owner)).astype(np.int64)
        return self.take(order), order

    def take(self, rows: Ints) -> Stretches:
        """Some of the stretches, by position."""
        return Stretches(self.owner[rows], self.start[rows], self.end[rows])

    def bounds(self) -> tuple[int, int]:
        """First and last second that any of them names."""
        if len(self.start) == 0:
            return 0, 0
        return int(min(self.start.min(), self.end.min())), int(max(self.start.max(), self.end.max()))

    def places(self, times: Ints, bounds: tuple[int, int]) -> Ints:
        """Each stretch's owner and a time within bounds as one number, 0 or more, that sorts by both."""
        first, last = bounds
        return (self.owner + 1) * (last - first + 1) + (times - first)

    def overlaps(self) -> tuple[int, int] | None:
        """Positions of two stretches of one owner that overlap, or None.

        Example:
            >>> Stretches(np.array([7, 7]), np.array([0, 4]), np.array([5, 6])).overlaps()
            (0, 1)
        """
        filled = np.flatnonzero(self.end > self.start)
        mine, order = self.take(filled).ordered()
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
    ours, theirs = stretches.bounds(), cover.bounds()
    bounds = min(ours[0], theirs[0]), max(ours[1], theirs[1])
    places = cover.places(cover.start, bounds)
    total = np.concatenate(([0], np.cumsum(cover.end - cover.start, dtype=np.int64)))

    def covered_before(times: Ints) -> Ints:
        found = np.searchsorted(places, stretches.places(times, bounds), side="right")
        last = np.maximum(found - 1, 0)
        inside = (found > 0) & (cover.owner[last] == stretches.owner)
        return total[found] - np.where(inside, np.maximum(cover.end[last] - times, 0), 0)

    return covered_before(stretches.end) - covered_before(stretches.start)
