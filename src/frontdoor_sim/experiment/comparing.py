"""Options side by side: means, paired differences, intervals and a verdict each."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit, stdtrit

from frontdoor_sim.appraisal import charts
from frontdoor_sim.appraisal.rounding import change_range, rounded_apart, size_range
from frontdoor_sim.appraisal.wording import NO_TEAM, better_of, told_apart
from frontdoor_sim.documents import InputError, Mistake, in_words, nearest, shown
from frontdoor_sim.engine import Engine
from frontdoor_sim.experiment.pilot import returning
from frontdoor_sim.experiment.replications import PLACE, Task, replicate
from frontdoor_sim.experiment.workers import Workers
from frontdoor_sim.scenario import Scenario, check_scenarios

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CONFIDENCE = 0.95
Interval = Literal["average", "year"]
Floats = NDArray[np.float64]

HEADLINE = "decided_within_24h"
TRANSFER = "transfer_hours_to_allocation_median"
IN_WHAT = {HEADLINE: "how many contacts are decided within 24 hours", TRANSFER: "how soon transfers are allocated"}
"""What the measures of a verdict tell."""


@dataclass(frozen=True)
class Comparison:
    """Options compared with a base on the same contacts.

    Args:
        summary: mean and interval of every measure by option.
        differences: paired differences from the base, with intervals adjusted for the number of options.
        verdicts: a sentence for each option and headline measure.
        runs: the measures of every replication.
        interval: whether intervals are of the average, or of a single further run.
    """

    base: str
    summary: pd.DataFrame
    differences: pd.DataFrame
    verdicts: pd.DataFrame
    runs: pd.DataFrame
    interval: Interval = "average"

    def __repr__(self) -> str:
        others = in_words([repr(name) for name in self.options["option"] if name != self.base], "and")
        return f"Comparison({self.base!r} with {others}, {self.runs['run'].nunique()} replications)"

    @property
    def options(self) -> pd.DataFrame:
        """The options in their order, the base first: option, label, summary, base."""
        names = [str(name) for name in self.summary["option"].unique()]
        return pd.DataFrame(
            {"option": names, "label": names, "summary": "", "base": [name == self.base for name in names]}
        )

    @property
    def note(self) -> str:
        """What the intervals cover.

        Example:
            >>> nothing = pd.DataFrame({"option": ["Today", "Hub"], "run": [0, 1]})
            >>> Comparison("Today", nothing, nothing, nothing, nothing).note
            '95% interval of the average over 2 replications, simulation noise alone; all options meet the same contacts'
        """
        number, others = self.runs["run"].nunique(), len(self.options) - 1
        of = "of the average over" if self.interval == "average" else "that one further case falls into, from"
        noise = ", simulation noise alone" if self.interval == "average" else ""
        adjusted = f"; changes adjusted for {others} options" if others > 1 else ""
        return f"95% interval {of} {number} replications{noise}{adjusted}; all options meet the same contacts"

    def plot(self, measure: str = HEADLINE) -> Figure:
        """A measure of everybody by option and what each changes, with intervals and a note on what they cover.

        Args:
            measure: the share decided within 24 hours, or any other that is told of everybody.

        Raises:
            InputError: there is no such measure of everybody.
        """
        told = self.summary.loc[self.summary["by"] == "all", "measure"].unique().tolist()
        if measure not in told:
            near = nearest(measure, told)
            remedy = f"Did you mean {in_words(near)}?" if near else "Look for it in docs/measures.md."
            right = "A measure of docs/measures.md that is told of everybody."
            raise InputError([Mistake("measure", f"`measure` cannot be {shown(measure)}.", right, remedy)])
        if measure == HEADLINE:
            return charts.decided_within_24h(self.summary, self.differences, self.options, note=self.note)
        return charts.a_measure(self.summary, self.differences, self.options, measure=measure, note=self.note)

    def __str__(self) -> str:
        return "\n".join(f"{row.option}: {row.sentence}" for row in self.verdicts.itertuples())


def compare(
    base: Scenario,
    options: Scenario | Sequence[Scenario],
    replications: int = 20,
    seed: int = 1,
    jobs: int | None = None,
    executor: Executor | None = None,
    quiet: bool = True,
    engine: Engine = "auto",
) -> Comparison:
    """Compare options with a base, paired replication by replication on the same contacts.

    The intervals are of the average over replications: simulation noise alone, no uncertainty of parameters.

    Args:
        base: today's model.
        options: the proposals, or the one.
        replications: at least 2.
        seed: of the study.
        jobs, executor, quiet: as for `Workers`.
        engine: `auto`, `simpy` or `compiled`; the answer is the same.

    Raises:
        InputError: something is no scenario but, for example, a path; or two scenarios have one name.
        ValueError: fewer than two replications.
    """
    options = [options] if isinstance(options, (Scenario, str, Path)) else list(options)
    check_scenarios(base=base, **{f"options[{place}]": option for place, option in enumerate(options)})
    _check_names(base, options)
    if replications < 2:
        raise ValueError(f"an interval needs at least 2 replications, not {replications}")
    returns = returning(base, seed, engine)
    tasks = [Task((base, *options), seed, number, returns, engine=engine) for number in range(replications)]
    return compared(replicate(tasks, Workers(jobs, executor, quiet)), base.name, "average")


def _check_names(base: Scenario, options: Sequence[Scenario]) -> None:
    """Refuse two scenarios of one name: tables know them by their names."""
    names, mistakes = [base.name], []
    for place, option in enumerate(options):
        if option.name in names:
            what = f"{option.name!r} is the name of another scenario here as well."
            remedy = (
                'Give it another, such as varied({..., "name": "Two more officers"}), or change `name:` in its file.'
            )
            mistakes.append(Mistake(f"options[{place}]", what, "A name of its own for each scenario.", remedy))
        names.append(option.name)
    if mistakes:
        raise InputError(mistakes)


def compared(runs: pd.DataFrame, base: str, interval: Interval) -> Comparison:
    """Summary, differences and verdicts of replications that have been measured."""
    found = differences(runs, base, interval)
    summary = summarise(runs, interval)
    absent = summary[(summary["by"] == "all") & summary["note"].str.startswith("not measurable")]["measure"]
    return Comparison(base, summary, found, verdicts(found[~found["measure"].isin(absent)]), runs, interval)


def by_run(runs: pd.DataFrame, option: str) -> pd.DataFrame:
    """An option's measures as a table: a row for each measure and group, a column for each replication."""
    return _by_run(runs, option)[0]


def _by_run(runs: pd.DataFrame, option: str) -> tuple[pd.DataFrame, pd.Series]:
    """`by_run`, and the unit of each of its rows."""
    mine = runs[runs["option"] == option]
    place = mine.groupby(PLACE, sort=False, observed=True, dropna=False).ngroup().to_numpy()
    run, numbers = pd.factorize(mine["run"])
    heads = mine.iloc[np.unique(place, return_index=True)[1]]
    values, there = np.full((len(heads), len(numbers)), np.nan), np.zeros((len(heads), len(numbers)), dtype=bool)
    values[place, run], there[place, run] = mine["value"], True
    if np.count_nonzero(there) < len(mine):
        raise ValueError(f"a measure of {option!r} stands twice among those of one run")
    index = pd.MultiIndex.from_frame(heads[PLACE].astype(str))
    units = pd.Series(heads["unit"].to_numpy(), index=index)
    return pd.DataFrame(values, index=index, columns=pd.Index(numbers, name="run")), units


def summarise(runs: pd.DataFrame, interval: Interval = "average") -> pd.DataFrame:
    """Mean over replications with an interval, of every measure and group.

    `average`: mean +- t s / sqrt(n), of the average year of these numbers. `year`: mean +- t s sqrt(1 + 1/n), which a single
    further year would fall into, whatever the replications differ in: luck, and staffing where that is a range; on the
    scale of `_level`. A value that some replication could not reach has no mean.
    """
    tables = []
    for option in runs["option"].unique():
        table, units = _by_run(runs, option)
        values = table.to_numpy(np.float64)
        low, high = _level(values, units.eq("share").to_numpy(), interval)
        mean, number = values.mean(axis=1), values.shape[1]
        columns = {"option": option, "mean": mean, "low": low, "high": high, "unit": units, "runs": number}
        tables.append(pd.DataFrame(columns, index=table.index))
    out = pd.concat(tables).reset_index()
    counts = runs.groupby(["option", *PLACE], observed=True)["contacts"].mean().round()
    notes = runs[runs["note"] != ""].groupby(["option", *PLACE], observed=True)["note"].agg("first")
    out["note"] = notes.reindex(pd.MultiIndex.from_frame(out[["option", *PLACE]])).fillna("").to_numpy()
    out["contacts"] = counts.reindex(pd.MultiIndex.from_frame(out[["option", *PLACE]])).fillna(0).to_numpy(np.int64)
    return out[["option", *PLACE, "mean", "low", "high", "unit", "runs", "contacts", "note"]]


def _level(values: Floats, share: NDArray[np.bool_], interval: Interval) -> tuple[Floats, Floats]:
    """The ends of the interval of each figure; `share` says which are shares. None lies where no figure can.

    That of one further year is made on the log-odds of a share, and on the logarithm of anything else: years are skewed, so
    that on the plain scale hours would begin at 0, and what lies outside would lie above. Where some value is 0, or a share
    is 1, there is no such scale.
    """
    positive = (values > 0).all(axis=1) & (interval == "year")
    odds, logs = positive & share & (values < 1).all(axis=1), positive & ~share
    scaled = values.copy()
    scaled[odds], scaled[logs] = logit(values[odds]), np.log(values[logs])
    mean, half = mean_and_half_width(scaled, interval)
    low, high = mean - half, mean + half
    for end in (low, high):
        end[odds], end[logs] = expit(end[odds]), np.exp(end[logs])
    return _within(share, np.maximum(low, 0.0), high)


def differences(runs: pd.DataFrame, base: str, interval: Interval = "average") -> pd.DataFrame:
    """Paired differences of every option from the base, over replications on the same contacts.

    The confidence of each interval is raised so that all options together keep 95 % (Bonferroni: 1 - 0.05 / options).
    `half_width` is that of the average and is what more replications make smaller. Of a team that an option has not got
    there is no difference, and the sentence says so.
    """
    others = [option for option in runs["option"].unique() if option != base]
    before, units = _by_run(runs, base)
    is_share, tables = units.eq("share").to_numpy(), []
    for option in others:
        after = by_run(runs, option).reindex(before.index)
        gaps = after.to_numpy(np.float64) - before.to_numpy(np.float64)
        mean, half = mean_and_half_width(gaps, interval, len(others))
        start = before.to_numpy(np.float64).mean(axis=1)
        low, high = _within(is_share, mean - half, mean + half)
        table = {"option": option, "base": start, "option_mean": after.to_numpy(np.float64).mean(axis=1), "difference": mean,
                 "low": low, "high": high, "half_width": mean_and_half_width(gaps, "average", len(others))[1],
                 "replications": gaps.shape[1]}  # fmt: skip
        tables.append(pd.DataFrame(table, index=before.index))
    if not tables:
        return pd.DataFrame(columns=["option", *PLACE, "base", "option_mean", "difference", "low", "high", "half_width",
                                     "replications", "unit", "sentence"])  # fmt: skip
    out = pd.concat(tables).reset_index()
    out["unit"] = units.reindex(pd.MultiIndex.from_frame(out[PLACE])).to_numpy()
    told = out["by"].eq("all") & out["measure"].isin([HEADLINE, TRANSFER])
    out["sentence"] = [sentence(row, base) if tell else "" for row, tell in zip(out.itertuples(), told, strict=True)]
    out.loc[_teams_gone(out, runs), "sentence"] = out["option"] + " has " + NO_TEAM + "."
    return out


def _teams_gone(found: pd.DataFrame, runs: pd.DataFrame) -> NDArray[np.bool_]:
    """Which differences are of a team that the option has not got: there is nothing to compare."""
    place = ["option", *PLACE]
    has = pd.MultiIndex.from_frame(runs[place].drop_duplicates().astype(str))
    here = pd.MultiIndex.from_frame(found[place].astype(str)).isin(has)
    return np.asarray(found["by"].astype(str).str.startswith("team") & ~here)


def mean_and_half_width(
    values: Floats, interval: Interval, options: int = 1, confidence: float = CONFIDENCE
) -> tuple[Floats, Floats]:
    """Mean and half-width over the columns, by Student's t; NaN where a replication has none."""
    number = values.shape[1]
    mean = values.mean(axis=1)
    if number < 2:
        return mean, np.full_like(mean, np.nan)
    spread = values.std(axis=1, ddof=1)
    t = float(stdtrit(number - 1, 1 - (1 - confidence) / 2 / options))
    return mean, t * spread * np.sqrt(1 / number + (1 if interval == "year" else 0))


def _within(share: NDArray[np.bool_], low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Intervals of shares, or of differences of them, kept to what can be: from -1 to 1.

    A difference of hours has no such end: one case may begin above today's average, and save more than that.
    """
    return np.where(share, np.maximum(low, -1.0), low), np.where(share, np.minimum(high, 1.0), high)


def verdicts(found: pd.DataFrame) -> pd.DataFrame:
    """A sentence for each option on deciding within 24 hours and on transfer to assessment."""
    whole = found[(found["by"] == "all") & found["measure"].isin([HEADLINE, TRANSFER])]
    rows = [(row.option, row.measure, row.sentence, better(row)) for row in whole.itertuples()]
    return pd.DataFrame(rows, columns=["option", "measure", "sentence", "better"])


def better(row: object) -> str:
    """Whether a difference is `better`, `worse` or `unclear`: by the interval of the average, and what is good in a measure."""
    middle, half, unit = (getattr(row, column) for column in ("difference", "half_width", "unit"))
    up = better_of(row.measure)  # type: ignore[attr-defined]
    if up == 0 or not told_apart(unit, middle, half):
        return "unclear"
    return "better" if (middle > 0) == (up > 0) else "worse"


def every_year(row: object) -> bool:
    """Whether the interval lies on one side of no change."""
    return bool(row.low > 0 or row.high < 0)  # type: ignore[attr-defined]


def sentence(row: object, base: str) -> str:
    """A difference in words.

    Example:
        >>> from types import SimpleNamespace
        >>> row = SimpleNamespace(measure="decided_within_24h", unit="share", base=0.6, option_mean=0.72, difference=0.12,
        ...     low=0.09, high=0.15, half_width=0.02)
        >>> print(sentence(row, "As found"))
        Decides 72% within 24 hours (As found: 60%): better by 9 to 15 points.
        >>> row.low = -0.01
        >>> print(sentence(row, "As found"))
        Decides 72% within 24 hours (As found: 60%): better by 12 points on average; one case may show −1 to +15 points.
    """
    start, after, low, high = (float(getattr(row, name)) for name in ("base", "option_mean", "low", "high"))
    hours = row.measure != HEADLINE  # type: ignore[attr-defined]
    if np.isnan([start, after, low, high]).any():
        return f"Not every replication could measure {IN_WHAT[row.measure]}."  # type: ignore[attr-defined]
    unit, size = ("hours", 1.0) if hours else ("points", 100.0)
    word, low, high = better(row), low * size, high * size
    then, now = f"{after * size:.0f}", f"{start * size:.0f}"
    if word != "unclear":
        then, now = rounded_apart(after * size, start * size, whole=(0.0,) if hours else (0.0, 100.0))
    head = (
        f"Half of transfers are allocated within {then} hours of the decision ({base}: {now})"
        if hours
        else f"Decides {then}% within 24 hours ({base}: {now}%)"
    )
    middle, half = (float(getattr(row, name)) * size for name in ("difference", "half_width"))
    if word == "unclear" and abs(middle) > half:
        return f"{head}: no difference that matters."
    if word == "unclear":
        return f"{head}: cannot be told apart ({change_range(middle - half, middle + half, unit)} on average)."
    if not every_year(row):
        by = size_range(abs(middle), abs(middle), unit)
        return f"{head}: {word} by {by} on average; one case may show {change_range(low, high, unit)}."
    near, far = sorted((abs(low), abs(high)))
    return f"{head}: {word} by {size_range(near, far, unit)}."
