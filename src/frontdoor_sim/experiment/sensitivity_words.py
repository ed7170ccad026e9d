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
    widest = [end for end in ends if end["path"] == first["path"] and end["end"] != "middle"]
    yield f"{first['say']} matters most: {moves(first)}{''.join(symptoms_text(end) for end in widest)}."
    idle = [row["say"] for row in swings if row["answer"] == "nothing"]
    if idle:
        yield f"Nothing at all comes of {in_words(idle, 'and')}."
    yield from _flips(ends, swings)


def moves(row: Row) -> str:
    """How far a number moves a figure, from one end of its range to the other.

    Example:
        >>> print(moves({"lowest": 5.5, "highest": 6.5, "unit": "WTE", "at_lowest": 0.12, "at_middle": 0.08, "at_highest": 0.05,
        ...     "change": True, "measure_unit": "share"}))
        from 5.5 to 6.5 WTE the change goes from +12 to +5 points
    """
    unit, change = row["measure_unit"], row["change"]
    low, middle, high = sorted((row["at_lowest"], row["at_middle"], row["at_highest"]))
    by = ""
    if row["at_middle"] in (low, high) and middle != row["at_middle"]:
        by = f" by way of {figure_text(row['at_middle'], unit, change)}"
    what = "the change" if change else "it"
    return f"from {range_text(row)} {what} goes from {figures_text(row)}{by}"


def range_text(row: Row) -> str:
    """The range of a number, its unit once.

    Example:
        >>> range_text({"lowest": 5.514, "highest": 6.5, "unit": "WTE"})
        '5.5 to 6.5 WTE'
    """
    unit = row["unit"]
    return f"{number_text(row['lowest'], unit).removesuffix(f' {unit}')} to {number_text(row['highest'], unit)}"


def figures_text(row: Row) -> str:
    """The figures at the lowest and the highest value of a number, their unit once."""
    start, end = (figure_text(row[at], row["measure_unit"], row["change"]) for at in ("at_lowest", "at_highest"))
    unit = end.partition(" ")[2]
    return f"{start.removesuffix(f' {unit}')} to {end}"


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
    if told["low"]["verdict"] == told["high"]["verdict"]:
        return f"the change is {told['low']['verdict']} at either end, and {told['middle']['verdict']} in the middle"
    low, high = ((told[end] if told[end]["verdict"] != UNCLEAR else told["middle"]) for end in ("low", "high"))
    at = number_text(row["flips_at"], row["unit"])
    between = range_text({"lowest": row["flips_from"], "highest": row["flips_to"], "unit": row["unit"]})
    found = f"below {at} (95% interval {between}) the change is {low['verdict']}, above it {high['verdict']}"
    return found + "".join(symptoms_text(end) for end in (told["low"], told["high"]))


def _at_ends(row: Row, ends: list[Row], answer: str) -> str:
    wanted = [
        end
        for end in ends
        if end["path"] == row["path"]
        and end["end"] != "middle"
        and (end["verdict"] == UNCLEAR) == (answer == "unclear")
    ]
    return in_words([
        f"{number_text(end['value'], row['unit'])}: {estimate_text(end)}{symptoms_text(end)}" for end in wanted
    ])  # fmt: skip


def symptoms_text(end: Row) -> str:
    """A warning where today's model, with a number at that end, mostly does not show what is known of today."""
    if shows_symptoms(end):
        return ""
    seen = round(end["shows_symptoms"] * end["replications"])
    of = f"in {seen} of {end['replications']} replications" if seen else "in no replication"
    return f"; at {number_text(end['value'], end['unit'])} alone, today's model shows the symptoms {of}"


def shows_symptoms(end: Row) -> bool:
    """Whether today's model shows every symptom in at least half of the replications."""
    return bool(end["shows_symptoms"] >= 0.5)


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
    if not spread["at_most"]:
        yield "Luck alone could have made all of it: more candidates would tell more."
        return
    if np.isnan(spread["together"]):
        yield "They are too few to say which numbers explain it: try more of them (`candidates`)."
        return
    told = [row for row in explained if row["share"] >= SMALL and (row["low"] > 0 or row["high"] < 0)]
    which = in_words([f"{row['say']} ({row['share']:.0%})" for row in told[:MOST]], "and")
    clear = f"first of all {which}" if told else "none of them clearly by itself: more candidates would tell more"
    yield (
        f"The numbers explain {spread['together']:.0%} of how the candidates rank "
        f"(at most about {spread['at_most']:.0%} could be explained), {clear}."
    )
