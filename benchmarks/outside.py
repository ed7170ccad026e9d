"""Peers that are programmes of their own: they read the tables from a file, time themselves and write a log.

A table goes over as one row of numbers. Front door: contacts; people of screening, of each partner and of the managers,
and slots; office windows, when they open, when they close; then, with one number a contact, the columns of `columns_of`.
Tandem: customers; servers of each stage; then received and the three services, with one number a customer.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from workload import FrontDoor, Tandem

Log = dict[str, list[int]]


@dataclass(frozen=True)
class Outcome:
    """What a programme said, its own CPU seconds first, and the numbers it wrote."""

    words: list[str]
    numbers: NDArray[np.generic]

    @property
    def seconds(self) -> float:
        return float(self.words[0])


def run_outside(command: list[str], table: FrontDoor | Tandem, number: str, runs: int) -> Outcome:
    """Run a command with the model, the files of the table and of the log, and how many runs it should time.

    Args:
        number: how a number is written in both files, as numpy names it.

    Raises:
        SystemExit: the command failed; its message is passed on.
    """
    with tempfile.TemporaryDirectory() as folder:
        table_path, log_path = Path(folder) / "table.bin", Path(folder) / "log.bin"
        numbers_of(table).astype(number).tofile(table_path)
        model = "tandem" if isinstance(table, Tandem) else "frontdoor"
        words = [*command, model, str(table_path), str(log_path), str(runs)]
        done = subprocess.run(words, capture_output=True, text=True, encoding="utf-8", check=False)
        if done.returncode:
            raise SystemExit(f"{command[0]} failed ({done.returncode}):\n{done.stderr}")
        return Outcome(done.stdout.split(), np.fromfile(log_path, dtype=number))


def numbers_of(table: FrontDoor | Tandem) -> NDArray[np.int64]:
    """The whole table in a row."""
    if isinstance(table, Tandem):
        head = [table.contacts, *table.servers]
    else:
        people, office = table.staffing, table.office
        head = [table.contacts, people.screening, *people.partners, people.managers, people.slots]
        head += [len(office.opens), *office.opens, *office.closes]
    return np.fromiter(chain(head, *columns_of(table)), dtype=np.int64)


def columns_of(table: FrontDoor | Tandem) -> list[Sequence[int]]:
    """What a table says of each contact."""
    if isinstance(table, Tandem):
        return [table.received, *table.services]
    return [
        table.received,
        table.priority,
        table.screening,
        table.goes_on,
        table.handoff,
        *table.replies,
        table.decision,
        table.transfers,
        table.transfer,
        table.hold,
    ]
