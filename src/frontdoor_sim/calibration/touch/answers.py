"""Which questions a history answers, and which need a fact from outside, in plain words."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from math import isnan
from typing import Any

import pandas as pd

from frontdoor_sim.calibration.touch.checks import NOWHERE
from frontdoor_sim.calibration.touch.facts import Fact, Headcount, TimedCases
from frontdoor_sim.calibration.touch.posterior import Posterior, posterior
from frontdoor_sim.calibration.touch.reference import Reference
from frontdoor_sim.documents import in_words

ANSWERED = 0.10
"""An effect is answered if its 90 % interval is no wider than this (10 points of the share within 24 hours)."""

HALF_A_PERSON, THIRTY = 0.5, 30
"""The facts that are weighed: a headcount to half a person, thirty timed cases."""


def asked(demand: float) -> dict[str, str]:
    """What each effect asks, in words.

    Example:
        >>> asked(0.1)["effect_of_demand_up"]
        '10 % more contacts'
    """
    return {
        "effect_of_one_more": "one worker more",
        "effect_of_one_fewer": "one worker fewer",
        "effect_of_demand_up": f"{demand * 100:g} % more contacts",
        "effect_of_demand_down": f"{demand * 100:g} % fewer contacts",
    }


def what_ifs(found: Posterior, reference: Reference, statistics: dict[str, float], seed: int = 1) -> pd.DataFrame:
    """Predicted effects on the share within 24 hours in the year that was, and what an outside fact would add.

    Args:
        found: the posterior.
        reference: the runs it was made from.
        statistics: of the history.
        seed: as for `posterior`.

    Returns:
        A row each: `what_if, middle, low, high, width, answered`, and the width that each fact not yet given would leave if it
        agreed with the middle: `with_headcount`, `with_timed_cases` (missing where it has been given).
    """
    people, touch = (found.interval(name).estimate for name in ("people", "touch_hours"))
    offered: dict[str, Fact] = {
        "with_headcount": Headcount(people, HALF_A_PERSON),
        "with_timed_cases": TimedCases(THIRTY, touch),
    }
    given = {type(fact) for fact in found.facts}
    then = {
        name: posterior(reference, statistics, (*found.facts, fact), seed)
        for name, fact in offered.items()
        if type(fact) not in given
    }
    rows = []
    for effect, words in asked(reference.demand).items():
        middle, low, high = found.interval(effect)
        widths = [_width(then[name], effect) if name in then else None for name in offered]
        rows.append((words, middle, low, high, high - low, high - low <= ANSWERED, *widths))
    columns = ["what_if", "middle", "low", "high", "width", "answered", *offered]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(offered, "float64"))


def _width(found: Posterior, effect: str) -> float:
    _, low, high = found.interval(effect)
    return high - low


def in_plain_words(found: Posterior, effects: pd.DataFrame, failed: pd.DataFrame) -> list[str]:
    """What the history says, sentence by sentence, for those who decide.

    Args:
        found: the posterior.
        effects: from `what_ifs`.
        failed: from `checks`.
    """
    people, touch = found.interval("people"), found.interval("touch_hours")
    load, together = found.interval("load"), found.correlation("people", "touch_hours")
    told = "" if isnan(together) else f" (correlation {together:.2f})"
    say = [
        f"The work asked for is {load.low:.0%} to {load.high:.0%} of what the people who decide can do.",
        f"That is {people.low:.1f} to {people.high:.1f} people at {touch.low:.1f} to {touch.high:.1f} hours of work a contact: "
        f"few people and little work, or many and much, for the two go together{told}.",
    ]
    if found.facts:
        say.append(f"Given besides the stamps: {in_words([fact.say for fact in found.facts], 'and')}.")
    return [*say, *_answers(effects), *_warnings(found, failed)]


def _answers(effects: pd.DataFrame) -> list[str]:
    say = []
    for row in effects.to_dict("records"):
        ends = f"{_points(row['low'])} to {_points(row['high'])} points"
        if row["answered"]:
            say.append(
                f"{row['what_if'].capitalize()}: the history answers. The share within 24 hours changes by {ends}."
            )
        else:
            say.append(f"{row['what_if'].capitalize()}: the history does not answer ({ends}). {_remedy(row)}".rstrip())
    return say


def _points(share: float) -> str:
    return f"{round(100 * share) + 0:+d}" if round(100 * share) else "0"


def _remedy(row: Mapping[Hashable, Any]) -> str:
    facts = {"with_headcount": "a headcount to half a person", "with_timed_cases": "30 timed cases"}
    helps = [
        f"{words} would leave {100 * row[name]:.0f} points of {100 * row['width']:.0f}"
        for name, words in facts.items()
        if row[name] == row[name] and row[name] < 0.8 * row["width"]
    ]
    told = [name for name in facts if row[name] == row[name]]
    if helps:
        return f"{in_words(helps, 'and')[:1].upper()}{in_words(helps, 'and')[1:]}."
    return "Neither a headcount nor 30 timed cases would tell much more." if len(told) == len(facts) else ""


def _warnings(found: Posterior, failed: pd.DataFrame) -> list[str]:
    say = []
    if found.far < NOWHERE:
        say.append("No run of this desk looks like the history: the figures above are not to be used.")
    for row in failed[failed["fails"]].to_dict("records"):
        say.append(
            f'The fitted desk does not show what the history does in "{row["check"]}" ({row["history"]:.2f}, where it would '
            f"show {row['low']:.2f} to {row['high']:.2f}): perhaps {row['may_mean']}."
        )
    return say
