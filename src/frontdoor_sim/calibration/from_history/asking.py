"""What a calibration is asked for at a command line, in the words of its options."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from frontdoor_sim.calibration.published import without_machine
from frontdoor_sim.documents import InputError, Mistake

_EPOCH = date(1970, 1, 1)


def parse_window(text: str) -> tuple[date, date]:
    """First and last date, both included, of a window as it is typed.

    Raises:
        InputError: it is not two dates in order.

    Example:
        >>> parse_window("2024-04-01..2025-03-31")
        (datetime.date(2024, 4, 1), datetime.date(2025, 3, 31))
    """
    first, dots, last = text.partition("..")
    try:
        ends = date.fromisoformat(first.strip()), date.fromisoformat(last.strip())
    except ValueError:
        dots, ends = "", (_EPOCH, _EPOCH)
    if not dots or ends[1] < ends[0]:
        what = f'"{text}" is not a window.'
        right = "First and last date with two dots between, such as 2024-04-01..2025-03-31; both are included."
        raise InputError([Mistake("--window", what, right, "Write the two dates so, the earlier first.")])
    return ends


def parse_extracted(text: str) -> datetime:
    """When files were taken, as it is typed; a date means the end of that day.

    Raises:
        InputError: it is neither a date nor a time.

    Example:
        >>> parse_extracted("2025-04-07"), parse_extracted("2025-04-07 12:00")
        (datetime.datetime(2025, 4, 8, 0, 0), datetime.datetime(2025, 4, 7, 12, 0))
    """
    try:
        when = datetime.fromisoformat(text.strip())
    except ValueError:
        right = "A date, or a date and time, such as 2025-04-07 or 2025-04-07T12:00."
        mistake = Mistake("--extracted", f'"{text}" is not a date.', right, "Write year, month and day so.")
        raise InputError([mistake]) from None
    return when + timedelta(days=1) if len(text.strip()) == len("2025-04-07") else when.replace(tzinfo=None)


def by_system(files: Sequence[str]) -> list[str] | Mapping[str, list[str]]:
    """Files as they are typed, or by case system where each says NAME=PATH.

    Raises:
        InputError: some say whose they are, and some do not.

    Example:
        >>> by_system(["a/steps.csv", "a/map.yaml"]), by_system(["old=a.csv", "new=b.csv", "new=map.yaml"])
        (['a/steps.csv', 'a/map.yaml'], {'old': ['a.csv'], 'new': ['b.csv', 'map.yaml']})
    """
    named = [_named(file) for file in files]
    plain = [path for system, path in named if not system]
    if len(plain) == len(files):
        return plain
    if plain:
        what = f"{plain[0]!r} does not say from which case system it is, and others do."
        right = "Either every file as NAME=PATH, or none."
        raise InputError([Mistake("files", what, right, f"Write it as NAME={plain[0]}.")])
    systems: dict[str, list[str]] = {}
    for system, path in named:
        systems.setdefault(system, []).append(path)
    return systems


def _named(file: str) -> tuple[str, str]:
    """The system and the path of a file; a path that is there is no more than that, whatever its name."""
    system, equals, path = file.partition("=")
    if not equals or not system.isidentifier() or Path(file).exists():
        return "", file
    return system, path


def spelt(asked: argparse.Namespace) -> str:
    """The command that makes a calibration again; never with a path of this machine."""
    named = [_named(file) for file in asked.files]
    files = [f"{system}={without_machine(path)}" if system else without_machine(path) for system, path in named]
    words = ["frontdoor", "calibrate", "history", *files, "--council", asked.council]
    for name in ("window", "extracted", "mapping", "combine", "year", "data", "touch_and_capacity"):
        value = getattr(asked, name)
        if value is not None:
            words += [f"--{name.replace('_', '-')}", without_machine(value) if isinstance(value, Path) else str(value)]
    return shlex.join(words)
