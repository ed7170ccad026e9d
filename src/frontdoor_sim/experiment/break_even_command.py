"""`frontdoor break-even`: two files and a number in, where it makes no difference out."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from frontdoor_sim.appraisal import write_tables
from frontdoor_sim.appraisal.charts import svg_document
from frontdoor_sim.documents import InputError, Mistake
from frontdoor_sim.experiment.break_even import break_even
from frontdoor_sim.experiment.break_even_answer import BreakEven
from frontdoor_sim.experiment.break_even_questions import MOST_STEPS, mistakes_of, mistakes_of_path
from frontdoor_sim.experiment.cautions import cautions_by_pilot
from frontdoor_sim.experiment.comparing import HEADLINE
from frontdoor_sim.experiment.reading import not_changes
from frontdoor_sim.experiment.typed import percentages_of_no_share, typed_number, typed_whole
from frontdoor_sim.experiment.workers import Workers
from frontdoor_sim.scenario import Scenario, read_scenarios

CHART = "break_even"
EXAMPLE = """example:
  frontdoor break-even written_contacts.yaml advice_line.yaml --path stages.advice_call.judges.caution \\
      --between -1.5 2.5 --measure utilisation --along led_to_share "stage and outcome" "advice_call, advised"
  says how many calls must need no contact for an advice line to cost no time"""


def add_arguments(one: argparse.ArgumentParser) -> None:
    """What `frontdoor break-even` takes, besides what every command does."""
    one.add_argument("base", type=Path, metavar="BASE")
    one.add_argument("option", type=Path, metavar="OPTION")
    what = "the number that is varied, such as stages.advice_call.judges.caution"
    one.add_argument("--path", required=True, metavar="PATH", help=what)
    one.add_argument(
        "--between", required=True, nargs=2, type=typed_number, metavar=("LOW", "HIGH"), help="values tried"
    )
    one.add_argument("--measure", default=HEADLINE, metavar="NAME", help=f"what must not differ ({HEADLINE})")
    what = "what goes with the number: a measure, one of its breakdowns, and a group of it"
    one.add_argument("--along", nargs=3, metavar=("NAME", "BY", "GROUP"), help=what)
    one.add_argument(
        "--steps",
        type=typed_whole(),
        default=5,
        metavar="N",
        help=f"how many values are tried first, 2 to {MOST_STEPS} (5)",
    )
    what = "how closely it is found, in the unit of the number (a tenth of its interval, or a hundredth of what is between)"
    one.add_argument("--tolerance", type=typed_number, metavar="X", help=what)
    one.epilog, one.formatter_class = EXAMPLE, argparse.RawDescriptionHelpFormatter


def run_command(asked: argparse.Namespace, folder: Path) -> str:
    """Find the break-even as asked, write its table and its chart into a folder, and say it.

    Raises:
        InputError: every mistake in what was typed and in the files.
    """
    base, option = _read(asked)
    found = break_even(
        base, option, asked.path, tuple(asked.between), asked.measure, tuple(asked.along) if asked.along else None,
        asked.steps, asked.replications, asked.seed, jobs=asked.jobs, quiet=asked.quiet, engine=asked.engine,
        tolerance=asked.tolerance,
    )  # fmt: skip
    write_tables(folder, {CHART: found.table})
    (folder / f"{CHART}.svg").write_text(svg_document(found.plot(), CHART), encoding="utf-8", newline="\n")
    note = f"95% interval of the average over {asked.replications} replications; simulation noise alone."
    if found.places:
        note += (
            f" Found to within {found.tolerance:g}: each end lies between two values, no further apart, that were run."
        )
    care = cautions_by_pilot([base, option], asked.seed, Workers.asked(asked))
    return "\n".join([str(found), *_rows(found), note, *([care] if care else []), f"Written to {folder}"])


def _read(asked: argparse.Namespace) -> tuple[Scenario, Scenario]:
    mistakes = [*mistakes_of(lambda field: f"--{field}", tuple(asked.between), asked.measure, asked.along)]
    if not 2 <= asked.steps <= MOST_STEPS:
        what, right = f"{asked.steps} values cannot be tried.", f"A whole number from 2 to {MOST_STEPS}."
        mistakes.append(Mistake("--steps", what, right, "Write, for example, --steps 5."))
    if asked.tolerance is not None and not asked.tolerance > 0:
        what, right = (
            f"Nothing is found to within {asked.tolerance:g}.",
            "A number above 0, in the unit of the number varied.",
        )
        mistakes.append(Mistake("--tolerance", what, right, "Write, for example, --tolerance 0.1, or leave it out."))
    try:
        base, option = read_scenarios([asked.base, asked.option])
    except InputError as error:
        raise InputError([*mistakes, *error.mistakes]) from None
    mistakes += not_changes(base, [(str(asked.option), option)])
    mistakes += percentages_of_no_share(asked.between, option, asked.path, "--between")
    if not mistakes:
        where = f"--path {asked.path}"
        mistakes += mistakes_of_path(where, base, option, asked.path, tuple(asked.between), asked.steps)
    if mistakes:
        raise InputError(mistakes)
    return base, option


def _rows(found: BreakEven) -> Iterator[str]:
    """A line for each value that was tried."""
    along = f"{'with it':>10}" if found.along else ""
    yield f"  {'value':>10}{along}{'difference':>13}  95% interval"
    for row in found.table.to_dict("records"):
        goes_with = f"{row['along']:10.3f}" if found.along else ""
        yield f"  {row['value']:10.6g}{goes_with}{row['difference']:+13.4f}  ({row['low']:+.4f} to {row['high']:+.4f})"
