"""Synthetic councils: complete, messy, fully invented extracts in every format, from a simulated log with known truth."""

from frontdoor_sim.calibration.history.invent.faults import FAULTS, check_faults
from frontdoor_sim.calibration.history.invent.writing import invent

__all__ = ["FAULTS", "check_faults", "invent"]
