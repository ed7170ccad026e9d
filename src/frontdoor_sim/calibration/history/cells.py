"""What cells say: moments and how finely they are recorded, codes, flags and ages. Each distinct text is read once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from importlib import resources

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.calibration.history.layouts import squeezed

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

NONE = np.iinfo(np.int64).min
"""No moment is recorded."""
UNREADABLE = NONE + 1
"""Something stands there, and it is no moment."""
PRECISIONS = ("second", "minute", "day")

_DAY, _MINUTE = 86_400, 60
_FIRST, _LAST = 315_532_800, 4_102_444_800  # the years 1980 to 2099
_FORMS = (
    "%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%Y-%m-%d", "%d/%m/%Y", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M",
    "%d-%m-%Y %H:%M:%S", "%d-%m-%Y", "%d-%b-%Y %H:%M:%S", "%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%d.%m.%Y", "%Y%m%d",
)  # fmt: skip
_EMPTY = {"", "nan", "nat", "none", "null", "n/a", "na", "-"}
_HEAP = 0.01
_EXCEL = np.datetime64("1899-12-30", "s")
_AGES = ((5, "0-4"), (10, "5-9"), (16, "10-15"))


def distinct(cells: pd.Series) -> tuple[Ints, list[object]]:
    """The place of each cell's value in a list of distinct values (-1: empty), and that list."""
    if pd.api.types.is_object_dtype(cells.dtype):
        cells = cells.map(lambda cell: cell if isinstance(cell, (str, int, float, date)) else None)
    places, values = pd.factorize(cells)
    return places.astype(np.int64), list(values)


def each(cells: pd.Series, read: Callable[[str], str]) -> NDArray[np.object_]:
    """Every cell by a function of its trimmed text; `""` for an empty one."""
    places, values = distinct(cells)
    said = [_text(value) for value in values]
    answers = np.array([read(text) if text else "" for text in said] + [""], dtype=object)
    return answers[places]


def filled(cells: pd.Series) -> Flags:
    """Whether each cell holds more than blanks, or a word for nothing."""
    places, values = distinct(cells)
    return np.array([bool(_text(value)) for value in values] + [False], dtype=bool)[places]


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    return "" if text.lower() in _EMPTY else text


def moments(cells: pd.Series) -> tuple[Ints, Ints]:
    """Local times in seconds of the wall clock since 1970, and how finely each is recorded (place in `PRECISIONS`).

    Dates are read day first, or as ISO; a spreadsheet's dates and serial numbers are taken too. A cell without a time of
    day is recorded to the day. So is one at 00:00:00 where more than 1 % of the column's are, since a database gives a date
    that was cast that time. The others are to the minute where no cell of the column has seconds.

    Returns:
        Seconds, `NONE` where the cell is empty, `UNREADABLE` where it is no moment from 1980 to 2099; and precisions.

    Example:
        >>> seconds, precision = moments(pd.Series(["03/06/2019 09:12", "2019-06-03", "", "31/02/2019"]))
        >>> seconds.tolist() == [1559553120, 1559520000, NONE, UNREADABLE], precision.tolist()
        (True, [1, 2, 1, 1])
    """
    places, values = distinct(cells)
    seconds, bare = _read(values)
    seconds, bare = np.append(seconds, NONE)[places], np.append(bare, False)[places]
    there = seconds > UNREADABLE
    midnight = there & (seconds % _DAY == 0)
    day = midnight & (bare | (midnight.sum() > _HEAP * max(int(there.sum()), 1)))
    timed = there & ~day
    finest = 0 if np.any(seconds[timed] % _MINUTE != 0) else 1
    return seconds, np.where(day, 2, finest)


def _read(values: list[object]) -> tuple[Ints, Flags]:
    """Distinct cells as seconds, and whether each was written without a time of day."""
    seconds = np.full(len(values), UNREADABLE)
    bare = np.zeros(len(values), dtype=bool)
    texts: list[str] = []
    rows: list[int] = []
    for row, value in enumerate(values):
        if isinstance(value, (datetime, date)):
            whole = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
            bare[row] = not isinstance(value, datetime)
            seconds[row] = _since_1970(whole)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            seconds[row], bare[row] = _serial(float(value))
        elif not _text(value):
            seconds[row] = NONE
        else:
            texts.append(_plain(str(value)))
            rows.append(row)
    if texts:
        seconds[rows], bare[rows] = _written(texts)
    outside = (seconds > UNREADABLE) & ((seconds < _FIRST) | (seconds >= _LAST))
    seconds[outside] = UNREADABLE
    return seconds, bare


def _since_1970(moment: datetime) -> int:
    since = moment.replace(tzinfo=None) - datetime(1970, 1, 1)
    return since.days * _DAY + since.seconds


def _plain(text: str) -> str:
    """A written moment without a `T`, fractions of a second or a zone of nought."""
    text = re.sub(r"^(\d{4}-\d\d-\d\d)[T ]+", r"\1 ", text.strip())
    return re.sub(r"(:\d\d)(?:[.,]\d+)?(?:Z|\+00:?00)?$", r"\1", text)


def _serial(value: float) -> tuple[int, bool]:
    """A spreadsheet's serial number of a day, with its fraction."""
    if not 29_000 < value < 75_000:
        return UNREADABLE, False
    return int(_EXCEL.astype(np.int64)) + round(value * _DAY), value.is_integer()


def _written(texts: list[str]) -> tuple[Ints, Flags]:
    left = pd.Series(texts, dtype="str")
    seconds = np.full(len(texts), UNREADABLE)
    bare = np.zeros(len(texts), dtype=bool)
    for form in _FORMS:
        waiting = np.flatnonzero(seconds == UNREADABLE)
        if not len(waiting):
            break
        read = pd.to_datetime(left.iloc[waiting], format=form, errors="coerce").to_numpy().astype("datetime64[s]")
        good = ~np.isnat(read)
        seconds[waiting[good]] = read[good].astype(np.int64)
        bare[waiting[good]] = "%H" not in form
    return seconds, bare


# --- codes -----------------------------------------------------------------------------------------------------------


@cache
def _table(name: str) -> pd.DataFrame:
    file = resources.files("frontdoor_sim.calibration.history.layouts") / f"{name}.csv"
    with file.open(encoding="utf-8") as stream:
        return pd.read_csv(stream, dtype="str", keep_default_na=False)


@cache
def source_codes() -> dict[str, tuple[str, bool]]:
    """For each source code of the CIN census, its group, and whether it is retired.

    Example:
        >>> source_codes()["3E"]
        ('health', False)
    """
    table = _table("sources")
    return {code: (source, old == "yes") for code, source, old in
            zip(table["code"], table["source"], table["retired"], strict=True)}  # fmt: skip


def source_code(text: str) -> str:
    """The source code that a cell holds, with or without the label of Annex A; `""` where it holds none.

    Example:
        >>> source_code("q) 6: Police"), source_code("3e"), source_code("Police"), source_code("p1) 5D: LA services")
        ('6', '3E', '', '5D')
    """
    found = re.match(r"^(?:[a-z]\d?\)\s*)?(\d{1,2}[a-f]?)(?=$|[\s:.)\-])", text.strip().lower())
    code = found[1].upper() if found else ""
    return code if code in source_codes() else ""


def source(text: str) -> str:
    """The group of a source code, or of a local word for a source; `unknown` for what is neither.

    Example:
        >>> source("2A"), source("Education - Primary School"), source("MP / Councillor"), source("zzz")
        ('schools', 'schools', 'individual', 'unknown')
    """
    code = source_code(text)
    return source_codes()[code][0] if code else source_of_words(text) or "unknown"


def source_of_words(text: str) -> str:
    """The group that local words for a source stand for; `""` where that is not clear."""
    table = _table("source_words")
    found = (
        group
        for pattern, group in zip(table["pattern"], table["source"], strict=True)
        if re.search(pattern, text.lower())
    )
    return next(found, "")


def yes_or_no(text: str) -> str:
    """`yes`, `no` or `""` (not known) from any of the ways in which case systems write it.

    Example:
        >>> yes_or_no("a) Yes"), yes_or_no("N"), yes_or_no("true"), yes_or_no("c) Unknown")
        ('yes', 'no', 'yes', '')
    """
    word = squeezed(re.sub(r"^[a-z]\)\s*", "", text.lower()))
    return "yes" if word in ("yes", "y", "true", "1", "t") else "no" if word in ("no", "n", "false", "0", "f") else ""


def flags_of_contact(text: str) -> str:
    """The outcome in a contact's JSON of flags, or in plain words; nothing else in it is looked at.

    Example:
        >>> flags_of_contact('{"NEW_REFERRAL_FLAG": "Y", "NFA_FLAG": "N", "COMMENTS": "free text"}')
        'referral'
        >>> flags_of_contact("EH Referral"), flags_of_contact('{"NFA_FLAG": "N"}'), flags_of_contact("{")
        ('early_help', '', '')
    """
    if text.lstrip().startswith("{"):
        raised = set(re.findall(r'"([A-Z_]+_FLAG)"\s*:\s*"?(?:[Yy1]\b|[Tt]rue)', text))
        return next((outcome for flag, outcome in _CONTACT_FLAGS.items() if flag in raised), "")
    return _CONTACT_WORDS.get(squeezed(text), "other")


_CONTACT_FLAGS = {
    "CP_ENQUIRY_FLAG": "referral",
    "NEW_REFERRAL_FLAG": "referral",
    "EXISTING_REFERRAL_FLAG": "open_case",
    "ADVICE_FLAG": "advice",
    "NFA_FLAG": "no_further_action",
    "OTHER_OUTCOMES_EXIST_FLAG": "other",
    "OLA_CP_FLAG": "other",
    "PRIVATE_FOSTERING_FLAG": "other",
    "NON_AGENCY_ADOPTION_FLAG": "other",
    "MISSING_FLAG": "other",
}
_CONTACT_WORDS = {
    "nofurtheraction": "no_further_action",
    "informationandadvice": "advice",
    "ehreferral": "early_help",
    "cinreferral": "referral",
}
_CHANGES = {"FCONTA": "first_contact", "TSPROC": "transfer"}
_CLOSURES = {"RC8": "closed_after_assessment", "RC9": "closed_to_early_help"}


def _closure(text: str) -> str:
    found = re.search(r"\bRC\d\b", text.upper())
    return _CLOSURES.get(found[0], "closed") if found else ""


def age_band(years: float) -> str:
    """The band of an age in years.

    Example:
        >>> age_band(-0.2), age_band(4.9), age_band(17)
        ('unborn', '0-4', '16+')
    """
    return "unborn" if years < 0 else next((band for limit, band in _AGES if years < limit), "16+")


def _age(text: str) -> str:
    if re.search("unborn|expected", text.lower()):
        return "unborn"
    return age_band(float(text)) if re.fullmatch(r"-?\d{1,3}(\.\d+)?", text) else ""


READINGS: Mapping[str, Callable[[str], str]] = {
    "source": source,
    "flag": yes_or_no,
    "nfa": lambda text: "no_further_action" if yes_or_no(text) == "yes" else "",
    "support": lambda text: {"yes": "services", "no": "no_further_action", "": ""}[yes_or_no(text)],
    "unnecessary": lambda text: "conference_unnecessary" if yes_or_no(text) == "yes" else "",
    "contact_flags": flags_of_contact,
    "closure": _closure,
    "change": lambda text: _CHANGES.get(text.upper(), "other"),
    "age": _age,
    "rag": lambda text: {"r": "red", "a": "amber", "g": "green", "b": "blue"}.get(squeezed(text)[:1], ""),
    "team": lambda text: text[:60],
}
"""How cells that hold neither an identifier nor a moment are read: a function of the text, by the name in a layout."""
