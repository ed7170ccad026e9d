"""Published results of a council: kept for checks and flags, and the bands of assessment durations."""

from __future__ import annotations

from frontdoor_sim.calibration.artefacts import flagged
from frontdoor_sim.calibration.asked import Asked, filled_shares, nearest_place, published, rounded_shares
from frontdoor_sim.calibration.dfe import BANDS
from frontdoor_sim.parameters import Graded

BAND_EDGES = (0, 1, 11, 21, 31, 41, 46, 51, 61, 91)
"""Working days at which the published bands begin; whole days count, so that 45 days and a half is day 45.

The last band, 61 days or more, is open; it is closed at 90 days, twice the statutory limit, by assumption.
"""

_IN_TIME = BANDS[: BAND_EDGES.index(46)]
_SHARES = {
    "published.re_referral_share": "Re_referrals_percent",
    "published.assessed_not_in_need_share": "Not_in_Need_percent",
    "published.referral_no_further_action_share": "No_Further_Action_percent",
}
_RECORDED = ("published.assessed_not_in_need_share", "published.referral_no_further_action_share")


def results(asked: Asked) -> dict[str, Graded]:
    """Section `published`, and `durations.assessment`, as far as the figures go.

    A figure that is published nowhere, not even for England, is left out.
    """
    found: dict[str, Graded | None] = {name: _share(asked, name) for name in _SHARES}
    found["published.s47_per_100_referrals"] = _ratio(asked, "Section47", "Referrals", 100, "per 100 referrals")
    found["published.icpc_per_100_s47"] = _ratio(asked, "ICPC", "Section47", 100, "per 100 enquiries")
    found["published.assessments_per_referral"] = _ratio(
        asked, "Assessments_completed", "Referrals", 1, "assessments per referral"
    )
    found.update(_durations(asked))
    return {name: graded for name, graded in found.items() if graded is not None}


def _share(asked: Asked, name: str) -> Graded | None:
    column = _SHARES[name]
    table = asked.table("referrals")
    place = nearest_place(asked, table, [column], lambda area, year: table.figure(area, year, column) is not None)
    if place is None:
        return None
    own, region = asked.share(place.area, column), asked.share(asked.region, column)
    flag = flagged(own, region, asked.region, place.year) if name in _RECORDED else ""
    return published(own[place.year], "share of referrals", "referrals", place, flag)


def _ratio(asked: Asked, above: str, below: str, scale: float, unit: str) -> Graded | None:
    """A ratio of two published counts of the same area and year."""
    tables = {"Section47": "section_47", "ICPC": "section_47", "Referrals": "referrals"}
    upper, lower = (asked.table(tables.get(column, "durations")) for column in (above, below))

    def counts(area: str, year: int) -> tuple[float, float]:
        return upper.figure(area, year, above) or 0.0, lower.figure(area, year, below) or 0.0

    place = nearest_place(asked, upper, [above, below], lambda area, year: min(counts(area, year)) > 0)
    if place is None:
        return None
    top, bottom = counts(place.area, place.year)
    return published(round(scale * top / bottom, 3 if scale == 1 else 1), unit, upper.name, place)


def _durations(asked: Asked) -> dict[str, Graded]:
    """The published bands as a distribution, and the share within 45 working days."""
    table = asked.table("durations")
    columns = ["Assessments_completed", *BANDS]
    place = nearest_place(asked, table, columns, lambda area, year: _banded(asked, area, year))
    if place is None:
        return {}
    shares, hidden = filled_shares(table, place, BANDS, "Assessments_completed")
    rounded = rounded_shares(shares)
    value = {"distribution": "banded", "edges": list(BAND_EDGES), "shares": list(rounded.values())}
    spike = f"{rounded['41-45_days']:.1%} end on working days 41 to 45, before the limit: elapsed time is not work."
    closed = "The open band, 61 days or more, is closed at 90 by assumption. The clock starts at the assessment."
    note = " ".join(text for text in (spike.replace("%", " %"), closed, hidden) if text)
    in_time = round(sum(shares[band] for band in _IN_TIME), 4)
    return {
        "durations.assessment": published(value, "working days", "durations", place, note),
        "published.assessment_within_45_days_share": published(
            in_time, "share of assessments", "durations", place, "From the start of the assessment, not from referral."
        ),
    }


def _banded(asked: Asked, area: str, year: int) -> bool:
    """Whether a year has assessments, and no more than three bands of them suppressed."""
    table = asked.table("durations")
    known = [table.figure(area, year, band) is not None for band in BANDS]
    return (table.figure(area, year, "Assessments_completed") or 0.0) > 0 and known.count(False) <= 3
