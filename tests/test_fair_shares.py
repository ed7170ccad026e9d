"""What each change of an option buys: weights held to every order, sums to the whole, and stories whose answer is known."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from frontdoor_sim.appraisal import charts
from frontdoor_sim.documents import InputError
from frontdoor_sim.experiment import appraise, compare, fair_shares, read_study
from frontdoor_sim.experiment.fair_shares import PAIRS, made, orders_of, parts_of, sets_of, shares_of
from frontdoor_sim.scenario import read_scenario

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "scenarios" / "examples"
MEASURE = "decided_within_24h"


def one_desk(of: str = ""):
    return read_scenario(EXAMPLES / f"one_desk{of}.yaml")


def worth_of(number: int, seed: int = 3, runs: int = 4) -> dict[frozenset[int], np.ndarray]:
    """Anything at all for every set of so many parts, in some runs; nothing for none."""
    dice = np.random.default_rng(seed)
    return {one: dice.normal(size=runs) * (len(one) > 0) for one in sets_of([], number)}


def over_every_order(worth: dict[frozenset[int], np.ndarray], number: int) -> np.ndarray:
    """What each part adds on average, walking every order."""
    total = np.zeros(number)
    for order in permutations(range(number)):
        for place, part in enumerate(order):
            total[part] += (worth[frozenset(order[: place + 1])] - worth[frozenset(order[:place])]).mean()
    return total / len(list(permutations(range(number))))


# --- the arithmetic --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [2, 3, 5])
def test_shares_are_those_of_every_order_and_add_up_to_the_whole(number):
    worth = worth_of(number)
    share, _ = shares_of(worth, [], number)
    assert share == pytest.approx(over_every_order(worth, number))
    assert share.sum() == pytest.approx(worth[frozenset(range(number))].mean())


def test_parts_that_do_not_meet_have_what_they_buy_alone_whatever_the_order():
    alone = np.array([[0.5, 0.7], [-0.2, 0.1], [0.0, 0.0]])
    worth = {one: alone[sorted(one)].sum(axis=0) for one in sets_of([], 3)}
    assert shares_of(worth, [], 3)[0] == pytest.approx(alone.mean(axis=1))
    drawn = {one: sum((alone[part % 3] for part in one), np.zeros(2)) for one in sets_of(orders_of(9, 1), 9)}
    share, half = shares_of(drawn, orders_of(9, 1), 9)
    assert share == pytest.approx(alone[[part % 3 for part in range(9)]].mean(axis=1))
    assert half == pytest.approx(shares_of({one: drawn.get(one, 0) for one in drawn}, orders_of(9, 1), 9)[1])


def test_orders_are_drawn_in_pairs_each_the_reverse_of_the_other_and_the_same_again():
    orders = orders_of(8, 5)
    assert len(orders) == 2 * PAIRS
    assert all(orders[number] == orders[number + 1][::-1] for number in range(0, len(orders), 2))
    assert orders == orders_of(8, 5)
    assert len(set(orders)) > PAIRS
    assert orders != orders_of(8, 6)


def test_every_part_is_as_often_first_as_any_other():
    firsts = np.bincount([order[0] for seed in range(60) for order in orders_of(8, seed)], minlength=8)
    assert firsts.sum() == 60 * 2 * PAIRS
    assert ((firsts - firsts.mean()) ** 2 / firsts.mean()).sum() < 24.3  # chi-squared, 7 degrees, 99.9 %


def test_drawn_orders_cover_the_true_shares_as_often_as_they_say():
    """A game of eight parts in which pairs meet; the interval of the draw of orders alone, over 200 draws of them."""
    dice, number = np.random.default_rng(11), 8
    alone, meets = dice.normal(size=number), np.triu(dice.normal(size=(number, number)), 1)
    value = lambda one: sum(alone[part] for part in one) + sum(meets[a, b] for a in one for b in one)  # noqa: E731
    true = alone + 0.5 * (meets.sum(axis=0) + meets.sum(axis=1))
    inside = 0
    for seed in range(200):
        orders = orders_of(number, seed)
        worth = {one: np.full(3, value(one)) for one in sets_of(orders, number)}
        share, half = shares_of(worth, orders, number)
        assert share == pytest.approx(true)  # pairs of reversed orders are exact where only two parts meet at a time
        inside += (np.abs(share - true) <= half + 1e-9).all()
    assert inside == 200


# --- runs ------------------------------------------------------------------------------------------------------------


def test_shares_of_runs_add_up_to_what_the_comparison_says_and_are_the_same_for_any_number_of_workers():
    base, option = one_desk(), one_desk("_open_longer")
    found = fair_shares(base, option, 4, seed=7, measures=[MEASURE, "utilisation"], jobs=1)
    whole = compare(base, [option], replications=4, seed=7).differences
    for measure, mine in found.groupby("measure"):
        there = whole[(whole["measure"] == measure) & (whole["by"] == "all")]["difference"]
        assert mine["share"].sum() == pytest.approx(float(there.iloc[0]))
    pd.testing.assert_frame_equal(
        found, fair_shares(base, option, 4, seed=7, measures=[MEASURE, "utilisation"], jobs=2)
    )


def test_both_engines_say_the_same():
    base, option = one_desk(), one_desk("_open_longer")
    one, other = (fair_shares(base, option, 2, measures=[MEASURE], engine=engine) for engine in ("simpy", "compiled"))
    pd.testing.assert_frame_equal(one, other)


def test_a_part_that_cannot_stand_without_another_counts_from_when_that_is_there():
    """The late shift is needed by whoever works it; alone it buys nothing, and the two share what they buy together."""
    base, option = one_desk(), one_desk("_open_longer")
    parts = parts_of(option)
    assert [part.steps for part in parts] == [(0,), (1,), (2,)]
    places, scenarios = made(base, option, parts, sets_of([], 3))
    assert places[frozenset([2])] == places[frozenset()] == 0
    assert places[frozenset([0, 2])] == places[frozenset([0])]
    assert len(scenarios) == len(set(places.values())) == 6
    found = fair_shares(base, option, 2, measures=[MEASURE])
    assert found["alone"].tolist()[1:] == [0, 0]
    assert found["last"].iloc[1] == pytest.approx(found["last"].iloc[2])
    assert found["share"].iloc[1] == pytest.approx(found["share"].iloc[2])


def test_a_part_that_cannot_stand_takes_no_other_with_it(tmp_path):
    """The first part needs the second; with the third alone it is the third that counts, though that comes last."""
    (tmp_path / "one_desk.yaml").write_text((EXAMPLES / "one_desk.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "option.yaml").write_text("""
name: Three parts
changes: one_desk.yaml
because:
  - {recommendation: 1, say: A late shift., add: {shifts.late: {Mon-Fri: "12:00-20:00"}}}
  - {recommendation: 2, say: One more officer., add: {teams.desk.staff.late: {role: late, wte: 1, shift: office}}}
  - {recommendation: 1, say: That officer works late., set: {teams.desk.staff.late.shift: late}}
  - {recommendation: 3, say: Shorter work., set: {stages.decision.touch: 50 min}}
""", encoding="utf-8")  # fmt: skip
    option = read_scenario(tmp_path / "option.yaml")
    parts = parts_of(option)
    assert [part.steps for part in parts] == [(0, 2), (1,), (3,)]
    places, scenarios = made(one_desk(), option, parts, sets_of([], 3))
    assert places[frozenset([0])] == 0
    assert places[frozenset([0, 2])] == places[frozenset([2])] > 0
    assert len(scenarios) == 6


def test_what_two_options_say_alike_each_of_them_says_alone():
    """The full programme has one system for the MASH twice over, by recommendation 3 and by 2: they share it."""
    option, interim = (read_scenario(ROOT / "scenarios/bcp" / name) for name in
                       ("full_programme.yaml", "recommendations/02_one_system_in_the_mash.yaml"))  # fmt: skip
    place = next(number for number, change in enumerate(option.changes) if change.recommendation == 2)
    assert option.only(place).model.teams == interim.model.teams
    every = option.only(*range(len(option.changes)))
    same = {"name": option.name, "summary": option.model.summary}
    assert every.model.model_copy(update=same) == option.model


def test_an_appraisal_that_is_asked_deeply_says_it_in_its_pack_and_its_tables(tmp_path):
    study = read_study(EXAMPLES / "appraisal.yaml")
    appraise(study, tmp_path, replications=2, jobs=1, deep=True)
    table = pd.read_csv(tmp_path / "tables" / "shares.csv")
    assert table["option"].unique().tolist() == ["Two more, open longer"]
    assert len(table) == 3 * 2
    page = (tmp_path / "pack.html").read_text(encoding="utf-8")
    assert "What each change buys" in page
    whole = (
        pd.read_csv(tmp_path / "tables" / "differences.csv")
        .query("by == 'all'")
        .set_index(["option", "measure"])["difference"]
    )
    for measure, mine in table.groupby("measure"):
        assert mine["share"].sum(skipna=False) == pytest.approx(
            float(whole["Two more, open longer", measure]), nan_ok=True
        )


def test_an_option_of_one_part_is_a_mistake():
    with pytest.raises(InputError, match="1 change that stands by itself"):
        fair_shares(one_desk(), one_desk("_two_more"))


def test_the_picture_says_what_it_shows():
    found = fair_shares(one_desk(), one_desk("_open_longer"), 2, measures=[MEASURE])
    drawn = charts.what_each_buys(found, option="Two more, open longer", label="Longer", measure=MEASURE, note="a note")
    assert "Two more officers sit at the desk." in drawn.get_label()
    nothing = charts.what_each_buys(
        found.assign(share=np.nan), option="Two more, open longer", label="x", measure=MEASURE
    )
    assert "could not be measured" in nothing.get_label()
