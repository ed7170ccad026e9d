"""The names that a parameters file may hold, from `dictionary.csv`.

The checks read that file and the manual prints it, so the two cannot part.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

SOURCES = (
    "individual",
    "schools",
    "education_services",
    "health",
    "housing",
    "la_services",
    "police",
    "other_legal",
    "other",
    "anonymous",
    "unknown",
)
"""Who contacts a Front Door, in the order of the Department for Education's table."""

OPEN_SECTIONS = ("durations",)
"""Sections in which a scenario may bring names of its own."""


@dataclass(frozen=True, slots=True)
class Known:
    """One number that a parameters file may hold.

    Args:
        name: `section.name`.
        kind: which rule its value obeys.
        unit: its usual unit; empty where the file must say (durations).
        description: meaning, for the manual and the comments of the file.
    """

    name: str
    kind: str
    unit: str
    description: str


@cache
def known() -> dict[str, Known]:
    """Every known number by name, in the order of the file.

    Example:
        >>> known()["durations.screening"].kind
        'duration'
    """
    file = resources.files("frontdoor_sim") / "parameters" / "dictionary.csv"
    rows = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    return {row["name"]: Known(row["name"], row["kind"], row["unit"], row["description"]) for row in rows}


def sections() -> list[str]:
    """The sections of a parameters file, in order.

    Example:
        >>> sections()[:3]
        ['volumes', 'arrivals', 'contacts']
    """
    return list(dict.fromkeys(name.split(".")[0] for name in known()))


def kind_of(name: str) -> str:
    """The rule that a name's value obeys; a name of one's own is a duration.

    Example:
        >>> kind_of("durations.visit_to_school"), kind_of("contacts.open_case_share")
        ('duration', 'share')
    """
    return known()[name].kind if name in known() else "duration"


def as_markdown() -> str:
    """Every known number as a Markdown table, for the manual.

    Example:
        >>> print(as_markdown().splitlines()[0])
        | name | kind | unit | meaning |
    """
    lines = ["| name | kind | unit | meaning |", "|---|---|---|---|"]
    for one in known().values():
        lines.append(f"| `{one.name}` | {one.kind.replace('_', ' ')} | {one.unit} | {one.description} |")
    return "\n".join(lines) + "\n"
