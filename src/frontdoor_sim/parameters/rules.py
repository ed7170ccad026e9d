"""What the value of each kind of number must be: one rule, one function.

A rule takes the value as it stands in the file and gives its faults; the caller says where they are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from frontdoor_sim.distributions import from_mapping
from frontdoor_sim.documents import in_words, nearest
from frontdoor_sim.parameters.known import SOURCES
from frontdoor_sim.working_time import Instants, ShiftPattern

SUM_TOLERANCE = 0.0005
DAYS_OF_WEEK = 7
HOURS_OF_DAY = 24
MONTHS_OF_YEAR = 12
LEVELS_ABOVE_FIRST = (2, 3, 4)
CUTS = ("blue", "green", "amber")
ENTRIES = ("receipt", "decision", "end")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong below one number: `keys` lead from its value to the place."""

    keys: tuple[str | int, ...]
    what: str
    right: str
    remedy: str


Rule = Callable[[Any], list[Fault]]


def is_number(value: Any) -> bool:
    """Whether a value is a finite number (`True` is not one).

    Example:
        >>> is_number(3), is_number(True), is_number(float("nan"))
        (True, False, False)
    """
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _number(right: str, remedy: str, fits: Callable[[float], bool]) -> Rule:
    def rule(value: Any) -> list[Fault]:
        if is_number(value) and fits(value):
            return []
        return [Fault((), f"{_shown(value)} is not {right[0].lower()}{right[1:-1]}.", right, remedy)]

    return rule


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, Mapping):
        return "A mapping"
    return "A list" if isinstance(value, (list, tuple)) else str(value)


number = _number("A number.", "Write it without words or units.", lambda _: True)
positive = _number("A number above 0.", "Correct the number.", lambda value: value > 0)
not_negative = _number("A number of 0 or more.", "Correct the number.", lambda value: value >= 0)
share = _number("A share from 0 to 1.", "Write 15 per cent as 0.15.", lambda value: 0 <= value <= 1)


def _mapping(right: str, remedy: str, each: Rule, names: Sequence[str] | None = None) -> Rule:
    """A mapping with one rule for each value, and a closed list of names unless `names` is None."""

    def rule(value: Any) -> list[Fault]:
        if not isinstance(value, Mapping) or not value:
            return [Fault((), f"{_shown(value)} stands here.", right, remedy)]
        faults = []
        for name, inner in value.items():
            if names is not None and name not in names:
                faults.append(_unknown(str(name), names))
            faults += [Fault((name, *fault.keys), fault.what, fault.right, fault.remedy) for fault in each(inner)]
        return faults

    return rule


def _unknown(name: str, names: Sequence[str]) -> Fault:
    near = nearest(name, names)
    remedy = f"Did you mean {in_words(near)}?" if near else "Use one of the list."
    return Fault((name,), f'"{name}" is not known here.', f"One of {in_words(names)}.", remedy)


def adds_up(value: Any) -> list[Fault]:
    """The shares of a mapping add up to 1.

    Example:
        >>> adds_up({"a": 0.5, "b": 0.4})[0].what
        'The shares add up to 0.9.'
    """
    total = sum(value.values())
    if abs(total - 1) <= SUM_TOLERANCE:
        return []
    what = f"The shares add up to {total:.4g}."
    return [Fault((), what, "Shares that add up to 1.", f"Change them by {1 - total:+.4g} in all.")]


def _then(first: Rule, second: Rule) -> Rule:
    """The second rule, where the first has nothing to say."""
    return lambda value: first(value) or second(value)


_BY_SOURCE = "A mapping of sources to {}."
_SOURCES_REMEDY = "Write one line for each source, such as `police: {}`."


def _by_source(what: str, example: str, each: Rule) -> Rule:
    return _mapping(_BY_SOURCE.format(what), _SOURCES_REMEDY.format(example), each, SOURCES)


def _weights(count: int, of: str) -> Rule:
    def rule(value: Any) -> list[Fault]:
        right = f"{count} numbers of 0 or more, {of}, not all 0."
        remedy = "Give each its relative weight; only proportions matter."
        if not isinstance(value, list):
            return [Fault((), f"{_shown(value)} stands here.", right, remedy)]
        if len(value) != count:
            return [Fault((), f"{len(value)} numbers stand here.", right, remedy)]
        wrong = _each_not_negative(value)
        return wrong or ([] if sum(value) > 0 else [Fault((), "All weights are 0.", right, remedy)])

    return rule


def _each_not_negative(values: Sequence[Any]) -> list[Fault]:
    found = [(index, fault) for index, one in enumerate(values) for fault in not_negative(one)]
    return [Fault((index,), fault.what, fault.right, fault.remedy) for index, fault in found]


def date_ranges(value: Any) -> list[Fault]:
    """A list of [first, last] dates.

    Example:
        >>> date_ranges([[date(2020, 2, 17), date(2020, 2, 21)]])
        []
    """
    right = "A list of [first date, last date], such as [2020-02-17, 2020-02-21]."
    if not isinstance(value, list):
        return [Fault((), f"{_shown(value)} stands here.", right, "Write one pair for each holiday.")]
    faults = []
    for index, pair in enumerate(value):
        if not (isinstance(pair, list) and len(pair) == 2 and all(type(day) is date for day in pair)):
            faults.append(Fault((index,), "This is not a pair of dates.", right, "Write dates as YYYY-MM-DD."))
        elif pair[1] < pair[0]:
            faults.append(Fault((index,), f"{pair[1]} is before {pair[0]}.", right, "Swap the two dates."))
    return faults


def _parsed(parse: Callable[[Any], Any], right: str) -> Rule:
    def rule(value: Any) -> list[Fault]:
        try:
            parse(value)
        except (ValueError, TypeError) as error:
            return [Fault((), _sentence(str(error)), right, "Correct the text.")]
        return []

    return rule


def _sentence(text: str) -> str:
    text = f"{text[:1].upper()}{text[1:]}"
    return text if text.endswith((".", "?")) else f"{text}."


_instants = _parsed(Instants.parse, 'Days and times, such as "Mon-Fri 08:30".')
_shift = _parsed(ShiftPattern.parse, 'Days to hours, such as {Mon-Fri: "09:00-17:00"}.')


def _record(right: str, **rules: Rule) -> Rule:
    """A mapping with exactly these fields, each with its rule."""

    def rule(value: Any) -> list[Fault]:
        if not isinstance(value, Mapping):
            return [Fault((), f"{_shown(value)} stands here.", right, "Write its fields below it.")]
        faults = [Fault((), f"`{name}` is missing.", right, f"Add `{name}`.") for name in rules if name not in value]
        faults += [_unknown(str(name), list(rules)) for name in value if name not in rules]
        for name, inner in rules.items():
            if name in value:
                faults += [Fault((name, *f.keys), f.what, f.right, f.remedy) for f in inner(value[name])]
        return faults

    return rule


_batch = _record("`share` and `at`.", share=share, at=_instants)
_out_of_hours = _record("`open` and `handed_over`.", open=_shift, handed_over=_instants)


def _rising(names: Sequence[str | int], right: str) -> Rule:
    def rule(value: Any) -> list[Fault]:
        numbers = [value[name] for name in names]
        if all(low < high for low, high in pairwise(numbers)):
            return []
        return [Fault((), f"{in_words(numbers, 'and')} do not rise.", right, "Put them in order.")]

    return rule


_thresholds = _then(
    _record("Levels 2, 3 and 4 with a number each.", **{str(level): number for level in LEVELS_ABOVE_FIRST}),
    _rising([str(level) for level in LEVELS_ABOVE_FIRST], "Thresholds that rise from level 2 to level 4."),
)
_rag_cuts = _then(
    _record("`blue`, `green` and `amber` with a number each.", **dict.fromkeys(CUTS, number)),
    _rising(CUTS, "Cut-points that rise from blue to amber."),
)


def rates_by_gap(value: Any) -> list[Fault]:
    """Four rates, for closures 0, 1, 2 and 3 levels below need.

    Example:
        >>> rates_by_gap([0.1, 0.2, 0.3])[0].what
        '3 rates stand here.'
    """
    right = "Four rates of 0 or more, for gaps of 0, 1, 2 and 3 levels."
    if not isinstance(value, list) or len(value) != len(LEVELS_ABOVE_FIRST) + 1:
        what = f"{len(value)} rates stand here." if isinstance(value, list) else f"{_shown(value)} stands here."
        return [Fault((), what, right, "Give one rate for each gap.")]
    return _each_not_negative(value)


def distribution(value: Any) -> list[Fault]:
    """A mapping that `distributions.from_mapping` understands.

    Example:
        >>> distribution({"distribution": "constant", "value": 3})
        []
    """
    right = "A distribution, such as {distribution: triangular, low: 20, mode: 45, high: 120}."
    if not isinstance(value, Mapping):
        return [Fault((), f"{_shown(value)} stands here.", right, "Name the distribution and give its numbers.")]
    try:
        from_mapping(value)
    except (ValueError, TypeError) as error:
        return [Fault((), _sentence(str(error)), right, "Correct the name or the numbers.")]
    return []


def duration(value: Any) -> list[Fault]:
    """A distribution with no negative value.

    Example:
        >>> duration({"distribution": "normal", "mean": 5, "sd": 1})[0].what
        'A normal distribution has negative values.'
    """
    wrong = distribution(value)
    if wrong or float(from_mapping(value).ppf(0.0)) >= 0:
        return wrong
    what = f"A {value['distribution']} distribution has negative values."
    return [Fault((), what, "A distribution of 0 or more.", "Raise `low`, or use a lognormal or a gamma.")]


RULES: dict[str, Rule] = {
    "number": number,
    "positive": positive,
    "not_negative": not_negative,
    "share": share,
    "shares": _then(_mapping("A mapping of names to shares.", "Write one line for each.", share), adds_up),
    "shares_of_sources": _then(_by_source("shares", "0.25", share), adds_up),
    "shares_by_source": _by_source("shares", "0.25", share),
    "shares_of_entries": _mapping(
        "A mapping of receipt, decision and end to shares.", "Write, for example, `decision: 0.2`.", share, ENTRIES
    ),
    "factors_of_sources": _by_source("numbers of 0 or more", "1", not_negative),
    "numbers_of_sources": _by_source("numbers", "0.1", number),
    "days_by_source": _by_source("7 weights", "[1, 1, 1, 1, 1, 0, 0]", _weights(DAYS_OF_WEEK, "Monday to Sunday")),
    "hours_by_source": _by_source("24 weights", "[0, 0, ...]", _weights(HOURS_OF_DAY, "for hours 0 to 23")),
    "twelve_numbers": _weights(MONTHS_OF_YEAR, "January to December"),
    "date_ranges": date_ranges,
    "batches": _by_source("share and instants", '{share: 0.8, at: "Mon-Fri 08:30"}', _batch),
    "out_of_hours": _out_of_hours,
    "thresholds": _thresholds,
    "rag_cuts": _rag_cuts,
    "rates_by_gap": rates_by_gap,
    "distribution": distribution,
    "duration": duration,
}
"""The rule of each kind that `dictionary.csv` names."""
