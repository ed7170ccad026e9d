"""From the moment a contact occurs to its receipt, and on to the first stage."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import numpy as np

from frontdoor_sim.contacts.attributes import Words
from frontdoor_sim.contacts.hours import end_date, first_date
from frontdoor_sim.documents import InputError, Mistake
from frontdoor_sim.luck import Int64s, code, draws, share_as_luck
from frontdoor_sim.operating_model import OperatingModel
from frontdoor_sim.parameters import Parameters
from frontdoor_sim.working_time import Instants, ShiftPattern, WallClock, england_bank_holidays

BATCHED = code("batched")
MARGIN = timedelta(days=14)
"""A contact that occurred up to this long before the warm-up may be received in it, with a batch."""

_BEYOND = timedelta(days=28)


class Reception:
    """Batches and the hand-over of a council, laid out for a model's run.

    Args:
        model: its run says the dates.
        parameters: `arrivals.batches` and `arrivals.out_of_hours`, either of which may be absent.
    """

    def __init__(self, model: OperatingModel, parameters: Parameters) -> None:
        self._clock = WallClock(model.run.opens)
        self._first, self._last = first_date(model.run) - MARGIN, end_date(model.run) + _BEYOND
        self._bank_holidays = england_bank_holidays(self._first, self._last)
        self._parameters = parameters

    def times(self, keys: Int64s, occurred: Int64s, sources: Words) -> tuple[Int64s, Int64s]:
        """Seconds at which contacts are received, and at which they reach the first stage.

        Whether a contact is in its source's batch is the luck of its key; then it is received at the next batch, at or
        after the moment it occurs, and at once reaches the first stage. Any other is received as it occurs, and out of
        hours waits for the hand-over.
        """
        received = occurred.copy()
        in_batch = np.zeros(len(keys), dtype=bool)
        luck = draws(keys, BATCHED)
        for source, batch in self._optional("arrivals.batches").items():
            if source in sources.names:
                chosen = luck < share_as_luck(batch["share"])
                mine = np.flatnonzero(chosen & (sources.places == sources.names.index(source)))
                received[mine] = self._next(batch["at"], occurred[mine], f"arrivals.batches.{source}")
                in_batch[mine] = True
        return received, np.where(in_batch, received, self.handed_over(received))

    def handed_over(self, received: Int64s) -> Int64s:
        """Seconds at which contacts received so reach the first stage: at once in open hours, else at the hand-over."""
        out_of_hours = self._optional("arrivals.out_of_hours")
        if not out_of_hours:
            return received
        pattern = ShiftPattern.parse(out_of_hours["open"])
        opens = pattern.lay_out(self._clock, self._first, self._last, self._bank_holidays)
        waits = np.flatnonzero(~opens.is_open(received))
        enters = received.copy()
        enters[waits] = self._next(out_of_hours["handed_over"], received[waits], "arrivals.out_of_hours")
        return enters

    def _optional(self, name: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._parameters.value(name) if name in self._parameters else {}
        return found

    def _next(self, text: str, seconds: Int64s, name: str) -> Int64s:
        """The first of the instants at or after each second."""
        instants = Instants.parse(text).lay_out(self._clock, self._first, self._last, self._bank_holidays)
        places = np.searchsorted(instants, seconds, side="left")
        if len(seconds) and int(places.max()) == len(instants):
            what = f"There is no {text!r} within four weeks of the end of the run."
            raise InputError([Mistake(name, what, "Instants of every week.", 'Write them as "Mon-Fri 08:30".')])
        return np.asarray(instants[places])
