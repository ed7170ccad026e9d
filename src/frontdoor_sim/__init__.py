"""Discrete-event simulation of a council's children's-services Front Door.

Contacts arrive, are decided and passed on; today's operating model and the proposed ones run on the same contacts:

    today, hub = fd.read_scenario("as_found.yaml"), fd.read_scenario("integrated_front_door.yaml")
    fd.measure(fd.run(hub, seed=7))                             # one year, one tidy table
    fd.compare(today, [hub], replications=50, seed=7).plot()    # paired, with intervals

It is about queues. It never scores a child.
"""

from frontdoor_sim.contacts import draw, given
from frontdoor_sim.documents import InputError
from frontdoor_sim.event_log import EventLog, check_laws, read_log, write_log
from frontdoor_sim.experiment import (
    BreakEven,
    Comparison,
    LeastStaff,
    Sensitivity,
    appraise,
    break_even,
    compare,
    fair_shares,
    read_study,
    run,
    sensitivity,
    staffing,
)
from frontdoor_sim.measures import measure
from frontdoor_sim.parameters import Parameters
from frontdoor_sim.scenario import Scenario, read_scenario

__version__ = "0.1.0"
__all__ = [
    "BreakEven", "Comparison", "EventLog", "InputError", "LeastStaff", "Parameters", "Scenario", "Sensitivity", "appraise",
    "break_even", "check_laws", "compare", "draw", "fair_shares", "given", "measure", "read_log", "read_scenario", "read_study",
    "run", "sensitivity", "staffing", "write_log",
]  # fmt: skip
