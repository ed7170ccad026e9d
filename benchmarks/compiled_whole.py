"""Our compiled engine as a study runs it: plan, roster, run and all measures, of a given table; no log is written.

A run takes some milliseconds, so the median of `RUNS` runs in one process is told, as for C++.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from time import process_time

import numpy as np
import ours
import pandas as pd
from ours import contacts_of, scenario_of
from workload import FrontDoor, Tandem

from frontdoor_sim.event_log import EventLog
from frontdoor_sim.experiment.running import measured, simulate
from frontdoor_sim.scenario import Scenario

RUNS = 21


@dataclass(frozen=True)
class Timed:
    """Median CPU seconds of some runs, and the log of one more."""

    seconds: float
    log: EventLog


def prepare(table: FrontDoor | Tandem) -> Callable[[], Timed]:
    """The runs of a workload, to be timed; a first one goes before, which has the kernel compiled or read from disk."""
    scenario, contacts = scenario_of(table), contacts_of(table)
    return partial(timed, partial(measured, scenario, contacts, 1, 0, "compiled"), scenario, contacts)


def timed(run: Callable[[], object], scenario: Scenario, contacts: pd.DataFrame) -> Timed:
    """Run once unseen, then some times; the log comes from one more run."""
    run()
    seconds = []
    for _ in range(RUNS):
        began = process_time()
        run()
        seconds.append(process_time() - began)
    return Timed(float(np.median(seconds)), simulate(scenario, contacts, 1, 0, "compiled"))


def log_of(timed: Timed, table: FrontDoor | Tandem) -> dict[str, list[int]]:
    """The times that the peers keep, read from the event log."""
    return ours.log_of(timed.log, table)
