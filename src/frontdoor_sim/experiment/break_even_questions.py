"""Where an option breaks even, as an appraisal asks it: the question, what is wrong with it, and the answer in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import isfinite
from typing import Any

import numpy as np
import pandas as pd
from pydantic import Field

from frontdoor_sim.appraisal.pack import empty
from frontdoor_sim.appraisal.wording import better_of, change_unit, measure_name, more_and_less, number_text, scale_of
from frontdoor_sim.documents import InputError, Mistake, in_words, nearest
from frontdoor_sim.experiment.break_even import Tried, measures_of, try_values, with_each_value
from frontdoor_sim.experiment.break_even_answer import BreakEven, interval_text, unit_of
from frontdoor_sim.experiment.comparing import HEADLINE
from frontdoor_sim.experiment.crossing import Crossing
from frontdoor_sim.experiment.replications import Place
from frontdoor_sim.experiment.typed import Ends
from frontdoor_sim.experiment.undated import dated_changes
from frontdoor_sim.experiment.workers import USUAL, Workers
from frontdoor_sim.measures import MEASURES, catalogue
from frontdoor_sim.operating_model import Closed
from frontdoor_sim.scenario import Scenario

MOST_STEPS = 50


class Question(Closed):
    """Where an option makes no difference, as one of its numbers is varied.

    Args:
        option: its file, one of those that are compared.
        path: where the number stands, in the option as a whole.
        say: what the chart has on its axis, in words: the number, or what goes with it.
        between: lowest and highest value that are tried; of a share also as percentages.
        unit: unit of what `say` says; `share` is printed as a percentage. Left out, that of what goes with the number.
        measure: what must not differ.
        along: measure, breakdown and group of what goes with the number; left out, the number itself is shown.
        steps: how many values are tried first, evenly spaced; more are tried where the break-even lies.
    """

    option: str
    path: str
    say: str = Field(min_length=1)
    between: Ends
    unit: str = ""
    measure: str = HEADLINE
    along: tuple[str, str, str] | None = None
    steps: int = Field(default=5, ge=2, le=MOST_STEPS)


def mistakes_of(
    where: Callable[[str], str], between: tuple[float, float], measure: str, along: Place | None
) -> Iterator[Mistake]:
    """What is wrong with a question before any scenario is looked at.

    Args:
        where: the place of a field, by its name.
        between, measure, along: as for `break_even`.

    Example:
        >>> [m.what for m in mistakes_of(str, (2.0, 1.0), "utilisation", None)]
        ['2 is not below 1.']
    """
    low, high = between
    if not (isfinite(low) and isfinite(high) and low < high):
        what, right = f"{low:g} is not below {high:g}.", "Two numbers, of which the first is less."
        yield Mistake(where("between"), what, right, "Write the lower number first, and then the higher.")
    table = catalogue()
    breakdowns = dict(zip(table["measure"], table["by"].str.split(", "), strict=True))
    told = [name for name, by in breakdowns.items() if "all" in by]
    asked: list[tuple[str, str, Sequence[str]]] = [("measure", measure, told)]
    if along is not None:
        asked += [("along", along[0], MEASURES), ("along", along[1], breakdowns.get(along[0], [along[1]]))]
    for field, given, choices in asked:
        if given not in choices:
            near = nearest(given, choices)
            right = "A measure of docs/measures.md, and one of its breakdowns." if field == "along" else ""
            remedy = f"Did you mean {in_words(near)}?" if near else "Look for it in docs/measures.md."
            yield Mistake(
                where(field),
                f"`{field}` cannot be {given!r}.",
                right or "A measure of docs/measures.md that is told of everybody.",
                remedy,
            )


def mistakes_of_path(
    where: str, base: Scenario, option: Scenario, path: str, between: tuple[float, float], steps: int
) -> list[Mistake]:
    """What the option says when the values are put into it; of a change with a date, where that stands."""
    if dated := dated_changes(option):
        return dated
    try:
        with_each_value(base, option, path, np.linspace(*between, steps))
    except InputError as error:
        return [replace(mistake, where=where) for mistake in error.mistakes]
    return []


def answers(
    base: Scenario,
    asked: Sequence[tuple[Scenario, Question]],
    replications: int,
    seed: int,
    numbers: Sequence[Mapping[str, Any]] = (),
    workers: Workers = USUAL,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The answers to some questions, as the tables `break_evens` and `tried` of a pack; each value is run once.

    Args:
        base: today's model.
        asked: each option with its question.
        replications, seed, numbers: as for `break_even`.
        workers: who runs them.
    """
    found, tried = [], []
    runs: dict[tuple[Any, ...], Tried] = {}
    only: dict[tuple[Any, ...], dict[str, None]] = {}
    for option, asks in asked:
        only.setdefault(_runs_of(option, asks), {}).update(dict.fromkeys(measures_of(asks.measure, asks.along)))
    for number, (option, asks) in enumerate(asked, start=1):
        same = _runs_of(option, asks)
        if same not in runs:
            runs[same] = try_values(
                base,
                option,
                asks.path,
                asks.between,
                asks.steps,
                replications,
                seed,
                numbers,
                workers,
                only=tuple(only[same]),
            )
        even = runs[same].even(asks.measure, asks.along)
        answer, points = even.tables(number, asks.say, _unit(asks), in_plain_words(even, asks))
        found.append(answer)
        tried.append(points)
    if not asked:
        return empty("break_evens"), empty("tried")
    return pd.concat(found, ignore_index=True), pd.concat(tried, ignore_index=True)


def _runs_of(option: Scenario, asks: Question) -> tuple[Any, ...]:
    """What questions have in common that are answered by the same runs."""
    return option.name, asks.path, asks.between, asks.steps


def in_plain_words(even: BreakEven, asks: Question) -> str:
    """The answer in a few sentences, for somebody who has never seen the number."""
    return f"{_answer(even, asks)} {even.today}".rstrip()


def _answer(even: BreakEven, asks: Question) -> str:
    """Where there is a break-even and what the option is on either side, or that there is none."""
    table = even.table.sort_values("along" if asks.along else "value")
    place = "along" if asks.along else "value"
    places = table[place].to_numpy(float)
    unit = _unit(asks)
    name, least, most = measure_name(asks.measure).lower(), float(places.min()), float(places.max())
    changes = table["difference"].to_numpy(float)
    up, down = more_and_less(asks.measure)
    what = "the option" if better_of(asks.measure) else "the figure"
    tried = f"between {number_text(least, unit)} and {number_text(most, unit)}"
    if not np.isfinite(changes).all():
        return f"{asks.say}: {name} could not be measured in every run, so there is no answer."
    if not even.places:
        if isfinite(even.low):
            return f"{asks.say}: no break-even was found {tried}, and part of that range cannot be told from no difference."
        always = up if changes[0] > 0 else down
        at_ends = [
            f"by {_size(changes[end], asks.measure)} at {number_text(one, unit)}"
            for end, one in ((0, least), (-1, most))
        ]
        return f"{asks.say}: no break-even {tried}; {what} is {always} than today at every value, {in_words(at_ends, 'and')}."
    first, *others = (
        f"{number_text(one.at, unit)} (95% interval {_ends(one, table[place], unit)})" for one in even.places
    )
    below, above = (up, down) if changes[0] > 0 else (down, up)
    said = f"{asks.say}: at {first} the option makes no difference. Below that {what} is {below} than today, above it {above}."
    return f"{said} Further up this changes again, at {in_words(others, 'and')}." if others else said


def _size(change: float, measure: str) -> str:
    """How large a change is, whichever way it goes."""
    unit = unit_of(measure)
    return number_text(abs(change) * scale_of(unit), change_unit(unit))


def _ends(one: Crossing, tried: pd.Series, unit: str) -> str:
    """The ends of an interval, the unit after the last of them."""
    return interval_text(
        one, tried, lambda end: number_text(end, unit), lambda end: number_text(end, unit).removesuffix(f" {unit}")
    )


def _unit(asks: Question) -> str:
    """The unit of what is on the axis: what the question says, or that of the measure that goes with the number."""
    return asks.unit or (unit_of(asks.along[0]) if asks.along else "")
