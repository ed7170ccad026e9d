"""Estimates with their intervals, and counts that name nobody."""

from __future__ import annotations

import math
from typing import NamedTuple

from scipy.special import ndtri

LEVEL = 0.9
"""Of an interval, unless another is asked for."""

FEW = 6
"""Counts from 1 to one less than this are not told."""


class Interval(NamedTuple):
    """An estimate with the ends of its interval."""

    estimate: float
    low: float
    high: float


def z(level: float) -> float:
    """Standard errors on either side of a normal interval.

    Example:
        >>> round(z(0.9), 4)
        1.6449
    """
    return float(ndtri((1 + level) / 2))


def wilson(hits: float, number: float, level: float = LEVEL) -> Interval:
    """Wilson's interval of a share (JASA 22, 1927).

    Example:
        >>> [round(end, 6) for end in wilson(45, 50, 0.95)]
        [0.9, 0.786398, 0.956524]
    """
    reach, share = z(level), hits / number
    middle = (share + reach**2 / (2 * number)) / (1 + reach**2 / number)
    half = reach / (1 + reach**2 / number) * math.sqrt(share * (1 - share) / number + reach**2 / (4 * number**2))
    return Interval(share, middle - half, middle + half)


def many(count: int) -> str:
    """A count in words that names nobody.

    Example:
        >>> many(1234), many(3), many(0)
        ('1,234', 'fewer than 6', '0')
    """
    return f"{count:,}" if count == 0 or count >= FEW else f"fewer than {FEW}"
