"""The long run of the estimators: bias and coverage of every quantity over many invented histories. From the root of the
project:

python tests/estimators_long_run.py --repetitions 120

Seeds are fixed here, and were before anybody looked. Every quantity of every part is in one table, and the band of coverage
holds all of them together. docs/estimators.md records the last run. The program ends with 1 where any quantity is at fault.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
from scipy.stats import binom, norm
from tqdm import tqdm

from frontdoor_sim.calibration.batches import families_of, hand_overs
from frontdoor_sim.calibration.breaks import steadiness
from frontdoor_sim.calibration.demand import demand
from frontdoor_sim.calibration.durations import fit
from frontdoor_sim.calibration.families import CANDIDATES, Family
from frontdoor_sim.calibration.interval_censored import DAY, observe
from frontdoor_sim.event_log.columns import Flags, Ints
from frontdoor_sim.experiment.pilot import returning
from frontdoor_sim.experiment.running import draw_contacts, read_run
from frontdoor_sim.measures.journeys import Journeys
from frontdoor_sim.scenario import Scenario, read_scenario
from histories import HOLIDAYS, HOUR, ONE_YEAR, SHAPES, TWO_YEARS, WIDTHS, Town, seen, starts
from recovery import OUTSIDE, Recovery
from test_batches import batched
from test_breaks import EVEN, MONDAYS, SEASON, history
from test_demand import recover as recover_demand
from test_durations import naive
from test_durations import recover as recover_durations
from test_spans import holds, waits_of_a_queue
from test_thresholds import recover as recover_thresholds

SEED = 20261126
CASES, CASES_OF_A_MIXTURE, DECISIONS = 1_000, 3_000, 4_000
ROWS = 100_000
LEAN = 0.4
"""sd by which a mixture whose first part is over within hours may lean where only dates are known: docs/estimators.md."""


def durations(recovery: Recovery, repetitions: int) -> None:
    """Every family from times and from dates, with open cases and cases begun before the history."""
    for place, name in enumerate(SHAPES):
        cases = CASES_OF_A_MIXTURE if "and" in name else CASES
        for width in WIDTHS:
            recover_durations(recovery, name, width, cases, repetitions, SEED + place)


def towns(recovery: Recovery, repetitions: int) -> None:
    """Demand of a town of 91 contacts a week over two years, and over one year with a season given."""
    recover_demand(Prefixed(recovery, "two years: "), Town(TWO_YEARS), repetitions // 2, SEED + 10)
    recover_demand(Prefixed(recovery, "one year: "), Town(ONE_YEAR), repetitions // 2, SEED + 11, season=Town.months)
    random = np.random.default_rng(SEED + 12)
    for _ in range(repetitions):
        received, source, town = batched(random, 0.6)
        found = hand_overs(received, source, town.clock)
        recovery.add("share handed over at 08:30", 0.6, found[0].share)
        children = 1 + random.poisson(0.72, 2_000)
        rows = np.repeat(np.arange(2_000), children)
        recovery.add("children in a contact", 1.72, families_of(rows * 60, np.full(len(rows), "police"), rows).mean())


def decisions(recovery: Recovery, repetitions: int) -> None:
    """Thresholds and needs with no case, 100, 300 and 1,000 cases decided twice."""
    for twice in (0, 100, 300, 1_000):
        recover_thresholds(recovery, DECISIONS, twice, repetitions, SEED + 20 + twice)


class Prefixed(Recovery):
    """A recovery that writes into another, under names that begin alike."""

    def __init__(self, whole: Recovery, prefix: str) -> None:
        super().__init__(whole.found)
        self.prefix = prefix

    def add(self, name: str, truth: float, interval: tuple[float, float, float]) -> None:
        super().add(self.prefix + name, truth, interval)


def dates_taken_for_hours(repetitions: int) -> str:
    """Share within 24 h of a lognormal of mean 30 h and cv 1.2, from 3,000 cases, read in six ways."""
    variance = np.log1p(1.2**2)
    median, sigma = 30 * np.exp(-variance / 2), np.sqrt(variance)
    random, none, lognormal = np.random.default_rng(SEED + 30), np.zeros(3_000, dtype=np.int64), Family(("lognormal",))
    names = (
        "times to the second", "dates, exact likelihood", "dates, hour of receipt known", "[D - 1, D + 1] days",
        "(D, D + 1] days", "days x 24",
    )  # fmt: skip
    found = []
    for _ in range(repetitions):
        started = starts(random, 3_000)
        hours = random.lognormal(np.log(median), sigma, 3_000)
        days = ((started + hours * HOUR) // DAY - started // DAY).astype(np.int64)
        ways = [
            seen(started, hours),
            seen(started, hours, DAY),
            observe(started, (started // DAY + days) * DAY, end_width=DAY),
            observe(none, (days - 1) * DAY, end_width=2 * DAY),
            observe(none, days * DAY, end_width=DAY),
        ]
        found.append([fit(way, lognormal).share_within(24).estimate for way in ways] + [naive(days)])
    truth = float(norm.cdf((np.log(24) - np.log(median)) / sigma))
    mean, spread = np.mean(found, axis=0), np.std(found, axis=0, ddof=1)
    rows = [f"| {name} | {m:.4f} | {s:.4f} |" for name, m, s in zip(names, mean, spread, strict=True)]
    return "\n".join([f"| read as | within 24 h (truth {truth:.4f}) | sd |", "|---|---|---|", *rows])


def false_alarms(repetitions: int) -> str:
    """How often steady histories are flagged, and how often a step and a drift are found."""
    random, rate = np.random.default_rng(SEED + 40), 0.05
    step = np.where(np.arange(len(EVEN)) < 60, 1.0, 0.8)
    rows = ["| 104 weeks, cv of weeks | flagged by steps | by slope | step of -20 % found |", "|---|---|---|---|"]
    for variance in (0.001, 0.0225, 0.09):
        steady = [
            steadiness(history(random, EVEN, variance), SEASON, MONDAYS, false_alarms=rate) for _ in range(repetitions)
        ]
        broken = [steadiness(history(random, step, variance), SEASON, MONDAYS) for _ in range(repetitions // 5)]
        flagged = [sum(bool(one.breaks) for one in steady), sum(one.slope_p <= rate for one in steady)]
        rows.append(
            f"| {np.sqrt(variance):.2f} | {flagged[0]} of {repetitions} | {flagged[1]} of {repetitions} | "
            f"{sum(bool(one.breaks) for one in broken)} of {len(broken)} (at 1 in 100) |"
        )
    low, high = binom.ppf((OUTSIDE / 12, 1 - OUTSIDE / 12), repetitions, rate)
    return "\n".join(
        [*rows, "", f"Stated rate {rate}: {low:.0f} to {high:.0f} of {repetitions} (exact 99.9 % band of all six)."]
    )


def waits_of_one_queue(years: int) -> str:
    """How often the 90 % interval of the share decided within 24 hours, from one year alone, holds the average of all years."""
    rows = [
        "| one year of | truth | sd of years | as if cases were independent | with the design effect |",
        "|---|---|---|---|---|",
    ]
    begun, waits = waits_of_a_queue(0.9, 2 * years, 2_500)
    of_a_queue = [(begun[:, year], waits[:, year] <= 5, int(begun[-1, year]) + 1) for year in range(2 * years)]
    several = {"M/M/1, load 0.9, wait within 5": of_a_queue}
    for file in ("scenarios/invented/truth.yaml", "scenarios/bcp/as_found.yaml"):
        scenario = read_scenario(file)
        several[scenario.name] = [decided_within_a_day(scenario, year) for year in range(2 * years)]
    several["the last, its first half"] = [
        (times[times < closes // 2], over[times < closes // 2], closes // 2)
        for times, over, closes in several[scenario.name]
    ]
    for name, each in several.items():
        shares = np.array([over.mean() for _, over, _ in each])
        alone, together = np.mean([holds(*one, shares.mean()) for one in each], axis=0)
        rows.append(f"| {name} | {shares.mean():.3f} | {shares.std(ddof=1):.3f} | {alone:.0%} | {together:.0%} |")
    return "\n".join(rows)


def decided_within_a_day(scenario: Scenario, year: int) -> tuple[Ints, Flags, int]:
    """When the contacts of a year were received, whether they were decided within 24 hours, and when the year is over."""
    who = returning(scenario, SEED)
    journeys = Journeys(read_run(scenario, draw_contacts(scenario, SEED, year, who), SEED, year))
    mine = journeys.in_window & (journeys.received + DAY <= journeys.about.ends)
    within = journeys.decided[mine] <= journeys.received[mine] + DAY
    return journeys.received[mine], within, journeys.about.closes


def speed() -> str:
    """Seconds to group and to fit 100,000 rows."""
    random = np.random.default_rng(SEED + 50)
    started, hours = starts(random, ROWS), random.lognormal(np.log(19.2), 0.944, ROWS)
    rows = ["| stamps | different | grouping | " + " | ".join(one.name for one in CANDIDATES) + " |", "|---" * 9 + "|"]
    for name, width in WIDTHS.items():
        begun = time.perf_counter()
        history = seen(started, hours, width)
        taken = [time.perf_counter() - begun]
        for family in CANDIDATES:
            begun = time.perf_counter()
            fit(history, family)
            taken.append(time.perf_counter() - begun)
        groups = sum(len(block.count) for block in history.blocks)
        rows.append(f"| {name} | {groups:,} | " + " | ".join(f"{one:.2f} s" for one in taken) + " |")
    town = Town(TWO_YEARS, scale=10)
    received, source = town.history(random)
    begun = time.perf_counter()
    demand(received, source, town.window, town.clock, HOLIDAYS)
    return "\n".join([*rows, "", f"Demand from {len(received):,} contacts: {time.perf_counter() - begun:.1f} s."])


def main() -> int:
    parser = argparse.ArgumentParser(description="Recover known truth from many invented histories.")
    parser.add_argument("--repetitions", type=int, default=120)
    repetitions = parser.parse_args().repetitions
    recovery, begun = Recovery(), time.perf_counter()
    parts: tuple[Callable[[Recovery, int], None], ...] = (durations, towns, decisions)
    for part in tqdm(parts, unit="part"):
        part(recovery, repetitions)
    print(f"{date.today()}, {repetitions} repetitions, seed {SEED}, {len(recovery.found)} quantities\n")
    print(recovery.text(), "\n")
    print(dates_taken_for_hours(max(repetitions // 5, 10)), "\n")
    print(false_alarms(5 * repetitions), "\n")
    print(waits_of_one_queue(repetitions), "\n")
    print(speed(), "\n")
    faults = recovery.faults(leaning=lambda name: LEAN if "and lognormal" in name and "to the day" in name else 0.0)
    print("\n".join(faults) or "No quantity is at fault.")
    print(f"Taken: {(time.perf_counter() - begun) / 60:.0f} minutes.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
