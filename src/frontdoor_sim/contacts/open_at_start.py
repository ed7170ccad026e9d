"""The contacts that are open when a run starts, as rows of a contacts table: what each is, and where it stands."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.contacts import attributes
from frontdoor_sim.contacts.attributes import NEED, RAG, Words
from frontdoor_sim.contacts.chance import standard_normal
from frontdoor_sim.contacts.rates import by_source
from frontdoor_sim.contacts.record import table_of
from frontdoor_sim.contacts.remaining import still_to_go
from frontdoor_sim.luck import Int64s, draws, key_array
from frontdoor_sim.operating_model import OPEN_HELD, OPEN_JUDGED, OPEN_STAGE, RAGS, OperatingModel, grade, millionths
from frontdoor_sim.parameters import Parameters
from frontdoor_sim.working_time import WallClock

MOST_TRIES = 64
"""Needs that are tried for a grade on arrival; what has none by then keeps the first."""


def open_at_start(
    backlog: pd.DataFrame, model: OperatingModel, parameters: Parameters | None, seed: int, replication: int
) -> pd.DataFrame:
    """The open contacts of a backlog as a contacts table.

    What the backlog does not say is drawn as for other contacts, by the luck of the contact's own key, which hangs on the
    second of receipt and its place among those of the same second. A need that is not given is drawn among those that are
    graded as the contact was.

    Args:
        backlog: a row a contact; columns as in `scenario.backlog.OpenContact`, None where it does not say.
        model: the base, under which whatever runs began.
        parameters: the council's numbers; None where the model writes its arrivals itself.
        seed, replication: key of all luck.

    Returns:
        Table `contacts`, where `enters` is the second since which a contact stands where it does, with the columns
        `open: stage`, `open: judged` and `open: held`, and `seconds: <purpose>`: what is left of what runs already.
    """
    clock = WallClock(model.run.opens)
    received, since = (clock.seconds(backlog[name].to_numpy("datetime64[s]")) for name in ("received", "since"))
    nth = pd.Series(received).groupby(received).cumcount().to_numpy().astype(np.int64)
    keys = key_array((seed, replication, "backlog"), received, nth)
    source = _sources(backlog, keys, model, parameters)
    rag = _given(backlog["rag"].map(RAGS.index, na_action="ignore"), np.full(len(keys), -1))
    need = _needs(backlog, keys, source, rag, model, parameters)
    graded = _grades(keys, need, source, model)
    rag = np.where(rag < 0, graded, rag)
    table = table_of(
        f"backlog of seed {seed}, replication {replication}",
        contact=keys,
        received=received,
        enters=since,
        source=source.categorical(),
        area=_words(backlog["area"], _areas(keys, source, model, parameters)).categorical(),
        children=_given(backlog["children"], _children(keys, source, model, parameters)),
        need=need,
        level=attributes.levels(need, model),
        rag=Words(RAGS, rag).categorical(),
        open_case=_open_cases(backlog, keys, parameters),
    )
    row = pd.Series(np.arange(len(keys)), index=keys)[table["contact"].to_numpy()].to_numpy()
    stands = {
        OPEN_STAGE: backlog["stage"].to_numpy(object)[row],
        OPEN_JUDGED: backlog["judged"].to_numpy(np.int64)[row],
        OPEN_HELD: backlog["held"].to_numpy(bool)[row],
    }
    left = {name: seconds[row] for name, seconds in still_to_go(backlog, model, keys, rag, since).items()}
    return table.assign(consent=backlog["consent"].astype("boolean").astype("Int64").array[row], **stands, **left)


def joined(drawn: pd.DataFrame, backlog: pd.DataFrame) -> pd.DataFrame:
    """Those who are open at the start and those who come later, in one contacts table."""
    both: pd.DataFrame = pd.concat([_in_words(backlog), _in_words(drawn)], ignore_index=True)
    both = both.fillna({OPEN_JUDGED: 0, OPEN_HELD: False}).astype({OPEN_JUDGED: int, OPEN_HELD: bool})
    both = both.astype(dict.fromkeys(_WORDS, "category"))
    return both.sort_values(["enters", "contact"], ignore_index=True)


def _in_words(table: pd.DataFrame) -> pd.DataFrame:
    return table.astype(dict.fromkeys(_WORDS, object))


_WORDS = ("source", "area", "rag")


def _given(values: pd.Series, else_these: Int64s) -> Int64s:
    """Whole numbers where they are given, and others where not."""
    given = values.notna().to_numpy()
    return np.where(given, values.where(given, 0).to_numpy(np.int64), else_these)


def _words(given: pd.Series, drawn: Words) -> Words:
    """Words where they are given, and those drawn where not."""
    words = np.array(drawn.names, dtype=object)[drawn.places]
    column = pd.Categorical(np.where(given.notna().to_numpy(), given.to_numpy(object), words))
    return Words([str(name) for name in column.categories], column.codes.astype(np.int64))


def _same(name: str, keys: Int64s) -> Words:
    return Words([name], np.zeros(len(keys), dtype=np.int64))


def _sources(backlog: pd.DataFrame, keys: Int64s, model: OperatingModel, parameters: Parameters | None) -> Words:
    if parameters is not None and not model.arrivals:
        return _words(backlog["source"], attributes.sources(keys, parameters))
    return _words(backlog["source"], _same(next(iter(model.arrivals), "unknown"), keys))


def _areas(keys: Int64s, source: Words, model: OperatingModel, parameters: Parameters | None) -> Words:
    if parameters is not None and not model.arrivals:
        return attributes.areas(keys, parameters)
    names = [model.arrivals[name].area if name in model.arrivals else "all" for name in source.names]
    return Words(names, source.places)


def _children(keys: Int64s, source: Words, model: OperatingModel, parameters: Parameters | None) -> Int64s:
    if parameters is not None and not model.arrivals:
        return attributes.children(keys, parameters)
    of_source = [model.arrivals[name].children if name in model.arrivals else 1 for name in source.names]
    return np.array(of_source, dtype=np.int64)[source.places]


def _open_cases(backlog: pd.DataFrame, keys: Int64s, parameters: Parameters | None) -> NDArray[np.bool_]:
    drawn = attributes.open_cases(keys, parameters) if parameters is not None else np.zeros(len(keys), dtype=bool)
    given = backlog["open_case"].notna().to_numpy()
    return np.where(given, backlog["open_case"].where(given, False).to_numpy(bool), drawn)


def _needs(
    backlog: pd.DataFrame,
    keys: Int64s,
    source: Words,
    rag: Int64s,
    model: OperatingModel,
    parameters: Parameters | None,
) -> Int64s:
    """Needs as given, else as the model's arrivals write them, else drawn among those graded as the contact was."""
    given = backlog["need"].notna().to_numpy()
    stated = np.rint(backlog["need"].where(given, 0).to_numpy(np.float64) * 1_000_000).astype(np.int64)
    if parameters is None or model.arrivals:
        of_source = [millionths(model.arrivals[name].need) if name in model.arrivals else 0 for name in source.names]
        return np.where(given, stated, np.array(of_source, dtype=np.int64)[source.places])
    means = np.rint(by_source(parameters, "contacts.need_mean", source.names) * 1_000_000).astype(np.int64)
    need = _graded_alike(keys, means[source.places], rag, model)
    return np.where(given, stated, need)


def _graded_alike(keys: Int64s, mean: Int64s, rag: Int64s, model: OperatingModel) -> Int64s:
    """Needs whose grade on arrival is that of the contact; the first where it has none (-1)."""
    normal, noise = standard_normal(), millionths(model.grading.noise)
    need = mean + normal.reads(draws(keys, NEED))
    wanting = np.ones(len(keys), dtype=bool)
    for attempt in range(MOST_TRIES):
        tried = mean + normal.reads(draws(keys, NEED, attempt))
        error = normal.reads(draws(keys, RAG, attempt)) * noise // 1_000_000
        fits = wanting & ((rag < 0) | (grade(tried, error, model.grading.cuts()) == rag))
        need = np.where(fits, tried, need)
        wanting &= ~fits
        if not wanting.any():
            break
    return need


def _grades(keys: Int64s, need: Int64s, source: Words, model: OperatingModel) -> Int64s:
    """Grades of those that the backlog gives none: as arrivals write them, else by need."""
    if not model.arrivals:
        return attributes.rags(keys, need, model.grading).places
    written = [RAGS.index(model.arrivals[name].rag) for name in source.names]
    return np.array(written, dtype=np.int64)[source.places]
