"""The pathway of an operating model in words, stage by stage."""

from __future__ import annotations

from collections.abc import Iterator

from frontdoor_sim.documents import in_words
from frontdoor_sim.experiment.explain.values import condition, number, targets
from frontdoor_sim.operating_model import (
    CaseloadStage,
    ChecksStage,
    ConsentStage,
    DelayStage,
    MeetingStage,
    OperatingModel,
    Partner,
    Rule,
    Stage,
    Team,
    WorkStage,
)

_PROVIDES = ("no need", "level 1", "levels 1 and 2", "levels 1 to 3", "any need")


def pathway_lines(model: OperatingModel) -> Iterator[str]:
    """The pathway: where contacts come in, every stage with its team and what follows, and the ends."""
    yield "Pathway"
    yield f"  Contacts come in. Then {route_words(model.routes.get('entry', ()))}."
    for name, stage in model.stages.items():
        team = model.teams[stage.team]
        then = route_words(model.routes.get(name, ()))
        who = "for" if isinstance(stage, (DelayStage, ChecksStage)) else "by"
        yield f"  {name}, {who} {stage.team}{team_words(team)}: {stage_words(stage)}. Then {then}."
    yield ""
    yield "Ends"
    for name, end in model.ends.items():
        back = "" if end.returns else "; families closed here do not come back"
        yield f"  {name} meets {_PROVIDES[end.provides]}{back}."


def route_words(rules: tuple[Rule, ...]) -> str:
    """The rules by which a stage is left, first to last.

    Example:
        >>> route_words((Rule(when={"judged": 1}, to="advice"), Rule(to="consent")))
        'if judged 1, advice; else consent'
    """
    parts = []
    for index, one in enumerate(rules):
        asked = {name: value for name, value in one.when.model_dump().items() if value not in ((), None)}
        when = condition(asked)
        parts.append(f"if {when}, {targets(one.to)}" if when else f"{'else ' if index else ''}{targets(one.to)}")
    return "; ".join(parts)


def team_words(team: Team) -> str:
    """Where a team sits, on what it works, and how many they are, in brackets."""
    site = [f"at {team.site}"] if team.site != "one site" else []
    systems = [f"on {in_words(team.case_system, 'and')}"] if team.case_system else []
    wte = [f"{number(sum(group.wte for group in team.staff))} WTE"]
    return f" ({', '.join([*site, *systems, *wte])})"


def stage_words(stage: Stage) -> str:
    """What happens in a stage.

    Example:
        >>> stage_words(WorkStage(team="desk", touch="20 min", decides=True))
        'work of 20 min; decides'
    """
    judges = ["judges the level of need"] if getattr(stage, "judges", None) else []
    decides = ["decides"] if stage.decides else []
    return "; ".join([_does(stage), *judges, *decides])


def _does(stage: Stage) -> str:
    match stage:
        case WorkStage():
            return f"work of {stage.touch.in_words}"
        case ConsentStage():
            return f"consent, up to {stage.attempts} attempts of {stage.touch.in_words}, {stage.gap.in_words} apart"
        case ChecksStage():
            asked = in_words([_partner(name, partner) for name, partner in stage.partners.items()], "and")
            join = "all" if stage.join == "all" else f"the first {stage.join}"
            return f"checks with {asked}; waits for {join}"
        case CaseloadStage():
            given = f", given out {stage.allocates}" if stage.allocates else ""
            return f"a case is held for {stage.hold.in_words}{given}"
        case DelayStage():
            return f"a wait of {stage.delay.in_words}"
        case MeetingStage():
            who = in_words([f"{number} of {team}" for team, number in stage.people.items()], "and")
            return f"a meeting of {who}, which lasts {stage.lasts.in_words}"


def _partner(name: str, partner: Partner) -> str:
    return f"{name} (desk {partner.team})" if partner.team else name
