"""Workflow steps, chained by which led to which into the threads of contacts."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.calibration.history.contact_threads import NOT_RECORDED, moments_elapsed
from frontdoor_sim.calibration.history.visits import VISIT, Thread, shown, shown_or_none
from frontdoor_sim.tables import from_rows
from frontdoor_sim.working_time import NEVER, WallClock

Ints = NDArray[np.int64]

_LONGEST_CHAIN = 24
"""Doublings after which steps that still lead on to others run in a circle: 16 million steps."""


def threads_of_steps(
    records: pd.DataFrame, stages: pd.DataFrame, outcomes: pd.DataFrame, clock: WallClock, ends: int
) -> Thread:
    """The contacts that workflow steps belong to, and their visits.

    A step that follows none is a contact; what follows it, and what follows that, is its thread. A step that follows one
    which is not in the files is a contact if it is of a stage with which contacts begin, and else left out. Each step is
    ready when it comes in, but not before the one before it was completed; one that was over by then ran beside it and is a
    task of its own (`part` above 0). A step that was never completed although others came after it counts as completed when
    the next came in.

    Args:
        records: table `history_records`.
        stages, outcomes: what the column map says of the steps.
        clock: whose second 0 is the opening.
        ends: second at which the files were taken; steps that came in later are left out.
    """
    steps = _one_a_step(records[records["kind"] == "step"], clock)
    steps = steps[steps["incoming"] < ends].reset_index(drop=True)
    root = roots(steps["item"].to_numpy(), steps["parent"].to_numpy())
    begins = set(steps["stage"][steps["parent"] < 0])
    first = np.where(root >= 0, root, 0)
    lost = ~steps["stage"].isin(begins).to_numpy()[first] if len(steps) else root < 0
    steps = steps.assign(root=root)[(root >= 0) & ~lost]
    roots_of = steps.loc[np.unique(steps["root"])]
    place = pd.Series(np.arange(len(roots_of)), index=roots_of.index)
    contacts = _contacts(steps, roots_of, ends)
    steps = steps.assign(contact=steps["root"].map(place).to_numpy(), row=np.arange(len(steps)))
    ordered = steps.sort_values(["contact", "incoming", "settled", "row"], kind="stable", ignore_index=True)
    ordered["incoming"] = np.maximum(ordered["incoming"], contacts["enters"].to_numpy()[ordered["contact"]])
    known = {*stages["stage"], *outcomes["outcome"]}
    ordered["outcome"] = ordered["outcome"].where(ordered["outcome"].isin(known), "")
    nothing = {"outcome": NOT_RECORDED, "is_end": True, "provides": None, "transfer": False}
    nothing |= {"decided_later": False, "accepted_later": False, "referral": False}
    extra = from_rows([nothing], "outcomes")
    every = pd.concat([outcomes, extra], ignore_index=True).drop_duplicates("outcome", ignore_index=True)
    return Thread(contacts, _visits(ordered, set(stages["stage"]), ends), stages, every, int(steps["rows"].sum()))


def roots(item: Ints, parent: Ints) -> Ints:
    """For each step, the place of the step that began its chain; -1 where the chain runs in a circle.

    Args:
        item: identifier of each step, each once.
        parent: identifier of the one that led to it, -1 for none. One that is not among the steps counts as none.

    Example:
        >>> roots(np.array([10, 11, 12, 13, 14]), np.array([-1, 10, 11, 14, 13])).tolist()
        [0, 0, 0, -1, -1]
    """
    order = np.argsort(item, kind="stable")
    place = np.searchsorted(item, parent, sorter=order)
    place[place == len(item)] = 0
    before = order[place] if len(item) else place
    own = np.arange(len(item))
    up = np.where((parent >= 0) & (item[before] == parent), before, own) if len(item) else own
    first = up == own
    for _ in range(_LONGEST_CHAIN):
        further = up[up]
        if np.array_equal(further, up):
            break
        up = further
    return np.where(first[up], up, -1)


def _one_a_step(records: pd.DataFrame, clock: WallClock) -> pd.DataFrame:
    """One row a step, with the number of children it is about."""
    keyed = records.assign(item=records["item"].fillna(-1).astype("int64"), place=np.arange(len(records)))
    lonely = keyed["item"] < 0
    keyed["item"] = keyed["item"].mask(lonely, -2 - keyed["place"])
    by = keyed.assign(rag=shown_or_none(keyed["rag"])).groupby("item", sort=False)
    one = by.first()
    one["children"], one["rows"] = by["person"].nunique(), by.size()
    one = one.reset_index()
    table = pd.DataFrame({"item": one["item"], "parent": one["parent"].fillna(-1).astype("int64")})
    for name in ("received", "incoming", "started", "ended"):
        table[name] = moments_elapsed(one[name], clock)
    for name in ("step", "source", "team", "outcome", "recorded_to"):
        table[name] = shown(one[name])
    table["rag"] = shown_or_none(one["rag"])
    for name in ("person", "family", "consent", "open_case", "children", "rows"):
        table[name] = one[name].to_numpy()
    return table.rename(columns={"step": "stage", "ended": "settled"})


def _contacts(steps: pd.DataFrame, first: pd.DataFrame, ends: int) -> pd.DataFrame:
    """The table `contacts`: a contact is received when its first step says, and as coarse as its coarsest step."""
    order = {"second": 0, "minute": 1, "day": 2}
    coarse = steps["recorded_to"].map(order).groupby(steps["root"]).max().reindex(first.index)
    received = np.minimum(first["received"].to_numpy(), ends)
    enters = np.maximum(first["incoming"].to_numpy(), received)
    return pd.DataFrame(
        {
            "contact": np.arange(len(first)),
            "family": pd.factorize(first["family"].fillna(first["person"]))[0].astype(np.int64),
            "received": np.where(received > first["incoming"], first["incoming"], received),
            "enters": enters,
            "source": first["source"].replace("", "unknown").to_numpy(),
            "area": "not recorded",
            "children": first["children"].to_numpy(dtype=np.int16),
            "need": 0,
            "level": 0,
            "rag": first["rag"].to_numpy(dtype=object),
            "open_case": first["open_case"].to_numpy(dtype=bool),
            "consent": first["consent"].astype("Int64").to_numpy(),
            "recorded_to": np.array(list(order), dtype=object)[coarse.to_numpy()],
        }
    )


def _visits(steps: pd.DataFrame, stages: set[str], ends: int) -> pd.DataFrame:
    """The visits of every contact: the main thread without overlap or hole, and tasks that ran beside it."""
    contact, incoming = steps["contact"].to_numpy(), steps["incoming"].to_numpy()
    settled = np.where(steps["settled"] <= ends, np.maximum(steps["settled"], incoming), NEVER)
    part, enabled, done = _laid_out(contact, incoming, settled, ends)
    started = steps["started"].to_numpy()
    begun = np.where(started < ends, np.minimum(np.maximum(started, enabled), done), NEVER)
    table = pd.DataFrame(
        {
            "contact": contact,
            "part": part,
            "stage": steps["stage"],
            "enabled": enabled,
            "started": begun,
            "settled": done,
            "left": done,
            "outcome": steps["outcome"],
            "team": steps["team"],
        }
    )[list(VISIT)]
    return _routed(table, stages)


def _laid_out(contact: Ints, incoming: Ints, settled: Ints, ends: int) -> tuple[Ints, Ints, Ints]:
    """For each step its part, when it became ready, and when it was done.

    A plain loop: what a step may do hangs on where the thread stands after all steps before it.
    """
    number = len(contact)
    part, enabled, done = np.zeros(number, np.int64), incoming.copy(), settled.copy()
    following = np.append(contact[1:] == contact[:-1], False) if number else np.zeros(0, bool)
    now, tasks = 0, 0
    rows = zip(contact.tolist(), incoming.tolist(), settled.tolist(), following.tolist(), strict=True)
    before = -1
    for row, (whose, came, over, more) in enumerate(rows):
        if whose != before:
            before, now, tasks = whose, came, 0
        if over < now:
            tasks += 1
            part[row] = tasks
            continue
        enabled[row] = max(came, now)
        if more and over == NEVER:
            over = min(max(int(incoming[row + 1]), int(enabled[row])), ends)
            done[row] = over
        now = over if over < NEVER else ends
    return part, enabled, done


def _routed(visits: pd.DataFrame, stages: set[str]) -> pd.DataFrame:
    """The visits, each main one led to the next: it was left when the next came in, and its outcome is that stage.

    The last of a contact ends with the outcome recorded. Where that names a stage of which no step is in the files, the
    contact is seen to come there and no further: what became of it is not recorded, as where there is no outcome.
    """
    main = visits[visits["part"] == 0]
    more = main["contact"].eq(main["contact"].shift(-1))
    onward = main["stage"].shift(-1, fill_value="")
    awaited = ~more & main["outcome"].isin(stages) & main["settled"].lt(NEVER)
    outcome = main["outcome"].mask(more, onward).replace("", NOT_RECORDED).mask(main["settled"].eq(NEVER), "")
    out = visits.copy()
    out.loc[main.index, "left"] = np.where(
        more, np.append(main["enabled"].to_numpy()[1:], 0), main["settled"].to_numpy()
    )
    out.loc[main.index, "outcome"] = outcome
    tasks = out["part"] > 0
    out.loc[tasks, "outcome"] = out.loc[tasks, "outcome"].replace("", NOT_RECORDED)
    seen = main[awaited]
    seen = seen.assign(stage=seen["outcome"], enabled=seen["settled"], started=NEVER, outcome=NOT_RECORDED)
    return pd.concat([out, seen], ignore_index=True).sort_values("contact", kind="stable", ignore_index=True)
