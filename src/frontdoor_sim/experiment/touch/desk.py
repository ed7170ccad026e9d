"""One desk, as far as it is known: when it is open, who may work there, what is thought possible of the rest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from frontdoor_sim.documents import InputError, Mistake, in_words, nearest
from frontdoor_sim.experiment.conditioning import Unknown
from frontdoor_sim.operating_model import Closed, OperatingModel, Share, Shift

Range = tuple[float, float]
Order = Annotated[
    tuple[Literal["joining", "arrival", "rag"], ...],
    BeforeValidator(lambda order: (order,) if isinstance(order, str) else order),
]

EVEN_OFFICE_HOURS = (0.0,) * 8 + (1.0,) * 10 + (0.0,) * 6
WORKING_DAYS = 260
"""Of a year, near enough to say how often a person is on leave."""

LEAST_PEOPLE = 1.2
"""With fewer, one fewer would leave nobody."""

LEAST = {"people": LEAST_PEOPLE, "load": 0.05, "touch_cv": 0.05, "waiting_hours": 0.1}
"""The least that the lower end of a range may be."""


class Desk(Closed):
    """A desk that decides contacts, seen through its stamps: people, their hours, and ranges for what is not known.

    A contact may first wait elsewhere (a partner's reply, a form), which holds nobody; then it waits for a worker and is
    worked on. Work is set down at closing time and taken up again by the same person.

    Args:
        shift: when the desk is open.
        people: fewest and most that may work on this at once, whole-time, when nobody is away: the known roster.
        sickness_share, sickness_spell_days, leave_days_per_year: of these people, as in a scenario.
        order: who goes first, as in a team of a scenario.
        load: work asked for, of what these people can do, least and most.
        touch_cv: sd of touch times over their mean, least and most.
        waiting_share: share of the contacts that wait elsewhere first, least and most; None for a desk without such waits,
            which makes any capacity confidently wrong where there are some.
        waiting_hours: mean elapsed hours of such a wait, least and most.
        hours_of_receipt: weights of the 24 hours, by which contacts are received where a history only knows dates.

    Example:
        >>> desk = Desk(shift={"Mon-Fri": "09:00-17:00"}, people=(2, 12))
        >>> [unknown.path for unknown in desk.unknowns()]
        ['people', 'load', 'touch_cv', 'waiting_share', 'waiting_hours']
    """

    shift: Shift
    people: Range
    sickness_share: Share = 0.0
    sickness_spell_days: float = Field(default=5.0, ge=1)
    leave_days_per_year: float = Field(default=0.0, ge=0, le=120)
    order: Order = ("joining",)
    load: Range = (0.4, 1.0)
    touch_cv: Range = (0.2, 1.6)
    waiting_share: Range | None = (0.0, 0.9)
    waiting_hours: Range = (1.0, 72.0)
    hours_of_receipt: tuple[float, ...] = EVEN_OFFICE_HOURS

    @field_validator("people", "load", "touch_cv", "waiting_hours")
    @classmethod
    def _from_low_to_high(cls, ends: Range, field: ValidationInfo) -> Range:
        name = str(field.field_name)
        if not LEAST[name] <= ends[0] < ends[1]:
            raise ValueError(f"{name} is a range from {LEAST[name]} or more to something higher")
        return ends

    @field_validator("waiting_share")
    @classmethod
    def _within_one(cls, ends: Range | None) -> Range | None:
        if ends is not None and not 0 <= ends[0] < ends[1] <= 1:
            raise ValueError("waiting_share is a range within 0 and 1")
        return ends

    @field_validator("hours_of_receipt")
    @classmethod
    def _of_a_day(cls, weights: tuple[float, ...]) -> tuple[float, ...]:
        if len(weights) != 24 or min(weights) < 0 or max(weights) == 0:
            raise ValueError("hours_of_receipt has 24 weights, none below 0 and some above")
        return weights

    @classmethod
    def of(cls, model: OperatingModel, team: str, **known: Any) -> Desk:
        """The desk of a team of a scenario: its first group of staff, and as many people as a third to a third more.

        People who are on the roster also do other work, and others may help; so the roster is a range and not a number.

        Args:
            model: of a scenario.
            team: its name.
            known: fields that are known otherwise.

        Raises:
            InputError: there is no such team, or nobody in it.
        """
        found = model.teams.get(team)
        if found is None or not found.staff:
            near = in_words(nearest(team, list(model.teams)) or list(model.teams))
            what = f'There is no team "{team}" with staff.'
            raise InputError([Mistake("team", what, "A team of the scenario that has staff.", f"Did you mean {near}?")])
        group, wte = found.staff[0], sum(one.wte for one in found.staff)
        facts: dict[str, Any] = {
            "shift": model.pattern(group.shift),
            "people": (max(LEAST_PEOPLE, wte / 3), max(2 * LEAST_PEOPLE, wte * 4 / 3)),
            "sickness_share": group.sickness_share,
            "sickness_spell_days": group.sickness_spell_days,
            "leave_days_per_year": group.leave_days_per_year,
        }
        return cls(**{**facts, **known})

    @property
    def present(self) -> float:
        """Share of the opening hours for which a person is there, on average.

        Example:
            >>> round(Desk(shift={"Mon-Fri": "09:00-17:00"}, people=(2, 12), leave_days_per_year=26).present, 2)
            0.9
        """
        return (1 - self.sickness_share) * (1 - self.leave_days_per_year / WORKING_DAYS)

    def ranges(self) -> dict[str, Range]:
        """What is not known, with the range thought possible."""
        found = {"people": self.people, "load": self.load, "touch_cv": self.touch_cv}
        if self.waiting_share is not None:
            found |= {"waiting_share": self.waiting_share, "waiting_hours": self.waiting_hours}
        return found

    def unknowns(self) -> list[Unknown]:
        """The same on the scales on which candidates are spread evenly: logarithms of people, spread and hours of waiting."""
        return [
            Unknown(
                path=name, say=name, between=_logs(ends) if name in SPREAD_BY_LOG else ends, unit="", source="the desk"
            )
            for name, ends in self.ranges().items()
        ]

    def model(self, values: Mapping[str, float], opens: date, weeks: int) -> OperatingModel:
        """The desk as an operating model.

        Args:
            values: `people`, `touch_hours`, `touch_cv` and, where it knows waits, `waiting_share` and `waiting_hours`.
            opens, weeks: the window that is played.
        """
        staff = {
            "role": "worker", "wte": values["people"], "shift": "desk", "sickness_share": self.sickness_share,
            "sickness_spell_days": self.sickness_spell_days, "leave_days_per_year": self.leave_days_per_year,
        }  # fmt: skip
        touch = {"distribution": "lognormal", "mean": values["touch_hours"], "cv": values["touch_cv"], "unit": "hours"}
        stages: dict[str, Any] = {"decision": {"team": "desk", "touch": touch, "decides": True}}
        routes: dict[str, Any] = {"entry": "decision", "decision": "decided"}
        if self.waiting_share is not None:
            share = round(values["waiting_share"], 6)
            delay = {"distribution": "exponential", "mean": values["waiting_hours"], "unit": "hours"}
            stages["elsewhere"] = {"kind": "delay", "team": "desk", "delay": delay, "waits_for": "partner"}
            routes |= {"entry": {"elsewhere": share, "decision": 1 - share}, "elsewhere": "decision"}
        return OperatingModel.model_validate(
            {
                "name": "One desk",
                "run": {"opens": opens, "weeks": weeks, "warm_up": 0, "follow_up": 0},
                "shifts": {"desk": self.shift},
                "clock": "desk",
                "teams": {"desk": {"order": list(self.order), "staff": [staff]}},
                "stages": stages,
                "routes": routes,
                "ends": {"decided": {}},
            }
        )


SPREAD_BY_LOG = ("people", "touch_cv", "waiting_hours")


def _logs(ends: Range) -> Range:
    low, high = np.log(ends).tolist()
    return (low, high)
