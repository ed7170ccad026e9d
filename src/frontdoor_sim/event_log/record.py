"""The event log itself: three tables, and what one must know to read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.tables import conform
from frontdoor_sim.working_time import Calendar, WallClock, WorkingDays

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class About:
    """What one must know to read an event log.

    Seconds count from `opens` 00:00 local; windows are [from, to).

    Args:
        option: name of the operating model.
        run: number of the replication.
        opens: date on which the measured window opens.
        starts: second at which the warm-up starts (0 or less).
        closes: second at which the measured window closes: it is [0, closes).
        ends: second at which the run ends; what falls at that second still counts.
        stages: table `stages`, rows in file order.
        outcomes: table `outcomes`: every end, and every stage that can follow a deciding stage.
        clocks: calendars by name, among them `working_hours`, the measuring clock.
        working_days: the count of working days.
        targets: table `targets`.

    Raises:
        ValueError: starts, 0, closes and ends do not follow one another.
    """

    option: str
    run: int
    opens: date
    starts: int
    closes: int
    ends: int
    stages: pd.DataFrame
    outcomes: pd.DataFrame
    clocks: Mapping[str, Calendar]
    working_days: WorkingDays
    targets: pd.DataFrame

    def __post_init__(self) -> None:
        if not self.starts <= 0 < self.closes <= self.ends:
            times = f"starts {self.starts}, closes {self.closes} and ends {self.ends}"
            raise ValueError(f"{times} must obey starts <= 0 < closes <= ends")

    @property
    def clock(self) -> WallClock:
        """The wall clock of the log: turns its seconds into local time."""
        return WallClock(self.opens, self.working_days.clock.zone)

    @property
    def weeks(self) -> float:
        """Length of the measured window in weeks."""
        return self.closes / 604_800


@dataclass(frozen=True, eq=False)
class EventLog:
    """What happened in one run, or in history.

    The dictionaries `events`, `contacts` and `duty` describe the tables; `assemble` makes a log whose tables obey them.

    Args:
        events: one row an uninterrupted stretch of work or of waiting, in canonical order.
        contacts: one row a contact.
        duty: one row a stretch of duty; no rows where duty is not known, as in most history.
        about: what one must know to read them.
    """

    events: pd.DataFrame
    contacts: pd.DataFrame
    duty: pd.DataFrame
    about: About


def assemble(events: pd.DataFrame, contacts: pd.DataFrame, duty: pd.DataFrame, about: About) -> EventLog:
    """An event log whose tables are held to their dictionaries and stand in canonical order.

    Raises:
        InputError: a table does not obey its dictionary.
    """
    return EventLog(
        arrange(conform(events, "events"), about),
        conform(contacts, "contacts").sort_values("contact", ignore_index=True),
        conform(duty, "duty").sort_values(["worker", "start", "end"], ignore_index=True),
        about,
    )


def arrange(events: pd.DataFrame, about: About) -> pd.DataFrame:
    """The events in canonical order: contact, enabled, stage in file order, visit, part, start, end.

    Stages that `about` does not know come last, by name.
    """
    names = _words(events["stage"])
    place = {stage: number for number, stage in enumerate(about.stages["stage"])}
    unknown = sorted(set(names.categories) - place.keys())
    place.update({stage: len(place) + number for number, stage in enumerate(unknown)})
    stage = np.array([place[name] for name in names.categories] or [0], dtype=np.int64)[names.codes]
    keys = [numbers(events, "contact"), numbers(events, "enabled"), stage]
    keys += [numbers(events, column) for column in ("visit", "part", "start", "end")]
    order = _sorted_by(keys)
    return events if order is None else events.iloc[order].reset_index(drop=True)


def main_thread(events: pd.DataFrame) -> Ints:
    """Positions of the rows of part 0, each contact's in the order in which they happened."""
    rows = np.flatnonzero(numbers(events, "part") == 0)
    routed = (_words(events["outcome"]) != "").astype(np.int64)
    keys = [numbers(events, column)[rows] for column in ("contact", "start", "end", "enabled", "visit")]
    order = _sorted_by([*keys, routed[rows]])
    return rows if order is None else rows[order]


def numbers(table: pd.DataFrame, column: str) -> Ints:
    """A column as int64."""
    return table[column].to_numpy().astype(np.int64, copy=False)


def codes(table: pd.DataFrame, column: str) -> tuple[list[str], Ints]:
    """A column of words as its list of words, and for each row the place in that list."""
    words = _words(table[column])
    return [str(word) for word in words.categories], words.codes.astype(np.int64)


def _words(column: pd.Series) -> pd.Categorical:
    return column.array if isinstance(column.array, pd.Categorical) else pd.Categorical(column)


def _sorted_by(keys: Sequence[Ints]) -> Ints | None:
    """The order that sorts by the keys, first key first; None where the rows are sorted already."""
    decided = np.zeros(max(len(keys[0]) - 1, 0), dtype=bool)
    for key in keys:
        step = key[1:] - key[:-1]
        if np.any((step < 0) & ~decided):
            return np.lexsort(tuple(reversed(keys))).astype(np.int64)
        decided |= step > 0
    return None
