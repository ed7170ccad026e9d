"""Time until something happens, where some are still waiting and others left by another door.

With administrative censoring alone the curve is Kaplan and Meier's (JASA 53, 1958); where another exit competes it
is Aalen and Johansen's (Scand. J. Statist. 5, 1978). Where all who could be followed longer are through, and those
cut by the end of the run are not, the curve stays level (Gill, 1980): they count as waiting on. It is never read
beyond the longest follow-up that was possible.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from frontdoor_sim.compiling import Quick
from frontdoor_sim.event_log.columns import Flags, Ints, order_of
from frontdoor_sim.working_time import NEVER

Floats = NDArray[np.float64]

_ROUNDING = 1e-9
_HOUR = 3_600


class Curve(NamedTuple):
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
    """`incidence` of several groups, which may overlap, in one pass over those who are followed.

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
    order = order_of(length - length.min(initial=NEVER))
    sizes = np.bincount(group.ravel(), minlength=number + 1)[:number]
    begins = np.cumsum(np.append(0, sizes))
    times, waiting, happened = np.empty(begins[-1], np.int64), np.empty(begins[-1]), np.empty(begins[-1])
    steps, followed, possible, had, gone = np.zeros((5, number), dtype=np.int64)
    about, curves = (order, length, start, seen, lost, group, sizes, ends), (begins, times, waiting, happened)
    _climb(*about, *curves, steps, followed, possible, had, gone, sizes.copy(), sizes.copy())
    numbers = (column.tolist() for column in (begins, steps, followed, possible, sizes))
    return [
        Curve(times[here : here + many], happened[here : here + many], waiting[here : here + many], *rest)
        for here, many, *rest in zip(*numbers, strict=False)
    ]


@Quick
def _climb(
    order: Ints, length: Ints, start: Ints, seen: Flags, lost: Flags, group: Ints, sizes: Ints, ends: int,
    begins: Ints, times: Ints, waiting: Floats, happened: Floats, steps: Ints, followed: Ints, possible: Ints,
    had: Ints, gone: Ints, left: Ints, at_risk: Ints,
) -> None:  # fmt: skip
    """Follow everybody, the shortest time first, and let the curve of each of their groups take its steps.

    Args:
        order: of those who are followed, by `length`.
        length, start, seen, lost, group, ends: for how long they were followed, since when, whether they had the event, or
            left otherwise, and their groups; see `incidences`.
        sizes: how many each group has.
        begins: where the steps of each group begin in `times`, `waiting` and `happened`, which are filled.
        steps, followed, possible: of each group, filled; see `Curve`.
        had, gone, left, at_risk: of each group, how many had the event, and left at all, by this time; how many are left; and
            how many were before.
    """
    for at in range(len(order)):
        one = order[at]
        for row in range(len(group)):
            mine = group[row, one]
            if mine == len(sizes):
                continue
            if length[one] != followed[mine] or left[mine] == sizes[mine]:
                had[mine], gone[mine], at_risk[mine] = 0, 0, left[mine]
            followed[mine] = length[one]
            possible[mine] = max(possible[mine], ends - start[one])
            left[mine] -= 1
            if not (seen[one] or lost[one]):
                continue
            if gone[mine] == 0:
                steps[mine] += 1
            had[mine] += seen[one]
            gone[mine] += 1
            here, first = begins[mine] + steps[mine] - 1, steps[mine] == 1
            before, until_then = (1.0, 0.0) if first else (waiting[here - 1], happened[here - 1])
            times[here] = length[one]
            happened[here] = until_then + before * had[mine] / at_risk[mine]
            waiting[here] = before * (1 - gone[mine] / at_risk[mine])


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
    reached = int(curve.happened.searchsorted(share - _ROUNDING))
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
    steps = int(curve.times.searchsorted(limit))
    if not steps:
        return float(hours), ""
    times, waiting = curve.times[:steps], curve.waiting[:steps]
    between = float(np.dot(waiting[:-1], times[1:] - times[:-1]))
    return (int(times[0]) + between + float(waiting[-1]) * (limit - int(times[-1]))) / _HOUR, ""


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
