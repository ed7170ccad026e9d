"""What one run is called: a year only where it is one."""

from __future__ import annotations

A_YEAR = (52, 53)
"""Weeks of a run that is called a year."""


def period_of(weeks: int) -> str:
    """What one run of some weeks is called.

    Example:
        >>> period_of(52), period_of(26)
        ('year', 'run of 26 weeks')
    """
    return "year" if weeks in A_YEAR else f"run of {weeks} week{'s' if weeks > 1 else ''}"


def singles(period: str) -> str:
    """Several of them.

    Example:
        >>> singles("year"), singles("run of 26 weeks")
        ('single years', 'single runs of 26 weeks')
    """
    word, *rest = period.split(" ", 1)
    return " ".join([f"single {word}s", *rest])
