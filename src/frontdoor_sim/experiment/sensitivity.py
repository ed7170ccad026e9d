"""What matters: which of the numbers that are not known moves a figure, which could flip a verdict, and how much is luck.

Two questions are asked of the same appraisal. *One at a time*: each unknown number goes to either end of its range while all
others stay in the middle, on the same contacts. *All at once*: every candidate that shows the symptoms is run with luck of its
own, and the spread of what comes out is put down to luck and to the numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.appraisal import charts
from frontdoor_sim.contacts.returning import Returning
from frontdoor_sim.documents import InputError, Mistake
from frontdoor_sim.engine import Engine
from frontdoor_sim.experiment.break_even_answer import unit_of
from frontdoor_sim.experiment.break_even_questions import mistakes_of
from frontdoor_sim.experiment.comparing import HEADLINE
from frontdoor_sim.experiment.conditioning import Conditioned, Symptom, check_enough, condition
from frontdoor_sim.experiment.explained import Spread, explained, spread_of
from frontdoor_sim.experiment.one_way import Figures, Range, Setting, one_way, ranges, settings, swings
from frontdoor_sim.experiment.pilot import returning
from frontdoor_sim.experiment.reading import Study, check_study
from frontdoor_sim.experiment.replications import Asked, Place, Task, figures_task
from frontdoor_sim.experiment.sensitivity_words import in_plain_words
from frontdoor_sim.experiment.workers import Workers, one_pool

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]

RUNS_A_CANDIDATE = 2
"""How often each candidate is run, with other luck: twice tells luck from numbers."""
MANUAL = "docs/sensitivity.md"


@dataclass(frozen=True)
class Sensitivity:
    """What matters in an appraisal.

    Args:
        measure: what the figures are of.
        base, options: names of the scenarios.
        one_way: the figure at the lowest, the middle and the highest value of each number (see `one_way`).
        swings: how far each number moves it, and whether it flips the verdict (see `swings`).
        spread: for each scenario, `option, measure, measure_unit, change`; the `mean` and standard `deviation` of one run over
            all candidates; the share of its variance that comes from the `numbers`, with its interval `low, high`, the rest
            being `luck`; how much of the variance of candidates' means the numbers explain `together` in ranks, and how much
            could be explained `at_most`; `candidates` and `runs` of each.
        explained: for each scenario and number, `option, path, say`, its `share` of what is explained together, and its
            `partial` rank correlation with the figure with the interval `low, high`.
        candidates: what was tried and what was kept (see `condition`).
        figures: every figure, `kind` (`one way` or `candidate`), `path, end, candidate, replication, option, value`.
        sentences: the answers in words, today's first.
    """

    measure: str
    base: str
    options: tuple[str, ...]
    one_way: pd.DataFrame
    swings: pd.DataFrame
    spread: pd.DataFrame
    explained: pd.DataFrame
    candidates: pd.DataFrame
    figures: pd.DataFrame
    sentences: tuple[str, ...]

    def __str__(self) -> str:
        return "\n\n".join(self.sentences)

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by their names."""
        names = ("one_way", "swings", "spread", "explained", "candidates", "figures")
        return {name: getattr(self, name) for name in names}

    def plot(self, option: str | None = None) -> Figure:
        """How far each number moves the figure: a tornado chart of today, or of an option's change."""
        name = self.base if option is None else option
        number = self.one_way["replications"].iloc[0]
        note = f"95% interval of the average over {number} replications; luck alone. All runs meet the same contacts, so how "
        note += "far a number moves the figure (right, with its own interval) is surer than two of them look."
        return charts.what_matters(self.one_way, self.swings, option=name, note=note)


@one_pool()
def sensitivity(
    study: Study,
    measure: str = HEADLINE,
    replications: int | None = None,
    seed: int | None = None,
    jobs: int | None = None,
    executor: Executor | None = None,
    quiet: bool = True,
    engine: Engine = "auto",
    keep: Path | None = None,
    candidates: int | None = None,
) -> Sensitivity:
    """Which of an appraisal's unknown numbers matter, for today and for the change that each option makes.

    Ranges are those of the candidates that show every symptom, so they are narrower than what was thought possible. One at a
    time costs `replications` runs of every scenario for each end of each number; all at once two for each candidate kept.

    Args:
        study: from `read_study`; it has `unknown` numbers.
        measure: a measure of everybody.
        replications, seed: instead of the file's own; at least 2 replications.
        jobs, executor, quiet, engine, keep: as for `Workers`.
        candidates: how many are tried, instead of the file's own; more of them say more of what explains the spread.

    Raises:
        InputError: nothing is unknown, fewer than two candidates show the symptoms, or no such measure is told of everybody.
        ValueError: fewer than two replications.

    Example:
        >>> from frontdoor_sim.experiment import read_study
        >>> study = read_study("scenarios/examples/appraisal.yaml")
        >>> found = sensitivity(study, replications=2, jobs=1)
        >>> found.swings["say"].unique().tolist()
        ['Officers']
    """
    check_study(study)
    number = study.facts.replications if replications is None else replications
    if number < 2:
        raise ValueError(f"an interval needs at least 2 replications, not {number}")
    wrong = mistakes_of_asking(study, measure)
    if wrong:
        raise InputError(wrong)
    seed = study.facts.seed if seed is None else seed
    returns = returning(study.base, seed, engine)
    if candidates is not None:
        study = replace(study, facts=study.facts.model_copy(update={"candidates": candidates}))
    workers = Workers(jobs, executor, quiet, engine, keep)
    kept = _kept(study, seed, returns, workers)
    over = ranges(study.facts.unknown, kept.kept)
    at = settings(over)
    places = _places(study, measure)
    scenarios = study.scenarios
    asked = [
        Asked(Task(scenarios, seed, replication, returns, values, engine=engine), places)
        for values, replication in [
            *((setting.values, replication) for setting in at for replication in range(number)),
            *((values, len(kept.kept) * again + place) for place, values in enumerate(kept.kept)
              for again in range(RUNS_A_CANDIDATE)),
        ]
    ]  # fmt: skip
    tables: list[pd.DataFrame] = workers.do(figures_task, asked, "One number at a time, and all")
    values = np.array([table["value"].to_numpy(float) for table in tables]).reshape(len(asked), len(scenarios), -1)
    one_by_one, together = values[: len(at) * number], values[len(at) * number :]
    of_settings = one_by_one.reshape(len(at), number, len(scenarios), -1)
    of_candidates = together.reshape(len(kept.kept), RUNS_A_CANDIDATE, len(scenarios), -1)
    return _found(study, measure, over, at, of_settings, of_candidates, kept)


def mistakes_of_asking(study: Study, measure: str, where: str = "measure") -> list[Mistake]:
    """Why an appraisal cannot be asked what matters: nothing is unknown, or there is no such measure."""
    wrong = list(mistakes_of(lambda _: where, (0.0, 1.0), measure, None))
    if not study.facts.unknown:
        what = "`unknown` names no number, so there is nothing to vary."
        right = "`candidates: 40`, and under `unknown:` a line for each number, such as - {path: teams.desk.staff.officer.wte, "
        right += "say: Officers, between: [5.5, 6.5], unit: WTE, source: Our range}."
        remedy = f"Write what is not known, and what is known of today under `symptoms:`; {MANUAL} shows how."
        wrong.append(Mistake(study.file.name, what, right, remedy))
    return wrong


def _kept(study: Study, seed: int, returns: Returning, workers: Workers) -> Conditioned:
    facts = study.facts
    found = condition(
        study.base, facts.unknown, facts.symptoms, facts.candidates, seed, returns, facts.condition_weeks, workers
    )
    why = "better 40 and more, as the ranges are those of the candidates that are kept."
    check_enough(found, facts.symptoms, 2, study.file.name, why)
    return found


def _places(study: Study, measure: str) -> tuple[Place, ...]:
    """What is kept of every run: the measure asked for, and then what the symptoms are of."""
    return ((measure, "all", "all"), *(symptom.place for symptom in study.facts.symptoms))


def _found(
    study: Study,
    measure: str,
    over: Sequence[Range],
    at: Sequence[Setting],
    of_settings: Floats,
    of_candidates: Floats,
    kept: Conditioned,
) -> Sensitivity:
    """The tables and sentences; figures are by setting or candidate, replication, scenario and place."""
    names = [scenario.name for scenario in study.scenarios]
    shows = _shows(of_settings[:, :, 0, 1:], study.facts.symptoms)
    settled, tried = of_settings[..., 0], of_candidates[..., 0]
    each, moved, spreads, shares = [], [], [], []
    for place, name in enumerate(names):
        change = place > 0
        about = (name, measure, unit_of(measure), change)
        of_one = Figures(*about, settled[..., place] - change * settled[..., 0], len(names) - 1 if change else 1)
        of_all = tried[..., place] - change * tried[..., 0]
        each.append(one_way(over, of_one, shows))
        moved.append(swings(over, of_one))
        spread, share = _global(of_all, over, kept.kept, about)
        spreads.append(spread)
        shares.append(share)
    ends, swung, by_number = (pd.concat(found, ignore_index=True) for found in (each, moved, shares))
    spread_table = pd.DataFrame(spreads)
    return Sensitivity(
        measure, names[0], tuple(names[1:]), ends, swung, spread_table, by_number, kept.candidates,
        _figures(names, at, settled, tried), in_plain_words(ends, swung, spread_table, by_number),
    )  # fmt: skip


def _shows(found: Floats, symptoms: Sequence[Symptom]) -> Floats:
    """For each setting, the share of replications in which today's model shows every symptom."""
    bounds = np.array([symptom.between for symptom in symptoms]).reshape(-1, 2)
    shows: Floats = np.all((found >= bounds[:, 0]) & (found <= bounds[:, 1]), axis=2).mean(axis=1)
    return shows


def _global(
    figures: Floats, over: Sequence[Range], kept: Sequence[dict[str, float]], about: tuple[str, str, str, bool]
) -> tuple[dict[str, Any], pd.DataFrame]:
    """A row of `spread` and the rows of `explained` of one scenario."""
    numbers = np.array([[values[one.unknown.path] for one in over] for values in kept])
    spread: Spread = spread_of(figures)
    found = explained(numbers, figures.mean(axis=1))
    row = {
        **dict(zip(("option", "measure", "measure_unit", "change"), about, strict=True)),
        "mean": float(figures.mean()), "deviation": spread.deviation, "luck": 1 - spread.numbers if spread.deviation else 0.0,
        "numbers": spread.numbers, "low": spread.low, "high": spread.high, "together": found.together,
        "at_most": spread.at_most, "candidates": len(kept), "runs": figures.shape[1],
    }  # fmt: skip
    table = pd.DataFrame(
        {"option": about[0], "path": [one.unknown.path for one in over], "say": [one.unknown.say for one in over],
         "share": found.share, "partial": found.partial, "low": found.low, "high": found.high}
    )  # fmt: skip
    return row, table.sort_values("share", ascending=False, kind="stable", ignore_index=True)


def _figures(names: Sequence[str], at: Sequence[Setting], settled: Floats, tried: Floats) -> pd.DataFrame:
    """Every figure, as it was measured."""
    rows: list[tuple[Any, ...]] = [
        ("one way", setting.path, setting.end, -1, replication, name, settled[place, replication, option])
        for place, setting in enumerate(at)
        for replication in range(settled.shape[1])
        for option, name in enumerate(names)
    ]
    rows += [
        ("candidate", "", "", candidate, again, name, tried[candidate, again, option])
        for candidate in range(tried.shape[0])
        for again in range(tried.shape[1])
        for option, name in enumerate(names)
    ]
    return pd.DataFrame(rows, columns=["kind", "path", "end", "candidate", "replication", "option", "value"])
