"""What a scenario says of its staff beside how many they are, as posts of the roster have it."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np

from frontdoor_sim.operating_model import OtherWork, Staff, Timeline
from frontdoor_sim.roster import Block
from frontdoor_sim.working_time import Calendar, Instants

DAYS = 7


def coming_and_going(group: Staff, line: Timeline) -> dict[str, Any]:
    """When people start and leave, how they are inducted, and their other work, by the fields of `Post`.

    Example:
        >>> from datetime import timedelta
        >>> from frontdoor_sim.operating_model import RunWindow
        >>> line = Timeline.lay_out(RunWindow(opens=date(2026, 6, 1), weeks=1), {})
        >>> group = Staff(role="officer", wte=1, shift="always", leaves=date(2026, 6, 5), turnover={"stays": 52})
        >>> said = coming_and_going(group, line)
        >>> str(date.fromordinal(said["leaves"])), said["stays"]
        ('2026-06-06', 364)
    """
    turnover, induction = group.turnover, group.induction
    return {
        "starts": group.starts.toordinal() if group.starts else None,
        "leaves": group.leaves.toordinal() + 1 if group.leaves else None,
        "stays": turnover.stays * DAYS if turnover else 0,
        "refilled": turnover.refilled_after * DAYS if turnover else 0,
        "induction_days": induction.weeks * DAYS if induction else 0,
        "induction_share": induction.share if induction else 0.0,
        "blocks": tuple(_block(work, line) for work in group.other_work),
    }


def _block(work: OtherWork, line: Timeline) -> Block:
    first, last = max(work.starts or line.first, line.first), min(work.ends or line.last, line.last)
    times = _times(line.clock, first, last, line.bank_holidays, work.at, round(work.lasts.mean_seconds))
    return Block(times, work.every, work.in_turn, work.training)


@lru_cache(maxsize=256)
def _times(clock: Any, first: date, last: date, bank_holidays: frozenset[date], at: Instants, seconds: int) -> Calendar:
    """The times of other work, laid out once for all replications."""
    starts = at.lay_out(clock, first, last, bank_holidays) if first <= last else np.empty(0, dtype=np.int64)
    return Calendar(starts, starts + seconds)
