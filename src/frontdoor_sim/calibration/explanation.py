"""What a calibration from published figures could not know, in words."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from frontdoor_sim.calibration.artefacts import FLAG
from frontdoor_sim.calibration.asked import ELSEWHERE
from frontdoor_sim.parameters import Graded, Parameters

_WIDTH = 100
_NOT_THEIR_OWN = (ELSEWHERE, "England's figure", "Another council's figure")
_ADVICE = """Every assumed number stands in the file with its source. Replace those you can: your own contacts,
hours of arrival, touch times and partner replies come first."""


def explain(parameters: Parameters) -> str:
    """What the figures said, what they could not say, and what was not believed.

    Args:
        parameters: as `calibrate_published` gives them.

    Returns:
        Text of a few short paragraphs, for a terminal.
    """
    numbers = parameters.in_order()
    said = [name for name, graded in numbers.items() if graded.grade in ("published", "fitted")]
    parts = [
        f"Parameters of {parameters.council}, year ending 31 March {parameters.year}.",
        _listed(f"From published figures ({len(said)} of {len(numbers)} numbers):", said),
        _noted("Published, but not for this council and year:", numbers.items(), *_NOT_THEIR_OWN),
        _noted("Recording artefacts, flagged and not believed:", numbers.items(), FLAG),
        _could_not_know(numbers.items()),
        _ADVICE,
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _could_not_know(numbers: Iterable[tuple[str, Graded]]) -> str:
    names = [name for name, graded in numbers if graded.grade == "assumed"]
    return _listed(f"What published figures cannot say ({len(names)} numbers, assumed):", names)


def _listed(head: str, names: list[str]) -> str:
    """Names by section, wrapped."""
    by_section: dict[str, list[str]] = {}
    for name in names:
        section, _, rest = name.partition(".")
        by_section.setdefault(section, []).append(rest)
    lines = [
        textwrap.fill(f"{section}: {', '.join(rest)}", _WIDTH, initial_indent="  ", subsequent_indent="    ")
        for section, rest in by_section.items()
    ]
    return "\n".join([head, *lines])


def _noted(head: str, numbers: Iterable[tuple[str, Graded]], *beginnings: str) -> str:
    """Numbers whose note holds one of these beginnings, with the note."""
    lines = [
        textwrap.fill(f"{name}: {graded.note}", _WIDTH, initial_indent="  ", subsequent_indent="    ")
        for name, graded in numbers
        if any(beginning in graded.note for beginning in beginnings)
    ]
    return "\n".join([head, *lines]) if lines else ""
