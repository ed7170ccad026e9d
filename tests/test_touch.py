"""Touch and capacity from stamps: each part against what is known exactly, and a small study of synthetic councils."""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from capacity_study import NO_WAITS, Cell, Runs, town
from frontdoor_sim.calibration.touch import Headcount, TimedCases
from frontdoor_sim.calibration.touch import posterior as posteriors
from frontdoor_sim.calibration.touch.answers import what_ifs
from frontdoor_sim.calibration.touch.checks import checks
from frontdoor_sim.calibration.touch.learning import kernel, learn
from frontdoor_sim.calibration.touch.posterior import posterior
from frontdoor_sim.calibration.touch.reference import EFFECTS, YEAR, Reference
from frontdoor_sim.calibration.touch.stamps import HOUR, Stamps
from frontdoor_sim.calibration.touch.statistics import share_within, statistics, unused
from frontdoor_sim.documents import InputError
from frontdoor_sim.experiment import run
from frontdoor_sim.experiment.touch import Desk, touch_and_capacity
from frontdoor_sim.experiment.touch.desk_file import read_desk
from frontdoor_sim.experiment.touch.fitting import FIRST, candidates, fitted, played_rows, reference_of
from frontdoor_sim.experiment.touch.history import replay_of
from frontdoor_sim.experiment.touch.replay import contacts, under, with_demand
from frontdoor_sim.scenario import read_scenario
from frontdoor_sim.working_time import Calendar
from recovery import Recovery

DAY = 86_400
SEED = 20261128


def office(days: int) -> tuple[Calendar, np.ndarray]:
    starts = np.arange(days) * DAY
    return Calendar(starts + 9 * HOUR, starts + 17 * HOUR), np.arange(days + 2) * DAY


def stamps(received: list[float], decided: list[float], days: int, counts_from: int = 0) -> Stamps:
    desk, midnights = office(days)
    return Stamps(
        (np.array(received) * HOUR).astype(np.int64), (np.array(decided) * HOUR).astype(np.int64), counts_from, days * DAY,
        desk, midnights,
    )  # fmt: skip


# --- statistics ------------------------------------------------------------------------------------------------------


def test_open_contacts_are_late_once_their_time_is_up_and_left_out_before() -> None:
    history = stamps([9, 10, 44], [12, 1e9, 1e9], days=2)  # the last was received 4 hours before the end
    assert share_within(history, 24) == 0.5
    assert share_within(history, 4) == pytest.approx(1 / 3)
    assert history.elapsed_hours.tolist() == [3, 38, 4]


def test_throughput_is_counted_where_it_happened() -> None:
    """Ten are there at nine each day; two are decided each hour until all are done."""
    days = 20
    received = [24 * day + 8 for day in range(days) for _ in range(10)]
    decided = [24 * day + 9 + 0.5 * k + 0.25 for day in range(days) for k in range(10)]
    found = statistics(stamps(received, decided, days))
    assert np.expm1(found["decisions an hour, 10 open"]) == pytest.approx(2)
    assert np.expm1(found["decisions an hour, 2 open"]) == pytest.approx(2)
    assert np.expm1(found["decisions an hour, 0 open"]) == pytest.approx(0)
    assert np.expm1(found["elapsed, 50%"]) == pytest.approx(3.5, rel=0.01)
    assert np.expm1(found["desk, 50%"]) == pytest.approx(2.5, rel=0.01)


def test_the_order_of_contacts_in_a_table_does_not_matter() -> None:
    random = np.random.default_rng(1)
    received = random.uniform(0, 24 * 60, 800)
    history = stamps(received.tolist(), (received + random.exponential(30, 800)).tolist(), 70, counts_from=5 * DAY)
    mixed = random.permutation(800)
    other = dataclasses.replace(history, received=history.received[mixed], decided=history.decided[mixed])
    assert statistics(other) == pytest.approx(statistics(history))
    assert unused(other) == pytest.approx(unused(history))


def test_dates_say_nothing_of_hours() -> None:
    """Histories with the same dates and other hours have the same statistics of dates."""
    random = np.random.default_rng(2)
    days, lasting = random.integers(0, 60, 900), random.integers(0, 6, 900)
    hours = [random.uniform(0, 24, 900) for _ in range(4)]
    first = stamps((days * 24 + hours[0]).tolist(), ((days + lasting) * 24 + hours[1]).tolist(), 70).cut_to_days()
    second = stamps((days * 24 + hours[2]).tolist(), ((days + lasting) * 24 + hours[3]).tolist(), 70).cut_to_days()
    assert statistics(first) == statistics(second)
    assert unused(first) == unused(second)


def test_each_check_sees_what_it_is_for() -> None:
    random = np.random.default_rng(3)
    days = 140
    received = np.sort(random.uniform(0, 24 * days - 60, 2_000))
    decided = received + random.exponential(16, 2_000)
    plain = unused(stamps(received.tolist(), decided.tolist(), days))
    slower = decided + np.where(received > 12 * days, 24, 0)
    assert unused(stamps(received.tolist(), slower.tolist(), days))["late, second half less first"] > 0.3
    in_order = unused(stamps(received.tolist(), np.maximum.accumulate(decided).tolist(), days))
    assert in_order["overtaken by the next contact"] == 0 < plain["overtaken by the next contact"]
    signed = np.floor(decided / 24) * 24 + 16.5
    late = unused(stamps(received.tolist(), np.maximum(signed, received).tolist(), days))
    assert late["decided in the last hour of a day"] > 2 * plain["decided in the last hour of a day"]
    assert plain["decided while the desk was closed"] == pytest.approx(2 / 3, abs=0.05)


# --- learned summaries -----------------------------------------------------------------------------------------------


def test_leaving_one_out_is_exact() -> None:
    random = np.random.default_rng(4)
    x = random.normal(size=(40, 3))
    y = np.sin(x[:, :1]) + 0.1 * random.normal(size=(40, 1))
    learned = learn(x, y)
    rows, mean = learned.rows, y.mean()
    width = float(learned.width[0])
    whole = kernel(rows, rows, width)
    errors = {}
    for ridge in np.logspace(-4, 1, 11):
        out = []
        for place in range(40):
            others = np.arange(40) != place
            weights = np.linalg.solve(whole[np.ix_(others, others)] + ridge * np.eye(39), (y - mean)[others, 0])
            out.append(whole[place, others] @ weights + mean - y[place, 0])
        errors[ridge] = float(np.sqrt(np.mean(np.square(out))))
    assert learned.left_out[0] == pytest.approx(min(errors.values()), rel=1e-6)


# --- posterior, facts and checks, where the answer is known -----------------------------------------------------------

NOISE = 0.15


def toy(rows: int, seed: int) -> Reference:
    """People that one statistic tells, but for noise; a load that another tells; effects that follow from people."""
    random = np.random.default_rng(seed)
    people = np.exp(random.uniform(np.log(1), np.log(40), rows))
    load, spread = random.uniform(0.4, 1, rows), random.uniform(0.7, 0.9, rows)
    year = random.uniform(0.3, 0.9, rows)
    quantities = pd.DataFrame({"people": people, "load": load, "touch_cv": spread, YEAR: year})
    quantities["touch_hours"] = people * load * 0.4
    for place, name in enumerate(EFFECTS):
        quantities[name] = (-1) ** place * np.minimum(0.5, 0.2 / people)
    seen = pd.DataFrame(
        {
            "people": np.log(people) + NOISE * random.normal(size=rows),
            "load": load + 0.01 * random.normal(size=rows),
            "year": year + 0.01 * random.normal(size=rows),
        }
    )
    others = pd.DataFrame({"late, sd of weeks": year + 0.02 * random.normal(size=rows)})
    ranges = {"people": (1.0, 40.0), "load": (0.4, 1.0), "touch_cv": (0.7, 0.9)}
    return Reference(quantities, seen, others, ranges, 0.4, 0.1, rows // 3)


@cache
def toy_reference() -> Reference:
    return toy(2_400, SEED)


def toy_statistics(people: float, noise: float = 0.0) -> dict[str, float]:
    return {"people": float(np.log(people) + noise), "load": 0.8, "year": 0.6}


def test_the_posterior_is_that_of_the_normal_law() -> None:
    found = posterior(toy_reference(), toy_statistics(6))
    middle, low, high = np.log(found.interval("people"))
    reach = float(norm.ppf(0.95)) * NOISE
    assert middle == pytest.approx(np.log(6), abs=0.03)
    assert high - low == pytest.approx(2 * reach, rel=0.12)
    assert found.correlation("people", "touch_hours") > 0.97


def test_a_headcount_is_weighed_by_how_sure_it_is() -> None:
    """Two normal measurements of one number: precisions add, and the middle is their weighted mean."""
    error = 0.9 / 7.5
    found = posterior(toy_reference(), toy_statistics(6), [Headcount(7.5, 0.9)], seed=SEED)
    middle, low, high = np.log(found.interval("people"))
    precision = NOISE**-2 + error**-2
    mean = (np.log(6) * NOISE**-2 + np.log(7.5) * error**-2) / precision
    assert middle == pytest.approx(mean, abs=0.04)
    assert high - low == pytest.approx(2 * norm.ppf(0.95) / np.sqrt(precision), rel=0.15)


def test_timed_cases_say_people_by_the_load() -> None:
    cases = TimedCases(30, 6 * 0.8 * 0.4)
    alone, both = (posterior(toy_reference(), toy_statistics(6), facts, seed=SEED) for facts in ((), [cases]))
    width = [np.log(found.interval("people").high / found.interval("people").low) for found in (alone, both)]
    error = np.sqrt(np.log1p(0.8**2 / 30))
    assert width[1] == pytest.approx(2 * norm.ppf(0.95) / np.sqrt(NOISE**-2 + error**-2), rel=0.15)
    assert width[1] < 0.8 * width[0]


def test_intervals_of_the_toy_hold_the_truth_as_often_as_they_say() -> None:
    random, recovery = np.random.default_rng(SEED), Recovery()
    for _ in range(300):
        people = float(np.exp(random.uniform(np.log(2), np.log(20))))
        found = posterior(toy_reference(), toy_statistics(people, NOISE * random.normal()))
        recovery.add("people", np.log(people), tuple(np.log(found.interval("people"))))
        effect = -min(0.5, 0.2 / people)
        recovery.add("one fewer", effect, found.interval("effect_of_one_fewer"))
    assert not recovery.faults()


def test_a_history_that_looks_like_no_run_is_told() -> None:
    reference = toy_reference()
    assert posterior(reference, toy_statistics(6)).far > 0.05
    assert posterior(reference, {**toy_statistics(6), "load": 1.6}).far < 0.01


def test_checks_fail_where_the_history_does_what_the_desk_would_not() -> None:
    reference = toy_reference()
    found = posterior(reference, toy_statistics(6))
    assert not checks(found, reference, {"late, sd of weeks": 0.61})["fails"].any()
    assert checks(found, reference, {"late, sd of weeks": 0.70})["fails"].all()


def test_checks_of_a_right_model_fail_as_seldom_as_they_say() -> None:
    reference, other = toy_reference(), toy(300, SEED + 1)
    failed = 0
    for place in range(300):
        used, held = (table.iloc[place].to_dict() for table in (other.statistics, other.unused))
        failed += bool(checks(posterior(reference, used), reference, held)["fails"].any())
    assert 2 <= failed <= 33  # exact binomial 99.9 % band of 300 at 0.05


def test_no_number_without_its_interval() -> None:
    found = posterior(toy_reference(), toy_statistics(6))
    with pytest.raises(TypeError, match="ask for interval"):
        float(found)
    table = found.table()
    assert (table["low"] <= table["middle"]).all()
    assert (table["middle"] <= table["high"]).all()
    assert table[["low", "high", "low_before", "high_before"]].notna().all(axis=None)


def test_too_few_runs_give_no_answer() -> None:
    with pytest.raises(ValueError, match="a larger reference"):
        posterior(toy(120, 1), toy_statistics(6))


def test_what_a_fact_would_add_is_told_before_it_is_given() -> None:
    found = posterior(toy_reference(), toy_statistics(6), seed=SEED)
    table = what_ifs(found, toy_reference(), toy_statistics(6), SEED).set_index("what_if")
    row = table.loc["one worker fewer"]
    given = posterior(toy_reference(), toy_statistics(6), [Headcount(found.interval("people").estimate, 0.5)], SEED)
    ends = given.interval("effect_of_one_fewer")
    assert row["with_headcount"] == pytest.approx(ends.high - ends.low)
    assert row["with_headcount"] < row["width"]
    after = what_ifs(given, toy_reference(), toy_statistics(6), SEED)
    assert after["with_headcount"].isna().all()
    assert after["with_timed_cases"].notna().all()


def test_facts_that_cannot_be_are_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        Headcount(0, -1)
    assert len(caught.value.mistakes) == 2
    with pytest.raises(InputError, match="cases"):
        TimedCases(0, 1.5)


# --- the receipts played again ----------------------------------------------------------------------------------------


@cache
def history() -> tuple[object, object]:
    model = read_scenario("scenarios/examples/one_desk.yaml").varied({"run.weeks": 30})
    return model, run(model, seed=5)


def test_the_real_receipts_are_played_and_a_desk_like_the_historys_shows_its_stamps() -> None:
    _, log = history()
    desk = Desk(shift={"Mon-Fri": "09:00-17:00"}, people=(2, 12), waiting_share=None)
    found, replay = replay_of(log, desk, 0.1)
    received = np.sort(log.contacts["received"].to_numpy())
    assert np.diff(found.received).tolist() == np.diff(received[received < log.about.ends]).tolist()
    assert replay.opens.weekday() == 0
    truth = {"people": 6.0, "load": 1.0 / (6 * replay.touch_of_one), "touch_cv": 1.0}
    again = played_rows(replay, [truth] * 12, seed=3, taught=12)
    shown = np.array([one.timed[0]["within 24 h"] for one in again])
    seen = share_within(found, 24)
    assert abs(seen - shown.mean()) < 4 * shown.std(ddof=1) * np.sqrt(1 + 1 / 12)
    assert again[0].quantities["touch_hours"] == pytest.approx(1.0)


def test_demand_adds_and_takes_by_each_contacts_own_mark() -> None:
    replay = town(20, 2, NO_WAITS)
    table = under(contacts(replay), replay, 1, 1)
    more, less = (with_demand(table, replay, 1, 1, by) for by in (0.2, -0.2))
    assert len(more) == pytest.approx(1.2 * len(table), rel=0.03)
    assert len(less) == 2 * len(table) - len(more)
    assert set(table["contact"]) < set(more["contact"])
    assert more["contact"].is_unique
    assert more["enters"].is_monotonic_increasing


def test_where_only_dates_are_known_receipts_keep_their_dates() -> None:
    _, log = history()
    by_date = dataclasses.replace(log, events=log.events.assign(recorded_to="day").astype({"recorded_to": "category"}))
    found, replay = replay_of(by_date, Desk(shift={"Mon-Fri": "09:00-17:00"}, people=(2, 12)), 0.1)
    assert found.to_the_day
    clock, runs = replay.line().clock, [under(contacts(replay), replay, 1, number) for number in (1, 2)]
    for played in runs:
        at = played["received"].to_numpy()
        assert (np.sort(clock.date_of(at)) == clock.date_of(found.received)).all()
        assert set((clock.hour_of_week(at) % 24).tolist()) <= set(range(8, 18))
    assert (runs[0]["received"] != runs[1]["received"]).mean() > 0.9


def test_a_history_from_which_nothing_can_be_learnt_is_refused() -> None:
    model, log = history()
    desk = Desk.of(model.model, "desk")
    start = log.events.assign(end=log.events["start"])
    for wrong, says in (
        (run(model.varied({"run.weeks": 8}), seed=5), "Take a longer extract"),
        (
            dataclasses.replace(log, events=start.assign(start=log.events["enabled"], end=log.events["enabled"])),
            "no decision",
        ),
    ):
        with pytest.raises(InputError, match=says):
            replay_of(wrong, desk, 0.1)
    with pytest.raises(InputError, match=r"Write 0\.1"):
        replay_of(log, desk, 10)


def test_a_desk_is_made_from_the_roster() -> None:
    model, _ = history()
    desk = Desk.of(model.model, "desk", leave_days_per_year=26)
    assert desk.people == (2.0, 8.0)
    assert desk.present == pytest.approx(0.9)
    with pytest.raises(InputError, match="Did you mean desk"):
        Desk.of(model.model, "dask")
    with pytest.raises(ValueError, match="people is a range"):
        Desk(shift={"Mon-Fri": "09:00-17:00"}, people=(6, 6))


def test_mistakes_of_a_desks_file_are_told_at_once(tmp_path) -> None:
    lines = 'shift: {Mon-Fri: "09:00-17:00"}\npeople: [4, 2]\nheadcount: {people: -2, give_or_take: 0.5}\nlod: 3\n'
    (tmp_path / "desk.yaml").write_text(lines, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_desk(tmp_path / "desk.yaml")
    assert [mistake.where.partition(" ")[2] for mistake in caught.value.mistakes] == [
        "people",
        "headcount.people",
        "lod",
    ]
    assert "people is a range from 1.2" in str(caught.value).lower()


def test_the_whole_way_from_a_log_to_sentences_and_a_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posteriors, "LEAST", 6)
    model, log = history()
    desk = Desk.of(model.model, "desk", waiting_share=None)
    found = touch_and_capacity(log, desk, [Headcount(6, 0.5)], runs=66, seed=2, jobs=1)
    assert set(found.tables()) == {"quantities", "what_ifs", "checks", "draws"}
    said = str(found)
    assert "6 people at work at once, give or take 0.5" in said
    assert said.count("the history answers") + said.count("the history does not answer") == 4
    assert "Few who work fast" in found.figure().get_label()


def test_a_run_is_the_same_in_whatever_company_it_is_played() -> None:
    replay = town(20, 2, NO_WAITS)
    values = candidates(NO_WAITS, 3, SEED)
    together = played_rows(replay, values, SEED, taught=1)
    alone = [played_rows(replay, [one], SEED, taught=int(k == 0), first=FIRST + k)[0] for k, one in enumerate(values)]
    assert together == alone


# --- a small study ----------------------------------------------------------------------------------------------------


def test_a_small_study_finds_the_truth_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """24 councils of half a year each; the long run (`make capacity`) has more of everything."""
    monkeypatch.setattr(posteriors, "LEAST", 30)
    replay = town(26, 4, NO_WAITS)
    reference = reference_of(replay, Runs(replay, SEED, 360, True).play())
    councils = Runs(replay, SEED + 1, 24, False).play()
    recovery = Recovery()
    known = Cell("times", councils, reference).infer(recovery, SEED)
    assert not recovery.faults(), recovery.text()
    people = known[known["quantity"] == "people"]
    assert np.sqrt(((people["middle"] - people["truth"]) ** 2).mean()) < 0.2  # the prior's is 0.52
    assert len(fitted(reference, *councils[0].timed).what_ifs) == len(EFFECTS)
