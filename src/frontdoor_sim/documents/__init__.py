"""Files that people write, and what to tell them when a file is wrong.

Every mistake has four parts: where, what, what would be right, and the remedy.
All mistakes of a file are collected and raised once, as an `InputError`.
"""

from frontdoor_sim.documents.arguments import check_given
from frontdoor_sim.documents.command_line import CommandLine
from frontdoor_sim.documents.files import Document, Keys, copied, dotted, read_text
from frontdoor_sim.documents.mistakes import InputError, Mistake, in_words, nearest, shown
from frontdoor_sim.documents.yaml_files import read_yaml

__all__ = [
    "CommandLine",
    "Document",
    "InputError",
    "Keys",
    "Mistake",
    "check_given",
    "copied",
    "dotted",
    "in_words",
    "nearest",
    "read_text",
    "read_yaml",
    "shown",
]

InputError.__module__ = __name__  # the name under which users meet it
