"""The models of a run that follow each other, compiled so that stages, teams and ends have the same numbers in all.

What a model has not, because it is no more or is not there yet, stands in it all the same, so that whoever is on the way
there is known by the same number. Nobody works in a team that is not there, and no route leads to a stage that is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from frontdoor_sim.engine.compile import all_names, compile_plan
from frontdoor_sim.engine.plan import Plan, PlannedRamp
from frontdoor_sim.luck import code
from frontdoor_sim.operating_model import AnyStage, OperatingModel, Phase, Ramp, Rule, Rules, Team, Timeline, skills_of

Named = TypeVar("Named")


def compile_phases(phases: Sequence[Phase], sources: Sequence[str], areas: Sequence[str]) -> Plan:
    """Compile the models of a run that follow each other.

    Args:
        phases: the first is in force from the start; of one alone, its own plan.
        sources, areas: of the contacts that will come.

    Returns:
        The plan of the first model; `later` has the others, and `model` facts of all for whoever reads the log.
    """
    first, *others = phases
    if not others and not first.ramps:
        return compile_plan(first.model, Timeline.of(first.model), sources, areas)
    models = completed(phases)
    before = [replaced(model, phase.ramps) for model, phase in zip(models, phases, strict=True)]
    for model in (*models, *before):
        sources, areas = all_names(model, sources, areas)
    systems = list(dict.fromkeys(s for model in models for team in model.teams.values() for s in team.case_system))
    plans, skills = [], skills_of(models)
    for phase, model, former in zip(phases, models, before, strict=True):
        facts = (sources, areas, systems, (phase.goes, phase.team_goes), skills)
        plan = compile_plan(model, Timeline.of(model), *facts)
        if phase.ramps:
            plan = replace(plan, ramps=planned_ramps(phase, plan, compile_plan(former, Timeline.of(former), *facts)))
        plans.append(plan)
    begin = [
        plan.timeline.clock.midnight(phase.begins) for plan, phase in zip(plans, phases, strict=True) if phase.begins
    ]
    return replace(
        plans[0],
        model=of_all([*before, *models]),
        later=tuple(zip(begin[len(begin) - len(others) :], plans[1:], strict=True)),
    )


def replaced(model: OperatingModel, ramps: Mapping[str, Ramp]) -> OperatingModel:
    """A model, at the stages that ramp as it was before."""
    stages = {name: ramp.former.stages[name] for name, ramp in ramps.items() if name in ramp.former.stages}
    routes = {name: ramp.former.routes[name] for name, ramp in ramps.items()}
    return model.model_copy(update={"stages": {**model.stages, **stages}, "routes": {**model.routes, **routes}})


def planned_ramps(phase: Phase, plan: Plan, former: Plan) -> dict[int, PlannedRamp]:
    """The ramps of a phase, compiled, by the number of their stage."""
    number = {stage.name: stage.number for stage in plan.stages} | {"entry": plan.entry}
    midnight = plan.timeline.clock.midnight
    return {
        number[name]: PlannedRamp(
            code(f"ramp: {ramp.change}"), midnight(ramp.begins), midnight(ramp.ends) - midnight(ramp.begins), former
        )
        for name, ramp in phase.ramps.items()
    }


def completed(phases: Sequence[Phase]) -> list[OperatingModel]:
    """The models, each with the teams, stages and ends of all, in one order: as in the first, then what others add."""
    teams = {name: team for phase in reversed(phases) for name, team in phase.model.teams.items()}
    stages = {name: stage for phase in reversed(phases) for name, stage in phase.model.stages.items()}
    ends = {name: end for phase in reversed(phases) for name, end in phase.model.ends.items()}
    routes: dict[str, Rules] = {}
    order = [in_order(getattr(phase.model, section) for phase in phases) for section in ("teams", "stages", "ends")]
    found = []
    for phase in phases:
        model = phase.model
        teams = {name: model.teams.get(name) or nobody(team) for name, team in teams.items()}
        stages = {name: model.stages.get(name) or moved(stage, phase.team_goes) for name, stage in stages.items()}
        routes = {
            name: model.routes.get(name) or rerouted(routes.get(name, ()), phase.goes) for name in ("entry", *stages)
        }
        ends |= model.ends
        facts = {"teams": sorted_as(order[0], teams), "stages": sorted_as(order[1], stages), "routes": routes}
        found.append(model.model_copy(update={**facts, "ends": sorted_as(order[2], ends)}))
    return found


def in_order(sections: Iterable[Mapping[str, object]]) -> list[str]:
    """Names of all in the order in which they are first met."""
    return list(dict.fromkeys(name for section in sections for name in section))


def sorted_as(order: Sequence[str], named: Mapping[str, Named]) -> dict[str, Named]:
    """The same by name, in an order."""
    return {name: named[name] for name in order}


def nobody(team: Team) -> Team:
    """A team that is not there: it has no people, nobody helps it, and nothing interrupts there."""
    return team.model_copy(update={"staff": (), "helpers": (), "interrupts": ()})


def moved(stage: AnyStage, team_goes: Mapping[str, str]) -> AnyStage:
    """A stage that is no more, for those who are in it still: its team is that to which the work of its team went."""
    change: dict[str, Any] = {"team": team_goes.get(stage.team, stage.team)}
    if stage.kind == "checks":
        change["partners"] = {
            name: partner.model_copy(update={"team": team_goes.get(partner.team, partner.team)})
            if partner.team
            else partner
            for name, partner in stage.partners.items()
        }
    return stage.model_copy(update=change)


def rerouted(rules: Rules, goes: Mapping[str, str]) -> Rules:
    """The route from a stage that is no more, for those who leave it still: to where there still is something."""
    return tuple(rule.model_copy(update={"to": shares(rule, goes)}) for rule in rules)


def shares(rule: Rule, goes: Mapping[str, str]) -> dict[str, float]:
    """Targets of a rule with the names of today; shares that come to lead to one place are added up."""
    found: dict[str, float] = {}
    for name, share in rule.to.items():
        found[goes.get(name, name)] = found.get(goes.get(name, name), 0.0) + share
    return found


def of_all(models: Sequence[OperatingModel]) -> OperatingModel:
    """The last model, with every way that a route of any of them leads: what a reader of the log must know."""
    last = models[-1]
    routes = {
        stage: tuple(dict.fromkeys(to for model in models for to in model.targets_of(stage))) for stage in last.routes
    }
    every = {stage: tuple(Rule(to={to: 1.0}) for to in targets) for stage, targets in routes.items()}
    shifts = {name: shift for model in models for name, shift in model.shifts.items()}
    kept = {"recording": last.recording if len({_records(model) for model in models}) == 1 else None}
    return last.model_copy(update={"routes": every, "shifts": shifts, **kept})


def _records(model: OperatingModel) -> str:
    """On which case systems work is recorded, and how they are kept; where that changes, figures as reported are not read."""
    return repr((model.recording, [team.case_system for team in model.teams.values()]))
