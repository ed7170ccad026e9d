"""Our compiled kernel alone: the event loop, luck and all rows of the log, on a world that is laid out before.

It is to be read beside C++, which has a table read before its clock starts.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import process_time

import numpy as np
import pandas as pd
from compiled_whole import RUNS, Timed, log_of
from ours import contacts_of, scenario_of
from workload import FrontDoor, Tandem

from frontdoor_sim.engine.compiled import kernel
from frontdoor_sim.engine.compiled.layout import plan_words, world
from frontdoor_sim.experiment.running import prepared, simulate
from frontdoor_sim.scenario import Scenario

__all__ = ["log_of", "prepare"]


def prepare(table: FrontDoor | Tandem) -> Callable[[], Timed]:
    """The runs of a workload; they time themselves."""
    return partial(timed, scenario_of(table), contacts_of(table))


def timed(scenario: Scenario, contacts: pd.DataFrame) -> Timed:
    """Play some fresh worlds, the first of them unseen."""
    seconds = kernel_seconds(scenario, contacts, 1, 0, RUNS + 1)
    return Timed(float(np.median(seconds[1:])), simulate(scenario, contacts, 1, 0, "compiled"))


def kernel_seconds(scenario: Scenario, contacts: pd.DataFrame, seed: int, replication: int, runs: int) -> list[float]:
    """CPU seconds of the event loop in some fresh worlds; none of them ran out of room."""
    roster, plan = prepared(scenario, contacts, seed, replication)
    laid, room = plan_words(plan), 1
    seconds: list[float] = []
    while len(seconds) < runs:
        words = world(laid, roster, contacts, room).words
        began = process_time()
        kernel.run(words)
        seconds.append(process_time() - began)
        if words[kernel.FULL]:
            seconds, room = [], 2 * room
    return seconds
