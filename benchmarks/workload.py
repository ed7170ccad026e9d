"""The two workloads, as tables of numbers that are drawn before anything is timed.

Every engine meets the same arrivals, priorities, durations and routes, so that the same contact is decided at the same
second wherever an engine can say the whole workload. Times are whole seconds since Monday 7 January 2019, 00:00 in
London.

Arrivals come from a seeded generator. Durations and routes are the keyed luck of the purposes that
`frontdoor_workload.yaml` and `tandem.yaml` name, so our own engine, run on those files, meets the numbers that the
peers read from these tables.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from frontdoor_sim.distributions import from_mapping, quantile_table
from frontdoor_sim.luck import code, draws, share_as_luck
from frontdoor_sim.working_time import ShiftPattern, WallClock, england_bank_holidays

Int64s = NDArray[np.int64]

OPENS = date(2019, 1, 7)
MINUTE, HOUR, DAY, WEEK = 60, 3600, 86_400, 604_800
SEED = 20190107
NEVER = -1

PRIORITIES = ("red", "amber", "green")
PRIORITY_SHARES = (0.10, 0.40, 0.50)
CONTACTS_A_YEAR = 20_000  # in 52 weeks; a larger N is a longer run at the same load
PARTNERS = ("police", "health", "education")
GIVE_UP = 24 * HOUR
GO_ON, TRANSFER = 0.45, 0.60
CV = 0.947  # of every lognormal; the logarithm has a standard deviation of 0.8

TANDEM_SERVERS = (6, 4, 2)
TANDEM_LOAD = 0.85
TANDEM_AN_HOUR = 30


@dataclass(frozen=True)
class Staffing:
    """How many people and slots there are."""

    screening: int
    partners: tuple[int, int, int]
    managers: int
    slots: int


STAFFING = {
    "balanced": Staffing(screening=6, partners=(2, 2, 2), managers=2, slots=500),
    "overload": Staffing(screening=6, partners=(2, 1, 1), managers=2, slots=150),
    "partial": Staffing(screening=6, partners=(2, 2, 2), managers=2, slots=500),
}


@dataclass(frozen=True)
class Office:
    """Opening hours as lists of seconds, for engines that step through Python objects."""

    opens: list[int]
    closes: list[int]
    worked: list[int] = field(init=False)

    def __post_init__(self) -> None:
        lengths = (close - opening for opening, close in zip(self.opens, self.closes, strict=True))
        object.__setattr__(self, "worked", list(accumulate(lengths, initial=0)))

    def finish(self, start: int, touch: int) -> int:
        """The second at which work of `touch` seconds ends that starts in opening hours and pauses at closing time."""
        window = bisect_right(self.opens, start) - 1
        if start + touch <= self.closes[window]:
            return start + touch
        done = self.worked[window] + start - self.opens[window] + touch
        window = bisect_right(self.worked, done - 1) - 1
        return self.opens[window] + done - self.worked[window]


@dataclass(frozen=True)
class FrontDoor:
    """Contacts at a front door. Lists have one entry a contact, in order of receipt; durations in seconds.

    Args:
        priority: 0 red, 1 amber, 2 green.
        replies: three lists, one a partner.
        weeks: weeks in which contacts arrive.
        follow_up: weeks after that in which everything that is open comes to its end.
    """

    name: str
    staffing: Staffing
    office: Office
    weeks: int
    follow_up: int
    received: list[int]
    priority: list[int]
    screening: list[int]
    goes_on: list[bool]
    handoff: list[int]
    replies: tuple[list[int], list[int], list[int]]
    decision: list[int]
    transfers: list[bool]
    transfer: list[int]
    hold: list[int]

    @property
    def contacts(self) -> int:
        return len(self.received)


@dataclass(frozen=True)
class Tandem:
    """Customers of an M/M/c tandem. `services` has three lists, one a stage; all in seconds."""

    name: str
    weeks: int
    follow_up: int
    received: list[int]
    services: tuple[list[int], list[int], list[int]]
    servers: tuple[int, int, int] = TANDEM_SERVERS

    @property
    def contacts(self) -> int:
        return len(self.received)


def workload(name: str, contacts: int) -> FrontDoor | Tandem:
    """The workload of a name: `balanced`, `overload`, `partial` or `tandem`."""
    return tandem(contacts) if name == "tandem" else front_door(name, contacts)


def front_door(name: str, contacts: int) -> FrontDoor:
    """Draw the front-door workload: `contacts` over `contacts / 20,000` times 52 weeks.

    `partial` has the numbers of `balanced`, of which engines leave out two partners, time-outs and allocation in hours.
    """
    keys = np.arange(contacts, dtype=np.int64)
    span = contacts * 52 * WEEK // CONTACTS_A_YEAR
    weeks = math.ceil(span / WEEK)
    generator = np.random.default_rng(SEED)
    transfers = _chance(keys, GO_ON, "screening: route") & _chance(keys, TRANSFER, "decision: route")
    hold = _lognormal(keys, 30, DAY, "assessment")
    received = _arrivals(contacts, span, generator)
    follow_up = _weeks_to_empty(received[transfers], hold[transfers], STAFFING[name].slots, span)
    return FrontDoor(
        name=name,
        staffing=STAFFING[name],
        office=_office(weeks + follow_up),
        weeks=weeks,
        follow_up=follow_up,
        received=received.tolist(),
        priority=generator.choice(3, size=contacts, p=PRIORITY_SHARES).tolist(),
        screening=_work(keys, 25, "screening"),
        goes_on=_chance(keys, GO_ON, "screening: route").tolist(),
        handoff=_lognormal(keys, 60, MINUTE, "handoff screening to checks").tolist(),
        replies=(
            _work(keys, 20, f"checks: {PARTNERS[0]}"),
            _work(keys, 20, f"checks: {PARTNERS[1]}"),
            _work(keys, 20, f"checks: {PARTNERS[2]}"),
        ),
        decision=_work(keys, 10, "decision"),
        transfers=transfers.tolist(),
        transfer=_lognormal(keys, 240, MINUTE, "handoff decision to assessment").tolist(),
        hold=hold.tolist(),
    )


def _weeks_to_empty(received: Int64s, hold: Int64s, slots: int, span: int) -> int:
    """Weeks after the span of arrivals in which the last slot is given back, and a quarter for the work before it."""
    backlog = int(hold.sum()) // slots - span
    last = backlog + int(hold.max()) if backlog > 0 else int((received + hold).max()) - span
    return math.ceil(last / WEEK) + 13


def tandem(customers: int) -> Tandem:
    """Draw the tandem: Poisson arrivals, exponential services, load 0.85 at each of three stages."""
    generator = np.random.default_rng(SEED)
    keys = np.arange(customers, dtype=np.int64)
    received = _apart(np.cumsum(generator.exponential(HOUR / TANDEM_AN_HOUR, customers)).astype(np.int64))
    first, second, third = (
        np.maximum(_exponential(keys, tandem_minutes(servers), f"stage {number}"), 1).tolist()
        for number, servers in enumerate(TANDEM_SERVERS, 1)
    )
    weeks = math.ceil((int(received[-1]) + 1) / WEEK)
    return Tandem("tandem", weeks, 2, received.tolist(), (first, second, third))


def tandem_minutes(servers: int) -> float:
    """Mean service time at a stage of so many servers."""
    return servers * TANDEM_LOAD * 60 / TANDEM_AN_HOUR


def _office(weeks: int) -> Office:
    last = OPENS + timedelta(weeks=weeks)
    pattern = ShiftPattern.parse({"Mon-Fri": "09:00-17:00"})
    hours = pattern.lay_out(WallClock(OPENS), OPENS, last, england_bank_holidays(OPENS, last))
    return Office(hours.starts.tolist(), hours.ends.tolist())


def _arrivals(contacts: int, span: int, generator: np.random.Generator) -> Int64s:
    """Weekdays 08:00 to 18:00 weigh 1, every other hour 0.15."""
    hours = np.arange(0, span, HOUR)
    of_week = WallClock(OPENS).hour_of_week(hours)
    busy = (of_week < 120) & (of_week % 24 >= 8) & (of_week % 24 < 18)
    reached = np.cumsum(np.where(busy, 1.0, 0.15))
    hour = np.searchsorted(reached, np.sort(generator.random(contacts)) * reached[-1], side="right")
    return _apart(np.sort(hours[hour] + generator.integers(0, HOUR, contacts)))


def _apart(times: Int64s) -> Int64s:
    """Move arrivals to a second of their own, so that every engine agrees which of them came first."""
    steps = np.arange(len(times))
    return np.maximum.accumulate(times - steps) + steps


def _chance(keys: Int64s, share: float, purpose: str) -> NDArray[np.bool_]:
    return draws(keys, code(purpose)) < share_as_luck(share)


def _work(keys: Int64s, mean_minutes: float, purpose: str) -> list[int]:
    """Touch time is at least one second."""
    seconds: list[int] = np.maximum(_lognormal(keys, mean_minutes, MINUTE, purpose), 1).tolist()
    return seconds


def _lognormal(keys: Int64s, mean: float, unit: int, purpose: str) -> Int64s:
    shape = from_mapping({"distribution": "lognormal", "mean": mean, "cv": CV})
    return quantile_table(shape, unit).reads(draws(keys, code(purpose)))


def _exponential(keys: Int64s, mean_minutes: float, purpose: str) -> Int64s:
    shape = from_mapping({"distribution": "exponential", "mean": mean_minutes})
    return quantile_table(shape, MINUTE).reads(draws(keys, code(purpose)))
