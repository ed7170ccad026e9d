"""Every mistake of a parameters file, at once and in file order."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from frontdoor_sim.documents import Document, Mistake, in_words, nearest
from frontdoor_sim.parameters.graded import read_leaf
from frontdoor_sim.parameters.known import OPEN_SECTIONS, kind_of, known, sections
from frontdoor_sim.parameters.rules import Fault

ONE_SLIP = 0.85
"""Likeness above which an unknown duration is taken for a known one misspelt."""

OF_EVERY_SOURCE = (
    "arrivals.weekday_weights",
    "arrivals.hour_weights",
    "arrivals.bank_holiday_factor",
    "arrivals.school_holiday_factor",
    "contacts.need_mean",
    "contacts.consent_on_arrival",
)
"""Mappings that must speak of every source that contacts the Front Door."""


class _Input(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class _Head(BaseModel):
    """What stands above the sections."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    council: str = Field(min_length=1)
    year: int = Field(ge=2000, le=2100)
    made_by: str | None = None
    files: list[_Input] | None = None


_HEAD_RIGHT = {
    "council": "The name of the council.",
    "year": "The year in which the reporting year ends, such as 2020.",
    "made_by": "The command that made the file, as text.",
    "files": "A list of {name, sha256}, the latter with 64 digits of 0 to 9 and a to f.",
}


def document_mistakes(document: Document) -> list[Mistake]:
    """Every mistake of a parameters file.

    Args:
        document: the file as read.

    Returns:
        The mistakes in file order; empty where the file is right.
    """
    if not isinstance(document.data, Mapping):
        right = "A mapping with council, year and sections such as `volumes:`."
        return [Mistake(document.where(), "The file is not a mapping.", right, "Start from a file that works.")]
    found = [*_head_faults(document.data)]
    for section, numbers in document.data.items():
        if section in sections():
            found += [_below(fault, section) for fault in _section_faults(section, numbers)]
    found = found or list(_cross_faults(document.data))
    found.sort(key=lambda fault: document.line(*fault.keys))
    return [Mistake(document.where(*fault.keys), fault.what, fault.right, fault.remedy) for fault in found]


def _below(fault: Fault, *keys: str | int) -> Fault:
    return Fault((*keys, *fault.keys), fault.what, fault.right, fault.remedy)


def _head_faults(data: Mapping[str, Any]) -> list[Fault]:
    head = {name: value for name, value in data.items() if name not in sections()}
    try:
        _Head.model_validate(head)
    except ValidationError as error:
        return [_head_fault(problem["type"], problem["loc"], problem["input"]) for problem in error.errors()]
    return []


def _head_fault(kind: str, keys: tuple[str | int, ...], value: Any) -> Fault:
    field = str(keys[0])
    if kind == "missing" and len(keys) == 1:
        return Fault((), f"`{field}` is missing.", _HEAD_RIGHT[field], f"Add `{field}` at the top of the file.")
    if kind == "extra_forbidden" and len(keys) == 1:
        names = [*_HEAD_RIGHT, *sections()]
        what = f'There is no section called "{field}".'
        return Fault(keys, what, f"One of {in_words(names)}.", _remedy(field, names))
    shown = f'"{value}"' if isinstance(value, (str, int, float)) and value != "" else "This"
    return Fault(keys, f"{shown} does not fit `{keys[-1]}`.", _HEAD_RIGHT[field], f"Correct `{field}`.")


def _remedy(name: str, names: Iterable[str]) -> str:
    near = nearest(name, names)
    return f"Did you mean {in_words(near)}?" if near else "Remove it."


def _section_faults(section: str, numbers: Any) -> list[Fault]:
    if not isinstance(numbers, Mapping):
        right = f"Names below `{section}:`, each a graded number."
        return [Fault((), f"`{section}` holds no numbers.", right, "Indent the numbers below it, or remove it.")]
    faults = []
    for name, data in numbers.items():
        unknown = _name_fault(section, name, numbers)
        if unknown is not None:
            faults.append(unknown)
        else:
            full = f"{section}.{name}"
            faults += [_below(fault, name) for fault in read_leaf(full, kind_of(full), data)[1]]
    return faults


def _name_fault(section: str, name: str, present: Mapping[str, Any]) -> Fault | None:
    """A name that the section does not know; a new duration only where it looks like a slip of the pen."""
    names = [full.split(".", 1)[1] for full in known() if full.startswith(f"{section}.")]
    if name in names:
        return None
    if section in OPEN_SECTIONS:
        absent = [other for other in names if other not in present]
        if not difflib.get_close_matches(name, absent, n=1, cutoff=ONE_SLIP):
            return None
        names = absent
    what = f'There is no number called "{name}" in {section}.'
    return Fault((name,), what, f"One of {in_words(names)}.", _remedy(name, names))


def _cross_faults(data: Mapping[str, Any]) -> Iterable[Fault]:
    """Numbers that must agree with one another."""
    shares = _value(data, "arrivals.source_shares") or {}
    for full in OF_EVERY_SOURCE:
        spoken_of = _value(data, full)
        for source, share in shares.items():
            if spoken_of is not None and share > 0 and source not in spoken_of:
                what = f"Nothing is said of {source}, which makes {share:.1%} of contacts."
                right = "A line for every source in arrivals.source_shares."
                yield Fault((*full.split("."), "value"), what, right, f"Add a line for {source}.")


def _value(data: Mapping[str, Any], full: str) -> Any:
    section, name = full.split(".")
    leaf = (data.get(section) or {}).get(name)
    return None if leaf is None else leaf["value"]
