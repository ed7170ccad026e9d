"""Unknown numbers as ranges, conditioned on published symptoms by stated bounds.

BCP's staffing in May 2019 was not published. Nothing is tuned until it looks right: candidates are spread evenly over the
stated ranges, today's model is run with each, and a candidate is kept if the run shows every symptom within its bounds. All
options are then compared over the candidates that were kept, so the ranges stand in every interval.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import BeforeValidator

from frontdoor_sim.appraisal import write_tables
from frontdoor_sim.contacts.returning import Returning
from frontdoor_sim.documents import InputError, Mistake, in_words
from frontdoor_sim.experiment.replications import Asked, Place, Task, figures_task
from frontdoor_sim.experiment.workers import USUAL, Workers
from frontdoor_sim.luck import LUCK_BITS, code, draws, key_array
from frontdoor_sim.measures import catalogue
from frontdoor_sim.operating_model import Closed, as_share
from frontdoor_sim.scenario import Scenario


def _numbers(value: Any) -> Any:
    """A range of percentages as numbers: `[3%, 60%]` is `[0.03, 0.6]`."""
    if not isinstance(value, (list, tuple)):
        return value
    return [as_share(end) for end in value]


Between = Annotated[tuple[float, float], BeforeValidator(_numbers)]
"""Lowest and highest value, both within; of a share also as percentages."""


class Unknown(Closed):
    """A number that is not known: where it stands in the scenario, and the range it is thought to lie in.

    Args:
        path: into the scenario (`teams.screening.staff.social_worker.wte`) or its parameters
            (`parameters.durations.screening.scale`).
        say: what it is, in words.
        between: lowest and highest value thought possible.
        unit, source: as for any number.
    """

    path: str
    say: str
    between: Between
    unit: str
    source: str


class Symptom(Closed):
    """Something known of today's model that a candidate must show: a measure, and the bounds that count as showing it."""

    measure: str
    say: str
    between: Between
    source: str
    by: str = "all"
    group: str = "all"

    @property
    def place(self) -> Place:
        """Where it stands in a table of measures."""
        return (self.measure, self.by, self.group)

    @property
    def column(self) -> str:
        """Its column in the table of candidates.

        Example:
            >>> Symptom(measure="decided_within_24h", say="Few", between=(0, 0.4), source="seen").column
            'decided_within_24h all=all'
        """
        return f"{self.measure} {self.by}={self.group}"


@dataclass(frozen=True)
class Conditioned:
    """Candidates and which of them were kept.

    Args:
        candidates: a row each: `candidate`, the unknowns by path, the symptoms by number, `kept`.
        kept: the values of the candidates kept, by path, in order.
    """

    candidates: pd.DataFrame
    kept: list[dict[str, float]]


def spread(unknowns: Sequence[Unknown], candidates: int, seed: int) -> list[dict[str, float]]:
    """Candidates spread evenly over the ranges: a Latin hypercube (McKay, Beckman and Conover 1979) by keyed luck.

    Example:
        >>> staff = Unknown(path="wte", say="Staff", between=(4, 8), unit="WTE", source="a guess")
        >>> sorted(int(value["wte"]) for value in spread([staff], 4, seed=1))
        [4, 5, 6, 7]
    """
    numbers = np.arange(candidates, dtype=np.int64)
    columns: dict[str, np.ndarray] = {}
    for unknown in unknowns:
        keys = key_array((seed, "unknown", unknown.path), numbers)
        place = np.argsort(np.argsort(draws(keys, code("order"))))
        inside = draws(keys, code("place")) / (1 << LUCK_BITS)
        low, high = unknown.between
        columns[unknown.path] = low + (high - low) * (place + inside) / candidates
    places = {unknown.path: _decimals(*unknown.between) for unknown in unknowns}
    return [
        {path: round(float(column[i]), places[path]) for path, column in columns.items()} for i in range(candidates)
    ]


def _decimals(low: float, high: float) -> int:
    """Decimals that tell some hundreds of values of a range apart; at least three.

    Example:
        >>> _decimals(4, 8), _decimals(0.0001, 0.0004)
        (3, 6)
    """
    return max(3, 2 - math.floor(math.log10(high - low))) if high > low else 3


def condition(
    base: Scenario,
    unknowns: Sequence[Unknown],
    symptoms: Sequence[Symptom],
    candidates: int,
    seed: int,
    returning: Returning,
    weeks: int | None = None,
    workers: Workers = USUAL,
) -> Conditioned:
    """Run today's model with each candidate and keep those that show every symptom.

    Args:
        base: today's model.
        unknowns, symptoms: what is not known, and what is.
        candidates: how many to try.
        seed: of the study; candidate k meets the luck of replication 1,000,000 + k, which no study uses.
        returning: of the base.
        weeks: length of the measured window for this purpose; the scenario's own where it is None.
        workers: who runs them.
    """
    tried = spread(unknowns, candidates, seed)
    today = base.varied({"run.weeks": weeks, "run.follow_up": 2}) if weeks else base
    places = tuple(symptom.place for symptom in symptoms)
    asked = [
        Asked(Task((today,), seed, 1_000_000 + number, returning, values, engine=workers.engine), places)
        for number, values in enumerate(tried)
    ]
    say = "Staffing that shows the symptoms"
    tables: list[pd.DataFrame] = workers.do(figures_task, asked, say)
    found = np.array([table["value"].to_numpy(float) for table in tables]).reshape(len(asked), len(symptoms))
    bounds = np.array([symptom.between for symptom in symptoms]).reshape(-1, 2)
    kept = np.all((found >= bounds[:, 0]) & (found <= bounds[:, 1]), axis=1).tolist()
    table = pd.DataFrame(tried).assign(candidate=range(len(tried)), kept=kept)
    for index, symptom in enumerate(symptoms):
        table[symptom.column] = found[:, index]
    return Conditioned(table, [values for values, shows in zip(tried, kept, strict=True) if shows])


def narrowing(found: Conditioned, symptoms: Sequence[Symptom], used: int) -> list[str]:
    """What the symptoms made of the ranges, and which of the candidates kept are used, in sentences.

    Args:
        found: what was tried and what was kept.
        symptoms: by which it was kept.
        used: how many of those kept are used, the first ones.

    Example:
        >>> tried = Conditioned(pd.DataFrame({"candidate": range(4)}), [{"wte": 5.0}] * 4)
        >>> narrowing(tried, [], 4)
        ['No symptom is stated, so nothing narrows the ranges: they are as they were thought possible.']
    """
    tried, kept = len(found.candidates), len(found.kept)
    told = []
    if not symptoms:
        told.append("No symptom is stated, so nothing narrows the ranges: they are as they were thought possible.")
    elif kept == tried:
        told.append(
            f"All {tried} sets that were tried show every symptom: what is known of today narrows nothing, and the ranges are "
            "as they were thought possible."
        )
    if used < kept:
        told.append(
            f"Of the {kept} sets kept, the first {used} are used, one for each replication; their ranges are in brackets."
        )
    return told


class TooFewCandidatesError(InputError):
    """Too few candidates show every symptom.

    Args:
        mistakes: what each symptom asks and what the candidates showed of it.
        candidates: the table of what was tried, as in `Conditioned`.
    """

    def __init__(self, mistakes: Sequence[Mistake], candidates: pd.DataFrame) -> None:
        super().__init__(mistakes)
        self.candidates = candidates

    def __reduce__(self) -> tuple[type[TooFewCandidatesError], tuple[tuple[Mistake, ...], pd.DataFrame]]:  # type: ignore[override]
        """Survive the trip home from a worker process."""
        return (type(self), (self.mistakes, self.candidates))


@contextmanager
def candidates_written(folder: Path) -> Iterator[None]:
    """Where too few candidates show the symptoms, write what was tried as table `candidates` of a results folder."""
    try:
        yield
    except TooFewCandidatesError as error:
        write_tables(folder / "tables", {"candidates": error.candidates})
        raise


def check_enough(
    found: Conditioned, symptoms: Sequence[Symptom], needed: int, where: str, why: str, instead: str = ""
) -> None:
    """Refuse to go on with fewer candidates than are needed, and say of each symptom what it asks and what they showed.

    Args:
        found: what was tried and what was kept.
        symptoms: by which it was kept.
        needed: how many have to be kept.
        where: the file of the appraisal.
        why: what they are needed for.
        instead: what else would do, as the end of a sentence on trying more.

    Raises:
        TooFewCandidatesError: fewer were kept.
    """
    kept, tried = len(found.kept), len(found.candidates)
    if kept >= needed:
        return
    lines = [f"{kept} of {tried} candidates show every symptom, and {needed} are needed."]
    lines += [_shown_of(symptom, found.candidates[symptom.column]) for symptom in symptoms]
    right = f"{needed} candidates that show every symptom: {why}"
    remedy = f"{_remedy(found, symptoms, needed, instead)} Table `candidates` has the figures of each."
    raise TooFewCandidatesError([Mistake(where, "\n          ".join(lines), right, remedy)], found.candidates)


def _shown_of(symptom: Symptom, values: pd.Series) -> str:
    """What a symptom asks, what the candidates showed of it, and how many of them met it."""
    units = dict(catalogue()[["measure", "unit"]].to_numpy())
    of = "" if symptom.by == "all" else f" of {symptom.by}={symptom.group}"
    asks = f"{symptom.measure}{of} ({symptom.say}) is to lie {_range(*symptom.between, units[symptom.measure])}"
    if values.isna().all():
        return f"{asks}: none of the candidates could measure it."
    range_shown = _range(values.min(), values.max(), units[symptom.measure])
    met = int(values.between(*symptom.between).sum())
    return f"{asks}: the candidates lie {range_shown}, and {met} of {len(values)} meet it."


def _range(low: float, high: float, unit: str) -> str:
    """A range in words.

    Example:
        >>> _range(0.03, 0.6, "share"), _range(2, 2.256, "hours")
        ('from 3% to 60%', 'from 2 to 2.26 hours')
    """
    if unit == "share":
        return f"from {round(100 * low, 2):,g}% to {round(100 * high, 2):,g}%"
    return f"from {round(low, 2):,g} to {round(high, 2):,g} {unit}"


def _remedy(found: Conditioned, symptoms: Sequence[Symptom], needed: int, instead: str) -> str:
    """What to do: where every candidate lies on one side of a symptom, more of them hardly help."""
    table = found.candidates
    if found.kept:
        enough = math.ceil(needed * len(table) / len(found.kept))
        return f"Try more: if as large a share of them is kept, about `candidates: {enough}` are enough{instead}."
    beyond = [s.measure for s in symptoms if _beyond(table[s.column], *s.between)]
    if beyond:
        named = in_words(dict.fromkeys(beyond), "and")
        return (
            f"No candidate meets {named}, nor do they lie on both sides of it, so more candidates hardly help: widen the "
            f"ranges under `unknown`, or look again at {named} and its bounds."
        )
    missed = [s.measure for s in symptoms if not table[s.column].between(*s.between).any()]
    if missed:
        named = in_words(dict.fromkeys(missed), "and")
        more = "try more `candidates`, or look at its bounds again."
        return f"No candidate meets {named}, but they lie on both sides of it: {more}"
    return "Each symptom is met by some, but not all by the same: try more `candidates`, or look at the bounds again."


def _beyond(values: pd.Series, low: float, high: float) -> bool:
    """Whether all candidates lie on one side of a symptom's bounds, or none could measure it."""
    known = values.dropna()
    return bool((known < low).all() or (known > high).all())
