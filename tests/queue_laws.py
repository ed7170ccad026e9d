"""Laws of queues, read from an event log and the model that was run, without a look at the engine.

A spell is one piece of work in a team's queue: it becomes ready, waits, is started, and may be set down and taken up again.
Work that is handed over begins a new spell with its old place.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from frontdoor_sim.event_log import EventLog
from frontdoor_sim.experiment.running import people
from frontdoor_sim.operating_model import RAGS, Handoff, MeetingStage, OperatingModel, Timeline
from frontdoor_sim.roster import Roster

PIECE = ["contact", "stage", "visit", "part"]
NEVER = 1 << 62


@dataclass(frozen=True)
class Spell:
    """A piece of work in a queue: ready to be done from one second, begun or given up at another (never: after the run).

    `worker` is who began it, -1 where nobody did.
    """

    place: tuple[int, ...]
    ready: int
    begun: int
    gave_up: bool = False
    worker: int = -1


def plain(events: pd.DataFrame) -> pd.DataFrame:
    """Events with words as text, so that logs of models with other lists of words can be compared."""
    words = ["option", "stage", "kind", "team", "waited_for", "outcome", "rag", "recorded_to"]
    return events.astype(dict.fromkeys(words, str))


def spells(log: EventLog, model: OperatingModel) -> dict[str, list[Spell]]:
    """The spells in each team's queue; meetings have a line of their own."""
    facts = log.contacts.set_index("contact")
    events = plain(log.events)
    events = events[~events["stage"].isin(meetings(model))]
    events = events[(events["team"] != "") & (events["kind"] != "caseload")].sort_values(
        [*PIECE, "enabled", "start", "end"]
    )
    found: dict[str, list[Spell]] = {team: [] for team in model.teams}
    before: tuple[tuple[object, ...], int, int] | None = None
    for (*piece, ready), rows in events.groupby([*PIECE, "enabled"], sort=True):
        work = rows[rows["kind"] != "wait"]
        goes_on = (
            before is not None and before[0] == tuple(piece) and before[1] == ready
        )  # handed over, or graded again
        joined = before[2] if before is not None and goes_on else int(ready)
        before = (tuple(piece), int(rows["end"].max()), joined)
        contact, stage, visit, part = piece
        team = rows["team"].iloc[0]
        place = place_in_queue(model, team, facts.loc[contact], stage, joined, rows["rag"].iloc[0])
        gave_up = not len(work) and not rows["censored"].any()
        begun = int(work["start"].min()) if len(work) else int(rows["end"].max()) if gave_up else NEVER
        place = (*place, contact, list(model.stages).index(stage), visit, part)
        worker = int(work.sort_values("start")["worker"].iloc[0]) if len(work) else -1
        found[team].append(Spell(place, int(ready), begun, gave_up, worker))
    return found


def place_in_queue(
    model: OperatingModel, team: str, contact: pd.Series, stage: str, joined: int, grade: str
) -> tuple[int, ...]:
    """Rule 3: the team's criteria by the RAG while it waits, then the time of joining less the head start."""
    head_start = model.teams[team].head_start.get(grade)  # type: ignore[call-overload]
    criteria = {
        "joining": lambda: (),
        "rag": lambda: (RAGS.index(grade),),
        "arrival": lambda: (int(contact["received"]),),
        "stage": lambda: (getattr(model.stages[stage], "weight", 0),),
        "deadline": lambda: (deadline(model, int(contact["received"]), grade),),
    }
    first = model.teams[team].interrupting_stages
    values = [int(stage not in first)] if first else []
    values += [value for rule in model.teams[team].order for value in criteria[rule]()]
    return (*values, joined - (round(head_start.mean_seconds) if head_start else 0))


def deadline(model: OperatingModel, received: int, grade: str) -> int:
    limit = getattr(model.targets["decision"], grade) if "decision" in model.targets else None
    if limit is None:
        return NEVER
    calendar = Timeline.of(model).calendar(limit.clock, model)
    seconds = round(limit.mean_seconds)
    return received + seconds if calendar is None else int(calendar.add(received, seconds))


def who_can(log: EventLog, model: OperatingModel) -> Callable[[int, str], bool]:
    """Whether a worker can work at a stage."""
    group = {(name, one.role): one for name, team in model.teams.items() for one in team.staff}
    names = log.duty.drop_duplicates("worker").astype({"team": str, "role": str})
    who = {row.worker: group[row.team, row.role] for row in names.itertuples(index=False)}
    return lambda worker, stage: who[worker].can_work_at(stage)


def stage_of(spell: Spell, model: OperatingModel) -> str:
    """The stage at which a piece of work is."""
    return list(model.stages)[spell.place[-3]]


def check_order(log: EventLog, model: OperatingModel) -> None:
    """Nobody is begun by somebody who can do what waits in the same queue with a smaller place."""
    can = who_can(log, model)
    for team, mine in spells(log, model).items():
        for one in (spell for spell in mine if not spell.gave_up):
            passed = [
                other
                for other in mine
                if other.place < one.place
                and other.ready <= one.begun < other.begun
                and not held_back(model, other)
                and (one.worker < 0 or can(one.worker, stage_of(other, model)))
            ]
            assert one.begun > log.about.ends or not passed, f"{team}: {one} is begun before {passed[0]}"


def held_back(model: OperatingModel, spell: Spell) -> bool:
    """Whether the work may be held back by a full out-tray."""
    return getattr(list(model.stages.values())[spell.place[-3]], "out_tray", None) is not None


def meetings(model: OperatingModel) -> dict[str, MeetingStage]:
    """The stages of the model at which people meet."""
    return {name: stage for name, stage in model.stages.items() if isinstance(stage, MeetingStage)}


def check_meetings(log: EventLog, model: OperatingModel) -> None:
    """A meeting has all its people from beginning to end, and none of one stage goes before one with a smaller place."""
    events = plain(log.events)
    for name, stage in meetings(model).items():
        rows = events[events["stage"] == name]
        for visit, met in rows[rows["kind"] == "meeting"].groupby(["contact", "visit"]):
            assert Counter(met["team"]) == stage.people, f"{name}: {visit} is of other people"
            assert met["worker"].nunique() == len(met), f"{name}: {visit} has one person twice"
            assert met[["enabled", "start", "end"]].nunique().max() == 1, f"{name}: {visit} has people who come and go"
            assert met["part"].tolist() == list(range(len(met))), f"{name}: {visit} is not in the order of its people"
        main = rows[(rows["part"] == 0) & (rows["team"] != "")].sort_values("start")
        places = []
        for (contact, visit), mine in main.groupby(["contact", "visit"]):
            joined, graded = int(mine["enabled"].iloc[0]), (mine["rag"] != mine["rag"].shift()).cumsum()
            for _, stretch in mine.groupby(graded):
                held = stretch[stretch["kind"] == "meeting"]
                place = (RAGS.index(stretch["rag"].iloc[0]), joined, contact, visit)
                leaves = NEVER if stretch["censored"].any() else int(stretch["end"].max())
                begun = int(held["start"].iloc[0]) if len(held) else leaves
                places.append((place, int(stretch["enabled"].iloc[0]), begun, len(held) > 0))
        for one in (spell for spell in places if spell[-1]):
            passed = [other for other in places if other[0] < one[0] and other[1] <= one[2] < other[2]]
            assert not passed, f"{name}: {one} is held before {passed[0]}"


def check_nobody_idles(log: EventLog, model: OperatingModel) -> None:
    """Nobody is on duty and idle while work that they can do waits for their team, but for those kept for a meeting."""
    events, can = plain(log.events), who_can(log, model)
    at_work = events[(events["worker"] >= 0) & (events["kind"] != "caseload")]
    busy = {int(worker): rows for worker, rows in at_work.groupby("worker")}
    may_be_kept = {team for stage in meetings(model).values() for team in stage.people}
    for team, mine in spells(log, model).items():
        if team in may_be_kept:
            continue
        duty = log.duty[(log.duty["team"].astype(str) == team) & (log.duty["kind"] == "available")]
        idle = [
            (worker, window)
            for worker, rows in duty.groupby("worker")
            for window in gaps(rows, busy.get(worker, events.iloc[:0]))
        ]
        for spell in (one for one in mine if not held_back(model, one)):
            until = min(spell.begun, log.about.ends)
            clash = [
                (start, end)
                for worker, (start, end) in idle
                if max(start, spell.ready) < min(end, until) and can(worker, stage_of(spell, model))
            ]
            assert not clash, f"{team}: somebody is idle from {clash[0]} while {spell} waits"


def check_causes(log: EventLog, model: OperatingModel) -> None:
    """Work that waits in a queue waits for `shift` where nobody eligible is on duty, and else for somebody who is."""
    events, can = plain(log.events), who_can(log, model)
    duty = log.duty[log.duty["kind"] == "available"].astype({"team": str})
    queued = (events["team"] != "") & (events["kind"] == "wait") & (events["waited_for"] != "partner")
    for (team, stage), rows in events[queued].groupby(["team", "stage"]):
        of = [team] if stage in meetings(model) else [team, *helping(model, team)]
        able = {worker for worker in duty.loc[duty["team"].isin(of), "worker"].unique() if can(worker, stage)}
        windows = duty[duty["worker"].isin(able)]
        spans = list(zip(windows["start"], windows["end"], strict=True))
        for row in rows.itertuples(index=False):
            covered = covered_seconds(spans, row.start, row.end)
            if row.waited_for != "shift":
                assert covered == row.end - row.start, f"{row} waits for nobody who is on duty"
            elif not is_set_down(events, row):
                assert covered == 0, f"{row} waits for a shift while somebody is on duty"


def check_interrupted(log: EventLog, model: OperatingModel) -> None:
    """While work that interrupts waits, nobody on duty of its team who can do it works at another stage of the team."""
    events, can = plain(log.events), who_can(log, model)
    duty = log.duty[log.duty["kind"] == "available"].astype({"team": str})
    for team, mine in spells(log, model).items():
        first = model.teams[team].interrupting_stages
        windows = duty[duty["team"] == team]
        routine = (events["team"] == team) & events["worker"].isin(windows["worker"]) & ~events["stage"].isin(first)
        routine &= events["kind"].isin(["work", "search", "re-keying"])
        for spell in (one for one in mine if stage_of(one, model) in first and not held_back(model, one)):
            until = min(spell.begun, log.about.ends)
            for row in events[routine & (events["end"] > spell.ready) & (events["start"] < until)].itertuples():
                theirs = windows[windows["worker"] == row.worker]
                spans = list(zip(theirs["start"], theirs["end"], strict=True))
                clash = covered_seconds(spans, max(row.start, spell.ready), min(row.end, until))
                assert not (clash and can(row.worker, stage_of(spell, model))), f"{row} goes on while {spell} waits"


def helping(model: OperatingModel, team: str) -> list[str]:
    """The teams that help a team as soon as anything waits."""
    return [helper.team for helper in model.teams[team].helpers if helper.when_waiting == 1]


def is_set_down(events: pd.DataFrame, row: Any) -> bool:
    """Whether a wait is that of work which only its own worker may go on with."""
    piece = (events[PIECE] == [getattr(row, name) for name in PIECE]).all(axis=1) & (events["enabled"] == row.enabled)
    return bool((piece & (events["kind"] != "wait") & (events["end"] <= row.start)).any())


def covered_seconds(spans: list[tuple[int, int]], start: int, end: int) -> int:
    """Seconds of [start, end) that lie in any of some spans."""
    covered, at = 0, start
    for begins, ends in sorted(spans):
        covered += max(0, min(ends, end) - max(begins, at))
        at = max(at, min(ends, end))
    return covered


def gaps(duty: pd.DataFrame, work: pd.DataFrame) -> list[tuple[int, int]]:
    """Stretches of duty without work."""
    found = []
    for start, end in zip(duty["start"], duty["end"], strict=True):
        at = int(start)
        inside = work[(work["end"] > start) & (work["start"] < end)].sort_values("start")
        for begins, ends in zip(inside["start"], inside["end"], strict=True):
            if begins > at:
                found.append((at, int(begins)))
            at = max(at, int(ends))
        if end > at:
            found.append((at, int(end)))
    return found


def stood(contacts: pd.DataFrame) -> dict[int, str]:
    """At which stage each contact of a contacts table stands when the run starts, of those that stand somewhere."""
    if "open: stage" not in contacts:
        return {}
    standing = contacts[contacts["open: stage"].notna()]
    return dict(zip(standing["contact"], standing["open: stage"], strict=True))


def check_patience(log: EventLog, model: OperatingModel) -> None:
    """Nobody waits in a queue for longer than they are ready to, and who goes unserved has waited just so long.

    Whoever would have given up before the run starts has one second more.
    """
    line, events = Timeline.of(model), plain(log.events)
    for name, facts in model.stages.items():
        limits = getattr(facts, "give_up_after", {}) if facts.kind in ("work", "caseload") else {}
        on_the_way = (events["team"] == "") & events["waited_for"].isin(["handoff", "shift", "acceptance"])
        turned_away = (events["team"] == "") & (events["start"] == events["end"])
        mine = events[(events["stage"] == name) & (events["part"] == 0) & ~on_the_way & ~turned_away]
        for (_, _), rows in mine.groupby(["contact", "visit"]) if limits else ():
            limit, served = limits.get(rows["rag"].iloc[0]), (rows["kind"] != "wait").any()
            if limit is None or limit.shape.kind != "constant":
                assert limit or served or rows["censored"].any()
                continue
            first = rows.loc[rows["kind"] != "wait", "start"].min() if served else rows["end"].max()
            seconds, calendar = max(1, round(limit.mean_seconds)), line.calendar(limit.clock, model)
            joined = int(rows["enabled"].min())
            left = [(joined, seconds), (line.starts, 1)] if joined < line.starts else [(joined, seconds)]
            time_up = max(since + more if calendar is None else int(calendar.add(since, more)) for since, more in left)
            assert first < time_up if served or rows["censored"].any() else first == time_up, rows.to_string()


def check_limits(log: EventLog, model: OperatingModel, stand: Mapping[int, str]) -> None:
    """Rule 8: a stage never takes more than it says, at once or a working day; who is turned away has gone at once.

    Who stood there when the run started is inside, however many they are, and was not let in that day.
    """
    line, events = Timeline.of(model), plain(log.events)
    limited = {name: facts for name, facts in model.stages.items() if getattr(facts, "is_limited", False)}
    for name, facts in limited.items():
        mine = events[(events["stage"] == name) & (events["part"] == 0)].sort_values(["start", "end"], kind="stable")
        steps, days = [], Counter()
        for (contact, visit), rows in mine.groupby(["contact", "visit"]):
            outside = (
                (rows["team"] == "") & rows["waited_for"].isin(["shift", "acceptance"]) & (rows["end"] > rows["start"])
            )
            inside = rows[~outside]
            served = inside[inside["kind"].isin(["work", "caseload", "search", "re-keying"])]
            went_at_once = (inside["end"] == inside["start"]) & ~inside["censored"]
            if inside.empty or (served.empty and went_at_once.all()):
                assert facts.when_full == "route" or inside.empty
                continue
            was_there = visit == 0 and stand.get(contact) == name
            comes = int(rows.loc[outside, "end"].max()) if outside.any() else int(inside["start"].min())
            cases = inside.loc[inside["kind"] == "caseload", "start"]
            leaves = NEVER if inside["censored"].any() else int(inside["end"].max())
            steps += [(comes, 1), (int(cases.min()) if len(cases) else leaves, -1)]
            if not was_there:
                days[bisect_right(line.working_dates, line.clock.date_of(comes))] += 1
        level = 0
        for when, change in sorted(steps):
            level += change
            came = change > 0 and when > line.starts
            assert facts.holds_at_most is None or not came or level <= facts.holds_at_most, f"{name} holds {level}"
        assert facts.takes_a_working_day is None or max(days.values(), default=0) <= facts.takes_a_working_day, (
            f"{name}: {days}"
        )


def check_slots(log: EventLog, model: OperatingModel, seed: int, stand: Mapping[int, str]) -> None:
    """Nobody is given more slots than they have, and slots are given out at the stated times only, once the run has begun."""
    line = Timeline.of(model)
    roster = people(model, line, seed, log.about.run)
    team_of = dict(zip(roster.people["worker"], roster.people["team"], strict=True))
    slots = slots_over_time(roster)
    children = log.contacts.set_index("contact")["children"]
    held = plain(log.events[log.events["kind"] == "caseload"])
    steps: dict[int, list[tuple[int, int]]] = {}
    for row in held.itertuples(index=False):
        stage = model.stages[row.stage]
        largest = max(slots[one](row.start) for one in team_of if team_of[one] == team_of[row.worker])
        need = min(int(children[row.contact]), largest) if stage.slots == "children" else 1
        steps.setdefault(row.worker, []).extend([(row.start, need), (NEVER if row.censored else row.end, -need)])
        if row.start <= line.starts and row.visit == 0 and stand.get(row.contact) == row.stage:
            continue
        if stage.allocates == "office":
            assert line.shifts["office"].is_open(int(row.start)), f"{row} is allocated out of hours"
        elif stage.allocates:
            local = line.clock.local(int(row.start))
            assert local.strftime("%H:%M") in stage.allocates, f"{row} is allocated at {local}"
    for worker, changes in steps.items():
        level = 0
        for when, change in sorted(changes):
            level += change
            given = change > 0 and when > line.starts
            most = slots[worker](when)
            assert not given or level <= most, f"worker {worker} holds {level} of {most} slots"


def slots_over_time(roster: Roster) -> dict[int, Callable[[int], int]]:
    """How many slots each person has at a second."""
    steps = {
        worker: [(-NEVER, int(slots))] for worker, slots in roster.people[["worker", "slots"]].itertuples(index=False)
    }
    for when, worker, slots in zip(*(column.tolist() for column in roster.slot_changes), strict=True):
        steps[worker].append((when, slots))

    def reading(mine: list[tuple[int, int]]) -> Callable[[int], int]:
        return lambda second: mine[bisect_right(mine, (second, NEVER)) - 1][1]

    return {worker: reading(mine) for worker, mine in steps.items()}


def check_joins(log: EventLog, model: OperatingModel) -> None:
    """Rule 7: a contact goes on with the reply that is enough or when time is up, whichever is first, and late replies stay."""
    line = Timeline.of(model)
    events = plain(log.events)
    for (contact, stage, _), rows in events.groupby(["contact", "stage", "visit"]):
        facts = model.stages[stage]
        main = rows[(rows["part"] == 0) & (rows["waited_for"] == "partner")]
        if facts.kind != "checks" or main.empty or main["censored"].any():
            continue
        asked, went_on, grade = int(main["start"].iloc[0]), int(main["end"].iloc[-1]), main["rag"].iloc[0]
        last = rows[rows["part"] > 0].sort_values(["part", "start", "end"]).drop_duplicates("part", keep="last")
        replies = sorted(NEVER if row.censored else int(row.end) for row in last.itertuples(index=False))
        replies = [asked] * (len(facts.partners) - len(replies)) + replies
        enough = replies[len(facts.partners) - 1 if facts.join == "all" else facts.join - 1]
        limit = facts.give_up_after.get(grade)
        calendar = line.calendar(limit.clock, model) if limit else None
        seconds = round(limit.mean_seconds) if limit else NEVER
        time_up = asked + seconds if calendar is None else int(calendar.add(asked, seconds))
        right = max(line.starts, min(enough, time_up))
        assert went_on == right, f"{contact} at {stage} goes on at {went_on}, not {right}"


def check_handoffs(log: EventLog, model: OperatingModel) -> None:
    """Rule 6: what waits for a set time or a release window arrives at one, at the first that there is."""
    line = Timeline.of(model)
    events = plain(log.events)
    main = events[events["part"] == 0].sort_values(["contact", "start", "end", "enabled", "visit"], kind="stable")
    visit = main[["stage", "visit"]].astype(str).agg(" ".join, axis=1)
    before = main.groupby("contact")["stage"].shift()
    main["leaves"] = before.where(visit != visit.groupby(main["contact"]).shift()).groupby(main["contact"]).ffill()
    for row in main[(main["waited_for"] == "handoff") & ~main["censored"]].itertuples(index=False):
        handoff = handoff_between(model, row.leaves, row.stage)
        if handoff.release:
            assert line.shifts[handoff.release].is_open(int(row.end)), (
                f"{row} is handed on while {handoff.release} is closed"
            )
        elif handoff.batch:
            moments = handoff.batch.lay_out(line.clock, line.first, line.last, line.bank_holidays)
            assert row.end in moments, f"{row} is handed on at no set time"
            if handoff.delay is None:
                assert not ((moments >= row.start) & (moments < row.end)).any(), f"{row} misses a set time"


def handoff_between(model: OperatingModel, leaves: str, reaches: str) -> Handoff:
    """The handoff named for two stages, else what the sites of their teams say."""
    for particular in model.handoffs.particular:
        if (particular.leaves, particular.reaches) == (leaves, reaches):
            return particular
    teams = [model.teams[model.stages[name].team] for name in (leaves, reaches)]
    return model.handoffs.same_site if teams[0].site == teams[1].site else model.handoffs.between_sites


def check_routes(log: EventLog, model: OperatingModel, stand: Mapping[int, str]) -> None:
    """Every outcome is one that the stage leads to, and following outcomes leads through every visit.

    It begins at the entry, or where a contact stood when the run started.
    """
    events = plain(log.events)
    main = events[events["part"] == 0]
    for contact, rows in main.groupby("contact"):
        led_to = rows.groupby(["stage", "visit"])["outcome"].max().to_dict()
        for (stage, _), outcome in led_to.items():
            assert outcome in ("", *model.targets_of(stage)), f"contact {contact}: {stage} does not lead to {outcome}"
        firsts = [stand[contact]] if contact in stand else model.targets_of("entry")
        walks = [walk(first, led_to) for first in firsts]
        assert len(led_to) in walks, f"contact {contact}: no way leads through {led_to}"


def walk(stage: str, led_to: dict[tuple[str, int], str]) -> int:
    """How many visits there are on the way from a stage along the outcomes, each visit once."""
    visits: Counter[str] = Counter()
    while (stage, visits[stage]) in led_to:
        here = stage
        stage = led_to[here, visits[here]]
        visits[here] += 1
    return visits.total()
