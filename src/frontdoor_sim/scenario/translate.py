"""What the schema found wrong, in the four parts that users read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from frontdoor_sim.documents import Mistake, dotted, in_words, nearest, shown
from frontdoor_sim.operating_model import MOST_WEEKS, Duration, OperatingModel, Share, Weeks
from frontdoor_sim.scenario.fields import Slot, bare_of, choices_of, fields_of, is_record, members_of, tag_of, takes
from frontdoor_sim.scenario.paths import Path, further_in, look

_NO_EXAMPLE = {
    "{}": "its fields, one a line",
    "[]": "a list, one item a line, each after a dash",
    "name": "text",
}
"""Examples that say nothing, and what to write."""

_PERCENTAGE = re.compile(r"'?\s*(\d+(?:\.\d+)?)\s*%\s*'?")
_DATES_IN_WORDS = ("%d %B %Y", "%d %b %Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%B %d, %Y")
_NUMBER = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\.?\s*")
_UNITS = {"touch": "min", "rekey": "min", "search": "min", "lasts": "min", "hold": "weeks"}
"""Units in which fields are mostly written; others in hours."""
_WEEKS = ("w", "wk", "wks")
"""What is written for weeks, and not read."""
_REMEDY_BEGINS = re.compile(r"[:;] (?=(?:write|give|round|did you mean)\b)")
_LAWS = {
    "^shares of a route sum": "Change the shares until they sum to 100%.",
    "^(thresholds|RAG cut-points) rise": "Put the numbers in this order.",
    "^an order has at most": "Leave two of them.",
    "^given and refused": "Lower one of the two.",
    "^entries that are late": 'Add the times, such as `entered: "Mon-Fri 09:00, 16:30"`.',
    "^other work lasts": "Write, for example, `lasts: 90 min`.",
    "^a partner with a team": "Add the one that is missing, or remove the other.",
    "^a partner answers": "Add `delay: 1 working day`, or a `team` with a `touch`.",
    "^noise is the error of the grade": "Add `regrades: true`, or remove `noise`.",
    "^a duration is never below 0": "Use a lognormal or a gamma, or raise the lowest value.",
    "^the unit of a duration": "Give a unit, such as `unit: minutes`.",
    "^a change ends after it begins": "Put the later of the two dates in `until`.",
    "^a change has at least": "Say what is set, added, adjusted, removed or renamed.",
    " takes | needs? | must be |^shares of bands": "Correct the numbers of the distribution.",
}
"""Words of the model that say what would be right, with the remedy."""

_FAULTS = {
    "^`ramp: .*` has no `from`": (
        "A date in `from`, on which it begins to take hold.",
        "Add the date, such as `from: 2025-02-03`, or leave `ramp` out.",
    ),
    "^the ramp is over on": (
        "A ramp that is over before the change ends.",
        "Shorten `ramp`, or write a later date in `until`.",
    ),
}
"""Words of the model that say what is wrong, with what would be right and the remedy."""


@dataclass(frozen=True)
class Refusal:
    """A place that the schema refuses.

    Args:
        place: path in the file; of something that is missing, where it would stand.
        why: it is missing; it is no field of its record, or no name that its mapping knows; it is unfit, or the model
            has words of its own for that.
        slot: what may stand there; of a field its record, of a name the names.
        words: the model's own, where there are any.
    """

    place: Path
    why: Literal["missing", "field", "name", "worded", "unfit"]
    slot: Slot
    words: str = ""


def translate(error: ValidationError, root: type[BaseModel], data: Any) -> list[tuple[Path, Mistake]]:
    """One mistake for each place that the schema refuses, with the place; the caller fills in `where`.

    Args:
        error: what the schema raised.
        root: the record that the data was to be.
        data: plain data, as in the file.

    Example:
        >>> from frontdoor_sim.operating_model import Staff
        >>> data = {"role": "officer", "wte": "six", "shift": "office"}
        >>> try:
        ...     Staff.model_validate(data)
        ... except ValidationError as error:
        ...     print(translate(error, Staff, data)[0][1].what)
        `wte` cannot be 'six'.
    """
    found = refusals(error, root, data)
    without_space = [(*one.place[:-1], str(one.place[-1]).partition(":")[0]) for one in found if one.why == "field"]
    return [(one.place, _mistake(one, data)) for one in found if one.why != "missing" or one.place not in without_space]


def refusals(error: ValidationError, root: type[BaseModel], data: Any) -> list[Refusal]:
    """The places that the schema refuses, each once; where alternatives are refused, the deepest place."""
    found: dict[Path, Refusal] = {}
    for detail in error.errors(include_url=False):
        refusal = _refusal(detail, root, data)
        found.setdefault(refusal.place, refusal)
    return [found[at] for at in found if not any(at == other[: len(at)] and at != other for other in found)]


def _refusal(detail: ErrorDetails, root: type[BaseModel], data: Any) -> Refusal:
    way, kind = detail["loc"], detail["type"]
    place, slot, record = _followed(way, root, data)
    if way[-1:] == ("[key]",):
        return Refusal(place, "name", Slot(get_args(bare_of(_followed(way[:-2], root, data)[1]).hint)[0]))
    if kind == "missing" and isinstance(way[-1], int):
        return Refusal(place, "unfit", _followed(way[:-1], root, data)[1])
    if kind == "missing":
        return Refusal((*place, way[-1]), "missing", slot)
    if kind == "extra_forbidden":
        return Refusal(place, "field", record)
    if kind == "union_tag_invalid":
        return Refusal((*place, "kind"), "unfit", Slot(Literal[tuple(tag_of(member) for member in members_of(slot))]))
    if kind == "value_error" and _tells(slot, look(data, place)):
        return Refusal(place, "worded", slot, str(detail["msg"]).removeprefix("Value error, "))
    return Refusal(place, "unfit", slot)


def _tells(slot: Slot, given: Any) -> bool:
    """Whether the model's own words tell a reader more than that the value does not fit."""
    plain = any(bare_of(member).hint is time for member in members_of(slot))
    return not plain and not (slot.hint == Duration and not isinstance(given, (str, dict)))


def _followed(way: tuple[str | int, ...], root: type[BaseModel], data: Any) -> tuple[Path, Slot, Slot]:
    """The schema's way to a finding, followed through the file: its place, what may stand there, and in which record.

    The schema's own marks (kinds, alternatives) are no part of a place, nor is the list around a single value.
    """
    place: Path = ()
    slot = inside = record = Slot(root)
    for step in way:
        several = members_of(inside)
        if len(several) > 1:
            inside = _alternative(several, str(step))
            slot = inside if tag_of(inside) else slot
            continue
        inner = _inner(bare_of(several[0]), step)
        if inner is None:
            continue
        record = bare_of(several[0]) if is_record(bare_of(several[0])) else record
        slot = inside = inner
        here = look(data, place)
        if (isinstance(here, dict) and step in here) or (isinstance(here, list) and step in range(len(here))):
            place = (*place, step)
    return place, slot, record


def _alternative(several: list[Slot], mark: str) -> Slot:
    """The alternative that a mark of the schema stands for: a tag, or what the type is."""
    for member in several:
        if tag_of(member) == mark or (get_origin(bare_of(member).hint) is dict and mark.startswith("dict[")):
            return member
    return several[0]


def _inner(slot: Slot, step: str | int) -> Slot | None:
    """What may stand one step further inside; None where the step is a mark of the schema."""
    hint = slot.hint
    if is_record(slot):
        return fields_of(hint).get(str(step), slot)
    if get_origin(hint) is dict:
        return Slot(get_args(hint)[0 if step == "[key]" else 1])
    if get_origin(hint) is tuple and isinstance(step, int):
        return Slot(get_args(hint)[0])
    return None


def _mistake(refusal: Refusal, data: Any) -> Mistake:
    place, slot = refusal.place, refusal.slot
    name = _name(place)
    if refusal.why == "field":
        known = [*fields_of(slot.hint), *(["parameters"] if slot.hint is OperatingModel else [])]
        return _unknown(name, known, _further_in(data, place))
    if refusal.why == "name":
        return _unknown(name, choices_of(slot))
    right, given = takes(slot).sentence, look(data, place)
    if refusal.why == "missing":
        return Mistake("", f"`{name}` is missing.", right, _example("Add", place, slot))
    what = f"`{name}` cannot {'hold' if isinstance(place[-1], int) else 'be'} {shown(given)}."
    if refusal.why == "worded":
        return _worded(refusal, what, right, given)
    return Mistake("", f"`{name}` is empty." if given is None else what, right, _instead(place, slot, given))


def _name(place: Path) -> str:
    """What a place is called: its last name, of an item that of its list."""
    return next((step for step in reversed(place) if isinstance(step, str)), "the file")


def _further_in(data: Any, place: Path) -> list[str]:
    """Where a field that is not known stands further in, such as the number of people not of a team but of its staff."""
    ways = further_in(look(data, place[:-1]), [str(place[-1])]) if place[:-1] else []
    return [dotted((*place[:-1], *way)) for way in ways]


def _unknown(name: str, known: list[str], further: Sequence[str] = ()) -> Mistake:
    near = further or nearest(name, known)
    before, _, after = name.partition(":")
    if before in known:
        remedy = f"Write a space after the colon: `{before}: {after}`."
    else:
        remedy = f"Did you mean {in_words(near)}?" if near else "Remove it, or correct the name."
    return Mistake("", f"`{name}` is not known here.", f"One of {in_words(known)}.", remedy)


def _worded(refusal: Refusal, what: str, right: str, given: Any) -> Mistake:
    """The model's own words: a law says what is right, anything else says what is wrong, perhaps with the remedy."""
    percentage = re.search(f"not {_PERCENTAGE.pattern}$", refusal.words)
    if percentage:
        remedy = f"Write the number itself, {float(percentage[1]) / 100:g}."
        return Mistake("", what, _sentence(refusal.words), remedy)
    for fault, (better, remedy) in _FAULTS.items():
        if re.search(fault, refusal.words):
            return Mistake("", _sentence(refusal.words), better, remedy)
    for law, remedy in _LAWS.items():
        if re.search(law, refusal.words):
            return Mistake("", what, _sentence(refusal.words), remedy)
    said, *advice = _REMEDY_BEGINS.split(re.sub(r"\bNone\b", "nothing", refusal.words), maxsplit=1)
    remedy = _sentence(advice[0]) if advice else _example("Write", refusal.place, refusal.slot)
    remedy = _meant(refusal.place, refusal.slot, given) or remedy
    return Mistake("", _sentence(said), right, remedy)


def _instead(place: Path, slot: Slot, given: Any) -> str:
    near = nearest(str(given), choices_of(slot)) if isinstance(given, str) else []
    if near:
        return f"Did you mean {in_words(near)}?"
    if meant := _meant(place, slot, given):
        return meant
    if any(bare_of(member).hint is date for member in members_of(slot)) and (day := as_date(given)):
        return f"Write `{day}`." if isinstance(place[-1], int) else f"Write `{_name(place)}: {day}`."
    number = bare_of(slot).hint is float and slot.hint != Share
    percentage = _PERCENTAGE.fullmatch(given) if isinstance(given, str) and number else None
    if percentage:
        return f"Write the number itself, `{_name(place)}: {float(percentage[1]) / 100:g}`."
    text = slot.hint is str and isinstance(given, (int, float))
    return f'Put it in quotes if it is a name: "{shown(given)}".' if text else _example("Write", place, slot)


def as_date(given: Any) -> date | None:
    """The date that somebody wrote in words, or day first; None where it is none.

    Example:
        >>> [str(as_date(given)) for given in ("1 March 2020", "1st Mar 2020", "03/06/2019", "soon", 5)]
        ['2020-03-01', '2020-03-01', '2019-06-03', 'None', 'None']
    """
    if not isinstance(given, str):
        return None
    text = re.sub(r"(?<=\d)(st|nd|rd|th)\b", "", given.strip())
    for form in _DATES_IN_WORDS:
        with suppress(ValueError):
            return datetime.strptime(text, form).date()
    return None


def _meant(place: Path, slot: Slot, given: Any) -> str:
    """The remedy with the number that was given, where its unit alone is missing or another; else nothing."""
    written = _NUMBER.fullmatch(str(given)) if isinstance(given, (int, float, str)) else None
    if written is None:
        return ""
    number, unit = float(written[1]), written[2].lower()
    hints, name = [member.hint for member in members_of(slot)], _name(place)
    before = "" if isinstance(place[-1], int) else f"{name}: "
    if Share in hints and not unit and 1 < number <= 100:
        return f"Did you mean `{before}{number:g}%`?"
    if Duration in hints and not unit and number:
        return f"Write its unit, such as `{before}{number:g} {_UNITS.get(name, 'h')}`."
    if Weeks in hints and unit in _WEEKS and number.is_integer() and number <= MOST_WEEKS:
        return f"Write `{before}{number:g} week{'' if number == 1 else 's'}`."
    return ""


def _example(verb: str, place: Path, slot: Slot) -> str:
    """The remedy with an example, where a short one can be given."""
    example, name = takes(slot).example, _name(place)
    if example in _NO_EXAMPLE:
        return f"Add `{name}:` with {_NO_EXAMPLE[example]}." if verb == "Add" else f"Write {_NO_EXAMPLE[example]}."
    return f"{verb}, for example, `{example if isinstance(place[-1], int) else f'{name}: {example}'}`."


def _sentence(text: str) -> str:
    text = f"{text[:1].upper()}{text[1:]}"
    return text if text.endswith((".", "?")) else f"{text}."
