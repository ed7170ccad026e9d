"""The workloads in salabim, with `yield`.

A component for each contact and for each request to a partner. Teams close by `set_capacity(0)`, which leaves work in
progress alone; work lasts as many opening hours as it needs. The join waits for a `State`, or gives up by `fail_delay`.
The monitors of resources and states are switched off.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial
from typing import Any

import salabim
from workload import GIVE_UP, NEVER, FrontDoor, Tandem

Log = dict[str, list[int]]
Steps = Generator[Any, Any, None]


class House:
    """The teams of a front door, and what happened at it."""

    def __init__(self, env: salabim.Environment, table: FrontDoor) -> None:
        staffing = table.staffing
        self.env = env
        self.table = table
        self.open = table.contacts
        self.screeners = self.team(staffing.screening)
        self.partners = [self.team(capacity) for capacity in staffing.partners]
        self.managers = self.team(staffing.managers)
        self.slots = self.team(staffing.slots)
        self.log: Log = {name: [NEVER] * table.contacts for name in ("screened", "decided", "allocated", "ended")}

    def team(self, capacity: int) -> salabim.Resource:
        resource = salabim.Resource(capacity=0, monitor=False, env=self.env)
        Nights(house=self, team=resource, servers=capacity, env=self.env)
        return resource

    def end(self, contact: int) -> None:
        """A contact comes to its end; after the last one the run stops."""
        self.log["ended"][contact] = int(self.env.now())
        self.open -= 1
        if not self.open:
            self.env.main().activate()


class Nights(salabim.Component):
    """Opens and closes a team."""

    def setup(self, house: House, team: salabim.Resource, servers: int) -> None:
        self.house, self.team, self.servers = house, team, servers

    def process(self) -> Steps:
        office = self.house.table.office
        for opens, closes in zip(office.opens, office.closes, strict=True):
            yield self.hold(till=opens)
            self.team.set_capacity(self.servers)
            yield self.hold(till=closes)
            self.team.set_capacity(0)


class Arrivals(salabim.Component):
    """Makes the contacts."""

    def setup(self, house: House) -> None:
        self.house = house

    def process(self) -> Steps:
        for contact, received in enumerate(self.house.table.received):
            yield self.hold(till=received)
            Contact(house=self.house, contact=contact, env=self.house.env)


class Contact(salabim.Component):
    """A contact on its way through the front door."""

    def setup(self, house: House, contact: int) -> None:
        self.house, self.contact = house, contact

    def process(self) -> Steps:
        house, table, contact = self.house, self.house.table, self.contact
        log, priority, now = house.log, table.priority[contact], self.env.now
        yield self.request((house.screeners, 1, priority))
        yield self.hold(till=table.office.finish(int(now()), table.screening[contact]))
        self.release()
        log["screened"][contact] = int(now())
        if not table.goes_on[contact]:
            house.end(contact)
            return
        yield self.hold(table.handoff[contact])
        back = salabim.State(value=0, monitor=False, env=self.env)
        for partner in range(len(house.partners)):
            Check(house=house, contact=contact, partner=partner, back=back, env=self.env)
        yield self.wait((back, len(house.partners)), fail_delay=GIVE_UP)
        yield self.request((house.managers, 1, priority))
        yield self.hold(till=table.office.finish(int(now()), table.decision[contact]))
        self.release()
        log["decided"][contact] = int(now())
        if table.transfers[contact]:
            yield self.hold(table.transfer[contact])
            yield self.request((house.slots, 1, priority))
            log["allocated"][contact] = int(now())
            yield self.hold(table.hold[contact])
            self.release()
        house.end(contact)


class Check(salabim.Component):
    """A request to one partner, answered late or in time."""

    def setup(self, house: House, contact: int, partner: int, back: salabim.State) -> None:
        self.house, self.contact, self.partner, self.back = house, contact, partner, back

    def process(self) -> Steps:
        table, contact = self.house.table, self.contact
        yield self.request((self.house.partners[self.partner], 1, table.priority[contact]))
        yield self.hold(till=table.office.finish(int(self.env.now()), table.replies[self.partner][contact]))
        self.release()
        self.back.set(self.back.get() + 1)


def prepare(table: FrontDoor | Tandem) -> Callable[[], Log]:
    """The run of a workload, to be timed."""
    return partial(front_door, table) if isinstance(table, FrontDoor) else partial(tandem, table)


def log_of(result: Log, _table: FrontDoor | Tandem) -> Log:
    """What happened when, by contact."""
    return result


def front_door(table: FrontDoor) -> Log:
    """Run the front-door workload until nobody is left."""
    env = _environment()
    house = House(env, table)
    Arrivals(house=house, env=env)
    env.run()
    return house.log


class Customer(salabim.Component):
    """A customer of the tandem."""

    def setup(self, number: int, table: Tandem, stages: list[salabim.Resource], ended: list[int]) -> None:
        self.number, self.table, self.stages, self.ended = number, table, stages, ended

    def process(self) -> Steps:
        for stage, services in zip(self.stages, self.table.services, strict=True):
            yield self.request(stage)
            yield self.hold(services[self.number])
            self.release()
        self.ended[self.number] = int(self.env.now())


class Source(salabim.Component):
    """Makes the customers."""

    def setup(self, table: Tandem, stages: list[salabim.Resource], ended: list[int]) -> None:
        self.table, self.stages, self.ended = table, stages, ended

    def process(self) -> Steps:
        for number, received in enumerate(self.table.received):
            yield self.hold(till=received)
            Customer(number=number, table=self.table, stages=self.stages, ended=self.ended, env=self.env)


def tandem(table: Tandem) -> Log:
    """Run the tandem."""
    env = _environment()
    stages = [salabim.Resource(capacity=servers, monitor=False, env=env) for servers in table.servers]
    ended = [NEVER] * table.contacts
    Source(table=table, stages=stages, ended=ended, env=env)
    env.run()
    return {"ended": ended}


def _environment() -> salabim.Environment:
    salabim.yieldless(False)
    return salabim.Environment(trace=False)
