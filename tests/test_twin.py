"""The compiled engine writes the same log as the reference engine: every scenario of the repository, and random models."""

from __future__ import annotations

import re
import threading
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from numba import njit, types

import frontdoor_sim.engine.compiled.kernel as kernel
from frontdoor_sim import luck
from frontdoor_sim.contacts import given as table_given
from frontdoor_sim.contacts.returning import NOBODY, Returning
from frontdoor_sim.distributions import from_mapping, quantile_table
from frontdoor_sim.engine.compiled import layout, ready, running
from frontdoor_sim.engine.compiled.layout import Words
from frontdoor_sim.experiment.running import draw_contacts, simulate
from frontdoor_sim.luck import code, draw, draws, key, key_array
from frontdoor_sim.scenario import Scenario, read_scenario
from frontdoor_sim.working_time import NEVER, Calendar
from random_models import Instance, instances
from twins import assert_twins, both

ROOT = Path(__file__).parents[1]
SCENARIOS = sorted(
    path
    for folder in ("scenarios", "tests/theory", "tests/golden", "benchmarks")
    for path in (ROOT / folder).rglob("*.yaml")
    if not path.name.startswith(("appraisal", "parameters"))
)
BATCHES, EXAMPLES = 8, 125
entered = njit(
    error_model="numpy"
)  # nothing is kept on disk: what is kept knows its own file only, and not the kernel's
REFERENCE = ["drawn.py", "simpy_engine.py", "people.py", "slots.py", "checks.py", "kinds.py"]


@pytest.mark.parametrize("path", SCENARIOS, ids=[str(path.relative_to(ROOT)) for path in SCENARIOS])
def test_every_scenario_of_the_repository(path):
    scenario = read_scenario(path)
    weeks = {"run.warm_up": 6} if path.parent.name == "bcp" else {"run.weeks": 30, "run.warm_up": 6}
    scenario = scenario.varied({"run.weeks": 30} if scenario.backlog else weeks)
    assert_twins(*both(scenario.model, who_come(scenario), seed=5, replication=2))


def who_come(scenario: Scenario) -> pd.DataFrame:
    """Contacts drawn, or, where the scenario says nothing of who comes, 500 at any time of 20 weeks."""
    if scenario.model.arrivals or scenario.parameters:
        return draw_contacts(scenario, 5, 2, Returning((0.05,)) if scenario.model.returns else NOBODY)
    dice = np.random.default_rng(1)
    received = np.sort(dice.integers(0, 20 * 7 * 86_400, 500) // 900 * 900)
    rag = dice.choice(["red", "amber", "green"], len(received))
    return table_given(pd.DataFrame({"contact": np.arange(500), "received": received, "rag": rag}), scenario.model)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_random_models(batch):
    """1,000 models in all, each with two rosters, with ties and waits of nothing on purpose; a disagreement is shrunk to the smallest model."""

    @seed(batch)
    @settings(max_examples=EXAMPLES)
    @given(instances())
    def alike(instance: Instance) -> None:
        model, contacts = instance.scenario().model, instance.table()
        for people in (3, 4):
            assert_twins(*both(model, contacts, people))

    alike()


@pytest.mark.parametrize("room", ["ROWS_A_CONTACT", "RECORDS_A_CONTACT", "DUE_A_CONTACT"])
def test_a_world_that_is_too_small_is_played_again(monkeypatch, room):
    """Rows, records or what is due outgrow their room, and nothing changes."""
    scenario = read_scenario(ROOT / "scenarios/bcp/as_found.yaml").varied({"run.weeks": 6, "run.warm_up": 2})
    contacts = draw_contacts(scenario, 1, 0, NOBODY)
    rooms, usual = [], running.world
    monkeypatch.setattr(running, "_room_needed", {})
    monkeypatch.setattr(layout, room, 0)
    monkeypatch.setattr(layout, "ROOM", 64)
    monkeypatch.setattr(running, "world", lambda *args: (rooms.append(args[-1]), usual(*args))[1])
    assert_twins(*both(scenario.model, contacts))
    assert len(rooms) > 1


def test_times_that_a_row_of_the_log_cannot_hold_are_refused():
    scenario = read_scenario(ROOT / "scenarios/examples/one_desk.yaml")
    contacts = draw_contacts(scenario, 1, 0, NOBODY)
    with pytest.raises(ValueError, match="within 68 years"):
        simulate(scenario, contacts.assign(enters=contacts["enters"] - (1 << 32)), 1, 0, "compiled")


def test_what_lay_in_the_memory_of_a_world_changes_nothing(monkeypatch):
    dice, usual = np.random.default_rng(3), layout.empty

    def rubbish(number: int) -> layout.Int64s:
        found = usual(number)
        found[:] = dice.integers(-(1 << 62), 1 << 62, number)
        return found

    monkeypatch.setattr(layout, "empty", rubbish)
    scenario = read_scenario(ROOT / "scenarios/examples/small_mash.yaml").varied({"run.weeks": 20})
    assert_twins(*both(scenario.model, who_come(scenario), seed=5, replication=2))


def test_a_world_stands_where_one_stood_that_nobody_looks_at_any_more(monkeypatch):
    monkeypatch.setattr(layout, "_spared", [])
    world = layout.empty(100)
    place, cut = world.ctypes.data, world[3:9].reshape(2, 3)
    del world
    assert layout.empty(100).ctypes.data != place, "what was cut out of it is still looked at"
    layout._spared.clear()
    del cut
    assert layout.empty(200).ctypes.data != place, "it has no room"
    layout._spared.clear()
    first = layout.empty(100)
    place = first.ctypes.data
    del first
    again = layout.empty(50)
    assert (again.ctypes.data, again.ctypes.data % 64, len(again)) == (place, 0, 50)


# --- rule 1: the same integers ---------------------------------------------------------------------------------------

keys = st.integers(0, 2**63 - 1)


@given(keys, st.integers(0, 2**64 - 1), st.integers(0, 10**6))
def test_luck_is_the_same(owner, purpose, visit):
    assert _drawn(owner, layout.signed(purpose), visit) == draw(owner, purpose, visit)


@entered
def _drawn(owner, purpose, visit):
    return kernel.draw(np.int64(owner), np.int64(purpose), np.int64(visit))


@pytest.mark.parametrize("shape", [(0,), (1,), (1000,), (40, 25), (2_500,)])
def test_luck_in_bulk_is_the_same_whoever_mixes_it(shape, monkeypatch):
    owners = np.random.default_rng(1).integers(0, 2**63, shape)
    visits = np.arange(owners.size).reshape(shape)
    ask = [(owners, code("x")), (owners, code("x"), 3), (owners, code("x"), visits), (owners.T, code("x"))]
    monkeypatch.setattr(luck, "_lent", [luck.Lent(kernel.mix_words, kernel.draw_words)])
    mixed, keyed = [draws(*one) for one in ask], key_array((7, "x"), owners.ravel(), visits.ravel())
    monkeypatch.setattr(luck, "_lent", [])
    for one, other in zip(ask, mixed, strict=True):
        np.testing.assert_array_equal(draws(*one), other)
    np.testing.assert_array_equal(key_array((7, "x"), owners.ravel(), visits.ravel()), keyed)


@given(keys, st.integers(1, 1000))
def test_keys_of_returns_are_the_same(parent, number):
    assert _returned(parent, number) == key(parent, "return", number)


@entered
def _returned(parent, number):
    return kernel.key_of_return(np.int64(parent), np.int64(number))


@pytest.mark.parametrize("shape", [
    {"distribution": "lognormal", "mean": 30, "cv": 2}, {"distribution": "normal", "mean": 0, "sd": 3},
    {"distribution": "banded", "edges": [0, 10, 20, 45], "shares": [0.2, 0.0, 0.8]},
    {"distribution": "lognormal", "mean": 200_000, "cv": 2},
])  # fmt: skip
def test_quantile_tables_are_read_the_same(shape):
    table = quantile_table(from_mapping(shape), 60)
    edges = [0, 1, 127, 128, 129, 255, 256, 2**31 - 1, 2**31, 2**32 - 129, 2**32 - 128, 2**32 - 2, 2**32 - 1]
    lucks = [*edges, *np.random.default_rng(1).integers(0, 2**32, 3000).tolist()]
    words = Words()
    place = layout.put_table(words, table)
    assert (place < 0) == (np.abs(table.knots).max() < 2**31)
    array = words.array()
    assert [int(_read_at(array, place, luck)) for luck in lucks] == [table.read(luck) for luck in lucks]


@entered
def _read_at(words, table, luck):
    return kernel.read(kernel.memory(words), table, luck)


@entered
def _calendar_at(words, what, calendar, t, more):
    w = kernel.memory(words)
    if what == 0:
        return kernel.add(w, calendar, t, more)
    if what == 1:
        return kernel.next_open(w, calendar, t)
    return kernel.is_open(w, calendar, t) * 1


@given(
    st.lists(st.tuples(st.integers(-50, 50), st.integers(0, 20)), max_size=6), st.integers(-70, 90), st.integers(0, 80)
)
def test_calendars_are_the_same(windows, t, more):
    calendar = Calendar([start for start, _ in windows], [start + length for start, length in windows])
    words = Words()
    words.put([0])
    place = layout.calendar_words(words, calendar)
    array = words.array()
    answers = [int(_calendar_at(array, what, place, t, more)) for what in range(3)]
    assert answers == [calendar.add(t, more), calendar.next_open(t), int(calendar.is_open(t))]
    assert kernel.NEVER == NEVER


# --- the rules, by number --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", [["compiled/kernel.py"], REFERENCE])
def test_every_rule_is_cited_where_it_is_obeyed(engine):
    text = "\n".join((ROOT / "src/frontdoor_sim/engine" / name).read_text(encoding="utf-8") for name in engine)
    cited = {
        int(number)
        for words in re.findall(r"[Rr]ules? ((?:\d+)(?:(?:, | and | to )\d+)*)", text)
        for number in re.findall(r"\d+", words)
    }
    assert cited >= set(range(1, 11)), f"not cited: {sorted(set(range(1, 11)) - cited)}"


def test_no_contacts_at_all():
    scenario = read_scenario(ROOT / "scenarios/examples/one_desk.yaml")
    contacts = draw_contacts(scenario, 1, 0, NOBODY)
    assert_twins(*both(scenario.model, contacts.iloc[:0]))


def test_given_seconds_are_used_by_both():
    scenario = read_scenario(ROOT / "scenarios/examples/one_desk.yaml")
    contacts = draw_contacts(scenario, 1, 0, NOBODY)
    stage = next(iter(scenario.model.stages))
    seconds = pd.Series(
        np.where(np.arange(len(contacts)) % 3, np.arange(len(contacts)) % 900, -1), index=contacts.index
    )
    given_some = contacts.assign(**{f"seconds: {stage}": seconds.where(seconds >= 0)})
    reference, compiled = both(scenario.model, given_some)
    assert_twins(reference, compiled)
    work = compiled.events[(compiled.events["kind"] == "work")]
    spent = (work["end"] - work["start"]).groupby(work["contact"]).sum()
    said = given_some.set_index("contact")[f"seconds: {stage}"].dropna().clip(lower=1)
    done = spent.reindex(said.index).dropna()
    assert (done == said.reindex(done.index)).mean() > 0.9


def test_functions_that_only_compiled_ones_call_get_no_machine_code():
    """They go into whatever calls them, with all that they call themselves (`inner.Inner`)."""
    squared = njit(**kernel.INNER)(lambda number: number * number)
    cubed = njit(**kernel.INNER)(lambda number: number * squared(number))
    outer = njit(lambda number: cubed(number) + squared(number))
    assert outer(3) == 27 + 9
    made = {
        name: one.overloads[types.int64,] for name, one in (("outer", outer), ("cubed", cubed), ("squared", squared))
    }
    machine = made["outer"].library.codegen._engine
    written = [name for name, one in made.items() if machine.is_symbol_defined(one.fndesc.llvm_func_name)]
    assert written == ["outer"]


def test_a_first_run_that_takes_long_says_that_the_kernel_is_compiled(monkeypatch, capsys):
    monkeypatch.setattr(ready, "SOON", 0.0)
    monkeypatch.setattr(ready.kernel, "run", SimpleNamespace(compiled=SimpleNamespace(signatures=[])))
    with ready.said_if_it_compiles():
        for timer in [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]:
            timer.join()
    assert capsys.readouterr().err == ready.LINE + "\n"
    monkeypatch.setattr(ready.kernel, "run", SimpleNamespace(compiled=SimpleNamespace(signatures=["there already"])))
    with ready.said_if_it_compiles():
        assert not any(isinstance(thread, threading.Timer) for thread in threading.enumerate())


SMALL = """
from numba import njit
from frontdoor_sim.compiling import Mended

@Mended
@njit(cache=True)
def run(number):
    return number + 1
"""


def test_a_torn_cache_of_the_kernel_is_emptied_and_the_kernel_compiled_again(tmp_path):
    """A full disk or a power cut leaves a file without its end: that is mended, and is no fault of the reader."""
    (tmp_path / "kernel.py").write_text(SMALL)

    def fresh():
        spec = spec_from_file_location("kernel", tmp_path / "kernel.py")
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.run

    run = fresh()
    assert run(1) == 2
    cache = Path(run.compiled.stats.cache_path)
    theirs = cache / "other.run-1.py311.nbi"
    theirs.write_bytes(b"")
    for ending in ("nbi", "nbc"):
        (ours,) = cache.glob(f"kernel.run-*.{ending}")
        whole = ours.read_bytes()
        ours.write_bytes(whole[: len(whole) // 2])
        again = fresh()
        assert again(1) == 2
        assert again.compiled.stats.cache_misses, "it was compiled again"
        kept = fresh()
        assert kept(1) == 2
        assert kept.compiled.stats.cache_hits, "and kept again"
    assert theirs.exists()
