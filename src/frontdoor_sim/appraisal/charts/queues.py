"""How many contacts wait for each team as the week goes round."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from frontdoor_sim.appraisal.charts.palette import Look, looks
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
from frontdoor_sim.appraisal.wording import NO_TEAM, Estimate, estimates, plain
from frontdoor_sim.pictures import BODY, MUTED, SHADE, SMALL, styled

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
HOURS = 168
Week = np.ndarray[tuple[int, int], np.dtype[np.float64]]


@styled()
def queue_by_hour_of_week(
    summary: pd.DataFrame, options: pd.DataFrame, *, option: str | None = None, note: str = ""
) -> Figure:
    """Mean number waiting for each team over the hours of the week, today against one option.

    The groups of `queue_length` by "team and hour of week" are "team|hour" with hour 0 on Monday at
    00:00 local. `option` is the one beside today; without it, the last of the table.
    """
    looked = looks(options)
    base = next(key for key, look in looked.items() if look.base)
    other = option if option in looked else list(looked)[-1]
    shown = {key: looked[key] for key in dict.fromkeys((base, other))}
    title = "When in the week do contacts queue?"
    weeks = _weeks(estimates(summary, "queue_length", by="team and hour of week"), shown)
    teams = [team for team in dict.fromkeys(team for _, team in weeks) if _peak(weeks, shown, team) > 0]
    if not teams:
        return nothing_to_draw(title, "No option has this measure, or nobody ever waited.")
    columns = 2 if len(teams) > 1 else 1
    wide = (WIDTH - 0.1 - 0.38 * columns - 0.12 * (columns - 1)) / columns
    strip = {look.label: look.line() for look in shown.values()}
    under = "Mean number waiting by hour of the week; weekend shaded. Each team has its own scale."
    taken = strip_height(strip) + 0.14
    pitch = 0.42 + 1.05 + 0.36
    sheet = Sheet(title, under, taken + pitch * math.ceil(len(teams) / columns) - 0.08, interval(note, "Band"))
    legend_strip(sheet, strip)
    for place, team in enumerate(teams):
        left, top = 0.38 + (place % columns) * (wide + 0.5), taken + (place // columns) * pitch
        sheet.write(left, top, wrapped(plain(team), wide * 72, BODY, "bold", at_most=1), weight="bold")
        peaks = wrapped(_peaks(weeks, shown, team), wide * 72, SMALL, at_most=1)
        sheet.write(left, top + 0.18, peaks, size=SMALL, color=MUTED)
        axes = sheet.axes(left, top + 0.42, wide, 1.05)
        _week(axes, {look: weeks[key, team] for key, look in shown.items() if (key, team) in weeks})
    spoken = [f"{plain(team)}: {_peaks(weeks, shown, team, when=True)}." for team in teams]
    sheet.figure.set_label(
        printable(f"{title} {' and '.join(look.label for look in shown.values())}. {' '.join(spoken)}")
    )
    return sheet.figure


def _weeks(found: Mapping[tuple[str, str], Estimate], shown: Mapping[str, Look]) -> dict[tuple[str, str], Week]:
    """(option, team) -> mean, low and high in three rows of 168 hours."""
    weeks: dict[tuple[str, str], Week] = {}
    for (option, group), value in found.items():
        team, _, hour = group.rpartition("|")
        if option in shown:
            week = weeks.setdefault((option, team), np.full((3, HOURS), np.nan))
            week[:, int(hour) % HOURS] = value.mean, value.low, value.high
    return weeks


def _peak(weeks: Mapping[tuple[str, str], Week], shown: Mapping[str, Look], team: str) -> float:
    tops = [weeks[key, team][0] for key in shown if (key, team) in weeks]
    return max((float(np.nanmax(top)) for top in tops if np.isfinite(top).any()), default=0.0)


def _peaks(weeks: Mapping[tuple[str, str], Week], shown: Mapping[str, Look], team: str, *, when: bool = False) -> str:
    """How long the longest queue is, and when, in words."""
    parts = []
    for key, look in shown.items():
        week = weeks.get((key, team))
        who = "today" if look.base else "option"
        if week is None or not np.isfinite(week[0]).any():
            parts.append(f"{who} not measured" if week is not None else f"{who} has {NO_TEAM}")
            continue
        hour = int(np.nanargmax(week[0]))
        number = f"{week[0, hour]:.0f}" if week[0, hour] >= 10 else f"{week[0, hour]:.1f}"
        parts.append(f"{who} {number}" + (f" ({DAYS[hour // 24]} {hour % 24:02d}:00)" if when else ""))
    return "Longest: " + ", ".join(parts)


def _week(axes: Axes, weeks: Mapping[Look, Week]) -> None:
    axes.axvspan(120, HOURS, color=SHADE, linewidth=0, zorder=0)
    edges = np.arange(HOURS + 1)
    top = 0.0
    for look, week in weeks.items():
        mean, low, high = (np.append(row, row[-1]) for row in week)
        axes.fill_between(edges, low, high, color=look.colour, alpha=0.16, linewidth=0, step="post")
        axes.plot(edges, mean, drawstyle="steps-post", **(look.line() | {"linewidth": 1.5}))
        top = max(top, *(float(np.nanmax(row)) for row in week if np.isfinite(row).any()), 0.0)
    axes.set_xlim(0, HOURS)
    axes.set_ylim(0, max(top * 1.06, 0.1))
    axes.set_xticks(range(0, HOURS + 1, 24), labels=[])
    axes.set_xticks([12 + 24 * day for day in range(7)], labels=DAYS, minor=True)
    axes.tick_params(axis="x", which="minor", length=0, labelsize=SMALL, labelcolor=MUTED)
    axes.locator_params(axis="y", nbins=3)
    axes.grid(visible=True, axis="y")
    axes.grid(visible=True, axis="x", which="major")
    no_frame(axes)
