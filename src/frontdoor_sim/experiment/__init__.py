"""Experiments: replications on the same contacts, paired differences, unknown staffing, whole appraisals."""

from frontdoor_sim.experiment.break_even import break_even
from frontdoor_sim.experiment.break_even_answer import BreakEven
from frontdoor_sim.experiment.comparing import Comparison, compare, differences, summarise
from frontdoor_sim.experiment.conditioning import Symptom, Unknown, condition
from frontdoor_sim.experiment.fair_shares import fair_shares
from frontdoor_sim.experiment.least_staff import LeastStaff, staffing
from frontdoor_sim.experiment.pilot import offered_load, offered_loads, returning
from frontdoor_sim.experiment.reading import Study, not_changes, read_study
from frontdoor_sim.experiment.replications import replicate
from frontdoor_sim.experiment.sensitivity import Sensitivity, sensitivity
from frontdoor_sim.experiment.single import run
from frontdoor_sim.experiment.study import appraise
from frontdoor_sim.experiment.workers import Workers

__all__ = [
    "BreakEven",
    "Comparison",
    "LeastStaff",
    "Sensitivity",
    "Study",
    "Symptom",
    "Unknown",
    "Workers",
    "appraise",
    "break_even",
    "compare",
    "condition",
    "differences",
    "fair_shares",
    "not_changes",
    "offered_load",
    "offered_loads",
    "read_study",
    "replicate",
    "returning",
    "run",
    "sensitivity",
    "staffing",
    "summarise",
]
