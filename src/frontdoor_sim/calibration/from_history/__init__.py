"""A council's own history in, its parameters, joint draws and a report on the fit out."""

from frontdoor_sim.calibration.from_history.calibrating import Calibration, calibrate_history
from frontdoor_sim.calibration.from_history.posterior import with_draw

__all__ = ["Calibration", "calibrate_history", "with_draw"]
