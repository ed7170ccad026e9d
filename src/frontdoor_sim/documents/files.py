"""A file as text, and as plain data that knows its lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from frontdoor_sim.documents.mistakes import InputError, Mistake, in_words, nearest, shown

LARGEST_FILE_BYTES = 2_000_000

Keys = tuple[str | int, ...]


@dataclass(frozen=True)
class Document:
    """A YAML file: its plain data, the line on which each path stands, and numbers that are written with a plus.

    Of `+2` the data has the number alone; `signed` has the text.
    """

    path: Path
    data: Any
    lines: dict[Keys, int] = field(default_factory=dict, repr=False)
    signed: dict[Keys, str] = field(default_factory=dict, repr=False)

    def line(self, *keys: str | int) -> int:
        """Line number (from 1) of a path, or of its nearest ancestor in the file."""
        for length in range(len(keys), -1, -1):
            if keys[:length] in self.lines:
                return self.lines[keys[:length]]
        return 1

    def where(self, *keys: str | int) -> str:
        """`file:line: path.to.key`, ready to stand in a `Mistake`."""
        place = f"{self.path.name}:{self.line(*keys)}"
        return f"{place}: {dotted(keys)}" if keys else place

    def beside(self, name: object, *keys: str | int) -> Path:
        """The file that this file names at some keys, by its path from the folder of this one.

        Raises:
            InputError: that is not the name of a file, or there is no such file; the nearest names are offered.
        """
        right = "The path of a file, from the folder of this one."
        path = self.path.parent / name if isinstance(name, str) and name.strip() else None
        if path is None:
            what, remedy = f"{shown(name)} is not the path of a file.", "Write the name of the file."
        elif not path.is_file():
            what = f"{name!r} is a folder." if path.is_dir() else f"There is no file {name!r}."
            remedy = _other_files(path)
        else:
            return path
        raise InputError([Mistake(self.where(*keys), what, right, remedy)])


def dotted(keys: Sequence[str | int]) -> str:
    """A path as users write it.

    Example:
        >>> dotted(("teams", "screening", "staff", 0, "wte"))
        'teams.screening.staff[0].wte'
    """
    text = ""
    for key in keys:
        text += f"[{key}]" if isinstance(key, int) else (f".{key}" if text else str(key))
    return text


def read_text(path: Path) -> str:
    """Read a UTF-8 text file; a byte-order mark is dropped, and lines end by LF.

    Raises:
        InputError: no such file, not to be opened, larger than 2 MB, empty, or not UTF-8.
    """
    if not path.is_file():
        what = "This is a folder." if path.is_dir() else "There is no such file."
        remedy = "Name a file inside it." if path.is_dir() else _other_files(path)
        raise InputError([Mistake(str(path), what, "A file that exists.", remedy)])
    try:
        raw = path.read_bytes()
    except OSError as error:
        what = f"The file cannot be opened: {error.strerror}."
        raise refused(path, what, "A file that you may read.", "Close it elsewhere, or ask for access.") from None
    if len(raw) > LARGEST_FILE_BYTES:
        what = f"The file has {len(raw):,} bytes."
        raise refused(path, what, f"At most {LARGEST_FILE_BYTES:,} bytes.", "Leave out what does not belong in it.")
    text = _decoded(raw, path)
    if not text.strip():
        remedy = "Copy one of the examples and edit it."
        raise refused(path, "The file is empty.", "A file with something in it.", remedy)
    return text


def refused(path: Path, what: str, right: str, remedy: str) -> InputError:
    """The error of a file that is wrong as a whole."""
    return InputError([Mistake(path.name, what, right, remedy)])


def _decoded(raw: bytes, path: Path) -> str:
    right, remedy = "A file in UTF-8.", 'Save it again with the encoding "UTF-8".'
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise refused(path, "The file is UTF-16, not UTF-8.", right, remedy)
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        what = f"The byte 0x{error.object[error.start]:02x} is not UTF-8."
        raise InputError([Mistake(f"{path.name}:{line}", what, right, remedy)]) from None


def _other_files(path: Path) -> str:
    """The remedy where a file is not there: the nearest names in its folder."""
    if not path.parent.is_dir():
        return f"There is no folder {path.parent.as_posix()!r} either; check the path."
    others = [other for other in path.parent.iterdir() if other.is_file() and path.suffix in ("", other.suffix)]
    near = nearest(path.name, [other.name for other in others])
    return f"Did you mean {in_words(near)}?" if near else "Check the folder and the spelling."


def copied(data: Any) -> Any:
    """A copy of plain data, in which nothing stands twice; quicker than `copy.deepcopy`, which looks out for that.

    Example:
        >>> copied({"staff": [{"wte": 2}]})
        {'staff': [{'wte': 2}]}
    """
    if isinstance(data, dict):
        return {name: copied(value) for name, value in data.items()}
    return [copied(value) for value in data] if isinstance(data, list) else data
