"""The workloads in idiomatic SimPy: the model that the documentation leads one to write.

A process for each contact and for each request to a partner, `PriorityResource` for every team and for the caseload,
`AllOf | timeout` for the join. Teams close by blockers: at 17:00 a request of the highest priority for every server and
every slot, withdrawn at the next opening. Work in progress keeps its server overnight and lasts as many opening hours
as it needs, which is what pausing means.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial

import simpy
from workload import GIVE_UP, NEVER, FrontDoor, Tandem

Log = dict[str, list[int]]
Steps = Generator[simpy.Event, object, None]
BLOCKER = -1


class House:
    """The teams of a front door, and what happened at it."""

    def __init__(self, env: simpy.Environment, table: FrontDoor) -> None:
        staffing = table.staffing
        self.env = env
        self.table = table
        self.screeners = self.team(staffing.screening)
        self.partners = [self.team(capacity) for capacity in staffing.partners]
        self.managers = self.team(staffing.managers)
        self.slots = self.team(staffing.slots)
        self.log: Log = {name: [NEVER] * table.contacts for name in ("screened", "decided", "allocated", "ended")}

    def team(self, capacity: int) -> simpy.PriorityResource:
        resource = simpy.PriorityResource(self.env, capacity)
        self.env.process(self.nights(resource))
        return resource

    def nights(self, team: simpy.PriorityResource) -> Steps:
        """From closing to opening a blocker obstructs every server."""
        blockers = [team.request(priority=BLOCKER) for _ in range(team.capacity)]
        for opens, closes in zip(self.table.office.opens, self.table.office.closes, strict=True):
            yield self.env.timeout(opens - self.env.now)
            for blocker in blockers:
                blocker.cancel()
                team.release(blocker)
            yield self.env.timeout(closes - self.env.now)
            blockers = [team.request(priority=BLOCKER) for _ in range(team.capacity)]

    def everybody(self) -> Steps:
        """Over when the last contact has come to its end."""
        contacts = []
        for contact, received in enumerate(self.table.received):
            yield self.env.timeout(received - self.env.now)
            contacts.append(self.env.process(self.contact(contact)))
        yield self.env.all_of(contacts)

    def work(self, team: simpy.PriorityResource, contact: int, touch: int) -> Steps:
        """Wait for a worker in office hours and keep them until the work is done."""
        with team.request(priority=self.table.priority[contact]) as worker:
            yield worker
            yield self.env.timeout(self.table.office.finish(self.env.now, touch) - self.env.now)

    def contact(self, contact: int) -> Steps:
        env, table, log = self.env, self.table, self.log
        yield from self.work(self.screeners, contact, table.screening[contact])
        log["screened"][contact] = env.now
        if not table.goes_on[contact]:
            log["ended"][contact] = env.now
            return
        yield env.timeout(table.handoff[contact])
        checks = [
            env.process(self.work(partner, contact, replies[contact]))
            for partner, replies in zip(self.partners, table.replies, strict=True)
        ]
        yield env.all_of(checks) | env.timeout(GIVE_UP)
        yield from self.work(self.managers, contact, table.decision[contact])
        log["decided"][contact] = env.now
        if table.transfers[contact]:
            yield env.timeout(table.transfer[contact])
            yield from self.assessment(contact)
        log["ended"][contact] = env.now

    def assessment(self, contact: int) -> Steps:
        """A slot is taken in office hours only, and held for weeks."""
        with self.slots.request(priority=self.table.priority[contact]) as slot:
            yield slot
            self.log["allocated"][contact] = self.env.now
            yield self.env.timeout(self.table.hold[contact])


def prepare(table: FrontDoor | Tandem) -> Callable[[], Log]:
    """The run of a workload, to be timed."""
    return partial(front_door, table) if isinstance(table, FrontDoor) else partial(tandem, table)


def log_of(result: Log, _table: FrontDoor | Tandem) -> Log:
    """What happened when, by contact."""
    return result


def front_door(table: FrontDoor) -> Log:
    """Run the front-door workload until nobody is left."""
    env = simpy.Environment()
    house = House(env, table)
    env.run(until=env.process(house.everybody()))
    return house.log


def tandem(table: Tandem) -> Log:
    """Run the tandem: a process for each customer and a `Resource` for each stage."""
    env = simpy.Environment()
    stages = [simpy.Resource(env, servers) for servers in table.servers]
    ended = [NEVER] * table.contacts

    def customer(number: int) -> Steps:
        for stage, services in zip(stages, table.services, strict=True):
            with stage.request() as server:
                yield server
                yield env.timeout(services[number])
        ended[number] = env.now

    def arrivals() -> Steps:
        for number, received in enumerate(table.received):
            yield env.timeout(received - env.now)
            env.process(customer(number))

    env.process(arrivals())
    env.run()
    return {"ended": ended}
