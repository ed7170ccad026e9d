"""`frontdoor staffing`: a target in, the least staff that meets it out, or why none does."""

from __future__ import annotations

import argparse
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from frontdoor_sim.appraisal import write_manifest, write_run_record, write_tables
from frontdoor_sim.appraisal.charts import svg_document
from frontdoor_sim.appraisal.files import RUNS
from frontdoor_sim.documents import InputError, Mistake, read_yaml
from frontdoor_sim.experiment.comparing import HEADLINE
from frontdoor_sim.experiment.conditioning import candidates_written
from frontdoor_sim.experiment.least_staff import LeastStaff, staffing
from frontdoor_sim.experiment.least_staff_words import runs_named
from frontdoor_sim.experiment.pilot import returning
from frontdoor_sim.experiment.reading import Study, not_changes, read_study
from frontdoor_sim.experiment.staffing_goal import Goal, mistakes_of_goal, mistakes_of_grid, mistakes_of_people
from frontdoor_sim.experiment.study import conditioned, ran, versions
from frontdoor_sim.experiment.typed import typed_number
from frontdoor_sim.experiment.workers import Workers
from frontdoor_sim.scenario import Scenario, read_scenario

REPLICATIONS, SEED = 20, 1
"""Of a scenario; an appraisal has its own."""
CHART = "staffing"
SOMETIMES = ("waits", "full", "candidates")
"""Tables that are written where there is something in them, or where no answer was found."""
EXAMPLE = """example:
  frontdoor staffing scenarios/examples/one_desk.yaml --path teams.desk.staff.officer.wte --target 0.8
  says how many officers it takes to decide 80% within 24 hours, on average and in most single runs"""


@dataclass(frozen=True)
class Searched:
    """What is searched in.

    Args:
        scenario: a base or an option.
        study: the appraisal that says what is not known; None where a scenario was named.
        files: everything that was read.
    """

    scenario: Scenario
    study: Study | None
    files: tuple[Path, ...]

    @property
    def replications(self) -> int:
        """How many runs, where nothing is said."""
        return self.study.facts.replications if self.study else REPLICATIONS

    @property
    def seed(self) -> int:
        """Key of all luck, where nothing is said."""
        return self.study.facts.seed if self.study else SEED


def add_arguments(one: argparse.ArgumentParser) -> None:
    """What `frontdoor staffing` takes, besides what every command does."""
    what = "a scenario, an option, or an appraisal, whose unknown numbers are then in the answer"
    one.add_argument("file", type=Path, metavar="FILE", help=what)
    what = "the number that is looked for, such as teams.screening.staff.social_worker.wte"
    one.add_argument("--path", required=True, metavar="PATH", help=what)
    what = "what the measure must be at least (a share, such as 0.9 or 90%%), or at most (hours)"
    one.add_argument("--target", required=True, type=typed_number, metavar="X", help=what)
    one.add_argument("--option", type=Path, metavar="OPTION", help="look in this option of the file's model instead")
    one.add_argument("--measure", default=HEADLINE, metavar="NAME", help=f"what has the target ({HEADLINE})")
    one.add_argument("--by", default="all", metavar="BY", help="a breakdown of the measure, such as rag (all)")
    one.add_argument("--group", default="all", metavar="GROUP", help="a group of it, such as red (all)")
    what = "least and greatest WTE that may be tried (from what is steady to room for all)"
    one.add_argument("--between", nargs=2, type=typed_number, metavar=("LOW", "HIGH"), help=what)
    one.add_argument("--step", type=typed_number, default=0.5, metavar="WTE", help="of the WTE that are tried (0.5)")
    one.epilog, one.formatter_class = EXAMPLE, argparse.RawDescriptionHelpFormatter


def read_asked(asked: argparse.Namespace) -> Searched:
    """What is searched in, as asked.

    Raises:
        InputError: every mistake in what was typed and in the files.
    """
    goal, between = Goal(asked.target, asked.measure, asked.by, asked.group), _between(asked)
    wrong = [*mistakes_of_goal(goal, _flag), *mistakes_of_grid(between, asked.step, _flag)]
    try:
        found = _read(asked.file, asked.option)
    except InputError as error:
        raise InputError([*wrong, *error.mistakes]) from None
    wrong += mistakes_of_people(found.scenario, asked.path, f"--path {asked.path}")
    if wrong:
        raise InputError(wrong)
    return found


def _flag(field: str) -> str:
    return f"--{field}"


def _between(asked: argparse.Namespace) -> tuple[float, float] | None:
    return (asked.between[0], asked.between[1]) if asked.between else None


def _read(file: Path, option: Path | None) -> Searched:
    """A scenario or an appraisal, and an option of it."""
    document = read_yaml(file).data
    study = read_study(file) if isinstance(document, dict) and {"base", "options"} & set(document) else None
    base = study.base if study else read_scenario(file)
    files = (*([study.file] if study else []), *base.files)
    if option is None:
        return Searched(base, study, files)
    read = read_scenario(option)
    wrong: list[Mistake] = not_changes(base, [(str(option), read)])
    if wrong:
        raise InputError(wrong)
    return Searched(read, study, (*files, *read.files))


def run_command(asked: argparse.Namespace, found_in: Searched, folder: Path) -> str:
    """Look for the least staff as asked, write its tables and chart into a folder, and say it."""
    clock, started = time.perf_counter(), datetime.now(tz=UTC).isoformat(timespec="seconds")
    seed = found_in.seed if asked.seed is None else asked.seed
    number = found_in.replications if asked.replications is None else asked.replications
    found = staffing(
        found_in.scenario, asked.path, asked.target, asked.measure, asked.by, asked.group, _between(asked), asked.step,
        number, seed, _numbers(asked, found_in, seed, number, folder / RUNS), asked.jobs, None, asked.quiet, asked.engine,
        folder / RUNS,
    )  # fmt: skip
    write_tables(folder / "tables", found.tables(), instead_of=SOMETIMES)
    (folder / f"{CHART}.svg").write_text(svg_document(found.plot(), CHART), encoding="utf-8", newline="\n")
    about: Mapping[str, Any] = {"title": found.scenario, "measure": found.goal.measure, "path": found.path}
    write_manifest(folder, found_in.files, seed=seed, replications=number, versions=versions(), about=about)
    write_run_record(folder, command=asked.command, started=started, seconds=time.perf_counter() - clock,
                     host=socket.gethostname(), **ran(asked.engine))  # fmt: skip
    return "\n".join([*_rows(found), "", str(found), "", _note(found), f"Written to {folder}"])


def _numbers(
    asked: argparse.Namespace, found_in: Searched, seed: int, number: int, keep: Path
) -> list[dict[str, float]]:
    """A set of numbers for each replication, where an appraisal says what is not known."""
    study = found_in.study
    if study is None or not study.facts.unknown:
        return []
    returns = returning(study.base, seed, asked.engine)
    with candidates_written(keep.parent):
        found = conditioned(study, seed, returns, number, Workers.asked(asked, keep))
    return found.kept[:number]


def _note(found: LeastStaff) -> str:
    each = ", each with its own set of unknown numbers" if found.ranged else "; simulation noise alone"
    return (
        f"95% interval of the average over {found.replications} replications{each}. All values meet the same contacts."
    )


def _rows(found: LeastStaff) -> Iterator[str]:
    """A line for each value that was tried."""
    yield f"  {'WTE':>6}{'load':>7}  {found.goal.named}, with its 95% interval; share of {runs_named(found)} that meet it"
    for row in found.values.to_dict("records"):
        low, high = (found.goal.text(row[end]) for end in ("low", "high"))
        said = f"{found.goal.text(row['mean'])} ({low} to {high})"
        load = f"{row['load']:.2f}" if row["load"] == row["load"] else "-"
        yield f"  {row['value']:6g}{load:>7}  {said:32}  {row['met']:.0%}"
