"""Out of hours in the example: the duty team's powers, the morning batch, and a Monday that is three days."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from frontdoor_sim.event_log import EventLog
from frontdoor_sim.experiment import run
from frontdoor_sim.scenario import read_scenario
from queue_laws import plain

EXAMPLE = "scenarios/examples/out_of_hours.yaml"
LATE = 1 << 60


@pytest.fixture(scope="module")
def log() -> EventLog:
    return run(read_scenario(EXAMPLE), seed=7)


@pytest.fixture(scope="module")
def steps(log: EventLog) -> pd.DataFrame:
    return steps_of(log)


def steps_of(log: EventLog) -> pd.DataFrame:
    """For each contact when it was received, passed on by the switchboard, came to the desk and was begun there; and its RAG."""
    events = plain(log.events)
    at_desk = events[events["stage"] == "decision"]
    found = log.contacts.set_index("contact")[["received", "rag"]].astype({"rag": str})
    answered = events[(events["stage"] == "answer") & (events["outcome"] != "")].set_index("contact")
    found["answered"], found["night"] = answered["end"], answered["outcome"] == "duty_decision"
    found["joined"] = at_desk[at_desk["waited_for"] != "handoff"].groupby("contact")["enabled"].min()
    found["begun"] = at_desk[at_desk["kind"] == "work"].groupby("contact")["start"].min()
    return found.fillna({"answered": LATE, "night": False, "joined": LATE, "begun": LATE})


def mornings(log: EventLog) -> list[tuple[int, int]]:
    """The seconds at which the office closed and then opened, in the measured window."""
    days = [day for day in range(7 * 10) if log.about.clock.local(day * 86_400).hour == 0]
    opens = [day * 86_400 + 8 * 3600 + 45 * 60 for day in days]  # before the clocks change
    office = log.about.clocks["working_hours"]
    first = [second for second in opens if office.is_open(second)]
    return [(before + 8 * 3600 + 1800, after) for before, after in pairwise(first)]


def waiting(steps: pd.DataFrame, second: int, since: int) -> int:
    """How many are in the desk's queue at a second, of those who came to it after another."""
    return int(((steps["joined"] > since) & (steps["joined"] <= second) & (steps["begun"] >= second)).sum())


def test_what_waits_on_monday_came_in_since_friday_evening(log: EventLog, steps: pd.DataFrame) -> None:
    """Contact by contact: received since the close, less what the duty team keeps and what the switchboard has in hand."""
    protected = set(plain(log.events).query("outcome == 'protected'")["contact"])
    kept = steps.index.isin(protected)
    spans = {63.5: 0, 15.5: 0}
    for closed, opened in mornings(log):
        assert log.about.clock.local(closed).strftime("%H:%M") == "17:15"
        sent = (steps["answered"] > closed) & (steps["answered"] <= opened) & ~kept
        with_duty_team = sent & steps["night"] & (steps["joined"] > opened)
        assert waiting(steps, opened, closed) == int((sent & ~with_duty_team).sum())
        spans[(opened - closed) / 3600] += 1
    assert spans[63.5] >= 8
    assert spans[15.5] >= 35


def test_a_monday_brings_as_much_as_the_hours_since_friday(log: EventLog, steps: pd.DataFrame) -> None:
    """Nobody types in that a Monday is heavy: its share of the mornings' work is its share of the closed hours, to the 99.9 % band."""
    hours = np.array([(opened - closed) / 3600 for closed, opened in mornings(log)])
    came = np.array([waiting(steps, opened, closed) for closed, opened in mornings(log)])
    monday = hours > 24
    low, high = stats.binom.interval(0.999, came.sum(), hours[monday].sum() / hours.sum())
    assert low <= came[monday].sum() <= high
    assert came[monday].mean() > 3 * came[~monday].mean()


def test_an_office_that_never_closes_for_the_weekend_has_no_monday() -> None:
    change = {
        "shifts.office": {"every day": "08:45-17:15"},
        "shifts.out_of_hours": {"every day": "00:00-08:45, 17:15-24:00"},
        "handoffs.particular": [{"from": "duty_decision", "to": "decision", "batch": "every day 08:45"}],
        "run.weeks": 10,
    }
    log = run(read_scenario(EXAMPLE).varied(change), seed=7)
    steps, found = steps_of(log), mornings(log)
    assert {opened - closed for closed, opened in found} == {int(15.5 * 3600)}
    came = pd.Series([waiting(steps, opened, closed) for closed, opened in found])
    monday = pd.Series([log.about.clock.local(opened).weekday() == 0 for _, opened in found])
    low, high = stats.binom.interval(0.999, came.sum(), monday.mean())
    assert low <= came[monday].sum() <= high


def test_the_duty_team_protects_and_leaves_the_rest_for_the_morning(log: EventLog) -> None:
    """It sees red at night alone; what it does not protect goes at 08:45 of a working day, and at no other second."""
    events, clock = plain(log.events), log.about.clock
    work = events[(events["stage"] == "duty_decision") & (events["kind"] == "work")]
    assert len(work) > 100
    assert set(work["rag"]) == {"red"}
    office = log.about.clocks["working_hours"]
    assert not office.is_open(work["start"].to_numpy(np.int64)).any()
    assert set(work.loc[work["outcome"] != "", "outcome"]) == {"protected", "decision"}
    over = events[(events["stage"] == "decision") & (events["waited_for"] == "handoff") & ~events["censored"]]
    assert len(over) > 20
    sent = [clock.local(int(second)) for second in over["end"]]
    assert all(moment.strftime("%H:%M:%S") == "08:45:00" and moment.weekday() < 5 for moment in sent)
