"""How long visits to a stage lasted, out of an event log, as the likelihood takes them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from frontdoor_sim.calibration.interval_censored import DAY, MINUTE, SECOND, Observed, observe
from frontdoor_sim.documents import InputError, Mistake, in_words, nearest
from frontdoor_sim.event_log import About, EventLog
from frontdoor_sim.working_time import NEVER

Int64s = NDArray[np.int64]

WIDTHS = {"second": SECOND, "minute": MINUTE, "day": DAY}
"""Width of a stamp [s] by what it is recorded to."""


def stays(
    log: EventLog, stage: str, *, entered: int | None = None, hours: ArrayLike | None = None, clock: str | None = None
) -> Observed:
    """Visits to a stage: from when the visit became ready to the end of its last stretch, on its main thread.

    A visit of which any stretch was cut by the end of the log is open. Its stamps are as coarse as the coarsest of its
    stretches, and are taken down to the minute, or to the local date, in which they lie.

    Args:
        log: a history (or a run).
        stage: name of the stage.
        entered: second at which records began, where visits that had begun before are in the log only because they were
            still open then.
        hours: relative density of starts by hour of the day, for stamps to the day; None for uniform.
        clock: a working clock of the log; None for time elapsed.

    Raises:
        InputError: the log has no visit to the stage, or no such clock.
    """
    events = log.events[(log.events["stage"] == stage) & (log.events["part"] == 0)]
    _check(log, stage, len(events), clock)
    visits = events.groupby(["contact", "visit"], observed=True, sort=False)
    started, ended = visits["enabled"].min().to_numpy(np.int64), visits["end"].max().to_numpy(np.int64)
    is_open = visits["censored"].any().to_numpy(bool)
    widths = events["recorded_to"].astype(str).map(WIDTHS)
    coarsest = widths.groupby([events["contact"], events["visit"]], sort=False).max()
    width = np.asarray(coarsest, dtype=np.int64)
    start_cell, start_width = cells_of(log.about, started, width)
    end_cell, end_width = cells_of(log.about, ended, width)
    return observe(
        start_cell,
        np.where(is_open, NEVER, end_cell),
        start_width=start_width,
        end_width=end_width,
        until=np.where(is_open, ended, NEVER),
        entered=-NEVER if entered is None else entered,
        hours=hours,
        working=None if clock is None else log.about.clocks[clock],
    )


def cells_of(about: About, seconds: Int64s, width: Int64s) -> tuple[Int64s, Int64s]:
    """Where the cell of each stamp begins, and how wide it is [s]: a date is as long as it was.

    Args:
        about: of the log.
        seconds: the stamps.
        width: how precise each is: 1, 60, or 86,400 for a date.
    """
    begins = seconds // np.maximum(width, 1) * width
    dates = about.clock.date_of(seconds)
    midnight = about.clock.at(dates, 0)
    length = about.clock.at(dates + np.timedelta64(1, "D"), 0) - midnight
    by_day = width == DAY
    return np.where(by_day, midnight, begins), np.where(by_day, length, width)


def _check(log: EventLog, stage: str, rows: int, clock: str | None) -> None:
    mistakes = []
    if not rows:
        stages = [str(name) for name in log.about.stages["stage"]]
        remedy = f"Did you mean {in_words(nearest(stage, stages) or stages)}?"
        mistakes.append(Mistake("event log", f'No visit to "{stage}".', "A stage that the log has.", remedy))
    if clock is not None and clock not in log.about.clocks:
        clocks = in_words(log.about.clocks)
        mistakes.append(Mistake("event log", f'No clock "{clock}".', f"One of {clocks}.", f"Name one of {clocks}."))
    if mistakes:
        raise InputError(mistakes)
