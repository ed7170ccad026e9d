"""Joint draws as a table, and a council's parameters at one of them."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.documents import InputError, Mistake
from frontdoor_sim.parameters import Parameters

Floats = NDArray[np.float64]

_DIGITS = 5


def posterior_table(parameters: Parameters, draws: Mapping[str, Floats]) -> pd.DataFrame:
    """The draws of a calibration as a table.

    Args:
        parameters: the council's; their order is that of the columns.
        draws: of values inside them, by path.

    Returns:
        Column draw, and one column a drawn value, named by its path in the parameters file; to five significant digits.
    """
    by_name: dict[str, list[str]] = {}
    for path in draws:
        by_name.setdefault(".".join(path.split(".")[:2]), []).append(path)
    paths = [path for name in parameters.in_order() for path in by_name.get(name, [])]
    columns = {path: _rounded(draws[path]) for path in paths}
    number = len(next(iter(columns.values()))) if columns else 0
    return pd.DataFrame({"draw": np.arange(number), **columns})


def _rounded(values: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        size = np.where(values == 0, 0, np.floor(np.log10(np.abs(values))))
    scale = 10.0 ** (_DIGITS - 1 - size)
    return np.asarray(np.round(values * scale) / scale)


def with_draw(parameters: Parameters, posterior: pd.DataFrame, draw: int) -> Parameters:
    """The parameters with every drawn value at one of its draws.

    Args:
        parameters: the council's.
        posterior: as `posterior.csv` holds it.
        draw: number of the draw.

    Raises:
        InputError: there is no such draw, no column `draw`, or a column that is no value of these parameters.
    """
    if "draw" not in posterior.columns:
        what, right = "There is no column `draw`.", "A table as `frontdoor calibrate history` writes posterior.csv."
        raise InputError([Mistake("posterior", what, right, "Read that file.")])
    rows = posterior[posterior["draw"] == draw]
    if len(rows) != 1:
        right = f"A number from 0 to {len(posterior) - 1}."
        raise InputError([Mistake("posterior", f"There is no draw {draw}.", right, "Name one that is there.")])
    values: dict[str, Any] = {}
    mistakes = []
    for path, number in rows.drop(columns="draw").iloc[0].items():
        section, name, *keys = str(path).split(".")
        full = f"{section}.{name}"
        if full not in parameters:
            right = "Columns that name values of the parameters file."
            mistakes.append(
                Mistake(f"posterior: {path}", f"{full} is not there.", right, "Use the two files together.")
            )
            continue
        values.setdefault(full, copy.deepcopy(parameters.value(full)))
        values[full] = _put(values[full], keys, float(number))
    if mistakes:
        raise InputError(mistakes)
    return parameters.with_values(values)


def _put(value: Any, keys: list[str], number: float) -> Any:
    """A value in which the number at some place is another one."""
    if not keys:
        return number
    first, rest = keys[0], keys[1:]
    key: Any = int(first) if isinstance(value, list) or (isinstance(value, Mapping) and first not in value) else first
    value[key] = _put(value[key], rest, number)
    return value
