"""One replication, for whoever wants to look inside."""

from __future__ import annotations

import pandas as pd

from frontdoor_sim.engine import Engine
from frontdoor_sim.event_log import EventLog
from frontdoor_sim.experiment.pilot import returning
from frontdoor_sim.experiment.running import draw_contacts, simulate, with_backlog
from frontdoor_sim.scenario import Scenario, check_scenarios


def run(
    scenario: Scenario,
    seed: int = 1,
    replication: int = 0,
    contacts: pd.DataFrame | None = None,
    engine: Engine = "auto",
) -> EventLog:
    """Run one replication of a scenario: contacts, people, engine, event log.

    Args:
        scenario: from `read_scenario`.
        seed: of the study; the same seed and replication meet the same contacts, people and luck.
        replication: its number.
        contacts: a table given instead of drawn (dictionary `contacts`), such as the real arrivals of a year; whoever the
            scenario's backlog says is open at the start is added, unless the table has them.
        engine: `auto`, `simpy` or `compiled`; the log is the same.

    Returns:
        The event log of the run.

    Raises:
        InputError: `scenario` is something else, such as a path.

    Example:
        >>> from frontdoor_sim.scenario import read_scenario
        >>> log = run(read_scenario("scenarios/examples/one_desk.yaml"), seed=7)
        >>> bool((log.events["end"] >= log.events["start"]).all())
        True
    """
    check_scenarios(scenario=scenario)
    if contacts is None:
        contacts = draw_contacts(scenario, seed, replication, returning(scenario, seed, engine))
    else:
        contacts = with_backlog(scenario, contacts, seed, replication)
    return simulate(scenario, contacts, seed, replication, engine)
