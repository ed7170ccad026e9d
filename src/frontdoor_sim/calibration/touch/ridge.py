"""Touch against capacity as a picture: the ridge along which a history cannot tell them apart."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from frontdoor_sim.calibration.touch.posterior import Posterior

_INK, _MUTED, _RULE, _BLUE, _ORANGE = "#1d2733", "#4d5b69", "#c3ccd5", "#0072b2", "#e69f00"
_SHADES = ((0.9, "#cfe3f2"), (0.5, "#7fb5d9"))
_CELLS = 70


def ridge_chart(found: Posterior, before_facts: Posterior | None = None) -> Figure:
    """People against hours of work a contact: where the pairs lie that could have made the history.

    Shaded: the smallest areas that hold 50 and 90 % of the posterior. Thin grey lines: pairs of equal load. Grey dots: pairs
    that were thought possible before.

    Args:
        found: the posterior.
        before_facts: the posterior from the stamps alone, drawn as an outline, where outside facts were given.
    """
    figure = Figure(figsize=(7.0, 4.9), facecolor="white", layout="constrained")
    axes = figure.subplots()
    prior = found.prior[:: max(len(found.prior) // 300, 1)]
    axes.scatter(prior["people"], prior["touch_hours"], s=5, color=_RULE, linewidths=0, zorder=1)
    people, touch, height, levels = _heights(found)
    axes.contourf(
        people, touch, height, [levels[0.9], levels[0.5], height.max()], colors=[c for _, c in _SHADES], zorder=2
    )
    if before_facts is not None:
        outer = _heights(before_facts)
        axes.contour(*outer[:3], [outer[3][0.9]], colors=[_ORANGE], linestyles="dashed", linewidths=1.4, zorder=3)
    axes.set(xscale="log", yscale="log", xlabel="People at work at once", ylabel="Hours of work a contact")
    low, high = float(found.prior["people"].min()), float(found.prior["people"].max())
    least, most = np.quantile(found.prior["touch_hours"], (0.01, 1)).tolist()
    axes.set(xlim=(low * 0.95, high * 1.05), ylim=(least * 0.9, most * 1.1))
    _equal_loads(axes, found, low, high)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(subs=(1, 2, 3, 5, 7)))
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.label.set(color=_MUTED, fontsize=9)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(_RULE)
    axes.tick_params(color=_RULE, labelcolor=_MUTED, labelsize=9)
    title = "Few who work fast, or many who work slowly?"
    under = "Dark: half of what could have made the history; light: nine tenths. Grey lines: equal load."
    if before_facts is not None:
        under += "\nDashed: nine tenths from the stamps alone, before the outside fact."
    figure.suptitle(title, x=0.01, ha="left", fontsize=12.5, fontweight="bold", color=_INK)
    axes.set_title(under, loc="left", fontsize=9, color=_MUTED)
    figure.set_label(f"{title} {under}")
    return figure


def _heights(found: Posterior) -> tuple[np.ndarray, np.ndarray, np.ndarray, dict[float, float]]:
    """A smooth density over logarithms of people and touch, and the heights above which 50 and 90 % of it lie."""
    logs = np.log(found.draws[["people", "touch_hours"]].to_numpy(dtype=np.float64))
    weights = found.weights
    centre = weights @ logs
    covariance = np.cov(logs.T, aweights=weights) + 1e-8 * np.eye(2)
    width = covariance * (1 / (weights**2).sum()) ** (-1 / 3)
    reach = 4 * np.sqrt(np.diag(covariance))
    sides = [np.linspace(centre[k] - reach[k], centre[k] + reach[k], _CELLS) for k in (0, 1)]
    grid = np.stack(np.meshgrid(*sides), axis=-1).reshape(-1, 2)
    apart = np.einsum("gdk,kl,gdl->gd", grid[:, None] - logs[None], np.linalg.inv(width), grid[:, None] - logs[None])
    height = (np.exp(-apart / 2) @ weights).reshape(_CELLS, _CELLS)
    falling = np.sort(height.ravel())[::-1]
    reached = np.cumsum(falling) / falling.sum()
    levels = {share: float(falling[np.searchsorted(reached, share)]) for share, _ in _SHADES}
    return np.exp(sides[0]), np.exp(sides[1]), height, levels


def _equal_loads(axes: object, found: Posterior, low: float, high: float) -> None:
    """Lines of equal load, which run along the ridge."""
    one = found.prior.iloc[0]
    touch_of_one = float(one["touch_hours"] / (one["people"] * one["load"]))
    for load in (0.4, 0.6, 0.8, 1.0):
        ends = np.array([low, high])
        axes.plot(ends, ends * load * touch_of_one, color=_RULE, linewidth=0.8, zorder=1.5)  # type: ignore[attr-defined]
        where = (high * 1.01, high * load * touch_of_one)
        axes.annotate(f"load {load:.0%}", where, fontsize=8, color=_MUTED, va="center", annotation_clip=False)  # type: ignore[attr-defined]
