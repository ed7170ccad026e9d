"""Who comes, and when: the contacts of a run as a table.

All of their luck is keyed (see `luck`): a contact's key is made from seed, replication, source, hour and ordinal, never
from its row, so one more contact, another warm-up or a further source leaves everybody else as they were.
"""

from frontdoor_sim.contacts.drawing import draw
from frontdoor_sim.contacts.given import given
from frontdoor_sim.contacts.open_at_start import joined, open_at_start
from frontdoor_sim.contacts.rates import expected_rates

__all__ = ["draw", "expected_rates", "given", "joined", "open_at_start"]
