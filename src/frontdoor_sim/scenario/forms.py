"""A whole file as one record, with every mistake in its form."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from frontdoor_sim.documents import Document, InputError, Mistake, in_words
from frontdoor_sim.scenario.mend import mended
from frontdoor_sim.scenario.paths import Path
from frontdoor_sim.scenario.translate import translate

Record = TypeVar("Record", bound=BaseModel)


def check_kind(document: Document, kind: str, names: tuple[str, ...]) -> None:
    """Make sure that a file is of a kind, so that one of another kind is not met with a mistake for every name in it.

    Args:
        document: the file.
        kind: what it should be, such as `an appraisal`.
        names: that a file of this kind has; one of them will do.

    Raises:
        InputError: it has none of the names, or is a list, a text, or nothing but comments.
    """
    if isinstance(document.data, dict) and any(name in document.data for name in names):
        return
    if isinstance(document.data, dict):
        right = f"{kind[:1].upper()}{kind[1:]}, with {in_words(names, 'and')}."
        raise InputError([Mistake(document.where(), f"This is not {kind}.", right, "Name another file, or add them.")])
    what = "The file holds nothing but comments." if document.data is None else "The file is not names with values."
    right = "Names with values: `name: ...`, `run: ...` and so on."
    raise InputError([Mistake(document.where(), what, right, "Copy one of the examples and edit it.")])


def read_what_is_sound(record: type[Record], document: Document) -> tuple[Record | None, set[Path]]:
    """What can be made of a file whose form has mistakes, and the places at which it is not what the file says."""
    try:
        return record.model_validate(document.data), set()
    except ValidationError as error:
        return mended(record, document.data, error) if isinstance(document.data, dict) else (None, set())


def read_form(record: type[Record], document: Document) -> tuple[Record | None, list[Mistake]]:
    """A file as a record, or everything that is wrong with its form."""
    try:
        return record.model_validate(document.data), []
    except ValidationError as error:
        found = translate(error, record, document.data)
        return None, [replace(mistake, where=document.where(*at)) for at, mistake in found]
