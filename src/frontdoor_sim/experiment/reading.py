"""An appraisal file, read and checked with every scenario that it names."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import Field

from frontdoor_sim.documents import (
    Document,
    InputError,
    Keys,
    Mistake,
    check_given,
    in_words,
    nearest,
    read_yaml,
    shown,
)
from frontdoor_sim.experiment.break_even_questions import Question, mistakes_of, mistakes_of_path
from frontdoor_sim.experiment.conditioning import Symptom, Unknown
from frontdoor_sim.experiment.costs import Prices, unknown_roles
from frontdoor_sim.experiment.todays import todays_values
from frontdoor_sim.experiment.typed import percentages_of_no_share
from frontdoor_sim.measures import MEASURES, catalogue
from frontdoor_sim.operating_model import RAGS, Closed, is_percentage
from frontdoor_sim.scenario import (
    Scenario,
    check_kind,
    read_form,
    read_scenario,
    read_scenarios,
    read_what_is_sound,
    slips,
)
from frontdoor_sim.scenario.paths import look

INSIDE = 0.37
"""A place within a range, at which a whole number is not enough."""

_GROUPS = {"all": ("all",), "rag": RAGS, "level": ("1", "2", "3", "4")}


class StudyFile(Closed):
    """An appraisal file: what is compared, how often, and what is not known of today.

    Args:
        title, council: as they stand at the head of the pack.
        base, options: scenario files, by their paths from the folder of this file; an option is a change to the base.
        replications: runs of every scenario, each on contacts of its own.
        seed: key of all luck.
        unknown: numbers of today's model that are not known, as ranges.
        symptoms: what is known of today, by which candidates for the unknown numbers are kept.
        candidates: how many candidates are tried.
        condition_weeks: weeks of a candidate's run; those of the scenario where it is missing.
        break_even: where an option makes no difference, as one of its numbers is varied.
        prices: what people cost.
    """

    title: str = Field(min_length=1)
    council: str = Field(min_length=1)
    base: str
    options: tuple[str, ...] = Field(min_length=1)
    replications: int = Field(default=20, ge=2, le=10_000)
    seed: int = Field(default=1, ge=0)
    candidates: int = Field(default=0, ge=0, le=10_000)
    condition_weeks: int | None = Field(default=None, ge=1, le=520)
    unknown: tuple[Unknown, ...] = ()
    symptoms: tuple[Symptom, ...] = ()
    break_even: tuple[Question, ...] = ()
    prices: Prices = Prices()


@dataclass(frozen=True)
class Study:
    """An appraisal that has been read and checked.

    Args:
        file: its path.
        facts: what the file says.
        base, options: the scenarios.
    """

    file: Path
    facts: StudyFile
    base: Scenario
    options: tuple[Scenario, ...]

    def of(self, options: Sequence[str | Path]) -> Study:
        """The same appraisal of other options: today's model, ranges, symptoms and luck stay.

        Args:
            options: option files.

        Raises:
            InputError: every mistake in them; options of another base; two scenarios of one name.

        Example:
            >>> study = read_study("scenarios/examples/appraisal.yaml")
            >>> [option.name for option in study.of(["scenarios/examples/one_desk_two_more.yaml"]).options]
            ['Two more officers']
        """
        read = read_scenarios(options)
        mistakes = not_changes(self.base, [(option.file.name, option) for option in read])
        if mistakes:
            raise InputError(mistakes)
        return replace(self, options=tuple(read))

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        """Today's model, then its options."""
        return (self.base, *self.options)

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that the appraisal was read from; one that several scenarios are made of more than once."""
        made_of = [file for scenario in self.scenarios for file in scenario.files]
        return (self.file, *made_of)

    @property
    def notes(self) -> list[str]:
        """What is no mistake but may be one: ranges of unknown numbers that today's own number does not lie in."""
        found = []
        for unknown in self.facts.unknown:
            low, high = unknown.between
            beyond = [value for value in todays_values(self.base, unknown.path) if not low <= value <= high]
            if beyond:
                found.append(
                    f"{unknown.say} is {beyond[0]:g} in {self.base.file.name} ({unknown.path}), and no candidate has it: they "
                    f"have {low:g} to {high:g}. A range is written in the unit of what stands there."
                )
        return found

    def questions(self) -> list[tuple[Scenario, Question]]:
        """Where an option breaks even: each question with its option, of those that are compared."""
        here = {option.file.resolve(): option for option in self.options}
        asked = [((self.file.parent / question.option).resolve(), question) for question in self.facts.break_even]
        return [(here[file], question) for file, question in asked if file in here]


def check_study(study: object) -> None:
    """Refuse what is no appraisal that has been read, such as the path of its file.

    Raises:
        InputError: it is something else.
    """
    check_given(Study, "an appraisal", "fd.read_study", 'Read one: fd.read_study("appraisal.yaml").', study=study)


def read_study(path: str | Path) -> Study:
    """Read and check an appraisal file and every scenario that it names.

    Raises:
        InputError: every mistake in it and in its scenarios.
    """
    document = read_yaml(path)
    check_kind(document, "an appraisal", ("title", "base", "options"))
    facts, mistakes = read_form(StudyFile, document)
    mistakes += [replace(mistake, where=document.where(*at)) for at, mistake in slips(document.data)]
    if facts is None:
        sound, touched = read_what_is_sound(StudyFile, document)
        told = {mistake.where for mistake in mistakes}
        questions = len(sound.break_even) if sound is not None else 0
        spoiled = [_tail(document.where(*place)) for place in _spoiled(touched, questions)]
        more = _examined(document, sound, touched)[2] if sound is not None else []
        fresh = [mistake for mistake in more if mistake.where not in told and not _lies_in(mistake.where, spoiled)]
        raise InputError([*mistakes, *fresh])
    base, options, wrong = _examined(document, facts)
    mistakes += wrong
    if base is None or mistakes:
        raise InputError(mistakes)
    return Study(Path(path), facts, base, tuple(options.values()))


def _examined(
    document: Document, facts: StudyFile, touched: Collection[Keys] = ()
) -> tuple[Scenario | None, dict[int, Scenario], list[Mistake]]:
    """The base, the options by their place in the file, and every mistake beside those of the form.

    Args:
        document: the file.
        facts: what it says, or of a file whose form has mistakes what could be made of it.
        touched: the places at which the facts are not what the file says.
    """
    base, options, mistakes = _scenarios(document, facts, touched)
    mistakes += [*_ranges(document, facts), *_symptoms(document, facts), *_percentages(document, facts, base)]
    mistakes += _questions(document, facts, base, options)
    if base is not None:
        named = [(document.where("options", index), option) for index, option in options.items()]
        mistakes += [*not_changes(base, named), *_unknown_paths(document, facts, base), *_window(document, facts, base)]
    if base is not None and len(options) == len(facts.options):
        mistakes += unknown_roles(facts.prices, [base, *options.values()], partial(document.where, "prices", "posts"))
    return base, options, mistakes


def _spoiled(touched: Collection[Keys], questions: int) -> set[Keys]:
    """The places of which nothing can be said, since the facts that they hang on are not those of the file."""
    found = set(touched)
    for place in touched:
        match place:
            case ("replications",):
                found.add(("candidates",))
            case ("unknown", index, "path" | "between", *_):
                found.add(("unknown", index))
            case ("symptoms", index, "measure"):
                found.add(("symptoms", index, "between"))
            case ("symptoms", index, "between", *_):
                found.add(("symptoms", index, "between"))
            case ("options", *_):
                found |= {("break_even", index, "option") for index in range(questions)}
            case ("break_even", index, "between" | "steps", *_):
                found.add(("break_even", index, "path"))
    return found


def _tail(where: str) -> str:
    """The keys of a place, without file and line."""
    return where.rpartition(": ")[2]


def _lies_in(where: str, places: Collection[str]) -> bool:
    """Whether a mistake stands at one of some places, or inside it."""
    tail = _tail(where)
    return any(tail == place or tail.startswith((f"{place}.", f"{place}[")) for place in places)


def _scenarios(
    document: Document, facts: StudyFile, touched: Collection[Keys]
) -> tuple[Scenario | None, dict[int, Scenario], list[Mistake]]:
    """The base, the options by their place in the file, and what is wrong with those that cannot be read."""
    found: dict[int, Scenario] = {}
    mistakes: list[Mistake] = []
    named: list[tuple[int, str, Keys]] = [(-1, facts.base, ("base",))]
    named += [(index, name, ("options", index)) for index, name in enumerate(facts.options)]
    for index, name, keys in named:
        if {keys, keys[:1]} & set(touched):
            continue
        try:
            found[index] = read_scenario(document.beside(name, *keys))
        except InputError as error:
            mistakes += error.mistakes
    return found.pop(-1, None), found, mistakes


def not_changes(base: Scenario, options: Sequence[tuple[str, Scenario]]) -> list[Mistake]:
    """Options that cannot be compared with a base: no changes to the same model, or called as another.

    Args:
        base: today's model; it may itself be an option, and then shares its own base with the others.
        options: each with where it is named.
    """
    mistakes, names = [], [base.name]
    root = base.base or base
    for where, option in options:
        if (option.base or option).digest != root.digest:
            what, right = f"{option.file.name} is not a change to {root.file.name}.", f"`changes: {root.file.name}`."
            remedy = "Write it as a change to that, or take it out: only what meets the same contacts can be compared."
            mistakes.append(Mistake(where, what, f"An option with {right}", remedy))
        if option.name in names:
            what = f"{option.file.name} is called {option.name!r}, as is another scenario here."
            mistakes.append(Mistake(where, what, "A name of its own for each.", "Change its `name:`, or take it out."))
        names.append(option.name)
    return mistakes


def _ranges(document: Document, facts: StudyFile) -> Iterator[Mistake]:
    """What is wrong with the ranges of unknown numbers and with the bounds of symptoms."""
    ranges = [("unknown", i, unknown.between) for i, unknown in enumerate(facts.unknown)]
    ranges += [("symptoms", i, symptom.between) for i, symptom in enumerate(facts.symptoms)]
    for key, index, (low, high) in ranges:
        if low > high:
            where = document.where(key, index, "between")
            yield Mistake(where, f"{low:g} is above {high:g}.", "The lower number first.", "Swap the two numbers.")
    paths = [unknown.path for unknown in facts.unknown]
    for index, path in enumerate(paths):
        if path in paths[:index]:
            where = document.where("unknown", index, "path")
            yield Mistake(where, f"{path} is here twice.", "One range for each number.", "Remove one of the two.")
    if facts.unknown:
        yield from too_few(facts.candidates, facts.replications, document.where("candidates"))


def too_few(candidates: int, replications: int, where: str) -> Iterator[Mistake]:
    """Fewer candidates than any appraisal needs, or than this one has replications."""
    if candidates < 2:
        what = f"`candidates` cannot be {candidates} where numbers are unknown."
        right = "At least 2, and better 50 or more: every one is a run of today's model."
        yield Mistake(where, what, right, "Write, for example, `candidates: 80`.")
    elif candidates < replications:
        what = f"`candidates: {candidates}` are fewer than the {replications} replications."
        right = "One of its own for every replication, so that each is an independent case; and better several times as many."
        yield Mistake(where, what, right, f"Write, for example, `candidates: {5 * replications}`.")


def _window(document: Document, facts: StudyFile, base: Scenario) -> Iterator[Mistake]:
    """Candidates that would run for longer than today's model itself."""
    weeks = base.model.run.weeks
    if facts.condition_weeks is not None and facts.condition_weeks > weeks:
        what = (
            f"`condition_weeks: {facts.condition_weeks}` is longer than the run of {base.file.name}, of {weeks} weeks."
        )
        right = f"From 1 to {weeks}: a candidate's run is that of today's model, or shorter."
        yield Mistake(document.where("condition_weeks"), what, right, "Write fewer weeks, or take the line out.")


def _percentages(document: Document, facts: StudyFile, base: Scenario | None) -> Iterator[Mistake]:
    """Percentages of what is no share, and bounds of a share that no share has."""
    units = dict(catalogue()[["measure", "unit"]].to_numpy())
    for index, symptom in enumerate(facts.symptoms):
        where, share = document.where("symptoms", index, "between"), units.get(symptom.measure, "share") == "share"
        given = _range_as_written(document, "symptoms", index)
        if share and not all(0 <= end <= 1 for end in symptom.between):
            low, high = sorted(symptom.between)
            right, percent = "Two numbers from 0 to 1, or two percentages: 3% is 0.03.", low >= 0 and high <= 100
            remedy = f"Write `between: [{low:g}%, {high:g}%]`." if percent else "Correct the numbers."
            yield Mistake(
                where, f"`{symptom.measure}` is a share and cannot lie between {low:g} and {high:g}.", right, remedy
            )
        if not share and any(map(is_percentage, given)):
            unit = units[symptom.measure]
            what = f"`{symptom.measure}` is in {unit}, and {shown(given)} are percentages."
            yield Mistake(where, what, f"Two numbers, in {unit}.", "Write the numbers themselves.")
    for index, unknown in enumerate(facts.unknown):
        given = _range_as_written(document, "unknown", index)
        today = todays_values(base, unknown.path) if base is not None else []
        if any(map(is_percentage, given)) and any(value > 1 for value in today):
            where = document.where("unknown", index, "between")
            what = f"{unknown.path} is {today[0]:g}, which is no share, and {shown(given)} are percentages."
            yield Mistake(where, what, "Two numbers in the unit of what is there.", "Write the numbers themselves.")


def _range_as_written(document: Document, key: str, index: int) -> list[Any]:
    """The bounds of a range as the file has them; none where it has no list there."""
    written = look(document.data, (key, index, "between"))
    return written if isinstance(written, list) else []


def _unknown_paths(document: Document, facts: StudyFile, base: Scenario) -> Iterator[Mistake]:
    """What the base says when an unknown number is put into it: lowest, highest, and in between."""
    for index, unknown in enumerate(facts.unknown):
        low, high = unknown.between
        for value in (low, high, round(low + INSIDE * (high - low), 3)):
            try:
                base.varied({unknown.path: value})
            except InputError as error:
                yield from (replace(m, where=document.where("unknown", index)) for m in error.mistakes)
                break


def _symptoms(document: Document, facts: StudyFile) -> Iterator[Mistake]:
    """Symptoms that no measure can show."""
    table = catalogue()
    breakdowns = dict(zip(table["measure"], table["by"].str.split(", "), strict=True))
    for index, symptom in enumerate(facts.symptoms):
        known = breakdowns.get(symptom.measure, [symptom.by])
        groups = _GROUPS.get(symptom.by, (symptom.group,))
        asked = (("measure", symptom.measure, MEASURES), ("by", symptom.by, known), ("group", symptom.group, groups))
        for key, given, choices in asked:
            if given not in choices:
                near = nearest(given, choices)
                right = "A measure of docs/measures.md." if key == "measure" else f"One of {in_words(choices)}."
                remedy = f"Did you mean {in_words(near)}?" if near else "Correct it."
                yield Mistake(document.where("symptoms", index, key), f"`{key}` cannot be {given!r}.", right, remedy)


def _questions(
    document: Document, facts: StudyFile, base: Scenario | None, options: Mapping[int, Scenario]
) -> Iterator[Mistake]:
    """What is wrong with the questions where an option breaks even."""
    for index, question in enumerate(facts.break_even):
        wrong = list(
            mistakes_of(
                partial(document.where, "break_even", index), question.between, question.measure, question.along
            )
        )
        yield from wrong
        if question.option not in facts.options:
            near = nearest(question.option, facts.options)
            what, right = (
                f"`option` cannot be {question.option!r}.",
                f"One of {in_words(facts.options)}, as they stand above.",
            )
            remedy = f"Did you mean {in_words(near)}?" if near else "Name one of them, or add it to `options`."
            yield Mistake(document.where("break_even", index, "option"), what, right, remedy)
        elif base is not None and not wrong and (option := options.get(facts.options.index(question.option))):
            where, given = document.where("break_even", index, "path"), document.data["break_even"][index]["between"]
            between = document.where("break_even", index, "between")
            yield from percentages_of_no_share(given, option, question.path, between)
            yield from mistakes_of_path(where, base, option, question.path, question.between, question.steps)
