"""Names of parameters in a scenario become the council's numbers."""

from __future__ import annotations

import re
from typing import Any

from frontdoor_sim.documents import Mistake, in_words, nearest
from frontdoor_sim.parameters import Parameters
from frontdoor_sim.scenario.paths import Path
from frontdoor_sim.working_time import parse_duration

_DURATIONS = {"touch", "delay", "gap", "hold", "first_visit", "rekey", "search", "overtime_limit"}
_DURATION_MAPPINGS = {"give_up_after", "head_start"}
_REFERENCE = re.compile(r"(volumes|arrivals|contacts|durations|judgement|returns|staff|proposals|published)(\.\w+)+")


def resolve(data: Any, parameters: Parameters | None) -> tuple[Any, list[tuple[Path, Mistake]]]:
    """Plain data with every name of a parameter replaced by its value.

    A duration field may name a duration (`touch: screening`); any other field may name a number in full
    (`bias: judgement.bias`).

    Returns:
        The data, and for each name that is not known, its place and a mistake (whose `where` the caller fills in).
    """
    mistakes: list[tuple[Path, Mistake]] = []
    return _resolve(data, (), parameters, mistakes), mistakes


def _resolve(data: Any, at: Path, parameters: Parameters | None, mistakes: list[tuple[Path, Mistake]]) -> Any:
    if isinstance(data, dict):
        return {name: _resolve(value, (*at, name), parameters, mistakes) for name, value in data.items()}
    if isinstance(data, list):
        return [_resolve(value, (*at, index), parameters, mistakes) for index, value in enumerate(data)]
    if not isinstance(data, str):
        return data
    if _is_duration(at) and not _parses(data):
        return _duration(data, at, parameters, mistakes)
    if _REFERENCE.fullmatch(data):
        return _number(data, at, parameters, mistakes)
    return data


def _is_duration(at: Path) -> bool:
    in_mapping = len(at) > 1 and at[-2] in _DURATION_MAPPINGS
    in_target = len(at) == 3 and at[0] == "targets"
    return bool(at) and at[0] not in ("name", "summary") and (at[-1] in _DURATIONS or in_mapping or in_target)


def _parses(text: str) -> bool:
    try:
        parse_duration(text)
    except ValueError:
        return False
    return True


def _duration(name: str, at: Path, parameters: Parameters | None, mistakes: list[tuple[Path, Mistake]]) -> Any:
    full = name if "." in name else f"durations.{name}"
    if parameters is None or full not in parameters:
        known = _names(parameters, "durations.")
        near = nearest(name, known) or known[:6]
        what = f"{name!r} is neither a duration nor the name of one."
        right = "A duration such as 10 min, 4 h or 3 working days, or the name of a duration in the parameters file."
        mistakes.append((at, Mistake("", what, right, f"Did you mean {in_words(near)}?" if near else "Name a parameters file.")))
        return "1 h"
    graded = parameters[full]
    return {**graded.value, "unit": graded.unit, "name": full}


def _number(name: str, at: Path, parameters: Parameters | None, mistakes: list[tuple[Path, Mistake]]) -> Any:
    section, key, *inside = name.split(".")
    full = f"{section}.{key}"
    value = parameters[full].value if parameters is not None and full in parameters else None
    for step in inside:
        value = {str(key): inner for key, inner in value.items()}.get(step) if isinstance(value, dict) else None
    if value is None:
        known = _names(parameters, f"{section}.")
        near = nearest(name, known) or known[:6]
        what = f"No parameter is called {name!r}."
        mistakes.append((at, Mistake("", what, "The name of a number in the parameters file.", f"Did you mean {in_words(near)}?")))
    return value


def _names(parameters: Parameters | None, prefix: str) -> list[str]:
    names = parameters.in_order() if parameters is not None else {}
    short = prefix == "durations."
    return [name.removeprefix(prefix) if short else name for name in names if name.startswith(prefix)]
