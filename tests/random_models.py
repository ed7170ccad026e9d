"""Random operating models, as scenario files would have them, with contacts on a grid of times that is full of ties.

Every model passes the checks that a scenario file must pass. A route back leaves or reaches a stage that takes time (work or
caseload) and is taken by chance, so that contacts go round, and get out again.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from frontdoor_sim.contacts import given
from frontdoor_sim.documents import InputError
from frontdoor_sim.experiment.running import with_backlog
from frontdoor_sim.luck import key
from frontdoor_sim.operating_model import RAGS, Timeline
from frontdoor_sim.scenario import Scenario
from frontdoor_sim.scenario.backlog import Backlog, OpenContact
from frontdoor_sim.scenario.examine import examine

# Weeks with clocks forward and Easter, clocks back, Christmas, two bank holidays in May, and nothing special.
OPENINGS = ("2026-03-23", "2026-10-19", "2026-12-21", "2026-05-04", "2025-06-02")
SHIFTS = {
    "office": {"Mon-Fri": "09:00-17:00"},
    "early": {"Mon-Thu": "07:30-15:15", "Fri": "07:30-14:00"},
    "with a break": {"Mon-Fri": "09:00-12:00, 13:00-17:00"},
    "night": {"Mon-Fri": "17:00-08:30", "Sat-Sun": "20:00-08:00", "bank_holidays": "17:00-08:30"},
    "every day": {"every day": "08:00-20:00"},
}
GRIDS = (1, 60, 300, 900)
SOURCES, AREAS = ("police", "schools"), ("north", "south")
SYSTEMS = ([], ["A"], ["B"], ["A", "B"])
ORDERS = ("joining", "rag", "deadline", "arrival", "stage", ["rag", "deadline"], ["stage", "arrival"])
END_RULES = ("pause", "finish", "hand_over")
PATIENCE = (
    {"red": "0 min", "green": "30 min"},
    {"red": "4 h", "amber": "1 working days", "green": "20 working hours", "blue": "15 min"},
    {"amber": {"distribution": "exponential", "mean": 5, "unit": "hours"}, "green": "1 h"},
)
DOORS = (
    {"holds_at_most": 1, "when_full": "route"},
    {"holds_at_most": 3, "when_full": "wait"},
    {"takes_a_working_day": 1, "when_full": "route"},
    {"takes_a_working_day": 2, "holds_at_most": 4},
    {"holds_at_most": 0},
)
LIMITS = {"red": "4 h", "amber": "1 working days", "green": "20 working hours"}

KEPT = {
    "late": {"receipt": 0.1, "decision": 0.4, "end": 0.6}, "entered": "every day 09:00, 16:30",
    "missing": {"receipt": 0.05, "decision": 0.1, "end": 0.2},
}  # fmt: skip

OTHER_WORK = (
    [{"at": "every day 09:30, 18:00, 23:00", "lasts": "90 min", "training": True}],
    [
        {"at": "every day 10:00, 21:00", "lasts": "2 h", "every": 2, "in_turn": True},
        {"at": "Mon-Fri 10:30, 20:30", "lasts": "1 h"},
    ],
)
COMING_AND_GOING = (
    {"turnover": {"stays": 1, "refilled_after": 1}},
    {"turnover": {"stays": 2}, "induction": {"weeks": 1, "share": 0.5}},
    {"starts": "2026-03-25", "leaves": "2026-10-22", "induction": {"weeks": 2, "share": 0.3}},
)
shift_names = st.sampled_from([*SHIFTS, "always"])


@dataclass(frozen=True)
class Instance:
    """A random model as it would stand in a file, and the contacts that come; printed in full where a test fails."""

    data: dict[str, Any]
    contacts: tuple[dict[str, Any], ...]
    grid: int
    backlog: tuple[OpenContact, ...] = ()

    def scenario(self, **changes: Any) -> Scenario:
        """The model, read from a scenario file like any other."""
        return replace(as_scenario(self.data | changes), backlog=Backlog(Path("open.csv"), self.backlog))

    def table(self) -> pd.DataFrame:
        """The contacts table, with work and search on the grid where the model is on one."""
        scenario = self.scenario()
        return with_backlog(scenario, given(pd.DataFrame(list(self.contacts)), scenario.model), 5, 1)


def as_scenario(data: dict[str, Any]) -> Scenario:
    """The scenario that a file would hold, examined like one that was read."""
    data = json.loads(json.dumps(data))
    mistakes = [mistake for _, mistake in examine(data, None)]
    if mistakes:
        raise InputError(mistakes)
    return Scenario(Path("random.yaml"), data)


def on_grid(grid: int, most: int, least: int = 0) -> SearchStrategy[str]:
    return st.integers(least, most).map(lambda n: f"{n * grid} s" if grid < 60 else f"{n * grid // 60} min")


def spread(unit: str, mean: float) -> SearchStrategy[dict[str, Any]]:
    shapes = [
        {"distribution": "exponential", "mean": mean},
        {"distribution": "lognormal", "mean": mean, "cv": 1.0},
        {"distribution": "uniform", "low": 0, "high": 2 * mean},
    ]
    return st.sampled_from([{**shape, "unit": unit} for shape in shapes])


def touches(grid: int) -> SearchStrategy[Any]:
    return on_grid(grid, 12, 1) if grid > 1 else st.one_of(spread("minutes", 50), spread("hours", 3))


def delays(grid: int) -> SearchStrategy[Any]:
    """A wait that uses nobody: on a grid, and sometimes nothing at all; else spread on any clock."""
    if grid > 1:
        return st.one_of(st.just("0 min"), on_grid(grid, 30))
    return st.one_of(spread("working hours", 4), spread("hours", 6), spread("working days", 1), st.just("0 min"))


@st.composite
def staff(draw: DrawFn, caseload: bool) -> list[dict[str, Any]]:
    groups = []
    for number in range(draw(st.integers(1, 2))):
        groups.append({
            "role": f"role {number}",
            "wte": draw(st.sampled_from([0.4, 1, 1.5, 2, 2.6])),
            "shift": draw(shift_names),
            "non_case_share": draw(st.sampled_from([0, 0, 0.15, 0.5])),
            "sickness_share": draw(st.sampled_from([0, 0, 0.2])),
            "sickness_spell_days": draw(st.sampled_from([1, 4])),
            "leave_days_per_year": draw(st.sampled_from([0, 0, 60])),
            "caseload": draw(st.sampled_from([1, 3, 8])) if caseload else 0,
            "vacant": draw(st.sampled_from([0, 0, 0, "25%"])),
            "other_work": draw(st.sampled_from([[], [], *OTHER_WORK])) if groups else [],
        })  # fmt: skip
        if number and draw(st.booleans()):
            groups[-1] |= draw(st.sampled_from(COMING_AND_GOING))
    groups[0] |= {"wte": max(1, groups[0]["wte"]), "vacant": 0}
    return groups


@st.composite
def team(draw: DrawFn, grid: int) -> dict[str, Any]:
    order = draw(st.sampled_from(ORDERS))
    first = order if isinstance(order, str) else order[0]
    return {
        "site": draw(st.sampled_from(["here", "there"])),
        "case_system": draw(st.sampled_from(SYSTEMS)),
        "order": order,
        "interrupts": draw(st.sampled_from([[], ["red"], ["red", "amber"]])) if first == "rag" else [],
        "head_start": draw(st.sampled_from([{}, {"red": "4 h", "amber": "30 min"}])),
        "staff": draw(staff(caseload=True)),
    }


def interrupting(team: str, stages: dict[str, Any]) -> SearchStrategy[dict[str, Any]]:
    """Nothing, or stages of a team whose work interrupts that at its others."""
    mine = [name for name, facts in stages.items() if facts["team"] == team and facts["kind"] in ("work", "consent")]
    if not mine:
        return st.just({})
    chosen = st.lists(st.sampled_from(mine), min_size=1, max_size=2, unique=True)
    return st.one_of(st.just({}), chosen.map(lambda names: {"interrupts": names}))


@st.composite
def helpers(draw: DrawFn, name: str, teams: list[str]) -> list[Any]:
    """Other teams that help a team: as soon as anything waits, or by a surge rule."""
    found: list[Any] = []
    for other in draw(st.lists(st.sampled_from([team for team in teams if team != name]), max_size=2, unique=True)):
        on_at = draw(st.sampled_from([1, 1, 2, 4]))
        found.append({"team": other, "when_waiting": on_at, "until_waiting": draw(st.integers(0, on_at - 1))})
    return found


def asked_of(team: str, teams: dict[str, Any], stages: dict[str, Any]) -> list[str]:
    """The stages at which people of a team work: their own, those of teams that they help, their desk's, their meetings."""
    helped = {team} | {
        name for name, facts in teams.items() if any(one["team"] == team for one in facts.get("helpers", []))
    }
    found = []
    for name, facts in stages.items():
        desks = {one.get("team") for one in facts.get("partners", {}).values()}
        worked_on = {facts["team"]} if facts["kind"] in ("work", "consent") else desks
        if worked_on & helped or (facts["kind"] == "meeting" and team in facts["people"]):
            found.append(name)
    return found


@st.composite
def skilled(
    draw: DrawFn, groups: list[dict[str, Any]], asked: list[str], stages: dict[str, Any]
) -> list[dict[str, Any]]:
    """The same people, some of whom can work at some stages only; the first can do everything, and all can meet."""
    if not asked:
        return groups
    first = draw(st.sampled_from([[], asked]))
    met = [name for name in asked if stages[name]["kind"] == "meeting"]
    some = st.lists(st.sampled_from(asked), min_size=1, unique=True).map(
        lambda names: list(dict.fromkeys([*names, *met]))
    )
    return [{**groups[0], "works_at": first}, *({**one, "works_at": draw(some)} for one in groups[1:])]


@st.composite
def partner(draw: DrawFn, teams: list[str], grid: int) -> dict[str, Any]:
    kind = draw(st.sampled_from(["desk", "delay", "both"]))
    found: dict[str, Any] = {"delay": draw(delays(grid))} if kind != "desk" else {}
    found |= draw(st.sampled_from([{}, {}, {"regrades": True, "noise": 0.8}, {"regrades": True}]))
    return found | ({"team": draw(st.sampled_from(teams)), "touch": draw(touches(grid))} if kind != "delay" else {})


@st.composite
def leanings(draw: DrawFn) -> dict[str, Any]:
    """Who is judged otherwise, by source, by area or both."""
    strict = {"early_help": -0.5, "child_in_need": 0.7, "protection": 2.5}
    found: dict[str, Any] = draw(st.sampled_from([{}, {}, {"thresholds": strict}]))
    found |= draw(st.sampled_from([{}, {}, {"by_source": {"police": {"bias": -0.6, "noise": 0}}}]))
    found |= draw(st.sampled_from([{}, {}, {"by_area": {"south": {"bias": 0.5, "thresholds": strict}}}]))
    return found


@st.composite
def meeting(draw: DrawFn, teams: dict[str, Any], grid: int) -> dict[str, Any]:
    """So many people of some teams, all at once; of a team that has so many."""
    called = draw(st.lists(st.sampled_from(list(teams)), min_size=1, max_size=3, unique=True))
    people = {name: sum(math.ceil(group["wte"]) for group in teams[name]["staff"]) for name in called}
    return {
        "team": called[0],
        "people": {name: draw(st.integers(1, min(2, number))) for name, number in people.items()},
        "lasts": draw(touches(grid)),
        "overtime_limit": draw(st.sampled_from(["0 min", "1 h", "20 h"])),
    }


@st.composite
def stage(draw: DrawFn, facts_of_teams: dict[str, Any], grid: int) -> dict[str, Any]:
    teams = list(facts_of_teams)
    kind = draw(st.sampled_from(["work", "work", "work", "checks", "consent", "caseload", "delay", "meeting"]))
    found: dict[str, Any] = {"kind": kind, "team": draw(st.sampled_from(teams)), "decides": draw(st.booleans())}
    judges = {"bias": 0.2, "caution": -0.1, "noise": 0.7, "without_checks": 0.5} | draw(leanings())
    judges |= draw(st.sampled_from([{}, {"regrades": True}]))
    if kind in ("work", "consent"):
        found |= {
            "touch": draw(touches(grid)),
            "weight": draw(st.integers(0, 2)),
            "end_of_shift": draw(st.sampled_from(END_RULES)),
        }
        found |= {"overtime_limit": draw(st.sampled_from(["0 min", "15 min", "1 h", "20 h"]))}
    if kind == "work":
        found |= {
            "searches": draw(st.booleans()),
            "waits_for": draw(st.sampled_from(["worker", "sign-off", "acceptance"])),
        }
        found |= {"judges": judges} if draw(st.booleans()) else {}
    elif kind == "consent":
        found |= {
            "attempts": draw(st.integers(1, 3)),
            "gap": draw(on_grid(max(grid, 60), 20, 1)),
            "given": 0.4,
            "refused": 0.2,
        }
        found |= {"arrives_with": draw(st.sampled_from([0, 0.5, {"police": 1.0, "other": 0.1}]))}
        found |= {"override_for": draw(st.sampled_from([[], ["red"], ["red", "amber"]]))}
    elif kind == "checks":
        names = [f"partner {n}" for n in range(draw(st.integers(1, 3)))]
        found |= {"partners": {name: draw(partner(teams, grid)) for name in names}}
        found |= {"join": draw(st.sampled_from(["all", *range(1, len(names) + 1)]))}
        found |= {"give_up_after": draw(st.sampled_from([{}, LIMITS, {"red": "0 min", "green": "30 min"}]))}
    elif kind == "caseload":
        found |= {"hold": draw(on_grid(max(grid, 900), 200, 1)), "slots": draw(st.sampled_from(["children", "family"]))}
        found |= {"allocates": draw(st.sampled_from([None, "office", "Mon-Fri 09:30", "every day 10:00, 15:00"]))}
        found |= {"assesses": draw(st.sampled_from([True, True, False]))}
        found |= {"first_visit": draw(st.sampled_from([None, "1 working days", "0 min"]))}
        found |= {"judges": judges} if draw(st.booleans()) else {}
    elif kind == "meeting":
        found |= draw(meeting(facts_of_teams, grid))
        found |= {"judges": judges} if draw(st.booleans()) else {}
    else:
        found |= {"delay": draw(delays(grid)), "waits_for": draw(st.sampled_from(["partner", "acceptance", "visit"]))}
    if kind in ("work", "caseload"):
        found |= draw(st.sampled_from([{}, {}, {}, *({"give_up_after": limits} for limits in PATIENCE)]))
        found |= draw(st.sampled_from([{}, {}, *DOORS]))
    return found


@st.composite
def handoff(draw: DrawFn, grid: int) -> dict[str, Any]:
    return {
        "delay": draw(st.one_of(st.none(), delays(grid))),
        "batch": draw(st.sampled_from([None, None, "Mon-Fri 09:00, 14:00", "every day 08:30"])),
        "release": draw(st.sampled_from([None, None, "office"])),
    }


def routes(draw: DrawFn, stages: dict[str, Any], ends: list[str]) -> dict[str, Any]:
    """From each stage on to the next or to an end, sometimes back, and under a condition another way."""
    names, found = list(stages), {}
    judged = any("judges" in facts for facts in stages.values())
    for place, (name, facts) in enumerate(stages.items()):
        ahead = [*names[place + 1 :], *ends]
        takes_time = facts["kind"] in ("work", "caseload")
        back = [other for other in names[: place + 1] if takes_time or stages[other]["kind"] in ("work", "caseload")]
        to = {ahead[0]: 0.5, ends[-1]: 0.2} if ahead[0] != ends[-1] else {ends[-1]: 0.7}
        again = draw(st.sampled_from(back)) if back and draw(st.booleans()) else ends[0]
        rules = [{"to": {**to, again: to.get(again, 0) + 0.3}}]
        conditions: list[dict[str, Any]] = [
            {"rag": ["red"]},
            {"source": "police"},
            {"area": "south"},
            {"open_case": True},
            {"during": draw(st.sampled_from(["office", "night", ["early", "every day"]]))},
        ]
        conditions += [{"judged": [3, 4]}] if judged else []
        conditions += [{"agrees": False}, {"agrees": True, "during": "office"}] if "judges" in facts else []
        conditions += {"consent": [{"outcome": ["refused", "not_reached"]}], "checks": [{"outcome": "timed_out"}]}.get(
            facts["kind"], []
        )
        if draw(st.booleans()):
            rules.insert(0, {"if": draw(st.sampled_from(conditions)), "to": draw(st.sampled_from(ahead))})
        elsewhere = [to for to in ahead if to in ends or stages[to]["decides"] or not facts["decides"]]
        if facts["kind"] != "checks" and "give_up_after" in facts:
            rules.insert(0, {"if": {"outcome": "timed_out"}, "to": draw(st.sampled_from(elsewhere))})
        if facts.get("when_full") == "route":
            taking_time = [to for to in elsewhere if to in ends or stages[to]["kind"] in ("work", "caseload")]
            rules.insert(0, {"if": {"outcome": "full"}, "to": draw(st.sampled_from(taking_time))})
        found[name] = rules
    entry = {names[0]: 0.7, draw(st.sampled_from(names)): 0.3} if draw(st.booleans()) else {}
    return {"entry": entry if len(entry) > 1 else names[0], **found}


def out_trays(draw: DrawFn, stages: dict[str, Any], ways: dict[str, Any]) -> dict[str, Any]:
    """Some stages of work begin nothing new while others do not take on what left them, always stages further on."""
    names, found = list(stages), dict(stages)
    for place, (name, facts) in enumerate(stages.items()):
        targets = [to for rule in ways[name] for to in ([rule["to"]] if isinstance(rule["to"], str) else rule["to"])]
        waits = [
            to for to in targets if to in stages and is_limited(stages[to]) and stages[to].get("when_full") != "route"
        ]
        if facts["kind"] == "work" and waits and all(names.index(to) > place for to in waits) and draw(st.booleans()):
            found[name] = {**facts, "out_tray": draw(st.integers(1, 2))}
    return found


def is_limited(facts: dict[str, Any]) -> bool:
    """Whether a stage takes only so many."""
    return "holds_at_most" in facts or "takes_a_working_day" in facts


def particular(ways: dict[str, Any]) -> SearchStrategy[list[tuple[str, str]]]:
    """Some of the steps from stage to stage, whose handoffs are named."""
    steps = [
        (name, to)
        for name, rules in ways.items()
        if name != "entry"
        for rule in rules
        for to in ([rule["to"]] if isinstance(rule["to"], str) else rule["to"])
        if to in ways
    ]
    unique = list(dict.fromkeys(steps))
    return st.lists(st.sampled_from(unique), max_size=2, unique=True) if unique else st.just([])


@st.composite
def contacts(draw: DrawFn, starts: int, ends: int, grid: int, purposes: list[str]) -> tuple[dict[str, Any], ...]:
    """Contacts full of ties; a table may also say whether consent came with some, and how long some work takes."""
    given_too = draw(st.sampled_from([[], [], [], ["consent"], [f"seconds: {purpose}" for purpose in purposes]]))
    number, family = draw(st.integers(3, 30)), draw(st.integers(0, 10**6))
    steps = (ends - starts) // max(grid, 60)
    latest = draw(st.sampled_from([steps - 1, steps // 2, steps // 20]))
    rows = []
    for n in range(number):
        received = starts + draw(st.integers(0, latest)) * max(grid, 60)
        rows.append(
            {
                "contact": key(family, n),
                "received": received,
                "enters": received + draw(st.sampled_from([0, 0, 0, 900, 36_000])),
                "source": draw(st.sampled_from(SOURCES)),
                "area": draw(st.sampled_from(AREAS)),
                "children": draw(st.integers(1, 4)),
                "need": draw(st.integers(-20, 35)) * 100_000,
                "rag": draw(st.sampled_from(RAGS)),
                "open_case": draw(st.booleans()),
            }
            | {
                name: draw(st.sampled_from([None, 0, 1] if name == "consent" else [None, 0, 60, 4000]))
                for name in given_too
            }
        )
    return tuple(rows)


@st.composite
def steps_in_time(draw: DrawFn, stages: list[str]) -> dict[str, Any]:
    """Targets of some stages, counted from another or from being sent there."""
    names = st.sampled_from(stages)
    steps = draw(st.lists(st.tuples(st.sampled_from(["", *stages]), names), max_size=2))
    return {f"step {n}": {**LIMITS, "since": since, "until": until} for n, (since, until) in enumerate(steps)}


@st.composite
def instances(draw: DrawFn) -> Instance:
    """A random model and its contacts."""
    grid = draw(st.sampled_from(GRIDS))
    run = {
        "opens": draw(st.sampled_from(OPENINGS)), "weeks": 1, "follow_up": draw(st.integers(0, 1)),
        **draw(st.sampled_from([{"warm_up": 0}, {"warm_up": 1}, {"backlog": "open.csv"}])),
    }  # fmt: skip
    teams = {f"team {n}": draw(team(grid)) for n in range(draw(st.integers(1, 3)))}
    if len(teams) > 1 and draw(st.booleans()):
        teams = {name: {**facts, "helpers": draw(helpers(name, list(teams)))} for name, facts in teams.items()}
    stages = {f"stage {n}": draw(stage(teams, grid)) for n in range(draw(st.integers(1, 5)))}
    if draw(st.booleans()):
        teams = {
            name: {**facts, "staff": draw(skilled(facts["staff"], asked_of(name, teams, stages), stages))}
            for name, facts in teams.items()
        }
    teams = {name: {**facts, **draw(interrupting(name, stages))} for name, facts in teams.items()}
    ends = {"closed": {"provides": 1}, "served": {"provides": draw(st.integers(2, 4)), "returns": draw(st.booleans())}}
    ways = routes(draw, stages, list(ends))
    stages = out_trays(draw, stages, ways)
    returning = {
        "rate_by_gap": [0.2, 0.5, 1.0, 2.0], "family_spread": 0.8, "growth": {"distribution": "exponential", "mean": 0.4},
        "delay": {"distribution": "exponential", "mean": 2, "unit": "days"}, "arrives_in": "every day",
    }  # fmt: skip
    data = {
        "name": "Random", "run": run, "shifts": SHIFTS, "clock": draw(st.sampled_from(["office", "every day", "always"])),
        "teams": teams, "stages": stages, "routes": ways, "ends": ends,
        "handoffs": {
            "same_site": draw(handoff(grid)), "between_sites": draw(handoff(grid)),
            "systems_differ": {"rekey": draw(on_grid(max(grid, 60), 2))},
            "each_extra_system": {"search": draw(on_grid(max(grid, 60), 2))},
            "missed_history": {"share": 0.3, "noise": 0.5},
            "requests_between_sites": draw(st.one_of(st.none(), delays(grid))),
            "particular": [
                {"from": name, "to": to, **draw(handoff(grid))} for name, to in draw(particular(ways))
            ],
        },
        "grading": {"green": -1, "amber": 0.5, "red": 1.5, "noise": 0.3},
        "returns": draw(st.sampled_from([None, returning])),
        "targets": {"decision": LIMITS, **draw(steps_in_time(list(stages)))},
        "recording": draw(st.sampled_from([None, {"matched": 0.4, **KEPT, "systems": {}}])),
    }  # fmt: skip
    line = Timeline.of(as_scenario(data).model)
    came = draw(contacts(line.starts, line.ends, grid, list(stages)[:2]))
    return Instance(data, came, grid, draw(backlog(run, stages, grid)) if "backlog" in run else ())


@st.composite
def backlog(draw: DrawFn, run: dict[str, Any], stages: dict[str, Any], grid: int) -> tuple[OpenContact, ...]:
    """Contacts that are open when the run starts, at any stage, full of ties, some of them for a long time."""
    opens = datetime.fromisoformat(run["opens"])
    found = []
    for _ in range(draw(st.integers(0, 12))):
        name, far = draw(st.sampled_from(list(stages))), draw(st.sampled_from([1, 1, 40]))
        since = opens - timedelta(seconds=draw(st.integers(0, 60)) * max(grid, 60) * far)
        found.append(OpenContact(
            stage=name,
            received=since - timedelta(hours=draw(st.sampled_from([0, 0, 1, 100]))),
            since=since,
            held=stages[name]["kind"] == "caseload" and draw(st.booleans()),
            judged=draw(st.integers(0, 4)),
            rag=draw(st.sampled_from([*RAGS, None])),
            area=draw(st.sampled_from([*AREAS, None])),
            children=draw(st.sampled_from([None, 1, 3])),
            need=draw(st.sampled_from([None, -1.0, 0.7, 2.5])),
            consent=draw(st.sampled_from([None, True, False])),
        ))  # fmt: skip
    return tuple(found)
