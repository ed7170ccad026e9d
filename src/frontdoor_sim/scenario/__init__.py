"""Scenario files: an operating model in YAML, and options as named changes to it."""

from frontdoor_sim.scenario.changes import Change
from frontdoor_sim.scenario.read import Scenario, read_scenario

__all__ = ["Change", "Scenario", "read_scenario"]
