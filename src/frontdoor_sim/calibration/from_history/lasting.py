"""How long things last, from a history: families fitted to every span, assessments by bands, and joint draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from frontdoor_sim.calibration.asked import rounded_shares
from frontdoor_sim.calibration.batches import Families
from frontdoor_sim.calibration.durations import Fitted, as_parameter, fits
from frontdoor_sim.calibration.estimates import FEW, many
from frontdoor_sim.calibration.from_history.draws import Part, Unsaid, by_path, interval, normal, shares
from frontdoor_sim.calibration.from_history.gathering import Gathered
from frontdoor_sim.calibration.interval_censored import Observed
from frontdoor_sim.calibration.results import BAND_EDGES
from frontdoor_sim.calibration.spans import ASSESSMENT, Span, effect_of, observed_span, spans, whole_working_days
from frontdoor_sim.calibration.stays import WIDTHS
from frontdoor_sim.calibration.turnbull import FINE, Bands, turnbull
from frontdoor_sim.distributions import from_mapping
from frontdoor_sim.parameters import Graded
from frontdoor_sim.working_time import NEVER

Floats = NDArray[np.float64]
Int64s = NDArray[np.int64]

ENOUGH = 30
"""Spans of which fewer are over are not fitted."""

_HOURS_OF_DAY = 24


@dataclass(frozen=True, eq=False)
class Lasting:
    """Spans of a history.

    Args:
        spans: all that there are, by name.
        fits: of each span that was fitted, every family, the chosen one first.
        bands: of each of those whose times of day are known, the history without any family.
        part: numbers and draws.
    """

    spans: Mapping[str, Span]
    fits: Mapping[str, list[Fitted]]
    bands: Mapping[str, Bands]
    part: Part


def lasting(
    gathered: Gathered, numbers: Mapping[str, Graded], children: Families, say: Callable[[str], None]
) -> Lasting:
    """Fit every span of a history.

    Args:
        gathered: the history.
        numbers: the parameters so far; the hours of receipts stand in where those are known by date.
        children: children of each contact.
        say: told the name of each span.
    """
    found = dict(spans(gathered.log, _hours(numbers)))
    by_contact = ASSESSMENT in found and _over(found[ASSESSMENT].observed) >= ENOUGH
    listed = None if by_contact else _assessments(gathered)
    if listed is not None:
        found[ASSESSMENT] = listed
    every: dict[str, list[Fitted]] = {}
    parts = []
    for name, span in found.items():
        if _over(span.observed) < ENOUGH:
            continue
        say(f"Fitting how long it takes {span.words}")
        if name == ASSESSMENT:
            parts.append(_banded(gathered, span, 1.0 if by_contact else _siblings(children)))
        else:
            every[name] = fits(span.observed, effect=span.effect)
            if every[name][0].told:
                parts.append(_fitted(gathered, name, span, every[name][0]))
    bands = {name: safe_bands(one[0].observed) for name, one in every.items() if one[0].observed.dates is None}
    whole = {key: one for part in parts for key, one in part.numbers.items()}
    drawn = {key: one for part in parts for key, one in part.draws.items()}
    return Lasting(found, every, bands, Part(whole, drawn, tuple(_unsaid(found, every))))


def _over(observed: Observed) -> int:
    return observed.number - observed.open_cases


def safe_bands(observed: Observed) -> Bands:
    """Turnbull's bands, so wide that six cases and more are over in each; and none, or six and more, after the last."""
    over = observed.number - observed.open_cases
    fine = turnbull(observed, FINE)
    edges, left = [], 0.0
    for edge, share in zip(fine.edges[1:].tolist(), fine.shares.tolist(), strict=False):
        left += share * over
        if left >= FEW:
            edges.append(edge)
            left = 0.0
    return turnbull(observed, edges)


def _hours(numbers: Mapping[str, Graded]) -> Floats:
    """Density of receipts by hour of the day, of all sources together."""
    hours = numbers["arrivals.hour_weights"].value
    sources = numbers["arrivals.source_shares"].value
    weights = [share * np.array(hours[name]) / np.sum(hours[name]) for name, share in sources.items() if name in hours]
    return np.asarray(np.sum(weights, axis=0))


def _assessments(gathered: Gathered) -> Span | None:
    """Assessments that have rows of their own, as in the lists; one a child."""
    records, about = gathered.records, gathered.log.about
    mine = records[records["kind"].eq("assessment") & records["started"].notna()]
    if mine.empty:
        return None

    def seconds(name: str) -> Int64s:
        known = mine[name].notna().to_numpy()
        found = np.full(len(mine), NEVER)
        found[known] = about.clock.seconds(mine.loc[known, name].to_numpy(dtype=np.int64).astype("datetime64[s]"))
        return found

    started, ended = seconds("started"), seconds("ended")
    ended = np.where((ended <= about.ends) & (ended >= started), ended, np.int64(NEVER))
    width = np.asarray(mine["recorded_to"].astype(str).map(WIDTHS), dtype=np.int64)
    seen_until = np.where(ended == NEVER, about.ends, ended)
    here = (started < about.closes) & (seen_until >= 0) & (seen_until > np.maximum(started, 0) - (ended < NEVER))
    if not (here & (ended < NEVER)).any():
        return None
    until = np.full(int(here.sum()), about.ends)
    observed = observed_span(started[here], ended[here], until, width[here], about, None, whole_working_days(about))
    effect = effect_of(started[here], ended[here], until, about.closes)
    return Span(ASSESSMENT, "from the start of an assessment until it is authorised", observed, effect)


def _fitted(gathered: Gathered, name: str, span: Span, found: Fitted) -> Part:
    full = f"durations.{name}"
    graded = as_parameter(found, gathered.source, gathered.on)
    words = f"{span.words.capitalize()}: waiting and work together, so no touch time."
    drawn = normal(full, found.searched, found.covariance)
    mappings = [dict(flat(found.family.mapping(one))) for one in drawn]
    columns = {f"{full}.{path}": np.array([one[path] for one in mappings]) for path in mappings[0]}
    return Part({full: replace(graded, note=f"{words} {graded.note}")}, columns)


def flat(value: Any, path: str = "") -> list[tuple[str, float]]:
    """The numbers inside a value of a parameters file, each with its path.

    Example:
        >>> flat({"distribution": "mixture", "shares": [0.4, 0.6]})
        [('shares.0', 0.4), ('shares.1', 0.6)]
    """
    if isinstance(value, Mapping):
        return [pair for key, inner in value.items() for pair in flat(inner, f"{path}.{key}" if path else str(key))]
    if isinstance(value, (list, tuple)):
        return [pair for key, inner in enumerate(value) for pair in flat(inner, f"{path}.{key}" if path else str(key))]
    return [(path, float(value))] if isinstance(value, (int, float)) else []


def _siblings(children: Families) -> float:
    """How many rows of children tell as much as one row of a contact does: siblings are assessed together (Kish 1965)."""
    size = children.children.astype(np.float64)
    return float((size**2).sum() / size.sum())


def _banded(gathered: Gathered, span: Span, rows: float) -> Part:
    """Assessments by the published bands of working days, without a family: there is a spike before the limit."""
    name, observed = f"durations.{ASSESSMENT}", span.observed
    over = _over(observed)
    edges, part = bands_told(_in_bands(observed), over)
    value = {"distribution": "banded", "edges": edges, "shares": list(_rounded(part))}
    drawn = shares(name, part * over / max(rows, span.effect))
    means = [from_mapping({**value, "shares": list(one)}).mean for one in drawn]
    low, high = interval(np.array(means))
    mean = from_mapping(value).mean
    note = (
        f"{span.words.capitalize()}, by bands and no fitted curve, from {many(observed.number)} assessments, "
        f"{many(observed.open_cases)} of them open and {many(observed.truncated)} begun before the window; the last band is "
        "closed at 90 days. The range is the 90 % interval of the mean."
    )
    spread = (min(round(low, 1), mean), max(round(high, 1), mean))
    graded = Graded(value, "working days", gathered.source, gathered.on, "fitted", spread, note)
    return Part({name: graded}, by_path(f"{name}.shares", range(len(part)), drawn))


def _in_bands(observed: Observed) -> Floats:
    """Share of each published band; what is longer than the last edge counts in the last band."""
    edges = [float(edge * _HOURS_OF_DAY) for edge in BAND_EDGES]
    found = turnbull(observed, edges[1:])
    reached = np.interp(edges, found.edges, found.reached, right=1.0)
    reached[-1] = 1.0
    return np.diff(reached)


def bands_told(part: Floats, number: int) -> tuple[list[int], Floats]:
    """Edges and shares of bands, of which those with fewer than six cases are joined with the next.

    Example:
        >>> edges, shares = bands_told(np.array([0.02, 0.1, 0.2, 0.2, 0.2, 0.2, 0.05, 0.02, 0.01]), 100)
        >>> edges, shares.round(2).tolist()
        ([0, 11, 21, 31, 41, 46, 91], [0.12, 0.2, 0.2, 0.2, 0.2, 0.08])
    """
    edges, told, left = [BAND_EDGES[0]], [], 0.0
    for share, edge in zip(part.tolist(), BAND_EDGES[1:], strict=True):
        left += share
        if round(left * number) >= FEW:
            edges.append(edge)
            told.append(left)
            left = 0.0
    if left > 0 and told:
        told[-1] += left
    edges[-1] = BAND_EDGES[-1]
    return edges, np.array(told)


def _rounded(part: Floats) -> list[float]:
    return list(rounded_shares({str(place): float(share) for place, share in enumerate(part)}).values())


def _unsaid(found: Mapping[str, Span], every: Mapping[str, list[Fitted]]) -> list[Unsaid]:
    untold = [
        Unsaid(
            f"How long it takes {found[name].words}",
            "No curve of durations is told by these cases: their numbers are not determined, or their mean lies beyond the "
            "longest that was seen, or may be ten times as long.",
            "A longer history, or the moments that are missing: too many cases are open, or recorded too coarsely.",
            "Nothing: no figure is given.",
        )
        for name, several in every.items()
        if not several[0].told
    ]
    unsaid = [
        *untold,
        Unsaid(
            "Touch time: how long somebody works on a contact",
            "A span is waiting and work together, and times of two moments cannot split them.",
            "A diary of touch times for two weeks, or a timing of fifty contacts.",
            "Elicited starting values with their ranges, graded assumed.",
        ),
        Unsaid(
            "How many people there are, and how much of the day is theirs for contacts",
            "No extract names workers, and none is read.",
            "The establishment by team, with vacancies, and the share of duty spent on other work.",
            "The scenario's own numbers.",
        ),
    ]
    if "received_to_decided" not in found:
        unsaid.insert(
            0,
            Unsaid(
                "How long decisions take",
                "None of these files holds when a contact was decided; no standard list does.",
                "The template, workflow steps, or a contact extract with times.",
                "Nothing: no figure is given.",
            ),
        )
    return unsaid
