"""The tables of how busy teams are, of the cases they hold, and of what is asked of them."""

from __future__ import annotations

import math

from frontdoor_sim.appraisal.pack import Pack
from frontdoor_sim.appraisal.sections import Cell, Table, level_cell
from frontdoor_sim.appraisal.wording import (
    CASES_HELD,
    Estimate,
    estimates,
    groups_known,
    not_there,
    plain,
    teams_of,
    timed_teams,
)


def workload(pack: Pack) -> Table:
    """The numbers behind who is overloaded: time at work of the teams it is known of, and the cases that teams hold."""
    at_work, held = (estimates(pack.summary, name, by="team") for name in ("utilisation", "slots_held_mean"))
    groups, teams = {}, teams_of(pack.summary)
    parts = (("Share of time on duty spent at work", at_work, timed_teams(at_work, held)),
             (CASES_HELD, held, groups_known(held)))  # fmt: skip
    for name, found, rows in parts:
        groups[name] = [
            [Cell(plain(team)), *(_of_team(found.get((one, team)), team in teams.get(one, ())) for one in pack.labels)]
            for team in rows
        ]
    groups = {name: rows for name, rows in groups.items() if rows}
    return Table("Workload, by team", ["Team", *pack.labels.values()], groups)


def _of_team(value: Estimate | None, there: bool) -> Cell:
    """A figure of a team; where there is none, whether the option has the team."""
    return level_cell(value) if value is not None and value.known else Cell(not_there(there), kind="none")


def loads(pack: Pack) -> Table:
    """Offered load by team and by slots: 100% is full."""
    found = {
        (str(row["team"]), str(row["what"]), str(row["option"])): float(row["load"])
        for row in pack.loads.to_dict("records")
    }
    groups: dict[str, list[list[Cell]]] = {}
    teams = teams_of(pack.summary)
    here = {(option, team) for team, _, option in found} | {(one, team) for one in teams for team in teams[one]}
    for team, what in dict.fromkeys((team, what) for team, what, _ in found):
        cells = [_load(found.get((team, what, one), math.nan), what, (one, team) in here) for one in pack.labels]
        name = {"time": "Working time", "slots": "Case-holding slots"}.get(what, plain(what))
        groups.setdefault(name, []).append([Cell(plain(team)), *cells])
    note = "Work that arrives as a share of what the team can do. ▲ marks 100% or more: the wait has no steady level."
    return Table("Offered load", ["Team", *pack.labels.values()], groups, note)


def _load(load: float, what: str, there: bool) -> Cell:
    if not math.isfinite(load):
        return Cell("holds no cases" if there and what == "slots" else not_there(there), kind="none")
    full = load >= 1
    return Cell(
        f"{load * 100:.0f}%", mark="▲" if full else "", word="full" if full else "", kind="worse" if full else ""
    )
