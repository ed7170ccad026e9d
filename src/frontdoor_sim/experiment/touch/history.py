"""A history read for its stamps, and held to what can be learnt from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd

from frontdoor_sim.calibration.touch.stamps import Stamps
from frontdoor_sim.documents import InputError, Mistake
from frontdoor_sim.event_log import EventLog
from frontdoor_sim.experiment.touch.desk import Desk
from frontdoor_sim.experiment.touch.replay import Replay, midnights_of
from frontdoor_sim.measures.journeys import Journeys
from frontdoor_sim.measures.table_reading import TableReading

SETTLES_WEEKS = 8
"""Weeks at the start that are played and not counted, since a run starts with an empty desk and the history did not."""

LEAST_CONTACTS, LEAST_WEEKS = 500, 12
_WEEK = 604_800


def replay_of(log: EventLog, desk: Desk, demand: float) -> tuple[Stamps, Replay]:
    """The stamps of a history, and its receipts to be played again; a contact without a grade waits as a green one does.

    Args:
        log: a history, or a run.
        desk: the desk that decides.
        demand: by how much demand will be varied.

    Raises:
        InputError: no decisions, too few contacts or weeks, a demand that is no share.
    """
    journeys = Journeys(TableReading(log))
    clock, ends = log.about.clock, log.about.ends
    order = np.argsort(journeys.received, kind="stable")
    order = order[journeys.received[order] < ends]
    received, decided = journeys.received[order], journeys.decided[order]
    _refuse(received, decided, ends, demand)
    first = clock.date_of(min(int(received[0]), 0))
    opens = first - timedelta(days=first.weekday())
    shift = clock.midnight(opens)
    rag = pd.Series(journeys.contacts.words("rag").take(order).objects("green"))
    by_day = journeys.reading.coarsest == "day"
    weeks = -(-(ends - shift + 3_600) // _WEEK)
    counts_from = -shift + SETTLES_WEEKS * _WEEK
    graded = rag if "rag" in desk.order else None
    replay = Replay(desk, received - shift, by_day, graded, opens, weeks, counts_from, ends - shift, demand)
    line = replay.line()
    calendars = (line.shifts["desk"], midnights_of(line))
    stamps = Stamps(received - shift, decided - shift, counts_from, ends - shift, *calendars)
    if by_day:
        stamps = stamps.cut_to_days()
        replay = replace(replay, received=stamps.received)
    return stamps, replay


def _refuse(received: np.ndarray, decided: np.ndarray, ends: int, demand: float) -> None:
    """Every reason for which a history cannot be used."""
    settled = SETTLES_WEEKS * _WEEK
    counted = (received >= settled) & (decided <= ends)
    weeks = (ends - settled) / _WEEK
    mistakes = []
    if counted.sum() < LEAST_CONTACTS or weeks < LEAST_WEEKS:
        what = f"{counted.sum():,} decided contacts in {max(weeks, 0):.0f} weeks, after {SETTLES_WEEKS} that are not counted."
        right = f"At least {LEAST_CONTACTS} contacts in {LEAST_WEEKS} weeks; a year is better."
        mistakes.append(Mistake("history", what, right, "Take a longer extract."))
    elif not (decided[counted] > received[counted]).any():
        what = "Every contact was decided at the moment of its receipt, so no decision is recorded."
        mistakes.append(
            Mistake("history", what, "A moment of decision.", "Ask for it: docs/history-files.md says where it is.")
        )
    if not 0 < demand <= 0.5:
        what = f"Demand cannot be varied by {demand!r}."
        mistakes.append(Mistake("demand", what, "A share above 0, at most 0.5.", "Write 0.1 for 10 %."))
    if mistakes:
        raise InputError(mistakes)
