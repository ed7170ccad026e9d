"""Priority and ageing in the examples: who is overtaken by whom, what it costs whom, and that the oldest are told."""

from __future__ import annotations

import pandas as pd
import pytest

from frontdoor_sim import cli
from frontdoor_sim.appraisal.urgency import breaches_text
from frontdoor_sim.event_log import EventLog
from frontdoor_sim.experiment import run
from frontdoor_sim.measures import measure
from frontdoor_sim.scenario import read_scenario
from queue_laws import plain

STRICT, AGEING = (f"scenarios/examples/{name}.yaml" for name in ("priority", "ageing"))
DAY = 86_400
HEAD_START = {"red": 10 * DAY, "amber": 4 * DAY, "green": 0}


@pytest.fixture(scope="module")
def logs() -> dict[str, EventLog]:
    return {path: run(read_scenario(path), seed=7) for path in (STRICT, AGEING)}


def queue(log: EventLog) -> pd.DataFrame:
    """For each contact that was taken up: RAG, when it joined the queue, and when it was begun."""
    work = plain(log.events).query("kind == 'work'").drop_duplicates("contact").set_index("contact")
    return work[["rag", "enabled", "start"]]


def overtaken(log: EventLog) -> int:
    """How many were begun although a green contact waited that had joined earlier by more than their head start."""
    table = queue(log)
    green = table[table["rag"] == "green"]
    found = 0
    for grade in ("red", "amber"):
        for one in table[table["rag"] == grade].itertuples():
            waits = (green["start"] > one.start) & (green["enabled"] < one.enabled - HEAD_START[grade])
            found += bool(waits.any())
    return found


def test_nobody_is_overtaken_by_what_comes_later_than_a_head_start(logs: dict[str, EventLog]) -> None:
    assert overtaken(logs[AGEING]) == 0
    assert overtaken(logs[STRICT]) > 100


def test_ageing_moves_waiting_and_makes_no_work(logs: dict[str, EventLog]) -> None:
    """The longest green waits days less, amber waits longer, red hardly does, and the same work is done."""
    strict, ageing = (measure(logs[path]).set_index(["measure", "by", "group"])["value"] for path in (STRICT, AGEING))
    longest = ageing["decision_hours_longest", "rag"] - strict["decision_hours_longest", "rag"]
    assert longest["green"] < -72
    assert longest["amber"] > 0
    on_time = ageing["decided_on_time", "rag"] - strict["decided_on_time", "rag"]
    assert on_time["amber"] < 0
    assert abs(on_time["red"]) < 0.02
    assert ageing["utilisation", "all", "all"] == pytest.approx(strict["utilisation", "all", "all"], abs=0.002)


def test_the_oldest_of_every_rag_is_told(capsys: pytest.CaptureFixture[str], tmp_path) -> None:
    asked = ["run", AGEING, "--replications", "2", "--quiet", "--output", str(tmp_path), "--jobs", "1"]
    assert cli.main(asked) == cli.DONE
    said = capsys.readouterr().out
    for heading in ("Decided later than the target", "The longest that anybody waited", "The oldest still without"):
        after = said[said.index(heading) :].splitlines()
        assert [line.split()[0] for line in after[1:4]] == ["red", "amber", "green"]
        assert "by RAG on arrival" in after[0]


def test_without_a_target_late_is_later_than_a_day_and_one_rag_says_nothing() -> None:
    rows = [
        {"option": "One", "measure": measure, "by": "rag", "group": grade, "mean": mean, "low": mean, "high": mean,
         "unit": "share", "contacts": 9, "note": ""}
        for measure, mean in (("decided_on_time", float("nan")), ("decided_within_24h", 0.75))
        for grade in ("green", "red")
    ]  # fmt: skip
    assert breaches_text(pd.DataFrame(rows)).splitlines() == [
        "Decided later than 24 hours, by RAG on arrival:", "  red      25% (25 to 25)", "  green    25% (25 to 25)",
    ]  # fmt: skip
    assert breaches_text(pd.DataFrame(rows[:1] + rows[2:3])) == ""
