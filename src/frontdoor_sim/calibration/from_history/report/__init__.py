"""A calibration as a folder: parameters, joint draws, what was set aside, and one page that a sceptic can read."""

from frontdoor_sim.calibration.from_history.report.sections import Section, headline
from frontdoor_sim.calibration.from_history.report.writing import write_calibration

__all__ = ["Section", "headline", "write_calibration"]
