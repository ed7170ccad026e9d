"""A scenario that has been read: its operating model, its digest, and the same with other numbers."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path as FilePath
from typing import Any

from pydantic import BaseModel

from frontdoor_sim.distributions import Distribution
from frontdoor_sim.documents import InputError, Mistake, check_given, copied, dotted, in_words, shown
from frontdoor_sim.operating_model import Lasting, OperatingModel, Phase
from frontdoor_sim.parameters import Parameters
from frontdoor_sim.scenario.backlog import Backlog, moved_by
from frontdoor_sim.scenario.changes import VERBS, Change, Step, Touched
from frontdoor_sim.scenario.dates import days_of, gone, is_dated, lasting, made_on, ramps_of
from frontdoor_sim.scenario.edits import apply
from frontdoor_sim.scenario.examine import examined, form_of
from frontdoor_sim.scenario.paths import Path, PathError, find, look, put
from frontdoor_sim.scenario.resolve import resolve

PARAMETERS, SCALE = "parameters.", ".scale"
_OF_THE_OPTION = ("name", "summary")


@dataclass(frozen=True)
class Scenario:
    """An operating model with where it came from.

    Args:
        file: the scenario file.
        data: the scenario as written, changes made, names of parameters not yet filled in.
        parameters: the council's numbers; None where the scenario needs none.
        base: the scenario that an option changes; None for a base. An option of an option has the same base.
        steps: the option's changes, each with its place, in file order; those of options that it builds on come first.
        touched: every place that they touch, with what was there before.
        backlog: of a base, the contacts that are open when its run starts.
        moved: of an option that stands alone (see `alone`), its `open_at`.
    """

    file: FilePath
    data: dict[str, Any]
    parameters: Parameters | None = None
    base: Scenario | None = None
    steps: tuple[Step, ...] = ()
    touched: tuple[Touched, ...] = field(default=(), repr=False)
    backlog: Backlog | None = field(default=None, repr=False)
    moved: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __repr__(self) -> str:
        of = f", changes {self.base.name!r}" if self.base else ""
        return f"Scenario({self.name!r} in {self.file.name}{of})"

    @property
    def name(self) -> str:
        """What the scenario is called."""
        return str(self.data["name"])

    @property
    def changes(self) -> tuple[Change, ...]:
        """The option's changes, in the order in which they are made."""
        return tuple(step.change for step in self.steps if step.change is not None)

    @property
    def files(self) -> tuple[FilePath, ...]:
        """Every file of which the scenario is made, its own first; of a council's numbers, their digest is in its own.

        Example:
            >>> from frontdoor_sim.scenario import read_scenario
            >>> [file.name for file in read_scenario("scenarios/examples/one_desk_open_longer.yaml").files]
            ['one_desk_open_longer.yaml', 'one_desk_two_more.yaml', 'one_desk.yaml']
        """
        made_of = [self.file, *(step.document.path for step in self.steps), *(self.base.files if self.base else ())]
        made_of += [self.backlog.file] if self.backlog else []
        return tuple({file.resolve(): file for file in made_of}.values())

    @property
    def resolved(self) -> dict[str, Any]:
        """The scenario with the council's numbers filled in, as plain data."""
        filled: dict[str, Any] = resolve(self.data, self.parameters)[0]
        return filled

    @cached_property
    def model(self) -> OperatingModel:
        """The operating model."""
        return _model(json.dumps(form_of(self.resolved), sort_keys=False, default=str))

    @cached_property
    def phases(self) -> tuple[Phase, ...]:
        """The models that follow each other in the run; one where no date of a change lies in it.

        Example:
            >>> from frontdoor_sim.scenario import read_scenario
            >>> [len(phase.model.stages) for phase in read_scenario("scenarios/examples/go_live.yaml").phases]
            [6, 6, 6, 6, 6]
        """
        if self.base is None or not is_dated(self.steps):
            return (Phase(self.model),)
        return tuple(self._phase(self.base.data, day) for day in days_of(self.model.run, self.steps))

    @cached_property
    def open_at(self) -> dict[str, str]:
        """Where contacts stand when the run starts that the backlog has at a stage of the base that this option has not."""
        return moved_by(self.base.data, self.steps) if self.base is not None else dict(self.moved)

    @property
    def alone(self) -> Scenario:
        """The same scenario as if it were no option: when it is varied, no change is made again on top.

        Contacts of its base's backlog are met where the option has them.

        Example:
            >>> from frontdoor_sim.scenario import read_scenario
            >>> option = read_scenario("scenarios/examples/one_desk_two_more.yaml")
            >>> option.alone.base is None, option.alone.model == option.model
            (True, True)
        """
        return Scenario(self.file, self.data, self.parameters, backlog=self.backlog, moved=self.open_at)

    def _phase(self, base: dict[str, Any], day: date) -> Phase:
        data, touched, _ = made_on(base, self.steps, day)
        own = {name: self.data.get(name, "") for name in _OF_THE_OPTION}
        former = None
        if any(change.ramps(day) for change in self.changes):
            former = self._made(made_on(base, self.steps, day, ramped=False)[0] | own)
        return Phase(self._made(data | own), day, *gone(touched), *ramps_of(self.steps, touched, day, former))

    def _made(self, data: dict[str, Any]) -> OperatingModel:
        form = form_of(resolve(data, self.parameters)[0])
        return _model(json.dumps(form, sort_keys=False, default=str))

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to worker processes packed once and opened there once, without the model, which is made from the data."""
        return _opened, (self._packed,)

    @cached_property
    def _packed(self) -> bytes:
        return pickle.dumps({part.name: getattr(self, part.name) for part in dataclasses.fields(self)})

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all that can change an answer: the model, the council's numbers and, for an option, its base.

        It is of what is said, not of how: `15%` and `0.15` are the same, and so are two orders of a team's fields. The
        order of teams, stages and rules counts, since ties are broken by it.
        """
        dated = [
            [str(phase.begins), _said(phase.model), phase.goes, phase.team_goes]
            + [_said(phase.ramps), _said(phase.team_ramps)]
            for phase in self.phases
        ]
        said = [
            _said(self.model) if len(dated) == 1 and not is_dated(self.steps) else dated,
            self.parameters.digest if self.parameters else "",
            self.base.digest if self.base else "",
        ]
        said += [self.backlog.digest] if self.backlog else []
        said += [sorted(self.moved.items())] if self.moved else []
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()

    def varied(self, values: Mapping[str, Any]) -> Scenario:
        """The same scenario with other values at some paths; an option's base is varied, and its changes made again.

        So what an option sets itself stays as it sets it. To vary what comes out, vary `alone`.

        Args:
            values: by path, such as `teams.screening.staff.social_worker.wte`, or of a parameter, such as
                `parameters.judgement.noise`; a path ending in `.scale` multiplies a duration of the parameters.

        Raises:
            InputError: a path leads nowhere, or a value does not fit; all mistakes at once.

        Example:
            >>> from frontdoor_sim.scenario import read_scenario
            >>> model = read_scenario("scenarios/examples/one_desk.yaml")
            >>> model.varied({"teams.desk.staff.officer.wte": 3}).model.teams["desk"].staff[0].wte
            3.0
        """
        if self.base is None:
            return _varied_base(_Variation(self, repr(values), values))
        return _checked(_varied_option(self, self.base, values))

    def only(self, *numbers: int) -> Scenario:
        """The base with some of the option's changes and none of the others, in their order.

        Where options were combined, a change does all that its file says, also what an earlier one that is left out says too.

        Args:
            numbers: places of the changes in `changes`, from 0.

        Raises:
            InputError: a change cannot stand without another; IndexError where there is no such change.

        Example:
            >>> from frontdoor_sim.scenario import read_scenario
            >>> option = read_scenario("scenarios/examples/one_desk_two_more.yaml")
            >>> option.only(0).model.teams == option.model.teams, option.only().model.teams == option.base.model.teams
            (True, True)
        """
        steps: tuple[Step, ...] = ()
        for number in sorted(set(numbers)):
            steps = (*steps, _whole(self.base or self, steps, self.steps[number]))
        told = in_words([number + 1 for number in sorted(set(numbers))], "and") or "none"
        return _checked(_changed(self, self.base or self, steps, {"name": f"{self.name}: changes {told}"}))


def check_scenarios(**given: object) -> None:
    """Refuse arguments that are no scenarios, such as the path of a file.

    Args:
        given: each by its name.

    Raises:
        InputError: all that are something else.
    """
    instead = 'Read one from its file: fd.read_scenario("as_found.yaml").'
    check_given(Scenario, "a scenario", "fd.read_scenario", instead, **given)


def _whole(base: Scenario, earlier: tuple[Step, ...], step: Step) -> Step:
    """A step with all that its file says and earlier ones have not done already."""
    if step.change is None or step.whole is None:
        return step
    for verb in VERBS:
        said = getattr(step.whole, verb)
        for path in said:
            kept = {*getattr(step.change, verb), path}
            change = step.change.model_copy(update={verb: {name: said[name] for name in said if name in kept}})
            wider = dataclasses.replace(step, change=change)
            step = step if apply(base.data, (*earlier, wider))[2] else wider
    return step


def _checked(scenario: Scenario) -> Scenario:
    """The scenario, examined, with the model that this gave."""
    found, model = examined(scenario.data, scenario.parameters)
    if found:
        raise InputError(dataclasses.replace(m, where=f"{scenario.file.name}: {dotted(at)}") for at, m in found)
    vars(scenario)["model"] = model
    return scenario


@dataclass(frozen=True)
class _Variation:
    """A base and the values it is varied by; equal to another of an equal base whose values are written the same."""

    scenario: Scenario
    said: str
    values: Mapping[str, Any] = field(compare=False)

    def __hash__(self) -> int:
        return hash((self.scenario.file, self.said))


@lru_cache(maxsize=8)
def _varied_base(variation: _Variation) -> Scenario:
    """A base varied; kept, since the options of a replication have their base varied in the same way one after another."""
    scenario, values = variation.scenario, variation.values
    numbers = {path.removeprefix(PARAMETERS): value for path, value in values.items() if path.startswith(PARAMETERS)}
    parameters = _with_numbers(scenario.parameters, numbers) if numbers else scenario.parameters
    data, mistakes = copied(scenario.data), []
    for path, value in values.items():
        try:
            for place in () if path.startswith(PARAMETERS) else _places(data, path):
                put(data, place, copied(value))
        except PathError as error:
            mistakes.append(Mistake(f"{scenario.file.name}: {path}", error.what, error.right, error.remedy))
    if mistakes:
        raise InputError(mistakes)
    return _checked(Scenario(scenario.file, data, parameters, backlog=scenario.backlog, moved=scenario.moved))


def _places(data: Any, path: str) -> list[Path]:
    """Where a value goes: what is there, or an optional field that is not; a distribution has none of these."""
    found = find(data, path, new_in=(dict,))
    inside = [(look(data, place[:-1]), place[-1]) for place in found]
    new = any(isinstance(parent, dict) and "distribution" in parent and name not in parent for parent, name in inside)
    return find(data, path) if new else found


def _varied_option(option: Scenario, base: Scenario, values: Mapping[str, Any]) -> Scenario:
    """The changes made again to a varied base; name and summary are the option's own."""
    own = {name: values.get(name, option.data.get(name, "")) for name in _OF_THE_OPTION}
    base = base.varied({path: value for path, value in values.items() if path not in _OF_THE_OPTION})
    return _changed(option, base, option.steps, own)


def _changed(option: Scenario, base: Scenario, steps: tuple[Step, ...], own: dict[str, Any]) -> Scenario:
    """Changes of an option made to a base; `own` is what the result has of its own."""
    _, touched, mistakes = apply(base.data, steps)
    if mistakes:
        raise InputError(mistakes)
    data = apply(base.data, lasting(steps), all_of_them=False)[0]
    return Scenario(option.file, data | own, base.parameters, base, steps, tuple(touched))


def _with_numbers(parameters: Parameters | None, numbers: Mapping[str, Any]) -> Parameters:
    if parameters is None:
        where, what = in_words(numbers, "and"), "The scenario has no parameters."
        raise InputError([Mistake(where, what, "A scenario with a parameters file.", "Name one: `parameters:`.")])
    new: dict[str, Any] = {}
    for name, value in numbers.items():
        full = name.removesuffix(SCALE)
        new[full] = _scaled_number(parameters, full, value) if name.endswith(SCALE) else value
    return parameters.with_values(new)


def _scaled_number(parameters: Parameters, name: str, factor: object) -> dict[str, Any]:
    shape, where = parameters.value(name), f"{PARAMETERS}{name}{SCALE}"
    if not isinstance(shape, Mapping) or "distribution" not in shape:
        what = f"{name} is {shown(shape)}, which cannot be scaled."
        raise InputError([Mistake(where, what, "The name of a duration.", "Give the number itself, without `.scale`.")])
    if isinstance(factor, bool) or not isinstance(factor, (int, float)) or factor <= 0:
        right = "A number above 0, such as 1.2."
        raise InputError(
            [Mistake(where, f"A duration cannot be scaled by {shown(factor)}.", right, "Correct the number.")]
        )
    return scaled(shape, float(factor))


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


@lru_cache(maxsize=32)
def _opened(packed: bytes) -> Scenario:
    """A scenario that came from another process; the same for all tasks that need it."""
    return Scenario(**pickle.loads(packed))  # bytes of this study, no file


@lru_cache(maxsize=64)
def _model(text: str) -> OperatingModel:
    return OperatingModel.model_validate(json.loads(text))


def _said(value: Any) -> Any:
    """What a part of a model says, as plain data in one order."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Lasting):
        return [_said(value.shape), value.unit_seconds, value.clock]
    if isinstance(value, Distribution):
        return [value.kind, _said(sorted(value.numbers))]
    if isinstance(value, BaseModel):
        return {name: _said(getattr(value, name)) for name in type(value).model_fields}
    if dataclasses.is_dataclass(value):
        return [_said(getattr(value, part.name)) for part in dataclasses.fields(value)]
    if isinstance(value, Mapping):
        return [[name, _said(inner)] for name, inner in value.items()]
    if isinstance(value, (list, tuple)):
        return [_said(inner) for inner in value]
    return str(value)
