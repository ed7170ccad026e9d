"""`frontdoor sensitivity`: an appraisal in, what matters in it out."""

from __future__ import annotations

import argparse
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from frontdoor_sim.appraisal import write_manifest, write_run_record, write_tables
from frontdoor_sim.appraisal.charts import svg_document
from frontdoor_sim.appraisal.files import RUNS
from frontdoor_sim.appraisal.wording import number_text
from frontdoor_sim.documents import InputError, Mistake
from frontdoor_sim.experiment.cautions import cautions_by_pilot
from frontdoor_sim.experiment.comparing import HEADLINE
from frontdoor_sim.experiment.conditioning import candidates_written
from frontdoor_sim.experiment.reading import Study, read_study
from frontdoor_sim.experiment.replications import slug
from frontdoor_sim.experiment.sensitivity import Sensitivity, mistakes_of_asking, sensitivity
from frontdoor_sim.experiment.sensitivity_words import figures_text, range_text, shows_symptoms
from frontdoor_sim.experiment.study import ran, versions
from frontdoor_sim.experiment.typed import typed_whole
from frontdoor_sim.experiment.workers import Workers

BEYOND = (
    "At an end, with all others in the middle, today's model mostly does not show the symptoms: of the candidates kept, those "
    "near that end had other numbers that made up for it."
)
EXAMPLE = """example:
  frontdoor sensitivity scenarios/examples/appraisal.yaml --replications 4
  says which of the appraisal's unknown numbers could flip a verdict, and how much is luck"""


def add_arguments(one: argparse.ArgumentParser) -> None:
    """What `frontdoor sensitivity` takes, besides what every command does."""
    one.add_argument("appraisal", type=Path, metavar="APPRAISAL")
    one.add_argument("--options", nargs="+", type=Path, metavar="OPTION", help="other options, under the same ranges")
    one.add_argument("--measure", default=HEADLINE, metavar="NAME", help=f"what is looked at ({HEADLINE})")
    what = "how many candidates for the unknown numbers are tried, at least 2 (the appraisal's own)"
    one.add_argument("--candidates", type=typed_whole(), metavar="N", help=what)
    one.epilog, one.formatter_class = EXAMPLE, argparse.RawDescriptionHelpFormatter


def read_asked(asked: argparse.Namespace) -> Study:
    """The appraisal as asked.

    Raises:
        InputError: every mistake in what was typed and in the files.
    """
    study = read_study(asked.appraisal)
    study = study.of(asked.options) if asked.options else study
    wrong = mistakes_of_asking(study, asked.measure, "--measure")
    if asked.candidates is not None and asked.candidates < 2:
        what, right = (
            f"{asked.candidates} candidates cannot be compared.",
            "A whole number from 2, and better 40 or more.",
        )
        wrong.append(Mistake("--candidates", what, right, "Write, for example, --candidates 100, or leave it out."))
    if wrong:
        raise InputError(wrong)
    return study


def run_command(asked: argparse.Namespace, study: Study, folder: Path) -> str:
    """Find what matters as asked, write its tables and charts into a folder, and say it."""
    clock, started = time.perf_counter(), datetime.now(tz=UTC).isoformat(timespec="seconds")
    with candidates_written(folder):
        found = sensitivity(
            study,
            asked.measure,
            asked.replications,
            asked.seed,
            asked.jobs,
            None,
            asked.quiet,
            asked.engine,
            folder / RUNS,
            asked.candidates,
        )
    write_tables(folder / "tables", found.tables())
    _write_charts(folder, found)
    number = int(found.one_way["replications"].iloc[0])
    seed = study.facts.seed if asked.seed is None else asked.seed
    about = {"title": study.facts.title, "measure": found.measure}
    write_manifest(folder, study.files, seed=seed, replications=number, versions=versions(), about=about)
    write_run_record(folder, command=asked.command, started=started, seconds=time.perf_counter() - clock,
                     host=socket.gethostname(), **ran(asked.engine))  # fmt: skip
    kept = int(found.candidates["kept"].sum())
    note = (
        f"Ranges: those of the {kept} of {len(found.candidates)} candidates that show every symptom. Intervals: 95%, for "
        f"all options together, of the average over {number} replications on the same contacts; luck alone."
    )
    if not found.one_way["shows_symptoms"].ge(0.5).all():
        note += f"\n* {BEYOND}"
    lines = [line for name in (found.base, *found.options) for line in (*_rows(found, name), "")]
    return "\n".join([*lines, str(found), "", note, *_care(asked, study, found, seed), f"Written to {folder}"])


def _care(asked: argparse.Namespace, study: Study, found: Sensitivity, seed: int) -> Iterator[str]:
    """What to read the figures with, at the mean of the candidates kept, where there is something."""
    kept = found.candidates[found.candidates["kept"]]
    middle = {unknown.path: float(kept[unknown.path].mean()) for unknown in study.facts.unknown}
    care = cautions_by_pilot(study.scenarios, seed, Workers.asked(asked), middle)
    if care:
        yield care


def _write_charts(folder: Path, found: Sensitivity) -> None:
    """A tornado chart of today and of each option; numbered, as two names may be spelt alike in a file's."""
    names = {"today": found.base} | {f"option_{place}_{slug(n)}": n for place, n in enumerate(found.options, start=1)}
    for file, name in names.items():
        drawn = svg_document(found.plot(name), file)
        (folder / f"{file.rstrip('_')}.svg").write_text(drawn, encoding="utf-8", newline="\n")


def _rows(found: Sensitivity, name: str) -> Iterator[str]:
    """A line for each number: its range, the figure at either end, how far it moves it, and the answer."""
    mine = found.one_way[found.one_way["option"] == name].to_dict("records")
    beyond = {end["path"] for end in mine if not shows_symptoms(end)}
    rows = found.swings[found.swings["option"] == name].to_dict("records")
    yield f"{name}{': change from today' if rows[0]['change'] else ''}, {found.measure}"
    for row in rows:
        flips = f" at {number_text(row['flips_at'], row['unit'])}" if row["answer"] == "flips" else ""
        say = f"{row['say'][:58]}{' *' if row['path'] in beyond else ''}"
        yield f"  {say:60}  {range_text(row):32}  {figures_text(row):20}  {row['answer']}{flips}"
