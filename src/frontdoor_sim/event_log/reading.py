"""What measures ask of a log, whether it is a table or still lies in the engine that made it.

Measures read through `Reading` and never touch a row. So a replication of which nobody wants the log can be measured
without one being written, and both ways give the same answers to the bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Protocol

import numpy as np
import pandas as pd

from frontdoor_sim.event_log.columns import Columns, Flags, Ints
from frontdoor_sim.event_log.record import About

ONWARD = ("handoff", "acceptance", "allocation")
"""What a visit waits for when its own work is done."""
SERVED = ("work", "caseload")
"""Kinds of stages that a visit may leave unserved: it gives up waiting there, or is turned away."""
HOUR = 3_600


class Outcomes(NamedTuple):
    """What some outcomes mean, one element an outcome.

    Args:
        routed: whether it is one, rather than the lack of any.
        ends: whether it is an end.
        transfers: whether it is a transfer.
        back: whether it is another decision: a stage that decides, or after which one always does, and no transfer.
        again: whether it is a stage that does not accept, and after which a transfer is decided or accepted again.
        row: its row in `about.outcomes`; -1 where it is not there.
        provides: level of need that it meets; -1 where none is stated.
    """

    routed: Flags
    ends: Flags
    transfers: Flags
    back: Flags
    again: Flags
    row: Ints
    provides: Ints

    @classmethod
    def of(cls, about: About, words: Sequence[str]) -> Outcomes:
        """Look up each word in `about.outcomes`; a word that is not there is a stage that follows no decision."""
        return _looked_up(about.of_outcomes, about.of_stages, tuple(words))


class Visits(NamedTuple):
    """Visits of main threads, each contact's together and in the order in which they happened.

    Args:
        contact: place of the contact in the list of contacts; ascending.
        stage: row of the stage in `about.stages`; -1 where it is not there.
        settled: second at which the visit's own work was done: the end of its last stretch that is not a wait for a
            handoff, acceptance or allocation (of its last stretch, if all are).
        ended: end of its last stretch.
        outcome: its outcome, or that it has none: place in `outcomes`.
        outcomes: what each outcome means.
        unserved: whether it has an outcome although nobody had begun its work, nor taken its case: it gave up waiting, or was
            turned away. Of none where the log does not tell work (`About.tells_work`).
        slot: the visits at caseload stages.
        reached: for each of those, start of the first stretch that is no wait for a handoff or acceptance; NEVER if none.
        held: for each of those, start of the first stretch that holds a slot or waits for the first visit; NEVER if none.
    """

    contact: Ints
    stage: Ints
    settled: Ints
    ended: Ints
    outcome: Ints
    outcomes: Outcomes
    unserved: Flags
    slot: Ints
    reached: Ints
    held: Ints

    @property
    def routed(self) -> Flags:
        """Whether each has an outcome."""
        return self.outcomes.routed.take(self.outcome)

    @property
    def ends(self) -> Flags:
        """Whether the outcome of each is an end."""
        return self.outcomes.ends.take(self.outcome)

    def rows(self, visits: Ints) -> Ints:
        """Row of the outcome of each of some visits in `about.outcomes`; -1 where it is not there."""
        return self.outcomes.row.take(self.outcome.take(visits))


@lru_cache(maxsize=64)
def _looked_up(outcomes: Columns, stages: Columns, words: tuple[str, ...]) -> Outcomes:
    """`Outcomes.of`; kept, since all replications of a model have the same tables."""
    rows = outcomes.rows("outcome", "is_end", "transfer", "accepted_later", "provides", "decided_later")
    known = {word: (row, *rest) for row, (word, *rest, _) in enumerate(rows)}
    found = [known.get(word, (-1, False, False, False, None)) for word in words]
    ends, transfers, accepted = (np.array([meaning[place] for meaning in found], dtype=bool) for place in (1, 2, 3))
    decides, accepts = (
        {name for name, is_so in stages.rows("stage", flag) if is_so} for flag in ("decides", "accepts")
    )
    decides |= {word for word, *_, later in rows if later}
    levels = [-1 if pd.isna(level) else int(level) for *_, level in found]
    back = np.array([word in decides for word in words], dtype=bool) & ~transfers
    return Outcomes(
        routed=np.array([word != "" for word in words], dtype=bool),
        ends=ends,
        transfers=transfers,
        back=back,
        again=(back | accepted) & np.array([word not in accepts for word in words], dtype=bool),
        row=np.array([row for row, *_ in found], dtype=np.int64),
        provides=np.array(levels, dtype=np.int64),
    )


@dataclass(frozen=True)
class ByTeam:
    """Seconds by team.

    Args:
        names: names of the teams; the empty one is none.
        seconds: one number a team [s].
    """

    names: tuple[str, ...]
    seconds: Ints


class Reading(Protocol):
    """What befell the contacts of a log, and the people on duty; seconds count as in `About`.

    "Within the window" is within [0, closes): a stretch that goes beyond is cut there.
    """

    @property
    def about(self) -> About:
        """What one must know to read the log."""

    @property
    def contacts(self) -> Columns:
        """The contacts, in whatever order; a place of a contact is its place here."""

    @property
    def coarsest(self) -> str:
        """Coarsest precision to which times are recorded: second, minute or day."""

    @property
    def visits(self) -> Visits:
        """The visits of main threads."""

    @property
    def seen(self) -> tuple[Ints, Ints]:
        """Waits for a visit to the family that were not cut by the end: places of contacts, and when each was over."""

    def split(self, mine: Flags, first: Ints, last: Ints) -> dict[str, int]:
        """What main threads did meanwhile.

        Args:
            mine: for each contact, whether it counts.
            first, last: for each contact, between which seconds.

        Returns:
            Seconds by cause of waiting, of all contacts that count together; `""` is not a wait.
        """

    @property
    def teams(self) -> tuple[str, ...]:
        """Names of all teams, sorted."""

    @property
    def queued(self) -> Ints:
        """Seconds of waiting for each of `teams` (row) in each hour of the window, the last of which may be shorter."""

    def spent(self, kind: str) -> ByTeam:
        """Seconds of one kind of work within the window, by the team that worked."""

    @property
    def slots(self) -> ByTeam:
        """Seconds within the window for which slots were held, each times the children of its contact."""

    @property
    def has_duty(self) -> bool:
        """Whether the log holds any duty."""

    def on_duty(self, kind: str) -> ByTeam:
        """Seconds of one kind of duty within the window, by the team whose duty it was."""

    @property
    def worked(self) -> ByTeam:
        """Seconds of work of any kind inside available duty within the window, by the team whose duty it was."""


def in_each_hour(begun: Ints, follow: Ints, closes: int) -> Ints:
    """Seconds that stretches spend in each hour of the window, from where they begin and end.

    Args:
        begun: for each team (row) and hour, how many more begin than end in it; those outside the window count as at
            its nearer bound, and the last column is for the second at which it closes.
        follow: likewise, the seconds of the hour that follow each beginning, less those that follow each end.
        closes: second at which the window closes.

    Returns:
        Seconds by team and hour.

    Example:
        >>> in_each_hour(np.array([[1, 0, -1, 0]]), np.array([[3_000, 0, -600, 0]]), closes=9_000).tolist()
        [[3000, 3600, 1200]]
    """
    width = np.diff(np.append(np.arange(0, closes, HOUR), closes))
    here_before = np.cumsum(begun, axis=1) - begun
    seconds: Ints = here_before[:, :-1] * width + follow[:, :-1]
    return seconds
