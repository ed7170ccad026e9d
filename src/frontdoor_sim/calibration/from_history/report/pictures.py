"""The pictures of a calibration; nothing in them can be told of one to five contacts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter
from numpy.typing import NDArray

from frontdoor_sim.calibration.demand import Demand
from frontdoor_sim.calibration.demand_parameters import DAYS, HOURS, patterns, sharing
from frontdoor_sim.calibration.duration_charts import fit_chart
from frontdoor_sim.calibration.durations import Fitted
from frontdoor_sim.calibration.estimates import FEW, wilson, z
from frontdoor_sim.calibration.from_history.deciding import REFERRAL, Decided
from frontdoor_sim.calibration.from_history.judging import Judging
from frontdoor_sim.calibration.ordered_probit import chances
from frontdoor_sim.calibration.turnbull import Bands
from frontdoor_sim.pictures import INK, styled

Floats = NDArray[np.float64]

_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00")
_MARKERS = ("o", "^", "D", "v", "P")
_DASHES: tuple[Any, ...] = ("-", (0, (6, 1.5)), (0, (3, 1.2)), (0, (1.2, 1)), (0, (6, 1.2, 1.2, 1.2)))
_MOST, _FITS = 5, 3
_WIDE = 7.0


def weekly_chart(found: Demand) -> Figure:
    """Contacts a week against what the fit expects, with the band in which nine weeks of ten should lie.

    Weeks with one to five contacts are drawn together at their average.
    """
    weekly = found.weekly()
    counted, expected = (np.sum(list(table.values()), axis=0) for table in (weekly.counted, weekly.expected))
    days = found.rates.expected(found.cells).sum(axis=0)
    of_day = np.bincount(found.cells.day, np.nan_to_num(days), len(found.cells.week))
    squares = np.bincount(found.cells.week, of_day**2, len(expected))
    sd = np.sqrt(expected + found.busy.of_days * squares + found.busy.week.estimate * expected**2)
    few = sharing(counted)
    if len(few):
        counted = counted.copy()
        counted[few] = counted[few].mean()
    with styled("weekly"):
        figure = Figure(figsize=(_WIDE, 2.9), facecolor="white", layout="constrained")
        axes = figure.subplots()
        reach = z(0.9) * sd
        axes.fill_between(weekly.monday, np.maximum(expected - reach, 0), expected + reach, color="#dbe9f4", step="mid",
                          label="Nine weeks of ten")  # fmt: skip
        axes.step(weekly.monday, expected, where="mid", color=_COLOURS[0], linewidth=1.6, label="What the fit expects")
        axes.plot(weekly.monday, counted, "o", color=INK, markersize=3.2, label="Contacts counted")
        axes.set_ylim(bottom=0)
        axes.set_xticks(*_months(weekly.monday))
        axes.set_ylabel("Contacts a week")
        axes.grid(axis="y")
        axes.legend(frameon=False, loc="lower left", ncols=3)
    figure.set_label("Contacts counted in each week, and what the fit expects with the band for nine weeks of ten.")
    return figure


def _months(monday: NDArray[np.datetime64]) -> tuple[list[np.datetime64], list[str]]:
    """About eight marks along the weeks, each the first Monday of a month, and what they are called."""
    month = monday.astype("datetime64[M]")
    first = np.flatnonzero(np.append(True, month[1:] != month[:-1]))
    chosen = first[:: max(1, round(len(first) / 8))]
    names = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    labels = [f"{names[one % 12]} {1970 + one // 12}" for one in month[chosen].astype(np.int64).tolist()]
    return list(monday[chosen]), labels


def patterns_chart(found: Demand) -> Figure:
    """When the five sources with most contacts make them: by weekday and, where times are known, by hour."""
    order = np.argsort(-found.counts.sum(axis=1))[:_MOST].tolist()
    panels = [("Weekday", DAYS)] + ([("Hour of the day", HOURS)] if found.cells.slots > DAYS else [])
    with styled("patterns"):
        figure = Figure(figsize=(_WIDE, 2.9), facecolor="white", layout="constrained")
        several = np.atleast_1d(figure.subplots(1, len(panels), width_ratios=[1, 2][: len(panels)]))
        for axes, (title, groups) in zip(several, panels, strict=True):
            weights = patterns(found, found.rates.slot, groups)
            for place, s in enumerate(order):
                share, look = weights[s] / weights[s].sum(), _look(place)
                axes.plot(np.arange(groups), share, **look, label=plain(found.sources[s]))
            axes.set_title(title, loc="left", fontsize=9.5)
            axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))  # whole percents: an hour has 4 % or more
            axes.yaxis.set_major_formatter(PercentFormatter(1.0, 0))
            axes.set_ylim(bottom=0)
            axes.grid(axis="y")
            if groups == DAYS:
                axes.set_xticks(range(DAYS), ["M", "T", "W", "T", "F", "S", "S"])
            else:
                axes.set_xticks(range(0, HOURS, 3), [f"{hour:02d}" for hour in range(0, HOURS, 3)])
        handles, labels = several[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=_MOST, frameon=False, handlelength=3.2)
    figure.set_label("Share of each source's contacts by weekday and by hour of the day.")
    return figure


def _look(place: int) -> dict[str, Any]:
    """Colour, marker and dashes of a source, each of which tells it apart by itself."""
    return {
        "color": _COLOURS[place],
        "marker": _MARKERS[place],
        "linestyle": _DASHES[place],
        "markersize": 4,
        "linewidth": 1.4,
    }


def durations_chart(found: Sequence[Fitted], bands: Bands | None) -> Figure:
    """The three likeliest families against their history, at 4, 8, 24 and 72 hours.

    Args:
        found: the fits of one span.
        bands: its history without a family, from `lasting.safe_bands`; None where it is known by dates alone.
    """
    with styled("durations"):
        return fit_chart([one for one in found if one.told][:_FITS] or found[:1], bands)


def judged_chart(decided: Decided, judged: Judging) -> Figure:
    """Share judged at level 2 and above, and at level 3 and above, by source: counted and fitted."""
    noise, bias = 0.0, 0.0  # the fit's own scale: thresholds over sqrt(1 + noise^2), less the bias
    contacts = decided.contacts[(decided.contacts["level"] > 0) & ~decided.contacts["back"]]
    group = contacts["source"].map(dict(judged.pooled))
    order = group.value_counts().index.tolist()
    fit = judged.found.cuts(noise)
    cuts = np.array([fit[level].estimate - bias for level in judged.found.levels[1:]])
    needs = {name.removeprefix("source "): one.estimate for name, one in judged.found.needs(noise).items()}
    with styled("judged"):
        figure = Figure(figsize=(_WIDE, 0.9 + 0.34 * len(order)), facecolor="white", layout="constrained")
        axes = figure.subplots()
        for row, name in enumerate(order):
            mine = contacts.loc[group == name, "level"].to_numpy()
            at = np.cumsum(chances(needs.get(str(name), 0.0), cuts, noise)[::-1])[::-1]
            for place, (level, lift) in enumerate(((2, -0.14), (REFERRAL, 0.14))):
                _row(axes, row + lift, mine >= level, float(at[level - 1]), place, row == 0, level)
        axes.set_yticks(range(len(order)), [plain(str(name)) for name in order])
        axes.set_ylim(len(order) - 0.5, -0.5)
        axes.set_xlim(0, 1)
        axes.xaxis.set_major_formatter(PercentFormatter(1.0, 0))
        axes.grid(axis="x")
        handles, labels = axes.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False)
    figure.set_label(
        "Share of decisions at level 2 and above, and at level 3 and above, by source: counted and fitted."
    )
    return figure


def _row(axes: Axes, y: float, hits: NDArray[np.bool_], fitted: float, place: int, first: bool, level: int) -> None:
    """One source and level; what is counted is left out where fewer than six contacts are on either side."""
    if min(int(hits.sum()), int((~hits).sum())) >= FEW:
        one = wilson(float(hits.sum()), float(len(hits)))
        axes.hlines(y, one.low, one.high, color=_COLOURS[place], linewidth=1.6)
        label = f"Level {level} and above, counted" if first else None
        axes.plot(one.estimate, y, _MARKERS[place], color=_COLOURS[place], markersize=5.5, label=label)
    label = "Fitted" if first and level == REFERRAL else None
    axes.plot(fitted, y, "|", color=INK, markersize=11, markeredgewidth=1.8, label=label)


def plain(name: str) -> str:
    """The name of a source in words.

    Example:
        >>> plain("education_services")
        'Education services'
    """
    return "LA services" if name == "la_services" else name.replace("_", " ").capitalize()
