"""Fuzzed files: never a traceback, never a silent loss. `tests/history_long_run.py` tries many thousands more."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import pytest

from history_mutations import mutations, survives
from invented_councils import FORMATS

CSV = ("template", "liquidlogic", "mosaic", "ssd")
MUTATIONS = {"template": 40, "liquidlogic": 40, "mosaic": 40, "annex_a": 40, "ssd": 40, "cin_census": 40, "parquet": 40}


def small_copy(council, form, folder):
    """A file of a format with some sixty rows, and what must lie beside it."""
    source = council.extracts() / FORMATS.get(form, "ssd")
    if form == "cin_census":
        head, *children = source.read_text(encoding="utf-8").split("<Child>")
        text = "<Child>".join([head, *children[:30]]).rstrip() + "\n</Children></Message>"
        path = folder / source.name
        path.write_text(
            text if text.count("</Message>") == 1 else text[: text.index("</Message>") + 10], encoding="utf-8"
        )
        return path, []
    if form == "annex_a":
        path = folder / source.name
        with pd.ExcelWriter(path, engine="openpyxl") as book:
            for name, table in pd.read_excel(source, sheet_name=None, engine="calamine").items():
                table.head(15).to_excel(book, sheet_name=name, index=False)
        return path, []
    file = {
        "mosaic": source / "steps.csv",
        "ssd": source / "ssd_contacts.csv",
        "parquet": source / "ssd_contacts.csv",
    }.get(form, source)
    path = folder / file.name
    path.write_text("".join(file.read_text(encoding="utf-8").splitlines(keepends=True)[:60]), encoding="utf-8")
    if form == "parquet":
        path = folder / "contacts.parquet"
        pd.read_csv(file, dtype="str").head(60).to_parquet(path)
    return path, [source / "column_map.yaml"] if form == "mosaic" else []


@pytest.mark.parametrize("form", MUTATIONS)
def test_mutated_files_are_read_or_refused_and_no_row_is_lost(council, form, tmp_path):
    path, beside = small_copy(council, form, tmp_path)
    assert survives(path, path.read_bytes(), beside, council.extracted, council.period) == "read"
    seen = Counter(
        survives(path, raw, beside, council.extracted, council.period) for raw in list(mutations(path, MUTATIONS[form]))
    )
    assert seen.total() == MUTATIONS[form]
    assert seen["read" if form in CSV else "refused"] > 0
