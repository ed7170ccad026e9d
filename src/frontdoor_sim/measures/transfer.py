"""How long a family waits between the decision and the assessment team.

The clock starts at the **first decision for transfer**: the first deciding visit whose outcome leads to an
assessment. Over the contacts for which it fell in the measured window. The **final acceptance** is the last one
after the last decision for transfer; **allocation** is the second at which a caseload slot is taken; the **first
contact** is the end of the first wait for a visit after that. A contact decided otherwise afterwards, or ended
without allocation, was **returned**: a competing end. One never accepted is open. One that gave up waiting, or was
turned away, and ended so was served by nobody: it is not returned, and counts as late, and in curves as waiting for ever.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from frontdoor_sim.event_log.columns import Flags, Ints
from frontdoor_sim.event_log.reading import Outcomes
from frontdoor_sim.measures.answers import Answer, Measure, by_group, missing, quotients, shares
from frontdoor_sim.measures.journeys import Journeys
from frontdoor_sim.measures.survival import Curve, percentile, restricted_mean
from frontdoor_sim.measures.timeliness import hourly
from frontdoor_sim.working_time import NEVER

_BY = ("all", "rag")
_LONGEST_MEAN, _LONGEST_CURVE = 1_000, 480
_ASSESSMENT_DAYS, _ALLOCATION_DAYS = 45, 2


def transfer_hours_to_acceptance(journeys: Journeys) -> Iterator[Answer]:
    """Hours from the first decision for transfer to the final acceptance: median, p90, restricted mean.

    Percentiles are the least t with cumulative incidence of at least the share, by Aalen and Johansen, returned being
    the competing end and the end of the run the only censoring; among *all* contacts decided for transfer, so that a
    share above that ever accepted is not reached. The mean is the area under the share neither accepted nor returned,
    from 0 to 1,000 h.
    """
    if not journeys.any_stage("accepts"):
        yield from _all_missing("acceptance", "no stage accepts")
        return
    yield from _hours(journeys, "acceptance", journeys.transfer_curves(journeys.accepted))


def transfer_hours_to_allocation(journeys: Journeys) -> Iterator[Answer]:
    """Hours from the first decision for transfer to allocation: median, p90, restricted mean.

    As for acceptance.
    """
    if not journeys.any_stage("allocates"):
        yield from _all_missing("allocation", "no stage allocates")
        return
    yield from _hours(journeys, "allocation", journeys.allocation_curves)


def transfer_hours_to_first_contact(journeys: Journeys) -> Iterator[Answer]:
    """Hours from the first decision for transfer to the first contact with the family: median, p90, restricted mean.

    As for acceptance; the first contact is the end of the first wait for a visit after allocation.
    """
    if not len(journeys.reading.seen[0]):
        yield from _all_missing("first_contact", "the log holds no first visit")
        return
    yield from _hours(journeys, "first_contact", journeys.transfer_curves(journeys.first_contact))


def _all_missing(step: str, why: str) -> Iterator[Answer]:
    for name in ("median", "p90", f"mean_{_LONGEST_MEAN}"):
        yield missing(f"transfer_hours_to_{step}_{name}", why)


def _hours(journeys: Journeys, step: str, curves: list[Curve]) -> Iterator[Answer]:
    sizes = np.array([curve.number for curve in curves])
    for name, found in (
        ("median", [percentile(curve, 0.5) for curve in curves]),
        ("p90", [percentile(curve, 0.9) for curve in curves]),
        (f"mean_{_LONGEST_MEAN}", [restricted_mean(curve, _LONGEST_MEAN) for curve in curves]),
    ):
        values, notes = np.array([value for value, _ in found]), [note for _, note in found]
        yield from by_group(journeys, f"transfer_hours_to_{step}_{name}", values, sizes, notes, _BY)


def transfer_curve(journeys: Journeys) -> Iterator[Answer]:
    """Share allocated by t hours after the first decision for transfer, for t = 0, 1, ... 480.

    The Aalen-Johansen cumulative incidence of allocation, returned being the competing end; no value beyond the
    longest follow-up that was possible.
    """
    if not journeys.any_stage("allocates"):
        yield missing("transfer_curve", "no stage allocates")
        return
    yield hourly("transfer_curve", journeys.allocation_curves[0], _LONGEST_CURVE)


def allocated_within_2_working_days(journeys: Journeys) -> Iterator[Answer]:
    """Share of contacts decided for transfer that were allocated within two working days.

    `#{allocated < deadline} / #{decided for transfer in [0, closes), not returned, deadline <= ends}`, with the
    deadline at 24:00 local on working day D + 2 after the first decision for transfer, D being counted as for a
    receipt.
    """
    yield from _within_days(journeys, "allocated_within_2_working_days", journeys.allocated, _ALLOCATION_DAYS)


def transfers_sent_back_share(journeys: Journeys) -> Iterator[Answer]:
    """Share of transfers that were sent back at least once before they were accepted, in all and by where they were sent.

    `#{sent back} / #{decided for transfer in [0, closes), looked at by the end of the run}`. A transfer is looked at when a
    visit to an accepting stage is over for the first time; one that still waits for that may yet be sent back, and is not
    counted. It is sent back by an accepting stage whose outcome is a stage after which it has to be decided or accepted
    again, such as one that gathers what was missing: the reason is where it is sent. The shares by reason may sum to more
    than the whole, since a transfer can be sent back twice. A history that does not say which stages come before acceptance
    shows what is sent back to a decision only.
    """
    name = "transfers_sent_back_share"
    if not journeys.any_stage("accepts"):
        yield missing(name, "no stage accepts")
        return
    mine = journeys.transferred_in_window & (journeys.looked_at < NEVER)
    sent, visits = journeys.sent_back, journeys.visits
    yield from shares(journeys, name, mine, mine, _happened(journeys, sent), _BY)
    words, number = journeys.outcomes.values("outcome").tolist(), int(np.count_nonzero(mine))
    rows = visits.rows(sent)
    reasons = np.flatnonzero(Outcomes.of(journeys.about, words).again)
    met = [np.count_nonzero(mine & _happened(journeys, sent[rows == reason])) for reason in reasons]
    if number and len(reasons):
        values, contacts = np.array(met) / number, np.full(len(reasons), number)
        yield Answer(name, "sent back to", [words[reason] for reason in reasons], values, contacts)


def _happened(journeys: Journeys, visits: Ints) -> Flags:
    """Which contacts have one of some visits."""
    found = np.zeros(journeys.number, dtype=bool)
    found[journeys.visits.contact[visits]] = True
    return found


def transfer_rounds_mean(journeys: Journeys) -> Iterator[Answer]:
    """Mean number of times that a transfer came to be accepted: once, and once more for each time it was sent back.

    `sum(1 + times sent back) / #{decided for transfer in [0, closes), accepted by the end of the run}`.
    """
    name = "transfer_rounds_mean"
    if not journeys.any_stage("accepts"):
        yield missing(name, "no stage accepts")
        return
    mine = journeys.transferred_in_window & (journeys.accepted <= journeys.about.ends)
    rounds = 1 + np.bincount(journeys.visits.contact[journeys.sent_back], minlength=journeys.number)
    below, above = journeys.breakdowns.count(mine), journeys.breakdowns.count(np.where(mine, rounds, 0))
    yield from by_group(journeys, name, *quotients(above, below), _BY)


def assessment_within_45_days_from_referral(journeys: Journeys) -> Iterator[Answer]:
    """Share of assessments finished within 45 working days of the referral.

    `#{assessed < deadline} / #{decided for transfer in [0, closes), not returned, deadline <= ends}`, with the
    deadline at 24:00 local on working day D + 45 after the first decision for transfer, which is the referral. An
    assessment is finished when the first caseload visit from allocation on is over. This is the statutory clock.
    """
    yield from _within_days(journeys, "assessment_within_45_days_from_referral", journeys.assessed, _ASSESSMENT_DAYS)


def assessment_within_45_days_from_start(journeys: Journeys) -> Iterator[Answer]:
    """Share of assessments finished within 45 working days of their start.

    `#{assessed < deadline} / #{allocated in [0, closes), deadline <= ends}`, with the deadline at 24:00 local on
    working day D + 45 after allocation. This is the clock of the published statistic, which a slow transfer does
    not touch.
    """
    name, start = "assessment_within_45_days_from_start", journeys.allocated
    if not journeys.any_stage("allocates"):
        yield missing(name, "no stage allocates")
        return
    yield from _before_deadline(journeys, name, start, journeys.within(start), journeys.assessed, _ASSESSMENT_DAYS)


def _within_days(journeys: Journeys, measure: str, event: Ints, days: int) -> Iterator[Answer]:
    if not journeys.any_stage("allocates"):
        yield missing(measure, "no stage allocates")
        return
    stayed = (journeys.left >= journeys.allocated) | (journeys.left > journeys.about.ends)
    mine = journeys.transferred_in_window & stayed
    yield from _before_deadline(journeys, measure, journeys.transferred, mine, event, days)


def _before_deadline(
    journeys: Journeys, measure: str, start: Ints, mine: Flags, event: Ints, days: int
) -> list[Answer]:
    """Share of `mine` whose event fell before 24:00 on working day D + days after `start`."""
    about = journeys.about
    deadline, here = np.full(len(start), NEVER), np.flatnonzero(mine)
    deadline[here] = about.working_days.deadline(start[here], days)
    return shares(journeys, measure, mine, mine & (deadline <= about.ends), event < deadline, _BY)


def _named(step: str) -> tuple[str, ...]:
    return tuple(f"transfer_hours_to_{step}_{name}" for name in ("median", "p90", f"mean_{_LONGEST_MEAN}"))


MEASURES = (
    Measure(transfer_hours_to_acceptance, _named("acceptance"), "hours", _BY),
    Measure(transfer_hours_to_allocation, _named("allocation"), "hours", _BY),
    Measure(transfer_hours_to_first_contact, _named("first_contact"), "hours", _BY),
    Measure(transfer_curve, ("transfer_curve",), "share", ("hours",)),
    Measure(allocated_within_2_working_days, ("allocated_within_2_working_days",), "share", _BY, needs="working day"),
    Measure(transfers_sent_back_share, ("transfers_sent_back_share",), "share", (*_BY, "sent back to"), needs="day"),
    Measure(transfer_rounds_mean, ("transfer_rounds_mean",), "rounds", _BY, needs="day"),
    Measure(
        assessment_within_45_days_from_referral,
        ("assessment_within_45_days_from_referral",),
        "share",
        _BY,
        needs="working day",
    ),
    Measure(
        assessment_within_45_days_from_start,
        ("assessment_within_45_days_from_start",),
        "share",
        _BY,
        needs="working day",
    ),
)
