"""How much comes, who is busy with it, and what is still open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from frontdoor_sim.event_log.intervals import Stretches, covered_seconds
from frontdoor_sim.event_log.record import codes, numbers
from frontdoor_sim.measures.answers import EVERY, Answer, Floats, Measure, groupings, missing, single
from frontdoor_sim.measures.journeys import Flags, Ints, Journeys

_HOUR, _WEEK = 3_600, 604_800
_BY_TEAM = ("all", "team")


def utilisation(journeys: Journeys) -> Iterator[Answer]:
    """Share of available duty that was spent at work, by team.

    Seconds of work, re-keying, search and meetings inside available duty, divided by seconds of available duty, both
    within the measured window. Never above 1. Overtime is outside both. A person's work counts for the team whose duty
    they were on, also when they helped another. A team that only holds caseloads, with no work of its own in the log,
    cannot be measured and is left out of `all`.
    """
    duty, team = _duty(journeys, "available")
    available = np.bincount(team, weights=duty.end - duty.start, minlength=len(_teams(journeys)))
    if available.sum() == 0:
        yield missing("utilisation", "the log holds no available duty in the window")
        return
    busy = _rows(journeys, ("work", "re-keying", "search", "meeting"))
    busy = busy[numbers(journeys.log.events, "worker")[busy] >= 0]
    work = Stretches(*(numbers(journeys.log.events, column)[busy] for column in ("worker", "start", "end")))
    worked = np.bincount(team, weights=covered_seconds(duty, work), minlength=len(available))
    stages = journeys.log.about.stages
    only_holds = set(stages["team"]) - set(stages.loc[stages["kind"] != "caseload", "team"])
    recorded = (worked > 0) | np.array([name not in only_holds for name in _teams(journeys)], dtype=bool)
    mine, total = np.flatnonzero(available), float(available[recorded].sum())
    groups = [_teams(journeys)[number] for number in mine]
    why = "not measurable: the team holds caseloads, and its work is not recorded"
    shares = np.where(recorded[mine], worked[mine] / available[mine], np.nan)
    notes = ["" if recorded[number] else why for number in mine]
    yield (
        single("utilisation", float(worked.sum()) / total) if total else missing("utilisation", why.partition(": ")[2])
    )
    yield Answer("utilisation", "team", groups, shares, np.zeros(len(mine), np.int64), notes)


def overtime_hours_per_week(journeys: Journeys) -> Iterator[Answer]:
    """Hours of overtime a week, by team: overtime duty within the measured window, divided by its weeks."""
    if journeys.log.duty.empty:
        yield missing("overtime_hours_per_week", "the log holds no duty")
        return
    duty, team = _duty(journeys, "overtime")
    names = _teams(journeys)
    seconds = np.bincount(team, weights=duty.end - duty.start, minlength=len(names))
    yield from _by_team("overtime_hours_per_week", names, seconds / _HOUR / journeys.log.about.weeks)


def search_hours_per_week(journeys: Journeys) -> Iterator[Answer]:
    """Hours a week spent searching further case systems, by the team that searched, within the measured window."""
    yield from _hours_of(journeys, "search_hours_per_week", "search")


def re_keying_hours_per_week(journeys: Journeys) -> Iterator[Answer]:
    """Hours a week spent entering a record again in another case system, by team, within the measured window."""
    yield from _hours_of(journeys, "re_keying_hours_per_week", "re-keying")


def _hours_of(journeys: Journeys, measure: str, kind: str) -> Iterator[Answer]:
    rows = _rows(journeys, (kind,))
    names, team = codes(journeys.log.events, "team")
    seconds = np.bincount(team[rows], weights=_seconds(journeys, rows), minlength=len(names))
    yield from _by_team(measure, names, seconds / _HOUR / journeys.log.about.weeks)


def contacts_received(journeys: Journeys) -> Iterator[Answer]:
    """Number of contacts received in the measured window, returns included."""
    yield from _counts(journeys, "contacts_received", journeys.in_window, np.ones(journeys.number, np.int64))


def children_received(journeys: Journeys) -> Iterator[Answer]:
    """Number of children whom the contacts received in the measured window are about."""
    yield from _counts(journeys, "children_received", journeys.in_window, numbers(journeys.contacts, "children"))


def referrals(journeys: Journeys) -> Iterator[Answer]:
    """Number of contacts whose first decision for transfer fell in the measured window."""
    mine = journeys.within(journeys.transferred)
    yield from _counts(journeys, "referrals", mine, np.ones(journeys.number, np.int64))


def children_referred(journeys: Journeys) -> Iterator[Answer]:
    """Number of children of the contacts counted by `referrals`: the unit in which referrals are published."""
    mine = journeys.within(journeys.transferred)
    yield from _counts(journeys, "children_referred", mine, numbers(journeys.contacts, "children"))


def _counts(journeys: Journeys, measure: str, counted: Flags, weight: Ints) -> Iterator[Answer]:
    for grouping in groupings(journeys, journeys.in_window | counted):
        mine = counted & (grouping.place >= 0)
        size = len(grouping.groups)
        values = np.bincount(grouping.place[mine], weights=weight[mine], minlength=size).astype(float)
        number = np.bincount(grouping.place[mine], minlength=size)
        yield Answer(measure, grouping.by, grouping.groups, values, number)


def open_at_end(journeys: Journeys) -> Iterator[Answer]:
    """Number of contacts received by the end of the run that had not reached an end: in = out + open."""
    ends = journeys.log.about.ends
    number = int(((journeys.received <= ends) & (journeys.end > ends)).sum())
    yield single("open_at_end", number, number)


def open_undecided(journeys: Journeys) -> Iterator[Answer]:
    """Number of contacts received and not decided, when the window opens, when it closes, and week by week.

    `#{received <= t < decided}`; `open_undecided` by week k is read k weeks of 168 elapsed hours after the opening. A
    figure that climbs from week to week means that the study has no steady state.
    """
    closes = journeys.log.about.closes
    weeks = np.arange(0, closes + 1, _WEEK)
    number = _open(journeys, np.concatenate(([0, closes], weeks)))
    yield single("open_undecided_at_opens", float(number[0]), int(number[0]))
    yield single("open_undecided_at_close", float(number[1]), int(number[1]))
    groups = [str(week) for week in range(len(weeks))]
    yield Answer("open_undecided", "week", groups, number[2:].astype(float), number[2:])


def _open(journeys: Journeys, moments: Ints) -> Ints:
    """Contacts received at or before each moment, less those decided at or before it."""
    received, decided = np.sort(journeys.received), np.sort(journeys.decided)
    came, went = (np.searchsorted(times, moments, side="right") for times in (received, decided))
    return (came - went).astype(np.int64)


def slots_held_mean(journeys: Journeys) -> Iterator[Answer]:
    """Mean number of caseload slots held, in children, by team.

    Children times the seconds for which their slots were held, divided by the seconds of the measured window. A slot is
    held in stretches of kind caseload, and in the main thread's waits for a first visit at a caseload stage.
    """
    about = journeys.log.about
    holding = set(about.stages.loc[about.stages["kind"] == "caseload", "stage"])
    if not holding:
        yield missing("slots_held_mean", "no stage holds a caseload")
        return
    events = journeys.log.events
    words, stage = codes(events, "stage")
    here = np.array([word in holding for word in words], dtype=bool)
    visits = journeys.visit_waits[numbers(events, "part")[journeys.visit_waits] == 0]
    rows = np.union1d(_rows(journeys, ("caseload",)), visits[here[stage[visits]]])
    children = numbers(journeys.contacts, "children")[journeys.event_contact[rows]]
    names, team = codes(events, "team")
    held = np.bincount(team[rows], weights=_seconds(journeys, rows) * children, minlength=len(names))
    yield single("slots_held_mean", float(held.sum()) / about.closes)
    groups = sorted(set(about.stages.loc[about.stages["kind"] == "caseload", "team"]))
    values = [float(held[names.index(name)]) / about.closes if name in names else 0.0 for name in groups]
    yield Answer("slots_held_mean", "team", groups, np.array(values), np.zeros(len(groups), np.int64))


def _by_team(measure: str, names: Sequence[str], values: Floats) -> Iterator[Answer]:
    """The sum over teams, and each team's value."""
    yield single(measure, float(values.sum()))
    order = [number for number in np.argsort(np.array(names, dtype=str)) if names[number]]
    if order:
        yield Answer(
            measure, "team", [names[number] for number in order], values[order], np.zeros(len(order), np.int64)
        )


def _teams(journeys: Journeys) -> list[str]:
    return codes(journeys.log.duty, "team")[0]


def _duty(journeys: Journeys, kind: str) -> tuple[Stretches, Ints]:
    """Stretches of duty of a kind, cut to the window, and the place of each one's team."""
    duty = journeys.log.duty
    kinds, code = codes(duty, "kind")
    rows = np.flatnonzero(np.array([word == kind for word in kinds], dtype=bool)[code])
    stretches = Stretches(*(numbers(duty, column)[rows] for column in ("worker", "start", "end")))
    return stretches.clipped(0, journeys.log.about.closes), codes(duty, "team")[1][rows]


def _rows(journeys: Journeys, kinds: tuple[str, ...]) -> Ints:
    """Positions of the events of some kinds."""
    words, code = codes(journeys.log.events, "kind")
    return np.flatnonzero(np.array([word in kinds for word in words], dtype=bool)[code])


def _seconds(journeys: Journeys, rows: Ints) -> Ints:
    """Length of some events within the window."""
    closes = journeys.log.about.closes
    start, end = (np.clip(numbers(journeys.log.events, column)[rows], 0, closes) for column in ("start", "end"))
    return end - start


MEASURES = (
    Measure(utilisation, ("utilisation",), "share", _BY_TEAM),
    Measure(overtime_hours_per_week, ("overtime_hours_per_week",), "hours per week", _BY_TEAM),
    Measure(search_hours_per_week, ("search_hours_per_week",), "hours per week", _BY_TEAM),
    Measure(re_keying_hours_per_week, ("re_keying_hours_per_week",), "hours per week", _BY_TEAM),
    Measure(contacts_received, ("contacts_received",), "contacts", EVERY, needs="day"),
    Measure(children_received, ("children_received",), "children", EVERY, needs="day"),
    Measure(referrals, ("referrals",), "contacts", EVERY, needs="day"),
    Measure(children_referred, ("children_referred",), "children", EVERY, needs="day"),
    Measure(open_at_end, ("open_at_end",), "contacts", needs="day"),
    Measure(
        open_undecided,
        ("open_undecided_at_opens", "open_undecided_at_close", "open_undecided"),
        "contacts",
        ("all", "week"),
        needs="day",
    ),
    Measure(slots_held_mean, ("slots_held_mean",), "slots", _BY_TEAM, needs="day"),
)
