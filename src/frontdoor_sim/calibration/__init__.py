"""History and published figures in, parameters out; nothing of a single child ever leaves."""

from frontdoor_sim.calibration.explanation import explain
from frontdoor_sim.calibration.from_history import Calibration, calibrate_history, with_draw
from frontdoor_sim.calibration.published import calibrate_published, folder_name

__all__ = ["Calibration", "calibrate_history", "calibrate_published", "explain", "folder_name", "with_draw"]
