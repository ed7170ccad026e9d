"""Nothing of a child leaves: every byte that is written is searched, and only what is needed is read."""

from __future__ import annotations

import gc
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from frontdoor_sim.calibration import calibrate_history
from frontdoor_sim.calibration.history import delimited as delimited_module
from frontdoor_sim.calibration.history import examine, read_history, to_log
from frontdoor_sim.calibration.history.door import Door
from frontdoor_sim.calibration.history.layouts import FORMATS as STANDARD
from frontdoor_sim.calibration.history.layouts import layouts
from frontdoor_sim.event_log import write_log
from frontdoor_sim.measures import measure
from invented_councils import FORMATS

FORBIDDEN_FIELDS = (
    "name",
    "upn",
    "ethnicity",
    "gender",
    "worker_id",
    "allocated worker",
    "comment",
    "note",
    "address",
    "birth",
)


def planted(council) -> list[bytes]:
    """Identifiers, names and free text that stand in the extracts."""
    wide = pd.read_csv(council.extracts() / "liquidlogic.csv", dtype="str")
    steps = pd.read_csv(council.extracts() / "mosaic" / "steps.csv", dtype="str")
    words = [*wide["DIM_PERSON_ID"].unique()[:400], *wide["PERSON_NAME"].unique(), *steps["GROUP_ID"].unique()[:400]]
    return [word.encode() for word in (*words, "Gran rang", "shouting", "Ottoline", "WBRI", "LAchildID", "Z000000000")]


@pytest.fixture(scope="module")
def outputs(council, tmp_path_factory):
    """Everything that a reading of all formats writes, shows or keeps."""
    folder = tmp_path_factory.mktemp("outputs")
    history = read_history([council.extracts() / name for name in FORMATS.values()])
    quality = examine(history, council.extracted)
    quality.write(folder)
    joined = to_log(quality.history, council.period)
    write_log(joined.log, folder / "log")
    found = calibrate_history([council.extracts() / name for name in FORMATS.values()], "Nowhere")
    found.write(folder / "calibration")
    measure(joined.log).to_csv(folder / "measures.csv")
    joined.account.to_csv(folder / "account.csv")
    history.records.to_csv(folder / "records.csv")
    history.findings.to_csv(folder / "findings.csv")
    (folder / "said.txt").write_text(
        f"{history!r}{quality!s}{quality!r}{joined!r}{found!r}{history.records.to_string()}", encoding="utf-8"
    )
    return folder


def test_no_output_byte_holds_an_identifier_a_name_or_free_text(council, outputs):
    files = [path for path in outputs.rglob("*") if path.is_file()]
    assert len(files) >= 19
    words = planted(council)
    assert len(words) > 800
    for path in files:
        raw = path.read_bytes()
        assert [word for word in words if word in raw] == [], path.name
        if path.suffix == ".parquet":
            text = pd.read_parquet(path).to_csv().encode()
            assert [word for word in words if word in text] == [], path.name


def test_the_search_would_find_them(council):
    raw = b"".join(path.read_bytes() for path in council.extracts().rglob("*.csv"))
    assert all(word in raw for word in planted(council) if word not in (b"WBRI", b"LAchildID", b"Z000000000"))
    assert b"WBRI" in (council.extracts() / "cin_census.xml").read_bytes()


def test_hashes_cannot_be_followed_from_one_reading_to_the_next(council):
    one, other = (read_history([council.extracts() / "template.csv"]).records for _ in range(2))
    assert not set(one["person"]) & set(other["person"])
    same = pd.factorize(one["person"])[0], pd.factorize(other["person"])[0]
    np.testing.assert_array_equal(*same)


def test_the_key_is_neither_shown_nor_kept(council):
    key = b"a key that must not be seen"
    assert b"must not" not in repr(Door(key)).encode()
    history = read_history([council.extracts() / "template.csv"], key=key)
    assert "must not" not in f"{history!r}{vars(history)}"
    gc.collect()
    assert [one for one in gc.get_objects() if isinstance(one, Door)] == []


def test_hashes_fill_their_63_bits_and_do_not_clash():
    numbers = Door(b"k").hashed(pd.Series([str(n) for n in range(20_000)]), "person\0one")
    assert len(np.unique(numbers)) == 20_000
    ones = ((numbers[:, None] >> np.arange(63)) & 1).mean(axis=0)
    assert np.abs(ones - 0.5).max() < 0.02


def test_one_identifier_is_different_in_another_system_and_for_another_purpose():
    door, given = Door(b"k"), pd.Series(["7", 7, 7.0, " 7 "], dtype=object)
    person = door.hashed(given, "person\0one")
    assert len(set(person.tolist())) == 1
    assert not {*person.tolist()} & {
        *door.hashed(given, "person\0two").tolist(),
        *door.hashed(given, "item\0one").tolist(),
    }


@pytest.mark.parametrize("form", STANDARD)
def test_no_layout_reads_what_the_model_does_not_need(form):
    for layout in layouts(form):
        read = [field.heading.lower() for field in layout.fields if field.reads]
        assert [heading for heading in read for word in FORBIDDEN_FIELDS if word in heading] == []


def test_only_the_columns_of_the_layout_are_read_into_memory(council, monkeypatch):
    asked: list[set[str]] = []
    real = delimited_module.arrow_csv.ConvertOptions

    def watched(**options):
        asked.append({*options["include_columns"]})
        return real(**options)

    monkeypatch.setattr(delimited_module.arrow_csv, "ConvertOptions", watched)
    path = council.extracts() / "liquidlogic.csv"
    read_history([path])
    headings = path.read_text(encoding="utf-8").partition("\n")[0].split(",")
    unread = {"PERSON_NAME", "COMMENTS"}
    assert [{headings[int(place)] for place in one} for one in asked] == [set(headings) - unread]


def test_the_outcome_of_a_contact_is_all_that_is_kept_of_its_json(council):
    records = read_history([council.extracts() / "ssd" / "ssd_contacts.csv"]).records
    assert set(records["outcome"]) <= {"referral", "no_further_action", "advice", "other", ""}
    assert len(set(records["outcome"])) >= 3


def test_dates_of_birth_become_bands(council):
    records = read_history([council.extracts() / "cin_census.xml"]).records
    referrals = records[records["kind"] == "referral"]
    assert set(referrals["age"]) == {"0-4", "5-9", "10-15", "16+"}
    born = pd.read_xml(council.extracts() / "cin_census.xml", xpath=".//ChildIdentifiers", parser="etree")[
        "PersonBirthDate"
    ]
    seconds = set((pd.to_datetime(born) - pd.Timestamp(1970, 1, 1)).dt.total_seconds().astype(int))
    for name in ("received", "started", "ended", "closed", "conference"):
        kept = set(records[name].dropna())
        assert len(kept & seconds) < 0.02 * len(seconds) + 3


def test_no_path_of_the_machine_is_written(council, outputs):
    here = str(Path(council.folder)).encode()
    assert [path.name for path in outputs.rglob("*") if path.is_file() and here in path.read_bytes()] == []
