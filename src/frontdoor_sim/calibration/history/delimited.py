"""CSV as councils have it: any usual encoding and delimiter, with rows that do not fit counted."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as arrow_csv

from frontdoor_sim.calibration.history.table import Columns, Ints, Table, brief, refuse

_LONGEST_ROW = 1 << 24
_CHUNK = 1 << 20


def delimited(path: Path) -> Table:
    """The table of a CSV; its headings are the first row that is not blank.

    Raises:
        InputError: it has none.
    """
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
            what = f"The rows cannot be told apart: {brief(error)}."
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
