"""Checks of the order of dates: what cannot be, and what the Department for Education asks about."""

from __future__ import annotations

import numpy as np

from frontdoor_sim.calibration.history.quality.found import DAY, NONE, Facts, Flags, Found, Ints, among
from frontdoor_sim.working_time import england_bank_holidays

_YEAR_DAYS = 365
_SATURDAY = 5
_ACTIVITY = ("assessment", "section_47", "plan", "conference")


def _before(facts: Facts, kind: str, earlier: str, later: str) -> Found:
    """Records of a kind whose `later` moment lies before their `earlier` one."""
    mine = facts.kind(kind) & facts.known(earlier) & facts.known(later)
    to_the_day = facts.to_the_day(later) | facts.to_the_day(earlier)
    return among(_lies_before(facts.seconds(later), facts.seconds(earlier), to_the_day), mine)


def _lies_before(one: Ints, other: Ints, to_the_day: Flags) -> Flags:
    """Whether one moment lies before another: by its day where either is recorded to the day, else by its second.

    Example:
        >>> noon, midnight = np.array([DAY + DAY // 2]), np.array([DAY])
        >>> [_lies_before(midnight, noon, np.array([flag])).tolist() for flag in (True, False)]
        [[False], [True]]
    """
    return np.where(to_the_day, one // DAY < other // DAY, one < other)


def decided_before_receipt(facts: Facts) -> Found:
    """Contacts decided before they were received."""
    return _before(facts, "contact", "received", "ended")


def completed_before_incoming(facts: Facts) -> Found:
    """Workflow steps completed before they came in."""
    return _before(facts, "step", "incoming", "ended")


def assessment_ends_before_start(facts: Facts) -> Found:
    """8608: assessments authorised before they started."""
    return _before(facts, "assessment", "started", "ended")


def closed_before_referral(facts: Facts) -> Found:
    """8630: referrals closed before they were made."""
    return _before(facts, "referral", "received", "closed")


def conference_before_enquiry(facts: Facts) -> Found:
    """8615: section 47 enquiries that started after their conference."""
    return _before(facts, "section_47", "started", "conference")


def conference_before_referral(facts: Facts) -> Found:
    """1104: conferences before the referral that they are recorded with."""
    return _before(facts, "referral", "received", "conference")


def assessment_before_referral(facts: Facts) -> Found:
    """1103: assessments that started before their referral."""
    return _before_parent(facts, "assessment")


def enquiry_before_referral(facts: Facts) -> Found:
    """2889: section 47 enquiries that started before their referral."""
    return _before_parent(facts, "section_47")


def _before_parent(facts: Facts, kind: str) -> Found:
    referred = facts.parent_seconds("received")
    mine = facts.kind(kind) & facts.known("started") & (referred > NONE)
    to_the_day = facts.to_the_day("started") | facts.parent_to_the_day("received")
    return among(_lies_before(facts.seconds("started"), referred, to_the_day), mine)


def after_extract(facts: Facts) -> Found:
    """8600: contacts, steps and referrals received after the files were taken."""
    mine = facts.kind("contact", "step", "referral") & facts.known("received")
    return among(facts.seconds("received") > facts.extracted, mine)


def activity_on_refused_referral(facts: Facts) -> Found:
    """8831: assessments, enquiries or plans that belong to a referral marked for no further action."""
    mine = facts.kind(*_ACTIVITY) & facts.known("parent")
    return among(facts.parent_word("outcome") == "no_further_action", mine)


def activity_after_closing_at_assessment(facts: Facts) -> Found:
    """2990: enquiries, conferences or plans on a case closed after assessment with no further action, or to early help."""
    mine = facts.kind("section_47", "conference", "plan") & facts.known("parent")
    closed = np.isin(facts.parent_word("outcome"), ["closed_after_assessment", "closed_to_early_help"])
    return among(closed & (facts.known("conference") | facts.kind("plan", "conference")), mine)


def stale_refused_referral(facts: Facts) -> Found:
    """8569Q: referrals marked for no further action that are still open a year later."""
    mine = facts.kind("referral") & (facts.word("outcome") == "no_further_action")
    return among(~facts.known("closed") & (facts.seconds("received") < facts.extracted - _YEAR_DAYS * DAY), mine)


def conference_at_weekend(facts: Facts) -> Found:
    """8875, 8870Q: conferences on a Saturday, a Sunday or a bank holiday."""
    mine = facts.known("conference")
    days = facts.seconds("conference").astype("datetime64[s]").astype("datetime64[D]")
    return among(~_working(days, mine), mine)


def open_assessment_over_45_days(facts: Facts) -> Found:
    """8670Q: assessments not authorised 45 working days after their start."""
    mine = facts.kind("assessment") & facts.known("started") & ~facts.known("ended")
    return among(_working_days_since(facts, mine) > 45, mine)


def open_enquiry_over_15_days(facts: Facts) -> Found:
    """8675Q: section 47 enquiries with neither conference nor end 15 working days after their start."""
    over = facts.known("ended") | facts.known("conference") | (facts.word("outcome") != "")
    mine = facts.kind("section_47") & facts.known("started") & ~over
    return among(_working_days_since(facts, mine) > 15, mine)


def _working(days: np.ndarray, mine: Flags) -> Flags:
    """Whether days are working days; those not looked at count as such."""
    if not mine.any():
        return np.ones(len(days), dtype=bool)
    holidays = _holidays(days[mine])
    filled = np.where(mine, days, np.datetime64("2020-01-06"))
    working: Flags = np.is_busday(filled, holidays=holidays)
    return working


def _working_days_since(facts: Facts, mine: Flags) -> np.ndarray:
    """Working days from the start of records to the day the files were taken; 0 for those not looked at."""
    since = np.zeros(len(mine), dtype=np.int64)
    if mine.any():
        days = facts.seconds("started")[mine].astype("datetime64[s]").astype("datetime64[D]")
        last = np.datetime64(facts.extracted, "s").astype("datetime64[D]")
        since[mine] = np.busday_count(days, last, holidays=_holidays(np.append(days, last)))
    return since


def _holidays(days: np.ndarray) -> list[np.datetime64]:
    first, last = days.min().astype(object), days.max().astype(object)
    return [np.datetime64(day) for day in sorted(england_bank_holidays(min(first, last), last))]
