"""What really happened against the bands of what was predicted, by the tolerance stated beforehand.

A band says where a figure lies in parts that differ by luck alone, if the model is right. With m the median of n simulated
parts and d-, d+ the root mean squares of their distances from it below and above, a part is as strange as its strangest
statistic,

    M = max over statistics of (x - m) / d+ above m, (m - x) / d- below it,

and all bands are [m - c d-, m + c d+] with one c: the k-th smallest M of the simulated parts, each by the m and d of the
others, k = ceil(sure (n + 1)). So one further part lies inside *all* bands of its prediction together as often as was asked
for, whatever goes together with what.
Distances, which are skewed and of which none is too small, are held on the scale of their logarithm, and from above alone.
No d is less than a quarter of the misfit that is allowed, as figures that jump between two values have next to none.
(Monte Carlo tests: Besag and Diggle, Applied Statistics 26, 1977; scaled envelopes: Myllymaki et al., JRSS B 79, 2017.)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.tables import from_rows
from frontdoor_sim.validation.arrivals import Arm
from frontdoor_sim.validation.distances import area_between, root_mean_square, theil
from frontdoor_sim.validation.statistics import STATISTICS, Seen, Statistic, silence, steps
from frontdoor_sim.validation.tolerance import Tolerance

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Outcome = Literal["agrees", "differs", "cannot tell", "not measurable"]
Verdict = Literal["passed", "failed", "cannot tell"]

_LEAST = 1e-9


@dataclass(frozen=True, eq=False)
class Values:
    """One statistic in every simulated part and in what really happened.

    Args:
        statistic: what it is.
        real: what really happened; NaN where the records cannot say.
        simulated: of every part.
        whole: what a percentage of it is of: the median of the simulated figures, or the mean of the simulated series. Were it
            of what really happened, a far miss would widen its own band.
        why: why nothing can be said; empty where something can.
    """

    statistic: Statistic
    real: float
    simulated: Floats
    whole: float = math.nan
    why: str = ""


def gathered(
    real: Seen, simulated: Sequence[Seen], arm: Arm, tolerance: Tolerance, silent: pd.DataFrame, by_date: bool
) -> list[Values]:
    """Every statistic of the tolerance statement that a prediction can be held to, in the order of the page."""
    kept = ("date", "any") if by_date else ("time", "any")
    found = []
    for statistic in STATISTICS.values():
        given_away = arm == "real" and statistic.forecast_only
        if statistic.name in tolerance.statistics and statistic.stamps in kept and not given_away:
            if statistic.rag and not _given(statistic.rag, [real, *simulated]):
                continue
            found.append(_values(statistic, real, simulated, silence(statistic, silent), steps(by_date)))
    return found


def _given(rag: str, several: Sequence[Seen]) -> bool:
    """Whether any of several parts has contacts of a grade."""
    return any(value > 0 for one in several for name, value in one.figures.items() if STATISTICS[name].rag == rag)


def _values(statistic: Statistic, real: Seen, simulated: Sequence[Seen], silent: str, step: float) -> Values:
    nothing = np.full(len(simulated), math.nan)
    if silent:
        return Values(statistic, math.nan, nothing, why=silent)
    whole = math.nan
    if statistic.of == "figure":
        happened = real.figures[statistic.name]
        values = np.array([one.figures[statistic.name] for one in simulated])
        whole = float(np.median(values))
    elif statistic.of == "curve":
        happened, values = _distances_of_curves(real, simulated, statistic.source, step)
    else:
        happened, values = _errors_of_series(real, simulated, statistic.source)
        whole = float(np.nanmean([one.series[statistic.source] for one in simulated]))
    if math.isnan(happened):
        return Values(statistic, math.nan, nothing, why="nothing in the held-out part of the records tells it")
    if np.isnan(values).any():
        return Values(statistic, happened, nothing, why="the scenario does not show it in every simulated part")
    return Values(statistic, happened, values, whole)


def _distances_of_curves(real: Seen, simulated: Sequence[Seen], name: str, step: float) -> tuple[float, Floats]:
    """Distance of each curve from the mean of the simulated others."""
    curves = np.array([one.curves[name] for one in simulated])
    others = _means_of_others(curves)
    between = [area_between(one, rest, step) for one, rest in zip(curves, others, strict=True)]
    return area_between(real.curves[name], curves.mean(axis=0), step), np.array(between)


def _errors_of_series(real: Seen, simulated: Sequence[Seen], name: str) -> tuple[float, Floats]:
    """Typical error of a week: of each series, against the mean of the simulated others."""
    series = np.array([one.series[name] for one in simulated])
    errors = [root_mean_square(rest, one) for one, rest in zip(series, _means_of_others(series), strict=True)]
    return root_mean_square(series.mean(axis=0), real.series[name]), np.array(errors)


def _means_of_others(rows: Floats) -> Floats:
    """For each row, the mean of all the others.

    Example:
        >>> _means_of_others(np.array([[1.0], [2.0], [6.0]])).ravel().tolist()
        [4.0, 3.5, 1.5]
    """
    return np.asarray((rows.sum(axis=0) - rows) / (len(rows) - 1))


@dataclass(frozen=True, eq=False)
class Scales:
    """Middle of the simulated values of each statistic, and how far they reach below and above; arrays of one a statistic.

    Args:
        middle, below, above: of distances, those of their logarithms; `below` is then infinite.
        distance: whether each is a distance.
    """

    middle: Floats
    below: Floats
    above: Floats
    distance: Flags

    @classmethod
    def of(cls, table: Floats, distance: Flags, finest: Floats) -> Scales:
        """From the simulated parts.

        Args:
            table: one row a statistic, one column a part.
            distance: whether each statistic is a distance.
            finest: least reach of each statistic that is none.
        """
        values = _scaled(table, distance)
        middle = np.median(values, axis=1)
        off = values - middle[:, None]
        least = np.where(distance, _LEAST, np.maximum(finest, _LEAST))
        above, below = (np.maximum(_typical(side), least) for side in (off, -off))
        return cls(middle, np.where(distance, math.inf, below), above, distance)

    def strangeness(self, table: Floats) -> Floats:
        """How strange parts are, by their strangest statistic.

        Args:
            table: one row a statistic, one column a part.
        """
        off = _scaled(table, self.distance) - self.middle[:, None]
        return np.asarray(np.maximum(off / self.above[:, None], -off / self.below[:, None]).max(axis=0))

    def bands(self, times: float) -> tuple[Floats, Floats, Floats]:
        """Low end, middle and high end of every statistic's band, none below 0."""
        ends = (self.middle - times * self.below, self.middle, self.middle + times * self.above)
        low, middle, high = (
            np.where(self.distance, np.exp(np.where(self.distance, end, 0.0)), np.maximum(end, 0.0)) for end in ends
        )
        return low, middle, high


def _scaled(table: Floats, distance: Flags) -> Floats:
    return np.where(distance[:, None], np.log(np.maximum(table, _LEAST)), table)


def _typical(off: Floats) -> Floats:
    """Root mean square of the positive ones in each row; 0 where there are none."""
    positive = np.maximum(off, 0.0)
    number = np.maximum((positive > 0).sum(axis=1), 1)
    return np.asarray(np.sqrt((positive**2).sum(axis=1) / number))


def strangeness_of_each(table: Floats, distance: Flags, finest: Floats) -> Floats:
    """How strange each simulated part is by the scales of the others, as a further part is by the scales of all."""
    number = table.shape[1]
    others = (np.delete(table, part, axis=1) for part in range(number))
    found = [Scales.of(rest, distance, finest).strangeness(table[:, [part]])[0] for part, rest in enumerate(others)]
    return np.array(found)


def reach(strangeness: Floats, sure: float) -> float:
    """The strangeness that a further part exceeds with probability 1 - sure, if it is one of the same.

    Example:
        >>> reach(np.arange(99.0), 0.95)
        94.0
    """
    place = math.ceil(sure * (len(strangeness) + 1))
    return float(np.sort(strangeness)[min(place, len(strangeness)) - 1])


def judged(several: Sequence[Values], arm: Arm, tolerance: Tolerance) -> pd.DataFrame:
    """A row a statistic: what really happened, the band, and the verdict on it.

    Args:
        several: from `gathered`.
        arm: whose prediction it is.
        tolerance: the statement.

    Returns:
        The table of the dictionary `validation_findings`.
    """
    told = [one for one in several if not one.why]
    bands = dict(zip([one.statistic.name for one in told], _bands(told, tolerance), strict=True))
    rows = [_row(one, arm, tolerance, bands.get(one.statistic.name, (math.nan,) * 3)) for one in several]
    return from_rows(rows, "validation_findings")


def _bands(told: Sequence[Values], tolerance: Tolerance) -> list[tuple[float, float, float]]:
    """Low end, middle and high end of every statistic's band, within what can be."""
    if not told:
        return []
    table = np.array([one.simulated for one in told])
    distance = np.array([one.statistic.of != "figure" for one in told])
    finest = np.array([allowed(one, tolerance) for one in told]) / 4
    times = reach(strangeness_of_each(table, distance, finest), tolerance.sure)
    low, middle, high = Scales.of(table, distance, finest).bands(times)
    most = np.array([1.0 if one.statistic.unit == "share" else math.inf for one in told])
    ends = zip(low, middle, np.minimum(high, most), strict=True)
    return [(float(a), float(b), float(c)) for a, b, c in ends]


def allowed(one: Values, tolerance: Tolerance) -> float:
    """The misfit allowed of a statistic, in its unit."""
    return tolerance.statistics[one.statistic.name].amount(one.whole)


def _row(one: Values, arm: Arm, tolerance: Tolerance, band: tuple[float, float, float]) -> dict[str, object]:
    name, real = one.statistic.name, one.real
    low, middle, high = band
    row = {"prediction": arm, "statistic": name, "unit": one.statistic.unit, "real": real, "predicted": middle, "low": low,
           "high": high, "place": math.nan, "outside": math.nan, "allowed": math.nan, "verdict": "not measurable",
           "why": one.why}  # fmt: skip
    if one.why:
        return row
    near = allowed(one, tolerance)
    outside = max(low - real, real - high, 0.0)
    place = float((one.simulated < real).mean() + (one.simulated == real).mean() / 2)
    verdict = outcome(outside, max(middle - low, high - middle), near, tolerance.telling)
    return row | {"place": place, "outside": outside, "allowed": near, "verdict": verdict}


def outcome(outside: float, reach: float, allowed: float, telling: float) -> Outcome:
    """The verdict on one statistic.

    Args:
        outside: how far what really happened lies outside the band; 0 within it.
        reach: how far the band reaches from its middle.
        allowed: how far outside it may lie; of 0, no band is too wide.
        telling: times the amount allowed beyond which a band tells nothing.

    Example:
        >>> [outcome(0.06, 0.1, 0.05, 4), outcome(0.03, 0.1, 0.05, 4), outcome(0.0, 0.3, 0.05, 4)]
        ['differs', 'agrees', 'cannot tell']
    """
    if outside > allowed:
        return "differs"
    return "cannot tell" if 0 < telling * allowed < reach else "agrees"


def in_all(findings: pd.DataFrame, tolerance: Tolerance) -> Verdict:
    """The verdict on one prediction: failed where anything differs, passed where a statistic that must be told agrees.

    Example:
        >>> from frontdoor_sim.validation.tolerance import read_tolerance
        >>> rows = pd.DataFrame({"statistic": ["decided_within_24h", "open_undecided"], "verdict": ["agrees", "cannot tell"]})
        >>> in_all(rows, read_tolerance()), in_all(rows.tail(1), read_tolerance())
        ('passed', 'cannot tell')
    """
    verdicts = findings["verdict"].astype(str)
    if verdicts.eq("differs").any():
        return "failed"
    told = findings["statistic"].astype(str).isin(tolerance.must_tell) & verdicts.eq("agrees")
    return "passed" if told.any() else "cannot tell"


def split_errors(real: Seen, simulated: Sequence[Seen], arm: Arm, silent: pd.DataFrame, by_date: bool) -> pd.DataFrame:
    """Theil's split of the error of every weekly series, and what luck alone would give.

    The prediction of a series is the mean of the simulated parts. Luck's shares are the medians of the same split of each
    simulated part against the mean of the others.

    Returns:
        The table of the dictionary `validation_errors`.
    """
    rows: list[dict[str, object]] = []
    for name in series_of(arm, silent, by_date):
        table = np.array([one.series[name] for one in simulated])
        happened = theil(table.mean(axis=0), real.series[name])
        luck = [theil(rest, one) for one, rest in zip(table, _means_of_others(table), strict=True)]
        middle = {part: float(np.nanmedian([getattr(one, part) for one in luck])) for part in _PARTS}
        rows.append({
            "prediction": arm, "series": name, "error": math.sqrt(happened.mean_square),
            **{part: getattr(happened, part) for part in _PARTS}, "inequality": happened.inequality,
            "error_by_luck": float(np.median([math.sqrt(one.mean_square) for one in luck])),
            **{f"{part}_by_luck": middle[part] for part in _PARTS},
        })  # fmt: skip
    return from_rows(rows, "validation_errors")


_PARTS = ("bias", "variance", "covariance")


def series_of(arm: Arm, silent: pd.DataFrame, by_date: bool) -> list[str]:
    """Weekly series that a prediction can be held to."""
    kept = ("date", "any") if by_date else ("time", "any")
    return [
        one.source
        for one in STATISTICS.values()
        if one.of == "series"
        and one.stamps in kept
        and not silence(one, silent)
        and not (arm == "real" and one.forecast_only)
    ]
