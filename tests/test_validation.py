"""Validation from files to verdict: the truth passes, a change that the model lacks fails, and says which way."""

from __future__ import annotations

import re
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from frontdoor_sim.contacts.returning import NOBODY, Returning
from frontdoor_sim.documents import InputError
from frontdoor_sim.event_log import EventLog
from frontdoor_sim.experiment.running import simulate
from frontdoor_sim.experiment.workers import Workers
from frontdoor_sim.measures import measure
from frontdoor_sim.measures.journeys import Journeys
from frontdoor_sim.measures.table_reading import TableReading
from frontdoor_sim.scenario import read_scenario
from frontdoor_sim.validation import Validation, meaning, read_tolerance, validate
from frontdoor_sim.validation.arrivals import ForecastArrivals, forecast_arrivals, real_arrivals, windowed
from frontdoor_sim.validation.holding_out import hold_out
from frontdoor_sim.validation.judging import gathered, judged
from frontdoor_sim.validation.page import page
from frontdoor_sim.validation.predicting import Part, predicted
from frontdoor_sim.validation.statistics import seen
from validated_town import A_WAIT, FEWER, MORE_COME, SPLIT, TAKEN, Town, history

NOTHING = pd.DataFrame({"measure": [], "by": [], "why": []}, dtype=object)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return Town(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def held(town):
    return hold_out(history(town.extract("truth")), town.scenario.model, SPLIT, TAKEN)


def validated(town: Town, name: str, after: dict[str, object] | None = None) -> Validation:
    path = town.extract(name, after)
    return validate(town.scenario, history(path), SPLIT, TAKEN, replications=40, jobs=1)


@pytest.fixture(scope="module")
def truth(town):
    return validated(town, "truth")


def verdicts(found: Validation, arm: str) -> dict[str, str]:
    rows = found.findings[found.findings["prediction"] == arm]
    return dict(zip(rows["statistic"].astype(str), rows["verdict"].astype(str), strict=True))


def test_the_held_out_part_is_whole_weeks_and_its_follow_up(held):
    assert held.run.opens == SPLIT
    assert (held.run.weeks, held.run.warm_up, held.run.follow_up) == (12, 4, 2)
    assert held.first.last == date(2024, 11, 3)
    assert held.first.days % 7 == 0
    assert held.log.about.ends == held.log.about.clock.midnight(date(2025, 2, 10))


def test_what_was_decided_after_the_follow_up_counts_as_open(town):
    earlier = hold_out(history(town.extract("truth")), town.scenario.model, SPLIT, datetime(2024, 12, 23))
    assert earlier.run.weeks == 5
    assert earlier.log.contacts["received"].max() < earlier.log.about.ends
    assert earlier.log.events["end"].max() <= earlier.log.about.ends


def test_history_and_simulation_are_read_as_the_measures_read_them(held):
    shown, measured = seen(held.journeys, by_date=False), measure(held.log)
    value = measured[measured["by"] == "all"].set_index("measure")["value"]
    for name in ("decided_within_24h", "decided_within_1_working_day", "decision_hours_median", "decision_hours_p90",
                 "transfer_hours_to_allocation_median", "transfer_hours_to_allocation_p90"):  # fmt: skip
        assert shown.figures[name] == pytest.approx(value[name], rel=1e-12), name
    assert shown.figures["contacts_per_week"] * held.log.about.weeks == pytest.approx(value["contacts_received"])
    assert shown.figures["transferred_share"] == pytest.approx(
        value["referrals"] / value["contacts_received"], abs=0.02
    )
    waiting = measured[measured["measure"] == "open_undecided"].set_index("group")["value"]
    weeks = [waiting[str(week)] for week in range(1, held.run.weeks + 1)]
    np.testing.assert_array_equal(shown.series["open_undecided"], weeks)  # no receipt or decision at such a second
    assert shown.series["contacts"].sum() == value["contacts_received"]
    hourly = measured[measured["measure"] == "decision_curve"]["value"].to_numpy()
    np.testing.assert_allclose(shown.curves["decision"][::10], hourly, rtol=1e-12)


def test_real_arrivals_are_the_contacts_that_came_in_every_replication(town, held):
    arrivals = real_arrivals(held, town.scenario)
    first, second = (arrivals.contacts(7, number) for number in range(2))
    came = held.log.contacts
    mine = came[came["received"].between(-4 * 7 * 86_400 + 3_600, held.log.about.ends - 1)]
    columns = ["received", "source", "children"]
    for contacts in (first, second):
        some = contacts[contacts["received"] >= -4 * 7 * 86_400 + 3_600]
        pairs = [sorted(zip(*(table[name].astype(str) for name in columns), strict=True)) for table in (some, mine)]
        assert pairs[0] == pairs[1]
    assert set(first["contact"]).isdisjoint(second["contact"])
    assert first.loc[first["source"] == "police", "need"].eq(1_200_000).all()


def test_real_arrivals_hold_the_returns_that_happened(town, held):
    scenario = town.scenario.varied(
        {"returns": {"rate_by_gap": [0.5] * 4, "family_spread": 1.0, "delay": "2 weeks",
                     "growth": {"distribution": "constant", "value": 0}}}
    )  # fmt: skip
    arrivals = real_arrivals(held, scenario)
    assert arrivals.scenario.model.returns is None
    contacts = arrivals.contacts(7, 0)
    log = simulate(arrivals.scenario, contacts, 7, 0)
    assert len(log.contacts) == len(contacts)
    forecast = forecast_arrivals(held, scenario, Returning((0.2,)))
    assert forecast.scenario.model.returns is not None


def test_the_forecast_has_the_level_and_the_spread_of_the_first_part(town, held):
    forecast = forecast_arrivals(held, town.scenario, NOBODY)
    first = held.log.contacts[held.log.contacts["received"].between(-held.first.days * 86_400 + 3_600, -1)]
    weekly = len(first) / (held.first.days / 7)
    numbers = np.array([_in_window(forecast, number) for number in range(200)]) / held.run.weeks
    assert numbers.mean() == pytest.approx(weekly, abs=4 * numbers.std() / np.sqrt(200))
    of_luck = np.sqrt(weekly / held.run.weeks)
    of_level = weekly * np.sqrt(forecast.variance)
    assert numbers.std() == pytest.approx(np.hypot(of_luck, of_level), rel=0.2)
    assert forecast.variance * len(first) == pytest.approx(1, abs=0.6)  # 1 if days were no busier than chance


def _in_window(forecast: ForecastArrivals, number: int) -> int:
    received = forecast.contacts(3, number)["received"]
    return int(received.between(0, forecast.scenario.model.run.weeks * 7 * 86_400 - 1).sum())


def test_where_the_model_is_the_truth_it_passes(truth):
    assert truth.verdict == "passed"
    assert truth.verdicts == {"real": "passed", "forecast": "passed"}
    assert "differs" not in set(truth.findings["verdict"])


def test_parts_of_the_truth_pass_at_the_nominal_rate(town):
    """Each of 60 parts is held against the 59 others, with nothing allowed: about one in twenty lies outside."""
    scenario = windowed(town.scenario, town.scenario.model.run.model_copy(update={"weeks": 6, "opens": SPLIT}))
    arrivals = ForecastArrivals(scenario, {}, 0.0, NOBODY)
    parts = predicted([Part(arrivals, 4, number, by_date=False) for number in range(60)], Workers(jobs=1))
    nothing_allowed = read_tolerance().model_copy(
        update={"statistics": {name: allowed.model_copy(update=dict.fromkeys(allowed.given, 0.0))
                               for name, allowed in read_tolerance().statistics.items()}}
    )  # fmt: skip
    outside = {"as stated": 0, "nothing": 0}
    for number, part in enumerate(parts):
        rest = [one for place, one in enumerate(parts) if place != number]
        for name, tolerance in (("as stated", read_tolerance()), ("nothing", nothing_allowed)):
            found = judged(gathered(part, rest, "forecast", tolerance, NOTHING, by_date=False), "forecast", tolerance)
            outside[name] += bool((found["verdict"] == "differs").any())
    low, high = binom.ppf([0.0005, 0.9995], 60, 0.05)
    assert low <= outside["nothing"] <= high
    assert outside["as stated"] <= outside["nothing"]


def test_fewer_people_in_the_held_out_part_fail_and_the_page_says_slower(town):
    found = validated(town, "fewer", FEWER)
    assert found.verdicts["real"] == "failed"
    real = verdicts(found, "real")
    assert {real[name] for name in ("decided_within_24h", "decision_hours_p90", "open_undecided")} == {"differs"}
    assert real["transferred_share"] == "agrees"
    text = page(found)
    assert "Failed. With the very contacts that came" in text
    assert "Decisions really came later than the model says." in text
    assert "contacts came than the first part" not in text


def test_a_partner_wait_that_the_model_lacks_fails(town):
    found = validated(town, "wait", A_WAIT)
    real = verdicts(found, "real")
    assert found.verdicts["real"] == "failed"
    assert real["decision_distance"] == real["decision_hours_median"] == "differs"
    distance = found.findings[
        (found.findings["prediction"] == "real") & (found.findings["statistic"] == "decision_distance")
    ]
    assert (
        5 < distance["real"].item() < 5 + 16
    )  # five hours more for everybody, and a night for those it takes past five


def test_more_contacts_fail_the_forecast_and_not_the_front_door(town):
    found = validated(town, "more", MORE_COME)
    assert found.verdicts == {"real": "passed", "forecast": "failed"}
    assert verdicts(found, "forecast")["contacts_per_week"] == "differs"
    text = page(found)
    assert "Passed for the Front Door, failed for the forecast." in text
    assert "More contacts came than the first part and its seasons foretell" in text


def test_a_history_of_dates_is_held_to_what_dates_can_say(town):
    path = town.folder / "dates.csv"
    table = pd.read_csv(town.extract("truth"), dtype="str", keep_default_na=False)
    moments = [name for name in table.columns if name.endswith("_at")]
    table[moments] = table[moments].apply(lambda column: column.str.slice(0, 10))
    table.to_csv(path, index=False)
    found = validate(town.scenario, history(path), SPLIT, TAKEN, replications=40, jobs=1)
    assert found.by_date
    names = set(found.findings["statistic"].astype(str))
    assert {"decided_by_next_date", "decided_within_3_dates", "decision_distance_by_date", "open_undecided"} <= names
    assert not names & {"decided_within_24h", "decision_hours_median", "decision_distance"}
    assert found.verdicts["real"] == "passed"
    assert any("dates alone" in care for care in found.cares)


def test_a_scenario_with_other_numbers_of_contacts_is_told_that_those_are_not_tried(town, held, truth):
    more = town.scenario.varied({"arrivals.schools.per_hour": 2.0})
    own = [forecast_arrivals(held, one, NOBODY).own_demand for one in (town.scenario, more)]
    assert own[0] == ""
    assert re.fullmatch(
        r"The scenario itself has \d+ contacts a week, and the first part counted .* correct it\.", own[1]
    )
    assert not any("not tried here" in care for care in truth.cares)


def test_a_date_says_the_same_of_a_run_as_of_its_stamps(town, held):
    """What is read by date of a run with seconds is what is read of the same run after its times are cut off."""
    contacts = real_arrivals(held, town.scenario)
    log = simulate(contacts.scenario, contacts.contacts(3, 0), 3, 0)
    clock = log.about.clock

    def cut(table: pd.DataFrame, names: list[str]) -> pd.DataFrame:
        return table.assign(**{name: clock.at(clock.date_of(table[name].to_numpy()), 0) for name in names})

    days = EventLog(
        cut(log.events, ["enabled", "start", "end"]).assign(recorded_to="day"),
        cut(log.contacts, ["received", "enters"]), log.duty, log.about,
    )  # fmt: skip
    fine, coarse = (seen(Journeys(TableReading(one)), by_date=True) for one in (log, days))
    for name in ("decided_by_next_date", "decided_within_3_dates", "open_undecided", "contacts_per_week"):
        assert fine.figures[name] == coarse.figures[name], name
    np.testing.assert_allclose(fine.curves["decision"], coarse.curves["decision"])
    np.testing.assert_array_equal(fine.series["open_undecided"], coarse.series["open_undecided"])


def test_two_jobs_give_the_tables_of_one(town, truth):
    again = validate(town.scenario, history(town.extract("truth")), SPLIT, TAKEN, replications=40, jobs=2)
    for name, table in truth.tables().items():
        pd.testing.assert_frame_equal(table, again.tables()[name])


def test_the_page_needs_nothing_else_and_shows_the_statement(truth):
    text = page(truth, "frontdoor validate town.yaml")
    assert text.index("Passed. The model shows the 12 weeks from 4 November 2024") < text.index("<svg")
    assert re.findall(r"(?:src|href)=\"(?!#)", text) == []
    assert "<script" not in text
    assert truth.tolerance.digest in text
    assert text.count("<svg") == 5
    assert "nan" not in re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL).lower().replace("finance", "")
    assert page(truth, "frontdoor validate town.yaml") == text


def test_a_curve_of_what_really_happened_steps_by_six_contacts_and_more(town, truth, held):
    number = int(held.journeys.in_window.sum())
    for arm in ("real", "forecast"):
        mine = truth.curves[(truth.curves["prediction"] == arm) & (truth.curves["curve"] == "decision")]
        told = mine["real"].dropna().to_numpy()
        up = np.diff(told)[np.diff(told) > 1e-12] * number
        assert len(up) > 5
        assert up.min() > 5.5
        assert not 0.5 < (1 - told.max()) * number < 5.5
    assert mine["real"].isna().any()


def test_weeks_of_one_to_five_contacts_are_not_told(town):
    thin = pd.read_csv(town.extract("truth"), dtype="str", keep_default_na=False)
    when = pd.to_datetime(thin["received_at"], dayfirst=True)
    week = (when >= "2024-11-18") & (when < "2024-11-25")
    path = town.folder / "thin.csv"
    thin[~week | (np.cumsum(week) <= 4)].to_csv(path, index=False)
    found = validate(town.scenario, history(path), SPLIT, TAKEN, replications=20, jobs=1)
    rows = found.weeks[(found.weeks["series"] == "contacts") & (found.weeks["week"] == 3)]
    assert rows["real"].isna().all()
    assert found.weeks[(found.weeks["series"] == "contacts")]["real"].notna().sum() == 10  # the next smallest too


@pytest.mark.parametrize(
    ("split", "taken", "said"),
    [
        (date(2025, 1, 20), TAKEN, "1 whole weeks with their follow-up of 2 weeks"),
        (date(2024, 6, 3), TAKEN, "whole weeks before 2024-06-03"),
        (date(2025, 2, 3), TAKEN, "0 whole weeks"),
    ],
)
def test_parts_that_are_too_short_are_refused(town, split, taken, said):
    with pytest.raises(InputError, match=said):
        hold_out(history(town.extract("truth")), town.scenario.model, split, taken)


@pytest.mark.parametrize(
    ("split", "taken", "wheres"),
    [
        (date(2030, 1, 6), datetime(2031, 4, 28), ["--split", "--taken"]),
        (SPLIT, datetime(2026, 2, 10), ["--taken"]),
        (SPLIT, datetime(2025, 3, 3), ["--taken"]),
        (date(2025, 6, 2), TAKEN, ["--split"]),
    ],
)
def test_dates_beyond_the_files_are_refused_all_at_once(town, split, taken, wheres):
    with pytest.raises(InputError) as error:
        hold_out(history(town.extract("truth"), taken), town.scenario.model, split, taken)
    assert [mistake.where for mistake in error.value.mistakes] == wheres
    assert "The last contact of the files came on 2025-02-09" in str(error.value)
    assert all(mistake.right and mistake.remedy for mistake in error.value.mistakes)


def test_a_service_that_is_often_quiet_may_end_quiet(town):
    """Where no contact came for nine days before, twelve quiet days say nothing of when the files were taken."""
    table = pd.read_csv(town.extract("truth"), dtype="str", keep_default_na=False)
    when = pd.to_datetime(table["received_at"], dayfirst=True)
    path = town.folder / "quiet.csv"
    ends = (when >= "2025-01-29") | ((when >= "2024-09-02") & (when < "2024-09-10"))
    table[~ends].to_csv(path, index=False)
    assert hold_out(history(path), town.scenario.model, SPLIT, TAKEN).run.weeks == 12
    table[when < "2025-01-29"].to_csv(path, index=False)
    with pytest.raises(InputError, match="13 days before 2025-02-10"):
        hold_out(history(path), town.scenario.model, SPLIT, TAKEN)


def test_numbers_fitted_to_the_held_out_part_make_it_no_test(town):
    numbers = town.folder / "numbers.yaml"
    fact = "{value: {distribution: exponential, mean: 60}, unit: minutes, source: so, date: 2025-01-31, grade: fitted}"
    numbers.write_text(f"council: Town\nyear: 2025\ndurations:\n  decision: {fact}\n", encoding="utf-8")
    text = town.file.read_text(encoding="utf-8").replace(
        "{distribution: exponential, mean: 60, unit: minutes}", "decision"
    )
    (town.folder / "learnt.yaml").write_text(f"{text}parameters: numbers.yaml\n", encoding="utf-8")
    scenario = read_scenario(town.folder / "learnt.yaml")
    found = validate(scenario, history(town.extract("truth")), SPLIT, TAKEN, replications=20, jobs=1)
    assert found.learnt == ("durations.decision",)
    said = meaning.headline(found)
    assert "had not seen" not in said
    assert said.endswith(
        "no test: 1 of its numbers was fitted to those weeks or later, so the model had seen what it was tried on."
    )
    told = page(found)
    assert "were kept from the model" not in told
    assert "durations.decision were fitted to a history that reaches beyond" not in told
    assert "durations.decision was fitted to a history that reaches beyond" in told


def test_too_few_replications_for_the_bands_are_refused(town):
    with pytest.raises(InputError, match="At least 19 replications"):
        validate(town.scenario, history(town.extract("truth")), SPLIT, TAKEN, replications=18)


def test_sources_that_the_scenario_does_not_know_are_refused(town):
    table = pd.read_csv(town.extract("truth"), dtype="str", keep_default_na=False)
    table.loc[:9, "source_code"] = "3A"
    path = town.folder / "strangers.csv"
    table.to_csv(path, index=False)
    with pytest.raises(InputError, match="contacts from health, of which the scenario knows nothing"):
        validate(town.scenario, history(path), SPLIT, TAKEN, replications=20)
