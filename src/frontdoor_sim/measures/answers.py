"""What a measure answers, and how answers become one tidy table."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, repeat
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray

from frontdoor_sim.event_log import ANY, About
from frontdoor_sim.event_log.columns import Flags, Ints
from frontdoor_sim.measures.breakdowns import EVERY
from frontdoor_sim.measures.journeys import Journeys

Floats = NDArray[np.float64]


class Answer(NamedTuple):
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
    breakdowns = journeys.breakdowns
    below, above = breakdowns.count(counted), breakdowns.count(counted & met)
    number = below if eligible is counted else breakdowns.count(eligible)
    return by_group(journeys, measure, *quotients(above, below), by, number)


def quotients(above: Floats | Ints, below: Ints) -> tuple[Floats, Ints, list[str]]:
    """What each group comes to a contact, of how many contacts, and a note; NaN where there are none.

    Example:
        >>> quotients(np.array([1, 0]), np.array([4, 0]))
        (array([0.25,  nan]), array([4, 0]), ['', 'not measurable: there is no such contact'])
    """
    values = np.where(below > 0, above / np.maximum(below, 1), math.nan)
    notes = ["" if number else "not measurable: there is no such contact" for number in below.tolist()]
    return values, below, notes


def by_group(
    journeys: Journeys,
    measure: str,
    values: Floats,
    contacts: Ints,
    notes: Sequence[str] = (),
    by: Sequence[str] = EVERY,
    eligible: Ints | None = None,
) -> list[Answer]:
    """The answers of a measure under every breakdown; a breakdown without a group is left out.

    Args:
        journeys: the contacts.
        measure: name of the measure.
        values: one for each group of `journeys.breakdowns`.
        contacts: likewise, the contacts in the denominator.
        notes: likewise, or none at all where all are empty.
        by: the breakdowns, the first ones of `EVERY`.
        eligible: one for each group, the contacts for which a group is listed; those in the denominator, where nothing is said.
    """
    listed = journeys.breakdowns.listed(by, contacts if eligible is None else eligible)
    return [
        Answer(
            measure, name, names, values[its], contacts[its], [notes[group] for group in its.tolist()] if notes else ()
        )
        for name, its, names in listed
    ]


def tidy(answers: Sequence[tuple[Answer, str]], about: About) -> pd.DataFrame:
    """Answers, each with its unit, as the table of the dictionary `measures`."""
    words = _in_words(tuple((one.measure, one.by, unit, tuple(one.groups)) for one, unit in answers), about.option)
    notes = chain.from_iterable(answer.notes or repeat("", len(answer.groups)) for answer, _ in answers)
    return pd.DataFrame(
        {
            "run": np.full(len(words["group"]), about.run, dtype=np.int32),
            **{name: words[name] for name in ("option", "measure", "by", "group")},
            "value": np.concatenate([answer.values for answer, _ in answers]),
            "unit": words["unit"],
            "contacts": np.concatenate([answer.contacts for answer, _ in answers]),
            "note": pd.array(list(notes), dtype="str"),
        }
    )


@lru_cache(maxsize=16)
def _in_words(asked: tuple[tuple[str, str, str, tuple[str, ...]], ...], option: str) -> dict[str, ExtensionArray]:
    """What `tidy` says of each row but for its note; kept, since most replications of a model have the same rows.

    Args:
        asked: measure, breakdown, unit and groups of each answer.
        option: name of the model.
    """
    sizes = [len(groups) for *_, groups in asked]
    return {
        "option": _spread([option], [sum(sizes)]),
        "measure": _spread([measure for measure, *_ in asked], sizes),
        "by": _spread([by for _, by, *_ in asked], sizes),
        "group": pd.array(list(chain.from_iterable(groups for *_, groups in asked)), dtype="str"),
        "unit": _spread([unit for *_, unit, _ in asked], sizes),
    }


def held_back(measured: pd.DataFrame, silent: pd.DataFrame) -> pd.DataFrame:
    """A table of measures without the figures that those who recorded the log cannot support; each note says why.

    Args:
        measured: table `measures`.
        silent: table `silent` of what one must know to read the log.

    Example:
        >>> row = {"measure": "decided_within_24h", "by": "all", "value": 1.0, "contacts": 9, "note": ""}
        >>> why = pd.DataFrame([{"measure": "decided_within_24h", "by": "*", "why": "nobody wrote it down"}])
        >>> held_back(pd.DataFrame([row]), why)[["value", "note"]].values.tolist()
        [[nan, 'not measurable: nobody wrote it down']]
    """
    if silent.empty:
        return measured
    out = measured.copy()
    for measure, by, why in silent[["measure", "by", "why"]].itertuples(index=False):
        mine = (out["measure"].eq(measure) | (measure == ANY)) & (out["by"].eq(by) | (by == ANY))
        fresh = mine & ~out["note"].astype(str).str.startswith("not measurable")
        out.loc[fresh, "note"] = f"not measurable: {why}"
        out["value"] = out["value"].mask(mine)
        out["contacts"] = out["contacts"].mask(mine, 0)
    return out


def _spread(words: list[str], sizes: list[int]) -> pd.Categorical[Any]:
    """Each word repeated, as a category whose order is that of first appearance."""
    place = {word: number for number, word in enumerate(dict.fromkeys(words))}
    codes = np.repeat(np.array([place[word] for word in words], dtype=np.int64), sizes)
    return pd.Categorical.from_codes(codes, categories=pd.Index(list(place)))
