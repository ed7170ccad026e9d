"""Scenarios: reading, options, paths, the same with other numbers, digests, and names of parameters."""

from __future__ import annotations

import multiprocessing
import pickle
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest

from frontdoor_sim.cli import kind_of
from frontdoor_sim.distributions import from_mapping
from frontdoor_sim.documents import Document, InputError, read_yaml
from frontdoor_sim.experiment import read_study
from frontdoor_sim.operating_model import read_lasting
from frontdoor_sim.parameters import Parameters
from frontdoor_sim.scenario import Change, Scenario, read_scenario
from frontdoor_sim.scenario.adjusting import adjusted, check_percentage
from frontdoor_sim.scenario.changes import Step
from frontdoor_sim.scenario.edits import apply
from frontdoor_sim.scenario.fields import is_share
from frontdoor_sim.scenario.paths import PathError, find
from frontdoor_sim.scenario.record import scaled
from frontdoor_sim.scenario.resolve import resolve

ROOT = Path(__file__).parents[1]
SOUND = Path(__file__).parent / "bad_scenarios" / "sound"
EXAMPLES = ROOT / "scenarios" / "examples"
ALL_FILES = sorted((ROOT / "scenarios").rglob("*.yaml"))

Written = Callable[..., Scenario]


@pytest.fixture
def base() -> Scenario:
    return read_scenario(SOUND / "base.yaml")


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Write an option of the sound base, from its changes, and read it."""

    def write(*changes: str, of: str = "base.yaml", name: str = "Tomorrow") -> Scenario:
        for file in ("base.yaml", "parameters.yaml"):
            (tmp_path / file).write_text((SOUND / file).read_text(encoding="utf-8"), encoding="utf-8")
        text = "\n".join([f"name: {name}", f"changes: {of}", "because:", *(f"  - {change}" for change in changes)])
        path = tmp_path / f"{name.lower()}.yaml"
        path.write_text(text, encoding="utf-8")
        return read_scenario(path)

    return write


@pytest.mark.parametrize("file", ALL_FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_shipped_files_have_no_mistakes(file: Path):
    if kind_of(read_yaml(file).data) == "appraisal":
        assert read_study(file).options
    else:
        assert read_scenario(file).model.stages


def test_base_is_read_with_its_numbers(base: Scenario):
    assert (base.name, base.base, base.changes) == ("Today", None, ())
    assert base.data["stages"]["screening"]["touch"] == "screening"
    assert base.model.stages["screening"].touch.mean_seconds == pytest.approx(40 * 60)
    assert base.model.stages["screening"].judges.bias == 0.1
    assert base.model.teams["desk"].staff[0].non_case_share == 0.15


def test_option_is_its_base_with_changes(written: Written):
    option = written("{recommendation: 3, say: The desk moves., set: {teams.desk.site: station}}")
    assert option.base is not None
    assert option.model.teams["desk"].site == "station"
    assert option.base.model.teams["desk"].site == "hall"
    assert [(c.recommendation, c.say) for c in option.changes] == [(3, "The desk moves.")]
    assert [(t.path, t.before, t.after, t.change) for t in option.touched] == [
        (("teams", "desk", "site"), "hall", "station", 0)
    ]


def test_option_of_an_option_has_the_same_base(written: Written):
    first = written("{say: The desk moves., set: {teams.desk.site: station}}", name="First")
    second = written("{say: It grows., adjust: {teams.desk.staff.officer.wte: +2}}", of="first.yaml", name="Second")
    assert second.base is not None
    assert second.base.digest == first.base.digest
    assert [c.say for c in second.changes] == ["The desk moves.", "It grows."]
    assert [t.change for t in second.touched] == [0, 1]
    assert (second.model.teams["desk"].site, second.model.teams["desk"].staff[0].wte) == ("station", 8)


def test_later_option_may_change_a_place_again(written: Written):
    written("{say: The desk moves., set: {teams.desk.site: station}}", name="First")
    second = written("{say: And again., set: {teams.desk.site: town}}", of="first.yaml", name="Second")
    assert second.model.teams["desk"].site == "town"
    assert second.varied({"teams.desk.staff.officer.wte": 3}).model.teams["desk"].site == "town"


def test_star_stands_for_every_name(written: Written):
    option = written("{say: Everybody under one roof., set: {teams.*.site: hub}}")
    assert {team.site for team in option.model.teams.values()} == {"hub"}


def test_star_passes_over_places_without_the_rest_of_the_path(written: Written):
    option = written("{say: Partners are quicker., set: {stages.*.partners.health.delay: 4 h}}")
    assert option.model.stages["checks"].partners["health"].delay.mean_seconds == 4 * 3600
    assert len(option.touched) == 1


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("teams.desk.staff.officer.wte", ("teams", "desk", "staff", 0, "wte")),
        ("teams.desk.staff[0].wte", ("teams", "desk", "staff", 0, "wte")),
        ("teams.desk.staff.0.wte", ("teams", "desk", "staff", 0, "wte")),
        ("routes.decision[1]", ("routes", "decision", 1)),
        ("stages.checks.partners.police.team", ("stages", "checks", "partners", "police", "team")),
    ],
)
def test_paths_lead_to_places(base: Scenario, path: str, place: tuple[str | int, ...]):
    assert find(base.data, path) == [place]


@pytest.mark.parametrize(
    "path", ["teams.desk.staff[1].wte", "teams.desk.staff.manager.wte", "clock.office", "teams.dsk"]
)
def test_paths_that_lead_nowhere(base: Scenario, path: str):
    with pytest.raises(PathError, match="nothing"):
        find(base.data, path)


def test_optional_fields_can_be_set_and_new_things_added(written: Written):
    option = written(
        "{say: Red first., set: {teams.desk.order: [rag, deadline]}}",
        "{say: A target., add: {targets: {decision: {red: 4 h, amber: 24 h, green: 72 h}}}}",
        "{say: A late shift., add: {shifts.late: {Mon-Fri: '12:00-20:00'}}}",
        "{say: Late officers., add: {teams.desk.staff.late: {role: late_officer, wte: 2, shift: late}}}",
    )
    model = option.model
    assert model.teams["desk"].order == ("rag", "deadline")
    assert model.targets["decision"].red.mean_seconds == 4 * 3600
    assert [(group.role, group.wte) for group in model.teams["desk"].staff] == [("officer", 6), ("late_officer", 2)]


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ({"remove": "routes.decision.*"}, []),
        ({"remove": ["routes.decision[1]", "routes.decision[0]"]}, []),
        ({"remove": ["routes.decision[0]"]}, [{"to": "closed"}]),
        ({"add": {"routes.decision.last": {"to": "early_help"}}, "remove": ["routes.decision[0]"]},
         [{"to": "closed"}, {"to": "early_help"}]),
    ],
)  # fmt: skip
def test_items_of_a_list_are_added_and_removed(base: Scenario, change: dict[str, Any], left: list[Any]):
    step = Step(Change.model_validate({"say": "Other rules.", **change}), Document(base.file, {}), 0)
    data, _, mistakes = apply(base.data, [step])
    assert mistakes == []
    assert data["routes"]["decision"] == left
    assert len(base.data["routes"]["decision"]) == 2


@pytest.mark.parametrize(
    ("before", "by", "after"), [(6, "+1.5", 7.5), (6, -2, 4), ("15%", "+2%", 0.17), (0.15, "2%", 0.17), ("3", 1, 4)]
)
def test_numbers_and_percentages_are_adjusted(before: Any, by: Any, after: float):
    assert adjusted(before, by, "wte") == after


@pytest.mark.parametrize(("before", "by"), [("hall", 1), (6, "two"), (None, 1), (True, 1), ([1], 1)])
def test_what_is_no_number_is_not_adjusted(before: Any, by: Any):
    with pytest.raises(PathError, match="cannot be added"):
        adjusted(before, by, "wte")


def test_a_distribution_is_varied_by_the_numbers_that_it_has(base: Scenario):
    shape = {"distribution": "lognormal", "mean": 40, "cv": 0.7, "unit": "min"}
    varied = base.varied({"stages.decision.touch": shape})
    assert varied.model == base.varied({"stages.decision.touch": {**shape, "unit": "minutes"}}).model
    assert varied.varied({"stages.decision.touch.mean": 20}).model.stages[
        "decision"
    ].touch.mean_seconds == pytest.approx(1200)
    with pytest.raises(InputError, match=r"(?s)has nothing called 'avg'.*There is distribution, mean, cv and unit"):
        varied.varied({"stages.decision.touch.avg": 20})


@pytest.mark.parametrize(
    ("unit", "plain"),
    [("hr", "hours"), ("hrs", "hours"), ("mins", "minutes"), ("working day", "working days"), ("s", "seconds")],
)
def test_the_unit_of_a_distribution_is_written_as_in_a_duration(unit: str, plain: str):
    shape = {"distribution": "exponential", "mean": 2}
    assert read_lasting({**shape, "unit": unit}) == read_lasting({**shape, "unit": plain})


@pytest.mark.parametrize("unit", ["", "5 min", "-min", "%", ["minutes"], None, 3])
def test_what_is_no_unit_is_refused(unit: Any):
    with pytest.raises(ValueError, match="the unit of a duration is one of seconds"):
        read_lasting({"distribution": "exponential", "mean": 2, "unit": unit})


def test_a_percentage_is_added_to_a_share_only():
    shares = [
        "teams.desk.staff.0.vacant",
        "teams.desk.staff.0.induction.share",
        "stages.consent.given",
        "stages.consent.arrives_with.police",
        "routes.decision.0.to.closed",
        "routes.decision.closed",
        "stages.decision.touch.shares.0",
    ]
    others = [
        "teams.desk.staff.0.wte",
        "stages.screening.judges.noise",
        "returns.family_spread",
        "run.weeks",
        "nowhere.at_all",
    ]
    found = {
        path: is_share(tuple(int(step) if step.isdigit() else step for step in path.split(".")))
        for path in shares + others
    }
    assert found == dict.fromkeys(shares, True) | dict.fromkeys(others, False)
    with pytest.raises(PathError, match="no share") as raised:
        check_percentage(0, "+20 %", "wte")
    assert raised.value.remedy == "Write what is to be added as a number, such as +1.5."


def test_varied_is_a_copy_with_another_number(base: Scenario):
    varied = base.varied({"teams.desk.staff.officer.wte": 3, "name": "Fewer"})
    assert (varied.name, varied.model.teams["desk"].staff[0].wte) == ("Fewer", 3)
    assert (base.name, base.model.teams["desk"].staff[0].wte) == ("Today", 6)


def test_varied_parameters_reach_the_model(base: Scenario):
    varied = base.varied({"parameters.judgement.bias": 0.3, "parameters.durations.screening.scale": 1.5})
    assert varied.model.stages["screening"].judges.bias == 0.3
    assert varied.model.stages["screening"].touch.mean_seconds == pytest.approx(60 * 60)
    assert base.model.stages["screening"].touch.mean_seconds == pytest.approx(40 * 60)


def test_varied_option_makes_its_changes_again(written: Written):
    option = written("{say: Two more., adjust: {teams.desk.staff.officer.wte: +2}}")
    varied = option.varied({"teams.desk.staff.officer.wte": 3, "parameters.judgement.bias": 0.3})
    assert varied.base is not None
    assert varied.base.model.teams["desk"].staff[0].wte == 3
    assert varied.model.teams["desk"].staff[0].wte == 5
    assert varied.model.stages["screening"].judges.bias == 0.3
    assert (varied.name, varied.changes) == (option.name, option.changes)
    renamed = option.varied({"name": "Next year"})
    assert (renamed.name, renamed.base.name if renamed.base else "") == ("Next year", "Today")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"teams.dsk.site": "hub"}, "Did you mean desk"),
        ({"teams.desk.staff.officer.wte": "many"}, "`wte` cannot be 'many'"),
        ({"teams.desk.staff.officer.wtee": 3}, "Did you mean wte"),
        ({"stages.screening.team": "nobody"}, "No team is called 'nobody'"),
        ({"parameters.judgement.bais": 3}, "There is no number called judgement.bais"),
        ({"parameters.judgement.bias": "high"}, "judgement.bias"),
        ({"parameters.judgement.bias.scale": 2}, "cannot be scaled"),
        ({"parameters.durations.screening.scale": 0}, "cannot be scaled by 0"),
        ({"parameters.durations.screening.scale": "double"}, "cannot be scaled by 'double'"),
    ],
)
def test_varied_refuses_what_does_not_fit(base: Scenario, values: dict[str, Any], said: str):
    with pytest.raises(InputError, match=said):
        base.varied(values)


def test_varied_says_every_path_that_is_wrong(base: Scenario):
    with pytest.raises(InputError, match="2 mistakes") as raised:
        base.varied({"teams.dsk.site": "hub", "stages.screning.team": "desk"})
    assert [mistake.where for mistake in raised.value.mistakes] == [
        "base.yaml: teams.dsk.site",
        "base.yaml: stages.screning.team",
    ]


def test_a_scenario_varied_has_the_model_that_its_data_says(base: Scenario):
    varied = base.varied({"teams.desk.staff[0].wte": 3.5})
    assert "model" not in pickle.loads(pickle.dumps(varied)).__dict__
    assert pickle.loads(pickle.dumps(varied)).model == varied.model != base.model


def test_a_base_is_varied_anew_for_other_values(base: Scenario):
    path = "teams.desk.staff[0].wte"
    first, again, other = (base.varied({path: wte}) for wte in (3.5, 3.5, 4.5))
    assert first is again
    assert (first.model.teams["desk"].staff[0].wte, other.model.teams["desk"].staff[0].wte) == (3.5, 4.5)


def test_parameters_of_a_scenario_that_has_none():
    with pytest.raises(InputError, match="The scenario has no parameters"):
        read_scenario(SOUND / "other_base.yaml").varied({"parameters.judgement.bias": 0})


@pytest.mark.parametrize(
    "shape",
    [
        {"distribution": "exponential", "mean": 10},
        {"distribution": "lognormal", "mean": 10, "cv": 0.5},
        {"distribution": "lognormal", "median": 10, "sigma": 0.5},
        {"distribution": "gamma", "mean": 10, "cv": 0.5},
        {"distribution": "weibull", "mean": 10, "shape": 2},
        {"distribution": "triangular", "low": 5, "mode": 10, "high": 30},
        {"distribution": "uniform", "low": 5, "high": 30},
        {"distribution": "constant", "value": 10},
        {"distribution": "banded", "edges": [0, 10, 45], "shares": [0.3, 0.7]},
    ],
    ids=lambda shape: "_".join(map(str, shape.values())) if isinstance(shape, dict) else None,
)
def test_scaled_shape_keeps_its_relative_spread(shape: dict[str, Any]):
    before, after = from_mapping(shape), from_mapping(scaled(shape, 1.5))
    assert after.mean == pytest.approx(1.5 * before.mean)
    assert after.variance == pytest.approx(1.5**2 * before.variance)
    assert after.ppf([0.1, 0.9]) == pytest.approx(1.5 * before.ppf([0.1, 0.9]))


SAME = {
    "a comment": ("name: Today", "# a word\nname: Today"),
    "fields in another order": (
        "{site: station, staff: [{role: researcher, wte: 2, shift: office}]}",
        "{staff: [{shift: office, wte: 2, role: researcher}], site: station}",
    ),
    "a default written out": (
        "{team: desk, touch: 15 min,",
        "{kind: work, team: desk, end_of_shift: pause, touch: 15 min,",
    ),
    "a share as a number": ("given: 60%", "given: 0.6"),
    "a duration in another unit": ("touch: 10 min", "touch: 600 s"),
    "one name as a list": ("case_system: [old, new]", "case_system: ['old', new]"),
    "a number in full": ("touch: screening", "touch: durations.screening"),
}
OTHER = {
    "the name": ("name: Today", "name: Now"),
    "a number": ("wte: 6", "wte: 5"),
    "the order of teams": ("teams:\n  desk:", "teams:\n  first: {site: hall}\n  desk:"),
    "a route": ("{if: {judged: [3, 4]}, to: allocation}", "{if: {judged: 4}, to: allocation}"),
    "the shift": ("09:00-17:00", "09:00-17:30"),
    "a distribution": ("hold: 30 working days", "hold: {distribution: exponential, mean: 30, unit: working days}"),
    "the clock of a duration": ("hold: 30 working days", "hold: 30 days"),
    "times of allocation": ("Mon-Fri 09:30", "Mon-Fri 09:45"),
    "an end": ("{closed: {provides: 4}}", "{closed: {provides: 3}}"),
}


def base_with(tmp_path: Path, old: str, new: str) -> Scenario:
    text = (SOUND / "base.yaml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "moved.yaml").write_text(text.replace(old, new), encoding="utf-8")
    (tmp_path / "parameters.yaml").write_bytes((SOUND / "parameters.yaml").read_bytes())
    return read_scenario(tmp_path / "moved.yaml")


@pytest.mark.parametrize("edit", SAME)
def test_digest_is_the_same_where_no_answer_can_change(base: Scenario, tmp_path: Path, edit: str):
    assert base_with(tmp_path, *SAME[edit]).digest == base.digest


@pytest.mark.parametrize("edit", OTHER)
def test_digest_changes_where_an_answer_could(base: Scenario, tmp_path: Path, edit: str):
    assert base_with(tmp_path, *OTHER[edit]).digest != base.digest


def test_digest_hangs_on_the_order_of_stages(base: Scenario):
    data = dict(base.data, stages=dict(reversed(base.data["stages"].items())))
    assert Scenario(base.file, data, base.parameters).digest != base.digest


def test_digest_hangs_on_parameters_and_on_the_base(base: Scenario, written: Written):
    assert base.varied({"parameters.judgement.bias": 0.3}).digest != base.digest
    option = written("{say: Two more., set: {teams.desk.staff.officer.wte: 8}}")
    assert option.digest != option.varied({"teams.desk.staff.officer.wte": 3}).digest
    same = Scenario(option.file, option.data, option.parameters)
    assert option.digest != same.digest


@pytest.mark.parametrize(
    ("data", "filled"),
    [
        ({"stages": {"x": {"touch": "screening"}}}, "lognormal"),
        ({"stages": {"x": {"partners": {"police": {"delay": "durations.screening"}}}}}, "lognormal"),
        ({"stages": {"x": {"give_up_after": {"red": "screening"}}}}, "lognormal"),
        ({"targets": {"decision": {"red": "screening"}}}, "lognormal"),
        ({"handoffs": {"systems_differ": {"rekey": "screening"}}}, "lognormal"),
        ({"stages": {"x": {"judges": {"bias": "judgement.bias"}}}}, 0.1),
        ({"thresholds": {"protection": "judgement.thresholds.4"}}, 2),
        ({"stages": {"x": {"touch": "10 min"}}}, "10 min"),
        ({"stages": {"x": {"touch": "10 minuts"}}}, "10 minuts"),
        ({"routes": {"search": "closed"}}, "closed"),
        ({"name": "judgement.bias"}, "judgement.bias"),
        ({"teams": {"x": {"site": "bias"}}}, "bias"),
    ],
)
def test_names_of_parameters_are_filled_in(data: dict[str, Any], filled: Any):
    found, mistakes = resolve(data, Parameters.read(SOUND / "parameters.yaml"))
    while isinstance(found, dict) and "distribution" not in found:
        (found,) = found.values()
    assert mistakes == []
    assert (found["distribution"] if isinstance(found, dict) else found) == filled


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("screning", "'screning' is neither a duration nor the name of one"),
        ("judgement.bias", "judgement.bias is not a duration"),
    ],
)
def test_names_that_are_no_durations(value: str, said: str):
    found, mistakes = resolve({"stages": {"x": {"touch": value}}}, Parameters.read(SOUND / "parameters.yaml"))
    assert found == {"stages": {"x": {"touch": None}}}
    assert [at for at, _ in mistakes] == [("stages", "x", "touch")]
    assert mistakes[0][1].what.startswith(said)


def test_scenario_survives_the_trip_to_a_spawned_process():
    option = read_scenario(EXAMPLES / "one_desk_open_longer.yaml")
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert pool.submit(attrgetter("digest"), option).result() == option.digest
