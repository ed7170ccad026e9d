"""What measures ask of a log, read from its tables."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from frontdoor_sim.documents import InputError, Mistake
from frontdoor_sim.event_log import About, EventLog
from frontdoor_sim.event_log.columns import Columns, Flags, Integers, Ints, places_of, runs, sorting
from frontdoor_sim.event_log.intervals import Stretches, covered_seconds
from frontdoor_sim.event_log.reading import HOUR, ByTeam, Visits, in_each_hour
from frontdoor_sim.measures.visits import Extent, arranged, extent, gather
from frontdoor_sim.tables import dictionary

_WORK = ("work", "re-keying", "search", "meeting")


class TableReading:
    """A reading (`event_log.Reading`) of the tables of a log, as history and the reference engine make them.

    Args:
        log: the log. Row order does not matter. Contacts are read by key.

    Raises:
        InputError: a table lacks a column of its dictionary; all that are missing at once.
    """

    def __init__(self, log: EventLog) -> None:
        mistakes = [
            Mistake(f"{table}: {column.name}", "The column is missing.", f"A column for: {column.description}.",
                    "Make the log with event_log.assemble, or read it with read_log.")
            for table in ("events", "contacts", "duty")
            for column in dictionary(table)
            if column.required and column.name not in getattr(log, table).columns
        ]  # fmt: skip
        if mistakes:
            raise InputError(mistakes)
        self.log = log

    @property
    def about(self) -> About:
        """What one must know to read the log."""
        return self.log.about

    @cached_property
    def contacts(self) -> Columns:
        """The contacts table, by key."""
        table, order = self.log.contacts, sorting([Columns(self.log.contacts).numbers("contact")])
        return Columns(table if order is None else table.iloc[order])

    @cached_property
    def events(self) -> Columns:
        """The events, each main thread's in the order in which they happened."""
        return Columns(arranged(self.log.events))

    @cached_property
    def duty(self) -> Columns:
        """The stretches of duty."""
        return Columns(self.log.duty)

    @cached_property
    def coarsest(self) -> str:
        """Coarsest precision to which the log records times: second, minute or day."""
        present = self.events.words("recorded_to").present
        return next((word for word in ("day", "minute") if word in present), "second")

    # --- visits ------------------------------------------------------------------------------------------------------

    @cached_property
    def visits(self) -> Visits:
        """The visits of main threads."""
        return gather(self.about, self.events, self._extent, self._contact_of)

    @cached_property
    def _extent(self) -> Extent:
        """The rows of each visit."""
        return extent(self.events)

    def _contact_of(self, events: Ints) -> Ints:
        """Place of the contact of some events; quick where those of one contact stand together."""
        keys, known = self.events.numbers("contact")[events], self.contacts.numbers("contact")
        first, last = runs([keys])
        keys = keys[first]
        place = np.arange(len(known)) if np.array_equal(keys, known) else np.searchsorted(known, keys)
        return np.repeat(place, last - first + 1)

    @cached_property
    def _visit_waits(self) -> Ints:
        """Positions of the events that waited for a visit to the family, and were not cut by the end of the run."""
        waits = self.events.words("waited_for").among(["visit"])
        return np.flatnonzero(waits & ~self.events.flags("censored"))

    @cached_property
    def seen(self) -> tuple[Ints, Ints]:
        """Waits for a visit to the family that were not cut by the end: places of contacts, and when each was over."""
        rows = self._visit_waits
        if len(rows) == 0:
            return rows, rows
        contact, stage = self._contact_of(rows), self.events.words("stage").take(rows).places
        visit, part = (self.events.numbers(column)[rows] for column in ("visit", "part"))
        order = np.lexsort((part, visit, stage, contact))
        begins, _ = runs([key[order] for key in (contact, stage, visit, part)])
        return contact[order][begins], np.maximum.reduceat(self.events.numbers("end")[rows][order], begins)

    # --- waiting -----------------------------------------------------------------------------------------------------

    def split(self, mine: Flags, first: Ints, last: Ints) -> dict[str, int]:
        """Seconds of main threads between two times of each contact of `mine`, by what was waited for."""
        visits, rows = self.visits, self._extent
        since, until = first[visits.contact], last[visits.contact]
        begun, ended = self.events.numbers("start")[rows.first], visits.ended
        some = mine[visits.contact] & (begun < until) & (ended > since)
        whole = (begun >= since) & (ended <= until)
        cause = self.events.words("waited_for")
        spent = np.zeros(len(cause.names))
        for these, cut in ((np.flatnonzero(some & whole), False), (np.flatnonzero(some & ~whole), True)):
            places, begins = places_of(rows.first[these], rows.last[these])
            start, end = (self.events.numbers(column)[places] for column in ("start", "end"))
            if cut:
                length = np.diff(begins, append=len(places))
                start = np.maximum(start, np.repeat(since[these], length))
                end = np.maximum(start, np.minimum(end, np.repeat(until[these], length)))
            seconds = (end - start) * (self.events.values("part")[places] == 0)
            spent += np.bincount(cause.take(places).places, weights=seconds, minlength=len(spent))
        return dict(zip(cause.names, spent.astype(np.int64).tolist(), strict=True))

    @cached_property
    def teams(self) -> tuple[str, ...]:
        """Names of all teams of the model, the duty and the events, sorted."""
        stages = self.about.of_stages.values("team").tolist()
        named = {*stages, *self.duty.words("team").present, *self.events.words("team").names}
        return tuple(sorted(named - {""}))

    @cached_property
    def queued(self) -> Ints:
        """Seconds of waiting for each of `teams` (row) in each hour of the window."""
        closes, team = self.about.closes, self.events.words("team")
        cells = -(-closes // HOUR) + 1
        waiting = self.events.words("kind").among(["wait"]) & ~team.among([""])
        place = np.array([self.teams.index(name) if name else -1 for name in team.names], dtype=np.int64)

        def counted(rows: Ints, times: Ints) -> tuple[Ints, Ints]:
            """How many of the times are in each hour, and the seconds of that hour which follow them, in all."""
            time = np.clip(times[rows], 0, closes)
            hour = time // HOUR
            follow = np.minimum((hour + 1) * HOUR, closes) - time
            cell, size = place[team.codes[rows]] * cells + hour, len(self.teams) * cells
            number, seconds = np.bincount(cell, minlength=size), np.bincount(cell, weights=follow, minlength=size)
            return number.reshape(-1, cells), seconds.reshape(-1, cells).astype(np.int64)

        begin, end = self._joined(waiting, team.codes)
        began, first = counted(begin, self.events.numbers("start"))
        ended, last = counted(end, self.events.numbers("end"))
        return in_each_hour(began - ended, first - last, closes)

    @cached_property
    def _touching(self) -> Flags:
        """For each event but the first, whether it starts when the one above it ends."""
        touching: Flags = self.events.numbers("start")[1:] == self.events.numbers("end")[:-1]
        return touching

    def _joined(self, mine: Flags, owner: Integers) -> tuple[Ints, Ints]:
        """Some events as unbroken stretches of one owner: the first and the last event of each.

        Args:
            mine: for each event, whether it is one of them.
            owner: for each event, whose it is, such as the worker's number.
        """
        goes_on = self._touching & mine[1:] & mine[:-1] & (owner[1:] == owner[:-1])
        begins, ends = mine.copy(), mine.copy()
        begins[1:] &= ~goes_on
        ends[:-1] &= ~goes_on
        return np.flatnonzero(begins), np.flatnonzero(ends)

    # --- work and duty -----------------------------------------------------------------------------------------------

    def spent(self, kind: str) -> ByTeam:
        """Seconds of one kind of work within the window, by the team that worked."""
        rows = np.flatnonzero(self.events.words("kind").among([kind]))
        return self._by_team(rows, self._seconds(rows))

    @cached_property
    def slots(self) -> ByTeam:
        """Seconds for which slots were held within the window, each times the children of its contact.

        A slot is held in stretches of kind caseload, and in the main thread's waits for a first visit at a caseload stage.
        """
        holding = {stage for stage, kind in self.about.of_stages.rows("stage", "kind") if kind == "caseload"}
        visits = self._visit_waits
        main = self.events.values("part")[visits] == 0
        visits = visits[main & self.events.words("stage").take(visits).among(holding)]
        rows = np.union1d(visits, np.flatnonzero(self.events.words("kind").among(["caseload"])))
        children = self.contacts.numbers("children")[self._contact_of(rows)]
        return self._by_team(rows, self._seconds(rows) * children)

    def _by_team(self, rows: Ints, seconds: Ints) -> ByTeam:
        team = self.events.words("team").take(rows)
        return _summed(team.names, team.places, seconds)

    def _seconds(self, rows: Ints) -> Ints:
        """Length of some events within the window."""
        start, end = (np.clip(self.events.numbers(column)[rows], 0, self.about.closes) for column in ("start", "end"))
        return end - start

    @property
    def has_duty(self) -> bool:
        """Whether the log holds any duty."""
        return len(self.duty) > 0

    def on_duty(self, kind: str) -> ByTeam:
        """Seconds of one kind of duty within the window, by the team whose duty it was."""
        duty, team = self._duty(kind)
        return _summed(self.duty.words("team").names, team, duty.end - duty.start)

    @cached_property
    def worked(self) -> ByTeam:
        """Seconds of work of any kind inside available duty within the window, by the team whose duty it was."""
        duty, team = self._duty("available")
        return _summed(self.duty.words("team").names, team, covered_seconds(duty, self._work()))

    def _duty(self, kind: str) -> tuple[Stretches, Ints]:
        """Stretches of duty of a kind, cut to the window, and the place of each one's team."""
        duty, closes = self.duty, self.about.closes
        in_reach = (duty.numbers("end") > 0) & (duty.numbers("start") < closes)
        rows = np.flatnonzero(duty.words("kind").among([kind]) & in_reach)
        stretches = Stretches(*(duty.numbers(column)[rows] for column in ("worker", "start", "end")))
        return stretches.clipped(0, closes), duty.words("team").take(rows).places

    def _work(self) -> Stretches:
        """Unbroken stretches of somebody's work, of those that reach into the window."""
        worker = self.events.values("worker")
        first, last = self._joined(self.events.words("kind").among(_WORK) & (worker >= 0), worker)
        start, end = self.events.numbers("start")[first], self.events.numbers("end")[last]
        mine = np.flatnonzero((end > 0) & (start < self.about.closes))
        return Stretches(worker[first[mine]].astype(np.int64), start[mine], end[mine])


def _summed(names: Sequence[str], team: Ints, seconds: Ints) -> ByTeam:
    """Seconds by team, of stretches whose team is a place in `names`."""
    total = np.bincount(team, weights=seconds, minlength=len(names))
    return ByTeam(tuple(names), total.astype(np.int64))
