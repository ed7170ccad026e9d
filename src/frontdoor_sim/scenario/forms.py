"""A whole file as one record, with every mistake in its form."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from frontdoor_sim.documents import Document, InputError, Mistake
from frontdoor_sim.scenario.translate import translate

Record = TypeVar("Record", bound=BaseModel)


def check_mapping(document: Document) -> None:
    """Make sure that a file holds names with values.

    Raises:
        InputError: it holds a list, a text, or nothing but comments.
    """
    if isinstance(document.data, dict):
        return
    what = "The file holds nothing but comments." if document.data is None else "The file is not names with values."
    right = "Names with values: `name: ...`, `run: ...` and so on."
    raise InputError([Mistake(document.where(), what, right, "Copy one of the examples and edit it.")])


def read_form(record: type[Record], document: Document) -> tuple[Record | None, list[Mistake]]:
    """A file as a record, or everything that is wrong with its form."""
    check_mapping(document)
    try:
        return record.model_validate(document.data), []
    except ValidationError as error:
        found = translate(error, record, document.data)
        return None, [replace(mistake, where=document.where(*at)) for at, mistake in found]
