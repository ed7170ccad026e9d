"""The tolerance statement and the command: what they read, write, and refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from frontdoor_sim import cli
from frontdoor_sim.documents import InputError
from frontdoor_sim.validation import read_tolerance
from frontdoor_sim.validation.statistics import STATISTICS
from validated_town import SPLIT, Town

SMALL = "must_tell: [decided_within_24h]\nstatistics:\n  decided_within_24h: {points: 5, because: so}\n"


@pytest.fixture
def stated(tmp_path):
    def write(text: str) -> Path:
        path = tmp_path / "tolerance.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return Town(tmp_path_factory.mktemp("town"))


def test_the_statement_of_the_package_allows_for_every_statistic():
    tolerance = read_tolerance()
    assert list(tolerance.statistics) != []
    assert set(tolerance.statistics) == set(STATISTICS)


def test_the_digest_is_of_what_is_said_and_not_of_how(stated):
    first = read_tolerance(stated(SMALL)).digest
    assert read_tolerance(stated(f"# the same\nsure: 0.95\ntelling: 4\n{SMALL}")).digest == first
    assert read_tolerance(stated(SMALL.replace("5", "6"))).digest != first


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SMALL.replace("points", "hours"), "`decided_within_24h` has `hours`."),
        (SMALL.replace("points: 5, ", ""), "`decided_within_24h` has no amount."),
        (SMALL.replace("points: 5", "points: 5, percent: 3"), "has `points` and `percent`."),
        (SMALL.replace("  decided_within_24h:", "  decided_in_24h:"), "Did you mean decided_within_24h"),
        (SMALL.replace("[decided_within_24h]", "[open_undecided]"), "`open_undecided` is not a statistic here."),
        (SMALL.replace(", because: so", ""), "`because` is missing."),
        (SMALL.replace("5", "-5"), "`points` cannot be -5."),
        (f"sure: 30%\n{SMALL}", "`sure` cannot be"),
        ("name: Something else\n", "This is not a tolerance statement."),
    ],
)
def test_a_statement_that_is_wrong_says_so(stated, text, said):
    with pytest.raises(InputError) as raised:
        read_tolerance(stated(text))
    assert said in str(raised.value)
    assert "tolerance.yaml" in str(raised.value)


def test_every_mistake_of_a_statement_is_told_at_once(stated):
    text = "must_tell: [nothing]\nstatistics:\n  decided_in: {points: 1, because: so}\n  open_undecided: {hours: 1, because: so}\n"
    with pytest.raises(InputError, match="3 mistakes"):
        read_tolerance(stated(text))


def test_check_reads_a_statement_and_gives_its_digest(stated, capsys):
    path = stated(SMALL)
    assert cli.main(["check", str(path)]) == cli.DONE
    said = capsys.readouterr().out
    assert "a tolerance statement of 1 figures, no mistakes." in said
    assert read_tolerance(path).digest in said


def test_the_command_writes_page_tables_quality_and_manifest(town, tmp_path, capsys):
    out, extract = tmp_path / "out", town.extract("truth")
    asked = ["validate", str(town.file), str(extract), "--split", str(SPLIT), "--taken", "2025-02-10", "--replications", "20",
             "--jobs", "1", "--quiet", "--output", str(out)]  # fmt: skip
    assert cli.main(asked) == cli.DONE
    said = capsys.readouterr().out
    assert said.splitlines()[-1] == f"Page: {out / 'validation.html'}"
    tables = {path.stem for path in (out / "tables").glob("*.csv")}
    assert tables == {"findings", "errors", "weeks", "curves"}
    findings = pd.read_csv(out / "tables" / "findings.csv")
    shares = findings[findings["unit"] == "share"]
    assert len(shares) > 2
    assert (shares["real"].round(2) == shares["real"]).all()
    assert set(findings["prediction"]) == {"real", "forecast"}
    assert (out / "quality" / "quality.html").is_file()
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["tolerance"] == read_tolerance().digest
    assert {"town.yaml", extract.name} <= {entry["name"] for entry in manifest["inputs"]}
    page = (out / "validation.html").read_text(encoding="utf-8")
    assert "frontdoor validate" in page
    assert not [one for one in ("FAM0", "CH0", "C1,") if one in page]  # no identifier of the extract


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--split", "January", "--taken", "2025-02-10"], "'January' is not a date such as 2025-01-06"),
        (["--split", "2024-11-04", "--taken", "2025-02-10T00:00Z"], "is not a local date"),
        (["--taken", "2025-02-10"], "--split"),
        (["--split", "2024-11-04"], "--taken"),
        (["--split", "2024-11-04", "--taken", "2025-02-10", "--replications", "5"], "not a whole number of 20 or more"),
    ],
)
def test_wrong_words_are_refused(town, words, said, capsys):
    try:
        code = cli.main(["validate", str(town.file), "nowhere.csv", *words])
    except SystemExit as raised:  # by the parser
        code = raised.code
    assert code == cli.USER_INPUT
    assert said in capsys.readouterr().err


def test_mistakes_of_all_files_are_told_together(tmp_path, capsys):
    asked = ["validate", str(tmp_path / "no.yaml"), str(tmp_path / "no.csv"), "--tolerance", str(tmp_path / "none.yaml"),
             "--split", "2024-11-04", "--taken", "2025-02-10", "--output", str(tmp_path / "out")]  # fmt: skip
    assert cli.main(asked) == cli.USER_INPUT
    error = capsys.readouterr().err
    assert error.startswith("3 mistakes.")
    assert all(name in error for name in ("no.yaml", "no.csv", "none.yaml"))
