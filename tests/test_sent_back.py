"""Transfers that are sent back: on small logs and stories worked out by hand, by a law of chance, and as an example."""

from __future__ import annotations

from math import isnan, sqrt

import pandas as pd
import pytest

from frontdoor_sim.contacts.returning import NOBODY
from frontdoor_sim.engine import ENGINES
from frontdoor_sim.experiment import run
from frontdoor_sim.experiment.running import draw_contacts, measured
from frontdoor_sim.measures import measure
from frontdoor_sim.operating_model import accepted_later
from frontdoor_sim.scenario import read_scenario
from random_models import as_scenario
from small_logs import SmallLog, Thread, note, read, row, transferred
from stories import OFFICE, OPENS, at, officers, played, said

SHARE, ROUNDS, TO = "transfers_sent_back_share", "transfer_rounds_mean", "sent back to"
EXAMPLE = "scenarios/examples/sent_back.yaml"


def sent_back(thread: Thread, until: float, to: str = "more information") -> Thread:
    """The duty manager looks, and sends it where it has to come from again."""
    return thread.work(until, -1).to(to).at(to).work(until + 1, -1)


def test_one_of_two_is_sent_back_twice_and_comes_to_be_accepted_three_times() -> None:
    log = SmallLog()
    transferred(log, 1, 2).wait(336, "allocation").cut()
    thread = sent_back(transferred(log, 2), 12).to("transfer").at("transfer")
    thread = sent_back(thread, 14).to("transfer").at("transfer").work(16, -1).to("assessment")
    thread.at("assessment").wait(336, "allocation").cut()
    made = log.made()
    assert (read(made, SHARE), row(made, SHARE)["contacts"]) == (1 / 2, 2)
    assert read(made, ROUNDS) == (1 + 3) / 2
    assert read(made, SHARE, "more information", TO) == 1 / 2
    assert read(made, SHARE, "decision", TO) == 0


def test_who_has_not_been_looked_at_is_in_no_denominator() -> None:
    """One waits at the acceptance until the end, and one was sent back and waits there: one of one looked at, none accepted."""
    log = SmallLog()
    transferred(log, 1).wait(336, "acceptance").cut()
    transferred(log, 2).work(12, -1).to("more information").at("more information").wait(336).cut()
    made = log.made()
    assert (read(made, SHARE), row(made, SHARE)["contacts"]) == (1, 1)
    assert note(made, ROUNDS) == "not measurable: there is no such contact"


def test_a_return_to_another_decision_counts_whatever_is_decided_then() -> None:
    log = SmallLog()
    sent_back(transferred(log, 1), 12, "decision").to("advice")
    made = log.made()
    assert read(made, SHARE) == read(made, SHARE, "decision", TO) == 1
    assert read(made, "decisions_reversed_share") == 1


def test_what_is_turned_away_for_good_or_goes_astray_after_allocation_was_not_sent_back() -> None:
    log = SmallLog()
    transferred(log, 1).work(12, -1).to("early help")
    thread = transferred(log, 2, 1, 3).hold(50).to("transfer").at("transfer")
    sent_back(thread, 60).to("transfer").at("transfer").work(70, -1).to("assessment").at("assessment").hold(80).to(
        "plan"
    )
    made = log.made()
    assert read(made, SHARE) == 0
    assert read(made, ROUNDS) == 1


def test_the_window_is_that_of_the_decision_for_transfer() -> None:
    log = SmallLog()
    thread = log.contact(1, -5).at("decision").work(-1, -1).to("transfer").at("transfer")
    sent_back(thread, 12).to("transfer").at("transfer").wait(336, "acceptance").cut()
    assert note(log.made(), SHARE) == "not measurable: there is no such contact"


# --- a pathway whose acceptance sends back ------------------------------------------------------------------------------

STAGES = {
    "decision": {"team": "desk", "touch": "1 h", "decides": True, "judges": {}},
    "acceptance": {"team": "duty", "touch": "30 min", "waits_for": "acceptance"},
    "more": {"team": "desk", "touch": "2 h"},
    "post": {"kind": "delay", "team": "duty", "delay": "1 h"},
    "assessment": {"kind": "caseload", "team": "assessors", "hold": "5 working days"},
}
TEAMS = {"desk": officers(), "duty": officers(), "assessors": officers(2, caseload=20)}


def routes(back: float) -> dict[str, object]:
    to = {"post": 1 - back, "more": back}
    return {"entry": "decision", "decision": "acceptance", "acceptance": to, "more": "acceptance",
            "post": "assessment", "assessment": "done"}  # fmt: skip


def test_what_comes_after_acceptance_is_not_before_it() -> None:
    """`post` lies between acceptance and allocation, and is no return; `more` and the decision have to be accepted again."""
    model = as_scenario({
        "name": "Way", "run": {"opens": OPENS, "weeks": 1, "warm_up": 0}, "shifts": OFFICE, "teams": TEAMS, "stages": STAGES,
        "routes": routes(0.5), "ends": {"done": {}},
    }).model  # fmt: skip
    assert [name for name in model.stages if accepted_later(model, name)] == ["decision", "acceptance", "more"]


def test_a_contact_is_sent_back_and_comes_again_to_the_minute() -> None:
    log = played(STAGES, routes(0.5), at("2025-06-02 09:00", contact=3), teams=TEAMS)
    assert said(log, 3)[1:5] == [
        "acceptance work 02 10:00-02 10:30",
        "more work 02 10:30-02 12:30",
        "acceptance work 02 12:30-02 13:00",
        "post handoff 02 13:00-02 14:00",
    ]
    assert (read_of(log, SHARE), read_of(log, ROUNDS)) == (1, 2)
    assert read_of(log, "transfer_hours_to_acceptance_median") == 3


def read_of(log: object, name: str) -> float:
    table = measure(log)  # type: ignore[arg-type]
    return float(table[(table["measure"] == name) & (table["by"] == "all")]["value"].iloc[0])


@pytest.mark.parametrize("back", [0.0, 0.3, 0.6])
def test_rounds_are_geometric(back: float) -> None:
    """Sent back with the same chance each time: that share at least once, and 1 / (1 - share) rounds, to four standard errors."""
    model = as_scenario({
        "name": "Rounds", "run": {"opens": OPENS, "weeks": 30, "warm_up": 0, "follow_up": 10}, "clock": "always",
        "teams": {"desk": officers(40, "always"), "duty": officers(20, "always"), "assessors": officers(40, "always", caseload=400)},
        "stages": STAGES, "routes": routes(back), "ends": {"done": {}},
        "arrivals": {"police": {"per_hour": 0.6}},
    })  # fmt: skip
    table = measured(model, draw_contacts(model, 11, 0, NOBODY), 11, 0)
    found = table[table["by"] == "all"].set_index("measure")
    number = int(found.loc[SHARE, "contacts"])
    assert number > 2_500
    assert found.loc[ROUNDS, "contacts"] == number
    assert found.loc[SHARE, "value"] == pytest.approx(back, abs=4 * sqrt(back * (1 - back) / number))
    rounds, spread = 1 / (1 - back), sqrt(back) / (1 - back)
    assert found.loc[ROUNDS, "value"] == pytest.approx(rounds, abs=4 * spread / sqrt(number))


@pytest.mark.parametrize("engine", ENGINES[1:])
def test_the_example_counts_by_reason_and_shows_it_late(engine: str) -> None:
    scenario = read_scenario(EXAMPLE)
    table = measure(run(scenario, seed=7, engine=engine))
    by_reason = table[(table["measure"] == SHARE) & (table["by"] == TO)].set_index("group")["value"]
    assert (by_reason[["family_details", "chronology", "second_look"]] > 0.03).all()
    assert (by_reason[["screening", "decision"]] == 0).all()
    assert whole(table, SHARE) <= by_reason.sum()
    assert whole(table, ROUNDS) > 1 + whole(table, SHARE) * 0.9
    never = scenario.varied(
        {"routes.acceptance": {"allocation": 1, "family_details": 0, "chronology": 0, "second_look": 0}}
    )
    without = measure(run(never, seed=7, engine=engine))
    assert (whole(without, SHARE), whole(without, ROUNDS)) == (0, 1)
    slow = "transfer_hours_to_acceptance_p90"
    assert whole(table, slow) > whole(without, slow) + 5


def whole(table: pd.DataFrame, name: str) -> float:
    value = float(table[(table["measure"] == name) & (table["by"] == "all")]["value"].iloc[0])
    assert not isnan(value)
    return value


def test_ended_shares_sum_to_what_is_not_open() -> None:
    log = SmallLog()
    log.decided(1, 9, 1, "advice")
    log.decided(2, 9, 2, "advice")
    log.decided(3, 9, 3, "early help")
    log.decided(4, 9, None)
    log.decided(5, -20, 3, "early help")
    made = log.made()
    shares = [read(made, "ended_share", end, "end") for end in ("advice", "early help", "plan")]
    assert shares == [2 / 4, 1 / 4, 0]
    assert row(made, "ended_share", "plan", "end")["contacts"] == 4
