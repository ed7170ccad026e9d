"""A desk as a file: what is known of it, and facts from outside."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from frontdoor_sim.calibration.touch import Headcount, TimedCases
from frontdoor_sim.calibration.touch.facts import Fact
from frontdoor_sim.documents import InputError, read_yaml
from frontdoor_sim.experiment.touch.desk import Desk
from frontdoor_sim.operating_model import Closed
from frontdoor_sim.scenario import check_kind, read_form


class HeadcountGiven(Closed):
    """People who work on this at once, whole-time, and how far that may be off: see `Headcount`."""

    people: float = Field(gt=0)
    give_or_take: float = Field(gt=0)


class TimedCasesGiven(Closed):
    """How many cases were timed, and their mean hours of work: see `TimedCases`."""

    cases: int = Field(gt=0)
    mean_hours: float = Field(gt=0)


class DeskFile(Desk):
    """A desk with the facts that are known of it.

    Args:
        headcount: where the roster or the payroll says it.
        timed_cases: where some were timed.
    """

    headcount: HeadcountGiven | None = None
    timed_cases: TimedCasesGiven | None = None

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts that are given."""
        counted, timed = self.headcount, self.timed_cases
        known = [Headcount(counted.people, counted.give_or_take)] if counted else []
        return (*known, *([TimedCases(timed.cases, timed.mean_hours)] if timed else []))


def read_desk(path: str | Path) -> DeskFile:
    """Read a desk.

    Args:
        path: a YAML file with the fields of `Desk`, of which `shift` and `people` must be there, and those of `DeskFile`.

    Raises:
        InputError: every mistake in it.

    Example:
        >>> desk = read_desk("calibration/invented/desk.yaml")
        >>> desk.people, [fact.say for fact in desk.facts]
        ((1.5, 4.0), ['2.2 people at work at once, give or take 0.5'])
    """
    document = read_yaml(path)
    check_kind(document, "a desk", ("shift", "people"))
    desk, mistakes = read_form(DeskFile, document)
    if desk is None or mistakes:
        raise InputError(mistakes)
    return desk
