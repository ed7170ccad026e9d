"""The figures of the statistics notes (sections C3 and C6), made again by this engine. From the root of the project:

python tests/figures_long_run.py --replications 100

One desk of six people, Monday to Friday 09-17, takes contacts as they come (108 a week, around the clock), lognormal touch,
first in first out, work set down at five; year after year of the same Front Door, measured by `decided_within_24h`.
docs/recovery-figures.md records the last run.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np

from frontdoor_sim import draw, measure, read_scenario
from frontdoor_sim.experiment.running import read_run
from frontdoor_sim.scenario import Scenario

SEED = 20261126
A_WEEK, OPEN_HOURS, PEOPLE, CV = 108.0, 40.0, 6, 0.8
DESK = """\
name: One desk
run: {{opens: 2024-01-01, weeks: 52, warm_up: 13 weeks, follow_up: 2 weeks}}
shifts: {{cover: {cover}}}
clock: cover
receipt_closes: "17:00"
arrivals:
  people: {{per_hour: {{"Mon-Fri 08:00-18:00": 1.8, otherwise: 0.15}}}}
teams:
  desk: {{staff: [{{role: officer, wte: {people}, shift: cover}}]}}
stages:
  decision: {{team: desk, touch: {{distribution: lognormal, mean: {touch:.6f}, cv: {cv}, unit: minutes}}, decides: true}}
routes: {{entry: decision, decision: closed}}
ends: {{closed: {{provides: 1}}}}
"""
OFFICE = '{Mon-Fri: "09:00-17:00", bank_holidays: "09:00-17:00"}'
"""Theirs is a world without bank holidays; with them closed every figure is some two points lower."""
COVERS = {
    "Mon-Fri 9-17": OFFICE,
    "Mon-Fri 8-20": '{Mon-Fri: "08:00-20:00", bank_holidays: "08:00-20:00"}',
    "7 days 9-17": '{Mon-Sun: "09:00-17:00", bank_holidays: "09:00-17:00"}',
}
CEILING = {
    "Mon-Fri 9-17": {5: 0.048, 6: 0.753, 7: 0.866, 8: 0.878, 10: 0.882, 14: 0.884, 40: 0.885},
    "Mon-Fri 8-20": {5: 0.923, 6: 0.929, 7: 0.931, 8: 0.931, 10: 0.932, 14: 0.932, 40: 0.932},
    "7 days 9-17": {5: 0.908, 6: 0.978, 7: 0.987, 8: 0.989, 10: 0.990, 14: 0.991, 40: 0.991},
}
"""C6: P(<= 24 h) by cover and people, touch of two hours."""
NOISE = {0.6: (0.900, 0.0043, 0.0006, 0.0059), 0.75: (0.881, 0.0067, 0.0039, 0.0082), 0.85: (0.830, 0.0230, 0.0199, 0.0242),
         0.92: (0.688, 0.0709, 0.0644, 0.0722), 0.97: (0.421, 0.1377, 0.1272, 0.1399)}  # fmt: skip
"""C3, by load: mean and sd of P(<= 24 h), and sd of the difference one worker makes, on the same contacts and on others."""


def desk(folder: Path, touch_hours: float, people: int = PEOPLE, cover: str = OFFICE) -> Scenario:
    """The one desk as a scenario file, read again."""
    path = folder / "desk.yaml"
    minutes = 60 * touch_hours
    path.write_text(DESK.format(cover=cover, people=people, touch=minutes, cv=CV), encoding="utf-8")
    return read_scenario(path)


def shares(scenario: Scenario, replications: int, first: int = 0) -> np.ndarray:
    """Share decided within 24 hours in each of so many years."""
    found = []
    for number in range(first, first + replications):
        contacts = draw(scenario.model, scenario.parameters, SEED, number)
        table = measure(read_run(scenario, contacts, SEED, number))
        mine = (table["measure"] == "decided_within_24h") & (table["by"] == "all")
        found.append(float(table.loc[mine, "value"].item()))
    return np.array(found)


def touch_of(load: float) -> float:
    """Hours of touch at which six people carry a load."""
    return load * PEOPLE * OPEN_HOURS / A_WEEK


def ceilings(folder: Path, replications: int) -> None:
    """C6: no number of people decides within 24 hours what comes while nobody is there for longer."""
    print("\n| cover | people | theirs | ours |\n|---|---|---|---|")
    for cover, rows in CEILING.items():
        for people, theirs in rows.items():
            ours = shares(desk(folder, 2.0, people, COVERS[cover]), replications).mean()
            print(f"| {cover} | {people} | {theirs:.3f} | {ours:.3f} |", flush=True)


def noise(folder: Path, replications: int) -> None:
    """C3: what one year's share varies by, and what the same contacts spare in the difference that one worker makes."""
    print(
        "\n| load | mean, theirs / ours | sd | sd of the difference, same contacts | other contacts | ratio of variances |"
    )
    print("|---|---|---|---|---|---|")
    for load, (mean, spread, paired, apart) in NOISE.items():
        base = shares(desk(folder, touch_of(load)), replications)
        more = desk(folder, touch_of(load), PEOPLE + 1)
        same = (shares(more, replications) - base).std(ddof=1)
        other = (shares(more, replications, 10_000) - base).std(ddof=1)
        print(f"| {load:.2f} | {mean:.3f} / {base.mean():.3f} | {spread:.4f} / {base.std(ddof=1):.4f} | {paired:.4f} / "
              f"{same:.4f} | {apart:.4f} / {other:.4f} | {(apart / paired) ** 2:.1f} / {(other / same) ** 2:.1f} |",
              flush=True)  # fmt: skip


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--replications", type=int, default=100, help="years of each row (100)")
    number = asked.parse_args().replications
    with tempfile.TemporaryDirectory() as folder:
        ceilings(Path(folder), max(number // 5, 4))
        noise(Path(folder), number)
    return 0


if __name__ == "__main__":
    sys.exit(main())
