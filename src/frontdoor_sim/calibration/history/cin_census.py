"""The CIN census: the Department for Education's annual XML, read as a stream with its entity tricks refused."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler, ErrorHandler

import numpy as np
import pandas as pd

from frontdoor_sim.calibration.history.door import Sheet
from frontdoor_sim.calibration.history.layouts import Field, Layout, layouts
from frontdoor_sim.calibration.history.table import refuse, require

_LONGEST_TEXT = 100
_DEEPEST = 30
_OWN = Field("item", "(place in the file)", "", "item:referral", needed=True)
_OF = Field("parent", "(the CINdetails it stands in)", "", "item:referral", needed=True)


def read_census(path: Path, name: str, system: str) -> list[Sheet]:
    """The referrals, assessments, section 47 enquiries and plans of a census file; one sheet for each element.

    Only the elements in `layouts/cin_census.csv` are looked at: no UPN, name, gender, ethnicity or disability is read, and
    of a date of birth only the age band is kept. A document type, an entity or an outside reference is refused.

    Args:
        path: the file.
        name: what it is called in reports.
        system: case system that it was taken from.

    Raises:
        InputError: the file is not XML, is a trick, or is of another kind.
    """
    sax = require("defusedxml.sax", "a CIN census")
    common = require("defusedxml.common", "a CIN census")
    census = _Census()
    reader = sax.make_parser()
    reader.forbid_dtd = True
    reader.setContentHandler(census)
    reader.setErrorHandler(ErrorHandler())
    right, remedy = "The XML file that was sent to the Department for Education.", "Export the return again."
    try:
        with path.open("rb") as stream:
            reader.parse(stream)
    except common.DefusedXmlException:
        raise refuse(path, "The XML declares a document type or entities.", right, remedy) from None
    except SAXParseException as error:
        what = f"Line {error.getLineNumber()} is not XML: {error.getMessage()[:80]}."
        raise refuse(path, what, right, remedy) from None
    except (SAXException, ValueError, LookupError) as error:
        raise refuse(path, f"This cannot be read as XML: {str(error)[:80]}.", right, remedy) from None
    if not census.is_census:
        raise refuse(path, "The XML holds no Children element.", right, remedy)
    return [census.sheet(layout, name, system) for layout in _tables()]


def _tables() -> Sequence[Layout]:
    return [layout for layout in layouts("cin_census") if layout.kind]


class _Census(ContentHandler):
    """Gathers the wanted texts of each child, and files them when the child is over."""

    def __init__(self) -> None:
        super().__init__()
        self.is_census = False
        self._path: list[str] = []
        self._text: list[str] = []
        self._target: tuple[dict[str, str], str] | None = None
        self._child: dict[str, str] = {}
        self._open: dict[str, dict[str, str]] = {}
        self._pending: list[tuple[str, dict[str, str]]] = []
        self._tables = {layout.table: {field.heading for field in layout.fields} for layout in _tables()}
        self._details = 0
        self._about_child = {
            field.heading for layout in layouts("cin_census") if not layout.kind for field in layout.fields
        }
        headings = self._about_child.union(*self._tables.values())
        self._filed: dict[str, dict[str, list[str]]] = {
            table: {heading: [] for heading in (*own, *self._about_child, _OWN.heading)}
            for table, own in self._tables.items()
        }
        self._leaves = {heading.rpartition("/")[2] for heading in headings}

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 - the name that SAX calls
        del attrs
        name = name.rpartition(":")[2]
        self._path.append(name)
        if len(self._path) > _DEEPEST:
            raise ValueError("its elements are nested too deeply")
        self._text = []
        self._target = self._wanted(name) if name in self._leaves else None
        if name == "Child":
            self._child, self._pending = {}, []
        elif name in self._tables:
            self._details += name == "CINdetails"
            self._open[name] = {_OWN.heading: str(self._details)}
        elif name == "Children":
            self.is_census = True

    def characters(self, content: str) -> None:
        if self._target is not None:
            self._text.append(content[:_LONGEST_TEXT])

    def endElement(self, name: str) -> None:  # noqa: N802
        name = name.rpartition(":")[2]
        if self._target is not None:
            row, heading = self._target
            text = "".join(self._text).strip()[:_LONGEST_TEXT]
            row[heading] = f"{row[heading]}|{text}"[: 40 * _LONGEST_TEXT] if heading in row else text
            self._target = None
        self._path.pop()
        if name in self._tables:
            self._pending.append((name, self._open.pop(name)))
        elif name == "Child":
            for table, row in self._pending:
                row.update(self._child)
                for heading, column in self._filed[table].items():
                    column.append(row.get(heading, ""))
            self._pending = []

    def _wanted(self, name: str) -> tuple[dict[str, str], str] | None:
        """Where the text of the element that has begun belongs; None where it is not looked at."""
        path = self._path
        for back, heading in ((2, name), (3, f"{path[-2]}/{name}" if len(path) > 1 else name)):
            holder = path[-back] if len(path) >= back else ""
            if holder in self._open and heading in self._tables[holder]:
                return self._open[holder], heading
            if holder == "Child" and heading in self._about_child:
                return self._child, heading
        return None

    def sheet(self, layout: Layout, name: str, system: str) -> Sheet:
        """The rows of one element."""
        filed = self._filed.pop(layout.table)
        about_child = [field for other in layouts("cin_census") if not other.kind for field in other.fields]
        fields = [about_child[0], *layout.fields, _OWN if layout.kind == "referral" else _OF]
        columns = {field: filed[_OWN.heading if field is _OF else field.heading] for field in fields}
        if layout.kind == "referral":
            born, expected = (filed[field.heading] for field in about_child[1:])
            columns[about_child[1]] = [one or other for one, other in zip(born, expected, strict=True)]
        cells = {field: pd.Series(column, dtype="str") for field, column in columns.items()}
        return Sheet(f"{name}: {layout.table}", system, layout, np.arange(1, len(filed[_OWN.heading]) + 1), cells)
