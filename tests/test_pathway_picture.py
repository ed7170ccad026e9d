"""The picture of a pathway: everything of the file is in it, nothing overlaps, and it is the same every time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from frontdoor_sim import cli, run
from frontdoor_sim.appraisal.charts import pathway, svg_document
from frontdoor_sim.appraisal.charts.pathways.facts import ARRIVAL, REQUEST, SITE, SITES, WITHIN, facts_of
from frontdoor_sim.appraisal.charts.pathways.layout import laid_out
from frontdoor_sim.appraisal.charts.pathways.ways import columns_of
from frontdoor_sim.documents import read_yaml
from frontdoor_sim.experiment.explain import changed_parts, gone_parts, picture
from frontdoor_sim.operating_model import OperatingModel
from frontdoor_sim.scenario import Scenario, read_scenario
from random_models import Instance, instances

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "scenarios" / "examples"
SCENARIOS = [
    path
    for folder in ("scenarios", "tests/theory", "tests/golden", "benchmarks")
    for path in sorted((ROOT / folder).rglob("*.yaml"))
    if {"stages", "changes", "combines"} & set(read_yaml(path).data)
]
SLACK = 0.5  # pixels


@pytest.fixture
def small() -> Scenario:
    return read_scenario(EXAMPLES / "small_mash.yaml")


def drawn(figure: Figure) -> tuple[list[tuple[str, Bbox]], list[list[tuple[float, float]]]]:
    """Every text with its box, and every line with its points, in pixels."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    (axes,) = figure.axes
    texts = [
        (text.get_text(), text.get_window_extent(renderer)) for text in (*figure.texts, *axes.texts) if text.get_text()
    ]
    lines = [[tuple(point) for point in axes.transData.transform(line.get_xydata())] for line in axes.lines]
    return texts, lines


def parts(**named: tuple[str, ...]) -> set[tuple[str, str]]:
    """Teams and stages by their section."""
    return {(section, name) for section, names in named.items() for name in names}


def smaller(box: Bbox) -> Bbox:
    return Bbox.from_extents(box.x0 + SLACK, box.y0 + SLACK, box.x1 - SLACK, box.y1 - SLACK)


def crosses(box: Bbox, one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether a line that is level or upright passes through a box."""
    (x0, x1), (y0, y1) = sorted((one[0], other[0])), sorted((one[1], other[1]))
    return x0 < box.x1 and x1 > box.x0 and y0 < box.y1 and y1 > box.y0


def overlaps(figure: Figure) -> Iterator[str]:
    """Everything that lies where it should not."""
    texts, lines = drawn(figure)
    sheet = figure.bbox
    for (name, box), (other, beside) in combinations(texts, 2):
        if smaller(box).overlaps(smaller(beside)) and not (name == other and abs(box.x0 - beside.x0) < 1):
            yield f"{name!r} lies on {other!r}"
    for name, box in texts:
        if box.x0 < -1 or box.x1 > sheet.x1 + 1 or box.y0 < -1 or box.y1 > sheet.y1 + 1:
            yield f"{name!r} leaves the sheet"
        is_letter = re.fullmatch(r"[A-Z]|\d+", name)
        for line in () if is_letter else lines:
            for one, after in pairwise(line):
                if crosses(smaller(box), one, after):
                    yield f"a line passes through {name!r}"


def test_overlaps_are_noticed():
    figure = Figure(figsize=(7, 2))
    axes = figure.add_axes((0, 0, 1, 1))
    for at, word in ((0.5, "one"), (0.505, "other"), (0.99, "outside the sheet")):
        axes.text(at, 0.5, word)
    axes.plot([0.2, 0.51], [0.52, 0.52])
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.axis("off")
    assert list(overlaps(figure)) == [
        "'one' lies on 'other'", "a line passes through 'one'", "a line passes through 'other'",
        "'outside the sheet' leaves the sheet",
    ]  # fmt: skip


def through_boxes(model: OperatingModel) -> Iterator[str]:
    """Every arrow that passes through a box."""
    placed = laid_out(facts_of(model))
    for arrow in placed.arrows:
        for one, after in pairwise(arrow.points):
            for box in placed.boxes:
                inside = Bbox.from_extents(box.left + 0.01, box.middle - box.height / 2 + 0.01, box.right - 0.01,
                                           box.middle + box.height / 2 - 0.01)  # fmt: skip
                if crosses(inside, one, after):
                    yield f"{arrow.way.arrow} passes through {box.box.name}"


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_overlaps(path: Path):
    scenario = read_scenario(path)
    assert list(overlaps(picture(scenario))) == []
    assert list(through_boxes(scenario.model)) == []


@pytest.mark.parametrize("batch", range(2))
@settings(max_examples=40, deadline=None, derandomize=True)
@given(instances())
def test_arrows_of_random_models_pass_through_no_box(batch: int, instance: Instance):
    assert list(through_boxes(OperatingModel.model_validate(instance.data))) == []


def test_everything_of_the_file_is_there(small: Scenario):
    texts = " ".join(text for text, _ in drawn(picture(small))[0])
    for words in (*small.model.teams, *small.model.stages, *small.model.ends, "mash", "police_station", "annexe"):
        assert words.replace("_", " ") in texts
    for words in ("on town system and county", "3.5 WTE", "10 min", "decides", "a request is seen after 30 min",
                  "2 h, then at 10:00 or 15:00", "police check"):  # fmt: skip
        assert words in texts


def test_arrows_say_what_they_cross(small: Scenario):
    arrows = {(arrow.leaves, arrow.reaches): arrow for arrow in facts_of(small.model).arrows}
    assert {pair: arrow.crosses for pair, arrow in arrows.items()} == {
        ("entry", "receipt"): ARRIVAL, ("receipt", "screening"): SITE, ("screening", "sign_off"): SITE,
        ("screening", "consent"): WITHIN, ("consent", "checks"): WITHIN, ("consent", "sign_off"): SITE,
        ("checks", "sign_off"): SITE, ("sign_off", "allocation"): SITES, ("checks", "checks: police"): REQUEST,
    }  # fmt: skip
    assert arrows["receipt", "screening"].costs == "10 min"
    assert arrows["screening", "consent"].costs == ""
    assert arrows["sign_off", "allocation"].costs == "2 h, then at 10:00 or 15:00"


def test_a_record_that_is_keyed_again_says_where(small: Scenario):
    apart = small.varied({"teams.managers.case_system": "third_system"})
    arrow = next(a for a in facts_of(apart.model).arrows if (a.leaves, a.reaches) == ("checks", "sign_off"))
    assert (arrow.keyed_again, arrow.costs) == (True, "10 min; keyed again on third system, 12 min")
    fewer = small.varied({"teams.managers.case_system": "county_system"})
    assert not any(a.keyed_again for a in facts_of(fewer.model).arrows if a.reaches == "sign_off")


def keyed_in_a_run(scenario: Scenario) -> set[str]:
    """The stages at which a run keys records again."""
    rows = run(scenario, seed=7).events
    return set(rows.loc[rows["kind"] == "re-keying", "stage"])


def test_a_record_is_keyed_again_at_the_first_work_whose_system_it_lacks_and_never_twice(small: Scenario):
    """As a run charges it: checks key nothing, so the square stands after them; a way back finds the record there."""
    apart = small.varied({
        "teams.*.case_system": "town_system", "teams.managers.case_system": ["town_system", "county_system"],
        "stages.checks.team": "managers", "routes.sign_off[2].to": {"advice": "90%", "screening": "10%"},
    })  # fmt: skip
    arrows = {(arrow.leaves, arrow.reaches): arrow for arrow in facts_of(apart.model).arrows}
    assert {pair for pair, arrow in arrows.items() if arrow.keyed_again} == {
        ("screening", "sign_off"), ("consent", "sign_off"), ("checks", "sign_off"),
    }  # fmt: skip
    assert arrows["checks", "sign_off"].crosses == WITHIN
    assert arrows["checks", "sign_off"].costs == "keyed again on county system, 12 min"
    assert keyed_in_a_run(apart) == {"sign_off"}


def test_the_second_system_of_the_first_desk_is_keyed_again_there(small: Scenario):
    squares = [(arrow.leaves, arrow.reaches) for arrow in facts_of(small.model).arrows if arrow.keyed_again]
    assert squares == [("entry", "receipt")]
    assert keyed_in_a_run(small) == {"receipt"}


def test_lines_between_sites_look_different_without_colour(small: Scenario):
    (axes,) = picture(small).axes
    looks = {(line.get_linestyle(), line.get_linewidth()) for line in axes.lines}
    assert {("-", 1.0), ("-", 1.5), ("--", 2.2)} <= looks


def test_what_an_option_changes_is_marked_by_a_star():
    hub = read_scenario(EXAMPLES / "hub.yaml")
    assert changed_parts(hub) == parts(
        teams=("contact_desk", "screening", "police_desk"), stages=("screening", "decision", "consent", "checks")
    )
    assert gone_parts(hub) == ("sign_off", "managers")
    texts = [text for text, _ in drawn(picture(hub))[0]]
    assert "★ decision" in texts
    assert "receipt" in texts
    assert "No longer there: sign off, managers." in texts
    assert "★ changed or new in this option" in texts
    assert not any("★" in text for text, _ in drawn(picture(hub.base or hub))[0])


def test_no_star_has_a_line_of_its_own():
    texts = [text for text, _ in drawn(picture(read_scenario("scenarios/bcp/full_programme.yaml")))[0]]
    assert [text for text in texts if text.startswith("★ lansdowne")]
    assert not [text for text in texts if text.split("\n")[0] == "★"]


def test_a_new_name_is_marked_where_it_stands_and_not_where_it_follows():
    assert changed_parts(read_scenario(EXAMPLES / "new_names.yaml")) == parts(
        teams=("triage_team", "front_desk"), stages=("triage",)
    )
    assert gone_parts(read_scenario(EXAMPLES / "new_names.yaml")) == ()


NAMES_ALIKE = """
name: Names alike
changes: base.yaml
because:
  - {say: The team moves., set: {teams.screening.site: annexe}}
  - {say: Everybody on the two systems., set: {"teams.*.case_system": [town_system, county_system]}}
  - {say: As it was., set: {teams.contact_desk.order: joining, stages.receipt.touch: 10 min}}
"""


def test_only_what_differs_has_a_star_and_a_stage_none_for_a_team_of_its_name(tmp_path: Path):
    (tmp_path / "base.yaml").write_bytes((EXAMPLES / "small_mash.yaml").read_bytes())
    (tmp_path / "option.yaml").write_text(NAMES_ALIKE, encoding="utf-8")
    option = read_scenario(tmp_path / "option.yaml")
    assert changed_parts(option) == parts(teams=("screening", "police_desk", "assessment"))
    texts = [text for text, _ in drawn(picture(option))[0]]
    assert texts.count("★ screening") == 1
    assert texts.count("screening") == 1


def test_a_stage_that_goes_is_told_although_a_team_of_its_name_stays(tmp_path: Path):
    (tmp_path / "base.yaml").write_bytes((EXAMPLES / "small_mash.yaml").read_bytes())
    change = "{say: No screening., remove: {stages.screening: {to: sign_off}, stages.consent: {to: sign_off}, stages.checks: {to: sign_off}}"
    also = "set: {stages.sign_off.judges: {noise: 0.4}, routes.receipt: sign_off}"
    (tmp_path / "option.yaml").write_text(
        f"name: T\nchanges: base.yaml\nbecause:\n  - {change}, {also}}}\n", encoding="utf-8"
    )
    option = read_scenario(tmp_path / "option.yaml")
    assert "screening" in option.model.teams
    assert gone_parts(option) == ("screening", "consent", "checks")


def test_columns_go_on_from_left_to_right_but_for_ways_back(small: Scenario):
    facts = facts_of(small.model)
    columns = columns_of(facts)
    onward = [arrow for arrow in facts.arrows if arrow.crosses != REQUEST]
    assert all(columns[arrow.leaves] < columns[arrow.reaches] for arrow in onward)
    assert columns["checks: police"] == columns["checks"]
    back = small.varied({"routes.sign_off[0].to": {"allocation": "90%", "screening": "10%"}})
    assert columns_of(facts_of(back.model)) == columns
    assert list(overlaps(picture(back))) == []


def with_stages(small: Scenario, number: int) -> OperatingModel:
    """A model of so many stages in a row, every second one in another team, each also leading two further."""
    stages = {f"stage_{i}": {"team": ("contact_desk", "managers")[i % 2], "touch": "1 min"} for i in range(number)}
    routes = {
        f"stage_{i}": {f"stage_{min(i + 1, number - 1)}": "50%", f"stage_{min(i + 2, number - 1)}": "50%"}
        for i in range(number - 2)
    }
    last = {f"stage_{number - 2}": f"stage_{number - 1}", f"stage_{number - 1}": "advice", "entry": "stage_0"}
    data = {**small.resolved, "stages": stages, "routes": {**routes, **last}, "handoffs": {}}
    return OperatingModel.model_validate(data)


@pytest.mark.parametrize("number", [3, 25])
def test_a_long_pathway_is_drawn_without_overlaps(small: Scenario, number: int):
    model = with_stages(small, number)
    assert list(through_boxes(model)) == []
    figure = pathway(model)
    assert list(overlaps(figure)) == []
    assert figure.get_size_inches()[0] >= 7


def test_names_of_any_length_and_letters_stay_in_their_boxes(small: Scenario):
    name = "a_very_long_name_of_a_stage_that_nobody_would_write_but_somebody_does"
    odd = "<script>alert(1)</script> & “quoted” $x$ é"
    data = {**small.data, "name": odd, "summary": odd * 4}
    data["stages"] = {(name if s == "receipt" else s): facts for s, facts in data["stages"].items()}
    data["teams"] = {(odd if t == "managers" else t): facts for t, facts in data["teams"].items()}
    data["stages"]["sign_off"] = {**data["stages"]["sign_off"], "team": odd}
    data["routes"] = {**{(name if s == "receipt" else s): to for s, to in data["routes"].items()}, "entry": name}
    model = OperatingModel.model_validate(data)
    figure = pathway(model)
    assert list(overlaps(figure)) == []
    svg = svg_document(figure, "odd")
    assert "<script" not in svg
    assert ElementTree.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"


def test_the_same_pathway_gives_the_same_bytes(small: Scenario):
    one, other = (svg_document(picture(small), "small") for _ in range(2))
    assert one == other
    assert "★" not in one


def test_the_text_alternative_tells_the_pathway(small: Scenario):
    told = picture(small).get_label()
    assert told.startswith("The pathway of Small MASH: 6 stages, 5 teams, 3 sites; 1 handoffs between sites.")
    assert "sign off leads to allocation, early help, advice" in told


def test_pictures_of_the_manual_show_the_files_as_they_are():
    """Text alternatives name every stage and way; drawn letters may differ from one version of matplotlib to another."""
    again = "run `python docs/make_picture.py`"
    for name in ("as_found", "full_programme"):
        shown = ElementTree.parse(ROOT / "docs" / "pictures" / f"pathway_{name}.svg").getroot().get("aria-label")
        assert shown == picture(read_scenario(ROOT / "scenarios" / "bcp" / f"{name}.yaml")).get_label(), again


def test_explain_draws_the_pathway(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "hub.svg"
    assert cli.main(["explain", str(EXAMPLES / "hub.yaml"), "--picture", str(file)]) == cli.DONE
    assert capsys.readouterr().out.endswith(f"Written to {file}\n")
    assert ElementTree.parse(file).getroot().get("role") == "img"


@pytest.mark.parametrize("name", ["hub.png", "hub"])
def test_explain_draws_svg_alone(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]):
    asked = ["explain", str(EXAMPLES / "hub.yaml"), "--picture", str(tmp_path / name)]
    assert cli.main(asked) == cli.USER_INPUT
    said = capsys.readouterr()
    assert said.out == ""
    assert f"'{name}' does not end in .svg" in said.err
    assert not (tmp_path / name).exists()


def test_explain_says_where_a_picture_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    asked = ["explain", str(EXAMPLES / "hub.yaml"), "--picture", str(tmp_path / "nowhere" / "hub.svg")]
    assert cli.main(asked) == cli.USER_INPUT
    assert "cannot be written" in capsys.readouterr().err
