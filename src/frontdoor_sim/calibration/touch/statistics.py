"""What is read off the stamps of a history: statistics that learn touch and capacity, and others that check them.

Shares and quantiles of durations alone know the load of a desk, and hardly whether few work fast or many slowly. What tells
these apart is how durations and throughput change with the number of contacts that are open. (Senderovich, Weidlich, Gal
and Mandelbaum, Information Systems 53, 2015.)
"""

from __future__ import annotations

import numpy as np

from frontdoor_sim.calibration.touch.stamps import HOUR, Floats, Ints, Stamps

WITHIN_HOURS = (4, 8, 24, 48, 72)
_QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
_OPEN = (0, 1, 2, 3, 4, 5, 6, 8, 10, 13, 17, 22, 30, 45, 70, 110, 170, 260)
"""Least number open in each class of backlog."""
_FEW = 5
_DAY = 86_400
_WEEK = 7 * _DAY


def share_within(stamps: Stamps, hours: float) -> float:
    """Share of the contacts counted that were decided within so many elapsed hours; dates count whole days.

    Contacts received so late that the history ends before their time is up are left out.
    """
    mine = stamps.counted & (stamps.received + hours * HOUR <= stamps.ends)
    late = stamps.decided - stamps.received > hours * HOUR
    return float(1 - late[mine].mean()) if mine.any() else float("nan")


def statistics(stamps: Stamps) -> dict[str, float]:
    """The statistics that touch and capacity are learnt from.

    Quantiles and shares of durations, elapsed and in open hours of the desk; durations, and decisions an open hour, by the
    number of contacts open; durations of those who found few open and the desk at work; how many are open.

    Example:
        >>> from frontdoor_sim.working_time import Calendar
        >>> days = np.arange(30)
        >>> desk = Calendar(days * 86_400 + 9 * HOUR, days * 86_400 + 17 * HOUR)
        >>> at = (days[:, None] * 24 + np.array([9, 10, 11, 12])).ravel() * HOUR
        >>> steady = Stamps(at, at + HOUR // 2, 0, 30 * 86_400, desk, np.arange(32) * 86_400)
        >>> found = statistics(steady)
        >>> round(found["within 4 h"], 2), round(float(np.expm1(found["decisions an hour, 0 open"])), 2)
        (1.0, 0.5)
    """
    elapsed, desk = stamps.elapsed_hours, stamps.desk_hours
    here = stamps.received[stamps.counted]
    found_open = stamps.open_at(here)
    out = {f"within {hours} h": share_within(stamps, hours) for hours in WITHIN_HOURS}
    out |= _spread("elapsed", elapsed) | _spread("desk", desk)
    out |= _by_backlog("desk hours", found_open, desk, np.ones(len(desk)))
    few = found_open <= max(1.0, float(np.quantile(found_open, 0.2)))
    at_work = few if stamps.to_the_day else few & stamps.desk.is_open(here)
    mine = at_work if at_work.sum() >= _FEW else few
    out |= _spread("few open, desk", desk[mine]) | _spread("few open, elapsed", elapsed[mine])
    begin, end, hours = stamps.units()
    at_start = stamps.open_at(begin)
    gone = np.sort(stamps.decided)
    decisions = (np.searchsorted(gone, end) - np.searchsorted(gone, begin)).astype(np.float64)
    out |= _by_backlog("decisions an hour", at_start, decisions, hours)
    out |= _when_busy(begin, at_start, decisions, hours)
    return out | _spread("open", at_start.astype(np.float64))


def _when_busy(begin: Ints, at_start: Ints, decisions: Floats, hours: Floats) -> dict[str, float]:
    """Decisions while more than usual are open: how many, and their variance over their mean, by hour and by day."""
    busy = at_start >= np.quantile(at_start, 0.75)
    by_hour = decisions[busy] / hours[busy]
    _, day = np.unique(begin[busy] // _DAY, return_inverse=True)
    share = np.bincount(day, hours[busy])
    by_day = np.bincount(day, decisions[busy])[share >= 0.8 * share.max()]
    out = {"when busy, decisions an hour": float(np.log1p(by_hour.mean()))}
    for name, values in (("an hour", by_hour), ("a day", by_day)):
        out[f"when busy, dispersion of {name}"] = float(np.log1p(values.var() / max(values.mean(), 1e-9)))
    return out


def _spread(name: str, values: Floats) -> dict[str, float]:
    """Mean, standard deviation and quantiles of log(1 + x)."""
    logs = np.log1p(values)
    out = {f"{name}, mean": float(logs.mean()), f"{name}, sd": float(logs.std())}
    cuts = np.quantile(logs, _QUANTILES).tolist()
    return out | {f"{name}, {share:.0%}": cut for share, cut in zip(_QUANTILES, cuts, strict=True)}


def _by_backlog(name: str, backlog: Ints, values: Floats, weights: Floats) -> dict[str, float]:
    """Sum of values over sum of weights by class of backlog, and the share of rows in each.

    A class with hardly any rows takes the value between its neighbours.
    """
    place = np.searchsorted(_OPEN, backlog, side="right") - 1
    rows = np.bincount(place, minlength=len(_OPEN)).astype(np.float64)
    total, weight = (np.bincount(place, parts, minlength=len(_OPEN)) for parts in (values, weights))
    known = np.flatnonzero(rows >= _FEW)
    if not len(known):
        known = np.flatnonzero(rows > 0)
    mean = np.interp(np.arange(len(_OPEN)), known, np.log1p(total[known] / weight[known]))
    means = {f"{name}, {least} open": float(one) for least, one in zip(_OPEN, mean, strict=True)}
    shares = {
        f"{name}, share of rows {least} open": float(one) for least, one in zip(_OPEN, rows / rows.sum(), strict=True)
    }
    return means | shares


def unused(stamps: Stamps) -> dict[str, float]:
    """Statistics that nothing is learnt from, to hold the model to: a right model shows them too.

    Each one would betray something that the model of one desk does not know: an order other than by receipt, a change of
    staffing, sign-off at the end of the day, weekdays unlike others, weeks that hang together.
    """
    order = np.argsort(stamps.received, kind="stable")
    late = (stamps.decided - stamps.received > _DAY)[order]
    received, decided = stamps.received[order], stamps.decided[order]
    mine = (received >= stamps.counts_from) & (received + _DAY <= stamps.ends)
    week = (received - stamps.counts_from) // _WEEK
    whole = mine & (week < (stamps.ends - stamps.counts_from - _DAY) // _WEEK)
    late_of_week = np.bincount(week[whole], late[whole]) / np.maximum(np.bincount(week[whole]), 1)
    weekday = (np.searchsorted(stamps.midnights, received, side="right") - 1) % 7
    by_day = [late[mine & (weekday == day)].mean() if (mine & (weekday == day)).any() else 0.0 for day in range(7)]
    half = (stamps.counts_from + stamps.ends) // 2
    middle = len(late_of_week) // 2
    out = {
        "overtaken by the next contact": float((decided[:-1] > decided[1:])[mine[:-1]].mean()),
        "late, second half less first": float(
            late[mine & (received >= half)].mean() - late[mine & (received < half)].mean()
        ),
        "late, sd of weeks": float(late_of_week.std()),
        "late, week after week": _correlation(late_of_week[:-1], late_of_week[1:]) if middle else 0.0,
        "late, range of weekdays": float(np.ptp(by_day)),
        "most open at once, log": float(np.log1p(stamps.open_at(received[mine]).max())),
        "longest of a hundred, log hours": float(np.log1p(np.quantile(stamps.elapsed_hours, 0.99))),
    }
    if stamps.to_the_day:
        return out
    begin, end, _ = stamps.units()
    last = np.append(np.diff(begin) > HOUR, True)
    gone = np.sort(stamps.decided)
    each = (np.searchsorted(gone, end) - np.searchsorted(gone, begin)).astype(np.float64)
    known = stamps.decided[stamps.counted & (stamps.decided <= stamps.ends)]
    closed = 1 - (stamps.desk.is_open(known) | stamps.desk.is_open(known - 1)).mean() if len(known) else 0.0
    return out | {
        "decided in the last hour of a day": float(each[last].sum() / max(each.sum(), 1.0)),
        "decided while the desk was closed": float(closed),
    }


def _correlation(first: Floats, second: Floats) -> float:
    if first.std() == 0 or second.std() == 0:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])
