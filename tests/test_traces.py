"""The engine equals an independent queue to the second, on every contact of many instances full of ties."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date

import numpy as np
import pandas as pd
import pytest

from frontdoor_sim.contacts import given
from frontdoor_sim.experiment import run
from frontdoor_sim.experiment.running import people
from frontdoor_sim.luck import code, draw, draws, key
from frontdoor_sim.operating_model import RAGS, Timeline
from frontdoor_sim.scenario import Scenario
from reference_queue import serve
from theory_runs import scenario

# Weeks with clocks forward and Easter, clocks back, Christmas and two bank holidays in May.
OPENINGS = ("2026-03-23", "2026-10-19", "2026-12-21", "2026-05-04")
SHIFTS = {
    "office": {"Mon-Fri": "09:00-17:00"},
    "early": {"Mon-Thu": "07:30-15:15", "Fri": "07:30-14:00"},
    "with a break": {"Mon-Fri": "09:00-12:00, 13:00-17:00"},
    "night": {"Mon-Fri": "17:00-08:30", "Sat-Sun": "20:00-08:00", "bank_holidays": "17:00-08:30"},
    "every day": {"every day": "08:00-20:00"},
}
GRIDS = (60, 300, 900)
ORDERS = ("joining", "rag", ["rag", "arrival"], "arrival")


class Dice:
    """Choices of one instance, each by the luck of its own purpose."""

    def __init__(self, number: int):
        self.owner = key("trace", number)

    def pick(self, purpose: str, choices):
        return choices[draw(self.owner, code(purpose)) * len(choices) >> 32]


def instance(number: int) -> tuple[Scenario, pd.DataFrame]:
    """A queue of a few people on one or two shifts, and 120 contacts on a grid of times."""
    dice = Dice(number)
    staff = [{"role": "first", "wte": dice.pick("wte", (1, 1.4, 2, 2.6, 3)), "shift": dice.pick("shift", list(SHIFTS))}]
    if dice.pick("second", (True, False)):
        staff.append(
            {"role": "second", "wte": dice.pick("wte 2", (0.4, 1, 1.5)), "shift": dice.pick("shift 2", list(SHIFTS))}
        )
    head_start = dice.pick("head start", ({}, {"red": "4 h", "amber": "90 min"}))
    model = scenario("one_queue").varied({
        "run": {"opens": dice.pick("opens", OPENINGS), "weeks": 2, "warm_up": 1, "follow_up": 1},
        "shifts": SHIFTS,
        "teams.desk": {"order": dice.pick("order", ORDERS), "head_start": head_start, "staff": staff},
        "arrivals": {},
    })  # fmt: skip
    return model, contacts_on_a_grid(model, dice)


def contacts_on_a_grid(model: Scenario, dice: Dice, number: int = 120) -> pd.DataFrame:
    grid = dice.pick("grid", GRIDS)
    keys = np.array([key(dice.owner, n) for n in range(number)], dtype=np.int64)
    line = Timeline.of(model.model)
    received = line.starts + (draws(keys, code("received")) * (line.ends - line.starts) // grid >> 32) * grid
    later = draws(keys, code("enters")) % 4 == 0
    enters = received + np.where(later, draws(keys, code("later")) % 40, 0) * grid
    rags = pd.Categorical.from_codes(draws(keys, code("rag of a trace")) % 4, categories=RAGS)
    rows = pd.DataFrame({"contact": keys, "received": received, "enters": enters, "rag": rags})
    table = given(rows, model.model)
    most = dice.pick("work", (16, 40, 120))
    seconds = (1 + draws(table["contact"].to_numpy(), code("work")) % most) * grid
    return table.assign(**{"seconds: service": seconds})


def place(model: Scenario, contact) -> tuple[int, ...]:
    """A contact's place in the queue by rule 3: criteria, time of joining less the head start, key."""
    team = model.model.teams["desk"]
    criteria = {"rag": (RAGS.index(contact.rag),), "arrival": (contact.received,), "joining": ()}
    head_start = team.head_start.get(contact.rag)
    joined = contact.enters - (round(head_start.mean_seconds) if head_start else 0)
    return (*[value for rule in team.order for value in criteria[rule]], joined, contact.contact)


def windows_of_all(model: Scenario, seed: int) -> list[list[tuple[int, int, bool]]]:
    """The windows of every person, some weeks beyond the run, and whether they hand over at the end (rule 5).

    They do where their own next duty begins after the next date on which the team has duty.
    """
    longer = model.varied({"run.follow_up": 4}).model
    line = Timeline.of(longer)
    clock = line.clock
    roles = {group.role: group.shift for group in longer.teams["desk"].staff}
    open_on = sorted({clock.date_of(int(start)) for shift in roles.values() for start in line.shifts[shift].starts})
    found = []
    for _, mine in people(longer, line, seed, 0).duty.groupby("worker", observed=True):
        windows = list(zip(mine["start"].astype(int), mine["end"].astype(int), strict=True))
        dates = [clock.date_of(start) for start, _ in windows]
        next_own = [*dates[1:], date.max]
        next_of_team = [open_on[bisect_right(open_on, day)] for day in dates]
        found.append([(*window, own > team) for window, own, team in zip(windows, next_own, next_of_team, strict=True)])
    return found


def worked(log) -> dict[int, list[tuple[int, int, int]]]:
    work = log.events[log.events["kind"] == "work"].sort_values(["contact", "start"])
    found: dict[int, list[tuple[int, int, int]]] = {}
    for contact, worker, start, end in work[["contact", "worker", "start", "end"]].itertuples(index=False):
        found.setdefault(contact, []).append((worker, start, end))
    return found


@pytest.mark.parametrize("number", range(60))
def test_the_engine_equals_the_reference_queue(number):
    model, contacts = instance(number)
    log = run(model, seed=number, contacts=contacts)
    ends = log.about.ends
    jobs = [
        (row.enters, place(model, row), int(seconds))
        for row, seconds in zip(contacts.itertuples(index=False), contacts["seconds: service"], strict=True)
        if row.enters <= ends
    ]
    exact = {
        where[-1]: [(person, start, min(end, ends)) for person, start, end in stretches if start <= ends]
        for where, stretches in serve(jobs, windows_of_all(model, number)).items()
    }
    assert worked(log) == {contact: stretches for contact, stretches in exact.items() if stretches}
    assert len(worked(log)) > 5
