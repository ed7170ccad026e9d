"""An event log on disk: three Parquet tables, and a JSON file about them."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date, time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from frontdoor_sim.documents import InputError, Mistake
from frontdoor_sim.event_log.record import About, EventLog, assemble
from frontdoor_sim.event_log.recording import Recording, SystemRecording
from frontdoor_sim.tables import conform, dictionary
from frontdoor_sim.working_time import Calendar, Upcoming, WallClock, WorkingDays

_TABLES = ("events", "contacts", "duty")
_SUFFIX = ".parquet"


def write_log(log: EventLog, path: str | Path) -> Path:
    """Write a log to a folder, or beside a file name that ends in `.parquet`.

    A folder gets `events.parquet`, `contacts.parquet`, `duty.parquet` and `about.json`. For `out/event_log.parquet` the
    events are that file, and its companions are `event_log.contacts.parquet`, `event_log.duty.parquet`,
    `event_log.about.json`. Same log, same bytes (by one version of pyarrow).

    Args:
        log: the log.
        path: a folder (made if need be), or the name of the events file.

    Returns:
        The path of the events file.
    """
    files = _files(Path(path))
    files["events"].parent.mkdir(parents=True, exist_ok=True)
    for name in _TABLES:
        getattr(log, name).to_parquet(files[name], index=False)
    text = json.dumps(_about_as_data(log.about), indent=1, ensure_ascii=False)
    files["about"].write_text(text + "\n", encoding="utf-8", newline="\n")
    return files["events"]


def read_log(path: str | Path) -> EventLog:
    """Read a log that `write_log` wrote.

    Args:
        path: the folder, or the events file.

    Raises:
        InputError: a file is missing or is not what it should be, or a table does not obey its dictionary.
    """
    files = _files(Path(path))
    missing = [file for file in files.values() if not file.is_file()]
    if missing:
        what, right = "There is no such file.", "A folder or events file that write_log wrote, with its companions."
        remedy = "Check the path, or run again with --log."
        raise InputError(Mistake(str(file), what, right, remedy) for file in missing)
    tables = {name: _read_table(files[name]) for name in _TABLES}
    return assemble(tables["events"], tables["contacts"], tables["duty"], _read_about(files["about"]))


def remove_other_logs(folder: Path, names: Collection[str]) -> None:
    """Remove the logs in the folders within a folder, but for those of these names; whatever else lies there stays."""
    for log in (
        path for path in folder.glob("*") if path.is_dir() and not path.is_symlink() and path.name not in names
    ):
        files = [file for file in _files(log).values() if file.is_file()]
        for file in files:
            file.unlink()
        if files and not any(log.iterdir()):
            log.rmdir()


def _files(path: Path) -> dict[str, Path]:
    """The four files of a log, by name."""
    if path.suffix != _SUFFIX:
        return {name: path / f"{name}{_SUFFIX}" for name in _TABLES} | {"about": path / "about.json"}
    beside = {name: path.with_name(f"{path.stem}.{name}{_SUFFIX}") for name in _TABLES[1:]}
    return {"events": path, **beside, "about": path.with_name(f"{path.stem}.about.json")}


def _read_table(file: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(file)
    except (OSError, ValueError) as error:
        raise InputError([Mistake(file.name, str(error), "A Parquet table.", "Write the log again.")]) from None


def _read_about(file: Path) -> About:
    try:
        return _about_from_data(json.loads(file.read_text(encoding="utf-8")))
    except (KeyError, TypeError, ValueError) as error:
        what = f"{type(error).__name__}: {error}"
        raise InputError([Mistake(file.name, what, "The JSON of write_log.", "Write the log again.")]) from None


def _about_as_data(about: About) -> dict[str, Any]:
    days = about.working_days
    return {
        "option": about.option,
        "run": about.run,
        "opens": about.opens.isoformat(),
        "starts": about.starts,
        "closes": about.closes,
        "ends": about.ends,
        "stages": _rows(about.stages),
        "outcomes": _rows(about.outcomes),
        "targets": _rows(about.targets),
        "silent": _rows(about.silent),
        "clocks": {n: {"starts": c.starts.tolist(), "ends": c.ends.tolist()} for n, c in sorted(about.clocks.items())},
        "working_days": {
            "opens": days.clock.opens.isoformat(),
            "zone": days.clock.zone,
            "receipt_closes": days.receipt_closes.isoformat() if days.receipt_closes else None,
            "dates": [day.isoformat() for day in days.dates],
        },
        "tells_returns": about.tells_returns,
        "tells_work": about.tells_work,
        "recording": _recording_as_data(about.recording) if about.recording else None,
    }


def _recording_as_data(recording: Recording) -> dict[str, Any]:
    systems = [{**vars(system), "entered": system.entered.instants.tolist()} for system in recording.systems]
    return {"systems": systems, "of_stage": recording.of_stage.tolist(), "matched": recording.matched}


def _recording_from_data(data: dict[str, Any]) -> Recording:
    systems = tuple(
        SystemRecording(
            str(system["name"]),
            tuple(system["late"]),
            Upcoming(np.array(system["entered"], dtype=np.int64)),
            tuple(system["missing"]),
        )
        for system in data["systems"]
    )
    return Recording(systems, np.array(data["of_stage"], dtype=np.int64), int(data["matched"]))


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(table.to_json(orient="records"))
    return rows


def _about_from_data(data: dict[str, Any]) -> About:
    days = data["working_days"]
    closes = days["receipt_closes"]
    return About(
        option=str(data["option"]),
        run=int(data["run"]),
        opens=date.fromisoformat(data["opens"]),
        starts=int(data["starts"]),
        closes=int(data["closes"]),
        ends=int(data["ends"]),
        stages=conform(pd.DataFrame(data["stages"]), "stages"),
        outcomes=conform(pd.DataFrame(data["outcomes"]), "outcomes"),
        targets=conform(
            pd.DataFrame(data["targets"], columns=[column.name for column in dictionary("targets")]), "targets"
        ),
        silent=conform(pd.DataFrame(data["silent"], columns=["measure", "by", "why"]), "silent"),
        clocks={name: Calendar(clock["starts"], clock["ends"]) for name, clock in data["clocks"].items()},
        working_days=WorkingDays(
            WallClock(date.fromisoformat(days["opens"]), days["zone"]),
            [date.fromisoformat(day) for day in days["dates"]],
            time.fromisoformat(closes) if closes else None,
        ),
        tells_returns=bool(data.get("tells_returns", False)),
        tells_work=bool(data.get("tells_work", False)),
        recording=_recording_from_data(data["recording"]) if data.get("recording") else None,
    )
