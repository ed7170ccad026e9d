"""Breaches by urgency, and the oldest of every urgency, so that what is least urgent is never out of sight."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from frontdoor_sim.appraisal.pack import Pack
from frontdoor_sim.appraisal.sections import Cell, Table, level_cell
from frontdoor_sim.appraisal.wording import RAG_ORDER, Estimate, estimates, plain

Found = dict[tuple[str, str], Estimate]
_LIMITS = {"decided_on_time": "Decided later than the target", "decided_within_24h": "Decided later than 24 hours"}
_AGES = {
    "decision_hours_longest": "The longest that anybody waited for a decision",
    "oldest_undecided_hours": "The oldest still without a decision at the end of the run",
}


def breaches(pack: Pack) -> Table:
    """By RAG on arrival, how many are decided too late and how long the oldest waits, of every option; empty for one RAG."""
    groups = {}
    for name, found in _figures(pack.summary).items():
        grades = _grades(found)
        groups[name] = [
            [Cell(plain(grade)), *(level_cell(found.get((option, grade))) for option in pack.labels)]
            for grade in grades
        ]
    caption = "Too late, and the oldest, by urgency on arrival"
    return Table(caption, ["Urgency", *pack.labels.values()], groups, pack.summary_note)


def breaches_text(summary: pd.DataFrame) -> str:
    """The same of one option as lines of text; "" for one RAG.

    Example:
        >>> row = {"option": "Today", "by": "rag", "mean": 0.9, "low": 0.8, "high": 1.0, "unit": "share", "contacts": 50}
        >>> rows = [row | {"measure": "decided_on_time", "group": grade} for grade in ("green", "red")]
        >>> print(breaches_text(pd.DataFrame(rows)))
        Decided later than the target, by RAG on arrival:
          red      10% (0 to 20)
          green    10% (0 to 20)
    """
    lines = []
    for name, found in _figures(summary).items():
        lines.append(f"{name}, by RAG on arrival:")
        for grade in _grades(found):
            value = next(value for (_, group), value in found.items() if group == grade)
            interval = f" ({value.interval_text()})" if value.has_interval else ""
            lines.append(f"  {grade:8} {value.value_text()}{interval}")
    return "\n".join(lines)


def _figures(summary: pd.DataFrame) -> dict[str, Found]:
    """What is told by RAG, by its heading: the share that is late by its target, or by 24 hours where there is no target."""
    found: dict[str, Found] = {}
    for measure, heading in _LIMITS.items():
        met = estimates(summary, measure, by="rag")
        if not found and any(value.known for value in met.values()):
            found[heading] = {place: _missed(value) for place, value in met.items()}
    found |= {heading: estimates(summary, measure, by="rag") for measure, heading in _AGES.items()}
    return {heading: rows for heading, rows in found.items() if len(_grades(rows)) > 1}


def _missed(met: Estimate) -> Estimate:
    return replace(met, mean=1 - met.mean, low=max(1 - met.high, 0.0), high=min(1 - met.low, 1.0))


def _grades(found: Found) -> list[str]:
    return [grade for grade in RAG_ORDER if any(group == grade for _, group in found)]
