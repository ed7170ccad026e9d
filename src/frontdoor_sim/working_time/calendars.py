"""Windows of open time, and arithmetic along them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from operator import index
from typing import overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

Int64s = NDArray[np.int64]

NEVER = 1 << 62
"""The second of something that does not happen: later than every other."""

_FAR = 1 << 60


class Calendar:
    """Open time as windows [start, end), sorted, merged and disjoint.

    Every method takes a second or an array of seconds, and answers in kind. Integers throughout.

    Args:
        starts: seconds at which windows open, in any order; windows may overlap or touch.
        ends: seconds at which they close, element by element; an empty window is dropped.

    Raises:
        ValueError: lengths differ, or a window ends before it starts.
        TypeError: a time is not a whole number of seconds.

    Example:
        >>> office = Calendar([9, 20, 12], [12, 25, 17])
        >>> office.starts.tolist(), office.ends.tolist()
        ([9, 20], [17, 25])
        >>> office.add(16, 3), office.add(9, 8), office.between(0, 21)
        (22, 17, 9)
    """

    __slots__ = ("_before", "_before_list", "_closes", "_closes_list", "_starts_list", "ends", "starts")

    def __init__(self, starts: ArrayLike, ends: ArrayLike) -> None:
        self.starts, self.ends = _merged(_whole(starts), _whole(ends))
        self._before = np.concatenate(([0], np.cumsum(self.ends - self.starts, dtype=np.int64)))
        self._closes = np.concatenate((np.array([-NEVER]), self.ends))
        self._starts_list: list[int] = self.starts.tolist()
        self._before_list: list[int] = self._before.tolist()
        self._closes_list: list[int] = self._closes.tolist()
        for array in (self.starts, self.ends, self._before, self._closes):
            array.setflags(write=False)

    @classmethod
    def always(cls) -> Calendar:
        """Open at every second.

        Example:
            >>> Calendar.always().add(5, 10)
            15
        """
        return cls([-_FAR], [_FAR])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Calendar):
            return NotImplemented
        return np.array_equal(self.starts, other.starts) and np.array_equal(self.ends, other.ends)

    def __hash__(self) -> int:
        return hash((self.starts.tobytes(), self.ends.tobytes()))

    def __reduce__(self) -> tuple[type[Calendar], tuple[Int64s, Int64s]]:
        """Travel to worker processes as the windows alone."""
        return (type(self), (self.starts, self.ends))

    def __repr__(self) -> str:
        return f"Calendar({len(self.starts)} windows, {self._before_list[-1]} s open)"

    def __len__(self) -> int:
        """Number of windows."""
        return len(self._starts_list)

    @overload
    def worked(self, t: int) -> int: ...
    @overload
    def worked(self, t: Int64s) -> Int64s: ...
    def worked(self, t: int | Int64s) -> int | Int64s:
        """Open seconds before t, counted from the first window.

        Example:
            >>> Calendar([0, 20], [10, 30]).worked(np.array([-5, 4, 15, 99])).tolist()
            [0, 4, 10, 20]
        """
        if isinstance(t, int):
            window = bisect_right(self._starts_list, t)
            left = self._closes_list[window] - t
            return self._before_list[window] - left if left > 0 else self._before_list[window]
        if np.ndim(t) == 0:
            return self.worked(index(t))
        times = _whole(t)
        windows = np.searchsorted(self.starts, times, side="right")
        return self._before[windows] - np.maximum(self._closes[windows] - times, 0)

    @overload
    def between(self, a: int, b: int) -> int: ...
    @overload
    def between(self, a: Int64s, b: int | Int64s) -> Int64s: ...
    @overload
    def between(self, a: int, b: Int64s) -> Int64s: ...
    def between(self, a: int | Int64s, b: int | Int64s) -> int | Int64s:
        """Open seconds from a to b; negative where b comes first.

        Example:
            >>> Calendar([0, 20], [10, 30]).between(5, 25)
            10
        """
        return self.worked(b) - self.worked(a)

    @overload
    def add(self, t: int, seconds: int) -> int: ...
    @overload
    def add(self, t: Int64s, seconds: int | Int64s) -> Int64s: ...
    @overload
    def add(self, t: int, seconds: Int64s) -> Int64s: ...
    def add(self, t: int | Int64s, seconds: int | Int64s) -> int | Int64s:
        """Second at which `seconds` of open time have passed since t.

        Work that ends exactly at close ends at close, not at the next opening. Nothing added is t
        itself, open or not. Where the windows run out first the answer is NEVER.

        Raises:
            ValueError: `seconds` is negative.

        Example:
            >>> office = Calendar([0, 20], [10, 30])
            >>> office.add(4, 6), office.add(4, 7), office.add(12, 0), office.add(12, 99) == NEVER
            (10, 21, 12, True)
        """
        if isinstance(t, int) and isinstance(seconds, int):
            if seconds <= 0:
                if seconds < 0:
                    raise ValueError(_negative(seconds))
                return t
            target = self.worked(t) + seconds
            window = bisect_left(self._before_list, target)
            if window == len(self._before_list):
                return NEVER
            return self._closes_list[window] - (self._before_list[window] - target)
        if np.ndim(t) == 0 and np.ndim(seconds) == 0:
            return self.add(index(t), index(seconds))
        return self._add_arrays(_whole(t), _whole(seconds))

    def _add_arrays(self, times: Int64s, seconds: Int64s) -> Int64s:
        if np.any(seconds < 0):
            raise ValueError(_negative(int(seconds.min())))
        targets = self.worked(np.atleast_1d(times)) + seconds
        windows = np.searchsorted(self._before, targets, side="left")
        within = np.minimum(windows, len(self._before) - 1)
        reached = np.where(windows > within, NEVER, self._closes[within] - (self._before[within] - targets))
        return np.where(seconds == 0, times, reached)

    @overload
    def is_open(self, t: int) -> bool: ...
    @overload
    def is_open(self, t: Int64s) -> NDArray[np.bool_]: ...
    def is_open(self, t: int | Int64s) -> bool | NDArray[np.bool_]:
        """Whether t lies in a window: from its start, up to but not at its end.

        Example:
            >>> Calendar([0, 20], [10, 30]).is_open(np.array([0, 10, 29])).tolist()
            [True, False, True]
        """
        if isinstance(t, int) or np.ndim(t) == 0:
            second = index(t)
            return second < self._closes_list[bisect_right(self._starts_list, second)]
        times = _whole(t)
        return times < self._closes[np.searchsorted(self.starts, times, side="right")]

    @overload
    def next_open(self, t: int) -> int: ...
    @overload
    def next_open(self, t: Int64s) -> Int64s: ...
    def next_open(self, t: int | Int64s) -> int | Int64s:
        """First open second at or after t: t itself if open, NEVER if nothing opens again.

        Example:
            >>> office = Calendar([0, 20], [10, 30])
            >>> office.next_open(5), office.next_open(10), office.next_open(30) == NEVER
            (5, 20, True)
        """
        if isinstance(t, int) or np.ndim(t) == 0:
            second = index(t)
            window = bisect_right(self._starts_list, second)
            if second < self._closes_list[window]:
                return second
            return self._starts_list[window] if window < len(self._starts_list) else NEVER
        times = _whole(t)
        windows = np.searchsorted(self.starts, times, side="right")
        opens = np.concatenate((self.starts, np.array([NEVER])))
        return np.where(times < self._closes[windows], times, opens[windows])

    def union(self, *others: Calendar) -> Calendar:
        """Open where any of them is.

        Example:
            >>> Calendar([0], [5]).union(Calendar([3], [8]), Calendar([20], [21])).ends.tolist()
            [8, 21]
        """
        calendars = (self, *others)
        return Calendar(np.concatenate([c.starts for c in calendars]), np.concatenate([c.ends for c in calendars]))

    def intersect(self, other: Calendar) -> Calendar:
        """Open where both are.

        Example:
            >>> Calendar([0], [5]).intersect(Calendar([3], [8])).starts.tolist()
            [3]
        """
        cells = self._cells(other)
        both = self.is_open(cells[:-1]) & other.is_open(cells[:-1])
        return Calendar(cells[:-1][both], cells[1:][both])

    def minus(self, other: Calendar) -> Calendar:
        """Open where this one is and the other is not.

        Example:
            >>> Calendar([0], [9]).minus(Calendar([3], [5])).starts.tolist()
            [0, 5]
        """
        cells = self._cells(other)
        here = self.is_open(cells[:-1]) & ~other.is_open(cells[:-1])
        return Calendar(cells[:-1][here], cells[1:][here])

    def _cells(self, other: Calendar) -> Int64s:
        """Every boundary of either, sorted: between two of them neither opens or closes."""
        return np.unique(np.concatenate((self.starts, self.ends, other.starts, other.ends)))


def _negative(seconds: int) -> str:
    return f"{seconds} seconds of open time cannot be added; give 0 or more"


def _whole(values: ArrayLike) -> Int64s:
    """Integer seconds as an int64 array; an empty list counts as integers."""
    array = np.asarray(values)
    if array.dtype.kind not in "iu" and array.size:
        raise TypeError(f"times are whole seconds, not {array.dtype}; round them to integers first")
    return array.astype(np.int64)


def _merged(starts: Int64s, ends: Int64s) -> tuple[Int64s, Int64s]:
    """Sort the windows, join those that overlap or touch, drop the empty."""
    if starts.shape != ends.shape or starts.ndim != 1:
        raise ValueError(f"{starts.size} starts and {ends.size} ends; give one end for each start")
    if np.any(ends < starts):
        bad = int(np.argmax(ends < starts))
        raise ValueError(f"a window ends at {ends[bad]}, before its start {starts[bad]}; give the start first")
    starts, ends = starts[ends > starts], ends[ends > starts]
    order = np.argsort(starts, kind="stable")
    starts, reach = starts[order], np.maximum.accumulate(ends[order]) if len(order) else ends
    first = np.concatenate((np.ones(min(1, len(starts)), dtype=bool), starts[1:] > reach[:-1]))
    last = np.concatenate((first[1:], np.ones(min(1, len(starts)), dtype=bool)))
    return starts[first], reach[last]
