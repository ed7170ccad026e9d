"""The pictures of an appraisal: tidy tables in, matplotlib figures out.

Each function returns a `matplotlib.figure.Figure`, 7 inches wide (the text width of an A4 page; a pathway takes the width
that it needs), whose label (`figure.get_label()`) is its text alternative. No function touches pyplot.

They are imported when first asked for: matplotlib takes a third of a second, and workers draw nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from frontdoor_sim.appraisal.charts.curves import decision_curve
    from frontdoor_sim.appraisal.charts.even import where_it_breaks_even
    from frontdoor_sim.appraisal.charts.pathways import pathway
    from frontdoor_sim.appraisal.charts.people import least_staff
    from frontdoor_sim.appraisal.charts.queues import queue_by_hour_of_week
    from frontdoor_sim.appraisal.charts.rows import (
        a_measure,
        decided_within_24h,
        transfer_time,
        who_waits_by_rag,
    )
    from frontdoor_sim.appraisal.charts.shares import what_each_buys
    from frontdoor_sim.appraisal.charts.stacks import waiting_stacked
    from frontdoor_sim.appraisal.charts.tornado import what_matters
    from frontdoor_sim.appraisal.charts.weeks import weeks_of_transition
    from frontdoor_sim.appraisal.charts.workload import utilisation
    from frontdoor_sim.pictures import svg_document, svg_text

__all__ = [
    "a_measure", "decided_within_24h", "decision_curve", "least_staff", "pathway", "queue_by_hour_of_week", "svg_document",
    "svg_text", "transfer_time", "utilisation", "waiting_stacked", "weeks_of_transition", "what_each_buys", "what_matters",
    "where_it_breaks_even", "who_waits_by_rag",
]  # fmt: skip
_MODULES = {
    "a_measure": "rows",
    "decided_within_24h": "rows",
    "decision_curve": "curves",
    "least_staff": "people",
    "pathway": "pathways",
    "queue_by_hour_of_week": "queues",
    "svg_document": "frontdoor_sim.pictures",
    "svg_text": "frontdoor_sim.pictures",
    "transfer_time": "rows",
    "utilisation": "workload",
    "waiting_stacked": "stacks",
    "weeks_of_transition": "weeks",
    "what_each_buys": "shares",
    "what_matters": "tornado",
    "where_it_breaks_even": "even",
    "who_waits_by_rag": "rows",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = _MODULES[name]
    return getattr(import_module(module if "." in module else f"{__name__}.{module}"), name)
