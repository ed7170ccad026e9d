"""Functions that Numba compiles, once on a machine: later processes read them from its cache on disk."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from frontdoor_sim.collector import collector_at_rest

TORN = (EOFError, pickle.UnpicklingError)
"""What Numba raises where a file of its cache holds less than was written."""


class Mended:
    """A compiled function that Python calls: where its cache is torn, the cache is emptied and it is compiled again.

    A full disk, a power cut or a copy half made may tear a cache.

    Args:
        compiled: as Numba's `njit` makes it, with a cache.
    """

    def __init__(self, compiled: Any) -> None:
        self.compiled = compiled
        self.is_ready = False
        self.__doc__ = compiled.__doc__

    def __call__(self, *arguments: Any) -> Any:
        """Call the function; nothing of it has run yet where its cache turns out to be torn."""
        if self.is_ready:
            return self.compiled(*arguments)
        with collector_at_rest():  # the compiler makes millions of small objects that stay: a sixth of its time
            found = self._first_call(*arguments)
        self.is_ready = True
        return found

    def _first_call(self, *arguments: Any) -> Any:
        try:
            return self.compiled(*arguments)
        except TORN:
            cache = self.compiled.stats.cache_path
            if cache is None:
                raise
            forget(Path(cache), Path(self.compiled.py_func.__code__.co_filename).stem)
            return self.compiled(*arguments)


def forget(cache: Path, module: str) -> None:
    """Take a module's indexes out of Numba's cache, so that nothing of it is read any more; what is left is overwritten."""
    for index in cache.glob(f"{module}.*.nbi"):
        index.unlink(missing_ok=True)


def entered(function: Callable[..., Any]) -> Mended:
    """A function that Python calls, compiled; Numba must be there."""
    from numba import njit

    options: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy"}
    options |= {"no_rewrites": True, "no_cfunc_wrapper": True}  # neither is of use here, and both take time to compile
    return Mended(njit(**options)(function))


class Quick:
    """A loop in plain Python over arrays, which Numba compiles where it is installed: one definition, quick or slow.

    Args:
        plain: the function, in the part of Python that Numba knows. Its arrays must always be of the same types, for it is
            compiled again for others.

    Example:
        >>> import numpy as np
        >>> @Quick
        ... def add_up(numbers):
        ...     total = 0
        ...     for number in numbers:
        ...         total += number
        ...     return total
        >>> int(add_up.plain(np.array([1, 2, 3])))
        6
    """

    def __init__(self, plain: Callable[..., Any]) -> None:
        self.plain = plain
        self.__doc__ = plain.__doc__

    def __call__(self, *arguments: Any) -> Any:
        """Call the function."""
        return self._ready(*arguments)

    @cached_property
    def _ready(self) -> Callable[..., Any]:
        return self.plain if find_spec("numba") is None else entered(self.plain)
