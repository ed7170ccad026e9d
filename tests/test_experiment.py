"""Experiments: the same to the bit for any number of workers, paired, with honest intervals."""

import math
import pickle
import shutil
import threading
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from frontdoor_sim.appraisal import Pack
from frontdoor_sim.appraisal.charts import utilisation
from frontdoor_sim.appraisal.pack import ABOUT, empty
from frontdoor_sim.appraisal.sections import changes_from_today, verdicts
from frontdoor_sim.appraisal.workload import workload
from frontdoor_sim.cli import check_file
from frontdoor_sim.contacts import expected_rates
from frontdoor_sim.contacts.returning import NOBODY
from frontdoor_sim.documents import InputError
from frontdoor_sim.experiment import (
    Symptom,
    Unknown,
    appraise,
    compare,
    condition,
    differences,
    offered_load,
    read_study,
    returning,
    workers,
)
from frontdoor_sim.experiment.answer import _never, _without_time, headline, lead, warnings
from frontdoor_sim.experiment.comparing import HEADLINE, TRANSFER, _level, by_run, compared, sentence, summarise
from frontdoor_sim.experiment.conditioning import Conditioned, check_enough, narrowing, spread
from frontdoor_sim.experiment.periods import period_of
from frontdoor_sim.experiment.pilot import LARGEST_LOAD
from frontdoor_sim.experiment.reading import Study, StudyFile
from frontdoor_sim.experiment.replications import Task, replicate
from frontdoor_sim.experiment.running import draw_contacts, simulate
from frontdoor_sim.experiment.study import staffing_table
from frontdoor_sim.experiment.todays import todays_values
from frontdoor_sim.experiment.workers import Workers
from frontdoor_sim.scenario import Change, Scenario, read_scenario
from frontdoor_sim.working_time import WallClock, england_bank_holidays

DESK = "scenarios/examples/one_desk.yaml"


@pytest.fixture(scope="module")
def desk() -> Scenario:
    return read_scenario(DESK).varied({"run.weeks": 6, "run.warm_up": 1})


@pytest.fixture(scope="module")
def more(desk) -> Scenario:
    option = desk.varied({"teams.desk.staff.officer.wte": 8})
    return replace(option, data={**option.data, "name": "Eight officers"})


@pytest.fixture(scope="module")
def bcp() -> Scenario:
    return read_scenario("scenarios/bcp/as_found.yaml").varied({"run.weeks": 13, "run.warm_up": 4})


@pytest.mark.parametrize("short", [0.0, math.inf], ids=["processes", "threads"])
def test_the_same_to_the_bit_for_one_two_or_four_workers(desk, more, short, monkeypatch):
    monkeypatch.setattr(workers, "SHORT", short)
    tasks = [Task((desk, more), 5, number, NOBODY) for number in range(6)]
    alone = replicate(tasks, Workers(jobs=1))
    for jobs in (2, 4):
        pd.testing.assert_frame_equal(replicate(tasks, Workers(jobs=jobs)), alone, check_exact=True)


def test_processes_stay_for_all_the_rounds_of_a_study_and_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[Executor] = []

    def threads(number: int) -> Executor:
        begun.append(ThreadPoolExecutor(number))
        return begun[-1]

    monkeypatch.setattr(workers, "_processes", threads)
    monkeypatch.setattr(workers, "SHORT", 0.0)
    with workers.one_pool():
        assert Workers(jobs=2).do(abs, [-1, -2, -3]) == [1, 2, 3]
        monkeypatch.setattr(workers, "SHORT", np.inf)
        with workers.one_pool():
            assert Workers(jobs=2).do(abs, [-4, -5, -6]) == [4, 5, 6]
        assert begun[0].submit(abs, -7).result() == 7
    assert len(begun) == 1
    with pytest.raises(RuntimeError, match="shutdown"):
        begun[0].submit(abs, -8)
    monkeypatch.setattr(workers, "SHORT", 0.0)
    assert Workers(jobs=2).do(abs, [-1, -2, -3]) == [1, 2, 3]
    assert len(begun) == 2


def test_processes_that_were_started_ahead_work_where_work_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[ThreadPoolExecutor] = []

    def threads(number: int) -> Executor:
        begun.append(ThreadPoolExecutor(number, thread_name_prefix="ahead"))
        return begun[-1]

    def where(_: int) -> str:
        return threading.current_thread().name.partition("_")[0]

    monkeypatch.setattr(workers, "_processes", threads)
    here, short = threading.current_thread().name, workers.SHORT
    with workers.one_pool():
        workers.start_processes(1)
        assert not begun, "one process is this one"
        workers.start_processes(2)
        workers.start_processes(2)
        assert len(begun) == 1
        assert "ahead" not in Workers(jobs=2).do(where, [0, 1, 2]), "what is short is not done by processes"
        monkeypatch.setattr(workers, "SHORT", 0.0)
        assert Workers(jobs=2).do(where, [0, 1, 2]) == [here, here, "ahead"]
        monkeypatch.setattr(workers, "SHORT", short)
        assert Workers(jobs=2).do(where, [0, 1, 2]) == ["ahead"] * 3
    workers.start_processes(2)
    assert len(begun) == 1, "there is no study"


def test_what_a_process_imports_comes_home() -> None:
    with workers._processes(1) as executor:
        assert executor.submit(workers._import).result(60) is None


def test_a_measure_that_stands_twice_is_no_answer(desk):
    runs = compare(desk, [], replications=2, seed=2, jobs=1).runs
    with pytest.raises(ValueError, match="stands twice"):
        by_run(pd.concat([runs, runs.tail(1)]), desk.name)


def test_a_scenario_that_travels_is_opened_once(desk, more):
    first, second = (pickle.loads(pickle.dumps((desk, more))) for _ in range(2))
    assert first == (desk, more)
    assert all(one is other for one, other in zip(first, second, strict=True))


def test_options_meet_the_same_contacts(desk, more):
    received = replicate([Task((desk, more), 5, 0, NOBODY)]).query("measure == 'contacts_received' and by == 'all'")
    assert received["value"].nunique() == 1


def test_pairing_and_verdict(desk, more):
    found = compare(desk, [more], replications=6, seed=5, jobs=1)
    row = found.differences.query("measure == 'decided_within_24h' and by == 'all'").iloc[0]
    base, option = (
        by_run(found.runs, name).loc[("decided_within_24h", "all", "all")] for name in (desk.name, more.name)
    )
    assert row["difference"] == pytest.approx((option - base).mean())
    assert row["low"] <= row["difference"] <= row["high"]
    assert row["low"] > 0
    assert "better by" in str(found)
    assert found.plot().axes
    (note,) = [text.get_text() for text in found.plot().texts if text.get_text().startswith("Bar through each dot")]
    assert note.startswith("Bar through each dot: 95% interval of the average over")


def test_an_option_that_changes_nothing_cannot_be_told_apart(desk):
    same = replace(desk, data={**desk.data, "name": "The same"})
    found = compare(desk, [same], replications=3, seed=5, jobs=1)
    numbers = found.differences["difference"].dropna()
    assert (numbers == 0).all()
    assert set(found.verdicts["better"]) == {"unclear"}


def test_an_interval_needs_two_replications(desk, more):
    with pytest.raises(ValueError, match="at least 2 replications, not 1"):
        compare(desk, [more], replications=1)


def made_up(values: np.ndarray, option: str) -> pd.DataFrame:
    return pd.DataFrame(
        {"run": range(len(values)), "option": option, "measure": "decided_within_24h", "by": "all", "group": "all",
         "value": values, "unit": "share", "contacts": 100, "note": ""}
    )  # fmt: skip


def test_intervals_of_the_average_and_of_one_year():
    values = np.array([0.5, 0.6, 0.55, 0.65, 0.7])
    t = 2.7764451051977934
    row = summarise(made_up(values, "a"), "average").iloc[0]
    assert (row["mean"], row["high"] - row["mean"]) == pytest.approx(
        (values.mean(), t * values.std(ddof=1) / np.sqrt(5))
    )
    for unit, there, back in (
        ("share", lambda x: np.log(x / (1 - x)), lambda x: 1 / (1 + np.exp(-x))),
        ("hours", np.log, np.exp),
    ):
        row, scaled = summarise(made_up(values, "a").assign(unit=unit), "year").iloc[0], there(values)
        ends = [back(scaled.mean() + sign * t * scaled.std(ddof=1) * np.sqrt(1 + 1 / 5)) for sign in (-1, 1)]
        assert (row["mean"], row["low"], row["high"]) == pytest.approx((values.mean(), *ends))


def test_a_year_of_which_a_value_is_none_or_all_has_the_plain_interval():
    for unit, values in (("share", [0.9, 1.0, 0.95]), ("share", [0.0, 0.1, 0.2]), ("hours", [0.0, 5.0, 9.0])):
        row = summarise(made_up(np.array(values), "a").assign(unit=unit), "year").iloc[0]
        reach = 4.302652729911275 * np.std(values, ddof=1) * np.sqrt(1 + 1 / 3)
        assert row["low"] == pytest.approx(max(np.mean(values) - reach, 0.0))
        assert row["high"] == pytest.approx(min(np.mean(values) + reach, 1.0 if unit == "share" else np.inf))


@pytest.mark.parametrize("number", [8, 20])
def test_a_further_skewed_year_falls_into_the_interval_and_as_often_below_it_as_above(number):
    """Hours of which a few years have many more: on the plain scale all that is missed lies above, and hours begin at 0."""
    random = np.random.default_rng(5)
    years = np.exp(3 + 0.5 * random.standard_normal((4_000, number + 1)))
    low, high = _level(years[:, :number], np.zeros(4_000, dtype=bool), "year")
    below, above = ((further := years[:, number]) < low).mean(), (further > high).mean()
    assert below == pytest.approx(0.025, abs=0.008)
    assert above == pytest.approx(0.025, abs=0.008)
    assert low.min() > 0


def test_intervals_cover_as_often_as_they_say():
    """Bonferroni over two options: both intervals hold the truth in 95 % of 400 studies, to the 99.9 % binomial band."""
    from scipy import stats

    from frontdoor_sim.luck import code, draws, key_array

    both = 0
    for study in range(400):
        luck = draws(key_array((11, study), np.arange(24)), code("coverage")) / 2**32
        noise = stats.norm.ppf(luck).reshape(3, 8) * 0.05
        runs = [
            made_up(0.5 + level + noise[i], name)
            for i, (level, name) in enumerate([(0, "base"), (0.02, "a"), (0.1, "b")])
        ]
        found = differences(pd.concat(runs), "base").set_index("option")
        both += all(found.loc[n, "low"] <= d <= found.loc[n, "high"] for n, d in (("a", 0.02), ("b", 0.1)))
    low, high = stats.binom.ppf([0.0005, 0.9995], 400, 0.95)
    assert both >= low
    assert both <= high + 10, "Bonferroni may cover a little more often than it says, never much"


def test_what_no_replication_reached_is_not_averaged():
    runs = made_up(np.array([10.0, np.nan, 12.0]), "a").assign(measure="decision_hours_p90", unit="hours")
    runs.loc[1, "note"] = "more than 240"
    row = summarise(runs).iloc[0]
    assert np.isnan(row["mean"])
    assert row["note"] == "more than 240"


def test_a_verdict_tells_the_average_from_one_case():
    base, noise = np.full(8, 0.5), np.array([0.3, 0.0, 0.25, 0.05, 0.3, 0.02, 0.2, 0.1])
    runs = pd.concat([made_up(base, "base"), made_up(base + noise, "a")])
    assert "on average; one case may show" in str(compared(runs, "base", "year"))
    assert "better by" in str(compared(runs, "base", "average"))


def of_two_measures(after: float, hours: float) -> pd.DataFrame:
    """Eight years of a base and of one option: their shares decided in time, and their hours to allocation."""
    luck = np.array([0.3, 0.0, 0.25, 0.05, 0.3, 0.02, 0.2, 0.1])
    runs = []
    for option, share, wait in (("Today", 0.4, 90.0), ("Hub", 0.4 + after, 90.0 + hours)):
        waits = made_up(wait - hours * luck * (option == "Hub"), option)
        runs += [
            made_up(share + after * luck * (option == "Hub"), option),
            waits.assign(measure="transfer_hours_to_allocation_median", unit="hours"),
        ]
    return pd.concat(runs)


def test_the_answer_says_every_effect_with_its_range():
    said = headline(compared(of_two_measures(0.1, -50), "Today", "year"), of_one_case=True)
    assert said == (
        "Today: 40% of contacts are decided within 24 hours (40% in single years). Half of transfers to assessment are "
        "allocated within 90 hours of the decision (90 in single years).\n"
        "More contacts are decided within 24 hours under Hub (52%; +8 to +15 points).\n"
        "Transfers are allocated sooner under Hub (48 hours; −58 to −27 hours).\n"
        "In brackets after an option: where it gets to, and its change from today, the range in single years."
    )
    short = headline(compared(of_two_measures(0.1, -50), "Today", "year"), True, period_of(26))
    assert short.endswith("its change from today, the range in single runs of 26 weeks.")
    worse = headline(compared(of_two_measures(-0.1, 50), "Today", "average"), of_one_case=False)
    assert "Fewer contacts are decided within 24 hours under Hub" in worse
    assert "Transfers are allocated later under Hub" in worse
    same = headline(compared(of_two_measures(0.0, 0.0), "Today", "average"), of_one_case=False)
    assert same.endswith("Hub cannot be told apart from today in how many contacts are decided within 24 hours.")


def test_every_sentence_of_the_answer_names_what_it_is_of():
    """Two options, one of which shortens the transfer: of the other the transfer is named, and not `that measure`."""
    quick, slow = of_two_measures(0.1, -50), of_two_measures(0.1, 0.0)
    runs = pd.concat([quick, slow[slow["option"] == "Hub"].assign(option="Other")])
    said = headline(compared(runs, "Today", "average"), of_one_case=False)
    assert "Other cannot be told apart from today in how soon transfers are allocated." in said
    lost = runs.copy()
    lost.loc[(lost["option"] == "Other") & (lost["measure"] == TRANSFER) & (lost["run"] == 3), "value"] = np.nan
    found = compared(lost, "Today", "average")
    assert "Not every replication of Other could measure how soon transfers are allocated." in headline(found, False)
    assert (
        found.verdicts["sentence"].iloc[-1] == "Not every replication could measure how soon transfers are allocated."
    )


def difference(base: float, change: float, half: float) -> SimpleNamespace:
    """A difference of the share decided within 24 hours, with the interval of its average."""
    return SimpleNamespace(measure=HEADLINE, unit="share", base=base, option_mean=base + change, difference=change, low=change - half,
                           high=change + half, half_width=half)  # fmt: skip


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (difference(0.6, 0.0001, 0.0002), "Decides 60% within 24 hours (A: 60%): cannot be told apart (less than 1 point on average)."),
        (difference(0.6, 0.001, 0.003), "Decides 60% within 24 hours (A: 60%): cannot be told apart (−0.2 to +0.4 points on average)."),
        (difference(0.606, 0.0056, 0.001), "Decides 61.2% within 24 hours (A: 60.6%): better by 0.5 to 0.7 points."),
        (difference(0.601, 0.03, 0.0001), "Decides 63% within 24 hours (A: 60%): better by 3 points."),
        (difference(0.98, 0.0176, 0.0146), "Decides 99.8% within 24 hours (A: 98.0%): better by 0.3 to 3.2 points."),
    ],
)  # fmt: skip
def test_rounding_hides_no_difference(row, said):
    assert sentence(row, "A") == said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"A": (0.1, 0.0), "B": (0.2, -30.0)},
         "Most contacts decided within 24 hours: B (70%). Today: 50%.\nHalf of transfers allocated soonest: B (60 hours). Today: 90 hours."),
        ({"A": (0.2, -30.0), "B": (0.201, -30.0)},
         "Most contacts decided within 24 hours: B (70%) and A (70%), which cannot be told apart. Today: 50%.\n"
         "Half of transfers allocated soonest: A (60 hours) and B (60 hours), which cannot be told apart. Today: 90 hours."),
        ({"A": (0.19, 0.0), "B": (0.2, 20.0)},
         "Most contacts decided within 24 hours: B (70%) and A (69%), which differ little. Today: 50%.\n"
         "No option is known to do better than today in how soon transfers are allocated."),
        ({"A": (0.0, 0.0), "B": (-0.1, -30.0)},
         "No option is known to do better than today in how many contacts are decided within 24 hours.\n"
         "Half of transfers allocated soonest: B (60 hours). Today: 90 hours."),
        ({"A": (0.1, -10.0)}, ""),
    ],
)  # fmt: skip
def test_the_answer_begins_with_the_options_that_do_best(changes, said):
    luck = np.linspace(-0.05, 0.05, 8)
    runs = [
        made_up(level + size * luck + change, name).assign(measure=measure, unit=unit)
        for name, both in {"Today": (0.0, 0.0), **changes}.items()
        for measure, unit, level, size, change in (
            (HEADLINE, "share", 0.5, 1, both[0]),
            (TRANSFER, "hours", 90.0, 100, both[1]),
        )
    ]
    assert lead(compared(pd.concat(runs), "Today", "year")) == said


def test_the_answer_says_of_what_is_better_on_average_alone_that_a_single_year_may_be_worse():
    """No range across no change stands behind `more are decided` without a word."""
    base, luck = np.full(8, 0.5), np.array([0.3, -0.05, 0.25, 0.05, 0.3, 0.02, 0.2, 0.1])
    waits = [made_up(np.full(8, 90.0), name).assign(measure="transfer_hours_to_allocation_median") for name in "Tab"]
    shares = [made_up(base, "T"), made_up(base + luck, "a"), made_up(base + 0.2 + luck / 100, "b")]
    lines = headline(compared(pd.concat([*shares, *waits]), "T", "year"), of_one_case=True).splitlines()
    assert lines[1].startswith(
        "More contacts are decided within 24 hours under b (70%; +20 to +21 points). On average more contacts are decided"
    )
    assert lines[1].endswith(
        "within 24 hours under a (65%; −26 to +55 points), though a single year may show otherwise."
    )


def test_teams_that_are_busy_all_the_time_in_some_runs_are_named():
    runs = pd.concat([
        made_up(np.array(values), "Today").assign(measure="utilisation", by="team", group=team)
        for team, values in {"mash": [0.9, 0.99, 1.0], "desk": [0.5, 0.6, 0.7], "told": [1.0, 1.0, 1.0]}.items()
    ])  # fmt: skip
    assert list(_without_time(runs, {("Today", "told")})) == [
        "Today: mash was at work for at least 98% of its time in 2 of 3 runs. There it may be asked for more than it can do, "
        "and waits depend on how long the run is."
    ]


def test_a_change_that_the_run_does_not_reach_is_told_and_one_in_the_follow_up_is_not():
    study = read_study("scenarios/examples/appraisal.yaml")
    run = study.base.model.run
    ends = run.opens + timedelta(weeks=run.weeks)
    after = ends + timedelta(weeks=run.follow_up)

    def dated(begins: date) -> Study:
        later = {"say": "Later.", "set": {"teams.desk.site": "hub"}, "from": begins}
        return replace(study, options=(SimpleNamespace(name="Hub", changes=[Change.model_validate(later)]),))

    assert run.follow_up > 0
    assert list(_never(dated(ends))) == []
    (told,) = _never(dated(after))
    assert told.startswith(f"Hub, Later.: It begins on {after}, and the run ends on {after}, so it is never in force.")
    assert told.endswith("No figure contains it, though its costs are counted.")


def test_the_mark_in_the_table_is_the_mark_of_the_verdict():
    base, noise = np.full(8, 0.5), np.array([0.3, 0.0, 0.25, 0.05, 0.3, 0.02, 0.2, 0.1])
    runs = pd.concat([made_up(base, "base"), made_up(base + noise, "a"), made_up(base - noise / 1000, "b")])
    found = compared(runs, "base", "year")
    pack = Pack(
        options=found.options, verdicts=found.verdicts, summary=found.summary, differences=found.differences,
        about=dict.fromkeys(ABOUT, ""),
    )  # fmt: skip
    ((_, a, b),) = changes_from_today(pack).groups["Decision"]
    assert (a.mark, b.mark) == ("✓", "≈")
    assert [verdict.sentences[0][1] for verdict in verdicts(pack) if not verdict.base] == ["✓", "≈"]
    assert found.differences["low"].max() < 0, "one case may go the other way"


def test_a_team_that_an_option_has_not_got_is_not_called_unmeasured():
    desk = made_up(np.full(3, 0.5), "base").assign(measure="utilisation", by="team", group="desk")
    hub = pd.concat([made_up(np.full(3, 0.5), "a"), made_up(np.full(3, 0.5), "base"), desk])
    found = compared(hub, "base", "year")
    row = found.differences.query("by == 'team'").iloc[0]
    assert (row["sentence"], row["option"]) == ("a has no such team.", "a")
    pack = Pack(
        options=found.options, verdicts=found.verdicts, summary=found.summary, differences=found.differences,
        about=dict.fromkeys(ABOUT, ""),
    )  # fmt: skip
    ((_, *cells),) = workload(pack).groups["Share of time on duty spent at work"]
    assert sorted(cell.value for cell in cells) == ["50%", "no such team"]
    assert "a: no such team" in utilisation(found.summary, found.options).get_label()


def test_shares_are_told_by_their_unit():
    values = np.array([0.0, 1.0, 0.98, 0.95])
    named = made_up(values, "a").assign(measure="allocated_within_2_working_days")
    assert summarise(named, "year")[["low", "high"]].iloc[0].tolist() == [0, 1]
    hours = made_up(values, "a").assign(measure="hours_of_a_share", unit="hours")
    assert summarise(hours, "year")["high"].iloc[0] > 1


def test_candidates_spread_evenly_over_their_ranges():
    unknowns = [Unknown(path=p, say=p, between=(0, 5000), unit="u", source="s") for p in ("a", "b")]
    candidates = pd.DataFrame(spread(unknowns, 50, seed=3))
    for column in candidates:
        assert sorted((candidates[column] // 100).astype(int)) == list(range(50))
    assert abs(candidates.corr().iloc[0, 1]) < 4 / np.sqrt(50)


@pytest.mark.parametrize("between", [(0.0001, 0.0004), (0.0005, 0.002), (1e-7, 3e-7)])
def test_candidates_of_a_small_range_are_told_apart_and_lie_in_it(between):
    values = [
        one["a"] for one in spread([Unknown(path="a", say="a", between=between, unit="u", source="s")], 20, seed=3)
    ]
    assert len(set(values)) == 20
    assert between[0] <= min(values) <= max(values) <= between[1]


def test_conditioning_keeps_what_shows_the_symptom(desk):
    staff = Unknown(path="teams.desk.staff.officer.wte", say="Officers", between=(5, 9), unit="WTE", source="a guess")
    symptom = Symptom(measure="decided_within_24h", say="Late", between=(0.0, 0.75), source="seen")
    found = condition(desk, [staff], [symptom], candidates=6, seed=1, returning=NOBODY, workers=Workers(jobs=1))
    table = found.candidates
    seen = table["decided_within_24h all=all"]
    assert ((seen <= 0.75) == table["kept"]).all()
    assert 0 < len(found.kept) < 6
    assert table.loc[table["kept"], staff.path].max() < table.loc[~table["kept"], staff.path].max()


FEW = Symptom(measure="decided_within_24h", say="Few in 24 hours", between=(0.03, 0.6), source="seen")
LONG = Symptom(measure="decision_hours_median", say="Long", by="rag", group="red", between=(8, 20), source="seen")


def tried(few: list[float], long: list[float]) -> Conditioned:
    """Candidates that show these shares and hours, of which those are kept that show both symptoms."""
    table = pd.DataFrame({FEW.column: few, LONG.column: long}).assign(candidate=range(len(few)))
    table["kept"] = table[FEW.column].between(*FEW.between) & table[LONG.column].between(*LONG.between)
    return Conditioned(table, [{"wte": 5.0}] * int(table["kept"].sum()))


def refused(found: Conditioned) -> str:
    with pytest.raises(InputError) as raised:
        check_enough(
            found, [FEW, LONG], 2, "appraisal.yaml", "one for every replication.", ", or ask for fewer replications"
        )
    return str(raised.value)


def test_too_few_candidates_say_what_each_symptom_asks_and_what_they_showed():
    told = refused(tried([0.7, 0.912, 0.55, 0.5], [21.5, 30, 24.256, 24.3]))
    assert told == (
        "1 mistake.\n\n"
        "appraisal.yaml\n"
        "  what:   0 of 4 candidates show every symptom, and 2 are needed.\n"
        "          decided_within_24h (Few in 24 hours) is to lie from 3% to 60%: the candidates lie from 50% to 91.2%, and 2 of 4 "
        "meet it.\n"
        "          decision_hours_median of rag=red (Long) is to lie from 8 to 20 hours: the candidates lie from 21.5 to 30 hours, "
        "and 0 of 4 meet it.\n"
        "  right:  2 candidates that show every symptom: one for every replication.\n"
        "  remedy: No candidate meets decision_hours_median, nor do they lie on both sides of it, so more candidates hardly help: "
        "widen the ranges under `unknown`, or look again at decision_hours_median and its bounds. Table `candidates` has the "
        "figures of each."
    )


@pytest.mark.parametrize(
    ("few", "long", "said"),
    [
        ([0.5, 0.7, 0.9, 0.8], [10, 10, 10, 30], "about `candidates: 8` are enough, or ask for fewer replications."),
        ([0.01, 0.7, 0.9], [10, 10, 10], "No candidate meets decided_within_24h, but they lie on both sides of it"),
        ([0.5, 0.7], [30, 10], "Each symptom is met by some, but not all by the same"),
        ([0.5, 0.5], [np.nan, np.nan], "is to lie from 8 to 20 hours: none of the candidates could measure it."),
        ([0.7, 0.9], [np.nan, np.nan], "No candidate meets decided_within_24h and decision_hours_median, nor do"),
    ],
)
def test_what_to_do_about_too_few_candidates(few: list[float], long: list[float], said: str):
    assert said in refused(tried(few, long))


def test_as_many_candidates_as_replications_are_asked_for_before_anything_runs(tmp_path: Path):
    study = read_study("scenarios/examples/appraisal.yaml")
    with pytest.raises(InputError, match=r"`candidates: 8` are fewer than the 9 replications.\n.*\n.*`candidates: 45`"):
        appraise(study, tmp_path, replications=9, jobs=1)


def an_appraisal(tmp_path: Path, unknown: str, symptom: str) -> Study:
    """The example's appraisal with another unknown number and another symptom."""
    text = Path("scenarios/examples/appraisal.yaml").read_text(encoding="utf-8")
    for name in ("one_desk", "one_desk_two_more", "one_desk_open_longer"):
        shutil.copy(f"scenarios/examples/{name}.yaml", tmp_path)
    text = text.replace("between: [5.5, 6.5]", unknown).replace("between: [0.2, 0.95]", symptom)
    (tmp_path / "appraisal.yaml").write_text(text, encoding="utf-8")
    return read_study(tmp_path / "appraisal.yaml")


def test_bounds_of_a_share_may_be_percentages(tmp_path: Path):
    study = an_appraisal(tmp_path, "between: [5.5, 6.5]", "between: [3%, 60 %]")
    assert study.facts.symptoms[0].between == (0.03, 0.6)
    assert study.notes == []


def test_a_range_without_todays_number_is_noted(tmp_path: Path):
    study = an_appraisal(tmp_path, "between: [0.5, 0.8]", "between: [0, 1]")
    note = (
        "Officers is 6 in one_desk.yaml (teams.desk.staff.officer.wte), and no candidate has it: they have 0.5 to 0.8. A range is "
        "written in the unit of what stands there."
    )
    assert study.notes == [note]
    assert f"\n  Look twice:\n  - {note}" in check_file(study.file)


def test_what_the_symptoms_made_of_the_ranges():
    both = tried([0.5, 0.5, 0.5], [10, 10, 10])
    nothing = (
        "All 3 sets that were tried show every symptom: what is known of today narrows nothing, and the ranges are as they were "
        "thought possible."
    )
    first = "Of the 3 sets kept, the first 2 are used, one for each replication; their ranges are in brackets."
    assert narrowing(both, [FEW, LONG], 3) == [nothing]
    assert narrowing(both, [FEW, LONG], 2) == [nothing, first]
    assert narrowing(tried([0.5, 0.9], [10, 10]), [FEW, LONG], 1) == []


def test_the_range_used_stands_beside_the_range_kept():
    staff = Unknown(path="wte", say="Officers", between=(4, 9), unit="WTE", source="a guess")
    found = Conditioned(pd.DataFrame({"candidate": range(3)}), [{"wte": wte} for wte in (5.0, 6.0, 8.0)])
    assert staffing_table((staff,), found, 2).to_dict("records") == [
        {"name": "Officers", "low": 4, "high": 9, "accepted_low": 5, "accepted_high": 8, "used_low": 5, "used_high": 6,
         "unit": "WTE", "source": "a guess"}
    ]  # fmt: skip
    assert "used_low" not in staffing_table((staff,), found, 3)


def test_the_pack_says_which_ranges_were_used(tmp_path: Path):
    study = an_appraisal(tmp_path, "between: [5.5, 5.8]", "between: [0, 1]")
    appraise(study, tmp_path / "results", replications=2, jobs=1)
    page = (tmp_path / "results" / "pack.html").read_text(encoding="utf-8")
    assert "<li>All 8 sets that were tried show every symptom: " in page
    assert "<li>Of the 8 sets kept, the first 2 are used" in page
    assert "<li>Officers is 6 in one_desk.yaml" in page
    assert " WTE (used: 5." in page
    assert "assumptions table" not in page
    assert "is held at the value of the scenario files, without a source or a grade." in page


def test_what_is_held_where_there_is_an_assumptions_table_and_where_there_is_none(bcp, desk):
    def held(base: Scenario, *unknown: Unknown) -> str:
        study = Study(
            Path("a.yaml"), StudyFile(title="t", council="c", base="b", options=("o",), unknown=unknown), base, ()
        )
        nothing = pd.DataFrame(columns=["option", "measure", "by", "group", "value"])
        return warnings(study, SimpleNamespace(runs=nothing), empty("loads"))[-1]

    staff = Unknown(path="wte", say="Officers", between=(4, 9), unit="WTE", source="a guess")
    assert held(bcp) == "Every number is held at one value, which stands under Assumptions with its source and grade."
    assert held(bcp, staff).startswith("Every number but those under What we do not know is held at one value")
    assert held(desk) == "Every number is held at the value of the scenario files, without a source or a grade."


def test_todays_number_at_any_path(desk, bcp):
    share = desk.varied({"teams.desk.staff.officer.non_case_share": "15%"})
    assert todays_values(share, "teams.desk.staff.officer.non_case_share") == [0.15]
    assert todays_values(bcp, "parameters.judgement.noise") == [bcp.parameters.value("judgement.noise")]
    assert todays_values(bcp, "parameters.durations.screening.scale") == [1.0]
    assert todays_values(desk, "parameters.judgement.noise") == todays_values(desk, "teams.nobody") == []


def test_candidates_enough_are_no_mistake():
    check_enough(tried([0.5, 0.5], [10, 10]), [FEW, LONG], 2, "appraisal.yaml", "")


def test_what_was_tried_is_written_where_too_few_show_the_symptoms(tmp_path: Path):
    study = read_study("scenarios/examples/appraisal.yaml")
    (symptom,) = study.facts.symptoms
    never = study.facts.model_copy(update={"symptoms": (symptom.model_copy(update={"between": (1.0, 1.0)}),)})
    with pytest.raises(InputError, match="0 of 8 candidates show every symptom, and 4 are needed") as raised:
        appraise(replace(study, facts=never), tmp_path, jobs=1)
    written = pd.read_csv(tmp_path / "tables" / "candidates.csv")
    assert len(written) == 8
    assert not written["kept"].any()
    assert pickle.loads(pickle.dumps(raised.value)).mistakes == raised.value.mistakes


def test_offered_load_is_arrivals_times_work_over_people(desk):
    """209 contacts a week of 60 minutes each, for 6 people of 40 hours: 0.871 but for bank holidays and luck."""
    load = offered_load(desk.varied({"run.weeks": 40, "run.opens": "2025-01-06"}), 1)
    assert load["load"].tolist() == pytest.approx([209 / 240], rel=0.06)
    assert load["what"].tolist() == ["time"]


def test_offered_load_is_right_however_crowded_a_team_is(desk):
    """One person who is asked for what takes 5.2 has a load of 5.2, and so has one behind her."""
    decision, staffed = desk.data["stages"]["decision"], desk.data["teams"]["desk"]
    data = {
        **desk.data,
        "teams": {"desk": staffed, "next": staffed},
        "stages": {"decision": decision, "check": {**decision, "team": "next"}},
        "routes": {"entry": "decision", "decision": "check", "check": "closed"},
    }
    two = Scenario(desk.file, data, None)
    one = {f"teams.{team}.staff.officer.wte": 1 for team in ("desk", "next")}
    load = offered_load(two.varied({"run.weeks": 40, **one}), 1)["load"].tolist()
    assert load == pytest.approx([6 * 209 / 240] * 2, rel=0.06)
    assert offered_load(two.varied({"teams.desk.staff.officer.wte": 0.02}), 1)["load"][0] > LARGEST_LOAD
    assert offered_load(two.varied({"teams.desk.staff.officer.wte": 700}), 1)["load"][0] < 0.01


@pytest.mark.parametrize("rates", [(0.1, 0.5, 1.0, 1.6), (0.3, 1.0, 2.0, 3.0)])
def test_returns_make_up_the_written_volume(rates):
    """New contacts and returns together are as many as the file says, at the start and later, however often they come."""
    town = read_scenario("scenarios/examples/returns.yaml").varied({"returns.rate_by_gap": list(rates)})
    who, (_, edges, hourly) = returning(town, 1), expected_rates(town.model, None)
    wanted = hourly.sum() / (edges[-1] - edges[0])
    for begins, ends in ((edges[0], 0), (0, edges[-1])):
        got = [
            int(draw_contacts_and_run(town, number, who)["received"].between(begins, ends - 1).sum())
            for number in range(24)
        ]
        expected = wanted * (ends - begins)
        assert abs(np.mean(got) - expected) < 4 * np.std(got, ddof=1) / math.sqrt(len(got)) + 0.015 * expected


def draw_contacts_and_run(scenario, number, who):
    """Contacts of a run, new and returned."""
    return simulate(scenario, draw_contacts(scenario, 1, number, who), 1, number, "compiled").contacts


def test_returns_make_up_the_published_volume(bcp):
    """Exogenous contacts and returns together are the published volume, over several years' luck."""
    returns = returning(bcp, 1)
    assert 0.15 < returns.shares[0] < 0.35
    tasks = [Task((bcp.varied({"run.warm_up": 26, "run.weeks": 26}),), 1, number, returns) for number in range(6)]
    got = replicate(tasks, Workers(jobs=1)).query("measure == 'children_received' and by == 'all'")["value"]
    expected = 3416 * 3.795 * 26 / 52.14
    assert abs(got.mean() - expected) < 4 * got.std(ddof=1) / np.sqrt(len(got)) + 0.02 * expected


def test_returns_leave_the_week_as_it_was_published(bcp):
    """Families come back in office hours: at weekends, and in hours at night and by day, as many come as are published."""
    who, office = returning(bcp, 1), bcp.model.pattern("office")
    clock = WallClock(bcp.model.run.opens)
    last = bcp.model.run.opens + timedelta(weeks=bcp.model.run.weeks)
    opened = office.lay_out(clock, bcp.model.run.opens, last, england_bank_holidays(bcp.model.run.opens, last))
    counted = np.zeros((2, 3))
    for number in range(8):
        for place, table in enumerate((draw_contacts(bcp, 1, number, NOBODY), draw_contacts_and_run(bcp, number, who))):
            received = table["received"].to_numpy()
            received = received[(received >= 0) & (received < clock.midnight(last))]
            weekend = clock.hour_of_week(received) >= 120
            hour = received // 3600 * 3600
            by_day = opened.between(hour, hour + 3600) > 0
            counted[place] += [weekend.sum(), (~weekend & ~by_day).sum(), by_day.sum()]
    assert counted[1] == pytest.approx(counted[0], rel=0.03)


def test_a_path_that_leads_nowhere_is_the_users_mistake(desk):
    with pytest.raises(InputError, match="Did you mean officer"):
        desk.varied({"teams.desk.staff.oficer.wte": 3})


def test_an_interval_of_one_case_may_save_more_than_todays_average():
    """Today takes 10 or 90 hours and the option takes none: one case saves 90, and today's average is 50."""
    values = {"today": [10.0, 90.0] * 6, "none": [0.0] * 12}
    rows = [
        {"option": option, "run": number, "measure": "search_hours_per_week", "by": "all", "group": "all", "value": hours,
         "unit": "hours", "contacts": 100, "note": ""}
        for option, told in values.items()
        for number, hours in enumerate(told)
    ]  # fmt: skip
    found = differences(pd.DataFrame(rows), "today", "year").iloc[0]
    assert found["difference"] == -50
    assert found["low"] < -90
    assert summarise(pd.DataFrame(rows), "year")["low"].min() >= 0
