"""`frontdoor validate`: files in, a folder with the page, its tables and the account of the history out."""

from __future__ import annotations

import argparse
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from frontdoor_sim.appraisal import write_manifest, write_run_record
from frontdoor_sim.calibration.from_history.asking import by_system
from frontdoor_sim.calibration.from_history.dates import check_dates_are_read
from frontdoor_sim.calibration.history import History, examine, read_history
from frontdoor_sim.documents import InputError, Mistake
from frontdoor_sim.experiment.study import ran, versions
from frontdoor_sim.scenario import Scenario, read_scenario
from frontdoor_sim.validation.meaning import headline
from frontdoor_sim.validation.tolerance import Tolerance, read_tolerance
from frontdoor_sim.validation.validating import validate

EXAMPLE = """example:
  frontdoor validate as_found.yaml extracts/ --split 2025-01-06 --taken 2025-07-01
  holds the scenario against what happened from 6 January on; it must have learnt from what came before alone"""


def add_arguments(one: argparse.ArgumentParser) -> None:
    """What `frontdoor validate` takes, besides what every command does."""
    one.add_argument("scenario", type=Path, metavar="SCENARIO", help="calibrated on what came before the split")
    files = "the history: files and folders; with several case systems, each as NAME=PATH"
    one.add_argument("files", nargs="+", metavar="FILE", help=files)
    one.add_argument("--split", required=True, type=_day, metavar="DATE", help="first day of the part held out")
    taken = "when the files were taken from the case system: a date, or date and time in quotes"
    one.add_argument("--taken", required=True, type=_moment, metavar="DATE", help=taken)
    who = "CSV that says who is who in two case systems"
    one.add_argument("--mapping", type=Path, metavar="FILE", help=who)
    what = "begin each simulation after a warm-up (the default), or with what was really open at the split"
    one.add_argument("--start", choices=("warm-up", "open"), default="warm-up", help=what)
    one.add_argument("--tolerance", type=Path, metavar="FILE", help="what is near enough (the package's own statement)")
    one.epilog, one.formatter_class = EXAMPLE, argparse.RawDescriptionHelpFormatter


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2025-01-06") from None


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            return moment
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is not a local date such as 2025-07-01, or '2025-07-01 06:00'")


def run_command(asked: argparse.Namespace, folder: Path) -> str:
    """Validate as asked, write everything into a folder, and say what came of it.

    Raises:
        InputError: the scenario, the history, the statement or the dates are wrong; of the files all mistakes at once.
    """
    started, clock = datetime.now().astimezone().isoformat(timespec="seconds"), time.perf_counter()
    scenario, tolerance, history = _read(asked)
    check_dates_are_read(history)
    quality = examine(history, asked.taken)
    found = validate(
        scenario, quality.history, asked.split, asked.taken, tolerance, asked.replications, asked.seed, asked.jobs,
        asked.quiet, asked.engine, asked.start,
    )  # fmt: skip
    quality.write(folder / "quality")
    page = found.write(folder, asked.command)
    given = [path for path in (asked.tolerance, asked.mapping) if path]
    inputs = [*scenario.files, *given, *_every_file(_paths(asked.files))]
    about = {"verdict": found.verdict, "learnt": list(found.learnt), "tolerance": tolerance.digest}
    write_manifest(folder, inputs, seed=asked.seed, replications=asked.replications, versions=versions(), about=about)
    seconds = time.perf_counter() - clock
    host = socket.gethostname()
    write_run_record(folder, command=asked.command, started=started, seconds=seconds, host=host, **ran(asked.engine))
    return f"{headline(found)}\n\nPage: {page}"


def _read(asked: argparse.Namespace) -> tuple[Scenario, Tolerance, History]:
    """The scenario, the tolerance statement and the history, or the mistakes of all of them."""
    mistakes: list[Mistake] = []

    def read(reader: Callable[[Any], Any], what: Any) -> Any:
        try:
            return reader(what)
        except InputError as error:
            mistakes.extend(error.mistakes)

    def read_files(files: Sequence[str]) -> History:
        return read_history(by_system(files), asked.mapping)

    asked_for = ((read_scenario, asked.scenario), (read_tolerance, asked.tolerance), (read_files, asked.files))
    scenario, tolerance, history = (read(reader, what) for reader, what in asked_for)
    if mistakes:
        raise InputError(mistakes)
    return scenario, tolerance, history


def _paths(files: Sequence[str]) -> list[Path]:
    """The paths among files as they are typed."""
    systems = by_system(files)
    several = systems.values() if isinstance(systems, Mapping) else [systems]
    return [Path(path) for paths in several for path in paths]


def _every_file(files: Sequence[Path]) -> Iterator[Path]:
    """Files as they are, folders as the files in them."""
    for path in files:
        yield from sorted(inside for inside in path.iterdir() if inside.is_file()) if path.is_dir() else [path]
