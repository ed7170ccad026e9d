"""Staffing that changes on dates: who there is under each of several establishments that follow each other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.roster.duty import Roster, SlotChanges, WhoThereIs, present
from frontdoor_sim.roster.establishment import NO_DAY
from frontdoor_sim.roster.posts import Post
from frontdoor_sim.roster.stretches import Stretches, joined
from frontdoor_sim.working_time import WallClock

Int64s = NDArray[np.int64]


class _Part(NamedTuple):
    """Who is there in one phase, by their numbers in all: duty days `first` to before `until` are those of this phase."""

    who: WhoThereIs
    stretches: Stretches
    number: Int64s
    first: int
    until: int


def draw_roster_of_phases(
    phases: Sequence[tuple[date, Sequence[Post]]],
    luck_key: int,
    clock: WallClock,
    first: date,
    last: date,
    working_dates: Sequence[date],
) -> Roster:
    """Lay out everybody's duty where posts change on dates.

    A duty day is that of the posts of its date. Whoever has the same team and name before and after is one person, who
    goes on with what was set down; whoever has not is gone with the last duty day before. Leave and sickness hang on the
    name, and so on neither.

    Args:
        phases: first date of each, ascending, and its posts; the first counts from `first` on.
        luck_key, clock, first, last, working_dates: as for `draw_roster`.

    Example:
        >>> from frontdoor_sim.working_time import ShiftPattern
        >>> clock, days = WallClock(date(2026, 6, 1)), (date(2026, 6, 1), date(2026, 6, 14))
        >>> office = ShiftPattern.parse({"Mon-Fri": "09:00-17:00"}).lay_out(clock, *days, ())
        >>> one, two = ([Post("desk", "officer", wte, office)] for wte in (1, 2))
        >>> roster = draw_roster_of_phases([(days[0], one), (date(2026, 6, 8), two)], 7, clock, *days, [])
        >>> [len(windows.starts) for windows in roster.windows]
        [10, 5]
    """
    found = [present(posts, luck_key, clock, first, last, working_dates) for _, posts in phases]
    people = _people([who for who, _ in found])
    place = {one: at for at, one in enumerate(zip(people["team"], people["name"], strict=True))}
    starts = [first.toordinal(), *(day.toordinal() for day, _ in phases[1:])]
    ends = [*starts[1:], last.toordinal() + 1]
    parts = [
        _Part(who, stretches, np.array([place[one] for one in zip(who.people["team"], who.people["name"], strict=True)]
                                       or [0], dtype=np.int64), *span)
        for (who, stretches), span in zip(found, zip(starts, ends, strict=True), strict=True)
    ]  # fmt: skip
    skills = [_of_everybody(part, len(people)) for part in parts]
    slots = _slots(parts, len(people))
    who = WhoThereIs(
        people.assign(slots=slots[:, 0], skill=skills[0]),
        people["team"].astype("category").array,
        people["role"].astype("category").array,
        _next_team_day(parts, people),
        slots,
    )
    changes = SlotChanges.of(slots, clock.midnights(first, last))
    return Roster(who, joined(_in_order(parts)), first.toordinal(), changes, tuple(skills[1:]))


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


def _of_everybody(part: _Part, number: int) -> Int64s:
    """The skill of a phase's people by their numbers in all; 0 for who is not there."""
    found = np.zeros(number, dtype=np.int64)
    found[part.number[: len(part.who.people)]] = part.who.people["skill"].to_numpy(np.int64)
    return found


def _slots(parts: Sequence[_Part], number: int) -> Int64s:
    """Slots that everybody can hold on each date [people, dates]: those of the phase in which the date lies."""
    found = np.zeros((number, parts[-1].until - parts[0].first), dtype=np.int64)
    for part in parts:
        days = slice(part.first - parts[0].first, part.until - parts[0].first)
        found[part.number[: len(part.who.people)], days] = part.who.slots[:, days]
    return found


def _in_order(parts: Sequence[_Part]) -> Stretches:
    """The duty of each phase within its days, by worker and start."""
    mine = []
    for part in parts:
        within = part.stretches.where((part.stretches.days >= part.first) & (part.stretches.days < part.until))
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
    for part in reversed(parts):
        own = part.who.people["team"].to_numpy()
        low, high = part.first - origin, part.until - origin
        for at, team in enumerate(teams):
            mine = np.flatnonzero(own == team)
            next_day = part.who.next_team_day[mine[0]] if len(mine) else np.full(days, NO_DAY, dtype=np.int64)
            next_day = np.where(next_day < part.until, next_day, following[at])
            found[at, low:high] = next_day[low:high]
            before = next_day[low - 1] if low else following[at]
            following[at] = before
    return found[[teams.index(team) for team in people["team"]]]
