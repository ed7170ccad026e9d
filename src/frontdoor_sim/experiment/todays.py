"""The numbers that today's model has at a path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from frontdoor_sim.documents import Keys, in_words
from frontdoor_sim.operating_model import Closed, OperatingModel, as_share
from frontdoor_sim.scenario import Scenario
from frontdoor_sim.scenario.fields import is_share
from frontdoor_sim.scenario.paths import PathError, find, look
from frontdoor_sim.scenario.record import PARAMETERS, SCALE


def todays_values(base: Scenario, path: str) -> list[float]:
    """The numbers that stand at a path of today's model; none where there is something else, or nothing.

    Example:
        >>> from frontdoor_sim.scenario import read_scenario
        >>> todays_values(read_scenario("scenarios/examples/one_desk.yaml"), "teams.desk.staff.officer.wte")
        [6.0]
    """
    name = path.removeprefix(PARAMETERS)
    if name != path:
        numbers = base.parameters.numbers if base.parameters else {}
        found: list[Any] = [1] if name.endswith(SCALE) else [numbers[name].value] if name in numbers else []
    else:
        try:
            found = [look(base.resolved, place) for place in find(base.data, path)]
        except PathError:
            return []
    found = [as_share(value) for value in found]
    return [float(value) for value in found if _is_number(value)]


def today_keeps(base: Scenario, path: str, sets: Sequence[Mapping[str, Any]] = ()) -> str:
    """What today's model has at a path that is varied in an option only, as a sentence; nothing where it has nothing there.

    Args:
        base: today's model.
        path: of the number, in the option.
        sets: numbers by path that replications use instead of the scenarios' own.

    Example:
        >>> from frontdoor_sim.scenario import read_scenario
        >>> desk = read_scenario("scenarios/examples/one_desk.yaml")
        >>> today_keeps(desk, "teams.desk.staff.officer.wte"), today_keeps(desk, "stages.call.judges.caution")
        ('Today keeps 6: only the option gets these values.', '')
    """
    if any(path in numbers for numbers in sets):
        return "Today keeps its own number in every case: only the option gets these values."
    kept = dict.fromkeys(_texts(base, path))
    return f"Today keeps {in_words(kept, 'and')}: only the option gets these values." if kept else ""


def _texts(base: Scenario, path: str) -> Iterator[str]:
    """Each number that the model has at a path, also one that its file leaves out."""
    try:
        places = find(base.data, path, new_in=(dict,))
    except PathError:
        return
    for place in places:
        value = _of_model(base.model, place)
        if _is_number(value):
            yield f"{100 * value:.4g}%" if is_share(place) else f"{value:g}"


def _of_model(model: OperatingModel, place: Keys) -> Any:
    """What a model has at a place of its file; None where it has nothing there, or what its file writes otherwise."""
    found: Any = model
    for step in place:
        try:
            found = getattr(found, str(step)) if isinstance(found, Closed) else found[step]
        except (AttributeError, KeyError, IndexError, TypeError):
            return None
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
