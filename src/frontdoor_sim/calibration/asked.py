"""The council and year asked for, and where to look when their own figure is suppressed.

The order: the same area in the nearest year (the earlier of two), then its region, then England; always said so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from frontdoor_sim.calibration.areas import find_area
from frontdoor_sim.calibration.dfe import SYMBOLS, TITLES, Figures, Table
from frontdoor_sim.calibration.season import COVID_YEARS
from frontdoor_sim.parameters import Grade, Graded

ELSEWHERE = "Not the figure asked for: "
"""How the note of a figure of another year or area begins."""


@dataclass(frozen=True)
class Asked:
    """An area and a year of the published figures."""

    figures: Figures
    area: str
    year: int

    @property
    def region(self) -> str:
        """The region of a council where the files hold it; else, and for a region, England."""
        return self.figures.region(self.area, self.year)

    @property
    def is_council(self) -> bool:
        """Whether the area is a local authority, not a region or England."""
        row = self.figures["referrals"].rows[self.area, self.year]
        return row.region not in ("England", "")

    def areas(self) -> list[str]:
        """Where to look, in order: the area, its region, England."""
        return list(dict.fromkeys([self.area, self.region, "England"]))

    def table(self, name: str) -> Table:
        """A published table."""
        return self.figures[name]

    def share(self, area: str, column: str) -> dict[int, float]:
        """A percentage of the table of referrals as a share, for every year that has one."""
        table = self.table("referrals")
        return {year: round((table.figure(area, year, column) or 0.0) / 100, 4) for year in table.years(area, [column])}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a figure was found, and the note that says so."""

    area: str
    year: int
    note: str = ""


def ask(figures: Figures, council: str, year: int) -> Asked:
    """The area and year of a question.

    Raises:
        InputError: as `find_area`.
    """
    return Asked(figures, find_area(figures, council, year), year)


def nearest_place(
    asked: Asked, table: Table, columns: Sequence[str], usable: Callable[[str, int], bool]
) -> Place | None:
    """The area and year nearest to the one asked for that can be used; None where there is none at all.

    Args:
        asked: area and year.
        table: the table of the figure, for the symbol that stands there.
        columns: columns of the figure.
        usable: whether an area and year will do.
    """
    for area in asked.areas():
        years = [year for year in table.years(area) if usable(area, year)]
        if years:
            year = min(years, key=lambda one: (abs(one - asked.year), one))
            return Place(area, year, _elsewhere(asked, table, columns, area, year))
    return None


def _elsewhere(asked: Asked, table: Table, columns: Sequence[str], area: str, year: int) -> str:
    if (area, year) == (asked.area, asked.year):
        return ""
    if area != asked.area:
        return f"{ELSEWHERE}{asked.area} has none in any year; this is {area}, {year}."
    symbols = [table.symbol(area, asked.year, column) for column in columns]
    symbol = next((one for one in symbols if one in SYMBOLS), None)
    why = f'{asked.year} stands as "{symbol}" ({SYMBOLS[symbol]})' if symbol else f"there is none for {asked.year}"
    covid = ", a year of the pandemic" if year in COVID_YEARS else ""
    return f"{ELSEWHERE}{why}; {year} is the nearest year that has one{covid}."


def cited(table: str, place: Place) -> str:
    """The source of a published figure, in words.

    Example:
        >>> cited("months", Place("Poole", 2019))
        'Department for Education, children in need, referrals by month: Poole, year ending 31 March 2019'
    """
    title = TITLES[table]
    return f"Department for Education, children in need, {title}: {place.area}, year ending 31 March {place.year}"


def cited_years(table: str, area: str, years: list[int]) -> str:
    """The source of a figure pooled over years, in words.

    Example:
        >>> cited_years("months", "England", [2018, 2022]).split(": ")[1]
        'England, years ending 31 March 2018 and 2022'
    """
    when = f"years ending 31 March {in_short(years)}" if len(years) > 1 else f"year ending 31 March {years[0]}"
    return f"Department for Education, children in need, {TITLES[table]}: {area}, {when}"


def in_short(years: list[int]) -> str:
    """Years in words, runs joined.

    Example:
        >>> in_short([2013, 2014, 2015, 2022, 2024])
        '2013 to 2015, 2022 and 2024'
    """
    runs: list[list[int]] = []
    for year in years:
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    words = [str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def published(value: object, unit: str, table: str, place: Place, note: str = "", grade: Grade = "published") -> Graded:
    """A graded number from a published table, with the note of its place first."""
    notes = " ".join(text for text in (place.note, note) if text)
    return Graded(value, unit, cited(table, place), date(place.year, 3, 31), grade, note=notes)


def filled_shares(table: Table, place: Place, columns: Sequence[str], total: str) -> tuple[dict[str, float], str]:
    """Shares of a total by column; suppressed cells share what is left as England's do.

    Args:
        table: the table.
        place: area and year; England must have a row for that year where a cell is suppressed.
        columns: the parts.
        total: column of the total.

    Returns:
        Shares that add up to 1, and a note where cells were suppressed.
    """
    counts = {column: table.figure(place.area, place.year, column) for column in columns}
    hidden = [column for column, count in counts.items() if count is None]
    left = (table.figure(place.area, place.year, total) or 0.0) - sum(count or 0.0 for count in counts.values())
    model = {column: table.figure("England", place.year, column) or 0.0 for column in hidden}
    weight = sum(model.values()) or 1.0
    whole = {c: max(left, 0.0) * model[c] / weight if n is None else n for c, n in counts.items()}
    scale = sum(whole.values())
    names = ", ".join(column.replace("_", " ") for column in hidden)
    note = f"Suppressed and filled by England's proportions: {names}." if hidden else ""
    return {column: count / scale for column, count in whole.items()}, note


def rounded_shares(shares: Mapping[str, float], digits: int = 4) -> dict[str, float]:
    """Shares rounded so that they still add up to 1 (largest remainders go up).

    Example:
        >>> rounded_shares({"a": 1 / 3, "b": 1 / 3, "c": 1 / 3}, digits=2)
        {'a': 0.34, 'b': 0.33, 'c': 0.33}
    """
    units = {name: int(share * 10**digits) for name, share in shares.items()}
    spare = 10**digits - sum(units.values())
    by_rest = sorted(shares, key=lambda name: units[name] - shares[name] * 10**digits)
    for name in by_rest[:spare]:
        units[name] += 1
    return {name: round(unit / 10**digits, digits) for name, unit in units.items()}
