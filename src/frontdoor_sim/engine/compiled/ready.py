"""The kernel is compiled once on a machine, which is said; later processes read it from Numba's cache on disk."""

from __future__ import annotations

import multiprocessing
import pickle
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

import numpy as np
from numpy.typing import NDArray

from frontdoor_sim import luck
from frontdoor_sim.engine.compiled import kernel

SOON = 2.0  # seconds; reading the kernel from disk takes less
LINE = "Compiling the engine for this machine, this once: about 20 seconds."

TORN = (EOFError, pickle.UnpicklingError)
"""What Numba raises where a file of its cache holds less than was written: a full disk, a power cut, a copy half made."""


def run_kernel(words: NDArray[np.int64]) -> None:
    """Run the kernel over a world; where its cache on disk is torn, the cache is emptied and the kernel compiled again."""
    _whole(kernel.run, words)


def mix_words(words: NDArray[np.uint64]) -> None:
    """`kernel.mix_words`, as whole as `run_kernel`."""
    _whole(kernel.mix_words, words)


def _whole(entered: Any, array: NDArray[Any]) -> None:
    """Call a function of the kernel, after its cache on disk has been emptied where it is torn."""
    try:
        entered(array)
    except TORN:
        cache = entered.stats.cache_path
        if cache is None:
            raise
        forget(Path(cache))
        entered(array)


luck.lend(mix_words)


def forget(cache: Path) -> None:
    """Take the kernel's indexes out of Numba's cache, so that nothing of it is read any more; what is left is overwritten."""
    for index in cache.glob("kernel.*.nbi"):
        index.unlink(missing_ok=True)


@contextmanager
def said_if_it_compiles() -> Iterator[None]:
    """One line on the error stream if the first run of a process takes long, for then it compiles the kernel.

    A worker process says nothing: whoever gives it work has run the kernel before (`experiment.workers`), and a busy
    machine may take as long to read it.
    """
    if kernel.run.signatures or multiprocessing.parent_process() is not None:
        yield
        return
    saying = Timer(SOON, print, (LINE,), {"file": sys.stderr, "flush": True})
    saying.daemon = True
    saying.start()
    try:
        yield
    finally:
        saying.cancel()
