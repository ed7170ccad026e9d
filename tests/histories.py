"""Invented histories with known truth, for the tests of the estimators."""

from __future__ import annotations

import numpy as np

from frontdoor_sim.calibration.interval_censored import DAY, MINUTE, SECOND, Observed, observe
from frontdoor_sim.working_time import NEVER

HOUR = 3_600
YEAR = 364 * DAY
OFFICE = np.array([0.15] * 8 + [1.8] * 10 + [0.15] * 6)
"""Receipts by hour of the day: twelve times as many from 8 to 18."""

SHAPES = {
    "exponential": {"distribution": "exponential", "mean": 20.0},
    "lognormal": {"distribution": "lognormal", "median": 19.21, "sigma": 0.944},
    "gamma": {"distribution": "gamma", "mean": 30.0, "cv": 0.7},
    "weibull": {"distribution": "weibull", "mean": 30.0, "shape": 1.4},
    "exponential and lognormal": {
        "distribution": "mixture",
        "shares": [0.4, 0.6],
        "of": [
            {"distribution": "exponential", "mean": 3.0},
            {"distribution": "lognormal", "median": 40.0, "sigma": 0.6},
        ],
    },
}


def starts(random: np.random.Generator, number: int, hours: np.ndarray | None = None) -> np.ndarray:
    """Seconds of starts over 52 weeks, uniform or by hour of the day."""
    if hours is None:
        return random.integers(0, YEAR, number)
    of_day = random.choice(24, number, p=hours / hours.sum()) * HOUR + random.integers(0, HOUR, number)
    return random.integers(0, YEAR // DAY, number) * DAY + of_day


def seen(
    started: np.ndarray,
    hours: np.ndarray,
    width: int = SECOND,
    *,
    until: int | None = None,
    entered: int | None = None,
    density: np.ndarray | None = None,
) -> Observed:
    """A history of these cases as stamps of this width would tell it, open at `until`, and known from `entered`."""
    ended = (started + hours * HOUR).astype(np.int64)
    if entered is not None:
        known = ended >= entered
        started, ended = started[known], ended[known]
    is_open = np.zeros(len(started), dtype=bool) if until is None else ended >= until
    if until is not None:
        begun = started < until
        started, ended, is_open = started[begun], ended[begun], is_open[begun]
    return observe(
        started // width * width,
        np.where(is_open, NEVER, ended // width * width),
        start_width=width,
        end_width=width,
        until=NEVER if until is None else until,
        entered=-NEVER if entered is None else entered,
        hours=density if width == DAY else None,
    )


WIDTHS = {"second": SECOND, "minute": MINUTE, "day": DAY}
