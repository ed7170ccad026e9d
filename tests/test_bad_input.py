"""Bad scenarios, options and appraisals: one file a rule in `bad_scenarios/`, and the whole message of each.

What a file must say stands in its first comment block; of files that can carry no comment, in a `.txt` beside them. The
files of `bad_scenarios/sound/` have no mistakes; the others lean on them.
"""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from frontdoor_sim.documents import InputError, Mistake, read_text, read_yaml
from frontdoor_sim.documents.files import LARGEST_FILE_BYTES
from frontdoor_sim.experiment import read_study
from frontdoor_sim.operating_model import OperatingModel
from frontdoor_sim.parameters import Parameters
from frontdoor_sim.scenario import read_scenario
from frontdoor_sim.scenario.checks import LAWS
from frontdoor_sim.scenario.examine import examine

BAD = Path(__file__).parent / "bad_scenarios"
SOUND = BAD / "sound"
FILES = sorted(BAD.glob("*.yaml"))
JARGON = re.compile(
    r"Input should|[Ii]nvalid|Value error|NoneType|None\b|True\b|False\b|pydantic|validat|parse|unable|instance|Extra inputs"
    r"|<class|dict\b|tuple|\bstr\b|\bint\b|\bbool\b|float|list\[|Traceback|Exception|isoformat"
)


def said(file: Path) -> str:
    """Everything that is said of a file."""
    read = read_study if file.name.startswith("appraisal_") or file.stem.endswith("_appraisal") else read_scenario
    with pytest.raises(InputError, match="mistake") as raised:
        read(file)
    return str(raised.value)


def expected(file: Path) -> str:
    """What a file must say: its first comment block, or the `.txt` beside it."""
    beside = file.with_suffix(".txt")
    if beside.is_file():
        return beside.read_text(encoding="utf-8").rstrip("\n")
    lines = file.read_text(encoding="utf-8").splitlines()
    comment = [line for number, line in enumerate(lines) if all(first.startswith("#") for first in lines[: number + 1])]
    return "\n".join(line.removeprefix("#").removeprefix(" ") for line in comment)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_bad_file_says_every_mistake_in_four_parts(file: Path):
    assert said(file) == expected(file)


def test_messages_are_sentences_in_plain_words():
    for file in FILES:
        message = expected(file)
        assert not JARGON.search(message), f"{file.name}: {JARGON.findall(message)}"
        for line in re.findall(r"^  (?:what|right|remedy): +(.*)$", message, flags=re.MULTILINE):
            assert re.fullmatch(r"[A-Z0-9a-z`'\"!].*[.?]", line), f"{file.name}: this is no sentence: {line}"


def test_mistakes_stand_in_the_order_of_the_lines():
    for file in FILES:
        lines = re.findall(rf"^{re.escape(file.name)}:(\d+)", expected(file), flags=re.MULTILINE)
        assert lines == sorted(lines, key=int), file.name


@pytest.mark.parametrize("file", sorted(SOUND.rglob("*.yaml")), ids=lambda file: file.stem)
def test_sound_file_has_no_mistake(file: Path):
    assert Parameters.read(file).council if file.stem == "parameters" else read_scenario(file).name


@pytest.mark.parametrize(
    ("was", "wrong"),
    [
        ("options: [sound/option.yaml]", "options: [7]"),
        ("replications: 12", "replications: 1"),
        ("between: [20%, 95%]", "between: [, 95%]"),
        ("between: [3, 5], unit", "between: [3, many], unit"),
        ("measure: decided_within_24h", "measure: 7"),
        ("steps: 3", "steps: few"),
        ("base: sound/base.yaml", "base: 7"),
    ],
)
def test_one_mistake_in_the_form_of_an_appraisal_brings_no_other(tmp_path: Path, was: str, wrong: str):
    """What hangs on a value that could not be read is not told: it would be of a value that nobody wrote."""
    for file in SOUND.glob("*.yaml"):
        (tmp_path / "sound").mkdir(exist_ok=True)
        (tmp_path / "sound" / file.name).write_bytes(file.read_bytes())
    text = (
        "title: One desk\ncouncil: Anywhere\nbase: sound/base.yaml\noptions: [sound/option.yaml]\nreplications: 12\n"
        "candidates: 12\nunknown:\n"
        "  - {path: teams.desk.staff.officer.wte, say: Officers, between: [3, 5], unit: WTE, source: seen}\n"
        "symptoms:\n  - {measure: decided_within_24h, say: Few, between: [20%, 95%], source: seen}\n"
        "break_even:\n  - {option: sound/option.yaml, path: teams.desk.staff.officer.wte, between: [3, 5], say: x, steps: 3}\n"
    )
    (tmp_path / "appraisal.yaml").write_text(text, encoding="utf-8")
    assert read_study(tmp_path / "appraisal.yaml")
    assert was in text
    (tmp_path / "appraisal.yaml").write_text(text.replace(was, wrong), encoding="utf-8")
    with pytest.raises(InputError, match="1 mistake") as raised:
        read_study(tmp_path / "appraisal.yaml")
    assert len(raised.value.mistakes) == 1


def test_every_law_has_a_bad_file():
    broken = set()
    for file in FILES:
        try:
            data = read_yaml(file).data
            model = OperatingModel.model_validate({name: value for name, value in data.items() if name != "parameters"})
        except (InputError, ValidationError, AttributeError):
            continue
        broken |= {law for law in LAWS if list(law(model))}
    assert {law.__name__ for law in LAWS} == {law.__name__ for law in broken}


def test_missing_file_is_named_with_its_nearest_neighbour():
    with pytest.raises(InputError, match="There is no such file") as raised:
        read_scenario(SOUND / "bse.yaml")
    assert raised.value.mistakes[0].where == str(SOUND / "bse.yaml")
    assert raised.value.mistakes[0].remedy.startswith("Did you mean base.yaml")


def test_file_in_a_folder_that_is_not_there():
    with pytest.raises(InputError, match=r"There is no folder '.*elsewhere' either"):
        read_scenario(BAD / "elsewhere" / "base.yaml")


def test_folder_is_no_file():
    with pytest.raises(InputError, match="This is a folder"):
        read_scenario(BAD)


def test_file_that_may_not_be_opened(monkeypatch: pytest.MonkeyPatch):
    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(InputError, match="cannot be opened: Permission denied"):
        read_text(SOUND / "base.yaml")


def test_file_that_is_too_large_is_not_read(tmp_path: Path):
    large = tmp_path / "large.yaml"
    large.write_text("name: One desk\n" + "#" * LARGEST_FILE_BYTES, encoding="utf-8")
    with pytest.raises(InputError, match=r"2,000,015 bytes"):
        read_scenario(large)


def test_byte_order_mark_and_line_ends_of_windows_are_read(tmp_path: Path):
    text = (SOUND / "other_base.yaml").read_text(encoding="utf-8").replace("\n", "\r\n")
    (tmp_path / "base.yaml").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert read_scenario(tmp_path / "base.yaml").digest == read_scenario(SOUND / "other_base.yaml").digest


def test_nothing_in_a_file_is_executed(tmp_path: Path):
    marker = tmp_path / "touched"
    (tmp_path / "evil.yaml").write_text(f"name: !!python/object/apply:os.mkdir ['{marker}']\n", encoding="utf-8")
    with pytest.raises(InputError, match="is a tag, and tags are not read"):
        read_scenario(tmp_path / "evil.yaml")
    assert not marker.exists()


def test_options_in_a_circle(tmp_path: Path):
    for one, other in (("a", "b"), ("b", "a")):
        text = f"name: {one}\nchanges: {other}.yaml\nbecause: [{{say: No., remove: [clock]}}]\n"
        (tmp_path / f"{one}.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"'a.yaml' builds on this file itself"):
        read_scenario(tmp_path / "a.yaml")


def test_mistakes_come_file_by_file_and_line_by_line():
    late, other, early = (Mistake(where, "", "", "") for where in ("a.yaml:9: x", "b.yaml:1", "a.yaml:2: y"))
    error = InputError([late, other, early, late])
    assert error.mistakes == (early, late, other)
    assert pickle.loads(pickle.dumps(error)).mistakes == error.mistakes


WRONG: list[Any] = [
    None, [], {}, "x y", -1, 0, 1e9, True, float("nan"), float("inf"), "", [1], ["a"], [[1]], {"a": 1},
    {"distribution": ["x"], "unit": [1]}, {"distribution": "exponential", "mean": "x", "unit": "minutes"}, "150%",
    "judgement.bias", "durations.screening", "judgement.nothing", "contacts.areas", 10**400, 1.5, "2 working days",
    "Mon-Fri 09:00", "09:00-17:00", date(2020, 1, 1),
]  # fmt: skip


def places(data: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every path of plain data but the root."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for name, inner in items:
        yield (*at, name)
        yield from places(inner, (*at, name))


@pytest.mark.parametrize("part", range(4))
def test_no_value_anywhere_is_met_with_jargon_or_a_traceback(part: int):
    """Every place of a sound scenario is given wrong values, a third of all: a twelfth of the pairs in each part."""
    sound, parameters = read_yaml(SOUND / "base.yaml").data, Parameters.read(SOUND / "parameters.yaml")
    pairs = [(at, wrong) for at in places(sound) for wrong in WRONG]
    for at, wrong in pairs[part::12]:
        data = copy.deepcopy(sound)
        parent = data
        for step in at[:-1]:
            parent = parent[step]
        parent[at[-1]] = copy.deepcopy(wrong)
        for _, mistake in examine(data, parameters):
            text = " | ".join((mistake.what, mistake.right, mistake.remedy))
            assert not JARGON.search(text), f"{at} = {wrong!r}: {text}"
            assert mistake.what, f"{at} = {wrong!r} is told without saying what"


def test_one_slip_is_one_mistake():
    """A slip in a value does not bring mistakes elsewhere with it."""
    sound, parameters = read_yaml(SOUND / "base.yaml").data, Parameters.read(SOUND / "parameters.yaml")
    everywhere = list(places(sound))
    leaves = [at for at in everywhere if not any(other[: len(at)] == at and other != at for other in everywhere)]
    for at in leaves:
        if at == ("parameters",):
            continue  # the name of a file, which is read before
        data = copy.deepcopy(sound)
        parent = data
        for step in at[:-1]:
            parent = parent[step]
        parent[at[-1]] = {"nonsense": 1}
        found = [place for place, _ in examine(data, parameters)]
        assert found, f"{at} takes nonsense"
        assert all(place[: len(at)] == at or at[: len(place)] == place for place in found), f"{at}: {found}"


@pytest.mark.parametrize(
    "teams", ["[a]", "", "text", "{desk: 3}", "{desk: {staff: {a: b}}}", "{desk: {staff: [1]}}", "{1: 2}"]
)
def test_an_option_of_a_base_of_any_shape_says_its_own_mistakes_too(teams: str, tmp_path: Path):
    (tmp_path / "base.yaml").write_text(f"name: Odd\nrun: soon\nteams: {teams}\nstages: {{a: b}}\n", encoding="utf-8")
    option = "name: O\nchanges: base.yaml\nbecause:\n  - {say: Two., set: {teams.desk.staff.officer.wte: +2}}\n"
    option += "  - {say: Three., remove: stages.a}\n  - {say: Four., add: {stages.c: {team: desk, touch: 12 mn}}}\n"
    (tmp_path / "option.yaml").write_text(option, encoding="utf-8")
    told = said(tmp_path / "option.yaml")
    assert "so +2 is 2 here" in told
    assert "\"mn\" in '12 mn' is not a unit of time" in told
    assert "base.yaml:2: run" in told
