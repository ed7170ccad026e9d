"""Write a parameters file: the same bytes for the same numbers, and good to read."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from frontdoor_sim.parameters.graded import Graded
from frontdoor_sim.parameters.known import known

LINE_WIDTH = 120
_INDENT = 2
_HEAD = """Parameters of a Front Door. Every number: value, unit, source, date, grade.
grade: fitted (to the council's own history), published, elicited (from practitioners) or assumed.
range: plausible low and high; for a duration, of its mean; for a list or mapping of shares, of any one.
The assumptions log of an appraisal is printed from this file."""
_SECTIONS = {
    "volumes": "How much comes. Counted in children, as published; work and queues count contacts (families).",
    "arrivals": "When it comes, and from whom.",
    "contacts": "What comes: need, grade on arrival, consent, area. Need has standard deviation 1 between families.",
    "durations": "How long work takes (minutes or hours of a worker) and how long waits last.",
    "judgement": "How decisions are made: need + bias + noise, held against thresholds.",
    "returns": "Which closures come back, when, and how much graver.",
    "staff": "Absence and limits. How many people there are stands in the scenario, not here.",
    "recording": "How case systems are kept: what makes figures as reported differ from figures as true, and nothing else.",
    "proposals": "What proposals are assumed to leave or bring. No effect size was found: ranges start at no effect.",
    "published": "Published results, kept for checks and flags; no run reads them.",
}


def plain(graded: Graded) -> dict[str, Any]:
    """A graded number as plain data, in the order of the file.

    Example:
        >>> from datetime import date
        >>> list(plain(Graded(1, "s", "Assumption", date(2020, 3, 31), "assumed", note="why")))
        ['value', 'unit', 'source', 'date', 'grade', 'note']
    """
    value = graded.value
    if isinstance(value, Mapping):
        value = {str(key): inner for key, inner in value.items()}
    data: dict[str, Any] = {"value": value, "unit": graded.unit, "source": graded.source, "date": graded.date}
    data["grade"] = graded.grade
    if graded.range is not None:
        data["range"] = list(graded.range)
    if graded.note:
        data["note"] = graded.note
    return data


def as_text(value: Any) -> str:
    """A value in one line, for the assumptions log.

    Example:
        >>> as_text({"distribution": "triangular", "low": 20, "mode": 45, "high": 120})
        'triangular: low 20, mode 45, high 120'
        >>> as_text([0.5, 1])
        '0.5, 1'
    """
    if isinstance(value, Mapping) and "distribution" in value:
        rest = {name: inner for name, inner in value.items() if name != "distribution"}
        return f"{value['distribution']}: {as_text(rest)}"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_nested(inner)}" for name, inner in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(_nested(inner) for inner in value)
    return str(value)


def _nested(value: Any) -> str:
    return f"({as_text(value)})" if isinstance(value, (list, tuple, Mapping)) else str(value)


def file_text(
    council: str, year: int, made_by: str, files: tuple[tuple[str, str], ...], numbers: Mapping[str, Graded]
) -> str:
    """The text of a parameters file.

    Args:
        council: name of the council.
        year: reporting year, which ends on 31 March.
        made_by: the command that made it, or empty.
        files: name and SHA-256 of the inputs.
        numbers: graded numbers by `section.name`, in the order of the file.

    Returns:
        YAML with comments, lines ended by LF.
    """
    tree = CommentedMap({"council": council, "year": year})
    if made_by:
        tree["made_by"] = made_by
    if files:
        tree["files"] = CommentedSeq([CommentedMap({"name": name, "sha256": digest}) for name, digest in files])
    for full, graded in numbers.items():
        section, name = full.split(".", 1)
        if section not in tree:
            tree[section] = CommentedMap()
            tree.yaml_set_comment_before_after_key(section, before=f"\n{_SECTIONS.get(section, section)}")
        tree[section][name] = _laid_out(plain(graded))
        tree[section].yaml_set_comment_before_after_key(name, before=_meaning(full), indent=_INDENT)
    tree.yaml_set_start_comment(_HEAD)
    return _dumped(tree)


def _meaning(full: str) -> str:
    """The comment above a number: an empty line and its meaning."""
    return f"\n{known()[full].description}" if full in known() else "\nA duration of this council's own"


def _laid_out(data: Any, depth: int = 0) -> Any:
    """Plain data as the writer wants it: short innermost lists and mappings on one line."""
    if isinstance(data, Mapping):
        mapping = CommentedMap({_key(key): _laid_out(inner, depth + 1) for key, inner in data.items()})
        if depth and not any(isinstance(inner, (Mapping, list)) for inner in data.values()) and _is_short(data):
            mapping.fa.set_flow_style()
        return mapping
    if isinstance(data, (list, tuple)):
        sequence = CommentedSeq([_laid_out(inner, depth + 1) for inner in data])
        if not any(isinstance(inner, (Mapping, list, tuple)) for inner in data):
            sequence.fa.set_flow_style()
        return sequence
    return data


def _key(key: str) -> str | int:
    return int(key) if key.isdigit() else key


def _is_short(data: Mapping[str, Any]) -> bool:
    return len(", ".join(f"{key}: {value}" for key, value in data.items())) < LINE_WIDTH - 20


def _dumped(tree: CommentedMap) -> str:
    writer = YAML(typ="rt", pure=True)
    writer.width = LINE_WIDTH
    writer.indent(mapping=_INDENT, sequence=2 * _INDENT, offset=_INDENT)
    writer.allow_unicode = True
    writer.representer.ignore_aliases = lambda *_: True
    stream = io.StringIO()
    writer.dump(tree, stream)
    return "\n".join(line.rstrip() for line in stream.getvalue().split("\n"))
