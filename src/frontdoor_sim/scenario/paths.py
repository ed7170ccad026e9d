"""Paths into a scenario: `teams.*.case_system`, `teams.screening.staff.social_worker.wte`, `routes.decision[0].to`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from frontdoor_sim.documents import Keys as Path
from frontdoor_sim.documents import dotted, in_words, nearest, shown

__all__ = ["Path", "PathError", "find", "is_collection", "look", "put", "steps", "take_out"]

_COLLECTIONS = [(name,) for name in ("shifts", "teams", "stages", "routes", "ends", "targets", "arrivals")]

_MOST = 3
"""Paths of which it is asked whether they are meant."""
_RIGHT = "A path that is there: names joined by dots, `*` for any name."
_REMEDY = "Correct the path."


class PathError(ValueError):
    """A path that leads nowhere, or a change that cannot be made there: the last three parts of a mistake.

    `absent` says that a name is not there and looks like no other, so that it may be meant to be new; `at` is how far the
    path led, and `near` are the names, or the ways further in, that may be meant instead of the next step.
    """

    def __init__(
        self,
        what: str,
        right: str = _RIGHT,
        remedy: str = _REMEDY,
        absent: bool = False,
        at: Path = (),
        near: Sequence[tuple[str, ...]] = (),
    ) -> None:
        self.what, self.right, self.remedy, self.absent, self.at, self.near = what, right, remedy, absent, at, near
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
    passed: list[PathError] = []
    found = list(_walk(data, steps(path), (), new_in, passed))
    if not found:
        raise _no_match(data, path, new_in, passed)
    return found


def _no_match(data: Any, path: str, new_in: tuple[type, ...], passed: Sequence[PathError]) -> PathError:
    """Why a path with a `*` matches nothing: the nearest path that does, of all the places that were passed over."""
    what, written = f"{path!r} matches nothing.", steps(path)
    instead = [[*written[: len(one.at)], *near, *written[len(one.at) + 1 :]] for one in passed for near in one.near]
    there = [".".join(way) for way in instead if any(_walk(data, way, (), new_in, []))]
    if there:
        near = nearest(path, there, _MOST) or list(dict.fromkeys(there))[:_MOST]
        return PathError(what, remedy=f"Did you mean {in_words(near)}?")
    furthest = max(passed, key=lambda one: (len(one.at), len(one.near)), default=None)
    if furthest is None:
        return PathError(what)
    return PathError(f"{path!r} matches nothing: {furthest.what}", remedy=furthest.remedy)


def _walk(data: Any, left: list[str], at: Path, new_in: tuple[type, ...], passed: list[PathError]) -> Iterator[Path]:
    """Every place that steps lead to; `passed` takes what was in the way under a `*`."""
    if not left:
        yield at
        return
    step, rest = left[0], left[1:]
    if step == "*":
        for name in list(data) if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ():
            yield from _walk_any(data[name], rest, (*at, name), new_in, passed)
        return
    name = _named(data, step)
    if name is None:
        if not rest and isinstance(data, new_in) and not _of_role(data, step):
            yield (*at, len(data) if isinstance(data, list) else step)
            return
        raise _nothing(data, left, at)
    yield from _walk(data[name], rest, (*at, name), new_in, passed)


def _walk_any(
    data: Any, left: list[str], at: Path, new_in: tuple[type, ...], passed: list[PathError]
) -> Iterator[Path]:
    """Under a `*`, places that do not have the rest of the path are passed over."""
    try:
        yield from _walk(data, left, at, new_in, passed)
    except PathError as error:
        passed.append(error)


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


def further_in(data: Any, left: Sequence[str]) -> list[tuple[str, ...]]:
    """The ways, a few at most, by which steps lead somewhere after all from further in: a team's people, and not the team.

    Example:
        >>> further_in({"site": "hall", "staff": [{"role": "officer", "wte": 3}]}, ["wte"])
        [('staff', 'officer', 'wte')]
    """
    return list(islice(_ways_in(data, left), _MOST))


def _ways_in(data: Any, left: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for name, inner in _inside(data):
        if _leads(inner, left):
            yield (name, *left)
        yield from ((name, *way) for way in _ways_in(inner, left))


def _inside(data: Any) -> Iterator[tuple[str, Any]]:
    """What is inside something, each by the name under which a path finds it."""
    if isinstance(data, dict):
        yield from ((str(name), inner) for name, inner in data.items())
    for index, item in enumerate(data) if isinstance(data, list) else ():
        role = item.get("role") if isinstance(item, dict) else None
        yield str(role) if role and len(_of_role(data, str(role))) == 1 else str(index), item


def _leads(data: Any, left: Sequence[str]) -> bool:
    for step in left:
        name = _named(data, step)
        if name is None:
            return False
        data = data[name]
    return True


def _nothing(data: Any, left: Sequence[str], at: Path) -> PathError:
    step = left[0]
    ways = further_in(data, left)
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
    what, near = f"{place} has nothing called {step!r}.", nearest(step, names)
    if ways:
        whole = [dotted((*at, *way)) for way in ways]
        near_ways = [way[: len(way) - len(left) + 1] for way in ways]
        return PathError(what, remedy=f"Did you mean {in_words(whole)}?", absent=not near, at=at, near=near_ways)
    remedy = f"Did you mean {in_words(near)}?" if near else f"There is {in_words(names, 'and') or 'nothing'}."
    return PathError(what, remedy=remedy, absent=not near, at=at, near=[(name,) for name in near])


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
