"""Scenario files: an operating model in YAML, and options as named changes to it."""

from frontdoor_sim.scenario.changes import Amount, Change
from frontdoor_sim.scenario.forms import check_kind, read_form, read_what_is_sound
from frontdoor_sim.scenario.read import read_scenario, read_scenarios
from frontdoor_sim.scenario.record import Scenario, check_scenarios
from frontdoor_sim.scenario.slips import slips

__all__ = [
    "Amount",
    "Change",
    "Scenario",
    "check_kind",
    "check_scenarios",
    "read_form",
    "read_scenario",
    "read_scenarios",
    "read_what_is_sound",
    "slips",
]
