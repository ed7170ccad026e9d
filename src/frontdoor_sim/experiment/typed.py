"""Numbers as people write them in a question: plain, or as a percentage."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator

from frontdoor_sim.documents import Mistake, in_words, shown
from frontdoor_sim.operating_model import as_share, is_percentage
from frontdoor_sim.scenario import Scenario
from frontdoor_sim.scenario.fields import is_share
from frontdoor_sim.scenario.paths import PathError, find


class Percentage(float):
    """A number that was written as a percentage: of `40%` it is 0.4, and says `40%`."""

    def __str__(self) -> str:
        return f"{100 * self:.10g}%"


def as_number(value: Any) -> Any:
    """A percentage as the number that it is; anything else stays as it is.

    Example:
        >>> as_number("40%") == 0.4, str(as_number("40%")), as_number(3), as_number("some")
        (True, '40%', 3, 'some')
    """
    return Percentage(as_share(value)) if is_percentage(value) else value


def _ends(value: Any) -> Any:
    return [as_share(end) for end in value] if isinstance(value, (list, tuple)) else value


Ends = Annotated[tuple[float, float], BeforeValidator(_ends)]
"""Lowest and highest value of a file; of a share also as percentages."""


@dataclass(frozen=True)
class Mistyped:
    """What stands on the command line where a number does, and is none.

    Args:
        text: as it was typed.
        no: what it is not.
        right, example: what would be right, and one of it.
    """

    text: str
    no: str
    right: str
    example: str


def typed_number(text: str) -> float | Mistyped:
    """A number of the command line.

    Example:
        >>> typed_number("0.4") == typed_number("40%"), typed_number("-1.5"), typed_number("lots").no
        (True, -1.5, 'is not a number')
    """
    if is_percentage(text):
        return Percentage(as_share(text))
    try:
        return float(text)
    except ValueError:
        return Mistyped(
            text, "is not a number", "A number, such as 0.4; of a share also a percentage, such as 40%.", "0.4"
        )


def typed_whole(least: int | None = None) -> Callable[[str], int | Mistyped]:
    """Whole numbers of the command line, none of them below `least`.

    Example:
        >>> typed_whole(2)("5"), typed_whole()("-1"), typed_whole(2)("1").no
        (5, -1, 'is not a whole number of 2 or more')
    """
    what = "whole number" if least is None else f"whole number of {least} or more"

    def number(text: str) -> int | Mistyped:
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdecimal()) or (least is not None and int(text) < least):
            return Mistyped(text, f"is not a {what}", f"A {what}.", str(max(least or 0, 5)))
        return int(text)

    return number


def mistyped(asked: Mapping[str, Any]) -> list[Mistake]:
    """A mistake for everything on a command line that stands where a number does, and is none.

    Args:
        asked: what was typed, by the names of its arguments.

    Example:
        >>> [one] = mistyped({"file": "desk.yaml", "target": typed_number("lots")})
        >>> one.where, one.what, one.remedy
        ('--target', "'lots' is not a number.", 'Write, for example, --target 0.4.')
    """
    found = []
    for name, value in asked.items():
        flag = f"--{name.replace('_', '-')}"
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, Mistyped):
                alone = f"Write, for example, {flag} {one.example}."
                remedy = "Write a number in its place." if isinstance(value, list) else alone
                found.append(Mistake(flag, f"{shown(one.text)} {one.no}.", one.right, remedy))
    return found


def no_numbers(given: Sequence[object], where: str, right: str, remedy: str) -> Iterator[Mistake]:
    """What stands where a plain number does, and is none: text, yes or no, or a percentage.

    Example:
        >>> [mistake.what for mistake in no_numbers([2.5, "lots", Percentage(0.1)], "step", "A number.", "Write it.")]
        ["'lots' is no plain number.", '10% is no plain number.']
    """
    for one in given:
        if isinstance(one, (bool, Percentage)) or not isinstance(one, (int, float)):
            yield Mistake(where, f"{shown(as_number(one))} is no plain number.", right, remedy)


def percentages_of_no_share(given: Sequence[object], scenario: Scenario, path: str, where: str) -> Iterator[Mistake]:
    """Percentages for a number of a scenario that is no share."""
    written = [one for one in map(as_number, given) if isinstance(one, Percentage)]
    try:
        places = find(scenario.data, path, new_in=(dict,)) if written else []
    except PathError:
        return
    if places and not any(map(is_share, places)):
        what = f"`{path}` is no share, and {in_words(map(str, written), 'and')} {_is_or_are(written)}."
        yield Mistake(where, what, "Numbers in the unit of what stands there.", "Write the numbers themselves.")


def _is_or_are(written: Sequence[object]) -> str:
    return "is a percentage" if len(written) == 1 else "are percentages"
