"""The share decided as the hours pass, each option against today."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from frontdoor_sim.appraisal.charts.palette import Look, looks
from frontdoor_sim.appraisal.charts.scales import hour_ticks, percent
from frontdoor_sim.appraisal.charts.sheet import WIDTH, Sheet, interval, no_frame, nothing_to_draw, printable, wrapped
from frontdoor_sim.appraisal.wording import Estimate, estimates
from frontdoor_sim.pictures import BODY, INK, SMALL, styled

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Curve:
    """Share decided (0 to 1) with its band, at increasing hours."""

    hours: Numbers
    mean: Numbers
    low: Numbers
    high: Numbers

    def at(self, hours: float) -> float:
        """The share at this hour, by the last point reached; NaN before the first."""
        reached = np.flatnonzero(self.hours <= hours)
        return float(self.mean[reached[-1]]) if reached.size else math.nan


@styled()
def decision_curve(summary: pd.DataFrame, options: pd.DataFrame, *, note: str = "") -> Figure:
    """Share of contacts decided by hours since receipt, a panel for each option against today.

    Bands are the intervals of `summary`; the dashed line stands at 24 hours.
    """
    title = "How soon are contacts decided?"
    curves = _curves(estimates(summary, "decision_curve", by="hours"))
    looked = {option: look for option, look in looks(options).items() if option in curves}
    others = [option for option, look in looked.items() if not look.base] or list(looked)
    if not others:
        return nothing_to_draw(title, "No option has this measure.")
    base = next((option for option, look in looked.items() if look.base), others[0])
    columns = 2 if len(others) > 1 else 1
    wide = (WIDTH - 0.2 - 0.5 * columns - 0.2 * (columns - 1)) / columns
    heads = {option: wrapped(looked[option].label, wide * 72, BODY, "bold", at_most=2) for option in others}
    head = 0.17 * max(len(lines) for lines in heads.values()) + 0.1
    pitch = head + 1.62 + 0.36
    under = "Share of contacts with a decision, by hours since receipt. Dashed line: 24 hours."
    sheet = Sheet(title, under, pitch * math.ceil(len(others) / columns) - 0.06, interval(note, "Band"))
    reach = _reach(curves.values())
    for place, option in enumerate(others):
        left, top = 0.5 + (place % columns) * (wide + 0.7), (place // columns) * pitch
        sheet.write(left, top, heads[option], weight="bold")
        axes = sheet.axes(left, top + head, wide, 1.62)
        _panel(axes, reach, wide)
        _pair(axes, {base: looked[base], option: looked[option]}, curves)
    sheet.figure.set_label(_spoken(title, looked, curves))
    return sheet.figure


def _curves(found: Mapping[tuple[str, str], Estimate]) -> dict[str, Curve]:
    points: dict[str, list[tuple[float, Estimate]]] = {}
    for (option, hours), value in found.items():
        points.setdefault(option, []).append((float(hours), value))
    curves = {}
    for option, pairs in points.items():
        pairs.sort(key=lambda pair: pair[0])
        columns = np.array([[hours, value.mean, value.low, value.high] for hours, value in pairs]).T
        if np.isfinite(columns[1]).any():
            curves[option] = Curve(*columns)
    return curves


def _reach(curves: Iterable[Curve]) -> float:
    """Where the slowest curve passes 95%, in whole days from 3 to 10, within what was measured."""
    ends, last = [], 0.0
    for curve in curves:
        late = np.flatnonzero(curve.mean >= 0.95)
        ends.append(float(curve.hours[late[0]]) if late.size else math.inf)
        last = max(last, float(curve.hours[-1]))
    days = math.ceil(min(max(ends), 240.0) / 24)
    return max(1.0, min(max(3, days) * 24.0, last))


def _panel(axes: Axes, reach: float, wide: float) -> None:
    axes.set_xlim(0, reach)
    axes.set_ylim(0, 1)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
    axes.yaxis.set_major_formatter(FuncFormatter(percent))
    hour_ticks(axes.xaxis, reach, wide)
    axes.grid(visible=True, axis="y")
    axes.axvline(24, color=INK, linewidth=1.0, linestyle=(0, (4, 3)), zorder=1)
    no_frame(axes)


def _pair(axes: Axes, looked: Mapping[str, Look], curves: Mapping[str, Curve]) -> None:
    """Today and one option, with their shares at 24 hours named beside them."""
    named = []
    for option, look in looked.items():
        curve = curves[option]
        axes.fill_between(curve.hours, curve.low, curve.high, color=look.colour, alpha=0.16, linewidth=0, step="post")
        axes.plot(curve.hours, curve.mean, drawstyle="steps-post", zorder=2, **look.line())
        share = curve.at(24)
        if math.isfinite(share):
            axes.plot([24], [share], zorder=3, **look.dot())
            named.append((share, look))
    named.sort(key=lambda pair: -pair[0])
    lowest = min((share for share, _ in named), default=1.0)
    start = 0.30 if lowest > 0.36 else 0.16 * (len(named) - 1) + 0.05
    reach = axes.get_xlim()[1]
    if reach < 36:
        return
    for line, (share, look) in enumerate(named):
        height = start - 0.16 * line
        axes.plot([24 + reach * 0.05], [height], clip_on=False, zorder=4, **look.dot())
        who = "today" if look.base else "this option"
        backed = {"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.85}
        text = f"{percent(share)} by 24 h, {who}"
        axes.text(24 + reach * 0.08, height, text, size=SMALL, va="center", color=INK, bbox=backed, zorder=4)


def _spoken(title: str, looked: Mapping[str, Look], curves: Mapping[str, Curve]) -> str:
    parts = []
    for option, look in looked.items():
        shares = [f"{percent(curves[option].at(hours))} by {hours} hours" for hours in (4, 24, 48, 72)]
        parts.append(f"{look.label}: {', '.join(share for share in shares if 'nan' not in share)}.")
    return printable(f"{title} {' '.join(parts)}")
