"""The time that a history is measured over, and the calendars that it is measured by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import pandas as pd

from frontdoor_sim.event_log import About
from frontdoor_sim.tables import empty
from frontdoor_sim.working_time import ShiftPattern, WallClock, WorkingDays, england_bank_holidays, working_dates

_BEYOND = timedelta(days=750)
_OFFICE: Mapping[str, str] = {"Mon-Fri": "09:00-17:00"}


@dataclass(frozen=True, eq=False)
class Period:
    """The window over which history is measured, and when the files were taken from the case system.

    Args:
        opens: first date of the measured window.
        closes: first date after it.
        extracted: local time at which the files were taken; what was open then is open at the end.
        hours: the working hours by which working time is counted.
        receipt_closes: local time from which a receipt counts as the next working day's; None where it never closes.
        targets: table `targets`; the decision measures read the one called decision.

    Raises:
        ValueError: the window is empty, or the files were taken before it closes.

    Example:
        >>> year = Period(date(2024, 4, 1), date(2025, 4, 1), datetime(2025, 5, 1))
        >>> year.about(empty("stages"), empty("outcomes"), 0, empty("silent")).closes // 86_400
        365
    """

    opens: date
    closes: date
    extracted: datetime
    hours: ShiftPattern = field(default_factory=lambda: ShiftPattern.parse(_OFFICE))
    receipt_closes: time | None = time(17)
    targets: pd.DataFrame = field(default_factory=lambda: empty("targets"))

    def __post_init__(self) -> None:
        if not self.opens < self.closes <= self.extracted.date():
            raise ValueError(
                f"opens {self.opens}, closes {self.closes} and extracted {self.extracted} must follow one another"
            )

    @property
    def clock(self) -> WallClock:
        """The wall clock whose second 0 is midnight of the opening."""
        return WallClock(self.opens)

    @property
    def ends(self) -> int:
        """Second at which the files were taken."""
        return self.clock.seconds(self.extracted)

    def about(self, stages: pd.DataFrame, outcomes: pd.DataFrame, starts: int, silent: pd.DataFrame) -> About:
        """What one must know to read a log of this period.

        Args:
            stages, outcomes: tables of those names.
            starts: second of the first receipt.
            silent: table `silent`: what the files cannot answer.
        """
        clock, starts = self.clock, min(starts, 0)
        first, last = clock.date_of(starts), self.extracted.date() + _BEYOND
        holidays = england_bank_holidays(first, last)
        return About(
            option="history",
            run=0,
            opens=self.opens,
            starts=starts,
            closes=clock.midnight(self.closes),
            ends=self.ends,
            stages=stages,
            outcomes=outcomes,
            clocks={"working_hours": self.hours.lay_out(clock, first, last, holidays)},
            working_days=WorkingDays(clock, working_dates(first, last, holidays), self.receipt_closes),
            targets=self.targets,
            tells_returns=True,
            silent=silent,
        )
