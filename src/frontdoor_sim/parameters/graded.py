"""A graded number: a value that says what it is worth.

Every number of a council carries value, unit, source, date and grade, so that the assumptions log of an appraisal
is printed from the file and cannot be forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from frontdoor_sim.distributions import from_mapping
from frontdoor_sim.documents import in_words, nearest
from frontdoor_sim.parameters.rules import RULES, Fault, is_number

Grade = Literal["fitted", "published", "elicited", "assumed"]
GRADES: tuple[Grade, ...] = ("fitted", "published", "elicited", "assumed")
"""From the firmest to the weakest."""

Clock = Literal["elapsed", "working", "working_days"]
TIME_UNITS: dict[str, tuple[int, Clock]] = {
    "seconds": (1, "elapsed"),
    "minutes": (60, "elapsed"),
    "hours": (3_600, "elapsed"),
    "days": (86_400, "elapsed"),
    "weeks": (604_800, "elapsed"),
    "working minutes": (60, "working"),
    "working hours": (3_600, "working"),
    "working days": (86_400, "working_days"),
}
"""Units of durations: seconds in one unit, and the clock. One working day counts as 86,400 on its own clock."""


@dataclass(frozen=True, slots=True)
class Graded:
    """A number (text, list or mapping) with what it is worth.

    Args:
        value: the value, in `unit`.
        unit: unit of the value.
        source: where it came from, in words that a reader can follow up.
        date: the date that the figure refers to, or on which it was published.
        grade: `fitted` to the council's own history, `published`, `elicited` from practitioners, or `assumed`.
        range: plausible low and high. For a duration, of its mean; for a mapping or list of shares, of any one.
        note: what a reader must know; empty where there is nothing.
        where: file, line and path, where it was read from a file.

    Example:
        >>> Graded(0.15, "share of contacts", "Assumption", date(2019, 5, 31), "assumed").grade
        'assumed'
    """

    value: Any
    unit: str
    source: str
    date: date
    grade: Grade
    range: tuple[float, float] | None = None
    note: str = ""
    where: str = field(default="", compare=False)


def _iso(value: Any) -> date:
    """A date, or text such as `2020-03-31`; a bare year or a number of seconds is neither."""
    if type(value) is date:
        return value
    if isinstance(value, str) and len(value) == len("2020-03-31"):
        return date.fromisoformat(value)
    raise ValueError("not an ISO date")


class _Leaf(BaseModel):
    """The shape of a graded number in a file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: Any
    unit: str = Field(min_length=1)
    source: str = Field(min_length=1)
    date: Annotated[date, BeforeValidator(_iso)]
    grade: Grade
    range: tuple[int | float, int | float] | None = None
    note: str = ""


_RIGHT = {
    "value": "A number, text, list or mapping.",
    "unit": "The unit in words, such as `minutes`.",
    "source": "Where the value comes from, in words.",
    "date": "An ISO date, such as 2020-03-31.",
    "grade": f"One of {in_words(GRADES)}.",
    "range": "Two numbers, [low, high].",
    "note": "Text.",
}


def read_leaf(name: str, kind: str, data: Any) -> tuple[Graded | None, list[Fault]]:
    """A graded number from plain data, with every fault.

    Args:
        name: name of the number, `section.name`.
        kind: the rule that its value obeys (a name in `rules.RULES`).
        data: what stands in the file.

    Returns:
        The number, or None where anything is wrong, and the faults; their keys start below the number.
    """
    if not isinstance(data, Mapping):
        right = "A mapping with value, unit, source, date and grade."
        return None, [Fault((), f"`{name}` has no grade.", right, "Write `value: ...` and the other four below it.")]
    faults = _shape_faults(data)
    if "value" in data:
        faults += [Fault(("value", *f.keys), f.what, f.right, f.remedy) for f in RULES[kind](data["value"])]
    if kind == "duration" and isinstance(data.get("unit"), str):
        faults += _unit_faults(data["unit"])
    if faults:
        return None, faults
    leaf = _Leaf.model_validate(data)
    value = leaf.value if kind != "thresholds" else {int(level): cut for level, cut in leaf.value.items()}
    graded = Graded(value, leaf.unit, leaf.source, leaf.date, leaf.grade, leaf.range, leaf.note)
    return graded, _range_faults(graded, kind)


def _shape_faults(data: Mapping[str, Any]) -> list[Fault]:
    try:
        _Leaf.model_validate(data)
    except ValidationError as error:
        return [_translated(problem["type"], str(problem["loc"][0]), data) for problem in error.errors()]
    return []


def _translated(kind: str, field: str, data: Mapping[str, Any]) -> Fault:
    """A finding of pydantic in our four parts."""
    if kind == "missing":
        return Fault((), f"`{field}` is missing.", _RIGHT[field], f"Add `{field}`.")
    if kind == "extra_forbidden":
        near = nearest(field, _RIGHT)
        remedy = f"Did you mean {in_words(near)}?" if near else "Remove it, or move it into `note`."
        return Fault((field,), f'"{field}" is not known here.', f"One of {in_words(_RIGHT)}.", remedy)
    near = nearest(str(data[field]), GRADES) if field == "grade" else []
    remedy = f"Did you mean {in_words(near)}?" if near else f"Correct `{field}`."
    shown = "Nothing" if data[field] in (None, "") else f'"{data[field]}"'
    return Fault((field,), f"{shown} is not a {field}.", _RIGHT[field], remedy)


def _unit_faults(unit: str) -> list[Fault]:
    if unit in TIME_UNITS:
        return []
    near = nearest(unit, TIME_UNITS)
    remedy = f"Did you mean {in_words(near)}?" if near else "Use one of the list."
    return [Fault(("unit",), f'"{unit}" is not a unit of time.', f"One of {in_words(TIME_UNITS)}.", remedy)]


def _range_faults(graded: Graded, kind: str) -> list[Fault]:
    if graded.range is None:
        return []
    low, high = graded.range
    right = "A range [low, high] with the value inside (for a duration, with its mean inside)."
    if not low <= high:
        return [Fault(("range",), f"{low:g} is above {high:g}.", right, "Swap the two numbers.")]
    middle = from_mapping(graded.value).mean if kind in ("duration", "distribution") else graded.value
    if is_number(middle) and not low <= middle <= high:
        what = f"{middle:.4g} lies outside {low:g} to {high:g}."
        return [Fault(("range",), what, right, "Widen the range, or correct the value.")]
    return []
