"""What each change of an option buys: alone, last of all, and its fair share of the whole.

Changes help and hinder each other, so what one of them buys depends on which others are there. Its fair share is what it adds
on average over all orders in which the changes could be made (Shapley, 1953: "A value for n-person games"). Shares add up to
what the option buys as a whole, which neither of the other two figures does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import combinations
from math import factorial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from frontdoor_sim.documents import InputError, Mistake
from frontdoor_sim.engine import Engine
from frontdoor_sim.experiment.comparing import CONFIDENCE, HEADLINE, TRANSFER, mean_and_half_width
from frontdoor_sim.experiment.pilot import returning
from frontdoor_sim.experiment.replications import Task, measure_task
from frontdoor_sim.experiment.workers import Workers
from frontdoor_sim.luck import code, draws, key
from frontdoor_sim.scenario import Scenario, check_scenarios

Floats = NDArray[np.float64]
Set = frozenset[int]

ALL_ORDERS_UP_TO = 6
"""Up to so many parts every set of them is run (64), and shares are those of all orders."""
PAIRS = 12
"""Of more parts, so many orders are drawn, each with its reverse: what is first in one is last in the other."""
MEASURES = (HEADLINE, TRANSFER)
COLUMNS = (
    "option", "measure", "part", "recommendation", "alone", "last", "share", "low", "high", "unit", "orders", "replications",
)  # fmt: skip


@dataclass(frozen=True)
class Part:
    """Changes of an option that stand or fall together.

    Args:
        say: what they are, in words.
        recommendation: the one that they answer; None where they answer none.
        steps: their places among the changes of the option.
    """

    say: str
    recommendation: int | None
    steps: tuple[int, ...]


def parts_of(option: Scenario) -> list[Part]:
    """The parts of an option: all that answers one recommendation, and each change that answers none.

    Example:
        >>> from frontdoor_sim.scenario import read_scenario
        >>> [part.steps for part in parts_of(read_scenario("scenarios/bcp/redesigned_mash.yaml"))]
        [(0,), (1, 2, 3), (4,), (5,)]
    """
    found: dict[object, list[int]] = {}
    for number, change in enumerate(option.changes):
        found.setdefault(change.recommendation or f"change {number}", []).append(number)
    return [
        Part(
            " ".join(option.changes[number].say for number in steps),
            option.changes[steps[0]].recommendation,
            tuple(steps),
        )
        for steps in found.values()
    ]


def fair_shares(
    base: Scenario,
    option: Scenario,
    replications: int = 10,
    seed: int = 1,
    measures: Sequence[str] = MEASURES,
    numbers: Sequence[Mapping[str, Any]] = (),
    jobs: int | None = None,
    executor: Executor | None = None,
    quiet: bool = True,
    engine: Engine = "auto",
    keep: Path | None = None,
) -> pd.DataFrame:
    """What each part of an option buys, on the same contacts in every combination.

    A part that cannot stand without another counts for nothing until that is there, so the two share what they buy together.

    Args:
        base, option: the scenarios.
        replications, seed, jobs, executor, quiet, engine: as for `compare`.
        keep: a folder in which finished runs are kept, so that a study that was stopped goes on.
        measures: of everybody.
        numbers: for each replication, values of unknown numbers by path.

    Returns:
        A row for each measure and part: `option, measure, part, recommendation`; what the part changes `alone`, as the only
        one, and `last`, when all others are there; its fair `share` with a 95 % interval `low, high`, which covers
        replications and, where not all orders were run, the draw of orders; `unit`; how many `orders` and `replications`.

    Raises:
        InputError: the option has fewer than two parts, or something is no scenario.

    Example:
        >>> from frontdoor_sim.scenario import read_scenario
        >>> one, longer = (read_scenario(f"scenarios/examples/one_desk{name}.yaml") for name in ("", "_open_longer"))
        >>> found = fair_shares(one, longer, replications=2, measures=["decided_within_24h"])
        >>> whole = found["share"].sum()
        >>> len(found), bool(abs(whole - found.attrs["whole"]["decided_within_24h"]) < 1e-12)
        (3, True)
    """
    check_scenarios(base=base, option=option)
    parts = parts_of(option)
    if len(parts) < 2:
        what = f"{option.name} has {len(parts)} change that stands by itself."
        right = "An option with two changes at least that answer different recommendations, or none."
        raise InputError([Mistake(option.file.name, what, right, "Compare it with its base: it is all that it buys.")])
    orders = orders_of(len(parts), seed)
    sets = sets_of(orders, len(parts))
    places, scenarios = made(base, option, parts, sets)
    returns = returning(base, seed, engine)
    values = numbers or [{}] * replications
    asked = [
        Task(tuple(scenarios), seed, number, returns, values[number], None, engine, only=tuple(measures))
        for number in range(replications)
    ]
    say = f"What each change of {option.name} buys"
    found: list[pd.DataFrame] = Workers(jobs, executor, quiet, engine, keep).do(_worths, asked, say)
    names = [scenario.name for scenario in scenarios]
    values_of = [table.pivot(index="option", columns="measure", values="value").loc[names] for table in found]
    units = dict(zip(found[0]["measure"], found[0]["unit"], strict=True))
    rows, whole = [], {}
    for measure in measures:
        worth = np.array([table[measure].to_numpy(float) for table in values_of]).T  # [scenarios, replications]
        of_set = {one: worth[places[one]] - worth[0] for one in sets}
        whole[measure] = float(of_set[frozenset(range(len(parts)))].mean())
        share, half = shares_of(of_set, orders, len(parts))
        for number, part in enumerate(parts):
            alone, last = _alone_and_last(of_set, number, len(parts))
            rows.append((
                option.name, measure, part.say, part.recommendation, alone, last, share[number], share[number] - half[number],
                share[number] + half[number], units[measure], len(orders) or factorial(len(parts)), replications,
            ))  # fmt: skip
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table.attrs["whole"] = whole
    return table


def _worths(task: Task) -> pd.DataFrame:
    """The value of each measure for each scenario of a replication: option, measure, value, unit."""
    table = measure_task(task)
    mine = table.loc[table["by"].eq("all"), ["option", "measure", "value", "unit"]]
    return mine.astype(dict.fromkeys(["option", "measure", "unit"], str))


def orders_of(number: int, seed: int) -> list[tuple[int, ...]]:
    """The orders that are run: none where every set is, else pairs of an order and its reverse, by luck.

    Example:
        >>> orders_of(3, 1), len(orders_of(9, 1)), orders_of(9, 1)[0] == orders_of(9, 1)[1][::-1]
        ([], 24, True)
    """
    if number <= ALL_ORDERS_UP_TO:
        return []
    found = []
    for pair in range(PAIRS):
        owner = np.full(number, key(seed, "orders of changes", pair))
        order = tuple(np.argsort(draws(owner, code("order"), np.arange(number)), kind="stable").tolist())
        found += [order, order[::-1]]
    return found


def sets_of(orders: Sequence[tuple[int, ...]], number: int) -> list[Set]:
    """The sets of parts that must be run: all of them, or those that the orders pass, each part alone, and all but each.

    Example:
        >>> len(sets_of([], 3)), len(sets_of([(0, 1, 2), (2, 1, 0)], 3))
        (8, 8)
    """
    if not orders:
        return [frozenset(part for part in range(number) if bits >> part & 1) for bits in range(1 << number)]
    every = frozenset(range(number))
    passed = [frozenset(order[:length]) for order in orders for length in range(number + 1)]
    ends = [one for part in range(number) for one in (frozenset([part]), every - {part})]
    return list(dict.fromkeys([*passed, *ends]))


def made(
    base: Scenario, option: Scenario, parts: Sequence[Part], sets: Sequence[Set]
) -> tuple[dict[Set, int], list[Scenario]]:
    """The base and the scenarios of some sets of parts, each once; and the place of each set among them.

    Of a set in which a part cannot stand without another, the fewest parts are left out with which the rest can.
    """
    standing: dict[Set, int] = {frozenset(): 0}
    falling: set[Set] = set()
    scenarios = [base.varied({"name": "Today"})]

    def stands(some: Set) -> bool:
        """Whether the parts can be made without the others; the first time they are."""
        if some not in standing and some not in falling:
            try:
                scenario = option.only(*(step for part in some for step in parts[part].steps))
            except InputError:
                falling.add(some)
            else:
                standing[some] = len(scenarios)
                scenarios.append(scenario.varied({"name": f"Set {len(scenarios)}"}))
        return some in standing

    return {one: standing[next(filter(stands, _by_fewest_left_out(one)))] for one in sets}, scenarios


def _by_fewest_left_out(some: Set) -> Iterator[Set]:
    """Every part of a set, the largest first, and of those as large the ones that leave out what comes last."""
    for number in range(len(some) + 1):
        for gone in combinations(sorted(some)[::-1], number):
            yield some - frozenset(gone)


def shares_of(of_set: Mapping[Set, Floats], orders: Sequence[tuple[int, ...]], number: int) -> tuple[Floats, Floats]:
    """The fair share of each part, and the half-width of its interval.

    Args:
        of_set: what each set buys in each replication.
        orders: those that were run, in pairs; none where every set was.
        number: of parts.

    Example:
        >>> worth = {frozenset(): 0.0, frozenset([0]): 2.0, frozenset([1]): 3.0, frozenset([0, 1]): 9.0}
        >>> share, _ = shares_of({one: np.array([value, value]) for one, value in worth.items()}, [], 2)
        >>> share.tolist()
        [4.0, 5.0]
    """
    if not orders:
        added = np.array([_over_all_orders(of_set, part, number) for part in range(number)])
        return mean_and_half_width(added, "average")
    steps = np.array([[_added(of_set, order, part) for part in range(number)] for order in orders])
    mean, of_runs = mean_and_half_width(steps.mean(axis=0), "average")
    pairs = steps.mean(axis=2).reshape(len(orders) // 2, 2, number).mean(axis=1)
    t = float(stdtrit(len(pairs) - 1, 1 - (1 - CONFIDENCE) / 2))
    of_orders = t * pairs.std(axis=0, ddof=1) / np.sqrt(len(pairs))
    return mean, np.sqrt(of_runs**2 + of_orders**2)


def _added(of_set: Mapping[Set, Floats], order: tuple[int, ...], part: int) -> Floats:
    """What a part adds in each replication to those before it in an order."""
    place = order.index(part)
    return of_set[frozenset(order[: place + 1])] - of_set[frozenset(order[:place])]


def _over_all_orders(of_set: Mapping[Set, Floats], part: int, number: int) -> Floats:
    """What a part adds in each replication, on average over all orders: a weighted mean over the sets without it."""
    total = np.zeros_like(of_set[frozenset()])
    for one in of_set:
        if part not in one:
            weight = factorial(len(one)) * factorial(number - len(one) - 1) / factorial(number)
            total = total + weight * (of_set[one | {part}] - of_set[one])
    return total


def _alone_and_last(of_set: Mapping[Set, Floats], part: int, number: int) -> tuple[float, float]:
    every = frozenset(range(number))
    return float(of_set[frozenset([part])].mean()), float((of_set[every] - of_set[every - {part}]).mean())
