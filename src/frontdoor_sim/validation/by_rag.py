"""What is compared of the contacts of one RAG: of those that were graded so on arrival, as the records or the run say."""

from __future__ import annotations

import math

import numpy as np

from frontdoor_sim.calibration.estimates import few
from frontdoor_sim.event_log.columns import Ints
from frontdoor_sim.measures.journeys import Journeys
from frontdoor_sim.measures.survival import incidence, percentile
from frontdoor_sim.operating_model import RAGS

LEAST = 20
"""Contacts of a grade below which nothing is said of how long they waited."""

CONTACTS = "contacts_share"
_DAY = 86_400
_SHARES = {"decision_hours_median": 0.5, "decision_hours_p90": 0.9}


def figure_by_rag(journeys: Journeys, name: str, rag: str) -> tuple[float, str]:
    """A figure of the contacts that were received in the window and graded so on arrival.

    Args:
        journeys: of a log whose window is the held-out part.
        name: `contacts_share`, `decided_within_24h`, `decision_hours_median`, `decision_hours_p90` or `decided_by_next_date`.
        rag: the grade.

    Returns:
        The figure, a share as 0 to 1 or hours, and a note where a percentile was not reached. NaN where there are fewer than
        `LEAST` contacts, and no grade's share of the contacts where any grade has one to five of them.
    """
    if name == CONTACTS:
        return _share_of_contacts(journeys, rag), ""
    mine = _graded(journeys, rag)
    if len(mine) < LEAST:
        return math.nan, ""
    received, decided, ends = journeys.received[mine], journeys.decided[mine], journeys.about.ends
    if name in _SHARES:
        return percentile(incidence(received, decided, ends), _SHARES[name])
    if name == "decided_by_next_date":
        return by_dates(journeys, mine, 1), ""
    counted = received + _DAY <= ends
    return (float((decided <= received + _DAY)[counted].mean()) if counted.any() else math.nan), ""


def _graded(journeys: Journeys, rag: str) -> Ints:
    """Places of the contacts of a grade that were received in the window."""
    return np.flatnonzero(journeys.in_window & journeys.contacts.words("rag").among([rag]))


def _share_of_contacts(journeys: Journeys, rag: str) -> float:
    numbers = {one: len(_graded(journeys, one)) for one in RAGS}
    whole = sum(numbers.values())
    told = whole > 0 and not few(list(numbers.values())).any()
    return numbers[rag] / whole if told else math.nan


def by_dates(journeys: Journeys, mine: Ints, days: int) -> float:
    """Share decided before the end of the date so many days after that of receipt, of those whose deadline has come.

    Args:
        journeys: of a log.
        mine: places of the contacts that are asked after.
        days: dates after that of receipt.
    """
    after = journeys.about.clock.date_of(journeys.received[mine]) + np.timedelta64(days + 1, "D")
    deadline = journeys.about.clock.seconds(after.astype("datetime64[s]"))
    counted = deadline <= journeys.about.ends
    met = journeys.decided[mine] < deadline
    return float(met[counted].mean()) if counted.any() else math.nan
