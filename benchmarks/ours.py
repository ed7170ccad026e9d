"""Our own engine on the workloads: ordinary scenario files, a given table of contacts, the whole event log as answer.

What is timed is what a replication costs: the plan is compiled, the roster laid out, the run made and its event log
written. The peers keep four times a contact; ours writes every stretch of work and waiting.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from ruamel.yaml import YAML
from workload import NEVER, PRIORITIES, FrontDoor, Staffing, Tandem

from frontdoor_sim.engine import compile_plan, run
from frontdoor_sim.event_log import EventLog
from frontdoor_sim.luck import key
from frontdoor_sim.operating_model import OperatingModel, Timeline
from frontdoor_sim.roster import Post, draw_roster

HERE = Path(__file__).parent
SEED, REPLICATION = 7, 0


def prepare(table: FrontDoor | Tandem) -> Callable[[], EventLog]:
    """The run of a workload, to be timed."""
    return partial(replicate, model_of(table), contacts_of(table))


def model_of(table: FrontDoor | Tandem) -> OperatingModel:
    """The scenario file, with the length and the staffing of the workload."""
    file = "frontdoor_workload.yaml" if isinstance(table, FrontDoor) else "tandem.yaml"
    facts = YAML(typ="safe").load(HERE / file)
    facts["run"] |= {"weeks": table.weeks, "follow_up": table.follow_up}
    if isinstance(table, FrontDoor):
        people = {team: entry["staff"][0] for team, entry in facts["teams"].items()}
        for team, wte in zip(people, team_sizes(table.staffing, people["assessment"]["caseload"]), strict=True):
            people[team]["wte"] = wte
    return OperatingModel.model_validate(facts)


def team_sizes(staffing: Staffing, caseload: int) -> tuple[float, ...]:
    """How many people each team of the scenario file has, in the order of the file."""
    return staffing.screening, *staffing.partners, staffing.managers, staffing.slots / caseload


def contacts_of(table: FrontDoor | Tandem) -> pd.DataFrame:
    """The contacts of the workload as a given table; the key of a contact is its row."""
    keys = np.arange(table.contacts, dtype=np.int64)
    priority = table.priority if isinstance(table, FrontDoor) else [0] * table.contacts
    facts = {"source": "given", "area": "all", "children": 1, "need": 0, "level": 1, "open_case": False}
    return pd.DataFrame(
        {
            "contact": keys,
            "family": keys,
            "received": table.received,
            "enters": table.received,
            **facts,
            "rag": np.array(PRIORITIES)[priority],
            "returned_from": -1,
            "return_number": 0,
        }
    )


def replicate(model: OperatingModel, contacts: pd.DataFrame) -> EventLog:
    """One replication on a given table of contacts."""
    line = Timeline.of(model)
    posts = [
        Post(name, staff.role, staff.wte, line.shifts[staff.shift], caseload=staff.caseload)
        for name, team in model.teams.items()
        for staff in team.staff
    ]
    roster = draw_roster(posts, key(SEED, REPLICATION), line.clock, line.first, line.last, line.working_dates)
    return run(contacts, roster, compile_plan(model, line, ["given"], ["all"]), REPLICATION)


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
