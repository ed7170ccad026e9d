"""A fit held against its history as a picture, in the hours that matter."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator, PercentFormatter
from numpy.typing import NDArray

from frontdoor_sim.calibration.durations import HOURS_THAT_MATTER, Fitted
from frontdoor_sim.calibration.estimates import tells, told_steps
from frontdoor_sim.calibration.turnbull import Bands, by_dates, fit_by_dates, turnbull

Floats = NDArray[np.float64]

_LOOKS = (("#0072b2", "o"), ("#d55e00", "^"), ("#009e73", "D"), ("#cc79a7", "v"), ("#e69f00", "P"), ("#56b4e9", "X"))
_INK, _MUTED, _RULE = "#1d2733", "#4d5b69", "#c3ccd5"
_MOST = len(_LOOKS)
_NEAREST, _FURTHEST = 0.5, 400.0
_STAGGER = 0.16
_DAYS = 7


def fit_chart(found: Sequence[Fitted], bands: Bands | None = None) -> Figure:
    """Fits against their history, and the share within the hours that matter.

    Left, where stamps have a time: for each edge of the bands, x is the hour by which the history has a share, y the hour
    by which the fit has the same share; on the diagonal they agree. Left, for dates: the share by days between the two
    dates, which is all that dates can say. Right: the fits' shares with their 90 % intervals.

    Args:
        found: fits of one history, at most six; the first is named as chosen.
        bands: the history without a family; by default `turnbull` of it.

    Raises:
        ValueError: no fit, or more than six.
    """
    if not 0 < len(found) <= _MOST:
        raise ValueError(f"a chart shows 1 to {_MOST} fits, not {len(found)}")
    observed = found[0].observed
    figure = Figure(figsize=(9.2, 4.6), facecolor="white", layout="constrained")
    left, right = figure.subplots(1, 2)
    seen: Bands | None = None
    if observed.dates is None:
        seen = turnbull(observed) if bands is None else bands
        _quantiles(left, found, seen)
    else:
        _days(left, found)
    _shares(right, found, seen)
    unit = "hours" if observed.clock == "elapsed" else "working hours"
    title = f"Does the fit hold where it matters? Durations in {unit}"
    figure.suptitle(title, x=0.01, ha="left", fontsize=12.5, fontweight="bold", color=_INK)
    handles, labels = left.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False, fontsize=9)
    figure.set_label(title)
    return figure


def _name(place: int, one: Fitted) -> str:
    return one.family.name.capitalize() + (" (chosen)" if place == 0 else "")


def _quantiles(axes: Axes, found: Sequence[Fitted], bands: Bands) -> None:
    for hour in HOURS_THAT_MATTER:
        axes.axvline(hour, color=_RULE, linewidth=0.8, zorder=0)
    ends = [_NEAREST, _FURTHEST]
    axes.plot(ends, ends, color=_INK, linewidth=1, zorder=1)
    here = (bands.edges >= _NEAREST) & (bands.edges <= _FURTHEST) & (bands.reached > 0) & (bands.reached < 1)
    here &= np.isfinite(told_steps(bands.reached, found[0].observed.number))
    for place, one in enumerate(found):
        colour, marker = _LOOKS[place]
        fitted = one.distribution.ppf(bands.reached[here])
        look: dict[str, Any] = {"color": colour, "marker": marker, "markersize": 4.5, "linewidth": 1}
        axes.plot(bands.edges[here], fitted, **look, label=_name(place, one))
    axes.set(xscale="log", yscale="log", xlim=ends, ylim=ends, xlabel="History", ylabel="Fit")
    axes.set_title("Hour by which the same share is over", loc="left", fontsize=10, color=_INK)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(FixedLocator([1.0, *HOURS_THAT_MATTER, 240.0]))
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    _tidy(axes)


def _days(axes: Axes, found: Sequence[Fitted]) -> None:
    days = np.arange(_DAYS + 1)
    seen = told_steps(by_dates(found[0].observed, _DAYS), found[0].observed.number)
    axes.bar(days, seen, color="#dfe4e9", edgecolor=_MUTED, width=0.9, label="History")
    offsets = _offsets(len(found))
    for place, (one, offset) in enumerate(zip(found, offsets, strict=True)):
        colour, marker = _LOOKS[place]
        fitted = fit_by_dates(one.observed, one.shape, _DAYS)
        look: dict[str, Any] = {"color": colour, "marker": marker, "markersize": 5, "linestyle": "none"}
        axes.plot(days + offset, fitted, **look, label=_name(place, one))
    axes.set(ylim=(0, 1), xlabel="Days between the two dates")
    axes.set_xticks(days)
    axes.set_title("Share that is over (all that dates can say)", loc="left", fontsize=10, color=_INK)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, 0))
    _tidy(axes)


def _offsets(number: int) -> Floats:
    return np.asarray((np.arange(number) - (number - 1) / 2) * _STAGGER)


def _shares(axes: Axes, found: Sequence[Fitted], bands: Bands | None) -> None:
    rows = np.arange(len(HOURS_THAT_MATTER))
    if bands is not None:
        number = found[0].observed.number
        seen = [math.nan if tells(bands.within(hour), number) else bands.within(hour) for hour in HOURS_THAT_MATTER]
        axes.hlines(seen, rows - 0.42, rows + 0.42, color=_INK, linewidth=2.2)
    for place, (one, offset) in enumerate(zip(found, _offsets(len(found)), strict=True)):
        colour, marker = _LOOKS[place]
        parts = np.array([one.share_within(hour) for hour in HOURS_THAT_MATTER])
        axes.vlines(rows + offset, parts[:, 1], parts[:, 2], color=colour, linewidth=1.6)
        axes.plot(rows + offset, parts[:, 0], color=colour, marker=marker, markersize=5.5, linestyle="none")
    axes.set_xticks(rows, [f"{hour:g}" for hour in HOURS_THAT_MATTER])
    axes.set(
        xlim=(-0.6, len(rows) - 0.4), ylim=(-0.03, 1.04), yticks=np.linspace(0, 1, 6), xlabel="Within so many hours"
    )
    heading = "Share that is over" + (" (black bar: history)" if bands is not None else ", by the fits")
    axes.set_title(heading, loc="left", fontsize=10, color=_INK)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, 0))
    _tidy(axes)


def _tidy(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(_RULE)
    axes.tick_params(color=_RULE, labelcolor=_MUTED, labelsize=9)
    axes.xaxis.label.set(color=_MUTED, fontsize=9)
    axes.yaxis.label.set(color=_MUTED, fontsize=9)
