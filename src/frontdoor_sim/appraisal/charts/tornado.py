"""What matters: how far each unknown number moves a figure, the widest on top."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from frontdoor_sim.appraisal.charts.palette import BLUE, ORANGE
from frontdoor_sim.appraisal.charts.sheet import (
    WIDTH,
    Sheet,
    interval,
    legend_strip,
    no_frame,
    nothing_to_draw,
    printable,
    strip_height,
    text_width,
    wrapped,
)
from frontdoor_sim.appraisal.wording import Estimate, better_of, change_unit, measure_name, number_text, scale_of
from frontdoor_sim.pictures import INK, MUTED, SHADE, SMALL, styled

_LABELS, _NUMBERS = 2.25, 1.25  # widths of the columns of labels and of numbers [in]
MOSTLY = 0.5
_THICK = 0.3  # of a row, each of its two bars
_BARS: dict[str, dict[str, Any]] = {
    "low": {"facecolor": ORANGE, "edgecolor": INK, "hatch": "///"},
    "high": {"facecolor": BLUE, "edgecolor": INK},
}
_SAID = {"flips": "flips the verdict", "unclear": "leaves it unclear", "settles": "settles it"}


@styled()
def what_matters(one_way: pd.DataFrame, swings: pd.DataFrame, *, option: str, note: str = "") -> Figure:
    """A tornado chart: two bars for each number, from the figure in the middle to that at either end of its range.

    Args:
        one_way, swings: tables of a `Sensitivity`.
        option: which scenario; of today the level is drawn, of an option its change from today.
        note: what the intervals cover.
    """
    rows = swings[swings["option"] == option].to_dict("records")
    ends = one_way[one_way["option"] == option]
    title = f"Which unknown number matters? {option}"
    if not rows or not np.isfinite(ends["mean"].to_numpy(float)).all():
        return nothing_to_draw(title, "It could not be measured.")
    unit, change, measure = str(rows[0]["measure_unit"]), bool(rows[0]["change"]), str(rows[0]["measure"])
    names = [wrapped(_named(row), (_LABELS - 0.12) * 72, SMALL, at_most=3) for row in rows]
    legend = {f"at its {word} value": _BARS[end] for end, word in (("low", "lowest"), ("high", "highest"))}
    taken, pitch = strip_height(legend) + 0.3, 0.155 * max(3, *map(len, names)) + 0.12
    sheet = Sheet(title, _under(measure, unit, change), taken + pitch * len(rows) + 0.3, _note(note, ends))
    legend_strip(sheet, legend)
    axes = sheet.axes(_LABELS, taken, WIDTH - _LABELS - _NUMBERS, pitch * len(rows))
    spoken = []
    for place, (row, lines) in enumerate(zip(rows, names, strict=True)):
        middle = taken + pitch * (place + 0.5)
        sheet.write(0, middle - 0.0775 * len(lines), lines, size=SMALL, pitch=0.155)
        spoken.append(_row(sheet, axes, place, row, ends[ends["path"] == row["path"]], middle))
    _finish(axes, rows, ends, unit, change)
    sheet.figure.set_label(printable(f"{title} {'; '.join(spoken)}."))
    return sheet.figure


def _named(row: dict[Any, Any]) -> str:
    return str(row["say"]) if row["unit"] in ("share", "") else f"{row['say']} ({row['unit']})"


def _note(note: str, ends: pd.DataFrame) -> str:
    beyond = " *: with this number there alone, today's model mostly does not show the symptoms."
    return interval(note, "Thin lines") + (beyond if (ends["shows_symptoms"] < MOSTLY).any() else "")


def _under(measure: str, unit: str, change: bool) -> str:
    better = {1: " Right is better.", -1: " Left is better.", 0: ""}[better_of(measure)]
    level = "today" if unit == "share" else f"today, in {unit}"
    what = f"change from today, in {change_unit(unit)}" if change else level
    return f"{measure_name(measure)}: {what}. One number at a time, the others in the middle.{better}"


def _row(sheet: Sheet, axes: Axes, place: int, row: dict[Any, Any], ends: pd.DataFrame, middle: float) -> str:
    """Draw one number; what is said of it."""
    if place % 2 == 0:
        axes.axhspan(place, place + 1, color=SHADE, linewidth=0, zorder=0)
    found = {str(end["end"]): end for end in ends.to_dict("records")}
    for end, height in (("low", place + 0.5 - _THICK / 2), ("high", place + 0.5 + _THICK / 2)):
        _bar(axes, height, found[end], float(found["middle"]["mean"]), _BARS[end])
    lines = list(_told(row))
    for number, text in enumerate(lines):
        top, weight = middle - 0.0775 * len(lines) + 0.155 * number, "normal" if number else "bold"
        sheet.write(WIDTH - _NUMBERS + 0.08, top, [text], size=SMALL, weight=weight, color=MUTED if number else INK)
    return f"{row['say']}: {', '.join(lines)}"


def _bar(axes: Axes, height: float, end: dict[Any, Any], middle: float, look: dict[str, Any]) -> None:
    """From the figure in the middle to that at an end, with its interval and the value of the number there."""
    scale, moved = scale_of(str(end["measure_unit"])), float(end["mean"]) != middle
    start, mean, low, high = (scale * place for place in (middle, end["mean"], end["low"], end["high"]))
    axes.barh(height, mean - start, _THICK, left=start, linewidth=0.5, zorder=2, **look)
    if moved:
        axes.plot([low, high], [height] * 2, color=INK, linewidth=0.8, zorder=3)
    right = mean >= start
    style: dict[str, Any] = {
        "xytext": (4 if right else -4, 0), "textcoords": "offset points", "va": "center", "ha": "left" if right else "right",
        "size": SMALL - 1, "color": INK,
    }  # fmt: skip
    place = mean if not moved or np.isnan(low) else max(high, mean) if right else min(low, mean)
    label = _value(end["value"], str(end["unit"])) + ("*" if end["shows_symptoms"] < MOSTLY else "")
    axes.annotate(label, (place, height), **style)


def _value(value: float, unit: str) -> str:
    """A value of a number; its unit stands beside the number's name, but for a percentage."""
    return number_text(value, unit).removesuffix(f" {unit}")


def _told(row: dict[Any, Any]) -> Iterator[str]:
    """How far a number moves the figure from its lowest to its highest value, with the interval, and what that does."""
    if row["answer"] == "nothing":
        yield "moves nothing"
        return
    swing = Estimate(float(row["swing"]), float(row["low"]), float(row["high"]), str(row["measure_unit"]))
    yield swing.change_text()
    yield f"({swing.in_points().interval_text()})"
    if row["answer"] in _SAID:
        yield _SAID[row["answer"]]


def _finish(axes: Axes, rows: list[dict[Any, Any]], ends: pd.DataFrame, unit: str, change: bool) -> None:
    """The scale, with room for the labels; a dashed line through the middle, and one where there is no change."""
    scale = scale_of(unit)
    shown = [scale * float(end) for side in ("mean", "low", "high") for end in ends[side] if np.isfinite(end)]
    low, high = min([0.0, *shown] if change else shown), max([0.0, *shown] if change else shown)
    wide = WIDTH - _LABELS - _NUMBERS
    labels = [_value(row[end], str(row["unit"])) for row in rows for end in ("lowest", "highest")]
    room = min(max(text_width(label, SMALL - 1) for label in labels) / 72 + 0.1, 0.35 * wide)
    by = (high - low or 1.0) * room / (wide - 2 * room)
    axes.set_xlim(low - by, high + by)
    axes.set_ylim(len(rows), 0)
    axes.set_yticks([])
    middle = scale * float(rows[0]["at_middle"])
    axes.axvline(middle, color=INK, linewidth=0.9, linestyle=(0, (4, 3)), zorder=3)
    said = number_text(rows[0]["at_middle"], unit)
    if change:
        axes.axvline(0, color=INK, linewidth=1.0, zorder=1)
        said = Estimate(float(rows[0]["at_middle"]), np.nan, np.nan, unit).change_text()
    place: dict[str, Any] = {"xytext": (0, 3), "textcoords": "offset points", "ha": "center", "va": "bottom"}
    axes.annotate(f"all in the middle: {said}", (middle, 0), annotation_clip=False, size=SMALL, **place)
    axes.grid(visible=True, axis="x")
    axes.locator_params(axis="x", nbins=6)
    axes.xaxis.set_major_formatter(lambda at, _: _tick(at, unit, change))
    no_frame(axes)


def _tick(at: float, unit: str, change: bool) -> str:
    if not change:
        return f"{at:g}%" if unit == "share" else f"{at:g}"
    return f"{at:+g}".replace("-", "−") if abs(at) > 1e-9 else "0"
