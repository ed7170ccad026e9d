"""Experiments: replications on the same contacts, paired differences, unknown staffing, whole appraisals."""

from frontdoor_sim.experiment.comparing import Comparison, compare, differences, summarise
from frontdoor_sim.experiment.conditioning import Symptom, Unknown, condition
from frontdoor_sim.experiment.pilot import Pilot, pilot
from frontdoor_sim.experiment.replications import replicate
from frontdoor_sim.experiment.running import run
from frontdoor_sim.experiment.study import Study, appraise, read_study

__all__ = [
    "Comparison",
    "Pilot",
    "Study",
    "Symptom",
    "Unknown",
    "appraise",
    "compare",
    "condition",
    "differences",
    "pilot",
    "read_study",
    "replicate",
    "run",
    "summarise",
]
