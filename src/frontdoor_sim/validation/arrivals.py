"""The two ways in which contacts come to the held-out part: as they really did, and as the first part foretells.

With real arrivals a misfit is the Front Door's; with forecast ones it may be the forecast's as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import numpy as np
import pandas as pd

from frontdoor_sim.calibration.demand import Demand, demand
from frontdoor_sim.calibration.demand_parameters import demand_parameters
from frontdoor_sim.calibration.estimates import LEVEL, Interval, z
from frontdoor_sim.calibration.school_holidays import school_holidays
from frontdoor_sim.contacts import draw, expected_rates, given
from frontdoor_sim.contacts.chance import gamma_factors
from frontdoor_sim.contacts.returning import Returning
from frontdoor_sim.documents import InputError, Mistake, in_words
from frontdoor_sim.luck import LUCK_BITS, code, draws, key, key_array
from frontdoor_sim.operating_model import RunWindow, millionths
from frontdoor_sim.scenario import Scenario
from frontdoor_sim.validation.holding_out import HeldOut, first_part
from frontdoor_sim.working_time import WallClock

Arm = Literal["real", "forecast"]
ARMS: tuple[Arm, ...] = ("real", "forecast")

HOUR, SECOND, WHOLE = code("validation: hour of receipt"), code("validation: second"), code("validation: level")
_HOUR = 3_600
_TWO_YEARS = 700
_LITTLE = 0.05
"""Part of the number counted by which a scenario may have more or fewer without a word."""
_MONTHS, _BATCHES = "arrivals.month_index", "arrivals.batches"


def windowed(scenario: Scenario, run: RunWindow) -> Scenario:
    """A scenario over the weeks that are held out."""
    return scenario.varied({f"run.{name}": getattr(run, name) for name in RunWindow.model_fields})


@dataclass(frozen=True)
class RealArrivals:
    """The contacts that really came, with other luck each time.

    When they came, from whom, about how many children and whose are as recorded. What no record knows (need, and with it the
    grade of urgency and the area) is drawn. Returns that happened are among them, so the scenario's law of returns is left
    out. Of receipts that are dates, the hour is drawn from the scenario's own hours of the week.

    Args:
        scenario: over the held-out weeks, without a law of returns.
        table: the contacts from the warm-up to the end of the follow-up, as `contacts.given` takes them.
        by_date: whether `received` are dates.
    """

    scenario: Scenario
    table: pd.DataFrame = field(repr=False)
    by_date: bool

    def contacts(self, seed: int, replication: int) -> pd.DataFrame:
        """The contacts of a replication."""
        model, table = self.scenario.model, self.table
        if self.by_date:
            table = with_hours(table, self.scenario, seed, replication)
        return given(table, model, self.scenario.parameters, seed, replication)


def real_arrivals(held: HeldOut, scenario: Scenario) -> RealArrivals:
    """The real contacts, ready to be replayed.

    Raises:
        InputError: contacts come from sources of which the scenario or its parameters know nothing.
    """
    scenario = windowed(scenario, held.run)
    if scenario.model.returns is not None:
        scenario = scenario.varied({"returns": None})
    model, contacts = scenario.model, held.log.contacts
    begin = held.log.about.clock.midnight(held.run.opens) - held.run.warm_up * 7 * 86_400
    mine = contacts["received"].between(begin, held.log.about.ends - 1)
    table = contacts.loc[mine, ["received", "family", "source", "children", "open_case"]].reset_index(drop=True)
    enters = contacts.loc[mine, "enters"].reset_index(drop=True)
    if not held.by_date and (enters > table["received"]).any():
        table["enters"] = enters
    table["source"] = table["source"].astype(str)
    check_sources(scenario, sorted(table["source"].unique()))
    if model.arrivals:
        for name in ("need", "rag", "area"):
            table[name] = table["source"].map({source: getattr(one, name) for source, one in model.arrivals.items()})
        table["need"] = table["need"].map(millionths)
    return RealArrivals(scenario, table, held.by_date)


def check_sources(scenario: Scenario, sources: list[str]) -> None:
    """Make sure that every source of the history is known to the scenario.

    Raises:
        InputError: some are not.
    """
    known = list(scenario.model.arrivals)
    if not known and scenario.parameters is not None:
        known = list(scenario.parameters.value("contacts.need_mean"))
    strangers = [name for name in sources if name not in known]
    if strangers:
        what = f"The history has contacts from {in_words(strangers, 'and')}, of which the scenario knows nothing."
        remedy = "Calibrate the parameters on this history, or map these sources to others."
        raise InputError([Mistake(f"{scenario.file.name}: sources", what, f"Some of {in_words(known)}.", remedy)])


def with_hours(table: pd.DataFrame, scenario: Scenario, seed: int, replication: int) -> pd.DataFrame:
    """Contacts of which only the date is known, each at a time drawn from its source's hours on that date.

    Args:
        table: `received` at the beginning of a date.
        scenario: whose expected arrivals say when a source's contacts come.
        seed, replication: key of the luck.
    """
    clock = WallClock(scenario.model.run.opens)
    sources, edges, rates = expected_rates(scenario.model, scenario.parameters)
    midnight = table["received"].to_numpy(dtype=np.int64)
    nth = np.asarray(table.groupby("received").cumcount(), dtype=np.int64)
    keys = key_array((seed, replication, "hour"), midnight, nth)
    first = np.searchsorted(edges, midnight)
    last = np.searchsorted(edges, clock.at(clock.date_of(midnight) + np.timedelta64(1, "D"), 0))
    luck = (draws(keys, HOUR) + 0.5) / (1 << LUCK_BITS)
    hour = first + (luck * (last - first)).astype(np.int64)
    for place, source in enumerate(sources):
        begun = np.append(0.0, np.cumsum(rates[place]))
        mine = np.flatnonzero((table["source"] == source).to_numpy() & (begun[last] > begun[first]))
        low, high = begun[first[mine]], begun[last[mine]]
        found = np.searchsorted(begun, low + luck[mine] * (high - low), side="right") - 1
        hour[mine] = np.clip(found, first[mine], last[mine] - 1)
    return table.assign(received=edges[hour] + (draws(keys, SECOND) * _HOUR >> LUCK_BITS))


@dataclass(frozen=True)
class ForecastArrivals:
    """Contacts drawn from the demand of the first part.

    Args:
        scenario: over the held-out weeks, with the patterns of the first part where it takes its arrivals from parameters.
        volume: by source, the factor that gives the scenario's rates the number counted in the first part.
        variance: of the factor that every replication's level has, since the level is an estimate.
        returns: who comes back, by which fewer are drawn.
        own_demand: what to say of the scenario's own demand, which is not tried; empty where it is as much as was counted.
    """

    scenario: Scenario
    volume: Mapping[str, float]
    variance: float
    returns: Returning
    own_demand: str = ""

    def contacts(self, seed: int, replication: int) -> pd.DataFrame:
        """The contacts of a replication."""
        luck = draws(np.array([key(seed, replication)]), WHOLE)
        level = float(gamma_factors(self.variance, luck)[0])
        volume = {source: factor * level for source, factor in self.volume.items()}
        return draw(self.scenario.model, self.scenario.parameters, seed, replication, self.returns, volume)


def forecast_arrivals(held: HeldOut, scenario: Scenario, returns: Returning) -> ForecastArrivals:
    """Demand fitted to the first part, to be drawn in the part that is held out.

    Hours, weekdays, holidays and busy days are fitted (`calibration.demand`); months are, where the first part is two years
    long, and else those of the parameters. A scenario that writes its own arrivals keeps their hours, at the level counted.

    Args:
        held: the split history.
        scenario: as it was read.
        returns: who comes back to it.

    Raises:
        InputError: the first part is too short for what it has to tell, or has sources that the scenario does not know.
    """
    found = _fitted(held, scenario)
    check_sources(scenario, list(found.sources))
    weeks = found.window.days // 7
    before = RunWindow(opens=found.window.first, weeks=weeks, warm_up=0, follow_up=0)
    own = float(expected_rates(windowed(scenario, before).model, scenario.parameters)[2].sum()) / weeks
    scenario = scenario if scenario.model.arrivals else scenario.varied(_patterns(scenario, found, held))
    sources, _, rates = expected_rates(windowed(scenario, before).model, scenario.parameters)
    counted = dict(zip(found.sources, found.counts.sum(axis=1), strict=True))
    expected = dict(zip(sources, rates.sum(axis=1), strict=True))
    volume = {name: float(counted.get(name, 0.0) / number) for name, number in expected.items() if number > 0}
    level = found.per_week()
    variance = ((level.high - level.low) / 2 / z(LEVEL) / level.estimate) ** 2
    return ForecastArrivals(windowed(scenario, held.run), volume, variance, returns, _own_demand(own, level))


def _own_demand(own: float, level: Interval) -> str:
    """What to say where a scenario expects other numbers of contacts than were counted.

    Example:
        >>> _own_demand(51.0, Interval(50.0, 48.0, 52.0)), _own_demand(80.0, Interval(50.0, 48.0, 52.0)).split(",")[0]
        ('', 'The scenario itself has 80 contacts a week')
    """
    if level.low <= own <= level.high or abs(own / level.estimate - 1) < _LITTLE:
        return ""
    return (
        f"The scenario itself has {own:.0f} contacts a week, and the first part counted {level.estimate:.0f} ({level.low:.0f} "
        f"to {level.high:.0f}). Its own number is not tried here, and is what an appraisal runs on: correct it."
    )


def _fitted(held: HeldOut, scenario: Scenario) -> Demand:
    received, source = first_part(held)
    season = None
    if held.first.days < _TWO_YEARS and scenario.parameters is not None and _MONTHS in scenario.parameters:
        season = scenario.parameters.value(_MONTHS)
    return demand(
        received, source, held.first, held.log.about.clock, _holidays(held), season=season, by_date=held.by_date
    )


def _holidays(held: HeldOut) -> list[tuple[date, date]]:
    return school_holidays(held.first.first.year - 1, held.run.opens.year + 2)


def _patterns(scenario: Scenario, found: Demand, held: HeldOut) -> dict[str, Any]:
    """The first part's patterns by path, and the school holidays by which they were fitted.

    Receipts are recorded after any batch, so their hours hold the batches already and nobody is batched again.
    """
    numbers = demand_parameters(found, "First part of the history", held.first.last)
    fitted = {f"parameters.{name}": graded.value for name, graded in numbers.items()}
    listed = [[first, last] for first, last in _holidays(held)]
    out = {**fitted, "parameters.arrivals.school_holidays": listed}
    if scenario.parameters is not None and _BATCHES in scenario.parameters:
        batches = scenario.parameters.value(_BATCHES)
        out[f"parameters.{_BATCHES}"] = {source: {**batch, "share": 0} for source, batch in batches.items()}
    return out
