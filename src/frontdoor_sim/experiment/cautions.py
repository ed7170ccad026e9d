"""What a figure of a run is to be read with: teams that are asked for more than they have, and changes of no effect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from frontdoor_sim.documents import in_words
from frontdoor_sim.experiment.pilot import offered_loads, returning
from frontdoor_sim.experiment.workers import USUAL, Workers
from frontdoor_sim.operating_model import OperatingModel
from frontdoor_sim.scenario import Scenario
from frontdoor_sim.scenario.doubts import doubts_of_changes, without_time

CARE, LOOK_TWICE = "Read with care:", "Look twice:"


def overloaded(loads: pd.DataFrame, model: OperatingModel) -> list[str]:
    """A sentence for each team that is asked for more than it has, or that gets nothing done.

    Args:
        loads: of one scenario, from `offered_load`.
        model: of that scenario.

    Example:
        >>> from frontdoor_sim.scenario import read_scenario
        >>> desk = read_scenario("scenarios/examples/one_desk.yaml").model
        >>> overloaded(pd.DataFrame({"team": ["desk"], "load": [1.2]}), desk)
        ['desk is asked for more than it has: its backlog grows without end.']
    """
    full = dict.fromkeys(loads.loc[loads["load"] >= 1, "team"])
    return [
        *(f"{team} is asked for more than it has: its backlog grows without end." for team in full),
        *(
            f"{team} gets nothing done, so what is asked of the teams behind it is not known."
            for team in without_time(model)
        ),
    ]


def cautions(scenarios: Sequence[Scenario], loads: pd.DataFrame) -> str:
    """What to read the figures of some scenarios with, as text; nothing where there is nothing.

    Args:
        scenarios: that were run.
        loads: of all of them, from `offered_loads`.
    """
    under: dict[str, list[str]] = {}
    for scenario in scenarios:
        for said in overloaded(loads[loads["option"] == scenario.name], scenario.model):
            under.setdefault(said, []).append(scenario.name)
    care = [f"{in_words(names, 'and')}: {said}" for said, names in under.items()]
    twice = dict.fromkeys(doubt for scenario in scenarios for doubt in doubts_of_changes(scenario))
    return "\n".join([*listed(CARE, care), *listed(LOOK_TWICE, list(twice))])


def cautions_by_pilot(
    scenarios: Sequence[Scenario],
    seed: int,
    workers: Workers = USUAL,
    numbers: Mapping[str, float] | None = None,
) -> str:
    """What to read the figures of some scenarios with, of which no offered load is known yet: a pilot of each says it.

    Args:
        scenarios: a base, and options of it.
        seed: of the study.
        workers: who runs the pilots.
        numbers: by path, what is not known and is put into every scenario.
    """
    each = [scenario.varied(numbers) for scenario in scenarios] if numbers else scenarios
    returns = returning(scenarios[0], seed, workers.engine)
    return cautions(scenarios, offered_loads(each, seed, returns, workers))


def listed(head: str, found: Sequence[str]) -> list[str]:
    """A head with a line for each thing found; nothing where there is nothing.

    Example:
        >>> listed("Look twice:", ["a", "b"]), listed("Look twice:", [])
        (['Look twice:', '  - a', '  - b'], [])
    """
    return [head, *(f"  - {one}" for one in found)] if found else []
