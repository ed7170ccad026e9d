"""What `check` asks to be looked at twice: each doubt where it is due, and none anywhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from frontdoor_sim import cli
from frontdoor_sim.documents import read_yaml
from frontdoor_sim.scenario import Scenario, read_scenario
from frontdoor_sim.scenario.doubts import _reads_like, doubts

ROOT = Path(__file__).parents[1]
SCENARIOS = [
    file
    for file in sorted((ROOT / "scenarios").rglob("*.yaml"))
    if {"run", "changes", "combines"} & set(read_yaml(file).data)
]
BASE = """\
name: Today
run: {opens: 2025-01-06, weeks: 4, warm_up: 1 weeks, follow_up: 1 weeks}
shifts: {office: {Mon-Thu: "09:00-17:00", Fri: "09:00-16:30"}}
clock: office
arrivals: {police: {per_hour: 1, area: east}, schools: {per_hour: 1, area: east}, health: {per_hour: 1, area: west}}
teams:
  desk: {site: mash_hub, case_system: [system_a, liquidlogic], staff: [{role: officer, wte: 6, shift: office}]}
  partners: {site: mash_hub, case_system: system_b, staff: [{role: researcher, wte: 2, shift: office}]}
  managers: {site: town_hall, case_system: liquidlogic, staff: [{role: manager, wte: 2, shift: office}]}
stages:
  checks: {kind: checks, team: desk, partners: {police: {team: partners, touch: 20 min}}, give_up_after: {red: 4 h, amber: 24 h}}
  decision: {team: managers, touch: 15 min, decides: true}
routes: {entry: checks, checks: decision, decision: closed}
ends: {closed: {provides: 1}}
targets: {decision: {red: 4 h, amber: 1 working days, green: 3 working days}}
"""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    file = tmp_path_factory.mktemp("doubts") / "today.yaml"
    file.write_text(BASE, encoding="utf-8")
    return read_scenario(file)


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_nothing_is_doubted_in_the_scenarios_of_the_repository(file: Path):
    assert doubts(read_scenario(file)) == []


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "site": (
        {"teams.managers.site": "mash_hubb"},
        "today.yaml:9: teams.managers.site",
        "Only managers has the site 'mash_hubb', which reads like 'mash_hub'.",
    ),
    "case system": (
        {"teams.managers.case_system": "liquid_logic"},
        "today.yaml:9: teams.managers.case_system",
        "which reads like 'liquidlogic'. If they are one, write 'liquidlogic'",
    ),
    "area": (
        {"arrivals.health.area": "eats"},
        "today.yaml:5: arrivals.health.area",
        "Only health has the area 'eats', which reads like 'east'.",
    ),
    "time": (
        {"teams.managers.staff.manager.non_case_share": "100%"},
        "today.yaml:9: teams.managers.staff",
        "Nobody of managers has any time for cases",
    ),
    "decision": ({"stages.decision.decides": False}, "today.yaml:10: stages", "No stage has `decides: true`"),
    "Monday": (
        {"run.opens": "2025-06-01"},
        "today.yaml:2: run.opens",
        "2025-06-01 is a Sunday, and every week of the run begins on it. Write, for example, `opens: 2025-06-02`",
    ),
    "target": (
        {"targets.decision.amber": "4 working days"},
        "today.yaml:15: targets.decision",
        "Amber has 4 working days, and green, which is less urgent, 3 working days.",
    ),
    "giving up": (
        {"stages.checks.give_up_after.red": "4 days"},
        "today.yaml:11: stages.checks.give_up_after",
        "Red has 4 days, and amber, which is less urgent, 24 h.",
    ),
    "midnight": (
        {"shifts.office.Fri": "16:30-08:45"},
        "today.yaml:3: shifts.office",
        'On Friday office is open "16:30-08:45", over midnight, where its other days are open by day.',
    ),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_doubted_says_where_and_what_would_be_right(base: Scenario, wrong: str):
    values, where, what = WRONG[wrong]
    (said,) = doubts(base.varied(values))
    assert said.startswith(f"{where}: ")
    assert what in said
    assert said.endswith(".")


def test_nothing_is_doubted_where_nothing_is_odd(base: Scenario):
    assert doubts(base) == []
    nights = {"Mon-Fri": "17:00-08:30", "Sat-Sun": "00:00-24:00", "Mon": ["17:00-08:30", "00:00-08:30"]}
    weekend = {"Sun, Mon-Thu": "20:00-24:00", "Fri-Sat": "22:00-06:00"}
    for pattern in (nights, weekend):
        assert doubts(base.varied({"shifts.office": pattern, "teams.desk.site": "station"})) == []


def test_a_source_that_reads_like_another():
    data = read_yaml(ROOT / "scenarios/examples/one_desk.yaml").data
    told = [
        doubts(Scenario(Path("desk.yaml"), data | {"arrivals": {name: {"per_hour": 1}}})) for name in ("polcie", "ours")
    ]
    assert told[0] == [
        "desk.yaml:1: arrivals.polcie: The source 'polcie' reads like 'police'. If they are one, write 'police'; else there "
        "is nothing to do."
    ]
    assert told[1] == []


def test_names_that_read_alike():
    alike = [
        ("mash_hub", "mash_hb"),
        ("mash_hub", "mash_hubb"),
        ("polcie", "police"),
        ("Town_Hall", "townhall"),
        ("hall", "hull"),
    ]
    unlike = [
        ("mash", "mash_hub"), ("east", "west"), ("system_a", "system_b"), ("team 1", "team 2"), ("hub2", "hub"),
        ("others", "other"), ("a", "b"), ("hall", "hall"), ("14a", "14b"), ("north", "south"),
    ]  # fmt: skip
    assert {pair: _reads_like(*pair) and _reads_like(*pair[::-1]) for pair in alike} == dict.fromkeys(alike, True)
    assert {pair: _reads_like(*pair) or _reads_like(*pair[::-1]) for pair in unlike} == dict.fromkeys(unlike, False)


def test_changes_that_do_nothing_and_what_an_option_makes_doubtful(base: Scenario):
    option = base.file.parent / "tomorrow.yaml"
    option.write_text(
        "name: Tomorrow\nchanges: today.yaml\nbecause:\n"
        "  - {say: The desk stays., set: {teams.desk.site: mash_hub}}\n"
        "  - {say: Much later., from: 2026-06-01, adjust: {teams.desk.staff.officer.wte: +2}}\n"
        "  - {say: Long ago., until: 2024-12-30, adjust: {teams.desk.staff.officer.wte: +2}}\n"
        "  - {say: From the start., from: 2024-01-01, adjust: {teams.desk.staff.officer.wte: +2}}\n"
        "  - {say: Managers move., set: {teams.managers.site: mash_hubb}}\n",
        encoding="utf-8",
    )
    said = doubts(read_scenario(option))
    assert [line.split(": ", 2)[0] for line in said] == [f"tomorrow.yaml:{line}" for line in (8, 4, 5, 6)]
    assert "because[4].set.teams.managers.site: Only managers has the site 'mash_hubb'" in said[0]
    assert "It changes nothing: teams.desk.site was so already." in said[1]
    assert "It begins on 2026-06-01, and the run ends on 2025-02-10, so it is never in force." in said[2]
    assert "It ends on 2024-12-30, and the run begins on 2024-12-30, so it is never in force." in said[3]


def test_teams_that_come_together_and_a_handoff_that_stays_as_it_was(base: Scenario):
    """It is told where the distance goes and the handoff stays, and not where it goes too or there was no distance."""
    folder, own = base.file.parent, "handoffs: {particular: [{from: checks, to: decision, delay: 2 h}]}\n"
    (folder / "apart.yaml").write_text(BASE + own, encoding="utf-8")
    (folder / "together.yaml").write_text(BASE.replace("town_hall", "mash_hub") + own, encoding="utf-8")
    moves = "set: {teams.managers.site: mash_hub}"
    for name, start, change, told in (
        ("left", "apart", moves, True),
        ("gone", "apart", f"{moves}, remove: [handoffs.particular]", False),
        ("new", "apart", f"{moves[:-1]}, 'handoffs.particular[0].delay': 10 min}}", False),
        ("near", "together", "adjust: {teams.managers.staff.manager.wte: +1}", False),
        ("apart_still", "apart", "set: {teams.managers.site: station}", False),
    ):
        text = f"name: {name}\nchanges: {start}.yaml\nbecause: [{{say: All move., {change}}}]\n"
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
        said = [one for one in doubts(read_scenario(folder / f"{name}.yaml")) if "handoffs.particular" in one]
        assert bool(said) == told, name
        if told:
            assert (
                "set.teams.managers.site: desk and managers come to be on one site, and the handoff from checks to"
                in said[0]
            )


def test_an_option_is_not_told_what_its_base_says(base: Scenario):
    folder = base.file.parent
    (folder / "odd.yaml").write_text(BASE.replace("2025-01-06", "2025-01-08"), encoding="utf-8")
    (folder / "on.yaml").write_text(
        "name: On\nchanges: odd.yaml\nbecause: [{say: More., adjust: {teams.desk.staff.officer.wte: +1}}]\n",
        encoding="utf-8",
    )
    assert len(doubts(read_scenario(folder / "odd.yaml"))) == 1
    assert doubts(read_scenario(folder / "on.yaml")) == []


def test_check_says_them_last_and_is_content(base: Scenario, capsys: pytest.CaptureFixture[str]):
    idle = base.file.parent / "idle.yaml"
    idle.write_text(BASE.replace("wte: 2, shift: office}]}\nst", "wte: 2, shift: office, non_case_share: 100%}]}\nst"))
    assert cli.main(["check", str(base.file), str(idle)]) == cli.DONE
    sound, odd = capsys.readouterr().out.split("idle.yaml: a scenario, no mistakes.")
    assert "Look twice" not in sound
    assert "  managers                     time   nobody has time for cases\n" in odd
    assert (
        "  managers gets nothing done, so what is asked of the teams behind it is not known.\n  Look twice:\n  - idle"
        in odd
    )
