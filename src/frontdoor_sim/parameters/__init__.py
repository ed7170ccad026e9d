"""Numbers of a council, each with unit, source, date and grade; read, asked and written."""

from frontdoor_sim.parameters.council import Parameters
from frontdoor_sim.parameters.graded import GRADES, TIME_UNITS, Clock, Grade, Graded
from frontdoor_sim.parameters.known import SOURCES, as_markdown, known

__all__ = ["GRADES", "SOURCES", "TIME_UNITS", "Clock", "Grade", "Graded", "Parameters", "as_markdown", "known"]
