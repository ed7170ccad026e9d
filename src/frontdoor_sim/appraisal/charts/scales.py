"""Axes in hours and in per cent."""

from __future__ import annotations

import math
from collections.abc import Iterable

from matplotlib.axis import Axis

from frontdoor_sim.appraisal.wording import Estimate

_STEPS = (1, 2, 3, 6, 12, 24, 48, 72, 96, 120, 168, 240, 336, 480, 672, 1008, 2016, 4032)


def percent(share: float, _position: object = None) -> str:
    """A share as a percentage.

    Example:
        >>> percent(0.25)
        '25%'
    """
    return f"{share * 100:.0f}%"


def hour_step(reach: float, inches: float) -> int:
    """The distance between ticks [hours], a part or a multiple of a day, with 0.45 in for each label.

    Example:
        >>> hour_step(120, 2.5), hour_step(30, 2.5)
        (24, 6)
    """
    return next((step for step in _STEPS if reach / step * 0.45 <= inches), _STEPS[-1])


def hour_ticks(axis: Axis, reach: float, inches: float, last: str = " h") -> None:
    """Ticks at parts or multiples of a day, up to `reach` hours on an axis `inches` long.

    `last` is written after the last number.
    """
    step = hour_step(reach, inches)
    places = [step * number for number in range(int(reach // step) + 1)]
    axis.set_ticks(places, labels=[f"{place:,}" + (last if place == places[-1] else "") for place in places])


def hours_range(values: Iterable[Estimate]) -> float:
    """The end of an axis of hours that shows every mean and interval; 24 if there is none."""
    ends = [end for value in values if value.known for end in (value.mean, value.high) if math.isfinite(end)]
    return max(1.0, max(ends, default=24.0) * 1.04)
