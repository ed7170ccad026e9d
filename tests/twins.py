"""Two engines, one answer: run both, and say where they part."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from frontdoor_sim.engine import compile_phases
from frontdoor_sim.engine import run as run_plan
from frontdoor_sim.event_log import EventLog
from frontdoor_sim.experiment.running import people_of_phases
from frontdoor_sim.operating_model import OperatingModel, Phase


def both(
    model: OperatingModel, contacts: pd.DataFrame, seed: int = 3, replication: int = 0
) -> tuple[EventLog, EventLog]:
    """The logs of the reference engine and of the compiled one."""
    return both_of_phases((Phase(model),), contacts, seed, replication)


def both_of_phases(
    phases: Sequence[Phase], contacts: pd.DataFrame, seed: int = 3, replication: int = 0
) -> tuple[EventLog, EventLog]:
    """The same of models that follow each other in one run."""
    plan = compile_phases(phases, list(contacts["source"].unique()), list(contacts["area"].unique()))
    roster = people_of_phases(phases, seed, replication)
    reference, compiled = (run_plan(contacts, roster, plan, replication, engine) for engine in ("simpy", "compiled"))
    return reference, compiled


def assert_twins(reference: EventLog, compiled: EventLog) -> None:
    """The same events, contacts and duty: row for row, integer for integer, type for type."""
    for name in ("events", "contacts", "duty"):
        one, other = getattr(reference, name), getattr(compiled, name)
        assert list(one.columns) == list(other.columns), name
        if len(one) != len(other) or not one.equals(other):
            raise AssertionError(f"{name}: {len(one)} rows and {len(other)}.\n{first_difference(one, other)}")


def first_difference(one: pd.DataFrame, other: pd.DataFrame) -> str:
    """The first row in which two tables differ, with the row before it."""
    rows = min(len(one), len(other))
    unequal = np.zeros(rows, dtype=bool)
    for column in one.columns:
        if one[column].dtype != other[column].dtype:
            return f"{column} is {one[column].dtype} and {other[column].dtype}"
        left, right = one[column].iloc[:rows], other[column].iloc[:rows]
        unequal |= ~((left.astype(object) == right.astype(object)) | (left.isna() & right.isna())).to_numpy(dtype=bool)
    at = int(unequal.argmax()) if unequal.any() else rows
    places = [place for place in (at - 1, at) if place >= 0]
    tables = [(who, table.iloc[[place for place in places if place < len(table)]]) for who, table in
              (("reference", one), ("compiled", other))]  # fmt: skip
    return f"First difference in row {at}.\n" + "\n".join(f"{who}:\n{table.T.to_string()}" for who, table in tables)
