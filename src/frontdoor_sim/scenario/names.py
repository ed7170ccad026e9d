"""Who names a stage, team, shift or end: where the name stands, and how it is changed everywhere at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from frontdoor_sim.documents import copied, in_words, nearest
from frontdoor_sim.operating_model import RAGS
from frontdoor_sim.scenario.adjusting import adjusted
from frontdoor_sim.scenario.paths import Path, PathError, look, put, take_out

NAMED = ("shifts", "teams", "stages", "ends")
"""Sections whose names are used elsewhere in a scenario."""

Follows = list[tuple[Path, Any, Any]]
"""Places that follow from a name that changed: each with what was there, and what is there now."""


def named_in(data: dict[str, Any], section: str, name: str) -> list[Path]:
    """Every place that names a stage, team, shift or end.

    Example:
        >>> data = {"stages": {"a": {"team": "desk"}}, "routes": {"entry": "a", "a": {"b": "50%", "c": "50%"}}}
        >>> named_in(data, "teams", "desk"), named_in(data, "ends", "c")
        ([('stages', 'a', 'team')], [('routes', 'a')])
    """
    if section == "teams":
        return [place for place in _teams_named(data) if name in _names_of(look(data, place))]
    if section == "shifts":
        return [place for place in _shifts_named(data) if look(data, place) == name]
    ways = [place for place in _targets(data) if name in _names_of(look(data, place))]
    if section == "stages":
        ways += [place for place in _stages_named(data) if look(data, place) == name and not _is_a_rag(place, name)]
    return ways


def _is_a_rag(place: Path, name: str) -> bool:
    """Whether a name that interrupts stands for a RAG, also where a stage is called so."""
    return "interrupts" in place and name in RAGS


def _names_of(target: Any) -> list[str]:
    return [target] if isinstance(target, str) else list(target) if isinstance(target, dict) else []


def names_of_targets(data: dict[str, Any]) -> list[str]:
    """Every name to which a route leads, each once, in the order of the file.

    Example:
        >>> names_of_targets({"routes": {"entry": "a", "a": [{"if": {"rag": "red"}, "to": "b"}, {"to": {"c": 1, "a": 0}}]}})
        ['a', 'b', 'c']
    """
    return list(dict.fromkeys(name for place in _targets(data) for name in _names_of(look(data, place))))


def _items(value: Any) -> list[Any]:
    """Names of a mapping, numbers of a list, nothing of anything else."""
    return list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []


def _particular(data: dict[str, Any]) -> Any:
    return look(data, ("handoffs", "particular"))


def _targets(data: dict[str, Any]) -> Iterator[Path]:
    """Where routes say where to, in each of the three ways of writing one."""
    for stage in _items(data.get("routes")):
        route, at = look(data, ("routes", stage)), ("routes", stage)
        if isinstance(route, list):
            yield from ((*at, index, "to") for index in range(len(route)))
        else:
            yield (*at, "to") if isinstance(route, dict) and "to" in route else at


def _stages_named(data: dict[str, Any]) -> Iterator[Path]:
    """Where a stage is named other than as where to."""
    yield from (("handoffs", "particular", i, side) for i in _items(_particular(data)) for side in ("from", "to"))
    yield from (("targets", name, side) for name in _items(data.get("targets")) for side in ("since", "until"))
    listed = (*_skills(data), *_interrupts(data))
    yield from (place for at in listed for place in (at, *((*at, i) for i in _items(look(data, at)))))


def _skills(data: dict[str, Any]) -> Iterator[Path]:
    """Where staff say at which stages they work."""
    for team in _items(data.get("teams")):
        for index in _items(look(data, ("teams", team, "staff"))):
            yield ("teams", team, "staff", index, "works_at")


def _interrupts(data: dict[str, Any]) -> Iterator[Path]:
    """Where teams say whose work interrupts."""
    yield from (("teams", team, "interrupts") for team in _items(data.get("teams")))


def _teams_named(data: dict[str, Any]) -> Iterator[Path]:
    for stage in _items(data.get("stages")):
        yield from (("stages", stage, "team"), ("stages", stage, "people"))
        for partner in _items(look(data, ("stages", stage, "partners"))):
            yield ("stages", stage, "partners", partner, "team")
    for team in _items(data.get("teams")):
        yield from _helpers_named(("teams", team, "helpers"), look(data, ("teams", team, "helpers")))


def _helpers_named(at: Path, helpers: Any) -> Iterator[Path]:
    """Where helpers are named, in each of the ways of writing them."""
    if isinstance(helpers, list):
        yield from (place for i, helper in enumerate(helpers) for place in _helpers_named((*at, i), helper))
    else:
        yield (*at, "team") if isinstance(helpers, dict) else at


def _shifts_named(data: dict[str, Any]) -> Iterator[Path]:
    yield from (("clock",), ("returns", "arrives_in"))
    for team in _items(data.get("teams")):
        yield from (("teams", team, "staff", i, "shift") for i in _items(look(data, ("teams", team, "staff"))))
    yield from (("stages", stage, "allocates") for stage in _items(data.get("stages")))
    yield from (("handoffs", between, "release") for between in ("same_site", "between_sites"))
    yield from (("handoffs", "particular", index, "release") for index in _items(_particular(data)))


def pointed(data: dict[str, Any], section: str, old: str, new: str) -> Follows:
    """Make everything that names one stage, team, shift or end name another, in place.

    Shares of a route that come to lead to one place are added up, and so are people of a meeting who come to be of one team.

    Returns:
        Every place that changed.
    """
    found: Follows = []
    for place in named_in(data, section, old):
        before = look(data, place)
        if isinstance(before, str):
            after: Any = new
        else:
            after = (_called if place[-1] == "people" else _shares)(before, old, new)
        put(data, place, after)
        found.append((place, before, copied(after)))
    return found


def _called(people: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    """The people of a meeting, where a team has another name."""
    found: dict[str, Any] = {}
    for name, number in people.items():
        name = new if name == old else name
        found[name] = found[name] + number if name in found else number
    return found


def _shares(shares: dict[str, Any], old: str, new: str) -> Any:
    """Shares of a route with another name; one that gets all of them stands alone."""
    found: dict[str, Any] = {}
    for name, share in shares.items():
        name = new if name == old else name
        found[name] = adjusted(found[name], share, name) if name in found else share
    return next(iter(found)) if len(found) == 1 and len(shares) > 1 else found


def removed(data: dict[str, Any], place: Path, to: str) -> Follows:
    """Take a stage, team, shift or end out, in place, and move its work; the routes and handoffs from a stage go too.

    Args:
        data: the scenario as plain data.
        place: section and name.
        to: where its work goes; empty where nothing says so.

    Raises:
        PathError: there is nothing called so to which work could go.
    """
    section, name = str(place[0]), str(place[1])
    _check_goal(data, section, name, to)
    found = _gone_with(data, name) if section == "stages" else []
    found += pointed(data, section, name, to) if to else []
    take_out(data, place)
    return found


def goals(data: dict[str, Any], section: str) -> list[str]:
    """To where the work of something in a section may go."""
    sections = ("stages", "ends") if section in ("stages", "ends") else (section,)
    return [name for one in sections for name in _items(data.get(one))]


def _check_goal(data: dict[str, Any], section: str, name: str, to: str) -> None:
    known = [other for other in goals(data, section) if other != name]
    if not to or to in known:
        return
    what = f"The work of {name!r} cannot go to {to!r}: nothing else under `{section}` is called so."
    near = nearest(to, known)
    remedy = f"Did you mean {in_words(near)}?" if near else "Correct the name, or add what it stands for first."
    raise PathError(what, f"One of {in_words(known)}." if known else "There is none yet.", remedy)


def _gone_with(data: dict[str, Any], stage: str) -> Follows:
    """The route from a stage that goes, the particular handoffs from it, and its name among what people can do besides.

    What interrupted there does so no more; nothing interrupts in its stead.
    """
    found: Follows = []
    for place in _skills(data):
        named = look(data, place)
        if isinstance(named, list) and stage in named and len(named) > 1:
            rest = [name for name in named if name != stage]
            put(data, place, rest)
            found.append((place, named, rest))
    for place in _interrupts(data):
        named = look(data, place)
        if stage in (named if isinstance(named, list) else [named]) and stage not in RAGS:
            rest = [name for name in named if name != stage] if isinstance(named, list) else []
            put(data, place, rest)
            found.append((place, named, rest))
    gone: list[Path] = [("routes", stage)] if stage in _items(data.get("routes")) else []
    handoffs = [("handoffs", "particular", i) for i in _items(_particular(data))]
    gone += [place for place in reversed(handoffs) if look(data, (*place, "from")) == stage]
    for place in gone:
        found.append((place, look(data, place), None))
        take_out(data, place)
    return found


def renamed(data: dict[str, Any], place: Path, new: str) -> Follows:
    """Give a stage, team, shift or end another name, in place; its luck, and that of its people, stays.

    Returns:
        Every other place that changed.
    """
    section, old = str(place[0]), str(place[1])
    found: Follows = []
    if section == "stages":
        found += _kept(data, (*place, "luck"), old)
    if section == "teams":
        found += [follow for at, name in _people(data, old) for follow in _kept(data, (*at, "named"), name)]
    found += pointed(data, section, old, new)
    sections = (section, "routes") if section == "stages" else (section,)
    for one in sections:
        held = data.get(one)
        if isinstance(held, dict):
            data[one] = {new if name == old else name: value for name, value in held.items()}
    return [((at[0], new, *at[2:]) if at[:2] in [(one, old) for one in sections] else at, *told) for at, *told in found]


def _kept(data: dict[str, Any], place: Path, name: str) -> Follows:
    """Write down the name under which luck is met, where nothing is written yet."""
    if not isinstance(look(data, place[:-1]), dict) or look(data, place):
        return []
    put(data, place, name)
    return [(place, None, name)]


def _people(data: dict[str, Any], team: str) -> Iterator[tuple[Path, str]]:
    """The groups of a team, and what its people are named after: a second group of one role has a number."""
    seen: dict[str, int] = {}
    for index in _items(look(data, ("teams", team, "staff"))):
        place: Path = ("teams", team, "staff", index)
        if look(data, (*place, "named")):
            continue
        role = str(look(data, (*place, "role")))
        seen[role] = seen.get(role, 0) + 1
        yield place, f"{team}/{role}" + (f" ({seen[role]})" if seen[role] > 1 else "")


def left_behind(data: dict[str, Any], section: str, name: str) -> list[Path]:
    """Places that still name what is no longer there."""
    return [] if name in goals(data, section) else named_in(data, section, name)
