"""Validation that begins with what was really open at the split: who, for how long, and where each stands."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from frontdoor_sim import cli
from frontdoor_sim.calibration.history.invent.invented import invented_of
from frontdoor_sim.calibration.history.invent.wide import template
from frontdoor_sim.documents import InputError
from frontdoor_sim.experiment import run
from frontdoor_sim.operating_model import OPEN_HELD, OPEN_STAGE
from frontdoor_sim.scenario import read_scenario
from frontdoor_sim.validation import Validation, validate
from frontdoor_sim.validation.arrivals import real_arrivals, windowed
from frontdoor_sim.validation.holding_out import hold_out
from frontdoor_sim.validation.open_at_split import (
    NEAREST,
    WARM_UPS,
    BegunOpen,
    _nearest,
    open_at_split,
    stand,
    without_warm_up,
)
from frontdoor_sim.validation.page import page
from frontdoor_sim.validation.predicting import Part
from validated_town import SPLIT, TAKEN, Town, history

FEW_AT_WORK = """\
name: Few at work
changes: town.yaml
because:
  - {say: Half the desk was ill until the split., set: {teams.desk.staff.officer.wte: 3}, from: 2024-10-14, until: 2024-11-04}
"""


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return Town(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def ill(town):
    """The extract of a town whose desk was short of people for the three weeks before the split."""
    assert town.file.is_file()
    (town.folder / "ill.yaml").write_text(FEW_AT_WORK, encoding="utf-8")
    path = town.folder / "ill.csv"
    log = run(read_scenario(town.folder / "ill.yaml"), 5)
    template(invented_of(log, 3), "system_a").to_csv(path, index=False)
    return path


def opened(town, path, engine="auto"):
    held = hold_out(history(path), town.scenario.model, SPLIT, TAKEN)
    arrivals = real_arrivals(held, town.scenario)
    simulated = [
        stand(Part(arrivals, 1, number, False, engine)) for number in range(2 if engine == "simpy" else WARM_UPS)
    ]
    model = windowed(town.scenario, without_warm_up(held).run)
    return held, open_at_split(held, model, pd.concat(simulated, ignore_index=True))


def first_week(found: Validation) -> dict[str, float]:
    weeks = found.weeks[(found.weeks["series"] == "open_undecided") & (found.weeks["prediction"] == "real")]
    return weeks.iloc[0][["real", "low", "high"]].to_dict()


def test_a_backlog_that_no_warm_up_knows_is_there_when_the_part_begins(town, ill):
    """After weeks of illness 130 wait; with the real ones open the first week is as it was, and after a warm-up it is not."""
    warmed, begun = (validate(town.scenario, history(ill), SPLIT, TAKEN, replications=40, jobs=1, start=start) for start in
                     ("warm-up", "open"))  # fmt: skip
    assert first_week(warmed)["real"] > 2 * first_week(warmed)["high"]
    assert first_week(begun)["low"] < first_week(begun)["real"] < first_week(begun)["high"]
    assert begun.verdicts == {"real": "passed", "forecast": "passed"}
    assert "4 weeks of warm-up" in page(warmed)
    assert "Each begins with what the records have as open at the split: 130 wait for a decision" in page(begun)


@pytest.mark.parametrize("seed", [5, 21])
def test_where_the_model_is_the_truth_it_passes(town, seed):
    extract = town.extract(f"truth{seed}", seed=seed)
    found = validate(town.scenario, history(extract), SPLIT, TAKEN, replications=40, jobs=1, start="open")
    assert found.verdict == "passed"


def test_who_is_open_is_as_recorded_and_stands_where_simulated_ones_of_that_age_do(town, ill):
    held, found = opened(town, ill)
    contacts, again = found.contacts(1, 0), found.contacts(1, 3)
    journeys = held.journeys
    waits = (journeys.received < 0) & (journeys.decided > 0)
    undecided = contacts[contacts[OPEN_STAGE] == "decision"]
    assert sorted(undecided["received"]) == sorted(journeys.received[waits])
    assert (
        undecided["source"].value_counts().to_dict()
        == pd.Series(_words(journeys, "source")[waits]).value_counts().to_dict()
    )
    assert undecided["rag"].astype(str).value_counts().to_dict() == pd.Series(_words(journeys, "rag")[waits]).value_counts().to_dict()  # fmt: skip
    holds = (journeys.allocated <= 0) & (journeys.assessed > 0)
    cases = contacts[contacts[OPEN_HELD]]
    assert sorted(cases["enters"]) == sorted(journeys.allocated[holds])
    assert (contacts["enters"] <= 0).all()
    assert (contacts["enters"] >= contacts["received"]).all()
    assert len(again) == len(contacts)


def _words(journeys, column):
    words = journeys.contacts.words(column)
    return np.array(words.names, dtype=object)[words.codes]


def test_both_engines_say_the_same_of_where_contacts_stand(town, ill):
    simpy, compiled = (opened(town, ill, engine)[1].warm_ups for engine in ("simpy", "auto"))
    columns = ["phase", "received", "age", "stage", "stood", "held", "judged"]
    one, other = (
        table[table["warm_up"] < 2][columns].sort_values(columns, ignore_index=True) for table in (simpy, compiled)
    )
    pd.testing.assert_frame_equal(one, other)


def test_a_record_that_was_never_closed_is_left_out_and_told(town, ill):
    table = pd.read_csv(ill, dtype="str", keep_default_na=False)
    old = table.iloc[[0]].assign(contact_id="OLD", child_id="OLD", family_id="OLD", decided_at="", outcome="",
                                 accepted_at="", allocated_at="", assessment_finished_at="", work_started_at="")  # fmt: skip
    path = town.folder / "never_closed.csv"
    pd.concat([old, table]).to_csv(path, index=False)
    _, found = opened(town, path)
    assert found.left_out == {"undecided": 1}
    assert len(found.real) == len(opened(town, ill)[1].real)
    (said,) = found.cares()
    assert said.startswith("fewer than 6 records that wait for a decision are left out")


def test_what_records_cannot_say_is_taken_from_a_warm_up(town, ill):
    table = pd.read_csv(ill, dtype="str", keep_default_na=False).drop(columns="assessment_finished_at")
    path = town.folder / "no_end.csv"
    table.to_csv(path, index=False)
    _, found = opened(town, path)
    assert found.known == ("undecided", "waiting")
    (said,) = found.cares()
    assert said == "Which contacts have an assessment under way the records do not say: those of a warm-up are taken."
    cases = [int(found.contacts(1, number)[OPEN_HELD].sum()) for number in range(3)]
    simulated = found.warm_ups[found.warm_ups["held"]].groupby("warm_up").size()
    assert cases == simulated[:3].tolist()


def test_a_start_with_nobody_open_is_a_start_with_nobody(town, ill):
    held, found = opened(town, ill)
    nobody = replace(found, real=found.real[:0], known=tuple(found.warm_ups["phase"].unique()))
    assert nobody.contacts(1, 0) is None
    begun = BegunOpen(real_arrivals(without_warm_up(held), town.scenario), nobody)
    assert OPEN_STAGE not in begun.contacts(1, 0)


def test_open_contacts_of_strangers_are_refused(town, ill):
    """Received long before the warm-up, from a source that the scenario does not know."""
    table = pd.read_csv(ill, dtype="str", keep_default_na=False)
    table.loc[0, ["source_code", "decided_at", "accepted_at", "allocated_at", "assessment_finished_at"]] = ["3A", "03/12/2024 09:00", "", "", ""]  # fmt: skip
    path = town.folder / "stranger.csv"
    table.to_csv(path, index=False)
    with pytest.raises(InputError, match="contacts from health, of which the scenario knows nothing"):
        opened(town, path)


def test_the_nearest_in_age_are_taken_with_equal_chance():
    ages, number = np.arange(0, 1000, 10), 4000
    luck = np.linspace(0, 2**32 - 1, number).astype(np.int64)
    taken = ages[_nearest(ages, np.full(number, 500), luck)]
    assert sorted(set(taken)) == list(range(400, 600, 10))
    assert np.bincount(taken // 10)[40:60] == pytest.approx(number / NEAREST, abs=1)
    assert set(ages[_nearest(ages, np.array([10**9] * number), luck)]) == set(range(800, 1000, 10))
    assert set(_nearest(np.array([5, 7]), np.array([0] * number), luck)) == {0, 1}


def test_the_command_takes_it(town, ill, tmp_path, capsys):
    asked = ["validate", str(town.file), str(ill), "--split", str(SPLIT), "--taken", str(TAKEN.date()),
             "--replications", "20", "--jobs", "1", "--quiet", "--start", "open", "--output", str(tmp_path)]  # fmt: skip
    assert cli.main(asked) == cli.DONE
    assert "what the records have as open at the split" in (tmp_path / "validation.html").read_text(encoding="utf-8")
    assert "Passed" in capsys.readouterr().out
