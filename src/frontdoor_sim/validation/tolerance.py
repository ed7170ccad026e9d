"""What counts as near enough, stated before anybody looks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from pydantic import Field

from frontdoor_sim.documents import Document, InputError, Mistake, in_words, nearest, read_yaml
from frontdoor_sim.operating_model import Closed, Share
from frontdoor_sim.scenario import check_kind, read_form
from frontdoor_sim.validation.statistics import STATISTICS

UNITS = {"share": "points", "hours": "hours", "contacts": "percent"}
"""In what the misfit of a statistic is allowed, by its unit."""


class Allowed(Closed):
    """How far outside its band a statistic may lie, and why so far.

    Args:
        points, hours, percent: one of them, by the statistic's unit: percentage points of a share, hours, or per cent of the
            count that the model says.
        because: the reason, in words.
    """

    points: float | None = Field(default=None, ge=0)
    hours: float | None = Field(default=None, ge=0)
    percent: float | None = Field(default=None, ge=0)
    because: str = Field(min_length=1)

    @property
    def given(self) -> dict[str, float]:
        """The amounts that are written, by unit."""
        amounts = {name: getattr(self, name) for name in UNITS.values()}
        return {name: float(amount) for name, amount in amounts.items() if amount is not None}

    def amount(self, whole: float) -> float:
        """The misfit that is allowed, in the unit of the statistic, shares as 0 to 1.

        Args:
            whole: what per cent are of: what the model says.

        Example:
            >>> Allowed(points=5, because="so").amount(0.7), Allowed(percent=20, because="so").amount(30.0)
            (0.05, 6.0)
        """
        ((unit, number),) = self.given.items()
        return number if unit == "hours" else number / 100 * (1.0 if unit == "points" else abs(whole))

    @property
    def in_words(self) -> str:
        """The amount as a reader says it.

        Example:
            >>> Allowed(hours=2, because="so").in_words
            '2 hours'
        """
        ((unit, number),) = self.given.items()
        return f"{number:g}{'%' if unit == 'percent' else f' {unit}'}"


class Tolerance(Closed):
    """The tolerance statement: what is compared, and what is near enough.

    Args:
        sure: how often all bands of a prediction together hold what happens, if the model is right.
        telling: times the amount allowed that a band may reach from its middle; one that reaches further tells nothing.
        must_tell: statistics of which at least one must agree, or there is no verdict.
        statistics: what is allowed of each; those that do not stand here are not compared.
    """

    sure: Share = Field(default=0.95, ge=0.5, lt=1)
    telling: float = Field(default=4.0, gt=0)
    must_tell: tuple[str, ...] = Field(min_length=1)
    statistics: dict[str, Allowed] = Field(min_length=1)

    @property
    def digest(self) -> str:
        """SHA-256 of what the statement says, by which one can see that nobody changed it after looking."""
        return hashlib.sha256(json.dumps(self.model_dump(), sort_keys=True).encode()).hexdigest()


def read_tolerance(path: str | Path | None = None) -> Tolerance:
    """Read a tolerance statement.

    Args:
        path: a YAML file; None for the statement that comes with the package (`validation/tolerance.yaml`).

    Raises:
        InputError: every mistake in it.

    Example:
        >>> read_tolerance().statistics["decided_within_24h"].in_words
        '5 points'
    """
    if path is None:
        with resources.as_file(resources.files("frontdoor_sim.validation") / "tolerance.yaml") as default:
            return read_tolerance(default)
    document = read_yaml(path)
    check_kind(document, "a tolerance statement", ("must_tell", "statistics"))
    stated, mistakes = read_form(Tolerance, document)
    mistakes += [] if stated is None else list(_mistakes(document, stated))
    if stated is None or mistakes:
        raise InputError(mistakes)
    return stated


def _mistakes(document: Document, stated: Tolerance) -> Iterator[Mistake]:
    for name, allowed in stated.statistics.items():
        if name not in STATISTICS:
            yield _unknown(document.where("statistics", name), name, list(STATISTICS))
            continue
        unit = UNITS[STATISTICS[name].unit]
        if list(allowed.given) != [unit]:
            what = f"`{name}` has {in_words([f'`{one}`' for one in allowed.given], 'and') or 'no amount'}."
            right = f"How far it may lie outside its band, in `{unit}`, and in nothing else."
            yield Mistake(document.where("statistics", name), what, right, f"Write, for example, `{unit}: 5`.")
    for place, name in enumerate(stated.must_tell):
        if name not in stated.statistics:
            yield _unknown(document.where("must_tell", place), name, list(stated.statistics))


def _unknown(where: str, name: str, known: list[str]) -> Mistake:
    near = nearest(name, known)
    remedy = f"Did you mean {in_words(near)}?" if near else "Correct the name, or take it out."
    return Mistake(where, f"`{name}` is not a statistic here.", f"One of {in_words(known)}.", remedy)
