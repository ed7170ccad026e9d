"""The groups of breakdowns: counted by a product, they are what is found one by one."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from frontdoor_sim.event_log.columns import Columns
from frontdoor_sim.event_log.reading import in_each_hour
from frontdoor_sim.measures.breakdowns import EVERY, Breakdowns

RAGS, SOURCES = ("red", "amber", "green"), ("police", "schools")
Contact = tuple[str, str, int, int]
CONTACTS = st.lists(
    st.tuples(st.sampled_from(RAGS), st.sampled_from(SOURCES), st.integers(0, 4), st.integers(0, 3)), max_size=20
)


def made_of(contacts: list[Contact]) -> Breakdowns:
    rag, source, level, _ = (np.array(column) for column in zip(*contacts, ("", "", 0, 0), strict=True))
    table = {"rag": rag[:-1], "source": source[:-1], "area": np.full(len(contacts), "here"), "level": level[:-1]}
    return Breakdowns.of(Columns(table))


@given(CONTACTS)
def test_groups_are_counted_as_one_by_one(contacts: list[Contact]):
    made, weights = made_of(contacts), np.array([weight for *_, weight in contacts], dtype=np.int64)
    for number, group in enumerate(made.groups):
        by = EVERY[sum(begin <= number for begin in made.begins) - 1]
        place = {"rag": 0, "source": 1, "level": 2}.get(by)
        mine = np.array([place is None or str(contact[place]) == group for contact in contacts], dtype=bool)
        assert made.count(weights)[number] == weights[mine].sum()
        assert made.count(weights > 1)[number] == (weights[mine] > 1).sum()


@given(CONTACTS)
def test_groups_are_listed_where_there_is_any_and_all_always(contacts: list[Contact]):
    made = made_of(contacts)
    for number in (made.count(np.ones(len(contacts), dtype=bool)), np.zeros(len(made.groups), dtype=np.int64)):
        listed = made.listed(EVERY[:3], number)
        assert listed[0].names == ("all",)
        groups = [group for one in listed for group in one.groups.tolist()]
        assert groups == [group for group in range(made.begins[3]) if number[group] or group == 0]
        assert all(one.names == tuple(made.groups[group] for group in one.groups) for one in listed)


@given(st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 20_000)), max_size=9), st.integers(3_600, 15_000))
def test_seconds_in_each_hour_are_those_that_are_counted(stretches: list[tuple[int, int]], closes: int):
    """Stretches that begin and end anywhere, in a window whose last hour may be short."""
    hours = -(-closes // 3_600) + 1
    begun, follow, spent = np.zeros((3, 1, hours), dtype=np.int64)
    for first, last in (sorted(stretch) for stretch in stretches):
        for second, sign in ((min(first, closes), 1), (min(last, closes), -1)):
            begun[0, second // 3_600] += sign
            follow[0, second // 3_600] += sign * (min((second // 3_600 + 1) * 3_600, closes) - second)
        for hour in range(hours - 1):
            low, high = max(first, hour * 3_600), min(last, closes, (hour + 1) * 3_600)
            spent[0, hour] += max(0, high - low)
    assert in_each_hour(begun, follow, closes).tolist() == spent[:, :-1].tolist()
