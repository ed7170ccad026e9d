"""Which column each box of a pathway stands in, and by which way each arrow goes: before anything has a size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from frontdoor_sim.appraisal.charts.pathways.facts import ARRIVAL, REQUEST, Arrow, Facts
from frontdoor_sim.appraisal.charts.pathways.records import ENTRY

DIRECT, ALONG, OVER, ASIDE = "direct", "along", "over", "aside"
"""Straight or by one bend; along the row it leaves; over the lane it reaches; back into the side it leaves."""

Group = tuple[str, str, str]
"""Arrows that reach a box together: the box, what they cross and what they cost."""

Exit = tuple[str, str]
"""Arrows that leave a box together: the box and what they cross."""


@dataclass(frozen=True)
class Seat:
    """Where a box stands: its lane from the top, its column from the left, its row in the lane."""

    lane: int
    column: int
    row: int


@dataclass(frozen=True)
class Way:
    """How an arrow goes.

    Args:
        arrow: which.
        kind: `direct`, `along`, `over` or `aside`.
        straight: whether it is one horizontal line.
    """

    arrow: Arrow
    kind: str
    straight: bool = False

    @property
    def group(self) -> Group:
        """The arrows with which it arrives."""
        return self.arrow.reaches, self.arrow.crosses, self.arrow.costs

    @property
    def exit(self) -> Exit:
        """The arrows with which it leaves."""
        return self.arrow.leaves, self.arrow.crosses


def columns_of(facts: Facts) -> dict[str, int]:
    """The column of every box: one further than whatever leads to it, but for ways that lead back.

    Example:
        >>> from frontdoor_sim.appraisal.charts.pathways.facts import Box
        >>> boxes = tuple(Box(name, name, (), "t") for name in "abc")
        >>> arrows = (Arrow("entry", "a", "arrival"), Arrow("a", "b", "within"), Arrow("b", "c", "within"),
        ...           Arrow("c", "b", "within"))
        >>> columns_of(Facts((), boxes, arrows))
        {'entry': 0, 'a': 1, 'b': 2, 'c': 3}
    """
    ahead: dict[str, list[str]] = defaultdict(list)
    for arrow in facts.arrows:
        if arrow.crosses != REQUEST:
            ahead[arrow.leaves].append(arrow.reaches)
    onward = _without_ways_back(ahead)
    found = {ENTRY: 0, **{box.name: 1 for box in facts.boxes if not box.desk}}
    for _ in found:
        for name, others in onward.items():
            for other in others:
                found[other] = max(found[other], found[name] + 1)
    for arrow in facts.arrows:
        if arrow.crosses == REQUEST:
            found[arrow.reaches] = found[arrow.leaves]
    return found


def _without_ways_back(ahead: dict[str, list[str]]) -> dict[str, list[str]]:
    """The ways that lead on, seen from the entry; a way back to where one came from is left out."""
    onward: dict[str, list[str]] = defaultdict(list)
    done: set[str] = set()
    for start in [ENTRY, *ahead]:
        stack: list[tuple[str, Iterator[str]]] = [(start, iter(ahead.get(start, ())))] if start not in done else []
        done.add(start)
        while stack:
            name, rest = stack[-1]
            other = next(rest, None)
            if other is None:
                stack.pop()
            elif other not in [passed for passed, _ in stack]:
                onward[name].append(other)
                if other not in done:
                    done.add(other)
                    stack.append((other, iter(ahead.get(other, ()))))
    return onward


def seats_of(facts: Facts) -> dict[str, Seat]:
    """Where every box stands, and the entry; boxes of one lane and column stand one below the other."""
    lanes = {lane.team: index for index, lane in enumerate(facts.lanes)}
    columns = columns_of(facts)
    taken: dict[tuple[int, int], int] = defaultdict(int)
    seats: dict[str, Seat] = {}
    for box in facts.boxes:
        at = (lanes[box.team], columns[box.name])
        seats[box.name] = Seat(*at, taken[at])
        taken[at] += 1
    first = next((seats[arrow.reaches] for arrow in facts.arrows if arrow.crosses == ARRIVAL), Seat(0, 1, 0))
    seats[ENTRY] = Seat(first.lane, 0, first.row)
    return seats


def ways_of(facts: Facts, seats: dict[str, Seat]) -> list[Way]:
    """How every arrow goes, so that none passes through a box and no two run along one line by chance."""
    taken: dict[tuple[int, int, int], object] = {(s.lane, s.row, s.column): name for name, s in seats.items()}
    return [_way(arrow, seats[arrow.leaves], seats[arrow.reaches], taken) for arrow in facts.arrows]


def _way(arrow: Arrow, leaves: Seat, reaches: Seat, taken: dict[tuple[int, int, int], object]) -> Way:
    if arrow.crosses == REQUEST:
        return Way(arrow, ASIDE)
    level = (leaves.lane, leaves.row) == (reaches.lane, reaches.row)
    if reaches.column == leaves.column + 1:
        return Way(arrow, DIRECT, straight=level)
    between = range(leaves.column + 1, reaches.column)
    if between and _free(
        taken, [(leaves.lane, leaves.row, column) for column in between], (arrow.leaves, arrow.crosses)
    ):
        return Way(arrow, ALONG, straight=level)
    return Way(arrow, OVER)


def _free(taken: dict[tuple[int, int, int], object], places: list[tuple[int, int, int]], who: object) -> bool:
    """Whether nothing else stands or runs at some places; if so, they are taken."""
    if any(taken.get(place, who) != who for place in places):
        return False
    taken.update(dict.fromkeys(places, who))
    return True
