"""Compare engines in one interleaved run: `python benchmarks/run.py`.

Each round runs every engine once on every workload, in an order that rotates, and each run has a fresh process, so that
neither memory nor caches carry over. Ratios are taken within a round and their median is printed.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from clock import Stopwatch, Task
from installed import missing
from report import PEERS, markdown, summary

HERE = Path(__file__).parent
WORKLOADS = ("balanced", "overload", "partial", "tandem")
ONLY = {"partial": ("ours", "engine", "compiled", "kernel", "ciw")}  # what Ciw can say; every other workload is for all
SIZES = (5_000, 20_000, 50_000, 200_000)


def tasks_of(options: argparse.Namespace) -> list[Task]:
    """The runs of a round: every engine on every workload, then ours on the other sizes."""
    engines = [engine for engine in PEERS if engine not in options.skip and not missing(engine)]
    sizes = {name: options.tandem if name == "tandem" else options.contacts for name in options.workloads}
    tasks = [
        Task(engine, name, size)
        for name, size in sizes.items()
        for engine in engines
        if engine in ONLY.get(name, engines)
    ]
    return list(dict.fromkeys([*tasks, *(Task("ours", "balanced", size) for size in options.sizes)]))


def measure(watch: Stopwatch, tasks: list[Task], options: argparse.Namespace) -> None:
    """Run all rounds, saying on the error stream how it goes."""
    for number in range(options.rounds):
        turn = number * len(tasks) // options.rounds
        for task in tasks[turn:] + tasks[:turn]:
            if number and task.engine in options.once:
                continue
            seconds = watch.run(task, number)
            words = f"round {number + 1}: {task.engine:8} {task.workload:9} {task.contacts:8,} {seconds:9.4f} s"
            print(words, file=sys.stderr, flush=True)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare frontdoor-sim with other engines on the same work.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--contacts", type=int, default=20_000, help="of the front-door workload")
    parser.add_argument("--tandem", type=int, default=200_000, help="customers of the tandem")
    parser.add_argument("--workloads", nargs="*", choices=WORKLOADS, default=list(WORKLOADS))
    parser.add_argument("--sizes", nargs="*", type=int, default=list(SIZES), help="sizes for our cost per contact")
    parser.add_argument("--skip", nargs="*", choices=list(PEERS), default=[], help="engines to leave out")
    parser.add_argument("--once", nargs="*", choices=list(PEERS), default=["salabim"], help="engines of round 1 only")
    parser.add_argument("--output", type=Path, default=HERE / "results.json")
    return parser.parse_args()


def main() -> None:
    options = read_options()
    for peer in PEERS:
        if peer not in options.skip and missing(peer):
            print(f"left out, not installed: {peer} ({missing(peer)})", file=sys.stderr)
    tasks = tasks_of(options)
    with tempfile.TemporaryDirectory() as folder:
        watch = Stopwatch(Path(folder))
        measure(watch, tasks, options)
        results = {"rounds": options.rounds, **summary(watch, tasks, options.sizes)}
    options.output.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(markdown(results))


if __name__ == "__main__":
    main()
