"""All extracts of an invented council, in a folder, with the truth beside them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from ruamel.yaml import YAML

from frontdoor_sim.calibration.history.invent.census import write_census
from frontdoor_sim.calibration.history.invent.faults import FAULTS, planted
from frontdoor_sim.calibration.history.invent.invented import BOTH, Invented, invented_of
from frontdoor_sim.calibration.history.invent.lists import annex_a, write_workbook
from frontdoor_sim.calibration.history.invent.rows import csv_text, known_as
from frontdoor_sim.calibration.history.invent.safeguarding import ssd
from frontdoor_sim.calibration.history.invent.steps import column_map, mosaic
from frontdoor_sim.calibration.history.invent.wide import liquidlogic, template
from frontdoor_sim.event_log import About, EventLog, write_log

SAME_PERSON = "same_person.csv"


def invent(log: EventLog, folder: str | Path, faults: Sequence[str] = (), seed: int = 1) -> Path:
    """Write the extracts of a fully invented council from a simulated log.

    Into the folder go `template.csv`, `liquidlogic.csv`, `mosaic/` (steps and their column map), `annex_a.xlsx`, `ssd/` and
    `cin_census.xml`; into `truth/` the event log that they were made of and `truth.json`: the seed, when the files were
    taken, and how many rows each fault befell. With two systems all of them are in a folder for each, and `same_person.csv`
    says who is who. Nobody in them ever lived.

    Args:
        log: of a run.
        folder: where to; made if need be.
        faults: names from `FAULTS`.
        seed: key of what the log does not know, such as ages; the same log, faults and seed give the same records.

    Returns:
        The folder.

    Raises:
        InputError: a fault is not known, or the packages of the extra `history` are not installed.
    """
    folder = Path(folder)
    told = planted(invented_of(log, seed), faults)
    folder.mkdir(parents=True, exist_ok=True)
    for system in told.systems:
        _write_system(folder if len(told.systems) == 1 else folder / system, told, system, log.about)
    if len(told.systems) > 1:
        _text(folder / SAME_PERSON, _same_person(told).to_csv(index=False, lineterminator="\n"))
    write_log(log, folder / "truth")
    _text(folder / "truth" / "truth.json", json.dumps(_truth(told, log, faults, seed), indent=2) + "\n")
    return folder


def _write_system(folder: Path, told: Invented, system: str, about: About) -> None:
    """Every format of one system."""
    for sub in (folder, folder / "mosaic", folder / "ssd"):
        sub.mkdir(parents=True, exist_ok=True)
    _text(folder / "template.csv", csv_text(template(told, system), told))
    _text(folder / "liquidlogic.csv", csv_text(liquidlogic(told, system), told))
    _text(folder / "mosaic" / "steps.csv", csv_text(mosaic(told, system), told))
    with (folder / "mosaic" / "column_map.yaml").open("w", encoding="utf-8", newline="\n") as stream:
        yaml = YAML()
        yaml.default_flow_style = False
        yaml.dump(column_map(about), stream)
    write_workbook(folder / "annex_a.xlsx", annex_a(told, system))
    for name, table in ssd(told, system).items():
        _text(folder / "ssd" / f"{name}.csv", csv_text(table, told))
    write_census(folder / "cin_census.xml", told, system)


def _same_person(told: Invented) -> pd.DataFrame:
    """The children of contacts that stand in both systems, by their identifier in each."""
    shared = told.contacts.loc[told.contacts["twin"], "contact"]
    child = told.children.loc[told.children["contact"].isin(shared), "child"].drop_duplicates()
    return pd.DataFrame({system: known_as(child[child != ""], system) for system in BOTH})


def _truth(told: Invented, log: EventLog, faults: Sequence[str], seed: int) -> dict[str, object]:
    about = log.about
    return {
        "invented": "Everything in this folder is made up; no child, family or worker in it ever lived.",
        "scenario": about.option,
        "seed": seed,
        "opens": about.opens.isoformat(),
        "closes": about.clock.date_of(about.closes).isoformat(),
        "extracted": told.extracted.isoformat(),
        "systems": list(told.systems),
        "contacts": len(log.contacts),
        "children": int(log.contacts["children"].sum()),
        "faults": {
            fault.name: {"what": fault.title, "found_by": fault.found_by, "rows": told.planted.get(fault.name)}
            for fault in FAULTS
            if fault.name in faults
        },
    }


def _text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
