"""What befell each contact, from its visits in the order in which they happened, in one pass over all of them.

The words are those of the manual (`timeliness`, `transfer`). A visit is **served** if it has an outcome and somebody began its
work, or took its case. It is **deciding** if it was served at a stage that decides and did not lead to another decision; it
**passes** an accepting or allocating stage when its slot lets it, or else when it was served and led onwards.

- A contact **stood** after a decision when the run started if its first visit is at a stage that follows one.
- The **transfer** is the first deciding visit that transfers; the **allocation** is the first visit after it that passes an
  allocating stage. What is decided from then on reverses nothing.
- A **decision** is a deciding visit before the allocation. The one that **stands** is the first of the last unbroken run of
  decisions with one outcome, of those before other help than an assessment began.
- The transfer is **reversed** by the first decision after the last one that transfers, and **accepted** by the last visit
  after that one, up to the allocation, that passes an accepting stage; the allocation accepts where none did.
"""

from __future__ import annotations

from typing import NamedTuple

from frontdoor_sim.compiling import Quick
from frontdoor_sim.event_log.columns import Flags, Ints
from frontdoor_sim.event_log.reading import Visits
from frontdoor_sim.working_time import NEVER

(
    END, SERVED_END, END_PROVIDES, RECOGNISED,
    FIRST_DECISION, STANDING, DECIDED, REFERRED, TRANSFERRED, REVERSED,
    LOOKED_AT, ACCEPTED, ALLOCATED, ASSESSED, HELP_REACHED, HELP_HELD, STOOD,
    FACTS,
) = range(18)  # fmt: skip
"""Rows of the facts: seconds, but for the level END_PROVIDES and the positions FIRST_DECISION, STANDING and STOOD."""
OF_STAGES = ("decides", "accepts", "allocates", "decided_before")
"""The flags of stages that `befell` looks at."""
_PROTECTION = 4


class Meaning(NamedTuple):
    """What stages and outcomes mean to `befell`; the last of each is that of one that is not known.

    Args:
        decides, accepts, allocates, decided_before: of each stage.
        refers: of each outcome, whether it makes a contact a referral.
    """

    decides: Flags
    accepts: Flags
    allocates: Flags
    decided_before: Flags
    refers: Flags


@Quick
def befell(visits: Visits, means: Meaning, facts: Ints, sent_back: Flags) -> None:
    """Find what befell each contact.

    Args:
        visits: the visits of main threads.
        means: what their stages and outcomes mean.
        facts: NEVER throughout; filled with the facts that there are; shape (FACTS, contacts).
        sent_back: false throughout; set where a visit sent a transfer back: one to an accepting stage between transfer and
            allocation, from which it has to come again.
    """
    slots, who, outcome = 0, -1, -1
    transfer = last_transfer = allocation = help_sought = help_begun = NEVER
    for visit in range(len(visits.contact)):
        if visits.contact[visit] != who:
            who, outcome = visits.contact[visit], -1
            transfer = last_transfer = allocation = help_sought = help_begun = NEVER
            if means.decided_before[visits.stage[visit]]:
                facts[STOOD, who] = visit
        stage, over = visits.stage[visit], visits.settled[visit]
        led = visits.outcome[visit]
        routed, ends, back = visits.outcomes.routed[led], visits.outcomes.ends[led], visits.outcomes.back[led]
        transfers, again = visits.outcomes.transfers[led], visits.outcomes.again[led]
        provides = visits.outcomes.provides[led]
        served = routed and not visits.unserved[visit]
        holds = slots < len(visits.slot) and visits.slot[slots] == visit
        reached = held = over if served and not (ends or back or again) else NEVER
        if holds:
            reached, held = visits.reached[slots], visits.held[slots]
            slots += 1

        # allocation, and other help
        if means.allocates[stage]:
            if allocation == NEVER and transfer < visit and held < NEVER:
                allocation = visit
                facts[ALLOCATED, who] = held
        elif holds:
            if help_sought == NEVER:
                help_sought = visit
                facts[HELP_REACHED, who], facts[HELP_HELD, who] = reached, held
            if help_begun == NEVER and held < NEVER:
                help_begun = visit
        if holds and routed and allocation <= visit and facts[ASSESSED, who] == NEVER:
            facts[ASSESSED, who] = over

        # decisions
        if served and means.decides[stage] and not back:
            if means.refers[visits.outcomes.row[led]] and facts[REFERRED, who] == NEVER:
                facts[REFERRED, who] = over
            if transfers and transfer == NEVER:
                transfer = visit
                facts[TRANSFERRED, who] = over
            if allocation == NEVER:
                if facts[FIRST_DECISION, who] == NEVER:
                    facts[FIRST_DECISION, who] = visit
                if help_begun == NEVER and led != outcome:
                    outcome = led
                    facts[STANDING, who], facts[DECIDED, who] = visit, over
                if transfers:
                    last_transfer = visit
                    facts[ACCEPTED, who] = facts[REVERSED, who] = NEVER
                elif last_transfer < NEVER and facts[REVERSED, who] == NEVER:
                    facts[REVERSED, who] = over

        # acceptance
        if means.accepts[stage]:
            if last_transfer < visit and visit <= allocation and reached < NEVER:
                facts[ACCEPTED, who] = reached
            if served and transfer < visit and visit < allocation:
                sent_back[visit] = again
                if facts[LOOKED_AT, who] == NEVER:
                    facts[LOOKED_AT, who] = over

        # the end, and what was recognised
        if ends:
            facts[END, who] = visits.ended[visit]
            if not visits.unserved[visit]:
                facts[SERVED_END, who] = visits.ended[visit]
            if provides >= 0:
                facts[END_PROVIDES, who] = provides
        if (transfers or provides >= _PROTECTION) and not visits.unserved[visit]:
            facts[RECOGNISED, who] = min(facts[RECOGNISED, who], over)
