"""Which council, region or country is meant, and what to say where there is none such."""

from __future__ import annotations

from frontdoor_sim.calibration.dfe import SYMBOLS, TITLES, Figures, Table
from frontdoor_sim.documents import InputError, Mistake, in_words, nearest


def find_area(figures: Figures, council: str, year: int) -> str:
    """The name of a council, region or country as published.

    Args:
        figures: the published tables.
        council: its name; capitals do not matter.
        year: the reporting year asked for.

    Raises:
        InputError: no such area (the nearest names are offered), an area that is in some tables only, a year that it
            does not have (its years are named), or a year without a published number of referrals.
    """
    names = {name.lower(): name for name in figures.areas()}
    area = names.get(council.strip().lower())
    if area is None:
        right = "The name of a council, a region or England, as published."
        near = _nearest_areas(council, figures.areas())
        remedy = f"Did you mean {_quoted(near)}?" if near else f"Areas here: {_quoted(figures.areas())}."
        raise InputError([Mistake(figures["referrals"].file, f'No area is called "{council}".', right, remedy)])
    mistakes = [_absent(table, area) for table in figures.tables.values() if not table.years(area)]
    if not mistakes and figures["referrals"].figure(area, year, "Referrals") is None:
        mistakes = [_no_volume(figures["referrals"], area, year)]
    if mistakes:
        raise InputError(mistakes)
    return area


def _quoted(names: list[str]) -> str:
    return in_words(f'"{name}"' for name in names)


def _nearest_areas(council: str, areas: list[str]) -> list[str]:
    """Areas that the text may mean: by initials, by a part of the name, or by likeness."""
    asked = council.strip().lower()
    initials = [area for area in areas if asked == "".join(word[0] for word in area.split() if word != "and").lower()]
    parts = [area for area in areas if len(asked) > 2 and asked in area.lower()]
    return list(dict.fromkeys([*initials, *parts, *nearest(council, areas)]))[:5]


def _absent(table: Table, area: str) -> Mistake:
    what = f"{area} has no row in the table of {TITLES[table.name]}."
    near = _nearest_areas(area, sorted({name for name, _ in table.rows}))
    remedy = "Download the whole table" + (f"; here it may be {_quoted(near)}." if near else ".")
    return Mistake(table.file, what, "A row for the same area in every table.", remedy)


def _no_volume(table: Table, area: str, year: int) -> Mistake:
    years = table.years(area, ["Referrals"])
    right = f"A year with referrals: {in_words(years)}." if years else "An area with referrals; this one has none."
    remedy = "Ask for one of these years." if years else "Ask for another area."
    symbol = table.symbol(area, year, "Referrals")
    if symbol is None:
        return Mistake(table.file, f"{area} has no row for {year}.", right, remedy)
    where = f"{table.file}:{table.rows[area, year].line}: Referrals"
    what = f'The referrals of {area} in {year} stand as "{symbol}" ({SYMBOLS[symbol]}).'
    return Mistake(where, what, right, remedy)
