"""Numba's cache of the kernel on disk, which may be torn: a full disk, a power cut, a copy half made."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

from frontdoor_sim.engine.collector import collector_at_rest

TORN = (EOFError, pickle.UnpicklingError)
"""What Numba raises where a file of its cache holds less than was written."""


class Mended:
    """A compiled function that Python calls: where its cache is torn, the cache is emptied and it is compiled again.

    Args:
        compiled: as Numba's `njit` makes it, with a cache.
    """

    def __init__(self, compiled: Any) -> None:
        self.compiled = compiled
        self.__doc__ = compiled.__doc__

    def __call__(self, *arguments: Any) -> Any:
        """Call the function; nothing of it has run yet where its cache turns out to be torn."""
        if self.compiled.signatures:
            return self.compiled(*arguments)
        with collector_at_rest():  # the compiler makes millions of small objects that stay: a sixth of its time
            return self._first_call(*arguments)

    def _first_call(self, *arguments: Any) -> Any:
        try:
            return self.compiled(*arguments)
        except TORN:
            cache = self.compiled.stats.cache_path
            if cache is None:
                raise
            forget(Path(cache))
            return self.compiled(*arguments)


def forget(cache: Path) -> None:
    """Take the kernel's indexes out of Numba's cache, so that nothing of it is read any more; what is left is overwritten."""
    for index in cache.glob("kernel.*.nbi"):
        index.unlink(missing_ok=True)
