"""Rule 9: a run starts from the contacts that are open, as stories worked by hand, and as mistakes told at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from frontdoor_sim.contacts.remaining import left_of
from frontdoor_sim.contacts.returning import NOBODY
from frontdoor_sim.distributions import from_mapping, quantile_table
from frontdoor_sim.documents import InputError
from frontdoor_sim.event_log import EventLog, check_laws
from frontdoor_sim.experiment.running import draw_contacts, placed
from frontdoor_sim.luck import code, draws
from frontdoor_sim.measures import measure
from frontdoor_sim.scenario import Scenario, read_scenario
from stories import said
from twins import assert_twins, both

MODEL = """
name: Story
run: {opens: 2025-06-02, weeks: 2, follow_up: 0, backlog: open.csv}
shifts: {office: {Mon-Fri: "09:00-17:00"}}
clock: office
arrivals: {police: {per_hour: 0, rag: amber}}
teams:
  desk: {order: rag, staff: [{role: officer, wte: 1, shift: office}]}
  cases: {staff: [{role: worker, wte: 2, shift: office, caseload: 2}]}
stages:
  work: {team: desk, touch: 2 h}
  rest: {kind: delay, team: desk, delay: 3 working days, waits_for: acceptance}
  hold: {kind: caseload, team: cases, hold: 10 working days}
routes: {entry: work, work: rest, rest: hold, hold: done}
ends: {done: {}}
"""
HEADER = "stage,received,since,held,judged,rag\n"


def scenario(folder: Path, rows: str, model: str = MODEL) -> Scenario:
    (folder / "model.yaml").write_text(model, encoding="utf-8")
    (folder / "open.csv").write_text(rows, encoding="utf-8")
    return read_scenario(folder / "model.yaml")


def played(one: Scenario) -> tuple[EventLog, list[int]]:
    """The log, which both engines write, and the contacts by second of receipt."""
    table = placed(one, draw_contacts(one, 7, 0, NOBODY))
    reference, compiled = both(one.model, table)
    assert_twins(reference, compiled)
    check_laws(reference)
    return reference, table.sort_values("received")["contact"].tolist()


def test_work_goes_on_in_its_order_and_with_the_clock_that_has_run(tmp_path: Path):
    """The red one waits since 16:00 on Friday, and goes first; then the amber ones by when they began to wait."""
    rows = (
        "work,2025-05-30 12:00,2025-05-30 15:00,,,amber\nwork,2025-05-30 13:00,,,,amber\nwork,2025-05-30 16:00,,,,red\n"
    )
    log, (first, second, red) = played(scenario(tmp_path, HEADER + rows))
    assert said(log, red)[:2] == ["work shift 30 16:00-02 09:00", "work work 02 09:00-02 11:00"]
    assert "work work 02 11:00-02 13:00" in said(log, second)
    assert "work work 02 13:00-02 15:00" in said(log, first)


def test_a_delay_and_a_held_case_are_over_when_the_rest_of_their_time_is(tmp_path: Path):
    """Since Thursday 12:00: one and a half of three working days have passed. Held since 26 May: five of ten."""
    rows = "hold,2025-05-20,2025-05-26,yes,3,amber\nrest,2025-05-29 12:00,,,,amber\n"
    log, (held, rested) = played(scenario(tmp_path, HEADER + rows))
    assert said(log, held) == ["hold caseload 26 00:00-10 00:00"], "26 May is a bank holiday"
    assert said(log, rested)[0] == "rest acceptance 29 12:00-03 12:00"


def test_nobody_is_put_out_by_a_limit(tmp_path: Path):
    """Five cases are held by two people who can hold two each; the sixth waits until the third of them is over."""
    held = "".join(f"hold,2025-05-2{day},,yes,3,amber\n" for day in range(1, 6))
    log, contacts = played(scenario(tmp_path, HEADER + held + "hold,2025-05-30 09:00,,no,3,amber\n"))
    cases = log.events[log.events["kind"] == "caseload"].set_index("contact")
    assert (cases.loc[contacts[:5], "start"] < 0).all()
    assert sorted(cases.loc[contacts[:5], "worker"].value_counts()) == [2, 3]
    assert cases.loc[contacts[5], "start"] > 0


def test_what_stands_after_a_decision_was_decided_before(tmp_path: Path):
    """Of three who are open one waits for a decision, until 11:00; the stages after it were reached by a decision only."""
    rows = "hold,2025-05-20,2025-05-26,yes,3,amber\nrest,2025-05-29 12:00,,,,amber\nwork,2025-05-30 12:00,,,,amber\n"
    one = scenario(tmp_path, HEADER + rows, MODEL.replace("touch: 2 h}", "touch: 2 h, decides: true}"))
    found = measure(played(one)[0]).set_index(["measure", "group"])["value"]
    assert found["open_undecided", "0"] == found["backlog_undecided", "0"] == 1
    assert found["backlog_cleared_days", "all"] == 11 / 24


def test_an_option_takes_the_backlog_with_it(tmp_path: Path):
    base = scenario(tmp_path, HEADER + "rest,2025-05-29 12:00,,,,amber\nwork,2025-05-30 12:00,,,,amber\n")
    assert base.backlog is not None
    option = tmp_path / "option.yaml"
    change = (
        "name: Option\nchanges: model.yaml\nbecause:\n  - {say: Without a rest., remove: {stages.rest: {to: hold}}}\n"
    )
    option.write_text(change + "  - {say: A name., rename: {stages.work: screening}}\n", encoding="utf-8")
    log, (rested, worked) = played(read_scenario(option))
    assert said(log, rested)[0].startswith("hold allocation 29 12:00-02 00:00")
    assert said(log, worked)[1] == "screening work 02 09:00-02 11:00"
    option.write_text(change.replace("to: hold", "to: done"), encoding="utf-8")
    with pytest.raises(InputError, match="1 contact of the backlog stands there"):
        read_scenario(option)


def test_an_empty_backlog_is_a_run_from_empty(tmp_path: Path):
    arrives = MODEL.replace("per_hour: 0", "per_hour: 0.3")
    empty = scenario(tmp_path, HEADER, arrives)
    without = read_scenario_text(tmp_path, arrives.replace("backlog: open.csv", "warm_up: 0"))
    logs = [both(one.model, draw_contacts(one, 7, 0, NOBODY))[1] for one in (empty, without)]
    assert logs[0].events.equals(logs[1].events)
    assert logs[0].duty.equals(logs[1].duty)


def read_scenario_text(folder: Path, text: str) -> Scenario:
    (folder / "other.yaml").write_text(text, encoding="utf-8")
    return read_scenario(folder / "other.yaml")


def test_every_mistake_is_told_at_once_with_its_lines(tmp_path: Path):
    rows = (
        "wrok,2025-05-30,,,,amber\nwork,2025-06-03,,,,purple\nwork,2025-06-03,,,,red\nwork,2025-05-30,2025-05-29,,9,\n"
        "work,2025-05-30,,yes,,\nwork,2019-01-01,,,,\nwrok,2025-05-30,,,,\n"
    )
    with pytest.raises(InputError) as found:
        scenario(tmp_path, HEADER + rows)
    assert [f"{one.where}: {one.what}" for one in found.value.mistakes] == [
        'open.csv:2: stage: No stage is called "wrok". So too in line 8.',
        'open.csv:3: rag: "purple" cannot be read.',
        "open.csv:4: received: 2025-06-03 00:00:00 lies after the run opens.",
        "open.csv:4: since: 2025-06-03 00:00:00 lies after the run opens.",
        'open.csv:5: judged: "9" cannot be read.',
        "open.csv:6: held: At work no case is held.",
        "open.csv:7: received: 2019-01-01 00:00:00 lies too far back.",
        "open.csv:7: since: 2019-01-01 00:00:00 lies too far back.",
    ]
    with pytest.raises(InputError, match="has no warm-up"):
        scenario(tmp_path, HEADER, MODEL.replace("follow_up: 0", "follow_up: 0, warm_up: 4"))


@pytest.mark.parametrize(
    "shape", [{"distribution": "exponential", "mean": 10}, {"distribution": "gamma", "mean": 10, "cv": 0.4}]
)
def test_what_is_left_is_what_is_left_of_those_that_last_longer(shape: dict[str, Any]):
    """The mean of what is left, against that of the whole durations that last longer; of an exponential, its own mean."""
    table, keys = quantile_table(from_mapping(shape), 3600), np.arange(200_000)
    passed = 30_000
    left = left_of(table, np.full(len(keys), passed), draws(keys, code("left")))
    whole = table.reads(draws(keys, code("whole")))
    longer = whole[whole > passed] - passed
    error = (left.var() / len(left) + longer.var() / len(longer)) ** 0.5
    assert abs(left.mean() - longer.mean()) < 4 * error
    if shape["distribution"] == "exponential":
        assert abs(left.mean() - 36_000) < 4 * left.std() / len(left) ** 0.5
