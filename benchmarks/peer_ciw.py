"""The workloads in Ciw, the front door as far as Ciw can say it.

Priorities and shifts that pause and resume work are exact, so the ends of screening are those of every other engine. A
fork with a join and a time-out, and a caseload that is allocated in office hours but held round the clock, cannot be
said: the partial model has one partner check in series and a caseload that allocates at any hour. It does less work
than the whole model. `frontdoor_partial.yaml` says the same to our engine, for a comparison of like with like.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import ciw
from workload import NEVER, PRIORITIES, FrontDoor, Office, Tandem

Log = dict[str, list[int]]
SCREENING, HANDOFF, CHECK, DECISION, TRANSFER, ASSESSMENT = range(1, 7)
LAST_STAGE = 3
MEANING = {
    "partial": {SCREENING: "screened", DECISION: "decided", ASSESSMENT: "ended"},
    "tandem": {LAST_STAGE: "ended"},
}


def prepare(table: FrontDoor | Tandem) -> Callable[[], ciw.Simulation]:
    """The run of a workload, to be timed."""
    return partial(front_door, table) if isinstance(table, FrontDoor) else partial(tandem, table)


class FromTable(ciw.dists.Distribution):
    """A duration drawn beforehand for each individual; Ciw numbers them from 1 in order of arrival."""

    def __init__(self, durations: list[int]) -> None:
        self.durations = durations

    def sample(self, t: float | None = None, ind: Any = None) -> int:  # noqa: ARG002
        return self.durations[ind.id_number - 1]


def front_door(table: FrontDoor) -> ciw.Simulation:
    """Run the partial front door until nobody is left."""
    staffing, office = table.staffing, table.office
    durations = [table.screening, table.handoff, table.replies[0], table.decision, table.transfer, table.hold]
    network = ciw.create_network(
        arrival_distributions={
            name: [_gaps(table.received, table.priority, rank)] + [None] * 5 for rank, name in enumerate(PRIORITIES)
        },
        service_distributions={name: [FromTable(column) for column in durations] for name in PRIORITIES},
        number_of_servers=[
            _shifts(office, staffing.screening),
            float("inf"),
            _shifts(office, staffing.partners[0]),
            _shifts(office, staffing.managers),
            float("inf"),
            staffing.slots,
        ],
        priority_classes={name: rank for rank, name in enumerate(PRIORITIES)},
        routing=dict.fromkeys(PRIORITIES, ciw.routing.ProcessBased(lambda ind, _: _route(table, ind.id_number - 1))),
    )
    return _run(network, table.contacts)


def _route(table: FrontDoor, contact: int) -> list[int]:
    if not table.goes_on[contact]:
        return []
    return [HANDOFF, CHECK, DECISION, *([TRANSFER, ASSESSMENT] if table.transfers[contact] else [])]


def _gaps(received: list[int], priority: list[int], rank: int) -> ciw.dists.Sequential:
    """Times between the arrivals of one priority; then nobody ever again."""
    times = [0, *(at for at, grade in zip(received, priority, strict=True) if grade == rank)]
    return ciw.dists.Sequential([later - earlier for earlier, later in pairwise(times)] + [float("inf")])


def _shifts(office: Office, servers: int) -> ciw.Schedule:
    ends = [second for window in zip(office.opens, office.closes, strict=True) for second in window]
    return ciw.Schedule([0, servers] * len(office.opens), ends, preemption="resume")


def tandem(table: Tandem) -> ciw.Simulation:
    """Run the tandem."""
    network = ciw.create_network(
        arrival_distributions=[_gaps(table.received, [0] * table.contacts, 0), None, None],
        service_distributions=[FromTable(services) for services in table.services],
        number_of_servers=list(table.servers),
        routing=ciw.routing.ProcessBased(lambda _ind, _sim: [2, 3]),
    )
    return _run(network, table.contacts)


def _run(network: ciw.network.Network, contacts: int) -> ciw.Simulation:
    ciw.seed(1)  # Ciw settles ties by chance
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(contacts, method="Finish")
    return simulation


def log_of(simulation: ciw.Simulation, table: FrontDoor | Tandem) -> Log:
    """The second at which each individual was served, at the nodes whose times mean what they mean elsewhere."""
    names = MEANING.get(table.name, {SCREENING: "screened"})
    log = {name: [NEVER] * table.contacts for name in names.values()}
    for individual in simulation.get_all_individuals():
        records = [record for record in individual.data_records if record.record_type == "service"]
        served = {names[record.node]: int(record.service_end_date) for record in records if record.node in names}
        if "ended" in log:
            served["ended"] = int(max(record.service_end_date for record in records))
        for name, second in served.items():
            log[name][individual.id_number - 1] = second
    return log
