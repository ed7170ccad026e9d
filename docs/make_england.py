"""Make `calibration/defaults/england.yaml` from the published figures: run `python docs/make_england.py`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from frontdoor_sim.calibration import calibrate_published
from frontdoor_sim.parameters import Parameters

ROOT = Path(__file__).parents[1]
FILE = ROOT / "src" / "frontdoor_sim" / "calibration" / "defaults" / "england.yaml"
YEAR = 2024
NAMES = (
    "volumes.contacts_per_referral",
    "arrivals.month_index",
    "durations.assessment",
    "published.re_referral_share",
    "published.s47_per_100_referrals",
)
"""Numbers that a council's own history may lack, and that its published figures would give."""


def england() -> Parameters:
    """England's published figures for what a history may lack."""
    whole = calibrate_published("England", YEAR, ROOT / "calibration" / "dfe")
    numbers = {name: whole[name] for name in NAMES}
    said = {name: replace(one, note=_whose(one.note)) for name, one in numbers.items()}
    return Parameters("England", YEAR, said, "python docs/make_england.py", whole.files)


def _whose(note: str) -> str:
    return note if note.startswith("England's figure") else f"England's figure. {note}".strip()


if __name__ == "__main__":
    england().write(FILE)
