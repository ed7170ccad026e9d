"""Touch and capacity as a section of the page of a calibration, and as tables beside it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from frontdoor_sim.appraisal import write_tables
from frontdoor_sim.calibration.from_history.report import Section
from frontdoor_sim.calibration.touch.answers import asked
from frontdoor_sim.event_log import EventLog
from frontdoor_sim.experiment.touch.desk_file import DeskFile
from frontdoor_sim.experiment.touch.fitting import TouchAndCapacity, touch_and_capacity

WORDS = {
    "people": "People who decide, at once, whole-time",
    "load": "Work asked for, of what they can do",
    "touch_cv": "Spread of the hours of work over their mean",
    "waiting_share": "Share of contacts that wait elsewhere first",
    "waiting_hours": "Hours of such a wait",
    "within_24h": "Share within 24 hours in such a year",
    "touch_hours": "Hours of work a contact",
}


def added(log: EventLog, desk: DeskFile, folder: Path, jobs: int | None, quiet: bool) -> Section:
    """What a history says of a desk, as a section of the page; the tables are written beside it.

    Args:
        log: of the history.
        desk: the desk that decides, with what is known of it.
        folder: where `touch_quantities`, `touch_what_ifs`, `touch_checks` and `touch_draws` are written.
        jobs, quiet: as for `touch_and_capacity`.

    Raises:
        InputError: as `touch_and_capacity`.
    """
    found = touch_and_capacity(log, desk, desk.facts, jobs=jobs, quiet=quiet)
    write_tables(folder, {f"touch_{name}": table for name, table in found.tables().items()})
    return section(found)


def section(found: TouchAndCapacity) -> Section:
    """The sentences, the ridge, and the tables in words; every number stands with its 90 % interval."""
    words = [
        "By simulation: the receipts were played again at many desks, and those are kept that show the stamps of the history. "
        "Every figure is an interval that holds nine tenths of what could have made it.",
        *found.sentences,
    ]
    tables = {
        "What the stamps say": _quantities(found.posterior.table()),
        "What if, in points of the share within 24 hours": _what_ifs(found.what_ifs),
        "What it was not fitted to": _checks(found.checks),
    }
    return Section("Touch time and capacity", words, {"People against hours of work": found.figure()}, tables)


def _quantities(table: pd.DataFrame) -> pd.DataFrame:
    known = table.set_index("quantity").drop(list(asked(0.1)))
    rows = [
        (WORDS[str(name)], _span(row["low"], row["high"]), _span(row["low_before"], row["high_before"]))
        for name, row in known.iterrows()
    ]
    return pd.DataFrame(rows, columns=["", "After the history", "Before it"])


def _what_ifs(table: pd.DataFrame) -> pd.DataFrame:
    rows = [
        (
            f"{row['what_if'][:1].upper()}{row['what_if'][1:]}",
            f"{round(100 * row['low']):+d} to {round(100 * row['high']):+d}",
            "yes" if row["answered"] else "no",
            *(_points(row[name]) for name in ("with_headcount", "with_timed_cases")),
        )
        for row in table.to_dict("records")
    ]
    heads = ["What if", "Change", "Answered", "Width with a headcount", "Width with 30 timed cases"]
    return pd.DataFrame(rows, columns=heads)


def _points(width: float) -> str:
    return "given" if width != width else f"{100 * width:.0f}"


def _checks(table: pd.DataFrame) -> pd.DataFrame:
    rows = [
        (
            f"{row['check'][:1].upper()}{row['check'][1:]}",
            f"{row['history']:.2f}",
            _span(row["low"], row["high"]),
            f"fails: perhaps {row['may_mean']}" if row["fails"] else "holds",
        )
        for row in table.to_dict("records")
    ]
    return pd.DataFrame(rows, columns=["Check", "History", "Fitted desk", ""])


def _span(low: float, high: float) -> str:
    return f"{low:.2f} to {high:.2f}"
