"""The workloads in simmer, a package of R (`simmer.R`), where `Rscript` and simmer are installed.

The whole model: schedules of preemptive resources pause and resume work; clones ask the partners, and the join is a
signal, or a time-out by reneging. Monitors of resources are off; times are read from the monitor of arrivals.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

from outside import Log, Outcome, run_outside
from workload import FrontDoor, Tandem

SOURCE = Path(__file__).with_name("simmer.R")
RUNS = 1
NAMES = {FrontDoor: ("screened", "decided", "allocated", "ended"), Tandem: ("ended",)}


def missing() -> str | None:
    """What must be installed to run this peer."""
    if not shutil.which("Rscript"):
        return "R (Rscript)"
    return None if version() else "the R package simmer"


@cache
def version() -> str:
    """The version of simmer, or nothing."""
    question = "cat(tryCatch(as.character(packageVersion('simmer')), error = function(e) ''))"
    said = subprocess.run(["Rscript", "-e", question], capture_output=True, text=True, encoding="utf-8", check=False)
    return said.stdout.strip()


def prepare(table: FrontDoor | Tandem) -> Callable[[], Outcome]:
    """The run of a workload; it times itself."""
    return partial(run_outside, ["Rscript", str(SOURCE)], table, "float64", RUNS)


def log_of(outcome: Outcome, table: FrontDoor | Tandem) -> Log:
    """The times that the peers keep."""
    names = NAMES[type(table)]
    times = outcome.numbers.astype(int).reshape(len(names), table.contacts)
    return {name: row.tolist() for name, row in zip(names, times, strict=True)}
