"""The weeks about a go-live: how many wait for a decision, how many are decided in time, and when the backlog is burnt down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, floor, inf, isinf

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.scenario import Scenario

CONFIDENCE = 0.95
OPEN, IN_TIME = "open_undecided", "decided_within_24h"
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Transition:
    """What the weeks of a study show of options with dated changes; all tables are empty where no option has any.

    Args:
        weeks: of today's model and each dated option, week by week from the opening: option, measure, week, begins, median,
            low, high, unit, runs.
        dates: every date on which a change of an option begins or ends within the window: option, day, mark, say.
        burnt_down: what the weeks say in words: option, sentence.
    """

    weeks: pd.DataFrame
    dates: pd.DataFrame
    burnt_down: pd.DataFrame


def transition(runs: pd.DataFrame, base: Scenario, options: Sequence[Scenario]) -> Transition:
    """The weeks of every option that changes on a date within the window, beside those of today's model.

    Args:
        runs: the measures of every replication, as in `Comparison.runs`.
        base: today's model.
        options: all options of the study.
    """
    dates = [(option, marked(option)) for option in options]
    dated = [(option, its) for option, its in dates if its]
    weeks = [row for scenario in ([base] if dated else []) for row in _weeks(runs, scenario)]
    weeks += [row for option, _ in dated for row in _weeks(runs, option)]
    said = [(option.name, line) for option, its in dated for line in told(runs, base, option, its[0][0])]
    columns = ["option", "measure", "week", "begins", "median", "low", "high", "unit", "runs"]
    return Transition(
        pd.DataFrame(weeks, columns=columns),
        pd.DataFrame(
            [(option.name, *line) for option, its in dated for line in its], columns=["option", "day", "mark", "say"]
        ),
        pd.DataFrame(said, columns=["option", "sentence"]),
    )


def marked(option: Scenario) -> list[tuple[date, str, str]]:
    """The dates within the window on which changes begin and end, with a letter for each change.

    Example:
        >>> from frontdoor_sim.scenario import read_scenario
        >>> [f"{day}: {mark}" for day, mark, _ in marked(read_scenario("scenarios/examples/go_live.yaml"))][:4]
        ['2025-01-27: A', '2025-02-03: B', '2025-02-03: C', '2025-02-03: A ends']
    """
    run = option.model.run
    last = run.opens + timedelta(weeks=run.weeks)
    dated = sorted((one for one in option.changes if one.dated), key=lambda one: one.begins or date.min)
    found = []
    for number, change in enumerate(dated):
        letter = chr(ord("A") + number) if number < 26 else str(number + 1)
        found += [(change.begins, 0, letter, change.say)] if change.begins else []
        found += [(change.ramped, 1, f"{letter} for all", change.say)] if change.ramped else []
        found += [(change.until, 1, f"{letter} ends", change.say)] if change.until else []
    return [(day, mark, say) for day, _, mark, say in sorted(found) if run.opens <= day < last]


def band(values: Floats, confidence: float = CONFIDENCE) -> tuple[Floats, Floats, Floats, float]:
    """Median of each row, and two of its values between which a further run lies with the confidence that is returned.

    Whatever the distribution, a further value lies between the k-th least and the k-th greatest of n with probability
    1 - 2k / (n + 1). The largest k is taken that keeps the confidence asked for; with fewer than 39 runs k is 1, and the
    confidence that of least and greatest. A row in which a run could not be measured has no value.

    Example:
        >>> middle, low, high, sure = band(np.arange(20.0)[None, :])
        >>> middle[0], low[0], high[0], round(sure, 3)
        (np.float64(9.5), np.float64(0.0), np.float64(19.0), 0.905)
    """
    number = values.shape[1]
    k = _depth(number, confidence)
    ordered = np.sort(values, axis=1)
    ordered[np.isnan(values).any(axis=1)] = np.nan
    middle = ordered[:, [(number - 1) // 2, number // 2]]
    return np.mean(middle, axis=1), ordered[:, k - 1], ordered[:, number - k], 1 - 2 * k / (number + 1)


def _depth(number: int, confidence: float = CONFIDENCE) -> int:
    """The k of `band`: between the k-th least and the k-th greatest of so many runs lies a further one with the confidence."""
    return max(1, floor((number + 1) * (1 - confidence) / 2 + 1e-9))


def weekly(runs: pd.DataFrame, option: str, measure: str) -> pd.DataFrame:
    """A measure by week: a row for each week, a column for each replication."""
    mine = runs[(runs["option"] == option) & (runs["measure"] == measure) & (runs["by"] == "week")]
    table = mine.astype({"group": str}).pivot_table("value", "group", "run", "first", dropna=False, observed=True)
    return table.set_axis(table.index.astype(int)).sort_index()


def _weeks(runs: pd.DataFrame, scenario: Scenario) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for measure, unit in ((OPEN, "contacts"), (IN_TIME, "share")):
        table = weekly(runs, scenario.name, measure)
        ends = zip(*(side.tolist() for side in band(table.to_numpy(np.float64))[:3]), strict=True)
        for week, (middle, low, high) in zip(table.index.tolist(), ends, strict=True):
            begins = scenario.model.run.opens + timedelta(weeks=week)
            rows.append((scenario.name, measure, week, begins, middle, low, high, unit, table.shape[1]))
    return rows


def told(runs: pd.DataFrame, base: Scenario, option: Scenario, first: date) -> list[str]:
    """How large the backlog becomes after the first date of an option, and when it is burnt down, in words."""
    opens = option.model.run.opens
    start = ceil((first - opens).days / 7)
    mine, today = (weekly(runs, one.name, OPEN).to_numpy(np.float64) for one in (option, base))
    if start >= len(mine):
        return []
    gaps = mine - today
    middle, low, high, _ = band(gaps)
    peak = start + int(np.argmax(middle[start:]))
    when = _day(opens + timedelta(weeks=peak))
    if middle[peak] <= 0:
        size = f"From {_day(first)} on there are never more that wait for a decision than today, in half of the runs or more."
    else:
        size = (
            f"Highest on {when}: {middle[peak]:.0f} contacts more than today wait for a decision "
            f"({low[peak]:.0f} to {high[peak]:.0f})."
        )
    lines = [size, burnt("Burnt down, so that no more wait than today", for_good(gaps, start), opens)]
    if start or opens == first:
        before = mine[: start + (opens + timedelta(weeks=start) == first)].mean(axis=0)
        own = f"First down to the level before the first change ({float(np.median(before)):.0f} waiting)"
        lines.append(burnt(own, for_once(mine - before, peak), opens, "on {}"))
    return lines


def for_good(gaps: Floats, start: int) -> Floats:
    """For each run (column), the first week from `start` on from which no gap is above nothing; infinite where there is none.

    Example:
        >>> for_good(np.array([[5.0, 1], [3, 2], [0, -1], [-1, 4]]), 1).tolist()
        [2.0, inf]
    """
    above = gaps[start:] > 0
    last = np.where(above.any(axis=0), len(above) - 1 - np.argmax(above[::-1], axis=0), -1)
    return np.where(last + 1 < len(above), start + last + 1.0, inf)


def for_once(gaps: Floats, start: int) -> Floats:
    """For each run (column), the first week from `start` on with no gap above nothing; infinite where there is none.

    A level that luck passes again and again is not left behind for good, but it is reached.

    Example:
        >>> for_once(np.array([[-5.0, 1], [3, 2], [0, 3], [1, 4]]), 1).tolist()
        [2.0, inf]
    """
    reached = gaps[start:] <= 0
    return np.where(reached.any(axis=0), start + np.argmax(reached, axis=0), inf)


def burnt(what: str, weeks: Floats, opens: date, when: str = "from {} on") -> str:
    """From when something holds: the median over runs, an interval, and in how many runs it never does.

    Example:
        >>> print(burnt("Burnt down", np.array([2.0, 3, inf, 2]), date(2025, 1, 6)))
        Burnt down: from 27 January on (20 January at the earliest; not within this run in 1 of 4 replications).
    """
    number = len(weeks)
    k = _depth(number)
    ordered = sorted(weeks.tolist())
    middle, low, high = ordered[number // 2], ordered[k - 1], ordered[number - k]
    never = sum(isinf(week) for week in ordered)
    if isinf(low):
        return f"{what}: not within this run, in {never} of {number} replications."
    early = _day(opens + timedelta(weeks=int(low)))
    rest = f"not within this run in {never} of {number} replications"
    if isinf(middle):
        return f"{what}: {rest}; {early} at the earliest."
    spread = f"{early} at the earliest" if isinf(high) else f"{early} to {_day(opens + timedelta(weeks=int(high)))}"
    tail = f"; {rest}" if never else ""
    return f"{what}: {when.format(_day(opens + timedelta(weeks=int(middle))))} ({spread}{tail})."


def _day(day: date) -> str:
    return f"{day.day} {day:%B}"
