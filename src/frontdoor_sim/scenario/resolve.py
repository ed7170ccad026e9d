"""Names of parameters in a scenario become the council's numbers."""

from __future__ import annotations

import re
from typing import Any

from frontdoor_sim.documents import Mistake, in_words, nearest
from frontdoor_sim.parameters import TIME_UNITS, Parameters
from frontdoor_sim.parameters.known import sections
from frontdoor_sim.scenario.paths import Path
from frontdoor_sim.working_time import parse_duration

_DURATIONS = {
    "touch",
    "delay",
    "gap",
    "hold",
    "lasts",
    "first_visit",
    "rekey",
    "search",
    "overtime_limit",
    "requests_between_sites",
}
_DURATION_MAPPINGS = {"give_up_after", "head_start"}
_WITH_DURATIONS = ("teams", "stages", "handoffs", "returns")
_SHORTEST_PATH = 2
_REFERENCE = re.compile(rf"({'|'.join(sections())})(\.\w+)+")

Found = list[tuple[Path, Mistake]]


def resolve(data: Any, parameters: Parameters | None) -> tuple[Any, Found]:
    """Plain data with every name of a parameter replaced by its value.

    A duration field may name a duration (`touch: screening`); any other field may name a number in full
    (`bias: judgement.bias`).

    Returns:
        The data, with None in place of a name that is not known; and for each such name its place and a mistake (whose
        `where` the caller fills in).
    """
    mistakes: Found = []
    return _resolve(data, (), parameters, mistakes), mistakes


def _resolve(data: Any, at: Path, parameters: Parameters | None, mistakes: Found) -> Any:
    if isinstance(data, dict):
        return {name: _resolve(value, (*at, name), parameters, mistakes) for name, value in data.items()}
    if isinstance(data, list):
        return [_resolve(value, (*at, index), parameters, mistakes) for index, value in enumerate(data)]
    if not isinstance(data, str):
        return data
    if _is_duration(at) and not _is_written_out(data):
        value, mistake = _duration(data, parameters)
    elif at[:1] not in (("name",), ("summary",)) and _REFERENCE.fullmatch(data):
        value, mistake = _number(data, parameters)
    else:
        return data
    mistakes += [(at, mistake)] if mistake else []
    return value


def _is_duration(at: Path) -> bool:
    if at[:1] == ("targets",):
        return len(at) > _SHORTEST_PATH and at[_SHORTEST_PATH] not in ("since", "until")
    inside = len(at) > 1 and (at[-1] in _DURATIONS or at[-2] in _DURATION_MAPPINGS)
    return inside and at[0] in _WITH_DURATIONS


def _is_written_out(text: str) -> bool:
    """Whether a text is a duration itself, or was meant to be one: names do not begin with a digit."""
    try:
        parse_duration(text)
    except ValueError:
        return text[:1].isdigit()
    return True


def _duration(name: str, parameters: Parameters | None) -> tuple[Any, Mistake | None]:
    full = name if "." in name else f"durations.{name}"
    if parameters is not None and full in parameters:
        graded = parameters[full]
        if graded.unit in TIME_UNITS:
            return {**graded.value, "unit": graded.unit, "name": full}, None
        what, near = f"{full} is not a duration: its unit is {graded.unit!r}.", []
    else:
        if name.startswith("-") and _is_written_out(name[1:]):
            what, right = f"{name!r} is below 0.", "A duration is never negative."
            return None, Mistake("", what, right, f"Write it without the minus, `{name[1:].strip()}`.")
        what = f"{name!r} is neither a duration nor the name of one."
        near = nearest(name, _names(parameters, "durations."))
    right = "A duration such as 10 min, 4 h or 3 working days, or the name of a duration in the parameters file."
    return None, Mistake("", what, right, _remedy(near, parameters, "durations."))


def _number(name: str, parameters: Parameters | None) -> tuple[Any, Mistake | None]:
    section, key, *inside = name.split(".")
    full = f"{section}.{key}"
    value = parameters[full].value if parameters is not None and full in parameters else None
    known: list[str] | None = None
    for step in inside:
        known = [f"{full}.{name}" for name in value] if isinstance(value, dict) else known
        value = {str(key): inner for key, inner in value.items()}.get(step) if isinstance(value, dict) else None
    if value is not None:
        return value, None
    what, right = f"No parameter is called {name!r}.", "The name of a number in the parameters file."
    near = nearest(name, _names(parameters, f"{section}.") if known is None else known)
    return None, Mistake("", what, right, _remedy(near, parameters, f"{section}."))


def _names(parameters: Parameters | None, prefix: str) -> list[str]:
    """The parameters of a section, as a scenario names them: durations without the section."""
    names = [name for name in parameters.in_order() if name.startswith(prefix)] if parameters is not None else []
    return [name.removeprefix("durations.") for name in names]


def _remedy(near: list[str], parameters: Parameters | None, prefix: str) -> str:
    if near:
        return f"Did you mean {in_words(near)}?"
    if parameters is None:
        return "Name a file with it: `parameters: parameters.yaml`."
    known = _names(parameters, prefix)
    return f"Name one that is there, such as {in_words(known[:4])}." if known else "Add it to the parameters file."
