"""The backlog with which a run starts: a file of open contacts, read and held to the model."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import io
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path as FilePath
from typing import Any

import pandas as pd

from frontdoor_sim.documents import InputError, Mistake, in_words, nearest
from frontdoor_sim.documents.files import read_text
from frontdoor_sim.operating_model import BEFORE_DAYS, RAGS, OperatingModel
from frontdoor_sim.parameters import Parameters
from frontdoor_sim.scenario.changes import Step, Touched
from frontdoor_sim.scenario.dates import made_on


@dataclass(frozen=True)
class OpenContact:
    """A contact that is open when the run starts; None where the file leaves it to the council's numbers and luck.

    Args:
        stage: where it stands.
        received, since: local time of receipt, and since when it stands there.
        held: whether somebody holds the case.
        judged: the level that it was judged to have; 0 where nobody has judged.
        need: in standard deviations.
    """

    stage: str
    received: datetime
    since: datetime
    held: bool = False
    judged: int = 0
    rag: str | None = None
    source: str | None = None
    area: str | None = None
    children: int | None = None
    need: float | None = None
    open_case: bool | None = None
    consent: bool | None = None


@dataclass(frozen=True)
class Backlog:
    """The contacts that are open when a run starts.

    Args:
        file: where they stand.
        contacts: one a row, in the order of the file.
    """

    file: FilePath
    contacts: tuple[OpenContact, ...]

    @property
    def table(self) -> pd.DataFrame:
        """A row a contact, with the fields of `OpenContact` as columns."""
        names = [part.name for part in dataclasses.fields(OpenContact)]
        return pd.DataFrame([dataclasses.astuple(one) for one in self.contacts], columns=names, dtype=object)

    @property
    def digest(self) -> str:
        """SHA-256 of what it says."""
        return hashlib.sha256(repr(self.contacts).encode()).hexdigest()


def read_backlog(path: FilePath, model: OperatingModel | None, parameters: Parameters | None) -> Backlog:
    """Read a file of open contacts.

    Args:
        path: a CSV file with the columns `stage` and `received`, and any further field of `OpenContact`.
        model: where they stand; None where it has mistakes of its own, so that no name can be known.
        parameters: the council's numbers.

    Raises:
        InputError: every mistake of the file, with its lines.
    """
    rows = csv.reader(io.StringIO(read_text(path)))
    header = [name.strip().removeprefix("\ufeff") for name in next(rows, [])]
    reader = _Reader(path.name, model, parameters)
    mistakes = list(reader.header(header))
    if mistakes:
        raise InputError(mistakes)
    contacts = [reader.contact(rows.line_num, header, row) for row in rows if any(cell.strip() for cell in row)]
    mistakes = list(reader.told())
    if mistakes:
        raise InputError(mistakes)
    return Backlog(path, tuple(one for one in contacts if one is not None))


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        raise ValueError(text)
    return moment


def _yes(text: str) -> bool:
    return {"yes": True, "no": False, "true": True, "false": False, "1": True, "0": False}[text.lower()]


def _level(text: str) -> int:
    return range(1, 5)[int(text) - 1] if int(text) >= 1 else int("none")


def _children(text: str) -> int:
    return int(text) if int(text) >= 1 else int("none")


def _rag(text: str) -> str:
    return RAGS[RAGS.index(text.lower())]


_CELLS: Mapping[str, tuple[Callable[[str], Any], str]] = {
    "stage": (str, "A stage of the scenario."),
    "received": (_moment, "Local time such as 2025-01-06 09:15."),
    "since": (_moment, "Local time such as 2025-01-06 09:15."),
    "held": (_yes, "yes or no."),
    "judged": (_level, "A level from 1 to 4, or nothing."),
    "rag": (_rag, "red, amber, green or blue."),
    "source": (str, "A source of contacts."),
    "area": (str, "An area."),
    "children": (_children, "At least 1 child."),
    "need": (float, "A number, such as 1.5."),
    "open_case": (_yes, "yes or no."),
    "consent": (_yes, "yes or no."),
}
"""How a cell of each column is read, and what would be right."""


class _Reader:
    """Reads rows, and keeps what is wrong with them, alike mistakes together."""

    def __init__(self, name: str, model: OperatingModel | None, parameters: Parameters | None) -> None:
        self.name, self.model = name, model
        self.found: defaultdict[tuple[str, str, str, str], list[int]] = defaultdict(list)
        self.sources: Sequence[str] = ()
        if model is not None and model.arrivals:
            self.sources = list(model.arrivals)
        elif parameters is not None:
            self.sources = list(parameters.value("contacts.need_mean"))

    def header(self, names: Sequence[str]) -> Iterator[Mistake]:
        """What is wrong with the names of columns."""
        where, right = f"{self.name}:1", f"Columns: {', '.join(_CELLS)}; stage and received must be there."
        for name in ("stage", "received"):
            if name not in names:
                near = nearest(name, [one for one in names if one not in _CELLS])
                remedy = f"Rename {in_words(near)}." if near else "Add it."
                yield Mistake(f"{where}: {name}", "The column is missing.", right, remedy)
        for name in dict.fromkeys(names):
            if name not in _CELLS:
                near = nearest(name, [one for one in _CELLS if one not in names])
                remedy = f"Did you mean {in_words(near)}? Otherwise drop it." if near else "Drop it."
                yield Mistake(f"{where}: {name}", f'No column is called "{name}".', right, remedy)
            elif names.count(name) > 1:
                yield Mistake(f"{where}: {name}", "The column stands there twice.", "Each column once.", "Drop one.")
        if self.model is not None and len(self.model.arrivals) > 1 and "source" not in names:
            what, right = "The column is missing.", f"Who made each contact: {in_words(self.sources)}."
            yield Mistake(f"{where}: source", what, right, "Add it.")

    def contact(self, line: int, header: Sequence[str], row: Sequence[str]) -> OpenContact | None:
        """The contact of a row; None where something is wrong with it."""
        if len(row) != len(header):
            what = f"The line has {len(row)} cells, and the header {len(header)}."
            self.wrong(line, "", what, "A cell for each column.", "Export the file again.")
            return None
        values: dict[str, Any] = {}
        before = len(self.found), sum(map(len, self.found.values()))
        for name, text in ((name, cell.strip()) for name, cell in zip(header, row, strict=True)):
            read, right = _CELLS[name]
            if not text and name in ("stage", "received"):
                self.wrong(line, name, "The cell is empty.", right, "Fill it in, or leave the contact out.")
            elif text:
                try:
                    values[name] = read(text)
                except (ValueError, KeyError, IndexError):
                    self.wrong(line, name, f'"{text}" cannot be read.', right, "Correct it, or leave the contact out.")
        if (len(self.found), sum(map(len, self.found.values()))) != before:
            return None
        found = OpenContact(**{"since": values["received"], **values})
        self.times(line, found)
        self.names(line, found)
        return found

    def wrong(self, line: int, column: str, what: str, right: str, remedy: str) -> None:
        """Note a mistake."""
        self.found[column, what, right, remedy].append(line)

    def times(self, line: int, one: OpenContact) -> None:
        """Hold times to the run and to each other."""
        if self.model is None:
            return
        opens = datetime.combine(self.model.run.opens, time())
        again = "Correct it, or leave the contact out."
        for name, moment in (("received", one.received), ("since", one.since)):
            if moment > opens:
                what, right = f"{moment} lies after the run opens.", f"A time up to {opens}."
                self.wrong(line, name, what, right, f"{again} Who comes later is drawn.")
            elif moment < opens - timedelta(days=BEFORE_DAYS - 1):
                right = f"At most {BEFORE_DAYS - 1} days before {opens:%Y-%m-%d}."
                self.wrong(line, name, f"{moment} lies too far back.", right, again)
        if one.since < one.received:
            what, right = f"{one.since} lies before receipt, at {one.received}.", "A time at or after `received`."
            self.wrong(line, "since", what, right, again)

    def names(self, line: int, one: OpenContact) -> None:
        """Hold names to the model."""
        if self.model is None:
            return
        if one.stage not in self.model.stages:
            near = nearest(one.stage, self.model.stages)
            remedy = f"Did you mean {in_words(near)}?" if near else "Correct the name, or leave the contact out."
            right = f"One of {in_words(self.model.stages)}."
            self.wrong(line, "stage", f'No stage is called "{one.stage}".', right, remedy)
        elif one.held and self.model.stages[one.stage].kind != "caseload":
            right = "Nobody holds a case where a stage is none of `kind: caseload`."
            self.wrong(line, "held", f"At {one.stage} no case is held.", right, "Write no, or correct the stage.")
        if one.source is not None and self.sources and one.source not in self.sources:
            near = nearest(one.source, self.sources)
            remedy = f"Did you mean {in_words(near)}?" if near else "Correct the name, or leave the cell empty."
            self.wrong(
                line, "source", f'No source is called "{one.source}".', f"One of {in_words(self.sources)}.", remedy
            )

    def told(self) -> Iterator[Mistake]:
        """The mistakes, alike ones once, at the first of their lines."""
        for (column, what, right, remedy), lines in self.found.items():
            others = [str(line) for line in lines[1:_LINES_NAMED]]
            more = f" So too in line{'s' if len(lines) > 2 else ''} {in_words(others, 'and')}" if others else ""
            more += f" and {len(lines) - _LINES_NAMED:,} more" if len(lines) > _LINES_NAMED else ""
            where = f"{self.name}:{lines[0]}" + (f": {column}" if column else "")
            yield Mistake(where, what + (f"{more}." if more else ""), right, remedy)


_LINES_NAMED = 10


# --- options ---------------------------------------------------------------------------------------------------------


def moved_by(base: dict[str, Any], steps: Sequence[Step]) -> dict[str, str]:
    """Where contacts stand that changes find at a stage when the run starts: its new name, or where its work goes.

    Args:
        base: the scenario that is changed, as plain data.
        steps: the changes.
    """
    return _moved(_made(base, steps)[1])


def left_nowhere(backlog: Backlog, base: dict[str, Any], steps: Sequence[Step]) -> Iterator[Mistake]:
    """Contacts of the backlog at stages that an option takes out, and sends nowhere or straight to an end."""
    made, touched = _made(base, steps)
    ways, stages = _moved(touched), made.get("stages", {})
    number: defaultdict[str, int] = defaultdict(int)
    for one in backlog.contacts:
        number[one.stage] += 1
    for stage, many in number.items():
        to = ways.get(stage, stage)
        if to in stages:
            continue
        where = next((one.where for one in touched if one.verb == "remove" and one.path == ("stages", stage)), "")
        stand = "1 contact of the backlog stands" if many == 1 else f"{many:,} contacts of the backlog stand"
        goes = f"its work goes to the end {to}" if to in made.get("ends", {}) else "nothing says where its work goes"
        what = f"`stages.{stage}` is taken out, {goes}, and {stand} there."
        remedy = f"Write, for example, `remove: {{stages.{stage}: {{to: {next(iter(stages), 'another')}}}}}`."
        yield Mistake(where, what, "A stage at which they stand when the run starts.", remedy)


def _made(base: dict[str, Any], steps: Sequence[Step]) -> tuple[dict[str, Any], Sequence[Touched]]:
    """The scenario that is in force when the run starts, and what the changes made touch."""
    run = base["run"]
    opens = run["opens"] if isinstance(run["opens"], date) else date.fromisoformat(str(run["opens"]))
    made, touched, _ = made_on(base, steps, opens)
    return made, touched


def _moved(touched: Sequence[Touched]) -> dict[str, str]:
    now: dict[str, str] = {}
    for one in touched:
        if one.path[0] != "stages" or len(one.path) != 2 or one.verb not in ("rename", "remove"):
            continue
        name, to = str(one.path[1]), str(one.after) if one.verb == "rename" else one.to
        now = {stage: to if at == name else at for stage, at in now.items()} | ({} if name in now else {name: to})
    return now
