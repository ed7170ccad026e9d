"""The manual of scenario files: its tables are what the models say now, and what it shows is so."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from frontdoor_sim.documents import InputError, read_yaml
from frontdoor_sim.scenario import read_scenario

DOCS = Path(__file__).parents[1] / "docs"
REFERENCE = runpy.run_path(str(DOCS / "make_reference.py"))
TEXT = (DOCS / "scenario-files.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[tuple[str, str]]:
    """The marked blocks of a kind: mark and text."""
    return re.findall(rf"^```{kind} (\S+)\n(.*?)^```$", TEXT, flags=re.MULTILINE | re.DOTALL)


def test_tables_are_what_the_models_say_now():
    again = "docs/scenario-files.md is out of date: run `python docs/make_reference.py`"
    assert REFERENCE["page"](TEXT) == TEXT, again


def test_every_record_of_a_file_has_its_table():
    made = set(re.findall(r"<!-- made: (\w+) -->", TEXT))
    assert made == {*REFERENCE["MEANINGS"], "laws"}
    unmeant = set(REFERENCE["RECORDS"]) - made
    assert unmeant == {"BaseModel", "Closed", "Lasting", "_Stage", "_QueueStage"}


def test_a_field_without_a_meaning_cannot_be_printed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delitem(REFERENCE["MEANINGS"]["Team"], "site")
    with pytest.raises(ValueError, match=r"Team: fields and meanings differ in \['site'\]"):
        REFERENCE["fields_table"]("Team")


@pytest.mark.parametrize("name", ["smallest", "today", "tomorrow"])
def test_scenarios_of_the_manual_have_no_mistakes(name: str, tmp_path: Path):
    for mark, text in blocks("yaml"):
        (tmp_path / Path(mark).name).write_text(text, encoding="utf-8")
    assert read_scenario(tmp_path / f"{name}.yaml").model.ends


def test_mistakes_of_the_manual_are_said_as_it_shows(tmp_path: Path):
    for mark, text in blocks("yaml"):
        (tmp_path / Path(mark).name).write_text(text, encoding="utf-8")
    ((_, said),) = blocks("text")
    with pytest.raises(InputError, match="2 mistakes") as raised:
        read_scenario(tmp_path / "mistaken.yaml")
    assert str(raised.value) == said.rstrip("\n")


def test_routes_of_the_manual_are_routes(tmp_path: Path):
    """The three ways of writing a route stand in a block of their own, which leans on no whole scenario."""
    (routes,) = re.findall(r"^```yaml\n(routes:\n.*?)^```$", TEXT, flags=re.MULTILINE | re.DOTALL)
    stages = ["receipt", "ehap_intake", "blc_intake", "screening", "consent", "checks"]
    text = "\n".join([
        "name: Routes", "run: {opens: 2025-01-06}", "teams: {desk: {staff: [{role: officer, wte: 1, shift: always}]}}",
        "stages:", *(f"  {stage}: {{team: desk, touch: 1 min, judges: {{noise: 1}}}}" for stage in stages),
        routes.rstrip("\n"), "  receipt: {screening: 50%, ehap_intake: 50%}", "  blc_intake: early_help",
        "  consent: advice", "  checks: advice", "ends: {advice: {}, early_help: {}}",
    ])  # fmt: skip
    (tmp_path / "routes.yaml").write_text(text, encoding="utf-8")
    assert [len(rules) for rules in read_scenario(tmp_path / "routes.yaml").model.routes.values()] == [
        1,
        1,
        3,
        1,
        1,
        1,
        1,
    ]


def test_a_file_is_read_again_when_it_has_changed_and_nobody_shares_what_was_read(tmp_path):
    file = tmp_path / "said.yaml"
    file.write_text("teams: {desk: {wte: 2}}\n")
    first = read_yaml(file)
    first.data["teams"]["desk"]["wte"] = 9
    assert read_yaml(file).data == {"teams": {"desk": {"wte": 2}}}
    file.write_text("teams: {desk: {wte: 3}}\n")
    assert read_yaml(file).data == {"teams": {"desk": {"wte": 3}}}
