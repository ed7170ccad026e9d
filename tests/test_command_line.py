"""Mistakes of the command line are told as those of a file: where, what, what would be right, remedy."""

import pytest

from frontdoor_sim import cli

CASES = {
    "aprraise scenario.yaml": ("COMMAND", "There is no 'aprraise'.", "Did you mean appraise?"),
    "calibrate publshed": ("KIND", "One of published or history.", "Did you mean published?"),
    "run one.yaml --relications 3": (
        "--relications",
        "frontdoor run has no such option.",
        "Did you mean --replications?",
    ),
    "run one.yaml --zzz=1": ("--zzz\n", "has no such option", "`frontdoor run --help` has all words."),
    "run one.yaml two.yaml": ("two.yaml", "takes no further word", "`frontdoor run SCENARIO`, and its options."),
    "run one.yaml --engine fast": ("--engine", "One of auto, simpy or compiled.", "Did you mean auto?"),
    "run one.yaml --output": ("--output", "Expected one argument.", "Results folder"),
    "compare base.yaml": ("OPTION", "This is missing.", "`frontdoor compare BASE OPTION ...`, and its options."),
    "": ("COMMAND", "This is missing.", "One of check, explain, run"),
}


@pytest.mark.parametrize("words", CASES)
def test_a_mistyped_command_line_says_what_would_be_right(words, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(words.split())
    error = capsys.readouterr().err
    assert ended.value.code == cli.USER_INPUT
    assert error.startswith("1 mistake.\n\n")
    assert "usage:" not in error
    for said in CASES[words]:
        assert said in error


def test_all_that_is_missing_or_unknown_is_told_at_once(capsys):
    for words, said in (
        ("staffing desk.yaml", ["2 mistakes.", "\n--path\n", "\n--target\n", "a share, such as 0.9 or 90%)"]),
        ("run desk.yaml --sed 3 --quite", ["2 mistakes.", "Did you mean --seed", "Did you mean --quiet"]),
    ):
        with pytest.raises(SystemExit):
            cli.main(words.split())
        error = capsys.readouterr().err
        assert all(part in error for part in said), error


def test_options_may_still_be_shortened_and_come_anywhere(capsys):
    with pytest.raises(SystemExit, match="0"):
        cli.main(["run", "--rep", "3", "--quiet", "one.yaml", "--help"])
    assert "SCENARIO" in capsys.readouterr().out
