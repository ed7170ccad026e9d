"""Numbers as people write them in a question: plain, or as a percentage."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
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


def typed_number(text: str) -> float:
    """A number of the command line.

    Example:
        >>> typed_number("0.4") == typed_number("40%"), typed_number("-1.5")
        (True, -1.5)
    """
    if is_percentage(text):
        return Percentage(as_share(text))
    try:
        return float(text)
    except ValueError:
        said = f"{text!r} is not a number, such as 0.4, or a percentage, such as 40%"
        raise argparse.ArgumentTypeError(said) from None


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
