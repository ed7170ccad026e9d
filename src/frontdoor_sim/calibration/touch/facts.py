"""Facts from outside the stamps: a headcount, or some cases timed with a watch.

Stamps alone hardly tell few who work fast from many who work slowly, least of all where cases also wait for others. One
such fact does. It is taken as one more statistic: every run of the reference shows what it would have been there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from frontdoor_sim.calibration.touch.stamps import Floats
from frontdoor_sim.documents import InputError, Mistake


class Fact(Protocol):
    """What is known besides the stamps, on a logarithmic scale."""

    @property
    def say(self) -> str:
        """The fact in words."""

    @property
    def seen(self) -> float:
        """Its value."""

    def quantity(self, quantities: pd.DataFrame) -> Floats:
        """What it measures, in each run of the reference."""

    def error(self, quantities: pd.DataFrame) -> Floats:
        """How far it is usually off, in each run of the reference (sd)."""


@dataclass(frozen=True)
class Headcount:
    """How many people worked on this at once, whole-time, from the rota or the payroll; only what they gave to this work.

    Args:
        people: how many, on average.
        give_or_take: how far that may be off (one standard deviation).

    Raises:
        InputError: a number that is not above 0.

    Example:
        >>> Headcount(6, 0.5).say
        '6 people at work at once, give or take 0.5'
    """

    people: float
    give_or_take: float

    def __post_init__(self) -> None:
        _above_nothing("headcount", {"people": self.people, "give_or_take": self.give_or_take})

    @property
    def say(self) -> str:
        """The fact in words."""
        return f"{self.people:g} people at work at once, give or take {self.give_or_take:g}"

    @property
    def seen(self) -> float:
        """Logarithm of the number of people."""
        return float(np.log(self.people))

    def quantity(self, quantities: pd.DataFrame) -> Floats:
        """Logarithm of the people of each run."""
        return np.asarray(np.log(quantities["people"].to_numpy(dtype=np.float64)))

    def error(self, quantities: pd.DataFrame) -> Floats:
        """The same in every run."""
        return np.full(len(quantities), self.give_or_take / self.people)


@dataclass(frozen=True)
class TimedCases:
    """The mean touch time of some cases timed with a watch, drawn without choosing.

    Args:
        cases: how many; 30 are enough to be worth while.
        mean_hours: their mean hours of work.

    Raises:
        InputError: a number that is not above 0.

    Example:
        >>> TimedCases(30, 1.9).say
        '30 timed cases, 1.9 hours on average'
    """

    cases: int
    mean_hours: float

    def __post_init__(self) -> None:
        _above_nothing("timed cases", {"cases": self.cases, "mean_hours": self.mean_hours})

    @property
    def say(self) -> str:
        """The fact in words."""
        return f"{self.cases} timed cases, {self.mean_hours:g} hours on average"

    @property
    def seen(self) -> float:
        """Logarithm of the mean."""
        return float(np.log(self.mean_hours))

    def quantity(self, quantities: pd.DataFrame) -> Floats:
        """Logarithm of the mean touch time of each run."""
        return np.asarray(np.log(quantities["touch_hours"].to_numpy(dtype=np.float64)))

    def error(self, quantities: pd.DataFrame) -> Floats:
        """Of a mean of so many cases, from the spread of touch times in each run."""
        spread = quantities["touch_cv"].to_numpy(dtype=np.float64)
        return np.asarray(np.sqrt(np.log1p(spread**2 / self.cases)))


def _above_nothing(where: str, numbers: dict[str, float]) -> None:
    mistakes = [
        Mistake(
            f"{where}: {name}", f"{value!r} is not above 0.", "A number above 0.", "Correct it, or leave the fact out."
        )
        for name, value in numbers.items()
        if not value > 0
    ]
    if mistakes:
        raise InputError(mistakes)
