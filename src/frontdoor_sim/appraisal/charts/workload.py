"""Who is overloaded: time on duty spent at work, and the cases that are held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from frontdoor_sim.appraisal.charts.palette import VERMILLION, Look, looks
from frontdoor_sim.appraisal.charts.rows import dot, of_group, spoken
from frontdoor_sim.appraisal.charts.scales import percent
from frontdoor_sim.appraisal.charts.sheet import (
    LABELS,
    WIDTH,
    Sheet,
    interval,
    legend_strip,
    no_frame,
    nothing_to_draw,
    strip_height,
    wrapped,
)
from frontdoor_sim.appraisal.wording import (
    CASES_HELD,
    Estimate,
    estimates,
    groups_known,
    not_there,
    plain,
    teams_of,
    timed_teams,
)
from frontdoor_sim.pictures import BODY, INK, MUTED, SHADE, SMALL, styled

_HEAD, _SCALE = 0.36, 0.3
"""Room above and below the rows of a panel [in]."""
_DOT, _AROUND = 0.135, 0.07
"""Room of a dot, and above and below those of a team [in]."""
Found = Mapping[tuple[str, str], Estimate]


@styled()
def utilisation(summary: pd.DataFrame, options: pd.DataFrame, *, note: str = "") -> Figure:
    """Share of duty time spent at work, by team and option, with 85% as a rule of thumb; below it, the cases held.

    A team whose work is not recorded, since it only holds cases, stands in the lower part alone.
    """
    title = "Who is overloaded?"
    looked, teams = looks(options), teams_of(summary)
    at_work, held = estimates(summary, "utilisation", by="team"), estimates(summary, "slots_held_mean", by="team")
    working, holding = timed_teams(at_work, held), groups_known(held)
    if not working and not holding:
        return nothing_to_draw(title, "No option has this measure.")
    strip = {look.label: look.dot() | {"linestyle": "none"} for look in looked.values()}
    pitch, top = _pitch(looked), strip_height(strip)
    panels = [(rows, found) for rows, found in ((working, at_work), (holding, held)) if rows]
    body = top + sum(_HEAD + pitch * len(rows) + _SCALE for rows, _ in panels)
    under = "Work as a share of the time people are on duty for it, by team." if working else "By team."
    under += " Below: cases held." if working and holding else ""
    sheet = Sheet(title, under, body, interval(note))
    legend_strip(sheet, strip)
    told: list[str] = []
    for rows, found in panels:
        axes = sheet.axes(LABELS, top + _HEAD, WIDTH - LABELS - 0.22, pitch * len(rows))
        missing = {(key, team): not_there(team in teams.get(key, ())) for team in rows for key in looked}
        _rows(sheet, axes, rows, found, looked, missing, top + _HEAD)
        if found is at_work:
            _full_scale(axes)
        else:
            _cases(sheet, axes, found, top)
            told.append(f"{CASES_HELD}.")
        told += [f"{plain(team)}: {spoken(looked, _said(looked, found, team, missing))}" for team in rows]
        top += _HEAD + pitch * len(rows) + _SCALE
    sheet.figure.set_label(f"{title} {' '.join([under, *told])}")
    return sheet.figure


def _pitch(looked: Mapping[str, Look]) -> float:
    """Height of a team's band [in]."""
    return _DOT * len(looked) + 2 * _AROUND


def _said(
    looked: Mapping[str, Look], found: Found, team: str, missing: Mapping[tuple[str, str], str]
) -> dict[str, Estimate]:
    nan = float("nan")
    absent = {key: Estimate(nan, nan, nan, "", note=missing[key, team]) for key in looked}
    return absent | {key: value for key, value in of_group(found, team).items() if value.known}


def _rows(
    sheet: Sheet,
    axes: Axes,
    teams: Sequence[str],
    found: Found,
    looked: Mapping[str, Look],
    missing: Mapping[tuple[str, str], str],
    top: float,
) -> None:
    """A band for each team, in it a dot for each option, or why there is none."""
    pitch = _pitch(looked)
    for row, team in enumerate(teams):
        if row % 2 == 0:
            axes.axhspan(row, row + 1, color=SHADE, linewidth=0, zorder=0)
        lines = wrapped(plain(team), (LABELS - 0.12) * 72, BODY, at_most=3)
        sheet.write(0, top + pitch * (row + 0.5) - 0.085 * len(lines), lines)
        for place, (option, look) in enumerate(looked.items()):
            height = row + (_AROUND + _DOT * (place + 0.5)) / pitch
            value = found.get((option, team))
            if value is not None and value.known:
                dot(axes, height, value, look)
                continue
            label = wrapped(f"{look.label}: {missing[option, team]}", (WIDTH - LABELS - 0.4) * 72, SMALL, at_most=1)
            axes.text(
                0.01, height, "".join(label), size=SMALL, color=MUTED, va="center", transform=axes.get_yaxis_transform()
            )
    axes.set_ylim(len(teams), 0)
    axes.set_yticks([])
    axes.grid(visible=True, axis="x")
    no_frame(axes)


def _cases(sheet: Sheet, axes: Axes, found: Found, top: float) -> None:
    """From no case to the most that any team holds."""
    sheet.write(LABELS, top + _HEAD - 0.2, [CASES_HELD], size=SMALL, weight="bold")
    most = max(end for value in found.values() for end in (value.mean, value.high) if end == end)
    reach = 1.06 * most or 1.0
    axes.set_xlim(0, reach)
    axes.set_xticks([place for place in MaxNLocator(6, steps=[1, 2, 5, 10]).tick_values(0, reach) if place <= reach])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda place, _: f"{place:,g}"))


def _full_scale(axes: Axes) -> None:
    """From none to all of the time on duty, with the rule of thumb."""
    axes.set_xlim(0, 1.0)
    axes.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    axes.xaxis.set_major_formatter(FuncFormatter(percent))
    axes.axvline(0.85, color=VERMILLION, linewidth=1.2, linestyle=(0, (4, 2)))
    text = "85%: a rule of thumb; above it queues grow fast"
    axes.annotate(text, (0.85, 0), xytext=(0, 3), textcoords="offset points", annotation_clip=False, ha="right",
                  va="bottom", size=SMALL, color=INK)  # fmt: skip
