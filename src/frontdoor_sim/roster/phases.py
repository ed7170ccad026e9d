"""Staffing that changes on dates: who there is under each of several establishments that follow each other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.luck import LUCK_BITS, draws, keys_of_words
from frontdoor_sim.roster.duty import Roster, all_of, present
from frontdoor_sim.roster.establishment import NO_DAY, SlotChanges, WhoThereIs
from frontdoor_sim.roster.posts import Post
from frontdoor_sim.roster.stretches import Stretches, joined
from frontdoor_sim.working_time import WallClock

Int64s = NDArray[np.int64]
Bools = NDArray[np.bool_]


class TakenUp(NamedTuple):
    """A change of a team's posts that takes hold of one person after another.

    Args:
        team: the team.
        purpose: the code of the luck that tells whom it takes hold of first (`luck.code`).
        begins, ends: dates (proleptic ordinals) on which it has taken hold of nobody, and of everybody.
    """

    team: str
    purpose: int
    begins: int
    ends: int


class Staffing(NamedTuple):
    """The posts of a part of a run.

    Args:
        begins: its first date.
        posts: the posts of all teams.
        former: the posts of the teams of `taken_up`, as they are for whoever no change has taken hold of.
        taken_up: the changes that are being taken up.
    """

    begins: date
    posts: Sequence[Post]
    former: Sequence[Post] = ()
    taken_up: Sequence[TakenUp] = ()


class _Part(NamedTuple):
    """People by their numbers in all, and on which dates of the run they are there as they are here [people, dates].

    Duty days `first` to before `until` are those of this part.
    """

    who: WhoThereIs
    stretches: Stretches
    number: Int64s
    first: int
    until: int
    counts: Bools


def draw_roster_of_phases(
    phases: Sequence[Staffing],
    luck_key: int,
    clock: WallClock,
    first: date,
    last: date,
    working_dates: Sequence[date],
) -> Roster:
    """Lay out everybody's duty where posts change on dates.

    A duty day is that of the posts of its date. Whoever has the same team and name before and after is one person, who
    goes on with what was set down; whoever has not is gone with the last duty day before. Leave and sickness hang on the
    name, and so on neither. Of a change that is taken up by and by a person has the new post on a date where
    `draw(key(luck_key, name), purpose) * (ends - begins)` is below `(date - begins) * 2**32`, the old one before.

    Args:
        phases: in time order; the first counts from `first` on.
        luck_key, clock, first, last, working_dates: as for `draw_roster`.

    Example:
        >>> from frontdoor_sim.working_time import ShiftPattern
        >>> clock, days = WallClock(date(2026, 6, 1)), (date(2026, 6, 1), date(2026, 6, 14))
        >>> office = ShiftPattern.parse({"Mon-Fri": "09:00-17:00"}).lay_out(clock, *days, ())
        >>> one, two = ([Post("desk", "officer", wte, office)] for wte in (1, 2))
        >>> phases = [Staffing(days[0], one), Staffing(date(2026, 6, 8), two)]
        >>> roster = draw_roster_of_phases(phases, 7, clock, *days, [])
        >>> [len(windows.starts) for windows in roster.windows]
        [10, 5]
    """
    run = (luck_key, clock, first, last, working_dates)
    found = [
        [present(posts, *run) for posts in (phase.posts, phase.former)[: 1 + bool(phase.taken_up)]] for phase in phases
    ]
    people = _people([everybody.who for both in found for everybody, _ in both])
    place = {one: at for at, one in enumerate(zip(people["team"], people["name"], strict=True))}
    starts = [first.toordinal(), *(phase.begins.toordinal() for phase in phases[1:])]
    ends = [*starts[1:], last.toordinal() + 1]
    dates = np.arange(starts[0], ends[-1])
    parts = []
    for phase, both, start, end in zip(phases, found, starts, ends, strict=True):
        has_new = [_has_new(everybody.who, phase.taken_up, luck_key, dates) for everybody, _ in both]
        for (everybody, there), counts in zip(both, [has_new[0], *(~new for new in has_new[1:])], strict=True):
            who = everybody.who
            number = [place[one] for one in zip(who.people["team"], who.people["name"], strict=True)] or [0]
            parts.append(_Part(who, there.rows, np.array(number, dtype=np.int64), start, end, counts))
    slots = _slots(parts, len(people))
    skills = [_skills([part for part in parts if part.first == start], len(people)) for start in starts]
    who = WhoThereIs(
        people.assign(slots=slots[:, 0], skill=skills[0]),
        people["team"].astype("category").array,
        people["role"].astype("category").array,
        _next_team_day(parts, people),
        slots,
        SlotChanges.of(slots, clock.midnights(first, last)),
    )
    return Roster(who, all_of(joined(_in_order(parts)), who, first), first.toordinal(), tuple(skills[1:]))


def _has_new(who: WhoThereIs, taken_up: Sequence[TakenUp], luck_key: int, dates: Int64s) -> Bools:
    """On which dates each person has the new post [people, dates]: always, but where a change is being taken up."""
    has = np.ones((len(who.people), len(dates)), dtype=bool)
    for change in taken_up:
        mine = np.flatnonzero(who.people["team"].to_numpy() == change.team)
        owners = keys_of_words((luck_key,), who.people["name"].iloc[mine].tolist())
        passed = (dates - change.begins).clip(0) << LUCK_BITS
        has[mine] = draws(owners, change.purpose)[:, None] * (change.ends - change.begins) < passed
    return has


def _people(groups: Sequence[WhoThereIs]) -> pd.DataFrame:
    """Everybody of all phases, team by team; whoever is in several is there once, with the working share they have last."""
    together = pd.concat([who.people for who in groups], ignore_index=True)
    once = together.drop_duplicates(["team", "name"], keep="first").index
    latest = together.drop_duplicates(["team", "name"], keep="last").set_index(["team", "name"])
    people = together.loc[once]
    order = {team: at for at, team in enumerate(dict.fromkeys(people["team"]))}
    people = people.sort_values("team", key=lambda team: team.map(order), kind="stable", ignore_index=True)
    shares = latest.loc[pd.MultiIndex.from_frame(people[["team", "name"]]), "working_share"].to_numpy()
    return people.assign(worker=np.arange(len(people), dtype=np.int32), working_share=shares)


def _skills(parts: Sequence[_Part], number: int) -> Int64s:
    """The skill of a phase's people by their numbers in all; 0 for who is not there."""
    found = np.zeros(number, dtype=np.int64)
    for part in reversed(parts):
        found[part.number[: len(part.who.people)]] = part.who.people["skill"].to_numpy(np.int64)
    return found


def _slots(parts: Sequence[_Part], number: int) -> Int64s:
    """Slots that everybody can hold on each date [people, dates]: those of the part in which the date lies."""
    found = np.zeros((number, parts[-1].until - parts[0].first), dtype=np.int64)
    for part in parts:
        days = slice(part.first - parts[0].first, part.until - parts[0].first)
        found[part.number[: len(part.who.people)], days] += (part.who.slots * part.counts)[:, days]
    return found


def _in_order(parts: Sequence[_Part]) -> Stretches:
    """The duty of each part on the days that count for it, by worker and start."""
    mine, origin = [], parts[0].first
    for part in parts:
        workers, days = part.stretches.workers, part.stretches.days
        there = (days >= part.first) & (days < part.until)
        there[there] = part.counts[workers[there], days[there] - origin]
        within = part.stretches.where(there)
        mine.append(within._replace(workers=part.number[within.workers]))
    together = Stretches(*(np.concatenate(columns) for columns in zip(*mine, strict=True)))
    order = np.lexsort((together.starts, together.workers))
    return _one_after_the_other(Stretches._make(column.take(order) for column in together))


def _one_after_the_other(rows: Stretches) -> Stretches:
    """Stretches by worker and start, none before the end of the last: a night that runs into the first new day comes first."""
    if not len(rows.starts):
        return rows
    least, span = rows.ends.min(), rows.ends.max() - rows.ends.min() + 1
    reach = np.maximum.accumulate(rows.workers * span + rows.ends - least)
    before = np.append(-1, reach[:-1])
    starts = np.where(
        before >= rows.workers * span, np.maximum(rows.starts, before - rows.workers * span + least), rows.starts
    )
    return rows._replace(starts=starts).where(starts < rows.ends)


def _next_team_day(parts: Sequence[_Part], people: pd.DataFrame) -> Int64s:
    """For each person, the first date after each date of the run on which their team has duty, whichever phase it lies in."""
    days = parts[0].who.next_team_day.shape[1] if len(people) else 0
    teams = list(dict.fromkeys(people["team"]))
    following = np.full(len(teams), NO_DAY, dtype=np.int64)
    found = np.full((len(teams), days), NO_DAY, dtype=np.int64)
    origin = parts[0].first
    for (start, until), several in reversed([(span, list(phase)) for span, phase in groupby(parts, itemgetter(3, 4))]):
        low, high = start - origin, until - origin
        for at, team in enumerate(teams):
            of_team = [part.who.next_team_day[part.who.people["team"].to_numpy() == team][:1] for part in several]
            next_day = np.concatenate([np.full((1, days), NO_DAY, dtype=np.int64), *of_team]).min(axis=0)
            next_day = np.where(next_day < until, next_day, following[at])
            found[at, low:high] = next_day[low:high]
            following[at] = next_day[low - 1] if low else following[at]
    return found[[teams.index(team) for team in people["team"]]]
