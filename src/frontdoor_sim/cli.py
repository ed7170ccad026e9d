"""The command line: parses, calls, prints. Exit 0 done, 2 the user's input is wrong, 1 our fault, 130 stopped."""

from __future__ import annotations

import argparse
import io
import os
import shlex
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm.auto import tqdm

from frontdoor_sim.appraisal import other_inputs, write_manifest, write_tables
from frontdoor_sim.appraisal.charts import svg_document
from frontdoor_sim.appraisal.urgency import breaches_text
from frontdoor_sim.calibration import calibrate_history, calibrate_published
from frontdoor_sim.calibration import explain as explain_published
from frontdoor_sim.calibration.from_history.asking import by_system, parse_extracted, parse_window, spelt
from frontdoor_sim.calibration.from_history.report import headline
from frontdoor_sim.calibration.history.invent import FAULTS, check_faults, invent
from frontdoor_sim.calibration.published import folder_name
from frontdoor_sim.documents import CommandLine, InputError, Mistake, in_words, read_yaml
from frontdoor_sim.engine import ENGINES
from frontdoor_sim.event_log import write_log
from frontdoor_sim.experiment import (
    appraise,
    compare,
    not_changes,
    offered_load,
    offered_loads,
    read_study,
    replicate,
    returning,
    run,
    summarise,
)
from frontdoor_sim.experiment import break_even_command as break_even
from frontdoor_sim.experiment import sensitivity_command as sensitivity
from frontdoor_sim.experiment import staffing_command as staffing
from frontdoor_sim.experiment.cautions import LOOK_TWICE, cautions, listed, overloaded
from frontdoor_sim.experiment.explain import explain, picture
from frontdoor_sim.experiment.pilot import LARGEST_LOAD
from frontdoor_sim.experiment.reading import StudyFile
from frontdoor_sim.experiment.replications import Task, slug
from frontdoor_sim.experiment.study import versions
from frontdoor_sim.experiment.touch.desk_file import read_desk
from frontdoor_sim.experiment.touch.page import added
from frontdoor_sim.experiment.typed import mistyped, typed_whole
from frontdoor_sim.experiment.workers import Workers
from frontdoor_sim.measures import measure
from frontdoor_sim.operating_model import OperatingModel
from frontdoor_sim.parameters import Parameters
from frontdoor_sim.parameters.known import sections
from frontdoor_sim.scenario import Scenario, read_scenario, read_scenarios
from frontdoor_sim.scenario.doubts import doubts, without_time
from frontdoor_sim.validation import Tolerance, read_tolerance
from frontdoor_sim.validation.command import add_arguments, run_command

DONE, OUR_FAULT, USER_INPUT, STOPPED = 0, 1, 2, 130
DEBUG = "FRONTDOOR_DEBUG"
SEED = 1
OUTPUT = ("-o", "--output")
_STEPS = 14


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    typed = list(arguments) if arguments is not None else sys.argv[1:]
    asked = parser().parse_args(typed)
    asked.command = shlex.join(["frontdoor", *typed])
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        if wrong := mistyped(vars(asked)):
            raise InputError(wrong)
        asked.does(asked)
        sys.stdout.flush()
    except InputError as error:
        return _said(str(error), USER_INPUT)
    except KeyboardInterrupt:
        return _said("Stopped.", STOPPED)
    except OSError as error:
        if isinstance(error, BrokenPipeError) and _unread():
            return DONE
        return _said(str(_not_written(error)), USER_INPUT)
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        fault = f"{type(error).__name__}: {error}"
        return _said(f"Sorry, this is our fault: {fault}. Please report it with the output of {DEBUG}=1.", OUR_FAULT)
    return DONE


def _said(text: str, code: int) -> int:
    print(text, file=sys.stderr)
    return code


def _unread() -> bool:
    """Whether whoever read our output went away, such as `| head`; if so, the rest of it is dropped without a word."""
    try:
        print(flush=True)  # what a broken pipe refused is gone: only more of it tells
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return True
    return False


def _not_written(error: OSError) -> InputError:
    """What a user can do where the system refuses a file; those that are read have mistakes of their own."""
    what = f"This cannot be written: {error.strerror or error}."
    right, remedy = "A folder that you may write to, with room on the disk.", "Choose another with --output."
    return InputError([Mistake(str(error.filename or "output"), what, right, remedy)])


def parser() -> argparse.ArgumentParser:
    """The words of the command line, the same everywhere."""
    said = "Simulate a council's children's-services Front Door and compare operating models."
    top = CommandLine(prog="frontdoor", description=said)
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")
    add = commands.add_parser
    one = add(
        "check", help="every mistake of a file at once; of a scenario its offered load, and what to look at twice"
    )
    one.add_argument("files", nargs="+", type=Path, metavar="FILE")
    one.set_defaults(does=do_check)
    one = add("explain", help="what an option changes, in plain words, and its pathway in words or as a picture")
    one.add_argument("option", type=Path, metavar="OPTION", help="an option, or a base")
    one.add_argument("--picture", type=Path, metavar="FILE.svg", help="draw the pathway into this file")
    one.set_defaults(does=do_explain)
    one = add("run", help="replications of one model; measures and, with --log, the event log of the first")
    one.add_argument("scenario", type=Path, metavar="SCENARIO")
    one.add_argument("--log", action="store_true", help="write the event log of the first replication")
    one.set_defaults(does=do_run)
    _common(one, replications=5, least=1)
    one = add("compare", help="paired differences of options from a base, and a verdict each")
    one.add_argument("base", type=Path, metavar="BASE")
    one.add_argument("options", nargs="+", type=Path, metavar="OPTION")
    one.set_defaults(does=do_compare)
    _common(one, replications=10, least=2)
    one = add(
        "break-even", help="the value of one number of an option at which it makes no difference, with its interval"
    )
    break_even.add_arguments(one)
    one.set_defaults(does=do_break_even)
    _common(one, replications=10, least=2)
    one = add("appraise", help="a whole option appraisal and its pack")
    one.add_argument("appraisal", type=Path, metavar="APPRAISAL")
    one.add_argument("--options", nargs="+", type=Path, metavar="OPTION", help="other options, under the same ranges")
    what = "say also what each change of every option buys, which takes minutes"
    one.add_argument("--deep", action="store_true", help=what)
    one.set_defaults(does=do_appraise)
    _common(one, replications=None, least=2)
    one = add(
        "sensitivity", help="which unknown numbers of an appraisal matter, which could flip a verdict, and what is luck"
    )
    sensitivity.add_arguments(one)
    one.set_defaults(does=do_sensitivity)
    _common(one, replications=None, least=2)
    one = add(
        "staffing", help="the least staff of one group for a target, after what no number of people can do better"
    )
    staffing.add_arguments(one)
    one.set_defaults(does=do_staffing)
    _common(one, replications=None, least=2, of_a_scenario=(staffing.REPLICATIONS, staffing.SEED))
    one = add("validate", help="a scenario against the part of a history that it has not seen; a page with the verdict")
    add_arguments(one)
    one.set_defaults(does=do_validate)
    _common(one, replications=100, least=20)
    _add_calibrate(commands)
    _add_history(commands)
    return top


def _add_calibrate(commands: argparse._SubParsersAction[CommandLine]) -> None:
    calibrate = commands.add_parser("calibrate", help="parameters from figures")
    kinds = calibrate.add_subparsers(title="from what", required=True, metavar="KIND")
    one = kinds.add_parser(
        "published",
        help="from the Department for Education's Children in need figures",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog='example:\n  frontdoor calibrate published --council "North Tyneside" --year 2020 --data DIR',
    )
    one.add_argument("--council", required=True, metavar="NAME", help="a council or region, or England")
    one.add_argument(
        "--year", required=True, type=typed_whole(2000), metavar="YEAR", help="in which 31 March ends the year"
    )
    one.add_argument("--data", required=True, type=Path, metavar="DIR", help="folder of the CSV files as published")
    one.add_argument(*OUTPUT, type=Path, metavar="DIR", help="folder for parameters.yaml (calibration/<council>)")
    one.add_argument("--quiet", action="store_true", help="only where it was written")
    one.set_defaults(does=do_calibrate_published)
    one = kinds.add_parser(
        "history",
        help="from a council's own extracts, in any mix of formats",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog='example:\n  frontdoor calibrate history extracts/ --council "North Tyneside" --window 2024-04-01..2025-03-31',
    )
    what = "files and folders; with several case systems, each as NAME=PATH"
    one.add_argument("files", nargs="+", metavar="FILE", help=what)
    one.add_argument("--council", required=True, metavar="NAME", help="whose history it is")
    one.add_argument("--window", metavar="FROM..TO", help="first and last date to be used (those of the receipts)")
    one.add_argument(
        "--extracted", metavar="DATE", help="when the files were taken (the last day on which anything happened)"
    )
    one.add_argument("--mapping", type=Path, metavar="FILE", help="CSV that says who is who in two case systems")
    one.add_argument(
        "--combine", choices=["published"], help="published volumes and local times; needs --year and --data"
    )
    one.add_argument("--year", type=typed_whole(2000), metavar="YEAR", help="of the published figures")
    one.add_argument("--data", type=Path, metavar="DIR", help="folder of the published CSV files")
    what = "also touch time and capacity of the desk in this file, by simulation (minutes)"
    one.add_argument("--touch-and-capacity", type=Path, metavar="DESK", help=what)
    one.add_argument("--jobs", type=typed_whole(1), metavar="N", help="worker processes of that simulation (all cores)")
    one.add_argument(*OUTPUT, type=Path, metavar="DIR", help="results folder (calibration/<council>)")
    one.add_argument("--quiet", action="store_true", help="no progress bar, only where it was written")
    one.set_defaults(does=do_calibrate_history)


def _add_history(commands: Any) -> None:
    """Invented extracts."""
    one = commands.add_parser("history", help="a fully invented council's extracts in every format, with known truth")
    faults = ", ".join(fault.name for fault in FAULTS)
    one.add_argument("scenario", type=Path, metavar="SCENARIO")
    one.add_argument("--faults", default="", metavar="NAME,NAME", help=f"faults to plant: {faults}")
    one.add_argument(*OUTPUT, type=Path, metavar="DIR", help="results folder (results/<name>_history)")
    one.add_argument("--seed", type=typed_whole(0), default=SEED, metavar="N", help=f"key of all luck ({SEED})")
    one.add_argument("--engine", choices=ENGINES, default="auto", help="auto takes the fastest there is (auto)")
    one.set_defaults(does=do_history)


def _common(
    one: argparse.ArgumentParser, replications: int | None, least: int, of_a_scenario: tuple[int, int] | None = None
) -> None:
    said, seed = ("the appraisal's own", None) if replications is None else (str(replications), SEED)
    runs, key = (f"{said}, or {number}" for number in of_a_scenario) if of_a_scenario else (said, str(seed or said))
    runs, more = f"how many runs, at least {least} ({runs})", f"key of all luck ({key})"
    one.add_argument(*OUTPUT, type=Path, metavar="DIR", help="results folder (results/<name>)")
    one.add_argument("--seed", type=typed_whole(0), default=seed, metavar="N", help=more)
    one.add_argument("--replications", type=typed_whole(least), default=replications, metavar="N", help=runs)
    one.add_argument("--jobs", type=typed_whole(1), metavar="N", help="worker processes (all cores)")
    one.add_argument("--engine", choices=ENGINES, default="auto", help="auto takes the fastest there is (auto)")
    one.add_argument("--quiet", action="store_true", help="no progress bar, only the result")


def do_check(asked: argparse.Namespace) -> None:
    """Every mistake of every file; else what each is, and of a scenario its offered load and what to look at twice."""
    mistakes: list[Mistake] = []
    for file in asked.files:
        try:
            print(check_file(file))
        except InputError as error:
            mistakes += error.mistakes
    if mistakes:
        raise InputError(mistakes)


def check_file(file: Path) -> str:
    """Check one file of any kind; what it is and, for a scenario, how much work it is asked to do."""
    kind = kind_of(read_yaml(file).data)
    if kind == "appraisal":
        study = read_study(file)
        told = f"{load_text(study.base)}{doubts_text(study.scenarios, study.notes)}"
        return f"{file}: an appraisal of {len(study.options)} options, no mistakes.\n{told}"
    if kind == "tolerance":
        stated = read_tolerance(file)
        return f"{file}: a tolerance statement of {len(stated.statistics)} figures, no mistakes.\n  Digest: {stated.digest}"
    if kind == "parameters":
        return f"{file}: parameters of {Parameters.read(file).council}, no mistakes."
    scenario = read_scenario(file)
    what = f"an option of {scenario.base.name}" if scenario.base else "a scenario"
    return f"{file}: {what}, no mistakes.\n{load_text(scenario)}{doubts_text([scenario])}"


def kind_of(data: Any) -> str:
    """What a file is meant to be, by the names that it holds, so that one slip does not hide it.

    Example:
        >>> kind_of({"title": "t", "base": "b.yaml", "option": ["o.yaml"]}), kind_of({"council": "c", "volumes": {}})
        ('appraisal', 'parameters')
    """
    names = set(data) if isinstance(data, dict) else set()
    fields = {
        "scenario": {*OperatingModel.model_fields, "parameters", "changes", "because", "combines", "over"},
        "appraisal": set(StudyFile.model_fields),
        "tolerance": set(Tolerance.model_fields),
        "parameters": {"council", "year", "made_by", "files", *sections()},
    }
    return max(fields, key=lambda kind: len(fields[kind] & names))


def load_text(scenario: Scenario) -> str:
    """Offered load by team and by slots, as text."""
    lines = [f"  Offered load, {scenario.name} (people or slots asked for, of those there are):"]
    loads = offered_load(scenario, SEED)
    for row in loads.to_dict("records"):
        least = "at least " if row["load"] > LARGEST_LOAD else ""
        asked = f"{row['offered']:8.1f} of {row['available']:6.1f}   load {least}{row['load']:.2f}"
        lines.append(f"  {row['team']:28} {row['what'].replace('time at', 'at'):6} {asked}")
    lines += [f"  {team:28} time   nobody has time for cases" for team in without_time(scenario.model)]
    return "\n".join([*lines, *(f"  {said}" for said in overloaded(loads, scenario.model))])


def doubts_text(scenarios: Sequence[Scenario], more: Sequence[str] = ()) -> str:
    """What to look at twice in scenarios without mistakes and in their appraisal, as text; nothing where there is nothing."""
    found = dict.fromkeys([*more, *(doubt for scenario in scenarios for doubt in doubts(scenario))])
    return "".join(f"\n{line}" for line in listed(f"  {LOOK_TWICE}", list(found)))


def do_explain(asked: argparse.Namespace) -> None:
    """What an option changes, and its pathway; with `--picture` the pathway is drawn as well."""
    file: Path | None = asked.picture
    if file is not None and file.suffix.lower() != ".svg":
        what, right = f"{file.name!r} does not end in .svg.", "The name of an SVG file, such as pathway.svg."
        raise InputError([Mistake("--picture", what, right, "Give the file that ending.")])
    scenario = read_scenario(asked.option)
    if file is not None:
        file.write_text(svg_document(picture(scenario), slug(scenario.name)), encoding="utf-8", newline="\n")
    print(explain(scenario))
    if file is not None:
        print(f"\nWritten to {file}")


def do_run(asked: argparse.Namespace) -> None:
    """Replications of one scenario."""
    scenario = read_scenario(asked.scenario)
    folder = _folder(asked, asked.scenario.stem)
    returns = returning(scenario, asked.seed, asked.engine)
    tasks = [
        Task((scenario,), asked.seed, number, returns, engine=asked.engine) for number in range(asked.replications)
    ]
    workers = Workers.asked(asked)
    runs = replicate(tasks, workers)
    summary = summarise(runs)
    write_tables(folder, {"replications": runs, "summary": summary})
    if asked.log:
        write_log(run(scenario, asked.seed, engine=asked.engine), folder / "event_log")
    more = ("backlog_cleared_days",) if scenario.backlog else ()
    print(key_figures(summary, (*KEY_FIGURES, *more)))
    loads = offered_loads([scenario], asked.seed, returns, workers)
    _say(cautions([scenario], loads), f"Written to {folder}")


def _say(*parts: str) -> None:
    """Print what there is to say."""
    print(*(part for part in parts if part), sep="\n")


def do_compare(asked: argparse.Namespace) -> None:
    """Paired differences and a verdict for each option."""
    base, *options = read_scenarios([asked.base, *asked.options])
    wrong = not_changes(base, [(str(file), option) for file, option in zip(asked.options, options, strict=True)])
    if wrong:
        raise InputError(wrong)
    folder = _folder(asked, f"{asked.base.stem}_compared")
    inputs = [file for scenario in (base, *options) for file in scenario.files]
    _say_other_inputs(folder, inputs)
    found = compare(base, options, asked.replications, asked.seed, asked.jobs, quiet=asked.quiet, engine=asked.engine)
    tables = {"summary": found.summary, "differences": found.differences, "verdicts": found.verdicts}
    written = write_tables(folder, {**tables, "replications": found.runs})
    facts = {"seed": asked.seed, "replications": asked.replications, "versions": versions()}
    write_manifest(folder, inputs, **facts, written=written)
    print(found)
    print("Intervals: 95% for all options together, of the average; simulation noise alone.")
    returns = returning(base, asked.seed, asked.engine)
    loads = offered_loads([base, *options], asked.seed, returns, Workers.asked(asked))
    _say(cautions([base, *options], loads), f"Written to {folder}")


def do_break_even(asked: argparse.Namespace) -> None:
    """Where an option makes no difference."""
    print(break_even.run_command(asked, _folder(asked, f"{asked.option.stem}_break_even")))


def _folder(asked: argparse.Namespace, name: str) -> Path:
    """The results folder, made before the work begins, so that one that cannot be made is told at once."""
    folder: Path = asked.output or Path("results") / (slug(name) or "unnamed")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _say_other_inputs(folder: Path, inputs: Iterable[Path]) -> None:
    """Say, before the work begins, that what the folder holds was made from other inputs and gives way."""
    if line := other_inputs(folder, inputs):
        print(line, flush=True)


def do_appraise(asked: argparse.Namespace) -> None:
    """A whole appraisal."""
    study = read_study(asked.appraisal)
    study = study.of(asked.options) if asked.options else study
    folder = _folder(asked, study.facts.title)
    _say_other_inputs(folder, study.files)
    result = appraise(
        study, folder, asked.seed, asked.replications, asked.jobs, asked.quiet, asked.command, asked.engine, asked.deep
    )
    print(result.comparison)
    care = cautions(study.scenarios, result.loads)
    print("", result.verdict, *result.break_evens, *([care] if care else []), f"Pack: {result.pack}", sep="\n\n")


def do_sensitivity(asked: argparse.Namespace) -> None:
    """What matters in an appraisal."""
    study = sensitivity.read_asked(asked)
    folder = _folder(asked, f"{study.facts.title} sensitivity")
    _say_other_inputs(folder, study.files)
    print(sensitivity.run_command(asked, study, folder))


def do_staffing(asked: argparse.Namespace) -> None:
    """The least staff for a target."""
    found_in = staffing.read_asked(asked)
    folder = _folder(asked, f"{asked.file.stem}_staffing")
    _say_other_inputs(folder, found_in.files)
    print(staffing.run_command(asked, found_in, folder))


def do_validate(asked: argparse.Namespace) -> None:
    """A scenario held against a history."""
    print(run_command(asked, _folder(asked, f"{asked.scenario.stem}_validated")))


def do_calibrate_published(asked: argparse.Namespace) -> None:
    """Parameters from published figures."""
    parameters = calibrate_published(asked.council, asked.year, asked.data)
    folder = asked.output or Path("calibration") / folder_name(parameters.council)
    folder.mkdir(parents=True, exist_ok=True)
    path = parameters.write(folder / "parameters.yaml")
    if not asked.quiet:
        print(explain_published(parameters))
    print(f"Written to {path}")


def do_calibrate_history(asked: argparse.Namespace) -> None:
    """Parameters from a council's own extracts, with joint draws and a report on the fit."""
    published = _combined(asked)
    desk = read_desk(asked.touch_and_capacity) if asked.touch_and_capacity else None
    folder = asked.output or Path("calibration") / folder_name(asked.council)
    folder.mkdir(parents=True, exist_ok=True)
    with tqdm(total=_STEPS, unit="step", disable=asked.quiet, leave=False) as bar:

        def say(step: str) -> None:
            bar.set_description(step)
            bar.update()

        found = calibrate_history(
            by_system(asked.files),
            published.council if published else asked.council,
            window=parse_window(asked.window) if asked.window else None,
            extracted=parse_extracted(asked.extracted) if asked.extracted else None,
            mapping=asked.mapping,
            published=published,
            command=spelt(asked),
            say=say,
        )
        more = [added(found.gathered.log, desk, folder, asked.jobs, asked.quiet)] if desk else []
        say("Writing the page")
        found.write(folder, more)
    if not asked.quiet:
        print("\n".join([*headline(found), *(words for one in more for words in one.words)]))
    print(f"Written to {folder}; begin with {folder / 'fit.html'}")


def _combined(asked: argparse.Namespace) -> Parameters | None:
    """The published figures that the history is to be combined with."""
    given = [name for name in ("year", "data") if getattr(asked, name) is not None]
    if asked.combine is None and not given:
        return None
    if asked.combine is None or len(given) < 2:
        what = "Published figures are asked for by halves."
        right = "--combine published with --year YEAR and --data DIR, or none of the three."
        raise InputError([Mistake("--combine", what, right, "Give all three, or none.")])
    return calibrate_published(asked.council, asked.year, asked.data)


def do_history(asked: argparse.Namespace) -> None:
    """Invented extracts of a simulated run, and the truth beside them."""
    scenario = read_scenario(asked.scenario)
    faults = [name.strip() for name in asked.faults.split(",") if name.strip()]
    check_faults(faults)
    folder = _folder(asked, f"{asked.scenario.stem}_history")
    log = run(scenario, asked.seed, engine=asked.engine)
    invent(log, folder, faults, asked.seed)
    write_tables(folder / "truth", {"measures": measure(log)})
    planted = f"with the faults {in_words(faults, 'and')}" if faults else "without any fault"
    print(f"Extracts of an invented council, {len(log.contacts):,} contacts, {planted}.")
    print(f"Written to {folder}; the truth is in {folder / 'truth'}")


KEY_FIGURES = (
    "decided_within_24h",
    "decided_within_1_working_day",
    "decision_hours_median",
    "decision_hours_p90",
    "transfer_hours_to_allocation_median",
    "contacts_received",
    "open_at_end",
)


def key_figures(summary: pd.DataFrame, wanted: Sequence[str] = KEY_FIGURES) -> str:
    """The figures that everybody asks for first, with intervals; as a dashboard would show them; and breaches by RAG."""
    lines = ["Mean over replications, with its 95% interval:", *_figures(summary, wanted)]
    reported = summary[summary["measure"].astype(str).str.endswith("_as_reported") & summary["mean"].notna()]
    if len(reported):
        lines += ["As the council's dashboard would show it:", *_figures(reported, tuple(reported["measure"]))]
    by_rag = breaches_text(summary)
    return "\n".join([*lines, by_rag] if by_rag else lines)


def _figures(summary: pd.DataFrame, wanted: Sequence[str]) -> Iterator[str]:
    """A line for each of some measures of everybody."""
    for row in summary[(summary["by"] == "all") & summary["measure"].isin(wanted)].to_dict("records"):
        interval = f"({row['low']:.3f} to {row['high']:.3f})" if row["low"] == row["low"] else "(no interval)"
        value = f"{row['mean']:10.3f}  {interval} {row['unit']}" if row["mean"] == row["mean"] else row["note"]
        yield f"  {row['measure']:41} {value}"


if __name__ == "__main__":
    sys.exit(main())
