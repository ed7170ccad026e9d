"""Measures of a run that was never written equal, to the bit, those of its log."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, seed, settings

from dated_models import Dated, dated
from frontdoor_sim.contacts.returning import NOBODY
from frontdoor_sim.documents import InputError
from frontdoor_sim.engine import compile_phases, compile_plan, run_unwritten
from frontdoor_sim.engine import run as run_plan
from frontdoor_sim.engine.compiled import kernel
from frontdoor_sim.event_log import BrokenLaw, check_conserved, check_laws
from frontdoor_sim.experiment import returning
from frontdoor_sim.experiment.replications import Task, measure_task
from frontdoor_sim.experiment.running import draw_contacts, people, people_of_phases, read_run, simulate
from frontdoor_sim.measures import MEASURES, measure
from frontdoor_sim.operating_model import Phase, Timeline
from frontdoor_sim.scenario import read_scenario
from random_models import Instance, instances
from test_twin import SCENARIOS, who_come

ROOT = Path(__file__).parents[1]


def assert_measured_alike(phases: Sequence[Phase], contacts: pd.DataFrame) -> None:
    plan = compile_phases(phases, list(contacts["source"].unique()), list(contacts["area"].unique()))
    roster = people_of_phases(phases, 3, 1)
    log, reading = run_plan(contacts, roster, plan, 1, "compiled"), run_unwritten(contacts, roster, plan, 1)
    check_laws(log)
    check_conserved(reading)
    pd.testing.assert_frame_equal(measure(log), measure(reading), check_exact=True)


@pytest.mark.parametrize("path", SCENARIOS, ids=[str(path.relative_to(ROOT)) for path in SCENARIOS])
def test_every_scenario_of_the_repository(path):
    scenario = read_scenario(path)
    scenario = scenario.varied({"run.weeks": 30} | ({} if scenario.backlog else {"run.warm_up": 4}))
    assert_measured_alike((Phase(scenario.model),), who_come(scenario))


@pytest.mark.parametrize("batch", range(2))
def test_random_models(batch):
    @seed(100 + batch)
    @settings(max_examples=60)
    @given(instances())
    def alike(instance: Instance) -> None:
        assert_measured_alike((Phase(instance.scenario().model),), instance.table())

    alike()


@pytest.mark.parametrize("batch", range(2))
def test_random_models_with_dated_changes(batch):
    @seed(200 + batch)
    @settings(max_examples=60)
    @given(dated())
    def alike(model: Dated) -> None:
        assert_measured_alike(model.phases, model.table())

    alike()


def test_a_replication_is_measured_alike_with_and_without_its_log(tmp_path):
    desk = read_scenario(ROOT / "scenarios/examples/one_desk.yaml")
    tables = [
        measure_task(Task((desk,), 1, 0, NOBODY, logs=logs, engine=engine))
        for logs in (None, tmp_path)
        for engine in ("simpy", "compiled")
    ]
    for table in tables[1:]:
        pd.testing.assert_frame_equal(tables[0], table, check_exact=True)


def test_measures_that_are_asked_for_are_those_of_the_whole_table():
    desk = read_scenario(ROOT / "scenarios/examples/judgement.yaml")
    contacts = draw_contacts(desk, 1, 0, returning(desk, 1))
    run = read_run(desk, contacts, 1, 0, "compiled")
    whole = measure(run).astype({"measure": str})
    for name in MEASURES:
        only, mine = measure(run, (name,)).astype({"measure": str}), whole[whole["measure"].eq(name)]
        assert set(only["measure"]) == {name}
        pd.testing.assert_frame_equal(
            only, mine.reset_index(drop=True), check_exact=True, check_dtype=False, check_categorical=False
        )


def test_one_measure_needs_no_list_and_a_name_that_is_none_is_told():
    run = simulate(desk := read_scenario(ROOT / "scenarios/examples/one_desk.yaml"), who_come(desk), 1, 0, "compiled")
    assert set(measure(run, "utilisation")["measure"]) == {"utilisation"}
    with pytest.raises(InputError, match=r"no measure called utilization\.(.|\n)*Did you mean utilisation"):
        measure(run, ["decided_within_24h", "utilization"])


def test_a_lost_contact_is_noticed():
    desk = read_scenario(ROOT / "scenarios/examples/one_desk.yaml")
    contacts = who_come(desk)
    line = Timeline.of(desk.model)
    plan = compile_plan(desk.model, line, list(contacts["source"].unique()), list(contacts["area"].unique()))
    reading = run_unwritten(contacts, people(desk.model, line, 3, 0), plan)
    outcomes = reading.rows.view(np.int32)[:, kernel.OUTCOME]
    outcomes[:] = kernel.NO_OUTCOME  # no visit has an outcome, and contacts stop without an end
    with pytest.raises(BrokenLaw, match="conserved"):
        check_conserved(reading)
