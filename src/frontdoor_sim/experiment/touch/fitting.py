"""Touch and capacity of a desk from a history's stamps, with what they can answer and what they cannot."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from frontdoor_sim.calibration.touch.answers import in_plain_words, what_ifs
from frontdoor_sim.calibration.touch.checks import checks
from frontdoor_sim.calibration.touch.facts import Fact
from frontdoor_sim.calibration.touch.posterior import Posterior, posterior
from frontdoor_sim.calibration.touch.reference import Reference
from frontdoor_sim.calibration.touch.ridge import ridge_chart
from frontdoor_sim.calibration.touch.statistics import statistics, unused
from frontdoor_sim.engine import Engine
from frontdoor_sim.event_log import EventLog
from frontdoor_sim.experiment.conditioning import spread
from frontdoor_sim.experiment.touch.desk import SPREAD_BY_LOG, Desk
from frontdoor_sim.experiment.touch.history import replay_of
from frontdoor_sim.experiment.touch.replay import Batch, Replay, Row, play_batch
from frontdoor_sim.experiment.workers import USUAL, Workers

RUNS = 3_000
"""Runs of a reference: those that teach play the year once, the others five times; minutes on one core."""

TEACH = 2 / 3
"""Share of the runs that teach."""

BATCH = 20
"""Runs that one worker plays before it reports."""

FIRST = 2_000_000
"""Run k of a reference has the luck of replication 2,000,000 + k, which no study uses."""


@dataclass(frozen=True, eq=False)
class TouchAndCapacity:
    """What a history says of a desk.

    Args:
        posterior: of people, touch, load and the rest; from the stamps and the facts.
        from_stamps: the same without the facts.
        what_ifs: predicted effects on the share within 24 hours, and whether the history answers (`answers.what_ifs`).
        checks: posterior-predictive checks on statistics that nothing was learnt from (`checks.checks`).
        sentences: all that in plain words.
        reference: the runs, for another look with other facts.
        statistics, unused: of the history.
    """

    posterior: Posterior
    from_stamps: Posterior
    what_ifs: pd.DataFrame
    checks: pd.DataFrame
    sentences: list[str]
    reference: Reference
    statistics: dict[str, float]
    unused: dict[str, float]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Tables to be written: `quantities`, `what_ifs`, `checks` and `draws`, on which scenarios can be run."""
        whole = self.posterior
        return {"quantities": whole.table(), "what_ifs": self.what_ifs, "checks": self.checks, "draws": whole.draws}

    def figure(self) -> Figure:
        """The ridge: people against hours of work a contact."""
        return ridge_chart(self.posterior, self.from_stamps if self.posterior.facts else None)

    def __str__(self) -> str:
        """The sentences, a line each."""
        return "\n".join(self.sentences)


def touch_and_capacity(
    log: EventLog,
    desk: Desk,
    facts: Sequence[Fact] = (),
    runs: int = RUNS,
    seed: int = 1,
    demand: float = 0.1,
    jobs: int | None = None,
    executor: Executor | None = None,
    quiet: bool = True,
    engine: Engine = "auto",
) -> TouchAndCapacity:
    """Touch time and effective capacity from received and decided stamps alone, with what they can answer.

    The real receipts are played again at many desks of known touch and capacity, with free waits that hold nobody; what
    their stamps show is compared with what the history shows. Where the log is recorded to the day, so are the runs.

    Args:
        log: of a history (or of a run), with decisions.
        desk: when it is open, how many people are possible, and the ranges of the rest.
        facts: a headcount, timed cases; none if there are none.
        runs: size of the reference.
        seed: key of all luck.
        demand: the change in demand that is asked about; 0.1 is 10 % more, and 10 % less.
        jobs, executor, quiet, engine: as for `Workers`.

    Raises:
        InputError: a history from which nothing can be learnt.
        ValueError: too few runs.
    """
    stamps, replay = replay_of(log, desk, demand)
    workers = Workers(jobs, executor, quiet, engine)
    rows = played_rows(replay, candidates(desk, runs, seed), seed, taught(runs), FIRST, workers)
    return fitted(reference_of(replay, rows), statistics(stamps), unused(stamps), facts, seed)


def candidates(desk: Desk, runs: int, seed: int) -> list[dict[str, float]]:
    """Values spread evenly over what is thought possible: a Latin hypercube, by keyed luck."""
    return [
        {name: float(np.exp(value)) if name in SPREAD_BY_LOG else value for name, value in one.items()}
        for one in spread(desk.unknowns(), runs, seed)
    ]


def played_rows(
    replay: Replay,
    values: Sequence[dict[str, float]],
    seed: int,
    taught: int = 0,
    first: int = FIRST,
    workers: Workers = USUAL,
) -> list[Row]:
    """Play the receipts with each set of values.

    Args:
        replay: the receipts and the desk.
        values: of each run.
        seed: key of all luck.
        taught: so many, the first, play the year once; the others also with other staff and demand.
        first: number of the first run, of which it has its luck.
        workers: who plays them.
    """
    of_one, batches = replay.touch_of_one, []
    for low, high, whole in ((0, taught, False), (taught, len(values), True)):
        for place in range(low, high, BATCH):
            mine = values[place : min(place + BATCH, high)]
            batches.append(Batch(replay, mine, seed, first + place, of_one, whole, workers.engine))
    done = workers.do(play_batch, batches, f"Desks that could have made the history, {BATCH} a run")
    return [row for batch in done for row in batch]


def taught(runs: int) -> int:
    """How many of some runs teach."""
    return int(TEACH * runs)


def reference_of(replay: Replay, rows: Sequence[Row]) -> Reference:
    """The reference that some rows make, of times, or of dates where the replay knows no more."""
    shown = [one.dated if replay.to_the_day else one.timed for one in rows]
    return Reference(
        pd.DataFrame([one.quantities for one in rows]),
        pd.DataFrame([used for used, _ in shown]),
        pd.DataFrame([others for _, others in shown]),
        replay.desk.ranges(),
        replay.touch_of_one,
        replay.demand,
        taught(len(rows)),
    )


def fitted(
    reference: Reference,
    used: dict[str, float],
    others: dict[str, float],
    facts: Sequence[Fact] = (),
    seed: int = 1,
) -> TouchAndCapacity:
    """What some statistics say by a reference.

    Args:
        reference: the runs.
        used, others: statistics of the history: those that are learnt from, and those that check.
        facts: what is known besides.
        seed: of the errors of facts.
    """
    alone = posterior(reference, used, (), seed)
    found = posterior(reference, used, facts, seed) if facts else alone
    effects, held = what_ifs(found, reference, used, seed), checks(found, reference, others)
    return TouchAndCapacity(found, alone, effects, held, in_plain_words(found, effects, held), reference, used, others)
