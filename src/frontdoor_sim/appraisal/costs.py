"""What each option costs, as the tables of the pack."""

from __future__ import annotations

import math

import pandas as pd

from frontdoor_sim.appraisal.pack import Pack
from frontdoor_sim.appraisal.sections import Cell, Table, words
from frontdoor_sim.appraisal.wording import plain

KINDS = {"posts": "Posts", "overtime": "Overtime", "change": "Changes"}
NO_PRICE = "no price stated"
_FIGURES = 3
_NOTHING = 1e-9


def what_it_costs(pack: Pack) -> Table:
    """Posts, pounds a year and pounds once of every option; what has no price is counted and not added up."""
    others = [option for option in pack.labels if option != pack.base]
    mine = {option: pack.costs[pack.costs["option"].astype(str) == option] for option in others}
    groups: dict[str, list[list[Cell]]] = {"People": [], "Pounds": [], "Not priced": []}
    groups["People"].append([Cell("Posts, WTE"), *(_posts(mine[option]) for option in others)])
    for when, title in (("a year", "A year"), ("once", "Once")):
        groups["Pounds"].append([Cell(title), *(_sum(mine[option], when) for option in others)])
    groups["Not priced"].append([Cell("Roles, overtime, changes"), *(_unpriced(mine[option]) for option in others)])
    note = "A range adds up the lowest and the highest of every price. What has no price is in no sum."
    if not pack.costs["low"].notna().any():
        note = "No price is stated in this study: `prices` of the appraisal say what people cost, `costs` of a change the rest."
    return Table("More than today, or less", ["", *(pack.labels[option] for option in others)], groups, note)


def cost_lines(pack: Pack) -> Table:
    """Every line with its price and where that comes from, by option."""
    groups: dict[str, list[list[Cell]]] = {}
    for row in pack.costs.to_dict("records"):
        priced = math.isfinite(float(row["low"]))
        number = float(row["number"])
        size = f" ({number:+,.3g} {row['unit']})".replace("-", "−") if math.isfinite(number) else ""
        amount = f"{pounds(float(row['low']), float(row['high']))} {row['when']}" if priced else NO_PRICE
        say = plain(row["say"]) if row["kind"] != "change" else words(row["say"])
        line = [Cell(f"{say}{size}"), Cell(KINDS[str(row["kind"])]), Cell(amount), Cell(words(row["source"]) or "–")]
        groups.setdefault(pack.labels[str(row["option"])], []).append(line)
    return Table("Line by line", ["What", "Kind", "Price", "Source"], groups, numbers=False)


def pounds(low: float, high: float) -> str:
    """An amount, or a range of amounts, signed, to three figures.

    Example:
        >>> pounds(60_000, 68_000), pounds(-1_234.5, -1_234.5), pounds(0, 0), pounds(-500, 2_000)
        ('+£60,000 to +£68,000', '−£1,230', '£0', '−£500 to +£2,000')
    """
    ends = list(dict.fromkeys(_amount(end) for end in (low, high)))
    return " to ".join(ends)


def _amount(pounds_: float) -> str:
    if abs(pounds_) < 0.5:
        return "£0"
    whole = round(pounds_, _FIGURES - 1 - math.floor(math.log10(abs(pounds_))))
    return f"{'+' if whole > 0 else '−'}£{abs(whole):,.0f}"


def _posts(lines: pd.DataFrame) -> Cell:
    posts = lines[(lines["kind"] == "posts") & (lines["when"] == "a year")]
    wte = float(posts["number"].sum())
    each = [f"{number:+,.3g} {plain(role).lower()}" for role, number in zip(posts["say"], posts["number"], strict=True)]
    value = "none" if not each else "0" if abs(wte) < _NOTHING else f"{wte:+,.3g}"
    return Cell(value.replace("-", "−"), ", ".join(each).replace("-", "−"))


def _sum(lines: pd.DataFrame, when: str) -> Cell:
    """The sum of what has a price; where nothing has, no number."""
    mine = lines[lines["when"].isin([when, ""])]
    priced = mine[mine["low"].notna()]
    if not len(priced):
        return Cell(NO_PRICE if len(mine) else "none", kind="none")
    low, high = float(priced["low"].sum()), float(priced["high"].sum())
    return Cell(pounds((low + high) / 2, (low + high) / 2), pounds(low, high) if high - low > _NOTHING else "")


def _unpriced(lines: pd.DataFrame) -> Cell:
    without = lines[lines["low"].isna()]
    parts = [
        f"{number} {word if number > 1 else word[:-1]}"
        for kind, word in (("posts", "roles"), ("change", "changes"))
        if (number := int((without["kind"] == kind).sum()))
    ]
    parts += ["overtime"] if (without["kind"] == "overtime").any() else []
    return Cell(", ".join(parts) or "nothing", kind="none")
