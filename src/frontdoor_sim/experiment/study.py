"""A whole option appraisal: run it, and write its pack."""

from __future__ import annotations

import importlib.metadata
import platform
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from frontdoor_sim.appraisal import Pack, write_manifest, write_pack, write_run_record, write_tables
from frontdoor_sim.appraisal.files import RUNS
from frontdoor_sim.appraisal.pack import empty
from frontdoor_sim.contacts.returning import NOBODY, Returning
from frontdoor_sim.documents import InputError
from frontdoor_sim.engine import Engine, chosen
from frontdoor_sim.event_log import remove_other_logs
from frontdoor_sim.experiment.answer import covered, headline, lead, warnings
from frontdoor_sim.experiment.break_even_answer import break_even_note
from frontdoor_sim.experiment.break_even_questions import answers
from frontdoor_sim.experiment.comparing import Comparison, compared
from frontdoor_sim.experiment.conditioning import (
    Conditioned,
    Symptom,
    Unknown,
    candidates_written,
    check_enough,
    condition,
    narrowing,
)
from frontdoor_sim.experiment.costs import costs
from frontdoor_sim.experiment.explain import picture
from frontdoor_sim.experiment.fair_shares import ALL_ORDERS_UP_TO, PAIRS, fair_shares, parts_of
from frontdoor_sim.experiment.periods import period_of
from frontdoor_sim.experiment.pilot import offered_loads, returning
from frontdoor_sim.experiment.reading import Study, check_study, too_few
from frontdoor_sim.experiment.replications import Task, replicate, slug
from frontdoor_sim.experiment.running import draw_contacts
from frontdoor_sim.experiment.transition import band, transition
from frontdoor_sim.experiment.workers import Workers, one_pool, start_processes
from frontdoor_sim.scenario import Scenario

LOGS = "event_logs"
SOMETIMES = ("weeks", "dates", "burnt_down", "break_evens", "tried", "shares")
"""Tables that an appraisal writes where there is something in them."""
PACKAGES = ("frontdoor-sim", "simpy", "numpy", "scipy", "pandas", "holidays", "matplotlib")


@dataclass(frozen=True)
class Result:
    """What an appraisal found, and where it was written.

    Args:
        comparison: today's model with its options.
        pack, folder: the page for directors, and the folder it stands in.
        verdict: the answer, in a few sentences.
        loads: offered loads of today's model and its options, as `offered_loads` has them.
        break_evens: where an option makes no difference, a sentence for each question that the appraisal asks.
    """

    comparison: Comparison
    pack: Path
    folder: Path
    verdict: str
    loads: pd.DataFrame
    break_evens: tuple[str, ...] = ()


LONG = 2_000_000
"""Contacts of all runs together for which processes are started before all else: some nine seconds of the compiled engine."""


@one_pool()
def appraise(
    study: Study,
    folder: Path,
    seed: int | None = None,
    replications: int | None = None,
    jobs: int | None = None,
    quiet: bool = True,
    command: str = "",
    engine: Engine = "auto",
    deep: bool = False,
) -> Result:
    """Run an appraisal and write its results folder: pack, tables, event logs, manifest.

    Tables and event logs that an earlier appraisal left there and this one does not write are removed.

    Args:
        study: from `read_study`.
        folder: where the results go; made if it is not there.
        seed, replications: instead of the file's own.
        jobs: worker processes.
        quiet: no progress bars.
        command: what the user typed, for the pack.
        engine: `auto`, `simpy` or `compiled`; the answer is the same.
        deep: say also what each change of every option buys (`fair_shares`), which takes minutes.

    Raises:
        InputError: too few candidates show the symptoms, one for each replication; what was tried is then in the folder, as
            table `candidates`.
    """
    check_study(study)
    clock, started = time.perf_counter(), datetime.now(tz=UTC).isoformat(timespec="seconds")
    seed = study.facts.seed if seed is None else seed
    number = study.facts.replications if replications is None else replications
    workers = Workers(jobs, None, quiet, engine, folder / RUNS)
    runs, found, loads, more = _run(study, folder, seed, number, workers, deep)
    comparison = compared(runs, study.base.name, "year" if study.facts.unknown else "average")
    pack = make_pack(study, comparison, found, loads, more, seed, number, command)
    path = write_pack(folder, pack)
    _write_tables(folder, pack, comparison, runs, found, loads)
    remove_other_logs(folder / LOGS, {slug(scenario.file.stem) for scenario in study.scenarios})
    about = {"title": study.facts.title}
    write_manifest(folder, study.files, seed=seed, replications=number, versions=versions(), about=about)
    seconds, host = time.perf_counter() - clock, socket.gethostname()
    write_run_record(folder, command=command, started=started, seconds=seconds, host=host, **ran(engine))
    asked = pack.break_evens.drop_duplicates("number")[["option", "sentence"]]
    said = tuple(f"{option}. {sentence}" for option, sentence in asked.to_numpy())
    verdict = "\n".join(line for line in (pack.about["lead"], pack.about["headline"]) if line)
    return Result(comparison, path, folder, verdict, loads, said)


def _run(
    study: Study, folder: Path, seed: int, number: int, workers: Workers, deep: bool
) -> tuple[pd.DataFrame, Conditioned, pd.DataFrame, tuple[pd.DataFrame, ...]]:
    """All that is run: measures of the replications, candidates, offered loads, and what else was asked (see `make_pack`)."""
    if not (folder / RUNS).exists() and _is_long(study, seed, number):
        start_processes(workers.jobs)
    returns, known = returning(study.base, seed, workers.engine), not study.facts.unknown
    with candidates_written(folder):
        found = conditioned(study, seed, returns, number, workers)
    tasks = [
        Task(study.scenarios, seed, replication, returns, {} if known else found.kept[replication],
             folder / LOGS if replication == 0 else None, workers.engine)
        for replication in range(number)
    ]  # fmt: skip
    runs = replicate(tasks, workers, "Replications, each with every option")
    at_middle = [scenario.varied(middle(found)) for scenario in study.scenarios]
    loads = offered_loads(at_middle, seed, returns, replace(workers, keep=None))
    even = answers(study.base, study.questions(), number, seed, found.kept, workers)
    shares = [
        fair_shares(study.base, option, number, seed, numbers=() if known else found.kept, jobs=workers.jobs,
                    quiet=workers.quiet, engine=workers.engine, keep=workers.keep)
        for option in study.options
        if deep and len(parts_of(option)) > 1
    ]  # fmt: skip
    return runs, found, loads, (*even, *shares)


def _is_long(study: Study, seed: int, number: int) -> bool:
    """Whether an appraisal of so many replications is long for certain."""
    return number * len(study.scenarios) * len(draw_contacts(study.base, seed, 0, NOBODY)) >= LONG


def _write_tables(
    folder: Path, pack: Pack, comparison: Comparison, runs: pd.DataFrame, found: Conditioned, loads: pd.DataFrame
) -> None:
    """The tables of an appraisal; those of an earlier one that are not among them are removed."""
    tables = {
        "summary": comparison.summary,
        "differences": pack.differences,
        "verdicts": comparison.verdicts,
        "replications": runs,
        "loads": loads,
        "costs": pack.costs,
        "candidates": found.candidates,
        "assumptions": pack.assumptions,
        **{name: table for name in SOMETIMES if len(table := getattr(pack, name))},
    }
    write_tables(folder / "tables", tables, instead_of=SOMETIMES)


def conditioned(study: Study, seed: int, returns: Returning, number: int, workers: Workers) -> Conditioned:
    """The candidates for what is not known that show the symptoms, at least one a replication; none where all is known."""
    facts = study.facts
    if not facts.unknown:
        return Conditioned(pd.DataFrame({"candidate": [0], "kept": [True]}), [{}])
    if wrong := list(too_few(facts.candidates, number, study.file.name)):
        raise InputError(wrong)
    found = condition(
        study.base, facts.unknown, facts.symptoms, facts.candidates, seed, returns, facts.condition_weeks, workers
    )
    why = "one of its own for every replication, so that each is an independent case."
    check_enough(found, facts.symptoms, number, study.file.name, why, ", or ask for fewer replications")
    return found


def middle(found: Conditioned) -> dict[str, float]:
    """The mean of the candidates kept, at which offered load is printed."""
    return {path: sum(values[path] for values in found.kept) / len(found.kept) for path in found.kept[0]}


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that decide an answer."""
    return {"python": platform.python_version(), **{name: importlib.metadata.version(name) for name in PACKAGES}}


def ran(engine: Engine) -> dict[str, str]:
    """The engine that runs where this one is asked for, and what compiled it: for `run.json`, as it decides no answer.

    Example:
        >>> ran("simpy")
        {'engine': 'simpy'}
    """
    name = chosen(engine)
    return {"engine": name} | ({"numba": importlib.metadata.version("numba")} if name == "compiled" else {})


def make_pack(
    study: Study,
    comparison: Comparison,
    found: Conditioned,
    loads: pd.DataFrame,
    asked: tuple[pd.DataFrame, ...],
    seed: int,
    number: int,
    command: str,
) -> Pack:
    """Everything that the pack prints; `asked` are the tables of break-evens, and then of what each change buys."""
    break_evens, tried, *shares = asked
    scenarios = study.scenarios
    options = pd.DataFrame(
        {"option": [s.name for s in scenarios], "label": [s.name for s in scenarios],
         "summary": [str(s.data.get("summary", "")) for s in scenarios], "base": [s is study.base for s in scenarios]}
    )  # fmt: skip
    weeks = transition(comparison.runs, study.base, study.options)
    changes = [(s.name, c.recommendation, c.say) for s in study.options for c in s.changes]
    return Pack(
        options=options,
        verdicts=comparison.verdicts,
        summary=comparison.summary,
        differences=comparison.differences,
        changes=pd.DataFrame(changes, columns=["option", "recommendation", "say"]),
        loads=loads,
        costs=costs(study.facts.prices, study.base, study.options, comparison.differences),
        staffing=staffing_table(study.facts.unknown, found, number),
        symptoms=symptom_table(study.facts.symptoms, comparison, study.base.name),
        assumptions=study.base.parameters.assumptions() if study.base.parameters else assumption_free(),
        weeks=weeks.weeks,
        dates=weeks.dates,
        burnt_down=weeks.burnt_down,
        break_evens=break_evens,
        tried=tried,
        shares=pd.concat(shares, ignore_index=True) if shares else empty("shares"),
        flags=flags(study.base),
        pathways={s.name: picture(s) for s in scenarios},
        about=about(study, comparison, loads, found, seed, number, command),
    )


def staffing_table(unknowns: tuple[Unknown, ...], found: Conditioned, number: int) -> pd.DataFrame:
    """The range tried, the range that shows the symptoms and, where not all kept are used, the range of those used."""
    kept, used = pd.DataFrame(found.kept), pd.DataFrame(found.kept[:number])
    ranges = {"accepted": kept} | ({"used": used} if len(used) < len(kept) else {})
    rows = [
        {"name": u.say, "low": u.between[0], "high": u.between[1]}
        | {f"{name}_{end}": float(value) for name, table in ranges.items()
           for end, value in (("low", table[u.path].min()), ("high", table[u.path].max()))}
        | {"unit": u.unit, "source": u.source}
        for u in unknowns
    ]  # fmt: skip
    columns = [
        "name",
        "low",
        "high",
        *(f"{name}_{end}" for name in ranges for end in ("low", "high")),
        "unit",
        "source",
    ]
    return pd.DataFrame(rows, columns=columns)


def symptom_table(symptoms: tuple[Symptom, ...], comparison: Comparison, base: str) -> pd.DataFrame:
    """Each symptom with its bounds, and what today's model shows over all replications."""
    place = comparison.summary[comparison.summary["option"] == base].set_index(["measure", "by", "group"])
    means, units = place["mean"].to_dict(), place["unit"].to_dict()
    runs = comparison.runs[comparison.runs["option"] == base]
    rows = []
    for s in symptoms:
        at, (low, high) = s.place, s.between
        here = (runs["measure"] == s.measure) & (runs["by"] == s.by) & (runs["group"] == s.group)
        values = runs.loc[here, "value"]
        shown = f"{s.say}; shown in {int(values.between(low, high).sum())} of {len(values)} runs of the study"
        rows.append((shown, low, high, s.source, float(means[at]), str(units[at])))
    return pd.DataFrame(rows, columns=["symptom", "low", "high", "source", "as_found", "unit"])


def assumption_free() -> pd.DataFrame:
    """The assumptions of a scenario that has no parameters file: none."""
    return pd.DataFrame(columns=["name", "value", "unit", "source", "date", "grade", "range", "note"])


def flags(base: Scenario) -> list[str]:
    """Recording artefacts noted in the parameters."""
    if base.parameters is None:
        return []
    table = base.parameters.assumptions()
    noted = table[table["note"].astype(str).str.contains("Flag:", regex=False)]
    return [f"{row.name_}: {row.note}" for row in noted.rename(columns={"name": "name_"}).itertuples()]


def about(
    study: Study, comparison: Comparison, loads: pd.DataFrame, found: Conditioned, seed: int, number: int, command: str
) -> Mapping[str, Any]:
    """The facts at the head and the foot of the pack."""
    facts, run = study.facts, study.base.model.run
    covers, many = covered(study, found, number), len(study.options)
    together = f", adjusted for {many} options" if many > 1 else ""
    return {
        "title": facts.title,
        "council": facts.council,
        "lead": lead(comparison),
        "headline": headline(comparison, bool(facts.unknown), period_of(run.weeks)),
        "ranges_told": [*narrowing(found, facts.symptoms, number), *study.notes] if facts.unknown else [],
        "seed": seed,
        "replications": number,
        "command": command,
        "versions": versions(),
        "interval_note": covers.format(together=together),
        "summary_note": covers.format(together=""),
        "weeks_note": weeks_note(number),
        "break_even_note": break_even_note(number, bool(facts.unknown)),
        "shares_note": break_even_note(number, bool(facts.unknown)) + shares_note(),
        "warnings": warnings(study, comparison, loads),
        "backlog": study.base.backlog is not None,
        "run": f"{run.weeks} weeks from {run.opens:%-d %B %Y}"
        if platform.system() != "Windows"
        else f"{run.weeks} weeks",
    }


def weeks_note(number: int) -> str:
    """What the bands of the weeks cover.

    Example:
        >>> weeks_note(20)
        'a further run lies within it, in any one week, in 90 of 100 cases (of 20 replications)'
    """
    sure = round(100 * band(np.zeros((1, number)))[3])
    return f"a further run lies within it, in any one week, in {sure} of 100 cases (of {number} replications)"


def shares_note() -> str:
    """What the intervals of fair shares cover besides replications."""
    return f"; where an option has more than {ALL_ORDERS_UP_TO} parts, the draw of {2 * PAIRS} orders too"
