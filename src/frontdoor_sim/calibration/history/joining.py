"""The one event log of a history, and what it cannot say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from frontdoor_sim.calibration.history.contact_threads import threads_of_contacts
from frontdoor_sim.calibration.history.linking import Links
from frontdoor_sim.calibration.history.period import Period
from frontdoor_sim.calibration.history.reading import History
from frontdoor_sim.calibration.history.silence import silence_of
from frontdoor_sim.calibration.history.step_threads import threads_of_steps
from frontdoor_sim.calibration.history.visits import Thread, events_of
from frontdoor_sim.documents import InputError, Mistake
from frontdoor_sim.event_log import About, EventLog, assemble
from frontdoor_sim.tables import empty
from frontdoor_sim.working_time import NEVER

Precision = Literal["finest", "day"]

_MOSTLY = 0.95


@dataclass(frozen=True, eq=False)
class Joined:
    """The event log of a history.

    Args:
        log: the log; it obeys every law of `event_log`, and its `about.silent` says what the files cannot answer although
            a log could.
        account: `kind, records, used, why`: how many records of each kind the log is made of, and why not of the others.
        too_coarse: how many contacts received in the measured window are not in the log because a moment of theirs is recorded
            to the day, while others have times.
    """

    log: EventLog
    account: pd.DataFrame
    too_coarse: int = 0


def to_log(history: History, period: Period, links: Links | None = None, precision: Precision = "finest") -> Joined:
    """Make the event log of a history, which measures read like that of a run.

    A log has one precision. Where some contacts are recorded to the minute, `finest` makes the log of those, so that hours
    can be measured; `day` makes it of all. Workflow steps go before contacts, where both are recorded so.

    Args:
        history: from `read_history`, or from `quality.examine` without the rows set aside.
        period: the measured window and its calendars.
        links: how lists that do not say what followed what are linked; the sector's rules by default.
        precision: `finest` or `day`.

    Raises:
        InputError: the history holds no contact.
    """
    records = history.records
    timed = records["recorded_to"].ne("day") & records["kind"].isin(["contact", "step"])
    to_the_day = precision == "day" or not timed.any()
    chosen = records if to_the_day else records[timed]
    steps = bool((chosen["kind"] == "step").any())
    clock, ends = period.clock, period.ends

    def thread_of(some: pd.DataFrame) -> Thread:
        if steps:
            return threads_of_steps(some, history.stages, history.outcomes, clock, ends)
        return threads_of_contacts(some, clock, ends, links or Links())

    thread = thread_of(chosen)
    if thread.contacts.empty:
        right = "Annex A List 1, ssd_contacts, workflow steps, or the template."
        remedy = "Add one of them; referrals and assessments alone make no log of a front door."
        raise InputError([Mistake("history", "The files hold no contact before they were taken.", right, remedy)])
    events = events_of(thread, ends)
    if to_the_day:
        events["recorded_to"] = "day"
    begins = int(thread.contacts["received"].min())
    about = period.about(thread.stages, thread.outcomes, begins, silence_of(chosen, thread, steps))
    contacts = _with_returns(thread).drop(columns="recorded_to")
    log = assemble(events, contacts, empty("duty"), about)
    account = _account(records, thread.used, chosen, steps, to_the_day)
    every = thread if len(chosen) == len(records) else thread_of(records)
    too_coarse = _received_in_window(every, about) - _received_in_window(thread, about)
    return Joined(log, account, max(too_coarse, 0))


def mostly_dates(history: History) -> bool:
    """Whether more than one contact in twenty is recorded to the day: then all must be read so, or they would be missed."""
    records = history.records
    kind = "step" if (records["kind"] == "step").any() else "contact"
    timed = records.loc[records["kind"] == kind, "recorded_to"].astype(str).ne("day")
    return not timed.mean() >= _MOSTLY


def _received_in_window(thread: Thread, about: About) -> int:
    """How many contacts of a thread were received in the measured window."""
    return int(thread.contacts["received"].between(0, about.closes - 1).sum())


def _with_returns(thread: Thread) -> pd.DataFrame:
    """The contacts, each with the family's last contact that had ended when it was received."""
    contacts = thread.contacts
    ended = thread.visits[thread.visits["part"] == 0].groupby("contact")["settled"].max()
    over = contacts["contact"].map(ended).fillna(NEVER).to_numpy(dtype=np.int64)
    table = contacts.assign(over=over).sort_values(["family", "received", "contact"], kind="stable")
    same = table["family"].eq(table["family"].shift()) & table["over"].shift(fill_value=NEVER).le(table["received"])
    table["returned_from"] = table["contact"].shift(fill_value=-1).where(same, -1)
    run = (~same).cumsum()
    table["return_number"] = table.groupby(run).cumcount().astype("int16")
    table["returns_at"] = table["received"].shift(-1, fill_value=-1).where(same.shift(-1, fill_value=False), -1)
    return table.drop(columns="over").sort_values("contact", ignore_index=True)


def _account(records: pd.DataFrame, used: int, chosen: pd.DataFrame, steps: bool, to_the_day: bool) -> pd.DataFrame:
    """How many records of each kind the log is made of."""
    whole = records["kind"].astype(str).value_counts()
    main, linked = "step" if steps else "contact", _LINKED if to_the_day and not steps else ()
    rows = []
    for kind, number in whole.items():
        taken = used if kind == main else int(number) if kind in linked else 0
        why = "" if taken == number else _why(str(kind), main, len(chosen) < len(records))
        rows.append({"kind": str(kind), "records": int(number), "used": taken, "why": why})
    return pd.DataFrame(rows, columns=["kind", "records", "used", "why"])


_LINKED = ("referral", "assessment", "family_link")


def _why(kind: str, main: str, finer: bool) -> str:
    if kind == main:
        coarse = "are recorded to the day where the log is finer, " if finer else ""
        return f"the others {coarse}came after the files were taken, or follow a step that is not in them"
    if kind == "contact":
        return "the log is of workflow steps"
    return "not part of the front door's log; the estimators read it from the records"
