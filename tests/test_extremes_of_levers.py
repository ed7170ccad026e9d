"""Every lever at its extreme, on the Front Door of Bournemouth, Christchurch and Poole, where the answer needs no calculation.

All in one place, one system, judges without error, partners without end, more and more staff: what each is said to cost is
then nothing, to the second, and nothing else about the contacts changes.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from frontdoor_sim.contacts.returning import Returning
from frontdoor_sim.event_log import EventLog, check_laws
from frontdoor_sim.experiment import run
from frontdoor_sim.experiment.running import draw_contacts
from frontdoor_sim.measures import measure
from frontdoor_sim.scenario import Scenario, read_scenario
from queue_laws import plain

SEED = 17
SHORT = {"run.weeks": 8, "run.warm_up": 4, "run.follow_up": 3}
TOGETHER = {
    "teams.*.site": "one building",
    "handoffs.same_site": {"delay": "0 min"},
    "handoffs.particular": [],
}
ONE_SYSTEM = {"teams.*.case_system": "one system"}
KEPT_IN_FULL = {"recording": {}}


@cache
def today() -> Scenario:
    return read_scenario("scenarios/bcp/as_found.yaml").varied(SHORT)


@cache
def everybody() -> pd.DataFrame:
    """The same contacts for every extreme."""
    return draw_contacts(today(), SEED, 0, Returning((0.2,)))


def played(*values: dict[str, object], replication: int = 0, contacts: pd.DataFrame | None = None) -> EventLog:
    changed = {path: value for several in values for path, value in several.items()}
    table = everybody() if contacts is None else contacts
    return run(today().varied(changed), SEED, replication, table)


def whole(log: EventLog) -> dict[str, float]:
    table = measure(log)
    table = table[table["by"] == "all"]
    return dict(zip(table["measure"].astype(str), table["value"], strict=True))


def seconds(events: pd.DataFrame, column: str, word: str) -> int:
    mine = events[events[column] == word]
    return int((mine["end"] - mine["start"]).sum())


# --- one place -----------------------------------------------------------------------------------------------------------


def test_all_in_one_building_nothing_waits_for_a_handoff():
    before, after = (plain(log.events) for log in (played(), played(TOGETHER)))
    main = before[before["part"] == 0]
    assert seconds(main, "waited_for", "handoff") > 0
    assert seconds(after, "waited_for", "handoff") == 0


def test_all_in_one_building_a_request_is_seen_at_once():
    """A request to the police desk joins its queue at the second at which it goes out."""
    after = plain(played(TOGETHER).events)
    forks = after[(after["stage"] == "checks") & (after["part"] > 0)]
    assert len(forks) > 100
    assert (forks["waited_for"] != "handoff").all()


def test_a_site_alone_changes_nobodys_touch_time():
    """On the same visit the same contact takes the same time, wherever the teams sit."""
    before, after = (worked(played(values)) for values in ({}, TOGETHER))
    both = before.index.intersection(after.index)
    assert len(both) > 2_000
    assert (before[both] == after[both]).all()


def worked(log: EventLog) -> pd.Series:
    """Seconds of work by contact and first visit to a stage, of visits that were finished."""
    events = plain(log.events)
    mine = events[(events["part"] == 0) & (events["visit"] == 0)]
    led_on = mine.groupby(["contact", "stage"])["outcome"].max()
    work = mine[mine["kind"] == "work"].assign(seconds=mine["end"] - mine["start"])
    spent = work.groupby(["contact", "stage"])["seconds"].sum()
    return spent[spent.index.isin(led_on.index[led_on != ""])]


# --- one system ----------------------------------------------------------------------------------------------------------


def test_on_one_system_nothing_is_keyed_or_searched_twice():
    before, after = (set(plain(played(values).events)["kind"]) for values in ({}, ONE_SYSTEM))
    assert {"re-keying", "search"} <= before
    assert not {"re-keying", "search"} & after


def test_on_one_system_no_history_is_missed():
    """Whatever share is missed on a second system: on one, no judgement is blurred by it, and not a row differs."""
    missed = [{"handoffs.missed_history": {"share": share, "noise": 5.0}} for share in (0.0, 1.0)]
    none, every = (plain(played(ONE_SYSTEM, values).events) for values in missed)
    pd.testing.assert_frame_equal(none, every)
    none, every = (plain(played(values).events) for values in missed)
    assert not none.equals(every)


def test_on_one_system_kept_in_full_figures_as_reported_are_true():
    found = whole(played(ONE_SYSTEM, KEPT_IN_FULL))
    for name in ("contacts_received", "decided_within_24h", "decided_within_1_working_day", "open_at_end"):
        assert found[f"{name}_as_reported"] == found[name], name
    found = whole(played(KEPT_IN_FULL))
    assert found["contacts_received_as_reported"] > 1.3 * found["contacts_received"]


# --- judges without error -------------------------------------------------------------------------------------------------


def perfect(scenario: Scenario) -> dict[str, object]:
    """Judges who see need as it is."""
    judges = [stage for stage, facts in scenario.model.stages.items() if getattr(facts, "judges", None)]
    exact = {f"stages.{stage}.judges": {"bias": 0, "caution": 0, "noise": 0, "without_checks": 0} for stage in judges}
    return exact | {"handoffs.missed_history": {"share": 0, "noise": 0}}


def test_judges_without_error_make_no_wrong_decision():
    before, after = (measured(values) for values in ({}, perfect(today())))
    assert before["assessed_without_need_share"] > 0.02
    assert before["closed_below_need_share"] > 0.005
    assert after["assessed_without_need_share"] == 0
    assert after["closed_below_need_share"] == 0


def measured(values: dict[str, object]) -> dict[str, float]:
    """Measures where consent cannot keep a level that was judged from being met, and every referral is assessed."""
    always = {"stages.consent.given": 1, "stages.consent.refused": 0}
    to = {"routes.decision": [
        {"if": {"judged": 1}, "to": "advice"}, {"if": {"judged": 2}, "to": "ehap_intake"},
        {"if": {"area": "poole"}, "to": "fourteen_a_acceptance"}, {"to": "lansdowne_acceptance"},
    ]}  # fmt: skip
    return whole(played(values, always, to, contacts=everybody().assign(open_case=False)))


# --- partners without end -------------------------------------------------------------------------------------------------


def test_with_partners_without_end_no_check_is_late():
    endless = {
        "teams.police_desk.staff": [{"role": "police_researcher", "wte": 400, "shift": "always"}],
        "teams.police_desk.site": "mash",
        "handoffs.same_site": {"delay": "0 min"},
        "stages.checks.partners.police.touch": "10 min",
        "stages.checks.partners.health": {"delay": "10 min"},
        "stages.checks.partners.education": {"delay": "10 min"},
    }
    before, after = (checked(played(values)) for values in ({}, endless))
    assert (before["outcome"] == "timed_out").any() or before["seconds"].max() >= 72 * 3_600
    assert (after["seconds"] == 600).all()
    assert len(after) > 300


def checked(log: EventLog) -> pd.DataFrame:
    """How long each finished visit to the checks lasted, up to going on."""
    events = plain(log.events)
    mine = events[(events["stage"] == "checks") & (events["part"] == 0)]
    waits = mine[mine["waited_for"] == "partner"]
    waits = waits[~waits["censored"]]
    return waits.assign(seconds=waits["end"] - waits["start"])[["seconds", "outcome"]]


# --- doors shut, and doors wide open --------------------------------------------------------------------------------------

ACCEPTING = ("lansdowne_acceptance", "fourteen_a_acceptance", "ehap_intake", "blc_intake")


def test_where_nobody_is_accepted_nothing_leaves_the_mash_and_nothing_is_lost():
    shut = {f"stages.{stage}.holds_at_most": 0 for stage in ACCEPTING}
    log = played(shut)
    check_laws(log)
    events = plain(log.events)
    held = events[events["stage"].isin(ACCEPTING)]
    assert held["contact"].nunique() > 100
    assert (held["waited_for"] == "acceptance").all()
    assert held["censored"].all()
    arrived = set(log.contacts["contact"][log.contacts["received"] <= log.about.ends])
    assert set(events["contact"]) == arrived


def test_where_the_out_tray_is_full_at_once_the_decision_makers_decide_only_what_they_had_begun():
    """Nobody is accepted, and one that waits fills the tray: after the first, no more than was in hand goes on."""
    shut = {f"stages.{stage}.holds_at_most": 0 for stage in ACCEPTING} | {"stages.decision.out_tray": 1}
    events = plain(played(shut).events)
    first = events.loc[events["stage"].isin(ACCEPTING), "start"].min()
    begun = (
        events[(events["stage"] == "decision") & (events["kind"] == "work")]
        .groupby(["contact", "visit"])["start"]
        .min()
    )
    assert len(begun) > 0
    assert begun.max() <= first


def test_doors_wide_open_change_no_row():
    """Every stage takes a thousand million at once: there are doors everywhere, and nobody waits at one."""
    stages = [name for name, facts in today().model.stages.items() if facts.kind in ("work", "caseload")]
    open_wide = {f"stages.{stage}.holds_at_most": 10**9 for stage in stages}
    pd.testing.assert_frame_equal(played().events, played(open_wide).events)


# --- more and more staff -------------------------------------------------------------------------------------------------

FACTORS = (0.8, 1.0, 1.3, 2.0, 4.0)


def test_more_staff_never_lowers_the_share_decided_in_24_hours_beyond_noise():
    """Paired on the same contacts: no step down of more than four standard errors over five replications."""
    tables = [draw_contacts(today(), SEED, replication, Returning((0.2,))) for replication in range(5)]
    found = np.array([[share(factor, n, table) for factor in FACTORS] for n, table in enumerate(tables)])
    steps = np.diff(found, axis=1)
    mean, error = steps.mean(axis=0), steps.std(axis=0, ddof=1) / np.sqrt(len(steps))
    assert (mean >= -4 * error - 0.002).all(), (mean, error)
    assert found[:, -1].mean() > found[:, 0].mean() + 0.05


def share(factor: float, replication: int, contacts: pd.DataFrame) -> float:
    """Decided within 24 hours, with all staff of every team times a factor."""
    staff = {
        f"teams.{team}.staff[{index}].wte": group.wte * factor
        for team, facts in today().model.teams.items()
        for index, group in enumerate(facts.staff)
    }
    return whole(played(staff, replication=replication, contacts=contacts))["decided_within_24h"]


def test_vacancies_everywhere_are_as_fewer_staff_to_the_row():
    fewer = {f"teams.{team}.staff[0].wte": facts.staff[0].wte * 0.5 for team, facts in today().model.teams.items()}
    vacant = {f"teams.{team}.staff[0].vacant": 0.5 for team in today().model.teams}
    one, other = (played(values) for values in (fewer, vacant))
    pd.testing.assert_frame_equal(one.events, other.events)


@pytest.mark.parametrize("nothing", [{"induction": {"weeks": 4, "share": 0}}, {"other_work": []}, {"vacant": 0}])
def test_a_lever_at_nothing_changes_no_row(nothing):
    values = {f"teams.screening.staff[0].{field}": value for field, value in nothing.items()}
    pd.testing.assert_frame_equal(played().events, played(values).events)
