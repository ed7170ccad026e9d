"""What matters, in sentences: which number moves a figure most, whether one flips a verdict, and how much is luck."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from frontdoor_sim.appraisal.wording import Estimate, measure_name, number_text
from frontdoor_sim.documents import in_words
from frontdoor_sim.experiment.one_way import UNCLEAR

Row = dict[Any, Any]

MOST = 3
"""So many numbers are named where the spread is put down to them."""
SMALL = 0.05
"""A share below this is not named."""


def in_plain_words(
    one_way: pd.DataFrame, swings: pd.DataFrame, spread: pd.DataFrame, explained: pd.DataFrame
) -> tuple[str, ...]:
    """A paragraph for each scenario, today's first; tables as of `Sensitivity`."""
    told = []
    for row in spread.to_dict("records"):
        name = row["option"]
        mine = [table[table["option"] == name].to_dict("records") for table in (one_way, swings, explained)]
        told.append(" ".join([*_one_at_a_time(mine[0], mine[1]), *_all_at_once(row, mine[2])]))
    return tuple(told)


def _one_at_a_time(ends: list[Row], swings: list[Row]) -> Iterator[str]:
    middle, first = next(row for row in ends if row["end"] == "middle"), swings[0]
    what = measure_name(first["measure"]).lower()
    if any(row["answer"] == "not measured" for row in swings):
        yield f"{first['option']}: not every replication could measure {what}."
        return
    verdict = f", {_verdict(middle['verdict'])}" if middle["verdict"] else ""
    about = "changes" if first["change"] else "is"
    by = "by " if first["change"] else ""
    yield f"{first['option']}: {what} {about} {by}{estimate_text(middle)} with every unknown number in its middle{verdict}."
    if first["answer"] == "nothing":
        yield "No single number moves that at all."
        return
    yield f"{first['say']} matters most: {moves(first)}."
    idle = [row["say"] for row in swings if row["answer"] == "nothing"]
    if idle:
        yield f"Nothing at all comes of {in_words(idle, 'and')}."
    yield from _flips(ends, swings)


def moves(row: Row) -> str:
    """How far a number moves a figure, from one end of its range to the other.

    Example:
        >>> print(moves({"lowest": 5.5, "highest": 6.5, "unit": "WTE", "at_lowest": 0.12, "at_middle": 0.08, "at_highest": 0.05,
        ...     "change": True, "measure_unit": "share"}))
        from 5.5 WTE to 6.5 WTE the change goes from +12 to +5 points
    """
    start, end = (figure_text(row[place], row["measure_unit"], row["change"]) for place in ("at_lowest", "at_highest"))
    what = "the change" if row["change"] else "it"
    start = start.removesuffix(f" {end.split(' ')[-1]}") if " " in end else start
    low, middle, high = sorted((row["at_lowest"], row["at_middle"], row["at_highest"]))
    by = ""
    if row["at_middle"] in (low, high) and middle != row["at_middle"]:
        by = f" by way of {figure_text(row['at_middle'], row['measure_unit'], row['change'])}"
    ends = " to ".join(value_text(row[end], row["unit"]) for end in ("lowest", "highest"))
    return f"from {ends} {what} goes from {start} to {end}{by}"


def value_text(value: float, unit: str) -> str:
    """The value of a number with its unit.

    Example:
        >>> value_text(5.514, "WTE"), value_text(0.654, "share"), value_text(0.051, "times")
        ('5.5 WTE', '65%', '0.05 times')
    """
    return number_text(value, unit)


def figure_text(figure: float, unit: str, change: bool) -> str:
    """A figure, or a change of it.

    Example:
        >>> figure_text(-0.123, "share", True), figure_text(0.62, "share", False)
        ('−12 points', '62%')
    """
    estimate = Estimate(figure, np.nan, np.nan, unit)
    return estimate.change_text() if change else estimate.value_text()


def estimate_text(row: Row) -> str:
    """A figure with its interval, as `one_way` has them."""
    estimate = Estimate(row["mean"], row["low"], row["high"], row["measure_unit"])
    if row["change"]:
        return f"{estimate.change_text()} ({estimate.in_points().interval_text()})"
    return f"{estimate.value_text()} ({estimate.interval_text()})"


def _verdict(verdict: str) -> str:
    return "which cannot be told apart from none" if verdict == UNCLEAR else f"which is {verdict}"


def _flips(ends: list[Row], swings: list[Row]) -> Iterator[str]:
    """Which numbers flip the verdict of a change, make it unclear, or settle it."""
    if not swings[0]["change"]:
        return
    answers = [row["answer"] for row in swings]
    for row in swings:
        if row["answer"] == "flips":
            yield f"{row['say']} flips the verdict: {_either_side(row, ends)}."
    if "flips" not in answers and "settles" not in answers:
        open_still = next(end["verdict"] for end in ends if end["end"] == "middle") == UNCLEAR
        yield f"No single number {'settles it' if open_still else 'flips the verdict'}."
    for answer, say in (
        ("unclear", "can no longer be told apart from none"),
        ("settles", "can be told apart from none"),
    ):
        rows = [f"{row['say']} ({_at_ends(row, ends, answer)})" for row in swings if row["answer"] == answer]
        if rows:
            yield f"The change {say} at an end of {in_words(rows, 'and')}."


def _either_side(row: Row, ends: list[Row]) -> str:
    """On which side of which value a change is better, and on which it is worse."""
    told = {end["end"]: end for end in ends if end["path"] == row["path"]}
    low, high = ((told[end] if told[end]["verdict"] != UNCLEAR else told["middle"]) for end in ("low", "high"))
    at = value_text(row["flips_at"], row["unit"])
    between = " to ".join(value_text(row[end], row["unit"]) for end in ("flips_from", "flips_to"))
    found = f"below {at} (95% interval {between}) the change is {low['verdict']}, above it {high['verdict']}"
    return found + "".join(_symptoms(end, row["unit"]) for end in (told["low"], told["high"]))


def _at_ends(row: Row, ends: list[Row], answer: str) -> str:
    wanted = [
        end
        for end in ends
        if end["path"] == row["path"]
        and end["end"] != "middle"
        and (end["verdict"] == UNCLEAR) == (answer == "unclear")
    ]
    return in_words([
        f"{value_text(end['value'], row['unit'])}: {estimate_text(end)}{_symptoms(end, row['unit'])}" for end in wanted
    ])  # fmt: skip


def _symptoms(end: Row, unit: str) -> str:
    """A warning where today's model, with a number at that end, does not always show what is known of today."""
    share, number = end["shows_symptoms"], end["replications"]
    if share == 1:
        return ""
    seen = f"in {round(share * number)} of {number} replications" if share else "in no replication"
    return f"; at {value_text(end['value'], unit)} today's model shows the symptoms {seen}"


def _all_at_once(spread: Row, explained: list[Row]) -> Iterator[str]:
    if np.isnan(spread["deviation"]):
        return
    single = figure_text(spread["deviation"], spread["measure_unit"], change=True).removeprefix("+")
    over = f"Over the {spread['candidates']} candidates kept, single runs differ by a standard deviation of {single}"
    if not spread["deviation"]:
        yield f"Over the {spread['candidates']} candidates kept, all runs are the same."
        return
    interval = f"{spread['low']:.0%} to {spread['high']:.0%}"
    yield f"{over}: {spread['numbers']:.0%} of the variance is the unknown numbers ({interval}), the rest luck."
    if np.isnan(spread["together"]):
        yield "That is too few candidates to say which numbers explain it."
        return
    named = [f"{row['say']} ({row['share']:.0%})" for row in explained[:MOST] if row["share"] >= SMALL]
    which = f", first of all {in_words(named, 'and')}" if named else ""
    yield (
        f"Of the variance between candidates the numbers explain {spread['together']:.0%} "
        f"(at most {spread['at_most']:.0%} could be){which}."
    )
