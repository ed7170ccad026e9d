"""Data quality first: named checks, their grades and advice, and the rows that they set aside."""

from frontdoor_sim.calibration.history.quality.examining import Quality, examine
from frontdoor_sim.calibration.history.quality.rules import RULES

__all__ = ["RULES", "Quality", "examine"]
