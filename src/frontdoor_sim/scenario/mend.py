"""A model in spite of mistakes, so that the laws across a scenario can be asked before every slip is put right."""

from __future__ import annotations

import copy
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML

from frontdoor_sim.scenario.fields import takes
from frontdoor_sim.scenario.paths import Path, look, put, take_out
from frontdoor_sim.scenario.translate import Refusal, refusals

MOST_ROUNDS = 12

Record = TypeVar("Record", bound=BaseModel)


def mended(record: type[Record], data: dict[str, Any], error: ValidationError) -> tuple[Record | None, set[Path]]:
    """A record, such as a model, of what is sound in plain data.

    What the schema refuses is taken out where it may be missing, and stood in for by a value that fits where not.

    Args:
        record: what the data was to be.
        data: of a scenario, with its numbers filled in; it is left alone.
        error: what the schema said of it.

    Returns:
        The record, None where nothing helps, and every place that was touched.
    """
    data = copy.deepcopy(data)
    touched: set[Path] = set()
    for _ in range(MOST_ROUNDS):
        for refusal in refusals(error, record, data):
            touched.add(refusal.place)
            _mend(data, refusal)
        try:
            return record.model_validate(data), touched
        except ValidationError as again:
            error = again
    return None, touched


def _mend(data: dict[str, Any], refusal: Refusal) -> None:
    place = refusal.place
    parent = look(data, place[:-1])
    if not isinstance(parent, (dict, list)):
        return
    there = place[-1] in parent if isinstance(parent, dict) else True
    if isinstance(parent, dict) and there and (refusal.why in ("field", "name") or not refusal.slot.required):
        take_out(data, place)
    else:
        put(data, place, YAML(typ="safe", pure=True).load(takes(refusal.slot).example))
