"""Published figures in, parameters out: the file, every number in it, and what is wrong with a table."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from frontdoor_sim.calibration import calibrate_published, explain, folder_name
from frontdoor_sim.calibration.artefacts import FLAG, flagged, miscoded_education
from frontdoor_sim.calibration.asked import ELSEWHERE
from frontdoor_sim.calibration.defaults import england
from frontdoor_sim.calibration.dfe import BANDS, TABLES, read_figures
from frontdoor_sim.documents import InputError
from frontdoor_sim.parameters import Parameters, known
from published_council import BCP, DATA, ROOT, calibrated

BAD = Path(__file__).parent / "bad_dfe"
OTHERS = [("England", 2020), ("South West", 2020), ("North Tyneside", 2020), ("Dorset", 2020), ("Poole", 2019)]


@pytest.fixture(scope="module")
def figures():
    return read_figures(DATA)


# The file and the command


def test_committed_file_is_reproduced_to_the_byte(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(ROOT)
    made = calibrate_published(BCP, 2020, Path("calibration/dfe")).write(tmp_path / "parameters.yaml")
    committed = (ROOT / "calibration" / "bcp" / "parameters.yaml").read_bytes()
    assert made.read_bytes() == committed.replace(b"\r\n", b"\n")


def test_file_names_its_command_and_no_path_of_a_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    command = f'frontdoor calibrate published --council "{BCP}" --year 2020 --data '
    monkeypatch.chdir(ROOT)
    assert calibrate_published(BCP.lower(), 2020, DATA).made_by == command + "calibration/dfe"
    monkeypatch.chdir(tmp_path)
    assert calibrate_published(BCP, 2020, DATA).made_by == command + "dfe"
    assert str(ROOT) not in calibrate_published(BCP, 2020, DATA).text()


def test_neither_file_names_nor_line_ends_nor_a_byte_order_mark_matter(tmp_path: Path):
    for number, path in enumerate(sorted(DATA.glob("*.csv"))):
        text = path.read_bytes().replace(b"\r\n", b"\n")
        (tmp_path / f"download-{number}.CSV").write_bytes(b"\xef\xbb\xbf" + text)
    (tmp_path / "looked_after.csv").write_text("time_period,Children_looked_after\n2020,100\n", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not a table", encoding="utf-8")
    other = calibrate_published(BCP, 2020, tmp_path)
    assert other.numbers == calibrated().numbers
    assert {digest for _, digest in other.files} == {digest for _, digest in calibrated().files}


def test_folder_is_short():
    assert folder_name(BCP) == "bcp"
    assert folder_name("North Tyneside") == "north_tyneside"


# Every number, for every area


@pytest.mark.parametrize(("council", "year"), [(BCP, 2020), (BCP, 2024), *OTHERS])
def test_every_number_is_there_sourced_and_read_again(council: str, year: int, tmp_path: Path):
    made = calibrated(council, year)
    assert set(made.numbers) == set(known())
    assert Parameters.read(made.write(tmp_path / "parameters.yaml")) == made
    for name, graded in made.numbers.items():
        assert len(graded.source) > 15, name
        assert not re.search(r"\[[A-Z]\d*\]", graded.source + graded.note), name
        assert graded.date <= date(2026, 12, 31), name


@pytest.mark.parametrize(("council", "year"), [(BCP, 2020), *OTHERS])
def test_assumed_numbers_have_a_range_or_are_solved(council: str, year: int):
    solved = {"contacts.need_mean", "contacts.rag_cuts", "contacts.outcome_split", "judgement.thresholds"}
    shapes = {"arrivals.weekday_weights", "arrivals.hour_weights", "arrivals.bank_holiday_factor"}
    places = {"arrivals.school_holidays", "arrivals.out_of_hours", "contacts.areas", "returns.rate_by_gap"}
    without = {n for n, g in calibrated(council, year).numbers.items() if g.grade == "assumed" and g.range is None}
    assert without <= solved | shapes | places


@pytest.mark.parametrize(
    ("council", "year", "name", "value"),
    [
        (BCP, 2020, "volumes.referrals_per_year", 3416),
        (BCP, 2020, "published.s47_per_100_referrals", 29.0),
        (BCP, 2020, "published.icpc_per_100_s47", 39.7),
        (BCP, 2020, "published.assessments_per_referral", 0.87),
        (BCP, 2020, "published.assessment_within_45_days_share", 0.7489),
        (BCP, 2024, "published.re_referral_share", 0.252),
        (BCP, 2024, "published.assessment_within_45_days_share", 0.9018),
        ("England", 2024, "volumes.referrals_per_year", 621880),
        ("England", 2024, "volumes.contacts_per_referral", 4.824),
        ("England", 2024, "published.re_referral_share", 0.224),
        ("Poole", 2019, "published.re_referral_share", 0.213),
        ("North Tyneside", 2020, "published.re_referral_share", 0.15),
    ],
)
def test_published_figure_is_as_published(council: str, year: int, name: str, value: float):
    assert calibrated(council, year).value(name) == value
    assert calibrated(council, year)[name].grade == "published"


def test_assessment_has_the_published_bands_with_the_spike():
    assessment = calibrated().value("durations.assessment")
    counts = np.array([59, 223, 342, 358, 616, 627, 282, 227, 237])
    np.testing.assert_allclose(assessment["shares"], counts / 2971, atol=1e-4)
    assert assessment["edges"] == [0, 1, 11, 21, 31, 41, 46, 51, 61, 91]
    shape, _, clock = calibrated().distribution("assessment")
    assert clock == "working_days"
    assert shape.ppf([0.25, 0.5, 0.75]) == pytest.approx([24, 39, 46], abs=1.5)


def test_suppressed_bands_share_what_is_left():
    assessment = calibrated("Poole", 2019)["durations.assessment"]
    assert assessment.value["shares"][2:] == pytest.approx(
        [141 / 1224, 208 / 1224, 285 / 1224, 199 / 1224, 91 / 1224, 90 / 1224, 178 / 1224], abs=1e-4
    )
    assert sum(assessment.value["shares"][:2]) == pytest.approx(32 / 1224, abs=1e-4)
    assert "Suppressed and filled by England's proportions: Same day, 1-10 days." in assessment.note


def test_figure_of_another_year_says_so():
    re_referral = calibrated()["published.re_referral_share"]
    assert re_referral.value == 0.231
    assert re_referral.note == (
        f'{ELSEWHERE}2020 stands as "x" (not available); 2021 is the nearest year that has one, a year of the pandemic.'
    )
    assert "year ending 31 March 2021" in re_referral.source


def test_figure_of_another_area_says_so(tmp_path: Path):
    for path in DATA.glob("*.csv"):
        shutil.copy(path, tmp_path / path.name)
    referrals = tmp_path / "referrals.csv"
    text = referrals.read_text(encoding="utf-8")
    hidden = re.sub(r"(Poole,Referrals and Re-referrals,\d+,x,)\d+,[\d.]+,", r"\1c,c,", text)
    referrals.write_text(hidden, encoding="utf-8")
    share = calibrate_published("Poole", 2019, tmp_path)["published.re_referral_share"]
    assert (share.value, share.note) == (0.239, f"{ELSEWHERE}Poole has none in any year; this is South West, 2019.")


def test_contacts_per_referral_are_englands_and_say_so():
    graded = calibrated()["volumes.contacts_per_referral"]
    assert graded.value == pytest.approx(2_440_000 / 642_980, abs=1e-3)
    assert graded.range == (2.71, 5.31)
    assert "No council's own is published" in graded.note


@pytest.mark.parametrize("year", [2018, 2020, 2022, 2024])
def test_englands_referrals_stand_in_the_tables(figures, year: int):
    assert england("referrals", year).value == figures["referrals"].figure("England", year, "Referrals")


# What is not believed


@pytest.mark.parametrize(
    ("own", "region", "year", "reason"),
    [
        ({2020: 0.362, 2021: 0.042}, {2020: 0.328}, 2020, "36.2 % in 2020 but 4.2 % in 2021"),
        ({2021: 0.0, 2022: 0.117}, {2021: 0.067}, 2021, "0.0 % in 2021 but 11.7 % in 2022; 0.0 % where South West"),
        ({2019: 0.0}, {2019: 0.073}, 2019, "0.0 % where South West has 7.3 %"),
        ({2019: 0.049}, {2019: 0.281}, 2019, "4.9 % against 28.1 % in South West"),
    ],
)
def test_leaps_and_nothings_are_flagged(own, region, year: int, reason: str):
    assert flagged(own, region, "South West", year).startswith(f"{FLAG}{reason}")


def test_steady_shares_are_not_flagged():
    assert flagged({2023: 0.069, 2024: 0.061}, {2024: 0.2}, "South West", 2024) == ""
    assert not miscoded_education(0.031, 0.013)
    assert calibrated("England", 2020)["published.assessed_not_in_need_share"].note == ""


def test_artefacts_of_bcp_are_flagged():
    made = calibrated()
    for name in ("assessed_not_in_need_share", "referral_no_further_action_share", "referral_source_shares"):
        assert FLAG in made[f"published.{name}"].note


def test_explanation_says_what_could_not_be_known():
    text = explain(calibrated())
    assert f"Parameters of {BCP}, year ending 31 March 2020." in text
    for words in (
        "What published figures cannot say",
        "Recording artefacts, flagged and not believed",
        "Published, but not for this council and year",
        "hour_weights",
        "partner_research",
        "36.2 % in 2020 but 4.2 % in 2021",
    ):
        assert words in " ".join(text.split())
    assert max(map(len, text.split("\n"))) <= 110


# What is wrong with a file


def folder_with(bad: Path, instead_of: str, to: Path) -> Path:
    """The published folder with a bad file in the place of one of its tables."""
    folder = to / "dfe"
    shutil.copytree(DATA, folder)
    (folder / instead_of).unlink()
    shutil.copy(bad, folder / bad.name)
    return folder


@pytest.mark.parametrize("bad", sorted(BAD.glob("*.csv")), ids=lambda path: path.stem)
def test_bad_table_says_what_is_wrong_in_four_parts(bad: Path, tmp_path: Path):
    head, _, message = bad.with_suffix(".txt").read_text(encoding="utf-8").partition("\n\n")
    asked = dict(line.split(": ", 1) for line in head.split("\n"))
    council, _, year = asked["asked"].rpartition(", ")
    with pytest.raises(InputError, match="mistake") as caught:
        calibrate_published(council, int(year), folder_with(bad, asked["instead of"], tmp_path))
    assert str(caught.value) == message.rstrip("\n")


@pytest.mark.parametrize(
    ("council", "near"),
    [
        ("North Tynside", '"North Tyneside"'),
        ("BCP", f'"{BCP}"'),
        ("Bournmouth", '"Bournemouth"'),
        ("christchurch", f'"{BCP}"'),
    ],
)
def test_wrong_council_gets_the_nearest_names(council: str, near: str):
    with pytest.raises(InputError, match=f'No area is called "{council}"') as caught:
        calibrate_published(council, 2020, DATA)
    assert near in caught.value.mistakes[0].remedy


def test_council_like_no_other_gets_every_name():
    with pytest.raises(InputError, match=r"Areas here: .*Dorset"):
        calibrate_published("Zzyzx", 2020, DATA)


def test_wrong_year_gets_the_years_there_are():
    with pytest.raises(InputError, match="A year with referrals: 2020, 2021, 2022, 2023 or 2024"):
        calibrate_published(BCP, 2019, DATA)


def test_missing_tables_are_all_named_at_once(tmp_path: Path):
    shutil.copy(DATA / "referrals.csv", tmp_path / "referrals.csv")
    with pytest.raises(InputError, match="4 mistakes") as caught:
        calibrate_published(BCP, 2020, tmp_path)
    assert all("No file holds" in mistake.what for mistake in caught.value.mistakes)


def test_folder_without_tables_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match="There is no CSV in this folder"):
        calibrate_published(BCP, 2020, tmp_path)
    with pytest.raises(InputError, match="There is no such folder"):
        calibrate_published(BCP, 2020, tmp_path / "nowhere")


def test_tables_are_known_by_their_columns(figures):
    assert set(figures.tables) == set(TABLES)
    assert figures["durations"].file == "assessment_duration_working_days.csv"
    assert figures["durations"].figure("Poole", 2019, BANDS[0]) is None
    assert figures["durations"].symbol("Poole", 2019, BANDS[0]) == "c"


def test_low_is_nothing_and_other_symbols_are_unknown(tmp_path: Path):
    shutil.copytree(DATA, tmp_path / "dfe")
    path = tmp_path / "dfe" / "s47_icpc.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(",991,135.9,914,", ",low,u,z,"), encoding="utf-8")
    table = read_figures(tmp_path / "dfe")["section_47"]
    assert table.figure(BCP, 2020, "Section47") == 0.0
    assert table.figure(BCP, 2021, "Section47") == 1255.0
    assert table.figure(BCP, 1999, "Section47") is None
