"""The command line: parses, calls, prints. Exit 0 done, 2 the user's input is wrong, 1 our fault."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from frontdoor_sim.appraisal import write_tables
from frontdoor_sim.calibration import calibrate_published
from frontdoor_sim.calibration import explain as explain_published
from frontdoor_sim.calibration.published import folder_name
from frontdoor_sim.documents import InputError, read_yaml
from frontdoor_sim.event_log import write_log
from frontdoor_sim.experiment import appraise, compare, offered_load, read_study, replicate, returns_per_contact, run, summarise
from frontdoor_sim.experiment.explain import explain
from frontdoor_sim.experiment.replications import Task, slug
from frontdoor_sim.parameters import Parameters
from frontdoor_sim.scenario import Scenario, read_scenario

DONE, OUR_FAULT, USER_INPUT = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    asked = parser().parse_args(arguments)
    asked.command = " ".join(["frontdoor", *(arguments if arguments is not None else sys.argv[1:])])
    try:
        asked.does(asked)
    except InputError as error:
        print(error, file=sys.stderr)
        return USER_INPUT
    return DONE


def parser() -> argparse.ArgumentParser:
    """The words of the command line, the same everywhere."""
    top = argparse.ArgumentParser(
        prog="frontdoor", description="Simulate a council's children's-services Front Door and compare operating models."
    )
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")
    add = commands.add_parser
    one = add("check", help="every mistake of a scenario, appraisal or parameters file at once; offered load")
    one.add_argument("files", nargs="+", type=Path, metavar="FILE")
    one.set_defaults(does=do_check)
    one = add("explain", help="what an option changes, in plain words, and its pathway")
    one.add_argument("option", type=Path, metavar="OPTION")
    one.set_defaults(does=do_explain)
    one = add("run", help="replications of one model; measures and, with --log, the event log of the first")
    one.add_argument("scenario", type=Path, metavar="SCENARIO")
    one.add_argument("--log", action="store_true", help="write the event log of the first replication")
    one.set_defaults(does=do_run)
    _common(one, replications=5)
    one = add("compare", help="paired differences of options from a base, and a verdict each")
    one.add_argument("base", type=Path, metavar="BASE")
    one.add_argument("options", nargs="+", type=Path, metavar="OPTION")
    one.set_defaults(does=do_compare)
    _common(one, replications=10)
    one = add("appraise", help="a whole option appraisal and its pack")
    one.add_argument("appraisal", type=Path, metavar="APPRAISAL")
    one.set_defaults(does=do_appraise)
    _common(one, replications=None)
    _add_calibrate(commands)
    return top


def _add_calibrate(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    calibrate = commands.add_parser("calibrate", help="parameters from figures")
    kinds = calibrate.add_subparsers(title="from what", required=True, metavar="KIND")
    one = kinds.add_parser("published", help="from the Department for Education's Children in need figures")
    one.add_argument("--council", required=True, metavar="NAME", help="a council or region, or England")
    one.add_argument("--year", required=True, type=int, help="year ending 31 March")
    one.add_argument("--data", required=True, type=Path, metavar="DIR", help="folder of the CSV files as published")
    one.add_argument("--output", type=Path, metavar="DIR", help="folder for parameters.yaml (calibration/<council>)")
    one.add_argument("--quiet", action="store_true", help="only errors")
    one.set_defaults(does=do_calibrate_published)


def _common(one: argparse.ArgumentParser, replications: int | None) -> None:
    said = "the appraisal's own" if replications is None else str(replications)
    one.add_argument("--output", type=Path, metavar="DIR", help="results folder (results/<name>)")
    one.add_argument("--seed", type=int, default=None if replications is None else 1, help="key of all luck")
    one.add_argument("--replications", type=int, default=replications, metavar="N", help=f"how many runs ({said})")
    one.add_argument("--jobs", type=int, metavar="N", help="worker processes (all cores)")
    one.add_argument("--engine", choices=["auto", "simpy"], default="auto", help="auto takes the fastest there is")
    one.add_argument("--quiet", action="store_true", help="no progress bar, only the result")


def do_check(asked: argparse.Namespace) -> None:
    """Every mistake of every file, then the offered load of each scenario."""
    mistakes = []
    for file in asked.files:
        try:
            print(check_file(file))
        except InputError as error:
            mistakes += error.mistakes
    if mistakes:
        raise InputError(mistakes)


def check_file(file: Path) -> str:
    """Check one file of any kind; what it is and, for a scenario, how much work it is asked to do."""
    data = read_yaml(file).data
    if isinstance(data, dict) and "options" in data:
        study = read_study(file)
        return "\n".join([f"{file}: an appraisal of {len(study.options)} options, no mistakes.", load_text(study.base)])
    if isinstance(data, dict) and "made_by" in data:
        return f"{file}: parameters of {Parameters.read(file).council}, no mistakes."
    return "\n".join([f"{file}: a scenario, no mistakes.", load_text(read_scenario(file))])


def load_text(scenario: Scenario) -> str:
    """Offered load by team and by slots, as text."""
    loads = offered_load(scenario, 1)
    lines = [f"  {row.team:28} {row.what:6} {row.offered:8.1f} of {row.available:6.1f}   load {row.load:.2f}" for row in loads.itertuples()]
    full = [f"  {row.team} is asked for more than it has: its backlog grows without end." for row in loads.itertuples() if row.load >= 1]
    return "\n".join([f"  Offered load, {scenario.name} (people or slots asked for, of those there are):", *lines, *full])


def do_explain(asked: argparse.Namespace) -> None:
    """What an option changes."""
    print(explain(read_scenario(asked.option)))


def do_run(asked: argparse.Namespace) -> None:
    """Replications of one scenario."""
    scenario = read_scenario(asked.scenario)
    folder = asked.output or Path("results") / slug(asked.scenario.stem)
    returns = returns_per_contact(scenario, asked.seed)
    tasks = [Task((scenario,), asked.seed, number, returns) for number in range(asked.replications)]
    runs = replicate(tasks, asked.jobs, None, asked.quiet)
    summary = summarise(runs)
    write_tables(folder, {"replications": runs, "summary": summary})
    if asked.log:
        write_log(run(scenario, asked.seed), folder / "event_log")
    print(key_figures(summary))
    print(f"Written to {folder}")


def do_compare(asked: argparse.Namespace) -> None:
    """Paired differences and a verdict for each option."""
    base, options = read_scenario(asked.base), [read_scenario(option) for option in asked.options]
    folder = asked.output or Path("results") / f"{slug(asked.base.stem)}_compared"
    found = compare(base, options, asked.replications, asked.seed, asked.jobs, quiet=asked.quiet)
    tables = {"summary": found.summary, "differences": found.differences, "verdicts": found.verdicts, "replications": found.runs}
    write_tables(folder, tables)
    print(found)
    print("Intervals: 95 % for all options together, of the average; simulation noise alone.")
    print(f"Written to {folder}")


def do_appraise(asked: argparse.Namespace) -> None:
    """A whole appraisal."""
    study = read_study(asked.appraisal)
    folder = asked.output or Path("results") / slug(study.facts.title)
    result = appraise(study, folder, asked.seed, asked.replications, asked.jobs, asked.quiet, asked.command)
    print(result.comparison)
    print(f"\n{result.verdict}\n\nPack: {result.pack}")


def do_calibrate_published(asked: argparse.Namespace) -> None:
    """Parameters from published figures."""
    parameters = calibrate_published(asked.council, asked.year, asked.data)
    folder = asked.output or Path("calibration") / folder_name(parameters.council)
    folder.mkdir(parents=True, exist_ok=True)
    path = parameters.write(folder / "parameters.yaml")
    if not asked.quiet:
        print(explain_published(parameters))
    print(f"Written to {path}")


def key_figures(summary: pd.DataFrame) -> str:
    """The figures that everybody asks for first, with intervals."""
    wanted = ("decided_within_24h", "decided_within_1_working_day", "decision_hours_median", "decision_hours_p90",
              "transfer_hours_to_allocation_median", "open_at_end")  # fmt: skip
    rows = summary[(summary["by"] == "all") & summary["measure"].isin(wanted)]
    lines = [f"  {row.measure:36} {row.mean:10.3f}  ({row.low:.3f} to {row.high:.3f}) {row.unit}" for row in rows.itertuples()]
    return "\n".join(["Mean over replications, with its 95 % interval:", *lines])


if __name__ == "__main__":
    sys.exit(main())
