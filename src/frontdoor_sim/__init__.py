"""Discrete-event simulation of a council's children's-services Front Door."""
