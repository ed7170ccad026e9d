"""Files as tables: CSV, Parquet and workbooks. Headings first; then only the columns that are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as parquet

from frontdoor_sim.calibration.history.delimited import delimited
from frontdoor_sim.calibration.history.table import Columns, Table, brief, refuse
from frontdoor_sim.calibration.history.workbooks import sheets
from frontdoor_sim.documents import InputError

DELIMITED, WORKBOOKS, PARQUET, XML, MAPS = (
    (".csv", ".tsv", ".txt"),
    (".xlsx", ".xlsm"),
    (".parquet",),
    (".xml",),
    (".yaml", ".yml"),
)
READABLE = (*DELIMITED, *WORKBOOKS, *PARQUET, *XML)
LARGEST_BYTES = 4_000_000_000


def tables_of(path: Path, known: Callable[[Sequence[str]], bool]) -> Iterator[Table]:
    """The tables of a file.

    Args:
        path: a CSV, a Parquet file or a workbook.
        known: whether some headings are of a known table; a workbook's headings may stand below a title.

    Raises:
        InputError: the file cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix in PARQUET:
        yield _parquet(path)
    elif suffix in WORKBOOKS:
        yield from sheets(path, known)
    else:
        yield delimited(path)


def check_file(path: Path) -> None:
    """Hold a file to being there, being a file and not being endless.

    Raises:
        InputError: it is not.
    """
    try:
        size = path.stat().st_size if path.is_file() else None
        if size is not None:
            with path.open("rb"):
                pass
    except OSError as error:
        raise refuse(path, f"The file cannot be opened: {error.strerror}.", "A file that you may read.",
                     "Close it elsewhere, or ask for access.") from None  # fmt: skip
    if size is None:
        raise refuse(path, "There is no such file.", "A file that exists.", "Check the folder and the spelling.")
    if size == 0:
        raise refuse(path, "The file is empty.", "A file with a row of headings.", "Export it again.")
    if size > LARGEST_BYTES:
        right = f"At most {LARGEST_BYTES:,} bytes."
        raise refuse(path, f"The file has {size:,} bytes.", right, "Export fewer years, or fewer columns.")


def _parquet(path: Path) -> Table:
    try:
        headings = tuple(str(name) for name in parquet.ParquetFile(path).schema_arrow.names)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _not_parquet(path, error) from None

    def read(places: Sequence[int]) -> Columns:
        try:
            with parquet.ParquetFile(path) as file:
                table = file.read(columns=list(dict.fromkeys(headings[place] for place in places)))
            cells = [_plain(table.column(headings[place])) for place in places]
        except (pa.ArrowException, OSError, ValueError, KeyError) as error:
            raise _not_parquet(path, error) from None
        return Columns(np.arange(1, len(table) + 1), cells, np.zeros(0, np.int64))

    return Table("", headings, read)


def _plain(column: pa.ChunkedArray) -> pd.Series:
    """A column as text, or as moments where it holds those."""
    kind = column.type
    if pa.types.is_nested(kind):
        raise ValueError("a column holds lists")
    if pa.types.is_timestamp(kind):
        column = column.cast(pa.timestamp("s", kind.tz), safe=False)
    elif pa.types.is_date(kind):
        column = column.cast(pa.timestamp("s"), safe=False)
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return pd.Series([cell.decode("utf-8", "replace") if cell else "" for cell in column.to_pylist()], dtype="str")
    elif not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        column = column.cast(pa.string())
    cells: pd.Series = column.to_pandas()
    return cells


def _not_parquet(path: Path, error: BaseException) -> InputError:
    what = f"This is no Parquet table: {brief(error)}."
    return refuse(path, what, "A Parquet file.", "Export it again, or as CSV.")
