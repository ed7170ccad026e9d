"""Shapes of durations, read by quantile; they hold no generator.

A `Distribution` is what an analyst writes. A `QuantileTable` is the same shape as integers, so that no floating-point
result ever decides anything inside a run.
"""

from frontdoor_sim.distributions.quantile_tables import CELL_BITS, KNOTS_A_SIDE, QuantileTable, quantile_table
from frontdoor_sim.distributions.shapes import Distribution, from_mapping

__all__ = ["CELL_BITS", "KNOTS_A_SIDE", "Distribution", "QuantileTable", "from_mapping", "quantile_table"]
