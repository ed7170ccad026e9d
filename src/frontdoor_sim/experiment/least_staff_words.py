"""The least staff for a target, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.special import betaincinv

from frontdoor_sim.appraisal.wording import WAITED_FOR, better_of, plain
from frontdoor_sim.documents import in_words
from frontdoor_sim.experiment.least_value import SURE
from frontdoor_sim.experiment.periods import singles

if TYPE_CHECKING:
    from frontdoor_sim.experiment.least_staff import LeastStaff

SMALL_WAIT = 0.05
"""Hours that are not worth a word."""
MOST_WAITS = 4


def in_plain_words(found: LeastStaff) -> tuple[str, ...]:
    """The answer, the ceiling, and what stands in the way, in sentences."""
    return (*_answer(found), *_now(found), *_ceiling(found), *_best(found), *_warnings(found))


def _answer(found: LeastStaff) -> Iterator[str]:
    head, goal = f"{found.people.named}.", found.goal
    measure = f"{goal.named[:1].lower()}{goal.named[1:]}"
    head += f" Target: at {'least' if better_of(goal.measure) > 0 else 'most'} {goal.text()} ({measure})."
    if found.least != found.least:
        yield f"{head} {_none(found)}"
        return
    interval = f"95% interval {_wte(found.low)} to {_wte(found.high, found)} WTE"
    below = _below(found)
    yield f"{head} {_wte(found.least)} WTE is the least on average ({interval}){below}."
    if found.sure == found.sure:
        yield f"With {_wte(found.sure)} WTE {_met(found)}: the least with which {SURE:.0%} and more of those that were run do."
    else:
        most = float(found.values["met"].max())
        yield f"No number that was tried meets it in {SURE:.0%} of {runs_named(found)}: at most {most:.0%} do."


def _met(found: LeastStaff) -> str:
    """In how many of the runs the target was met with the WTE that are `sure`, and how far luck may have made that so."""
    row = found.values[found.values["value"] == found.sure].iloc[0]
    met = round(float(row["met"]) * found.replications)
    low, high = (f"{100 * end:.0f}" for end in share_of_all(met, found.replications))
    return f"{met} of {found.replications} {runs_named(found)} meet it (of all such, {low} to {high} in 100)"


def share_of_all(met: int, number: int) -> tuple[float, float]:
    """The exact 95 % interval of a share of which so many of a number of runs tell (Clopper and Pearson, Biometrika 26, 1934).

    Example:
        >>> [round(end, 3) for end in share_of_all(17, 20)], share_of_all(0, 4)[0], share_of_all(4, 4)[1]
        ([0.621, 0.968], 0.0, 1.0)
    """
    low = float(betaincinv(met, number - met + 1, 0.025)) if met else 0.0
    return low, float(betaincinv(met + 1, number - met, 0.975)) if met < number else 1.0


def runs_named(found: LeastStaff) -> str:
    """What the replications are called: single runs, or cases where each has numbers of its own for what is not known."""
    return "cases" if found.ranged else singles(found.period)


def _below(found: LeastStaff) -> str:
    """What is said where the answer is also the least that may be tried."""
    if found.least != found.lowest:
        return ""
    return "; with fewer, work would pile up without end" if found.steady else "; fewer were not tried"


def _none(found: LeastStaff) -> str:
    """That no value meets the target."""
    best = _figure(found, found.values.iloc[-1])
    ceiling = found.ceilings.iloc[0]
    if bool(found.goal.surplus(ceiling["mean"]) >= 0):
        return f"It takes more than {_wte(found.highest)} WTE, with which it comes to {best}."
    return f"No number of these people achieves this. With room for all of them it comes to {_figure(found, ceiling)}."


def _now(found: LeastStaff) -> Iterator[str]:
    here = found.values[found.values["value"] == found.people.now]
    if len(here):
        yield f"{found.scenario} has {_wte(found.people.now)} WTE, with which it is {_figure(found, here.iloc[0])}."
    elif found.steady and found.people.now < found.lowest:
        yield f"{found.scenario} has {_wte(found.people.now)} WTE, which is less than the work asks for."
    else:
        yield f"{found.scenario} has {_wte(found.people.now)} WTE."


def _ceiling(found: LeastStaff) -> Iterator[str]:
    these, everybody = found.ceilings.to_dict("records")
    missed = bool(found.goal.surplus(everybody["mean"]) < 0)
    if found.goal.surplus(these["mean"]) >= 0:
        alone, together = _figure(found, these), _figure(found, everybody)
        more = f", and with room for all in every team to {together}" if together != alone else ""
        yield f"Ceiling: with room for all of these people it comes to {alone}{more}."
    elif missed:
        yield f"Nor would more people anywhere: with room for all in every team it comes to {_figure(found, everybody)}."
    else:
        yield (
            f"Other teams hold it back: with room for all in every team it comes to {_figure(found, everybody)}. Look for the "
            "staff of those."
        )
    waits = _waits(found.waits)
    if missed and waits:
        yield f"What is still waited for then, on average: {waits}."


def _best(found: LeastStaff) -> Iterator[str]:
    """The best that was tried, where that is better than room for all."""
    surplus = found.goal.surplus(found.values["mean"].to_numpy(float))
    if np.isnan(surplus).all() or np.nanmax(surplus) <= found.goal.surplus(found.ceilings["mean"].iloc[0]):
        return
    row = found.values.iloc[int(np.nanargmax(surplus))]
    yield f"More people are not always better here: the best that was tried is {_wte(row['value'])} WTE, {_figure(found, row)}."


def _waits(table: pd.DataFrame) -> str:
    """The waits that are left, the longest first.

    Example:
        >>> _waits(pd.DataFrame({"waited_for": ["shift", "partner"], "hours": [11.24, 2.0]}))
        'nobody on duty (11.2 hours) and partner reply (2.0 hours)'
    """
    rows = table[table["hours"] >= SMALL_WAIT].head(MOST_WAITS).to_dict("records")
    return in_words([f"{WAITED_FOR[row['waited_for']]} ({row['hours']:.1f} hours)" for row in rows], "and")


def _warnings(found: LeastStaff) -> Iterator[str]:
    for row in found.full.to_dict("records"):
        yield (
            f"{plain(row['team'])} is asked for {row['load']:.2f} times the {row['what']} it has: its backlog grows without "
            "end, and no figure that it has a part in is steady."
        )


def _figure(found: LeastStaff, row: Any) -> str:
    low, high = (found.goal.text(float(row[end])) for end in ("low", "high"))
    return (
        f"{found.goal.text(float(row['mean']))} ({low.removesuffix(' ' + found.goal.unit).removesuffix('%')} to {high})"
    )


def _wte(value: float, found: LeastStaff | None = None) -> str:
    """A number of WTE; what none that was tried reaches is more than the most that may be tried."""
    if value != value and found is not None:
        return f"more than {found.highest:g}"
    return f"{value:g}"
