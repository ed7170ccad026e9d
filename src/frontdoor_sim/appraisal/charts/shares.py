"""What each part of an option buys: its fair share, and what it buys alone and last of all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from frontdoor_sim.appraisal.charts.palette import BLUE, ORANGE, VERMILLION
from frontdoor_sim.appraisal.charts.sheet import (
    WIDTH,
    Sheet,
    interval,
    legend_strip,
    no_frame,
    nothing_to_draw,
    printable,
    strip_height,
    wrapped,
)
from frontdoor_sim.appraisal.wording import Estimate, better_of, change_unit, measure_name, scale_of
from frontdoor_sim.pictures import BODY, INK, SHADE, SMALL, styled

_LABELS, _NUMBERS = 2.7, 1.25  # widths of the columns of labels and of numbers [in]
_MARKS: dict[str, dict[str, Any]] = {
    "fair share": {"color": BLUE, "marker": "o", "markersize": 7, "markeredgecolor": INK, "markeredgewidth": 0.6},
    "alone": {"color": ORANGE, "marker": ">", "markersize": 5.5, "markeredgecolor": INK, "markeredgewidth": 0.5},
    "last of all": {
        "color": VERMILLION,
        "marker": "<",
        "markersize": 5.5,
        "markeredgecolor": INK,
        "markeredgewidth": 0.5,
    },
}


@styled()
def what_each_buys(shares: pd.DataFrame, *, option: str, label: str, measure: str, note: str = "") -> Figure:
    """What each part of an option changes in a measure: a row for each part, as the option has them.

    Args:
        shares: as a pack has them.
        option, label: which option, and how it is called.
        measure: which measure.
        note: what the interval covers.
    """
    rows = shares[(shares["option"] == option) & (shares["measure"] == measure)].to_dict("records")
    title = f"What does each change buy? {label}"
    if not rows or not all(np.isfinite(float(row["share"])) for row in rows):
        return nothing_to_draw(title, "It could not be measured.")
    unit = str(rows[0]["unit"])
    better = {1: " Right of the line is better.", -1: " Left of the line is better.", 0: ""}[better_of(measure)]
    under = f"{measure_name(measure)}: change from today, in {change_unit(unit)}.{better}"
    names = [wrapped(part_name(row), (_LABELS - 0.12) * 72, SMALL, at_most=3) for row in rows]
    legend = {name: look | {"linestyle": "none"} for name, look in _MARKS.items()}
    taken, pitch = strip_height(legend) + 0.08, max(0.4, 0.155 * max(map(len, names)) + 0.12)
    sheet = Sheet(title, under, taken + pitch * len(rows) + 0.3, interval(note, "Bar through each fair share"))
    legend_strip(sheet, legend)
    axes = sheet.axes(_LABELS, taken, WIDTH - _LABELS - _NUMBERS, pitch * len(rows))
    spoken = []
    for place, (row, lines) in enumerate(zip(rows, names, strict=True)):
        middle = taken + pitch * (place + 0.5)
        sheet.write(0, middle - 0.0775 * len(lines), lines, size=SMALL, pitch=0.155)
        value = _part(axes, place, row, unit)
        sheet.write(WIDTH - _NUMBERS + 0.08, middle - 0.075, [value], size=BODY, weight="bold")
        spoken.append(f"{part_name(row)}: {value}")
    axes.set_ylim(len(rows), 0)
    axes.set_yticks([])
    axes.axvline(0, color=INK, linewidth=1.0, zorder=2)
    axes.grid(visible=True, axis="x")
    axes.margins(x=0.06)
    axes.xaxis.set_major_formatter(lambda at, _: f"{at:+g}".replace("-", "−") if at else "0")
    no_frame(axes)
    sheet.figure.set_label(printable(f"{title} Fair shares: {'; '.join(spoken)}."))
    return sheet.figure


def part_name(row: dict[Any, Any]) -> str:
    """A part in words: the recommendation that it answers, and what it is.

    Example:
        >>> part_name({"recommendation": 2, "part": "One case system."}), part_name({"recommendation": None, "part": "A desk."})
        ('2: One case system.', 'A desk.')
    """
    number = row["recommendation"]
    return str(row["part"]) if number is None or number != number else f"{int(number)}: {row['part']}"


def _part(axes: Axes, place: int, row: dict[Any, Any], unit: str) -> str:
    """Draw one part; its fair share in words."""
    scale, height = scale_of(unit), place + 0.5
    if place % 2 == 0:
        axes.axhspan(place, place + 1, color=SHADE, linewidth=0, zorder=0)
    low, high = scale * float(row["low"]), scale * float(row["high"])
    axes.plot([low, high], [height] * 2, color=INK, linewidth=3.4, solid_capstyle="round", zorder=2)
    axes.plot([low, high], [height] * 2, color=BLUE, linewidth=2.2, solid_capstyle="round", zorder=3)
    for name, column in (("alone", "alone"), ("last of all", "last"), ("fair share", "share")):
        axes.plot([scale * float(row[column])], [height], linestyle="none", zorder=4, clip_on=False, **_MARKS[name])
    estimate = Estimate(float(row["share"]), float(row["low"]), float(row["high"]), unit)
    return estimate.change_text()
