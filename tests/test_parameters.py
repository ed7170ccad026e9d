"""Graded numbers of a council: read, asked, changed and written."""

from __future__ import annotations

import pickle
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from frontdoor_sim.documents import InputError
from frontdoor_sim.parameters import GRADES, Graded, Parameters, as_markdown, known
from frontdoor_sim.parameters.rules import RULES

BAD = Path(__file__).parent / "bad_parameters"
BCP = Path(__file__).parents[1] / "calibration" / "bcp" / "parameters.yaml"

SMALL = """\
council: Anywhere
year: 2020
contacts:
  open_case_share:
    value: 0.15
    unit: share of contacts
    source: Count of our own
    date: 2020-03-31
    grade: fitted
    range: [0.05, 0.25]
durations:
  screening:
    value: {distribution: triangular, low: 20, mode: 45, high: 120}
    unit: minutes
    source: Asked of six social workers
    date: 2020-02-01
    grade: elicited
  visit_to_school:
    value: {distribution: constant, value: 3}
    unit: working days
    source: Assumption
    date: 2020-02-01
    grade: assumed
judgement:
  thresholds:
    value: {2: 0.3, 3: 0.8, 4: 2.2}
    unit: sd of need
    source: Assumption
    date: 2020-02-01
    grade: assumed
"""


@pytest.fixture
def small(tmp_path: Path) -> Parameters:
    path = tmp_path / "parameters.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return Parameters.read(path)


def expected(path: Path) -> str:
    """The message that stands as the first comment of a bad file."""
    lines = path.read_text(encoding="utf-8").split("\n")
    comment = lines[: next(n for n, line in enumerate(lines) if not line.startswith("#"))]
    return "\n".join(line.removeprefix("#").removeprefix(" ") for line in comment)


@pytest.mark.parametrize("path", sorted(BAD.glob("*.yaml")), ids=lambda path: path.stem)
def test_bad_file_says_what_is_wrong_in_four_parts(path: Path):
    with pytest.raises(InputError, match="mistake") as caught:
        Parameters.read(path)
    assert str(caught.value) == expected(path)


def test_every_rule_has_a_bad_file():
    assert len(list(BAD.glob("*.yaml"))) >= 40


def test_value_is_as_written(small: Parameters):
    assert small.value("contacts.open_case_share") == 0.15
    assert small.value("judgement.thresholds") == {2: 0.3, 3: 0.8, 4: 2.2}


def test_graded_number_knows_what_it_is_worth(small: Parameters):
    graded = small["contacts.open_case_share"]
    assert (graded.unit, graded.source, graded.date) == ("share of contacts", "Count of our own", date(2020, 3, 31))
    assert (graded.grade, graded.range, graded.note) == ("fitted", (0.05, 0.25), "")
    assert graded.where == "parameters.yaml:4: contacts.open_case_share"


def test_distribution_comes_with_its_unit_and_clock(small: Parameters):
    shape, seconds, clock = small.distribution("screening")
    assert (shape.mean, seconds, clock) == (pytest.approx(185 / 3), 60, "elapsed")
    assert small.distribution("durations.visit_to_school")[1:] == (86_400, "working_days")


def test_distribution_of_what_is_no_duration_is_refused(small: Parameters):
    with pytest.raises(InputError, match='its unit is "share of contacts"'):
        small.distribution("contacts.open_case_share")


def test_absent_number_gets_the_nearest_name(small: Parameters):
    with pytest.raises(InputError, match=r"no number called durations\.screenings"):
        small.value("durations.screenings")
    with pytest.raises(InputError, match=r"Did you mean durations\.screening"):
        small.distribution("screenning")


def test_require_names_every_absent_number_at_once(small: Parameters):
    with pytest.raises(InputError, match="2 mistakes") as caught:
        small.require("contacts.open_case_share", "volumes.referrals_per_year", "judgement.noise")
    assert [mistake.where for mistake in caught.value.mistakes] == [
        "parameters.yaml: volumes.referrals_per_year",
        "parameters.yaml: judgement.noise",
    ]


def test_with_values_changes_a_copy(small: Parameters):
    changed = small.with_values({"contacts.open_case_share": 0.2, "judgement.thresholds": {2: 0, 3: 1, 4: 2}})
    assert changed.value("contacts.open_case_share") == 0.2
    assert changed.value("judgement.thresholds") == {2: 0, 3: 1, 4: 2}
    assert changed["contacts.open_case_share"].source == "Count of our own"
    assert small.value("contacts.open_case_share") == 0.15


def test_with_values_keeps_a_range_that_still_holds(small: Parameters):
    assert small.with_values({"contacts.open_case_share": 0.2})["contacts.open_case_share"].range == (0.05, 0.25)
    assert small.with_values({"contacts.open_case_share": 0.4})["contacts.open_case_share"].range is None


def test_with_values_obeys_the_rules(small: Parameters):
    with pytest.raises(InputError, match="15 is not a share"):
        small.with_values({"contacts.open_case_share": 15})
    with pytest.raises(InputError, match="do not rise"):
        small.with_values({"judgement.thresholds": {2: 2, 3: 1, 4: 0}})


def test_with_values_adds_a_whole_graded_number(small: Parameters):
    noise = Graded(0.5, "sd of need", "Assumption", date(2020, 1, 1), "assumed", (0.1, 0.9), "why")
    assert small.with_values({"judgement.noise": noise})["judgement.noise"] == noise


def test_written_file_is_read_again_the_same(small: Parameters, tmp_path: Path):
    again = Parameters.read(small.write(tmp_path / "new" / "again.yaml"))
    assert again == small
    assert again.text() == small.text()
    assert again.digest == small.digest


def test_text_does_not_hang_on_the_order_of_numbers(small: Parameters):
    backwards = Parameters(small.council, small.year, dict(reversed(small.numbers.items())))
    assert backwards.text() == small.text()
    assert backwards.digest == small.digest


def test_text_is_utf_8_with_lf(small: Parameters, tmp_path: Path):
    noted = small["contacts.open_case_share"]
    euro = Graded(noted.value, noted.unit, "Zoë’s count", noted.date, noted.grade)
    path = small.with_values({"contacts.open_case_share": euro}).write(tmp_path / "parameters.yaml")
    assert b"\r" not in path.read_bytes()
    assert "Zoë’s count" in path.read_text(encoding="utf-8")
    assert Parameters.read(path)["contacts.open_case_share"].source == "Zoë’s count"


@pytest.mark.parametrize(
    "change",
    [{"contacts.open_case_share": 0.16}, {"durations.visit_to_school": {"distribution": "constant", "value": 4}}],
)
def test_digest_follows_every_value(small: Parameters, change: dict[str, object]):
    assert small.with_values(change).digest != small.digest


def test_assumptions_are_a_table_of_every_number(small: Parameters):
    table = small.assumptions()
    assert list(table.columns) == ["name", "value", "unit", "source", "date", "grade", "range", "note"]
    assert list(table["name"]) == [
        "contacts.open_case_share",
        "durations.screening",
        "durations.visit_to_school",
        "judgement.thresholds",
    ]
    row = table.set_index("name").loc["durations.screening"]
    assert row["value"] == "triangular: low 20, mode 45, high 120"
    assert table.set_index("name").loc["contacts.open_case_share", "range"] == "0.05 to 0.25"


def test_assumptions_of_nothing_are_an_empty_table():
    table = Parameters("Anywhere", 2020, {}).assumptions()
    assert isinstance(table, pd.DataFrame)
    assert len(table) == 0


def test_parameters_travel_to_another_process(small: Parameters):
    assert pickle.loads(pickle.dumps(small)) == small


def test_every_known_number_has_a_rule_and_stands_in_the_manual():
    manual = as_markdown()
    for name, one in known().items():
        assert one.kind in RULES
        assert f"| `{name}` |" in manual


def test_committed_file_of_bcp_is_read_and_graded_throughout():
    council = Parameters.read(BCP)
    assert council.council == "Bournemouth, Christchurch and Poole"
    assert set(council.numbers) == set(known())
    assert set(council.assumptions()["grade"]) <= set(GRADES)
    assert (council.assumptions()["source"].str.len() > 0).all()
