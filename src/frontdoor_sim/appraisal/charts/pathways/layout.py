"""Where everything of a pathway stands [in], from the top left corner of its body."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from frontdoor_sim.appraisal.charts.pathways.facts import Box, Facts, Lane, plain
from frontdoor_sim.appraisal.charts.pathways.records import ENTRY
from frontdoor_sim.appraisal.charts.pathways.ways import (
    ALONG,
    ASIDE,
    DIRECT,
    OVER,
    Exit,
    Group,
    Way,
    seats_of,
    ways_of,
)
from frontdoor_sim.appraisal.charts.sheet import text_width, wrapped

BOX, ENTRY_BOX, LABEL = 1.0, 0.16, 1.75
TITLE_SIZE, NOTE_SIZE = 9.0, 8.5
SITE_SIZE, SITE_PITCH = 9.0, 0.15
TITLE_PITCH, NOTE_PITCH, END_PITCH = 0.15, 0.14, 0.155
FRAME_TITLE, FRAME_GAP, SLOT, TRACK = 0.1, 0.12, 0.08, 0.085
HEAD, BADGE = 0.18, 0.18
_EXITS, _ENTRIES = (0.0, 0.13, 0.07, -0.1), (0.0, -0.14, 0.15, -0.07)

Point = tuple[float, float]


@dataclass(frozen=True)
class PlacedBox:
    """A box with its place: centre line `middle`, lines of text, and the ends below it."""

    box: Box
    left: float
    middle: float
    height: float
    title: tuple[str, ...]
    note: tuple[str, ...]
    ends: tuple[tuple[str, ...], ...]

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + BOX


@dataclass(frozen=True)
class PlacedLane:
    """A lane with its place, and the lines of its name and notes."""

    lane: Lane
    top: float
    height: float
    title: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class PlacedArrow:
    """An arrow as a line of points; the letter of its cost stands at `badge`, if it costs anything."""

    way: Way
    points: tuple[Point, ...]
    badge: Point | None = None


@dataclass(frozen=True)
class Layout:
    """Everything with its place; `sites` are frames with top and height."""

    width: float
    height: float
    lanes: tuple[PlacedLane, ...]
    sites: tuple[tuple[str, float, float], ...]
    boxes: tuple[PlacedBox, ...]
    arrows: tuple[PlacedArrow, ...]
    entry: Point


@dataclass
class _Room:
    """What is asked for in channels, tracks and at the sides of boxes, in the order in which it was asked."""

    leaving: defaultdict[int, list[Exit]] = field(default_factory=lambda: defaultdict(list))
    entering: defaultdict[int, list[Group]] = field(default_factory=lambda: defaultdict(list))
    tracks: defaultdict[int, list[Group]] = field(default_factory=lambda: defaultdict(list))
    exits: defaultdict[str, list[Exit]] = field(default_factory=lambda: defaultdict(list))
    entries: defaultdict[str, list[Group]] = field(default_factory=lambda: defaultdict(list))


def laid_out(facts: Facts) -> Layout:
    """Give everything its place."""
    return _Placing(facts).layout()


class _Placing:
    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.seats = seats_of(facts)
        self.ways = ways_of(facts, self.seats)
        self.room = self._asked_for()
        self.columns = 1 + max(seat.column for seat in self.seats.values())
        self.lefts = self._lefts()
        self.texts = {box.name: _texts(box) for box in facts.boxes}
        self.middles: dict[str, float] = {}
        self.tops: list[float] = []
        self.heights: list[float] = []
        self.sites: list[tuple[str, float, float]] = []
        self._place_lanes()

    def _asked_for(self) -> _Room:
        room = _Room()
        for way in sorted(self.ways, key=lambda way: not way.straight):
            leaves, reaches = self.seats[way.arrow.leaves], self.seats[way.arrow.reaches]
            _ask(room.exits[way.arrow.leaves], way.exit)
            if not way.straight and way.kind != ALONG:
                _ask(room.leaving[leaves.column + 1], way.exit)
            if way.kind in (OVER, ALONG) and not way.straight:
                _ask(room.entering[reaches.column], way.group)
            if way.kind == OVER:
                _ask(room.tracks[reaches.lane], way.group)
            if way.kind != ASIDE:
                _ask(room.entries[way.arrow.reaches], way.group)
        for exits in room.leaving.values():
            exits.sort(key=lambda one: -self.seats[one[0]].lane)
        return room

    def _lefts(self) -> list[float]:
        """The left edge of the boxes of every column; the channel before it has room for what passes there."""
        lefts, at = [], LABEL + 0.25
        for column in range(self.columns + 1):
            at += self._channel(column)
            lefts.append(at)
            at += ENTRY_BOX if column == 0 else BOX
        return lefts

    def _channel(self, column: int) -> float:
        slots = len(self.room.leaving[column]) + len(self.room.entering[column])
        costly = max((self._costly(name) for name, seat in self.seats.items() if seat.column == column), default=0)
        aside = any(way.kind == ASIDE and self.seats[way.arrow.leaves].column + 1 == column for way in self.ways)
        heads = HEAD * (column > 0) + BADGE * min(costly, 2) + HEAD * aside
        return 0.06 * (column > 0) + SLOT * slots + heads

    def _costly(self, name: str) -> int:
        """How many letters stand one beside the other before a box."""
        return len([group for group in self.room.entries[name] if group[2]])

    def _place_lanes(self) -> None:
        at, last = 0.02, ""
        for index, lane in enumerate(self.facts.lanes):
            if lane.site != last:
                at += FRAME_GAP if self.sites else 0
                self.sites.append((lane.site, at, 0.0))
                at, last = at + FRAME_TITLE + SITE_PITCH * len(site_lines(lane.site)), lane.site
            height = self._lane_height(index, lane)
            self.tops.append(at)
            self.heights.append(height)
            self._place_rows(index, at, height)
            at += height
            site, top, _ = self.sites[-1]
            self.sites[-1] = (site, top, at - top)
        self.bottom = at

    def _rows(self, lane: int) -> list[tuple[float, float]]:
        """Room above and below the centre line of every row of a lane."""
        rows: dict[int, tuple[float, float]] = {}
        for box in self.facts.boxes:
            seat = self.seats[box.name]
            if seat.lane == lane:
                above, below = rows.get(seat.row, (0.0, 0.0))
                height, ends = self.texts[box.name].height, self.texts[box.name].ends_height
                rows[seat.row] = (max(above, height / 2), max(below, height / 2 + ends))
        return [rows[row] for row in sorted(rows)] or [(0.1, 0.1)]

    def _lane_height(self, index: int, lane: Lane) -> float:
        rows = sum(above + below + 0.12 for above, below in self._rows(index))
        title, notes = _lane_lines(lane)
        label = 0.12 + TITLE_PITCH * len(title) + NOTE_PITCH * len(notes)
        return max(0.04 + TRACK * len(self.room.tracks[index]) + rows, label)

    def _place_rows(self, index: int, top: float, height: float) -> None:
        rows = self._rows(index)
        used = TRACK * len(self.room.tracks[index]) + sum(above + below + 0.12 for above, below in rows)
        at = top + TRACK * len(self.room.tracks[index]) + max(0.02, (height - used) / 2)
        for row, (above, below) in enumerate(rows):
            middle = at + 0.06 + above
            for name, seat in self.seats.items():
                if (seat.lane, seat.row) == (index, row):
                    self.middles[name] = middle
            at += above + below + 0.12

    # --- arrows ------------------------------------------------------------------------------------------------------

    def side(self, name: str, right: bool) -> float:
        """The x of a side of a box."""
        left = self.lefts[self.seats[name].column]
        return left + (ENTRY_BOX if name == ENTRY else BOX) * right

    def leaving_slot(self, way: Way) -> float:
        """The x at which an arrow goes up or down behind the box it leaves."""
        column = self.seats[way.arrow.leaves].column
        start = self.side(way.arrow.leaves, True) if column else self.lefts[0] + ENTRY_BOX
        asides = HEAD if way.kind == ASIDE or self._has_aside(column + 1) else 0.0
        return start + 0.06 + asides + SLOT * self.room.leaving[column + 1].index(way.exit)

    def _has_aside(self, column: int) -> bool:
        return any(way.kind == ASIDE and self.seats[way.arrow.leaves].column + 1 == column for way in self.ways)

    def entering_slot(self, way: Way) -> float:
        """The x at which an arrow goes up or down before the box it reaches."""
        column = self.seats[way.arrow.reaches].column
        slots = self.room.entering[column]
        costly = max(self._costly(name) for name, seat in self.seats.items() if seat.column == column)
        return self.lefts[column] - HEAD - BADGE * min(costly, 2) - SLOT * (len(slots) - 1 - slots.index(way.group))

    def exit_y(self, way: Way) -> float:
        """The y at which an arrow leaves."""
        exits = self.room.exits[way.arrow.leaves]
        return self.middles[way.arrow.leaves] + _EXITS[min(exits.index(way.exit), len(_EXITS) - 1)]

    def entry_y(self, way: Way) -> float:
        """The y at which an arrow arrives."""
        groups = self.room.entries[way.arrow.reaches]
        return self.middles[way.arrow.reaches] + _ENTRIES[min(groups.index(way.group), len(_ENTRIES) - 1)]

    def track_y(self, way: Way) -> float:
        """The y at which an arrow runs over a lane."""
        lane = self.seats[way.arrow.reaches].lane
        return self.tops[lane] + 0.06 + TRACK * self.room.tracks[lane].index(way.group)

    def arrow(self, way: Way) -> PlacedArrow:
        """An arrow with its points."""
        begins, ends = self.side(way.arrow.leaves, True), self.side(way.arrow.reaches, way.kind == ASIDE)
        if way.kind == ASIDE:
            points = self._aside(way, begins, ends)
            badge = (ends + 0.34, points[-1][1]) if way.arrow.costs else None
            return PlacedArrow(way, points, badge)
        y, to = self.exit_y(way), self.entry_y(way)
        if way.straight:
            points = ((begins, y), (ends, to))
        elif way.kind == DIRECT:
            x = self.leaving_slot(way)
            points = ((begins, y), (x, y), (x, to), (ends, to))
        elif way.kind == ALONG:
            x = self.entering_slot(way)
            points = ((begins, y), (x, y), (x, to), (ends, to))
        else:
            x, x2, track = self.leaving_slot(way), self.entering_slot(way), self.track_y(way)
            points = ((begins, y), (x, y), (x, track), (x2, track), (x2, to), (ends, to))
        return PlacedArrow(way, points, self._badge(way, ends, to))

    def _aside(self, way: Way, begins: float, ends: float) -> tuple[Point, ...]:
        x, y, to = self.leaving_slot(way), self.exit_y(way), self.middles[way.arrow.reaches]
        return (begins, y), (x, y), (x, to), (ends, to)

    def _badge(self, way: Way, ends: float, y: float) -> Point | None:
        if not way.arrow.costs:
            return None
        costly = [group for group in self.room.entries[way.arrow.reaches] if group[2]]
        return ends - HEAD - BADGE * (costly.index(way.group) % 2) + 0.02, y

    def layout(self) -> Layout:
        """Everything with its place."""
        lanes = [
            PlacedLane(lane, self.tops[index], self.heights[index], *_lane_lines(lane))
            for index, lane in enumerate(self.facts.lanes)
        ]
        boxes = [self._box(box) for box in self.facts.boxes]
        last = max(seat.column for seat in self.seats.values())
        width = self.lefts[last] + BOX + self._channel(last + 1) + 0.1
        entry = (self.lefts[0] + ENTRY_BOX / 2, self.middles[ENTRY])
        arrows = tuple(self.arrow(way) for way in self.ways)
        return Layout(width, self.bottom + 0.02, tuple(lanes), tuple(self.sites), tuple(boxes), arrows, entry)

    def _box(self, box: Box) -> PlacedBox:
        text = self.texts[box.name]
        left = self.lefts[self.seats[box.name].column]
        return PlacedBox(box, left, self.middles[box.name], text.height, text.title, text.note, text.ends)


@dataclass(frozen=True)
class _Texts:
    """The lines of a box and of the ends below it."""

    title: tuple[str, ...]
    note: tuple[str, ...]
    ends: tuple[tuple[str, ...], ...]

    @property
    def height(self) -> float:
        return max(0.4, 0.11 + TITLE_PITCH * len(self.title) + NOTE_PITCH * len(self.note))

    @property
    def ends_height(self) -> float:
        lines = sum(len(end) for end in self.ends)
        return 0.06 + END_PITCH * lines if lines else 0.0


def _texts(box: Box) -> _Texts:
    inner = (BOX - 0.1) * 72
    return _Texts(
        tuple(
            _beside_star(wrapped(f"★ {box.title}" if box.changed else box.title, inner, TITLE_SIZE, "bold", at_most=3))
        ),
        tuple(line for note in box.notes for line in wrapped(note, inner, NOTE_SIZE, at_most=3)),
        tuple(tuple(wrapped(plain(end), (BOX - 0.14) * 72, NOTE_SIZE, at_most=2)) for end in box.ends),
    )


def _beside_star(lines: list[str]) -> list[str]:
    """A star and the word after it on one line, though they may reach nearer to the edge of the box than others."""
    if lines[0] == "★" and text_width(" ".join(lines[:2]), TITLE_SIZE, "bold") <= (BOX - 0.02) * 72:
        return [" ".join(lines[:2]), *lines[2:]]
    return lines


def site_lines(site: str) -> list[str]:
    """The lines of the name of a frame, which stand over the names of the lanes."""
    return wrapped(f"Site: {plain(site)}", (LABEL - 0.15) * 72, SITE_SIZE, "bold", at_most=2)


def _lane_lines(lane: Lane) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The lines of a lane's name and of its notes."""
    room = (LABEL - 0.2) * 72
    title = wrapped(("★ " if lane.changed else "") + plain(lane.team), room, TITLE_SIZE, "bold", at_most=2)
    return tuple(title), tuple(line for note in lane.notes for line in wrapped(note, room, NOTE_SIZE, at_most=3))


def _ask(asked: list[Exit] | list[Group], what: Exit | Group) -> None:
    if what not in asked:
        asked.append(what)  # type: ignore[arg-type]
