"""What contacts wait for, and where they queue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from frontdoor_sim.event_log.columns import Flags, Ints, places_of
from frontdoor_sim.measures.answers import Answer, Measure, missing
from frontdoor_sim.measures.journeys import Journeys
from frontdoor_sim.working_time import NEVER

_HOUR = 3_600
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
    number = int(mine.sum())
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
    mine = journeys.within(journeys.transferred) & (journeys.allocated < NEVER)
    number = int(mine.sum())
    if number == 0:
        yield missing("waiting_hours_to_allocation", "no contact decided for transfer in the window was allocated")
        return
    spent = _split(journeys, mine, journeys.transferred, journeys.allocated)
    yield _by_cause("waiting_hours_to_allocation", spent, number)


def _split(journeys: Journeys, mine: Flags, first: Ints, last: Ints) -> dict[str, int]:
    """Seconds between `first` and `last` of each contact of `mine`, by what was waited for, or work."""
    visits, spent = journeys.visits, dict.fromkeys((*_CAUSES, "work"), 0)
    first, last = first[visits.contact], last[visits.contact]
    some = mine[visits.contact] & (visits.begun < last) & (visits.ended > first)
    whole = (visits.begun >= first) & (visits.ended <= last)
    for these, cut in ((np.flatnonzero(some & whole), False), (np.flatnonzero(some & ~whole), True)):
        rows, begins = places_of(visits.first[these], visits.last[these])
        start, end = (journeys.events.numbers(column)[rows] for column in ("start", "end"))
        if cut:
            length = np.diff(begins, append=len(rows))
            start = np.maximum(start, np.repeat(first[these], length))
            end = np.maximum(start, np.minimum(end, np.repeat(last[these], length)))
        cause, main = journeys.events.words("waited_for").take(rows), journeys.events.values("part")[rows] == 0
        total = np.bincount(cause.places, weights=(end - start) * main, minlength=len(cause.names))
        for name, seconds in zip(cause.names, total.tolist(), strict=True):
            spent[name or "work"] += int(seconds)
    return spent


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
    about = journeys.log.about
    marks = np.append(np.arange(0, about.closes, _HOUR), about.closes)
    hour = about.clock.hour_of_week(marks[:-1])
    open_for = np.bincount(hour, weights=np.diff(marks), minlength=168)
    held = np.flatnonzero(open_for)
    events, stages = journeys.events.words("team"), journeys.stages.values("team")
    teams = sorted({*stages.tolist(), *journeys.duty.words("team").present, *events.names} - {""})
    if not teams:
        yield missing("queue_length", "the log names no team")
        return
    waited = _waited(journeys, teams, np.diff(marks))
    values = [np.bincount(hour, weights=seconds, minlength=168)[held] / open_for[held] for seconds in waited]
    groups = [f"{team}|{number}" for team in teams for number in held.tolist()]
    yield Answer(
        "queue_length", "team and hour of week", groups, np.concatenate(values), np.zeros(len(groups), np.int64)
    )


def _waited(journeys: Journeys, teams: Sequence[str], width: Ints) -> Ints:
    """Seconds spent waiting for each team (row) in each hour of the window, whose hours have this width."""
    events, closes, cells = journeys.events, journeys.log.about.closes, len(width) + 1
    team = events.words("team")
    waiting = events.words("kind").among(["wait"]) & ~team.among([""])
    place = np.array([teams.index(name) if name else -1 for name in team.names], dtype=np.int64)

    def counted(rows: Ints, times: Ints) -> tuple[Ints, Ints]:
        """How many of the times are in each hour, and the seconds of that hour which follow them, in all."""
        time = np.clip(times[rows], 0, closes)
        hour = time // _HOUR
        follow = np.minimum((hour + 1) * _HOUR, closes) - time
        cell, size = place[team.codes[rows]] * cells + hour, len(teams) * cells
        number, seconds = np.bincount(cell, minlength=size), np.bincount(cell, weights=follow, minlength=size)
        return number.reshape(-1, cells), seconds.reshape(-1, cells).astype(np.int64)

    begin, end = journeys.joined(waiting, team.codes)
    (began, first), (ended, last) = counted(begin, events.numbers("start")), counted(end, events.numbers("end"))
    change = began - ended
    here_before = np.cumsum(change, axis=1) - change
    waited: Ints = here_before[:, :-1] * width + (first - last)[:, :-1]
    return waited


MEASURES = (
    Measure(waiting_hours_to_decision, ("waiting_hours_to_decision",), "hours", ("waited_for",)),
    Measure(waiting_hours_to_allocation, ("waiting_hours_to_allocation",), "hours", ("waited_for",)),
    Measure(queue_length, ("queue_length",), "contacts", ("team and hour of week",)),
)
