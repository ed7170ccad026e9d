"""What every table must look like: its dictionary, and the checks it implies.

`dictionaries/<name>.csv` holds one row a column (`column,dtype,unit,required,description`).
The checks read that file and the manual prints it, so the two cannot part.
A dtype `category[red|amber]` is a closed list; `category` alone is open.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.documents import InputError, Mistake, in_words, nearest

Flags = NDArray[np.bool_]

_NAMED_AT_MOST = 8


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table, as its dictionary describes it.

    Args:
        name: name of the column.
        dtype: pandas dtype after `conform`: `int8` to `int64`, `Int64` (may be empty), `float64`, `bool`, `str` or
            `category`.
        unit: unit of the values; empty where there is none.
        required: whether the column must be there, with no empty cell.
        description: meaning, for the manual.
        categories: the only values allowed, or None where the list is open.
    """

    name: str
    dtype: str
    unit: str
    required: bool
    description: str
    categories: tuple[str, ...] | None = None


def names() -> list[str]:
    """Names of all tables that have a dictionary, sorted.

    Example:
        >>> "events" in names()
        True
    """
    folder = resources.files("frontdoor_sim") / "dictionaries"
    return sorted(file.name.removesuffix(".csv") for file in folder.iterdir() if file.name.endswith(".csv"))


@cache
def dictionary(name: str) -> tuple[Column, ...]:
    """The columns of a table, in their order.

    Raises:
        ValueError: no table has that name.

    Example:
        >>> [column.name for column in dictionary("targets")]
        ['target', 'rag', 'limit', 'clock', 'since', 'until']
    """
    if name not in names():
        raise ValueError(f'There is no dictionary called "{name}". Dictionaries here: {in_words(names(), "and")}.')
    file = resources.files("frontdoor_sim") / "dictionaries" / f"{name}.csv"
    rows = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    return tuple(_column(row) for row in rows)


def _column(row: dict[str, str]) -> Column:
    dtype, _, closed = row["dtype"].partition("[")
    categories = tuple(closed.removesuffix("]").split("|")) if closed else None
    return Column(row["column"], dtype, row["unit"], row["required"] == "yes", row["description"], categories)


def as_markdown(name: str) -> str:
    """The dictionary of a table as a Markdown table, for the manual.

    Raises:
        ValueError: no table has that name.

    Example:
        >>> print(as_markdown("targets").splitlines()[0])
        | column | type | unit | required | meaning |
    """
    lines = ["| column | type | unit | required | meaning |", "|---|---|---|---|---|"]
    for column in dictionary(name):
        required = "yes" if column.required else "no"
        cells = [f"`{column.name}`", _kind_in_words(column), column.unit, required, column.description]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _kind_in_words(column: Column) -> str:
    if column.categories is None:
        return column.dtype
    return "one of " + ", ".join(f"`{value}`" if value else "empty" for value in column.categories)


def check(table: pd.DataFrame, name: str, where: str) -> None:
    """Hold a table to its dictionary; every mistake is reported at once.

    Whole numbers may come as floats (a CSV with gaps does that); categories may come as text.

    Args:
        table: the table.
        name: name of its dictionary.
        where: where the table came from (a file name), for the messages.

    Raises:
        InputError: a column is missing or unknown, holds the wrong kind of value, is empty where it must not be,
            or holds a word that is not on its closed list.
        ValueError: no dictionary has that name.

    Example:
        >>> check(pd.DataFrame({"target": ["decision"]}), "targets", "targets.csv")
        Traceback (most recent call last):
            ...
        frontdoor_sim.documents.InputError: 5 mistakes.
        ...
    """
    columns = dictionary(name)
    mistakes = _names_mistaken(table, columns, where)
    for column in columns:
        if column.name in table.columns:
            mistakes += _values_mistaken(table[column.name], column, where)
    if mistakes:
        raise InputError(mistakes)


def _names_mistaken(table: pd.DataFrame, columns: Sequence[Column], where: str) -> list[Mistake]:
    """Columns that are missing, unknown or there twice."""
    known = [column.name for column in columns]
    present = [str(column) for column in table.columns]
    strangers = sorted(set(present) - set(known))
    mistakes = []
    for name in sorted({name for name in present if present.count(name) > 1}):
        mistakes.append(Mistake(f"{where}: {name}", "The column stands there twice.", "Each column once.", "Drop one."))
    for column in columns:
        if column.required and column.name not in present:
            near = nearest(column.name, strangers)
            remedy = f"Rename {in_words(near)} to {column.name}." if near else f"Add it: {column.description}."
            mistakes.append(Mistake(f"{where}: {column.name}", "The column is missing.", _right(column), remedy))
    for name in strangers:
        near = nearest(name, set(known) - set(present)) or nearest(name, known)
        remedy = f"Did you mean {in_words(near)}? Otherwise drop it." if near else "Drop it."
        right = f"Columns: {', '.join(known)}."
        mistakes.append(Mistake(f"{where}: {name}", "The column is not known.", right, remedy))
    return mistakes


def _values_mistaken(values: pd.Series | pd.DataFrame, column: Column, where: str) -> list[Mistake]:
    """Cells that are empty where they must not be, of the wrong kind, or not on the list."""
    if isinstance(values, pd.DataFrame):
        return []
    place = f"{where}: {column.name}"
    empty = values.isna().to_numpy()
    mistakes = []
    if column.required and empty.any():
        what = f"{_in_cells(int(empty.sum()))} empty, first in row {int(empty.argmax()) + 1}."
        mistakes.append(Mistake(place, what, _right(column), "Fill them, or set the rows aside."))
    filled = values[~empty] if empty.any() else values
    wrong = _of_wrong_kind(filled, column)
    if wrong is not None:
        return [*mistakes, Mistake(place, wrong, _right(column), "Correct the value, or the column it came from.")]
    if column.categories is not None:
        mistakes += _off_the_list(filled, column, place)
    return mistakes


def _in_cells(number: int) -> str:
    return "1 cell is" if number == 1 else f"{number:,} cells are"


def _right(column: Column) -> str:
    """What would be right in a column, in words."""
    if column.categories is not None:
        return f"One of {in_words(value or '(empty text)' for value in column.categories)}."
    words = {"float64": "A number", "bool": "True or False", "str": "Text", "category": "Text"}
    kind = words.get(column.dtype, "A whole number")
    if column.dtype in ("int8", "int16", "int32"):
        limits = np.iinfo(column.dtype)
        kind += f" from {limits.min:,} to {limits.max:,}"
    return f"{kind} [{column.unit}]." if column.unit else f"{kind}."


def _of_wrong_kind(values: pd.Series, column: Column) -> str | None:
    """Say what the first value of the wrong kind is, or None where all are right."""
    if len(values) == 0:
        return None
    if column.dtype in ("str", "category"):
        good = _are_text(values)
    elif column.dtype == "bool":
        good = _are(values, (bool, np.bool_))
    elif column.dtype == "float64":
        good = _are_numbers(values)
    else:
        good = _are_whole(values, column.dtype.lower())
    if good.all():
        return None
    first = values[~good].tolist()[0]
    return f"{_in_cells(int((~good).sum()))} not of this kind, first {first!r}."


def _are_text(values: pd.Series) -> Flags:
    if isinstance(values.dtype, pd.CategoricalDtype):
        words = values.cat.categories
        return _are(pd.Series(words, dtype=object), str)[values.cat.codes.to_numpy()]
    if isinstance(values.dtype, pd.StringDtype):
        return np.ones(len(values), dtype=bool)
    return _are(values, str)


def _are(values: pd.Series, kind: type | tuple[type, ...]) -> Flags:
    if pd.api.types.is_bool_dtype(values.dtype) and kind is not str:
        return np.ones(len(values), dtype=bool)
    return np.fromiter((isinstance(value, kind) for value in values), dtype=bool, count=len(values))


def _are_numbers(values: pd.Series) -> Flags:
    dtype = values.dtype
    if pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype):
        return np.ones(len(values), dtype=bool)
    return _are(values, (int, float, np.number)) & ~_are(values, (bool, np.bool_))


def _are_whole(values: pd.Series, dtype: str) -> Flags:
    good = _are_numbers(values)
    limits = np.iinfo(dtype)
    if good.all() and pd.api.types.is_integer_dtype(values.dtype):
        return np.asarray((values >= limits.min) & (values <= limits.max), dtype=bool)
    numbers = pd.to_numeric(values.where(good), errors="coerce").to_numpy(dtype=float)
    with np.errstate(invalid="ignore"):
        whole: Flags = (numbers == np.floor(numbers)) & (numbers >= limits.min) & (numbers <= limits.max)
    return good & whole


def _off_the_list(values: pd.Series, column: Column, place: str) -> list[Mistake]:
    """Words that are not on the closed list of a column, one mistake each."""
    allowed = column.categories or ()
    found = [str(value) for value in pd.unique(values) if value not in allowed]
    mistakes = []
    for value in sorted(found)[:_NAMED_AT_MOST]:
        near = nearest(value, [word for word in allowed if word])
        remedy = f"Did you mean {in_words(near)}?" if near else "Use one of the list."
        mistakes.append(Mistake(place, f'"{value}" is not on the list.', _right(column), remedy))
    if len(found) > _NAMED_AT_MOST:
        what = f"{len(found) - _NAMED_AT_MOST:,} more words are not on the list."
        mistakes.append(Mistake(place, what, _right(column), "Correct them all."))
    return mistakes


def conform(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """A checked copy of a table with the dtypes and the column order of its dictionary.

    An optional column that is absent is added, empty. Closed categories take the order of the
    dictionary; an open category that already is one keeps its own order.

    Args:
        table: the table; it is not changed.
        name: name of its dictionary.

    Returns:
        The new table, rows in the same order, with a plain index from 0.

    Raises:
        InputError: as `check`.

    Example:
        >>> conform(pd.DataFrame({"target": ["decision"], "clock": ["elapsed_hours"],
        ...                       "limit": [86400.0], "rag": ["red"], "since": [""], "until": [""]}), "targets").dtypes["limit"]
        dtype('int64')
    """
    check(table, name, name)
    columns = dictionary(name)
    empty = pd.Series([None] * len(table), index=table.index, dtype=object)
    cast = {column.name: _cast(table.get(column.name, empty), column) for column in columns}
    return pd.DataFrame(cast, index=table.index).reset_index(drop=True)


def _cast(values: pd.Series, column: Column) -> pd.Series:
    if column.dtype != "category":
        cast: pd.Series = values.astype(pd.api.types.pandas_dtype(column.dtype))
        return cast
    if column.categories is not None:
        return values.astype(pd.CategoricalDtype(list(column.categories)))
    return values if isinstance(values.dtype, pd.CategoricalDtype) else values.astype(str).astype("category")


def empty(name: str) -> pd.DataFrame:
    """A table of no rows, with the columns and dtypes of its dictionary.

    Example:
        >>> len(empty("duty"))
        0
    """
    return _empty(name).copy()


@cache
def _empty(name: str) -> pd.DataFrame:
    """The one table of which `empty` hands out copies."""
    return conform(pd.DataFrame({column.name: pd.Series([], dtype=object) for column in dictionary(name)}), name)


def from_rows(rows: Iterable[dict[str, object]], name: str) -> pd.DataFrame:
    """A table made from one mapping a row, held to its dictionary.

    Raises:
        InputError: as `check`.

    Example:
        >>> row = {"target": "decision", "rag": "red", "limit": 4, "clock": "working_days", "since": "", "until": ""}
        >>> from_rows([row], "targets").shape
        (1, 6)
    """
    rows = list(rows)
    return conform(pd.DataFrame(rows), name) if rows else empty(name)
