"""YAML read safely: nothing in a file is executed, its size is bounded, and every value knows its line."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, ReusedAnchorWarning, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from frontdoor_sim.documents.files import Document, Keys, copied, dotted, read_text, refused
from frontdoor_sim.documents.mistakes import InputError, Mistake

DEEPEST_NESTING = 40
MOST_VALUES = 200_000

_TAG = "tag:yaml.org,2002:"
_SCALARS = {f"{_TAG}{kind}" for kind in ("str", "int", "float", "bool", "null", "timestamp")}
_AS_TEXT = {f"{_TAG}merge", f"{_TAG}value"}
_VALUES = {
    "timestamp": ("a date", "2019-06-03"),
    "int": ("a whole number", "3"),
    "float": ("a number", "2.5"),
    "bool": ("true or false", "true"),
}
_SIGNED = re.compile(r"\+\s*\d+(\.\d*)?\s*%?")
_RIGHT = "YAML: `name: value`, indented by spaces."
_PROBLEMS = (
    ("mapping values are not allowed", "A colon stands where it does not fit.",
     "Put text with a colon in quotes, or mend the indentation here or a missing colon in the line above."),
    (r"character '\\t'", "The line is indented by a tab.", "Indent it by spaces."),
    ("cannot start any token", "A value cannot begin with this character.", "Put the value in quotes."),
    ("end of stream", "A quotation mark opens here and never closes.", "Close it."),
    (r"expected ',' or '[\]}]'", "A bracket opens here and does not close, or a comma is missing.",
     "Close it, or add the comma."),
    ("undefined alias", "An alias (`*name`) refers to nothing.", "Write the value itself, or mark it `&name` above."),
    ("found another document", "A second document begins here (`---`).", "Keep one document in a file."),
    ("found '<scalar>'", "Text goes on after a value has ended.",
     "Put all of the text in double quotes, or close a quotation mark above."),
    ("expected <block end>", "The line does not fit those above it.", "Indent it like its neighbours."),
    ("unknown escape character", "A backslash in double quotes does not stand for itself.", "Use single quotes."),
)  # fmt: skip
"""What the reader says, what that means, and the remedy."""


def read_yaml(path: str | Path) -> Document:
    """Read a YAML file safely.

    Args:
        path: the file.

    Returns:
        The document as plain `dict` (names are text), `list`, `str`, `int`, `float`, `bool`, `date` and `None`.

    Raises:
        InputError: the file is missing, too large, not UTF-8 or not YAML, has a name twice, or holds what is not plain.
    """
    path = Path(path)
    document = _document(path, read_text(path))
    return Document(path, copied(document.data), document.lines, document.signed)


@lru_cache(maxsize=128)
def _document(path: Path, text: str) -> Document:
    """What the text of a file says; kept, since many options build on the same files."""
    yaml = YAML(typ="safe", pure=True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ReusedAnchorWarning)
            tree = yaml.compose(text)
    except RecursionError:
        raise _too_large(path) from None
    except YAMLError as error:
        raise InputError([_not_yaml(path, error, text)]) from None
    reading = _Reading(path, yaml)
    data = None if tree is None else reading.plain(tree, ())
    if reading.mistakes:
        raise InputError(reading.mistakes)
    return Document(path, data, reading.lines, reading.signed)


def _too_large(path: Path) -> InputError:
    right = f"At most {DEEPEST_NESTING} levels, and {MOST_VALUES:,} values with every alias written out."
    return refused(
        path, "The file is nested too deeply, or too large.", right, "Write it flatter, and remove aliases that expand."
    )


def _not_yaml(path: Path, error: YAMLError, text: str) -> Mistake:
    """What is wrong with a file that is not YAML, in plain words; in the reader's own where there are none."""
    if isinstance(error, ReaderError):
        line = text.count("\n", 0, error.position) + 1
        what = "An invisible control character stands here."
        return Mistake(f"{path.name}:{line}", what, "Plain text.", "Type the line again.")
    said = " ".join(str(getattr(error, "problem", error)).split("\n")[0].split())
    mark = _mark(error, said) if isinstance(error, MarkedYAMLError) else None
    where = f"{path.name}:{mark.line + 1}" if mark else path.name
    for pattern, what, remedy in _PROBLEMS:
        if re.search(pattern, said):
            return Mistake(where, what, _RIGHT, remedy)
    return Mistake(where, f"This is not YAML: {said}.", _RIGHT, "Mend the line, or the one above it.")


def _mark(error: MarkedYAMLError, said: str) -> Any:
    """Where to look: where something was opened, if what is missing is its end."""
    unclosed = "end of stream" in said or "expected ','" in said
    return error.context_mark if unclosed and error.context_mark else error.problem_mark


class _Reading:
    """Turns the nodes of a file into plain data, noting the line of every path, every plus sign, and every mistake."""

    def __init__(self, path: Path, yaml: YAML) -> None:
        self.path = path
        self.scalar = yaml.constructor.construct_object
        self.lines: dict[Keys, int] = {}
        self.signed: dict[Keys, str] = {}
        self.mistakes: list[Mistake] = []
        self.values = 0

    def plain(self, node: Node, at: Keys) -> Any:
        self.values += 1
        if len(at) > DEEPEST_NESTING or self.values > MOST_VALUES:
            raise _too_large(self.path)
        if at:
            self.lines.setdefault(at, node.start_mark.line + 1)
        if isinstance(node, MappingNode) and node.tag == f"{_TAG}map":
            return self.mapping(node, at)
        if isinstance(node, SequenceNode) and node.tag == f"{_TAG}seq":
            return [self.plain(inner, (*at, index)) for index, inner in enumerate(node.value)]
        if isinstance(node, ScalarNode) and node.tag in _SCALARS | _AS_TEXT:
            return self.value(node, at)
        what = f"{str(node.tag).replace(_TAG, '!!')} is a tag, and tags are not read."
        self.note(node, at, what, "Text, numbers, lists and mappings.", "Remove the tag.")
        return None

    def mapping(self, node: MappingNode, at: Keys) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for merged in self.merged(node):
            found |= self.mapping(merged, at)
        own: dict[str, int] = {}
        for key, value in node.value:
            if key.tag == f"{_TAG}merge":
                continue
            if not isinstance(key, ScalarNode):
                self.note(key, at, "A list or a mapping stands before the colon.", _RIGHT, "Write a name there.")
                continue
            if key.value in own:
                line = own[key.value]
                other = "" if line == key.start_mark.line + 1 else f"; it is also on line {line}"
                what = f"`{key.value}` is here twice{other}."
                self.note(key, (*at, key.value), what, "Each name once.", "Remove or rename one of the two.")
            own.setdefault(key.value, key.start_mark.line + 1)
            self.lines[(*at, key.value)] = key.start_mark.line + 1
            found[key.value] = self.plain(value, (*at, key.value))
        return found

    def merged(self, node: MappingNode) -> Iterator[MappingNode]:
        """The mappings that a `<<` takes in."""
        for key, value in node.value:
            if key.tag == f"{_TAG}merge":
                for one in value.value if isinstance(value, SequenceNode) else [value]:
                    if isinstance(one, MappingNode):
                        yield one
                    else:
                        what = "`<<` takes in what is not a mapping."
                        self.note(key, (), what, "An alias (`*name`) of a mapping.", "Write the fields out.")

    def value(self, node: ScalarNode, at: Keys) -> Any:
        if _SIGNED.fullmatch(str(node.value)):
            self.signed[at] = str(node.value)
        if node.tag in _AS_TEXT:
            return str(node.value)
        try:
            value = self.scalar(node)
        except (ValueError, YAMLError):
            kind, example = _VALUES.get(str(node.tag).removeprefix(_TAG), ("a plain value", "text in quotes"))
            self.note(
                node, at, f"{node.value!r} is not {kind}.", f"{kind.capitalize()}, such as {example}.", "Correct it."
            )
            return None
        return value if value is None or isinstance(value, (bool, int, float, str, date)) else str(value)

    def note(self, node: Node, at: Keys, what: str, right: str, remedy: str) -> None:
        where = f"{self.path.name}:{node.start_mark.line + 1}"
        self.mistakes.append(Mistake(f"{where}: {dotted(at)}" if at else where, what, right, remedy))
