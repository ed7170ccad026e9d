"""The contacts that were really open at the split, so that simulated parts may begin with them and not with a warm-up.

Records say what is open, for how long, and how urgent it is; at which stage of the model it stands they do not say, since a
case system has steps of its own. So an open contact stands where simulated contacts stand that have been open as long: it
takes the place of one of them, drawn from those nearest in age, after a warm-up on the contacts that really came.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from frontdoor_sim.calibration.estimates import many
from frontdoor_sim.contacts.open_at_start import joined, open_at_start
from frontdoor_sim.documents import in_words
from frontdoor_sim.event_log import ANY
from frontdoor_sim.event_log.columns import Flags, Ints
from frontdoor_sim.experiment.running import simulate
from frontdoor_sim.luck import LUCK_BITS, code, draws, key_array
from frontdoor_sim.measures.journeys import Journeys
from frontdoor_sim.measures.table_reading import TableReading
from frontdoor_sim.operating_model import BEFORE_DAYS, OperatingModel
from frontdoor_sim.scenario import Scenario
from frontdoor_sim.validation.arrivals import ForecastArrivals, RealArrivals, check_sources
from frontdoor_sim.validation.holding_out import HeldOut
from frontdoor_sim.validation.predicting import Part
from frontdoor_sim.working_time import NEVER, WallClock

PHASES: Mapping[str, str] = {
    "undecided": "wait for a decision",
    "waiting": "are decided for assessment and wait for allocation",
    "held": "have an assessment under way",
    "other": "are decided and not over yet",
}
"""Where in its journey an open contact is, as the records and the model both know it."""
WARM_UPS = 10
"""So many warm-ups are simulated to see where open contacts stand."""
NEAREST = 20
"""An open contact takes the place of one of so many simulated ones, the nearest in age."""

PLACE = code("validation: where an open contact stands")
_COLUMNS = ("rag", "source", "children", "open_case")
_FIRST = -(BEFORE_DAYS - 2) * 86_400
"""Calendars are laid out from here on."""


@dataclass(frozen=True)
class OpenAtSplit:
    """The contacts that are open when the held-out part begins.

    Args:
        scenario: with the run that begins without a warm-up.
        real: a row a contact that the records have as open: `phase, received, age`, and what is known of it.
        warm_ups: the same of simulated warm-ups, with `stage, stood, held, judged` and the number of the `warm_up`.
        known: phases that the records can tell; of the others a warm-up's contacts are taken.
        left_out: by phase, how many open records are left out, since nothing that was finished was open for so long.
    """

    scenario: Scenario
    real: pd.DataFrame = field(repr=False)
    warm_ups: pd.DataFrame = field(repr=False)
    known: tuple[str, ...]
    left_out: Mapping[str, int]

    def contacts(self, seed: int, replication: int) -> pd.DataFrame | None:
        """The open contacts of a replication, as a contacts table; None where there are none."""
        clock = WallClock(self.scenario.model.run.opens)
        others = self.warm_ups[
            (self.warm_ups["warm_up"] == replication % WARM_UPS) & ~self.warm_ups["phase"].isin(self.known)
        ]
        table = pd.concat([self._placed(seed, replication), others], ignore_index=True)
        if table.empty:
            return None
        since = -np.minimum(table["stood"].to_numpy(np.int64), -table["received"].to_numpy(np.int64))
        backlog = table.assign(
            received=clock.local(table["received"].to_numpy(np.int64)),
            since=clock.local(since),
            area=None,
            need=None,
            consent=None,
        )
        return open_at_start(backlog, self.scenario.model, self.scenario.parameters, seed, replication)

    def _placed(self, seed: int, replication: int) -> pd.DataFrame:
        """The real open contacts, each where one of the simulated ones nearest in age stands."""
        nth = self.real.groupby("received").cumcount().to_numpy().astype(np.int64)
        keys = key_array((seed, replication, "open"), self.real["received"].to_numpy(np.int64), nth)
        luck = draws(keys, PLACE)
        places = np.full(len(self.real), -1)
        for phase in self.known:
            mine = np.flatnonzero((self.real["phase"] == phase).to_numpy())
            alike = self.warm_ups[self.warm_ups["phase"] == phase].sort_values("age", kind="stable")
            nearest = _nearest(alike["age"].to_numpy(np.int64), self.real["age"].to_numpy(np.int64)[mine], luck[mine])
            places[mine] = alike.index.to_numpy()[nearest]
        stands = self.warm_ups.loc[places, ["stage", "stood", "held", "judged"]].reset_index(drop=True)
        # Whoever holds a case has held it for as long as the records say.
        stands["stood"] = np.where(stands["held"], self.real["age"], np.minimum(stands["stood"], self.real["age"]))
        return pd.concat([self.real, stands], axis=1)

    @property
    def begins(self) -> str:
        """With what the simulated parts begin."""
        counts = self.real["phase"].value_counts()
        told = in_words(
            [f"{many(int(counts[phase]))} {PHASES[phase]}" for phase in self.known if phase in counts], "and"
        )
        return (
            f"Each begins with what the records have as open at the split: {told or 'nothing'}. For how long they have been "
            "open is real, and how urgent they are where records say it; the step at which each stands is that of a simulated "
            "one of like age."
        )

    def cares(self) -> Iterator[str]:
        """What a reader must know beside that, a sentence each."""
        unknown = [
            PHASES[phase] for phase in PHASES if phase not in self.known and (self.warm_ups["phase"] == phase).any()
        ]
        if unknown:
            yield f"Which contacts {' or '.join(unknown)} the records do not say: those of a warm-up are taken."
        for phase, number in self.left_out.items():
            yield (
                f"{many(number)} records that {PHASES[phase]} are left out of the start: they are never finished in these "
                "files, and none that was finished was open for so long. They were hardly open, but never closed; among what "
                "really happened they still count as open."
            )


def _nearest(ages: Ints, wanted: Ints, luck: Ints) -> Ints:
    """For each age that is wanted, one of the nearest of some ages in rising order, by luck."""
    number = min(NEAREST, len(ages))
    first = np.clip(np.searchsorted(ages, wanted) - number // 2, 0, len(ages) - number)
    found: Ints = first + (luck * number >> LUCK_BITS)
    return found


@dataclass(frozen=True)
class BegunOpen:
    """Who comes to the held-out part, and who is open when it begins.

    Args:
        arrivals: who comes.
        opened: who is open.
    """

    arrivals: RealArrivals | ForecastArrivals
    opened: OpenAtSplit

    @property
    def scenario(self) -> Scenario:
        """The scenario that meets them."""
        return self.arrivals.scenario

    def contacts(self, seed: int, replication: int) -> pd.DataFrame:
        """The contacts of a replication."""
        come, stand_there = self.arrivals.contacts(seed, replication), self.opened.contacts(seed, replication)
        return come if stand_there is None else joined(come, stand_there)


def without_warm_up(held: HeldOut) -> HeldOut:
    """The same part, to be simulated from what is open at the split."""
    return replace(held, run=held.run.model_copy(update={"warm_up": 0, "backlog": "the history"}))


def stand(part: Part) -> pd.DataFrame:
    """Where contacts stand when the warm-up of a part is over."""
    contacts = part.arrivals.contacts(part.seed, part.replication)
    log = simulate(part.arrivals.scenario, contacts, part.seed, part.replication, part.engine)
    found = _standing(Journeys(TableReading(log)), part.arrivals.scenario.model)
    return found.assign(warm_up=part.replication)


def open_at_split(held: HeldOut, scenario: Scenario, simulated: pd.DataFrame) -> OpenAtSplit:
    """What was really open at the split, and where simulated contacts stand.

    Args:
        held: the split history.
        scenario: with the run that begins without a warm-up.
        simulated: where contacts of warm-ups stand (`stand`), one below another.

    Raises:
        InputError: contacts are open from sources of which the scenario knows nothing.
    """
    journeys = held.journeys
    simulated = simulated[simulated["received"] > _FIRST].reset_index(drop=True)
    known = tuple(phase for phase in _known(journeys, held.silent) if (simulated["phase"] == phase).any())
    real = _open(journeys)
    real = real[real["phase"].isin(known)]
    longest = real["phase"].map(_longest(journeys)).astype(np.int64)
    fits = (real["closes"] | (real["age"] <= longest)) & (real["received"] > _FIRST)
    left_out = {str(phase): int(number) for phase, number in real.loc[~fits, "phase"].value_counts().items()}
    graded = not (held.silent["measure"].eq(ANY) & held.silent["by"].eq("rag")).any()
    real = real[fits].reset_index(drop=True)
    check_sources(scenario, sorted(real["source"].unique()))
    return OpenAtSplit(scenario, real if graded else real.assign(rag=None), simulated, known, left_out)


def _phases(journeys: Journeys) -> dict[str, tuple[Flags, Ints, Ints]]:
    """Of each phase, which contacts are in it at second 0, since when each has been, and when it was over."""
    is_open = (journeys.received < 0) & (journeys.end > 0)
    undecided = is_open & (journeys.decided > 0)
    transferred, allocated = journeys.transferred <= 0, journeys.allocated <= 0
    waiting = is_open & ~undecided & transferred & ~allocated & (journeys.left > 0)
    held = is_open & ~undecided & allocated & (journeys.assessed > 0)
    other = is_open & ~undecided & ~waiting & ~held
    return {
        "undecided": (undecided, journeys.received, journeys.decided),
        "waiting": (waiting, journeys.transferred, journeys.allocated),
        "held": (held, journeys.allocated, journeys.assessed),
        "other": (other, journeys.decided, journeys.end),
    }


def _open(journeys: Journeys) -> pd.DataFrame:
    """The contacts that are open at second 0."""
    contacts = journeys.contacts
    tables = []
    for phase, (mine, since, until) in _phases(journeys).items():
        rows = np.flatnonzero(mine)
        table = pd.DataFrame({"phase": phase, "received": journeys.received[rows], "age": -since[rows], "row": rows})
        table["closes"] = until[rows] < NEVER
        for column in ("rag", "source"):
            table[column] = contacts.words(column).take(rows).objects()
        for column in ("children", "open_case"):
            table[column] = contacts.values(column)[rows]
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _longest(journeys: Journeys) -> dict[str, int]:
    """The longest that any contact was in each phase and then left it."""
    found = {}
    for phase, (_, since, until) in _phases(journeys).items():
        over = (until < NEVER) & (since < NEVER)
        found[phase] = int((until - since)[over].max(initial=0))
    return found


def _known(journeys: Journeys, silent: pd.DataFrame) -> Iterator[str]:
    """Phases of which the records say when they begin and end."""
    no_end = silent["measure"].eq("slots_held_mean").any()
    for phase, length in _longest(journeys).items():
        if length > 0 and phase != "other" and not (phase == "held" and no_end):
            yield phase


def _standing(journeys: Journeys, model: OperatingModel) -> pd.DataFrame:
    """The simulated contacts that are open at second 0, and where they stand."""
    visits, table = journeys.visits, _open(journeys)
    first = np.append(True, visits.contact[1:] != visits.contact[:-1])
    enters = journeys.contacts.numbers("enters")[visits.contact]
    begun = np.where(first, enters, np.append(0, visits.ended[:-1]))
    there = np.flatnonzero((begun <= 0) & (visits.ended > 0))
    on_its_way = (visits.settled[there] <= 0) & visits.routed[there]
    last = np.append(first[1:], True)[there]
    there, on_its_way = there[~(on_its_way & last)], on_its_way[~(on_its_way & last)]
    visit = np.where(on_its_way, there + 1, there)
    since = np.where(on_its_way, 0, begun[there])
    names = journeys.about.stages["stage"].tolist()
    of_case = np.full(len(visits.contact), NEVER)
    of_case[visits.slot] = visits.held
    held = of_case[visit] <= 0
    since = np.where(held, of_case[visit], since)
    judges = np.array([getattr(model.stages[name], "judges", None) is not None for name in names])
    judged = np.cumsum(judges[visits.stage]) - judges[visits.stage]
    earlier = (
        judged[visit] - judged[np.flatnonzero(first)[np.searchsorted(visits.contact[first], visits.contact[visit])]]
    )
    level = np.where(earlier > 0, journeys.contacts.numbers("level")[visits.contact[visit]], 0)
    stands = pd.DataFrame(
        {"stage": [names[row] for row in visits.stage[visit]], "stood": -since, "held": held, "judged": level},
        index=visits.contact[visit],
    )
    return table[table["row"].isin(stands.index)].join(stands, on="row").reset_index(drop=True)
