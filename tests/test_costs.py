"""What an option costs: posts, overtime and changes, priced or not, and what the pack makes of them."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest

from frontdoor_sim.appraisal.costs import cost_lines, pounds, what_it_costs
from frontdoor_sim.appraisal.pack import Pack
from frontdoor_sim.documents import InputError
from frontdoor_sim.experiment.comparing import compare
from frontdoor_sim.experiment.costs import WEEKS_A_YEAR, Prices, costs, lasting_posts
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
    assert lasting_posts(moved.model) == {"officer": 6.0}
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


def test_people_who_all_leave_cost_what_they_do_until_then_and_gaps_after_leavers_are_not_paid(tmp_path):
    agency = option_of(tmp_path, (
        "  - say: Agency for eight weeks.\n"
        "    add: {teams.desk.staff.agency: {role: agency, wte: 3, shift: office, starts: 2025-02-03, leaves: 2025-03-30}}\n"
    ))  # fmt: skip
    (line,) = lines(Prices(posts={"agency": {"costs": 60_000, "source": "x"}}), agency)
    assert line[:4] == ("posts", "agency", pytest.approx(3 * 56 / 365.25), "once")
    assert line[4:] == pytest.approx((3 * 56 / 365.25 * 60_000,) * 2)
    gaps = option_of(tmp_path, (
        "  - say: Who leaves is replaced after ten weeks.\n"
        "    set: {teams.desk.staff.officer.turnover: {stays: 30 weeks, refilled_after: 10 weeks}}\n"
    ))  # fmt: skip
    assert lines(Prices(posts=OFFICER), gaps) == [("posts", "officer", -1.5, "a year", -54_000, -45_000)]


def test_overtime_is_that_of_all_teams_for_a_year(tmp_path):
    """Also of a team that today has not, and without that of one that the option has no more."""
    base = one_that_works_late(tmp_path)
    for name, end in (("late", "finish"), ("prompt", "pause")):
        (tmp_path / f"{name}.yaml").write_text(f"""
name: {name}
changes: base.yaml
because:
  - say: A hub takes over.
    add: {{teams.hub: {{staff: [{{role: officer, wte: 3, shift: office}}]}}}}
    set: {{stages.decision.team: hub, stages.decision.end_of_shift: {end}}}
    remove: {{teams.desk: {{to: hub}}}}
""", encoding="utf-8")  # fmt: skip
    options = [read_scenario(tmp_path / f"{name}.yaml") for name in ("late", "prompt")]
    found = compare(base, options, replications=3, seed=1, jobs=1)
    today = found.summary.query("measure == 'overtime_hours_per_week' and by == 'all' and option == 'Base'")[
        "mean"
    ].item()
    paid = costs(Prices(overtime={"costs": [20, 30], "source": "x"}), base, options, found.differences)
    (line,) = paid[paid["kind"] == "overtime"].to_dict("records")
    assert (line["option"], line["number"]) == ("prompt", pytest.approx(-today))
    assert today > 1
    assert line["low"] < -today * 30 * WEEKS_A_YEAR < -today * 20 * WEEKS_A_YEAR < line["high"]


def one_that_works_late(folder: Path):
    """Three officers who finish what they began, and are asked late in the day."""
    (folder / "base.yaml").write_text("""
name: Base
run: {opens: 2025-01-06, weeks: 8, warm_up: 2, follow_up: 1}
shifts: {office: {Mon-Fri: "09:00-17:00"}}
clock: office
arrivals: {police: {per_hour: {"Mon-Fri 14:00-17:00": 2}}}
teams: {desk: {staff: [{role: officer, wte: 3, shift: office}]}}
stages: {decision: {team: desk, touch: 60 min, decides: true, end_of_shift: finish, overtime_limit: 4 h}}
routes: {entry: decision, decision: done}
ends: {done: {}}
""", encoding="utf-8")  # fmt: skip
    return read_scenario(folder / "base.yaml")


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
