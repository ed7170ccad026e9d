"""From a council's files to its parameters: known truth is found again, what is not known says so, and nobody is named."""

from __future__ import annotations

import runpy
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from frontdoor_sim.calibration import calibrate_history, calibrate_published, with_draw
from frontdoor_sim.calibration.from_history.asking import by_system, parse_extracted, parse_window
from frontdoor_sim.calibration.from_history.dates import dates_of
from frontdoor_sim.calibration.from_history.draws import DRAWS
from frontdoor_sim.calibration.from_history.gathering import gather
from frontdoor_sim.calibration.from_history.lasting import flat
from frontdoor_sim.calibration.from_history.report import Section, headline
from frontdoor_sim.calibration.history.invent import invent
from frontdoor_sim.calibration.touch import posterior as posteriors
from frontdoor_sim.calibration.turnbull import Bands
from frontdoor_sim.cli import main
from frontdoor_sim.documents import InputError
from frontdoor_sim.experiment import run
from frontdoor_sim.experiment.touch import page as touch_page
from frontdoor_sim.measures import measure
from frontdoor_sim.parameters import Parameters
from frontdoor_sim.scenario import read_scenario
from frontdoor_sim.working_time import england_bank_holidays

ROOT = Path(__file__).parents[1]
TRUTH, CALIBRATED = (ROOT / "scenarios" / "invented" / f"{name}.yaml" for name in ("truth", "calibrated"))
WINDOW = (date(2024, 4, 1), date(2025, 3, 30))
FILES = ["parameters.yaml", "posterior.csv", "fit.html", "data_quality.csv", "set_aside.csv"]

RECOVERED = (
    "volumes.referrals_per_year",
    "volumes.children_per_contact",
    "arrivals.source_shares",
    "arrivals.school_holiday_factor",
    "arrivals.day_variance",
    "arrivals.week_variance",
    "contacts.open_case_share",
    "contacts.need_mean",
    "durations.assessment",
)
"""Numbers of which the truth stands in the file that the council was invented from."""

MORE_THAN_TOLD = "arrivals.school_holiday_factor.schools"
"""Families that schools told of come back in the holidays too, so that more come then than the file of the truth says."""


@pytest.fixture(scope="module")
def nowhereshire(tmp_path_factory):
    """A year of an invented council, its extracts, and what is calibrated from workflow steps and Annex A together."""
    folder = tmp_path_factory.mktemp("nowhereshire")
    log = run(read_scenario(TRUTH), seed=4)
    invent(log, folder, ["repeated_rows", "retired_codes"], seed=4)
    said: list[str] = []
    files = [folder / "mosaic", folder / "annex_a.xlsx"]
    found = calibrate_history(files, "Nowhereshire (invented)", window=WINDOW, say=said.append)
    found.write(folder / "calibration")
    return folder, log, found, said


def drawn(found, path):
    return found.posterior[path].to_numpy()


def test_known_truth_lies_within_the_draws(nowhereshire):
    _, _, found, _ = nowhereshire
    truth = Parameters.read(ROOT / "calibration" / "invented" / "truth.yaml")
    apart, asked = {}, 0
    for name in RECOVERED:
        for path, right in flat(truth.value(name)):
            full = f"{name}.{path}" if path else name
            if full not in found.posterior or full == MORE_THAN_TOLD:
                continue
            asked += 1
            low, high = np.quantile(drawn(found, full), (0.001, 0.999))
            if not low <= right <= high:
                apart[full] = (right, low, high)
    assert asked >= 25
    assert apart == {}


def test_schools_in_their_holidays_come_as_often_as_they_did(nowhereshire):
    """Of Mondays to Fridays that are no bank holidays, holidays against term; the truth says 0.05, and returns come besides."""
    _, log, found, _ = nowhereshire
    truth = Parameters.read(ROOT / "calibration" / "invented" / "truth.yaml")
    first = date(2024, 4, 1)
    days = [first + timedelta(days=number) for number in range((WINDOW[1] - first).days + 1)]
    off = england_bank_holidays(first, WINDOW[1])
    weekdays = [day for day in days if day.weekday() < 5 and day not in off]
    school = {day for a, b in truth.value("arrivals.school_holidays") for day in days if a <= day <= b}
    mine = log.contacts["received"][log.contacts["source"] == "schools"]
    number = pd.Series(log.about.clock.date_of(mine.to_numpy())).astype("datetime64[s]").dt.date.value_counts()
    holidays, term = ([number.get(day, 0) for day in weekdays if (day in school) == away] for away in (True, False))
    low, high = np.quantile(drawn(found, MORE_THAN_TOLD), (0.01, 0.99))
    assert 0.05 < low < np.mean(holidays) / np.mean(term) < high


def test_thresholds_are_found_given_noise_and_bias(nowhereshire):
    _, _, found, _ = nowhereshire
    truth = Parameters.read(ROOT / "calibration" / "invented" / "truth.yaml")
    assert truth.value("judgement.noise") == found.parameters.value("judgement.noise")
    assert truth.value("judgement.bias") == found.parameters.value("judgement.bias")
    cuts = found.judged.found.cuts(0.6)
    for level in (2, 3):
        right = truth.value("judgement.thresholds")[level] - 0.25
        assert abs(cuts[level].estimate - right) < 3 * (cuts[level].high - cuts[level].low) / 3.29


def test_counts_are_those_of_the_run(nowhereshire):
    _, log, found, _ = nowhereshire
    table = measure(log)
    truth = table[table["by"] == "all"].set_index("measure")["value"]
    assert found.arrived.demand.counts.sum() == truth["contacts_received"]
    ratio = truth["children_received"] / truth["children_referred"]
    assert found.parameters.value("volumes.contacts_per_referral") == pytest.approx(ratio, rel=0.03)
    bands = found.lasted.bands["received_to_decided"]
    assert bands.within(24) == pytest.approx(truth["decided_within_24h"], abs=0.01)


def test_weekdays_and_hours_are_found_where_they_may_be_told(nowhereshire):
    _, _, found, _ = nowhereshire
    truth = Parameters.read(ROOT / "calibration" / "invented" / "truth.yaml")
    apart: list[float] = []
    for source in ("police", "schools", "health", "individual"):
        for name, least in (("weekday", 0.3), ("hour", 0.8)):
            right = np.array(truth.value(f"arrivals.{name}_weights")[source], dtype=float)
            right /= right.mean()
            paths = [f"arrivals.{name}_weights.{source}.{n}" for n in range(len(right))]
            draws = found.posterior[paths].to_numpy()
            told = right >= least  # rarer hours share one weight, so that nobody can be told in them
            apart += np.abs((draws.mean(axis=0) - right)[told] / draws.std(axis=0)[told]).tolist()
    assert len(apart) > 60
    assert max(apart) < 3.8
    assert np.mean(np.array(apart) < 1.645) > 0.8


def test_a_folder_of_everything_is_written(nowhereshire):
    folder, _, found, said = nowhereshire
    assert sorted(path.name for path in (folder / "calibration").iterdir()) == sorted(FILES)
    posterior = pd.read_csv(folder / "calibration" / "posterior.csv")
    assert len(posterior) == DRAWS
    assert len(posterior.columns) > 150
    assert posterior.notna().all().all()
    aside = pd.read_csv(folder / "calibration" / "set_aside.csv")
    assert list(aside.columns) == ["file", "row", "rule", "reason"]
    assert len(aside) == len(found.gathered.quality.set_aside) > 300
    assert said[0] == "Reading the files"
    assert len(said) == len(set(said)) >= 10


def test_every_number_has_a_grade_and_what_history_cannot_say_keeps_its_own(nowhereshire):
    folder, _, found, _ = nowhereshire
    numbers = Parameters.read(folder / "calibration" / "parameters.yaml")
    assert numbers.digest == found.parameters.digest
    for name in ("durations.screening", "staff.leave_days_per_year", "judgement.noise", "durations.health_reply"):
        assert numbers[name].grade == "assumed"
    assert numbers["arrivals.month_index"].grade == "published"
    assert "England" in numbers["arrivals.month_index"].note
    fitted = [one for one in numbers.numbers.values() if one.grade == "fitted"]
    assert len(fitted) >= 18
    assert all(one.source.startswith("Nowhereshire (invented): the council's own history") for one in fitted)
    assert {one.date for one in fitted} == {WINDOW[1]}
    assert [name for name, _ in numbers.files] == ["column_map.yaml", "steps.csv", "annex_a.xlsx"]


def test_a_scenario_runs_on_the_parameters_and_on_a_draw_of_them(nowhereshire):
    folder, _, found, _ = nowhereshire
    text = CALIBRATED.read_text(encoding="utf-8").replace("weeks: 52, warm_up: 16 weeks", "weeks: 8, warm_up: 4 weeks")
    was = "../../calibration/invented/parameters.yaml"
    assert was in text
    with_draw(found.parameters, found.posterior, 7).write(folder / "draw.yaml")
    share = {}
    for name in ("calibration/parameters.yaml", "draw.yaml"):
        scenario = folder / "scenario.yaml"
        scenario.write_text(text.replace(was, name), encoding="utf-8")
        table = measure(run(read_scenario(scenario), seed=2))
        share[name] = table[(table["measure"] == "contacts_received") & (table["by"] == "all")]["value"].item()
    assert 300 < share["calibration/parameters.yaml"] < 500
    assert 300 < share["draw.yaml"] < 500
    assert share["draw.yaml"] != share["calibration/parameters.yaml"]


def test_the_page_answers_first_and_has_room_for_other_checks(nowhereshire):
    folder, _, found, _ = nowhereshire
    page = (folder / "calibration" / "fit.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert page.count("<svg") >= 7
    assert page.index("contacts of families come in a week") < page.index("What was read, and what was set aside")
    assert "A diary of touch times" in page
    more = [Section("Held-out weeks", ["<b>Escaped</b>"], {}, {"Weeks": pd.DataFrame({"Week": ["1"], "Share": [0.5]})})]
    found.write(folder / "more", more)
    again = (folder / "more" / "fit.html").read_text(encoding="utf-8")
    assert "Held-out weeks" in again
    assert "&lt;b&gt;Escaped" in again
    assert again.index("Held-out weeks</h2>") < again.index("What the history cannot say</h2>")


def test_the_same_files_give_the_same_bytes(nowhereshire):
    folder, _, found, _ = nowhereshire
    assert found.parameters.text() == (folder / "calibration" / "parameters.yaml").read_text(encoding="utf-8")
    again = calibrate_history([folder / "mosaic", folder / "annex_a.xlsx"], "Nowhereshire (invented)", window=WINDOW)
    again.write(folder / "again")
    for name in FILES:
        assert (folder / "again" / name).read_bytes() == (folder / "calibration" / name).read_bytes(), name


def test_noise_and_bias_are_drawn_over_their_ranges_and_thresholds_go_with_them(nowhereshire):
    _, _, found, _ = nowhereshire
    noise, bias = drawn(found, "judgement.noise"), drawn(found, "judgement.bias")
    assert noise.min() < 0.32
    assert noise.max() > 0.98
    third = drawn(found, "judgement.thresholds.3") - bias
    assert np.corrcoef(noise, third)[0, 1] > 0.6


def test_lists_of_dates_alone_say_what_they_can_and_no_more(council):
    found = calibrate_history([council.extracts() / "annex_a.xlsx"], "Nowhere")
    numbers = found.parameters
    assert numbers["arrivals.hour_weights"].grade == "assumed"
    assert numbers["arrivals.source_shares"].grade == "fitted"
    assert numbers["volumes.children_per_contact"].grade == "published"
    assert numbers["durations.assessment"].grade == "fitted"
    assert "durations.received_to_decided" not in numbers
    what = " ".join(one.what for one in found.unsaid)
    assert "How long decisions take" in what
    assert "At which hours contacts come" in what
    found.at(0)


def test_published_volumes_with_local_times(council):
    published = calibrate_published("Bournemouth, Christchurch and Poole", 2020, ROOT / "calibration" / "dfe")
    found = calibrate_history([council.extracts() / "template.csv"], published.council, published=published)
    assert found.parameters["volumes.referrals_per_year"] == published["volumes.referrals_per_year"]
    assert "volumes.referrals_per_year" not in found.posterior
    assert found.parameters["arrivals.hour_weights"].grade == "fitted"
    assert found.parameters["arrivals.month_index"].value == published.value("arrivals.month_index")
    assert found.parameters.year == 2020


def test_the_window_and_the_day_of_the_extract_are_found(council):
    records = council.read("template").records
    found = dates_of(records, None, None)
    received = pd.to_datetime(records["received"].astype("int64"), unit="s")
    assert abs((found.window.last - received.max().date()).days) <= 3
    assert found.extracted >= received.max()
    assert "the window is that of the receipts" in found.assumed
    asked = dates_of(records, (date(2020, 1, 6), date(2020, 3, 1)), datetime(2020, 3, 24))
    assert (asked.window.days, asked.assumed) == (56, "")


def test_one_contact_with_a_wrong_date_does_not_move_the_window(council):
    records = council.read("template").records.copy()
    right = dates_of(records, None, None)
    early, late = records["received"].sort_values().index[[len(records) // 3, len(records) // 2]]
    records.loc[late, "received"] = 4_000_000_000
    records.loc[early, "received"] = 100_000_000
    assert dates_of(records, None, None).window.words == right.window.words


@pytest.mark.parametrize("text", ["2024", "2024-04-01", "2025-04-01..2024-04-01", "a..b", "2024-04-01..2024-13-01"])
def test_a_window_that_is_none_is_told(text):
    with pytest.raises(InputError, match="is not a window"):
        parse_window(text)


def test_an_extraction_that_is_no_date_is_told():
    with pytest.raises(InputError, match="is not a date"):
        parse_extracted("yesterday")


def test_files_of_some_systems_and_of_none_are_told():
    with pytest.raises(InputError, match="does not say from which case system"):
        by_system(["one=a.csv", "b.csv"])


def test_a_window_that_is_not_over_is_told(council):
    with pytest.raises(InputError, match="is not over when the files were taken"):
        dates_of(council.read("template").records, (date(2020, 1, 6), date(2021, 1, 6)), None)


@pytest.mark.parametrize(
    ("days_before", "days_after", "told"), [(0, 0, False), (1, 0, True), (0, 1, True), (400, 400, True)]
)
def test_a_window_with_weeks_that_the_files_do_not_hold_is_told(council, days_before, days_after, told):
    """From the Monday of the first receipt's week to the Sunday after that of the last is taken; a day more is not."""
    records = council.read("template").records
    received = pd.to_datetime(records["received"].astype("int64"), unit="s").dt.date
    first, last = received.min(), received.max()
    begins = first - timedelta(days=first.weekday() + days_before)
    ends = last + timedelta(days=13 - last.weekday() + days_after)
    taken = datetime(2022, 1, 1)
    if not told:
        assert dates_of(records, (begins, ends), taken).window.first == begins
        return
    with pytest.raises(InputError, match=f"these hold contacts from {first} to {last}"):
        dates_of(records, (begins, ends), taken)


def test_hardly_any_contacts_are_told(council):
    records = council.read("template").records.head(4)
    with pytest.raises(InputError, match="fewer than 6 contacts"):
        dates_of(records, None, None)


def mixed(council, folder: Path, dated: float) -> Path:
    """The template, in which this part of the contacts was decided on a date without a time."""
    table = pd.read_csv(council.extracts() / "template.csv", dtype=str, keep_default_na=False).drop(
        columns="work_started_at"
    )
    numbers = table["contact_id"].str.removeprefix("C").astype(int)
    mine = numbers % 100 < 100 * dated
    table["decided_at"] = table["decided_at"].mask(mine, table["decided_at"].str[:10])
    table.to_csv(folder / "template.csv", index=False)
    return folder / "template.csv"


@pytest.mark.parametrize("recoded", [False, True])
def test_outcomes_that_change_within_the_window_are_told_in_the_answer(nowhereshire, tmp_path, recoded):
    """From half-time on two thirds of the assessments are Early Help: the shares of the whole window are of neither half."""
    table = pd.read_csv(nowhereshire[0] / "template.csv", dtype=str, keep_default_na=False)
    received = pd.to_datetime(table["received_at"], dayfirst=True)
    numbers = table["contact_id"].str.extract(r"(\d+)$", expand=False).astype(int)
    mine = (received >= "2024-10-01") & table["outcome"].eq("assessment") & (numbers % 3 > 0)
    if recoded:
        table.loc[mine, "outcome"] = "early_help"
        table.loc[mine, ["accepted_at", "allocated_at", "assessment_finished_at"]] = ""
    table.to_csv(tmp_path / "template.csv", index=False)
    said = [
        line for line in headline(calibrate_history([tmp_path / "template.csv"], "Nowhere")) if "fewer contacts" in line
    ]
    assert len(said) == recoded
    if recoded:
        assert "fewer contacts are referred, and more go to Early Help: other things are decided" in said[0]


def test_contacts_left_out_for_a_date_are_told_in_the_answer(council, tmp_path):
    whole = gather("Nowhere", [council.extracts() / "template.csv"], None, None, None, lambda _: None)
    found = calibrate_history([mixed(council, tmp_path, 0.04)], "Nowhere")
    inside = [
        int(one.log.contacts["received"].between(0, one.log.about.closes - 1).sum()) for one in (whole, found.gathered)
    ]
    assert found.gathered.quality.set_aside.empty
    assert whole.joined.too_coarse == 0
    assert found.gathered.joined.too_coarse == inside[0] - inside[1] > 10
    said = (
        f"Left out of this are {inside[0] - inside[1]:,} more contacts of families, of which some moment is a date alone while "
        "others have times: the numbers of contacts and referrals are that much too low."
    )
    assert said in " ".join(headline(found))


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        ([0.3, 0.5, 0.2], "Half of all contacts are decided within 26 hours, and 30 of 100 within 24 hours (2"),
        (
            [0.3, 0.1, 0.6],
            "Fewer than half of all contacts are decided within 30 hours, beyond which the files do not tell; 30 of",
        ),
        ([0.9, 0.0, 0.1], "Half of all contacts are decided within 13 hours, and 90 of 100 within 24 hours ("),
    ],
)
def test_the_answer_says_half_where_half_are_decided(nowhereshire, shares, said):
    found = nowhereshire[2]
    bands = Bands(np.array([0.0, 24.0, 30.0]), np.array(shares), True)
    lasted = replace(found.lasted, bands={**found.lasted.bands, "received_to_decided": bands})
    assert said in " ".join(headline(replace(found, lasted=lasted)))


def test_a_share_within_a_day_is_not_told_of_less_than_a_day(nowhereshire):
    found = nowhereshire[2]
    bands = Bands(np.array([0.0, 5.0]), np.array([0.25, 0.75]), True)
    lasted = replace(found.lasted, bands={**found.lasted.bands, "received_to_decided": bands})
    assert "; 25 of 100 within 5 hours" in " ".join(headline(replace(found, lasted=lasted)))


def test_a_history_of_which_many_contacts_have_dates_is_read_by_the_day_whole(council, tmp_path):
    """As validation reads it: where more than one contact in twenty lacks a time, none is left out."""
    whole = gather("Nowhere", [council.extracts() / "template.csv"], None, None, None, lambda _: None)
    found = gather("Nowhere", [mixed(council, tmp_path, 0.1)], None, None, None, lambda _: None)
    assert found.by_date
    assert found.times_unused
    assert not whole.times_unused
    assert found.joined.too_coarse == 0
    assert len(found.log.contacts) == len(whole.log.contacts)


def test_a_window_whose_contacts_have_dates_alone_is_told(council, tmp_path):
    """Few have, so hours are measured; but those few are all that came in the window."""
    table = pd.read_csv(council.extracts() / "template.csv", dtype=str, keep_default_na=False)
    came = pd.to_datetime(table["received_at"], dayfirst=True)
    first = came.min().normalize() - pd.Timedelta(days=came.min().weekday())
    week = (came >= first + pd.Timedelta(days=14)) & (came < first + pd.Timedelta(days=16))
    table["received_at"] = table["received_at"].mask(week, table["received_at"].str[:10])
    table.to_csv(tmp_path / "template.csv", index=False)
    window = (first.date() + timedelta(days=14), first.date() + timedelta(days=15))
    with pytest.raises(InputError) as error:
        gather("Nowhere", [tmp_path / "template.csv"], None, window, None, lambda _: None)
    assert "Fewer than 6 contacts of 20" in str(error.value)
    assert "others is a date alone, while these have times." in str(error.value)
    assert "Add the times that are missing, or write every moment as a date." in str(error.value)


def test_a_draw_that_is_not_there_and_a_stranger_are_told(nowhereshire):
    _, _, found, _ = nowhereshire
    with pytest.raises(InputError, match="There is no draw 1000"):
        found.at(1_000)
    with pytest.raises(InputError, match=r"durations\.coffee is not there"):
        with_draw(found.parameters, found.posterior.assign(**{"durations.coffee.mean": 1.0}), 0)


def test_the_command_says_what_matters_and_where_it_stands(nowhereshire, capsys):
    folder, _, _, _ = nowhereshire
    words = [str(folder / "template.csv"), "--council", "Nowhereshire (invented)", "--window", "2024-04-01..2025-03-30"]
    assert main(["calibrate", "history", *words, "-o", str(folder / "told")]) == 0
    shown = capsys.readouterr()
    assert "contacts of families come in a week" in shown.out
    assert "begin with" in shown.out
    made_by = Parameters.read(folder / "told" / "parameters.yaml").made_by
    assert made_by.startswith("frontdoor calibrate history template.csv --council 'Nowhereshire (invented)'")
    assert str(folder) not in (folder / "told" / "parameters.yaml").read_text(encoding="utf-8")


def test_touch_and_capacity_are_a_section_for_those_who_ask(nowhereshire, monkeypatch, capsys):
    """66 runs instead of 3,000; tests/test_touch.py and `make capacity` say how right they are."""
    folder, _, _, _ = nowhereshire
    monkeypatch.setattr(posteriors, "LEAST", 6)
    monkeypatch.setattr(touch_page, "touch_and_capacity", partial(touch_page.touch_and_capacity, runs=66))
    desk = ROOT / "calibration" / "invented" / "desk.yaml"
    words = [str(folder / "template.csv"), "--council", "Nowhereshire (invented)", "--touch-and-capacity", str(desk)]
    assert main(["calibrate", "history", *words, "-o", str(folder / "touched"), "--jobs", "1"]) == 0
    said = capsys.readouterr().out
    assert said.count("the history answers") + said.count("the history does not answer") == 4
    page = (folder / "touched" / "fit.html").read_text(encoding="utf-8")
    assert "2.2 people at work at once, give or take 0.5" in page
    assert "What if, in points of the share within 24 hours" in page
    assert page.index("Touch time and capacity</h2>") < page.index("What the history cannot say</h2>")
    assert "--touch-and-capacity calibration/invented/desk.yaml" in page
    table = pd.read_csv(folder / "touched" / "touch_quantities.csv").set_index("quantity")
    assert table.loc["people", "low_before"] >= 1.5
    assert (table["low"] <= table["high"]).all()
    assert "Touch time and capacity</h2>" not in (folder / "calibration" / "fit.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--combine", "published"], "asked for by halves"),
        (["--touch-and-capacity", "none.yaml"], "There is no such file"),
        (["--year", "2020", "--data", "calibration/dfe"], "asked for by halves"),
        (["--window", "tomorrow"], "is not a window"),
    ],
)
def test_mistakes_of_the_command_are_told(more, words, tmp_path, capsys):
    asked = ["calibrate", "history", "none.csv", "--council", "Nowhere", "-o", str(tmp_path / "out"), *more]
    assert main(asked) == 2
    assert words in capsys.readouterr().err


def test_the_two_scenarios_differ_in_name_and_parameters_alone():
    one, other = (
        [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
        for path in (TRUTH, CALIBRATED)
    )
    apart = [line.split(":")[0] for line, twin in zip(one, other, strict=True) if line != twin]
    assert apart == ["name", "parameters"]


@pytest.mark.parametrize(("script", "makes"), [("make_england.py", "england"), ("make_invented.py", "truth")])
def test_files_that_are_made_are_up_to_date(script, makes):
    names = runpy.run_path(str(ROOT / "docs" / script))
    assert names[makes]().text() == names["FILE"].read_text(encoding="utf-8")


def test_the_calibration_that_is_shipped_is_of_the_council_that_is_invented():
    folder = ROOT / "calibration" / "invented"
    shipped = Parameters.read(folder / "parameters.yaml")
    assert shipped.council == "Nowhereshire (invented)"
    posterior = pd.read_csv(folder / "posterior.csv")
    shares = with_draw(shipped, posterior, 3).value("arrivals.source_shares")
    assert sum(shares.values()) == pytest.approx(1, abs=5e-4)
