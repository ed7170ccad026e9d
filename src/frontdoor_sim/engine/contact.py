"""A contact on its way through the reference engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from frontdoor_sim.engine.backlog import standing
from frontdoor_sim.engine.plan import Plan
from frontdoor_sim.operating_model import OPEN_STAGE


class Contact:
    """One contact on its way: what it is, and what has been learnt of it so far."""

    __slots__ = (
        "absent", "agrees", "area", "children", "consent", "deadline", "enters", "family", "go", "index", "is_held",
        "judged", "key", "last_row", "leave", "need", "open_case", "parent", "rag", "rag_on_arrival", "received", "recorded",
        "return_number", "returns_at", "source", "stands_at", "visits",
    )  # fmt: skip

    def __init__(self, index: int, fields: tuple[int, ...], stages: int) -> None:
        self.index = index
        (self.key, self.family, self.received, self.enters, self.source, self.area, self.children, self.need, self.rag,
         self.open_case, self.consent, self.parent, self.return_number) = fields  # fmt: skip
        self.visits = [0] * stages
        self.rag_on_arrival = self.rag
        self.judged = 0
        self.stands_at = -1
        self.is_held = False
        self.agrees = 1
        self.absent = 0
        self.recorded = 0
        self.deadline = 0
        self.last_row = -1
        self.returns_at = -1
        self.go: Callable[[], Any] = lambda: None
        self.leave: Callable[[], Any] = lambda: None


def contacts_of(table: pd.DataFrame, plan: Plan) -> list[Contact]:
    """The contacts of a table, in order of entering and then of key."""
    source = table["source"].map({name: index for index, name in enumerate(plan.sources)})
    area = table["area"].map({name: index for index, name in enumerate(plan.areas)})
    rag = table["rag"].map({"red": 0, "amber": 1, "green": 2, "blue": 3})
    consent = table["consent"].fillna(-1) if "consent" in table else -1
    columns = table[["contact", "family", "received", "enters"]].assign(
        source=source.astype(np.int64), area=area.astype(np.int64), children=table["children"], need=table["need"],
        rag=rag.astype(np.int64), open_case=table["open_case"].astype(np.int64), consent=consent,
        parent=table["returned_from"], number=table["return_number"],
    )  # fmt: skip
    order = np.lexsort((columns["contact"], columns["enters"]))
    rows = zip(*(columns[name].to_numpy(np.int64)[order].tolist() for name in columns), strict=True)
    stages = len(plan.stages)
    found = [Contact(index, row, stages) for index, row in zip(order.tolist(), rows, strict=True)]
    if OPEN_STAGE in table:
        stands_at, judged, is_held = (column.tolist() for column in standing(table, plan))
        for contact in found:
            contact.stands_at, contact.judged = stands_at[contact.index], judged[contact.index]
            contact.is_held = is_held[contact.index]
    return found
