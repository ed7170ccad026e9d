"""One sheet of paper: a title that asks, room for axes in inches, and a note on the intervals."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.textpath import text_to_path

from frontdoor_sim.pictures import BODY, FONT, INK, MUTED, SMALL, TITLE

WIDTH = 7.0  # inches: an A4 page less margins of 16 mm
_SPLIT = 8  # letters of a word that is left out whole where the middle of a text is
LABELS = 1.62  # width of the column of labels [in]


class Sheet:
    """A figure laid out in inches from its top left corner.

    `body` is the height [in] of the room for axes between the heading and the note, `width` that of the sheet [in].
    """

    def __init__(self, title: str, subtitle: str, body: float, note: str = "", width: float = WIDTH) -> None:
        heading = wrapped(title, width * 72, TITLE, "bold")
        under = wrapped(subtitle, width * 72, BODY)
        foot = wrapped(note, width * 72, SMALL)
        self.width = width
        self._top = 0.04 + 0.22 * len(heading) + 0.18 * len(under) + 0.12
        self.height = self._top + body + (0.1 + 0.17 * len(foot) if foot else 0.02)
        self.figure = Figure(figsize=(width, self.height), facecolor="white")
        self.write(0, 0.04 - self._top, heading, size=TITLE, weight="bold", pitch=0.22)
        self.write(0, 0.05 + 0.22 * len(heading) - self._top, under, color=MUTED, pitch=0.18)
        self.write(0, body + 0.1, foot, size=SMALL, color=MUTED)

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Axes with their corner and size in inches of the body."""
        bottom = self.height - self._top - top - height
        box = (left / self.width, bottom / self.height, width / self.width, height / self.height)
        return self.figure.add_axes(box)

    def write(
        self,
        left: float,
        top: float,
        lines: Sequence[str],
        *,
        size: float = BODY,
        pitch: float = 0.17,
        weight: str = "normal",
        color: str = INK,
    ) -> None:
        """Lines of text, left-aligned, with the top of the first at `top` [in] of the body."""
        for number, line in enumerate(lines):
            y = 1 - (self._top + top + pitch * number) / self.height
            self.figure.text(left / self.width, y, line, size=size, va="top", ha="left", weight=weight, color=color)

    def mark(self, left: float, middle: float, wide: float, look: Mapping[str, Any]) -> None:
        """A swatch `wide` [in] of a line, its marker in the middle, at the height `middle` [in] of the body."""
        y = 1 - (self._top + middle) / self.height
        if "facecolor" in look:
            box = (left / self.width, y - 0.08 / self.height)
            size = (wide / self.width, 0.16 / self.height)
            self.figure.add_artist(Rectangle(box, *size, transform=self.figure.transFigure, linewidth=0.4, **look))
            return
        xs = [place / self.width for place in (left, left + wide / 2, left + wide)]
        self.figure.add_artist(Line2D(xs, [y, y, y], markevery=[1], **look))


def text_width(text: str, size: float, weight: str = "normal") -> float:
    """Width of one line of text [pt], with 5% to spare for screens that round letters up."""
    properties = FontProperties(family=FONT, size=size, weight=weight)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        width, _, _ = text_to_path.get_text_width_height_descent(text, properties, ismath=False)
    return 1.05 * float(width)


def wrapped(text: str, width: float, size: float, weight: str = "normal", at_most: int = 4) -> list[str]:
    """Text cut into lines no wider than `width` [pt]; of what passes `at_most` lines the middle is left out.

    Names that share a beginning are told apart by their end, so that both must stay.

    Example:
        >>> wrapped("Redesigned MASH", 60, 9.5)
        ['Redesigned', 'MASH']
        >>> wrapped("Two more social workers in screening from June", 110, 9.5, at_most=2)
        ['Two more social …', 'screening from June']
    """
    whole = printable(text)
    lines = _lines(whole, width, size, weight)
    if len(lines) <= at_most:
        return lines
    fits, too_many = 1, len(whole)
    while too_many - fits > 1:
        kept = (fits + too_many) // 2
        if len(_lines(_without_middle(whole, kept), width, size, weight)) <= at_most:
            fits = kept
        else:
            too_many = kept
    return _lines(_without_middle(whole, fits), width, size, weight)


def _lines(text: str, width: float, size: float, weight: str) -> list[str]:
    """Text on as many lines as it takes."""
    lines: list[str] = []
    for word in _pieces(text, width, size, weight):
        if lines and text_width(f"{lines[-1]} {word}", size, weight) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _without_middle(text: str, kept: int) -> str:
    """So many letters of a text or a few less, half of its beginning and half of its end; words whole where they can be.

    Example:
        >>> _without_middle("Two more social workers from June", 24)
        'Two more … from June'
    """
    first, last = text[: (kept + 1) // 2], text[len(text) - kept // 2 :]
    if " " in first[-_SPLIT:]:
        first = f"{first.rpartition(' ')[0]} "
    if " " in last[:_SPLIT]:
        last = f" {last.partition(' ')[2]}"
    return f"{first}…{last}"


def printable(text: str) -> str:
    """Text on one line without control characters."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in str(text)).split())


def _pieces(text: str, width: float, size: float, weight: str) -> Iterator[str]:
    for word in text.split():
        rest = word
        while text_width(rest, size, weight) > width and len(rest) > 1:
            keep = next(n for n in range(len(rest) - 1, 0, -1) if n == 1 or text_width(rest[:n], size, weight) <= width)
            yield rest[:keep]
            rest = rest[keep:]
        yield rest


def interval(note: str, shown: str = "Bar through each dot") -> str:
    """The line under a chart that says what its intervals cover."""
    return f"{shown}: {note}" if note else ""


def nothing_to_draw(title: str, why: str) -> Figure:
    """A sheet that says why there is no picture."""
    sheet = Sheet(title, why, 0.1)
    sheet.figure.set_label(f"{title} {why}")
    return sheet.figure


def no_frame(axes: Axes, *, keep: str = "bottom") -> None:
    """Take away every side of the frame but one."""
    for side, spine in axes.spines.items():
        spine.set_visible(side == keep)
    axes.tick_params(length=3, width=0.8)


def strip_height(entries: Mapping[str, Mapping[str, Any]]) -> float:
    """Height of the strip that `legend_strip` draws of these entries [in]."""
    return 0.21 * (1 + max((line for _, line, _, _ in _flow(entries)), default=0))


def legend_strip(sheet: Sheet, entries: Mapping[str, Mapping[str, Any]], top: float = 0.0) -> None:
    """Swatches with their names, flowing over as many lines as they need."""
    for (left, line, wide, text), look in zip(_flow(entries), entries.values(), strict=True):
        sheet.mark(left, top + 0.21 * line + 0.08, wide, look)
        sheet.write(left + wide + 0.08, top + 0.21 * line + 0.01, [text], size=SMALL)


def _flow(entries: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[float, int, float, str]]:
    left, line = 0.0, 0
    for name, look in entries.items():
        swatch = 0.28 if "facecolor" in look else 0.14 if look.get("linestyle") == "none" else 0.3
        text = "".join(wrapped(name, (WIDTH - 0.5) * 72, SMALL, at_most=1))
        wide = swatch + 0.08 + text_width(text, SMALL) / 72
        if left > 0 and left + wide > WIDTH:
            left, line = 0.0, line + 1
        yield left, line, swatch, text
        left += wide + 0.24
