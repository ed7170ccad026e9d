"""Files as tables: CSV, Parquet and workbooks. Headings first; then only the columns that are asked for."""

from __future__ import annotations

import codecs
import csv
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as parquet
from numpy.typing import NDArray

from frontdoor_sim.documents import InputError, Mistake

Ints = NDArray[np.int64]

DELIMITED, WORKBOOKS, PARQUET, XML, MAPS = (
    (".csv", ".tsv", ".txt"),
    (".xlsx", ".xlsm"),
    (".parquet",),
    (".xml",),
    (".yaml", ".yml"),
)
READABLE = (*DELIMITED, *WORKBOOKS, *PARQUET, *XML)
LARGEST_BYTES = 4_000_000_000
LARGEST_SHEET_BYTES = 1_500_000_000
"""A workbook's parts, unpacked; a file that claims more is a trick, or belongs into a CSV."""

_LONGEST_ROW = 1 << 24
_HEADING_ROWS = 12
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Columns:
    """Some columns of a table.

    Args:
        rows: number of each row, 1 being the first below the headings.
        cells: the columns, in the order asked for.
        torn: numbers of rows that do not have as many cells as there are headings.
    """

    rows: Ints
    cells: list[pd.Series]
    torn: Ints


@dataclass(frozen=True)
class Table:
    """One table of a file.

    Args:
        name: name of its sheet; empty where a file is one table.
        headings: its first row.
        read: reads the columns at some places.
    """

    name: str
    headings: tuple[str, ...]
    read: Callable[[Sequence[int]], Columns]


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
        yield from _workbook(path, known)
    else:
        yield _delimited(path)


def require(package: str, what: str) -> Any:
    """Import a package of the extra `history`.

    Raises:
        InputError: it is not installed.
    """
    try:
        return import_module(package)
    except ImportError:
        said = f"{package.partition('.')[0]} is not installed, and {what} needs it."
        remedy = 'Install them with: pip install "frontdoor-sim[history]"'
        raise InputError([Mistake(what, said, "The packages of the extra `history`.", remedy)]) from None


def refuse(path: Path, what: str, right: str, remedy: str) -> InputError:
    """The error of a file that cannot be read at all."""
    return InputError([Mistake(path.name, what, right, remedy)])


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


# --- delimited text --------------------------------------------------------------------------------------------------


def _delimited(path: Path) -> Table:
    encoding = _encoding(path)
    try:
        with path.open(encoding=encoding, newline="") as stream:
            first = stream.readline(_LONGEST_ROW)
            delimiter = max(",;\t|", key=first.count)
            stream.seek(0)
            rows = csv.reader(stream, delimiter=delimiter)
            headings = next((row for row in rows if any(cell.strip() for cell in row)), [])
            lines = rows.line_num
    except (csv.Error, UnicodeError) as error:
        raise refuse(path, f"The headings cannot be read: {error}.", "A row of headings.", "Export it again.") from None
    if not headings:
        raise refuse(path, "The file has no headings.", "A row of headings.", "Export it again.")
    heads = tuple(heading.strip().lstrip("\ufeff") for heading in headings)

    def read(places: Sequence[int]) -> Columns:
        return _read_delimited(path, encoding, delimiter, lines, len(heads), places)

    return Table("", heads, read)


def _encoding(path: Path) -> str:
    """UTF-8, UTF-16 where a mark says so, else Windows-1252."""
    with path.open("rb") as stream:
        start = stream.read(_CHUNK)
        if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return "utf-16"
        decoder, chunk = codecs.getincrementaldecoder("utf-8")(), start
        try:
            while chunk:
                decoder.decode(chunk)
                chunk = stream.read(_CHUNK)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig" if start[:3] == b"\xef\xbb\xbf" else "utf-8"


class _Recoded:
    """A file's bytes as UTF-8, a chunk at a time; what cannot be decoded becomes a replacement mark."""

    def __init__(self, path: Path, encoding: str) -> None:
        self._stream = path.open("rb")
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        self._left = b""
        self.closed = False

    def read(self, size: int = -1) -> bytes:
        while size < 0 or len(self._left) < size:
            chunk = self._stream.read(_CHUNK)
            self._left += self._decoder.decode(chunk, final=not chunk).encode("utf-8", "replace")
            if not chunk:
                break
        size = len(self._left) if size < 0 else size
        given, self._left = self._left[:size], self._left[size:]
        return given

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._stream.close()
        self.closed = True


def _read_delimited(
    path: Path, encoding: str, delimiter: str, skipped: int, width: int, places: Sequence[int]
) -> Columns:
    """Read columns by their places; a row of the wrong width is torn, and each of its lines is counted."""
    torn: list[tuple[int, int]] = []

    def tear(row: Any) -> str:
        torn.append((row.number - skipped, len(row.text.splitlines()) or 1))
        return "skip"

    names = [str(place) for place in range(width)]
    text = pa.string()
    options = {
        "read_options": arrow_csv.ReadOptions(
            use_threads=False, column_names=names, skip_rows=skipped, block_size=_LONGEST_ROW
        ),
        "parse_options": arrow_csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, invalid_row_handler=tear
        ),
        "convert_options": arrow_csv.ConvertOptions(
            include_columns=[str(place) for place in dict.fromkeys(places)],
            column_types=dict.fromkeys(names, text), strings_can_be_null=False, check_utf8=False,
        ),
    }  # fmt: skip
    source = _Recoded(path, encoding)
    try:
        table = arrow_csv.read_csv(pa.PythonFile(source, mode="r"), **options)
    except pa.ArrowInvalid as error:
        if "Empty CSV" not in str(error):
            what = f"The rows cannot be told apart: {_brief(error)}."
            raise refuse(path, what, "Rows of at most 16 MB, each on a line.", "Export it again as CSV.") from None
        return Columns(np.zeros(0, np.int64), [pd.Series([], dtype="str") for _ in places], _numbers(torn))
    finally:
        source.close()
    rows = np.arange(1, len(table) + len(torn) + 1)
    rows = rows[~np.isin(rows, [number for number, _ in torn])]
    cells = [table.column(str(place)).to_pandas() for place in places]
    return Columns(rows.astype(np.int64), cells, _numbers(torn))


def _numbers(torn: Sequence[tuple[int, int]]) -> Ints:
    """The numbers of torn rows, each as often as it has lines, so that a stray quotation mark hides none."""
    return np.repeat(*np.array(torn, dtype=np.int64).reshape(-1, 2).T)


def _brief(error: BaseException) -> str:
    return str(error).splitlines()[0][:120].rstrip(". ") if str(error) else type(error).__name__


# --- Parquet and workbooks -------------------------------------------------------------------------------------------


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
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        column = column.cast(pa.timestamp("s"), safe=False)
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return pd.Series([cell.decode("utf-8", "replace") if cell else "" for cell in column.to_pylist()], dtype="str")
    elif not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        column = column.cast(pa.string())
    cells: pd.Series = column.to_pandas()
    return cells


def _not_parquet(path: Path, error: BaseException) -> InputError:
    what = f"This is no Parquet table: {_brief(error)}."
    return refuse(path, what, "A Parquet file.", "Export it again, or as CSV.")


def _workbook(path: Path, known: Callable[[Sequence[str]], bool]) -> Iterator[Table]:
    """The sheets of a workbook."""
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
            damaged = parts.testzip() if whole <= LARGEST_SHEET_BYTES else None
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError, EOFError) as error:
        raise _not_workbook(path, error) from None
    except Exception as error:  # zlib.error and its like have no common parent
        raise _not_workbook(path, error) from None
    if whole > LARGEST_SHEET_BYTES:
        right = f"At most {LARGEST_SHEET_BYTES:,} bytes when unpacked."
        raise refuse(path, f"The workbook unpacks to {whole:,} bytes.", right, "Save the lists as CSV.")
    if damaged:
        raise _not_workbook(path, ValueError(f"its part {damaged[:60]!r} is damaged"))


def _not_workbook(path: Path, error: BaseException) -> InputError:
    """The error of a workbook; one of the reader's own panics counts as well, an interruption does not."""
    if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
        raise error
    what = f"This is no workbook that can be read: {_brief(error)}."
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
