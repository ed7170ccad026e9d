"""Invented extracts for the tests of history: one short run of the Front Door of 2019, and what is made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

import pandas as pd

from frontdoor_sim.calibration.history import History, Period, read_history
from frontdoor_sim.calibration.history.invent import invent
from frontdoor_sim.event_log import EventLog
from frontdoor_sim.experiment import run
from frontdoor_sim.measures import measure
from frontdoor_sim.scenario import read_scenario
from frontdoor_sim.working_time import ShiftPattern

ROOT = Path(__file__).parents[1]
AS_FOUND = ROOT / "scenarios" / "bcp" / "as_found.yaml"
RUN = "run: {opens: 2020-01-06, weeks: 8, warm_up: 4 weeks, follow_up: 3 weeks}"  # no change of clocks in it
OFFICE = ShiftPattern.parse({"Mon-Thu": "08:30-17:15", "Fri": "08:30-16:45"})
FORMATS = {
    "template": "template.csv",
    "liquidlogic": "liquidlogic.csv",
    "mosaic": "mosaic",
    "annex_a": "annex_a.xlsx",
    "ssd": "ssd",
    "cin_census": "cin_census.xml",
}
TIMED = ("template", "liquidlogic", "mosaic")


def simulated(folder: Path) -> EventLog:
    """The log of a short run."""
    lines = AS_FOUND.read_text(encoding="utf-8").splitlines()
    text = "\n".join(RUN if line.startswith("run:") else line for line in lines)
    parameters = (ROOT / "calibration" / "bcp" / "parameters.yaml").as_posix()
    scenario = folder / "short.yaml"
    scenario.write_text(text.replace("../../calibration/bcp/parameters.yaml", parameters), encoding="utf-8")
    return run(read_scenario(scenario), seed=11)


class Council:
    """A folder of invented extracts, made once for each set of faults."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = simulated(folder)
        self.truth = measure(self.log)
        self.extracts = cache(self._extracts)

    def _extracts(self, *faults: str) -> Path:
        return invent(self.log, self.folder / "-".join(["extracts", *faults]), faults, seed=3)

    def read(self, form: str, *faults: str, mapped: bool = True) -> History:
        folder = self.extracts(*faults)
        if "two_systems" not in faults:
            return read_history([folder / FORMATS[form]])
        files: Mapping[str, Sequence[Path]] = {s: [folder / s / FORMATS[form]] for s in ("system_a", "system_b")}
        return read_history(files, folder / "same_person.csv" if mapped else None)

    @property
    def extracted(self) -> datetime:
        return self.log.about.clock.local(self.log.about.ends).replace(tzinfo=None)

    @property
    def period(self) -> Period:
        about = self.log.about
        closes = about.clock.date_of(about.closes)
        return Period(about.opens, closes, self.extracted, OFFICE, about.working_days.receipt_closes, about.targets)


def beside(truth: pd.DataFrame, read: pd.DataFrame, by: Sequence[str] = ("all",)) -> pd.DataFrame:
    """Values of both, for the measures and groups that the truth has."""
    keys = ["measure", "by", "group"]
    both = truth[[*keys, "value", "unit"]].merge(
        read[[*keys, "value", "note"]], on=keys, how="left", suffixes=("", "_read")
    )
    return both[both["by"].isin(by)].set_index("measure")
