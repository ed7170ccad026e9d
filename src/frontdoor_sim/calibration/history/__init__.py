"""A council's own history: files of any mix of formats in, one event log and an honest account of it out."""

from frontdoor_sim.calibration.history.reading import History, read_history

__all__ = ["History", "read_history"]
