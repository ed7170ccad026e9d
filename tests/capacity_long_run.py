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

from capacity_study import NO_WAITS, WITH_WAITS, Cell, Runs, dates_of, town
from frontdoor_sim.calibration.touch.checks import NOWHERE, checks
from frontdoor_sim.experiment.touch.fitting import reference_of
from recovery import Recovery

SEED = 20261204
BUDGET = {
    "with waits, times": (WITH_WAITS, 3_000),
    "councils with waits, times": (WITH_WAITS, 100),
    "with waits, dates": (WITH_WAITS, 1_800),
    "no waits, times": (NO_WAITS, 1_200),
    "councils without waits, times": (NO_WAITS, 60),
    "no waits, dates": (NO_WAITS, 1_200),
    "councils with waits, dates": (WITH_WAITS, 60),
    "councils without waits, dates": (NO_WAITS, 60),
}
"""Runs of the table: the desk, and how many; those of dates have hours of receipt of their own."""

LOADS = (0.4, 0.6, 0.8, 0.9, 0.95, 1.0)


def play(folder: Path | None, share: float, jobs: int) -> dict[str, Runs]:
    """The whole table."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    table = {}
    for place, (name, (desk, number)) in enumerate(BUDGET.items()):
        file = None if folder is None else folder / f"{name.replace(', ', '_').replace(' ', '_')}.jsonl"
        year = town(52, 8, desk)
        replay = dates_of(year) if name.endswith("dates") else year
        table[name] = Runs(replay, SEED + place, int(number * share), not name.startswith("councils"), file)
        begun = time.perf_counter()
        table[name].play(jobs)
        print(f"{name}: {len(table[name].rows):,} runs, {(time.perf_counter() - begun) / 60:.1f} minutes", flush=True)
    return table


def cells(table: dict[str, Runs]) -> tuple[list[Cell], list[Cell]]:
    """Cells in which the model is right, and those in which it is not, or the truth lies on the edge of what it allows."""
    told = {name: reference_of(runs.replay, runs.rows) for name, runs in table.items() if runs.is_reference}
    right, wrong = [], []
    for stamps in ("times", "dates"):
        by_day = stamps == "dates"
        waited, direct = (table[f"councils {waits} waits, {stamps}"].rows for waits in ("with", "without"))
        with_waits, no_waits = told[f"with waits, {stamps}"], told[f"no waits, {stamps}"]
        right += [
            Cell(stamps, waited, with_waits, by_day),
            Cell(f"{stamps} and a headcount", waited, with_waits, by_day, "headcount"),
            Cell(f"{stamps} and 30 timed cases", waited, with_waits, by_day, "timed cases"),
            Cell(f"no waits, {stamps}", direct, no_waits, by_day),
        ]
        wrong += [
            Cell(f"waits not modelled, {stamps}", waited, no_waits, by_day),
            Cell(f"waits modelled, none there, {stamps}", direct, with_waits, by_day),
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
