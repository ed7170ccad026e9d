"""Numbers rounded so that what differs reads differently, and what is not nothing does not read as nothing."""

from __future__ import annotations

from collections.abc import Sequence

MOST = 1
"""Decimals of a figure in a sentence, at most."""


def rounded_apart(*numbers: float, whole: Sequence[float] = (0.0,)) -> list[str]:
    """Numbers with the fewest decimals that tell them apart, from one another and from whole figures.

    Args:
        numbers: that stand in one sentence, in one unit.
        whole: what none of them may read as unless it is so: nothing, and of shares also all.

    Example:
        >>> rounded_apart(65.2, 44.0, 86.1), rounded_apart(0.4, 0.7), rounded_apart(99.7, 98.0, whole=(0, 100))
        (['65', '44', '86'], ['0.4', '0.7'], ['99.7', '98.0'])
        >>> rounded_apart(60.01, 60.02)
        ['60', '60']
    """
    told = _distinct(numbers, whole)
    for places in range(MOST + 1):
        texts = [f"{number:.{places}f}" for number in numbers]
        if _distinct([float(text) for text in texts], whole) == told:
            return [text.removeprefix("-") if float(text) == 0 else text.replace("-", "−") for text in texts]
    return [f"{number:.0f}".replace("-0", "0").replace("-", "−") for number in numbers]


def _distinct(numbers: Sequence[float], whole: Sequence[float]) -> int:
    """How many different numbers there are, whole figures among them."""
    return len({round(float(number), 9) for number in (*numbers, *whole)})


def share_and_range(mean: float, low: float, high: float) -> tuple[str, str]:
    """A share and its interval as percentages; one percentage for an interval without width.

    Example:
        >>> share_and_range(0.652, 0.44, 0.861), share_and_range(1.0, 1.0, 1.0), share_and_range(0.997, 0.99, 1.0)
        (('65%', '44% to 86%'), ('100%', '100%'), ('99.7%', '99.0% to 100.0%'))
    """
    middle, least, most = rounded_apart(100 * mean, 100 * low, 100 * high, whole=(0.0, 100.0))
    return f"{middle}%", f"{least}%" if least == most else f"{least}% to {most}%"


def change_range(low: float, high: float, unit: str) -> str:
    """The interval of a difference, each end with its sign; what reads as nothing at both ends is less than 1.

    Example:
        >>> change_range(-2.0, 32.4, "points"), change_range(0.3, 1.2, "points"), change_range(-132.6, -2.0, "hours")
        ('−2 to +32 points', '+0.3 to +1.2 points', '−133 to −2 hours')
        >>> change_range(-0.02, 0.01, "points"), change_range(7.0, 7.0, "hours"), change_range(0.0, 0.0, "hours")
        ('less than 1 point', '+7 hours', 'no change')
    """
    if low == high == 0:
        return "no change"
    least, most = rounded_apart(low, high)
    if least == most:
        return f"less than 1 {counted(unit, '1')}" if least == "0" else f"{_signed(least)} {counted(unit, least)}"
    return f"{_signed(least)} to {_signed(most)} {unit}"


def size_range(near: float, far: float, unit: str) -> str:
    """How large a difference is, from its near end to its far end, without signs.

    Example:
        >>> size_range(9.0, 15.2, "points"), size_range(0.4, 0.7, "points"), size_range(0.01, 0.02, "hours")
        ('9 to 15 points', '0.4 to 0.7 points', 'less than 1 hour')
        >>> size_range(12.0, 12.0, "points"), size_range(1.0, 1.0, "hours")
        ('12 points', '1 hour')
    """
    least, most = rounded_apart(near, far)
    if least == most:
        return f"less than 1 {counted(unit, '1')}" if least == "0" else f"{least} {counted(unit, least)}"
    return f"{least} to {most} {unit}"


def counted(unit: str, number: str) -> str:
    """A unit after a number.

    Example:
        >>> counted("points", "1"), counted("points", "2")
        ('point', 'points')
    """
    return unit.removesuffix("s") if number.lstrip("−") == "1" else unit


def _signed(text: str) -> str:
    return text if text.startswith("−") or not float(text) else f"+{text}"
