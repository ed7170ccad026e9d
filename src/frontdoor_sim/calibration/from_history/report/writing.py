"""Write a calibration into its folder."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
from markupsafe import Markup

from frontdoor_sim.calibration.from_history.calibrating import Calibration
from frontdoor_sim.calibration.from_history.report.sections import Section, headline, sections
from frontdoor_sim.calibration.history.quality.examining import safe_csv
from frontdoor_sim.pictures import svg_text

PARAMETERS, POSTERIOR, PAGE = "parameters.yaml", "posterior.csv", "fit.html"
QUALITY, SET_ASIDE = "data_quality.csv", "set_aside.csv"


def write_calibration(found: Calibration, folder: str | Path, more: Sequence[Section] = ()) -> list[Path]:
    """Write `parameters.yaml`, `posterior.csv`, `fit.html`, `data_quality.csv` and `set_aside.csv` into a folder.

    All but `set_aside.csv` are aggregates in which counts of 1 to 5 are suppressed; that names rows by file and number for
    whoever can open the files, and holds nothing of what stands in them.

    Args:
        found: the calibration.
        folder: made if need be.
        more: sections that other checks of the same history add to the page.

    Returns:
        The paths, in that order.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        PARAMETERS: found.parameters.text(),
        POSTERIOR: str(found.posterior.to_csv(index=False, lineterminator="\n", float_format="%.5g")),
        PAGE: page(found, more),
        QUALITY: safe_csv(found.gathered.quality.findings),
        SET_ASIDE: safe_csv(found.gathered.quality.set_aside),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return [folder / name for name in texts]


def page(found: Calibration, more: Sequence[Section] = ()) -> str:
    """The page of a calibration as HTML that needs nothing else; what comes from files is escaped."""
    text = (resources.files(__name__.rpartition(".")[0]) / "fit.html.j2").read_text(encoding="utf-8")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    shown = [_shown(place, one) for place, one in enumerate(sections(found, more), start=1)]
    return environment.from_string(text).render(
        council=found.parameters.council,
        window=found.gathered.window.words,
        command=found.parameters.made_by,
        headline=headline(found),
        sections=shown,
    )


def _shown(place: int, section: Section) -> dict[str, Any]:
    charts = [
        {"caption": caption, "svg": Markup(svg_text(figure, f"s{place}-{number}"))}
        for number, (caption, figure) in enumerate(section.pictures.items())
    ]
    tables = [
        {"caption": caption, "head": list(one.columns), "rows": _rows(one)} for caption, one in section.tables.items()
    ]
    return {"place": f"s{place}", "title": section.title, "words": section.words, "charts": charts, "tables": tables}


def _rows(table: pd.DataFrame) -> list[list[str]]:
    return [
        ["" if cell is None or cell != cell else str(cell) for cell in row] for row in table.itertuples(index=False)
    ]
