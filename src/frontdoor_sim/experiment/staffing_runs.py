"""A scenario with more or fewer of some people, run on the same contacts, and its offered loads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.contacts.returning import Returning
from frontdoor_sim.experiment.pilot import offered_load, without_limits
from frontdoor_sim.experiment.replications import Asked, Place, Task, figures_task, with_each_set
from frontdoor_sim.experiment.staffing_goal import Goal
from frontdoor_sim.experiment.workers import Workers
from frontdoor_sim.scenario import Scenario

Floats = NDArray[np.float64]


@dataclass
class Runs:
    """A scenario with more or fewer of some people, each value run once on the same contacts.

    Args:
        base, scenario: whose contacts are met, and what is run.
        path: of the WTE.
        goal: what is measured.
        sets: numbers by path that replications use instead of the scenarios' own; they take turns.
        replications, seed: as for `staffing`.
        workers: who runs them.
        returns: who comes back to the base.
        loads: offered loads of pilots, by value.
    """

    base: Scenario
    scenario: Scenario
    path: str
    goal: Goal
    sets: Sequence[Mapping[str, Any]]
    replications: int
    seed: int
    workers: Workers
    returns: Returning
    loads: dict[float, pd.DataFrame] = field(default_factory=dict)

    @cached_property
    def pairs(self) -> list[tuple[Scenario, Scenario]]:
        """The base and the scenario with each set of numbers."""
        return with_each_set(self.base, self.scenario, self.sets)

    def figures(self, values: Sequence[float]) -> Floats:
        """The measure: a row for each value and a column for each replication."""
        found = self._run([[self._with(wte, then) for wte in values] for _, then in self.pairs], (self.goal.place,))
        return found[:, :, 0]

    def ceilings(self, wte: float, everybody: Mapping[str, float], places: Sequence[Place]) -> Floats:
        """Figures with room for all of these people, and of everybody: by whom, replication and place."""
        each = []
        for _, then in self.pairs:
            these = self._with(wte, then)
            each.append(
                [
                    these,
                    without_limits(these, {**everybody, self.path: wte, "name": f"{self.scenario.name}, room for all"}),
                ]
            )
        return self._run(each, (self.goal.place, *places))

    def _run(self, each: Sequence[Sequence[Scenario]], places: tuple[Place, ...]) -> Floats:
        """Figures by scenario, replication and place; `each` has the scenarios for each set of numbers."""
        asked = [
            Asked(Task(tuple(each[place]), self.seed, number, self.returns, engine=self.workers.engine, contacts_of=today),
                  places)
            for number in range(self.replications)
            for place in [number % len(self.sets)]
            for today, _ in [self.pairs[place]]
        ]  # fmt: skip
        tables: list[pd.DataFrame] = self.workers.do(figures_task, asked, "Replications")
        found = np.array([table["value"].to_numpy(np.float64) for table in tables])
        return found.reshape(self.replications, -1, len(places)).swapaxes(0, 1)

    def _with(self, wte: float, then: Scenario) -> Scenario:
        return then.alone.varied({self.path: wte, "name": f"{self.scenario.name}, {self.path} {wte:.10g}"})

    def load_table(self, wte: float) -> pd.DataFrame:
        """Offered loads of all teams with so many people, with unknown numbers at their mean."""
        if wte not in self.loads:
            at = {path: _middle([numbers[path] for numbers in self.sets]) for path in self.sets[0]}
            [(today, then)] = with_each_set(self.base, self.scenario, [at])
            self.loads[wte] = offered_load(self._with(wte, then), self.seed, self.returns, self.workers.engine, today)
        return self.loads[wte]

    def load(self, wte: float, team: str) -> float:
        """The greatest offered load of a team, of time or of slots; NaN where it is asked for nothing or has nothing."""
        table = self.load_table(wte)
        return float(table.loc[table["team"] == team, "load"].max())


def _middle(values: Sequence[Any]) -> Any:
    """The mean of what is a number; of what is not, such as a word, the first."""
    return float(np.mean(values)) if all(isinstance(value, (int, float)) for value in values) else values[0]
