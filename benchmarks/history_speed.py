"""How long it takes to read 500,000 rows of a council's history, and how much memory: `python benchmarks/history_speed.py`.

Rows are those of an invented council, repeated under new identifiers until there are enough. Each format is read in a fresh
process: read, examined, and joined into the event log where it holds contacts. Wall-clock seconds and the most memory that
the process ever had, Python and libraries included. The aim is 60 seconds and 1 GiB.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from datetime import date, datetime
from pathlib import Path
from time import perf_counter, process_time

import pandas as pd
from england import mebibytes, peak_memory

from frontdoor_sim.calibration.history import Period, examine, read_history, to_log
from frontdoor_sim.calibration.history.invent import invent
from frontdoor_sim.documents import InputError
from frontdoor_sim.experiment import run
from frontdoor_sim.scenario import read_scenario

HERE = Path(__file__).parent
RESULTS = HERE / "history_speed.json"
AS_FOUND = HERE.parent / "scenarios" / "bcp" / "as_found.yaml"
PERIOD = Period(date(2019, 6, 3), date(2020, 6, 1), datetime(2020, 7, 13))
KEYS = {
    "template.csv": ("contact_id", "child_id", "family_id"),
    "liquidlogic.csv": ("FACT_CONTACT_ID", "DIM_PERSON_ID"),
    "mosaic/steps.csv": ("WORKFLOW_STEP_ID", "SUBJECT_COMPOUND_ID", "GROUP_ID", "SOURCE_STEP_ID"),
    "ssd/ssd_contacts.csv": ("cont_contact_id", "cont_person_id"),
}
FORMATS = (*KEYS, "ssd_contacts.parquet", "annex_a.xlsx", "cin_census.xml")


def made(folder: Path, form: str, rows: int) -> list[Path]:
    """A file of a format with so many rows, and what must be read with it."""
    invented, large = folder / "invented", folder / "large"
    large.mkdir(exist_ok=True)
    path = large / Path(form).name
    if form in KEYS:
        repeated(pd.read_csv(invented / form, dtype="str", keep_default_na=False), KEYS[form], rows).to_csv(
            path, index=False
        )
    elif form.endswith(".parquet"):
        table = pd.read_csv(invented / "ssd" / "ssd_contacts.csv", dtype="str", keep_default_na=False)
        table = repeated(table, KEYS["ssd/ssd_contacts.csv"], rows)
        table.assign(cont_contact_date=pd.to_datetime(table["cont_contact_date"])).to_parquet(path)
    elif form.endswith(".xlsx"):
        table = pd.read_excel(invented / form, sheet_name="List_1", engine="calamine")
        with pd.ExcelWriter(path, engine="openpyxl") as book:
            repeated(table, ("Child Unique ID",), rows).to_excel(book, sheet_name="List_1", index=False)
    else:
        census(invented / form, path, rows)
    return [path, invented / "mosaic" / "column_map.yaml"] if form == "mosaic/steps.csv" else [path]


def repeated(table: pd.DataFrame, keys: tuple[str, ...], rows: int) -> pd.DataFrame:
    """The rows again and again, each time under other identifiers."""
    copies = []
    for copy in range(-(-rows // len(table))):
        named = {key: table[key].astype(str) for key in keys}
        copies.append(
            table.assign(**{key: words.where(words == "", words + f"{copy:03d}") for key, words in named.items()})
        )
    return pd.concat(copies, ignore_index=True).head(rows)


def census(source: Path, path: Path, rows: int) -> None:
    """A census with so many rows: its children again and again."""
    head, *children = source.read_text(encoding="utf-8").split("<Child>")
    children[-1], _, tail = children[-1].partition("</Children>")
    body = "".join(f"<Child>{child}" for child in children)
    each = sum(body.count(f"<{name}>") for name in ("CINdetails", "Assessments", "Section47"))
    with path.open("w", encoding="utf-8") as stream:
        stream.write(head)
        for copy in range(-(-rows // each)):
            stream.write(body.replace("</LAchildID>", f"{copy:03d}</LAchildID>"))
        stream.write(f"</Children>{tail}")


def measured(files: list[Path]) -> dict[str, float | int | None]:
    """Read, examine and join some files in this process."""
    start, cpu = perf_counter(), process_time()
    history = read_history(files)
    read = perf_counter()
    quality = examine(history, PERIOD.extracted)
    examined = perf_counter()
    try:
        contacts = len(to_log(quality.history, PERIOD).log.contacts)
    except InputError:
        contacts = 0
    joined = perf_counter()
    return {
        "rows": int(quality.rows["rows"].sum()), "contacts": contacts, "read_seconds": round(read - start, 1),
        "examine_seconds": round(examined - read, 1), "join_seconds": round(joined - examined, 1),
        "all_seconds": round(joined - start, 1), "cpu_seconds": round(process_time() - cpu, 1),
        "peak_memory_mib": mebibytes(own_peak()),
    }  # fmt: skip


def own_peak() -> int | None:
    """Most memory that this program ever had; Linux counts the process that started it in `peak_memory`."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return peak_memory()
    line = next(line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def main() -> None:
    parser = argparse.ArgumentParser(description="Time the reading of history.")
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--formats", nargs="+", choices=FORMATS, default=FORMATS)
    parser.add_argument("--read", nargs="+", type=Path, help="read these files in this process and print what it took")
    asked = parser.parse_args()
    if asked.read:
        print(json.dumps(measured(asked.read)))
        return
    results: dict[str, object] = {"cores": os.cpu_count(), "python": sys.version.split()[0], "formats": {}}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        invent(run(read_scenario(AS_FOUND), seed=7), folder / "invented")
        for form in asked.formats:
            files = made(folder, form, asked.rows)
            words = [sys.executable, __file__, "--read", *map(str, files)]
            done = subprocess.run(words, capture_output=True, text=True, encoding="utf-8", check=True)
            results["formats"][form] = one = json.loads(done.stdout)  # type: ignore[index]
            print(f"{form:24} {one['rows']:9,} rows  {one['all_seconds']:6.1f} s  {one['peak_memory_mib']} MiB  {one}")
            files[0].unlink()
    RESULTS.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
