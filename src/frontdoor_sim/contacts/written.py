"""Contacts that a scenario writes itself: moments at stated rates, some with several contacts together."""

from __future__ import annotations

from datetime import date

import numpy as np

from frontdoor_sim.contacts.chance import Floats, as_probability
from frontdoor_sim.contacts.hours import HOUR, Hours
from frontdoor_sim.contacts.moments import Moments, Prefix, counted, moments
from frontdoor_sim.distributions import from_mapping
from frontdoor_sim.luck import LUCK_BITS, Int64s, code, draws, key_array
from frontdoor_sim.operating_model import Arrivals
from frontdoor_sim.working_time import WallClock

_FINE = 1 << 16
TOGETHER, KEPT = code("together"), code("kept")


def contacts_of(
    arrivals: Arrivals, clock: WallClock, hours: Hours, factors: Floats, prefix: Prefix
) -> tuple[Int64s, Int64s]:
    """Keys and seconds of the contacts of one source.

    Candidates come at the highest rate of their hour and are kept with the rate of their own second: thinning (Lewis
    and Shedler 1979), exact also where a window opens within the hour. Each moment kept brings as many contacts as its
    luck says; the key of each ends with its place among them.

    Args:
        arrivals: rates and sizes as written.
        clock: turns windows of the week into seconds.
        hours: the hours of the run.
        factors: multiplies the rates, one for each hour.
        prefix: seed, replication and source.
    """
    starts, rates = _pieces(arrivals, clock, hours)
    peak = np.maximum.reduceat(rates, np.searchsorted(starts, hours.starts))
    drawn = moments((peak * factors)[None, :], hours, [prefix])
    here = _kept(drawn, peak, starts, rates)
    together = _whole(from_mapping(arrivals.together).ppf(as_probability(draws(drawn.keys[here], TOGETHER))))
    each = np.repeat(here, together)
    keys = key_array(prefix, hours.number[drawn.hour[each]], drawn.ordinal[each], counted(together))
    return keys, drawn.seconds[each]


def mean_rates(arrivals: Arrivals, clock: WallClock, hours: Hours) -> Floats:
    """Expected contacts in each hour [1/h]: the mean rate of moments times the mean number together."""
    starts, rates = _pieces(arrivals, clock, hours)
    lengths = np.diff(np.append(starts, hours.edges[-1]))
    an_hour = np.add.reduceat(rates * lengths, np.searchsorted(starts, hours.starts)) / HOUR
    together = from_mapping(arrivals.together).ppf((np.arange(_FINE) + 0.5) / _FINE)
    return np.asarray(an_hour * _whole(together).mean())


def _pieces(arrivals: Arrivals, clock: WallClock, hours: Hours) -> tuple[Int64s, Floats]:
    """Stretches of constant rate, none longer than its hour: their starts [s] and moments an hour [1/h]."""
    first, last = date.fromordinal(int(hours.day[0]) - 1), date.fromordinal(int(hours.day[-1]))
    laid = [(pattern.lay_out(clock, first, last, ()), rate) for pattern, rate in arrivals.windows()]
    cuts = np.unique(np.concatenate([hours.starts, *(window.starts for window, _ in laid), *(w.ends for w, _ in laid)]))
    starts = cuts[(cuts >= hours.edges[0]) & (cuts < hours.edges[-1])]
    rates = np.zeros(len(starts))
    for window, rate in reversed(laid):
        rates[window.is_open(starts)] = rate
    return starts, rates


def _kept(drawn: Moments, peak: Floats, starts: Int64s, rates: Floats) -> Int64s:
    """Places of the candidates that the rate of their own second keeps."""
    rate = rates[np.searchsorted(starts, drawn.seconds, side="right") - 1]
    limit = np.rint(rate / peak[drawn.hour] * (1 << LUCK_BITS))
    return np.flatnonzero(draws(drawn.keys, KEPT) < limit)


def _whole(values: Floats) -> Int64s:
    """Whole contacts, at least 1; a half is rounded up."""
    return np.maximum(np.floor(values + 0.5), 1).astype(np.int64)
