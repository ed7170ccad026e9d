"""Limits against exact results, on both engines: Erlang-A, M/M/c/K, Erlang's loss formula, and desks that block each other."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from frontdoor_sim.engine import ENGINES
from frontdoor_sim.event_log import EventLog, check_laws
from frontdoor_sim.experiment import run
from theory_runs import HOUR, agrees, exponential, scenario

engines = pytest.mark.parametrize("engine", ENGINES)


def played(
    name: str, engine: str, per_hour: float, servers: int, contacts: int, seed: int, **values: object
) -> EventLog:
    """A textbook queue on one engine, with arrivals, servers and other values; about so many contacts."""
    about = {
        "arrivals.people.per_hour": per_hour,
        "teams.desk.staff.server.wte": servers,
        "run.weeks": round(contacts / per_hour / 168),
        **values,
    }
    return run(scenario(name).varied(about), seed=seed, engine=engine)


def at_the_queue(log: EventLog) -> pd.DataFrame:
    """One row a contact received in the window, in order of receipt: hours waited, and whether it left unserved."""
    events = log.events[(log.events["enabled"] >= 0) & (log.events["enabled"] < log.about.closes)]
    assert not events["censored"].any(), "the follow-up is too short"
    waits = events[events["kind"] == "wait"]
    hours = ((waits["end"] - waits["start"]) / HOUR).groupby(waits["contact"]).sum()
    ends = events.loc[events["outcome"].astype(str) != ""].set_index("contact")
    found = ends.sort_values(["enabled", "contact"]).index
    return pd.DataFrame(
        {
            "hours": hours.reindex(found, fill_value=0.0).to_numpy(),
            "gone": (ends["outcome"].astype(str).reindex(found) == "gone").to_numpy(),
        }
    )


# Palm 1946; computed from the birth and death process with rates lambda and min(n, c) mu + max(n - c, 0) theta.
# Arrivals, theta, servers | P(wait), P(give up), mean wait over all. Lq is lambda times that, and also lambda P / theta.
ERLANG_A = [
    (5.0, 0.5, 5, 0.6331513046, 0.1461315708, 0.2922631417),
    (12.0, 0.2, 10, 0.9444966174, 0.1774209519, 0.8871047597),
    (9.0, 0.1, 10, 0.5779867884, 0.03043678811, 0.3043678811),
]


@engines
@pytest.mark.parametrize(("rate", "theta", "servers", "waits", "gives_up", "hours"), ERLANG_A)
def test_erlang_a(engine, rate, theta, servers, waits, gives_up, hours):
    patience = {"stages.service.give_up_after": {"green": exponential(1 / theta)}}
    log = played("patience", engine, rate, servers, 40_000, seed=servers + round(rate), **patience)
    check_laws(log)
    found = at_the_queue(log)
    name = f"M/M/{servers}+M at {rate:g}"
    agrees(f"{name} P(wait)", found["hours"] > 0, waits, 0.05)
    agrees(f"{name} P(give up)", found["gone"], gives_up, 0.12)
    agrees(f"{name} wait of all", found["hours"], hours, 0.12)


@engines
def test_no_patience_at_all_is_erlangs_loss_formula(engine):
    """Whoever finds all five servers busy goes (after the second that everybody waits): B(5, 5) = 0.2848678213."""
    values = {"stages.service.give_up_after": {"green": "0 min"}}
    found = at_the_queue(played("patience", engine, 5, 5, 40_000, seed=5, **values))
    agrees("P(loss)", found["gone"], 0.2848678213, 0.03)
    assert found["hours"].max() * HOUR == 1


def test_patience_without_end_is_as_none():
    """Give up after a thousand weeks, and the log is that of a queue in which nobody gives up."""
    for engine in ENGINES:
        patient = played(
            "patience", engine, 4, 5, 3_000, seed=2, **{"stages.service.give_up_after": {"green": "1000 weeks"}}
        )
        plain = played("patience", engine, 4, 5, 3_000, seed=2, **{"stages.service.give_up_after": {"red": "1 min"}})
        columns = ["contact", "stage", "kind", "worker", "enabled", "start", "end", "waited_for", "outcome"]
        pd.testing.assert_frame_equal(patient.events[columns], plain.events[columns])
        assert not (patient.events["outcome"] == "gone").any()
        assert np.unique(patient.events["kind"].astype(str)).tolist() == ["wait", "work"]


# M/M/c/K, K in the stage: arrivals, servers, K | P(turned away), mean wait of those let in [h].
# p_n = p_0 a^n / n! up to c, then p_c (a / c)^(n - c); P(turned away) = p_K; Wq = Lq / (lambda (1 - p_K)).
LOSS = [
    (0.9, 1, 5, 0.1260225500, 1.790285952),
    (1.2, 1, 5, 0.2505881216, 2.359492582),
    (4.0, 3, 10, 0.2657996758, 1.593078328),
    (5.0, 5, 5, 0.2848678213, 0.0),
    (10.0, 12, 20, 0.01908071397, 0.1147553488),
]


@engines
@pytest.mark.parametrize(("rate", "servers", "holds", "turned_away", "wq"), LOSS)
def test_mmck(engine, rate, servers, holds, turned_away, wq):
    limit = {"stages.service.holds_at_most": holds}
    found = at_the_queue(played("full", engine, rate, servers, 40_000, seed=holds + servers, **limit))
    name = f"M/M/{servers}/{holds} at {rate:g}"
    agrees(f"{name} P(full)", found["gone"], turned_away, 0.12)
    assert not found.loc[found["gone"], "hours"].any()
    let_in = found.loc[~found["gone"], "hours"]
    if wq:
        agrees(f"{name} Wq", let_in, wq, 0.06)
    else:
        assert not let_in.any()


@pytest.mark.parametrize("between", [0, 2])
def test_two_desks_that_block_each_other(between):
    """With more work than they can do and room for b between them, they do (b + 2) / (b + 3) an hour (Hunt 1956)."""
    room = {"stages.second.holds_at_most": 1 + between}
    log = run(scenario("back_pressure").varied(room), seed=3 + between)
    check_laws(log)
    done = log.events.loc[(log.events["outcome"].astype(str) == "done") & (log.events["end"] >= 0), "end"].to_numpy()
    per_day = np.bincount(done[done < log.about.closes] // 86_400, minlength=log.about.closes // 86_400)
    agrees(f"an hour, with {between} between two desks", per_day / 24, (between + 2) / (between + 3), 0.02)


@engines
def test_a_limit_moves_waiting_to_the_door_and_changes_nothing_else(engine):
    """Whoever waits at the door of a stage that holds as many as can be served begins when they would have begun without."""
    begun = []
    for limit in (5, 10**9):
        values = {"stages.service.holds_at_most": limit, "stages.service.when_full": "wait", "routes.service": "done"}
        log = played("full", engine, 4.0, 5, 4_000, seed=2, **values)
        work = log.events[log.events["kind"] == "work"]
        begun.append(work[["contact", "start", "end"]].reset_index(drop=True))
        assert (log.events["waited_for"] == "acceptance").any() == (limit == 5)
    pd.testing.assert_frame_equal(*begun)
