"""Our engine alone: the run itself, without plan, roster and event log, to see what they cost beside it in `ours`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ours import contacts_of, scenario_of
from workload import FrontDoor, Tandem

from frontdoor_sim.engine import compile_plan
from frontdoor_sim.engine.running import collector_at_rest
from frontdoor_sim.engine.simpy_engine import World
from frontdoor_sim.experiment.running import people
from frontdoor_sim.operating_model import Timeline


def prepare(table: FrontDoor | Tandem) -> Callable[[], None]:
    """The run of a workload, to be timed; a few contacts go first, as in `ours`."""
    model, contacts = scenario_of(table).model, contacts_of(table)
    timeline = Timeline.of(model)
    plan = compile_plan(model, timeline, list(contacts["source"].unique()), list(contacts["area"].unique()))
    roster = people(model, timeline, seed=1, replication=0)

    def run(some: int) -> None:
        with collector_at_rest():
            World(contacts.head(some), roster, plan).run()

    run(50)
    return partial(run, table.contacts)


def log_of(_result: None, _table: FrontDoor | Tandem) -> dict[str, list[int]]:
    """Nothing: the times are those of `ours`."""
    return {}
