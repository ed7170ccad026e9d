"""Draws a pathway: frames and lanes first, then arrows, then boxes, then the key."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, FancyBboxPatch, Polygon, Rectangle

from frontdoor_sim.appraisal.charts.palette import GREEN, VERMILLION
from frontdoor_sim.appraisal.charts.pathways.facts import ARRIVAL, REQUEST, SITE, SITES, WITHIN, Facts, facts_of, plain
from frontdoor_sim.appraisal.charts.pathways.layout import (
    BOX,
    END_PITCH,
    LABEL,
    NOTE_PITCH,
    NOTE_SIZE,
    SITE_PITCH,
    SITE_SIZE,
    TITLE_PITCH,
    TITLE_SIZE,
    Layout,
    PlacedArrow,
    PlacedBox,
    PlacedLane,
    Point,
    laid_out,
    site_lines,
)
from frontdoor_sim.appraisal.charts.sheet import WIDTH, Sheet, text_width, wrapped
from frontdoor_sim.operating_model import OperatingModel
from frontdoor_sim.pictures import INK, MUTED, RULE, SHADE, styled

_LOOKS: dict[str, tuple[str, float, Any, str]] = {
    WITHIN: (MUTED, 1.0, "-", "goes on within a team"),
    SITE: (INK, 1.5, "-", "to another team at the same site"),
    SITES: (VERMILLION, 2.2, (0, (4, 1.5)), "to a team at another site"),
    REQUEST: (GREEN, 1.2, (0, (1, 1.2)), "a request to a partner’s desk, and its answer"),
    ARRIVAL: (INK, 1.5, "-", ""),
}
"""Colour, width, dashes and meaning of an arrow by what it crosses."""

_CHANGED, _CHANGED_EDGE = "#fff1c9", "#b36b00"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_KEY_PITCH, _KEY_SIZE = 0.19, 8.5


def pathway(model: OperatingModel, changed: Collection[tuple[str, str]] = (), gone: Sequence[str] = ()) -> Figure:
    """The pathway of an operating model: stages left to right in lanes of teams, within frames of sites.

    Args:
        model: the operating model.
        changed: teams and stages that an option changes, each as `teams` or `stages` and its name; they are marked by a star
            and a colour.
        gone: names of teams and stages that the option takes out, told below the picture.

    Returns:
        A figure as wide as the pathway needs, at least 7 inches; its label is its text alternative.
    """
    facts = facts_of(model, changed)
    placed = laid_out(facts)
    letters = _letters(placed)
    width = max(WIDTH, placed.width)
    with styled():
        key = _Key(facts, letters, gone, width)
        body = placed.height + key.height
        sheet = Sheet(f"The pathway: {model.name}", model.summary, body, width=width)
        axes = sheet.axes(0, 0, width, body)
        axes.set(xlim=(0, width), ylim=(body, 0))
        axes.axis("off")
        _draw_lanes(axes, placed, width)
        for arrow in sorted(placed.arrows, key=lambda arrow: list(_LOOKS).index(arrow.way.arrow.crosses)):
            _draw_arrow(axes, arrow)
        for arrow in placed.arrows:
            _draw_badge(axes, arrow, letters)
        _draw_entry(axes, placed.entry)
        for box in placed.boxes:
            _draw_box(axes, box)
        key.draw(axes, placed.height)
        sheet.figure.set_label(_alternative(model, facts))
    return sheet.figure


def _letters(placed: Layout) -> dict[tuple[str, bool], str]:
    """A letter for every cost of a handoff, in the order of the pathway."""
    costs = dict.fromkeys(
        (arrow.way.arrow.costs, arrow.way.arrow.keyed_again) for arrow in placed.arrows if arrow.way.arrow.costs
    )
    return {cost: _LETTERS[index] if index < len(_LETTERS) else str(index + 1) for index, cost in enumerate(costs)}


def _draw_lanes(axes: Axes, placed: Layout, width: float) -> None:
    for site, top, height in placed.sites:
        frame = FancyBboxPatch((0.03, top), width - 0.06, height, boxstyle="round,pad=0,rounding_size=0.05")
        frame.set(facecolor="none", edgecolor=INK, linewidth=1.3, zorder=1)
        axes.add_patch(frame)
        _write(axes, 0.12, top + 0.05, site_lines(site), SITE_SIZE, "bold", pitch=SITE_PITCH)
    for lane in placed.lanes:
        shade = _CHANGED if lane.lane.changed else SHADE
        axes.add_patch(
            Rectangle((0.06, lane.top), LABEL - 0.08, lane.height - 0.03, facecolor=shade, linewidth=0, zorder=0)
        )
        axes.add_line(Line2D([0.06, width - 0.06], [lane.top, lane.top], color=RULE, linewidth=0.8, zorder=0))
        _draw_label(axes, lane)


def _draw_label(axes: Axes, lane: PlacedLane) -> None:
    text = TITLE_PITCH * len(lane.title) + NOTE_PITCH * len(lane.notes)
    top = lane.top + max(0.05, (lane.height - text) / 2)
    _write(axes, 0.14, top, lane.title, TITLE_SIZE, "bold", pitch=TITLE_PITCH)
    _write(axes, 0.14, top + TITLE_PITCH * len(lane.title), lane.notes, NOTE_SIZE, color=MUTED, pitch=NOTE_PITCH)


def _draw_arrow(axes: Axes, arrow: PlacedArrow) -> None:
    crosses = arrow.way.arrow.crosses
    colour, width, dashes, _ = _LOOKS[crosses]
    xs, ys = zip(*arrow.points, strict=True)
    axes.add_line(Line2D(xs, ys, color=colour, linewidth=width, linestyle=dashes, zorder=2, dash_capstyle="butt"))
    _draw_head(axes, arrow.points[-2], arrow.points[-1], colour, width)
    if crosses == REQUEST:
        _draw_head(axes, arrow.points[1], arrow.points[0], colour, width)


def _draw_head(axes: Axes, before: Point, tip: Point, colour: str, width: float) -> None:
    """A triangle that points at the tip, along a horizontal line."""
    size = 0.055 + 0.014 * width
    back = tip[0] + (size if before[0] > tip[0] else -size)
    points = [tip, (back, tip[1] - size / 2), (back, tip[1] + size / 2)]
    axes.add_patch(Polygon(points, closed=True, facecolor=colour, edgecolor="none", zorder=3))


def _draw_badge(axes: Axes, arrow: PlacedArrow, letters: dict[tuple[str, bool], str]) -> None:
    if arrow.badge is not None:
        way = arrow.way.arrow
        _letter(axes, arrow.badge, letters[way.costs, way.keyed_again], _LOOKS[way.crosses][0], way.keyed_again)


def _letter(axes: Axes, at: Point, letter: str, colour: str, square: bool) -> None:
    """A letter in a ring; in a square where a record is keyed again."""
    x, y = at
    shape = Rectangle((x - 0.073, y - 0.073), 0.146, 0.146) if square else Circle(at, 0.078)
    shape.set(facecolor="white", edgecolor=colour, linewidth=1.2, zorder=5)
    axes.add_patch(shape)
    axes.text(x, y + 0.004, letter, size=NOTE_SIZE, weight="bold", ha="center", va="center", color=INK, zorder=6)


def _draw_entry(axes: Axes, at: Point) -> None:
    axes.add_patch(Circle(at, 0.075, facecolor=INK, edgecolor=INK, zorder=4))
    axes.text(at[0] + 0.075, at[1] - 0.12, "contacts", size=NOTE_SIZE, ha="right", va="bottom", color=INK, zorder=6)


def _draw_box(axes: Axes, placed: PlacedBox) -> None:
    box, top = placed.box, placed.middle - placed.height / 2
    shape = FancyBboxPatch((placed.left, top), BOX, placed.height, boxstyle="round,pad=0,rounding_size=0.04")
    edge = _CHANGED_EDGE if box.changed else INK
    shape.set(facecolor=_CHANGED if box.changed else "white", edgecolor=edge, zorder=4)
    shape.set(linewidth=2.4 if box.decides else 1.1, linestyle=(0, (2, 1.2)) if box.desk else "-")
    axes.add_patch(shape)
    lines = TITLE_PITCH * len(placed.title) + NOTE_PITCH * len(placed.note)
    at, middle = placed.middle - lines / 2, placed.left + BOX / 2
    _write(axes, middle, at, placed.title, TITLE_SIZE, "bold", pitch=TITLE_PITCH, align="center")
    at += TITLE_PITCH * len(placed.title)
    _write(axes, middle, at, placed.note, NOTE_SIZE, color=MUTED, pitch=NOTE_PITCH, align="center")
    _draw_ends(axes, placed)


def _draw_ends(axes: Axes, placed: PlacedBox) -> None:
    """The ends to which contacts leave, below the box: a ringed dot each, and its name."""
    at, x = placed.middle + placed.height / 2, placed.left + 0.07
    if placed.ends:
        last = at + 0.06 + END_PITCH * (sum(len(end) for end in placed.ends[:-1]) + 0.45)
        axes.add_line(Line2D([x, x], [at, last], color=MUTED, linewidth=1.0, zorder=2))
    at += 0.06
    for end in placed.ends:
        _end_mark(axes, (x, at + END_PITCH * 0.45))
        _write(axes, x + 0.09, at, end, NOTE_SIZE, pitch=END_PITCH)
        at += END_PITCH * len(end)


def _end_mark(axes: Axes, at: Point) -> None:
    axes.add_patch(Circle(at, 0.05, facecolor="white", edgecolor=INK, linewidth=1.0, zorder=4))
    axes.add_patch(Circle(at, 0.026, facecolor=INK, edgecolor="none", zorder=5))


def _write(
    axes: Axes,
    left: float,
    top: float,
    lines: Sequence[str],
    size: float,
    weight: str = "normal",
    color: str = INK,
    pitch: float = 0.14,
    align: str = "left",
) -> None:
    """Lines of text, each on its own line, the first with its top at `top`."""
    for number, line in enumerate(lines):
        y = top + pitch * (number + 0.5)
        axes.text(left, y, line, zorder=6, size=size, weight=weight, color=color, ha=align, va="center")


# --- the key ---------------------------------------------------------------------------------------------------------


class _Key:
    """What lines, marks and letters mean, line by line below the picture."""

    def __init__(self, facts: Facts, letters: dict[tuple[str, bool], str], gone: Sequence[str], width: float) -> None:
        used = {arrow.crosses for arrow in facts.arrows}
        self.rows = _in_rows([crosses for crosses in (WITHIN, SITE, SITES, REQUEST) if crosses in used], width)
        self.changed = any(box.changed for box in facts.boxes) or any(lane.changed for lane in facts.lanes)
        room = (width - 0.6) * 72
        self.told = [(letter, square, wrapped(cost, room, _KEY_SIZE)) for (cost, square), letter in letters.items()]
        names = ", ".join(plain(name) for name in gone)
        self.gone = wrapped(f"No longer there: {names}.", room, _KEY_SIZE) if gone else []
        lines = 1 + len(self.rows) + bool(letters) + sum(len(lines) for _, _, lines in self.told) + len(self.gone)
        self.height = 0.3 + _KEY_PITCH * lines

    def draw(self, axes: Axes, top: float) -> None:
        """Draw the key with its top at a height."""
        at = top + 0.26
        for looks in self.rows:
            self.draw_lines(axes, looks, at)
            at += _KEY_PITCH
        _end_mark(axes, (0.16, at))
        self.write(axes, 0.28, at, ["an end: contacts leave here"])
        self.write(axes, 2.2, at, ["thick edge: decides"])
        if self.changed:
            self.write(axes, 3.8, at, ["★ changed or new in this option"])
        at += _KEY_PITCH
        if self.told:
            self.write(axes, 0.1, at, ["What a handoff takes (in a square: the record is keyed again)"], "bold")
            at += _KEY_PITCH
        for letter, square, lines in self.told:
            _letter(axes, (0.2, at), letter, INK, square)
            self.write(axes, 0.36, at, lines)
            at += _KEY_PITCH * len(lines)
        self.write(axes, 0.1, at, self.gone)

    def draw_lines(self, axes: Axes, looks: Sequence[str], at: float) -> None:
        """A sample of some kinds of arrow, side by side."""
        x = 0.1
        for crosses in looks:
            colour, thick, dashes, says = _LOOKS[crosses]
            axes.add_line(Line2D([x, x + 0.4], [at, at], color=colour, linewidth=thick, linestyle=dashes))
            _draw_head(axes, (x, at), (x + 0.46, at), colour, thick)
            self.write(axes, x + 0.54, at, [says])
            x += _sample_width(crosses)

    def write(self, axes: Axes, left: float, at: float, lines: Sequence[str], weight: str = "normal") -> None:
        """Lines of the key, the first with its middle at a height."""
        _write(axes, left, at - _KEY_PITCH / 2, lines, _KEY_SIZE, weight, pitch=_KEY_PITCH)


def _sample_width(crosses: str) -> float:
    """Room that a kind of arrow and what it means take in the key [inches]."""
    return 0.74 + text_width(_LOOKS[crosses][3], _KEY_SIZE) / 72


def _in_rows(looks: Sequence[str], width: float) -> list[list[str]]:
    """Kinds of arrow in rows of the key, as many in each as fit the width."""
    rows: list[list[str]] = [[]] if looks else []
    left = width - 0.1
    for crosses in looks:
        needed = _sample_width(crosses)
        if rows[-1] and needed > left:
            rows.append([])
            left = width - 0.1
        rows[-1].append(crosses)
        left -= needed
    return rows


def _alternative(model: OperatingModel, facts: Facts) -> str:
    """The picture in words."""
    sites = len(dict.fromkeys(lane.site for lane in facts.lanes))
    ways = [f"{plain(name)} leads to {', '.join(plain(to) for to in model.targets_of(name))}" for name in model.stages]
    apart = sum(arrow.crosses == SITES for arrow in facts.arrows)
    return (
        f"The pathway of {model.name}: {len(model.stages)} stages, {len(model.teams)} teams, {sites} sites; "
        f"{apart} handoffs between sites. {'; '.join(ways)}."
    )
