"""Our reference engine on the workloads: ordinary scenario files through the public door, with a given table of contacts.

What is timed is all that a replication repeats: the plan is compiled, the roster laid out, the run made and its event
log written. The peers keep four times a contact; ours writes every stretch of work and of waiting.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from workload import NEVER, PARTNERS, PRIORITIES, FrontDoor, Tandem

from frontdoor_sim.event_log import EventLog
from frontdoor_sim.experiment import run
from frontdoor_sim.scenario import Scenario, read_scenario

HERE = Path(__file__).parent


def prepare(table: FrontDoor | Tandem) -> Callable[[], EventLog]:
    """The run of a workload, to be timed; a few contacts go first, so that what Python loads once is loaded."""
    scenario, contacts = scenario_of(table), contacts_of(table)
    run(scenario, contacts=contacts.head(50), engine="simpy")
    return partial(run, scenario, contacts=contacts, engine="simpy")


def scenario_of(table: FrontDoor | Tandem) -> Scenario:
    """The scenario file, with the length and the staffing of the workload."""
    length = {"run.weeks": table.weeks, "run.follow_up": table.follow_up}
    if isinstance(table, Tandem):
        return read_scenario(HERE / "tandem.yaml").varied(length)
    file = "frontdoor_partial.yaml" if table.name == "partial" else "frontdoor_workload.yaml"
    base, people = read_scenario(HERE / file), table.staffing
    caseload = base.model.teams["assessment"].staff[0].caseload
    sizes = {"screening": people.screening, "managers": people.managers, "assessment": people.slots / caseload}
    sizes |= dict(zip(PARTNERS, people.partners, strict=True))
    wte = {f"teams.{team}.staff[0].wte": sizes[team] for team in base.model.teams}
    return base.varied(length | wte)


def contacts_of(table: FrontDoor | Tandem) -> pd.DataFrame:
    """The contacts of the workload as a given table; the number of a contact is its row."""
    numbers = np.arange(table.contacts, dtype=np.int64)
    priority = table.priority if isinstance(table, FrontDoor) else [0] * table.contacts
    times = {"contact": numbers, "family": numbers, "received": table.received, "enters": table.received}
    facts = {"source": "unknown", "area": "all", "children": 1, "need": 0, "level": 1, "open_case": False}
    rags = {"rag": np.array(PRIORITIES)[priority], "returned_from": NEVER, "return_number": 0}
    given = {f"seconds: {purpose}": seconds for purpose, seconds in durations_of(table).items()}
    return pd.DataFrame(times | facts | rags | given)


def durations_of(table: FrontDoor | Tandem) -> dict[str, list[int]]:
    """The seconds that the table gives every peer, by purpose of luck."""
    if isinstance(table, Tandem):
        return {f"stage {number}": seconds for number, seconds in enumerate(table.services, 1)}
    replies = dict(zip((f"checks: {partner}" for partner in PARTNERS), table.replies, strict=True))
    if table.name == "partial":
        replies = {f"checks: {PARTNERS[0]}": table.replies[0]}
    return replies | {
        "screening": table.screening,
        "handoff screening to checks": table.handoff,
        "decision": table.decision,
        "handoff decision to assessment": table.transfer,
        "assessment": table.hold,
    }


def log_of(log: EventLog, table: FrontDoor | Tandem) -> dict[str, list[int]]:
    """The times that the peers keep, read from the event log."""
    rows = log.events[log.events["part"] == 0]
    done = rows[rows["outcome"] != ""]
    ends = log.about.outcomes.query("is_end")["outcome"]
    times = {"ended": done[done["outcome"].isin(ends)].set_index("contact")["end"]}
    if isinstance(table, FrontDoor):
        times["screened"] = done[done["stage"] == "screening"].set_index("contact")["end"]
        times["decided"] = done[done["stage"] == "decision"].set_index("contact")["end"]
        times["allocated"] = rows[rows["kind"] == "caseload"].set_index("contact")["start"]
    return {name: at.reindex(range(table.contacts), fill_value=NEVER).tolist() for name, at in times.items()}
