"""Lists 1 to 6 of Ofsted's Annex A, as a workbook."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np
import pandas as pd

from frontdoor_sim.calibration.history.invent.invented import Invented
from frontdoor_sim.calibration.history.invent.rows import received, referred, rows_of, yes_no
from frontdoor_sim.calibration.history.table import require

_BRITISH_DAY = "%d/%m/%Y"
_PROTECTION = 4
_NOW, _EPOCH = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"), b"2000-01-01T00:00:00Z"
_DRIFT = {
    "Child Unique ID": "Child unique  ID ",
    "Date of Contact": "Date of the contact",
    "Contact Source": "Source of contact",
    "Date of referral": "Date of Referral received",
    "Continuous Assessment Start Date": "Start date of continuous assessment",
}
_LABELS = {"2A": "e) 2A: Schools", "6": "q) 6: Police", "3E": "k) 3E: Health services", "1A": "a) 1A: Individual"}


def protected(rows: pd.DataFrame) -> pd.DataFrame:
    """The children of a contact who truly needed protection and was allocated, with a conference for every other one."""
    mine = rows[(rows["level"] == _PROTECTION) & rows["allocated_at"].notna()].copy()
    ten_days = np.busday_offset(mine["allocated_at"].to_numpy().astype("datetime64[D]"), 10, roll="forward")
    mine["conference_at"] = pd.Series(ten_days.astype("datetime64[s]"), index=mine.index).where(mine["number"] % 2 == 0)
    return mine


def closing_reason(level: int) -> str:
    """The reason for closure of a referral whose assessment is over: after assessment, but for what needed protection."""
    return "RC7" if level == _PROTECTION else "RC8"


def annex_a(told: Invented, system: str) -> dict[str, pd.DataFrame]:
    """Lists 1 to 6 as the workbook shows them, one table a sheet; every column of the official lists that we know of."""
    rows = rows_of(told, system)
    referrals = referred(rows)
    assessed = referrals[referrals["allocated_at"].notna()]
    helped, enquired = rows[rows["outcome"] == "early_help"], protected(rows)
    disabled: dict[str, Any] = {"Does the Child have a Disability": "b) No"}
    team: dict[str, Any] = {"Allocated Team": "Assessment", "Allocated Worker": "Ottoline Fairweather"}

    def day(table: pd.DataFrame, name: str) -> pd.Series:
        text: pd.Series = table[name].dt.strftime(_BRITISH_DAY).fillna("")
        return text

    lists = {
        "List_1": _list(
            rows,
            {"Date of Contact": received(rows, _BRITISH_DAY, told), "Contact Source": rows["source_code"].map(_label)},
        ),
        "List_2": _list(
            helped,
            {
                "Assessment start date": day(helped, "decided_at"),
                "Assessment completion date": "",
                "Organisation completing assessment": "Early Help",
            },
        ),
        "List_3": _list(
            referrals,
            {
                "Date of referral": day(referrals, "decided_at"),
                "Referral Source": referrals["source_code"].map(_label),
                "Referral NFA?": yes_no(referrals["nfa"], "a) Yes", "b) No"),
                "Number of Referrals in Last 12 Months": 1,
                **team,
            },
        ),
        "List_4": _list(
            assessed,
            {
                **disabled,
                "Continuous Assessment Start Date": day(assessed, "allocated_at"),
                "Child Seen During Continuous Assessment": "a) Yes",
                "Continuous Assessment Date of Authorisation": day(assessed, "finished_at"),
                "Was the child assessed as requiring LA children's social care support?": _support(assessed),
                **team,
            },
        ),
        "List_5": _list(
            enquired,
            {
                **disabled,
                "Strategy discussion initiating Section 47 Enquiry Start Date": day(enquired, "allocated_at"),
                "Was an Initial Child Protection Conference deemed unnecessary?": _unnecessary(enquired),
                "Date of Initial Child Protection Conference": day(enquired, "conference_at"),
                "Did the Initial Child Protection Conference Result in a Child Protection Plan": "",
                "Number of Section 47 Enquiries in the last 12 months": 1,
                "Number of ICPCs in the last 12 months": 0,
                **team,
            },
        ),
        "List_6": _list(
            assessed,
            {
                **disabled,
                "CIN Start Date": day(assessed, "decided_at"),
                "Primary Need Code": "a) N1",
                "Date Child Was Last Seen": "",
                "CIN Closure Date": day(assessed, "finished_at"),
                "Reason for Closure": assessed["level"].map(closing_reason).where(assessed["finished_at"].notna(), ""),
                "Case Status": "",
                **team,
            },
        ),
    }
    return {
        name: table.rename(columns=_DRIFT) if "heading_drift" in told.how else table for name, table in lists.items()
    }


def _list(rows: pd.DataFrame, more: Mapping[str, Any]) -> pd.DataFrame:
    """A list: the five columns that every one begins with, and its own."""
    return pd.DataFrame({**_common(rows), **more}, index=rows.index)


def _common(rows: pd.DataFrame) -> dict[str, Any]:
    years = (rows["received_at"] - rows["born"]).dt.days // 365
    return {
        "Child Unique ID": rows["person"],
        "Gender": "a) Male",
        "Ethnicity": "a) WBRI",
        "Date of Birth": rows["born"].dt.strftime(_BRITISH_DAY),
        "Age of Child (Years)": years.astype(int),
    }


def _label(code: str) -> str:
    return _LABELS.get(code, code)


def _support(rows: pd.DataFrame) -> pd.Series:
    words = np.where(rows["number"] % 3 == 0, "b) No", "a) Yes")
    return pd.Series(words, index=rows.index).where(rows["finished_at"].notna(), "")


def _unnecessary(rows: pd.DataFrame) -> pd.Series:
    return rows["conference_at"].isna().map({True: "a) Yes", False: "b) No"})


def write_workbook(path: Path, lists: Mapping[str, pd.DataFrame]) -> None:
    """Write tables as the sheets of a workbook; its clock stands still, so that the same tables give the same bytes."""
    openpyxl = require("openpyxl", "writing a workbook")
    book = openpyxl.Workbook(write_only=True)
    for name, table in lists.items():
        sheet = book.create_sheet(name)
        sheet.append(list(table.columns))
        for row in table.itertuples(index=False, name=None):
            sheet.append([_cell(value) for value in row])
    made = BytesIO()
    book.save(made)
    with ZipFile(made) as parts, ZipFile(path, "w", ZIP_DEFLATED) as timeless:
        for name in parts.namelist():
            timeless.writestr(ZipInfo(name), _NOW.sub(_EPOCH, parts.read(name)), ZIP_DEFLATED)


def _cell(value: Any) -> Any:
    """A cell as a spreadsheet holds it: days as dates, not as text."""
    if isinstance(value, str) and len(value) == 10 and value[2:3] == value[5:6] == "/":
        try:
            return date(int(value[6:]), int(value[3:5]), int(value[:2]))
        except ValueError:
            return value
    return None if value == "" else value
