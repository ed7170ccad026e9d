"""Weeks of a whole run across a change of the clocks: the same in both engines, and those of the calendar on the wall."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from frontdoor_sim.event_log import EventLog
from frontdoor_sim.experiment import run
from frontdoor_sim.measures import measure
from frontdoor_sim.measures.weeks import week_starts
from frontdoor_sim.scenario import read_scenario
from twins import assert_twins

WEEKS, DAY = 4, 24 * 3_600
SPRING, AUTUMN = date(2025, 3, 17), date(2025, 10, 13)
"""Mondays; the clocks change on the second Sunday after each, and with them the length of the second week."""


def both_engines(opens: date) -> tuple[EventLog, EventLog]:
    """A desk at which somebody knocks at every hour, so that some come in the hour by which a week is longer or shorter."""
    every_hour = {"arrivals.individual.per_hour": 6, "teams.desk.staff.officer.wte": 45}
    window = {"run.opens": opens.isoformat(), "run.weeks": WEEKS, "run.warm_up": 1, "run.follow_up": 1}
    desk = read_scenario("scenarios/examples/one_desk.yaml").varied(every_hour | window)
    reference, compiled = (run(desk, seed=11, engine=engine) for engine in ("simpy", "compiled"))
    return reference, compiled


def on_the_wall(opens: date, seconds: pd.Series) -> pd.Series:
    """Local moments of seconds that have truly passed since the opening."""
    return pd.Timestamp(opens, tz="Europe/London") + pd.to_timedelta(seconds, unit="s")


@pytest.mark.parametrize(("opens", "hours"), [(SPRING, 167), (AUTUMN, 169)])
def test_weeks_across_a_change_of_the_clocks_are_those_of_the_calendar_in_both_engines(opens: date, hours: int) -> None:
    logs = both_engines(opens)
    assert_twins(*logs)
    starts, others = (week_starts(log.about) for log in logs)
    assert np.array_equal(starts, others)
    assert np.diff(starts).tolist() == [168 * 3_600, hours * 3_600, 168 * 3_600, 168 * 3_600]
    assert [str(moment)[11:16] for moment in on_the_wall(opens, pd.Series(starts))] == ["00:00"] * (WEEKS + 1)

    tables = [measure(log) for log in logs]
    pd.testing.assert_frame_equal(*tables)
    weekly = tables[0][tables[0]["by"] == "week"].set_index(["measure", "group"])

    contacts, events = logs[0].contacts, logs[0].events
    received = contacts["received"]
    decided = contacts["contact"].map(events[events["outcome"] == "closed"].set_index("contact")["end"])
    days = on_the_wall(opens, received).dt.tz_localize(None).dt.normalize() - pd.Timestamp(opens)
    for week in range(WEEKS):
        mine = (days.dt.days // 7 == week) & (received >= 0)
        here = weekly.loc["decided_within_24h", str(week)]
        assert here["contacts"] == mine.sum()
        assert here["value"] == pytest.approx((decided[mine] - received[mine] <= DAY).mean())
    for week, midnight in enumerate(starts):
        waiting = (received <= midnight) & ~(decided <= midnight)
        assert weekly.loc["open_undecided", str(week)]["value"] == waiting.sum()
