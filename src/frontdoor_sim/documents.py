"""Files that people write, and what to tell them when a file is wrong.

Every mistake has four parts: where, what, what would be right, and the remedy.
All mistakes of a file are collected and raised once, as an `InputError`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

LARGEST_FILE_BYTES = 5_000_000
DEEPEST_NESTING = 40
MOST_NODES = 200_000


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake of a user's file, in four parts.

    Args:
        where: file, line and path, such as `as_found.yaml:12: teams.screening.site`.
        what: what is wrong, with the offending value.
        right: what would be right.
        remedy: what to do about it.
    """

    where: str
    what: str
    right: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}\n  what:   {self.what}\n  right:  {self.right}\n  remedy: {self.remedy}"


class InputError(ValueError):
    """The user's input is wrong; carries every mistake found, in file order.

    Example:
        >>> error = InputError([Mistake("a.yaml:1: name", "missing", "a name", "add it")])
        >>> print(error)
        1 mistake.
        <BLANKLINE>
        a.yaml:1: name
          what:   missing
          right:  a name
          remedy: add it
    """

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes: tuple[Mistake, ...] = tuple(mistakes)
        super().__init__(self.mistakes)

    def __str__(self) -> str:
        number = len(self.mistakes)
        head = "1 mistake." if number == 1 else f"{number} mistakes."
        return "\n\n".join([head, *(str(mistake) for mistake in self.mistakes)])

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Mistake, ...]]]:
        """Survive the trip home from a worker process."""
        return (type(self), (self.mistakes,))


def nearest(name: str, choices: Iterable[str], most: int = 3) -> list[str]:
    """The choices that look most like `name`, best first.

    Example:
        >>> nearest("screning", ["screening", "receipt"])
        ['screening']
    """
    pool = sorted(set(map(str, choices)))
    lowered = {choice.lower(): choice for choice in pool}
    found = difflib.get_close_matches(str(name).lower(), lowered, n=most, cutoff=0.5)
    return [lowered[match] for match in found]


def in_words(choices: Iterable[object], joiner: str = "or") -> str:
    """A list as a reader would say it: `a, b or c`.

    Example:
        >>> in_words(["red", "amber", "green"])
        'red, amber or green'
    """
    words = [str(choice) for choice in choices]
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {joiner} {words[-1]}"


@dataclass(frozen=True)
class Document:
    """A YAML file: its plain data, and the line on which each path stands."""

    path: Path
    data: Any
    lines: dict[tuple[str | int, ...], int] = field(default_factory=dict, repr=False)

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
    """Read a UTF-8 text file (a byte-order mark is dropped).

    Raises:
        InputError: no such file, larger than 5 MB, empty, or not UTF-8.
    """
    if not path.is_file():
        near = nearest(path.name, [p.name for p in path.parent.iterdir()]) if path.parent.is_dir() else []
        remedy = f"Did you mean {in_words(near)}?" if near else "Check the folder and the spelling."
        raise InputError([Mistake(str(path), "There is no such file.", "A file that exists.", remedy)])
    if path.stat().st_size > LARGEST_FILE_BYTES:
        raise _refused(path, f"{path.stat().st_size:,} bytes", f"at most {LARGEST_FILE_BYTES:,} bytes", "Split the file.")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(
            path, f"Byte {error.start} is not UTF-8 text.", "A file saved as UTF-8.", "Save it again with encoding UTF-8."
        ) from None
    if not text.strip():
        raise _refused(path, "The file is empty.", "A file with something in it.", "Copy one of the examples and edit it.")
    return text


def _refused(path: Path, what: str, right: str, remedy: str) -> InputError:
    return InputError([Mistake(path.name, what, right, remedy)])


def read_yaml(path: str | Path) -> Document:
    """Read a YAML file safely: nothing in it is executed, and its size is bounded.

    Args:
        path: the file.

    Returns:
        The document as plain `dict`, `list`, `str`, `int`, `float`, `bool`, `date` and `None`.

    Raises:
        InputError: the file is missing, too large, not UTF-8, not YAML, or repeats a key.
    """
    path = Path(path)
    text = read_text(path)
    reader = YAML(typ="rt", pure=True)
    reader.allow_duplicate_keys = False
    try:
        tree = reader.load(text)
    except DuplicateKeyError as error:
        raise _not_yaml(path, error, "Each key once in a mapping.", "Remove or rename one of the two.") from None
    except MarkedYAMLError as error:
        raise _not_yaml(path, error, "YAML: `key: value`, indented by spaces.", "Mend the line, or the one above it.") from None
    except YAMLError as error:
        raise _refused(path, str(error), "YAML.", "Compare with one of the examples.") from None
    lines: dict[tuple[str | int, ...], int] = {}
    return Document(path, _plain(tree, (), lines, path), lines)


def _not_yaml(path: Path, error: MarkedYAMLError, right: str, remedy: str) -> InputError:
    line = error.problem_mark.line + 1 if error.problem_mark else 1
    problem = " ".join(str(error.problem).split("\n")[0].split())
    return InputError([Mistake(f"{path.name}:{line}", problem, right, remedy)])


def _plain(node: Any, at: tuple[str | int, ...], lines: dict[tuple[str | int, ...], int], path: Path) -> Any:
    """Turn the reader's tree into plain data, noting the line of every path."""
    if len(at) > DEEPEST_NESTING or len(lines) > MOST_NODES:
        raise _refused(path, "The file is nested too deeply or too large.", "A plain scenario.", "Remove aliases that expand.")
    if isinstance(node, dict):
        plain: dict[str, Any] = {}
        for key, value in node.items():
            name = key if isinstance(key, str) else str(key)
            lines[(*at, name)] = node.lc.key(key)[0] + 1 if key in node.lc.data else lines.get(at, 1)
            plain[name] = _plain(value, (*at, name), lines, path)
        return plain
    if isinstance(node, list):
        for index in range(len(node)):
            lines[(*at, index)] = node.lc.item(index)[0] + 1
        return [_plain(value, (*at, index), lines, path) for index, value in enumerate(node)]
    for kind in (bool, int, float, str):
        if isinstance(node, kind):
            return kind(node)
    return node
