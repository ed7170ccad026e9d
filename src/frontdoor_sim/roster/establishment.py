"""The establishment: everybody in post, and their duty if they were never away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise, repeat
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.roster.blocks import taken_out
from frontdoor_sim.roster.posts import FORTNIGHT, Crew, Post, crew_of, name_prefixes
from frontdoor_sim.roster.stretches import Pieces, Stretches, cut, duty_days, in_one, touching
from frontdoor_sim.working_time import Calendar, WallClock

Int64s = NDArray[np.int64]
Bools = NDArray[np.bool_]

_MILLE = 1000
NO_DAY = np.iinfo(np.int64).max


class SlotChanges(NamedTuple):
    """When somebody comes to be able to hold more cases or fewer, after the first date; by time, then worker.

    Args:
        at: second, the midnight at which the date begins.
        workers: who.
        slots: how many they can hold from then on; 0 of who is gone.
    """

    at: Int64s
    workers: Int64s
    slots: Int64s

    @classmethod
    def of(cls, slots: Int64s, midnights: Int64s) -> SlotChanges:
        """Those of slots by person and date [people, dates].

        Example:
            >>> SlotChanges.of(np.array([[0, 0, 9], [8, 8, 0]]), np.array([0, 86_400, 172_800])).slots.tolist()
            [9, 0]
        """
        days, workers = np.nonzero(np.diff(slots, axis=1).T)
        return cls(midnights[days + 1], workers, slots[workers, days + 1])


class WhoThereIs(NamedTuple):
    """Everybody in post; arrays have a place or a row a person.

    Args:
        people: one row a person in roster order, as in `Roster`.
        teams, roles: team and role of each.
        next_team_day: first date after each date of the run on which their team has duty [people, dates], or `NO_DAY`.
        slots: caseload slots that each can hold on each date of the run [people, dates].
        slot_changes: when that becomes more or fewer.
    """

    people: pd.DataFrame
    teams: pd.Categorical
    roles: pd.Categorical
    next_team_day: Int64s
    slots: Int64s
    slot_changes: SlotChanges


@dataclass(frozen=True, eq=False)
class Establishment:
    """Everybody in post over the dates of a run, before any luck; arrays have a place or a row a person.

    Args:
        who: everybody, as in `Roster`.
        names: the permanent name of each person.
        sickness: those with one long-run share of sickness and one mean length of a spell, by the two.
        patterns: whether they work on each day of a fortnight [people, 14], from a Monday.
        entitled: duty days of leave in a leave year.
        stretches: their duty if they were never away.
        teams_next: for each stretch, the next date after it on which the team has duty.
        some_touch: whether two stretches of one person and kind touch.
        cells: for each stretch, the place of its person and day in an array [people, dates].
    """

    who: WhoThereIs
    names: tuple[str, ...]
    sickness: dict[tuple[float, float], Int64s]
    patterns: Bools
    entitled: Int64s
    stretches: Stretches
    teams_next: Int64s
    some_touch: bool
    cells: Int64s


@lru_cache(maxsize=16)
def establishment(posts: tuple[Post, ...], clock: WallClock, first: date, last: date) -> Establishment:
    """Put people in post; kept, since in every replication only their absence differs.

    Raises:
        ValueError: two people have one permanent name.
    """
    numbers = [sum(earlier.team == post.team for earlier in posts[:place]) for place, post in enumerate(posts)]
    named = zip(posts, name_prefixes(posts), numbers, strict=True)
    full = [_full_duty(post, prefix, number, clock, first, last) for post, prefix, number in named]
    crews = [duty.crew for duty in full]
    sizes = [len(crew.names) for crew in crews]
    place = np.repeat(np.arange(len(posts)), sizes)
    dates = np.arange(first.toordinal(), last.toordinal() + 1)
    slots = np.concatenate([np.empty((0, len(dates)), dtype=np.int64), *map(_slots, posts, crews, repeat(dates))])
    people = _people(posts, crews, place, slots[:, 0])
    laws = [(post.sickness_share, post.sickness_spell_days) for post in posts]
    of_law = {law: np.flatnonzero(np.array([one == law for one in laws])[place]) for law in laws}
    who = WhoThereIs(
        people,
        people["team"].astype("category").array,
        people["role"].astype("category").array,
        _next_team_day(posts, full, dates)[place],
        slots,
        SlotChanges.of(slots, clock.midnights(first, last)),
    )
    stretches = in_one([duty.stretches for duty in full], sizes)
    return Establishment(
        who,
        tuple(name for crew in crews for name in crew.names),
        of_law,
        np.concatenate([np.empty((0, FORTNIGHT), dtype=bool), *(crew.pattern for crew in crews)]),
        np.concatenate([np.empty(0, dtype=np.int64), *map(_entitled, posts, crews)]),
        stretches,
        teams_next(stretches, who.next_team_day, first),
        bool(touching(stretches).any()),
        stretches.workers * len(dates) + stretches.days - dates[0],
    )


class _FullDuty(NamedTuple):
    """The people of a post, the dates on which its shift has duty (ascending proleptic ordinals), and their duty."""

    crew: Crew
    days: Int64s
    stretches: Stretches


@lru_cache(maxsize=128)
def _full_duty(post: Post, prefix: str, number_in_team: int, clock: WallClock, first: date, last: date) -> _FullDuty:
    """Kept, since most posts are the same in every option and candidate."""
    pieces = _pieces(post.shift, clock, first, last)
    days = np.unique(pieces.days)
    crew = crew_of(post, prefix, number_in_team, days)
    stretches = cut(pieces, crew.places, _other_work(post, crew, pieces.days))
    works = crew.pattern | crew.full_time[:, None]
    there = works[stretches.workers, (stretches.days - 1) % FORTNIGHT]
    there &= (stretches.days >= crew.starts[stretches.workers]) & (stretches.days < crew.leaves[stretches.workers])
    duty, midnights = stretches.where(there), clock.midnights(first, last)
    for block in post.blocks:
        duty = taken_out(duty, block, len(crew.names), midnights, first.toordinal())
    return _FullDuty(crew, days, duty)


def _other_work(post: Post, crew: Crew, days: Int64s) -> Int64s:
    """Thousandths of each duty day taken by the block of other work: one for all, or by person and day while inducted."""
    usual = round(post.non_case_share * _MILLE)
    if not post.induction_days or not post.induction_share:
        return np.array(usual)
    share: Int64s = np.minimum(_MILLE, usual + _inducted(post, crew, days))
    return share


def _inducted(post: Post, crew: Crew, days: Int64s) -> Int64s:
    """Thousandths that induction takes of each person on each day [people, days]: less from week to week since their start."""
    weeks = post.induction_days // 7
    since = (days[None, :] - crew.starts[:, None]) // 7
    left = np.where((since >= 0) & (since < weeks), weeks - since, 0)
    return np.asarray(left * round(post.induction_share * _MILLE) // max(1, weeks))


def _slots(post: Post, crew: Crew, dates: Int64s) -> Int64s:
    """Slots that each person can hold on each date [people, dates]: as many as their days of work and induction leave."""
    there = (dates >= crew.starts[:, None]) & (dates < crew.leaves[:, None])
    able = crew.worked[:, None] * (_MILLE - _inducted(post, crew, dates))
    return np.asarray(there * (post.caseload * able // (max(1, crew.possible) * _MILLE)))


@lru_cache(maxsize=32)
def _pieces(shift: Calendar, clock: WallClock, first: date, last: date) -> Pieces:
    """Kept, since the posts of a study share a few shifts."""
    return duty_days(shift, clock.midnights(first, last), first.toordinal())


def _people(posts: Sequence[Post], crews: Sequence[Crew], place: Int64s, slots: Int64s) -> pd.DataFrame:
    """The table of people; `place` is the post of each, and `slots` what each can hold on the first date."""
    names = [name for crew in crews for name in crew.names]
    for name, following in pairwise(sorted(names)):
        if name == following:
            raise ValueError(f'two people are named "{name}"; give one post another first_ordinal or name')
    worked = np.concatenate([np.empty(0, dtype=np.int64), *(crew.worked for crew in crews)])
    possible = np.array([max(1, crew.possible) for crew in crews], dtype=np.int64)[place]
    return pd.DataFrame(
        {
            "worker": np.arange(len(names), dtype=np.int32),
            "name": pd.array(names, dtype="str"),
            "team": pd.array([posts[post].team for post in place], dtype="str"),
            "role": pd.array([posts[post].role for post in place], dtype="str"),
            "working_share": worked / possible,
            "slots": slots,
            "skill": np.array([post.skill for post in posts], dtype=np.int64)[place],
        }
    )


def _entitled(post: Post, crew: Crew) -> Int64s:
    """Duty days of leave of each person in a leave year."""
    tenths = round(post.leave_days_per_year * 10)
    return (2 * tenths * crew.worked + 10 * crew.possible) // (20 * max(1, crew.possible))


def teams_next(rows: Stretches, next_team_day: Int64s, first: date) -> Int64s:
    """For each stretch of duty, the next date after it on which the team has duty; `next_team_day` is of `WhoThereIs`."""
    return next_team_day[rows.workers, rows.last_days - first.toordinal()]


def _next_team_day(posts: Sequence[Post], full: Sequence[_FullDuty], dates: Int64s) -> Int64s:
    """For each post, the first date after each date of the run on which any shift of its team has duty."""
    days: dict[str, Int64s] = {}
    for post, duty in zip(posts, full, strict=True):
        days[post.team] = np.union1d(days[post.team], duty.days) if post.team in days else duty.days
    after = {team: np.append(on, NO_DAY)[np.searchsorted(on, dates, side="right")] for team, on in days.items()}
    return np.array([after[post.team] for post in posts], dtype=np.int64).reshape(len(posts), len(dates))
