"""The pathway of an operating model as a picture: teams as lanes, sites as frames, handoffs as arrows."""

from frontdoor_sim.appraisal.charts.pathways.drawing import pathway

__all__ = ["pathway"]
