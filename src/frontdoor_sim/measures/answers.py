"""What a measure answers, and how answers become one tidy table."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.event_log.record import codes, numbers
from frontdoor_sim.measures.journeys import Flags, Ints, Journeys

Floats = NDArray[np.float64]
ATTRIBUTES = ("rag", "source", "area", "level")
"""Attributes of a contact that measures are broken down by: drawn ones, that no option assigns."""
EVERY = ("all", *ATTRIBUTES)


@dataclass(frozen=True)
class Answer:
    """Values of one measure under one breakdown, one a group.

    Args:
        measure: name of the measure.
        by: what the values are broken down by.
        groups: the members of that breakdown.
        values: one a group; NaN where it cannot be measured.
        contacts: contacts in each denominator; 0 where contacts are not counted.
        notes: one a group, or none at all where all are empty.
    """

    measure: str
    by: str
    groups: Sequence[str]
    values: Floats
    contacts: Ints
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Measure:
    """One function of a log, and the measures that it answers.

    Args:
        answer: the function; its docstring is the manual's text, formula included.
        names: names of the measures.
        unit: unit of their values.
        by: breakdowns, for the manual.
        needs: precision of the log's times without which there is no answer; `working day` needs the minute unless
            receipt stays open all day.
    """

    answer: Callable[[Journeys], Iterable[Answer]]
    names: tuple[str, ...]
    unit: str
    by: tuple[str, ...] = ("all",)
    needs: Literal["minute", "day", "working day"] = "minute"


def single(measure: str, value: float, contacts: int = 0, note: str = "") -> Answer:
    """One value, not broken down.

    Example:
        >>> single("open_at_end", 3.0, contacts=3).groups
        ('all',)
    """
    return Answer(measure, "all", ("all",), np.array([value], dtype=float), np.array([contacts]), (note,))


def missing(measure: str, why: str) -> Answer:
    """The answer of a measure that cannot be had: NaN, and why.

    Example:
        >>> missing("utilisation", "the log holds no duty").notes
        ('not measurable: the log holds no duty',)
    """
    return single(measure, math.nan, note=f"not measurable: {why}")


@dataclass(frozen=True)
class Grouping:
    """A breakdown of contacts: its groups, and for each contact the place of its group (-1 for none)."""

    by: str
    groups: tuple[str, ...]
    place: Ints


def groupings(journeys: Journeys, eligible: Flags, by: Sequence[str] = EVERY) -> list[Grouping]:
    """Breakdowns of contacts, with the groups that occur among the eligible ones; `all` is always there."""
    found = []
    for name in by:
        words, place = _attribute(journeys, name)
        present = (np.bincount(place[eligible & (place >= 0)], minlength=len(words)) > 0) | (name == "all")
        number = np.append(np.where(present, np.cumsum(present) - 1, -1), -1)
        groups = tuple(word for word, here in zip(words, present, strict=True) if here)
        found.append(Grouping(name, groups, number[place]))
    return [grouping for grouping in found if grouping.groups]


def _attribute(journeys: Journeys, name: str) -> tuple[list[str], Ints]:
    if name == "all":
        return ["all"], np.zeros(journeys.number, dtype=np.int64)
    if name == "level":
        return ["1", "2", "3", "4"], numbers(journeys.contacts, "level") - 1
    return codes(journeys.contacts, name)


def shares(
    journeys: Journeys, measure: str, eligible: Flags, counted: Flags, met: Flags, by: Sequence[str] = EVERY
) -> list[Answer]:
    """Share of the counted contacts that met something, under every breakdown.

    Args:
        journeys: the contacts.
        measure: name of the measure.
        eligible: contacts whose groups are listed, by what they are rather than by what befell them.
        counted: contacts in the denominator.
        met: contacts in the numerator, where counted too.
        by: the breakdowns.
    """
    answers = []
    for grouping in groupings(journeys, eligible, by):
        size = len(grouping.groups)
        inside = counted & (grouping.place >= 0)
        below = np.bincount(grouping.place[inside], minlength=size)
        above = np.bincount(grouping.place[inside & met], minlength=size)
        values = np.where(below > 0, above / np.maximum(below, 1), math.nan)
        notes = ["" if number else "not measurable: there is no such contact" for number in below]
        answers.append(Answer(measure, grouping.by, grouping.groups, values, below, notes))
    return answers


def tidy(answers: Sequence[tuple[Answer, str]]) -> pd.DataFrame:
    """Answers, each with its unit, as columns `measure, by, group, value, unit, contacts, note`."""
    sizes = [len(answer.groups) for answer, _ in answers]
    notes = [answer.notes or [""] * len(answer.groups) for answer, _ in answers]
    return pd.DataFrame(
        {
            "measure": _spread([answer.measure for answer, _ in answers], sizes),
            "by": _spread([answer.by for answer, _ in answers], sizes),
            "group": [group for answer, _ in answers for group in answer.groups],
            "value": np.concatenate([answer.values for answer, _ in answers]),
            "unit": _spread([unit for _, unit in answers], sizes),
            "contacts": np.concatenate([answer.contacts for answer, _ in answers]),
            "note": [note for several in notes for note in several],
        }
    )


def _spread(words: list[str], sizes: list[int]) -> pd.Categorical:
    """Each word repeated, as a category whose order is that of first appearance."""
    unique = list(dict.fromkeys(words))
    return pd.Categorical(np.repeat(np.array(words, dtype=object), sizes), categories=unique)
