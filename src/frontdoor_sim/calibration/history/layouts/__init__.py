"""Which columns each format has, which of them are read, and as what: tables that the readers and the manual share."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

FORMATS = {"annex_a": "Ofsted Annex A", "ssd": "Standard Safeguarding Dataset", "template": "template"}
"""The formats whose columns never change, and what people call them."""


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a format.

    Args:
        field: column of `history_records` that it fills, or what a check at the door looks at; empty for a column that
            only shows which table it is, and is not read.
        heading: its official heading.
        also: regular expression of squeezed headings (`squeezed`) that are taken for it as well; empty for none.
        reads: how its cells are read, a name of `cells.READINGS`.
        needed: whether a table without it is not of this kind.
    """

    field: str
    heading: str
    also: str
    reads: str
    needed: bool


@dataclass(frozen=True)
class Layout:
    """One table of a format: `kind` is that of its rows.

    Args:
        format: name of the format, for people.
        table: name of the list or table.
        kind: kind of its records.
        fields: its columns.
        shape: `rows`, or `steps` where a row is a step of a workflow.
        words: for some fields, what each of the cells' words (squeezed) stands for.
    """

    format: str
    table: str
    kind: str
    fields: tuple[Field, ...]
    shape: str = "rows"
    words: Mapping[str, Mapping[str, str]] | None = None


@dataclass(frozen=True)
class Match:
    """A table whose columns are those of a layout.

    Args:
        layout: the layout.
        places: for each of its fields that is there, the place of its column.
        clashes: headings that could all be the same field, by its official heading.
    """

    layout: Layout
    places: Mapping[Field, int]
    clashes: Mapping[str, Sequence[str]]


@cache
def layouts(format_name: str) -> tuple[Layout, ...]:
    """The tables of a format, from `layouts/<format>.csv`.

    Example:
        >>> [layout.table for layout in layouts("annex_a")]
        ['List 1', 'List 2', 'List 3', 'List 4', 'List 5', 'List 6']
    """
    file = resources.files(__name__) / f"{format_name}.csv"
    found: dict[tuple[str, str], list[Field]] = {}
    for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines()):
        field = Field(row["field"], row["heading"], row["also"], row["reads"], row["needed"] == "yes")
        found.setdefault((row["table"], row["kind"]), []).append(field)
    name = FORMATS.get(format_name, format_name)
    return tuple(Layout(name, table, kind, tuple(fields)) for (table, kind), fields in found.items())


def squeezed(text: object) -> str:
    """A heading or code without capitals, spaces and punctuation, so that small drift does no harm.

    Example:
        >>> squeezed("Date of  Contact:"), squeezed("DateOfContact")
        ('dateofcontact', 'dateofcontact')
    """
    return re.sub(r"[^a-z0-9]+", "", str(text).lower())


def match(layout: Layout, headings: Sequence[str]) -> Match:
    """Find the columns of a layout among some headings: the official one first, else the only one that looks like it.

    Example:
        >>> list_1 = layouts("annex_a")[0]
        >>> found = match(list_1, ["Child Unique ID", "Date of the Contact", "Contact Source"])
        >>> sorted((field.field, place) for field, place in found.places.items())
        [('person', 0), ('received', 1), ('source', 2)]
    """
    squeeze = [squeezed(heading) for heading in headings]
    places: dict[Field, int] = {}
    clashes: dict[str, list[str]] = {}
    for field in layout.fields:
        found = [place for place, heading in enumerate(squeeze) if heading == squeezed(field.heading)]
        if not found and field.also:
            found = [place for place, heading in enumerate(squeeze) if heading and re.search(field.also, heading)]
        if len(found) > 1:
            clashes[field.heading] = [headings[place] for place in found]
        if found:
            places[field] = found[0]
    return Match(layout, places, clashes)


def recognise(headings: Sequence[str], known: Sequence[Layout]) -> Match | None:
    """The layout that a table's headings are of: all needed columns there, and most columns alike; None where none is.

    Example:
        >>> recognise(["earl_episode_id", "earl_person_id", "earl_episode_start_date"], layouts("ssd")).layout.table
        'ssd_early_help_episodes'
        >>> recognise(["Date", "Amount"], layouts("ssd")) is None
        True
    """
    found = [match(layout, headings) for layout in known]
    whole = [one for one in found if not missing(one)]
    return max(whole, key=lambda one: (len(one.places), -len(one.clashes)), default=None)


def nearest(headings: Sequence[str], known: Sequence[Layout]) -> Match | None:
    """The layout of which most columns are there, less the needed ones that are not; None where no column is known."""
    found = [one for one in (match(layout, headings) for layout in known) if one.places]
    return max(found, key=lambda one: len(one.places) - len(missing(one)), default=None)


def missing(one: Match) -> list[str]:
    """Official headings of the needed columns that are not there."""
    return [field.heading for field in one.layout.fields if field.needed and field not in one.places]
