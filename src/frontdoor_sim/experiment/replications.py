"""Replications in parallel: the same to the bit for any number of workers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from frontdoor_sim.contacts.returning import Returning
from frontdoor_sim.engine import Engine
from frontdoor_sim.event_log import check_laws, write_log
from frontdoor_sim.experiment.running import draw_contacts, measured, simulate
from frontdoor_sim.experiment.workers import USUAL, Workers
from frontdoor_sim.measures import measure
from frontdoor_sim.scenario import Scenario

Place = tuple[str, str, str]
"""Where a figure stands in a table of measures: measure, breakdown and group."""
PLACE = ["measure", "by", "group"]
"""The columns of a place."""


@dataclass(frozen=True)
class Task:
    """One replication of several scenarios on the same contacts.

    Args:
        scenarios: the first is the base, and its contacts are everybody's, where nothing else is said.
        seed, replication: key of all luck.
        returning: of the base.
        values: numbers by path that this replication uses instead of the scenarios' own.
        logs: folder for the event logs of this replication; None for none.
        engine: which engine runs it.
        contacts_of: whose contacts everybody gets, without `values`; the first of the scenarios where it is None.
        only: the measures that are asked for; all of them where there is none.
    """

    scenarios: tuple[Scenario, ...]
    seed: int
    replication: int
    returning: Returning
    values: Mapping[str, Any] = field(default_factory=dict)
    logs: Path | None = None
    engine: Engine = "auto"
    contacts_of: Scenario | None = None
    only: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """Runs of which only some figures are kept.

    Args:
        task: what is run.
        places: measure, breakdown and group of each figure.
    """

    task: Task
    places: tuple[Place, ...]


def measure_task(task: Task) -> pd.DataFrame:
    """Run a task and measure every scenario.

    Where logs are asked for they are written, held to every law and measured; else the runs are measured without.
    """
    scenarios = [scenario.varied(task.values) if task.values else scenario for scenario in task.scenarios]
    contacts = draw_contacts(task.contacts_of or scenarios[0], task.seed, task.replication, task.returning)
    tables = []
    for scenario in scenarios:
        about = (scenario, contacts, task.seed, task.replication, task.engine)
        if task.logs is None:
            tables.append(measured(*about, task.only))
        else:
            log = simulate(*about)
            check_laws(log)
            write_log(log, task.logs / slug(scenario.file.stem))
            tables.append(measure(log, task.only))
    return pd.concat(tables, ignore_index=True)


def figures_task(asked: Asked) -> pd.DataFrame:
    """Run a task, and keep the figures asked for: a row for each scenario and place, column `value`."""
    table = measure_task(replace(asked.task, only=tuple(dict.fromkeys(measure for measure, *_ in asked.places))))
    found = table.astype(dict.fromkeys(["option", *PLACE], str)).set_index(["option", *PLACE])["value"]
    rows = [(scenario.name, *place) for scenario in asked.task.scenarios for place in asked.places]
    return pd.DataFrame({"value": [float(found.get(row, np.nan)) for row in rows]})


def with_each_set(
    base: Scenario, option: Scenario, sets: Sequence[Mapping[str, Any]]
) -> list[tuple[Scenario, Scenario]]:
    """A base and an option with each of some sets of numbers by path; an empty set changes neither."""
    return [(base.varied(numbers), option.varied(numbers)) if numbers else (base, option) for numbers in sets]


def slug(name: str) -> str:
    """A name that is safe as a file name on every system.

    Example:
        >>> slug("As found, May 2019")
        'as_found_may_2019'
    """
    words = "".join(letter.lower() if letter.isalnum() and letter.isascii() else " " for letter in name).split()
    return "_".join(words)


def replicate(tasks: Sequence[Task], workers: Workers = USUAL, say: str = "Replications") -> pd.DataFrame:
    """Run tasks and gather their measures, in the order of the tasks whoever finishes first.

    Args:
        tasks: one a replication.
        workers: who runs them; a task that writes logs is not kept.
        say: what the progress bar says.

    Returns:
        The measures of all replications (dictionary `measures`).
    """
    tables: list[pd.DataFrame] = workers.do(measure_task, tasks, say)
    return pd.concat(tables, ignore_index=True)
