"""Textbook networks played through the public door, and how a sample is held to an exact value.

The networks are ordinary scenario files in `theory/`; one unit of time is an hour. Every anchor says where its number
comes from. A sample agrees with an exact value when they differ by less than four standard errors, and the standard
error, from batch means, is not larger than a stated share of the value: a test that is too blunt fails as well.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from frontdoor_sim.event_log import EventLog
from frontdoor_sim.experiment import run
from frontdoor_sim.scenario import Scenario, read_scenario

THEORY = Path(__file__).parent / "theory"
HOUR = 3600
BATCHES = 30
LARGEST_Z = 4.0


@cache
def scenario(name: str) -> Scenario:
    return read_scenario(THEORY / f"{name}.yaml")


def played(name: str, values: Mapping[str, Any] | None = None, seed: int = 1, replication: int = 0) -> EventLog:
    """A textbook network with other numbers at some paths, run once."""
    return run(scenario(name).varied(values or {}), seed, replication)


def exponential(mean: float) -> dict[str, Any]:
    """A service time [h]."""
    return {"distribution": "exponential", "mean": mean, "unit": "hours"}


def visits(log: EventLog, part: int = 0) -> pd.DataFrame:
    """One row a visit that became ready in the measured window: hours waited and worked, in order of becoming ready.

    For desks that are open round the clock, where every visit is one stretch of work.
    """
    events = log.events
    mine = (events["part"] == part) & (events["enabled"] >= 0) & (events["enabled"] < log.about.closes)
    work = events[mine & (events["kind"] == "work")].sort_values(["enabled", "contact"])
    left_waiting = mine & (events["kind"] == "wait") & events["censored"]
    assert not left_waiting.any(), (
        "the follow-up is too short: somebody of the window still waits at the end of the run"
    )
    return pd.DataFrame(
        {
            "contact": work["contact"].to_numpy(),
            "stage": work["stage"].astype(str).to_numpy(),
            "enabled": work["enabled"].to_numpy(),
            "wait": (work["start"] - work["enabled"]).to_numpy() / HOUR,
            "service": (work["end"] - work["start"]).to_numpy() / HOUR,
        }
    )


def through(log: EventLog) -> np.ndarray:
    """Hours from receipt to the end of the last stretch, of contacts received in the window, in order of receipt."""
    contacts = log.contacts.sort_values(["received", "contact"])
    contacts = contacts[(contacts["received"] >= 0) & (contacts["received"] < log.about.closes)]
    main = log.events[log.events["part"] == 0]
    ended = main.groupby("contact")["end"].max()
    open_still = main.groupby("contact")["censored"].any()
    assert not open_still.reindex(contacts["contact"]).any(), "the follow-up is too short"
    return (ended.reindex(contacts["contact"]).to_numpy() - contacts["received"].to_numpy()) / HOUR


def batch_means(values: Iterable[float], batches: int = BATCHES) -> tuple[float, float]:
    """Mean of a series, and the standard error that batches of consecutive values give it."""
    values = np.asarray(values, dtype=np.float64)
    means = np.array([part.mean() for part in np.array_split(values, batches)])
    return float(values.mean()), float(means.std(ddof=1) / math.sqrt(batches))


def agrees(what: str, values: Iterable[float], exact: float, blunt: float, batches: int = BATCHES) -> None:
    """Hold the mean of a series to an exact value: |z| < 4, and a standard error of at most `blunt` of the value."""
    mean, error = batch_means(values, batches)
    z = (mean - exact) / error
    print(f"z {z:+6.2f}  se {error / abs(exact):6.2%}  {what}: {mean:.6g} against {exact:.6g}")
    assert error <= blunt * abs(exact), (
        f"{what}: the standard error {error:.4g} is more than {blunt:.0%} of {exact:.6g}"
    )
    assert abs(z) < LARGEST_Z, f"{what}: {mean:.6g} is {z:+.2f} standard errors from {exact:.6g}"
