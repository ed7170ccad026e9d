"""Contacts given instead of drawn: kept as they are, filled in by their own luck, refused with reasons."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from frontdoor_sim.contacts import draw, given
from frontdoor_sim.documents import InputError
from small_council import UNEVEN, council, model

MONDAY = date(2019, 6, 3)
FORTNIGHT = model(MONDAY, weeks=2)


def refused(table: object, run=FORTNIGHT, parameters=None) -> list[str]:
    with pytest.raises(InputError, match="mistake") as error:
        given(table, run, parameters)
    assert all(mistake.right and mistake.remedy for mistake in error.value.mistakes)
    return [f"{mistake.where} | {mistake.what} | {mistake.remedy}" for mistake in error.value.mistakes]


@pytest.mark.parametrize("kind", ["table", "csv", "parquet"])
def test_a_drawn_table_given_back_is_the_same(tmp_path, kind):
    drawn = draw(FORTNIGHT, council(UNEVEN), seed=3)
    shuffled = drawn.iloc[::-1]
    path = tmp_path / f"contacts.{kind}"
    if kind == "csv":
        shuffled.to_csv(path, index=False)
    elif kind == "parquet":
        shuffled.to_parquet(path, index=False)
    back = given(shuffled if kind == "table" else path, FORTNIGHT)
    as_text = dict.fromkeys(("source", "area", "rag"), str)
    pd.testing.assert_frame_equal(back.astype(as_text), drawn.astype(as_text))


def test_only_receipt_is_needed():
    table = given(pd.DataFrame({"received": [90, 10, 10]}), FORTNIGHT)
    assert table["received"].tolist() == [10, 10, 90]
    assert table["contact"].is_unique
    assert (table["enters"] == table["received"]).all()
    row = table.iloc[0]
    assert [row[name] for name in ("source", "area", "children", "need", "level", "rag", "open_case")] == [
        "unknown", "all", 1, 0, 2, "green", False,
    ]  # fmt: skip


def test_what_is_missing_is_drawn_by_the_luck_of_each_contact():
    parameters = council(UNEVEN)
    numbers, run = np.arange(4000), model(MONDAY, thresholds={"early_help": 0, "child_in_need": 1, "protection": 2})
    table = given(pd.DataFrame({"contact": numbers, "received": numbers * 600}), run, parameters, seed=5)
    again = given(pd.DataFrame({"contact": numbers[::7], "received": numbers[::7] * 600}), run, parameters, seed=5)
    common = table[table["contact"].isin(again["contact"])].reset_index(drop=True)
    assert len(common) == len(again)
    pd.testing.assert_frame_equal(common, again)
    for source, share in UNEVEN["arrivals.source_shares"].items():
        assert abs((table["source"] == source).mean() - share) < 4 * np.sqrt(share * (1 - share) / len(table))
    assert abs(table["children"].mean() - 1.7) < 4 * np.sqrt(0.7 / len(table))
    assert abs(table["need"].std() / 1e6 - 1) < 0.06
    assert (table["level"] == 1 + np.searchsorted([0, 1e6, 2e6], table["need"], side="right")).all()


def test_out_of_hours_contacts_are_handed_over():
    table = pd.DataFrame({"received": ["2019-06-03 07:00", "2019-06-03 09:00", "2019-06-07 16:45"]})
    enters = given(table, FORTNIGHT, council(UNEVEN))["enters"].tolist()
    assert enters == [8.5 * 3600, 9 * 3600, 7 * 86400 + 8.5 * 3600]
    kept = given(table.assign(enters=table["received"]), FORTNIGHT, council(UNEVEN))
    assert (kept["enters"] == kept["received"]).all()


@pytest.mark.parametrize(
    ("received", "hours"),
    [
        (["2019-10-27 01:30", "2019-10-27T03:00:00"], [1.5, 4]),  # the first of two, and after an hour twice
        ([pd.Timestamp("2019-10-27 12:00"), pd.Timestamp("2019-10-28")], [13, 25]),
        (["2019-10-27 01:30+01:00", "2019-10-27 01:30+00:00"], [1.5, 2.5]),  # with a zone both can be told
        ([3600, 7200.0], [1, 2]),
    ],
)
def test_times_are_local_or_seconds(received, hours):
    table = given(pd.DataFrame({"received": received}), model(date(2019, 10, 27), weeks=1))
    assert (table["received"] / 3600).tolist() == hours


def test_numbers_are_kept_without_a_seed_and_keyed_with_one():
    table = pd.DataFrame({"contact": [1, 2], "family": [9, 9], "returned_from": [-1, 1], "received": [5, 6]})
    kept = given(table, FORTNIGHT)
    assert kept[["contact", "family", "returned_from"]].to_numpy().tolist() == [[1, 9, -1], [2, 9, 1]]
    first, other = (given(table, FORTNIGHT, seed=1, replication=r) for r in (0, 1))
    for keyed in (first, other):
        keyed = keyed.sort_values("received")
        assert keyed["returned_from"].tolist() == [-1, keyed["contact"].iloc[0]]
        assert keyed["family"].nunique() == 1
    assert not set(first["contact"]) & {*other["contact"], 1, 2}


def test_the_table_of_the_caller_is_not_changed():
    table = pd.DataFrame({"received": ["2019-06-03 07:00"]})
    given(table, FORTNIGHT, council(UNEVEN), seed=1)
    assert table.to_dict("list") == {"received": ["2019-06-03 07:00"]}


def test_names_of_columns_are_held_to_the_dictionary():
    assert refused(pd.DataFrame({"recieved": [1], "need": [0], "xyz": ["red"]})) == [
        "contacts: received | The column is missing. | Rename recieved to received.",
        'contacts: recieved | No column is called "recieved". | Did you mean received? Otherwise drop it.',
        'contacts: xyz | No column is called "xyz". | Drop it.',
    ]


def test_values_are_held_to_the_dictionary_all_at_once():
    found = refused(pd.DataFrame({"received": [1, 2], "children": ["two", 1], "rag": ["green", "grren"]}))
    assert [text.split(" | ")[:2] for text in found] == [
        ["contacts: children", "1 cell is not of this kind, first 'two'."],
        ["contacts: rag", '"grren" is not on the list.'],
    ]


def test_a_contact_without_a_grade_cannot_be_played():
    found = refused(pd.DataFrame({"received": [1, 2], "children": ["two", 1], "rag": ["green", None]}))
    assert [text.split(" | ")[:2] for text in found] == [
        ["contacts: children", "1 cell is not of this kind, first 'two'."],
        ["contacts: rag", "1 cell is empty, first in row 2."],
    ]


def test_times_that_cannot_be_read_are_counted_and_shown():
    found = refused(pd.DataFrame({"received": ["2019-06-03 07:00", "yesterday", None], "enters": ["3rd June"] * 3}))
    assert [text.split(" | ")[:2] for text in found] == [
        ["contacts: received", "2 cells are not a time, first in row 2: 'yesterday'."],
        ["contacts: enters", "3 cells are not a time, first in row 1: '3rd June'."],
    ]


def test_times_with_and_without_a_zone_cannot_be_mixed():
    assert "not a time" in refused(pd.DataFrame({"received": ["2019-06-03 07:00+01:00", "2019-06-03 08:00"]}))[0]


def test_rows_that_a_run_cannot_play_are_refused_all_at_once():
    end = 14 * 86400
    found = refused(
        pd.DataFrame({
            "contact": [3, -1, 3], "received": [5, 6, end], "enters": [5, 5, end], "children": [0, 0, 1],
            "level": [1, 7, 2],
        })
    )  # fmt: skip
    assert [text.split(" | ")[:2] for text in found] == [
        ["contacts: contact", "In 1 row it is below 0, first in row 2: -1."],
        ["contacts: received", f"In 1 row it lies outside the run, first in row 3: {end}."],
        ["contacts: enters", "In 1 row it lies before receipt, first in row 2: 5."],
        ["contacts: children", "In 2 rows it is below 1, first in row 1: 0."],
        ["contacts: level", "In 1 row it is not a level, first in row 2: 7."],
        ["contacts: contact", "Rows 1 and 3 are both contact 3; 1 rows repeat one."],
    ]


def test_a_source_that_the_parameters_do_not_know_is_named():
    table = pd.DataFrame({"received": [1, 2], "source": ["police", "school"]})
    assert refused(table, parameters=council(UNEVEN)) == [
        'contacts: source | The parameters know no source "school". | '
        "Did you mean schools? Otherwise give the need of every contact in a column."
    ]
    assert len(given(table.assign(need=0), FORTNIGHT, council(UNEVEN))) == 2


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("contacts.csv", b"", "The file is empty."),
        ("contacts.csv", "received\nÄ\n".encode("latin-1"), "Byte 9 is not UTF-8 text."),
        ("contacts.xlsx", b"PK", "This is neither CSV nor Parquet."),
        ("contacts.parquet", b"no parquet", "The file cannot be read:"),
        ("contacts.csv", b"received,need\n1,2\n1,2,3,4\n", "The file cannot be read:"),
    ],
)
def test_files_that_cannot_be_read_say_why(tmp_path, name, content, what):
    (tmp_path / name).write_bytes(content)
    assert what in refused(tmp_path / name)[0]


def test_a_missing_file_offers_the_nearest(tmp_path):
    (tmp_path / "contacts.csv").write_text("received\n1\n", encoding="utf-8")
    assert "Did you mean contacts.csv?" in refused(tmp_path / "contcats.csv")[0]


def test_a_file_with_a_byte_order_mark_is_read(tmp_path):
    (tmp_path / "contacts.csv").write_text("received\n60\n", encoding="utf-8-sig")
    assert given(tmp_path / "contacts.csv", FORTNIGHT)["received"].tolist() == [60]


def test_no_contacts_are_no_mistake(tmp_path):
    (tmp_path / "contacts.csv").write_text("received\n", encoding="utf-8")
    assert len(given(tmp_path / "contacts.csv", FORTNIGHT, council(UNEVEN))) == 0


def test_given_seconds_and_consent_reach_the_engine():
    """A first visit lasts what the table says, and consent is what the table says; empty cells are left to luck."""
    from frontdoor_sim.experiment import run
    from frontdoor_sim.scenario import read_scenario

    desk = read_scenario("scenarios/examples/one_desk.yaml")
    table = pd.DataFrame(
        {
            "contact": [1, 2],
            "received": ["2025-01-06 09:00", "2025-01-06 10:00"],
            "seconds: decision": [1234, None],
            "consent": [1, 0],
        }
    )
    contacts = given(table, desk.model)
    assert contacts["consent"].tolist() == [1, 0]
    work = run(desk, contacts=contacts).events.query("kind == 'work'")
    lasted = (work["end"] - work["start"]).tolist()
    assert lasted[0] == 1234
    assert lasted[1] != 1234
