"""Councils calibrated from the published figures of the project, each once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from frontdoor_sim.calibration import calibrate_published
from frontdoor_sim.parameters import Parameters

ROOT = Path(__file__).parents[1]
DATA = ROOT / "calibration" / "dfe"
BCP = "Bournemouth, Christchurch and Poole"


@cache
def calibrated(council: str = BCP, year: int = 2020) -> Parameters:
    """Parameters of a council from the published figures."""
    return calibrate_published(council, year, DATA)
