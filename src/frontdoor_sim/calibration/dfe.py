"""Read the Department for Education's *Children in need* CSVs exactly as published.

Files are found by their columns, not by their names. National and regional figures are rounded to the nearest 10;
a council's counts are exact, but 1 to 5 (and what would give them away) stand as `c`.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from frontdoor_sim.documents import InputError, Mistake, in_words, nearest

LARGEST_FILE_BYTES = 100_000_000
MOST_CELLS_NAMED = 10
SYMBOLS = {
    "c": "suppressed: a count of 1 to 5, or one that would give such a count away",
    "x": "not available",
    "z": "not applicable",
    "low": "rounds to 0",
    "u": "of low reliability",
}
"""What stands where a number does not, and its meaning."""

MONTHS = (
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
    "January",
    "February",
    "March",
)
SOURCE_COLUMNS = {
    "individual": "Individual",
    "schools": "Schools",
    "education_services": "Education_Services",
    "health": "Health_Services",
    "housing": "Housing",
    "la_services": "LA_Services",
    "police": "Police",
    "other_legal": "Other_legal_agency",
    "other": "Other",
    "anonymous": "Anonymous",
    "unknown": "Unknown",
}
"""Our name of each source, and its column."""

BANDS = (
    "Same_day",
    "1-10_days",
    "11-20_days",
    "21-30_days",
    "31-40_days",
    "41-45_days",
    "46-50_days",
    "51-60_days",
    "61+_days",
)
KEY_COLUMNS = ("time_period", "geographic_level", "country_name", "region_name", "la_name")
TABLES: dict[str, tuple[str, ...]] = {
    "referrals": ("Referrals", "Re_referrals_percent", "No_Further_Action_percent", "Not_in_Need_percent"),
    "months": ("Referrals", *MONTHS),
    "sources": ("Referrals", *SOURCE_COLUMNS.values()),
    "durations": ("Assessments_completed", *BANDS),
    "section_47": ("Section47", "ICPC"),
}
"""The columns that make each table."""

TITLES = {
    "referrals": "referrals and re-referrals",
    "months": "referrals by month",
    "sources": "referrals by source",
    "durations": "duration of assessments",
    "section_47": "section 47 enquiries and initial child protection conferences",
}
NAME_COLUMNS = {"National": "country_name", "Regional": "region_name", "Local authority": "la_name"}
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Row:
    """One area and year of a table: its cells as published, its region, and its line in the file."""

    cells: Mapping[str, str]
    region: str
    line: int


@dataclass(frozen=True)
class Table:
    """One published table: its file, and its rows by area and year."""

    name: str
    file: str
    sha256: str
    rows: Mapping[tuple[str, int], Row] = field(repr=False)

    def years(self, area: str, columns: Iterable[str] = ()) -> list[int]:
        """Years in which an area has a row with a figure in every one of `columns`, in order."""
        wanted = tuple(columns)
        found = [year for (name, year) in self.rows if name == area]
        return sorted(y for y in found if all(self.figure(area, y, column) is not None for column in wanted))

    def figure(self, area: str, year: int, column: str) -> float | None:
        """A figure (0 for `low`), or None where another symbol stands or there is no such row."""
        cell = self.symbol(area, year, column)
        if cell == "low":
            return 0.0
        return float(cell) if cell is not None and cell not in SYMBOLS else None

    def symbol(self, area: str, year: int, column: str) -> str | None:
        """The cell as published, or None where there is no such row."""
        row = self.rows.get((area, year))
        return None if row is None else row.cells.get(column)


@dataclass(frozen=True)
class Figures:
    """Every published table that a calibration reads."""

    folder: str
    tables: Mapping[str, Table] = field(repr=False)

    def __getitem__(self, name: str) -> Table:
        return self.tables[name]

    def areas(self) -> list[str]:
        """Names of all areas of the table of referrals, sorted."""
        return sorted({area for area, _ in self["referrals"].rows})

    def region(self, area: str, year: int) -> str:
        """The region of a council where the files hold it; else, and for a region, England."""
        row = self["referrals"].rows.get((area, year))
        return row.region if row is not None and self["referrals"].years(row.region) else "England"

    def files(self) -> tuple[tuple[str, str], ...]:
        """Name and SHA-256 of each file, in the order of the tables."""
        return tuple(dict.fromkeys((table.file, table.sha256) for table in self.tables.values()))


@dataclass(frozen=True)
class _Sheet:
    """One CSV: its header and its rows with their lines."""

    file: str
    sha256: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...] = field(repr=False)


def read_figures(folder: str | Path) -> Figures:
    """Read every CSV of a folder and find the five tables by their columns.

    Args:
        folder: where the CSVs lie; other files, and CSVs with other columns, are left alone.

    Returns:
        The tables `referrals`, `months`, `sources`, `durations` and `section_47`.

    Raises:
        InputError: no such folder, no CSV, a file that is empty or not UTF-8, a table or a column that is missing, a
            cell that is neither a number nor a symbol, or two rows for one area and year; all at once.
    """
    folder = Path(folder)
    paths = sorted(path for path in folder.glob("*") if path.suffix.lower() == ".csv") if folder.is_dir() else []
    if not paths:
        what = "There is no CSV in this folder." if folder.is_dir() else "There is no such folder."
        right = "A folder with the Department for Education's children in need CSVs."
        raise InputError([Mistake(folder.name, what, right, "Name the folder with --data, such as calibration/dfe.")])
    mistakes: list[Mistake] = []
    sheets = [sheet for path in paths if (sheet := _sheet(path, mistakes)) is not None]
    if mistakes:
        raise InputError(mistakes)
    tables = {name: _table(name, sheets, folder.name, mistakes) for name in TABLES}
    if mistakes:
        raise InputError(mistakes)
    return Figures(folder.name, {name: table for name, table in tables.items() if table is not None})


def _sheet(path: Path, mistakes: list[Mistake]) -> _Sheet | None:
    """One CSV, or None with a mistake noted."""
    if path.stat().st_size > LARGEST_FILE_BYTES:
        what, right = f"The file has {path.stat().st_size:,} bytes.", f"At most {LARGEST_FILE_BYTES:,} bytes."
        mistakes.append(Mistake(path.name, what, right, "Keep only the tables of children in need in the folder."))
        return None
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        mistakes.append(_not_utf_8(path.name, raw, error.start))
        return None
    text = "\n".join(text.splitlines())
    rows = [(line, tuple(cells)) for line, cells in enumerate(csv.reader(text.split("\n")), start=1) if cells]
    if len(rows) < 2:
        what = "The file is empty." if not rows else "The file has a header and no rows."
        right = "A table as published: a header and a row for each area and year."
        mistakes.append(Mistake(path.name, what, right, "Download the file again, or remove it from the folder."))
        return None
    header = tuple(name.strip() for name in rows[0][1])
    return _Sheet(path.name, hashlib.sha256(text.encode()).hexdigest(), header, tuple(rows[1:]))


def _not_utf_8(name: str, raw: bytes, start: int) -> Mistake:
    line = raw.count(b"\n", 0, start) + 1
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        what = "The file is UTF-16, not UTF-8."
    else:
        what = f"The byte 0x{raw[start]:02x} is not UTF-8; the file may come from a spreadsheet."
    right = "A CSV in UTF-8, with or without a byte-order mark, as published."
    return Mistake(f"{name}:{line}", what, right, 'Download it again, or save it as "CSV UTF-8".')


def _table(name: str, sheets: list[_Sheet], folder: str, mistakes: list[Mistake]) -> Table | None:
    """One of the five tables, or None with mistakes noted."""
    wanted = TABLES[name]
    whole = [sheet for sheet in sheets if set(wanted) <= set(sheet.header)]
    likeliest = max(sheets, key=lambda sheet: len(set(wanted) & set(sheet.header)))
    if not whole and 2 * len(set(wanted) & set(likeliest.header)) < len(wanted):
        right = f"A CSV with the columns {in_words(wanted, 'and')}."
        remedy = f"Download the table of {TITLES[name]} into the folder."
        mistakes.append(Mistake(folder, f"No file holds {TITLES[name]}.", right, remedy))
        return None
    columns = (*KEY_COLUMNS, *wanted)
    before = len(mistakes)
    for sheet in whole or [likeliest]:
        mistakes += [_missing(sheet, column) for column in columns if column not in sheet.header]
    if len(mistakes) > before:
        return None
    rows: dict[tuple[str, int], Row] = {}
    for sheet in whole:
        mistakes += _read_rows(sheet, columns, rows)
    return Table(name, whole[0].file, whole[0].sha256, rows) if len(mistakes) == before else None


def _missing(sheet: _Sheet, column: str) -> Mistake:
    near = nearest(column, set(sheet.header) - set(KEY_COLUMNS))
    remedy = f"Nearest here: {in_words(near)}. Rename it, or download the file again."
    remedy = remedy if near else "Download the file again."
    right = "The columns as published: files are known by them."
    return Mistake(f"{sheet.file}:1", f"The column {column} is missing.", right, remedy)


def _read_rows(sheet: _Sheet, columns: tuple[str, ...], rows: dict[tuple[str, int], Row]) -> list[Mistake]:
    """Add the rows of one file to `rows`; give its mistakes."""
    mistakes: list[Mistake] = []
    for line, cells in sheet.rows:
        where = f"{sheet.file}:{line}"
        if len(cells) != len(sheet.header):
            what = f"The row has {len(cells)} cells, the header {len(sheet.header)}."
            mistakes.append(Mistake(where, what, "As many cells as columns.", "Put quotes around a cell with a comma."))
            continue
        named = dict(zip(sheet.header, (cell.strip() for cell in cells), strict=True))
        mistakes += _row_mistakes(where, named, columns)
        if not named["time_period"].isdigit() or named["geographic_level"] not in NAME_COLUMNS:
            continue
        key = (named[NAME_COLUMNS[named["geographic_level"]]], int(named["time_period"]))
        if key in rows:
            what = f"{key[0]} in {key[1]} has a row before this one."
            remedy = "Keep one release of the table in the folder."
            mistakes.append(Mistake(where, what, "One row for each area and year.", remedy))
        region = named["region_name"] if named["geographic_level"] == "Local authority" else named["country_name"]
        rows[key] = Row({column: named[column] for column in columns}, region, line)
    return _at_most(mistakes, sheet.file)


def _row_mistakes(where: str, named: Mapping[str, str], columns: tuple[str, ...]) -> list[Mistake]:
    mistakes = []
    if not named["time_period"].isdigit():
        what = f'"{named["time_period"]}" is not a year.'
        mistakes.append(Mistake(f"{where}: time_period", what, "A year such as 2020.", "Download the file again."))
    if named["geographic_level"] not in NAME_COLUMNS:
        what = f'"{named["geographic_level"]}" is not a geographic level.'
        right = f"{in_words(NAME_COLUMNS)}."
        mistakes.append(Mistake(f"{where}: geographic_level", what, right, "Download the file again."))
    for column in columns[len(KEY_COLUMNS) :]:
        cell = named[column]
        if cell not in SYMBOLS and not _NUMBER.fullmatch(cell):
            right = f"A number, or one of the symbols {in_words(SYMBOLS)}."
            remedy = "Download the file again; numbers have no commas or spaces."
            mistakes.append(Mistake(f"{where}: {column}", f'"{cell}" is not a figure.', right, remedy))
    return mistakes


def _at_most(mistakes: list[Mistake], file: str) -> list[Mistake]:
    """The first mistakes of a file, and how many more there are."""
    if len(mistakes) <= MOST_CELLS_NAMED:
        return mistakes
    more = len(mistakes) - MOST_CELLS_NAMED
    rest = Mistake(file, f"There are {more:,} more such mistakes.", "A file as published.", "Download it again.")
    return [*mistakes[:MOST_CELLS_NAMED], rest]
