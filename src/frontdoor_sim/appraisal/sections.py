"""The tables of the pack, as rows of cells that the template prints."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from frontdoor_sim.appraisal.pack import Pack
from frontdoor_sim.appraisal.suppression import SYMBOL, suppressed
from frontdoor_sim.appraisal.wording import (
    GRADES,
    MEASURES,
    SECTION_NAMES,
    WAITED_FOR,
    Estimate,
    better_of,
    estimates,
    measure_name,
    number_text,
    plain,
    told_apart,
)

VERDICT_WORDS = {"better": ("✓", "better"), "worse": ("✗", "worse"), "unclear": ("≈", "cannot be told apart")}
MARKS_NOTE = (
    "✓ better, ✗ worse: told by the average of the difference, which lies clearly on one side of no change. ≈ cannot be told "
    "apart: it does not, or the difference is too small to matter. A range for one case may reach across no change also "
    "beside a ✓: then it is better on average, and one case may not be."
)
"""What a mark means, wherever it stands in the pack."""
_ENTRIES = 12  # longest list or mapping printed in full
_CURVE_HOURS = ("4", "8", "12", "24", "48", "72", "120", "240")


@dataclass(frozen=True, slots=True)
class Cell:
    """What is printed in one cell: a value, its interval, and a mark with the word it stands for."""

    value: str
    interval: str = ""
    mark: str = ""
    word: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A caption, the headings of the columns, and rows in named groups; a row's first cell is its heading."""

    caption: str
    head: Sequence[str]
    groups: Mapping[str, Sequence[Sequence[Cell]]]
    note: str = ""
    numbers: bool = True

    @property
    def empty(self) -> bool:
        """Whether there is no row to print."""
        return not any(self.groups.values())


@dataclass(frozen=True, slots=True)
class Verdict:
    """One option in the list of verdicts."""

    label: str
    summary: str
    levels: Sequence[Estimate]
    sentences: Sequence[tuple[str, str, str, str]] = field(default_factory=tuple)
    base: bool = False


def verdict_measures(pack: Pack) -> list[str]:
    """The measures beside the verdicts: that of the first verdict, and the time from decision to allocation."""
    main = str(pack.verdicts["measure"].iloc[0]) if len(pack.verdicts) else "decided_within_24h"
    transfer = "transfer_hours_to_allocation_median"
    return [main, transfer] if main != transfer and estimates(pack.summary, transfer) else [main]


def verdicts(pack: Pack) -> list[Verdict]:
    """Every option with its level and its verdict sentences, today’s model first."""
    found_levels = [estimates(pack.summary, measure) for measure in verdict_measures(pack)]
    unknown = Estimate(math.nan, math.nan, math.nan, "")
    found = []
    for row in pack.options.sort_values("base", ascending=False, kind="stable").to_dict("records"):
        option = str(row["option"])
        said = pack.verdicts[pack.verdicts["option"].astype(str) == option]
        sentences = tuple(
            (str(line["better"]), *VERDICT_WORDS[str(line["better"])], str(line["sentence"]))
            for line in said.to_dict("records")
        )
        levels = [level.get((option, ""), unknown) for level in found_levels]
        found.append(Verdict(str(row["label"]), words(row["summary"]), levels, sentences, base=bool(row["base"])))
    return found


def levels(pack: Pack) -> Table:
    """Key measures of every option, with intervals."""
    groups: dict[str, list[list[Cell]]] = {}
    for measure, said in MEASURES.items():
        found = estimates(pack.summary, measure)
        if said.key and found:
            cells = [level_cell(found.get((option, ""))) for option in pack.labels]
            groups.setdefault(said.group, []).append([Cell(said.name), *cells])
    return Table("Where each option gets to", ["Measure", *pack.labels.values()], groups, pack.summary_note)


def changes_from_today(pack: Pack) -> Table:
    """Differences of every option from today on the same contacts, with a mark for clear ones."""
    others = [option for option in pack.labels if option != pack.base]
    groups: dict[str, list[list[Cell]]] = {}
    for measure, said in MEASURES.items():
        found = estimates(pack.differences, measure, mean="difference")
        if said.key and found:
            cells = [_change(found.get((option, "")), measure) for option in others]
            groups.setdefault(said.group, []).append([Cell(said.name), *cells])
    head = ["Measure", *(pack.labels[option] for option in others)]
    return Table("Change from today, on the same contacts", head, groups, pack.interval_note)


def behind(pack: Pack, measure: str, by: str) -> Table:
    """The numbers behind a chart: a row for each group, a column for each option."""
    found = estimates(pack.summary, measure, by=by)
    groups = list(dict.fromkeys(group for _, group in found))
    if by == "hours":
        groups = [hours for hours in _CURVE_HOURS if hours in groups]
    rows = [
        [Cell(_group_name(by, group)), *(level_cell(found.get((option, group))) for option in pack.labels)]
        for group in groups
    ]
    return Table(f"{measure_name(measure)}, by {plain(by).lower()}", [plain(by), *pack.labels.values()], {"": rows})


def weeks(pack: Pack, option: str) -> Table:
    """The numbers behind the weeks of a transition: a row for each week, today beside the option."""
    heads, columns = ["Week that begins on"], []
    for measure, name in (("open_undecided", "waiting"), ("decided_within_24h", "within 24 hours")):
        for one in (pack.base, option):
            rows = pack.weeks[(pack.weeks["option"] == one) & (pack.weeks["measure"] == measure)]
            heads.append(f"{pack.labels[one]}: {name}")
            columns.append({row["begins"]: _median(row) for row in rows.to_dict("records")})
    days = sorted({day for column in columns for day in column})
    lines = [
        [Cell(f"{day.day} {day:%B %Y}"), *(column.get(day, Cell("–", word="not measured")) for column in columns)]
        for day in days
    ]
    return Table(
        "Medians over replications, with their bands", heads, {"": lines}, str(pack.about.get("weeks_note", ""))
    )


def shares(pack: Pack, option: str, measure: str) -> Table:
    """The numbers behind what each part of an option buys; the fair shares and their sum."""
    mine = pack.shares[(pack.shares["option"] == option) & (pack.shares["measure"] == measure)]
    rows = []
    for row in mine.to_dict("records"):
        unit = str(row["unit"])
        share = Estimate(float(row["share"]), float(row["low"]), float(row["high"]), unit)
        ends = [Cell(Estimate(float(row[side]), math.nan, math.nan, unit).change_text()) for side in ("alone", "last")]
        name = Cell(words(row["part"]), words(row["recommendation"]))
        rows.append([name, *ends, Cell(share.change_text(), share.interval_text())])
    whole = Estimate(
        float(mine["share"].sum(skipna=False)), math.nan, math.nan, str(mine["unit"].iloc[0])
    ).change_text()
    rows.append([Cell("All of it"), Cell(""), Cell(""), Cell(whole)])
    return Table(measure_name(measure), ["Part", "Alone", "Last of all", "Fair share"], {"": rows})


def tried(pack: Pack, number: int) -> Table:
    """The numbers behind a break-even: the change from today at every value that was tried."""
    asked = pack.break_evens[pack.break_evens["number"] == number].iloc[0]
    measure = str(asked["measure"])
    rows = [
        [Cell(number_text(float(row["at"]), str(asked["unit"]))), _change(_estimate(row), measure)]
        for row in pack.tried[pack.tried["number"] == number].to_dict("records")
    ]
    head = [str(asked["say"]), "Change from today"]
    return Table(measure_name(measure), head, {"": rows}, str(pack.about.get("break_even_note", "")))


def _estimate(row: Mapping[Any, Any]) -> Estimate:
    return Estimate(float(row["difference"]), float(row["low"]), float(row["high"]), str(row["unit"]))


def _median(row: Mapping[Any, Any]) -> Cell:
    return level_cell(Estimate(float(row["median"]), float(row["low"]), float(row["high"]), str(row["unit"])))


def by_group(pack: Pack, by: str) -> Table:
    """Decided within 24 hours by source or area; small numbers suppressed."""
    rows = pack.summary[pack.summary["by"].astype("string").eq(by).fillna(value=False).astype(bool)]
    shown = suppressed(rows[rows["measure"].astype(str) == "decided_within_24h"])
    found = estimates(shown, "decided_within_24h", by=by)
    hidden = set()
    if "suppressed" in shown.columns:
        kept_back = shown[shown["suppressed"] == "row"]
        hidden = set(zip(kept_back["option"].astype(str), kept_back["group"].astype(str), strict=True))
    lines = []
    for group in dict.fromkeys(group for _, group in found):
        cells = [
            Cell(SYMBOL, word="suppressed", kind="hidden")
            if (option, group) in hidden
            else level_cell(found.get((option, group)))
            for option in pack.labels
        ]
        lines.append([Cell(plain(group)), *cells])
    note = f"{SYMBOL}: rests on 1 to 5 contacts." if hidden else ""
    return Table(f"Decided within 24 hours, by {by}", [plain(by), *pack.labels.values()], {"": lines}, note)


def what_changes(pack: Pack) -> Table:
    """Each change with the recommendation it answers, and the options that contain it."""
    others = [option for option in pack.labels if option != pack.base]
    inside: dict[tuple[str, str], set[str]] = {}
    for row in pack.changes.to_dict("records"):
        inside.setdefault((words(row["recommendation"]), words(row["say"])), set()).add(str(row["option"]))
    rows = [
        [Cell(say), Cell(number or "–"), *(Cell("●", word="yes") if option in has else Cell("") for option in others)]
        for (number, say), has in inside.items()
    ]
    head = ["Change", "Answers", *(pack.labels[option] for option in others)]
    note = "Answers: the number of the recommendation. ● marks the options that contain the change."
    return Table("Changes, and the options that contain them", head, {"": rows}, note, numbers=False)


def staffing(pack: Pack) -> Table:
    """The range of each unknown number that was tried, and the one that shows today's symptoms."""
    rows = []
    for row in pack.staffing.to_dict("records"):
        unit = words(row["unit"])
        tried, kept = span(row["low"], row["high"], unit), span(row["accepted_low"], row["accepted_high"], unit)
        if "used_low" in row:
            kept += f" (used: {span(row['used_low'], row['used_high'], unit)})"
        rows.append([Cell(plain(row["name"])), Cell(tried), Cell(kept), Cell(words(row["source"]))])
    kept_is = "Range that shows the symptoms" if len(pack.symptoms) else "Range kept"
    head = ["Number", "Range tried", kept_is, "Where the range comes from"]
    return Table("A range, not a number", head, {"": rows}, numbers=False)


def symptoms(pack: Pack) -> Table:
    """What today’s model had to show, and what it shows."""
    rows = []
    for row in pack.symptoms.to_dict("records"):
        unit = words(row.get("unit"))
        shown = pd.to_numeric(row["as_found"], errors="coerce")
        value = number_text(float(shown), unit) if pd.notna(shown) else words(row["as_found"]) or "not measured"
        inside = pd.notna(shown) and float(row["low"]) <= float(shown) <= float(row["high"])
        mark, word = ("●", "inside") if inside else ("○", "outside") if pd.notna(shown) else ("", "")
        bounds = Cell(span(row["low"], row["high"], unit))
        rows.append(
            [Cell(words(row["symptom"])), bounds, Cell(value, mark=mark, word=word), Cell(words(row["source"]))]
        )
    head = ["Symptom", "Bounds for acceptance", "Today’s model shows", "Source"]
    return Table("The symptoms that today’s model has to show", head, {"": rows}, numbers=False)


def assumptions(pack: Pack) -> Table:
    """Every number that went in, by section of the parameter file."""
    groups: dict[str, list[list[Cell]]] = {}
    for row in pack.assumptions.to_dict("records"):
        section, _, name = str(row["name"]).partition(".")
        grade = words(row["grade"])
        value = Cell(
            " ".join(part for part in (spelt(row["value"]), words(row["unit"])) if part), spelt_range(row["range"])
        )
        mark = Cell(grade, mark=GRADES.get(grade, ("", ""))[0], kind="grade")
        title = SECTION_NAMES.get(section, plain(section))
        groups.setdefault(title, []).append(
            [
                Cell(plain(name or section), words(row["note"])),
                value,
                mark,
                Cell(words(row["source"]), words(row["date"])),
            ]
        )
    head = ["Number", "Value", "Grade", "Source and date"]
    return Table("Every number that went in", head, groups, numbers=False)


def grade_counts(pack: Pack) -> list[tuple[str, str, int, str]]:
    """Grade -> mark, name, how many numbers, and what the grade means."""
    counts = pack.assumptions["grade"].astype(str).value_counts()
    return [(mark, grade, int(counts.get(grade, 0)), meaning) for grade, (mark, meaning) in GRADES.items()]


def words(value: object) -> str:
    """A value as text; missing is "", a list is joined by commas."""
    if isinstance(value, list | tuple):
        return ", ".join(words(part) for part in value)
    if value is None or value is pd.NaT or value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def spelt(value: object) -> str:
    """A parameter's value in words; long lists only by their size.

    Example:
        >>> spelt({"distribution": "triangular", "low": 20, "mode": 45, "high": 120})
        'triangular: low 20, mode 45, high 120'
        >>> spelt([1.0] * 24)
        '24 entries, see parameters.yaml'
    """
    value = _parsed(value)
    if isinstance(value, Mapping):
        kind = f"{value['distribution']}: " if "distribution" in value else ""
        pairs = {name: part for name, part in value.items() if name != "distribution"}
        if len(pairs) > _ENTRIES or any(isinstance(part, list | Mapping) for part in pairs.values()):
            return f"{kind}{len(pairs)} entries, see parameters.yaml"
        return kind + ", ".join(f"{name} {spelt(part)}" for name, part in pairs.items())
    if isinstance(value, list | tuple):
        if len(value) > _ENTRIES or any(isinstance(part, list | Mapping) for part in value):
            return f"{len(value)} entries, see parameters.yaml"
        return ", ".join(spelt(part) for part in value)
    if isinstance(value, float):
        return f"{value:,.6g}" if math.isfinite(value) else ""
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else words(value)


def spelt_range(value: object) -> str:
    """A range as "3 to 4.5"; "" if there is none."""
    value = _parsed(value)
    return (
        f"{spelt(value[0])} to {spelt(value[1])}"
        if isinstance(value, list | tuple) and len(value) == 2
        else words(value)
    )


def span(low: object, high: object, unit: str) -> str:
    """Two ends with their unit once; "" if one is missing."""
    ends = [pd.to_numeric(end, errors="coerce") for end in (low, high)]  # type: ignore[call-overload]
    if any(pd.isna(end) for end in ends):
        return ""
    first, last = (number_text(float(end), unit) for end in ends)
    return f"{first.removesuffix(f' {unit}')} to {last}"


def _parsed(value: object) -> Any:
    if isinstance(value, str) and value[:1] in {"[", "{"}:
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            return value
    return value


def level_cell(value: Estimate | None) -> Cell:
    """An option's own figure with its interval."""
    if value is None:
        return Cell("not measured", kind="none")
    return Cell(_short(value.value_text()), value.interval_text())


def _change(value: Estimate | None, measure: str) -> Cell:
    """A change with its interval, marked as a verdict is: by its average."""
    if value is None or not value.known:
        return Cell("not measured", kind="none")
    half = value.half_width if math.isfinite(value.half_width) else (value.high - value.low) / 2
    direction = better_of(measure) * (1 if value.mean > 0 else -1)
    clear = told_apart(value.unit, value.mean, half)
    kind = "unclear" if not clear else {1: "better", -1: "worse", 0: "differs"}[direction]
    mark, word = VERDICT_WORDS.get(kind, ("", "different"))
    value = value.in_points()
    return Cell(_short(value.change_text()), value.interval_text(), mark, word, kind)


def _short(text: str) -> str:
    """Text for a narrow cell: the unit short, and none where the name of the row says it."""
    return text.replace(" hours", " h").removesuffix(" contacts")


def _group_name(by: str, group: str) -> str:
    if by == "hours":
        return f"within {group} hours"
    if by == "area" and group == "all":
        return "No area"
    return plain(WAITED_FOR.get(group, group)) if by == "waited_for" else plain(group)


def tables_by_group(pack: Pack) -> Iterable[Table]:
    """The tables by source and area that the summary has rows for."""
    return [table for by in ("source", "area") if not (table := by_group(pack, by)).empty]
