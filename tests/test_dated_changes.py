"""Dated changes, worked by hand and held to laws: a go-live, a dip, a team that leaves, cases of people who have gone."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given as random
from hypothesis import seed, settings

from dated_models import Dated, as_option, dated
from frontdoor_sim.contacts import given
from frontdoor_sim.contacts.returning import NOBODY
from frontdoor_sim.documents import InputError
from frontdoor_sim.event_log import EventLog, check_laws
from frontdoor_sim.experiment.running import draw_contacts, measured, simulate
from frontdoor_sim.scenario import Scenario, read_scenario
from queue_laws import plain
from random_models import as_scenario
from stories import DAY, NEXT_DAY, OFFICE, OPENS, TO_DONE, WORK, at, officers, outcome, said
from twins import assert_twins, both_of_phases

ROOT = Path(__file__).parents[1]
SECOND, LAST = "2025-06-03", "2025-06-17"


def option(changes: list[dict[str, Any]], **facts: Any) -> Scenario:
    """An option of a desk with one officer, who works two hours on each contact."""
    data = {
        "name": "Story", "run": {"opens": OPENS, "weeks": 1, "warm_up": 0, "follow_up": 1}, "shifts": OFFICE, "clock": "office",
        "teams": {"desk": officers()}, "stages": WORK, "routes": TO_DONE, "ends": {"done": {}, "closed": {"provides": 1}},
    }  # fmt: skip
    return as_option(as_scenario(data | facts), tuple(changes))


def played(changes: list[dict[str, Any]], contacts: list[dict[str, Any]], **facts: Any) -> EventLog:
    """Play contacts through an option on both engines."""
    scenario = option(changes, **facts)
    numbered = [{"contact": number, **contact} for number, contact in enumerate(contacts, 1)]
    reference, compiled = both_of_phases(scenario.phases, given(pd.DataFrame(numbered), scenario.model))
    assert_twins(reference, compiled)
    check_laws(reference)
    return reference


# --- what has begun, and what waits ----------------------------------------------------------------------------------


def test_work_reads_the_model_of_its_first_start():
    """The first contact is in hand when work becomes an hour's; the second waits, and has the new time."""
    log = played([{"from": SECOND, "set": {"stages.work.touch": "1 h"}}], at(f"{DAY} 16:00", f"{DAY} 16:30"))
    assert said(log, 1) == [
        "work work 02 16:00-02 17:00",
        "work shift 02 17:00-03 09:00",
        "work work 03 09:00-03 10:00",
    ]
    assert said(log, 2)[-1] == "work work 03 10:00-03 11:00"


def test_a_change_ends_and_what_was_before_is_again():
    """For one day the desk is slow: work takes four hours, then two again."""
    dip = {"from": SECOND, "until": "2025-06-04", "set": {"stages.work.touch": "4 h"}}
    log = played([dip], at(f"{DAY} 09:00", f"{NEXT_DAY} 09:00", "2025-06-04 09:00"))
    assert [said(log, number)[-1] for number in (1, 2, 3)] == [
        "work work 02 09:00-02 11:00", "work work 03 09:00-03 13:00", "work work 04 09:00-04 11:00",
    ]  # fmt: skip


def test_a_route_is_that_of_the_second_at_which_a_stage_is_left():
    log = played(
        [{"from": SECOND, "set": {"routes.work": [{"to": {"done": 0.5, "closed": 0.5}}]}}, {"set": {"routes.work": "closed"},
         "from": "2025-06-04", "over": "routes.work"}],
        at(f"{DAY} 14:00", "2025-06-03 16:00"),
    )  # fmt: skip
    assert outcome(log, 1, "work") == "done"
    assert outcome(log, 2, "work") == "closed"


def test_a_delay_keeps_the_length_with_which_it_began():
    stages = {"wait": {"kind": "delay", "team": "desk", "delay": "24 h"}}
    routes = {"entry": "wait", "wait": "done"}
    slow = {"from": SECOND, "set": {"stages.wait.delay": "1 h"}}
    log = played([slow], at(f"{DAY} 12:00", f"{NEXT_DAY} 10:00"), stages=stages, routes=routes)
    assert said(log, 1) == ["wait handoff 02 12:00-03 12:00"]
    assert said(log, 2) == ["wait handoff 03 10:00-03 11:00"]


def test_a_late_answer_grades_again_by_the_cut_points_in_force_when_it_comes():
    """Asked on the first day; on the second, when the answer comes, red begins at a lower need: the fourth goes first."""
    stages = {
        "checks": {
            "kind": "checks", "team": "desk", "partners": {"police": {"delay": "24 h", "regrades": True}},
            "give_up_after": {"amber": "1 h"},
        },
        "work": {"team": "desk", "touch": "6 h"},
    }  # fmt: skip
    facts = {
        "stages": stages, "routes": {"entry": "checks", "checks": "work", "work": "done"},
        "teams": {"desk": officers(order="rag")}, "grading": {"green": -1, "amber": 0.5, "red": 1.5},
    }  # fmt: skip
    needs = {"09:00": 700_000, "09:30": 700_000, "10:00": 700_000, "10:30": 1_200_000}
    contacts = [{"received": f"{DAY} {when}", "rag": "amber", "need": need} for when, need in needs.items()]
    assert "re-grade" not in set(played([], contacts, **facts).events["kind"])
    log = played([{"from": SECOND, "set": {"grading.red": 1.0}}], contacts, **facts)
    again = log.events[log.events["kind"] == "re-grade"]
    assert again[["contact", "rag"]].values.tolist() == [[4, "red"]]
    assert said(log, 4)[-4:-2] == ["work worker 03 10:30-03 14:00", "work work 03 14:00-03 17:00"]
    assert said(log, 3)[-2:] == ["work shift 04 17:00-05 09:00", "work work 05 09:00-05 10:00"]


# --- what is taken out -----------------------------------------------------------------------------------------------

TWO = {
    "stages": {
        "look": {"team": "desk", "touch": "1 h"},
        "sign": {"team": "managers", "touch": "2 h"},
        "close": {"team": "desk", "touch": "1 h"},
    },
    "routes": {"entry": "look", "look": "sign", "sign": "close", "close": "done"},
    "teams": {"desk": officers(2), "managers": officers()},
}
NO_SIGNATURE = {"from": SECOND, "remove": {"stages.sign": {"to": "close"}, "teams.managers": {"to": "desk"}}}


def test_a_stage_is_taken_out_and_its_work_goes_where_the_file_says():
    """One is in the manager's hand, who leaves: it is handed over as it is, and done by the desk. One waits: it goes on to close."""
    log = played([NO_SIGNATURE], at(f"{DAY} 15:00", f"{DAY} 15:30"), **TWO)
    assert said(log, 1) == [
        "look work 02 15:00-02 16:00",
        "sign work 02 16:00-02 17:00",
        "sign shift 02 17:00-03 00:00",
        "sign shift 03 00:00-03 09:00",
        "sign work 03 09:00-03 10:00",
        "close work 03 10:00-03 11:00",
    ]
    assert said(log, 2) == [
        "look work 02 15:30-02 16:30",
        "sign worker 02 16:30-02 17:00",
        "sign shift 02 17:00-03 00:00",
        "close shift 03 00:00-03 09:00",
        "close work 03 09:00-03 10:00",
    ]
    assert outcome(log, 2, "sign") == "close"
    teams = plain(log.events).query("contact == 1 and stage == 'sign' and kind == 'work'")["team"].tolist()
    assert teams == ["managers", "desk"]


def test_a_contact_on_its_way_to_a_stage_that_is_taken_out_goes_on_when_it_would_have_come():
    facts = TWO | {"handoffs": {"same_site": {"delay": "12 h"}}}
    log = played([NO_SIGNATURE], at(f"{DAY} 15:00"), **facts)
    assert said(log, 1)[1:] == [
        "sign handoff 02 16:00-03 04:00",
        "close shift 03 04:00-03 09:00",
        "close work 03 09:00-03 10:00",
    ]


def test_a_new_stage_opens_on_its_day():
    new = {"from": SECOND, "add": {"stages.check": {"team": "desk", "touch": "30 min"}, "routes.check": "done"},
           "set": {"routes.work": "check"}}  # fmt: skip
    log = played([new], at(f"{DAY} 09:00", f"{NEXT_DAY} 09:00"))
    assert said(log, 1) == ["work work 02 09:00-02 11:00"]
    assert said(log, 2) == ["work work 03 09:00-03 11:00", "check work 03 11:00-03 11:30"]


def test_a_stage_that_was_taken_out_comes_back():
    """For two days nobody signs; then there is a signature again, with the name that it had."""
    out = {"from": SECOND, "remove": {"stages.sign": {"to": "close"}}}
    again = {"from": "2025-06-05", "add": {"stages.sign": {"team": "managers", "touch": "1 h"}, "routes.sign": "close"},
             "set": {"routes.look": "sign"}}  # fmt: skip
    log = played([out, again], at(f"{DAY} 09:00", f"{NEXT_DAY} 09:00", "2025-06-05 09:00"), **TWO)
    assert said(log, 1)[1:] == ["sign work 02 10:00-02 12:00", "close work 02 12:00-02 13:00"]
    assert said(log, 2)[1:] == ["close work 03 10:00-03 11:00"]
    assert said(log, 3)[1:] == ["sign work 05 10:00-05 11:00", "close work 05 11:00-05 12:00"]
    again["add"]["stages.sign"] = {"kind": "delay", "team": "managers", "delay": "1 h"}
    with pytest.raises(InputError, match="kind` becomes another on 2025-06-05"):
        option([out, again], **TWO)


# --- people ----------------------------------------------------------------------------------------------------------


def test_more_people_from_a_date():
    more = {"from": SECOND, "set": {"teams.desk.staff.officer.wte": 3}}
    log = played([more], at(*[f"{DAY} 16:00"] * 4))
    assert [said(log, number)[-1] for number in (2, 3, 4)] == [
        "work work 03 09:00-03 11:00", "work work 03 09:00-03 11:00", "work work 03 10:00-03 12:00",
    ]  # fmt: skip


def test_training_withdraws_people_for_a_day():
    """A team of two is one for a day; whoever stays keeps what was set down, and the other's work is handed over."""
    training = {"from": SECOND, "until": "2025-06-04", "set": {"teams.desk.staff.officer.wte": 1}}
    log = played([training], at(f"{DAY} 16:00", f"{DAY} 16:00"), teams={"desk": officers(2)})
    assert said(log, 1)[-1] == "work work 03 09:00-03 10:00"
    assert said(log, 2)[-1] == "work work 03 10:00-03 11:00"
    on_duty = log.duty.groupby("start").size()
    assert on_duty.head(3).tolist() == [2, 1, 2]


def test_hours_change_and_a_person_stays_the_same():
    """Paused work is taken up by the same officer, at the new hour."""
    later = {"from": SECOND, "set": {"shifts.early": {"Mon-Fri": "07:00-15:00"}}}
    facts = {"shifts": OFFICE | {"early": {"Mon-Fri": "09:00-17:00"}}, "teams": {"desk": officers(2, "early")}}
    log = played([later], at(f"{DAY} 16:00"), **facts)
    assert said(log, 1)[-1] == "work work 03 07:00-03 08:00"
    assert plain(log.events).query("kind == 'work'")["worker"].nunique() == 1


HELD = {
    "stages": {"held": {"kind": "caseload", "team": "desk", "hold": "3 days"}},
    "routes": {"entry": "held", "held": "done"},
    "teams": {"desk": officers(2, caseload=1)},
}


def test_the_cases_of_leavers_keep_their_ends_and_count_against_the_team():
    """One of two has left with a case: the other, who is free from the fourth on, may take none until the leaver's has ended."""
    left = {"from": SECOND, "set": {"teams.desk.staff.officer.wte": 1}}
    log = played([left], at(f"{DAY} 10:00", f"{DAY} 12:00", f"{NEXT_DAY} 09:00"), **HELD)
    assert said(log, 1) == ["held caseload 02 10:00-05 10:00"]
    assert said(log, 2) == ["held caseload 02 12:00-05 12:00"]
    assert said(log, 3) == ["held allocation 03 09:00-05 12:00", "held caseload 05 12:00-08 12:00"]


def test_a_lowered_limit_ejects_nobody():
    facts = HELD | {"teams": {"desk": officers(1, caseload=2)}}
    lower = {"from": SECOND, "set": {"teams.desk.staff.officer.caseload": 1}}
    log = played([lower], at(f"{DAY} 10:00", f"{DAY} 12:00", f"{NEXT_DAY} 09:00"), **facts)
    assert said(log, 1) == ["held caseload 02 10:00-05 10:00"]
    assert said(log, 3) == ["held allocation 03 09:00-05 12:00", "held caseload 05 12:00-08 12:00"]


# --- laws ------------------------------------------------------------------------------------------------------------


def without_dates(scenario: Scenario, **dates: date | None) -> Scenario:
    """An option with other dates in all its changes."""
    steps = tuple(
        type(step)(step.change.model_copy(update=dates), step.document, step.index)
        for step in scenario.steps
        if step.change
    )
    return Scenario(scenario.file, scenario.data, scenario.parameters, scenario.base, steps, scenario.touched)


OPTIONS = ["examples/no_sign_off.yaml", "examples/one_system.yaml", "examples/hub.yaml"]


def logs_of(name: str, *dates: date | None) -> list[EventLog]:
    scenario = read_scenario(ROOT / "scenarios" / name)
    contacts = draw_contacts(scenario, 3, 1, NOBODY)
    return [simulate(without_dates(scenario, begins=day), contacts, 3, 1) for day in dates]


@pytest.mark.parametrize("name", OPTIONS)
def test_a_change_dated_before_the_run_is_the_undated_option(name):
    assert_twins(*logs_of(name, None, date(2024, 12, 9)))


@pytest.mark.parametrize("name", OPTIONS)
def test_a_change_dated_after_the_run_is_the_base(name):
    scenario = read_scenario(ROOT / "scenarios" / name)
    later = without_dates(scenario, begins=date(2025, 3, 11))
    contacts = draw_contacts(scenario, 3, 1, NOBODY)
    one, other = simulate(scenario.base, contacts, 3, 1), simulate(later, contacts, 3, 1)
    assert plain(one.events).drop(columns="option").equals(plain(other.events).drop(columns="option"))
    assert one.duty.equals(other.duty)


@pytest.mark.parametrize("name", OPTIONS)
def test_before_the_date_all_is_as_under_the_base_and_luck_is_the_same(name):
    """What ends before the last week is there row for row: only who will be on duty again casts a shadow before."""
    base, go_live = (
        simulate(one, contacts, 3, 1)
        for scenario in [read_scenario(ROOT / "scenarios" / name)]
        for contacts in [draw_contacts(scenario, 3, 1, NOBODY)]
        for one in (scenario.base, without_dates(scenario, begins=date(2025, 2, 3)))
    )
    second = go_live.about.clock.midnight(date(2025, 1, 27))
    columns = ["contact", "stage", "visit", "part", "kind", "team", "enabled", "start", "end", "waited_for"]
    before = [
        plain(log.events)[columns][(log.events["end"] < second).to_numpy()].reset_index(drop=True)
        for log in (base, go_live)
    ]
    assert len(before[0]) > 500
    assert before[0].equals(before[1])


@pytest.mark.parametrize("batch", range(4))
def test_random_models_that_change_on_dates_are_alike_on_both_engines(batch):
    @seed(batch)
    @settings(max_examples=40)
    @random(dated())
    def alike(model: Dated) -> None:
        reference, compiled = both_of_phases(model.phases, model.table())
        check_laws(reference)
        assert_twins(reference, compiled)

    alike()


def test_what_is_measured_without_a_log_is_the_same():
    scenario = without_dates(read_scenario(ROOT / "scenarios/examples/no_sign_off.yaml"), begins=date(2025, 2, 3))
    contacts = draw_contacts(scenario, 3, 1, NOBODY)
    fast, slow = (measured(scenario, contacts, 3, 1, engine) for engine in ("compiled", "simpy"))
    pd.testing.assert_frame_equal(fast, slow, check_exact=True)


# --- mistakes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("change", "what"), [
    ({"from": SECOND, "remove": "teams.managers"}, "nothing says where the work goes"),
    ({"from": SECOND, "set": {"stages.sign.decides": True}}, "becomes another on 2025-06-03"),
    ({"from": SECOND, "until": LAST, "add": {"stages.spare": {"team": "desk", "touch": "1 h"}, "routes.spare": "done"},
      "set": {"routes.close": "spare"}}, "is there until 2025-06-17"),
])  # fmt: skip
def test_dates_with_which_nothing_can_be_done_are_mistakes(change, what):
    with pytest.raises(InputError) as error:
        option([change], **TWO)
    assert what in str(error.value)


@pytest.mark.parametrize("change", [
    {"from": LAST, "until": SECOND, "set": {"stages.work.touch": "1 h"}},
    {"from": SECOND, "rename": {"stages.work": "job"}},
])  # fmt: skip
def test_dates_that_say_nothing_are_refused(change):
    with pytest.raises(ValueError, match="date"):
        option([change])
