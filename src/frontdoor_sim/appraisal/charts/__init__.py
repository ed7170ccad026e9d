"""The pictures of an appraisal: tidy tables in, matplotlib figures out.

Each function returns a `matplotlib.figure.Figure`, 7 inches wide (the text width of an A4 page; a pathway takes the width
that it needs), whose label (`figure.get_label()`) is its text alternative. No function touches pyplot.
"""

from frontdoor_sim.appraisal.charts.curves import decision_curve
from frontdoor_sim.appraisal.charts.pathway import pathway
from frontdoor_sim.appraisal.charts.queues import queue_by_hour_of_week
from frontdoor_sim.appraisal.charts.rows import decided_within_24h, transfer_time, utilisation, who_waits_by_rag
from frontdoor_sim.appraisal.charts.sheet import svg_document, svg_text
from frontdoor_sim.appraisal.charts.stacks import waiting_stacked

__all__ = [
    "decided_within_24h",
    "decision_curve",
    "pathway",
    "queue_by_hour_of_week",
    "svg_document",
    "svg_text",
    "transfer_time",
    "utilisation",
    "waiting_stacked",
    "who_waits_by_rag",
]
