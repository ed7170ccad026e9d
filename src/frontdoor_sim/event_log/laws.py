"""Laws that every event log obeys, each a small function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from frontdoor_sim.event_log.columns import Columns, Flags, Integers, Ints, order_of, runs
from frontdoor_sim.event_log.intervals import Stretches, covered_seconds
from frontdoor_sim.event_log.reading import Reading
from frontdoor_sim.event_log.record import EventLog, thread_of

_ROWS_NAMED = 6


class BrokenLaw(ValueError):  # noqa: N818 - what was broken is a law of the log, not a rule of input
    """An event log breaks a law: the engine, or the reading of history, is at fault.

    Args:
        law: name of the law.
        contact: key of the first contact concerned; -1 where none is.
        rows: positions of the first rows concerned, in the table that `what` speaks of.
        what: what is wrong, in a sentence.

    Example:
        >>> raise BrokenLaw("outcome_last", 7, (3,), "An outcome stands inside a visit.")
        Traceback (most recent call last):
            ...
        frontdoor_sim.event_log.laws.BrokenLaw: outcome_last: An outcome stands inside a visit. Contact 7, rows 3.
    """

    def __init__(self, law: str, contact: int, rows: tuple[int, ...], what: str) -> None:
        super().__init__(law, contact, rows, what)
        self.law, self.contact, self.rows, self.what = law, contact, rows, what

    def __str__(self) -> str:
        whose = f" Contact {self.contact}," if self.contact >= 0 else ""
        rows = ", ".join(map(str, self.rows)) or "none"
        return f"{self.law}: {self.what}{whose} rows {rows}."


class Arrays:
    """A log as arrays, each made once for all laws. Rows of events are named by their position.

    Args:
        log: the log.
    """

    def __init__(self, log: EventLog) -> None:
        self.log, self.about = log, log.about
        self.events, self.contacts, self.duty = Columns(log.events), Columns(log.contacts), Columns(log.duty)

    @cached_property
    def by_key(self) -> Ints:
        """The rows of the contacts table by key."""
        return np.argsort(self.contacts.numbers("contact"), kind="stable").astype(np.int64)

    @cached_property
    def contact(self) -> Ints:
        """For each event, the row of its contact in the contacts table."""
        keys, events = self.contacts.numbers("contact")[self.by_key], self.events.numbers("contact")
        first, last = runs([events])
        return np.repeat(self.by_key[np.searchsorted(keys, events[first])], last - first + 1)

    @cached_property
    def thread(self) -> Ints:
        """The events of main threads, each contact's in the order in which they happened."""
        return thread_of(self.events)

    @cached_property
    def first(self) -> Flags:
        """For each event of `thread`, whether it is the first of its contact."""
        first = np.zeros(len(self.thread), dtype=bool)
        first[runs([self.contact[self.thread]])[0]] = True
        return first

    @cached_property
    def waiting(self) -> Flags:
        """For each event, whether it is a wait."""
        return self.events.words("kind").among(["wait"])

    @cached_property
    def routed(self) -> Flags:
        """For each event, whether it has an outcome."""
        return ~self.events.words("outcome").among([""])

    @cached_property
    def ending(self) -> Flags:
        """For each event, whether its outcome is an end."""
        outcomes = self.about.outcomes
        return self.events.words("outcome").among(set(outcomes["outcome"][outcomes["is_end"].to_numpy(dtype=bool)]))

    @cached_property
    def work(self) -> tuple[Stretches, Ints]:
        """The stretches in which a worker is busy, by worker and time, and the event of each."""
        busy = ~self.events.words("kind").among(["wait", "caseload"]) & (self.events.values("worker") >= 0)
        rows = np.flatnonzero(busy)
        work, order = _stretches(self.events).take(rows).ordered()
        return work, rows[order]


def check_laws(log: EventLog) -> None:
    """Hold a log to every law of `LAWS`, in order.

    Raises:
        BrokenLaw: naming the law, the contact and the rows.
    """
    arrays = Arrays(log)
    for law in LAWS:
        law(arrays)


def check_conserved(reading: Reading) -> None:
    """Hold what was read of a run to the law `conserved`: in = out + open.

    Raises:
        BrokenLaw: naming the contact.
    """
    visits, ends = reading.visits, reading.about.ends
    at_end = visits.ends
    last = np.ones(len(visits.contact), dtype=bool)
    last[:-1] = visits.contact[1:] != visits.contact[:-1]
    _conserve(reading, visits.contact[at_end & ~last], "A contact goes on after its end.")
    over = last & ~at_end & (visits.ended < ends)
    _conserve(reading, visits.contact[over], "A contact neither ends nor is open at the end of the run.")
    absent = reading.contacts.numbers("enters") < ends
    absent[visits.contact[np.flatnonzero(last)]] = False
    _conserve(reading, np.flatnonzero(absent), "A contact entered and has no row.")


def _conserve(reading: Reading, lost: Ints, what: str) -> None:
    if len(lost):
        raise BrokenLaw("conserved", int(reading.contacts.numbers("contact")[lost[0]]), (), what)


def contacts_known(arrays: Arrays) -> None:
    """Every row is of a contact in the contacts table, and that table holds each contact once."""
    law, keys, order = "contacts_known", arrays.contacts.numbers("contact"), arrays.by_key
    twice = np.sort(order[1:][keys[order[1:]] == keys[order[:-1]]])
    if len(twice):
        raise BrokenLaw(law, int(keys[twice[0]]), _few(twice), "The contacts table repeats a contact.")
    contacts = arrays.events.numbers("contact")
    if not np.isin(contacts[runs([contacts])[0]], keys).all():
        _forbid(arrays, ~np.isin(contacts, keys), law, "A row is of a contact that the contacts table lacks.")


def no_negative_stretch(arrays: Arrays) -> None:
    """No stretch ends before it starts, and no work starts before its visit is ready."""
    law, events = "no_negative_stretch", arrays.events
    start, end, enabled = (events.numbers(column) for column in ("start", "end", "enabled"))
    _forbid(arrays, end < start, law, "A stretch ends before it starts.")
    _forbid(arrays, ~arrays.waiting & (start < enabled), law, "Work starts before its visit is ready.")
    backwards = np.flatnonzero(arrays.duty.numbers("end") < arrays.duty.numbers("start"))
    if len(backwards):
        raise BrokenLaw(law, -1, _few(backwards), "A stretch of duty ends before it starts.")


def within_the_run(arrays: Arrays) -> None:
    """Nothing goes on after the end of the run, and only what it cut is marked as censored."""
    law, ends = "within_the_run", arrays.about.ends
    end, censored = arrays.events.numbers("end"), arrays.events.flags("censored")
    _forbid(arrays, end > ends, law, f"A stretch ends after the run, at {ends}.")
    _forbid(arrays, censored & (end < ends), law, "A stretch is censored before the run ends.")


def nothing_before_entry(arrays: Arrays) -> None:
    """Nothing happens to a contact before receipt, and nothing but waiting before it enters."""
    law = "nothing_before_entry"
    received, enters = (arrays.contacts.numbers(column) for column in ("received", "enters"))
    early = np.flatnonzero(enters < received)
    if len(early):
        key = int(arrays.contacts.numbers("contact")[early[0]])
        raise BrokenLaw(law, key, _few(early), "A contact enters before it is received.")
    start, end = (arrays.events.numbers(column) for column in ("start", "end"))
    _forbid(arrays, start < received[arrays.contact], law, "A stretch starts before its contact is received.")
    entry = enters[arrays.contact]
    too_soon = (start < entry) & (~arrays.waiting | (end > entry))
    _forbid(arrays, too_soon, law, "A contact is at a stage before it enters.")


def one_thread(arrays: Arrays) -> None:
    """The main thread of a contact begins on receipt or on entering, and goes on without overlap or hole."""
    law, rows = "one_thread", arrays.thread
    start, end = (arrays.events.numbers(column)[rows] for column in ("start", "end"))
    first, before = np.flatnonzero(arrays.first), np.roll(end, 1)
    contact = arrays.contact[rows[first]]
    received, enters = (arrays.contacts.numbers(column)[contact] for column in ("received", "enters"))
    before[first] = np.where(start[first] == received, received, enters)
    _forbid(arrays, start < before, law, "Two stretches of one main thread overlap.", rows)
    _forbid(arrays, start > before, law, "The main thread of a contact has an unexplained hole.", rows)


def conserved(arrays: Arrays) -> None:
    """Every contact that entered has ended once, or is open at the end of the run: in = out + open."""
    law, rows, first = "conserved", arrays.thread, arrays.first
    ending = arrays.ending[rows]
    ends = rows[ending]
    number = np.bincount(arrays.contact[ends], minlength=len(arrays.contacts))
    _forbid(arrays, number[arrays.contact[ends]] > 1, law, "A contact ends more than once.", ends)
    last = np.append(first[1:], True)[: len(first)]
    _forbid(arrays, ending & ~last, law, "A contact goes on after its end.", rows)
    over = rows[last & ~ending]
    cut = arrays.events.numbers("end")[over] < arrays.about.ends
    _forbid(arrays, cut, law, "A contact neither ends nor is open at the end of the run.", over)
    absent = np.ones(len(arrays.contacts), dtype=bool)
    absent[arrays.contact[rows[first]]] = False
    lost = np.flatnonzero(absent & (arrays.contacts.numbers("enters") < arrays.about.ends))
    if len(lost):
        key = int(arrays.contacts.numbers("contact")[lost[0]])
        raise BrokenLaw(law, key, (), "A contact entered and has no row.")


def outcome_last(arrays: Arrays) -> None:
    """An outcome stands on the last row of its visit only, and no visit of a main thread lacks one unless cut."""
    law, rows, last = "outcome_last", *_by_visit(arrays)
    routed, cut = arrays.routed[rows], arrays.events.flags("censored")[rows]
    _forbid(arrays, routed & ~last, law, "An outcome stands inside a visit.", rows)
    _forbid(arrays, routed & cut, law, "A stretch is censored, and has an outcome.", rows)
    nowhere = last & (arrays.events.values("part")[rows] == 0) & ~routed & ~cut
    _forbid(arrays, nowhere, law, "A visit is over, and leads nowhere.", rows)


def one_duty_at_once(arrays: Arrays) -> None:
    """No worker has two stretches of duty at one time."""
    clash = _stretches(arrays.duty).overlaps()
    if clash is not None:
        raise BrokenLaw("one_duty_at_once", -1, clash, "Two stretches of a worker's duty overlap.")


def one_place_at_once(arrays: Arrays) -> None:
    """No worker is at work in two places at one time."""
    work, rows = arrays.work
    clash = work.overlaps()
    if clash is not None:
        positions = (int(rows[clash[0]]), int(rows[clash[1]]))
        contact = int(arrays.events.numbers("contact")[positions[1]])
        raise BrokenLaw("one_place_at_once", contact, positions, "A worker is in two places at once.")


def only_on_duty(arrays: Arrays) -> None:
    """No worker is at work outside duty: available, or overtime. Not judged where the log holds no duty."""
    if len(arrays.duty) == 0:
        return
    on_duty = np.flatnonzero(arrays.duty.words("kind").among(["available", "overtime"]))
    work, rows = arrays.work
    outside = covered_seconds(work, _stretches(arrays.duty).take(on_duty)) < work.end - work.start
    _forbid(arrays, outside, "only_on_duty", "A worker is at work outside duty.", rows)


LAWS: tuple[Callable[[Arrays], None], ...] = (
    contacts_known,
    no_negative_stretch,
    within_the_run,
    nothing_before_entry,
    one_thread,
    conserved,
    outcome_last,
    one_duty_at_once,
    one_place_at_once,
    only_on_duty,
)


def _forbid(arrays: Arrays, broken: Flags, law: str, what: str, rows: Ints | None = None) -> None:
    """Raise where any is broken; `rows` says which event each answer is about."""
    if not broken.any():
        return
    found = np.flatnonzero(broken) if rows is None else np.sort(rows[broken])
    contacts = arrays.events.numbers("contact")[found]
    contact = int(contacts[0])
    raise BrokenLaw(law, contact, _few(found[contacts == contact]), what)


def _few(rows: Ints) -> tuple[int, ...]:
    return tuple(int(row) for row in rows[:_ROWS_NAMED])


def _by_visit(arrays: Arrays) -> tuple[Ints, Flags]:
    """The events with those of a visit in the order of time, and whether each is the last of its visit."""
    rows, is_last = np.arange(len(arrays.events)), np.zeros(len(arrays.events), dtype=bool)
    visit = [arrays.contact, arrays.events.words("stage").codes, *map(arrays.events.values, ("visit", "part"))]
    time = [*map(arrays.events.numbers, ("start", "end")), arrays.routed]
    first, last = runs(visit)
    order, again = _gathered([key[first] for key in visit])
    before = np.append(np.delete(rows, last), last[order[again - 1]])
    after = np.append(np.delete(rows, first), first[order[again]])
    if _ascend(time, before, after):
        is_last[np.delete(last, order[again - 1])] = True
        return rows, is_last
    rows = np.lexsort((*reversed(time), *visit)).astype(np.int64)
    is_last[runs([key[rows] for key in visit])[1]] = True
    return rows, is_last


def _gathered(keys: Sequence[Integers]) -> tuple[Ints, Ints]:
    """An order that brings rows of equal keys together, and the places in it of rows that equal the one before."""
    code = keys[0].astype(np.int64)
    for key in keys[1:]:
        code = code * (int(key.max(initial=0)) + 1) + key
    order = order_of(code)
    return order, np.flatnonzero(code[order][1:] == code[order][:-1]) + 1


def _ascend(keys: Sequence[NDArray[Any]], before: Ints, after: Ints) -> bool:
    """Whether each row of `before` has keys no greater than its row of `after`, first key first."""
    for key in keys:
        if np.any(key[after] < key[before]):
            return False
        tied = key[after] == key[before]
        before, after = before[tied], after[tied]
    return True


def _stretches(table: Columns) -> Stretches:
    return Stretches(*(table.numbers(column) for column in ("worker", "start", "end")))
