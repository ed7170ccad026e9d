"""Figures that say more about recording than about children: flagged, not believed.

A share that leaps from one year to the next, or stands at nothing where the region has plenty, is a change of how a
council records. Nothing here mends a figure; it writes the sentence that stands beside it.
"""

from __future__ import annotations

from collections.abc import Mapping

LEAP = 0.08
"""Change from one year to the next above which a share is flagged."""

APART = 0.20
"""Distance from the region above which a share is flagged."""

NOTHING = 0.002
"""A share up to this counts as nothing."""

PLENTY = 0.02
"""A region's share from this on makes a council's nothing suspect."""

MISCODED_SHARE = 0.05
MISCODED_RATIO = 3.0
"""Education services above this share, and above this multiple of England's, are taken for schools miscoded."""

FLAG = "Flag: recording, not behaviour: "
"""How the note of a flagged figure begins."""


def flagged(own: Mapping[int, float], region: Mapping[int, float], name: str, year: int) -> str:
    """The sentence beside a share that looks like recording; empty where it does not.

    Args:
        own: the council's share by year.
        region: its region's share by year.
        name: name of the region.
        year: the year of the figure.

    Example:
        >>> flagged({2020: 0.362, 2021: 0.042}, {2020: 0.328}, "South West", 2020)
        'Flag: recording, not behaviour: 36.2 % in 2020 but 4.2 % in 2021.'
    """
    reasons = []
    here, there = own[year], region.get(year)
    for other in (year - 1, year + 1):
        if other in own and abs(own[other] - here) > LEAP:
            reasons.append(f"{_percent(here)} in {year} but {_percent(own[other])} in {other}")
    if there is not None and here <= NOTHING and there >= PLENTY:
        reasons.append(f"{_percent(here)} where {name} has {_percent(there)}")
    elif there is not None and abs(here - there) > APART:
        reasons.append(f"{_percent(here)} against {_percent(there)} in {name}")
    return f"{FLAG}{'; '.join(reasons)}." if reasons else ""


def miscoded_education(share: float, england: float) -> bool:
    """Whether education services (code 2B) hold what schools (2A) should.

    Args:
        share: the council's share of referrals from education services.
        england: England's share in the same year.

    Example:
        >>> miscoded_education(0.172, 0.021), miscoded_education(0.03, 0.021)
        (True, False)
    """
    return share > MISCODED_SHARE and share > MISCODED_RATIO * england


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
