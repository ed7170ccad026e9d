"""Laws that hold in every operating model, tried on random ones: every kind of stage, loops, ties, all rules of shifts."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from frontdoor_sim.engine import ENGINES, compile_plan
from frontdoor_sim.engine import run as run_engine
from frontdoor_sim.event_log import EventLog, check_laws
from frontdoor_sim.experiment import run
from frontdoor_sim.experiment.running import people
from frontdoor_sim.operating_model import Timeline
from frontdoor_sim.scenario import Scenario
from queue_laws import (
    check_causes,
    check_handoffs,
    check_interrupted,
    check_joins,
    check_limits,
    check_meetings,
    check_nobody_idles,
    check_order,
    check_patience,
    check_routes,
    check_slots,
    meetings,
    plain,
    stood,
)
from random_models import Instance, instances, is_limited
from theory_runs import scenario

SEED = 3


def play(model: Scenario, contacts: pd.DataFrame) -> EventLog:
    return run(model, seed=SEED, contacts=contacts)


def assert_same(one: EventLog, other: EventLog, but: tuple[str, ...] = ()) -> None:
    """The same events, row for row, except in some columns."""
    events, others = (plain(log.events).drop(columns=list(but)) for log in (one, other))
    pd.testing.assert_frame_equal(events, others)


@settings(max_examples=40)
@given(instances())
def test_laws_of_logs_and_queues(instance: Instance):
    model, contacts = instance.scenario(), instance.table()
    log = play(model, contacts)
    check_laws(log)
    check_order(log, model.model)
    check_nobody_idles(log, model.model)
    check_causes(log, model.model)
    check_interrupted(log, model.model)
    check_slots(log, model.model, SEED, stood(contacts))
    check_routes(log, model.model, stood(contacts))
    check_joins(log, model.model)
    check_meetings(log, model.model)
    check_patience(log, model.model)
    check_limits(log, model.model, stood(contacts))
    check_handoffs(log, model.model)


@settings(max_examples=20)
@given(instances(), st.randoms(use_true_random=False))
def test_the_log_is_the_same_again_and_in_any_order_of_rows(instance: Instance, shuffle):
    model, contacts = instance.scenario(), instance.table()
    log = play(model, contacts)
    order = list(range(len(contacts)))
    shuffle.shuffle(order)
    assert_same(log, play(model, contacts))
    assert_same(log, play(model, contacts.iloc[order].reset_index(drop=True)))
    line = Timeline.of(model.model)
    roster = people(model.model, line, SEED, 0)
    mixed = SimpleNamespace(
        people=roster.people[::-1],
        duty=roster.duty[::-1],
        windows=roster.windows,
        flat=roster.flat,
        slot_changes=roster.slot_changes,
        later_skills=roster.later_skills,
    )
    plan = compile_plan(model.model, line, list(contacts["source"].unique()), list(contacts["area"].unique()))
    for engine in ENGINES[1:]:
        assert_same(log, run_engine(contacts, mixed, plan, engine=engine))


def takes_everybody(instance: Instance) -> bool:
    return not any(is_limited(facts) for facts in instance.data["stages"].values())


def endless(data: dict, **staff) -> dict:
    """The same model with staff and slots enough for everybody at once, who need no help."""
    plenty = {"role": "many", "wte": 150, "caseload": 999}
    teams = {
        name: {**team, "helpers": [], "staff": [{**plenty, "shift": team["staff"][0]["shift"], **staff}]}
        for name, team in data["teams"].items()
    }
    return data | {"teams": teams}


@settings(max_examples=20)
@given(instances())
def test_with_endless_staff_nobody_waits_but_for_the_shift(instance: Instance):
    """But for meetings, which wait until the people of several teams have time that is long enough."""
    assume(takes_everybody(instance))
    model = instance.scenario(**endless(instance.data))
    log = play(model, instance.table())
    check_laws(log)
    events = plain(log.events)
    waits = events[(events["kind"] == "wait") & (events["team"] != "") & ~events["stage"].isin(meetings(model.model))]
    for team, mine in waits.groupby("team"):
        duty = log.duty[(log.duty["team"].astype(str) == team) & (log.duty["kind"] == "available")]
        for start, end in duty[["start", "end"]].drop_duplicates().itertuples(index=False):
            on_duty = mine[(mine["start"] < end) & (mine["end"] > start)]
            assert on_duty.empty, on_duty.to_string()
    assert (waits["waited_for"][waits["part"] == 0] == "shift").all()


@settings(max_examples=20)
@given(instances(), st.data())
def test_one_more_contact_changes_nobody_with_endless_staff(instance: Instance, data):
    """Whole logs of the others stay as they are, but for which of the many like workers was at work."""
    model, contacts = instance.scenario(**endless(instance.data)), instance.table()
    assume(takes_everybody(instance))
    one = data.draw(st.integers(0, len(contacts) - 1))
    fewer, more = (play(model, table) for table in (contacts.drop(index=one).reset_index(drop=True), contacts))
    family = contacts["family"].iloc[one]
    others = replace(more, events=more.events[more.events["family"] != family].reset_index(drop=True))
    assert_same(fewer, others, but=("worker",))


def test_more_arrivals_of_one_source_change_nobody_of_the_other():
    """Drawn contacts: a higher rate adds contacts, and with endless staff everybody else's whole log stays as it is."""

    def log_at(rate: float) -> EventLog:
        return run(scenario("priorities").varied({
            "run.weeks": 2, "teams.desk.staff.server.wte": 40, "arrivals.first.per_hour": rate}), seed=SEED)  # fmt: skip

    fewer, more = log_at(0.2), log_at(0.5)
    old = more.contacts["contact"].isin(fewer.contacts["contact"])
    pd.testing.assert_frame_equal(fewer.contacts, more.contacts[old].reset_index(drop=True))
    assert set(more.contacts["source"][~old]) == {"first"}
    mine = more.events[more.events["contact"].isin(fewer.contacts["contact"])]
    assert_same(fewer, replace(more, events=mine.reset_index(drop=True)), but=("worker",))
    assert len(mine) < len(more.events)


@settings(max_examples=20, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(instances())
def test_staffing_changes_nobodys_path_nor_work(instance: Instance):
    """Luck belongs to contact, purpose and visit: where time decides nothing, staffing changes only when things happen."""
    kinds = {facts["kind"] for facts in instance.data["stages"].values()}
    assume("during" not in str(instance.data["routes"]))
    assume(not any("give_up_after" in facts for facts in instance.data["stages"].values() if facts["kind"] != "checks"))
    assume(takes_everybody(instance))
    model = instance.scenario()
    few, many = (play(each, instance.table()) for each in (model, instance.scenario(**endless(instance.data))))
    paths, others = done_by_visit(few), done_by_visit(many)
    if "checks" not in kinds:
        both = paths.join(others.add_suffix(" of many"), how="inner")
        pd.testing.assert_series_equal(both["worked"], both["worked of many"], check_names=False)
        assert (both["outcome"] == both["outcome of many"]).all()


def done_by_visit(log: EventLog) -> pd.DataFrame:
    """Seconds worked in every visit that is over, and where it led."""
    events = plain(log.events)
    events = events[
        (events["part"] == 0) & (events["contact"].isin(log.contacts.query("return_number == 0")["contact"]))
    ]
    busy = events["kind"].isin(["work", "re-keying", "search"])
    worked = (events["end"] - events["start"]).where(busy, 0)
    keys = [events[name] for name in ("contact", "stage", "visit")]
    outcome = events["outcome"].groupby(keys).max()
    return pd.DataFrame({"worked": worked.groupby(keys).sum(), "outcome": outcome})[outcome != ""]


@settings(max_examples=15)
@given(instances())
def test_an_irrelevant_number_doubled_changes_nothing(instance: Instance):
    """A team and a stage to which nobody comes, and the length of spells of sickness that nobody has."""

    def with_spare_stage(times: int) -> Scenario:
        data = instance.data
        teams = {
            name: {
                **team,
                "staff": [
                    {**group, "sickness_share": 0, "sickness_spell_days": 2.0 * times} for group in team["staff"]
                ],
            }
            for name, team in data["teams"].items()
        }
        teams["spare"] = {"staff": [{"role": "spare", "wte": times, "shift": "office"}]}
        spare = {"team": "spare", "touch": f"{times} h", "weight": times}
        routes = data["routes"] | {
            "entry": [{"if": {"source": "nobody"}, "to": "spare"}, {"to": data["routes"]["entry"]}],
            "spare": "closed",
        }
        return instance.scenario(teams=teams, stages=data["stages"] | {"spare": spare}, routes=routes)

    contacts = instance.table()
    assert_same(*(play(with_spare_stage(times), contacts) for times in (1, 2)))


@settings(max_examples=20)
@given(instances())
def test_a_longer_follow_up_changes_nothing_before_it(instance: Instance):
    """But for meetings, of which it is not known whether one that would last beyond the end of the run fits into a shift.

    Where posts change hands, people who come later have numbers of their own between those who are there.
    """
    assume(not any(facts["kind"] == "meeting" for facts in instance.data["stages"].values()))
    short = play(instance.scenario(), instance.table())
    run_on = instance.data["run"] | {"follow_up": instance.data["run"]["follow_up"] + 2}
    long = play(instance.scenario(run=run_on), instance.table())
    ends = short.about.ends
    events = long.events[long.events["start"] <= ends].reset_index(drop=True)
    cut = events["end"] > ends
    events = events.assign(censored=cut, end=events["end"].clip(upper=ends))
    events["outcome"] = events["outcome"].astype(str).where(~cut, "")
    others_come = "turnover" in str(instance.data["teams"])
    assert_same(short, replace(long, events=events), but=("worker",) if others_come else ())
