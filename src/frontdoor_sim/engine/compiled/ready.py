"""Say so before the first run on a machine, which compiles the kernel; later processes read it from Numba's cache on disk."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

from frontdoor_sim.engine.compiled import kernel


@cache
def say_if_it_compiles() -> None:
    """One line on the error stream, once a process, where no compiled kernel is on disk yet."""
    if not is_on_disk():
        print("Compiling the engine for this machine, this once: about 15 seconds.", file=sys.stderr, flush=True)


def is_on_disk() -> bool:
    """Whether Numba's cache holds a kernel that is not older than its source."""
    source = Path(kernel.__file__)
    kept = Path(str(kernel.run.stats.cache_path)).glob(f"{source.stem}.run-*.nbi")
    return any(file.stat().st_mtime >= source.stat().st_mtime for file in kept)
