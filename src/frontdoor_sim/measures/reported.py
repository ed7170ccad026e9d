"""What the council's own dashboard would show, beside what is true.

A contact has a record on every case system of those who worked on it up to its decision, and each record has three
entries: when it was received, decided and ended. An entry may be made late, and then bears the second at which it is
made, or never. The dashboard counts records, at the end of the run, by the formulas of the true figures. So with one
case system and no late or missing entry each figure equals its true one; of a scenario that does not say how it records
(`recording`) there are none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps

import numpy as np
import pandas as pd

from frontdoor_sim.event_log import EventLog
from frontdoor_sim.event_log.columns import Flags
from frontdoor_sim.measures.answers import Answer, Measure, missing, single
from frontdoor_sim.measures.journeys import Journeys
from frontdoor_sim.measures.records import Records
from frontdoor_sim.measures.table_reading import TableReading
from frontdoor_sim.working_time import NEVER

_DAY = 86_400
_SILENT = "the scenario does not say how contacts are recorded"

OfRecords = Callable[[Journeys, Records], Answer]


def records(log: EventLog) -> pd.DataFrame:
    """What the council's case systems say of a log's contacts, as a dashboard counts it.

    Args:
        log: the log of a scenario that says how it records.

    Returns:
        The table of the dictionary `records`, one row a record that is counted.

    Raises:
        InputError: a table of the log lacks a column of its dictionary.
        ValueError: the scenario does not say how it records.

    Example:
        >>> from frontdoor_sim.experiment import run
        >>> from frontdoor_sim.scenario import read_scenario
        >>> log = run(read_scenario("scenarios/examples/two_systems.yaml"), seed=7)
        >>> len(records(log)) > len(log.contacts)
        True
    """
    journeys = Journeys(TableReading(log))
    found, recording = journeys.records, log.about.recording
    if found is None or recording is None:
        raise ValueError(f"{_SILENT}; give it `recording`")
    names = (*(system.name for system in recording.systems), "")
    times = {name: getattr(found, name) for name in ("received", "decided", "ended")}
    columns = {
        "contact": journeys.contacts.numbers("contact")[found.contact],
        "system": pd.Categorical.from_codes(found.system % len(names), categories=pd.Index(names)),
        **{name: pd.arrays.IntegerArray(seconds, seconds == NEVER) for name, seconds in times.items()},
    }
    return pd.DataFrame(columns).sort_values(["contact", "system"], ignore_index=True)


def _of_records(figure: OfRecords) -> Callable[[Journeys], Iterator[Answer]]:
    """A figure of records as a measure: not measurable where nothing is said of them."""

    @wraps(figure)
    def answer(journeys: Journeys) -> Iterator[Answer]:
        found = journeys.records
        yield figure(journeys, found) if found else missing(figure.__name__, _SILENT)

    return answer


@_of_records
def contacts_received_as_reported(journeys: Journeys, found: Records) -> Answer:
    """Number of records whose entry of receipt lies in the measured window, as `contacts_received` counts contacts."""
    number = int(np.count_nonzero(journeys.within(found.received)))
    return single("contacts_received_as_reported", float(number), number)


@_of_records
def decided_within_24h_as_reported(journeys: Journeys, found: Records) -> Answer:
    """Share of records decided within 24 elapsed hours by their entries, by the formula of `decided_within_24h`.

    A record without an entry of decision is late. Where receipt was entered late, the clock of the record starts late.
    """
    counted = journeys.within(found.received)
    deadline = np.where(counted, found.received + _DAY, NEVER)
    met = found.decided <= deadline
    return _share("decided_within_24h_as_reported", counted & (deadline <= journeys.about.ends), met)


@_of_records
def decided_within_1_working_day_as_reported(journeys: Journeys, found: Records) -> Answer:
    """Share of records decided within one working day by their entries, as `decided_within_1_working_day` counts."""
    counted = journeys.within(found.received)
    deadline, here = np.full(len(counted), NEVER), np.flatnonzero(counted)
    deadline[here] = journeys.about.working_days.deadline(found.received[here], 1)
    met = found.decided < deadline
    return _share("decided_within_1_working_day_as_reported", counted & (deadline <= journeys.about.ends), met)


@_of_records
def open_at_end_as_reported(journeys: Journeys, found: Records) -> Answer:
    """Number of records received and without an end at the end of the run by their entries, as `open_at_end` counts."""
    ends = journeys.about.ends
    number = int(np.count_nonzero((found.received <= ends) & (found.ended > ends)))
    return single("open_at_end_as_reported", float(number), number)


@_of_records
def counted_twice_share(journeys: Journeys, found: Records) -> Answer:
    """Share of contacts that the dashboard counts more than once.

    `#{more than one record that counts} / #{received in [0, closes)}`: recorded on several case systems, and not
    matched.
    """
    again = np.bincount(found.contact, minlength=journeys.number) > 1
    return _share("counted_twice_share", journeys.in_window, again)


@_of_records
def decisions_not_on_record_share(journeys: Journeys, found: Records) -> Answer:
    """Share of records of decided contacts on which the decision does not stand when the run ends.

    `#{entry of decision missing, or made after ends} / #{contact received in [0, closes) and decided <= ends}`, over
    records.
    """
    ends = journeys.about.ends
    made = journeys.in_window[found.contact] & (journeys.decided[found.contact] <= ends)
    return _share("decisions_not_on_record_share", made, found.decided > ends)


def _share(measure: str, counted: Flags, met: Flags) -> Answer:
    """Share of what is counted that met something."""
    below = int(np.count_nonzero(counted))
    if not below:
        return missing(measure, "there is no such record")
    return single(measure, np.count_nonzero(counted & met) / below, below)


MEASURES = (
    Measure(contacts_received_as_reported, ("contacts_received_as_reported",), "contacts"),
    Measure(decided_within_24h_as_reported, ("decided_within_24h_as_reported",), "share"),
    Measure(
        decided_within_1_working_day_as_reported,
        ("decided_within_1_working_day_as_reported",),
        "share",
        needs="working day",
    ),
    Measure(open_at_end_as_reported, ("open_at_end_as_reported",), "contacts"),
    Measure(counted_twice_share, ("counted_twice_share",), "share"),
    Measure(decisions_not_on_record_share, ("decisions_not_on_record_share",), "share"),
)
