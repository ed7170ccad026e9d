"""What a picture of a pathway shows: boxes in lanes, arrows between them, and what each arrow costs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from frontdoor_sim.appraisal.charts.pathways.records import ENTRY, keyed_again
from frontdoor_sim.documents import in_words
from frontdoor_sim.operating_model import (
    CaseloadStage,
    ChecksStage,
    ConsentStage,
    DelayStage,
    Handoff,
    MeetingStage,
    OperatingModel,
    Stage,
    Team,
    WorkStage,
)

WITHIN, SITE, SITES, REQUEST, ARRIVAL = "within", "site", "sites", "request", "arrival"
"""What an arrow crosses: nothing, teams of one site, sites; a request to a partner's desk; the way in."""

Part = tuple[str, str]
"""A team or a stage: `teams` or `stages`, and its name."""


@dataclass(frozen=True)
class Box:
    """A stage, or the work of a partner's desk.

    Args:
        name: of the stage; of a partner's work `stage: partner`.
        title: what stands in the box.
        notes: a few words below it, line by line.
        team: the lane it stands in.
        ends: ends to which contacts leave from here.
        changed: whether the option changes it.
        decides: whether a visit here is a decision.
        desk: whether it is the work of a partner's desk.
    """

    name: str
    title: str
    notes: tuple[str, ...]
    team: str
    ends: tuple[str, ...] = ()
    changed: bool = False
    decides: bool = False
    desk: bool = False


@dataclass(frozen=True)
class Arrow:
    """A way from one box to another; `costs` says what the handoff takes, and is empty where it costs nothing."""

    leaves: str
    reaches: str
    crosses: str
    costs: str = ""
    keyed_again: bool = False


@dataclass(frozen=True)
class Lane:
    """A team: its name, site, what stands below its name, and whether the option changes it."""

    team: str
    site: str
    notes: tuple[str, ...]
    changed: bool = False


@dataclass(frozen=True)
class Facts:
    """Everything that the picture shows; lanes stand site by site, boxes in the order of the file."""

    lanes: tuple[Lane, ...]
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def facts_of(model: OperatingModel, changed: Collection[Part] = ()) -> Facts:
    """What there is to draw of a model.

    Args:
        model: the operating model.
        changed: teams and stages that an option changes.

    Example:
        >>> from frontdoor_sim.operating_model import End, Rule, RunWindow, Staff
        >>> desk = Team(staff=(Staff(role="officer", wte=2, shift="always"),))
        >>> model = OperatingModel(
        ...     name="One desk", run=RunWindow(opens="2025-01-06"), teams={"desk": desk},
        ...     stages={"decision": WorkStage(team="desk", touch="10 min", decides=True)},
        ...     routes={"entry": "decision", "decision": "closed"}, ends={"closed": End()})
        >>> facts = facts_of(model)
        >>> [box.notes for box in facts.boxes], [arrow.crosses for arrow in facts.arrows]
        ([('decides', '10 min')], ['arrival'])
    """
    sites = list(dict.fromkeys(team.site for team in model.teams.values()))
    boxes = [box for name, stage in model.stages.items() for box in _boxes(model, name, stage, changed)]
    working = {box.team for box in boxes}
    lanes = [_lane(name, team, name in working, ("teams", name) in changed) for name, team in model.teams.items()]
    lanes.sort(key=lambda lane: sites.index(lane.site))
    keyed = keyed_again(model)
    arrows = [arrow for name in (ENTRY, *model.stages) for arrow in _arrows(model, name, keyed)]
    return Facts(tuple(lanes), tuple(boxes), tuple(arrows))


def plain(name: str) -> str:
    """A name of a file as words.

    Example:
        >>> plain("early_help_decision")
        'early help decision'
    """
    return name.replace("_", " ")


def _lane(name: str, team: Team, works: bool, changed: bool) -> Lane:
    wte = sum(group.wte for group in team.staff)
    systems = [f"on {in_words([plain(system) for system in team.case_system], 'and')}"] if team.case_system else []
    idle = [] if works else ["no work on this pathway"]
    return Lane(name, team.site, (f"{wte:g} WTE", *systems, *idle), changed)


def _boxes(model: OperatingModel, name: str, stage: Stage, changed: Collection[Part]) -> Iterator[Box]:
    ends = tuple(to for to in model.targets_of(name) if to in model.ends)
    notes = (*["decides"] * stage.decides, _note(stage))
    yield Box(name, plain(name), notes, stage.team, ends, ("stages", name) in changed, stage.decides)
    for partner, desk in stage.partners.items() if isinstance(stage, ChecksStage) else ():
        if desk.team is not None and desk.team != stage.team and desk.touch is not None:
            notes = (_short(desk.touch.in_words),)
            yield Box(f"{name}: {partner}", f"{plain(partner)} check", notes, desk.team, desk=True)
    for team, number in stage.people.items() if isinstance(stage, MeetingStage) else ():
        if team != stage.team:
            yield Box(f"{name}: {team}", f"{plain(name)}", (f"{number} of the team",), team, desk=True)


def _short(words: str) -> str:
    """A duration for a small box: a mean is marked by a sign instead of words."""
    about = words.removesuffix(" on average")
    short = about.replace(" minutes", " min").replace(" hours", " h")
    return f"≈ {short}" if about != words else short


def _note(stage: Stage) -> str:
    match stage:
        case WorkStage():
            return _short(stage.touch.in_words)
        case ConsentStage():
            return f"up to {stage.attempts} attempts"
        case ChecksStage():
            return f"asks {in_words([plain(name) for name in stage.partners], 'and')}"
        case CaseloadStage():
            return f"case held {_short(stage.hold.in_words)}"
        case DelayStage():
            return f"waits {_short(stage.delay.in_words)}"
        case MeetingStage():
            return f"meets for {_short(stage.lasts.in_words)}"


def _arrows(model: OperatingModel, name: str, keyed: Mapping[tuple[str, str], str]) -> Iterator[Arrow]:
    for to in model.targets_of(name):
        if to in model.stages:
            again = keyed.get((name, to), "")
            crosses, handoff = _crossing(model, name, to)
            words = [handoff_words(handoff)] if handoff is not None else []
            yield Arrow(name, to, crosses, "; ".join(filter(None, [*words, again])), bool(again))
    stage = model.stages.get(name)
    if isinstance(stage, MeetingStage):
        yield from (Arrow(name, f"{name}: {team}", REQUEST, "") for team in stage.people if team != stage.team)
    if isinstance(stage, ChecksStage):
        for partner, desk in stage.partners.items():
            if desk.team is not None and desk.team != stage.team:
                yield _request(model, stage.team, desk.team, name, f"{name}: {partner}")


def _request(model: OperatingModel, team: str, desk: str, name: str, box: str) -> Arrow:
    """A request to a partner's desk, and its answer: a message, which pays no handoff."""
    seen = model.handoffs.requests_between_sites
    apart = model.teams[team].site != model.teams[desk].site
    return Arrow(name, box, REQUEST, f"a request is seen after {seen.in_words}" if seen and apart else "")


def _crossing(model: OperatingModel, name: str, to: str) -> tuple[str, Handoff | None]:
    """What a way from one stage to another crosses, and the handoff that it pays."""
    particular = next((h for h in model.handoffs.particular if (h.leaves, h.reaches) == (name, to)), None)
    if name == ENTRY:
        return ARRIVAL, particular
    leaves, reaches = model.stages[name].team, model.stages[to].team
    if leaves == reaches:
        return WITHIN, particular
    if model.teams[leaves].site == model.teams[reaches].site:
        return SITE, particular or model.handoffs.same_site
    return SITES, particular or model.handoffs.between_sites


def handoff_words(handoff: Handoff) -> str:
    """What a handoff takes, part by part.

    Example:
        >>> handoff_words(Handoff(delay="2 h", batch="Mon-Fri 10:00, 15:00"))
        '2 h, then at 10:00 or 15:00'
    """
    parts = [handoff.delay.in_words] if handoff.delay else []
    if handoff.batch is not None:
        times = sorted({second for day in handoff.batch.seconds for second in day})
        at = in_words([f"{second // 3600:02d}:{second // 60 % 60:02d}" for second in times])
        parts.append(f"{'then ' if parts else ''}at {at}")
    if handoff.release:
        parts.append(f"{'then ' if parts else ''}when {plain(handoff.release)} is open")
    return ", ".join(parts)
