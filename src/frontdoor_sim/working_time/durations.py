"""Durations as people write them: a number, a unit and, if need be, `working`."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from typing import Literal

ClockName = Literal["elapsed", "working", "working_days"]

_SECONDS = {
    "s": 1,
    "second": 1,
    "min": 60,
    "minute": 60,
    "h": 3_600,
    "hr": 3_600,
    "hour": 3_600,
    "day": 86_400,
    "week": 604_800,
}
_WRITTEN = re.compile(r"(\d+(?:\.\d+)?)\s*(working\s+)?([A-Za-z]+)")
_RIGHT = 'write a number and a unit, such as "90 s", "10 min", "4 h", "26 weeks", "6 working hours" or "2 working days"'


def parse_duration(text: str) -> tuple[int, ClockName]:
    """Read a duration, and the clock it runs on.

    Elapsed durations and working hours come as seconds; working days have no length in seconds
    and come as a number of days, on the clock `working_days`.

    Args:
        text: a number, then one of s, min, h, hr, day(s), week(s) or their full words; before the unit
            `working` may stand, which counts only open time.

    Raises:
        ValueError: there is no unit, the unit is unknown, or the result is not a whole number.

    Example:
        >>> parse_duration("4 h"), parse_duration("6 working hours"), parse_duration("2 working days")
        ((14400, 'elapsed'), (21600, 'working'), (2, 'working_days'))
    """
    if not isinstance(text, str):
        raise ValueError(f"{text!r} is not a duration: {_RIGHT}")
    return _parsed(text)


@lru_cache(maxsize=256)
def _parsed(text: str) -> tuple[int, ClockName]:
    """Kept, since scenarios are read again for every option and candidate and say the same few durations."""
    match = _WRITTEN.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a duration: {_RIGHT}")
    number, working, unit = Fraction(match[1]), bool(match[2]), match[3].lower()
    unit = unit if unit in _SECONDS else unit.removesuffix("s")
    if unit not in _SECONDS:
        raise ValueError(f'"{match[3]}" in {text!r} is not a unit of time: {_RIGHT}')
    if not working:
        return _exact(text, number * _SECONDS[unit], "seconds"), "elapsed"
    if unit == "day":
        return _exact(text, number, "working days"), "working_days"
    if unit == "week":
        raise ValueError(f'{text!r}: a working week has no fixed length; write working days, such as "5 working days"')
    return _exact(text, number * _SECONDS[unit], "seconds"), "working"


def _exact(text: str, amount: Fraction, of: str) -> int:
    if amount.denominator != 1:
        raise ValueError(f"{text!r} is not a whole number of {of}; round it to one")
    return amount.numerator
