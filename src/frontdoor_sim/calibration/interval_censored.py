"""The likelihood of durations as a history knows them: to the second, to the minute, to the day, or not over yet.

A stamp says only in which second, minute or day something happened. With the start at s + u, u of density g over the
cell of the start, and the end in [e, e + v), a duration with distribution function F has probability

    P = integral of g(u) [F(e + v - s - u) - F(e - s - u)] du,

1 - F(until - s - u) where it was open when observation ended, and either divided by the integral of
g(u) [1 - F(entered - s - u)] where a case is known only because it was still open when records began (left truncation).
For whole days this is the exact, triangular likelihood; taking days times 24 for hours, or [D - 1, D + 1] for the
interval, is biased. (Turnbull, JRSS B 38, 1976; Heitjan and Rubin, Ann. Stat. 19, 1991.)

The integral is a Gauss-Legendre sum: one node for a second, 3 for a minute, 24 for a day of uniform density and 2 in each
hour of a density by hour. Cases that are alike are one group, so that a fit takes as long as there are different ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.polynomial.legendre import leggauss
from numpy.typing import ArrayLike, NDArray

from frontdoor_sim.working_time import NEVER, Calendar

Floats = NDArray[np.float64]
Int64s = NDArray[np.int64]

SECOND, MINUTE, DAY = 1, 60, 86_400
HOUR = 3_600
_NODES = {SECOND: 1, MINUTE: 3}
_NODES_OF_DAY, _NODES_OF_HOUR, _HOURS = 24, 2, 24
_TINY = 1e-300
_COLUMNS = ("started", "start_width", "ended", "end_width", "until", "entered", "hours_of")


class Shape(Protocol):
    """What the likelihood asks of a family of distributions with its numbers put in."""

    def both(self, hours: Floats) -> tuple[Floats, Floats]:
        """Distribution function F and survival 1 - F at some durations [h], each accurate in its own tail."""


@dataclass(frozen=True, eq=False)
class Block:
    """Groups of observations with equally many nodes.

    Args:
        lower, upper: places in `Observed.points` of the bounds of the duration, shape (groups, nodes).
        entry: places of the duration that was over when the case came under observation, shape (groups, nodes).
        weight: weight of each node; a row adds up to 1, shape (groups, nodes).
        truncated: whether any entry is above 0, shape (groups,).
        count: number of observations, shape (groups,).
    """

    lower: Int64s
    upper: Int64s
    entry: Int64s
    weight: Floats
    truncated: NDArray[np.bool_]
    count: Floats


@dataclass(frozen=True, eq=False)
class Dates:
    """Cases of which start and end are known to the day, on the elapsed clock: what the dates themselves say.

    Args:
        days: days from the date of the start to that of the end; of an open case, to the last observed.
        is_open: whether it was open then.
        entry: days from the start to when the case came under observation.
        count: number of cases alike.
        offset: nodes of the time of day of a start [h].
        weight: their weights, over all these cases; they add up to 1.
    """

    days: Int64s
    is_open: NDArray[np.bool_]
    entry: Int64s
    count: Floats
    offset: Floats
    weight: Floats


@dataclass(frozen=True, eq=False)
class Observed:
    """Durations as a history knows them, grouped; made by `observe`.

    Args:
        points: every bound of every group once [h], ascending; the last is infinity where some are open.
        blocks: the groups, by their number of nodes.
        number: how many observations.
        open_cases: how many of them were not over.
        truncated: how many of them had begun before observation.
        coarsest: width of the coarsest cell [s]: 1, 60, or about 86,400.
        clock: `elapsed` or `working`.
        dates: the cases known by dates alone; None where there are none.
    """

    points: Floats
    blocks: tuple[Block, ...]
    number: int
    open_cases: int
    truncated: int
    coarsest: int
    clock: str
    dates: Dates | None

    @property
    def longest(self) -> float:
        """The longest duration seen [h], at most; of an open case, what is over."""
        return float(self.points[np.isfinite(self.points)].max())

    def middles(self) -> tuple[Floats, Floats]:
        """A rough duration [h] of each group (of an open one, what is over) and its count, to begin a search with."""
        rough, count = [], []
        for block in self.blocks:
            low, high = self.points[block.lower], self.points[block.upper]
            middle = np.where(np.isfinite(high), (low + np.where(np.isfinite(high), high, 0)) / 2, low)
            rough.append((middle * block.weight).sum(axis=1))
            count.append(block.count)
        return np.concatenate(rough), np.concatenate(count)


def observe(
    started: Int64s,
    ended: Int64s,
    *,
    start_width: ArrayLike = SECOND,
    end_width: ArrayLike = SECOND,
    until: ArrayLike = NEVER,
    entered: ArrayLike = -NEVER,
    hours: ArrayLike | None = None,
    hours_of: ArrayLike = 0,
    working: Calendar | None = None,
) -> Observed:
    """Durations from stamps; what can be given once for all cases can be a single number.

    Args:
        started: second at which the cell of the start begins: of a date, its midnight.
        ended: second at which the cell of the end begins; NEVER where the case was open.
        start_width, end_width: width of these cells [s]: 1, 60, or the length of the day.
        until: for an open case, the second at which observation ended.
        entered: second from which the case was observed; it is known only because it was open then. Before its start,
            or absent: it was observed from the start.
        hours: relative density of the start by hour of the day, shape (24,) or (kinds, 24), for starts known to the day;
            None for uniform.
        hours_of: which of the kinds, such as the weekday of each start.
        working: the calendar of a working clock; None for time elapsed. What ended while it was closed is taken to have
            ended at the last open second.

    Raises:
        ValueError: a case ends before it starts, or was over before it was observed, or is open without `until`; all at
            once, with their numbers.

    Example:
        >>> three = observe(np.array([0, 0, 0]), np.array([7200, 7200, NEVER]), until=36_000)
        >>> three.number, three.open_cases, [block.count.tolist() for block in three.blocks]
        (3, 1, [[2.0, 1.0]])
    """
    given = (started, start_width, ended, end_width, until, entered, hours_of)
    rows = np.stack(np.broadcast_arrays(*(np.asarray(column, dtype=np.int64) for column in given)), axis=1)
    _refuse(rows)
    kept, count = np.unique(_as_lags(rows) if working is None else rows, axis=0, return_counts=True)
    density = None if hours is None else _normalised(hours)
    bounds = [_bounds(kept[rows_alike], density, working) for rows_alike in _alike(kept, density)]
    counts = [count[rows_alike].astype(np.float64) for rows_alike in _alike(kept, density)]
    every = [array.ravel() for low, high, entry, _ in bounds for array in (low, high, entry)]
    points, places = np.unique(np.concatenate(every), return_inverse=True)
    return Observed(
        points,
        tuple(_blocks(bounds, counts, np.ravel(places).astype(np.int64))),
        len(rows),
        int((rows[:, 2] == NEVER).sum()),
        int((rows[:, 5] > rows[:, 0]).sum()),
        int(max(rows[:, 1].max(initial=0), np.where(rows[:, 2] == NEVER, 0, rows[:, 3]).max(initial=0))),
        "elapsed" if working is None else "working",
        _dates(kept, count.astype(np.float64), density) if working is None else None,
    )


def log_likelihood(observed: Observed, shape: Shape) -> float:
    """Sum over observations of the log of their probability.

    Example:
        >>> class Flat:
        ...     def both(self, hours):
        ...         return np.clip(hours / 10, 0, 1), 1 - np.clip(hours / 10, 0, 1)
        >>> day = observe(np.array([0]), np.array([0]), start_width=86_400, end_width=86_400)
        >>> round(float(np.exp(log_likelihood(day, Flat()))), 3)  # P = (14 + integral from 0 to 10 of u / 10 du) / 24
        0.792
    """
    below, above = shape.both(observed.points)
    total = 0.0
    for block in observed.blocks:
        chance = (block.weight * _between(below, above, block.lower, block.upper)).sum(axis=1)
        total += float(block.count @ np.log(np.maximum(chance, _TINY)))
        late = block.truncated
        if late.any():
            seen = (block.weight[late] * above[block.entry[late]]).sum(axis=1)
            total -= float(block.count[late] @ np.log(np.maximum(seen, _TINY)))
    return total


def _between(below: Floats, above: Floats, lower: Int64s, upper: Int64s) -> Floats:
    """F(upper) - F(lower), from the tail that is the smaller."""
    from_below = below[upper] - below[lower]
    return np.where(below[upper] < 0.5, from_below, above[lower] - above[upper])


def _refuse(rows: Int64s) -> None:
    started, _, ended, end_width, until, entered, _ = rows.T
    is_open = ended == NEVER
    over = np.where(is_open, until, ended + end_width)
    wrong = {
        "end before they start": ~is_open & (over <= started),
        "are open, with no time at which observation ended": is_open & (until == NEVER),
        "were over before they were observed": ~is_open & (over <= entered),
        "are open, and observed for no time": is_open & (until <= np.maximum(started, entered)),
    }
    found = [f"{int(flags.sum())} cases {words}" for words, flags in wrong.items() if flags.any()]
    if found:
        raise ValueError(f"{'; '.join(found)}; set them aside first")


def _as_lags(rows: Int64s) -> Int64s:
    """Rows moved to a start at 0, since only differences count on the elapsed clock."""
    started, start_width, ended, end_width, until, entered, hours_of = rows.T
    is_open = ended == NEVER
    return np.stack(
        [
            np.zeros_like(started),
            start_width,
            np.where(is_open, NEVER, ended - started),
            np.where(is_open, 0, end_width),
            np.where(is_open, until - started, NEVER),
            np.where(entered > started, entered - started, 0),
            hours_of,
        ],
        axis=1,
    )


def _normalised(hours: ArrayLike) -> Floats:
    weight = np.atleast_2d(np.asarray(hours, dtype=np.float64))
    if weight.shape[1] != _HOURS or (weight < 0).any() or not (weight.sum(axis=1) > 0).all():
        raise ValueError("a density by hour of the day is 24 numbers of 0 or more, not all 0")
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))


def _alike(rows: Int64s, density: Floats | None) -> Iterator[NDArray[np.bool_]]:
    """Flags of the rows with equally many nodes."""
    widths, places = np.unique(rows[:, 1], return_inverse=True)
    number = np.array([_number_of_nodes(width, density) for width in widths.tolist()])[places]
    for nodes in np.unique(number):
        yield number == nodes


def _number_of_nodes(width: int, density: Floats | None) -> int:
    of_day = _NODES_OF_DAY if density is None else _HOURS * _NODES_OF_HOUR
    return _NODES.get(width, of_day)


def _nodes(rows: Int64s, density: Floats | None) -> tuple[Floats, Floats]:
    """Offsets of the start within its cell [s] and their weights, each of shape (rows, nodes)."""
    width = rows[:, 1].astype(np.float64)
    number = _number_of_nodes(int(rows[0, 1]), density)
    if density is None or number in _NODES.values():
        at, weight = leggauss(number)
        return width[:, None] * (at + 1) / 2, np.broadcast_to(weight / 2, (len(rows), number))
    at, weight = leggauss(_NODES_OF_HOUR)
    inside = (np.arange(_HOURS)[:, None] + (at + 1) / 2).ravel() / _HOURS
    of_hours = density[rows[:, 6]]
    return width[:, None] * inside, (of_hours[:, :, None] * weight / 2).reshape(len(rows), number)


def _bounds(rows: Int64s, density: Floats | None, working: Calendar | None) -> tuple[Floats, Floats, Floats, Floats]:
    """Lower and upper bound of the duration, what was over at entry [h], and weights; each of shape (rows, nodes)."""
    offset, weight = _nodes(rows, density)
    started, _, ended, end_width, until, entered, _ = (column[:, None] for column in rows.T)
    is_open = ended == NEVER
    first = np.where(is_open, until, ended)
    last = np.where(is_open, first, first + end_width)
    if working is None:
        begun = started + offset
        low, high, entry = (np.maximum(second - begun, 0.0) for second in (first, last, entered))
    else:
        begun = np.floor(started + offset).astype(np.int64)
        low, high, entry = (_worked(working, begun, second) for second in (first, last, entered))
        high = np.maximum(high, low + SECOND)
    return low / HOUR, np.where(is_open, np.inf, high / HOUR), entry / HOUR, weight


def _dates(lags: Int64s, count: Floats, density: Floats | None) -> Dates | None:
    is_open = lags[:, 2] == NEVER
    by_date = (lags[:, 1] > MINUTE) & (is_open | (lags[:, 3] > MINUTE))
    if not by_date.any():
        return None
    rows, count, is_open = lags[by_date], count[by_date], is_open[by_date]
    offset, weight = _nodes(rows, density)
    last = np.where(is_open, rows[:, 4], rows[:, 2])
    days, entry = (np.rint(seconds / DAY).astype(np.int64) for seconds in (last, rows[:, 5]))
    return Dates(days, is_open, entry, count, offset[0] / HOUR, count @ weight / count.sum())


def _worked(working: Calendar, begun: Int64s, second: Int64s) -> Floats:
    """Open seconds from the start to a second, 0 where that comes first."""
    until = np.broadcast_to(second, begun.shape)
    return np.asarray(working.between(begun, np.maximum(until, begun)), dtype=np.float64)


def _blocks(
    bounds: list[tuple[Floats, Floats, Floats, Floats]], counts: list[Floats], places: Int64s
) -> Iterator[Block]:
    begin = 0
    for (low, _, entry, weight), count in zip(bounds, counts, strict=True):
        parts = places[begin : begin + 3 * low.size].reshape(3, *low.shape)
        begin += 3 * low.size
        yield Block(parts[0], parts[1], parts[2], weight, np.asarray((entry > 0).any(axis=1)), count)
