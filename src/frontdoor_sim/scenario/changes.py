"""Options: named changes to a base, each with its reason and the recommendation it answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from frontdoor_sim.documents import Document, in_words
from frontdoor_sim.operating_model import Closed, Weeks
from frontdoor_sim.scenario.paths import Path, look

Dates = tuple[date | None, date | None, date | None]
NO_DATES: Dates = (None, None, None)
VERBS = ("set", "add", "adjust", "remove", "rename")


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _with_nothing_moved(value: Any) -> Any:
    """A path, or a list of paths, as paths from which no work moves."""
    paths = _as_list(value)
    if isinstance(paths, list) and all(isinstance(path, str) for path in paths):
        return dict.fromkeys(paths)
    return value


def _as_range(value: Any) -> Any:
    """An amount as the lowest and the highest that it may be."""
    return (value, value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _in_order(value: tuple[float, float]) -> tuple[float, float]:
    if value[0] > value[1]:
        raise ValueError(f"a range has its lower end first: {value[0]:g} is above {value[1]:g}")
    return value


Amount = Annotated[tuple[float, float], BeforeValidator(_as_range), AfterValidator(_in_order)]
"""Pounds: a number, or the lowest and the highest that it may be."""


class Costs(Closed):
    """What a change costs beside the people that it moves: pounds, or the lowest and the highest; less than 0 is a saving.

    Args:
        once: what must be paid once, such as a migration or a move.
        a_year: what must be paid every year, such as a licence or rent.
        source: where the figures come from.
    """

    once: Amount = (0.0, 0.0)
    a_year: Amount = (0.0, 0.0)
    source: str = Field(min_length=1)


class Moved(Closed):
    """Where the work of what is removed goes."""

    to: str = Field(min_length=1)


class Change(Closed):
    """One change of an option.

    Args:
        say: what is changed, in words for a director.
        recommendation: number of the recommendation it answers; None where there is none.
        set: new values by path; the path is there already, or is an optional field of something that is.
        add: new teams, stages, routes and the like, by path.
        adjust: numbers added to what is there, by path, such as `+1.5`.
        remove: paths that go; of a stage, team, shift or end, where its work goes.
        rename: stages, teams, shifts or ends by path, each with its new name; whatever names them follows.
        over: paths at which this change may go over an earlier one of the same file.
        begins: `from` in a file: the date on which the change comes into force; None where it always is.
        until: the date on which it ends, and what was before is again; None where it lasts.
        ramp: weeks from `from` in which it takes hold of one contact after another, by the luck of each; 0 where it takes hold
            of all at once.
        costs: what it costs beside the people that it moves; None where nothing is said of it.
    """

    say: str = Field(min_length=1)
    recommendation: int | None = None
    set: dict[str, object] = Field(default_factory=dict)
    add: dict[str, object] = Field(default_factory=dict)
    adjust: dict[str, object] = Field(default_factory=dict)
    remove: Annotated[dict[str, Moved | None], BeforeValidator(_with_nothing_moved)] = Field(default_factory=dict)
    rename: dict[str, str] = Field(default_factory=dict)
    over: Annotated[tuple[str, ...], BeforeValidator(_as_list)] = ()
    begins: date | None = Field(default=None, alias="from")
    until: date | None = None
    ramp: Weeks = 0
    costs: Costs | None = None

    @property
    def ramped(self) -> date | None:
        """The date from which it has taken hold of all; None where it has no ramp."""
        return self.begins + timedelta(weeks=self.ramp) if self.begins and self.ramp else None

    def ramps(self, day: date) -> bool:
        """Whether it takes hold of some and not of others on a date."""
        return self.begins is not None and self.ramped is not None and self.begins <= day < self.ramped

    @property
    def dated(self) -> bool:
        """Whether it begins or ends on a date."""
        return self.begins is not None or self.until is not None

    def in_force(self, day: date) -> bool:
        """Whether it is in force on a date."""
        return (self.begins is None or self.begins <= day) and (self.until is None or day < self.until)

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Change:
        if self.begins and self.until and self.until <= self.begins:
            raise ValueError("a change ends after it begins: `until` is a later date than `from`")
        if self.ramp and self.begins is None:
            raise ValueError(f"`ramp: {self.ramp}` has no `from`")
        if self.ramped and self.until and self.until <= self.ramped:
            raise ValueError(f"the ramp is over on {self.ramped}, and the change on {self.until}")
        if self.ramp and (self.add or self.remove):
            raise ValueError("a ramp leads from one value to another: what is added or removed comes or goes at once")
        if self.dated and self.rename:
            raise ValueError("a new name has no date: rename in a change of its own, without `from` and `until`")
        return self

    @model_validator(mode="after")
    def _does_something(self) -> Change:
        if not any(getattr(self, verb) for verb in VERBS):
            raise ValueError(f"a change has at least one of {in_words(VERBS)}")
        return self


class OptionFile(Closed):
    """An option file: what it is called, what it changes, and the changes in order."""

    name: str = Field(min_length=1)
    summary: str = ""
    changes: str
    because: tuple[Change, ...] = Field(min_length=1)


class CombinationFile(Closed):
    """A file that makes several options of one base into one: their changes, option after option.

    `over` names the paths at which a later option may go over an earlier one.
    """

    name: str = Field(min_length=1)
    summary: str = ""
    combines: tuple[str, ...] = Field(min_length=2)
    over: Annotated[tuple[str, ...], BeforeValidator(_as_list)] = ()


@dataclass(frozen=True)
class Step:
    """One change, and where it stands.

    Args:
        change: what it is; None where its form has mistakes.
        document: its file.
        index: its place in the file, from 0.
        whole: the change as its file has it, where options were combined and an earlier one says a part of it too; else None.
    """

    change: Change | None
    document: Document
    index: int
    whole: Change | None = None

    def where(self, verb: str, path: str) -> str:
        """File, line and keys of one path of the change."""
        written = look(self.document.data, ("because", self.index, verb))
        keys: Path = (path,)
        if not isinstance(written, dict):
            paths = _as_list(written)
            keys = (paths.index(path),) if isinstance(paths, list) and path in paths else ()
        return self.document.where("because", self.index, verb, *keys)

    @property
    def of_the_file(self) -> tuple[str, int]:
        """What makes two steps the same step: the file and the place in it."""
        return str(self.document.path.resolve()), self.index


@dataclass(frozen=True)
class Touched:
    """One place that a change touches.

    Args:
        path: where it is; of what is renamed, where it was.
        before, after: what was there, and what is there now; None where there is nothing; of a new name, the two names.
        where: file and line that say so.
        change: place of the change among those of the option.
        verb: what was done; `follow` where the place only follows from a name that changed or went.
        written: the path as the change writes it.
        to: of what is removed, where its work goes.
        dates: from when until when the change is in force, and from when on it has taken hold of all where it ramps.
    """

    path: Path
    before: Any
    after: Any
    where: str
    change: int
    verb: str = "set"
    written: str = ""
    to: str = ""
    dates: Dates = NO_DATES
