"""Contacts that are open when a run starts (rule 9): what a contacts table says of where they stand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.engine.plan import Plan
from frontdoor_sim.operating_model import OPEN_HELD, OPEN_JUDGED, OPEN_STAGE


def standing(table: pd.DataFrame, plan: Plan) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Of each contact of a table the number of the stage where it stands, -1 for none; its level; whether it is held.

    Raises:
        ValueError: a contact stands at a stage that the model has not.
    """
    number: dict[Any, int] = {stage.name: stage.number for stage in plan.stages}
    named = table[OPEN_STAGE].astype(object)
    strangers = sorted(set(named.dropna()) - set(number))
    if strangers:
        raise ValueError(f"contacts are open at {', '.join(strangers)}, which is no stage of this model")
    stands_at = named.map(number).fillna(-1).to_numpy(np.int64)
    return stands_at, table[OPEN_JUDGED].to_numpy(np.int64), table[OPEN_HELD].to_numpy(np.bool_)
