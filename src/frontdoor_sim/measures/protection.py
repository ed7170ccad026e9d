"""Both kinds of error: children missed, and families assessed who needed no assessment.

The true level of need is known in a simulation only. Where a log does not hold it, nothing here can be measured.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from frontdoor_sim.event_log.columns import Ints
from frontdoor_sim.measures.answers import Answer, Measure, missing, shares, single
from frontdoor_sim.measures.breakdowns import EVERY
from frontdoor_sim.measures.journeys import Journeys
from frontdoor_sim.measures.survival import incidence, percentile
from frontdoor_sim.working_time import NEVER

_CHILD_IN_NEED, _PROTECTION = 3, 4
_YEAR = 365 * 86_400
_UNKNOWN = "the log does not hold the true level of need"


def level_4_hours_to_recognition(journeys: Journeys) -> Iterator[Answer]:
    """Hours from receipt until a contact that truly needs protection is recognised: median and p90.

    Recognised when a visit first routes it to an assessment (transfer), or to an outcome that provides level 4. Over
    contacts of true level 4 received in [0, closes). Percentiles are the least t with cumulative incidence of at least
    the share, by Aalen and Johansen, an end without recognition being the competing exit: a percentile above the share
    ever recognised is not reached, and has the note "more than X".
    """
    names = ("level_4_hours_to_recognition_median", "level_4_hours_to_recognition_p90")
    level = _level(journeys)
    if not level.any():
        yield from (missing(name, _UNKNOWN) for name in names)
        return
    mine = journeys.in_window & (level == _PROTECTION)
    ends = journeys.about.ends
    curve = incidence(journeys.received[mine], journeys.recognised[mine], ends, journeys.end[mine])
    for name, share in zip(names, (0.5, 0.9), strict=True):
        value, note = percentile(curve, share)
        yield single(name, value, curve.number, note)


def closed_below_need_share(journeys: Journeys) -> Iterator[Answer]:
    """Share of contacts of true level 3 or 4 that ended with less than level 3.

    `#{ended with an outcome that provides less than 3} / #{level 3-4, received in [0, closes), decided or ended}`. One that
    is still being assessed was decided, and is not closed.
    """
    level = _level(journeys)
    if not level.any():
        yield missing("closed_below_need_share", _UNKNOWN)
        return
    mine = journeys.in_window & (level >= _CHILD_IN_NEED)
    closed = journeys.end_provides < _CHILD_IN_NEED
    yield from shares(journeys, "closed_below_need_share", mine, mine & (journeys.undecided_until < NEVER), closed)


def assessed_without_need_share(journeys: Journeys) -> Iterator[Answer]:
    """Share of contacts assessed whose true level of need is below 3.

    `#{level 1-2} / #{allocated in [0, closes)}`: families assessed who needed no assessment.
    """
    level = _level(journeys)
    if not level.any() or not journeys.any_stage("allocates"):
        yield missing("assessed_without_need_share", "no stage allocates" if level.any() else _UNKNOWN)
        return
    mine = journeys.within(journeys.allocated) & (level > 0)
    by = tuple(name for name in EVERY if name != "level")
    yield from shares(journeys, "assessed_without_need_share", mine, mine, level < _CHILD_IN_NEED, by)


def assessments_ending_without_need_share(journeys: Journeys) -> Iterator[Answer]:
    """Share of assessments that end in no need: with an outcome that provides less than level 3.

    `#{ended with an outcome that provides less than 3} / #{assessment over in [0, closes)}`. What assessors found, rightly
    or not: it can be had of a history too, and is what is published.
    """
    name = "assessments_ending_without_need_share"
    if not journeys.any_stage("allocates"):
        yield missing(name, "no stage allocates")
        return
    mine = journeys.within(journeys.assessed)
    yield from shares(journeys, name, mine, mine, journeys.end_provides < _CHILD_IN_NEED)


def returns_within_12_months_share(journeys: Journeys) -> Iterator[Answer]:
    """Share of contacts received that are returns of a contact closed within the 365 days before.

    `#{returned_from ended, and received - its end <= 365 days} / #{received in [0, closes), and 365 days after the start of
    the log}`: who closed earlier is not in the log, so that a shorter look back would find too few. A return of a contact
    that the log does not hold cannot be dated, and does not count. Nothing is measured where the log does not say who came
    back, as that of a model without a law of returns.
    """
    source, recent = journeys.contacts.numbers("returned_from"), np.zeros(journeys.number, dtype=bool)
    returns = np.flatnonzero(source >= 0)
    if not (journeys.about.tells_returns or len(returns)):
        yield missing("returns_within_12_months_share", "the log does not say who came back")
        return
    if journeys.about.starts + _YEAR >= journeys.about.closes:
        why = "no contact has 365 days of the log before it; make the warm-up longer"
        yield missing("returns_within_12_months_share", why)
        return
    mine = journeys.in_window & (journeys.received >= journeys.about.starts + _YEAR)
    place, known = journeys.find(source[returns])
    since = journeys.received[returns] - np.where(known, journeys.end[place], NEVER)
    recent[returns] = known & (since >= 0) & (since <= _YEAR)
    yield from shares(journeys, "returns_within_12_months_share", mine, mine, recent)


def closures_returning_within_12_months_share(journeys: Journeys) -> Iterator[Answer]:
    """Share of contacts ended in the window whose family comes back within 365 days, also where that is beyond the run.

    `#{returns_at - end <= 365 days} / #{end in [0, closes)}`: what a closure leads to is settled when it is made, so
    that a run need not last a year longer to count it.
    """
    name, back = "closures_returning_within_12_months_share", journeys.contacts.numbers("returns_at")
    if not np.any(back >= 0):
        yield missing(name, "the log holds no returns")
        return
    mine = journeys.within(journeys.end)
    yield from shares(journeys, name, mine, mine, (back >= 0) & (back - journeys.end <= _YEAR))


def _level(journeys: Journeys) -> Ints:
    return journeys.contacts.numbers("level")


MEASURES = (
    Measure(
        level_4_hours_to_recognition,
        ("level_4_hours_to_recognition_median", "level_4_hours_to_recognition_p90"),
        "hours",
    ),
    Measure(closed_below_need_share, ("closed_below_need_share",), "share", EVERY, needs="day"),
    Measure(assessed_without_need_share, ("assessed_without_need_share",), "share", EVERY[:-1], needs="day"),
    Measure(
        assessments_ending_without_need_share, ("assessments_ending_without_need_share",), "share", EVERY, needs="day"
    ),
    Measure(returns_within_12_months_share, ("returns_within_12_months_share",), "share", EVERY, needs="day"),
    Measure(
        closures_returning_within_12_months_share,
        ("closures_returning_within_12_months_share",),
        "share",
        EVERY,
        needs="day",
    ),
)
