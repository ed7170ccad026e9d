"""What is left of what runs already when a run starts: drawn among those durations that are not over yet."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.distributions import QuantileTable, quantile_table
from frontdoor_sim.luck import LUCK_BITS, Int64s, code, draws
from frontdoor_sim.operating_model import RAGS, AnyStage, Lasting, OperatingModel, Timeline

Flags = NDArray[np.bool_]
Running = tuple[str, Lasting, Flags]
"""A duration that runs: its purpose of luck, how long it lasts, and for which contacts."""


def left_of(table: QuantileTable, passed: Int64s, luck: Int64s) -> Int64s:
    """What is left of durations of which some has passed: drawn from those of the table that last longer.

    Args:
        table: of the whole duration.
        passed: how much has passed, in the unit of the table.
        luck: below 2**32, of the same shape.

    Returns:
        What is left; 0 where no duration of the table lasts so long.

    Example:
        >>> from frontdoor_sim.distributions import from_mapping
        >>> table = quantile_table(from_mapping({"distribution": "uniform", "low": 0, "high": 100}), 1)
        >>> left_of(table, np.array([0, 60, 200]), np.array([1 << 31] * 3)).tolist()
        [50, 20, 0]
    """
    low, high = np.zeros_like(passed), np.full_like(passed, 1 << LUCK_BITS)
    for _ in range(LUCK_BITS + 1):
        middle = (low + high) >> 1
        longer = (middle == 1 << LUCK_BITS) | (table.reads(np.minimum(middle, (1 << LUCK_BITS) - 1)) > passed)
        low, high = np.where(longer, low, middle + 1), np.where(longer, middle, high)
    some = high < 1 << LUCK_BITS
    among = ((1 << LUCK_BITS) - high) * (luck >> 1) >> LUCK_BITS - 1
    whole = table.reads(np.where(some, high + among, 0))
    return np.where(some, whole - passed, 0)


def still_to_go(
    backlog: pd.DataFrame, model: OperatingModel, keys: Int64s, rag: Int64s, since: Int64s
) -> dict[str, NDArray[np.float64]]:
    """How long what runs for each open contact goes on, in seconds of its own clock, from the start of the run.

    A case that is held goes on until its drawn end, a delay and a partner's reply too; whoever would give up waiting does so
    when the rest of the time is over. All of them are drawn under the model of the base, since they began under it.

    Args:
        backlog: of each contact, `stage` and whether it is `held`.
        model: the base.
        keys, rag: of each contact.
        since: since when it stands there [s].

    Returns:
        By column `seconds: <purpose>` of a contacts table; not a number where nothing runs for that purpose.
    """
    line, found = Timeline.of(model), dict[str, NDArray[np.float64]]()
    stages, held = backlog["stage"].to_numpy(object), backlog["held"].to_numpy(bool)
    for name in dict.fromkeys(stages):
        for purpose, lasting, whose in _running(name, model.stages[name], held, rag):
            here = np.flatnonzero((stages == name) & whose)
            if not len(here):
                continue
            calendar = line.calendar(lasting.clock, model)
            passed = -since[here] if calendar is None else calendar.worked(0) - calendar.worked(since[here])
            table = quantile_table(lasting.shape, lasting.unit_seconds)
            column = found.setdefault(f"seconds: {purpose}", np.full(len(keys), np.nan))
            column[here] = left_of(table, passed, draws(keys[here], code(purpose)))
    return found


def _running(name: str, stage: AnyStage, held: Flags, rag: Int64s) -> Iterator[Running]:
    """What runs for contacts at a stage."""
    purpose = stage.luck or name
    everybody = np.ones(len(held), dtype=bool)
    if stage.kind in ("work", "caseload"):
        for grade, lasting in stage.give_up_after.items():
            yield f"{purpose}: give up", lasting, (rag == RAGS.index(grade)) & ~held
    if stage.kind == "caseload":
        yield purpose, stage.hold, held
    if stage.kind == "delay":
        yield purpose, stage.delay, everybody
    if stage.kind == "checks":
        for partner, facts in stage.partners.items():
            if facts.delay is not None:
                yield f"{purpose}: {partner}: delay", facts.delay, everybody
