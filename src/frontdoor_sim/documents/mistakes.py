"""Mistakes in four parts, and the error that carries all of a file's."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass


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
    """The user's input is wrong; carries every mistake found, each once: file by file, and within a file by line.

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
        self.mistakes: tuple[Mistake, ...] = in_file_order(mistakes)
        super().__init__(self.mistakes)

    def __str__(self) -> str:
        number = len(self.mistakes)
        head = "1 mistake." if number == 1 else f"{number} mistakes."
        return "\n\n".join([head, *(str(mistake) for mistake in self.mistakes)])

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Mistake, ...]]]:
        """Survive the trip home from a worker process."""
        return (type(self), (self.mistakes,))


def in_file_order(mistakes: Iterable[Mistake]) -> tuple[Mistake, ...]:
    """Each mistake once: files in the order in which they first occur, within a file by line, and last of the whole file.

    Example:
        >>> late, early = Mistake("a.yaml:9: x", "", "", ""), Mistake("a.yaml:2: y", "", "", "")
        >>> [mistake.where for mistake in in_file_order([late, early, late])]
        ['a.yaml:2: y', 'a.yaml:9: x']
    """
    places = {mistake: _file_and_line(mistake.where) for mistake in mistakes}
    files = list(dict.fromkeys(file for file, _ in places.values()))
    return tuple(sorted(places, key=lambda mistake: (files.index(places[mistake][0]), places[mistake][1])))


def _file_and_line(where: str) -> tuple[str, float]:
    found = re.match(r"(.+?):(\d+)(?::|$)", where)
    return (found[1], int(found[2])) if found else (where.split(": ")[0], math.inf)


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


def shown(value: object, most: int = 60) -> str:
    """A value much as it stands in a file, cut short where it has more than so many letters.

    Example:
        >>> print(shown({"a": [1, True], "b": "x"}), shown(None), shown("x"))
        {a: [1, true], b: x} nothing 'x'
    """
    text = repr(value) if isinstance(value, str) else "nothing" if value is None else _flow(value)
    return text if len(text) <= most else f"{text[: most - 3].rstrip(' ,:.')}..."


def _flow(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_flow(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value).removesuffix(".0") if isinstance(value, float) else str(value)
