"""Touch time and capacity of a desk from two stamps a contact: posteriors, checks, and what can be answered."""

from frontdoor_sim.calibration.touch.facts import Headcount, TimedCases

__all__ = ["Headcount", "TimedCases"]
