"""Validation by RAG and of two case systems: the truth passes, and another order in the queue fails by the grade's name."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from frontdoor_sim import cli
from frontdoor_sim.calibration.history.invent import invent
from frontdoor_sim.experiment import run
from frontdoor_sim.measures import measure
from frontdoor_sim.validation import Validation, read_tolerance, validate
from frontdoor_sim.validation.holding_out import hold_out
from frontdoor_sim.validation.judging import gathered
from frontdoor_sim.validation.page import page
from frontdoor_sim.validation.statistics import seen
from validated_town import SPLIT, TAKEN, TOWN, Town, history

GRADED = {
    "need: 0.4}": "need: 0.4, rag: red}",
    "need: 1.2}": "need: 1.2, rag: green}",
    "desk: {staff: [{role: officer, wte: 6": "desk: {order: rag, staff: [{role: officer, wte: 5",
    "mean: 60,": "mean: 63,",
}
NOBODY_FIRST = {"teams.desk.order": "arrival"}


class GradedTown(Town):
    """The town, where schools' contacts are red and go first."""

    @property
    def file(self):
        path, text = self.folder / "graded.yaml", TOWN
        for before, after in GRADED.items():
            assert text.count(before) == 1
            text = text.replace(before, after)
        path.write_text(text, encoding="utf-8")
        return path


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return GradedTown(tmp_path_factory.mktemp("graded"))


def validated(town: Town, name: str, after: dict[str, object] | None = None) -> Validation:
    return validate(town.scenario, history(town.extract(name, after)), SPLIT, TAKEN, replications=40, jobs=1)


@pytest.fixture(scope="module")
def truth(town):
    return validated(town, "truth")


def verdicts(found: Validation, arm: str = "real") -> dict[str, str]:
    rows = found.of(arm)
    return dict(zip(rows["statistic"].astype(str), rows["verdict"].astype(str), strict=True))


def test_the_figures_by_rag_are_those_of_the_measures(town):
    held = hold_out(history(town.extract("truth")), town.scenario.model, SPLIT, TAKEN)
    shown, measured = seen(held.journeys, by_date=False), measure(held.log)
    of = measured[measured["by"] == "rag"].set_index(["measure", "group"])["value"]
    for rag in ("red", "green"):
        for name in ("decided_within_24h", "decision_hours_median", "decision_hours_p90"):
            assert shown.figures[f"{name}_{rag}"] == pytest.approx(of[name, rag], rel=1e-12), (name, rag)
    assert shown.figures["contacts_share_red"] + shown.figures["contacts_share_green"] == pytest.approx(1)
    assert np.isnan(shown.figures["decided_within_24h_amber"])


def test_the_truth_passes_by_rag_too(truth):
    assert truth.verdicts["real"] == "passed"
    assert truth.verdicts["forecast"] != "failed"  # at this load luck hides what so few weeks could show
    told = verdicts(truth)
    assert {told[f"{name}_{rag}"] for name in ("contacts_share", "decided_within_24h") for rag in ("red", "green")} == {
        "agrees"
    }
    assert not [name for name in told if name.endswith(("_amber", "_blue"))]  # nobody gives these grades


def test_another_order_in_the_queue_fails_by_the_name_of_the_grade(town):
    found = validated(town, "nobody_first", NOBODY_FIRST)
    told = verdicts(found)
    assert found.verdicts["real"] == "failed"
    assert told["decided_within_24h_red"] == "differs"
    assert told["contacts_share_red"] == "agrees"  # graded alike
    assert told["open_undecided"] != "differs"  # as many wait; others wait
    text = page(found)
    assert "Red: decided within 24 hours" in text
    assert "How long contacts of one grade wait is not as the model says (red" in text


def test_the_page_says_how_many_figures_would_lie_outside_by_chance(truth):
    asked = int((truth.of("real")["verdict"] != "not measurable").sum())
    assert f"{asked} figures are compared. Each in a band of its own, {asked / 20:.1f} would lie outside" in page(truth)


def test_a_history_without_grades_says_so(town):
    table = pd.read_csv(town.extract("truth"), dtype="str", keep_default_na=False)
    path = town.folder / "ungraded.csv"
    table.assign(rag="").to_csv(path, index=False)
    held = hold_out(history(path), town.scenario.model, SPLIT, TAKEN)
    graded = hold_out(history(town.extract("truth")), town.scenario.model, SPLIT, TAKEN)
    simulated = [seen(graded.journeys, by_date=False)]
    found = gathered(seen(held.journeys, False), simulated * 20, "real", read_tolerance(), held.silent, False)
    why = {one.why for one in found if one.statistic.rag}
    assert why == {"the files hold no grade of urgency"}


@pytest.fixture(scope="module")
def two_systems(town):
    """The truth on two case systems, one contact in twenty on both: folders by system, and who is who."""
    return invent(run(town.scenario, 5), town.folder / "two", ["two_systems"], seed=3)


@pytest.mark.parametrize("joined", [True, False])
def test_two_case_systems_are_one_history_where_a_mapping_joins_them(town, two_systems, tmp_path, joined):
    """Without it the contacts that stand in both are counted twice, and more come than there were."""
    files = [f"{name}={two_systems / name / 'template.csv'}" for name in ("system_a", "system_b")]
    mapping = ["--mapping", str(two_systems / "same_person.csv")] if joined else []
    asked = ["validate", str(town.file), *files, *mapping, "--split", str(SPLIT), "--taken", "2025-02-10",
             "--replications", "20", "--jobs", "1", "--quiet", "--output", str(tmp_path / "out")]  # fmt: skip
    assert cli.main(asked) == cli.DONE
    found = pd.read_csv(tmp_path / "out" / "tables" / "findings.csv").set_index(["prediction", "statistic"])
    real = found.loc[("forecast", "contacts_per_week"), "real"]
    log = run(town.scenario, 5)
    begins = log.about.clock.midnight(SPLIT)
    came = log.contacts["received"].between(begins, begins + 12 * 7 * 86_400 - 1).sum() / 12
    assert real == pytest.approx(came, rel=0.005) if joined else real > 1.02 * came
    if joined:
        assert (found.loc["real", "verdict"] != "differs").all()
        names = {
            entry["name"] for entry in json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))["inputs"]
        }
        assert "same_person.csv" in names
