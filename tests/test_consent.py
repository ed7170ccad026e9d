"""Consent in the example: who brings it, how attempts end, hours and gaps, protection, and the way back to the referrer."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from frontdoor_sim.event_log import EventLog
from frontdoor_sim.experiment import run
from frontdoor_sim.measures import measure
from frontdoor_sim.scenario import read_scenario
from queue_laws import plain

EXAMPLE = "scenarios/examples/consent.yaml"
GIVEN, REFUSED, ATTEMPTS = 0.45, 0.10, 3
ARRIVES = {"schools": 0.60, "health": 0.40, "police": 0.05, "hospital": 0.05}


@pytest.fixture(scope="module")
def log() -> EventLog:
    return run(read_scenario(EXAMPLE), seed=7)


@pytest.fixture(scope="module")
def asked(log: EventLog) -> pd.DataFrame:
    """For each contact whose consent was settled: source, RAG then, number of attempts, and where it led."""
    events = plain(log.events)
    mine = events[(events["stage"] == "consent") & (events["part"] == 0)]
    settled = mine[mine["outcome"] != ""].drop_duplicates("contact").set_index("contact")
    table = log.contacts.set_index("contact").loc[settled.index, ["source"]].astype(str)
    attempts = mine[mine["kind"] == "work"].groupby("contact")["enabled"].nunique()
    table["rag"] = settled["rag"]
    table["attempts"] = attempts.reindex(table.index, fill_value=0)
    table["to"] = settled["outcome"]
    return table


def test_consent_comes_with_a_contact_as_often_as_its_source_asks(asked: pd.DataFrame) -> None:
    """Of those whom protection does not override, to the 99.9 % band of each source."""
    for source, share in ARRIVES.items():
        mine = asked[(asked["source"] == source) & (asked["rag"] != "red")]
        low, high = stats.binom.interval(0.999, len(mine), share)
        assert low <= (mine["attempts"] == 0).sum() <= high, source
        assert (mine.loc[mine["attempts"] == 0, "to"] == "decision").all()


def test_attempts_end_as_the_file_says(asked: pd.DataFrame) -> None:
    """A geometric number of attempts, cut at three: to the 99.9 % band of each."""
    tried = asked[asked["attempts"] > 0]
    goes_on = 1 - GIVEN - REFUSED
    shares = {1: 1 - goes_on, 2: goes_on * (1 - goes_on), 3: goes_on**2}
    for number, share in shares.items():
        low, high = stats.binom.interval(0.999, len(tried), share)
        assert low <= (tried["attempts"] == number).sum() <= high, number
    low, high = stats.binom.interval(0.999, len(tried), goes_on**ATTEMPTS)
    assert low <= (tried["to"] == "back_to_referrer").sum() <= high


def test_red_is_never_asked_and_others_are(asked: pd.DataFrame) -> None:
    assert (asked.loc[asked["rag"] == "red", "attempts"] == 0).all()
    assert (asked.loc[asked["rag"] == "red", "to"] == "decision").all()
    never = plain(
        run(read_scenario(EXAMPLE).varied({"stages.consent.override_for": [], "run.weeks": 4}), seed=7).events
    )
    assert ((never["stage"] == "consent") & (never["kind"] == "work") & (never["rag"] == "red")).any()


def test_attempts_are_made_in_working_hours_and_half_a_day_apart(log: EventLog) -> None:
    events, clock = plain(log.events), log.about.clock
    mine = events[(events["stage"] == "consent") & (events["part"] == 0)]
    work = mine[mine["kind"] == "work"]
    local = [clock.local(int(second)) for second in work["start"].sample(300, random_state=1)]
    assert all(moment.weekday() < 5 and 9 <= moment.hour < 17 for moment in local)
    gaps = mine[(mine["waited_for"] == "consent") & (mine["end"] > mine["start"]) & ~mine["censored"]]
    office = log.about.clocks["working_hours"]
    assert len(gaps) > 300
    assert (office.between(gaps["start"].to_numpy(np.int64), gaps["end"].to_numpy(np.int64)) == 4 * 3600).all()


def test_who_is_not_reached_goes_back_to_the_referrer_for_three_working_days(
    log: EventLog, asked: pd.DataFrame
) -> None:
    events = plain(log.events)
    back = set(asked.index[asked["to"] == "back_to_referrer"])
    waited = events[(events["stage"] == "with_referrer") & ~events["censored"]]
    assert set(waited["contact"]) <= back
    assert set(waited["waited_for"]) == {"consent"}
    low, high = stats.binom.interval(0.999, len(waited), 0.5)
    assert low <= (waited["outcome"] == "decision").sum() <= high


def test_consent_that_always_comes_with_the_contact_costs_nothing() -> None:
    scenario = read_scenario(EXAMPLE).varied({"stages.consent.arrives_with": 1.0, "run.weeks": 8})
    log = run(scenario, seed=7)
    events = plain(log.events)
    assert not ((events["stage"] == "consent") & (events["kind"] == "work")).any()
    table = measure(log)
    waited = table[(table["measure"] == "waiting_hours_to_decision") & (table["group"] == "consent")]["value"]
    assert (waited == 0).all()
