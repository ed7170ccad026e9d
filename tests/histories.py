"""Invented histories with known truth, for the tests of the estimators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from frontdoor_sim.calibration.interval_censored import DAY, MINUTE, SECOND, Observed, observe
from frontdoor_sim.calibration.school_holidays import school_holidays
from frontdoor_sim.calibration.window import Cells, Window, lay_out
from frontdoor_sim.working_time import NEVER, WallClock

HOUR = 3_600
HOLIDAYS = school_holidays(2017, 2026)
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


@dataclass(frozen=True)
class Town:
    """An invented town whose demand is known: three sources, each with its habits, and busy days and weeks.

    Args:
        window: dates of its history.
        day, week: variances of the factors.
        scale: of the rates; 1 gives 91 contacts a week.
    """

    window: Window
    day: float = 0.04
    week: float = 0.0225
    scale: float = 1.0

    sources = ("health", "police", "schools")
    weekdays = (
        np.array([1.15, 1.05, 1.0, 1.0, 0.95, 0.1, 0.1]),
        np.array([1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]),
        np.array([1.1, 1.0, 1.0, 1.0, 1.2, 0.02, 0.02]),
    )
    hours = (OFFICE, np.array([1.0] * 24), np.array([0.05] * 8 + [1.0] * 4 + [2.0] * 5 + [0.05] * 7))
    months = np.array([0.97, 1.12, 1.08, 1.01, 0.81, 1.0, 1.01, 1.04, 0.93, 1.02, 1.0, 1.03])
    weekly = np.array([30.0, 35.0, 35.0])
    bank = np.array([0.3, 1.0, 0.1])
    school = np.array([0.9, 1.0, 0.15])

    @cached_property
    def clock(self) -> WallClock:
        return WallClock(self.window.first)

    @cached_property
    def cells(self) -> Cells:
        return lay_out(self.window, self.clock, HOLIDAYS)

    @cached_property
    def expected(self) -> np.ndarray:
        """Expected contacts by source and hour."""
        cells, rows = self.cells, []
        for weekly, weekdays, hours, bank, school in zip(
            self.weekly, self.weekdays, self.hours, self.bank, self.school, strict=True
        ):
            slot = np.outer(weekdays, hours).ravel()
            rate = self.scale * weekly * slot / slot.sum() * (self.months / self.months.mean())[:, None]
            rows.append(
                rate[cells.month, cells.slot]
                * np.where(cells.bank_holiday, bank, 1)
                * np.where(cells.school_holiday, school, 1)
            )
        return np.array(rows)

    def history(self, random: np.random.Generator, level: np.ndarray | float = 1.0) -> tuple[np.ndarray, np.ndarray]:
        """Seconds of receipt and sources; `level` scales the days."""
        cells = self.cells
        factor = _gamma(random, self.day, len(cells.week)) * _gamma(random, self.week, len(cells.monday))[cells.week]
        counts = random.poisson(self.expected * (factor * level)[cells.day])
        source, cell = np.nonzero(counts)
        number = counts[source, cell]
        received = np.repeat(cells.edges[cell], number) + random.integers(0, HOUR, number.sum())
        return received, np.array(self.sources)[np.repeat(source, number)]


def _gamma(random: np.random.Generator, variance: float, number: int) -> np.ndarray:
    return random.gamma(1 / variance, variance, number) if variance else np.ones(number)


TWO_YEARS = Window(date(2023, 1, 2), date(2024, 12, 29))
ONE_YEAR = Window(date(2024, 1, 1), date(2024, 12, 29))
