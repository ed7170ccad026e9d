"""What somebody at the screen waits for: a whole replication of BCP's year, and the first one on a machine and in a process.

A replication is drawn, played and measured, every measure of it. The first on a machine compiles the engine, for which a
folder of its own stands in for a new machine; in a later process the engine is read from there.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
from kernel_alone import kernel_seconds
from levers import MODELS, SEED, whole_seconds

from frontdoor_sim.contacts.returning import NOBODY
from frontdoor_sim.experiment import returning
from frontdoor_sim.experiment.running import draw_contacts, measured
from frontdoor_sim.scenario import Scenario, read_scenario

UNSEEN = 2  # replications before the clock counts


def main() -> None:
    """Print seconds until the first replication is there, and milliseconds of the later ones."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replications", type=int, default=50)
    parser.add_argument(
        "--first", action="store_true", help="tell the seconds of the first replication, and nothing else"
    )
    asked, scenario = parser.parse_args(), read_scenario(MODELS["today"])
    if asked.first:
        print(seconds_of_the_first(scenario))
        return
    with TemporaryDirectory() as folder:
        print(
            f"first on a machine: {in_a_new_process(folder):.1f} s; first of a later process: {in_a_new_process(folder):.2f} s"
        )
    back = returning(scenario, SEED)
    whole = np.array(
        [whole_seconds(scenario, number, back, "compiled") for number in range(UNSEEN + asked.replications)][UNSEEN:]
    )
    kernel = kernel_seconds(scenario, draw_contacts(scenario, SEED, 0, back), SEED, 0, 9)
    for name, seconds in (("whole replication", whole), ("kernel alone", np.array(kernel))):
        print(f"{name}: least {1e3 * seconds.min():.1f} ms, in the middle {1e3 * np.median(seconds):.1f} ms of CPU")


def in_a_new_process(cache: str) -> float:
    """Seconds of the first replication of a new process, which keeps what it compiles in a folder."""
    told = subprocess.run(
        [sys.executable, __file__, "--first"],
        env={**os.environ, "NUMBA_CACHE_DIR": cache},
        stdout=subprocess.PIPE,
        check=True,
    )
    return float(told.stdout)


def seconds_of_the_first(scenario: Scenario) -> float:
    """Seconds by the clock on the wall, once everything is imported."""
    began = perf_counter()
    measured(scenario, draw_contacts(scenario, SEED, 0, NOBODY), SEED, 0, "compiled")
    return perf_counter() - began


if __name__ == "__main__":
    main()
