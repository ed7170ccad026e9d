"""Make `calibration/invented/truth.yaml`, the true numbers of a council that does not exist: `python docs/make_invented.py`."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from frontdoor_sim.parameters import Parameters

ROOT = Path(__file__).parents[1]
FILE = ROOT / "calibration" / "invented" / "truth.yaml"
COUNCIL, YEAR = "Nowhereshire (invented)", 2025
SOURCES = ("police", "schools", "health", "individual")
CHANGED = {
    "volumes.referrals_per_year": 1_100,
    "volumes.contacts_per_referral": 3.77,
    "volumes.children_per_contact": 1.6,
    "arrivals.source_shares": {"police": 0.35, "schools": 0.28, "health": 0.17, "individual": 0.2},
    "arrivals.day_variance": 0.03,
    "arrivals.week_variance": 0.01,
    "contacts.open_case_share": 0.12,
    "contacts.need_mean": {"police": -0.2, "schools": 0.1, "health": 0.1, "individual": 0.125},
    "judgement.thresholds": {2: 0.2, 3: 0.9, 4: 2.2},
    "judgement.bias": 0.25,
    "judgement.noise": 0.6,
    "contacts.rag_cuts": {"blue": -0.9, "green": 0.6, "amber": 1.6},
}
LEFT_OUT = ("arrivals.batches", "arrivals.out_of_hours")


def truth() -> Parameters:
    """The numbers of Bournemouth, Christchurch and Poole with others in their place, every one of them made up."""
    base = Parameters.read(ROOT / "calibration" / "bcp" / "parameters.yaml")
    source, on = "Made up: this council does not exist", date(2025, 3, 31)
    numbers = {}
    for name, one in base.numbers.items():
        if name in LEFT_OUT or (name.startswith("published.") and name != "published.re_referral_share"):
            continue
        value = CHANGED.get(name, one.value)
        if isinstance(value, dict) and set(SOURCES) < set(value):
            value = {key: value[key] for key in SOURCES}
        numbers[name] = replace(
            one, value=value, source=source, date=on, grade="assumed", range=None, note="", where=""
        )
    return Parameters(COUNCIL, YEAR, numbers, "python docs/make_invented.py")


if __name__ == "__main__":
    truth().write(FILE)
