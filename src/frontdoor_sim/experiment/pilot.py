"""A pilot run: how much work a model is asked to do, and how many contacts come back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from frontdoor_sim.event_log import EventLog
from frontdoor_sim.scenario import Scenario

MORE_PEOPLE = 5
"""A pilot has this many times the staff, so that its work is what is asked for, not what is got through."""


@dataclass(frozen=True)
class Pilot:
    """What a pilot run found.

    Args:
        returns_per_contact: contacts that come back for each contact that ends, at any time.
        loads: table of team, what (`time` or `slots`), offered, available (people or slots) and load, their ratio.
    """

    returns_per_contact: float
    loads: pd.DataFrame


_found: dict[tuple[str, int], Pilot] = {}


def pilot(scenario: Scenario, seed: int) -> Pilot:
    """Run one replication with five times the staff and read off offered load and returns.

    Offered load of a team is the work that its contacts ask for, divided by its available duty: work seconds within the
    measured window, divided by available seconds of the real roster. At 1 or more a backlog grows without end. For slots it
    is mean slots held with slots to spare, divided by the slots there are.

    Returns per contact is the share of ended contacts whose closing luck brings the family back. The first pilot draws the
    published volume without returns, which is enough: who comes back does not depend on how many come.
    """
    place = (scenario.digest, seed)
    if place not in _found:
        from frontdoor_sim.experiment.running import run

        log = run(with_more_people(scenario), seed, 0, returns_per_contact=0.0)
        _found[place] = Pilot(_returns(log), _loads(log, scenario))
    return _found[place]


def with_more_people(scenario: Scenario) -> Scenario:
    """The scenario with five times the staff everywhere."""
    wte = {
        f"teams.{team}.staff[{index}].wte": group.wte * MORE_PEOPLE
        for team, facts in scenario.model.teams.items()
        for index, group in enumerate(facts.staff)
    }
    return Scenario(scenario.file, scenario.data, scenario.parameters).varied(wte)


def _returns(log: EventLog) -> float:
    ends = log.about.outcomes.loc[log.about.outcomes["is_end"], "outcome"]
    ended = log.events["outcome"].isin(ends).sum()
    return float((log.contacts["returns_at"] >= 0).sum() / ended) if ended else 0.0


def _loads(log: EventLog, scenario: Scenario) -> pd.DataFrame:
    closes = log.about.closes
    rows = []
    for team, facts in scenario.model.teams.items():
        offered = _seconds(log.events, team, ("work", "re-keying", "search", "meeting"), closes)
        duty = log.duty[log.duty["kind"] == "available"]
        available = _seconds(duty, team, (), closes)
        if available:
            people = sum(group.wte for group in facts.staff)
            load = offered / (available / MORE_PEOPLE)
            rows.append((scenario.name, team, "time", load * people, people, load))
        slots = sum(int(group.caseload * group.wte) for group in facts.staff)
        if slots:
            held = _held(log, team, closes)
            rows.append((scenario.name, team, "slots", held, float(slots), held / slots))
    return pd.DataFrame(rows, columns=["option", "team", "what", "offered", "available", "load"])


def _seconds(table: pd.DataFrame, team: str, kinds: tuple[str, ...], closes: int) -> int:
    mine = table[(table["team"] == team) & (table["kind"].isin(kinds) if kinds else True)]
    return int((mine["end"].clip(0, closes) - mine["start"].clip(0, closes)).sum())


def _held(log: EventLog, team: str, closes: int) -> float:
    """Mean slots held: children of the families whose cases a team holds."""
    mine = log.events[(log.events["team"] == team) & (log.events["kind"] == "caseload")]
    children = mine["contact"].map(log.contacts.set_index("contact")["children"]).to_numpy(np.int64)
    return float(((mine["end"].clip(0, closes) - mine["start"].clip(0, closes)) * children).sum() / closes)
