"""The results folder: tables as CSV and Parquet, a manifest, and the record of the run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow.csv import WriteOptions, write_csv

from frontdoor_sim.appraisal.suppression import COUNTS, SYMBOL, numeric, suppressed

MANIFEST, RUN_RECORD = "manifest.json", "run.json"
RUNS = "runs"
"""The folder of finished runs within a results folder."""
MOST_NAMED = 5
"""How many files a line names."""
_FORMULA = "^[=+@\t\r\n-]"
MOST_ROWS = 1_048_576 - 1
"""What a sheet of a spreadsheet holds below the names of columns."""


def write_tables(folder: Path, tables: Mapping[str, pd.DataFrame], instead_of: Iterable[str] = ()) -> list[Path]:
    """Write each table as `<name>.csv` and `<name>.parquet`; the paths, in the order of the tables.

    Tables of the names `instead_of` that are not written now are removed: an earlier study left them.

    A table with more rows than a spreadsheet holds is written as Parquet only, for its CSV would have hundreds of megabytes.
    Small numbers are suppressed first (`c` in the CSV, null in the Parquet file). In the CSV, text that a
    spreadsheet would take for a formula gets an apostrophe in front. UTF-8, LF, the same bytes for the
    same tables. Raises `ValueError` for a name that is not a plain file name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, table in tables.items():
        if Path(name).name != name or name.startswith("."):
            raise ValueError(f"table {name!r}: a table's name must be a plain file name, such as 'summary'.")
        shown = suppressed(table)
        csv, parquet = folder / f"{name}.csv", folder / f"{name}.parquet"
        plain = _plain_columns(shown)
        plain.to_parquet(parquet, index=False)
        if len(plain) > MOST_ROWS:
            csv.unlink(missing_ok=True)
            written.append(parquet)
            continue
        as_csv = _as_csv(shown, pa.Table.from_pandas(plain, preserve_index=False))
        write_csv(as_csv, csv, WriteOptions(quoting_style="needed"))
        written += [csv, parquet]
    for name in set(instead_of) - set(tables):
        for suffix in (".csv", ".parquet"):
            (folder / f"{name}{suffix}").unlink(missing_ok=True)
    return written


def other_inputs(folder: Path, inputs: Iterable[Path]) -> str:
    """A line where the manifest of a results folder names other inputs than these; "" where it does not, or there is none."""
    try:
        record = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        before = {(str(row["name"]), str(row["sha256"])) for row in record["inputs"]}
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    differ = sorted({name for name, _ in before ^ {(path.name, digest(path)) for path in inputs}})
    if not differ:
        return ""
    more = f" and {len(differ) - MOST_NAMED} more" if len(differ) > MOST_NAMED else ""
    named = f"{', '.join(differ[:MOST_NAMED])}{more}"
    return f"{folder} holds what was made from other inputs ({named}): it gives way to this study."


def write_manifest(
    folder: Path,
    inputs: Iterable[Path],
    *,
    seed: int,
    replications: int,
    versions: Mapping[str, str],
    about: Mapping[str, Any] | None = None,
    written: Iterable[Path] | None = None,
) -> Path:
    """Write `manifest.json`: what went in and what came out, each with its SHA-256.

    The files `written` are listed, or every file under `folder` but the manifest itself, `run.json`, and finished runs
    kept in `runs/`. Inputs are named, each once, by file name and digest, not by where they lay. Nothing in it depends on the
    time, the machine or the number of workers.
    """
    kept = folder / RUNS
    if written is None:
        written = (path for path in folder.rglob("*") if path.is_file() and kept not in path.parents)
    files = {path.relative_to(folder).as_posix(): digest(path) for path in sorted(written)}
    once = {path.resolve(): path for path in inputs}.values()
    record = {
        **(about or {}),
        "seed": seed,
        "replications": replications,
        "versions": dict(sorted(versions.items())),
        "inputs": sorted(({"name": path.name, "sha256": digest(path)} for path in once), key=lambda row: row["name"]),
        "files": {name: value for name, value in files.items() if name not in {MANIFEST, RUN_RECORD}},
    }
    return _write_json(folder / MANIFEST, record)


def write_run_record(folder: Path, *, command: str, started: str, seconds: float, host: str, **more: object) -> Path:
    """Write `run.json`: time, command and host, which stand outside every digest."""
    record = {"command": command, "started": started, "seconds": round(seconds, 2), "host": host, **more}
    return _write_json(folder / RUN_RECORD, record)


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return sha256(path.read_bytes()).hexdigest()


def _as_csv(shown: pd.DataFrame, plain: pa.Table) -> pa.Table:
    """A table as its CSV says it: `c` for what is suppressed, and no text that a spreadsheet would run as a formula."""
    columns = {}
    for name, column in zip(plain.column_names, plain.columns, strict=True):
        if pa.types.is_dictionary(column.type) or pa.types.is_large_string(column.type):
            column = column.cast(pa.string())
        if pa.types.is_string(column.type):
            column = without_formula(column)
        elif "suppressed" in plain.column_names and name in numeric(shown):
            hidden = shown["suppressed"].eq("row") | (shown["suppressed"].eq("counts") & (name in COUNTS))
            column = pc.if_else(pa.array(hidden), SYMBOL, column.cast(pa.string()))
        columns[name] = column
    names = without_formula(pa.array(list(columns), pa.string())).to_pylist()
    return pa.table(list(columns.values()), names=names)


def without_formula(words: pa.Array | pa.ChunkedArray) -> Any:
    """Text that a spreadsheet would run as a formula, made harmless; all else as it is.

    Example:
        >>> without_formula(pa.array(["=HYPERLINK(1)", "screening", None])).to_pylist()
        ["'=HYPERLINK(1)", 'screening', None]
    """
    return pc.if_else(pc.match_substring_regex(words, _FORMULA), pc.binary_join_element_wise("'", words, ""), words)


def _plain_columns(table: pd.DataFrame) -> pd.DataFrame:
    """Columns of mixed or nested values as text, which Parquet can hold."""
    out = table.copy()
    for name in out.columns:
        if out[name].dtype == object:
            out[name] = out[name].map(_as_text)
    return out


def _as_text(value: object) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return None if value is None or value is pd.NaT or value != value else str(value)


def _write_json(path: Path, record: Mapping[str, Any]) -> Path:
    text = json.dumps(record, indent=2, ensure_ascii=False, default=str) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")
    return path
