"""How many people a target needs: a measure over WTE, with the target and the ceiling."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from frontdoor_sim.appraisal.charts.palette import BLUE, ORANGE
from frontdoor_sim.appraisal.charts.sheet import WIDTH, Sheet, interval, no_frame, printable, text_width
from frontdoor_sim.appraisal.wording import number_text, scale_of
from frontdoor_sim.pictures import INK, MUTED, SHADE, SMALL, styled

_LEFT, _TALL = 0.62, 2.4
_DASHED, _DOTTED = (0, (4, 3)), (0, (1, 2))
_FAR = 2.5
"""The axis ends at so many times the answer: further up the curve is flat."""


@styled()
def least_staff(
    values: pd.DataFrame,
    ceilings: pd.DataFrame,
    *,
    named: str,
    measure: str,
    unit: str,
    target: float,
    answer: tuple[float, float, float],
    now: float,
    spoken: str,
    note: str = "",
) -> Figure:
    """A measure at every number of people that was tried.

    Args:
        values, ceilings: tables of a `LeastStaff`.
        named: who they are.
        measure, unit: what the curve is of, in words.
        target: what is to be reached.
        answer: lower end, middle and upper end of the least staff; NaN for what is not there.
        now: people there are now; marked where it lies on the curve.
        spoken: the answer in words, for who cannot see the picture.
        note: what the band and the interval cover.
    """
    low, least, high = answer
    found = np.isfinite(least)
    title = f"How many people does it take? {named}"
    sheet = Sheet(title, f"{measure}, by WTE.", 0.1 + _TALL + 0.75, interval(note, "Band, and shaded column"))
    ceiling = float(ceilings["mean"].iloc[0])
    levels = {f"target {_plainly(target, unit)}": target, f"ceiling {_one_place(ceiling, unit)}": ceiling}
    right = max(text_width(label, SMALL) for label in levels) / 72 + 0.1
    axes = sheet.axes(_LEFT, 0.1, WIDTH - _LEFT - right, _TALL)
    rows = _near(values, max(end for end in (least, high) if np.isfinite(end)) if found else np.nan, now)
    scale = scale_of(unit)
    _curve(axes, rows, scale)
    if found:
        axes.axvspan(low, high if np.isfinite(high) else rows["value"].max(), color=SHADE, zorder=0)
        axes.axvline(least, color=INK, linewidth=1.0, zorder=2)
    above = 6 if target >= ceiling else -6
    for (label, height), dashes, shift in zip(levels.items(), (_DASHED, _DOTTED), (above, -above), strict=True):
        _level(axes, scale * height, label, dashes, shift)
    _mark_now(axes, rows, now, scale)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda place, _: f"{place:g}"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda place, _: f"{place:g}%" if unit == "share" else f"{place:g}"))
    axes.tick_params(labelsize=SMALL, labelcolor=MUTED)
    axes.grid(visible=True, axis="y")
    no_frame(axes)
    sheet.write(_LEFT, 0.1 + _TALL + 0.28, ["WTE"], size=SMALL)
    sheet.write(_LEFT, 0.1 + _TALL + 0.5, [_told(answer, ceiling, unit)], weight="bold")
    sheet.figure.set_label(printable(f"{title} {spoken}"))
    return sheet.figure


def _near(values: pd.DataFrame, most: float, now: float) -> pd.DataFrame:
    """The rows that are drawn: those up to a few times the answer, and how many there are now."""
    if not np.isfinite(most):
        most = 4 * float(values["value"].min()) / _FAR
    near = values[(values["value"] <= _FAR * most) | (values["value"] <= now)]
    return near if len(near) > 1 else values


def _curve(axes: Axes, rows: pd.DataFrame, scale: float) -> None:
    places = rows["value"].to_numpy(float)
    middle, low, high = (scale * rows[side].to_numpy(float) for side in ("mean", "low", "high"))
    axes.fill_between(places, low, high, color=BLUE, alpha=0.2, linewidth=0)
    axes.plot(places, middle, color=BLUE, linewidth=1.9, marker="o", markersize=4, zorder=3)


def _mark_now(axes: Axes, rows: pd.DataFrame, now: float, scale: float) -> None:
    here = rows[rows["value"] == now]
    if len(here):
        height = scale * float(here["mean"].iloc[0])
        axes.plot([now], [height], color=ORANGE, marker="s", markersize=8, markeredgecolor=INK, zorder=4)
        falls = height > scale * float(rows["mean"].iloc[-1])
        place: dict[str, Any] = {"xytext": (8, 6 if falls else -10), "textcoords": "offset points", "size": SMALL}
        axes.annotate(f"now, {now:g} WTE", (now, height), annotation_clip=False, **place)


def _level(axes: Axes, height: float, label: str, dashes: tuple[int, tuple[int, int]], above: int) -> None:
    """A level across the picture, named at its right end."""
    axes.axhline(height, color=INK, linewidth=1.0, linestyle=dashes, zorder=2)
    axes.annotate(
        label, (1.0, height), xycoords=("axes fraction", "data"), xytext=(5, above), textcoords="offset points",
        va="center", size=SMALL, annotation_clip=False,
    )  # fmt: skip


def _plainly(number: float, unit: str) -> str:
    """A target as it was asked for."""
    return f"{100 * number:.4g}%" if unit == "share" else f"{number:g} {unit}"


def _one_place(number: float, unit: str) -> str:
    return number_text(number, unit, 1 if unit == "share" else None)


def _told(answer: tuple[float, float, float], ceiling: float, unit: str) -> str:
    low, least, high = answer
    if not np.isfinite(least):
        return f"No number that was tried meets the target; the ceiling is {_one_place(ceiling, unit)}"
    most = f"{high:g}" if np.isfinite(high) else "more than was tried"
    return f"{least:g} WTE is the least on average ({low:g} to {most})"
