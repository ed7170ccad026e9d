"""Queues that contacts leave unserved, against exact results, on both engines: Erlang-A and Erlang's loss formula."""

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
