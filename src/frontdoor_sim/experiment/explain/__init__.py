"""A scenario in plain words: what an option changes, for which reason, and the pathway as it then is."""

from frontdoor_sim.experiment.explain.telling import changed_parts, explain, gone_parts, picture

__all__ = ["changed_parts", "explain", "gone_parts", "picture"]
