"""What befell each contact, and curves of waiting: the loops are the same in plain Python, and held to their definitions."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from frontdoor_sim import compiling
from frontdoor_sim.compiling import Quick
from frontdoor_sim.contacts import chance
from frontdoor_sim.contacts.returning import NOBODY
from frontdoor_sim.event_log.reading import Outcomes, Visits
from frontdoor_sim.experiment.running import draw_contacts, read_run
from frontdoor_sim.measures import measure
from frontdoor_sim.measures.befell import (
    ACCEPTED,
    ALLOCATED,
    ASSESSED,
    DECIDED,
    END,
    FACTS,
    FIRST_DECISION,
    HELP_HELD,
    LOOKED_AT,
    REVERSED,
    STANDING,
    TRANSFERRED,
    Meaning,
    befell,
)
from frontdoor_sim.scenario import read_scenario
from frontdoor_sim.working_time import NEVER, upcoming

breakdowns, records, survival = (
    sys.modules[f"frontdoor_sim.measures.{name}"] for name in ("breakdowns", "records", "survival")
)
STAGES = ("screening", "decision", "acceptance", "assessment", "help")
MEANING = Meaning(
    decides=np.array([True, True, False, False, False, False]),
    accepts=np.array([False, False, True, False, False, False]),
    allocates=np.array([False, False, False, True, False, False]),
    decided_before=np.array([False, False, True, True, False, False]),
    refers=np.array([False, False, True, False, False, False]),
)
OUTCOMES = ("screening", "decision", "acceptance", "assessment", "help", "closed", "")
MEANS = Outcomes(
    routed=np.array([True, True, True, True, True, True, False]),
    ends=np.array([False, False, False, False, False, True, False]),
    transfers=np.array([False, False, True, False, False, False, False]),
    back=np.array([True, True, False, False, False, False, False]),
    again=np.array([True, True, False, False, False, False, False]),
    row=np.array([0, 1, 2, 3, 4, 5, -1]),
    provides=np.full(7, -1),
)
Step = tuple[str, str]


def visits_of(*contacts: list[Step]) -> Visits:
    """Visits of some contacts, each a stage and where it led; one second each, 100 a contact. Slots are held at once."""
    steps = [(who, at, *step) for who, steps in enumerate(contacts) for at, step in enumerate(steps)]
    contact = np.array([who for who, *_ in steps], dtype=np.int64)
    settled = np.array([100 * who + at for who, at, *_ in steps], dtype=np.int64)
    stage = np.array([STAGES.index(name) for _, _, name, _ in steps], dtype=np.int64)
    outcome = np.array([OUTCOMES.index(led) for *_, led in steps], dtype=np.int64)
    slot, unserved = np.flatnonzero(stage >= 3), np.zeros(len(steps), dtype=bool)
    return Visits(contact, stage, settled, settled + 1, outcome, MEANS, unserved, slot, settled[slot], settled[slot])


def facts_of(visits: Visits, contacts: int, loop: Any = befell) -> tuple[np.ndarray, list[int]]:
    facts, sent_back = np.full((FACTS, contacts), NEVER), np.zeros(len(visits.contact), dtype=bool)
    loop(visits, MEANING, facts, sent_back)
    return facts, np.flatnonzero(sent_back).tolist()


def test_a_transfer_that_is_sent_back_and_decided_again():
    """Decided at 1, sent back at 2, decided again at 3, accepted at 4, held at 5; what is decided later reverses nothing."""
    way = [("screening", "decision"), ("decision", "acceptance"), ("acceptance", "decision"), ("decision", "acceptance"),
           ("acceptance", "assessment"), ("assessment", "decision"), ("decision", "closed")]  # fmt: skip
    facts, sent_back = facts_of(visits_of(way), 1)
    assert sent_back == [2]
    of = {name: int(facts[fact, 0]) for name, fact in [("transferred", TRANSFERRED), ("decided", DECIDED), ("looked at", LOOKED_AT),
          ("accepted", ACCEPTED), ("allocated", ALLOCATED), ("assessed", ASSESSED), ("reversed", REVERSED), ("end", END)]}  # fmt: skip
    assert of == {"transferred": 1, "decided": 1, "looked at": 2, "accepted": 4, "allocated": 5, "assessed": 5, "reversed": NEVER,
                  "end": 7}  # fmt: skip


def test_a_transfer_that_is_decided_otherwise():
    """Whoever is decided for a transfer and then for help was decided at the second decision, and the transfer is reversed."""
    way = [("decision", "acceptance"), ("acceptance", "decision"), ("decision", "help"), ("help", "closed")]
    facts, sent_back = facts_of(visits_of(way), 1)
    found = [int(facts[fact, 0]) for fact in (FIRST_DECISION, STANDING, DECIDED, REVERSED, ACCEPTED, HELP_HELD)]
    assert (found, sent_back) == ([0, 2, 2, 2, NEVER, 3], [1])


def test_what_is_decided_once_help_has_begun_is_another_step():
    way = [("decision", "help"), ("help", "decision"), ("decision", "closed")]
    facts, _ = facts_of(visits_of(way, way[:1]), 2)
    assert facts[[STANDING, DECIDED]].tolist() == [[0, 3], [0, 100]]


@st.composite
def ways(draw: DrawFn) -> list[list[Step]]:
    step = st.tuples(st.sampled_from(STAGES), st.sampled_from(OUTCOMES))
    return draw(st.lists(st.lists(step, min_size=1, max_size=7), min_size=1, max_size=5))


@given(ways())
def test_plain_and_compiled_find_the_same(contacts: list[list[Step]]):
    visits = visits_of(*contacts)
    plain, compiled = (facts_of(visits, len(contacts), loop) for loop in (befell.plain, befell))
    assert plain[1] == compiled[1]
    assert np.array_equal(plain[0], compiled[0])


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3), st.booleans()), max_size=30))
def test_plain_and_compiled_curves_are_the_same(followed: list[tuple[int, int, bool]]):
    lengths, groups = (np.array([one[place] for one in followed], dtype=np.int64) for place in (0, 1))
    events = np.where([one[2] for one in followed], lengths, NEVER).astype(np.int64)
    about = (np.zeros(len(lengths), dtype=np.int64), events, 7, np.where(lengths % 2, lengths, NEVER))
    compiled = survival.incidences(*about, np.stack([np.zeros_like(groups), 1 + groups]), 4)
    loop, survival._climb = survival._climb, survival._climb.plain
    try:
        plain = survival.incidences(*about, np.stack([np.zeros_like(groups), 1 + groups]), 4)
    finally:
        survival._climb = loop
    for one, other in zip(compiled, plain, strict=True):
        assert (one.followed, one.possible, one.number) == (other.followed, other.possible, other.number)
        assert all(
            np.array_equal(getattr(one, name), getattr(other, name)) for name in ("times", "happened", "waiting")
        )


def test_plain_and_compiled_systems_are_the_same():
    visits = visits_of([("screening", "decision"), ("decision", "closed")], [("screening", "closed")])
    found = [np.zeros(2, dtype=np.int64) for _ in range(2)]
    for loop, systems in zip((records._gather_systems, records._gather_systems.plain), found, strict=True):
        loop(visits, np.array([1, 2, 0, 0, 0, 0]), np.array([0, 200]), systems)
    assert [systems.tolist() for systems in found] == [[1, 1], [1, 1]]


@pytest.mark.skipif(find_spec("numba") is None, reason="without Numba the loops run as they are")
def test_each_loop_is_compiled_once():
    """A run that was not written and the table of a log hand over arrays of the same types, or it would be compiled again."""
    two = read_scenario("scenarios/examples/two_systems.yaml").varied({"run.weeks": 8})
    contacts = draw_contacts(two, 1, 0, NOBODY)
    assert len(measure(read_run(two, contacts, 1, 0, "compiled"))) == len(
        measure(read_run(two, contacts, 1, 0, "simpy"))
    )
    for loop in (
        befell, survival._climb, records._gather_systems, breakdowns._count, upcoming._look_up, chance._count_up
    ):  # fmt: skip
        assert len(loop._ready.compiled.signatures) == 1


def test_without_numba_a_loop_runs_as_it_is(monkeypatch):
    monkeypatch.setattr(compiling, "find_spec", lambda _: None)
    loop = Quick(lambda numbers: SimpleNamespace(sum=sum(numbers)))
    assert loop([1, 2]).sum == 3, "Numba knows no such object"
