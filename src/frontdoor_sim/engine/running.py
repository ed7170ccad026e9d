"""Run a plan on contacts and people, and hand over the event log."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd

from frontdoor_sim.engine.contact import Contact
from frontdoor_sim.engine.people import Roster
from frontdoor_sim.engine.plan import Plan
from frontdoor_sim.engine.record import events_table
from frontdoor_sim.engine.simpy_engine import World
from frontdoor_sim.event_log import About, EventLog, assemble
from frontdoor_sim.operating_model import RAGS, Lasting, OperatingModel, transfers
from frontdoor_sim.working_time import WorkingDays


def run(contacts: pd.DataFrame, roster: Roster, plan: Plan, replication: int = 0) -> EventLog:
    """Run one replication of an operating model.

    Args:
        contacts: who comes (dictionary `contacts`); columns `seconds: <purpose>` give durations instead of drawn ones.
        roster: who is on duty.
        plan: the compiled operating model.
        replication: its number, written in the log.

    Returns:
        The event log of the whole run: warm-up, measured window and follow-up.
    """
    with collector_at_rest():
        world = World(contacts, roster, plan)
        world.run()
    option = plan.model.name
    overtime = np.frombuffer(world.record.overtime, dtype=np.int64).reshape(-1, 3)
    duty = with_overtime(roster, overtime, plan.timeline.ends)
    events = events_table(world.record, roster.duty, option, replication)
    return assemble(
        events, all_contacts(contacts, world.contacts, world.returned, plan), duty, about(plan, replication)
    )


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Keep Python's cycle collector from scanning a run's contacts over and over; they are freed at the end."""
    working = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if working:
            gc.enable()


def with_overtime(roster: Roster, overtime: np.ndarray, ends: int) -> pd.DataFrame:
    """The duty table with the overtime that was worked, up to the end of the run."""
    duty = roster.duty
    if len(overtime):
        person = roster.people.set_index("worker").loc[overtime[:, 0]]
        extra = {
            "kind": "overtime",
            "worker": overtime[:, 0],
            "name": person["name"].to_numpy(),
            "team": person["team"].to_numpy(),
            "role": person["role"].to_numpy(),
            "start": overtime[:, 1],
            "end": overtime[:, 2],
        }
        duty = pd.concat([duty, pd.DataFrame(extra)], ignore_index=True)
    duty = duty[duty["start"] < ends]
    return duty.assign(end=duty["end"].clip(upper=ends))


def all_contacts(table: pd.DataFrame, came: list[Contact], returned: list[Contact], plan: Plan) -> pd.DataFrame:
    """The contacts of the table, with the time of their possible return, and the returns of this run."""
    cuts = np.array(plan.cuts)
    first = table[[name for name in table.columns if not name.startswith("seconds: ")]]
    back = {contact.key: contact.returns_at for contact in came}
    first = first.assign(returns_at=first["contact"].map(back))
    again = [contact for contact in returned if contact.received <= plan.timeline.ends]
    rows = {
        "contact": [c.key for c in again],
        "family": [c.family for c in again],
        "received": [c.received for c in again],
        "enters": [c.enters for c in again],
        "source": [plan.sources[c.source] for c in again],
        "area": [plan.areas[c.area] for c in again],
        "children": [c.children for c in again],
        "need": [c.need for c in again],
        "level": [1 + int(np.searchsorted(cuts, c.need, side="right")) for c in again],
        "rag": [RAGS[c.rag] for c in again],
        "open_case": [bool(c.open_case) for c in again],
        "returned_from": [c.parent for c in again],
        "return_number": [c.return_number for c in again],
        "returns_at": [c.returns_at for c in again],
    }
    return pd.concat([first.astype({"source": str, "area": str, "rag": str}), pd.DataFrame(rows)]) if again else first


def about(plan: Plan, replication: int) -> About:
    """What a reader of the log must know of the model that was run."""
    model, line = plan.model, plan.timeline
    clocks = {name: calendar for name, calendar in line.shifts.items() if name != "always"}
    return About(
        option=model.name,
        run=replication,
        opens=model.run.opens,
        starts=line.starts,
        closes=line.closes,
        ends=line.ends,
        stages=stage_facts(model),
        outcomes=outcome_facts(model),
        clocks={**clocks, "working_hours": line.shifts[model.clock]},
        working_days=WorkingDays(line.clock, line.working_dates, model.receipt_closes),
        targets=target_facts(model),
    )


def stage_facts(model: OperatingModel) -> pd.DataFrame:
    """Dictionary `stages`: what each stage is for."""
    rows = [
        (
            name,
            stage.kind,
            stage.team,
            stage.decides,
            getattr(stage, "waits_for", "") == "acceptance",
            stage.kind == "caseload",
        )
        for name, stage in model.stages.items()
    ]
    return pd.DataFrame(rows, columns=["stage", "kind", "team", "decides", "accepts", "allocates"])


def outcome_facts(model: OperatingModel) -> pd.DataFrame:
    """Dictionary `outcomes`: every end and every stage, and whether it leads to an assessment."""
    ends = [(name, True, end.provides, False) for name, end in model.ends.items()]
    stages = [(name, False, pd.NA, transfers(model, name)) for name in model.stages]
    return pd.DataFrame([*ends, *stages], columns=["outcome", "is_end", "provides", "transfer"]).astype(
        {"provides": "Int64"}
    )


def target_facts(model: OperatingModel) -> pd.DataFrame:
    """Dictionary `targets`: limits by RAG on their clocks."""
    rows = []
    for name, target in model.targets.items():
        for rag in RAGS:
            lasting: Lasting | None = getattr(target, rag)
            if lasting is not None:
                in_days = lasting.clock == "working_days"
                limit = round(lasting.shape.mean) if in_days else round(lasting.mean_seconds)
                rows.append((name, rag, limit, lasting.clock if in_days else f"{lasting.clock}_hours"))
    return pd.DataFrame(rows, columns=["target", "rag", "limit", "clock"])
