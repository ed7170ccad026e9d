"""The compiled engine: a table-driven kernel that writes the same event log as the reference engine, only sooner.

`layout` puts plan, people and contacts into one array, `kernel` plays it, `running` reads the log out of it, and `reading` what
measures ask where nobody wants the log. It needs Numba.
"""

from frontdoor_sim.engine.compiled.reading import play_to_read
from frontdoor_sim.engine.compiled.running import play

__all__ = ["play", "play_to_read"]
