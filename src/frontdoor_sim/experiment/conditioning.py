"""Unknown numbers as ranges, conditioned on published symptoms by stated bounds.

BCP's staffing in May 2019 was not published. Nothing is tuned until it looks right: candidates are spread evenly over the
stated ranges, today's model is run with each, and a candidate is kept if the run shows every symptom within its bounds. All
options are then compared over the candidates that were kept, so the ranges stand in every interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from frontdoor_sim.engine import Engine
from frontdoor_sim.experiment.running import draw_contacts, measured
from frontdoor_sim.experiment.workers import worked
from frontdoor_sim.luck import LUCK_BITS, code, draws, key_array
from frontdoor_sim.operating_model import Closed
from frontdoor_sim.scenario import Scenario


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
    between: tuple[float, float]
    unit: str
    source: str


class Symptom(Closed):
    """Something known of today's model that a candidate must show: a measure, and the bounds that count as showing it."""

    measure: str
    say: str
    between: tuple[float, float]
    source: str
    by: str = "all"
    group: str = "all"


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
    return [{path: round(float(column[i]), 3) for path, column in columns.items()} for i in range(candidates)]


def condition(
    base: Scenario,
    unknowns: Sequence[Unknown],
    symptoms: Sequence[Symptom],
    candidates: int,
    seed: int,
    returns_per_contact: float,
    weeks: int | None = None,
    jobs: int | None = None,
    executor: Executor | None = None,
    quiet: bool = True,
    engine: Engine = "auto",
    keep: Path | None = None,
) -> Conditioned:
    """Run today's model with each candidate and keep those that show every symptom.

    Args:
        base: today's model.
        unknowns, symptoms: what is not known, and what is.
        candidates: how many to try.
        seed: of the study; candidate k meets the luck of replication 1,000,000 + k, which no study uses.
        returns_per_contact: of the base.
        weeks: length of the measured window for this purpose; the scenario's own where it is None.
        jobs, executor, quiet: as for `replicate`.
        engine: which engine runs.
        keep: as for `replicate`.
    """
    tried = spread(unknowns, candidates, seed)
    tasks = [
        (base, values, seed, 1_000_000 + number, returns_per_contact, tuple(symptoms), weeks, engine)
        for number, values in enumerate(tried)
    ]
    tables: list[pd.DataFrame] = worked(shown, tasks, jobs, executor, quiet, "Staffing that shows the symptoms", keep)
    found = np.array([table["shows"].to_numpy(float) for table in tables]).reshape(len(tasks), len(symptoms))
    bounds = np.array([symptom.between for symptom in symptoms]).reshape(-1, 2)
    kept = np.all((found >= bounds[:, 0]) & (found <= bounds[:, 1]), axis=1).tolist()
    table = pd.DataFrame(tried).assign(candidate=range(len(tried)), kept=kept)
    for index, symptom in enumerate(symptoms):
        table[f"{symptom.measure} {symptom.by}={symptom.group}"] = found[:, index]
    return Conditioned(table, [values for values, shows in zip(tried, kept, strict=True) if shows])


def shown(
    task: tuple[Scenario, dict[str, float], int, int, float, tuple[Symptom, ...], int | None, Engine],
) -> pd.DataFrame:
    """What one candidate's run shows of each symptom: a row for each, column `shows`."""
    base, values, seed, replication, returns, symptoms, weeks, engine = task
    window = {"run.weeks": weeks, "run.follow_up": 2} if weeks else {}
    candidate = base.varied({**values, **window})
    contacts = draw_contacts(candidate, seed, replication, returns)
    table = measured(candidate, contacts, seed, replication, engine)
    place = table.set_index(["measure", "by", "group"])["value"]
    shows = [float(place.get((symptom.measure, symptom.by, symptom.group), np.nan)) for symptom in symptoms]
    return pd.DataFrame({"shows": shows})
