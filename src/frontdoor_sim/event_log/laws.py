"""Laws that every event log obeys, each a small function."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.event_log.intervals import Ints, Stretches, covered_seconds
from frontdoor_sim.event_log.record import EventLog, codes, main_thread, numbers

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


def check_laws(log: EventLog) -> None:
    """Hold a log to every law of `LAWS`, in order.

    Raises:
        BrokenLaw: naming the law, the contact and the rows.
    """
    for law in LAWS:
        law(log)


def contacts_known(log: EventLog) -> None:
    """Every row is of a contact in the contacts table, and that table holds each contact once."""
    keys = numbers(log.contacts, "contact")
    once, first = np.unique(keys, return_index=True)
    twice = np.setdiff1d(np.arange(len(keys)), first)
    if len(twice):
        raise BrokenLaw("contacts_known", int(keys[twice[0]]), _few(twice), "The contacts table repeats a contact.")
    contacts = numbers(log.events, "contact")
    _forbid(log, ~np.isin(contacts, once), "contacts_known", "A row is of a contact that the contacts table lacks.")


def no_negative_stretch(log: EventLog) -> None:
    """No stretch ends before it starts, and no work starts before its visit is ready."""
    start, end, enabled = (numbers(log.events, column) for column in ("start", "end", "enabled"))
    _forbid(log, end < start, "no_negative_stretch", "A stretch ends before it starts.")
    _forbid(log, ~_waiting(log) & (start < enabled), "no_negative_stretch", "Work starts before its visit is ready.")
    backwards = np.flatnonzero(numbers(log.duty, "end") < numbers(log.duty, "start"))
    if len(backwards):
        raise BrokenLaw("no_negative_stretch", -1, _few(backwards), "A stretch of duty ends before it starts.")


def within_the_run(log: EventLog) -> None:
    """Nothing goes on after the end of the run, and only what it cut is marked as censored."""
    end, censored = numbers(log.events, "end"), log.events["censored"].to_numpy(dtype=bool)
    _forbid(log, end > log.about.ends, "within_the_run", f"A stretch ends after the run, at {log.about.ends}.")
    _forbid(log, censored & (end < log.about.ends), "within_the_run", "A stretch is censored before the run ends.")


def nothing_before_entry(log: EventLog) -> None:
    """Nothing happens to a contact before receipt, and nothing but waiting before it enters."""
    received, enters = numbers(log.contacts, "received"), numbers(log.contacts, "enters")
    early = np.flatnonzero(enters < received)
    if len(early):
        key = int(numbers(log.contacts, "contact")[early[0]])
        raise BrokenLaw("nothing_before_entry", key, _few(early), "A contact enters before it is received.")
    contact, start = _contact_rows(log), numbers(log.events, "start")
    _forbid(log, start < received[contact], "nothing_before_entry", "A stretch starts before its contact is received.")
    too_soon = (start < enters[contact]) & (~_waiting(log) | (numbers(log.events, "end") > enters[contact]))
    _forbid(log, too_soon, "nothing_before_entry", "A contact is at a stage before it enters.")


def one_thread(log: EventLog) -> None:
    """The main thread of a contact begins on receipt or on entering, and goes on without overlap or hole."""
    rows = main_thread(log.events)
    start, end = numbers(log.events, "start")[rows], numbers(log.events, "end")[rows]
    contact = _contact_rows(log)[rows]
    first = np.ones(len(rows), dtype=bool)
    first[1:] = contact[1:] != contact[:-1]
    received, enters = (numbers(log.contacts, column)[contact] for column in ("received", "enters"))
    before = np.where(first, np.where(start == received, received, enters), np.roll(end, 1))
    _forbid(log, start < before, "one_thread", "Two stretches of one main thread overlap.", rows)
    _forbid(log, start > before, "one_thread", "The main thread of a contact has an unexplained hole.", rows)


def conserved(log: EventLog) -> None:
    """Every contact that entered has ended once, or is open at the end of the run: in = out + open."""
    rows = main_thread(log.events)
    contact, number = _contact_rows(log)[rows], len(log.contacts)
    ending = _is_end(log)[rows]
    ends = np.bincount(contact[ending], minlength=number)
    _forbid(log, ending & (ends[contact] > 1), "conserved", "A contact ends more than once.", rows)
    last = np.ones(len(rows), dtype=bool)
    last[:-1] = contact[1:] != contact[:-1]
    _forbid(log, ending & ~last, "conserved", "A contact goes on after its end.", rows)
    cut = numbers(log.events, "end")[rows] < log.about.ends
    _forbid(log, last & ~ending & cut, "conserved", "A contact neither ends nor is open at the end of the run.", rows)
    present = np.bincount(contact, minlength=number) > 0
    lost = np.flatnonzero(~present & (numbers(log.contacts, "enters") < log.about.ends))
    if len(lost):
        key = int(numbers(log.contacts, "contact")[lost[0]])
        raise BrokenLaw("conserved", key, (), "A contact entered and has no row.")


def outcome_last(log: EventLog) -> None:
    """An outcome stands on the last row of its visit only, and no visit of a main thread lacks one unless cut."""
    events = log.events
    _, stage = codes(events, "stage")
    visit = (stage << 32) + (numbers(events, "visit") << 16) + numbers(events, "part")
    routed = _routed(log)
    keys = (numbers(events, "contact"), visit)
    order = np.lexsort((routed, numbers(events, "end"), numbers(events, "start"), *reversed(keys))).astype(np.int64)
    last = np.ones(len(order), dtype=bool)
    last[:-1] = np.any([key[order][1:] != key[order][:-1] for key in keys], axis=0)
    _forbid(log, routed[order] & ~last, "outcome_last", "An outcome stands inside a visit.", order)
    cut = events["censored"].to_numpy(dtype=bool)[order]
    _forbid(log, routed[order] & cut, "outcome_last", "A stretch is censored, and has an outcome.", order)
    main = numbers(events, "part")[order] == 0
    nowhere = last & main & ~routed[order] & ~cut
    _forbid(log, nowhere, "outcome_last", "A visit is over, and leads nowhere.", order)


def one_duty_at_once(log: EventLog) -> None:
    """No worker has two stretches of duty at one time."""
    clash = _stretches(log.duty).overlaps()
    if clash is not None:
        raise BrokenLaw("one_duty_at_once", -1, clash, "Two stretches of a worker's duty overlap.")


def one_place_at_once(log: EventLog) -> None:
    """No worker is at work in two places at one time."""
    rows = _at_work(log)
    clash = _working(log, rows).overlaps()
    if clash is not None:
        positions = (int(rows[clash[0]]), int(rows[clash[1]]))
        contact = int(numbers(log.events, "contact")[positions[1]])
        raise BrokenLaw("one_place_at_once", contact, positions, "A worker is in two places at once.")


def only_on_duty(log: EventLog) -> None:
    """No worker is at work outside duty: available, or overtime. Not judged where the log holds no duty."""
    if log.duty.empty:
        return
    kinds, kind = codes(log.duty, "kind")
    duty = log.duty[np.array([name in ("available", "overtime") for name in kinds], dtype=bool)[kind]]
    rows = _at_work(log)
    work = _working(log, rows)
    outside = covered_seconds(work, _stretches(duty)) < work.end - work.start
    _forbid(log, outside, "only_on_duty", "A worker is at work outside duty.", rows)


LAWS: tuple[Callable[[EventLog], None], ...] = (
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


def _forbid(log: EventLog, broken: NDArray[np.bool_], law: str, what: str, rows: Ints | None = None) -> None:
    """Raise where any is broken; `rows` says which row of the events each answer is about."""
    if not broken.any():
        return
    found = np.flatnonzero(broken) if rows is None else np.sort(rows[broken])
    contacts = numbers(log.events, "contact")[found]
    contact = int(contacts[0])
    raise BrokenLaw(law, contact, _few(found[contacts == contact]), what)


def _few(rows: Ints) -> tuple[int, ...]:
    return tuple(int(row) for row in rows[:_ROWS_NAMED])


def _contact_rows(log: EventLog) -> Ints:
    """For each event, the row of its contact in the contacts table."""
    keys = numbers(log.contacts, "contact")
    order = np.argsort(keys, kind="stable")
    return order[np.searchsorted(keys[order], numbers(log.events, "contact"))]


def _routed(log: EventLog) -> NDArray[np.bool_]:
    names, outcome = codes(log.events, "outcome")
    return np.array([name != "" for name in names] or [False], dtype=bool)[outcome]


def _is_end(log: EventLog) -> NDArray[np.bool_]:
    ends = set(log.about.outcomes.loc[log.about.outcomes["is_end"], "outcome"])
    names, outcome = codes(log.events, "outcome")
    return np.array([name in ends for name in names] or [False], dtype=bool)[outcome]


def _waiting(log: EventLog) -> NDArray[np.bool_]:
    kinds, kind = codes(log.events, "kind")
    return np.array([name == "wait" for name in kinds], dtype=bool)[kind]


def _at_work(log: EventLog) -> Ints:
    """Positions of the rows in which a worker is busy."""
    kinds, kind = codes(log.events, "kind")
    busy = np.array([name not in ("wait", "caseload") for name in kinds], dtype=bool)[kind]
    return np.flatnonzero(busy & (numbers(log.events, "worker") >= 0))


def _working(log: EventLog, rows: Ints) -> Stretches:
    return _stretches(log.events[["worker", "start", "end"]].iloc[rows])


def _stretches(table: pd.DataFrame) -> Stretches:
    return Stretches(numbers(table, "worker"), numbers(table, "start"), numbers(table, "end"))
