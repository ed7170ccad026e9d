"""The transition in the pack: weeks, bands, and when a backlog is burnt down."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from math import inf
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from frontdoor_sim.appraisal.charts import svg_text, weeks_of_transition
from frontdoor_sim.engine import Engine
from frontdoor_sim.experiment import appraise, compare, read_study, run
from frontdoor_sim.experiment.transition import Transition, band, burnt, for_good, told, transition
from frontdoor_sim.measures import measure
from frontdoor_sim.scenario import read_scenario

STUDY = Path("scenarios/examples/appraisal_of_go_live.yaml")
TODAY, OPTION = (read_scenario(f"scenarios/examples/{name}.yaml") for name in ("small_mash", "go_live"))


def runs_of(today: list[list[float]], option: list[list[float]]) -> pd.DataFrame:
    """Measures of as many replications as there are columns: open undecided by week, the shares all one half."""
    rows = []
    for name, table in ((TODAY.name, today), (OPTION.name, option)):
        for week, values in enumerate(table):
            for number, value in enumerate(values):
                rows.append((name, number, "open_undecided", "week", str(week), value))
                rows.append((name, number, "decided_within_24h", "week", str(week), 0.5))
    return pd.DataFrame(rows, columns=["option", "run", "measure", "by", "group", "value"])


@pytest.fixture(scope="module")
def studied() -> Transition:
    return transition(compare(TODAY, [OPTION], replications=3, seed=7, jobs=1).runs, TODAY, [OPTION])


@pytest.mark.parametrize(("number", "sure"), [(4, 0.6), (20, 19 / 21), (39, 0.95), (200, 191 / 201)])
def test_a_further_run_lies_within_the_band_as_often_as_it_says(number, sure):
    draws = np.random.default_rng(5).lognormal(3.0, 1.0, (20_000, number + 1))
    _, low, high, said = band(draws[:, :number])
    inside = np.mean((low <= draws[:, number]) & (draws[:, number] <= high))
    assert said == pytest.approx(sure)
    assert abs(inside - sure) < 4 * np.sqrt(sure * (1 - sure) / 20_000)


def test_a_week_that_one_run_could_not_measure_has_no_median():
    middle, low, high, _ = band(np.array([[1.0, np.nan, 3.0], [1.0, 2.0, 3.0]]))
    assert np.isnan([middle[0], low[0], high[0]]).all()
    assert (middle[1], low[1], high[1]) == (2.0, 1.0, 3.0)


@pytest.mark.parametrize(("gaps", "start", "week"), [
    ([0, 0, 5, 3, 0, -1], 2, 4),
    ([0, 0, 5, 0, 1, 0], 2, 5),
    ([9, 9, 0, 0, 0, 0], 2, 2),
    ([0, 0, 5, 3, 0, 1], 2, inf),
])  # fmt: skip
def test_burnt_down_is_the_first_week_from_which_it_stays_so(gaps, start, week):
    assert for_good(np.array(gaps, dtype=float)[:, None], start).tolist() == [week]


def test_a_backlog_in_words_by_hand():
    """The first change is on 27 January, three weeks after the opening; two runs of three burn their backlog down."""
    today = [[30.0, 30, 30]] * 9
    option = [[30.0, 30, 30]] * 4 + [[40.0, 50, 60], [35, 40, 80], [30, 35, 80], [30, 30, 90], [30, 30, 99]]
    assert told(runs_of(today, option), TODAY, OPTION, date(2025, 1, 27)) == [
        "Highest on 3 February: 20 contacts more than today wait for a decision (10 to 30).",
        "Burnt down, so that no more wait than today: from 24 February on (17 February at the earliest; "
        "not within this run in 1 of 3 replications).",
        "First down to the level before the first change (30 waiting): on 24 February (17 February at the earliest; "
        "not within this run in 1 of 3 replications).",
    ]


def test_what_is_never_burnt_down_is_said_so():
    said = burnt("Burnt down", np.array([inf, inf, inf]), date(2025, 1, 6))
    assert said == "Burnt down: not within this run, in 3 of 3 replications."
    mostly = burnt("Burnt down", np.array([inf, 4.0, inf]), date(2025, 1, 6))
    assert mostly == "Burnt down: not within this run in 2 of 3 replications; 3 February at the earliest."


def test_before_the_first_date_both_lines_are_one(studied):
    weeks = studied.weeks[
        (studied.weeks["measure"] == "open_undecided") & (studied.weeks["begins"] <= date(2025, 1, 27))
    ]
    one, other = (weeks.loc[weeks["option"] == s.name, ["median", "low", "high"]].to_numpy() for s in (TODAY, OPTION))
    assert len(one) == 4
    assert (one == other).all()


def test_options_without_dates_have_no_transition():
    runs = runs_of([[1.0]] * 9, [[1.0]] * 9)
    undated = replace(OPTION, steps=OPTION.steps[:0])
    assert all(table.empty for table in vars(transition(runs, TODAY, [undated])).values())


def test_weekly_shares_add_up_to_the_share_of_the_whole_window():
    found = measure(run(TODAY, seed=3))
    mine = found[found["measure"] == "decided_within_24h"]
    weekly, whole = mine[mine["by"] == "week"], mine[mine["by"] == "all"].iloc[0]
    assert weekly["group"].tolist() == [str(week) for week in range(8)]
    assert weekly["contacts"].sum() == whole["contacts"]
    assert np.average(weekly["value"], weights=weekly["contacts"]) == pytest.approx(whole["value"], abs=1e-12)


@pytest.mark.parametrize("engine", ["simpy", "compiled"])
@pytest.mark.parametrize(("opens", "hours"), [("2025-10-06", 673), ("2025-03-10", 671)])
def test_a_run_across_a_change_of_clocks_has_the_weeks_of_the_calendar(engine: Engine, opens: str, hours: int) -> None:
    """Four weeks with a day of 25 or 23 hours; the last figure of who waits is that of the close."""
    desk = read_scenario("scenarios/examples/one_desk.yaml").varied(
        {"run.opens": opens, "run.weeks": 4, "run.warm_up": 1}
    )
    log = run(desk, seed=3, engine=engine)
    assert log.about.closes == hours * 3_600
    found = measure(log).set_index(["measure", "by", "group"])["value"]
    assert found["decided_within_24h", "week"].index.tolist() == ["0", "1", "2", "3"]
    assert found["decided_within_24h", "week"].notna().all()
    assert found["open_undecided", "week"].index.tolist() == ["0", "1", "2", "3", "4"]
    assert found["open_undecided", "week", "4"] == found["open_undecided_at_close", "all", "all"]


def test_the_picture_marks_every_date_and_says_what_happens(studied):
    options = pd.DataFrame(
        {"option": [TODAY.name, OPTION.name], "label": [TODAY.name, OPTION.name], "base": [True, False]}
    )
    figure = weeks_of_transition(studied.weeks, studied.dates, options, option=OPTION.name, note="all runs")
    shown = [text.get_text() for text in figure.texts]
    for mark in ("A: 27 Jan", "B, C, A ends: 3 Feb", "C ends: 17 Feb", "D: 24 Feb"):
        assert mark in shown
    for axes in figure.axes:
        at = sorted({float(line.get_xdata()[0]) for line in axes.lines if len(line.get_xdata()) == 2})
        assert at == [21.0, 28.0, 42.0, 49.0]
    assert "B The MASH and assessment work on one case system (from 3 Feb)" in figure.get_label()
    assert svg_text(figure, "weeks") == svg_text(figure, "weeks")


def test_the_pack_shows_the_transition(tmp_path):
    result = appraise(read_study(STUDY), tmp_path, replications=2, jobs=1)
    page = result.pack.read_text(encoding="utf-8")
    assert '<h2 id="transition">' in page
    assert 'id="chart-transition-1"' in page
    assert "Burnt down, so that no more wait than today" in page
    written = pd.read_csv(tmp_path / "tables" / "weeks.csv")
    assert set(written["option"]) == {TODAY.name, OPTION.name}
    assert (tmp_path / "tables" / "burnt_down.csv").exists()
