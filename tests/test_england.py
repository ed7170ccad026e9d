"""The script of all England, with the two smallest of its councils and a short year."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd
import pytest

from frontdoor_sim.event_log import check_laws, read_log

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture(scope="module")
def england():
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import england as module
    finally:
        sys.path.remove(str(BENCHMARKS))
    return module


def test_the_councils_are_englands_and_add_up_to_what_is_published(england):
    councils = england.all_councils()
    published = json.loads(england.RESULTS.read_text(encoding="utf-8"))["published"]
    assert len(councils) == len({council.folder for council in councils}) == 153
    assert sum(council.referrals for council in councils) == pytest.approx(published["england"], abs=1000)
    assert [council.number for council in councils] == list(range(153))


def test_staff_and_contacts_are_in_proportion(england):
    base, councils = england.as_found(), england.all_councils()
    large, small = (england.scenario_of(councils[place], base) for place in (0, 100))
    times = councils[0].referrals / councils[100].referrals
    of_each = [
        sum(group.wte for team in scenario.model.teams.values() for group in team.staff) for scenario in (large, small)
    ]
    assert of_each[0] / of_each[1] == pytest.approx(times, rel=0.01)


def test_each_council_has_a_log_that_obeys_the_laws(england, tmp_path, monkeypatch):
    smallest = england.all_councils()[-2:]
    monkeypatch.setattr(england, "all_councils", lambda: smallest)
    results, logs = tmp_path / "results.json", tmp_path / "logs"
    england.main(
        ["--weeks", "8", "--warm-up", "2", "--jobs", "1", "--quiet", "--output", str(logs), "--results", str(results)]
    )
    (found,) = json.loads(results.read_text(encoding="utf-8"))["measured"]["england"]
    read = [read_log(logs / council.folder) for council in smallest]
    for log in read:
        check_laws(log)
    assert found["contacts"] == sum(len(log.contacts) for log in read) == found["ended"] + found["open"] > 0
    assert found["rows"] == sum(len(log.events) for log in read)


def test_contacts_grow_with_the_length_and_with_the_staff(england):
    base = england.as_found()
    assert england.run_weeks(england.lengthened(base, 3)) == 3 * england.run_weeks(base)
    twice = england.of_size(base, 40_000)
    volume = "volumes.referrals_per_year"
    once = england.of_size(base, 20_000)
    assert twice.parameters.value(volume) == pytest.approx(2 * once.parameters.value(volume))
    people = [pd.Series({name: team.staff[0].wte for name, team in s.model.teams.items()}) for s in (twice, once)]
    assert (people[0] / people[1]).between(1.9, 2.1).all()
