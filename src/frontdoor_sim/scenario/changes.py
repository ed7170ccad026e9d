"""Options: named changes to a base, each with its reason and the recommendation it answers."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from frontdoor_sim.documents import Document, Mistake, in_words
from frontdoor_sim.scenario.paths import COLLECTIONS, Path, PathError, find, look, put, take_out

VERBS = ("set", "add", "adjust", "remove")
FIELDS = ("recommendation", "say", *VERBS)
OPTION_FIELDS = ("name", "summary", "changes", "because")


@dataclass(frozen=True)
class Change:
    """One change of an option.

    Args:
        say: what is changed, in words for a director.
        recommendation: number of the recommendation it answers; None where there is none.
        set: new values by path; the path is there already, or is an optional field of something that is.
        add: new teams, stages, routes and the like, by path.
        adjust: numbers added to what is there, by path, such as `+1.5`.
        remove: paths that go.
    """

    say: str
    recommendation: int | None = None
    set: dict[str, Any] = field(default_factory=dict)
    add: dict[str, Any] = field(default_factory=dict)
    adjust: dict[str, Any] = field(default_factory=dict)
    remove: tuple[str, ...] = ()


@dataclass(frozen=True)
class Touched:
    """One place that a change touches: where it is, what was there and what is there now, and which line says so."""

    path: Path
    before: Any
    after: Any
    where: str


def read_changes(document: Document) -> tuple[list[Change], list[Mistake]]:
    """The changes of an option file, with every mistake in their form."""
    found, mistakes = [], []
    because = document.data.get("because")
    if not isinstance(because, list) or not because:
        here = document.where("because")
        return [], [
            Mistake(here, "An option needs its changes.", "because: a list of {recommendation, say, set}.", "Add `because:`.")
        ]
    for index, item in enumerate(because):
        here = document.where("because", index)
        wrong = [] if isinstance(item, dict) else [f"{item!r} is not a mapping"]
        if isinstance(item, dict):
            wrong += [f"`{name}` is not known here" for name in item if name not in FIELDS]
            wrong += [] if isinstance(item.get("say"), str) else ["`say` is missing"]
            wrong += [] if any(verb in item for verb in VERBS) else ["nothing is changed"]
        right = f"A change has {in_words(FIELDS, 'and')}; `say` and one of {in_words(VERBS)} are needed."
        mistakes += [Mistake(here, f"{what}.", right, "Correct the change.") for what in wrong]
        if not wrong:
            removed = item.get("remove", [])
            found.append(Change(**{**item, "remove": tuple([removed] if isinstance(removed, str) else removed)}))
    return found, mistakes


def apply(
    data: dict[str, Any], changes: list[Change], document: Document, again: bool = False
) -> tuple[dict[str, Any], list[Touched], list[Mistake]]:
    """A base with the changes made, in file order.

    Args:
        data: the base as plain data; it is left alone.
        changes: of one file, or of a chain of options that were each read before (`again`).
        document: the option's file, for the places of mistakes.
        again: whether the changes have been checked already, so that a later file may change a place once more.

    Returns:
        The changed data, every place touched, and every mistake (a path that leads nowhere, two changes to one place).
    """
    data = copy.deepcopy(data)
    touched: list[Touched] = []
    mistakes: list[Mistake] = []
    for index, change in enumerate(changes):
        for verb, path, value in _edits(change):
            keys: tuple[str | int, ...] = ("because", index, verb) if verb == "remove" else ("because", index, verb, path)
            here = document.where(*keys)
            try:
                places = find(data, path, new_last=verb in ("set", "add"))
                for place in places:
                    touched.append(_edit(data, verb, place, value, here, [] if again else touched))
            except PathError as error:
                right = "A path that is there: names joined by dots, `*` for any."
                mistakes.append(Mistake(here, f"{error}", right, "Correct the path, or use `add` for something new."))
    return data, touched, mistakes


def _edits(change: Change) -> Iterator[tuple[str, str, Any]]:
    for verb in VERBS[:3]:
        for path, value in getattr(change, verb).items():
            yield verb, path, value
    for path in change.remove:
        yield "remove", path, None


def _edit(data: dict[str, Any], verb: str, place: Path, value: Any, here: str, touched: list[Touched]) -> Touched:
    before = look(data, place)
    there = place[-1] in (look(data, place[:-1]) or ()) if isinstance(place[-1], str) else True
    name = ".".join(map(str, place))
    if verb == "set" and not there and len(place) > 1 and place[-2] in COLLECTIONS:
        find(data, name)
    if verb == "add" and there:
        raise PathError(f"{name} is there already; use `set` to change it")
    if verb != "adjust" and any(earlier.path == place for earlier in touched):
        raise PathError(f"{name} is changed twice in this option")
    if verb == "remove":
        take_out(data, place)
        return Touched(place, before, None, here)
    after = adjusted(before, value, name) if verb == "adjust" else copy.deepcopy(value)
    put(data, place, after)
    return Touched(place, before, after, here)


def adjusted(before: Any, by: Any, name: str) -> float:
    """A number with something added to it; `+1.5`, `-2` or a number."""
    try:
        after = float(before) + float(by)
    except (TypeError, ValueError):
        raise PathError(f"{name} is {before!r}, to which {by!r} cannot be added; use a number such as +1.5") from None
    return round(after, 6)
