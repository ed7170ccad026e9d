"""Which dates of a history are used, and when its files were taken, where nobody says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.calibration.estimates import many
from frontdoor_sim.calibration.history import History
from frontdoor_sim.calibration.history.quality.rules import UNREAD_DATES
from frontdoor_sim.calibration.window import Window
from frontdoor_sim.documents import InputError, Mistake

Int64s = NDArray[np.int64]

_DAY = 86_400
_EPOCH = date(1970, 1, 1)
_SOME, _CLOSE = 6, 28 * _DAY
_AFTER = 45 * _DAY
_MOMENTS = ("received", "incoming", "started", "ended", "accepted", "allocated", "closed")


@dataclass(frozen=True)
class Dates:
    """The dates of a calibration.

    Args:
        window: dates used for demand, and on which spans begin.
        extracted: local time at which the files were taken.
        assumed: which of the two nobody said, in words; empty where both were.
    """

    window: Window
    extracted: datetime
    assumed: str = ""


def dates_of(
    records: pd.DataFrame, window: tuple[date, date] | None, extracted: datetime | None, unread: str = ""
) -> Dates:
    """The dates of a calibration, from what was asked for and what the records hold.

    Where nobody says, the files were taken at the end of the last day on which anything happened, no later than 45 days
    after the last receipt; a receipt counts where five others lie within four weeks of it. The window begins with the
    first week that has at least half the usual number of receipts, and ends with the last receipt.

    Args:
        records: table `history_records`.
        window: first and last date asked for.
        extracted: local time at which the files were taken.
        unread: of the dates that cannot be read, what they are, in a sentence; for the message where hardly any can.

    Raises:
        InputError: hardly any contact is there; or the window ends after the files were taken, or has weeks of which the
            files hold nothing.
    """
    received = _receipts(records)
    first, last = _some(received, unread)
    taken = extracted or _end_of_day(_latest(records, last))
    chosen = window or (_usual_from(received, first), min(_day(last), (taken - timedelta(seconds=1)).date()))
    mistakes = list(_not_covered(chosen, _day(first), _day(last), taken))
    if mistakes:
        raise InputError(mistakes)
    said = []
    if window is None:
        said.append("the window is that of the receipts")
    if extracted is None:
        said.append(f"the files are taken to be as at the end of {(taken - timedelta(days=1)):%d %B %Y}")
    return Dates(Window(*chosen), taken, "; ".join(said))


def unread_dates(history: History) -> str:
    """How many rows have a date that cannot be read, and what stands there, in a sentence; empty where there are none."""
    number = int((history.findings["rule"] == UNREAD_DATES).sum())
    return f"{many(number)} rows have a date that cannot be read; {history.unread_dates}" if number else ""


def check_dates_are_read(history: History) -> None:
    """Refuse a history of which a column of dates has the month first: whatever is read of it is wrong.

    Raises:
        InputError: there is such a column.
    """
    if history.misread:
        raise InputError([_other_dates(unread_dates(history))])


def _other_dates(what: str) -> Mistake:
    right = "Dates as dd/mm/yyyy or yyyy-mm-dd, with the time behind them."
    return Mistake("history", what, right, "Export the files again with such dates.")


def _not_covered(window: tuple[date, date], first: date, last: date, taken: datetime) -> Iterator[Mistake]:
    """What is wrong with a window: it is not over, or reaches beyond the weeks of the receipts and the one after."""
    words = f"The window {window[0]} to {window[1]}"
    if window[1] >= taken.date() or window[1] < window[0]:
        what = f"{words} is not over when the files were taken, {taken:%Y-%m-%d %H:%M}."
        remedy = "Choose an earlier window, or say with --extracted when they were taken."
        yield Mistake("--window", what, "Whole days that were over before the files were taken.", remedy)
    begins = first - timedelta(days=first.weekday())
    ends = last + timedelta(days=13 - last.weekday())
    if window[0] < begins or window[1] > ends:
        what = f"{words} has weeks without a contact in the files: these hold contacts from {first} to {last}."
        right = (
            f"A window from {begins} at the earliest to {ends} at the latest; other weeks would count as quiet ones."
        )
        yield Mistake(
            "--window", what, right, "Choose a window that the files cover, or add the files of the other weeks."
        )


def _receipts(records: pd.DataFrame) -> Int64s:
    """Wall-clock seconds at which contacts came in, ascending."""
    first = records["kind"].eq("contact") | (records["kind"].eq("step") & records["parent"].isna())
    mine = records[first]
    moments = mine["received"].fillna(mine["incoming"]).dropna()
    return np.sort(moments.to_numpy(dtype=np.int64))


def _some(received: Int64s, unread: str) -> tuple[int, int]:
    """The first and the last receipt that five others are near, so that no single contact (or typing error) says."""
    if len(received) >= _SOME:
        near = received[_SOME - 1 :] - received[: 1 - _SOME] <= _CLOSE
        if near.any():
            places = np.flatnonzero(near)
            return int(received[places[0]]), int(received[places[-1] + _SOME - 1])
    what = f"There are fewer than {_SOME} contacts within four weeks of each other."
    if unread:
        raise InputError([_other_dates(f"{what} {unread}")])
    right = "Files that hold the contacts of some months: Annex A List 1, ssd_contacts, workflow steps or the template."
    raise InputError([Mistake("history", what, right, "Add the file of contacts, or correct its dates.")])


def _latest(records: pd.DataFrame, last: int) -> int:
    """The last moment at which anything happened, not long after the last receipt."""
    here = records[records["kind"].isin(("contact", "step", "referral", "assessment"))]
    every = np.concatenate([here[name].dropna().to_numpy(dtype=np.int64) for name in _MOMENTS])
    return int(every[every <= last + _AFTER].max())


def _usual_from(received: Int64s, first: int) -> date:
    """The first date from which weeks have at least half the usual number of receipts."""
    begins = first - first % _DAY
    week = (received[received >= begins] - begins) // (7 * _DAY)
    counts = np.bincount(week)
    usual = int(np.argmax(counts >= np.median(counts) / 2))
    return _day(begins + 7 * _DAY * usual)


def _day(second: int) -> date:
    return _EPOCH + timedelta(days=second // _DAY)


def _end_of_day(second: int) -> datetime:
    return datetime.combine(_day(second) + timedelta(days=1), datetime.min.time())
