"""Tables are held to their dictionaries, and every mistake is told at once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from frontdoor_sim import tables
from frontdoor_sim.documents import InputError


def targets(**columns: list[object]) -> pd.DataFrame:
    good: dict[str, list[object]] = {
        "target": ["decision", "decision"],
        "rag": ["red", "amber"],
        "limit": [4, 24],
        "clock": ["elapsed_hours", "working_hours"],
        "since": ["", ""],
        "until": ["", ""],
    }
    return pd.DataFrame({**good, **columns})


@pytest.mark.parametrize("name", tables.names())
def test_every_dictionary_is_whole(name: str) -> None:
    columns = tables.dictionary(name)
    assert len({column.name for column in columns}) == len(columns) > 0
    for column in columns:
        assert column.dtype in {"int8", "int16", "int32", "int64", "Int64", "float64", "bool", "str", "category"}
        assert column.description.strip()
        can_be_empty = column.dtype in {"Int64", "float64"} or column.categories is not None
        assert column.required or can_be_empty, "an optional column must be able to be empty"
        assert not hasattr(pd.DataFrame, column.name), f"{column.name} would hide an attribute of a DataFrame"


@pytest.mark.parametrize("name", tables.names())
def test_the_manual_prints_the_dictionary_itself(name: str) -> None:
    lines = tables.as_markdown(name).splitlines()
    assert len(lines) == 2 + len(tables.dictionary(name))
    for line, column in zip(lines[2:], tables.dictionary(name), strict=True):
        assert line.startswith(f"| `{column.name}` |")
        assert column.description in line


def test_a_right_table_passes() -> None:
    tables.check(targets(), "targets", "targets.csv")


def test_an_unknown_dictionary_names_those_there_are() -> None:
    with pytest.raises(ValueError, match=r'no dictionary called "event".*events'):
        tables.dictionary("event")


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"rag": ["red", "purple"]}, 'targets.csv: rag\n  what:   "purple" is not on the list.'),
        ({"rag": ["red", "ambre"]}, "remedy: Did you mean amber"),
        ({"limit": [4, 2.5]}, "targets.csv: limit\n  what:   1 cell is not of this kind, first 2.5."),
        ({"limit": [4, "two"]}, "first 'two'"),
        ({"limit": [4, None]}, "1 cell is empty, first in row 2."),
        ({"limit": [True, False]}, "2 cells are not of this kind"),
        ({"target": ["decision", 7]}, "1 cell is not of this kind, first 7."),
        ({"target": [None, None]}, "2 cells are empty, first in row 1."),
        ({"clok": ["a", "b"]}, "targets.csv: clok\n  what:   The column is not known."),
    ],
)
def test_one_mistake_one_message(columns: dict[str, list[object]], message: str) -> None:
    with pytest.raises(InputError, match=r"^1 mistake\.\n") as raised:
        tables.check(targets(**columns), "targets", "targets.csv")
    assert message in str(raised.value)


def test_a_column_that_is_missing_offers_the_one_meant() -> None:
    with pytest.raises(InputError, match=r"Rename limt to limit\.") as raised:
        tables.check(targets().rename(columns={"limit": "limt"}), "targets", "targets.csv")
    assert [mistake.where for mistake in raised.value.mistakes] == ["targets.csv: limit", "targets.csv: limt"]


def test_a_column_that_stands_there_twice_is_told() -> None:
    twice = pd.concat([targets(), targets()[["rag"]]], axis=1)
    with pytest.raises(InputError, match="stands there twice"):
        tables.check(twice, "targets", "targets.csv")


def test_all_mistakes_are_told_at_once() -> None:
    wrong = targets(rag=["rad", "red"], limit=[None, 2.5]).drop(columns="target")
    with pytest.raises(InputError, match=r"^4 mistakes\.") as raised:
        tables.check(wrong, "targets", "targets.csv")
    assert [mistake.where.split()[-1] for mistake in raised.value.mistakes] == ["target", "rag", "limit", "limit"]


def contact(**cells: object) -> dict[str, object]:
    """A contact of zeros, but for the cells given."""
    zeros: dict[str, object] = {column.name: 0 for column in tables.dictionary("contacts")}
    return {**zeros, "source": "health", "area": "north", "rag": "red", "open_case": False, **cells}


def test_a_number_too_large_for_its_column_is_told() -> None:
    with pytest.raises(InputError, match=r"A whole number from -32,768 to 32,767 \[children\]"):
        tables.check(pd.DataFrame([contact(children=40_000)]), "contacts", "contacts.csv")


def test_many_wrong_words_are_counted_not_listed() -> None:
    many = pd.concat([targets(rag=[f"colour {number}", "red"]) for number in range(12)])
    with pytest.raises(InputError, match="4 more words are not on the list") as raised:
        tables.check(many, "targets", "targets.csv")
    assert len(raised.value.mistakes) == 9


def test_conform_sets_order_dtypes_and_closed_categories_and_leaves_its_input() -> None:
    given = targets(limit=[4.0, 24.0])[["limit", "until", "clock", "rag", "since", "target"]]
    before = given.copy()
    made = tables.conform(given, "targets")
    assert list(made.columns) == ["target", "rag", "limit", "clock", "since", "until"]
    assert made["limit"].dtype == np.int64
    assert list(made["rag"].cat.categories) == ["red", "amber", "green", "blue"]
    pd.testing.assert_frame_equal(given, before)


def test_conform_adds_an_optional_column_empty() -> None:
    made = tables.conform(
        pd.DataFrame(
            {"outcome": ["advice"], "is_end": [True]}
            | {name: [False] for name in ("transfer", "decided_later", "accepted_later", "referral")}
        ),
        "outcomes",
    )
    assert made["provides"].dtype == pd.Int64Dtype()
    assert made["provides"].isna().all()


def test_conform_keeps_whole_64_bit_keys() -> None:
    key = 2**63 - 1
    assert tables.from_rows([contact(contact=key)], "contacts")["contact"].tolist() == [key]


@pytest.mark.parametrize("name", tables.names())
def test_an_empty_table_conforms(name: str) -> None:
    made = tables.empty(name)
    assert len(made) == 0
    pd.testing.assert_frame_equal(tables.conform(made, name), made)
    assert tables.from_rows([], name).equals(made)


def test_an_open_category_keeps_its_own_order() -> None:
    areas = pd.Categorical(["b", "a"], categories=["b", "a", "c"])
    contacts = pd.DataFrame([contact(contact=1), contact(contact=2)]).assign(area=areas)
    assert list(tables.conform(contacts, "contacts")["area"].cat.categories) == ["b", "a", "c"]
