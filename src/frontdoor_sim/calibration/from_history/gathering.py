"""Files in, one log with its dates and its account out: what every estimator of a calibration reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd

from frontdoor_sim.calibration.estimates import FEW, many
from frontdoor_sim.calibration.from_history.dates import Dates, check_dates_are_read, dates_of, unread_dates
from frontdoor_sim.calibration.history import History, Joined, Period, Quality, examine, read_history, to_log
from frontdoor_sim.calibration.history.joining import mostly_dates
from frontdoor_sim.calibration.history.reading import Files
from frontdoor_sim.calibration.window import Window
from frontdoor_sim.documents import InputError, Mistake
from frontdoor_sim.event_log import ANY, EventLog

Say = Callable[[str], None]
"""Told the name of each step as it begins."""


@dataclass(frozen=True, eq=False)
class Gathered:
    """A history as the estimators take it.

    Args:
        council: whose it is.
        quality: what the checks found, and the records that are left.
        joined: their event log, and of how many records it is made.
        dates: the window, and when the files were taken.
    """

    council: str
    quality: Quality
    joined: Joined
    dates: Dates

    @property
    def log(self) -> EventLog:
        """The event log; second 0 is the first of the window."""
        return self.joined.log

    @property
    def records(self) -> pd.DataFrame:
        """The records that were not set aside."""
        return self.quality.history.records

    @property
    def window(self) -> Window:
        """The dates that are used."""
        return self.dates.window

    @property
    def on(self) -> date:
        """The last date of the window, which every fitted number carries."""
        return self.window.last

    @property
    def source(self) -> str:
        """The source of every fitted number, in words."""
        return f"{self.council}: the council's own history, {self.window.words}"

    @property
    def by_date(self) -> bool:
        """Whether the log knows days alone."""
        return bool((self.log.events["recorded_to"] == "day").all())

    @property
    def times_unused(self) -> bool:
        """Whether some contacts have times, and are read by the day because too many others have dates alone."""
        mine = self.records["kind"].isin(["contact", "step"])
        return self.by_date and bool(self.records.loc[mine, "recorded_to"].ne("day").any())

    @property
    def families_known(self) -> bool:
        """Whether the files say which children came in one contact; else every child counts as a contact."""
        silent = self.log.about.silent
        return "contacts_received" not in set(silent.loc[silent["by"] == ANY, "measure"])


def gather(
    council: str,
    files: Files | Mapping[str, Files],
    mapping: str | Path | None,
    window: tuple[date, date] | None,
    extracted: datetime | None,
    say: Say,
) -> Gathered:
    """Read, check and join a council's own files.

    Args:
        council: whose they are.
        files, mapping: as `history.read_history` takes them.
        window: first and last date to be used, both included; found from the receipts where None.
        extracted: local time at which the files were taken; found from what happened last where None.
        say: told each step.

    Raises:
        InputError: as `history.read_history`, `dates_of` and `history.to_log`; or the log has fewer than six contacts in the
            window.
    """
    say("Reading the files")
    history = read_history(files, mapping)
    check_dates_are_read(history)
    dates = dates_of(history.records, window, extracted, unread_dates(history))
    say("Checking every row")
    quality = examine(history, dates.extracted)
    _check_some_left(history, quality)
    say("Joining them into one log")
    period = Period(dates.window.first, dates.window.last + timedelta(days=1), dates.extracted)
    joined = to_log(quality.history, period, precision="day" if mostly_dates(quality.history) else "finest")
    _check(joined, dates.window)
    return Gathered(council, quality, joined, dates)


def _check_some_left(history: History, quality: Quality) -> None:
    """Refuse a history of which every contact was set aside, and say why they were."""
    kinds = ["contact", "step"]
    if quality.history.records["kind"].isin(kinds).any() or not history.records["kind"].isin(kinds).any():
        return
    why = quality.set_aside["reason"].astype(str).value_counts()
    what = f"No contact is left: {many(int(why.sum()))} rows were set aside, most of them as {why.index[0]}."
    right = "Columns under the headings that say what they hold, such as the receipt under received_at."
    remedy = "Look at a few rows: two columns may have been exchanged, or a date stand under another's heading."
    raise InputError([Mistake("history", what, right, remedy)])


def _check(joined: Joined, window: Window) -> None:
    """Refuse a log of hardly any contact, and say whether times are why."""
    log = joined.log
    if log.contacts["received"].between(0, log.about.closes - 1).sum() >= FEW:
        return
    what = f"Fewer than {FEW} contacts of {window.words} can be used."
    right, remedy = "The contacts of some months.", "Choose another window, or add the file of contacts."
    if joined.too_coarse:
        what += f" A moment of {many(joined.too_coarse)} others is a date alone, while these have times."
        right = "Contacts that are recorded alike: every moment with its time, or every moment as a date."
        remedy = "Add the times that are missing, or write every moment as a date."
    raise InputError([Mistake("history", what, right, remedy)])
