"""What somebody at the screen waits for: a whole replication of BCP's year, and the first one on a machine and in a process.

A replication is drawn, played and measured, every measure of it. The first on a machine compiles the engine, for which a
folder of its own stands in for a new machine; in a later process the engine is read from there, and the clock starts with
the process. Other users of a machine make everything on it slower, and some processes are unlucky in where their memory lies:
the least of several processes tells what the code takes, and the middle what one got.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from kernel_alone import kernel_seconds
from levers import MODELS, SEED, whole_seconds
from tqdm import tqdm

from frontdoor_sim.contacts.returning import NOBODY
from frontdoor_sim.experiment import returning
from frontdoor_sim.experiment.running import draw_contacts, measured
from frontdoor_sim.scenario import read_scenario

UNSEEN = 2  # replications before the clock counts


def main() -> None:
    """Print seconds until the first replication is there, and milliseconds of the later ones."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processes", type=int, default=5)
    parser.add_argument("--replications", type=int, default=50, help="in each process")
    parser.add_argument("--alone", action="store_true", help="be one of the processes")
    asked = parser.parse_args()
    if asked.alone:
        alone(asked.replications)
        return
    with TemporaryDirectory() as folder:
        found = [in_a_new_process(folder, asked.replications) for _ in tqdm(range(1 + asked.processes), "processes")]
    new, later = found[0], found[1:]
    print(f"first replication on a machine: {new['first']:.1f} s")
    print(f"a later process, from its start to its first replication: {said([one['ready'] for one in later], 1, 's')}")
    for name in ("whole replication", "kernel alone"):
        least = said([min(one[name]) for one in later], 1e3, "ms")
        print(f"{name}: {least}; in the middle {1e3 * median(median(one[name]) for one in later):.1f} ms of CPU")


def said(figures: list[float], scale: float, unit: str) -> str:
    """The least and the greatest of a figure over all processes."""
    least, greatest = scale * min(figures), scale * max(figures)
    return f"least {least:.3g} {unit} (in the slowest process {greatest:.3g})"


def in_a_new_process(cache: str, replications: int) -> dict[str, Any]:
    """What a new process tells, which keeps what it compiles in a folder; `ready` is when its first replication is there."""
    began = perf_counter()
    with subprocess.Popen(
        [sys.executable, __file__, "--alone", f"--replications={replications}"],
        env={**os.environ, "NUMBA_CACHE_DIR": cache},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        first = process.stdout.readline()
        ready = perf_counter() - began
        told = json.loads(process.stdout.readline())
    return {"first": float(first), "ready": ready, **told}


def alone(replications: int) -> None:
    """Tell the seconds of the first replication by the clock on the wall, and then those of CPU that later ones take."""
    scenario, began = read_scenario(MODELS["today"]), perf_counter()
    measured(scenario, draw_contacts(scenario, SEED, 0, NOBODY), SEED, 0, "compiled")
    print(perf_counter() - began, flush=True)
    back = returning(scenario, SEED)
    whole = [whole_seconds(scenario, number, back, "compiled") for number in range(UNSEEN + replications)][UNSEEN:]
    kernel = kernel_seconds(scenario, draw_contacts(scenario, SEED, 0, back), SEED, 0, 9)
    print(json.dumps({"whole replication": whole, "kernel alone": kernel}))


if __name__ == "__main__":
    main()
