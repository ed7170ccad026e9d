"""What befell each contact, read once from the log for all measures."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from frontdoor_sim.event_log import About, Reading
from frontdoor_sim.event_log.columns import Columns, Flags, Ints, runs
from frontdoor_sim.event_log.reading import Visits
from frontdoor_sim.measures.breakdowns import EVERY, Breakdowns
from frontdoor_sim.measures.records import Records, recorded
from frontdoor_sim.measures.survival import Curve, incidences
from frontdoor_sim.working_time import NEVER


@dataclass(frozen=True, eq=False)
class Journeys:
    """The contacts of a log, and when each thing happened to each of them [s], NEVER where it did not.

    Every public array has one element a contact, in the order of `contacts`, unless it says otherwise.
    """

    reading: Reading

    @property
    def about(self) -> About:
        """What one must know to read the log."""
        return self.reading.about

    @property
    def contacts(self) -> Columns:
        """The contacts."""
        return self.reading.contacts

    @property
    def visits(self) -> Visits:
        """The visits of main threads."""
        return self.reading.visits

    @property
    def stages(self) -> Columns:
        """The stages of the model."""
        return self.about.of_stages

    @property
    def outcomes(self) -> Columns:
        """Every end and stage that an outcome may be."""
        return self.about.of_outcomes

    @cached_property
    def breakdowns(self) -> Breakdowns:
        """The groups that the contacts belong to."""
        return Breakdowns.of(self.contacts)

    @property
    def number(self) -> int:
        """Number of contacts."""
        return len(self.contacts)

    def find(self, keys: Ints) -> tuple[Ints, Flags]:
        """The place of the contact of each key, and whether there is one; place 0 where there is none."""
        place = pd.Index(self.contacts.numbers("contact")).get_indexer(pd.Index(keys)).astype(np.int64)
        return np.maximum(place, 0), place >= 0

    @cached_property
    def received(self) -> Ints:
        """Second of receipt."""
        return self.contacts.numbers("received")

    @cached_property
    def in_window(self) -> Flags:
        """Whether the contact was received in the measured window [0, closes)."""
        return self.within(self.received)

    def within(self, seconds: Ints) -> Flags:
        """Whether each second lies in the measured window."""
        inside: Flags = (seconds >= 0) & (seconds < self.about.closes)
        return inside

    def step(self, since: str, until: str) -> tuple[Ints, Ints]:
        """When each contact was sent to a stage for the first time, and when that visit had done its own work.

        Where `since` names a stage, the clock starts when the last visit to it before had done its own work, and contacts
        that never were there have no such step.
        """
        visits, names = self.visits, self.stages.values("stage").tolist()
        to = self._first(np.flatnonzero(visits.stage == names.index(until)))
        reached = np.flatnonzero(to < NEVER)
        visit = to[reached]
        begun, over = np.full(self.number, NEVER), np.full(self.number, NEVER)
        over[reached] = np.where(visits.routed[visit], visits.settled[visit], NEVER)
        if since:
            at = np.flatnonzero(visits.stage == names.index(since))
            before = at[(at < to[visits.contact[at]]) & (to[visits.contact[at]] < NEVER)]
            return self._last(before, visits.settled), over
        later = (visit > 0) & (visits.contact[visit - 1] == reached)
        begun[reached] = np.where(later, visits.ended[visit - 1], self.received[reached])
        return begun, over

    def any_stage(self, flag: str) -> bool:
        """Whether any stage of the model decides, accepts or allocates."""
        return bool(self.stages.flags(flag).any())

    @cached_property
    def end(self) -> Ints:
        """Second at which the contact reached its end."""
        return self._last(np.flatnonzero(self.visits.ends), self.visits.ended)

    @cached_property
    def served_end(self) -> Ints:
        """Second at which the contact reached its end; NEVER where nobody served it there: it gave up, or was turned away."""
        return self._last(np.flatnonzero(self.visits.ends & ~self.visits.unserved), self.visits.ended)

    @cached_property
    def undecided_until(self) -> Ints:
        """Second of the decision, or of the contact's end where it was closed without one."""
        return np.minimum(self.decided, self.end)

    @cached_property
    def end_provides(self) -> Ints:
        """Level of need that the contact's end met; NEVER where it has not ended, or none is stated."""
        ending = np.flatnonzero(self.visits.ends & (self.visits.provides >= 0))
        return self._last(ending, self.visits.provides)

    @cached_property
    def decision(self) -> Ints:
        """Positions of the first deciding visits that were not reversed, one a contact that has one.

        A deciding visit is reversed by a later one of the same contact with another outcome. The first that stands is
        hence the first of the last unbroken run of equal outcomes. Once help has begun, what is decided is another step.
        """
        made = self._before(self._decisions, self._helped)
        contact, outcome = self.visits.contact[made], self.visits.outcome[made]
        turns = np.ones(len(made), dtype=bool)
        turns[1:] = (contact[1:] != contact[:-1]) | (outcome[1:] != outcome[:-1])
        unbroken = made.compress(turns)
        final = np.ones(len(unbroken), dtype=bool)
        final[:-1] = self.visits.contact[unbroken[1:]] != self.visits.contact[unbroken[:-1]]
        return unbroken.compress(final)

    @cached_property
    def standing_decision(self) -> Ints:
        """Position of each contact's first deciding visit that was not reversed; NEVER where no visit decided."""
        return self._last(self.decision)

    @cached_property
    def first_decision(self) -> Ints:
        """Position of each contact's first deciding visit, reversed or not; -1 where no visit decided."""
        first = self._first(self._decisions)
        return np.where(first < NEVER, first, -1)

    @cached_property
    def decided(self) -> Ints:
        """Second of the decision: the end of the deciding visit's own work, or the contact's end where none decided.

        NEVER of a contact that gives up or is turned away, and is served by nobody before it ends: it was not decided.
        Of a contact that stood after a decision when the run started, the second since which it stood there.
        """
        first = self._last(self.decision, self.visits.settled)
        first = np.where(self._stood_decided, self.contacts.numbers("enters"), first)
        return np.where(first < NEVER, first, self.served_end)

    @cached_property
    def transferred(self) -> Ints:
        """Second of the first decision for transfer."""
        return self._first(self._transferring, self.visits.settled)

    @cached_property
    def referred(self) -> Ints:
        """Second of the first decision that makes the contact a referral: for transfer, or to close it as a referral."""
        flags: Flags = np.append(self.outcomes.flags("transfer") | self.outcomes.flags("referral"), False)
        return self._first(self._deciding.compress(flags[self.visits.row[self._deciding]]), self.visits.settled)

    @cached_property
    def allocated(self) -> Ints:
        """Second of allocation: the first after a decision for transfer."""
        return self._first(self._allocation, self._allocating)

    @cached_property
    def accepted(self) -> Ints:
        """Second of the final acceptance: the last between the last decision for transfer and the allocation.

        An allocation accepts too, where no other acceptance came before. NEVER where the transfer was reversed.
        """
        at = self._passed("accepts", self.visits.reached)
        accepting = np.flatnonzero(at < NEVER)
        contact = self.visits.contact[accepting]
        after = (accepting > self._last_transfer[contact]) & (accepting <= self._served[contact])
        accepted = self._last(accepting.compress(after), at)
        return np.where(self._reversed < NEVER, NEVER, np.where(accepted < NEVER, accepted, self.allocated))

    @cached_property
    def left(self) -> Ints:
        """Second at which a transferred contact was decided otherwise for good, or else reached its end.

        One that nobody served there did not leave: it would wait for ever.
        """
        return np.minimum(self._reversed, self.served_end)

    @cached_property
    def assessed(self) -> Ints:
        """Second at which the assessment was over: the first caseload visit finished from allocation on."""
        held = self.visits.slot.compress(self.visits.routed[self.visits.slot])
        later = held >= self._served[self.visits.contact[held]]
        return self._first(held.compress(later), self.visits.settled)

    @cached_property
    def looked_at(self) -> Ints:
        """Second at which a visit to an accepting stage, after the first decision for transfer, was over for the first time."""
        return self._first(self._acceptances, self.visits.settled)

    @cached_property
    def sent_back(self) -> Ints:
        """Positions of the visits at which an accepting stage sent a transfer where it has to come from again."""
        return self._acceptances.compress(self.visits.again[self._acceptances])

    @cached_property
    def first_contact(self) -> Ints:
        """Second of the first contact after allocation: the end of the first wait for a visit."""
        (contact, seen), first = self.reading.seen, np.full(self.number, NEVER)
        after = seen >= self.allocated[contact]
        np.minimum.at(first, contact[after], seen[after])
        return first

    @cached_property
    def decision_curves(self) -> list[Curve]:
        """For each group of `breakdowns`, the curve of time from receipt in the window to decision."""
        mine = np.flatnonzero(self.in_window)
        groups = self.breakdowns.members(mine, EVERY)
        return incidences(self.received[mine], self.decided[mine], self.about.ends, None, *groups)

    def transfer_curves(self, event: Ints) -> list[Curve]:
        """For everybody and each RAG, the curve of time from the first decision for transfer in the window to an event.

        To be decided otherwise, or to end, is the competing exit.
        """
        mine = np.flatnonzero(self.within(self.transferred))
        start, happened, left = (times[mine] for times in (self.transferred, event, self.left))
        return incidences(start, happened, self.about.ends, left, *self.breakdowns.members(mine, EVERY[:2]))

    @cached_property
    def allocation_curves(self) -> list[Curve]:
        """`transfer_curves` to the allocation."""
        return self.transfer_curves(self.allocated)

    @cached_property
    def recognised(self) -> Ints:
        """Second at which a visit first routed the contact to a transfer, or to an outcome that provides level 4."""
        visits = self.visits
        seen = np.flatnonzero((visits.transfers | (visits.provides >= 4)) & ~visits.unserved)
        return self._first(seen, self.visits.settled)

    @cached_property
    def records(self) -> Records | None:
        """The records that the council's dashboard counts; None where nothing is said of how contacts are recorded."""
        if self.about.recording is None:
            return None
        true = np.array([self.received, self.decided, self.end])
        return recorded(self.about.recording, self.contacts.numbers("contact"), true, self.visits)

    @cached_property
    def _stood_decided(self) -> Flags:
        """For each contact, whether its first visit is at a stage which is reached after a decision only."""
        first, _ = runs([self.visits.contact])
        decided = np.zeros(self.number, dtype=bool)
        decided[self.visits.contact[first]] = self._flagged("decided_before", self.visits.stage[first])
        return decided

    @cached_property
    def _deciding(self) -> Ints:
        """Positions of the finished visits to deciding stages, but for those that led on to another one."""
        return np.flatnonzero(self._done("decides") & ~self.visits.back)

    @cached_property
    def _transferring(self) -> Ints:
        """Those that decided for transfer."""
        return self._deciding.compress(self.visits.transfers[self._deciding])

    @cached_property
    def _first_transfer(self) -> Ints:
        """Position of each contact's first decision for transfer."""
        return self._first(self._transferring)

    @cached_property
    def _decisions(self) -> Ints:
        """The deciding visits before the allocation; what is decided after it no longer reverses a transfer."""
        return self._before(self._deciding, self._served)

    @cached_property
    def _allocation(self) -> Ints:
        """Positions of the visits that allocated, after a first decision for transfer."""
        return self._after(np.flatnonzero(self._allocating < NEVER), self._first_transfer)

    @cached_property
    def _acceptances(self) -> Ints:
        """Positions of the finished visits to accepting stages between the first decision for transfer and the allocation."""
        made = self._after(np.flatnonzero(self._done("accepts")), self._first_transfer)
        return self._before(made, self._served)

    @cached_property
    def _served(self) -> Ints:
        """Position of the visit that first allocated each contact."""
        return self._first(self._allocation)

    @cached_property
    def helped(self) -> tuple[Ints, Ints]:
        """When each contact was first sent where other help than an assessment holds a slot, and when it had one there."""
        visits, mine = self.visits, self._help
        reached, held = (self._first(visits.slot[mine], self._of_slots(at)) for at in (visits.reached, visits.held))
        return reached, held

    @cached_property
    def _help(self) -> Flags:
        """Which of the visits that hold a slot are of other help than an assessment."""
        return ~self._flagged("allocates", self.visits.stage[self.visits.slot])

    @cached_property
    def _helped(self) -> Ints:
        """Position of the visit at which other help than an assessment first began for each contact."""
        begun = self.visits.slot.compress(self._help & (self.visits.held < NEVER))
        return self._first(begun)

    def _of_slots(self, times: Ints) -> Ints:
        """For each visit, a time that is known of those that hold a slot; NEVER of the others."""
        found = np.full(len(self.visits.contact), NEVER)
        found[self.visits.slot] = times
        return found

    @cached_property
    def _last_transfer(self) -> Ints:
        """Position of each contact's last decision for transfer."""
        made = self._decisions
        return self._last(made.compress(self.visits.transfers[made]))

    @cached_property
    def _reversed(self) -> Ints:
        """Second at which the last decision for transfer was followed by another decision."""
        return self._first(self._after(self._decisions, self._last_transfer), self.visits.settled)

    @cached_property
    def _allocating(self) -> Ints:
        """When each visit to an allocating stage passed it."""
        return self._passed("allocates", self.visits.held)

    def _flagged(self, flag: str, stages: Ints) -> Flags:
        """For each of some visits, by its stage, whether a flag of that is true; false where the stage is not known."""
        known: Flags = np.append(self.stages.flags(flag), False)
        return known.take(stages)

    def _done(self, flag: str) -> Flags:
        """Which visits to stages of `flag` were served, and are over."""
        return self._flagged(flag, self.visits.stage) & self.visits.routed & ~self.visits.unserved

    def _passed(self, flag: str, slot: Ints) -> Ints:
        """When each visit to a stage of `flag` passed it: `slot` at a caseload, else when finished and led onwards."""
        visits = self.visits
        passed = np.full(len(visits.contact), NEVER)
        onwards = np.flatnonzero(self._done(flag) & ~(visits.ends | visits.back | visits.again))
        passed[onwards] = visits.settled[onwards]
        passed[visits.slot] = np.where(self._flagged(flag, visits.stage[visits.slot]), slot, NEVER)
        return passed

    def _before(self, visits: Ints, position: Ints) -> Ints:
        """Those of some visits that come before a position of their contact; to compress is quicker than to index by flags."""
        return visits.compress(visits < position[self.visits.contact[visits]])

    def _after(self, visits: Ints, position: Ints) -> Ints:
        """Those of some visits that come after a position of their contact."""
        return visits.compress(visits > position[self.visits.contact[visits]])

    def _last(self, visits: Ints, values: Ints | None = None) -> Ints:
        """For each contact, the value at the last of some visits, or its position; NEVER where there is none."""
        found = np.full(self.number, NEVER)
        found[self.visits.contact.take(visits)] = visits if values is None else values.take(visits)
        return found

    def _first(self, visits: Ints, values: Ints | None = None) -> Ints:
        """For each contact, the value at the first of some visits, or its position; NEVER where there is none."""
        return self._last(visits[::-1], values)
