"""What the levers cost: a contact of BCP's full model beside one of its first model, in one interleaved run.

The first model (`first_model/as_found.yaml`) is that of 23 November 2026: stages, teams, sites, checks, consent and returns,
and nothing of what has come since. Today's is `scenarios/bcp/as_found.yaml`. Its warm-up is longer, so costs are told for each
contact that is played, returns among them.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from time import process_time

import pandas as pd
from kernel_alone import kernel_seconds

from frontdoor_sim.contacts.returning import Returning
from frontdoor_sim.engine import Engine
from frontdoor_sim.experiment import returning
from frontdoor_sim.experiment.running import draw_contacts, measured, simulate
from frontdoor_sim.scenario import Scenario, read_scenario

HERE = Path(__file__).parent
MODELS = {"first": HERE / "first_model" / "as_found.yaml", "today": HERE.parent / "scenarios" / "bcp" / "as_found.yaml"}
SEED = 1


def main() -> None:
    """Time both models, and print microseconds a contact and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    scenarios = {name: read_scenario(path) for name, path in MODELS.items()}
    for scenario in scenarios.values():  # unseen: compiles the kernel, and runs the pilot
        costs(scenario, 0)
    rows: dict[str, list[dict[str, float]]] = {name: [] for name in scenarios}
    for number in range(rounds):
        for name, scenario in scenarios.items():
            rows[name].append(costs(scenario, number))
    table = pd.DataFrame({name: pd.DataFrame(told).median() for name, told in rows.items()})
    ratios = pd.DataFrame(rows["today"]) / pd.DataFrame(rows["first"])
    table = table.assign(ratio=ratios.median(), least=ratios.min(), greatest=ratios.max())
    print(table.round(2).to_string())


def costs(scenario: Scenario, replication: int) -> dict[str, float]:
    """CPU microseconds a contact of one replication: the kernel alone, a whole replication, and the reference engine."""
    back = returning(scenario, SEED)
    log = simulate(scenario, draw_contacts(scenario, SEED, replication, back), SEED, replication, "compiled")
    number = len(log.contacts)
    return {
        "contacts": number,
        "rows of the log": len(log.events),
        "kernel": 1e6 * least_kernel_seconds(scenario, replication, back) / number,
        "whole replication": 1e6 * whole_seconds(scenario, replication, back, "compiled") / number,
        "reference engine": 1e6 * whole_seconds(scenario, replication, back, "simpy") / number,
    }


def least_kernel_seconds(scenario: Scenario, replication: int, back: Returning) -> float:
    """Of the event loop, on worlds laid out before; the least of three."""
    return min(kernel_seconds(scenario, draw_contacts(scenario, SEED, replication, back), SEED, replication, 3))


def whole_seconds(scenario: Scenario, replication: int, back: Returning, engine: Engine) -> float:
    """Of drawing, playing and measuring."""
    began = process_time()
    measured(scenario, draw_contacts(scenario, SEED, replication, back), SEED, replication, engine)
    return process_time() - began


if __name__ == "__main__":
    main()
