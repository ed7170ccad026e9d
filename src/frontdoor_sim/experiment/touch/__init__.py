"""A history's receipts played again at desks of known touch and capacity."""

from frontdoor_sim.experiment.touch.desk import Desk
from frontdoor_sim.experiment.touch.fitting import TouchAndCapacity, touch_and_capacity

__all__ = ["Desk", "TouchAndCapacity", "touch_and_capacity"]
