"""Office hours against exact results: the weekly cycle of a queue with pauses, and calendar arithmetic to the second."""

from __future__ import annotations

from datetime import datetime
from functools import cache

import numpy as np
import pandas as pd
import pytest

from frontdoor_sim.contacts import given
from frontdoor_sim.experiment import run
from theory_runs import HOUR, agrees, exponential, played, scenario

# M_t/M/c_t with pause and resume, periodic steady state; from matrix exponentials over the week.
OFFICE = {
    "C1": {
        "mean hours": 15.3630678, "open Mon 09:00": 41.4733924, "open Mon 17:00": 17.9655766, "open Fri 17:00": 4.4733924,
        "within 4 h": 0.3485351, "within 8 h": 0.4783582, "within 24 h": 0.8227478, "within 48 h": 0.9202874,
        "within 72 h": 0.9985602, "within 1 working hours": 0.1922907, "within 2 working hours": 0.3781035,
        "within 4 working hours": 0.6764848, "within 8 working hours": 0.9602128, "within 16 working hours": 0.9999020,
        "mean working hours waited": 2.1964083,
    },
    "C3": {
        "mean hours": 12.6235955, "open Mon 09:00": 6.0112360, "open Mon 17:00": 6.0112360, "open Fri 17:00": 6.0112360,
        "within 4 h": 0.5767976, "within 8 h": 0.6420834, "within 24 h": 0.8831541, "within 48 h": 0.9236058,
        "within 72 h": 0.9850951, "within 1 working hours": 0.2402903, "within 2 working hours": 0.4505860,
        "within 4 working hours": 0.7329256, "within 8 working hours": 0.9434218, "within 16 working hours": 0.9976675,
        "mean working hours waited": 1.7556179,
    },
}  # fmt: skip
C3 = {
    "arrivals.people.per_hour": {"Mon-Fri 09:00-17:00": 2},
    "teams.desk.staff.officer.wte": 3,
    "stages.decision.touch": exponential(1.25),
}
REPLICATIONS = 3
BLUNT = {"mean hours": 0.05, "mean working hours waited": 0.10}


@cache
def office(table: str) -> dict[str, np.ndarray]:
    """Every quantity of the table as a series in order of time, over the replications."""
    parts = [office_run(table, replication) for replication in range(REPLICATIONS)]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def office_run(table: str, replication: int) -> dict[str, np.ndarray]:
    log = played("office_hours", C3 if table == "C3" else {}, seed=3, replication=replication)
    work = log.events[log.events["kind"] == "work"].groupby("contact").agg(start=("start", "min"), end=("end", "max"))
    contacts = log.contacts.set_index("contact")[["received"]].join(work).sort_values("received")
    opens, closes, everybody = 0, log.about.closes, contacts
    contacts = contacts[(contacts["received"] >= opens) & (contacts["received"] < closes)]
    assert contacts["end"].notna().all(), "the follow-up is too short"
    received, start, end = (contacts[name].to_numpy().astype(np.int64) for name in ("received", "start", "end"))
    working = log.about.clocks["office"]
    found = {
        "mean hours": (end - received) / HOUR,
        "mean working hours waited": working.between(received, start) / HOUR,
    }
    found |= {f"within {hours} h": end - received <= hours * HOUR for hours in (4, 8, 24, 48, 72)}
    found |= {f"within {n} working hours": working.between(received, end) <= n * HOUR for n in (1, 2, 4, 8, 16)}
    return found | open_at(log, everybody)


def open_at(log, contacts: pd.DataFrame) -> dict[str, np.ndarray]:
    """Contacts open at an hour of every week of the window."""
    mondays = pd.date_range(log.about.opens, periods=180, freq="7D")
    arrived = np.sort(contacts["received"].to_numpy())
    gone = np.sort(contacts["end"].dropna().to_numpy())
    found = {}
    for name, hours in (("Mon 09:00", 9), ("Mon 17:00", 17), ("Fri 17:00", 4 * 24 + 17)):
        times = log.about.clock.seconds((mondays + pd.Timedelta(hours=hours)).to_numpy())
        found[f"open {name}"] = np.searchsorted(arrived, times, side="right") - np.searchsorted(
            gone, times, side="right"
        )
    return found


@pytest.mark.parametrize("table", list(OFFICE))
def test_office_hours(table):
    found = office(table)
    for name, exact in OFFICE[table].items():
        agrees(f"{table} {name}", found[name], exact, BLUNT.get(name, 0.12 if name.startswith("open") else 0.03))


def test_offered_load_is_what_the_tables_say():
    """209 contacts a week on 6 x 40 hours are .8708333; 80 of 1.25 h on 3 x 40 hours are .8333333."""
    for table, load in (("C1", 0.8708333), ("C3", 0.8333333)):
        log = played("office_hours", C3 if table == "C3" else {}, seed=3, replication=0)
        work = log.events[log.events["kind"] == "work"]
        week = np.clip((work["start"].to_numpy() - log.about.starts) // (7 * 86_400), 0, None)
        hours = np.bincount(week, (work["end"] - work["start"]).to_numpy() / HOUR)[26:206]
        agrees(f"{table} load", hours / (240 if table == "C1" else 120), load, 0.02)


# Calendar arithmetic, from stepping minute by minute: received, minutes of work, finished, elapsed hours.
CALENDAR = [
    ("2026-04-02 16:30", 60, "2026-04-07 09:30", 113.0),  # Easter, clocks forward already
    ("2026-03-28 12:00", 30, "2026-03-30 09:30", 44.5),  # clocks forward on 29 March
    ("2026-10-24 23:00", 480, "2026-10-26 17:00", 43.0),  # clocks back on 25 October
    ("2026-03-27 16:59", 2, "2026-03-30 09:01", 63 + 2 / 60),
    ("2026-02-06 17:00", 1, "2026-02-09 09:01", 64 + 1 / 60),  # 17:00 is closed
    ("2026-12-24 16:00", 120, "2026-12-29 10:00", 114.0),  # Christmas, with its substitute Monday
    ("2026-07-01 08:00", 480, "2026-07-01 17:00", 9.0),  # ends exactly at close, not on the next day
    ("2026-07-01 10:00", 480, "2026-07-02 10:00", 24.0),  # exactly 24 hours is within 24 hours
]
WORKING_MINUTES = [
    ("2026-04-02 09:00", "2026-04-07 17:00", 960),
    ("2026-03-27 15:00", "2026-03-30 11:00", 240),
    ("2026-12-23 09:00", "2026-12-30 09:00", 1440),
]
ELAPSED_HOURS = [("2026-03-28 12:00", "2026-03-29 12:00", 23), ("2026-10-24 12:00", "2026-10-25 12:00", 25)]


@cache
def calendar_log():
    model = scenario("calendar").model
    rows = pd.DataFrame({"contact": range(1, len(CALENDAR) + 1), "received": [row[0] for row in CALENDAR]})
    contacts = given(rows, model).sort_values("contact")
    contacts["seconds: decision"] = [60 * row[1] for row in CALENDAR]
    return run(scenario("calendar"), seed=1, contacts=contacts)


def second_of(text: str) -> int:
    return int(calendar_log().about.clock.seconds(datetime.fromisoformat(text)))


@pytest.mark.parametrize(
    ("contact", "received", "minutes", "finished", "elapsed"), [(n, *row) for n, row in enumerate(CALENDAR, 1)]
)
def test_work_in_office_hours_ends_to_the_second(contact, received, minutes, finished, elapsed):
    log = calendar_log()
    work = log.events[(log.events["contact"] == contact) & (log.events["kind"] == "work")]
    assert int((work["end"] - work["start"]).sum()) == 60 * minutes
    assert int(work["end"].max()) == second_of(finished)
    assert int(work["end"].max()) - second_of(received) == round(elapsed * HOUR)


@pytest.mark.parametrize(("start", "end", "minutes"), WORKING_MINUTES)
def test_working_time_between(start, end, minutes):
    assert calendar_log().about.clocks["working_hours"].between(second_of(start), second_of(end)) == 60 * minutes


@pytest.mark.parametrize(("start", "end", "hours"), ELAPSED_HOURS)
def test_a_day_of_23_or_25_hours(start, end, hours):
    assert second_of(end) - second_of(start) == hours * HOUR
