"""Parameters of a council from the Department for Education's published figures.

Volumes, season, source mix, re-referrals, assessment durations and section 47 ratios come from the figures; what they
cannot say comes from starting values with a source and a grade of their own.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from frontdoor_sim.calibration.arrivals import arrivals
from frontdoor_sim.calibration.asked import Asked, Place, ask, published
from frontdoor_sim.calibration.decisions import decisions
from frontdoor_sim.calibration.defaults import england, starting_values
from frontdoor_sim.calibration.dfe import MONTHS, SOURCE_COLUMNS, TITLES, Figures, read_figures
from frontdoor_sim.calibration.results import results
from frontdoor_sim.documents import InputError, Mistake
from frontdoor_sim.parameters import Graded, Parameters

CONTACTS_SPREAD = 1.4
"""Contacts for each referral are known to within 40 per cent: England's figure divided, or multiplied, by this."""


def calibrate_published(council: str, year: int, data: str | Path) -> Parameters:
    """Parameters of a council, a region or England from published figures.

    Args:
        council: its name as published; capitals do not matter.
        year: reporting year of the Department for Education, which ends on 31 March.
        data: folder with the children in need CSVs, whatever the files are called.

    Returns:
        The parameters; the same figures and the same `data` as written give the same file to the byte.

    Raises:
        InputError: files, columns or cells that are wrong, an area or a year that the figures do not have.
    """
    figures = read_figures(data)
    asked = ask(figures, council, year)
    _require_england(figures)
    numbers = {**staff_of_england(year), **starting_values(asked.area), **results(asked), **_volumes(asked)}
    numbers.update(arrivals(asked, numbers))
    numbers.update(decisions(numbers))
    command = _command(asked.area, year, Path(data))
    return Parameters(asked.area, year, _without_place(numbers), command, figures.files())


def folder_name(council: str) -> str:
    """The folder of a council's parameters: its name, or its initials where it is a list of places.

    Example:
        >>> folder_name("North Tyneside"), folder_name("Bournemouth, Christchurch and Poole")
        ('north_tyneside', 'bcp')
    """
    words = [word for word in re.split(r"[^a-z0-9]+", council.lower()) if word]
    if "," in council:
        return "".join(word[0] for word in words if word != "and")
    return "_".join(words)


def _require_england(figures: Figures) -> None:
    """England gives the shape of the year and the source mix behind it."""
    wanted = {"months": MONTHS, "sources": tuple(SOURCE_COLUMNS.values())}
    mistakes = [
        Mistake(
            figures[name].file,
            f"England has no full row in the table of {TITLES[name]}.",
            "The national rows of the table, which give the shape of the year.",
            "Download the whole table.",
        )
        for name, columns in wanted.items()
        if not figures[name].years("England", columns)
    ]
    if mistakes:
        raise InputError(mistakes)


def _volumes(asked: Asked) -> dict[str, Graded]:
    """Referrals as published, and England's contacts for each of them."""
    place = Place(asked.area, asked.year)
    referrals = asked.table("referrals").figure(asked.area, asked.year, "Referrals") or 0.0
    contacts = england("initial_contacts", asked.year)
    behind = england("referrals", contacts.year)
    ratio = contacts.value / behind.value
    note = (
        f"England's figure, year ending 31 March {contacts.year}: {contacts.value / 1e6:.2f} million contacts for "
        f"{behind.value:,.0f} referrals. No council's own is published; it may differ by 40 % either way."
    )
    spread = (round(ratio / CONTACTS_SPREAD, 2), round(ratio * CONTACTS_SPREAD, 2))
    return {
        "volumes.referrals_per_year": published(
            round(referrals), "children a year", "referrals", place, "Re-referrals are among them."
        ),
        "volumes.contacts_per_referral": Graded(
            round(ratio, 3), "contacts per referral", contacts.source, contacts.date, "published", spread, note
        ),
    }


def staff_of_england(year: int) -> dict[str, Graded]:
    """Sickness and caseloads of England in the nearest year."""
    sickness, caseload = england("sickness_share", year), england("caseload", year)
    return {
        "staff.sickness_share": Graded(
            round(sickness.value, 3),
            "share of days",
            sickness.source,
            sickness.date,
            "published",
            (0.02, 0.09),
            "England's figure. Replace it with your own.",
        ),
        "staff.caseload_limit": Graded(
            round(caseload.value),
            "children",
            caseload.source,
            caseload.date,
            "assumed",
            (12, 25),
            f"England's mean caseload was {caseload.value:g}; that a full caseload is the mean one is assumed.",
        ),
    }


def _without_place(numbers: dict[str, Graded]) -> dict[str, Graded]:
    return {name: replace(graded, where="") for name, graded in numbers.items()}


def _command(area: str, year: int, data: Path) -> str:
    """The command that makes this file again; never with a path of this machine."""
    return f'frontdoor calibrate published --council "{area}" --year {year} --data {without_machine(data)}'


def without_machine(path: str | Path) -> str:
    """A path as it may be written down: relative to where the command ran, or else its name alone.

    Example:
        >>> without_machine("extracts/2025"), without_machine(Path.cwd().anchor + "elsewhere/steps.csv")
        ('extracts/2025', 'steps.csv')
    """
    path, here = Path(path), Path.cwd()
    if path.is_absolute():
        path = path.relative_to(here) if path.is_relative_to(here) else Path(path.name)
    return path.as_posix()
