"""What a check is, and what it may look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontdoor_sim.calibration.history.reading import History

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

NONE = np.iinfo(np.int64).min
DAY = 86_400
Action = Literal["kept", "set aside"]


@dataclass(frozen=True, eq=False)
class Facts:
    """The records that a check looks at, and when the files were taken.

    Args:
        records: table `history_records`, with an index from 0.
        extracted: local time at which the files were taken, in seconds of the wall clock since 1970.
        joined: whether a mapping file joined the persons of several systems.
    """

    records: pd.DataFrame
    extracted: int
    joined: bool

    @classmethod
    def of(cls, history: History, extracted: int) -> Facts:
        """The facts of a history."""
        return cls(history.records, extracted, history.joined)

    def seconds(self, name: str) -> Ints:
        """A moment of every record, `NONE` where there is none."""
        return np.asarray(self.records[name].to_numpy(dtype=np.int64, na_value=NONE), dtype=np.int64)

    def known(self, name: str) -> Flags:
        """Whether a record has a moment, or an identifier."""
        known: Flags = self.records[name].notna().to_numpy()
        return known

    def to_the_day(self, name: str) -> Flags:
        """Whether a moment is a date without a time of day: one at midnight, of a record of which some moment is."""
        dated: Flags = (self.word("recorded_to") == "day") & (self.seconds(name) % DAY == 0)
        return dated

    def kind(self, *kinds: str) -> Flags:
        """Whether a record is of one of some kinds."""
        mine: Flags = self.records["kind"].isin(kinds).to_numpy()
        return mine

    def word(self, name: str) -> NDArray[np.object_]:
        """A column of words as text."""
        return self.records[name].astype(str).to_numpy(dtype=object)

    def parent_seconds(self, name: str) -> Ints:
        """A moment of the referral that each record belongs to, `NONE` where there is none."""
        return np.append(self.seconds(name), NONE)[self._parent]

    def parent_to_the_day(self, name: str) -> Flags:
        """Whether a moment of the referral that each record belongs to is a date; false where it names none that is there."""
        dated: Flags = np.append(self.to_the_day(name), False)[self._parent]
        return dated

    def parent_word(self, name: str) -> NDArray[np.object_]:
        """A word of the referral that each record belongs to, empty where there is none."""
        return np.append(self.word(name), "")[self._parent]

    @property
    def _parent(self) -> Ints:
        """The place of the referral that each record names; one past the last where it names none that is there."""
        referrals = self.records[self.kind("referral") & self.known("item")].drop_duplicates("item")
        place = pd.Series(referrals.index.to_numpy(), index=referrals["item"].to_numpy(dtype=np.int64))
        given = self.records["parent"].fillna(-1).astype("int64")
        return given.map(place).fillna(len(self.records)).to_numpy(dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Found:
    """What a check found.

    Args:
        rows: places of the records found.
        looked_at: to how many records it could be applied.
        number: how many there are, where that is an estimate and no record can be named.
        said: what its advice should say, such as a time of day.
    """

    rows: Ints
    looked_at: int
    number: int = -1
    said: str = ""

    @property
    def found(self) -> int:
        """How many were found."""
        return self.number if self.number >= 0 else len(self.rows)


@dataclass(frozen=True)
class Rule:
    """One check.

    Args:
        name: its name.
        title: what it finds.
        origin: number of the Department for Education's rule, or `quirk`.
        action: what becomes of the rows.
        advice: what it means and what to do; `{said}` is filled in.
        check: the function; None where the door has done it.
    """

    name: str
    title: str
    origin: str
    action: Action
    advice: str
    check: Callable[[Facts], Found] | None = field(default=None, repr=False)


def among(found: Flags, looked_at: Flags) -> Found:
    """The records found, of those looked at.

    Example:
        >>> among(np.array([True, True]), np.array([True, False])).rows.tolist()
        [0]
    """
    return Found(np.flatnonzero(found & looked_at), int(looked_at.sum()))
