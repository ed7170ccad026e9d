"""Everything wrong with a scenario as a whole: names that are not known, its form, and the laws across it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from frontdoor_sim.documents import Mistake
from frontdoor_sim.operating_model import OperatingModel
from frontdoor_sim.parameters import Parameters
from frontdoor_sim.scenario.checks import broken_laws
from frontdoor_sim.scenario.mend import mended
from frontdoor_sim.scenario.paths import Path
from frontdoor_sim.scenario.resolve import resolve
from frontdoor_sim.scenario.slips import slips
from frontdoor_sim.scenario.translate import translate

Found = list[tuple[Path, Mistake]]


def examine(data: Mapping[str, Any], parameters: Parameters | None, unread: bool = False, laws: bool = True) -> Found:
    """Every mistake of a scenario, with its place; the caller fills in `where`. See `examined`."""
    return examined(data, parameters, unread, laws)[0]


def examined(
    data: Mapping[str, Any], parameters: Parameters | None, unread: bool = False, laws: bool = True
) -> tuple[Found, OperatingModel | None]:
    """Every mistake of a scenario, with its place, and the model it says; the caller fills in `where`.

    A mistake that only follows from another at the same place is not told twice. Where there are mistakes the model is
    what could be made of the rest, if anything could.

    Args:
        data: the scenario as plain data.
        parameters: the council's numbers.
        unread: whether the scenario names a parameters file that could not be read, so that no name can be known.
        laws: whether to ask the laws across the scenario as well.
    """
    filled, unknown = resolve(data, parameters)
    form = form_of(filled)
    found = [*slips(form), *([] if unread else unknown)]
    spoiled = {at for at, _ in [*found, *unknown]}
    model: OperatingModel | None
    try:
        model = OperatingModel.model_validate(form)
    except ValidationError as error:
        found += [(at, mistake) for at, mistake in translate(error, OperatingModel, form) if not _follows(at, spoiled)]
        model, touched = mended(OperatingModel, form, error)
        spoiled |= touched
    if model is not None and laws:
        found += broken_laws(model, parameters, spoiled)
    return found, model


def form_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """What the operating model itself says: everything but the name of the parameters file."""
    return {name: value for name, value in data.items() if name != "parameters"}


def _follows(place: Path, others: Iterable[Path]) -> bool:
    """Whether a place lies inside another, or around it."""
    return any(other[: len(place)] == place[: len(other)] for other in others)
