"""What matters: known truth for both halves, a number that feeds nothing, the same answer however it is run, and mistakes."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from frontdoor_sim import cli
from frontdoor_sim.documents import InputError
from frontdoor_sim.experiment import Sensitivity, Unknown, compare, read_study, sensitivity
from frontdoor_sim.experiment.explained import explained, spread_of
from frontdoor_sim.experiment.one_way import Figures, Range, one_way, ranges, settings, swings
from frontdoor_sim.experiment.replications import Task, replicate
from frontdoor_sim.experiment.sensitivity_words import in_plain_words
from frontdoor_sim.experiment.workers import Workers

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "scenarios" / "examples"
MEASURE = "decided_within_24h"
SPARE = "teams.spare.staff.clerk.wte"
OFFICERS = "teams.desk.staff.officer.wte"


# --- luck and numbers told apart -----------------------------------------------------------------------------------------


def test_spread_is_the_analysis_of_variance_worked_by_hand():
    """Means 1, 3, 5 with runs 1 apart from them: B = 2 * 4 = 8, W = 2, so numbers 3 and luck 2."""
    found = spread_of(np.array([[0.0, 2.0], [2.0, 4.0], [4.0, 6.0]]))
    assert found.numbers == pytest.approx(3 / 5)
    assert found.deviation == pytest.approx(5**0.5)
    assert found.at_most == pytest.approx(3 / 4)
    assert 0 == found.low < found.numbers < found.high < 1


def test_the_share_of_numbers_is_covered_as_often_as_it_says():
    """Numbers with variance 1, luck with 0.5: two thirds, of 1,000 studies to the 99.9 % band, whatever the candidates."""
    dice, studies = np.random.default_rng(20261127), 1000
    hits = 0
    for _ in range(studies):
        figures = dice.normal(0, 1, (12, 1)) + dice.normal(0, 0.5**0.5, (12, 2))
        found = spread_of(figures)
        hits += found.low <= 2 / 3 <= found.high
    low, high = stats.binom.interval(0.999, studies, 0.95)
    assert low <= hits <= high


@pytest.mark.parametrize(
    ("figures", "numbers"), [([[1, 1], [2, 2]], 1.0), ([[1, 1], [1, 1]], 0.0), ([[1, 2], [2, 1]], 0.0)]
)
def test_no_luck_nothing_and_luck_alone(figures: list[list[float]], numbers: float):
    assert spread_of(np.array(figures, dtype=float)).numbers == numbers


# --- what explains the spread --------------------------------------------------------------------------------------------


def test_shares_of_numbers_that_do_not_go_together_are_those_of_their_variances():
    """3 a + 2 b + 0 c of independent uniforms: 9/13, 4/13 and nothing, near enough in ranks."""
    numbers = np.random.default_rng(1).random((4000, 3))
    found = explained(numbers, numbers @ [3.0, 2.0, 0.0])
    assert found.share == pytest.approx([9 / 13, 4 / 13, 0], abs=0.03)
    assert found.share.sum() == pytest.approx(found.together)
    assert found.partial[0] > found.partial[1] > 0.9
    assert found.low[2] < 0 < found.high[2]


def test_a_bend_is_no_hindrance_and_direction_is_told():
    numbers = np.random.default_rng(2).random((60, 2))
    straight, bent = (explained(numbers, -figures) for figures in (numbers[:, 0], np.exp(9 * numbers[:, 0])))
    assert straight.share == pytest.approx(bent.share)
    assert bent.partial[0] == pytest.approx(-1)
    assert abs(bent.partial[1]) < 1e-6


def test_numbers_that_go_together_share_what_they_explain_together():
    dice = np.random.default_rng(3)
    same = dice.normal(size=2000)
    numbers = np.column_stack([same + 0.3 * dice.normal(size=2000), same + 0.3 * dice.normal(size=2000)])
    found = explained(numbers, numbers.sum(axis=1) + 0.5 * dice.normal(size=2000))
    assert found.share[0] == pytest.approx(found.share[1], abs=0.02)
    assert found.together == pytest.approx(0.93, abs=0.02)


def test_what_ranks_cannot_see_is_told_as_not_explained():
    """Ishigami and Homma 1990: of sin x1 + 7 sin^2 x2 + 0.1 x3^4 sin x1, x2 makes 44 % and never rises or falls on the whole."""
    x = np.random.default_rng(4).uniform(-np.pi, np.pi, (4000, 3))
    figure = np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    found = explained(x, figure)
    assert found.share[1:] == pytest.approx([0, 0], abs=0.01)
    assert 0.1 < found.together < 0.3
    assert spread_of(np.column_stack([figure, figure])).at_most == 1


def test_partial_correlations_of_what_explains_nothing_all_cover_none_as_often_as_they_say():
    dice, hits, studies = np.random.default_rng(5), 0, 500
    for _ in range(studies):
        found = explained(dice.random((20, 4)), dice.normal(size=20))
        hits += int((found.low <= 0).all() and (found.high >= 0).all())
        assert found.together < 1
    low, high = stats.binom.interval(0.999, studies, 0.95)
    assert low <= hits <= high


def test_together_is_none_on_average_where_nothing_is_explained():
    """Unadjusted, eight numbers would explain 8/19 of the ranks of twenty candidates by luck alone."""
    dice = np.random.default_rng(6)
    found = [explained(dice.random((20, 8)), dice.normal(size=20)).together for _ in range(200)]
    assert np.mean(found) < 0.12


def test_too_few_candidates_say_nothing_and_what_does_not_vary_explains_nothing():
    dice = np.random.default_rng(7)
    assert np.isnan(explained(dice.random((5, 3)), dice.random(5)).together)
    fixed = np.column_stack([dice.random(6), np.ones(6)])
    assert explained(fixed, fixed[:, 0]).share == pytest.approx([1, 0])
    assert explained(dice.random((6, 2)), np.ones(6)).together == 0
    twice = dice.random((9, 1)) * [1, 2]
    assert np.isnan(explained(twice, dice.random(9)).together)


# --- one at a time -------------------------------------------------------------------------------------------------------


def number(path: str, low: float, high: float) -> Range:
    return Range(
        Unknown(path=path, say=path.upper(), between=(low, high), unit="WTE", source="x"), low, (low + high) / 2, high
    )


OVER = [number("a", 0, 2), number("b", 0, 2), number("c", 5, 5), number("d", 0, 4)]
LUCK = np.array([-0.01, 0.0, 0.01])


def of(figure, change: bool = True) -> Figures:
    values = np.array([figure(setting.values) + LUCK for setting in settings(OVER)])
    return Figures("option", MEASURE, "share", change, values)


def answers(found: pd.DataFrame) -> dict[str, str]:
    return dict(zip(found["path"], found["answer"], strict=True))


def test_each_number_goes_to_either_end_while_all_others_stay():
    assert [(one.path, one.end, list(one.values.values())) for one in settings(OVER)] == [
        ("", "middle", [1, 1, 5, 2]), ("a", "low", [0, 1, 5, 2]), ("a", "high", [2, 1, 5, 2]), ("b", "low", [1, 0, 5, 2]),
        ("b", "high", [1, 2, 5, 2]), ("d", "low", [1, 1, 5, 0]), ("d", "high", [1, 1, 5, 4]),
    ]  # fmt: skip


def test_swings_of_a_straight_figure_are_its_slopes_and_what_matters_most_comes_first():
    found = swings(OVER, of(lambda at: 0.3 + 0.05 * at["a"] - 0.1 * at["b"]))
    assert found["path"].tolist() == ["b", "a", "c", "d"]
    assert found["swing"].tolist() == pytest.approx([-0.2, 0.1, 0, 0])
    assert (found["high"] - found["low"]).max() == pytest.approx(0, abs=1e-12)  # luck is shared, and drops out
    assert answers(found) == {"a": "holds", "b": "holds", "c": "nothing", "d": "nothing"}


def test_a_verdict_that_flips_does_so_where_the_straight_line_says():
    found = swings(OVER, of(lambda at: 0.1 * (at["a"] - 0.5) - 0.01 * at["d"] + 0.02)).set_index("path")
    assert found["answer"].to_dict() == {"a": "flips", "b": "nothing", "c": "nothing", "d": "holds"}
    assert found.loc["a", "flips_at"] == pytest.approx(0.5)
    assert found.loc["a", "flips_from"] <= 0.5 <= found.loc["a", "flips_to"]
    assert np.isnan(found.loc["d", "flips_at"])


def test_unclear_settles_and_today():
    """The interval of the average is 0.025 wide to either side."""
    assert answers(swings(OVER, of(lambda at: 0.06 - 0.05 * at["a"] + 0.05)))["a"] == "unclear"
    assert answers(swings(OVER, of(lambda at: 0.05 * (at["a"] - 1))))["a"] == "flips"
    assert answers(swings(OVER, of(lambda at: 0.02 * at["a"] - 0.01)))["a"] == "settles"
    assert answers(swings(OVER, of(lambda at: 0.5 + 0.02 * at["a"], change=False)))["a"] == "moves"
    assert set(answers(swings(OVER, of(lambda _: np.nan)))["a"].split()) == {"not", "measured"}


def test_a_hump_is_ranked_by_its_height():
    found = swings(OVER, of(lambda at: 0.3 - 0.1 * (at["a"] - 1) ** 2 + 0.01 * at["b"]))
    assert found["path"].tolist()[:2] == ["a", "b"]
    assert found["swing"].iloc[0] == pytest.approx(0)
    assert found["reach"].iloc[0] == pytest.approx(0.1)


def test_three_rows_a_number_with_verdicts_by_the_rule_of_the_pack():
    shows = np.linspace(0, 1, len(settings(OVER)))
    found = one_way(OVER, of(lambda at: 0.05 * (at["a"] - 1)), shows)
    assert len(found) == 3 * len(OVER)
    mine = found[found["path"] == "a"]
    assert mine["verdict"].tolist() == ["worse", "unclear", "better"]
    assert mine["value"].tolist() == [0, 1, 2]
    assert mine["shows_symptoms"].tolist() == [shows[1], shows[0], shows[2]]
    assert mine["half_width"].iloc[0] == pytest.approx(4.303 * 0.01 / 3**0.5, rel=1e-3)


def words(figure, shows: float = 1.0) -> str:
    """The paragraph of an option, without what is said of all numbers at once."""
    found = of(figure)
    tables = one_way(OVER, found, np.full(len(settings(OVER)), shows)), swings(OVER, found)
    spread = pd.DataFrame([{"option": "option", "deviation": np.nan}])
    return in_plain_words(*tables, spread, pd.DataFrame({"option": []}))[0]


def test_a_verdict_that_flips_is_told_with_where_and_whether_that_is_like_today():
    assert words(lambda at: 0.1 * (at["a"] - 0.5) - 0.01 * at["d"] + 0.02) == (
        "option: decided within 24 hours changes by +5 points (3 to 7) with every unknown number in its middle, which is better. "
        "A matters most: from 0.00 to 2.0 WTE the change goes from −5 to +15 points. Nothing at all comes of B and C. "
        "A flips the verdict: below 0.50 WTE (95% interval 0.25 to 0.75 WTE) the change is worse, above it better."
    )
    told = words(lambda at: 0.1 * (at["a"] - 0.5), shows=1 / 3)
    assert told.endswith("the change is worse, above it better; at 0.00 WTE alone, today's model shows the symptoms in 1 of "
                         "3 replications; at 2.0 WTE alone, today's model shows the symptoms in 1 of 3 replications.")  # fmt: skip


def test_a_verdict_that_flips_twice_that_holds_and_that_nothing_settles():
    hump = words(lambda at: 0.1 - 0.2 * (at["a"] - 1) ** 2)
    assert "goes from −10 to −10 points by way of +10 points" in hump
    assert "A flips the verdict: the change is worse at either end, and better in the middle." in hump
    assert words(lambda at: 0.3 + 0.1 * at["a"]).endswith("No single number flips the verdict.")
    assert words(lambda at: 0.0001 * at["a"]).endswith("No single number settles it.")
    assert "settles" not in words(lambda at: 0.02 * at["a"] - 0.01)
    assert "can be told apart from none at an end of A (2.0 WTE: +3 points (1 to 5))." in words(
        lambda at: 0.02 * at["a"] - 0.01
    )
    assert "can no longer be told apart from none at an end of A (2.0 WTE: " in words(lambda at: 0.11 - 0.05 * at["a"])
    assert words(lambda _: 0.3).endswith("No single number moves that at all.")


def all_at_once(**other: float) -> str:
    """What is said of all numbers at once, after all else."""
    found = of(lambda _: 0.3)
    tables = one_way(OVER, found, np.ones(len(settings(OVER)))), swings(OVER, found)
    spread = {"option": "option", "measure_unit": "share", "deviation": 0.05, "numbers": 0.6, "low": 0.4, "high": 0.8,
              "together": 0.5, "at_most": 0.75, "candidates": 24} | other  # fmt: skip
    shares = pd.DataFrame({"option": "option", "say": ["A", "B", "C"], "share": [0.3, 0.15, 0.05],
                           "low": [0.2, -0.1, -0.4], "high": [0.9, 0.8, 0.6]})  # fmt: skip
    return in_plain_words(*tables, pd.DataFrame([spread]), shares)[0].split("moves that at all. ")[1]


def test_only_numbers_that_can_be_told_from_none_are_named():
    head = "Over the 24 candidates kept, single runs differ by a standard deviation of 5 points: "
    assert all_at_once() == (
        f"{head}60% of the variance is the unknown numbers (40% to 80%), the rest luck. The numbers explain 50% of how the "
        "candidates rank (at most about 75% could be explained), first of all A (30%)."
    )
    assert all_at_once(numbers=0, low=0, at_most=0).endswith(
        "Luck alone could have made all of it: more candidates would tell more."
    )
    assert all_at_once(together=np.nan).endswith(
        "They are too few to say which numbers explain it: try more of them (`candidates`)."
    )
    assert all_at_once(deviation=0) == "Over the 24 candidates kept, all runs are the same."


# --- runs ----------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory):
    """The small appraisal, with a team that has no work and of which nobody knows how large it is."""
    folder = tmp_path_factory.mktemp("study")
    for file in EXAMPLES.glob("one_desk*.yaml"):
        shutil.copy(file, folder)
    base = (folder / "one_desk.yaml").read_text(encoding="utf-8")
    spare = "  spare: {staff: [{role: clerk, wte: 2, shift: office}]}\nstages:"
    (folder / "one_desk.yaml").write_text(base.replace("stages:", spare, 1), encoding="utf-8")
    text = (EXAMPLES / "appraisal.yaml").read_text(encoding="utf-8")
    more = f"unknown:\n  - {{path: {SPARE}, say: Clerks, between: [1, 3], unit: WTE, source: x}}"
    (folder / "appraisal.yaml").write_text(text.replace("unknown:", more, 1), encoding="utf-8")
    return read_study(folder / "appraisal.yaml")


@pytest.fixture(scope="module")
def found(study) -> Sensitivity:
    return sensitivity(study, replications=2, jobs=1)


def test_a_number_that_feeds_nothing_moves_nothing_at_all(found: Sensitivity):
    mine = found.swings[found.swings["path"] == SPARE]
    assert mine["answer"].tolist() == ["nothing"] * 3
    assert mine[["swing", "low", "high", "reach"]].to_numpy() == pytest.approx(0, abs=0)
    assert set(found.swings[found.swings["path"] == OFFICERS]["answer"]) != {"nothing"}
    assert all("Nothing at all comes of Clerks." in sentence for sentence in found.sentences)


def test_in_the_middle_it_is_what_a_comparison_of_the_middle_says(study, found: Sensitivity):
    values = {one.unknown.path: one.middle for one in ranges(study.facts.unknown, _kept(found))}
    base, *options = (scenario.varied(values) for scenario in (study.base, *study.options))
    there = compare(base, options, replications=2, seed=7).differences
    there = there[(there["measure"] == MEASURE) & (there["by"] == "all")].set_index("option")
    mine = found.one_way[(found.one_way["end"] == "middle") & (found.one_way["path"] == SPARE)].set_index("option")
    for name in found.options:
        assert mine.loc[name, "mean"] == pytest.approx(there.loc[name, "difference"])
        assert mine.loc[name, "half_width"] == pytest.approx(there.loc[name, "half_width"])
    assert mine.loc[found.base, "mean"] == pytest.approx(there["base"].iloc[0])


def _kept(found: Sensitivity) -> list[dict[str, float]]:
    kept = found.candidates[found.candidates["kept"]]
    return kept[[SPARE, OFFICERS]].to_dict("records")


def test_ranges_are_those_of_the_candidates_that_were_kept(found: Sensitivity):
    kept = pd.DataFrame(_kept(found))
    mine = found.swings[found.swings["option"] == found.base].set_index("path")
    assert mine.loc[OFFICERS, "lowest"] == kept[OFFICERS].min() > 5.5
    assert mine.loc[OFFICERS, "highest"] == kept[OFFICERS].max()
    assert len(kept) < len(found.candidates)


def test_the_first_run_of_each_candidate_is_that_of_the_appraisal(study, found: Sensitivity):
    from frontdoor_sim.experiment.pilot import returning

    scenarios, returns = (study.base, *study.options), returning(study.base, 7)
    runs = replicate(
        [Task(scenarios, 7, place, returns, values) for place, values in enumerate(_kept(found))], Workers(jobs=1)
    )
    there = runs[(runs["measure"] == MEASURE) & (runs["by"] == "all")]["value"]
    mine = found.figures[(found.figures["kind"] == "candidate") & (found.figures["replication"] == 0)]["value"]
    assert mine.tolist() == there.tolist()


def test_the_same_for_any_number_of_workers_either_engine_and_when_it_goes_on(
    study, found: Sensitivity, tmp_path: Path
):
    again = sensitivity(study, replications=2, jobs=2, keep=tmp_path)
    kept = sorted((path.name, path.stat().st_mtime_ns) for path in tmp_path.iterdir())
    other = sensitivity(study, replications=2, jobs=1, engine="simpy")
    resumed = sensitivity(study, replications=2, jobs=1, keep=tmp_path)
    assert kept == sorted((path.name, path.stat().st_mtime_ns) for path in tmp_path.iterdir())
    for name, table in found.tables().items():
        for one in (again, other, resumed):
            pd.testing.assert_frame_equal(one.tables()[name], table)
    assert again.sentences == other.sentences == resumed.sentences == found.sentences


def test_more_candidates_than_the_file_says(study):
    more = sensitivity(study, replications=2, jobs=1, candidates=12)
    assert len(more.candidates) == 12
    assert more.spread["candidates"].unique().tolist() == [more.candidates["kept"].sum()]
    assert more.spread["together"].notna().all()


def test_charts_and_sentences_say_the_same(found: Sensitivity):
    said = found.plot("Two more officers").get_label()
    assert said.startswith("Which unknown number matters? Two more officers Officers: ")
    assert "Clerks: moves nothing" in said
    assert "One desk" in found.plot().get_label()
    assert len(str(found).split("\n\n")) == 3
    assert found.sentences[0].startswith("One desk: decided within 24 hours is ")
    assert "Officers matters most: from " in found.sentences[1]


def test_a_figure_that_is_not_in_every_run_is_told(study):
    found = sensitivity(study, "transfer_hours_to_allocation_median", replications=2, jobs=1)
    assert set(found.swings["answer"]) == {"not measured"}
    assert "not every replication could measure" in found.sentences[1]
    assert "could not be measured" in found.plot().get_label()


# --- mistakes and the command --------------------------------------------------------------------------------------------


def test_an_appraisal_in_which_all_is_known_says_how_to_write_what_is_not(tmp_path: Path, capsys):
    text = (EXAMPLES / "appraisal.yaml").read_text(encoding="utf-8")
    head = text[: text.index("# How long")]
    for file in EXAMPLES.glob("one_desk*.yaml"):
        shutil.copy(file, tmp_path)
    (tmp_path / "known.yaml").write_text(head, encoding="utf-8")
    assert cli.main(["sensitivity", str(tmp_path / "known.yaml"), "--measure", "decided_within_24"]) == cli.USER_INPUT
    said = capsys.readouterr().err
    assert said.startswith("2 mistakes.")
    assert "known.yaml\n  what:   `unknown` names no number, so there is nothing to vary." in said
    assert (
        "- {path: teams.desk.staff.officer.wte, say: Officers, between: [5.5, 6.5], unit: WTE, source: Our range}"
        in said
    )
    assert "--measure\n  what:   `measure` cannot be 'decided_within_24'." in said
    assert "Did you mean decided_within_24h" in said
    assert cli.main(["sensitivity", str(EXAMPLES / "appraisal.yaml"), "--candidates", "1"]) == cli.USER_INPUT
    assert "--candidates\n  what:   1 candidates cannot be compared." in capsys.readouterr().err


def test_too_few_candidates_are_a_mistake(study):
    (symptom,) = study.facts.symptoms
    never = study.facts.model_copy(update={"symptoms": (symptom.model_copy(update={"between": (1.0, 1.0)}),)})
    with pytest.raises(InputError, match="0 of 8 candidates show every symptom, and 2 are needed"):
        sensitivity(replace(study, facts=never), replications=2, jobs=1)
    with pytest.raises(ValueError, match="at least 2 replications, not 1"):
        sensitivity(study, replications=1)


def test_the_command_writes_its_tables_charts_and_manifest(tmp_path: Path, capsys):
    words = ["sensitivity", str(EXAMPLES / "appraisal.yaml"), "--options", str(EXAMPLES / "one_desk_two_more.yaml"),
             "--measure", "decision_hours_p90", "--replications", "2", "--jobs", "1", "--quiet", "-o", str(tmp_path)]  # fmt: skip
    assert cli.main(words) == cli.DONE
    said = capsys.readouterr().out
    assert "Two more officers: change from today, decision_hours_p90" in said
    assert "Ranges: those of the 5 of 8 candidates that show every symptom." in said
    assert said.endswith(f"Written to {tmp_path}\n")
    for name in ("one_way", "swings", "spread", "explained", "candidates", "figures"):
        assert len(pd.read_parquet(tmp_path / "tables" / f"{name}.parquet")) == len(
            pd.read_csv(tmp_path / "tables" / f"{name}.csv")
        )
    assert sorted(path.name for path in tmp_path.glob("*.svg")) == ["option_1_two_more_officers.svg", "today.svg"]
    assert (tmp_path / "today.svg").read_text(encoding="utf-8").startswith("<svg ")
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["measure"] == "decision_hours_p90"
    assert (tmp_path / "run.json").exists()
    first = {path.name: path.read_bytes() for path in (tmp_path / "tables").iterdir()}
    assert cli.main(words) == cli.DONE
    assert first == {path.name: path.read_bytes() for path in (tmp_path / "tables").iterdir()}


def test_help_has_an_example(capsys):
    with pytest.raises(SystemExit, match="0"):
        cli.main(["sensitivity", "--help"])
    assert "frontdoor sensitivity scenarios/examples/appraisal.yaml" in capsys.readouterr().out
