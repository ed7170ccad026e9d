"""What a change touches, as lines of what was and what is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from frontdoor_sim.documents import copied, dotted, in_words
from frontdoor_sim.experiment.explain.values import NOTHING, people, plural, route, rule, told
from frontdoor_sim.operating_model import STAGE_KINDS, Staff, Team
from frontdoor_sim.scenario import Scenario
from frontdoor_sim.scenario.changes import Touched
from frontdoor_sim.scenario.fields import field_steps, fields_of
from frontdoor_sim.scenario.paths import Path, look
from frontdoor_sim.scenario.resolve import resolve

_ONE = {"shifts": "shift", "teams": "team", "stages": "stage", "ends": "end", "targets": "target"}
_LABELS = {
    "case_system": "case system", "order": "who goes first", "head_start": "head start",
    "interrupts": "what interrupts other work",
    "non_case_share": "share of duty not on cases", "sickness_share": "share of days lost to sickness",
    "sickness_spell_days": "mean spell of sickness", "leave_days_per_year": "annual leave", "caseload": "caseload",
    "named": "known before as", "touch": "time of work", "end_of_shift": "at the end of a shift",
    "overtime_limit": "most overtime", "waits_for": "waits for", "searches": "searches other systems",
    "assesses": "is an assessment",
    "override_for": "consent overridden for", "arrives_with": "arrive with consent", "given": "consent given at an attempt",
    "refused": "consent refused at an attempt", "gap": "time between attempts", "join": "answers waited for",
    "give_up_after": "gives up waiting after", "hold": "a case is held for", "allocates": "cases are given out",
    "first_visit": "time to the first visit", "delay": "takes", "bias": "bias", "caution": "caution",
    "noise": "inconsistency", "without_checks": "further inconsistency without checks", "luck": "luck known as",
    "batch": "goes at", "release": "goes when open", "rekey": "re-keying takes", "search": "searching takes",
    "regrades": "reads the RAG again", "by_source": "judged otherwise by source", "by_area": "judged otherwise by area",
    "provides": "meets need up to level", "requests_between_sites": "a request to another site is seen after",
    "slots": "a slot for each of", "decides": "decides", "attempts": "attempts",
    "holds_at_most": "takes at once at most", "takes_a_working_day": "takes a working day at most",
    "when_full": "who finds it full goes by",
    "out_tray": "begins nothing new while so many wait to be taken on",
    "late": "entered late", "entered": "late entries are made", "missing": "never entered",
    "matched": "records of one contact that are matched", "vacant": "vacant share", "stays": "weeks that people stay",
    "refilled_after": "weeks until a post is filled again", "starts": "first day", "leaves": "last day",
    "induction": "induction", "other_work": "other work",
}  # fmt: skip
"""Fields whose name does not say what they are."""

_A_GROUP = ("teams", "its name", "staff", 0)
"""The steps to a group of staff."""

_UNITS = {
    "wte": "WTE", "sickness_spell_days": "working days", "leave_days_per_year": "days a year", "caseload": "cases each",
    "bias": "sd of need", "caution": "sd of need", "noise": "sd of need", "without_checks": "sd of need",
    "early_help": "sd of need", "child_in_need": "sd of need", "protection": "sd of need",
}  # fmt: skip
_OF_HANDOFFS = {
    "same_site": "a handoff at one site", "between_sites": "a handoff between sites",
    "systems_differ": "a handoff between case systems", "each_extra_system": "each further case system",
    "missed_history": "history missed on another system", "requests_between_sites": "partners",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One value that differs.

    Args:
        whose: teams, stages or handoffs of which it is told.
        label: what it is called.
        inside: names inside a mapping, such as RAGs or sources.
        was, now: before and after, in words.
        unit: with a space before it.
    """

    whose: tuple[str, ...]
    label: str
    inside: tuple[str, ...]
    was: str
    now: str
    unit: str

    def __str__(self) -> str:
        inside = f", {in_words(self.inside, 'and')}" if self.inside else ""
        label = f"{self.label}{inside} " if self.label or inside else ""
        return f"{in_words(self.whose, 'and')}: {label}{self.was} → {self.now}{self.unit}"


def together(lines: Sequence[str | Line]) -> list[str | Line]:
    """Lines that say the same of several teams, or of several names inside a mapping, made one; the first keeps its place.

    Example:
        >>> one, other = (Line((team,), "site", (), "hall", "hub", "") for team in ("desk", "managers"))
        >>> print(*together([one, "stage x removed", other]), sep=chr(10))
        desk and managers: site hall → hub
        stage x removed
    """
    alike = [("whose", "label"), ("label", "inside")]
    for same in alike:
        found: dict[object, str | Line] = {}
        for line in lines:
            if isinstance(line, str):
                found.setdefault(line, line)
                continue
            key = (*(getattr(line, name) for name in same), line.was, line.now, line.unit)
            first = found.setdefault(key, line)
            if isinstance(first, Line) and first is not line:
                whose = tuple(dict.fromkeys([*first.whose, *line.whose]))
                inside = tuple(dict.fromkeys([*first.inside, *line.inside]))
                found[key] = replace(first, whose=whose, inside=inside)
        lines = list(found.values())
    return list(lines)


class Differences:
    """The differences of an option from its base, change by change."""

    def __init__(self, option: Scenario) -> None:
        self.option = option

    def lines(self, number: int) -> list[str]:
        """What one change makes different, a line each; empty where it does nothing that another does not."""
        own = [one for one in self.option.touched if one.change == number]
        gone = {one.path[1] for one in own if one.verb == "remove" and one.path[0] == "stages"}
        found: list[str | Line] = []
        for one in own:
            follows = [other for other in own if other.verb == "follow" and other.written == one.written]
            with_its_stage = (
                one.verb == "remove" and one.path[0] == "routes" and one.path[1:] in [(name,) for name in gone]
            )
            found += [] if one.verb == "follow" or with_its_stage else self.told(one, follows)
        return list(dict.fromkeys(str(line) for line in together(found)))

    def told(self, one: Touched, follows: list[Touched]) -> Sequence[str | Line]:
        """One place that a change touches."""
        if one.verb == "rename":
            return [f"{_ONE[str(one.path[0])]} {one.before} is now called {one.after}"]
        section, whole = str(one.path[0]), len(one.path) == len(("section", "name"))
        if one.verb == "remove" and whole and section in _ONE:
            return [f"{_ONE[section]} {one.path[1]} removed{_held(one)}{_moved(one, follows)}"]
        if section == "routes":
            return [_route_changed(one)]
        if one.before is None and whole and section in _ONE and isinstance(one.after, Mapping):
            return [f"new {_ONE[section]} {one.path[1]}: {self.new(section, one.path, one.after)}"]
        if _of_staff(one.path) and len(one.path) == len(_A_GROUP) and not (one.before and one.after):
            return [_group_changed(one)]
        if one.path[:2] == ("handoffs", "particular"):
            return list(_particular(one, *(self.filled(one.path, value) for value in (one.before, one.after))))
        lines = [self.line(one, *leaf) for leaf in self.leaves(one)]
        return [line for line in lines if line.was != line.now]

    def new(self, section: str, place: Path, value: Mapping[str, Any]) -> str:
        """What is new as a whole, in words."""
        filled = self.filled(place, value)
        if section == "teams":
            staff = in_words([people(group) for group in filled.get("staff", ())], "and") or "nobody"
            systems = f", on {told(filled['case_system'])}" if filled.get("case_system") else ""
            return f"at {filled.get('site', 'one site')}{systems}; {staff}"
        if section == "stages":
            inside = {name: inner for name, inner in filled.items() if name not in ("kind", "team")}
            parts = [f"{_label(name)} {_with_unit(inner, name)}" for name, inner in inside.items()]
            return f"{filled.get('kind', 'work')} by {filled.get('team')}; {'; '.join(parts)}"
        return told(filled)

    def leaves(self, one: Touched) -> Iterator[tuple[Path, Any, Any]]:
        """Single values that differ, with their places; mappings are looked into."""
        before, after = (self.filled(one.path, value) for value in (one.before, one.after))
        pairs = dict.fromkeys([*_single(before), *_single(after)])
        for place in pairs:
            was, now = (_at(value, place) for value in (before, after))
            if was != now or not place:
                yield place, was, now

    def filled(self, place: Path, value: Any) -> Any:
        """A value with the council's numbers filled in."""
        skeleton: dict[Any, Any] = {}
        inside = skeleton
        for step in place[:-1]:
            inside[step] = {}
            inside = inside[step]
        inside[place[-1]] = copied(value)
        return look(resolve(skeleton, self.option.parameters)[0], place)

    def line(self, one: Touched, inside: Path, was: Any, now: Any) -> Line:
        """A single value that differs: whose it is, what was, and what is."""
        place = (*one.path, *inside)
        step = _field(place)
        field = "" if step is None else str(place[step])
        was = self.default(place) if was is None else was
        names = [_called(value, inside) for value in (one.before, one.after)]
        before, after = told(was, field), told(now, field)
        unit = f" {_UNITS[field]}" if field in _UNITS else ""
        if unit and before == NOTHING:
            before = "none"
        whose, more = self.whose(place)
        label, within = _label_at(place, step)
        return Line((whose,), f"{more}{label}", within, f"{before}{names[0]}", f"{after}{names[1]}", unit)

    def default(self, place: Path) -> Any:
        """What an optional field is where nothing is written."""
        if len(place) < len(("section", "name", "field")):
            return None
        records: dict[str, Any] = {"teams": Team, "stages": self.kind(str(place[1]))}
        record = Staff if _of_staff(place) else records.get(str(place[0]))
        slot = fields_of(record).get(str(place[-1])) if record else None
        value = slot.default if slot and not slot.required else None
        return value if isinstance(value, (str, int, float, tuple)) and value not in ("", ()) else None

    def kind(self, stage: str) -> Any:
        """The record of a stage, by its kind."""
        for data in (self.option.data, self.option.base.data if self.option.base else {}):
            facts = look(data, ("stages", stage))
            if isinstance(facts, Mapping):
                return STAGE_KINDS.get(str(facts.get("kind", "work")))
        return None

    def whose(self, place: Path) -> tuple[str, str]:
        """Whose value it is, and who or what of it."""
        section = str(place[0])
        if section == "teams":
            return str(place[1]), self.role(place) if _of_staff(place) else ""
        if section == "stages":
            named = _of_partners(place) and len(place) > len(("stages", "checks", "partners", "police"))
            return str(place[1]), f"{place[3]}, " if named else ""
        if section == "handoffs":
            return _OF_HANDOFFS.get(str(place[1]), section), ""
        if section == "recording":
            return (f"records on {place[2]}" if len(place) > len(("recording", "systems")) else "records"), ""
        one = _ONE.get(section, section)
        return (f"{one} {place[1]}" if len(place) > 1 and section in _ONE else one), ""

    def role(self, place: Path) -> str:
        """The people of a group, before what is said of them."""
        at = place[: len(_A_GROUP)]
        base = self.option.base.data if self.option.base else {}
        group = look(self.option.data, at) or look(base, at) or {}
        role = plural(str(group.get("role", "staff"))) if isinstance(group, Mapping) else "staff"
        return role if place[-1] == "wte" else f"{role}, "


def _single(value: Any, at: Path = ()) -> Iterator[Path]:
    """Places of the single values of a mapping; a distribution is one, and so is a list."""
    if isinstance(value, Mapping) and value and "distribution" not in value:
        for name, inner in value.items():
            yield from _single(inner, (*at, name))
    elif value is not None or not at:
        yield at


def _at(value: Any, place: Path) -> Any:
    found = look(value, place) if place else value
    inside = isinstance(found, Mapping) and "distribution" not in found
    return None if inside and not place else found


def _of_staff(place: Path) -> bool:
    """Whether a place is a group of a team's staff, or lies inside one."""
    return place[:1] == ("teams",) and place[2:3] == ("staff",) and len(place) >= len(_A_GROUP)


def _of_partners(place: Path) -> bool:
    return place[:1] == ("stages",) and place[2:3] == ("partners",)


def _field(place: Path) -> int | None:
    """The step that says what a place's numbers are: its last field with words or a unit, or its last step if that is one."""
    fields = field_steps(place)
    known = [index for index in fields if str(place[index]) in _LABELS or str(place[index]) in _UNITS]
    return known[-1] if known else len(place) - 1 if len(place) - 1 in fields else None


def _label(name: str) -> str:
    return _LABELS.get(name, name.replace("_", " "))


def _label_at(place: Path, step: int | None) -> tuple[str, tuple[str, ...]]:
    """What a value is called, and its names inside a mapping; the staff's WTE needs no name."""
    if step is None:
        return str(place[-1]).replace("_", " "), ()
    if place[step] == "wte":
        return "", ()
    return _label(str(place[step])), tuple(str(inner).replace("_", " ") for inner in place[step + 1 :])


def _with_unit(value: Any, name: str) -> str:
    text = told(value, name)
    return f"{text} {_UNITS[name]}" if name in _UNITS else text


def _called(raw: Any, inside: Path) -> str:
    """The name of a number of the parameters, where that is what a file says; durations bring their own."""
    value = look(raw, inside) if inside else raw
    is_name = isinstance(value, str) and value.count(".") > 0 and value.replace(".", "").replace("_", "").isalnum()
    return f" ({value})" if is_name and not value[:1].isdigit() else ""


def _held(one: Touched) -> str:
    """Who leaves with a team that is removed."""
    staff = one.before.get("staff") if isinstance(one.before, Mapping) else None
    return f" with {in_words([people(group) for group in staff], 'and')}" if staff else ""


def _moved(one: Touched, follows: list[Touched]) -> str:
    """Where the work of what is removed goes, and from where."""
    if not one.to:
        return ""
    sent = dict.fromkeys(_sender(other.path) for other in follows if other.after is not None)
    return f"; its work goes to {one.to}" + (f" (from {in_words(sent, 'and')})" if sent else "")


def _sender(place: Path) -> str:
    if place[0] == "handoffs":
        return "a handoff"
    return f"{place[3]} in {place[1]}" if _of_partners(place) else str(place[1]) if len(place) > 1 else str(place[0])


def _route_changed(one: Touched) -> str:
    if len(one.path) == 1:
        return "routes: all are changed"
    name = f"from {one.path[1]}"
    if len(one.path) == len(("routes", "stage")):
        before = f"{route(one.before)} → " if one.before is not None else "new, "
        return (
            f"{name}: {before}{route(one.after)}" if one.after is not None else f"{name}: no longer {route(one.before)}"
        )
    if one.path[-1] in ("to", "if") or len(one.path) > len(("routes", "stage", 0)):
        return f"{name}, rule {dotted(one.path[2:])}: {told(one.before)} → {told(one.after)}"
    if one.before is None or one.after is None:
        return f"{name}: {'new rule, ' + rule(one.after) if one.after else 'no longer ' + rule(one.before)}"
    return f"{name}: {rule(one.before)} → {rule(one.after)}"


def _group_changed(one: Touched) -> str:
    group = one.after or one.before
    text = people(group) if isinstance(group, Mapping) else told(group)
    return f"{one.path[1]}: {'new, ' if one.after else 'no longer '}{text}"


def _particular(one: Touched, before: Any, after: Any) -> Iterator[str]:
    """Handoffs between two stages that go by rules of their own."""
    for word, value in (("no longer", before), ("new", after)):
        for handoff in value if isinstance(value, list) else [value] if isinstance(value, Mapping) else []:
            rest = {name: inner for name, inner in handoff.items() if name not in ("from", "to")}
            parts = ", ".join(f"{_label(name)} {told(inner)}" for name, inner in rest.items())
            yield f"handoff from {handoff.get('from')} to {handoff.get('to')}: {word} {parts or 'at once'}"
        if value is not None and not isinstance(value, (list, Mapping)):
            yield f"{dotted(one.path)}: {word} {told(value)}"
