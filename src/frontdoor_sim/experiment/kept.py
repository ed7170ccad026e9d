"""Finished runs, kept by a digest of all that decides them: a stopped study goes on, an unchanged one is there at once."""

from __future__ import annotations

import json
import os
import platform
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from pydantic import BaseModel

from frontdoor_sim.scenario import Scenario

_PACKAGE = Path(__file__).parents[1]
_LIBRARIES = ("numpy", "scipy", "pandas", "simpy", "holidays")
_DECIDES_NOTHING = {"engine", "logs"}


@dataclass(frozen=True)
class Kept:
    """A table that is there, or is made and kept.

    Args:
        work: makes the table of a task; what it makes depends on the task alone.
    """

    work: Callable[[Any], pd.DataFrame]

    def __call__(self, asked: tuple[Any, Path | None]) -> pd.DataFrame:
        """The table of a task, written to its path, where it has one, when it is whole and not before."""
        task, path = asked
        table = self.work(task)
        if path is None:
            return table
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        table.to_parquet(beside, index=False)
        beside.replace(path)
        return table


def places_of(work: Callable[[Any], pd.DataFrame], tasks: Sequence[Any], folder: Path) -> list[Path | None]:
    """Where the table of each task is kept: a name made of all that decides it, this project's own code among it.

    A task that writes logs has no place: it is to be run again.
    """
    digests: dict[int, str] = {}
    of_work = f"{work.__module__}.{work.__qualname__}"
    return [
        None
        if getattr(task, "logs", None)
        else folder / f"{_digest([made_by(), of_work, list(_said(task, digests))])}.parquet"
        for task in tasks
    ]


def read_kept(path: Path | None) -> pd.DataFrame | None:
    """A table that was kept; None where there is none, or none that can be read."""
    if path is None:
        return None
    try:
        return pd.read_parquet(path)
    except (OSError, pa.ArrowInvalid):
        return None


@cache
def made_by() -> str:
    """A digest of this project's code and of the versions of what it stands on: a new version never shows an old answer.

    Example:
        >>> len(made_by())
        64
    """
    sources = sorted(path for path in _PACKAGE.rglob("*") if path.suffix in (".py", ".csv"))
    code = [[path.relative_to(_PACKAGE).as_posix(), sha256(path.read_bytes()).hexdigest()] for path in sources]
    return _digest([platform.python_version(), [version(name) for name in _LIBRARIES], code])


def _said(thing: Any, digests: dict[int, str]) -> Iterator[Any]:
    """What decides a run, in plain words and numbers; `digests` are those of scenarios, by their identity."""
    if isinstance(thing, Scenario):
        if id(thing) not in digests:
            digests[id(thing)] = thing.digest
        yield digests[id(thing)]
    elif isinstance(thing, BaseModel):
        yield thing.model_dump_json()
    elif is_dataclass(thing):
        for field in fields(thing):
            if field.name not in _DECIDES_NOTHING:
                yield [field.name, *_said(getattr(thing, field.name), digests)]
    elif isinstance(thing, Mapping):
        yield [[str(name), *_said(value, digests)] for name, value in sorted(thing.items())]
    elif isinstance(thing, list | tuple):
        yield [list(_said(one, digests)) for one in thing]
    else:
        yield repr(thing)


def _digest(said: Any) -> str:
    return sha256(json.dumps(said).encode()).hexdigest()
