"""The event log itself: three tables, and what one must know to read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import chain

import numpy as np
import pandas as pd

from frontdoor_sim.event_log.columns import Columns, sorting
from frontdoor_sim.event_log.columns import Ints as Ints
from frontdoor_sim.event_log.recording import Recording
from frontdoor_sim.tables import conform, empty
from frontdoor_sim.working_time import Calendar, WallClock, WorkingDays

ANY = "*"
"""Stands for every measure, and for every breakdown, in a table `silent`."""


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
        recording: how contacts are recorded; None where nothing is said of it, as in history, which is itself a record.
        tells_returns: whether a contact that is a return is marked as one: where a model has a law of returns, and in history,
            which links the contacts of a family. Then a log without returns says that nobody came back.
        tells_work: whether all work stands in the log, so that a visit without any was served by nobody: of a run. History
            often has no record of when work began.
        silent: table `silent`: measures that those who recorded the log cannot support, and why. None of a simulated log.

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
    recording: Recording | None = None
    tells_returns: bool = False
    tells_work: bool = False
    silent: pd.DataFrame = field(default_factory=lambda: empty("silent"))

    def __post_init__(self) -> None:
        if not self.starts <= 0 < self.closes <= self.ends:
            times = f"starts {self.starts}, closes {self.closes} and ends {self.ends}"
            raise ValueError(f"{times} must obey starts <= 0 < closes <= ends")

    @cached_property
    def of_stages(self) -> Columns:
        """Table `stages`, by column."""
        return Columns(self.stages)

    @cached_property
    def of_outcomes(self) -> Columns:
        """Table `outcomes`, by column."""
        return Columns(self.outcomes)

    @cached_property
    def of_targets(self) -> Columns:
        """Table `targets`, by column."""
        return Columns(self.targets)

    def of_run(self, run: int) -> About:
        """The same of another replication, whose tables need not be read by column again."""
        read = {name: getattr(self, name) for name in ("of_stages", "of_outcomes", "of_targets")}
        other = replace(self, run=run)
        vars(other).update(read)  # where cached properties are kept
        return other

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

    def __repr__(self) -> str:
        of = f"{self.about.option!r}, run {self.about.run}"
        return (
            f"EventLog({of}: {len(self.contacts):,} contacts, {len(self.events):,} events, {len(self.duty):,} of duty)"
        )


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
    table = Columns(events)
    names = table.words("stage")
    place = {stage: number for number, stage in enumerate(about.stages["stage"])}
    unknown = sorted(set(names.names) - place.keys())
    place.update({stage: len(place) + number for number, stage in enumerate(unknown)})
    stage = np.array([place[name] for name in names.names] or [0], dtype=np.int64)
    keys = (table.numbers("contact"), table.numbers("enabled"), stage[names.codes])
    later = (table.numbers(column) for column in ("visit", "part", "start", "end"))
    order = sorting(chain(keys, later))
    return events if order is None else events.iloc[order].reset_index(drop=True)


def main_thread(events: pd.DataFrame) -> Ints:
    """Positions of the rows of part 0, each contact's in the order in which they happened."""
    return thread_of(Columns(events))


def thread_of(table: Columns) -> Ints:
    """`main_thread`, of events whose columns are at hand."""
    rows = np.flatnonzero(table.values("part") == 0)
    order = sorting(_thread_keys(table, rows))
    return _linked(table, rows if order is None else rows[order])


def _linked(table: Columns, rows: Ints) -> Ints:
    """The same rows, with visits of one second that took no time put in the order in which each led to the next."""
    contact, start, end = (table.numbers(column)[rows] for column in ("contact", "start", "end"))
    none = start == end
    again = np.zeros(len(rows), dtype=bool)
    again[1:] = none[1:] & none[:-1] & (contact[1:] == contact[:-1]) & (start[1:] == start[:-1])
    if not again.any():
        return rows
    linked, stage, outcome = rows.copy(), table.words("stage"), table.words("outcome")
    for first in np.flatnonzero(again[1:] & ~again[:-1]).tolist():
        last = first + int(np.argmin(np.append(again[first + 1 :], False))) + 1
        before = rows[:first][contact[:first] == contact[first]]
        led_to = [outcome.names[code] for code in outcome.codes[before].tolist()]
        left = rows[first:last].tolist()
        here = next((name for name in reversed(led_to) if name), "") or _head(
            table, left, rows[last : last + 1].tolist()
        )
        for place in range(first, last):
            mine = next((row for row in left if stage.names[stage.codes[row]] == here), left[0])
            left.remove(mine)
            linked[place] = mine
            here = outcome.names[outcome.codes[mine]]
    return linked


def _head(table: Columns, visits: Sequence[int], after: Sequence[int]) -> str:
    """The stage at which a way through visits begins: more of them are there than lead there; else it is where they lead."""
    stage, outcome = table.words("stage"), table.words("outcome")
    are_there = Counter(stage.names[code] for code in stage.codes[visits].tolist())
    are_there.subtract(outcome.names[code] for code in outcome.codes[visits].tolist())
    there = [name for name, more in are_there.items() if more > 0] + [stage.names[stage.codes[row]] for row in after]
    return there[0] if there else ""


def _thread_keys(table: Columns, rows: Ints) -> Iterator[Ints]:
    for column in ("contact", "start", "end", "enabled", "visit"):
        yield table.numbers(column)[rows]
    yield (~table.words("outcome").take(rows).among([""])).astype(np.int64)
