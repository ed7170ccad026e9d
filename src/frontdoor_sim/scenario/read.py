"""Read a scenario file: base or option, parameters filled in, checked as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from frontdoor_sim.documents import Document, InputError, Mistake, dotted, in_words, read_yaml
from frontdoor_sim.operating_model import OperatingModel
from frontdoor_sim.parameters import Parameters
from frontdoor_sim.scenario.backlog import Backlog, left_nowhere, read_backlog
from frontdoor_sim.scenario.changes import VERBS, Change, CombinationFile, OptionFile, Step, Touched
from frontdoor_sim.scenario.combining import clashes, combined
from frontdoor_sim.scenario.dates import (
    boundaries,
    broken_phases,
    is_dated,
    lasting,
    made_on,
    ramping,
    still_wrong,
    undated_ways,
    unfit_ramps,
)
from frontdoor_sim.scenario.edits import apply, is_named, plus_signs
from frontdoor_sim.scenario.examine import examine, examined
from frontdoor_sim.scenario.forms import check_kind, read_form
from frontdoor_sim.scenario.names import goals, left_behind, names_of_targets
from frontdoor_sim.scenario.paths import Path, look
from frontdoor_sim.scenario.record import Scenario

_OF_A_SCENARIO = ("run", "teams", "stages", "routes", "ends")
_OF_THE_BASE = {
    "name": "The name of the option stands at the top of its file.",
    "summary": "The summary of the option stands at the top of its file.",
    "parameters": "All options have the same council's numbers.",
    "run": "Options are compared over the same weeks.",
    "clock": "All options are measured by the same clock.",
    "receipt_closes": "All options are measured by the same clock.",
    "arrivals": "Options are compared on the same contacts.",
    "grading": "Options are compared on the same contacts, graded alike on arrival.",
}
"""What no option may change, and why."""


def read_scenario(path: str | FilePath) -> Scenario:
    """Read and check a scenario or an option.

    Args:
        path: a YAML file. With `changes: base.yaml` and `because:` it is an option, with `combines: [a.yaml, b.yaml]`
            several options in one, else a whole operating model.

    Returns:
        The scenario.

    Raises:
        InputError: every mistake in it, each with file, line and path, what is wrong, what would be right, the remedy.

    Example:
        >>> read_scenario("scenarios/examples/one_desk.yaml").name
        'One desk'
    """
    return _read(FilePath(path), ())


def read_scenarios(paths: Iterable[str | FilePath]) -> list[Scenario]:
    """Read and check several scenarios.

    Raises:
        InputError: the mistakes of all of them.

    Example:
        >>> [one.name for one in read_scenarios(["scenarios/examples/one_desk.yaml"])]
        ['One desk']
    """
    found: list[Scenario] = []
    mistakes: list[Mistake] = []
    for path in paths:
        try:
            found.append(read_scenario(path))
        except InputError as error:
            mistakes += error.mistakes
    _stop(mistakes)
    return found


def _read(path: FilePath, below: tuple[FilePath, ...]) -> Scenario:
    """Read a file; `below` are the options that build on it, the first of them first."""
    document = read_yaml(path)
    if isinstance(document.data, dict) and "combines" in document.data:
        return _read_combination(document, below)
    if isinstance(document.data, dict) and ("changes" in document.data or "because" in document.data):
        return _read_option(document, below)
    check_kind(document, "a scenario", _OF_A_SCENARIO)
    return _read_base(document)


def _read_base(document: Document) -> Scenario:
    parameters, unread = _read_parameters(document)
    found, model = examined(document.data, parameters, bool(unread))
    spoiled = {"run", "stages", "arrivals"} & {at[0] for at, _ in found if at}
    backlog, lost = _read_backlog(document, None if spoiled else model, parameters)
    _stop([*_placed(found, document.where), *unread, *lost])
    return Scenario(document.path, dict(document.data), parameters, backlog=backlog)


def _read_backlog(
    document: Document, model: OperatingModel | None, parameters: Parameters | None
) -> tuple[Backlog | None, Sequence[Mistake]]:
    """The contacts that are open when the run starts, where the scenario names a file of them."""
    name = look(document.data, ("run", "backlog"))
    if not isinstance(name, str):
        return None, []
    try:
        return read_backlog(document.beside(name, "run", "backlog"), model, parameters), []
    except InputError as error:
        return None, error.mistakes


def _read_parameters(document: Document) -> tuple[Parameters | None, Sequence[Mistake]]:
    if "parameters" not in document.data:
        return None, []
    try:
        return Parameters.read(document.beside(document.data["parameters"], "parameters")), []
    except InputError as error:
        return None, error.mistakes


def _read_option(document: Document, below: tuple[FilePath, ...]) -> Scenario:
    option, wrong = read_form(OptionFile, document)
    parent, mistakes = _read_named(document, below, "changes") if "changes" in document.data else (None, [])
    changes = option.because if option else _sound_changes(document)
    own = tuple(Step(change, document, index) for index, change in enumerate(changes))
    if parent is None:
        raise InputError([*wrong, *mistakes, *_read_later(document, mistakes), *_without_a_base(document, own)])
    return _changed(document, option, parent.base or parent, (*parent.steps, *own), wrong)


def _read_later(document: Document, mistakes: Sequence[Mistake]) -> list[Mistake]:
    """What to expect of an option whose base has mistakes of its own: where its changes lead is not known yet."""
    where = document.where("changes")
    if not mistakes or any(mistake.where == where for mistake in mistakes):
        return []
    name = FilePath(document.data["changes"]).name
    what = f"{name} cannot be read as it is, so that nobody can say yet where the paths of this option lead."
    remedy = (
        f"Put right what is said of {name}, then check this file again: its changes are read once their base can be."
    )
    return [Mistake(where, what, "A base without mistakes.", remedy)]


def _without_a_base(document: Document, steps: tuple[Step, ...]) -> list[Mistake]:
    """What is wrong with the changes of an option whose base has mistakes of its own, whatever is done about those.

    That is a value that nobody could read where it stands; where a path or a name leads is not known yet.
    """
    try:
        base = read_yaml(document.beside(document.data["changes"], "changes")).data
    except (InputError, KeyError):
        return plus_signs(steps)
    if not isinstance(base, dict) or not {"changes", "because", "combines"}.isdisjoint(base):
        return plus_signs(steps)
    made, touched, _ = apply(base, steps)
    before, after = (examine(data, None, unread=True, laws=False) for data in (base, made))
    mine = [one for one in after if one not in before and _brought_in(touched, one[0])]
    return [*plus_signs(steps), *_told(document, touched, made, mine)]


def _changed(
    document: Document,
    form: OptionFile | CombinationFile | None,
    base: Scenario,
    steps: tuple[Step, ...],
    wrong: Sequence[Mistake],
) -> Scenario:
    """A base with changes made, examined as a whole; `wrong` is what is wrong with the file itself."""
    made, touched, lost = apply(base.data, steps)
    of_the_dates = _of_the_dates(document, base, steps) if is_dated(steps) and not lost else []
    made = apply(base.data, lasting(steps), all_of_them=False)[0] if is_dated(steps) else made
    dangling = _forgotten(made, touched)
    mistakes = [*wrong, *lost, *(mistake for _, mistake in dangling), *_of_the_base(touched, base, made)]
    mistakes += undated_ways(touched)
    mistakes += left_nowhere(base.backlog, base.data, steps) if base.backlog and not lost else []
    found = examine(made, base.parameters, laws=not wrong and not lost)
    named = [place for still, _ in dangling for place in still]
    found = [(at, mistake) for at, mistake in found if not any(_meet(at, place) for place in named)]
    mistakes += _told(document, touched, made, found)
    _stop([*mistakes, *_told_with_dates(of_the_dates, mistakes)])
    assert form is not None
    made |= {"name": form.name, "summary": form.summary}
    return Scenario(document.path, made, base.parameters, base, steps, tuple(touched))


def _of_the_dates(document: Document, base: Scenario, steps: Sequence[Step]) -> list[tuple[date, Mistake]]:
    """What is wrong with the models that follow each other, each with the day from which it is in force."""
    found: list[tuple[date, Mistake]] = []
    models = []
    for day in [date.min, *boundaries(steps)]:
        made, touched, mistakes = made_on(base.data, steps, day)
        wrong, model = examined(made, base.parameters)
        mistakes += _told(document, touched, made, wrong)
        found += [(day, mistake) for mistake in mistakes]
        if model is not None and not mistakes:
            models.append((day, model, touched))
            found += [(day, mistake) for mistake in _of_ramps(document, base, steps, day, model, touched)]
    return found or [(date.min, mistake) for mistake in broken_phases(models)]


def _of_ramps(
    document: Document,
    base: Scenario,
    steps: Sequence[Step],
    day: date,
    model: OperatingModel,
    touched: Sequence[Touched],
) -> list[Mistake]:
    """What is wrong with the changes that ramp on a date, and with the model of whom they have not taken hold."""
    if not any(ramping(steps, touched, day)):
        return []
    made, before, mistakes = made_on(base.data, steps, day, ramped=False)
    found, former = examined(made, base.parameters)
    wrong = still_wrong(found, former)
    mistakes += _told(document, before, made, wrong)
    if former is None or mistakes:
        return mistakes
    return list(unfit_ramps(steps, touched, day, model, former))


def _told_with_dates(found: Sequence[tuple[date, Mistake]], known: Sequence[Mistake]) -> list[Mistake]:
    """Each mistake of a phase once, with the day from which it is there; none that is known of the whole."""
    first: dict[Mistake, date] = {}
    for day, mistake in found:
        first.setdefault(mistake, day)
    fresh = [(mistake, day) for mistake, day in first.items() if mistake not in known]
    return [m if day == date.min else replace(m, what=f"From {day}: {m.what}") for m, day in fresh]


def _told(
    document: Document, touched: Sequence[Touched], made: dict[str, Any], found: list[tuple[Path, Mistake]]
) -> list[Mistake]:
    """What is wrong with a changed model, each once, with the change that brought it in."""
    in_words_of_options = [_of_an_option(touched, made, *one) for one in found]
    return _placed(_once(touched, in_words_of_options), partial(_where_changed, document, touched))


def _of_an_option(touched: Sequence[Touched], made: dict[str, Any], at: Path, mistake: Mistake) -> tuple[Path, Mistake]:
    """A route that is missing of a stage that is new is missing in the change that adds the stage."""
    stage = ("stages", *at[1:])
    added = any(one.verb == "add" and one.path == stage for one in touched)
    if at[:1] != ("routes",) or not added or look(made, at) is not None:
        return at, mistake
    end = next(iter(made.get("ends") or ()), "closed")
    remedy = f"Say there where contacts go from it, for example `add: {{{dotted(at)}: {end}}}`, and lead a route to it."
    return stage, replace(mistake, remedy=remedy)


def _once(touched: Sequence[Touched], found: list[tuple[Path, Mistake]]) -> list[tuple[Path, Mistake]]:
    """Each mistake once, where one path with a star brought it in at several places."""
    by_what: dict[object, tuple[Path, Mistake]] = {}
    for at, mistake in found:
        change = _brought_in(touched, at)
        by_what.setdefault((change.where, mistake) if change else (at, mistake), (at, mistake))
    return list(by_what.values())


def _meet(one: Path, other: Path) -> bool:
    return one[: len(other)] == other[: len(one)]


def _forgotten(made: dict[str, Any], touched: Sequence[Touched]) -> list[tuple[list[Path], Mistake]]:
    """What was taken out without a word on where its work goes while others still name it: they, and the mistake."""
    found = []
    for one in touched:
        gone = one.verb == "remove" and is_named(one.path) and not one.to
        still = left_behind(made, *map(str, one.path)) if gone else []
        if still:
            by = in_words([f"`{dotted(place)}`" for place in still], "and")
            what = f"`{dotted(one.path)}` is taken out, and {by} still name{'s' if len(still) == 1 else ''} it."
            to = _next_after(one, touched, goals(made, str(one.path[0])))
            remedy = f"Write, for example, `remove: {{{dotted(one.path)}: {{to: {to}}}}}`, or change what names it."
            found.append((still, Mistake(one.where, what, "A word on where its work goes.", remedy)))
    return found


def _next_after(gone: Touched, touched: Sequence[Touched], known: Sequence[str]) -> str:
    """Where work of a stage that is taken out might go: to where its own route led, else to the first there is."""
    went = [one.before for one in touched if one.path == ("routes", gone.path[1]) and one.after is None]
    led = [name for route in went for name in names_of_targets({"routes": {"it": route}})]
    return next((name for name in (*led, *known) if name in known), "another")


def _read_combination(document: Document, below: tuple[FilePath, ...]) -> Scenario:
    form, wrong = read_form(CombinationFile, document)
    if form is None:
        raise InputError(wrong)
    parts: list[Scenario] = []
    mistakes: list[Mistake] = []
    for index in range(len(form.combines)):
        part, lost = _read_named(document, below, "combines", index)
        mistakes += lost
        if part is not None:
            mistakes += _unfit_part(document, index, part, parts)
            parts.append(part)
    _stop(mistakes)
    _stop(clashes(document, parts, form.over))
    base = parts[0].base
    assert base is not None
    return _changed(document, form, base, combined(parts), [])


def _unfit_part(document: Document, index: int, part: Scenario, parts: Sequence[Scenario]) -> list[Mistake]:
    """Why a scenario cannot be combined with those named before it."""
    where, name = document.where("combines", index), part.file.name
    if part.base is None:
        what, right = f"{name} is a whole operating model, not an option.", "An option: a file with `changes:`."
        return [Mistake(where, what, right, "Take it out: the options say themselves what they change.")]
    if part.file.resolve() in [other.file.resolve() for other in parts]:
        return [Mistake(where, f"{name} is named twice.", "Each option once.", "Remove one of the two.")]
    first = next((other for other in parts if other.base), None)
    if first is not None and first.base is not None and first.base.digest != part.base.digest:
        what = f"{name} changes {part.base.file.name}, and {first.file.name} changes {first.base.file.name}."
        return [Mistake(where, what, "Options of one base.", "Take one of the two out.")]
    return []


def _sound_changes(document: Document) -> list[Change | None]:
    """What can be made of the changes of an option whose form has mistakes; None for those of which nothing can."""
    because = document.data.get("because")
    found: list[Change | None] = []
    for item in because if isinstance(because, list) else ():
        verbs = {verb: item[verb] for verb in (*VERBS, "over") if verb in item} if isinstance(item, dict) else {}
        try:
            found.append(Change.model_validate({"say": "What was meant.", **verbs}))
        except ValidationError:
            found.append(None)
    return found


def _read_named(
    document: Document, below: tuple[FilePath, ...], *keys: str | int
) -> tuple[Scenario | None, Sequence[Mistake]]:
    """The scenario that an option names at some keys, or what is wrong with it."""
    name = look(document.data, keys)
    below = (*below, document.path.resolve())
    try:
        path = document.beside(name, *keys)
        if path.resolve() in below:
            what, remedy = f"{name!r} builds on this file itself.", "Name the scenario that this option changes."
            right = "A scenario, or an option that does not build on this one."
            raise InputError([Mistake(document.where(*keys), what, right, remedy)])
        return _read(path, below), []
    except InputError as error:
        return None, error.mistakes


def _of_the_base(touched: Sequence[Touched], base: Scenario, made: dict[str, Any]) -> list[Mistake]:
    """Changes to what must be the same in every option, so that a difference means the option; a new name is none."""
    measured = [("shifts", data.get("clock", "")) for data in (base.data, made)]
    found = []
    for one in touched:
        if one.verb in ("follow", "rename"):
            continue
        why = _OF_THE_BASE.get(str(one.path[0]), "")
        if one.path[:2] in measured:
            why = "This shift is the clock that measures working hours; add another shift, and give that to the staff."
        if why:
            what = f"No option may change `{dotted(one.path)}`."
            found.append(Mistake(one.where, what, why, "Take the change out, or make it in the base."))
    return found


def _placed(found: list[tuple[Path, Mistake]], where: Callable[..., str]) -> list[Mistake]:
    return [replace(mistake, where=where(*at)) for at, mistake in found]


def _where_changed(document: Document, touched: Sequence[Touched], *place: str | int) -> str:
    """The change that brought a mistake in; where none touched its place, the changes as a whole."""
    change = _brought_in(touched, place)
    whole = "combines" if "combines" in document.data else "because"
    return f"{change.where if change else document.where(whole)} ({dotted(place)})"


def _brought_in(touched: Sequence[Touched], place: Path) -> Touched | None:
    return next((change for change in reversed(touched) if place[: len(change.path)] == change.path), None)


def _stop(mistakes: Sequence[Mistake]) -> None:
    if mistakes:
        raise InputError(mistakes)
