"""Opening hours, bank holidays and the arithmetic of working time, in whole seconds."""

from frontdoor_sim.working_time.bank_holidays import england_bank_holidays
from frontdoor_sim.working_time.calendars import NEVER, Calendar
from frontdoor_sim.working_time.durations import parse_duration
from frontdoor_sim.working_time.patterns import Instants, ShiftPattern
from frontdoor_sim.working_time.upcoming import Upcoming
from frontdoor_sim.working_time.wall_clock import WallClock
from frontdoor_sim.working_time.working_days import WorkingDays, working_dates

__all__ = [
    "NEVER",
    "Calendar",
    "Instants",
    "ShiftPattern",
    "Upcoming",
    "WallClock",
    "WorkingDays",
    "england_bank_holidays",
    "parse_duration",
    "working_dates",
]
