"""When something happens at given rates, by keyed luck."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from frontdoor_sim.contacts.chance import Floats, poisson
from frontdoor_sim.contacts.hours import HOUR, Hours
from frontdoor_sim.luck import LUCK_BITS, Int64s, code, draws, key_array

COUNT, SECOND = code("count"), code("second of the hour")
Prefix = tuple[int | str, ...]


@dataclass(frozen=True)
class Moments:
    """Moments of one source.

    Args:
        keys: 63-bit keys of (prefix, hour, ordinal).
        seconds: when they are.
        hour: place of the hour in the `Hours` they were drawn for.
        ordinal: 0, 1, ... within the hour.
    """

    keys: Int64s
    seconds: Int64s
    hour: Int64s
    ordinal: Int64s


def moments(rates: Floats, hours: Hours, prefix: Prefix) -> Moments:
    """Poisson moments, exactly: a number for each hour, then for each of them its own second within the hour.

    Args:
        rates: moments an hour, one for each of `hours`.
        hours: the hours.
        prefix: seed, replication and source; what the luck belongs to.
    """
    numbers = poisson(rates, draws(key_array(prefix, hours.number), COUNT))
    hour = np.repeat(np.arange(len(hours)), numbers)
    ordinal = counted(numbers)
    keys = key_array(prefix, hours.number[hour], ordinal)
    return Moments(keys, hours.starts[hour] + (draws(keys, SECOND) * HOUR >> LUCK_BITS), hour, ordinal)


def counted(numbers: Int64s) -> Int64s:
    """0, 1, ... for each number of things, one after the other.

    Example:
        >>> counted(np.array([2, 0, 3])).tolist()
        [0, 1, 0, 1, 2]
    """
    before = np.cumsum(numbers) - numbers
    return np.arange(int(numbers.sum()), dtype=np.int64) - np.repeat(before, numbers)
