"""The figures of the statistics notes (sections C3, C5, C6 and C9), made again by this engine. From the root of the project:

python tests/figures_long_run.py --replications 100

One desk of six people, Monday to Friday 09-17, takes contacts as they come (107.7 a week, around the clock), lognormal touch,
first in first out, work set down at five; year after year that begins with an empty desk, measured by `decided_within_24h`.
docs/recovery-figures.md records the last run.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import pandas as pd
from scipy import stats

from capacity_study import town
from frontdoor_sim import draw, measure, read_scenario
from frontdoor_sim.calibration.touch.posterior import posterior
from frontdoor_sim.calibration.touch.reference import YEAR
from frontdoor_sim.contacts import given
from frontdoor_sim.experiment.running import read_run
from frontdoor_sim.experiment.touch.desk import Desk
from frontdoor_sim.experiment.touch.fitting import candidates, played_rows, reference_of, taught
from frontdoor_sim.experiment.touch.replay import Row
from frontdoor_sim.experiment.workers import Workers
from frontdoor_sim.luck import key_array
from frontdoor_sim.operating_model import Timeline
from frontdoor_sim.scenario import Scenario

SEED = 20261126
OFFICE_RATE, OTHER_RATE = 1.8, 0.15
"""Contacts an hour, Monday to Friday from 8 to 18 and otherwise."""
A_WEEK, OPEN_HOURS, PEOPLE, CV = 50 * OFFICE_RATE + 118 * OTHER_RATE, 40.0, 6, 0.8
DESK = """\
name: One desk
run: {{opens: 2024-01-01, weeks: 52, warm_up: 0 weeks, follow_up: 2 weeks}}
shifts: {{cover: {cover}}}
clock: cover
receipt_closes: "17:00"
arrivals:
  people: {{per_hour: {{"Mon-Fri 08:00-18:00": {office}, otherwise: {other}}}}}
teams:
  desk: {{staff: [{{role: officer, {people}, shift: cover}}]}}
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
OPEN = {"Mon-Fri 9-17": (5, 9, 17), "Mon-Fri 8-20": (5, 8, 20), "7 days 9-17": (7, 9, 17)}
"""By cover: on how many days of the week, from Monday, somebody is there, and from when to when."""
NOISE = {0.6: (0.900, 0.0043, 0.0006, 0.0059), 0.75: (0.881, 0.0067, 0.0039, 0.0082), 0.85: (0.830, 0.0230, 0.0199, 0.0242),
         0.92: (0.688, 0.0709, 0.0644, 0.0722), 0.97: (0.421, 0.1377, 0.1272, 0.1399)}  # fmt: skip
"""C3, by load: mean and sd of P(<= 24 h), and sd of the difference one worker makes, on the same contacts and on others."""

BUSY = {"Poisson": (0.0, 0.0, 0.881, 0.828, 0.680), "day cv .2": (0.2, 0.0, 0.871, 0.788, 0.608),
        "day cv .35": (0.35, 0.0, 0.838, 0.706, 0.478), "day .2 + week .15": (0.2, 0.15, 0.847, 0.702, 0.494)}  # fmt: skip
"""C5: coefficients of variation of days and of weeks, and P(<= 24 h) at the three loads."""
AWAY = {"by the day": (1, 0.867, 0.782, 0.604), "by the week": (7, 0.828, 0.700, 0.506)}
"""C5: mean days of a spell, and P(<= 24 h) at the three loads, where each of seven people is away a seventh of the time."""
LOADS = (0.75, 0.85, 0.92)
SOURCES = {"as it is": (0.836, 0.817, 0.030, 0.027), "one more": (0.878, 0.875, 0.005, 0.006),
           "one fewer": (0.119, 0.121, 0.077, 0.078), "10 % more contacts": (0.688, 0.572, 0.144, 0.097)}  # fmt: skip
"""C9, by question: truth and mean of the draws, sd of what the stamps leave unsaid and of a year's luck."""
DRAWS, EACH = 80, 6
ONE_DESK = Desk(shift={"Mon-Fri": "09:00-17:00", "bank_holidays": "09:00-17:00"}, people=(2, 12), waiting_share=None)


def desk(folder: Path, touch_hours: float, people: int | str = PEOPLE, cover: str = OFFICE) -> Scenario:
    """The one desk as a scenario file, read again; `people` is how many, or what else a file says of them."""
    path = folder / "desk.yaml"
    minutes, people = 60 * touch_hours, people if isinstance(people, str) else f"wte: {people}"
    path.write_text(
        DESK.format(cover=cover, people=people, touch=minutes, cv=CV, office=OFFICE_RATE, other=OTHER_RATE),
        encoding="utf-8",
    )
    return read_scenario(path)


def shares(
    scenario: Scenario, replications: int, first: int = 0, busy: tuple[float, float] | None = None
) -> np.ndarray:
    """Share decided within 24 hours in each of so many years; `busy` is the variation of days and weeks."""
    found = []
    for number in range(first, first + replications):
        contacts = draw(scenario.model, scenario.parameters, SEED, number)
        if busy is not None:
            contacts = busy_contacts(scenario, number, *busy)
        table = measure(read_run(scenario, contacts, SEED, number))
        mine = (table["measure"] == "decided_within_24h") & (table["by"] == "all")
        found.append(float(table.loc[mine, "value"].item()))
    return np.array(found)


def busy_contacts(scenario: Scenario, number: int, of_days: float, of_weeks: float) -> pd.DataFrame:
    """Contacts of a year whose days, and weeks, are busier or quieter by gamma factors of mean 1."""
    line, dice = Timeline.of(scenario.model), np.random.default_rng((SEED, number))
    begins = line.starts + 3600 * np.arange((line.ends - line.starts) // 3600)
    local = pd.Timestamp(scenario.model.run.opens, tz=line.clock.zone) + pd.to_timedelta(begins, unit="s")
    days = (local.tz_localize(None).normalize() - local[0].tz_localize(None).normalize()).days.to_numpy()
    factor = gamma(dice, of_days, days[-1] + 1) * np.repeat(gamma(dice, of_weeks, days[-1] // 7 + 1), 7)[: days[-1] + 1]
    office = (local.day_of_week < 5) & (local.hour >= 8) & (local.hour < 18)
    came = np.repeat(begins, dice.poisson(np.where(office, OFFICE_RATE, OTHER_RATE) * factor[days]))
    received = np.sort(came + dice.integers(0, 3600, len(came)))
    contacts = key_array((SEED, number, "busy"), np.arange(len(came)))
    return given(pd.DataFrame({"contact": contacts, "received": received, "rag": "green"}), scenario.model)


def gamma(dice: np.random.Generator, cv: float, number: int) -> np.ndarray:
    """Factors of mean 1 with a coefficient of variation."""
    return dice.gamma(1 / cv**2, cv**2, number) if cv else np.ones(number)


def touch_of(load: float) -> float:
    """Hours of touch at which six people carry a load."""
    return load * PEOPLE * OPEN_HOURS / A_WEEK


def exact_ceiling(cover: str, touch_hours: float = 2.0) -> float:
    """Share decided within 24 hours where everybody is begun with at once, minute by minute through a week.

    Whoever comes at t is decided in time if the touch is no longer than the desk is open from t to t + 24 hours.
    """
    days, begins, ends = OPEN[cover]
    minute = np.arange(7 * 24 * 60)
    day, hour = minute // 1440, (minute % 1440 + 0.5) / 60
    is_open = np.tile((day < days) & (hour >= begins) & (hour < ends), 2)
    hours_open = np.concatenate([[0.0], np.cumsum(is_open) / 60])
    left = hours_open[minute + 1440] - hours_open[minute]
    spread = np.log1p(CV**2) ** 0.5
    in_time = stats.lognorm(spread, scale=touch_hours * np.exp(-(spread**2) / 2)).cdf(left)
    rate = np.where((day < 5) & (hour >= 8) & (hour < 18), OFFICE_RATE, OTHER_RATE)
    return float(np.average(in_time, weights=rate))


def ceilings(folder: Path, replications: int) -> None:
    """C6: no number of people decides within 24 hours what comes while nobody is there for longer."""
    print("\n| cover | people | theirs / ours |\n|---|---|---|")
    for cover, rows in CEILING.items():
        for people, theirs in rows.items():
            ours = shares(desk(folder, 2.0, people, COVERS[cover]), replications)
            print(f"| {cover} | {people} | {beside([theirs], [ours])} |", flush=True)
        print(f"| {cover} | without end | {exact_ceiling(cover):.4f} exactly |", flush=True)


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


def variability(folder: Path, replications: int) -> None:
    """C5: what busy days and weeks, and absence, take from the share that the same means give."""
    print("\n| what varies | load .75 | .85 | .92 |\n|---|---|---|---|")
    for name, (of_days, of_weeks, *theirs) in BUSY.items():
        ours = [shares(desk(folder, touch_of(load)), replications, busy=(of_days, of_weeks)) for load in LOADS]
        print(f"| {name} | {beside(theirs, ours)} |", flush=True)
    for name, (days, *theirs) in AWAY.items():
        seven = f"wte: 7, sickness_share: {1 / 7:.6f}, sickness_spell_days: {days}"
        ours = [shares(desk(folder, touch_of(load), seven), replications) for load in LOADS]
        print(f"| absence {name} | {beside(theirs, ours)} |", flush=True)


def beside(theirs: Sequence[float], ours: Sequence[np.ndarray]) -> str:
    """Figures beside each other, with the standard error of ours."""
    pairs = zip(theirs, ours, strict=True)
    return " | ".join(
        f"{one:.3f} / {years.mean():.3f} ± {years.std(ddof=1) / len(years) ** 0.5:.3f}" for one, years in pairs
    )


def sources(runs: int) -> None:
    """C9: how much of a prediction's spread is what a history leaves unsaid, and how much is the luck of a year.

    One council of six people at load .85 is found again from its stamps; 80 draws of what it may be are each played six
    times, as they are, with one more and one fewer, and with 10 % more contacts.
    """
    year = town(52, 8, ONE_DESK)
    true = {"people": float(PEOPLE), "load": 0.85, "touch_cv": CV}
    council = played_rows(year, [true], SEED, first=0, workers=Workers(jobs=1))[0]
    told = candidates(ONE_DESK, runs, SEED)
    reference = reference_of(year, played_rows(year, told, SEED, taught(runs), workers=Workers(jobs=1)))
    found = posterior(reference, council.timed[0], (), SEED)
    picked = np.random.default_rng(SEED).choice(len(found.draws), DRAWS, p=found.weights / found.weights.sum())
    drawn = found.draws[list(true)].iloc[picked].to_dict("records")
    played = [
        _shares(row)
        for row in played_rows(
            year, [one for one in drawn for _ in range(EACH)], SEED, first=50_000, workers=Workers(jobs=1)
        )
    ]
    truth = np.mean(
        [_shares(row) for row in played_rows(year, [true] * 60, SEED, first=90_000, workers=Workers(jobs=1))], axis=0
    )
    parts = np.array(played).reshape(DRAWS, EACH, -1)
    luck = parts.var(axis=1, ddof=1).mean(axis=0)
    unsaid = np.maximum(parts.mean(axis=1).var(axis=0, ddof=1) - luck / EACH, 0)
    print(
        "\n| question | truth, theirs / ours | predicted | sd of what is not known | sd of luck |\n|---|---|---|---|---|"
    )
    for place, (name, theirs) in enumerate(SOURCES.items()):
        ours = (truth[place], parts[..., place].mean(), unsaid[place] ** 0.5, luck[place] ** 0.5)
        print(
            f"| {name} | " + " | ".join(f"{one:.3f} / {own:.3f}" for one, own in zip(theirs, ours, strict=True)) + " |"
        )


def _shares(row: Row) -> list[float]:
    """Share within 24 hours: as it is, with one more, with one fewer, with more contacts."""
    effects = ("effect_of_one_more", "effect_of_one_fewer", "effect_of_demand_up")
    return [row.quantities[YEAR], *(row.quantities[YEAR] + row.quantities[name] for name in effects)]


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--replications", type=int, default=100, help="years of each row (100)")
    number = asked.parse_args().replications
    with tempfile.TemporaryDirectory() as folder:
        ceilings(Path(folder), max(number // 5, 4))
        noise(Path(folder), number)
        variability(Path(folder), number)
    sources(30 * number)
    return 0


if __name__ == "__main__":
    sys.exit(main())
