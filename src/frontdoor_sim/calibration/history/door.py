"""The door: rows of any format become records; identifiers are hashed, and what the model does not need stays outside.

The key of the hashes is drawn anew for every reading and kept in memory only. So the same child has the same number within
one reading, in all its files, and nobody can make that number again, not even with the files at hand.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.calibration.history import cells
from frontdoor_sim.calibration.history.layouts import Field, Layout, squeezed
from frontdoor_sim.tables import conform, dictionary, empty

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

MOMENTS = ("received", "incoming", "started", "ended", "accepted", "allocated", "closed", "conference")
IDENTIFIERS = ("person", "family", "item", "parent")
OUTCOMES = ("no_further_action", "advice", "returned_to_referrer", "early_help", "open_case", "referral_closed", "referral",
            "assessment", "other")  # fmt: skip
"""What can come of a contact, in every format but workflow steps, whose column map has words of its own."""

MAIN = {
    "contact": "received",
    "step": "incoming",
    "referral": "received",
    "assessment": "started",
    "section_47": "started",
    "conference": "conference",
    "early_help": "started",
    "involvement": "started",
}
"""The moment without which a row of a kind says nothing."""

_WORDS = ("source", "outcome", "team", "rag", "age", "step")
_FLAGS = ("open_case", "out_of_hours")
_CONCEIVED_BEFORE_BIRTH = 40 * 604_800
_YEAR = 31_557_600


@dataclass(frozen=True)
class Sheet:
    """The columns of one table that are read, before anything is made of them.

    Args:
        file: name of the file, with its sheet, table or element; never a path.
        system: case system that it was taken from.
        layout: what its columns are.
        rows: number of each row in the file, from 1.
        cells: cells by field; the fields of the layout that are there.
        torn: numbers of further rows that could not be split into cells.
    """

    file: str
    system: str
    layout: Layout
    rows: Ints
    cells: Mapping[Field, pd.Series]
    torn: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


@dataclass
class Door:
    """Admits sheets one after another and collects what comes of them.

    Args:
        key: of the hashes; drawn anew unless a test gives one. It is never written.
    """

    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    admitted: list[pd.DataFrame] = field(default_factory=list)
    findings: list[pd.DataFrame] = field(default_factory=list)
    looked_at: dict[str, int] = field(default_factory=dict)
    unread: list[tuple[str, int, bool]] = field(default_factory=list)

    def records(self) -> pd.DataFrame:
        """All records admitted so far, held to their dictionary."""
        if not self.admitted:
            return empty("history_records")
        together = pd.concat(self.admitted, ignore_index=True)
        return conform(_as_categories(together), "history_records")

    def found(self) -> pd.DataFrame:
        """What was found at the door: `file, row, rule`, one row a finding."""
        columns = ["file", "row", "rule"]
        return pd.concat(self.findings, ignore_index=True) if self.findings else pd.DataFrame(columns=columns)

    def unread_dates(self) -> str:
        """What most dates that cannot be read have in their stead, as the end of a sentence; empty where all can be read."""
        words = pd.Series(
            [number for _, number, _ in self.unread], index=[kind for kind, _, _ in self.unread], dtype="int64"
        )
        number = words.groupby(level=0).sum()
        if number.sum() == 0:
            return ""
        misread = " The other dates of that column were read day first, and are wrong as well." if self.misread else ""
        return f"most of them have {number.idxmax()}.{misread}"

    @property
    def misread(self) -> bool:
        """Whether a column has the month first throughout, so that what could be read of it is wrong."""
        return any(whole for *_, whole in self.unread)

    def hashed(self, given: pd.Series, purpose: str) -> Ints:
        """Numbers of 63 bits for identifiers; -1 where there is none."""
        places, values = cells.distinct(given)
        numbers = [self._number(value, purpose) for value in values]
        return np.array([*numbers, -1], dtype=np.int64)[places]

    def _number(self, value: object, purpose: str) -> int:
        text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
        if not text:
            return -1
        said = f"{purpose}\0{text}".encode("utf-8", "surrogatepass")
        return int.from_bytes(blake2b(said, key=self.key, digest_size=8).digest(), "little") >> 1

    def admit(self, sheet: Sheet) -> None:
        """Turn a sheet into records; rows that cannot be used are noted with the check that says why."""
        kind, number = sheet.layout.kind, len(sheet.rows)
        self._note(sheet.file, sheet.torn, "row_torn", number + len(sheet.torn))
        made: dict[str, object] = {"file": sheet.file, "row": sheet.rows, "system": sheet.system, "kind": kind}
        made |= self._identifiers(sheet)
        times, precision, unreadable = self._moments(sheet)
        made |= {"recorded_to": np.array(cells.PRECISIONS, dtype=object)[precision]}
        made |= {name: _maybe(seconds, cells.NONE) for name, seconds in times.items()}
        made |= self._words(sheet)
        born = self._born(sheet)
        if born is not None:
            made["age"] = _ages(times["received"] - born, born > cells.UNREADABLE)
        refusals = {"date_unreadable": unreadable, "no_person": np.asarray(made["person"]) < 0}
        if kind in MAIN:
            refusals["no_date"] = times[MAIN[kind]] == cells.NONE
        if kind == "step":
            refusals["step_not_mapped"] = np.asarray(made["step"]) == ""
        if born is not None:
            early = times["received"] < born - _CONCEIVED_BEFORE_BIRTH
            refusals["referral_before_conception"] = early & (born > cells.UNREADABLE)
        good = self._refused(sheet, refusals)
        self._look_closer(sheet)
        table = pd.DataFrame(made, index=pd.RangeIndex(number))
        self.admitted.append(table if good.all() else table[good])

    def _refused(self, sheet: Sheet, refusals: Mapping[str, Flags]) -> Flags:
        """Note each row that cannot be used, once; the others."""
        good = np.ones(len(sheet.rows), dtype=bool)
        for rule, flags in refusals.items():
            self._note(sheet.file, sheet.rows[good & flags], rule, len(good))
            good &= ~flags
        return good

    # --- parts of a sheet ------------------------------------------------------------------------------------------

    def _identifiers(self, sheet: Sheet) -> dict[str, object]:
        nobody = np.full(len(sheet.rows), -1)
        numbers = dict.fromkeys(IDENTIFIERS, nobody)
        for one, given in sheet.cells.items():
            if one.field in IDENTIFIERS:
                what = one.reads.partition(":")[2] or (sheet.layout.kind if one.reads == "item" else one.reads)
                numbers[one.field] = self.hashed(given, f"{what}\0{sheet.system}")
        maybe = {name: _maybe(numbers[name], -1) for name in IDENTIFIERS[1:]}
        return {"person": numbers["person"], **maybe}

    def _moments(self, sheet: Sheet) -> tuple[dict[str, Ints], Ints, Flags]:
        """Every moment, the coarsest precision of each row, and the rows with a moment that cannot be read."""
        number = len(sheet.rows)
        times = {name: np.full(number, cells.NONE) for name in MOMENTS}
        precision, unreadable = np.zeros(number, dtype=np.int64), np.zeros(number, dtype=bool)
        for one, given in sheet.cells.items():
            if one.reads == "moment":
                seconds, how = cells.moments(given)
                wrong = seconds == cells.UNREADABLE
                self.unread.append(cells.unread(given, seconds))
                unreadable |= wrong
                times[one.field] = np.where(wrong, cells.NONE, seconds)
                precision = np.where(seconds > cells.UNREADABLE, np.maximum(precision, how), precision)
        if sheet.layout.kind == "step":
            late = times["incoming"] == cells.NONE
            times["incoming"] = np.where(late, times["started"], times["incoming"])
            late = times["received"] == cells.NONE
            times["received"] = np.where(late, times["incoming"], times["received"])
        for one, given in sheet.cells.items():
            if one.reads == "status":
                still = cells.each(given, lambda text: squeezed(text)) != "completed"
                times["ended"] = np.where(still & cells.filled(given), cells.NONE, times["ended"])
        return times, precision, unreadable

    def _words(self, sheet: Sheet) -> dict[str, object]:
        number = len(sheet.rows)
        made: dict[str, object] = {name: np.full(number, "", dtype=object) for name in _WORDS}
        made |= {name: np.zeros(number, dtype=bool) for name in _FLAGS}
        made["consent"] = pd.array([pd.NA] * number, dtype="Int64")
        for one, given in sheet.cells.items():
            if one.field in _FLAGS:
                made[one.field] = cells.each(given, cells.yes_or_no) == "yes"
            elif one.field == "consent":
                said = cells.each(given, cells.yes_or_no)
                made["consent"] = _maybe(np.select([said == "yes", said == "no"], [1, 0], -1), -1)
            elif one.field in _WORDS:
                made[one.field] = self._read_words(sheet, one, given)
        for one, given in sheet.cells.items():
            if one.field == "closure":
                why = cells.each(given, cells.READINGS["closure"])
                said = np.asarray(made["outcome"], dtype=object)
                made["outcome"] = np.where(said == "", why, said)
        return made

    def _read_words(self, sheet: Sheet, one: Field, given: pd.Series) -> NDArray[np.object_]:
        """The words of a column: those of the layout, the closed list of outcomes, or a reading of `cells`."""
        own = (sheet.layout.words or {}).get(one.field)
        if one.field == "outcome" and (own is not None or one.reads == "outcome"):
            standard = {} if sheet.layout.shape == "steps" else {squeezed(outcome): outcome for outcome in OUTCOMES}
            known = {**standard, **(own or {})}
            read = cells.each(given, lambda text: known.get(squeezed(text), "?"))
            self._note(sheet.file, sheet.rows[read == "?"], "outcome_unknown", len(read))
            return np.where(read == "?", "other", read).astype(object)
        if own is not None and one.field == "source":
            usual = cells.READINGS["source"]
            return cells.each(given, lambda text: own.get(squeezed(text)) or usual(text))
        if own is not None:
            other = {"step": ""}.get(one.field, "other")
            return cells.each(given, lambda text: own.get(squeezed(text), other))
        if one.reads == "born":
            return np.full(len(given), "", dtype=object)
        return cells.each(given, cells.READINGS[one.reads])

    # --- what only the door can see ----------------------------------------------------------------------------------

    def _look_closer(self, sheet: Sheet) -> None:
        """Checks of what is not let in: source codes as written, need codes and assessment factors."""
        refused = np.zeros(len(sheet.rows), dtype=bool)
        for one, given in sheet.cells.items():
            if one.field == "outcome" and one.reads == "nfa":
                refused = cells.each(given, cells.yes_or_no) == "yes"
        for one, given in sheet.cells.items():
            if one.field == "source":
                self._look_at_sources(sheet, given)
            elif one.reads == "need":
                lacks = cells.each(given, lambda text: "x" if re.search(r"\bN\d\b", text.upper()) else "") == ""
                self._note(sheet.file, sheet.rows[lacks & ~refused], "need_missing", int((~refused).sum()))
            elif one.reads == "factors":
                listed = cells.each(given, lambda text: text)
                mixed = np.array(["21" in text.split("|") and "|" in text for text in listed], dtype=bool)
                self._note(sheet.file, sheet.rows[mixed], "factor_21_with_others", len(mixed))

    def _look_at_sources(self, sheet: Sheet, given: pd.Series) -> None:
        own = (sheet.layout.words or {}).get("source", {})

        def what(text: str) -> str:
            code = cells.source_code(text)
            if code:
                return "retired" if cells.source_codes()[code][1] else "good"
            return "good" if squeezed(text) in own or cells.source_of_words(text) else "missing"

        said = cells.each(given, what)
        asked = np.ones(len(said), dtype=bool)
        for one, parents in sheet.cells.items():
            if one.field == "parent":
                asked = ~cells.filled(parents)
        missing = asked & ((said == "missing") | (said == ""))
        self._note(sheet.file, sheet.rows[missing], "source_missing", int(asked.sum()))
        self._note(sheet.file, sheet.rows[said == "retired"], "source_retired", len(said))

    def _born(self, sheet: Sheet) -> Ints | None:
        """Dates of birth, or of expected birth, where the format has them; they go no further than `admit`."""
        found = [cells.moments(given)[0] for one, given in sheet.cells.items() if one.reads == "born"]
        return found[0] if found else None

    def _note(self, file: str, rows: Ints, rule: str, looked_at: int) -> None:
        self.looked_at[rule] = self.looked_at.get(rule, 0) + looked_at
        if len(rows):
            self.findings.append(pd.DataFrame({"file": file, "row": rows, "rule": rule}))


def _maybe(numbers: Ints, nothing: int) -> pd.arrays.IntegerArray:
    """Whole numbers of which some are missing."""
    missing = numbers == nothing
    return pd.arrays.IntegerArray(np.where(missing, 0, numbers).astype(np.int64), missing)


def _ages(lived: Ints, known: Flags) -> NDArray[np.object_]:
    """The age band at some seconds after birth; empty where that is not known."""
    bands = [cells.age_band(years) for years in range(-1, 17)]
    years = np.clip(lived // _YEAR, -1, 16) + 1
    return np.where(known, np.array(bands, dtype=object)[np.where(known, years, 0)], "").astype(object)


def _as_categories(table: pd.DataFrame) -> pd.DataFrame:
    """Columns of words as categories, which the checks read many times faster."""
    words = [column.name for column in dictionary("history_records") if column.dtype == "category"]
    return table.assign(**{name: table[name].astype("category") for name in words})
