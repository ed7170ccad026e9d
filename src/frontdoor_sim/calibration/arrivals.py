"""Who contacts and when: source mix, shape of the year and extra variance, from published figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from frontdoor_sim.calibration.artefacts import FLAG, miscoded_education
from frontdoor_sim.calibration.asked import (
    Asked,
    Place,
    cited_years,
    filled_shares,
    nearest_place,
    published,
    rounded_shares,
)
from frontdoor_sim.calibration.dfe import MONTHS, SOURCE_COLUMNS, Table
from frontdoor_sim.calibration.dispersion import Dispersion, dispersion
from frontdoor_sim.calibration.school_holidays import school_holidays
from frontdoor_sim.calibration.season import COVID_YEARS, Habits, daily_profile, habits, month_index, pooled_years
from frontdoor_sim.parameters import Graded

Floats = NDArray[np.float64]
HOLIDAY_YEARS = (2018, 2027)
"""Calendar years whose school holidays every file holds; an earlier or later reporting year adds its own."""

MOST_YEARS = 5
"""Years of monthly counts that are pooled for the extra variance."""

ASSUMED_DAY_CV, ASSUMED_WEEK_CV = 0.2, 0.15
_ONE_EDGE, _OTHER_EDGE = 0.1, 1.0
_APRIL_TO_JANUARY = 3


def arrivals(asked: Asked, numbers: Mapping[str, Graded]) -> dict[str, Graded]:
    """Section `arrivals`, and the published source mix, as far as published figures go.

    Args:
        asked: the area and year.
        numbers: starting values: habits of the sources, relative conversion, children in a contact.
    """
    mix = _referral_mix(asked)
    shares, conversion = tilted(mix.value, numbers["arrivals.relative_conversion"].value)
    habit = habits(
        numbers["arrivals.weekday_weights"].value,
        numbers["arrivals.bank_holiday_factor"].value,
        numbers["arrivals.school_holiday_factor"].value,
    )
    index = _national_index(asked, habit)
    tilt = "The mix of referrals divided by the relative conversion of each source, which is graded on its own line."
    return {
        "published.referral_source_shares": mix,
        "arrivals.source_shares": replace(mix, value=rounded_shares(shares), unit="share of contacts", note=tilt),
        "arrivals.relative_conversion": replace(
            numbers["arrivals.relative_conversion"], value={s: round(rate, 4) for s, rate in conversion.items()}
        ),
        "arrivals.month_index": _index_graded(asked, index),
        "arrivals.school_holidays": holidays_parameter(asked.year),
        **_variances(asked, numbers, index, habit, np.array([mix.value[source] for source in habit.sources])),
    }


def tilted(referrals: Mapping[str, float], known: Mapping[str, float]) -> tuple[dict[str, float], dict[str, float]]:
    """Source mix of contacts from that of referrals.

    A source s with relative conversion r[s] has  q[s] = w[s] / r[s]  of contacts where it has w[s] of referrals. The
    sources without a figure of their own convert alike, at the rate which makes the mean of r over contacts 1.

    Args:
        referrals: share of referrals by source, w.
        known: relative conversion of the sources that have a figure.

    Returns:
        Share of contacts and relative conversion, by source.

    Example:
        >>> shares, rates = tilted({"police": 0.24, "schools": 0.76}, {"police": 0.8})
        >>> round(shares["police"], 4), round(rates["schools"], 4)
        (0.3, 1.0857)
    """
    of_known = {source: referrals[source] / rate for source, rate in known.items()}
    rest = (1 - sum(referrals[source] for source in known)) / (1 - sum(of_known.values()))
    conversion = {source: known.get(source, rest) for source in referrals}
    return {source: share / conversion[source] for source, share in referrals.items()}, conversion


def source_mix(table: Table, place: Place) -> tuple[dict[str, float], str]:
    """Share of referrals by source, mended where it was miscoded, and what was done.

    Where education services (code 2B) hold far more than England's, schools (2A) and education services together are
    divided as England's are.
    """
    columns = list(SOURCE_COLUMNS.values())
    by_column, note = filled_shares(table, place, columns, "Referrals")
    shares = {source: by_column[column] for source, column in SOURCE_COLUMNS.items()}
    model, _ = filled_shares(table, Place("England", _nearest(table, place.year)), columns, "Referrals")
    schools, services = SOURCE_COLUMNS["schools"], SOURCE_COLUMNS["education_services"]
    if not miscoded_education(shares["education_services"], model[services]):
        return shares, note
    both = shares["schools"] + shares["education_services"]
    flag = (
        f"{FLAG}schools {100 * shares['schools']:.1f} % and education services "
        f"{100 * shares['education_services']:.1f} % (codes 2A and 2B mixed up); they are divided as in England."
    )
    shares["education_services"] = both * model[services] / (model[services] + model[schools])
    shares["schools"] = both - shares["education_services"]
    return shares, " ".join(text for text in (flag, note) if text)


def _nearest(table: Table, year: int) -> int:
    """England's year of a table nearest to the one asked for."""
    years = table.years("England", SOURCE_COLUMNS.values())
    return min(years, key=lambda one: (abs(one - year), one))


def _referral_mix(asked: Asked) -> Graded:
    table = asked.table("sources")
    columns = list(SOURCE_COLUMNS.values())

    def usable(area: str, year: int) -> bool:
        known = [table.figure(area, year, column) is not None for column in columns]
        return bool(table.figure(area, year, "Referrals")) and known.count(False) <= len(columns) // 2

    place = nearest_place(asked, table, columns, usable) or Place("England", _nearest(table, asked.year))
    shares, note = source_mix(table, place)
    return published(rounded_shares(shares), "share of referrals", "sources", place, note)


def _months(table: Table, area: str, year: int) -> Floats:
    return np.array([table.figure(area, year, month) or 0.0 for month in MONTHS])


def _national_index(asked: Asked, habit: Habits) -> Floats:
    """Month index of England, April first."""
    months, sources = asked.table("months"), asked.table("sources")
    years = pooled_years(months.years("England", MONTHS), asked.year)
    mixes = {year: source_mix(sources, Place("England", _nearest(sources, year)))[0] for year in years}
    shares = {year: np.array([mix[source] for source in habit.sources]) for year, mix in mixes.items()}
    return month_index({year: _months(months, "England", year) for year in years}, shares, habit)


def _index_graded(asked: Asked, index: Floats) -> Graded:
    years = pooled_years(asked.table("months").years("England", MONTHS), asked.year)
    note = (
        f"National shape without the years of the pandemic ({' and '.join(map(str, COVID_YEARS))}); weekdays, bank "
        "holidays and school holidays are taken out, so that with them the months add up to the published ones."
    )
    january_first = np.roll(index, _APRIL_TO_JANUARY)
    value = [round(float(month), 3) for month in january_first]
    graded = published(value, "relative rate per like day", "months", Place("England", years[-1]), note)
    return replace(graded, source=cited_years("months", "England", years))


def holidays_parameter(year: int) -> Graded:
    """School holidays around a reporting year, by the rule for England."""
    first, last = min(HOLIDAY_YEARS[0], year - 1), max(HOLIDAY_YEARS[1], year)
    value = [[start, end] for start, end in school_holidays(first, last)]
    source = (
        "Engineering assumption, a rule for England: February half-term; two weeks around Easter Sunday; the week of "
        "the spring bank holiday; from the Monday of 22 to 28 July to 31 August; the last whole week of October; two "
        "weeks from the Monday of the week of Christmas Day"
    )
    note = "Terms are set locally and differ by a week or so. Replace them with your own."
    return Graded(value, "dates", source, date(2026, 11, 22), "assumed", note=note)


def _variances(
    asked: Asked, numbers: Mapping[str, Graded], index: Floats, habit: Habits, shares: Floats
) -> dict[str, Graded]:
    """Variance of the day's and the week's factor, fitted to the council's monthly counts."""
    table = asked.table("months")
    years = pooled_years(table.years(asked.area, MONTHS), asked.year, MOST_YEARS)
    years = [year for year in years if table.years("England", MONTHS).count(year)]
    if asked.area == "England" or not years:
        return _assumed_variances(asked)
    counts = {year: _months(table, asked.area, year) for year in years}
    national = {year: _months(table, "England", year) for year in years}
    shapes = {year: months / months.sum() for year, months in national.items()}
    daily = {year: daily_profile(year, index, shares, habit) for year in years}
    children = numbers["volumes.children_per_contact"].value
    share = numbers["arrivals.variance_share_of_days"].value
    found, low, high = (dispersion(counts, shapes, daily, children, s) for s in (share, _ONE_EDGE, _OTHER_EDGE))
    return _variances_graded(asked, years, found, low, high)


def _variances_graded(
    asked: Asked, years: list[int], found: Dispersion, low: Dispersion, high: Dispersion
) -> dict[str, Graded]:
    place = Place(asked.area, years[-1])
    note = (
        f"Monthly counts have variance over mean {found.monthly_ratio:.2f} once the national shape and the year's "
        f"total are removed; families explain {found.families:.2f} of it. Months cannot tell days from weeks: see "
        "variance_share_of_days; the range is from a tenth of it to all of it put down to days."
    )
    if not asked.is_council:
        note += " A region varies less than a council."
    days = published(round(found.day, 4), "variance", "months", place, note, "fitted")
    weeks = published(round(found.week, 4), "variance", "months", place, note, "fitted")
    source = cited_years("months", asked.area, years)
    return {
        "arrivals.day_variance": replace(days, source=source, range=(round(low.day, 4), round(high.day, 4))),
        "arrivals.week_variance": replace(weeks, source=source, range=(round(high.week, 4), round(low.week, 4))),
    }


def _assumed_variances(asked: Asked) -> dict[str, Graded]:
    """For England, whose months are the shape itself, and for areas without whole years of months."""
    source = "Engineering assumption: coefficients of variation of 0.2 for days and 0.15 for weeks"
    note = f"{asked.area} has no monthly counts to set against the national shape."
    values = {"day": (ASSUMED_DAY_CV, (0.0, 0.12)), "week": (ASSUMED_WEEK_CV, (0.0, 0.06))}
    return {
        f"arrivals.{name}_variance": Graded(
            round(cv**2, 4), "variance", source, date(2026, 11, 22), "assumed", spread, note
        )
        for name, (cv, spread) in values.items()
    }
