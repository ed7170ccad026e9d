"""The receipts of a history, played again at a desk of known touch and capacity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd

from frontdoor_sim.calibration.touch.reference import EFFECTS, YEAR
from frontdoor_sim.calibration.touch.stamps import HOUR, Ints, Stamps
from frontdoor_sim.calibration.touch.statistics import share_within, statistics, unused
from frontdoor_sim.contacts.given import given
from frontdoor_sim.engine import Engine, compile_plan, run, run_unwritten
from frontdoor_sim.engine.choice import chosen
from frontdoor_sim.event_log import Reading, check_conserved
from frontdoor_sim.experiment.running import people
from frontdoor_sim.experiment.touch.desk import Desk
from frontdoor_sim.luck import LUCK_BITS, code, draws, key_array
from frontdoor_sim.measures.journeys import Journeys
from frontdoor_sim.measures.table_reading import TableReading
from frontdoor_sim.operating_model import OperatingModel, Timeline

LIMIT_HOURS = 24.0
_WEEK = 604_800
_ALMOST = 1 - 1e-9


@dataclass(frozen=True, eq=False)
class Replay:
    """What stays the same in every run: who was received when, and over which weeks.

    Args:
        desk: the desk.
        received: second of receipt from midnight of `opens`, one element a contact, ascending; where only dates are known,
            the midnights that begin them.
        to_the_day: whether only dates are known; then every run draws the hours of receipt anew.
        rag: of each contact, for a desk that works by it.
        opens: the day of the first receipt, or earlier.
        weeks: whole weeks that are played; the history ends at or before their end.
        counts_from, ends: as in `Stamps`.
        demand: by how much demand is varied.
    """

    desk: Desk
    received: Ints
    to_the_day: bool
    rag: pd.Series | None
    opens: date
    weeks: int
    counts_from: int
    ends: int
    demand: float

    @property
    def touch_of_one(self) -> float:
        """Hours of touch a contact that would keep one person busy whenever present."""
        mine = (self.received >= self.counts_from) & (self.received < self.ends)
        open_hours = self.line().shifts["desk"].between(self.counts_from, self.ends) / HOUR
        return open_hours * self.desk.present / int(mine.sum())

    def model(self, values: Mapping[str, float] | None = None) -> OperatingModel:
        """The desk as a model; with values of no account where only its calendars matter."""
        any_values = {name: ends[1] for name, ends in self.desk.ranges().items()} | {"touch_hours": 1.0}
        return self.desk.model(values or any_values, self.opens, self.weeks)

    def line(self) -> Timeline:
        """The calendars."""
        return Timeline.of(self.model())


class Row(NamedTuple):
    """What one run of the reference shows."""

    quantities: dict[str, float]
    timed: tuple[dict[str, float], dict[str, float]]
    dated: tuple[dict[str, float], dict[str, float]]


@dataclass(frozen=True, eq=False)
class Batch:
    """Some runs of a reference, which one worker plays.

    Args:
        replay: what stays the same.
        values: of each run: people, load and the rest.
        seed: key of all luck.
        first: number of the first run.
        touch_of_one: hours of touch a contact that keep one person busy all the time.
        what_ifs: whether to play the same year with other staff and demand as well.
        engine: which engine plays.
    """

    replay: Replay
    values: Sequence[dict[str, float]]
    seed: int
    first: int
    touch_of_one: float
    what_ifs: bool
    engine: Engine


def play_batch(batch: Batch) -> list[Row]:
    """Play every run of a batch."""
    table = contacts(batch.replay)
    return [play(batch, table, place) for place in range(len(batch.values))]


def play(batch: Batch, table: pd.DataFrame, place: int) -> Row:
    """Play the receipts with one set of values and, if asked, the same year with one more, one fewer, more demand and less.

    Args:
        batch: what is played.
        table: the receipts, from `contacts`.
        place: which of the batch's values.
    """
    replay, seed, number = batch.replay, batch.seed, batch.first + place
    values = dict(batch.values[place])
    values["touch_hours"] = values["people"] * values["load"] * batch.touch_of_one
    played = Played(replay, values, seed, number, batch.engine)
    mine = under(table, replay, seed, number)
    base = played.stamps(mine)
    values[YEAR] = share_within(base, LIMIT_HOURS)
    if batch.what_ifs:
        more, less = (with_demand(mine, replay, seed, number, by) for by in (replay.demand, -replay.demand))
        others = (played.stamps(mine, 1), played.stamps(mine, -1), played.stamps(more), played.stamps(less))
        values |= {
            name: share_within(year, LIMIT_HOURS) - values[YEAR] for name, year in zip(EFFECTS, others, strict=True)
        }
    by_day = base.cut_to_days()
    return Row(values, (statistics(base), unused(base)), (statistics(by_day), unused(by_day)))


def contacts(replay: Replay) -> pd.DataFrame:
    """The receipts as a table of contacts, numbered."""
    table = pd.DataFrame({"contact": np.arange(len(replay.received)), "received": replay.received})
    if replay.rag is not None:
        table["rag"] = replay.rag.to_numpy()
    return given(table, replay.model(), None)


def under(table: pd.DataFrame, replay: Replay, seed: int, number: int) -> pd.DataFrame:
    """The contacts with the luck of a run, which also says the hour of receipt where only the date is known."""
    keys = key_array((seed, number, "given"), table["contact"].to_numpy(dtype=np.int64))
    table = table.assign(contact=keys, family=keys)
    if replay.to_the_day:
        at = at_hours(table["received"].to_numpy(dtype=np.int64), keys, replay.desk.hours_of_receipt)
        table = table.assign(received=at, enters=at)
    return table.sort_values(["enters", "contact"], ignore_index=True)


def with_demand(table: pd.DataFrame, replay: Replay, seed: int, number: int, by: float) -> pd.DataFrame:
    """The table with so many more contacts, or fewer, each by its own mark; those added come a week after their like.

    Args:
        table: contacts.
        replay: where they are from.
        seed, number: key of the luck of those that are added.
        by: share that is added, or taken away where it is below 0; at most 1.
    """
    mark = draws(table["contact"].to_numpy(dtype=np.int64), code("demand")) / (1 << LUCK_BITS)
    if by <= 0:
        return table[mark >= -by].reset_index(drop=True)
    twice = table[mark < by]
    keys = key_array((seed, number, "demand"), twice["contact"].to_numpy(dtype=np.int64))
    later = (twice["received"] + _WEEK) % (replay.weeks * _WEEK)
    twice = twice.assign(contact=keys, family=keys, received=later, enters=later)
    return pd.concat([table, twice]).sort_values(["enters", "contact"], ignore_index=True)


class Played:
    """One desk with known values, played as often as asked; its plan is made once."""

    def __init__(self, replay: Replay, values: dict[str, float], seed: int, number: int, engine: Engine) -> None:
        self.replay, self.values, self.seed, self.number, self.engine = replay, values, seed, number, engine
        model = replay.model(values)
        self.line = Timeline.of(model)
        self.plan = compile_plan(model, self.line, ("unknown",), ("all",))

    def stamps(self, table: pd.DataFrame, people: int = 0) -> Stamps:
        """Play a table of contacts with so many more people, or fewer; its stamps."""
        journeys, replay = Journeys(self._reading(table, people)), self.replay
        midnights, desk = midnights_of(self.line), self.line.shifts["desk"]
        return Stamps(journeys.received, journeys.decided, replay.counts_from, replay.ends, desk, midnights)

    def _reading(self, table: pd.DataFrame, more: int) -> Reading:
        model = self.replay.model(self.values | {"people": self.values["people"] + more})
        roster = people(model, self.line, self.seed, self.number)
        if chosen(self.engine) == "simpy":
            return TableReading(run(table, roster, self.plan, self.number, "simpy"))
        reading = run_unwritten(table, roster, self.plan, self.number)
        check_conserved(reading)
        return reading


def midnights_of(line: Timeline) -> Ints:
    """Every local midnight of some calendars."""
    return line.clock.midnights(line.first, line.last)


def at_hours(days: Ints, keys: Ints, hours: tuple[float, ...]) -> Ints:
    """Receipts of which only the date is known, each at an hour by the weights of the 24 hours and its own luck.

    Args:
        days: midnights that begin the days of receipt [s].
        keys: of the contacts.
        hours: weights.

    Example:
        >>> at = at_hours(np.zeros(1_000, dtype=np.int64), np.arange(1_000), (0.0,) * 9 + (1.0,) + (0.0,) * 14)
        >>> int(at.min()) // HOUR, int(at.max()) // HOUR
        (9, 9)
    """
    share = (draws(keys, code("hour of receipt")) + 0.5) / (1 << LUCK_BITS)
    reached = np.append(0.0, np.cumsum(hours) / np.sum(hours))
    hour = np.minimum(np.searchsorted(reached, share, side="left") - 1, 23)
    inside = (share - reached[hour]) / (reached[hour + 1] - reached[hour])
    return np.asarray(days + ((hour + np.minimum(inside, _ALMOST)) * HOUR).astype(np.int64))
