"""Rows of an invented council, one a child of a contact, as one case system shows them; and how cells are written."""

from __future__ import annotations

import numpy as np
import pandas as pd

from frontdoor_sim.calibration.history.invent.invented import BOTH, Invented, chosen
from frontdoor_sim.calibration.journeys import REFERRAL_CLOSED

ISO, BRITISH = "%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M"
_GARBAGE = "31/02/2019"


def rows_of(told: Invented, system: str) -> pd.DataFrame:
    """One row a child of a contact of a system: the columns of both, with `person` as that system knows her."""
    contacts = told.contacts[told.contacts["system"] == system]
    rows = contacts.merge(told.children.drop(columns=["family"]), on="contact", how="inner", sort=False)
    return rows.assign(person=known_as(rows["child"], system)).sort_values(["number", "ordinal"], ignore_index=True)


def referred(rows: pd.DataFrame) -> pd.DataFrame:
    """The children of contacts that became referrals, with `nfa`: closed without an assessment."""
    mine = rows[rows["outcome"].isin(["assessment", REFERRAL_CLOSED])]
    return mine.assign(nfa=mine["outcome"] == REFERRAL_CLOSED)


def known_as(child: pd.Series, system: str) -> pd.Series:
    """Identifiers of children in a system; the second has numbers of its own."""
    if system != BOTH[1]:
        return child
    return child.where(child == "", "PB" + child.str[2:].str[::-1])


def written(when: pd.Series, form: str, told: Invented) -> pd.Series:
    """Times as text; days only where that fault is switched on."""
    if "date_only" in told.how:
        form = form.replace("%H:%M:%S", "00:00:00").replace(" %H:%M", "")
    text: pd.Series = when.dt.strftime(form).fillna("")
    return text


def received(rows: pd.DataFrame, form: str, told: Invented) -> pd.Series:
    """Times of receipt as text, one in a hundred of which is no date where that fault is switched on."""
    text = written(rows["received_at"], form, told)
    if "unreadable_dates" in told.how:
        text = text.mask(chosen(pd.Series(np.arange(len(rows))), "unreadable dates", 0.01), _GARBAGE)
    return text


def csv_text(table: pd.DataFrame, told: Invented) -> str:
    """A table as CSV, with the faults that concern a file as such."""
    if "repeated_rows" in told.how:
        twice = chosen(pd.Series(np.arange(len(table))), "repeated rows", 0.02)
        table = table.loc[table.index.repeat(1 + twice.astype(int))]
    text = str(table.to_csv(index=False, lineterminator="\n"))
    if "torn_rows" not in told.how:
        return text
    head, *lines = text.rstrip("\n").split("\n")
    torn = chosen(pd.Series(np.arange(len(lines))), "torn rows", 0.01)
    mended = [f"{line},x" if tear else line for line, tear in zip(lines, torn.tolist(), strict=True)]
    return "\n".join([head, *mended]) + "\n"


def yes_no(flags: pd.Series, yes: str = "yes", no: str = "no") -> pd.Series:
    """Truth values as words."""
    return pd.Series(np.where(flags, yes, no), index=flags.index)
