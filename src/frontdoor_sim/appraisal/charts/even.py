"""Where an option breaks even: its change from today over one of its numbers."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from frontdoor_sim.appraisal.charts.palette import Look, looks
from frontdoor_sim.appraisal.charts.sheet import WIDTH, Sheet, interval, no_frame, nothing_to_draw, printable, wrapped
from frontdoor_sim.appraisal.wording import better_of, change_unit, measure_name, number_text, scale_of
from frontdoor_sim.documents import in_words
from frontdoor_sim.pictures import INK, MUTED, SHADE, SMALL, styled

_LEFT, _TALL = 0.62, 2.1


@styled()
def where_it_breaks_even(
    break_evens: pd.DataFrame, tried: pd.DataFrame, options: pd.DataFrame, *, number: int, note: str = ""
) -> Figure:
    """The change from today at every value that was tried, and where it is none.

    Args:
        break_evens, tried, options: as a pack has them.
        number: which question of `break_evens`; every value that answers it is marked.
        note: what the band and the interval cover.
    """
    answers = break_evens[break_evens["number"] == number]
    asked = answers.iloc[0]
    rows = tried[tried["number"] == number]
    look = looks(options)[str(asked["option"])]
    title = f"Where does it break even? {look.label}"
    if not np.isfinite(rows["difference"].to_numpy(dtype=float)).any():
        return nothing_to_draw(title, "It could not be measured.")
    unit = str(rows["unit"].iloc[0])
    measure = str(asked["measure"])
    under = f"{measure_name(measure)}: change from today, in {change_unit(unit)}.{_direction(measure)}"
    said = wrapped(str(asked["say"]), (WIDTH - _LEFT - 0.1) * 72, SMALL, at_most=3)
    sheet = Sheet(title, under, 0.3 + _TALL + 0.33 + 0.17 * len(said), interval(note, "Band, and shaded column"))
    axes = sheet.axes(_LEFT, 0.3, WIDTH - _LEFT - 0.2, _TALL)
    _line(axes, rows, look, scale_of(unit))
    for answer in answers.to_dict("records"):
        _mark(axes, answer)
    axis_unit = str(asked["unit"])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda place, _: _short(place, axis_unit)))
    axes.locator_params(axis="x", nbins=6)
    axes.tick_params(labelsize=SMALL, labelcolor=MUTED)
    sheet.write(_LEFT, 0.3 + _TALL + 0.28, said, size=SMALL)
    if np.isfinite(asked["at"]):
        places = in_words([_place(answer, rows["at"]) for answer in answers.to_dict("records")], "and")
        sheet.write(_LEFT, 0.04, [f"No change at {places}"], weight="bold")
    sheet.figure.set_label(printable(f"{title} {asked['sentence']}"))
    return sheet.figure


def _direction(measure: str) -> str:
    return {1: " Above 0 is better.", -1: " Above 0 is worse.", 0: ""}[better_of(measure)]


def _short(place: float, unit: str) -> str:
    """A number below the axis: without decimals that say nothing."""
    return f"{place * scale_of(unit):.4g}%" if unit == "share" else f"{place:.4g} {unit}".strip()


def _line(axes: Axes, rows: pd.DataFrame, look: Look, scale: float) -> None:
    places = rows["at"].to_numpy(dtype=float)
    middle, low, high = (scale * rows[side].to_numpy(dtype=float) for side in ("difference", "low", "high"))
    axes.fill_between(places, low, high, color=look.colour, alpha=0.2, linewidth=0)
    axes.plot(places, middle, zorder=3, **(look.dot() | {"linestyle": "-", "linewidth": 1.9}))
    axes.axhline(0, color=INK, linewidth=1.0, zorder=2)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda place, _: f"{place:+g}".replace("-", "−") if place else "0"))
    axes.grid(visible=True, axis="y")
    no_frame(axes)


def _mark(axes: Axes, asked: Mapping[Hashable, Any]) -> None:
    """The interval of the break-even as a shaded column, and itself as an upright line."""
    low, at, high = (float(asked[side]) for side in ("low", "at", "high"))
    if np.isfinite(low) and np.isfinite(high):
        axes.axvspan(low, high, color=SHADE, zorder=0)
    if np.isfinite(at):
        axes.axvline(at, color=INK, linewidth=1.0, linestyle=(0, (4, 3)), zorder=2)


def _place(asked: Mapping[Hashable, Any], tried: pd.Series) -> str:
    """The break-even and its interval; an end that is also the end of what was tried may lie further out."""
    unit, low, high = str(asked["unit"]), float(asked["low"]), float(asked["high"])
    least = number_text(low, unit).removesuffix(f" {unit}") + (" or less" if low <= tried.min() else "")
    most = number_text(high, unit) + (" or more" if high >= tried.max() else "")
    return f"{number_text(float(asked['at']), unit)} ({least} to {most})"
