"""What to tell somebody who gives a function another thing than it wants, such as the name of a file."""

from __future__ import annotations

from pathlib import Path

from frontdoor_sim.documents.mistakes import InputError, Mistake, shown


def check_given(kind: type, thing: str, reader: str, instead: str, **given: object) -> None:
    """Refuse what is not of the kind that a function wants, and say how to come by it.

    Args:
        kind: what is wanted.
        thing: what that is, in words.
        reader: the function that reads one from a file.
        instead: what to do where no file was named.
        given: each argument by its name.

    Raises:
        InputError: everything that is of another kind.

    Example:
        >>> check_given(int, "a scenario", "fd.read_scenario", "Read one.", base=3)
        >>> check_given(int, "a scenario", "fd.read_scenario", "Read one.", base="north.yaml")
        Traceback (most recent call last):
        frontdoor_sim.documents.InputError: 1 mistake.
        <BLANKLINE>
        base
          what:   'north.yaml' is the name of a file, not a scenario.
          right:  A scenario, as fd.read_scenario reads it.
          remedy: Write fd.read_scenario("north.yaml").
    """
    mistakes = []
    for name, value in given.items():
        if isinstance(value, kind):
            continue
        of_a_file = isinstance(value, (str, Path))
        what = f"{shown(str(value))} is the name of a file" if of_a_file else f"This is a {type(value).__name__}"
        remedy = f'Write {reader}("{value}").' if of_a_file else instead
        mistakes.append(Mistake(name, f"{what}, not {thing}.", f"{_capital(thing)}, as {reader} reads it.", remedy))
    if mistakes:
        raise InputError(mistakes)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
