"""The numbers of one council: read, asked, changed and written.

A parameters file is printed in every appraisal as its assumptions log, so nothing in it stands without a source.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from frontdoor_sim.distributions import Distribution, from_mapping
from frontdoor_sim.documents import Document, InputError, Mistake, in_words, nearest, read_yaml
from frontdoor_sim.parameters.checks import document_mistakes
from frontdoor_sim.parameters.graded import TIME_UNITS, Clock, Graded, read_leaf
from frontdoor_sim.parameters.known import kind_of, known, sections
from frontdoor_sim.parameters.writing import as_text, file_text, plain


@dataclass(frozen=True)
class Parameters:
    """Every graded number of a council.

    Args:
        council: name of the council, as published.
        year: reporting year of the Department for Education, which ends on 31 March.
        numbers: graded numbers by `section.name`.
        made_by: the command that made the file; empty where a person wrote it.
        files: name and SHA-256 of every input (of its text, with line ends as LF).
        origin: name of the file that was read; empty where there is none.

    Example:
        >>> from datetime import date
        >>> share = Graded(0.15, "share of contacts", "Assumption", date(2019, 5, 31), "assumed")
        >>> council = Parameters("Anywhere", 2020, {"contacts.open_case_share": share})
        >>> council.value("contacts.open_case_share")
        0.15
    """

    council: str
    year: int
    numbers: Mapping[str, Graded]
    made_by: str = ""
    files: tuple[tuple[str, str], ...] = ()
    origin: str = field(default="", compare=False)

    @staticmethod
    def read(path: str | Path) -> Parameters:
        """Read a parameters file and hold it to its rules.

        Raises:
            InputError: with every mistake of the file at once.
        """
        document = read_yaml(path)
        mistakes = document_mistakes(document)
        if mistakes:
            raise InputError(mistakes)
        data = document.data
        files = tuple((entry["name"], entry["sha256"]) for entry in data.get("files") or [])
        numbers = _numbers(document)
        return Parameters(data["council"], data["year"], numbers, data.get("made_by") or "", files, document.path.name)

    def __contains__(self, name: object) -> bool:
        return name in self.numbers

    def __getitem__(self, name: str) -> Graded:
        """The graded number called `section.name`.

        Raises:
            InputError: the council has no such number; the nearest names are offered.
        """
        if name not in self.numbers:
            raise InputError([self._absent(name)])
        return self.numbers[name]

    def value(self, name: str) -> Any:
        """The value of `section.name`, in its own unit.

        Raises:
            InputError: as `parameters[name]`.
        """
        return self[name].value

    def require(self, *names: str) -> None:
        """Make sure that every one of these numbers is there.

        Raises:
            InputError: with one mistake for each absent number.
        """
        absent = [self._absent(name) for name in names if name not in self.numbers]
        if absent:
            raise InputError(absent)

    def _absent(self, name: str) -> Mistake:
        where = self.origin or f"parameters of {self.council}"
        near = nearest(name, self.numbers) or nearest(name, known())
        right = known()[name].description if name in known() else "A number that the file holds"
        remedy = f"Did you mean {in_words(near)}? Otherwise add it to the file." if near else "Add it to the file."
        return Mistake(f"{where}: {name}", f"There is no number called {name}.", f"{right}.", remedy)

    def distribution(self, name: str) -> tuple[Distribution, int, Clock]:
        """A duration, its unit in seconds, and the clock on which it runs.

        Args:
            name: a name of section `durations` (`screening`), or a full name (`returns.delay`).

        Returns:
            The distribution in the unit of the file, seconds in one such unit (a working day counts as 86,400), and
            `elapsed`, `working` or `working_days`.

        Raises:
            InputError: no such duration, or its unit is not one of time.
        """
        full = name if "." in name else f"durations.{name}"
        graded = self[full]
        if graded.unit not in TIME_UNITS:
            right = f"A duration in {in_words(TIME_UNITS)}."
            what = f'{full} is not a duration: its unit is "{graded.unit}".'
            raise InputError([Mistake(graded.where or full, what, right, "Name a duration of the file.")])
        seconds, clock = TIME_UNITS[graded.unit]
        return from_mapping(graded.value), seconds, clock

    def with_values(self, changes: Mapping[str, Any]) -> Parameters:
        """A copy in which some values are replaced; unit, source and the rest stay.

        Args:
            changes: new values (or whole `Graded` numbers) by `section.name`. A range that the new value leaves is
                dropped.

        Raises:
            InputError: an unknown name, or values against the rules, all at once.

        Example:
            >>> from datetime import date
            >>> share = Graded(0.15, "share of contacts", "Assumption", date(2019, 5, 31), "assumed")
            >>> council = Parameters("Anywhere", 2020, {"contacts.open_case_share": share})
            >>> council.with_values({"contacts.open_case_share": 0.2}).value("contacts.open_case_share")
            0.2
        """
        self.require(*(name for name in changes if not isinstance(changes[name], Graded)))
        mistakes: list[Mistake] = []
        numbers = dict(self.numbers)
        for name, new in changes.items():
            graded = new if isinstance(new, Graded) else replace(self[name], value=new, range=None)
            checked, faults = read_leaf(name, kind_of(name), plain(graded))
            if checked is None or faults:
                mistakes += [Mistake(f"{name}: new value", f.what, f.right, f.remedy) for f in faults]
            else:
                numbers[name] = replace(checked, range=self._kept_range(name, new, checked), where=graded.where)
        if mistakes:
            raise InputError(mistakes)
        return replace(self, numbers=numbers)

    def _kept_range(self, name: str, new: Any, checked: Graded) -> tuple[float, float] | None:
        """The range of the old number, where the new value still lies inside it."""
        if isinstance(new, Graded):
            return new.range
        again = replace(checked, range=self[name].range)
        return again.range if not read_leaf(name, kind_of(name), plain(again))[1] else None

    def assumptions(self) -> pd.DataFrame:
        """The assumptions log: a row for each number, in the order of the file.

        Returns:
            Columns name, value, unit, source, date, grade, range and note; value and range as text.
        """
        rows = [
            {
                "name": name,
                "value": as_text(graded.value),
                "unit": graded.unit,
                "source": graded.source,
                "date": graded.date.isoformat(),
                "grade": graded.grade,
                "range": "" if graded.range is None else f"{graded.range[0]:g} to {graded.range[1]:g}",
                "note": graded.note,
            }
            for name, graded in self.in_order().items()
        ]
        columns = ["name", "value", "unit", "source", "date", "grade", "range", "note"]
        return pd.DataFrame(rows, columns=columns)

    def text(self) -> str:
        """The parameters file as text: the same numbers give the same text."""
        return file_text(self.council, self.year, self.made_by, self.files, self.in_order())

    def write(self, path: str | Path) -> Path:
        """Write the parameters file (UTF-8, lines ended by LF), making its folder where needed.

        Returns:
            The path written.
        """
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.text(), encoding="utf-8", newline="\n")
        return path

    def in_order(self) -> dict[str, Graded]:
        """The numbers in the order of the file: known names first, then names of one's own by section."""
        places = {name: place for place, name in enumerate(known())}
        order = {section: place for place, section in enumerate(sections())}

        def place(name: str) -> tuple[int, int, str]:
            return (order.get(name.split(".")[0], len(order)), places.get(name, len(places)), name)

        return {name: self.numbers[name] for name in sorted(self.numbers, key=place)}

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything that the numbers say, whatever the layout of the file."""
        said = [f"{self.council} {self.year}"]
        said += [f"{name}: {sorted(plain(graded).items())}" for name, graded in self.in_order().items()]
        return hashlib.sha256("\n".join(said).encode()).hexdigest()


def _numbers(document: Document) -> dict[str, Graded]:
    """The numbers of a document that has no mistakes, each with its place."""
    numbers = {}
    for section in sections():
        for name, data in (document.data.get(section) or {}).items():
            full = f"{section}.{name}"
            graded, _ = read_leaf(full, kind_of(full), data)
            if graded is not None:
                numbers[full] = replace(graded, where=document.where(section, name))
    return numbers
