"""Time until something happens, where some are still waiting and others left by another door.

With administrative censoring alone the curve is Kaplan and Meier's (JASA 53, 1958); where another exit competes it
is Aalen and Johansen's (Scand. J. Statist. 5, 1978). Where all who could be followed longer are through, and those
cut by the end of the run are not, the curve stays level (Gill, 1980): they count as waiting on. It is never read
beyond the longest follow-up that was possible.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from frontdoor_sim.event_log.columns import Ints, order_of, runs
from frontdoor_sim.working_time import NEVER

Floats = NDArray[np.float64]

_ROUNDING = 1e-9
_HALF = np.int64(32)
_HOUR = 3_600


@dataclass(frozen=True)
class Curve:
    """Share to whom the event has happened by each time, and share still waiting.

    Args:
        times: times at which somebody had the event or left [s], ascending.
        happened: cumulative incidence of the event at and after each time.
        waiting: share with neither the event nor a competing exit, at and after each time.
        followed: longest time for which anybody was followed [s].
        possible: longest time for which anybody could have been followed, from the first start to the end [s].
        number: how many were followed.
    """

    times: Ints
    happened: Floats
    waiting: Floats
    followed: int
    possible: int
    number: int


def incidence(start: Ints, event: Ints, ends: int, competing: Ints | None = None) -> Curve:
    """Aalen-Johansen cumulative incidence; without `competing`, one minus Kaplan-Meier.

    At each time t, of n still waiting, d have the event and c leave otherwise:
    `happened += waiting * d / n`, then `waiting *= 1 - (d + c) / n`. Who is cut at t was still waiting at t.

    Args:
        start: second at which each clock starts.
        event: second of the event; NEVER where it did not happen. What happens at `ends` counts.
        ends: second at which observation ends.
        competing: second of the competing exit, NEVER where none; counts only if before the event.

    Example:
        >>> curve = incidence(np.zeros(3, dtype=np.int64), np.array([4, NEVER, 9]), ends=10)
        >>> [round(float(share), 3) for share in curve.happened]
        [0.333, 0.667]
    """
    everybody = np.zeros((1, len(start)), dtype=np.int64)
    return incidences(start, event, ends, competing, everybody, 1)[0]


def incidences(start: Ints, event: Ints, ends: int, competing: Ints | None, group: Ints, number: int) -> list[Curve]:
    """`incidence` of several groups, which may overlap, from one sorting.

    Args:
        start, event, ends, competing: as for `incidence`.
        group: in each row, for each that is followed, the number of its group; `number` for none.
        number: number of groups.

    Example:
        >>> groups = np.array([[0, 0, 0], [1, 2, 1]])
        >>> events = np.array([4, NEVER, 9])
        >>> curves = incidences(np.zeros(3, dtype=np.int64), events, 10, None, groups, 3)
        >>> [curve.happened.round(3).tolist() for curve in curves]
        [[0.333, 0.667], [0.5, 1.0], []]
    """
    other = np.full(len(start), NEVER) if competing is None else competing
    length = np.minimum(np.minimum(event, other), ends) - start
    seen, lost = (event <= ends) & (event <= other), (other <= ends) & (other < event)
    by_length = order_of(length - length.min(initial=NEVER))
    groups = group.take(by_length, axis=1).ravel()
    order = order_of(groups)[: np.count_nonzero(groups < number)]
    place, member = groups.take(order), np.concatenate([by_length] * len(group)).take(order)
    lengths, starts = length.take(member), start.take(member)
    begins = np.searchsorted(place, np.arange(number + 1))
    first, last = runs([place, lengths])
    counted = ((seen << _HALF) + (seen | lost)).take(member)  # two numbers in one, to be added up together
    both = np.diff(np.cumsum(counted)[last], prepend=0)
    had, gone = both >> _HALF, both & ((1 << _HALF) - 1)
    steps = np.flatnonzero(gone)
    first, had, gone = first.take(steps), had.take(steps), gone.take(steps)
    times, at_risk = lengths.take(first), begins[place.take(first) + 1] - first
    parts = _parts(np.searchsorted(first, begins))
    waiting = _in_each(np.cumprod, 1 - gone / at_risk, parts)
    before = np.append(1.0, waiting)[:-1]
    before[[here.start for here in parts if here.start < len(before)]] = 1.0
    happened = _in_each(np.cumsum, before * had / at_risk, parts)
    curves = []
    for mine, here in zip(_parts(begins), parts, strict=True):
        followed = int(lengths[mine][-1:].sum())
        possible = int(ends - starts[mine].min(initial=ends))
        curves.append(Curve(times[here], happened[here], waiting[here], followed, possible, mine.stop - mine.start))
    return curves


def _parts(begins: Ints) -> list[slice]:
    """Where each group lies among rows sorted by group."""
    return [slice(begin, end) for begin, end in pairwise(begins.tolist())]


def _in_each(running: Callable[[Floats], Floats], values: Floats, parts: Sequence[slice]) -> Floats:
    """A running sum or product of some values, begun anew in each part."""
    return np.concatenate([np.empty(0), *(running(values[here]) for here in parts)])


def percentile(curve: Curve, share: float) -> tuple[float, str]:
    """Hours by which the event has happened to `share`, and a note.

    The least time with cumulative incidence of at least `share`. Where the curve does not get there it is NaN, with
    the note "more than X", X the longest follow-up in whole hours (where nobody waits any more, the longest possible).

    Example:
        >>> starts = np.zeros(3, dtype=np.int64)
        >>> curve = incidence(starts, np.array([3600, 7200, NEVER]), ends=36_000)
        >>> percentile(curve, 0.5), percentile(curve, 0.9)
        ((2.0, ''), (nan, 'more than 10'))
    """
    if curve.number == 0:
        return math.nan, "not measurable: there is no such contact"
    reached = int(np.searchsorted(curve.happened, share - _ROUNDING))
    if reached < len(curve.times):
        return float(curve.times[reached]) / _HOUR, ""
    return math.nan, f"more than {(curve.followed if _some_wait(curve) else curve.possible) // _HOUR}"


def restricted_mean(curve: Curve, hours: int) -> tuple[float, str]:
    """Mean hours of waiting within the first `hours`, and a note.

    The area under `waiting` from 0 to `hours`. Who leaves by a competing exit waits no more. NaN where nobody could
    be followed for so long, and some still waited at the end.

    Example:
        >>> starts = np.zeros(2, dtype=np.int64)
        >>> restricted_mean(incidence(starts, np.array([3600, NEVER]), ends=36_000), 10)
        (5.5, '')
    """
    if curve.number == 0:
        return math.nan, "not measurable: there is no such contact"
    limit = hours * _HOUR
    if curve.possible < limit and _some_wait(curve):
        return math.nan, f"not measurable: nobody could be followed for {hours} hours"
    inside = slice(int(np.searchsorted(curve.times, limit)))
    edges = np.concatenate(([0], curve.times[inside], [limit]))
    heights = np.concatenate(([1.0], curve.waiting[inside]))
    return float(np.sum(heights * np.diff(edges))) / _HOUR, ""


def read_at(curve: Curve, seconds: Ints) -> Floats:
    """Share to whom the event has happened by each time; NaN beyond the longest possible follow-up, if some waited.

    Example:
        >>> curve = incidence(np.zeros(2, dtype=np.int64), np.array([4, NEVER]), ends=10)
        >>> read_at(curve, np.array([3, 4, 10, 11])).tolist()
        [0.0, 0.5, 0.5, nan]
    """
    values = np.concatenate(([0.0], curve.happened))[np.searchsorted(curve.times, seconds, side="right")]
    beyond = (seconds > curve.possible) & _some_wait(curve)
    return np.where(beyond, math.nan, values)


def _some_wait(curve: Curve) -> bool:
    """Whether some still waited at the longest follow-up."""
    return curve.number == 0 or len(curve.times) == 0 or bool(curve.waiting[-1] > _ROUNDING)
