"""A history split at a date: the first part, from which one may learn, and the part that is held out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
import pandas as pd

from frontdoor_sim.calibration.history import History, Period, to_log
from frontdoor_sim.calibration.history.joining import mostly_dates
from frontdoor_sim.calibration.window import Window
from frontdoor_sim.documents import InputError, Mistake
from frontdoor_sim.event_log import EventLog
from frontdoor_sim.measures.journeys import Journeys
from frontdoor_sim.measures.table_reading import TableReading
from frontdoor_sim.operating_model import OperatingModel, RunWindow

LEAST_FIRST, LEAST_HELD_OUT = 8, 4
"""Weeks of the two parts below which there is too little to learn from, or to be held against."""

LEAST_QUIET = 7
"""Days without a contact up to which a history may end, however steadily contacts came before."""

_DAY = 86_400


@dataclass(frozen=True, eq=False)
class HeldOut:
    """A history whose measured window is the part that is held out.

    Args:
        log: of the whole history up to the end of the follow-up; what came later is as if nobody knew it yet.
        account: how many records of each kind the log is made of.
        run: the window in which a simulation meets the same weeks.
        first: the whole weeks before the split.
        by_date: whether the history holds dates alone.
    """

    log: EventLog
    account: pd.DataFrame
    run: RunWindow
    first: Window
    by_date: bool

    @property
    def journeys(self) -> Journeys:
        """What befell each contact."""
        return Journeys(TableReading(self.log))

    @property
    def silent(self) -> pd.DataFrame:
        """Table `silent`: what the files cannot answer."""
        return self.log.about.silent


def hold_out(history: History, model: OperatingModel, split: date, taken: datetime) -> HeldOut:
    """Split a history at a date.

    The held-out part is as many whole weeks from the split as leave the follow-up of the model's run before the files were
    taken. History and simulation are cut off at the same second, so that what is still open counts alike in both.

    Args:
        history: from `quality.examine`, without the rows set aside.
        model: whose calendars measure it, and whose warm-up and follow-up it takes over; the warm-up is no longer than the
            first part.
        split: first date of the part that is held out.
        taken: local time at which the files were taken from the case system.

    Raises:
        InputError: a part is too short, the files end before a date that is asked for, or the history holds no contact.
    """
    if beyond := list(_beyond(history, split, taken)):
        raise InputError(beyond)
    run = model.run
    weeks = (taken.date() - split).days // 7 - run.follow_up
    if weeks < LEAST_HELD_OUT:
        after = f"{max(weeks, 0)} whole weeks with their follow-up of {run.follow_up} weeks"
        what = f"Between {split} and {taken.date()}, when the files were taken, lie {after}."
        raise InputError([_too_short(what, LEAST_HELD_OUT, "Split earlier, or take the files again later.")])
    ends = datetime.combine(split + timedelta(weeks=weeks + run.follow_up), time())
    period = Period(split, split + timedelta(weeks=weeks), ends, model.pattern(model.clock), model.receipt_closes)
    by_date = mostly_dates(history)
    joined = to_log(history, period, precision="day" if by_date else "finest")
    began = joined.log.about.clock.date_of(joined.log.about.starts)
    before = (split - began).days // 7
    if before < LEAST_FIRST:
        what = f"The history begins on {began}, {before} whole weeks before {split}."
        raise InputError([_too_short(what, LEAST_FIRST, "Split later, or read a longer history.")])
    window = RunWindow(opens=split, weeks=weeks, warm_up=min(run.warm_up, before), follow_up=run.follow_up)
    first = Window(split - timedelta(weeks=before), split - timedelta(days=1))
    return HeldOut(joined.log, joined.account, window, first, by_date)


def _beyond(history: History, split: date, taken: datetime) -> Iterator[Mistake]:
    """Dates beyond the files, which would be held against weeks in which nothing is recorded.

    Files end before they were taken where no contact came for longer than a week, and for more than twice as long as at any
    time before.
    """
    days = _days_of_receipt(history)
    if not len(days):
        return
    last = date(1970, 1, 1) + timedelta(days=int(days[-1]))
    until = f"The last contact of the files came on {last}"
    if split > last:
        right = f"A date up to {last - timedelta(weeks=LEAST_HELD_OUT)}, so that there is something to hold out."
        yield Mistake("--split", f"{until}, before {split}.", right, "Split earlier, or read files that reach further.")
    quiet, longest = (taken.date() - last).days, int(np.diff(days).max(initial=0))
    if quiet > max(LEAST_QUIET, 2 * longest):
        what = f"{until}, {quiet} days before {taken.date()}; never before were there more than {longest} days between two."
        right = f"The date on which these files were taken, such as {last + timedelta(days=1)}."
        yield Mistake("--taken", what, right, "Give that date, or read the files that reach as far.")


def _days_of_receipt(history: History) -> np.ndarray:
    """The days since 1970 on which contacts came, in rising order."""
    records = history.records
    steps = (records["kind"] == "step").to_numpy()
    came = records.loc[steps, "incoming"] if steps.any() else records.loc[records["kind"] == "contact", "received"]
    return np.unique(came.dropna().to_numpy(np.int64) // _DAY)


def _too_short(what: str, weeks: int, remedy: str) -> Mistake:
    return Mistake("--split", what, f"At least {weeks} whole weeks.", remedy)


def first_part(held: HeldOut) -> tuple[np.ndarray, np.ndarray]:
    """Seconds of receipt, and sources, of the contacts of the first part."""
    contacts = held.log.contacts
    earlier = contacts["received"].to_numpy(dtype=np.int64) < 0
    return contacts["received"].to_numpy(dtype=np.int64)[earlier], contacts["source"].astype(str).to_numpy()[earlier]
