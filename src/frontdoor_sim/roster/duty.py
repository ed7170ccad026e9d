"""The roster: every person's windows of duty over a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.luck import keys_of_words
from frontdoor_sim.roster.absence import leave_days, leave_years, sick_days
from frontdoor_sim.roster.establishment import NO_DAY, Establishment, SlotChanges, WhoThereIs, establishment, teams_next
from frontdoor_sim.roster.posts import FORTNIGHT, Post
from frontdoor_sim.roster.stretches import Chosen, Stretches, joined
from frontdoor_sim.working_time import NEVER, WallClock

Int64s = NDArray[np.int64]
Bools = NDArray[np.bool_]

DUTY_KINDS = ("available", "non-case", "training", "overtime")
_KINDS = pd.CategoricalDtype(list(DUTY_KINDS))

_SATURDAY = 5


class DutyWindows(NamedTuple):
    """Windows in which one person is available for cases, ascending, in seconds.

    Args:
        starts: when each begins.
        ends: when each ends.
        hands_over: whether work set down at its end is handed over: the person's next window begins
            after the team's next working day (the next date on which the team has duty).
        ends_shift: whether its end is the end of the person's duty day, rather than the beginning of
            a block of other work or of a break within the day.
        next_duty: when the person's next duty of any kind begins, up to which overtime can last; NEVER if none does.
    """

    starts: list[int]
    ends: list[int]
    hands_over: list[bool]
    ends_shift: list[bool]
    next_duty: list[int]


class FlatWindows(NamedTuple):
    """The windows of `DutyWindows`, one worker after the other in arrays.

    Args:
        first: place of each worker's first window, and the number of all windows; int64, length workers + 1.
        starts, ends: seconds, int64.
        hands_over, ends_shift: as in `DutyWindows`, bool.
        next_duty: likewise, seconds, int64.
    """

    first: Int64s
    starts: Int64s
    ends: Int64s
    hands_over: Bools
    ends_shift: Bools
    next_duty: Int64s


@dataclass(frozen=True, eq=False)
class Roster:
    """Who there is, and when they are on duty.

    Args:
        who: everybody in post.
        there: what is left of their duty without leave and sickness, in arrays.
        first: first duty date (proleptic ordinal).
        later_skills: each person's skill from the first dated change on, from the second, and so on.
    """

    who: WhoThereIs
    there: Chosen
    first: int
    later_skills: tuple[Int64s, ...] = ()

    @cached_property
    def people(self) -> pd.DataFrame:
        """One row a person in roster order.

        Columns worker, name, team, role, working_share (what the pattern of days really gives), slots (that they can hold
        when the run starts) and skill.
        """
        return self.who.people.copy()

    @property
    def slot_changes(self) -> SlotChanges:
        """Who comes to be able to hold more cases or fewer, and when."""
        return self.who.slot_changes

    @property
    def stretches(self) -> Stretches:
        """Everybody's duty, in arrays."""
        return self.there.rows

    @cached_property
    def duty(self) -> pd.DataFrame:
        """Stretches of available and non-case duty (dictionary `duty`), sorted by worker and start."""
        there, workers = self.who, self.stretches.workers
        return pd.DataFrame(
            {
                "worker": workers.astype(np.int32),
                "name": there.people["name"].array.take(workers),
                "team": there.teams.take(workers),
                "role": there.roles.take(workers),
                "start": self.stretches.starts,
                "end": self.stretches.ends,
                "kind": pd.Categorical.from_codes(self._kinds, dtype=_KINDS),
            }
        )

    @property
    def _kinds(self) -> Int64s:
        """The place in `DUTY_KINDS` of each stretch of duty."""
        rows = self.stretches
        return np.where(rows.on_cases, 0, np.where(rows.training, 2, 1))

    @cached_property
    def flat(self) -> FlatWindows:
        """The windows in which each worker is available for cases, in arrays.

        Example:
            >>> from frontdoor_sim.working_time import ShiftPattern
            >>> clock, days = WallClock(date(2026, 6, 1)), (date(2026, 6, 1), date(2026, 6, 2))
            >>> office = ShiftPattern.parse({"Mon-Fri": "09:00-17:00"}).lay_out(clock, *days, ())
            >>> flat = draw_roster([Post("screening", "social_worker", 2, office)], 7, clock, *days, []).flat
            >>> flat.first.tolist(), flat.starts.tolist()
            ([0, 2, 4], [32400, 118800, 32400, 118800])
        """
        rows, there, number = self.there.of, self.there.places, len(self.who.people)
        on_cases = rows.on_cases.take(there)
        at = there.compress(on_cases)
        first, of_all = (self.there.first_of_each(number, places) for places in (at, there))
        next_duty = _of_the_next(rows.starts.take(there), of_all, NEVER).compress(on_cases)
        hands_over = _of_the_next(rows.days.take(at), first, NO_DAY) > self.there.teams_next.take(at)
        starts, ends, ends_shift = rows.starts.take(at), rows.ends.take(at), rows.ends_shift.take(at)
        return FlatWindows(first, starts, ends, hands_over, ends_shift, next_duty)

    @cached_property
    def windows(self) -> list[DutyWindows]:
        """For each worker the available windows."""
        first, *columns = (column.tolist() for column in self.flat)
        return [DutyWindows(*(column[low:high] for column in columns)) for low, high in pairwise(first)]


def _of_the_next(values: Int64s, first: Int64s, none: int) -> Int64s:
    """For each of some rows by worker, the value of the same worker's next one; `none` at the last of each.

    Example:
        >>> _of_the_next(np.array([5, 6, 7]), np.array([0, 2, 2, 3]), -1).tolist()
        [6, -1, -1]
    """
    following = np.append(values[1:], none)[: len(values)]
    following[first[1:][np.diff(first) > 0] - 1] = none
    return following


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
    all_of_them, there = present(posts, luck_key, clock, first, last, working_dates)
    if all_of_them.some_touch:
        there = all_of(joined(there.rows), all_of_them.who, first)
    return Roster(all_of_them.who, there, first.toordinal())


def all_of(rows: Stretches, who: WhoThereIs, first: date) -> Chosen:
    """All of some stretches of duty of some people; `first` is the first date."""
    return Chosen(rows, teams_next(rows, who.next_team_day, first), np.arange(len(rows.starts)))


def present(
    posts: Sequence[Post], luck_key: int, clock: WallClock, first: date, last: date, working_dates: Sequence[date]
) -> tuple[Establishment, Chosen]:
    """Everybody in post, and their duty without leave and sickness, duty day by duty day; as `draw_roster`."""
    if last < first:
        raise ValueError(f"the last date {last} is before the first {first}; give the earlier date first")
    there = establishment(tuple(posts), clock, first, last)
    owners = keys_of_words((luck_key,), there.names)
    span = (first.toordinal(), last.toordinal())
    absent = _sick(there, owners, span) | _on_leave(there, owners, span, tuple(working_dates))
    return there, Chosen(there.stretches, there.teams_next, np.flatnonzero(~absent.take(there.cells)))


@lru_cache(maxsize=16)
def _bank_holidays(working_dates: tuple[date, ...]) -> Int64s:
    """Mondays to Fridays between the first and the last working date that are none (proleptic ordinals).

    Kept, since every replication has the same.
    """
    working = np.array([day.toordinal() for day in working_dates], dtype=np.int64)
    days = np.arange(working[0], working[-1]) if len(working) else working
    return np.setdiff1d(days[(days - 1) % 7 < _SATURDAY], working)


def _sick(there: Establishment, owners: Int64s, span: tuple[int, int]) -> Bools:
    """Who is sick on which dates of the span: array [people, dates]."""
    sick = np.zeros((len(owners), span[1] - span[0] + 1), dtype=bool)
    for (share, spell_days), mine in there.sickness.items():
        sick[mine] = sick_days(owners[mine], share, spell_days, *span)
    return sick


def _on_leave(there: Establishment, owners: Int64s, span: tuple[int, int], working_dates: tuple[date, ...]) -> Bools:
    """Who is on leave on which dates of the span: array [people, dates]."""
    first, last = span
    leave = np.zeros((len(owners), last - first + 1), dtype=bool)
    some = np.flatnonzero(there.entitled)
    for start, end, duty in _counts_as_leave(there, span, working_dates) if len(some) else ():
        off = leave_days(owners[some], there.entitled[some], duty, start)
        low, high = max(start, first), min(end, last + 1)
        leave[some, low - first : high - first] = off[:, low - start : high - start]
    return leave


@lru_cache(maxsize=16)
def _counts_as_leave(
    there: Establishment, span: tuple[int, int], working_dates: tuple[date, ...]
) -> list[tuple[int, int, Bools]]:
    """Each leave year of a span, and whether its dates count as leave if taken off, of those entitled to some [people, dates].

    Kept, since every replication has the same.
    """
    some, closed = np.flatnonzero(there.entitled), _bank_holidays(working_dates)
    years = [(start, end, np.arange(start, end)) for start, end in leave_years(*span)]
    return [
        (start, end, there.patterns[some][:, (days - 1) % FORTNIGHT] & ~np.isin(days, closed))
        for start, end, days in years
    ]
