"""What an option costs: posts, overtime and changes, priced or not, and what the pack makes of them."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest

from frontdoor_sim.appraisal.costs import cost_lines, pounds, what_it_costs
from frontdoor_sim.appraisal.pack import Pack
from frontdoor_sim.documents import InputError
from frontdoor_sim.experiment.costs import WEEKS_A_YEAR, Prices, costs, posts_by_role
from frontdoor_sim.experiment.reading import read_study
from frontdoor_sim.experiment.study import appraise
from frontdoor_sim.scenario import read_scenario
from test_appraisal import plausible_pack

EXAMPLES = Path(__file__).parents[1] / "scenarios" / "examples"
OFFICER = {"officer": {"costs": [30_000, 36_000], "source": "invented"}}
NO_DIFFERENCES = pd.DataFrame(columns=["option", "measure", "by", "group", "difference", "low", "high"])


def desk(of: str = ""):
    return read_scenario(EXAMPLES / f"one_desk{of}.yaml")


def lines(prices: Prices, *options, differences: pd.DataFrame = NO_DIFFERENCES) -> list[tuple]:
    found = costs(prices, desk(), options, differences)
    return list(found[["kind", "say", "number", "when", "low", "high"]].itertuples(index=False, name=None))


def option_of(folder: Path, changes: str, base: str = "one_desk.yaml"):
    """An option of one desk with changes of its own."""
    for file in (base,):
        (folder / file).write_text((EXAMPLES / file).read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "option.yaml").write_text(f"name: Option\nchanges: {base}\nbecause:\n{changes}", encoding="utf-8")
    return read_scenario(folder / "option.yaml")


def test_posts_are_the_difference_of_what_somebody_fills_times_its_price():
    assert lines(Prices(posts=OFFICER), desk("_two_more")) == [("posts", "officer", 2.0, "a year", 60_000, 72_000)]


def test_posts_that_are_given_up_save_the_range_turned_round(tmp_path):
    fewer = option_of(tmp_path, "  - {say: One fewer., adjust: {teams.desk.staff.officer.wte: -1}}\n")
    assert lines(Prices(posts=OFFICER), fewer) == [("posts", "officer", -1.0, "a year", -36_000, -30_000)]


def test_who_only_moves_and_what_is_vacant_cost_nothing(tmp_path):
    moved = option_of(tmp_path, (
        "  - say: Half of them sit in a team of their own, and one more post is vacant.\n"
        "    set: {teams.desk.staff.officer.wte: 4}\n"
        "    add: {teams.hub: {staff: [{role: officer, wte: 4, shift: office, vacant: 50%}]}}\n"
    ))  # fmt: skip
    assert posts_by_role(moved.model) == {"officer": 6.0}
    assert not any(kind == "posts" for kind, *_ in lines(Prices(posts=OFFICER), moved))


def test_what_has_no_price_is_there_without_one(tmp_path):
    option = option_of(tmp_path, "  - {say: Shorter work., set: {stages.decision.touch: 50 min}}\n")
    (line,) = lines(Prices(), option)
    assert line[:2] == ("change", "Shorter work.")
    assert math.isnan(line[-1])
    ((kind, _, wte, _, low, _),) = lines(Prices(), desk("_two_more"))
    assert (kind, wte) == ("posts", 2.0)
    assert math.isnan(low)


def test_a_change_of_people_alone_is_priced_as_posts_and_not_missed_as_a_change():
    assert [kind for kind, *_ in lines(Prices(), desk("_two_more"))] == ["posts"]


def test_what_changes_say_that_they_cost_counts_once_and_a_year_unless_they_end(tmp_path):
    say = "    set: {stages.decision.touch: 50 min}\n    costs: {once: 900, a_year: [-50, 70], source: x}\n"
    lasting = option_of(tmp_path, f"  - say: Shorter work.\n{say}")
    once, a_year = ("change", "Shorter work.", "once", 900, 900), ("change", "Shorter work.", "a year", -50, 70)
    assert [(kind, said, *rest) for kind, said, _, *rest in lines(Prices(), lasting)] == [once, a_year]
    ending = option_of(tmp_path, f"  - say: Shorter work.\n    from: 2025-02-03\n    until: 2025-03-03\n{say}")
    assert [(kind, said, *rest) for kind, said, _, *rest in lines(Prices(), ending)] == [once]


def test_overtime_is_that_of_all_teams_for_a_year():
    rows = [("Two more officers", "overtime_hours_per_week", "team", team, *hours)
            for team, hours in (("desk", (3.0, 2.0, 4.0)), ("hub", (-1.0, -1.5, -0.5)))]  # fmt: skip
    found = pd.DataFrame(rows, columns=NO_DIFFERENCES.columns)
    *_, line = lines(Prices(overtime={"costs": [20, 30], "source": "x"}), desk("_two_more"), differences=found)
    assert line[:4] == ("overtime", "overtime", 2.0, "a year")
    assert line[4:] == pytest.approx((0.5 * 20 * WEEKS_A_YEAR, 3.5 * 30 * WEEKS_A_YEAR))


def test_prices_decide_nothing_in_a_run(tmp_path):
    """The same tables, but for that of costs, whether people have a price or not."""
    for file in EXAMPLES.glob("one_desk*.yaml"):
        (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    text = (EXAMPLES / "appraisal.yaml").read_text(encoding="utf-8")
    kept = []
    for name, said in (("priced", text), ("plain", text[: text.index("# What people cost")])):
        (tmp_path / f"{name}.yaml").write_text(said, encoding="utf-8")
        appraise(read_study(tmp_path / f"{name}.yaml"), tmp_path / name, replications=2, jobs=1)
        kept.append({file.name: file.read_bytes() for file in (tmp_path / name / "tables").iterdir()})
    priced, plain = kept
    assert {name for name in priced if priced[name] != plain[name]} == {"costs.csv", "costs.parquet"}
    assert "+£60,000 to +£72,000" in (tmp_path / "priced" / "pack.html").read_text(encoding="utf-8")
    assert "no price stated" in (tmp_path / "plain" / "pack.html").read_text(encoding="utf-8")


# --- the pack --------------------------------------------------------------------------------------------------------


def pack_with(rows: list[tuple]) -> Pack:
    columns = ["option", "kind", "say", "number", "unit", "when", "low", "high", "source"]
    return plausible_pack(costs=pd.DataFrame(rows, columns=columns))


def test_the_table_adds_up_what_has_a_price_and_counts_what_has_none():
    option = "interim_single_system"
    found = what_it_costs(pack_with([
        (option, "posts", "social_worker", 1.5, "WTE", "a year", 80_000.0, 90_000.0, "x"),
        (option, "posts", "clerk", -1.5, "WTE", "a year", math.nan, math.nan, ""),
        (option, "change", "One.", math.nan, "", "a year", 1_000.0, 1_000.0, "x"),
        (option, "change", "Two.", math.nan, "", "", math.nan, math.nan, ""),
    ]))  # fmt: skip
    mine = {row[0].value: row[1] for rows in found.groups.values() for row in rows}
    assert (mine["Posts, WTE"].value, mine["Posts, WTE"].interval) == ("0", "+1.5 social worker, −1.5 clerk")
    assert (mine["A year"].value, mine["A year"].interval) == ("+£86,000", "+£81,000 to +£91,000")
    assert mine["Once"].value == "no price stated"
    assert mine["Roles, overtime, changes"].value == "1 role, 1 change"
    other = {row[0].value: row[2].value for rows in found.groups.values() for row in rows}
    assert other == {"Posts, WTE": "none", "A year": "none", "Once": "none", "Roles, overtime, changes": "nothing"}


def test_every_line_has_its_source():
    option = "interim_single_system"
    found = cost_lines(
        pack_with([(option, "posts", "social_worker", -2, "WTE", "a year", -9_000.0, -8_000.0, "Finance")])
    )
    ((line,),) = found.groups.values()
    assert [cell.value for cell in line] == ["Social worker (−2 WTE)", "Posts", "−£9,000 to −£8,000 a year", "Finance"]


@pytest.mark.parametrize(("amount", "said"), [
    ((1_049, 1_051), "+£1,050"), ((99_950, 99_950), "+£100,000"), ((-0.4, 0.4), "£0"), ((12, 1_234_567), "+£12 to +£1,230,000"),
])  # fmt: skip
def test_pounds_have_three_figures(amount, said):
    assert pounds(*amount) == said


# --- mistakes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("costs_said", "what"), [
    ("{once: [3, 2], source: x}", "A range has its lower end first"), ("{once: 3}", "source"),
    ("{once: much, source: x}", "once"), ("{monthly: 3, source: x}", "monthly"),
])  # fmt: skip
def test_costs_that_say_nothing_are_mistakes(tmp_path, costs_said, what):
    with pytest.raises(InputError) as wrong:
        option_of(tmp_path, f"  - {{say: One., set: {{teams.desk.staff.officer.wte: 9}}, costs: {costs_said}}}\n")
    assert what in str(wrong.value)
    assert "option.yaml:4" in str(wrong.value)


def test_a_price_of_a_role_that_nobody_has_is_a_mistake_that_names_the_nearest(tmp_path):
    for file in EXAMPLES.glob("one_desk*.yaml"):
        (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    text = (EXAMPLES / "appraisal.yaml").read_text(encoding="utf-8").replace("    officer: {", "    oficer: {")
    (tmp_path / "appraisal.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as wrong:
        read_study(tmp_path / "appraisal.yaml")
    assert "No scenario here has a role 'oficer'" in str(wrong.value)
    assert "Did you mean officer" in str(wrong.value)
