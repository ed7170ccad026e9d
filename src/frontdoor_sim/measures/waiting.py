"""What contacts wait for, and where they queue."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from frontdoor_sim.event_log.columns import Flags, Ints
from frontdoor_sim.measures.answers import Answer, Measure, by_group, missing
from frontdoor_sim.measures.journeys import Journeys
from frontdoor_sim.measures.survival import incidences, percentile
from frontdoor_sim.working_time import NEVER, WallClock

_HOUR = 3_600
_BY = ("all", "rag")
_CAUSES = ("worker", "shift", "partner", "consent", "sign-off", "handoff", "acceptance", "allocation", "visit")


def waiting_hours_to_decision(journeys: Journeys) -> Iterator[Answer]:
    """Mean elapsed hours from receipt to decision, split by what was waited for.

    For each cause, the seconds of its stretches before the decision, summed over main threads, divided by the number
    of contacts received in [0, closes) and decided by the end of the run. `work` is whatever was not a wait. The time
    from receipt to the first stage, when an out-of-hours contact waits for the morning, waited for a `shift`. The
    groups add up to the mean hours to decision of those contacts. Contacts still open are left out: read it beside the
    share within 24 hours.
    """
    mine = journeys.in_window & (journeys.decided < NEVER)
    number = int(np.count_nonzero(mine))
    if number == 0:
        yield missing("waiting_hours_to_decision", "no contact received in the window was decided")
        return
    spent = _split(journeys, mine, journeys.received, journeys.decided)
    spent["shift"] += int((journeys.decided - journeys.received)[mine].sum()) - sum(spent.values())
    yield _by_cause("waiting_hours_to_decision", spent, number)


def waiting_hours_to_allocation(journeys: Journeys) -> Iterator[Answer]:
    """Mean elapsed hours from the decision for transfer to allocation, split by what was waited for.

    For each cause, the seconds of its stretches between the first decision for transfer and allocation, summed over
    main threads, divided by the number of contacts decided for transfer in [0, closes) and allocated by the end of
    the run.
    """
    mine = journeys.transferred_in_window & (journeys.allocated < NEVER)
    number = int(np.count_nonzero(mine))
    if number == 0:
        yield missing("waiting_hours_to_allocation", "no contact decided for transfer in the window was allocated")
        return
    spent = _split(journeys, mine, journeys.transferred, journeys.allocated)
    yield _by_cause("waiting_hours_to_allocation", spent, number)


def help_hours_to_begin(journeys: Journeys) -> Iterator[Answer]:
    """Hours until other help than an assessment begins, from when the contact was first sent there: median and p90.

    Help begins when a slot is taken at a caseload that is no assessment (`assesses: false`), such as Early Help's. Over the
    contacts that reached such a stage in [0, closes), handoffs being over. Percentiles are the least t with cumulative
    incidence of at least the share, by Aalen and Johansen, an end without help being the competing exit.
    """
    names = ("help_hours_to_begin_median", "help_hours_to_begin_p90")
    reached, held = journeys.helped
    mine = np.flatnonzero(journeys.within(reached))
    if not len(mine):
        yield from (missing(name, "no contact was sent to help that holds a slot") for name in names)
        return
    groups = journeys.breakdowns.members(mine, _BY)
    curves = incidences(reached[mine], held[mine], journeys.about.ends, journeys.end[mine], *groups)
    sizes = np.array([curve.number for curve in curves])
    for name, share in zip(names, (0.5, 0.9), strict=True):
        found = [percentile(curve, share) for curve in curves]
        values, notes = np.array([value for value, _ in found]), [note for _, note in found]
        yield from by_group(journeys, name, values, sizes, notes, _BY)


def _split(journeys: Journeys, mine: Flags, first: Ints, last: Ints) -> dict[str, int]:
    """Seconds between `first` and `last` of each contact of `mine`, by what was waited for, or work."""
    spent = journeys.reading.split(mine, first, last)
    return {**{cause: spent.get(cause, 0) for cause in _CAUSES}, "work": spent.get("", 0)}


def _by_cause(measure: str, spent: dict[str, int], number: int) -> Answer:
    hours = np.array(list(spent.values())) / number / _HOUR
    return Answer(measure, "waited_for", tuple(spent), hours, np.full(len(spent), number))


def queue_length(journeys: Journeys) -> Iterator[Answer]:
    """Mean number waiting for a team, by team and local hour of the week.

    The seconds that stretches of waiting which name the team spend in an hour of the week, over the measured window,
    divided by the seconds of the window in that hour of the week. They wait for a worker, a shift or a sign-off; at an
    accepting stage for acceptance; as a request at a partner's desk for that partner. The group is `team|hour`, hour 0
    being Monday 00:00 to 01:00; an hour of the week that the window does not hold is left out.
    """
    hour, open_for, held = _hours_of_week(journeys.about.clock, journeys.about.closes)
    teams, waited = journeys.reading.teams, journeys.reading.queued
    if not teams:
        yield missing("queue_length", "the log names no team")
        return
    values = [np.bincount(hour, weights=seconds, minlength=168)[held] / open_for[held] for seconds in waited]
    groups = _by_hour(teams, tuple(held.tolist()))
    yield Answer(
        "queue_length", "team and hour of week", groups, np.concatenate(values), np.zeros(len(groups), np.int64)
    )


@lru_cache(maxsize=16)
def _hours_of_week(clock: WallClock, closes: int) -> tuple[Ints, Ints, Ints]:
    """Of a window: the hour of the week of each of its hours, its seconds in each hour of the week, and which there are.

    Kept, since every replication has the same.
    """
    marks = np.append(np.arange(0, closes, _HOUR), closes)
    hour = clock.hour_of_week(marks[:-1])
    open_for = np.bincount(hour, weights=np.diff(marks), minlength=168)
    return hour, open_for, np.flatnonzero(open_for)


@lru_cache(maxsize=16)
def _by_hour(teams: tuple[str, ...], hours: tuple[int, ...]) -> tuple[str, ...]:
    """The groups of `queue_length`; kept, since every replication has the same."""
    return tuple(f"{team}|{number}" for team in teams for number in hours)


MEASURES = (
    Measure(waiting_hours_to_decision, ("waiting_hours_to_decision",), "hours", ("waited_for",)),
    Measure(waiting_hours_to_allocation, ("waiting_hours_to_allocation",), "hours", ("waited_for",)),
    Measure(help_hours_to_begin, ("help_hours_to_begin_median", "help_hours_to_begin_p90"), "hours", _BY),
    Measure(queue_length, ("queue_length",), "contacts", ("team and hour of week",)),
)
