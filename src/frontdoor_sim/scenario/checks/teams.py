"""Laws of the run, of teams and of what stages ask of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from frontdoor_sim.documents import in_words, nearest
from frontdoor_sim.operating_model import RAGS, AnyStage, CaseloadStage, ChecksStage, MeetingStage, OperatingModel
from frontdoor_sim.scenario.checks.found import ALWAYS, ENTRY, Found, broken, unknown
from frontdoor_sim.scenario.paths import Path
from frontdoor_sim.working_time import Instants

FIRST_YEAR, LAST_YEAR = 1980, 2070
DAYS_OF_WEEK, DAY = 7, 86_400
DECISION = "decision"


def check_run(model: OperatingModel) -> Found:
    """A run has a measured window, in years whose calendar is known."""
    if not model.run.weeks:
        yield broken(
            ("run", "weeks"),
            "The measured window has no weeks.",
            "At least 1 week.",
            "Write, for example, `weeks: 52`.",
        )
    if not FIRST_YEAR <= model.run.opens.year <= LAST_YEAR:
        what = f"The run opens in {model.run.opens.year}."
        yield broken(("run", "opens"), what, f"A date from {FIRST_YEAR} to {LAST_YEAR}.", "Correct the year.")
    if model.run.backlog is not None and model.run.warm_up:
        what = "A run that starts from a backlog has no warm-up."
        yield broken(("run", "warm_up"), what, "Either `backlog` or `warm_up`.", "Drop one of them.")


def check_names(model: OperatingModel) -> Found:
    """The scenario has a name, and a name in a route means one thing."""
    if not model.name.strip():
        yield broken(("name",), "`name` is empty.", "What the scenario is called.", "Write a name.")
    if ENTRY in model.stages:
        what = f"A stage is called {ENTRY!r}, which stands for where contacts come in."
        yield broken(("stages", ENTRY), what, "Another name.", "Rename the stage.")
    for name in model.ends:
        if name in model.stages:
            what = f"{name!r} is a stage and an end."
            yield broken(("ends", name), what, "A name for each of them.", "Rename one of the two.")


def check_teams_of_stages(model: OperatingModel) -> Found:
    """Every stage and partner names a team that is there."""
    for name, stage in model.stages.items():
        if stage.team not in model.teams:
            yield unknown(("stages", name, "team"), "team", stage.team, model.teams)
        for partner, desk in stage.partners.items() if isinstance(stage, ChecksStage) else ():
            if desk.team is not None and desk.team not in model.teams:
                yield unknown(("stages", name, "partners", partner, "team"), "team", desk.team, model.teams)


def check_helpers(model: OperatingModel) -> Found:
    """Whoever helps is another team that is there, and stops helping before the queue is as long as when they began."""
    for name, team in model.teams.items():
        for index, helper in enumerate(team.helpers):
            at: Path = ("teams", name, "helpers", index)
            if helper.team not in model.teams:
                yield unknown(at, "team", helper.team, model.teams)
            elif helper.team == name:
                yield broken(at, f"{name!r} is its own helper.", "Another team.", "Remove it, or name another team.")
            if helper.until_waiting >= helper.when_waiting:
                what = f"Help begins when {helper.when_waiting} wait and ends when {helper.until_waiting} do."
                remedy = f"Write, for example, `until_waiting: {helper.when_waiting - 1}`."
                yield broken(at, what, "Fewer waiting at the end than at the beginning.", remedy)


def check_interrupts(model: OperatingModel) -> Found:
    """What interrupts is a RAG, in a queue in which the most urgent go first, or a stage at which the team works."""
    for name, team in model.teams.items():
        rags, stages = team.interrupting_rags, team.interrupting_stages
        at: Path = ("teams", name, "interrupts")
        if rags and stages:
            what = f"{in_words((*rags, *stages), 'and')} may interrupt: by RAG and by stage at once."
            right = "Either RAGs or stages, so that it is known which of two goes first."
            yield broken(at, what, right, f"Leave out {in_words(rags, 'and')}, or {in_words(stages, 'and')}.")
        elif rags and team.order[0] != "rag":
            what = f"{in_words(rags, 'and')} may interrupt, and the queue is in order of {team.order[0]}."
            right = "A queue in which the most urgent go first."
            yield broken(at, what, right, "Write `order: rag`, or remove `interrupts`.")
        yield from _stages_that_interrupt(model, name, team.interrupts)


def _stages_that_interrupt(model: OperatingModel, team: str, interrupts: Sequence[str]) -> Found:
    """Names that are no RAG are of stages of work or consent of the team."""
    mine = [stage for stage, facts in model.stages.items() if facts.team == team and facts.kind in ("work", "consent")]
    for place, name in enumerate(interrupts):
        at: Path = ("teams", team, "interrupts", place)
        if name not in RAGS and name not in model.stages:
            yield unknown(at, "RAG or stage", name, [*RAGS, *mine])
        elif name not in RAGS and name not in mine:
            right = f"RAGs, or stages of work or consent of this team: {in_words(mine)}." if mine else "RAGs."
            yield broken(at, f"{name!r} is no work of {team!r}.", right, "Remove it, or name other work.")


def check_case_systems(model: OperatingModel) -> Found:
    """A case system whose records are spoken of is one that a team works on."""
    systems = dict.fromkeys(system for team in model.teams.values() for system in team.case_system)
    for name in model.recording.systems if model.recording else ():
        if name not in systems:
            yield unknown(("recording", "systems", name), "case system", name, systems)


def check_shifts(model: OperatingModel) -> Found:
    """Every shift that is named is there."""
    shifts = [*model.shifts, *([] if ALWAYS in model.shifts else [ALWAYS])]
    for at, shift in _shifts_named(model):
        if shift not in shifts:
            yield unknown(at, "shift", shift, shifts)


def _shifts_named(model: OperatingModel) -> Iterator[tuple[Path, str]]:
    yield ("clock",), model.clock
    for name, team in model.teams.items():
        yield from ((("teams", name, "staff", i, "shift"), group.shift) for i, group in enumerate(team.staff))
    handoffs = model.handoffs
    named = [(("same_site",), handoffs.same_site), (("between_sites",), handoffs.between_sites)]
    for key, handoff in [*named, *((("particular", i), one) for i, one in enumerate(handoffs.particular))]:
        if handoff.release:
            yield ("handoffs", *key, "release"), handoff.release
    if model.returns:
        yield ("returns", "arrives_in"), model.returns.arrives_in
    for stage, rules in model.routes.items():
        for i, rule in enumerate(rules):
            yield from ((("routes", stage, i, "if", "during"), shift) for shift in rule.when.during)


def check_allocation_times(model: OperatingModel) -> Found:
    """`allocates` names a shift, or says times such as `Mon-Fri 09:30`."""
    for name, stage in model.stages.items():
        if isinstance(stage, CaseloadStage) and stage.allocates not in (None, ALWAYS, *model.shifts):
            try:
                Instants.parse(str(stage.allocates))
            except ValueError:
                what = f"{stage.allocates!r} is neither a shift nor times."
                right = f'One of {in_words([*model.shifts, ALWAYS])}, or days and times such as "Mon-Fri 09:30, 14:00".'
                near = nearest(str(stage.allocates), model.shifts)
                remedy = (
                    f"Did you mean {in_words(near)}?" if near else 'Write, for example, `allocates: "Mon-Fri 09:30"`.'
                )
                yield broken(("stages", name, "allocates"), what, right, remedy)


def check_partners(model: OperatingModel) -> Found:
    """A checks stage asks somebody, and waits for no more answers than it asks for."""
    for name, stage in model.stages.items():
        if not isinstance(stage, ChecksStage):
            continue
        asked = len(stage.partners)
        if not asked:
            remedy = "Write, for example, `partners: {police: {delay: 4 h}}`."
            yield broken(("stages", name, "partners"), "Nobody is asked.", "At least one partner.", remedy)
        elif stage.join != "all" and stage.join > asked:
            what = f"{stage.join} answers are waited for, and {asked} partners are asked."
            yield broken(("stages", name, "join"), what, f"A number from 1 to {asked}, or all.", "Write `join: all`.")


def check_meetings(model: OperatingModel) -> Found:
    """A meeting is of people who are there, and of the team whose stage it is."""
    for name, stage in model.stages.items():
        if not isinstance(stage, MeetingStage):
            continue
        at: Path = ("stages", name, "people")
        if stage.team in model.teams and stage.team not in stage.people:
            what = f"{stage.team!r} calls the meeting, and takes no part in it."
            yield broken(at, what, "Somebody of the team.", f"Add `{stage.team}: 1`, or name another `team`.")
        for team, number in stage.people.items():
            if team not in model.teams:
                yield unknown((*at, team), "team", team, model.teams)
                continue
            there = sum(math.ceil(group.wte) for group in model.teams[team].staff)
            if there < number:
                what = f"The meeting is of {number} of {team!r}, which has {there}."
                yield broken((*at, team), what, f"{there} at most.", "Ask for fewer, or give the team more staff.")


def check_targets(model: OperatingModel) -> Found:
    """A target is for decisions, or says which stage has to be over."""
    for name, target in model.targets.items():
        at: Path = ("targets", name)
        for key, stage in (("since", target.since), ("until", target.until)):
            if name == DECISION and stage:
                what = "The target for decisions runs from receipt to the decision."
                yield broken((*at, key), what, f"No `{key}`.", f"Remove `{key}`, or give the target another name.")
            elif stage and stage not in model.stages:
                yield unknown((*at, key), "stage", stage, model.stages)
        if name != DECISION and not target.until:
            what = f"Nothing measures the target {name!r}."
            right = f"`{DECISION}`, or a target with the stage that has to be over."
            slip = nearest(name, [DECISION])
            yield broken(
                at, what, right, f"Did you mean {DECISION}?" if slip else "Add, for example, `until: conference`."
            )


def check_staff(model: OperatingModel) -> Found:
    """A team that works has people, and one that holds cases has slots."""
    desks = {p.team for s in model.stages.values() if isinstance(s, ChecksStage) for p in s.partners.values() if p.team}
    working = {stage.team for stage in model.stages.values() if stage.kind in ("work", "consent")} | desks
    for name, team in model.teams.items():
        if name in working and sum(group.filled for group in team.staff) <= 0:
            remedy = "Add, for example, `staff: [{role: officer, wte: 2, shift: always}]`."
            yield broken(("teams", name, "staff"), f"{name!r} has work but no staff.", "At least one person.", remedy)
    for stage_name, stage in model.stages.items():
        held = model.teams.get(stage.team)
        if isinstance(stage, CaseloadStage) and held and not any(g.caseload and g.filled for g in held.staff):
            at: Path = ("teams", stage.team, "staff")
            what = f"{stage.team!r} holds the cases of {stage_name!r}, and nobody there has a caseload."
            yield broken(at, what, "A `caseload` above 0 for some staff.", "Add, for example, `caseload: 16`.")


def check_skills(model: OperatingModel) -> Found:
    """People can work where work is done for which their team is asked, and everything has somebody who can do it."""
    asked = {name: _worked_on_by(stage) for name, stage in model.stages.items()}
    for name, team in model.teams.items():
        mine = {name} | {other for other, facts in model.teams.items() if any(h.team == name for h in facts.helpers)}
        known = [stage for stage, teams in asked.items() if teams & (mine if _is_queued(model, stage) else {name})]
        for index, group in enumerate(team.staff):
            for place, stage in enumerate(group.works_at):
                at: Path = ("teams", name, "staff", index, "works_at", place)
                if stage not in model.stages:
                    yield unknown(at, "stage", stage, model.stages)
                elif stage not in known:
                    what = f"Nobody of {name!r} is asked to work at {stage!r}."
                    right = f"Stages at which they work: {in_words(known)}." if known else "No `works_at` here."
                    yield broken(at, what, right, "Remove it; who holds cases is said by `caseload`.")
    for stage, teams in asked.items():
        for name in sorted(teams & set(model.teams)):
            yield from _nobody_can(model, stage, name)


def _is_queued(model: OperatingModel, stage: str) -> bool:
    """Whether work at a stage waits in a queue from which helpers may take it; a meeting is of those it names."""
    return model.stages[stage].kind != "meeting"


def _worked_on_by(stage: AnyStage) -> set[str]:
    """The teams whose people work at a stage."""
    if isinstance(stage, ChecksStage):
        return {partner.team for partner in stage.partners.values() if partner.team}
    if isinstance(stage, MeetingStage):
        return set(stage.people)
    return {stage.team} if stage.kind in ("work", "consent") else set()


def _nobody_can(model: OperatingModel, stage: str, team: str) -> Found:
    """Work of a team for which none of its people, and none of its helpers', can work."""
    facts, wanted = model.teams[team], model.stages[stage]
    number = wanted.people[team] if isinstance(wanted, MeetingStage) else 1
    helping = [] if isinstance(wanted, MeetingStage) else [h.team for h in facts.helpers if h.team in model.teams]
    staff = [group for name in (team, *helping) for group in model.teams[name].staff if group.filled > 0]
    can = sum(math.ceil(group.wte) for group in staff if group.can_work_at(stage))
    if staff and can < number and not all(group.can_work_at(stage) for group in staff):
        what = f"Nobody of {team!r} can work at {stage!r}."
        if can or number > 1:
            what = f"{stage!r} needs {number} of {team!r}, and {can or 'nobody'} of them can work there."
        remedy = f"Add `{stage}` to the `works_at` of some of them."
        yield broken(("teams", team, "staff"), what, "Somebody for whatever the team is asked to do.", remedy)


def check_people_come_and_go(model: OperatingModel) -> Found:
    """People start before they leave."""
    for name, team in model.teams.items():
        for index, group in enumerate(team.staff):
            at: Path = ("teams", name, "staff", index)
            if group.starts and group.leaves and group.starts > group.leaves:
                what = f"They leave on {group.leaves} and start on {group.starts}."
                yield broken((*at, "leaves"), what, "A day of leaving that is not before the start.", "Swap the two.")


def check_other_work_is_in_the_shift(model: OperatingModel) -> Found:
    """Other work begins while the shift is open; at other times it takes nothing from cases."""
    for name, team in model.teams.items():
        for index, group in enumerate(team.staff):
            if group.shift not in (ALWAYS, *model.shifts):
                continue
            windows = model.pattern(group.shift).windows
            for number, work in enumerate(group.other_work):
                if not any(_is_open(windows, kind, second) for kind, at in enumerate(work.at.seconds) for second in at):
                    what = f"No time of this is in the shift {group.shift!r}."
                    right = "Days and times at which the people are on duty."
                    place: Path = ("teams", name, "staff", index, "other_work", number, "at")
                    yield broken(place, what, right, "Correct the times, or the shift.")


def _is_open(windows: Sequence[Sequence[tuple[int, int]]], kind: int, second: int) -> bool:
    """Whether a second of a kind of day lies in a window of that day, or in one that began on the day before."""
    before = windows[(kind - 1) % DAYS_OF_WEEK] if kind < DAYS_OF_WEEK else ()
    today = any(start <= second < end for start, end in windows[kind])
    return today or any(start <= second + DAY < end for start, end in before)


def check_people_are_named_once(model: OperatingModel) -> Found:
    """People who keep an earlier name are the only ones called so."""
    staff = [
        (team, i, group) for team, facts in model.teams.items() for i, group in enumerate(facts.staff) if group.wte
    ]
    taken = {group.named or f"{team}/{group.role}": (team, i) for team, i, group in reversed(staff)}
    taken |= {f"{team}/{group.role}": (team, i) for team, i, group in staff if not group.named}
    for team, i, group in staff:
        if group.named and taken[group.named] != (team, i):
            what = f"{group.named!r} is also what people of {taken[group.named][0]!r} are called."
            at: Path = ("teams", team, "staff", i, "named")
            yield broken(
                at, what, "A name that nobody else has.", "Correct the name, or remove those who had it before."
            )


def check_particular_handoffs(model: OperatingModel) -> Found:
    """A particular handoff is between stages that are there."""
    for index, handoff in enumerate(model.handoffs.particular):
        for key, name in (("from", handoff.leaves), ("to", handoff.reaches)):
            if name not in model.stages and not (key == "from" and name == ENTRY):
                yield unknown(("handoffs", "particular", index, key), "stage", name, model.stages)
