"""The changes of an option, made one after the other to a copy of its base."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import Any

from frontdoor_sim.documents import Mistake, copied, dotted, in_words, shown
from frontdoor_sim.operating_model import OperatingModel
from frontdoor_sim.scenario.adjusting import adjusted, check_percentage
from frontdoor_sim.scenario.changes import VERBS, Change, Dates, Step, Touched
from frontdoor_sim.scenario.fields import is_share
from frontdoor_sim.scenario.names import NAMED, Follows, goals, removed, renamed
from frontdoor_sim.scenario.paths import Path, PathError, find, is_collection, look, put, steps, take_out

_NEW_IN: dict[str, tuple[type, ...]] = {"set": (dict,), "add": (dict, list)}
"""What a verb may put something new into: optional fields are set, and items of lists are added."""

_NAME = re.compile(r"[^\s.\[\]*](?:[^.\[\]*]*[^\s.\[\]*])?")


def apply(
    data: dict[str, Any], changes: Sequence[Step], all_of_them: bool = True
) -> tuple[dict[str, Any], list[Touched], list[Mistake]]:
    """A base with changes made, in their order.

    Args:
        data: the base as plain data; it is left alone, and nothing of it is shared with what is returned.
        changes: of one file, or of several one after the other; a later file may change a place once more.
        all_of_them: whether these are all there are, and not those in force on some date: then every `over` goes over one.

    Returns:
        The changed data, every place touched, and every mistake (a path that leads nowhere, two changes to one place).
    """
    data = copied(data)
    touched: list[Touched] = []
    mistakes: list[Mistake] = []
    of_the_files: defaultdict[FilePath, list[Touched]] = defaultdict(list)
    for number, step in enumerate(changes):
        if step.change is None:
            continue
        earlier = _Earlier(of_the_files[step.document.path], data, step)
        mistakes += earlier.mistakes
        for verb, path, value in _edits(step.change):
            where = step.where(verb, path)
            try:
                places = _places(data, verb, path)
                _check_sign(step, verb, path)
                for place in places:
                    edit = _Edit(
                        verb,
                        place,
                        value,
                        where,
                        number,
                        path,
                        (step.change.begins, step.change.until, step.change.ramped),
                    )
                    earlier.check(edit)
                    made = edit.made(data)
                    touched += made
                    earlier.goes_on(made[0])
            except PathError as error:
                new = " What is new as a whole goes under `add:`." if error.absent and verb == "set" else ""
                mistakes.append(Mistake(where, error.what, error.right, error.remedy + new))
        mistakes += earlier.idle() if all_of_them else []
    return data, touched, mistakes


def _edits(change: Change) -> Iterator[tuple[str, str, Any]]:
    """Every verb with its path and value; what takes others along goes after what is named itself."""
    for verb in VERBS[:3]:
        for path, value in getattr(change, verb).items():
            yield verb, path, value
    for path in sorted(change.remove, key=lambda path: path.split(".")[0] in NAMED):
        moved = change.remove[path]
        yield "remove", path, moved.to if moved else ""
    for path, name in change.rename.items():
        yield "rename", path, name


def _places(data: dict[str, Any], verb: str, path: str) -> list[Path]:
    """The places of an edit; those to be removed last first, so that numbers in lists stay right."""
    if path.startswith("parameters."):
        what = f"{path!r} is a number of the parameters file, which is the same in every option."
        remedy = "Name another number where it is used, or vary it as `unknown:` in the appraisal."
        raise PathError(what, "A path into the scenario.", remedy)
    section, *inside = steps(path)
    if inside and section in OperatingModel.model_fields and section not in data:
        raise PathError(
            f"The scenario has no `{section}` yet.", remedy=f"Add it as a whole: `add: {{{section}: ...}}`."
        )
    places = find(data, path, _NEW_IN.get(verb, ()))
    return places[::-1] if verb == "remove" else places


def _check_sign(step: Step, verb: str, path: str) -> None:
    """Refuse a plus sign under `set`, which gives a value and adds nothing; raises PathError."""
    start: Path = ("because", step.index, "set", path)
    for keys, written in step.document.signed.items() if verb == "set" else ():
        if keys[: len(start)] == start:
            value, whole = written.lstrip("+ "), dotted((path, *keys[len(start) :]))
            what = f"`set` gives a value, so {written} is {value} here, and not {value} more."
            remedy = (
                f"Write `adjust: {{{whole}: {written}}}` to add it, or {value} without the sign if that is the value."
            )
            raise PathError(what, "A value without a plus sign; what is added stands under `adjust`.", remedy)


def plus_signs(steps: Sequence[Step]) -> list[Mistake]:
    """A mistake for every plus sign under `set`, which no base is needed to see."""
    found = []
    for step in steps:
        for verb, path, _ in _edits(step.change) if step.change is not None else ():
            try:
                _check_sign(step, verb, path)
            except PathError as error:
                found.append(Mistake(step.where(verb, path), error.what, error.right, error.remedy))
    return found


def is_named(place: Path) -> bool:
    """Whether a place is a whole stage, team, shift or end, which others name."""
    return len(place) == len(("section", "name")) and place[0] in NAMED


@dataclass(frozen=True)
class _Edit:
    """One verb at one place."""

    verb: str
    place: Path
    value: Any
    where: str
    change: int
    written: str
    dates: Dates

    def made(self, data: dict[str, Any]) -> list[Touched]:
        """Make the edit in the data, and what follows from it; raises PathError where it cannot be made."""
        self._check(data)
        before = look(data, self.place)
        if self.verb == "remove":
            follows = self._removed(data)
            return self._touched(before, None, follows, to=self.value)
        if self.verb == "rename":
            return self._touched(self.place[1], self.value, renamed(data, self.place, self.value))
        after = self._adjusted(before) if self.verb == "adjust" else self.value
        put(data, self.place, copied(after))
        return self._touched(before, copied(after), [])

    def _adjusted(self, before: Any) -> float:
        name = dotted(self.place)
        if not is_share(self.place):
            check_percentage(before, self.value, name)
        return adjusted(before, self.value, name)

    def _removed(self, data: dict[str, Any]) -> Follows:
        if is_named(self.place):
            return removed(data, self.place, self.value)
        if self.value:
            what = f"`{dotted(self.place)}` does no work that could move."
            right = f"`to` only for what stands under {in_words(NAMED)}."
            raise PathError(what, right, "Leave `to` out.")
        take_out(data, self.place)
        return []

    def _touched(self, before: Any, after: Any, follows: Follows, to: str = "") -> list[Touched]:
        told = (self.where, self.change)
        own = Touched(self.place, before, after, *told, self.verb, self.written, to, self.dates)
        return [own, *(Touched(*one, *told, "follow", self.written, "", self.dates) for one in follows)]

    def _check(self, data: dict[str, Any]) -> None:
        name, parent = dotted(self.place), look(data, self.place[:-1])
        there = self.place[-1] in (range(len(parent)) if isinstance(parent, list) else parent)
        if self.verb == "set" and not there and is_collection(self.place[:-1]):
            find(data, name)
        if self.verb == "add" and there:
            raise PathError(f"`{name}` is there already.", "A path that is not there yet.", "Use `set` to change it.")
        if self.verb == "rename":
            self._check_name(data)

    def _check_name(self, data: dict[str, Any]) -> None:
        name = dotted(self.place)
        if not is_named(self.place):
            right = f"A path to something under {in_words(NAMED)}, such as stages.screening."
            raise PathError(f"`{name}` cannot be renamed: nothing else names it.", right, "Use `set` for a new value.")
        if not _NAME.fullmatch(self.value):
            right = "A name without dots, brackets and stars, since paths are made of names."
            raise PathError(f"`{name}` cannot be called {shown(self.value)}.", right, "Write another name.")
        if self.value in goals(data, str(self.place[0])):
            what = f"`{name}` cannot be called {self.value!r}, as another is already."
            raise PathError(what, "A name that nothing else there has.", "Write another name.")


class _Earlier:
    """What earlier changes of the same file touched, so that none is undone unless the later change says `over`."""

    def __init__(self, touched: list[Touched], data: dict[str, Any], step: Step) -> None:
        self.touched = touched
        self.step = step
        self.over: dict[str, list[Path]] = {}
        self.used: set[str] = set()
        self.mistakes: list[Mistake] = []
        for path in step.change.over if step.change else ():
            try:
                self.over[path] = find(data, path)
            except PathError as error:
                self.mistakes.append(Mistake(step.where("over", path), error.what, error.right, error.remedy))

    def check(self, edit: _Edit) -> None:
        """Refuse an edit that undoes an earlier one, unless the change goes over it."""
        undone = next((one for one in self.touched if _undoes(edit, one)), None)
        if undone is None:
            return
        allowed = [path for path, places in self.over.items() if edit.place in places]
        self.used |= set(allowed)
        if allowed:
            return
        name = dotted(edit.place)
        within = f", in `{dotted(undone.path)}`" if undone.path != edit.place else ""
        what = f"`{name}` is changed twice; also in {undone.where}{within}."
        remedy = f"Keep one of the two, or write `over: {name}` in the later change."
        raise PathError(what, "One change to a place.", remedy)

    def goes_on(self, made: Touched) -> None:
        """Take an edit in; what was touched under a name that changed is known by the new one."""
        if made.verb == "rename":
            new = (*made.path[:-1], made.after)
            self.touched[:] = [_moved(one, made.path, new) for one in self.touched]
        else:
            self.touched.append(made)

    def idle(self) -> list[Mistake]:
        """Paths of `over` at which nothing earlier is gone over."""
        found = []
        for path in self.over:
            if path not in self.used:
                what = f"`over` says {path}, where this change goes over no earlier one."
                right = "A path that an earlier change of this file changes, and this one again."
                found.append(Mistake(self.step.where("over", path), what, right, "Leave it out, or correct the path."))
        return found


def _undoes(edit: _Edit, earlier: Touched) -> bool:
    """Whether an edit leaves nothing of an earlier one, or hangs on which of the two comes first."""
    if edit.verb in ("set", "remove"):
        return earlier.path[: len(edit.place)] == edit.place
    return edit.verb == "adjust" and earlier.verb != "adjust" and earlier.path == edit.place


def _moved(touched: Touched, old: Path, new: Path) -> Touched:
    inside = touched.path[: len(old)] == old
    return replace(touched, path=(*new, *touched.path[len(old) :])) if inside else touched
