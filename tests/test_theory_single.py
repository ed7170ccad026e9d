"""One queue against exact results: M/M/c, M/G/1, M/D/c, priorities, batches and the way from empty to steady state."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from frontdoor_sim.experiment import run
from theory_runs import HOUR, agrees, exponential, played, scenario, through, visits

OF_HOURS = {"unit": "hours"}


def one_queue(per_hour, service, servers=1, contacts=40_000, seed=1):
    values = {
        "arrivals.people.per_hour": per_hour,
        "stages.service.touch": service,
        "teams.desk.staff.server.wte": servers,
        "run.weeks": min(500, math.ceil(contacts / per_hour / 168)),
    }
    return visits(played("one_queue", values, seed))


# M/M/c: arrivals, service rate, servers | Erlang's C, mean wait, P(wait > 1 / service rate), 90th percentile of the wait.
# B by B_k = a B_(k-1) / (k + a B_(k-1)), C = B / (1 - rho (1 - B)), Wq = C / (c mu - lambda),
# P(Wq > t) = C exp(-(c mu - lambda) t).
MMC = [
    (0.5, 1.0, 1, 0.5, 1.0, 0.3032653299, 3.218875825),
    (0.8, 1.0, 1, 0.8, 4.0, 0.6549846025, 10.39720771),
    (1.6, 1.0, 2, 0.7111111111, 1.777777778, 0.4766720327, 4.904146265),
    (4.0, 1.0, 5, 0.5541125541, 0.5541125541, 0.2038466168, 1.712197646),
    (8.5, 1.0, 10, 0.5298613051, 0.3532408701, 0.1182280379, 1.111630065),
    (0.25, 0.1, 3, 0.7022471910, 14.04494382, 0.4259344520, 38.98230560),
    (12.0, 2.5, 6, 0.5177719992, 0.1725906664, 0.1559499292, 0.5481216011),
]


@pytest.mark.parametrize(("rate", "mu", "servers", "waits", "wq", "long", "p90"), MMC)
def test_mmc(rate, mu, servers, waits, wq, long, p90):
    found = one_queue(rate, exponential(1 / mu), servers, 36_000, seed=servers)
    name = f"M/M/{servers} at {rate:g}"
    agrees(f"{name} P(wait)", found["wait"] > 0, waits, 0.05)
    agrees(f"{name} Wq", found["wait"], wq, 0.12)
    agrees(f"{name} P(Wq > 1/mu)", found["wait"] > 1 / mu, long, 0.15)
    agrees(f"{name} P(Wq > t90)", found["wait"] > p90, 0.1, 0.25)
    agrees(f"{name} service", found["service"], 1 / mu, 0.01)


def test_mm1_waits_vary_as_theory_says():
    """The batch means themselves: n Var(mean wait) tends to rho (2 + 5 rho - 4 rho^2 + rho^3) / (1 - rho)^4 (Daley 1968)."""
    waits = one_queue(0.5, exponential(1.0), contacts=36_000, seed=1)["wait"].to_numpy()
    means = np.array([part.mean() for part in np.array_split(waits, 30)])
    exact = 0.5 * (2 + 2.5 - 1 + 0.125) / 0.5**4 / (len(waits) / 30)
    assert 0.4 < means.var(ddof=1) / exact < 2.2  # chi-square with 29 degrees of freedom: 99.9 % band


# M/G/1: Pollaczek and Khinchine, Wq = lambda E[S^2] / (2 (1 - rho)).
MG1 = [
    (0.8, {"distribution": "exponential", "mean": 1}, 4.0, 0.14),
    (0.8, {"distribution": "constant", "value": 1}, 2.0, 0.10),
    (0.8, {"distribution": "gamma", "mean": 1, "cv": math.sqrt(0.5)}, 3.0, 0.12),
    (0.8, {"distribution": "gamma", "mean": 1, "cv": 2}, 10.0, 0.25),
    (0.8, {"distribution": "lognormal", "mean": 1, "cv": 1}, 4.0, 0.16),
    (0.8, {"distribution": "lognormal", "mean": 1, "cv": 1.5}, 6.5, 0.25),
    (0.8, {"distribution": "uniform", "low": 0.5, "high": 1.5}, 2.166666667, 0.10),
    (0.1, {"distribution": "triangular", "low": 5, "mode": 7, "high": 10}, 10.28125, 0.10),
    (0.9, {"distribution": "lognormal", "mean": 1, "cv": 0.5}, 5.625, 0.25),
    (0.8, {"distribution": "weibull", "mean": 1, "shape": 2}, 0.8 * (4 / math.pi) / 0.4, 0.10),
    (0.8, {"distribution": "banded", "edges": [0, 1, 3], "shares": [0.75, 0.25]}, 0.8 * (4 / 3) / 0.6, 0.10),  # rho .7
]


@pytest.mark.parametrize(("rate", "service", "wq", "blunt"), MG1)
def test_mg1(rate, service, wq, blunt):
    found = one_queue(rate, service | OF_HOURS, contacts=30_000, seed=round(1000 * wq))
    agrees(f"M/G/1 {service} Wq", found["wait"], wq, blunt)


# M/D/1: P(Wq <= t) = (1 - rho) sum over k <= t of (-lambda (t - k))^k / k! exp(lambda (t - k)).
MD1 = {0: 0.2, 0.5: 0.2983649395, 1: 0.4451081857, 2: 0.6345199363, 3: 0.7620995197, 5: 0.8995027618, 10: 0.9883428917}


def test_md1_waits_are_distributed_as_erlang_found():
    found = one_queue(0.8, {"distribution": "constant", "value": 1, "unit": "hours"}, contacts=40_000, seed=5)
    for hours, share in MD1.items():
        agrees(f"M/D/1 P(Wq <= {hours})", found["wait"] <= hours, share, 0.05)


# M/D/c: mean wait from the embedded chain, computed numerically.
MDC = [(1.6, 2, 0.9032838794), (4.0, 5, 0.2890600073), (4.5, 5, 0.7766951582), (9.0, 10, 0.3445820504)]


@pytest.mark.parametrize(("rate", "servers", "wq"), MDC)
def test_mdc(rate, servers, wq):
    service = {"distribution": "constant", "value": 1, "unit": "hours"}
    found = one_queue(rate, service, servers, 36_000, seed=round(10 * rate))
    agrees(f"M/D/{servers} at {rate:g} Wq", found["wait"], wq, 0.15)


CLASSES = (("first", "red"), ("second", "amber"), ("third", "green"))


def classes(rates, services, contacts=48_000):
    values = {f"arrivals.{source}.per_hour": rate for (source, _), rate in zip(CLASSES, rates, strict=True)}
    values |= {f"stages.{rag}.touch": service | OF_HOURS for (_, rag), service in zip(CLASSES, services, strict=True)}
    values["run.weeks"] = min(500, math.ceil(contacts / sum(rates) / 168))
    return values


def priorities(rates, services, servers=1, order="rag", contacts=48_000, seed=1, engine="auto"):
    values = classes(rates, services, contacts) | {"teams.desk.order": order, "teams.desk.staff.server.wte": servers}
    return visits(run(scenario("priorities").varied(values), seed, engine=engine))


def exponentials(*means):
    return [{"distribution": "exponential", "mean": mean} for mean in means]


# M/G/1 with non-preemptive priorities (Cobham 1954): Wq_k = W0 / ((1 - sigma_(k-1)) (1 - sigma_k)).
COBHAM = [
    ((0.2, 0.3, 0.3), exponentials(1, 1, 1), (1.0, 2.0, 8.0)),
    ((0.2, 0.3, 0.2), exponentials(0.5, 1, 2), (1.277777778, 2.129629630, 9.583333333)),
    (
        (0.15, 0.25, 0.3),
        [{"distribution": "lognormal", "mean": mean, "cv": 1} for mean in (1, 1.5, 0.8)],
        (1.064117647, 2.240247678, 8.103023516),
    ),
]


@pytest.mark.parametrize(("rates", "services", "exact"), COBHAM)
def test_mg1_priorities(rates, services, exact):
    found = priorities(rates, services, seed=round(100 * sum(exact)))
    for (_, rag), wq, blunt in zip(CLASSES, exact, (0.06, 0.10, 0.22), strict=True):
        agrees(f"M/G/1 priorities {rates} {rag} Wq", found.loc[found["stage"] == rag, "wait"], wq, blunt)


# M/G/1 with preemptive-resume priorities (White and Christie 1958), from receipt to the end of work:
# W_k = E[S_k] / (1 - sigma_(k-1)) + R_k / ((1 - sigma_(k-1)) (1 - sigma_k)), R_k = sum over i <= k of lambda_i E[S_i^2] / 2.
RESUME = [
    ((0.2, 0.3, 0.3), exponentials(1, 1, 1), (1.25, 2.5, 10.0)),
    ((0.2, 0.3, 0.2), exponentials(0.5, 1, 2), (0.5555555556, 1.759259259, 12.91666667)),
    (
        (0.15, 0.25, 0.3),
        [{"distribution": "lognormal", "mean": mean, "cv": 1} for mean in (1, 1.5, 0.8)],
        (1.176470588, 3.529411765, 9.787234043),
    ),
]


@pytest.mark.parametrize(
    ("rates", "services", "exact", "engine"),
    [(*case, engine) for case, engine in zip(RESUME, ("compiled", "simpy", "compiled"), strict=True)],
)
def test_mg1_urgent_work_interrupts(rates, services, exact, engine):
    values = classes(rates, services) | {"teams.desk.interrupts": ["red", "amber"]}
    log = run(scenario("priorities").varied(values), seed=round(100 * sum(exact)), engine=engine)
    contacts = log.contacts.sort_values(["received", "contact"])
    of_window = (contacts["received"] >= 0) & (contacts["received"] < log.about.closes)
    source, hours = contacts.loc[of_window, "source"].to_numpy(), through(log)
    for (name, rag), whole, blunt in zip(CLASSES, exact, (0.06, 0.08, 0.22), strict=True):
        agrees(f"M/G/1 interrupted {rates} {rag} W", hours[source == name], whole, blunt)


# The same law of two classes that are told apart by their stage: rates, services, W of calls and of the rest.
BY_STAGE = [
    ((0.3, 0.4), exponentials(1, 1), (1 / 0.7, 1 / 0.7 + 0.7 / (0.7 * 0.3))),
    ((1.0, 0.2), exponentials(0.2, 3), (0.25, 3 / 0.8 + 1.82 / (0.8 * 0.2))),
    (
        (0.6, 0.3),
        [{"distribution": "constant", "value": 0.5}, *exponentials(1.5)],
        (0.6071428571, 1.5 / 0.7 + 0.75 / (0.7 * 0.25)),
    ),
]


@pytest.mark.parametrize(
    ("rates", "services", "exact", "engine"),
    [(*case, engine) for case, engine in zip(BY_STAGE, ("compiled", "simpy", "compiled"), strict=True)],
)
def test_mg1_calls_interrupt(rates, services, exact, engine):
    values = {f"arrivals.{source}.per_hour": rate for source, rate in zip(("callers", "others"), rates, strict=True)}
    values |= {f"stages.{name}.touch": one | OF_HOURS for name, one in zip(("call", "routine"), services, strict=True)}
    log = run(scenario("interrupts").varied(values), seed=round(100 * sum(exact)), engine=engine)
    contacts = log.contacts.sort_values(["received", "contact"])
    of_window = (contacts["received"] >= 0) & (contacts["received"] < log.about.closes)
    source, hours = contacts.loc[of_window, "source"].to_numpy(), through(log)
    for name, whole, blunt in zip(("callers", "others"), exact, (0.06, 0.22), strict=True):
        agrees(f"M/G/1 interrupted by stage {rates} {name} W", hours[source == name], whole, blunt)


# M/M/c with non-preemptive priorities: Wq_k = C / (c mu (1 - sigma_(k-1)) (1 - sigma_k)); and first come first served.
MMC_PRIORITIES = [
    ((0.5, 1.5, 2.0), 1.0, 5, (0.1231361231, 0.2052268719, 0.9235209235), 0.5541125541),
    ((0.2, 0.6, 1.2), 3.0, 2, (0.02873563218, 0.03315649867, 0.04807692308), 0.04166666667),
    ((1.0, 3.0, 4.0), 1.0, 9, (0.08166586603, 0.1469985589, 1.175988471), 0.6533269283),
    ((0.6, 0.6, 1.2), 1.0, 3, (0.2696629213, 0.4494382022, 1.797752809), 1.078651685),
]


@pytest.mark.parametrize(
    ("rates", "mu", "servers", "exact", "fifo", "engine"),
    [*((*case, "compiled") for case in MMC_PRIORITIES), (*MMC_PRIORITIES[1], "simpy")],
)
def test_mmc_priorities(rates, mu, servers, exact, fifo, engine):
    found = priorities(rates, exponentials(*[1 / mu] * 3), servers, seed=servers, engine=engine)
    for (_, rag), wq, blunt in zip(CLASSES, exact, (0.08, 0.08, 0.20), strict=True):
        agrees(f"M/M/{servers} priorities {rag} Wq", found.loc[found["stage"] == rag, "wait"], wq, blunt)
    agrees(f"M/M/{servers} conservation: Wq of all as without classes", found["wait"], fifo, 0.15)


def test_no_order_of_service_makes_or_saves_work():
    """Conservation law, to the second: until a moment of idleness, service x wait sums to the same in every order.

    Work in hand is the same whoever is served first, and its integral is the sum of S Wq + S^2 / 2 (Kleinrock 1965).
    """
    totals = {}
    for order in ("rag", "joining"):
        rows = priorities((0.2, 0.3, 0.2), exponentials(0.5, 1, 2), order=order, contacts=8_000, seed=9)
        start = (rows["enabled"] + rows["wait"] * HOUR).round().astype(np.int64)
        rows["ends"] = start + (rows["service"] * HOUR).round().astype(np.int64)
        idle_again = int(rows["enabled"][rows["wait"] == 0].max())
        rows = rows[rows["enabled"] < idle_again]
        seconds = (rows["wait"] * HOUR).round().astype(np.int64) * (rows["service"] * HOUR).round().astype(np.int64)
        totals[order] = (idle_again, len(rows), int(seconds.sum()))
    assert totals["rag"] == totals["joining"]
    assert totals["rag"][1] > 7_000


# M^X/M/1, one unit of service: mean wait of a contact. A geometric number has shares 1/2, 1/4, ...; bands round to it.
GEOMETRIC = {
    "distribution": "banded",
    "edges": [0.5 + n for n in range(31)],
    "shares": [0.5**n for n in range(1, 31)],
}
BATCH = [
    ("twos", 0.4, {"distribution": "constant", "value": 2}, 6.5, 0.20),
    ("geometric", 0.4, GEOMETRIC, 9.0, 0.25),
    ("one or two", 0.5, {"distribution": "uniform", "low": 0.5, "high": 2.5}, 4.333333333, 0.20),
]


@pytest.mark.parametrize(("name", "rate", "together", "wq", "blunt"), BATCH)
def test_batch_arrivals(name, rate, together, wq, blunt):
    values = {"arrivals.people.per_hour": rate, "arrivals.people.together": together}
    found = visits(played("batches", values, seed=round(10 * wq)))
    agrees(f"M^X/M/1 {name} Wq", found["wait"], wq, blunt)


# The mean wait of the first n contacts from empty, d(n), and of the nth, E D_n; from the matrix exponential of the queue.
FROM_EMPTY = [
    (1, 0.9, "Mon, Wed, Fri 00:00-24:00", {2: 0.4736842105, 5: 1.329464804, 25: 3.667231801, 100: 6.399233726},
     {10: 1.311207758, 25: 2.360543718, 100: 4.593538448}),
    (1, 0.8, "Mon, Wed, Fri 00:00-24:00", {}, {10: 1.148841625, 100: 3.100053799}),
    (5, 4.0, "Mon-Sun 00:00-05:00", {}, {10: 0.02756208273, 100: 0.3712957059}),
]  # fmt: skip
UNIT = 450


@pytest.mark.parametrize(("servers", "rate", "window", "of_the_nth", "of_the_first"), FROM_EMPTY)
def test_from_empty(servers, rate, window, of_the_nth, of_the_first):
    values = {
        "arrivals.people.per_hour": {window: rate * HOUR / UNIT},
        "teams.desk.staff.server.wte": servers,
        "run.weeks": 170 if servers == 1 else 70,
    }
    log = played("from_empty", values, seed=round(10 * rate))
    found = visits(log)
    day = pd.Series(log.about.clock.date_of(found["enabled"].to_numpy()))
    nth = found.groupby(day).cumcount() + 1
    waits = found["wait"] * HOUR / UNIT
    assert (found.groupby(day).size() >= 100).all()
    assert (waits[nth == 1] == 0).all()
    for n, exact in of_the_nth.items():
        agrees(f"M/M/{servers} from empty, D_{n}", waits[nth == n], exact, 0.12)
    for n, exact in of_the_first.items():
        agrees(f"M/M/{servers} from empty, d({n})", waits[nth <= n].groupby(day).mean(), exact, 0.12)
