"""The operating model: teams, stages, routes, handoffs and judgement as frozen facts.

These classes say how a Front Door is arranged, never what an arrangement achieves: effects follow from the facts.
They are what a scenario file holds once its parameters have been filled in; `engine.plan` compiles them to integers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from functools import lru_cache
from typing import Annotated, Any, Literal, overload

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, field_validator, model_validator

from frontdoor_sim.distributions import Distribution, from_mapping
from frontdoor_sim.working_time import (
    Calendar,
    Instants,
    ShiftPattern,
    WallClock,
    england_bank_holidays,
    parse_duration,
)

Int64s = NDArray[np.int64]

MOST_WEEKS = 520
RAGS = ("red", "amber", "green", "blue")
OPEN_STAGE, OPEN_JUDGED, OPEN_HELD = "open: stage", "open: judged", "open: held"
"""Columns of a contacts table: the stage at which a contact stands when the run starts, empty for those that are new; the
level that it was judged to have, 0 where nobody has judged; whether a slot is held for it."""
ORDERS = ("joining", "arrival", "rag", "deadline", "stage")
CONSENT_OUTCOMES = ("given", "refused", "not_reached", "overridden")
CHECKS_OUTCOMES = ("complete", "timed_out")
QUEUE_OUTCOMES = ("done", "timed_out", "full")
Rag = Literal["red", "amber", "green", "blue"]
Clock = Literal["elapsed", "working", "working_days"]

_UNITS: dict[str, tuple[float, Clock]] = {
    "seconds": (1, "elapsed"),
    "minutes": (60, "elapsed"),
    "hours": (3600, "elapsed"),
    "days": (86400, "elapsed"),
    "weeks": (604800, "elapsed"),
    "working minutes": (60, "working"),
    "working hours": (3600, "working"),
    "working days": (86400, "working_days"),
}


class Closed(BaseModel):
    """A frozen record that knows its own fields and no others."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, populate_by_name=True)


def is_percentage(value: object) -> bool:
    """Whether a value is a percentage as text.

    Example:
        >>> is_percentage("3%"), is_percentage("3"), is_percentage(3)
        (True, False, False)
    """
    return isinstance(value, str) and re.fullmatch(r"\s*\d+(\.\d+)?\s*%\s*", value) is not None


def as_share(value: Any) -> Any:
    """`15%` and `0.15` are the same share; anything else stays as it is.

    Example:
        >>> as_share("15%"), as_share(0.15), as_share("some")
        (0.15, 0.15, 'some')
    """
    return float(value.strip().rstrip("%")) / 100 if is_percentage(value) else value


def _weeks(value: Any) -> Any:
    found = re.fullmatch(r"\s*(\d+)\s*weeks?\s*", value) if isinstance(value, str) else None
    return int(found.group(1)) if found else value


def _as_list(value: Any) -> Any:
    return value if isinstance(value, (list, tuple)) else [value]


def _shift(value: Any) -> Any:
    return value if isinstance(value, ShiftPattern) else ShiftPattern.parse(value)


def _instants(value: Any) -> Any:
    return value if isinstance(value, Instants) or value is None else Instants.parse(value)


def _clock_time(value: Any) -> Any:
    return time.fromisoformat(value) if isinstance(value, str) else value


class Lasting(Closed):
    """How long something lasts: a shape, the seconds in its unit, and the clock it runs on.

    Written as a plain duration (`10 min`, `3 working days`), or as a mapping
    (`{distribution: exponential, mean: 60, unit: minutes}`), or in a scenario as the name of a duration of the
    parameters file.
    """

    shape: Distribution
    unit_seconds: float
    clock: Clock
    name: str = ""

    @property
    def mean_seconds(self) -> float:
        """Expected seconds on its own clock; a working day counts 24 hours of the working-day clock."""
        return self.shape.mean * self.unit_seconds

    @property
    def in_words(self) -> str:
        """The duration as it was written, or its mean with its unit.

        Example:
            >>> read_lasting("20 min").in_words
            '20 min'
            >>> read_lasting({"distribution": "exponential", "mean": 7, "unit": "working hours"}).in_words
            '7 working hours on average'
        """
        if self.shape.kind == "constant" and self.name and "." not in self.name:
            return self.name
        units = [unit for unit, known in _UNITS.items() if known == (self.unit_seconds, self.clock)]
        about = "" if self.shape.kind == "constant" else " on average"
        return f"{round(self.shape.mean, 1):g} {units[0] if units else 'seconds'}{about}"


def read_lasting(value: Any) -> Any:
    """A `Lasting` from what a user wrote; raises ValueError with what would be right."""
    if isinstance(value, Lasting):
        return value
    if isinstance(value, str):
        return _written_lasting(value)
    if not isinstance(value, dict):
        raise ValueError("a duration is text such as '10 min', or a mapping with distribution and unit")
    numbers = {key: inner for key, inner in value.items() if key not in ("unit", "name", "clock")}
    unit_seconds, clock = _unit(value.get("unit"))
    shape = from_mapping(numbers)
    if shape.kind == "normal" or shape.lowest < 0:
        raise ValueError(f"a duration is never below 0, and this {shape.kind} can be")
    return Lasting(shape=shape, unit_seconds=unit_seconds, clock=value.get("clock", clock), name=value.get("name", ""))


def _unit(written: Any) -> tuple[float, Clock]:
    """Seconds and clock of a unit, which may be written as in a plain duration, such as `min`."""
    if isinstance(written, str) and written in _UNITS:
        return _UNITS[written]
    try:
        seconds, clock = parse_duration(f"1 {written}")
    except ValueError:
        raise ValueError(f"the unit of a duration is one of {', '.join(_UNITS)}") from None
    return (86400 if clock == "working_days" else seconds), clock


@lru_cache(maxsize=256)
def _written_lasting(text: str) -> Lasting:
    """A plain duration; kept, since scenarios are read again for every option and candidate and say the same few."""
    seconds, clock = parse_duration(text)
    shape = from_mapping({"distribution": "constant", "value": seconds})
    return Lasting(shape=shape, unit_seconds=86400 if clock == "working_days" else 1, clock=clock, name=text)


Duration = Annotated[Lasting, BeforeValidator(read_lasting)]
Share = Annotated[float, BeforeValidator(as_share), Field(ge=0, le=1)]
Weeks = Annotated[int, BeforeValidator(_weeks), Field(ge=0, le=MOST_WEEKS)]
Shift = Annotated[ShiftPattern, BeforeValidator(_shift)]
Moments = Annotated[Instants | None, BeforeValidator(_instants)]
Systems = Annotated[tuple[str, ...], BeforeValidator(_as_list)]


class RunWindow(Closed):
    """When the measured window opens, and how long the run lasts before, in and after it.

    `backlog` is a file of the contacts that are open at `opens`; such a run has no warm-up.
    """

    opens: date
    weeks: Weeks = 52
    warm_up: Weeks = 26
    follow_up: Weeks = 2
    backlog: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _starts_from_the_backlog(cls, data: Any) -> Any:
        return {"warm_up": 0, **data} if isinstance(data, dict) and data.get("backlog") is not None else data


class OtherWork(Closed):
    """Times at which people on duty do no cases: a team meeting, supervision, training.

    `every` of so many weeks one counts, for all the same or for each person another (`in_turn`); `starts` and `ends` are the
    first and the last date.
    """

    at: Annotated[Instants, BeforeValidator(_instants)]
    lasts: Duration
    every: Weeks = Field(default=1, ge=1)
    in_turn: bool = False
    training: bool = False
    starts: date | None = None
    ends: date | None = None

    @field_validator("lasts")
    @classmethod
    def _lasts_a_time(cls, lasts: Lasting) -> Lasting:
        if lasts.shape.kind != "constant" or lasts.clock != "elapsed" or not 1 <= lasts.mean_seconds <= _LONGEST_BLOCK:
            raise ValueError("other work lasts some minutes or hours, at most 24 hours")
        return lasts


_LONGEST_BLOCK = 86_400


class Induction(Closed):
    """What a start takes: a share of every duty day in the first week, falling in equal steps to none after `weeks`."""

    weeks: Weeks = Field(ge=1)
    share: Share


class Turnover(Closed):
    """How long each person stays, and after how many weeks somebody new begins in their place."""

    stays: Weeks = Field(ge=1)
    refilled_after: Weeks = 0

    @property
    def share_filled(self) -> float:
        """Share of the time for which a post has somebody.

        Example:
            >>> Turnover(stays=30, refilled_after=10).share_filled
            0.75
        """
        return self.stays / (self.stays + self.refilled_after)


class Staff(Closed):
    """A group of people with one role in one team.

    `works_at` are the stages at which these people can work, all where it is left out; who holds cases `caseload` says.
    `vacant` is the share of the WTE that nobody fills. `starts` and `leaves` are the first and the last day of all of them.
    `named` is what they were called before they moved (`ehap/early_help_coordinator`), so that they keep their luck.
    """

    role: str
    wte: float = Field(ge=0, le=2000)
    shift: str
    non_case_share: Share = 0.0
    sickness_share: Share = 0.0
    sickness_spell_days: float = Field(default=5.0, ge=1)
    leave_days_per_year: float = Field(default=0.0, ge=0, le=120)
    caseload: int = Field(default=0, ge=0)
    works_at: Annotated[tuple[str, ...], BeforeValidator(_as_list)] = ()
    named: str = ""
    vacant: Share = 0.0
    starts: date | None = None
    leaves: date | None = None
    turnover: Turnover | None = None
    induction: Induction | None = None
    other_work: tuple[OtherWork, ...] = ()

    def can_work_at(self, stage: str) -> bool:
        """Whether these people can work at a stage.

        Example:
            >>> Staff(role="officer", wte=5, shift="office", works_at="screening").can_work_at("analysis")
            False
        """
        return not self.works_at or stage in self.works_at

    @property
    def skill(self) -> tuple[str, ...]:
        """What these people can do: the stages of `works_at`, in whichever order they were written; empty is everything.

        Example:
            >>> Staff(role="officer", wte=5, shift="office", works_at=["screening", "consent"]).skill
            ('consent', 'screening')
        """
        return tuple(sorted(set(self.works_at)))

    @property
    def filled(self) -> float:
        """WTE that somebody fills.

        Example:
            >>> Staff(role="officer", wte=5, shift="office", vacant="20%").filled
            4.0
        """
        return self.wte * (1 - self.vacant)

    @property
    def usually_filled(self) -> float:
        """WTE that somebody fills, less the gaps after leavers.

        Example:
            >>> Staff(role="officer", wte=4, shift="office", turnover={"stays": 30, "refilled_after": 10}).usually_filled
            3.0
        """
        return self.filled * (self.turnover.share_filled if self.turnover else 1.0)

    def filled_between(self, first: date, until: date) -> float:
        """WTE that somebody fills on average from one date up to another, of those who start later or leave.

        Example:
            >>> agency = Staff(role="agency", wte=3, shift="office", starts=date(2025, 2, 3), leaves=date(2025, 3, 30))
            >>> round(agency.filled_between(date(2025, 1, 6), date(2025, 5, 26)), 6)
            1.2
        """
        begins = max(first, self.starts) if self.starts else first
        ends = min(until, self.leaves + timedelta(days=1)) if self.leaves else until
        return self.usually_filled * max(0, (ends - begins).days) / (until - first).days


class Helper(Closed):
    """A team whose idle people help another: from `when_waiting` in its queue until `until_waiting`.

    Left as they are, whoever is idle helps as soon as anything waits: cross-cover. Higher numbers are a surge rule.
    """

    team: str
    when_waiting: int = Field(default=1, ge=1)
    until_waiting: int = Field(default=0, ge=0)


def _helpers(value: Any) -> Any:
    return [{"team": one} if isinstance(one, str) else one for one in _as_list(value)]


class Team(Closed):
    """People who share one queue, one site and one or more case systems; `helpers` in the order in which they are asked.

    `interrupts` are RAGs, or else stages of the team. Work on a contact of such a RAG that finds nobody idle has somebody set
    down less urgent work for it; work at such a stage goes first in the queue, and has somebody set down work at any other.
    """

    site: str = "one site"
    case_system: Systems = ()
    order: Annotated[
        tuple[Literal["joining", "arrival", "rag", "deadline", "stage"], ...], BeforeValidator(_as_list)
    ] = ("joining",)
    head_start: dict[Rag, Duration] = {}
    helpers: Annotated[tuple[Helper, ...], BeforeValidator(_helpers)] = ()
    interrupts: Annotated[tuple[str, ...], BeforeValidator(_as_list)] = ()
    staff: tuple[Staff, ...] = ()

    @property
    def interrupting_rags(self) -> tuple[str, ...]:
        """The RAGs whose work interrupts less urgent work."""
        return tuple(name for name in self.interrupts if name in RAGS)

    @property
    def interrupting_stages(self) -> tuple[str, ...]:
        """The stages whose work interrupts that of the team's other stages.

        Example:
            >>> Team(interrupts="advice_call").interrupting_stages, Team(interrupts="red").interrupting_stages
            (('advice_call',), ())
        """
        return tuple(name for name in self.interrupts if name not in RAGS)

    @field_validator("order")
    @classmethod
    def _two_at_most(cls, order: tuple[str, ...]) -> tuple[str, ...]:
        if len(order) > 2:
            raise ValueError("an order has at most two rules, such as [rag, deadline]")
        return order


class Thresholds(Closed):
    """The need (sd) at which levels 2, 3 and 4 begin, as the council means them."""

    early_help: float
    child_in_need: float
    protection: float

    @model_validator(mode="after")
    def _rise(self) -> Thresholds:
        if not self.early_help < self.child_in_need < self.protection:
            raise ValueError("thresholds rise: early_help < child_in_need < protection")
        return self

    def cuts(self) -> tuple[float, float, float]:
        """The three cut-points, lowest first."""
        return (self.early_help, self.child_in_need, self.protection)


class Leaning(Closed):
    """What is different about a judgement where a contact is of one source or area; what is left out is as for others."""

    bias: float | None = None
    caution: float | None = None
    noise: Annotated[float, Field(ge=0)] | None = None
    without_checks: Annotated[float, Field(ge=0)] | None = None
    thresholds: Thresholds | None = None


class Judges(Closed):
    """A judgement of the level of need, as signal detection.

    The judge sees need + bias + caution + noise (standard deviations of need). `bias` is a leaning nobody meant; `caution`
    is meant: where another judgement follows, this one errs on the side of asking. `without_checks` is added noise (sd)
    when a partner's reply is missing; added noises combine as the root of the sum of squares. `thresholds` are what is held
    to be the council's here; `by_source` and `by_area` say who is judged otherwise. With `regrades` the RAG is read again
    from what was perceived.
    """

    bias: float = 0.0
    caution: float = 0.0
    noise: float = Field(default=0.0, ge=0)
    without_checks: float = Field(default=0.0, ge=0)
    thresholds: Thresholds | None = None
    by_source: dict[str, Leaning] = {}
    by_area: dict[str, Leaning] = {}
    regrades: bool = False

    def of(self, source: str, area: str) -> Judges:
        """How contacts of one source and area are judged: what the area says counts over the source, and that over the rest.

        Example:
            >>> judges = Judges(noise=0.3, by_source={"police": {"bias": 0.2}}, by_area={"poole": {"noise": 0.6}})
            >>> found = judges.of("police", "poole")
            >>> found.bias, found.noise
            (0.2, 0.6)
        """
        said = [self.by_source.get(source, Leaning()), self.by_area.get(area, Leaning())]
        return self.model_copy(update={name: value for one in said for name, value in one if value is not None})


class _Stage(Closed):
    team: str
    luck: str = ""
    decides: bool = False


class _QueueStage(_Stage):
    """A stage with a queue that contacts may leave unserved, or that takes only so many."""

    give_up_after: dict[Rag, Duration] = {}
    holds_at_most: Annotated[int, Field(ge=0)] | None = None
    takes_a_working_day: Annotated[int, Field(ge=0)] | None = None
    when_full: Literal["wait", "route"] = "wait"

    @property
    def is_limited(self) -> bool:
        """Whether it takes only so many at once, or a working day."""
        return self.holds_at_most is not None or self.takes_a_working_day is not None


class WorkStage(_QueueStage):
    """A worker spends touch time."""

    kind: Literal["work"] = "work"
    touch: Duration
    end_of_shift: Literal["pause", "finish", "hand_over"] = "pause"
    overtime_limit: Duration = Field(default="1 h", validate_default=True)
    judges: Judges | None = None
    searches: bool = False
    waits_for: Literal["worker", "sign-off", "acceptance"] = "worker"
    weight: int = 0
    out_tray: Annotated[int, Field(ge=1)] | None = None


class ConsentStage(_Stage):
    """Attempts, with gaps, until consent is given, refused or overridden for protection."""

    kind: Literal["consent"]
    touch: Duration
    attempts: int = Field(default=3, ge=1, le=20)
    gap: Duration
    arrives_with: Share | dict[str, Share] = 0.0
    given: Share
    refused: Share = 0.0
    override_for: Annotated[tuple[Rag, ...], BeforeValidator(_as_list)] = ()
    end_of_shift: Literal["pause", "finish", "hand_over"] = "pause"
    overtime_limit: Duration = Field(default="1 h", validate_default=True)
    weight: int = 0

    @model_validator(mode="after")
    def _shares(self) -> ConsentStage:
        if self.given + self.refused > 1:
            raise ValueError("given and refused are shares of one attempt, and together at most 1")
        return self


class Partner(Closed):
    """Who answers a check: a desk with staff, a delay that uses none of our people, or both in turn.

    With `regrades` the RAG is read again when the answer comes, from need plus `noise` (sd).
    """

    team: str | None = None
    touch: Duration | None = None
    delay: Duration | None = None
    regrades: bool = False
    noise: float = Field(default=0.0, ge=0)

    @model_validator(mode="after")
    def _answers(self) -> Partner:
        if (self.team is None) != (self.touch is None):
            raise ValueError("a partner with a team needs a touch, and a touch needs a team")
        if self.team is None and self.delay is None:
            raise ValueError("a partner answers through a team with a touch, or after a delay, or both")
        if self.noise and not self.regrades:
            raise ValueError("noise is the error of the grade that an answer leads to: it needs `regrades: true`")
        return self


class ChecksStage(_Stage):
    """Parallel requests to partners; goes on when enough have answered, or when time is up."""

    kind: Literal["checks"]
    partners: dict[str, Partner]
    join: Literal["all"] | Annotated[int, Field(ge=1)] = "all"
    give_up_after: dict[Rag, Duration] = {}


class CaseloadStage(_QueueStage):
    """A slot of somebody's caseload is held, for weeks: for an assessment, or for other help, which is no transfer."""

    kind: Literal["caseload"]
    hold: Duration
    assesses: bool = True
    allocates: str | None = None
    slots: Literal["children", "family"] = "children"
    first_visit: Duration | None = None
    judges: Judges | None = None


class MeetingStage(_Stage):
    """Several people at once, so many of each team: all of them or none, and nobody leaves before it is over.

    It begins where it will be over before the next block of other work of everybody, and `overtime_limit` after the end of
    everybody's shift at the latest.
    """

    kind: Literal["meeting"]
    people: dict[str, Annotated[int, Field(ge=1, le=100)]]
    lasts: Duration
    overtime_limit: Duration = Field(default="1 h", validate_default=True)
    judges: Judges | None = None


class DelayStage(_Stage):
    """A wait that uses nobody, on its own clock."""

    kind: Literal["delay"]
    delay: Duration
    waits_for: Literal["partner", "consent", "handoff", "acceptance", "allocation", "visit"] = "handoff"


def _stage_kind(value: Any) -> str:
    kind = value.get("kind", "work") if isinstance(value, dict) else getattr(value, "kind", "work")
    return str(kind)


Stage = WorkStage | ConsentStage | ChecksStage | CaseloadStage | DelayStage | MeetingStage
STAGE_KINDS: dict[str, type[Closed]] = {
    "work": WorkStage,
    "consent": ConsentStage,
    "checks": ChecksStage,
    "caseload": CaseloadStage,
    "delay": DelayStage,
    "meeting": MeetingStage,
}


def outcomes_of(stage: Stage) -> tuple[str, ...]:
    """The outcomes by which contacts can leave a stage, which routes may ask about; none where all leave alike.

    Example:
        >>> outcomes_of(WorkStage(team="desk", touch="10 min", give_up_after={"red": "4 h"}))
        ('done', 'timed_out')
        >>> outcomes_of(WorkStage(team="desk", touch="10 min"))
        ()
    """
    match stage:
        case ConsentStage():
            return CONSENT_OUTCOMES
        case ChecksStage():
            return CHECKS_OUTCOMES
        case WorkStage() | CaseloadStage():
            leave_unserved = {"timed_out": bool(stage.give_up_after), "full": stage.when_full == "route"}
            some = any(leave_unserved.values())
            return tuple(name for name in QUEUE_OUTCOMES if leave_unserved.get(name, some))
    return ()


AnyStage = Annotated[
    Annotated[WorkStage, Tag("work")]
    | Annotated[ConsentStage, Tag("consent")]
    | Annotated[ChecksStage, Tag("checks")]
    | Annotated[CaseloadStage, Tag("caseload")]
    | Annotated[DelayStage, Tag("delay")]
    | Annotated[MeetingStage, Tag("meeting")],
    Discriminator(_stage_kind),
]


class Condition(Closed):
    """What a route looks at; empty means anything. It never sees true need, only what was judged.

    `during` names shifts: the rule fits while one of them is open, at the second at which the contact leaves the stage.
    `agrees` is whether the level judged last is the level that had been judged before it; a first judgement agrees.
    """

    judged: Annotated[tuple[Literal[1, 2, 3, 4], ...], BeforeValidator(_as_list)] = ()
    rag: Annotated[tuple[Rag, ...], BeforeValidator(_as_list)] = ()
    source: Annotated[tuple[str, ...], BeforeValidator(_as_list)] = ()
    area: Annotated[tuple[str, ...], BeforeValidator(_as_list)] = ()
    outcome: Annotated[tuple[str, ...], BeforeValidator(_as_list)] = ()
    open_case: bool | None = None
    during: Annotated[tuple[str, ...], BeforeValidator(_as_list)] = ()
    agrees: bool | None = None


def _targets(value: Any) -> Any:
    return {value: 1.0} if isinstance(value, str) else value


class Rule(Closed):
    """One line of a route: under a condition, to a stage or an end, or to several by chance."""

    when: Condition = Field(default=Condition(), alias="if")
    to: Annotated[dict[str, Share], BeforeValidator(_targets)]

    @field_validator("to")
    @classmethod
    def _sums_to_one(cls, to: dict[str, float]) -> dict[str, float]:
        if not to or abs(sum(to.values()) - 1) > 1e-6:
            raise ValueError(f"shares of a route sum to 1 (100%), not {sum(to.values()):g}")
        return to


def _rules(value: Any) -> Any:
    if isinstance(value, str):
        return [{"to": value}]
    if isinstance(value, dict):
        return [value if "to" in value else {"to": value}]
    return value


Rules = Annotated[tuple[Rule, ...], BeforeValidator(_rules)]


class End(Closed):
    """Where a contact's pathway stops, the level of need that it meets (0 none, 4 any), and whether it is a referral closed."""

    provides: int = Field(default=4, ge=0, le=4)
    returns: bool = True
    referral: bool = False


class Handoff(Closed):
    """What passing a contact on costs: a delay on its own clock, set times, or a release window."""

    delay: Duration | None = None
    batch: Moments = None
    release: str | None = None


class ParticularHandoff(Handoff):
    """A handoff between two named stages, instead of what their sites say."""

    leaves: str = Field(alias="from")
    reaches: str = Field(alias="to")


class Rekeying(Closed):
    """Minutes of a worker to enter a record again on a further case system."""

    rekey: Duration


class Searching(Closed):
    """Minutes of a worker to look for history on each further case system."""

    search: Duration


class MissedHistory(Closed):
    """History on another system is missed for a share of contacts, and judgement is noisier by `noise` sd."""

    share: Share
    noise: float = Field(ge=0)


class Handoffs(Closed):
    """The table of handoffs, read by the sites and case systems of the two teams.

    `requests_between_sites` is how long a request to a partner's desk on another site waits until it is seen; a request is a
    message and not a case, so it pays nothing else.
    """

    same_site: Handoff = Handoff()
    between_sites: Handoff = Handoff()
    systems_differ: Rekeying | None = None
    each_extra_system: Searching | None = None
    missed_history: MissedHistory | None = None
    requests_between_sites: Duration | None = None
    particular: tuple[ParticularHandoff, ...] = ()


class Grading(Closed):
    """RAG on arrival: need plus noise (sd); each number is where that grade begins, and below `green` it is blue."""

    green: float
    amber: float
    red: float
    noise: float = Field(default=0.0, ge=0)

    @model_validator(mode="after")
    def _rise(self) -> Grading:
        if not self.green <= self.amber <= self.red:
            raise ValueError("RAG cut-points rise: green <= amber <= red")
        return self

    def cuts(self) -> tuple[int, int, int]:
        """Where green, amber and red begin, in millionths of sd: the cut-points that `grade` takes."""
        return (millionths(self.green), millionths(self.amber), millionths(self.red))


def millionths(sd: float) -> int:
    """Standard deviations as a whole number of millionths, the unit in which runs compare needs.

    Example:
        >>> millionths(-0.25)
        -250000
    """
    return round(sd * 1_000_000)


@overload
def grade(need: int, noise: int, cuts: tuple[int, int, int]) -> int: ...
@overload
def grade(need: Int64s, noise: int | Int64s, cuts: tuple[int, int, int]) -> Int64s: ...
def grade(need: int | Int64s, noise: int | Int64s, cuts: tuple[int, int, int]) -> int | Int64s:
    """The RAG that need plus noise is given: its place in `RAGS`, 0 for red to 3 for blue.

    Args:
        need: latent need [millionths of sd].
        noise: error of the grade [millionths of sd].
        cuts: where green, amber and red begin [millionths of sd], from `Grading.cuts`.

    Example:
        >>> cuts = Grading(green=-1, amber=0.5, red=1.5).cuts()
        >>> RAGS[grade(1_500_000, 0, cuts)], RAGS[grade(1_500_000, -1, cuts)]
        ('red', 'amber')
        >>> grade(np.array([2_000_000, -2_000_000]), 0, cuts).tolist()
        [0, 3]
    """
    seen = need + noise
    return 3 - ((seen >= cuts[0]) * 1 + (seen >= cuts[1]) * 1 + (seen >= cuts[2]) * 1)


class Returns(Closed):
    """A contact closed below its need may come back, later and graver.

    P(return) = 1 - exp(-rate_by_gap[gap] * G): gap is the number of levels by which the end fell short of need, G the
    family's propensity, gamma with mean 1 and shape `family_spread`. The delay is elapsed time, spent in the opening hours of
    the shift `arrives_in` alone (in proportion), so that families come back when that shift is open.
    """

    rate_by_gap: tuple[float, float, float, float]
    family_spread: float = Field(gt=0)
    delay: Duration
    growth: dict[str, Any]
    arrives_in: str = "always"

    @field_validator("growth")
    @classmethod
    def _growth_is_a_shape(cls, growth: dict[str, Any]) -> dict[str, Any]:
        from_mapping(growth)
        return growth


class Target(Closed):
    """A time limit by RAG, on a named clock.

    `decision` runs from receipt to the decision. Any other runs until a visit to the stage `until` is over: since the last
    visit before it to the stage `since`, or, where that is left out, since the contact was sent there.
    """

    red: Duration
    amber: Duration
    green: Duration
    blue: Duration | None = None
    since: str = ""
    until: str = ""


class Entries(Closed):
    """A share of each entry of a contact's record: when it was received, when it was decided, when it ended."""

    receipt: Share = 0.0
    decision: Share = 0.0
    end: Share = 0.0


class CaseSystem(Closed):
    """How a case system is kept: shares of entries that are made late, at the next of some times, and never."""

    late: Entries = Entries()
    entered: Moments = None
    missing: Entries = Entries()

    @model_validator(mode="after")
    def _late_entries_are_made(self) -> CaseSystem:
        if self.entered is None and any(share > 0 for share in (self.late.receipt, self.late.decision, self.late.end)):
            raise ValueError("entries that are late are made at the next of some times, which `entered` says")
        return self


class Recording(CaseSystem):
    """What the council's dashboard is made of: a record of a contact on every case system of those who worked on it.

    Every case system is kept as is said here, unless it stands in `systems`. Records of one contact are counted one by one,
    but for a share of contacts whose records are `matched`. All this tells figures as reported from figures as true, and
    changes nothing that happens.
    """

    systems: dict[str, CaseSystem] = {}
    matched: Share = 0.0


class Arrivals(Closed):
    """Contacts of one source written in the scenario itself, for textbook networks and small studies.

    Args:
        per_hour: arrivals (moments) an hour, one number, or a rate for windows of the week
            (`{"Mon-Fri 08:00-18:00": 3, otherwise: 0.5}`).
        together: shape of the number of contacts that arrive at one moment; rounded to whole contacts, at least 1.
        rag, need, children, area: what every such contact is; need in sd.
    """

    per_hour: Annotated[float, Field(ge=0)] | dict[str, Annotated[float, Field(ge=0)]]
    together: dict[str, Any] = {"distribution": "constant", "value": 1}
    rag: Rag = "green"
    need: float = 0.0
    children: int = Field(default=1, ge=1)
    area: str = "all"

    @field_validator("together")
    @classmethod
    def _together_is_a_shape(cls, together: dict[str, Any]) -> dict[str, Any]:
        from_mapping(together)
        return together

    @field_validator("per_hour")
    @classmethod
    def _windows_can_be_read(cls, per_hour: float | dict[str, float]) -> float | dict[str, float]:
        for label in per_hour if isinstance(per_hour, dict) else ():
            _window_of_week(label)
        return per_hour

    def windows(self) -> tuple[tuple[ShiftPattern, float], ...]:
        """The rate an hour by windows of the week; of several that are open at once the first counts.

        `otherwise` stands for every other hour, which without it has no arrivals. Bank holidays are days of the
        week like any other here.

        Example:
            >>> Arrivals(per_hour={"otherwise": 0.5, "Mon-Fri 08:00-18:00": 3}).windows()[-1][1]
            0.5
        """
        if not isinstance(self.per_hour, dict):
            return ((ALWAYS, self.per_hour),)
        named = [label for label in self.per_hour if label != OTHERWISE]
        last = [label for label in self.per_hour if label == OTHERWISE]
        return tuple((_window_of_week(label), self.per_hour[label]) for label in [*named, *last])


OTHERWISE = "otherwise"


def _window_of_week(label: str) -> ShiftPattern:
    """`Mon-Fri 08:00-18:00` as a pattern: the days, then the hours."""
    if label == OTHERWISE:
        return ALWAYS
    found = re.fullmatch(r"(\D+?)\s+(\d.*)", label.strip())
    if not found:
        raise ValueError(f'{label!r} is not a window of the week: write "Mon-Fri 08:00-18:00", or {OTHERWISE}')
    return ShiftPattern.parse({found.group(1): found.group(2)})


class OperatingModel(Closed):
    """A whole Front Door, as facts.

    Args:
        name: what the option is called.
        run: the measured window, the warm-up before and the follow-up after it.
        shifts: opening hours by name; `always` is round the clock and is always there.
        clock: the shift that measures working hours, which no option may change.
        receipt_closes: a contact received after this time counts as received on the next working day.
        teams, stages, routes, ends: the pathway; order in the file is the order of tie-breaks.
        handoffs: what passing on costs.
        thresholds, grading, returns: judgement and feedback.
        targets: time limits by name; `decision` is used by the measures.
        arrivals: contacts written in the scenario itself; where empty, the parameters file says who comes.
        recording: how case systems are kept, by which figures as reported differ from figures as true.
    """

    name: str
    summary: str = ""
    run: RunWindow
    shifts: dict[str, Shift] = {}
    clock: str = "always"
    receipt_closes: Annotated[time | None, BeforeValidator(_clock_time)] = None
    teams: dict[str, Team]
    stages: dict[str, AnyStage]
    routes: dict[str, Rules]
    ends: dict[str, End]
    handoffs: Handoffs = Handoffs()
    thresholds: Thresholds = Thresholds(early_help=0.0, child_in_need=1.0, protection=2.0)
    grading: Grading = Grading(green=-9.0, amber=8.0, red=9.0)
    returns: Returns | None = None
    targets: dict[str, Target] = {}
    arrivals: dict[str, Arrivals] = {}
    recording: Recording | None = None

    def pattern(self, shift: str) -> ShiftPattern:
        """The opening hours of a shift; `always` needs no entry in the file."""
        return ALWAYS if shift == "always" and shift not in self.shifts else self.shifts[shift]

    def targets_of(self, stage: str) -> tuple[str, ...]:
        """Every stage or end to which the routes can lead from a stage, in file order."""
        return tuple(dict.fromkeys(name for rule in self.routes.get(stage, ()) for name in rule.to))


@dataclass(frozen=True)
class Ramp:
    """A change that takes hold of one contact after another at a stage, or of one person after another of a team.

    Args:
        change: the change in its own words, which name its luck.
        begins, ends: the dates on which it has taken hold of nobody and of everybody.
        former: the model without it.
    """

    change: str
    begins: date
    ends: date
    former: OperatingModel


@dataclass(frozen=True)
class Phase:
    """A model that is in force for a part of a run: dated changes make the phases of one run follow each other.

    Args:
        model: the whole model.
        begins: the date from which it is in force; None of the first.
        goes: of stages and ends that earlier models had and this one has not, where the work goes.
        team_goes: likewise of teams.
        ramps: of stages (and `entry`) at which a change takes hold of one contact after another, that change.
        team_ramps: of teams in which a change takes hold of one person after another, that change.
    """

    model: OperatingModel
    begins: date | None = None
    goes: Mapping[str, str] = field(default_factory=dict)
    team_goes: Mapping[str, str] = field(default_factory=dict)
    ramps: Mapping[str, Ramp] = field(default_factory=dict)
    team_ramps: Mapping[str, Ramp] = field(default_factory=dict)


def assesses(stage: Stage) -> bool:
    """Whether a slot is held at a stage for an assessment."""
    return isinstance(stage, CaseloadStage) and stage.assesses


def helps(stage: Stage) -> bool:
    """Whether a slot is held at a stage for help other than an assessment, such as that of Early Help.

    Example:
        >>> helps(CaseloadStage(kind="caseload", team="family_workers", hold="12 weeks", assesses=False))
        True
    """
    return isinstance(stage, CaseloadStage) and not stage.assesses


def skills_of(models: Iterable[OperatingModel]) -> list[tuple[str, ...]]:
    """What people can do, by number: everything (the empty one), then each skill of anybody, in order of their names."""
    return sorted({(), *(group.skill for model in models for team in model.teams.values() for group in team.staff)})


def transfers(model: OperatingModel, name: str) -> bool:
    """Whether a stage leads to an assessment without another decision, or other help, on the way: a transfer."""
    seen: set[str] = set()
    first = model.stages.get(name)
    ahead = [name] if first and not first.decides and not helps(first) else []
    while ahead:
        stage = ahead.pop()
        if assesses(model.stages[stage]):
            return True
        seen.add(stage)
        ahead += [
            to
            for to in model.targets_of(stage)
            if to in model.stages and to not in seen and not model.stages[to].decides and not helps(model.stages[to])
        ]
    return False


def decided_later(model: OperatingModel, name: str) -> bool:
    """Whether every way on from a stage meets one that decides before an end or a caseload: nothing is decided yet."""
    seen: set[str] = set()
    ahead = [name]
    while ahead:
        stage = ahead.pop()
        if stage not in model.stages or model.stages[stage].kind == "caseload":
            return False
        if not model.stages[stage].decides and stage not in seen:
            seen.add(stage)
            ahead += model.targets_of(stage)
    return True


def decided_before(model: OperatingModel, name: str) -> bool:
    """Whether every way from the entry to a stage meets one that decides: what stands there was decided before."""
    seen: set[str] = set()
    ahead = list(model.targets_of("entry"))
    while ahead:
        stage = ahead.pop()
        if stage == name:
            return False
        if stage in model.stages and stage not in seen and not model.stages[stage].decides:
            ahead += model.targets_of(stage)
        seen.add(stage)
    return True


def accepts(stage: Stage) -> bool:
    """Whether a transfer is accepted at a stage."""
    return getattr(stage, "waits_for", "") == "acceptance"


def accepted_later(model: OperatingModel, name: str) -> bool:
    """Whether every way from a stage to an assessment meets one that accepts: whoever is sent there is accepted again."""
    seen: set[str] = set()
    ahead, is_accepted = [name], False
    while ahead:
        stage = ahead.pop()
        if stage not in model.stages or stage in seen or helps(model.stages[stage]):
            continue
        if assesses(model.stages[stage]):
            return False
        seen.add(stage)
        is_accepted = is_accepted or accepts(model.stages[stage])
        ahead += [] if accepts(model.stages[stage]) else model.targets_of(stage)
    return is_accepted


ALWAYS = ShiftPattern.parse({"Mon-Sun": "00:00-24:00", "bank_holidays": "00:00-24:00"})


@dataclass(frozen=True)
class Timeline:
    """The calendars of a run, laid out in local time and held in seconds since `opens` 00:00.

    Args:
        clock: local time to seconds and back.
        first, last: the start of the warm-up, and two years beyond the end of the run. All between is laid out, and three years
            before where the run starts from a backlog, whose clocks have run.
        starts, closes, ends: start of the warm-up (not above 0), end of the measured window, end of the run.
        bank_holidays, working_dates: of England, within the dates laid out.
        shifts: a calendar for each shift of the model, and `always`.
        working_days: whole working days (00:00 to 24:00) as a calendar, for durations in working days.
    """

    clock: WallClock
    first: date
    last: date
    starts: int
    closes: int
    ends: int
    bank_holidays: frozenset[date]
    working_dates: tuple[date, ...]
    shifts: dict[str, Calendar]
    working_days: Calendar

    @classmethod
    def of(cls, model: OperatingModel) -> Timeline:
        """Lay out the calendars of a model's run; models of one run window and the same shifts share one timeline.

        Example:
            >>> model = OperatingModel(
            ...     name="A street", run=RunWindow(opens=date(2026, 6, 1)), teams={}, stages={}, routes={}, ends={})
            >>> Timeline.of(model) is Timeline.of(model.model_copy(update={"name": "Another"}))
            True
        """
        return _timeline(model.run, tuple((name, model.pattern(name)) for name in ("always", *model.shifts)))

    @classmethod
    def lay_out(cls, run: RunWindow, shifts: Mapping[str, ShiftPattern]) -> Timeline:
        """Lay out the calendars of some shifts over a run window."""
        clock = WallClock(run.opens)
        first = run.opens - timedelta(weeks=run.warm_up)
        closes = run.opens + timedelta(weeks=run.weeks)
        ends = closes + timedelta(weeks=run.follow_up)
        last = ends + timedelta(days=BEYOND_DAYS)
        known = first - timedelta(days=BEFORE_DAYS if run.backlog is not None else 0)
        holidays = england_bank_holidays(known, last)
        days = [known + timedelta(days=n) for n in range((last - known).days + 1)]
        working = tuple(day for day in days if day.weekday() < 5 and day not in holidays)
        laid_out = {name: pattern.lay_out(clock, known, last, holidays) for name, pattern in shifts.items()}
        whole_days = WORKING_DAY.lay_out(clock, known, last, holidays)
        seconds = (clock.midnight(first), clock.midnight(closes), clock.midnight(ends))
        return cls(clock, first, last, *seconds, holidays, working, laid_out, whole_days)

    def calendar(self, clock: Clock, model: OperatingModel) -> Calendar | None:
        """The calendar of a duration's clock; None is elapsed time."""
        if clock == "elapsed":
            return None
        return self.working_days if clock == "working_days" else self.shifts[model.clock]


BEYOND_DAYS, BEFORE_DAYS = 750, 1096
WORKING_DAY = ShiftPattern.parse({"Mon-Fri": "00:00-24:00"})


@lru_cache(maxsize=32)
def _timeline(run: RunWindow, shifts: tuple[tuple[str, ShiftPattern], ...]) -> Timeline:
    """A timeline kept: every replication and option of a study has the same run window and mostly the same shifts."""
    return Timeline.lay_out(run, dict(shifts))
