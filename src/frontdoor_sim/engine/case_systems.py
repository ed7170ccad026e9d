"""On which case systems contacts are recorded, and how those are kept: what readers of a log must know of records."""

from __future__ import annotations

import numpy as np

from frontdoor_sim.event_log import Recording, SystemRecording
from frontdoor_sim.luck import share_as_luck
from frontdoor_sim.operating_model import CaseSystem, OperatingModel, Timeline
from frontdoor_sim.working_time import Upcoming


def recording_facts(model: OperatingModel, line: Timeline) -> Recording | None:
    """On which case systems the work of each stage is recorded, and how those are kept; None where nothing is said of it."""
    if model.recording is None:
        return None
    names = tuple(dict.fromkeys(system for team in model.teams.values() for system in team.case_system))
    bits = {name: 1 << place for place, name in enumerate(names)}
    keyed = [stage.team if stage.kind in ("work", "consent") else "" for stage in model.stages.values()]
    of_stage = [sum(bits[name] for name in model.teams[team].case_system) if team else 0 for team in keyed]
    kept = model.recording.systems
    systems = tuple(_system_facts(name, kept.get(name, model.recording), line) for name in names)
    return Recording(systems, np.array(of_stage, dtype=np.int64), share_as_luck(model.recording.matched))


def _system_facts(name: str, facts: CaseSystem, line: Timeline) -> SystemRecording:
    none = np.empty(0, dtype=np.int64)
    made = facts.entered.lay_out(line.clock, line.first, line.last, line.bank_holidays) if facts.entered else none
    late, missing = (
        (share_as_luck(shares.receipt), share_as_luck(shares.decision), share_as_luck(shares.end))
        for shares in (facts.late, facts.missing)
    )
    return SystemRecording(name, late, Upcoming(made), missing)
