"""What the schema found wrong, in the four parts that users read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from frontdoor_sim.documents import Mistake, in_words, nearest
from frontdoor_sim.operating_model import STAGE_KINDS, OperatingModel
from frontdoor_sim.scenario.paths import Path, look

Where = Callable[[Path], str]


def translate(error: ValidationError, data: Any, where: Where) -> list[Mistake]:
    """One mistake for each place that the schema refuses, in file order of discovery."""
    found: dict[Path, list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False):
        found.setdefault(_place(detail, data), []).append(detail)
    return [_mistake(place, details, data, where) for place, details in found.items()]


def _place(detail: ErrorDetails, data: Any) -> Path:
    """The path in the file: the schema's own marks (kinds, alternatives) are left out."""
    place: Path = ()
    for step in detail["loc"]:
        inner = look(data, place)
        if (isinstance(inner, dict) and step in inner) or (isinstance(inner, list) and isinstance(step, int)):
            place = (*place, step)
    last = detail["loc"][-1] if detail["loc"] else ""
    if detail["type"] == "missing" and last not in place[-1:]:
        place = (*place, last)
    return place


def _mistake(place: Path, details: list[ErrorDetails], data: Any, where: Where) -> Mistake:
    detail = details[0]
    kind, name = detail["type"], str(place[-1]) if place else "the scenario"
    given = look(data, place)
    if kind == "missing":
        return Mistake(where(place), f"`{name}` is missing.", f"`{name}` is needed here.", f"Add `{name}:` at this place.")
    if kind == "extra_forbidden":
        fields = _fields(place[:-1], data)
        near = nearest(name, fields)
        remedy = f"Did you mean {in_words(near)}?" if near else "Remove it, or correct the name."
        return Mistake(where(place), f"`{name}` is not known here.", f"One of {in_words(fields)}.", remedy)
    if kind == "literal_error":
        choices = [word.strip("'") for word in str(detail["ctx"]["expected"]).replace(" or ", ", ").split(", ")]
        near = nearest(str(given), choices)
        remedy = f"Did you mean {in_words(near)}?" if near else "Use one of these."
        return Mistake(where(place), f"{given!r} is not known here.", f"One of {in_words(choices)}.", remedy)
    right = " Or: ".join(dict.fromkeys(_right(one) for one in details))
    return Mistake(where(place), f"`{name}` cannot be {_short(given)}.", right, "Correct the value.")


def _right(detail: ErrorDetails) -> str:
    message = str(detail["msg"]).removeprefix("Value error, ").replace("Input should be", "It should be")
    return f"{message[:1].upper()}{message[1:]}."


def _short(given: Any) -> str:
    text = repr(given)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _fields(place: Path, data: Any) -> list[str]:
    """The field names that the schema knows at a place."""
    model: Any = OperatingModel
    if place[:1] == ("stages",) and len(place) >= 2:
        kind = (look(data, place[:2]) or {}).get("kind", "work")
        model, place = STAGE_KINDS.get(kind, STAGE_KINDS["work"]), place[2:]
    for step in place:
        field = model.model_fields.get(step) if isinstance(model, type) and issubclass(model, BaseModel) else None
        inner = _models(field.annotation) if field else None
        model = inner or model
    return [field.alias or name for name, field in model.model_fields.items()]


def _models(annotation: Any) -> type[BaseModel] | None:
    """The first record inside an annotation such as `dict[str, Team]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _models(inner)
        if found is not None:
            return found
    return None
