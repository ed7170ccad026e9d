"""What happened, one row a stretch, and the laws that every log obeys.

Engine and history write the same log; measures, exports and animations read it.
"""

from frontdoor_sim.event_log.exports import to_bupar, to_prosimos, to_vidigi, to_xes
from frontdoor_sim.event_log.files import read_log, remove_other_logs, write_log
from frontdoor_sim.event_log.laws import BrokenLaw, check_conserved, check_laws
from frontdoor_sim.event_log.reading import Reading
from frontdoor_sim.event_log.record import ANY, About, EventLog, arrange, assemble, main_thread
from frontdoor_sim.event_log.recording import Recording, SystemRecording

__all__ = [
    "ANY",
    "About",
    "BrokenLaw",
    "EventLog",
    "Reading",
    "Recording",
    "SystemRecording",
    "arrange",
    "assemble",
    "check_conserved",
    "check_laws",
    "main_thread",
    "read_log",
    "remove_other_logs",
    "to_bupar",
    "to_prosimos",
    "to_vidigi",
    "to_xes",
    "write_log",
]
