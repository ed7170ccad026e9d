"""Values that a schema would let pass as something else: endless numbers, and yes or no where a number stands."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date
from typing import Any

from frontdoor_sim.documents import Mistake, shown
from frontdoor_sim.scenario.paths import Path

_YES_OR_NO = (
    "assesses",
    "decides",
    "searches",
    "returns",
    "referral",
    "open_case",
    "agrees",
    "regrades",
    "in_turn",
    "training",
)
_DATES_AND_TIMES: dict[Path, tuple[str, str]] = {
    ("run", "opens"): ("A date such as 2019-06-03.", "Write, for example, `opens: 2019-06-03`."),
    ("receipt_closes",): (
        'A time of day in quotes, such as "17:15".',
        'Write, for example, `receipt_closes: "17:15"`.',
    ),
}


def slips(data: Any, at: Path = ()) -> Iterator[tuple[Path, Mistake]]:
    """Every such value of a scenario, with its place; who calls fills in `where`.

    Example:
        >>> [(at, mistake.what) for at, mistake in slips({"run": {"weeks": True}})]
        [(('run', 'weeks'), '`weeks` cannot be true.')]
    """
    if isinstance(data, dict):
        for name, value in data.items():
            yield from slips(value, (*at, name))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from slips(value, (*at, index))
    else:
        fault = _fault(data, at)
        if fault:
            name = next((step for step in reversed(at) if isinstance(step, str)), "the file")
            yield at, Mistake("", f"`{name}` cannot be {shown(data)}.", *fault)


def _fault(value: Any, at: Path) -> tuple[str, str] | None:
    """What would be right, and the remedy."""
    if isinstance(value, str):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return "A number that is finite.", "Write the number itself."
    if isinstance(value, bool):
        return (
            None
            if at[-1:] and at[-1] in _YES_OR_NO
            else ("A number or text, not true or false.", "Write the value itself.")
        )
    if at in _DATES_AND_TIMES and not isinstance(value, date):
        return _DATES_AND_TIMES[at]
    return None
