"""What a council's figures cannot say: starting values with their sources, and England's figures.

`everywhere.yaml` holds for any council; a file that names a council holds for that one only and comes first.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from frontdoor_sim.parameters import Graded, Parameters

_FOLDER = Path(__file__).parent
_EVERYWHERE, _ENGLAND = "everywhere.yaml", "england.yaml"


@dataclass(frozen=True, slots=True)
class EnglandFigure:
    """A published figure of England for one year."""

    year: int
    value: float
    date: date
    source: str


@cache
def starting_values(council: str) -> dict[str, Graded]:
    """Starting values of a council by `section.name`: those of everywhere, then what is known of this one.

    Example:
        >>> starting_values("Dorset")["judgement.noise"].value
        0.6
    """
    found = dict(Parameters.read(_FOLDER / _EVERYWHERE).numbers)
    for path in sorted(_FOLDER.glob("*.yaml")):
        if path.name not in (_EVERYWHERE, _ENGLAND) and (own := Parameters.read(path)).council == council:
            found.update(own.numbers)
    return found


@cache
def englands_values() -> dict[str, Graded]:
    """Published figures of England by `section.name`, for a council whose own are not at hand.

    Made from the published figures by `python docs/make_england.py`; each note begins by saying whose they are.

    Example:
        >>> englands_values()["arrivals.month_index"].grade
        'published'
    """
    return dict(Parameters.read(_FOLDER / _ENGLAND).numbers)


def england(figure: str, year: int) -> EnglandFigure:
    """England's figure for the nearest year that has one (the earlier of two).

    Args:
        figure: `initial_contacts`, `referrals`, `sickness_share` or `caseload`.
        year: the year asked for.

    Raises:
        ValueError: no such figure.

    Example:
        >>> england("initial_contacts", 2020).value
        2440000.0
    """
    with (_FOLDER / "england_by_year.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["figure"] == figure]
    if not rows:
        raise ValueError(f"there is no figure of England called {figure!r}")
    row = min(rows, key=lambda row: (abs(int(row["year"]) - year), int(row["year"])))
    return EnglandFigure(int(row["year"]), float(row["value"]), date.fromisoformat(row["date"]), row["source"])
