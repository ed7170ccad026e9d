"""A command line whose mistakes are told as those of a file are."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from frontdoor_sim.documents.mistakes import InputError, Mistake, in_words, nearest

WRONG = 2
"""Exit code of a command line that is wrong."""

_CHOICE = re.compile(r"argument (?P<where>.+?): invalid choice: '?(?P<word>[^']+?)'? \(choose from (?P<choices>.+)\)")
_MISSING = re.compile(r"the following arguments are required: (?P<names>.+)")
_ARGUMENT = re.compile(r"argument (?P<where>.+?): (?P<what>.+)", re.DOTALL)


class CommandLine(argparse.ArgumentParser):
    """A parser that says where, what, what would be right and the remedy, and what a misspelt word may have meant.

    Example:
        >>> command = CommandLine(prog="frontdoor run")
        >>> _ = command.add_argument("--replications", help="how many runs", type=int)
        >>> print(command.strangers(["--relications"])[0])
        --relications
          what:   frontdoor run has no such option.
          right:  An option of `frontdoor run --help`.
          remedy: Did you mean --replications?
    """

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As its parent does; what a command does not know is refused by the command itself, which knows its own words."""
        found, rest = super().parse_known_args(args, namespace)
        if rest:
            self._refuse(self.strangers(rest))
        return found, rest

    def strangers(self, words: Sequence[str]) -> list[Mistake]:
        """A mistake for each option that there is not, or for each word that is one too many where there is none."""
        options = [word.partition("=")[0] for word in words if word.startswith("-")]
        known = [text for action in self._actions for text in action.option_strings if text.startswith("--")]
        if options:
            right = f"An option of `{self.prog} --help`."
            return [
                Mistake(word, f"{self.prog} has no such option.", right, self._meant(word, known)) for word in options
            ]
        return [
            Mistake(word, f"{self.prog} takes no further word.", f"`{self._takes()}`, and its options.", self._look())
            for word in words
        ]

    def error(self, message: str) -> NoReturn:
        """Refuse what was typed, for a reason that the parent gives."""
        if choice := _CHOICE.fullmatch(message):
            choices = [word.strip().strip("'") for word in choice["choices"].split(",")]
            what, right = f"There is no {choice['word']!r}.", f"One of {in_words(choices)}."
            self._refuse([Mistake(_said(choice["where"]), what, right, self._meant(choice["word"], choices))])
        if missing := _MISSING.fullmatch(message):
            names = missing["names"].split(", ")
            self._refuse([Mistake(name, "This is missing.", self._help_of(name), self._look()) for name in names])
        where, what = (
            (found["where"], found["what"]) if (found := _ARGUMENT.fullmatch(message)) else (self.prog, message)
        )
        what = f"{what[:1].upper()}{what[1:].rstrip('.')}."
        self._refuse([Mistake(_said(where), what, self._help_of(where), self._look())])

    def _refuse(self, mistakes: Iterable[Mistake]) -> NoReturn:
        self.exit(WRONG, f"{InputError(mistakes)}\n")

    def _meant(self, word: str, known: Sequence[str]) -> str:
        near = nearest(word, known)
        return f"Did you mean {in_words(near)}?" if near else self._look()

    def _look(self) -> str:
        return f"`{self.prog} --help` has all words."

    def _takes(self) -> str:
        """How the command is written, but for its options."""
        words = [action for action in self._actions if not action.option_strings]
        return " ".join(
            [self.prog, *(f"{one.metavar or one.dest}{' ...' if one.nargs == '+' else ''}" for one in words)]
        )

    def _help_of(self, where: str) -> str:
        """What is said of an argument, by its option or what stands for it; how the command is written, if nothing is."""
        for action in self._actions:
            if where.split("/")[-1] in (*action.option_strings, action.metavar, action.dest):
                if action.choices:
                    return f"One of {in_words(action.choices)}."
                if action.help:
                    return f"{action.help[:1].upper()}{action.help[1:].rstrip('.')}.".replace("%%", "%")
        return f"`{self._takes()}`, and its options."


def _said(where: str) -> str:
    """An argument by the longest of its names, such as `--output` for `-o/--output`."""
    return max(where.split("/"), key=len)
