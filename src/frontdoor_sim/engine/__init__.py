"""Engines: (contacts, people, operating model) to event log; deterministic, without dice, counting nothing."""

from frontdoor_sim.engine.choice import ENGINES, Engine, chosen
from frontdoor_sim.engine.compile import compile_plan
from frontdoor_sim.engine.phases import compile_phases
from frontdoor_sim.engine.plan import Plan
from frontdoor_sim.engine.running import run, run_unwritten

__all__ = ["ENGINES", "Engine", "Plan", "chosen", "compile_phases", "compile_plan", "run", "run_unwritten"]
