"""Columns as arrays: orders and runs are those that NumPy's own sorts would give."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from frontdoor_sim.event_log.columns import Columns, order_of, places_of, runs, sorting

small = st.integers(0, 3)
pairs = st.lists(st.tuples(small, small), max_size=12)


@given(st.lists(st.one_of(small, st.integers(0, 2**62)), max_size=30))
def test_order_of_is_a_stable_sort(numbers: list[int]) -> None:
    array = np.array(numbers, dtype=np.int64)
    assert_array_equal(order_of(array), np.argsort(array, kind="stable"))


@given(pairs)
def test_sorting_is_a_stable_sort_by_several_keys(rows: list[tuple[int, int]]) -> None:
    keys = list(np.array(rows, dtype=np.int64).reshape(-1, 2).T)
    order, expected = sorting(keys), np.lexsort(tuple(reversed(keys)))
    assert_array_equal(np.arange(len(rows)) if order is None else order, expected)
    assert (order is None) == (rows == sorted(rows))


@given(pairs)
def test_runs_cut_the_rows_where_a_key_changes(rows: list[tuple[int, int]]) -> None:
    first, last = runs(list(np.array(rows, dtype=np.int64).reshape(-1, 2).T))
    places, begins = places_of(first, last)
    assert places.tolist() == list(range(len(rows)))
    assert begins.tolist() == first.tolist()
    assert all(len(set(rows[one : end + 1])) == 1 for one, end in zip(first, last, strict=True))
    assert all(rows[one] != rows[one - 1] for one in first[1:])


def test_words_may_be_text_or_categories() -> None:
    text = pd.Series(["wait", "work", "wait"])
    for column in (text, text.astype("category"), text.astype(pd.CategoricalDtype(["work", "search", "wait"]))):
        words = Columns(pd.DataFrame({"kind": column})).words("kind")
        assert words.among(["wait"]).tolist() == [True, False, True]
        assert set(words.present) == {"wait", "work"}
        assert [words.names[code] for code in words.take(np.array([1, 2])).places] == ["work", "wait"]
