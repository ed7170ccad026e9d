"""Work in parallel, with a progress bar: where a task is done never shows in what comes of it."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

from tqdm.auto import tqdm

from frontdoor_sim.experiment.kept import Kept, places_of, read_kept

SHORT = 5.0
"""Seconds of work for which starting processes does not pay: they take two seconds to import what this one has."""


class _Processes:
    """Processes that stay until a study is over, once they were started: for work that was long enough, or ahead of it."""

    def __init__(self, until: ExitStack) -> None:
        self._until = until
        self.started: Executor | None = None
        self.have_worked = False

    def start(self, number: int) -> Executor:
        if self.started is None:
            self.started = self._until.enter_context(_processes(number))
        return self.started


_KEPT: ContextVar[_Processes | None] = ContextVar("processes that are kept", default=None)


@contextmanager
def one_pool() -> Iterator[None]:
    """Within this, processes that have worked once do all that is `worked`, however short: a study is many short rounds.

    What is `worked` outside is a study of one round.
    """
    if _KEPT.get() is not None:
        yield
        return
    with ExitStack() as until:
        token = _KEPT.set(_Processes(until))
        try:
            yield
        finally:
            _KEPT.reset(token)


def start_processes(jobs: int | None = None) -> None:
    """Within `one_pool`, have processes start and import now, while this one prepares a study that is long for certain."""
    kept, number = _KEPT.get(), jobs or os.cpu_count() or 1
    if kept is not None and kept.started is None and number > 1:
        executor = kept.start(number)
        for _ in range(number):
            executor.submit(_import)


def _import() -> None:
    """What a process imports to work."""
    import_module("frontdoor_sim.experiment")


@one_pool()
def worked(
    work: Callable[[Any], Any],
    tasks: Sequence[Any],
    jobs: int | None = None,
    executor: Executor | None = None,
    quiet: bool = True,
    say: str = "",
    keep: Path | None = None,
) -> list[Any]:
    """What comes of each task, in the order of the tasks whoever finishes first.

    Two tasks are done here first, which has the kernel compiled but once. If by what the second took the others are soon
    done, they are done on threads: the kernel leaves Python free meanwhile. Else processes share them. Within `one_pool`,
    processes that have worked already do all of them.

    Args:
        work: a function that pickles; what it makes depends on its task alone.
        tasks: they pickle too.
        jobs: workers; all cores where it is None, this process alone where it is 1.
        executor: any `concurrent.futures` executor to use instead, such as a Dask cluster's.
        quiet: no progress bar.
        say: what the progress bar says.
        keep: a folder in which the tables that `work` makes are kept; those that are there already are read.

    Example:
        >>> worked(len, ["one", "three", "two"])
        [3, 5, 3]
    """
    there: dict[int, Any] = {}
    if keep is not None:
        places = places_of(work, tasks, keep)
        there = {place: table for place, path in enumerate(places) if (table := read_kept(path)) is not None}
        work, tasks = Kept(work), list(zip(tasks, places, strict=True))
    left = [task for place, task in enumerate(tasks) if place not in there]
    number = min(jobs or os.cpu_count() or 1, len(left))
    if executor is not None:
        found: Iterator[Any] = iter(executor.map(work, left))
    else:
        found = map(work, left) if number <= 1 else _shared(work, left, number)
    made = iter(
        list(tqdm(found, total=len(tasks), initial=len(there), desc=say, unit="run", disable=quiet, leave=False))
    )
    return [there[place] if place in there else next(made) for place in range(len(tasks))]


def _shared(work: Callable[[Any], Any], tasks: Sequence[Any], number: int) -> Iterator[Any]:
    kept = _KEPT.get()
    assert kept is not None
    if kept.have_worked:
        yield from kept.start(number).map(work, tasks)
        return
    yield work(tasks[0])
    begun = perf_counter()
    yield work(tasks[1])
    rest, each = tasks[2:], perf_counter() - begun
    if each * len(rest) >= SHORT:
        kept.have_worked = True
        yield from kept.start(number).map(work, rest)
        return
    with ThreadPoolExecutor(number) as threads:
        yield from threads.map(work, rest)


def _processes(number: int) -> Executor:
    most = 61 if sys.platform == "win32" else number  # what Windows waits for at once
    return ProcessPoolExecutor(min(number, most), mp_context=multiprocessing.get_context("spawn"))
