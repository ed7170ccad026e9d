"""Thresholds and needs by source, from what was decided; what decisions do not tell is drawn from its assumed range.

One decision a case tells thresholds over sqrt(1 + noise^2), less the bias, and no more. Noise and bias are therefore drawn
evenly from their assumed ranges, and the thresholds of each draw are those that the decisions imply for that noise and bias:
so a draw decides like the history, whichever noise is right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.calibration.estimates import FEW, many
from frontdoor_sim.calibration.from_history.deciding import REFERRAL, Decided
from frontdoor_sim.calibration.from_history.draws import Part, Unsaid, by_path, normal, shares, uniform
from frontdoor_sim.calibration.from_history.gathering import Gathered
from frontdoor_sim.calibration.judgement import Judgement, cut_point
from frontdoor_sim.calibration.thresholds import Thresholds, thresholds
from frontdoor_sim.parameters import Graded

Floats = NDArray[np.float64]

OTHERS = "other sources"
"""Sources with fewer than six contacts at level 3, or below it, are judged together."""

_FOUR = (2, 3, 4)


@dataclass(frozen=True, eq=False)
class Judging:
    """Judgement fitted to a history.

    Args:
        found: the fit, by source.
        pooled: for each source, the group of sources in which it was fitted.
        judgement: needs and thresholds at the values of noise and bias in the parameters.
        part: numbers and draws.
    """

    found: Thresholds
    pooled: Mapping[str, str]
    judgement: Judgement
    part: Part


def judging(gathered: Gathered, decided: Decided, numbers: Mapping[str, Graded]) -> Judging | None:
    """Fit thresholds and needs by source; None where some level was hardly ever decided.

    Families that came back after a closure in the files are left out: the model brings those back by itself, graver.

    Args:
        gathered: the history.
        decided: what was decided in it.
        numbers: the parameters so far: shares of sources, noise and bias with their ranges.
    """
    judged = decided.contacts[(decided.contacts["level"] > 0) & ~decided.contacts["back"]]
    if judged["level"].value_counts().reindex([1, 2, REFERRAL]).fillna(0).min() < FEW:
        return None
    pooled = _pooled(judged)
    found = thresholds(judged["level"].to_numpy(np.int64), pd.DataFrame({"source": judged["source"].map(pooled)}))
    sources = numbers["arrivals.source_shares"].value
    bias, noise = (float(numbers[f"judgement.{name}"].value) for name in ("bias", "noise"))
    fourth_part = decided.split["strategy"] / (decided.split["strategy"] + decided.split["referral"])
    fourth = float((judged["level"] == REFERRAL).mean()) * fourth_part
    high = int((judged["level"] == REFERRAL).sum())
    referred = np.array([high, len(judged) - high], dtype=np.float64)
    needs, cuts = _scaled(found, pooled, sources, found.numbers[None], np.array([noise]), np.array([bias]))
    last = _last_cut(1 - fourth, sources, dict(zip(sources, needs[0].tolist(), strict=True)), noise) + bias
    base = Judgement(
        {name: round(float(need), 3) for name, need in zip(sources, needs[0], strict=True)},
        (round(float(cuts[0, 0]), 3), round(float(cuts[0, 1]), 3), round(last, 3)),
    )
    part = Part(
        {**_graded(gathered, found, base, noise, bias), **_conversion(gathered, judged, pooled, sources)},
        {**_draws(found, pooled, decided, numbers, referred), **_conversion_draws(judged, pooled, sources)},
        tuple(_unsaid(found, noise)),
    )
    return Judging(found, pooled, base, part)


def _pooled(judged: pd.DataFrame) -> dict[str, str]:
    """Which sources stand by themselves; the smallest of those joins the others where these are too few even together."""
    above = {str(name): int(n) for name, n in (judged["level"] == REFERRAL).groupby(judged["source"]).sum().items()}
    below = {str(name): int(n) - above[str(name)] for name, n in judged.groupby("source").size().items()}
    order = sorted(above, key=lambda name: (min(above[name], below[name]), name))
    alone = [name for name in order if min(above[name], below[name]) >= FEW]
    few = [name for name in order if name not in alone]
    while few and alone and min(sum(counts[name] for name in few) for counts in (above, below)) < FEW:
        few.append(alone.pop(0))
    return {source: OTHERS if source in few else source for source in order}


def _scaled(
    found: Thresholds,
    pooled: Mapping[str, str],
    sources: Mapping[str, float],
    fitted: Floats,
    noise: Floats,
    bias: Floats,
) -> tuple[Floats, Floats]:
    """Needs by source (mean 0 over contacts) and thresholds of levels 2 and 3 [sd of need], a row for each fit."""
    effects = ["source " + found.bases["source"], *found.effects]
    begin = len(found.levels) - 1
    scale = np.hypot(1.0, noise)[:, None]
    by_effect = np.column_stack([np.zeros(len(fitted)), fitted[:, begin:]]) * scale
    place = [effects.index(f"source {pooled[name]}") if name in pooled else -1 for name in sources]
    needs = np.column_stack([by_effect[:, p] if p >= 0 else np.full(len(fitted), np.nan) for p in place])
    weight = np.array([share if p >= 0 else 0.0 for share, p in zip(sources.values(), place, strict=True)])
    mean = (np.nan_to_num(needs) @ weight / weight.sum())[:, None]
    return np.nan_to_num(needs - mean), fitted[:, :begin] * scale - mean + bias[:, None]


def _last_cut(below: float, sources: Mapping[str, float], needs: Mapping[str, float], noise: float) -> float:
    return cut_point(below, sources, needs, noise)


def _graded(gathered: Gathered, found: Thresholds, base: Judgement, noise: float, bias: float) -> dict[str, Graded]:
    wide = max((one.high - one.low) / 2 for one in found.cuts(noise).values())
    note = (
        f"Ordered probit from {many(found.cases)} decisions at levels 1 to 3, each threshold to within {wide:.2f} (90 %), "
        f"given a noise of {noise:g} and a bias of {bias:g}, which no decision tells; level 4 by its share of decisions."
    )
    means = Graded(dict(base.need_mean), "sd of need", gathered.source, gathered.on, "assumed", note=note)
    cuts = Graded(
        dict(zip(_FOUR, base.thresholds, strict=True)), "sd of need", gathered.source, gathered.on, "assumed", note=note
    )
    return {"contacts.need_mean": means, "judgement.thresholds": cuts}


def _draws(
    found: Thresholds,
    pooled: Mapping[str, str],
    decided: Decided,
    numbers: Mapping[str, Graded],
    referred: Floats,
) -> dict[str, Floats]:
    sources = numbers["arrivals.source_shares"].value
    fitted = normal("thresholds", found.numbers, found.covariance)
    noise, bias = (_over_range(numbers[f"judgement.{name}"], name) for name in ("noise", "bias"))
    needs, cuts = _scaled(found, pooled, sources, fitted, noise, bias)
    referral, strategy = (
        decided.part.draws.get(f"contacts.outcome_split.{name}", np.full(len(noise), decided.split[name]))
        for name in ("referral", "strategy")
    )
    below = 1 - shares("referred", referred)[:, 0] * strategy / (strategy + referral)
    last = [
        _last_cut(float(b), sources, dict(zip(sources, n.tolist(), strict=True)), float(s))
        for b, n, s in zip(below, needs, noise, strict=True)
    ]
    three = np.column_stack([cuts, np.array(last) + bias])
    return {
        **by_path("contacts.need_mean", sources, needs),
        **by_path("judgement.thresholds", _FOUR, three),
        "judgement.noise": noise,
        "judgement.bias": bias,
    }


def _over_range(graded: Graded, name: str) -> Floats:
    low, high = graded.range or (float(graded.value), float(graded.value))
    return low + (high - low) * uniform(f"assumed {name}")[:, 0]


def _counted(judged: pd.DataFrame, pooled: Mapping[str, str]) -> pd.DataFrame:
    group = judged["source"].map(pooled)
    high = (judged["level"] == REFERRAL).groupby(group).sum()
    return pd.DataFrame({"above": high, "all": judged.groupby(group).size()})


def _conversion(
    gathered: Gathered, judged: pd.DataFrame, pooled: Mapping[str, str], sources: Mapping[str, float]
) -> dict[str, Graded]:
    counts = _counted(judged, pooled)
    together = float(counts["above"].sum() / counts["all"].sum())
    rate = (counts["above"] / counts["all"] / together).to_dict()
    value = {name: round(float(rate.get(pooled.get(name, ""), 1.0)), 4) for name in sources}
    few = sorted(name for name, group in pooled.items() if group == OTHERS)
    note = f"Share referred of each source over that of all. Taken together: {', '.join(few)}." if few else ""
    unit = "relative to the average"
    return {"arrivals.relative_conversion": Graded(value, unit, gathered.source, gathered.on, "fitted", note=note)}


def _conversion_draws(
    judged: pd.DataFrame, pooled: Mapping[str, str], sources: Mapping[str, float]
) -> dict[str, Floats]:
    counts = _counted(judged, pooled)
    rates = {
        str(group): shares(f"conversion {group}", np.array([row["above"], row["all"] - row["above"]], float))[:, 0]
        for group, row in counts.iterrows()
    }
    weight = counts["all"] / counts["all"].sum()
    together = np.sum([rates[group] * float(weight[group]) for group in rates], axis=0)
    columns = [rates[pooled[name]] / together if name in pooled else np.ones(len(together)) for name in sources]
    return by_path("arrivals.relative_conversion", sources, np.column_stack(columns))


def _unsaid(found: Thresholds, noise: float) -> list[Unsaid]:
    three = [found.cuts(end)[REFERRAL].estimate for end in (0.3, 1.0)]
    return [
        Unsaid(
            "How consistent decisions are (noise)",
            f"One decision a case tells thresholds over sqrt(1 + noise^2) alone: from noise 0.3 to 1.0 the threshold of "
            f"level 3 moves from {three[0]:.2f} to {three[1]:.2f} and every decision stays as likely.",
            "A hundred cases decided twice, blind, would tell the noise to within 0.13.",
            f"{noise:g}, within its assumed range; the draws cover the range.",
        ),
        Unsaid(
            "Whether thresholds are right (bias)",
            "Thresholds and bias move decisions alike; only their difference is known.",
            "An audit of cases against the threshold document.",
            "An assumed bias; the draws cover its range.",
        ),
        Unsaid(
            "Whether sources differ in need or in how they are judged",
            "A source that is referred more often may bring graver families, or be believed more readily.",
            "Cases of one source judged blind to where they came from.",
            "The whole difference is put down to need.",
        ),
    ]
