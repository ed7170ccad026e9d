"""Files of any mix of formats in, one table of records out; every row of every file is accounted for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from frontdoor_sim.calibration.history.cin_census import read_census
from frontdoor_sim.calibration.history.column_maps import ColumnMap, read_map, shipped
from frontdoor_sim.calibration.history.containers import (
    MAPS,
    READABLE,
    XML,
    check_file,
    tables_of,
)
from frontdoor_sim.calibration.history.door import Door, Sheet
from frontdoor_sim.calibration.history.layouts import (
    FORMATS,
    Match,
    layouts,
    missing,
    nearest,
    recognise,
)
from frontdoor_sim.calibration.history.same_person import join_persons
from frontdoor_sim.calibration.history.table import Table
from frontdoor_sim.documents import InputError, Mistake, in_words
from frontdoor_sim.tables import empty

ONE_SYSTEM = "one system"
Files = Iterable[str | Path]


@dataclass(frozen=True, eq=False)
class History:
    """What was read of a council's own files.

    Args:
        records: table `history_records`: the rows that can be used.
        findings: `file, row, rule`: what was found on the way in, also of rows that are not among the records.
        account: one row a table of a file: `file, format, table, system, rows, read`. `rows` is how many it has. A table of
            which no layout knows the columns is not read, and says so.
        looked_at: for each check at the door, to how many rows it could be applied.
        stages, outcomes: what the column maps say of workflow steps; empty where there are none.
        joined: whether a mapping file joined the persons of several systems.
        misread: whether a column of dates has the month first throughout, so that what could be read of it is wrong.
        unread_dates: what most dates that cannot be read have in their stead, as the end of a sentence; empty where there
            are none.
    """

    records: pd.DataFrame
    findings: pd.DataFrame
    account: pd.DataFrame
    looked_at: Mapping[str, int]
    stages: pd.DataFrame
    outcomes: pd.DataFrame
    joined: bool = False
    unread_dates: str = ""
    misread: bool = False


def read_history(
    files: Files | Mapping[str, Files], mapping: str | Path | None = None, key: bytes | None = None
) -> History:
    """Read a council's own history: Annex A, SSD, CIN census, workflow steps, the template, or any mix of them.

    The format of each table is told by its columns and not by its name. Only the columns that the model needs are read;
    identifiers are hashed at the door with a key that is drawn anew and never written.

    Args:
        files: files and folders; for several case systems, a mapping from the name of each to its files. A YAML file among
            them is a column map for the other files.
        mapping: a CSV whose two headings are names of systems and whose rows are the identifiers of one person in both.
        key: of the hashes, for tests; drawn anew where none is given.

    Returns:
        The history. `quality.examine` says what is wrong with it, `joining.to_log` makes the event log of it.

    Raises:
        InputError: files that are missing, damaged, or of no known format; all of them at once.
    """
    systems = files if isinstance(files, Mapping) else {ONE_SYSTEM: files}
    listed = [(system, path) for system, given in systems.items() for path in expanded(given)]
    mistakes: list[Mistake] = []
    maps = _maps([path for _, path in listed if path.suffix.lower() in MAPS], mistakes)
    door = Door() if key is None else Door(key)
    account: list[dict[str, object]] = []
    sources = [(system, path) for system, path in listed if path.suffix.lower() not in MAPS]
    if not sources and not mistakes:
        right, remedy = f"Files that end in {in_words(READABLE)}.", "Name a file or a folder of extracts."
        mistakes.append(Mistake("history", "There is no file to read.", right, remedy))
    for system, path in sources:
        try:
            for sheet, row in _sheets(path, _label(path, system, sources), system, maps):
                account.append(row)
                if sheet is not None:
                    door.admit(sheet)
        except InputError as error:
            mistakes += error.mistakes
    same = _joined(mapping, door, list(systems), mistakes)
    if mistakes:
        raise InputError(mistakes)
    records = join_persons(_with_families(door.records()), same)
    stages, outcomes = _flow(maps, records)
    return History(
        records,
        door.found(),
        pd.DataFrame(account),
        door.looked_at,
        stages,
        outcomes,
        same is not None,
        door.unread_dates(),
        door.misread,
    )


def expanded(files: Files) -> Iterator[Path]:
    """Files as they are, folders as the readable files in them, by name."""
    for given in [files] if isinstance(files, (str, Path)) else files:
        path = Path(given)
        if path.is_dir():
            yield from sorted(f for f in path.iterdir() if f.is_file() and f.suffix.lower() in (*READABLE, *MAPS))
        else:
            yield path


def _maps(paths: Sequence[Path], mistakes: list[Mistake]) -> list[ColumnMap]:
    """The column maps given, which go before those that are shipped."""
    maps = []
    for path in paths:
        try:
            maps.append(read_map(path))
        except InputError as error:
            mistakes += error.mistakes
    return [*maps, *shipped()]


def _label(path: Path, system: str, sources: Sequence[tuple[str, Path]]) -> str:
    """What a file is called in reports: its name, with the system where two files share it."""
    twins = sum(other.name == path.name for _, other in sources)
    return path.name if twins == 1 else f"{system}/{path.name}"


def _sheets(
    path: Path, name: str, system: str, maps: Sequence[ColumnMap]
) -> Iterator[tuple[Sheet | None, dict[str, object]]]:
    """The tables of a file that are known, and a row of the account for every table."""
    check_file(path)
    if path.suffix.lower() in XML:
        for sheet in read_census(path, name, system):
            yield sheet, _accounted(sheet, "CIN census")
        return
    if path.suffix.lower() not in READABLE:
        right, remedy = f"A file that ends in {in_words(READABLE)}.", "Export it in one of these formats."
        raise InputError([Mistake(path.name, f"{path.suffix or 'No ending'!r} is not read.", right, remedy)])
    known = [one.layout for one in maps] + [layout for form in FORMATS for layout in layouts(form)]
    refused: list[tuple[Table, Match | None]] = []
    some = False
    for table in tables_of(path, lambda headings: recognise(headings, known) is not None):
        found = recognise(table.headings, known)
        if found is None:
            refused.append((table, nearest(table.headings, known)))
            continue
        if found.clashes:
            raise InputError(_clashing(path, found))
        sheet = _read(table, found, name if not table.name else f"{name}: {table.name}", system)
        some = True
        yield sheet, _accounted(sheet, found.layout.format)
    if not some:
        raise InputError([_unknown(path, table, near) for table, near in refused] or [_unknown(path, None, None)])
    for table, _ in refused:
        rows = len(table.read([]).rows)
        yield (
            None,
            {"file": f"{name}: {table.name}", "format": "", "table": "", "system": system, "rows": rows, "read": False},
        )


def _read(table: Table, found: Match, name: str, system: str) -> Sheet:
    """The columns of a table that are read; those that only show what it is are not."""
    wanted = {field: place for field, place in found.places.items() if field.reads}
    columns = table.read(list(wanted.values()))
    cells = dict(zip(wanted, columns.cells, strict=True))
    return Sheet(name, system, found.layout, columns.rows, cells, columns.torn)


def _accounted(sheet: Sheet, form: str) -> dict[str, object]:
    rows = len(sheet.rows) + len(sheet.torn)
    return {
        "file": sheet.file,
        "format": form,
        "table": sheet.layout.table,
        "system": sheet.system,
        "rows": rows,
        "read": True,
    }


def _clashing(path: Path, found: Match) -> Iterator[Mistake]:
    for heading, several in found.clashes.items():
        what = f"{in_words(map(repr, several), 'and')} could all be {heading!r}."
        yield Mistake(
            path.name, what, f"One column called {heading!r}.", "Rename the right one so, or remove the others."
        )


def _unknown(path: Path, table: Table | None, near: Match | None) -> Mistake:
    where = path.name if table is None or not table.name else f"{path.name}: {table.name}"
    right = "The columns of Annex A, the SSD, the template, or of a column map (docs/history-files.md)."
    if near is None:
        return Mistake(
            where, "None of its columns is known.", right, "Check that it is the right file; or write a column map."
        )
    what = f"It looks like {near.layout.format}, {near.layout.table}, but lacks {in_words(missing(near), 'and')}."
    return Mistake(where, what, right, "Add the columns, or rename those that hold them.")


def _joined(
    mapping: str | Path | None, door: Door, systems: Sequence[str], mistakes: list[Mistake]
) -> Sequence[tuple[int, int]] | None:
    """Pairs of hashes that are one person; None where no mapping is given."""
    if mapping is None:
        return None
    path = Path(mapping)
    try:
        check_file(path)
        (table,) = tables_of(path, lambda _: True)
        places = [place for place, heading in enumerate(table.headings) if heading in systems]
        if len(places) < 2 or len(set(table.headings)) < len(table.headings):
            right = f"Headings that are names of systems: {in_words(systems, 'and')}."
            what = f"Its headings are {in_words(table.headings, 'and')}."
            raise InputError([Mistake(path.name, what, right, "Name its columns after the systems.")])
        columns = table.read(places)
    except InputError as error:
        mistakes += error.mistakes
        return None
    hashes = [
        door.hashed(column, f"person\0{table.headings[place]}")
        for column, place in zip(columns.cells, places, strict=True)
    ]
    pairs = [(a, b) for other in hashes[1:] for a, b in zip(hashes[0].tolist(), other.tolist(), strict=True)]
    return [(a, b) for a, b in pairs if a >= 0 and b >= 0]


def _with_families(records: pd.DataFrame) -> pd.DataFrame:
    """The records, each with the family that a table of families gives its person."""
    links = records[records["kind"] == "family_link"]
    if links.empty:
        return records
    family = links.drop_duplicates("person").set_index("person")["family"]
    return records.assign(family=records["family"].fillna(records["person"].map(family)).astype("Int64"))


def _flow(maps: Sequence[ColumnMap], records: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The stages and outcomes of the column maps whose steps occur; the first to name one says what it is."""
    used = set(records["step"].astype(str)) - {""}
    mine = [one for one in maps if used & set(one.stages["stage"])]
    if not mine:
        return empty("stages"), empty("outcomes")
    stages = pd.concat([one.stages for one in mine], ignore_index=True).drop_duplicates("stage", ignore_index=True)
    outcomes = pd.concat([one.outcomes for one in mine], ignore_index=True).drop_duplicates(
        "outcome", ignore_index=True
    )
    return stages, outcomes
