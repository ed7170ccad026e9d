"""What must hold across a scenario: one law, one function."""

from __future__ import annotations

from collections.abc import Iterable

from frontdoor_sim.operating_model import OperatingModel
from frontdoor_sim.parameters import Parameters
from frontdoor_sim.scenario.checks import limits, routes, teams
from frontdoor_sim.scenario.checks.found import Found, Law
from frontdoor_sim.scenario.paths import Path

__all__ = ["LAWS", "broken_laws"]

LAWS: tuple[Law, ...] = (
    teams.check_run,
    teams.check_names,
    teams.check_teams_of_stages,
    teams.check_helpers,
    teams.check_interrupts,
    teams.check_case_systems,
    teams.check_shifts,
    teams.check_allocation_times,
    teams.check_partners,
    teams.check_meetings,
    teams.check_targets,
    routes.check_entry,
    routes.check_routes_lead_somewhere,
    routes.check_stages_have_routes,
    routes.check_stages_are_reached,
    routes.check_ends_are_reached,
    routes.check_outcomes,
    limits.check_who_goes_unserved_has_a_way,
    limits.check_undecided_is_decided_elsewhere,
    limits.check_limits_are_stated,
    limits.check_out_trays,
    routes.check_rules_are_used,
    routes.check_routes_cover,
    teams.check_staff,
    teams.check_skills,
    teams.check_people_come_and_go,
    teams.check_other_work_is_in_the_shift,
    teams.check_people_are_named_once,
    routes.check_judged_before_asked,
    routes.check_agreement_is_judged,
    routes.check_no_instant_loop,
    teams.check_particular_handoffs,
)
"""Laws of an operating model; `routes.check_sources_and_areas` asks the parameters as well."""

_LIMITS = ("give_up_after", "holds_at_most", "takes_a_working_day", "when_full")
_SILENT_AFTER: dict[Law, set[str]] = {
    teams.check_interrupts: {"kind"},
    teams.check_partners: {"partners"},
    routes.check_stages_are_reached: {"routes"},
    routes.check_ends_are_reached: {"routes"},
    routes.check_outcomes: {"kind", *_LIMITS},
    limits.check_who_goes_unserved_has_a_way: {"routes", "kind", *_LIMITS},
    limits.check_undecided_is_decided_elsewhere: {"routes", "kind", "decides", *_LIMITS},
    limits.check_limits_are_stated: {"kind", *_LIMITS},
    limits.check_out_trays: {"routes", "kind", "out_tray", *_LIMITS},
    routes.check_rules_are_used: {"routes"},
    routes.check_routes_cover: {"routes", "kind", "judges", *_LIMITS},
    teams.check_meetings: {"staff", "kind"},
    teams.check_staff: {"staff", "kind"},
    teams.check_skills: {"staff", "kind", "partners"},
    routes.check_judged_before_asked: {"judges", "kind"},
    routes.check_agreement_is_judged: {"judges", "kind"},
    routes.check_no_instant_loop: {"routes", "kind"},
}
"""Steps of paths at which an earlier mistake keeps a law silent, since it could not judge."""

_NAMED = ("shifts", "teams", "stages", "routes", "ends")
_OF_AN_ITEM = {"kind", "judges", "partners", "staff"}


def broken_laws(model: OperatingModel, parameters: Parameters | None, spoiled: Iterable[Path] = ()) -> Found:
    """Every law that a model breaks.

    Args:
        model: the operating model.
        parameters: the council's numbers.
        spoiled: places with a mistake of their own; what follows from one of them is not told twice.
    """
    places = list(spoiled)
    if any(place == (name,) for place in places for name in _NAMED):
        return
    steps = {step for place in places for step in place}
    steps |= _OF_AN_ITEM if any(len(place) == len(("stages", "its name")) for place in places) else set()
    found = [broken for law in LAWS if not steps & _SILENT_AFTER.get(law, set()) for broken in law(model)]
    if not steps & {"arrivals"}:
        found += routes.check_sources_and_areas(model, parameters)
    for at, mistake in found:
        if not any(place == at[: len(place)] for place in places):
            yield at, mistake
