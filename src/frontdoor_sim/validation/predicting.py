"""The held-out part simulated many times, and what each time shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import pandas as pd

from frontdoor_sim.engine import Engine
from frontdoor_sim.event_log import EventLog
from frontdoor_sim.experiment.running import read_run
from frontdoor_sim.experiment.workers import USUAL, Workers
from frontdoor_sim.measures.journeys import Journeys
from frontdoor_sim.measures.table_reading import TableReading
from frontdoor_sim.scenario import Scenario
from frontdoor_sim.validation.statistics import Seen, seen


class Arrivals(Protocol):
    """Who comes to the part, and the scenario that meets them."""

    @property
    def scenario(self) -> Scenario:
        """The scenario, over the held-out weeks."""

    def contacts(self, seed: int, replication: int) -> pd.DataFrame:
        """The contacts of a replication."""


@dataclass(frozen=True)
class Part:
    """One simulation of the held-out part.

    Args:
        arrivals: who comes, and the scenario that meets them.
        seed, replication: key of all luck.
        by_date: whether it is read by date, as the history is.
        engine: which engine runs it.
    """

    arrivals: Arrivals = field(repr=False)
    seed: int
    replication: int
    by_date: bool
    engine: Engine = "auto"


def show(part: Part) -> Seen:
    """Run a part and read what it shows."""
    contacts = part.arrivals.contacts(part.seed, part.replication)
    log = read_run(part.arrivals.scenario, contacts, part.seed, part.replication, part.engine)
    return seen(Journeys(TableReading(log) if isinstance(log, EventLog) else log), part.by_date)


def predicted(parts: Sequence[Part], workers: Workers = USUAL, say: str = "Held-out part") -> list[Seen]:
    """What each of several parts shows, in their order."""
    shown: list[Seen] = workers.do(show, parts, say)
    return shown
