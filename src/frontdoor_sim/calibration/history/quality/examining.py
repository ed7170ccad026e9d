"""Hold a history to every check: nothing is dropped that is not counted, and no row is counted twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from frontdoor_sim.calibration.history.quality.found import Action, Facts, Flags, Found
from frontdoor_sim.calibration.history.quality.report import account_table, as_page, as_text, findings_table
from frontdoor_sim.calibration.history.quality.rules import IN_BOTH, RULES, UNREAD_DATES, WITH_ITS_CONTACT
from frontdoor_sim.calibration.history.reading import History
from frontdoor_sim.calibration.history.step_threads import roots
from frontdoor_sim.tables import conform, empty

_REASONS = {rule.name: rule.title for rule in RULES}
_EPOCH = datetime(1970, 1, 1)


@dataclass(frozen=True, eq=False)
class Quality:
    """What the checks say of a history.

    Args:
        history: the history without the rows that were set aside.
        set_aside: table `history_set_aside`: one row a row set aside, each once.
        counts: `rule, looked_at, found, action, said`, one row a rule. Not suppressed: it must not leave the house.
        rows: `file, format, table, system, rows, used, set_aside`, one row a table. Not suppressed either.
    """

    history: History
    set_aside: pd.DataFrame
    counts: pd.DataFrame
    rows: pd.DataFrame

    @property
    def findings(self) -> pd.DataFrame:
        """The table `history_findings`, suppressed."""
        return findings_table(self.counts)

    @property
    def account(self) -> pd.DataFrame:
        """Rows read, used and set aside, by table of a file; suppressed."""
        return account_table(self.rows)

    def __str__(self) -> str:
        """The report to read."""
        return as_text(self.account, self.findings)

    def write(self, folder: str | Path) -> list[Path]:
        """Write `quality.html`, `quality.txt`, `quality.csv`, `rows_read.csv` and `set_aside.csv` into a folder.

        `set_aside.csv` names rows by file and number, for whoever can open the files; it holds nothing of what stands in
        them. The others are aggregates, suppressed.
        """
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        texts = {
            "quality.html": as_page(self.account, self.findings),
            "quality.txt": str(self),
            "quality.csv": safe_csv(self.findings),
            "rows_read.csv": safe_csv(self.account),
            "set_aside.csv": safe_csv(self.set_aside),
        }
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
        return [folder / name for name in texts]


def examine(history: History, extracted: datetime) -> Quality:
    """Hold a history to every check of `quality.rules`.

    Rows that cannot be right are set aside first, each for the first reason that applies; the other checks look at the rest.
    Rows read = rows used + rows set aside, for every table of every file.

    Args:
        history: from `read_history`.
        extracted: local time at which the files were taken from the case system.
    """
    since = extracted - _EPOCH
    facts = Facts.of(history, since.days * 86_400 + since.seconds)
    aside, found = [_from_the_door(history)], {}
    gone = np.zeros(len(history.records), dtype=bool)
    for rule in [*_setting_aside(history), WITH_ITS_CONTACT]:
        found[rule] = answer = _asked(rule, facts) if rule != WITH_ITS_CONTACT else _with_their_contact(facts, gone)
        fresh = answer.rows[~gone[answer.rows]]
        gone[fresh] = True
        rows = history.records.iloc[fresh]
        aside.append(pd.DataFrame({"file": rows["file"].astype(str), "row": rows["row"], "rule": rule}))
    left = replace(history, records=history.records[~gone].reset_index(drop=True))
    facts = Facts.of(left, facts.extracted)
    found |= {rule.name: _asked(rule.name, facts) for rule in RULES if rule.check and rule.name not in found}
    set_aside = _set_aside_table(pd.concat(aside, ignore_index=True))
    return Quality(left, set_aside, _counts(history, found), _rows(history, left, set_aside))


def _asked(name: str, facts: Facts) -> Found:
    check = next(rule.check for rule in RULES if rule.name == name)
    return check(facts) if check else Found(np.zeros(0, dtype=np.int64), 0)


def _with_their_contact(facts: Facts, gone: Flags) -> Found:
    """Steps that stay although another step of their contact is gone, unless that was only the same row again."""
    steps = np.flatnonzero(facts.kind("step") & facts.known("item"))
    item, parent = (facts.records[name].fillna(-1).to_numpy(dtype=np.int64)[steps] for name in ("item", "parent"))
    items, first = np.unique(item, return_index=True)
    root = roots(items, parent[first])[np.searchsorted(items, item)]
    here = gone[steps]
    wholly = ~np.isin(item, item[~here])
    lost = np.isin(root, root[here & wholly & (root >= 0)])
    return Found(steps[lost & ~here], len(steps))


def _setting_aside(history: History) -> Iterator[str]:
    """Names of the checks whose rows are set aside, but for those of the door."""
    for rule in RULES:
        if rule.check and rule.name != WITH_ITS_CONTACT and _action(rule.name, history) == "set aside":
            yield rule.name


def _action(name: str, history: History) -> Action:
    if name == IN_BOTH:
        return "set aside" if history.joined else "kept"
    return next(rule.action for rule in RULES if rule.name == name)


def _from_the_door(history: History) -> pd.DataFrame:
    """Findings of the door that set a row aside."""
    mine = [rule.name for rule in RULES if rule.check is None and rule.action == "set aside"]
    return history.findings[history.findings["rule"].isin(mine)]


def _set_aside_table(rows: pd.DataFrame) -> pd.DataFrame:
    if rows.empty:
        return empty("history_set_aside")
    table = rows.assign(reason=rows["rule"].map(_REASONS)).sort_values(
        ["file", "row"], kind="stable", ignore_index=True
    )
    return conform(table, "history_set_aside")


def _counts(history: History, found: dict[str, Found]) -> pd.DataFrame:
    """How many rows every check looked at and found."""
    at_the_door = history.findings["rule"].value_counts()
    rows = []
    for rule in RULES:
        if rule.check is None:
            looked_at, number, said = history.looked_at.get(rule.name, 0), int(at_the_door.get(rule.name, 0)), ""
            if rule.name == UNREAD_DATES and history.unread_dates:
                said = f"{history.unread_dates[0].upper()}{history.unread_dates[1:]} "
        else:
            answer = found[rule.name]
            looked_at, number, said = answer.looked_at, answer.found, answer.said
        action = _action(rule.name, history)
        rows.append({"rule": rule.name, "looked_at": looked_at, "found": number, "action": action, "said": said})
    return pd.DataFrame(rows)


def _rows(history: History, left: History, set_aside: pd.DataFrame) -> pd.DataFrame:
    """Rows read, used and set aside by table; they add up, or the reader is at fault."""
    account = history.account
    used, aside = left.records["file"].value_counts(), set_aside["file"].value_counts()
    counts = {
        name: account["file"].map(several).fillna(0).astype("int64")
        for name, several in (("used", used), ("set_aside", aside))
    }
    table = account[["file", "format", "table", "system", "rows"]].assign(**counts)
    wrong = account["read"] & (table["rows"] != table["used"] + table["set_aside"])
    if wrong.any():
        raise AssertionError(f"rows of {table.loc[wrong, 'file'].tolist()} are neither used nor set aside")
    return table


def safe_csv(table: pd.DataFrame) -> str:
    """A table as CSV, with text that a spreadsheet would take for a formula made harmless."""
    words = [str(name) for name in table.columns if not pd.api.types.is_numeric_dtype(table[name])]
    safe = {name: table[name].astype(str).str.replace(r"^(?=[=+\-@\t\r])", "'", regex=True) for name in words}
    return str(table.assign(**safe).to_csv(index=False, lineterminator="\n"))
