"""Work in parallel, with a progress bar: where a task is done never shows in what comes of it."""

from __future__ import annotations

import multiprocessing
import os
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

from tqdm.auto import tqdm

from frontdoor_sim.engine import Engine
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
    """Within this, processes that have worked once do all work, however short: a study is many short rounds.

    What `Workers` do outside is a study of one round.
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


@dataclass(frozen=True)
class Workers:
    """Who does the work of a study, and what is seen and kept of it; none of it shows in what comes of the work.

    Args:
        jobs: workers; all cores where it is None, this process alone where it is 1.
        executor: any `concurrent.futures` executor to use instead, such as a Dask cluster's.
        quiet: no progress bar.
        engine: which engine their runs take: `auto`, `simpy` or `compiled`.
        keep: a folder in which finished tables are kept, so that a study that was stopped goes on.
    """

    jobs: int | None = None
    executor: Executor | None = None
    quiet: bool = True
    engine: Engine = "auto"
    keep: Path | None = None

    @classmethod
    def asked(cls, asked: Namespace, keep: Path | None = None) -> Workers:
        """Those that a command names: its `jobs`, `quiet` and `engine`."""
        return cls(asked.jobs, quiet=asked.quiet, engine=asked.engine, keep=keep)

    @one_pool()
    def do(self, work: Callable[[Any], Any], tasks: Sequence[Any], say: str = "") -> list[Any]:
        """What comes of each task, in the order of the tasks whoever finishes first.

        Two tasks are done here first, which has the kernel compiled but once. If by what the second took the others are soon
        done, they are done on threads: the kernel leaves Python free meanwhile. Else processes share them. Within `one_pool`,
        processes that have worked already do all of them.

        Args:
            work: a function that pickles; what it makes depends on its task alone.
            tasks: they pickle too.
            say: what the progress bar says.

        Example:
            >>> Workers().do(len, ["one", "three", "two"])
            [3, 5, 3]
        """
        there: dict[int, Any] = {}
        if self.keep is not None:
            places = places_of(work, tasks, self.keep)
            there = {place: table for place, path in enumerate(places) if (table := read_kept(path)) is not None}
            work, tasks = Kept(work), list(zip(tasks, places, strict=True))
        left = [task for place, task in enumerate(tasks) if place not in there]
        shown = tqdm(
            self._share_out(work, left), total=len(tasks), initial=len(there), desc=say, unit="run", disable=self.quiet,
            leave=False,
        )  # fmt: skip
        made = iter(list(shown))
        return [there[place] if place in there else next(made) for place in range(len(tasks))]

    def _share_out(self, work: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterator[Any]:
        number = min(self.jobs or os.cpu_count() or 1, len(tasks))
        if self.executor is not None:
            return iter(self.executor.map(work, tasks))
        return map(work, tasks) if number <= 1 else _shared(work, tasks, number)


USUAL = Workers()
"""All cores of this machine, without a progress bar."""


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
