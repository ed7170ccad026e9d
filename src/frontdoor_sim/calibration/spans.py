"""How long it took from one moment of a contact to the next, out of an event log, as the likelihood takes it.

A span begins within the window, or was still going on when the window opened and is known because of that: such a case is
conditioned on having lasted until then (left truncation), which is right whether or not the extract holds the cases that
were over before. A case that was not over when the files were taken is open until then, and one that left by another way
was open until it left; but one that is open for more than twice as long as any other took was hardly open, and is left out of
the time to a decision. Stamps to the day go through the exact likelihood of dates.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from frontdoor_sim.calibration.estimates import design_effect
from frontdoor_sim.calibration.history.quality.recording import never_recorded
from frontdoor_sim.calibration.interval_censored import DAY, SECOND, Observed, observe
from frontdoor_sim.calibration.journeys import journeys_of
from frontdoor_sim.calibration.stays import WIDTHS, cells_of
from frontdoor_sim.event_log import ANY, About, EventLog
from frontdoor_sim.operating_model import WORKING_DAY
from frontdoor_sim.working_time import NEVER, Calendar, england_bank_holidays

Int64s = NDArray[np.int64]
Floats = NDArray[np.float64]

ASSESSMENT, DECISION = "assessment", "received_to_decided"
_HOUR, _TWO_WEEKS = 3_600, 14
_BEYOND = 750


@dataclass(frozen=True)
class _Kind:
    """One kind of span: from which moment to which, who has it, and what must not be silent or missing for it."""

    name: str
    words: str
    begins: str
    ends: str
    silenced_by: str
    stages: tuple[str, ...] = ()


_KINDS = (
    _Kind(
        "received_to_started", "from receipt until somebody first works on it", "received", "started", "queue_length"
    ),
    _Kind(DECISION, "from receipt to the decision", "received", "decided", "decision_hours_median"),
    _Kind(
        "decided_to_accepted",
        "from the decision until the assessment team accepts it",
        "decided",
        "accepted",
        "transfer_hours_to_acceptance_median",
        ("accepts",),
    ),
    _Kind(
        "accepted_to_allocated",
        "from acceptance until it is allocated to a worker",
        "accepted",
        "allocated",
        "transfer_hours_to_allocation_median",
        ("accepts", "allocates"),
    ),
    _Kind(
        "decided_to_allocated",
        "from the decision until it is allocated to a worker",
        "decided",
        "allocated",
        "transfer_hours_to_allocation_median",
        ("allocates",),
    ),
    _Kind(ASSESSMENT, "from allocation until the assessment is finished", "allocated", "assessed", "slots_held_mean"),
)


@dataclass(frozen=True, eq=False)
class Span:
    """One kind of span of a history.

    Args:
        name: as the parameters call it in section `durations`.
        words: from what to what.
        observed: as the likelihood takes it; of assessments on the clock of whole working days, else of time elapsed.
        effect: how many of its cases tell as much as one would on its own (`estimates.design_effect`).
    """

    name: str
    words: str
    observed: Observed
    effect: float


def spans(log: EventLog, hours: ArrayLike | None = None) -> dict[str, Span]:
    """Every kind of span that a log can tell, by name.

    Args:
        log: a history (or a run).
        hours: relative density of receipts by hour of the day, for receipts known by date alone; None for uniform. Later
            moments that are known by date alone are taken to fall within the working hours.

    Example:
        >>> from frontdoor_sim.experiment import run
        >>> from frontdoor_sim.scenario import read_scenario
        >>> found = spans(run(read_scenario("scenarios/examples/one_desk.yaml"), seed=7))
        >>> list(found), found["received_to_decided"].observed.coarsest
        (['received_to_started', 'received_to_decided'], 1)
    """
    moments = journeys_of(log).contacts
    coarse = log.events["recorded_to"].astype(str).map(WIDTHS).groupby(log.events["contact"]).max()
    width = np.asarray(moments["contact"].map(coarse).fillna(SECOND), dtype=np.int64)
    found = {}
    for kind in _told(log.about):
        density = hours if kind.begins == "received" else office_hours(log.about)
        calendar = whole_working_days(log.about) if kind.name == ASSESSMENT else None
        span = _span(kind, moments, width, log.about, density, calendar)
        if span is not None:
            found[kind.name] = span
    return found


def _told(about: About) -> Iterator[_Kind]:
    """The kinds of which the log is not silent and has the stages."""
    silent = set(about.silent.loc[about.silent["by"] == ANY, "measure"])
    for kind in _KINDS:
        if kind.silenced_by not in silent and all(about.stages[flag].any() for flag in kind.stages):
            yield kind


def _span(
    kind: _Kind,
    moments: pd.DataFrame,
    width: Int64s,
    about: About,
    density: ArrayLike | None,
    calendar: Calendar | None,
) -> Span | None:
    """The spans of one kind; None where none is over."""
    started, ended, left = (moments[name].to_numpy(dtype=np.int64) for name in (kind.begins, kind.ends, "left"))
    until = np.minimum(left, about.ends)
    is_open = ended > until
    seen_until = np.where(is_open, until, ended)
    mine = (started < about.closes) & (seen_until >= 0) & (~is_open | (seen_until > np.maximum(started, 0)))
    if kind.begins != "received":
        mine &= moments["outcome"].eq(ASSESSMENT).to_numpy()
    if kind.name == DECISION:
        still = mine & (~is_open | (until == about.ends))
        mine[still] &= ~never_recorded(started[still], seen_until[still], is_open[still])
    if not (mine & ~is_open).any():
        return None
    started, ended, until, is_open, width = (column[mine] for column in (started, ended, until, is_open, width))
    ended = np.where(is_open, NEVER, ended)
    observed = observed_span(started, ended, until, width, about, density, calendar)
    return Span(kind.name, kind.words, observed, effect_of(started, ended, until, about.closes))


def effect_of(started: Int64s, ended: Int64s, until: Int64s, closes: int) -> float:
    """The design effect of spans that begin in the window: of whether each is over within the median of those that are.

    Args:
        started, ended, until: as for `observed_span`.
        closes: last second of the window.
    """
    took = np.where(ended == NEVER, NEVER, ended - started)
    median = np.median(took[took < NEVER])
    told = (started >= 0) & (started < closes) & ((took < NEVER) | (until - started >= median))
    return design_effect(started[told], (took[told] <= median).astype(np.float64), closes)


def observed_span(
    started: Int64s,
    ended: Int64s,
    until: Int64s,
    width: Int64s,
    about: About,
    density: ArrayLike | None,
    calendar: Calendar | None = None,
) -> Observed:
    """Spans as the likelihood takes them, from their moments; those that began before the window are truncated there.

    Args:
        started, ended: seconds; NEVER where it was open.
        until: until when an open one was observed.
        width: how precise each is: 1, 60, or 86,400 for a date.
        about: of the log.
        density: relative density of starts known by date, by hour of the day.
        calendar: of a working clock; None for time elapsed.
    """
    start_cell, start_width = cells_of(about, started, width)
    end_cell, end_width = cells_of(about, ended, width)
    is_open = ended == NEVER
    return observe(
        start_cell,
        np.where(is_open, NEVER, end_cell),
        start_width=start_width,
        end_width=np.where(is_open, SECOND, end_width),
        until=np.where(is_open, until, NEVER),
        entered=np.where(start_cell < 0, 0, -NEVER),
        hours=density if (width == DAY).any() else None,
        working=calendar,
    )


def office_hours(about: About) -> Floats:
    """Relative density of moments by hour of the day, as the working hours of the log's first two weeks have it."""
    hours = about.clocks["working_hours"]
    begins = np.arange(_TWO_WEEKS * 24, dtype=np.int64) * _HOUR
    open_time = np.asarray(hours.between(begins, begins + _HOUR), dtype=np.float64)
    by_hour = open_time.reshape(_TWO_WEEKS, 24).sum(axis=0)
    return np.asarray(by_hour if by_hour.sum() > 0 else np.ones(24))


def whole_working_days(about: About) -> Calendar:
    """The calendar on which one working day counts as 24 hours."""
    clock = about.clock
    first, last = clock.date_of(about.starts), clock.date_of(about.ends + _BEYOND * DAY)
    return WORKING_DAY.lay_out(clock, first, last, england_bank_holidays(first, last))
