"""A row for each option: a dot with its interval and the number beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from frontdoor_sim.appraisal.charts.palette import Look, looks
from frontdoor_sim.appraisal.charts.scales import hour_ticks, hours_range, percent
from frontdoor_sim.appraisal.charts.sheet import (
    LABELS,
    WIDTH,
    Sheet,
    interval,
    no_frame,
    nothing_to_draw,
    printable,
    wrapped,
)
from frontdoor_sim.appraisal.wording import (
    RAG_ORDER,
    Estimate,
    better_of,
    change_unit,
    estimates,
    measure_name,
    plain,
)
from frontdoor_sim.pictures import BODY, INK, MUTED, RULE, SMALL, styled

UNKNOWN = Estimate(float("nan"), float("nan"), float("nan"), "")

_POINTS = (1, 2, 5, 10, 20, 25, 50, 100)
_ROUND = tuple(size * 10.0**tens for tens in range(-3, 7) for size in (1, 2, 5))
"""Sizes of a step: of percentage points, and of anything."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One column of dots: where it stands [in], what it shows and how a number is written."""

    left: float
    width: float
    heading: str
    values: Mapping[str, Estimate]
    text: Callable[[Estimate], str]
    numbers: float = 0.95  # width of the column of numbers [in]; 0 puts them beside the dots


@styled()
def decided_within_24h(
    summary: pd.DataFrame, differences: pd.DataFrame, options: pd.DataFrame, *, note: str = ""
) -> Figure:
    """Share of contacts decided within 24 hours by option, and the change from today beside it.

    `summary` and `differences` are tidy (see `Pack`); `note` says what the intervals cover.
    """
    title = "How many contacts have a decision within 24 hours?"
    levels = _by_option(estimates(summary, "decided_within_24h"))
    found = estimates(differences, "decided_within_24h", mean="difference")
    changes = {option: value.in_points() for option, value in _by_option(found).items()}
    if not levels:
        return nothing_to_draw(title, "No option has this measure.")
    looked = looks(options)
    under = "From receipt, nights and weekends counted. Right of the black line is better than today."
    panels = [
        Panel(LABELS, 1.5, "Share of contacts decided", levels, _with_interval, numbers=1.08),
        Panel(LABELS + 2.82, 1.36, "Change from today (points)", changes, _change, numbers=1.08),
    ]
    sheet, axes = _sheet(title, under, note, looked, panels)
    axes[0].set_xlim(0, 1)
    axes[0].xaxis.set_major_formatter(FuncFormatter(percent))
    axes[0].set_xticks([0, 0.25, 0.5, 0.75, 1])
    _centre_on_nothing(axes[1], list(changes.values()))
    sheet.figure.set_label(f"{title} {spoken(looked, levels)} {_spoken_changes(looked, changes)}".strip())
    return sheet.figure


@styled()
def a_measure(
    summary: pd.DataFrame, differences: pd.DataFrame, options: pd.DataFrame, *, measure: str, note: str = ""
) -> Figure:
    """Any measure of everybody by option, and the change from today beside it.

    `summary` and `differences` are tidy (see `Pack`); `note` says what the intervals cover.
    """
    title = measure_name(measure)
    levels = _by_option(estimates(summary, measure))
    found = _by_option(estimates(differences, measure, mean="difference"))
    changes = {option: value.in_points() for option, value in found.items()}
    if not any(value.known for value in levels.values()):
        return nothing_to_draw(title, "No option has this measure.")
    looked, unit = looks(options), next(iter(levels.values())).unit
    way = {1: " More is better.", -1: " Less is better.", 0: ""}[better_of(measure)]
    panels = [
        Panel(LABELS, 1.5, "Mean of the replications", levels, _with_interval, numbers=1.08),
        Panel(LABELS + 2.82, 1.36, f"Change from today ({change_unit(unit)})", changes, _change, numbers=1.08),
    ]
    sheet, axes = _sheet(title, f"The same contacts in every option.{way}", note, looked, panels)
    _from_nothing(axes[0], list(levels.values()), unit)
    _centre_on_nothing(axes[1], list(changes.values()), _ROUND)
    changed = _spoken_changes(looked, changes, change_unit(unit))
    sheet.figure.set_label(f"{title} {spoken(looked, levels)} {changed}".strip())
    return sheet.figure


@styled()
def transfer_time(summary: pd.DataFrame, options: pd.DataFrame, *, note: str = "") -> Figure:
    """Hours from decision to allocation by option: the middle family, and nine in ten."""
    title = "How long does a family wait from decision to allocation?"
    middle = _by_option(estimates(summary, "transfer_hours_to_allocation_median"))
    most = _by_option(estimates(summary, "transfer_hours_to_allocation_p90"))
    if not middle and not most:
        return nothing_to_draw(title, "No option has this measure.")
    looked = looks(options)
    panels = [
        Panel(LABELS, 1.35, "Half wait less than", middle, _with_interval, numbers=1.12),
        Panel(LABELS + 2.72, 1.35, "Nine in ten wait less than", most, _with_interval, numbers=1.26),
    ]
    under = "Hours from the decision, nights and weekends counted (24 hours are one day)."
    sheet, axes = _sheet(title, under, note, looked, panels)
    for each in axes:
        hour_ticks(each.xaxis, hours_range([*middle.values(), *most.values()]), 1.35)
        each.set_xlim(0, hours_range([*middle.values(), *most.values()]))
    sheet.figure.set_label(
        f"{title} Half wait less than: {spoken(looked, middle)} Nine in ten wait less than: {spoken(looked, most)}"
    )
    return sheet.figure


@styled()
def who_waits_by_rag(summary: pd.DataFrame, options: pd.DataFrame, *, note: str = "") -> Figure:
    """Hours in which nine in ten contacts have a decision, by urgency (RAG) on arrival and option."""
    title = "Who waits longest for a decision, by urgency on arrival?"
    found = estimates(summary, "decision_hours_p90", by="rag")
    grades = sorted({group for _, group in found}, key=_rag_place)
    if not grades:
        return nothing_to_draw(title, "No option has this measure.")
    looked = looks(options)
    pitch = (WIDTH - LABELS) / len(grades)
    reach = hours_range(list(found.values())) / (1 - min(0.48 / (pitch - 0.2), 0.6))
    panels = [
        Panel(LABELS + pitch * place, pitch - 0.2, plain(grade), of_group(found, grade), _hours, numbers=0)
        for place, grade in enumerate(grades)
    ]
    under = "Hours in which nine in ten contacts are decided, by grade (red: most urgent). One scale for all."
    sheet, axes = _sheet(title, under, note, looked, panels)
    for each in axes:
        hour_ticks(each.xaxis, reach, pitch - 0.2, last="")
        each.set_xlim(0, reach)
    told = [f"{plain(grade)}: {spoken(looked, of_group(found, grade))}" for grade in grades]
    sheet.figure.set_label(f"{title} {' '.join(told)}")
    return sheet.figure


def _sheet(
    title: str, under: str, note: str, looked: Mapping[str, Look], panels: Sequence[Panel]
) -> tuple[Sheet, list[Axes]]:
    """Labels on the left, a panel of dots for each column."""
    labels = [wrapped(look.label, (LABELS - 0.12) * 72, BODY, at_most=3) for look in looked.values()]
    headings = [wrapped(panel.heading, (panel.width + panel.numbers) * 72, SMALL, "bold") for panel in panels]
    tallest = max(len(lines) for lines in labels)
    pitch, head = max(0.36, 0.17 * tallest + 0.1), 0.17 * max(len(lines) for lines in headings) + 0.08
    sheet = Sheet(title, under, head + pitch * len(labels) + 0.28, interval(note))
    for row, lines in enumerate(labels):
        middle = head + pitch * (row + 0.5)
        weight = "bold" if list(looked.values())[row].base else "normal"
        sheet.write(0, middle - 0.085 * len(lines) + 0.025, lines, weight=weight)
    drawn = []
    for panel, heading in zip(panels, headings, strict=True):
        sheet.write(panel.left, 0, heading, size=SMALL, weight="bold")
        axes = sheet.axes(panel.left, head, panel.width, pitch * len(labels))
        _fill(sheet, axes, panel, looked, head, pitch)
        drawn.append(axes)
    return sheet, drawn


def _fill(sheet: Sheet, axes: Axes, panel: Panel, looked: Mapping[str, Look], head: float, pitch: float) -> None:
    axes.set_ylim(len(looked), 0)
    axes.set_yticks([])
    axes.grid(visible=True, axis="x")
    no_frame(axes)
    for row, (option, look) in enumerate(looked.items()):
        value = panel.values.get(option, UNKNOWN)
        dot(axes, row + 0.5, value, look)
        colour = INK if value.known else MUTED
        text = panel.text(value)
        if panel.numbers > 0:
            lines = wrapped(text, panel.numbers * 72, SMALL, at_most=2)
            middle = head + pitch * (row + 0.5)
            sheet.write(
                panel.left + panel.width + 0.1, middle - 0.085 * len(lines) + 0.032, lines, size=SMALL, color=colour
            )
        else:
            lines = wrapped(text, (panel.width if not value.known else 0.6) * 72, SMALL, at_most=2)
            end = max(value.high if value.has_interval else value.mean, value.mean) if value.known else 0
            place: dict[str, Any] = {
                "xytext": (5, 0),
                "textcoords": "offset points",
                "va": "center",
                "annotation_clip": False,
            }
            axes.annotate("\n".join(lines), (end, row + 0.5), size=SMALL, color=colour, **place)


def dot(axes: Axes, height: float, value: Estimate, look: Look) -> None:
    """A mean as a dot and its interval as a bar through it; nothing where there is no number."""
    if not value.known:
        return
    if value.has_interval:
        axes.plot([value.low, value.high], [height] * 2, color=INK, linewidth=3.4, solid_capstyle="round")
        axes.plot([value.low, value.high], [height] * 2, color=look.colour, linewidth=2.2, solid_capstyle="round")
    axes.plot([value.mean], [height], **look.dot(), zorder=3, clip_on=False)


def _from_nothing(axes: Axes, values: Sequence[Estimate], unit: str) -> None:
    """A scale from nothing to all, or to the greatest."""
    if unit == "share":
        axes.set_xlim(0, 1)
        axes.xaxis.set_major_formatter(FuncFormatter(percent))
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1])
        return
    ends = [end for value in values if value.known for end in (value.mean, value.high)]
    axes.set_xlim(0, 1.06 * max([end for end in ends if end == end], default=0.0) or 1)
    axes.locator_params(axis="x", nbins=4)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda place, _: f"{place:,g}"))


def _centre_on_nothing(axes: Axes, values: Sequence[Estimate], sizes: Sequence[float] = _POINTS) -> None:
    """A symmetrical scale with a line at no change; `sizes` of a step."""
    ends = [abs(end) for value in values if value.known for end in (value.mean, value.low, value.high)]
    reach = max([end for end in ends if end == end], default=0.0)
    step = next((size for size in sizes if size * 2 >= reach), sizes[-1])
    axes.set_xlim(-2.15 * step, 2.15 * step)
    ends_text, half = f"{2 * step:,g}", f"{step:,g}" if len(f"{2 * step:,g}") < 3 else ""
    labels = [f"−{ends_text}", half and f"−{half}", "0", half and f"+{half}", f"+{ends_text}"]
    axes.set_xticks([-2 * step, -step, 0, step, 2 * step], labels)
    axes.axvline(0, color=RULE if not ends else INK, linewidth=1.0, zorder=1)


def _by_option(found: Mapping[tuple[str, str], Estimate]) -> dict[str, Estimate]:
    return {option: value for (option, _), value in found.items()}


def of_group(found: Mapping[tuple[str, str], Estimate], wanted: str) -> dict[str, Estimate]:
    """The estimates of one group, by option."""
    return {option: value for (option, group), value in found.items() if group == wanted}


def _with_interval(value: Estimate) -> str:
    if not value.unit and not value.known:
        return value.note or "not measured"
    unit = {"share": "%", "hours": " h"}.get(value.unit, "")
    number = value.value_text().removesuffix(" hours").removesuffix("%")
    return f"{number}{unit} ({value.interval_text()})" if value.has_interval and value.known else value.value_text()


def _change(value: Estimate) -> str:
    if not value.unit:
        return "–"
    number = value.change_text().removesuffix(f" {change_unit(value.unit)}")
    return f"{number} ({value.interval_text()})" if value.has_interval and value.known else number


def _hours(value: Estimate) -> str:
    return value.value_text().replace(" hours", " h")


def _rag_place(grade: str) -> tuple[int, str]:
    return (RAG_ORDER.index(grade) if grade in RAG_ORDER else len(RAG_ORDER), grade)


def spoken(looked: Mapping[str, Look], values: Mapping[str, Estimate]) -> str:
    """The estimates of every option in words, for a text alternative."""
    parts = [f"{look.label}: {_with_interval(values.get(option, UNKNOWN))}" for option, look in looked.items()]
    return printable("; ".join(parts) + ".")


def _spoken_changes(looked: Mapping[str, Look], values: Mapping[str, Estimate], unit: str = "percentage points") -> str:
    parts = [f"{looked[option].label}: {_change(value)}" for option, value in values.items() if option in looked]
    return printable(f"Change from today in {unit}: {'; '.join(parts)}.") if parts else ""
