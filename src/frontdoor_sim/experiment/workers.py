"""Worker processes and progress bars."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import nullcontext
from typing import Any

from tqdm.auto import tqdm


def workers(jobs: int | None, tasks: int, executor: Executor | None = None) -> Any:
    """A pool of processes for so many tasks, as a context; None where this process does the work itself."""
    if executor is not None:
        return nullcontext(executor)
    number = min(jobs or os.cpu_count() or 1, tasks)
    if number <= 1:
        return nullcontext(None)
    return ProcessPoolExecutor(number, mp_context=multiprocessing.get_context("spawn"))


def progress(results: Iterable[Any], total: int, quiet: bool, say: str) -> Iterator[Any]:
    """The results, with a bar while they come."""
    yield from tqdm(results, total=total, desc=say, unit="run", disable=quiet, leave=False)
