"""Numbers and percentages with something added to them."""

from __future__ import annotations

import re
from typing import Any

from frontdoor_sim.documents import shown
from frontdoor_sim.scenario.paths import PathError


def adjusted(before: Any, by: Any, name: str) -> float:
    """A number or percentage with something added to it.

    Example:
        >>> adjusted(3, "+1.5", "wte"), adjusted("15%", "2%", "non_case_share")
        (4.5, 0.17)
    """
    numbers = [_number(before), _number(by)]
    if None in numbers:
        right = "A number there, and one to be added to it, such as +1.5."
        raise PathError(
            f"`{name}` is {shown(before)}, to which {shown(by)} cannot be added.", right, "Use `set` for a new value."
        )
    return round(sum(number for number in numbers if number is not None), 6)


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    percentage = re.fullmatch(r"\s*([+-]?\d+(?:\.\d+)?)\s*%\s*", value) if isinstance(value, str) else None
    if percentage:
        return float(percentage[1]) / 100
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None
