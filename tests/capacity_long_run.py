"""The long run of touch and capacity: synthetic councils whose truth is found again from two stamps a contact. From the root of
the project:

python tests/capacity_long_run.py --folder results/capacity

One table of runs serves the whole study. Runs that teach play one year once, the others five times (as it was; one worker
more, one fewer; 10 % more contacts, 10 % fewer). It is kept in the folder as it grows, so that a stopped run goes on. Seeds are fixed here,
and were before anybody looked. The band of coverage holds all quantities of all cells together in which the model is
right; what a wrong model says is shown beside, and is to be wrong. docs/touch-and-capacity.md records the last run. The
program ends with 1 where any quantity is at fault.
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import date
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import pandas as pd

from capacity_study import NO_WAITS, WITH_WAITS, Cell, Runs, references, town
from frontdoor_sim.calibration.touch.checks import NOWHERE, checks
from recovery import Recovery

SEED = 20261127
BUDGET = {
    "with waits": (WITH_WAITS, 4_500, False),
    "councils with waits": (WITH_WAITS, 100, False),
    "councils with waits, other hours": (WITH_WAITS, 60, True),
    "no waits": (NO_WAITS, 1_500, False),
    "councils without waits": (NO_WAITS, 60, False),
    "councils without waits, other hours": (NO_WAITS, 60, True),
}
"""Runs of the table: the desk, how many, and whether receipts are at other hours of their days than in the reference."""

LOADS = (0.4, 0.6, 0.8, 0.9, 0.95, 1.0)


def play(folder: Path | None, share: float, jobs: int) -> dict[str, Runs]:
    """The whole table."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    table = {}
    for place, (name, (desk, number, apart)) in enumerate(BUDGET.items()):
        file = None if folder is None else folder / f"{name.replace(', ', '_').replace(' ', '_')}.jsonl"
        table[name] = Runs(
            town(52, 8, desk), SEED + place, int(number * share), not name.startswith("councils"), file, apart
        )
        begun = time.perf_counter()
        table[name].play(jobs)
        print(f"{name}: {len(table[name].rows):,} runs, {(time.perf_counter() - begun) / 60:.1f} minutes", flush=True)
    return table


def cells(table: dict[str, Runs]) -> tuple[list[Cell], list[Cell]]:
    """Cells in which the model is right, and those in which it is not, or the truth lies on the edge of what it allows."""
    waits = references(table["with waits"].replay, table["with waits"].rows)
    none = references(table["no waits"].replay, table["no waits"].rows)
    councils = {name: runs.rows for name, runs in table.items() if name.startswith("councils")}
    timed, dated = councils["councils with waits"], councils["councils with waits, other hours"]
    timed_none, dated_none = councils["councils without waits"], councils["councils without waits, other hours"]
    right = [
        Cell("times", timed, waits[False], False),
        Cell("times and a headcount", timed, waits[False], False, "headcount"),
        Cell("times and 30 timed cases", timed, waits[False], False, "timed cases"),
        Cell("dates", dated, waits[True], True),
        Cell("dates and a headcount", dated, waits[True], True, "headcount"),
        Cell("no waits, times", timed_none, none[False], False),
        Cell("no waits, dates", dated_none, none[True], True),
    ]
    wrong = [
        Cell("waits not modelled, times", timed, none[False], False),
        Cell("waits not modelled, dates", dated, none[True], True),
        Cell("waits modelled, none there, times", timed_none, waits[False], False),
        Cell("waits modelled, none there, dates", dated_none, waits[True], True),
    ]
    return right, wrong


def by_load(name: str, found: pd.DataFrame, quantities: tuple[str, ...]) -> list[str]:
    """Root mean square errors of a cell by the true load, to be held against C1, C2 and C8."""
    rows = []
    for low, high in pairwise(LOADS):
        mine = found[(found["load"] >= low) & (found["load"] < high)]
        errors = [
            np.sqrt(((one["middle"] - one["truth"]) ** 2).mean()) if len(one) else np.nan
            for one in (mine[mine["quantity"] == quantity] for quantity in quantities)
        ]
        number = int((mine["quantity"] == "people").sum())
        rows.append(f"| {name} | {low:g} to {high:g} | {number} | " + " | ".join(f"{one:.3f}" for one in errors) + " |")
    return rows


def flagged(cell: Cell) -> str:
    """How many councils some check flags, and how many look like no run at all."""
    failed = outside = 0
    for council, found in zip(cell.councils, cell.found, strict=True):
        _, others = council.dated if cell.to_the_day else council.timed
        failed += bool(checks(found, cell.reference, others)["fails"].any())
        outside += found.far < NOWHERE
    return f"| {cell.name} | {failed} of {len(cell.found)} | {outside} of {len(cell.found)} |"


def main() -> int:
    parser = argparse.ArgumentParser(description="Recover touch and capacity of synthetic councils.")
    parser.add_argument("--folder", type=Path, help="where the table of runs is kept (not kept)")
    parser.add_argument("--share", type=float, default=1.0, help="of the budget of runs (1)")
    parser.add_argument("--jobs", type=int, default=1, help="worker processes (1)")
    asked = parser.parse_args()
    begun = time.perf_counter()
    table = play(asked.folder, asked.share, asked.jobs)
    right, wrong = cells(table)
    recovery, shown, errors, flags = Recovery(), Recovery(), [], []
    quantities = ("people", "load", "touch_cv", "touch_hours", "effect_of_one_fewer", "effect_of_demand_up")
    for place, cell in enumerate([*right, *wrong]):
        found = cell.infer(recovery if cell in right else shown, SEED + 100 + place)
        errors += by_load(cell.name, found, quantities)
        flags.append(flagged(cell))
    number = sum(len(runs.rows) for runs in table.values())
    print(f"\n{date.today()}, {number:,} runs, seed {SEED}, {len(recovery.found)} quantities held to the band\n")
    print(recovery.text(), "\n\nA wrong model, or a truth on the edge of what is allowed (not held to the band):\n")
    print(shown.text(), "\n\nRoot mean square errors by load:\n")
    print("| cell | load | councils | " + " | ".join(quantities) + " |\n" + "|---" * (len(quantities) + 3) + "|")
    print("\n".join(errors), "\n\n| cell | flagged by a check | like no run |\n|---|---|---|")
    print("\n".join(flags), "\n")
    faults = recovery.faults()
    print("\n".join(faults) or "No quantity is at fault.")
    print(f"Taken: {(time.perf_counter() - begun) / 60:.0f} minutes.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
