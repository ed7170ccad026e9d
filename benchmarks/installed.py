"""Which peers can run on this machine, and in which version."""

from __future__ import annotations

import importlib.metadata
from importlib.util import find_spec

import peer_cpp
import peer_simmer

OUTSIDE = {"cpp": peer_cpp, "simmer": peer_simmer}


def missing(peer: str) -> str | None:
    """What must be installed to run a peer, or nothing."""
    if peer in ("ours", "engine"):
        return None
    if peer in ("compiled", "kernel"):
        return None if find_spec("numba") else 'pip install -e ".[fast]"'
    if peer in OUTSIDE:
        lacks: str | None = OUTSIDE[peer].missing()
        return lacks
    return None if find_spec(peer) else "pip install -e .[benchmarks]"


def version(name: str) -> str:
    """The version of a peer or of a package."""
    return OUTSIDE[name].version() if name in OUTSIDE else importlib.metadata.version(name)
