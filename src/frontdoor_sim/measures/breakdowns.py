"""Contacts by what they are: the groups of every breakdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from frontdoor_sim.compiling import Quick
from frontdoor_sim.event_log.columns import Columns, Flags, Ints

Floats = NDArray[np.float64]

ATTRIBUTES = ("rag", "source", "area", "level")
"""Attributes of a contact that measures are broken down by: drawn ones, that no option assigns."""
EVERY = ("all", *ATTRIBUTES)
_LEVELS = ("1", "2", "3", "4")


class Listing(NamedTuple):
    """The groups of one breakdown that are listed.

    Args:
        by: the breakdown.
        groups: numbers of its groups.
        names: their names.
    """

    by: str
    groups: Ints
    names: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Breakdowns:
    """The groups of all breakdowns, one breakdown after the other, and the contacts that belong to them.

    Args:
        groups: the names of all groups.
        begins: number of the first group of each breakdown of `EVERY`, and at last the number of all groups.
        cell: for each contact, its cell: contacts of one cell belong to the same groups.
        group: for each breakdown (row) and cell, the number of its group; that of all groups where it has none.
        belongs: for each group (row) and cell, 1 where the cell is in the group, else 0.

    Example:
        >>> table = {"rag": ["red", "blue"], "source": ["police", "police"], "area": ["", ""], "level": [4, 0]}
        >>> made = Breakdowns.of(Columns({name: np.array(column) for name, column in table.items()}))
        >>> made.count(np.array([True, True])).tolist(), made.groups[1:3]
        ([2, 1, 1, 2, 2, 0, 0, 0, 1], ('blue', 'red'))
    """

    groups: tuple[str, ...]
    begins: tuple[int, ...]
    cell: Ints
    group: Ints
    belongs: Floats
    _listings: dict[tuple[int, bytes], list[Listing]] = field(default_factory=dict)

    @classmethod
    def of(cls, contacts: Columns) -> Breakdowns:
        """The breakdowns of a contacts table."""
        words = [contacts.words(name) for name in ATTRIBUTES[:-1]]
        names = [("all",), *(several.names for several in words), _LEVELS]
        everybody = np.zeros(len(contacts), dtype=np.int64)
        places = [everybody, *(several.places for several in words), contacts.numbers("level") - 1]
        code = everybody
        for place, several in zip(places, names, strict=True):
            code = code * (len(several) + 1) + place + 1
        there = np.bincount(code) > 0
        cell, one = (np.cumsum(there) - 1).take(code), np.zeros(np.count_nonzero(there), dtype=np.int64)
        one[cell] = np.arange(len(cell))
        begins = np.cumsum([0, *(len(several) for several in names)])
        group = np.array([place[one] for place in places])
        group = np.where(group < 0, begins[-1], begins[:-1, None] + group)
        belongs = np.zeros((begins[-1] + 1, group.shape[1]))
        belongs[group, np.arange(group.shape[1])] = 1.0
        return cls(tuple(chain.from_iterable(names)), tuple(begins.tolist()), cell, group, belongs[:-1])

    def count(self, weights: Flags | Ints) -> Ints:
        """For each group, the sum of whole numbers over its contacts, or the number of contacts that a flag marks."""
        number = self.group.shape[1]
        if weights.dtype == bool:
            cells = np.zeros(number, dtype=np.int64)
            _count(self.cell, weights, cells)
        else:
            cells = np.bincount(self.cell, weights=weights, minlength=number)
        found: Ints = np.dot(self.belongs, cells).astype(np.int64)
        return found

    def listed(self, by: Sequence[str], number: Ints) -> list[Listing]:
        """The groups of the first breakdowns of which there is any, by the number in each group; `all` is always there."""
        there = number[: self.begins[len(by)]] > 0
        there[0] = True
        key = len(by), there.tobytes()
        if key not in self._listings:
            self._listings[key] = list(self._list(by, there))
        return self._listings[key]

    def _list(self, by: Sequence[str], there: Flags) -> Iterator[Listing]:
        for name, (begin, end) in zip(by, pairwise(self.begins), strict=False):
            groups = begin + np.flatnonzero(there[begin:end])
            if len(groups):
                yield Listing(name, groups, tuple(self.groups[group] for group in groups.tolist()))

    def members(self, contacts: Ints, by: Sequence[str]) -> tuple[Ints, int]:
        """For each of the first breakdowns (row) and each of some contacts, the number of its group; and how many.

        Whoever has no group has the number of the groups of those breakdowns.
        """
        number = self.begins[len(by)]
        return np.minimum(self.group[: len(by)], number).take(self.cell.take(contacts), axis=1), number


@Quick
def _count(cell: Ints, flags: Flags, cells: Ints) -> None:
    """Count the contacts of each cell that a flag marks."""
    for contact in range(len(cell)):
        if flags[contact]:
            cells[cell[contact]] += 1
