"""What cells say: moments and how finely they are recorded, codes, flags and ages. Each distinct text is read once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.calibration.history.layouts import squeezed
from frontdoor_sim.working_time import WallClock

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

NONE = np.iinfo(np.int64).min
"""No moment is recorded."""
UNREADABLE = NONE + 1
"""Something stands there, and it is no moment."""
PRECISIONS = ("second", "minute", "day")

_DAY, _HOUR, _MINUTE = 86_400, 3_600, 60
_LOCALLY = np.iinfo(np.int64).max
_FIRST, _LAST = 315_532_800, 4_102_444_800  # the years 1980 to 2099
_FORMS = (
    "%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%Y-%m-%d", "%d/%m/%Y", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M",
    "%d-%m-%Y %H:%M:%S", "%d-%m-%Y", "%d-%b-%Y %H:%M:%S", "%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%d.%m.%Y", "%Y%m%d",
)  # fmt: skip
_EMPTY = {"", "nan", "nat", "none", "null", "n/a", "na", "-"}
_HEAP = 0.01
_EXCEL = np.datetime64("1899-12-30", "s")
_LOCAL = WallClock(date(1980, 1, 1))  # whose second 0 is _FIRST, in London as in UTC
_ZONED = re.compile(r"(:\d\d)(?:[.,]\d+)?\s*(Z|UTC|GMT|BST|[+-]\d\d(?::?\d\d)?)?$", re.IGNORECASE)
_ZONED_DATE = re.compile(r"^(\d{4}-\d\d-\d\d)(?:Z|[+-]\d\d:\d\d)$", re.IGNORECASE)
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

    Dates are read day first, or as ISO; a spreadsheet's dates and serial numbers are taken too. A time with an offset from
    UTC, or of a zone, becomes what the clocks in London showed; one without is local. A cell without a time of day is
    recorded to the day. So is one at 00:00:00, as written or in London, where more than 1 % of the column's are, since a
    database gives a date that was cast that time. The others are to the minute where no cell of the column has seconds.

    Returns:
        Seconds, `NONE` where the cell is empty, `UNREADABLE` where it is no moment from 1980 to 2099; and precisions.

    Example:
        >>> seconds, precision = moments(pd.Series(["03/06/2019 09:12", "2019-06-03", "", "31/02/2019"]))
        >>> seconds.tolist() == [1559553120, 1559520000, NONE, UNREADABLE], precision.tolist()
        (True, [1, 2, 1, 1])
        >>> seconds, _ = moments(pd.Series(["2019-06-03T09:12:00Z", "2019-06-03T10:12:00+01:00", "2019-06-03 10:12"]))
        >>> seconds.tolist() == [1559556720] * 3
        True
    """
    places, values = distinct(cells)
    written, ahead, bare = _read(values)
    written, ahead, bare = (np.append(column, end)[places] for column, end in
                            ((written, NONE), (ahead, 0), (bare, False)))  # fmt: skip
    seconds = _in_london(written, ahead)
    there = seconds > UNREADABLE
    cast = there & (seconds % _DAY != 0) & (written % _DAY == 0)  # a date that a database gave a zone
    midnight = there & (seconds % _DAY == 0) | cast
    day = midnight & (bare | (midnight.sum() > _HEAP * max(int(there.sum()), 1)))
    seconds = np.where(day & cast, written, seconds)
    timed = there & ~day
    finest = 0 if np.any(seconds[timed] % _MINUTE != 0) else 1
    return seconds, np.where(day, 2, finest)


def _read(values: list[object]) -> tuple[Ints, Ints, Flags]:
    """Distinct cells as the seconds that are written, their offset from UTC, and whether no time of day is written.

    The offset is `_LOCALLY` where none is written.
    """
    seconds = np.full(len(values), UNREADABLE)
    ahead = np.full(len(values), _LOCALLY)
    bare = np.zeros(len(values), dtype=bool)
    texts: list[str] = []
    rows: list[int] = []
    for row, value in enumerate(values):
        if isinstance(value, (datetime, date)):
            whole = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
            bare[row] = not isinstance(value, datetime)
            seconds[row], ahead[row] = _since_1970(whole), _offset(whole.utcoffset())
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            seconds[row], bare[row] = _serial(float(value))
        elif not _text(value):
            seconds[row] = NONE
        else:
            text, ahead[row] = _plain(str(value))
            texts.append(text)
            rows.append(row)
    if texts:
        seconds[rows], bare[rows] = _written(texts)
    outside = (seconds > UNREADABLE) & ((seconds < _FIRST) | (seconds >= _LAST))
    seconds[outside] = UNREADABLE
    return seconds, ahead, bare


def _in_london(written: Ints, ahead: Ints) -> Ints:
    """Written seconds as the clocks in London showed them; those without an offset as they are."""
    zoned = (written > UNREADABLE) & (ahead != _LOCALLY)
    seconds = written.copy()
    if zoned.any():
        shown = _LOCAL.local(written[zoned] - ahead[zoned] - _FIRST)
        seconds[zoned] = shown.astype(np.int64)
    return seconds


def _since_1970(moment: datetime) -> int:
    since = moment.replace(tzinfo=None) - datetime(1970, 1, 1)
    return since.days * _DAY + since.seconds


def _offset(offset: timedelta | None) -> int:
    return _LOCALLY if offset is None else round(offset.total_seconds())


def _plain(text: str) -> tuple[str, int]:
    """A written moment without a `T`, fractions of a second or a zone; and by how many seconds that is ahead of UTC."""
    text = re.sub(r"^(\d{4}-\d\d-\d\d)[Tt ]+", r"\1 ", text.strip())
    text = _ZONED_DATE.sub(r"\1", text)
    found = _ZONED.search(text)
    if found is None:
        return text, _LOCALLY
    return text[: found.start()] + found[1], _of_zone(found[2])


def _of_zone(zone: str | None) -> int:
    """Seconds ahead of UTC.

    Example:
        >>> _of_zone("+01:00"), _of_zone("-0330"), _of_zone("Z"), _of_zone("BST")
        (3600, -12600, 0, 3600)
    """
    if zone is None:
        return _LOCALLY
    if zone[0] not in "+-":
        return _HOUR if zone.upper() == "BST" else 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    return (1 if zone[0] == "+" else -1) * (int(digits[:2]) * _HOUR + int(digits[2:]) * _MINUTE)


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


def unread(cells: pd.Series, seconds: Ints) -> tuple[str, int, bool]:
    """What stands where no moment can be read: what most such cells have, how many, and whether that is true of the column.

    A column has the month first throughout where one in five cells and more does, and none the day.

    Args:
        cells: a column.
        seconds: as `moments` read it.

    Example:
        >>> column = pd.Series(["12/31/2024", "12/30/2024", "01/02/2024"])
        >>> unread(column, moments(column)[0])
        ('the month before the day, as 12/31/2024', 2, True)
    """
    wrong = seconds == UNREADABLE
    if not wrong.any():
        return "", 0, False
    texts = cells.astype(str).str.strip()
    kinds = texts[wrong].map(_kind_unread).value_counts()
    of_others = texts[~wrong]
    many = kinds.iloc[0] >= _OFTEN * len(texts)
    throughout = many and kinds.index[0] == _UNREAD[0][1] and not of_others.str.match(_DAY_FIRST).any()
    return str(kinds.index[0]), int(kinds.iloc[0]), bool(throughout)


_OFTEN = 0.2
"""Of a column that has the month first 18 cells in 30 cannot be read day first; a slip of the hand is no column."""
_DAY_FIRST = r"(?:1[3-9]|2\d|3[01])[/.\-](?:0?[1-9]|1[0-2])[/.\-]"
_UNREAD = (
    (r"(?:0?[1-9]|1[0-2])[/.\-](?:1[3-9]|2\d|3[01])[/.\-]\d{4}", "the month before the day, as 12/31/2024"),
    (r"\d{1,2}[/.\-]\d{1,2}[/.\-]\d{2}(?!\d)", "a year of two digits, as 31/12/24"),
    (r"\d{5}(?:\.\d+)?$", "a spreadsheet's number of a day, as 45657"),
    (r"\d{10}(?:\d{3})?$", "seconds since 1970"),
    (r"\d{1,2}[/.\-]\d{1,2}[/.\-]\d{4}|\d{4}-\d{1,2}-\d{1,2}", "a year before 1980 or after 2099"),
)


def _kind_unread(text: str) -> str:
    kind = next((words for pattern, words in _UNREAD if re.match(pattern, text)), "")
    if kind == _UNREAD[-1][1] and "1980" <= re.findall(r"\d{4}", text)[0] < "2100":
        kind = ""  # such as 31 February
    return kind or "no form of a date that is known"


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
