"""Keyed luck: a pure function of key, purpose and visit.

There is no generator and no state. Every contact, person and day carries a key of 63 bits; its
luck for a purpose is a hash of (key, purpose, visit), an integer below 2**32. So the same contact
meets the same luck in every option, engine, machine and order of events, and one more contact,
stage or person shifts nobody else's.

The hash chains the finaliser of SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable
pseudorandom number generators", OOPSLA), which is plain integer arithmetic modulo 2**64 and hence the
same in Python, NumPy and compiled code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Int64s = NDArray[np.int64]

LUCK_BITS = 32
KEY_BITS = 63
_WORD = (1 << 64) - 1
_KEY_MASK = (1 << KEY_BITS) - 1
_GOLDEN = 0x9E3779B97F4A7C15
_FIRST = 0xBF58476D1CE4E5B9
_SECOND = 0x94D049BB133111EB


def mix(word: int) -> int:
    """SplitMix64's finaliser: a one-to-one map of 64-bit words onto themselves.

    Example:
        >>> hex(mix(1))
        '0x5692161d100b05e5'
    """
    word = ((word ^ (word >> 30)) * _FIRST) & _WORD
    word = ((word ^ (word >> 27)) * _SECOND) & _WORD
    return word ^ (word >> 31)


@lru_cache(maxsize=4096)
def code(purpose: str) -> int:
    """The 64-bit code of a declared purpose, such as `screening`.

    A purpose keeps its name when a stage is renamed, and with it everybody's luck.

    Example:
        >>> code("screening") == code("screening"), code("screening") == code("receipt")
        (True, False)
    """
    return int.from_bytes(blake2b(purpose.encode(), digest_size=8).digest(), "little")


def key(*parts: int | str) -> int:
    """A 63-bit key made from parts, in order; a child's key starts with its parent's.

    Example:
        >>> key(7, 0, "police", 12, 3) == key(7, 0, "police", 12, 3)
        True
        >>> key(7, 0, "police", 12, 3) == key(7, 0, "police", 3, 12)
        False
    """
    return _begun(parts) & _KEY_MASK


def _begun(parts: tuple[int | str, ...]) -> int:
    """The word of a key that more parts may follow."""
    word = _GOLDEN
    for part in parts:
        word = mix((word + _GOLDEN + _word(part)) & _WORD)
    return word


def _word(part: int | str) -> int:
    return code(part) if isinstance(part, str) else mix(int(part) & _WORD)


def draw(owner: int, purpose: int, visit: int = 0) -> int:
    """Luck of a key for a purpose and visit: an integer, uniform on 0 to 2**32 - 1.

    Args:
        owner: a key of 63 bits (or any non-negative integer given in a table).
        purpose: from `code`.
        visit: 0 for the first.

    Example:
        >>> 0 <= draw(key(7, 1), code("screening")) < 2**32
        True
    """
    word = mix((mix(owner ^ purpose) + _step(visit)) & _WORD)
    return mix(word ^ purpose) >> (64 - LUCK_BITS)


class Lent(NamedTuple):
    """Compiled code that does to a whole array of words, of one dimension, what is said here, in place.

    Args:
        mix: `mix` of each word.
        draw: `draw` of each word as a key, for a purpose, whose visit adds `step`: draw(words, purpose, step).
    """

    mix: Callable[[NDArray[np.uint64]], None]
    draw: Callable[[NDArray[np.uint64], np.uint64, np.uint64], None]


_lent: list[Lent] = []


def lend(lent: Lent) -> None:
    """Let compiled code mix arrays from now on: the same words, in one pass over them where NumPy takes eight."""
    _lent[:] = [lent]


def _mix_array(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """`mix` of every word, in place: the words are the caller's own and are overwritten."""
    if _lent:
        _lent[0].mix(words.ravel(order="K"))
        return words
    moved = words >> np.uint64(30)
    words ^= moved
    words *= np.uint64(_FIRST)
    np.right_shift(words, np.uint64(27), out=moved)
    words ^= moved
    words *= np.uint64(_SECOND)
    np.right_shift(words, np.uint64(31), out=moved)
    words ^= moved
    return words


def draws(owners: Int64s, purpose: int, visit: int | Int64s = 0) -> Int64s:
    """`draw` for an array of keys (and, if wished, an array of visits).

    Example:
        >>> keys = np.array([key(7, 1), key(7, 2)])
        >>> [int(u) for u in draws(keys, code("screening"))] == [draw(int(k), code("screening")) for k in keys]
        True
    """
    spice, words = np.uint64(purpose), np.array(owners, dtype=np.int64).view(np.uint64)
    if _lent and not isinstance(visit, np.ndarray):
        _lent[0].draw(words.ravel(order="K"), spice, np.uint64(_step(visit)))
        return words.view(np.int64)
    words ^= spice
    words = _mix_array(words)
    if isinstance(visit, np.ndarray):
        words = words + (visit.astype(np.uint64) + np.uint64(1)) * np.uint64(_GOLDEN)
    else:
        words += np.uint64(_step(visit))
    words = _mix_array(words)
    words ^= spice
    words = _mix_array(words)
    words >>= np.uint64(64 - LUCK_BITS)
    return words.view(np.int64)


def _step(visit: int) -> int:
    """What the visit adds to the word of a key and a purpose."""
    return (int(visit) + 1) * _GOLDEN & _WORD


def key_array(prefix: tuple[int | str, ...], *columns: Int64s) -> Int64s:
    """`key(*prefix, *row)` for every row of the columns.

    Example:
        >>> key_array((7, "police"), np.array([12, 13]), np.array([0, 0])).tolist() == [
        ...     key(7, "police", 12, 0), key(7, "police", 13, 0)]
        True
    """
    return key_arrays([prefix], np.zeros(1, dtype=np.int64), *columns)


def key_arrays(prefixes: Sequence[tuple[int | str, ...]], place: Int64s, *columns: Int64s) -> Int64s:
    """`key(*prefixes[place], *row)` for every row of the columns, each of which begins with a prefix of its own.

    Args:
        prefixes: what keys begin with.
        place: which of the prefixes, for each row.
        columns: further parts of the keys; they and `place` have one shape, or shapes that broadcast.

    Example:
        >>> key_arrays([(7, "police"), (7, "health")], np.array([1, 0]), np.array([12, 13])).tolist() == [
        ...     key(7, "health", 12), key(7, "police", 13)]
        True
    """
    words = np.array([_begun(prefix) for prefix in prefixes], dtype=np.uint64)[place]
    for column in columns:
        words += np.uint64(_GOLDEN)
        words = _mix_array(words + _mix_array(np.asarray(column, dtype=np.int64).astype(np.uint64)))
    words &= np.uint64(_KEY_MASK)
    return words.view(np.int64)


def keys_of_words(prefix: tuple[int | str, ...], words: Sequence[str]) -> Int64s:
    """`key(*prefix, word)` for each of some words, such as the names of people.

    Example:
        >>> keys_of_words((7,), ["desk/officer/1"]).tolist() == [key(7, "desk/officer/1")]
        True
    """
    found = np.array([code(word) for word in words], dtype=np.uint64)
    found += np.uint64((_begun(prefix) + _GOLDEN) & _WORD)
    found = _mix_array(found)
    found &= np.uint64(_KEY_MASK)
    return found.view(np.int64)


def share_as_luck(share: float) -> int:
    """The threshold below which luck falls with probability `share`.

    Example:
        >>> share_as_luck(0.5) == 2**31
        True
    """
    return round(share * (1 << LUCK_BITS))
