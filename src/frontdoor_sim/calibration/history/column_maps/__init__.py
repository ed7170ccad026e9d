"""Which columns of a local extract mean what: YAML that a council edits. Two shapes to start from are shipped.

`mosaic.yaml` (a row a workflow step) and `liquidlogic.yaml` (a row a contact) are read by their columns like any standard
format; a council's own copy, given together with its extract, goes before them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd

from frontdoor_sim.calibration.history.door import MOMENTS, OUTCOMES
from frontdoor_sim.calibration.history.layouts import Field, Layout, squeezed
from frontdoor_sim.documents import Document, InputError, Mistake, in_words, nearest, read_yaml, shown
from frontdoor_sim.parameters.known import SOURCES
from frontdoor_sim.tables import from_rows

SHIPPED = ("mosaic", "liquidlogic")
READS = {
    **dict.fromkeys(MOMENTS, "moment"),
    **dict.fromkeys(("consent", "open_case", "out_of_hours"), "flag"),
    "item": "item", "parent": "item", "person": "person", "family": "family", "step": "step", "status": "status",
    "outcome": "outcome", "source": "source", "team": "team", "rag": "rag", "age": "age",
}  # fmt: skip
"""What a column may be, and how it is read."""
NEEDED = {"steps": ("item", "person", "step", "incoming", "ended"), "contacts": ("item", "person", "received", "ended")}

_ALWAYS = ("item", "person", "ended")
_KINDS = ("work", "checks", "consent", "caseload", "delay")
_TOP = ("name", "shape", "columns", "stages", "outcomes", "ends", "sources")
_FLAGS = ("decides", "accepts", "allocates", "transfer")
_STAGE = ("steps", "kind", "team", "decides", "accepts", "allocates", "transfer")
_END = ("provides", "referral")


@dataclass(frozen=True, eq=False)
class ColumnMap:
    """A column map: what the columns of an extract are and, where a row is a step, what its steps mean.

    Args:
        layout: the columns.
        stages: table `stages`, of the steps; empty where a row is a contact.
        outcomes: table `outcomes`, likewise.
    """

    layout: Layout
    stages: pd.DataFrame
    outcomes: pd.DataFrame


@cache
def shipped() -> tuple[ColumnMap, ...]:
    """The column maps that come with the package.

    Example:
        >>> [one.layout.format for one in shipped()]
        ['Mosaic', 'Liquidlogic']
    """
    found = []
    for name in SHIPPED:
        with resources.as_file(resources.files(__name__) / f"{name}.yaml") as path:
            found.append(read_map(path))
    return tuple(found)


def read_map(path: str | Path) -> ColumnMap:
    """Read a column map.

    Raises:
        InputError: every mistake of the file.
    """
    document = read_yaml(path)
    data = document.data
    if not isinstance(data, dict):
        right, remedy = "Names with a colon: name, shape, columns.", "Copy mosaic.yaml or liquidlogic.yaml and edit it."
        raise InputError([Mistake(document.where(), "This is no column map.", right, remedy)])
    slips = _Slips(document)
    slips.names((), data, _TOP)
    if "name" in data:
        slips.text(("name",), data["name"])
    shape = slips.one_of(("shape",), data.get("shape"), list(NEEDED), "a shape")
    columns = _columns(slips, data, shape)
    stages = _stages(slips, data, shape)
    ends = _ends(slips, data, stages)
    words = _words(slips, data, shape, stages, ends)
    slips.raise_all()
    fields = tuple(Field(f, str(heading), "", READS[f], f in NEEDED[shape]) for f, heading in columns.items())
    kind = "step" if shape == "steps" else "contact"
    layout = Layout(str(data.get("name", "local")), kind, kind, fields, shape, words)
    return ColumnMap(layout, _stage_table(stages), _outcome_table(stages, ends))


class _Slips:
    """Collects the mistakes of a column map."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.found: list[Mistake] = []

    def add(self, keys: tuple[str | int, ...], what: str, right: str, remedy: str) -> None:
        self.found.append(Mistake(self.document.where(*keys), what, right, remedy))

    def mapping(self, keys: tuple[str | int, ...], value: Any) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        self.add(keys, f"{shown(value)} is not a mapping.", "Names, each with a colon.", "Write one name a line.")
        return {}

    def names(
        self, keys: tuple[str | int, ...], given: Mapping[str, Any], known: Sequence[str] | Mapping[str, Any]
    ) -> None:
        for name in given:
            if name not in known:
                near = nearest(name, known)
                remedy = f"Did you mean {in_words(near)}?" if near else "Remove it."
                self.add((*keys, name), f"{name!r} is not known here.", f"{in_words(known)}.", remedy)

    def one_of(self, keys: tuple[str | int, ...], given: Any, known: Sequence[str], what: str) -> str:
        """A word that must be one of several; empty, and a mistake, where it is another."""
        if isinstance(given, str) and given in known:
            return given
        near = nearest(given, known) if isinstance(given, str) else []
        remedy = f"Did you mean {in_words(near)}?" if near else f"Write {keys[-1]}: {known[0]}, or another of them."
        self.add(keys, f"{shown(given)} is not {what}.", f"{in_words(known)}.", remedy)
        return ""

    def text(self, keys: tuple[str | int, ...], given: Any) -> str:
        """A text, or a number that is read as one; empty, and a mistake, where it is neither."""
        if isinstance(given, (str, int, float)) and not isinstance(given, bool) and squeezed(given):
            return str(given)
        what, right = f"{shown(given)} is no text.", "A text with a letter or digit, or a number."
        self.add(keys, what, right, "Write it as it stands in the extract, in quotes if need be.")
        return ""

    def flag(self, keys: tuple[str | int, ...], given: Any) -> bool:
        """True or false; a mistake, and true so that nothing else follows from it, where it is neither."""
        if not isinstance(given, bool):
            what = f"{shown(given)} is neither true nor false."
            self.add(keys, what, "true or false.", f"Write {keys[-1]}: true, or {keys[-1]}: false.")
        return given is not False

    def raise_all(self) -> None:
        if self.found:
            raise InputError(self.found)


def _columns(slips: _Slips, data: Mapping[str, Any], shape: str) -> dict[str, str]:
    """The heading of each field."""
    given = slips.mapping(("columns",), data.get("columns"))
    slips.names(("columns",), given, READS)
    columns = {field: slips.text(("columns", field), heading) for field, heading in given.items() if field in READS}
    for field in NEEDED[shape] if shape else _ALWAYS:
        if field not in given:
            right = f"{in_words(NEEDED[shape] if shape else _ALWAYS, 'and')}."
            slips.add(("columns",), f"{field} is missing.", right, f"Add {field}: COLUMN.")
    return columns


def _stages(slips: _Slips, data: Mapping[str, Any], shape: str) -> dict[str, dict[str, Any]]:
    """The stages, each with all its fields; none where a row is a contact."""
    if shape == "contacts" and "stages" in data:
        what, right = "A row is a contact, so there are no steps to make stages of.", "No `stages`, or `shape: steps`."
        slips.add(("stages",), what, right, "Take `stages` out, or say that a row is a step.")
    if "stages" not in data and shape != "steps":
        return {}
    given = slips.mapping(("stages",), data.get("stages"))
    stages = {name: _stage(slips, name, facts) for name, facts in given.items()}
    _once(slips, stages)
    if given and not any(facts["decides"] for facts in stages.values()):
        slips.add(
            ("stages",), "No stage decides.", "decides: true at one stage or more.", "Mark the step that decides."
        )
    return stages


def _stage(slips: _Slips, name: str, facts: Any) -> dict[str, Any]:
    keys = ("stages", name)
    if not isinstance(facts, dict):
        slips.mapping(keys, facts)
        return {"steps": [], "kind": "work", "team": "", **dict.fromkeys(_FLAGS, True)}
    slips.names(keys, facts, _STAGE)
    flags = {flag: flag in facts and slips.flag((*keys, flag), facts[flag]) for flag in _FLAGS}
    transfer = flags.pop("transfer") if "transfer" in facts else flags["accepts"] or flags["allocates"]
    return {
        "steps": _steps(slips, keys, facts.get("steps")),
        "kind": slips.one_of((*keys, "kind"), facts.get("kind", "work"), _KINDS, "a kind"),
        "team": slips.text((*keys, "team"), facts["team"]) if facts.get("team") not in (None, "") else "",
        **{flag: flags[flag] for flag in ("decides", "accepts", "allocates")},
        "transfer": transfer,
    }


def _steps(slips: _Slips, keys: tuple[str, ...], given: Any) -> list[str]:
    """The step types of a stage."""
    if not isinstance(given, list) or not given:
        slips.add((*keys, "steps"), "No step types are listed.", "A list: [Contact/Referral].", "List them.")
        return []
    return [slips.text((*keys, "steps", place), one) for place, one in enumerate(given)]


def _once(slips: _Slips, stages: Mapping[str, Mapping[str, Any]]) -> None:
    """A step type belongs to one stage."""
    stage_of: dict[str, str] = {}
    for name, facts in stages.items():
        for place, step in enumerate(facts["steps"]):
            first = stage_of.setdefault(squeezed(step), name)
            if step and first != name:
                what = f"{step!r} is a step of {first} already."
                slips.add(("stages", name, "steps", place), what, "Each step type in one stage.", "Take it out of one.")


def _ends(slips: _Slips, data: Mapping[str, Any], stages: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The ends, each with what is said of it: the level of need that it provides for, and whether it is a referral closed."""
    ends: dict[str, dict[str, Any]] = {}
    for name, facts in slips.mapping(("ends",), data.get("ends", {})).items():
        keys = ("ends", name)
        ends[name] = given = slips.mapping(keys, facts if facts is not None else {})
        slips.names(keys, given, _END)
        provides = given.get("provides")
        if provides is not None and (isinstance(provides, bool) or provides not in range(5)):
            what, remedy = f"{shown(provides)} is not a level of need.", "Write a level, or leave provides out."
            slips.add((*keys, "provides"), what, "0, 1, 2, 3 or 4.", remedy)
        if "referral" in given:
            slips.flag((*keys, "referral"), given["referral"])
        if name in stages:
            slips.add(
                keys, f"{name} is a stage too.", "A name of its own for each stage and end.", "Rename one of them."
            )
    return ends


def _words(
    slips: _Slips, data: Mapping[str, Any], shape: str, stages: Mapping[str, Any], ends: Mapping[str, Any]
) -> dict[str, dict[str, str]]:
    """For the step types, outcomes and sources of the extract, what each stands for."""
    words = {"step": {squeezed(step): stage for stage, facts in stages.items() for step in facts["steps"]}}
    if shape == "contacts":
        del words["step"]
    of_shape = {"steps": [*stages, *ends], "contacts": list(OUTCOMES)}
    allowed = of_shape.get(shape, [*stages, *ends, *OUTCOMES])
    for section, known in (("outcomes", allowed), ("sources", list(SOURCES))):
        if section not in data:
            continue
        given = slips.mapping((section,), data[section])
        meant: dict[str, Any] = {}
        for name, means in given.items():
            if means not in known:
                near = nearest(str(means), known)
                remedy = f"Did you mean {in_words(near)}?" if near else "Use one of them, or add it to ends."
                slips.add((section, name), f"{shown(means)} is not known.", f"{in_words(known)}.", remedy)
            if meant.setdefault(squeezed(name), means) != means:
                what = f"{name!r} reads like another that means {shown(meant[squeezed(name)])}."
                right = "Words that differ in letters or digits, or that mean the same."
                slips.add((section, name), what, right, "Take one of them out.")
        words[section.removesuffix("s")] = {squeezed(name): str(means) for name, means in given.items()}
    return words


def _stage_table(stages: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    columns = ("kind", "team", "decides", "accepts", "allocates")
    rows = [
        {"stage": name, **{c: facts[c] for c in columns}, "decided_before": False} for name, facts in stages.items()
    ]
    return from_rows(rows, "stages")


def _outcome_table(stages: Mapping[str, Mapping[str, Any]], ends: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """Every stage and every end as an outcome."""
    leaving = [(name, True, facts.get("provides"), False, facts.get("referral", False)) for name, facts in ends.items()]
    onward = [(name, False, None, facts["transfer"], facts["transfer"]) for name, facts in stages.items()]
    columns = ("outcome", "is_end", "provides", "transfer", "referral")
    rows = [
        dict(zip(columns, row, strict=True), decided_later=False, accepted_later=False) for row in (*leaving, *onward)
    ]
    return from_rows(rows, "outcomes")
