"""One table of a file, before anything is made of it; and how a file is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.documents import InputError, Mistake

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Columns:
    """Some columns of a table.

    Args:
        rows: number of each row, 1 being the first below the headings.
        cells: the columns, in the order asked for.
        torn: numbers of rows that do not have as many cells as there are headings.
    """

    rows: Ints
    cells: list[pd.Series]
    torn: Ints


@dataclass(frozen=True)
class Table:
    """One table of a file.

    Args:
        name: name of its sheet; empty where a file is one table.
        headings: its first row.
        read: reads the columns at some places.
    """

    name: str
    headings: tuple[str, ...]
    read: Callable[[Sequence[int]], Columns]


def require(package: str, what: str) -> Any:
    """Import a package of the extra `history`.

    Raises:
        InputError: it is not installed.
    """
    try:
        return import_module(package)
    except ImportError:
        said = f"{package.partition('.')[0]} is not installed, and {what} needs it."
        remedy = 'Install them with: pip install "frontdoor-sim[history]"'
        raise InputError([Mistake(what, said, "The packages of the extra `history`.", remedy)]) from None


def refuse(path: Path, what: str, right: str, remedy: str) -> InputError:
    """The error of a file that cannot be read at all."""
    return InputError([Mistake(path.name, what, right, remedy)])


def brief(error: BaseException) -> str:
    """The first line of an error, shortened."""
    return str(error).splitlines()[0][:120].rstrip(". ") if str(error) else type(error).__name__
