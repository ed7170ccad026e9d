"""Small numbers kept back: counts of 1 to 5 in any table by area or source."""

from __future__ import annotations

import numpy as np
import pandas as pd

LEAST, MOST = 1, 5
PUBLISHED_BY = ("area", "source", "need", "ethnicity", "group")
COUNTS = ("contacts", "children", "families")
SYMBOL = "c"


def suppressed(table: pd.DataFrame) -> pd.DataFrame:
    """The table with small counts, and every number resting on them, taken out.

    A row of a tidy table (column `by`) is looked at if `by` is one of `PUBLISHED_BY`; every row is, where
    area or source is a column. A row with a count of 1 to 5 loses all its numbers (NaN) and is marked
    `row` in the added column `suppressed`. Where that leaves one lonely row in its set (same option,
    measure and by), the next smallest row loses its counts and is marked `counts`, so that the small one
    cannot be worked out from the total. Tables with a row for each contact (column `contact`) and tables
    without counts are returned as they are.

    Example:
        >>> rows = pd.DataFrame({"by": ["source"] * 3, "group": ["a", "b", "c"], "contacts": [3, 40, 90]})
        >>> suppressed(rows)["contacts"].tolist()
        [nan, nan, 90.0]
    """
    counts = [name for name in COUNTS if name in table.columns]
    looked_at = _published(table)
    if not counts or "contact" in table.columns or not looked_at.any():
        return table
    numbers = table[counts].apply(pd.to_numeric, errors="coerce")
    small = looked_at & (numbers.ge(LEAST) & numbers.le(MOST)).any(axis=1)
    if "unit" in table.columns and "mean" in table.columns:
        value = pd.to_numeric(table["mean"], errors="coerce").round()
        small |= looked_at & table["unit"].astype(str).isin(COUNTS) & value.between(LEAST, MOST)
    if not small.any():
        return table
    beside = _next_smallest(table, looked_at, small, numbers.min(axis=1))
    out = table.assign(suppressed=np.select([small, beside], ["row", "counts"], ""))
    for name in numeric(table):
        hidden = small | beside if name in counts else small
        out[name] = out[name].astype("float64").mask(hidden)
    return out


def numeric(table: pd.DataFrame) -> list[str]:
    """The columns that suppression empties: every number but the number of runs."""
    return [name for name in table.columns if pd.api.types.is_numeric_dtype(table[name]) and name != "runs"]


def _published(table: pd.DataFrame) -> pd.Series:
    if "by" in table.columns:
        return table["by"].isin(PUBLISHED_BY)
    return pd.Series(data=any(name in table.columns for name in PUBLISHED_BY[:2]), index=table.index, dtype=bool)


def _next_smallest(table: pd.DataFrame, looked_at: pd.Series, small: pd.Series, size: pd.Series) -> pd.Series:
    """The smallest other row of every set in which just one row is small."""
    beside = pd.Series(data=False, index=table.index)
    keys = [name for name in ("option", "run", "measure", "by") if name in table.columns]
    parts = table[looked_at].groupby(keys, observed=True, dropna=False) if keys else [("", table[looked_at])]
    for _, part in parts:
        rest = size.loc[part.index].where(~small.loc[part.index]).dropna()
        if int(small.loc[part.index].sum()) == 1 and not rest.empty:
            beside |= beside.index == rest.idxmin()
    return beside
