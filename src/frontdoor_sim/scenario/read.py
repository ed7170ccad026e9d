"""Read a scenario file: base or option, parameters filled in, checked as a whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path as FilePath

from pydantic import ValidationError

from frontdoor_sim.documents import Document, InputError, Mistake, dotted, read_yaml
from frontdoor_sim.parameters import Parameters
from frontdoor_sim.scenario.changes import VERBS, Change, OptionFile, Touched, apply
from frontdoor_sim.scenario.examine import examine
from frontdoor_sim.scenario.forms import check_kind, read_form
from frontdoor_sim.scenario.paths import Path
from frontdoor_sim.scenario.record import Scenario

_OF_A_SCENARIO = ("run", "teams", "stages", "routes", "ends")
_OF_THE_BASE = {
    "name": "The name of the option stands at the top of its file.",
    "summary": "The summary of the option stands at the top of its file.",
    "parameters": "All options have the same council's numbers.",
    "run": "Options are compared over the same weeks.",
    "clock": "All options are measured by the same clock.",
    "receipt_closes": "All options are measured by the same clock.",
    "arrivals": "Options are compared on the same contacts.",
    "grading": "Options are compared on the same contacts, graded alike on arrival.",
}
"""What no option may change, and why."""


def read_scenario(path: str | FilePath) -> Scenario:
    """Read and check a scenario or an option.

    Args:
        path: a YAML file. With `changes: base.yaml` and `because:` it is an option, else a whole operating model.

    Returns:
        The scenario.

    Raises:
        InputError: every mistake in it, each with file, line and path, what is wrong, what would be right, the remedy.

    Example:
        >>> read_scenario("scenarios/examples/one_desk.yaml").name
        'One desk'
    """
    return _read(FilePath(path), ())


def _read(path: FilePath, below: tuple[FilePath, ...]) -> Scenario:
    """Read a file; `below` are the options that build on it, the first of them first."""
    document = read_yaml(path)
    if isinstance(document.data, dict) and ("changes" in document.data or "because" in document.data):
        return _read_option(document, below)
    check_kind(document, "a scenario", _OF_A_SCENARIO)
    return _read_base(document)


def _read_base(document: Document) -> Scenario:
    parameters, unread = _read_parameters(document)
    _stop([*_placed(examine(document.data, parameters, bool(unread)), document.where), *unread])
    return Scenario(document.path, dict(document.data), parameters)


def _read_parameters(document: Document) -> tuple[Parameters | None, Sequence[Mistake]]:
    if "parameters" not in document.data:
        return None, []
    try:
        return Parameters.read(document.beside(document.data["parameters"], "parameters")), []
    except InputError as error:
        return None, error.mistakes


def _read_option(document: Document, below: tuple[FilePath, ...]) -> Scenario:
    option, wrong = read_form(OptionFile, document)
    parent, mistakes = _read_parent(document, below)
    if parent is None:
        raise InputError([*wrong, *mistakes])
    changes = option.because if option else _sound_changes(document)
    made, touched, lost = apply(parent.data, changes, document, first=len(parent.changes))
    base, mistakes = parent.base or parent, [*wrong, *lost, *_of_the_base(touched, parent.base or parent)]
    found = examine(made, base.parameters, laws=not wrong and not lost)
    _stop([*mistakes, *_placed(found, partial(_where_changed, document, touched))])
    assert option is not None
    made |= {"name": option.name, "summary": option.summary}
    everything = ((*parent.changes, *option.because), (*parent.touched, *touched))
    return Scenario(document.path, made, base.parameters, base, *everything)


def _sound_changes(document: Document) -> list[Change | None]:
    """What can be made of the changes of an option whose form has mistakes; None for those of which nothing can."""
    because = document.data.get("because")
    found: list[Change | None] = []
    for item in because if isinstance(because, list) else ():
        verbs = {verb: item[verb] for verb in VERBS if verb in item} if isinstance(item, dict) else {}
        try:
            found.append(Change.model_validate({"say": "What was meant.", **verbs}))
        except ValidationError:
            found.append(None)
    return found


def _read_parent(document: Document, below: tuple[FilePath, ...]) -> tuple[Scenario | None, Sequence[Mistake]]:
    """The scenario that an option changes, or what is wrong with it."""
    if "changes" not in document.data:
        return None, []
    below = (*below, document.path.resolve())
    try:
        path = document.beside(document.data["changes"], "changes")
        if path.resolve() in below:
            what = f"{document.data['changes']!r} builds on this file itself."
            remedy = "Name the scenario that this option changes."
            raise InputError(
                [
                    Mistake(
                        document.where("changes"),
                        what,
                        "A scenario, or an option that does not build on this one.",
                        remedy,
                    )
                ]
            )
        return _read(path, below), []
    except InputError as error:
        return None, error.mistakes


def _of_the_base(touched: Sequence[Touched], base: Scenario) -> list[Mistake]:
    """Changes to what must be the same in every option, so that a difference means the option."""
    measured = ("shifts", base.data.get("clock", ""))
    found = []
    for one in touched:
        why = _OF_THE_BASE.get(str(one.path[0]), "")
        if one.path[:2] == measured:
            why = "This shift is the clock that measures working hours; add another shift, and give that to the staff."
        if why:
            what = f"No option may change `{dotted(one.path)}`."
            found.append(Mistake(one.where, what, why, "Take the change out, or make it in the base."))
    return found


def _placed(found: list[tuple[Path, Mistake]], where: Callable[..., str]) -> list[Mistake]:
    return [replace(mistake, where=where(*at)) for at, mistake in found]


def _where_changed(document: Document, touched: Sequence[Touched], *place: str | int) -> str:
    """The change that brought a mistake in; where none touched its place, the changes as a whole."""
    for change in reversed(touched):
        if place[: len(change.path)] == change.path:
            return f"{change.where} ({dotted(place)})"
    return f"{document.where('because')} ({dotted(place)})"


def _stop(mistakes: Sequence[Mistake]) -> None:
    if mistakes:
        raise InputError(mistakes)
