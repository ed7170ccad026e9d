"""Run a plan on contacts and people, on one of the engines, and hand over the event log."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from frontdoor_sim.collector import collector_at_rest
from frontdoor_sim.engine.case_systems import recording_facts
from frontdoor_sim.engine.choice import Engine, chosen
from frontdoor_sim.engine.people import Roster
from frontdoor_sim.engine.plan import Plan
from frontdoor_sim.engine.played import Played, contacts_after, duty_after
from frontdoor_sim.engine.record import events_table
from frontdoor_sim.engine.simpy_engine import World
from frontdoor_sim.event_log import About, EventLog, Reading
from frontdoor_sim.operating_model import (
    RAGS,
    Lasting,
    OperatingModel,
    accepted_later,
    accepts,
    assesses,
    decided_before,
    decided_later,
    transfers,
)
from frontdoor_sim.working_time import WorkingDays


def run(contacts: pd.DataFrame, roster: Roster, plan: Plan, replication: int = 0, engine: Engine = "simpy") -> EventLog:
    """Run one replication of an operating model.

    Args:
        contacts: who comes (dictionary `contacts`); columns `seconds: <purpose>` give durations instead of drawn ones.
        roster: who is on duty.
        plan: the compiled operating model.
        replication: its number, written in the log.
        engine: `simpy`, the reference; `compiled`, which needs Numba; or `auto`, compiled where that is there. The log is the
            same, row for row.

    Returns:
        The event log of the whole run: warm-up, measured window and follow-up. Its tables obey their dictionaries and stand
        in canonical order.

    Raises:
        InputError: the compiled engine is asked for, and Numba is not installed.
    """
    if chosen(engine) == "compiled":
        from frontdoor_sim.engine.compiled import play  # Numba may not be there

        played = play(contacts, roster, plan, replication)
    else:
        played = play_on_simpy(contacts, roster, plan, replication)
    duty = duty_after(roster, played.overtime, plan.timeline.ends)
    return EventLog(played.events, contacts_after(contacts, played, plan), duty, about(plan, replication))


def run_unwritten(contacts: pd.DataFrame, roster: Roster, plan: Plan, replication: int = 0) -> Reading:
    """Run one replication on the compiled engine and write no log: several times sooner, where only measures are wanted.

    Args:
        contacts, roster, plan, replication: as for `run`.

    Returns:
        What measures ask of the log: the same to the bit as of the log that `run` hands over.
    """
    from frontdoor_sim.engine.compiled import play_to_read  # Numba may not be there

    return play_to_read(contacts, roster, plan, about(plan, replication))


def play_on_simpy(contacts: pd.DataFrame, roster: Roster, plan: Plan, replication: int) -> Played:
    """Run one replication on the reference engine."""
    with collector_at_rest():  # a run's contacts are freed at its end
        world = World(contacts, roster, plan)
        world.run()
    back = {contact.index: contact.returns_at for contact in world.contacts}
    again = world.returned
    names = ("family", "received", "enters", "source", "area", "children", "need", "open_case", "return_number",
             "returns_at")  # fmt: skip
    returned = {name: np.array([getattr(contact, name) for contact in again], dtype=np.int64) for name in names}
    returned["rag"] = np.array([contact.rag_on_arrival for contact in again], dtype=np.int64)
    returned["contact"] = np.array([contact.key for contact in again], dtype=np.int64)
    returned["returned_from"] = np.array([contact.parent for contact in again], dtype=np.int64)
    returned["level"] = 1 + np.searchsorted(np.array(plan.cuts), returned["need"], side="right")
    return Played(
        events_table(world.record, roster, replication),
        np.array([back[index] for index in range(len(back))], dtype=np.int64),
        returned,
        np.frombuffer(world.record.overtime, dtype=np.int64).reshape(-1, 3),
    )


def about(plan: Plan, replication: int) -> About:
    """What a reader of the log must know of the model that was run."""
    return _about(plan).of_run(replication)


@lru_cache(maxsize=16)
def _about(plan: Plan) -> About:
    """What is the same for all runs of a plan."""
    model, line = plan.model, plan.timeline
    clocks = {name: calendar for name, calendar in line.shifts.items() if name != "always"}
    return About(
        option=model.name,
        run=0,
        opens=model.run.opens,
        starts=line.starts,
        closes=line.closes,
        ends=line.ends,
        stages=stage_facts(model),
        outcomes=outcome_facts(model),
        clocks={**clocks, "working_hours": line.shifts[model.clock]},
        working_days=WorkingDays(line.clock, line.working_dates, model.receipt_closes),
        targets=target_facts(model),
        recording=recording_facts(model, line),
        tells_returns=plan.model.returns is not None,
        tells_work=True,
    )


def stage_facts(model: OperatingModel) -> pd.DataFrame:
    """Dictionary `stages`: what each stage is for."""
    rows = [
        (
            name,
            stage.kind,
            stage.team,
            stage.decides,
            accepts(stage),
            assesses(stage),
            decided_before(model, name),
        )
        for name, stage in model.stages.items()
    ]
    return pd.DataFrame(rows, columns=["stage", "kind", "team", "decides", "accepts", "allocates", "decided_before"])


def outcome_facts(model: OperatingModel) -> pd.DataFrame:
    """Dictionary `outcomes`: every end and stage, and whether an assessment, a decision or acceptance follows."""
    ends = [(name, True, end.provides, False, False, False, end.referral) for name, end in model.ends.items()]
    ask = (transfers, decided_later, accepted_later, transfers)
    stages = [(name, False, pd.NA, *(answer(model, name) for answer in ask)) for name in model.stages]
    columns = ["outcome", "is_end", "provides", "transfer", "decided_later", "accepted_later", "referral"]
    return pd.DataFrame([*ends, *stages], columns=columns).astype({"provides": "Int64"})


def target_facts(model: OperatingModel) -> pd.DataFrame:
    """Dictionary `targets`: limits by RAG on their clocks."""
    rows = []
    for name, target in model.targets.items():
        for rag in RAGS:
            lasting: Lasting | None = getattr(target, rag)
            if lasting is not None:
                in_days = lasting.clock == "working_days"
                limit = round(lasting.shape.mean) if in_days else round(lasting.mean_seconds)
                clock = lasting.clock if in_days else f"{lasting.clock}_hours"
                rows.append((name, rag, limit, clock, target.since, target.until))
    return pd.DataFrame(rows, columns=["target", "rag", "limit", "clock", "since", "until"])
