"""A workflow-step extract in the shape of Mosaic's warehouse, and the column map that goes with it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from frontdoor_sim.calibration.history.invent.invented import Invented, title
from frontdoor_sim.calibration.history.invent.people import FREE_TEXT
from frontdoor_sim.calibration.history.invent.rows import ISO, received, rows_of, written, yes_no
from frontdoor_sim.event_log import About

COLUMNS = {
    "item": "WORKFLOW_STEP_ID",
    "person": "SUBJECT_COMPOUND_ID",
    "family": "GROUP_ID",
    "parent": "SOURCE_STEP_ID",
    "step": "STEP_TYPE",
    "received": "DATETIME_OF_CONTACT",
    "incoming": "INCOMING_ON",
    "started": "STARTED_ON",
    "ended": "COMPLETED_ON",
    "status": "STEP_STATUS",
    "outcome": "NEXT_ACTION",
    "team": "RESPONSIBLE_TEAM",
    "source": "CONTACT_SOURCE",
    "rag": "RAG_RATING",
    "open_case": "OPEN_CASE",
}


def mosaic(told: Invented, system: str) -> pd.DataFrame:
    """One row a step and child, to the second, with free text in it; times of contact stand on the first step only."""
    rows = rows_of(told, system).drop(columns=["started_at", "team"])
    steps = told.steps.merge(rows, on="number", sort=False).sort_values(["step", "ordinal"], ignore_index=True)
    first = steps["parent"].isna()
    done = steps["completed_at"].notna()
    status = yes_no(done, "COMPLETED", "STARTED").where(done | steps["started_at"].notna(), "INCOMING")
    return pd.DataFrame(
        {
            "WORKFLOW_STEP_ID": steps["step"],
            "SUBJECT_COMPOUND_ID": steps["person"],
            "GROUP_ID": steps["family_name"],
            "SOURCE_STEP_ID": steps["parent"].astype("string").fillna(""),
            "STEP_TYPE": steps["title"],
            "DATETIME_OF_CONTACT": received(steps, ISO, told).where(first, ""),
            "INCOMING_ON": written(steps["incoming_at"], ISO, told),
            "STARTED_ON": written(steps["started_at"], ISO, told),
            "COMPLETED_ON": written(steps["completed_at"], ISO, told),
            "STEP_STATUS": status,
            "NEXT_ACTION": steps["next_title"].where(done, ""),
            "RESPONSIBLE_TEAM": steps["team"],
            "CONTACT_SOURCE": steps["source_code"].where(first, ""),
            "RAG_RATING": steps["rag"],
            "OPEN_CASE": yes_no(steps["open_case"], "Y", "N"),
            "NOTES": FREE_TEXT,
        }
    )


def column_map(about: About) -> dict[str, Any]:
    """The column map of the extract, as plain data: the stages and ends of the model that was run."""
    transfer = dict(zip(about.outcomes["outcome"], about.outcomes["transfer"], strict=True))
    stages = {
        str(row["stage"]): {
            "steps": [title(str(row["stage"]))],
            "kind": str(row["kind"]),
            "team": str(row["team"]),
            **{flag: bool(row[flag]) for flag in ("decides", "accepts", "allocates")},
            "transfer": bool(transfer.get(row["stage"], False)),
        }
        for row in about.stages.to_dict("records")
    }
    leaving = about.outcomes[about.outcomes["is_end"]]
    ends = {
        str(row["outcome"]): ({} if pd.isna(row["provides"]) else {"provides": int(row["provides"])})
        | ({"referral": True} if row["referral"] else {})
        for row in leaving.to_dict("records")
    }
    return {
        "name": "Mosaic, invented",
        "shape": "steps",
        "columns": COLUMNS,
        "stages": stages,
        "outcomes": {title(name): name for name in [*stages, *ends]},
        "ends": ends,
    }
