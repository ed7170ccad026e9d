"""What measures ask of a run, read from the world itself: no log is written."""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.engine.compiled import kernel as k
from frontdoor_sim.engine.compiled.layout import World, empty, plan_words
from frontdoor_sim.engine.compiled.running import line_duty, log_rows, places_of_contacts, played_out, returning
from frontdoor_sim.engine.eligible import Lines, lines_of
from frontdoor_sim.engine.people import Roster
from frontdoor_sim.engine.plan import Plan
from frontdoor_sim.engine.played import with_more
from frontdoor_sim.engine.record import CAUSES, KINDS
from frontdoor_sim.event_log import About
from frontdoor_sim.event_log.columns import Columns, Flags, Ints, Words
from frontdoor_sim.event_log.reading import SERVED, ByTeam, Outcomes, Visits, in_each_hour
from frontdoor_sim.operating_model import RAGS

NUMBERS, WORDS = (
    ("contact", "family", "received", "enters", "children", "level", "returned_from"),
    ("source", "area", "rag"),
)
"""Columns of contacts that measures read, besides `returns_at`."""


def play_to_read(contacts: pd.DataFrame, roster: Roster, plan: Plan, about: About) -> WorldReading:
    """Run one replication on the compiled engine, to be read and not written."""
    return WorldReading(played_out(plan_words(plan), roster, contacts), roster, about)


class AddedUp(NamedTuple):
    """What `kernel.add_up` makes of the rows of a log.

    Args:
        sums: waits begun and their seconds in each hour; seconds by kind, slots, work inside duty, overtime.
        seen: places of contacts, and when each was seen.
        threads: where the rows of each contact's main thread begin and end, and the rows.
    """

    sums: tuple[NDArray[np.int64], ...]
    seen: tuple[Ints, Ints]
    threads: tuple[Ints, Ints, Ints]


class WorldReading:
    """A reading (`event_log.Reading`) of a world whose run is over.

    Contacts stand as they do in the world: those of the table by second of entering, then those that came back. Rows of the
    log are not cut at duty bounds here; what a queue waited for is counted against them.

    Args:
        world: the world after its run.
        roster: who was on duty.
        about: what one must know to read the run.
    """

    def __init__(self, world: World, roster: Roster, about: About) -> None:
        self.world, self.roster, self._about = world, roster, about
        self.rows = log_rows(world.words)

    @property
    def about(self) -> About:
        """What one must know to read the run."""
        return self._about

    @property
    def coarsest(self) -> str:
        """A run records every time to the second."""
        return "second"

    @cached_property
    def contacts(self) -> Columns:
        """The contacts, as they stand in the world."""
        table, plan, (returns_at, returned) = self.world.table, self.world.laid.plan, returning(self.world)
        found: dict[str, NDArray[Any] | Words] = {
            name: np.concatenate([table.numbers(name), returned[name]]) for name in NUMBERS
        }
        found["returns_at"] = np.concatenate([returns_at, returned["returns_at"]])
        for name, names in zip(WORDS, (plan.sources, plan.areas, RAGS), strict=True):
            found[name] = with_more(table.words(name), names, returned[name])
        if self.world.order is not None:
            order = np.append(self.world.order, len(returns_at) + np.arange(len(returned["contact"])))
            found = {name: column.take(order) for name, column in found.items()}
        return Columns(found)

    # --- what is added up over all rows ------------------------------------------------------------------------------

    @property
    def _team_names(self) -> tuple[str, ...]:
        return tuple(team.name for team in self.world.laid.plan.teams)

    @cached_property
    def _duty(self) -> tuple[Ints, Ints, Ints]:
        """When the duty of each line opens and closes, where each line's bounds begin, and the duty before each of them."""
        return line_duty(self.world)

    @cached_property
    def _lines(self) -> Lines:
        """What waits for the same people stands in one line."""
        return lines_of(self.world.laid.plan)

    @cached_property
    def _added_up(self) -> AddedUp:
        """What may be added up in the order of writing, and the main threads."""
        flat, about, w = self.world.windows, self.about, self.world.words
        teams, hours = len(self._team_names), -(-about.closes // int(k.HOUR)) + 1
        shapes = ((teams, hours), (teams, hours), (len(KINDS), teams + 1), (teams + 1,), (teams,), (teams,))
        sums = tuple(np.zeros(shape, dtype=np.int64) for shape in shapes)
        counts = w[np.concatenate(places_of_contacts(w)) + k.ROWS]
        begins, number = np.cumsum(counts) - counts, int(counts.sum())
        used, threads = begins.copy(), empty(number * int(k.LOG_FIELDS))
        duty, window, bound_of = (flat.first, flat.starts, flat.ends), flat.first.copy(), self._duty[1].copy()
        who, when = np.empty(len(self.rows), dtype=np.int64), np.empty(len(self.rows), dtype=np.int64)
        seen = k.add_up(
            self.rows, self.contacts.numbers("children"), self.world.team_of_worker, duty, self._lines.of, self._duty, window,
            bound_of, about.closes, about.ends, sums, used, threads, who, when,
        )  # fmt: skip
        return AddedUp(sums, (who[:seen], when[:seen]), (begins, used, threads))

    @property
    def seen(self) -> tuple[Ints, Ints]:
        """Waits for a visit to the family that were not cut by the end: places of contacts, and when each was over."""
        return self._added_up.seen

    @cached_property
    def teams(self) -> tuple[str, ...]:
        """Names of all teams, sorted."""
        return tuple(sorted(self._team_names))

    @cached_property
    def queued(self) -> Ints:
        """Seconds of waiting for each of `teams` (row) in each hour of the window."""
        order = [self._team_names.index(name) for name in self.teams]
        return in_each_hour(self._added_up.sums[0][order], self._added_up.sums[1][order], self.about.closes)

    def spent(self, kind: str) -> ByTeam:
        """Seconds of one kind of work within the window, by the team that worked."""
        return ByTeam(("", *self._team_names), self._added_up.sums[2][KINDS.index(kind)])

    @property
    def slots(self) -> ByTeam:
        """Seconds for which slots were held within the window, each times the children of its contact."""
        return ByTeam(("", *self._team_names), self._added_up.sums[3])

    # --- duty --------------------------------------------------------------------------------------------------------

    @cached_property
    def has_duty(self) -> bool:
        """Whether there was any duty."""
        ends = self.about.ends
        return bool((self.world.windows.starts < ends).any() or (self.roster.duty["start"] < ends).any())

    def on_duty(self, kind: str) -> ByTeam:
        """Seconds of available duty, or of overtime, within the window, by the team whose duty it was."""
        return self._by_staffed(self._available if kind == "available" else self._added_up.sums[5])

    @property
    def worked(self) -> ByTeam:
        """Seconds of work of any kind inside available duty within the window, by the team whose duty it was."""
        return self._by_staffed(self._added_up.sums[4])

    @cached_property
    def _available(self) -> Ints:
        flat, closes = self.world.windows, self.about.closes
        until = np.append(0, np.cumsum(np.clip(flat.ends, 0, closes) - np.clip(flat.starts, 0, closes)))
        found = np.zeros(len(self._team_names), dtype=np.int64)
        np.add.at(found, self.world.team_of_worker, np.diff(until[flat.first]))
        return found

    def _by_staffed(self, seconds: Ints) -> ByTeam:
        """Seconds by team, of the teams that have people, by name."""
        names = self._team_names
        staffed = sorted(np.unique(self.world.team_of_worker).tolist(), key=lambda number: names[number])
        return ByTeam(tuple(names[number] for number in staffed), seconds[staffed])

    # --- main threads ------------------------------------------------------------------------------------------------

    @cached_property
    def visits(self) -> Visits:
        """The visits of main threads."""
        plan, (begins, used, threads) = self.world.laid.plan, self._added_up.threads
        kinds, number = [stage.kind for stage in plan.stages], len(threads) // int(k.LOG_FIELDS)
        is_caseload, may_leave = (np.isin(kinds, those) for those in ("caseload", SERVED))
        columns = empty(9 * number).reshape(9, number)
        facts = is_caseload, may_leave, self._lines.of, *self._duty[:2], self.about.ends
        visits, slots = k.main_threads(begins, used, threads, *facts, columns)
        contact, stage, settled, ended, outcome, unserved, *slot_columns = columns[:, :visits]
        slot, reached, held = (column[:slots] for column in slot_columns)
        outcomes = Outcomes.of(self.about, ["", *(stage.name for stage in plan.stages), *plan.ends])
        return Visits(contact, stage, settled, ended, outcome, outcomes, unserved != 0, slot, reached, held)

    def split(self, mine: Flags, first: Ints, last: Ints) -> dict[str, int]:
        """Seconds of main threads between two times of each contact of `mine`, by what was waited for."""
        spent, at_bound = np.zeros(len(CAUSES), dtype=np.int64), self._duty[1].copy()
        k.seconds_by_cause(*self._added_up.threads, self._lines.of, self._duty, at_bound, mine, first, last, spent)
        return dict(zip(CAUSES, spent.tolist(), strict=True))
