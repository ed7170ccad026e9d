"""All measures: how to ask them, and the manual that their docstrings make."""

from __future__ import annotations

import inspect
from collections.abc import Collection
from datetime import time
from types import ModuleType

import pandas as pd

from frontdoor_sim.documents import InputError, Mistake, check_given, in_words, nearest
from frontdoor_sim.event_log import EventLog, Reading
from frontdoor_sim.measures import protection, re_referrals, reported, targets, timeliness, transfer, waiting, workload
from frontdoor_sim.measures.answers import Measure, held_back, missing, tidy
from frontdoor_sim.measures.journeys import Journeys
from frontdoor_sim.measures.table_reading import TableReading
from frontdoor_sim.tables import as_markdown

FAMILIES: tuple[tuple[ModuleType, tuple[Measure, ...]], ...] = tuple(
    (family, family.MEASURES)
    for family in (timeliness, transfer, waiting, workload, protection, re_referrals, targets, reported)
)
MEASURES: tuple[str, ...] = tuple(name for _, family in FAMILIES for member in family for name in member.names)
"""Names of all measures, in the order in which `measure` gives them."""

_INTRODUCTION = """# Measures

Made from the docstrings of `frontdoor_sim.measures`. Every measure is read from the event log, and from nothing
else, so that history and simulation are measured alike.

Seconds count from the opening of the measured window, [0, `closes`); the run ends at `ends`, and what happens at
that second counts. `contacts` is the number of contacts in the denominator. A value that cannot be had is empty,
and its note begins "not measurable:"; a percentile that was not reached has the note "more than X". Small numbers
are not suppressed here. Clocks are named: elapsed hours, working hours (the measuring clock, which no option may
change), working days.
"""


def measure(log: EventLog | Reading, only: Collection[str] = ()) -> pd.DataFrame:
    """Every measure of a log, or those that are asked for, as one tidy table.

    Args:
        log: a log whose tables obey their dictionaries, as `event_log.assemble` makes it; row order does not matter. Or the
            reading of a log that was never written.
        only: names of the measures that are asked for, or one name; all of them where there is none.

    Returns:
        The table of the dictionary `measures`: `run, option, measure, by, group, value, unit, contacts, note`. A
        measure that the log cannot support has one row, NaN, with the reason in `note`; likewise the figures that
        `about.silent` names, which the events would give although nobody recorded them.

    Raises:
        InputError: a table of the log lacks a column of its dictionary; this is no log, but a path or a scenario; or a
            name is that of no measure.
    """
    if not hasattr(log, "about"):
        run_one = "Run a scenario first: fd.run(scenario, seed=7)."
        check_given(EventLog, "an event log", "fd.read_log", run_one, log=log)
    journeys, found = Journeys(TableReading(log) if isinstance(log, EventLog) else log), []
    asked = _asked([only] if isinstance(only, str) else only)
    for _, family in FAMILIES:
        for member in family:
            if asked.isdisjoint(member.names):
                continue
            why = _too_coarse(member, journeys)
            answers = [missing(name, why) for name in member.names] if why else member.answer(journeys)
            found += [(answer, member.unit) for answer in answers if answer.measure in asked]
    place = {name: number for number, name in enumerate(MEASURES)}
    table = tidy(sorted(found, key=lambda pair: place[pair[0].measure]), journeys.about)
    return held_back(table, journeys.about.silent)


def _asked(only: Collection[str]) -> set[str]:
    """The measures that are asked for, held to those that there are."""
    mistakes = [
        Mistake(
            f"only: {name}",
            f"There is no measure called {name}.",
            "The name of a measure of docs/measures.md.",
            f"Did you mean {in_words(near)}?" if (near := nearest(name, MEASURES)) else "Look for it in the manual.",
        )
        for name in only
        if name not in MEASURES
    ]
    if mistakes:
        raise InputError(mistakes)
    return set(only or MEASURES)


def _too_coarse(member: Measure, journeys: Journeys) -> str:
    """Why the precision of the log's times does not support a measure; empty where it does."""
    if journeys.reading.coarsest != "day" or member.needs == "day":
        return ""
    closes = journeys.about.working_days.receipt_closes
    if member.needs == "working day":
        open_all_day = closes is None or closes == time.max
        return "" if open_all_day else f"the log records days only, and receipt closes at {closes:%H:%M}"
    return "the log records days only, and this needs the time of day"


def catalogue() -> pd.DataFrame:
    """Every measure: `measure, family, unit, by, meaning`, one row a measure.

    Example:
        >>> catalogue().set_index("measure").loc["utilisation", "unit"]
        'share'
    """
    rows = [
        {
            "measure": name,
            "family": family.__name__.rpartition(".")[2],
            "unit": member.unit,
            "by": ", ".join(member.by),
            "meaning": _text(member.answer).partition("\n")[0],
        }
        for family, members in FAMILIES
        for member in members
        for name in member.names
    ]
    return pd.DataFrame(rows)


def manual() -> str:
    """The manual of measures in Markdown, made from the docstrings; `docs/measures.md` is this text.

    Example:
        >>> manual().splitlines()[0]
        '# Measures'
    """
    parts = [_INTRODUCTION, "## The table\n\n" + as_markdown("measures")]
    for family, members in FAMILIES:
        title = family.__name__.rpartition(".")[2].capitalize()
        parts.append(f"## {title}\n\n{_text(family)}\n")
        parts += [_entry(member) for member in members]
    return "\n".join(parts)


def _entry(member: Measure) -> str:
    names = ", ".join(f"`{name}`" for name in member.names)
    needs = {
        "minute": "the time of day",
        "day": "the day",
        "working day": "the time of day, unless receipt never closes",
    }
    facts = f"Unit: {member.unit}. By: {', '.join(member.by)}. Needs times recorded to {needs[member.needs]}."
    return f"### {names}\n\n{_text(member.answer)}\n\n{facts}\n"


def _text(thing: object) -> str:
    return inspect.getdoc(thing) or ""
