"""Event logs small enough to be worked out by hand: hours in, seconds out."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

import pandas as pd

from frontdoor_sim.event_log import About, EventLog, assemble
from frontdoor_sim.measures import measure
from frontdoor_sim.tables import dictionary, empty, from_rows
from frontdoor_sim.working_time import Calendar, WallClock, WorkingDays, working_dates

HOUR = 3_600
OPENS = date(2019, 6, 3)  # a Monday; no bank holiday and no change of clocks in the weeks after
STAGES = [
    ("screening", "work", "screening", False, False, False, False),
    ("decision", "work", "managers", True, False, False, False),
    ("more information", "work", "screening", False, False, False, False),
    ("transfer", "work", "assessment", False, True, False, False),
    ("assessment", "caseload", "assessment", False, False, True, False),
]
OUTCOMES = [
    ("advice", True, 1, False, False, False, False),
    ("early help", True, 2, False, False, False, False),
    ("closed referral", True, 2, False, False, False, True),
    ("plan", True, 4, False, False, False, False),
    ("screening", False, None, False, False, False, False),
    ("more information", False, None, True, False, True, True),
    ("decision", False, None, False, True, True, False),
    ("transfer", False, None, True, False, True, True),
    ("assessment", False, None, True, False, False, True),
]
TARGETS = [
    ("decision", "red", 4 * HOUR, "elapsed_hours", "", ""),
    ("decision", "amber", 8 * HOUR, "working_hours", "", ""),
    ("decision", "green", 1, "working_days", "", ""),
]


def seconds(hours: float) -> int:
    return round(hours * HOUR)


def office_hours(weeks: int = 30) -> Calendar:
    """Monday to Friday, 09:00 to 17:00, from the opening."""
    days = [24 * (7 * week + day) for week in range(-2, weeks) for day in range(5)]
    return Calendar([seconds(day + 9) for day in days], [seconds(day + 17) for day in days])


def _table(name: str, rows: list[Any]) -> pd.DataFrame:
    columns = [column.name for column in dictionary(name)]
    return from_rows([dict(zip(columns, row, strict=True)) for row in rows], name)


def about(closes: float = 168, ends: float = 336, **changes: Any) -> About:
    """A window of one week and a follow-up of another, unless told otherwise."""
    dates = working_dates(date(2019, 5, 1), date(2020, 6, 30), ())
    facts: dict[str, Any] = {
        "option": "small",
        "run": 0,
        "opens": OPENS,
        "starts": seconds(-168),
        "closes": seconds(closes),
        "ends": seconds(ends),
        "stages": _table("stages", STAGES),
        "outcomes": _table("outcomes", OUTCOMES),
        "clocks": {"working_hours": office_hours()},
        "working_days": WorkingDays(WallClock(OPENS), dates, time(17)),
        "targets": _table("targets", TARGETS),
    }
    return About(**{**facts, **changes})


@dataclass
class Thread:
    """One contact's rows, written one after another."""

    log: SmallLog
    contact: int
    rag: str
    now: int
    stage: str = ""
    visit: int = 0
    part: int = 0
    visits: dict[str, int] = field(default_factory=dict)

    def at(self, stage: str) -> Thread:
        """Begin a visit to a stage."""
        self.visit = self.visits.get(stage, 0)
        self.visits[stage] = self.visit + 1
        self.stage, self.ready = stage, self.now
        return self

    def wait(self, until: float, cause: str = "worker", team: str = "") -> Thread:
        return self._row("wait", until, cause, team, -1)

    def work(self, until: float, worker: int = 1, kind: str = "work", team: str = "") -> Thread:
        return self._row(kind, until, "", team, worker)

    def hold(self, until: float, team: str = "assessment") -> Thread:
        """Hold a slot."""
        return self._row("caseload", until, "", team, 9)

    def to(self, outcome: str) -> Thread:
        """Lead the visit somewhere."""
        self.log.events[-1]["outcome"] = outcome
        return self

    def cut(self) -> Thread:
        """Say that the end of the run cut the last row."""
        self.log.events[-1]["censored"] = True
        return self

    def fork(self, part: int, start: float, end: float, cause: str = "partner", **columns: Any) -> Thread:
        """A row of a forked task, at the stage where the main thread is."""
        now = self.now
        self.part, self.now, self.ready = part, seconds(start), seconds(start)
        self.wait(end, cause)
        self.log.events[-1].update(columns)
        self.part, self.now = 0, now
        return self

    def _row(self, kind: str, until: float, cause: str, team: str, worker: int) -> Thread:
        self.log.events.append(
            {
                "run": 0, "option": "small", "contact": self.contact, "family": self.contact, "stage": self.stage,
                "visit": self.visit, "part": self.part, "kind": kind, "team": team, "worker": worker,
                "enabled": self.ready, "start": self.now, "end": seconds(until), "waited_for": cause, "outcome": "",
                "rag": self.rag, "recorded_to": self.log.recorded_to, "censored": False,
            }
        )  # fmt: skip
        self.now = seconds(until)
        return self


class SmallLog:
    """Collects contacts, their rows and duty, and makes the log."""

    def __init__(self, recorded_to: str = "second", **changes: Any) -> None:
        self.about = about(**changes)
        self.recorded_to = recorded_to
        self.events: list[dict[str, Any]] = []
        self.contacts: list[dict[str, Any]] = []
        self.on_duty: list[dict[str, Any]] = []

    def contact(
        self, key: int, received: float, rag: str = "green", enters: float | None = None, **columns: Any
    ) -> Thread:
        start = seconds(received if enters is None else enters)
        row = {
            "contact": key, "family": key, "received": seconds(received), "enters": start, "source": "health",
            "area": "north", "children": 1, "need": 0, "level": 2, "rag": rag, "open_case": False, "returned_from": -1,
            "return_number": 0, "returns_at": -1,
        }  # fmt: skip
        self.contacts.append({**row, **columns})
        return Thread(self, key, rag, start)

    def decided(
        self, key: int, received: float, hours: float | None, outcome: str = "advice", **columns: Any
    ) -> Thread:
        """A contact that waits for a manager and is decided after some hours; open at the end where that is None."""
        thread = self.contact(key, received, **columns).at("decision")
        if hours is None:
            return thread.wait(self.about.ends / HOUR, team="managers").cut()
        return thread.wait(received + hours, team="managers").to(outcome)

    def duty(self, worker: int, start: float, end: float, team: str = "screening", kind: str = "available") -> SmallLog:
        row = {"worker": worker, "name": f"{team} {worker}", "team": team, "role": "worker", "kind": kind}
        self.on_duty.append({**row, "start": seconds(start), "end": seconds(end)})
        return self

    def made(self) -> EventLog:
        tables = {"events": self.events, "contacts": self.contacts, "duty": self.on_duty}
        frames = {name: pd.DataFrame(rows) if rows else empty(name) for name, rows in tables.items()}
        return assemble(frames["events"], frames["contacts"], frames["duty"], self.about)


def a_week() -> EventLog:
    """Four contacts of one week, with two workers; obeys every law.

    1 (red, 08:00 Monday): screened by worker 1, decided for transfer by manager 2, accepted, allocated, assessed.
    2 (amber, 10:00 Monday): waits for worker 1, over a night, and ends with advice at screening.
    3 (green, 20:00 Friday, enters Monday): still waits for the manager when the run ends.
    4 (received in the warm-up): ended before the window opens.
    """
    log = SmallLog()
    one = log.contact(1, 8, "red", level=4, children=2).at("screening").wait(9, "shift", "screening")
    one.work(10, 1, team="screening").work(11, 1, "search", "screening").to("decision")
    one.at("decision").wait(12, "handoff").wait(13, "sign-off", "managers").work(14, 2, team="managers").to("transfer")
    one.at("transfer").wait(16, "acceptance", "assessment").work(17, 2, team="managers").to("assessment")
    one.at("assessment").wait(33, "allocation").hold(200).to("plan")
    one.fork(1, 33, 40, "visit")
    two = log.contact(2, 10, "amber", source="police", children=3).at("screening").wait(11, "worker", "screening")
    two.work(17, 1, team="screening").wait(33, "shift", "screening").work(34, 1, "re-keying", "screening").to("advice")
    three = (
        log.contact(3, 116, enters=168 + 9, level=3, area="south").at("screening").work(168 + 10, 1, team="screening")
    )
    three.to("decision").at("decision").wait(336, "sign-off", "managers").cut()
    log.contact(4, -30).at("screening").work(-29, 1, team="screening").to("advice")
    for day in (-2, 0, 1, 7):
        log.duty(1, 24 * day + (9 if day >= 0 else 17), 24 * day + (17 if day >= 0 else 25))
        log.duty(2, 24 * day + 9, 24 * day + 17, "managers")
    return log.made()


def transferred(
    log: SmallLog, key: int, accepted: float | None = None, allocated: float | None = None, **columns: int
) -> Thread:
    """A contact decided for transfer at hour 10 of Monday; hours from there on."""
    thread = log.contact(key, 9, **columns).at("decision").work(10, -1).to("transfer").at("transfer")
    if accepted is None:
        return thread
    thread.wait(10 + accepted, "acceptance").to("assessment").at("assessment")
    return thread if allocated is None else thread.wait(10 + allocated, "allocation")


def read(log: EventLog, name: str, group: str = "all", by: str = "all") -> float:
    return float(row(log, name, group, by)["value"])


def row(log: EventLog, name: str, group: str = "all", by: str = "all") -> pd.Series:
    table = measure(log)
    found = table[(table["measure"] == name) & (table["by"] == by) & (table["group"] == group)]
    assert len(found) == 1, f"{name} by {by}, {group}: {len(found)} rows"
    return found.iloc[0]


def note(log: EventLog, name: str, group: str = "all", by: str = "all") -> str:
    """The note of a value that is not there."""
    found = row(log, name, group, by)
    assert math.isnan(found["value"])
    return str(found["note"])
