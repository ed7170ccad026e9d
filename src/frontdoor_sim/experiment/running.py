"""One replication of one scenario."""

from __future__ import annotations

import pandas as pd

from frontdoor_sim.contacts import draw
from frontdoor_sim.engine import compile_plan
from frontdoor_sim.engine import run as run_plan
from frontdoor_sim.event_log import EventLog
from frontdoor_sim.luck import key
from frontdoor_sim.operating_model import OperatingModel, Timeline
from frontdoor_sim.roster import Post, Roster, draw_roster
from frontdoor_sim.scenario import Scenario


def run(
    scenario: Scenario,
    seed: int = 1,
    replication: int = 0,
    contacts: pd.DataFrame | None = None,
    returns_per_contact: float | None = None,
) -> EventLog:
    """Run one replication of a scenario: contacts, people, engine, event log.

    Args:
        scenario: from `read_scenario`.
        seed: of the study; the same seed and replication meet the same contacts, people and luck.
        replication: its number.
        contacts: a table given instead of drawn (dictionary `contacts`), such as the real arrivals of a year.
        returns_per_contact: how many contacts each contact brings back, by which fewer are drawn so that the total
            is the published volume; measured in a pilot of the base where it is not given.

    Returns:
        The event log of the run.

    Example:
        >>> from frontdoor_sim.scenario import read_scenario
        >>> log = run(read_scenario("scenarios/examples/one_desk.yaml"), seed=7)
        >>> bool((log.events["end"] >= log.events["start"]).all())
        True
    """
    model = scenario.model
    if contacts is None:
        contacts = draw_contacts(scenario, seed, replication, returns_per_contact)
    sources, areas = list(contacts["source"].unique()), list(contacts["area"].unique())
    timeline = Timeline.of(model)
    plan = compile_plan(model, timeline, sources, areas)
    return run_plan(contacts, people(model, timeline, seed, replication), plan, replication)


def draw_contacts(
    scenario: Scenario, seed: int, replication: int, returns_per_contact: float | None = None
) -> pd.DataFrame:
    """The contacts of a replication; an option meets those of its base."""
    base = scenario.base or scenario
    if returns_per_contact is None:
        from frontdoor_sim.experiment.pilot import pilot

        returns_per_contact = pilot(base, seed).returns_per_contact if base.model.returns else 0.0
    return draw(base.model, base.parameters, seed, replication, returns_per_contact)


def people(model: OperatingModel, timeline: Timeline, seed: int, replication: int) -> Roster:
    """Who is on duty in a replication, with their leave and sickness."""
    posts = [
        Post(
            team=name,
            role=group.role,
            wte=group.wte,
            shift=timeline.shifts[group.shift],
            non_case_share=group.non_case_share,
            sickness_share=group.sickness_share,
            sickness_spell_days=group.sickness_spell_days,
            leave_days_per_year=group.leave_days_per_year,
            caseload=group.caseload,
        )
        for name, team in model.teams.items()
        for group in team.staff
    ]
    ends = timeline.clock.date_of(timeline.ends)
    return draw_roster(posts, key(seed, replication), timeline.clock, timeline.first, ends, timeline.working_dates)
