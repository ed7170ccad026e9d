"""How soon a contact is decided.

**Decided** is the second at which the first deciding visit that was not reversed had done its own work, or the
contact's end where no visit decided. A deciding visit is reversed by a later one of the same contact with another
outcome; one that passes the contact on, or back, to another decision decides nothing; what is decided after allocation
reverses nothing. Waits for a handoff, acceptance or allocation that follow the decision are not part of it. The clock
starts at receipt.

A visit at which nobody began the work decides nothing: who gives up waiting, or is turned away, and ends so was **not
decided**, however soon it left. It counts as late, and in curves as waiting for ever; it is no longer open.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from frontdoor_sim.event_log.columns import Flags, Ints
from frontdoor_sim.measures.answers import Answer, Measure, by_group, missing, quotients, shares
from frontdoor_sim.measures.breakdowns import EVERY
from frontdoor_sim.measures.journeys import Journeys
from frontdoor_sim.measures.survival import Curve, percentile, read_at, restricted_mean
from frontdoor_sim.measures.weeks import week_starts
from frontdoor_sim.working_time import NEVER

_DAY, _HOUR = 86_400, 3_600
_LONGEST = 240
_BY_RAG = EVERY[:2]


def decided_within_24h(journeys: Journeys) -> Iterator[Answer]:
    """Share of contacts decided within 24 elapsed hours of receipt.

    `#{decided <= received + 24 h} / #{received in [0, closes), received + 24 h <= ends}`. Every contact whose deadline
    falls at or before the end of the run counts, whatever its state: open and late is a breach. Exactly 24 hours is
    within. By week k, over those received in the seven local days that begin k weeks after the opening.
    """
    deadline = journeys.received + _DAY
    met = journeys.decided <= deadline
    yield from _within(journeys, "decided_within_24h", deadline, met)
    yield _by_week(journeys, "decided_within_24h", journeys.in_window & (deadline <= journeys.about.ends), met)


def _by_week(journeys: Journeys, measure: str, counted: Flags, met: Flags) -> Answer:
    """The share of contacts that met a limit, by the week after the opening in which they were received."""
    starts = week_starts(journeys.about)
    weeks = len(starts) - 1
    week = np.searchsorted(starts, journeys.received[counted], side="right") - 1
    number, kept = (np.bincount(one, minlength=weeks) for one in (week, week[met[counted]]))
    return Answer(measure, "week", [str(one) for one in range(weeks)], *quotients(kept, number))


def decided_within_1_working_day(journeys: Journeys) -> Iterator[Answer]:
    """Share of contacts decided within one working day of receipt.

    `#{decided < deadline} / #{received in [0, closes), deadline <= ends}`, with the deadline at 24:00 local on
    working day D + 1. Receipt day D is the date of receipt if that is a working day and receipt is before
    `receipt_closes`, else the next working day.
    """
    mine, deadline = np.flatnonzero(journeys.in_window), np.full(journeys.number, NEVER)
    deadline[mine] = journeys.about.working_days.deadline(journeys.received[mine], 1)
    yield from _within(journeys, "decided_within_1_working_day", deadline, journeys.decided < deadline)


def decided_on_time(journeys: Journeys) -> Iterator[Answer]:
    """Share of contacts decided within the target called `decision`, by RAG on arrival.

    `#{decided in time} / #{received in [0, closes), deadline <= ends}` over the contacts whose RAG on arrival has a
    target. Elapsed hours: `decided <= deadline = received + limit`. Working hours: the time of the measuring clock
    `working_hours` between receipt and decision is at most the limit, and the deadline is the last second of which
    that is true. Working days: `decided < deadline`, which is 24:00 on working day D + limit.
    """
    rows = journeys.about.of_targets.rows("target", "rag", "limit", "clock")
    targets = [(rag, limit, clock) for name, rag, limit, clock in rows if name == "decision"]
    if not targets:
        yield missing("decided_on_time", "no target is called decision")
        return
    deadline, last = deadlines(journeys, journeys.received, targets)
    yield from _within(journeys, "decided_on_time", deadline, journeys.decided <= last)


def deadlines(journeys: Journeys, begun: Ints, targets: Sequence[tuple[str, int, str]]) -> tuple[Ints, Ints]:
    """For each contact the deadline and the last second in time, NEVER where its RAG has no limit or nothing began.

    Args:
        journeys: the contacts.
        begun: when the clock of each began; only those within the window have a deadline.
        targets: RAG, limit, clock.
    """
    deadline, last = np.full(journeys.number, NEVER), np.full(journeys.number, NEVER)
    rag, here = journeys.contacts.words("rag"), journeys.within(begun)
    for grade, limit, clock in targets:
        mine = np.flatnonzero(here & rag.among([grade]))
        deadline[mine], last[mine] = _limits(journeys, begun[mine], limit, clock)
    return deadline, last


def _limits(journeys: Journeys, since: Ints, limit: int, clock: str) -> tuple[Ints, Ints]:
    """The deadline of what began at some seconds, and the last second that is in time."""
    if clock == "elapsed_hours":
        return since + limit, since + limit
    if clock == "working_days":
        deadline = journeys.about.working_days.deadline(since, limit)
        return deadline, deadline - 1
    hours = journeys.about.clocks["working_hours"]
    deadline = hours.next_open(hours.add(since, limit))
    return deadline, deadline


def _within(journeys: Journeys, measure: str, deadline: Ints, met: Flags) -> list[Answer]:
    counted = journeys.in_window & (deadline <= journeys.about.ends)
    return shares(journeys, measure, journeys.in_window, counted, met)


def decision_hours(journeys: Journeys) -> Iterator[Answer]:
    """Hours from receipt by which half (90 %, 95 %) of contacts were decided.

    The least t with `1 - S(t) >= share`, S the Kaplan-Meier estimate over contacts received in [0, closes): those not
    decided by the end of the run are still waiting when it cuts them. That takes waits to be alike throughout: in a queue
    that grows, the last ones, which would be the longest, are cut, and percentiles come out too low. A percentile that
    is not reached has no value, and the note "more than X" with X the longest follow-up in hours.
    """
    for name, share in (("median", 0.5), ("p90", 0.9), ("p95", 0.95)):
        found = [percentile(curve, share) for curve in journeys.decision_curves]
        yield from _of_curves(journeys, f"decision_hours_{name}", found)


def decision_hours_mean(journeys: Journeys) -> Iterator[Answer]:
    """Mean hours from receipt to decision within the first 240 hours.

    The restricted mean, the area under the Kaplan-Meier estimate S(t) from 0 to 240 h over contacts received in
    [0, closes): a contact that takes longer counts as 240. It exists whatever is still open, and differences between
    options use it where a percentile is not reached.
    """
    found = [restricted_mean(curve, _LONGEST) for curve in journeys.decision_curves]
    yield from _of_curves(journeys, f"decision_hours_mean_{_LONGEST}", found)


def _of_curves(journeys: Journeys, measure: str, found: list[tuple[float, str]]) -> list[Answer]:
    """Answers from a value and a note for the curve of each group."""
    values, notes = (list(several) for several in zip(*found, strict=True))
    sizes = np.array([curve.number for curve in journeys.decision_curves])
    return by_group(journeys, measure, np.array(values), sizes, notes)


def decision_curve(journeys: Journeys) -> Iterator[Answer]:
    """Share of contacts decided by t hours after receipt, for t = 0, 1, ... 240.

    `1 - S(t)`, S the Kaplan-Meier estimate over contacts received in [0, closes); no value beyond the longest
    follow-up that was possible.
    """
    yield hourly("decision_curve", journeys.decision_curves[0], _LONGEST)


def hourly(measure: str, curve: Curve, longest: int) -> Answer:
    """A curve read at every whole hour, from 0 to `longest`."""
    hours = np.arange(longest + 1)
    values = read_at(curve, hours * _HOUR)
    why = "not measurable: nobody could be followed for so long"
    notes = [why if missed else "" for missed in np.isnan(values).tolist()]
    sizes = np.full(len(hours), curve.number)
    return Answer(measure, "hours", [str(hour) for hour in hours.tolist()], values, sizes, notes)


def decisions_reversed_share(journeys: Journeys) -> Iterator[Answer]:
    """Share of contacts whose first decision was reversed, on sign-off or later.

    `#{first deciding visit was reversed} / #{a visit decided, received in [0, closes)}`. A visit that passes the contact on
    to another decision, or back for another, decides nothing and so is not reversed.
    """
    name = "decisions_reversed_share"
    if not journeys.any_stage("decides"):
        yield missing(name, "no stage decides")
        return
    first = journeys.first_decision
    mine = journeys.in_window & (first < NEVER)
    yield from shares(journeys, name, mine, mine, journeys.standing_decision != first)


def decision_hours_longest(journeys: Journeys) -> Iterator[Answer]:
    """Hours from receipt to decision of the contact that waited longest, by RAG on arrival too.

    `max(min(decided, ended, ends) - received)` over contacts received in [0, closes): so the oldest green that was ever
    waiting is seen, also where it has been decided by the end, or has not.
    """
    mine = journeys.in_window
    waited = np.minimum(journeys.undecided_until, journeys.about.ends) - journeys.received
    yield from _longest(journeys, "decision_hours_longest", mine, mine, waited)


def oldest_undecided_hours(journeys: Journeys) -> Iterator[Answer]:
    """Hours since receipt of the contact that has waited longest for a decision, at the end of the run, by RAG on arrival too.

    `max(ends - received)` over all contacts received by then, neither decided nor ended; 0 where there is none.
    """
    ends = journeys.about.ends
    here = journeys.received <= ends
    waiting = here & (journeys.undecided_until > ends)
    yield from _longest(journeys, "oldest_undecided_hours", here, waiting, ends - journeys.received)


def _longest(journeys: Journeys, measure: str, eligible: Flags, counted: Flags, seconds: Ints) -> list[Answer]:
    """The greatest of some times over the contacts counted, in hours, of everybody and by RAG; 0 where none is counted."""
    breakdowns = journeys.breakdowns
    longest = np.zeros(len(breakdowns.groups), dtype=np.int64)
    mine = np.flatnonzero(counted)
    for groups in breakdowns.members(mine, _BY_RAG)[0]:
        known = groups < breakdowns.begins[len(_BY_RAG)]
        np.maximum.at(longest, groups[known], seconds[mine[known]])
    number, among = breakdowns.count(counted), breakdowns.count(eligible)
    return by_group(journeys, measure, longest / _HOUR, number, by=_BY_RAG, eligible=among)


MEASURES = (
    Measure(decided_within_24h, ("decided_within_24h",), "share", (*EVERY, "week")),
    Measure(decided_within_1_working_day, ("decided_within_1_working_day",), "share", EVERY, needs="working day"),
    Measure(decided_on_time, ("decided_on_time",), "share", EVERY),
    Measure(decision_hours, ("decision_hours_median", "decision_hours_p90", "decision_hours_p95"), "hours", EVERY),
    Measure(decision_hours_mean, ("decision_hours_mean_240",), "hours", EVERY),
    Measure(decision_curve, ("decision_curve",), "share", ("hours",)),
    Measure(decisions_reversed_share, ("decisions_reversed_share",), "share", EVERY, needs="day"),
    Measure(decision_hours_longest, ("decision_hours_longest",), "hours", _BY_RAG),
    Measure(oldest_undecided_hours, ("oldest_undecided_hours",), "hours", _BY_RAG),
)
