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

_KINDS = ("work", "checks", "consent", "caseload", "delay")
_TOP = ("name", "shape", "columns", "stages", "outcomes", "ends", "sources")
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
    shape = data.get("shape")
    if shape not in NEEDED:
        slips.add(("shape",), f"{shown(shape)} is not a shape.", "steps or contacts.", "Say what a row is.")
        shape = "contacts"
    columns = slips.mapping(("columns",), data.get("columns"))
    slips.names(("columns",), columns, READS)
    for field in NEEDED[shape]:
        if field not in columns:
            slips.add(
                ("columns",), f"{field} is missing.", f"{in_words(NEEDED[shape], 'and')}.", f"Add {field}: COLUMN."
            )
    stages = _stages(slips, data) if shape == "steps" else {}
    ends = _ends(slips, data)
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

    def raise_all(self) -> None:
        if self.found:
            raise InputError(self.found)


def _stages(slips: _Slips, data: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The stages, each with all its fields."""
    stages: dict[str, dict[str, Any]] = {}
    for name, facts in slips.mapping(("stages",), data.get("stages")).items():
        keys = ("stages", name)
        given = slips.mapping(keys, facts)
        slips.names(keys, given, _STAGE)
        kind = given.get("kind", "work")
        if kind not in _KINDS:
            slips.add((*keys, "kind"), f"{shown(kind)} is not a kind.", f"{in_words(_KINDS)}.", "Use one of them.")
        if not isinstance(given.get("steps"), list) or not given["steps"]:
            slips.add((*keys, "steps"), "No step types are listed.", "A list: [Contact/Referral].", "List them.")
        flags = {flag: given.get(flag, False) is True for flag in ("decides", "accepts", "allocates")}
        transfer = given.get("transfer", flags["accepts"] or flags["allocates"]) is True
        steps = given.get("steps") if isinstance(given.get("steps"), list) else []
        stages[name] = {
            "steps": steps,
            "kind": kind,
            "team": str(given.get("team") or ""),
            **flags,
            "transfer": transfer,
        }
    if stages and not any(facts["decides"] for facts in stages.values()):
        slips.add(
            ("stages",), "No stage decides.", "decides: true at one stage or more.", "Mark the step that decides."
        )
    return stages


def _ends(slips: _Slips, data: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The ends, each with what is said of it: the level of need that it provides for, and whether it is a referral closed."""
    ends: dict[str, dict[str, Any]] = {}
    for name, facts in slips.mapping(("ends",), data.get("ends", {})).items():
        keys = ("ends", name)
        ends[name] = given = slips.mapping(keys, facts if facts is not None else {})
        slips.names(keys, given, _END)
        provides, referral = given.get("provides"), given.get("referral", False)
        if provides is not None and (isinstance(provides, bool) or provides not in range(5)):
            what, remedy = f"{shown(provides)} is not a level of need.", "Write a level, or leave provides out."
            slips.add((*keys, "provides"), what, "0, 1, 2, 3 or 4.", remedy)
        if not isinstance(referral, bool):
            what, remedy = f"{shown(referral)} is neither true nor false.", "Write true for a referral that was closed."
            slips.add((*keys, "referral"), what, "true or false.", remedy)
    return ends


def _words(
    slips: _Slips, data: Mapping[str, Any], shape: str, stages: Mapping[str, Any], ends: Mapping[str, Any]
) -> dict[str, dict[str, str]]:
    """For the step types, outcomes and sources of the extract, what each stands for."""
    words = {"step": {squeezed(step): stage for stage, facts in stages.items() for step in facts["steps"]}}
    if shape == "contacts":
        del words["step"]
    allowed = [*stages, *ends] if shape == "steps" else list(OUTCOMES)
    for section, known in (("outcomes", allowed), ("sources", list(SOURCES))):
        if section not in data:
            continue
        given = slips.mapping((section,), data[section])
        for name, means in given.items():
            if means not in known:
                near = nearest(str(means), known)
                remedy = f"Did you mean {in_words(near)}?" if near else "Use one of them, or add it to ends."
                slips.add((section, name), f"{shown(means)} is not known.", f"{in_words(known)}.", remedy)
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
