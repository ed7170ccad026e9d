"""Fit durations to a history: families by maximum likelihood, held against each other by AIC.

Every family meets the same likelihood (`interval_censored`), so that their AIC may be compared. Intervals come from the
observed information on the scale of the search, or from the profile of the likelihood where asked.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize
from scipy.special import expit
from scipy.stats import chi2

from frontdoor_sim.calibration.estimates import LEVEL, Interval, many, z
from frontdoor_sim.calibration.families import CANDIDATES, Family
from frontdoor_sim.calibration.interval_censored import DAY, MINUTE, Observed, Shape, log_likelihood
from frontdoor_sim.distributions import Distribution, from_mapping
from frontdoor_sim.documents import in_words
from frontdoor_sim.parameters import Graded

Floats = NDArray[np.float64]

HOURS_THAT_MATTER = (4.0, 8.0, 24.0, 72.0)
"""Durations at which a fit is judged [h]."""

_MOST_UNSURE = 10.0
_STEP = 1e-3
_DIGITS = 4
_NOTHING = 1e-8


@dataclass(frozen=True)
class _AtNumbers:
    """A family with its numbers put in, as the likelihood asks for it."""

    family: Family
    searched: Floats

    def both(self, hours: Floats) -> tuple[Floats, Floats]:
        return self.family.both(self.searched, hours)


@dataclass(frozen=True, eq=False)
class Fitted:
    """A family fitted to a history.

    Args:
        family: which.
        searched: its numbers on the scale of the search.
        covariance: of these, from the observed information; infinite where the history does not determine them.
        log_likelihood: at the optimum.
        observed: the history.
    """

    family: Family
    searched: Floats
    covariance: Floats
    log_likelihood: float
    observed: Observed

    @property
    def aic(self) -> float:
        """Akaike's criterion, 2 x numbers - 2 x log-likelihood (IEEE Trans. Autom. Control 19, 1974); less is better."""
        return 2 * len(self.searched) - 2 * self.log_likelihood

    @property
    def determined(self) -> bool:
        """Whether the history determines every number: the information is positive, and none lies at a bound."""
        inside = all(
            low + 1e-6 < x < high - 1e-6 for x, (low, high) in zip(self.searched, self.family.bounds, strict=True)
        )
        return inside and bool(np.isfinite(self.covariance).all())

    @property
    def told(self) -> bool:
        """Whether the history tells how long it takes, and not the family what nobody saw.

        The numbers are determined, the mean is no longer than the longest duration seen (of open cases, what is over), and
        it is known to within a factor of ten, as is every number: else joint draws of them hold durations of years.
        """
        if not self.determined:
            return False
        mean, reach = self.mean(), z(LEVEL) * np.sqrt(np.diag(self.covariance))
        known = mean.high <= _MOST_UNSURE * mean.estimate and bool(np.all(reach <= math.log(_MOST_UNSURE)))
        return known and mean.estimate <= self.observed.longest

    @property
    def shape(self) -> Shape:
        """The fitted shape as the likelihood sees it."""
        return _AtNumbers(self.family, self.searched)

    @property
    def distribution(self) -> Distribution:
        """The fitted shape, in hours."""
        return from_mapping(self.family.mapping(self.searched))

    def numbers(self, level: float = LEVEL) -> dict[str, Interval]:
        """Every number of the family with its interval, by name.

        The interval is the estimate plus and minus z standard errors on the scale of the search, taken back.
        """
        reach = z(level) * np.sqrt(np.diag(self.covariance))
        ends = (self.searched, self.searched - reach, self.searched + reach)
        values = [self.family.natural(end).tolist() for end in ends]
        return {name: Interval(*each) for name, each in zip(self.family.names, zip(*values, strict=True), strict=True)}

    def mean(self, level: float = LEVEL) -> Interval:
        """Expectation [h], its interval by the delta method on the log."""
        return self._delta(lambda searched: math.log(self.family.mean(searched)), math.exp, level)

    def share_within(self, hours: float, level: float = LEVEL) -> Interval:
        """Share of durations up to so many hours, its interval by the delta method on the logit."""
        at = np.array([hours])

        def log_odds(searched: Floats) -> float:
            below, above = self.family.both(searched, at)
            return float(np.log(np.maximum(below[0], 1e-300)) - np.log(np.maximum(above[0], 1e-300)))

        return self._delta(log_odds, lambda odds: float(expit(odds)), level)

    def _delta(self, of: Callable[[Floats], float], back: Callable[[float], float], level: float) -> Interval:
        centre = of(self.searched)
        slope = np.array([(of(self.searched + e) - of(self.searched - e)) / (2 * _STEP) for e in _steps(self.searched)])
        reach = z(level) * math.sqrt(float(slope @ self.covariance @ slope)) if self.determined else math.inf
        return Interval(back(centre), back(max(centre - reach, -700.0)), back(min(centre + reach, 700.0)))

    def profile(self, name: str, level: float = LEVEL) -> Interval:
        """One number with its profile-likelihood interval: where the best log-likelihood falls by half a chi-square.

        Slower than `numbers`, and right where the likelihood is skew, as for mixtures and small histories.

        Raises:
            KeyError: the family has no such number.
        """
        if name not in self.family.names:
            raise KeyError(f"{self.family.name} has no number {name!r}; it has {in_words(self.family.names, 'and')}")
        place = self.family.names.index(name)
        drop = float(chi2.ppf(level, 1)) / 2
        width = math.sqrt(float(self.covariance[place, place])) if self.determined else 1.0
        ends = [self._profile_end(place, sign * width, drop) for sign in (-1.0, 1.0)]
        values = self.searched.repeat(3).reshape(-1, 3).T
        values[1:, place] = ends
        low_high = self.family.natural(values)[:, place]
        return Interval(*(float(value) for value in low_high))

    def _profile_end(self, place: int, step: float, drop: float) -> float:
        centre = float(self.searched[place])
        along = np.zeros_like(self.searched)
        if self.determined:
            along = self.covariance[place] / self.covariance[place, place]

        def lack(value: float) -> float:
            begin = self.searched + along * (value - centre)
            best = _searched(self.family, self.observed, begin, fixed=(place, value))
            return self.log_likelihood - drop - log_likelihood(self.observed, _AtNumbers(self.family, best))

        low, high = self.family.bounds[place]
        inner, outer = centre, centre + step
        while lack(outer) < 0:
            if not low < outer < high:
                return low if step < 0 else high
            inner, outer = outer, outer + step
        return float(brentq(lack, inner, outer, xtol=1e-4))


def fit(observed: Observed, family: Family) -> Fitted:
    """Fit one family by maximum likelihood.

    L-BFGS-B on the scale of the search (several starts for a mixture), then two steps of Newton's.

    Raises:
        ValueError: no case is over, so that no duration is known.
    """
    if observed.open_cases == observed.number:
        raise ValueError("no case is over, so that no duration is known; widen the window of the history")
    found = [_searched(family, observed, start) for start in family.starts(*observed.middles())]
    scores = [log_likelihood(observed, _AtNumbers(family, one)) for one in found]
    best = found[int(np.argmax(scores))]
    best, information = _polished(family, observed, _ordered(family, best))
    score = log_likelihood(observed, _AtNumbers(family, best))
    return Fitted(family, best, _inverse(information), score, observed)


def fits(observed: Observed, families: Sequence[Family] = CANDIDATES, effect: float = 1.0) -> list[Fitted]:
    """Fit several families; the least AIC first, those that the history does not tell (`Fitted.told`) last.

    Covariances are multiplied by the design effect of the cases (`estimates.design_effect`).
    """
    found = (fit(observed, family) for family in families)
    wider = (replace(one, covariance=effect * one.covariance) for one in found)
    return sorted(wider, key=lambda one: (not one.told, one.aic))


def compared(found: Sequence[Fitted], hours: Sequence[float] = HOURS_THAT_MATTER) -> pd.DataFrame:
    """The fits side by side.

    Returns:
        Columns family, numbers (how many), log_likelihood, aic, behind (AIC less the least), determined, mean [h], and
        the share within each of the hours.
    """
    least = min(one.aic for one in found)
    rows = [
        {
            "family": one.family.name,
            "numbers": len(one.searched),
            "log_likelihood": one.log_likelihood,
            "aic": one.aic,
            "behind": one.aic - least,
            "determined": one.determined,
            "mean": one.mean().estimate,
            **{f"within_{hour:g}_h": one.share_within(hour).estimate for hour in hours},
        }
        for one in found
    ]
    return pd.DataFrame(rows)


def as_parameter(found: Fitted, source: str, on: date, level: float = LEVEL) -> Graded:
    """The fit as an entry of a parameters file, graded `fitted`; its range is the interval of the mean.

    Args:
        found: a fit that the history tells.
        source: which history, in words.
        on: the last day of the history.
        level: of the interval.

    Raises:
        ValueError: the history does not determine the family's numbers, or its mean lies beyond what was seen.
    """
    if not found.told:
        raise ValueError(f"the history does not determine {found.family.name}; take a family of fewer numbers")
    value = found.family.mapping(found.searched, _DIGITS)
    mean = found.mean(level)
    rounded = from_mapping(value).mean
    low, high = (float(f"{end:.3g}") for end in (mean.low, mean.high))
    unit = "hours" if found.observed.clock == "elapsed" else "working hours"
    spread = (min(low, rounded), max(high, rounded))
    return Graded(value, unit, source, on, "fitted", spread, _note(found, level))


def _note(found: Fitted, level: float) -> str:
    seen = found.observed
    within = found.share_within(24.0, level)
    stamps = {DAY: "the day", MINUTE: "the minute"}.get(_kind(seen.coarsest), "the second")
    parts = [
        f"{found.family.name.capitalize()} by maximum likelihood from {many(seen.number)} cases, {many(seen.open_cases)} "
        f"of them open and {many(seen.truncated)} begun before the history; stamps to {stamps}.",
        f"Within 24 {'hours' if seen.clock == 'elapsed' else 'working hours'}: {100 * within.estimate:.1f} % "
        f"({100 * within.low:.1f} to {100 * within.high:.1f}).",
        f"The range is the {100 * level:.0f} % interval of the mean.",
    ]
    return " ".join(parts)


def _kind(width: int) -> int:
    return DAY if width > MINUTE else width


def _steps(searched: Floats) -> Floats:
    return np.asarray(np.eye(len(searched)) * _STEP)


def _searched(family: Family, observed: Observed, start: Floats, fixed: tuple[int, float] | None = None) -> Floats:
    """The numbers of greatest likelihood from a start, with one of them fixed where asked."""
    free = np.array([place for place in range(len(start)) if fixed is None or place != fixed[0]])
    whole = start.copy()
    if fixed is not None:
        whole[fixed[0]] = fixed[1]
    if not len(free):
        return whole

    def cost(values: Floats) -> float:
        whole[free] = values
        return -log_likelihood(observed, _AtNumbers(family, whole)) / observed.number

    bounds = np.array(family.bounds)[free]
    begin = np.clip(whole[free], bounds[:, 0], bounds[:, 1])
    found = minimize(cost, begin, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-13, "gtol": 1e-7})
    whole[free] = found.x
    return whole


def _polished(family: Family, observed: Observed, searched: Floats) -> tuple[Floats, Floats]:
    """Newton's method from near the optimum; the numbers, and the observed information there."""

    def cost(values: Floats) -> float:
        return -log_likelihood(observed, _AtNumbers(family, values))

    low, high = np.array(family.bounds).T
    at, best = searched, cost(searched)
    slope, information = _slope_and_information(cost, at)
    for _ in range(2):
        if not _positive(information):
            break
        ahead = at - np.linalg.solve(information, slope)
        if (ahead <= low).any() or (ahead >= high).any() or not cost(ahead) <= best:
            break
        at, best = ahead, cost(ahead)
        slope, information = _slope_and_information(cost, at)
    return at, information


def _slope_and_information(cost: Callable[[Floats], float], at: Floats) -> tuple[Floats, Floats]:
    """First and second differences of a cost."""
    number, steps, here = len(at), _steps(at), cost(at)
    ahead, behind = (np.array([cost(at + sign * step) for step in steps]) for sign in (1, -1))
    slope = (ahead - behind) / (2 * _STEP)
    information = np.diag((ahead - 2 * here + behind) / _STEP**2)
    for i in range(number):
        for j in range(i):
            corners = cost(at + steps[i] + steps[j]) + cost(at - steps[i] - steps[j])
            mixed = (corners - ahead[i] - ahead[j] - behind[i] - behind[j] + 2 * here) / (2 * _STEP**2)
            information[i, j] = information[j, i] = mixed
    return slope, information


def _positive(information: Floats) -> bool:
    """Whether it is positive, beyond what rounding of second differences could make of nothing."""
    if not np.isfinite(information).all():
        return False
    values = np.linalg.eigvalsh(information)
    return bool(values.min() > _NOTHING * max(values.max(), 1.0))


def _inverse(information: Floats) -> Floats:
    """Its inverse, infinite where it is not positive."""
    if not _positive(information):
        return np.full_like(information, np.inf)
    return np.asarray(np.linalg.inv(information))


def _ordered(family: Family, searched: Floats) -> Floats:
    """Of a mixture of two alike, the part with the lower mean first."""
    if len(family.parts) < 2 or family.parts[0] != family.parts[1]:
        return searched
    size = (len(searched) - 1) // 2
    part = replace(family, parts=family.parts[:1])
    first, second = searched[1 : 1 + size], searched[1 + size :]
    if part.mean(first) <= part.mean(second):
        return searched
    return np.concatenate([[-searched[0]], second, first])
