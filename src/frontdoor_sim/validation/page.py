"""The page that a sceptical head of service reads: the verdict on top, what it rests on below, nothing to fetch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from frontdoor_sim.appraisal.charts import svg_text
from frontdoor_sim.validation import charts, meaning
from frontdoor_sim.validation.arrivals import ARMS, Arm
from frontdoor_sim.validation.meaning import MARKS, TITLES, amount, day
from frontdoor_sim.validation.statistics import STATISTICS
from frontdoor_sim.validation.validating import Validation

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PAGE_FILE = "validation.html"
_SERIES_UNITS = {"contacts": "contacts", "open_undecided": "contacts", "decided_within_24h": "share"}


@dataclass(frozen=True)
class Failure:
    """What failed of a prediction, and what it may mean."""

    title: str
    figures: list[tuple[str, str]]
    meanings: list[str]


def write_page(folder: Path, found: Validation, command: str = "") -> Path:
    """Write `validation.html` into a folder, made if need be; the same validation gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / PAGE_FILE
    path.write_text(page(found, command), encoding="utf-8", newline="\n")
    return path


def page(found: Validation, command: str = "") -> str:
    """The page as HTML text."""
    template = (files("frontdoor_sim.validation") / "validation.html.j2").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(template).render(
        found=found,
        headline=meaning.headline(found),
        verdicts=[(TITLES[arm], verdict, meaning.counted(found.of(arm))) for arm, verdict in found.verdicts.items()],
        days={"opens": day(found.run.opens), "first": day(found.first[0]), "last": day(found.first[1])},
        failures=_failures(found),
        by_chance=[(TITLES[arm], meaning.by_chance(found.of(arm), found.tolerance.sure)) for arm in ARMS],
        pictures=list(_pictures(found)),
        rows=_rows(found),
        errors=_errors(found),
        stated=_stated(found),
        command=command,
    )


def _failures(found: Validation) -> list[Failure]:
    real, forecast = (found.of(arm) for arm in ARMS)
    own, meanings = meaning.of_the_forecast(forecast, real)
    told = [(real, TITLES["real"], meaning.what_it_may_mean(real)), (own, TITLES["forecast"], meanings)]
    return [Failure(title, list(meaning.what_failed(rows)), means) for rows, title, means in told if means]


def _pictures(found: Validation) -> list[tuple[str, Markup, str]]:
    """Name, picture and caption."""
    drawn: list[tuple[str, Figure, str]] = [
        ("bands", charts.bands(found.findings),
         "If the model is right, all bars of a column hold what happens in "
         f"{found.tolerance.sure:.0%} of all cases, together."),
        ("decision", charts.curve(found.curves, "decision", _apart(found, "decision_distance")),
         "Read it as: by how many hours must each wait be moved, on average, to turn one line into the other?"),
    ]  # fmt: skip
    if (found.curves["curve"] == "transfer").any():
        drawn.append(("transfer", charts.curve(found.curves, "transfer", _apart(found, "transfer_distance")),
                      "From the decision that assessment is needed until a worker holds the case."))  # fmt: skip
    for arm in ARMS:
        drawn.append((f"weeks-{arm}", charts.weeks(found.weeks, arm), _weeks_caption(arm)))
    return [(name, Markup(svg_text(figure, name)), caption) for name, figure, caption in drawn]


def _weeks_caption(arm: Arm) -> str:
    if arm == "real":
        return "The same contacts came in the model as in reality, so what parts here is the Front Door."
    return "The model knows of these weeks only what the calendar says, so its fan is wider."


def _apart(found: Validation, name: str) -> dict[str, float]:
    names = [name, f"{name}_by_date"]
    rows = found.findings[found.findings["statistic"].isin(names)]
    return {str(arm): float(real) for arm, real in zip(rows["prediction"], rows["real"], strict=True)}


def _rows(found: Validation) -> list[dict[str, Any]]:
    """A row a statistic of the table of figures."""
    rows = []
    for name in dict.fromkeys(found.findings["statistic"].astype(str)):
        mine = found.findings[found.findings["statistic"] == name]
        cells = {str(row["prediction"]): _cell(row) for row in mine.to_dict("records")}
        first = mine.iloc[0].to_dict()
        figure, nothing = STATISTICS[name].of == "figure", (mine["verdict"] == "not measurable").all()
        rows.append({
            "title": STATISTICS[name].title, "why": str(first["why"]) if nothing else "",
            "real": amount(float(first["real"]), str(first["unit"])) if figure else "",
            "cells": [cells.get(arm) for arm in ARMS], "allowed": found.tolerance.statistics[name].in_words,
        })  # fmt: skip
    return rows


def _cell(row: Mapping[Any, Any]) -> dict[str, str]:
    unit = meaning.unit_of(row)
    if row["why"]:
        return {"band": str(row["why"]), "place": "", "verdict": "not measurable", "mark": MARKS["not measurable"]}
    real = "" if STATISTICS[str(row["statistic"])].of == "figure" else f"really {amount(float(row['real']), unit)}; "
    place = f"above {100 * row['place']:.0f}% of simulated parts"
    verdict = str(row["verdict"])
    return {
        "band": real + meaning.span(row["low"], row["high"], unit),
        "place": place,
        "verdict": verdict,
        "mark": MARKS[verdict],
    }


def _errors(found: Validation) -> list[dict[str, str]]:
    """Theil's split of each weekly series, in words."""
    rows = []
    for row in found.errors.to_dict("records"):
        unit = _SERIES_UNITS[str(row["series"])]
        shares = {name: _share(row[name], row[f"{name}_by_luck"]) for name in ("bias", "variance", "covariance")}
        rows.append({
            "prediction": TITLES[str(row["prediction"])], "series": charts.SERIES[str(row["series"])],
            "error": _misfit(row["error"], unit), "luck": _misfit(row["error_by_luck"], unit), **shares,
        })  # fmt: skip
    return rows


def _misfit(number: float, unit: str) -> str:
    return meaning.points(number, unit)


def _share(real: float, luck: float) -> str:
    return f"{_percent(real)} (luck: {_percent(luck)})"


def _percent(share: float) -> str:
    return "–" if math.isnan(share) else f"{100 * share:.0f}%"


def _stated(found: Validation) -> list[tuple[str, str, str]]:
    """The tolerance statement: title, what is allowed, and why."""
    return [
        (STATISTICS[name].title, allowed.in_words, allowed.because)
        for name, allowed in found.tolerance.statistics.items()
    ]
