"""Who could take up what waits in a queue: by their duty a wait is cut, after the run."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from frontdoor_sim.engine.plan import Plan
from frontdoor_sim.working_time import NEVER

Int64s = NDArray[np.int64]


class Eligible(NamedTuple):
    """People of a team who could take up what waits, from one second until another, under one model of the run.

    Of its people those whose skill, by number, is `able`; None where that is everybody.
    """

    team: int
    since: int = -NEVER
    until: int = NEVER
    model: int = 0
    able: tuple[bool, ...] | None = None

    def who(self, teams: Int64s, skills: Int64s) -> NDArray[np.bool_]:
        """Which of some workers these are, by their teams and what they can do under the model.

        Example:
            >>> Eligible(1, able=(True, False)).who(np.array([0, 1, 1]), np.array([0, 0, 1])).tolist()
            [False, True, False]
        """
        mine: NDArray[np.bool_] = teams == self.team
        return mine if self.able is None else mine & np.array(self.able)[skills]

    def within(self, starts: Int64s, ends: Int64s) -> tuple[Int64s, Int64s]:
        """What of some windows of theirs counts: what lies within the time.

        Example:
            >>> Eligible(1, since=10, until=20).within(np.array([0, 8, 15]), np.array([5, 12, 30]))
            (array([10, 15]), array([12, 20]))
        """
        if (self.since, self.until) == (-NEVER, NEVER):
            return starts, ends
        starts, ends = np.maximum(starts, self.since), np.minimum(ends, self.until)
        some = starts < ends
        return starts[some], ends[some]


class Lines(NamedTuple):
    """Queues, told apart by who could take up what waits in them.

    `of` is the number of the line in which work at a stage (column) waits for a team (row); `people` are those of each line.
    """

    of: Int64s
    people: tuple[tuple[Eligible, ...], ...]

    @property
    def are_teams(self) -> bool:
        """Whether every line is that of a team, and waits for all its people and nobody else."""
        return self.people == tuple((Eligible(team),) for team in range(len(self.of)))


@lru_cache(maxsize=16)
def lines_of(plan: Plan) -> Lines:
    """The lines of a plan, and of those that come into force later. Without helpers and skills they are the teams'."""
    people = [[tuple(_eligible(plan, team, stage)) for stage in range(plan.entry)] for team in range(len(plan.teams))]
    number: dict[tuple[Eligible, ...], int] = {}
    of = [[number.setdefault(one, len(number)) for one in row] for row in people]
    return Lines(np.array(of, dtype=np.int64), tuple(number))


def _eligible(plan: Plan, team: int, stage: int) -> Iterator[Eligible]:
    """Who could take up work at a stage that waits for a team: its people, and those who help as soon as anything waits.

    Nobody helps at a meeting, which is of those whom it calls.
    """
    if not plan.by_skill:
        yield Eligible(team)
    ends = [*(second for second, _ in plan.later), NEVER]
    for model, ((since, one), until) in enumerate(zip(plan.in_turn, ends, strict=True)):
        able = one.stages[stage].able if plan.by_skill else None
        if plan.by_skill:
            yield Eligible(team, since, until, model, able)
        if one.stages[stage].kind != "meeting":
            for helper in one.teams[team].helpers:
                if helper.on_at == 1:
                    yield Eligible(helper.team, since, until, model, able)
