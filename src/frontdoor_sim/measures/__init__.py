"""Event log in, one tidy table of measures out: timeliness, transfer, waiting, workload, protection, targets, as reported.

Each measure's formula stands in its docstring, and `manual` prints them all.
"""

from frontdoor_sim.measures.register import MEASURES, catalogue, manual, measure
from frontdoor_sim.measures.reported import records

__all__ = ["MEASURES", "catalogue", "manual", "measure", "records"]
