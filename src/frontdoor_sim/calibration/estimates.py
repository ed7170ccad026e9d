"""Estimates with their intervals, and counts that name nobody."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

LEVEL = 0.9
"""Of an interval, unless another is asked for."""

FEW = 6
"""Counts from 1 to one less than this are not told."""

_PARTS = 5


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


def design_effect(times: NDArray[np.int64], values: NDArray[np.float64], closes: int) -> float:
    """How many cases tell as much of a mean as one would that has nothing to do with the others (Kish 1965).

    Cases that wait in one queue wait alike, for weeks on end. So the mean is taken in five parts of the window, one after
    the other, and its error is that of their spread, by Student's t (the method of batch means, Conway 1963); where the
    cases as such differ more, it is theirs. An interval of independent cases is to have its variance multiplied by this.

    Args:
        times: second of each case, from 0 to before `closes`.
        values: of each case, such as whether it was over within a day.
        closes: last second of the window.

    Returns:
        1 or more; 1 where all values are the same.

    Example:
        >>> times = np.arange(1000)
        >>> in_turn, in_blocks = (times % 2).astype(float), (times // 200 % 2).astype(float)
        >>> design_effect(times, in_turn, 1000), round(design_effect(times, in_blocks, 1000))
        (1.0, 420)
    """
    off = values - values.mean() if len(values) else values
    alone = float(off @ off)
    if alone == 0:
        return 1.0
    parts = np.bincount(times * _PARTS // closes, off, minlength=_PARTS)
    together = float(parts @ parts) * _PARTS / (_PARTS - 1)
    reach = float(stdtrit(_PARTS - 1, (1 + LEVEL) / 2)) / z(LEVEL)
    return max(1.0, reach**2 * together / alone)


def many(count: int) -> str:
    """A count in words that names nobody.

    Example:
        >>> many(1234), many(3), many(0)
        ('1,234', 'fewer than 6', '0')
    """
    return f"{count:,}" if count == 0 or count >= FEW else f"fewer than {FEW}"


def few(counts: Sequence[float] | NDArray[np.number]) -> NDArray[np.bool_]:
    """Whether each count is one of 1 to 5, which is not told.

    Example:
        >>> few([0, 1, 5, 6]).tolist()
        [False, True, True, False]
    """
    numbers = np.asarray(counts)
    return np.asarray((numbers > 0) & (numbers < FEW))


def tells(share: float, number: float) -> bool:
    """Whether a share of so many would tell a count of 1 to 5: those it is of, or the others.

    Example:
        >>> tells(0.05, 60), tells(0.95, 60), tells(0.5, 60), tells(1.0, 60)
        (True, True, False, False)
    """
    if math.isnan(share) or math.isnan(number):
        return False
    return bool(few([round(share * number), round((1 - share) * number)]).any())


def hidden(counts: Sequence[float] | NDArray[np.number]) -> NDArray[np.bool_]:
    """Which counts to keep back of some whose total is known: those of 1 to 5.

    Where these are fewer than six in all, so that the total would tell them, the next smallest is kept back with them.

    Example:
        >>> hidden([90, 3, 40, 0]).tolist(), hidden([90, 3, 40, 4]).tolist()
        ([False, True, True, False], [False, True, False, True])
    """
    numbers = np.nan_to_num(np.asarray(counts, dtype=np.float64))
    kept = few(numbers)
    if 0 < numbers[kept].sum() < FEW and (numbers >= FEW).any():
        kept[np.argmin(np.where(numbers >= FEW, numbers, np.inf))] = True
    return kept


def told_steps(reached: NDArray[np.float64], number: int) -> NDArray[np.float64]:
    """A curve of shares reached, without those that tell of one to five cases; what is not known (NaN) stays so.

    A share is left out where so few set it apart from the one before that is shown, or are not yet through.

    Example:
        >>> told_steps(np.array([0.5, 0.52, 0.8, 0.8, 0.98, 1.0, np.nan]), 100).tolist()
        [0.5, nan, 0.8, 0.8, nan, 1.0, nan]
    """
    told, last = reached.copy(), 0.0
    for place, share in enumerate(reached.tolist()):
        if math.isnan(share):
            continue
        if few([round((share - last) * number), round((1 - share) * number)]).any():
            told[place] = np.nan
        else:
            last = share
    return told
