"""The columns of a table as arrays, and the order of its rows."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Integers = NDArray[np.signedinteger[Any]]
Flags = NDArray[np.bool_]

_BITS = 63


@dataclass(frozen=True, eq=False)
class Words:
    """A column of words, kept as small integers: comparing those is many times faster than comparing words.

    Args:
        names: the words that there may be.
        codes: for each row, the place of its word in `names`, -1 where it has none; as narrow as pandas keeps them.

    Example:
        >>> words = Words(("wait", "work"), np.array([1, 0, 1], dtype=np.int8))
        >>> words.among(["work"]).tolist(), words.present
        ([True, False, True], ('wait', 'work'))
    """

    names: tuple[str, ...]
    codes: Integers

    def among(self, wanted: Container[str]) -> Flags:
        """For each row, whether its word is one of some."""
        return self.flagged([name in wanted for name in self.names])

    def flagged(self, flags: Iterable[bool]) -> Flags:
        """For each row, the flag of its word; `flags` has one a name."""
        found = np.zeros(len(self.codes), dtype=bool)
        for place, flag in enumerate(flags):
            if flag:
                found |= self.codes == place
        return found

    def take(self, rows: Ints) -> Words:
        """The words of some rows."""
        return Words(self.names, self.codes[rows])

    @cached_property
    def places(self) -> Ints:
        """The codes as int64, to count and to index by."""
        return self.codes.astype(np.int64)

    def objects(self, nothing: str | None = None) -> NDArray[np.object_]:
        """The words themselves; `nothing` where a row has none.

        Example:
            >>> Words(("red",), np.array([0, -1])).objects().tolist()
            ['red', None]
        """
        return np.array([*self.names, nothing], dtype=object)[self.codes]

    @property
    def present(self) -> tuple[str, ...]:
        """The words that occur."""
        return tuple(name for place, name in enumerate(self.names) if np.any(self.codes == place))


class Columns:
    """A table whose columns are asked for as arrays; each is looked up once.

    Args:
        table: a table, or its columns by name.

    Example:
        >>> table = Columns(pd.DataFrame({"visit": np.array([0, 1], dtype=np.int16), "stage": ["receipt", "checks"]}))
        >>> table.numbers("visit").dtype, table.words("stage").names
        (dtype('int64'), ('checks', 'receipt'))
    """

    def __init__(self, table: pd.DataFrame | Mapping[str, NDArray[Any] | Words]) -> None:
        self._table = table
        self._values: dict[str, NDArray[Any]] = {}
        self._words: dict[str, Words] = {}

    def __len__(self) -> int:
        """Number of rows."""
        if isinstance(self._table, pd.DataFrame):
            return len(self._table)
        first = next(iter(self._table.values()))
        return len(first.codes if isinstance(first, Words) else first)

    def values(self, name: str) -> NDArray[Any]:
        """A column as the table keeps it: whole numbers may be narrow, so widen them before arithmetic."""
        if name not in self._values:
            given = self._table[name]
            self._values[name] = given.objects() if isinstance(given, Words) else np.asarray(given)
        return self._values[name]

    def numbers(self, name: str) -> Ints:
        """A column as int64."""
        return self.values(name).astype(np.int64, copy=False)

    def flags(self, name: str) -> Flags:
        """A column of truth values."""
        return self.values(name).astype(bool, copy=False)

    def rows(self, *names: str) -> list[tuple[Any, ...]]:
        """Some columns of a small table, row by row.

        Example:
            >>> Columns({"stage": np.array(["receipt", "checks"]), "decides": np.array([False, True])}).rows("stage", "decides")
            [('receipt', False), ('checks', True)]
        """
        return list(zip(*(self.values(name).tolist() for name in names), strict=True))

    def words(self, name: str) -> Words:
        """A column of words."""
        if name not in self._words:
            given = self._table[name]
            self._words[name] = given if isinstance(given, Words) else words_of(given)
        return self._words[name]


def words_of(column: pd.Series | pd.Categorical[Any] | NDArray[Any]) -> Words:
    """A column of a table as words.

    Example:
        >>> words_of(pd.Series(["red", "blue"])).names
        ('blue', 'red')
    """
    given = column.array if isinstance(column, pd.Series) else column
    words = given if isinstance(given, pd.Categorical) else pd.Categorical(given)
    return Words(tuple(str(word) for word in words.categories.tolist()), words.codes)


def sorting(keys: Iterable[Ints]) -> Ints | None:
    """The order that sorts rows by some keys, first key first; None where they are sorted already.

    A later key is asked for only where the earlier ones tie, so that a generator may save the making of it.

    Example:
        >>> sorting([np.array([1, 1, 2]), np.array([5, 4, 0])]).tolist()
        [1, 0, 2]
    """
    keys, seen = iter(keys), []
    tied: Flags | None = None
    for key in keys:
        seen.append(key)
        before, after = key[:-1], key[1:]
        down = after < before
        if np.any(down if tied is None else down & tied):
            return np.lexsort(tuple(reversed([*seen, *keys]))).astype(np.int64)
        tied = (after == before) if tied is None else tied & (after == before)
        if not tied.any():
            break
    return None


def order_of(numbers: Ints) -> Ints:
    """The stable order of numbers that are 0 or more.

    Each is sorted together with its place: NumPy sorts numbers many times faster than it finds their order.

    Example:
        >>> order_of(np.array([70_000, 3, 70_000, 0])).tolist()
        [3, 1, 0, 2]
    """
    bits = len(numbers).bit_length()
    if int(numbers.max(initial=0)).bit_length() + bits > _BITS:
        return np.argsort(numbers, kind="stable")
    order = numbers << bits
    order |= np.arange(len(numbers))
    order.sort()
    order &= (1 << bits) - 1
    return order


def runs(keys: Sequence[NDArray[Any]]) -> tuple[Ints, Ints]:
    """First and last position of every unbroken run of rows that are equal in all keys.

    Example:
        >>> first, last = runs([np.array([7, 7, 8, 7])])
        >>> first.tolist(), last.tolist()
        ([0, 2, 3], [1, 2, 3])
    """
    number = len(keys[0])
    new = np.ones(number, dtype=bool)
    new[1:] = keys[0][1:] != keys[0][:-1]
    for key in keys[1:]:
        new[1:] |= key[1:] != key[:-1]
    first = np.flatnonzero(new)
    return first, np.append(first[1:], number)[: len(first)] - 1


def places_of(first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """All positions of several runs, one run after the other, and where each run begins among them.

    Example:
        >>> places, begins = places_of(np.array([5, 9]), np.array([6, 11]))
        >>> places.tolist(), begins.tolist()
        ([5, 6, 9, 10, 11], [0, 2])
    """
    length = last - first + 1
    begins = np.cumsum(length) - length
    return np.arange(length.sum()) + np.repeat(first - begins, length), begins
