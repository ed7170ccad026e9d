"""What each field of a record takes, in plain words: mistakes say it, and the manual prints it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, Tag

from frontdoor_sim.documents import in_words
from frontdoor_sim.operating_model import (
    Duration,
    Moments,
    OperatingModel,
    Rules,
    Share,
    Shift,
    Systems,
    Weeks,
)
from frontdoor_sim.scenario.changes import Amount, Moved
from frontdoor_sim.scenario.paths import Path


@dataclass(frozen=True)
class Takes:
    """What may stand in a field.

    Args:
        words: in plain words.
        example: a value that fits, as YAML; `{}` or `[]` where the words must do.
    """

    words: str
    example: str

    @property
    def sentence(self) -> str:
        """The words as a sentence."""
        return f"{self.words[:1].upper()}{self.words[1:]}."


@dataclass(frozen=True)
class Slot:
    """A place where a value may stand.

    Args:
        hint: its type, as the model has it.
        limits: what the model says beside the type.
        required: whether it must be there, and its default where not.
        own: what it takes, where the type does not say.
    """

    hint: Any
    limits: tuple[Any, ...] = ()
    required: bool = True
    default: Any = None
    own: Takes | None = None


_TARGETS = "the name of a stage or an end, or shares of several that sum to 100%"
_OF_DURATION = (
    "a duration such as 10 min, 4 h or 3 working days, a distribution with its unit such as "
    "{distribution: exponential, mean: 10, unit: minutes}, or the name of a duration in the parameters file"
)
_PER_HOUR = 'a number an hour, or one for windows of the week, such as {"Mon-Fri 08:00-18:00": 3, otherwise: 0.5}'
_BY_SOURCE = "a share from 0 to 1, a percentage such as 15%, or one for each source, such as {police: 15%, other: 40%}"
_OFFICE = '{Mon-Fri: "09:00-17:00"}'
_SHAPE = Takes("a distribution, such as {distribution: exponential, mean: 1}", "{distribution: exponential, mean: 1}")
_BY_PATH = Takes("values by path, such as {teams.desk.staff.officer.wte: 3}", "{teams.desk.site: hall}")

_TYPES: tuple[tuple[Any, Takes], ...] = (
    (Duration, Takes(_OF_DURATION, "10 min")),
    (Share, Takes("a share from 0 to 1, or a percentage such as 15%", "15%")),
    (Weeks, Takes("a number of weeks from 0 to 520, such as 26 weeks", "26 weeks")),
    (Shift, Takes('days and hours, such as {Mon-Thu: "08:30-17:15", Fri: "08:30-16:45"}', _OFFICE)),
    (Moments, Takes('days and times, such as "Mon-Fri 10:00, 15:00"', '"Mon-Fri 10:00, 15:00"')),
    (Systems, Takes("a name, or a list of names", "system_a")),
    (Amount, Takes("pounds, or the lowest and the highest, such as 12000 or [10000, 15000]", "12000")),
    (Moved | None, Takes("where the work goes, such as {to: allocation}", "{to: allocation}")),
    (Rules, Takes(f"{_TARGETS}, or a list of rules with `if` and `to`", "closed")),
)
"""Types that have a way of writing of their own."""

_FIELDS = {
    "Rule.to": Takes(_TARGETS, "closed"),
    "Arrivals.per_hour": Takes(_PER_HOUR, "3"),
    "Arrivals.together": _SHAPE,
    "Returns.growth": _SHAPE,
    "ConsentStage.arrives_with": Takes(_BY_SOURCE, "15%"),
    "CaseloadStage.allocates": Takes('a shift, or days and times such as "Mon-Fri 09:30"', '"Mon-Fri 09:30"'),
    "OperatingModel.name": Takes("what the scenario is called", "name"),
    "OptionFile.name": Takes("what the option is called", "name"),
    "OptionFile.changes": Takes("the scenario file that this option changes, such as as_found.yaml", "as_found.yaml"),
    "StudyFile.base": Takes("the scenario file of today's model, such as as_found.yaml", "as_found.yaml"),
    "StudyFile.options": Takes("a list of option files, such as [one_system.yaml, hub.yaml]", "[one_system.yaml]"),
    "Change.say": Takes("what is changed, in words", "name"),
    "Change.set": _BY_PATH,
    "Change.add": _BY_PATH,
    "Change.adjust": Takes("numbers to add by path, such as {teams.desk.staff.officer.wte: +1.5}", "{}"),
    "Change.remove": Takes(
        "a path, a list of paths, or paths with where the work goes, such as {stages.sign_off: {to: allocation}}",
        "[stages.consent]",
    ),
    "Moved.to": Takes("the name of what the work goes to", "allocation"),
    "Change.rename": Takes("new names by path, such as {stages.screening: triage}", "{stages.screening: triage}"),
    "Change.over": Takes("a path, or a list of paths", "teams.desk.site"),
    "CombinationFile.name": Takes("what the options together are called", "name"),
    "CombinationFile.combines": Takes(
        "a list of two option files or more, such as [one_system.yaml, one_site.yaml]",
        "[one_system.yaml, one_site.yaml]",
    ),
    "CombinationFile.over": Takes("a path, or a list of paths", "teams.desk.site"),
}
"""Single fields that have one."""

_PLAIN = {
    bool: Takes("either true or false", "true"),
    str: Takes("a name or text", "name"),
    date: Takes("a date such as 2019-06-03", "2019-06-03"),
    time: Takes('a time of day such as "17:15"', '"17:15"'),
}


@cache
def fields_of(model: type[BaseModel]) -> Mapping[str, Slot]:
    """The fields of a record by their names in a file.

    Example:
        >>> from frontdoor_sim.operating_model import Staff
        >>> print(takes(fields_of(Staff)["wte"]).sentence)
        A number from 0 to 2000, such as 2.5.
    """
    hints = get_type_hints(model, include_extras=True)
    found = {}
    for name, field in model.model_fields.items():
        own = _FIELDS.get(f"{model.__name__}.{name}")
        found[field.alias or name] = Slot(
            hints[name], tuple(field.metadata), field.is_required(), field.get_default(call_default_factory=True), own
        )
    return found


def takes(slot: Slot) -> Takes:
    """What may stand in a slot.

    Example:
        >>> takes(Slot(Literal["red", "amber"])), takes(Slot(Share)).example
        (Takes(words='one of red or amber', example='red'), '15%')
    """
    if slot.own is not None:
        return slot.own
    for hint, words in _TYPES:
        if hint == slot.hint:
            return words
    bare = bare_of(slot)
    origin, inner = get_origin(bare.hint), get_args(bare.hint)
    if bare.hint in (int, float):
        return _number(bare)
    if origin is Literal:
        return Takes(f"one of {in_words(inner)}" if len(inner) > 1 else f"the word {inner[0]}", str(inner[0]))
    if origin in (Union, UnionType):
        return _either(bare)
    if origin is tuple:
        return _several(bare)
    if origin is dict:
        names = "names" if inner[0] is str else in_words(choices_of(Slot(inner[0])), "and")
        return Takes(f"{names}, each {_with(Slot(inner[1]))}", "{}")
    if is_record(bare):
        fields = list(fields_of(bare.hint))
        return Takes(f"the field{'s' if len(fields) > 1 else ''} {in_words(fields, 'and')}", "{}")
    return _PLAIN.get(bare.hint, Takes("any value", "name"))


def is_record(slot: Slot) -> bool:
    """Whether a slot holds a record: a mapping with fields of its own."""
    return isinstance(slot.hint, type) and issubclass(slot.hint, BaseModel)


def _with(slot: Slot) -> str:
    """What an item of a list or mapping has, or is."""
    if is_record(slot):
        return f"with {in_words(fields_of(slot.hint), 'and')}"
    kinds = all(tag_of(member) for member in members_of(slot))
    return f"with {takes(slot).words}" if kinds else takes(slot).words


def bare_of(slot: Slot) -> Slot:
    """The slot without `Annotated`; the limits written there are kept."""
    if get_origin(slot.hint) is not Annotated:
        return slot
    inner, *beside = get_args(slot.hint)
    limits = [limit for one in beside for limit in getattr(one, "metadata", [one])]
    return Slot(inner, (*slot.limits, *limits), slot.required, slot.default)


def members_of(slot: Slot) -> list[Slot]:
    """The alternatives of a type, `None` left out; a type without alternatives is its own only one.

    Example:
        >>> [member.hint for member in members_of(Slot(int | str | None))]
        [<class 'int'>, <class 'str'>]
    """
    bare = bare_of(slot)
    if get_origin(bare.hint) not in (Union, UnionType):
        return [slot]
    return [Slot(member, slot.limits) for member in get_args(bare.hint) if member is not NoneType]


def tag_of(slot: Slot) -> str:
    """The tag of an alternative, such as the kind of a stage; empty where it has none."""
    beside = get_args(slot.hint)[1:] if get_origin(slot.hint) is Annotated else ()
    return next((str(one.tag) for one in beside if isinstance(one, Tag)), "")


def _either(slot: Slot) -> Takes:
    """One of several types; of stages and their like, what tells the kinds apart."""
    members = members_of(slot)
    if all(tag_of(member) for member in members):
        return Takes(f"fields and a `kind`: {in_words(tag_of(member) for member in members)}", "{}")
    words = dict.fromkeys(takes(member).words for member in members)
    return Takes(", or ".join(words), takes(members[0]).example)


def _several(slot: Slot) -> Takes:
    inner = get_args(slot.hint)
    of = takes(Slot(inner[0]))
    if inner[1:] != (Ellipsis,):
        kind = "numbers" if inner[0] is float else f"items, each {of.words}"
        return Takes(
            f"a list of {len(inner)} {kind}", f"[{', '.join(f'{number / 2:g}' for number in range(1, len(inner) + 1))}]"
        )
    if any(getattr(getattr(limit, "func", None), "__name__", "") == "_as_list" for limit in slot.limits):
        return Takes(f"{of.words}, or a list of these", of.example)
    return Takes(f"a list, each item {_with(Slot(inner[0]))}", "[]")


def _number(slot: Slot) -> Takes:
    """A number with its limits; the example lies within them."""
    limit = {name: getattr(one, name) for one in slot.limits for name in ("ge", "gt", "le") if hasattr(one, name)}
    low, high = limit.get("ge", limit.get("gt")), limit.get("le")
    kind, example = ("a whole number", 3.0) if slot.hint is int else ("a number", 2.5)
    example = min(max(example, low or example), high or example)
    if low is not None and high is not None:
        kind += f" from {low:g} to {high:g}"
    elif low is not None:
        kind += f" above {low:g}" if "gt" in limit else f" of {low:g} or more"
    return Takes(f"{kind}, such as {example:g}", f"{example:g}")


def is_share(place: Path) -> bool:
    """Whether a number at this place of a scenario is a share, so that a percentage means that number and nothing else.

    Example:
        >>> is_share(("teams", "desk", "staff", 0, "non_case_share")), is_share(("teams", "desk", "staff", 0, "wte"))
        (True, False)
    """
    if place[:1] == ("routes",):
        return "if" not in place
    return place[-2:-1] == ("shares",) or any(slot.hint == Share for slot in _slots_at(place))


def field_steps(place: Path) -> tuple[int, ...]:
    """Which steps of a path name fields of the file's structure; the others are names that somebody chose, and numbers.

    Example:
        >>> field_steps(("teams", "early_help", "site")), field_steps(("thresholds", "early_help"))
        ((0, 2), (0, 1))
    """
    return tuple(
        index
        for index, step in enumerate(place)
        if any(is_record(slot) and str(step) in fields_of(slot.hint) for slot in map(bare_of, _slots_at(place[:index])))
    )


def _slots_at(place: Path) -> list[Slot]:
    """What may stand at a place, of every alternative that has such a place."""
    found = [Slot(OperatingModel)]
    for step in place:
        inside = []
        for slot in map(bare_of, found):
            if is_record(slot):
                inside += [fields_of(slot.hint)[str(step)]] if step in fields_of(slot.hint) else []
            elif get_origin(slot.hint) in (dict, tuple):
                inside.append(Slot(get_args(slot.hint)[1 if get_origin(slot.hint) is dict else 0]))
        found = [member for slot in inside for member in members_of(slot)]
    return found


def choices_of(slot: Slot) -> list[str]:
    """The words that a slot allows, where it allows only some; alternatives and lists are looked into.

    Example:
        >>> choices_of(Slot(Literal["red", "amber"] | None))
        ['red', 'amber']
    """
    bare = bare_of(slot)
    origin, inner = get_origin(bare.hint), get_args(bare.hint)
    if origin is Literal:
        return [str(word) for word in inner]
    if origin is tuple:
        return choices_of(Slot(inner[0]))
    if origin in (Union, UnionType):
        return [word for member in members_of(bare) for word in choices_of(member)]
    return []
