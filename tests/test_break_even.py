"""Break-even values: an interval that covers as often as it says, closed forms, an advice line, and mistakes."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from frontdoor_sim import cli
from frontdoor_sim.appraisal.charts import where_it_breaks_even
from frontdoor_sim.appraisal.pack import empty
from frontdoor_sim.contacts.returning import NOBODY
from frontdoor_sim.documents import InputError
from frontdoor_sim.event_log import EventLog
from frontdoor_sim.experiment import BreakEven, appraise, break_even, read_study, run
from frontdoor_sim.experiment.break_even import try_values, with_each_value
from frontdoor_sim.experiment.break_even_answer import found_at
from frontdoor_sim.experiment.break_even_questions import Question, in_plain_words, mistakes_of_path
from frontdoor_sim.experiment.crossing import Floats, crossings, refined
from frontdoor_sim.experiment.replications import Task, measure_task
from frontdoor_sim.scenario import Scenario, read_scenario
from queue_laws import plain
from random_models import as_scenario
from stories import OPENS, officers

ROOT = Path(__file__).parents[1]
CAUTION = "stages.advice_call.judges.caution"
ADVISED = ("led_to_share", "stage and outcome", "advice_call, advised")


# --- the interval -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("slope", "bend", "truth"), [(1.0, 0.0, 0.37), (0.2, 0.0, 0.37), (1.0, 0.6, 0.375)])
def test_the_interval_covers_as_often_as_it_says(slope: float, bend: float, truth: float) -> None:
    """Differences that cross 0, straight or bent, with luck shared within a replication: 95 % of 500, to the 99.9 % band."""
    draw, values, studies = np.random.default_rng(20261126), np.linspace(0.0, 1.0, 9), 500
    mean = slope * (values - truth) + bend * np.maximum(values - truth, 0)
    hits = 0
    for _ in range(studies):
        gaps = mean[:, None] + draw.normal(0, 0.15, 8) + draw.normal(0, 0.05, (9, 8))
        found = crossings(values, gaps)
        hits += found.low <= truth <= found.high
    low, high = stats.binom.interval(0.999, studies, 0.95)
    assert low <= hits <= high


def test_no_crossing_one_and_several() -> None:
    values = np.array([0.0, 1.0, 2.0])
    always = crossings(values, np.array([[1.0, 1.1], [2.0, 2.1], [3.0, 3.1]]))
    assert always.found == ()
    assert np.isnan([always.low, always.high]).all()
    twice = crossings(values, np.array([[1.0, 1.1], [-1.1, -1.0], [1.0, 1.1]])).found
    assert [round(one.at, 3) for one in twice] == [0.5, 1.5]
    assert 0 < twice[0].low < 0.5 < twice[0].high < 1 < twice[1].low < 1.5 < twice[1].high < 2
    unclear = crossings(values, np.array([[1.0, -0.9], [2.0, -1.5], [3.0, -2.5]]))
    assert unclear.found == ()
    assert (unclear.low, unclear.high) == (0.0, 2.0)


def test_a_mean_that_wobbles_about_none_crosses_once() -> None:
    """Up, down and up again within one stretch that cannot be told from 0, between a clear less and a clear more."""
    values, mean = np.arange(6.0), np.array([-5.0, -0.1, 0.1, -0.1, 0.1, 5.0])
    (one,) = crossings(values, mean[:, None] + np.array([-0.5, 0.5, 0.0])).found
    assert one.at == pytest.approx(2.5)
    assert 0 < one.low < 1
    assert 4 < one.high < 5


@pytest.mark.parametrize("gap", [0.0, 1e-9, 0.3])
def test_an_interval_holds_its_break_even(gap: float) -> None:
    """Also where it is much narrower than the values are apart, and where there is no luck at all."""
    (one,) = crossings(np.array([0.0, 1000.0]), np.array([[-1.0, -1.0 - gap], [2.0, 2.0 + gap]])).found
    assert one.low <= one.at <= one.high
    assert one.at == pytest.approx(1000 * (1 + gap / 2) / (3 + gap))
    (middle,) = crossings(np.arange(4.0), np.array([[-1.0] * 2, [0.0] * 2, [0.0] * 2, [1.0] * 2])).found
    assert (middle.at, middle.low, middle.high) == (1.5, 1.0, 2.0)


# --- more values where it lies ------------------------------------------------------------------------------------------


def made_of(mean: Callable[[Floats], Floats]) -> Callable[[Floats], Floats]:
    return lambda at: mean(at)[:, None] + np.array([-0.02, 0.02, 0.0])


STRAIGHT = made_of(lambda at: (at - 6.2) / 10)
JUMP = made_of(lambda at: np.where(at < 6.2, -0.4, 0.05))
STAIRS = made_of(lambda at: np.floor(at * 4) / 4 - 6.1)
HOLLOW = made_of(lambda at: (at - 4.3) * (at - 9.1) / 10)


@pytest.mark.parametrize(("gaps", "truth"), [(STRAIGHT, [6.2]), (JUMP, [6.2]), (STAIRS, [6.25]), (HOLLOW, [4.3, 9.1])])
@pytest.mark.parametrize(("least", "most", "steps"), [(2.0, 12.0, 5), (4.0, 10.0, 9), (0.0, 20.0, 12)])
def test_the_answer_does_not_depend_on_which_values_were_tried(
    gaps: Callable[[Floats], Floats], truth: list[float], least: float, most: float, steps: int
) -> None:
    values = refined(np.linspace(least, most, steps), gaps, 0.1)
    found = crossings(values, gaps(values)).found
    assert [one.at for one in found] == pytest.approx(truth, abs=0.1)
    assert all(one.low <= one.at <= one.high for one in found)
    for one in found:
        after = np.searchsorted(values, one.at)
        assert values[after] - values[after - 1] <= 0.1 + 1e-9
    assert len(values) < steps + 40


def test_straight_differences_need_few_values_and_none_need_none() -> None:
    assert len(refined(np.array([0.0, 100.0]), STRAIGHT, 0.1)) <= 8
    assert len(refined(np.array([10.0, 100.0]), STRAIGHT, 0.1)) == 2
    assert refined(np.array([0.0, 100.0]), made_of(lambda at: at * np.nan), 0.1).tolist() == [0.0, 100.0]


def test_what_must_be_whole_stays_whole() -> None:
    values = refined(np.array([0.0, 40.0]), JUMP, 0.1, least_step=1.0)
    assert {6.0, 7.0} <= set(values)
    assert (values == np.round(values)).all()


# --- closed forms -------------------------------------------------------------------------------------------------------


def desk(calls: bool) -> Scenario:
    """Fifty minutes a contact; with calls first, ten minutes for each, and only who is not advised writes."""
    stages = {"screening": {"team": "desk", "touch": "50 min", "decides": True}}
    judges = {"noise": 1.0, "caution": 0.8}
    call = {"advice_call": {"team": "desk", "touch": "10 min", "judges": judges}}
    routes = {"entry": "screening", "screening": "done"}
    on_call = {"entry": "advice_call", "advice_call": [{"if": {"judged": 1}, "to": "closed"}, {"to": "screening"}]}
    return as_scenario({
        "name": "Calls" if calls else "Letters", "run": {"opens": OPENS, "weeks": 20, "warm_up": 0, "follow_up": 2},
        "teams": {"desk": officers(40, "always")}, "stages": stages | (call if calls else {}),
        "routes": routes | (on_call if calls else {}), "ends": {"done": {}} | ({"closed": {"provides": 1}} if calls else {}),
        "arrivals": {"schools": {"per_hour": 2}}, "thresholds": {"early_help": 0.0, "child_in_need": 1.0, "protection": 2.0},
    })  # fmt: skip


def test_time_breaks_even_where_the_calls_cost_what_they_save() -> None:
    """Ten minutes a call, fifty saved: at a fifth diverted, and so where the normal distribution function of -caution is 0.2."""
    found = break_even(desk(False), desk(True), CAUTION, (0.6, 1.1), "utilisation", _advised("closed"), 5, 12, 3)
    truth = -stats.norm.ppf(0.2)
    assert found.low <= truth <= found.high
    assert found.high - found.low < 0.08
    assert found.at == pytest.approx(truth, abs=0.04)
    assert found.along_low <= 0.2 <= found.along_high
    assert found.along_at == pytest.approx(0.2, abs=0.01)
    assert "95% interval" in found.said


def _advised(end: str) -> tuple[str, str, str]:
    return ("led_to_share", "stage and outcome", f"advice_call, {end}")


def test_no_break_even_is_said_so() -> None:
    found = break_even(desk(False), desk(True), CAUTION, (2.0, 3.0), "utilisation", steps=2, replications=3)
    assert np.isnan([found.at, found.low, found.high, found.along_at]).all()
    assert found.said == "Calls: no break-even of utilisation between 2 and 3: more at every value."


def test_numbers_of_the_base_may_differ_between_replications() -> None:
    """Twice as many people in every other replication, base and option alike: half the utilisation there."""
    path = "teams.desk.staff.officer.wte"
    found = break_even(
        desk(False), desk(True), CAUTION, (0.0, 2.0), "utilisation", steps=2, replications=4, numbers=[{path: 40}, {path: 80}]
    )  # fmt: skip
    alone = break_even(desk(False), desk(True), CAUTION, (0.0, 2.0), "utilisation", steps=2, replications=4)
    assert abs(found.table["difference"][1]) < 0.85 * abs(alone.table["difference"][1])


# --- the example --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def line() -> Scenario:
    return read_scenario("scenarios/examples/advice_line.yaml")


@pytest.fixture(scope="module")
def played(line: Scenario) -> EventLog:
    return run(line, seed=7)


def test_the_line_helps_the_desk_and_the_children_at_different_shares(line: Scenario) -> None:
    """Time is saved above some share diverted; above a greater one children go unseen; between the two both gain."""
    tried = try_values(line.base, line, CAUTION, (-1.5, 2.5), 7, 6, 7)
    shares = []
    for measure in ("utilisation", "closed_below_need_share"):
        found = tried.even(measure, ADVISED)
        assert found.low < found.at < found.high
        shares.append(found.along_at)
    assert 0.3 < shares[0] < shares[1] - 0.05 < 0.7


def test_callers_are_professionals_in_office_hours_and_hang_up_after_ten_minutes(played: EventLog) -> None:
    events, contacts = plain(played.events), played.contacts.set_index("contact")
    calls = events[events["stage"] == "advice_call"]
    assert set(contacts.loc[calls["contact"], "source"]) == {"schools", "health", "doctors"}
    begun = calls.groupby("contact")["enabled"].min()
    local = [played.about.clock.local(int(second)) for second in begun]
    assert all(9 <= moment.hour < 17 and moment.weekday() < 5 for moment in local)
    answered = calls[calls["kind"] == "work"].groupby("contact")["start"].min()
    assert len(answered) > 800
    assert (answered - begun[answered.index] < 600).all()
    gave_up = calls[calls["outcome"] == "screening"]
    assert len(gave_up) > 50
    assert (gave_up["end"] - gave_up["enabled"] == 600).all()


def test_children_advised_wrongly_come_back_more_often(played: EventLog) -> None:
    ended = plain(played.events)
    ended = ended.loc[ended["outcome"] == "advised", "contact"]
    contacts = played.contacts.set_index("contact").loc[ended]
    back, wrong = contacts["returns_at"] >= 0, contacts["level"] > 1
    assert wrong.sum() > 30
    assert back[wrong].mean() > back[~wrong].mean() + 0.1


def test_whoever_has_rung_writes_a_better_contact(played: EventLog) -> None:
    """Judged at the level that it is more often, in less time, and with consent already more often."""
    events = plain(played.events)
    seconds = {}
    for stage in ("screening", "screening_after_call"):
        work = events[(events["stage"] == stage) & (events["kind"] == "work")]
        seconds[stage] = (work["end"] - work["start"]).groupby(work["contact"]).sum().mean()
    assert seconds["screening_after_call"] < 0.8 * seconds["screening"]
    asked = {}
    for stage in ("consent", "consent_after_call"):
        mine = events[(events["stage"] == stage) & (events["part"] == 0)]
        asked[stage] = (mine.groupby("contact")["kind"].agg(lambda kinds: (kinds == "work").any())).mean()
    assert asked["consent_after_call"] < asked["consent"] - 0.25


# --- mistakes -----------------------------------------------------------------------------------------------------------


def test_mistakes_are_told(line: Scenario) -> None:
    base = line.base
    with pytest.raises(ValueError, match="2 replications and 2 steps"):
        break_even(base, line, CAUTION, (1.0, 1.0))
    with pytest.raises(InputError, match="advice_cal"):
        break_even(base, line, "stages.advice_cal.judges.caution", (0.0, 1.0), steps=2, replications=2)
    with pytest.raises(InputError, match="No measure decided_soon by all has a group all"):
        break_even(base.varied(SHORT), _short(line), CAUTION, (0.0, 1.0), "decided_soon", steps=2, replications=2)
    with pytest.raises(ValueError, match="a tolerance is above 0"):
        break_even(base, line, CAUTION, (0.0, 1.0), tolerance=0.0)
    with pytest.raises(InputError, match="`name` is no number"):
        break_even(base, line, "name", (0.0, 1.0))


def test_a_change_with_a_date_is_told_by_its_line_and_by_all_its_dates() -> None:
    dated = read_scenario("scenarios/examples/recruitment.yaml")
    path, between = "teams.screening.staff.social_worker.wte", (1.0, 4.0)
    with pytest.raises(InputError, match="has a date") as raised:
        break_even(dated.base, dated, path, between)
    assert [mistake.where for mistake in raised.value.mistakes] == [
        "recruitment.yaml:17: because[1]",
        "recruitment.yaml:24: because[2]",
    ]
    assert raised.value.mistakes[0].what == "This change has a date, `from: 2025-01-13` and `ramp: 6`."
    assert raised.value.mistakes[0].remedy == "Take `from` and `ramp` out of it."
    assert mistakes_of_path("--path", dated.base, dated, path, between, 2) == list(raised.value.mistakes)


DUTY = "teams.desk.staff.officer.non_case_share"
DESK, TWO_MORE = "scenarios/examples/one_desk.yaml", "scenarios/examples/one_desk_two_more.yaml"


def test_the_answer_says_what_today_keeps_where_it_has_the_number() -> None:
    desk, two_more = read_scenario(DESK), read_scenario(TWO_MORE)
    often = {"steps": 2, "replications": 2, "jobs": 1}
    found = break_even(desk.varied({DUTY: 0.2}), two_more.varied({DUTY: 0.2}), DUTY, (0.05, 0.5), **often)
    assert found.today == "Today keeps 20%: only the option gets these values."
    assert str(found) == f"{found.said} {found.today}"
    question = Question(option="two_more.yaml", path=DUTY, say="Duty", between=(0.05, 0.5), unit="share")
    assert in_plain_words(found, question).endswith(f". {found.today}")
    left_out = "teams.desk.staff.officer.vacant"
    assert break_even(desk, two_more, left_out, (0.0, 0.5), **often).today.startswith("Today keeps 0%:")
    unknown = break_even(desk, two_more, DUTY, (0.05, 0.5), numbers=[{DUTY: 0.1}, {DUTY: 0.2}], **often)
    assert unknown.today == "Today keeps its own number in every case: only the option gets these values."


def test_nothing_is_said_of_today_where_it_has_no_such_number(line: Scenario) -> None:
    found = break_even(line.base.varied(SHORT), _short(line), CAUTION, (0.0, 1.0), steps=2, replications=2, jobs=1)
    assert found.today == ""
    assert str(found) == found.said


def test_ends_may_be_percentages_of_a_share_and_of_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk, two_more = read_scenario(DESK), read_scenario(TWO_MORE)
    often = {"steps": 2, "replications": 2, "jobs": 1}
    plain = break_even(desk, two_more, DUTY, (0.05, 0.5), **often)
    written = break_even(desk, two_more, DUTY, ("5%", "50%"), **often)
    assert written.table.equals(plain.table)
    asked = [
        "break-even",
        DESK,
        TWO_MORE,
        "--steps",
        "2",
        "--replications",
        "2",
        "--seed",
        "1",
        "--jobs",
        "1",
        "--quiet",
    ]
    assert cli.main([*asked, "-o", str(tmp_path), "--path", DUTY, "--between", "5%", "50%"]) == cli.DONE
    assert str(plain) in capsys.readouterr().out
    wte = "teams.desk.staff.officer.wte"
    assert cli.main([*asked, "-o", str(tmp_path), "--path", wte, "--between", "10%", "90%"]) == cli.USER_INPUT
    what = f"--between\n  what:   `{wte}` is no share, and 10% and 90% are percentages."
    assert what in capsys.readouterr().err
    with pytest.raises(InputError, match="10% is a percentage"):
        break_even(desk, two_more, wte, ("10%", 9), **often)
    with pytest.raises(InputError, match="'some' is no plain number"):
        break_even(desk, two_more, DUTY, ("some", 0.5), **often)


@pytest.mark.parametrize(
    ("path", "said"), [(DUTY, ""), ("teams.desk.staff.officer.wte", "is no share, and 5% and 50% are percentages")]
)
def test_ends_of_a_question_may_be_percentages_of_a_share(tmp_path: Path, path: str, said: str) -> None:
    for file in (DESK, TWO_MORE):
        shutil.copy(file, tmp_path)
    question = f"{{option: one_desk_two_more.yaml, path: {path}, say: Duty, between: [5%, 50%]}}"
    text = f"title: T\ncouncil: C\nbase: one_desk.yaml\noptions: [one_desk_two_more.yaml]\nbreak_even: [{question}]\n"
    (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
    if not said:
        assert read_study(tmp_path / "study.yaml").facts.break_even[0].between == (0.05, 0.5)
        return
    with pytest.raises(InputError, match=said) as raised:
        read_study(tmp_path / "study.yaml")
    assert raised.value.mistakes[0].where == "study.yaml:5: break_even[0].between"


SHORT = {"run.weeks": 2, "run.warm_up": 0, "run.follow_up": 1}


def _short(option: Scenario) -> Scenario:
    return option.varied(SHORT)


def test_a_table_holds_each_value_that_was_tried(line: Scenario) -> None:
    found = break_even(
        line.base.varied(SHORT), _short(line), CAUTION, (0.0, 1.0), along=ADVISED, steps=3, replications=2
    )
    assert {0.0, 0.5, 1.0} <= set(found.table["value"])
    assert found.table["value"].is_monotonic_increasing
    assert (found.table["low"] <= found.table["difference"]).all()
    assert found.table["along"].is_monotonic_decreasing
    assert isinstance(found.table, pd.DataFrame)
    assert str(found) == found.said


# --- in words, in the command and in the pack ---------------------------------------------------------------------------

FILES = ("scenarios/examples/written_contacts.yaml", "scenarios/examples/advice_line.yaml")
STUDY = "scenarios/examples/appraisal_of_advice_line.yaml"


def asks(**facts: Any) -> Question:
    return Question.model_validate({
        "option": "line.yaml", "path": CAUTION, "say": "Share diverted", "between": (0.0, 1.0), "unit": "share",
        "measure": "closed_below_need_share", **facts,
    })  # fmt: skip


def found(differences: list[float], half: float = 0.01, measure: str = "closed_below_need_share") -> BreakEven:
    """A break-even from differences at values that rise evenly from 0 to 1, the same in two replications but for a half."""
    values = np.linspace(0.0, 1.0, len(differences))
    gaps = np.array([[one - half / 12.7, one + half / 12.7] for one in differences])
    return found_at("Line", CAUTION, measure, None, values, gaps, np.full(len(values), np.nan))


@pytest.mark.parametrize(
    ("differences", "measure", "said"),
    [
        (
            [-0.1, 0.1],
            "closed_below_need_share",
            "makes no difference. Below that the option is better than today, above it worse.",
        ),
        (
            [0.1, -0.1],
            "closed_below_need_share",
            "makes no difference. Below that the option is worse than today, above it better.",
        ),
        (
            [-0.1, 0.1],
            "decided_within_24h",
            "makes no difference. Below that the option is worse than today, above it better.",
        ),
        (
            [-0.1, 0.1],
            "utilisation",
            "makes no difference. Below that the figure is lower than today, above it higher.",
        ),
        (
            [0.1, 0.2],
            "utilisation",
            "no break-even between 0.0% and 100%; the figure is higher than today at every value, by 10 points at 0.0% and by "
            "20 points at 100%.",
        ),
        ([0.2, 0.1, 0.004], "closed_below_need_share", "and part of that range cannot be told from no difference."),
        ([0.1, -0.1, 0.1], "utilisation", "Further up this changes again, at 75% (95% interval 72% to 78%)."),
        ([0.1, float("nan")], "utilisation", "could not be measured in every run, so there is no answer."),
    ],
)
def test_a_director_reads_which_side_is_better(differences: list[float], measure: str, said: str) -> None:
    told = in_plain_words(found(differences, measure=measure), asks(measure=measure))
    assert told.startswith("Share diverted: ")
    assert told.endswith(said)


def test_an_interval_that_reaches_the_end_says_so() -> None:
    told = in_plain_words(found([-0.1, 0.1], half=0.5), asks())
    assert "at 50% (95% interval 0.0% or less to 100% or more)" in told
    people = in_plain_words(found([-0.1, 0.1]), asks(unit="WTE"))
    assert "at 0.50 WTE (95% interval 0.45 to 0.55 WTE)" in people


def test_what_goes_with_the_number_is_told_in_its_own_unit_and_may_lie_further_out() -> None:
    """Hours that fall as the number rises: the upper end of the number is the lower end of the hours."""
    values, along = np.linspace(0.0, 1.0, 3), ("decision_hours_median", "all", "all")
    gaps = np.array([[-0.1, -0.1001], [-0.05, 0.15], [-1.0, 1.2]])
    one = found_at("Line", CAUTION, "utilisation", along, values, gaps, np.array([30.0, 20.0, 9.5]))
    assert one.said.endswith("That is 23.3 hours (9.5 hours or less to 29.3 hours).")
    asked = asks(measure="utilisation", along=along, unit="", say="Median wait")
    assert "Median wait: at 23 hours (95% interval 9.5 or less to 29 hours) the option" in in_plain_words(one, asked)


def test_several_break_evens_are_told_each_with_its_interval() -> None:
    one = found([0.1, -0.1, 0.1], measure="utilisation")
    assert one.said == (
        f"Line: no difference in utilisation where {CAUTION} is 0.25 (95% interval 0.225 to 0.275), "
        "and again where it is 0.75 (95% interval 0.725 to 0.775)."
    )
    assert [place.at for place in one.places] == pytest.approx([0.25, 0.75])


def test_the_picture_is_that_of_the_pack_with_the_answer_and_what_its_band_covers() -> None:
    one = found([0.1, -0.1, 0.1], measure="utilisation")
    figure = one.plot()
    texts = [text.get_text() for text in figure.texts]
    assert "No change at 0.25 (0.22 to 0.28) and 0.75 (0.72 to 0.78)" in texts
    assert CAUTION in texts
    assert (
        f"Band, and shaded column: 95% interval of the average over {one.table['replications'].iloc[0]} replications: simulation noise alone"
        in texts
    )
    assert one.said in figure.get_label()
    ranged = replace(one, ranged=True).plot()
    assert "each with its own set of unknown numbers" in " ".join(text.get_text() for text in ranged.texts)
    with_it = found_at("Line", CAUTION, "utilisation", ("decision_hours_median", "all", "all"), np.array([0.0, 1.0]),
                       np.array([[-0.1, -0.1001], [0.1, 0.1001]]), np.array([30.0, 20.0]))  # fmt: skip
    assert "Receipt to decision: half wait less than (all, all)" not in [
        text.get_text() for text in with_it.plot().texts
    ]
    assert "Receipt to decision: half wait less than" in [text.get_text() for text in with_it.plot().texts]
    assert "not every replication could measure" in found([0.1, float("nan")], measure="utilisation").plot().get_label()


def test_two_ranges_of_people_give_one_break_even(line: Scenario) -> None:
    """Where people come in steps, values far apart once put it at half a person more than values close together."""
    path, base = "teams.screening.staff.social_worker.wte", line.base
    wide = try_values(base, line, path, (2, 12), 5, 4, 7).even(tolerance=0.1)
    close = try_values(base, line, path, (4, 8), 9, 4, 7).even(tolerance=0.1)
    assert [wide.at, wide.low, wide.high] == pytest.approx([close.at, close.low, close.high], abs=0.1)


def test_what_is_known_to_much_is_not_looked_for_to_little(line: Scenario) -> None:
    """Without a tolerance it is a tenth of the interval, where that is more than a hundredth of what is tried."""
    path = "teams.screening.staff.social_worker.wte"
    tried = try_values(line.base.varied(SHORT), _short(line), path, (5, 8), 4, 4, 7)
    (first,) = crossings(tried.values, tried.gaps(tried.values, "decided_within_24h")).found
    found = tried.even()
    assert found.tolerance == pytest.approx((first.high - first.low) / 10)
    assert found.tolerance > 0.03, "more than a hundredth of what is tried"
    close = tried.even(tolerance=0.01)
    assert len(close.table) > len(found.table)
    assert [found.at, found.low, found.high] == pytest.approx([close.at, close.low, close.high], abs=found.tolerance)


def test_contacts_of_a_backlog_are_met_where_the_option_has_them(tmp_path: Path) -> None:
    (tmp_path / "renamed.yaml").write_text(
        f"name: Another word\nchanges: {(ROOT / 'scenarios/examples/backlog.yaml').as_posix()}\n"
        "because: [{say: Screening has another name., rename: {stages.screening: first_look}}]\n"
    )
    option = read_scenario(tmp_path / "renamed.yaml")
    today = option.base
    assert today is not None
    alone = with_each_value(today, option, "teams.screening.staff.social_worker.wte", np.array([4.0]))
    one, other = (measure_task(Task(pair, 1, 0, NOBODY)) for pair in ((today, option), alone))
    assert len(one) == len(other)
    np.testing.assert_array_equal(one["value"], other["value"])
    assert alone[1].digest != Scenario(option.file, alone[1].data).digest


def test_a_value_is_run_once_and_people_in_a_room_are_whole(line: Scenario) -> None:
    base, option = line.base.varied(SHORT), _short(line)
    tried = try_values(base, option, "stages.screening.holds_at_most", (1, 40), 4, 2, 3)
    assert tried.least_step == 1
    first = tried.even("utilisation")
    runs = len(tried.runs)
    assert (first.table["value"] % 1 == 0).all()
    again = tried.even("utilisation")
    assert len(tried.runs) == runs
    pd.testing.assert_frame_equal(first.table, again.table)


def test_what_goes_with_a_value_at_which_nobody_does_it_is_none(line: Scenario) -> None:
    """With so much caution nobody is advised in two weeks; a group that no value knows is a mistake."""
    option, base = _short(line), line.base.varied(SHORT)
    one = break_even(base, option, CAUTION, (0.0, 9.0), "utilisation", ADVISED, 2, 2)
    assert one.table["along"].iloc[0] > 0
    assert one.table["along"].iloc[-1] == 0
    with pytest.raises(InputError, match="No measure utilization by all"):
        break_even(base, option, CAUTION, (0.0, 1.0), "utilization", None, 2, 2)
    with pytest.raises(InputError, match="has a group advice_call, nowhere"):
        break_even(
            base,
            option,
            CAUTION,
            (0.0, 1.0),
            "utilisation",
            ("led_to_share", "stage and outcome", "advice_call, nowhere"),
            2,
            2,
        )


def test_the_command_says_it_and_writes_every_value(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["break-even", *FILES, "--path", CAUTION, "--between", "-1.5", "2.5", "--measure", "utilisation", "--steps", "3",
             "--along", *ADVISED, "--replications", "3", "--seed", "7", "--jobs", "1", "--output", str(tmp_path)]  # fmt: skip
    assert cli.main(asked) == cli.DONE
    told = capsys.readouterr()
    assert "Replications, each with every value" in told.err
    assert told.out.startswith(f"Advice line: no difference in utilisation where {CAUTION} is ")
    assert "95% interval" in told.out.splitlines()[0]
    assert told.out.splitlines()[-1] == f"Written to {tmp_path}"
    assert "Where does it break even?" in (tmp_path / "break_even.svg").read_text(encoding="utf-8")
    table = pd.read_csv(tmp_path / "break_even.csv")
    assert {-1.5, 0.5, 2.5} < set(table["value"])
    assert re.search(
        r"Found to within 0\.0\d+: each end lies between two values, no further apart, that were run\.$",
        told.out.splitlines()[-2],
    )
    assert (table["low"] < table["high"]).all()


def test_the_command_says_all_mistakes_in_four_parts(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    words = [
        "--between",
        "2",
        "1",
        "--measure",
        "utilsation",
        "--along",
        "led_to_shar",
        "stage",
        "x",
        "--steps",
        "1",
        "--tolerance",
        "0",
    ]
    rest = ["--quiet", "--output", str(tmp_path)]
    assert cli.main(["break-even", *FILES, "--path", CAUTION, *words, *rest]) == cli.USER_INPUT
    told = capsys.readouterr().err
    assert told.startswith("5 mistakes.")
    for where in ("--between", "--measure", "--along", "--steps", "--tolerance"):
        assert f"\n{where}\n  what:" in told
    assert told.count("  remedy:") == 5
    assert "Did you mean utilisation?" in told
    wrong = ["break-even", *FILES, "--path", "stages.advice_cal.judges.caution", "--between", "0", "1", *rest]
    assert cli.main(wrong) == cli.USER_INPUT
    assert "Did you mean advice_call?" in capsys.readouterr().err
    assert cli.main(["break-even", *reversed(FILES), "--path", CAUTION, "--between", "0", "1", *rest]) == cli.USER_INPUT
    assert "4 mistakes" not in capsys.readouterr().err


def test_the_pack_shows_the_sentence_the_picture_and_the_numbers(tmp_path: Path) -> None:
    for file in (*FILES, STUDY):
        text = Path(file).read_text(encoding="utf-8").replace("weeks: 26, warm_up: 4", "weeks: 5, warm_up: 1")
        (tmp_path / Path(file).name).write_text(text.replace("steps: 7", "steps: 3"), encoding="utf-8")
    result = appraise(read_study(tmp_path / Path(STUDY).name), tmp_path, replications=2, jobs=1)
    page = result.pack.read_text(encoding="utf-8")
    assert '<h2 id="even">Where it breaks even</h2>' in page
    table = pd.read_csv(tmp_path / "tables" / "break_evens.csv")
    assert table["number"].tolist() == [1, 2]
    assert result.break_evens == tuple(table["option"] + ". " + table["sentence"])
    for row in table.itertuples():
        assert f'id="chart-break-even-{row.number}"' in page
        assert row.low <= row.at <= row.high
        assert "95% interval" in row.sentence
        assert row.sentence in page
    tried = pd.read_csv(tmp_path / "tables" / "tried.csv")
    assert (tried.groupby("number").size() >= 3).all()
    assert tried.groupby("number")["at"].is_monotonic_increasing.all()


def test_a_study_of_other_options_asks_nothing_of_them() -> None:
    study = read_study(STUDY)
    assert [question.measure for _, question in study.questions()] == ["utilisation", "closed_below_need_share"]
    assert replace(study, options=()).questions() == []


@pytest.mark.parametrize(
    ("was", "becomes", "where", "said"),
    [
        (
            "    path: stages.advice_call",
            "    path: stages.advise_call",
            "break_even[0].path",
            "Did you mean advice_call",
        ),
        ("between: [-1.5, 2.5]", "between: [2.5, -1.5]", "break_even[0].between", "2.5 is not below -1.5"),
        ("measure: utilisation", "measure: utilization", "break_even[0].measure", "Did you mean utilisation"),
        ("along: [led_to_share,", "along: [led_to_shares,", "break_even[0].along", "Did you mean led_to_share"),
        ("  - option: advice_line", "  - option: advise_line", "break_even[0].option", "Did you mean advice_line.yaml"),
        ("    steps: 7", "    steps: 1", "break_even[0].steps", "2 to 50"),
    ],
)
def test_mistakes_of_the_file_are_told_where_they_are(
    tmp_path: Path, was: str, becomes: str, where: str, said: str
) -> None:
    for file in FILES:
        shutil.copy(file, tmp_path)
    text = Path(STUDY).read_text(encoding="utf-8")
    assert was in text
    (tmp_path / "study.yaml").write_text(text.replace(was, becomes, 1), encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_study(tmp_path / "study.yaml")
    assert [mistake.where.split(": ")[-1] for mistake in error.value.mistakes] == [where]
    assert said in str(error.value)


def test_the_picture_marks_the_break_even_and_says_which_way_is_worse() -> None:
    even, tried = _tables(asks(), found([-0.02, 0.02, 0.06]))
    figure = where_it_breaks_even(even, tried, _options(), number=1, note="all runs")
    texts = [text.get_text() for text in figure.texts]
    assert "No change at 25% (12% to 38%)" in texts
    assert "Closed although the need was greater: change from today, in points. Above 0 is worse." in texts
    (axes,) = figure.axes
    assert max(line.get_ydata().max() for line in axes.lines if len(line.get_ydata()) == 3) == pytest.approx(6.0)
    assert any(np.allclose(line.get_xdata(), 0.25) for line in axes.lines)
    wide = where_it_breaks_even(*_tables(asks(), found([-0.02, 0.02, 0.06], half=0.05)), _options(), number=1)
    assert "No change at 25% (0.0% or less to 88%)" in [text.get_text() for text in wide.texts]
    nothing = where_it_breaks_even(*_tables(asks(), found([float("nan")] * 2)), _options(), number=1)
    assert "could not be measured" in nothing.get_label()


def test_the_picture_marks_every_break_even() -> None:
    even, tried = _tables(asks(), found([0.04, -0.04, -0.04, 0.04]))
    assert len(even) == 2
    figure = where_it_breaks_even(even, tried, _options(), number=1)
    (said,) = (text.get_text() for text in figure.texts if text.get_text().startswith("No change"))
    assert said.count(" to ") == 2
    (axes,) = figure.axes
    upright = [line.get_xdata()[0] for line in axes.lines if len(set(line.get_xdata())) == 1]
    assert upright == even["at"].tolist()


def _tables(question: Question, even: BreakEven) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = [(1, "Line", question.say, question.unit, question.measure, *one, even.said) for one in even.shown]
    tried = even.table.rename(columns={"value": "at"}).assign(number=1, option="Line", unit="share")
    return pd.DataFrame(rows, columns=list(empty("break_evens").columns)), tried


def _options() -> pd.DataFrame:
    return pd.DataFrame({"option": ["Today", "Line"], "label": ["Today", "Line"], "base": [True, False]})
