"""Mutations of history files: bytes flipped, cut, doubled and swapped, cells and elements replaced by what surprises."""

from __future__ import annotations

import csv
import io
import random
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from frontdoor_sim.calibration.history import Period, examine, read_history, to_log
from frontdoor_sim.calibration.history.quality import RULES
from frontdoor_sim.documents import InputError
from frontdoor_sim.event_log import check_laws

REFUSED_AT_THE_DOOR = [rule.name for rule in RULES if rule.check is None and rule.action == "set aside"]
SURPRISES = (
    b"", b"\x00", b'"', b'""', b"\n", b"\r\n", b",", b",,,,", b"\xff\xfe", b"\xc3", b"=1+1", b"NaN", b"inf", b"-1e400", b"1e18",
    b"99999999999999999999", b"31/02/2019", b"0000-00-00", b"2262-04-12", b"<", b"&amp;", b"&x;", b"]]>", b"<!DOCTYPE a>",
    b"<Child>", b"</Child>", b"true", b"None", b"\xe2\x80\xae", b"\xf0\x9f\x98\x80", b"{", b'{"NFA_FLAG": "Y"}', b"x" * 5_000,
)  # fmt: skip


def mutated(raw: bytes, luck: random.Random) -> bytes:
    """A file with one to four things wrong with it."""
    for _ in range(luck.randint(1, 4)):
        at, to = sorted(luck.randint(0, len(raw)) for _ in range(2))
        to = min(to, at + luck.choice((1, 8, 200)))
        kind = luck.randrange(5)
        if kind == 0 and at < len(raw):
            raw = raw[:at] + bytes([raw[at] ^ (1 << luck.randrange(8))]) + raw[at + 1 :]
        elif kind == 1:
            raw = raw[:at] + raw[to:]
        elif kind == 2:
            raw = raw[:to] + raw[at:to] + raw[to:]
        elif kind == 3:
            raw = raw[:at] + luck.choice(SURPRISES) + raw[to:]
        else:
            raw = raw[:at] if luck.random() < 0.2 else raw[:at] + luck.choice(SURPRISES) + raw[at:]
    return raw


def mutated_workbook(raw: bytes, luck: random.Random) -> bytes:
    """A workbook damaged as a file, or sound as a zip with a damaged part in it."""
    if luck.random() < 0.3:
        return mutated(raw, luck)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        parts = old.namelist()
        hit = luck.choice(parts)
        for part in parts:
            content = old.read(part)
            if part == hit and luck.random() < 0.1:
                continue
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                new.writestr(part, mutated(content, luck) if part == hit else content)
    return out.getvalue()


def mutations(path: Path, number: int, first: int = 0) -> Iterator[bytes]:
    """So many mutations of a file; the same number and file give the same bytes."""
    raw = path.read_bytes()
    for seed in range(first, first + number):
        luck = random.Random(f"{path.name} {seed}")
        yield mutated_workbook(raw, luck) if path.suffix == ".xlsx" else mutated(raw, luck)


def records_in(path: Path) -> int:
    """How many rows below the headings Python's own reader of CSV sees; 0 for other files."""
    raw = path.read_bytes()
    if path.suffix != ".csv" or raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return 0
    csv.field_size_limit(1 << 30)
    text = raw.decode("utf-8", "replace")
    return max(sum(any(cell.strip() for cell in row) for row in csv.reader(io.StringIO(text, newline=""))) - 1, 0)


def survives(
    path: Path, raw: bytes, beside: list[Path], extracted: datetime, period: Period, whole: bool = True
) -> str:
    """Read a mutated file and, if `whole`, examine and join it: `refused`, or `read` with every row accounted for.

    Raises:
        Exception: anything but a refusal in four parts.
    """
    path.write_bytes(raw)
    try:
        history = read_history([path, *beside])
    except InputError as error:
        unfinished = [m for m in error.mistakes if not (m.where and m.what and m.right and m.remedy)]
        if unfinished:
            raise AssertionError(f"mistakes without all four parts: {unfinished}") from error
        return "refused"
    rows = history.account.loc[history.account["read"], "rows"].sum()
    assert rows >= records_in(path)
    assert rows == len(history.records) + history.findings["rule"].isin(REFUSED_AT_THE_DOOR).sum()
    if whole:
        quality = examine(history, extracted)
        read = quality.rows[history.account["read"].to_numpy()]
        assert (read["rows"] == read["used"] + read["set_aside"]).all()
        str(quality)
        with suppress(InputError):  # a file may be left without any contact
            check_laws(to_log(quality.history, period).log)
    return "read"
