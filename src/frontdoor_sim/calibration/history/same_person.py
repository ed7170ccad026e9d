"""Persons who have an identifier in each of two case systems: one number for both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components


def join_persons(records: pd.DataFrame, pairs: Sequence[tuple[int, int]] | None) -> pd.DataFrame:
    """The records with one number for each person, and one family for all records of a person.

    Args:
        records: table `history_records`.
        pairs: numbers that are one person; chains of them are followed. None where there is no mapping.

    Example:
        >>> table = pd.DataFrame({"person": [7, 8, 9], "family": pd.array([1, None, 2], dtype="Int64")})
        >>> join_persons(table, [(7, 8)])["person"].tolist(), join_persons(table, [(7, 8)])["family"].tolist()
        ([7, 7, 9], [1, 1, 2])
    """
    if not pairs:
        return records
    same = least_of_each(pairs)
    person = records["person"].map(same).fillna(records["person"]).astype("int64")
    joined = records.assign(person=person)
    family = joined.dropna(subset=["family"]).drop_duplicates("person").set_index("person")["family"]
    linked = joined["person"].map(family).astype("Int64")
    return joined.assign(family=linked.fillna(joined["family"]))


def least_of_each(pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """For each number that is in a pair, the least of all that chains of pairs join it to.

    Example:
        >>> least_of_each([(3, 2), (2, 9), (5, 4)])
        {2: 2, 3: 2, 4: 4, 5: 4, 9: 2}
    """
    both = np.array(list(pairs), dtype=np.int64).reshape(-1, 2)
    numbers, places = np.unique(both, return_inverse=True)
    places = places.reshape(both.shape)
    shape = (len(numbers), len(numbers))
    links = coo_array((np.ones(len(both), dtype=np.int8), (places[:, 0], places[:, 1])), shape=shape)
    _, group = connected_components(links, directed=False)
    least = np.full(int(group.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(least, group, numbers)
    return dict(zip(numbers.tolist(), least[group].tolist(), strict=True))
