"""What luck says of the contacts of a run: pure functions of key, purpose and visit, read in bulk where that pays (rule 1)."""

from __future__ import annotations

from array import array

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.distributions import QuantileTable
from frontdoor_sim.engine.contact import Contact
from frontdoor_sim.engine.plan import Span
from frontdoor_sim.luck import code, draw, draws

Int64s = NDArray[np.int64]
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
        self.keys: Int64s = contacts["contact"].to_numpy(np.int64)
        self.first_lucks: dict[int, array[int]] = {}
        self.first_values: dict[tuple[int, int], array[int]] = {}
        self.first_seconds: dict[int, array[int]] = {}

    def luck(self, contact: Contact, purpose: int, visit: int = 0) -> int:
        """Luck below 2**32 of a contact for a purpose and visit."""
        if visit or contact.index < 0:
            return draw(contact.key, purpose, visit)
        first = self.first_lucks.get(purpose)
        if first is None:
            first = self.first_lucks[purpose] = compact(draws(self.keys, purpose))
        return first[contact.index]

    def value(self, contact: Contact, purpose: int, table: QuantileTable, visit: int = 0) -> int:
        """What a table makes of the luck of a contact."""
        if visit or contact.index < 0:
            return table.read(draw(contact.key, purpose, visit))
        first = self.first_values.get((purpose, id(table)))
        if first is None:
            first = self.first_values[(purpose, id(table))] = compact(table.reads(draws(self.keys, purpose)))
        return first[contact.index]

    def seconds(self, contact: Contact, span: Span, visit: int = 0) -> int:
        """Seconds of a span for a contact and visit, on the span's own clock."""
        if visit or contact.index < 0:
            return span.table.read(draw(contact.key, span.purpose, visit))
        first = self.first_seconds.get(id(span))
        if first is None:
            drawn = self.given(span.purpose, span.table.reads(draws(self.keys, span.purpose)))
            first = self.first_seconds[id(span)] = compact(drawn)
        return first[contact.index]

    def given(self, purpose: int, drawn: Int64s) -> Int64s:
        """What was drawn, replaced by what the table gives for this purpose."""
        for column in self.table.columns:
            if column.startswith(GIVEN) and code(column.removeprefix(GIVEN)) == purpose:
                given = self.table[column].fillna(-1).to_numpy(np.int64)
                return np.where(given >= 0, given, drawn)
        return drawn


def compact(numbers: Int64s) -> array[int]:
    """Numbers that are read one by one."""
    return array("q", numbers.tobytes())
