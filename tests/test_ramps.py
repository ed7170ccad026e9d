"""Ramps: a change that takes hold of one contact after another, by the luck of each; by hand, in number and at the extremes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from dated_models import as_option
from frontdoor_sim.contacts import given
from frontdoor_sim.contacts.returning import NOBODY
from frontdoor_sim.documents import InputError
from frontdoor_sim.event_log import EventLog, check_laws
from frontdoor_sim.experiment.running import draw_contacts, measured, people_of_phases, simulate
from frontdoor_sim.luck import LUCK_BITS, code, draw, key
from frontdoor_sim.operating_model import Timeline
from frontdoor_sim.scenario import Scenario, read_scenario
from queue_laws import plain
from random_models import as_scenario
from stories import OFFICE, OPENS, at, officers, said
from test_dated_changes import LAST, SECOND, option, played
from twins import assert_twins, both_of_phases

ROOT = Path(__file__).parents[1]
WAIT = {
    "wait": {"kind": "delay", "team": "desk", "delay": "1 h"},
    "again": {"kind": "delay", "team": "desk", "delay": "1 h"},
}
WAYS = {"entry": "wait", "wait": "again", "again": "done"}
LONGER = {"stages.wait.delay": "2 h", "stages.again.delay": "2 h"}


def luck_of(contact: int, say: str = "A change.") -> float:
    """A contact's luck for a change, from 0 to 1."""
    return draw(contact, code(f"ramp: {say}")) / (1 << LUCK_BITS)


def with_luck(low: float, high: float) -> int:
    """The first contact, by number, whose luck for a change lies in a range."""
    return next(number for number in range(1, 10_000) if low <= luck_of(number) < high)


def waits(
    when: pd.DatetimeIndex | list[str], changes: list[dict[str, Any]], **facts: Any
) -> tuple[EventLog, pd.DataFrame]:
    """Play contacts through two delays on both engines; the log, and the hours of each contact's first and second delay."""
    stages = facts.pop("stages", WAIT)
    scenario = option(changes, **{"stages": stages, "routes": WAYS, **facts})
    table = pd.DataFrame({"contact": range(1, len(when) + 1), "received": [str(moment) for moment in when]})
    reference, compiled = both_of_phases(scenario.phases, given(table, scenario.model))
    assert_twins(reference, compiled)
    check_laws(reference)
    events = plain(reference.events)
    lasts = (
        ((events["end"] - events["start"]) / 3600).groupby([events["contact"], events["stage"]]).sum().unstack("stage")
    )
    return reference, lasts


def test_half_of_the_contacts_have_the_new_value_in_the_middle_of_a_ramp():
    """A week of a ramp of two, minute by minute: what is expected rises evenly, and its middle is half."""
    moments = pd.date_range("2025-06-03", "2025-06-16 23:55", freq="5min")
    _, hours = waits(moments, [{"from": SECOND, "ramp": 2, "set": {"stages.wait.delay": "2 h"}}], run=LONG)
    new = hours["wait"].to_numpy() == 2
    ramp = (moments - pd.Timestamp(SECOND)).total_seconds().to_numpy() / (14 * 86_400)
    for part in range(7):
        mine = slice(part * len(new) // 7, (part + 1) * len(new) // 7)
        expected, number = ramp[mine].mean(), len(new[mine])
        low, high = binom.ppf([0.0005, 0.9995], number, expected)
        assert low <= new[mine].sum() <= high
        assert part != 3 or abs(new[mine].mean() - 0.5) < 0.06


LONG = {"opens": OPENS, "weeks": 3, "warm_up": 0, "follow_up": 1}


def test_whom_it_takes_hold_of_is_told_by_luck_to_the_second():
    moments = pd.date_range("2025-06-02 12:00", "2025-06-10 12:00", periods=400).round("s")
    _, hours = waits(moments, [{"from": SECOND, "ramp": 1, "set": {"stages.wait.delay": "2 h"}}], run=LONG)
    ramp = (moments - pd.Timestamp(SECOND)).total_seconds().to_numpy() / (7 * 86_400)
    luck = np.array([luck_of(contact) for contact in hours.index])
    assert 0.3 < (luck < ramp).mean() < 0.8
    assert ((luck < ramp) == (hours["wait"].to_numpy() == 2)).all()


def test_of_whom_it_has_taken_hold_it_stays_and_all_stages_of_one_change_go_together():
    """The second delay begins an hour or two after the first: it has the new value where the first had it, or luck came between."""
    moments = pd.date_range("2025-06-03", "2025-06-09 20:00", freq="20min")
    _, hours = waits(moments, [{"from": SECOND, "ramp": 1, "set": LONGER}], run=LONG)
    first, second = (hours[stage].to_numpy() == 2 for stage in ("wait", "again"))
    assert not (first & ~second).any()
    assert 0 < (second & ~first).sum() < 20


def test_two_changes_have_luck_of_their_own():
    moments = pd.date_range("2025-06-03", "2025-06-09 20:00", freq="20min")
    changes = [
        {"say": say, "from": SECOND, "ramp": 1, "set": {path: value}}
        for say, (path, value) in zip(("One.", "Other."), LONGER.items(), strict=True)
    ]
    _, hours = waits(moments, changes, run=LONG)
    first, second = (hours[stage].to_numpy() == 2 for stage in ("wait", "again"))
    assert (first & ~second).sum() > 50
    assert (second & ~first).sum() > 50


def test_work_reads_the_ramp_when_it_is_first_taken_up():
    """Work of two hours becomes work of one. The officer is free again on the third at 10:00, when 10 of 168 hours have passed."""
    soon, late = with_luck(0, 10 / 168 - 1e-3), with_luck(10 / 168 + 1e-3, 1)
    changes = [{"from": SECOND, "ramp": 1, "set": {"stages.work.touch": "1 h"}}]
    for contact, ends in ((soon, "11:00"), (late, "12:00")):
        first = next(number for number in range(1, 99) if number not in (soon, late))
        both = [
            {**one, "contact": number}
            for one, number in zip(at("2025-06-02 16:00", "2025-06-02 16:30"), (first, contact), strict=True)
        ]
        assert said(played(changes, both), contact)[-1] == f"work work 03 10:00-03 {ends}"


def test_routes_ramp():
    moments = pd.date_range("2025-06-03", "2025-06-09 20:00", freq="20min")
    log, _ = waits(moments, [{"from": SECOND, "ramp": 1, "set": {"routes.again": "closed"}}], run=LONG)
    events = plain(log.events)
    ends = events[events["stage"] == "again"].set_index("contact")
    left = ends["end"].to_numpy() - log.about.clock.midnight(date(2025, 6, 3))
    luck = np.array([luck_of(contact) for contact in ends.index])
    assert ((luck < left / (7 * 86_400)) == (ends["outcome"] == "closed").to_numpy()).all()
    assert ends["outcome"].nunique() == 2


# --- people ----------------------------------------------------------------------------------------------------------

MONDAY = date(2025, 6, 9)


def on_duty(changes: list[dict[str, Any]], replication: int = 0, **facts: Any) -> pd.DataFrame:
    """The duty of a desk of one officer, by name and date, and the hours of it that are for cases."""
    scenario = option(changes, run={"opens": OPENS, "weeks": 6, "warm_up": 0, "follow_up": 1}, **facts)
    duty = people_of_phases(scenario.phases, 5, replication).duty
    duty = duty[duty["kind"] == "available"]
    clock = Timeline.of(scenario.model).clock
    duty = duty.assign(date=[clock.date_of(int(second)) for second in duty["start"]])
    hours = (
        ((duty["end"] - duty["start"]) / 3600).groupby([duty["name"].astype(str), duty["date"]], observed=True).sum()
    )
    return hours.reset_index(name="hours")


def day_of(name: str, weeks: int, say: str = "A change.", replication: int = 0) -> date:
    """The first date on which a ramp from that Monday has taken hold of a person, worked out from their luck alone."""
    luck = draw(key(key(5, replication), name), code(f"ramp: {say}"))
    return MONDAY + timedelta(days=luck * 7 * weeks // (1 << LUCK_BITS) + 1)


def working(days: Iterable[date]) -> set[date]:
    return {day for day in days if day.weekday() < 5}


RAMP = {"from": str(MONDAY), "ramp": 3}


def test_more_people_come_one_after_another_each_on_a_day_of_their_own():
    duty = on_duty([{**RAMP, "set": {"teams.desk.staff.officer.wte": 40}}])
    starts = duty.groupby("name")["date"].min()
    assert starts["desk/officer/1"] == date.fromisoformat(OPENS)
    for name in starts.index.drop("desk/officer/1"):
        assert starts[name] == min(working(day_of(name, 3) + timedelta(days=n) for n in range(4)))
    last = duty.groupby("name")["date"].max()
    assert last.nunique() == 1
    assert len(starts) == 40
    low, high = binom.ppf([0.0005, 0.9995], 39, 0.5)
    assert low <= (starts <= MONDAY + timedelta(days=10)).sum() - 1 <= high


def test_people_go_one_after_another_too_and_who_moves_to_another_team_goes_from_one_to_the_other():
    clerk = {"role": "clerk", "wte": 1, "shift": "always", "non_case_share": 1}
    teams = officers(8), {"staff": [{"role": "officer", "wte": 0, "shift": "office", "named": "desk/officer"}]}
    teams = {name: {"staff": [*team["staff"], clerk]} for name, team in zip(("desk", "hub"), teams, strict=True)}
    change = {"teams.desk.staff.officer.wte": 0, "teams.hub.staff.officer.wte": 8}
    duty = on_duty([{**RAMP, "set": change}], teams=teams)
    for name, mine in duty.groupby("name"):
        assert mine["date"].is_unique
        assert len(mine) == len(duty) / 8
        assert name.startswith("desk/officer/")
    few = on_duty([{**RAMP, "set": {"teams.desk.staff.officer.wte": 0}}], teams=teams)
    for name, mine in few.groupby("name"):
        assert mine["date"].max() < day_of(name, 3)


def test_what_a_person_has_for_themselves_changes_on_their_day():
    change = {"teams.desk.staff.officer.non_case_share": "50%"}
    duty = on_duty([{**RAMP, "set": change}], teams={"desk": officers(6)})
    for name, mine in duty.groupby("name"):
        assert ((mine["hours"] == 4) == (mine["date"] >= day_of(name, 3))).all()
        assert set(mine["hours"]) == {4, 8}


def test_slots_come_with_people():
    """One officer more, with a caseload of one: a case that waits is theirs from the midnight on which they begin."""
    held = {
        "stages": {"held": {"kind": "caseload", "team": "desk", "hold": "60 days"}},
        "routes": {"entry": "held", "held": "done"}, "teams": {"desk": officers(1, caseload=1)},
    }  # fmt: skip
    change = {"from": SECOND, "ramp": 1, "set": {"teams.desk.staff.officer.wte": 2}}
    log = played([change], at("2025-06-02 10:00", "2025-06-02 11:00"), **held)
    luck = draw(key(key(3, 0), "desk/officer/2"), code("ramp: A change."))
    day = 3 + luck * 7 // (1 << LUCK_BITS) + 1
    assert said(log, 2)[0] == f"held allocation 02 11:00-{day:02} 00:00"


def test_one_ramp_of_people_at_a_time_but_of_several_teams_and_before_the_run():
    teams = {"desk": officers(1), "hub": {"staff": [{"role": "officer", "wte": 1, "shift": "office"}]}}
    two = [
        {**RAMP, "set": {"teams.desk.staff.officer.wte": 4}},
        {**RAMP, "say": "Other.", "set": {"teams.hub.staff.officer.wte": 4}},
    ]
    starts = on_duty(two, teams=teams).groupby("name")["date"].min()
    for team, say in (("desk", "A change."), ("hub", "Other.")):
        for ordinal in (2, 3, 4):
            name = f"{team}/officer/{ordinal}"
            assert starts[name] == min(working(day_of(name, 3, say) + timedelta(days=n) for n in range(4)))
    early = {"from": "2025-05-05", "ramp": 4, "set": {"teams.desk.staff.officer.wte": 4}}
    plain_change = {"set": {"teams.desk.staff.officer.wte": 4}}
    pd.testing.assert_frame_equal(on_duty([early]), on_duty([plain_change]))
    later = {"from": "2026-05-04", "ramp": 4, "set": {"teams.desk.staff.officer.wte": 4}}
    pd.testing.assert_frame_equal(on_duty([later]), on_duty([{**later, "ramp": 0}]))


# --- extremes --------------------------------------------------------------------------------------------------------

STUDY = ROOT / "scenarios/examples/adoption.yaml"


def desk(**dates: Any) -> Scenario:
    """A desk whose work becomes shorter."""
    data = {
        "name": "Story", "run": {"opens": OPENS, "weeks": 2, "warm_up": 1, "follow_up": 1}, "shifts": OFFICE, "clock": "office",
        "teams": {"desk": officers(2)}, "arrivals": {"police": {"per_hour": {"Mon-Fri 09:00-17:00": 1.2}}},
        "stages": {"work": {"team": "desk", "touch": {"distribution": "exponential", "mean": 70, "unit": "minutes"}, "decides": True}},
        "routes": {"entry": "work", "work": "done"}, "ends": {"done": {}},
    }  # fmt: skip
    return as_option(as_scenario(data), ({"set": {"stages.work.touch": "30 min"}, **dates},))


def rows(scenario: Scenario, seed: int = 3) -> pd.DataFrame:
    return plain(simulate(scenario, draw_contacts(scenario, seed, 1, NOBODY), seed, 1).events)


def test_a_ramp_of_no_length_is_a_date():
    assert rows(desk(**{"from": "2025-06-06", "ramp": 0})).equals(rows(desk(**{"from": "2025-06-06"})))


def test_a_ramp_that_was_over_before_the_run_is_the_new_model_and_one_after_it_the_old():
    new, old = rows(desk()), rows(desk(**{"from": "2026-01-05"}))
    assert not new.equals(old)
    assert rows(desk(**{"from": "2025-05-05", "ramp": 2})).equals(new)
    assert rows(desk(**{"from": "2026-01-05", "ramp": 2})).equals(old)


def test_a_run_may_lie_within_a_ramp():
    """A ramp of four years, of which the run sees some weeks in the middle: about half of the work is new."""
    lasts = rows(desk(**{"from": "2023-06-05", "ramp": 208}))
    work = lasts[lasts["kind"] == "work"].groupby("contact").agg({"start": "min", "end": "max"})
    assert 0.35 < ((work["end"] - work["start"]) == 1800).mean() < 0.65


def test_what_is_measured_without_a_log_is_the_same():
    scenario = read_scenario(STUDY)
    contacts = draw_contacts(scenario, 3, 1, NOBODY)
    fast, slow = (measured(scenario, contacts, 3, 1, engine) for engine in ("compiled", "simpy"))
    pd.testing.assert_frame_equal(fast, slow, check_exact=True)


# --- mistakes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("changes", "what"), [
    ([{"set": {"teams.desk.staff.officer.leave_days_per_year": 9}}], "neither a contact nor a person has it for itself"),
    ([{"set": {"teams.desk.order": "arrival"}}], "neither a contact nor a person has it for itself"),
    ([{"set": {"stages.work.team": "desk"}}], "neither a contact nor a person has it for itself"),
    ([{"set": {"teams.desk.staff.officer.wte": 2}}, {"say": "Another.", "set": {"teams.desk.staff.officer.caseload": 2}}],
     "Two changes ramp at `desk`"),
    ([{"set": {"stages.work.touch": "1 h"}}, {"say": "Another.", "set": {"routes.work": "closed"}}], "Two changes ramp at `work`"),
    ([{"set": {"routes.work": [{"if": {"during": "office"}, "to": "closed"}, {"to": "done"}]}}], "come to look at the hour"),
])  # fmt: skip
def test_ramps_with_which_nothing_can_be_done_are_mistakes(changes, what):
    with pytest.raises(InputError) as wrong:
        assert option([{"from": SECOND, "ramp": 1, **change} for change in changes])
    assert what in str(wrong.value)


@pytest.mark.parametrize("change", [
    {"ramp": 2, "set": {"stages.work.touch": "1 h"}},
    {"from": SECOND, "until": LAST, "ramp": 2, "set": {"stages.work.touch": "1 h"}},
    {"from": SECOND, "ramp": 2, "remove": {"stages.work": {"to": "done"}}},
    {"from": SECOND, "ramp": -1, "set": {"stages.work.touch": "1 h"}},
])  # fmt: skip
def test_ramps_that_say_nothing_are_refused(change):
    with pytest.raises(ValueError, match=r"ramp|greater|weeks"):
        option([change])
