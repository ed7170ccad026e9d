"""What an option appraisal hands to its readers, as tidy tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "options": ("option", "label", "summary", "base"),
        "verdicts": ("option", "measure", "sentence", "better"),
        "summary": ("option", "measure", "by", "group", "mean", "low", "high", "unit", "runs", "contacts"),
        "differences": (
            "option",
            "measure",
            "by",
            "group",
            "base",
            "option_mean",
            "difference",
            "low",
            "high",
            "unit",
            "replications",
            "sentence",
        ),
        "changes": ("option", "recommendation", "say"),
        "loads": ("option", "team", "what", "offered", "available", "load"),
        "costs": ("option", "kind", "say", "number", "unit", "when", "low", "high", "source"),
        "staffing": ("name", "low", "high", "accepted_low", "accepted_high", "unit", "source"),
        "symptoms": ("symptom", "low", "high", "source", "as_found"),
        "weeks": ("option", "measure", "week", "begins", "median", "low", "high", "unit", "runs"),
        "dates": ("option", "day", "mark", "say"),
        "burnt_down": ("option", "sentence"),
        "break_evens": ("number", "option", "say", "unit", "measure", "at", "low", "high", "sentence"),
        "tried": ("number", "option", "at", "difference", "low", "high", "unit", "replications"),
        "shares": (
            "option",
            "measure",
            "part",
            "recommendation",
            "alone",
            "last",
            "share",
            "low",
            "high",
            "unit",
            "orders",
            "replications",
        ),
        "assumptions": ("name", "value", "unit", "source", "date", "grade", "range", "note"),
    }
)
ABOUT = ("title", "council", "headline", "seed", "replications", "command", "versions", "interval_note")
BETTER = ("better", "worse", "unclear")


class PackError(ValueError):
    """A pack whose tables do not fit together; the text lists every mistake."""


def empty(table: str) -> pd.DataFrame:
    """A table of the pack without rows.

    Example:
        >>> list(empty("changes").columns)
        ['option', 'recommendation', 'say']
    """
    return pd.DataFrame({column: pd.Series(dtype=object) for column in COLUMNS[table]})


@dataclass(frozen=True)
class Pack:
    """Everything the pack prints. Tables are tidy; extra columns are left alone.

    - `options`: option (the key used in every other table), label, summary, base (True for one row,
      today's model). The order of the rows is the order in the pack.
    - `verdicts`: option, measure, sentence, better {better, worse, unclear}; the first measure of an
      option is its main verdict.
    - `summary`: option, measure, by, group, mean, low, high, unit, runs, contacts and, if wanted, note
      ("more than 240") for a mean that is NaN. `by` is "" for rows about everybody. Unit `share` runs
      from 0 to 1 and is printed as a percentage.
    - `differences`: option less base on the same contacts; unit `share` is printed as percentage points.
    - `changes`: option, recommendation, say. `loads`: option, team, what {time, slots, time at STAGES},
      offered, available, load (1 is full). `staffing`: the range tried, the range accepted and,
      if wanted, that of those used (used_low, used_high).
    - `costs`: what each option costs more than today, or less, line by line: kind {posts, overtime, change}, say, number
      and unit of what is priced, when {once, a year}, low and high in pounds (NaN where no price is stated), source.
    - `symptoms`: symptom, low, high, source, as_found and, if wanted, unit (`share` prints percentages).
    - `assumptions`: as `Parameters.assumptions()` gives them; empty where the study has no parameters file.
    - `weeks`, `dates`, `burnt_down`: of today's model and every option with dated changes, the weeks of the study with
      medians and bands, the dates on which something changes, and what the weeks say in words; empty where none has dates.
    - `break_evens`, `tried`: where an option makes no difference to a measure, a row for each such value with its interval
      (one row where none was found) and the sentence that answers the question; and the change from today at every value
      that was tried. Empty where nothing was asked.
    - `shares`: what each part of an option buys in a measure: `alone`, `last` of all, and its fair `share` with an interval;
      empty where it was not asked.
    - `flags`: recording artefacts found in the history, a sentence each.
    - `pathways`: option -> its pathway as a picture; an option without one has none in the pack.
    - `about`: title, council, headline, seed, replications, command, versions (mapping),
      interval_note; if wanted lead (the answer in a line or two), warnings (list), ranges_told
      (list, of the ranges of `staffing`), run (length of run in words), backlog (whether runs begin
      with a list of open contacts), summary_note (what the intervals of `summary` cover, when other
      than interval_note), weeks_note (what the bands of `weeks` cover), shares_note (what the bars of
      `shares` cover), queue_option (the option drawn beside today in the chart of queues).

    Raises `PackError` with every mistake at once.
    """

    options: pd.DataFrame
    verdicts: pd.DataFrame
    summary: pd.DataFrame
    differences: pd.DataFrame
    changes: pd.DataFrame = field(default_factory=lambda: empty("changes"))
    loads: pd.DataFrame = field(default_factory=lambda: empty("loads"))
    costs: pd.DataFrame = field(default_factory=lambda: empty("costs"))
    staffing: pd.DataFrame = field(default_factory=lambda: empty("staffing"))
    symptoms: pd.DataFrame = field(default_factory=lambda: empty("symptoms"))
    assumptions: pd.DataFrame = field(default_factory=lambda: empty("assumptions"))
    weeks: pd.DataFrame = field(default_factory=lambda: empty("weeks"))
    dates: pd.DataFrame = field(default_factory=lambda: empty("dates"))
    burnt_down: pd.DataFrame = field(default_factory=lambda: empty("burnt_down"))
    break_evens: pd.DataFrame = field(default_factory=lambda: empty("break_evens"))
    tried: pd.DataFrame = field(default_factory=lambda: empty("tried"))
    shares: pd.DataFrame = field(default_factory=lambda: empty("shares"))
    flags: list[str] = field(default_factory=list)
    pathways: Mapping[str, Figure] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check the columns, the base, the option keys and the facts of `about`."""
        mistakes = [*self._missing_columns(), *self._missing_facts()]
        if not mistakes:
            mistakes = [*self._base_mistakes(), *self._unknown_options(), *self._odd_verdicts()]
        if mistakes:
            raise PackError("\n".join(mistakes))

    @property
    def base(self) -> str:
        """The key of today's model."""
        return str(self.options.loc[self.options["base"].astype(bool), "option"].iloc[0])

    @property
    def labels(self) -> dict[str, str]:
        """Option key -> label, in the order of the pack."""
        return {str(key): str(label) for key, label in zip(self.options["option"], self.options["label"], strict=True)}

    @property
    def interval_note(self) -> str:
        """What the intervals of the differences cover."""
        return str(self.about["interval_note"])

    @property
    def summary_note(self) -> str:
        """What the intervals of the summary cover."""
        return str(self.about.get("summary_note") or self.about["interval_note"])

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name, ready for `write_tables`."""
        return {item.name: getattr(self, item.name) for item in fields(self) if item.name in COLUMNS}

    def _missing_columns(self) -> list[str]:
        mistakes = []
        for name, columns in COLUMNS.items():
            missing = [column for column in columns if column not in getattr(self, name).columns]
            if missing:
                mistakes.append(f"pack.{name}: no column {', '.join(missing)}. Needed: {', '.join(columns)}.")
        return mistakes

    def _missing_facts(self) -> list[str]:
        missing = [name for name in ABOUT if name not in self.about]
        return [f"pack.about: no {', '.join(missing)}. Needed: {', '.join(ABOUT)}."] if missing else []

    def _base_mistakes(self) -> list[str]:
        count = int(self.options["base"].astype(bool).sum())
        if count == 1:
            return []
        return [f"pack.options: {count} options are marked as base. Mark exactly one, today's model."]

    def _unknown_options(self) -> list[str]:
        known = set(self.options["option"].astype(str))
        mistakes = []
        named = [name for name, columns in COLUMNS.items() if "option" in columns and name != "options"]
        for name in named:
            unknown = sorted(set(getattr(self, name)["option"].astype(str)) - known)
            if unknown:
                options = ", ".join(sorted(known))
                mistakes.append(f"pack.{name}: unknown option {', '.join(unknown)}. Options here: {options}.")
        unknown = sorted(set(self.pathways) - known)
        return [*mistakes, *([f"pack.pathways: unknown option {', '.join(unknown)}."] if unknown else [])]

    def _odd_verdicts(self) -> list[str]:
        odd = sorted(set(self.verdicts["better"].astype(str)) - set(BETTER))
        return [f"pack.verdicts: better is {', '.join(odd)}. Right would be {', '.join(BETTER)}."] if odd else []
