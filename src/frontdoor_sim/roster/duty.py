"""The roster: every person's windows of duty over a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.luck import key
from frontdoor_sim.roster.absence import leave_days, leave_years, sick_days
from frontdoor_sim.roster.posts import FORTNIGHT, Crew, Post, crew_of, name_prefixes
from frontdoor_sim.roster.stretches import Stretches, cut, duty_days, joined
from frontdoor_sim.working_time import WallClock

Int64s = NDArray[np.int64]
Bools = NDArray[np.bool_]

DUTY_KINDS = ("available", "non-case", "training", "overtime")

_SATURDAY = 5
_NO_DAY = np.iinfo(np.int64).max


class DutyWindows(NamedTuple):
    """Windows in which one person is available for cases, ascending, in seconds.

    Args:
        starts: when each begins.
        ends: when each ends.
        hands_over: whether work set down at its end is handed over: the person's next window begins
            after the team's next working day (the next date on which the team has duty).
        ends_shift: whether its end is the end of the person's duty day, rather than the beginning of
            a block of other work or of a break within the day.
    """

    starts: list[int]
    ends: list[int]
    hands_over: list[bool]
    ends_shift: list[bool]


@dataclass(frozen=True)
class Roster:
    """Who there is, and when they are on duty.

    Args:
        people: one row a person in roster order: worker, name, team, role, working_share (what the
            pattern of days really gives), slots.
        duty: stretches of available and non-case duty: worker, name, team, role, start, end, kind;
            sorted by worker and start.
        windows: for each worker the available windows.
    """

    people: pd.DataFrame
    duty: pd.DataFrame
    windows: list[DutyWindows]


def draw_roster(
    posts: Sequence[Post], luck_key: int, clock: WallClock, first: date, last: date, working_dates: Sequence[date]
) -> Roster:
    """Lay out everybody's duty from first to last.

    A window of a shift belongs to the date on which it starts; one longer than 24 hours is cut at local
    midnights into a duty day a date (and joined again where a person works both). Leave and sickness take
    whole duty days. Of what is left, one block a day is non-case work. The leave year starts on the first
    Monday of April; a part-timer's leave is in proportion, to the nearest day. Sickness and leave depend on
    the person's permanent name and the date, and never on who else there is.

    Args:
        posts: in roster order.
        luck_key: key of the replication, from `luck.key(seed, replication)`.
        clock: the wall clock of the run.
        first: first duty date.
        last: last duty date (its windows may run past midnight).
        working_dates: working dates of the council, ascending; a Monday to Friday missing between the first
            and the last of them is a bank holiday, on which nobody takes leave.

    Raises:
        ValueError: `last` is before `first`, or two people have one permanent name.

    Example:
        >>> from frontdoor_sim.working_time import ShiftPattern
        >>> clock, days = WallClock(date(2026, 6, 1)), (date(2026, 6, 1), date(2026, 6, 14))
        >>> office = ShiftPattern.parse({"Mon-Fri": "09:00-17:00"}).lay_out(clock, *days, ())
        >>> roster = draw_roster([Post("screening", "social_worker", 1.5, office, caseload=16)], 7, clock, *days, [])
        >>> roster.people[["name", "working_share", "slots"]].values.tolist()
        [['screening/social_worker/1', 1.0, 16], ['screening/social_worker/2', 0.5, 8]]
        >>> len(roster.windows[0].starts), len(roster.windows[1].starts)
        (10, 5)
    """
    midnights, span = clock.midnights(first, last), (first.toordinal(), last.toordinal())
    shifts = [duty_days(post.shift, midnights, span[0]) for post in posts]
    crews = _crews(posts, [pieces.days for pieces in shifts])
    closed = _bank_holidays(working_dates)
    free, other, hired = [], [], 0
    for post, pieces, crew in zip(posts, shifts, crews, strict=True):
        owners = np.array([key(luck_key, name) for name in crew.names], dtype=np.int64)
        present = _present(post, crew, owners, span, closed)[:, pieces.days - span[0]]
        left, block = cut(pieces, present, crew.places, post.non_case_share, hired)
        free.append(left)
        other.append(block)
        hired += len(owners)
    people, available = _people(posts, crews), joined(free)
    team_days = _team_days(posts, [pieces.days for pieces in shifts])
    return Roster(people, _duty_table(people, available, joined(other)), _windows(available, people, team_days))


def _crews(posts: Sequence[Post], days: Sequence[Int64s]) -> list[Crew]:
    """The people of every post; each has a permanent name of their own."""
    numbers = [sum(earlier.team == post.team for earlier in posts[:place]) for place, post in enumerate(posts)]
    crews = [
        crew_of(post, prefix, number, np.unique(on))
        for post, prefix, number, on in zip(posts, name_prefixes(posts), numbers, days, strict=True)
    ]
    names = sorted(name for crew in crews for name in crew.names)
    for name, following in pairwise(names):
        if name == following:
            raise ValueError(f'two people are named "{name}"; give one post another first_ordinal or name')
    return crews


def _team_days(posts: Sequence[Post], days: Sequence[Int64s]) -> dict[str, Int64s]:
    """Dates on which any shift of a team has duty, ascending."""
    found: dict[str, Int64s] = {}
    for post, on in zip(posts, days, strict=True):
        found[post.team] = np.union1d(found.get(post.team, on), on)
    return found


def _bank_holidays(working_dates: Sequence[date]) -> Int64s:
    """Mondays to Fridays between the first and the last working date that are none (proleptic ordinals)."""
    working = np.array([day.toordinal() for day in working_dates], dtype=np.int64)
    days = np.arange(working[0], working[-1]) if len(working) else working
    return np.setdiff1d(days[(days - 1) % 7 < _SATURDAY], working)


def _present(post: Post, crew: Crew, owners: Int64s, span: tuple[int, int], closed: Int64s) -> Bools:
    """Who is there on which dates of the span, if the shift has duty: array [people, dates]."""
    works = crew.pattern[:, (np.arange(span[0], span[1] + 1) - 1) % FORTNIGHT] | crew.full_time[:, None]
    sick = sick_days(owners, post.sickness_share, post.sickness_spell_days, *span)
    return works & ~sick & ~_on_leave(post, crew, owners, span, closed)


def _on_leave(post: Post, crew: Crew, owners: Int64s, span: tuple[int, int], closed: Int64s) -> Bools:
    first, last = span
    leave = np.zeros((len(owners), last - first + 1), dtype=bool)
    tenths = round(post.leave_days_per_year * 10)
    if not tenths or not crew.possible:
        return leave
    entitled = (2 * tenths * crew.worked + 10 * crew.possible) // (20 * crew.possible)
    for start, end in leave_years(first, last):
        days = np.arange(start, end)
        duty = crew.pattern[:, (days - 1) % FORTNIGHT] & ~np.isin(days, closed)
        off = leave_days(owners, entitled, duty, start)
        low, high = max(start, first), min(end, last + 1)
        leave[:, low - first : high - first] = off[:, low - start : high - start]
    return leave


def _people(posts: Sequence[Post], crews: Sequence[Crew]) -> pd.DataFrame:
    rows = [
        (
            name,
            post.team,
            post.role,
            int(worked) / max(1, crew.possible),
            post.caseload * int(worked) // max(1, crew.possible),
        )
        for post, crew in zip(posts, crews, strict=True)
        for name, worked in zip(crew.names, crew.worked, strict=True)
    ]
    table = pd.DataFrame(rows, columns=["name", "team", "role", "working_share", "slots"])
    table = table.astype({"name": "str", "team": "str", "role": "str", "working_share": "float64", "slots": "int64"})
    table.insert(0, "worker", np.arange(len(rows), dtype=np.int32))
    return table


def _duty_table(people: pd.DataFrame, available: Stretches, non_case: Stretches) -> pd.DataFrame:
    workers = np.concatenate((available.workers, non_case.workers))
    starts = np.concatenate((available.starts, non_case.starts))
    ends = np.concatenate((available.ends, non_case.ends))
    kinds = np.repeat(["available", "non-case"], [len(available.workers), len(non_case.workers)])
    order = np.lexsort((starts, workers))
    who = workers[order]
    kind = pd.Categorical(kinds[order], categories=DUTY_KINDS)
    return pd.DataFrame(
        {
            "worker": who.astype(np.int32),
            "name": people["name"].take(who).array,
            "team": people["team"].astype("category").take(who).array,
            "role": people["role"].astype("category").take(who).array,
            "start": starts[order],
            "end": ends[order],
            "kind": kind,
        }
    )


def _windows(available: Stretches, people: pd.DataFrame, team_days: dict[str, Int64s]) -> list[DutyWindows]:
    """The available windows of each worker, and whether work is handed over at their ends."""
    workers, starts, ends, days, last_days, ends_shift = available
    own_next = np.concatenate((days[1:], np.full(min(1, len(days)), _NO_DAY)))
    own_next[np.flatnonzero(workers[1:] != workers[:-1])] = _NO_DAY
    team_next = np.full(len(workers), _NO_DAY)
    teams = people["team"].to_numpy()[workers]
    for team, on_duty in team_days.items():
        mine = teams == team
        team_next[mine] = np.append(on_duty, _NO_DAY)[np.searchsorted(on_duty, last_days[mine], side="right")]
    hands_over = own_next > team_next
    columns = [column.tolist() for column in (starts, ends, hands_over, ends_shift)]
    bounds = np.searchsorted(workers, np.arange(len(people) + 1)).tolist()
    return [DutyWindows(*(column[low:high] for column in columns)) for low, high in pairwise(bounds)]
