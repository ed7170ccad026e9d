"""Finished runs: kept by all that decides them, read where nothing has changed, made again where anything has."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from frontdoor_sim.appraisal.files import RUNS
from frontdoor_sim.contacts.returning import NOBODY, Returning
from frontdoor_sim.experiment import appraise, kept, read_study, replications
from frontdoor_sim.experiment.kept import places_of, read_kept
from frontdoor_sim.experiment.replications import Task, measure_task, replicate
from frontdoor_sim.experiment.workers import Workers
from frontdoor_sim.scenario import read_scenario

EXAMPLES = Path(__file__).parents[1] / "scenarios" / "examples"
CALLS: list[int] = []


def table_of(number: int) -> pd.DataFrame:
    """The square of a number, noted."""
    CALLS.append(number)
    return pd.DataFrame({"square": [number**2]})


def fails_at_three(number: int) -> pd.DataFrame:
    if number == 3:
        raise KeyboardInterrupt
    return table_of(number)


@pytest.fixture(autouse=True)
def no_calls():
    CALLS.clear()


def task(**facts) -> Task:
    desk = read_scenario(EXAMPLES / "one_desk.yaml")
    return replace(Task((desk,), seed=1, replication=0, returning=NOBODY), **facts)


def place(one: Task, folder: Path) -> Path:
    (found,) = places_of(measure_task, [one], folder)
    assert found is not None
    return found


def test_what_is_kept_is_not_made_again(tmp_path):
    first = Workers(jobs=1, keep=tmp_path).do(table_of, [1, 2, 3])
    assert CALLS == [1, 2, 3]
    again = Workers(jobs=1, keep=tmp_path).do(table_of, [3, 4, 1])
    assert CALLS == [1, 2, 3, 4]
    assert [int(table["square"].iloc[0]) for table in [*first, *again]] == [1, 4, 9, 9, 16, 1]


def test_a_study_that_was_stopped_goes_on_where_it_was(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        Workers(jobs=1, keep=tmp_path).do(fails_at_three, [1, 2, 3, 4])
    assert CALLS == [1, 2]
    assert len(list(tmp_path.iterdir())) == 2
    Workers(jobs=1, keep=tmp_path).do(fails_at_three, [1, 2, 4])
    assert CALLS == [1, 2, 4]


def test_a_file_that_was_torn_is_made_again(tmp_path):
    Workers(jobs=1, keep=tmp_path).do(table_of, [5])
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:20])
    assert read_kept(file) is None
    (table,) = Workers(jobs=1, keep=tmp_path).do(table_of, [5])
    assert CALLS == [5, 5]
    assert table["square"].tolist() == [25]


def test_whatever_decides_a_run_has_a_place_of_its_own_and_nothing_else_has(tmp_path, monkeypatch):
    desk, more = task().scenarios[0], read_scenario(EXAMPLES / "one_desk_two_more.yaml")
    same = [task(), task(engine="simpy"), task(scenarios=(read_scenario(EXAMPLES / "one_desk.yaml"),))]
    assert len({place(one, tmp_path) for one in same}) == 1
    others = [
        task(seed=2), task(replication=1), task(returning=Returning((0.1,))), task(scenarios=(desk, more)), task(scenarios=(more,)),
        task(values={"teams.desk.staff.officer.wte": 5}), task(values={"teams.desk.staff.officer.wte": 6}),
        task(scenarios=(desk.varied({"teams.desk.staff.officer.wte": 5}),)),
    ]  # fmt: skip
    assert len({place(one, tmp_path) for one in [task(), *others]}) == 1 + len(others)
    before = place(task(), tmp_path)
    monkeypatch.setattr(kept, "made_by", lambda: "another version")
    assert place(task(), tmp_path) != before


def test_code_that_changes_keeps_nothing_old(tmp_path, monkeypatch):
    (tmp_path / "module.py").write_text("one = 1\n", encoding="utf-8")
    monkeypatch.setattr(kept, "_PACKAGE", tmp_path)
    made = kept.made_by.__wrapped__
    before = made()
    assert made() == before
    (tmp_path / "module.py").write_text("one = 2\n", encoding="utf-8")
    assert made() != before


def test_a_table_that_was_kept_is_the_same_to_the_type(tmp_path):
    tasks = [task(replication=number) for number in range(3)]
    made = replicate(tasks, Workers(jobs=1, keep=tmp_path))
    pd.testing.assert_frame_equal(replicate(tasks, Workers(jobs=1, keep=tmp_path)), made)
    pd.testing.assert_frame_equal(replicate(tasks, Workers(jobs=2)), made)


def test_an_appraisal_is_the_same_when_it_is_run_again_and_runs_but_what_writes_logs(tmp_path, monkeypatch):
    study = read_study(EXAMPLES / "appraisal.yaml")
    appraise(study, tmp_path, replications=3, jobs=1, deep=True)
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file() and file.name != "run.json"}
    ran: list[Task] = []
    monkeypatch.setattr(replications, "draw_contacts", noted(ran, replications.draw_contacts))
    appraise(study, tmp_path, replications=3, jobs=1, deep=True)
    assert len(ran) == 1, "all but the replication whose logs are written was kept"
    after = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file() and file.name != "run.json"}
    assert after == before
    assert RUNS not in (tmp_path / "manifest.json").read_text(encoding="utf-8")


def noted(ran: list, draw):
    def drawing(*asked):
        ran.append(asked)
        return draw(*asked)

    return drawing
