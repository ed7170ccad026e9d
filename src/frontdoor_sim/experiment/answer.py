"""The answer of an appraisal in words: what the options do, what its intervals cover, and what to read with care."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from frontdoor_sim.appraisal.rounding import change_range, rounded_apart, share_and_range
from frontdoor_sim.appraisal.wording import Estimate, better_of, estimates, told_apart
from frontdoor_sim.documents import in_words
from frontdoor_sim.experiment.comparing import (
    HEADLINE,
    IN_WHAT,
    TRANSFER,
    Comparison,
    every_year,
    mean_and_half_width,
)
from frontdoor_sim.experiment.conditioning import Conditioned
from frontdoor_sim.experiment.periods import period_of, singles
from frontdoor_sim.experiment.reading import Study
from frontdoor_sim.scenario.doubts import never_in_force

NO_TIME_LEFT = 0.98
"""Share of time on duty at work from which a team may have more to do than it can."""
_NEARLY = 0.9
"""Share of the best option's gain from which another is named beside it."""
SAYS = {
    HEADLINE: {
        "better": ("more contacts", "are decided within 24 hours"),
        "worse": ("fewer contacts", "are decided within 24 hours"),
    },
    TRANSFER: {"better": ("transfers are allocated", "sooner"), "worse": ("transfers are allocated", "later")},
}
"""How the answer begins to say what the options do to a measure."""


def headline(comparison: Comparison, of_one_case: bool, period: str = "year") -> str:
    """The answer in a few lines: today, what the options do to each measure, and what is in brackets.

    Args:
        comparison: today's model with its options.
        of_one_case: whether intervals are of one case, or of the average.
        period: what one run is called, such as `year`.
    """
    summary = comparison.summary
    base = summary[(summary["option"] == comparison.base) & (summary["by"] == "all")].set_index("measure")
    decided, transfer = (base.loc[name, ["mean", "low", "high"]].to_numpy(float) for name in (HEADLINE, TRANSFER))
    where = f"in {singles(period)}" if of_one_case else "on average"
    share, spread = share_and_range(*decided)
    today = [f"{comparison.base}: {share} of contacts are decided within 24 hours ({spread} {where})."]
    if not np.isnan(transfer[0]):
        mean, low, high = rounded_apart(*transfer)
        hours = f"{mean} hours of the decision ({low if low == high else f'{low} to {high}'} {where})"
        today += [f"Half of transfers to assessment are allocated within {hours}."]
    lines = [today, *(list(_told(comparison, measure, period)) for measure in SAYS)]
    named = bool(comparison.verdicts["better"].isin(["better", "worse"]).any())
    lines += [[f"In brackets after an option: where it gets to, and its change from today, the range {where}."]] * named
    return "\n".join(" ".join(line) for line in lines if line)


def lead(comparison: Comparison) -> str:
    """The answer in a line or two: which options do best, held against each other; empty where there is but one.

    Beside the best stand those that cannot be told apart from it by their paired difference, and those that gain at least
    nine tenths of what it gains.
    """
    if len(comparison.options) < 3:
        return ""
    return "\n".join(said for measure in SAYS if (said := _best_in(comparison, measure)))


def _best_in(comparison: Comparison, measure: str) -> str:
    """The options that do best in a measure; that none does better than today; or nothing, where it is not measured."""
    runs, verdicts = comparison.runs, comparison.verdicts
    mine = runs[(runs["measure"] == measure) & (runs["by"] == "all")]
    values = mine.astype({"option": str}).pivot(index="run", columns="option", values="value")
    improve = verdicts.loc[(verdicts["measure"] == measure) & (verdicts["better"] == "better"), "option"].tolist()
    if values.empty or values[comparison.base].isna().any():
        return ""
    if not improve:
        return f"No option is known to do better than today in {IN_WHAT[measure]}."
    up, unit = better_of(measure), str(mine["unit"].iloc[0])
    size, said = (100.0, "%") if measure == HEADLINE else (1.0, " hours")
    mean = {str(option): size * level for option, level in values.mean().to_dict().items()}
    by_worth = sorted(improve, key=lambda option: -up * mean[option])
    best, today = by_worth[0], mean[comparison.base]
    alike = [best, *(one for one in by_worth[1:] if not _apart(values[best] - values[one], unit, len(improve)))]
    close = [one for one in by_worth if up * (mean[one] - today) >= _NEARLY * up * (mean[best] - today)]
    first = [one for one in by_worth if one in alike or one in close]
    named = in_words([f"{option} ({mean[option]:.0f}{said})" for option in first], "and")
    near = ""
    if len(first) > 1:
        near = ", which cannot be told apart" if len(first) == len(alike) else ", which differ little"
    what = "Most contacts decided within 24 hours" if measure == HEADLINE else "Half of transfers allocated soonest"
    return f"{what}: {named}{near}. Today: {today:.0f}{said}."


def _apart(gaps: pd.Series, unit: str, options: int) -> bool:
    """Whether two options differ on average; the confidence is that of so many options held against the best."""
    mean, half = mean_and_half_width(gaps.to_numpy(float)[None, :], "average", options - 1)
    return told_apart(unit, float(mean[0]), float(half[0]))


def _told(comparison: Comparison, measure: str, period: str) -> Iterator[str]:
    """What the options do to one measure: better or worse in every case, so on average alone, and not told apart."""
    rows = comparison.differences
    mine = rows[(rows["measure"] == measure) & (rows["by"] == "all")].set_index("option")
    verdict = comparison.verdicts[comparison.verdicts["measure"] == measure].set_index("option")["better"]
    after, change = estimates(comparison.summary, measure), estimates(rows, measure, mean="difference")
    said = False
    for word, (who, what) in SAYS[measure].items():
        for always in (True, False):
            named = [
                f"{option} ({after[option, ''].value_text()}; {_change(change[option, ''])})"
                for option in verdict.index[verdict == word]
                if every_year(mine.loc[option]) == always
            ]
            if named:
                said = True
                begins = who.capitalize() if always else f"On average {who}"
                but = "" if always else f", though a single {period} may show otherwise"
                yield f"{begins} {what} under {in_words(named, 'and')}{but}."
    unclear = [option for option in verdict.index[verdict == "unclear"] if change[option, ""].known]
    unmeasured = [option for option in verdict.index if not change[option, ""].known]
    if unmeasured:
        yield f"Not every replication of {in_words(unmeasured, 'and')} could measure {IN_WHAT[measure]}."
    if unclear and (said or measure == HEADLINE):
        yield f"{in_words(unclear, 'and')} cannot be told apart from today in {IN_WHAT[measure]}."


def _change(change: Estimate) -> str:
    """The interval of a difference."""
    points = change.in_points()
    return change_range(points.low, points.high, points.unit)


def covered(study: Study, found: Conditioned, number: int) -> str:
    """What intervals cover, with a place `{together}` for the number of options that they are adjusted for."""
    if not study.facts.unknown:
        return "95% interval of the average{together}: simulation noise alone"
    shows = " with which today showed the symptoms" if study.facts.symptoms else ""
    return (
        f"95% interval for one case{{together}}: the luck of one {period_of(study.base.model.run.weeks)} and one of the "
        f"{number} sets of unknown numbers (the first of {len(found.kept)} kept, of {len(found.candidates)} tried){shows}"
    )


def warnings(study: Study, comparison: Comparison, loads: pd.DataFrame) -> list[str]:
    """What a reader of the pack must know before its figures."""
    grows = "its backlog grows without end, and no steady figure of it means anything"
    full = loads[loads["load"] >= 1]
    asked = [
        f"{row.option}: {row.team} is asked for {row.load:.2f} times the {row.what} it has: {grows}."
        for row in full.itertuples()
    ]
    told = set(zip(full["option"], full["team"], strict=True))
    return [*asked, *_without_time(comparison.runs, told), *_never(study), _held(study)]


def _held(study: Study) -> str:
    """At what every number is held that is no range; a base without a parameters file has no assumptions table."""
    which = "Every number but those under What we do not know" if study.facts.unknown else "Every number"
    if study.base.parameters:
        return f"{which} is held at one value, which stands under Assumptions with its source and grade."
    return f"{which} is held at the value of the scenario files, without a source or a grade."


def _without_time(runs: pd.DataFrame, told: set[tuple[str, str]]) -> Iterator[str]:
    """Teams that have work for all their time in some runs, where the load in the middle does not say so."""
    by_team = runs[(runs["measure"] == "utilisation") & (runs["by"] == "team")]
    for (option, team), values in by_team.groupby(["option", "group"], observed=True, sort=False)["value"]:
        full = int((values >= NO_TIME_LEFT).sum())
        if full and (option, team) not in told:
            yield (
                f"{option}: {team} was at work for at least {NO_TIME_LEFT:.0%} of its time in {full} of {len(values)} runs. "
                "There it may be asked for more than it can do, and waits depend on how long the run is."
            )


def _never(study: Study) -> Iterator[str]:
    """Changes with a date that are never in force in the run."""
    for option in study.options:
        for change in option.changes:
            if why := never_in_force(change, study.base.model.run):
                yield f"{option.name}, {change.say}: {why} No figure contains it, though its costs are counted."
