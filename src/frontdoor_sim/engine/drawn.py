"""What luck says of the contacts of a run: pure functions of key, purpose and visit, read in bulk where that pays."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.distributions import QuantileTable
from frontdoor_sim.engine.contact import Contact
from frontdoor_sim.engine.plan import Span
from frontdoor_sim.luck import code, draw, draws

GIVEN = "seconds: "


class Drawn:
    """Luck, and what tables make of it, for the contacts of a table.

    A contact has an index in the table, or -1 where it came back during the run. First visits of table contacts are
    read for the whole table the first time anybody asks; everything else one by one. The answers are the same.

    Args:
        contacts: the contacts table; a column `seconds: <purpose>` gives seconds instead of drawn ones.
    """

    def __init__(self, contacts: pd.DataFrame) -> None:
        self.table = contacts
        self.keys: NDArray[np.int64] = contacts["contact"].to_numpy(np.int64)
        self.first_lucks: dict[int, list[int]] = {}
        self.first_values: dict[tuple[int, int], list[int]] = {}

    def luck(self, contact: Contact, purpose: int, visit: int = 0) -> int:
        """Luck below 2**32 of a contact for a purpose and visit."""
        if visit or contact.index < 0:
            return draw(contact.key, purpose, visit)
        first = self.first_lucks.get(purpose)
        if first is None:
            first = self.first_lucks[purpose] = draws(self.keys, purpose).tolist()
        return first[contact.index]

    def value(self, contact: Contact, purpose: int, table: QuantileTable, visit: int = 0) -> int:
        """What a table makes of the luck of a contact."""
        if visit or contact.index < 0:
            return table.read(draw(contact.key, purpose, visit))
        first = self.first_values.get((purpose, id(table)))
        if first is None:
            first = table.reads(draws(self.keys, purpose)).tolist()
            self.first_values[(purpose, id(table))] = first
        return first[contact.index]

    def seconds(self, contact: Contact, span: Span, visit: int = 0) -> int:
        """Seconds of a span for a contact and visit, on the span's own clock."""
        if visit or contact.index < 0:
            return span.table.read(draw(contact.key, span.purpose, visit))
        first = self.first_values.get((span.purpose, id(span.table)))
        if first is None:
            first = self.given(span.purpose, span.table.reads(draws(self.keys, span.purpose)).tolist())
            self.first_values[(span.purpose, id(span.table))] = first
        return first[contact.index]

    def given(self, purpose: int, drawn: list[int]) -> list[int]:
        """What was drawn, replaced by what the table gives for this purpose."""
        for column in self.table.columns:
            if column.startswith(GIVEN) and code(column.removeprefix(GIVEN)) == purpose:
                given = self.table[column].fillna(-1).astype(np.int64).tolist()
                return [there if there >= 0 else here for there, here in zip(given, drawn, strict=True)]
        return drawn
