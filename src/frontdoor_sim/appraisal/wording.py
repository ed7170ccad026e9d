"""Numbers and measures in the words of the pack."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with its interval, in one unit.

    `mean`, `low` and `high` are NaN where the measure could not be taken; `note` then says why
    ("more than 240", "not measurable: recorded to the day"). A share runs from 0 to 1.
    `half_width` is that of the average, which tells a difference from none; NaN where the table has no such column.
    """

    mean: float
    low: float
    high: float
    unit: str
    contacts: float = math.nan
    note: str = ""
    half_width: float = math.nan

    @property
    def known(self) -> bool:
        """Whether there is a number at all."""
        return math.isfinite(self.mean)

    @property
    def has_interval(self) -> bool:
        """Whether both ends of the interval are known."""
        return math.isfinite(self.low) and math.isfinite(self.high)

    def in_points(self) -> Estimate:
        """A difference of shares in percentage points; any other estimate as it is."""
        if self.unit != "share":
            return self
        return replace(self, mean=self.mean * 100, low=self.low * 100, high=self.high * 100, unit="points")

    def value_text(self) -> str:
        """The mean with its unit, or why there is none.

        Example:
            >>> Estimate(0.634, 0.58, 0.69, "share").value_text()
            '63%'
            >>> Estimate(math.nan, math.nan, math.nan, "hours", note="more than 240").value_text()
            'more than 240 hours'
        """
        if self.known:
            return number_text(self.mean, self.unit, self._places())
        if self.note.startswith("more than") and self.note[-1].isdigit():
            return f"{self.note} {self.unit}"
        return self.note or "not measured"

    def interval_text(self) -> str:
        """The interval without its unit, "" if there is none.

        Example:
            >>> Estimate(0.634, 0.58, 0.69, "share").interval_text()
            '58 to 69'
        """
        if not self.has_interval:
            return ""
        places, scale = self._places(), scale_of(self.unit)
        return f"{_rounded(self.low * scale, places)} to {_rounded(self.high * scale, places)}"

    def change_text(self) -> str:
        """The estimate read as a difference, signed; a share becomes percentage points.

        Example:
            >>> Estimate(-0.12, -0.2, -0.04, "share").change_text()
            '−12 points'
            >>> Estimate(3.25, 1.0, 5.5, "hours").change_text()
            '+3.2 hours'
        """
        if not self.known:
            return self.note or "not measured"
        points = self.in_points()
        text = _rounded(points.mean * scale_of(points.unit), points._places())
        sign = "+" if self.mean > 0 and text.strip("0.,") else ""
        return f"{sign}{text} {change_unit(points.unit)}"

    def _places(self) -> int:
        return places_for(self.unit, self.mean, self.low, self.high)


def scale_of(unit: str) -> float:
    """What a stored number is multiplied by before it is printed: 100 for a share, else 1."""
    return 100.0 if unit == "share" else 1.0


def change_unit(unit: str) -> str:
    """The unit of a difference between two numbers of this unit."""
    return "points" if unit in {"share", "points", "%"} else unit


def places_for(unit: str, *numbers: float) -> int:
    """Decimal places that suit the size of the numbers shown together.

    Example:
        >>> places_for("share", 0.42), places_for("share", 0.013), places_for("hours", 6.2)
        (0, 1, 1)
    """
    scale = scale_of(unit)
    largest = max((abs(number) * scale for number in numbers if math.isfinite(number)), default=0.0)
    if unit == "points":
        return 0 if largest >= 3 else 1
    if unit in {"share", "%"}:
        return 0 if largest >= 10 else 1
    if unit in {"contacts", "children", "families", "people"} and largest >= 20:
        return 0
    return 0 if largest >= 20 else 1 if largest >= 1 else 2


def number_text(number: float, unit: str, places: int | None = None) -> str:
    """One number with its unit.

    Example:
        >>> number_text(0.5, "share"), number_text(31.4, "hours"), number_text(1234.0, "contacts")
        ('50%', '31 hours', '1,234 contacts')
    """
    if not math.isfinite(number):
        return "not measured"
    text = _rounded(number * scale_of(unit), places_for(unit, number) if places is None else places)
    if unit in {"share", "%"}:
        return f"{text}%"
    return f"{text} {unit}".rstrip()


def _rounded(number: float, places: int) -> str:
    text = f"{number:,.{places}f}"
    if not text.strip("-0.,"):
        text = text.lstrip("-")
    return text.replace("-", "−")


@dataclass(frozen=True, slots=True)
class MeasureWords:
    """How the pack names a measure, which way is better (1 more, -1 less, 0 neither), and whether its tables show it."""

    name: str
    better: int
    group: str
    key: bool = True


MEASURES: dict[str, MeasureWords] = {
    "decided_within_24h": MeasureWords("Decided within 24 hours", 1, "Decision"),
    "decided_within_1_working_day": MeasureWords("Decided within one working day", 1, "Decision"),
    "decided_on_time": MeasureWords("Decided within the target for its urgency", 1, "Decision"),
    "decision_hours_median": MeasureWords("Receipt to decision: half wait less than", -1, "Decision"),
    "decision_hours_p90": MeasureWords("Receipt to decision: nine in ten wait less than", -1, "Decision"),
    "decision_hours_p95": MeasureWords("Receipt to decision: 19 in 20 wait less than", -1, "Decision", key=False),
    "decision_hours_mean_240": MeasureWords("Mean hours to decision, counted up to 240", -1, "Decision", key=False),
    "decision_hours_longest": MeasureWords("The longest anybody waited for a decision", -1, "Decision", key=False),
    "oldest_undecided_hours": MeasureWords("The oldest without a decision at the end", -1, "Decision", key=False),
    "allocated_within_2_working_days": MeasureWords("Allocated within two working days", 1, "Transfer", key=False),
    "transfer_hours_to_acceptance_median": MeasureWords(
        "Decision to acceptance: half wait less than", -1, "Transfer", key=False
    ),
    "transfer_hours_to_allocation_median": MeasureWords("Decision to allocation: half wait less than", -1, "Transfer"),
    "transfer_hours_to_allocation_p90": MeasureWords(
        "Decision to allocation: nine in ten wait less than", -1, "Transfer"
    ),
    "help_hours_to_begin_median": MeasureWords("Wait for Early Help: half wait less than", -1, "Early Help", key=False),
    "transfers_sent_back_share": MeasureWords("Transfers sent back before they were accepted", -1, "Transfer"),
    "transfer_rounds_mean": MeasureWords("Times a transfer came to be accepted", -1, "Transfer", key=False),
    "level_4_hours_to_recognition_median": MeasureWords(
        "Receipt until a child at level 4 is recognised: half wait less than", -1, "Protection"
    ),
    "closed_below_need_share": MeasureWords("Closed although the need was greater", -1, "Protection"),
    "assessed_without_need_share": MeasureWords("Assessed although there was no need", -1, "Protection"),
    "returns_within_12_months_share": MeasureWords("Return within 12 months", -1, "Protection"),
    "re_referrals_within_12_months_share": MeasureWords("Referred again within 12 months", -1, "Protection"),
    "re_keying_hours_per_week": MeasureWords("Staff hours a week typing again", -1, "Work"),
    "search_hours_per_week": MeasureWords("Staff hours a week searching a second system", -1, "Work"),
    "open_at_end": MeasureWords("Contacts still open at the end", -1, "Work"),
    "utilisation": MeasureWords("Share of time on duty spent at work", 0, "Work", key=False),
    "contacts_received": MeasureWords("Contacts received", 0, "Work", key=False),
    "counted_twice_share": MeasureWords("Contacts counted more than once", -1, "Reported", key=False),
    "decisions_not_on_record_share": MeasureWords(
        "Records without the decision that was made", -1, "Reported", key=False
    ),
}

WAITED_FOR: dict[str, str] = {
    "work": "being worked on",
    "worker": "waiting for a worker",
    "shift": "nobody on duty",
    "partner": "partner reply",
    "consent": "consent",
    "sign-off": "manager sign-off",
    "handoff": "handoff",
    "acceptance": "acceptance",
    "allocation": "allocation",
    "visit": "first visit",
}

GRADES: dict[str, tuple[str, str]] = {
    "fitted": ("●", "fitted to the council's own history"),
    "published": ("◆", "published figure"),
    "elicited": ("▲", "judgement of people who know the work"),
    "assumed": ("○", "assumed, for want of anything better"),
}

RAG_ORDER = ("red", "amber", "green", "blue")
SECTION_NAMES = {"durations": "Durations", "judgement": "Judgement", "published": "Published results, for checks only"}


NO_TEAM = "no such team"
"""What is said where a model has not got the team that a figure is of: there is nothing to measure."""


def not_there(team_is: bool) -> str:
    """Why an option has no figure of a team: it has not got the team, or has it and could not measure it.

    Example:
        >>> not_there(False), not_there(True)
        ('no such team', 'not measured')
    """
    return "not measured" if team_is else NO_TEAM


def teams_of(summary: pd.DataFrame) -> dict[str, set[str]]:
    """The teams of each option: those that some figure of a tidy summary is of, be it measured or not."""
    rows = summary[summary["by"].astype("string").str.startswith("team").fillna(value=False).astype(bool)]
    found: dict[str, set[str]] = {}
    for option, by, group in rows[["option", "by", "group"]].astype(str).drop_duplicates().to_numpy():
        found.setdefault(option, set()).add(group if by == "team" else group.rpartition("|")[0])
    return found


CASES_HELD = "Children whose cases are held at a time"
"""What the slots are called that a team holds."""

SMALLEST = {"share": 0.005, "hours": 0.5}
"""Differences smaller than half a point, or half an hour, are none, however sure they are."""


def told_apart(unit: str, difference: float, half_width: float) -> bool:
    """Whether a difference counts: its average is further from none than its half-width, and it is one that matters.

    Every mark of a pack is made by this rule: those of the verdicts, and those of the table of changes.

    Example:
        >>> told_apart("share", 0.07, 0.04), told_apart("share", 0.004, 0.001)
        (True, False)
    """
    return abs(difference) > half_width and abs(difference) >= SMALLEST.get(unit, 0.0)


def better_of(measure: str) -> int:
    """Which way a measure is better, as `MeasureWords.better` has it; 0 for an unknown one.

    Example:
        >>> better_of("decided_within_24h"), better_of("open_at_end"), better_of("partner_lateness")
        (1, -1, 0)
    """
    return MEASURES[measure].better if measure in MEASURES else 0


def more_and_less(measure: str) -> tuple[str, str]:
    """What more of a measure is called, and what less.

    Example:
        >>> more_and_less("decided_within_24h"), more_and_less("open_at_end"), more_and_less("partner_lateness")
        (('better', 'worse'), ('worse', 'better'), ('higher', 'lower'))
    """
    return {1: ("better", "worse"), -1: ("worse", "better")}.get(better_of(measure), ("higher", "lower"))


def measure_name(measure: str) -> str:
    """The plain name of a measure; an unknown one is spelt out.

    Example:
        >>> measure_name("decided_within_24h"), measure_name("partner_lateness")
        ('Decided within 24 hours', 'Partner lateness')
    """
    return MEASURES[measure].name if measure in MEASURES else plain(measure)


_SHORT = {"la": "LA", "mash": "MASH", "ehap": "EHAP", "blc": "BLC", "rag": "RAG"}
"""Names that the sector writes in capitals."""


def plain(name: str) -> str:
    """A name from a file as a reader would write it.

    Example:
        >>> plain("contact_desk")
        'Contact desk'
    """
    words = [_SHORT.get(word, word) for word in str(name).replace("_", " ").split()]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def overall(by: pd.Series) -> pd.Series:
    """Which rows are about everybody, not about a group (`by` empty, "all" or missing)."""
    return by.isna() | by.astype("string").isin(["", "all"]).fillna(value=False).astype(bool)


def estimates(table: pd.DataFrame, measure: str, by: str = "", mean: str = "mean") -> dict[tuple[str, str], Estimate]:
    """The rows of one measure as {(option, group): Estimate}, in the order of the table.

    `table` is a tidy summary or, with `mean="difference"`, a tidy table of differences; `by=""`
    takes the rows about everybody.
    """
    chosen = overall(table["by"]) if by == "" else table["by"].astype("string").eq(by).fillna(value=False).astype(bool)
    rows = table[(table["measure"].astype(str) == measure) & chosen]
    found: dict[tuple[str, str], Estimate] = {}
    for row in rows.to_dict("records"):
        group = "" if by == "" else str(row["group"])
        found[str(row["option"]), group] = Estimate(
            mean=_number(row[mean]),
            low=_number(row["low"]),
            high=_number(row["high"]),
            unit=str(row["unit"]),
            contacts=_number(row.get("contacts")),
            note=_text(row.get("note")),
            half_width=_number(row.get("half_width")),
        )
    return found


def groups_known(found: Mapping[tuple[str, str], Estimate]) -> list[str]:
    """The groups, such as teams, that some option has a figure of, in their order."""
    return list(dict.fromkeys(group for (_, group), value in found.items() if value.known))


def timed_teams(at_work: Mapping[tuple[str, str], Estimate], held: Mapping[tuple[str, str], Estimate]) -> list[str]:
    """The teams that a share of time at work is told of: not those that hold cases and have no other work on record."""
    known, holds = groups_known(at_work), groups_known(held)
    return [team for team in dict.fromkeys(team for _, team in at_work) if team in known or team not in holds]


def _number(value: object) -> float:
    number = pd.to_numeric(value, errors="coerce")  # type: ignore[call-overload]
    return math.nan if pd.isna(number) else float(number)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
