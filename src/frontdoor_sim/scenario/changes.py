"""Options: named changes to a base, each with its reason and the recommendation it answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from frontdoor_sim.documents import Document, Mistake, dotted, in_words, shown
from frontdoor_sim.operating_model import Closed, OperatingModel
from frontdoor_sim.scenario.paths import COLLECTIONS, Path, PathError, copied, find, look, put, steps, take_out

VERBS = ("set", "add", "adjust", "remove")
_NEW_IN: dict[str, tuple[type, ...]] = {"set": (dict,), "add": (dict, list)}
"""What a verb may put something new into: optional fields are set, and items of lists are added."""


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class Change(Closed):
    """One change of an option.

    Args:
        say: what is changed, in words for a director.
        recommendation: number of the recommendation it answers; None where there is none.
        set: new values by path; the path is there already, or is an optional field of something that is.
        add: new teams, stages, routes and the like, by path.
        adjust: numbers added to what is there, by path, such as `+1.5`.
        remove: paths that go.
    """

    say: str = Field(min_length=1)
    recommendation: int | None = None
    set: dict[str, object] = Field(default_factory=dict)
    add: dict[str, object] = Field(default_factory=dict)
    adjust: dict[str, object] = Field(default_factory=dict)
    remove: Annotated[tuple[str, ...], BeforeValidator(_as_list)] = ()

    @model_validator(mode="after")
    def _does_something(self) -> Change:
        if not any(getattr(self, verb) for verb in VERBS):
            raise ValueError(f"a change has at least one of {in_words(VERBS)}")
        return self


class OptionFile(Closed):
    """An option file: what it is called, what it changes, and the changes in order."""

    name: str = Field(min_length=1)
    summary: str = ""
    changes: str
    because: tuple[Change, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Touched:
    """One place that a change touches.

    Args:
        path: where it is.
        before, after: what was there, and what is there now; None where there is nothing.
        where: file and line that say so.
        change: place of the change among those of the option.
    """

    path: Path
    before: Any
    after: Any
    where: str
    change: int


def apply(
    data: dict[str, Any],
    changes: Sequence[Change | None],
    document: Document,
    first: int = 0,
    again: bool = False,
) -> tuple[dict[str, Any], list[Touched], list[Mistake]]:
    """A base with the changes made, in file order.

    Args:
        data: the base as plain data; it is left alone.
        changes: of one file, or of a chain of options that were each read before (`again`); None is passed over.
        document: the option's file, for the places of mistakes.
        first: number of the first change among all of the option.
        again: whether the changes have been checked already, so that a later file may change a place once more.

    Returns:
        The changed data, every place touched, and every mistake (a path that leads nowhere, two changes to one place).
    """
    data = copied(data)
    touched: list[Touched] = []
    mistakes: list[Mistake] = []
    for index, change in enumerate(changes):
        for verb, path, value, keys in _edits(change) if change else ():
            where = document.where("because", index, verb, *keys)
            try:
                for place in _places(data, verb, path):
                    edit = _Edit(verb, place, value, where, first + index)
                    touched.append(edit.made(data, [] if again else touched))
            except PathError as error:
                new = " What is new as a whole goes under `add:`." if error.absent and verb == "set" else ""
                mistakes.append(Mistake(where, error.what, error.right, error.remedy + new))
    return data, touched, mistakes


def _edits(change: Change) -> Iterator[tuple[str, str, Any, Path]]:
    """Every verb with its path and value, and where in the change they stand."""
    for verb in VERBS[:3]:
        for path, value in getattr(change, verb).items():
            yield verb, path, value, (path,)
    for index, path in enumerate(change.remove):
        yield "remove", path, None, (index,)


def _places(data: dict[str, Any], verb: str, path: str) -> list[Path]:
    """The places of an edit; those to be removed last first, so that numbers in lists stay right."""
    if path.startswith("parameters."):
        what = f"{path!r} is a number of the parameters file, which is the same in every option."
        remedy = "Name another number where it is used, or vary it as `unknown:` in the appraisal."
        raise PathError(what, "A path into the scenario.", remedy)
    section, *inside = steps(path)
    if inside and section in OperatingModel.model_fields and section not in data:
        raise PathError(
            f"The scenario has no `{section}` yet.", remedy=f"Add it as a whole: `add: {{{section}: ...}}`."
        )
    places = find(data, path, _NEW_IN.get(verb, ()))
    return places[::-1] if verb == "remove" else places


@dataclass(frozen=True)
class _Edit:
    """One verb at one place."""

    verb: str
    place: Path
    value: Any
    where: str
    change: int

    def made(self, data: dict[str, Any], earlier: Sequence[Touched]) -> Touched:
        """Make the edit in the data; raises PathError where it cannot be made."""
        before = look(data, self.place)
        self._check(data, earlier)
        if self.verb == "remove":
            take_out(data, self.place)
            after = None
        else:
            after = adjusted(before, self.value, dotted(self.place)) if self.verb == "adjust" else copied(self.value)
            put(data, self.place, after)
        return Touched(self.place, before, after, self.where, self.change)

    def _check(self, data: dict[str, Any], earlier: Sequence[Touched]) -> None:
        name, parent = dotted(self.place), look(data, self.place[:-1])
        there = self.place[-1] in (range(len(parent)) if isinstance(parent, list) else parent)
        if self.verb == "set" and not there and len(self.place) > 1 and self.place[-2] in COLLECTIONS:
            find(data, name)
        if self.verb == "add" and there:
            raise PathError(f"`{name}` is there already.", "A path that is not there yet.", "Use `set` to change it.")
        twice = next((touched for touched in earlier if touched.path == self.place), None)
        if twice is not None and self.verb in ("set", "remove"):
            what = f"`{name}` is changed twice; also in {twice.where}."
            raise PathError(what, "One change to a place.", "Keep one of the two, or make them one.")


def adjusted(before: Any, by: Any, name: str) -> float:
    """A number or percentage with something added to it.

    Example:
        >>> adjusted(3, "+1.5", "wte"), adjusted("15%", "2%", "non_case_share")
        (4.5, 0.17)
    """
    numbers = [_number(before), _number(by)]
    if None in numbers:
        right = "A number there, and one to be added to it, such as +1.5."
        raise PathError(
            f"`{name}` is {shown(before)}, to which {shown(by)} cannot be added.", right, "Use `set` for a new value."
        )
    return round(sum(number for number in numbers if number is not None), 6)


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    percentage = re.fullmatch(r"\s*([+-]?\d+(?:\.\d+)?)\s*%\s*", value) if isinstance(value, str) else None
    if percentage:
        return float(percentage[1]) / 100
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None
