"""Simulated against held-out history: what a model, fitted to the first part, says of the part that it has not seen."""

from frontdoor_sim.validation.tolerance import Tolerance, read_tolerance
from frontdoor_sim.validation.validating import Validation, validate

__all__ = ["Tolerance", "Validation", "read_tolerance", "validate"]
