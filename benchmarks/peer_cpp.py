"""The workloads as a C++ event loop written by hand (`frontdoor.cpp`), by our rules to the second.

It is no library that anybody would build a Front Door with: it shows how far the others are from what one core can do.
Compiled once, kept beside this file in `__pycache__`. A run takes some milliseconds, so the programme makes `RUNS` of
them and says the median.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

from outside import Log, Outcome, run_outside
from workload import FrontDoor, Tandem

SOURCE = Path(__file__).with_name("frontdoor.cpp")
OPTIONS = ("-O2", "-std=c++17")
RUNS = 21
# A contact's entry in the log: six starts and six ends of work by team, when the checks were asked for and answered, when
# the contact was passed on to assessment, and when it ended. A customer's: three starts and three ends.
FRONT_DOOR_ENTRY, TANDEM_ENTRY = 16, 6
FRONT_DOOR_TIMES = {"screened": 6, "decided": 10, "allocated": 5, "ended": 15}
TANDEM_TIMES = {"ended": 5}


def compiler() -> str | None:
    """Where a C++ compiler is, if there is one."""
    return shutil.which("g++") or shutil.which("clang++")


def missing() -> str | None:
    """What must be installed to run this peer."""
    return None if compiler() else "g++ or clang++"


def version() -> str:
    """Which compiler, as it says itself."""
    said = subprocess.run([str(compiler()), "--version"], capture_output=True, text=True, encoding="utf-8", check=True)
    return f"{said.stdout.splitlines()[0]}, {' '.join(OPTIONS)}"


def compiled() -> Path:
    """The programme, compiled if source, compiler or options have changed."""
    mark = hashlib.sha256(SOURCE.read_bytes() + version().encode()).hexdigest()[:16]
    programme = SOURCE.parent / "__pycache__" / f"frontdoor-{mark}.exe"
    if not programme.exists():
        programme.parent.mkdir(exist_ok=True)
        fresh = programme.with_suffix(".new.exe")
        subprocess.run([str(compiler()), *OPTIONS, str(SOURCE), "-o", str(fresh)], check=True)
        fresh.replace(programme)
    return programme


def prepare(table: FrontDoor | Tandem) -> Callable[[], Outcome]:
    """The run of a workload; it times itself."""
    return partial(run_outside, [str(compiled())], table, "int64", RUNS)


def log_of(outcome: Outcome, table: FrontDoor | Tandem) -> Log:
    """The times that the peers keep."""
    is_tandem = isinstance(table, Tandem)
    times = TANDEM_TIMES if is_tandem else FRONT_DOOR_TIMES
    entries = outcome.numbers.reshape(table.contacts, TANDEM_ENTRY if is_tandem else FRONT_DOOR_ENTRY)
    return {name: entries[:, place].tolist() for name, place in times.items()}
