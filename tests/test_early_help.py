"""Early Help: help that holds a slot and is no assessment, step-up, step-down, wrong doors, and an example."""

from __future__ import annotations

from math import isnan, sqrt
from typing import Any

import pandas as pd
import pytest

from frontdoor_sim.engine import ENGINES
from frontdoor_sim.event_log import EventLog
from frontdoor_sim.experiment import compare, run
from frontdoor_sim.measures import measure
from frontdoor_sim.operating_model import transfers
from frontdoor_sim.scenario import read_scenario
from random_models import as_scenario
from small_logs import STAGES as SMALL_STAGES
from small_logs import SmallLog, _table, read
from stories import DAY, OFFICE, OPENS, at, officers, played, said

EXAMPLE, OPTION = (f"scenarios/examples/early_help{name}.yaml" for name in ("", "_in_the_mash"))
TEAMS = {"desk": officers(), "family_workers": officers(caseload=1), "assessors": officers(2, caseload=9)}
STAGES: dict[str, Any] = {
    "decision": {"team": "desk", "touch": "30 min", "decides": True},
    "help": {"kind": "caseload", "team": "family_workers", "assesses": False, "hold": "2 working days"},
    "step_up": {"team": "desk", "touch": "30 min", "decides": True},
    "assessment": {"kind": "caseload", "team": "assessors", "hold": "1 working days"},
}


def value(log: EventLog, name: str, by: str = "all", group: str = "all") -> float:
    table = measure(log)
    found = table[(table["measure"] == name) & (table["by"] == by) & (table["group"] == group)]
    return float(found["value"].iloc[0])


def routes(after_help: str, after_assessment: str = "done", first: str = "help") -> dict[str, str]:
    return {"entry": "decision", "decision": first, "help": after_help, "step_up": "assessment",
            "assessment": after_assessment}  # fmt: skip


def reached(*, step_up: bool) -> tuple[dict[str, Any], dict[str, str]]:
    """The stages of a pathway that steps up, or of one that only helps, and its routes."""
    if step_up:
        return STAGES, routes("step_up")
    few = {name: STAGES[name] for name in ("decision", "help")}
    return few, {name: to for name, to in routes("done").items() if name in ("entry", *few)}


def test_help_has_a_wait_of_its_own_and_is_no_transfer() -> None:
    """One family worker with one family: the second waits for two working days, and nobody was referred."""
    stages, ways = reached(step_up=False)
    log = played(stages, ways, at(f"{DAY} 09:00", f"{DAY} 09:00"), teams=TEAMS)
    assert said(log, 1)[1:] == ["help caseload 02 09:30-04 09:30"]
    assert said(log, 2)[2:] == ["help allocation 02 10:00-04 09:30", "help caseload 04 09:30-06 09:30"]
    assert value(log, "referrals") == 0
    assert (value(log, "help_hours_to_begin_median"), value(log, "help_hours_to_begin_p90")) == (0, 47.5)
    assert value(log, "slots_held_mean", "team", "family_workers") == pytest.approx(4 / 7)


def test_who_steps_up_was_decided_once_and_is_referred_by_the_second_decision() -> None:
    stages, ways = reached(step_up=True)
    log = played(stages, ways, at(f"{DAY} 09:00"), teams=TEAMS)
    assert said(log, 1) == [
        "decision work 02 09:00-02 09:30",
        "help caseload 02 09:30-04 09:30",
        "step_up work 04 09:30-04 10:00",
        "assessment caseload 04 10:00-05 10:00",
    ]
    assert value(log, "decision_hours_median") == 0.5
    assert value(log, "decisions_reversed_share") == 0
    assert value(log, "referrals") == 1
    assert value(log, "transfer_hours_to_allocation_median") == 0
    assert value(log, "help_hours_to_begin_median") == 0


def test_who_is_told_otherwise_before_help_began_was_decided_otherwise() -> None:
    """While it waits for a family worker another decision comes: that one stands."""
    stages = STAGES | {"help": STAGES["help"] | {"give_up_after": {"green": "1 h"}}}
    ways: dict[str, Any] = routes("done") | {
        "help": [{"if": {"outcome": "timed_out"}, "to": "step_up"}, {"to": "done"}]
    }
    log = played(stages, ways, at(f"{DAY} 09:00", f"{DAY} 09:00"), teams=TEAMS)
    assert said(log, 2)[2:4] == ["help allocation 02 10:00-02 11:00", "step_up work 02 11:00-02 11:30"]
    assert value(log, "decisions_reversed_share") == 0.5
    assert value(log, "decision_hours_p90") == 2.5


def test_who_steps_down_was_assessed_and_then_waits_for_help() -> None:
    few = {name: STAGES[name] for name in ("decision", "assessment", "help")}
    ways = {"entry": "decision", "decision": "assessment", "assessment": "help", "help": "done"}
    log = played(few, ways, at(f"{DAY} 09:00"), teams=TEAMS)
    assert said(log, 1)[1:] == ["assessment caseload 02 09:30-03 09:30", "help caseload 03 09:30-05 09:30"]
    assert (value(log, "referrals"), value(log, "help_hours_to_begin_median")) == (1, 0)


def test_whether_it_assesses_changes_no_row() -> None:
    stages, ways = reached(step_up=True)
    as_one = stages | {"help": stages["help"] | {"assesses": True}}
    logs = [played(one, ways, at(f"{DAY} 09:00", f"{DAY} 09:10"), teams=TEAMS) for one in (stages, as_one)]
    pd.testing.assert_frame_equal(logs[0].events, logs[1].events)
    assert [value(log, "transfer_hours_to_allocation_p90") for log in logs] == [0, 47.5]


def test_a_way_through_help_is_no_transfer() -> None:
    model = as_scenario({
        "name": "Way", "run": {"opens": OPENS, "weeks": 1, "warm_up": 0}, "shifts": OFFICE, "teams": TEAMS, "stages": STAGES,
        "routes": routes("step_up"), "ends": {"done": {}},
    }).model  # fmt: skip
    assert {name: transfers(model, name) for name in STAGES} == {
        "decision": False, "help": False, "step_up": False, "assessment": True,
    }  # fmt: skip


def test_an_end_competes_with_the_beginning_of_help() -> None:
    """Begun after 2 hours, gave up after 3, still waiting: F(2) = 1/3, and no more is reached."""
    stages = [*SMALL_STAGES, ("support", "caseload", "family workers", False, False, False, False)]
    log = SmallLog(stages=_table("stages", stages))
    for key, hours in ((1, 2), (2, 3), (3, None)):
        thread = log.contact(key, 9).at("support").wait(9 + hours if hours else 336, "allocation")
        if hours == 2:
            thread.hold(300).to("early help")
        elif hours:
            thread.to("advice")
        else:
            thread.cut()
    made = log.made()
    assert isnan(read(made, "help_hours_to_begin_median"))
    log.contact(4, 9).at("support").wait(13, "allocation").hold(300).to("early help")
    log.contact(5, 9).at("support").wait(14, "allocation").hold(300).to("early help")
    assert read(log.made(), "help_hours_to_begin_median") == 5


# --- the example --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES[1:])
def test_doors_of_the_example_are_as_wrong_as_the_file_says(engine: str) -> None:
    """Of those who need Early Help, a quarter came to the wrong door: to four standard errors."""
    table = measure(run(read_scenario(EXAMPLE), seed=7, engine=engine))
    led = table[table["measure"] == "led_to_share"].set_index("group")
    for door, other in (("north_triage", "south_triage"), ("south_triage", "north_triage")):
        right, wrong = (led.loc[f"{door}, {to}", "value"] for to in ("early_help", other))
        number = (right + wrong) * led.loc[f"{door}, early_help", "contacts"]
        assert wrong / (right + wrong) == pytest.approx(0.25, abs=4 * sqrt(0.25 * 0.75 / number))
        assert led.loc[f"{door}, screening", "value"] > 0
    assert led.loc["early_help, screening", "value"] > 0
    assert led.loc["allocation, early_help", "value"] > 0


def test_a_decision_maker_in_the_mash_decides_sooner_and_help_waits_longer() -> None:
    """What the doors held back comes to the family workers sooner than they have room."""
    option = read_scenario(OPTION)
    found = compare(option.base, [option], replications=4, seed=7, jobs=1).differences
    found = found[found["by"] == "all"].set_index("measure")
    assert found.loc["decided_within_24h", "low"] > 0.1
    assert found.loc["help_hours_to_begin_p90", "difference"] > 10
    model = option.model
    assert {"north_triage", "south_triage", "second_triage"}.isdisjoint(model.stages)
