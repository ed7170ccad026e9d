"""Make the pages of the manual that stand in the code: run `python docs/make_tables.py` after changing either."""

from __future__ import annotations

from pathlib import Path

from frontdoor_sim import tables
from frontdoor_sim.calibration.history.manual import history_page
from frontdoor_sim.measures import manual
from frontdoor_sim.parameters import as_markdown as parameters_as_markdown

HERE = Path(__file__).parent
ABOUT = {
    "contacts": "Who comes: drawn, given, or read from history. One row a contact.",
    "duty": "Who is on duty, part of an event log. One row a stretch.",
    "events": "What happened: the heart of an event log. One row an uninterrupted stretch of work or of waiting.",
    "history_findings": "What is wrong with a council's own files: one row a check. Counts of 1 to 5 are suppressed.",
    "history_records": "What is read of a council's own files, whatever their format. One row a row that can be used.",
    "history_set_aside": "Rows of a council's own files that cannot be used. One row each, and nothing of what stands in it.",
    "measures": "What an event log says: tidy, one row a measure and member of a breakdown.",
    "outcomes": "Where contacts can be routed, part of what one must know to read a log.",
    "people": "Who there is. One row a person of the roster.",
    "records": "What a council's case systems say of contacts, as its dashboard counts it. One row a record.",
    "silent": "What those who recorded a log cannot support, part of what one must know to read it. Empty for a simulated log.",
    "stages": "The stages of the model that was run, part of what one must know to read a log.",
    "targets": "Time limits by RAG, part of what one must know to read a log.",
    "validation_curves": "How soon contacts are through, really and by the model. One row a prediction, curve and hour.",
    "validation_errors": "What the error of a weekly series is made of. One row a prediction and series.",
    "validation_findings": "What really happened against the bands of what was predicted. One row a prediction and figure.",
    "validation_weeks": "Week by week, really and by the model. One row a prediction, series and week. Real counts of 1 to 5 "
    "are left out.",
}
"""What each table is, in a sentence; a table without one cannot be printed."""

INTRODUCTION = """# Tables

Made from the dictionaries in `src/frontdoor_sim/dictionaries`, which the checks of every table read as well.

Seconds count from 00:00 local time on the day the measured window opens, and are negative in the warm-up.
A stretch is [start, end): its last second is the one before `end`.
"""
PARAMETERS = """## Parameters

The numbers that a council's `parameters.yaml` may hold. Each has a value, unit, source, date and grade
(`fitted`, `published`, `elicited` or `assumed`), and may have a range and a note. A scenario names them in full
(`bias: judgement.bias`), durations by their last part (`touch: screening`); a duration of one's own may be added.
"""


def tables_page() -> str:
    """The page of tables: every dictionary, and the numbers of a parameters file."""
    parts = [
        f"## {name.replace('_', ' ').capitalize()}\n\n{ABOUT[name]}\n\n{tables.as_markdown(name)}"
        for name in tables.names()
    ]
    return "\n".join([INTRODUCTION, *parts, f"{PARAMETERS}\n{parameters_as_markdown()}"])


def pages() -> dict[str, str]:
    """The text of every page that is made, by the name of its file."""
    return {"tables.md": tables_page(), "measures.md": manual(), "history-files.md": history_page()}


if __name__ == "__main__":
    for file, text in pages().items():
        (HERE / file).write_text(text, encoding="utf-8", newline="\n")
