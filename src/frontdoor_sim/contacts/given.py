"""Contacts given instead of drawn: real arrivals replayed, or a table made by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.contacts import attributes
from frontdoor_sim.contacts.attributes import Words
from frontdoor_sim.contacts.hours import end_date, first_date
from frontdoor_sim.contacts.receipt import Reception
from frontdoor_sim.contacts.record import NOT_A_RETURN, columns
from frontdoor_sim.documents import InputError, Mistake, in_words, nearest
from frontdoor_sim.luck import Int64s, key_array
from frontdoor_sim.operating_model import RAGS, OperatingModel
from frontdoor_sim.parameters import Parameters
from frontdoor_sim.tables import check, conform
from frontdoor_sim.working_time import WallClock

_PLAIN: dict[str, object] = {
    "source": "unknown", "area": "all", "children": 1, "need": 0, "level": 1, "rag": "green", "open_case": False,
    "consent": pd.NA, **NOT_A_RETURN,
}  # fmt: skip
Column = pd.Series | NDArray[np.generic]
LASTING = "seconds: "
_TIMES = ("received", "enters")
_ENDS_WITH_ZONE = r":\d\d\S*(?:Z|[+-]\d\d:?\d\d)$"
_TIME_RIGHT = "Local time such as 2026-06-01 09:15 (a zone in every row or in none), or whole seconds since `opens`."


def given(
    table: str | Path | pd.DataFrame,
    model: OperatingModel,
    parameters: Parameters | None = None,
    seed: int | None = None,
    replication: int = 0,
) -> pd.DataFrame:
    """A contacts table that is given instead of drawn.

    Only `received` must be there. What else is there is kept; what is not is filled in:

    - `contact` from (seed, replication, second of receipt, place among those of the same second);
    - `family` by the contact; `enters` by the hand-over of the parameters, else at once;
    - `source`, `area`, `children`, `open_case` and `need` are drawn from the parameters by the luck of the contact's
      own key (the source by its share of the year); without parameters they are unknown, all, 1, False and 0;
    - `level` by the model's thresholds and `rag` by its grading, from need.

    A column `seconds: <purpose>`, such as `seconds: screening`, gives how long first visits last instead of a drawn
    duration; an empty cell leaves it to luck.

    Without a seed, contact numbers in the table are kept as they are, and with them all luck of the run, which is then
    the same in every replication. With a seed each becomes the key of (seed, replication, number), and family and
    returned_from likewise, so that every replication plays the same contacts with other luck.

    Args:
        table: a CSV or Parquet file, or a table; columns as in the dictionary `contacts`. Times are local times, or
            whole seconds since `opens` 00:00.
        model: its run says what `opens` is and when contacts can be received.
        parameters: the council's numbers, for what the table leaves out.
        seed: keys the luck; None keeps the numbers of the table.
        replication: number of the replication.

    Returns:
        Table `contacts`, sorted by enters, then contact.

    Raises:
        InputError: every mistake of the table: no `received`, unknown columns, values of the wrong kind, times outside
            the run or out of order, contacts that stand there twice.

    Example:
        >>> from datetime import date
        >>> model = OperatingModel.model_validate({
        ...     "name": "A street", "run": {"opens": date(2026, 6, 1), "weeks": 1, "warm_up": 0, "follow_up": 0},
        ...     "teams": {}, "stages": {}, "routes": {}, "ends": {}})
        >>> table = pd.DataFrame({"contact": [1, 2], "received": ["2026-06-01 09:15", "2026-06-01 09:16"]})
        >>> given(table, model)["received"].tolist()
        [33300, 33360]
    """
    whole_table, where = (
        (table.reset_index(drop=True), "contacts") if isinstance(table, pd.DataFrame) else _read(Path(table))
    )
    lasting = [name for name in whole_table.columns if str(name).startswith(LASTING)]
    raw = whole_table.drop(columns=lasting)
    _check_names(raw, where)
    seconds = _in_seconds(raw, WallClock(model.run.opens), where)
    present = set(raw.columns)
    whole = conform(_checked(_filled_plainly(seconds), where), "contacts")
    keyed = _keyed(whole, present, seed, replication)
    _check_rows(keyed, model, where)
    filled = _filled(keyed, present, model, parameters, where).assign(**whole_table[lasting])
    return filled.sort_values(["enters", "contact"], ignore_index=True)


def _read(path: Path) -> tuple[pd.DataFrame, str]:
    """The table of a CSV or Parquet file, and its name."""
    readers: dict[str, Callable[[Path], pd.DataFrame]] = {
        ".csv": lambda file: pd.read_csv(file, encoding="utf-8-sig"),
        ".parquet": pd.read_parquet,
    }
    if path.suffix.lower() not in readers:
        raise _refused(
            path.name, "This is neither CSV nor Parquet.", "A .csv or .parquet file.", "Save it as CSV, UTF-8."
        )
    if not path.is_file():
        near = nearest(path.name, [file.name for file in path.parent.iterdir()]) if path.parent.is_dir() else []
        remedy = f"Did you mean {in_words(near)}?" if near else "Check the folder and the spelling."
        raise _refused(str(path), "There is no such file.", "A file that exists.", remedy)
    try:
        return readers[path.suffix.lower()](path), path.name
    except UnicodeDecodeError as error:
        what = f"Byte {error.start} is not UTF-8 text."
        raise _refused(path.name, what, "A file saved as UTF-8.", "Save it again as CSV with encoding UTF-8.") from None
    except pd.errors.EmptyDataError:
        raise _refused(path.name, "The file is empty.", "A header and rows.", "Export it again.") from None
    except (pd.errors.ParserError, ValueError, OSError) as error:
        what = f"The file cannot be read: {' '.join(str(error).split())}"
        raise _refused(path.name, what, "A table with a header and commas.", "Export it again.") from None


def _refused(where: str, what: str, right: str, remedy: str) -> InputError:
    return InputError([Mistake(where, what, right, remedy)])


def _check_names(raw: pd.DataFrame, where: str) -> None:
    """Hold the names of columns to the dictionary; only `received` must be there."""
    mistakes = []
    names = [str(name) for name in raw.columns]
    strangers = [name for name in names if name not in columns()]
    if "received" not in names:
        near = nearest("received", strangers)
        remedy = f"Rename {in_words(near)} to received." if near else "Add it: when each contact was received."
        mistakes.append(Mistake(f"{where}: received", "The column is missing.", _TIME_RIGHT, remedy))
    for name in strangers:
        near = nearest(name, set(columns()) - set(names))
        remedy = f"Did you mean {in_words(near)}? Otherwise drop it." if near else "Drop it."
        what, right = f'No column is called "{name}".', f"Columns: {', '.join(columns())}."
        mistakes.append(Mistake(f"{where}: {name}", what, right, remedy))
    for name in sorted({name for name in names if names.count(name) > 1}):
        mistakes.append(Mistake(f"{where}: {name}", "The column stands there twice.", "Each column once.", "Drop one."))
    if mistakes:
        raise InputError(mistakes)


def _in_seconds(raw: pd.DataFrame, clock: WallClock, where: str) -> pd.DataFrame:
    """The table with every column of times in seconds."""
    mistakes = []
    for name in (name for name in _TIMES if name in raw.columns):
        values = raw[name]
        if pd.api.types.is_numeric_dtype(values.dtype) or len(values) == 0:
            continue
        times = _as_times(values)
        wrong = times.isna().to_numpy()
        if wrong.any():
            row = int(wrong.argmax())
            cells = "1 cell is" if wrong.sum() == 1 else f"{wrong.sum():,} cells are"
            what = f"{cells} not a time, first in row {row + 1}: {values.iloc[row]!r}."
            mistakes.append(Mistake(f"{where}: {name}", what, _TIME_RIGHT, "Correct them, or set the rows aside."))
        elif isinstance(times.dtype, pd.DatetimeTZDtype):
            raw[name] = (times - pd.Timestamp(clock.local(0))) // pd.Timedelta(seconds=1)
        else:
            raw[name] = clock.seconds(times.to_numpy())
    if mistakes:
        raise InputError(mistakes)
    return raw


def _as_times(values: pd.Series) -> pd.Series:
    """Times, naive or with their zone; NaT where a cell is none, or has a zone where another has not."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return values
    text = values.astype(str)
    zoned = text.str.contains(_ENDS_WITH_ZONE)
    all_zoned = bool(zoned.all())
    return pd.to_datetime(text if all_zoned else text.mask(zoned), format="ISO8601", errors="coerce", utc=all_zoned)


def _filled_plainly(raw: pd.DataFrame) -> pd.DataFrame:
    """Every column there, so that the dictionary can be held to all of them."""
    plain: dict[str, object] = {"contact": np.arange(len(raw)), "family": -1, "enters": raw["received"], **_PLAIN}
    return pd.DataFrame(
        {name: raw[name] if name in raw.columns else plain[name] for name in columns()}, index=raw.index
    )


def _checked(table: pd.DataFrame, where: str) -> pd.DataFrame:
    """The table, held to its dictionary; only a history may have contacts without a grade."""
    mistakes: list[Mistake] = []
    try:
        check(table, "contacts", where)
    except InputError as error:
        mistakes += error.mistakes
    empty = table["rag"].isna().to_numpy()
    if empty.any():
        cells = "1 cell is" if empty.sum() == 1 else f"{empty.sum():,} cells are"
        what = f"{cells} empty, first in row {int(empty.argmax()) + 1}."
        remedy = "Fill them, or leave the column out: then every grade follows from need."
        mistakes.append(Mistake(f"{where}: rag", what, f"One of {in_words(RAGS)}.", remedy))
    if mistakes:
        raise InputError(mistakes)
    return table


def _keyed(table: pd.DataFrame, present: set[str], seed: int | None, replication: int) -> pd.DataFrame:
    """The table with keys: given numbers as they are or under the seed, else keys of their own."""
    if "contact" not in present:
        nth = table.groupby("received").cumcount().to_numpy().astype(np.int64)
        keys = key_array((seed or 0, replication, "given"), table["received"].to_numpy(dtype=np.int64), nth)
        table = table.assign(contact=keys)
        again = ["family"] if "family" in present else []
    else:
        again = ["contact", *(name for name in ("family", "returned_from") if name in present)]
    for name in again if seed is not None else ():
        numbers = table[name].to_numpy(dtype=np.int64)
        table = table.assign(**{name: np.where(numbers < 0, numbers, _under(numbers, int(seed or 0), replication))})
    return table if "family" in present else table.assign(family=table["contact"])


def _under(numbers: Int64s, seed: int, replication: int) -> Int64s:
    return key_array((seed, replication, "given"), numbers)


def _filled(
    table: pd.DataFrame, present: set[str], model: OperatingModel, parameters: Parameters | None, where: str
) -> pd.DataFrame:
    """The table with what it leaves out drawn by each contact's own luck, or worked out."""
    keys = table["contact"].to_numpy(dtype=np.int64)
    new = {} if parameters is None else _drawn(table, present, model, parameters, where)
    need = np.asarray(new.get("need", table["need"]), dtype=np.int64)
    if "level" not in present:
        new["level"] = attributes.levels(need, model)
    if "rag" not in present:
        new["rag"] = attributes.rags(keys, need, model.grading).column()
    return conform(table.assign(**new), "contacts")


def _drawn(
    table: pd.DataFrame, present: set[str], model: OperatingModel, parameters: Parameters, where: str
) -> dict[str, Column]:
    """Columns that the table leaves out and the parameters know."""
    keys, received = (table[name].to_numpy(dtype=np.int64) for name in ("contact", "received"))
    source = _words(table["source"]) if "source" in present else attributes.sources(keys, parameters)
    drawn: dict[str, Callable[[], Column]] = {
        "source": source.column,
        "area": lambda: attributes.areas(keys, parameters).column(),
        "children": lambda: attributes.children(keys, parameters),
        "open_case": lambda: attributes.open_cases(keys, parameters),
        "need": lambda: attributes.needs(keys, _known(source, parameters, where), parameters),
        "enters": lambda: Reception(model, parameters).handed_over(received),
    }
    return {name: make() for name, make in drawn.items() if name not in present}


def _words(column: pd.Series) -> Words:
    words = column.astype("category").cat
    return Words([str(name) for name in words.categories], words.codes.to_numpy().astype(np.int64))


def _known(source: Words, parameters: Parameters, where: str) -> Words:
    """The sources, all of which have a mean need."""
    known = list(parameters.value("contacts.need_mean"))
    mistakes = []
    for name in (name for name in source.names if name not in known):
        near = nearest(name, known)
        remedy = f"Did you mean {in_words(near)}? Otherwise give" if near else "Give"
        what, right = f'The parameters know no source "{name}".', f"One of {in_words(known)}."
        mistakes.append(Mistake(f"{where}: source", what, right, f"{remedy} the need of every contact in a column."))
    if mistakes:
        raise InputError(mistakes)
    return source


def _check_rows(table: pd.DataFrame, model: OperatingModel, where: str) -> None:
    """Hold the values to what a run can play."""
    clock = WallClock(model.run.opens)
    start, end = clock.midnight(first_date(model.run)), clock.midnight(end_date(model.run))
    days = f"from {first_date(model.run)} up to, but not including, {end_date(model.run)}"
    rules = {
        "contact": (table["contact"] < 0, "is below 0", "A number of 0 or more.", "Number the contacts from 1."),
        "received": (
            (table["received"] < start) | (table["received"] >= end), "lies outside the run",
            f"A time in the run: {days}.", "Change `run` of the scenario, or leave those contacts out.",
        ),
        "enters": (
            table["enters"] < table["received"], "lies before receipt",
            "A time at or after `received`.", "Correct it, or drop the column.",
        ),
        "children": (table["children"] < 1, "is below 1", "At least 1 child.", "Correct the number."),
        "level": (~table["level"].between(0, 4), "is not a level", "1 to 4, or 0 where unknown.", "Correct the level."),
    }  # fmt: skip
    mistakes = []
    for name, (wrong, says, right, remedy) in rules.items():
        if wrong.any():
            row = int(wrong.to_numpy().argmax())
            rows = "1 row" if wrong.sum() == 1 else f"{wrong.sum():,} rows"
            what = f"In {rows} it {says}, first in row {row + 1}: {table[name].iloc[row]}."
            mistakes.append(Mistake(f"{where}: {name}", what, right, remedy))
    mistakes += _twice(table["contact"], where)
    if mistakes:
        raise InputError(mistakes)


def _twice(contacts: pd.Series, where: str) -> list[Mistake]:
    again = contacts.duplicated().to_numpy()
    if not again.any():
        return []
    second = int(again.argmax())
    first = int((contacts == contacts.iloc[second]).to_numpy().argmax())
    what = (
        f"Rows {first + 1} and {second + 1} are both contact {contacts.iloc[second]}; {again.sum():,} rows repeat one."
    )
    return [
        Mistake(f"{where}: contact", what, "Every contact once.", "Drop the second, or give it a number of its own.")
    ]
