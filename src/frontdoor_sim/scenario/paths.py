"""Paths into a scenario: `teams.*.case_system`, `teams.screening.staff.social_worker.wte`, `routes.decision[0].to`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from frontdoor_sim.documents import Keys as Path
from frontdoor_sim.documents import dotted, in_words, nearest, shown

__all__ = ["Path", "PathError", "find", "is_collection", "look", "put", "steps", "take_out"]

_COLLECTIONS = [(name,) for name in ("shifts", "teams", "stages", "routes", "ends", "targets", "arrivals")]

_RIGHT = "A path that is there: names joined by dots, `*` for any name."
_REMEDY = "Correct the path."


class PathError(ValueError):
    """A path that leads nowhere, or a change that cannot be made there: the last three parts of a mistake.

    `absent` says that a name is not there and looks like no other, so that it may be meant to be new.
    """

    def __init__(self, what: str, right: str = _RIGHT, remedy: str = _REMEDY, absent: bool = False) -> None:
        self.what, self.right, self.remedy, self.absent = what, right, remedy, absent
        super().__init__(what)


def steps(path: str) -> list[str]:
    """A written path as its steps; raises PathError where it has none.

    Example:
        >>> steps("teams.*.staff[0].wte")
        ['teams', '*', 'staff', '0', 'wte']
    """
    found = [step for step in re.split(r"[.\[\]]+", path.strip()) if step]
    if not found:
        raise PathError(f"{path!r} is no path.")
    return found


def find(data: Any, path: str, new_in: tuple[type, ...] = ()) -> list[Path]:
    """Every place that a path means; `*` is any name, and items of a list are named by number or by `role`.

    Args:
        data: the scenario as plain data.
        path: as users write it.
        new_in: where the last step may be a name that is not there yet: `dict`, and `list` for a new item at its end.

    Raises:
        PathError: no such place, naming the nearest one.
    """
    found = list(_walk(data, steps(path), (), new_in))
    if not found:
        raise PathError(f"{path!r} matches nothing.")
    return found


def _walk(data: Any, left: list[str], at: Path, new_in: tuple[type, ...]) -> Iterator[Path]:
    if not left:
        yield at
        return
    step, rest = left[0], left[1:]
    if step == "*":
        for name in list(data) if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ():
            yield from _walk_any(data[name], rest, (*at, name), new_in)
        return
    name = _named(data, step)
    if name is None:
        if not rest and isinstance(data, new_in) and not _of_role(data, step):
            yield (*at, len(data) if isinstance(data, list) else step)
            return
        raise _nothing(data, step, at)
    yield from _walk(data[name], rest, (*at, name), new_in)


def _walk_any(data: Any, left: list[str], at: Path, new_in: tuple[type, ...]) -> Iterator[Path]:
    """Under a `*`, places that do not have the rest of the path are passed over."""
    try:
        yield from _walk(data, left, at, new_in)
    except PathError:
        return


def _named(data: Any, step: str) -> str | int | None:
    if isinstance(data, dict):
        return step if step in data else None
    if isinstance(data, list):
        if step.isdigit() and int(step) < len(data):
            return int(step)
        named = _of_role(data, step)
        return named[0] if len(named) == 1 else None
    return None


def _of_role(items: Any, role: str) -> list[int]:
    if not isinstance(items, list):
        return []
    return [index for index, item in enumerate(items) if isinstance(item, dict) and item.get("role") == role]


def _nothing(data: Any, step: str, at: Path) -> PathError:
    place = f"`{dotted(at)}`" if at else "The scenario"
    if isinstance(data, dict):
        names = list(data)
    elif isinstance(data, list):
        same = _of_role(data, step)
        if len(same) > 1:
            what = f"{place} has {len(same)} items called {step!r}."
            return PathError(what, remedy=f"Name one of them by number: {in_words(f'[{index}]' for index in same)}.")
        names = [str(item.get("role", i)) if isinstance(item, dict) else str(i) for i, item in enumerate(data)]
    else:
        return PathError(f"{place} is {shown(data)} and has nothing inside it called {step!r}.")
    near = nearest(step, names)
    remedy = f"Did you mean {in_words(near)}?" if near else f"There is {in_words(names, 'and') or 'nothing'}."
    return PathError(f"{place} has nothing called {step!r}.", remedy=remedy, absent=not near)


def is_collection(place: Path) -> bool:
    """Whether a place holds things by names that the scenario makes up, such as teams, or the partners of a stage.

    Example:
        >>> is_collection(("teams",)), is_collection(("stages", "checks", "partners")), is_collection(("teams", "partners"))
        (True, True, False)
    """
    return place in _COLLECTIONS or (place[:1] == ("stages",) and place[2:] == ("partners",))


def look(data: Any, path: Path) -> Any:
    """What stands at a place; None where there is nothing."""
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def put(data: Any, path: Path, value: Any) -> None:
    """Set a place in plain data, in place; the place after the last of a list is a new item."""
    parent = look(data, path[:-1])
    if isinstance(parent, list) and path[-1] == len(parent):
        parent.append(value)
    else:
        parent[path[-1]] = value


def take_out(data: Any, path: Path) -> None:
    """Remove a place from plain data, in place."""
    del look(data, path[:-1])[path[-1]]
