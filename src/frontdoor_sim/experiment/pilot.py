"""A pilot run: how much work a model is asked to do, and how many contacts come back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from frontdoor_sim.contacts.returning import NOBODY, Returning
from frontdoor_sim.documents import in_words
from frontdoor_sim.engine import Engine
from frontdoor_sim.event_log import EventLog
from frontdoor_sim.experiment.running import draw_contacts, people, placed, posts, simulate
from frontdoor_sim.experiment.workers import USUAL, Workers
from frontdoor_sim.operating_model import CaseloadStage, OperatingModel, Staff, Team, Timeline, skills_of
from frontdoor_sim.roster.posts import name_prefixes
from frontdoor_sim.scenario import Scenario

MORE_PEOPLE = 3
"""A pilot has this many times the staff, so that its work is what is asked for, not what is got through."""
MOST_PEOPLE = 108
"""A team for which that is not enough is given more, at most this many times its staff."""
_MORE_STILL = 6
_LARGEST_GROUP = 2000
"""WTE that a group may have."""
_CROWDED = 0.9
"""A team of a pilot that is busy for more than this share of its time may be asked for more than it gets through."""
LARGEST_LOAD = _CROWDED * MOST_PEOPLE
"""A load above this may be larger still."""
AT_WORK = ("work", "re-keying", "search", "meeting")
_ALMOST = 1e-9
UNLIMITED = 10**9
"""A pilot's stages take this many, for the same reason."""


_PILOTS = 4
"""Replications that tell who comes back: of one alone, the error would be as large as that of the yearly volume."""
_TIMES = 3
"""Those who came back so often or more are taken together."""
_STAYS = 100

_returning: dict[tuple[str, int], Returning] = {}
"""What a process has measured, by digest of the base and seed."""


def returning(scenario: Scenario, seed: int, engine: Engine = "auto") -> Returning:
    """Who comes back to a scenario's base, and how long contacts stay before; `NOBODY` without a law of returns.

    Read off pilots of the base. They draw the published volume without taking returns off, which is enough: who comes
    back does not depend on how many come.
    """
    base = scenario.base or scenario
    if not base.model.returns:
        return NOBODY
    place = (base.digest, seed)
    if place not in _returning:
        _returning[place] = _measured([_closures(_pilot(base, seed, number, engine)) for number in range(_PILOTS)])
    return _returning[place]


def _closures(log: EventLog) -> pd.DataFrame:
    """Contacts that have ended: how often they had come back before, whether they bring another, how long they stayed."""
    ends = log.about.outcomes.loc[log.about.outcomes["is_end"], "outcome"]
    ended = log.events[log.events["outcome"].isin(ends)].groupby("contact")["end"].max()
    over = log.contacts[log.contacts["contact"].isin(ended.index)]
    stay = ended.reindex(over["contact"]).to_numpy() - over["received"].to_numpy()
    brings = over["returns_at"].to_numpy() != -1
    return pd.DataFrame({"times": over["return_number"].to_numpy().clip(0, _TIMES), "brings": brings, "stay": stay})


def _measured(closures: Sequence[pd.DataFrame]) -> Returning:
    """What closures of several pilots say together."""
    over = pd.concat(closures, ignore_index=True)
    shares = over.groupby("times")["brings"].mean()
    stays = over.loc[over["brings"], "stay"]
    if stays.empty:
        return NOBODY
    middles = (np.arange(_STAYS) + 0.5) / _STAYS
    return Returning(tuple(map(float, shares)), tuple(np.quantile(stays.to_numpy(np.float64), middles).tolist()))


def offered_load(
    scenario: Scenario,
    seed: int,
    returns: Returning | None = None,
    engine: Engine = "auto",
    contacts_of: Scenario | None = None,
) -> pd.DataFrame:
    """How much work a scenario's teams are asked to do, of what they can.

    Offered load of a team is the work that its contacts ask for, divided by its available duty: work seconds within the
    measured window, divided by available seconds of the real roster. At 1 or more a backlog grows without end. For slots it
    is mean slots held with slots to spare, divided by the slots there are. A pilot in which a team is crowded, for all its
    people to spare, is run again with more of them there, since no later team gets what one before has not got through.

    Args:
        scenario: a base or an option.
        seed: of the study.
        returns: who comes back to the base, where it has been measured already.
        engine: which engine runs the pilot; the answer is the same.
        contacts_of: whose contacts the pilot meets; the scenario's own, or those of its base, where it is None.

    Returns:
        Table of option, team, what, offered, available (people or slots) and load, their ratio. `what` is `time` or `slots`;
        where people can work at some stages only, and some of these ask more of those who can than all ask of everybody, it
        is also `time at` these stages.
    """
    returns = returning(scenario, seed, engine) if returns is None else returns
    contacts = placed(scenario, draw_contacts(contacts_of or scenario, seed, 0, returns))
    more = _first_guess(scenario.model)
    while True:
        loads = _loads(simulate(with_room_for_all(scenario, more), contacts, seed, 0, engine), scenario, more)
        short = (loads["load"] > _CROWDED * loads["team"].map(more)) & np.isfinite(loads["load"])
        crowded = set(loads.loc[short, "team"])
        teams = {team: facts for team, facts in scenario.model.teams.items() if team in crowded}
        still_more = more | {team: _times(facts, more[team] * _MORE_STILL) for team, facts in teams.items()}
        if still_more == more:
            return loads
        more = still_more


def _first_guess(model: OperatingModel) -> dict[str, float]:
    return {team: _times(facts, MORE_PEOPLE) for team, facts in model.teams.items()}


def _times(facts: Team, times: float) -> float:
    """So many times the people of a team, or as many times as the model allows."""
    largest = max((group.wte for group in facts.staff), default=0.0)
    return max(1.0, min(times, MOST_PEOPLE, _LARGEST_GROUP / max(largest, 1.0)))


def offered_loads(
    scenarios: Sequence[Scenario], seed: int, returns: Returning, workers: Workers = USUAL
) -> pd.DataFrame:
    """Offered loads of several scenarios, one pilot each."""
    asked = [(scenario, seed, returns, workers.engine) for scenario in scenarios]
    tables: list[pd.DataFrame] = workers.do(_offered, asked, "Offered load")
    return pd.concat(tables, ignore_index=True)


def _offered(asked: tuple[Scenario, int, Returning, Engine]) -> pd.DataFrame:
    return offered_load(*asked)


def _pilot(scenario: Scenario, seed: int, replication: int, engine: Engine) -> EventLog:
    contacts = placed(scenario, draw_contacts(scenario, seed, replication, NOBODY))
    return simulate(with_room_for_all(scenario, _first_guess(scenario.model)), contacts, seed, replication, engine)


def with_room_for_all(scenario: Scenario, more: Mapping[str, float]) -> Scenario:
    """The scenario with so many times the staff of each team, and no limit to what a stage takes."""
    wte = {
        f"teams.{team}.staff[{index}].wte": min(group.wte * more[team], _LARGEST_GROUP)
        for team, facts in scenario.model.teams.items()
        for index, group in enumerate(facts.staff)
    }
    return without_limits(scenario, wte)


def without_limits(scenario: Scenario, values: Mapping[str, Any]) -> Scenario:
    """The scenario with other values at some paths, and no limit to what a stage takes."""
    limits = {
        f"stages.{stage}.{field}": UNLIMITED
        for stage, facts in scenario.model.stages.items()
        for field in ("holds_at_most", "takes_a_working_day")
        if getattr(facts, field, None) is not None
    }
    return scenario.alone.varied({**values, **limits})


def _loads(log: EventLog, scenario: Scenario, more: Mapping[str, float]) -> pd.DataFrame:
    """The table of `offered_load` from a pilot with so many times the people of each team."""
    closes, model = log.about.closes, scenario.model
    filled = posts(model, Timeline.of(model), skills_of([model]))
    named = list(zip(filled, name_prefixes(filled), strict=True))
    slots_of = _mean_slots(model, closes)

    def wte_of(group: Staff) -> float:
        return group.filled_between(model.run.opens, log.about.clock.date_of(closes))

    rows = []
    for team, facts in model.teams.items():
        offered = _seconds(log.events, team, AT_WORK, closes)
        duty = log.duty[log.duty["kind"] == "available"]
        available = _seconds(duty, team, (), closes) / more[team]
        if available and offered:
            people = sum(wte_of(group) for group in facts.staff)
            load = offered / available
            rows.append((scenario.name, team, "time", load * people, people, load))
            if any(group.works_at for group in facts.staff):
                names = [name for post, name in named if post.team == team]
                there = _seconds_of_groups(duty, team, closes, names, more[team])
                rows += [(scenario.name, team, *row) for row in _scarcest(log, team, facts, load, there, wte_of)]
        slots = slots_of.get(team, 0.0)
        if slots:
            held = _held(log, model, team)
            rows.append((scenario.name, team, "slots", held, slots, held / slots))
    return pd.DataFrame(rows, columns=["option", "team", "what", "offered", "available", "load"])


def _mean_slots(model: OperatingModel, closes: int) -> dict[str, float]:
    """Slots that the people of each team can hold in the measured window, on average over its days."""
    line = Timeline.of(model)
    who = people(model, line, 0, 0).who
    opens, ends = (line.clock.date_of(second).toordinal() - line.first.toordinal() for second in (0, closes))
    mean = who.slots[:, opens:ends].mean(axis=1)
    return {team: float(mean[who.people["team"] == team].sum()) for team in model.teams}


def _seconds_of_groups(duty: pd.DataFrame, team: str, closes: int, names: Sequence[str], more: float) -> list[float]:
    """Available seconds of each group of a team's real roster; `names` are what its people are named after."""
    named = duty["name"].astype(str).str.rsplit("/", n=1).str[0]
    return [_seconds(duty[named == prefix], team, (), closes) / more for prefix in names]


def _scarcest(
    log: EventLog,
    team: str,
    facts: Team,
    whole: float,
    seconds_of_groups: Sequence[float],
    wte_of: Callable[[Staff], float],
) -> Iterator[tuple[str, float, float, float]]:
    """The stages whose work asks most of those who can do it, where that is more than all work asks of all.

    No way of sharing work out does better than its scarcest set of stages, and one does as well (Gale 1957, of flows).
    """
    mine, closes = log.events[log.events["team"] == team], log.about.closes
    work = {str(stage): _seconds(rows, team, AT_WORK, closes) for stage, rows in mine.groupby("stage", observed=True)}
    work = {stage: seconds for stage, seconds in work.items() if seconds}
    there = list(zip(facts.staff, seconds_of_groups, strict=True))
    alike: dict[tuple[bool, ...], list[str]] = {}
    for stage in work:
        alike.setdefault(tuple(group.can_work_at(stage) for group in facts.staff), []).append(stage)
    scarce: tuple[str, ...] = ()
    worst = whole + _ALMOST
    for number in range(1, len(alike)):
        for skills in combinations(alike, number):
            stages = [stage for skill in skills for stage in alike[skill]]
            able = sum(seconds for group, seconds in there if any(map(group.can_work_at, stages)))
            load = sum(work[stage] for stage in stages) / able if able else np.inf
            if load > worst:
                worst, scarce = load, tuple(stages)
    if scarce:
        people = sum(wte_of(group) for group in facts.staff if any(map(group.can_work_at, scarce)))
        what = f"time at {in_words([stage.replace('_', ' ') for stage in scarce], 'and')}"
        yield what, worst * people, people, worst


def _seconds(table: pd.DataFrame, team: str, kinds: tuple[str, ...], closes: int) -> int:
    mine = table[(table["team"] == team) & (table["kind"].isin(kinds) if kinds else True)]
    return int((mine["end"].clip(0, closes) - mine["start"].clip(0, closes)).sum())


def _held(log: EventLog, model: OperatingModel, team: str) -> float:
    """Mean slots held: of each case one, or as many as children, but never more than the largest caseload."""
    closes, mine = log.about.closes, log.events[(log.events["team"] == team) & (log.events["kind"] == "caseload")]
    largest = max(group.caseload for group in model.teams[team].staff)
    by_family = [
        name for name, stage in model.stages.items() if isinstance(stage, CaseloadStage) and stage.slots == "family"
    ]
    children = mine["contact"].map(log.contacts.set_index("contact")["children"]).to_numpy(np.int64)
    slots = np.where(mine["stage"].isin(by_family), 1, np.minimum(children, largest))
    return float(((mine["end"].clip(0, closes) - mine["start"].clip(0, closes)) * slots).sum() / closes)
