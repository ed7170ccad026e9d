"""What a law finds, and how it is said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from frontdoor_sim.documents import Mistake, in_words, nearest
from frontdoor_sim.operating_model import OperatingModel
from frontdoor_sim.scenario.paths import Path

Found = Iterator[tuple[Path, Mistake]]
Law = Callable[[OperatingModel], Found]

ENTRY, ALWAYS = "entry", "always"


def broken(at: Path, what: str, right: str, remedy: str) -> tuple[Path, Mistake]:
    """A place, and what is wrong there; `where` is filled in by who reads the file."""
    return at, Mistake("", what, right, remedy)


def unknown(at: Path, what: str, name: str, names: Iterable[str]) -> tuple[Path, Mistake]:
    """A name that stands for nothing, with the nearest that stands for something."""
    known = list(names)
    near = nearest(name, known)
    remedy = f"Did you mean {in_words(near)}?" if near else "Correct the name, or add what it stands for."
    right = (
        f"One of {in_words(known)}."
        if len(known) > 1
        else f"There is only {known[0]}."
        if known
        else "There is none yet."
    )
    return broken(at, f"No {what} is called {name!r}.", right, remedy)
