"""The plan: an operating model compiled to integers, which is all that an engine sees.

Order of things, everywhere: teams and stages as in the file; sources and areas as in the contacts table, then any
that only the routes name; in targets stage s is s and end e is -1 - e. Every array is documented where it is declared.
The number after the last stage stands for the entry, the place before the first stage.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from frontdoor_sim.distributions import QuantileTable, from_mapping, quantile_table
from frontdoor_sim.luck import LUCK_BITS, code, draw
from frontdoor_sim.operating_model import (
    OperatingModel,
    Timeline,
)
from frontdoor_sim.working_time import NEVER, Calendar

Int64s = NDArray[np.int64]
MILLION = 1_000_000
LEVELS = 5  # judged level 0 (not yet judged) to 4
OUTCOMES = 4  # the most outcomes that a stage kind has
PAUSE, FINISH, HAND_OVER = range(3)
END_RULES = ("pause", "finish", "hand_over")
ENTRY_ROUTE = code("entry: route")
STANDARD_NORMAL = quantile_table(from_mapping({"distribution": "normal", "mean": 0, "sd": 1}), MILLION)
STANDARD_EXPONENTIAL = quantile_table(from_mapping({"distribution": "exponential", "mean": 1}), MILLION)


@dataclass(frozen=True)
class Span:
    """A duration, compiled: a table of seconds, the calendar it runs on (None is elapsed), its purpose of luck."""

    table: QuantileTable
    calendar: Calendar | None
    purpose: int

    def seconds(self, luck: int) -> int:
        """Seconds on its own clock for one draw of luck."""
        return self.table.read(luck)

    def after(self, now: int, seconds: int) -> int:
        """The second at which `seconds` of its clock have passed since `now`."""
        return now + seconds if self.calendar is None else int(self.calendar.add(now, seconds))


@dataclass(frozen=True)
class Verdicts:
    """How some contacts are judged, in millionths: noise by (history missed) * 2 + (replies missing)."""

    bias: int
    noise: tuple[int, int, int, int]
    cuts: tuple[int, int, int]


@dataclass(frozen=True)
class PlannedJudges:
    """A judge, compiled: `kinds` of verdicts that are unlike each other, and for each source and area which of them counts.

    `missed` is the luck below which history on another system is missed; 0 where the team works on one.
    """

    purpose: int
    missed: int
    kinds: tuple[Verdicts, ...]
    which: tuple[tuple[int, ...], ...]
    regrades: bool

    def of(self, source: int, area: int) -> Verdicts:
        """How contacts of a source and an area are judged."""
        return self.kinds[self.which[source][area]]


@dataclass(frozen=True)
class PlannedHandoff:
    """What passing on costs: a delay, then the next set time or opening of the release window."""

    delay: Span | None
    batch: tuple[int, ...] | None
    release: Calendar | None


@dataclass(frozen=True)
class PlannedPartner:
    """A partner of a checks stage: the request is handed on, then a delay, then a desk; team -1 has no desk.

    `grade_noise` is that of the RAG which an answer leads to, in millionths, and None where it leads to none.
    """

    team: int
    touch: Span | None
    delay: Span | None
    request: PlannedHandoff
    grade_noise: int | None
    grade_purpose: int


Limit = tuple[int, Calendar | None]
"""A time limit: seconds, and the calendar that they run on (None is elapsed)."""


def reached(start: int, limit: Limit | None) -> int:
    """The second at which a limit that began at `start` is reached; NEVER where there is none."""
    if limit is None:
        return NEVER
    seconds, calendar = limit
    return start + seconds if calendar is None else int(calendar.add(start, seconds))


class PlannedDoor(NamedTuple):
    """The way into a stage that takes only so many: at once, or a working day (from one of `midnights` to the next).

    None is no limit. Whoever finds it full waits, or is turned away.
    """

    at_once: int | None
    a_day: int | None
    midnights: tuple[int, ...]
    turns_away: bool


@dataclass(frozen=True, kw_only=True)
class PlannedStage:
    """What all kinds of stage have.

    Purposes are codes of luck, `wait_cause` is what its waits wait for, `systems` the case systems of its team as a bit mask.
    `patience` is how long a contact waits in its queue before it gives up, by RAG; None where nobody gives up.
    `door` is None where it takes everybody. While `out_tray` contacts that left it wait at doors it begins nothing new; None is
    never. `able` says of each skill whether people who have it can work there.
    """

    number: int
    name: str
    kind: str
    team: int
    systems: int
    decides: bool
    purpose: int
    route_purpose: int
    wait_cause: str = "worker"
    weight: int = 0
    end_rule: int = PAUSE
    overtime: int = 0
    judges: PlannedJudges | None = None
    patience: tuple[Span | None, ...] | None = None
    door: PlannedDoor | None = None
    out_tray: int | None = None
    able: tuple[bool, ...] = (True,)


@dataclass(frozen=True, kw_only=True)
class PlannedWork(PlannedStage):
    """Work, compiled: `searches` further systems are searched, each for one `search`; `rekey` is one further entry."""

    touch: Span
    rekey: Span | None = None
    search: Span | None = None
    searches: int = 0


@dataclass(frozen=True, kw_only=True)
class PlannedConsent(PlannedWork):
    """Consent, compiled: `given` and `refused` are luck of one attempt, `arrives_with` luck by source."""

    attempts: int
    attempt_purpose: int
    gap: Span
    given: int
    refused: int
    arrives_with: tuple[int, ...]
    override_for: tuple[bool, ...]


@dataclass(frozen=True, kw_only=True)
class PlannedChecks(PlannedStage):
    """Checks, compiled: `join` replies are enough, `give_up` is the limit by RAG."""

    partners: tuple[PlannedPartner, ...]
    join: int
    give_up: tuple[Limit | None, ...]


@dataclass(frozen=True, kw_only=True)
class PlannedCaseload(PlannedStage):
    """A caseload, compiled: allocation at set seconds, or while a calendar is open, or at any time."""

    hold: Span
    slots_by_children: bool
    allocates_at: tuple[int, ...] | None
    allocates_in: Calendar | None
    first_visit: Span | None


@dataclass(frozen=True, kw_only=True)
class PlannedDelay(PlannedStage):
    """A wait that uses nobody, compiled."""

    delay: Span


@dataclass(frozen=True, kw_only=True)
class PlannedMeeting(PlannedStage):
    """A meeting, compiled: `people` are teams by number, and how many of each."""

    lasts: Span
    people: tuple[tuple[int, int], ...]


class PlannedHelper(NamedTuple):
    """A team whose idle people help another, from so many waiting until so few."""

    team: int
    on_at: int
    off_at: int


@dataclass(frozen=True)
class PlannedTeam:
    """A team: queue order as up to two criteria, head starts in seconds by RAG, helpers.

    `interrupts` are the RAGs, by number, whose work interrupts less urgent work; or `interrupting_stages` those, by number,
    whose work goes first and interrupts that of other stages.
    """

    name: str
    order: tuple[str, ...]
    head_start: tuple[int, int, int, int]
    helpers: tuple[PlannedHelper, ...] = ()
    interrupts: tuple[int, ...] = ()
    interrupting_stages: tuple[int, ...] = ()


@dataclass(frozen=True)
class PlannedReturns:
    """The law of returns: rates in millionths by gap, propensity and growth in millionths."""

    rates: tuple[int, int, int, int]
    propensity: QuantileTable
    delay: Span
    growth: QuantileTable


@dataclass(frozen=True, eq=False)
class PlannedRamp:
    """A change that takes hold of one contact after another: of whom it has not, `former` is in force (rule 2).

    `begins` is a second, `lasts` are seconds, and `purpose` is that of a contact's luck for the change.
    """

    purpose: int
    begins: int
    lasts: int
    former: Plan

    def has(self, key: int, now: int) -> bool:
        """Whether the change has taken hold of a contact by a second: its luck is below the ramp."""
        return draw(key, self.purpose) * self.lasts < (now - self.begins) << LUCK_BITS


@dataclass(frozen=True, eq=False)
class Plan:
    """Everything an engine needs to know of an operating model, as integers; a plan equals only itself.

    Args:
        rule_of: the rule that applies; shape (stages + 1, OUTCOMES, LEVELS, 4 RAGs, sources, areas, 2 open cases, 2 to
            the number of `route_hours`, and twice that with `asks_agreement`), the last stage being the entry; -1 where no
            rule fits.
        route_hours: calendars that routes look at; bit i of the last place of `rule_of` is 1 while calendar i is open.
        asks_agreement: whether routes look at `agrees`, which is then the bit above those.
        rule_ends: cumulative luck of each rule's targets, and `rule_targets` the targets; one tuple a rule.
        handoffs: by (from stage or ENTRY, to stage).
        provides: level of need met, by end; `may_return`, by end.
        cuts: need in millionths at which levels 2, 3, 4 begin; `grade_cuts` likewise for green, amber, red.
        goes: for each stage the target to which its work goes: itself, or where the work of a stage goes that is no more.
        team_goes: likewise for each team.
        by_skill: whether there are people, under any model of the run, who cannot work at every stage.
        ramps: for stages at which a change takes hold of one contact after another, that change.
        later: plans that come into force later, each with the second from which it is; teams, stages, ends, sources and areas
            have the same numbers in all.
    """

    model: OperatingModel
    timeline: Timeline
    sources: tuple[str, ...]
    areas: tuple[str, ...]
    teams: tuple[PlannedTeam, ...]
    stages: tuple[PlannedStage, ...]
    ends: tuple[str, ...]
    provides: tuple[int, ...]
    may_return: tuple[bool, ...]
    rule_of: NDArray[np.int16]
    route_hours: tuple[Calendar, ...]
    asks_agreement: bool
    rule_ends: tuple[tuple[int, ...], ...]
    rule_targets: tuple[tuple[int, ...], ...]
    handoffs: dict[tuple[int, int], PlannedHandoff]
    cuts: tuple[int, int, int]
    grade_cuts: tuple[int, int, int]
    grade_noise: int
    returns: PlannedReturns | None
    deadlines: tuple[Limit | None, ...]
    goes: tuple[int, ...]
    team_goes: tuple[int, ...]
    by_skill: bool = False
    ramps: Mapping[int, PlannedRamp] = field(default_factory=dict)
    later: tuple[tuple[int, Plan], ...] = ()

    def of(self, stage: int, key: int, now: int) -> Plan:
        """The plan by which a contact goes at a stage: this one, or that before a change which has not taken hold of it."""
        ramp = self.ramps.get(stage)
        return self if ramp is None or ramp.has(key, now) else ramp.former

    def circumstances(self, now: int, agrees: int) -> int:
        """Which calendars that routes look at are open at a second, and whether the last judgement agrees, as bits."""
        hours = sum(1 << bit for bit, calendar in enumerate(self.route_hours) if calendar.is_open(now))
        return hours | agrees << len(self.route_hours) if self.asks_agreement else hours

    @property
    def in_turn(self) -> tuple[tuple[int, Plan], ...]:
        """This plan and the later ones, each with the second from which it is in force."""
        return ((-NEVER, self), *self.later)

    @property
    def entry(self) -> int:
        """The number that stands for the place before the first stage."""
        return len(self.stages)
