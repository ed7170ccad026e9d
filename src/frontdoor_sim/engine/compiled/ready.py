"""The kernel is compiled once on a machine, which is said; later processes read it from Numba's cache on disk."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer

from frontdoor_sim import luck
from frontdoor_sim.engine.compiled import kernel

SOON = 2.0  # seconds; reading the kernel from disk takes less
LINE = "Compiling the engine for this machine, this once: some 10 to 20 seconds."

luck.lend(luck.Lent(kernel.mix_words, kernel.draw_words))


@contextmanager
def said_if_it_compiles() -> Iterator[None]:
    """One line on the error stream if the first run of a process takes long, for then it compiles the kernel.

    A worker process says nothing: whoever gives it work has run the kernel before (`experiment.workers`), and a busy
    machine may take as long to read it.
    """
    if kernel.run.compiled.signatures or multiprocessing.parent_process() is not None:
        yield
        return
    saying = Timer(SOON, print, (LINE,), {"file": sys.stderr, "flush": True})
    saying.daemon = True
    saying.start()
    try:
        yield
    finally:
        saying.cancel()
