"""What is compared: figures, curves and weekly series, read alike from a history and from a simulated run.

Where a history holds dates alone, the figures that need the time of day give way to others that dates can answer, and the
simulated runs are asked for those as well.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.event_log.columns import Ints
from frontdoor_sim.measures.answers import Answer
from frontdoor_sim.measures.journeys import Journeys
from frontdoor_sim.measures.survival import Curve, incidence, percentile, read_at
from frontdoor_sim.measures.timeliness import decided_within_1_working_day, decided_within_24h
from frontdoor_sim.operating_model import RAGS
from frontdoor_sim.validation.by_rag import CONTACTS, by_dates, figure_by_rag
from frontdoor_sim.working_time import NEVER

Floats = NDArray[np.float64]
Stamps = Literal["time", "date", "any"]
Found = tuple[float, str]

_MORE_THAN = "more than "
_STEP, _HOUR, _DAY = 360, 3_600, 86_400
LONGEST_DECISION, LONGEST_TRANSFER, LONGEST_DATES = 240, 480, 10
"""Hours, hours and days up to which waits are told apart; a longer one counts as that long."""


@dataclass(frozen=True)
class Statistic:
    """One thing that is compared.

    Args:
        name: as the tolerance statement calls it.
        title: as a reader calls it.
        unit: `share`, `hours` or `contacts`.
        stamps: whether it needs the time of day, stands in for that where there are dates alone, or takes any stamps.
        needs: the measure without which a history cannot answer it.
        of: what it is read from: a `figure` of its own, or the distance of a `curve` or `series` from its prediction.
        source: name of the curve or series.
        forecast_only: whether real arrivals would give it away.
        rag: the grade on arrival of the contacts that it is of; empty for all contacts.
    """

    name: str
    title: str
    unit: str
    stamps: Stamps
    needs: str
    of: Literal["figure", "curve", "series"] = "figure"
    source: str = ""
    forecast_only: bool = False
    rag: str = ""


def _by_rag() -> list[Statistic]:
    """The statistics of the contacts of each grade on arrival."""
    each: list[tuple[str, str, str, Stamps, str]] = [
        (CONTACTS, "share of the contacts", "share", "any", "contacts_received"),
        ("decided_within_24h", "decided within 24 hours", "share", "time", _DECISION),
        ("decision_hours_median", "receipt to decision, half wait less than", "hours", "time", _DECISION),
        ("decision_hours_p90", "receipt to decision, nine in ten wait less than", "hours", "time", _DECISION),
        ("decided_by_next_date", "decided by the end of the next day", "share", "date", _DECISION),
    ]
    return [
        Statistic(f"{name}_{rag}", f"{rag.capitalize()}: {title}", unit, stamps, needs, rag=rag)
        for name, title, unit, stamps, needs in each
        for rag in RAGS
    ]


_DECISION, _TRANSFER = "decided_within_24h", "transfer_hours_to_allocation_median"
STATISTICS: Mapping[str, Statistic] = {
    one.name: one
    for one in (
        Statistic("decided_within_24h", "Decided within 24 hours", "share", "time", _DECISION),
        Statistic("decided_within_1_working_day", "Decided within one working day", "share", "time",
                  "decided_within_1_working_day"),
        Statistic("decision_hours_median", "Receipt to decision: half wait less than", "hours", "time", _DECISION),
        Statistic("decision_hours_p90", "Receipt to decision: nine in ten wait less than", "hours", "time", _DECISION),
        Statistic("decision_distance", "Receipt to decision: hours between the curves", "hours", "time", _DECISION, "curve",
                  "decision"),
        Statistic("decided_by_next_date", "Decided by the end of the next day", "share", "date", _DECISION),
        Statistic("decided_within_3_dates", "Decided by the end of the third day after", "share", "date", _DECISION),
        Statistic("decision_distance_by_date", "Receipt to decision: hours between the curves, by date", "hours", "date",
                  _DECISION, "curve", "decision"),
        Statistic("transferred_share", "Decided for assessment, of all decided", "share", "any", "referrals"),
        Statistic("transfer_hours_to_allocation_median", "Decision to allocation: half wait less than", "hours", "time",
                  _TRANSFER),
        Statistic("transfer_hours_to_allocation_p90", "Decision to allocation: nine in ten wait less than", "hours", "time",
                  _TRANSFER),
        Statistic("transfer_distance", "Decision to allocation: hours between the curves", "hours", "time", _TRANSFER,
                  "curve", "transfer"),
        Statistic("open_undecided", "Waiting for a decision at week ends", "contacts", "any", "open_undecided"),
        Statistic("weekly_open_undecided", "Waiting at week ends: typical error of a week", "contacts", "any",
                  "open_undecided", "series", "open_undecided"),
        Statistic("weekly_decided_within_24h", "Decided within 24 hours: typical error of a week", "share", "time",
                  _DECISION, "series", "decided_within_24h"),
        Statistic("contacts_per_week", "Contacts a week", "contacts", "any", "contacts_received", forecast_only=True),
        Statistic("weekly_contacts", "Contacts: typical error of a week", "contacts", "any", "contacts_received", "series",
                  "contacts", forecast_only=True),
        *_by_rag(),
    )
}  # fmt: skip
"""Everything that can be compared, by name, in the order of the page."""


@dataclass(frozen=True)
class Seen:
    """What a history, or one simulated run, shows.

    Args:
        figures: value by name; NaN where there is none.
        curves: share of contacts through by each reading; `decision` and `transfer`.
        series: value of each week of the held-out part; `contacts`, `open_undecided` and `decided_within_24h`.
        followed: how many contacts each curve is of.
    """

    figures: Mapping[str, float]
    curves: Mapping[str, Floats]
    series: Mapping[str, Floats]
    followed: Mapping[str, int] = field(default_factory=dict)


def seen(journeys: Journeys, by_date: bool) -> Seen:
    """Every statistic's figure, curve and series.

    Args:
        journeys: of a log whose window is the held-out part.
        by_date: whether the history holds dates alone; a simulated run is then read by date too.
    """
    wanted = ("date", "any") if by_date else ("time", "any")
    names = [one.name for one in STATISTICS.values() if one.of == "figure" and one.stamps in wanted]
    figures = {name: _number(*_figure(name, journeys)) for name in names}
    decision = _by_dates(journeys) if by_date else _by_hours(decision_curve(journeys), LONGEST_DECISION)
    curves = {"decision": decision}
    if not by_date:
        curves["transfer"] = _by_hours(transfer_curve(journeys), LONGEST_TRANSFER)
    followed = {"decision": int(journeys.in_window.sum()), "transfer": int(journeys.transferred_in_window.sum())}
    return Seen(figures, curves, weekly(journeys), followed)


def _figure(name: str, journeys: Journeys) -> Found:
    rag = STATISTICS[name].rag
    return figure_by_rag(journeys, name.removesuffix(f"_{rag}"), rag) if rag else _FIGURES[name](journeys)


def steps(by_date: bool) -> float:
    """Hours between two readings of a curve."""
    return 24.0 if by_date else _STEP / _HOUR


def _number(value: float, note: str) -> float:
    """A figure; a percentile that was not reached counts as the longest wait that could be followed."""
    return float(note.removeprefix(_MORE_THAN)) if note.startswith(_MORE_THAN) else value


def decision_curve(journeys: Journeys) -> Curve:
    """Time from receipt in the window to decision, of all contacts."""
    return journeys.decision_curves[0]


def transfer_curve(journeys: Journeys) -> Curve:
    """Time from the first decision for transfer in the window to allocation; being returned competes."""
    mine = np.flatnonzero(journeys.transferred_in_window)
    start, event, left = (times[mine] for times in (journeys.transferred, journeys.allocated, journeys.left))
    return incidence(start, event, journeys.about.ends, left)


def weekly(journeys: Journeys) -> dict[str, Floats]:
    """Contacts received, share of them decided within 24 hours, and contacts undecided at the end, of each week.

    Weeks begin at the local midnight of the window's first weekday. A contact of a date is there at the end of that date.
    """
    about = journeys.about
    opens, number = about.opens, round(about.closes / (7 * _DAY))
    edges = np.array(
        [about.clock.midnight(opens + timedelta(weeks=week)) for week in range(number + 1)], dtype=np.int64
    )
    received, decided = journeys.received, journeys.decided
    deadline = received + _DAY
    counted = journeys.in_window & (deadline <= about.ends)
    below, above = (_each_week(received[mine], edges) for mine in (counted, counted & (decided <= deadline)))
    waiting = [int((received < edge).sum()) - int((decided < edge).sum()) for edge in edges[1:].tolist()]
    shares = np.divide(above, below, out=np.full(number, math.nan), where=below > 0)
    contacts = _each_week(received, edges)
    return {"contacts": contacts, "open_undecided": np.array(waiting, dtype=np.float64), "decided_within_24h": shares}


def _each_week(seconds: Ints, edges: Ints) -> Floats:
    return np.diff(np.searchsorted(np.sort(seconds), edges)).astype(np.float64)


def _by_hours(curve: Curve, hours: int) -> Floats:
    """The share by every tenth of an hour."""
    return read_at(curve, np.arange(hours * _HOUR // _STEP + 1, dtype=np.int64) * _STEP)


def _by_dates(journeys: Journeys) -> Floats:
    """The share decided by so many dates after that of receipt."""
    mine = np.flatnonzero(journeys.in_window)
    day = _dates(journeys, journeys.received[mine])
    decided = journeys.decided[mine]
    event = np.full(len(mine), NEVER)
    event[decided < NEVER] = _dates(journeys, decided[decided < NEVER])
    last = int(_dates(journeys, np.array([journeys.about.ends - 1]))[0])
    return read_at(incidence(day, event, last), np.arange(LONGEST_DATES + 1))


def _dates(journeys: Journeys, seconds: Ints) -> Ints:
    """Local dates, as days since 1970."""
    return journeys.about.clock.date_of(seconds).astype("datetime64[D]").astype(np.int64)


def _within_dates(days: int) -> Callable[[Journeys], Found]:
    """Share decided before the end of the date so many days after that of receipt, of those whose deadline has come."""
    return lambda journeys: (by_dates(journeys, np.flatnonzero(journeys.in_window), days), "")


def _asked(measure: Callable[[Journeys], Iterable[Answer]]) -> Callable[[Journeys], Found]:
    """A measure's value of all contacts."""

    def value(journeys: Journeys) -> Found:
        answer = next(iter(measure(journeys)))
        return float(answer.values[0]), str(answer.notes[0]) if answer.notes else ""

    return value


def _transferred_share(journeys: Journeys) -> Found:
    """Of the contacts received in the window and decided, the share with a decision for transfer."""
    decided = journeys.in_window & (journeys.decided <= journeys.about.ends)
    transferred = decided & (journeys.transferred <= journeys.about.ends)
    return (float(transferred.sum() / decided.sum()), "") if transferred.any() else (math.nan, "")


def _to_allocation(share: float) -> Callable[[Journeys], Found]:
    def hours(journeys: Journeys) -> Found:
        return percentile(transfer_curve(journeys), share) if journeys.any_stage("allocates") else (math.nan, "")

    return hours


_FIGURES: Mapping[str, Callable[[Journeys], Found]] = {
    "decided_within_24h": _asked(decided_within_24h),
    "decided_within_1_working_day": _asked(decided_within_1_working_day),
    "decision_hours_median": lambda journeys: percentile(decision_curve(journeys), 0.5),
    "decision_hours_p90": lambda journeys: percentile(decision_curve(journeys), 0.9),
    "decided_by_next_date": _within_dates(1),
    "decided_within_3_dates": _within_dates(3),
    "transferred_share": _transferred_share,
    "transfer_hours_to_allocation_median": _to_allocation(0.5),
    "transfer_hours_to_allocation_p90": _to_allocation(0.9),
    "open_undecided": lambda journeys: (float(weekly(journeys)["open_undecided"].mean()), ""),
    "contacts_per_week": lambda journeys: (float(journeys.in_window.sum()) / journeys.about.weeks, ""),
}


def silence(statistic: Statistic, silent: pd.DataFrame) -> str:
    """Why a history cannot answer a statistic; empty where it can.

    Args:
        statistic: what is asked.
        silent: `measure, by, why` of a history's log.
    """
    by = ["all", "*", *(["rag"] if statistic.rag else [])]
    about = silent["measure"].isin([statistic.needs, "*"]) & silent["by"].isin(by)
    return str(silent.loc[about, "why"].iloc[0]) if about.any() else ""
