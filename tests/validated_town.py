"""A small town for the tests of validation: its Front Door, and its history as it was, or with a change that no model knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd

from frontdoor_sim.calibration.history import History, examine, read_history
from frontdoor_sim.calibration.history.invent.invented import invented_of
from frontdoor_sim.calibration.history.invent.wide import template
from frontdoor_sim.experiment import run
from frontdoor_sim.scenario import Scenario, read_scenario

TOWN = """\
name: Small town
run: {opens: 2024-06-03, weeks: 34, warm_up: 4 weeks, follow_up: 2 weeks}
shifts: {office: {Mon-Fri: "09:00-17:00"}}
clock: office
receipt_closes: "17:00"
arrivals:
  police: {per_hour: {"Mon-Fri 08:00-18:00": 1.6, otherwise: 0.3}, need: 1.2}
  schools: {per_hour: {"Mon-Fri 08:00-16:00": 1.2}, need: 0.4}
teams:
  desk: {staff: [{role: officer, wte: 6, shift: office}]}
  assessment: {staff: [{role: social_worker, wte: 30, shift: office, caseload: 15}]}
stages:
  decision: {team: desk, touch: {distribution: exponential, mean: 60, unit: minutes}, decides: true}
  allocation: {kind: caseload, team: assessment, hold: 10 working days, allocates: "Mon-Fri 09:30, 14:00"}
routes:
  entry: decision
  decision: [{if: {source: police}, to: {allocation: 40%, closed: 60%}}, {to: {allocation: 20%, closed: 80%}}]
  allocation: assessed
ends: {closed: {provides: 1}, assessed: {provides: 4}}
"""
SPLIT = date(2024, 11, 4)
TAKEN = datetime(2025, 2, 10)
"""When the files were taken: 14 weeks after the split, the last two of which are follow-up."""

FEWER: dict[str, Any] = {"teams.desk.staff[0].wte": 5}
A_WAIT: dict[str, Any] = {
    "stages.partner": {"kind": "delay", "team": "desk", "delay": "5 h", "waits_for": "partner"},
    "routes.entry": "partner",
    "routes.partner": "decision",
}
MORE_COME: dict[str, Any] = {"arrivals.schools.per_hour": 0.62}


@dataclass(frozen=True)
class Town:
    """A folder with the town's scenario and its extracts."""

    folder: Path

    @property
    def file(self) -> Path:
        path = self.folder / "town.yaml"
        if not path.is_file():
            path.write_text(TOWN, encoding="utf-8")
        return path

    @property
    def scenario(self) -> Scenario:
        return read_scenario(self.file)

    def extract(self, name: str, after: dict[str, Any] | None = None, seed: int = 5) -> Path:
        """The template as the town filled it in; from the split on, contacts met other values at some paths."""
        path = self.folder / f"{name}.csv"
        if not path.is_file():
            rows = self._rows(seed, {})
            path.write_text(_spliced(rows, self._rows(seed, after)) if after else rows, encoding="utf-8")
        return path

    def _rows(self, seed: int, values: dict[str, Any]) -> str:
        """The template of a run, as text."""
        log = run(self.scenario.varied(values) if values else self.scenario, seed)
        return str(template(invented_of(log, 3), "system_a").to_csv(index=False))


def _spliced(before: str, after: str) -> str:
    one, other = (pd.read_csv(StringIO(text), dtype="str", keep_default_na=False) for text in (before, after))
    early, late = (pd.to_datetime(table["received_at"], dayfirst=True) < pd.Timestamp(SPLIT) for table in (one, other))
    later = other[~late].assign(**{name: "L" + other[name] for name in ("contact_id", "child_id", "family_id")})
    return str(pd.concat([one[early], later]).to_csv(index=False))


def history(path: Path, taken: datetime = TAKEN) -> History:
    return examine(read_history([path]), taken).history
