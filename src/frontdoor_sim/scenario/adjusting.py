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


def check_percentage(before: Any, by: Any, name: str) -> None:
    """Refuse a percentage that is to be added to what is no share: of what it would be, nothing says.

    Example:
        >>> check_percentage(10.5, "+20%", "wte")
        Traceback (most recent call last):
        ...
        frontdoor_sim.scenario.paths.PathError: `wte` is 10.5, which is no share, and +20% would be added to it.
    """
    share, number = _percentage(by), _number(before)
    if share is None or number is None or _percentage(before) is not None:
        return
    written = by.strip()
    what = f"`{name}` is {shown(before)}, which is no share, and {written} would be added to it."
    right = "A number in the unit of what is there; a percentage is added to a share only."
    if not number:
        raise PathError(what, right, "Write what is to be added as a number, such as +1.5.")
    of_it = f"{written.lstrip('+-').replace(' ', '')} of {shown(before)}"
    raise PathError(what, right, f"Write the number itself, such as {share * number:+.6g} for {of_it}.")


def _percentage(value: Any) -> float | None:
    found = re.fullmatch(r"\s*([+-]?\d+(?:\.\d+)?)\s*%\s*", value) if isinstance(value, str) else None
    return float(found[1]) / 100 if found else None


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    share = _percentage(value)
    if share is not None:
        return share
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None
