"""Posts, and the people who fill them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from frontdoor_sim.roster.blocks import Block
from frontdoor_sim.working_time import NEVER, Calendar

Int64s = NDArray[np.int64]
Bools = NDArray[np.bool_]

FORTNIGHT = 14
_MILLE = 1000
_TURN_BITS = 32
_TURN = 1 << _TURN_BITS
_EPOCH = date(2000, 1, 3).toordinal()
_GOLDEN_STEP = 2_654_435_769
"""The golden section of a turn of 2**32: steps of it never bunch."""


@dataclass(frozen=True)
class Post:
    """Some people of one role in one team, on one shift.

    Args:
        team: the team they work in.
        role: what they are.
        wte: whole-time equivalents: floor(wte) people full-time and one with the rest.
        shift: the shift laid out over the whole run.
        non_case_share: share of each duty day taken by other work than cases, 0 to 1.
        sickness_share: long-run share of duty days lost to sickness, 0 to below 1.
        sickness_spell_days: mean length of a spell, in calendar days, at least 1.
        leave_days_per_year: duty days of leave of a full-timer in a leave year, bank holidays not counted.
        caseload: slots of a full-timer; 0 where the role holds no cases.
        skill: number of what they can do, which the engine reads; 0 is everything.
        named: the first part of the people's permanent names; `team/role` if empty. An option that moves
            people to another team gives what they were called before, so that they keep their luck.
        first_ordinal: number of the first person, from 1; above 1 where part of a post is moved.
        starts, leaves: dates (proleptic ordinals) of the first duty day, and of the day after the last; None without one.
        stays, refilled: duty of one person lasts `stays` days, and `refilled` days later somebody new begins; 0 for ever.
        induction_days: days after a start during which induction takes part of every duty day.
        induction_share: that part at first; it falls week by week, in equal steps, to none.
        blocks: other work at stated times.

    Raises:
        ValueError: a number lies outside its range; the message says which.

    Example:
        >>> Post("screening", "social_worker", 2.5, Calendar.always(), sickness_share=1.2)
        Traceback (most recent call last):
        ...
        ValueError: screening/social_worker: sickness_share is 1.2; give a share from 0 to below 1
    """

    team: str
    role: str
    wte: float
    shift: Calendar
    non_case_share: float = 0.0
    sickness_share: float = 0.0
    sickness_spell_days: float = 5.0
    leave_days_per_year: float = 0.0
    caseload: int = 0
    skill: int = 0
    named: str = ""
    first_ordinal: int = 1
    starts: int | None = None
    leaves: int | None = None
    stays: int = 0
    refilled: int = 0
    induction_days: int = 0
    induction_share: float = 0.0
    blocks: tuple[Block, ...] = ()

    def __post_init__(self) -> None:
        for name, good, right in (
            ("wte", 0 <= self.wte <= 10_000, "a number of people from 0 to 10,000"),
            ("non_case_share", 0 <= self.non_case_share <= 1, "a share from 0 to 1"),
            ("sickness_share", 0 <= self.sickness_share < 1, "a share from 0 to below 1"),
            ("sickness_spell_days", 1 <= self.sickness_spell_days <= 366, "a mean from 1 to 366 days"),
            ("leave_days_per_year", 0 <= self.leave_days_per_year <= 366, "a number of days from 0 to 366"),
            ("caseload", self.caseload >= 0, "0 or more slots"),
            ("induction_share", 0 <= self.induction_share <= 1, "a share from 0 to 1"),
            ("stays", self.stays >= 0 and self.stays % 7 == 0, "whole weeks"),
            ("refilled", self.refilled >= 0 and self.refilled % 7 == 0, "whole weeks"),
            ("first_ordinal", self.first_ordinal >= 1, "1 or more"),
        ):
            if not good:
                raise ValueError(f"{self.team}/{self.role}: {name} is {getattr(self, name)}; give {right}")


@dataclass(frozen=True)
class Crew:
    """The people of one post, one place in each array a person.

    Args:
        names: permanent names `team/role/ordinal`.
        worked: duty days each works in a fortnight.
        possible: duty days the shift has in a fortnight.
        pattern: whether each works on each day of a fortnight [people, 14], from a Monday.
        places: where in the day each one's non-case block lies, in 2**-32 of the room there is.
        starts, leaves: first day of each, and the day after the last (proleptic ordinals).
    """

    names: tuple[str, ...]
    worked: Int64s
    possible: int
    pattern: Bools
    places: Int64s
    starts: Int64s
    leaves: Int64s

    @property
    def full_time(self) -> Bools:
        """Who works every day of the shift."""
        return np.equal(self.worked, self.possible)


def name_prefixes(posts: Sequence[Post]) -> list[str]:
    """What the people of each post are named after.

    A second post of the same team and role gets a number, so that more people in the first rename nobody.

    Example:
        >>> early = Post("mash", "officer", 2, Calendar.always())
        >>> name_prefixes([early, early, Post("mash", "officer", 1, Calendar.always(), named="desk/officer")])
        ['mash/officer', 'mash/officer (2)', 'desk/officer']
    """
    prefixes: list[str] = []
    seen: dict[str, int] = {}
    for post in posts:
        prefix = post.named or f"{post.team}/{post.role}"
        if not post.named:
            seen[prefix] = seen.get(prefix, 0) + 1
            prefix = f"{prefix} ({seen[prefix]})" if seen[prefix] > 1 else prefix
        prefixes.append(prefix)
    return prefixes


def crew_of(post: Post, prefix: str, number_in_team: int, duty_days: Int64s) -> Crew:
    """Who fills a post, on which days of a fortnight, and where in the day their non-case block lies.

    With n duty days in a fortnight, the person with the rest of the WTE works the nearest whole number k of
    them (a rest under half a day is nobody): day i of the n, counted from the post's place in its team,
    where floor((i + 1) k / n) passes floor(i k / n). That spreads the days, and two half posts relieve each other.

    Args:
        post: the post.
        prefix: what its people are named after.
        number_in_team: the place of the post in its team, from 0.
        duty_days: dates on which the shift has duty, ascending (proleptic ordinals).
    """
    slots = _fortnight_of(duty_days)
    possible = len(slots)
    full, rest = divmod(round(post.wte * _MILLE), _MILLE)
    share_days = (2 * rest * possible + _MILLE) // (2 * _MILLE)
    worked = np.array([possible] * full + [share_days] * (share_days > 0), dtype=np.int64)
    pattern = np.zeros((len(worked), FORTNIGHT), dtype=bool)
    turn = (np.arange(possible) + number_in_team)[None, :]
    if possible:
        pattern[:, slots] = (turn + 1) * worked[:, None] // possible > turn * worked[:, None] // possible
    ordinals = range(post.first_ordinal, post.first_ordinal + len(worked))
    places = _block_places(ordinals, number_in_team)
    names = tuple(f"{prefix}/{ordinal}" for ordinal in ordinals)
    starts = np.full(len(names), -NEVER if post.starts is None else post.starts, dtype=np.int64)
    leaves = np.full(len(names), NEVER if post.leaves is None else post.leaves, dtype=np.int64)
    full_crew = Crew(names, worked, possible, pattern, places, starts, leaves)
    return _one_after_another(full_crew, post, duty_days) if post.stays and len(duty_days) else full_crew


def _one_after_another(crew: Crew, post: Post, duty_days: Int64s) -> Crew:
    """The crew of a post whose people stay for a time only: one person after another in each place of it.

    Places change hands evenly over time, in the golden-section steps of their blocks, counted from Monday 3 January 2000:
    when somebody leaves depends neither on the run nor on how many there are.
    """
    cycle = post.stays + post.refilled
    offsets = _EPOCH - (crew.places * (cycle // 7) >> _TURN_BITS) * 7
    numbers = [
        np.arange((duty_days[0] - offset - post.stays) // cycle + 1, (duty_days[-1] - offset) // cycle + 1)
        for offset in offsets.tolist()
    ]
    place = np.repeat(np.arange(len(crew.names)), [len(number) for number in numbers])
    number = np.concatenate([np.empty(0, dtype=np.int64), *numbers])
    starts = offsets[place] + number * cycle
    return Crew(
        tuple(f"{crew.names[at]}/{turn}" for at, turn in zip(place.tolist(), number.tolist(), strict=True)),
        crew.worked[place],
        crew.possible,
        crew.pattern[place],
        crew.places[place],
        np.maximum(starts, crew.starts[place]),
        np.minimum(starts + post.stays, crew.leaves[place]),
    )


def _fortnight_of(duty_days: Int64s) -> Int64s:
    """Days of a fortnight (0 is a Monday) on which the shift normally has duty.

    A weekday counts if the shift has duty on at least half of its dates, so that a bank holiday
    takes no day away and a Saturday worked once adds none.
    """
    if not len(duty_days):
        return np.empty(0, dtype=np.int64)
    possible = np.bincount((np.arange(duty_days[0], duty_days[-1] + 1) - 1) % 7, minlength=7)
    held = np.bincount((duty_days - 1) % 7, minlength=7)
    weekdays = np.flatnonzero((held > 0) & (2 * held >= possible))
    return np.concatenate((weekdays, weekdays + 7))


def _block_places(ordinals: Iterable[int], number_in_team: int) -> Int64s:
    """Where in the day the non-case blocks lie: golden-section steps from midday, half a turn on for the next post.

    Each place depends on the person's own ordinal alone: one more person moves nobody's block.
    """
    offset = int(f"{number_in_team:032b}"[::-1], 2)
    return np.array([(_TURN // 2 + offset + (n - 1) * _GOLDEN_STEP) % _TURN for n in ordinals], dtype=np.int64)
