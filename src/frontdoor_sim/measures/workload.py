"""How much comes, who is busy with it, and what is still open."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from frontdoor_sim.event_log.columns import Flags, Ints
from frontdoor_sim.event_log.reading import ByTeam
from frontdoor_sim.measures.answers import Answer, Measure, by_group, missing, single
from frontdoor_sim.measures.breakdowns import EVERY
from frontdoor_sim.measures.journeys import Journeys
from frontdoor_sim.measures.weeks import week_starts

_HOUR = 3_600
_BY_TEAM = ("all", "team")
_WORKED_AT = ("work", "consent", "meeting")


def utilisation(journeys: Journeys) -> Iterator[Answer]:
    """Share of available duty that was spent at work, by team.

    Seconds of work, re-keying, search and meetings inside available duty, divided by seconds of available duty, both
    within the measured window. Never above 1. Overtime is outside both. A person's work counts for the team whose duty
    they were on, also when they helped another. A team that only holds caseloads, with no work of its own in the log,
    cannot be measured and is left out of `all`.
    """
    duty, worked = journeys.reading.on_duty("available"), journeys.reading.worked.seconds
    available = duty.seconds
    if available.sum() == 0:
        yield missing("utilisation", "the log holds no available duty in the window")
        return
    stages = journeys.stages.rows("team", "kind")
    only_holds = {team for team, _ in stages} - {team for team, kind in stages if kind in _WORKED_AT}
    recorded = (worked > 0) | np.array([name not in only_holds for name in duty.names], dtype=bool)
    mine, total = np.flatnonzero(available), float(available[recorded].sum())
    groups = [duty.names[number] for number in mine.tolist()]
    why = "not measurable: the team holds caseloads, and its work is not recorded"
    shares = np.where(recorded[mine], worked[mine] / available[mine], np.nan)
    notes = ["" if recorded[number] else why for number in mine]
    yield (
        single("utilisation", float(worked.sum()) / total) if total else missing("utilisation", why.partition(": ")[2])
    )
    yield Answer("utilisation", "team", groups, shares, np.zeros(len(mine), np.int64), notes)


def overtime_hours_per_week(journeys: Journeys) -> Iterator[Answer]:
    """Hours of overtime a week, by team: overtime duty within the measured window, divided by its weeks."""
    if not journeys.reading.has_duty:
        yield missing("overtime_hours_per_week", "the log holds no duty")
        return
    yield from _hours_per_week(journeys, "overtime_hours_per_week", journeys.reading.on_duty("overtime"))


def search_hours_per_week(journeys: Journeys) -> Iterator[Answer]:
    """Hours a week spent searching further case systems, by the team that searched, within the measured window."""
    yield from _hours_per_week(journeys, "search_hours_per_week", journeys.reading.spent("search"))


def re_keying_hours_per_week(journeys: Journeys) -> Iterator[Answer]:
    """Hours a week spent entering a record again in another case system, by team, within the measured window."""
    yield from _hours_per_week(journeys, "re_keying_hours_per_week", journeys.reading.spent("re-keying"))


def contacts_received(journeys: Journeys) -> Iterator[Answer]:
    """Number of contacts received in the measured window, returns included."""
    yield from _counts(journeys, "contacts_received", journeys.in_window)


def children_received(journeys: Journeys) -> Iterator[Answer]:
    """Number of children whom the contacts received in the measured window are about."""
    yield from _counts(journeys, "children_received", journeys.in_window, journeys.contacts.numbers("children"))


def referrals(journeys: Journeys) -> Iterator[Answer]:
    """Number of contacts that became referrals in the measured window.

    By their first decision for transfer, or for an end that closes a referral (`referral: true`) without an assessment.
    """
    yield from _counts(journeys, "referrals", journeys.within(journeys.referred))


def children_referred(journeys: Journeys) -> Iterator[Answer]:
    """Number of children of the contacts counted by `referrals`: the unit in which referrals are published."""
    mine = journeys.within(journeys.referred)
    yield from _counts(journeys, "children_referred", mine, journeys.contacts.numbers("children"))


def _counts(journeys: Journeys, measure: str, counted: Flags, weight: Ints | None = None) -> Iterator[Answer]:
    """The sum of a weight over the contacts counted; without one, their number."""
    breakdowns = journeys.breakdowns
    number = breakdowns.count(counted)
    values = (number if weight is None else breakdowns.count(counted * weight)).astype(float)
    among = breakdowns.count(journeys.in_window | counted)
    yield from by_group(journeys, measure, values, number, eligible=among)


def ended_share(journeys: Journeys) -> Iterator[Answer]:
    """Share of contacts received in the measured window that had reached an end by the end of the run, by that end.

    `#{ended there} / #{received in [0, closes)}`. The shares sum to 1 less the share still open, which are assessments for
    the most part.
    """
    number, visits = int(np.count_nonzero(journeys.in_window)), journeys.visits
    ended = np.flatnonzero(visits.ends)
    rows = visits.rows(ended[journeys.in_window[visits.contact[ended]]])
    outcomes = journeys.outcomes
    ends = np.flatnonzero(outcomes.flags("is_end"))
    if not number or not len(ends):
        yield missing("ended_share", "there is no such contact" if len(ends) else "the log names no end")
        return
    values = np.bincount(rows, minlength=len(outcomes))[ends] / number
    yield Answer("ended_share", "end", outcomes.values("outcome")[ends].tolist(), values, np.full(len(ends), number))


def led_to_share(journeys: Journeys) -> Iterator[Answer]:
    """Share of the visits to a stage that led to each outcome: the next stage, or an end.

    `#{visits over in [0, closes) that led there} / #{visits to the stage over in [0, closes)}`, of the contacts' main threads.
    The shares of a stage sum to 1; what no visit led to is not listed. So it says which share of calls needed no contact,
    which doors were the wrong ones, and how often consent was not had.
    """
    visits = journeys.visits
    words, stages = journeys.outcomes.values("outcome").tolist(), journeys.stages.values("stage").tolist()
    known = visits.outcomes.routed & (visits.outcomes.row >= 0)
    mine = np.flatnonzero(known.take(visits.outcome) & (visits.stage >= 0) & journeys.within(visits.ended))
    if not len(mine):
        yield missing("led_to_share", "no visit was over in the window")
        return
    cells = np.bincount(visits.stage[mine] * len(words) + visits.rows(mine), minlength=len(stages) * len(words))
    number = cells.reshape(len(stages), len(words))
    stage, row = np.nonzero(number)
    below = number.sum(axis=1)[stage]
    groups = [f"{stages[one]}, {words[other]}" for one, other in zip(stage.tolist(), row.tolist(), strict=True)]
    yield Answer("led_to_share", "stage and outcome", groups, number[stage, row] / below, below)


def open_at_end(journeys: Journeys) -> Iterator[Answer]:
    """Number of contacts received by the end of the run that had not reached an end: in = out + open."""
    ends = journeys.about.ends
    number = int(np.count_nonzero((journeys.received <= ends) & (journeys.end > ends)))
    yield single("open_at_end", number, number)


def open_undecided(journeys: Journeys) -> Iterator[Answer]:
    """Number of contacts received and not decided, when the window opens, when it closes, and week by week.

    `#{received <= t < decided or ended}`; `open_undecided` by week k is read at local midnight, k weeks of seven days after
    the opening. A figure that climbs from week to week means that the study has no steady state.
    """
    closes = journeys.about.closes
    for moment, when in ((0, "opens"), (closes, "close")):
        number = int(
            np.count_nonzero(journeys.received <= moment) - np.count_nonzero(journeys.undecided_until <= moment)
        )
        yield single(f"open_undecided_at_{when}", float(number), number)
    weekly = _until_each_week(journeys, journeys.received) - _until_each_week(journeys, journeys.undecided_until)
    yield Answer("open_undecided", "week", _numbered(weekly), weekly.astype(float), weekly)


def backlog_undecided(journeys: Journeys) -> Iterator[Answer]:
    """Of the contacts that waited for a decision when the window opened, those who still wait, week by week.

    `#{received <= 0 < decided or ended, week < decided or ended}`, read as `open_undecided` is. Whoever comes later does
    not count.
    """
    waited = (journeys.received <= 0) & (journeys.undecided_until > 0)
    weekly = int(np.count_nonzero(waited)) - _until_each_week(journeys, journeys.undecided_until[waited])
    yield Answer("backlog_undecided", "week", _numbered(weekly), weekly.astype(float), weekly)


def backlog_cleared_days(journeys: Journeys) -> Iterator[Answer]:
    """Days from the opening of the window until the last contact that waited for a decision then has one.

    Elapsed days of 24 hours, 0 where nobody waited; not measurable where somebody still waits when the run ends.
    """
    waited = journeys.undecided_until[(journeys.received <= 0) & (journeys.undecided_until > 0)]
    last = int(waited.max(initial=0))
    if last > journeys.about.ends:
        still = int(np.count_nonzero(waited > journeys.about.ends))
        yield missing("backlog_cleared_days", f"{still} of {len(waited)} still wait when the run ends")
        return
    yield single("backlog_cleared_days", last / (24 * _HOUR), len(waited))


def _until_each_week(journeys: Journeys, times: Ints) -> Ints:
    """How many of the times are at or before the start of week 0, 1, ..., none of which begins after the close."""
    starts = week_starts(journeys.about)
    return np.searchsorted(np.sort(times), starts[starts <= journeys.about.closes], side="right")


def _numbered(weekly: Ints) -> list[str]:
    """The numbers of the weeks."""
    return [str(week) for week in range(len(weekly))]


def slots_held_mean(journeys: Journeys) -> Iterator[Answer]:
    """Mean number of children whose cases hold slots, by team.

    Children times the seconds for which their slots were held, divided by the seconds of the measured window. A slot is
    held in stretches of kind caseload, and in the main thread's waits for a first visit at a caseload stage. Where a
    family takes one slot, or more children than a caseload holds take fewer, `check` counts slots as they are taken.
    """
    about = journeys.about
    rows = journeys.stages.rows("stage", "team", "kind")
    holding = {stage: team for stage, team, kind in rows if kind == "caseload"}
    if not holding:
        yield missing("slots_held_mean", "no stage holds a caseload")
        return
    held = journeys.reading.slots
    yield single("slots_held_mean", float(held.seconds.sum()) / about.closes)
    groups, seconds = sorted(set(holding.values())), dict(zip(held.names, held.seconds.tolist(), strict=True))
    values = [float(seconds.get(name, 0)) / about.closes for name in groups]
    yield Answer("slots_held_mean", "team", groups, np.array(values), np.zeros(len(groups), np.int64))


def _hours_per_week(journeys: Journeys, measure: str, spent: ByTeam) -> Iterator[Answer]:
    """The sum over teams, and each team's value."""
    names, values = spent.names, spent.seconds / _HOUR / journeys.about.weeks
    yield single(measure, float(values.sum()))
    order = [number for number in np.argsort(np.array(names, dtype=str)) if names[number]]
    if order:
        yield Answer(
            measure, "team", [names[number] for number in order], values[order], np.zeros(len(order), np.int64)
        )


MEASURES = (
    Measure(utilisation, ("utilisation",), "share", _BY_TEAM),
    Measure(overtime_hours_per_week, ("overtime_hours_per_week",), "hours per week", _BY_TEAM),
    Measure(search_hours_per_week, ("search_hours_per_week",), "hours per week", _BY_TEAM),
    Measure(re_keying_hours_per_week, ("re_keying_hours_per_week",), "hours per week", _BY_TEAM),
    Measure(contacts_received, ("contacts_received",), "contacts", EVERY, needs="day"),
    Measure(children_received, ("children_received",), "children", EVERY, needs="day"),
    Measure(referrals, ("referrals",), "contacts", EVERY, needs="day"),
    Measure(children_referred, ("children_referred",), "children", EVERY, needs="day"),
    Measure(ended_share, ("ended_share",), "share", ("end",), needs="day"),
    Measure(led_to_share, ("led_to_share",), "share", ("stage and outcome",), needs="day"),
    Measure(open_at_end, ("open_at_end",), "contacts", needs="day"),
    Measure(
        open_undecided,
        ("open_undecided_at_opens", "open_undecided_at_close", "open_undecided"),
        "contacts",
        ("all", "week"),
        needs="day",
    ),
    Measure(backlog_undecided, ("backlog_undecided",), "contacts", ("week",), needs="day"),
    Measure(backlog_cleared_days, ("backlog_cleared_days",), "days", needs="day"),
    Measure(slots_held_mean, ("slots_held_mean",), "slots", _BY_TEAM, needs="day"),
)
