"""Thresholds, needs and noise of judgement, fitted to decided levels; and what decided levels cannot say, in words.

`ordered_probit` has the model and its likelihood. Where some cases were decided twice, independently, thresholds are in
standard deviations of need and the noise is estimated; where none was, only thresholds over sqrt(1 + noise^2) are known, a
noise has to be assumed, and everything is told for a range of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize, minimize_scalar
from scipy.special import ndtri
from scipy.stats import chi2

from frontdoor_sim.calibration.estimates import FEW, LEVEL, Interval, many, z
from frontdoor_sim.calibration.ordered_probit import Cases, chances, cost_of_all, cost_of_single, joint_chances
from frontdoor_sim.documents import InputError, Mistake, in_words
from frontdoor_sim.parameters import Graded
from frontdoor_sim.parameters.graded import Grade

Floats = NDArray[np.float64]
Int64s = NDArray[np.int64]

ASSUMED_NOISE = (0.3, 1.0)
"""Range of the noise where nothing tells it [sd of need]; the same as the starting values'."""

ASSUMED_BIAS = (0.0, 0.5)
"""Range of the bias, which no decided level tells [sd of need]; the same as the starting values'."""

_LEVELS = (1, 2, 3, 4)
_ROUNDS, _CLOSE = 100, 1e-10
_DIFFERENCE = 1e-4
_MOST_NOISE, _LEAST_NOISE = 20.0, 0.05


class NotIdentified(NamedTuple):
    """Something that the history does not say.

    Args:
        what: its name.
        why: in words, and what would tell it.
        low, high: a range to be used instead.
    """

    what: str
    why: str
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Thresholds:
    """Thresholds fitted to decided levels.

    Args:
        levels: the levels decided; the first has no threshold.
        effects: names of effects on need, such as `source police`, each relative to its covariate's base.
        bases: the base of each covariate.
        numbers: thresholds, effects and, where cases were decided twice, the log of the noise. Without those in units of
            sqrt(1 + noise^2), with them in units of need.
        covariance: of the numbers.
        cases: how many were decided; twice: how many of them twice.
    """

    levels: tuple[int, ...]
    effects: tuple[str, ...]
    bases: Mapping[str, str]
    numbers: Floats
    covariance: Floats
    cases: int
    twice: int

    def noise(self, level: float = LEVEL) -> Interval | None:
        """Noise of one judgement [sd of need], where cases decided twice tell it."""
        if not self.twice:
            return None
        reach = z(level) * math.sqrt(float(self.covariance[-1, -1]))
        centre = float(self.numbers[-1])
        return Interval(math.exp(centre), math.exp(centre - reach), math.exp(centre + reach))

    def cuts(self, noise: float | None = None, level: float = LEVEL) -> dict[int, Interval]:
        """Threshold of each level above the first, less the bias [sd of need].

        Args:
            noise: to be assumed where no case was decided twice; its uncertainty is not in the interval.
            level: of the intervals.

        Raises:
            ValueError: a noise is needed, or is given although the history tells it.
        """
        return dict(zip(self.levels[1:], self._intervals(0, len(self.levels) - 1, noise, level), strict=True))

    def needs(self, noise: float | None = None, level: float = LEVEL) -> dict[str, Interval]:
        """Effects on need, relative to the bases [sd of need]; as `cuts`."""
        begin = len(self.levels) - 1
        return dict(zip(self.effects, self._intervals(begin, begin + len(self.effects), noise, level), strict=True))

    def _intervals(self, begin: int, end: int, noise: float | None, level: float) -> list[Interval]:
        if (noise is None) != bool(self.twice):
            raise ValueError("give a noise where no case was decided twice, and none where some were")
        scale = 1.0 if noise is None else math.hypot(1.0, noise)
        reach = z(level) * np.sqrt(np.diag(self.covariance))
        ends = (self.numbers, self.numbers - reach, self.numbers + reach)
        return [Interval(*(float(scale * one[place]) for one in ends)) for place in range(begin, end)]

    def not_identified(self, noise: tuple[float, float] = ASSUMED_NOISE) -> list[NotIdentified]:
        """What the history does not say, each with the range that stands in for it.

        Args:
            noise: range of the noise, where no case was decided twice.
        """
        found = []
        if not self.twice:
            third = self.levels[len(self.levels) // 2]
            ends = [self.cuts(end)[third].estimate for end in noise]
            why = (
                "One decision a case tells thresholds over sqrt(1 + noise^2) alone: more noise with thresholds further apart "
                f"gives the same decisions. From noise {noise[0]:g} to {noise[1]:g} the threshold of level {third} moves "
                f"from {ends[0]:.2f} to {ends[1]:.2f}. A hundred cases decided twice, blind, would tell it to about 0.13."
            )
            found.append(NotIdentified("noise", why, *noise))
        why = (
            "Thresholds and bias move decisions alike: only their difference is known. What is right for a level must come "
            "from outside, such as an audit of cases against the threshold document."
        )
        found.append(NotIdentified("bias", why, *ASSUMED_BIAS))
        for effect in self.effects:
            if effect.split()[0] in ("area", "team"):
                found.append(self._need_or_threshold(effect, None if self.twice else noise[1]))
        return found

    def _need_or_threshold(self, effect: str, noise: float | None) -> NotIdentified:
        size = self.needs(noise)[effect]
        why = (
            f"{effect.capitalize()} is decided as if need were {size.estimate:+.2f}. Whether families there need as much, or "
            "the threshold there is lower by as much, decided levels cannot say: cases of one place decided in another would."
        )
        return NotIdentified(f"need or threshold of {effect}", why, min(0.0, size.low), max(0.0, size.high))

    def agreement(self, noise: float | None = None) -> float:
        """Share of cases on which two judgements agree, for a family of the bases.

        Args:
            noise: as for `cuts`.
        """
        cuts = np.array([one.estimate for one in self.cuts(noise).values()])
        one_judgement = math.exp(float(self.numbers[-1])) if noise is None else noise
        return float(np.trace(joint_chances(0.0, cuts, one_judgement)))


def thresholds(level: Int64s, covariates: pd.DataFrame, second: Int64s | None = None) -> Thresholds:
    """Fit thresholds and effects on need to decided levels.

    Args:
        level: decided level of each case, 1 to 4 (or fewer; without gaps).
        covariates: one row a case: words (RAG, source, area) or numbers. Words are relative to the commonest.
        second: level of a second, independent decision on the same case; 0 where there was none.

    Raises:
        InputError: levels are missing or unknown, or a word always has the same end of the levels; all at once.
    """
    twice = np.zeros(len(level), dtype=np.int64) if second is None else np.asarray(second, dtype=np.int64)
    design, effects, bases = _design(covariates)
    present = np.unique(np.concatenate([level, twice[twice > 0]]))
    _check(present, level, design, effects)
    lowest, levels = int(present[0]), len(present)
    first, other = np.asarray(level, dtype=np.int64) - lowest, np.where(twice > 0, twice - lowest, -1)
    cases = Cases.grouped(design, first, other, levels)
    numbers, information = _single(_as_single(cases), len(effects))
    if (twice > 0).any():
        numbers, information = _double(numbers, cases)
    spelt = tuple(int(one) for one in present)
    covariance = np.asarray(np.linalg.inv(information))
    return Thresholds(spelt, effects, bases, numbers, covariance, len(level), int((twice > 0).sum()))


def noise_from_returns(found: Thresholds, first: Int64s, second: Int64s, level: float = LEVEL) -> Interval:
    """An upper end for the noise, from families decided again when they came back; the bases' families are meant.

    Given the first decision, the second tells the correlation of the two, so that it does not matter that only closed
    families come back. But need has moved in between, and those whose need was the greater come back: both make decisions
    look less alike than one case decided twice. So the noise is no more than this.

    Args:
        found: thresholds from all decisions.
        first, second: levels decided at first, and when the family was back.
        level: of the interval, by the profile of the likelihood with the thresholds as found.

    Raises:
        ValueError: there are fewer than six returns.
    """
    if len(first) < FEW:
        raise ValueError(f"fewer than {FEW} returns tell nothing of noise")
    lowest, size = found.levels[0], len(found.levels)
    counts = np.zeros((size, size))
    np.add.at(counts, (first - lowest, second - lowest), 1.0)
    scaled = found.numbers[: size - 1] / (math.hypot(1.0, math.exp(float(found.numbers[-1]))) if found.twice else 1.0)

    def cost(log_noise: float) -> float:
        noise = math.exp(log_noise)
        cuts = scaled * math.hypot(1.0, noise)
        given = joint_chances(0.0, cuts, noise) / chances(0.0, cuts, noise)[:, None]
        return -float((counts * np.log(np.maximum(given, 1e-300))).sum())

    low, high = math.log(_LEAST_NOISE), math.log(_MOST_NOISE)
    best = minimize_scalar(cost, bounds=(low, high), method="bounded", options={"xatol": 1e-6})
    drop = best.fun + float(chi2.ppf(level, 1)) / 2
    ends = [float(brentq(lambda at: cost(at) - drop, best.x, end)) if cost(end) > drop else end for end in (low, high)]
    return Interval(math.exp(float(best.x)), math.exp(ends[0]), math.exp(ends[1]))


def judgement_parameters(
    found: Thresholds, shares: Mapping[str, float], noise: Graded, bias: Graded, source: str, on: date
) -> dict[str, Graded]:
    """Thresholds, needs by source and, where it is known, noise as entries of a parameters file.

    Args:
        found: a fit whose only covariate is `source`, of levels 1 to 4.
        shares: share of contacts by source; the mean need over them is 0, and so is that of a source never decided on.
        noise, bias: from the council's parameters; the noise counts only where no case was decided twice.
        source: which history, in words.
        on: its last day.

    Raises:
        InputError: the fit has other covariates or levels.
    """
    if found.levels != _LEVELS or set(found.bases) != {"source"}:
        what = f"Levels {in_words(found.levels, 'and')}; covariates {in_words(found.bases, 'and') or 'none'}."
        right = "Levels 1 to 4 and `source` alone, as the parameters have them."
        raise InputError([Mistake("thresholds", what, right, "Fit again with source alone.")])
    told = found.noise()
    assumed = None if told else float(noise.value)
    needs = {name.removeprefix("source "): one.estimate for name, one in found.needs(assumed).items()}
    needs[found.bases["source"]] = 0.0
    known = {name: share for name, share in shares.items() if name in needs}
    mean = sum(share * needs[name] for name, share in known.items()) / (sum(known.values()) or 1.0)
    cuts = {lev: round(one.estimate - mean + float(bias.value), 3) for lev, one in found.cuts(assumed).items()}
    grade: Grade = "fitted" if told else "assumed"
    note = _note(found, assumed, float(bias.value))
    means = {name: round(needs.get(name, mean) - mean, 3) for name in shares}
    numbers = {
        "contacts.need_mean": Graded(means, "sd of need", source, on, grade, note=note),
        "judgement.thresholds": Graded(cuts, "sd of need", source, on, grade, note=note),
    }
    if told:
        spread = (round(told.low, 3), round(told.high, 3))
        words = f"From {many(found.twice)} cases decided twice; the range is the 90 % interval."
        numbers["judgement.noise"] = Graded(round(told.estimate, 3), "sd of need", source, on, "fitted", spread, words)
    return numbers


def _note(found: Thresholds, assumed: float | None, bias: float) -> str:
    first = found.cuts(assumed)
    wide = max((one.high - one.low) / 2 for one in first.values())
    text = (
        f"Ordered probit from {many(found.cases)} decisions, each threshold to within {wide:.2f} (90 %), plus the bias of "
        f"{bias:g}."
    )
    if assumed is None:
        return text
    return f"{text} Given a noise of {assumed:g}, which no decision tells: cases decided twice would."


def _design(covariates: pd.DataFrame) -> tuple[Floats, tuple[str, ...], dict[str, str]]:
    """Columns of the design, their names, and the base of each covariate of words."""
    columns: list[Floats] = []
    effects: list[str] = []
    bases = {}
    for name, column in covariates.items():
        if pd.api.types.is_numeric_dtype(column):
            columns.append(column.to_numpy(np.float64))
            effects.append(str(name))
            continue
        words = column.astype(str)
        order = words.value_counts().sort_index().sort_values(ascending=False, kind="stable").index.tolist()
        bases[str(name)] = str(order[0])
        for word in order[1:]:
            columns.append((words == word).to_numpy(np.float64))
            effects.append(f"{name} {word}")
    design = np.stack(columns, axis=1) if columns else np.zeros((len(covariates), 0))
    return design, tuple(effects), bases


def _check(present: Int64s, level: Int64s, design: Floats, effects: tuple[str, ...]) -> None:
    mistakes = []
    unknown = [int(one) for one in present if one not in _LEVELS]
    gaps = [one for one in range(int(present[0]), int(present[-1]) + 1) if one not in present]
    if unknown or gaps or len(present) < 2:
        shown = in_words([int(one) for one in present], "and")
        right = "At least two levels from 1 to 4, without gaps: a threshold lies between decisions on both sides."
        remedy = "Set aside decisions without a level, or join a level that was never decided with its neighbour."
        mistakes.append(Mistake("decided levels", f"Levels {shown} were decided.", right, remedy))
    for place, effect in enumerate(effects):
        mine = level[design[:, place] == 1]
        if (
            len(mine)
            and (mine.max() == present[0] or mine.min() == present[-1])
            and set(design[:, place]) <= {0.0, 1.0}
        ):
            what = f"Every decision on {effect} is at level {int(mine[0])}."
            remedy = "Join it with another."
            mistakes.append(Mistake("covariates", what, "Decisions at more than one level.", remedy))
    if mistakes:
        raise InputError(mistakes)


def _as_single(cases: Cases) -> Cases:
    """Both decisions of the cases decided twice, as if on different cases: right for thresholds over S, to begin with."""
    twice = cases.second >= 0
    design = np.vstack([cases.design, cases.design[twice]])
    level = np.concatenate([cases.first, cases.second[twice]])
    count = np.concatenate([cases.count, cases.count[twice]])
    return Cases(design, level, np.full(len(level), -1), count, cases.levels)


def _single(cases: Cases, effects: int) -> tuple[Floats, Floats]:
    """Thresholds and effects over S of greatest likelihood by Newton's method, and the observed information."""
    reached = np.cumsum(np.bincount(cases.first, cases.count, cases.levels))[:-1] / cases.count.sum()
    numbers = np.concatenate([ndtri(reached), np.zeros(effects)])
    cost, slope, second = cost_of_single(numbers, cases)
    for _ in range(_ROUNDS):
        step = np.linalg.solve(second, slope)
        while True:
            ahead = numbers - step
            found = cost_of_single(ahead, cases)
            if found[0] <= cost or np.abs(step).max() < _CLOSE:
                break
            step = step / 2
        numbers, (cost, slope, second) = ahead, found
        if np.abs(step).max() < _CLOSE:
            break
    return numbers, second


def _double(scaled: Floats, cases: Cases) -> tuple[Floats, Floats]:
    """All numbers of greatest likelihood where some cases were decided twice, and the observed information."""
    begin = min(
        (np.append(scaled * math.hypot(1.0, noise), math.log(noise)) for noise in (0.2, 0.4, 0.7, 1.2)),
        key=lambda numbers: cost_of_all(numbers, cases)[0],
    )
    found = minimize(cost_of_all, begin, args=(cases,), jac=True, method="BFGS", options={"gtol": 1e-5}).x
    steps = np.eye(len(found)) * _DIFFERENCE
    for _ in range(3):
        rows = [cost_of_all(found + step, cases)[1] - cost_of_all(found - step, cases)[1] for step in steps]
        second = np.array(rows) / (2 * _DIFFERENCE)
        second = (second + second.T) / 2
        move = np.linalg.solve(second, cost_of_all(found, cases)[1])
        if np.abs(move).max() > 0.5:
            break
        found = found - move
    return found, second
