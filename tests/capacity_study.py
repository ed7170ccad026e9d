"""Synthetic councils of known touch and capacity, and what is found of them again: for the long run and its small twin in the tests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from frontdoor_sim.calibration.touch import Headcount, TimedCases
from frontdoor_sim.calibration.touch.facts import Fact
from frontdoor_sim.calibration.touch.posterior import Posterior, posterior
from frontdoor_sim.calibration.touch.reference import Reference
from frontdoor_sim.contacts import draw
from frontdoor_sim.experiment.touch.desk import Desk
from frontdoor_sim.experiment.touch.fitting import candidates, played_rows, taught
from frontdoor_sim.experiment.touch.replay import Replay, Row, midnights_of
from frontdoor_sim.experiment.workers import Workers
from frontdoor_sim.operating_model import OperatingModel
from recovery import Recovery

OPENS = date(2024, 1, 1)
WEEK = 604_800
PER_HOUR = {"Mon-Fri 08:00-18:00": 1.8, "otherwise": 0.15}
"""The town of statistics C1: 107.7 contacts a week, five of six from 8 to 18 on working days."""
WEIGHTS = (0.15,) * 8 + (1.8,) * 10 + (0.15,) * 6
WITH_WAITS = Desk(shift={"Mon-Fri": "09:00-17:00"}, people=(2, 12), hours_of_receipt=WEIGHTS)
NO_WAITS = Desk(shift={"Mon-Fri": "09:00-17:00"}, people=(2, 12), hours_of_receipt=WEIGHTS, waiting_share=None)
ON_LOGS = ("people", "touch_hours", "touch_cv", "waiting_hours")


def town(weeks: int, settles: int, desk: Desk) -> Replay:
    """A year of receipts, the same for every council."""
    bare = {
        "name": "A town", "run": {"opens": OPENS, "weeks": weeks, "warm_up": 0, "follow_up": 0}, "teams": {}, "stages": {},
        "routes": {}, "ends": {}, "arrivals": {"people": {"per_hour": PER_HOUR}},
    }  # fmt: skip
    received = draw(OperatingModel.model_validate(bare), None, 1, 0)["received"].to_numpy(np.int64)
    return Replay(desk, np.sort(received), False, None, OPENS, weeks, settles * WEEK, weeks * WEEK, 0.1)


def dates_of(replay: Replay) -> Replay:
    """The same receipts where only their dates are known, and every run, a council's own too, has other hours."""
    midnights = midnights_of(replay.line())
    days = midnights[np.searchsorted(midnights, replay.received, side="right") - 1]
    return replace(replay, received=days, to_the_day=True)


@dataclass
class Runs:
    """Runs of one desk, played once and kept in a file of JSON lines, so that a stopped study goes on where it was.

    A run has the luck of (seed, its number); seeds of reference and councils differ.
    """

    replay: Replay
    seed: int
    number: int
    is_reference: bool
    file: Path | None = None
    rows: list[Row] = field(default_factory=list)

    def play(self, jobs: int = 1) -> list[Row]:
        values = candidates(self.replay.desk, self.number, self.seed)
        teach = taught(self.number) if self.is_reference else 0
        self.rows = self._kept()[: self.number]
        while (at := len(self.rows)) < self.number:
            mine = values[at : at + 100]
            once = min(max(teach - at, 0), len(mine))
            done = played_rows(self.replay, mine, self.seed, once, at, Workers(jobs))
            self._keep(done)
            self.rows += done
        return self.rows

    def _kept(self) -> list[Row]:
        if self.file is None or not self.file.exists():
            return []
        lines = self.file.read_text(encoding="utf-8").splitlines()
        return [Row(one[0], tuple(one[1]), tuple(one[2])) for one in map(json.loads, lines)]

    def _keep(self, rows: Sequence[Row]) -> None:
        if self.file is not None:
            with self.file.open("a", encoding="utf-8") as out:
                out.writelines(json.dumps(list(row)) + "\n" for row in rows)


@dataclass
class Cell:
    """What is found of some councils in one way; each council's truth was drawn as the reference's own were."""

    name: str
    councils: Sequence[Row]
    reference: Reference
    to_the_day: bool = False
    fact: str = ""
    found: list[Posterior] = field(default_factory=list)

    def infer(self, recovery: Recovery | None, seed: int) -> pd.DataFrame:
        """Add every quantity and effect to a recovery; a row for each council: truth, middle, sd on its scale."""
        random = np.random.default_rng(seed)
        rows = []
        for council in self.councils:
            truth = council.quantities
            facts = fact_of(self.fact, truth, random)
            used, _ = council.dated if self.to_the_day else council.timed
            found = posterior(self.reference, used, facts, seed)
            self.found.append(found)
            for name in [name for name in found.prior if name in truth]:
                middle, low, high = (logged(name, end) for end in found.interval(name))
                rows.append((name, truth["load"], logged(name, truth[name]), middle, low, high))
                if recovery is not None:
                    recovery.add(f"{self.name}: {name}", logged(name, truth[name]), (middle, low, high))
        return pd.DataFrame(rows, columns=["quantity", "load", "truth", "middle", "low", "high"])


def logged(name: str, value: float) -> float:
    return float(np.log(value)) if name in ON_LOGS else value


def fact_of(kind: str, truth: dict[str, float], random: np.random.Generator) -> tuple[Fact, ...]:
    """A headcount to half a person, or thirty timed cases, as a council with this truth would give it."""
    if kind == "headcount":
        return (Headcount(max(truth["people"] + random.normal(0, 0.5), 0.3), 0.5),)
    if kind == "timed cases":
        variance = np.log1p(truth["touch_cv"] ** 2)
        times = random.lognormal(np.log(truth["touch_hours"]) - variance / 2, np.sqrt(variance), 30)
        return (TimedCases(30, float(times.mean())),)
    return ()
