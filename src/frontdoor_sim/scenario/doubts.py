"""What a scenario may say and mean, and yet more often does not: to be looked at twice, and no mistake."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import pairwise

from frontdoor_sim.documents import Document, InputError, in_words, read_yaml
from frontdoor_sim.operating_model import RAGS, ChecksStage, Lasting, MeetingStage, OperatingModel, RunWindow, Team
from frontdoor_sim.parameters import SOURCES
from frontdoor_sim.scenario.changes import Change, Step
from frontdoor_sim.scenario.paths import Path
from frontdoor_sim.scenario.record import Scenario
from frontdoor_sim.working_time import ShiftPattern

Doubted = Iterator[tuple[Path, str]]

_DAY = 86_400
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_FEWEST_LETTERS = 4


def doubts(scenario: Scenario) -> list[str]:
    """What to look at twice in a scenario without mistakes: a sentence or two each, with where it stands.

    Args:
        scenario: a base; or an option, of which what its base says already is not told again.

    Example:
        >>> from frontdoor_sim.scenario import read_scenario
        >>> desk = read_scenario("scenarios/examples/one_desk.yaml")
        >>> doubts(desk), len(doubts(desk.varied({"run.opens": "2025-01-08"})))
        ([], 1)
    """
    told = set(_of_model(scenario.base.model)) if scenario.base else set()
    found = [
        f"{_where(scenario, place)}: {said}" for place, said in _of_model(scenario.model) if (place, said) not in told
    ]
    return [*found, *doubts_of_changes(scenario)]


def _of_model(model: OperatingModel) -> Doubted:
    for doubt in _DOUBTS:
        yield from doubt(model)


def _where(scenario: Scenario, place: Path) -> str:
    """The change of an option that touched a place last; else its line in the scenario's file, which the base has."""
    if scenario.base is not None:
        mine = [one for one in scenario.touched if one.path == place[: len(one.path)]]
        return mine[-1].where if mine else scenario.file.name
    try:
        return read_yaml(scenario.file).where(*place)
    except InputError:
        return Document(scenario.file, scenario.data).where(*place)


def _names_alike(model: OperatingModel) -> Doubted:
    """Sites and case systems that only one team has, and whose name reads like another."""
    sites: dict[str, list[Path]] = {}
    systems: dict[str, list[Path]] = {}
    for name, team in model.teams.items():
        sites.setdefault(team.site, []).append(("teams", name, "site"))
        for system in team.case_system:
            systems.setdefault(system, []).append(("teams", name, "case_system"))
    for what, places in (("site", sites), ("case system", systems)):
        for name in places:
            other = next((one for one in places if _reads_like(name, one) and _is_rarer(places, name, one)), None)
            if other is not None:
                yield (
                    places[name][0],
                    (
                        f"Only {places[name][0][1]} has the {what} {name!r}, which reads like {other!r}. "
                        f"If they are one, write {other!r}; else there is nothing to do."
                    ),
                )


def _is_rarer(places: Mapping[str, Sequence[Path]], name: str, other: str) -> bool:
    """Whether one team has a name, and more have the other; of two that have one each, the later is told."""
    names = list(places)
    alone, both = len(places[name]) == 1, len(places[other]) == 1
    return alone and (not both or names.index(name) > names.index(other))


def _sources_alike(model: OperatingModel) -> Doubted:
    """Sources of arrivals, and their areas, whose name reads like another."""
    for source, facts in model.arrivals.items():
        others = [one for one in dict.fromkeys([*SOURCES, *model.arrivals]) if _reads_like(source, one)]
        if others and source not in SOURCES:
            yield (
                ("arrivals", source),
                (
                    f"The source {source!r} reads like {others[0]!r}. If they are one, write {others[0]!r}; else there is "
                    "nothing to do."
                ),
            )
        areas = [one.area for one in model.arrivals.values()]
        near = [area for area in dict.fromkeys(areas) if _reads_like(facts.area, area)]
        if near and areas.count(facts.area) == 1:
            yield (
                ("arrivals", source, "area"),
                (
                    f"Only {source} has the area {facts.area!r}, which reads like {near[0]!r}. If they are one, write "
                    f"{near[0]!r}; else there is nothing to do."
                ),
            )


def _reads_like(name: str, other: str) -> bool:
    """Whether two names differ by one letter too many, too few, other than, or changed with its neighbour.

    Names that are told apart by a number or a letter of their own, such as `system_a` and `system_b`, are not alike, nor
    are one and several, such as `other` and `others`.
    """
    one, two = sorted((name.lower(), other.lower()), key=len)
    if name == other or len(one) < _FEWEST_LETTERS or len(two) - len(one) > 1 or two == f"{one}s":
        return False
    if re.sub(r"[\W_]", "", one) == re.sub(r"[\W_]", "", two):
        return True
    same = next((at for at, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), len(one))
    ends = [(one[same:], two[same + 1 :])]
    ends += [(one[same + 1 :], two[same + 1 :])] if len(one) == len(two) else []
    ends += [(one[same + 2 :], two[same + 2 :])] if one[same : same + 2] == two[same : same + 2][::-1] else []
    numbers = re.findall(r"\d|(?<![^\W_])\w(?![^\W_])", one) != re.findall(r"\d|(?<![^\W_])\w(?![^\W_])", two)
    return not numbers and any(rest == other_rest for rest, other_rest in ends)


def _nobody_decides(model: OperatingModel) -> Doubted:
    """A pathway without a decision, in which the end is taken for it."""
    if model.stages and not any(stage.decides for stage in model.stages.values()):
        yield (
            ("stages",),
            (
                "No stage has `decides: true`, so a contact counts as decided when it ends. Write `decides: true` at the stage "
                "that decides."
            ),
        )


def _nobody_has_time(model: OperatingModel) -> Doubted:
    """Teams that are asked to work, and whose people have no time for cases."""
    for name in without_time(model):
        yield (
            ("teams", name, "staff"),
            (
                f"Nobody of {name} has any time for cases, so what is sent there waits without end, and nothing behind it gets "
                "its work. Lower `non_case_share`, or give it people."
            ),
        )


def without_time(model: OperatingModel) -> list[str]:
    """Teams with stages of work, desks for checks or seats in meetings whose people have no time for cases.

    Example:
        >>> from frontdoor_sim.scenario import read_scenario
        >>> desk = read_scenario("scenarios/examples/one_desk.yaml")
        >>> without_time(desk.varied({"teams.desk.staff.officer.non_case_share": "100%"}).model)
        ['desk']
    """
    asked = {stage.team for stage in model.stages.values() if stage.kind in ("work", "consent")}
    for stage in model.stages.values():
        if isinstance(stage, ChecksStage):
            asked |= {desk.team for desk in stage.partners.values() if desk.team}
        if isinstance(stage, MeetingStage):
            asked |= set(stage.people)
    return [name for name, team in model.teams.items() if name in asked and not _has_time(team)]


def _has_time(team: Team) -> bool:
    return any(group.filled * (1 - group.non_case_share) > 0 for group in team.staff)


def _opens_within_a_week(model: OperatingModel) -> Doubted:
    """A run that does not open on a Monday, so that its weeks are not those of the calendar."""
    day = model.run.opens
    if day.weekday():
        monday = day + timedelta(days=7 - day.weekday())
        yield (
            ("run", "opens"),
            (
                f"{day} is a {_DAYS[day.weekday()]}, and every week of the run begins on it. Write, for example, "
                f"`opens: {monday}` if weeks are to begin on a Monday."
            ),
        )


def _urgent_waits_longer(model: OperatingModel) -> Doubted:
    """Times by RAG in which what is more urgent has longer than what is less."""
    times: list[tuple[Path, Mapping[str, Lasting | None]]] = [
        (("targets", name), {rag: getattr(target, rag) for rag in RAGS}) for name, target in model.targets.items()
    ]
    times += [
        (("stages", name, "give_up_after"), dict(given))
        for name, stage in model.stages.items()
        if (given := getattr(stage, "give_up_after", None))
    ]
    for place, given in times:
        stated = [(rag, lasting) for rag in RAGS if (lasting := given.get(rag))]
        for (rag, lasting), (next_rag, longer) in pairwise(stated):
            if lasting.clock == longer.clock and lasting.mean_seconds > longer.mean_seconds:
                yield (
                    place,
                    (
                        f"{rag.capitalize()} has {lasting.in_words}, and {next_rag}, which is less urgent, {longer.in_words}. "
                        "If they stand the wrong way round, change them."
                    ),
                )


def _runs_over_midnight(model: OperatingModel) -> Doubted:
    """A day of a shift that runs over midnight where its other days are open by day: start and end the wrong way round."""
    for name, pattern in model.shifts.items():
        for day, (start, end) in _nights_of_few_days(pattern):
            said, other = f"{_clock(start)}-{_clock(end - _DAY)}", f"{_clock(end - _DAY)}-{_clock(start)}"
            yield (
                ("shifts", name),
                (
                    f'On {_DAYS[day]} {name} is open "{said}", over midnight, where its other days are open by day. If the '
                    f'day is meant, write "{other}".'
                ),
            )


def _nights_of_few_days(pattern: ShiftPattern) -> Iterator[tuple[int, tuple[int, int]]]:
    days = list(enumerate(pattern.windows[: len(_DAYS)]))
    nights = [(day, window) for day, windows in days for window in windows if window[1] > _DAY]
    by_day = [windows for _, windows in days if windows and all(end <= _DAY for _, end in windows)]
    if not len({day for day, _ in nights}) < len(by_day):
        return
    for day, (start, end) in nights:
        opens, closes = end - _DAY, start
        shared = max(
            sum(max(min(closes, till) - max(opens, since), 0) for since, till in windows) for windows in by_day
        )
        if 2 * shared >= closes - opens > 0:
            yield day, (start, end)


def _clock(second: int) -> str:
    return f"{second // 3600:02d}:{second % 3600 // 60:02d}"


def doubts_of_changes(scenario: Scenario) -> Iterator[str]:
    """Changes of an option that are never in force in the run, that change nothing, or that leave something behind.

    Of a base there are none.
    """
    for number, step in enumerate(scenario.steps):
        if step.change is None:
            continue
        if never := never_in_force(step.change, scenario.model.run):
            yield f"{_of_step(step)}: {never}"
        own = [one for one in scenario.touched if one.change == number and one.verb != "follow"]
        if own and all(one.before == one.after for one in own):
            names = in_words(dict.fromkeys(one.written for one in own), "and")
            yield f"{_of_step(step)}: It changes nothing: {names} was so already. Correct the value, or leave the change out."

    yield from _handoffs_left(scenario)


def _handoffs_left(scenario: Scenario) -> Iterator[str]:
    """Handoffs of their own between teams that an option puts on one site, which go on as if there were two."""
    if scenario.base is None:
        return
    before, then = scenario.base.model, scenario.model
    for one in then.handoffs.particular:
        if one not in before.handoffs.particular:
            continue
        teams = [getattr(then.stages.get(stage), "team", "") for stage in (one.leaves, one.reaches)]
        if not all(team in model.teams for team in teams for model in (before, then)):
            continue
        sites = [{model.teams[team].site for team in teams} for model in (before, then)]
        if len(sites[0]) == 2 and len(sites[1]) == 1:
            moved = next(team for team in teams if before.teams[team].site != then.teams[team].site)
            yield (
                f"{_where(scenario, ('teams', moved, 'site'))}: {in_words(teams, 'and')} come to be on one site, and the "
                f"handoff from {one.leaves} to {one.reaches} under `handoffs.particular` keeps the delay and hours that it had "
                "between two. If they go with the distance, take them out: `remove: [handoffs.particular]`; else there is "
                "nothing to do."
            )


def never_in_force(change: Change, run: RunWindow) -> str:
    """Why a change is never in force in a run, its warm-up and follow-up included; empty where it is.

    Args:
        change: of an option.
        run: of its model.
    """
    begins, ends = run.opens - timedelta(weeks=run.warm_up), run.opens + timedelta(weeks=run.weeks + run.follow_up)
    if change.begins is not None and change.begins >= ends:
        return f"It begins on {change.begins}, and the run ends on {ends}, so it is never in force. Correct `from`."
    if change.until is not None and change.until <= begins:
        return f"It ends on {change.until}, and the run begins on {begins}, so it is never in force. Correct `until`."
    return ""


def _of_step(step: Step) -> str:
    return step.document.where("because", step.index)


_DOUBTS: tuple[Callable[[OperatingModel], Doubted], ...] = (
    _opens_within_a_week,
    _runs_over_midnight,
    _names_alike,
    _sources_alike,
    _nobody_has_time,
    _nobody_decides,
    _urgent_waits_longer,
)
