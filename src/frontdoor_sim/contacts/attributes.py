"""What each contact is about, from the luck of its own key: one purpose for each attribute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from frontdoor_sim.contacts.chance import edges_reached, pick, poisson_of_mean, standard_normal
from frontdoor_sim.contacts.rates import by_source
from frontdoor_sim.luck import Int64s, code, draws, share_as_luck
from frontdoor_sim.operating_model import RAGS, Grading, OperatingModel, grade, millionths
from frontdoor_sim.parameters import Parameters

CHILDREN, AREA, OPEN_CASE, NEED, RAG, SOURCE = map(code, ("children", "area", "open case", "need", "rag", "source"))


@dataclass(frozen=True)
class Words:
    """A column of words: the list of words, and for each row the place in it."""

    names: Sequence[str]
    places: Int64s

    def column(self) -> pd.Series:
        """The column as a table holds it."""
        return pd.Series(self.categorical())

    def categorical(self) -> pd.Categorical:
        """The words as pandas holds them."""
        return pd.Categorical.from_codes(self.places, dtype=_words(tuple(self.names)))


@lru_cache(maxsize=64)
def _words(names: tuple[str, ...]) -> pd.CategoricalDtype:
    """Kept, since pandas takes longer to write a list of words than to give them to a table."""
    return pd.CategoricalDtype(list(names))


def children(keys: Int64s, parameters: Parameters) -> Int64s:
    """Children of each contact: 1 plus a Poisson number, with the mean of the parameters."""
    mean = float(parameters.value("volumes.children_per_contact"))
    return 1 + poisson_of_mean(max(0.0, mean - 1), draws(keys, CHILDREN))


def areas(keys: Int64s, parameters: Parameters) -> Words:
    """Area of each contact, by the shares of the parameters."""
    return _by_share(parameters.value("contacts.areas"), draws(keys, AREA))


def sources(keys: Int64s, parameters: Parameters) -> Words:
    """Source of contacts of which only the time is known, by the shares of a year."""
    return _by_share(parameters.value("arrivals.source_shares"), draws(keys, SOURCE))


def _by_share(shares: Mapping[str, float], luck: Int64s) -> Words:
    some = {name: share for name, share in shares.items() if share > 0}
    return Words(list(some), pick(np.array(list(some.values()), dtype=np.float64), luck))


def open_cases(keys: Int64s, parameters: Parameters) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether the family already has an open case."""
    return draws(keys, OPEN_CASE) < share_as_luck(float(parameters.value("contacts.open_case_share")))


def needs(keys: Int64s, source: Words, parameters: Parameters) -> Int64s:
    """Latent need [millionths of sd]: the mean of the source plus a standard normal number."""
    means = by_source(parameters, "contacts.need_mean", source.names)
    whole = np.rint(means * 1_000_000).astype(np.int64)
    return whole[source.places] + standard_normal().reads(draws(keys, NEED))


def levels(need: Int64s, model: OperatingModel) -> Int64s:
    """True level of need: 1 and the number of thresholds at or below need."""
    cuts = np.array([millionths(cut) for cut in model.thresholds.cuts()], dtype=np.int64)
    return 1 + edges_reached(cuts, need)


def rags(keys: Int64s, need: Int64s, grading: Grading) -> Words:
    """Grade on arrival: need plus noise against the model's cut-points."""
    noise = standard_normal().reads(draws(keys, RAG)) * millionths(grading.noise) // 1_000_000
    return Words(RAGS, grade(need, noise, grading.cuts()))
