"""The verdict in plain words: what it is, what failed, and what that may mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from frontdoor_sim.appraisal.wording import number_text
from frontdoor_sim.documents import in_words
from frontdoor_sim.validation.statistics import STATISTICS
from frontdoor_sim.validation.validating import Validation

MARKS = {"agrees": "✓", "differs": "✗", "cannot tell": "?", "not measurable": "–"}
TITLES = {"real": "The contacts that really came", "forecast": "The contacts foretold"}

_SOONER_IS_MORE = (
    "decided_within_24h",
    "decided_within_1_working_day",
    "decided_by_next_date",
    "decided_within_3_dates",
)
_LATER_IS_MORE = ("decision_hours_median", "decision_hours_p90", "open_undecided")
_DECIDING = ("decision_distance", "decision_distance_by_date", "weekly_open_undecided", "weekly_decided_within_24h")
_TRANSFER = ("transfer_hours_to_allocation_median", "transfer_hours_to_allocation_p90", "transfer_distance")
_GRADING = tuple(one.name for one in STATISTICS.values() if one.rag and one.name.startswith("contacts_share"))
_WAITING_BY_RAG = tuple(one.name for one in STATISTICS.values() if one.rag and one.name not in _GRADING)
_DEMAND = ("contacts_per_week", "weekly_contacts")

_SLOWER = (
    "Decisions really came later than the model says. It may have more people than were at work, or lack a wait: for a "
    "partner, for a sign-off, for the next meeting; or the work takes longer than was fitted. First compare the rota of "
    "these weeks with the scenario’s staff, then ask what contacts waited for."
)
_QUICKER = (
    "Decisions really came sooner than the model says. There may have been more people than in the scenario, or work that was "
    "left out or done by others; or the first part was an unusually slow time. Compare the rota first."
)
_SHAPE = (
    "The typical figures fit, and when decisions come does not: sign-off at set times, batches, times entered at the end of "
    "the day, or a change within these weeks. The pictures show in which hours, and in which weeks, the lines part."
)
_OUTCOMES = (
    "More or fewer contacts went on to assessment than the model says: thresholds, the need of those who came, or the way "
    "outcomes are recorded may have changed. Compare some closed cases of both parts before anything else."
)
_AFTER = (
    "The way from decision to allocation is not as the model says: free places in caseloads, allocation meetings, or duty "
    "managers’ time may be other than in the scenario. The Front Door before the decision is not touched by this."
)
_GRADED = (
    "Contacts were graded otherwise than the model grades them, so its grades are not those of the records. Compare the "
    "rule of grading before anything is said of how long each grade waits."
)
_ORDER = (
    "How long contacts of one grade wait is not as the model says{grades}, whatever holds for all contacts together. The order "
    "in which the team takes them up, who interrupts whom, or the limits by grade may be other than in the scenario."
)
_MORE, _FEWER = (
    f"{word} contacts came than the first part and its seasons foretell: a change of demand, or of what is recorded as a "
    "contact, or a season that one year cannot show."
    for word in ("More", "Fewer")
)
_FOLLOWS = (
    "With the real contacts this holds, and as many came as were foretold. What fails here follows from when they came, and "
    "from whom."
)
_AGAIN = (
    "Other figures fail here as they do with the contacts that really came. Of the forecast they say nothing until the Front "
    "Door itself holds."
)
_TIMES = (
    "As many contacts came as were foretold, but in other weeks: holidays that fall elsewhere, a campaign, or days that are "
    "busier together than the model knows."
)


def headline(found: Validation) -> str:
    """The verdict in one or two sentences, and whether it comes of a test at all."""
    if not found.learnt:
        return _verdict(found, f"{_weeks(found)}, which it had not seen")
    number = f"{len(found.learnt)} of its numbers {'was' if len(found.learnt) == 1 else 'were'} fitted to those weeks or later"
    return (
        f"{_verdict(found, _weeks(found))} But this is no test: {number}, so the model had seen what it was tried on."
    )


def _weeks(found: Validation) -> str:
    return f"the {found.run.weeks} weeks from {day(found.run.opens)}"


def _verdict(found: Validation, weeks: str) -> str:
    """The verdict on some weeks."""
    real, forecast = (found.verdicts[arm] for arm in ("real", "forecast"))
    if real == forecast == "passed":
        return (
            f"Passed. The model shows {weeks}: with the contacts that really came, and with those that the first part "
            "foretells."
        )
    if real == "failed":
        more = "" if forecast == "failed" else " The forecast of contacts is not what failed."
        return f"Failed. With the very contacts that came, the model does not show {weeks}.{more}"
    if forecast == "failed" and real == "passed":
        return (
            f"Passed for the Front Door, failed for the forecast. With the contacts that really came, the model shows {weeks}. "
            "The contacts that the first part foretells are not those that came."
        )
    if forecast == "failed":
        return (
            f"Failed. With the contacts that the first part foretells, the model does not show {weeks}; with the real ones "
            "none can tell."
        )
    untold = in_words(
        [TITLES[arm].lower() for arm, verdict in found.verdicts.items() if verdict == "cannot tell"], "and"
    )
    return (
        f"Cannot be told. Nothing in {weeks} speaks against the model, and little could: for {untold} the records or the luck "
        "of so few weeks do not let its main figures be told."
    )


def day(when: Any) -> str:
    """A date as a reader writes it.

    Example:
        >>> from datetime import date
        >>> day(date(2025, 1, 6))
        '6 January 2025'
    """
    return f"{when.day} {when:%B %Y}"


def counted(findings: pd.DataFrame) -> str:
    """How many figures agree, in words.

    Example:
        >>> counted(pd.DataFrame({"verdict": ["agrees", "agrees", "differs", "not measurable"]}))
        '2 of 3 figures agree, 1 differs'
    """
    verdicts = findings["verdict"].astype(str)
    number = {word: int(verdicts.eq(word).sum()) for word in MARKS}
    asked = len(verdicts) - number["not measurable"]
    text = f"{number['agrees']} of {asked} figures {'agrees' if number['agrees'] == 1 else 'agree'}"
    text += f", {number['differs']} {'differs' if number['differs'] == 1 else 'differ'}" if number["differs"] else ""
    return text + (f", {number['cannot tell']} cannot be told" if number["cannot tell"] else "")


def what_failed(findings: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Every figure of a prediction that differs: its title, and by how much."""
    for row in findings[findings["verdict"] == "differs"].to_dict("records"):
        unit = unit_of(row)
        near = points(row["allowed"], unit)
        said = f"really {amount(row['real'], unit)}; the model says {span(row['low'], row['high'], unit)}, give or take {near}"
        yield STATISTICS[str(row["statistic"])].title, said


def what_it_may_mean(findings: pd.DataFrame) -> list[str]:
    """What the failures among some findings may mean, a paragraph each; none where nothing differs."""
    rows = findings[findings["verdict"] == "differs"].to_dict("records")
    more = {str(row["statistic"]): bool(row["real"] > row["high"]) for row in rows}
    later = {more[name] for name in _LATER_IS_MORE if name in more} | {
        not more[n] for n in _SOONER_IS_MORE if n in more
    }
    told = [
        (True in later, _SLOWER),
        (False in later, _QUICKER),
        (not later and bool(set(more) & set(_DECIDING)), _SHAPE),
        ("transferred_share" in more, _OUTCOMES),
        (bool(set(more) & set(_TRANSFER)), _AFTER),
        (bool(set(more) & set(_GRADING)), _GRADED),
        (bool(set(more) & set(_WAITING_BY_RAG)), _ORDER.format(grades=_which_grades(more))),
        (more.get("contacts_per_week") is True, _MORE),
        (more.get("contacts_per_week") is False, _FEWER),
        ("weekly_contacts" in more and "contacts_per_week" not in more, _TIMES),
    ]
    return [text for applies, text in told if applies]


def _which_grades(more: Mapping[str, bool]) -> str:
    """The grades whose waits differ, in brackets; nothing where none does."""
    grades = dict.fromkeys(STATISTICS[name].rag for name in _WAITING_BY_RAG if name in more)
    return f" ({in_words(list(grades), 'and')})" if grades else ""


def by_chance(findings: pd.DataFrame, sure: float) -> str:
    """How many figures of a prediction would lie outside by chance, were each held to a band of its own.

    Args:
        findings: of one prediction.
        sure: how often all bands together hold what happens.

    Example:
        >>> by_chance(pd.DataFrame({"verdict": ["agrees"] * 20 + ["not measurable"]}), 0.95)[:77]
        '20 figures are compared. Each in a band of its own, 1.0 would lie outside by '
    """
    asked = int(findings["verdict"].astype(str).ne("not measurable").sum())
    return (
        f"{asked} figures are compared. Each in a band of its own, {asked * (1 - sure):.1f} would lie outside by chance alone; "
        f"so the bands are wider: of a model that is right, all figures lie inside in {sure:.0%} of all cases."
    )


def of_the_forecast(findings: pd.DataFrame, real: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """What fails with forecast contacts alone, and what that may mean.

    Args:
        findings: of the forecast.
        real: of the real arrivals; what fails with those says nothing of the forecast.
    """
    failed = set(real.loc[real["verdict"] == "differs", "statistic"].astype(str))
    names = findings["statistic"].astype(str)
    again = bool((names.isin(failed) & (findings["verdict"] == "differs")).any())
    own = findings[~names.isin(failed)]
    demand = own[own["statistic"].astype(str).isin(_DEMAND)]
    told = what_it_may_mean(demand)
    if not failed and (own["verdict"] == "differs").any() and not told:
        told.append(_FOLLOWS)
    return own, [*told, *([_AGAIN] if again else [])]


def unit_of(row: Mapping[Any, Any]) -> str:
    """The unit in which a finding is told: errors of shares are told in points."""
    statistic = STATISTICS[str(row["statistic"])]
    return "points" if statistic.of == "series" and statistic.unit == "share" else statistic.unit


def amount(number: float, unit: str) -> str:
    """A figure with its unit.

    Example:
        >>> amount(0.713, "share"), amount(0.054, "points"), amount(7.25, "hours"), amount(float("nan"), "hours")
        ('71.3%', '5.4 points', '7.2 hours', 'not known')
    """
    if number != number:
        return "not known"
    if unit == "points":
        return f"{100 * number:.1f} points"
    return f"{100 * number:.1f}%" if unit == "share" else number_text(number, unit, 1 if abs(number) < 100 else 0)


def span(low: float, high: float, unit: str) -> str:
    """A band with its unit, said once.

    Example:
        >>> span(0.5, 0.625, "share"), span(3.0, 120.0, "hours")
        ('50.0 to 62.5%', '3.0 to 120 hours')
    """
    first, last = amount(low, unit), amount(high, unit)
    return f"{first.removesuffix(f' {unit}').removesuffix('%')} to {last}"


def points(number: float, unit: str) -> str:
    """A misfit: of a share in percentage points, else as any figure.

    Example:
        >>> points(0.05, "share"), points(2.0, "hours")
        ('5 points', '2.0 hours')
    """
    return f"{100 * number:.3g} points" if unit in ("share", "points") else amount(number, unit)
