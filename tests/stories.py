"""Small stories whose times can be worked out by hand: some contacts, some stages, and what is said of them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from frontdoor_sim.contacts import given
from frontdoor_sim.event_log import EventLog, check_laws
from queue_laws import plain
from random_models import as_scenario
from twins import assert_twins, both

OPENS = "2025-06-02"  # a Monday; no bank holiday in the weeks that follow
OFFICE = {"office": {"Mon-Fri": "09:00-17:00"}, "closed": {"bank_holidays": "09:00-17:00"}}


def officers(number: float = 1, shift: str = "office", **facts: Any) -> dict[str, Any]:
    """A team of some officers, with facts about the team or about its staff."""
    about_staff = {key: facts.pop(key) for key in ("caseload", "non_case_share") if key in facts}
    return {"staff": [{"role": "officer", "wte": number, "shift": shift, **about_staff}], **facts}


def played(stages: dict[str, Any], routes: dict[str, Any], contacts: list[dict[str, Any]], **facts: Any) -> EventLog:
    """Play contacts, received at local times, through stages, on both engines; `desk` is a team of one in the office unless said otherwise."""
    data = {
        "name": "Story", "run": {"opens": OPENS, "weeks": 1, "warm_up": 0, "follow_up": 1}, "shifts": OFFICE, "clock": "office",
        "teams": {"desk": officers()}, "stages": stages, "routes": routes, "ends": {"done": {}, "closed": {"provides": 1}},
    }  # fmt: skip
    model = as_scenario(data | facts)
    numbered = [{"contact": number, **contact} for number, contact in enumerate(contacts, 1)]
    table = given(pd.DataFrame(numbered), model.model)
    reference, compiled = both(model.model, table)
    assert_twins(reference, compiled)
    check_laws(reference)
    return reference


def at(*times: str, **facts: Any) -> list[dict[str, Any]]:
    """Contacts received at local times, all alike but for lists, which give each its own."""
    return [
        {"received": when, **{key: value[n] if isinstance(value, list) else value for key, value in facts.items()}}
        for n, when in enumerate(times)
    ]


def said(log: EventLog, contact: int, part: int = 0) -> list[str]:
    """A contact's rows in words: stage, what filled it, from when to when."""
    events = plain(log.events)
    rows = events[(events["contact"] == contact) & (events["part"] == part)].sort_values(
        ["start", "end"], kind="stable"
    )
    return [
        f"{row.stage} {row.waited_for or row.kind} {moment(log, row.start)}-{'..' if row.censored else moment(log, row.end)}"
        for row in rows.itertuples(index=False)
    ]


def moment(log: EventLog, second: int) -> str:
    local = log.about.clock.local(int(second))
    return f"{local:%d %H:%M}" + (f":{local:%S}" if local.second else "")


def outcome(log: EventLog, contact: int, stage: str, visit: int = 0) -> str:
    events = plain(log.events)
    mine = events[(events["contact"] == contact) & (events["stage"] == stage) & (events["visit"] == visit)]
    return "".join(mine.loc[mine["part"] == 0, "outcome"])


WORK = {"work": {"team": "desk", "touch": "2 h"}}
TO_DONE = {"entry": "work", "work": "done"}
DAY, NEXT_DAY = "2025-06-02", "2025-06-03"
