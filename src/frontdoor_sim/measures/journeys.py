"""What befell each contact, read once from the log for all measures."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.event_log import EventLog, main_thread
from frontdoor_sim.event_log.record import codes, numbers
from frontdoor_sim.measures.visits import Visits, gather
from frontdoor_sim.working_time import NEVER

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Journeys:
    """The contacts of a log, and when each thing happened to each of them [s], NEVER where it did not.

    Every public array has one element a contact, in the order of `contacts` (by key), unless it says otherwise.
    """

    log: EventLog

    @cached_property
    def contacts(self) -> pd.DataFrame:
        """The contacts table, by key."""
        keys = numbers(self.log.contacts, "contact")
        if np.all(keys[1:] > keys[:-1]):
            return self.log.contacts
        return self.log.contacts.sort_values("contact", ignore_index=True)

    @property
    def number(self) -> int:
        """Number of contacts."""
        return len(self.contacts)

    @cached_property
    def received(self) -> Ints:
        """Second of receipt."""
        return numbers(self.contacts, "received")

    @cached_property
    def in_window(self) -> Flags:
        """Whether the contact was received in the measured window [0, closes)."""
        return self.within(self.received)

    def within(self, seconds: Ints) -> Flags:
        """Whether each second lies in the measured window."""
        inside: Flags = (seconds >= 0) & (seconds < self.log.about.closes)
        return inside

    @cached_property
    def coarsest(self) -> str:
        """Coarsest precision to which the log records times: second, minute or day."""
        words, used = codes(self.log.events, "recorded_to")
        present = {words[code] for code in np.flatnonzero(np.bincount(used))}
        return next((word for word in ("day", "minute") if word in present), "second")

    @cached_property
    def event_contact(self) -> Ints:
        """For each event, the place of its contact."""
        return np.searchsorted(numbers(self.contacts, "contact"), numbers(self.log.events, "contact")).astype(np.int64)

    @cached_property
    def thread(self) -> Ints:
        """Positions of the events of main threads, each contact's in the order in which they happened."""
        return main_thread(self.log.events)

    @cached_property
    def visits(self) -> Visits:
        """The visits of main threads."""
        return gather(self.log, self.thread, self.event_contact[self.thread])

    def any_stage(self, flag: str) -> bool:
        """Whether any stage of the model decides, accepts or allocates."""
        return bool(self.log.about.stages[flag].any())

    @cached_property
    def end(self) -> Ints:
        """Second at which the contact reached its end."""
        return self._last(np.flatnonzero(self.visits.ends), self.visits.ended)

    @cached_property
    def end_provides(self) -> Ints:
        """Level of need that the contact's end met; NEVER where it has not ended, or none is stated."""
        ending = np.flatnonzero(self.visits.ends & (self.visits.provides >= 0))
        return self._last(ending, self.visits.provides)

    @cached_property
    def decision(self) -> Ints:
        """Positions of the first deciding visits that were not reversed, one a contact that has one.

        A deciding visit is reversed by a later one of the same contact with another outcome. The first that stands is
        hence the first of the last unbroken run of equal outcomes.
        """
        made, contact = self._decisions, self.visits.contact[self._decisions]
        outcome = self.visits.outcome[made]
        turns = np.ones(len(made), dtype=bool)
        turns[1:] = (contact[1:] != contact[:-1]) | (outcome[1:] != outcome[:-1])
        runs = made[turns]
        final = np.ones(len(runs), dtype=bool)
        final[:-1] = self.visits.contact[runs[1:]] != self.visits.contact[runs[:-1]]
        return runs[final]

    @cached_property
    def decided(self) -> Ints:
        """Second of the decision: the end of the deciding visit's own work, or the contact's end where none decided."""
        first = self._last(self.decision, self.visits.settled)
        return np.where(first < NEVER, first, self.end)

    @cached_property
    def transferred(self) -> Ints:
        """Second of the first decision for transfer."""
        return self._first(self._deciding[self.visits.transfers[self._deciding]], self.visits.settled)

    @cached_property
    def allocated(self) -> Ints:
        """Second of allocation: the first after a decision for transfer."""
        return self._first(self._allocation, self._passed("allocates", self.visits.held))

    @cached_property
    def accepted(self) -> Ints:
        """Second of the final acceptance: the last between the last decision for transfer and the allocation.

        An allocation accepts too, where no other acceptance came before. NEVER where the transfer was reversed.
        """
        at = self._passed("accepts", self.visits.reached)
        accepting = np.flatnonzero(at < NEVER)
        contact = self.visits.contact[accepting]
        after = (accepting > self._last_transfer[contact]) & (accepting <= self._served[contact])
        accepted = self._last(accepting[after], at)
        return np.where(self._reversed < NEVER, NEVER, np.where(accepted < NEVER, accepted, self.allocated))

    @cached_property
    def left(self) -> Ints:
        """Second at which a transferred contact was decided otherwise for good, or else reached its end."""
        return np.minimum(self._reversed, self.end)

    @cached_property
    def assessed(self) -> Ints:
        """Second at which the assessment was over: the first caseload visit finished from allocation on."""
        held = np.flatnonzero(self._caseload[self.visits.stage] & self.visits.routed)
        return self._first(held[held >= self._served[self.visits.contact[held]]], self.visits.settled)

    @cached_property
    def first_contact(self) -> Ints:
        """Second of the first contact after allocation: the end of the first wait for a visit."""
        rows, first = self.visit_waits, np.full(self.number, NEVER)
        if len(rows) == 0:
            return first
        keys = [self.event_contact[rows], codes(self.log.events, "stage")[1][rows]]
        keys += [numbers(self.log.events, column)[rows] for column in ("visit", "part")]
        order = np.lexsort(tuple(reversed(keys)))
        new = np.append(True, np.any([key[order][1:] != key[order][:-1] for key in keys], axis=0))
        seen = np.maximum.reduceat(numbers(self.log.events, "end")[rows][order], np.flatnonzero(new))
        contact = keys[0][order][new]
        after = seen >= self.allocated[contact]
        np.minimum.at(first, contact[after], seen[after])
        return first

    @cached_property
    def visit_waits(self) -> Ints:
        """Positions of the events that waited for a first visit, and were not cut by the end of the run."""
        words, cause = codes(self.log.events, "waited_for")
        waits = np.array([word == "visit" for word in words], dtype=bool)[cause]
        return np.flatnonzero(waits & ~self.log.events["censored"].to_numpy(dtype=bool))

    @cached_property
    def recognised(self) -> Ints:
        """Second at which a visit first routed the contact to a transfer, or to an outcome that provides level 4."""
        seen = np.flatnonzero(self.visits.transfers | (self.visits.provides >= 4))
        return self._first(seen, self.visits.settled)

    @cached_property
    def _deciding(self) -> Ints:
        """Positions of the finished visits to deciding stages, but for those that led on to another one."""
        visits = self.visits
        return np.flatnonzero(self._flagged("decides")[visits.stage] & visits.routed & ~visits.back)

    @cached_property
    def _decisions(self) -> Ints:
        """Those before the allocation; what is decided after it no longer reverses a transfer."""
        return self._deciding[self._deciding < self._served[self.visits.contact[self._deciding]]]

    @cached_property
    def _allocation(self) -> Ints:
        """Positions of the visits that allocated, after a first decision for transfer."""
        places = np.arange(len(self.visits.contact))
        first = self._first(self._deciding[self.visits.transfers[self._deciding]], places)
        visits = np.flatnonzero(self._passed("allocates", self.visits.held) < NEVER)
        return visits[visits > first[self.visits.contact[visits]]]

    @cached_property
    def _served(self) -> Ints:
        """Position of the visit that first allocated each contact."""
        return self._first(self._allocation, np.arange(len(self.visits.contact)))

    @cached_property
    def _last_transfer(self) -> Ints:
        """Position of each contact's last decision for transfer."""
        made = self._decisions
        return self._last(made[self.visits.transfers[made]], np.arange(len(self.visits.contact)))

    @cached_property
    def _reversed(self) -> Ints:
        """Second at which the last decision for transfer was followed by another decision."""
        made = self._decisions
        return self._first(made[made > self._last_transfer[self.visits.contact[made]]], self.visits.settled)

    @cached_property
    def _caseload(self) -> Flags:
        return np.append(self.log.about.stages["kind"].to_numpy() == "caseload", False)

    def _flagged(self, flag: str) -> Flags:
        """For each stage, whether the flag is true; the last element answers for stage -1."""
        return np.append(self.log.about.stages[flag].to_numpy(dtype=bool), False)

    def _passed(self, flag: str, slot: Ints) -> Ints:
        """When each visit to a stage of `flag` passed it: `slot` at a caseload, else when finished and led onwards."""
        visits = self.visits
        onwards = visits.routed & ~visits.ends & ~visits.back
        passed = np.where(self._caseload[visits.stage], slot, np.where(onwards, visits.settled, NEVER))
        return np.where(self._flagged(flag)[visits.stage], passed, NEVER)

    def _last(self, visits: Ints, values: Ints) -> Ints:
        """For each contact, the value at the last of some visits."""
        found = np.full(self.number, NEVER)
        found[self.visits.contact[visits]] = values[visits]
        return found

    def _first(self, visits: Ints, values: Ints) -> Ints:
        """For each contact, the value at the first of some visits."""
        return self._last(visits[::-1], values)
