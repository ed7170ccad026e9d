"""A council made up for tests: few sources, with and without what makes arrivals uneven."""

from __future__ import annotations

from datetime import date
from typing import Any

from frontdoor_sim.operating_model import OperatingModel
from frontdoor_sim.parameters import Graded, Parameters, known

OFFICE_DAY = [0, 0, 0, 0, 0, 0, 0, 1, 4, 6, 6, 5, 5, 5, 6, 7, 5, 2, 1, 1, 0, 0, 0, 0]
ROUND_THE_CLOCK = [3, 3, 2, 2, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5, 5, 6, 5, 4]

EVEN: dict[str, Any] = {
    "volumes.referrals_per_year": 3400.0,
    "volumes.contacts_per_referral": 5.0,
    "volumes.children_per_contact": 1.7,
    "arrivals.source_shares": {"police": 0.5, "schools": 0.3, "health": 0.2},
    "arrivals.month_index": [1.02, 1.0, 1.03, 0.97, 1.12, 1.08, 1.01, 0.81, 1.0, 1.01, 1.04, 0.93],
    "arrivals.weekday_weights": {
        "police": [1.0, 1.0, 1.0, 1.0, 1.1, 1.3, 1.2],
        "schools": [1.15, 1.05, 1.0, 1.0, 0.95, 0.0, 0.0],
        "health": [1.1, 1.0, 1.0, 1.0, 0.9, 0.3, 0.2],
    },
    "arrivals.hour_weights": {"police": ROUND_THE_CLOCK, "schools": OFFICE_DAY, "health": OFFICE_DAY},
    "arrivals.bank_holiday_factor": {"police": 1.1, "schools": 0.05, "health": 0.3},
    "arrivals.school_holiday_factor": {"police": 1.0, "schools": 0.1, "health": 0.9},
    "arrivals.school_holidays": [
        [date(2019, 4, 8), date(2019, 4, 22)],
        [date(2019, 5, 27), date(2019, 5, 31)],
        [date(2019, 7, 22), date(2019, 8, 30)],
        [date(2019, 10, 21), date(2019, 10, 25)],
        [date(2019, 12, 23), date(2020, 1, 3)],
        [date(2020, 2, 17), date(2020, 2, 21)],
    ],
    "arrivals.day_variance": 0.0,
    "arrivals.week_variance": 0.0,
    "contacts.open_case_share": 0.15,
    "contacts.areas": {"north": 0.5, "south": 0.3, "east": 0.2},
    "contacts.need_mean": {"police": -0.1, "schools": 0.2, "health": 0.0},
}
UNEVEN: dict[str, Any] = {
    **EVEN,
    "arrivals.day_variance": 0.04,
    "arrivals.week_variance": 0.03,
    "arrivals.batches": {"police": {"share": 0.8, "at": "Mon-Fri 08:30"}},
    "arrivals.out_of_hours": {
        "open": {"Mon-Thu": "08:30-17:15", "Fri": "08:30-16:45"},
        "handed_over": "Mon-Fri 08:30",
    },
}


def council(values: dict[str, Any] = EVEN, **changes: Any) -> Parameters:
    """Parameters with these values; `changes` are written with two underscores for the dot."""
    changed = {**values, **{name.replace("__", "."): value for name, value in changes.items()}}
    graded = {
        name: Graded(value, known()[name].unit or "days", "Made up", date(2020, 3, 31), "assumed")
        for name, value in changed.items()
    }
    return Parameters("Anywhere", 2020, graded)


def model(
    opens: date = date(2019, 6, 3), weeks: int = 52, warm_up: int = 0, follow_up: int = 0, **more: Any
) -> OperatingModel:
    """A model with nothing in it but a run (and what else is given)."""
    run = {"opens": opens, "weeks": weeks, "warm_up": warm_up, "follow_up": follow_up}
    bare = {"name": "Anywhere", "run": run, "teams": {}, "stages": {}, "routes": {}, "ends": {}, **more}
    return OperatingModel.model_validate(bare)
