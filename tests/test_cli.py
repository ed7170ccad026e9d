"""The command line: every command as typed, exit codes, and what a user's mistakes are met with."""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from frontdoor_sim import cli
from frontdoor_sim.appraisal import other_inputs

ROOT = Path(__file__).parents[1]
BAD = Path(__file__).parent / "bad_scenarios"
BASE, MORE, LONGER = "one_desk.yaml", "one_desk_two_more.yaml", "one_desk_open_longer.yaml"
SEVERAL = [BASE, MORE, LONGER, "--replications", "2", "--seed", "3"]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one's own with the small examples, to work in."""
    shutil.copytree(ROOT / "scenarios" / "examples", tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(cli.DEBUG, raising=False)
    return tmp_path


def refused(*words: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        cli.main(words)


def test_check_says_what_a_file_is_and_the_offered_load(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["check", BASE, MORE]) == cli.DONE
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "one_desk.yaml: a scenario, no mistakes."
    assert lines[1] == "  Offered load, One desk (people or slots asked for, of those there are):"
    assert lines[2].split()[:3] == ["desk", "time", "5.6"]
    assert lines[3] == "one_desk_two_more.yaml: an option of One desk, no mistakes."


def test_check_warns_of_a_team_that_is_asked_for_too_much(here: Path, capsys: pytest.CaptureFixture[str]):
    text = (here / BASE).read_text(encoding="utf-8").replace("wte: 6", "wte: 3")
    (here / "few.yaml").write_text(text, encoding="utf-8")
    assert cli.main(["check", "few.yaml"]) == cli.DONE
    assert "desk is asked for more than it has: its backlog grows without end." in capsys.readouterr().out


def test_check_says_where_a_load_may_be_larger_still(here: Path, capsys: pytest.CaptureFixture[str]):
    text = (here / BASE).read_text(encoding="utf-8").replace("wte: 6", "wte: 0.02")
    (here / "few.yaml").write_text(text, encoding="utf-8")
    assert cli.main(["check", "few.yaml"]) == cli.DONE
    assert "load at least 1" in capsys.readouterr().out


def test_check_of_appraisal_and_parameters(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["check", "appraisal.yaml", str(BAD / "sound" / "parameters.yaml")]) == cli.DONE
    said = capsys.readouterr().out
    assert "appraisal.yaml: an appraisal of 2 options, no mistakes." in said
    assert "parameters.yaml: parameters of Anywhere, no mistakes." in said


def test_check_says_the_mistakes_of_every_file_and_what_is_right(capsys: pytest.CaptureFixture[str]):
    files = [BASE, str(BAD / "no_staff.yaml"), "one_dsk.yaml", str(BAD / "team_unknown.yaml")]
    assert cli.main(["check", *files]) == cli.USER_INPUT
    said = capsys.readouterr()
    assert "one_desk.yaml: a scenario, no mistakes." in said.out
    assert said.err.startswith("3 mistakes.")
    assert [line for line in said.err.splitlines() if ".yaml" in line and not line.startswith(" ")] == [
        "no_staff.yaml:13: teams.desk.staff",
        "one_dsk.yaml",
        "team_unknown.yaml:15: stages.decision.team",
    ]
    assert "Did you mean one_desk.yaml" in said.err


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ({"name": "One desk", "teams": {}, "stages": {}}, "scenario"),
        ({"name": "Hub", "changes": "base.yaml", "because": []}, "scenario"),
        ({"title": "T", "council": "C", "base": "b.yaml", "option": []}, "appraisal"),
        ({"council": "C", "year": 2020, "volumes": {}, "durations": {}}, "parameters"),
        (["a list"], "scenario"),
    ],
)
def test_kind_of_a_file_is_told_by_its_names(data: object, kind: str):
    assert cli.kind_of(data) == kind


def test_explain(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["explain", MORE]) == cli.DONE
    assert "1. Two more officers sit at the desk. (recommendation 1)" in capsys.readouterr().out.splitlines()


def test_run_writes_tables_and_the_event_log(here: Path, capsys: pytest.CaptureFixture[str]):
    asked = ["run", BASE, "--replications", "2", "--jobs", "1", "--log", "--quiet", "--output", "out"]
    assert cli.main(asked) == cli.DONE
    said = capsys.readouterr()
    assert said.err == ""
    assert "decided_within_24h" in said.out
    assert said.out.splitlines()[-1] == "Written to out"
    assert {path.name for path in (here / "out").iterdir()} == {
        "event_log", "replications.csv", "replications.parquet", "summary.csv", "summary.parquet",
    }  # fmt: skip
    assert list((here / "out" / "event_log").iterdir())


def test_run_of_one_replication_has_no_interval(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["run", BASE, "--replications", "1", "--quiet"]) == cli.DONE
    said = capsys.readouterr().out
    assert "(no interval)" in said
    assert "nan" not in said
    assert said.splitlines()[-1] == f"Written to {Path('results') / 'one_desk'}"


def test_bar_is_shown_unless_quiet(capsys: pytest.CaptureFixture[str]):
    asked = ["run", BASE, "--replications", "1", "--output", "out"]
    assert cli.main(asked) == cli.DONE
    assert "Replications" in capsys.readouterr().err
    assert cli.main([*asked, "--quiet"]) == cli.DONE
    assert capsys.readouterr().err == ""


def test_compare_gives_a_verdict_for_each_option(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["compare", *SEVERAL, "--jobs", "1", "--quiet", "--output", "out"]) == cli.DONE
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Two more officers: Decides ")
    assert lines[1].startswith("Two more, open longer: Decides ")
    assert lines[2:] == [
        "Intervals: 95% for all options together, of the average; simulation noise alone.",
        "Written to out",
    ]


FULL = "desk is asked for more than it has: its backlog grows without end."
FEW = "few.yaml"


def few_officers(here: Path) -> None:
    """The desk with three officers, which is too few, and an option that begins after the run ends."""
    text = (here / BASE).read_text(encoding="utf-8").replace("wte: 6", "wte: 3")
    (here / FEW).write_text(text, encoding="utf-8")
    option = (here / MORE).read_text(encoding="utf-8").replace(f"changes: {BASE}", f"changes: {FEW}")
    late = option.replace("wte: +2}", "wte: +2}\n    from: 2099-01-05")
    (here / "late.yaml").write_text(late, encoding="utf-8")


def test_run_says_what_check_says_of_a_team_that_is_asked_for_too_much(here: Path, capsys: pytest.CaptureFixture[str]):
    few_officers(here)
    assert cli.main(["check", FEW]) == cli.DONE
    assert FULL in capsys.readouterr().out
    once = ["--replications", "1", "--jobs", "1", "--quiet", "-o", "out"]
    assert cli.main(["run", FEW, *once]) == cli.DONE
    assert capsys.readouterr().out.endswith(f"\nRead with care:\n  - One desk: {FULL}\nWritten to out\n")
    assert cli.main(["run", BASE, *once]) == cli.DONE
    assert "Read with care" not in capsys.readouterr().out


def test_compare_says_who_is_asked_for_too_much_and_what_is_never_in_force(
    here: Path, capsys: pytest.CaptureFixture[str]
):
    few_officers(here)
    asked = ["compare", FEW, "late.yaml", "--replications", "2", "--jobs", "1", "--quiet", "-o", "out"]
    assert cli.main(asked) == cli.DONE
    care, twice = capsys.readouterr().out.split("Read with care:\n")[1].split("Look twice:\n")
    assert care == f"  - One desk and Two more officers: {FULL}\n"
    assert twice.startswith("  - late.yaml:6: because[0]: It begins on 2099-01-05, and the run ends on ")
    assert "so it is never in force." in twice


def test_appraise_says_them_too(here: Path, capsys: pytest.CaptureFixture[str]):
    few_officers(here)
    text = "title: Few\ncouncil: Anywhere\nbase: few.yaml\noptions: [late.yaml]\nreplications: 2\n"
    (here / "few_appraisal.yaml").write_text(text, encoding="utf-8")
    assert cli.main(["appraise", "few_appraisal.yaml", "--jobs", "1", "--quiet", "-o", "out"]) == cli.DONE
    said = capsys.readouterr().out
    assert f"Read with care:\n  - One desk and Two more officers: {FULL}\nLook twice:\n  - late.yaml:6: " in said
    assert said.index("Look twice") < said.index("Pack: ")


def test_break_even_and_sensitivity_say_them_too(here: Path, capsys: pytest.CaptureFixture[str]):
    few_officers(here)
    one_more = (
        (here / "late.yaml").read_text(encoding="utf-8").replace("\n    from: 2099-01-05", "").replace("+2", "+1")
    )
    (here / "one_more.yaml").write_text(one_more, encoding="utf-8")
    few = ["--replications", "2", "--jobs", "1", "--quiet", "-o", "out"]
    care = f"\nRead with care:\n  - One desk and Two more officers: {FULL}\nWritten to out\n"
    between = ["--path", "teams.desk.staff.officer.wte", "--between", "2", "4", "--steps", "2"]
    assert cli.main(["break-even", FEW, "one_more.yaml", *between, *few]) == cli.DONE
    assert capsys.readouterr().out.endswith(care)
    unknown = "{path: teams.desk.staff.officer.wte, say: Officers, between: [2.5, 3], unit: WTE, source: Ours}"
    text = f"title: Few\ncouncil: Here\nbase: {FEW}\noptions: [one_more.yaml]\nreplications: 2\ncandidates: 3\n"
    (here / "few_appraisal.yaml").write_text(f"{text}unknown: [{unknown}]\n", encoding="utf-8")
    assert cli.main(["sensitivity", "few_appraisal.yaml", *few]) == cli.DONE
    assert capsys.readouterr().out.endswith(care)


def test_tables_are_the_same_bytes_for_any_number_of_jobs(here: Path):
    for jobs in ("1", "2"):
        assert cli.main(["compare", *SEVERAL, "--jobs", jobs, "--quiet", "--output", f"jobs_{jobs}"]) == cli.DONE
    tables = sorted(path.name for path in (here / "jobs_1").iterdir())
    assert len(tables) == 9  # four tables twice, and the manifest
    for table in tables:
        assert (here / "jobs_1" / table).read_bytes() == (here / "jobs_2" / table).read_bytes(), table


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([BASE, str(ROOT / "scenarios" / "bcp" / "as_found.yaml")], "as_found.yaml is not a change to one_desk.yaml"),
        ([BASE, BASE], "one_desk.yaml is called 'One desk', as is another scenario here"),
        ([MORE, MORE], "is called 'Two more officers'"),
        ([str(BAD / "no_staff.yaml"), str(BAD / "option_verb_unknown.yaml")], "2 mistakes"),
    ],
)
def test_compare_refuses_what_cannot_be_compared(words: list[str], said: str, capsys: pytest.CaptureFixture[str]):
    assert cli.main(["compare", *words]) == cli.USER_INPUT
    assert said in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="a closed pipe is another error there")
def test_output_that_nobody_reads_ends_without_a_word(here: Path):
    reads, writes = os.pipe()
    os.close(reads)
    asked = ["explain", MORE, "--picture", "pathway.svg"]
    program = f"from frontdoor_sim import cli; raise SystemExit(cli.main({asked}))"
    try:
        ended = subprocess.run([sys.executable, "-c", program], stdout=writes, stderr=subprocess.PIPE, check=False)
    finally:
        os.close(writes)
    assert (ended.returncode, ended.stderr) == (cli.DONE, b"")
    assert (here / "pathway.svg").is_file(), "the picture was asked for, whoever reads the words"


def test_options_of_one_base_can_be_compared_with_each_other(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["compare", MORE, LONGER, "--replications", "2", "--jobs", "1", "--quiet"]) == cli.DONE
    assert capsys.readouterr().out.startswith("Two more, open longer: Decides ")


def test_appraise_ends_with_the_verdict_and_the_pack(here: Path, capsys: pytest.CaptureFixture[str]):
    asked = ["appraise", "appraisal.yaml", "--replications", "2", "--jobs", "1", "--quiet", "--output", "out"]
    assert cli.main(asked) == cli.DONE
    said = capsys.readouterr()
    assert said.err == ""
    assert said.out.splitlines()[-1] == f"Pack: {Path('out') / 'pack.html'}"
    assert (here / "out" / "pack.html").is_file()
    assert (here / "out" / "tables" / "verdicts.csv").is_file()
    record = json.loads((here / "out" / "run.json").read_text())
    assert record["command"] == "frontdoor " + " ".join(asked)
    assert (record["engine"], record["numba"]) == ("compiled", importlib.metadata.version("numba"))


def test_a_folder_of_another_appraisal_keeps_nothing_of_it(here: Path, capsys: pytest.CaptureFixture[str]):
    """Tables and logs of the earlier study go, and are told of in a line; what somebody put beside them stays."""
    few = ["--replications", "2", "--jobs", "1", "--quiet", "--output", "out"]
    assert cli.main(["appraise", "appraisal_of_go_live.yaml", *few]) == cli.DONE
    earlier = capsys.readouterr().out
    sometimes = {f"{name}.{kind}" for name in ("weeks", "dates", "burnt_down") for kind in ("csv", "parquet")}
    tables, logs = here / "out" / "tables", here / "out" / "event_logs"
    assert sometimes <= {path.name for path in tables.iterdir()}
    mine = [tables / "mine.csv", logs / "go_live" / "mine.txt", logs / "mine" / "mine.txt"]
    for file in mine:
        file.parent.mkdir(exist_ok=True)
        file.write_text("mine")
    assert cli.main(["appraise", "appraisal.yaml", *few]) == cli.DONE
    said = capsys.readouterr().out
    assert not sometimes & {path.name for path in tables.iterdir()}
    assert sorted(path.parent.name for path in logs.rglob("about.json")) == [
        "one_desk",
        "one_desk_open_longer",
        "one_desk_two_more",
    ]
    assert [path.name for path in (logs / "go_live").iterdir()] == ["mine.txt"]
    assert not (logs / "small_mash").exists()
    assert all(file.read_text() == "mine" for file in mine)
    told = [line for line in said.splitlines() if "made from other inputs" in line]
    assert len(told) == 1
    assert "appraisal.yaml, appraisal_of_go_live.yaml, go_live.yaml" in told[0]
    assert "made from other inputs" not in earlier
    assert cli.main(["appraise", "appraisal.yaml", *few]) == cli.DONE
    assert "made from other inputs" not in capsys.readouterr().out


def test_a_folder_of_another_comparison_is_told_of(here: Path, capsys: pytest.CaptureFixture[str]):
    few = ["--replications", "2", "--jobs", "1", "--quiet"]
    for option, told in ((MORE, []), (LONGER, [LONGER]), (LONGER, [])):
        assert cli.main(["compare", BASE, option, *few]) == cli.DONE
        first = capsys.readouterr().out.splitlines()[0]
        assert ("made from other inputs" in first) == bool(told)
        assert all(name in first for name in told)
    record = json.loads((here / "results" / "one_desk_compared" / "manifest.json").read_text())
    assert [row["name"] for row in record["inputs"]] == [BASE, LONGER, MORE]
    assert "summary.csv" in record["files"]


def test_a_folder_without_a_manifest_or_with_a_torn_one_says_nothing(here: Path):
    assert other_inputs(here, [here / BASE]) == ""
    for torn in ("{", "[]", '{"inputs": 3}', '{"inputs": [{}]}'):
        (here / "manifest.json").write_text(torn)
        assert other_inputs(here, [here / BASE]) == ""


def test_calibrate_published_as_typed(here: Path, capsys: pytest.CaptureFixture[str]):
    data = str(ROOT / "calibration" / "dfe")
    asked = ["--council", "bournemouth, christchurch and poole", "--year", "2020", "--data", data]
    assert cli.main(["calibrate", "published", *asked]) == cli.DONE
    file = Path("calibration") / "bcp" / "parameters.yaml"
    said = capsys.readouterr().out
    assert said.splitlines()[-1] == f"Written to {file}"
    assert len(said.splitlines()) > 1
    assert (here / file).read_text(encoding="utf-8").count("grade: ") > 40


def test_calibrate_published_quietly_elsewhere(here: Path, capsys: pytest.CaptureFixture[str]):
    data = str(ROOT / "calibration" / "dfe")
    asked = ["--council", "Bournemouth, Christchurch and Poole", "--year", "2020", "--data", data, "--output", "out"]
    assert cli.main(["calibrate", "published", *asked, "--quiet"]) == cli.DONE
    assert capsys.readouterr().out == f"Written to {Path('out') / 'parameters.yaml'}\n"
    assert (here / "out" / "parameters.yaml").is_file()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--council", "Bournemuth", "--year", "2020", "--data", str(ROOT / "calibration" / "dfe")], "Did you mean"),
        (["--council", "England", "--year", "2020", "--data", "nowhere"], "There is no such folder"),
    ],
)
def test_calibrate_published_refuses(words: list[str], said: str, capsys: pytest.CaptureFixture[str]):
    assert cli.main(["calibrate", "published", *words]) == cli.USER_INPUT
    assert said in capsys.readouterr().err


def test_help_of_calibrate_has_an_example(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit, match="0"):
        cli.main(["calibrate", "published", "--help"])
    assert 'frontdoor calibrate published --council "North Tyneside" --year 2020' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "COMMAND"),
        (["simulate"], "There is no 'simulate'."),
        (["check"], "FILE"),
        (["compare", BASE], "OPTION"),
        (["staffing", BASE, "--target", "0.8"], "--path"),
        (["run", BASE, "--engine", "fastest"], "'fastest'"),
        (["calibrate"], "KIND"),
        (["calibrate", "published", "--council", "England"], "2 mistakes."),
    ],
)
def test_wrong_words_are_refused_by_name(words: list[str], said: str, capsys: pytest.CaptureFixture[str]):
    refused(*words)
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", BASE, "--replications", "0"], "'0' is not a whole number of 1 or more"),
        (["run", BASE, "--replications", "-1"], "'-1' is not a whole number of 1 or more"),
        (["run", BASE, "--replications", "two"], "'two' is not a whole number"),
        (["run", BASE, "--replications", "1.5"], "'1.5' is not a whole number"),
        (["compare", BASE, MORE, "--replications", "1"], "'1' is not a whole number of 2 or more"),
        (["appraise", "appraisal.yaml", "--replications", "1"], "'1' is not a whole number of 2 or more"),
        (["sensitivity", "appraisal.yaml", "--replications", "1"], "'1' is not a whole number of 2 or more"),
        (["staffing", BASE, "--path", "teams.desk.staff.officer.wte", "--target", "most"], "'most'"),
        (["run", BASE, "--jobs", "0"], "'0' is not a whole number of 1 or more"),
        (["run", BASE, "--seed", "-1"], "'-1' is not a whole number of 0 or more"),
        (
            ["calibrate", "published", "--council", "England", "--year", "20", "--data", "."],
            "'20' is not a whole number",
        ),
    ],
)
def test_wrong_numbers_are_mistakes_like_others(words: list[str], said: str, capsys: pytest.CaptureFixture[str]):
    assert cli.main(words) == cli.USER_INPUT
    where, what, right, remedy = capsys.readouterr().err.removeprefix("1 mistake.\n\n").splitlines()
    assert said in what
    assert right.startswith("  right:  A ")
    assert remedy.startswith(f"  remedy: Write, for example, {where} ")


def test_all_wrong_numbers_of_a_command_are_told_at_once(capsys: pytest.CaptureFixture[str]):
    words = ["staffing", BASE, "--path", "x", "--target", "lots", "--between", "3", "many", "--jobs", "0"]
    assert cli.main(words) == cli.USER_INPUT
    told = capsys.readouterr().err
    assert told.startswith("3 mistakes.")
    assert "what:   'many' is not a number." in told
    assert "remedy: Write a number in its place." in told
    assert (
        "\n--target\n  what:   'lots' is not a number.\n  right:  A number, such as 0.4; of a share also a per" in told
    )


STAFFING = ["staffing", "--path", "teams.desk.staff.officer.wte", "--target", "0.8"]


@pytest.mark.parametrize(
    "command", [["check"], ["explain"], ["run"], ["appraise"], ["sensitivity"], ["compare", BASE], STAFFING]
)
@pytest.mark.parametrize(
    ("file", "said"),
    [("missing.yaml", "There is no such file"), (".", "This is a folder"), (str(BAD / "tab.yaml"), "tab")],
)
def test_no_command_meets_a_bad_file_with_a_traceback(
    command: list[str], file: str, said: str, capsys: pytest.CaptureFixture[str]
):
    assert cli.main([*command, file]) == cli.USER_INPUT
    error = capsys.readouterr().err
    assert error.startswith("1 mistake.")
    assert said in error


@pytest.mark.parametrize(
    "words",
    [
        ["run", BASE],
        ["compare", BASE, MORE],
        ["appraise", "appraisal.yaml"],
        ["sensitivity", "appraisal.yaml"],
        [*STAFFING, BASE],
    ],
    ids=lambda words: words[0],
)
def test_output_that_cannot_be_written_is_told_before_the_work_begins(
    words: list[str], here: Path, capsys: pytest.CaptureFixture[str]
):
    (here / "taken").write_text("a file, and no folder", encoding="utf-8")
    assert cli.main([*words, "--output", "taken"]) == cli.USER_INPUT
    said = capsys.readouterr()
    assert said.out == ""
    where, what, right, remedy = said.err.splitlines()[2:]
    assert where == "taken"
    assert what.startswith("  what:   This cannot be written: ")
    assert right == "  right:  A folder that you may write to, with room on the disk."
    assert remedy == "  remedy: Choose another with --output."


def interrupted(asked: argparse.Namespace) -> None:
    raise KeyboardInterrupt


def broken(asked: argparse.Namespace) -> None:
    raise ZeroDivisionError("division by zero")


def test_stopping_it_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr(cli, "do_explain", interrupted)
    assert cli.main(["explain", BASE]) == cli.STOPPED == 130
    assert capsys.readouterr().err == "Stopped.\n"


def test_a_fault_of_ours_is_one_line_that_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr(cli, "do_explain", broken)
    assert cli.main(["explain", BASE]) == cli.OUR_FAULT == 1
    said = capsys.readouterr().err
    assert said.startswith("Sorry, this is our fault: ZeroDivisionError: division by zero.")
    assert len(said.splitlines()) == 1


def test_a_fault_of_ours_shows_where_it_happened_on_request(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cli, "do_explain", broken)
    monkeypatch.setenv(cli.DEBUG, "1")
    with pytest.raises(ZeroDivisionError, match="division by zero"):
        cli.main(["explain", BASE])


def test_input_errors_of_a_worker_process_come_home_whole(here: Path, capsys: pytest.CaptureFixture[str]):
    text = "\n".join(
        line for line in (here / BASE).read_text(encoding="utf-8").splitlines() if "individual" not in line
    )
    (here / "nobody.yaml").write_text(text.replace("arrivals:", ""), encoding="utf-8")
    asked = ["run", "nobody.yaml", "--replications", "2", "--jobs", "2", "--quiet"]
    assert cli.main(asked) == cli.USER_INPUT
    assert "The scenario has no arrivals of its own" in capsys.readouterr().err
