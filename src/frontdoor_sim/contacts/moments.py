"""When something happens at given rates, by keyed luck."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from frontdoor_sim.contacts.chance import Floats, perhaps_above_none, poisson_of_some
from frontdoor_sim.contacts.hours import HOUR, Hours
from frontdoor_sim.luck import LUCK_BITS, Int64s, code, draws, key_array, key_arrays

COUNT, SECOND = code("count"), code("second of the hour")
Prefix = tuple[int | str, ...]


@dataclass(frozen=True)
class Moments:
    """Moments of several sources, one source after the other.

    Args:
        keys: 63-bit keys of (prefix of the source, hour, ordinal).
        seconds: when they are.
        source: place of the source.
        hour: place of the hour in the `Hours` they were drawn for.
        ordinal: 0, 1, ... within the hour.
    """

    keys: Int64s
    seconds: Int64s
    source: Int64s
    hour: Int64s
    ordinal: Int64s


def moments(rates: Iterable[Floats], hours: Hours, prefixes: Sequence[Prefix]) -> Moments:
    """Poisson moments, exactly: a number for each hour, then for each of them its own second within the hour.

    Args:
        rates: moments an hour, one a source and hour, source by source.
        hours: the hours.
        prefixes: seed, replication and source; what the luck of each source belongs to.
    """
    numbers, source, hour = _numbers(rates, hours, prefixes)
    source, hour, ordinal = np.repeat(source, numbers), np.repeat(hour, numbers), counted(numbers)
    keys = key_arrays(prefixes, source, hours.number[hour], ordinal)
    return Moments(keys, hours.starts[hour] + (draws(keys, SECOND) * HOUR >> LUCK_BITS), source, hour, ordinal)


def _numbers(rates: Iterable[Floats], hours: Hours, prefixes: Sequence[Prefix]) -> tuple[Int64s, Int64s, Int64s]:
    """Numbers of moments, with source and hour, wherever there may be any; source by source.

    The hours of one source fit into the processor's cache, those of all sources do not.
    """
    found = []
    for mean, prefix in zip(rates, prefixes, strict=True):
        luck = draws(key_array(prefix, hours.number), COUNT)
        some = perhaps_above_none(mean, luck)
        found.append((mean.take(some), luck.take(some), some))
    mean, luck, hour = (np.concatenate(column) for column in zip(*found, strict=True))
    return poisson_of_some(mean, luck), np.repeat(np.arange(len(found)), [len(some) for *_, some in found]), hour


def counted(numbers: Int64s) -> Int64s:
    """0, 1, ... for each number of things, one after the other.

    Example:
        >>> counted(np.array([2, 0, 3])).tolist()
        [0, 1, 0, 1, 2]
    """
    before = np.cumsum(numbers) - numbers
    return np.arange(int(numbers.sum()), dtype=np.int64) - np.repeat(before, numbers)
