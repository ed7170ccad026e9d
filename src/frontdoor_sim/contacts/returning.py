"""How much of the published rate is drawn, where contacts of the run bring others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from frontdoor_sim.contacts.chance import Floats
from frontdoor_sim.contacts.hours import Hours, first_date
from frontdoor_sim.distributions import Distribution
from frontdoor_sim.operating_model import WORKING_DAY, Lasting, OperatingModel
from frontdoor_sim.working_time import ShiftPattern, WallClock, england_bank_holidays

_LIKE_WEEK = 364
_FINE = 4096
_DAY = 86400


@dataclass(frozen=True)
class Returning:
    """How often contacts bring another, and how long they stay first, as a pilot has measured them.

    Who has come back before is the likelier to come again, so shares are told apart by how often.

    Args:
        shares: share that bring another, of first contacts, of first returns, and so on; the last is of all later ones
            too. Empty where nobody comes back.
        stays: from receipt to end of a contact that brings another [s]; all of them equally likely.

    Raises:
        ValueError: a share is not from 0 to 1, or a stay is below 0.
    """

    shares: tuple[float, ...] = ()
    stays: tuple[float, ...] = (0.0,)

    def __post_init__(self) -> None:
        if not all(0 <= share <= 1 for share in self.shares):
            raise ValueError(f"a share that comes back is from 0 to 1, not {self.shares}")
        if not self.stays or not all(stay >= 0 for stay in self.stays):
            raise ValueError(f"stays are 0 seconds or longer, and at least one, not {self.stays}")


NOBODY = Returning()
"""Nobody comes back."""


def still_new(model: OperatingModel, hours: Hours, rates: Floats, returning: Returning) -> Floats:
    """Rates at which new contacts are drawn: the published ones less what in-run returns will bring, and when.

    The published volume contains returns. Let K be the density of the time from receipt to return, p1 the share of first
    contacts that bring another, p2 of first returns, and so on, and let * be the convolution. New contacts x bring

        N = x + p1 K*x + p1 p2 K*K*x + ...

    contacts in all. Let x be such that N = 1, the published rate, at any time t after the start; then 1 - x(t) are returns.
    In the end that is the returns per contact, and at first fewer: those closed in the run were all closed for the first
    time, who come back least. Those who return after a closure before the run are in x: they are drawn, and the same in
    every option.

    Families come back evenly over the time in which the shift `arrives_in` is open, o(t) of the hour, and are of the source
    that they were of. So of a source with published rate r(t), and mean m of it since the start, are drawn

        r(t) - m (1 - x(t)) o(t) / (mean of o)

    and none where that is below 0. What more has come then is taken off all hours, in proportion to 1 - x(t).

    Args:
        model: its law of returns says the delay from closure to return, and the shift; its run says when the run starts.
        hours: x(t) is that at the middle of each; before the start all are drawn.
        rates: published, shape (sources, hours) [1/h].
        returning: how many bring others, and how long they stay before; see `Returning`.

    Returns:
        Rates, shape (sources, hours) [1/h].

    Raises:
        ValueError: somebody returns and the model has no law of returns.
    """
    if not any(returning.shares):
        return rates
    if model.returns is None:
        raise ValueError(f"returning is {returning.shares}, but {model.name!r} has no law of returns")
    start = WallClock(model.run.opens).midnight(first_date(model.run))
    delay = model.returns.delay
    elapsed = delay.unit_seconds * _elapsed_per_second(model, delay)
    back = _back(delay.shape, elapsed, start, hours, returning)
    openings = _openings(model.pattern(model.returns.arrives_in), model.run.opens, start, hours)
    then = np.flatnonzero(back * openings)
    mean = rates[:, np.searchsorted(hours.starts, start) :].mean(axis=1)
    left = rates[:, then] - mean[:, None] * (back * openings)[then]
    new = rates.copy()
    new[:, then] = np.maximum(left, 0)
    for source in np.flatnonzero((left < 0).any(axis=1)):
        more = -left[source, left[source] < 0].sum()
        new[source] *= 1 - more * back / max((new[source] * back).sum(), more * back.max())
    return new


@lru_cache(maxsize=8)
def _openings(pattern: ShiftPattern, opens: date, start: int, hours: Hours) -> Floats:
    """Share of each hour that a shift is open, over its mean since the start; kept, since every replication has the same."""
    first, last = (date.fromordinal(int(hours.day[place])) for place in (0, -1))
    calendar = pattern.lay_out(WallClock(opens), first, last, england_bank_holidays(first, last))
    is_open = calendar.between(hours.edges[:-1], hours.edges[1:]) / np.diff(hours.edges)
    mean = is_open[hours.starts >= start].mean()
    openings = np.asarray(is_open / mean if mean else is_open)
    openings.setflags(write=False)
    return openings


@lru_cache(maxsize=8)
def _back(delay: Distribution, elapsed: float, start: int, hours: Hours, returning: Returning) -> Floats:
    """1 - x(t) at the middle of each hour; kept, since every replication has the same."""
    days = int(hours.edges[-1] - start) // _DAY + 1
    middles = start + _DAY * (np.arange(days) + 0.5)
    by_day = 1 - _by_day(delay, elapsed, days, returning)
    back = np.asarray(np.interp(hours.starts + 1800, [start, *middles], [0.0, *by_day]))
    back.setflags(write=False)
    return back


def _by_day(delay: Distribution, elapsed: float, days: int, returning: Returning) -> Floats:
    """The share x that is new at the middle of each day since the start."""
    quantiles = delay.ppf((np.arange(_FINE) + 0.5) / _FINE) * elapsed
    middles = _DAY * (np.arange(days) + 0.5)
    back = np.searchsorted(quantiles, middles[:, None] - np.array(returning.stays), side="right").mean(axis=1) / _FINE
    brought = _brought(np.diff(back, prepend=0.0), returning.shares)
    return _divided(np.ones(days), brought)


def _brought(kernel: Floats, shares: Sequence[float]) -> Floats:
    """Contacts in all of one that is new, by day: 1 + p1 K(1 + p2 K(1 + ...)), the last share again and again."""
    one = np.zeros(len(kernel))
    one[0] = 1.0
    brought = _divided(one, one - shares[-1] * kernel)
    for share in shares[-2::-1]:
        brought = one + share * np.convolve(kernel, brought)[: len(kernel)]
    return brought


def _divided(top: Floats, bottom: Floats) -> Floats:
    """The series that gives one, convolved with another: a division of power series.

    Example:
        >>> _divided(np.array([1.0, 0.0, 0.0]), np.array([1.0, -0.5, 0.0])).tolist()
        [1.0, 0.5, 0.25]
    """
    found = np.zeros(len(top))
    for place in range(len(top)):
        found[place] = (top[place] - bottom[1 : place + 1] @ found[:place][::-1]) / bottom[0]
    return found


def _elapsed_per_second(model: OperatingModel, delay: Lasting) -> float:
    """Seconds that elapse, on average over a year, for one on the clock of a delay."""
    if delay.clock == "elapsed":
        return 1.0
    pattern: ShiftPattern = WORKING_DAY if delay.clock == "working_days" else model.pattern(model.clock)
    first = model.run.opens
    last = date.fromordinal(first.toordinal() + _LIKE_WEEK)
    clock = WallClock(first)
    open_time = pattern.lay_out(clock, first, last, england_bank_holidays(first, last))
    end = clock.midnight(last)
    return end / max(1, open_time.between(0, end))
