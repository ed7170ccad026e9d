"""Several options of one base made into one: which of their changes clash, and which say the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

from frontdoor_sim.documents import Document, Mistake, dotted
from frontdoor_sim.scenario.changes import Change, Step, Touched
from frontdoor_sim.scenario.paths import Path, PathError, find
from frontdoor_sim.scenario.record import Scenario

Pair = tuple[Touched, Touched]


def combined(parts: Sequence[Scenario]) -> tuple[Step, ...]:
    """The changes of several options of one base, option after option.

    A change that stands in several of them (since they build on one option) is made once, and so is what two of them say
    alike.
    """
    found: list[Step] = []
    told: list[Touched] = []
    for part in parts:
        there = {step.of_the_file for step in found}
        new = [number for number, step in enumerate(part.steps) if step.of_the_file not in there]
        own = [one for one in part.touched if one.change in new and one.verb != "follow"]
        for number in new:
            found.append(_without(part.steps[number], _said_alike([one for one in own if one.change == number], told)))
        told += own
    return tuple(found)


def _said_alike(own: Sequence[Touched], earlier: Sequence[Touched]) -> set[tuple[str, str]]:
    """Verb and path of what an earlier option does just so, at every place."""
    alike = {(one.verb, one.written) for one in own if any(_agree(other, one) for other in earlier)}
    return alike - {(one.verb, one.written) for one in own if not any(_agree(other, one) for other in earlier)}


def _without(step: Step, alike: set[tuple[str, str]]) -> Step:
    if step.change is None or not alike:
        return step
    kept = {
        verb: {path: value for path, value in getattr(step.change, verb).items() if (verb, path) not in alike}
        for verb in {verb for verb, _ in alike}
    }
    change: Change = step.change.model_copy(update=kept)
    return Step(change, step.document, step.index, step.whole or step.change)


def clashes(document: Document, parts: Sequence[Scenario], over: Sequence[str]) -> list[Mistake]:
    """Every place that two options change differently, unless the file says `over` there; and every idle `over`.

    Args:
        document: the file that combines them.
        parts: options of one base, in its order.
        over: paths at which the later option counts.
    """
    mistakes: list[Mistake] = []
    allowed: dict[str, list[Path]] = {}
    for index, path in enumerate(over):
        try:
            allowed[path] = _anywhere(parts, path)
        except PathError as error:
            mistakes.append(Mistake(document.where("over", index), error.what, error.right, error.remedy))
    used: set[str] = set()
    for one, other in combinations(parts, 2):
        for earlier, later in _clashing(*_own(one, other)):
            named = [path for path, places in allowed.items() if later.path in places]
            used |= set(named)
            if not named or not _may_go_over(earlier, later):
                mistakes.append(_clash(earlier, later, other))
    for index, path in enumerate(over):
        if path in allowed and path not in used:
            what = f"`over` says {path}, at which no two options clash."
            remedy = "Leave it out, or correct the path."
            mistakes.append(Mistake(document.where("over", index), what, "A path that two options change.", remedy))
    return mistakes


def _anywhere(parts: Sequence[Scenario], path: str) -> list[Path]:
    """The places that a path means in any of the options; raises PathError where it means none."""
    found: list[Path] = []
    missing: PathError | None = None
    for part in parts:
        try:
            found += find(part.data, path)
        except PathError as error:
            missing = error
    if missing and not found:
        raise missing
    return found


def _own(one: Scenario, other: Scenario) -> tuple[list[Touched], list[Touched]]:
    """What each of two options touches by changes that the other does not have."""
    shared = {step.of_the_file for step in one.steps} & {step.of_the_file for step in other.steps}
    first, second = (
        [t for t in part.touched if t.verb != "follow" and part.steps[t.change].of_the_file not in shared]
        for part in (one, other)
    )
    return first, second


def _clashing(earlier: Sequence[Touched], later: Sequence[Touched]) -> Iterator[Pair]:
    for second in later:
        first = next((one for one in earlier if _clash_at(one, second)), None)
        if first is not None:
            yield first, second


def _clash_at(earlier: Touched, later: Touched) -> bool:
    """Whether it matters which of two changes comes last; a star means whatever there is, and so clashes with no removal."""
    one, other = _claim(earlier), _claim(later)
    if one[: len(other)] != other[: len(one)] or _agree(earlier, later):
        return False
    both = {earlier.verb, later.verb}
    if both == {"adjust"} and one == other:
        return False
    if both == {"add"} and isinstance(later.path[-1], int):
        return False
    if any(
        "*" in one.written and other.verb in ("remove", "rename") for one, other in ((earlier, later), (later, earlier))
    ):
        return False
    return later.verb != "rename" or earlier.verb in ("remove", "rename")


def _claim(touched: Touched) -> Path:
    """What a change lays claim to: of an item taken out of a list all of the list, since the others' numbers move."""
    of_a_list = touched.verb == "remove" and isinstance(touched.path[-1], int)
    return touched.path[:-1] if of_a_list else touched.path


def _agree(earlier: Touched, later: Touched) -> bool:
    """Whether two changes do the same thing to the same place."""
    same: Any = (earlier.path, earlier.verb, earlier.after, earlier.to, earlier.dates)
    return bool(same == (later.path, later.verb, later.after, later.to, later.dates)) and later.verb != "adjust"


def _may_go_over(earlier: Touched, later: Touched) -> bool:
    """Whether `over` can settle a clash: the place is still there, and the later change gives it a value or takes it out."""
    return earlier.verb in ("set", "add", "adjust") and later.verb in ("set", "adjust", "remove")


def _clash(earlier: Touched, later: Touched, option: Scenario) -> Mistake:
    """The clash in four parts; the remedy hangs on what the two do."""
    name = dotted(later.path)
    what = f"`{name}` is changed in two of the options; also in {earlier.where}."
    right = "One change to a place, or a word on which of them counts."
    if earlier.verb == "rename":
        what = f"`{name}` has another name, {earlier.after!r}, by {earlier.where}."
        remedy = f"Name {option.file.name} before the other option in `combines`."
    elif _may_go_over(earlier, later):
        remedy = f"Take one of the two out, or write `over: {name}` beside `combines` to let the later option count."
    else:
        remedy = "Take one of the two out."
    return Mistake(later.where, what, right, remedy)
