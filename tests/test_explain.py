"""Options in plain words: what was, what is, with units, change by change; a base as its pathway."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from frontdoor_sim.documents import read_yaml
from frontdoor_sim.experiment.explain import explain
from frontdoor_sim.scenario import Scenario, read_scenario

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "scenarios" / "examples"
ALL = [path for path in sorted((ROOT / "scenarios").rglob("*.yaml")) if not path.name.startswith("appraisal")]

Told = Callable[..., list[str]]


@pytest.fixture
def told(tmp_path: Path) -> Told:
    """Write an option of the small MASH from its changes, and give what is said of each of them."""
    (tmp_path / "small_mash.yaml").write_bytes((EXAMPLES / "small_mash.yaml").read_bytes())

    def tell(*changes: str) -> list[str]:
        lines = ["name: Tomorrow", "changes: small_mash.yaml", "because:"]
        lines += [f"  - {{say: A change., {change}}}" for change in changes]
        (tmp_path / "option.yaml").write_text("\n".join([*lines, ""]), encoding="utf-8")
        said = explain(read_scenario(tmp_path / "option.yaml")).split("\n\nPathway")[0]
        return [line.strip() for line in said.splitlines() if line.startswith("     ")]

    return tell


def test_every_change_is_told_with_its_reason_and_the_file_it_stands_in():
    assert explain(read_scenario(EXAMPLES / "one_desk_open_longer.yaml")) == (
        "Two more, open longer\n"
        "Eight officers, four of whom work a late shift.\n"
        "\n"
        "Changes to One desk\n"
        "From one_desk_two_more.yaml\n"
        "1. Two more officers sit at the desk. (recommendation 1)\n"
        "     desk: officers 6 → 8 WTE\n"
        "From one_desk_open_longer.yaml\n"
        "2. There is a late shift.\n"
        "     new shift late: Mon-Fri 12:00-20:00\n"
        "     costs £1,500 once and £4,000 to £6,000 a year (Invented: a second key holder, and the building open until eight)\n"
        "3. Four of the eight officers work it. (recommendation 2)\n"
        "     desk: officers 8 → 4 WTE\n"
        "     desk: new, 4 WTE late officers (late)\n"
        "\n"
        "Pathway\n"
        "  Contacts come in. Then decision.\n"
        "  decision, by desk (8 WTE): work of 60 minutes on average; decides. Then closed.\n"
        "\n"
        "Ends\n"
        "  closed meets any need."
    )


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        ("set: {teams.police_desk.site: mash}", ["police_desk: site police_station → mash"]),
        ("set: {teams.*.case_system: county_system}",
         ["contact_desk, screening and managers: case system town_system and county_system → county_system",
          "police_desk: case system nothing → county_system"]),
        ("set: {teams.managers.order: deadline}", ["managers: who goes first joining → deadline"]),
        ("set: {teams.screening.staff.social_worker.sickness_share: 0.075}",
         ["screening: social workers, share of days lost to sickness 5% → 7.5%"]),
        ("set: {teams.assessment.staff.social_worker.caseload: 18}",
         ["assessment: social workers, caseload 15 → 18 cases each"]),
        ("set: {teams.managers.staff.team_manager.leave_days_per_year: 30}",
         ["managers: team managers, annual leave 0 → 30 days a year"]),
        ("set: {stages.screening.touch: 20 min}",
         ["screening: time of work 30 minutes on average → 20 min"]),
        ("set: {stages.screening.judges.noise: 0.2}", ["screening: inconsistency 0.4 → 0.2 sd of need"]),
        ("set: {stages.consent.given: 70%}", ["consent: consent given at an attempt 50% → 70%"]),
        ("set: {stages.checks.partners.health: {delay: 1 h}}",
         ["checks: health, takes 1 working days on average → 1 h"]),
        ("set: {stages.checks.give_up_after: {red: 4 h, amber: 8 h, green: 24 h, blue: 24 h}}",
         ["checks: gives up waiting after, amber 24 h → 8 h", "checks: gives up waiting after, green and blue 72 h → 24 h"]),
        ("set: {'routes.sign_off[1].to': early_help}", ["from sign_off, rule [1].to: early_help 90%, advice 10% → early_help"]),
        ("set: {'routes.sign_off[1]': {if: {judged: 2}, to: early_help}}",
         ["from sign_off: if judged 2, 90% early_help or 10% advice → if judged 2, early_help"]),
        ("set: {routes.checks: {sign_off: 80%, advice: 20%}}", ["from checks: sign_off → 80% sign_off or 20% advice"]),
        ("add: {routes.sign_off.last: {to: advice}}, remove: ['routes.sign_off[2]']",
         ["from sign_off: new rule, advice", "from sign_off: no longer advice"]),
        ("set: {handoffs.between_sites.delay: 30 min}", ["a handoff between sites: takes 4 working hours → 30 min"]),
        ("remove: [handoffs.particular]",
         ["handoff from sign_off to allocation: no longer takes 2 h, goes at Mon-Fri 10:00, 15:00"]),
        ("set: {targets.decision.amber: 8 h}", ["target decision: amber 24 h → 8 h"]),
        ("set: {ends.early_help.provides: 3}", ["end early_help: meets need up to level 2 → 3"]),
        ("add: {thresholds: {early_help: 0, child_in_need: 1, protection: 2}}",
         ["thresholds: early help none → 0 sd of need", "thresholds: child in need none → 1 sd of need",
          "thresholds: protection none → 2 sd of need"]),
        ("remove: {stages.checks: {to: sign_off}}", ["stage checks removed; its work goes to sign_off (from consent)"]),
        ("remove: {teams.police_desk: {to: screening}}",
         ["team police_desk removed with 1 WTE police researchers (office); its work goes to screening (from police in checks)"]),
        ("remove: {shifts.late: {to: office}}", ["shift late removed; its work goes to office (from screening)"]),
        ("rename: {stages.sign_off: approval}", ["stage sign_off is now called approval"]),
        ("add: {teams.health_desk: {site: mash, case_system: x, staff: [{role: nurse, wte: 2, shift: office}]}}",
         ["new team health_desk: at mash, on x; 2 WTE nurses (office)"]),
        ("add: {stages.look: {team: managers, touch: 5 min, decides: true}, routes.look: advice}, set: {routes.checks: look}",
         ["from checks: sign_off → look", "new stage look: work by managers; time of work 5 min; decides yes",
          "from look: new, advice"]),
        ("set: {teams.managers.site: mash}", ["Nothing differs by it: it is so already."]),
    ],
)  # fmt: skip
def test_what_was_and_what_is_stand_in_words_with_units(told: Told, change: str, lines: list[str]):
    said = told(change)
    assert sorted(said) == sorted(lines)


@pytest.mark.parametrize("name", ["early_help", "protection", "slots", "delay", "hold", "staff", "partners", "wte"])
def test_a_name_that_is_also_a_word_of_the_file_is_told_as_a_name(tmp_path: Path, name: str):
    text = (EXAMPLES / "small_mash.yaml").read_text(encoding="utf-8")
    (tmp_path / "small_mash.yaml").write_text(re.sub(r"\bmanagers\b", name, text), encoding="utf-8")
    (tmp_path / "option.yaml").write_text(
        f"name: Tomorrow\nchanges: small_mash.yaml\nbecause:\n  - say: A change.\n    set: {{teams.{name}.site: annexe}}\n"
        f"  - say: People.\n    set: {{teams.{name}.staff.team_manager.leave_days_per_year: 30}}\n"
        f"  - say: Another.\n    set: {{stages.sign_off.team: screening, stages.receipt.team: {name}}}\n",
        encoding="utf-8",
    )
    said = [line.strip() for line in explain(read_scenario(tmp_path / "option.yaml")).splitlines()]
    assert f"{name}: site mash → annexe" in said
    assert f"{name}: team managers, annual leave 0 → 30 days a year" in said
    assert f"receipt: team contact_desk → {name}" in said


def test_a_stage_that_is_called_as_a_threshold_has_no_unit(tmp_path: Path):
    (tmp_path / "early_help.yaml").write_bytes((EXAMPLES / "early_help.yaml").read_bytes())
    (tmp_path / "option.yaml").write_text(
        "name: Tomorrow\nchanges: early_help.yaml\nbecause:\n  - say: A change.\n    set: {stages.early_help.team: assessment}\n",
        encoding="utf-8",
    )
    assert re.search("early_help: team \\w+ → assessment\n", explain(read_scenario(tmp_path / "option.yaml")))


def test_numbers_of_the_parameters_are_told_with_their_names():
    said = explain(read_scenario(ROOT / "scenarios" / "bcp" / "full_programme.yaml"))
    assert "screening and analysis: bias 0.25 (judgement.bias) → 0.125 (proposals.bias) sd of need" in said
    assert "checks: health, takes 13.7 hours on average (health_reply) → nothing" in said
    assert "share of duty not on cases 15% (staff.non_case_share) → 17%" in said


def test_a_combination_tells_the_changes_of_each_file():
    said = explain(read_scenario(EXAMPLES / "hub.yaml")).splitlines()
    assert [line for line in said if line.startswith("From ")] == ["From one_system.yaml", "From no_sign_off.yaml"]
    assert "     screening: social workers 3.5 → 3 WTE" in said


def test_a_base_is_told_as_its_pathway():
    said = explain(read_scenario(EXAMPLES / "small_mash.yaml")).splitlines()
    assert said[:3] == [
        "Small MASH",
        "A contact desk, screening with partner checks, a manager's sign-off on every decision, and assessment elsewhere.",
        "",
    ]
    assert "A base: it changes nothing." in said
    assert (
        "  consent, by screening (at mash, on town_system and county_system, 3.5 WTE): consent, up to 3 attempts of 10 min, "
        "4 h apart. Then if outcome given or overridden, checks; else sign_off."
    ) in said
    assert "  allocation, by assessment (at annexe, on county_system, 24 WTE): a case is held for 30 working days, given "\
        "out Mon-Fri 09:30. Then assessed." in said  # fmt: skip
    assert said[-3:] == ["  advice meets level 1.", "  early_help meets levels 1 and 2.", "  assessed meets any need."]


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_shipped_file_is_told_without_the_words_of_a_program(path: Path):
    scenario: Scenario = read_scenario(path)
    said = explain(scenario)
    assert not {"None", "True", "False", "{", "}", "[]", "()"} & set(said.replace(":", " ").split())
    assert "nothing → nothing" not in said
    assert len(said.splitlines()) > len(scenario.model.stages)
    if "because" in read_yaml(path).data:
        assert all(change.say in said for change in scenario.changes)
