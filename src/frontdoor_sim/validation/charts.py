"""The pictures of a validation: what really happened against what was predicted. Tables in, matplotlib figures out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

from frontdoor_sim.appraisal.charts.palette import BLACK, BLUE, SKY, VERMILLION
from frontdoor_sim.appraisal.charts.scales import hour_ticks, percent
from frontdoor_sim.appraisal.charts.sheet import (
    WIDTH,
    Sheet,
    legend_strip,
    no_frame,
    nothing_to_draw,
    printable,
    strip_height,
    wrapped,
)
from frontdoor_sim.pictures import BODY, INK, MUTED, SHADE, SMALL, styled
from frontdoor_sim.validation.meaning import MARKS, TITLES, amount, span, unit_of
from frontdoor_sim.validation.statistics import STATISTICS

_LABELS, _PANEL, _GAP, _PITCH = 2.18, 2.1, 0.26, 0.5
_REAL: dict[str, Any] = {"color": BLACK, "marker": "D", "markersize": 5.5, "markeredgecolor": INK, "linestyle": "none"}
_BAND: dict[str, Any] = {"color": SKY, "linewidth": 7, "solid_capstyle": "butt"}
SERIES = {
    "contacts": "Contacts received in the week",
    "decided_within_24h": "Of the week’s contacts, decided within 24 hours",
    "open_undecided": "Waiting for a decision at the week’s end",
}


@styled()
def bands(findings: pd.DataFrame) -> Figure:
    """Every figure in its band: a row a statistic, a column a prediction, each row on a scale of its own.

    Args:
        findings: table `validation_findings`.
    """
    title = "Does what really happened lie where the model says?"
    shown = findings[findings["verdict"] != "not measurable"]
    names = list(dict.fromkeys(shown["statistic"].astype(str)))
    if not names:
        return nothing_to_draw(title, "The records hold nothing that can be compared.")
    under = "Bar: where the model says it lies. Thin line: how far outside it may lie. Each row has a scale of its own."
    strip = {"really happened": _REAL, "and does not fit": _REAL | {"color": VERMILLION},
             "band of the model": _BAND | {"linewidth": 5}}  # fmt: skip
    taken = strip_height(strip)
    sheet = Sheet(title, under, taken + 0.34 + _PITCH * len(names))
    legend_strip(sheet, strip)
    scales = {name: _scale(shown[shown["statistic"] == name]) for name in names}
    for column, arm in enumerate(TITLES):
        left = _LABELS + column * (_PANEL + _GAP)
        sheet.write(left, taken + 0.1, [TITLES[arm]], size=SMALL, weight="bold")
        axes = sheet.axes(left, taken + 0.34, _PANEL, _PITCH * len(names))
        _rows(axes, shown[shown["prediction"] == arm], names, scales)
    for row, name in enumerate(names):
        lines = wrapped(STATISTICS[name].title, (_LABELS - 0.14) * 72, SMALL, at_most=3)
        sheet.write(0, taken + 0.34 + _PITCH * (row + 0.5) - 0.08 * len(lines), lines, size=SMALL, pitch=0.155)
    sheet.figure.set_label(f"{title} {_spoken(shown)}")
    return sheet.figure


def _scale(rows: pd.DataFrame) -> tuple[float, float]:
    """From where to where a row reaches, over both predictions."""
    ends = np.concatenate([rows["low"] - rows["allowed"], rows["high"] + rows["allowed"], rows["real"]])
    ends = ends[np.isfinite(ends)]
    low, high = max(float(ends.min()), 0.0), float(ends.max())
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _rows(axes: Axes, rows: pd.DataFrame, names: list[str], scales: dict[str, tuple[float, float]]) -> None:
    axes.set_xlim(-0.03, 1.03)
    axes.set_ylim(len(names), 0)
    axes.axis("off")
    for place, name in enumerate(names):
        if place % 2 == 0:
            axes.axhspan(place, place + 1, color=SHADE, linewidth=0, zorder=0)
        mine = rows[rows["statistic"] == name].to_dict("records")
        if mine:
            _row(axes, place, mine[0], scales[name])
        else:
            axes.text(0, place + 0.5, "given, not foretold", size=SMALL, va="center", color=MUTED)


def _row(axes: Axes, place: int, row: Mapping[Any, Any], scale: tuple[float, float]) -> None:
    def at(value: float) -> float:
        return float(np.clip((value - scale[0]) / (scale[1] - scale[0]), 0.0, 1.0))

    middle = place + 0.32
    reach = [at(row["low"] - row["allowed"]), at(row["high"] + row["allowed"])]
    axes.plot(reach, [middle] * 2, color=BLUE, linewidth=1.2, zorder=1)
    axes.plot([at(row["low"]), at(row["high"])], [middle] * 2, zorder=2, **_BAND)
    axes.plot([at(row["predicted"])] * 2, [middle - 0.13, middle + 0.13], color=BLUE, linewidth=1.6, zorder=3)
    colour = VERMILLION if row["verdict"] == "differs" else BLACK
    axes.plot([at(row["real"])], [middle], zorder=4, clip_on=False, **(_REAL | {"color": colour}))
    unit = unit_of(row)
    model = _short(span(row["low"], row["high"], unit))
    text = f"{MARKS[row['verdict']]} {_short(amount(row['real'], unit))} (model: {model})"
    axes.text(0, place + 0.76, text, size=SMALL, va="center", color=colour if row["verdict"] == "differs" else MUTED)


def _short(text: str) -> str:
    return text.replace(" hours", " h").removesuffix(" contacts").removesuffix(" points")


def _spoken(shown: pd.DataFrame) -> str:
    parts = [
        f"{TITLES[str(row['prediction'])]}, {STATISTICS[str(row['statistic'])].title}: really "
        f"{amount(row['real'], unit_of(row))}, band {span(row['low'], row['high'], unit_of(row))}, {row['verdict']}."
        for row in shown.to_dict("records")
    ]
    return printable(" ".join(parts))


@styled()
def curve(curves: pd.DataFrame, name: str, apart: dict[str, float]) -> Figure:
    """How soon contacts are through, really and by the model, a panel for each prediction.

    Args:
        curves: table `validation_curves`.
        name: which curve.
        apart: by prediction, the hours between the two.
    """
    words = {"decision": ("How soon are contacts decided?", "decided", 240.0),
             "transfer": ("How soon is a family allocated after the decision?", "allocated", 480.0)}  # fmt: skip
    title, done, most = words[name]
    mine = curves[curves["curve"] == name]
    arms = [arm for arm in TITLES if (mine["prediction"] == arm).any()]
    if not arms:
        return nothing_to_draw(title, "The records do not say.")
    wide = (WIDTH - 0.5 - 0.62 - 0.24) / 2
    strip = {"really happened": {"color": BLACK, "linewidth": 1.9}, "model, mean": {"color": BLUE, "linewidth": 1.6},
             "19 in 20 simulated parts": _BAND}  # fmt: skip
    taken = strip_height(strip)
    under = f"Share {done} by hours since the clock started. The area between the lines is the distance in hours."
    sheet = Sheet(title, under, taken + 0.3 + 1.75 + 0.32)
    legend_strip(sheet, strip)
    spoken = []
    for place, arm in enumerate(arms):
        left = 0.5 + place * (wide + 0.62)
        sheet.write(left, taken + 0.08, [TITLES[arm]], size=BODY, weight="bold")
        axes = sheet.axes(left, taken + 0.3, wide, 1.75)
        rows = mine[mine["prediction"] == arm]
        _curve(axes, rows, most, wide)
        far = apart.get(arm, math.nan)
        text = "" if math.isnan(far) else f"{far:.1f} hours apart"
        backed = {"facecolor": "white", "edgecolor": "none", "pad": 1.5, "alpha": 0.85}
        axes.text(
            0.97, 0.09, text, transform=axes.transAxes, ha="right", size=BODY, weight="bold", color=INK, bbox=backed
        )
        spoken.append(f"{TITLES[arm]}: {text or 'not known'}.")
    sheet.figure.set_label(printable(f"{title} {' '.join(spoken)}"))
    return sheet.figure


def _curve(axes: Axes, rows: pd.DataFrame, most: float, wide: float) -> None:
    hours, middle = (rows[name].to_numpy(dtype=float) for name in ("hours", "predicted"))
    real = _between_told(rows)
    axes.fill_between(hours, rows["low"], rows["high"], color=SKY, alpha=0.45, linewidth=0, step="post")
    axes.fill_between(hours, real, middle, color=VERMILLION, alpha=0.35, linewidth=0, step="post")
    axes.plot(hours, middle, color=BLUE, linewidth=1.6, drawstyle="steps-post")
    axes.plot(hours, real, color=BLACK, linewidth=1.9, drawstyle="steps-post")
    through = np.fmin(real, middle)
    late = np.flatnonzero(through >= 0.97 * np.nanmax(through))
    reach = min(most, max(72.0, math.ceil(float(hours[late[0]]) / 24) * 24.0)) if len(late) else most
    axes.set_xlim(0, reach)
    axes.set_ylim(0, 1)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
    axes.yaxis.set_major_formatter(FuncFormatter(percent))
    hour_ticks(axes.xaxis, reach, wide)
    axes.grid(visible=True, axis="y")
    axes.axvline(24, color=INK, linewidth=1.0, linestyle=(0, (4, 3)), zorder=1)
    no_frame(axes)


def _between_told(rows: pd.DataFrame) -> NDArray[np.float64]:
    """What really happened, level from each share that is told to the next; NaN after the last that is."""
    real = rows["real"].to_numpy(dtype=float)
    known = np.flatnonzero(np.isfinite(real))
    last = known[-1] + 1 if len(known) else 0
    level = pd.Series(real[:last]).ffill().fillna(0.0).to_numpy()
    return np.concatenate([level, np.full(len(real) - last, math.nan)])


@styled()
def weeks(table: pd.DataFrame, arm: str) -> Figure:
    """Week by week: what really happened in the fan of what one prediction says.

    Args:
        table: table `validation_weeks`.
        arm: which prediction.
    """
    title = "Week by week"
    mine = table[table["prediction"] == arm]
    names = [name for name in SERIES if (mine["series"] == name).any()]
    if not names:
        return nothing_to_draw(title, "The records do not say.")
    strip = {"really happened": {"color": BLACK, "linewidth": 1.9, "marker": "o", "markersize": 3.5},
             "model, mean": {"color": BLUE, "linewidth": 1.6}, "19 in 20 simulated parts": _BAND}  # fmt: skip
    taken, pitch = strip_height(strip), 1.55
    under = f"{TITLES[arm]}. Single weeks may leave the fan; runs of weeks should not."
    sheet = Sheet(title, under, taken + pitch * len(names) + 0.12)
    legend_strip(sheet, strip)
    for place, name in enumerate(names):
        top = taken + 0.08 + pitch * place
        sheet.write(0.5, top, [SERIES[name]], size=SMALL, weight="bold")
        axes = sheet.axes(0.5, top + 0.22, WIDTH - 0.6, pitch - 0.55)
        _fan(axes, mine[mine["series"] == name], name)
    inside = [f"{SERIES[name]}: {_inside(mine[mine['series'] == name])} weeks inside the fan." for name in names]
    sheet.figure.set_label(printable(f"{title} {TITLES[arm]}. {' '.join(inside)}"))
    return sheet.figure


def _fan(axes: Axes, rows: pd.DataFrame, name: str) -> None:
    week, real = rows["week"].to_numpy(dtype=float), rows["real"].to_numpy(dtype=float)
    axes.fill_between(week, rows["low"], rows["high"], color=SKY, alpha=0.45, linewidth=0)
    axes.plot(week, rows["predicted"], color=BLUE, linewidth=1.6)
    axes.plot(week, real, color=BLACK, linewidth=1.9, marker="o", markersize=3.5)
    axes.set_xlim(week[0] - 0.3, week[-1] + 0.3)
    if name == "decided_within_24h":
        axes.set_ylim(0, 1)
        axes.set_yticks([0, 0.5, 1])
        axes.yaxis.set_major_formatter(FuncFormatter(percent))
    else:
        axes.set_ylim(0, 1.08 * max(float(np.nanmax(rows[["low", "high", "real"]].to_numpy(dtype=float))), 1.0))
        axes.locator_params(axis="y", nbins=3)
    step = max(1, math.ceil(len(week) / 7))
    places = list(range(0, len(week), step))
    starts = pd.to_datetime(rows["begins"]).dt
    labels = [f"{d} {m}" for d, m in zip(starts.day, starts.strftime("%b"), strict=True)]
    axes.set_xticks([week[at] for at in places], [labels[at] for at in places])
    axes.grid(visible=True, axis="y")
    no_frame(axes)


def _inside(rows: pd.DataFrame) -> str:
    known = rows["real"].notna()
    inside = (rows["real"] >= rows["low"]) & (rows["real"] <= rows["high"])
    return f"{int((inside & known).sum())} of {int(known.sum())}"
