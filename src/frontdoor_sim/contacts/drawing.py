"""Contacts drawn: when they come, by hour and source, and then what each is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import pandas as pd

from frontdoor_sim.contacts import attributes
from frontdoor_sim.contacts.attributes import Words
from frontdoor_sim.contacts.chance import Floats
from frontdoor_sim.contacts.hours import Hours, end_date, first_date
from frontdoor_sim.contacts.moments import moments
from frontdoor_sim.contacts.rates import day_and_week_factors, needed, published_rates, sources_of
from frontdoor_sim.contacts.receipt import MARGIN, Reception
from frontdoor_sim.contacts.record import table_of
from frontdoor_sim.contacts.returning import NOBODY, Returning, still_new
from frontdoor_sim.contacts.written import contacts_of, mean_rates
from frontdoor_sim.documents import in_words
from frontdoor_sim.keeping import Known
from frontdoor_sim.luck import Int64s
from frontdoor_sim.operating_model import RAGS, OperatingModel, millionths
from frontdoor_sim.parameters import Parameters
from frontdoor_sim.working_time import WallClock

Volume = float | Mapping[str, float]


def draw(
    model: OperatingModel,
    parameters: Parameters | None,
    seed: int,
    replication: int = 0,
    returning: Returning = NOBODY,
    volume: Volume = 1.0,
) -> pd.DataFrame:
    """Draw the contacts received from the start of the warm-up up to the end of the follow-up.

    Arrivals of each source are an exact non-homogeneous Poisson process, with rates constant within local clock hours
    (`expected_rates`), times gamma factors of day and week that all sources share. The number of an hour is the Poisson
    quantile of the hour's luck, so a higher rate adds contacts and moves none; the second within the hour, and every
    attribute, come from the contact's own key, made from (seed, replication, source, hour, ordinal). For the share of a
    source's contacts that comes in batches, receipt is the next batch; other contacts received out of hours enter at
    the next hand-over, which for the last of them may be after the run.

    Args:
        model: its run, thresholds, grading and law of returns; its `arrivals`, where there are any, are drawn instead
            of those of the parameters (moments at the stated rates, without over-dispersion, batches or hand-over).
        parameters: the council's numbers; may be None for a model with arrivals of its own.
        seed: any integer.
        replication: number of the replication.
        returning: who comes back in the run, by which fewer are drawn; see `returning.still_new`.
        volume: multiplies all rates, or those of the sources named in a mapping.

    Returns:
        Table `contacts`, sorted by enters, then contact.

    Raises:
        InputError: a number is missing, or the rates are not finite.
        ValueError: `volume` is out of range, somebody returns without a law of returns, or two contacts have the same key.

    Example:
        >>> from datetime import date
        >>> model = OperatingModel.model_validate({
        ...     "name": "A street", "run": {"opens": date(2026, 6, 1), "weeks": 1, "warm_up": 0, "follow_up": 0},
        ...     "teams": {}, "stages": {}, "routes": {}, "ends": {}, "arrivals": {"passers_by": {"per_hour": 2}}})
        >>> contacts = draw(model, None, seed=7)
        >>> contacts["source"].unique().tolist(), bool(contacts["received"].between(0, 7 * 86400 - 1).all())
        (['passers_by'], True)
    """
    run = (seed, replication)
    if model.arrivals:
        return _written(model, run, returning, volume)
    return _published(model, needed(parameters), run, returning, volume)


def _published(
    model: OperatingModel, parameters: Parameters, run: tuple[int, int], returning: Returning, volume: Volume
) -> pd.DataFrame:
    """Contacts by the rates of the parameters."""
    clock = WallClock(model.run.opens)
    hours = Hours.lay_out(clock, first_date(model.run) - MARGIN, end_date(model.run))
    sources = sources_of(parameters)
    itself = Known((id(model), id(parameters)), (model, parameters))
    factors = day_and_week_factors(parameters, hours, *run)
    volumes = _volumes(volume, sources)
    rates = (row * factors * many for row, many in zip(_new_rates(itself, hours, returning), volumes, strict=True))
    drawn = moments(rates, hours, [(*run, source) for source in sources])
    received, enters = Reception(model, parameters).times(drawn.keys, drawn.seconds, Words(sources, drawn.source))
    here = (received >= clock.midnight(first_date(model.run))) & (received < hours.edges[-1])
    keys, words = drawn.keys[here], Words(sources, drawn.source[here])
    need = attributes.needs(keys, words, parameters)
    return table_of(
        _named(run),
        contact=keys,
        received=received[here],
        enters=enters[here],
        source=words.categorical(),
        area=attributes.areas(keys, parameters).categorical(),
        children=attributes.children(keys, parameters),
        need=need,
        level=attributes.levels(need, model),
        rag=attributes.rags(keys, need, model.grading).categorical(),
        open_case=attributes.open_cases(keys, parameters),
    )


@lru_cache(maxsize=4)
def _new_rates(of: Known[tuple[OperatingModel, Parameters]], hours: Hours, returning: Returning) -> Floats:
    """Rates at which new contacts are drawn, before busy days and weeks; kept, since every replication has the same."""
    model, parameters = of.thing
    rates = still_new(model, hours, published_rates(parameters, hours), returning)
    rates.setflags(write=False)
    return rates


def _written(model: OperatingModel, run: tuple[int, int], returning: Returning, volume: Volume) -> pd.DataFrame:
    """Contacts that the scenario writes itself."""
    clock = WallClock(model.run.opens)
    hours = Hours.lay_out(clock, first_date(model.run), end_date(model.run))
    sources, all_written = list(model.arrivals), list(model.arrivals.values())
    published = np.array([mean_rates(arrivals, clock, hours) for arrivals in all_written])
    new = still_new(model, hours, published, returning) * _volumes(volume, sources)[:, None]
    shares = np.divide(new, published, out=np.zeros_like(new), where=published > 0)
    drawn = [
        contacts_of(arrivals, clock, hours, share, (*run, source))
        for source, arrivals, share in zip(sources, all_written, shares, strict=True)
    ]
    keys, seconds = (np.concatenate(both) for both in zip(*drawn, strict=True))
    place = np.repeat(np.arange(len(sources)), [len(key) for key, _ in drawn])
    need = np.array([millionths(arrivals.need) for arrivals in all_written], dtype=np.int64)[place]
    return table_of(
        _named(run),
        contact=keys,
        received=seconds,
        enters=seconds,
        source=Words(sources, place).categorical(),
        area=_same_for_all([arrivals.area for arrivals in all_written], place).categorical(),
        children=np.array([arrivals.children for arrivals in all_written])[place],
        need=need,
        level=attributes.levels(need, model),
        rag=Words(RAGS, np.array([RAGS.index(arrivals.rag) for arrivals in all_written])[place]).categorical(),
        open_case=np.zeros(len(keys), dtype=bool),
    )


def _named(run: tuple[int, int]) -> str:
    seed, replication = run
    return f"contacts of seed {seed}, replication {replication}"


def _same_for_all(words: Sequence[str], place: Int64s) -> Words:
    """A word for each source, given to all of its contacts."""
    names = list(dict.fromkeys(words))
    return Words(names, np.array([names.index(word) for word in words])[place])


def _volumes(volume: Volume, sources: list[str]) -> Floats:
    """The multiplier of each source."""
    if isinstance(volume, Mapping):
        strangers = sorted(set(volume) - set(sources))
        if strangers:
            raise ValueError(
                f"volume names {in_words(strangers, 'and')}, and the sources are {in_words(sources, 'and')}"
            )
        factors = np.array([volume.get(source, 1.0) for source in sources], dtype=np.float64)
    else:
        factors = np.full(len(sources), float(volume))
    if not (np.isfinite(factors) & (factors >= 0)).all():
        raise ValueError(f"volume multiplies rates: finite numbers of 0 or more, not {volume}")
    return factors
