"""Read a scenario file: base or option, parameters filled in, checked as a whole."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from frontdoor_sim.documents import Document, InputError, Mistake, in_words, nearest, read_yaml
from frontdoor_sim.operating_model import OperatingModel
from frontdoor_sim.parameters import Parameters
from frontdoor_sim.scenario.changes import OPTION_FIELDS, Change, Touched, apply, read_changes
from frontdoor_sim.scenario.checks import ALL
from frontdoor_sim.scenario.paths import Path, PathError, find, look, put
from frontdoor_sim.scenario.resolve import resolve
from frontdoor_sim.scenario.translate import translate


@dataclass(frozen=True)
class Scenario:
    """An operating model with where it came from.

    Args:
        file: the scenario file.
        data: the scenario as written, changes made, names of parameters not yet filled in.
        parameters: the council's numbers; None where the scenario needs none.
        base: the scenario that an option changes; None for a base. An option of an option has the same base.
        changes: the option's changes, in file order; those of an option that it builds on come first.
        touched: every place that they touch, with what was there before.
    """

    file: FilePath
    data: dict[str, Any]
    parameters: Parameters | None = None
    base: Scenario | None = None
    changes: tuple[Change, ...] = ()
    touched: tuple[Touched, ...] = field(default=(), repr=False)

    @property
    def name(self) -> str:
        """What the scenario is called."""
        return str(self.data["name"])

    @property
    def resolved(self) -> dict[str, Any]:
        """The scenario with the council's numbers filled in, as plain data."""
        filled: dict[str, Any] = resolve(self.data, self.parameters)[0]
        return filled

    @property
    def model(self) -> OperatingModel:
        """The operating model."""
        return _model(json.dumps(_kept(self.resolved), sort_keys=False, default=str))

    @property
    def digest(self) -> str:
        """SHA-256 of the scenario with its numbers and, for an option, of its base: an answer belongs to a digest."""
        text = json.dumps([_kept(self.resolved), self.base.digest if self.base else ""], sort_keys=False, default=str)
        numbers = self.parameters.digest if self.parameters else ""
        return hashlib.sha256((text + numbers).encode()).hexdigest()

    def varied(self, values: Mapping[str, Any]) -> Scenario:
        """The same scenario with other numbers at some paths; an option's base is varied, and its changes made again.

        Args:
            values: by path, such as `teams.screening.staff.social_worker.wte`, or of a parameter, such as
                `parameters.judgement.noise`; a path ending in `.scale` multiplies a duration.

        Raises:
            InputError: a path leads nowhere, or a value does not fit.

        Example:
            >>> from frontdoor_sim.scenario import read_scenario
            >>> model = read_scenario("scenarios/examples/one_desk.yaml")
            >>> model.varied({"teams.desk.staff.officer.wte": 3}).model.teams["desk"].staff[0].wte
            3.0
        """
        if self.base is not None:
            base = self.base.varied(values)
            document = Document(self.file, {})
            data, touched, mistakes = apply(base.data, list(self.changes), document, again=True)
            data |= {key: value for key, value in self.data.items() if key in ("name", "summary")}
            _stop(mistakes)
            return Scenario(self.file, data, base.parameters, base, self.changes, tuple(touched))
        numbers = {name.removeprefix("parameters."): value for name, value in values.items() if name.startswith("parameters.")}
        parameters = _with_numbers(self.parameters, numbers) if numbers else self.parameters
        data = copy.deepcopy(self.data)
        for path, value in values.items():
            if not path.startswith("parameters."):
                _put_all(data, path, value, self.file)
        return Scenario(self.file, data, parameters)


def _put_all(data: dict[str, Any], path: str, value: Any, file: FilePath) -> None:
    try:
        for place in find(data, path, new_last=True):
            put(data, place, value)
    except PathError as error:
        raise InputError([Mistake(f"{file.name}: {path}", str(error), "A path that is there.", "Correct the path.")]) from None


def _with_numbers(parameters: Parameters | None, numbers: Mapping[str, Any]) -> Parameters:
    if parameters is None:
        names = in_words(numbers)
        raise InputError([Mistake(names, "The scenario has no parameters.", "A scenario with a parameters file.", "Name one.")])
    new: dict[str, Any] = {}
    for name, value in numbers.items():
        if name.endswith(".scale"):
            full = name.removesuffix(".scale")
            new[full] = scaled(parameters.value(full), float(value))
        else:
            new[name] = value
    return parameters.with_values(new)


def scaled(shape: Mapping[str, Any], factor: float) -> dict[str, Any]:
    """A duration that lasts `factor` times as long, with the same relative spread.

    Example:
        >>> scaled({"distribution": "gamma", "mean": 20, "cv": 0.5}, 1.5)
        {'distribution': 'gamma', 'mean': 30.0, 'cv': 0.5}
    """
    sizes = {"mean", "median", "low", "mode", "high", "value"}
    out = {name: value * factor if name in sizes else value for name, value in shape.items()}
    if "edges" in out:
        out["edges"] = [edge * factor for edge in out["edges"]]
    return out


def _kept(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name != "parameters"}


@lru_cache(maxsize=64)
def _model(text: str) -> OperatingModel:
    return OperatingModel.model_validate(json.loads(text))


def read_scenario(path: str | FilePath) -> Scenario:
    """Read and check a scenario or an option.

    Args:
        path: a YAML file. With `changes: base.yaml` and `because:` it is an option, else a whole operating model.

    Returns:
        The scenario.

    Raises:
        InputError: every mistake in it, each with file, line and path, what is wrong, what would be right and the remedy.

    Example:
        >>> read_scenario("scenarios/examples/one_desk.yaml").name
        'One desk'
    """
    document = read_yaml(path)
    if not isinstance(document.data, dict):
        raise InputError([Mistake(document.where(), "The file is not a mapping.", "`name: ...` and so on.", "See the examples.")])
    return _read_option(document) if "changes" in document.data else _read_base(document)


def _read_base(document: Document) -> Scenario:
    data = dict(document.data)
    parameters, mistakes = _read_parameters(document, data)
    scenario = Scenario(document.path, data, parameters)
    _stop(mistakes + _mistakes(scenario, document, ()))
    return scenario


def _read_parameters(document: Document, data: dict[str, Any]) -> tuple[Parameters | None, list[Mistake]]:
    named = data.get("parameters")
    if named is None:
        return None, []
    if not isinstance(named, str):
        here = document.where("parameters")
        return None, [Mistake(here, f"{named!r} is not a file name.", "The path of a parameters file.", "Correct it.")]
    try:
        return Parameters.read(document.path.parent / named), []
    except InputError as error:
        return None, list(error.mistakes)


def _read_option(document: Document) -> Scenario:
    data = document.data
    unknown = [name for name in data if name not in OPTION_FIELDS]
    right = f"An option has {in_words(OPTION_FIELDS, 'and')}."
    mistakes = [
        Mistake(document.where(name), f"`{name}` is not known in an option.", right, _hint(name)) for name in unknown
    ]
    if not isinstance(data.get("name"), str):
        mistakes.append(Mistake(document.where("name"), "`name` is missing.", "What the option is called.", "Add `name:`."))
    parent = read_scenario(document.path.parent / str(data["changes"]))
    changes, wrong = read_changes(document)
    made, touched, lost = apply(parent.data, changes, document)
    made |= {"name": data.get("name", ""), "summary": data.get("summary", "")}
    touched = [*parent.touched, *touched]
    base = parent.base or parent
    scenario = Scenario(document.path, made, base.parameters, base, (*parent.changes, *changes), tuple(touched))
    mistakes += wrong + lost
    _stop(mistakes + _mistakes(scenario, document, tuple(touched)))
    return scenario


def _hint(name: str) -> str:
    near = nearest(name, OPTION_FIELDS)
    return f"Did you mean {in_words(near)}?" if near else "Put it under `because:` as a change."


def _mistakes(scenario: Scenario, document: Document, touched: tuple[Touched, ...]) -> list[Mistake]:
    """Everything wrong with a scenario as a whole; names that are not known first, then its form, then its laws."""

    def where(place: Path) -> str:
        for change in reversed(touched):
            if place[: len(change.path)] == change.path:
                return f"{change.where} ({'.'.join(map(str, place))})"
        return document.where(*place)

    filled, unknown = resolve(scenario.data, scenario.parameters)
    named = scenario.data.get("parameters") is not None and scenario.parameters is None
    mistakes = [] if named else [Mistake(where(at), m.what, m.right, m.remedy) for at, m in unknown]
    try:
        model = OperatingModel.model_validate(_kept(filled))
    except ValidationError as error:
        return mistakes + translate(error, filled, where)
    for law in ALL:
        mistakes += [Mistake(where(at), m.what, m.right, m.remedy) for at, m in law(model)]
    return mistakes


def _stop(mistakes: list[Mistake]) -> None:
    if mistakes:
        raise InputError(dict.fromkeys(mistakes))


def before_and_after(scenario: Scenario) -> list[tuple[str, Any, Any]]:
    """Every place that an option changes: its path, what was there, what is there now."""
    base = scenario.base.data if scenario.base else {}
    return [(".".join(map(str, t.path)), look(base, t.path), look(scenario.data, t.path)) for t in scenario.touched]
