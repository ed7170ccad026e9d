"""What befell each contact, read once from the log for all measures."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from frontdoor_sim.event_log import About, Reading
from frontdoor_sim.event_log.columns import Columns, Flags, Ints
from frontdoor_sim.event_log.reading import Visits
from frontdoor_sim.measures.befell import (
    ACCEPTED,
    ALLOCATED,
    ASSESSED,
    DECIDED,
    END,
    END_PROVIDES,
    FACTS,
    FIRST_DECISION,
    HELP_HELD,
    HELP_REACHED,
    LOOKED_AT,
    OF_STAGES,
    RECOGNISED,
    REFERRED,
    REVERSED,
    SERVED_END,
    STANDING,
    STOOD,
    TRANSFERRED,
    Meaning,
    befell,
)
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

    @cached_property
    def transferred_in_window(self) -> Flags:
        """Whether the contact was first decided for transfer in the measured window."""
        return self.within(self.transferred)

    def within(self, seconds: Ints) -> Flags:
        """Whether each second lies in the measured window."""
        inside: Flags = seconds.view(np.uint64) < self.about.closes  # where negative ones are huge
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
        over[reached] = np.where(visits.outcomes.routed[visits.outcome[visit]], visits.settled[visit], NEVER)
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
    def _befell(self) -> tuple[Ints, Flags]:
        """The facts of `befell`, and which visits sent a transfer back."""
        means = Meaning(
            **{flag: np.append(self.stages.flags(flag), False) for flag in OF_STAGES},
            refers=np.append(self.outcomes.flags("transfer") | self.outcomes.flags("referral"), False),
        )
        facts = np.full((FACTS, self.number), NEVER)
        sent_back = np.zeros(len(self.visits.contact), dtype=bool)
        befell(self.visits, means, facts, sent_back)
        return facts, sent_back

    def _fact(self, fact: int) -> Ints:
        found: Ints = self._befell[0][fact]
        return found

    @property
    def end(self) -> Ints:
        """Second at which the contact reached its end."""
        return self._fact(END)

    @property
    def served_end(self) -> Ints:
        """Second at which the contact reached its end; NEVER where nobody served it there: it gave up, or was turned away."""
        return self._fact(SERVED_END)

    @cached_property
    def undecided_until(self) -> Ints:
        """Second of the decision, or of the contact's end where it was closed without one."""
        return np.minimum(self.decided, self.end)

    @property
    def end_provides(self) -> Ints:
        """Level of need that the contact's end met; NEVER where it has not ended, or none is stated."""
        return self._fact(END_PROVIDES)

    @property
    def standing_decision(self) -> Ints:
        """Position of each contact's first deciding visit that was not reversed; NEVER where no visit decided."""
        return self._fact(STANDING)

    @property
    def first_decision(self) -> Ints:
        """Position of each contact's first deciding visit, reversed or not; NEVER where no visit decided."""
        return self._fact(FIRST_DECISION)

    @cached_property
    def decided(self) -> Ints:
        """Second of the decision: the end of the deciding visit's own work, or the contact's end where none decided.

        NEVER of a contact that gives up or is turned away, and is served by nobody before it ends: it was not decided.
        Of a contact that stood after a decision when the run started, the second since which it stood there.
        """
        first = np.where(self._fact(STOOD) < NEVER, self.contacts.numbers("enters"), self._fact(DECIDED))
        return np.where(first < NEVER, first, self.served_end)

    @property
    def transferred(self) -> Ints:
        """Second of the first decision for transfer."""
        return self._fact(TRANSFERRED)

    @property
    def referred(self) -> Ints:
        """Second of the first decision that makes the contact a referral: for transfer, or to close it as a referral."""
        return self._fact(REFERRED)

    @property
    def allocated(self) -> Ints:
        """Second of allocation: the first after a decision for transfer."""
        return self._fact(ALLOCATED)

    @cached_property
    def accepted(self) -> Ints:
        """Second of the final acceptance: the last between the last decision for transfer and the allocation.

        An allocation accepts too, where no other acceptance came before. NEVER where the transfer was reversed.
        """
        accepted = self._fact(ACCEPTED)
        accepted = np.where(accepted < NEVER, accepted, self.allocated)
        return np.where(self._fact(REVERSED) < NEVER, NEVER, accepted)

    @cached_property
    def left(self) -> Ints:
        """Second at which a transferred contact was decided otherwise for good, or else reached its end.

        One that nobody served there did not leave: it would wait for ever.
        """
        return np.minimum(self._fact(REVERSED), self.served_end)

    @property
    def assessed(self) -> Ints:
        """Second at which the assessment was over: the first caseload visit finished from allocation on."""
        return self._fact(ASSESSED)

    @property
    def looked_at(self) -> Ints:
        """Second at which a visit to an accepting stage, after the first decision for transfer, was over for the first time."""
        return self._fact(LOOKED_AT)

    @cached_property
    def sent_back(self) -> Ints:
        """Positions of the visits at which an accepting stage sent a transfer where it has to come from again."""
        return np.flatnonzero(self._befell[1])

    @property
    def recognised(self) -> Ints:
        """Second at which a visit first routed the contact to a transfer, or to an outcome that provides level 4."""
        return self._fact(RECOGNISED)

    @property
    def helped(self) -> tuple[Ints, Ints]:
        """When each contact was first sent where other help than an assessment holds a slot, and when it had one there."""
        return self._fact(HELP_REACHED), self._fact(HELP_HELD)

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
        mine = np.flatnonzero(self.transferred_in_window)
        start, happened, left = (times[mine] for times in (self.transferred, event, self.left))
        return incidences(start, happened, self.about.ends, left, *self.breakdowns.members(mine, EVERY[:2]))

    @cached_property
    def allocation_curves(self) -> list[Curve]:
        """`transfer_curves` to the allocation."""
        return self.transfer_curves(self.allocated)

    @cached_property
    def records(self) -> Records | None:
        """The records that the council's dashboard counts; None where nothing is said of how contacts are recorded."""
        if self.about.recording is None:
            return None
        true = np.array([self.received, self.decided, self.end])
        return recorded(self.about.recording, self.contacts.numbers("contact"), true, self.visits)

    def _last(self, visits: Ints, values: Ints | None = None) -> Ints:
        """For each contact, the value at the last of some visits, or its position; NEVER where there is none."""
        found = np.full(self.number, NEVER)
        found[self.visits.contact.take(visits)] = visits if values is None else values.take(visits)
        return found

    def _first(self, visits: Ints, values: Ints | None = None) -> Ints:
        """For each contact, the value at the first of some visits, or its position; NEVER where there is none."""
        return self._last(visits[::-1], values)
