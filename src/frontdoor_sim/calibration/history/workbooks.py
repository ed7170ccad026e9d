"""Workbooks, sheet by sheet; one that is damaged, or would grow beyond all bounds, is refused before it is opened."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd

from frontdoor_sim.calibration.history.table import Columns, Table, brief, refuse, require
from frontdoor_sim.documents import InputError

LARGEST_SHEET_BYTES = 1_500_000_000
"""A workbook's parts, unpacked; a file that claims more is a trick, or belongs into a CSV."""
MOST_CELLS = 20_000_000
"""Of one sheet, from its first cell to its last: a reader makes room for all of them, even if two stand miles apart."""

_HEADING_ROWS = 12
_CHUNK = 1 << 20
_PLACE = re.compile(rb"""\br\s*=\s*["']\s*([A-Za-z]*)(\d+)""")


def sheets(path: Path, known: Callable[[Sequence[str]], bool]) -> Iterator[Table]:
    """The sheets of a workbook.

    Args:
        path: the workbook.
        known: whether some headings are of a known table; they may stand below a title.

    Raises:
        InputError: it cannot be read.
    """
    calamine = require("python_calamine", "a workbook")
    _check_size(path)
    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
        names = list(book.sheet_names)
    except BaseException as error:
        raise _not_workbook(path, error) from None
    for name in names:
        yield _sheet(path, book, name, known)


def _check_size(path: Path) -> None:
    """A workbook is a zip; one whose parts are damaged, or grow beyond all bounds, is refused."""
    try:
        with zipfile.ZipFile(path) as parts:
            whole = sum(part.file_size for part in parts.infolist())
            fits = whole <= LARGEST_SHEET_BYTES
            damaged = parts.testzip() if fits else None
            cells = max((_cells_of(parts, part) for part in parts.namelist()), default=0) if fits and not damaged else 0
    except Exception as error:  # those of zip, of its compressions and of the system have no common parent
        raise _not_workbook(path, error) from None
    if not fits:
        right = f"At most {LARGEST_SHEET_BYTES:,} bytes when unpacked."
        raise refuse(path, f"The workbook unpacks to {whole:,} bytes.", right, "Save the lists as CSV.")
    if damaged:
        raise _not_workbook(path, ValueError(f"its part {damaged[:60]!r} is damaged"))
    if cells > MOST_CELLS:
        what = f"A sheet has room for {cells:,} cells from its first to its last."
        raise refuse(
            path, what, f"At most {MOST_CELLS:,} cells.", "Delete what stands far outside the list, or save it as CSV."
        )


def _cells_of(parts: zipfile.ZipFile, name: str) -> int:
    """Cells from the first to the last of a part that is a sheet, by the places that are written in it."""
    if not name.endswith(".xml"):
        return 0
    with parts.open(name) as stream:
        columns, rows = _reach(stream)
    return columns * rows


def _reach(stream: IO[bytes]) -> tuple[int, int]:
    """The last column and the last row that any cell of a sheet is said to be in."""
    columns, row, left = {b""}, 0, b""
    while chunk := stream.read(_CHUNK):
        found = _PLACE.findall(left + chunk)
        left = chunk[-64:]
        columns.update(letters for letters, _ in found)
        row = max(row, max((int(digits[:12]) for _, digits in found), default=0))
    return max(map(_column, columns)), row


def _column(letters: bytes) -> int:
    """The number of a column.

    Example:
        >>> _column(b"A"), _column(b"XFD"), _column(b"")
        (1, 16384, 0)
    """
    number = 0
    for letter in letters[:12].upper():
        number = number * 26 + letter - 64
    return number


def _not_workbook(path: Path, error: BaseException) -> InputError:
    """The error of a workbook; one of the reader's own panics counts as well, an interruption does not."""
    if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
        raise error
    what = f"This is no workbook that can be read: {brief(error)}."
    return refuse(path, what, "A workbook (.xlsx).", "Open it, and save it again without a password.")


def _sheet(path: Path, book: Any, name: str, known: Callable[[Sequence[str]], bool]) -> Table:
    """One sheet; its headings are the first of the upper rows that are of a known table, else its first row."""
    try:
        sheet = book.get_sheet_by_name(name)
        upper = [[_cell(cell) for cell in row] for _, row in zip(range(_HEADING_ROWS), sheet.iter_rows(), strict=False)]
    except BaseException as error:
        raise _not_workbook(path, error) from None
    heads = [[str(cell).strip() for cell in row] for row in upper]
    at = next((place for place, row in enumerate(heads) if known(row)), 0)

    def read(places: Sequence[int]) -> Columns:
        columns: list[list[Any]] = [[] for _ in places]
        rows: list[int] = []
        try:
            for number, row in enumerate(sheet.iter_rows()):
                if number <= at or not any(cell not in ("", None) for cell in row):
                    continue
                rows.append(number - at)
                for column, place in zip(columns, places, strict=True):
                    column.append(_cell(row[place]) if place < len(row) else "")
        except BaseException as error:
            raise _not_workbook(path, error) from None
        return Columns(
            np.array(rows, dtype=np.int64), [pd.Series(c, dtype=object) for c in columns], np.zeros(0, np.int64)
        )

    return Table(name, tuple(heads[at]) if heads else (), read)


def _cell(value: Any) -> Any:
    return "" if value is None else value
