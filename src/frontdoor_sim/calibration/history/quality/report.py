"""What is wrong with a history, as a table, as text and as a page: aggregates only, small counts suppressed."""

from __future__ import annotations

from importlib import resources
from typing import Any

import jinja2
import numpy as np
import pandas as pd

from frontdoor_sim.calibration.estimates import FEW, few, hidden
from frontdoor_sim.calibration.history.quality.rules import RULES
from frontdoor_sim.tables import conform

_SYMBOL = "c"
_TEN = 10
_FAIR, _POOR = 0.01, 0.05
_FACTS = {rule.name: rule for rule in RULES}


def findings_table(counts: pd.DataFrame) -> pd.DataFrame:
    """The table `history_findings` of counts by rule, suppressed; a count that is, is graded as if it were three.

    Args:
        counts: `rule, looked_at, found, action, said`, one row a rule.
    """
    looked_at, found = counts["looked_at"].to_numpy(), counts["found"].to_numpy()
    share = np.where(looked_at > 0, found / np.maximum(looked_at, 1), np.nan)
    small, rest = few(found), few(looked_at) | few(looked_at - found)
    aside = counts["action"].eq("set aside").to_numpy()
    small[aside] |= hidden(found[aside])  # how many rows of a file were set aside in all is told
    about = _about(looked_at)
    words = [_advice(rule, number, said) for rule, number, said in
             zip(counts["rule"], found.tolist(), counts["said"], strict=True)]  # fmt: skip
    table = pd.DataFrame(
        {
            "rule": counts["rule"],
            "title": [_FACTS[rule].title for rule in counts["rule"]],
            "origin": [_FACTS[rule].origin for rule in counts["rule"]],
            "looked_at": pd.array(about, dtype="Int64"),
            "found": pd.array(found, dtype="Int64"),
            "share": np.minimum(np.where(looked_at > 0, found / np.maximum(about, 1), np.nan), 1.0),
            "grade": _grades(np.where(few(found) & (looked_at > 0), FEW / 2 / np.maximum(looked_at, 1), share)),
            "action": counts["action"],
            "advice": words,
        }
    )
    table.loc[small | rest, ["found", "share"]] = None
    table.loc[rest, "looked_at"] = None
    return conform(table, "history_findings")


def _about(looked_at: np.ndarray) -> np.ndarray:
    """Counts to the nearest ten: exact ones of several checks would tell how few rows were set aside between them.

    Example:
        >>> _about(np.array([0, 14, 15, 997])).tolist()
        [0, 10, 20, 1000]
    """
    return np.asarray((looked_at + _TEN // 2) // _TEN * _TEN)


def account_table(account: pd.DataFrame) -> pd.DataFrame:
    """Rows of every table read, used and set aside; where a part is small, the parts are suppressed together.

    Args:
        account: `file, format, table, system, rows, used, set_aside`.
    """
    out = account.copy()
    counts = ["rows", "used", "set_aside"]
    out[counts] = out[counts].astype("Int64")
    numbers = out[counts].to_numpy(dtype=np.int64)
    small = few(numbers[:, 0])
    parts = few(numbers[:, 1:]).any(axis=1) | small
    out.loc[parts, ["used", "set_aside"]] = pd.NA
    out.loc[small, "rows"] = pd.NA
    return out


def _advice(rule: str, found: int, said: str) -> str:
    return _FACTS[rule].advice.format(said=said) if found else ""


def _grades(share: np.ndarray) -> list[str]:
    with np.errstate(invalid="ignore"):
        grades = np.select([np.isnan(share), share < _FAIR, share < _POOR], ["not looked at", "good", "fair"], "poor")
    return [str(grade) for grade in grades]


def as_text(account: pd.DataFrame, findings: pd.DataFrame) -> str:
    """The report to read: what was read, what was found, and what to do about it.

    Args:
        account: from `account_table`.
        findings: from `findings_table`.
    """
    lines = ["What was read (c: a count of 1 to 5, or one that would give it away):"]
    for row in account.to_dict("records"):
        what = f"{row['format']}, {row['table']}" if row["format"] else "not read: no known columns"
        numbers = f"{_shown(row['rows'])} rows = {_shown(row['used'])} used + {_shown(row['set_aside'])} set aside"
        unread = f"{_shown(row['rows'])} rows"
        lines.append(f"  {row['file']:40} {what:44} {numbers if row['format'] else unread}")
    lines.append("")
    lines.append("What was found:")
    some = findings[findings["advice"] != ""]
    if some.empty:
        lines.append("  Nothing.")
    for row in some.to_dict("records"):
        share = f"{row['share']:7.1%}" if row["share"] == row["share"] else "       "
        lines.append(
            f"  {row['grade']:5} {share} {_shown(row['found']):>9} {row['title']} ({row['origin']}; {row['action']})"
        )
        lines.append(f"        {row['advice']}")
    return "\n".join(lines) + "\n"


def _shown(number: Any) -> str:
    return _SYMBOL if pd.isna(number) else f"{int(number):,}"


def shown_account(account: pd.DataFrame) -> pd.DataFrame:
    """Rows read, used and set aside as they are shown; `account` is from `account_table`."""
    return pd.DataFrame(
        {
            "File": account["file"],
            "Read as": [
                f"{form}, {table}" if form else "not read: no known columns"
                for form, table in zip(account["format"], account["table"], strict=True)
            ],
            **{
                title: [_shown(number) for number in account[name]]
                for title, name in (("Rows", "rows"), ("Used", "used"), ("Set aside", "set_aside"))
            },
        }
    )


def shown_findings(findings: pd.DataFrame) -> pd.DataFrame:
    """What was found, and what to do, as it is shown; `findings` is from `findings_table`."""
    some = findings[findings["advice"] != ""]
    return pd.DataFrame(
        {
            "Grade": some["grade"].astype(str),
            "Rows": [_shown(number) for number in some["found"]],
            "Share": [f"{share:.1%}" if share == share else "" for share in some["share"]],
            "What": [f"{row['title']} ({row['origin']}; {row['action']})" for row in some.to_dict("records")],
            "What it means": some["advice"],
        }
    )


def as_page(account: pd.DataFrame, findings: pd.DataFrame) -> str:
    """The report as a page of HTML that needs nothing else; what comes from the files is escaped."""
    text = (resources.files(__name__.rpartition(".")[0]) / "report.html.j2").read_text(encoding="utf-8")
    template = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(text)
    rows = [
        {**row, "shown": {n: _shown(row[n]) for n in ("rows", "used", "set_aside")}}
        for row in account.to_dict("records")
    ]
    found = [{**row, "number": _shown(row["found"])} for row in findings[findings["advice"] != ""].to_dict("records")]
    fine = findings[(findings["advice"] == "") & (findings["grade"] != "not looked at")]["title"].tolist()
    return template.render(account=rows, found=found, fine=fine)
