"""One replication of one scenario, from its contacts and people to its event log."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import pandas as pd

from frontdoor_sim.contacts import draw, joined, open_at_start
from frontdoor_sim.contacts.returning import Returning
from frontdoor_sim.engine import Engine, Plan, chosen, compile_phases, run_unwritten
from frontdoor_sim.engine import run as run_plan
from frontdoor_sim.event_log import EventLog, Reading, check_conserved, check_laws
from frontdoor_sim.experiment.coming_and_going import coming_and_going
from frontdoor_sim.keeping import Known
from frontdoor_sim.luck import code, key
from frontdoor_sim.measures import measure
from frontdoor_sim.operating_model import OPEN_STAGE, OperatingModel, Phase, Timeline, skills_of
from frontdoor_sim.roster import Post, Roster, Staffing, TakenUp, draw_roster, draw_roster_of_phases
from frontdoor_sim.scenario import Scenario

ROSTERED_BEYOND = timedelta(weeks=4)
"""People are rostered for some weeks beyond the end, so that nobody's last window looks different from the others."""


def simulate(
    scenario: Scenario, contacts: pd.DataFrame, seed: int, replication: int, engine: Engine = "auto"
) -> EventLog:
    """Run a scenario on a contacts table."""
    contacts = placed(scenario, contacts)
    roster, plan = prepared(scenario, contacts, seed, replication)
    return run_plan(contacts, roster, plan, replication, engine)


def measured(
    scenario: Scenario,
    contacts: pd.DataFrame,
    seed: int,
    replication: int,
    engine: Engine = "auto",
    only: Collection[str] = (),
) -> pd.DataFrame:
    """Run a scenario on a contacts table and measure it: the measures of the log, which the compiled engine does not write.

    `only` are the measures that are asked for; all of them where there is none.

    Raises:
        BrokenLaw: contacts were lost; on SimPy, any law of the log is broken.
    """
    return measure(read_run(scenario, contacts, seed, replication, engine), only)


def read_run(
    scenario: Scenario, contacts: pd.DataFrame, seed: int, replication: int, engine: Engine = "auto"
) -> EventLog | Reading:
    """Run a scenario on a contacts table for whoever wants to measure it: its log, or what measures ask of one.

    Raises:
        BrokenLaw: as `measured`.
    """
    if chosen(engine) == "simpy":
        log = simulate(scenario, contacts, seed, replication, "simpy")
        check_laws(log)
        return log
    contacts = placed(scenario, contacts)
    roster, plan = prepared(scenario, contacts, seed, replication)
    reading = run_unwritten(contacts, roster, plan, replication)
    check_conserved(reading)
    return reading


def prepared(scenario: Scenario, contacts: pd.DataFrame, seed: int, replication: int) -> tuple[Roster, Plan]:
    """The people and the plan with which an engine runs a scenario on a contacts table."""
    phases = scenario.phases
    names = (_words_in(contacts[column]) for column in ("source", "area"))
    return people_of_phases(phases, seed, replication), _plan(_known(phases), *names)


def _words_in(column: pd.Series) -> tuple[str, ...]:
    """The words that stand in a column, sorted."""
    words = column.array if isinstance(column.array, pd.Categorical) else pd.Categorical(column)
    there = np.flatnonzero(np.bincount(words.codes.astype(np.int64), minlength=len(words.categories)))
    names = words.categories.tolist()
    return tuple(sorted(names[place] for place in there.tolist()))


def _known(phases: tuple[Phase, ...]) -> Known[tuple[Phase, ...]]:
    """The models of a run, each of which equals only itself."""
    ramps = [
        tuple((name, ramp.change, ramp.begins, ramp.ends, id(ramp.former)) for name, ramp in phase.ramps.items())
        for phase in phases
    ]
    return Known(tuple((id(phase.model), phase.begins, its) for phase, its in zip(phases, ramps, strict=True)), phases)


@lru_cache(maxsize=16)
def _plan(of: Known[tuple[Phase, ...]], sources: tuple[str, ...], areas: tuple[str, ...]) -> Plan:
    """The plan of a run's models for contacts of these sources and areas, compiled once for many replications."""
    return compile_phases(of.thing, sources, areas)


def draw_contacts(scenario: Scenario, seed: int, replication: int, returning: Returning) -> pd.DataFrame:
    """The contacts of a replication; an option meets those of its base.

    Args:
        scenario: a base or an option.
        seed, replication: key of all luck.
        returning: who comes back in the run, by which fewer are drawn.
    """
    base = scenario.base or scenario
    drawn = draw(base.model, base.parameters, seed, replication, returning)
    return with_backlog(scenario, drawn, seed, replication)


def with_backlog(scenario: Scenario, contacts: pd.DataFrame, seed: int, replication: int) -> pd.DataFrame:
    """A contacts table, and in it whoever is open when the run starts: the same in an option as in its base.

    A table that has them stays as it is.
    """
    base = scenario.base or scenario
    if base.backlog is None or not base.backlog.contacts or OPEN_STAGE in contacts:
        return contacts
    stand = open_at_start(base.backlog.table, base.model, base.parameters, seed, replication)
    return joined(contacts, stand)


def placed(scenario: Scenario, contacts: pd.DataFrame) -> pd.DataFrame:
    """The same contacts, with those that are open where an option has them: it may have renamed or taken out a stage."""
    if OPEN_STAGE not in contacts or not scenario.open_at:
        return contacts
    return contacts.assign(**{OPEN_STAGE: contacts[OPEN_STAGE].replace(scenario.open_at)})


def people_of_phases(phases: Sequence[Phase], seed: int, replication: int) -> Roster:
    """Who is on duty in a replication, under the models that follow each other in it."""
    line = Timeline.of(phases[0].model)
    if len(phases) == 1 and not phases[0].team_ramps:
        return people(phases[0].model, line, seed, replication)
    skills = skills_of([phase.model for phase in phases])
    of_phases = [staffing(phase, line.first, skills) for phase in phases]
    last = line.clock.date_of(line.ends) + ROSTERED_BEYOND
    return draw_roster_of_phases(of_phases, key(seed, replication), line.clock, line.first, last, line.working_dates)


def staffing(phase: Phase, first: date, skills: Sequence[tuple[str, ...]]) -> Staffing:
    """The posts of a phase; the first, which has no date, begins on `first`."""
    filled = posts(phase.model, Timeline.of(phase.model), skills)
    begins, ramps = phase.begins or first, phase.team_ramps
    if not ramps:
        return Staffing(begins, filled)
    former = next(iter(ramps.values())).former
    before = [post for post in posts(former, Timeline.of(former), skills) if post.team in ramps]
    taken_up = [
        TakenUp(team, code(f"ramp: {ramp.change}"), ramp.begins.toordinal(), ramp.ends.toordinal())
        for team, ramp in ramps.items()
    ]
    return Staffing(begins, filled, before, taken_up)


def people(model: OperatingModel, timeline: Timeline, seed: int, replication: int) -> Roster:
    """Who is on duty in a replication, with their leave and sickness."""
    last = timeline.clock.date_of(timeline.ends) + ROSTERED_BEYOND
    filled = _filled(Known((id(model), id(timeline)), (model, timeline)))
    return draw_roster(filled, key(seed, replication), timeline.clock, timeline.first, last, timeline.working_dates)


@lru_cache(maxsize=16)
def _filled(of: Known[tuple[OperatingModel, Timeline]]) -> list[Post]:
    """The posts of a model that nothing follows; kept, since every replication has the same."""
    model, timeline = of.thing
    return posts(model, timeline, skills_of([model]))


def posts(model: OperatingModel, timeline: Timeline, skills: Sequence[tuple[str, ...]]) -> list[Post]:
    """The posts of a model, team by team; `skills` is of `skills_of`."""
    return [
        Post(
            team=name,
            role=group.role,
            wte=group.filled,
            shift=timeline.shifts[group.shift],
            non_case_share=group.non_case_share,
            sickness_share=group.sickness_share,
            sickness_spell_days=group.sickness_spell_days,
            leave_days_per_year=group.leave_days_per_year,
            caseload=group.caseload,
            skill=skills.index(group.skill),
            named=group.named,
            **coming_and_going(group, timeline),
        )
        for name, team in model.teams.items()
        for group in team.staff
    ]
