"""Options: what goes and where its work moves, new names, several options in one, and every change on its own."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from frontdoor_sim.documents import Document, InputError, read_yaml
from frontdoor_sim.event_log import EventLog
from frontdoor_sim.experiment import compare, run
from frontdoor_sim.scenario import Change, Scenario, read_scenario
from frontdoor_sim.scenario.changes import Step
from frontdoor_sim.scenario.edits import apply
from frontdoor_sim.scenario.names import named_in

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "scenarios" / "examples"
SOUND = Path(__file__).parent / "bad_scenarios" / "sound"
OPTIONS = [
    path for path in sorted((ROOT / "scenarios").rglob("*.yaml")) if {"changes", "combines"} & set(read_yaml(path).data)
]

Written = Callable[..., Scenario]


@pytest.fixture
def small() -> Scenario:
    return read_scenario(EXAMPLES / "small_mash.yaml")


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Write an option of the small MASH, or a combination, and read it."""
    (tmp_path / "small_mash.yaml").write_bytes((EXAMPLES / "small_mash.yaml").read_bytes())

    def write(name: str, *changes: str, head: str = "changes: small_mash.yaml") -> Scenario:
        because = ["because:", *(f"  - {change}" for change in changes)] if changes else []
        path = tmp_path / f"{name}.yaml"
        path.write_text("\n".join([f"name: {name}", head, *because, ""]), encoding="utf-8")
        return read_scenario(path)

    return write


def mistakes(read: Callable[[], object]) -> list[str]:
    with pytest.raises(InputError) as raised:
        read()
    return [f"{mistake.where} {mistake.what} {mistake.remedy}" for mistake in raised.value.mistakes]


# --- what is taken out -----------------------------------------------------------------------------------------------


def test_routes_follow_where_the_work_of_a_stage_goes(small: Scenario, written: Written):
    option = written("gone", "{say: No checks., remove: {stages.checks: {to: sign_off}}}")
    routes = option.data["routes"]
    assert routes["consent"][0]["to"] == "sign_off"
    assert {"checks"} & {*routes, *option.data["stages"]} == set()
    assert [rule.to for rule in option.model.routes["sign_off"]] == [rule.to for rule in small.model.routes["sign_off"]]


def test_shares_that_come_to_lead_to_one_place_are_added_up(written: Written):
    option = written("gone", "{say: Less help., remove: {ends.early_help: {to: advice}}}")
    assert option.data["routes"]["sign_off"][1] == {"if": {"judged": 2}, "to": "advice"}
    some = "{say: Three ways., set: {'routes.sign_off[1].to': {early_help: 50%, advice: 20%, assessed: 0.3}}}"
    other = written("less", some, "{say: Less help., remove: {ends.early_help: {to: advice}}}")
    assert other.model.routes["sign_off"][1].to == pytest.approx({"advice": 0.7, "assessed": 0.3})


def test_handoffs_to_a_stage_that_goes_lead_on_and_those_from_it_go(written: Written):
    to = written(
        "to", "{say: No allocation., remove: {stages.allocation: {to: assessed}}, set: {handoffs.particular: []}}"
    )
    assert to.model.handoffs.particular == ()
    away = written(
        "away", "{say: No sign-off., remove: {stages.sign_off: {to: advice}, stages.allocation: {to: advice}}}"
    )
    assert away.model.handoffs.particular == ()
    gives = (
        "{say: Batches to checks., add: {handoffs.particular.checks: {from: consent, to: checks, delay: 1 h}}}",
        "{say: No checks., remove: {stages.checks: {to: sign_off}}}",
    )
    ways = [(one.leaves, one.reaches) for one in written("on", *gives).model.handoffs.particular]
    assert ways == [("sign_off", "allocation"), ("consent", "sign_off")]


def test_stages_and_partners_go_to_the_team_that_takes_the_work(written: Written):
    option = written("gone", "{say: Screening asks the police files., remove: {teams.police_desk: {to: screening}}}")
    assert option.model.stages["checks"].partners["police"].team == "screening"
    both = written("both", "{say: No desk., remove: {teams.contact_desk: {to: screening}}}")
    assert both.model.stages["receipt"].team == "screening"
    assert "contact_desk" not in both.model.teams


def test_people_go_to_the_shift_that_takes_the_hours(written: Written):
    option = written("gone", "{say: No evenings., remove: {shifts.late: {to: office}}}")
    assert {group.shift for group in option.model.teams["screening"].staff} == {"office"}


def test_work_may_go_to_what_the_same_change_adds(written: Written):
    change = (
        "{say: Two in one., add: {stages.look: {team: managers, touch: 1 min, decides: true}, routes.look: advice}, "
    )
    option = written(
        "new",
        change
        + "remove: {stages.sign_off: {to: look}, stages.allocation: {to: assessed}, ends.assessed: , ends.early_help: }}",
    )
    assert option.model.routes["checks"][0].to == {"look": 1.0}


def test_what_nobody_names_goes_without_a_word(written: Written):
    change = "{say: Screening receives., set: {stages.receipt.team: screening}, remove: teams.contact_desk}"
    assert "contact_desk" not in written("gone", change).model.teams


def test_what_goes_must_say_where_its_work_moves(written: Written):
    said = mistakes(lambda: written("gone", "{say: No checks., remove: stages.checks}"))
    assert len(said) == 1
    assert "`routes.consent[0].to` still names it" in said[0]
    assert "{stages.checks: {to: sign_off}}" in said[0]


def test_work_that_goes_round_in_a_circle_is_refused(written: Written):
    said = mistakes(
        lambda: written(
            "circle", "{say: Again., remove: {stages.checks: {to: consent}, stages.sign_off: {to: consent}}}"
        )
    )
    assert said


# --- new names -------------------------------------------------------------------------------------------------------

NAMES = {
    "screening": "triage", "advice": "advice_given", "contact_desk": "front_desk", "late": "evening",
}  # fmt: skip


def as_before(log: EventLog, renamed: dict[str, str]) -> list[pd.DataFrame]:
    """The tables of a log with the old names in place of the new; the option's own name is left out."""
    old = {new: before for before, new in renamed.items()}
    tables = []
    for table in (log.events, log.contacts, log.duty):
        table = table.drop(columns="option", errors="ignore").copy()
        for column in {"stage", "team", "outcome"} & set(table):
            table[column] = table[column].astype(object).replace(old)
        tables.append(table)
    return tables


@pytest.mark.parametrize("engine", ["simpy", "compiled"])
def test_new_names_change_no_number_of_the_event_log(small: Scenario, engine: str):
    """Stage, team, shift and end: the same seconds, workers and outcomes, row for row, under other names."""
    renamed = read_scenario(EXAMPLES / "new_names.yaml")
    before, after = (run(scenario, seed=7, engine=engine) for scenario in (small, renamed))
    assert {"triage", "triage_team", "front_desk", "advice_given"} <= {
        *after.events["stage"], *after.events["team"], *after.events["outcome"],
    }  # fmt: skip
    ours = as_before(after, {**NAMES})
    for table in ours:
        for column in {"team"} & set(table):
            table[column] = table[column].replace("triage_team", "screening")
    for one, other in zip(as_before(before, {}), ours, strict=True):
        pd.testing.assert_frame_equal(one, other, check_categorical=False, check_dtype=False)


@pytest.mark.parametrize(
    "path", ["stages.consent", "stages.checks", "stages.allocation", "stages.sign_off", "teams.assessment"]
)
def test_every_kind_of_stage_keeps_its_luck_under_a_new_name(small: Scenario, written: Written, path: str):
    option = written("renamed", f"{{say: Another name., rename: {{{path}: other}}}}")
    before, after = (run(scenario.varied({"run.weeks": 3}), seed=3) for scenario in (small, option))
    old = path.partition(".")[2]
    for one, other in zip(as_before(before, {}), as_before(after, {old: "other"}), strict=True):
        pd.testing.assert_frame_equal(one, other, check_categorical=False, check_dtype=False)


def test_a_handoff_of_random_length_keeps_its_luck_under_a_new_name(small: Scenario, written: Written):
    random = {"distribution": "exponential", "mean": 3, "unit": "hours"}
    values = {"run.weeks": 3, "handoffs.same_site.delay": random}
    option = written("renamed", "{say: Another name., rename: {stages.sign_off: other}}")
    before, after = (run(scenario.varied(values), seed=3) for scenario in (small, option))
    for one, other in zip(as_before(before, {}), as_before(after, {"sign_off": "other"}), strict=True):
        pd.testing.assert_frame_equal(one, other, check_categorical=False, check_dtype=False)


def test_under_a_new_name_the_order_of_the_file_stays(small: Scenario, written: Written):
    option = written("renamed", "{say: Another name., rename: {stages.receipt: desk, teams.contact_desk: front}}")
    assert next(iter(option.data["stages"])) == "desk"
    assert list(option.data["teams"]) == ["front", *list(small.data["teams"])[1:]]
    assert list(option.data["routes"])[:2] == ["entry", "desk"]


def test_luck_and_people_keep_the_names_that_they_were_given(written: Written):
    first = "{say: Named., set: {stages.receipt.luck: first, teams.managers.staff.team_manager.named: heads}}"
    option = written(
        "renamed", first, "{say: Again., rename: {stages.receipt: desk, teams.managers: heads_of_service}}"
    )
    assert option.model.stages["desk"].luck == "first"
    assert option.model.teams["heads_of_service"].staff[0].named == "heads"


def test_a_second_group_of_one_role_keeps_its_number(written: Written):
    group = "{role: team_manager, wte: 1, shift: late}"
    change = f"{{say: Two groups., add: {{teams.managers.staff.late: {group}}}, rename: {{teams.managers: heads}}}}"
    staff = written("renamed", change).model.teams["heads"].staff
    assert [people.named for people in staff] == ["managers/team_manager", "managers/team_manager (2)"]


def test_the_clock_may_have_another_name_but_no_other_hours(small: Scenario, written: Written):
    option = written("renamed", "{say: Day hours., rename: {shifts.office: day}}")
    assert (option.model.clock, option.model.pattern("day")) == ("day", small.model.pattern("office"))
    said = mistakes(lambda: written("longer", "{say: Day hours., rename: {shifts.office: day}}",
                                    "{say: Longer., set: {shifts.day: {Mon-Fri: '08:00-20:00'}}}"))  # fmt: skip
    assert "No option may change `shifts.day`" in said[0]
    assert "No option may change `shifts.office`" in mistakes(
        lambda: written("gone", "{say: Other hours., remove: {shifts.office: {to: late}}}")
    )[0]  # fmt: skip


def test_later_changes_use_the_new_name(written: Written):
    rename = "{say: Another name., rename: {teams.managers: heads}}"
    option = written("renamed", rename, "{say: One more., adjust: {teams.heads.staff.team_manager.wte: +1}}")
    assert option.model.teams["heads"].staff[0].wte == 2
    said = mistakes(lambda: written("old", rename, "{say: More., adjust: {teams.managers.staff.team_manager.wte: +1}}"))
    assert "`teams` has nothing called 'managers'" in said[0]


def test_a_place_touched_under_its_old_name_is_changed_twice_under_the_new(written: Written):
    changes = ("{say: Moved., set: {teams.managers.site: annexe}}", "{say: Heads., rename: {teams.managers: heads}}",
               "{say: And back., set: {teams.heads.site: mash}}")  # fmt: skip
    assert "`teams.heads.site` is changed twice" in mistakes(lambda: written("twice", *changes))[0]


def test_every_place_that_names_something_is_known(small: Scenario):
    """A name replaced by text is missed by nothing: no law of the scenario finds it afterwards."""
    data = small.data
    assert named_in(data, "shifts", "office")[0] == ("clock",)
    assert len(named_in(data, "shifts", "office")) == 1 + sum(len(team["staff"]) for team in data["teams"].values()) - 1
    assert named_in(data, "teams", "police_desk") == [("stages", "checks", "partners", "police", "team")]
    assert named_in(data, "stages", "allocation") == [
        ("routes", "sign_off", 0, "to"), ("handoffs", "particular", 0, "to"),
    ]  # fmt: skip
    hours = {"handoffs": {"same_site": {"release": "s"}, "particular": [{"release": "s"}]}, "returns": {"arrives_in": "s"},
             "stages": {"a": {"allocates": "s"}}}  # fmt: skip
    assert len(named_in(hours, "shifts", "s")) == 4


@pytest.mark.parametrize("data", [{}, {"routes": None}, {"routes": [1], "stages": "x", "teams": 3, "handoffs": []}])
def test_names_are_looked_for_in_what_is_no_scenario_too(data: dict[str, Any]):
    assert [named_in(data, section, "x") for section in ("shifts", "teams", "stages", "ends")] == [[], [], [], []]


# --- one change over another -----------------------------------------------------------------------------------------


def test_a_later_change_may_go_over_an_earlier_one_where_it_says_so(written: Written):
    first = "{say: The desk moves., set: {teams.contact_desk.site: hub}}"
    option = written(
        "over",
        first,
        "{say: No, to town., set: {teams.contact_desk.site: town}, over: teams.contact_desk.site}".replace(
            "No, to", "Rather to"
        ),
    )
    assert option.model.teams["contact_desk"].site == "town"
    stars = written("stars", first, "{say: All to town., set: {teams.*.site: town}, over: [teams.*.site]}")
    assert {team.site for team in stars.model.teams.values()} == {"town"}


def test_numbers_are_adjusted_as_often_as_one_likes(written: Written):
    more = "{say: One more., adjust: {teams.managers.staff.team_manager.wte: +1}}"
    assert written("more", more, more, more).model.teams["managers"].staff[0].wte == 4


# --- several options in one ------------------------------------------------------------------------------------------


def test_a_combination_has_the_changes_of_all(small: Scenario):
    hub, system, sign_off = (read_scenario(EXAMPLES / f"{name}.yaml") for name in ("hub", "one_system", "no_sign_off"))
    assert hub.base is not None
    assert hub.base.digest == small.digest
    assert [change.say for change in hub.changes] == [change.say for change in (*system.changes, *sign_off.changes)]
    assert {team.case_system for team in hub.model.teams.values()} == {("county_system",)}
    assert "sign_off" not in hub.model.stages
    assert hub.model.teams["screening"].staff[0].wte == 3


def test_the_order_of_options_that_leave_each_other_alone_does_not_matter(written: Written):
    written(
        "one",
        "{say: The desk moves., set: {teams.contact_desk.site: hub}}",
        "{say: More., adjust: {teams.managers.staff.team_manager.wte: +1}}",
    )
    written(
        "two",
        "{say: Red first., set: {teams.managers.order: rag}}",
        "{say: More., adjust: {teams.managers.staff.team_manager.wte: +2}}",
    )
    both, turned = (
        written("both", head="combines: [one.yaml, two.yaml]"),
        written("both", head="combines: [two.yaml, one.yaml]"),
    )
    assert both.model == turned.model
    assert both.model.teams["managers"].staff[0].wte == 4


def test_what_options_say_alike_or_share_is_done_once(written: Written):
    written("first", "{say: One more., adjust: {teams.managers.staff.team_manager.wte: +1}}")
    red = "{say: Red first., set: {teams.managers.order: rag}, remove: handoffs.particular, add: {teams.spare: {site: hub}}}"
    written("one", red, head="changes: first.yaml")
    written("two", red, "{say: Another name., rename: {stages.receipt: desk}}", head="changes: first.yaml")
    both = written("both", head="combines: [one.yaml, two.yaml]")
    assert both.model.teams["managers"].staff[0].wte == 2
    assert next(iter(both.model.stages)) == "desk"
    assert [change.say for change in both.changes] == ["One more.", "Red first.", "Red first.", "Another name."]


def test_a_combination_may_be_combined_and_built_upon(written: Written):
    written("one", "{say: The desk moves., set: {teams.contact_desk.site: hub}}")
    written("two", "{say: Red first., set: {teams.managers.order: rag}}")
    written("both", head="combines: [one.yaml, two.yaml]")
    written("three", "{say: More., adjust: {teams.managers.staff.team_manager.wte: +1}}")
    all_three = written("all", head="combines: [both.yaml, three.yaml]")
    more = written(
        "more", "{say: And more., adjust: {teams.managers.staff.team_manager.wte: +1}}", head="changes: both.yaml"
    )
    assert (all_three.model.teams["managers"].staff[0].wte, len(all_three.changes)) == (2, 3)
    assert (more.model.teams["contact_desk"].site, len(more.changes)) == ("hub", 3)


def test_a_combination_is_varied_like_any_option(written: Written):
    hub = read_scenario(EXAMPLES / "hub.yaml")
    varied = hub.varied({"teams.managers.staff.team_manager.wte": 3, "teams.assessment.staff.social_worker.wte": 20})
    assert varied.model.teams["assessment"].staff[0].wte == 20
    assert varied.base is not None
    assert varied.base.model.teams["managers"].staff[0].wte == 3


@pytest.mark.parametrize(
    ("one", "two", "clash"),
    [
        ("set: {teams.managers.site: a}", "set: {teams.managers.site: b}", "or write `over: teams.managers.site`"),
        ("set: {teams.managers.site: a}", "set: {teams.managers.site: a}", ""),
        ("set: {teams.managers.staff.team_manager.wte: 2}", "adjust: {teams.managers.staff.team_manager.wte: +1}", "write `over"),
        ("adjust: {teams.managers.staff.team_manager.wte: +2}", "set: {teams.managers.staff.team_manager.wte: 1}", "write `over"),
        ("set: {stages.checks.partners.health: {delay: 1 h}}", "set: {stages.checks.partners.health.delay: 2 h}", "write `over"),
        ("set: {teams.managers.site: a}", "remove: {teams.managers: {to: screening}}", "write `over: teams.managers`"),
        ("remove: {teams.managers: {to: screening}}", "set: {teams.managers.site: a}", "Take one of the two out."),
        ("remove: {teams.managers: {to: screening}}", "remove: {teams.managers: {to: screening}}", ""),
        ("remove: {teams.managers: {to: screening}}", "remove: {teams.managers: {to: contact_desk}}", "Take one of the two out."),
        ("remove: {teams.managers: {to: screening}}", "set: {teams.*.site: a}", ""),
        ("set: {teams.*.site: a}", "remove: {teams.managers: {to: screening}}", ""),
        ("rename: {teams.managers: heads}", "set: {teams.managers.site: a}", "Name two.yaml before the other option"),
        ("set: {teams.managers.site: a}", "rename: {teams.managers: heads}", ""),
        ("rename: {teams.managers: heads}", "rename: {teams.managers: heads}", ""),
        ("rename: {teams.managers: heads}", "rename: {teams.managers: leads}", "Name two.yaml before"),
        ("remove: ['routes.sign_off[1]']", "set: {'routes.sign_off[0].if': {judged: 4}}", "Take one of the two out."),
        ("add: {teams.spare: {}}", "add: {teams.spare: {site: hub}}", "Take one of the two out."),
        ("add: {teams.spare: {}}", "add: {teams.spare: {}}", ""),
        ("add: {teams.managers.staff.a: {role: a, wte: 1, shift: late}}",
         "add: {teams.managers.staff.b: {role: b, wte: 1, shift: late}}", ""),
    ],
)  # fmt: skip
def test_options_clash_where_it_matters_which_is_last(written: Written, one: str, two: str, clash: str):
    for name, change in (("one", one), ("two", two)):
        written(name, f"{{say: A change., {change}}}")
    read = lambda: written("both", head="combines: [one.yaml, two.yaml]")  # noqa: E731
    if clash:
        said = mistakes(read)
        assert said[0].startswith("two.yaml:4")
        assert clash in said[0]
    else:
        assert read().model.teams


def test_the_later_option_counts_where_the_combination_says_so(written: Written):
    written("one", "{say: To a., set: {teams.managers.site: a, teams.screening.site: a}}")
    written("two", "{say: To b., set: {teams.managers.site: b, teams.screening.site: b}}")
    both = written("both", head="combines: [one.yaml, two.yaml]\nover: teams.*.site")
    assert (both.model.teams["managers"].site, both.model.teams["screening"].site) == ("b", "b")
    said = mistakes(lambda: written("both", head="combines: [one.yaml, two.yaml]\nover: teams.managers.site"))
    assert len(said) == 1
    assert "`teams.screening.site` is changed in two of the options" in said[0]


def test_a_combination_must_hold_together(written: Written):
    written("one", "{say: No desk., remove: {teams.managers: {to: screening}}}")
    written("two", "{say: Managers receive., set: {stages.receipt.team: managers}}")
    said = mistakes(lambda: written("both", head="combines: [one.yaml, two.yaml]"))
    assert said[0].startswith("two.yaml:4: because[0].set.stages.receipt.team (stages.receipt.team)")


def test_options_are_compared_with_their_combination_on_the_same_contacts(small: Scenario):
    options = [read_scenario(EXAMPLES / f"{name}.yaml") for name in ("one_system", "no_sign_off", "hub")]
    found = compare(small.varied({"run.weeks": 2}), [o.varied({"run.weeks": 2}) for o in options], 2, 7, jobs=1)
    decided = found.summary[(found.summary["measure"] == "decided_within_24h") & (found.summary["by"] == "all")]
    assert decided["option"].tolist() == ["Small MASH", "One case system", "No sign-off", "Hub"]


# --- each change on its own ------------------------------------------------------------------------------------------


def made_alone(option: Scenario, number: int) -> Scenario | None:
    """The base with one change; None where the change says what it lacks."""
    try:
        return option.only(number)
    except InputError:
        return None


@pytest.mark.parametrize("path", OPTIONS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_change_can_be_made_alone_or_says_what_it_lacks(path: Path):
    option = read_scenario(path)
    assert option.base is not None
    for number in range(len(option.changes)):
        alone = made_alone(option, number)
        whole = option.steps[number].whole or option.changes[number]
        assert alone is None or alone.changes == (whole,)
    assert option.only(*range(len(option.changes))).model.stages == option.model.stages
    assert option.only().model.model_copy(update={"name": option.base.name}) == option.base.model


def test_a_change_alone_leaves_the_others_out(small: Scenario):
    option = read_scenario(EXAMPLES / "one_system.yaml")
    system, worker = option.only(0), option.only(1)
    assert system.model.teams["screening"].staff[0].wte == 2.5
    assert worker.model.teams["screening"].case_system == ("town_system", "county_system")
    assert worker.model.teams["screening"].staff[0].wte == 3.5
    assert (system.name, option.only(0, 1).name) == ("One case system: changes 1", "One case system: changes 1 and 2")
    with pytest.raises(IndexError):
        option.only(2)


def test_changes_share_nothing_with_the_base_or_with_each_other(small: Scenario):
    value = {"site": "hub", "staff": [{"role": "officer", "wte": 1, "shift": "office"}]}
    changes = [
        Change.model_validate({"say": "A team.", "add": {"teams.one": value, "teams.two": value}}),
        Change.model_validate({"say": "It grows.", "adjust": {"teams.one.staff.officer.wte": 1}}),
    ]
    before = copy.deepcopy(small.data)
    document = Document(small.file, {})
    data, touched, wrong = apply(small.data, [Step(change, document, index) for index, change in enumerate(changes)])
    assert wrong == []
    assert small.data == before
    assert [data["teams"][name]["staff"][0]["wte"] for name in ("one", "two")] == [2, 1]
    assert value["staff"][0]["wte"] == 1
    assert touched[0].after["staff"][0]["wte"] == 1
    assert changes[0].add["teams.one"] == value


def test_a_scenario_knows_every_file_of_which_it_is_made():
    hub = read_scenario(EXAMPLES / "hub.yaml")
    assert [file.name for file in hub.files] == ["hub.yaml", "one_system.yaml", "no_sign_off.yaml", "small_mash.yaml"]
    assert [file.name for file in (hub.base or hub).files] == ["small_mash.yaml"]
