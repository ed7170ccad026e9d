"""Week by week about a go-live: one option with dated changes against today."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from frontdoor_sim.appraisal.charts.palette import Look, looks
from frontdoor_sim.appraisal.charts.scales import percent
from frontdoor_sim.appraisal.charts.sheet import (
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
from frontdoor_sim.pictures import INK, MUTED, SMALL, styled

_PANELS = {
    "open_undecided": "Contacts that wait for a decision, at the start of each week",
    "decided_within_24h": "Share decided within 24 hours, by week of receipt",
}
_WORDS = {"": "from", "for all": "for all from", "ends": "until"}
_LEFT, _TALL, _APART, _ROW = 0.5, 1.55, 0.62, 0.17


@styled()
def weeks_of_transition(
    weeks: pd.DataFrame, dates: pd.DataFrame, options: pd.DataFrame, *, option: str, note: str = ""
) -> Figure:
    """Open undecided contacts and the share decided within 24 hours by week, one dated option against today.

    Args:
        weeks, dates: as `Transition` has them; lines are medians over replications, with a band from `low` to `high`.
        options: option, label, base.
        option: whose transition it is.
        note: what the band covers.
    """
    looked = looks(options)
    base = next(key for key, look in looked.items() if look.base)
    shown = {key: looked[key] for key in dict.fromkeys((base, option))}
    title = f"What happens in the weeks about it? {looked[option].label}"
    mine = weeks[weeks["option"].isin(shown)]
    if mine.empty:
        return nothing_to_draw(title, "The weeks of this option were not measured.")
    marks, key = _marks(dates, option)
    opens = mine["begins"].min()
    whole = (mine["begins"].max() - opens).days
    wide = WIDTH - _LEFT - 0.3
    rows = _placed(marks, opens, wide / whole)
    lines = [line for text in key for line in wrapped(text, WIDTH * 72, SMALL)]
    strip = {look.label: look.line() for look in shown.values()}
    head = strip_height(strip) + 0.14
    over = _ROW * (max((row for *_, row in rows), default=-1) + 1) + 0.06
    pitch = 0.2 + _TALL + _APART
    foot = head + over + 2 * pitch - 0.2
    under = "Lines are medians over replications. Each upright line is a date on which something changes."
    sheet = Sheet(title, under, foot + 0.17 * len(lines), f"Band: {note}" if note else "")
    legend_strip(sheet, strip)
    for place, (measure, heading) in enumerate(_PANELS.items()):
        top = head + over * (place > 0) + place * pitch
        sheet.write(_LEFT, top, [heading], weight="bold")
        axes = sheet.axes(_LEFT, top + 0.2 + (over if place == 0 else 0), wide, _TALL)
        _panel(axes, mine[mine["measure"] == measure], shown, share=measure == "decided_within_24h")
        _time(axes, opens, whole, wide)
        for day, *_ in marks:
            axes.axvline((day - opens).days, color=INK, linewidth=1.0, linestyle=(0, (4, 3)), zorder=1)
    for day, text, row in rows:
        left = _LEFT + (day - opens).days * wide / whole + 0.03
        sheet.write(left, head + 0.2 + _ROW * row, [text], size=SMALL)
    sheet.write(0, foot, lines, size=SMALL)
    sheet.figure.set_label(printable(f"{title} {_spoken(mine, shown)} {' '.join(key)}"))
    return sheet.figure


def _marks(dates: pd.DataFrame, option: str) -> tuple[list[tuple[date, str]], list[str]]:
    """What stands at each line, and the key: a line for each change."""
    mine = dates[dates["option"] == option]
    days = sorted(set(mine["day"]))
    marks = [(day, ", ".join(mine.loc[mine["day"] == day, "mark"])) for day in days]
    key: dict[str, str] = {}
    for row in mine.itertuples():
        letter, _, ends = str(row.mark).partition(" ")
        says = key.get(letter, f"{letter}  {row.say}")
        key[letter] = f"{says.rstrip('.')} ({_WORDS[ends]} {_short(row.day)})"  # type: ignore[arg-type]
    return marks, [says.replace(") (", ", ") for _, says in sorted(key.items())]


def _placed(marks: list[tuple[date, str]], opens: date, day_wide: float) -> list[tuple[date, str, int]]:
    """Each mark with its date and the row in which it has room beside those before it."""
    ends: list[float] = []
    placed = []
    for day, mark in marks:
        text = f"{mark}: {_short(day)}"
        left = (day - opens).days * day_wide
        row = next((number for number, end in enumerate(ends) if end <= left), len(ends))
        ends[row : row + 1] = [left + text_width(text, SMALL) / 72 + 0.1]
        placed.append((day, text, row))
    return placed


def _panel(axes: Axes, rows: pd.DataFrame, shown: dict[str, Look], *, share: bool) -> None:
    for option, look in shown.items():
        mine = rows[rows["option"] == option].sort_values("week")
        days = 7 * mine["week"].to_numpy(dtype=float)
        middle, low, high = (mine[side].to_numpy(dtype=float) for side in ("median", "low", "high"))
        if share and len(days):
            days = np.append(days, days[-1] + 7)
            middle, low, high = (np.append(side, side[-1]) for side in (middle, low, high))
        steps = {"step": "post"} if share else {}
        axes.fill_between(days, low, high, color=look.colour, alpha=0.16, linewidth=0, **steps)  # type: ignore[arg-type]
        axes.plot(days, middle, drawstyle="steps-post" if share else "default", zorder=2, **look.line())
    if share:
        axes.set_ylim(0, 1)
        axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
        axes.yaxis.set_major_formatter(FuncFormatter(percent))
    else:
        axes.set_ylim(0, max(1.0, 1.06 * float(np.nanmax(rows["high"].to_numpy(dtype=float), initial=0.0))))
        axes.locator_params(axis="y", nbins=4)
    axes.grid(visible=True, axis="y")
    no_frame(axes)


def _time(axes: Axes, opens: date, whole: int, wide: float) -> None:
    """Dates of weeks below the axis, as many as have room."""
    step = 7 * next(weeks for weeks in (1, 2, 4, 8, 13, 26, 52, 104, 520) if 7 * weeks * wide / whole >= 0.62)
    places = range(0, whole + 1, step)
    axes.set_xlim(0, whole)
    axes.set_xticks(list(places), labels=[_short(opens + timedelta(days=day)) for day in places])
    axes.tick_params(axis="x", labelcolor=MUTED, labelsize=SMALL)


def _spoken(rows: pd.DataFrame, shown: dict[str, Look]) -> str:
    parts = []
    for option, look in shown.items():
        mine = rows[(rows["option"] == option) & (rows["measure"] == "open_undecided")].sort_values("week")
        middle = mine["median"].to_numpy(dtype=float)
        most = int(np.nanargmax(middle))
        parts.append(
            f"{look.label}: {middle[0]:.0f} wait at the opening, at the most {middle[most]:.0f} on "
            f"{_long(mine['begins'].iloc[most])}, {middle[-1]:.0f} at the close."
        )
    return " ".join(parts)


def _short(day: date) -> str:
    return f"{day.day} {day:%b}"


def _long(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
