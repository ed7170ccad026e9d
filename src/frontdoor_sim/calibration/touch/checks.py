"""Does a run of the fitted desk look like the history in what it was not fitted to?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from frontdoor_sim.calibration.touch.posterior import Posterior, moved, weighted_interval
from frontdoor_sim.calibration.touch.reference import Reference

FALSE_ALARMS = 0.05
"""How often a right model is to be flagged, by all checks together."""

NOWHERE = 0.01
"""A history further from the runs than this share of the runs are from each other is like none of them."""

MEANS = {
    "overtaken by the next contact": "the order is not the one assumed",
    "late, second half less first": "staff or work changed within the history",
    "late, sd of weeks": "weeks vary more, or less, than this desk's would",
    "late, week after week": "bad weeks hang together otherwise than by backlog",
    "late, range of weekdays": "some weekdays are staffed or worked otherwise",
    "most open at once, log": "queues grow further, or less far, than this desk's would",
    "longest of a hundred, log hours": "some contacts are put aside",
    "decided in the last hour of a day": "decisions are signed off, or entered, in batches",
    "decided while the desk was closed": "somebody decides outside the opening hours",
}
"""What it may mean that a check fails."""


def checks(found: Posterior, reference: Reference, unused: dict[str, float]) -> pd.DataFrame:
    """Statistics that nothing was learnt from: what the history shows, and what the fitted desk would show.

    Args:
        found: the posterior.
        reference: the runs it was made from.
        unused: of the history.

    Returns:
        A row each: `check, history, low, high` (90 % of what the fitted desk shows), `p` (two-sided), `fails`, `may_mean`. The
        failing of any is to happen in one history of twenty if the model is right.
    """
    mine = reference.unused.to_numpy(dtype=np.float64)[found.kept]
    shown = moved(mine, found.way, found.weights)
    rows = []
    for place, name in enumerate(reference.unused.columns):
        values, seen = shown[:, place], unused[name]
        _, low, high = weighted_interval(values, found.weights)
        p = _two_sided(values, found.weights, seen)
        rows.append((name, seen, low, high, p, p < FALSE_ALARMS / len(reference.unused.columns), MEANS[name]))
    return pd.DataFrame(rows, columns=["check", "history", "low", "high", "p", "fails", "may_mean"])


def _two_sided(values: np.ndarray, weights: np.ndarray, seen: float) -> float:
    """Twice the lesser share of draws on either side of what was seen; those within rounding of it count on both."""
    slack = 1e-6 + 1e-9 * abs(seen)
    below, above = weights[values <= seen + slack].sum(), weights[values >= seen - slack].sum()
    return float(min(1.0, 2 * min(below, above)))
