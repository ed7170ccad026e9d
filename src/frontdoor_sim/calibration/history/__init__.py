"""A council's own history: files of any mix of formats in, one event log and an honest account of it out."""

from frontdoor_sim.calibration.history.joining import Joined, to_log
from frontdoor_sim.calibration.history.linking import Links
from frontdoor_sim.calibration.history.period import Period
from frontdoor_sim.calibration.history.quality import Quality, examine
from frontdoor_sim.calibration.history.reading import History, read_history

__all__ = ["History", "Joined", "Links", "Period", "Quality", "examine", "read_history", "to_log"]
