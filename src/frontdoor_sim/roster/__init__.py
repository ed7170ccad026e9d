"""Who is on duty: people with names, days of their own, leave and sickness."""

from frontdoor_sim.roster.blocks import Block
from frontdoor_sim.roster.duty import DutyWindows, FlatWindows, Roster, draw_roster
from frontdoor_sim.roster.phases import Staffing, TakenUp, draw_roster_of_phases
from frontdoor_sim.roster.posts import Post

__all__ = ["Block", "DutyWindows", "FlatWindows", "Post", "Roster", "Staffing", "TakenUp", "draw_roster",
           "draw_roster_of_phases"]  # fmt: skip
