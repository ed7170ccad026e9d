"""Red goes on while its partners are still asked: to the minute, what late replies still do, and as an example."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from scipy import stats

from frontdoor_sim.engine import ENGINES
from frontdoor_sim.event_log import EventLog
from frontdoor_sim.experiment import compare, run
from frontdoor_sim.scenario import read_scenario
from queue_laws import plain
from random_models import as_scenario
from stories import DAY, OPENS, at, officers, played, said

OPTION = "scenarios/examples/red_in_parallel.yaml"
TEAMS = {"desk": officers(), "police": officers(), "assessors": officers(2, caseload=9)}


def stages(red: str = "0 min", judges: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "checks": {"kind": "checks", "team": "desk", "give_up_after": {"red": red},
                   "partners": {"police": {"team": "police", "touch": "3 h"}}},
        "decision": {"team": "desk", "touch": "30 min", "decides": True, "judges": judges or {}},
        "assessment": {"kind": "caseload", "team": "assessors", "hold": "2 working days", "judges": judges or {}},
    }  # fmt: skip


ROUTES = {"entry": "checks", "checks": "decision", "decision": "assessment", "assessment": "done"}


def test_red_goes_on_at_the_second_of_the_request_and_amber_waits() -> None:
    log = played(stages(), ROUTES, at(f"{DAY} 09:00", f"{DAY} 09:00", rag=["red", "amber"]), teams=TEAMS)
    assert said(log, 1)[:3] == [
        "checks partner 02 09:00-02 09:00",
        "decision work 02 09:00-02 09:30",
        "assessment caseload 02 09:30-04 09:30",
    ]
    assert said(log, 1, part=1) == ["checks work 02 09:00-02 12:00"]
    assert said(log, 2, part=1) == ["checks partner 02 09:00-02 12:00", "checks work 02 12:00-02 15:00"]
    assert said(log, 2)[:2] == ["checks partner 02 09:00-02 15:00", "decision work 02 15:00-02 15:30"]


def test_the_reply_neither_holds_nor_reopens_nor_is_lost() -> None:
    """It ends after the assessment began, uses the police, and no row of the main thread stands twice."""
    log = played(stages(), ROUTES, at(f"{DAY} 09:00", rag="red"), teams=TEAMS)
    events = plain(log.events)
    late = events[(events["stage"] == "checks") & (events["part"] == 1)]
    main = events[events["part"] == 0]
    assert late["end"].max() > main.loc[main["stage"] == "assessment", "start"].min()
    assert (late["kind"] == "work").any()
    assert (main.groupby("stage")["visit"].nunique() == 1).all()


# --- what is judged after a late reply is informed by it -----------------------------------------------------------------

BLUR = 5.0
RIGHT = stats.norm.cdf(0.5 / BLUR) - stats.norm.cdf(-0.5 / BLUR)
"""Need in the middle of a level one wide, seen with that much error: how often the level is right."""


def judged(hold: str) -> EventLog:
    """Red contacts of level 3, whose partner answers after three days; the assessment's judgement ends them."""
    parts = stages(judges={"noise": 0, "without_checks": BLUR})
    parts["checks"]["partners"] = {"police": {"delay": "3 days"}}
    parts["assessment"]["hold"] = hold
    model = as_scenario({
        "name": "Late", "run": {"opens": OPENS, "weeks": 12, "warm_up": 0, "follow_up": 4},
        "teams": {"desk": officers(40, "always"), "assessors": officers(40, "always", caseload=400)}, "stages": parts,
        "routes": ROUTES | {"assessment": [{"if": {"judged": 3}, "to": "right"}, {"to": "wrong"}]},
        "ends": {"right": {}, "wrong": {"provides": 1}}, "arrivals": {"police": {"per_hour": 1, "rag": "red", "need": 1.5}},
        "thresholds": {"early_help": 0.0, "child_in_need": 1.0, "protection": 2.0},
    })  # fmt: skip
    return run(model, seed=5)


def ended(log: EventLog) -> pd.Series:
    events = plain(log.events)
    return events.loc[events["outcome"].isin(["right", "wrong"]), "outcome"]


def test_an_assessment_that_outlasts_the_reply_is_informed() -> None:
    found = ended(judged("4 days"))
    assert len(found) > 1_500
    assert (found == "right").all()


def test_one_that_ends_before_it_errs_as_a_decision_does() -> None:
    found = ended(judged("2 days"))
    low, high = stats.binom.interval(0.999, len(found), RIGHT)
    assert low <= (found == "right").sum() <= high


# --- the example --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES[1:])
def test_red_of_the_example_is_decided_first_and_assessed_while_partners_answer(engine: str) -> None:
    option = read_scenario(OPTION)
    log = run(option, seed=7, engine=engine)
    events = plain(log.events)
    main = events[(events["stage"] == "checks") & (events["part"] == 0) & (events["outcome"] != "")]
    red = main["rag"] == "red"
    assert (main.loc[red, "end"] == main.loc[red, "enabled"]).all()
    assert (main.loc[~red, "end"] > main.loc[~red, "enabled"]).mean() > 0.99
    replies = events[(events["stage"] == "checks") & (events["part"] > 0) & (events["rag"] == "red")]
    decided = events[events["stage"] == "red_decision"].groupby("contact")["end"].max()
    last = replies.groupby("contact")["end"].max()
    both = decided.index.intersection(last.index)
    assert len(both) > 100
    assert (last[both] > decided[both]).mean() > 0.9


def test_red_waits_less_in_parallel_and_amber_no_more() -> None:
    option = read_scenario(OPTION)
    found = compare(option.base, [option], replications=4, seed=7, jobs=1).differences
    hours = found[(found["measure"] == "decision_hours_median") & (found["by"] == "rag")].set_index("group")
    assert hours.loc["red", "high"] < -10
    assert hours.loc["amber", "difference"] < 1
