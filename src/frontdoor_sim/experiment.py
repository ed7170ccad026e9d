"""Experiments: replications, pairing, precision."""

from __future__ import annotations

from frontdoor_sim.contacts import draw
from frontdoor_sim.engine import compile_plan
from frontdoor_sim.engine import run as run_plan
from frontdoor_sim.event_log import EventLog
from frontdoor_sim.luck import key
from frontdoor_sim.operating_model import OperatingModel, Timeline
from frontdoor_sim.roster import Post, Roster, draw_roster
from frontdoor_sim.scenario import Scenario


def roster_of(model: OperatingModel, timeline: Timeline, seed: int, replication: int) -> Roster:
    posts = [
        Post(name, group.role, group.wte, timeline.shifts[group.shift], group.non_case_share, group.sickness_share,
             group.sickness_spell_days, group.leave_days_per_year, group.caseload)
        for name, team in model.teams.items() for group in team.staff
    ]  # fmt: skip
    return draw_roster(posts, key(seed, replication), timeline.clock, timeline.first, timeline.last, timeline.working_dates)


def run(scenario: Scenario, seed: int = 1, replication: int = 0, contacts=None) -> EventLog:
    model = scenario.model
    timeline = Timeline.of(model)
    if contacts is None:
        contacts = draw(model, scenario.parameters, seed, replication)
    plan = compile_plan(model, timeline, list(contacts["source"].unique()), list(contacts["area"].unique()))
    return run_plan(contacts, roster_of(model, timeline, seed, replication), plan, replication)
