"""Where the hours go: bars cut by what a contact waited for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from frontdoor_sim.appraisal.charts.palette import CAUSES, GREY, HATCHES, looks, text_on
from frontdoor_sim.appraisal.charts.scales import hour_ticks
from frontdoor_sim.appraisal.charts.sheet import (
    LABELS,
    WIDTH,
    Sheet,
    legend_strip,
    no_frame,
    nothing_to_draw,
    printable,
    strip_height,
    text_width,
    wrapped,
)
from frontdoor_sim.appraisal.wording import WAITED_FOR, Estimate, estimates, plain
from frontdoor_sim.pictures import BODY, SMALL, styled

TITLES = {
    "decision": "Where do the hours before a decision go?",
    "allocation": "Where do the hours between decision and allocation go?",
}


@styled()
def waiting_stacked(
    summary: pd.DataFrame,
    options: pd.DataFrame,
    *,
    until: Literal["decision", "allocation"] = "decision",
    note: str = "",
) -> Figure:
    """Mean hours by what they were spent on, a bar for each option.

    `until="decision"` counts from receipt to decision, `"allocation"` from decision to allocation.
    """
    found = estimates(summary, f"waiting_hours_to_{until}", by="waited_for")
    causes = sorted(
        {cause for (_, cause), value in found.items() if value.known and value.mean > 0},
        key=lambda cause: (list(CAUSES).index(cause) if cause in CAUSES else len(CAUSES), cause),
    )
    if not causes:
        return nothing_to_draw(TITLES[until], "No option has this measure.")
    looked = looks(options)
    strip = {WAITED_FOR.get(cause, plain(cause)): _swatch(cause) for cause in causes}
    labels = [wrapped(look.label, (LABELS - 0.12) * 72, BODY, at_most=3) for look in looked.values()]
    pitch = max(0.42, 0.17 * max(len(lines) for lines in labels) + 0.1)
    top = strip_height(strip) + 0.1
    under = "Mean hours per contact, nights and weekends counted, by what they were spent on or waited for."
    sheet = Sheet(TITLES[until], under, top + pitch * len(labels) + 0.3, note)
    legend_strip(sheet, strip)
    axes = sheet.axes(LABELS, top, WIDTH - LABELS - 0.75, pitch * len(labels))
    reach = max(_total(found, option) for option in looked) or 1.0
    for row, (option, look) in enumerate(looked.items()):
        middle = top + pitch * (row + 0.5) - 0.085 * len(labels[row]) + 0.025
        sheet.write(0, middle, labels[row], weight="bold" if look.base else "normal")
        _bar(axes, row + 0.5, {cause: found.get((option, cause)) for cause in causes}, reach)
    axes.set_xlim(0, reach)
    axes.set_ylim(len(labels), 0)
    axes.set_yticks([])
    hour_ticks(axes.xaxis, reach, 4.5)
    axes.grid(visible=True, axis="x")
    no_frame(axes)
    spoken = [f"{look.label}: {_parts(found, option, causes)}." for option, look in looked.items()]
    sheet.figure.set_label(printable(f"{TITLES[until]} {' '.join(spoken)}"))
    return sheet.figure


def _bar(axes: Axes, height: float, parts: Mapping[str, Estimate | None], reach: float) -> None:
    """One stacked bar: its numbers inside where they fit, the total at its end."""
    inches = (WIDTH - LABELS - 0.75) / reach
    left = 0.0
    for cause, value in parts.items():
        hours = value.mean if value is not None and value.known else 0.0
        if hours <= 0:
            continue
        colour = CAUSES.get(cause, GREY)
        place: dict[str, Any] = {"left": left, "height": 0.62}
        pattern: dict[str, Any] = {"edgecolor": text_on(colour), "hatch": HATCHES.get(cause, "")}
        axes.barh(height, hours, facecolor=colour, linewidth=0, **pattern, **place)
        axes.barh(height, hours, facecolor="none", edgecolor="white", linewidth=1.0, **place)
        text = f"{hours:.0f}" if hours >= 10 else f"{hours:.1f}"
        if hours * inches * 72 > text_width(text, SMALL) + 5:
            axes.text(left + hours / 2, height, text, size=SMALL, color=text_on(colour), ha="center", va="center",
                      bbox={"facecolor": colour, "edgecolor": "none", "pad": 1.2})  # fmt: skip
        left += hours
    text = f"{left:.0f} h" if left >= 10 else f"{left:.1f} h"
    beside: dict[str, Any] = {"xytext": (5, 0), "textcoords": "offset points", "annotation_clip": False}
    axes.annotate(text if left > 0 else "not measured", (left, height), va="center", size=BODY, weight="bold", **beside)


def _swatch(cause: str) -> dict[str, Any]:
    colour = CAUSES.get(cause, GREY)
    return {"facecolor": colour, "edgecolor": text_on(colour), "hatch": HATCHES.get(cause, "")}


def _total(found: Mapping[tuple[str, str], Estimate], option: str) -> float:
    values = [value.mean for (key, _), value in found.items() if key == option and value.known]
    return math.fsum(value for value in values if value > 0)


def _parts(found: Mapping[tuple[str, str], Estimate], option: str, causes: list[str]) -> str:
    total = _total(found, option)
    if total <= 0:
        return "not measured"
    parts = [(WAITED_FOR.get(c, plain(c)), found[option, c].mean) for c in causes if (option, c) in found]
    return f"{total:.0f} hours, of which " + ", ".join(f"{name} {hours:.1f}" for name, hours in parts if hours > 0)
