"""Where contacts went from each stage: observed shares of outcomes, with intervals, and small numbers withheld."""

from __future__ import annotations

import numpy as np
import pandas as pd

from frontdoor_sim.calibration.estimates import FEW, LEVEL, hidden, wilson
from frontdoor_sim.documents import InputError, Mistake
from frontdoor_sim.event_log import EventLog

COLUMNS = ("stage", "by", "group", "outcome", "visits", "share", "low", "high", "note")


def routes(log: EventLog, by: str | None = None, level: float = LEVEL) -> pd.DataFrame:
    """Share of the finished visits to each stage that led to each outcome.

    Visits of the main thread that are over; those still open have no outcome yet, and are left out, which favours outcomes
    that come soon where many are open.

    Args:
        log: a history (or a run).
        by: `rag` at the outcome (of visits that have one), or a column of contacts such as `source` or `area`; None for all
            together.
        level: of Wilson's interval of each share.

    Returns:
        Columns stage, by, group, outcome, visits (of the stage and group), share, low, high and note. Where an outcome was
        reached by 1 to 5 visits, share and interval are empty; where what is left over would tell such a number, so is the
        next smallest.

    Raises:
        InputError: the log knows no such attribute.
    """
    events = log.events[(log.events["part"] == 0) & (log.events["outcome"] != "")]
    table = pd.DataFrame({name: events[name].astype(str).to_numpy() for name in ("stage", "outcome")})
    table["rag"] = events["rag"].astype(object).to_numpy()
    table["group"] = _groups(log, events["contact"], table, by)
    rows = []
    for (stage, group), visits in table.groupby(["stage", "group"], sort=True):
        counts = visits["outcome"].value_counts()
        kept_back = set(counts.index[hidden(counts.to_numpy())])
        for outcome in sorted(counts.index):
            values = (np.nan, np.nan, np.nan) if outcome in kept_back else wilson(counts[outcome], len(visits), level)
            note = "withheld: fewer than 6, or would tell such a number" if outcome in kept_back else ""
            rows.append((stage, by or "all", group, outcome, len(visits) if len(visits) >= FEW else 0, *values, note))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _groups(log: EventLog, contact: pd.Series[int], table: pd.DataFrame, by: str | None) -> pd.Series[str]:
    if by is None:
        return pd.Series(["all"] * len(table), dtype=object)
    if by == "rag":
        return table["rag"]
    if by not in ("source", "area"):
        right = "`rag`, `source` or `area`."
        raise InputError([Mistake("routes", f'No attribute "{by}".', right, f"Name one of {right}")])
    known = dict(zip(log.contacts["contact"], log.contacts[by].astype(str), strict=True))
    return pd.Series([known[one] for one in contact.tolist()], dtype=object)
